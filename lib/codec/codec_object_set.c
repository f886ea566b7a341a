/* Changing a document: what is needed is made beside the tree first, then hung in by one write. */
#include "codec_object.h"
#include "codec_tree.h"

#include "core_utf8.h"

#include <string.h>

static migd_status fail_pointer(migd_error **error, const char *pointer)
{
    return migdi_fail(error, MIGD_ERR_INVALID, "\"%s\" is no JSON Pointer",
                      pointer == NULL ? "" : pointer);
}

/* A step of a pointer as a key in the document's arena. */
static bool keep_key(migdi_document *document, migdi_step_text step, migd_object *node)
{
    char *key = migdi_arena_text(&document->arena, step.text, step.size);
    if (key == NULL) {
        return false;
    }
    size_t size = 0;
    for (size_t i = 0; i < step.size; i++) {
        char byte = step.text[i];
        if (byte == '~') {
            byte = step.text[++i] == '0' ? '~' : '/';
        }
        key[size++] = byte;
    }
    key[size] = '\0';
    node->key = key;
    node->key_size = (uint32_t)size;
    return true;
}

static bool is_end(migdi_step_text step)
{
    return step.size == 1 && step.text[0] == '-';
}

/* Wraps the node in what the steps from `at` name, innermost first: maps, and for "-" an array. */
static migd_status wrap(migdi_document *document, const char *at, const migd_object *node,
                        migd_object *out, migd_error **error)
{
    if (*at == '\0') {
        *out = *node;
        return MIGD_OK;
    }
    const migdi_step_text step = migdi_pointer_step(&at);
    migd_object *child = migdi_arena_alloc_zeroed(&document->arena, 1, sizeof *child);
    if (child == NULL) {
        return migdi_fail_nomem(error);
    }
    const migd_status status = wrap(document, at, node, child, error);
    if (status < 0) {
        return status;
    }
    if (!is_end(step) && !keep_key(document, step, child)) {
        return migdi_fail_nomem(error);
    }
    *out = (migd_object){
        .kind = is_end(step) ? MIGD_KIND_ARRAY : MIGD_KIND_MAP,
        .count = 1,
        .capacity = 1,
        .as.items = child,
        .source = node->source,
        .offset = node->offset,
    };
    return MIGD_OK;
}

/* Puts `made` where `target` is, under the same key. */
static void replace(migd_object *target, const migd_object *made)
{
    const migd_object old = *target;
    *target = *made;
    target->key = old.key;
    target->key_size = old.key_size;
    target->flags &= (uint8_t)~(MIGDI_NODE_KEY_SHARED | MIGDI_NODE_KEY_PLACED);
    if (made->source == old.source) { /* a key's offset means nothing in another text */
        target->key_offset = old.key_offset;
        target->flags |= old.flags & (MIGDI_NODE_KEY_SHARED | MIGDI_NODE_KEY_PLACED);
    }
}

/* Adds under `parent` what the last found step lacks. */
static migd_status add(migdi_document *document, migd_object *parent, migdi_step_text step,
                       migd_object *made, migd_error **error)
{
    size_t index = 0;
    if (parent->kind == MIGD_KIND_ARRAY) {
        if (!is_end(step) && !(migdi_step_index(step, &index) && index == parent->count)) {
            return migdi_fail(error, MIGD_ERR_INVALID,
                              "\"%.*s\" is no index into an array of %u items", (int)step.size,
                              step.text, (unsigned)parent->count);
        }
    } else if (!keep_key(document, step, made)) {
        return migdi_fail_nomem(error);
    }
    return migdi_items_add(document, parent, made) ? MIGD_OK : migdi_fail_nomem(error);
}

static migd_status check_depth(const char *pointer, const migd_object *node, migd_error **error)
{
    size_t depth = migdi_node_height(node);
    for (const char *at = pointer; *at != '\0'; migdi_pointer_step(&at)) {
        depth++;
    }
    return depth > MIGDI_DEEPEST
               ? migdi_fail(error, MIGD_ERR_LIMIT, "the value would nest deeper than %d levels",
                            MIGDI_DEEPEST)
               : MIGD_OK;
}

migd_status migdi_object_put(migdi_document *document, const char *pointer, const migd_object *node,
                             migd_error **error)
{
    migd_status status = check_depth(pointer, node, error);
    if (status < 0) {
        return status;
    }
    migd_object *target = &document->root;
    const char *at = pointer;
    migd_object made = {0};
    while (*at != '\0' && target->kind != MIGD_KIND_NULL) {
        if (target->kind != MIGD_KIND_MAP && target->kind != MIGD_KIND_ARRAY) {
            return migdi_fail(error, MIGD_ERR_INVALID, "\"%s\" goes through a value that is no map",
                              pointer);
        }
        const char *next = at;
        const migdi_step_text step = migdi_pointer_step(&next);
        migd_object *below = migdi_step_down(target, step);
        if (below == NULL) {
            status = wrap(document, next, node, &made, error);
            return status < 0 ? status : add(document, target, step, &made, error);
        }
        target = below;
        at = next;
    }
    status = wrap(document, at, node, &made, error); /* null becomes the missing map */
    if (status == MIGD_OK) {
        replace(target, &made);
    }
    return status;
}

static migd_status set_node(migd_object *document, const char *pointer, const migd_object *node,
                            migd_error **error)
{
    migdi_error_clear(error);
    if (document == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no document to change");
    }
    if (!migdi_pointer_is_valid(pointer) ||
        migdi_utf8_valid_prefix(pointer, strlen(pointer)) != strlen(pointer)) {
        return fail_pointer(error, pointer);
    }
    return migdi_object_put(migdi_document_of(document), pointer, node, error);
}

migd_status migd_object_set_string(migd_object *document, const char *pointer, const char *value,
                                   migd_error **error)
{
    migdi_error_clear(error);
    migd_object node = {.kind = MIGD_KIND_NULL};
    if (value != NULL && document != NULL) {
        const size_t size = strlen(value);
        if (size > UINT32_MAX || migdi_utf8_valid_prefix(value, size) != size) {
            return migdi_fail(error, MIGD_ERR_INVALID, "the text for \"%s\" is no UTF-8",
                              pointer == NULL ? "" : pointer);
        }
        node.kind = MIGD_KIND_STRING;
        node.count = (uint32_t)size;
        node.as.text = migdi_arena_text(&migdi_document_of(document)->arena, value, size);
        if (node.as.text == NULL) {
            return migdi_fail_nomem(error);
        }
    }
    return set_node(document, pointer, &node, error);
}

migd_status migd_object_set_int64(migd_object *document, const char *pointer, int64_t value,
                                  migd_error **error)
{
    const migd_object node = {.kind = MIGD_KIND_INTEGER, .as.integer = value};
    return set_node(document, pointer, &node, error);
}

migd_status migd_object_set_boolean(migd_object *document, const char *pointer, int32_t value,
                                    migd_error **error)
{
    const migd_object node = {.kind = MIGD_KIND_BOOLEAN, .as.boolean = value != 0};
    return set_node(document, pointer, &node, error);
}

migd_status migd_object_set_object(migd_object *document, const char *pointer,
                                   const migd_object *value, migd_error **error)
{
    migdi_error_clear(error);
    if (document == NULL || value == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no %s",
                          document == NULL ? "document to change" : "value to set");
    }
    migd_object node = {0};
    if (!migdi_node_copy(migdi_document_of(document), value, &node)) {
        return migdi_fail_nomem(error);
    }
    return set_node(document, pointer, &node, error);
}

migd_status migd_object_remove(migd_object *document, const char *pointer, migd_error **error)
{
    migdi_error_clear(error);
    if (document == NULL || !migdi_pointer_is_valid(pointer) || pointer[0] == '\0') {
        return document != NULL && migdi_text_equal(pointer, "")
                   ? migdi_fail(error, MIGD_ERR_INVALID, "the root of a document cannot be removed")
                   : fail_pointer(error, pointer);
    }
    migd_object *parent = NULL;
    migd_object *target = document;
    while (target != NULL && *pointer != '\0') {
        const migdi_step_text step = migdi_pointer_step(&pointer);
        parent = target;
        target = migdi_step_down(target, step);
    }
    if (target != NULL) {
        const size_t index = (size_t)(target - parent->as.items);
        memmove(target, target + 1, (parent->count - index - 1) * sizeof *target);
        parent->count--;
    }
    return MIGD_OK;
}
