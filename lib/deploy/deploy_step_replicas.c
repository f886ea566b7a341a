/* The number of members, under an owner of its own: down one at a time while every seed is Ready,
 * before the template changes; up at once, after it. With an autoscaler only into its bounds. */
#include "deploy_diff.h"
#include "deploy_steps.h"

#include <inttypes.h>

static int64_t wanted(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    const int64_t live = seen->replicas;
    if (wish->yields && seen->autoscaler != NULL) {
        return live;
    }
    if (wish->least > 0) {
        return live < wish->least ? wish->least : live > wish->most ? wish->most : live;
    }
    return wish->replicas == 0 ? live : wish->replicas;
}

/* Whether somebody else's autoscaler is on the set, whatever it wants now; then the verdict says
 * whose. */
static bool refuse_autoscaler(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                              migdi_verdict *verdict)
{
    if (seen->autoscaler == NULL || seen->autoscaler_is_ours || wish->yields) {
        return false;
    }
    migdi_refuse(verdict, MIGD_ERR_CONFLICT, "HorizontalPodAutoscaler/%s/%s decides how many run",
                 wish->namespace_, seen->autoscaler);
    return true;
}

/* Whether somebody else looks after the number; then the verdict says who. */
static bool refuse_foreign(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                           migdi_verdict *verdict)
{
    const bool by_autoscaler = seen->number.kind == MIGDI_OWNER_CONTROLLER;
    if (refuse_autoscaler(wish, seen, verdict)) {
        return true;
    }
    if ((seen->number.kind >= MIGDI_OWNER_SYNC && !wish->force) ||
        (by_autoscaler && seen->autoscaler != NULL && wish->least == 0)) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s decides how many run", seen->number.name);
        return true;
    }
    return false;
}

static void set(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen, int64_t replicas,
                migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    migdi_going(verdict, "%" PRId64 " -> %" PRId64 " members", seen->replicas, replicas);
    migdi_act *act = migdi_want(verdict, migdi_cluster_set_replicas(wish, seen, replicas, arena));
    act->facts[0] = 409;
    act->kind = (int32_t)replicas;
    act->action = "update";
    act->object = migdi_cluster_title(wish, arena);
    act->fields = migdi_diff_number("/spec/replicas", seen->replicas, replicas, arena);
}

static void decide_down(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = in;
    const int64_t number = wanted(wish, seen);
    const int64_t top = migdi_cluster_top(seen);
    (void)goal;
    migdi_cluster_doorbell(seen, verdict);
    if (refuse_autoscaler(wish, seen, verdict)) {
        return;
    }
    if (!seen->exists || seen->terminating || number >= seen->replicas) {
        migdi_done(verdict, "no member is too many");
    } else if (wish->least == 0 && !wish->lower) {
        migdi_warn(verdict, "C24",
                   "%" PRId64 " members run, %s says %" PRId64
                   ": they are left [C24]; migdeploy scale %" PRId64 ", or --accept C24",
                   seen->replicas, wish->where == NULL ? "the spec" : wish->where, number, number);
        migdi_done(verdict, "%" PRId64 " members are left", seen->replicas);
    } else if (refuse_foreign(wish, seen, verdict)) {
        return;
    } else if (top > seen->replicas) {
        migdi_cluster_say_leaving(seen, verdict);
    } else if (!migdi_cluster_seeds_are_up(wish, seen)) {
        migdi_going(verdict, "%s: no member leaves before all are [C23]",
                    migdi_cluster_up_text(wish, seen, migdi_verdict_arena(verdict)));
    } else {
        set(wish, seen, seen->replicas - 1, verdict);
    }
}

static void decide_up(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = in;
    const int64_t number = wanted(wish, seen);
    (void)goal;
    if (!seen->exists) {
        migdi_cluster_say_missing(wish, verdict);
    } else if (number <= seen->replicas) {
        migdi_done(verdict, "%" PRId64 " members are wished", seen->replicas);
    } else if (!refuse_foreign(wish, seen, verdict)) {
        set(wish, seen, number, verdict);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_seen *seen = out;
    if (act != NULL) {
        seen->replicas = act->kind;
    } else if (!seen->exists) {
        *seen = (migdi_cluster_seen){.exists = true, .replicas = wish->replicas};
    } else {
        seen->all_ready = true;
        seen->member_count = 0; /* whoever was going is gone */
    }
}

const migdi_step_kind migdi_deploy_replicas_down = {
    .name = MIGDI_STEP_MEMBERS,
    .seen_size = sizeof(migdi_cluster_seen),
    .observe = migdi_cluster_observe_number,
    .decide = decide_down,
    .imagine = imagine,
};

const migdi_step_kind migdi_deploy_replicas_up = {
    .name = MIGDI_STEP_MEMBERS,
    .seen_size = sizeof(migdi_cluster_seen),
    .observe = migdi_cluster_observe_number,
    .decide = decide_up,
    .imagine = imagine,
};
