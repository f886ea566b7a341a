#include "job_boxes.h"

static const box_wish blue = {"blue", "/boxes/blue", "{}", true};
static const migdi_step steps[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT}};

#define CHANGED  "{\"type\":\"MODIFIED\",\"object\":{}}\n"
#define BOOKMARK "{\"type\":\"BOOKMARK\",\"object\":{}}\n"
#define ERROR    "{\"type\":\"ERROR\",\"object\":{\"code\":410}}\n"

/* A world with a bell: the box is there, and ready when the test says so. */
typedef struct bells {
    stage s;
    box_world world;
    test_rule watch; /* how a watch is answered */
} bells;

static void serve_bell(void *user, const test_request *request, test_rule *rule)
{
    bells *b = user;
    if (strcmp(request->path, "/boxes?watch") == 0) {
        *rule = b->watch;
    }
}

static void hang_bell(bells *b, const test_rule *watch)
{
    stage_open_world(&b->s, &b->world, NULL);
    b->world.interfere = serve_bell;
    b->world.user = b;
    b->watch = *watch;
    box_at(&b->world, "/boxes/blue")->there = true;
    box_at(&b->world, "/boxes/blue")->ready_ms = INT64_MAX;
    assert_int_equal(migdi_job_run_steps(b->s.job, MIGDI_RUN, steps, 1, NULL), MIGD_OK);
}

static size_t looks(const bells *b)
{
    return test_count_requests(b->s.transport, "GET", "/boxes/blue");
}

static size_t watches(const bells *b)
{
    return test_count_requests(b->s.transport, "GET", "/boxes?watch");
}

/* Turns the loop for so long. */
static void pass(bells *b, int64_t ms)
{
    const migd_event *event = NULL;
    const int64_t until = stage_ms(&b->s) + ms;
    while (stage_ms(&b->s) < until) {
        const migd_status status = migd_job_next(b->s.job, until - stage_ms(&b->s), &event, NULL);
        assert_true(status == MIGD_OK || status == MIGD_TIMEOUT);
    }
}

static void a_change_is_looked_at_soon_and_one_watch_serves_all_looks(void **state)
{
    (void)state;
    bells b = {0};
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 500);
    assert_int_equal(looks(&b), 1);
    test_push(b.s.transport, "/boxes?watch", CHANGED);
    pass(&b, 50);
    assert_int_equal(looks(&b), 2);
    box_at(&b.world, "/boxes/blue")->ready_ms = 0;
    test_push(b.s.transport, "/boxes?watch", CHANGED);
    const int64_t rang_ms = stage_ms(&b.s);
    assert_int_equal(migd_job_finish(b.s.job, NULL, NULL), MIGD_OK);
    assert_true(stage_ms(&b.s) - rang_ms < 150);
    assert_int_equal(watches(&b), 1);
    assert_true(test_request_at(b.s.transport, 1)->stream);
    assert_int_equal(test_flying(b.s.transport), 0); /* taken down when the step is done */
    stage_close(&b.s);
}

static void what_rings_together_is_one_look_and_a_storm_is_at_most_ten_a_second(void **state)
{
    (void)state;
    bells b = {0};
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 500);
    const size_t before = looks(&b);
    for (int i = 0; i < 5; i++) {
        test_push(b.s.transport, "/boxes?watch", CHANGED CHANGED);
    }
    pass(&b, 60);
    assert_int_equal(looks(&b), before + 1);
    for (int i = 0; i < 1000; i++) {
        test_push(b.s.transport, "/boxes?watch", CHANGED);
        pass(&b, 1);
    }
    assert_in_range(looks(&b) - before, 5, 12);
    stage_close(&b.s);
}

static void a_bookmark_and_half_a_line_ring_nothing(void **state)
{
    (void)state;
    bells b = {0};
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 100);
    test_push(b.s.transport, "/boxes?watch", BOOKMARK "\n");
    test_push(b.s.transport, "/boxes?watch", "{\"type\":\"MODI");
    pass(&b, 500);
    assert_int_equal(looks(&b), 1);
    test_push(b.s.transport, "/boxes?watch", "FIED\"}");
    pass(&b, 100);
    assert_int_equal(looks(&b), 1);
    test_push(b.s.transport, "/boxes?watch", "\n");
    pass(&b, 100);
    assert_int_equal(looks(&b), 2);
    stage_close(&b.s);
}

/* The box asks for a look each second, and each four while the text stays. */
static void looks_are_rare_while_it_hangs(void **state)
{
    (void)state;
    bells b = {0};
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 3900);
    assert_int_equal(looks(&b), 1);
    pass(&b, 8100 + 1200); /* and a tenth for the spread */
    assert_int_equal(looks(&b), 4);
    stage_close(&b.s);
}

static void an_error_or_the_end_takes_it_down_and_the_step_looks(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        bells b = {0};
        hang_bell(&b, &(test_rule){.open = true});
        pass(&b, 300);
        test_push(b.s.transport, "/boxes?watch", BOOKMARK);
        if (i == 0) {
            test_push(b.s.transport, "/boxes?watch", ERROR);
        } else {
            test_close(b.s.transport, "/boxes?watch", i == 1 ? MIGD_OK : MIGD_ERR_NETWORK);
        }
        pass(&b, 100);
        assert_int_equal(looks(&b), 2);
        pass(&b, 4000); /* hung up again by now */
        assert_int_equal(watches(&b), 2);
        stage_close(&b.s);
    }
}

static void one_that_is_refused_is_tried_ever_more_rarely_and_looks_go_on(void **state)
{
    (void)state;
    static const test_rule refusals[] = {
        {.status = 403, .body = "{\"message\":\"no\"}"},
        {.status = 410},
        {.lost = MIGD_ERR_NETWORK},
        {.body = ERROR, .open = true},
        {.status = 200}, /* and ends at once */
    };
    for (size_t i = 0; i < COUNT(refusals); i++) {
        bells b = {0};
        hang_bell(&b, &refusals[i]);
        pass(&b, 120000);
        assert_in_range(watches(&b), 5, 12);
        assert_in_range(looks(&b), 30, 60);
        box_at(&b.world, "/boxes/blue")->ready_ms = 0;
        assert_int_equal(migd_job_finish(b.s.job, NULL, NULL), MIGD_OK);
        stage_close(&b.s);
    }
}

static void a_line_has_a_ceiling(void **state)
{
    (void)state;
    bells b = {0};
    char *line = malloc(1 << 20);
    memset(line, 'x', (1 << 20) - 1);
    line[(1 << 20) - 1] = '\0';
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 300);
    for (int i = 0; i < 8; i++) {
        test_push(b.s.transport, "/boxes?watch", line);
        pass(&b, 1);
    }
    assert_int_equal(looks(&b), 1);
    test_push(b.s.transport, "/boxes?watch", "more than 8 MiB");
    pass(&b, 100);
    assert_int_equal(looks(&b), 2);
    assert_true(test_request_at(b.s.transport, 1)->abandoned);
    free(line);
    stage_close(&b.s);
}

/* --- which watches hang ----------------------------------------------------------------------- */

typedef struct many_seen {
    const migdi_call *watches[6];
    int64_t count;
} many_seen;

static void many_observe(const void *wish, migdi_view *view, void *out)
{
    many_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *n = migdi_see(view, test_get(arena, "/n"));
    (void)wish;
    seen->count = migd_object_int64(n, "/n", 0);
    for (int i = 0; i < 6; i++) {
        /* The version in the path is another at each look; the key is not. */
        migdi_call *call = (migdi_call *)(uintptr_t)test_watch(arena, "");
        if (call != NULL) {
            call->path = migdi_arena_format(arena, "/w%d?from=%lld", i,
                                            (long long)migd_object_int64(n, "/version", 0));
            call->key = migdi_arena_format(arena, "/w%d", i);
            call->lasts_ms = 300000;
        }
        seen->watches[i] = call;
    }
}

static void many_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const many_seen *seen = in;
    (void)wish;
    (void)goal;
    migdi_poll(verdict, 10000, 10000);
    for (int64_t i = 0; i < seen->count; i++) {
        migdi_doorbell(verdict, seen->watches[i]);
    }
    if (seen->count < 0) {
        migdi_done(verdict, "enough");
    } else {
        migdi_going(verdict, "waits with %d", (int)seen->count);
    }
}

static const migdi_step_kind many_kind = {
    "many", sizeof(many_seen), many_observe, NULL, many_decide, NULL, NULL};

static void watches_are_kept_while_asked_for_and_four_at_most(void **state)
{
    (void)state;
    const test_rule rules[] = {
        {.path = "/n", .times = 1, .body = "{\"n\":2,\"version\":1}"},
        {.path = "/n", .times = 1, .body = "{\"n\":6,\"version\":2}"},
        {.path = "/n", .times = 1, .body = "{\"n\":1,\"version\":3}"},
        {.path = "/n", .times = 1, .body = "{\"n\":0,\"version\":4}"},
        {.path = "/n", .body = "{\"n\":-1}"},
        {.path = "/w*", .open = true},
    };
    static const size_t open[] = {2, 4, 1, 0};
    const migdi_step many[] = {{&many_kind, NULL, 0, false, MIGDI_PRESENT}};
    stage s;
    const migd_event *event = NULL;
    stage_open(&s, rules, COUNT(rules), NULL);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, many, 1, NULL), MIGD_OK);
    for (size_t i = 0; i < COUNT(open); i++) {
        assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
        assert_int_equal(test_flying(s.transport), open[i]);
    }
    assert_int_equal(migd_job_finish(s.job, NULL, NULL), MIGD_OK);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w0?from=1"), 1);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w0?from=2"), 0);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w2?from=2"), 1);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w4?from=2"), 0);
    stage_close(&s);
}

static void a_silent_watch_is_dropped_half_a_minute_after_its_time(void **state)
{
    (void)state;
    const test_rule rules[] = {{.path = "/n", .body = "{\"n\":1,\"version\":1}"},
                               {.path = "/w*", .open = true}};
    const migdi_step many[] = {{&many_kind, NULL, 0, false, MIGDI_PRESENT}};
    stage s;
    const migd_event *event = NULL;
    stage_open(&s, rules, COUNT(rules), NULL);
    assert_int_equal(migdi_job_run_steps(s.job, MIGDI_RUN, many, 1, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_int_equal(migd_job_next(s.job, 329000, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w0*"), 1);
    assert_int_equal(migd_job_next(s.job, 20000, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(test_count_requests(s.transport, NULL, "/w0*"), 2);
    stage_close(&s);
}

static void a_change_seen_while_looking_is_looked_at_again(void **state)
{
    (void)state;
    bells b = {0};
    hang_bell(&b, &(test_rule){.open = true});
    pass(&b, 300);
    /* The first rings a look; the second comes while that is in flight. */
    test_push(b.s.transport, "/boxes?watch", CHANGED);
    const size_t before = looks(&b);
    const migd_event *event = NULL;
    while (looks(&b) == before) {
        assert_int_equal(migd_job_next(b.s.job, 1, &event, NULL), MIGD_TIMEOUT);
    }
    test_push(b.s.transport, "/boxes?watch", CHANGED);
    pass(&b, 200);
    assert_int_equal(looks(&b), before + 2);
    stage_close(&b.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_looked_at_soon_and_one_watch_serves_all_looks),
        cmocka_unit_test(what_rings_together_is_one_look_and_a_storm_is_at_most_ten_a_second),
        cmocka_unit_test(a_bookmark_and_half_a_line_ring_nothing),
        cmocka_unit_test(looks_are_rare_while_it_hangs),
        cmocka_unit_test(an_error_or_the_end_takes_it_down_and_the_step_looks),
        cmocka_unit_test(one_that_is_refused_is_tried_ever_more_rarely_and_looks_go_on),
        cmocka_unit_test(a_line_has_a_ceiling),
        cmocka_unit_test(watches_are_kept_while_asked_for_and_four_at_most),
        cmocka_unit_test(a_silent_watch_is_dropped_half_a_minute_after_its_time),
        cmocka_unit_test(a_change_seen_while_looking_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
