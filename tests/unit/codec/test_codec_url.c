#include "test_support.h"

#include "codec_url.h"

#include <stdlib.h>
#include <string.h>

static void assert_encoded(void (*add)(migdi_text *, const char *, size_t), const char *bytes,
                           size_t size, const char *wanted)
{
    migdi_text url = {0};
    add(&url, bytes, size);
    assert_string_equal(migdi_text_string(&url), wanted);
    migdi_text_free(&url);
}

static void a_segment_stays_one_segment_whatever_it_holds(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *encoded;
    } rows[] = {
        {"", ""},
        {"migratorydata-cs", "migratorydata-cs"},
        {"AZaz09-._~", "AZaz09-._~"},
        {"a/b", "a%2Fb"},
        {"a?b#c", "a%3Fb%23c"},
        {"a%2Fb", "a%252Fb"},
        {"a b+c", "a%20b%2Bc"},
        {"system:node", "system%3Anode"},
        {".", "%2E"},
        {"..", "%2E%2E"},
        {"...", "..."},
        {".a", ".a"},
        {"a.", "a."},
        {"\xc3\xa9", "%C3%A9"},
        {"a\nb\x7f", "a%0Ab%7F"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_encoded(migdi_url_add_segment, rows[i].bytes, strlen(rows[i].bytes),
                       rows[i].encoded);
    }
    assert_encoded(migdi_url_add_segment, "\0", 1, "%00");
}

static void a_query_value_ends_nowhere_before_its_end(void **state)
{
    (void)state;
    assert_encoded(migdi_url_add_query, "metadata.name=a&b", 17, "metadata.name%3Da%26b");
    assert_encoded(migdi_url_add_query, "app in (a,b)", 12, "app%20in%20%28a%2Cb%29");
    assert_encoded(migdi_url_add_query, "..", 2, "..");
}

static void an_absolute_url_is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migdi_url url;
    } rows[] = {
        {"https://10.0.0.1:6443", {"https", "10.0.0.1", false, 6443, "", NULL}},
        {"HTTPS://Example.COM/k8s/Clusters/c-1",
         {"https", "example.com", false, 443, "/k8s/Clusters/c-1", NULL}},
        {"http://localhost", {"http", "localhost", false, 80, "", NULL}},
        {"http://localhost:/", {"http", "localhost", false, 80, "/", NULL}},
        {"https://[::1]:8443/a", {"https", "::1", true, 8443, "/a", NULL}},
        {"https://[FE80::A]", {"https", "fe80::a", true, 443, "", NULL}},
        {"https://h?x=1&y=%20/?", {"https", "h", false, 443, "", "x=1&y=%20/?"}},
        {"https://h/p?", {"https", "h", false, 443, "/p", ""}},
        {"socks5h://proxy.internal:65535", {"socks5h", "proxy.internal", false, 65535, "", NULL}},
        {"unix+x.y-z://h", {"unix+x.y-z", "h", false, 0, "", NULL}},
        {"https://ip-192-168-1-2.ec2.internal:1/",
         {"https", "ip-192-168-1-2.ec2.internal", false, 1, "/", NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_arena arena = {0};
        migdi_url url;
        const migdi_url *wanted = &rows[i].url;
        assert_int_equal(migdi_url_parse(rows[i].text, &arena, &url, NULL), MIGD_OK);
        assert_string_equal(url.scheme, wanted->scheme);
        assert_string_equal(url.host, wanted->host);
        assert_int_equal(url.is_ipv6, wanted->is_ipv6);
        assert_int_equal(url.port, wanted->port);
        assert_string_equal(url.path, wanted->path);
        assert_true(migdi_text_equal(url.query, wanted->query));
        migdi_arena_free(&arena);
    }
}

static void all_else_is_refused_and_never_repeated(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        {"", "no scheme"},
        {"host:6443", "no scheme"},
        {"/path", "no scheme"},
        {"://host", "no scheme"},
        {"1http://host", "no scheme"},
        {"ht tp://host", "no scheme"},
        {"https:/host", "no scheme"},
        {"https://", "no host"},
        {"https:///path", "no host"},
        {"https://:443", "no host"},
        {"https://user:hunter2@host", "user name or password"},
        {"https://host/#hunter2", "fragment"},
        {"https://host/a b", "percent-encoded"},
        {"https://host/a\"b", "percent-encoded"},
        {"https://host/a\\b", "percent-encoded"},
        {"https://host/\nx", "percent-encoded"},
        {"https://h\xc3\xb6st", "percent-encoded"},
        {"https://host/%", "hexadecimal"},
        {"https://host/%4", "hexadecimal"},
        {"https://host/%4g", "hexadecimal"},
        {"https://ho%73t", "no name has"},
        {"https://host,other", "no name has"},
        {"https://host:0", "1 to 65535"},
        {"https://host:65536", "1 to 65535"},
        {"https://host:99999999999999999999", "1 to 65535"},
        {"https://host:80x", "1 to 65535"},
        {"https://host:-1", "1 to 65535"},
        {"https://[::1", "not closed"},
        {"https://[::1]x", "other than a port"},
        {"https://[]", "no IPv6"},
        {"https://[10.0.0.1]", "no IPv6"},
        {"https://[fe80::1%25eth0]", "no IPv6"},
        {"https://[1:2:3:4:5:6:7:8:9]", "no IPv6"},
        {"https://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", "no IPv6"},
        {"https://::1/", "no host"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_arena arena = {0};
        migdi_url url;
        migd_error *error = NULL;
        if (migdi_url_parse(rows[i].text, &arena, &url, &error) != MIGD_ERR_PARSE) {
            fail_msg("%s is read", rows[i].text);
        }
        if (strstr(migd_error_message(error), rows[i].reason) == NULL) {
            fail_msg("%s: %s", rows[i].text, migd_error_message(error));
        }
        assert_null(strstr(migd_error_message(error), "hunter2"));
        assert_null(url.host);
        migd_error_free(error);
        migdi_arena_free(&arena);
    }
}

static void lengths_are_bounded_at_their_limits(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_url url;
    migd_error *error = NULL;
    char *text = malloc(MIGDI_URL_BYTES + 2);
    assert_non_null(text);
    memset(text, 'a', MIGDI_URL_BYTES + 1);
    memcpy(text, "https://h/", 10);
    text[MIGDI_URL_BYTES + 1] = '\0';
    assert_int_equal(migdi_url_parse(text, &arena, &url, &error), MIGD_ERR_LIMIT);
    migd_error_free(error);
    text[MIGDI_URL_BYTES] = '\0';
    assert_int_equal(migdi_url_parse(text, &arena, &url, NULL), MIGD_OK);
    memset(text + 8, 'h', 254);
    text[8 + 253] = '\0';
    assert_int_equal(migdi_url_parse(text, &arena, &url, NULL), MIGD_OK);
    text[8 + 253] = 'h';
    text[8 + 254] = '\0';
    assert_int_equal(migdi_url_parse(text, &arena, &url, NULL), MIGD_ERR_PARSE);
    free(text);
    migdi_arena_free(&arena);
}

static migd_status parse(void *user)
{
    migdi_arena arena = {0};
    migdi_url url;
    const migd_status status = migdi_url_parse(user, &arena, &url, NULL);
    assert_true(status < 0 ? url.host == NULL : strcmp(url.host, "host") == 0);
    migdi_arena_free(&arena);
    return status;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    /* The path is longer than the arena's first block. */
    char text[3000];
    memset(text, 'a', sizeof text);
    memcpy(text, "https://HOST:1/", 15);
    memcpy(text + 2000, "?", 1);
    text[sizeof text - 1] = '\0';
    assert_true(test_fail_allocations(parse, text) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_stays_one_segment_whatever_it_holds),
        cmocka_unit_test(a_query_value_ends_nowhere_before_its_end),
        cmocka_unit_test(an_absolute_url_is_taken_apart),
        cmocka_unit_test(all_else_is_refused_and_never_repeated),
        cmocka_unit_test(lengths_are_bounded_at_their_limits),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
