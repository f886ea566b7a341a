/* The way out: a piece of pod template merged over ours, by the rules of server-side apply
 * (x-kubernetes-list- map-keys of the OpenAPI of Kubernetes 1.36). Inside a pod template the name
 * of a list tells which one it is. */
#include "manifest_render.h"

#include "manifest_spec_keys.h"

#include <string.h>

static const struct {
    const char *name;
    const char *keys; /* between blanks; the first must be there */
} lists[] = {
    {"containers", "name"},
    {"initContainers", "name"},
    {"ephemeralContainers", "name"},
    {"env", "name"},
    {"ports", "containerPort protocol"},
    {"volumeMounts", "mountPath"},
    {"volumeDevices", "devicePath"},
    {"volumes", "name"},
    {"imagePullSecrets", "name"},
    {"hostAliases", "ip"},
    {"topologySpreadConstraints", "topologyKey whenUnsatisfiable"},
    {"resourceClaims", "name"},
    {"schedulingGates", "name"},
    {"claims", "name"},
};

/* NULL: the list is atomic. */
static const char *list_keys(const char *name)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            return lists[i].keys;
        }
    }
    return NULL;
}

/* protocol: TCP is what a port has that names none. */
static bool has_same_key(const migd_object *left, const migd_object *right, const char *key,
                         size_t size)
{
    const migd_object *one = migdi_object_atf(left, "/%.*s", (int)size, key);
    const migd_object *other = migdi_object_atf(right, "/%.*s", (int)size, key);
    if (size == strlen("protocol") && memcmp(key, "protocol", size) == 0) {
        return strcmp(migd_object_text(one, "", "TCP"), migd_object_text(other, "", "TCP")) == 0;
    }
    return one != NULL && migd_object_equal(one, other) != 0;
}

static bool is_same_item(const migd_object *left, const migd_object *right, const char *keys)
{
    const char *key = NULL;
    size_t size = 0;
    while (migdi_spec_next_word(&keys, &key, &size)) {
        if (!has_same_key(left, right, key, size)) {
            return false;
        }
    }
    return true;
}

static void merge_list(migdi_builder *builder, const migd_object *patch, const char *keys,
                       const char *pointer)
{
    for (size_t i = 0; i < migd_object_count(patch) && builder->status >= 0; i++) {
        const migd_object *item = migd_object_item(patch, i);
        const migd_object *list = migd_object_at(builder->document, pointer);
        const size_t count = migd_object_count(list);
        size_t same = 0;
        while (same < count && !is_same_item(migd_object_item(list, same), item, keys)) {
            same++;
        }
        if (same == count) {
            migdi_build_object(builder, item, "%s/-", pointer);
            continue;
        }
        migdi_text below = {0};
        migdi_text_format(&below, "%s/%zu", pointer, same);
        if (below.failed) {
            builder->status = MIGD_ERR_NOMEM;
        } else {
            migdi_render_merge(builder, item, below.bytes);
        }
        migdi_text_free(&below);
    }
}

static bool has_null(const migd_object *value)
{
    bool found = migd_object_kind(value) == MIGD_KIND_NULL;
    for (size_t i = 0; i < migd_object_count(value) && !found; i++) {
        found = has_null(migd_object_item(value, i));
    }
    return found;
}

static void merge_value(migdi_builder *builder, const migd_object *patch, const char *name,
                        const char *pointer)
{
    const migd_object *target = migd_object_at(builder->document, pointer);
    const char *keys = list_keys(name);
    if (migd_object_kind(patch) == MIGD_KIND_NULL) {
        const migd_status status = migd_object_remove(builder->document, pointer, NULL);
        builder->status = status < 0 ? status : builder->status;
    } else if (migd_object_kind(patch) == MIGD_KIND_MAP &&
               (migd_object_kind(target) == MIGD_KIND_MAP || has_null(patch))) {
        if (migd_object_kind(target) != MIGD_KIND_MAP) {
            migdi_build_map(builder, "%s", pointer);
        }
        migdi_render_merge(builder, patch, pointer);
    } else if (keys != NULL && migd_object_kind(target) == MIGD_KIND_ARRAY) {
        merge_list(builder, patch, keys, pointer);
    } else {
        migdi_build_object(builder, patch, "%s", pointer);
    }
}

void migdi_render_merge(migdi_builder *builder, const migd_object *patch, const char *pointer)
{
    for (size_t i = 0; i < migd_object_count(patch) && builder->status >= 0; i++) {
        const char *name = migd_object_key(patch, i);
        migdi_text below = {0};
        migdi_text_add_string(&below, pointer);
        migdi_pointer_add(&below, name);
        if (below.failed) {
            builder->status = MIGD_ERR_NOMEM;
        } else {
            builder->origin = migd_object_item(patch, i);
            builder->at_key = false;
            merge_value(builder, migd_object_item(patch, i), name, below.bytes);
        }
        migdi_text_free(&below);
    }
}

/* --- what cannot be merged -------------------------------------------------------------------- */

static const migd_object *list_fault(const migd_object *list, const char *keys,
                                     const char **problem)
{
    const size_t size = strcspn(keys, " ");
    if (migd_object_kind(list) != MIGD_KIND_ARRAY) {
        *problem = "a list belongs here";
        return list;
    }
    for (size_t i = 0; i < migd_object_count(list); i++) {
        const migd_object *item = migd_object_item(list, i);
        if (migdi_object_atf(item, "/%.*s", (int)size, keys) == NULL) {
            *problem = "an item of this list lacks the key that tells it from the others";
            return item;
        }
    }
    return NULL;
}

static const migd_object *value_fault(const migd_object *value, const char **problem)
{
    const bool is_map = migd_object_kind(value) == MIGD_KIND_MAP;
    const migd_object *fault = NULL;
    for (size_t i = 0; i < migd_object_count(value) && fault == NULL; i++) {
        const migd_object *item = migd_object_item(value, i);
        const char *keys = is_map ? list_keys(migd_object_key(value, i)) : NULL;
        if (keys != NULL && migd_object_kind(item) != MIGD_KIND_NULL) {
            fault = list_fault(item, keys, problem);
        }
        if (fault == NULL) {
            fault = value_fault(item, problem);
        }
    }
    return fault;
}

const migd_object *migdi_render_merge_fault(const migd_object *patch, const char **problem)
{
    for (size_t i = 0; i < migd_object_count(patch); i++) {
        const char *name = migd_object_key(patch, i);
        const migd_object *part = migd_object_item(patch, i);
        if (strcmp(name, "metadata") != 0 && strcmp(name, "spec") != 0) {
            *problem = "a pod template has metadata and spec, nothing else";
            return part;
        }
        if (migd_object_kind(part) != MIGD_KIND_MAP) {
            *problem = "a map belongs here";
            return part;
        }
    }
    if (migd_object_at(patch, "/metadata/labels/app") != NULL) {
        *problem = "the label app is what the members are selected by";
        return migd_object_at(patch, "/metadata/labels/app");
    }
    return value_fault(migd_object_at(patch, "/spec"), problem);
}
