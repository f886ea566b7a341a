#include "test_support.h"

#include "job_context_options.h"

#include <string.h>

static void every_number_has_its_default_and_its_range(void **state)
{
    (void)state;
    static const struct {
        int32_t option;
        int64_t preset;
        int64_t least;
        int64_t most;
    } rows[] = {
        {MIGD_CONTEXT_CONNECT_MS, 10000, 1, INT64_C(31536000000)},
        {MIGD_CONTEXT_REQUEST_MS, 60000, 1, INT64_C(31536000000)},
        {MIGD_CONTEXT_IDLE_MS, 30000, 1, INT64_C(31536000000)},
        {MIGD_CONTEXT_ANSWER_BYTES, 67108864, 1, INT64_C(1099511627776)},
        {MIGD_CONTEXT_WATCH_LINE_BYTES, 8388608, 1, INT64_C(1099511627776)},
        {MIGD_CONTEXT_EVENTS, 64, 8, 65536},
        {MIGD_CONTEXT_CONNECTIONS, 8, 1, 1024},
    };
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int32_t option = rows[i].option;
        assert_int_equal(migd_context_options_int64(options, option), rows[i].preset);
        assert_int_equal(migd_context_options_int64(NULL, option), rows[i].preset);
        migd_error *error = NULL;
        assert_int_equal(migd_context_options_set_int64(options, option, rows[i].least - 1, &error),
                         MIGD_ERR_INVALID);
        assert_non_null(strstr(migd_error_message(error), "cannot be"));
        migd_error_free(error);
        assert_int_equal(migd_context_options_set_int64(options, option, rows[i].most + 1, NULL),
                         MIGD_ERR_INVALID);
        assert_int_equal(migd_context_options_int64(options, option), rows[i].preset);
        assert_int_equal(migd_context_options_set_int64(options, option, rows[i].least, NULL),
                         MIGD_OK);
        assert_int_equal(migd_context_options_int64(options, option), rows[i].least);
        assert_int_equal(migd_context_options_set_int64(options, option, rows[i].most, NULL),
                         MIGD_OK);
    }
    migd_context_options_free(options);
}

static void texts_are_copied_and_return_to_the_default(void **state)
{
    (void)state;
    migd_context_options *options = NULL;
    char value[] = "/home/a";
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    static const int32_t texts[] = {MIGD_CONTEXT_HOME, MIGD_CONTEXT_CA_FILE, MIGD_CONTEXT_PROXY,
                                    MIGD_CONTEXT_USER_AGENT};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(migd_context_options_text(options, texts[i]));
        assert_int_equal(migd_context_options_set_text(options, texts[i], value, NULL), MIGD_OK);
        value[6] = 'b';
        assert_string_equal(migd_context_options_text(options, texts[i]), "/home/a");
        value[6] = 'a';
        assert_int_equal(migd_context_options_set_text(options, texts[i], NULL, NULL), MIGD_OK);
        assert_null(migd_context_options_text(options, texts[i]));
    }
    migd_context_options_free(options);
}

static void a_wrong_option_is_refused(void **state)
{
    (void)state;
    migd_context_options *options = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_context_options_new(NULL, &error), MIGD_ERR_INVALID);
    migd_error_free(error);
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    static const int32_t none[] = {-1, 0, 5, 15, 23, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(migd_context_options_set_text(options, none[i], "x", NULL),
                         MIGD_ERR_INVALID);
        assert_int_equal(migd_context_options_set_int64(options, none[i], 1, NULL),
                         MIGD_ERR_INVALID);
        assert_null(migd_context_options_text(options, none[i]));
        assert_int_equal(migd_context_options_int64(options, none[i]), -1);
    }
    assert_int_equal(migd_context_options_set_text(NULL, MIGD_CONTEXT_HOME, "x", NULL),
                     MIGD_ERR_INVALID);
    assert_int_equal(migd_context_options_set_int64(NULL, MIGD_CONTEXT_EVENTS, 9, NULL),
                     MIGD_ERR_INVALID);
    migd_context_options_set_log(NULL, 0, NULL, NULL);
    migd_context_options_set_clock(NULL, NULL, NULL);
    migd_context_options_set_environment(NULL, NULL, NULL);
    assert_null(migd_context_options_text(NULL, MIGD_CONTEXT_HOME));
    migd_context_options_free(options);
    migd_context_options_free(NULL);
}

static migd_status set_and_copy(void *user)
{
    (void)user;
    migd_context_options *options = NULL;
    migd_context_options copy = {0};
    migd_status status = migd_context_options_new(&options, NULL);
    if (status == MIGD_OK) {
        status = migd_context_options_set_text(options, MIGD_CONTEXT_HOME, "a", NULL);
    }
    if (status == MIGD_OK) {
        status = migd_context_options_set_text(options, MIGD_CONTEXT_HOME, "b", NULL);
        assert_string_equal(migd_context_options_text(options, MIGD_CONTEXT_HOME),
                            status == MIGD_OK ? "b" : "a");
    }
    if (status == MIGD_OK) {
        status = migdi_context_options_copy(&copy, options) ? MIGD_OK : MIGD_ERR_NOMEM;
        migdi_context_options_clear(&copy);
    }
    migd_context_options_free(options);
    return status;
}

static void lack_of_memory_changes_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(set_and_copy, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_default_and_its_range),
        cmocka_unit_test(texts_are_copied_and_return_to_the_default),
        cmocka_unit_test(a_wrong_option_is_refused),
        cmocka_unit_test(lack_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
