#include "test_codec_vectors.h"

#include "codec_duration.h"
#include "codec_object.h"

#include <inttypes.h>
#include <stdio.h>

static void assert_text(migdi_text *text, const char *id, const char *wanted)
{
    assert_false(text->failed);
    if (strcmp(migdi_text_string(text), wanted) != 0) {
        fail_msg("%s: %s, not %s", id, migdi_text_string(text), wanted);
    }
    migdi_text_free(text);
}

static void check_age(const migd_object *vector)
{
    migdi_text text = {0};
    const int64_t ms = migd_object_int64(vector, "/ms", 0);
    migdi_duration_add_human(&text, ms);
    assert_text(&text, test_id(vector), migd_object_text(vector, "/text", NULL));
    migdi_duration_add_human_short(&text, ms);
    assert_text(&text, test_id(vector), migd_object_text(vector, "/short", NULL));
}

static void shows_an_age_as_kubectl_does(void **state)
{
    (void)state;
    test_each_vector("duration.jsonl", 74, check_age);
}

static void check_parse(const migd_object *vector)
{
    size_t size = 0;
    int64_t ns = 7;
    migd_error *error = NULL;
    const char *input = migdi_object_string(migd_object_at(vector, "/input"), &size);
    const migd_status status = migdi_duration_parse(input, size, &ns, &error);
    if (migd_object_at(vector, "/error") != NULL) {
        if (status != MIGD_ERR_PARSE && status != MIGD_ERR_LIMIT) {
            fail_msg("%s: status %d", test_id(vector), status);
        }
        assert_true(ns == 0);
        migd_error_free(error);
        return;
    }
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%" PRId64, ns);
    if (status != MIGD_OK || strcmp(wanted, migd_object_text(vector, "/ns", "")) != 0) {
        fail_msg("%s: status %d, %s", test_id(vector), status, wanted);
    }
    migdi_text text = {0};
    migdi_duration_add_go(&text, ns);
    assert_text(&text, test_id(vector), migd_object_text(vector, "/canonical", NULL));
}

static void reads_and_writes_as_go_does(void **state)
{
    (void)state;
    test_each_vector("duration-parse.jsonl", 67, check_parse);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        migd_status status;
        const char *message;
    } rows[] = {
        {"", MIGD_ERR_PARSE, "\"\" is no duration: a number is missing (such as 90s, 1h30m)"},
        {"5m30", MIGD_ERR_PARSE,
         "\"5m30\" is no duration: a unit is missing, ns us ms s m or h (such as 90s, 1h30m)"},
        {"1d", MIGD_ERR_PARSE,
         "\"1d\" is no duration: the units are ns us ms s m and h (such as 90s, 1h30m)"},
        {"3000000h", MIGD_ERR_LIMIT, "a duration of more than 292 years"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ns = 0;
        migd_error *error = NULL;
        assert_int_equal(migdi_duration_parse(rows[i].text, strlen(rows[i].text), &ns, &error),
                         rows[i].status);
        assert_string_equal(migd_error_message(error), rows[i].message);
        migd_error_free(error);
    }
}

static void writes_a_flag_as_a_person_would_type_it(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "0s"},           {1, "1ms"},
        {999, "999ms"},      {1000, "1s"},
        {1500, "1.5s"},      {60000, "1m"},
        {90000, "1m30s"},    {3600000, "1h"},
        {5400000, "1h30m"},  {3601000, "1h1s"},
        {-3600000, "-1h"},   {-90, "-90ms"},
        {61001, "1m1.001s"}, {INT64_MIN, "-2562047788015h12m55.808s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_text text = {0};
        migdi_duration_add(&text, rows[i].ms);
        assert_text(&text, rows[i].text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_an_age_as_kubectl_does),
        cmocka_unit_test(reads_and_writes_as_go_does),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(writes_a_flag_as_a_person_would_type_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
