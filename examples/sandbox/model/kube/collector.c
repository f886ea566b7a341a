/* Deletion: grace, finalizers, dependents, namespaces that empty themselves; and events. */
#include "model.h"

#include <string.h>

static const owner server = {"kube-apiserver", "v1", NULL, false};

static bool has_finalizer(const object *target, const char *name)
{
    const value *list = object_get(target, "metadata/finalizers");
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        if (strcmp(value_string(list->items[i]), name) == 0) {
            return true;
        }
    }
    return false;
}

static const value *without_finalizer(world *cloud, const object *target, const char *name)
{
    const value *list = object_get(target, "metadata/finalizers");
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        if (strcmp(value_string(list->items[i]), name) == 0) {
            list = list->count == 1 ? NULL : value_without(&cloud->memory, list, i);
            break;
        }
    }
    return list;
}

static void mark(world *cloud, object *target, const value *finalizers, int64_t grace_s)
{
    pool *memory = &cloud->memory;
    const value *document = target->now->document;
    const char *at = time_text(cloud, cloud->now_ms + grace_s * 1000);
    document =
        value_put(memory, document, "metadata/deletionTimestamp", value_of_string(memory, at));
    if (target->kind->id != KIND_NAMESPACE) {
        document = value_put(memory, document, "metadata/deletionGracePeriodSeconds",
                             value_of_integer(memory, grace_s));
    }
    document = value_put(memory, document, "metadata/finalizers", finalizers);
    if (target->kind->id == KIND_NAMESPACE) {
        document =
            value_put(memory, document, "status/phase", value_of_string(memory, "Terminating"));
    }
    if (target->kind->has_generation) {
        const int64_t generation = value_integer(document, "metadata/generation", 1) + 1;
        document = value_put(memory, document, "metadata/generation",
                             value_of_integer(memory, generation));
    }
    store_write(cloud, target, document, NULL);
}

void collector_delete(world *cloud, object *target, const char *policy, int64_t grace_s)
{
    pool *memory = &cloud->memory;
    if (object_is_deleting(target)) {
        if (grace_s == 0 && object_get(target, "metadata/finalizers") == NULL) {
            store_remove(cloud, target);
        }
        return;
    }
    const value *finalizers = object_get(target, "metadata/finalizers");
    const char *added = strcmp(policy, "Orphan") == 0       ? "orphan"
                        : strcmp(policy, "Foreground") == 0 ? "foregroundDeletion"
                                                            : NULL;
    if (added != NULL && !has_finalizer(target, added)) {
        finalizers = value_append(memory, finalizers, value_of_string(memory, added));
    }
    const bool runs = target->kind->id == KIND_POD && *object_text(target, "spec/nodeName") != '\0';
    const int64_t own = object_integer(target, "spec/terminationGracePeriodSeconds", 30);
    const int64_t grace = !runs ? 0 : grace_s >= 0 ? grace_s : own;
    if (finalizers == NULL && grace == 0 && target->kind->id != KIND_NAMESPACE) {
        store_remove(cloud, target);
    } else {
        mark(cloud, target, finalizers, grace);
    }
}

/* --- dependents ------------------------------------------------------------------------------- */

static const kind *kind_named(const char *name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* The owner of a reference; NULL: gone, or another of its name. */
static object *owner_of(const world *cloud, const object *dependent, const value *reference)
{
    const kind *of = kind_named(value_text(reference, "kind", ""));
    object *found = of == NULL ? NULL
                               : store_find(cloud, of->id, of->namespaced ? dependent->space : "",
                                            value_text(reference, "name", ""));
    const bool same =
        found != NULL && strcmp(object_uid(found), value_text(reference, "uid", "")) == 0;
    return same ? found : NULL;
}

/* Deletes what lost its owner, loosens what is orphaned. Answers whether the owners wait for it. */
static void follow_owners(world *cloud, object *one)
{
    const value *references = object_get(one, "metadata/ownerReferences");
    size_t alive = 0;
    for (uint32_t i = 0; references != NULL && i < references->count; i++) {
        const object *master = owner_of(cloud, one, references->items[i]);
        if (master != NULL && has_finalizer(master, "orphan")) {
            const value *rest =
                references->count == 1 ? NULL : value_without(&cloud->memory, references, i);
            store_put(cloud, one, "metadata/ownerReferences", rest, &server);
            return;
        }
        alive += master != NULL && !has_finalizer(master, "foregroundDeletion");
    }
    if (references != NULL && references->count > 0 && alive == 0 && !object_is_deleting(one)) {
        collector_delete(cloud, one, "Background", -1);
    }
}

static bool has_dependents(const world *cloud, const object *master)
{
    for (size_t i = 0; i < cloud->object_count; i++) {
        const value *references = object_get(cloud->objects[i], "metadata/ownerReferences");
        if (value_find(references, "uid", object_uid(master)) != NULL) {
            return true;
        }
    }
    return false;
}

/* --- namespaces ------------------------------------------------------------------------------- */

static void fill_namespace(world *cloud, const object *space)
{
    pool *memory = &cloud->memory;
    if (store_find(cloud, KIND_SERVICE_ACCOUNT, space->name, "default") == NULL) {
        store_create(
            cloud, &kinds[KIND_SERVICE_ACCOUNT],
            value_make(memory, "{'metadata':{'name':'default','namespace':%s}}", space->name),
            NULL);
    }
    if (store_find(cloud, KIND_CONFIG_MAP, space->name, "kube-root-ca.crt") == NULL) {
        store_create(cloud, &kinds[KIND_CONFIG_MAP],
                     value_make(memory,
                                "{'metadata':{'name':'kube-root-ca.crt','namespace':%s},"
                                "'data':{'ca.crt':''}}",
                                space->name),
                     NULL);
    }
}

/* Deletes all that is in it; it goes with the last. */
static bool empty_namespace(world *cloud, object *space)
{
    size_t left = 0;
    for (size_t i = cloud->object_count; i > 0; i--) {
        object *one = i <= cloud->object_count ? cloud->objects[i - 1] : NULL;
        if (one != NULL && strcmp(one->space, space->name) == 0) {
            left++;
            if (!object_is_deleting(one)) {
                collector_delete(cloud, one, "Background", -1);
            }
        }
    }
    if (left == 0 && object_get(space, "metadata/finalizers") == NULL) {
        store_remove(cloud, space);
        return true;
    }
    world_plan(cloud, cloud->now_ms + 1000);
    return false;
}

static bool look_at(world *cloud, object *one)
{
    if (one->kind->id == KIND_NAMESPACE) {
        if (object_is_deleting(one)) {
            return empty_namespace(cloud, one);
        }
        fill_namespace(cloud, one);
        return false;
    }
    if (!cloud->collects) {
        return false;
    }
    follow_owners(cloud, one);
    const char *const holds[] = {"orphan", "foregroundDeletion"};
    for (size_t i = 0; i < 2; i++) {
        if (has_finalizer(one, holds[i]) && !has_dependents(cloud, one)) {
            store_put(cloud, one, "metadata/finalizers", without_finalizer(cloud, one, holds[i]),
                      &server);
        }
    }
    const bool stops = one->kind->id == KIND_POD && *object_text(one, "spec/nodeName") != '\0';
    if (object_is_deleting(one) && !stops && object_get(one, "metadata/finalizers") == NULL) {
        store_remove(cloud, one);
        return true;
    }
    return false;
}

void collector_pass(world *cloud)
{
    bool again = false;
    for (size_t i = cloud->object_count; i > 0; i--) {
        if (i <= cloud->object_count) {
            again = look_at(cloud, cloud->objects[i - 1]) || again;
        }
    }
    cloud->collects = again;
    if (again) {
        world_plan(cloud, cloud->now_ms + setting(cloud, "lagMs"));
    }
}

/* --- events ----------------------------------------------------------------------------------- */

void events_tell(world *cloud, const object *about, const char *source, const char *type,
                 const char *reason, const char *message)
{
    pool *memory = &cloud->memory;
    uint64_t hash = 14695981039346656037u;
    for (const char *at = message; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    }
    const char *space = *about->space == '\0' ? "default" : about->space;
    const char *name = pool_format(memory, "%s.%016llx", about->name, (unsigned long long)hash);
    const char *now = time_text(cloud, cloud->now_ms);
    object *told = store_find(cloud, KIND_EVENT, space, name);
    if (told != NULL) {
        const value *document = told->now->document;
        document = value_put(memory, document, "count",
                             value_of_integer(memory, value_integer(document, "count", 1) + 1));
        document = value_put(memory, document, "lastTimestamp", value_of_string(memory, now));
        store_write(cloud, told, document, NULL);
        return;
    }
    store_create(cloud, &kinds[KIND_EVENT],
                 value_make(memory,
                            "{'metadata':{'name':%s,'namespace':%s},'involvedObject':{'kind':%s,"
                            "'namespace':%s,'name':%s,'uid':%s,'apiVersion':%s},'reason':%s,"
                            "'message':%s,'source':{'component':%s},'firstTimestamp':%s,"
                            "'lastTimestamp':%s,'count':1,'type':%s}",
                            name, space, about->kind->name, about->space, about->name,
                            object_uid(about), kind_api_version(cloud, about->kind), reason,
                            message, source, now, now, type),
                 NULL);
}
