#include "test_support.h"

#include "core_options.h"

/* Numbers 3 and 4, texts 7 to 9. */
static const migdi_option_number numbers[] = {{5, 1, 9}, {-1, -1, INT64_MAX}};
static const migdi_options_kind kind = {"box option", 3, 2, numbers, 7, 3};

static void numbers_stay_within_their_bounds(void **state)
{
    (void)state;
    int64_t held[2] = {0};
    migd_error *error = NULL;
    migdi_options_preset(&kind, held);
    assert_int_equal(migdi_options_number(&kind, held, 3), 5);
    assert_int_equal(migdi_options_number(&kind, NULL, 4), -1);
    assert_int_equal(migdi_options_set_number(&kind, held, 3, 9, NULL), MIGD_OK);
    assert_int_equal(migdi_options_set_number(&kind, held, 4, INT64_MAX, NULL), MIGD_OK);
    assert_int_equal(migdi_options_set_number(&kind, held, 3, 10, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "box option 3 cannot be 10: from 1 to 9");
    assert_int_equal(migdi_options_set_number(&kind, held, 4, -2, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_options_number(&kind, held, 3), 9);
    assert_true(migdi_options_number(&kind, held, 4) == INT64_MAX);
    migd_error_free(error);
}

static void what_is_no_option_is_said(void **state)
{
    (void)state;
    int64_t held[2] = {0};
    char *texts[3] = {NULL};
    migd_error *error = NULL;
    const int32_t no_numbers[] = {INT32_MIN, 2, 5, 7};
    const int32_t no_texts[] = {3, 6, 10, INT32_MAX};
    for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++) {
        assert_int_equal(migdi_options_set_number(&kind, held, no_numbers[i], 1, NULL),
                         MIGD_ERR_INVALID);
        assert_int_equal(migdi_options_number(&kind, held, no_numbers[i]), -1);
        assert_int_equal(migdi_options_set_text(&kind, texts, no_texts[i], "a", NULL),
                         MIGD_ERR_INVALID);
        assert_null(migdi_options_text(&kind, texts, no_texts[i]));
    }
    assert_int_equal(migdi_options_set_text(&kind, texts, 3, "a", &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "box option 3 is no text");
    migd_error_free(error);
    assert_int_equal(migdi_options_set_number(&kind, NULL, 3, 1, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "box option 3: options is NULL");
    migd_error_free(error);
    assert_int_equal(migdi_options_set_text(&kind, NULL, 7, "a", NULL), MIGD_ERR_INVALID);
    assert_null(migdi_options_text(&kind, NULL, 7));
}

static void texts_are_copied_taken_away_and_freed(void **state)
{
    (void)state;
    char *texts[3] = {NULL};
    char *copies[3] = {NULL};
    char name[] = "blue";
    assert_int_equal(migdi_options_set_text(&kind, texts, 7, name, NULL), MIGD_OK);
    assert_int_equal(migdi_options_set_text(&kind, texts, 9, "red", NULL), MIGD_OK);
    name[0] = 'X';
    assert_string_equal(migdi_options_text(&kind, texts, 7), "blue");
    assert_true(migdi_options_copy_texts(&kind, copies, texts));
    assert_int_equal(migdi_options_set_text(&kind, texts, 7, NULL, NULL), MIGD_OK);
    assert_null(migdi_options_text(&kind, texts, 7));
    assert_string_equal(migdi_options_text(&kind, copies, 7), "blue");
    assert_null(migdi_options_text(&kind, copies, 8));
    assert_string_equal(migdi_options_text(&kind, copies, 9), "red");
    migdi_options_free_texts(&kind, texts);
    migdi_options_free_texts(&kind, copies);
    assert_null(copies[0]);
}

static migd_status set_and_copy(void *user)
{
    (void)user;
    char *texts[3] = {NULL};
    char *copies[3] = {NULL};
    migd_status status = migdi_options_set_text(&kind, texts, 7, "blue", NULL);
    if (status == MIGD_OK) {
        status = migdi_options_copy_texts(&kind, copies, texts) ? MIGD_OK : MIGD_ERR_NOMEM;
    }
    if (status == MIGD_OK) {
        assert_string_equal(copies[0], "blue");
    }
    migdi_options_free_texts(&kind, texts);
    migdi_options_free_texts(&kind, copies);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_int_equal(test_fail_allocations(set_and_copy, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stay_within_their_bounds),
        cmocka_unit_test(what_is_no_option_is_said),
        cmocka_unit_test(texts_are_copied_taken_away_and_freed),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
