/* JSON Pointers (RFC 6901): read without unescaping, so without memory; written; and paths of
 * `--set`. */
#include "codec_object.h"
#include "codec_tree.h"

#include <stdio.h>
#include <string.h>

bool migdi_pointer_is_valid(const char *pointer)
{
    if (pointer == NULL || (pointer[0] != '\0' && pointer[0] != '/')) {
        return false;
    }
    for (const char *tilde = strchr(pointer, '~'); tilde != NULL; tilde = strchr(tilde + 1, '~')) {
        if (tilde[1] != '0' && tilde[1] != '1') {
            return false;
        }
    }
    return true;
}

migdi_step_text migdi_pointer_step(const char **at)
{
    const migdi_step_text step = {*at + 1, strcspn(*at + 1, "/")};
    *at = step.text + step.size;
    return step;
}

bool migdi_step_is_key(migdi_step_text step, const char *key, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < step.size; i++, length++) {
        char byte = step.text[i];
        if (byte == '~') {
            byte = step.text[++i] == '0' ? '~' : '/';
        }
        if (length == size || key[length] != byte) {
            return false;
        }
    }
    return length == size;
}

bool migdi_step_index(migdi_step_text step, size_t *index)
{
    if (step.size == 0 || step.size > 10 || (step.text[0] == '0' && step.size > 1)) {
        return false;
    }
    *index = 0;
    for (size_t i = 0; i < step.size; i++) {
        if (step.text[i] < '0' || step.text[i] > '9') {
            return false;
        }
        *index = *index * 10 + (size_t)(step.text[i] - '0');
    }
    return true;
}

migd_object *migdi_step_down(const migd_object *value, migdi_step_text step)
{
    size_t index = 0;
    if (value->kind == MIGD_KIND_ARRAY) {
        return migdi_step_index(step, &index) && index < value->count ? &value->as.items[index]
                                                                      : NULL;
    }
    if (value->kind != MIGD_KIND_MAP) {
        return NULL;
    }
    for (size_t i = value->count; i > 0; i--) { /* the last of duplicates, as migdi_map_find() */
        migd_object *item = &value->as.items[i - 1];
        if (migdi_step_is_key(step, item->key, item->key_size)) {
            return item;
        }
    }
    return NULL;
}

const migd_object *migd_object_at(const migd_object *value, const char *pointer)
{
    if (!migdi_pointer_is_valid(pointer)) {
        return NULL;
    }
    while (value != NULL && *pointer != '\0') {
        const migdi_step_text step = migdi_pointer_step(&pointer);
        value = migdi_step_down(value, step);
    }
    return value;
}

const migd_object *migdi_object_atf(const migd_object *value, const char *format, ...)
{
    char pointer[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(pointer, sizeof pointer, format, arguments);
    va_end(arguments);
    return length < 0 || (size_t)length >= sizeof pointer ? NULL : migd_object_at(value, pointer);
}

void migdi_pointer_add(migdi_text *pointer, const char *key)
{
    migdi_text_add_char(pointer, '/');
    for (; *key != '\0'; key++) {
        if (*key == '~') {
            migdi_text_add_string(pointer, "~0");
        } else if (*key == '/') {
            migdi_text_add_string(pointer, "~1");
        } else {
            migdi_text_add_char(pointer, *key);
        }
    }
}

/* One step of a path: up to "." or "[", or the index in "[...]". NULL: not a path. */
static const char *add_path_step(const char *path, migdi_text *pointer)
{
    if (*path == '[') {
        const size_t digits = strspn(path + 1, "0123456789");
        if (digits == 0 || path[1 + digits] != ']') {
            return NULL;
        }
        migdi_text_add_char(pointer, '/');
        migdi_text_add(pointer, path + 1, digits);
        path += digits + 2;
    } else {
        const size_t size = strcspn(path, ".[");
        if (size == 0) {
            return NULL;
        }
        char step[256];
        if (size >= sizeof step) {
            return NULL;
        }
        memcpy(step, path, size);
        step[size] = '\0';
        migdi_pointer_add(pointer, step);
        path += size;
    }
    if (*path == '.') {
        return path[1] == '\0' || path[1] == '[' ? NULL : path + 1;
    }
    return *path == '\0' || *path == '[' ? path : NULL;
}

migd_status migdi_pointer_from_path(const char *path, migdi_text *pointer, migd_error **error)
{
    migdi_text_clear(pointer);
    if (path[0] == '/') {
        migdi_text_add_string(pointer, path);
        if (!migdi_pointer_is_valid(path)) {
            return migdi_fail(error, MIGD_ERR_INVALID, "\"%s\" is no JSON Pointer", path);
        }
    } else {
        const char *at = path[0] == '\0' || path[0] == '[' ? NULL : path;
        while (at != NULL && *at != '\0') {
            at = add_path_step(at, pointer);
        }
        if (at == NULL) {
            return migdi_fail(error, MIGD_ERR_INVALID,
                              "\"%s\" is no path such as spec.ports[0].port", path);
        }
    }
    return pointer->failed ? migdi_fail_nomem(error) : MIGD_OK;
}
