#include "test_codec_vectors.h"

#include "codec_int_or_percent.h"

static void check_vector(const migd_object *vector)
{
    int64_t result = 7;
    migd_error *error = NULL;
    const migdi_rounding rounding =
        migd_object_boolean(vector, "/round_up", -1) == 1 ? MIGDI_ROUND_UP : MIGDI_ROUND_DOWN;
    const migd_status status = migdi_int_or_percent_scale(migd_object_at(vector, "/value"),
                                                          migd_object_int64(vector, "/total", 0),
                                                          rounding, &result, &error);
    if (migd_object_at(vector, "/error") != NULL) {
        if (status != MIGD_ERR_PARSE && status != MIGD_ERR_LIMIT) {
            fail_msg("%s: status %d", test_id(vector), status);
        }
        assert_int_equal(migd_error_line(error), 1);
        assert_true(result == 0);
    } else if (status != MIGD_OK || result != migd_object_int64(vector, "/result", -99)) {
        fail_msg("%s: status %d", test_id(vector), status);
    }
    migd_error_free(error);
}

static void scales_as_kubernetes_does(void **state)
{
    (void)state;
    test_each_vector("int-or-percent.jsonl", 52, check_vector);
}

static void rounds_towards_the_asked_end_and_refuses_what_overflows(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t total;
        migdi_rounding rounding;
        migd_status status;
        int64_t result;
    } rows[] = {
        {"\"-25%\"", 3, MIGDI_ROUND_DOWN, MIGD_OK, -1}, /* floor and ceiling of -0.75 */
        {"\"-25%\"", 3, MIGDI_ROUND_UP, MIGD_OK, 0},
        {"\"100%\"", INT64_MAX, MIGDI_ROUND_UP, MIGD_ERR_LIMIT, 0},
        {"\"1%\"", INT64_MAX, MIGDI_ROUND_UP, MIGD_OK, INT64_MAX / 100 + 1},
        {"\"9223372036854775807%\"", 1, MIGDI_ROUND_DOWN, MIGD_OK, INT64_MAX / 100},
        {"\"-9223372036854775808%\"", 1, MIGDI_ROUND_UP, MIGD_OK, INT64_MIN / 100},
        {"\"9223372036854775808%\"", 1, MIGDI_ROUND_UP, MIGD_ERR_LIMIT, 0},
        {"-2147483648", 1, MIGDI_ROUND_UP, MIGD_OK, INT32_MIN},
        {"-2147483649", 1, MIGDI_ROUND_UP, MIGD_ERR_LIMIT, 0},
        {"\"+%\"", 1, MIGDI_ROUND_UP, MIGD_ERR_PARSE, 0},
        {"{}", 1, MIGDI_ROUND_UP, MIGD_ERR_PARSE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64] = "{\"v\":";
        strncat(strncat(text, rows[i].value, 40), "}", 2);
        migd_object *document = NULL;
        migd_error *error = NULL;
        int64_t result = 7;
        assert_int_equal(migd_object_parse(text, strlen(text), NULL, &document, NULL), MIGD_OK);
        const migd_status status = migdi_int_or_percent_scale(
            migd_object_at(document, "/v"), rows[i].total, rows[i].rounding, &result, &error);
        if (status != rows[i].status || result != rows[i].result) {
            fail_msg("%s of %lld: status %d, %lld", rows[i].value, (long long)rows[i].total, status,
                     (long long)result);
        }
        migd_error_free(error);
        migd_object_free(document);
    }
}

static void knows_a_percentage_from_a_number(void **state)
{
    (void)state;
    const char *text = "[\"50%\", 50, \"50\", \"x%\", null, \"99999999999999999999%\"]";
    migd_object *list = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &list, NULL), MIGD_OK);
    for (size_t i = 0; i < migd_object_count(list); i++) {
        assert_int_equal(migdi_int_or_percent_is_percent(migd_object_item(list, i)), i == 0);
    }
    assert_false(migdi_int_or_percent_is_percent(NULL));
    migd_object_free(list);
}

static void what_is_not_there_is_refused_without_a_place(void **state)
{
    (void)state;
    int64_t result = 7;
    migd_error *error = NULL;
    assert_int_equal(migdi_int_or_percent_scale(NULL, 3, MIGDI_ROUND_UP, &result, &error),
                     MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "must be a whole number, or a percentage such as \"25%\"");
    assert_int_equal(migd_error_line(error), 0);
    migd_error_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_as_kubernetes_does),
        cmocka_unit_test(rounds_towards_the_asked_end_and_refuses_what_overflows),
        cmocka_unit_test(knows_a_percentage_from_a_number),
        cmocka_unit_test(what_is_not_there_is_refused_without_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
