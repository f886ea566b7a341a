#include "test_support.h"

#include "core_call_options.h"

#include <migdeploy/job.h>
#include <stdio.h>

static migd_call_options *new_options(void)
{
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    return options;
}

static void numbers_begin_as_the_header_says(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    const migd_call_options *either[] = {options, NULL};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(migd_call_options_int64(either[i], MIGD_CALL_DEADLINE_MS), MIGD_FOREVER);
        assert_int_equal(migd_call_options_int64(either[i], MIGD_CALL_DRY_RUN), 0);
        assert_int_equal(migd_call_options_int64(either[i], MIGD_CALL_CONSENT), 0);
        assert_int_equal(migd_call_options_int64(either[i], 0), -1);
        assert_int_equal(migd_call_options_int64(either[i], MIGD_CALL_ONLY), -1);
    }
    migd_call_options_free(options);
}

static void a_number_out_of_range_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 0, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, INT64_MAX, NULL),
                     MIGD_OK);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, -2, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_FORCE, 1, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_FORCE, 2, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_set_int64(options, MIGD_CALL_CONSENT + 1, 1, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_set_int64(NULL, MIGD_CALL_FORCE, 1, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_int64(options, MIGD_CALL_DEADLINE_MS), INT64_MAX);
    assert_int_equal(migd_call_options_int64(options, MIGD_CALL_FORCE), 1);
    migd_call_options_free(options);
}

static void a_text_is_copied_and_null_returns_to_the_default(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    char name[] = "blue";
    assert_int_equal(migd_call_options_set_text(options, MIGD_CALL_NAMESPACE, name, NULL), MIGD_OK);
    name[0] = 'X';
    assert_string_equal(migd_call_options_text(options, MIGD_CALL_NAMESPACE), "blue");
    assert_null(migd_call_options_text(options, MIGD_CALL_CONTEXT));
    assert_int_equal(migd_call_options_set_text(options, MIGD_CALL_NAMESPACE, NULL, NULL), MIGD_OK);
    assert_null(migd_call_options_text(options, MIGD_CALL_NAMESPACE));
    assert_int_equal(migd_call_options_set_text(options, MIGD_CALL_FORCE, "1", NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_set_text(options, MIGD_CALL_FIELD_MANAGER + 1, "1", NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_set_text(NULL, MIGD_CALL_NAMESPACE, "a", NULL),
                     MIGD_ERR_INVALID);
    assert_null(migd_call_options_text(NULL, MIGD_CALL_NAMESPACE));
    assert_null(migd_call_options_text(options, -1));
    migd_call_options_free(options);
}

static void accepted_rules_are_told_once_in_their_order(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    assert_int_equal(migd_call_options_accept(options, "T16", NULL), MIGD_OK);
    assert_int_equal(migd_call_options_accept(options, "C9", NULL), MIGD_OK);
    assert_int_equal(migd_call_options_accept(options, "T16", NULL), MIGD_OK);
    assert_true(migdi_call_options_accepts(options, "C9"));
    assert_false(migdi_call_options_accepts(options, "C10"));
    assert_false(migdi_call_options_accepts(NULL, "C9"));
    assert_string_equal(migdi_call_options_accepted(options, 0), "T16");
    assert_string_equal(migdi_call_options_accepted(options, 1), "C9");
    assert_null(migdi_call_options_accepted(options, 2));
    assert_null(migdi_call_options_accepted(NULL, 0));
    migd_call_options_free(options);
}

static void what_is_no_name_of_a_rule_is_refused(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    const char *longest = "0123456789012345678901234567890123456789012345678901234567890123";
    assert_int_equal(migd_call_options_accept(options, longest, NULL), MIGD_OK);
    assert_int_equal(
        migd_call_options_accept(
            options, "01234567890123456789012345678901234567890123456789012345678901234", NULL),
        MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_accept(options, "", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_accept(options, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_call_options_accept(NULL, "C9", NULL), MIGD_ERR_INVALID);
    char name[16];
    for (int i = 1; i < 1000; i++) {
        snprintf(name, sizeof name, "R%d", i);
        assert_int_equal(migd_call_options_accept(options, name, NULL), MIGD_OK);
    }
    assert_int_equal(migd_call_options_accept(options, "R1000", NULL), MIGD_ERR_INVALID);
    migd_call_options_free(options);
}

static void a_cancel_lives_as_long_as_the_options(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    migd_cancel *first = NULL;
    migd_cancel *second = NULL;
    assert_int_equal(migd_cancel_new(&first, NULL), MIGD_OK);
    assert_int_equal(migd_cancel_new(&second, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, first);
    migd_cancel_free(first);
    migd_call_options_set_cancel(options, first);
    migd_cancel_signal(migdi_call_options_cancel(options));
    assert_true(migdi_cancel_thrown(migdi_call_options_cancel(options)));
    migd_call_options_set_cancel(options, second);
    migd_cancel_free(second);
    assert_false(migdi_cancel_thrown(migdi_call_options_cancel(options)));
    migd_call_options_set_cancel(options, NULL);
    assert_null(migdi_call_options_cancel(options));
    assert_null(migdi_call_options_cancel(NULL));
    migd_call_options_set_cancel(NULL, NULL);
    migd_call_options_free(options);
    migd_call_options_free(NULL);
    assert_int_equal(migd_call_options_new(NULL, NULL), MIGD_ERR_INVALID);
}

static void a_copy_has_all_of_it(void **state)
{
    (void)state;
    migd_call_options *options = new_options();
    migd_call_options *copy = NULL;
    migd_cancel *cancel = NULL;
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    for (int32_t i = MIGD_CALL_DEADLINE_MS; i <= MIGD_CALL_CONSENT; i++) {
        assert_int_equal(migd_call_options_set_int64(options, i, 1, NULL), MIGD_OK);
    }
    for (int32_t i = MIGD_CALL_ONLY; i <= MIGD_CALL_FIELD_MANAGER; i++) {
        assert_int_equal(migd_call_options_set_text(options, i, "blue", NULL), MIGD_OK);
    }
    assert_int_equal(migd_call_options_accept(options, "C9", NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    assert_int_equal(migdi_call_options_copy(options, &copy, NULL), MIGD_OK);
    migd_call_options_free(options);
    for (int32_t i = MIGD_CALL_DEADLINE_MS; i <= MIGD_CALL_CONSENT; i++) {
        assert_int_equal(migd_call_options_int64(copy, i), 1);
    }
    for (int32_t i = MIGD_CALL_ONLY; i <= MIGD_CALL_FIELD_MANAGER; i++) {
        assert_string_equal(migd_call_options_text(copy, i), "blue");
    }
    assert_true(migdi_call_options_accepts(copy, "C9"));
    migd_cancel_signal(cancel);
    assert_true(migdi_cancel_thrown(migdi_call_options_cancel(copy)));
    migd_cancel_free(cancel);
    migd_call_options_free(copy);
    assert_int_equal(migdi_call_options_copy(NULL, &copy, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_int64(copy, MIGD_CALL_DEADLINE_MS), MIGD_FOREVER);
    migd_call_options_free(copy);
}

static migd_status fill_options(void *user)
{
    (void)user;
    migd_call_options *options = NULL;
    migd_call_options *copy = NULL;
    migd_status status = migd_call_options_new(&options, NULL);
    if (status >= 0) {
        status = migd_call_options_set_text(options, MIGD_CALL_ONLY, "members", NULL);
    }
    if (status >= 0) {
        status = migd_call_options_accept(options, "C9", NULL);
    }
    if (status >= 0) {
        status = migdi_call_options_copy(options, &copy, NULL);
    }
    if (status >= 0) {
        assert_string_equal(migd_call_options_text(copy, MIGD_CALL_ONLY), "members");
        assert_true(migdi_call_options_accepts(copy, "C9"));
    }
    migd_call_options_free(options);
    migd_call_options_free(copy);
    return status;
}

static void lack_of_memory_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(test_fail_allocations(fill_options, NULL), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_begin_as_the_header_says),
        cmocka_unit_test(a_number_out_of_range_is_refused_and_changes_nothing),
        cmocka_unit_test(a_text_is_copied_and_null_returns_to_the_default),
        cmocka_unit_test(accepted_rules_are_told_once_in_their_order),
        cmocka_unit_test(what_is_no_name_of_a_rule_is_refused),
        cmocka_unit_test(a_cancel_lives_as_long_as_the_options),
        cmocka_unit_test(a_copy_has_all_of_it),
        cmocka_unit_test(lack_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
