/* The sticky builder: a document made line by line, checked once at the end. */
#include "codec_object.h"
#include "codec_tree.h"

#include "core_utf8.h"

#include <string.h>

void migdi_build(migdi_builder *builder)
{
    *builder = (migdi_builder){0};
    builder->status = migd_object_new(&builder->document, NULL);
}

/* Puts a node whose texts are the document's; it gets the place of the origin when it has none. */
static void put(migdi_builder *builder, migd_object *node, const char *pointer, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void put(migdi_builder *builder, migd_object *node, const char *pointer, va_list arguments)
{
    if (builder->status < 0) {
        return;
    }
    migdi_document *document = migdi_document_of(builder->document);
    const migd_object *origin = builder->origin;
    if (origin != NULL && origin->source != NULL && node->source == NULL) {
        if (!migdi_document_hold(document, origin->source)) {
            builder->status = MIGD_ERR_NOMEM;
            return;
        }
        node->source = origin->source;
        node->offset = builder->at_key && (origin->flags & MIGDI_NODE_KEY_PLACED) != 0
                           ? origin->key_offset
                           : origin->offset;
    }
    migdi_text formatted = {0};
    migdi_text_format_list(&formatted, pointer, arguments);
    if (formatted.failed) {
        builder->status = MIGD_ERR_NOMEM;
    } else if (!migdi_pointer_is_valid(migdi_text_string(&formatted))) {
        builder->status = MIGD_ERR_INVALID;
    } else {
        builder->status = migdi_object_put(document, migdi_text_string(&formatted), node, NULL);
    }
    migdi_text_free(&formatted);
}

void migdi_build_string(migdi_builder *builder, const char *value, const char *pointer, ...)
{
    if (builder->status < 0) {
        return;
    }
    migd_object node = {.kind = MIGD_KIND_NULL};
    if (value != NULL) {
        const size_t size = strlen(value);
        node.kind = MIGD_KIND_STRING;
        node.count = (uint32_t)size;
        node.as.text = migdi_arena_text(&migdi_document_of(builder->document)->arena, value, size);
        if (size > UINT32_MAX || migdi_utf8_valid_prefix(value, size) != size) {
            builder->status = MIGD_ERR_INVALID;
        } else if (node.as.text == NULL) {
            builder->status = MIGD_ERR_NOMEM;
        }
    }
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

void migdi_build_int64(migdi_builder *builder, int64_t value, const char *pointer, ...)
{
    migd_object node = {.kind = MIGD_KIND_INTEGER, .as.integer = value};
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

void migdi_build_boolean(migdi_builder *builder, bool value, const char *pointer, ...)
{
    migd_object node = {.kind = MIGD_KIND_BOOLEAN, .as.boolean = value};
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

void migdi_build_object(migdi_builder *builder, const migd_object *value, const char *pointer, ...)
{
    if (builder->status < 0 || value == NULL) {
        return;
    }
    migd_object node = {0};
    if (!migdi_node_copy(migdi_document_of(builder->document), value, &node)) {
        builder->status = MIGD_ERR_NOMEM;
    }
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

void migdi_build_map(migdi_builder *builder, const char *pointer, ...)
{
    migd_object node = {.kind = MIGD_KIND_MAP};
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

void migdi_build_array(migdi_builder *builder, const char *pointer, ...)
{
    migd_object node = {.kind = MIGD_KIND_ARRAY};
    va_list arguments;
    va_start(arguments, pointer);
    put(builder, &node, pointer, arguments);
    va_end(arguments);
}

migd_status migdi_build_take(migdi_builder *builder, migd_object **out, migd_error **error)
{
    const migd_status status = builder->status;
    *out = status < 0 ? NULL : builder->document;
    if (status < 0) {
        migd_object_free(builder->document);
    }
    *builder = (migdi_builder){.status = MIGD_ERR_INVALID};
    return status == MIGD_ERR_NOMEM ? migdi_fail_nomem(error)
           : status < 0             ? migdi_fail(error, status, "a document could not be built")
                                    : MIGD_OK;
}
