#include "job_boxes.h"

static char order[64];

static void release_note(void *owned)
{
    strncat(order, owned, sizeof order - strlen(order) - 1);
}

static void what_a_job_was_given_goes_with_it_last_first(void **state)
{
    (void)state;
    stage s;
    order[0] = '\0';
    stage_open(&s, NULL, 0, NULL);
    assert_int_equal(migdi_job_give(s.job, (char[]){"a"}, release_note, NULL), MIGD_OK);
    assert_int_equal(migdi_job_give(s.job, (char[]){"b"}, release_note, NULL), MIGD_OK);
    assert_string_equal(order, "");
    stage_close(&s);
    assert_string_equal(order, "ba");
}

static void a_result_of_another_type_is_taken_by_its_tag(void **state)
{
    (void)state;
    static const char tag = 0;
    static const char other = 0;
    char first[] = "1";
    char second[] = "2";
    stage s;
    order[0] = '\0';
    stage_open(&s, NULL, 0, NULL);
    assert_null(migdi_job_take_result(s.job, &tag));
    migdi_job_set_result(s.job, &tag, first, release_note);
    migdi_job_set_result(s.job, &tag, second, release_note);
    assert_string_equal(order, "1");
    assert_null(migdi_job_take_result(s.job, &other));
    assert_ptr_equal(migdi_job_take_result(s.job, &tag), second);
    assert_null(migdi_job_take_result(s.job, &tag));
    migdi_job_set_result(s.job, &tag, first, release_note);
    stage_close(&s);
    assert_string_equal(order, "11");
}

static void a_job_is_started_once_and_before_it_is_pulled(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    stage s;
    const migd_event *event = NULL;
    migd_object *result = NULL;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_ERR_NOT_FOUND);
    const migdi_call *call = test_get(migdi_job_arena(s.job), "/a");
    assert_int_equal(migdi_job_run_call(s.job, call, NULL), MIGD_OK);
    assert_int_equal(migdi_job_run_call(s.job, call, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, NULL, 0, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    assert_int_equal(migdi_job_run_call(s.job, call, NULL), MIGD_ERR_INVALID);
    assert_int_equal(test_request_count(s.transport), 1);
    stage_close(&s);
}

static void what_is_told_before_the_start_comes_first(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    stage s;
    stage_open(&s, rules, 1, NULL);
    migdi_job_tell(s.job, MIGD_EVENT_NOTE, "cluster %s", "blue");
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    stage_expect(&s, MIGD_DONE, "note -: cluster blue\n");
    stage_close(&s);
}

static migd_status add_to_result(void *user, migd_job *job, migd_error **error)
{
    migd_object *result = migdi_job_result(job);
    if (user != NULL) {
        return migdi_fail(error, MIGD_ERR_CONFLICT, "%s", (const char *)user);
    }
    return migd_object_set_string(result, "/added", "yes", error);
}

static void finish_may_add_to_the_result_or_change_the_ending(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const test_rule rules[] = {{.body = "{\"a\":1}"}};
        char reason[] = "not ours";
        stage s;
        migd_object *result = NULL;
        stage_open(&s, rules, 1, NULL);
        migdi_job_on_finish(s.job, add_to_result, i == 0 ? NULL : reason);
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        stage_expect(&s, i == 0 ? MIGD_DONE : MIGD_ERR_CONFLICT,
                     i == 0 ? "" : "MIGD_ERR_CONFLICT: : not ours\n");
        assert_int_equal(migd_job_take_object(s.job, &result, NULL), MIGD_OK);
        assert_int_equal(migd_object_int64(result, "/a", 0), 1);
        assert_string_equal(migd_object_text(result, "/added", "no"), i == 0 ? "yes" : "no");
        migd_object *again = NULL;
        assert_int_equal(migd_job_take_object(s.job, &again, NULL), MIGD_ERR_NOT_FOUND);
        stage_close(&s);
        migd_object_free(result);
    }
}

typedef struct sequel {
    const migdi_call *call;
    int times; /* that something follows */
} sequel;

static migd_status follow(void *user, migd_job *job, migd_error **error)
{
    sequel *next = user;
    if (next->times-- <= 0) {
        return MIGD_OK;
    }
    return migdi_job_run_call(job, next->call, error);
}

static void what_finish_starts_follows(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/a", .body = "{\"v\":1}"},
                               {.path = "/b", .times = 1, .after_ms = 5, .body = "{\"v\":2}"},
                               {.path = "/b", .status = 403}};
    for (int times = 0; times < 3; times++) {
        stage s;
        migd_object *result = NULL;
        stage_open(&s, rules, 3, NULL);
        sequel next = {test_get(migdi_job_arena(s.job), "/b"), times};
        migdi_job_on_finish(s.job, follow, &next);
        assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                         MIGD_OK);
        assert_int_equal(migd_job_finish(s.job, &result, NULL),
                         times < 2 ? MIGD_OK : MIGD_ERR_DENIED);
        assert_int_equal(migd_object_int64(result, "/v", 0), times == 0 ? 1 : 2);
        assert_int_equal(test_request_count(s.transport), times + 1);
        migd_object_free(result);
        stage_close(&s);
    }
    /* Freed in between, both go. */
    stage s;
    const migd_event *event = NULL;
    stage_open(&s, rules, 3, NULL);
    sequel next = {test_get(migdi_job_arena(s.job), "/b"), 1};
    migdi_job_on_finish(s.job, follow, &next);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_next(s.job, 2, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(test_request_count(s.transport), 2);
    stage_close(&s);
}

static void an_ending_is_told_again_and_its_error_once(void **state)
{
    (void)state;
    const test_rule rules[] = {{.status = 404}};
    stage s;
    const migd_event *event = NULL;
    migd_error *error = NULL;
    migd_job *job = NULL;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_ERR_NOT_FOUND);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, &error), MIGD_ERR_NOT_FOUND);
    assert_string_equal(migd_error_message(error), "the server failed");
    migd_error_free(error);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, &error), MIGD_ERR_NOT_FOUND);
    assert_null(error);
    assert_null(event);
    assert_int_equal(migd_context_next(s.context, MIGD_FOREVER, &job, &event, NULL), MIGD_DONE);
    assert_null(job);
    stage_close(&s);
}

static void a_blocking_call_ends_as_its_job_and_frees_it(void **state)
{
    (void)state;
    const test_rule rules[] = {{.times = 1, .body = "{\"a\":1}"}, {.status = 403}};
    migd_object *result = NULL;
    migd_error *error = NULL;
    stage s;
    stage_open(&s, rules, 2, NULL);
    const migd_status started =
        migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL);
    assert_int_equal(migdi_job_complete(started, s.job, &result, &error), MIGD_OK);
    assert_int_equal(migd_object_int64(result, "/a", 0), 1);
    migd_object_free(result);
    assert_int_equal(migdi_job_new(s.context, NULL, &s.job, NULL), MIGD_OK);
    migdi_job_set_target(s.job, 0, &s.target);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/a"), NULL),
                     MIGD_OK);
    assert_int_equal(migdi_job_complete(MIGD_OK, s.job, NULL, &error), MIGD_ERR_DENIED);
    assert_int_equal(migd_error_http_status(error), 403);
    migd_error_free(error);
    assert_int_equal(migdi_job_complete(MIGD_ERR_INVALID, NULL, &result, NULL), MIGD_ERR_INVALID);
    assert_null(result);
    migd_context_free(s.context);
}

static void a_missing_argument_is_refused(void **state)
{
    (void)state;
    stage s;
    const migd_event *event = NULL;
    migd_object *result = NULL;
    migd_job *job = NULL;
    stage_open(&s, NULL, 0, NULL);
    assert_int_equal(migd_job_next(NULL, 0, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_next(s.job, 0, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_next(s.job, -2, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_finish(NULL, &result, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_take_object(NULL, &result, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_take_object(s.job, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_answer(NULL, "x", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_answer(s.job, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_job_answer(s.job, "x", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_job_new(NULL, NULL, &job, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migdi_job_run_call(s.job, NULL, NULL), MIGD_ERR_NOMEM);
    migd_job_free(NULL);
    stage_close(&s);
}

static void *refuse(size_t size, void *user)
{
    (void)size;
    (void)user;
    return NULL;
}

static void *refuse_more(void *memory, size_t size, void *user)
{
    (void)memory;
    (void)size;
    (void)user;
    return NULL;
}

static void give_back(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void the_ending_needs_no_memory(void **state)
{
    (void)state;
    const test_rule rules[] = {{.hangs = true}};
    migd_cancel *cancel = NULL;
    migd_call_options *options = NULL;
    stage s;
    const migd_event *event = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    stage_open(&s, rules, 1, options);
    static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
    static const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT}};
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, 10, &event, NULL), MIGD_TIMEOUT);
    migd_cancel_signal(cancel);
    assert_int_equal(migd_set_allocator(refuse, refuse_more, give_back, NULL), MIGD_OK);
    const migd_status status = migd_job_next(s.job, MIGD_FOREVER, &event, &error);
    assert_int_equal(migd_set_allocator(NULL, NULL, NULL, NULL), MIGD_OK);
    assert_int_equal(status, MIGD_ERR_CANCELLED);
    assert_string_equal(migd_error_message(error), "out of memory");
    migd_error_free(error);
    migd_call_options_free(options);
    migd_cancel_free(cancel);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_job_was_given_goes_with_it_last_first),
        cmocka_unit_test(a_result_of_another_type_is_taken_by_its_tag),
        cmocka_unit_test(a_job_is_started_once_and_before_it_is_pulled),
        cmocka_unit_test(what_is_told_before_the_start_comes_first),
        cmocka_unit_test(finish_may_add_to_the_result_or_change_the_ending),
        cmocka_unit_test(what_finish_starts_follows),
        cmocka_unit_test(an_ending_is_told_again_and_its_error_once),
        cmocka_unit_test(a_blocking_call_ends_as_its_job_and_frees_it),
        cmocka_unit_test(a_missing_argument_is_refused),
        cmocka_unit_test(the_ending_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
