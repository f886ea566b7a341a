/* Objects, their versions, and the log of changes that watches and old reads live on. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const kind kinds[KINDS] = {
    {KIND_NAMESPACE, "", "v1", "Namespace", "namespaces", "namespace", "ns", false, true, false},
    {KIND_NODE, "", "v1", "Node", "nodes", "node", "no", false, true, false},
    {KIND_POD, "", "v1", "Pod", "pods", "pod", "po", true, true, true},
    {KIND_SERVICE, "", "v1", "Service", "services", "service", "svc", true, true, false},
    {KIND_CONFIG_MAP, "", "v1", "ConfigMap", "configmaps", "configmap", "cm", true, false, false},
    {KIND_SECRET, "", "v1", "Secret", "secrets", "secret", "", true, false, false},
    {KIND_SERVICE_ACCOUNT, "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", "sa",
     true, false, false},
    {KIND_EVENT, "", "v1", "Event", "events", "event", "ev", true, false, false},
    {KIND_STATEFUL_SET, "apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", true,
     true, true},
    {KIND_REVISION, "apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision",
     "", true, false, false},
    {KIND_BUDGET, "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets",
     "poddisruptionbudget", "pdb", true, true, true},
    {KIND_AUTOSCALER, "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
     "horizontalpodautoscaler", "hpa", true, true, false},
    {KIND_AUTOSCALER_V1, "autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
     "horizontalpodautoscaler", "hpa", true, true, false},
    {KIND_LEASE, "coordination.k8s.io", "v1", "Lease", "leases", "lease", "", true, false, false},
    {KIND_SLICE, "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", "",
     true, false, false},
};

const char *kind_api_version(world *cloud, const kind *of)
{
    return *of->group == '\0' ? of->version
                              : pool_format(&cloud->memory, "%s/%s", of->group, of->version);
}

const char *kind_resource(world *cloud, const kind *of)
{
    return *of->group == '\0' ? of->plural
                              : pool_format(&cloud->memory, "%s.%s", of->plural, of->group);
}

/* --- finding ---------------------------------------------------------------------------------- */

static int order(const object *left, kind_id id, const char *space, const char *name)
{
    if (left->kind->id != id) {
        return left->kind->id < id ? -1 : 1;
    }
    const int spaces = strcmp(left->space, space);
    return spaces != 0 ? spaces : strcmp(left->name, name);
}

/* The first object that does not come before. */
static size_t lower_bound(const world *cloud, kind_id id, const char *space, const char *name)
{
    size_t low = 0;
    size_t high = cloud->object_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (order(cloud->objects[middle], id, space, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

object *store_find(const world *cloud, kind_id id, const char *space, const char *name)
{
    const size_t at = lower_bound(cloud, id, space, name);
    return at < cloud->object_count && order(cloud->objects[at], id, space, name) == 0
               ? cloud->objects[at]
               : NULL;
}

void store_range(const world *cloud, kind_id id, const char *space, size_t *first, size_t *end)
{
    *first = lower_bound(cloud, id, space == NULL ? "" : space, "");
    *end = *first;
    while (*end < cloud->object_count && cloud->objects[*end]->kind->id == id &&
           (space == NULL || strcmp(cloud->objects[*end]->space, space) == 0)) {
        ++*end;
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void forget_old(world *cloud)
{
    if (cloud->change_count < CHANGES) {
        return;
    }
    const size_t half = CHANGES / 2;
    cloud->compacted = cloud->changes[half - 1].number;
    memmove(cloud->changes, cloud->changes + half, (CHANGES - half) * sizeof *cloud->changes);
    cloud->change_count -= half;
}

static version *make_version(world *cloud, const value *document)
{
    version *made = pool_alloc(&cloud->memory, sizeof *made);
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)++cloud->version);
    *made = (version){.document = value_put(&cloud->memory, document, "metadata/resourceVersion",
                                            value_of_string(&cloud->memory, number)),
                      .number = cloud->version};
    return made;
}

/* Whether a controller has to look: at pods always, at the rest when somebody wishes something
 * else. */
static bool matters(const object *target, const version *before, const version *after)
{
    if (target->kind->id == KIND_EVENT || target->kind->id == KIND_LEASE ||
        target->kind->id == KIND_SLICE || target->kind->id == KIND_REVISION) {
        return false;
    }
    return target->kind->id <= KIND_POD || before == NULL ||
           value_get(before->document, "spec") != value_get(after->document, "spec");
}

static void log_change(world *cloud, const object *target, version *before, version *after,
                       bool deleted)
{
    forget_old(cloud);
    cloud->changes[cloud->change_count++] = (change){.number = cloud->version,
                                                     .kind = target->kind,
                                                     .space = target->space,
                                                     .name = target->name,
                                                     .before = before,
                                                     .after = after,
                                                     .deleted = deleted};
    const bool goes = deleted || value_at(after->document, "metadata/deletionTimestamp") != NULL;
    cloud->collects = cloud->collects || goes;
    if (goes || matters(target, before, after)) {
        cloud->wakes[target->kind->id] = true;
        world_plan(cloud, cloud->now_ms + setting(cloud, "lagMs"));
    }
    if (target->kind->id == KIND_POD ||
        (target->kind->id == KIND_BUDGET && matters(target, before, after))) {
        const int64_t at = cloud->now_ms + setting(cloud, "budgetLagMs");
        cloud->budget_ms = cloud->budget_ms == 0 ? at : cloud->budget_ms;
        world_plan(cloud, cloud->budget_ms);
    }
}

static void insert(world *cloud, object *made)
{
    if (cloud->object_count == cloud->object_capacity) {
        const size_t capacity = cloud->object_capacity == 0 ? 64 : cloud->object_capacity * 2;
        object **objects = realloc(cloud->objects, capacity * sizeof(object *));
        if (objects == NULL) {
            longjmp(cloud->exhausted, 1);
        }
        cloud->objects = objects;
        cloud->object_capacity = capacity;
    }
    const size_t at = lower_bound(cloud, made->kind->id, made->space, made->name);
    memmove(cloud->objects + at + 1, cloud->objects + at,
            (cloud->object_count - at) * sizeof *cloud->objects);
    cloud->objects[at] = made;
    cloud->object_count++;
}

const value *store_identify(world *cloud, const kind *of, const value *document)
{
    pool *memory = &cloud->memory;
    const uint64_t high = chance(cloud);
    const uint64_t low = chance(cloud);
    const char *uid = pool_format(memory, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
                                  (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF),
                                  (unsigned)(0x8000 | (low >> 48 & 0x3FFF)),
                                  (unsigned long long)(low & 0xFFFFFFFFFFFF));
    const char *now = time_text(cloud, cloud->now_ms);
    document = value_put(memory, document, "metadata/uid", value_of_string(memory, uid));
    document =
        value_put(memory, document, "metadata/creationTimestamp", value_of_string(memory, now));
    return !of->has_generation
               ? document
               : value_put(memory, document, "metadata/generation", value_of_integer(memory, 1));
}

object *store_create(world *cloud, const kind *of, const value *document, const owner *who)
{
    pool *memory = &cloud->memory;
    if (who != NULL) {
        document = owners_update(memory, schema_find(cloud->types, of->name), &value_empty_map,
                                 document, who, time_text(cloud, cloud->now_ms));
        document = defaults_create(cloud, of, document);
    }
    document = store_identify(cloud, of, document);
    object *made = pool_alloc(memory, sizeof *made);
    *made = (object){.kind = of,
                     .space = value_text(document, "metadata/namespace", ""),
                     .name = value_text(document, "metadata/name", ""),
                     .now = make_version(cloud, document)};
    insert(cloud, made);
    log_change(cloud, made, NULL, made->now, false);
    return made;
}

bool store_write(world *cloud, object *target, const value *document, const owner *who)
{
    pool *memory = &cloud->memory;
    const value *before = target->now->document;
    if (value_equal(before, document)) {
        return false;
    }
    /* Of a pod it counts what a client asks for, not where it is bound. */
    if (target->kind->has_generation && target->kind->id != KIND_POD &&
        !value_equal(value_get(before, "spec"), value_get(document, "spec"))) {
        document = value_put(
            memory, document, "metadata/generation",
            value_of_integer(memory, value_integer(before, "metadata/generation", 0) + 1));
    }
    if (who != NULL) {
        const schema_type *type = schema_find(cloud->types, target->kind->name);
        document =
            owners_update(memory, type, before, document, who, time_text(cloud, cloud->now_ms));
    }
    version *old = target->now;
    target->now = make_version(cloud, document);
    log_change(cloud, target, old, target->now, false);
    return true;
}

void store_put(world *cloud, object *target, const char *path, const value *item, const owner *who)
{
    store_write(cloud, target, value_put(&cloud->memory, target->now->document, path, item), who);
}

void store_remove(world *cloud, object *target)
{
    const size_t at = lower_bound(cloud, target->kind->id, target->space, target->name);
    memmove(cloud->objects + at, cloud->objects + at + 1,
            (cloud->object_count - at - 1) * sizeof *cloud->objects);
    cloud->object_count--;
    /* A watch shows what is deleted with the number of the deletion. */
    version *last = make_version(cloud, target->now->document);
    log_change(cloud, target, target->now, last, true);
}

void store_json(world *cloud, version *of, text *out)
{
    const value *metadata = value_get(of->document, "metadata");
    for (uint32_t i = 0; i < of->document->count; i++) {
        if (of->document->members[i].value != metadata) {
            value_keep_json(&cloud->memory, of->document->members[i].value);
        }
    }
    for (uint32_t i = 0; i < metadata->count; i++) {
        const value *part = metadata->members[i].value;
        for (uint32_t k = 0; part->kind == VALUE_ARRAY && k < part->count; k++) {
            value_keep_json(&cloud->memory, part->items[k]); /* an entry of managedFields */
        }
        if (part->kind == VALUE_MAP) {
            value_keep_json(&cloud->memory, part);
        }
    }
    value_write_members(out, of->document);
}

/* --- reading ---------------------------------------------------------------------------------- */

const value *object_get(const object *of, const char *path)
{
    return value_at(of->now->document, path);
}

const char *object_text(const object *of, const char *path)
{
    return value_text(of->now->document, path, "");
}

int64_t object_integer(const object *of, const char *path, int64_t fallback)
{
    return value_integer(of->now->document, path, fallback);
}

const char *object_uid(const object *of)
{
    return object_text(of, "metadata/uid");
}

bool object_is_deleting(const object *of)
{
    return object_get(of, "metadata/deletionTimestamp") != NULL;
}

const value *object_labels(const object *of)
{
    return object_get(of, "metadata/labels");
}

/* --- time, chance, settings ------------------------------------------------------------------- */

const char *time_text(world *cloud, int64_t unix_ms)
{
    if (cloud->told != NULL && unix_ms / 1000 == cloud->told_s) {
        return cloud->told;
    }
    const time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    char written[32];
    const size_t size = strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", &parts);
    cloud->told = pool_text(&cloud->memory, written, size);
    cloud->told_s = unix_ms / 1000;
    return cloud->told;
}

int64_t time_read(const char *rfc3339)
{
    struct tm parts = {0};
    if (rfc3339 == NULL || strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &parts) == NULL) {
        return -1;
    }
    return (int64_t)timegm(&parts) * 1000;
}

/* splitmix64 */
uint64_t chance(world *cloud)
{
    uint64_t mixed = cloud->random += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
    return mixed ^ mixed >> 31;
}

int64_t setting(const world *cloud, const char *name)
{
    return value_integer(cloud->settings, name, 0);
}

bool setting_lists(const world *cloud, const char *name, const char *string, bool ends)
{
    const value *list = value_get(cloud->settings, name);
    const size_t size = strlen(string);
    for (uint32_t i = 0; list != NULL && list->kind == VALUE_ARRAY && i < list->count; i++) {
        const char *item = value_string(list->items[i]);
        const size_t length = item == NULL ? 0 : strlen(item);
        if (item != NULL && length <= size && (ends || length == size) &&
            strcmp(string + size - length, item) == 0) {
            return true;
        }
    }
    return false;
}
