#include "job_boxes.h"

static void open_stream(stage *s, const test_rule *rules, size_t count, int64_t line_bytes)
{
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_int64(options, MIGD_CONTEXT_EVENTS, 8, NULL);
    migd_context_options_set_int64(options, MIGD_CONTEXT_WATCH_LINE_BYTES, line_bytes, NULL);
    s->transport = test_transport_new(rules, count);
    s->context = test_context(s->transport, options);
    migd_context_options_free(options);
    test_target_start(&s->target);
    assert_int_equal(migdi_job_new(s->context, NULL, &s->job, NULL), MIGD_OK);
    migdi_job_set_target(s->job, 0, &s->target);
    assert_int_equal(
        migdi_job_run_stream(s->job, test_watch(migdi_job_arena(s->job), "/logs"), NULL), MIGD_OK);
}

static void each_line_is_told_and_the_last_needs_no_end(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        const test_rule rules[] = {{.body = "one\n\ntwo two\nlast", .piece = piece}};
        stage s;
        open_stream(&s, rules, 1, 100);
        stage_expect(&s, MIGD_DONE, "line -: one\nline -: \nline -: two two\nline -: last\n");
        assert_true(test_request_at(s.transport, 0)->stream);
        stage_close(&s);
    }
}

/* 100 numbered lines, and a half one. */
static char *hundred_lines(void)
{
    char *text = calloc(1, 2000);
    for (int i = 0; i < 100; i++) {
        snprintf(text + strlen(text), 20, "line %d\n", i);
    }
    return strncat(text, "half", 5);
}

static void nothing_is_lost_while_the_caller_does_not_pull(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 7, 64, 1000};
    char *text = hundred_lines();
    for (size_t i = 0; i < COUNT(pieces); i++) {
        const test_rule rules[] = {{.body = text, .piece = pieces[i]}};
        stage s;
        const migd_event *event = NULL;
        char expected[32];
        open_stream(&s, rules, 1, 100);
        for (int k = 0; k < 100; k++) {
            assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
            snprintf(expected, sizeof expected, "line %d", k);
            assert_string_equal(migd_event_text(event), expected);
        }
        assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
        assert_string_equal(migd_event_text(event), "half");
        assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_DONE);
        stage_close(&s);
    }
    free(text);
}

static void a_stream_that_ends_while_the_queue_is_full_ends_the_job_all_the_same(void **state)
{
    (void)state;
    /* Eight lines fill the queue; the rest, and the end, must be taken up again by the pull. */
    static const char *const bodies[] = {"1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\n5\n6\n7\n8\nrest",
                                         "1\n2\n3\n4\n5\n6\n7\n8\n9\n"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const test_rule rules[] = {{.body = bodies[i]}};
        stage s;
        const migd_event *event = NULL;
        size_t lines = 0;
        open_stream(&s, rules, 1, 100);
        for (int turn = 0; turn < 20; turn++) {
            migd_job *other = NULL;
            assert_int_equal(migdi_job_new(s.context, NULL, &other, NULL), MIGD_OK);
            migdi_job_set_target(other, 0, NULL);
            assert_int_equal(
                migdi_job_run_call(other, test_get(migdi_job_arena(other), "/x"), NULL), MIGD_OK);
            migd_job_next(other, MIGD_FOREVER, &event, NULL);
            migd_job_free(other);
        }
        migd_status status = migd_job_next(s.job, MIGD_FOREVER, &event, NULL);
        while (status == MIGD_OK) {
            lines++;
            status = migd_job_next(s.job, MIGD_FOREVER, &event, NULL);
        }
        assert_int_equal(status, MIGD_DONE);
        assert_int_equal(lines, i == 0 ? 8 : 9);
        stage_close(&s);
    }
}

static migd_status understands_nothing(migdi_target *target, const migdi_call *call,
                                       const migdi_answer *answer, migd_object **document,
                                       migd_error **error)
{
    (void)target;
    (void)call;
    (void)answer;
    (void)document;
    return migdi_fail(error, MIGD_ERR_REMOTE, "a document was expected");
}

static void the_end_of_a_stream_is_not_read_as_a_document(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "one\n"}};
    stage s;
    open_stream(&s, rules, 1, 100);
    migdi_target_kind kind = *s.target.kind;
    kind.understand = understands_nothing;
    s.target.kind = &kind;
    stage_expect(&s, MIGD_DONE, "line -: one\n");
    stage_close(&s);
}

static void a_line_has_a_ceiling(void **state)
{
    (void)state;
    const test_rule fits[] = {{.body = "12345\n12345\n"}};
    const test_rule exceeds[] = {{.body = "12345\n123456\n", .open = true}};
    stage s;
    open_stream(&s, fits, 1, 5);
    stage_expect(&s, MIGD_DONE, "line -: 12345\nline -: 12345\n");
    stage_close(&s);
    open_stream(&s, exceeds, 1, 5);
    stage_expect(&s, MIGD_ERR_LIMIT,
                 "line -: 12345\n"
                 "MIGD_ERR_LIMIT: : a line of the stream is longer than 5 bytes\n");
    assert_true(test_request_at(s.transport, 0)->abandoned);
    stage_close(&s);
}

static void a_stream_that_is_refused_or_lost_is_an_error(void **state)
{
    (void)state;
    const test_rule refused[] = {{.status = 403, .body = "{\"message\":\"not you\"}"}};
    const test_rule lost[] = {{.body = "one\ntw", .cut = true}};
    stage s;
    open_stream(&s, refused, 1, 100);
    stage_expect(&s, MIGD_ERR_DENIED, "MIGD_ERR_DENIED: GET /logs: not you\n");
    stage_close(&s);
    open_stream(&s, lost, 1, 100);
    stage_expect(&s, MIGD_ERR_NETWORK,
                 "line -: one\nline -: tw\n"
                 "MIGD_ERR_NETWORK: GET /logs: https://test: the connection was lost\n");
    assert_int_equal(test_request_count(s.transport), 1);
    stage_close(&s);
}

static void silence_is_no_fault_of_a_stream_without_a_time_to_last(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "one\n", .open = true}};
    stage s;
    const migd_event *event = NULL;
    open_stream(&s, rules, 1, 100);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, 24 * 3600 * 1000, &event, NULL), MIGD_TIMEOUT);
    test_push(s.transport, "/logs", "two\n");
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_string_equal(migd_event_text(event), "two");
    stage_close(&s);
}

static migd_status stream_it(void *user)
{
    const test_rule rules[] = {{.body = user, .piece = 50}};
    migdi_target target;
    migd_context *context = NULL;
    migd_job *job = NULL;
    const migd_event *event = NULL;
    size_t lines = 0;
    test_transport *transport = test_transport_new(rules, 1);
    test_target_start(&target);
    migd_status status = migdi_context_new_on(NULL, test_transport_base(transport), &context, NULL);
    if (status == MIGD_OK) {
        status = migdi_job_new(context, NULL, &job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(job, 0, &target);
        status = migdi_job_run_stream(job, test_watch(migdi_job_arena(job), "/logs"), NULL);
    }
    while (status == MIGD_OK) {
        status = migd_job_next(job, MIGD_FOREVER, &event, NULL);
        lines += status == MIGD_OK;
    }
    assert_true(status < 0 || lines == 101);
    migd_job_free(job);
    migd_context_free(context);
    return status < 0 ? status : MIGD_OK;
}

static void lack_of_memory_drops_no_line_silently(void **state)
{
    (void)state;
    char *text = hundred_lines();
    assert_true(test_fail_allocations(stream_it, text) > 100);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_told_and_the_last_needs_no_end),
        cmocka_unit_test(nothing_is_lost_while_the_caller_does_not_pull),
        cmocka_unit_test(a_stream_that_ends_while_the_queue_is_full_ends_the_job_all_the_same),
        cmocka_unit_test(the_end_of_a_stream_is_not_read_as_a_document),
        cmocka_unit_test(a_line_has_a_ceiling),
        cmocka_unit_test(a_stream_that_is_refused_or_lost_is_an_error),
        cmocka_unit_test(silence_is_no_fault_of_a_stream_without_a_time_to_last),
        cmocka_unit_test(lack_of_memory_drops_no_line_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
