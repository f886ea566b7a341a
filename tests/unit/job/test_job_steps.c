#include "job_boxes.h"

static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
static const box_wish red = {"red", "/boxes/red", "{}", false};
static const box_wish green = {"green", "/boxes/green", "{}", false};

static const migdi_step one[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT}};
static const migdi_step three[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                   {&box_kind, &red, 0, false, MIGDI_PRESENT},
                                   {&box_kind, &green, 7, false, MIGDI_PRESENT}};

static void start(stage *s, migdi_run_mode mode, const migdi_step *steps, size_t count)
{
    assert_int_equal(migdi_job_run_steps(s->job, mode, steps, count, NULL), MIGD_OK);
}

static void a_step_looks_acts_waits_and_is_done(void **state)
{
    (void)state;
    box_world world = {0};
    stage s;
    migd_object *result = NULL;
    stage_open_world(&s, &world, NULL);
    start(&s, MIGDI_RUN, one, 1);
    stage_expect(&s, MIGD_DONE,
                 "act box: make box blue\n"
                 "wait box: box blue: not ready\n"
                 "done box: box blue is ready\n");
    assert_int_equal(box_at(&world, "/boxes/blue")->puts, 1);
    assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_OK);
    assert_int_equal(migd_object_boolean(result, "/blue", -1), 1);
    migd_object_free(result);
    stage_close(&s);
}

static void a_second_run_changes_nothing(void **state)
{
    (void)state;
    box_world world = {0};
    stage s;
    stage_open_world(&s, &world, NULL);
    start(&s, MIGDI_RUN, three, 3);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    const size_t requests = test_request_count(s.transport);
    stage_again(&s, NULL);
    start(&s, MIGDI_RUN, three, 3);
    stage_expect(&s, MIGD_DONE,
                 "done box: box blue is ready\n"
                 "done box: box red is ready\n"
                 "done box: box green is ready\n");
    assert_int_equal(test_request_count(s.transport), requests + 3);
    stage_close(&s);
}

/* What the job tells up to its good end, for free(). */
static char *tell(stage *s)
{
    migd_status status = MIGD_OK;
    char *told = test_tell(s->job, &status);
    assert_int_equal(status, MIGD_DONE);
    return told;
}

/* Both lines are there, the first before the second. */
static void expect_order(const char *told, const char *first, const char *second)
{
    const char *at = strstr(told, first);
    const char *then = strstr(told, second);
    if (at == NULL || then == NULL || at > then) {
        fail_msg("\"%s\" does not come before \"%s\" in:\n%s", first, second, told);
    }
}

static void steps_of_one_stage_run_side_by_side_and_stages_one_after_another(void **state)
{
    (void)state;
    box_world world = {0};
    stage s;
    stage_open_world(&s, &world, NULL);
    start(&s, MIGDI_RUN, three, 3);
    char *told = tell(&s);
    expect_order(told, "act box: make box blue", "done box: box red is ready");
    expect_order(told, "act box: make box red", "done box: box blue is ready");
    expect_order(told, "done box: box red is ready", "act box: make box green");
    expect_order(told, "done box: box blue is ready", "act box: make box green");
    free(told);
    /* Two waits of a little more than a second, not three. */
    assert_in_range(stage_ms(&s), 2000, 3500);
    stage_close(&s);
}

static void removal_goes_backward_and_ends_when_all_is_gone(void **state)
{
    (void)state;
    box_world world = {0};
    stage s;
    migd_object *result = NULL;
    stage_open_world(&s, &world, NULL);
    start(&s, MIGDI_RUN, three, 3);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    stage_again(&s, NULL);
    start(&s, MIGDI_REMOVE, three, 3);
    char *told = tell(&s);
    expect_order(told, "act box: remove box green", "done box: box green is gone");
    expect_order(told, "done box: box green is gone", "act box: remove box blue");
    expect_order(told, "done box: box green is gone", "act box: remove box red");
    expect_order(told, "act box: remove box red", "done box: box blue is gone");
    free(told);
    assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_OK);
    assert_int_equal(migd_object_count(result), 3); /* what the first pass found */
    migd_object_free(result);
    for (size_t i = 0; i < 3; i++) {
        assert_false(world.boxes[i].there);
    }
    stage_close(&s);
}

static void a_look_reports_and_decides_nothing(void **state)
{
    (void)state;
    box_world world = {0};
    stage s;
    migd_object *result = NULL;
    stage_open_world(&s, &world, NULL);
    box_at(&world, "/boxes/red")->there = true;
    start(&s, MIGDI_LOOK, three, 3);
    stage_expect(&s, MIGD_DONE, "");
    assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_OK);
    assert_int_equal(migd_object_boolean(result, "/blue", -1), 0);
    assert_int_equal(migd_object_boolean(result, "/red", -1), 1);
    assert_int_equal(test_count_requests(s.transport, "GET", NULL),
                     test_request_count(s.transport));
    migd_object_free(result);
    stage_close(&s);
}

static void no_steps_are_done_at_once(void **state)
{
    (void)state;
    static const migdi_run_mode modes[] = {MIGDI_RUN, MIGDI_REMOVE, MIGDI_PLAN, MIGDI_LOOK};
    for (size_t i = 0; i < COUNT(modes); i++) {
        stage s;
        stage_open(&s, NULL, 0, NULL);
        start(&s, modes[i], NULL, 0);
        stage_expect(&s, MIGD_DONE, "");
        stage_close(&s);
    }
}

static void a_goal_may_be_that_something_is_not_there(void **state)
{
    (void)state;
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_ABSENT}};
    box_world world = {0};
    stage s;
    stage_open_world(&s, &world, NULL);
    box_at(&world, "/boxes/blue")->there = true;
    start(&s, MIGDI_RUN, steps, 1);
    stage_expect(&s, MIGD_DONE,
                 "act box: remove box blue\nwait box: box blue: going\n"
                 "done box: box blue is gone\n");
    stage_close(&s);
}

static void an_empty_ground_is_an_empty_world(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, NULL, 0, NULL);
    migdi_job_set_target(s.job, 0, NULL);
    start(&s, MIGDI_PLAN, three, 3);
    stage_expect(&s, MIGD_DONE,
                 "plan box: make box blue\nplan box: make box red\nplan box: make box green\n");
    assert_int_equal(test_request_count(s.transport), 0);
    stage_again(&s, NULL);
    migdi_job_set_target(s.job, 0, NULL);
    start(&s, MIGDI_RUN, one, 1);
    stage_expect(&s, MIGD_ERR_NOT_FOUND,
                 "act box: make box blue\n"
                 "fail box: there is no server for it yet\n"
                 "MIGD_ERR_NOT_FOUND: make box blue: there is no server for it yet\n");
    stage_close(&s);
}

static void deny(void *user, const test_request *request, test_rule *rule)
{
    const char *path = user;
    if (strcmp(request->path, path) == 0) {
        rule->status = 403;
        rule->body = "{\"message\":\"ana may not\"}";
    }
}

static void one_failure_ends_the_job_and_what_flies_beside_it(void **state)
{
    (void)state;
    char path[] = "/boxes/red";
    box_world world = {.interfere = deny, .user = path};
    stage s;
    stage_open_world(&s, &world, NULL);
    start(&s, MIGDI_RUN, three, 3);
    stage_expect(&s, MIGD_ERR_DENIED,
                 "act box: make box blue\n"
                 "fail box: ana may not\n"
                 "MIGD_ERR_DENIED: GET /boxes/red: ana may not\n");
    assert_int_equal(test_flying(s.transport), 0);
    stage_close(&s);
}

/* --- killed and started again ----------------------------------------------------------------- */

static migd_status turn_job(stage *s, size_t turns)
{
    migd_status status = MIGD_OK;
    const migd_event *event = NULL;
    for (size_t i = 0; i < turns && (status == MIGD_OK || status == MIGD_TIMEOUT); i++) {
        const int64_t wait = migd_context_timeout_ms(s->context);
        status = migd_job_next(s->job, i % 2 == 0 ? 0 : wait, &event, NULL);
    }
    return status;
}

static void killed_after_any_turn_the_next_run_ends_the_same_and_makes_nothing_twice(void **state)
{
    (void)state;
    static const migdi_run_mode modes[] = {MIGDI_RUN, MIGDI_REMOVE};
    for (size_t mode = 0; mode < 2; mode++) {
        size_t turns = 0;
        migd_status ended = MIGD_OK;
        for (; ended != MIGD_DONE; turns++) {
            box_world world = {0};
            stage s;
            stage_open_world(&s, &world, NULL);
            for (size_t i = 0; i < 3 && modes[mode] == MIGDI_REMOVE; i++) {
                const box_wish *wish = three[i].wish;
                box_at(&world, wish->path)->there = true;
            }
            start(&s, modes[mode], three, 3);
            ended = turn_job(&s, turns);
            stage_again(&s, NULL);
            start(&s, modes[mode], three, 3);
            assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
            for (size_t i = 0; i < 3; i++) {
                assert_int_equal(world.boxes[i].there, modes[mode] == MIGDI_RUN);
                /* A kill between the act and its answer costs nothing either: the next look sees
                 * it. */
                assert_int_equal(world.boxes[i].puts, modes[mode] == MIGDI_RUN);
                assert_int_equal(world.boxes[i].deletes, modes[mode] == MIGDI_REMOVE);
            }
            assert_int_equal(test_flying(s.transport), 0);
            stage_close(&s);
            assert_true(turns < 500);
        }
        assert_true(turns > 20);
    }
}

/* --- memory ----------------------------------------------------------------------------------- */

static const box_wish belled = {"blue", "/boxes/blue", "{}", true};

static migd_status run_two(void *user)
{
    const migdi_run_mode mode = *(const migdi_run_mode *)user;
    const migdi_step steps[] = {{&box_kind, &belled, 0, false, MIGDI_PRESENT},
                                {&box_kind, &red, 1, false, MIGDI_PRESENT}};
    box_world world = {0};
    stage s = {.transport = test_transport_new(NULL, 0)};
    migd_object *result = NULL;
    world.transport = s.transport;
    test_transport_serve(s.transport, box_serve, &world);
    for (size_t i = 0; i < 2 && mode == MIGDI_REMOVE; i++) {
        box_at(&world, i == 0 ? "/boxes/blue" : "/boxes/red")->there = true;
    }
    migd_context_options *options = NULL;
    migd_status status = migd_context_options_new(&options, NULL);
    if (status < 0) {
        test_transport_base(s.transport)->kind->close(test_transport_base(s.transport));
        return status;
    }
    migd_context_options_set_clock(options, test_clock, s.transport);
    status = migdi_context_new_on(options, test_transport_base(s.transport), &s.context, NULL);
    test_target_start(&s.target);
    if (status == MIGD_OK) {
        status = migdi_job_new(s.context, NULL, &s.job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(s.job, 0, &s.target);
        status = migdi_job_run_steps(s.job, mode, steps, 2, NULL);
    }
    const migd_event *event = NULL;
    while (status == MIGD_OK) {
        status = migd_job_next(s.job, MIGD_FOREVER, &event, NULL);
    }
    if (status == MIGD_DONE && mode != MIGDI_PLAN) {
        assert_int_equal(box_at(&world, "/boxes/blue")->there, mode == MIGDI_RUN);
        assert_int_equal(box_at(&world, "/boxes/red")->there, mode == MIGDI_RUN);
    }
    if (status == MIGD_DONE && migd_job_take_object(s.job, &result, NULL) == MIGD_OK &&
        mode == MIGDI_PLAN) {
        assert_int_equal(migd_object_count(migd_object_at(result, "/changes")), 2);
    }
    migd_object_free(result);
    migd_job_free(s.job);
    migd_context_free(s.context);
    migd_context_options_free(options);
    return status;
}

static void lack_of_memory_anywhere_in_a_flow_ends_it_cleanly(void **state)
{
    (void)state;
    migdi_run_mode modes[] = {MIGDI_RUN, MIGDI_REMOVE, MIGDI_PLAN, MIGDI_LOOK};
    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_true(test_fail_allocations(run_two, &modes[i]) > 20);
    }
}

static const migdi_step_kind lid_kind = {"lid",      sizeof(box_seen), box_observe, NULL,
                                         box_decide, box_imagine,      NULL};

/* Stops three boxes and a lid after `deadline_ms` of their lives and tells what is left. */
static void expect_remaining(migdi_run_mode mode, migdi_goal goal, int64_t deadline_ms,
                             const char *remaining, const char *next)
{
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, goal},
                                {&box_kind, &red, 1, false, goal},
                                {&box_kind, &green, 2, false, goal},
                                {&lid_kind, &red, 3, false, goal}};
    box_world world = {0};
    migd_call_options *options = NULL;
    migd_error *error = NULL;
    stage s;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, deadline_ms, NULL);
    stage_open_world(&s, &world, options);
    migd_call_options_free(options);
    if (goal == MIGDI_ABSENT) {
        box_at(&world, "/boxes/red")->there = true;
        box_at(&world, "/boxes/blue")->there = true;
    }
    migdi_job_set_goes_on(s.job, "migdeploy boxes");
    start(&s, mode, steps, 4);
    assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_DEADLINE);
    const char *told = migd_error_remaining(error);
    assert_string_equal(told == NULL ? "(none)" : told, remaining);
    told = migd_error_next(error);
    assert_string_equal(told == NULL ? "(none)" : told, next);
    migd_error_free(error);
    stage_close(&s);
}

static void a_stop_tells_what_remains_and_what_goes_on(void **state)
{
    (void)state;
    expect_remaining(MIGDI_RUN, MIGDI_PRESENT, 500, "all but box, lid", "migdeploy boxes");
    expect_remaining(MIGDI_RUN, MIGDI_ABSENT, 500, "not gone yet: box, lid", "migdeploy boxes");
    expect_remaining(MIGDI_PLAN, MIGDI_PRESENT, 1, "(none)", "(none)");
    expect_remaining(MIGDI_LOOK, MIGDI_PRESENT, 1, "(none)", "(none)");
    expect_remaining(MIGDI_RUN, MIGDI_PRESENT, 1, "nothing was changed", "migdeploy boxes");
}

static void refuse_put(void *user, const test_request *request, test_rule *rule)
{
    (void)user;
    rule->status = strcmp(request->method, "PUT") == 0 ? 403 : 0;
}

static void lose_red(void *user, const test_request *request, test_rule *rule)
{
    (void)user;
    rule->status = strcmp(request->path, "/boxes/red") == 0 ? 403 : 0;
}

/* A refused write changed nothing; what was made before a failure is left behind. */
static void a_failure_tells_what_was_made_before_it(void **state)
{
    (void)state;
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                {&lid_kind, &red, 1, false, MIGDI_PRESENT}};
    void (*const failures[])(void *, const test_request *, test_rule *) = {refuse_put, lose_red};
    const char *const remaining[] = {NULL, "all but lid"};
    for (size_t i = 0; i < 2; i++) {
        box_world world = {.interfere = failures[i]};
        migd_error *error = NULL;
        stage s;
        stage_open_world(&s, &world, NULL);
        migdi_job_set_goes_on(s.job, "migdeploy boxes");
        start(&s, MIGDI_RUN, steps, 2);
        assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_DENIED);
        if (remaining[i] == NULL) {
            assert_null(migd_error_remaining(error));
        } else {
            assert_string_equal(migd_error_remaining(error), remaining[i]);
        }
        assert_null(migd_error_next(error));
        migd_error_free(error);
        stage_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_looks_acts_waits_and_is_done),
        cmocka_unit_test(a_second_run_changes_nothing),
        cmocka_unit_test(steps_of_one_stage_run_side_by_side_and_stages_one_after_another),
        cmocka_unit_test(removal_goes_backward_and_ends_when_all_is_gone),
        cmocka_unit_test(a_look_reports_and_decides_nothing),
        cmocka_unit_test(no_steps_are_done_at_once),
        cmocka_unit_test(a_goal_may_be_that_something_is_not_there),
        cmocka_unit_test(an_empty_ground_is_an_empty_world),
        cmocka_unit_test(one_failure_ends_the_job_and_what_flies_beside_it),
        cmocka_unit_test(killed_after_any_turn_the_next_run_ends_the_same_and_makes_nothing_twice),
        cmocka_unit_test(lack_of_memory_anywhere_in_a_flow_ends_it_cleanly),
        cmocka_unit_test(a_stop_tells_what_remains_and_what_goes_on),
        cmocka_unit_test(a_failure_tells_what_was_made_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
