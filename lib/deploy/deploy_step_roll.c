/* Members to the new template, from the highest ordinal down. The partition is the only memory:
 * what is below it keeps the old template. It falls by one member, each time after those above are
 * Ready on the new template, every seed is back and the pause since then is over. */
#include "deploy_diff.h"
#include "deploy_steps.h"

#include <inttypes.h>

/* The highest member below the partition that still runs an older template; NULL: none. */
static const migdi_member *next_to_move(const migdi_cluster_seen *seen)
{
    const migdi_member *next = NULL;
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        if (member->ordinal < seen->partition && !migdi_member_is_updated(seen, member)) {
            next = member;
        }
    }
    return next;
}

/* The lowest member that is not Ready and would be made again from a template that nobody proved:
 * waiting for it would be waiting for ever. */
static const migdi_member *hopeless(const migdi_cluster_seen *seen)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        if (member->ordinal < seen->partition && !member->state.ready &&
            !migdi_member_is_updated(seen, member) &&
            !migdi_cluster_revision_works(seen, member->revision)) {
            return member;
        }
    }
    return NULL;
}

/* The first member at or above the partition that is not Ready on the new template; NULL: all
 * are. */
static const migdi_member *unmoved(const migdi_cluster_seen *seen)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        if (member->ordinal >= seen->partition &&
            (!member->state.ready || !migdi_member_is_updated(seen, member))) {
            return member;
        }
    }
    return NULL;
}

/* How long until the pause after the last moved member is over; 0: now. */
static int64_t pause_left(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    int64_t since = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        if (member->ordinal >= seen->partition && member->state.ready_since_unix_ms > since) {
            since = member->state.ready_since_unix_ms;
        }
    }
    const int64_t left = since == 0 ? 0 : since + wish->pause_ms - seen->now_unix_ms;
    return left < 0 ? 0 : left;
}

static void want_partition(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                           int64_t partition, migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    migdi_act *act = migdi_want(verdict, migdi_cluster_set_partition(wish, seen, partition, arena));
    act->facts[0] = 409;
    act->kind = (int32_t)partition;
    act->action = "update";
    act->object = migdi_cluster_title(wish, arena);
    act->fields = migdi_diff_number("/spec/updateStrategy/rollingUpdate/partition", seen->partition,
                                    partition, arena);
}

/* A member that should have moved: waited for, replaced when it cannot go by itself, or what stops
 * the roll. */
static void decide_unmoved(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                           const migdi_member *member, migdi_verdict *verdict)
{
    const char *trouble = member->trouble == NULL ? "not Ready yet" : member->trouble;
    if (member->state.terminating) {
        migdi_going(verdict, "%s is going%s", member->pod,
                    migdi_pod_state_holder(&member->state, migdi_verdict_arena(verdict)));
    } else if (migdi_member_is_updated(seen, member)) {
        if (migdi_member_dead_end(member) != NULL) {
            migdi_refuse(verdict, MIGD_ERR_REMOTE, "%s: %s", member->pod, trouble);
            migdi_refuse_remaining(verdict, "members below it keep the template that works",
                                   migdi_member_mend(wish, member, migdi_verdict_arena(verdict)));
        } else {
            migdi_going(verdict, "%s: %s", member->pod, trouble);
        }
    } else if (member->state.ready) {
        migdi_going(verdict, "%s restarts", member->pod);
    } else {
        migdi_cluster_replace(wish, member, trouble, verdict)->kind = -1;
    }
}

/* "5m32s" */
static const char *minutes(int64_t ms, migdi_arena *arena)
{
    const int64_t seconds = (ms + 999) / 1000;
    return seconds < 60 ? migdi_arena_format(arena, "%" PRId64 "s", seconds)
                        : migdi_arena_format(arena, "%" PRId64 "m%02" PRId64 "s", seconds / 60,
                                             seconds % 60);
}

static void decide_next(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                        const migdi_member *next, migdi_verdict *verdict)
{
    const int64_t left = pause_left(wish, seen);
    if (next == NULL) {
        migdi_going(verdict, "no member is held back any more");
        want_partition(wish, seen, 0, verdict);
    } else if (next->state.ready && !migdi_cluster_seeds_are_up(wish, seen)) {
        migdi_going(verdict, "%s: %s waits for them",
                    migdi_cluster_up_text(wish, seen, migdi_verdict_arena(verdict)), next->pod);
    } else if (left > 0) {
        migdi_arena *arena = migdi_verdict_arena(verdict);
        migdi_going(verdict, "%s restarts in %s of %s", next->pod, minutes(left, arena),
                    minutes(wish->pause_ms, arena));
        migdi_pause(verdict, left);
    } else {
        migdi_going(verdict, "restart %s", next->pod);
        want_partition(wish, seen, next->ordinal, verdict);
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = in;
    (void)goal;
    const migdi_member *stuck = hopeless(seen);
    const migdi_member *late = unmoved(seen);
    migdi_cluster_doorbell(seen, verdict);
    migdi_cluster_tell_ready(wish, seen, verdict);
    if (!seen->exists) {
        migdi_cluster_say_missing(wish, verdict);
    } else if (!seen->settled && !seen->all_ready) {
        migdi_going(verdict, "the StatefulSet's controller has not seen the change yet");
    } else if (seen->partition == 0) {
        migdi_done(verdict, "every member may take the newest template");
    } else if (stuck != NULL) {
        migdi_going(verdict, "let %s take the newest template", stuck->pod);
        want_partition(wish, seen, stuck->ordinal, verdict);
    } else if (late != NULL) {
        decide_unmoved(wish, seen, late, verdict);
    } else {
        decide_next(wish, seen, next_to_move(seen), verdict);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    (void)wished;
    migdi_cluster_seen *seen = out;
    if (!seen->exists) {
        *seen = (migdi_cluster_seen){.exists = true, .all_ready = true, .replicas = seen->replicas};
    } else if (act == NULL || act->kind < 0) {
        /* Whatever was awaited came true: the members above the partition are as they should be,
         * and those below it go the same way. */
        *seen = (migdi_cluster_seen){.exists = true,
                                     .all_ready = true,
                                     .version = seen->version,
                                     .replicas = seen->replicas,
                                     .partition = seen->partition};
    } else {
        seen->partition = act->kind;
    }
}

const migdi_step_kind migdi_deploy_roll = {
    .name = MIGDI_STEP_MEMBERS,
    .seen_size = sizeof(migdi_cluster_seen),
    .observe = migdi_cluster_observe_mend,
    .decide = decide,
    .imagine = imagine,
};
