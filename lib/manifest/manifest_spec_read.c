/* The walk over a spec, along the table of keys. */
#include "manifest_spec_read.h"

#include "core_nearest.h"
#include "core_utf8.h"
#include "manifest_spec.h"
#include "manifest_spec_defaults.h"
#include "manifest_spec_forms.h"

#include <string.h>

/* Of a list or of a map of free keys: far above what anybody means, far below what hurts. */
#define MOST_ITEMS 1000

/* --- findings --------------------------------------------------------------------------------- */

void migdi_spec_report(migdi_spec_reading *reading, migdi_place place, const char *pointer,
                       const char *hint, const char *format, ...)
{
    migdi_spec_findings *findings = &reading->findings;
    void *items = findings->items;
    if (reading->full) {
        return;
    }
    if (!migdi_grow(&items, &findings->capacity, findings->count + 1, sizeof *findings->items)) {
        reading->failed = true;
        return;
    }
    findings->items = items;
    va_list arguments;
    va_start(arguments, format);
    const char *message = migdi_arena_format_list(reading->arena, format, arguments);
    va_end(arguments);
    reading->full = findings->count + 1 == MIGDI_SPEC_FINDINGS;
    if (reading->full) {
        message = "more may be wrong; it is looked for once these are mended";
    }
    findings->items[findings->count++] = (migdi_finding){
        .rule = "spec",
        .severity = MIGD_SEVERITY_ERROR,
        .message = message,
        .hint = hint,
        .object = reading->object,
        .pointer = migdi_arena_format(reading->arena, "%s", pointer),
        .place = place,
    };
}

/* In the order of their places; few, and mostly in order already. */
static void sort_findings(migdi_spec_findings *findings)
{
    for (size_t i = 1; i < findings->count; i++) {
        const migdi_finding moved = findings->items[i];
        size_t at = i;
        for (; at > 0; at--) {
            const migdi_place before = findings->items[at - 1].place;
            if (before.line < moved.place.line ||
                (before.line == moved.place.line && before.column <= moved.place.column)) {
                break;
            }
            findings->items[at] = findings->items[at - 1];
        }
        findings->items[at] = moved;
    }
}

/* --- maps of known keys ----------------------------------------------------------------------- */

static const char *pointer_below(migdi_spec_reading *reading, const char *pointer, const char *name)
{
    migdi_text text = {0};
    migdi_text_add_string(&text, pointer);
    migdi_pointer_add(&text, name);
    const char *below = migdi_arena_text(reading->arena, migdi_text_string(&text), text.size);
    reading->failed = reading->failed || text.failed || below == NULL;
    migdi_text_free(&text);
    return below != NULL ? below : "";
}

/* The pointer as a path for people: "spec.members". */
static const char *path_of(migdi_spec_reading *reading, const char *pointer)
{
    if (pointer[0] == '\0') {
        return "the file";
    }
    char *path = migdi_arena_format(reading->arena, "%s", migdi_spec_quote(reading, pointer + 1));
    for (char *slash = path; slash != NULL && (slash = strchr(slash, '/')) != NULL;) {
        *slash = '.';
    }
    return path != NULL ? path : "";
}

/* The last of the keys with that name before `count`; SIZE_MAX: there is none. The last one counts,
 * as it does in look-ups. */
static size_t index_of(const migd_object *map, const char *name, size_t count)
{
    while (count > 0 && strcmp(migd_object_key(map, count - 1), name) != 0) {
        count--;
    }
    return count - 1;
}

static void report_unknown(migdi_spec_reading *reading, const migdi_spec_key *parent,
                           const migd_object *map, size_t index, const char *pointer)
{
    const char *name = migd_object_key(map, index);
    migdi_nearest nearest = {.wanted = name};
    for (const migdi_spec_key *key = migdi_spec_next_child(parent, NULL); key != NULL;
         key = migdi_spec_next_child(parent, key)) {
        migdi_nearest_offer(&nearest, migdi_spec_key_name(key));
    }
    const migdi_place place = migdi_object_key_place(map, index);
    const char *below = pointer_below(reading, pointer, name);
    const char *path = path_of(reading, pointer);
    if (nearest.found != NULL) {
        migdi_spec_report(reading, place, below, NULL, "no key \"%s\" in %s; did you mean \"%s\"?",
                          migdi_spec_quote(reading, name), path, nearest.found);
    } else {
        migdi_spec_report(reading, place, below, "migdeploy init --help lists every key",
                          "no key \"%s\" in %s", migdi_spec_quote(reading, name), path);
    }
}

static void report_second(migdi_spec_reading *reading, const migd_object *map, size_t first,
                          size_t second, const char *pointer)
{
    const char *name = migd_object_key(map, second);
    migdi_spec_report(
        reading, migdi_object_key_place(map, second), pointer_below(reading, pointer, name), NULL,
        "\"%s\" stands here a second time, first in line %d", migdi_spec_quote(reading, name),
        (int)migdi_object_key_place(map, first).line);
}

static void read_value(migdi_spec_reading *reading, const migdi_spec_spot *spot);

static void read_map(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const migd_object *map = spot->value;
    const size_t count = migd_object_count(map);
    migdi_build_map(&reading->builder, "%s", spot->pointer);
    for (size_t i = 0; i < count && !reading->full; i++) {
        const char *name = migd_object_key(map, i);
        const size_t first = index_of(map, name, i);
        if (first != SIZE_MAX) {
            report_second(reading, map, first, i, spot->pointer);
        } else if (migdi_spec_child(spot->key, name, strlen(name)) == NULL) {
            report_unknown(reading, spot->key, map, i, spot->pointer);
        }
    }
    for (const migdi_spec_key *key = migdi_spec_next_child(spot->key, NULL); key != NULL;
         key = migdi_spec_next_child(spot->key, key)) {
        const char *name = migdi_spec_key_name(key);
        const size_t index = index_of(map, name, count);
        const migd_object *value = migd_object_item(map, index);
        read_value(reading, &(migdi_spec_spot){
                                .key = key,
                                .name = name,
                                .pointer = pointer_below(reading, spot->pointer, name),
                                .map = map,
                                .value = migd_object_kind(value) == MIGD_KIND_NULL ? NULL : value,
                                .key_place = value != NULL ? migdi_object_key_place(map, index)
                                                           : spot->key_place,
                                .in_wrong_block = spot->in_wrong_block,
                            });
    }
}

/* --- lists, free keys, anything --------------------------------------------------------------- */

static bool is_too_many(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    if (migd_object_count(spot->value) <= MOST_ITEMS) {
        return false;
    }
    migdi_spec_report(reading, spot->key_place, spot->pointer, NULL, "%s has more than %d items",
                      spot->name, MOST_ITEMS);
    return true;
}

/* An item that is wrong is null until the list is read, so that pointers count what was written. */
static void read_list(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    migdi_build_array(&reading->builder, "%s", spot->pointer);
    const size_t count = is_too_many(reading, spot) ? 0 : migd_object_count(spot->value);
    for (size_t i = 0; i < count && !reading->failed; i++) {
        const migd_object *item = migd_object_item(spot->value, i);
        const char *name = migdi_arena_format(reading->arena, "%s[%d]", spot->name, (int)i);
        const char *pointer = migdi_arena_format(reading->arena, "%s/%d", spot->pointer, (int)i);
        if (name == NULL || pointer == NULL) {
            reading->failed = true;
            return;
        }
        migdi_build_string(&reading->builder, NULL, "%s/-", spot->pointer);
        read_value(reading, &(migdi_spec_spot){.key = migdi_spec_child(spot->key, "", 0),
                                               .name = name,
                                               .pointer = pointer,
                                               .value = item,
                                               .key_place = migdi_object_place(item)});
    }
    for (size_t i = count; i > 0 && reading->builder.status >= 0; i--) {
        const char *pointer =
            migdi_arena_format(reading->arena, "%s/%d", spot->pointer, (int)i - 1);
        const migd_object *item = migd_object_at(reading->builder.document, pointer);
        if (migd_object_kind(item) == MIGD_KIND_NULL) {
            migd_object_remove(reading->builder.document, pointer, NULL);
        }
    }
}

/* A key that may stand in a map of free keys. */
static bool check_free_key(migdi_spec_reading *reading, const migdi_spec_spot *spot, size_t index)
{
    const migdi_spec_key *key = spot->key;
    const char *name = migd_object_key(spot->value, index);
    const size_t first = index_of(spot->value, name, index);
    const migdi_place place = migdi_object_key_place(spot->value, index);
    const char *pointer = pointer_below(reading, spot->pointer, name);
    if (first != SIZE_MAX) {
        report_second(reading, spot->value, first, index, spot->pointer);
    }
    if (!migdi_spec_form_fits(key->form, name, strlen(name))) {
        migdi_spec_report(reading, place, pointer, NULL, "%s wants %s, not \"%s\"", spot->name,
                          migdi_spec_form_text(key->form), migdi_spec_quote(reading, name));
        return false;
    }
    if (key->reserved != NULL && migdi_spec_has_word(key->reserved, name, strlen(name))) {
        migdi_spec_report(reading, place, pointer, "Its value follows from the other keys",
                          "\"%s\" is set by migdeploy, not in %s", name, spot->name);
        return false;
    }
    return true;
}

static void read_free(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    migdi_build_map(&reading->builder, "%s", spot->pointer);
    if (is_too_many(reading, spot)) {
        return;
    }
    for (size_t i = 0; i < migd_object_count(spot->value) && !reading->full; i++) {
        const char *name = migd_object_key(spot->value, i);
        if (check_free_key(reading, spot, i)) {
            read_value(reading, &(migdi_spec_spot){
                                    .key = migdi_spec_child(spot->key, name, strlen(name)),
                                    .name = migdi_spec_quote(reading, name),
                                    .pointer = pointer_below(reading, spot->pointer, name),
                                    .value = migd_object_item(spot->value, i),
                                    .key_place = migdi_object_key_place(spot->value, i),
                                });
        }
    }
}

/* Whether every map in a value that is passed on as it is has each key once. */
static bool check_anything(migdi_spec_reading *reading, const migd_object *value,
                           const char *pointer)
{
    size_t first = 0;
    size_t second = SIZE_MAX;
    const bool is_map = migd_object_kind(value) == MIGD_KIND_MAP;
    if (!migdi_object_duplicate(value, &first, &second)) {
        reading->failed = true;
        return false;
    }
    bool good = second == SIZE_MAX;
    if (!good) {
        report_second(reading, value, first, second, pointer);
    }
    for (size_t i = 0; i < migd_object_count(value) && !reading->full; i++) {
        const migd_object *item = migd_object_item(value, i);
        if (migd_object_count(item) > 0) {
            const char *name = is_map ? migd_object_key(value, i) : "-";
            good = check_anything(reading, item, pointer_below(reading, pointer, name)) && good;
        }
    }
    return good;
}

/* --- any key ---------------------------------------------------------------------------------- */

static void read_default(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const migdi_spec_key *key = spot->key;
    if (strcmp(migdi_spec_key_name(key), "*") == 0) {
        return; /* what was wrong among free keys or items is left out */
    }
    if (key->type == MIGDI_SPEC_MAP && (key->flags & MIGDI_SPEC_OPTIONAL) == 0) {
        read_map(reading,
                 &(migdi_spec_spot){.key = key,
                                    .name = spot->name,
                                    .pointer = spot->pointer,
                                    .key_place = spot->key_place,
                                    .in_wrong_block = spot->in_wrong_block || spot->value != NULL});
        return;
    }
    const char *text = migdi_spec_default_here(reading, spot);
    if (text != NULL) {
        migdi_spec_build_default(&reading->builder, key, text, spot->pointer);
    } else if ((key->flags & MIGDI_SPEC_OPTIONAL) != 0) {
        migdi_build_string(&reading->builder, NULL, "%s", spot->pointer);
    } else if ((key->flags & MIGDI_SPEC_REQUIRED) != 0 && spot->value == NULL &&
               !spot->in_wrong_block) {
        const size_t parent_size = (size_t)(strrchr(spot->pointer, '/') - spot->pointer);
        const char *parent =
            migdi_arena_format(reading->arena, "%.*s", (int)parent_size, spot->pointer);
        migdi_spec_report(reading, spot->key_place, spot->pointer, key->about,
                          "\"%s\" is missing in %s", spot->name,
                          path_of(reading, parent != NULL ? parent : ""));
    }
}

static bool read_written(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    const migdi_spec_type type = spot->key->type;
    const int32_t kind = migd_object_kind(spot->value);
    const bool wants_map =
        type == MIGDI_SPEC_MAP || type == MIGDI_SPEC_FREE || type == MIGDI_SPEC_ANY;
    if ((wants_map && kind != MIGD_KIND_MAP) ||
        (type == MIGDI_SPEC_LIST && kind != MIGD_KIND_ARRAY)) {
        migdi_spec_report_kind(reading, spot);
        return false;
    }
    if (!migdi_spec_check_company(reading, spot)) {
        return false;
    }
    switch (type) {
    case MIGDI_SPEC_MAP:
        read_map(reading, spot);
        return true;
    case MIGDI_SPEC_FREE:
        read_free(reading, spot);
        return true;
    case MIGDI_SPEC_LIST:
        read_list(reading, spot);
        return true;
    case MIGDI_SPEC_ANY:
        if (!check_anything(reading, spot->value, spot->pointer)) {
            return false;
        }
        break;
    default:
        if (!migdi_spec_check_value(reading, spot)) {
            return false;
        }
    }
    migdi_build_object(&reading->builder, spot->value, "%s", spot->pointer);
    return true;
}

static void read_value(migdi_spec_reading *reading, const migdi_spec_spot *spot)
{
    if (spot->value == NULL || !read_written(reading, spot)) {
        read_default(reading, spot);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Needed before anything else: defaults hang on it. A wrong one is reported where it stands. */
static migdi_spec_profile profile_of(const migd_object *source)
{
    const char *profile = migd_object_text(source, "/spec/profile", "");
    return strcmp(profile, "tutorial") == 0 ? MIGDI_SPEC_TUTORIAL
           : strcmp(profile, "dev") == 0    ? MIGDI_SPEC_DEV
                                            : MIGDI_SPEC_PRODUCTION;
}

static const char *object_of(const migd_object *source, migdi_spec_reading *reading)
{
    const char *namespace_name = migd_object_text(source, "/metadata/namespace", "migratory");
    const char *name = migd_object_text(source, "/metadata/name", "migratorydata");
    const char *object = migdi_arena_format(reading->arena, "MigratoryDataCluster/%s/%s",
                                            migdi_spec_quote(reading, namespace_name),
                                            migdi_spec_quote(reading, name));
    return object != NULL ? object : "";
}

migd_status migdi_spec_read(const migd_object *source, migdi_arena *arena, migd_object **document,
                            migdi_spec_findings *findings, migd_error **error)
{
    migdi_spec_reading reading = {.source = source, .arena = arena};
    reading.profile = profile_of(source);
    reading.object = object_of(source, &reading);
    migdi_build(&reading.builder);
    read_map(&reading, &(migdi_spec_spot){.key = migdi_spec_root(),
                                          .name = "the file",
                                          .pointer = "",
                                          .value = source,
                                          .key_place = migdi_object_place(source)});
    if (reading.builder.status >= 0) {
        migdi_spec_check_across(&reading);
    }
    sort_findings(&reading.findings);
    if (reading.failed || arena->failed) {
        /* Before anything else: a pointer that could not be written set who knows what. */
        reading.builder.status = MIGD_ERR_NOMEM;
    }
    const migd_status status = migdi_build_take(&reading.builder, document, error);
    if (status < 0) {
        migdi_free(reading.findings.items);
        return status;
    }
    migdi_free(findings->items);
    *findings = reading.findings;
    return MIGD_OK;
}
