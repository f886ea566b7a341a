/* The scheduler and the kubelets: where a pod goes, how it starts, fails and ends. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

static const owner kubelet = {"kubelet", "v1", "status", false};
static const owner scheduler = {"kube-scheduler", "v1", "status", false};

enum {
    STAGE_NEW,
    STAGE_STARTING,
    STAGE_READY,
    STAGE_PULL,
    STAGE_BACK_OFF,
    STAGE_CRASHED,
    STAGE_STOPPING
};

enum { NODES = 512, PATIENCE_MS = 300000 };

static const value *ready_condition(const object *pod)
{
    return value_find(object_get(pod, "status/conditions"), "type", "Ready");
}

bool pod_is_ready(const object *pod)
{
    return strcmp(value_text(ready_condition(pod), "status", ""), "True") == 0;
}

int64_t pod_ready_since(const object *pod)
{
    return pod_is_ready(pod)
               ? time_read(value_text(ready_condition(pod), "lastTransitionTime", NULL))
               : -1;
}

/* --- scheduling ------------------------------------------------------------------------------- */

typedef struct candidates {
    world *cloud;
    const object *pod;
    const object *nodes[NODES];
    size_t count;
    const object **pods; /* that stay, of its namespace, with their nodes */
    const object **hosts;
    size_t pod_count;
} candidates;

static bool tolerates(const object *pod, const value *taint)
{
    const value *tolerations = object_get(pod, "spec/tolerations");
    for (uint32_t i = 0; tolerations != NULL && i < tolerations->count; i++) {
        const value *one = tolerations->items[i];
        const char *effect = value_text(one, "effect", "");
        const char *key = value_text(one, "key", "");
        const bool exists = strcmp(value_text(one, "operator", "Equal"), "Exists") == 0;
        if ((*effect == '\0' || strcmp(effect, value_text(taint, "effect", "")) == 0) &&
            (*key == '\0' || strcmp(key, value_text(taint, "key", "")) == 0) &&
            (exists || strcmp(value_text(one, "value", ""), value_text(taint, "value", "")) == 0)) {
            return true;
        }
    }
    return false;
}

static const value *fatal_taint(const object *pod, const object *node)
{
    const value *taints = object_get(node, "spec/taints");
    for (uint32_t i = 0; taints != NULL && i < taints->count; i++) {
        const char *effect = value_text(taints->items[i], "effect", "");
        if (strcmp(effect, "PreferNoSchedule") != 0 && !tolerates(pod, taints->items[i])) {
            return taints->items[i];
        }
    }
    return NULL;
}

static bool has_node_labels(const object *pod, const object *node)
{
    const value *wanted = object_get(pod, "spec/nodeSelector");
    for (uint32_t i = 0; wanted != NULL && i < wanted->count; i++) {
        if (!value_equal(wanted->members[i].value,
                         value_get(object_labels(node), wanted->members[i].key))) {
            return false;
        }
    }
    return true;
}

/* How many pods of the namespace that the selector selects are where `key` of the node's labels is
 * `domain`. */
static int64_t count_pods(const candidates *in, const value *selector, const char *key,
                          const value *domain)
{
    int64_t count = 0;
    for (size_t i = 0; i < in->pod_count; i++) {
        count += value_equal(value_get(object_labels(in->hosts[i]), key), domain) &&
                 selector_matches(selector, object_labels(in->pods[i]));
    }
    return count;
}

/* Whether the node may take the pod under one hard constraint. */
static bool spreads(const candidates *in, const object *node, const value *constraint)
{
    const char *key = value_text(constraint, "topologyKey", "");
    const value *selector = value_get(constraint, "labelSelector");
    const value *domain = value_get(object_labels(node), key);
    const bool honor = strcmp(value_text(constraint, "nodeTaintsPolicy", "Ignore"), "Honor") == 0;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < in->count; i++) {
        const object *other = in->nodes[i];
        const value *its = value_get(object_labels(other), key);
        const bool shut = value_true(other->now->document, "spec/unschedulable") ||
                          fatal_taint(in->pod, other) != NULL;
        if (its != NULL && has_node_labels(in->pod, other) && !(honor && shut)) {
            const int64_t count = count_pods(in, selector, key, its);
            least = count < least ? count : least;
        }
    }
    const int64_t own = selector_matches(selector, object_labels(in->pod));
    return domain != NULL &&
           count_pods(in, selector, key, domain) + own - (least == INT64_MAX ? 0 : least) <=
               value_integer(constraint, "maxSkew", 1);
}

/* Why the node cannot take the pod, in the scheduler's words; NULL: it can. */
static const char *refusal(const candidates *in, const object *node)
{
    static const char anti[] =
        "spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    world *cloud = in->cloud;
    if (value_true(node->now->document, "spec/unschedulable")) {
        return "node(s) were unschedulable";
    }
    const value *taint = fatal_taint(in->pod, node);
    if (taint != NULL) {
        return pool_format(&cloud->memory, "node(s) had untolerated taint {%s: %s}",
                           value_text(taint, "key", ""), value_text(taint, "value", ""));
    }
    if (!has_node_labels(in->pod, node)) {
        return "node(s) didn't match Pod's node affinity/selector";
    }
    size_t first = 0;
    size_t end = 0;
    int64_t here = 0;
    store_range(cloud, KIND_POD, NULL, &first, &end);
    for (size_t i = first; i < end; i++) {
        here += strcmp(object_text(cloud->objects[i], "spec/nodeName"), node->name) == 0;
    }
    if (here >= setting(cloud, "room")) {
        return "Too many pods";
    }
    const value *required = object_get(in->pod, anti);
    for (uint32_t i = 0; required != NULL && i < required->count; i++) {
        const char *key = value_text(required->items[i], "topologyKey", "");
        const value *domain = value_get(object_labels(node), key);
        if (count_pods(in, value_get(required->items[i], "labelSelector"), key, domain) > 0) {
            return "node(s) didn't match pod anti-affinity rules";
        }
    }
    const value *constraints = object_get(in->pod, "spec/topologySpreadConstraints");
    for (uint32_t i = 0; constraints != NULL && i < constraints->count; i++) {
        const value *one = constraints->items[i];
        if (strcmp(value_text(one, "whenUnsatisfiable", ""), "DoNotSchedule") == 0 &&
            !spreads(in, node, one)) {
            return value_get(object_labels(node), value_text(one, "topologyKey", "")) == NULL
                       ? "node(s) didn't match pod topology spread constraints (missing "
                         "required label)"
                       : "node(s) didn't match pod topology spread constraints";
        }
    }
    return NULL;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* "0/5 nodes are available: 2 node(s) were unschedulable, 3 Too many pods. ..." */
static const char *no_node_text(const candidates *in, const char **reasons)
{
    pool *memory = &in->cloud->memory;
    const char *lines[NODES];
    size_t count = 0;
    for (size_t i = 0; i < in->count; i++) {
        size_t same = 0;
        bool told = false;
        for (size_t k = 0; k < in->count; k++) {
            const bool equal = strcmp(reasons[i], reasons[k]) == 0;
            same += equal;
            told = told || (equal && k < i);
        }
        if (!told) {
            lines[count++] = pool_format(memory, "%zu %s", same, reasons[i]);
        }
    }
    qsort(lines, count, sizeof *lines, by_text);
    text out = {.memory = memory};
    text_format(&out, "0/%zu nodes are available: ", in->count);
    for (size_t i = 0; i < count; i++) {
        text_format(&out, "%s%s", i == 0 ? "" : ", ", lines[i]);
    }
    text_format(
        &out,
        ". no new claims to deallocate, preemption: 0/%zu nodes are available: %zu Preemption "
        "is not helpful for scheduling.",
        in->count, in->count);
    const char *message = pool_text(memory, out.bytes, out.size);
    text_free(&out);
    return message;
}

static const value *condition(world *cloud, const object *pod, const char *type, bool holds,
                              const char *reason, const char *message)
{
    const value *old = value_find(object_get(pod, "status/conditions"), "type", type);
    const char *status = holds ? "True" : "False";
    const bool refused = !holds && strcmp(type, "PodScheduled") == 0;
    const value *generation = refused ? object_get(pod, "metadata/generation") : NULL;
    const char *since = old != NULL && strcmp(value_text(old, "status", ""), status) == 0
                            ? value_text(old, "lastTransitionTime", NULL)
                            : time_text(cloud, cloud->now_ms);
    return value_make(&cloud->memory,
                      "{'type':%s,'status':%s,'observedGeneration':%v,'lastProbeTime':null,"
                      "'lastTransitionTime':%s,'reason':%s,'message':%s}",
                      type, status, generation, since, reason, message);
}

/* Where fewest pods of its kind are: in the zone, then on the node; of equals any. */
static const object *best_node(candidates *in, const char **reasons)
{
    const object *best = NULL;
    int64_t best_score = 0;
    const value *all = value_make(
        &in->cloud->memory, "{'matchLabels':%v}",
        value_with(&in->cloud->memory, NULL, "app", value_get(object_labels(in->pod), "app")));
    for (size_t i = 0; i < in->count; i++) {
        const object *node = in->nodes[i];
        reasons[i] = refusal(in, node);
        if (reasons[i] != NULL) {
            continue;
        }
        static const char zone[] = "topology.kubernetes.io/zone";
        static const char host[] = "kubernetes.io/hostname";
        const int64_t score =
            count_pods(in, all, host, value_get(object_labels(node), host)) * 1000000 +
            count_pods(in, all, zone, value_get(object_labels(node), zone)) * 1000 +
            (int64_t)(chance(in->cloud) % 1000);
        if (best == NULL || score < best_score) {
            best = node;
            best_score = score;
        }
    }
    return best;
}

static void schedule(world *cloud, object *pod)
{
    pool *memory = &cloud->memory;
    candidates in = {.cloud = cloud, .pod = pod};
    const char *reasons[NODES];
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_NODE, NULL, &first, &end);
    for (size_t i = first; i < end && in.count < NODES; i++) {
        in.nodes[in.count++] = cloud->objects[i];
    }
    store_range(cloud, KIND_POD, pod->space, &first, &end);
    in.pods = pool_alloc(memory, (end - first) * sizeof *in.pods);
    in.hosts = pool_alloc(memory, (end - first) * sizeof *in.hosts);
    for (size_t i = first; i < end; i++) {
        const object *other = cloud->objects[i];
        const object *host = store_find(cloud, KIND_NODE, "", object_text(other, "spec/nodeName"));
        if (host != NULL && !object_is_deleting(other)) {
            in.pods[in.pod_count] = other;
            in.hosts[in.pod_count++] = host;
        }
    }
    const object *node = best_node(&in, reasons);
    const value *conditions = NULL;
    if (node == NULL) {
        const char *message = no_node_text(&in, reasons);
        conditions = value_append(
            memory, NULL, condition(cloud, pod, "PodScheduled", false, "Unschedulable", message));
        if (!value_equal(conditions, object_get(pod, "status/conditions"))) {
            store_put(cloud, pod, "status/conditions", conditions, &scheduler);
            events_tell(cloud, pod, "default-scheduler", "Warning", "FailedScheduling", message);
        }
        return;
    }
    static const char *const copied[] = {"topology.kubernetes.io/region",
                                         "topology.kubernetes.io/zone"};
    const value *document = pod->now->document;
    const value *labels = object_labels(pod);
    for (size_t i = 0; i < 2; i++) {
        labels = value_with(memory, labels, copied[i], value_get(object_labels(node), copied[i]));
    }
    conditions =
        value_append(memory, NULL, condition(cloud, pod, "PodScheduled", true, NULL, NULL));
    document = value_put(memory, document, "metadata/labels", labels);
    document = value_put(memory, document, "spec/nodeName", value_of_string(memory, node->name));
    document = value_put(memory, document, "status/conditions", conditions);
    /* A binding owns nothing. */
    store_write(cloud, pod, document, NULL);
    events_tell(cloud, pod, "default-scheduler", "Normal", "Scheduled",
                pool_format(memory, "Successfully assigned %s/%s to %s", pod->space, pod->name,
                            node->name));
}

/* --- the kubelet ------------------------------------------------------------------------------ */

static const char *container_name(const object *pod)
{
    const value *containers = object_get(pod, "spec/containers");
    return containers == NULL || containers->count == 0
               ? ""
               : value_text(containers->items[0], "name", "");
}

static const char *image_of(const object *pod)
{
    const value *containers = object_get(pod, "spec/containers");
    return containers == NULL || containers->count == 0
               ? ""
               : value_text(containers->items[0], "image", "");
}

/* Writes the whole status. state, last: of the container; NULL last: it never ended. */
static void tell_status(world *cloud, object *pod, const char *phase, bool ready, int64_t restarts,
                        const value *state, const value *last)
{
    pool *memory = &cloud->memory;
    const char *why = ready ? NULL : "ContainersNotReady";
    const char *message =
        ready ? NULL
              : pool_format(memory, "containers with unready status: [%s]", container_name(pod));
    const value *conditions =
        value_make(memory, "[%v,%v,%v,%v]", condition(cloud, pod, "Initialized", true, NULL, NULL),
                   condition(cloud, pod, "Ready", ready, why, message),
                   condition(cloud, pod, "ContainersReady", ready, why, message),
                   condition(cloud, pod, "PodScheduled", true, NULL, NULL));
    const bool runs = strcmp(phase, "Running") == 0;
    const value *address = object_get(pod, "status/podIP");
    if (address == NULL && runs) {
        const size_t number = ++cloud->next_address;
        address = value_of_string(
            memory, pool_format(memory, "10.1.%zu.%zu", number / 250 % 250, number % 250 + 1));
    }
    const value *started = object_get(pod, "status/startTime");
    const value *status = value_make(
        memory,
        "{'phase':%s,'conditions':%v,'hostIP':'127.0.0.1','hostIPs':[{'ip':'127.0.0.1'}],"
        "'podIP':%v,"
        "'podIPs':%v,'startTime':%v,'qosClass':%v,'containerStatuses':[{'name':%s,'state':%v,"
        "'lastState':%v,'ready':%b,'restartCount':%i,'image':%s,'imageID':''}]}",
        phase, conditions, address,
        address == NULL ? NULL : value_make(memory, "[{'ip':%v}]", address),
        started != NULL ? started : value_of_string(memory, time_text(cloud, cloud->now_ms)),
        object_get(pod, "status/qosClass"), container_name(pod), state,
        last == NULL ? &value_empty_map : last, ready, restarts, image_of(pod));
    store_put(cloud, pod, "status", status, &kubelet);
}

static const value *waiting(world *cloud, const char *reason, const char *message)
{
    return value_make(&cloud->memory, "{'waiting':{'reason':%s,'message':%s}}", reason, message);
}

static int64_t restarts_of(const object *pod)
{
    const value *statuses = object_get(pod, "status/containerStatuses");
    return statuses == NULL || statuses->count == 0
               ? 0
               : value_integer(statuses->items[0], "restartCount", 0);
}

static void next_stage(world *cloud, object *pod, int32_t stage, int64_t after_ms)
{
    pod->stage = stage;
    pod->due_ms = after_ms == 0 ? 0 : cloud->now_ms + after_ms;
}

static void fail_pull(world *cloud, object *pod)
{
    pool *memory = &cloud->memory;
    const char *image = image_of(pod);
    const bool first = pod->stage != STAGE_PULL;
    const char *message =
        first ? pool_format(memory, "failed to pull and unpack image \"%s\": %s: not found", image,
                            image)
              : pool_format(memory, "Back-off pulling image \"%s\"", image);
    tell_status(cloud, pod, "Pending", false, 0,
                waiting(cloud, first ? "ErrImagePull" : "ImagePullBackOff", message), NULL);
    events_tell(cloud, pod, "kubelet", first ? "Warning" : "Normal", first ? "Failed" : "BackOff",
                first ? pool_format(memory, "Failed to pull image \"%s\": %s", image, message)
                      : message);
    next_stage(cloud, pod, first ? STAGE_PULL : STAGE_BACK_OFF, 15000);
}

static void crash(world *cloud, object *pod)
{
    pool *memory = &cloud->memory;
    const int64_t restarts = restarts_of(pod) + (pod->stage == STAGE_CRASHED);
    const char *now = time_text(cloud, cloud->now_ms);
    const char *message =
        pool_format(memory, "back-off 10s restarting failed container=%s pod=%s_%s(%s)",
                    container_name(pod), pod->name, pod->space, object_uid(pod));
    const value *last = value_make(memory,
                                   "{'terminated':{'exitCode':1,'reason':'Error','startedAt':%s,"
                                   "'finishedAt':%s}}",
                                   now, now);
    tell_status(cloud, pod, "Running", false, restarts, waiting(cloud, "CrashLoopBackOff", message),
                last);
    events_tell(cloud, pod, "kubelet", "Warning", "BackOff",
                pool_format(memory, "Back-off restarting failed container %s in pod %s_%s(%s)",
                            container_name(pod), pod->name, pod->space, object_uid(pod)));
    next_stage(cloud, pod, STAGE_CRASHED, 20000);
}

static void start(world *cloud, object *pod)
{
    const char *image = image_of(pod);
    if (setting_lists(cloud, "missing", image, true)) {
        fail_pull(cloud, pod);
    } else if (setting_lists(cloud, "crashing", image, true)) {
        crash(cloud, pod);
    } else if (pod->stage == STAGE_NEW) {
        tell_status(cloud, pod, "Pending", false, 0, waiting(cloud, "ContainerCreating", NULL),
                    NULL);
        next_stage(cloud, pod, STAGE_STARTING, setting(cloud, "startSeconds") * 1000 + 1);
    } else {
        const value *state = value_make(&cloud->memory, "{'running':{'startedAt':%s}}",
                                        time_text(cloud, cloud->now_ms));
        tell_status(cloud, pod, "Running", true, restarts_of(pod), state, NULL);
        next_stage(cloud, pod, STAGE_READY, 0);
    }
}

/* Its condition Ready: of a node that does not answer nobody knows. */
static void tell_node(world *cloud, object *node, bool lost)
{
    const value *ready = value_find(object_get(node, "status/conditions"), "type", "Ready");
    const bool unknown = strcmp(value_text(ready, "status", ""), "Unknown") == 0;
    if (ready != NULL && unknown != lost) {
        const char *now = time_text(cloud, cloud->now_ms);
        store_put(cloud, node, "status/conditions",
                  value_make(&cloud->memory,
                             "[{'type':'Ready','status':%s,'lastHeartbeatTime':%s,"
                             "'lastTransitionTime':%s,'reason':%s,'message':%s}]",
                             lost ? "Unknown" : "True", now, now,
                             lost ? "NodeStatusUnknown" : "KubeletReady",
                             lost ? "Kubelet stopped posting node status."
                                  : "kubelet is posting ready status"),
                  &kubelet);
    }
}

/* A pod on a node that is gone or does not answer. true: nothing more to do with it. */
static bool lose(world *cloud, object *pod, const char *node)
{
    object *machine = store_find(cloud, KIND_NODE, "", node);
    if (machine == NULL) {
        store_remove(cloud, pod);
        return true;
    }
    const bool lost = setting_lists(cloud, "lost", node, false);
    tell_node(cloud, machine, lost);
    if (!lost) {
        return false;
    }
    if (pod_is_ready(pod)) {
        const value *statuses = object_get(pod, "status/containerStatuses");
        const value *state = value_get(statuses->items[0], "state");
        tell_status(cloud, pod, "Running", false, restarts_of(pod), state, NULL);
        next_stage(cloud, pod, STAGE_READY, PATIENCE_MS);
    } else if (pod->due_ms != 0 && pod->due_ms <= cloud->now_ms && !object_is_deleting(pod)) {
        /* Marked, and then it stays: nobody is there who could end it. */
        collector_delete(cloud, pod, "Background", -1);
        pod->due_ms = 0;
    } else if (pod->due_ms <= cloud->now_ms) {
        pod->due_ms = 0;
    }
    return true;
}

static void look_at(world *cloud, object *pod)
{
    const char *node = object_text(pod, "spec/nodeName");
    if (*node == '\0') {
        if (!object_is_deleting(pod)) {
            schedule(cloud, pod);
        }
        return;
    }
    if (lose(cloud, pod, node)) {
        return;
    }
    if (object_is_deleting(pod) && pod->stage != STAGE_STOPPING) {
        const int64_t grace = object_integer(pod, "metadata/deletionGracePeriodSeconds", 30) * 1000;
        const int64_t stop = setting(cloud, "stopSeconds") * 1000 + 1;
        next_stage(cloud, pod, STAGE_STOPPING, stop < grace ? stop : grace + 1);
    } else if (pod->stage == STAGE_NEW) {
        start(cloud, pod);
    } else if (pod->due_ms != 0 && pod->due_ms <= cloud->now_ms) {
        if (pod->stage != STAGE_STOPPING) {
            start(cloud, pod);
        } else if (object_get(pod, "metadata/finalizers") == NULL) {
            store_remove(cloud, pod);
        } else {
            pod->due_ms = 0;
        }
    }
}

void pods_pass(world *cloud)
{
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_POD, NULL, &first, &end);
    for (size_t i = 0; i < end - first;) {
        object *pod = cloud->objects[first + i];
        look_at(cloud, pod);
        store_range(cloud, KIND_POD, NULL, &first, &end);
        /* One that was removed leaves its place to the next. */
        i += first + i < end && cloud->objects[first + i] == pod;
    }
}
