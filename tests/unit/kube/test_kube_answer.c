/* Held against answers of a Kubernetes 1.36 API server: tests/data/kubectl-apply. */
#include "test_support.h"

#include "codec_object.h"
#include "kube_answer.h"
#include "kube_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON "application/json"

static const migdi_call read_call = {.kind = MIGDI_CALL_READ, .accept = JSON};
static const migdi_call write_call = {.kind = MIGDI_CALL_WRITE, .accept = JSON};

typedef struct heard {
    migd_status status;
    migd_object *document;
    migd_error *error;
} heard;

static heard hear_as(const migdi_call *call, int32_t status, const char *type, const char *body,
                     const char *user)
{
    const migdi_http_header headers[] = {
        {"content-type", type}, {"audit-id", "a-1"}, {"location", "https://elsewhere/x"}};
    const migdi_http_head head = {status, headers, 3};
    const migdi_answer answer = {&head, body, strlen(body)};
    heard it = {0};
    it.status = migdi_kube_answer_read(call, &answer, user, &it.document, &it.error);
    assert_int_equal(migd_error_status(it.error), it.status);
    assert_true((it.status < 0) == (it.error != NULL));
    return it;
}

static heard hear(int32_t status, const char *type, const char *body)
{
    return hear_as(&read_call, status, type, body, "ann");
}

static void forget(heard *it)
{
    migd_object_free(it->document);
    migd_error_free(it->error);
}

/* --- answers of a real server ----------------------------------------------------------------- */

static heard hear_recorded(const char *folder, int line)
{
    char name[128];
    snprintf(name, sizeof name, "kubectl-apply/%s/calls.jsonl", folder);
    char *text = test_read_data(name, NULL);
    char *at = text;
    for (int i = 1; i < line; i++) {
        at = strchr(at, '\n') + 1;
    }
    migd_object *recorded = NULL;
    assert_int_equal(migd_object_parse(at, strcspn(at, "\n"), NULL, &recorded, NULL), MIGD_OK);
    migd_buf *body = NULL;
    assert_int_equal(migd_object_write_json(migd_object_at(recorded, "/answer"), 0, &body, NULL),
                     MIGD_OK);
    heard it = hear((int32_t)migd_object_int64(recorded, "/status", 0), JSON, migd_buf_data(body));
    migd_buf_free(body);
    migd_object_free(recorded);
    free(text);
    return it;
}

static void a_servers_refusal_is_an_error_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        int line;
        migd_status status;
        int32_t http_status;
        const char *code;
        const char *message;
    } cases[] = {
        {"01-namespace-missing", 1, MIGD_ERR_NOT_FOUND, 404, "NotFound",
         "namespaces \"migratory\" not found"},
        {"44-delete-again", 1, MIGD_ERR_NOT_FOUND, 404, "NotFound", "configmaps \"s1\" not found"},
        {"12-conflict", 1, MIGD_ERR_CONFLICT, 409, "Conflict",
         ".data.a belongs to field manager \"one\""},
        {"14-conflict-two-fields", 1, MIGD_ERR_CONFLICT, 409, "Conflict",
         ".data.a belongs to field manager \"two\", .data.b to \"kubectl-patch\""},
        {"30-forbidden", 1, MIGD_ERR_DENIED, 403, "Forbidden",
         "user \"viewer\" may not patch configmaps in namespace migratory"},
        {"32-get-forbidden", 1, MIGD_ERR_DENIED, 403, "Forbidden",
         "user \"viewer\" may not list pods in namespace migratory"},
        {"18-wrong-type", 1, MIGD_ERR_REMOTE, 500, NULL,
         "failed to create typed patch object (migratory/settings; /v1, Kind=ConfigMap): .data.a: "
         "expected string, got &value.valueUnstructured{Value:1}"},
        {"27-three-documents-one-bad", 2, MIGD_ERR_REMOTE, 422, "Invalid", NULL},
        {"20-invalid-value", 3, MIGD_ERR_REMOTE, 422, "Invalid", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard it = hear_recorded(cases[i].folder, cases[i].line);
        assert_int_equal(it.status, cases[i].status);
        assert_int_equal(migd_error_http_status(it.error), cases[i].http_status);
        assert_true(migdi_text_equal(migd_error_remote_code(it.error), cases[i].code));
        assert_string_equal(migd_error_request_id(it.error), "a-1");
        assert_int_equal(migd_error_retryable(it.error), 0);
        assert_null(it.document);
        if (cases[i].message != NULL) {
            assert_string_equal(migd_error_message(it.error), cases[i].message);
        }
        forget(&it);
    }
}

static void a_conflict_names_each_field_and_its_manager(void **state)
{
    (void)state;
    heard it = hear_recorded("14-conflict-two-fields", 1);
    assert_int_equal(migd_error_detail_count(it.error), 2);
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_FIELD), ".data.a");
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_SUBJECT), "two");
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_REASON), "FieldManagerConflict");
    assert_string_equal(migd_error_detail(it.error, 1, MIGD_DETAIL_FIELD), ".data.b");
    assert_string_equal(migd_error_detail(it.error, 1, MIGD_DETAIL_SUBJECT), "kubectl-patch");
    assert_string_equal(migd_error_detail(it.error, 1, MIGD_DETAIL_MESSAGE),
                        "conflict with \"kubectl-patch\" using v1");
    forget(&it);
}

static void an_invalid_object_tells_each_cause(void **state)
{
    (void)state;
    heard it = hear_recorded("27-three-documents-one-bad", 2);
    assert_int_equal(migd_error_detail_count(it.error), 1);
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_FIELD), "metadata.name");
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_REASON), "FieldValueInvalid");
    assert_null(migd_error_detail(it.error, 0, MIGD_DETAIL_SUBJECT));
    forget(&it);
}

/* --- every status ----------------------------------------------------------------------------- */

#define STATUS(code, reason, more)                                                                 \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"said\","      \
    "\"reason\":\"" reason "\"" more ",\"code\":" #code "}"

/* Source: apimachinery pkg/api/errors: the reason counts, the code where it is unknown. */
static void the_reason_counts_first_and_then_the_code(void **state)
{
    (void)state;
    static const struct {
        int32_t http_status;
        const char *body;
        migd_status status;
        int32_t retryable;
    } cases[] = {
        {400, STATUS(400, "BadRequest", ""), MIGD_ERR_REMOTE, 0},
        {401, STATUS(401, "Unauthorized", ""), MIGD_ERR_DENIED, 0},
        {403, STATUS(403, "Forbidden", ""), MIGD_ERR_DENIED, 0},
        {404, STATUS(404, "NotFound", ""), MIGD_ERR_NOT_FOUND, 0},
        {405, STATUS(405, "MethodNotAllowed", ""), MIGD_ERR_UNSUPPORTED, 0},
        {406, STATUS(406, "NotAcceptable", ""), MIGD_ERR_UNSUPPORTED, 0},
        {409, STATUS(409, "AlreadyExists", ""), MIGD_ERR_CONFLICT, 0},
        {409, STATUS(409, "Conflict", ""), MIGD_ERR_CONFLICT, 0},
        {410, STATUS(410, "Expired", ""), MIGD_ERR_REMOTE, 0},
        {410, STATUS(410, "Gone", ""), MIGD_ERR_REMOTE, 0},
        {413, STATUS(413, "RequestEntityTooLarge", ""), MIGD_ERR_REMOTE, 0},
        {415, STATUS(415, "UnsupportedMediaType", ""), MIGD_ERR_UNSUPPORTED, 0},
        {422, STATUS(422, "Invalid", ""), MIGD_ERR_REMOTE, 0},
        {429, STATUS(429, "TooManyRequests", ""), MIGD_ERR_REMOTE, 1},
        {500, STATUS(500, "InternalError", ""), MIGD_ERR_REMOTE, 0},
        {500, STATUS(500, "ServerTimeout", ""), MIGD_ERR_REMOTE, 1},
        {503, STATUS(503, "ServiceUnavailable", ""), MIGD_ERR_REMOTE, 1},
        {504, STATUS(504, "Timeout", ""), MIGD_ERR_REMOTE, 1},
        {500, STATUS(500, "NotFound", ""), MIGD_ERR_NOT_FOUND, 0},
        {404, STATUS(404, "Novel", ""), MIGD_ERR_NOT_FOUND, 0},
        {409, STATUS(409, "", ""), MIGD_ERR_CONFLICT, 0},
        {502, STATUS(502, "", ""), MIGD_ERR_REMOTE, 1},
        {418, STATUS(418, "Novel", ""), MIGD_ERR_REMOTE, 0},
        {200, STATUS(500, "InternalError", ""), MIGD_ERR_REMOTE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard it = hear(cases[i].http_status, JSON, cases[i].body);
        if (it.status != cases[i].status || migd_error_retryable(it.error) != cases[i].retryable) {
            fail_msg("HTTP %d, %s: status %d, retryable %d", cases[i].http_status, cases[i].body,
                     it.status, migd_error_retryable(it.error));
        }
        forget(&it);
    }
}

static void a_pause_that_the_server_asks_for_is_kept(void **state)
{
    (void)state;
    heard it =
        hear(429, JSON, STATUS(429, "TooManyRequests", ",\"details\":{\"retryAfterSeconds\":10}"));
    assert_int_equal(migd_error_retry_after_ms(it.error), 10000);
    forget(&it);
    it = hear(500, JSON, STATUS(500, "InternalError", ",\"details\":{\"retryAfterSeconds\":1}"));
    assert_int_equal(migd_error_retryable(it.error), 1);
    assert_int_equal(migd_error_retry_after_ms(it.error), 1000);
    forget(&it);
    static const char *const odd[] = {
        STATUS(429, "TooManyRequests", ",\"details\":{\"retryAfterSeconds\":-5}"),
        STATUS(429, "TooManyRequests", ",\"details\":{\"retryAfterSeconds\":9223372036854775807}"),
        STATUS(429, "TooManyRequests", ",\"details\":{\"retryAfterSeconds\":\"soon\"}"),
        STATUS(429, "TooManyRequests", ",\"details\":{\"retryAfterSeconds\":0}"),
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        it = hear(429, JSON, odd[i]);
        assert_int_equal(migd_error_retry_after_ms(it.error), -1);
        assert_int_equal(migd_error_retryable(it.error), 1);
        forget(&it);
    }
}

static void refused_credentials_are_told_with_their_user(void **state)
{
    (void)state;
    heard it = hear(401, JSON, STATUS(401, "Unauthorized", ""));
    assert_string_equal(migd_error_message(it.error),
                        "the server does not accept the credentials of user \"ann\"");
    forget(&it);
    it = hear_as(&read_call, 401, JSON, STATUS(401, "Unauthorized", ""), NULL);
    assert_string_equal(migd_error_message(it.error),
                        "the server does not accept a caller without credentials");
    forget(&it);
}

#define FORBIDDEN(message)                                                                         \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"           \
    "\"message\":\"" message "\"}"

/* looks.md scene 12; texts of kube-apiserver, endpoints/handlers/responsewriters. */
static void a_missing_right_is_told_as_who_may_not_do_what(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *message;
        const char *subject;
    } cases[] = {
        {FORBIDDEN(
             "statefulsets.apps \\\"web\\\" is forbidden: User \\\"ana\\\" cannot patch resource "
             "\\\"statefulsets/scale\\\" in API group \\\"apps\\\" in the namespace "
             "\\\"migratory\\\""),
         "user \"ana\" may not patch statefulsets/scale in namespace migratory", "ana"},
        {FORBIDDEN(
             "nodes is forbidden: User \\\"system:serviceaccount:a:b\\\" cannot list resource "
             "\\\"nodes\\\" in API group \\\"\\\" at the cluster scope: RBAC: not found"),
         "user \"system:serviceaccount:a:b\" may not list nodes in the whole cluster",
         "system:serviceaccount:a:b"},
        {FORBIDDEN("pods \\\"x\\\" is forbidden: exceeded quota: compute, requested: pods=1"),
         "pods \"x\" is forbidden: exceeded quota: compute, requested: pods=1", NULL},
        {FORBIDDEN("User \\\"ana cannot patch"), "User \"ana cannot patch", NULL},
        {FORBIDDEN(""), "the server gave no reason", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard it = hear(403, JSON, cases[i].body);
        assert_int_equal(it.status, MIGD_ERR_DENIED);
        assert_string_equal(migd_error_message(it.error), cases[i].message);
        assert_true(migdi_text_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_SUBJECT),
                                     cases[i].subject));
        forget(&it);
    }
}

static void a_namespace_that_is_going_is_a_matter_of_time(void **state)
{
    (void)state;
    heard it = hear(403, JSON,
                    STATUS(403, "Forbidden",
                           ",\"details\":{\"causes\":[{\"reason\":\"NamespaceTerminating\","
                           "\"message\":\"being terminated\",\"field\":\"metadata.namespace\"}]}"));
    assert_int_equal(it.status, MIGD_ERR_REMOTE);
    assert_int_equal(migd_error_retryable(it.error), 1);
    assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_REASON), "NamespaceTerminating");
    forget(&it);
}

static void many_conflicts_are_counted(void **state)
{
    (void)state;
    char body[2048] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Conflict\","
                      "\"code\":409,\"details\":{\"causes\":[";
    for (int i = 0; i < 5; i++) {
        char cause[160];
        snprintf(cause, sizeof cause,
                 "%s{\"reason\":\"FieldManagerConflict\",\"field\":\".f%d\",\"message\":"
                 "\"conflict with \\\"m%d\\\" with subresource \\\"scale\\\" using apps/v1\"}",
                 i == 0 ? "" : ",", i, i);
        strncat(body, cause, sizeof body - strlen(body) - 1);
    }
    strncat(body, "]}}", sizeof body - strlen(body) - 1);
    heard it = hear(409, JSON, body);
    assert_string_equal(
        migd_error_message(it.error),
        ".f0 belongs to field manager \"m0\", .f1 to \"m1\", .f2 to \"m2\" and 2 more");
    assert_int_equal(migd_error_detail_count(it.error), 5);
    assert_string_equal(migd_error_detail(it.error, 4, MIGD_DETAIL_SUBJECT), "m4");
    forget(&it);
}

/* --- what is no Kubernetes answer ------------------------------------------------------------- */

static void a_page_of_a_proxy_is_never_an_answer(void **state)
{
    (void)state;
    static const char page[] = "<html>\x1b[31m502\x01 Bad\nGateway\xff</html>";
    static const struct {
        int32_t http_status;
        const char *type;
        migd_status status;
        int32_t retryable;
    } cases[] = {
        {200, "text/html", MIGD_ERR_REMOTE, 0}, {404, "text/html", MIGD_ERR_REMOTE, 0},
        {502, "text/html", MIGD_ERR_REMOTE, 1}, {503, "text/html", MIGD_ERR_REMOTE, 1},
        {401, "text/html", MIGD_ERR_DENIED, 0}, {403, "text/html", MIGD_ERR_DENIED, 0},
        {200, JSON, MIGD_ERR_REMOTE, 1},        {404, JSON, MIGD_ERR_REMOTE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heard it = hear(cases[i].http_status, cases[i].type, page);
        assert_int_equal(it.status, cases[i].status);
        assert_int_equal(migd_error_http_status(it.error), cases[i].http_status);
        assert_int_equal(migd_error_retryable(it.error), cases[i].retryable);
        assert_string_equal(migd_error_detail(it.error, 0, MIGD_DETAIL_MESSAGE),
                            "<html>\\x1b[31m502\\x01 Bad\\nGateway\\xff</html>");
        forget(&it);
    }
}

static void a_long_page_is_cut_at_2048_bytes(void **state)
{
    (void)state;
    char page[5001];
    memset(page, 'x', sizeof page - 1);
    page[100] = '\0'; /* a NUL hides nothing behind it */
    page[5000] = '\0';
    const migdi_http_head head = {500, NULL, 0};
    const migdi_answer answer = {&head, page, 5000};
    migd_object *document = NULL;
    migd_error *error = NULL;
    assert_int_equal(migdi_kube_answer_read(&read_call, &answer, NULL, &document, &error),
                     MIGD_ERR_REMOTE);
    assert_int_equal(strlen(migd_error_detail(error, 0, MIGD_DETAIL_MESSAGE)), 2048);
    migd_error_free(error);
}

static void a_path_that_is_not_served_makes_nothing_absent(void **state)
{
    (void)state;
    heard it = hear(404, "text/plain; charset=utf-8", "404 page not found\n");
    assert_int_equal(it.status, MIGD_ERR_UNSUPPORTED);
    forget(&it);
}

static void redirects_are_refused(void **state)
{
    (void)state;
    static const int32_t codes[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        heard it = hear(codes[i], "text/html", "moved");
        assert_int_equal(it.status, MIGD_ERR_REMOTE);
        assert_non_null(strstr(migd_error_message(it.error), "https://elsewhere/x"));
        assert_int_equal(migd_error_retryable(it.error), 0);
        forget(&it);
    }
}

static void half_a_body_is_no_success(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "{\"kind\":\"Pod\",\"meta",
        "{\"kind\":\"Pod\"}{\"kind\":\"Pod\"}",
        "[1,2]",
        "\"text\"",
        "null",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        heard it = hear(200, JSON, bodies[i]);
        assert_int_equal(it.status, MIGD_ERR_REMOTE);
        assert_null(it.document);
        forget(&it);
        it = hear_as(&write_call, 200, JSON, bodies[i], "ann");
        assert_int_equal(it.status, MIGD_ERR_REMOTE);
        assert_int_equal(migd_error_retryable(it.error), 0);
        forget(&it);
    }
}

/* kubernetes.md 1.3 defect 9, the other way round: nothing that a server says is lost. */
static void a_success_is_the_document_as_it_came(void **state)
{
    (void)state;
    heard it = hear(201, "application/json; charset=utf-8",
                    "{\"kind\":\"X\",\"n\":9007199254740993,\"z\":0,\"f\":false,\"u\":{}}");
    assert_int_equal(it.status, MIGD_OK);
    assert_int_equal(migd_object_int64(it.document, "/n", 0), 9007199254740993);
    assert_int_equal(migd_object_int64(it.document, "/z", 7), 0);
    assert_int_equal(migd_object_boolean(it.document, "/f", 7), 0);
    assert_int_equal(migd_object_kind(migd_object_at(it.document, "/u")), MIGD_KIND_MAP);
    /* No file that a person could open. */
    assert_int_equal(migd_object_place(migd_object_at(it.document, "/n"), NULL, NULL, NULL),
                     MIGD_ERR_NOT_FOUND);
    forget(&it);
    it = hear(200, JSON, "{\"kind\":\"Status\",\"status\":\"Success\"}");
    assert_int_equal(it.status, MIGD_OK);
    forget(&it);
    it = hear(204, JSON, "");
    assert_int_equal(it.status, MIGD_OK);
    assert_null(it.document);
    forget(&it);
}

/* kubernetes.md 1.2: an empty log killed the other client. */
static void a_log_is_text_whatever_it_holds(void **state)
{
    (void)state;
    const migdi_call call = {.kind = MIGDI_CALL_READ, .accept = MIGDI_KUBE_LOG_ACCEPT};
    heard it = hear_as(&call, 200, "text/plain", "", "ann");
    assert_string_equal(migd_object_text(it.document, "/text", NULL), "");
    forget(&it);
    it = hear_as(&call, 200, "text/plain", "one\n\x1b[2Jtwo\xff\nthree", "ann");
    assert_string_equal(migd_object_text(it.document, "/text", NULL),
                        "one\n\\x1b[2Jtwo\\xff\nthree");
    forget(&it);
    it = hear_as(&call, 400, JSON, STATUS(400, "BadRequest", ""), "ann");
    assert_int_equal(it.status, MIGD_ERR_REMOTE);
    forget(&it);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status hear_one(void *user)
{
    const char *body = user;
    const int32_t code = strstr(body, "Failure") != NULL ? 409 : 200;
    const migdi_http_header header = {"content-type", body[0] == '{' ? JSON : "text/html"};
    const migdi_http_head head = {code, &header, 1};
    const migdi_answer answer = {&head, body, strlen(body)};
    migd_object *document = NULL;
    migd_error *error = NULL;
    const migd_status status =
        migdi_kube_answer_read(&read_call, &answer, "ann", &document, &error);
    const migd_status told = migd_error_status(error);
    migd_object_free(document);
    migd_error_free(error);
    assert_int_equal(told, status);
    assert_true(code == 200 || status < 0);
    return status == MIGD_ERR_NOMEM ? status : MIGD_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static char conflict[] =
        "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Conflict\",\"details\":{"
        "\"causes\":[{\"reason\":\"FieldManagerConflict\",\"field\":\".a\",\"message\":"
        "\"conflict with \\\"m\\\"\"}]}}";
    static char forbidden[] =
        "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"message\":"
        "\"User \\\"a\\\" cannot get resource \\\"pods\\\" in the namespace \\\"b\\\"\"}";
    static char page[] = "<html>";
    static char half[] = "{\"kind\":";
    static char whole[] = "{\"kind\":\"Pod\"}";
    char *const bodies[] = {conflict, forbidden, page, half, whole};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_true(test_fail_allocations(hear_one, bodies[i]) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_servers_refusal_is_an_error_with_its_reason),
        cmocka_unit_test(a_conflict_names_each_field_and_its_manager),
        cmocka_unit_test(an_invalid_object_tells_each_cause),
        cmocka_unit_test(the_reason_counts_first_and_then_the_code),
        cmocka_unit_test(a_pause_that_the_server_asks_for_is_kept),
        cmocka_unit_test(refused_credentials_are_told_with_their_user),
        cmocka_unit_test(a_missing_right_is_told_as_who_may_not_do_what),
        cmocka_unit_test(a_namespace_that_is_going_is_a_matter_of_time),
        cmocka_unit_test(many_conflicts_are_counted),
        cmocka_unit_test(a_page_of_a_proxy_is_never_an_answer),
        cmocka_unit_test(a_long_page_is_cut_at_2048_bytes),
        cmocka_unit_test(a_path_that_is_not_served_makes_nothing_absent),
        cmocka_unit_test(redirects_are_refused),
        cmocka_unit_test(half_a_body_is_no_success),
        cmocka_unit_test(a_success_is_the_document_as_it_came),
        cmocka_unit_test(a_log_is_text_whatever_it_holds),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
