/* Setting one key, in a spec or in the text of its file. */
#include "core_nearest.h"
#include "manifest_spec.h"
#include "manifest_spec_keys.h"

#include <string.h>

#define STEP_BYTES 256

/* A path on its way down the table. */
typedef struct path_walk {
    const char *at; /* what is left */
    bool is_pointer;
    const migdi_spec_key *key; /* where it has come to; NULL: below a map of anything */
    char step[STEP_BYTES];     /* the last step, without escapes */
    const migd_object *source; /* what it is to be set in */
    migdi_text *pointer;
    migd_error **error;
} path_walk;

static migd_status fail_path(const path_walk *walk, const char *whole)
{
    return migdi_fail(walk->error, MIGD_ERR_INVALID,
                      "\"%s\" is no path such as spec.members.replicas", whole);
}

/* How long the next step of a dotted path is. A free key may hold dots itself: it ends at the
 * path's end, or before the last dot when a known key follows. */
static size_t dotted_size(const path_walk *walk)
{
    const size_t size = strcspn(walk->at, ".[");
    if (walk->key == NULL || walk->key->type != MIGDI_SPEC_FREE) {
        return size;
    }
    const migdi_spec_key *below = migdi_spec_child(walk->key, "", 0);
    const char *dot = strrchr(walk->at, '.');
    const bool has_key = dot != NULL && below->type == MIGDI_SPEC_MAP &&
                         migdi_spec_child(below, dot + 1, strlen(dot + 1)) != NULL;
    return has_key ? (size_t)(dot - walk->at) : strlen(walk->at);
}

static bool take_dotted(path_walk *walk)
{
    size_t size = 0;
    if (*walk->at == '[') {
        size = strcspn(++walk->at, "]");
        if (walk->at[size] != ']') {
            return false;
        }
    } else {
        size = dotted_size(walk);
    }
    if (size == 0 || size >= STEP_BYTES) {
        return false;
    }
    memcpy(walk->step, walk->at, size);
    walk->step[size] = '\0';
    walk->at += size + (walk->at[size] == ']' ? 1 : 0);
    if (*walk->at == '.') {
        walk->at++;
        return *walk->at != '\0' && *walk->at != '[';
    }
    return *walk->at == '\0' || *walk->at == '[';
}

static bool take_escaped(path_walk *walk)
{
    size_t size = 0;
    for (walk->at++; *walk->at != '\0' && *walk->at != '/'; walk->at++) {
        char byte = *walk->at;
        if (byte == '~') {
            byte = *++walk->at == '0' ? '~' : '/';
            if (*walk->at != '0' && *walk->at != '1') {
                return false;
            }
        }
        if (size + 1 >= STEP_BYTES) {
            return false;
        }
        walk->step[size++] = byte;
    }
    walk->step[size] = '\0';
    return size > 0;
}

static migd_status fail_unknown(const path_walk *walk)
{
    migdi_nearest nearest = {.wanted = walk->step};
    const char *parent = walk->key->path[0] != '\0' ? walk->key->path : "the file";
    for (const migdi_spec_key *key = migdi_spec_next_child(walk->key, NULL); key != NULL;
         key = migdi_spec_next_child(walk->key, key)) {
        migdi_nearest_offer(&nearest, migdi_spec_key_name(key));
    }
    if (nearest.found != NULL) {
        return migdi_fail(walk->error, MIGD_ERR_INVALID,
                          "no key \"%s\" in %s; did you mean \"%s\"?", walk->step, parent,
                          nearest.found);
    }
    return migdi_fail(walk->error, MIGD_ERR_INVALID, "no key \"%s\" in %s", walk->step, parent);
}

/* An item of a list that there is, or a new one at its end. "0" begins a list, too. */
static migd_status add_index(path_walk *walk)
{
    const migd_object *list = migd_object_at(walk->source, migdi_text_string(walk->pointer));
    const bool is_list = migd_object_kind(list) == MIGD_KIND_ARRAY;
    const bool is_new = strcmp(walk->step, "-") == 0;
    if (!is_new && walk->step[strspn(walk->step, "0123456789")] != '\0') {
        return migdi_fail(walk->error, MIGD_ERR_INVALID, "\"%s\" is no index into %s", walk->step,
                          walk->key->path);
    }
    if (!is_new && !is_list && strcmp(walk->step, "0") != 0) {
        return migdi_fail(walk->error, MIGD_ERR_INVALID, "%s has no item %s", walk->key->path,
                          walk->step);
    }
    migdi_pointer_add(walk->pointer, is_list ? walk->step : "-");
    return MIGD_OK;
}

/* From the step to its row. */
static migd_status go_down(path_walk *walk)
{
    const bool is_list = walk->key != NULL && walk->key->type == MIGDI_SPEC_LIST;
    const migd_status status = is_list ? add_index(walk) : MIGD_OK;
    if (status < 0) {
        return status;
    }
    if (walk->key != NULL && walk->key->type != MIGDI_SPEC_ANY) {
        const migdi_spec_key *below = migdi_spec_child(walk->key, walk->step, strlen(walk->step));
        if (below == NULL) {
            return fail_unknown(walk);
        }
        walk->key = below;
    } else {
        walk->key = NULL;
    }
    if (!is_list) {
        migdi_pointer_add(walk->pointer, walk->step);
    }
    return MIGD_OK;
}

/* Turns a JSON Pointer or dotted path into the pointer of a key that the spec may have. */
static migd_status find_key(const char *whole, const migd_object *source, migdi_text *pointer,
                            migd_error **error)
{
    if (whole == NULL || whole[0] == '\0') {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no path to a key");
    }
    path_walk down = {.at = whole,
                      .is_pointer = whole[0] == '/',
                      .key = migdi_spec_root(),
                      .source = source,
                      .pointer = pointer,
                      .error = error};
    while (*down.at != '\0') {
        if (!(down.is_pointer ? take_escaped(&down) : take_dotted(&down))) {
            return fail_path(&down, whole);
        }
        const migd_status status = go_down(&down);
        if (status < 0) {
            return status;
        }
    }
    return pointer->failed ? migdi_fail_nomem(error) : MIGD_OK;
}

/* A value handed in as text: it stands in no file. */
static migd_status read_value(const char *text, migd_object **out, migd_error **error)
{
    if (text == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no value to set");
    }
    const migd_status status = migd_object_parse(text, strlen(text), NULL, out, error);
    return status < 0 ? status : migdi_object_forget_places(*out, error);
}

migd_status migd_spec_set(migd_spec *spec, const char *path, const char *value, migd_error **error)
{
    migdi_error_clear(error);
    migdi_text pointer = {0};
    migd_object *parsed = NULL;
    migd_object *source = NULL;
    migd_status status = spec == NULL
                             ? migdi_fail(error, MIGD_ERR_INVALID, "there is no spec to change")
                             : find_key(path, migdi_spec_source(spec), &pointer, error);
    if (status < 0) {
        goto out;
    }
    status = read_value(value, &parsed, error);
    if (status < 0) {
        goto out;
    }
    status = migd_object_copy(migdi_spec_source(spec), &source, error);
    if (status < 0) {
        goto out;
    }
    status = migd_object_set_object(source, migdi_text_string(&pointer), parsed, error);
    if (status < 0) {
        goto out;
    }
    status = migdi_spec_give_source(spec, source, error);
    source = NULL;
out:
    migd_object_free(source);
    migd_object_free(parsed);
    migdi_text_free(&pointer);
    return status;
}

migd_status migd_spec_edit_text(const char *text, size_t size, const char *path, const char *value,
                                migd_buf **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    migdi_text pointer = {0};
    migd_object *parsed = NULL;
    migd_object *source = NULL;
    migd_status status = migd_object_parse(text, size, NULL, &source, error);
    if (status < 0) {
        goto out;
    }
    status = find_key(path, source, &pointer, error);
    if (status < 0) {
        goto out;
    }
    status = read_value(value, &parsed, error);
    if (status < 0) {
        goto out;
    }
    status = migdi_text_edit(text, size, migdi_text_string(&pointer), parsed, out, error);
out:
    migd_object_free(source);
    migd_object_free(parsed);
    migdi_text_free(&pointer);
    return status;
}
