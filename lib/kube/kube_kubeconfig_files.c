/* The files of a kubeconfig: found, read, checked and merged as kubectl does it. */
#include "kube_kubeconfig_files.h"

#include "core_nearest.h"
#include "core_os.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE ((size_t)1024 * 1024)
#define MOST_FILES   ((size_t)100)
#define MOST_NAMES   ((size_t)8)

typedef enum { TEXT, FLAG, TEXTS, MAP, LIST } field_type;

typedef struct field {
    const char *name;
    field_type type;
} field;

typedef struct section {
    const char *list; /* "clusters" */
    const char *body; /* "cluster" */
    const field *fields;
    size_t field_count;
} section;

static const field top_fields[] = {
    {"apiVersion", TEXT}, {"kind", TEXT},     {"current-context", TEXT}, {"clusters", LIST},
    {"users", LIST},      {"contexts", LIST}, {"preferences", MAP},      {"extensions", LIST},
};
static const field cluster_fields[] = {
    {"server", TEXT},
    {"tls-server-name", TEXT},
    {"insecure-skip-tls-verify", FLAG},
    {"certificate-authority", TEXT},
    {"certificate-authority-data", TEXT},
    {"proxy-url", TEXT},
    {"disable-compression", FLAG},
    {"extensions", LIST},
};
static const field user_fields[] = {
    {"client-certificate", TEXT},
    {"client-certificate-data", TEXT},
    {"client-key", TEXT},
    {"client-key-data", TEXT},
    {"token", TEXT},
    {"tokenFile", TEXT},
    {"username", TEXT},
    {"password", TEXT},
    {"as", TEXT},
    {"as-uid", TEXT},
    {"as-groups", TEXTS},
    {"as-user-extra", MAP},
    {"auth-provider", MAP},
    {"exec", MAP},
    {"extensions", LIST},
};
static const field context_fields[] = {
    {"cluster", TEXT},
    {"user", TEXT},
    {"namespace", TEXT},
    {"extensions", LIST},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const section sections[] = {
    [MIGDI_KUBECONFIG_CLUSTERS] = {"clusters", "cluster", cluster_fields, COUNT(cluster_fields)},
    [MIGDI_KUBECONFIG_USERS] = {"users", "user", user_fields, COUNT(user_fields)},
    [MIGDI_KUBECONFIG_CONTEXTS] = {"contexts", "context", context_fields, COUNT(context_fields)},
};

/* --- types ------------------------------------------------------------------------------------ */

static bool fits(const migd_object *value, field_type type)
{
    const int32_t kind = migd_object_kind(value);
    if (kind == MIGD_KIND_NONE || kind == MIGD_KIND_NULL) {
        return true;
    }
    if (type != TEXTS) {
        return kind == (type == TEXT   ? MIGD_KIND_STRING
                        : type == FLAG ? MIGD_KIND_BOOLEAN
                        : type == MAP  ? MIGD_KIND_MAP
                                       : MIGD_KIND_ARRAY);
    }
    bool all = kind == MIGD_KIND_ARRAY;
    for (size_t i = 0; i < migd_object_count(value); i++) {
        all = all && migd_object_kind(migd_object_item(value, i)) == MIGD_KIND_STRING;
    }
    return all;
}

/* The value itself is never told: it may be a password that YAML took for a number. */
static migd_status fail_type(migd_error **error, const migd_object *value, const char *where,
                             const field *known)
{
    static const char *const wanted[] = {"a text", "true or false", "a list of texts", "a map",
                                         "a list"};
    const int32_t kind = migd_object_kind(value);
    const bool quotes_help = known->type == TEXT && kind < MIGD_KIND_STRING;
    return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(value), "%s of %s is not %s%s",
                         known->name, where, wanted[known->type],
                         quotes_help ? ": put it in quotes" : "");
}

static migd_status check_fields(const migd_object *map, const char *where, const field *fields,
                                size_t count, migd_error **error)
{
    for (size_t i = 0; i < count; i++) {
        const migd_object *value = migdi_object_member(map, fields[i].name);
        if (!fits(value, fields[i].type)) {
            return fail_type(error, value, where, &fields[i]);
        }
    }
    return MIGD_OK;
}

static const char *entry_name(const migd_object *item)
{
    return migd_object_text(item, "/name", "");
}

typedef struct numbered {
    const char *name;
    size_t index;
} numbered;

static int compare_numbered(const void *left, const void *right)
{
    const numbered *a = left;
    const numbered *b = right;
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorted, so that a hostile list of 100,000 entries takes milliseconds. */
static migd_status check_doubles(const migd_object *list, const section *known, migd_error **error)
{
    const size_t count = migd_object_count(list);
    numbered *names = migdi_alloc_zeroed(count, sizeof *names);
    if (names == NULL) {
        return migdi_fail_nomem(error);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = (numbered){entry_name(migd_object_item(list, i)), i};
    }
    qsort(names, count, sizeof *names, compare_numbered);
    migd_status status = MIGD_OK;
    for (size_t i = 1; status == MIGD_OK && i < count; i++) {
        if (strcmp(names[i - 1].name, names[i].name) == 0) {
            const migd_object *first = migd_object_item(list, names[i - 1].index);
            const migd_object *second = migd_object_item(list, names[i].index);
            status = migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(second),
                                   "a second %s is named \"%s\"; the first is in line %d",
                                   known->body, names[i].name, migdi_object_place(first).line);
        }
    }
    migdi_free(names);
    return status;
}

static migd_status check_list(const migd_object *document, const section *known, migd_error **error)
{
    static const field name = {"name", TEXT};
    static const field entry = {"an entry", MAP};
    const field body = {known->body, MAP};
    const migd_object *list = migdi_object_member(document, known->list);
    for (size_t i = 0; i < migd_object_count(list); i++) {
        const migd_object *item = migd_object_item(list, i);
        if (!fits(item, MAP)) {
            return fail_type(error, item, known->list, &entry);
        }
        migd_status status = check_fields(item, known->list, &name, 1, error);
        if (status == MIGD_OK) {
            status = check_fields(item, known->list, &body, 1, error);
        }
        if (status == MIGD_OK) {
            status = check_fields(migdi_object_member(item, known->body), known->body,
                                  known->fields, known->field_count, error);
        }
        if (status < 0) {
            return status;
        }
    }
    return check_doubles(list, known, error);
}

/* A document of another kind is not looked at any further. */
static migd_status check_kind(const migd_object *document, migd_error **error)
{
    static const struct {
        const char *key;
        const char *value;
    } wanted[] = {{"kind", "Config"}, {"apiVersion", "v1"}};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const migd_object *value = migdi_object_member(document, wanted[i].key);
        const char *text = migd_object_text(value, "", "");
        if (text[0] != '\0' && strcmp(text, wanted[i].value) != 0) {
            return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(value),
                                 "not a kubeconfig: %s is \"%s\", not \"%s\"", wanted[i].key, text,
                                 wanted[i].value);
        }
    }
    return MIGD_OK;
}

static migd_status check_document(const migd_object *document, migd_error **error)
{
    const field root = {"the document", MAP};
    if (!fits(document, MAP)) {
        return fail_type(error, document, "a kubeconfig", &root);
    }
    migd_status status = check_kind(document, error);
    for (size_t i = 0; status == MIGD_OK && i < COUNT(sections); i++) {
        status = check_list(document, &sections[i], error);
    }
    return status == MIGD_OK
               ? check_fields(document, "a kubeconfig", top_fields, COUNT(top_fields), error)
               : status;
}

/* --- files ------------------------------------------------------------------------------------ */

static migd_status read_file(const char *path, migd_object **document, migd_error **error)
{
    migdi_text bytes = {0};
    migd_status status = migdi_os_read_file(path, LARGEST_FILE, &bytes, error);
    if (status < 0) {
        return status;
    }
    status = migdi_object_read_first(migdi_text_string(&bytes), bytes.size, path, document, error);
    if (bytes.bytes != NULL) {
        migdi_wipe(bytes.bytes, bytes.capacity);
    }
    migdi_text_free(&bytes);
    if (status == MIGD_OK) {
        status = check_document(*document, error);
    }
    if (status < 0) {
        migdi_object_free_secret(*document);
        *document = NULL;
    }
    return status;
}

/* Adds one file; a missing one is no failure in a chain. `path` lives in the arena. */
static migd_status add_file(migdi_kubeconfig_files *files, const char *path, bool must_exist,
                            migd_error **error)
{
    if (files->count == MOST_FILES) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "KUBECONFIG names more than %zu files",
                          MOST_FILES);
    }
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->paths[i], path) == 0) {
            return MIGD_OK;
        }
    }
    migd_object *document = NULL;
    migd_error *reason = NULL;
    const migd_status status = read_file(path, &document, &reason);
    if (status == MIGD_ERR_NOT_FOUND && !must_exist) {
        migd_error_free(reason);
        return MIGD_OK;
    }
    if (status < 0) {
        if (error == NULL) {
            migd_error_free(reason);
        } else {
            *error = reason;
        }
        return status;
    }
    files->documents[files->count] = document;
    files->paths[files->count] = path;
    files->count++;
    return MIGD_OK;
}

static migd_status add_chain(migdi_kubeconfig_files *files, const char *chain, migdi_arena *arena,
                             migd_error **error)
{
    migd_status status = MIGD_OK;
    for (const char *part = chain; status == MIGD_OK && part != NULL;) {
        const char *end = strchr(part, ':');
        const size_t size = end == NULL ? strlen(part) : (size_t)(end - part);
        if (size > 0) {
            const char *path = migdi_arena_text(arena, part, size);
            status = path == NULL ? migdi_fail_nomem(error) : add_file(files, path, false, error);
        }
        part = end == NULL ? NULL : end + 1;
    }
    return status;
}

migd_status migdi_kubeconfig_files_read(const char *path, const char *chain, const char *home,
                                        migdi_arena *arena, migdi_kubeconfig_files *out,
                                        migd_error **error)
{
    const bool has_chain = chain != NULL && chain[0] != '\0';
    *out = (migdi_kubeconfig_files){
        .documents = migdi_arena_alloc_zeroed(arena, MOST_FILES, sizeof *out->documents),
        .paths = migdi_arena_alloc_zeroed(arena, MOST_FILES, sizeof *out->paths),
        .searched = path != NULL   ? migdi_arena_format(arena, "%s", path)
                    : has_chain    ? migdi_arena_format(arena, "%s", chain)
                    : home != NULL ? migdi_arena_format(arena, "%s/.kube/config", home)
                                   : "HOME/.kube/config",
    };
    if (arena->failed) {
        return migdi_fail_nomem(error);
    }
    migd_status status = MIGD_OK;
    if (path != NULL) {
        status = add_file(out, out->searched, true, error);
    } else if (has_chain) {
        status = add_chain(out, out->searched, arena, error);
    } else if (home != NULL) {
        status = add_file(out, out->searched, false, error);
    }
    if (status < 0) {
        migdi_kubeconfig_files_free(out);
    }
    return status;
}

void migdi_kubeconfig_files_free(migdi_kubeconfig_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        migdi_object_free_secret(files->documents[i]);
    }
    *files = (migdi_kubeconfig_files){0};
}

/* --- merged ----------------------------------------------------------------------------------- */

const char *migdi_kubeconfig_files_current(const migdi_kubeconfig_files *files, migdi_place *place)
{
    for (size_t i = 0; i < files->count; i++) {
        const migd_object *value = migdi_object_member(files->documents[i], "current-context");
        const char *name = migd_object_text(value, "", "");
        if (name[0] != '\0') {
            *place = migdi_object_place(value);
            return name;
        }
    }
    *place = (migdi_place){0};
    return NULL;
}

bool migdi_kubeconfig_files_find(const migdi_kubeconfig_files *files, migdi_kubeconfig_list list,
                                 const char *name, migdi_kubeconfig_entry *out)
{
    for (size_t i = 0; i < files->count; i++) {
        const migd_object *items = migdi_object_member(files->documents[i], sections[list].list);
        for (size_t j = 0; j < migd_object_count(items); j++) {
            const migd_object *item = migd_object_item(items, j);
            if (strcmp(entry_name(item), name) == 0) {
                *out = (migdi_kubeconfig_entry){
                    entry_name(item), migdi_object_member(item, sections[list].body),
                    files->paths[i], migdi_object_place(migdi_object_member(item, "name"))};
                return true;
            }
        }
    }
    return false;
}

const char *migdi_kubeconfig_files_nearest(const migdi_kubeconfig_files *files,
                                           migdi_kubeconfig_list list, const char *name)
{
    migdi_nearest search = {.wanted = name};
    for (size_t i = 0; i < files->count; i++) {
        const migd_object *items = migdi_object_member(files->documents[i], sections[list].list);
        for (size_t j = 0; j < migd_object_count(items); j++) {
            migdi_nearest_offer(&search, entry_name(migd_object_item(items, j)));
        }
    }
    return search.found;
}

const char *migdi_kubeconfig_files_names(const migdi_kubeconfig_files *files,
                                         migdi_kubeconfig_list list, migdi_arena *arena)
{
    const char *names = NULL;
    size_t told = 0;
    for (size_t i = 0; i < files->count; i++) {
        const migd_object *items = migdi_object_member(files->documents[i], sections[list].list);
        for (size_t j = 0; j < migd_object_count(items) && told <= MOST_NAMES; j++, told++) {
            const char *name = entry_name(migd_object_item(items, j));
            names = names == NULL        ? migdi_arena_format(arena, "\"%s\"", name)
                    : told == MOST_NAMES ? migdi_arena_format(arena, "%s, ...", names)
                                         : migdi_arena_format(arena, "%s, \"%s\"", names, name);
            if (names == NULL) {
                return NULL;
            }
        }
    }
    return names == NULL ? "none" : names;
}
