/* Expected values are those of date(1) of GNU coreutils: date -u -d @SECONDS. */
#include "test_support.h"

#include "core_calendar.h"

static const struct {
    int64_t unix_s;
    migdi_date date;
} rows[] = {
    {INT64_C(0), {1970, 1, 1, 4, 0, 0, 0, 0}},
    {INT64_C(784111777), {1994, 11, 6, 0, 8, 49, 37, 0}},
    {INT64_C(951782400), {2000, 2, 29, 2, 0, 0, 0, 0}},
    {INT64_C(951868799), {2000, 2, 29, 2, 23, 59, 59, 0}},
    {INT64_C(951868800), {2000, 3, 1, 3, 0, 0, 0, 0}},
    {INT64_C(1709164800), {2024, 2, 29, 4, 0, 0, 0, 0}},
    {INT64_C(1735689599), {2024, 12, 31, 2, 23, 59, 59, 0}},
    {INT64_C(1767225599), {2025, 12, 31, 3, 23, 59, 59, 0}},
    {INT64_C(4107542399), {2100, 2, 28, 0, 23, 59, 59, 0}},
    {INT64_C(4107542400), {2100, 3, 1, 1, 0, 0, 0, 0}},
    {INT64_C(13574563200), {2400, 2, 29, 2, 0, 0, 0, 0}},
    {INT64_C(253402300799), {9999, 12, 31, 5, 23, 59, 59, 0}},
};

static void an_instant_is_a_date_and_a_date_a_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_date wanted = rows[i].date;
        const migdi_date date = migdi_date_of(rows[i].unix_s * 1000 + 789);
        assert_int_equal(date.year, wanted.year);
        assert_int_equal(date.month, wanted.month);
        assert_int_equal(date.day, wanted.day);
        assert_int_equal(date.weekday, wanted.weekday);
        assert_int_equal(date.hour, wanted.hour);
        assert_int_equal(date.minute, wanted.minute);
        assert_int_equal(date.second, wanted.second);
        assert_int_equal(date.millisecond, 789);
        assert_int_equal(migdi_days_of(date.year, date.month, date.day), rows[i].unix_s / 86400);
    }
}

/* date -u -d YEAR-MONTH-DAY +%s, by 86400. */
static void years_before_the_epoch_count_too(void **state)
{
    (void)state;
    assert_int_equal(migdi_days_of(1969, 12, 31), -1);
    assert_int_equal(migdi_days_of(1900, 3, 1), -25508);
    assert_int_equal(migdi_days_of(1600, 2, 29), -135081);
    assert_int_equal(migdi_days_of(1, 1, 1), -719162);
    assert_int_equal(migdi_days_of(0, 1, 1), -719528);
    assert_int_equal(migdi_days_of(0, 2, 29), -719469);
}

static void a_leap_year_is_one_of_four_but_of_a_hundred_one_of_four_hundred(void **state)
{
    (void)state;
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int64_t month = 1; month <= 12; month++) {
        assert_int_equal(migdi_days_in(2025, month), days[month - 1]);
    }
    assert_int_equal(migdi_days_in(2024, 2), 29);
    assert_int_equal(migdi_days_in(2100, 2), 28);
    assert_int_equal(migdi_days_in(2000, 2), 29);
    assert_int_equal(migdi_days_in(0, 2), 29);
}

static void what_is_outside_is_the_nearer_end(void **state)
{
    (void)state;
    assert_int_equal(migdi_date_of(-1).year, 1970);
    assert_int_equal(migdi_date_of(-1).second, 0);
    assert_int_equal(migdi_date_of(INT64_MAX).year, 9999);
    assert_int_equal(migdi_date_of(INT64_MAX).day, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instant_is_a_date_and_a_date_a_day),
        cmocka_unit_test(years_before_the_epoch_count_too),
        cmocka_unit_test(a_leap_year_is_one_of_four_but_of_a_hundred_one_of_four_hundred),
        cmocka_unit_test(what_is_outside_is_the_nearer_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
