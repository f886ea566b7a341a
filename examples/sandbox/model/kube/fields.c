/* Sets of fields: who owns what, what a change touches, what falls away. */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

/* --- sets ------------------------------------------------------------------------------------- */

static bool is_member(const value *node)
{
    return node != NULL && (node->count == 0 || value_get(node, ".") != NULL);
}

static const value *with_member(pool *memory, const value *node)
{
    if (node == NULL || node->count == 0) {
        return &value_empty_map;
    }
    return value_with(memory, node, ".", &value_empty_map);
}

/* A node out of its children and whether it is a member itself. */
static const value *make_node(value_list *children, bool member)
{
    if (children->count == 0) {
        return member ? &value_empty_map : NULL;
    }
    if (member) {
        value_list_add(children, ".", &value_empty_map);
    }
    return value_list_map(children);
}

static bool is_dot(const char *key)
{
    return key[0] == '.' && key[1] == '\0';
}

const value *fields_union(pool *memory, const value *left, const value *right)
{
    if (left == NULL || left == right) {
        return right;
    }
    if (right == NULL) {
        return left;
    }
    value_list children = {.memory = memory};
    bool more = is_member(right) && !is_member(left); /* than left alone has */
    for (uint32_t i = 0; i < left->count; i++) {
        const value_member *child = &left->members[i];
        if (!is_dot(child->key)) {
            const value *both = fields_union(memory, child->value, value_get(right, child->key));
            more = more || both != child->value;
            value_list_add(&children, child->key, both);
        }
    }
    for (uint32_t i = 0; i < right->count; i++) {
        const value_member *child = &right->members[i];
        if (!is_dot(child->key) && value_get(left, child->key) == NULL) {
            more = true;
            value_list_add(&children, child->key, child->value);
        }
    }
    return more ? make_node(&children, is_member(left) || is_member(right)) : left;
}

const value *fields_minus(pool *memory, const value *left, const value *right)
{
    if (left == NULL || left == right) {
        return NULL;
    }
    if (right == NULL) {
        return left;
    }
    value_list children = {.memory = memory};
    bool less = is_member(left) && is_member(right);
    for (uint32_t i = 0; i < left->count; i++) {
        const value_member *child = &left->members[i];
        if (is_dot(child->key)) {
            continue;
        }
        const value *rest = fields_minus(memory, child->value, value_get(right, child->key));
        less = less || rest != child->value;
        if (rest != NULL) {
            value_list_add(&children, child->key, rest);
        }
    }
    return less ? make_node(&children, is_member(left) && !is_member(right)) : left;
}

const value *fields_both(pool *memory, const value *left, const value *right)
{
    if (left == NULL || right == NULL || left == right) {
        return left == right ? left : NULL;
    }
    value_list children = {.memory = memory};
    for (uint32_t i = 0; i < left->count; i++) {
        const value_member *child = &left->members[i];
        const value *both = is_dot(child->key)
                                ? NULL
                                : fields_both(memory, child->value, value_get(right, child->key));
        if (both != NULL) {
            value_list_add(&children, child->key, both);
        }
    }
    return make_node(&children, is_member(left) && is_member(right));
}

/* --- the shape of a value --------------------------------------------------------------------- */

typedef enum { SHAPE_LEAF, SHAPE_MAP, SHAPE_LIST } shape;

static const schema_type any_type = {.kind = SCHEMA_ANY};

static shape shape_of(const schema_type *type, const value *left, const value *right)
{
    if (type->atomic) {
        return SHAPE_LEAF;
    }
    switch (type->kind) {
    case SCHEMA_STRUCT:
    case SCHEMA_MAP:
        return SHAPE_MAP;
    case SCHEMA_LIST:
        return SHAPE_LIST;
    case SCHEMA_ANY:
        return (left == NULL || left->kind == VALUE_MAP) &&
                       (right == NULL || right->kind == VALUE_MAP)
                   ? SHAPE_MAP
                   : SHAPE_LEAF;
    default:
        return SHAPE_LEAF;
    }
}

static uint32_t count_of(const value *container)
{
    return container == NULL || container->kind < VALUE_ARRAY ? 0 : container->count;
}

static const schema_field *field_of(const schema_type *type, const char *key)
{
    return type->kind == SCHEMA_STRUCT ? schema_member(type, key) : NULL;
}

static const schema_type *below(const schema_type *type, const schema_field *field)
{
    if (field != NULL) {
        return field->type;
    }
    return type->element == NULL ? &any_type : type->element;
}

/* "f:" before a key, without a copy where the set's own text is the key behind it. */
static const char *field_key(pool *memory, const char *name)
{
    const size_t size = strlen(name);
    char *key = pool_alloc(memory, size + 3);
    memcpy(key, "f:", 2);
    memcpy(key + 2, name, size + 1);
    return key;
}

static const value *key_of(const value *item, const char *name)
{
    static const value tcp = {.kind = VALUE_STRING, .count = 3, .string = "TCP"};
    const value *key = value_get(item, name);
    return key == NULL && strcmp(name, "protocol") == 0 ? &tcp : key;
}

/* How an item is named in a set: k:{"name":"x"} or v:"x". */
static const char *item_key(pool *memory, const schema_type *list, const value *item)
{
    text out = {.memory = memory};
    if (list->keys[0] == NULL) {
        text_add(&out, "v:", 2);
        value_write(&out, item);
    } else {
        text_add(&out, "k:{", 3);
        for (size_t i = 0; i < 2 && list->keys[i] != NULL; i++) {
            const value *key = key_of(item, list->keys[i]);
            text_add_string(&out, i == 0 ? "\"" : ",\"");
            text_add_string(&out, list->keys[i]);
            text_add_string(&out, "\":");
            if (key == NULL) {
                text_add_string(&out, "null");
            } else {
                value_write(&out, key);
            }
        }
        text_add(&out, "}", 1);
    }
    const char *key = pool_text(memory, out.bytes, out.size);
    text_free(&out);
    return key;
}

/* The item of an array that has the same name; NULL when there is none. */
static const value *item_like(const schema_type *list, const value *array, const value *like)
{
    for (uint32_t i = 0; i < count_of(array); i++) {
        const value *item = array->items[i];
        bool same = item == like || (list->keys[0] == NULL && value_equal(item, like));
        if (!same && list->keys[0] != NULL) {
            same = value_equal(key_of(item, list->keys[0]), key_of(like, list->keys[0])) &&
                   (list->keys[1] == NULL ||
                    value_equal(key_of(item, list->keys[1]), key_of(like, list->keys[1])));
        }
        if (same) {
            return item;
        }
    }
    return NULL;
}

/* --- the fields of a document ----------------------------------------------------------------- */

static const value *list_fields(pool *memory, const schema_type *type, const value *array)
{
    value_list children = {.memory = memory};
    for (uint32_t i = 0; i < count_of(array); i++) {
        const value *item = array->items[i];
        const value *node = type->keys[0] == NULL ? NULL : fields_of(memory, type->element, item);
        value_list_add(&children, item_key(memory, type, item), with_member(memory, node));
    }
    return make_node(&children, false);
}

const value *fields_of(pool *memory, const schema_type *type, const value *document)
{
    const shape form = shape_of(type, document, NULL);
    if (form == SHAPE_LEAF) {
        return &value_empty_map;
    }
    if (form == SHAPE_LIST) {
        return list_fields(memory, type, document);
    }
    value_list children = {.memory = memory};
    for (uint32_t i = 0; i < count_of(document); i++) {
        const value_member *member = &document->members[i];
        const schema_field *field = field_of(type, member->key);
        const value *node = fields_of(memory, below(type, field), member->value);
        const bool empty = member->value->kind == VALUE_NULL ||
                           (member->value->kind == VALUE_MAP && member->value->count == 0);
        if (empty || field == NULL) {
            node = with_member(memory, node);
        }
        if (node != NULL) {
            value_list_add(&children, field_key(memory, member->key), node);
        }
    }
    return make_node(&children, false);
}

/* --- comparing -------------------------------------------------------------------------------- */

typedef struct change_lists {
    value_list added;
    value_list modified;
    value_list removed;
} change_lists;

static void add_change(change_lists *lists, const char *key, fields_change change)
{
    if (change.added != NULL) {
        value_list_add(&lists->added, key, change.added);
    }
    if (change.modified != NULL) {
        value_list_add(&lists->modified, key, change.modified);
    }
    if (change.removed != NULL) {
        value_list_add(&lists->removed, key, change.removed);
    }
}

static void compare_member(pool *memory, const schema_type *type, const char *key,
                           const value *left, const value *right, change_lists *lists)
{
    const schema_field *field = field_of(type, key);
    /* Of two documents that are there, both hold what is always there. */
    const value *absent =
        field != NULL && field->always && left != NULL && right != NULL ? &value_empty_map : NULL;
    const value *before = value_get(left, key);
    const value *after = value_get(right, key);
    before = before == NULL ? absent : before;
    after = after == NULL ? absent : after;
    if (before == after) {
        return;
    }
    const fields_change change = fields_compare(memory, below(type, field), before, after);
    if (change.added != NULL || change.modified != NULL || change.removed != NULL) {
        add_change(lists, field_key(memory, key), change);
    }
}

static void compare_maps(pool *memory, const schema_type *type, const value *before,
                         const value *after, change_lists *lists)
{
    for (uint32_t i = 0; i < count_of(before); i++) {
        compare_member(memory, type, before->members[i].key, before, after, lists);
    }
    for (uint32_t i = 0; i < count_of(after); i++) {
        if (value_get(before, after->members[i].key) == NULL) {
            compare_member(memory, type, after->members[i].key, before, after, lists);
        }
    }
}

static void compare_lists(pool *memory, const schema_type *type, const value *before,
                          const value *after, change_lists *lists)
{
    for (uint32_t i = 0; i < count_of(before); i++) {
        const value *item = before->items[i];
        const value *other = item_like(type, after, item);
        if (item != other) {
            add_change(lists, item_key(memory, type, item),
                       fields_compare(memory, type->element, item, other));
        }
    }
    for (uint32_t i = 0; i < count_of(after); i++) {
        const value *item = after->items[i];
        if (item_like(type, before, item) == NULL) {
            add_change(lists, item_key(memory, type, item),
                       fields_compare(memory, type->element, NULL, item));
        }
    }
}

fields_change fields_compare(pool *memory, const schema_type *type, const value *before,
                             const value *after)
{
    fields_change change = {NULL, NULL, NULL};
    if (before == after) {
        return change;
    }
    const shape form = shape_of(type, before, after);
    if (form == SHAPE_LEAF || (count_of(before) == 0 && count_of(after) == 0)) {
        if (before == NULL) {
            change.added = &value_empty_map;
        } else if (after == NULL) {
            change.removed = &value_empty_map;
        } else if (!value_equal(before, after)) {
            change.modified = &value_empty_map;
        }
        return change;
    }
    change_lists lists = {{.memory = memory}, {.memory = memory}, {.memory = memory}};
    if (form == SHAPE_MAP) {
        compare_maps(memory, type, before, after, &lists);
    } else {
        compare_lists(memory, type, before, after, &lists);
    }
    change.added = make_node(&lists.added, before == NULL);
    change.modified = make_node(&lists.modified, false);
    change.removed = make_node(&lists.removed, after == NULL);
    return change;
}

/* --- merging ---------------------------------------------------------------------------------- */

/* For each item of `left` the index of its like in `right`; -1: none. */
static int64_t *match(pool *memory, const schema_type *type, const value *left, const value *right)
{
    int64_t *found = pool_alloc(memory, (count_of(left) + 1) * sizeof *found);
    for (uint32_t i = 0; i < count_of(left); i++) {
        const value *like = item_like(type, right, left->items[i]);
        found[i] = -1;
        for (uint32_t k = 0; like != NULL && k < right->count && found[i] < 0; k++) {
            found[i] = right->items[k] == like ? (int64_t)k : -1;
        }
    }
    return found;
}

/* The next item of `applied` that `live` has too. */
static int64_t next_shared(const int64_t *in_live, int64_t after, int64_t count)
{
    do {
        after++;
    } while (after < count && in_live[after] < 0);
    return after;
}

/* Items of `applied` come in its order; what only `live` has keeps its place among those that both
 * have. */
static const value *merge_lists(pool *memory, const schema_type *type, const value *live,
                                const value *applied)
{
    const int64_t *in_applied = match(memory, type, live, applied);
    const int64_t *in_live = match(memory, type, applied, live);
    const int64_t left_count = count_of(live);
    const int64_t right_count = count_of(applied);
    value_list out = {.memory = memory};
    int64_t shared = next_shared(in_live, -1, right_count);
    for (int64_t left = 0, right = 0; left < left_count || right < right_count;) {
        const bool waits = left < left_count && right < right_count && in_applied[left] >= 0 &&
                           in_applied[left] != right && in_applied[left] != shared &&
                           shared < right_count;
        if (waits) {
            left++; /* it comes where `applied` has it */
            continue;
        }
        if (left < left_count && in_applied[left] < 0) {
            value_list_add(&out, NULL, live->items[left++]);
            continue;
        }
        left += left < left_count && (in_applied[left] < right || in_applied[left] == right);
        if (right < right_count) {
            const value *old = in_live[right] < 0 ? NULL : live->items[in_live[right]];
            value_list_add(&out, NULL,
                           fields_merge(memory, type->element, old, applied->items[right]));
            shared = right == shared ? next_shared(in_live, shared, right_count) : shared;
            right++;
        }
    }
    return value_list_array(&out);
}

const value *fields_merge(pool *memory, const schema_type *type, const value *live,
                          const value *applied)
{
    if (applied == NULL || live == NULL || live == applied) {
        return applied == NULL ? live : applied;
    }
    const shape form = shape_of(type, live, applied);
    if (form == SHAPE_LEAF || (count_of(live) == 0 && count_of(applied) == 0)) {
        return value_equal(live, applied) ? live : applied;
    }
    if (form == SHAPE_LIST) {
        return merge_lists(memory, type, live, applied);
    }
    const value *merged = live;
    for (uint32_t i = 0; i < count_of(applied); i++) {
        const value_member *member = &applied->members[i];
        merged = value_with(memory, merged, member->key,
                            fields_merge(memory, below(type, field_of(type, member->key)),
                                         value_get(live, member->key), member->value));
    }
    return merged;
}

/* --- removing --------------------------------------------------------------------------------- */

static const value *remove_fields(pool *memory, const schema_type *type, const value *document,
                                  const value *set)
{
    const shape form = shape_of(type, document, NULL);
    if (set == NULL || form == SHAPE_LEAF || count_of(document) == 0) {
        return document;
    }
    value_list out = {.memory = memory};
    for (uint32_t i = 0; i < document->count; i++) {
        const char *name = form == SHAPE_MAP ? document->members[i].key : NULL;
        const value *item = form == SHAPE_MAP ? document->members[i].value : document->items[i];
        const char *key =
            form == SHAPE_MAP ? field_key(memory, name) : item_key(memory, type, item);
        const value *node = value_get(set, key);
        if (!is_member(node)) {
            const schema_field *field = form == SHAPE_MAP ? field_of(type, name) : NULL;
            value_list_add(&out, name, remove_fields(memory, below(type, field), item, node));
        }
    }
    return form == SHAPE_MAP ? value_list_map(&out) : value_list_array(&out);
}

/* The set with every declared field on the way to a member a member too: so that a struct of which
 * nothing is owned any more goes as a whole. */
static const value *named(pool *memory, const schema_type *type, const value *set)
{
    if (set == NULL || set->count == 0) {
        return set;
    }
    value_list children = {.memory = memory};
    for (uint32_t i = 0; i < set->count; i++) {
        const value_member *child = &set->members[i];
        if (is_dot(child->key)) {
            continue;
        }
        const schema_field *field =
            strncmp(child->key, "f:", 2) == 0 ? field_of(type, child->key + 2) : NULL;
        const value *node = named(memory, below(type, field), child->value);
        value_list_add(&children, child->key, field == NULL ? node : with_member(memory, node));
    }
    return make_node(&children, is_member(set));
}

const value *fields_prune(pool *memory, const schema_type *type, const value *merged,
                          const value *last, const value *owned)
{
    if (fields_minus(memory, last, owned) == NULL) {
        return merged;
    }
    const value *once = named(memory, type, last);
    const value *all = named(memory, type, fields_of(memory, type, merged));
    /* Everything it once set, then back what anybody owns ... */
    const value *pruned = remove_fields(memory, type, merged, once);
    const value *kept = fields_union(memory, named(memory, type, fields_of(memory, type, pruned)),
                                     named(memory, type, owned));
    pruned = remove_fields(memory, type, merged, fields_minus(memory, all, kept));
    /* ... then back what nobody owns but this applier never set either. */
    kept = named(memory, type, fields_of(memory, type, pruned));
    const value *gone = fields_both(memory, fields_minus(memory, all, kept), once);
    return remove_fields(memory, type, merged, gone);
}

/* --- checking --------------------------------------------------------------------------------- */

static bool fits(const schema_type *type, const value *found)
{
    switch (type->kind) {
    case SCHEMA_TEXT:
        return found->kind == VALUE_STRING;
    case SCHEMA_NUMBER:
        return found->kind == VALUE_INTEGER || found->kind == VALUE_NUMBER;
    case SCHEMA_BOOLEAN:
        return found->kind == VALUE_BOOLEAN;
    case SCHEMA_SCALAR:
        return found->kind < VALUE_ARRAY;
    case SCHEMA_STRUCT:
    case SCHEMA_MAP:
        return found->kind == VALUE_MAP;
    case SCHEMA_LIST:
        return found->kind == VALUE_ARRAY;
    default:
        return true;
    }
}

/* `k:{"port":80,"protocol":"TCP"}` as [port=80,protocol="TCP"], `v:"x"` as [="x"]. */
static const char *path_step(pool *memory, const char *key)
{
    if (key[0] == 'f') {
        return pool_format(memory, ".%s", key + 2);
    }
    if (key[0] == 'v') {
        return pool_format(memory, "[=%s]", key + 2);
    }
    text out = {.memory = memory};
    const value *keys = value_read(memory, key + 2, strlen(key + 2));
    for (uint32_t i = 0; i < count_of(keys); i++) {
        text_format(&out, "%s%s=", i == 0 ? "[" : ",", keys->members[i].key);
        value_write(&out, keys->members[i].value);
    }
    text_add(&out, "]", 1);
    const char *step = pool_text(memory, out.bytes, out.size);
    text_free(&out);
    return step;
}

static void add_misfit(pool *memory, const schema_type *type, const value *found,
                       value_list *faults)
{
    static const char *const names[] = {"",       "string", "numeric", "boolean",
                                        "scalar", "map",    "map",     "list"};
    text out = {.memory = memory};
    value_write(&out, found);
    /* A scalar is shown as Go shows the server's own wrapper of it. */
    const char *shown = found->kind == VALUE_STRING ? found->string : out.bytes;
    const char *wrapper = type->kind < SCHEMA_STRUCT ? "value.valueUnstructured{Value:" : "{";
    const char *told =
        pool_format(memory, ": expected %s, got &%s%s}", names[type->kind], wrapper, shown);
    value_list_add(faults, told, NULL);
    text_free(&out);
}

static void check_item(pool *memory, const schema_type *type, const value *document, uint32_t index,
                       value_list *faults)
{
    const uint32_t before = faults->count;
    const bool listed = document->kind == VALUE_ARRAY;
    const char *name = listed ? NULL : document->members[index].key;
    const value *item = listed ? document->items[index] : document->members[index].value;
    const schema_field *field = listed ? NULL : field_of(type, name);
    if (!listed && field == NULL && type->kind == SCHEMA_STRUCT) {
        value_list_add(faults, ": field not declared in schema", NULL);
    } else {
        fields_check(memory, below(type, field), item, faults);
    }
    /* The way to a fault is only told where there is one. */
    for (uint32_t i = before; i < faults->count; i++) {
        const char *step = !listed        ? pool_format(memory, ".%s", name)
                           : type->atomic ? pool_format(memory, "[%u]", index)
                                          : path_step(memory, item_key(memory, type, item));
        faults->members[i].key = pool_format(memory, "%s%s", step, faults->members[i].key);
    }
}

size_t fields_check(pool *memory, const schema_type *type, const value *document,
                    value_list *faults)
{
    if (document->kind == VALUE_NULL || type->kind == SCHEMA_ANY) {
        return faults->count;
    }
    if (!fits(type, document)) {
        add_misfit(memory, type, document, faults);
        return faults->count;
    }
    for (uint32_t i = 0; i < count_of(document); i++) {
        check_item(memory, type, document, i, faults);
    }
    return faults->count;
}

void fields_paths(pool *memory, const value *set, const char *path, value_list *paths)
{
    if (is_member(set) && *path != '\0') {
        value_list_add(paths, path, NULL);
    }
    for (uint32_t i = 0; i < count_of(set); i++) {
        const value_member *child = &set->members[i];
        if (!is_dot(child->key)) {
            const char *step = path_step(memory, child->key);
            fields_paths(memory, child->value, pool_format(memory, "%s%s", path, step), paths);
        }
    }
}
