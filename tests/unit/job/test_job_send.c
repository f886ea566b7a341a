#include "job_boxes.h"

/* --- a step whose every word is the test's -----------------------------------------------------
 * It reads /n, whose {"n": N} says how many acts it still wants: PUT /act/1 .. /act/N. */

typedef struct wants {
    int32_t facts[4];
    int64_t rest_ms;
    bool named;
    bool late;
} wants;

typedef struct wants_seen {
    int64_t wanted;
    int32_t heard;
} wants_seen;

static const migdi_call *act_call(migdi_arena *arena, int64_t index, const wants *w)
{
    char path[32];
    snprintf(path, sizeof path, "/act/%d", (int)index);
    migdi_call *call = (migdi_call *)(uintptr_t)test_put(arena, path, w->late ? NULL : "{}");
    if (call != NULL && w->named) {
        call->name = migdi_arena_format(arena, "act %d", (int)index);
    }
    return call;
}

static void wants_observe(const void *wish, migdi_view *view, void *out)
{
    wants_seen *seen = out;
    const migd_object *n = migdi_see(view, test_get(migdi_view_arena(view), "/n"));
    seen->wanted = migd_object_int64(n, "/n", 0);
    seen->heard = migdi_heard(view, act_call(migdi_view_arena(view), 1, wish));
}

static char *make_late(const void *wish, migdi_verdict *verdict)
{
    (void)wish;
    return migdi_arena_text(migdi_verdict_arena(verdict), "s3cret", 6);
}

static void wants_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const wants *w = wish;
    const wants_seen *seen = in;
    (void)goal;
    if (seen->wanted == 0) {
        migdi_done(verdict, "heard %d", seen->heard);
        return;
    }
    migdi_poll(verdict, 60000, 60000);
    migdi_going(verdict, "act %d times", (int)seen->wanted);
    for (int64_t i = 1; i <= seen->wanted; i++) {
        migdi_act *act = migdi_want(verdict, act_call(migdi_verdict_arena(verdict), i, w));
        memcpy(act->facts, w->facts, sizeof act->facts);
        act->rest_ms = w->rest_ms;
        act->late_body = w->late ? make_late : NULL;
    }
}

static const migdi_step_kind wants_kind = {
    "wants", sizeof(wants_seen), wants_observe, NULL, wants_decide, NULL, NULL};

typedef struct scene {
    stage s;
    wants wish;
    migdi_step step[1];
} scene;

static void scene_open(scene *c, const test_rule *rules, size_t count, const wants *wish)
{
    stage_open(&c->s, rules, count, NULL);
    c->wish = *wish;
    c->step[0] = (migdi_step){&wants_kind, &c->wish, 0, false, MIGDI_PRESENT};
    assert_int_equal(migdi_job_run_steps(c->s.job, MIGDI_RUN, c->step, 1, NULL), MIGD_OK);
}

#define READ(times_, n) {.method = "GET", .path = "/n", .times = times_, .body = "{\"n\":" #n "}"}

static void all_acts_of_a_verdict_fly_together_and_the_next_look_comes_after_the_last_answer(
    void **state)
{
    (void)state;
    const test_rule rules[] = {READ(1, 3),
                               {.path = "/act/2", .after_ms = 900},
                               {.method = "PUT", .after_ms = 10},
                               READ(0, 0)};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){0});
    stage_expect(&c.s, MIGD_DONE, "act wants: act 3 times\ndone wants: heard 200\n");
    assert_int_equal(test_request_count(c.s.transport), 5);
    for (size_t i = 1; i <= 3; i++) {
        assert_string_equal(test_request_at(c.s.transport, i)->method, "PUT");
        assert_int_equal(test_request_at(c.s.transport, i)->at_ms, 1000000);
    }
    assert_int_equal(test_request_at(c.s.transport, 4)->at_ms, 1000900);
    stage_close(&c.s);
}

static void the_same_act_rests_longer_each_time_and_ends_after_eight_without_effect(void **state)
{
    (void)state;
    const test_rule rules[] = {READ(0, 1), {.method = "PUT"}};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){0});
    stage_expect(&c.s, MIGD_ERR_REMOTE,
                 "act wants: act 1 times\n"
                 "fail wants: accepted 8 times, and still it is not so\n"
                 "MIGD_ERR_REMOTE: act 1 times: accepted 8 times, and still it is not so\n");
    assert_int_equal(test_count_requests(c.s.transport, "PUT", NULL), 8);
    int64_t before_ms = 0;
    int64_t most_ms = 500;
    for (size_t i = 0; i < test_request_count(c.s.transport); i++) {
        const test_request *request = test_request_at(c.s.transport, i);
        if (strcmp(request->method, "PUT") != 0) {
            continue;
        }
        if (before_ms != 0) {
            assert_in_range(request->at_ms - before_ms, most_ms / 2, most_ms + 1);
            most_ms = most_ms * 2 > 30000 ? 30000 : most_ms * 2;
        }
        before_ms = request->at_ms;
    }
    stage_close(&c.s);
}

static void a_step_s_own_pause_is_kept_and_runs_at_the_server_s_pace(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const test_rule rules[] = {{.method = "GET",
                                    .times = 2,
                                    .headers = i == 0 ? "x-y: z\n" : "x-migdeploy-pace: 10\n",
                                    .body = "{\"n\":1}"},
                                   {.method = "PUT"},
                                   {.method = "GET", .times = 1, .body = "{\"n\":1}"},
                                   READ(0, 0)};
        scene c;
        scene_open(&c, rules, COUNT(rules), &(wants){.rest_ms = 5000});
        assert_int_equal(migd_job_finish(c.s.job, NULL, NULL), MIGD_OK);
        assert_int_equal(test_count_requests(c.s.transport, "PUT", NULL), 2);
        assert_in_range(stage_ms(&c.s), i == 0 ? 5000 : 500, i == 0 ? 5002 : 502);
        stage_close(&c.s);
    }
}

static void a_fact_ends_an_act_without_error_and_the_next_look_explains_it(void **state)
{
    (void)state;
    const test_rule rules[] = {READ(1, 1), {.method = "PUT", .status = 409}, READ(0, 0)};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){.facts = {404, 409}});
    stage_expect(&c.s, MIGD_DONE, "act wants: act 1 times\ndone wants: heard 409\n");
    stage_close(&c.s);
    scene_open(&c, rules, COUNT(rules), &(wants){.facts = {404}});
    stage_expect(&c.s, MIGD_ERR_CONFLICT,
                 "act wants: act 1 times\n"
                 "fail wants: the server failed\n"
                 "MIGD_ERR_CONFLICT: act 1 times: the server failed\n");
    stage_close(&c.s);
}

/* By the rule of reads: as sent, and up to a tenth more, as many clients were told the same. */
static void an_act_rests_as_long_as_the_server_says(void **state)
{
    (void)state;
    const test_rule rules[] = {READ(2000, 1),
                               {.method = "PUT", .status = 429, .headers = "retry-after: 7200\n"},
                               READ(0, 0)};
    int64_t total_ms = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        int64_t puts_ms[2] = {0, 0};
        scene c;
        scene_open(&c, rules, COUNT(rules), &(wants){.facts = {429}});
        migdi_context_set_seed(c.s.context, seed);
        assert_int_equal(migd_job_finish(c.s.job, NULL, NULL), MIGD_OK);
        for (size_t i = 0, put = 0; i < test_request_count(c.s.transport) && put < 2; i++) {
            const test_request *request = test_request_at(c.s.transport, i);
            if (strcmp(request->method, "PUT") == 0) {
                puts_ms[put++] = request->at_ms;
            }
        }
        assert_in_range(puts_ms[1] - puts_ms[0], 7200000, 7920000 + 10);
        total_ms += puts_ms[1] - puts_ms[0] - 7200000;
        stage_close(&c.s);
    }
    assert_true(total_ms > 60000); /* eight times 360 s are expected */
}

static void an_eviction_s_429_is_a_fact_for_ever_and_is_not_sent_again_before_its_rest(void **state)
{
    (void)state;
    const test_rule rules[] = {
        READ(20, 1), {.method = "PUT", .status = 429, .headers = "retry-after: 10\n"}, READ(0, 0)};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){.facts = {429}, .rest_ms = 5000});
    stage_expect(&c.s, MIGD_DONE, "act wants: act 1 times\ndone wants: heard 429\n");
    const size_t puts = test_count_requests(c.s.transport, "PUT", NULL);
    assert_in_range(puts, 9, 19);
    assert_true(stage_ms(&c.s) >= (int64_t)(puts - 1) * 10000);
    stage_close(&c.s);
}

static void an_act_whose_answer_was_lost_is_looked_at_and_not_repeated(void **state)
{
    (void)state;
    const test_rule rules[] = {
        READ(1, 1), {.method = "PUT", .lost = MIGD_ERR_NETWORK, .reached = true}, READ(0, 0)};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){0});
    stage_expect(&c.s, MIGD_DONE, "act wants: act 1 times\ndone wants: heard -1\n");
    assert_int_equal(test_count_requests(c.s.transport, "PUT", NULL), 1);
    stage_close(&c.s);
}

static void what_may_pass_is_tried_ten_times_in_a_row(void **state)
{
    (void)state;
    static const test_rule refusals[] = {
        {.method = "PUT", .status = 503},
        {.method = "PUT", .status = 429},
        {.method = "PUT", .lost = MIGD_ERR_NETWORK, .reached = true}};
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const test_rule rules[] = {READ(0, 1), refusals[i]};
        migd_status status = MIGD_OK;
        scene c;
        scene_open(&c, rules, COUNT(rules), &(wants){0});
        free(test_tell(c.s.job, &status));
        assert_int_equal(status, i == 2 ? MIGD_ERR_NETWORK : MIGD_ERR_REMOTE);
        assert_int_equal(test_count_requests(c.s.transport, "PUT", NULL), 10);
        stage_close(&c.s);
    }
}

static void what_cannot_pass_ends_the_job_at_once(void **state)
{
    (void)state;
    static const struct {
        test_rule rule;
        migd_status status;
    } rows[] = {{{.method = "PUT", .status = 403}, MIGD_ERR_DENIED},
                {{.method = "PUT", .status = 404}, MIGD_ERR_NOT_FOUND},
                {{.method = "PUT", .status = 422}, MIGD_ERR_REMOTE},
                {{.method = "PUT", .status = 501}, MIGD_ERR_REMOTE},
                {{.method = "PUT", .lost = MIGD_ERR_TLS}, MIGD_ERR_TLS},
                {{.method = "PUT", .lost = MIGD_ERR_NOMEM}, MIGD_ERR_NOMEM}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const test_rule rules[] = {READ(0, 1), rows[i].rule};
        migd_status status = MIGD_OK;
        scene c;
        scene_open(&c, rules, COUNT(rules), &(wants){.named = true, .facts = {409}});
        char *told = test_tell(c.s.job, &status);
        assert_int_equal(status, rows[i].status);
        assert_true(status == MIGD_ERR_NOMEM || strstr(told, ": act 1: ") != NULL);
        free(told);
        assert_int_equal(test_count_requests(c.s.transport, "PUT", NULL), 1);
        stage_close(&c.s);
    }
}

static void one_refused_act_among_many_ends_the_job_after_all_answers(void **state)
{
    (void)state;
    const test_rule rules[] = {
        READ(0, 3), {.path = "/act/1", .status = 403}, {.method = "PUT", .after_ms = 700}};
    migd_status status = MIGD_OK;
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){0});
    free(test_tell(c.s.job, &status));
    assert_int_equal(status, MIGD_ERR_DENIED);
    assert_int_equal(stage_ms(&c.s), 700);
    stage_close(&c.s);
}

static void a_secret_body_is_made_when_it_is_sent_and_wiped_when_answered(void **state)
{
    (void)state;
    const test_rule rules[] = {READ(1, 1), {.method = "PUT"}, READ(0, 0)};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){.late = true});
    stage_expect(&c.s, MIGD_DONE, "act wants: act 1 times\ndone wants: heard 200\n");
    assert_string_equal(test_request_at(c.s.transport, 1)->body, "s3cret");
    stage_close(&c.s);
}

typedef struct accepted_acts {
    char text[256];
} accepted_acts;

static void note_accepted(void *user, const migdi_step *step, const migdi_act *act,
                          const migd_object *answer, migdi_builder *result)
{
    accepted_acts *noted = user;
    migdi_build_string(result, act->call->path, "/last");
    const size_t size = strlen(noted->text);
    snprintf(noted->text + size, sizeof noted->text - size, "%s %s %s;", step->kind->name,
             act->call->path, migd_object_text(answer, "/made", "-"));
}

static void accepted_acts_are_told_to_who_asked(void **state)
{
    (void)state;
    const test_rule rules[] = {READ(1, 3),
                               {.path = "/act/1", .body = "{\"made\":\"x\"}"},
                               {.path = "/act/2", .status = 409},
                               {.method = "PUT"},
                               READ(0, 0)};
    accepted_acts noted = {""};
    scene c;
    scene_open(&c, rules, COUNT(rules), &(wants){.facts = {409}});
    migdi_job_on_act(c.s.job, note_accepted, &noted);
    assert_int_equal(migd_job_finish(c.s.job, NULL, NULL), MIGD_OK);
    assert_string_equal(noted.text, "wants /act/1 x;wants /act/3 -;");
    migd_object *result = NULL;
    assert_int_equal(migd_job_take_object(c.s.job, &result, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(result, "/last", ""), "/act/3");
    migd_object_free(result);
    stage_close(&c.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            all_acts_of_a_verdict_fly_together_and_the_next_look_comes_after_the_last_answer),
        cmocka_unit_test(the_same_act_rests_longer_each_time_and_ends_after_eight_without_effect),
        cmocka_unit_test(a_step_s_own_pause_is_kept_and_runs_at_the_server_s_pace),
        cmocka_unit_test(a_fact_ends_an_act_without_error_and_the_next_look_explains_it),
        cmocka_unit_test(an_act_rests_as_long_as_the_server_says),
        cmocka_unit_test(
            an_eviction_s_429_is_a_fact_for_ever_and_is_not_sent_again_before_its_rest),
        cmocka_unit_test(an_act_whose_answer_was_lost_is_looked_at_and_not_repeated),
        cmocka_unit_test(what_may_pass_is_tried_ten_times_in_a_row),
        cmocka_unit_test(what_cannot_pass_ends_the_job_at_once),
        cmocka_unit_test(one_refused_act_among_many_ends_the_job_after_all_answers),
        cmocka_unit_test(a_secret_body_is_made_when_it_is_sent_and_wiped_when_answered),
        cmocka_unit_test(accepted_acts_are_told_to_who_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
