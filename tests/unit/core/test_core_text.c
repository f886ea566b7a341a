#include "test_support.h"

#include "core_text.h"

#include <string.h>

static void a_text_is_built_of_every_kind_of_piece(void **state)
{
    (void)state;
    migdi_text text = {0};
    assert_string_equal(migdi_text_string(&text), "");
    migdi_text_add(&text, "ab\0c", 4);
    migdi_text_add(&text, NULL, 0);
    migdi_text_add_string(&text, "de");
    migdi_text_add_char(&text, '-');
    migdi_text_add_repeated(&text, '=', 3);
    migdi_text_add_repeated(&text, '=', 0);
    migdi_text_format(&text, "%s%03d%%", "f", 7);
    migdi_text_format(&text, "%s", "");
    assert_false(text.failed);
    assert_int_equal(text.size, 15);
    assert_memory_equal(text.bytes, "ab\0cde-===f007%", 16);
    migdi_text_clear(&text);
    assert_string_equal(migdi_text_string(&text), "");
    assert_int_equal(text.size, 0);
    assert_true(text.capacity > 0);
    migdi_text_free(&text);
    assert_null(text.bytes);
}

static void many_small_pieces_need_few_allocations(void **state)
{
    (void)state;
    migdi_text text = {0};
    test_count_allocations();
    for (int i = 0; i < 100000; i++) {
        migdi_text_add_char(&text, (char)('a' + i % 26));
    }
    assert_true(test_allocations() < 20);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(text.bytes[i], 'a' + i % 26);
    }
    migdi_text_free(&text);
    test_uncount_allocations();
}

static void a_ceiling_holds_to_the_byte(void **state)
{
    (void)state;
    migdi_text text = {.ceiling = 5};
    migdi_text_add_string(&text, "12345");
    assert_false(text.failed);
    migdi_text_add_char(&text, '6');
    assert_true(text.failed);
    assert_string_equal(migdi_text_string(&text), "12345");
    migdi_text_clear(&text);
    migdi_text_format(&text, "%d", 123456);
    assert_true(text.failed);
    assert_string_equal(migdi_text_string(&text), "");
    migdi_text_free(&text);
    migdi_text_add_repeated(&text, 'x', 6); /* a ceiling outlives what it was over */
    assert_true(text.failed);
    assert_null(migdi_text_take_buf(&text));
    migdi_text_free(&text);
}

static void a_failed_text_takes_nothing_more(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add_string(&text, "kept");
    migdi_text_add_repeated(&text, 'x', SIZE_MAX - 1);
    assert_true(text.failed);
    migdi_text_add_char(&text, 'y');
    migdi_text_format(&text, "%s", "z");
    assert_string_equal(migdi_text_string(&text), "kept");
    assert_int_equal(text.size, 4);
    assert_null(migdi_text_take_buf(&text));
    assert_null(text.bytes);
}

static void a_buffer_takes_the_bytes_over(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add(&text, "a\0b", 3);
    const char *bytes = text.bytes;
    migd_buf *buffer = migdi_text_take_buf(&text);
    assert_ptr_equal(migd_buf_data(buffer), bytes);
    assert_memory_equal(migd_buf_data(buffer), "a\0b\0", 4);
    assert_int_equal(migd_buf_size(buffer), 3);
    assert_null(text.bytes);
    migd_buf_free(buffer);
    buffer = migdi_text_take_buf(&text);
    assert_string_equal(migd_buf_data(buffer), "");
    assert_int_equal(migd_buf_size(buffer), 0);
    migd_buf_free(buffer);
    assert_string_equal(migd_buf_data(NULL), "");
    assert_int_equal(migd_buf_size(NULL), 0);
    migd_buf_free(NULL);
}

static void two_texts_are_equal_or_not_and_null_is_only_itself(void **state)
{
    (void)state;
    char other[] = "a";
    assert_true(migdi_text_equal("a", other));
    assert_true(migdi_text_equal(NULL, NULL));
    assert_false(migdi_text_equal("a", "A"));
    assert_false(migdi_text_equal("a", ""));
    assert_false(migdi_text_equal(NULL, ""));
    assert_false(migdi_text_equal("", NULL));
}

static migd_status build(void *user)
{
    (void)user;
    migdi_text text = {0};
    for (int i = 0; i < 100; i++) {
        migdi_text_format(&text, "%d,", i);
        migdi_text_add_repeated(&text, ' ', 2);
    }
    const bool failed = text.failed;
    migd_buf *buffer = migdi_text_take_buf(&text);
    assert_true(buffer == NULL || (!failed && migd_buf_size(buffer) == 490));
    const migd_status status = buffer == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
    migd_buf_free(buffer);
    return status;
}

static void lack_of_memory_is_told_at_the_end_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(build, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_built_of_every_kind_of_piece),
        cmocka_unit_test(many_small_pieces_need_few_allocations),
        cmocka_unit_test(a_ceiling_holds_to_the_byte),
        cmocka_unit_test(a_failed_text_takes_nothing_more),
        cmocka_unit_test(a_buffer_takes_the_bytes_over),
        cmocka_unit_test(two_texts_are_equal_or_not_and_null_is_only_itself),
        cmocka_unit_test(lack_of_memory_is_told_at_the_end_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
