/* What proves the cluster and what proves us: certificates, keys and tokens that a kubeconfig
 * names. */
#include "core_os.h"
#include "core_utf8.h"
#include "crypto_base64.h"
#include "kube_kubeconfig.h"

#include <string.h>

#define LARGEST_FILE  ((size_t)1024 * 1024)
#define LARGEST_TOKEN ((size_t)64 * 1024)

static const char *text_of(const migd_object *body, const char *key)
{
    const char *text = migd_object_text(migdi_object_member(body, key), "", NULL);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static const char *keep(migdi_kubeconfig *config, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(&config->arena, text, strlen(text));
}

/* --- secrets outside of the arena ------------------------------------------------------------- */

static void wipe_text(migdi_text *text)
{
    if (text->bytes != NULL) {
        migdi_wipe(text->bytes, text->capacity);
    }
    migdi_text_free(text);
}

void migdi_kubeconfig_free_secret(char *secret)
{
    if (secret != NULL) {
        migdi_wipe(secret, strlen(secret));
    }
    migdi_free(secret);
}

/* Whether a header can carry it: a line break in a token would be a second header. */
static bool is_header_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte < ' ' || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

migd_status migdi_kubeconfig_read_token(const char *path, char **token, migd_error **error)
{
    *token = NULL;
    migdi_text bytes = {0};
    migd_status status = migdi_os_read_file(path, LARGEST_TOKEN, &bytes, error);
    if (status < 0) {
        return status;
    }
    const char *start = migdi_text_string(&bytes);
    size_t size = bytes.size;
    while (size > 0 && strchr(" \t\r\n", *start) != NULL) {
        start++;
        size--;
    }
    while (size > 0 && strchr(" \t\r\n", start[size - 1]) != NULL) {
        size--;
    }
    if (size == 0) {
        status = migdi_fail(error, MIGD_ERR_INVALID, "%s holds no token", path);
    } else if (!is_header_text(start, size)) {
        status = migdi_fail(error, MIGD_ERR_INVALID, "%s holds more than one line", path);
    } else {
        *token = migdi_text_copy(start, size);
        status = *token == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    }
    wipe_text(&bytes);
    return status;
}

/* --- files and data --------------------------------------------------------------------------- */

/* A relative path starts at the file that says it. */
static const char *path_of(migdi_kubeconfig *config, const migdi_kubeconfig_entry *entry,
                           const char *path)
{
    const char *slash = strrchr(entry->path, '/');
    return path[0] == '/' || slash == NULL
               ? keep(config, path)
               : migdi_arena_format(&config->arena, "%.*s/%s", (int)(slash - entry->path),
                                    entry->path, path);
}

static migd_status load_file(migdi_kubeconfig *config, const migdi_kubeconfig_entry *entry,
                             const char *what, const char *key, const char **out,
                             migd_error **error)
{
    const migd_object *value = migdi_object_member(entry->body, key);
    const char *path = path_of(config, entry, migd_object_text(value, "", ""));
    if (path == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_text bytes = {0};
    const migd_status status = migdi_os_read_file(path, LARGEST_FILE, &bytes, error);
    if (status == MIGD_OK) {
        *out = keep(config, migdi_text_string(&bytes));
        wipe_text(&bytes);
        return *out == NULL ? migdi_fail_nomem(error) : MIGD_OK;
    }
    return status == MIGD_ERR_NOMEM ? status
                                    : migdi_fail_at(error, status, migdi_object_place(value),
                                                    "the %s of %s \"%s\" cannot be read: %s", key,
                                                    what, entry->name, path);
}

static migd_status load_data(migdi_kubeconfig *config, const migdi_kubeconfig_entry *entry,
                             const char *what, const char *key, const char **out,
                             migd_error **error)
{
    const migd_object *value = migdi_object_member(entry->body, key);
    const char *text = migd_object_text(value, "", "");
    migdi_text bytes = {0};
    const bool is_base64 = migdi_base64_decode_lenient(text, strlen(text), &bytes);
    *out = is_base64 && !bytes.failed ? keep(config, migdi_text_string(&bytes)) : NULL;
    const bool failed = bytes.failed || (is_base64 && *out == NULL);
    wipe_text(&bytes);
    if (failed) {
        return migdi_fail_nomem(error);
    }
    return is_base64 ? MIGD_OK
                     : migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(value),
                                     "the %s of %s \"%s\" is no base64", key, what, entry->name);
}

/* Data beats the file; neither is NULL. What is no PEM is told here, where its place is known: TLS
 * would say no more than that it failed. */
static migd_status load_pem(migdi_kubeconfig *config, const migdi_kubeconfig_entry *entry,
                            const char *what, const char *file_key, const char *data_key,
                            const char **out, migd_error **error)
{
    const bool has_data = text_of(entry->body, data_key) != NULL;
    if (!has_data && text_of(entry->body, file_key) == NULL) {
        return MIGD_OK;
    }
    const char *key = has_data ? data_key : file_key;
    const char *pem = NULL;
    const migd_status status = has_data ? load_data(config, entry, what, key, &pem, error)
                                        : load_file(config, entry, what, key, &pem, error);
    if (pem != NULL && strstr(pem, "-----BEGIN ") == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID,
                             migdi_object_place(migdi_object_member(entry->body, key)),
                             "the %s of %s \"%s\" holds no PEM", key, what, entry->name);
    }
    *out = pem;
    return status;
}

/* --- the user --------------------------------------------------------------------------------- */

static migd_status fail_header(migd_error **error, const migdi_kubeconfig_entry *entry,
                               const char *key)
{
    return migdi_fail_at(
        error, MIGD_ERR_INVALID, migdi_object_place(migdi_object_member(entry->body, key)),
        "%s of user \"%s\" holds a line break or control character", key, entry->name);
}

/* The host may stand in another folder when the file is read again. */
static const char *absolute(migdi_arena *arena, const char *path)
{
    migdi_text folder = {0};
    const bool is_named = path[0] != '/' && migdi_os_add_current_folder(&folder);
    const char *whole =
        is_named && !folder.failed ? migdi_arena_format(arena, "%s/%s", folder.bytes, path) : path;
    arena->failed = arena->failed || folder.failed;
    migdi_text_free(&folder);
    return whole;
}

static migd_status load_token(migdi_kubeconfig *config, const migdi_kubeconfig_entry *entry,
                              migd_error **error)
{
    const char *token = text_of(entry->body, "token");
    if (token != NULL && !is_header_text(token, strlen(token))) {
        return fail_header(error, entry, "token");
    }
    config->token = keep(config, token);
    const char *file = text_of(entry->body, "tokenFile");
    if (file == NULL) {
        return MIGD_OK;
    }
    const char *path = path_of(config, entry, file);
    config->token_file = path == NULL ? NULL : absolute(&config->arena, path);
    if (config->arena.failed) {
        return migdi_fail_nomem(error);
    }
    /* A token beside it serves as long as the file cannot be read: as in client-go. */
    char *read = NULL;
    migd_error **told = token == NULL ? error : NULL;
    const migd_status status = migdi_kubeconfig_read_token(path, &read, told);
    if (status == MIGD_OK) {
        config->token = keep(config, read);
    } else if (token == NULL && status != MIGD_ERR_NOMEM) {
        migdi_error_set_place(error,
                              migdi_object_place(migdi_object_member(entry->body, "tokenFile")));
    }
    migdi_kubeconfig_free_secret(read);
    return token == NULL ? status : MIGD_OK;
}

static migd_status load_user(migdi_kubeconfig *config, migd_error **error)
{
    const migdi_kubeconfig_entry *entry = &config->user_entry;
    migd_status status = load_pem(config, entry, "user", "client-certificate",
                                  "client-certificate-data", &config->peer.certificate_pem, error);
    if (status == MIGD_OK && config->peer.certificate_pem != NULL) {
        status = load_pem(config, entry, "user", "client-key", "client-key-data",
                          &config->peer.key_pem, error);
    }
    if (status == MIGD_OK) {
        status = load_token(config, entry, error);
    }
    config->username = keep(config, text_of(entry->body, "username"));
    config->password = keep(config, text_of(entry->body, "password"));
    return status;
}

/* --- acting as somebody else ------------------------------------------------------------------ */

/* A key of as-user-extra as part of a header's name: what a name cannot hold is escaped as in a
 * URL. Source: client-go transport/round_trippers.go. */
static const char *extra_header(migdi_arena *arena, const char *key)
{
    migdi_text name = {0};
    migdi_text_add_string(&name, "Impersonate-Extra-");
    for (const char *at = key; *at != '\0'; at++) {
        const bool is_token = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                              (*at >= '0' && *at <= '9') || strchr("!#$&'*+-.^_`|~", *at) != NULL;
        if (is_token) {
            migdi_text_add_char(&name, *at);
        } else {
            migdi_text_format(&name, "%%%02X", (unsigned)(unsigned char)*at);
        }
    }
    const char *text = name.failed ? NULL : migdi_arena_text(arena, name.bytes, name.size);
    migdi_text_free(&name);
    arena->failed = arena->failed || text == NULL;
    return text;
}

static size_t count_extras(const migd_object *extras)
{
    size_t count = 0;
    for (size_t i = 0; i < migd_object_count(extras); i++) {
        count += migd_object_count(migd_object_item(extras, i));
    }
    return count;
}

static bool add_header(migdi_kubeconfig *config, migdi_http_header *headers, const char *name,
                       const char *value)
{
    if (value == NULL) {
        return true;
    }
    headers[config->impersonation_count++] = (migdi_http_header){name, keep(config, value)};
    return is_header_text(value, strlen(value));
}

static migd_status load_impersonation(migdi_kubeconfig *config, migd_error **error)
{
    const migdi_kubeconfig_entry *entry = &config->user_entry;
    const migd_object *groups = migdi_object_member(entry->body, "as-groups");
    const migd_object *extras = migdi_object_member(entry->body, "as-user-extra");
    migdi_http_header *headers = migdi_arena_alloc_zeroed(
        &config->arena, 2 + migd_object_count(groups) + count_extras(extras), sizeof *headers);
    if (headers == NULL) {
        return migdi_fail_nomem(error);
    }
    config->impersonation = headers;
    if (!add_header(config, headers, "Impersonate-User", text_of(entry->body, "as"))) {
        return fail_header(error, entry, "as");
    }
    if (!add_header(config, headers, "Impersonate-Uid", text_of(entry->body, "as-uid"))) {
        return fail_header(error, entry, "as-uid");
    }
    for (size_t i = 0; i < migd_object_count(groups); i++) {
        if (!add_header(config, headers, "Impersonate-Group",
                        migd_object_text(migd_object_item(groups, i), "", ""))) {
            return fail_header(error, entry, "as-groups");
        }
    }
    for (size_t i = 0; i < migd_object_count(extras); i++) {
        const char *name = extra_header(&config->arena, migd_object_key(extras, i));
        const migd_object *values = migd_object_item(extras, i);
        for (size_t j = 0; j < migd_object_count(values); j++) {
            if (!add_header(config, headers, name,
                            migd_object_text(migd_object_item(values, j), "", ""))) {
                return fail_header(error, entry, "as-user-extra");
            }
        }
    }
    return MIGD_OK;
}

/* --- all -------------------------------------------------------------------------------------- */

static migd_status load_cluster(migdi_kubeconfig *config, migd_error **error)
{
    const migdi_kubeconfig_entry *entry = &config->cluster_entry;
    config->peer.server_name = keep(config, text_of(entry->body, "tls-server-name"));
    config->peer.proxy = keep(config, text_of(entry->body, "proxy-url"));
    config->peer.insecure = migd_object_boolean(entry->body, "/insecure-skip-tls-verify", 0) != 0;
    return load_pem(config, entry, "cluster", "certificate-authority", "certificate-authority-data",
                    &config->peer.authority_pem, error);
}

static migd_status load_pod(migdi_kubeconfig *config, migd_error **error)
{
    char *token = NULL;
    migdi_text authority = {0};
    migd_status status = migdi_kubeconfig_read_token(config->token_file, &token, error);
    if (status == MIGD_OK) {
        status = migdi_os_read_file(config->authority_file, LARGEST_FILE, &authority, error);
    }
    if (status == MIGD_OK) {
        config->token = keep(config, token);
        config->peer.authority_pem = keep(config, migdi_text_string(&authority));
    }
    migdi_text_free(&authority);
    migdi_kubeconfig_free_secret(token);
    return status;
}

migd_status migdi_kubeconfig_load(migdi_kubeconfig *config, migd_error **error)
{
    migd_status status = MIGD_OK;
    if (config->context == NULL) {
        status = load_pod(config, error);
    } else {
        status = load_cluster(config, error);
        /* No credential goes out in clear text: as in client-go. */
        if (status == MIGD_OK && config->tls) {
            status = load_user(config, error);
        }
        if (status == MIGD_OK) {
            status = load_impersonation(config, error);
        }
    }
    migdi_kubeconfig_files_free(&config->files);
    config->cluster_entry = (migdi_kubeconfig_entry){0};
    config->user_entry = (migdi_kubeconfig_entry){0};
    return status == MIGD_OK && config->arena.failed ? migdi_fail_nomem(error) : status;
}
