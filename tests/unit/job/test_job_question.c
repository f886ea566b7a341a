#include "job_boxes.h"

typedef struct ask_wish {
    const char *key;
    bool consent;
} ask_wish;

typedef struct ask_seen {
    const char *answer;
    bool there;
    const migdi_call *remove;
} ask_seen;

static void ask_observe(const void *wish, migdi_view *view, void *out)
{
    const ask_wish *w = wish;
    ask_seen *seen = out;
    seen->answer = migdi_answered(view, w->key);
    seen->there = migdi_see(view, test_get(migdi_view_arena(view), "/it")) != NULL;
    seen->remove = test_delete(migdi_view_arena(view), "/it");
}

static void ask_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const ask_wish *w = wish;
    const ask_seen *seen = in;
    (void)goal;
    if (!seen->there) {
        migdi_done(verdict, "it is gone (%s)", seen->answer == NULL ? "-" : seen->answer);
    } else if (seen->answer == NULL) {
        migdi_going(verdict, "waits for consent");
        migdi_ask(verdict, w->key, w->consent, "remove it, %s?", w->key);
    } else if (strcmp(seen->answer, "no") == 0) {
        migdi_refuse(verdict, MIGD_ERR_CANCELLED, "not without consent");
    } else {
        migdi_going(verdict, "remove it");
        migdi_want(verdict, seen->remove);
    }
}

static const migdi_step_kind ask_kind = {
    "ask", sizeof(ask_seen), ask_observe, NULL, ask_decide, NULL, NULL};

static const test_rule rules[] = {{.method = "DELETE", .after_ms = 1},
                                  {.method = "GET", .times = 2, .body = "{}"},
                                  {.method = "GET", .status = 404}};
static const ask_wish wish = {"all", true};
static const migdi_step steps[] = {{&ask_kind, &wish, 0, false, MIGDI_PRESENT}};

static void start(stage *s, const migd_call_options *options)
{
    stage_open(s, rules, COUNT(rules), options);
    assert_int_equal(migdi_job_run_steps(s->job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
}

static void a_question_holds_the_job_until_it_is_answered(void **state)
{
    (void)state;
    stage s;
    const migd_event *event = NULL;
    migd_job *job = NULL;
    start(&s, NULL);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_event_kind(event), MIGD_EVENT_QUESTION);
    assert_string_equal(migd_event_text(event), "remove it, all?");
    assert_string_equal(migd_event_step(event), "ask");
    assert_int_equal(migd_object_boolean(migd_event_details(event), "/consent", -1), 1);
    assert_string_equal(migd_object_text(migd_event_details(event), "/kind", ""), "all");
    assert_int_equal(migd_job_next(s.job, 3600000, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(migd_context_next(s.context, 3600000, &job, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(test_request_count(s.transport), 1);
    assert_int_equal(migd_job_answer(s.job, "yes", NULL), MIGD_OK);
    migd_error *error = NULL;
    assert_int_equal(migd_job_answer(s.job, "yes", &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "the job waits for no answer");
    migd_error_free(error);
    stage_expect(&s, MIGD_DONE, "act ask: remove it\ndone ask: it is gone (yes)\n");
    stage_close(&s);
}

static void the_answer_decides(void **state)
{
    (void)state;
    stage s;
    const migd_event *event = NULL;
    start(&s, NULL);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_job_answer(s.job, "no", NULL), MIGD_OK);
    stage_expect(&s, MIGD_ERR_CANCELLED,
                 "fail ask: not without consent\nMIGD_ERR_CANCELLED: : not without consent\n");
    assert_int_equal(test_count_requests(s.transport, "DELETE", NULL), 0);
    stage_close(&s);
}

static void consent_given_before_is_not_asked_for(void **state)
{
    (void)state;
    migd_call_options *options = NULL;
    stage s;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_int64(options, MIGD_CALL_CONSENT, 1, NULL);
    start(&s, options);
    stage_expect(&s, MIGD_DONE, "act ask: remove it\ndone ask: it is gone (yes)\n");
    stage_close(&s);
    /* It answers no other question. */
    static const ask_wish code = {"code", false};
    static const migdi_step other[] = {{&ask_kind, &code, 0, false, MIGDI_PRESENT}};
    stage_open(&s, rules, COUNT(rules), options);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, other, 1, NULL), MIGD_OK);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_ERR_QUESTION);
    stage_close(&s);
    migd_call_options_free(options);
}

static void with_nobody_to_answer_the_job_ends_with_the_question(void **state)
{
    (void)state;
    stage s;
    migd_error *error = NULL;
    start(&s, NULL);
    assert_int_equal(migd_job_finish(s.job, NULL, &error), MIGD_ERR_QUESTION);
    assert_string_equal(migd_error_message(error), "remove it, all?");
    migd_error_free(error);
    assert_int_equal(test_count_requests(s.transport, "DELETE", NULL), 0);
    assert_int_equal(migd_job_answer(s.job, "yes", NULL), MIGD_ERR_INVALID);
    stage_close(&s);
}

static void steps_that_ask_at_once_are_answered_one_after_another(void **state)
{
    (void)state;
    static const ask_wish first = {"first", true};
    static const ask_wish second = {"second", false};
    static const migdi_step both[] = {{&ask_kind, &first, 0, false, MIGDI_PRESENT},
                                      {&ask_kind, &second, 0, false, MIGDI_PRESENT}};
    const test_rule twice[] = {{.method = "DELETE", .after_ms = 1},
                               {.method = "GET", .times = 5, .body = "{}"},
                               {.method = "GET", .status = 404}};
    stage s;
    const migd_event *event = NULL;
    stage_open(&s, twice, COUNT(twice), NULL);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, both, 2, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_string_equal(migd_event_text(event), "remove it, first?");
    assert_int_equal(migd_job_next(s.job, 1000, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(migd_job_answer(s.job, "1", NULL), MIGD_OK);
    migd_status status = MIGD_OK;
    bool asked = false;
    do {
        status = migd_job_next(s.job, MIGD_FOREVER, &event, NULL);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_QUESTION) {
            assert_string_equal(migd_event_text(event), "remove it, second?");
            assert_int_equal(migd_job_answer(s.job, "2", NULL), MIGD_OK);
            asked = true;
        }
    } while (status == MIGD_OK);
    assert_int_equal(status, MIGD_DONE);
    assert_true(asked);
    stage_close(&s);
}

static void a_deadline_counts_while_nobody_answers(void **state)
{
    (void)state;
    migd_call_options *options = NULL;
    stage s;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 60000, NULL);
    start(&s, options);
    stage_expect(&s, MIGD_ERR_DEADLINE,
                 "question ask: remove it, all?\n"
                 "MIGD_ERR_DEADLINE: : the deadline of 1m has passed\n");
    stage_close(&s);
    migd_call_options_free(options);
}

static migd_status answer_it(void *user)
{
    migdi_target target;
    migd_context *context = NULL;
    migd_job *job = NULL;
    const migd_event *event = NULL;
    (void)user;
    test_transport *transport = test_transport_new(rules, COUNT(rules));
    test_target_start(&target);
    migd_status status = migdi_context_new_on(NULL, test_transport_base(transport), &context, NULL);
    if (status == MIGD_OK) {
        status = migdi_job_new(context, NULL, &job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(job, 0, &target);
        status = migdi_job_run_steps(job, MIGDI_RUN, steps, 1, NULL);
    }
    while (status == MIGD_OK) {
        status = migd_job_next(job, MIGD_FOREVER, &event, NULL);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_QUESTION) {
            status = migd_job_answer(job, "yes", NULL);
        }
    }
    migd_job_free(job);
    migd_context_free(context);
    return status;
}

static void lack_of_memory_answers_nothing_by_itself(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(answer_it, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_holds_the_job_until_it_is_answered),
        cmocka_unit_test(the_answer_decides),
        cmocka_unit_test(consent_given_before_is_not_asked_for),
        cmocka_unit_test(with_nobody_to_answer_the_job_ends_with_the_question),
        cmocka_unit_test(steps_that_ask_at_once_are_answered_one_after_another),
        cmocka_unit_test(a_deadline_counts_while_nobody_answers),
        cmocka_unit_test(lack_of_memory_answers_nothing_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
