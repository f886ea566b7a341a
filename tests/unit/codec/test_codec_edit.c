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

typedef struct {
    const char *before;
    const char *pointer;
    const char *value; /* YAML */
    const char *after;
} row;

static void check_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        migd_object *value = parse(rows[i].value);
        migd_buf *edited = NULL;
        migd_error *error = NULL;
        const migd_status status = migdi_text_edit(rows[i].before, strlen(rows[i].before),
                                                   rows[i].pointer, value, &edited, &error);
        if (status != MIGD_OK || strcmp(migd_buf_data(edited), rows[i].after) != 0) {
            fail_msg("%s of\n%s\nis\n%s\nnot\n%s\n(%s)", rows[i].pointer, rows[i].before,
                     migd_buf_data(edited), rows[i].after,
                     error == NULL ? "" : migd_error_message(error));
        }
        migd_buf_free(edited);
        migd_object_free(value);
    }
}

#define CHECK(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static void replaces_a_value_and_leaves_all_else(void **state)
{
    (void)state;
    static const row rows[] = {
        {"# head\nspec:\n  size: 3   # three\n  name: x\n", "/spec/size", "5",
         "# head\nspec:\n  size: 5   # three\n  name: x\n"},
        {"a: 'x' # c\n", "/a", "it's", "a: 'it''s' # c\n"},
        {"a: \"x\"\n", "/a", "z", "a: \"z\"\n"},
        {"a: x\n", "/a", "'yes'", "a: \"yes\"\n"},
        {"a: x\n", "/a", "'12:30'", "a: \"12:30\"\n"},
        {"a: x\n", "/a", "two words", "a: two words\n"},
        {"a: x\n", "/a", "'a: b'", "a: \"a: b\"\n"},
        {"a: x\n", "/a", "'-x'", "a: \"-x\"\n"},
        {"a: 'x'\n", "/a", "true", "a: true\n"},
        {"a: 1\n", "/a", "null", "a: null\n"},
        {"a: 1\n", "/a", "\"line\\nline\"", "a: \"line\\nline\"\n"},
        {"a: 1\n", "/a", "[1, {b: x}]", "a: [1,{\"b\":\"x\"}]\n"},
        {"a: [1, 2, 3] # c\n", "/a/1", "x", "a: [1, x, 3] # c\n"},
        {"- a\n- b\n", "/1", "c", "- a\n- c\n"},
        {"a: {b: 1, c: 2}\n", "/a/b", "9", "a: {b: 9, c: 2}\n"},
        {"a:\nb: 1\n", "/a", "x", "a: x\nb: 1\n"},
        {"a:   # c\nb: 1\n", "/a", "x", "a: x   # c\nb: 1\n"},
        {"a: |\n  one\n  two\n\n# c\nb: 1\n", "/a", "short", "a: short\n\n# c\nb: 1\n"},
        {"a: &x 1\nb: 2\n", "/a", "3", "a: &x 3\nb: 2\n"},
        {"a:\n  b: 1\n  # in\n  c: 2\nd: 3 # c\n", "/a", "{}", "a:\n  {}\nd: 3 # c\n"},
        {"\xC3\xA9: \xC3\xA9\xC3\xA9\nb: 1\n", "/b", "2", "\xC3\xA9: \xC3\xA9\xC3\xA9\nb: 2\n"},
        {"a: 1\r\nb: 2\r\n", "/a", "3", "a: 3\r\nb: 2\r\n"},
        {"x", "", "z", "z"},
        {"{\"a\": 1,\n \"b\": \"x\"}\n", "/b", "y z", "{\"a\": 1,\n \"b\": \"y z\"}\n"},
        {"{\"a\": \"\\/\"}", "/a", "x", "{\"a\": \"x\"}"},
    };
    CHECK(rows);
}

static void adds_a_missing_key_indented_as_its_neighbours(void **state)
{
    (void)state;
    static const row rows[] = {
        {"a: 1 # c\n", "/b", "2", "a: 1 # c\nb: 2\n"},
        {"a: 1", "/b", "2", "a: 1\nb: 2"},
        {"spec:\n    a: 1\n# end\n", "/spec/b", "x", "spec:\n    a: 1\n    b: x\n# end\n"},
        {"spec:\n  a:\n    deep: 1\n\nother: 2\n", "/spec/b", "x",
         "spec:\n  a:\n    deep: 1\n  b: x\n\nother: 2\n"},
        {"a: 1\r\nb: 2\r\n", "/c", "3", "a: 1\r\nb: 2\r\nc: 3\r\n"},
        {"- a: 1\n  b: 2\n- c\n", "/0/d", "x", "- a: 1\n  b: 2\n  d: x\n- c\n"},
        {"a: 1\n", "/b/c/d", "x", "a: 1\nb:\n  c:\n    d: x\n"},
        {"a: 1\n", "/b/-/d", "x", "a: 1\nb:\n  -\n    d: x\n"},
        {"a: 1\n", "/yes", "x", "a: 1\n\"yes\": x\n"},
        {"a: 1\n", "/b~1c", "x", "a: 1\nb/c: x\n"},
        {"a: |\n  text\n", "/b", "x", "a: |\n  text\nb: x\n"},
        {"a: |+\n  text\n\nb: 1\n", "/c", "x", "a: |+\n  text\n\nb: 1\nc: x\n"},
        {"a:\n  - 1\n  - 2\n", "/a/-", "3", "a:\n  - 1\n  - 2\n  - 3\n"},
        {"a:\n- 1\n", "/a/-", "3", "a:\n- 1\n- 3\n"},
        {"a: {}\n", "/a/b", "x", "a: {b: x}\n"},
        {"a: {b: 1}\n", "/a/c", "x", "a: {b: 1, c: x}\n"},
        {"a: {b: {c: 1}}\n", "/a/d", "x", "a: {b: {c: 1}, d: x}\n"},
        {"a: {b: 1}\n", "/a/c/d", "x", "a: {b: 1, c: {d: x}}\n"},
        {"a: []\n", "/a/-", "x", "a: [x]\n"},
        {"a: [1]\n", "/a/-", "x", "a: [1, x]\n"},
        {"a: [1, [2]]\n", "/a/-", "x", "a: [1, [2], x]\n"},
        {"a: [\n  1,\n  2\n]\n", "/a/-", "3", "a: [\n  1,\n  2,\n  3\n]\n"},
        {"spec:\nother: 1\n", "/spec/a", "x", "spec:\n  a: x\nother: 1\n"},
        {"spec: # c\n  a:\n", "/spec/a/b", "x", "spec: # c\n  a:\n    b: x\n"},
        {"{}", "/a", "x", "{\"a\": \"x\"}"},
        {"{\"a\": 1}", "/b", "x", "{\"a\": 1, \"b\": \"x\"}"},
        {"{\"a\": 1}", "/b/c/-", "x", "{\"a\": 1, \"b\": {\"c\": [\"x\"]}}"},
        {"{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", "/a/c", "2",
         "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }\n}\n"},
        {"{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", "/d", "2",
         "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"d\": 2\n}\n"},
    };
    CHECK(rows);
}

static void refuses_what_needs_the_text_written_anew(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *pointer;
        const char *value;
    } refusals[] = {
        {"a: &x {k: 1}\nb: *x\n", "/b/k", "2"},
        {"a: &x {k: 1}\nb: *x\n", "/a/k", "2"},
        {"a: &x {k: 1}\nb:\n  <<: *x\n", "/b/k", "2"},
        {"a: !!str 1\n", "/a", "2"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        migd_object *value = parse(refusals[i].value);
        migd_buf *edited = NULL;
        migd_error *error = NULL;
        const migd_status status = migdi_text_edit(refusals[i].text, strlen(refusals[i].text),
                                                   refusals[i].pointer, value, &edited, &error);
        if (status != MIGD_ERR_UNSUPPORTED) {
            fail_msg("%s: status %d, %s", refusals[i].text, status, migd_buf_data(edited));
        }
        assert_null(edited);
        assert_non_null(
            strstr(migd_error_message(error), "cannot be set without writing the text anew"));
        migd_error_free(error);
        migd_object_free(value);
    }
}

static void hands_on_what_parsing_and_setting_refuse(void **state)
{
    (void)state;
    migd_object *value = parse("1");
    migd_buf *edited = NULL;
    migd_error *error = NULL;
    assert_int_equal(migdi_text_edit("a: b: c", 7, "/a", value, &edited, &error), MIGD_ERR_PARSE);
    assert_int_equal(migd_error_column(error), 5);
    migd_error_free(error);
    assert_int_equal(migdi_text_edit("a: 1", 4, "a", value, &edited, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_text_edit("a: 1", 4, "/a/b", value, &edited, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_text_edit("a: [1]", 6, "/a/5", value, &edited, NULL), MIGD_ERR_INVALID);
    migd_object_free(value);
}

static migd_status edit_flow(void *user)
{
    static const char text[] = "a: {b: [1, 2]} # c\nd:\n  e: 'x'\n";
    const migd_object *value = user;
    migd_buf *edited = NULL;
    migd_status status = migdi_text_edit(text, strlen(text), "/d/f/g~1h", value, &edited, NULL);
    if (status == MIGD_OK) {
        assert_string_equal(migd_buf_data(edited),
                            "a: {b: [1, 2]} # c\nd:\n  e: 'x'\n  f:\n    g/h: v\n");
        migd_buf_free(edited);
        status =
            migdi_text_edit(text, strlen(text), "/a/b/c", value, &edited, NULL) == MIGD_ERR_INVALID
                ? MIGD_OK
                : MIGD_ERR_NOMEM;
        edited = NULL;
    }
    if (status == MIGD_OK) {
        status = migdi_text_edit(text, strlen(text), "/a/x/z", value, &edited, NULL);
    }
    if (status == MIGD_OK) {
        assert_string_equal(migd_buf_data(edited), "a: {b: [1, 2], x: {z: v}} # c\nd:\n  e: 'x'\n");
    }
    migd_buf_free(edited);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    migd_object *value = parse("v");
    test_fail_allocations(edit_flow, value);
    migd_object_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_a_value_and_leaves_all_else),
        cmocka_unit_test(adds_a_missing_key_indented_as_its_neighbours),
        cmocka_unit_test(refuses_what_needs_the_text_written_anew),
        cmocka_unit_test(hands_on_what_parsing_and_setting_refuse),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
