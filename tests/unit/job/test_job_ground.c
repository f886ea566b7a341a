#include "job_boxes.h"

/* --- a stack that makes a cluster, and a box in it -------------------------------------------- */

#define STACKS MIGDI_TARGET_AWS_FIRST

typedef struct stack_seen {
    const char *endpoint;
} stack_seen;

static void stack_observe(const void *wish, migdi_view *view, void *out)
{
    stack_seen *seen = out;
    (void)wish;
    migdi_call *call = (migdi_call *)(uintptr_t)test_get(migdi_view_arena(view), "/stack");
    if (call != NULL) {
        call->target = STACKS;
    }
    seen->endpoint = migd_object_text(migdi_see(view, call), "/endpoint", NULL);
}

static void stack_outputs(const void *wish, const void *in, migdi_ground *ground)
{
    const stack_seen *seen = in;
    (void)wish;
    migdi_ground_cluster(ground, seen->endpoint, "Y2E=", "blue");
}

static void stack_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const stack_seen *seen = in;
    (void)wish;
    (void)goal;
    if (seen->endpoint == NULL) {
        migdi_going(verdict, "stack: in the making");
    } else {
        migdi_done(verdict, "stack is complete");
    }
}

static const migdi_step_kind stack_kind = {
    "stack", sizeof(stack_seen), stack_observe, stack_outputs, stack_decide, NULL, NULL};

typedef struct maker {
    migdi_target target;
    char said[128];
    int made;
    bool fails;
} maker;

static migd_status make_cluster(void *user, migd_job *job, const char *endpoint,
                                const char *ca_base64, const char *name, migdi_target **out,
                                migd_error **error)
{
    maker *m = user;
    (void)job;
    m->made++;
    if (m->fails) {
        return migdi_fail(error, MIGD_ERR_PARSE, "no certificate");
    }
    snprintf(m->said, sizeof m->said, "%s %s %s", endpoint, ca_base64, name);
    test_target_start(&m->target);
    *out = &m->target;
    return MIGD_OK;
}

static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
static const migdi_step steps[] = {{&stack_kind, NULL, 0, false, MIGDI_PRESENT},
                                   {&box_kind, &blue, 1, false, MIGDI_PRESENT}};

static void run(stage *s, maker *m, migdi_run_mode mode, const test_rule *rules, size_t count)
{
    stage_open(s, rules, count, NULL);
    migdi_job_set_target(s->job, MIGDI_TARGET_CLUSTER, NULL);
    migdi_job_set_target(s->job, STACKS, &s->target);
    migdi_job_on_cluster(s->job, make_cluster, m);
    assert_int_equal(migdi_job_run_steps(s->job, mode, steps, 2, NULL), MIGD_OK);
}

static void a_cluster_that_a_step_found_is_where_later_steps_are_sent(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/stack", .times = 2, .status = 404},
                               {.path = "/stack", .body = "{\"endpoint\":\"https://e\"}"},
                               {.path = "/boxes/blue", .body = "{\"ready\":true}"}};
    stage s;
    maker m = {0};
    run(&s, &m, MIGDI_RUN, rules, 4);
    stage_expect(&s, MIGD_DONE,
                 "wait stack: stack: in the making\n"
                 "done stack: stack is complete\n"
                 "done box: box blue is ready\n");
    assert_string_equal(m.said, "https://e Y2E= blue");
    assert_int_equal(m.made, 1);
    stage_close(&s);
}

static void a_removal_reaches_the_cluster_whose_stack_goes_last(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/stack", .body = "{\"endpoint\":\"https://e\"}"},
                               {.method = "DELETE", .path = "/boxes/blue", .times = 1},
                               {.path = "/boxes/blue", .times = 2, .body = "{\"ready\":true}"},
                               {.path = "/boxes/blue", .status = 404}};
    stage s;
    maker m = {0};
    run(&s, &m, MIGDI_REMOVE, rules, 4);
    stage_expect(&s, MIGD_DONE,
                 "act box: remove box blue\n"
                 "done box: box blue is gone\n"
                 "done stack: stack is complete\n");
    stage_close(&s);
}

static void a_plan_of_a_cluster_that_is_not_there_yet_shows_what_will_be_made(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/stack", .status = 404}};
    stage s;
    maker m = {0};
    run(&s, &m, MIGDI_PLAN, rules, 1);
    stage_expect(&s, MIGD_DONE, "plan box: make box blue\n");
    assert_int_equal(m.made, 0);
    assert_int_equal(test_request_count(s.transport), 1);
    stage_close(&s);
}

static void a_cluster_that_cannot_be_used_ends_the_job(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/stack", .body = "{\"endpoint\":\"https://e\"}"}};
    stage s;
    maker m = {.fails = true};
    run(&s, &m, MIGDI_RUN, rules, 1);
    stage_expect(&s, MIGD_ERR_PARSE,
                 "fail stack: no certificate\nMIGD_ERR_PARSE: : no certificate\n");
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_that_a_step_found_is_where_later_steps_are_sent),
        cmocka_unit_test(a_removal_reaches_the_cluster_whose_stack_goes_last),
        cmocka_unit_test(a_plan_of_a_cluster_that_is_not_there_yet_shows_what_will_be_made),
        cmocka_unit_test(a_cluster_that_cannot_be_used_ends_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
