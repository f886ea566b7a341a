#include "job_boxes.h"

static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
static const box_wish red = {"red", "/boxes/red", "{}", false};

static void a_step_looks_acts_waits_and_is_done(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.method = "GET", .status = 404, .times = 1},
        {.method = "PUT", .body = "{}"},
        {.method = "GET", .body = "{\"ready\":false}", .times = 2},
        {.method = "GET", .body = "{\"ready\":true}"},
    };
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT}};
    stage s;
    stage_open(&s, rules, COUNT(rules), NULL);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
    stage_expect(&s, MIGD_DONE,
                 "act box: make box blue\n"
                 "wait box: box blue: not ready\n"
                 "done box: box blue is ready\n");
    assert_int_equal(test_request_count(s.transport), 5);
    migd_object *result = NULL;
    assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_OK);
    assert_int_equal(migd_object_boolean(result, "/blue", -1), 1);
    migd_object_free(result);
    stage_close(&s);
}

static void a_second_run_changes_nothing(void **state)
{
    (void)state;
    const test_rule rules[] = {{.method = "GET", .body = "{\"ready\":true}"}};
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                {&box_kind, &red, 1, false, MIGDI_PRESENT}};
    stage s;
    stage_open(&s, rules, COUNT(rules), NULL);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, steps, 2, NULL), MIGD_OK);
    stage_expect(&s, MIGD_DONE, "done box: box blue is ready\ndone box: box red is ready\n");
    assert_int_equal(test_request_count(s.transport), 2);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_looks_acts_waits_and_is_done),
        cmocka_unit_test(a_second_run_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
