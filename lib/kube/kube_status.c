/* How a pod is, and why it is not better. */
#include "kube_status.h"

#include "kube_time.h"

#include <string.h>

const migd_object *migdi_kube_condition_at(const migd_object *object, const char *type)
{
    const migd_object *conditions = migd_object_at(object, "/status/conditions");
    for (size_t i = 0; i < migd_object_count(conditions); i++) {
        const migd_object *condition = migd_object_item(conditions, i);
        if (strcmp(migd_object_text(condition, "/type", ""), type) == 0) {
            return condition;
        }
    }
    return NULL;
}

const char *migdi_kube_condition(const migd_object *object, const char *type)
{
    return migd_object_text(migdi_kube_condition_at(object, type), "/status", NULL);
}

/* --- containers ------------------------------------------------------------------------------- */

static void add_restarts(migdi_pod_state *state, const migd_object *statuses)
{
    for (size_t i = 0; i < migd_object_count(statuses); i++) {
        state->restarts += migd_object_int64(migd_object_item(statuses, i), "/restartCount", 0);
    }
}

/* Waiting with one of these is the normal way to start. */
static bool is_starting(const char *reason)
{
    return strcmp(reason, "ContainerCreating") == 0 || strcmp(reason, "PodInitializing") == 0;
}

/* Takes over what is wrong with the container; false: nothing is. */
static bool blame_container(migdi_pod_state *state, const migd_object *status)
{
    const char *waiting = migd_object_text(status, "/state/waiting/reason", NULL);
    const int64_t ended = migd_object_int64(status, "/state/terminated/exitCode", 0);
    if ((waiting == NULL || is_starting(waiting)) && ended == 0) {
        return false;
    }
    const bool waits = waiting != NULL;
    const char *run = waits ? "/lastState/terminated" : "/state/terminated";
    const migd_object *last = migd_object_at(status, run);
    state->container = migd_object_text(status, "/name", NULL);
    state->reason = waits ? waiting : migd_object_text(last, "/reason", "Error");
    state->message = migd_object_text(
        status, waits ? "/state/waiting/message" : "/state/terminated/message", "");
    state->crashed = last != NULL;
    state->exit_code = migd_object_int64(last, "/exitCode", -1);
    return true;
}

static bool blame_containers(migdi_pod_state *state, const migd_object *statuses)
{
    for (size_t i = 0; i < migd_object_count(statuses); i++) {
        if (blame_container(state, migd_object_item(statuses, i))) {
            return true;
        }
    }
    return false;
}

/* --- the pod ---------------------------------------------------------------------------------- */

static void blame(migdi_pod_state *state, const migd_object *pod)
{
    const migd_object *scheduled = migdi_kube_condition_at(pod, "PodScheduled");
    if (strcmp(migd_object_text(scheduled, "/status", ""), "False") == 0) {
        state->reason = migd_object_text(scheduled, "/reason", "Unschedulable");
        state->message = migd_object_text(scheduled, "/message", "");
    } else if (migd_object_text(pod, "/status/reason", NULL) != NULL) { /* Evicted, NodeLost */
        state->reason = migd_object_text(pod, "/status/reason", "");
        state->message = migd_object_text(pod, "/status/message", "");
    } else if (!blame_containers(state, migd_object_at(pod, "/status/initContainerStatuses")) &&
               !blame_containers(state, migd_object_at(pod, "/status/containerStatuses")) &&
               strcmp(migd_object_text(pod, "/status/phase", ""), "Failed") == 0) {
        state->reason = "Failed";
        state->message = migd_object_text(pod, "/status/message", "");
    }
}

migdi_pod_state migdi_pod_state_of(const migd_object *pod)
{
    migdi_pod_state state = {.message = "", .exit_code = -1};
    if (pod == NULL) {
        return (migdi_pod_state){0};
    }
    const migd_object *ready = migdi_kube_condition_at(pod, "Ready");
    const char *phase = migd_object_text(pod, "/status/phase", "");
    state.terminating = migd_object_text(pod, "/metadata/deletionTimestamp", NULL) != NULL;
    state.ready = strcmp(migd_object_text(ready, "/status", ""), "True") == 0 && !state.terminating;
    state.ready_since_unix_ms =
        migdi_kube_time_or(migd_object_text(ready, "/lastTransitionTime", NULL), 0);
    state.created_unix_ms =
        migdi_kube_time_or(migd_object_text(pod, "/metadata/creationTimestamp", NULL), 0);
    state.node = migd_object_text(pod, "/spec/nodeName", NULL);
    state.scheduled = state.node != NULL;
    state.finalizer = migd_object_text(pod, "/metadata/finalizers/0", NULL);
    state.finished = strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
    add_restarts(&state, migd_object_at(pod, "/status/initContainerStatuses"));
    add_restarts(&state, migd_object_at(pod, "/status/containerStatuses"));
    if (!state.ready) {
        blame(&state, pod);
    }
    return state;
}

const char *migdi_pod_state_text(const migdi_pod_state *state, migdi_arena *arena)
{
    if (state->reason == NULL) {
        return NULL;
    }
    const char *of = state->container == NULL ? "" : " of container ";
    const char *container = state->container == NULL ? "" : state->container;
    const char *end =
        state->crashed ? migdi_arena_format(arena, " (exit %lld, %lld restarts)",
                                            (long long)state->exit_code, (long long)state->restarts)
                       : "";
    return end == NULL
               ? NULL
               : migdi_arena_format(arena, "%s%s%s%s%s%s", state->reason, of, container, end,
                                    state->message[0] == '\0' ? "" : ": ", state->message);
}

const char *migdi_pod_state_holder(const migdi_pod_state *state, migdi_arena *arena)
{
    const char *text = state->finalizer != NULL
                           ? migdi_arena_format(arena, ", held by %s", state->finalizer)
                       : state->node != NULL ? migdi_arena_format(arena, " on %s", state->node)
                                             : "";
    return text == NULL ? "" : text;
}

/* --- events ----------------------------------------------------------------------------------- */

/* Events of the old and of the new API keep their time in different places. */
static int64_t time_of_event(const migd_object *event)
{
    static const char *const places[] = {"/series/lastObservedTime", "/lastTimestamp", "/eventTime",
                                         "/firstTimestamp", "/metadata/creationTimestamp"};
    int64_t time = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places && time == 0; i++) {
        time = migdi_kube_time_or(migd_object_text(event, places[i], NULL), 0);
    }
    return time;
}

/* 'create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: ...' */
static const char *server_part(const char *message)
{
    const char *error = strstr(message, " failed error: ");
    return error == NULL ? message : error + strlen(" failed error: ");
}

migdi_creation_failure migdi_kube_creation_failure(const migd_object *events, const char *uid)
{
    migdi_creation_failure newest = {0};
    const migd_object *items =
        migd_object_kind(events) == MIGD_KIND_MAP ? migd_object_at(events, "/items") : events;
    for (size_t i = 0; i < migd_object_count(items); i++) {
        const migd_object *event = migd_object_item(items, i);
        if (strcmp(migd_object_text(event, "/reason", ""), "FailedCreate") != 0 ||
            strcmp(migd_object_text(event, "/involvedObject/uid", ""), uid) != 0) {
            continue;
        }
        const int64_t time = time_of_event(event);
        if (newest.message == NULL || time >= newest.unix_ms) {
            newest.message = server_part(migd_object_text(event, "/message", ""));
            newest.unix_ms = time;
        }
    }
    return newest;
}
