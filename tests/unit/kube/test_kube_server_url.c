#include "test_support.h"

#include "kube_server_url.h"

#include <string.h>

/* Expected as client-go reads a cluster's server (rest/url_utils.go,
 * tools/clientcmd/client_config.go). */
static void a_server_is_read_as_client_go_reads_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *url;
        const char *label;
        bool tls;
    } cases[] = {
        {"https://alpha.example:6443", "https://alpha.example:6443", "https://alpha.example:6443",
         true},
        {"HTTPS://Alpha", "https://Alpha", "https://Alpha", true},
        {"https://alpha/", "https://alpha", "https://alpha", true},
        {"https://rancher/k8s/clusters/c-1", "https://rancher/k8s/clusters/c-1", "https://rancher",
         true},
        {"https://rancher/k8s/clusters/c-1/?x=y#z", "https://rancher/k8s/clusters/c-1",
         "https://rancher", true},
        {"http://127.0.0.1:8001", "http://127.0.0.1:8001", "http://127.0.0.1:8001", false},
        {"https://[::1]:6443", "https://[::1]:6443", "https://[::1]:6443", true},
        {"alpha.example:6443", "http://alpha.example:6443", "http://alpha.example:6443", false},
        {"localhost", "http://localhost", "http://localhost", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        migdi_arena arena = {0};
        migdi_server_url server = {0};
        assert_null(migdi_server_url_read(cases[i].text, &arena, &server));
        assert_string_equal(server.url, cases[i].url);
        assert_string_equal(server.label, cases[i].label);
        assert_int_equal(server.tls, cases[i].tls);
        migdi_arena_free(&arena);
    }
}

static void what_is_no_server_is_told_without_repeating_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "ftp://alpha",         "https://",
        "https:///path",       "https://ann:s3cret@alpha",
        "https://alpha beta",  "https://alpha\r\nX: y",
        "https://\xc3\xa4",    "alpha:6443/path",
        "https://alpha:99999", "https://alpha:port",
        "https://[::1",        "//alpha",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        migdi_arena arena = {0};
        migdi_server_url server = {0};
        const char *problem = migdi_server_url_read(texts[i], &arena, &server);
        if (problem == NULL) {
            fail_msg("\"%s\" is taken for a server", texts[i]);
        }
        assert_null(strstr(problem, "s3cret"));
        migdi_arena_free(&arena);
    }
}

static void a_proxy_is_http_https_or_socks5(void **state)
{
    (void)state;
    assert_null(migdi_proxy_url_problem(NULL));
    assert_null(migdi_proxy_url_problem("http://proxy:3128"));
    assert_null(migdi_proxy_url_problem("https://ann:pw@proxy:3128"));
    assert_null(migdi_proxy_url_problem("socks5://127.0.0.1:1080"));
    assert_non_null(migdi_proxy_url_problem("socks4://proxy"));
    assert_non_null(migdi_proxy_url_problem("proxy:3128"));
    assert_non_null(migdi_proxy_url_problem("http://"));
    assert_non_null(migdi_proxy_url_problem("http://pro xy"));
}

static migd_status read_one(void *user)
{
    (void)user;
    migdi_arena arena = {0};
    migdi_server_url server = {0};
    const char *problem = migdi_server_url_read("https://alpha/prefix", &arena, &server);
    assert_null(problem);
    assert_true(arena.failed || strcmp(server.url, "https://alpha/prefix") == 0);
    const migd_status status = arena.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    migdi_arena_free(&arena);
    return status;
}

static void lack_of_memory_shows_in_the_arena(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(read_one, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_read_as_client_go_reads_it),
        cmocka_unit_test(what_is_no_server_is_told_without_repeating_it),
        cmocka_unit_test(a_proxy_is_http_https_or_socks5),
        cmocka_unit_test(lack_of_memory_shows_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
