#include "test_support.h"

#include "codec_object.h"

#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    if (migd_object_parse(text, strlen(text), NULL, &value, &error) != MIGD_OK) {
        fail_msg("%s: %s", text, migd_error_message(error));
    }
    return value;
}

static void a_new_document_is_an_empty_map(void **state)
{
    (void)state;
    migd_object *document = NULL;
    assert_int_equal(migd_object_new(&document, NULL), MIGD_OK);
    assert_int_equal(migd_object_kind(document), MIGD_KIND_MAP);
    assert_int_equal(migd_object_count(document), 0);
    assert_int_equal(migd_object_place(document, NULL, NULL, NULL), MIGD_ERR_NOT_FOUND);
    migd_object_free(document);
    migd_object_free(NULL);
}

static void getters_answer_for_every_kind(void **state)
{
    (void)state;
    migd_object *value =
        parse("{\"n\":null,\"t\":true,\"f\":false,\"i\":-7,\"u\":18446744073709551615,"
              "\"d\":2.5,\"s\":\"x\",\"e\":\"\",\"a\":[1,\"b\"],\"m\":{\"k\":0}}");
    assert_int_equal(migd_object_kind(migd_object_at(value, "/n")), MIGD_KIND_NULL);
    assert_int_equal(migd_object_boolean(value, "/t", -1), 1);
    assert_int_equal(migd_object_boolean(value, "/f", -1), 0);
    assert_int_equal(migd_object_boolean(value, "/i", -1), -1);
    assert_true(migd_object_int64(value, "/i", 0) == -7);
    assert_true(migd_object_int64(value, "/u", 5) == 5);
    assert_true(migd_object_int64(value, "/d", 5) == 5);
    assert_true(migd_object_int64(value, "/absent", 5) == 5);
    assert_true(migd_object_double(value, "/d", 0) == 2.5);
    assert_true(migd_object_double(value, "/i", 0) == -7);
    assert_true(migd_object_double(value, "/u", 0) == 18446744073709551615.0);
    assert_true(migd_object_double(value, "/s", 9) == 9);
    assert_string_equal(migd_object_text(value, "/s", "no"), "x");
    assert_string_equal(migd_object_text(value, "/e", "no"), "");
    assert_string_equal(migd_object_text(value, "/i", "no"), "no");
    assert_null(migd_object_text(value, "/absent", NULL));
    assert_int_equal(migd_object_count(migd_object_at(value, "/a")), 2);
    assert_int_equal(migd_object_count(migd_object_at(value, "/s")), 0);
    assert_string_equal(migd_object_text(migd_object_item(migd_object_at(value, "/a"), 1), "", ""),
                        "b");
    assert_null(migd_object_item(migd_object_at(value, "/a"), 2));
    assert_string_equal(migd_object_key(value, 9), "m");
    assert_null(migd_object_key(value, 10));
    assert_null(migd_object_key(migd_object_at(value, "/a"), 0));
    assert_ptr_equal(migdi_object_member(value, "m"), migd_object_at(value, "/m"));
    assert_null(migdi_object_member(migd_object_at(value, "/a"), "0"));
    migd_object_free(value);
}

static void null_is_no_value_everywhere(void **state)
{
    (void)state;
    assert_int_equal(migd_object_kind(NULL), MIGD_KIND_NONE);
    assert_null(migd_object_at(NULL, ""));
    assert_null(migd_object_at(NULL, "/a"));
    assert_int_equal(migd_object_count(NULL), 0);
    assert_null(migd_object_item(NULL, 0));
    assert_null(migd_object_key(NULL, 0));
    assert_string_equal(migd_object_text(NULL, "/a", "f"), "f");
    assert_true(migd_object_int64(NULL, "", 3) == 3);
    assert_true(migd_object_double(NULL, "", 3) == 3);
    assert_int_equal(migd_object_boolean(NULL, "", 3), 3);
    assert_int_equal(migd_object_equal(NULL, NULL), 1);
    assert_null(migdi_object_member(NULL, "a"));
    size_t size = 7;
    assert_null(migdi_object_string(NULL, &size));
    assert_int_equal(size, 0);
    assert_int_equal(migd_object_place(NULL, NULL, NULL, NULL), MIGD_ERR_NOT_FOUND);
}

static void equality_is_of_values(void **state)
{
    (void)state;
    static const struct {
        const char *left;
        const char *right;
        int32_t equal;
    } pairs[] = {
        {"1", "1", 1},
        {"1", "2", 0},
        {"1", "1.0", 1},
        {"1.0", "1", 1},
        {"1", "1.5", 0},
        {"-0", "0", 1},
        {"0.5", "5e-1", 1},
        {"0.5", "0.25", 0},
        {"9007199254740993", "9007199254740992.0", 0},
        {"9007199254740992", "9007199254740992.0", 1},
        {"18446744073709551615", "-1", 0},
        {"18446744073709551615", "18446744073709551616.0", 0},
        {"9223372036854775808", "9223372036854775808.0", 1},
        {"9223372036854775807", "9223372036854775808.0", 0},
        {"-9223372036854775808", "-9223372036854775808.0", 1},
        {"5", "1e300", 0},
        {"1", "\"1\"", 0},
        {"true", "true", 1},
        {"true", "false", 0},
        {"null", "null", 1},
        {"null", "false", 0},
        {"\"a\"", "\"a\"", 1},
        {"\"a\"", "\"b\"", 0},
        {"\"a\\u0000b\"", "\"a\\u0000c\"", 0},
        {"\"a\"", "\"ab\"", 0},
        {"[1,2]", "[1,2]", 1},
        {"[1,2]", "[2,1]", 0},
        {"[1,2]", "[1]", 0},
        {"{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1}", 1},
        {"{\"a\":1}", "{\"b\":1}", 0},
        {"{\"a\":1}", "{\"a\":2}", 0},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", 0},
        {"{}", "[]", 0},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        migd_object *left = parse(pairs[i].left);
        migd_object *right = parse(pairs[i].right);
        if (migd_object_equal(left, right) != pairs[i].equal ||
            migd_object_equal(right, left) != pairs[i].equal) {
            fail_msg("%s and %s", pairs[i].left, pairs[i].right);
        }
        assert_int_equal(migd_object_equal(left, NULL), 0);
        migd_object_free(left);
        migd_object_free(right);
    }
}

static void a_copy_outlives_its_original_and_keeps_places(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\n {\"b\": [\"plain\", \"esc\\n\", 18446744073709551615]}}";
    migd_read_options *options = NULL;
    migd_object *value = NULL;
    migd_object *copy = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, "f.json", NULL), MIGD_OK);
    assert_int_equal(migd_object_parse(text, strlen(text), options, &value, NULL), MIGD_OK);
    migd_read_options_free(options);
    assert_int_equal(migd_object_copy(migd_object_at(value, "/a"), &copy, NULL), MIGD_OK);
    assert_int_equal(migd_object_equal(copy, migd_object_at(value, "/a")), 1);
    migd_object_free(value);
    const char *file = NULL;
    int32_t line = 0;
    int32_t column = 0;
    assert_string_equal(migd_object_text(copy, "/b/0", ""), "plain");
    assert_string_equal(migd_object_text(copy, "/b/1", ""), "esc\n");
    assert_int_equal(migd_object_place(migd_object_at(copy, "/b/0"), &file, &line, &column),
                     MIGD_OK);
    assert_string_equal(file, "f.json");
    assert_int_equal(line, 2);
    assert_int_equal(column, 9);
    migd_object *second = NULL;
    assert_int_equal(migd_object_copy(copy, &second, NULL), MIGD_OK);
    migd_object_free(copy);
    assert_string_equal(migd_object_key(second, 0), "b");
    migd_object_free(second);
    migd_error *error = NULL;
    assert_int_equal(migd_object_copy(NULL, &copy, &error), MIGD_ERR_INVALID);
    migd_error_free(error);
}

static migd_status flow(void *user)
{
    (void)user;
    static const char text[] = "{\"a\":{\"b\":[\"x\",\"y\\n\"],\"c\":1}}";
    migd_object *value = NULL;
    migd_object *copy = NULL;
    migd_object *empty = NULL;
    migd_status status = migd_object_parse(text, strlen(text), NULL, &value, NULL);
    if (status == MIGD_OK) {
        status = migd_object_copy(migd_object_at(value, "/a"), &copy, NULL);
    }
    if (status == MIGD_OK) {
        assert_int_equal(migd_object_equal(migd_object_at(value, "/a"), copy), 1);
        status = migd_object_new(&empty, NULL);
    }
    migd_object_free(empty);
    migd_object_free(copy);
    migd_object_free(value);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(flow, NULL) >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_document_is_an_empty_map),
        cmocka_unit_test(getters_answer_for_every_kind),
        cmocka_unit_test(null_is_no_value_everywhere),
        cmocka_unit_test(equality_is_of_values),
        cmocka_unit_test(a_copy_outlives_its_original_and_keeps_places),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
