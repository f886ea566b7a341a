#include "test_support.h"

#include "core_arena.h"

#include <stdalign.h>
#include <string.h>

static void pieces_are_aligned_and_never_overlap(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    unsigned char *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        const size_t size = i * 37 % 300;
        if (i % 3 == 0) {
            assert_non_null(migdi_arena_text(&arena, "odd", 3));
        }
        pieces[i] = migdi_arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)i, size);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < i * 37 % 300; j++) {
            assert_int_equal(pieces[i][j], i);
        }
    }
    assert_false(arena.failed);
    migdi_arena_free(&arena);
}

static void a_piece_larger_than_any_block_is_had(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    static const char zeros[1000];
    char *large = migdi_arena_alloc_zeroed(&arena, 1000, 1000);
    assert_non_null(large);
    assert_memory_equal(large + 999000, zeros, 1000);
    assert_true(arena.used >= 1000000);
    assert_non_null(migdi_arena_alloc(&arena, 1));
    migdi_arena_free(&arena);
    assert_int_equal(arena.used, 0);
    assert_non_null(migdi_arena_alloc(&arena, 0)); /* and may be used anew */
    migdi_arena_free(&arena);
}

static void many_small_pieces_need_few_allocations(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    test_count_allocations();
    for (int i = 0; i < 10000; i++) {
        assert_non_null(migdi_arena_alloc(&arena, 16));
    }
    assert_true(test_allocations() < 12);
    migdi_arena_free(&arena);
    assert_int_equal(test_live_allocations(), 0);
    test_uncount_allocations();
}

static void texts_are_copied_and_formatted(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    const char *copy = migdi_arena_text(&arena, "abc", 2);
    assert_string_equal(copy, "ab");
    assert_string_equal(migdi_arena_text(&arena, NULL, 0), "");
    assert_string_equal(migdi_arena_format(&arena, "%s-%d", "md", 2), "md-2");
    char *long_text = migdi_arena_format(&arena, "%5000d", 7);
    assert_int_equal(strlen(long_text), 5000);
    assert_int_equal(long_text[4999], '7');
    assert_string_equal(copy, "ab");
    migdi_arena_free(&arena);
}

static void what_cannot_be_had_is_remembered(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    assert_null(migdi_arena_alloc_zeroed(&arena, SIZE_MAX / 2, 3));
    assert_true(arena.failed);
    migdi_arena_free(&arena);
    assert_false(arena.failed);
    assert_null(migdi_arena_text(&arena, "", SIZE_MAX));
    assert_true(arena.failed);
    migdi_arena_free(&arena);
    assert_null(migdi_arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.failed);
    assert_non_null(migdi_arena_alloc(&arena, 1));
    assert_true(arena.failed);
    migdi_arena_free(&arena);
}

typedef struct {
    char name;
    char *log;
} gift;

static void log_release(void *owned)
{
    const gift *given = owned;
    const size_t size = strlen(given->log);
    given->log[size] = given->name;
}

static void what_was_given_is_released_last_given_first(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    char log[8] = "";
    gift first = {'1', log};
    gift second = {'2', log};
    assert_true(migdi_arena_give(&arena, &first, log_release));
    assert_true(migdi_arena_give(&arena, &second, log_release));
    assert_string_equal(log, "");
    migdi_arena_free(&arena);
    assert_string_equal(log, "21");
    migdi_arena_free(&arena);
    assert_string_equal(log, "21");
}

static migd_status give_and_fill(void *user)
{
    migdi_arena arena = {0};
    char log[8] = "";
    gift given = {'x', log};
    (void)user;
    const bool kept = migdi_arena_give(&arena, &given, log_release);
    assert_string_equal(log, kept ? "" : "x"); /* at once, when it cannot be kept */
    const char *text = migdi_arena_format(&arena, "%2000d", 1);
    const void *zeroed = migdi_arena_alloc_zeroed(&arena, 10, 1000);
    const bool all = kept && text != NULL && zeroed != NULL;
    assert_int_equal(arena.failed, !all);
    migdi_arena_free(&arena);
    assert_string_equal(log, "x");
    return all ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(give_and_fill, NULL) >= 3);
}

static _Alignas(max_align_t) char block[4096];

static void *the_block(size_t size, void *user)
{
    (void)user;
    return size <= sizeof block ? block : NULL;
}

static void *no_other(void *memory, size_t size, void *user)
{
    (void)memory;
    (void)size;
    (void)user;
    return NULL;
}

static void keep_the_block(void *memory, void *user)
{
    (void)memory;
    (void)user;
}

static bool block_holds(const char *text)
{
    for (size_t i = 0; i + strlen(text) <= sizeof block; i++) {
        if (memcmp(block + i, text, strlen(text)) == 0) {
            return true;
        }
    }
    return false;
}

static void an_arena_with_a_secret_is_wiped(void **state)
{
    (void)state;
    assert_int_equal(migd_set_allocator(the_block, no_other, keep_the_block, NULL), MIGD_OK);
    for (int secret = 0; secret <= 1; secret++) {
        migdi_arena arena = {.secret = secret != 0};
        assert_non_null(migdi_arena_text(&arena, "hunter2", 7));
        assert_true(block_holds("hunter2"));
        migdi_arena_free(&arena);
        assert_int_equal(block_holds("hunter2"), secret == 0);
    }
    assert_int_equal(migd_set_allocator(NULL, NULL, NULL, NULL), MIGD_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_never_overlap),
        cmocka_unit_test(a_piece_larger_than_any_block_is_had),
        cmocka_unit_test(many_small_pieces_need_few_allocations),
        cmocka_unit_test(texts_are_copied_and_formatted),
        cmocka_unit_test(what_cannot_be_had_is_remembered),
        cmocka_unit_test(what_was_given_is_released_last_given_first),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
        cmocka_unit_test(an_arena_with_a_secret_is_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
