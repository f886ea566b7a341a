#include "test_support.h"

#include "codec_object.h"

#include <string.h>

static migd_status parse_status(const char *text, size_t size)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_object_parse(text, size, NULL, &value, &error);
    assert_int_equal(status, migd_error_status(error));
    migd_object_free(value);
    migd_error_free(error);
    return status;
}

static void reads_json_where_it_starts_as_json_and_yaml_else(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *json;
    } texts[] = {
        {"{\"a\":\"\\/\"}", "{\"a\":\"/\"}"}, /* an escape of JSON alone */
        {" \t\r\n [\"\\/\"]", "[\"/\"]"},
        {"{a: 1}", "{\"a\":1}"}, /* no JSON: YAML after all */
        {"[a, 'b']", "[\"a\",\"b\"]"},
        {"{\"a\": 1,}", "{\"a\":1}"},
        {"{\"a\": 0x10} # c", "{\"a\":16}"},
        {"\xEF\xBB\xBF{\"a\": yes}", "{\"a\":true}"},
        {"a: 1", "{\"a\":1}"},
        {"\"x\"", "\"x\""},
        {"42", "42"},
        {"%YAML 1.1\n---\na: 1\n", "{\"a\":1}"},
        {"---\n", "null"},
        {"~", "null"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        migd_object *value = NULL;
        migd_buf *json = NULL;
        assert_int_equal(
            migd_object_parse(texts[i].text, strlen(texts[i].text), NULL, &value, NULL), MIGD_OK);
        assert_int_equal(migd_object_write_json(value, 0, &json, NULL), MIGD_OK);
        assert_string_equal(migd_buf_data(json), texts[i].json);
        migd_buf_free(json);
        migd_object_free(value);
    }
}

static void of_two_refusals_tells_the_one_that_came_further(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t line;
        int32_t column;
        const char *message;
    } texts[] = {
        {"{\"a\": 1 \"b\": 2}", 1, 9, "not JSON: expected \",\" or \"}\", found \"\"\""},
        {"{a: 1, b: }}", 1, 12, "expected the end of the document, or \"---\""},
        {"{\"a\": {b: [1}}", 1, 8, "not JSON: expected a key in double quotes, found \"b\""},
        {"{\"a\": 1, \"a\": 2}", 1, 10, "key \"a\" stands here a second time, first in line 1"},
        {"{\"a\":\n \"x", 2, 4, "not JSON: a string is never closed"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        migd_object *value = NULL;
        migd_error *error = NULL;
        assert_int_equal(
            migd_object_parse(texts[i].text, strlen(texts[i].text), NULL, &value, &error),
            MIGD_ERR_PARSE);
        assert_string_equal(migd_error_message(error), texts[i].message);
        assert_int_equal(migd_error_line(error), texts[i].line);
        assert_int_equal(migd_error_column(error), texts[i].column);
        migd_error_free(error);
    }
}

static void refuses_what_is_no_one_document(void **state)
{
    (void)state;
    assert_int_equal(parse_status("", 0), MIGD_ERR_PARSE);
    assert_int_equal(parse_status(NULL, 0), MIGD_ERR_PARSE);
    assert_int_equal(parse_status(NULL, 1), MIGD_ERR_INVALID);
    assert_int_equal(parse_status("a: 1\n---\nb: 2", 13), MIGD_ERR_PARSE);
    assert_int_equal(parse_status("{} {}", 5), MIGD_ERR_PARSE);
    assert_int_equal(parse_status("a: \0", 4), MIGD_ERR_PARSE);
    assert_int_equal(parse_status("{\"a\":\0}", 7), MIGD_ERR_PARSE);
    assert_int_equal(parse_status("\xFF\xFE\x61\x00", 4), MIGD_ERR_PARSE);
    assert_int_equal(migd_object_parse("a: b: c", 7, NULL, &(migd_object *){NULL}, NULL),
                     MIGD_ERR_PARSE);
}

static void a_limit_is_told_as_a_limit(void **state)
{
    (void)state;
    migd_read_options *options = NULL;
    migd_object *value = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_BYTES, 3, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, "f", NULL), MIGD_OK);
    assert_int_equal(migd_object_parse("a: 1", 4, options, &value, &error), MIGD_ERR_LIMIT);
    assert_string_equal(migd_error_message(error), "the text has 4 bytes, the limit is 3");
    assert_string_equal(migd_error_file(error), "f");
    assert_int_equal(migd_error_line(error), 1);
    migd_error_free(error);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_BYTES, 100, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_NODES, 2, NULL), MIGD_OK);
    assert_int_equal(migd_object_parse("{\"a\":[1]}", 9, options, &value, NULL), MIGD_ERR_LIMIT);
    assert_int_equal(migd_object_parse("{a: [1]}", 8, options, &value, &error), MIGD_ERR_LIMIT);
    migd_error_free(error);
    migd_read_options_free(options);
}

static migd_status fallback_flow(void *user)
{
    const char *text = user;
    migd_object *value = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_object_parse(text, strlen(text), NULL, &value, &error);
    assert_int_equal(status, migd_error_status(error));
    migd_object_free(value);
    migd_error_free(error);
    return status == MIGD_ERR_PARSE ? MIGD_OK : status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    static char good[] = "{\"a\": [1, b]} # YAML in the end";
    static char bad[] = "{\"a\": [1, b}";
    test_fail_allocations(fallback_flow, good);
    test_fail_allocations(fallback_flow, bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_json_where_it_starts_as_json_and_yaml_else),
        cmocka_unit_test(of_two_refusals_tells_the_one_that_came_further),
        cmocka_unit_test(refuses_what_is_no_one_document),
        cmocka_unit_test(a_limit_is_told_as_a_limit),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
