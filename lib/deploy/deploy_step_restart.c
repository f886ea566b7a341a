/* A new start of every member, asked for by `restart`: a note in the pod template, under a manager
 * of its own so that the next deploy lets it be. A roll that is under way is a restart already. */
#include "deploy_steps.h"

static bool roll_is_under_way(const migdi_cluster_seen *seen)
{
    for (size_t i = 0; seen->partition > 0 && i < seen->member_count; i++) {
        if (!migdi_member_is_updated(seen, &seen->members[i])) {
            return true;
        }
    }
    return false;
}

/* Whether somebody else says when its members restart; then the verdict says who. */
static bool refuse(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                   const char *title, migdi_verdict *verdict)
{
    const char *who = seen->strategy.name == NULL ? "nobody known" : seen->strategy.name;
    if (migdi_owner_is_release(seen->owner.kind) && !wish->adopt) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s belongs to %s", title, seen->owner.name);
    } else if (seen->on_delete) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT,
                     "%s restarts no member by itself: %s set its updateStrategy to OnDelete",
                     title, who);
    } else if (seen->partition > 0 && seen->strategy.kind == MIGDI_OWNER_FOREIGN) {
        migdi_refuse(verdict, MIGD_ERR_CONFLICT, "%s holds the members of %s below %lld back", who,
                     title, (long long)seen->partition);
    } else {
        return false;
    }
    return true;
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = in;
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const char *title = migdi_cluster_title(wish, arena);
    const int64_t top = migdi_cluster_top(seen);
    migdi_act *act = NULL;
    (void)goal;
    if (!seen->exists) {
        migdi_cluster_say_missing(wish, verdict);
        return;
    }
    if (refuse(wish, seen, title, verdict)) {
        return;
    }
    if (migdi_text_equal(seen->restarted_at, wish->restarted_at) || roll_is_under_way(seen)) {
        migdi_done(verdict, "a restart is under way");
        return;
    }
    if (seen->partition < top) {
        migdi_going(verdict, "hold %lld members until each one's turn", (long long)top);
        act = migdi_want(verdict, migdi_cluster_set_partition(wish, seen, top, arena));
        act->kind = 1;
    } else {
        migdi_going(verdict, "ask %lld members to start anew", (long long)top);
        act = migdi_want(verdict, migdi_cluster_restart(wish, seen, arena));
    }
    act->facts[0] = 409;
    act->action = "update";
    act->object = title;
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    migdi_cluster_seen *seen = out;
    if (act != NULL && act->kind == 1) {
        seen->partition = migdi_cluster_top(seen);
    } else {
        seen->restarted_at = ((const migdi_cluster_wish *)wished)->restarted_at;
    }
}

const migdi_step_kind migdi_deploy_restart = {
    .name = MIGDI_STEP_MEMBERS,
    .seen_size = sizeof(migdi_cluster_seen),
    .observe = migdi_cluster_observe,
    .decide = decide,
    .imagine = imagine,
};
