#include "test_support.h"

#include "codec_json.h"
#include "codec_object.h"

#include <stdlib.h>
#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    assert_int_equal(migdi_json_read(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    return value;
}

static void expect_written(const char *text, int32_t indent, const char *expected)
{
    migd_object *value = parse(text);
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_json(value, indent, &written, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(written), expected);
    assert_int_equal(migd_buf_size(written), strlen(expected));
    migd_buf_free(written);
    migd_object_free(value);
}

static void writes_one_line(void **state)
{
    (void)state;
    expect_written(" { \"b\" : [ 1 , -2.50, true , false , null ] , \"a\" : { } , \"c\" : [ ] } ",
                   0, "{\"b\":[1,-2.5,true,false,null],\"a\":{},\"c\":[]}");
    expect_written("18446744073709551615", 0, "18446744073709551615");
    expect_written("\"x\"", 0, "\"x\"");
}

static void writes_indented_lines(void **state)
{
    (void)state;
    expect_written("{\"a\":[1,{\"b\":[]}],\"c\":{}}", 2,
                   "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
    expect_written("[1]", 8, "[\n        1\n]");
}

static void escapes_what_could_be_misread_and_nothing_else(void **state)
{
    (void)state;
    expect_written("\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f \\\"\\\\\\/\\u00e9\\u65e5\\u00a0\"", 0,
                   "\"\\u0000\\u0001\\u0008\\u000c\\n\\r\\t\\u001f \\\"\\\\/"
                   "\xC3\xA9\xE6\x97\xA5\xC2\xA0\"");
    /* Line ends of YAML 1.1 and JavaScript, control characters, a byte order mark. */
    expect_written("\"\\u007f\\u0080\\u0085\\u009f\\u2028\\u2029\\ufeff\\ud83d\\ude00\"", 0,
                   "\"\\u007f\\u0080\\u0085\\u009f\\u2028\\u2029\\ufeff\xF0\x9F\x98\x80\"");
    expect_written("{\"\\\"\":1}", 0, "{\"\\\"\":1}");
}

static void refuses_what_cannot_be_written(void **state)
{
    (void)state;
    migd_object *value = parse("1");
    migd_buf *written = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_object_write_json(value, -1, &written, &error), MIGD_ERR_INVALID);
    assert_null(written);
    migd_error_free(error);
    assert_int_equal(migd_object_write_json(value, 9, &written, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_write_json(NULL, 0, &written, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "there is no value to write");
    migd_error_free(error);
    migd_object_free(value);
}

static migd_status write_flow(void *user)
{
    migd_buf *written = NULL;
    migdi_arena arena = {0};
    migd_status status = migd_object_write_json(user, 2, &written, NULL);
    if (status == MIGD_OK) {
        assert_string_equal(migd_buf_data(written),
                            "{\n  \"a\": [\n    1.5,\n    \"\\u0001\"\n  ]\n}");
    }
    migd_buf_free(written);
    const char *json = migdi_object_json(user, &arena);
    if (json != NULL) {
        assert_string_equal(json, "{\"a\":[1.5,\"\\u0001\"]}");
    }
    migdi_arena_free(&arena);
    return json == NULL ? MIGD_ERR_NOMEM : status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    migd_object *value = parse("{\"a\":[1.5,\"\\u0001\"]}");
    test_fail_allocations(write_flow, value);
    migd_object_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_line),
        cmocka_unit_test(writes_indented_lines),
        cmocka_unit_test(escapes_what_could_be_misread_and_nothing_else),
        cmocka_unit_test(refuses_what_cannot_be_written),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
