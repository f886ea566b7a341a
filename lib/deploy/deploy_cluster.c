/* What is seen of a cluster: the set, its members, who owns what, and what an apply would
 * change. */
#include "deploy_cluster.h"

#include "codec_object.h"
#include "deploy_diff.h"
#include "kube_calls.h"
#include "kube_time.h"
#include "manifest_names.h"

#include <stdlib.h>
#include <string.h>

/* Kubernetes tells times, and servers their clock, in whole seconds: within one of them nothing
 * says whether it was before the job. */
#define CLOCK_STEP_MS 1000

static const char *metadata(const migd_object *object, const char *key)
{
    return migd_object_text(migdi_object_member(object, "metadata"), key, NULL);
}

/* "app=migratorydata,tier=x" of a set's selector; "app=NAME" where there is none to read. */
static const char *selector_of(const migd_object *set, const char *name, migdi_arena *arena)
{
    const migd_object *labels = migd_object_at(set, "/spec/selector/matchLabels");
    const char *text = NULL;
    for (size_t i = 0; i < migd_object_count(labels); i++) {
        const char *value = migd_object_text(migd_object_item(labels, i), "", "");
        text = text == NULL
                   ? migdi_arena_format(arena, "%s=%s", migd_object_key(labels, i), value)
                   : migdi_arena_format(arena, "%s,%s=%s", text, migd_object_key(labels, i), value);
    }
    return text == NULL ? migdi_arena_format(arena, MIGDI_LABEL_APP "=%s", name) : text;
}

/* The number behind the last "-" of a pod's name; -1 for none. */
static int64_t ordinal_of(const char *pod, const char *set)
{
    const size_t size = strlen(set);
    if (strncmp(pod, set, size) != 0 || pod[size] != '-' || pod[size + 1] < '0' ||
        pod[size + 1] > '9') {
        return -1;
    }
    char *end = NULL;
    const long long ordinal = strtoll(pod + size + 1, &end, 10);
    return *end == '\0' ? ordinal : -1;
}

static int by_ordinal(const void *left, const void *right)
{
    const int64_t a = ((const migdi_member *)left)->ordinal;
    const int64_t b = ((const migdi_member *)right)->ordinal;
    return (a > b) - (a < b);
}

static void observe_members(const migdi_cluster_wish *wish, migdi_view *view,
                            const migd_object *pods, migdi_cluster_seen *seen)
{
    migdi_member *members = migdi_view_array(view, migd_object_count(pods), sizeof *members);
    size_t count = 0;
    for (size_t i = 0; members != NULL && i < migd_object_count(pods); i++) {
        const migd_object *pod = migd_object_item(pods, i);
        const char *name = metadata(pod, "/name");
        const char *owner = migd_object_text(pod, "/metadata/ownerReferences/0/uid", NULL);
        const int64_t ordinal = name == NULL ? -1 : ordinal_of(name, wish->name);
        if (ordinal < 0 || !migdi_text_equal(owner, seen->uid)) {
            continue;
        }
        const migdi_pod_state state = migdi_pod_state_of(pod);
        members[count++] = (migdi_member){
            .pod = name,
            .uid = metadata(pod, "/uid"),
            .revision = migd_object_text(pod, "/metadata/labels/controller-revision-hash", ""),
            .ordinal = ordinal,
            .state = state,
            .trouble = migdi_pod_state_text(&state, migdi_view_arena(view)),
        };
    }
    if (count > 1) {
        qsort(members, count, sizeof *members, by_ordinal);
    }
    seen->members = members;
    seen->member_count = count;
}

static void observe_autoscaler(const migdi_cluster_wish *wish, const migd_object *autoscalers,
                               migdi_cluster_seen *seen)
{
    for (size_t i = 0; i < migd_object_count(autoscalers); i++) {
        const migd_object *autoscaler = migd_object_item(autoscalers, i);
        const migd_object *target = migd_object_at(autoscaler, "/spec/scaleTargetRef");
        if (strcmp(migd_object_text(target, "/kind", ""), "StatefulSet") != 0 ||
            strcmp(migd_object_text(target, "/name", ""), wish->name) != 0) {
            continue;
        }
        const char *name = metadata(autoscaler, "/name");
        const bool ours = migdi_text_equal(name, wish->autoscaler);
        if (seen->autoscaler == NULL || !ours) { /* a foreign one is the news */
            seen->autoscaler = name;
            seen->autoscaler_is_ours = ours;
            seen->least = migd_object_int64(autoscaler, "/spec/minReplicas", 1);
            seen->most = migd_object_int64(autoscaler, "/spec/maxReplicas", INT32_MAX);
        }
    }
}

static void observe_set(const migd_object *set, migdi_arena *arena, migdi_cluster_seen *seen)
{
    seen->exists = true;
    seen->terminating = metadata(set, "/deletionTimestamp") != NULL;
    seen->uid = metadata(set, "/uid");
    seen->version = metadata(set, "/resourceVersion");
    seen->finalizer = migd_object_text(set, "/metadata/finalizers/0", NULL);
    seen->settled = migd_object_int64(set, "/status/observedGeneration", 0) >=
                    migd_object_int64(set, "/metadata/generation", 0);
    seen->replicas = migd_object_int64(set, "/spec/replicas", 1);
    seen->partition = migd_object_int64(set, "/spec/updateStrategy/rollingUpdate/partition", 0);
    seen->update_revision = migd_object_text(set, "/status/updateRevision", "");
    seen->restarted_at = migd_object_text(
        set, "/spec/template/metadata/annotations/migdeploy.dev~1restarted-at", NULL);
    seen->owner = migdi_owner_of(set);
    seen->number = migdi_owner_of_field(set, "/spec/replicas", MIGDI_MANAGER_SCALE,
                                        &seen->number_is_ours, arena);
    bool also = false;
    seen->on_delete =
        migdi_text_equal(migd_object_text(set, "/spec/updateStrategy/type", NULL), "OnDelete");
    seen->strategy =
        migdi_owner_of_field(set,
                             seen->on_delete ? "/spec/updateStrategy/type"
                                             : "/spec/updateStrategy/rollingUpdate/partition",
                             MIGDI_MANAGER_ROLL, &also, arena);
}

static const migd_object *see_set(const migdi_cluster_wish *wish, migdi_view *view)
{
    return migdi_see(view, migdi_kube_get(migdi_view_arena(view), &migdi_kube_statefulsets,
                                          wish->namespace_, wish->name));
}

/* Why a pod is missing although none that exists keeps it waiting. */
static void observe_refusal(const migdi_cluster_wish *wish, migdi_view *view,
                            migdi_cluster_seen *seen)
{
    bool due = (int64_t)seen->member_count < seen->replicas;
    for (size_t i = 0; i < seen->member_count; i++) {
        due = due && seen->members[i].state.ready;
    }
    if (!due) {
        return;
    }
    migdi_arena *arena = migdi_view_arena(view);
    const migdi_kube_selection about = {
        .fields = migdi_arena_format(
            arena, "involvedObject.kind=StatefulSet,involvedObject.name=%s", wish->name)};
    const migd_object *events =
        migdi_see_list(view, migdi_kube_list(arena, &migdi_kube_events, wish->namespace_, &about));
    seen->refusal = migdi_kube_creation_failure(events, seen->uid).message;
}

void migdi_cluster_observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    seen->now_unix_ms = migdi_view_now_unix_ms(view);
    seen->since_unix_ms = seen->now_unix_ms - migdi_view_elapsed_ms(view);
    const migd_object *set = see_set(wish, view);
    if (set == NULL) {
        return;
    }
    observe_set(set, arena, seen);
    const migdi_kube_selection ours = {.labels = selector_of(set, wish->name, arena)};
    const migdi_call *list = migdi_kube_list(arena, &migdi_kube_pods, wish->namespace_, &ours);
    observe_members(wish, view, migdi_see_list(view, list), seen);
    seen->pods = migdi_kube_watch(
        arena, &migdi_kube_pods, wish->namespace_, &ours,
        migd_object_text(migdi_see_page(view, list), "/metadata/resourceVersion", NULL));
    observe_refusal(wish, view, seen);
}

void migdi_cluster_observe_number(const void *wished, migdi_view *view, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_observe(wished, view, out);
    const migd_object *autoscalers = migdi_see_list(
        view, migdi_kube_list(migdi_view_arena(view), &migdi_kube_horizontalpodautoscalers,
                              wish->namespace_, NULL));
    observe_autoscaler(wish, autoscalers, out);
}

static void observe_change(const migdi_cluster_wish *wish, migdi_view *view,
                           migdi_cluster_seen *seen)
{
    if (seen->exists && !seen->terminating) {
        seen->change = migdi_change_see(view, &migdi_kube_statefulsets, wish->namespace_,
                                        wish->applied, see_set(wish, view), "/spec/replicas");
        seen->template_differs = migdi_diff_touches(seen->change.fields, "/spec/template");
    }
}

void migdi_cluster_observe_change(const void *wished, migdi_view *view, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_seen *seen = out;
    migdi_cluster_observe_number(wished, view, out);
    observe_change(wish, view, seen);
}

/* A plan comes here before the template is applied that may mend it. */
void migdi_cluster_observe_mend(const void *wished, migdi_view *view, void *out)
{
    const migdi_cluster_wish *wish = wished;
    migdi_cluster_seen *seen = out;
    bool stuck = false;
    migdi_cluster_observe(wished, view, out);
    for (size_t i = 0; i < seen->member_count; i++) {
        stuck = stuck || migdi_member_is_stuck(&seen->members[i]);
    }
    if (stuck && wish->applied != NULL) {
        observe_change(wish, view, seen);
    }
}

/* --- what follows from it --------------------------------------------------------------------- */

void migdi_cluster_doorbell(const migdi_cluster_seen *seen, migdi_verdict *verdict)
{
    if (seen->pods != NULL) {
        migdi_doorbell(verdict, seen->pods);
    }
}

void migdi_cluster_tell_ready(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                              migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    for (size_t i = 0; i < seen->member_count; i++) {
        const migdi_member *member = &seen->members[i];
        /* The server's clock and its conditions count whole seconds. */
        if (!member->state.ready || member->state.node == NULL ||
            member->ordinal >= seen->replicas ||
            member->state.ready_since_unix_ms < seen->since_unix_ms + CLOCK_STEP_MS) {
            continue;
        }
        const char *object =
            migdi_kube_resource_title(&migdi_kube_pods, wish->namespace_, member->pod, arena);
        const char *key = migdi_arena_format(arena, "ready %s", member->uid);
        if (object != NULL && key != NULL) {
            migdi_part_done(verdict, key, object, "%s Ready on %s", member->pod,
                            member->state.node);
        }
    }
}

const migdi_member *migdi_cluster_member(const migdi_cluster_seen *seen, int64_t ordinal)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        if (seen->members[i].ordinal == ordinal) {
            return &seen->members[i];
        }
    }
    return NULL;
}

int64_t migdi_cluster_top(const migdi_cluster_seen *seen)
{
    return seen->member_count == 0 ? 0 : seen->members[seen->member_count - 1].ordinal + 1;
}

int64_t migdi_cluster_quorum(const migdi_cluster_wish *wish)
{
    return wish->seeds / 2 + 1;
}

/* The members that have to be up before another goes. Who is a seed may not be known: then all that
 * stay. */
static int64_t needed(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    return wish->seeds == 0               ? seen->replicas - 1
           : wish->seeds < seen->replicas ? wish->seeds
                                          : seen->replicas;
}

int64_t migdi_cluster_seeds_up(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    if (seen->all_ready) {
        return needed(wish, seen);
    }
    const int64_t seeds = wish->seeds == 0 ? needed(wish, seen) : wish->seeds;
    int64_t up = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        up += seen->members[i].ordinal < seeds && seen->members[i].state.ready;
    }
    return up;
}

bool migdi_cluster_seeds_are_up(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen)
{
    return migdi_cluster_seeds_up(wish, seen) >= needed(wish, seen);
}

const char *migdi_cluster_up_text(const migdi_cluster_wish *wish, const migdi_cluster_seen *seen,
                                  migdi_arena *arena)
{
    return migdi_arena_format(arena, "%s up %lld of %lld", wish->seeds == 0 ? "members" : "seeds",
                              (long long)migdi_cluster_seeds_up(wish, seen),
                              (long long)(wish->seeds == 0 ? needed(wish, seen) : wish->seeds));
}

bool migdi_member_is_updated(const migdi_cluster_seen *seen, const migdi_member *member)
{
    return !seen->template_differs && migdi_text_equal(member->revision, seen->update_revision);
}

bool migdi_cluster_revision_works(const migdi_cluster_seen *seen, const char *revision)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        if (seen->members[i].state.ready && migdi_text_equal(seen->members[i].revision, revision)) {
            return true;
        }
    }
    return false;
}

bool migdi_member_is_stuck(const migdi_member *member)
{
    return !member->state.ready && !member->state.terminating && member->trouble != NULL;
}

const char *migdi_member_dead_end(const migdi_member *member)
{
    static const char *const for_ever[] = {"InvalidImageName", "CreateContainerConfigError",
                                           "CreateContainerError", "RunContainerError"};
    static const char *const denied[] = {"not found",      "NotFound", "manifest unknown",
                                         "does not exist", "denied",   "unauthorized"};
    const migdi_pod_state *state = &member->state;
    if (state->ready || state->terminating || state->reason == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof for_ever / sizeof for_ever[0]; i++) {
        if (strcmp(state->reason, for_ever[i]) == 0) {
            return member->trouble;
        }
    }
    const bool image = strcmp(state->reason, "ErrImagePull") == 0 ||
                       strcmp(state->reason, "ImagePullBackOff") == 0;
    for (size_t i = 0; image && i < sizeof denied / sizeof denied[0]; i++) {
        if (strstr(state->message, denied[i]) != NULL) {
            return member->trouble;
        }
    }
    /* Three lives are enough to tell a crash loop from a slow start beside its peers. */
    const bool crashing = strcmp(state->reason, "CrashLoopBackOff") == 0;
    return crashing && state->restarts >= 3 ? member->trouble : NULL;
}

const char *migdi_member_mend(const migdi_cluster_wish *wish, const migdi_member *member,
                              migdi_arena *arena)
{
    static const char deploy[] = "migdeploy deploy (it replaces the stuck pod as well)";
    const char *reason = member->state.reason == NULL ? "" : member->state.reason;
    if (wish->image_where == NULL || strstr(reason, "Image") == NULL) {
        return deploy;
    }
    return migdi_arena_format(arena, "correct %s, then %s", wish->image_where, deploy);
}

/* --- its calls -------------------------------------------------------------------------------- */

const char *migdi_cluster_title(const migdi_cluster_wish *wish, migdi_arena *arena)
{
    return migdi_kube_resource_title(&migdi_kube_statefulsets, wish->namespace_, wish->name, arena);
}

void migdi_cluster_say_leaving(const migdi_cluster_seen *seen, migdi_verdict *verdict)
{
    const migdi_member *last = &seen->members[seen->member_count - 1];
    migdi_going(verdict, "%s is going%s", last->pod,
                migdi_pod_state_holder(&last->state, migdi_verdict_arena(verdict)));
}

void migdi_cluster_say_missing(const migdi_cluster_wish *wish, migdi_verdict *verdict)
{
    const char *title = migdi_cluster_title(wish, migdi_verdict_arena(verdict));
    if (wish->created == NULL) {
        migdi_refuse(verdict, MIGD_ERR_NOT_FOUND, "there is no %s", title);
    } else {
        migdi_going(verdict, "%s is awaited", title);
    }
}

const migdi_call *migdi_cluster_apply(const migdi_cluster_wish *wish,
                                      const migdi_cluster_seen *seen, migdi_arena *arena)
{
    const migdi_kube_write write = {.manager = MIGDI_MANAGER,
                                    .force = seen->change.conflict.kind != MIGDI_OWNER_NONE,
                                    .namespace_ = wish->namespace_};
    const migd_object *object = seen->exists ? wish->applied : wish->created;
    if (write.force || seen->template_differs) {
        /* Whose fields it takes, and that the partition holds the members, was seen before. */
        object = migdi_change_guarded(object, seen->version, arena);
    }
    return object == NULL ? NULL
                          : migdi_kube_apply(arena, &migdi_kube_statefulsets, object, &write);
}

/* An apply of one field alone; `fields` is emptied. */
static const migdi_call *apply_alone(const migdi_cluster_wish *wish, migdi_builder *fields,
                                     const char *manager, migdi_arena *arena)
{
    migdi_build_string(fields, "apps/v1", "/apiVersion");
    migdi_build_string(fields, "StatefulSet", "/kind");
    migdi_build_string(fields, wish->name, "/metadata/name");
    migdi_build_string(fields, wish->namespace_, "/metadata/namespace");
    migd_object *patch = NULL;
    if (migdi_build_take(fields, &patch, NULL) < 0) {
        arena->failed = true;
        return NULL;
    }
    const migdi_kube_write write = {.manager = manager, .force = true};
    const migdi_call *call = migdi_kube_apply(arena, &migdi_kube_statefulsets, patch, &write);
    migd_object_free(patch);
    return call;
}

const migdi_call *migdi_cluster_set_partition(const migdi_cluster_wish *wish,
                                              const migdi_cluster_seen *seen, int64_t partition,
                                              migdi_arena *arena)
{
    migdi_builder fields;
    migdi_build(&fields);
    migdi_build_string(&fields, seen->version, "/metadata/resourceVersion");
    migdi_build_string(&fields, "RollingUpdate", "/spec/updateStrategy/type");
    migdi_build_int64(&fields, partition, "/spec/updateStrategy/rollingUpdate/partition");
    return apply_alone(wish, &fields, MIGDI_MANAGER_ROLL, arena);
}

const migdi_call *migdi_cluster_restart(const migdi_cluster_wish *wish,
                                        const migdi_cluster_seen *seen, migdi_arena *arena)
{
    migdi_builder fields;
    migdi_build(&fields);
    migdi_build_string(&fields, seen->version, "/metadata/resourceVersion");
    migdi_build_string(&fields, wish->restarted_at,
                       "/spec/template/metadata/annotations/migdeploy.dev~1restarted-at");
    return apply_alone(wish, &fields, MIGDI_MANAGER_RESTART, arena);
}

const migdi_call *migdi_cluster_set_replicas(const migdi_cluster_wish *wish,
                                             const migdi_cluster_seen *seen, int64_t replicas,
                                             migdi_arena *arena)
{
    const migdi_kube_write write = {.manager = MIGDI_MANAGER_SCALE,
                                    .force = seen->number.kind != MIGDI_OWNER_NONE};
    return migdi_kube_apply_scale(arena, &migdi_kube_statefulsets, wish->namespace_, wish->name,
                                  replicas, seen->version, &write);
}

migdi_act *migdi_cluster_replace(const migdi_cluster_wish *wish, const migdi_member *member,
                                 const char *why, migdi_verdict *verdict)
{
    migdi_arena *arena = migdi_verdict_arena(verdict);
    const migdi_kube_end end = {.uid = member->uid};
    migdi_going(verdict, "replace %s: %s", member->pod, why);
    migdi_act *act = migdi_want(
        verdict, migdi_kube_delete(arena, &migdi_kube_pods, wish->namespace_, member->pod, &end));
    act->facts[0] = 404;
    act->facts[1] = 409; /* it is another pod by now */
    act->action = "delete";
    act->object = migdi_kube_resource_title(&migdi_kube_pods, wish->namespace_, member->pod, arena);
    return act;
}
