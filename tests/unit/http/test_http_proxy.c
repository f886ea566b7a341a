#include "test_support.h"

#include "http_proxy.h"

#include <string.h>

typedef struct row {
    const char *except;
    const char *url;
    const char *proxy; /* NULL: none */
} row;

#define WEB    "http://proxy:3128"
#define SECURE "http://proxy:3129"

/* Go's httpproxy documentation and proxy_test.go (golang.org/x/net, BSD): the cases, in our
 * words. */
static const row rows[] = {
    {NULL, "http://example.com/", WEB},
    {NULL, "https://example.com/", SECURE},
    {"", "http://example.com/", WEB},
    {"*", "http://example.com/", NULL},
    {"example.com", "http://example.com/", NULL},
    {"example.com", "http://www.example.com/", NULL},
    {"example.com", "http://notexample.com/", WEB},
    {".example.com", "http://example.com/", WEB},
    {".example.com", "http://www.example.com/", NULL},
    {"*.example.com", "http://www.example.com/", NULL},
    {"*.example.com", "http://example.com/", WEB},
    {"EXAMPLE.com", "http://example.COM/", NULL},
    {"other, example.com", "http://example.com/", NULL},
    {" example.com ,x", "http://example.com/", NULL},
    {"example.com:80", "http://example.com/", NULL},
    {"example.com:8080", "http://example.com/", WEB},
    {"example.com:443", "https://example.com/", NULL},
    {"192.168.1.1", "http://192.168.1.1/", NULL},
    {"192.168.1.1", "http://192.168.1.2/", WEB},
    {"192.168.1.1:8080", "http://192.168.1.1:8080/", NULL},
    {"192.168.1.1:8080", "http://192.168.1.1/", WEB},
    {"10.0.0.0/8", "https://10.96.0.1/", NULL},
    {"10.0.0.0/8", "https://11.0.0.1/", SECURE},
    {"10.0.0.0/8", "https://ten.example/", SECURE},
    {"192.168.128.0/17", "http://192.168.200.1/", NULL},
    {"192.168.128.0/17", "http://192.168.100.1/", WEB},
    {"0.0.0.0/0", "http://8.8.8.8/", NULL},
    {"10.0.0.0/33", "http://10.0.0.1/", WEB},
    {"10.0.0.0/", "http://10.0.0.1/", WEB},
    {"2001:db8::/32", "http://[2001:db8::7]/", NULL},
    {"2001:db8::/32", "http://[2001:db9::7]/", WEB},
    {"[2001:db8::7]", "http://[2001:db8::7]/", NULL},
    {"[2001:db8::7]:81", "http://[2001:db8::7]/", WEB},
    {"2001:db8::7", "http://[2001:db8::7]/", NULL},
    {"::ffff:10.0.0.1", "http://10.0.0.1/", NULL},
    /* Never through a proxy, whatever is set. */
    {NULL, "http://localhost:8080/", NULL},
    {NULL, "http://127.0.0.1/", NULL},
    {NULL, "http://127.9.9.9/", NULL},
    {NULL, "http://[::1]/", NULL},
    {NULL, "http://169.254.169.254/latest/meta-data", NULL},
    {NULL, "http://169.254.170.23/v1/credentials", NULL},
    {NULL, "http://[fe80::1]/", NULL},
    {NULL, "http://[fd00:ec2::254]/", NULL},
    {NULL, "http://[fd00:ec2::23]/v1/credentials", NULL},
    {NULL, "http://[fd00:ec3::1]/", WEB},
    {NULL, "http://128.0.0.1/", WEB},
    {NULL, "http://169.255.0.1/", WEB},
};

static void the_environment_s_rule_is_kept_as_go_programs_keep_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_http_proxy_rule rule = {NULL, WEB, SECURE, rows[i].except};
        const char *proxy = migdi_http_proxy_for(&rule, rows[i].url);
        const char *expected = rows[i].proxy;
        if ((proxy == NULL) != (expected == NULL) ||
            (proxy != NULL && strcmp(proxy, expected) != 0)) {
            fail_msg("NO_PROXY=%s %s: %s", rows[i].except == NULL ? "" : rows[i].except,
                     rows[i].url, proxy == NULL ? "none" : proxy);
        }
    }
}

static void an_option_overrides_the_environment_or_forbids_all(void **state)
{
    (void)state;
    const migdi_http_proxy_rule all = {"http://own:1", WEB, SECURE, "example.com"};
    assert_string_equal(migdi_http_proxy_for(&all, "https://example.com/"), "http://own:1");
    assert_null(migdi_http_proxy_for(&all, "https://127.0.0.1/"));
    assert_null(migdi_http_proxy_for(&all, "http://169.254.169.254/"));
    const migdi_http_proxy_rule none = {"", WEB, SECURE, NULL};
    assert_null(migdi_http_proxy_for(&none, "https://example.com/"));
    const migdi_http_proxy_rule unset = {NULL, NULL, NULL, NULL};
    assert_null(migdi_http_proxy_for(&unset, "https://example.com/"));
    const migdi_http_proxy_rule half = {NULL, NULL, SECURE, NULL};
    assert_null(migdi_http_proxy_for(&half, "http://example.com/"));
    assert_string_equal(migdi_http_proxy_for(&half, "https://example.com/"), SECURE);
}

/* RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3, RFC 6761 section 6.3. */
static void this_machine_is_told_from_others(void **state)
{
    (void)state;
    static const char *const local[] = {"localhost", "127.0.0.1",       "127.255.255.254",
                                        "::1",       "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"};
    static const char *const others[] = {
        "",        "128.0.0.1",       "10.0.0.1",   "::2", "::", "127.1", "localhost.a.com",
        "0.0.0.0", "127.0.0.1.a.com", "169.254.1.1"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        assert_true(migdi_http_is_loopback(local[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(migdi_http_is_loopback(others[i]));
    }
}

static void hostile_lists_are_survived(void **state)
{
    (void)state;
    static const char *const lists[] = {",",       ",,, ,", ":",   "[",       "[]",    "[]:1",
                                        "/",       "/8",    "a/8", "1.2.3/8", "[::1:", "*.*",
                                        "a:b:c:d", ".",     "]",   "]:",      "[a",    "a]:1"};
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const migdi_http_proxy_rule rule = {NULL, WEB, SECURE, lists[i]};
        assert_string_equal(migdi_http_proxy_for(&rule, "http://example.com/"), WEB);
    }
    const migdi_http_proxy_rule rule = {NULL, WEB, SECURE, longest};
    assert_string_equal(migdi_http_proxy_for(&rule, "http://example.com/"), WEB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_s_rule_is_kept_as_go_programs_keep_it),
        cmocka_unit_test(an_option_overrides_the_environment_or_forbids_all),
        cmocka_unit_test(this_machine_is_told_from_others),
        cmocka_unit_test(hostile_lists_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
