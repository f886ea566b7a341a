/* Objects on a real API server: what the library says is held against what the server says when it
 * is asked with libcurl alone. */
#include "test_support.h"

#include <migdeploy/migdeploy.h>

#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPACE "/api/v1/namespaces/cloud-kube"

/* --- the server, asked without the library ---------------------------------------------------- */

static struct {
    CURL *curl;
    char server[256];
    char *authority; /* path */
    char *body;
    size_t size;
} raw;

static size_t take(char *bytes, size_t size, size_t count, void *user)
{
    (void)user;
    raw.body = realloc(raw.body, raw.size + size * count + 1);
    assert_non_null(raw.body);
    memcpy(raw.body + raw.size, bytes, size * count);
    raw.size += size * count;
    raw.body[raw.size] = '\0';
    return size * count;
}

/* The HTTP status; the answer is in raw.body. */
static long ask(const char *method, const char *path, const char *type, const char *body)
{
    char url[1024];
    char content_type[128];
    snprintf(url, sizeof url, "%s%s", raw.server, path);
    snprintf(content_type, sizeof content_type, "Content-Type: %s", type);
    struct curl_slist *headers = curl_slist_append(
        curl_slist_append(NULL, "Authorization: Bearer root-token"), content_type);
    raw.size = 0;
    curl_easy_reset(raw.curl);
    curl_easy_setopt(raw.curl, CURLOPT_URL, url);
    curl_easy_setopt(raw.curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(raw.curl, CURLOPT_CAINFO, raw.authority);
    curl_easy_setopt(raw.curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(raw.curl, CURLOPT_WRITEFUNCTION, take);
    if (body != NULL) {
        curl_easy_setopt(raw.curl, CURLOPT_POSTFIELDS, body);
    }
    assert_int_equal(curl_easy_perform(raw.curl), CURLE_OK);
    long status = 0;
    curl_easy_getinfo(raw.curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    return status;
}

static long ask_json(const char *method, const char *path, const char *body)
{
    return ask(method, path, "application/json", body);
}

static migd_object *parse(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

/* What the server stored there. */
static migd_object *stored_at(const char *path)
{
    assert_int_equal(ask_json("GET", path, NULL), 200);
    return parse(raw.body);
}

/* --- the library ------------------------------------------------------------------------------ */

typedef struct lab {
    migd_context *context;
    migd_call_options *options;
    migd_kube *kube;
} lab;

static lab open_lab(int32_t option, const char *value)
{
    lab it = {0};
    migd_error *error = NULL;
    assert_int_equal(migd_context_new(NULL, &it.context, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&it.options, NULL), MIGD_OK);
    migd_call_options_set_text(it.options, MIGD_CALL_NAMESPACE, "cloud-kube", NULL);
    if (value != NULL) {
        migd_call_options_set_text(it.options, option, value, NULL);
    }
    if (migd_kube_open(it.context, it.options, &it.kube, &error) != MIGD_OK) {
        fail_msg("%s", migd_error_message(error));
    }
    return it;
}

static void close_lab(lab *it)
{
    migd_kube_free(it->kube);
    migd_call_options_free(it->options);
    migd_context_free(it->context);
}

static migd_call_options *manager(const char *name, int64_t force)
{
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_text(options, MIGD_CALL_FIELD_MANAGER, name, NULL);
    migd_call_options_set_int64(options, MIGD_CALL_FORCE, force, NULL);
    return options;
}

static void expect_ok(migd_status status, migd_error *error)
{
    if (status != MIGD_OK) {
        fail_msg("%s: %s", migd_error_operation(error), migd_error_message(error));
    }
}

static int start(void **state)
{
    (void)state;
    const char *config = getenv("KUBECONFIG");
    migd_objects *objects = NULL;
    if (config == NULL || migd_objects_new(&objects, NULL) != MIGD_OK ||
        migd_objects_load(objects, config, NULL, NULL) != MIGD_OK) {
        print_error("KUBECONFIG names no cluster\n");
        return 1;
    }
    const migd_object *cluster =
        migd_object_at(migd_objects_item(objects, 0), "/clusters/0/cluster");
    snprintf(raw.server, sizeof raw.server, "%s", migd_object_text(cluster, "/server", ""));
    raw.authority = strdup(migd_object_text(cluster, "/certificate-authority", ""));
    migd_objects_free(objects);
    raw.curl = curl_easy_init();
    return ask_json("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"cloud-kube\"}}") !=
           201;
}

static int stop(void **state)
{
    (void)state;
    curl_easy_cleanup(raw.curl);
    free(raw.authority);
    free(raw.body);
    return 0;
}

/* --- apply and get ---------------------------------------------------------------------------- */

#define SETTINGS(value)                                                                            \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"settings\"},"          \
    "\"data\":{\"a\":\"" value "\"}}"

static void what_was_applied_is_what_the_server_stored(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_object *object = parse(SETTINGS("1"));
    migd_object *given = NULL;
    migd_object *got = NULL;
    migd_error *error = NULL;
    expect_ok(migd_kube_apply(it.kube, object, NULL, &given, &error), error);
    expect_ok(migd_kube_get(it.kube, "cm", NULL, "settings", NULL, &got, &error), error);
    migd_object *stored = stored_at(SPACE "/configmaps/settings");
    assert_true(migd_object_equal(given, stored));
    assert_true(migd_object_equal(got, stored));
    assert_string_equal(migd_object_text(stored, "/data/a", ""), "1");
    assert_string_equal(migd_object_text(stored, "/metadata/managedFields/0/manager", ""),
                        "migdeploy");
    assert_string_equal(migd_object_text(stored, "/metadata/managedFields/0/operation", ""),
                        "Apply");
    migd_object_free(stored);
    migd_object_free(given);
    migd_object_free(got);
    migd_object_free(object);
    close_lab(&it);
}

/* The same words as vectors of kubectl: tests/data/kubectl-apply 12, 13. */
static void a_conflict_names_the_owner_and_force_takes_over(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_call_options *one = manager("one", 1);
    migd_call_options *two = manager("two", 0);
    migd_object *first = parse(SETTINGS("1"));
    migd_object *second = parse(SETTINGS("2"));
    migd_error *error = NULL;
    expect_ok(migd_kube_apply(it.kube, first, one, NULL, &error), error);
    assert_int_equal(migd_kube_apply(it.kube, second, two, NULL, &error), MIGD_ERR_CONFLICT);
    assert_int_equal(migd_error_http_status(error), 409);
    bool named = false;
    for (size_t i = 0; i < migd_error_detail_count(error); i++) {
        assert_string_equal(migd_error_detail(error, i, MIGD_DETAIL_FIELD), ".data.a");
        named = named || strcmp(migd_error_detail(error, i, MIGD_DETAIL_SUBJECT), "one") == 0;
    }
    assert_true(named);
    assert_non_null(migd_error_request_id(error));
    migd_error_free(error);
    migd_object *stored = stored_at(SPACE "/configmaps/settings");
    assert_string_equal(migd_object_text(stored, "/data/a", ""), "1");
    migd_object_free(stored);
    migd_call_options_set_int64(two, MIGD_CALL_FORCE, 1, NULL);
    expect_ok(migd_kube_apply(it.kube, second, two, NULL, &error), error);
    stored = stored_at(SPACE "/configmaps/settings");
    assert_string_equal(migd_object_text(stored, "/data/a", ""), "2");
    migd_object_free(stored);
    migd_object_free(first);
    migd_object_free(second);
    migd_call_options_free(one);
    migd_call_options_free(two);
    close_lab(&it);
}

static void a_dry_run_changes_nothing(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_object *before = stored_at(SPACE "/configmaps/settings");
    migd_object *object = parse(SETTINGS("dry"));
    migd_object *would = NULL;
    migd_call_options *options = manager("dry", 1);
    migd_call_options_set_int64(options, MIGD_CALL_DRY_RUN, 1, NULL);
    migd_error *error = NULL;
    expect_ok(migd_kube_apply(it.kube, object, options, &would, &error), error);
    assert_string_equal(migd_object_text(would, "/data/a", ""), "dry");
    migd_object *after = stored_at(SPACE "/configmaps/settings");
    assert_true(migd_object_equal(before, after));
    migd_object_free(before);
    migd_object_free(after);
    migd_object_free(would);
    migd_object_free(object);
    migd_call_options_free(options);
    close_lab(&it);
}

static void a_bad_object_is_refused_with_its_cause(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_object *bad = parse("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
                             "\"Bad_Name\"}}");
    migd_object *unknown =
        parse("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
              "\"x\"},\"dota\":{}}");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_apply(it.kube, bad, NULL, NULL, &error), MIGD_ERR_REMOTE);
    assert_int_equal(migd_error_http_status(error), 422);
    assert_string_equal(migd_error_remote_code(error), "Invalid");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_FIELD), "metadata.name");
    migd_error_free(error);
    assert_int_equal(migd_kube_apply(it.kube, unknown, NULL, NULL, &error), MIGD_ERR_REMOTE);
    assert_non_null(strstr(migd_error_message(error), ".dota: field not declared in schema"));
    assert_int_equal(migd_error_retryable(error), 0);
    migd_error_free(error);
    migd_object_free(bad);
    migd_object_free(unknown);
    close_lab(&it);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void a_list_of_1200_comes_whole_in_three_pages(void **state)
{
    (void)state;
    for (int i = 0; i < 1200; i++) {
        char body[160];
        snprintf(body, sizeof body,
                 "{\"metadata\":{\"name\":\"many-%d\",\"labels\":{\"part\":\"%s\"}}}", i,
                 i % 2 == 0 ? "even" : "odd");
        assert_int_equal(ask_json("POST", SPACE "/configmaps", body), 201);
    }
    lab it = open_lab(0, NULL);
    migd_object *list = NULL;
    migd_error *error = NULL;
    expect_ok(
        migd_kube_list(it.kube, "configmaps", NULL, "part in (even,odd)", NULL, &list, &error),
        error);
    const migd_object *items = migd_object_at(list, "/items");
    migd_object *all = stored_at(SPACE "/configmaps?labelSelector=part");
    assert_int_equal(migd_object_count(items), 1200);
    for (size_t i = 0; i < 1200; i++) {
        const migd_object *item = migd_object_item(items, i);
        const migd_object *same = migd_object_item(migd_object_at(all, "/items"), i);
        assert_string_equal(migd_object_text(item, "/metadata/uid", "ours"),
                            migd_object_text(same, "/metadata/uid", "theirs"));
        assert_string_equal(migd_object_text(item, "/kind", ""), "ConfigMap");
    }
    migd_object_free(all);
    migd_object_free(list);
    expect_ok(migd_kube_list(it.kube, "cm", NULL, "part=odd", NULL, &list, &error), error);
    assert_int_equal(migd_object_count(migd_object_at(list, "/items")), 600);
    migd_object_free(list);
    expect_ok(migd_kube_list(it.kube, "nodes", NULL, NULL, NULL, &list, &error), error);
    all = stored_at("/api/v1/nodes");
    assert_int_equal(migd_object_count(migd_object_at(list, "/items")),
                     migd_object_count(migd_object_at(all, "/items")));
    migd_object_free(all);
    migd_object_free(list);
    close_lab(&it);
}

/* --- delete ----------------------------------------------------------------------------------- */

static void a_delete_waits_and_names_the_finalizer_that_holds(void **state)
{
    (void)state;
    assert_int_equal(
        ask_json("POST", SPACE "/configmaps",
                 "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"example.com/hold\"]}}"),
        201);
    lab it = open_lab(0, NULL);
    migd_job *job = NULL;
    migd_error *error = NULL;
    const migd_event *event = NULL;
    expect_ok(migd_kube_delete_start(it.kube, "configmaps", NULL, "held", NULL, NULL, &job, &error),
              error);
    bool told = false;
    migd_status status = MIGD_OK;
    while (!told && status == MIGD_OK) {
        status = migd_job_next(job, 20000, &event, &error);
        told = status == MIGD_OK &&
               strstr(migd_event_text(event), "held by its finalizer example.com/hold") != NULL;
    }
    assert_true(told);
    assert_int_equal(ask_json("GET", SPACE "/configmaps/held", NULL), 200);
    assert_int_equal(ask("PATCH", SPACE "/configmaps/held", "application/merge-patch+json",
                         "{\"metadata\":{\"finalizers\":null}}"),
                     200);
    expect_ok(migd_job_finish(job, NULL, &error), error);
    assert_int_equal(ask_json("GET", SPACE "/configmaps/held", NULL), 404);
    migd_job_free(job);
    close_lab(&it);
}

static void only_the_object_of_that_uid_is_deleted(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_error *error = NULL;
    assert_int_equal(migd_kube_delete(it.kube, "configmaps", NULL, "settings",
                                      "00000000-0000-0000-0000-000000000000", NULL, NULL, &error),
                     MIGD_ERR_NOT_FOUND);
    migd_error_free(error);
    assert_int_equal(ask_json("GET", SPACE "/configmaps/settings", NULL), 200);
    expect_ok(migd_kube_delete(it.kube, "configmaps", NULL, "settings", NULL, NULL, NULL, &error),
              error);
    assert_int_equal(ask_json("GET", SPACE "/configmaps/settings", NULL), 404);
    assert_int_equal(
        migd_kube_delete(it.kube, "configmaps", NULL, "settings", NULL, NULL, NULL, &error),
        MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error), "configmaps \"settings\" not found");
    migd_error_free(error);
    close_lab(&it);
}

/* --- who we are ------------------------------------------------------------------------------- */

static void a_user_without_rights_is_told_who_may_not_do_what(void **state)
{
    (void)state;
    lab it = open_lab(MIGD_CALL_CONTEXT, "viewer");
    migd_object *object = parse(SETTINGS("1"));
    migd_error *error = NULL;
    assert_int_equal(migd_kube_list(it.kube, "pods", NULL, NULL, NULL, NULL, &error),
                     MIGD_ERR_DENIED);
    assert_string_equal(migd_error_message(error),
                        "user \"viewer\" may not list pods in namespace cloud-kube");
    assert_int_equal(migd_error_http_status(error), 403);
    migd_error_free(error);
    assert_int_equal(migd_kube_apply(it.kube, object, NULL, NULL, &error), MIGD_ERR_DENIED);
    assert_string_equal(migd_error_message(error),
                        "user \"viewer\" may not patch configmaps in namespace cloud-kube");
    migd_error_free(error);
    assert_int_equal(migd_kube_get(it.kube, "nodes", NULL, "n", NULL, NULL, &error),
                     MIGD_ERR_DENIED);
    assert_string_equal(migd_error_message(error),
                        "user \"viewer\" may not get nodes in the whole cluster");
    migd_error_free(error);
    migd_object_free(object);
    close_lab(&it);
}

/* A kubeconfig of our own beside the cluster's. */
static void write_config(char *path, size_t size, const char *authority, const char *user)
{
    snprintf(path, size, "%s/config-XXXXXX", getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    fprintf(file,
            "clusters: [{name: c, cluster: {server: '%s', %s}}]\n"
            "users: [{name: u, user: {%s}}]\n"
            "contexts: [{name: x, context: {cluster: c, user: u, namespace: cloud-kube}}]\n"
            "current-context: x\n",
            raw.server, authority, user);
    fclose(file);
}

static migd_status get_with(const char *authority, const char *user, char *message, size_t size)
{
    char path[512];
    write_config(path, sizeof path, authority, user);
    lab it = open_lab(MIGD_CALL_KUBECONFIG, path);
    migd_error *error = NULL;
    const migd_status status =
        migd_kube_get(it.kube, "namespaces", NULL, "cloud-kube", NULL, NULL, &error);
    snprintf(message, size, "%s", error == NULL ? "" : migd_error_message(error));
    migd_error_free(error);
    close_lab(&it);
    unlink(path);
    return status;
}

static void wrong_credentials_and_a_wrong_authority_are_different_errors(void **state)
{
    (void)state;
    static const char stranger[] =
        "certificate-authority-data: "
        /* A certificate that signed nothing here: openssl req -x509 -newkey ec -pkeyopt
         * ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=stranger | base64 -w0 */
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJmVENDQVNPZ0F3SUJBZ0lVVUpxRDdX"
        "VEFuNEw0RHE2aDJGeCtqa2dNSEJBd0NnWUlLb1pJemowRUF3SXcKRXpFUk1BOEdBMVVFQXd3"
        "SWMzUnlZVzVuWlhJd0lCY05Nall4TVRJME1qSTBOelU0V2hnUE1qRXlOakV3TXpFeQpNalEz"
        "TlRoYU1CTXhFVEFQQmdOVkJBTU1DSE4wY21GdVoyVnlNRmt3RXdZSEtvWkl6ajBDQVFZSUtv"
        "Wkl6ajBECkFRY0RRZ0FFS2dnNk1aSXc1SnI4ZFNudmNYbG90aVI1WGorbzZFbmlvNGJtajNh"
        "b2FaT1ZlMCtGZzNKemFKaHkKZGpGMzBlYXhZUzJ4Q2VzZk81WGlBRjk0NnFicnQ2TlRNRkV3"
        "SFFZRFZSME9CQllFRkJaR0RyRjBVOElvR2Z2MwpaUDl1VEJiOFh5RUdNQjhHQTFVZEl3UVlN"
        "QmFBRkJaR0RyRjBVOElvR2Z2M1pQOXVUQmI4WHlFR01BOEdBMVVkCkV3RUIvd1FGTUFNQkFm"
        "OHdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWdhOUFyZlRFZmVTRDhyaWdXWkN6Q0MydnMKd0Ux"
        "RUwwSmh5WGMzbEpocmRrZ0NJUURWNVQyRGRBQjJuY2pUN0FGUytZdzNQcEtHSlZ1R3NxTFdX"
        "RmxQQkNvcAp6QT09Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K";
    char authority[512];
    char message[1024];
    snprintf(authority, sizeof authority, "certificate-authority: '%s'", raw.authority);
    assert_int_equal(get_with(authority, "token: root-token", message, sizeof message), MIGD_OK);
    assert_int_equal(get_with(authority, "token: no-such-token", message, sizeof message),
                     MIGD_ERR_DENIED);
    assert_string_equal(message, "the server does not accept the credentials of user \"u\"");
    assert_int_equal(get_with(stranger, "token: root-token", message, sizeof message),
                     MIGD_ERR_TLS);
    assert_null(strstr(message, "root-token"));
    assert_int_equal(
        get_with("insecure-skip-tls-verify: true", "token: root-token", message, sizeof message),
        MIGD_OK);
    char named[600];
    snprintf(named, sizeof named, "%s, tls-server-name: localhost", authority);
    assert_int_equal(get_with(named, "token: root-token", message, sizeof message), MIGD_OK);
    snprintf(named, sizeof named, "%s, tls-server-name: elsewhere", authority);
    assert_int_equal(get_with(named, "token: root-token", message, sizeof message), MIGD_ERR_TLS);
    assert_int_equal(get_with(authority, "token: root-token, as: viewer", message, sizeof message),
                     MIGD_ERR_DENIED);
    assert_string_equal(message, "user \"viewer\" may not get namespaces in namespace cloud-kube");
}

/* --- kinds ------------------------------------------------------------------------------------ */

static void a_kind_that_was_just_defined_is_found(void **state)
{
    (void)state;
    static const char definition[] =
        "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition"
        "\",\"metadata\":{"
        "\"name\":\"widgets.example.com\"},\"spec\":{\"group\":\"example.com\",\"scope"
        "\":\"Namespaced\","
        "\"names\":{\"plural\":\"widgets\",\"singular\":\"widget\",\"kind\":\"Widget\",\"sho"
        "rtNames\":["
        "\"wd\"]},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{"
        "\"openAPIV3Schema\":{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":t"
        "rue}}}]}}";
    lab it = open_lab(0, NULL);
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "widgets", NULL, "w", NULL, NULL, &error),
                     MIGD_ERR_UNSUPPORTED);
    migd_error_free(error);
    migd_object *crd = parse(definition);
    expect_ok(migd_kube_apply(it.kube, crd, NULL, NULL, &error), error);
    migd_object_free(crd);
    for (int i = 0; i < 100 && ask_json("GET", "/apis/example.com/v1", NULL) != 200; i++) {
        usleep(100000); /* the server takes a moment to serve it */
    }
    migd_object *widget = parse(
        "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"},"
        "\"big\":9007199254740993,\"zero\":0}");
    migd_object *got = NULL;
    migd_status status = MIGD_ERR_UNSUPPORTED;
    for (int i = 0; i < 50 && status == MIGD_ERR_UNSUPPORTED; i++) {
        error = NULL;
        status = migd_kube_apply(it.kube, widget, NULL, NULL, &error);
        if (status == MIGD_ERR_UNSUPPORTED) { /* discovery lags behind the path itself */
            migd_error_free(error);
            usleep(200000);
        }
    }
    expect_ok(status, error);
    expect_ok(migd_kube_get(it.kube, "wd", NULL, "w", NULL, &got, &error), error);
    assert_int_equal(migd_object_int64(got, "/big", 0), 9007199254740993);
    assert_int_equal(migd_object_int64(got, "/zero", 7), 0);
    migd_object *stored = stored_at("/apis/example.com/v1/namespaces/cloud-kube/widgets/w");
    assert_true(migd_object_equal(got, stored));
    migd_object_free(stored);
    migd_object_free(got);
    migd_object_free(widget);
    expect_ok(
        migd_kube_delete(it.kube, "crd", NULL, "widgets.example.com", NULL, NULL, NULL, &error),
        error);
    assert_int_equal(ask_json("GET", "/apis/example.com/v1/namespaces/cloud-kube/widgets/w", NULL),
                     404);
    close_lab(&it);
}

/* --- one connection --------------------------------------------------------------------------- */

/* The inodes of this process's sockets, added up: a new connection changes it. */
static unsigned long long sockets(int *count)
{
    unsigned long long sum = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    *count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[300];
        char target[64] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        if (readlink(path, target, sizeof target - 1) > 0 && strncmp(target, "socket:[", 8) == 0) {
            sum += strtoull(target + 8, NULL, 10);
            (*count)++;
        }
    }
    closedir(folder);
    return sum;
}

static void fifty_calls_use_one_connection(void **state)
{
    (void)state;
    int outside = 0;
    int before = 0;
    int first = 0;
    int last = 0;
    sockets(&outside);
    lab it = open_lab(0, NULL);
    sockets(&before);
    expect_ok(migd_kube_get(it.kube, "namespaces", NULL, "cloud-kube", NULL, NULL, NULL), NULL);
    const unsigned long long connection = sockets(&first);
    for (int i = 0; i < 50; i++) {
        expect_ok(migd_kube_get(it.kube, "namespaces", NULL, "cloud-kube", NULL, NULL, NULL), NULL);
    }
    assert_true(sockets(&last) == connection);
    assert_int_equal(first, before + 1);
    assert_int_equal(last, first);
    close_lab(&it);
    sockets(&last);
    assert_int_equal(last, outside);
}

static void a_namespace_goes_with_all_that_is_in_it(void **state)
{
    (void)state;
    lab it = open_lab(0, NULL);
    migd_error *error = NULL;
    expect_ok(migd_kube_delete(it.kube, "ns", NULL, "cloud-kube", NULL, NULL, NULL, &error), error);
    assert_int_equal(ask_json("GET", SPACE, NULL), 404);
    close_lab(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_applied_is_what_the_server_stored),
        cmocka_unit_test(a_conflict_names_the_owner_and_force_takes_over),
        cmocka_unit_test(a_dry_run_changes_nothing),
        cmocka_unit_test(a_bad_object_is_refused_with_its_cause),
        cmocka_unit_test(a_list_of_1200_comes_whole_in_three_pages),
        cmocka_unit_test(a_delete_waits_and_names_the_finalizer_that_holds),
        cmocka_unit_test(only_the_object_of_that_uid_is_deleted),
        cmocka_unit_test(a_user_without_rights_is_told_who_may_not_do_what),
        cmocka_unit_test(wrong_credentials_and_a_wrong_authority_are_different_errors),
        cmocka_unit_test(a_kind_that_was_just_defined_is_found),
        cmocka_unit_test(fifty_calls_use_one_connection),
        cmocka_unit_test(a_namespace_goes_with_all_that_is_in_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
