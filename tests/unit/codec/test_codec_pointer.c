#include "test_support.h"

#include "codec_object.h"

#include <string.h>

/* The document and answers of RFC 6901, section 5. */
static const char rfc[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
    "\"k\\\"l\":6,\" \":7,\"m~n\":8}";

static void answers_as_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        int64_t value;
    } answers[] = {{"/", 0},     {"/a~1b", 1}, {"/c%d", 2}, {"/e^f", 3}, {"/g|h", 4},
                   {"/i\\j", 5}, {"/k\"l", 6}, {"/ ", 7},   {"/m~0n", 8}};
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(rfc, strlen(rfc), NULL, &value, NULL), MIGD_OK);
    assert_ptr_equal(migd_object_at(value, ""), value);
    assert_int_equal(migd_object_count(migd_object_at(value, "/foo")), 2);
    assert_string_equal(migd_object_text(value, "/foo/0", ""), "bar");
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        assert_true(migd_object_int64(value, answers[i].pointer, -1) == answers[i].value);
    }
    migd_object_free(value);
}

static void finds_nothing_where_nothing_is(void **state)
{
    (void)state;
    static const char *const pointers[] = {"/foo/2",
                                           "/foo/-",
                                           "/foo/00",
                                           "/foo/01",
                                           "/foo/+1",
                                           "/foo/ 0",
                                           "/foo/0/x",
                                           "/bar",
                                           "foo",
                                           "/foo~",
                                           "/m~n",
                                           "/m~2n",
                                           "//",
                                           "/foo/",
                                           "#/foo",
                                           "/foo/99999999999",
                                           "/foo/18446744073709551616"};
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(rfc, strlen(rfc), NULL, &value, NULL), MIGD_OK);
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        if (migd_object_at(value, pointers[i]) != NULL) {
            fail_msg("%s", pointers[i]);
        }
    }
    assert_null(migd_object_at(value, NULL));
    migd_object_free(value);
}

static void formats_a_pointer(void **state)
{
    (void)state;
    migd_object *value = NULL;
    assert_int_equal(migd_object_parse(rfc, strlen(rfc), NULL, &value, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(migdi_object_atf(value, "/%s/%d", "foo", 1), "", ""),
                        "baz");
    char wide[600];
    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    assert_null(migdi_object_atf(value, "/%s", wide));
    migd_object_free(value);
}

static void adds_a_step_escaped(void **state)
{
    (void)state;
    migdi_text pointer = {0};
    migdi_pointer_add(&pointer, "a/b~c");
    migdi_pointer_add(&pointer, "");
    migdi_pointer_add(&pointer, "0");
    assert_string_equal(migdi_text_string(&pointer), "/a~1b~0c//0");
    migdi_text_free(&pointer);
}

static void a_path_of_the_command_line_becomes_a_pointer(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *pointer; /* NULL: refused */
    } paths[] = {
        {"spec.replicas", "/spec/replicas"},
        {"spec", "/spec"},
        {"spec.ports[0].port", "/spec/ports/0/port"},
        {"spec.ports.0.port", "/spec/ports/0/port"},
        {"a[1][2]", "/a/1/2"},
        {"a/b.c~d", "/a~1b/c~0d"},
        {"/spec/x~1y", "/spec/x~1y"},
        {"", NULL},
        {".a", NULL},
        {"a.", NULL},
        {"a..b", NULL},
        {"a[", NULL},
        {"a[]", NULL},
        {"a[x]", NULL},
        {"a[1]b", NULL},
        {"a.[1]", NULL},
        {"[0]", NULL},
        {"/a~", NULL},
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        migdi_text pointer = {0};
        migd_error *error = NULL;
        const migd_status status = migdi_pointer_from_path(paths[i].path, &pointer, &error);
        if (paths[i].pointer == NULL) {
            assert_int_equal(status, MIGD_ERR_INVALID);
        } else {
            assert_int_equal(status, MIGD_OK);
            assert_string_equal(migdi_text_string(&pointer), paths[i].pointer);
        }
        migd_error_free(error);
        migdi_text_free(&pointer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_the_rfc),
        cmocka_unit_test(finds_nothing_where_nothing_is),
        cmocka_unit_test(formats_a_pointer),
        cmocka_unit_test(adds_a_step_escaped),
        cmocka_unit_test(a_path_of_the_command_line_becomes_a_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
