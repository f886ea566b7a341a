#include "test_support.h"

#include "codec_json.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static double read(const char *text)
{
    double number = 0;
    assert_true(migdi_json_read_double(text, strlen(text), &number));
    return number;
}

static void expect_written(double number, const char *expected)
{
    migdi_text text = {0};
    migdi_json_write_double(number, &text);
    assert_string_equal(migdi_text_string(&text), expected);
    migdi_text_free(&text);
}

static void reads_the_nearest_double(void **state)
{
    (void)state;
    /* Hard cases of rounding: halfway and close to it, at the edges of the range. */
    static const struct {
        const char *text;
        double number;
    } numbers[] = {
        {"0", 0},
        {"1", 1},
        {"-1.5", -1.5},
        {"+2", 2},
        {"007", 7},
        {"1.", 1},
        {".5", 0.5},
        {"9007199254740993", 0x1p53},
        {"9007199254740993.00000000000001", 0x1.0000000000001p53},
        {"1e22", 0x1.0f0cf064dd592p73},
        {"1e23", 0x1.52d02c7e14af6p76},
        {"8.5e-1", 0x1.b333333333333p-1},
        {"0.000000000000000000000000000001", 0x1.4484bfeebc2ap-100},
        {"2.2250738585072011e-308", 0x1p-1022 - 0x1p-1074},
        {"2.2250738585072014e-308", 0x1p-1022},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"2.4703282292062327e-324", 0},
        {"1e-400", 0},
        {"1.7976931348623158e308", 0x1.fffffffffffffp1023},
        {"1e999999999999", HUGE_VAL},
        {"-1e400", -HUGE_VAL},
        {"0e999999999999", 0},
        {"123456789012345678901234567890", 0x1.8ee90ff6c373ep96},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const double number = read(numbers[i].text);
        if (number != numbers[i].number) {
            fail_msg("%s is read as %a, not %a", numbers[i].text, number, numbers[i].number);
        }
    }
    assert_true(signbit(read("-0")) != 0);
}

static void writes_the_shortest_text_that_reads_back(void **state)
{
    (void)state;
    expect_written(0, "0");
    expect_written(-0.0, "-0");
    expect_written(1, "1");
    expect_written(100, "100");
    expect_written(0.1, "0.1");
    expect_written(0.1 + 0.2, "0.30000000000000004");
    expect_written(1.34, "1.34");
    expect_written(3.141592653589793, "3.141592653589793");
    expect_written(1e21, "1e+21");
    expect_written(1e-7, "1e-07");
    expect_written(5e-324, "4.94065645841247e-324");
    expect_written(0x1.fffffffffffffp1023, "1.7976931348623157e+308");
    expect_written(0x1p53, "9007199254740992");
    expect_written(HUGE_VAL, "null");
    expect_written(NAN, "null");
}

static void reads_back_what_it_writes(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252U; /* xorshift64: the same doubles in every run */
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double number = 0;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number)) {
            continue;
        }
        migdi_text text = {0};
        migdi_json_write_double(number, &text);
        if (read(text.bytes) != number) {
            fail_msg("%a is written as %s", number, text.bytes);
        }
        migdi_text_free(&text);
    }
}

static void is_the_same_in_a_locale_with_a_comma(void **state)
{
    (void)state;
    static const char *const with_comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8",
                                             "ps_AF.UTF-8"};
    static const size_t count = sizeof with_comma / sizeof with_comma[0];
    for (size_t i = 0; i < count; i++) {
        /* A machine without the locale still tests the rest in "C". */
        setlocale(LC_ALL, with_comma[i]);
        expect_written(0.1 + 0.2, "0.30000000000000004");
        expect_written(2.5e-9, "2.5e-09");
        assert_true(read("0.30000000000000004") == 0.1 + 0.2);
        assert_true(read("2.5") == 2.5);
    }
    setlocale(LC_ALL, "C");
}

static migd_status number_flow(void *user)
{
    (void)user;
    double number = 0;
    migdi_text text = {0};
    static const char hard[] = "123456789012345678.75";
    migd_status status =
        migdi_json_read_double(hard, strlen(hard), &number) ? MIGD_OK : MIGD_ERR_NOMEM;
    if (status == MIGD_OK) {
        assert_true(number == 123456789012345678.75);
        migdi_json_write_double(number, &text);
        status = text.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    }
    if (status == MIGD_OK) {
        assert_string_equal(text.bytes, "1.2345678901234568e+17");
    }
    migdi_text_free(&text);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(number_flow, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_nearest_double),
        cmocka_unit_test(writes_the_shortest_text_that_reads_back),
        cmocka_unit_test(reads_back_what_it_writes),
        cmocka_unit_test(is_the_same_in_a_locale_with_a_comma),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
