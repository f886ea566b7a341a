/* The members of a map: what "<<" brings, keys that were no strings, keys that stand twice. */
#include "codec_yaml_members.h"

#include "codec_json.h"

#include <math.h>
#include <string.h>

/* Pairs of keys such as 1 and '1' in one map, before they count as a mistake. */
#define TWICE_CONVERTED 16

bool migdi_yaml_may_merge(const migd_object *value)
{
    if (value->kind == MIGD_KIND_MAP) {
        return true;
    }
    if (value->kind != MIGD_KIND_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < value->count; i++) {
        if (value->as.items[i].kind != MIGD_KIND_MAP) {
            return false;
        }
    }
    return true;
}

/* How many members a merged value brings. */
static size_t merged_count(const migd_object *value)
{
    size_t count = value->kind == MIGD_KIND_MAP ? value->count : 0;
    for (size_t i = 0; value->kind == MIGD_KIND_ARRAY && i < value->count; i++) {
        count += value->as.items[i].count;
    }
    return count;
}

static size_t move_members(const migd_object *value, migd_object *to)
{
    if (value->kind == MIGD_KIND_MAP && value->count > 0) {
        memcpy(to, value->as.items, value->count * sizeof *to);
        return value->count;
    }
    size_t moved = 0;
    for (size_t i = 0; value->kind == MIGD_KIND_ARRAY && i < value->count; i++) {
        moved += move_members(&value->as.items[i], to + moved);
    }
    return moved;
}

migd_object *migdi_yaml_gather(migdi_arena *arena, const migd_object *items, size_t count,
                               size_t *gathered)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += (items[i].flags & MIGDI_NODE_MERGE) != 0 ? merged_count(&items[i]) : 1;
    }
    *gathered = total;
    migd_object *out = migdi_arena_alloc(arena, total * sizeof *out);
    size_t at = 0;
    for (size_t i = 0; out != NULL && i < count; i++) {
        if ((items[i].flags & MIGDI_NODE_MERGE) != 0) {
            at += move_members(&items[i], out + at);
        } else {
            out[at++] = items[i];
        }
    }
    return out;
}

void migdi_yaml_write_key(const migd_object *node, migdi_text *text)
{
    if (node->kind == MIGD_KIND_BOOLEAN) {
        migdi_text_add_string(text, node->as.boolean != 0 ? "true" : "false");
    } else if (node->kind == MIGD_KIND_INTEGER) {
        migdi_text_format(text, "%lld", (long long)node->as.integer);
    } else if (isnan(node->as.number)) {
        migdi_text_add_string(text, ".nan");
    } else if (isinf(node->as.number)) {
        migdi_text_add_string(text, node->as.number < 0 ? "-.inf" : ".inf");
    } else {
        migdi_json_write_double(node->as.number, text);
    }
}

static migd_status refuse_duplicate(migdi_source *source, const migd_object *first,
                                    const migd_object *second, migd_error **error)
{
    /* A member that "<<" brought stands where it was written; that is where to look. */
    const bool swapped = second->key_offset < first->key_offset;
    const migd_object *later = swapped ? first : second;
    const migdi_place before = migdi_source_place(source, (swapped ? second : first)->key_offset);
    return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(source, later->key_offset),
                         "key \"%s\" stands here a second time, first in line %d", later->key,
                         (int)before.line);
}

migd_status migdi_yaml_check_keys(migdi_source *source, migd_object *items, size_t *count,
                                  migdi_scratch *scratch, migd_error **error)
{
    for (size_t dropped = 0;; dropped++) {
        size_t first = 0;
        size_t second = SIZE_MAX;
        if (!migdi_items_duplicate(items, *count, scratch, &first, &second)) {
            return migdi_fail_nomem(error);
        }
        if (second == SIZE_MAX) {
            return MIGD_OK;
        }
        const uint8_t differ = items[first].flags ^ items[second].flags;
        if ((differ & MIGDI_NODE_KEY_CONVERTED) == 0 || dropped == TWICE_CONVERTED) {
            return refuse_duplicate(source, &items[first], &items[second], error);
        }
        memmove(&items[first], &items[first + 1], (*count - first - 1) * sizeof *items);
        --*count;
    }
}
