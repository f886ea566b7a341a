/* JSON out of the tree. */
#include "codec_json.h"

#include "codec_object.h"
#include "codec_tree.h"

#include "core_utf8.h"

#include <inttypes.h>
#include <string.h>

#define WIDEST_INDENT 8

/* Control characters, and what ends a line in YAML 1.1 or JavaScript or vanishes at a text's start:
 * so that what is written reads the same when somebody takes it for YAML. */
static bool needs_number(uint32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0) || codepoint == 0x2028 ||
           codepoint == 0x2029 || codepoint == 0xFEFF;
}

static void write_escape(uint32_t codepoint, migdi_text *text)
{
    static const char escaped[] = "\"\\\n\t\r";
    static const char letters[] = "\"\\ntr";
    const char *found = codepoint < 0x80 && codepoint != 0 ? strchr(escaped, (int)codepoint) : NULL;
    if (found == NULL) {
        migdi_text_format(text, "\\u%04x", (unsigned)codepoint);
    } else {
        migdi_text_format(text, "\\%c", letters[found - escaped]);
    }
}

static void write_string(const char *bytes, size_t size, migdi_text *text)
{
    migdi_text_add_char(text, '"');
    size_t done = 0;
    for (size_t i = 0; i < size;) {
        uint32_t codepoint = (unsigned char)bytes[i];
        size_t length = 1;
        if (codepoint >= 0x80) {
            length = migdi_utf8_next(bytes + i, size - i, &codepoint);
            length = length == 0 ? 1 : length; /* no string of a document has such a byte */
        }
        if (codepoint == '"' || codepoint == '\\' || needs_number(codepoint)) {
            migdi_text_add(text, bytes + done, i - done);
            write_escape(codepoint, text);
            done = i + length;
        }
        i += length;
    }
    migdi_text_add(text, bytes + done, size - done);
    migdi_text_add_char(text, '"');
}

static void break_line(migdi_text *text, int32_t indent, size_t depth)
{
    if (indent > 0) {
        migdi_text_add_char(text, '\n');
        migdi_text_add_repeated(text, ' ', (size_t)indent * depth);
    }
}

static void write_value(const migd_object *value, int32_t indent, size_t depth, migdi_text *text);

static void write_items(const migd_object *value, int32_t indent, size_t depth, migdi_text *text)
{
    const bool map = value->kind == MIGD_KIND_MAP;
    migdi_text_add_char(text, map ? '{' : '[');
    for (size_t i = 0; i < value->count && !text->failed; i++) {
        const migd_object *item = &value->as.items[i];
        if (i > 0) {
            migdi_text_add_char(text, ',');
        }
        break_line(text, indent, depth + 1);
        if (map) {
            write_string(item->key, item->key_size, text);
            migdi_text_add(text, ": ", indent > 0 ? 2 : 1);
        }
        write_value(item, indent, depth + 1, text);
    }
    if (value->count > 0) {
        break_line(text, indent, depth);
    }
    migdi_text_add_char(text, map ? '}' : ']');
}

static void write_value(const migd_object *value, int32_t indent, size_t depth, migdi_text *text)
{
    switch (value->kind) {
    case MIGD_KIND_BOOLEAN:
        migdi_text_add_string(text, value->as.boolean != 0 ? "true" : "false");
        break;
    case MIGD_KIND_INTEGER:
        if ((value->flags & MIGDI_NODE_UNSIGNED) != 0) {
            migdi_text_format(text, "%" PRIu64, value->as.natural);
        } else {
            migdi_text_format(text, "%" PRId64, value->as.integer);
        }
        break;
    case MIGD_KIND_NUMBER:
        migdi_json_write_double(value->as.number, text);
        break;
    case MIGD_KIND_STRING:
        write_string(value->as.text, value->count, text);
        break;
    case MIGD_KIND_ARRAY:
    case MIGD_KIND_MAP:
        write_items(value, indent, depth, text);
        break;
    default:
        migdi_text_add_string(text, "null");
    }
}

void migdi_json_write(const migd_object *value, int32_t indent, migdi_text *text)
{
    write_value(value, indent, 0, text);
}

const char *migdi_object_json(const migd_object *value, migdi_arena *arena)
{
    migdi_text text = {.secret = arena->secret};
    if (value != NULL) {
        migdi_json_write(value, 0, &text);
    }
    arena->failed = arena->failed || text.failed;
    const char *copy =
        text.failed ? NULL : migdi_arena_text(arena, migdi_text_string(&text), text.size);
    migdi_text_free(&text);
    return copy;
}

migd_status migd_object_write_json(const migd_object *value, int32_t indent, migd_buf **out,
                                   migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    if (value == NULL || indent < 0 || indent > WIDEST_INDENT) {
        return value == NULL
                   ? migdi_fail(error, MIGD_ERR_INVALID, "there is no value to write")
                   : migdi_fail(error, MIGD_ERR_INVALID, "an indent is 0 to %d blanks, not %d",
                                WIDEST_INDENT, (int)indent);
    }
    migdi_text text = {0};
    migdi_json_write(value, indent, &text);
    *out = migdi_text_take_buf(&text);
    return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
}
