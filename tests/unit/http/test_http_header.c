#include "test_support.h"

#include "http_header.h"

#include <string.h>

static void a_value_is_found_by_its_name(void **state)
{
    (void)state;
    const migdi_http_header headers[] = {{"date", "a"}, {"x", ""}, {"x", "second"}};
    const migdi_http_head head = {200, headers, 3};
    assert_string_equal(migdi_http_header_value(&head, "x"), "");
    assert_string_equal(migdi_http_header_value(&head, "date"), "a");
    assert_null(migdi_http_header_value(&head, "dat"));
}

/* Seconds of `date -u -d TEXT +%s` (GNU coreutils). */
static const struct {
    const char *text;
    int64_t seconds;
} dates[] = {
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},          {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Tue, 24 Nov 2026 18:40:00 GMT", 1795545600}, {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199},
    {"Fri, 01 Mar 2024 00:00:00 GMT", 1709251200}, {"Tue, 31 Dec 2999 23:59:59 GMT", 32503679999},
    {"Wed, 01 Mar 2000 00:00:00 GMT", 951868800},  {"Mon, 01 Mar 2100 12:00:00 GMT", 4107585600},
};

static void a_date_is_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        int64_t unix_ms = -1;
        assert_true(migdi_http_date(dates[i].text, &unix_ms));
        assert_int_equal(unix_ms, dates[i].seconds * 1000);
        migdi_text text = {0};
        migdi_http_add_date(&text, unix_ms);
        assert_string_equal(migdi_text_string(&text), dates[i].text);
        migdi_text_free(&text);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "Sun",
                                      "Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 1994",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 CET",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:00:00 GMT",
                                      "Sun, 06 Nov 1994 08:60:00 GMT",
                                      "Sun, 06 Nov 1994 08:49:61 GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 32 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Foo 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1969 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "Sun, 06 Nov 1994 -8:49:37 GMT",
                                      "Sun, 06 Nov"};
    int64_t unix_ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(migdi_http_date(bad[i], &unix_ms));
    }
    assert_false(migdi_http_date(NULL, &unix_ms));
    assert_int_equal(unix_ms, 7);
}

static void a_pause_is_seconds_or_a_date(void **state)
{
    (void)state;
    const int64_t now_ms = INT64_C(784111777000);
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"1", 1000},
        {"120", 120000},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10000},
        {"Sun, 06 Nov 1994 08:49:27 GMT", 0},
        {"", -1},
        {"-1", -1},
        {"1.5", -1},
        {"1 ", -1},
        {" 1", -1},
        {"soon", -1},
        {"0x10", -1},
        {NULL, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(migdi_http_retry_after_ms(rows[i].text, now_ms), rows[i].ms);
    }
    assert_true(migdi_http_retry_after_ms("1000000000", 0) == INT64_C(1000000000000));
    assert_true(migdi_http_retry_after_ms("99999999999999999999999999", 0) > INT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_found_by_its_name),
        cmocka_unit_test(a_date_is_read_and_written),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(a_pause_is_seconds_or_a_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
