/* A scalar of YAML into a node: tags, types, and the text itself. */
#include "codec_yaml.h"

#include "core_utf8.h"

#include <string.h>

#define TAG(name) "tag:yaml.org,2002:" name

static migd_status fail_at(const migdi_yaml_place *at, const migdi_yaml_event *event,
                           migd_error **error, const char *message)
{
    return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_source_place(at->source, event->offset), "%s",
                         message);
}

/* The standard alphabet of RFC 4648, padded, line ends skipped: as Go's base64.StdEncoding. false:
 * it is none. `out` has room for the text. */
static bool decode_base64(const char *text, size_t size, char *out, size_t *length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t digits = 0;
    size_t padding = 0;
    *length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            continue;
        }
        const char *digit = text[i] == '\0' ? NULL : strchr(alphabet, text[i]);
        if (text[i] == '=' ? digits % 4 < 2 && padding == 0 : digit == NULL || padding > 0) {
            return false;
        }
        padding += text[i] == '=';
        bits = bits << 6 | (digit == NULL ? 0 : (uint32_t)(digit - alphabet));
        if (++digits % 4 == 0) {
            for (int shift = 16; shift >= 0; shift -= 8) {
                out[(*length)++] = (char)(bits >> shift & 0xFF);
            }
            bits = 0;
        }
    }
    *length -= padding;
    return digits % 4 == 0 && padding <= 2;
}

static migd_status read_binary(const migdi_yaml_place *at, const migdi_yaml_event *event,
                               migd_object *node, migd_error **error)
{
    char *bytes = migdi_alloc(event->size + 1);
    size_t length = 0;
    if (bytes == NULL) {
        return migdi_fail_nomem(error);
    }
    migd_status status = MIGD_OK;
    if (!decode_base64(event->text, event->size, bytes, &length)) {
        status = fail_at(at, event, error, "the text of !!binary is no base64");
    } else if (migdi_utf8_valid_prefix(bytes, length) != length) {
        status = fail_at(at, event, error,
                         "what !!binary stands for is no UTF-8 text, which no JSON can hold");
    } else {
        node->as.text = migdi_arena_text(at->arena, bytes, length);
        node->count = (uint32_t)length;
        status = node->as.text == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    }
    migdi_free(bytes);
    return status;
}

/* A tag that names a type: the text must be one of that type, quoted or not. */
static migd_status check_tag(const migdi_yaml_place *at, const migdi_yaml_event *event,
                             migd_object *node, migd_error **error)
{
    static const struct {
        const char *tag;
        const char *name;
        uint8_t kind;
    } types[] = {
        {TAG("null"), "!!null", MIGD_KIND_NULL},
        {TAG("bool"), "!!bool", MIGD_KIND_BOOLEAN},
        {TAG("int"), "!!int", MIGD_KIND_INTEGER},
        {TAG("float"), "!!float", MIGD_KIND_NUMBER},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(event->tag, types[i].tag) != 0) {
            continue;
        }
        if (!migdi_yaml_resolve(event->text, event->size, node)) {
            return migdi_fail_nomem(error);
        }
        const bool widened = types[i].kind == MIGD_KIND_NUMBER && node->kind == MIGD_KIND_INTEGER;
        return node->kind == types[i].kind || widened
                   ? MIGD_OK
                   : migdi_fail_at(error, MIGD_ERR_PARSE,
                                   migdi_source_place(at->source, event->offset), "\"%s\" is no %s",
                                   event->text, types[i].name);
    }
    return MIGD_OK; /* every other tag leaves a string a string, as in Kubernetes */
}

/* libyaml reads YAML 1.2's "\/", Kubernetes' reader does not. */
static bool has_slash_escape(const char *text, const migdi_yaml_event *event)
{
    const char *end = text + event->end;
    for (text += event->offset; end - text >= 2; text += 2) {
        text = memchr(text, '\\', (size_t)(end - text) - 1);
        if (text == NULL) {
            return false;
        }
        if (text[1] == '/') {
            return true;
        }
    }
    return false;
}

migd_status migdi_yaml_read_scalar(const migdi_yaml_place *at, const migdi_yaml_event *event,
                                   migd_object *node, migd_error **error)
{
    migd_status status = MIGD_OK;
    node->kind = MIGD_KIND_STRING;
    if (event->style == '"' && has_slash_escape(at->text, event)) {
        return fail_at(at, event, error, "\"\\/\" is an escape of JSON, not of YAML 1.1");
    }
    if (event->tag != NULL && strcmp(event->tag, TAG("binary")) == 0) {
        return read_binary(at, event, node, error);
    }
    if (event->tag != NULL) {
        status = check_tag(at, event, node, error);
    } else if (event->style == ':' && !migdi_yaml_resolve(event->text, event->size, node)) {
        status = migdi_fail_nomem(error);
    }
    if (status == MIGD_OK && node->kind == MIGD_KIND_STRING) {
        node->as.text = migdi_arena_text(at->arena, event->text, event->size);
        node->count = (uint32_t)event->size;
        status = node->as.text == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    }
    return status;
}
