#include "job_boxes.h"

static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
static const box_wish red = {"red", "/boxes/red", "{}", false};

static char *json_of(migd_job *job)
{
    migd_object *result = NULL;
    migd_buf *json = NULL;
    assert_int_equal(migd_job_take_object(job, &result, NULL), MIGD_OK);
    assert_int_equal(migd_object_write_json(result, 0, &json, NULL), MIGD_OK);
    char *copy = strdup(migd_buf_data(json));
    migd_buf_free(json);
    migd_object_free(result);
    return copy;
}

static void a_plan_tells_every_act_up_to_the_end_and_changes_nothing(void **state)
{
    (void)state;
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                {&box_kind, &red, 1, false, MIGDI_ABSENT}};
    box_world world = {0};
    stage s;
    const migd_event *event = NULL;
    stage_open_world(&s, &world, NULL);
    box_at(&world, "/boxes/red")->there = true;
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_PLAN, steps, 2, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_event_kind(event), MIGD_EVENT_PLAN);
    assert_string_equal(migd_event_text(event), "make box blue");
    const migd_object *details = migd_event_details(event);
    assert_string_equal(migd_object_text(details, "/action", ""), "create");
    assert_string_equal(migd_object_text(details, "/object", ""), "/boxes/blue");
    stage_expect(&s, MIGD_DONE, "plan box: remove box red\n");
    char *json = json_of(s.job);
    assert_string_equal(
        json, "{\"changes\":["
              "{\"step\":\"box\",\"action\":\"create\",\"object\":\"/boxes/blue\",\"fields\":[]},"
              "{\"step\":\"box\",\"action\":\"delete\",\"object\":\"DELETE /boxes/red\","
              "\"fields\":[]}]}");
    free(json);
    assert_int_equal(test_count_requests(s.transport, "GET", NULL), 2);
    assert_int_equal(test_request_count(s.transport), 2);
    stage_close(&s);
}

static void a_plan_with_nothing_to_do_is_an_empty_list(void **state)
{
    (void)state;
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT}};
    box_world world = {0};
    stage s;
    stage_open_world(&s, &world, NULL);
    box_at(&world, "/boxes/blue")->there = true;
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_PLAN, steps, 1, NULL), MIGD_OK);
    stage_expect(&s, MIGD_DONE, "");
    char *json = json_of(s.job);
    assert_string_equal(json, "{\"changes\":[]}");
    free(json);
    stage_close(&s);
}

static void be_late(void *user, const test_request *request, test_rule *rule)
{
    const char *path = user;
    rule->after_ms = strcmp(request->path, path) == 0 ? 5000 : 0;
}

/* Of one stage: they look side by side, and the answer of the first comes last. */
static void changes_are_in_the_order_of_the_steps(void **state)
{
    (void)state;
    static const migdi_run_mode modes[] = {MIGDI_PLAN, MIGDI_LOOK};
    static const char *const told[] = {"plan box: make box blue\nplan box: make box red\n", ""};
    static const char *const result[] = {
        "{\"changes\":["
        "{\"step\":\"box\",\"action\":\"create\",\"object\":\"/boxes/blue\",\"fields\":[]},"
        "{\"step\":\"box\",\"action\":\"create\",\"object\":\"/boxes/red\",\"fields\":[]}]}",
        "{\"blue\":false,\"red\":false}"};
    const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                {&box_kind, &red, 0, false, MIGDI_PRESENT}};
    for (size_t i = 0; i < COUNT(modes); i++) {
        char path[] = "/boxes/blue";
        box_world world = {.interfere = be_late, .user = path};
        stage s;
        stage_open_world(&s, &world, NULL);
        assert_int_equal(migdi_job_run_steps(s.job, modes[i], steps, 2, NULL), MIGD_OK);
        stage_expect(&s, MIGD_DONE, told[i]);
        char *json = json_of(s.job);
        assert_string_equal(json, result[i]);
        free(json);
        assert_int_equal(stage_ms(&s), 5000);
        stage_close(&s);
    }
}

/* --- a step of numbers ------------------------------------------------------------------------ */

typedef struct count_wish {
    int32_t acts; /* at once */
    int32_t most; /* in all; below 0: it never ends */
    bool refuses;
    bool notes;
} count_wish;

typedef struct count_seen {
    int32_t done;
    const migd_object *fields;
} count_seen;

static void count_observe(const void *wish, migdi_view *view, void *out)
{
    count_seen *seen = out;
    (void)wish;
    seen->fields =
        migd_object_at(migdi_see(view, test_get(migdi_view_arena(view), "/f")), "/fields");
}

static void count_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const count_wish *w = wish;
    const count_seen *seen = in;
    (void)goal;
    if (w->notes) {
        migdi_warn(verdict, "k", "look out");
    }
    if (w->refuses && seen->done == 2) {
        migdi_refuse(verdict, MIGD_ERR_REFUSED, "not more than %d", seen->done);
        return;
    }
    if (w->most >= 0 && seen->done >= w->most) {
        migdi_done(verdict, "all %d", seen->done);
        return;
    }
    migdi_going(verdict, "act %d", seen->done);
    for (int32_t i = 0; i < w->acts; i++) {
        char path[32];
        snprintf(path, sizeof path, "/act/%d/%d", seen->done, i);
        migdi_want(verdict, test_put(migdi_verdict_arena(verdict), path, "{}"))->fields =
            seen->fields;
    }
}

static void count_imagine(const void *wish, const migdi_act *act, void *in)
{
    const count_wish *w = wish;
    count_seen *seen = in;
    seen->done += act == NULL || w->acts == 1;
    if (act != NULL && w->acts > 1) {
        seen->done = w->most;
    }
}

static const migdi_step_kind count_kind = {"count",      sizeof(count_seen), count_observe, NULL,
                                           count_decide, count_imagine,      NULL};

static void plan_of(stage *s, const count_wish *wish, migdi_step *step)
{
    static const test_rule rules[] = {
        {.body = "{\"fields\":[{\"pointer\":\"/spec/replicas\",\"from\":3,\"to\":4}]}"}};
    stage_open(s, rules, 1, NULL);
    *step = (migdi_step){&count_kind, wish, 0, false, MIGDI_PRESENT};
    assert_int_equal(migdi_job_run_steps(s->job, MIGDI_PLAN, step, 1, NULL), MIGD_OK);
}

static void acts_and_waits_are_imagined_in_turn(void **state)
{
    (void)state;
    stage s;
    migdi_step step;
    plan_of(&s, &(count_wish){.acts = 1, .most = 3}, &step);
    stage_expect(&s, MIGD_DONE, "plan count: act 0\nplan count: act 1\nplan count: act 2\n");
    stage_close(&s);
    plan_of(&s, &(count_wish){.acts = 0, .most = 30}, &step);
    stage_expect(&s, MIGD_DONE, "");
    stage_close(&s);
    plan_of(&s, &(count_wish){.acts = 2, .most = 3}, &step);
    stage_expect(&s, MIGD_DONE, "plan count: PUT /act/0/0\nplan count: PUT /act/0/1\n");
    stage_close(&s);
}

static void the_fields_of_a_change_are_shown(void **state)
{
    (void)state;
    stage s;
    migdi_step step;
    plan_of(&s, &(count_wish){.acts = 1, .most = 1}, &step);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    stage_close(&s);
    plan_of(&s, &(count_wish){.acts = 1, .most = 1}, &step);
    free(test_tell(s.job, &(migd_status){0}));
    char *json = json_of(s.job);
    assert_string_equal(
        json, "{\"changes\":[{\"step\":\"count\",\"action\":\"update\",\"object\":\"PUT /act/0/0\","
              "\"fields\":[{\"pointer\":\"/spec/replicas\",\"from\":3,\"to\":4}]}]}");
    free(json);
    stage_close(&s);
}

static void a_plan_that_comes_to_no_end_is_refused(void **state)
{
    (void)state;
    stage s;
    migdi_step step;
    plan_of(&s, &(count_wish){.acts = 0, .most = -1}, &step);
    stage_expect(&s, MIGD_ERR_IMPOSSIBLE,
                 "fail count: the plan comes to no end at: act 999\n"
                 "MIGD_ERR_IMPOSSIBLE: : the plan comes to no end at: act 999\n");
    stage_close(&s);
}

static void a_refusal_on_the_way_is_one_of_the_plan(void **state)
{
    (void)state;
    stage s;
    migdi_step step;
    plan_of(&s, &(count_wish){.acts = 1, .most = 5, .refuses = true, .notes = true}, &step);
    stage_expect(&s, MIGD_ERR_REFUSED,
                 "note count: look out\n"
                 "plan count: act 0\nplan count: act 1\n"
                 "fail count: not more than 2\n"
                 "MIGD_ERR_REFUSED: : not more than 2\n");
    char *json = json_of(s.job); /* the part of the plan up to there */
    assert_non_null(strstr(json, "/act/1/0"));
    free(json);
    stage_close(&s);
}

static void a_step_that_cannot_imagine_shows_its_first_acts(void **state)
{
    (void)state;
    migdi_step_kind blind = count_kind;
    blind.imagine = NULL;
    const count_wish wish = {.acts = 2, .most = 9};
    stage s;
    migdi_step step;
    plan_of(&s, &wish, &step);
    stage_again(&s, NULL);
    step.kind = &blind;
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_PLAN, &step, 1, NULL), MIGD_OK);
    stage_expect(&s, MIGD_DONE, "plan count: PUT /act/0/0\nplan count: PUT /act/0/1\n");
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_tells_every_act_up_to_the_end_and_changes_nothing),
        cmocka_unit_test(a_plan_with_nothing_to_do_is_an_empty_list),
        cmocka_unit_test(changes_are_in_the_order_of_the_steps),
        cmocka_unit_test(acts_and_waits_are_imagined_in_turn),
        cmocka_unit_test(the_fields_of_a_change_are_shown),
        cmocka_unit_test(a_plan_that_comes_to_no_end_is_refused),
        cmocka_unit_test(a_refusal_on_the_way_is_one_of_the_plan),
        cmocka_unit_test(a_step_that_cannot_imagine_shows_its_first_acts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
