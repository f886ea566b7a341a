/* Documents with their names, places with pointers, lists that grow, and which pods a selector
 * covers. */
#include "manifest_extract_items.h"

#include "manifest_names.h"
#include "manifest_spec.h"

#include <string.h>

#define LABEL_POD_NAME "statefulset.kubernetes.io/pod-name"

const char *migdi_extract_title(const migd_object *document, migdi_arena *arena)
{
    const char *kind = migd_object_text(document, "/kind", "");
    const char *space = migd_object_text(document, "/metadata/namespace", "");
    const char *name = migd_object_text(document, "/metadata/name", "");
    if (*kind == '\0' && *name == '\0') {
        return NULL;
    }
    return migdi_arena_format(arena, "%s%s%s/%s", kind, *space == '\0' ? "" : "/", space, name);
}

static migdi_at item_at(migdi_extract_state *state, const migdi_item *item, bool key,
                        const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static migdi_at item_at(migdi_extract_state *state, const migdi_item *item, bool key,
                        const char *format, va_list arguments)
{
    const char *pointer = migdi_arena_format_list(state->arena, format, arguments);
    if (pointer == NULL) {
        return (migdi_at){0};
    }
    return (migdi_at){item->title, pointer,
                      key ? migdi_object_place_of_key(item->value, pointer)
                          : migdi_object_place(migd_object_at(item->value, pointer))};
}

migdi_at migdi_item_at(migdi_extract_state *state, const migdi_item *item, const char *pointer, ...)
{
    va_list arguments;
    va_start(arguments, pointer);
    const migdi_at at = item_at(state, item, false, pointer, arguments);
    va_end(arguments);
    return at;
}

migdi_at migdi_item_at_key(migdi_extract_state *state, const migdi_item *item, const char *pointer,
                           ...)
{
    va_list arguments;
    va_start(arguments, pointer);
    const migdi_at at = item_at(state, item, true, pointer, arguments);
    va_end(arguments);
    return at;
}

migdi_count migdi_item_count(migdi_extract_state *state, const migdi_item *item,
                             const char *pointer)
{
    migdi_count count = {0};
    count.known = migdi_object_read_int64(migd_object_at(item->value, pointer), &count.value);
    if (count.known) {
        count.at = migdi_item_at(state, item, "%s", pointer);
        return count;
    }
    const char *last = strrchr(pointer, '/');
    count.at = migdi_item_at_key(state, item, "%.*s", (int)(last - pointer), pointer);
    return count;
}

migdi_at migdi_item_at_spec(migdi_extract_state *state, migdi_at at, const char *pointer)
{
    if (state->spec == NULL) {
        return at;
    }
    const char *title = migdi_extract_title(migd_spec_object(state->spec), state->arena);
    return (migdi_at){title, pointer, migdi_spec_place(state->spec, pointer)};
}

void *migdi_list_add(migdi_arena *arena, void *items, size_t *count, size_t size)
{
    if ((*count & (*count - 1)) != 0) {
        return items;
    }
    void *larger = migdi_arena_alloc_zeroed(arena, *count == 0 ? 1 : *count * 2, size);
    if (larger == NULL) {
        *count = 0; /* whoever still walks the list finds none */
    } else if (*count > 0) {
        memcpy(larger, items, *count * size);
    }
    return larger;
}

bool migdi_same_space(const migdi_item *left, const migdi_item *right)
{
    return migdi_text_equal(left->space, right->space);
}

static bool names_single_pods(const migdi_selector *selector)
{
    for (size_t i = 0; i < selector->count; i++) {
        const char *key = selector->requirements[i]->key;
        if (strcmp(key, MIGDI_LABEL_POD_INDEX) == 0 || strcmp(key, LABEL_POD_NAME) == 0) {
            return true;
        }
    }
    return false;
}

/* The labels that the StatefulSet's controller adds make one pod differ from the next. */
static bool cover_each(migdi_extract_state *state, const migdi_set *set,
                       const migdi_selector *selector, size_t count, const bool **covers)
{
    bool *each = migdi_arena_alloc_zeroed(state->arena, count == 0 ? 1 : count, sizeof *each);
    migd_object *labels = NULL;
    const migd_status status = set->item->labels == NULL
                                   ? migd_object_new(&labels, NULL)
                                   : migd_object_copy(set->item->labels, &labels, NULL);
    bool any = false;
    bool failed = status < 0 || each == NULL;
    for (size_t i = 0; i < count && !failed; i++) {
        const char *index = migdi_arena_format(state->arena, "%zu", i);
        const char *name = migdi_arena_format(state->arena, "%s-%zu", set->item->name, i);
        failed =
            index == NULL || name == NULL ||
            migd_object_set_string(labels, "/apps.kubernetes.io~1pod-index", index, NULL) < 0 ||
            migd_object_set_string(labels, "/statefulset.kubernetes.io~1pod-name", name, NULL) < 0;
        each[i] = !failed && migdi_selector_matches(selector, labels);
        any = any || each[i];
    }
    migd_object_free(labels);
    state->arena->failed = state->arena->failed || failed;
    *covers = each;
    return any && !failed;
}

migdi_selector migdi_read_selector(migdi_extract_state *state, const migd_object *value)
{
    migdi_selector selector = {0};
    const migd_status status = migdi_selector_read(value, state->arena, &selector, NULL);
    state->arena->failed = state->arena->failed || status == MIGD_ERR_NOMEM;
    return status < 0 ? (migdi_selector){.nothing = true} : selector;
}

bool migdi_set_covered(migdi_extract_state *state, const migdi_set *set,
                       const migdi_selector *selector, size_t count, const bool **covers)
{
    *covers = NULL;
    if (!set->facts->deployment && names_single_pods(selector)) {
        return cover_each(state, set, selector, count, covers);
    }
    return migdi_selector_matches(selector, set->item->labels);
}

void migdi_set_unread(migdi_extract_state *state, const migdi_set *set, const char *rule,
                      migdi_at at, const char *message)
{
    migdi_facts *facts = set->facts;
    facts->unread =
        migdi_list_add(state->arena, facts->unread, &facts->unread_count, sizeof *facts->unread);
    if (facts->unread != NULL) {
        facts->unread[facts->unread_count++] = (migdi_unread){rule, message, NULL, at};
    }
}
