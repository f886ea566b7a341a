/* YAML out of the tree through libyaml's emitter: block style, and quotes around every string that
 * some reader of YAML 1.1 or 1.2 would take for something else. */
#include "codec_json.h"
#include "codec_object.h"
#include "codec_yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct {
    yaml_emitter_t emitter;
    migdi_text *text;
    migdi_text scalar; /* of a number */
} writer;

/* --- strings that look like something else ---------------------------------------------------- */

static bool consists_of(const char *text, size_t size, const char *characters)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\0' || strchr(characters, text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* "12:30" is 750 in YAML 1.1; the first field may be of any size. */
static bool looks_sexagesimal(const char *text, size_t size)
{
    return memchr(text, ':', size) != NULL && consists_of(text, size, "0123456789:._+-");
}

static bool looks_like_date(const char *text, size_t size)
{
    return size >= 6 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           is_digit(text[3]) && text[4] == '-' && consists_of(text, size, "0123456789-:.+TtZz ");
}

/* Readers differ on where underscores may stand in a number: "0x_", "._5", "1_0.0_0". */
static bool looks_like_number_with_underscores(const char *text, size_t size)
{
    return size > 0 && memchr(text, '_', size) != NULL &&
           strchr("0123456789.+-", text[0]) != NULL &&
           consists_of(text, size, "0123456789abcdefABCDEFxXoO_.+-");
}

static bool resolves(const char *text, size_t size)
{
    migd_object node = {0};
    return !migdi_yaml_resolve(text, size, &node) || node.kind != MIGD_KIND_STRING;
}

bool migdi_yaml_looks_typed(const char *text, size_t size)
{
    return resolves(text, size) || looks_like_number_with_underscores(text, size) ||
           looks_sexagesimal(text, size) || looks_like_date(text, size) ||
           (size == 1 && text[0] == '=') || (size == 2 && memcmp(text, "<<", 2) == 0);
}

/* NEL, LS and PS break lines in YAML 1.1 only; a byte order mark may vanish. libyaml writes them
 * raw. */
static bool has_odd_break(const char *text, size_t size)
{
    return memmem(text, size, "\xC2\x85", 2) != NULL ||
           memmem(text, size, "\xE2\x80\xA8", 3) != NULL ||
           memmem(text, size, "\xE2\x80\xA9", 3) != NULL ||
           memmem(text, size, "\xEF\xBB\xBF", 3) != NULL;
}

static yaml_scalar_style_t style_of_string(const char *text, size_t size)
{
    if (size == 0 || has_odd_break(text, size)) {
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }
    if (memchr(text, '\n', size) != NULL) {
        /* Blanks or empty lines at the start, or several at the end, need indicators that few know.
         * libyaml itself turns to quotes when a line ends with a blank or holds a tab. */
        const bool plain_start = strchr(" \n", text[0]) == NULL;
        const bool plain_end = size < 2 || memcmp(text + size - 2, "\n\n", 2) != 0;
        return plain_start && plain_end ? YAML_LITERAL_SCALAR_STYLE
                                        : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }
    return migdi_yaml_looks_typed(text, size) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                              : YAML_PLAIN_SCALAR_STYLE;
}

/* --- events ----------------------------------------------------------------------------------- */

static int write_bytes(void *data, unsigned char *bytes, size_t size)
{
    migdi_text *text = data;
    migdi_text_add(text, (const char *)bytes, size);
    return !text->failed;
}

/* Each initialiser below fails only for lack of memory. An event that is emitted is the
 * emitter's. */
static bool emit(writer *w, yaml_event_t *event, int initialized)
{
    return initialized != 0 && yaml_emitter_emit(&w->emitter, event) != 0;
}

static bool write_scalar(writer *w, const char *text, size_t size, yaml_scalar_style_t style)
{
    yaml_event_t event;
    return emit(w, &event,
                yaml_scalar_event_initialize(&event, NULL, NULL, (const unsigned char *)text,
                                             (int)size, 1, 1, style));
}

static bool write_string(writer *w, const char *text, size_t size)
{
    return write_scalar(w, text, size, style_of_string(text, size));
}

static bool write_number(writer *w, const migd_object *value)
{
    migdi_text_clear(&w->scalar);
    if ((value->flags & MIGDI_NODE_UNSIGNED) != 0) {
        migdi_text_format(&w->scalar, "%" PRIu64, value->as.natural);
    } else if (value->kind == MIGD_KIND_INTEGER) {
        migdi_text_format(&w->scalar, "%" PRId64, value->as.integer);
    } else {
        migdi_json_write_double(value->as.number, &w->scalar);
    }
    if (w->scalar.failed) {
        return false;
    }
    const char *text = migdi_text_string(&w->scalar);
    const char *exponent = strchr(text, 'e');
    char with_point[64];
    /* YAML 1.1 knows no float without a point, and -0 would be an integer. */
    if (value->kind == MIGD_KIND_NUMBER && strchr(text, '.') == NULL &&
        (exponent != NULL || strcmp(text, "-0") == 0)) {
        const size_t digits = exponent == NULL ? strlen(text) : (size_t)(exponent - text);
        snprintf(with_point, sizeof with_point, "%.*s.0%s", (int)digits, text,
                 exponent == NULL ? "" : exponent);
        return write_scalar(w, with_point, strlen(with_point), YAML_PLAIN_SCALAR_STYLE);
    }
    return write_scalar(w, text, w->scalar.size, YAML_PLAIN_SCALAR_STYLE);
}

static bool write_value(writer *w, const migd_object *value);

static bool write_items(writer *w, const migd_object *value)
{
    yaml_event_t event;
    const bool map = value->kind == MIGD_KIND_MAP;
    bool good = emit(
        w, &event,
        map ? yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE)
            : yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                   YAML_BLOCK_SEQUENCE_STYLE));
    for (size_t i = 0; good && i < value->count; i++) {
        const migd_object *item = &value->as.items[i];
        good = (!map || write_string(w, item->key, item->key_size)) && write_value(w, item);
    }
    return good && emit(w, &event,
                        map ? yaml_mapping_end_event_initialize(&event)
                            : yaml_sequence_end_event_initialize(&event));
}

static bool write_value(writer *w, const migd_object *value)
{
    switch (value->kind) {
    case MIGD_KIND_MAP:
    case MIGD_KIND_ARRAY:
        return write_items(w, value);
    case MIGD_KIND_STRING:
        return write_string(w, value->as.text, value->count);
    case MIGD_KIND_BOOLEAN:
        return value->as.boolean != 0 ? write_scalar(w, "true", 4, YAML_PLAIN_SCALAR_STYLE)
                                      : write_scalar(w, "false", 5, YAML_PLAIN_SCALAR_STYLE);
    case MIGD_KIND_INTEGER:
    case MIGD_KIND_NUMBER:
        return write_number(w, value);
    default:
        return write_scalar(w, "null", 4, YAML_PLAIN_SCALAR_STYLE);
    }
}

static bool write_stream(writer *w, const migd_object *value)
{
    yaml_event_t event;
    return emit(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
           emit(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
           write_value(w, value) &&
           emit(w, &event, yaml_document_end_event_initialize(&event, 1)) &&
           emit(w, &event, yaml_stream_end_event_initialize(&event)) &&
           yaml_emitter_flush(&w->emitter) != 0;
}

migd_status migdi_yaml_write(const migd_object *value, migdi_text *text, migd_error **error)
{
    writer w = {.text = text};
    if (yaml_emitter_initialize(&w.emitter) == 0) {
        return migdi_fail_nomem(error);
    }
    yaml_emitter_set_output(&w.emitter, write_bytes, text);
    yaml_emitter_set_unicode(&w.emitter, 1);
    yaml_emitter_set_width(&w.emitter, -1);
    const bool good = write_stream(&w, value);
    yaml_emitter_delete(&w.emitter);
    migdi_text_free(&w.scalar);
    return good && !text->failed ? MIGD_OK : migdi_fail_nomem(error);
}

migd_status migd_object_write_yaml(const migd_object *value, migd_buf **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    if (value == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no value to write");
    }
    migdi_text text = {0};
    const migd_status status = migdi_yaml_write(value, &text, error);
    if (status < 0) {
        migdi_text_free(&text);
        return status;
    }
    *out = migdi_text_take_buf(&text);
    return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
}
