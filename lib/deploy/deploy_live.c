/* What a server lists, as documents that rules and facts can read. */
#include "deploy_live.h"

#include "codec_object.h"
#include "manifest_extract.h"

migd_objects *migdi_live_list(migdi_arena *arena)
{
    migd_objects *list = NULL;
    if (migd_objects_new(&list, NULL) < 0) {
        arena->failed = true;
        return NULL;
    }
    return migdi_arena_give(arena, list, migdi_objects_release) ? list : NULL;
}

void migdi_live_add(migd_objects *list, const migd_object *item,
                    const migdi_kube_resource *resource, migdi_arena *arena)
{
    migd_object *copy = NULL;
    const char *version =
        resource->group[0] == '\0'
            ? resource->version
            : migdi_arena_format(arena, "%s/%s", resource->group, resource->version);
    if (list == NULL || item == NULL) {
        return;
    }
    if (version == NULL || migd_object_copy(item, &copy, NULL) < 0 ||
        migd_object_set_string(copy, "/apiVersion", version, NULL) < 0 ||
        migd_object_set_string(copy, "/kind", resource->kind, NULL) < 0 ||
        migd_objects_add(list, copy, NULL) < 0) {
        arena->failed = true;
    }
    migd_object_free(copy);
}

void migdi_live_add_all(migd_objects *list, const migd_object *items,
                        const migdi_kube_resource *resource, migdi_arena *arena)
{
    for (size_t i = 0; i < migd_object_count(items) && !arena->failed; i++) {
        migdi_live_add(list, migd_object_item(items, i), resource, arena);
    }
}

const migdi_facts *migdi_live_members(const migd_object *set, migdi_arena *arena)
{
    migd_objects *alone = migdi_live_list(arena);
    migdi_world world = {0};
    migdi_live_add(alone, set, &migdi_kube_statefulsets, arena);
    if (arena->failed || !migdi_extract(alone, NULL, arena, &world)) {
        arena->failed = true;
        return NULL;
    }
    return world.set_count == 1 && world.sets->members ? world.sets : NULL;
}

bool migdi_labels_include(const migd_object *labels, const migd_object *wanted)
{
    for (size_t i = 0; i < migd_object_count(wanted); i++) {
        const migd_object *label = migdi_object_member(labels, migd_object_key(wanted, i));
        if (!migdi_text_equal(migd_object_text(label, "", NULL),
                              migd_object_text(migd_object_item(wanted, i), "", ""))) {
            return false;
        }
    }
    return migd_object_count(wanted) > 0;
}
