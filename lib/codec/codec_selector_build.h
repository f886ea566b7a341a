/* How a selector is built, from a text (codec_selector_parse.c) or an object (codec_selector.c). */
#ifndef MIGDI_CODEC_SELECTOR_BUILD_H
#define MIGDI_CODEC_SELECTOR_BUILD_H

#include "codec_selector.h"

/* Where requirements are built: what they live in, and what is said when one is wrong. */
typedef struct migdi_selector_builder {
    migdi_arena *arena;
    migd_error **error;
    migdi_place place;
    migdi_requirement *requirements;
    size_t count;
} migdi_selector_builder;

/* Makes room for `most` requirements. */
migd_status migdi_selector_begin(migdi_selector_builder *building, size_t most);

migd_status migdi_selector_check_key(const migdi_selector_builder *building, const char *key,
                                     size_t size);

/* Adds one requirement; key and values live in the arena, the array of values is sorted in
 * place. */
migd_status migdi_selector_add(migdi_selector_builder *building, const char *key,
                               migdi_select_operator operator, const char ** values,
                               size_t value_count);

/* In the order of the keys; equal ones stay as they were added. */
migd_status migdi_selector_finish(const migdi_selector_builder *building, migdi_selector *out);

/* For qsort(): texts in the order of their bytes. */
int migdi_selector_by_bytes(const void *left, const void *right);

#endif
