#include "test_support.h"

#include "codec_object.h"

#include <string.h>

static migd_status read_first(const char *text, migd_object **out, migd_error **error)
{
    return migdi_object_read_first(text, strlen(text), "config", out, error);
}

static void the_last_of_two_equal_keys_counts(void **state)
{
    (void)state;
    migd_object *document = NULL;
    assert_int_equal(read_first("a: 1\nb: 2\na: 3\n", &document, NULL), MIGD_OK);
    assert_int_equal(migd_object_int64(migdi_object_member(document, "a"), "", 0), 3);
    assert_int_equal(migdi_object_place(migdi_object_member(document, "a")).line, 3);
    migdi_object_free_secret(document);
}

static void what_stands_behind_the_first_document_is_not_read(void **state)
{
    (void)state;
    migd_object *document = NULL;
    assert_int_equal(read_first("--- # first\na: 1\n---\nb: [\n", &document, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(document), 1);
    migdi_object_free_secret(document);
}

static void a_text_without_a_document_is_none(void **state)
{
    (void)state;
    migd_object *document = NULL;
    assert_int_equal(read_first("", &document, NULL), MIGD_OK);
    assert_null(document);
    assert_int_equal(read_first("# nothing\n", &document, NULL), MIGD_OK);
    assert_null(document);
    migdi_object_free_secret(NULL);
}

static void json_is_read_too_and_mistakes_have_a_place(void **state)
{
    (void)state;
    migd_object *document = NULL;
    migd_error *error = NULL;
    assert_int_equal(read_first("{\"a\": {\"b\": \"c\"}}", &document, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(document, "/a/b", ""), "c");
    migdi_object_free_secret(document);
    assert_int_equal(read_first("a:\n  - [\n", &document, &error), MIGD_ERR_PARSE);
    assert_null(document);
    assert_string_equal(migd_error_file(error), "config");
    migd_error_free(error);
}

static void no_freed_memory_holds_what_was_read(void **state)
{
    (void)state;
    test_watch_secret("s3cret");
    migd_object *document = NULL;
    assert_int_equal(read_first("token: s3cret\nother: 's3cret'\n", &document, NULL), MIGD_OK);
    migdi_object_free_secret(document);
    assert_int_equal(test_secrets_freed(), 0);
    assert_int_equal(read_first("token: s3cret\nother: [\n", &document, NULL), MIGD_ERR_PARSE);
    assert_int_equal(test_secrets_freed(), 0);
    test_unwatch_secret();
}

static migd_status read_one(void *user)
{
    migd_object *document = NULL;
    migd_error *error = NULL;
    const migd_status status = read_first(user, &document, &error);
    assert_int_equal(migd_error_status(error), status);
    assert_true((status == MIGD_OK) == (document != NULL));
    migd_error_free(error);
    migdi_object_free_secret(document);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static char text[] = "a: 1\nb: [x, 'y']\na: 2\n";
    assert_true(test_fail_allocations(read_one, text) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_two_equal_keys_counts),
        cmocka_unit_test(what_stands_behind_the_first_document_is_not_read),
        cmocka_unit_test(a_text_without_a_document_is_none),
        cmocka_unit_test(json_is_read_too_and_mistakes_have_a_place),
        cmocka_unit_test(no_freed_memory_holds_what_was_read),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
