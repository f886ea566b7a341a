#include "test_support.h"

#include <migdeploy/base.h>

#include <string.h>

/* The values that base.h promises never to change. */
static const struct {
    migd_status status;
    int32_t value;
    const char *name;
} statuses[] = {
    {MIGD_OK, 0, "MIGD_OK"},
    {MIGD_DONE, 1, "MIGD_DONE"},
    {MIGD_TIMEOUT, 2, "MIGD_TIMEOUT"},
    {MIGD_ERR_INVALID, -1, "MIGD_ERR_INVALID"},
    {MIGD_ERR_NOMEM, -2, "MIGD_ERR_NOMEM"},
    {MIGD_ERR_PARSE, -3, "MIGD_ERR_PARSE"},
    {MIGD_ERR_REFUSED, -4, "MIGD_ERR_REFUSED"},
    {MIGD_ERR_IMPOSSIBLE, -5, "MIGD_ERR_IMPOSSIBLE"},
    {MIGD_ERR_DEADLINE, -6, "MIGD_ERR_DEADLINE"},
    {MIGD_ERR_DENIED, -7, "MIGD_ERR_DENIED"},
    {MIGD_ERR_CONFLICT, -8, "MIGD_ERR_CONFLICT"},
    {MIGD_ERR_LOCKED, -9, "MIGD_ERR_LOCKED"},
    {MIGD_ERR_CANCELLED, -10, "MIGD_ERR_CANCELLED"},
    {MIGD_ERR_NOT_FOUND, -11, "MIGD_ERR_NOT_FOUND"},
    {MIGD_ERR_NETWORK, -12, "MIGD_ERR_NETWORK"},
    {MIGD_ERR_TLS, -13, "MIGD_ERR_TLS"},
    {MIGD_ERR_REMOTE, -14, "MIGD_ERR_REMOTE"},
    {MIGD_ERR_LIMIT, -15, "MIGD_ERR_LIMIT"},
    {MIGD_ERR_IO, -16, "MIGD_ERR_IO"},
    {MIGD_ERR_UNSUPPORTED, -17, "MIGD_ERR_UNSUPPORTED"},
    {MIGD_ERR_QUESTION, -18, "MIGD_ERR_QUESTION"},
};

static void every_status_has_its_value_and_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        assert_int_equal(statuses[i].status, statuses[i].value);
        assert_string_equal(migd_status_name(statuses[i].status), statuses[i].name);
    }
}

static void a_value_without_a_name_is_unknown(void **state)
{
    (void)state;
    static const migd_status values[] = {3, -19, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_string_equal(migd_status_name(values[i]), "MIGD_UNKNOWN");
    }
}

static void the_version_is_three_numbers(void **state)
{
    (void)state;
    const char *at = migd_version();
    for (int part = 0; part < 3; part++) {
        const size_t digits = strspn(at, "0123456789");
        assert_true(digits > 0);
        at += digits;
        assert_int_equal(*at, part < 2 ? '.' : '\0');
        at += part < 2;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_value_and_its_name),
        cmocka_unit_test(a_value_without_a_name_is_unknown),
        cmocka_unit_test(the_version_is_three_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
