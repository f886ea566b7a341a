#include "test_support.h"

#include "kube_time.h"

/* Instants from `date -u -d @SECONDS`. */
static const struct {
    const char *text;
    int64_t unix_ms;
} instants[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1999-12-31T23:59:59Z", 946684799000},
    {"2000-02-29T00:00:00Z", 951782400000},
    {"2024-02-29T12:00:00Z", 1709208000000},
    {"2026-11-23T09:21:55Z", 1795425715000},
    {"2100-03-01T00:00:00Z", 4107542400000},
    {"9999-12-31T23:59:59Z", 253402300799000},
};

static void an_instant_is_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        int64_t read = -1;
        assert_true(migdi_kube_time_read(instants[i].text, &read));
        assert_int_equal(read, instants[i].unix_ms);
        migdi_text text = {0};
        migdi_kube_time_add(&text, instants[i].unix_ms, false);
        assert_string_equal(migdi_text_string(&text), instants[i].text);
        migdi_text_free(&text);
    }
}

static void fractions_and_offsets_are_read(void **state)
{
    (void)state;
    int64_t read = 0;
    assert_true(migdi_kube_time_read("2026-11-23T09:21:55.123456Z", &read));
    assert_int_equal(read, 1795425715123);
    assert_true(migdi_kube_time_read("2026-11-23T09:21:55.5Z", &read));
    assert_int_equal(read, 1795425715500);
    assert_true(migdi_kube_time_read("2026-11-23T11:21:55+02:00", &read));
    assert_int_equal(read, 1795425715000);
    assert_true(migdi_kube_time_read("2026-11-23T00:51:55-08:30", &read));
    assert_int_equal(read, 1795425715000);
    assert_true(migdi_kube_time_read("2016-12-31T23:59:60Z", &read));
    assert_int_equal(read, 1483228799000);
}

static void what_is_no_instant_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "now",
        "2026-11-23",
        "2026-11-23T09:21:55",
        "2026-11-23 09:21:55Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T09:60:00Z",
        "2026-11-23T09:21:61Z",
        "2026-11-23T09:21:55.Z",
        "2026-11-23T09:21:55.1234567890Z",
        "2026-11-23T09:21:55Zx",
        "2026-11-23T09:21:55+0200",
        "2026-11-23T09:21:55+24:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t read = 0;
        if (migdi_kube_time_read(texts[i], &read)) {
            fail_msg("\"%s\" is taken for an instant", texts[i]);
        }
    }
    assert_int_equal(migdi_kube_time_or(NULL, -7), -7);
    assert_int_equal(migdi_kube_time_or("rubbish", -7), -7);
    assert_int_equal(migdi_kube_time_or("1970-01-01T00:00:01Z", -7), 1000);
}

static void a_micro_time_has_six_digits_and_no_year_leaves_four(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_kube_time_add(&text, 1795425715007, true);
    assert_string_equal(migdi_text_string(&text), "2026-11-23T09:21:55.007000Z");
    migdi_text_clear(&text);
    migdi_kube_time_add(&text, -5, false);
    migdi_kube_time_add(&text, INT64_MAX, false);
    assert_string_equal(migdi_text_string(&text), "1970-01-01T00:00:00Z9999-12-31T23:59:59Z");
    migdi_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instant_is_read_and_written_back),
        cmocka_unit_test(fractions_and_offsets_are_read),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(a_micro_time_has_six_digits_and_no_year_leaves_four),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
