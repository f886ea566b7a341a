#include "deploy_told.h"

/* beside those of the room */
#define migdi_clients_host    tested_host
#define migdi_clients_port    tested_port
#define migdi_clients_at      tested_at
#define migdi_clients_ask     tested_ask
#define migdi_clients_join    tested_join
#define migdi_clients_trouble tested_trouble
#include "deploy_clients.c"

#include <stdio.h>

static void the_address_is_that_of_the_balancer(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        const char *host;
        int64_t port;
    } rows[] = {
        {"{}", NULL, 0},
        {"{\"loadBalancer\":{}}", NULL, 0},
        {"{\"loadBalancer\":{\"ingress\":[{\"hostname\":\"k8s.example.com\"}]}}", "k8s.example.com",
         0},
        {"{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.7\",\"ports\":[{\"port\":8080,"
         "\"protocol\":\"TCP\"}]}]}}",
         "192.0.2.7", 8080},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"status\":%s}", rows[i].status);
        migd_object *service = json(text);
        const char *host = migdi_clients_host(service);
        assert_string_equal(host == NULL ? "" : host, rows[i].host == NULL ? "" : rows[i].host);
        assert_int_equal(migdi_clients_port(service), rows[i].port);
        migd_object_free(service);
    }
}

/* RFC 3986, section 3.2.2. */
static void an_address_of_ipv6_stands_in_brackets(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    assert_string_equal(migdi_clients_at("a.b", 80, &arena), "a.b:80");
    assert_string_equal(migdi_clients_at("2001:db8::7", 443, &arena), "[2001:db8::7]:443");
    const migdi_call *call = migdi_clients_ask(&arena, "a.b:80");
    assert_string_equal(call->path, "http://a.b:80/health");
    assert_int_equal(call->target, MIGDI_TARGET_CLIENTS);
    assert_int_equal(call->kind, MIGDI_CALL_READ);
    migdi_arena_free(&arena);
}

static void it_is_asked_without_credentials_and_not_waited_for(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_target target = {.kind = &kind};
    migdi_http_request request = {.method = "GET", .connect_ms = 30000};
    const migdi_call *call = migdi_clients_ask(&arena, "a.b:80");
    assert_int_equal(kind.prepare(&target, call, &arena, &request, NULL), MIGD_OK);
    assert_string_equal(request.url, "http://a.b:80/health");
    assert_int_equal(request.header_count, 0);
    assert_int_equal(request.connect_ms, 2000);
    request.connect_ms = 500;
    assert_int_equal(kind.prepare(&target, call, &arena, &request, NULL), MIGD_OK);
    assert_int_equal(request.connect_ms, 500);
    migdi_arena_free(&arena);
}

static void only_200_is_health(void **state)
{
    (void)state;
    migdi_target target = {.kind = &kind};
    const int32_t others[] = {204, 302, 404, 503};
    for (size_t i = 0; i < COUNT(others); i++) {
        char expected[64];
        migd_object *document = NULL;
        migd_error *error = NULL;
        const migdi_http_head head = {.status = others[i]};
        snprintf(expected, sizeof expected, "/health answers %d", (int)others[i]);
        assert_int_equal(
            kind.understand(&target, NULL, &(migdi_answer){&head, "", 0}, &document, &error),
            MIGD_ERR_REMOTE);
        assert_string_equal(migd_error_message(error), expected);
        migd_error_free(error);
    }
    migd_object *document = NULL;
    const migdi_http_head head = {.status = 200};
    assert_int_equal(
        kind.understand(&target, NULL, &(migdi_answer){&head, "OK", 2}, &document, NULL), MIGD_OK);
    assert_non_null(document);
    migd_object_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_is_that_of_the_balancer),
        cmocka_unit_test(an_address_of_ipv6_stands_in_brackets),
        cmocka_unit_test(it_is_asked_without_credentials_and_not_waited_for),
        cmocka_unit_test(only_200_is_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
