/* Documents read: kinds, values, equality; and the document itself: new, copied, freed. */
#include "codec_object.h"

#include "codec_tree.h"

#include <float.h>
#include <math.h>
#include <string.h>

migd_status migd_object_new(migd_object **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    migdi_document *document = migdi_document_new();
    if (document == NULL) {
        return migdi_fail_nomem(error);
    }
    document->root.kind = MIGD_KIND_MAP;
    *out = &document->root;
    return MIGD_OK;
}

migd_status migd_object_copy(const migd_object *value, migd_object **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    if (value == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no value to copy");
    }
    migdi_document *document = migdi_document_new();
    if (document == NULL || !migdi_node_copy(document, value, &document->root)) {
        migdi_document_free(document);
        return migdi_fail_nomem(error);
    }
    *out = &document->root;
    return MIGD_OK;
}

void migd_object_free(migd_object *document)
{
    migdi_document_free(document == NULL ? NULL : migdi_document_of(document));
}

void migdi_object_release(void *document)
{
    migd_object_free(document);
}

int32_t migd_object_kind(const migd_object *value)
{
    return value == NULL ? MIGD_KIND_NONE : value->kind;
}

static bool has_items(const migd_object *value)
{
    return value != NULL && (value->kind == MIGD_KIND_ARRAY || value->kind == MIGD_KIND_MAP);
}

size_t migd_object_count(const migd_object *value)
{
    return has_items(value) ? value->count : 0;
}

const migd_object *migd_object_item(const migd_object *value, size_t index)
{
    return index < migd_object_count(value) ? &value->as.items[index] : NULL;
}

const char *migd_object_key(const migd_object *value, size_t index)
{
    return migd_object_kind(value) == MIGD_KIND_MAP && index < value->count
               ? value->as.items[index].key
               : NULL;
}

const migd_object *migdi_object_member(const migd_object *map, const char *key)
{
    return migdi_map_find(map, key, strlen(key));
}

bool migdi_object_duplicate(const migd_object *map, size_t *first, size_t *second)
{
    *second = SIZE_MAX;
    if (migd_object_kind(map) != MIGD_KIND_MAP) {
        return true;
    }
    migdi_scratch scratch = {0};
    const bool done = migdi_items_duplicate(map->as.items, map->count, &scratch, first, second);
    migdi_free(scratch.order);
    return done;
}

const char *migdi_object_string(const migd_object *value, size_t *size)
{
    const bool is_string = migd_object_kind(value) == MIGD_KIND_STRING;
    if (size != NULL) {
        *size = is_string ? value->count : 0;
    }
    return is_string ? value->as.text : NULL;
}

bool migdi_object_read_int64(const migd_object *value, int64_t *out)
{
    if (migd_object_kind(value) != MIGD_KIND_INTEGER || (value->flags & MIGDI_NODE_UNSIGNED) != 0) {
        return false;
    }
    *out = value->as.integer;
    return true;
}

bool migdi_object_read_uint64(const migd_object *value, uint64_t *out)
{
    if (migd_object_kind(value) != MIGD_KIND_INTEGER ||
        ((value->flags & MIGDI_NODE_UNSIGNED) == 0 && value->as.integer < 0)) {
        return false;
    }
    *out =
        (value->flags & MIGDI_NODE_UNSIGNED) != 0 ? value->as.natural : (uint64_t)value->as.integer;
    return true;
}

const char *migd_object_text(const migd_object *value, const char *pointer, const char *fallback)
{
    const char *text = migdi_object_string(migd_object_at(value, pointer), NULL);
    return text == NULL ? fallback : text;
}

int64_t migd_object_int64(const migd_object *value, const char *pointer, int64_t fallback)
{
    int64_t integer = 0;
    return migdi_object_read_int64(migd_object_at(value, pointer), &integer) ? integer : fallback;
}

static double as_double(const migd_object *value)
{
    if (value->kind == MIGD_KIND_NUMBER) {
        return value->as.number;
    }
    return (value->flags & MIGDI_NODE_UNSIGNED) != 0 ? (double)value->as.natural
                                                     : (double)value->as.integer;
}

double migd_object_double(const migd_object *value, const char *pointer, double fallback)
{
    const migd_object *found = migd_object_at(value, pointer);
    const int32_t kind = migd_object_kind(found);
    return kind == MIGD_KIND_INTEGER || kind == MIGD_KIND_NUMBER ? as_double(found) : fallback;
}

int32_t migd_object_boolean(const migd_object *value, const char *pointer, int32_t fallback)
{
    const migd_object *found = migd_object_at(value, pointer);
    return migd_object_kind(found) == MIGD_KIND_BOOLEAN ? found->as.boolean : fallback;
}

/* Exactly: 2^53 + 1 is not the double 2^53, though it would be rounded to it. */
static bool integer_equals_number(const migd_object *integer, double number)
{
    if (!(number >= -9223372036854775808.0 && number < 18446744073709551616.0) ||
        trunc(number) != number) {
        return false;
    }
    if ((integer->flags & MIGDI_NODE_UNSIGNED) != 0) {
        return number >= 0 && (uint64_t)number == integer->as.natural;
    }
    return number < 9223372036854775808.0 && (int64_t)number == integer->as.integer;
}

static bool numbers_are_equal(const migd_object *left, const migd_object *right)
{
    if (left->kind == MIGD_KIND_NUMBER && right->kind == MIGD_KIND_NUMBER) {
        return left->as.number >= right->as.number && left->as.number <= right->as.number;
    }
    if (left->kind == MIGD_KIND_NUMBER) {
        return integer_equals_number(right, left->as.number);
    }
    if (right->kind == MIGD_KIND_NUMBER) {
        return integer_equals_number(left, right->as.number);
    }
    return left->as.natural == right->as.natural &&
           ((left->flags ^ right->flags) & MIGDI_NODE_UNSIGNED) == 0;
}

static bool items_are_equal(const migd_object *left, const migd_object *right)
{
    if (left->count != right->count) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        const migd_object *item = &left->as.items[i];
        const migd_object *other = &right->as.items[i];
        /* Mostly the order is the same; searching each key would be quadratic. */
        if (left->kind == MIGD_KIND_MAP && (item->key_size != other->key_size ||
                                            memcmp(item->key, other->key, item->key_size) != 0)) {
            other = migdi_map_find(right, item->key, item->key_size);
        }
        if (!migd_object_equal(item, other)) {
            return false;
        }
    }
    return true;
}

int32_t migd_object_equal(const migd_object *left, const migd_object *right)
{
    if (left == NULL || right == NULL) {
        return left == right;
    }
    const bool numbers = (left->kind == MIGD_KIND_INTEGER || left->kind == MIGD_KIND_NUMBER) &&
                         (right->kind == MIGD_KIND_INTEGER || right->kind == MIGD_KIND_NUMBER);
    if (numbers) {
        return numbers_are_equal(left, right);
    }
    if (left->kind != right->kind) {
        return 0;
    }
    switch (left->kind) {
    case MIGD_KIND_BOOLEAN:
        return left->as.boolean == right->as.boolean;
    case MIGD_KIND_STRING:
        return left->count == right->count &&
               memcmp(left->as.text, right->as.text, left->count) == 0;
    case MIGD_KIND_ARRAY:
    case MIGD_KIND_MAP:
        return items_are_equal(left, right);
    default:
        return 1; /* null */
    }
}
