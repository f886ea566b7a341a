#include "test_support.h"

#include "job_call.h"

#include <string.h>

static const migdi_call base = {
    .method = "PUT", .path = "/a?b", .body = "x\0y", .body_size = 3, .accept = "a", .name = "n"};

static void calls_are_told_apart_by_target_method_path_and_body(void **state)
{
    (void)state;
    migdi_call same = base;
    same.name = "another";
    same.accept = NULL;
    same.idempotent = true;
    assert_true(migdi_call_equal(&base, &same));
    assert_true(migdi_call_equal(&base, &base));
    assert_true(migdi_call_hash(&base) == migdi_call_hash(&same));
    migdi_call others[] = {base, base, base, base, base};
    others[0].target = 1;
    others[1].method = "PATCH";
    others[2].path = "/a?c";
    others[3].body = "x\0z";
    others[4].body_size = 2;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(migdi_call_equal(&base, &others[i]));
        assert_false(migdi_call_hash(&base) == migdi_call_hash(&others[i]));
    }
    assert_false(migdi_call_equal(NULL, &base));
    assert_false(migdi_call_equal(&base, NULL));
    assert_false(migdi_call_equal(NULL, NULL));
}

static void a_watch_is_the_same_from_whichever_version_it_starts(void **state)
{
    (void)state;
    const migdi_call one = {.method = "GET", .path = "/w?from=1", .key = "/w"};
    const migdi_call two = {.method = "GET", .path = "/w?from=2", .key = "/w"};
    assert_true(migdi_call_equal(&one, &two));
    assert_true(migdi_call_hash(&one) == migdi_call_hash(&two));
}

static void a_copy_needs_nothing_of_the_first(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_arena second = {0};
    migdi_call *copy = migdi_call_copy(&arena, &base);
    migdi_call *again = migdi_call_copy(&second, copy);
    memset((char *)(uintptr_t)copy->path, 'z', 4);
    migdi_arena_free(&arena);
    assert_true(migdi_call_equal(again, &base));
    assert_string_equal(again->name, "n");
    assert_string_equal(again->accept, "a");
    assert_null(again->key);
    assert_null(again->content_type);
    migdi_arena_free(&second);
}

static void to_people_it_is_its_name_or_method_and_path(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    migdi_call nameless = base;
    nameless.name = NULL;
    assert_string_equal(migdi_call_title(&base, &arena), "n");
    assert_string_equal(migdi_call_title(&nameless, &arena), "PUT /a");
    migdi_arena_free(&arena);
}

static migd_status copy_it(void *user)
{
    migdi_arena arena = {0};
    (void)user;
    static char long_path[5000];
    memset(long_path, 'a', sizeof long_path - 1);
    migdi_call call = base;
    call.path = long_path;
    const migdi_call *copy = migdi_call_copy(&arena, &call);
    assert_true(copy == NULL || migdi_call_equal(copy, &call));
    migdi_arena_free(&arena);
    return copy == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
}

static void lack_of_memory_gives_no_half_copy(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(copy_it, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_told_apart_by_target_method_path_and_body),
        cmocka_unit_test(a_watch_is_the_same_from_whichever_version_it_starts),
        cmocka_unit_test(a_copy_needs_nothing_of_the_first),
        cmocka_unit_test(to_people_it_is_its_name_or_method_and_path),
        cmocka_unit_test(lack_of_memory_gives_no_half_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
