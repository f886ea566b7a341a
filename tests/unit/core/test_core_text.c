#include "test_support.h"

#include "core_text.h"

#include <string.h>

static void it_grows_by_every_way_of_adding(void **state)
{
    (void)state;
    migdi_text text = {0};
    assert_string_equal(migdi_text_string(&text), "");
    migdi_text_add(&text, "a\0b", 3);
    migdi_text_add_string(&text, "cd");
    migdi_text_add_char(&text, 'e');
    migdi_text_add_repeated(&text, '-', 3);
    migdi_text_format(&text, "%d of %d", 3, 5);
    assert_int_equal(text.size, 15);
    assert_memory_equal(text.bytes, "a\0bcde---3 of 5", 16);
    migdi_text_clear(&text);
    assert_string_equal(migdi_text_string(&text), "");
    migdi_text_add_string(&text, "anew");
    assert_string_equal(migdi_text_string(&text), "anew");
    migdi_text_free(&text);
}

static void a_ceiling_holds_to_the_byte_and_is_remembered(void **state)
{
    (void)state;
    migdi_text text = {.ceiling = 4};
    migdi_text_add_string(&text, "abcd");
    assert_false(text.failed);
    migdi_text_add_char(&text, 'e');
    assert_true(text.failed);
    migdi_text_add(&text, "", 0);
    assert_string_equal(migdi_text_string(&text), "abcd");
    assert_null(migdi_text_take_buf(&text));
    assert_int_equal(text.ceiling, 4);
    assert_false(text.failed);
}

static void a_size_out_of_range_fails_it(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add_char(&text, 'a');
    migdi_text_add_repeated(&text, 'a', SIZE_MAX - 1);
    assert_true(text.failed);
    assert_string_equal(migdi_text_string(&text), "a");
    migdi_text_free(&text);
}

static void its_bytes_become_a_buffer_that_knows_their_number(void **state)
{
    (void)state;
    migdi_text text = {0};
    migd_buf *buffer = migdi_text_take_buf(&text);
    assert_int_equal(migd_buf_size(buffer), 0);
    assert_string_equal(migd_buf_data(buffer), "");
    migd_buf_free(buffer);

    migdi_text_add(&text, "a\0b", 3);
    buffer = migdi_text_take_buf(&text);
    assert_null(text.bytes);
    assert_int_equal(migd_buf_size(buffer), 3);
    assert_memory_equal(migd_buf_data(buffer), "a\0b", 4);
    migd_buf_free(buffer);

    assert_int_equal(migd_buf_size(NULL), 0);
    assert_string_equal(migd_buf_data(NULL), "");
    migd_buf_free(NULL);
}

static void null_equals_only_null(void **state)
{
    (void)state;
    assert_true(migdi_text_equal(NULL, NULL));
    assert_true(migdi_text_equal("a", "a"));
    assert_false(migdi_text_equal("a", "b"));
    assert_false(migdi_text_equal(NULL, ""));
    assert_false(migdi_text_equal("", NULL));
}

static migd_status make_a_buffer(void *user)
{
    (void)user;
    migdi_text text = {0};
    for (int i = 0; i < 100; i++) {
        migdi_text_format(&text, "%d ", i);
    }
    migd_buf *buffer = migdi_text_take_buf(&text);
    const migd_status status = buffer == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
    if (buffer != NULL) {
        assert_int_equal(migd_buf_size(buffer), 10 * 2 + 90 * 3);
    }
    migd_buf_free(buffer);
    return status;
}

static void lack_of_memory_is_remembered_until_the_end(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(make_a_buffer, NULL) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_by_every_way_of_adding),
        cmocka_unit_test(a_ceiling_holds_to_the_byte_and_is_remembered),
        cmocka_unit_test(a_size_out_of_range_fails_it),
        cmocka_unit_test(its_bytes_become_a_buffer_that_knows_their_number),
        cmocka_unit_test(null_equals_only_null),
        cmocka_unit_test(lack_of_memory_is_remembered_until_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
