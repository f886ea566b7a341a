/* The StatefulSet controller: one step a pass, in the order of k8s.io/kubernetes,
 * stateful_set_control.go. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const owner controller = {"kube-controller-manager", "apps/v1", NULL, false};
static const owner status_controller = {"kube-controller-manager", "apps/v1", "status", false};
static const owner pod_controller = {"kube-controller-manager", "v1", NULL, false};

enum { MEMBERS = 256 };

typedef struct set {
    object *self;
    int64_t replicas;
    int64_t partition; /* -1: none */
    int64_t min_ready_ms;
    bool monotonic;
    const object *current; /* its revisions */
    const object *update;
    object *pods[MEMBERS]; /* by ordinal; NULL: none */
    int64_t highest;       /* ordinal; -1: no pod */
} set;

/* --- revisions -------------------------------------------------------------------------------- */

/* FNV-1a, in the letters that names of revisions are made of. */
static const char *hash_text(world *cloud, const value *template)
{
    text written = {.memory = &cloud->memory};
    value_write(&written, template);
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < written.size; i++) {
        hash = (hash ^ (unsigned char)written.bytes[i]) * 16777619u;
    }
    text_free(&written);
    char *digits = pool_format(&cloud->memory, "%u", hash);
    for (char *at = digits; *at != '\0'; at++) {
        *at = "bcdfghjklmnpqrstvwxz2456789"[*at % 27];
    }
    return digits;
}

static bool belongs(const object *one, const object *to)
{
    const value *owners = object_get(one, "metadata/ownerReferences");
    return value_find(owners, "uid", object_uid(to)) != NULL;
}

static const value *owner_reference(world *cloud, const object *to)
{
    return value_make(&cloud->memory,
                      "[{'apiVersion':'apps/v1','kind':'StatefulSet','name':%s,'uid':%s,"
                      "'controller':true,'blockOwnerDeletion':true}]",
                      to->name, object_uid(to));
}

static const object *make_revision(world *cloud, const object *self, const value *template,
                                   int64_t number)
{
    pool *memory = &cloud->memory;
    const char *hash = hash_text(cloud, template);
    const value *labels =
        value_with(memory, object_get(self, "spec/selector/matchLabels"),
                   "controller.kubernetes.io/hash", value_of_string(memory, hash));
    const value *document = value_make(
        memory,
        "{'metadata':{'name':%s,'namespace':%s,'labels':%v,'annotations':%v,"
        "'ownerReferences':%v},'data':{'spec':{'template':%v}},'revision':%i}",
        pool_format(memory, "%s-%s", self->name, hash), self->space, labels,
        object_get(self, "metadata/annotations"), owner_reference(cloud, self),
        value_with(memory, template, "$patch", value_of_string(memory, "replace")), number);
    return store_create(cloud, &kinds[KIND_REVISION], document, &controller);
}

/* The revision of the template as it is (made, or found and made the newest), and the one in
 * force. */
static void find_revisions(world *cloud, set *of)
{
    const value *template = object_get(of->self, "spec/template");
    const char *current = object_text(of->self, "status/currentRevision");
    int64_t newest = 0;
    object *same = NULL;
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_REVISION, of->self->space, &first, &end);
    for (size_t i = first; i < end; i++) {
        object *one = cloud->objects[i];
        if (!belongs(one, of->self)) {
            continue;
        }
        const int64_t number = object_integer(one, "revision", 0);
        newest = number > newest ? number : newest;
        const value *data =
            value_with(&cloud->memory, object_get(one, "data/spec/template"), "$patch", NULL);
        if (value_equal(data, template)) {
            same = one;
        }
        if (strcmp(one->name, current) == 0) {
            of->current = one;
        }
    }
    if (same != NULL && object_integer(same, "revision", 0) < newest) {
        store_put(cloud, same, "revision", value_of_integer(&cloud->memory, newest + 1),
                  &controller);
    }
    of->update = same != NULL ? same : make_revision(cloud, of->self, template, newest + 1);
    of->current = of->current == NULL ? of->update : of->current;
}

/* --- pods ------------------------------------------------------------------------------------- */

static const char *revision_of(const object *pod)
{
    const char *name = value_string(value_get(object_labels(pod), "controller-revision-hash"));
    return name == NULL ? "" : name;
}

static void find_pods(world *cloud, set *of)
{
    const size_t length = strlen(of->self->name);
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_POD, of->self->space, &first, &end);
    of->highest = -1;
    for (size_t i = first; i < end; i++) {
        object *pod = cloud->objects[i];
        if (strncmp(pod->name, of->self->name, length) != 0 || pod->name[length] != '-' ||
            !belongs(pod, of->self)) {
            continue;
        }
        char *rest = NULL;
        const long ordinal = strtol(pod->name + length + 1, &rest, 10);
        if (*rest == '\0' && ordinal >= 0 && ordinal < MEMBERS) {
            of->pods[ordinal] = pod;
            of->highest = ordinal > of->highest ? ordinal : of->highest;
        }
    }
}

static void make_pod(world *cloud, const set *of, int64_t ordinal)
{
    pool *memory = &cloud->memory;
    const bool old = of->partition >= 0
                         ? ordinal < of->partition
                         : ordinal < object_integer(of->self, "status/currentReplicas", 0);
    const object *revision = old ? of->current : of->update;
    const value *template = object_get(revision, "data/spec/template");
    const char *name = pool_format(memory, "%s-%lld", of->self->name, (long long)ordinal);
    const char *index = strrchr(name, '-') + 1;
    const value *labels = value_at(template, "metadata/labels");
    labels = value_with(memory, labels, "statefulset.kubernetes.io/pod-name",
                        value_of_string(memory, name));
    labels =
        value_with(memory, labels, "apps.kubernetes.io/pod-index", value_of_string(memory, index));
    labels = value_with(memory, labels, "controller-revision-hash",
                        value_of_string(memory, revision->name));
    const value *spec = value_get(template, "spec");
    spec = value_with(memory, spec, "hostname", value_of_string(memory, name));
    spec = value_with(memory, spec, "subdomain", object_get(of->self, "spec/serviceName"));
    spec = value_default(memory, spec, "enableServiceLinks", value_make(memory, "true"));
    const value *document = value_make(
        memory,
        "{'metadata':{'name':%s,'generateName':%s,'namespace':%s,'labels':%v,"
        "'annotations':%v,'ownerReferences':%v},'spec':%v}",
        name, pool_format(memory, "%s-", of->self->name), of->self->space, labels,
        value_at(template, "metadata/annotations"), owner_reference(cloud, of->self), spec);
    store_create(cloud, &kinds[KIND_POD], document, &pod_controller);
    events_tell(
        cloud, of->self, "statefulset-controller", "Normal", "SuccessfulCreate",
        pool_format(memory, "create Pod %s in StatefulSet %s successful", name, of->self->name));
}

static void end_pod(world *cloud, const set *of, object *pod)
{
    events_tell(cloud, of->self, "statefulset-controller", "Normal", "SuccessfulDelete",
                pool_format(&cloud->memory, "delete Pod %s in StatefulSet %s successful", pod->name,
                            of->self->name));
    collector_delete(cloud, pod, "Background", -1);
}

/* Ready for minReadySeconds; plans the pass that will see it so. */
static bool is_available(world *cloud, const set *of, const object *pod)
{
    const int64_t since = pod == NULL ? -1 : pod_ready_since(pod);
    if (since < 0) {
        return false;
    }
    if (since + of->min_ready_ms > cloud->now_ms) {
        world_plan(cloud, since + of->min_ready_ms);
        return false;
    }
    return true;
}

/* --- the steps -------------------------------------------------------------------------------- */

/* Creates what is missing, in order. true: the pass ends here. */
static bool grow(world *cloud, set *of)
{
    for (int64_t i = 0; i < of->replicas; i++) {
        const object *pod = of->pods[i];
        if (pod == NULL) {
            make_pod(cloud, of, i);
        }
        if (of->monotonic &&
            (pod == NULL || object_is_deleting(pod) || !is_available(cloud, of, pod))) {
            return true;
        }
    }
    return false;
}

/* Ends what is too many, the highest first; one that is not available only if it is the lowest of
 * those. */
static bool shrink(world *cloud, set *of)
{
    int64_t unavailable = -1;
    for (int64_t i = 0; i <= of->highest && unavailable < 0; i++) {
        if (of->pods[i] != NULL &&
            (object_is_deleting(of->pods[i]) || !is_available(cloud, of, of->pods[i]))) {
            unavailable = i;
        }
    }
    for (int64_t i = of->highest; i >= of->replicas; i--) {
        object *pod = of->pods[i];
        if (pod == NULL || (object_is_deleting(pod) && !of->monotonic)) {
            continue;
        }
        const bool blocked =
            object_is_deleting(pod) || (!is_available(cloud, of, pod) && i != unavailable);
        if (of->monotonic && blocked) {
            return true;
        }
        end_pod(cloud, of, pod);
        if (of->monotonic) {
            return true;
        }
    }
    return false;
}

/* Ends the highest pod of an old revision, while all are available. */
static void roll(world *cloud, set *of)
{
    int64_t unavailable = 0;
    for (int64_t i = 0; i < of->replicas; i++) {
        const object *pod = of->pods[i];
        unavailable += pod == NULL || object_is_deleting(pod) || !is_available(cloud, of, pod);
    }
    const int64_t most =
        object_integer(of->self, "spec/updateStrategy/rollingUpdate/maxUnavailable", 1);
    for (int64_t i = of->replicas - 1; i >= 0 && i >= of->partition && unavailable < most; i--) {
        object *pod = of->pods[i];
        if (pod != NULL && !object_is_deleting(pod) &&
            strcmp(revision_of(pod), of->update->name) != 0) {
            end_pod(cloud, of, pod);
            unavailable++;
        }
    }
}

static void write_status(world *cloud, set *of)
{
    int64_t replicas = 0;
    int64_t ready = 0;
    int64_t available = 0;
    int64_t current = 0;
    int64_t updated = 0;
    for (int64_t i = 0; i <= of->highest; i++) {
        const object *pod = of->pods[i];
        if (pod == NULL) {
            continue;
        }
        replicas++;
        ready += pod_is_ready(pod);
        available += is_available(cloud, of, pod);
        const bool stays = !object_is_deleting(pod);
        current += stays && strcmp(revision_of(pod), of->current->name) == 0;
        updated += stays && strcmp(revision_of(pod), of->update->name) == 0;
    }
    const char *revision = of->current->name;
    if (updated == of->replicas && ready == of->replicas && replicas == of->replicas) {
        current = updated;
        revision = of->update->name;
    }
    pool *memory = &cloud->memory;
    const value *status = value_make(
        memory,
        "{'observedGeneration':%i,'replicas':%i,'readyReplicas':%v,'currentReplicas':%v,"
        "'updatedReplicas':%v,'currentRevision':%s,'updateRevision':%s,'collisionCount':0,"
        "'availableReplicas':%i}",
        object_integer(of->self, "metadata/generation", 1), replicas,
        ready == 0 ? NULL : value_of_integer(memory, ready),
        current == 0 ? NULL : value_of_integer(memory, current),
        updated == 0 ? NULL : value_of_integer(memory, updated), revision, of->update->name,
        available);
    store_put(cloud, of->self, "status", status, &status_controller);
}

static void look_at(world *cloud, object *self)
{
    set of = {.self = self,
              .replicas = object_integer(self, "spec/replicas", 1),
              .partition = object_integer(self, "spec/updateStrategy/rollingUpdate/partition", -1),
              .min_ready_ms = object_integer(self, "spec/minReadySeconds", 0) * 1000,
              .monotonic = strcmp(object_text(self, "spec/podManagementPolicy"), "Parallel") != 0};
    of.replicas = of.replicas > MEMBERS ? MEMBERS : of.replicas;
    find_revisions(cloud, &of);
    find_pods(cloud, &of);
    write_status(cloud, &of);
    if (object_is_deleting(self) || grow(cloud, &of) || shrink(cloud, &of)) {
        return;
    }
    if (strcmp(object_text(self, "spec/updateStrategy/type"), "OnDelete") != 0) {
        roll(cloud, &of);
    }
}

void sets_pass(world *cloud)
{
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_STATEFUL_SET, NULL, &first, &end);
    for (size_t i = 0; i < end - first; i++) {
        /* What a pass creates sorts elsewhere: sets keep their places among themselves. */
        store_range(cloud, KIND_STATEFUL_SET, NULL, &first, &end);
        look_at(cloud, cloud->objects[first + i]);
    }
}
