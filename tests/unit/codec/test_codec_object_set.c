#include "test_support.h"

#include "codec_object.h"
#include "core_text.h"

#include <stdlib.h>
#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    return value;
}

static void expect_json(const migd_object *value, const char *expected)
{
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_json(value, 0, &written, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(written), expected);
    migd_buf_free(written);
}

static void sets_what_the_pointer_names(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *pointer;
        const char *after;
    } sets[] = {
        {"{\"a\":1}", "/a", "{\"a\":\"v\"}"},
        {"{\"a\":1,\"b\":2}", "/a", "{\"a\":\"v\",\"b\":2}"},
        {"{}", "/a", "{\"a\":\"v\"}"},
        {"{}", "/a/b/c", "{\"a\":{\"b\":{\"c\":\"v\"}}}"},
        {"{\"a\":null}", "/a/b", "{\"a\":{\"b\":\"v\"}}"},
        {"{\"a\":[1,2]}", "/a/0", "{\"a\":[\"v\",2]}"},
        {"{\"a\":[1,2]}", "/a/-", "{\"a\":[1,2,\"v\"]}"},
        {"{\"a\":[1,2]}", "/a/2", "{\"a\":[1,2,\"v\"]}"},
        {"{\"a\":[]}", "/a/-/b", "{\"a\":[{\"b\":\"v\"}]}"},
        {"{}", "/a/-", "{\"a\":[\"v\"]}"},
        {"{}", "/a/-/b", "{\"a\":[{\"b\":\"v\"}]}"},
        {"{}", "/data/0", "{\"data\":{\"0\":\"v\"}}"},
        {"{}", "/a~1b~0c/d", "{\"a/b~c\":{\"d\":\"v\"}}"},
        {"{}", "/", "{\"\":\"v\"}"},
        {"{\"a\":1}", "", "\"v\""},
        {"{\"a\":{\"b\":1}}", "/a", "{\"a\":\"v\"}"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        migd_object *value = parse(sets[i].before);
        assert_int_equal(migd_object_set_string(value, sets[i].pointer, "v", NULL), MIGD_OK);
        expect_json(value, sets[i].after);
        migd_object_free(value);
    }
}

static void sets_every_kind(void **state)
{
    (void)state;
    migd_object *value = NULL;
    assert_int_equal(migd_object_new(&value, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_int64(value, "/i", INT64_MIN, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_boolean(value, "/t", 7, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_boolean(value, "/f", 0, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(value, "/n", NULL, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_string(value, "/s", "\xC3\xA9", NULL), MIGD_OK);
    assert_int_equal(migd_object_set_object(value, "/o", value, NULL), MIGD_OK);
    expect_json(value,
                "{\"i\":-9223372036854775808,\"t\":true,\"f\":false,\"n\":null,\"s\":\"\xC3\xA9\","
                "\"o\":{\"i\":-9223372036854775808,\"t\":true,\"f\":false,\"n\":null,"
                "\"s\":\"\xC3\xA9\"}}");
    assert_int_equal(migd_object_set_object(value, "/s/x", value, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_set_object(value, "", migd_object_at(value, "/o/s"), NULL),
                     MIGD_OK);
    expect_json(value, "\"\xC3\xA9\"");
    migd_object_free(value);
}

static void refuses_what_cannot_be_set_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        const char *value;
        const char *message;
    } refusals[] = {
        {"a", "v", "\"a\" is no JSON Pointer"},
        {"/a~2", "v", "\"/a~2\" is no JSON Pointer"},
        {"/a~", "v", "\"/a~\" is no JSON Pointer"},
        {NULL, "v", "\"\" is no JSON Pointer"},
        {"/\xFF", "v", "\"/\\xff\" is no JSON Pointer"},
        {"/s/x", "v", "\"/s/x\" goes through a value that is no map"},
        {"/l/3", "v", "\"3\" is no index into an array of 2 items"},
        {"/l/01", "v", "\"01\" is no index into an array of 2 items"},
        {"/l/x/y", "v", "\"x\" is no index into an array of 2 items"},
        {"/l/99999999999999999999", "v",
         "\"99999999999999999999\" is no index into an array of 2 items"},
        {"/a", "\xC3", "the text for \"/a\" is no UTF-8"},
    };
    migd_object *value = parse("{\"s\":\"x\",\"l\":[1,2]}");
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        migd_error *error = NULL;
        assert_int_equal(
            migd_object_set_string(value, refusals[i].pointer, refusals[i].value, &error),
            MIGD_ERR_INVALID);
        assert_string_equal(migd_error_message(error), refusals[i].message);
        migd_error_free(error);
    }
    assert_int_equal(migd_object_set_int64(value, "x", 1, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_set_boolean(value, "x", 1, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_set_object(value, "/a", NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_set_object(NULL, "/a", value, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_set_string(NULL, "/a", "v", NULL), MIGD_ERR_INVALID);
    expect_json(value, "{\"s\":\"x\",\"l\":[1,2]}");
    migd_object_free(value);
}

static void nests_at_most_1000_levels(void **state)
{
    (void)state;
    migd_object *value = NULL;
    migdi_text pointer = {0};
    for (int i = 0; i < 1000; i++) {
        migdi_text_add_string(&pointer, "/a");
    }
    assert_int_equal(migd_object_new(&value, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_int64(value, pointer.bytes, 1, NULL), MIGD_OK);
    assert_true(migd_object_int64(value, pointer.bytes, 0) == 1);
    migd_object *inner = parse("{}");
    assert_int_equal(migd_object_set_object(value, pointer.bytes, inner, NULL), MIGD_ERR_LIMIT);
    migdi_text_add_string(&pointer, "/a");
    assert_int_equal(migd_object_set_int64(inner, pointer.bytes, 1, NULL), MIGD_ERR_LIMIT);
    expect_json(inner, "{}");
    migd_object_free(inner);
    migd_object_free(value);
    migdi_text_free(&pointer);
}

static void grows_an_array_item_by_item(void **state)
{
    (void)state;
    migd_object *value = NULL;
    assert_int_equal(migd_object_new(&value, NULL), MIGD_OK);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(migd_object_set_int64(value, "/l/-", i, NULL), MIGD_OK);
    }
    assert_int_equal(migd_object_count(migd_object_at(value, "/l")), 1000);
    assert_true(migd_object_int64(value, "/l/0", -1) == 0);
    assert_true(migd_object_int64(value, "/l/999", -1) == 999);
    migd_object_free(value);
}

static void removes_what_the_pointer_names(void **state)
{
    (void)state;
    migd_object *value = parse("{\"a\":1,\"b\":[1,2,3],\"c\":{\"d\":1}}");
    assert_int_equal(migd_object_remove(value, "/a", NULL), MIGD_OK);
    assert_int_equal(migd_object_remove(value, "/b/0", NULL), MIGD_OK);
    assert_int_equal(migd_object_remove(value, "/b/1", NULL), MIGD_OK);
    assert_int_equal(migd_object_remove(value, "/b/1", NULL), MIGD_OK);
    assert_int_equal(migd_object_remove(value, "/absent/x", NULL), MIGD_OK);
    assert_int_equal(migd_object_remove(value, "/c/d", NULL), MIGD_OK);
    expect_json(value, "{\"b\":[2],\"c\":{}}");
    migd_error *error = NULL;
    assert_int_equal(migd_object_remove(value, "", &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "the root of a document cannot be removed");
    migd_error_free(error);
    assert_int_equal(migd_object_remove(value, "b", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_remove(NULL, "/b", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_object_remove(value, NULL, NULL), MIGD_ERR_INVALID);
    migd_object_free(value);
}

static const char before[] = "{\"a\":{\"b\":[\"x\",\"y\",\"z\",\"q\"]},\"n\":null}";

/* After a failure the document is as before; after a success as wished. */
static migd_status set_flow(void *user)
{
    const int step = *(int *)user;
    migd_object *value = NULL;
    migd_object *other = NULL;
    migd_status status = migd_object_parse(before, strlen(before), NULL, &value, NULL);
    if (status == MIGD_OK) {
        status = migd_object_parse("{k: [1, yes, word]}", 19, NULL, &other, NULL);
    }
    if (status == MIGD_OK) {
        status = step == 0   ? migd_object_set_string(value, "/a/b/-", "new", NULL)
                 : step == 1 ? migd_object_set_int64(value, "/a/c~1d/e", 1, NULL)
                 : step == 2 ? migd_object_set_object(value, "/n/k", other, NULL)
                             : migd_object_set_boolean(value, "/a/b/0", 1, NULL);
        migd_buf *json = NULL;
        if (status != MIGD_OK && migd_object_write_json(value, 0, &json, NULL) == MIGD_OK) {
            assert_string_equal(migd_buf_data(json), before);
        }
        migd_buf_free(json);
    }
    migd_object_free(other);
    migd_object_free(value);
    return status;
}

static void a_failed_set_changes_nothing(void **state)
{
    (void)state;
    for (int step = 0; step < 4; step++) {
        test_fail_allocations(set_flow, &step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_what_the_pointer_names),
        cmocka_unit_test(sets_every_kind),
        cmocka_unit_test(refuses_what_cannot_be_set_and_changes_nothing),
        cmocka_unit_test(nests_at_most_1000_levels),
        cmocka_unit_test(grows_an_array_item_by_item),
        cmocka_unit_test(removes_what_the_pointer_names),
        cmocka_unit_test(a_failed_set_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
