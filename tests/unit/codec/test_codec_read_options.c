#include "test_support.h"

#include <migdeploy/object.h>

static const int64_t defaults[] = {-1, 3145728, 128,   1000000, 1000, 100000,
                                   16, 1024,    10000, -1,      -1};

static void limits_begin_at_their_defaults(void **state)
{
    (void)state;
    migd_read_options *options = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    for (int32_t i = 0; i <= 10; i++) {
        assert_true(migd_read_options_int64(options, i) == defaults[i]);
        assert_true(migd_read_options_int64(NULL, i) == defaults[i]);
    }
    assert_true(migd_read_options_int64(options, -1) == -1);
    migd_read_options_free(options);
    migd_read_options_free(NULL);
}

static void sets_limits_within_their_range(void **state)
{
    (void)state;
    migd_read_options *options = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    for (int32_t i = MIGD_READ_BYTES; i <= MIGD_READ_DOCUMENTS; i++) {
        assert_int_equal(migd_read_options_set_int64(options, i, 1, NULL), MIGD_OK);
        assert_true(migd_read_options_int64(options, i) == 1);
        assert_int_equal(migd_read_options_set_int64(options, i, 0, NULL), MIGD_ERR_INVALID);
        assert_int_equal(migd_read_options_set_int64(options, i, INT64_MAX, NULL),
                         MIGD_ERR_INVALID);
        assert_true(migd_read_options_int64(options, i) == 1);
    }
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_DEPTH, 1000, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_DEPTH, 1001, &error),
                     MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "read option 2 cannot be 1001: from 1 to 1000");
    migd_error_free(error);
    assert_int_equal(migd_read_options_set_int64(options, MIGD_READ_NAME, 1, NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_read_options_set_int64(options, 0, 1, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_read_options_set_int64(NULL, MIGD_READ_DEPTH, 1, NULL), MIGD_ERR_INVALID);
    migd_read_options_free(options);
}

static void the_name_shows_in_places(void **state)
{
    (void)state;
    migd_read_options *options = NULL;
    migd_object *value = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, "a.yaml", NULL), MIGD_OK);
    assert_int_equal(migd_object_parse("a: b: c", 7, options, &value, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_file(error), "a.yaml");
    migd_error_free(error);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, NULL, NULL), MIGD_OK);
    assert_int_equal(migd_object_parse("a: b: c", 7, options, &value, &error), MIGD_ERR_PARSE);
    assert_null(migd_error_file(error));
    migd_error_free(error);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_BYTES, "x", NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_read_options_set_text(NULL, MIGD_READ_NAME, "x", NULL), MIGD_ERR_INVALID);
    migd_read_options_free(options);
}

static migd_status options_flow(void *user)
{
    (void)user;
    migd_read_options *options = NULL;
    migd_status status = migd_read_options_new(&options, NULL);
    if (status == MIGD_OK) {
        status = migd_read_options_set_text(options, MIGD_READ_NAME, "first", NULL);
    }
    if (status == MIGD_OK) {
        status = migd_read_options_set_text(options, MIGD_READ_NAME, "second", NULL);
    }
    migd_read_options_free(options);
    return status;
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    assert_int_equal(test_fail_allocations(options_flow, NULL), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_begin_at_their_defaults),
        cmocka_unit_test(sets_limits_within_their_range),
        cmocka_unit_test(the_name_shows_in_places),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
