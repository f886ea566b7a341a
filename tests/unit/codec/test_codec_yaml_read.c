#include "test_support.h"

#include "codec_json.h"
#include "codec_object.h"
#include "codec_objects.h"
#include "codec_yaml.h"

#include <stdlib.h>
#include <string.h>

/* --- what Kubernetes' reader answers ---------------------------------------------------------- */

static migd_object *read_json(const char *text, size_t size)
{
    migd_object *value = NULL;
    migd_error *error = NULL;
    if (migdi_json_read(text, size, NULL, &value, &error) != MIGD_OK) {
        fail_msg("%.*s: %s", (int)size, text, migd_error_message(error));
    }
    return value;
}

/* What stops the reading: an error of kubectl's, or a key that stands twice, which kubectl lets
 * pass. */
static const char *expected_refusal(const migd_object *vector)
{
    const char *refusal = migd_object_text(vector, "/documents_error", NULL);
    const char *strict = migd_object_text(vector, "/strict_error", "");
    return refusal != NULL ? refusal : strstr(strict, "already set in map") != NULL ? strict : NULL;
}

static void check_documents(const migd_object *vector)
{
    const char *id = migd_object_text(vector, "/id", "");
    size_t size = 0;
    const char *yaml = migdi_object_string(migd_object_at(vector, "/yaml"), &size);
    const migd_object *expected = migd_object_at(vector, "/documents");
    const char *refusal = expected_refusal(vector);
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    const migd_status status = migdi_objects_read(objects, yaml, size, NULL, &error);
    if (status != (refusal == NULL ? MIGD_OK : MIGD_ERR_PARSE)) {
        fail_msg("%s: status %d (%s), Kubernetes says %s", id, status,
                 error == NULL ? "" : migd_error_message(error), refusal == NULL ? "ok" : refusal);
    }
    if (status < 0) {
        assert_true(migd_error_line(error) >= 1 && migd_error_column(error) >= 1);
    }
    const bool all = migd_object_text(vector, "/strict_error", NULL) == NULL || status == MIGD_OK;
    if (all && migd_objects_count(objects) != migd_object_count(expected)) {
        fail_msg("%s: %zu documents instead of %zu", id, migd_objects_count(objects),
                 migd_object_count(expected));
    }
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        if (!migd_object_equal(migd_objects_item(objects, i), migd_object_item(expected, i))) {
            fail_msg("%s: another document %zu", id, i);
        }
    }
    migd_error_free(error);
    migd_objects_free(objects);
}

static void reads_380_texts_as_kubernetes_does(void **state)
{
    (void)state;
    char *text = test_read_data("yaml-to-json.jsonl", NULL);
    size_t lines = 0;
    for (char *line = text; *line != '\0'; lines++) {
        const size_t length = strcspn(line, "\n");
        migd_object *vector = read_json(line, length);
        check_documents(vector);
        migd_object_free(vector);
        line += length + 1;
    }
    assert_int_equal(lines, 380);
    free(text);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void says_where_and_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t line;
        int32_t column;
        const char *message;
    } refusals[] = {
        {"a:\n\tb: 1\n", 2, 1, "tabs cannot indent YAML; use blanks"},
        {"a: |\n  x\n\ty\n", 3, 1, "tabs cannot indent YAML; use blanks"},
        {"a: 1\nb: 2\na: 3\n", 3, 1, "key \"a\" stands here a second time, first in line 1"},
        {"x: &x {k: 1}\ny:\n  <<: *x\n  k: 2\n", 4, 3,
         "key \"k\" stands here a second time, first in line 1"},
        {"\xC3\xA9: 1\n\xC3\xA9\xC3\xA9: a: b\n", 2, 6,
         "\": \" cannot stand here: put the text in quotes, or indent the line as its neighbours"},
        {"a: 'x\nb: 1\n", 1, 4, "the quote that opens here is never closed"},
        {"a: \"x\n", 1, 4, "the quote that opens here is never closed"},
        {"a: \"\xC3\xA9\\q\"\n", 1, 6, "there is no such escape in double quotes"},
        {"a: [1, 2\nb: 3\n", 2, 2, "expected \",\" or \"]\""},
        {"a: *b\n", 1, 4, "there is no anchor \"b\" above"},
        {"a: &b [1, *b]\n", 1, 11, "anchor \"b\" contains itself"},
        {"a: .inf\n", 1, 4, "JSON has no infinity and no NaN: put the text in quotes"},
        {"~: 1\n", 1, 1, "a key is null: put it in quotes"},
        {"? [1]\n: 2\n", 1, 3, "a key cannot be a list or a map"},
        {"a: &x [1]\n*x : 2\n", 2, 1, "a key cannot be a list or a map"},
        {"a: !!int x\n", 1, 4, "\"x\" is no !!int"},
        {"a:\n  <<: 3\n", 2, 7, "\"<<\" takes a map, or a list of maps"},
        {"a: !!binary \"/w==\"\n", 1, 4,
         "what !!binary stands for is no UTF-8 text, which no JSON can hold"},
        {"a: @b\n", 1, 4, "no value starts with this character: put the text in quotes"},
        {"a: \"x\"# c\n", 1, 7,
         "a comment needs a blank before its \"#\"; a text with \"#\" needs quotes"},
        {"a: [x,#c\n y]\n", 1, 7,
         "a comment needs a blank before its \"#\"; a text with \"#\" needs quotes"},
        {"a: |# c\n  x\n", 1, 5, "a comment needs a blank before its \"#\""},
        {"a: [x, -]\n", 1, 8, "\"-\" cannot stand alone in a flow collection: put it in quotes"},
        {"a: 1\n%YAML 1.1\n---\nb: 1\n", 2, 1,
         "a directive needs a line \"...\" before it, which ends the document above"},
        {"%YAML 1.1\na: 1\n", 2, 1,
         "expected \"---\" behind the directives; in a list of documents, which kubectl cuts at "
         "\"---\", none can stand"},
        {"a: 1\n---\nb: 2\n", 2, 1, "a second document starts here; only one can be read"},
        {"a: 1\n...\n---\nb: 2\n", 3, 1, "a second document starts here; only one can be read"},
        {"# nothing\n", 1, 1, "the text holds no document"},
        {"a: \x01\n", 1, 4,
         "the character U+0001 is not allowed in YAML, only as an escape in double quotes"},
        {"a: \xC3\xA9\xFF\n", 1, 5, "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        migd_object *value = NULL;
        migd_error *error = NULL;
        assert_int_equal(
            migd_object_parse(refusals[i].text, strlen(refusals[i].text), NULL, &value, &error),
            MIGD_ERR_PARSE);
        assert_string_equal(migd_error_message(error), refusals[i].message);
        if (migd_error_line(error) != refusals[i].line ||
            migd_error_column(error) != refusals[i].column) {
            fail_msg("%s: %d:%d instead of %d:%d", refusals[i].message, migd_error_line(error),
                     migd_error_column(error), refusals[i].line, refusals[i].column);
        }
        migd_error_free(error);
    }
}

/* --- places ----------------------------------------------------------------------------------- */

static void expect_place(const migd_object *value, const char *pointer, int32_t line,
                         int32_t column)
{
    const migdi_place place = migdi_object_place(migd_object_at(value, pointer));
    if (place.line != line || place.column != column) {
        fail_msg("%s stands at %d:%d, not %d:%d", pointer, place.line, place.column, line, column);
    }
}

static void knows_where_each_value_stands(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF# c\r\n"
                               "\xC3\xA9: [\xF0\x9F\x98\x80, {b: 'x'}]\r\n"
                               "c:\r"
                               "  - &a d\r\n"
                               "  - *a\n"
                               "  -\n"
                               "e: |\n"
                               "  text\n"
                               "f: {}\n"
                               "\"g\" : \"a\xC2\x85z\"\n"
                               "h: 1\n";
    migd_object *value = NULL;
    migd_error *error = NULL;
    if (migd_object_parse(text, strlen(text), NULL, &value, &error) != MIGD_OK) {
        fail_msg("%s", migd_error_message(error));
    }
    expect_place(value, "", 2, 1);
    expect_place(value, "/\xC3\xA9", 2, 4);
    expect_place(value, "/\xC3\xA9/0", 2, 5);
    expect_place(value, "/\xC3\xA9/1/b", 2, 12);
    expect_place(value, "/c", 4, 3);
    expect_place(value, "/c/0", 4, 5);
    expect_place(value, "/c/1", 4, 5);
    expect_place(value, "/e", 7, 4);
    expect_place(value, "/f", 9, 4);
    expect_place(value, "/g", 10, 7);
    expect_place(value, "/h", 11, 4); /* NEL breaks a line for libyaml, not for an editor */
    const migdi_place key = migdi_object_place_of_key(value, "/g");
    assert_int_equal(key.line, 10);
    assert_int_equal(key.column, 1);
    migd_object_free(value);
}

/* --- aliases ---------------------------------------------------------------------------------- */

static void an_alias_is_a_copy_that_changes_alone(void **state)
{
    (void)state;
    static const char text[] = "a: &x {k: [1]}\nb: *x\nc:\n  <<: *x\n";
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_int64(value, "/b/k/0", 2, NULL), MIGD_OK);
    assert_int_equal(migd_object_set_int64(value, "/c/k/-", 3, NULL), MIGD_OK);
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_json(value, 0, &written, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(written),
                        "{\"a\":{\"k\":[1]},\"b\":{\"k\":[2]},\"c\":{\"k\":[1,3]}}");
    migd_buf_free(written);
    migd_object_free(value);
}

static void a_key_as_number_and_as_text_is_kept_once(void **state)
{
    (void)state;
    static const char text[] = "1: a\n'1': b\n2: c\n";
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &value, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(value), 2);
    assert_string_equal(migd_object_text(value, "/1", ""), "b");
    migd_object_free(value);
    migdi_text many = {0};
    for (int i = 0; i < 17; i++) {
        migdi_text_format(&many, "%d: a\n'%d': b\n", i, i);
    }
    assert_int_equal(migd_object_parse(many.bytes, many.size, NULL, &value, NULL), MIGD_ERR_PARSE);
    migdi_text_free(&many);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status read_flow(void *user)
{
    const char *text = user;
    migd_object *value = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_object_parse(text, strlen(text), NULL, &value, &error);
    assert_int_equal(status, migd_error_status(error));
    if (status == MIGD_OK) {
        assert_true(migd_object_int64(value, "/e/true", 0) == 3);
        assert_string_equal(migd_object_text(value, "/c/true", ""), "hi");
    }
    migd_object_free(value);
    migd_error_free(error);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    static char good[] =
        "a: &x {k: 1.25, l: [2, \xC3\xA9]}\nb: *x\nc:\n  <<: *x\n  y: !!binary aGk=\n"
        "d: 123456789012345678901234567890.5\ne: {yes: 3, 1.5: x}\n"
        "f: {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: "
        "1, m: 1, o: 1, p: 1, q: 1, r: 1, s: 1}\n";
    assert_true(test_fail_allocations(read_flow, good) >= 15);
}

static migd_status refuse_flow(void *user)
{
    const char *text = user;
    migd_object *value = NULL;
    const migd_status status = migd_object_parse(text, strlen(text), NULL, &value, NULL);
    assert_true(status < 0);
    return status == MIGD_ERR_PARSE ? MIGD_OK : status;
}

static void frees_all_when_it_refuses(void **state)
{
    (void)state;
    static char text[] = "a: &x {k: 1, l: [2, {m: 3}]}\nb: *x\nc: {d: [*y]}\n";
    test_fail_allocations(refuse_flow, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_380_texts_as_kubernetes_does),
        cmocka_unit_test(says_where_and_what_is_wrong),
        cmocka_unit_test(knows_where_each_value_stands),
        cmocka_unit_test(an_alias_is_a_copy_that_changes_alone),
        cmocka_unit_test(a_key_as_number_and_as_text_is_kept_once),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(frees_all_when_it_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
