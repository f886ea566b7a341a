#include "job_boxes.h"

/* --- a step that says what its document says: {"text", "note", "warning", "pause", "first",
 * "most", "done", "nothing", "silent"}
 * --------------------------------------------------------------------------------- */

typedef struct says_seen {
    const migd_object *d;
    int64_t now_ms;
    int64_t elapsed_ms;
} says_seen;

static void says_observe(const void *wish, migdi_view *view, void *out)
{
    says_seen *seen = out;
    (void)wish;
    seen->d = migdi_see(view, test_get(migdi_view_arena(view), "/d"));
    seen->now_ms = migdi_view_now_unix_ms(view);
    seen->elapsed_ms = migdi_view_elapsed_ms(view);
}

static void says_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const says_seen *seen = in;
    const char *note = migd_object_text(seen->d, "/note", NULL);
    const char *warning = migd_object_text(seen->d, "/warning", NULL);
    const char *done = migd_object_text(seen->d, "/done", NULL);
    const int64_t pause = migd_object_int64(seen->d, "/pause", 0);
    const int64_t first = migd_object_int64(seen->d, "/first", 0);
    (void)wish;
    (void)goal;
    if (note != NULL) {
        migdi_note(verdict, note, "note %s", note);
    }
    if (warning != NULL) {
        migdi_warn(verdict, warning, "warning %s", warning);
    }
    if (pause > 0) {
        migdi_pause(verdict, pause);
    }
    if (first > 0) {
        migdi_poll(verdict, first, migd_object_int64(seen->d, "/most", first));
    }
    if (done != NULL && strcmp(done, "clock") == 0) {
        migdi_done(verdict, "%lld after %lld", (long long)seen->now_ms,
                   (long long)seen->elapsed_ms);
    } else if (done != NULL) {
        migdi_done(verdict, "%s", done);
    } else if (migd_object_boolean(seen->d, "/nothing", 0) == 0) {
        migdi_going(verdict, "%s", migd_object_text(seen->d, "/text", "?"));
    }
}

static const migdi_step_kind says_kind = {
    "says", sizeof(says_seen), says_observe, NULL, says_decide, NULL, NULL};
static const migdi_step steps[] = {{&says_kind, NULL, 0, false, MIGDI_PRESENT}};

static void play(stage *s, const test_rule *rules, size_t count)
{
    stage_open(s, rules, count, NULL);
    assert_int_equal(migdi_job_run_steps(s->job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
}

static void a_text_is_told_when_it_changes_and_a_note_once(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 3, .body = "{\"text\":\"a\",\"note\":\"n\"}"},
                               {.times = 2, .body = "{\"text\":\"b\",\"warning\":\"n\"}"},
                               {.times = 2, .body = "{\"text\":\"a\",\"warning\":\"w\"}"},
                               {.body = "{\"done\":\"c\",\"note\":\"n\"}"}};
    stage s;
    play(&s, rules, COUNT(rules));
    stage_expect(
        &s, MIGD_DONE,
        "note says: note n\nwait says: a\nwait says: b\nnote says: warning w\nwait says: a\n"
        "done says: c\n");
    stage_close(&s);
}

static void looks_grow_rarer_while_the_text_stays_and_frequent_when_it_changes(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 8, .body = "{\"text\":\"a\",\"first\":1000,\"most\":4000}"},
        {.times = 3, .body = "{\"text\":\"b\",\"first\":1000,\"most\":4000}"},
        {.body = "{\"done\":\"c\"}"}};
    static const int64_t pauses[] = {1000, 1500, 2250, 3375, 4000, 4000,
                                     4000, 4000, 1000, 1500, 2250};
    stage s;
    play(&s, rules, COUNT(rules));
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    for (size_t i = 0; i < COUNT(pauses); i++) {
        const int64_t pause =
            test_request_at(s.transport, i + 1)->at_ms - test_request_at(s.transport, i)->at_ms;
        assert_in_range(pause, pauses[i], pauses[i] + pauses[i] / 10 + 1);
    }
    stage_close(&s);
}

static void a_step_that_says_nothing_of_looks_has_one_to_ten_seconds(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 20, .body = "{\"text\":\"a\"}"},
                               {.body = "{\"done\":\"c\"}"}};
    stage s;
    play(&s, rules, COUNT(rules));
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    const int64_t first =
        test_request_at(s.transport, 1)->at_ms - test_request_at(s.transport, 0)->at_ms;
    const int64_t last =
        test_request_at(s.transport, 20)->at_ms - test_request_at(s.transport, 19)->at_ms;
    assert_in_range(first, 1000, 1101);
    assert_in_range(last, 10000, 11001);
    stage_close(&s);
}

static void a_pause_is_of_the_server_s_time_and_not_shortened_by_chance(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int64_t ms;
    } rows[] = {{"x-a: b\n", 360000},
                {"x-migdeploy-pace: 60\n", 6000},
                {"x-migdeploy-pace: 0\n", 360000},
                {"x-migdeploy-pace: x\n", 360000}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const test_rule rules[] = {
            {.times = 1, .headers = rows[i].headers, .body = "{\"text\":\"a\",\"pause\":360000}"},
            {.body = "{\"done\":\"c\"}"}};
        stage s;
        play(&s, rules, COUNT(rules));
        assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
        assert_int_equal(stage_ms(&s), rows[i].ms);
        stage_close(&s);
    }
}

static void the_server_s_clock_goes_on_between_its_dates(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 1,
                                .headers = "date: Sun, 06 Nov 1994 08:49:37 GMT\n"
                                           "x-migdeploy-pace: 10\n",
                                .body = "{\"text\":\"a\",\"pause\":20000}"},
                               {.after_ms = 500, .body = "{\"done\":\"clock\"}"}};
    stage s;
    play(&s, rules, COUNT(rules));
    /* Two seconds and a half of ours are twenty-five of its. */
    stage_expect(&s, MIGD_DONE, "wait says: a\ndone says: 784111802000 after 25000\n");
    stage_close(&s);
}

static void a_step_that_does_not_decide_is_our_mistake(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{\"nothing\":true}"}};
    stage s;
    play(&s, rules, COUNT(rules));
    stage_expect(&s, MIGD_ERR_INVALID,
                 "fail says: step says did not decide\n"
                 "MIGD_ERR_INVALID: : step says did not decide\n");
    stage_close(&s);
}

static void events_say_how_long_the_step_has_taken(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.times = 1, .after_ms = 40, .body = "{\"text\":\"a\",\"pause\":1000}"},
        {.after_ms = 60, .body = "{\"done\":\"c\"}"}};
    stage s;
    const migd_event *event = NULL;
    play(&s, rules, COUNT(rules));
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_object_int64(migd_event_details(event), "/elapsedMs", -1), 40);
    assert_string_equal(migd_object_text(migd_event_details(event), "/time", ""),
                        "2026-11-24T18:40:00Z");
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_object_int64(migd_event_details(event), "/elapsedMs", -1), 1100);
    stage_close(&s);
}

static void rest_observe(const void *wish, migdi_view *view, void *seen)
{
    (void)wish;
    (void)view;
    (void)seen;
}

static void rest_decide(const void *wish, migdi_goal goal, const void *seen, migdi_verdict *verdict)
{
    (void)wish;
    (void)goal;
    (void)seen;
    migdi_going(verdict, "rests");
    migdi_pause(verdict, INT64_C(86400000));
}

static const migdi_step_kind rest_kind = {
    .name = "rests", .seen_size = 1, .observe = rest_observe, .decide = rest_decide};
static const migdi_step resting[] = {{.kind = &rest_kind}};

static void a_caller_who_does_not_pull_holds_the_steps_and_loses_nothing(void **state)
{
    (void)state;
    /* Each look has a new note, so the queue of eight fills; other jobs turn the loop meanwhile. */
    test_rule rules[40];
    char bodies[40][64];
    for (int i = 0; i < 40; i++) {
        snprintf(bodies[i], sizeof bodies[i],
                 i < 39 ? "{\"text\":\"t%d\",\"note\":\"n%d\"}" : "{\"done\":\"c\"}", i, i);
        rules[i] = (test_rule){.path = "/d", .times = 1, .body = bodies[i]};
    }
    migd_context_options *options = NULL;
    stage s;
    const migd_event *event = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_int64(options, MIGD_CONTEXT_EVENTS, 8, NULL);
    s.transport = test_transport_new(rules, 40);
    s.context = test_context(s.transport, options);
    migd_context_options_free(options);
    test_target_start(&s.target);
    assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
    migdi_job_set_target(s.job, 0, &s.target);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
    migd_job *idle = NULL;
    assert_int_equal(migdi_job_new(s.context, NULL, &idle, NULL), MIGD_OK);
    assert_int_equal(migdi_job_run_steps(idle, MIGDI_RUN, resting, 1, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(idle, 3600000, &event, NULL), MIGD_OK); /* that it rests */
    assert_int_equal(migd_job_next(idle, 3600000, &event, NULL), MIGD_TIMEOUT);
    migd_job_free(idle);
    assert_true(test_request_count(s.transport) <= 6);
    int notes = 0;
    migd_status status = MIGD_OK;
    do {
        status = migd_job_next(s.job, MIGD_FOREVER, &event, NULL);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_NOTE) {
            char expected[32];
            snprintf(expected, sizeof expected, "note n%d", notes++);
            assert_string_equal(migd_event_text(event), expected);
        }
    } while (status == MIGD_OK);
    assert_int_equal(status, MIGD_DONE);
    assert_int_equal(notes, 39);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_told_when_it_changes_and_a_note_once),
        cmocka_unit_test(looks_grow_rarer_while_the_text_stays_and_frequent_when_it_changes),
        cmocka_unit_test(a_step_that_says_nothing_of_looks_has_one_to_ten_seconds),
        cmocka_unit_test(a_pause_is_of_the_server_s_time_and_not_shortened_by_chance),
        cmocka_unit_test(the_server_s_clock_goes_on_between_its_dates),
        cmocka_unit_test(a_step_that_does_not_decide_is_our_mistake),
        cmocka_unit_test(events_say_how_long_the_step_has_taken),
        cmocka_unit_test(a_caller_who_does_not_pull_holds_the_steps_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
