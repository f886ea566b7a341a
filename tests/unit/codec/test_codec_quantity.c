#include "test_codec_vectors.h"

#include "codec_object.h"
#include "codec_quantity.h"

#include <migdeploy/error.h>

static migdi_quantity parsed(const char *text)
{
    migdi_quantity quantity;
    migd_error *error = NULL;
    if (migdi_quantity_parse(text, strlen(text), &quantity, &error) != MIGD_OK) {
        fail_msg("%s: %s", text, migd_error_message(error));
    }
    return quantity;
}

static void assert_text(migdi_text *text, const char *id, const char *what, const char *wanted)
{
    assert_false(text->failed);
    if (strcmp(migdi_text_string(text), wanted) != 0) {
        fail_msg("%s: %s is %s, not %s", id, what, migdi_text_string(text), wanted);
    }
    migdi_text_free(text);
}

static void assert_scaled(const migdi_quantity *quantity, int32_t scale, const migd_object *vector,
                          const char *pointer)
{
    migdi_text text = {0};
    const char *wanted = migd_object_text(vector, pointer, NULL);
    const bool written = migdi_quantity_add_scaled(quantity, scale, &text);
    if (written != (wanted != NULL)) {
        fail_msg("%s: %s is %s", test_id(vector), pointer, written ? "written" : "not written");
    }
    assert_text(&text, test_id(vector), pointer, wanted == NULL ? "" : wanted);
}

static void check_vector(const migd_object *vector)
{
    size_t size = 0;
    migdi_quantity quantity;
    migd_error *error = NULL;
    const char *input = migdi_object_string(migd_object_at(vector, "/input"), &size);
    const migd_status status = migdi_quantity_parse(input, size, &quantity, &error);
    if (migd_object_at(vector, "/error") != NULL) {
        if (status != MIGD_ERR_PARSE) {
            fail_msg("%s: status %d", test_id(vector), status);
        }
        assert_int_equal(quantity.sign, 0);
        assert_non_null(strstr(migd_error_message(error), "is no quantity: "));
        migd_error_free(error);
        return;
    }
    if (status != MIGD_OK) {
        fail_msg("%s: %s", test_id(vector), migd_error_message(error));
    }
    migdi_text canonical = {0};
    migdi_quantity_add_canonical(&quantity, &canonical);
    assert_text(&canonical, test_id(vector), "canonical",
                migd_object_text(vector, "/canonical", NULL));
    assert_scaled(&quantity, 3, vector, "/milli");
    assert_scaled(&quantity, 0, vector, "/value");
    assert_int_equal(quantity.sign, migd_object_int64(vector, "/sign", 99));
}

static void reads_and_writes_as_kubernetes_does(void **state)
{
    (void)state;
    test_each_vector("quantity.jsonl", 286, check_vector);
}

static void compares_by_value_whatever_the_spelling(void **state)
{
    (void)state;
    /* In rising order; equal ones side by side in one row. */
    static const char *const rows[][4] = {
        {"-8Ei", "-9223372036854775807"},
        {"-1Gi", "-1073741824"},
        {"-1n", "-0.1n"},
        {"0", "-0", "0Ki", "0e7"},
        {"1n", "1e-9", "0.0000000001"},
        {"999m"},
        {"1", "1000m", "1e0", "0.0009765625Ki"},
        {"128M"},
        {"128Mi", "134217728", "131072Ki", "134217728e0"},
        {"1Gi", "1024Mi"},
        {"9223372036854775807", "8Ei", "1024Ei"},
        {"9223372036854775808"},
        {"1e400"},
        {"1e2147483647"},
    };
    const size_t count = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            for (size_t k = 0; k < 4 && rows[j][k] != NULL; k++) {
                const migdi_quantity left = parsed(rows[i][0]);
                const migdi_quantity right = parsed(rows[j][k]);
                const int32_t order = migdi_quantity_compare(&left, &right);
                if (order != (i > j) - (i < j)) {
                    fail_msg("%s and %s: %d", rows[i][0], rows[j][k], order);
                }
            }
        }
    }
}

static void becomes_an_integer_or_says_that_it_is_too_large(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migd_status whole_status;
        int64_t whole;
        migd_status milli_status;
        int64_t milli;
    } rows[] = {
        {"256Mi", MIGD_OK, 268435456, MIGD_OK, 268435456000},
        {"500m", MIGD_OK, 1, MIGD_OK, 500},
        {"-500m", MIGD_OK, -1, MIGD_OK, -500},
        {"1n", MIGD_OK, 1, MIGD_OK, 1},
        {"0", MIGD_OK, 0, MIGD_OK, 0},
        {"9223372036854775807m", MIGD_OK, 9223372036854776, MIGD_OK, INT64_MAX},
        {"9223372036854775807", MIGD_OK, INT64_MAX, MIGD_ERR_LIMIT, 0},
        {"-9223372036854775808", MIGD_OK, INT64_MIN, MIGD_ERR_LIMIT, 0},
        {"9223372036854775808", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"-9223372036854775809", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"18446744073709551615", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"18446744073709551616", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"20000000000000000000", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"1e18", MIGD_OK, 1000000000000000000, MIGD_ERR_LIMIT, 0},
        {"1e19", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"1e400", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
        {"1e2147483647", MIGD_ERR_LIMIT, 0, MIGD_ERR_LIMIT, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t out = 7;
        migd_error *error = NULL;
        const migdi_quantity quantity = parsed(rows[i].text);
        assert_int_equal(migdi_quantity_to_int64(&quantity, &out, &error), rows[i].whole_status);
        assert_true(out == rows[i].whole);
        migd_error_free(error);
        error = NULL;
        assert_int_equal(migdi_quantity_to_milli(&quantity, &out, &error), rows[i].milli_status);
        assert_true(out == rows[i].milli);
        migd_error_free(error);
    }
    int64_t out = 0;
    migd_error *error = NULL;
    const migdi_quantity huge = parsed("1e400");
    assert_int_equal(migdi_quantity_to_int64(&huge, &out, &error), MIGD_ERR_LIMIT);
    assert_string_equal(migd_error_message(error), "10e399 is beyond what 64 bits hold");
    migd_error_free(error);
}

static void says_what_is_wrong_and_keeps_the_message_short(void **state)
{
    (void)state;
    char longest[200];
    memset(longest, 'x', sizeof longest);
    migd_error *error = NULL;
    migdi_quantity quantity;
    assert_int_equal(migdi_quantity_parse("", 0, &quantity, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error), "\"\" is no quantity: it is empty");
    migd_error_free(error);
    error = NULL;
    assert_int_equal(migdi_quantity_parse("Ei", 2, &quantity, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error), "\"Ei\" is no quantity: it has no digit");
    migd_error_free(error);
    error = NULL;
    assert_int_equal(migdi_quantity_parse(longest, sizeof longest, &quantity, &error),
                     MIGD_ERR_PARSE);
    assert_true(strlen(migd_error_message(error)) < 200);
    migd_error_free(error);
    error = NULL;
    /* Kubernetes takes an exponent modulo 2^32: 1e4294967296 is 1 there. */
    assert_int_equal(migdi_quantity_parse("1e4294967296", 12, &quantity, &error), MIGD_ERR_PARSE);
    migd_error_free(error);
}

static void holds_as_many_digits_as_it_says_and_refuses_one_more(void **state)
{
    (void)state;
    char digits[MIGDI_QUANTITY_DIGITS + 3];
    memset(digits, '9', sizeof digits);
    migdi_quantity quantity;
    assert_int_equal(migdi_quantity_parse(digits, MIGDI_QUANTITY_DIGITS, &quantity, NULL), MIGD_OK);
    assert_int_equal(quantity.count, MIGDI_QUANTITY_DIGITS);
    migd_error *error = NULL;
    assert_int_equal(migdi_quantity_parse(digits, MIGDI_QUANTITY_DIGITS + 1, &quantity, &error),
                     MIGD_ERR_LIMIT);
    assert_int_equal(quantity.count, 0);
    migd_error_free(error);
    digits[MIGDI_QUANTITY_DIGITS] = 'E';
    digits[MIGDI_QUANTITY_DIGITS + 1] = 'i';
    assert_int_equal(migdi_quantity_parse(digits, MIGDI_QUANTITY_DIGITS + 2, &quantity, NULL),
                     MIGD_OK);
    const migdi_quantity capped = parsed("8Ei");
    assert_int_equal(migdi_quantity_compare(&quantity, &capped), 0);
    digits[1] = '.';
    assert_int_equal(migdi_quantity_parse(digits, MIGDI_QUANTITY_DIGITS, &quantity, NULL), MIGD_OK);
    digits[MIGDI_QUANTITY_DIGITS - 1] = '0'; /* 9.99…90 rounds up through every digit */
    assert_int_equal(migdi_quantity_parse(digits, MIGDI_QUANTITY_DIGITS, &quantity, NULL), MIGD_OK);
    const migdi_quantity ten = parsed("10");
    assert_int_equal(migdi_quantity_compare(&quantity, &ten), 0);
}

static void reads_every_kind_that_a_field_may_have(void **state)
{
    (void)state;
    const char *text = "{\"s\":\" 500m\\n\",\"i\":2,\"n\":0.5,\"u\":18446744073709551615,"
                       "\"z\":null,\"b\":true,\"w\":\"1 Gi\",\"k\":\"1\\u0000\"}";
    migd_object *document = NULL;
    assert_int_equal(migd_object_parse(text, strlen(text), NULL, &document, NULL), MIGD_OK);
    static const struct {
        const char *pointer;
        migd_status status;
        const char *canonical;
    } rows[] = {
        {"/s", MIGD_OK, "500m"},        {"/i", MIGD_OK, "2"},
        {"/n", MIGD_OK, "500m"},        {"/u", MIGD_OK, "18446744073709551615"},
        {"/z", MIGD_OK, "0"},           {"/b", MIGD_ERR_PARSE, "0"},
        {"/w", MIGD_ERR_PARSE, "0"},    {"/k", MIGD_ERR_PARSE, "0"},
        {"/none", MIGD_ERR_PARSE, "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_quantity quantity;
        migdi_text canonical = {0};
        migd_error *error = NULL;
        const migd_object *value = migd_object_at(document, rows[i].pointer);
        assert_int_equal(migdi_quantity_read(value, &quantity, &error), rows[i].status);
        migdi_quantity_add_canonical(&quantity, &canonical);
        assert_text(&canonical, rows[i].pointer, "canonical", rows[i].canonical);
        assert_int_equal(migd_error_line(error), rows[i].status < 0 && value != NULL ? 1 : 0);
        assert_int_equal(migd_error_column(error),
                         migdi_object_place(rows[i].status < 0 ? value : NULL).column);
        migd_error_free(error);
    }
    migd_object_free(document);
}

static void reads_the_vendors_sizes_and_nothing_that_looks_like_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migd_status status;
        int64_t bytes;
    } rows[] = {
        {"128MB", MIGD_OK, INT64_C(128) << 20},
        {"8GB", MIGD_OK, INT64_C(8) << 30},
        {"1KB", MIGD_OK, 1024},
        {"0", MIGD_OK, 0},
        {"1048576", MIGD_OK, 1048576},
        {"9223372036854775807", MIGD_OK, INT64_MAX},
        {"9223372036854775808", MIGD_ERR_LIMIT, 0},
        {"8589934591GB", MIGD_OK, INT64_C(8589934591) << 30},
        {"8589934592GB", MIGD_ERR_LIMIT, 0},
        {"99999999999999999999999999999999999999999999KB", MIGD_ERR_LIMIT, 0},
        {"", MIGD_ERR_PARSE, 0},
        {"MB", MIGD_ERR_PARSE, 0},
        {"128 MB", MIGD_ERR_PARSE, 0}, /* a blank would end the parameter in EXTRA_OPTS */
        {"128mb", MIGD_ERR_PARSE, 0},
        {"128Mi", MIGD_ERR_PARSE, 0},
        {"128M", MIGD_ERR_PARSE, 0},
        {"1.5GB", MIGD_ERR_PARSE, 0},
        {"-1", MIGD_ERR_PARSE, 0},
        {"+1", MIGD_ERR_PARSE, 0},
        {"1TB", MIGD_ERR_PARSE, 0},
        {"1MBx", MIGD_ERR_PARSE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t bytes = 7;
        migd_error *error = NULL;
        const migd_status status =
            migdi_quantity_parse_size(rows[i].text, strlen(rows[i].text), &bytes, &error);
        if (status != rows[i].status || bytes != rows[i].bytes) {
            fail_msg("%s: status %d", rows[i].text, status);
        }
        assert_int_equal(migd_error_status(error), status);
        migd_error_free(error);
    }
}

static migd_status read_and_write(void *user)
{
    migd_object *document = NULL;
    migdi_quantity quantity;
    migdi_text text = {0};
    migd_error *error = NULL;
    migd_status status = migd_object_parse(user, strlen(user), NULL, &document, &error);
    if (status == MIGD_OK) {
        status = migdi_quantity_read(migd_object_at(document, "/n"), &quantity, &error);
    }
    if (status == MIGD_OK) {
        migdi_quantity_add_canonical(&quantity, &text);
        status = text.failed ? migdi_fail_nomem(&error) : MIGD_OK;
        assert_true(text.failed || strcmp(migdi_text_string(&text), "500m") == 0);
    }
    assert_int_equal(migd_error_status(error), status);
    migdi_text_free(&text);
    migd_error_free(error);
    migd_object_free(document);
    return status;
}

static migd_status overflow(void *user)
{
    (void)user;
    int64_t out = 7;
    migd_error *error = NULL;
    const migdi_quantity huge = {.sign = 1, .exponent = 30, .count = 1, .digits = {1}};
    const migd_status status = migdi_quantity_to_int64(&huge, &out, &error);
    assert_true(out == 0);
    assert_true(migd_error_status(error) == status || migd_error_status(error) == MIGD_ERR_NOMEM);
    migd_error_free(error);
    return status == MIGD_ERR_LIMIT ? MIGD_OK : status;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    char text[] = "{\"n\":0.5}";
    assert_true(test_fail_allocations(read_and_write, text) > 3);
    assert_true(test_fail_allocations(overflow, NULL) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_as_kubernetes_does),
        cmocka_unit_test(compares_by_value_whatever_the_spelling),
        cmocka_unit_test(becomes_an_integer_or_says_that_it_is_too_large),
        cmocka_unit_test(says_what_is_wrong_and_keeps_the_message_short),
        cmocka_unit_test(holds_as_many_digits_as_it_says_and_refuses_one_more),
        cmocka_unit_test(reads_every_kind_that_a_field_may_have),
        cmocka_unit_test(reads_the_vendors_sizes_and_nothing_that_looks_like_them),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
