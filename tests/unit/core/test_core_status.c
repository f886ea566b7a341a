#include "test_support.h"

#include <stdio.h>

static void every_status_has_the_name_that_callers_write(void **state)
{
    (void)state;
    static const struct {
        migd_status status;
        const char *name;
    } rows[] = {
        {MIGD_OK, "MIGD_OK"},
        {MIGD_DONE, "MIGD_DONE"},
        {MIGD_TIMEOUT, "MIGD_TIMEOUT"},
        {MIGD_ERR_INVALID, "MIGD_ERR_INVALID"},
        {MIGD_ERR_NOMEM, "MIGD_ERR_NOMEM"},
        {MIGD_ERR_PARSE, "MIGD_ERR_PARSE"},
        {MIGD_ERR_REFUSED, "MIGD_ERR_REFUSED"},
        {MIGD_ERR_IMPOSSIBLE, "MIGD_ERR_IMPOSSIBLE"},
        {MIGD_ERR_DEADLINE, "MIGD_ERR_DEADLINE"},
        {MIGD_ERR_DENIED, "MIGD_ERR_DENIED"},
        {MIGD_ERR_CONFLICT, "MIGD_ERR_CONFLICT"},
        {MIGD_ERR_LOCKED, "MIGD_ERR_LOCKED"},
        {MIGD_ERR_CANCELLED, "MIGD_ERR_CANCELLED"},
        {MIGD_ERR_NOT_FOUND, "MIGD_ERR_NOT_FOUND"},
        {MIGD_ERR_NETWORK, "MIGD_ERR_NETWORK"},
        {MIGD_ERR_TLS, "MIGD_ERR_TLS"},
        {MIGD_ERR_REMOTE, "MIGD_ERR_REMOTE"},
        {MIGD_ERR_LIMIT, "MIGD_ERR_LIMIT"},
        {MIGD_ERR_IO, "MIGD_ERR_IO"},
        {MIGD_ERR_UNSUPPORTED, "MIGD_ERR_UNSUPPORTED"},
        {MIGD_ERR_QUESTION, "MIGD_ERR_QUESTION"},
        {3, "MIGD_UNKNOWN"},
        {-19, "MIGD_UNKNOWN"},
        {INT32_MIN, "MIGD_UNKNOWN"},
        {INT32_MAX, "MIGD_UNKNOWN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(migd_status_name(rows[i].status), rows[i].name);
    }
}

static void the_version_is_three_numbers(void **state)
{
    (void)state;
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    char more = '\0';
    assert_int_equal(sscanf(migd_version(), "%u.%u.%u%c", &major, &minor, &patch, &more), 3);
    assert_true(major > 0 || minor > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_the_name_that_callers_write),
        cmocka_unit_test(the_version_is_three_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
