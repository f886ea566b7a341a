#include "kube_scripted.h"

#include <stdlib.h>
#include <string.h>

#define POD   API "pods/web-0"
#define BELL  API "pods?allowWatchBookmarks=true&fieldSelector=metadata.name%3Dweb-0*"
#define THERE "{\"kind\":\"Pod\",\"metadata\":{\"uid\":\"u-1\",\"resourceVersion\":\"5\"}}"
#define SINCE "\"deletionTimestamp\":\"2026-11-23T09:21:55Z\""
#define GOING "{\"kind\":\"Pod\",\"metadata\":{\"uid\":\"u-1\"," SINCE "}}"
#define HELD                                                                                       \
    "{\"kind\":\"Pod\",\"metadata\":{\"uid\":\"u-1\"," SINCE                                       \
    ",\"finalizers\":[\"example.com/hold\"]}}"
#define ANOTHER "{\"kind\":\"Pod\",\"metadata\":{\"uid\":\"u-2\"}}"
#define ABSENT                                                                                     \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"pods \\\"web-0\\\" not found\","    \
    "\"reason\":\"NotFound\",\"code\":404}"

static char *tell(scripted *it, const char *uid, migd_status *status)
{
    migd_job *job = NULL;
    assert_int_equal(migd_kube_delete_start(it->kube, "pods", NULL, "web-0", uid, NULL, &job, NULL),
                     MIGD_OK);
    char *told = test_tell(job, status);
    migd_job_free(job);
    return told;
}

static void a_delete_names_the_uid_it_found_and_waits_until_it_is_gone(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = THERE},
        {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = GOING},
        {.method = "GET", .path = POD, .status = 404, .headers = JSON, .body = ABSENT},
        {.method = "DELETE", .path = POD, .headers = JSON, .body = GOING},
        {.method = "GET", .path = BELL, .open = true, .headers = JSON},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_object *last = NULL;
    assert_int_equal(migd_kube_delete(it.kube, "pods", NULL, "web-0", NULL, NULL, &last, NULL),
                     MIGD_OK);
    assert_string_equal(migd_object_text(last, "/metadata/uid", ""), "u-1");
    assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 1);
    for (size_t i = 0; i < test_request_count(it.transport); i++) {
        const test_request *request = test_request_at(it.transport, i);
        if (strcmp(request->method, "DELETE") == 0) {
            assert_string_equal(
                request->body, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\""
                               ":{\"uid\":\"u-1\"},\"propagationPolicy\":\"Background\"}");
        }
    }
    migd_object_free(last);
    scripted_close(&it);
}

static void what_holds_it_is_told_while_it_waits(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = THERE},
        {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = HELD},
        {.method = "GET", .path = POD, .status = 404, .headers = JSON, .body = ABSENT},
        {.method = "DELETE", .path = POD, .headers = JSON, .body = HELD},
        {.method = "GET", .path = BELL, .hangs = true},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_status status = MIGD_OK;
    char *told = tell(&it, NULL, &status);
    assert_int_equal(status, MIGD_DONE);
    assert_non_null(strstr(told, "delete Pod/blue/web-0"));
    assert_non_null(strstr(told, "held by its finalizer example.com/hold"));
    assert_non_null(strstr(told, "Pod/blue/web-0 is gone"));
    free(told);
    scripted_close(&it);
}

static void another_object_of_the_name_is_let_be(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = THERE},
        {.method = "GET", .path = POD, .headers = JSON, .body = ANOTHER},
        {.method = "DELETE", .path = POD, .headers = JSON, .body = GOING},
        {.method = "GET", .path = BELL, .hangs = true},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_status status = MIGD_OK;
    char *told = tell(&it, NULL, &status);
    assert_int_equal(status, MIGD_DONE);
    assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 1);
    free(told);
    scripted_close(&it);
}

/* Between the look and the delete: gone (404), or another one is there (409). */
static void losing_the_race_is_a_fact_not_a_failure(void **state)
{
    (void)state;
    static const int32_t answers[] = {404, 409};
    for (size_t i = 0; i < COUNT(answers); i++) {
        const test_rule rules[] = {
            {.method = "GET", .path = POD, .times = 2, .headers = JSON, .body = THERE},
            {.method = "GET",
             .path = POD,
             .status = answers[i] == 404 ? 404 : 200,
             .headers = JSON,
             .body = answers[i] == 404 ? ABSENT : ANOTHER},
            {.method = "DELETE",
             .path = POD,
             .status = answers[i],
             .headers = JSON,
             .body = answers[i] == 404
                         ? ABSENT
                         : "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Conflict\"}"},
            {.method = "GET", .path = BELL, .hangs = true},
        };
        scripted it = scripted_open(rules, COUNT(rules), "ann");
        migd_status status = MIGD_OK;
        char *told = tell(&it, "u-1", &status);
        assert_int_equal(status, MIGD_DONE);
        assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 1);
        free(told);
        scripted_close(&it);
    }
}

static void what_is_not_there_or_has_another_uid_is_not_found(void **state)
{
    (void)state;
    static const test_rule absent[] = {
        {.status = 404, .headers = JSON, .body = ABSENT},
    };
    scripted it = scripted_open(absent, COUNT(absent), "ann");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_delete(it.kube, "pods", NULL, "web-0", NULL, NULL, NULL, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_int_equal(migd_error_http_status(error), 404);
    migd_error_free(error);
    scripted_close(&it);

    static const test_rule another[] = {{.headers = JSON, .body = ANOTHER}};
    it = scripted_open(another, COUNT(another), "ann");
    assert_int_equal(migd_kube_delete(it.kube, "pods", NULL, "web-0", "u-1", NULL, NULL, &error),
                     MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error),
                        "pods \"web-0\" is another object now: its uid is u-2, not u-1");
    assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 0);
    migd_error_free(error);
    scripted_close(&it);
}

static void a_dry_run_deletes_nothing_and_waits_for_nothing(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .headers = JSON, .body = THERE},
        {.method = "DELETE",
         .path = POD "?dryRun=All",
         .headers = JSON,
         .body = "{\"kind\":\"Status\",\"status\":\"Success\"}"},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_call_options_set_int64(it.options, MIGD_CALL_DRY_RUN, 1, NULL);
    assert_int_equal(migd_kube_delete(it.kube, "pods", NULL, "web-0", NULL, it.options, NULL, NULL),
                     MIGD_OK);
    assert_int_equal(test_request_count(it.transport), 2);
    scripted_close(&it);
}

static void a_delete_that_may_not_be_is_the_servers_refusal(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .headers = JSON, .body = THERE},
        {.method = "DELETE",
         .path = POD,
         .status = 403,
         .headers = JSON,
         .body =
             "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"message\":"
             "\"User \\\"ann\\\" cannot delete resource \\\"pods\\\" in API group \\\"\\\" in the "
             "namespace \\\"blue\\\"\"}"},
        {.method = "GET", .path = BELL, .hangs = true},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_error *error = NULL;
    assert_int_equal(migd_kube_delete(it.kube, "pods", NULL, "web-0", NULL, NULL, NULL, &error),
                     MIGD_ERR_DENIED);
    assert_string_equal(migd_error_message(error),
                        "user \"ann\" may not delete pods in namespace blue");
    assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 1);
    migd_error_free(error);
    scripted_close(&it);
}

/* What the server wrote into a namespace whose content a finalizer held: tests/data/kube. */
static void a_namespace_says_what_it_still_holds(void **state)
{
    (void)state;
    char *body = test_read_data("kube/namespace-terminating.json", NULL);
    const test_rule rules[] = {
        {.method = "GET",
         .path = "/prefix/api/v1/namespaces/rec",
         .times = 3,
         .headers = JSON,
         .body = body},
        {.method = "GET",
         .path = "/prefix/api/v1/namespaces/rec",
         .status = 404,
         .headers = JSON,
         .body = ABSENT},
        {.method = "GET", .path = "/prefix/api/v1/namespaces?allowWatchBookmarks*", .hangs = true},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_job *job = NULL;
    migd_status status = MIGD_OK;
    assert_int_equal(
        migd_kube_delete_start(it.kube, "namespace", NULL, "rec", NULL, NULL, &job, NULL), MIGD_OK);
    char *told = test_tell(job, &status);
    assert_int_equal(status, MIGD_DONE);
    assert_non_null(strstr(told,
                           "Namespace/rec is going: Some content in the namespace has finalizers "
                           "remaining: example.com/hold in 1 resource instances"));
    assert_int_equal(test_count_requests(it.transport, "DELETE", NULL), 0);
    free(told);
    migd_job_free(job);
    scripted_close(&it);
    free(body);
}

static void a_deadline_ends_the_wait_and_says_for_what(void **state)
{
    (void)state;
    static const test_rule rules[] = {
        {.method = "GET", .path = POD, .times = 1, .headers = JSON, .body = THERE},
        {.method = "GET", .path = POD, .headers = JSON, .body = HELD},
        {.method = "GET", .path = BELL, .hangs = true},
    };
    scripted it = scripted_open(rules, COUNT(rules), "ann");
    migd_error *error = NULL;
    migd_call_options_set_int64(it.options, MIGD_CALL_DEADLINE_MS, 60000, NULL);
    assert_int_equal(
        migd_kube_delete(it.kube, "pods", NULL, "web-0", NULL, it.options, NULL, &error),
        MIGD_ERR_DEADLINE);
    assert_non_null(strstr(migd_error_operation(error), "example.com/hold"));
    migd_error_free(error);
    scripted_close(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delete_names_the_uid_it_found_and_waits_until_it_is_gone),
        cmocka_unit_test(what_holds_it_is_told_while_it_waits),
        cmocka_unit_test(another_object_of_the_name_is_let_be),
        cmocka_unit_test(losing_the_race_is_a_fact_not_a_failure),
        cmocka_unit_test(what_is_not_there_or_has_another_uid_is_not_found),
        cmocka_unit_test(a_dry_run_deletes_nothing_and_waits_for_nothing),
        cmocka_unit_test(a_delete_that_may_not_be_is_the_servers_refusal),
        cmocka_unit_test(a_namespace_says_what_it_still_holds),
        cmocka_unit_test(a_deadline_ends_the_wait_and_says_for_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
