#include "test_support.h"

#include "core_alloc.h"

#include <string.h>

static void *no_memory(size_t size, void *user)
{
    (void)size;
    ++*(int *)user;
    return NULL;
}

static void *no_more_memory(void *memory, size_t size, void *user)
{
    (void)memory;
    return no_memory(size, user);
}

static void release(void *memory, void *user)
{
    (void)memory;
    ++*(int *)user;
}

static void the_hosts_allocator_is_asked_for_everything(void **state)
{
    (void)state;
    int calls = 0;
    char piece[1];
    assert_int_equal(migd_set_allocator(no_memory, no_more_memory, release, &calls), MIGD_OK);
    assert_null(migdi_alloc(1));
    assert_null(migdi_alloc_zeroed(1, 1));
    assert_null(migdi_realloc(NULL, 1));
    assert_null(migdi_realloc(piece, 2));
    assert_null(migdi_text_copy("a", 1));
    assert_int_equal(calls, 5);
    migdi_free(piece);
    assert_int_equal(calls, 6);
    migdi_free(NULL);
    assert_int_equal(calls, 6);
    assert_int_equal(migd_set_allocator(NULL, NULL, NULL, NULL), MIGD_OK);
}

static void half_an_allocator_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    int calls = 0;
    assert_int_equal(migd_set_allocator(no_memory, NULL, NULL, &calls), MIGD_ERR_INVALID);
    assert_int_equal(migd_set_allocator(no_memory, no_more_memory, NULL, &calls), MIGD_ERR_INVALID);
    assert_int_equal(migd_set_allocator(NULL, NULL, release, &calls), MIGD_ERR_INVALID);
    void *memory = migdi_alloc(1);
    assert_non_null(memory);
    migdi_free(memory);
    assert_int_equal(calls, 0);
}

static void size_0_gives_a_pointer_that_may_be_freed(void **state)
{
    (void)state;
    void *memory = migdi_alloc(0);
    assert_non_null(memory);
    memory = migdi_realloc(memory, 0);
    assert_non_null(memory);
    migdi_free(memory);
    memory = migdi_alloc_zeroed(0, 8);
    assert_non_null(memory);
    migdi_free(memory);
}

static void sizes_that_overflow_are_no_memory(void **state)
{
    (void)state;
    assert_null(migdi_alloc_zeroed(SIZE_MAX / 2 + 1, 2));
    assert_null(migdi_alloc_zeroed(2, SIZE_MAX / 2 + 1));
    assert_null(migdi_text_copy("", SIZE_MAX));
}

static void zeroed_memory_is_zero(void **state)
{
    (void)state;
    static const char zeros[300];
    char *memory = migdi_alloc_zeroed(100, 3);
    assert_non_null(memory);
    assert_memory_equal(memory, zeros, 300);
    migdi_free(memory);
}

static void growing_doubles_and_keeps_what_is_there(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = 0;
    assert_true(migdi_grow(&items, &capacity, 0, sizeof(int)));
    assert_null(items);
    for (int i = 0; i < 1000; i++) {
        assert_true(migdi_grow(&items, &capacity, (size_t)i + 1, sizeof(int)));
        ((int *)items)[i] = i;
    }
    assert_int_equal(capacity, 1024);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(((int *)items)[i], i);
    }
    void *before = items;
    assert_false(migdi_grow(&items, &capacity, SIZE_MAX, sizeof(int)));
    assert_false(migdi_grow(&items, &capacity, SIZE_MAX / 4 + 1, sizeof(int)));
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 1024);
    migdi_free(items);
}

static migd_status grow(void *user)
{
    (void)user;
    void *items = NULL;
    size_t capacity = 0;
    bool grown = true;
    for (size_t wanted = 1; wanted < 100 && grown; wanted *= 3) {
        const size_t before = capacity;
        grown = migdi_grow(&items, &capacity, wanted, 8);
        assert_true(grown ? capacity >= wanted : capacity == before);
    }
    migdi_free(items);
    return grown ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void what_cannot_grow_stays_as_it_was(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(grow, NULL) > 2);
}

static void wiping_leaves_nothing(void **state)
{
    (void)state;
    char secret[] = "hunter2";
    migdi_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++) {
        assert_int_equal(secret[i], 0);
    }
    migdi_wipe(NULL, 0);
}

static void a_copied_text_ends_with_nul_and_may_hold_one(void **state)
{
    (void)state;
    char *copy = migdi_text_copy("a\0b", 3);
    assert_non_null(copy);
    assert_memory_equal(copy, "a\0b\0", 4);
    migdi_free(copy);
    copy = migdi_text_copy(NULL, 0);
    assert_string_equal(copy, "");
    migdi_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hosts_allocator_is_asked_for_everything),
        cmocka_unit_test(half_an_allocator_is_refused_and_changes_nothing),
        cmocka_unit_test(size_0_gives_a_pointer_that_may_be_freed),
        cmocka_unit_test(sizes_that_overflow_are_no_memory),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(growing_doubles_and_keeps_what_is_there),
        cmocka_unit_test(what_cannot_grow_stays_as_it_was),
        cmocka_unit_test(wiping_leaves_nothing),
        cmocka_unit_test(a_copied_text_ends_with_nul_and_may_hold_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
