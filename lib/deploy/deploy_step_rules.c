/* The rules, before the first write: the state that the change leads to, and the step there, judged
 * on what runs now. */
#include "codec_object.h"
#include "deploy_live.h"
#include "deploy_refusal.h"
#include "deploy_rules.h"
#include "kube_calls.h"
#include "kube_version.h"
#include "manifest_check.h"
#include "manifest_findings.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const migd_findings *findings;
    int64_t replicas;    /* that run now */
    const char *unzoned; /* a node without a zone, where the seeds are spread by zone */
    const char *old;     /* Kubernetes "1.27", which numbers no pods, where a budget needs that */
} rules_seen;

static void add(migd_objects *list, const migd_object *object, migdi_arena *arena)
{
    if (list != NULL && object != NULL && migd_objects_add(list, object, NULL) < 0) {
        arena->failed = true;
    }
}

/* Adds the object with another number of replicas. */
static void add_scaled(migd_objects *list, const migd_object *set, int64_t replicas,
                       migdi_arena *arena)
{
    migd_object *scaled = NULL;
    if (migd_object_copy(set, &scaled, NULL) < 0 ||
        migd_object_set_int64(scaled, "/spec/replicas", replicas, NULL) < 0) {
        arena->failed = true;
    } else {
        add(list, scaled, arena);
    }
    migd_object_free(scaled);
}

static bool same_object(const migd_object *left, const migd_object *right)
{
    return migdi_text_equal(migd_object_text(left, "/kind", NULL),
                            migd_object_text(right, "/kind", NULL)) &&
           migdi_text_equal(migd_object_text(left, "/metadata/name", NULL),
                            migd_object_text(right, "/metadata/name", NULL));
}

static bool is_among(const migd_objects *list, const migd_object *object)
{
    for (size_t i = 0; i < migd_objects_count(list); i++) {
        if (same_object(migd_objects_item(list, i), object)) {
            return true;
        }
    }
    return false;
}

static int64_t replicas_after(const migdi_rules_wish *wish, const migd_object *live,
                              const migd_object *wished)
{
    const int64_t runs = migd_object_int64(live, "/spec/replicas", 0);
    const int64_t spec = migd_object_int64(wished, "/spec/replicas", 0);
    if (wish->replicas > 0) {
        return wish->replicas;
    }
    return wish->lower || spec > runs ? spec : runs;
}

/* Everything as it will be: what is wished, and what runs and is not wished otherwise. */
static migd_objects *after_list(const migdi_rules_wish *wish, const migd_objects *before,
                                const migd_object *live, migdi_arena *arena)
{
    migd_objects *after = migdi_live_list(arena);
    for (size_t i = 0; i < migd_objects_count(wish->objects); i++) {
        const migd_object *object = migd_objects_item(wish->objects, i);
        if (live != NULL && same_object(object, live)) {
            add_scaled(after, object, replicas_after(wish, live, object), arena);
        } else {
            add(after, object, arena);
        }
    }
    for (size_t i = 0; i < migd_objects_count(before); i++) {
        const migd_object *object = migd_objects_item(before, i);
        if (is_among(wish->objects, object)) {
            continue;
        }
        if (same_object(object, live) && wish->replicas > 0) {
            add_scaled(after, object, wish->replicas, arena);
        } else {
            add(after, object, arena);
        }
    }
    return after;
}

static void judge(const migdi_rules_wish *wish, const migd_objects *before, const migd_object *live,
                  migdi_arena *arena, rules_seen *seen)
{
    const migdi_check_request request = {
        .after = after_list(wish, before, live, arena),
        .before = before,
        .spec = wish->objects == NULL ? NULL : wish->spec,
        .list_end = wish->list_end,
        .options = wish->options,
        .by_hand = wish->by_hand || wish->replicas > 0,
    };
    migd_findings *findings = NULL;
    if (arena->failed || migdi_check(&request, &findings, NULL) < 0) {
        arena->failed = true;
    } else if (migdi_arena_give(arena, findings, migdi_findings_release)) {
        seen->findings = findings;
    }
}

/* Since 1.28 a pod of a set bears its index: a pod that does is the proof, else the server's
 * release is. */
static const char *too_old(migdi_view *view, const migd_object *pods)
{
    for (size_t i = 0; i < migd_object_count(pods); i++) {
        if (migd_object_text(migd_object_item(pods, i),
                             "/metadata/labels/apps.kubernetes.io~1pod-index", NULL) != NULL) {
            return NULL;
        }
    }
    migdi_arena *arena = migdi_view_arena(view);
    const migd_error *error = NULL; /* who may not ask is not refused */
    const migdi_kube_release release =
        migdi_kube_release_of(migdi_try_see(view, migdi_kube_version(arena), &error));
    return migdi_kube_release_is_before(release, 1, 28) ? migdi_kube_release_name(release, arena)
                                                        : NULL;
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_rules_wish *wish = wished;
    rules_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *live = migdi_see(
        view, migdi_kube_get(arena, &migdi_kube_statefulsets, wish->namespace_, wish->name));
    const migd_object *pods =
        migdi_see_list(view, migdi_kube_list(arena, &migdi_kube_pods, wish->namespace_, NULL));
    const migd_object *budgets = migdi_see_list(
        view, migdi_kube_list(arena, &migdi_kube_poddisruptionbudgets, wish->namespace_, NULL));
    const migd_object *autoscalers = migdi_see_list(
        view, migdi_kube_list(arena, &migdi_kube_horizontalpodautoscalers, wish->namespace_, NULL));
    migd_objects *before = migdi_live_list(arena);
    add(before, live, arena);
    migdi_live_add_all(before, pods, &migdi_kube_pods, arena);
    migdi_live_add_all(before, budgets, &migdi_kube_poddisruptionbudgets, arena);
    migdi_live_add_all(before, autoscalers, &migdi_kube_horizontalpodautoscalers, arena);
    seen->replicas = migd_object_int64(live, "/spec/replicas", 0);
    if (wish->zones) {
        const migd_error *error = NULL; /* who may not list nodes is not asked for zones */
        const migd_object *nodes =
            migdi_try_see_list(view, migdi_kube_list(arena, &migdi_kube_nodes, NULL, NULL), &error);
        for (size_t i = 0; i < migd_object_count(nodes) && seen->unzoned == NULL; i++) {
            const migd_object *node = migd_object_item(nodes, i);
            if (migd_object_text(node, "/metadata/labels/topology.kubernetes.io~1zone", NULL) ==
                NULL) {
                seen->unzoned = migd_object_text(node, "/metadata/name", "");
            }
        }
    }
    seen->old = wish->indexed ? too_old(view, pods) : NULL;
    judge(wish, before, live, arena, seen);
}

static void refuse(const rules_seen *seen, migdi_verdict *verdict)
{
    const migdi_refusal refusal = migdi_refusal_make(seen->findings, migdi_verdict_arena(verdict));
    migdi_refuse(verdict, MIGD_ERR_REFUSED, "%s", refusal.message);
    for (size_t i = 0; i < refusal.count; i++) {
        const migdi_detail *detail = &refusal.details[i];
        migdi_refuse_detail(verdict, detail->field, detail->reason, detail->message,
                            detail->subject);
    }
    char remaining[64] = "nothing was changed";
    if (seen->replicas > 0) {
        snprintf(remaining, sizeof remaining, "nothing was changed; %lld run",
                 (long long)seen->replicas);
    }
    migdi_refuse_remaining(verdict, remaining, refusal.next);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const rules_seen *seen = in;
    (void)wished;
    (void)goal;
    if (migd_findings_errors(seen->findings) > 0) {
        refuse(seen, verdict);
    } else if (seen->unzoned != NULL) {
        migdi_refuse(verdict, MIGD_ERR_REFUSED,
                     "node %s has no zone, and the seeds are spread by zone", seen->unzoned);
        migdi_refuse_remaining(verdict, "nothing was changed",
                               "migdeploy deploy --set spec.members.spread=node");
    } else if (seen->old != NULL) {
        migdi_refuse(verdict, MIGD_ERR_REFUSED,
                     "Kubernetes %s numbers no pods (1.28 does): a budget over the seeds would "
                     "cover nobody",
                     seen->old);
        migdi_refuse_detail(verdict, "/spec/disruption/scope", NULL,
                            "upgrade Kubernetes; or a budget over all members:", NULL);
        migdi_refuse_remaining(verdict, "nothing was changed",
                               "migdeploy deploy --set spec.disruption.scope=members --set "
                               "spec.disruption.maxUnavailable=1");
    } else {
        migdi_done(verdict, "no rule forbids it");
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    (void)wished;
    (void)act;
    (void)out;
}

static void report(const void *wished, const void *in, migdi_builder *result)
{
    const rules_seen *seen = in;
    (void)wished;
    migdi_build_object(result, migdi_findings_items(seen->findings), "/findings");
}

const migdi_step_kind migdi_deploy_rules = {
    .name = MIGDI_STEP_RULES,
    .seen_size = sizeof(rules_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
    .report = report,
};
