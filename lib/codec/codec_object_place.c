/* Texts that values came from, and where in them: lines and columns are counted when asked for. */
#include "codec_object.h"
#include "codec_tree.h"

#include "core_utf8.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

migdi_source *migdi_source_new(const char *name, const char *text, size_t size)
{
    if (size > MIGDI_SOURCE_MOST) {
        return NULL; /* limits forbid it before */
    }
    migdi_source *source = migdi_alloc_zeroed(1, sizeof *source);
    if (source == NULL) {
        return NULL;
    }
    atomic_init(&source->references, 1);
    atomic_init(&source->lines, NULL);
    atomic_init(&source->secret, false);
    source->size = size;
    source->name = name == NULL ? NULL : migdi_text_copy(name, strlen(name));
    source->text = migdi_alloc(size + MIGDI_SOURCE_PADDING);
    if (source->text == NULL || (name != NULL && source->name == NULL)) {
        migdi_source_release(source);
        return NULL;
    }
    if (size > 0) {
        memcpy(source->text, text, size);
    }
    memset(source->text + size, 0, MIGDI_SOURCE_PADDING);
    return source;
}

void migdi_source_release(migdi_source *source)
{
    if (source == NULL || atomic_fetch_sub(&source->references, 1) != 1) {
        return;
    }
    migdi_free(atomic_load(&source->lines));
    migdi_free(source->name);
    if (atomic_load(&source->secret)) {
        migdi_wipe(source->text, source->size);
    }
    migdi_free(source->text);
    migdi_free(source);
}

/* The start of the next line at or behind `at`: LF, CRLF and CR end one. SIZE_MAX: there is
 * none. */
static size_t next_line(const migdi_source *source, size_t at)
{
    for (; at < source->size; at++) {
        const char byte = source->text[at];
        if (byte == '\n' || (byte == '\r' && source->text[at + 1] != '\n')) {
            return at + 1;
        }
    }
    return SIZE_MAX;
}

/* The table of lines; NULL when memory ends. Threads may ask at once: one table wins. */
static const uint32_t *line_table(migdi_source *source)
{
    uint32_t *lines = atomic_load(&source->lines);
    if (lines != NULL) {
        return lines;
    }
    size_t count = 1;
    for (size_t at = next_line(source, 0); at != SIZE_MAX; at = next_line(source, at)) {
        count++;
    }
    lines = migdi_alloc_zeroed(count + 1, sizeof *lines);
    if (lines == NULL) {
        return NULL;
    }
    lines[0] = (uint32_t)count;
    size_t line = 1;
    for (size_t at = next_line(source, 0); at != SIZE_MAX; at = next_line(source, at)) {
        lines[++line] = (uint32_t)at;
    }
    uint32_t *expected = NULL;
    if (!atomic_compare_exchange_strong(&source->lines, &expected, lines)) {
        migdi_free(lines);
        lines = expected;
    }
    return lines;
}

/* The line that holds the offset, from 1, and where it starts. */
static size_t find_line(migdi_source *source, size_t offset, size_t *start)
{
    const uint32_t *lines = line_table(source);
    if (lines == NULL) { /* no memory for a table: count */
        size_t line = 1;
        *start = 0;
        for (size_t at = next_line(source, 0); at <= offset; at = next_line(source, at)) {
            *start = at;
            line++;
        }
        return line;
    }
    size_t low = 1;
    size_t high = (size_t)lines[0] + 1;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (lines[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *start = lines[low];
    return low;
}

migdi_place migdi_source_place(migdi_source *source, size_t offset)
{
    if (source->nowhere) {
        return (migdi_place){0};
    }
    offset = offset > source->size ? source->size : offset;
    size_t start = 0;
    const size_t line = find_line(source, offset, &start);
    const size_t mark = sizeof BYTE_ORDER_MARK - 1;
    if (line == 1 && offset >= mark && memcmp(source->text, BYTE_ORDER_MARK, mark) == 0) {
        start = mark; /* no editor shows it as a column */
    }
    return (migdi_place){source->name, (int32_t)line,
                         (int32_t)migdi_utf8_count(source->text + start, offset - start) + 1};
}

migdi_place migdi_object_place(const migd_object *value)
{
    return value == NULL || value->source == NULL
               ? (migdi_place){0}
               : migdi_source_place(value->source, value->offset);
}

static migdi_place key_place(const migd_object *value)
{
    return value != NULL && value->source != NULL && (value->flags & MIGDI_NODE_KEY_PLACED) != 0
               ? migdi_source_place(value->source, value->key_offset)
               : migdi_object_place(value);
}

migdi_place migdi_object_key_place(const migd_object *map, size_t index)
{
    return migd_object_kind(map) == MIGD_KIND_MAP ? key_place(migd_object_item(map, index))
                                                  : (migdi_place){0};
}

migdi_place migdi_object_place_of_key(const migd_object *value, const char *pointer)
{
    return key_place(migd_object_at(value, pointer));
}

migdi_place migdi_object_word_place(const migd_object *string, const char *word, size_t size)
{
    if (string == NULL || string->source == NULL || size == 0) {
        return migdi_object_place(string);
    }
    const migdi_source *source = string->source;
    const char *found =
        memmem(source->text + string->offset, source->size - string->offset, word, size);
    return found == NULL ? migdi_object_place(string)
                         : migdi_source_place(string->source, (size_t)(found - source->text));
}

/* What lies in a source is copied first, as nothing says any more that the document must hold
 * it. */
static bool forget(migdi_arena *arena, migd_object *value)
{
    const char *text = (value->flags & MIGDI_NODE_TEXT_SHARED) != 0
                           ? migdi_arena_text(arena, value->as.text, value->count)
                           : NULL;
    const char *key = (value->flags & MIGDI_NODE_KEY_SHARED) != 0
                          ? migdi_arena_text(arena, value->key, value->key_size)
                          : NULL;
    if (arena->failed) {
        return false;
    }
    if (text != NULL) {
        value->as.text = text;
    }
    if (key != NULL) {
        value->key = key;
    }
    value->flags &= MIGDI_NODE_UNSIGNED;
    value->source = NULL;
    for (size_t i = 0; i < migd_object_count(value); i++) {
        if (!forget(arena, &value->as.items[i])) {
            return false;
        }
    }
    return true;
}

migd_status migdi_object_forget_places(migd_object *document, migd_error **error)
{
    return forget(&migdi_document_of(document)->arena, document) ? MIGD_OK
                                                                 : migdi_fail_nomem(error);
}

migd_status migd_object_place(const migd_object *value, const char **file, int32_t *line,
                              int32_t *column)
{
    const migdi_place place = migdi_object_place(value);
    if (file != NULL) {
        *file = place.file;
    }
    if (line != NULL) {
        *line = place.line;
    }
    if (column != NULL) {
        *column = place.column;
    }
    return place.line == 0 ? MIGD_ERR_NOT_FOUND : MIGD_OK;
}
