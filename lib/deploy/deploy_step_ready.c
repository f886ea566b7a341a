/* Until every member is Ready, on the newest template where this job brings it; what cannot start
 * is explained, and replaced when a newer template may mend it. */
#include "codec_object.h"
#include "deploy_steps.h"
#include "kube_calls.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    migdi_cluster_seen cluster;
    const char *last_words; /* of a member that crashed */
} ready_seen;

/* Whether this job moves members to the newest template; else a roll that was killed may hold some
 * back for as long as it likes. */
static bool rolls(const migdi_cluster_wish *wish)
{
    return wish->created != NULL || wish->restarted_at != NULL;
}

static bool is_as_it_should(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                            const migdi_member *member)
{
    const bool held = !rolls(wish) && member->ordinal < seen->partition;
    return member->state.ready && (held || migdi_member_is_updated(seen, member));
}

/* Where a plan is to replace the template, who is stuck is what is left to tell: the others move as
 * in any roll. */
static const migdi_member *first_late(const migdi_cluster_wish *wish,
                                      const migdi_cluster_seen *seen)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        const bool told = !seen->template_differs || migdi_member_is_stuck(member);
        if (told && !is_as_it_should(wish, seen, member)) {
            return member;
        }
    }
    return NULL;
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_cluster_wish *wish = wished;
    ready_seen *seen = out;
    migdi_cluster_observe_mend(wished, view, &seen->cluster);
    const migdi_member *late = first_late(wish, &seen->cluster);
    if (late != NULL && migdi_member_dead_end(late) != NULL && late->state.crashed) {
        const migd_error *error = NULL; /* a log may be gone with its node */
        const migd_object *log =
            migdi_try_see(view,
                          migdi_kube_log(migdi_view_arena(view), wish->namespace_, late->pod,
                                         late->state.container, true, 5),
                          &error);
        seen->last_words = migd_object_text(log, "/text", NULL);
    }
}

static int64_t count_ready(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    int64_t ready = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i]; /* one that has to go counts no more */
        ready += member->ordinal < seen->replicas && is_as_it_should(wish, seen, member);
    }
    return seen->all_ready ? seen->replicas : ready;
}

/* "all but members; they start in order, 1 and 2 wait for 0; no client is served" */
static const char *remaining(const migdi_cluster_seen *seen, const migdi_member *late,
                             int64_t ready, migdi_arena *arena)
{
    const char *waiting = NULL;
    for (int64_t ordinal = late->ordinal + 1; ordinal < seen->replicas; ordinal++) {
        if (migdi_cluster_member(seen, ordinal) != NULL) {
            continue;
        }
        waiting = waiting == NULL
                      ? migdi_arena_format(arena, "%" PRId64, ordinal)
                      : migdi_arena_format(arena, "%s%s%" PRId64, waiting,
                                           ordinal + 1 < seen->replicas ? ", " : " and ", ordinal);
    }
    const char *order =
        waiting == NULL
            ? ""
            : migdi_arena_format(arena, "; they start in order, %s wait%s for %" PRId64, waiting,
                                 strchr(waiting, ' ') == NULL ? "s" : "", late->ordinal);
    return migdi_arena_format(arena, "all but members%s%s", order == NULL ? "" : order,
                              ready == 0 ? "; no client is served" : "");
}

static void decide_late(const migdi_cluster_wish *wish, const ready_seen *all,
                        const migdi_member *late, migdi_verdict *verdict)
{
    const migdi_cluster_seen *seen = &all->cluster;
    const char *trouble = late->state.ready       ? "restarts"
                          : late->trouble == NULL ? "not Ready yet"
                                                  : late->trouble;
    const int64_t ready = count_ready(wish, seen);
    if (!late->state.ready && !late->state.terminating && !migdi_member_is_updated(seen, late) &&
        seen->partition <= late->ordinal) {
        migdi_cluster_replace(wish, late, trouble, verdict);
    } else if (migdi_member_dead_end(late) != NULL) {
        migdi_refuse(verdict, MIGD_ERR_REMOTE, "%s: %s%s%s", late->pod, trouble,
                     all->last_words == NULL ? "" : "; its last words: ",
                     all->last_words == NULL ? "" : all->last_words);
        migdi_refuse_remaining(verdict, remaining(seen, late, ready, migdi_verdict_arena(verdict)),
                               migdi_member_mend(wish, late, migdi_verdict_arena(verdict)));
    } else {
        const bool going = late->state.terminating;
        migdi_going(verdict, "%" PRId64 " of %" PRId64 " Ready; %s: %s%s", ready, seen->replicas,
                    late->pod, going ? "going" : trouble,
                    !going ? ""
                           : migdi_pod_state_holder(&late->state, migdi_verdict_arena(verdict)));
    }
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_cluster_wish *wish = wished;
    const ready_seen *all = in;
    const migdi_cluster_seen *seen = &all->cluster;
    const migdi_member *late = first_late(wish, seen);
    const int64_t ready = count_ready(wish, seen);
    migdi_poll(verdict, 500, 5000);
    migdi_cluster_doorbell(seen, verdict);
    migdi_cluster_tell_ready(wish, seen, verdict);
    if (!seen->exists) {
        migdi_cluster_say_missing(wish, verdict);
    } else if (rolls(wish) && seen->partition > 0) {
        /* The roll is not over: a read that was old said so, or somebody began another. */
        migdi_deploy_roll.decide(wish, goal, seen, verdict);
    } else if (late != NULL) {
        decide_late(wish, all, late, verdict);
    } else if (ready < seen->replicas || (!seen->settled && !seen->all_ready)) {
        migdi_going(verdict, "%" PRId64 " of %" PRId64 " Ready%s%s", ready, seen->replicas,
                    seen->refusal == NULL ? "" : "; no pod could be made: ",
                    seen->refusal == NULL ? "" : seen->refusal);
    } else if ((int64_t)seen->member_count > seen->replicas) {
        migdi_cluster_say_leaving(seen, verdict);
    } else if (wish->seeds == 0) {
        migdi_done(verdict, "%" PRId64 " of %" PRId64 " Ready", ready, seen->replicas);
    } else {
        const int64_t quorum = migdi_cluster_quorum(wish);
        migdi_done(
            verdict, "%" PRId64 " of %" PRId64 " Ready, %s, quorum %" PRId64 ", margin %" PRId64,
            ready, seen->replicas, migdi_cluster_up_text(wish, seen, migdi_verdict_arena(verdict)),
            quorum, migdi_cluster_seeds_up(wish, seen) - quorum);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    const migdi_cluster_wish *wish = wished;
    ready_seen *seen = out;
    (void)act;
    const int64_t replicas = seen->cluster.exists ? seen->cluster.replicas : wish->replicas;
    *seen = (ready_seen){.cluster = {.exists = true, .all_ready = true, .replicas = replicas}};
}

static void report(const void *wished, const void *in, migdi_builder *result)
{
    const migdi_cluster_wish *wish = wished;
    const migdi_cluster_seen *seen = &((const ready_seen *)in)->cluster;
    migdi_build_int64(result, count_ready(wish, seen), "/members/ready");
    migdi_build_int64(result, seen->replicas, "/members/wanted");
}

const migdi_step_kind migdi_deploy_ready = {
    .name = MIGDI_STEP_MEMBERS,
    .seen_size = sizeof(ready_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
    .report = report,
};
