/* What a change would change: a live object against the server's own answer to a dry run. */
#include "deploy_diff.h"

#include "codec_object.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    migdi_builder fields; /* {"fields": [...]} */
    size_t count;
    migdi_text pointer;
} diff;

static const char *const kept_by_the_server[] = {
    "/metadata/managedFields",
    "/metadata/resourceVersion",
    "/metadata/generation",
    "/status",
};

static bool is_kept_by_the_server(const char *pointer)
{
    for (size_t i = 0; i < sizeof kept_by_the_server / sizeof kept_by_the_server[0]; i++) {
        if (strcmp(pointer, kept_by_the_server[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void tell(diff *d, const migd_object *from, const migd_object *to)
{
    migdi_build_string(&d->fields, migdi_text_string(&d->pointer), "/fields/%zu/pointer", d->count);
    migdi_build_object(&d->fields, from, "/fields/%zu/from", d->count);
    migdi_build_object(&d->fields, to, "/fields/%zu/to", d->count);
    d->count++;
}

static void compare(diff *d, const migd_object *from, const migd_object *to);

static void compare_below(diff *d, const char *key, const migd_object *from, const migd_object *to)
{
    const size_t size = d->pointer.size;
    migdi_pointer_add(&d->pointer, key);
    if (!is_kept_by_the_server(migdi_text_string(&d->pointer))) {
        compare(d, from, to);
    }
    if (!d->pointer.failed) {
        d->pointer.size = size;
        d->pointer.bytes[size] = '\0';
    }
}

static void compare_maps(diff *d, const migd_object *from, const migd_object *to)
{
    for (size_t i = 0; i < migd_object_count(to); i++) {
        const char *key = migd_object_key(to, i);
        compare_below(d, key, migdi_object_member(from, key), migd_object_item(to, i));
    }
    for (size_t i = 0; i < migd_object_count(from); i++) {
        const char *key = migd_object_key(from, i);
        if (migdi_object_member(to, key) == NULL) {
            compare_below(d, key, migd_object_item(from, i), NULL);
        }
    }
}

static void compare_arrays(diff *d, const migd_object *from, const migd_object *to)
{
    for (size_t i = 0; i < migd_object_count(to) || i < migd_object_count(from); i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        compare_below(d, index, migd_object_item(from, i), migd_object_item(to, i));
    }
}

/* As deep as the reader lets documents be. */
static void compare(diff *d, const migd_object *from, const migd_object *to)
{
    const int32_t kind = migd_object_kind(to);
    if (d->pointer.failed || d->fields.status < 0) {
        return;
    }
    if (kind == MIGD_KIND_MAP && migd_object_kind(from) == MIGD_KIND_MAP) {
        compare_maps(d, from, to);
    } else if (kind == MIGD_KIND_ARRAY && migd_object_kind(from) == MIGD_KIND_ARRAY) {
        compare_arrays(d, from, to);
    } else if (from == NULL || to == NULL || migd_object_equal(from, to) == 0) {
        tell(d, from, to);
    }
}

/* Gives what was built to the arena. */
static const migd_object *keep(migdi_builder *fields, migdi_arena *arena)
{
    migd_object *document = NULL;
    if (migdi_build_take(fields, &document, NULL) < 0) {
        arena->failed = true;
        return NULL;
    }
    return migdi_arena_give(arena, document, migdi_object_release)
               ? migd_object_at(document, "/fields")
               : NULL;
}

const migd_object *migdi_diff(const migd_object *from, const migd_object *to, migdi_arena *arena)
{
    diff d = {0};
    migdi_build(&d.fields);
    migdi_build_array(&d.fields, "/fields");
    compare(&d, from, to);
    arena->failed = arena->failed || d.pointer.failed;
    migdi_text_free(&d.pointer);
    return keep(&d.fields, arena);
}

const migd_object *migdi_diff_number(const char *pointer, int64_t from, int64_t to,
                                     migdi_arena *arena)
{
    migdi_builder fields;
    migdi_build(&fields);
    migdi_build_array(&fields, "/fields");
    migdi_build_string(&fields, pointer, "/fields/0/pointer");
    migdi_build_int64(&fields, from, "/fields/0/from");
    migdi_build_int64(&fields, to, "/fields/0/to");
    return keep(&fields, arena);
}

static bool is_at_or_below(const char *pointer, const char *above)
{
    const size_t size = strlen(above);
    return strncmp(pointer, above, size) == 0 && (pointer[size] == '\0' || pointer[size] == '/');
}

static size_t count_below(const migd_object *fields, const char *pointer)
{
    size_t count = 0;
    for (size_t i = 0; i < migd_object_count(fields); i++) {
        count +=
            is_at_or_below(migd_object_text(migd_object_item(fields, i), "/pointer", ""), pointer);
    }
    return count;
}

bool migdi_diff_touches(const migd_object *fields, const char *pointer)
{
    return count_below(fields, pointer) > 0;
}

size_t migdi_diff_beside(const migd_object *fields, const char *pointer)
{
    return migd_object_count(fields) - count_below(fields, pointer);
}
