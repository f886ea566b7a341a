/* Nodes and the document that owns them. */
#include "codec_tree.h"

#include <string.h>

/* Up to here, comparing each key with each is quicker than sorting. */
#define FEW_KEYS 16

migdi_document *migdi_document_new(void)
{
    migdi_document *document = migdi_alloc_zeroed(1, sizeof *document);
    if (document != NULL) {
        document->root.kind = MIGD_KIND_NULL;
    }
    return document;
}

void migdi_document_free(migdi_document *document)
{
    if (document == NULL) {
        return;
    }
    for (size_t i = 0; i < document->source_count; i++) {
        migdi_source_release(document->sources[i]);
    }
    migdi_free(document->sources);
    migdi_arena_free(&document->arena);
    migdi_free(document);
}

bool migdi_document_hold(migdi_document *document, migdi_source *source)
{
    /* Backwards: values come in runs from one source. */
    for (size_t i = document->source_count; i > 0; i--) {
        if (document->sources[i - 1] == source) {
            return true;
        }
    }
    void *sources = document->sources;
    if (!migdi_grow(&sources, &document->source_capacity, document->source_count + 1,
                    sizeof(migdi_source *))) {
        return false;
    }
    document->sources = sources;
    document->sources[document->source_count++] = source;
    atomic_fetch_add(&source->references, 1);
    return true;
}

migdi_document *migdi_document_of(migd_object *root)
{
    return (migdi_document *)root;
}

/* The key of `from` for `to`, which has the same source. */
static bool copy_key(migdi_document *document, const migd_object *from, migd_object *to)
{
    to->key_size = from->key_size;
    to->key_offset = from->key_offset;
    to->flags |= from->flags & (MIGDI_NODE_KEY_SHARED | MIGDI_NODE_KEY_PLACED);
    to->key = (from->flags & MIGDI_NODE_KEY_SHARED) != 0
                  ? from->key
                  : migdi_arena_text(&document->arena, from->key, from->key_size);
    return to->key != NULL;
}

static bool copy_items(migdi_document *document, const migd_object *from, migd_object *to)
{
    if (from->count == 0) {
        return true;
    }
    migd_object *items = migdi_arena_alloc_zeroed(&document->arena, from->count, sizeof *items);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < from->count; i++) {
        const migd_object *item = &from->as.items[i];
        if (!migdi_node_copy(document, item, &items[i]) ||
            (item->key != NULL && !copy_key(document, item, &items[i]))) {
            return false;
        }
    }
    to->as.items = items;
    to->count = from->count;
    to->capacity = from->count;
    return true;
}

bool migdi_node_copy(migdi_document *document, const migd_object *from, migd_object *to)
{
    if (from->source != NULL && !migdi_document_hold(document, from->source)) {
        return false;
    }
    *to = (migd_object){
        .kind = from->kind,
        .flags = from->flags & (MIGDI_NODE_UNSIGNED | MIGDI_NODE_TEXT_SHARED),
        .offset = from->offset,
        .source = from->source,
    };
    if (from->kind == MIGD_KIND_ARRAY || from->kind == MIGD_KIND_MAP) {
        return copy_items(document, from, to);
    }
    to->as = from->as;
    if (from->kind == MIGD_KIND_STRING) {
        to->count = from->count;
        if ((from->flags & MIGDI_NODE_TEXT_SHARED) == 0) {
            to->as.text = migdi_arena_text(&document->arena, from->as.text, from->count);
        }
        return to->as.text != NULL;
    }
    return true;
}

size_t migdi_node_height(const migd_object *value)
{
    if (value->kind != MIGD_KIND_ARRAY && value->kind != MIGD_KIND_MAP) {
        return 0;
    }
    size_t most = 0;
    for (size_t i = 0; i < value->count; i++) {
        const size_t height = migdi_node_height(&value->as.items[i]);
        most = height > most ? height : most;
    }
    return most + 1;
}

migd_object *migdi_map_find(const migd_object *map, const char *key, size_t size)
{
    if (map == NULL || map->kind != MIGD_KIND_MAP) {
        return NULL;
    }
    for (size_t i = map->count; i > 0; i--) {
        migd_object *item = &map->as.items[i - 1];
        if (item->key_size == size && memcmp(item->key, key, size) == 0) {
            return item;
        }
    }
    return NULL;
}

bool migdi_items_add(migdi_document *document, migd_object *parent, const migd_object *item)
{
    if (parent->count == parent->capacity) {
        if (parent->count > UINT32_MAX / 2) {
            return false;
        }
        const uint32_t capacity = parent->count < 4 ? 4 : parent->count * 2;
        migd_object *items = migdi_arena_alloc_zeroed(&document->arena, capacity, sizeof *items);
        if (items == NULL) {
            return false;
        }
        if (parent->count > 0) {
            memcpy(items, parent->as.items, parent->count * sizeof *items);
        }
        parent->as.items = items;
        parent->capacity = capacity;
    }
    parent->as.items[parent->count++] = *item;
    return true;
}

bool migdi_stack_grow(migd_object **stack, size_t *capacity)
{
    const size_t larger = *capacity < 128 ? 256 : *capacity + *capacity / 2;
    if (larger > SIZE_MAX / sizeof **stack) {
        return false;
    }
    migd_object *moved = migdi_realloc(*stack, larger * sizeof *moved);
    if (moved == NULL) {
        return false;
    }
    *stack = moved;
    *capacity = larger;
    return true;
}

static int compare_keys(const migd_object *left, const migd_object *right)
{
    if (left->key_size != right->key_size) {
        return left->key_size < right->key_size ? -1 : 1;
    }
    return memcmp(left->key, right->key, left->key_size);
}

static bool duplicate_among_few(const migd_object *items, size_t count, size_t *first,
                                size_t *second)
{
    /* One bit for a size and a last byte: a key whose bit is new needs no comparing. */
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t size = items[i].key_size;
        const unsigned last = size == 0 ? 0 : (unsigned char)items[i].key[size - 1];
        const uint64_t bit = UINT64_C(1) << ((size + last * 5) & 63);
        for (size_t j = 0; (seen & bit) != 0 && j < i; j++) {
            if (compare_keys(&items[j], &items[i]) == 0) {
                *first = j;
                *second = i;
                return true;
            }
        }
        seen |= bit;
    }
    return false;
}

/* One round of a merge sort: runs of `width` become runs of twice that. Stable. */
static void merge_runs(const migd_object *items, size_t count, size_t width, const uint32_t *from,
                       uint32_t *to)
{
    for (size_t start = 0; start < count; start += 2 * width) {
        const size_t middle = start + width < count ? start + width : count;
        const size_t end = start + 2 * width < count ? start + 2 * width : count;
        size_t left = start;
        size_t right = middle;
        for (size_t at = start; at < end; at++) {
            const bool take_left =
                left < middle &&
                (right == end || compare_keys(&items[from[left]], &items[from[right]]) <= 0);
            to[at] = take_left ? from[left++] : from[right++];
        }
    }
}

/* Sorting, not hashing: its time does not depend on which keys an attacker picks. */
bool migdi_items_duplicate(const migd_object *items, size_t count, migdi_scratch *scratch,
                           size_t *first, size_t *second)
{
    *second = SIZE_MAX;
    if (count <= FEW_KEYS) {
        duplicate_among_few(items, count, first, second);
        return true;
    }
    void *order = scratch->order;
    if (!migdi_grow(&order, &scratch->capacity, 2 * count, sizeof *scratch->order)) {
        return false;
    }
    scratch->order = order;
    uint32_t *sorted = scratch->order;
    uint32_t *other = scratch->order + count;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (uint32_t)i;
    }
    for (size_t width = 1; width < count; width *= 2) {
        merge_runs(items, count, width, sorted, other);
        uint32_t *swapped = sorted;
        sorted = other;
        other = swapped;
    }
    for (size_t i = 1; i < count; i++) {
        /* Of several duplicates, the one that stands first. */
        if (compare_keys(&items[sorted[i - 1]], &items[sorted[i]]) == 0 && sorted[i] < *second) {
            *first = sorted[i - 1];
            *second = sorted[i];
        }
    }
    return true;
}
