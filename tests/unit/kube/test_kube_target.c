#include "kube_scripted.h"

#include "kube_calls.h"
#include "kube_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const test_rule pod = {.headers = JSON, .body = "{\"kind\":\"Pod\"}"};

static const char *headers_of_a_get(scripted *it)
{
    migd_object *got = NULL;
    assert_int_equal(migd_kube_get(it->kube, "pods", NULL, "web-0", NULL, &got, NULL), MIGD_OK);
    migd_object_free(got);
    return test_request_at(it->transport, test_request_count(it->transport) - 1)->headers;
}

static void a_request_has_the_prefix_the_token_and_one_accept(void **state)
{
    (void)state;
    scripted it = scripted_open(&pod, 1, "ann");
    assert_string_equal(headers_of_a_get(&it),
                        "Accept: application/json\nAuthorization: Bearer s3cret-token\n");
    assert_request(&it, 0, "GET", API "pods/web-0");
    scripted_close(&it);
}

static void a_password_goes_as_basic_authentication(void **state)
{
    (void)state;
    scripted it = scripted_open(&pod, 1, "bob");
    /* printf 'bob:s3cret-password' | base64 */
    assert_string_equal(headers_of_a_get(&it),
                        "Accept: application/json\n"
                        "Authorization: Basic Ym9iOnMzY3JldC1wYXNzd29yZA==\n");
    scripted_close(&it);
}

static void acting_as_somebody_is_told_in_headers(void **state)
{
    (void)state;
    scripted it = scripted_open(&pod, 1, "eve");
    assert_string_equal(headers_of_a_get(&it), "Accept: application/json\n"
                                               "Authorization: Bearer s3cret-token\n"
                                               "Impersonate-User: root\n"
                                               "Impersonate-Uid: 7\n"
                                               "Impersonate-Group: admins\n"
                                               "Impersonate-Group: system:masters\n"
                                               "Impersonate-Extra-reason%2Fwhy: one\n"
                                               "Impersonate-Extra-reason%2Fwhy: two\n");
    scripted_close(&it);
}

/* kubernetes.md 2.0: client-go sends no credentials to a server without TLS. */
static void without_tls_no_credentials_are_sent(void **state)
{
    (void)state;
    scripted it = scripted_open(&pod, 1, "plain");
    const char *headers = headers_of_a_get(&it);
    assert_null(strstr(headers, "Authorization"));
    assert_null(strstr(headers, "s3cret"));
    scripted_close(&it);
}

static void a_call_that_must_not_be_sent_is_not(void **state)
{
    (void)state;
    scripted it = scripted_open(&pod, 1, "ann");
    migdi_target *target = migdi_kube_target_base(migdi_kube_client_target(it.kube));
    migdi_arena arena = {0};
    migdi_http_request request = {0};
    migd_error *error = NULL;
    const migdi_call *call = migdi_kube_get(&arena, &migdi_kube_pods, "a", "../b");
    assert_int_equal(target->kind->prepare(target, call, &arena, &request, &error),
                     MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "\"../b\" is no name of a Pod");
    assert_null(request.url);
    migd_error_free(error);
    migdi_arena_free(&arena);
    scripted_close(&it);
}

/* --- a token in a file ------------------------------------------------------------------------ */

static char folder[] = "/tmp/test_kube_target.XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_files(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    write_file("config", "clusters: [{name: c, cluster: {server: 'https://server:6443/prefix'}}]\n"
                         "users: [{name: u, user: {tokenFile: token}}]\n"
                         "contexts: [{name: x, context: {cluster: c, user: u, namespace: blue}}]\n"
                         "current-context: x\n");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/config", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/token", folder);
    unlink(path);
    return rmdir(folder);
}

static scripted open_with_file(const char *name, const test_rule *rules, size_t count)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    scripted it = {.transport = test_transport_new(rules, count)};
    it.context = test_context(it.transport, NULL);
    assert_int_equal(migd_call_options_new(&it.options, NULL), MIGD_OK);
    migd_call_options_set_text(it.options, MIGD_CALL_KUBECONFIG, path, NULL);
    assert_int_equal(migd_kube_open(it.context, it.options, &it.kube, NULL), MIGD_OK);
    return it;
}

static scripted open_with_token_file(const test_rule *rules, size_t count)
{
    return open_with_file("config", rules, count);
}

/* kubernetes.md 1.3 defect 4: a tokenFile is a credential; section 3 rule 6: it is read again after
 * a minute. */
static void defect_4_a_token_file_is_read_and_read_again_after_a_minute(void **state)
{
    (void)state;
    static const test_rule slow = {
        .headers = JSON, .body = "{\"kind\":\"Pod\"}", .after_ms = 25000};
    write_file("token", "\n first \n");
    scripted it = open_with_token_file(&slow, 1);
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer first\n")); /* at 0 s */
    write_file("token", "second\n");
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer first\n"));  /* 25 s */
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer first\n"));  /* 50 s */
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer second\n")); /* 75 s */
    write_file("token", "");                                           /* half a rotation */
    headers_of_a_get(&it);
    headers_of_a_get(&it);
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer second\n")); /* 150 s: the old one */
    write_file("token", "two\nlines");
    headers_of_a_get(&it);
    headers_of_a_get(&it);
    headers_of_a_get(&it);
    assert_non_null(strstr(headers_of_a_get(&it), "Bearer second\n"));
    scripted_close(&it);
}

/* Only a server of this machine, asked directly, may have us hurry: a sandbox. */
static void the_pace_is_heard_of_a_server_on_this_machine_alone(void **state)
{
    (void)state;
    static const struct {
        const char *server; /* and what else its entry says */
        int64_t ms;
    } rows[] = {{"'http://127.0.0.1:8001'", 1000},
                {"'https://[::1]:6443'", 1000},
                {"'http://localhost:8001'", 1000},
                {"'https://alpha.example:6443'", 60000},
                {"'https://10.0.0.1:6443'", 60000},
                {"'https://localhost.example'", 60000},
                {"'https://127.0.0.1:6443', proxy-url: \"http://alpha.example:3128\"", 60000}};
    static const test_rule busy[] = {
        {.times = 1, .status = 503, .headers = "x-migdeploy-pace: 60\nretry-after: 60\n"},
        {.headers = JSON, .body = "{\"kind\":\"Pod\"}"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
                 "clusters: [{name: a, cluster: {server: %s}}]\n"
                 "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
                 "users: [{name: a, user: {}}]\n",
                 rows[i].server);
        write_file("local", text);
        scripted it = open_with_file("local", busy, 2);
        const int64_t before_ms = test_clock(MIGD_CLOCK_MONOTONIC, it.transport);
        headers_of_a_get(&it);
        const int64_t took_ms = test_clock(MIGD_CLOCK_MONOTONIC, it.transport) - before_ms;
        if (took_ms < rows[i].ms || took_ms > rows[i].ms + rows[i].ms / 10 + 10) {
            fail_msg("%s: %d ms", rows[i].server, (int)took_ms);
        }
        scripted_close(&it);
    }
    char path[256];
    snprintf(path, sizeof path, "%s/local", folder);
    unlink(path);
}

static void a_refused_token_is_looked_for_anew_once(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.status = 401,
         .headers = JSON,
         .body = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Unauthorized\"}",
         .times = 3},
        {.headers = JSON, .body = "{\"kind\":\"Pod\"}"},
    };
    write_file("token", "first");
    scripted it = open_with_token_file(rules, COUNT(rules));
    migd_error *error = NULL;
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "web-0", NULL, NULL, &error),
                     MIGD_ERR_DENIED);
    assert_string_equal(migd_error_message(error),
                        "the server does not accept the credentials of user \"u\"");
    assert_int_equal(test_request_count(it.transport), 1); /* the file says nothing new */
    migd_error_free(error);
    write_file("token", "second");
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "web-0", NULL, NULL, NULL),
                     MIGD_ERR_DENIED);
    assert_int_equal(test_request_count(it.transport),
                     3); /* the new one was tried, and once only */
    assert_non_null(strstr(test_request_at(it.transport, 2)->headers, "Bearer second"));
    assert_int_equal(migd_kube_get(it.kube, "pods", NULL, "web-0", NULL, NULL, NULL), MIGD_OK);
    scripted_close(&it);
}

static void an_empty_token_file_is_refused_at_its_place(void **state)
{
    (void)state;
    write_file("token", " \n");
    char path[256];
    snprintf(path, sizeof path, "%s/config", folder);
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, NULL);
    migd_call_options *options = NULL;
    migd_kube *kube = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, path, NULL);
    assert_int_equal(migd_kube_open(context, options, &kube, &error), MIGD_ERR_INVALID);
    assert_non_null(strstr(migd_error_message(error), "holds no token"));
    assert_string_equal(migd_error_file(error), path);
    assert_int_equal(migd_error_line(error), 2);
    assert_int_equal(migd_error_column(error), 37);
    migd_error_free(error);
    migd_call_options_free(options);
    migd_context_free(context);
}

static void keep_line(int32_t level, const char *line, void *user)
{
    if (level == MIGD_LOG_WARNING) {
        migdi_text_format(user, "%s\n", line);
    }
}

/* Forms of apimachinery's ParseWarningHeader. */
static void warnings_of_the_server_go_to_the_log(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.headers = JSON
         "warning: 299 - \"unknown field \\\"spec.foo\\\"\"\n"
         "warning: 299 - \"old \\\\ way\" \"Tue, 15 Nov 1994 08:12:31 GMT\", 299 x \"sec\x1b"
         "ond\"\n"
         "warning: 110 - \"stale\"\n"
         "warning: 299 - \"open\n"
         "warning: 299\n"
         "warning: 299 -\n",
         .body = "{\"kind\":\"Pod\"}"},
    };
    migdi_text log = {0};
    test_transport *transport = test_transport_new(rules, COUNT(rules));
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_log(options, MIGD_LOG_WARNING, keep_line, &log);
    migd_context *context = test_context(transport, options);
    migd_call_options *call_options = NULL;
    migd_kube *kube = NULL;
    assert_int_equal(migd_call_options_new(&call_options, NULL), MIGD_OK);
    migd_call_options_set_text(call_options, MIGD_CALL_KUBECONFIG, TEST_DATA "/kube/client.yaml",
                               NULL);
    assert_int_equal(migd_kube_open(context, call_options, &kube, NULL), MIGD_OK);
    assert_int_equal(migd_kube_get(kube, "pods", NULL, "a", NULL, NULL, NULL), MIGD_OK);
    assert_string_equal(migdi_text_string(&log), "https://server:6443: unknown field \"spec.foo\"\n"
                                                 "https://server:6443: old \\ way\n"
                                                 "https://server:6443: sec\\x1bond\n");
    migdi_text_free(&log);
    migd_kube_free(kube);
    migd_call_options_free(call_options);
    migd_context_options_free(options);
    migd_context_free(context);
}

/* faults.md T28: from the file to the header, and in what was read anew. */
static void no_freed_memory_holds_a_secret(void **state)
{
    (void)state;
    static const char *const contexts[] = {"ann", "bob", "eve"};
    test_watch_secret("s3cret");
    for (size_t i = 0; i < COUNT(contexts); i++) {
        scripted it = scripted_open(&pod, 1, contexts[i]);
        headers_of_a_get(&it);
        scripted_close(&it);
        assert_int_equal(test_secrets_freed(), 0);
    }
    test_unwatch_secret();
    static const test_rule slow = {
        .headers = JSON, .body = "{\"kind\":\"Pod\"}", .after_ms = 40000};
    write_file("token", "s3cret-1");
    test_watch_secret("s3cret");
    scripted it = open_with_token_file(&slow, 1);
    headers_of_a_get(&it);
    write_file("token", "s3cret-2\n");
    headers_of_a_get(&it);
    assert_non_null(strstr(headers_of_a_get(&it), "s3cret-2"));
    scripted_close(&it);
    assert_int_equal(test_secrets_freed(), 0);
    test_unwatch_secret();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_the_prefix_the_token_and_one_accept),
        cmocka_unit_test(a_password_goes_as_basic_authentication),
        cmocka_unit_test(acting_as_somebody_is_told_in_headers),
        cmocka_unit_test(without_tls_no_credentials_are_sent),
        cmocka_unit_test(a_call_that_must_not_be_sent_is_not),
        cmocka_unit_test(defect_4_a_token_file_is_read_and_read_again_after_a_minute),
        cmocka_unit_test(the_pace_is_heard_of_a_server_on_this_machine_alone),
        cmocka_unit_test(a_refused_token_is_looked_for_anew_once),
        cmocka_unit_test(an_empty_token_file_is_refused_at_its_place),
        cmocka_unit_test(warnings_of_the_server_go_to_the_log),
        cmocka_unit_test(no_freed_memory_holds_a_secret),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
