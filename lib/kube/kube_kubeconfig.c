/* Which entries of a kubeconfig count, and whether they make sense. */
#include "kube_kubeconfig.h"

#include "codec_name.h"
#include "core_os.h"
#include "kube_server_url.h"

#include <string.h>

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"
#define LARGEST_NAME    ((size_t)1024)

/* NULL for what is missing or empty: kubectl makes no difference. */
static const char *text_of(const migd_object *body, const char *key)
{
    const char *text = migd_object_text(migdi_object_member(body, key), "", NULL);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static migdi_place place_of(const migd_object *body, const char *key)
{
    return migdi_object_place(migdi_object_member(body, key));
}

static const char *keep(migdi_kubeconfig *config, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(&config->arena, text, strlen(text));
}

/* --- in a pod --------------------------------------------------------------------------------- */

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Whether this is a pod with credentials of its own. */
static bool is_pod(migdi_kubeconfig *config, const migdi_kubeconfig_source *source,
                   const char *folder)
{
    if (!is_set(source->service_host) || !is_set(source->service_port)) {
        return false;
    }
    const char *path = migdi_arena_format(&config->arena, "%s/token", folder);
    char *token = NULL;
    const bool there = path != NULL && migdi_kubeconfig_read_token(path, &token, NULL) == MIGD_OK;
    migdi_kubeconfig_free_secret(token);
    return there;
}

/* POD_NAMESPACE, else the file beside the token, else "default". */
static const char *pod_namespace(migdi_kubeconfig *config, const migdi_kubeconfig_source *source,
                                 const char *folder)
{
    if (is_set(source->pod_namespace)) {
        return keep(config, source->pod_namespace);
    }
    const char *path = migdi_arena_format(&config->arena, "%s/namespace", folder);
    migdi_text bytes = {0};
    if (path == NULL || migdi_os_read_file(path, LARGEST_NAME, &bytes, NULL) < 0) {
        return "default";
    }
    size_t size = bytes.size;
    while (size > 0 && strchr(" \t\r\n", bytes.bytes[size - 1]) != NULL) {
        size--;
    }
    const char *name = size == 0 ? "default" : migdi_arena_text(&config->arena, bytes.bytes, size);
    migdi_text_free(&bytes);
    return name;
}

static migd_status read_pod(migdi_kubeconfig *config, const migdi_kubeconfig_source *source,
                            const char *folder, migd_error **error)
{
    const bool is_ipv6 = strchr(source->service_host, ':') != NULL;
    const char *url =
        migdi_arena_format(&config->arena, is_ipv6 ? "https://[%s]:%s" : "https://%s:%s",
                           source->service_host, source->service_port);
    config->token_file = migdi_arena_format(&config->arena, "%s/token", folder);
    config->authority_file = migdi_arena_format(&config->arena, "%s/ca.crt", folder);
    if (config->arena.failed) {
        return migdi_fail_nomem(error);
    }
    migdi_server_url server = {0};
    const char *problem = migdi_server_url_read(url, &config->arena, &server);
    if (problem != NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "KUBERNETES_SERVICE_HOST and _PORT make no server: it %s", problem);
    }
    config->server = server.url;
    config->label = server.label;
    config->tls = server.tls;
    config->loopback = server.loopback;
    config->namespace_ = pod_namespace(config, source, folder);
    return MIGD_OK;
}

/* --- which entries ---------------------------------------------------------------------------- */

static migd_status fail_without_context(migdi_kubeconfig *config, migd_error **error)
{
    if (config->files.count == 0) {
        return migdi_fail(error, MIGD_ERR_NOT_FOUND, "there is no kubeconfig: looked for %s",
                          config->files.searched);
    }
    const char *names =
        migdi_kubeconfig_files_names(&config->files, MIGDI_KUBECONFIG_CONTEXTS, &config->arena);
    return names == NULL ? migdi_fail_nomem(error)
                         : migdi_fail(error, MIGD_ERR_NOT_FOUND,
                                      "%s has no current-context, and none was named; contexts: %s",
                                      config->files.searched, names);
}

static migd_status fail_unknown_context(migdi_kubeconfig *config, const char *name,
                                        migdi_place place, migd_error **error)
{
    const char *nearest =
        migdi_kubeconfig_files_nearest(&config->files, MIGDI_KUBECONFIG_CONTEXTS, name);
    const char *names =
        migdi_kubeconfig_files_names(&config->files, MIGDI_KUBECONFIG_CONTEXTS, &config->arena);
    if (names == NULL) {
        return migdi_fail_nomem(error);
    }
    return nearest != NULL ? migdi_fail_at(error, MIGD_ERR_NOT_FOUND, place,
                                           "%s has no context \"%s\"; did you mean \"%s\"?",
                                           config->files.searched, name, nearest)
                           : migdi_fail_at(error, MIGD_ERR_NOT_FOUND, place,
                                           "%s has no context \"%s\"; contexts: %s",
                                           config->files.searched, name, names);
}

/* The entry that the context names in `key`. */
static migd_status find_named(migdi_kubeconfig *config, const migdi_kubeconfig_entry *context,
                              const char *key, migdi_kubeconfig_list list,
                              migdi_kubeconfig_entry *out, migd_error **error)
{
    const char *name = text_of(context->body, key);
    if (migdi_kubeconfig_files_find(&config->files, list, name, out)) {
        return MIGD_OK;
    }
    const char *names = migdi_kubeconfig_files_names(&config->files, list, &config->arena);
    return names == NULL
               ? migdi_fail_nomem(error)
               : migdi_fail_at(error, MIGD_ERR_NOT_FOUND, place_of(context->body, key),
                               "context \"%s\" names the %s \"%s\", which is not there; %ss: %s",
                               context->name, key, name, key, names);
}

static migd_status take_context(migdi_kubeconfig *config, const char *name, migdi_place place,
                                migdi_kubeconfig_entry *context, migd_error **error)
{
    if (!migdi_kubeconfig_files_find(&config->files, MIGDI_KUBECONFIG_CONTEXTS, name, context)) {
        return fail_unknown_context(config, name, place, error);
    }
    if (text_of(context->body, "cluster") == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, context->place,
                             "context \"%s\" names no cluster", name);
    }
    migd_status status = find_named(config, context, "cluster", MIGDI_KUBECONFIG_CLUSTERS,
                                    &config->cluster_entry, error);
    if (status == MIGD_OK && text_of(context->body, "user") != NULL) {
        status =
            find_named(config, context, "user", MIGDI_KUBECONFIG_USERS, &config->user_entry, error);
    }
    config->context = keep(config, context->name);
    config->cluster = keep(config, config->cluster_entry.name);
    config->user = keep(config, config->user_entry.name);
    return status;
}

/* --- whether they make sense ------------------------------------------------------------------ */

static migd_status fail_both(migd_error **error, const migdi_kubeconfig_entry *entry,
                             const char *what, const char *first, const char *second)
{
    return migdi_fail_at(error, MIGD_ERR_INVALID, place_of(entry->body, second),
                         "%s \"%s\" has both %s and %s: only one is allowed", what, entry->name,
                         first, second);
}

static bool has_both(const migd_object *body, const char *first, const char *second)
{
    return text_of(body, first) != NULL && text_of(body, second) != NULL;
}

static migd_status take_cluster(migdi_kubeconfig *config, migd_error **error)
{
    const migdi_kubeconfig_entry *entry = &config->cluster_entry;
    const migd_object *body = entry->body;
    const char *url = text_of(body, "server");
    if (url == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, entry->place, "cluster \"%s\" has no server",
                             entry->name);
    }
    migdi_server_url server = {0};
    const char *problem = migdi_server_url_read(url, &config->arena, &server);
    if (problem != NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, place_of(body, "server"),
                             "the server of cluster \"%s\" %s", entry->name, problem);
    }
    config->server = server.url;
    config->label = server.label;
    config->tls = server.tls;
    config->loopback = server.loopback;
    problem = migdi_proxy_url_problem(text_of(body, "proxy-url"));
    if (problem != NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, place_of(body, "proxy-url"),
                             "the proxy-url of cluster \"%s\" %s", entry->name, problem);
    }
    if (has_both(body, "certificate-authority", "certificate-authority-data")) {
        return fail_both(error, entry, "cluster", "certificate-authority",
                         "certificate-authority-data");
    }
    const bool has_authority = text_of(body, "certificate-authority") != NULL ||
                               text_of(body, "certificate-authority-data") != NULL;
    if (has_authority && migd_object_boolean(body, "/insecure-skip-tls-verify", 0) != 0) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, place_of(body, "insecure-skip-tls-verify"),
                             "cluster \"%s\" has a certificate authority and "
                             "insecure-skip-tls-verify: only one is allowed",
                             entry->name);
    }
    return MIGD_OK;
}

static bool has_certificate(const migd_object *body)
{
    return text_of(body, "client-certificate") != NULL ||
           text_of(body, "client-certificate-data") != NULL;
}

static migd_status check_certificate(const migdi_kubeconfig_entry *entry, migd_error **error)
{
    if (has_both(entry->body, "client-certificate", "client-certificate-data")) {
        return fail_both(error, entry, "user", "client-certificate", "client-certificate-data");
    }
    if (has_both(entry->body, "client-key", "client-key-data")) {
        return fail_both(error, entry, "user", "client-key", "client-key-data");
    }
    if (text_of(entry->body, "client-key") == NULL &&
        text_of(entry->body, "client-key-data") == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, entry->place,
                             "user \"%s\" has a client certificate without a client-key or "
                             "client-key-data",
                             entry->name);
    }
    return MIGD_OK;
}

/* A plugin is not run where the user has other credentials: as kubectl. */
static migd_status check_plugin(const migdi_kubeconfig_entry *entry, migd_error **error)
{
    const migd_object *body = entry->body;
    const migd_object *plugin = migdi_object_member(body, "exec");
    const migd_object *provider = migdi_object_member(body, "auth-provider");
    const bool has_other = text_of(body, "token") != NULL || text_of(body, "tokenFile") != NULL ||
                           text_of(body, "username") != NULL || text_of(body, "password") != NULL ||
                           has_certificate(body);
    if (migd_object_kind(provider) == MIGD_KIND_MAP) {
        return migdi_fail_at(
            error, MIGD_ERR_UNSUPPORTED, migdi_object_place(provider),
            "user \"%s\" has an auth-provider, which kubectl dropped in 1.26; give "
            "the user a token, a tokenFile or a client certificate",
            entry->name);
    }
    if (migd_object_kind(plugin) != MIGD_KIND_MAP || has_other) {
        return MIGD_OK;
    }
    const char *command = text_of(plugin, "command");
    if (command == NULL || text_of(plugin, "apiVersion") == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, migdi_object_place(plugin),
                             "the exec plugin of user \"%s\" has no %s", entry->name,
                             command == NULL ? "command" : "apiVersion");
    }
    return migdi_fail_at(error, MIGD_ERR_UNSUPPORTED, migdi_object_place(plugin),
                         "user \"%s\" wants the program %s run for credentials, which this "
                         "version never does; give the user a token, a tokenFile or a client "
                         "certificate",
                         entry->name, command);
}

static migd_status check_user(const migdi_kubeconfig_entry *entry, migd_error **error)
{
    const migd_object *body = entry->body;
    const bool has_basic = text_of(body, "username") != NULL || text_of(body, "password") != NULL;
    if (text_of(body, "token") != NULL && has_basic) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, entry->place,
                             "user \"%s\" has both a token and a password: only one is allowed",
                             entry->name);
    }
    const bool as_more = text_of(body, "as-uid") != NULL ||
                         migd_object_count(migdi_object_member(body, "as-groups")) > 0 ||
                         migd_object_count(migdi_object_member(body, "as-user-extra")) > 0;
    if (as_more && text_of(body, "as") == NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, entry->place,
                             "user \"%s\" has as-uid, as-groups or as-user-extra without \"as\"",
                             entry->name);
    }
    migd_status status = has_certificate(body) ? check_certificate(entry, error) : MIGD_OK;
    return status == MIGD_OK ? check_plugin(entry, error) : status;
}

static migd_status take_namespace(migdi_kubeconfig *config, const migdi_kubeconfig_source *source,
                                  const migdi_kubeconfig_entry *context, const char *folder,
                                  migd_error **error)
{
    const char *name = source->namespace_;
    migdi_place place = {0};
    if (name == NULL) {
        name = text_of(context->body, "namespace");
        place = place_of(context->body, "namespace");
    }
    if (name == NULL && config->context == NULL) {
        name = config->namespace_; /* the pod's */
    }
    if (name == NULL) {
        name = is_pod(config, source, folder) ? pod_namespace(config, source, folder) : "default";
    }
    if (name == NULL) {
        return migdi_fail_nomem(error);
    }
    const char *problem = migdi_name_problem(MIGDI_NAME_DNS1123_LABEL, name, strlen(name));
    if (problem != NULL) {
        return migdi_fail_at(error, MIGD_ERR_INVALID, place, "the namespace \"%s\" %s", name,
                             problem);
    }
    config->namespace_ = keep(config, name);
    return MIGD_OK;
}

static migd_status read_all(migdi_kubeconfig *config, const migdi_kubeconfig_source *source,
                            migd_error **error)
{
    const char *folder =
        source->service_account != NULL ? source->service_account : SERVICE_ACCOUNT;
    migd_status status = migdi_kubeconfig_files_read(source->path, source->chain, source->home,
                                                     &config->arena, &config->files, error);
    if (status < 0) {
        return status;
    }
    migdi_place place = {0};
    migdi_kubeconfig_entry context = {0};
    const char *name = source->context != NULL
                           ? source->context
                           : migdi_kubeconfig_files_current(&config->files, &place);
    if (name != NULL) {
        status = take_context(config, name, place, &context, error);
        status = status == MIGD_OK ? take_cluster(config, error) : status;
        status = status == MIGD_OK ? check_user(&config->user_entry, error) : status;
    } else if (is_pod(config, source, folder)) {
        status = read_pod(config, source, folder, error);
    } else {
        status = fail_without_context(config, error);
    }
    if (status == MIGD_OK) {
        status = take_namespace(config, source, &context, folder, error);
    }
    return status == MIGD_OK && config->arena.failed ? migdi_fail_nomem(error) : status;
}

migd_status migdi_kubeconfig_read(const migdi_kubeconfig_source *source, migdi_kubeconfig *out,
                                  migd_error **error)
{
    *out = (migdi_kubeconfig){.arena.secret = true};
    const migd_status status = read_all(out, source, error);
    if (status < 0) {
        migdi_kubeconfig_free(out);
    }
    return status;
}

void migdi_kubeconfig_free(migdi_kubeconfig *config)
{
    migdi_kubeconfig_files_free(&config->files);
    migdi_arena_free(&config->arena);
    *config = (migdi_kubeconfig){0};
}
