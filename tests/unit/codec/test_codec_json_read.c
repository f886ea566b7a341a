#include "test_support.h"

#include "codec_json.h"
#include "codec_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static migd_object *read_good(const char *text)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    if (migdi_json_read(text, strlen(text), NULL, &value, &error) != MIGD_OK) {
        fail_msg("%s: %s", text, migd_error_message(error));
    }
    return value;
}

static migd_status read_status(const char *text, size_t size, const migdi_json_rules *rules)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    const migd_status status = migdi_json_read(text, size, rules, &value, &error);
    assert_int_equal(status, migd_error_status(error));
    assert_true((status == MIGD_OK) == (value != NULL));
    if (status == MIGD_ERR_PARSE) {
        assert_true(migd_error_line(error) >= 1 && migd_error_column(error) >= 1);
    }
    migd_object_free(value);
    migd_error_free(error);
    return status;
}

/* --- JSONTestSuite ---------------------------------------------------------------------------- */

typedef struct {
    int accepted;
    int refused;
    int either;
} score;

static void check_file(const char *name, const char *expected, score *counted)
{
    char path[256];
    size_t size = 0;
    snprintf(path, sizeof path, "json/test_parsing/%s", name);
    char *bytes = test_read_data(path, &size);
    const migd_status status = read_status(bytes, size, NULL);
    if (strcmp(expected, "either") == 0) {
        assert_true(status == MIGD_OK || status == MIGD_ERR_PARSE || status == MIGD_ERR_LIMIT);
        counted->either++;
    } else if ((status == MIGD_OK) != (strcmp(expected, "accept") == 0)) {
        fail_msg("%s: expected %s, got status %d", name, expected, status);
    } else {
        counted->accepted += status == MIGD_OK;
        counted->refused += status != MIGD_OK;
    }
    free(bytes);
}

static void accepts_95_and_refuses_188_texts_of_jsontestsuite(void **state)
{
    (void)state;
    score counted = {0};
    char *index = test_read_data("json/index.tsv", NULL);
    char *line = strchr(index, '\n') + 1;
    while (*line != '\0') {
        char name[128];
        char expected[16];
        assert_int_equal(sscanf(line, "%127s %15s", name, expected), 2);
        check_file(name, expected, &counted);
        line = strchr(line, '\n') + 1;
    }
    free(index);
    assert_int_equal(counted.accepted, 95);
    assert_int_equal(counted.refused, 188);
    assert_int_equal(counted.either, 35);
}

static void reads_odd_values_of_jsontestsuite_always_the_same(void **state)
{
    (void)state;
    /* What the suite leaves to the parser, and what this one makes of it; "" for what it
     * refuses. */
    static const struct {
        const char *file;
        const char *written;
    } values[] = {
        {"number_1.0", "[1]"},
        {"number_1.000000000000000005", "[1]"},
        {"number_1000000000000000", "[1000000000000000]"},
        {"number_10000000000000000999", "[10000000000000000999]"},
        {"number_1e-999", "[0]"},
        {"number_1e6", "[1000000]"},
        {"number_-9223372036854775808", "[-9223372036854775808]"},
        {"number_-9223372036854775809", "[-9.223372036854776e+18]"},
        {"number_9223372036854775807", "[9223372036854775807]"},
        {"number_9223372036854775808", "[9223372036854775808]"},
        {"object_key_nfc_nfd", "{\"\xC3\xA9\":\"NFC\",\"e\xCC\x81\":\"NFD\"}"},
        {"object_key_nfd_nfc", "{\"e\xCC\x81\":\"NFD\",\"\xC3\xA9\":\"NFC\"}"},
        {"object_same_key_different_values", "{\"a\":1,\"a\":2}"},
        {"object_same_key_same_value", "{\"a\":1,\"a\":1}"},
        {"object_same_key_unclear_values", "{\"a\":0,\"a\":-0}"},
        {"string_1_escaped_invalid_codepoint", "[\"\xEF\xBF\xBD\"]"},
        {"string_1_invalid_codepoint", ""},
        {"string_2_escaped_invalid_codepoints", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]"},
        {"string_2_invalid_codepoints", ""},
        {"string_3_escaped_invalid_codepoints", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]"},
        {"string_3_invalid_codepoints", ""},
        {"string_with_escaped_NULL", "[\"A\\u0000B\"]"},
    };
    assert_int_equal(sizeof values / sizeof values[0], 22);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char path[256];
        size_t size = 0;
        migd_object *value = NULL;
        migdi_text written = {0};
        snprintf(path, sizeof path, "json/test_transform/%s.json", values[i].file);
        char *bytes = test_read_data(path, &size);
        if (migdi_json_read(bytes, size, NULL, &value, NULL) == MIGD_OK) {
            migdi_json_write(value, 0, &written);
        }
        assert_string_equal(migdi_text_string(&written), values[i].written);
        migdi_text_free(&written);
        migd_object_free(value);
        free(bytes);
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static void keeps_64_bit_integers_exact(void **state)
{
    (void)state;
    migd_object *value = read_good("[-9223372036854775808,9223372036854775807,9223372036854775808,"
                                   "18446744073709551615,0,-1,9007199254740993]");
    int64_t integer = 0;
    uint64_t natural = 0;
    assert_true(migdi_object_read_int64(migd_object_item(value, 0), &integer));
    assert_true(integer == INT64_MIN);
    assert_false(migdi_object_read_uint64(migd_object_item(value, 0), &natural));
    assert_true(migdi_object_read_int64(migd_object_item(value, 1), &integer));
    assert_true(integer == INT64_MAX);
    assert_false(migdi_object_read_int64(migd_object_item(value, 2), &integer));
    assert_true(migdi_object_read_uint64(migd_object_item(value, 2), &natural));
    assert_true(natural == (uint64_t)INT64_MAX + 1);
    assert_true(migdi_object_read_uint64(migd_object_item(value, 3), &natural));
    assert_true(natural == UINT64_MAX);
    assert_true(migdi_object_read_uint64(migd_object_item(value, 4), &natural));
    assert_true(natural == 0);
    assert_true(migd_object_int64(value, "/5", 0) == -1);
    assert_true(migd_object_int64(value, "/6", 0) == 9007199254740993);
    migd_object_free(value);
}

static void takes_as_a_double_what_is_no_64_bit_integer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double number;
    } numbers[] = {
        {"18446744073709551616", 18446744073709551616.0},
        {"-9223372036854775809", -9223372036854775809.0},
        {"1.5", 1.5},
        {"1e3", 1000},
        {"1E+2", 100},
        {"25e-1", 2.5},
        {"0.1", 0.1},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"5e-324", 5e-324},
        {"1.7976931348623157e308", 1.7976931348623157e308},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        migd_object *value = read_good(numbers[i].text);
        assert_int_equal(migd_object_kind(value), MIGD_KIND_NUMBER);
        assert_true(migd_object_double(value, "", -1) == numbers[i].number);
        assert_true(migd_object_int64(value, "", -7) == -7);
        migd_object_free(value);
    }
    migd_object *zero = read_good("-0");
    assert_int_equal(migd_object_kind(zero), MIGD_KIND_NUMBER);
    assert_true(1 / migd_object_double(zero, "", 1) < 0);
    migd_object_free(zero);
    assert_int_equal(read_status("1e400", 5, NULL), MIGD_ERR_PARSE);
}

static void reads_every_escape(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *string;
    } strings[] = {
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u65E5\"", "A\xC3\xA9\xE6\x97\xA5"},
        {"\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80"},
        {"\"x\\ud83dy\"", "x\xEF\xBF\xBDy"},
        {"\"\\ude00\"", "\xEF\xBF\xBD"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\"\\ud83d\\n\"", "\xEF\xBF\xBD\n"},
        {"\"0123456789abcdef\\n0123456789abcdef\"", "0123456789abcdef\n0123456789abcdef"},
        {"\"\xC3\xA9 0123456789 \xF0\x9F\x98\x80\"", "\xC3\xA9 0123456789 \xF0\x9F\x98\x80"},
    };
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        migd_object *value = read_good(strings[i].text);
        assert_string_equal(migd_object_text(value, "", "none"), strings[i].string);
        migd_object_free(value);
    }
    size_t size = 0;
    migd_object *nul = read_good("\"a\\u0000b\"");
    const char *text = migdi_object_string(nul, &size);
    assert_int_equal(size, 3);
    assert_memory_equal(text, "a\0b", 4);
    migd_object_free(nul);
}

static void keeps_the_order_of_keys_and_finds_the_last_of_two(void **state)
{
    (void)state;
    migd_object *value = read_good("{\"z\":1,\"a\":2,\"z\":3,\"\":4}");
    assert_int_equal(migd_object_count(value), 4);
    assert_string_equal(migd_object_key(value, 0), "z");
    assert_string_equal(migd_object_key(value, 1), "a");
    assert_string_equal(migd_object_key(value, 3), "");
    assert_true(migd_object_int64(value, "/z", 0) == 3);
    assert_true(migd_object_int64(value, "/", 0) == 4);
    migd_object_free(value);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void says_where_and_what_it_expected(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t line;
        int32_t column;
        const char *message;
    } refusals[] = {
        {"", 1, 1, "not JSON: expected a value, the text ends"},
        {"{\"a\":1,}", 1, 8, "not JSON: expected a key in double quotes, found \"}\""},
        {"{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "not JSON: expected \",\" or \"}\", found \"\"\""},
        {"[1, 2", 1, 6, "not JSON: expected \",\" or \"]\", the text ends"},
        {"{\"a\" 1}", 1, 6, "not JSON: expected \":\" behind the key, found \"1\""},
        {"[\"\xC3\xA9\", x]", 1, 7, "not JSON: expected a value, found \"x\""},
        {"[01]", 1, 2, "not JSON: a number starts with a needless 0"},
        {"[1.]", 1, 4, "not JSON: expected a digit behind the point, found \"]\""},
        {"[1e]", 1, 4, "not JSON: expected a digit of the exponent, found \"]\""},
        {"[-]", 1, 3, "not JSON: expected a digit, found \"]\""},
        {"\"a\\x\"", 1, 3, "not JSON: unknown escape in a string"},
        {"\"a\\", 1, 4, "not JSON: a string is never closed"},
        {"\"\\u12G4\"", 1, 2, "not JSON: \\u needs four hexadecimal digits"},
        {"\"abc", 1, 5, "not JSON: a string is never closed"},
        {"\"a\tb\"", 1, 3, "not JSON: a control character in a string"},
        {"\"a\xFF\"", 1, 3, "not UTF-8"},
        {"\"\\n\xFF\"", 1, 4, "not UTF-8"},
        {"nul", 1, 1, "not JSON: expected a value, found \"n\""},
        {"[1] [2]", 1, 5, "not JSON: something stands behind the value"},
        {"\r\n\r[\x01", 3, 2, "not JSON: expected a value, found \"\\x01\""},
        {"\xEF\xBB\xBF[]", 1, 1, "not JSON: expected a value, found \"\xEF\xBB\xBF\""},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        migd_object *value = NULL;
        migd_error *error = NULL;
        const migdi_json_rules rules = {.name = "a.json"};
        assert_int_equal(
            migdi_json_read(refusals[i].text, strlen(refusals[i].text), &rules, &value, &error),
            MIGD_ERR_PARSE);
        assert_string_equal(migd_error_message(error), refusals[i].message);
        assert_string_equal(migd_error_file(error), "a.json");
        assert_int_equal(migd_error_line(error), refusals[i].line);
        assert_int_equal(migd_error_column(error), refusals[i].column);
        migd_error_free(error);
    }
}

static void refuses_a_second_key_where_people_write(void **state)
{
    (void)state;
    const migdi_json_rules rules = {.unique_keys = true};
    static const char text[] = "{\"a\": {\"b\": 1,\n \"c\": 2, \"b\": 3}}";
    migd_object *value = NULL;
    migd_error *error = NULL;
    assert_int_equal(migdi_json_read(text, strlen(text), &rules, &value, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "key \"b\" stands here a second time, first in line 1");
    assert_int_equal(migd_error_line(error), 2);
    assert_int_equal(migd_error_column(error), 10);
    migd_error_free(error);
    assert_int_equal(read_status(text, strlen(text), NULL), MIGD_OK);
    static const char escaped[] = "{\"a\":1,\"\\u0061\":2}";
    assert_int_equal(read_status(escaped, strlen(escaped), &rules), MIGD_ERR_PARSE);
    static const char same_in_two[] = "{\"a\":{\"x\":1},\"b\":{\"x\":1}}";
    assert_int_equal(read_status(same_in_two, strlen(same_in_two), &rules), MIGD_OK);
}

static void finds_the_second_key_among_thousands(void **state)
{
    (void)state;
    const migdi_json_rules rules = {.unique_keys = true};
    migdi_text text = {0};
    migdi_text_add_char(&text, '{');
    for (int i = 0; i < 5000; i++) {
        migdi_text_format(&text, "\"key%d\":%d,\n", i, i);
    }
    const size_t without = text.size;
    migdi_text_add_string(&text, "\"other\":1}");
    assert_int_equal(read_status(text.bytes, text.size, &rules), MIGD_OK);
    text.size = without;
    migdi_text_add_string(&text, "\"key2345\":1}");
    migd_object *value = NULL;
    migd_error *error = NULL;
    assert_int_equal(migdi_json_read(text.bytes, text.size, &rules, &value, &error),
                     MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "key \"key2345\" stands here a second time, first in line 2346");
    assert_int_equal(migd_error_line(error), 5001);
    migd_error_free(error);
    migdi_text_free(&text);
}

/* --- limits ----------------------------------------------------------------------------------- */

static migd_status read_nested(size_t depth, const migdi_json_rules *rules)
{
    migdi_text text = {0};
    migdi_text_add_repeated(&text, '[', depth);
    migdi_text_add_repeated(&text, ']', depth);
    const migd_status status = read_status(text.bytes, text.size, rules);
    migdi_text_free(&text);
    return status;
}

static void reads_up_to_the_limit_of_depth(void **state)
{
    (void)state;
    assert_int_equal(read_nested(128, NULL), MIGD_OK);
    assert_int_equal(read_nested(129, NULL), MIGD_ERR_LIMIT);
    assert_int_equal(read_nested(3, &(migdi_json_rules){.depth = 3}), MIGD_OK);
    assert_int_equal(read_nested(4, &(migdi_json_rules){.depth = 3}), MIGD_ERR_LIMIT);
    assert_int_equal(read_nested(1000, &(migdi_json_rules){.depth = 1000}), MIGD_OK);
}

static void reads_up_to_the_limit_of_values(void **state)
{
    (void)state;
    static const char text[] = "[1,{\"a\":2},[]]"; /* five values */
    assert_int_equal(read_status(text, strlen(text), &(migdi_json_rules){.nodes = 5}), MIGD_OK);
    assert_int_equal(read_status(text, strlen(text), &(migdi_json_rules){.nodes = 4}),
                     MIGD_ERR_LIMIT);
    migdi_text many = {0};
    migdi_text_add_char(&many, '[');
    for (int i = 0; i < 9998; i++) {
        migdi_text_add_string(&many, "1,");
    }
    migdi_text_add_string(&many, "1]");
    assert_int_equal(read_status(many.bytes, many.size, &(migdi_json_rules){.nodes = 10000}),
                     MIGD_OK);
    assert_int_equal(read_status(many.bytes, many.size, &(migdi_json_rules){.nodes = 9999}),
                     MIGD_ERR_LIMIT);
    assert_int_equal(read_status(many.bytes, many.size, &(migdi_json_rules){.nodes = 300}),
                     MIGD_ERR_LIMIT);
    migdi_text_free(&many);
}

static void reads_up_to_the_limit_of_bytes(void **state)
{
    (void)state;
    assert_int_equal(read_status("[1,2]", 5, &(migdi_json_rules){.bytes = 5}), MIGD_OK);
    assert_int_equal(read_status("[1,2]", 5, &(migdi_json_rules){.bytes = 4}), MIGD_ERR_LIMIT);
}

/* --- parts and memory ------------------------------------------------------------------------- */

static void reads_one_value_after_another_from_a_source(void **state)
{
    (void)state;
    static const char text[] = " {\"a\":1}{\"a\":2}\n[3] x";
    const migdi_json_rules rules = {0};
    migdi_source *source = migdi_source_new("s", text, strlen(text));
    size_t at = 0;
    static const size_t ends[] = {8, 15, 19};
    for (int i = 0; i < 3; i++) {
        migd_object *value = NULL;
        assert_int_equal(migdi_json_read_at(source, &at, &rules, &value, NULL), MIGD_OK);
        assert_int_equal(at, ends[i]);
        assert_true(migd_object_int64(value, i < 2 ? "/a" : "/0", 0) == i + 1);
        migd_object_free(value);
    }
    migd_object *none = NULL;
    assert_int_equal(migdi_json_read_at(source, &at, &rules, &none, NULL), MIGD_ERR_PARSE);
    assert_int_equal(at, ends[2]);
    migdi_source_release(source);
}

static void has_places_or_none(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": \"b\"}";
    for (int nowhere = 0; nowhere <= 1; nowhere++) {
        const migdi_json_rules rules = {.nowhere = nowhere == 1};
        migd_object *value = NULL;
        migd_object *copy = NULL;
        assert_int_equal(migdi_json_read(text, strlen(text), &rules, &value, NULL), MIGD_OK);
        assert_int_equal(migd_object_copy(migd_object_at(value, "/a"), &copy, NULL), MIGD_OK);
        migd_object_free(value);
        assert_int_equal(migdi_object_place(copy).column, nowhere == 1 ? 0 : 7);
        assert_int_equal(migdi_object_place_of_key(copy, "").line, nowhere == 1 ? 0 : 1);
        assert_int_equal(migdi_object_word_place(copy, "b", 1).column, nowhere == 1 ? 0 : 8);
        assert_string_equal(migd_object_text(copy, "", ""), "b");
        migd_object_free(copy);
    }
}

static migd_status read_flow(void *user)
{
    const char *text = user;
    migd_object *value = NULL;
    migd_error *error = NULL;
    const migdi_json_rules rules = {.name = "n", .unique_keys = true};
    const migd_status status = migdi_json_read(text, strlen(text), &rules, &value, &error);
    if (status == MIGD_OK) {
        assert_string_equal(migd_object_text(value, "/a/0", ""), "x\ny");
    }
    assert_int_equal(status, migd_error_status(error));
    migd_object_free(value);
    migd_error_free(error);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    static char text[] =
        "{\"a\":[\"x\\ny\",1.25,123456789012345678901234567890.5],\"k1\":1,\"k2\":2,"
        "\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k10\":1,"
        "\"k11\":1,\"k12\":1,\"k13\":1,\"k14\":1,\"k15\":1,\"k16\":1,\"k17\":{}}";
    assert_true(test_fail_allocations(read_flow, text) >= 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_95_and_refuses_188_texts_of_jsontestsuite),
        cmocka_unit_test(reads_odd_values_of_jsontestsuite_always_the_same),
        cmocka_unit_test(keeps_64_bit_integers_exact),
        cmocka_unit_test(takes_as_a_double_what_is_no_64_bit_integer),
        cmocka_unit_test(reads_every_escape),
        cmocka_unit_test(keeps_the_order_of_keys_and_finds_the_last_of_two),
        cmocka_unit_test(says_where_and_what_it_expected),
        cmocka_unit_test(refuses_a_second_key_where_people_write),
        cmocka_unit_test(finds_the_second_key_among_thousands),
        cmocka_unit_test(reads_up_to_the_limit_of_depth),
        cmocka_unit_test(reads_up_to_the_limit_of_values),
        cmocka_unit_test(reads_up_to_the_limit_of_bytes),
        cmocka_unit_test(reads_one_value_after_another_from_a_source),
        cmocka_unit_test(has_places_or_none),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
