/* JSON out of the tree. */
#include "codec_json.h"

#include "codec_object.h"
#include "codec_tree.h"

#include <inttypes.h>
#include <string.h>

#define WIDEST_INDENT 8

static void write_string(const char *bytes, size_t size, migdi_text *text)
{
    migdi_text_add_char(text, '"');
    size_t done = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        migdi_text_add(text, bytes + done, i - done);
        done = i + 1;
        switch (byte) {
        case '"':
            migdi_text_add_string(text, "\\\"");
            break;
        case '\\':
            migdi_text_add_string(text, "\\\\");
            break;
        case '\n':
            migdi_text_add_string(text, "\\n");
            break;
        case '\t':
            migdi_text_add_string(text, "\\t");
            break;
        case '\r':
            migdi_text_add_string(text, "\\r");
            break;
        default:
            migdi_text_format(text, "\\u%04x", byte);
        }
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
    migdi_text text = {0};
    if (value != NULL) {
        migdi_json_write(value, 0, &text);
    }
    const char *copy =
        text.failed ? NULL : migdi_arena_text(arena, migdi_text_string(&text), text.size);
    migdi_text_free(&text);
    return copy;
}

migd_status migd_object_write_json(const migd_object *value, int32_t indent, migd_buf **out,
                                   migd_error **error)
{
    migdi_error_clear(error);
    *out = NULL;
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
