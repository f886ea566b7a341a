/* Who owns which field of an object: its metadata.managedFields.
 *
 * An entry's fieldsV1 is a tree of maps: "f:name" is a field, "k:{...}" the item of a list with
 * those keys, "v:..." an item that is that value, "i:N" an item by index, "." the parent itself. A
 * map without members is a leaf. */
#include "kube_managed_fields.h"

#include "codec_json.h"

#include <string.h>

#define DEEPEST 64

static const migd_object *entries_of(const migd_object *object)
{
    return migd_object_at(object, "/metadata/managedFields");
}

size_t migdi_kube_manager_count(const migd_object *object)
{
    return migd_object_count(entries_of(object));
}

migdi_kube_manager migdi_kube_manager_at(const migd_object *object, size_t index)
{
    const migd_object *entry = migd_object_item(entries_of(object), index);
    return (migdi_kube_manager){
        .name = migd_object_text(entry, "/manager", ""),
        .operation = migd_object_text(entry, "/operation", ""),
        .subresource = migd_object_text(entry, "/subresource", ""),
        .version = migd_object_text(entry, "/apiVersion", ""),
        .fields = migd_object_at(entry, "/fieldsV1"),
    };
}

/* --- items of lists --------------------------------------------------------------------------- */

static bool has_keys(const migd_object *item, const migd_object *keys)
{
    for (size_t i = 0; i < migd_object_count(keys); i++) {
        const migd_object *member = migdi_object_member(item, migd_object_key(keys, i));
        if (member == NULL || !migd_object_equal(member, migd_object_item(keys, i))) {
            return false;
        }
    }
    return migd_object_kind(keys) == MIGD_KIND_MAP;
}

/* Whether the step "k:...", "v:..." or "i:..." means this item. */
static bool means_item(const char *step, const migd_object *item, size_t index, migdi_arena *arena)
{
    if (strchr("kvi", step[0]) == NULL || step[0] == '\0' || step[1] != ':') {
        return false;
    }
    migd_object *value = NULL;
    const migdi_json_rules rules = {.depth = DEEPEST};
    const migd_status status = migdi_json_read(step + 2, strlen(step + 2), &rules, &value, NULL);
    arena->failed = arena->failed || status == MIGD_ERR_NOMEM;
    int64_t number = -1;
    const bool means =
        status == MIGD_OK &&
        (step[0] == 'k'   ? has_keys(item, value)
         : step[0] == 'v' ? migd_object_equal(item, value) != 0
                          : migdi_object_read_int64(value, &number) && number == (int64_t)index);
    migd_object_free(value);
    return means;
}

static const migd_object *fields_of_item(const migd_object *fields, const migd_object *item,
                                         size_t index, migdi_arena *arena)
{
    for (size_t i = 0; i < migd_object_count(fields); i++) {
        if (means_item(migd_object_key(fields, i), item, index, arena)) {
            return migd_object_item(fields, i);
        }
    }
    return NULL;
}

/* --- one field -------------------------------------------------------------------------------- */

static const migd_object *fields_of_member(const migd_object *fields, const char *key)
{
    for (size_t i = 0; i < migd_object_count(fields); i++) {
        const char *step = migd_object_key(fields, i);
        if (step[0] == 'f' && step[1] == ':' && strcmp(step + 2, key) == 0) {
            return migd_object_item(fields, i);
        }
    }
    return NULL;
}

/* The index of a step that is one; SIZE_MAX for "-" and the like. */
static size_t index_of(const char *step)
{
    size_t index = 0;
    for (const char *at = step; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || index > 1000000) {
            return SIZE_MAX;
        }
        index = index * 10 + (size_t)(*at - '0');
    }
    return step[0] == '\0' ? SIZE_MAX : index;
}

/* The step of a pointer without its escapes, in the arena; *at moves behind it. */
static const char *take_step(const char **at, migdi_arena *arena)
{
    const size_t size = strcspn(*at + 1, "/");
    char *step = migdi_arena_text(arena, *at + 1, size);
    *at += 1 + size;
    if (step == NULL) {
        return NULL;
    }
    char *to = step;
    for (const char *from = step; *from != '\0'; from++) {
        const bool is_escape = from[0] == '~' && (from[1] == '0' || from[1] == '1');
        *to++ = !is_escape ? *from : from[1] == '0' ? '~' : '/';
        from += is_escape;
    }
    *to = '\0';
    return step;
}

bool migdi_kube_manager_owns(const migdi_kube_manager *manager, const migd_object *object,
                             const char *pointer, migdi_arena *arena)
{
    const migd_object *fields = manager->fields;
    const migd_object *value = object;
    for (const char *at = pointer; *at == '/' && fields != NULL;) {
        const char *step = take_step(&at, arena);
        if (step == NULL) {
            return false;
        }
        if (migd_object_kind(value) == MIGD_KIND_ARRAY) {
            const size_t index = index_of(step);
            value = migd_object_item(value, index);
            fields = value == NULL ? NULL : fields_of_item(fields, value, index, arena);
        } else {
            value = migdi_object_member(value, step);
            fields = fields_of_member(fields, step);
        }
    }
    return fields != NULL;
}

/* --- all fields ------------------------------------------------------------------------------- */

typedef struct walk {
    migdi_text pointer;
    migdi_arena *arena;
    migdi_kube_field_visit visit;
    void *user;
} walk;

static void visit_fields(walk *at, const migd_object *fields, const migd_object *value, int depth);

/* One step down, and back. */
static void visit_child(walk *at, const char *key, const migd_object *fields,
                        const migd_object *value, int depth)
{
    const size_t size = at->pointer.size;
    migdi_pointer_add(&at->pointer, key);
    visit_fields(at, fields, value, depth + 1);
    if (!at->pointer.failed) {
        at->pointer.size = size;
        at->pointer.bytes[size] = '\0';
    }
}

static void visit_item(walk *at, const char *step, const migd_object *fields,
                       const migd_object *list, int depth)
{
    for (size_t i = 0; i < migd_object_count(list); i++) {
        if (means_item(step, migd_object_item(list, i), i, at->arena)) {
            const char *index = migdi_arena_format(at->arena, "%zu", i);
            if (index != NULL) {
                visit_child(at, index, fields, migd_object_item(list, i), depth);
            }
            return;
        }
    }
}

static void visit_fields(walk *at, const migd_object *fields, const migd_object *value, int depth)
{
    if (depth > DEEPEST || at->pointer.failed) {
        return;
    }
    if (migd_object_count(fields) == 0) {
        at->visit(at->user, migdi_text_string(&at->pointer));
        return;
    }
    for (size_t i = 0; i < migd_object_count(fields); i++) {
        const char *step = migd_object_key(fields, i);
        const migd_object *below = migd_object_item(fields, i);
        if (step[0] == 'f' && step[1] == ':') {
            visit_child(at, step + 2, below, migdi_object_member(value, step + 2), depth);
        } else if (strcmp(step, ".") != 0) {
            visit_item(at, step, below, value, depth);
        }
    }
}

void migdi_kube_manager_visit(const migdi_kube_manager *manager, const migd_object *object,
                              migdi_arena *arena, migdi_kube_field_visit visit, void *user)
{
    walk at = {.arena = arena, .visit = visit, .user = user};
    if (manager->fields != NULL) {
        visit_fields(&at, manager->fields, object, 0);
    }
    arena->failed = arena->failed || at.pointer.failed;
    migdi_text_free(&at.pointer);
}
