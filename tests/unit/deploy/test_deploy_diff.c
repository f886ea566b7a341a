#include "test_support.h"

#include "deploy_diff.h"

#include <string.h>

static migd_object *parse(const char *text)
{
    migd_object *object = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &object, NULL), MIGD_OK);
    return object;
}

static void told(const char *from, const char *to, const char *wanted)
{
    migdi_arena arena = {0};
    migd_object *left = parse(from);
    migd_object *right = parse(to);
    migd_object *expected = parse(wanted);
    const migd_object *fields = migdi_diff(left, right, &arena);
    assert_int_equal(migd_object_equal(fields, expected), 1);
    migd_object_free(expected);
    migd_object_free(right);
    migd_object_free(left);
    migdi_arena_free(&arena);
}

static void each_field_that_differs_is_told_with_both_values(void **state)
{
    (void)state;
    told("{\"a\":1,\"b\":{\"c\":[1,2]}}", "{\"a\":1,\"b\":{\"c\":[1,2]}}", "[]");
    told("{\"a\":1}", "{\"a\":2}", "[{\"pointer\":\"/a\",\"from\":1,\"to\":2}]");
    told("{}", "{\"a\":{\"b\":1}}", "[{\"pointer\":\"/a\",\"to\":{\"b\":1}}]");
    told("{\"a/b\":1}", "{}", "[{\"pointer\":\"/a~1b\",\"from\":1}]");
    told("{\"l\":[{\"x\":1},2]}", "{\"l\":[{\"x\":3},2,4]}",
         "[{\"pointer\":\"/l/0/x\",\"from\":1,\"to\":3},{\"pointer\":\"/l/2\",\"to\":4}]");
    told("{\"a\":false}", "{\"a\":null}", "[{\"pointer\":\"/a\",\"from\":false,\"to\":null}]");
}

static void what_the_server_keeps_of_its_own_is_not_compared(void **state)
{
    (void)state;
    told("{\"metadata\":{\"resourceVersion\":\"1\",\"generation\":1,\"managedFields\":[]},"
         "\"status\":{\"x\":1}}",
         "{\"metadata\":{\"resourceVersion\":\"2\",\"generation\":2,\"managedFields\":[1]},"
         "\"status\":{\"x\":2}}",
         "[]");
}

static void differences_are_found_at_and_below_a_pointer(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migd_object *left = parse("{\"spec\":{\"replicas\":1,\"template\":{\"a\":1},\"templates\":1}}");
    migd_object *right =
        parse("{\"spec\":{\"replicas\":2,\"template\":{\"a\":1},\"templates\":2}}");
    const migd_object *fields = migdi_diff(left, right, &arena);
    assert_false(migdi_diff_touches(fields, "/spec/template"));
    assert_true(migdi_diff_touches(fields, "/spec"));
    assert_true(migdi_diff_touches(fields, "/spec/replicas"));
    assert_int_equal(migdi_diff_beside(fields, "/spec/replicas"), 1);
    fields = migdi_diff_number("/spec/replicas", 3, 4, &arena);
    assert_int_equal(migd_object_int64(fields, "/0/from", 0), 3);
    assert_int_equal(migd_object_int64(fields, "/0/to", 0), 4);
    migd_object_free(right);
    migd_object_free(left);
    migdi_arena_free(&arena);
}

static migd_status diff_and_free(void *user)
{
    migd_object *const *pair = user;
    migdi_arena arena = {0};
    const migd_object *fields = migdi_diff(pair[0], pair[1], &arena);
    const bool whole = fields != NULL && migd_object_count(fields) == 2;
    assert_true(whole || arena.failed);
    migdi_arena_free(&arena);
    return whole ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_never_no_difference(void **state)
{
    (void)state;
    migd_object *pair[] = {parse("{\"a\":{\"b\":[1,2]}}"), parse("{\"a\":{\"b\":[1,3]},\"c\":1}")};
    assert_true(test_fail_allocations(diff_and_free, pair) > 3);
    migd_object_free(pair[0]);
    migd_object_free(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_that_differs_is_told_with_both_values),
        cmocka_unit_test(what_the_server_keeps_of_its_own_is_not_compared),
        cmocka_unit_test(differences_are_found_at_and_below_a_pointer),
        cmocka_unit_test(lack_of_memory_is_never_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
