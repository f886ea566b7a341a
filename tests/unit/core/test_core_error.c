#include "test_support.h"

#include "core_error.h"

#include <string.h>

static void an_error_keeps_every_fact_and_the_cause_before_it(void **state)
{
    (void)state;
    migd_error *error = NULL;
    assert_int_equal(migdi_fail(&error, MIGD_ERR_NETWORK, "connect to %s timed out", "host"),
                     MIGD_ERR_NETWORK);
    assert_int_equal(migdi_fail_at(&error, MIGD_ERR_PARSE, (migdi_place){"a.yaml", 3, 7}, "no key"),
                     MIGD_ERR_PARSE);
    migdi_error_set_operation(&error, "read %s", "a.yaml");
    migdi_error_set_remote(&error, 409, "Conflict", "r-1");
    migdi_error_set_retryable(&error, 1500);
    migdi_error_set_remaining(&error, "one Service", "migdeploy destroy");
    migdi_error_add_detail(&error,
                           &(migdi_detail){"/spec", "Owned", "owned by kubectl", "kubectl"});

    assert_int_equal(migd_error_status(error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error), "no key");
    assert_string_equal(migd_error_operation(error), "read a.yaml");
    assert_string_equal(migd_error_remote_code(error), "Conflict");
    assert_string_equal(migd_error_request_id(error), "r-1");
    assert_int_equal(migd_error_http_status(error), 409);
    assert_int_equal(migd_error_retryable(error), 1);
    assert_int_equal(migd_error_retry_after_ms(error), 1500);
    assert_string_equal(migd_error_file(error), "a.yaml");
    assert_int_equal(migd_error_line(error), 3);
    assert_int_equal(migd_error_column(error), 7);
    assert_string_equal(migd_error_remaining(error), "one Service");
    assert_string_equal(migd_error_next(error), "migdeploy destroy");
    assert_int_equal(migd_error_detail_count(error), 1);
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_FIELD), "/spec");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_REASON), "Owned");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_MESSAGE), "owned by kubectl");
    assert_string_equal(migd_error_detail(error, 0, MIGD_DETAIL_SUBJECT), "kubectl");
    assert_null(migd_error_detail(error, 1, MIGD_DETAIL_FIELD));
    assert_null(migd_error_detail(error, 0, 99));
    assert_string_equal(migd_error_message(migd_error_cause(error)), "connect to host timed out");
    assert_null(migd_error_cause(migd_error_cause(error)));
    migd_error_free(error);
}

static void no_error_answers_as_nothing(void **state)
{
    (void)state;
    assert_int_equal(migd_error_status(NULL), MIGD_OK);
    assert_null(migd_error_message(NULL));
    assert_null(migd_error_operation(NULL));
    assert_null(migd_error_remote_code(NULL));
    assert_null(migd_error_request_id(NULL));
    assert_int_equal(migd_error_http_status(NULL), 0);
    assert_int_equal(migd_error_retryable(NULL), 0);
    assert_int_equal(migd_error_retry_after_ms(NULL), 0);
    assert_null(migd_error_file(NULL));
    assert_int_equal(migd_error_line(NULL), 0);
    assert_int_equal(migd_error_column(NULL), 0);
    assert_null(migd_error_cause(NULL));
    assert_int_equal(migd_error_detail_count(NULL), 0);
    assert_null(migd_error_detail(NULL, 0, MIGD_DETAIL_FIELD));
    assert_null(migd_error_remaining(NULL));
    assert_null(migd_error_next(NULL));
    migd_error_free(NULL);
}

static void a_message_cannot_steer_a_terminal_nor_break_the_line(void **state)
{
    (void)state;
    migd_error *error = NULL;
    migdi_fail(&error, MIGD_ERR_REMOTE, "%s", "a\x1b[31m\nb\x80\xc2\x9b");
    assert_string_equal(migd_error_message(error), "a\\x1b[31m\\nb\\x80\\x9b");
    migd_error_free(error);
}

static void nobody_asks_and_nothing_is_made(void **state)
{
    (void)state;
    test_count_allocations();
    assert_int_equal(migdi_fail(NULL, MIGD_ERR_IO, "x"), MIGD_ERR_IO);
    migdi_error_set_operation(NULL, "x");
    migdi_error_add_detail(NULL, &(migdi_detail){0});
    assert_int_equal(test_allocations(), 0);
    test_uncount_allocations();
}

static migd_status make_and_free(void *user)
{
    (void)user;
    migd_error *error = NULL;
    migdi_fail(&error, MIGD_ERR_NETWORK, "first");
    migdi_fail(&error, MIGD_ERR_PARSE, "second");
    migdi_error_set_operation(&error, "op");
    migdi_error_set_remote(&error, 500, "code", "id");
    migdi_error_set_place(&error, (migdi_place){"f", 1, 1});
    migdi_error_add_detail(&error, &(migdi_detail){"f", "r", "m", "s"});
    const migd_status status = migd_error_status(error);
    assert_non_null(migd_error_message(error));
    migd_error_free(error);
    return status == MIGD_ERR_PARSE ? MIGD_OK : status;
}

static void lack_of_memory_is_the_one_static_error(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(make_and_free, NULL) > 5);
}

static migd_status fail_at_a_place(void *user)
{
    (void)user;
    migd_error *error = NULL;
    migdi_fail(&error, MIGD_ERR_NETWORK, "first");
    const migd_status status =
        migdi_fail_at(&error, MIGD_ERR_PARSE, (migdi_place){"f", 1, 1}, "second");
    assert_int_equal(migd_error_status(error), status);
    migd_error_free(error);
    return status == MIGD_ERR_PARSE ? MIGD_OK : status;
}

static void the_answer_and_the_error_agree_also_without_memory(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(fail_at_a_place, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_keeps_every_fact_and_the_cause_before_it),
        cmocka_unit_test(no_error_answers_as_nothing),
        cmocka_unit_test(a_message_cannot_steer_a_terminal_nor_break_the_line),
        cmocka_unit_test(nobody_asks_and_nothing_is_made),
        cmocka_unit_test(lack_of_memory_is_the_one_static_error),
        cmocka_unit_test(the_answer_and_the_error_agree_also_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
