/* The StatefulSet: made, adopted, or brought to a new template with its members held back for the
 * roll. */
#include "deploy_steps.h"

/* Replicas would fall to 1 with the first apply that leaves them out, were they still ours alone;
 * and what wrote them for an autoscaler that is no more looks after them no more. */
static bool number_wants_its_owner(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    return !seen->number_is_ours && (seen->number.kind == MIGDI_OWNER_OURS ||
                                     (seen->number.kind == MIGDI_OWNER_CONTROLLER &&
                                      seen->autoscaler == NULL && wish->least == 0));
}

static void decide_change(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                          const char *title, migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const int64_t top = migdi_cluster_top(seen);
    migdi_act *act = NULL;
    if (seen->template_differs && seen->partition < top && !wish->on_delete) {
        migdi_going(verdict, "hold %lld members on their template", (long long)top);
        act = migdi_want(verdict, migdi_cluster_set_partition(wish, seen, top, arena));
        act->kind = 1;
    } else {
        migdi_going(verdict, "update %s", title);
        act = migdi_want(verdict, migdi_cluster_apply(wish, seen, arena));
        act->fields = seen->change.fields;
    }
    act->facts[0] = 409;
    act->action = "update";
    act->object = title;
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = in;
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const char *title = migdi_cluster_title(wish, arena);
    (void)goal;
    if (seen->terminating) {
        migdi_going(verdict, "%s is going%s%s, then it is made again", title,
                    seen->finalizer == NULL ? "" : ", held by ",
                    seen->finalizer == NULL ? "" : seen->finalizer);
    } else if (!seen->exists) {
        migdi_going(verdict, "create %s", title);
        migdi_act *act = migdi_want(verdict, migdi_cluster_apply(wish, seen, arena));
        act->facts[0] = 409;
        act->action = "create";
        act->object = title;
    } else if (!wish->force &&
               migdi_change_is_refused(&seen->change, seen->owner, wish->adopt, title, verdict)) {
        return;
    } else if (number_wants_its_owner(wish, seen)) {
        migdi_going(verdict, "keep %lld replicas of %s", (long long)seen->replicas, title);
        migdi_act *act =
            migdi_want(verdict, migdi_cluster_set_replicas(wish, seen, seen->replicas, arena));
        act->facts[0] = 409;
        act->kind = 2;
        act->object = title;
    } else if (seen->change.differs) {
        decide_change(wish, seen, title, verdict);
    } else {
        migdi_done(verdict, "%s is as wished", title);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_seen *seen = out;
    if (act != NULL && act->kind == 1) {
        seen->partition = migdi_cluster_top(seen);
    } else if (act != NULL && act->kind == 2) {
        seen->number_is_ours = true;
    } else if (act == NULL) {
        *seen = (migdi_cluster_seen){0}; /* what was awaited is its end: then it has to be made */
    } else {
        seen->replicas = seen->exists ? seen->replicas : wish->replicas;
        seen->exists = true;
        seen->number_is_ours = true;
        seen->change.differs = seen->template_differs = false;
    }
}

const migdi_step_kind migdi_deploy_set = {
    .name = MIGDI_STEP_OBJECTS,
    .seen_size = sizeof(migdi_cluster_seen),
    .observe = migdi_cluster_observe_change,
    .decide = decide,
    .imagine = imagine,
};
