#include "job_boxes.h"

/* --- a lease, as a step ------------------------------------------------------------------------
 * GET /lock gives {"holder", "renewed"}; PUT /lock takes or renews it, DELETE /lock gives it
 * back. */

typedef struct lease_seen {
    bool there;
    bool ours;
    bool stale;
    int64_t age_ms;
    const migdi_call *take;
    const migdi_call *release;
} lease_seen;

static void lease_observe(const void *wish, migdi_view *view, void *out)
{
    lease_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    const migd_object *lease = migdi_see(view, test_get(arena, "/lock"));
    const int64_t now_ms = migdi_view_now_unix_ms(view);
    const int64_t renewed_ms = migd_object_int64(lease, "/renewed", 0);
    char body[64];
    snprintf(body, sizeof body, "{\"holder\":\"us\",\"renewed\":%lld}", (long long)now_ms);
    (void)wish;
    seen->there = lease != NULL;
    seen->ours = strcmp(migd_object_text(lease, "/holder", ""), "us") == 0;
    seen->age_ms = now_ms - renewed_ms;
    seen->stale = now_ms - renewed_ms >= (seen->ours ? 10000 : 45000);
    seen->take = test_put(arena, "/lock", body);
    seen->release = test_delete(arena, "/lock");
}

static void lease_decide(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const bool *waits = wish;
    const lease_seen *seen = in;
    migdi_poll(verdict, 1000, 1000);
    if (goal == MIGDI_ABSENT && !(seen->there && seen->ours)) {
        migdi_done(verdict, "not held by us");
    } else if (goal == MIGDI_ABSENT) {
        migdi_going(verdict, "give the lock back");
        migdi_want(verdict, seen->release)->facts[0] = 404;
    } else if (!seen->there || (!seen->ours && seen->stale)) {
        migdi_going(verdict, "take the lock");
        migdi_want(verdict, seen->take)->facts[0] = 409;
    } else if (!seen->ours && *waits) {
        migdi_going(verdict, "others hold the lock");
    } else if (!seen->ours) {
        migdi_refuse(verdict, MIGD_ERR_LOCKED, "others hold the lock");
    } else if (seen->stale) {
        migdi_going(verdict, "renew the lock");
        migdi_want(verdict, seen->take)->facts[0] = 409;
    } else {
        migdi_held(verdict, seen->age_ms);
        migdi_done(verdict, "held");
    }
}

static const migdi_step_kind lease_kind = {
    "lock", sizeof(lease_seen), lease_observe, NULL, lease_decide, NULL, NULL};

typedef struct lease {
    char body[128]; /* "": it is not there */
    size_t takes;
    size_t releases;
    int64_t released_ms;
    int64_t answer_ms;    /* how long its requests take */
    int64_t slow_from_ms; /* on the clock: from then on, 35 s, for twenty seconds; 0: never */
    bool hangs;
} lease;

typedef struct house {
    stage s;
    box_world world;
    lease lock;
    bool waits;
    migdi_step step;
} house;

static void serve_lock(void *user, const test_request *request, test_rule *rule)
{
    house *h = user;
    if (strcmp(request->path, "/lock") != 0) {
        return;
    }
    rule->status = 200;
    rule->after_ms = h->lock.answer_ms;
    rule->hangs = h->lock.hangs;
    if (h->lock.slow_from_ms != 0 && request->at_ms >= h->lock.slow_from_ms &&
        request->at_ms < h->lock.slow_from_ms + 20000) {
        rule->after_ms = 35000;
    }
    if (strcmp(request->method, "PUT") == 0) {
        h->lock.takes++;
        snprintf(h->lock.body, sizeof h->lock.body, "%s", request->body);
    } else if (strcmp(request->method, "DELETE") == 0) {
        h->lock.releases++;
        h->lock.released_ms = request->at_ms;
        h->lock.body[0] = '\0';
    } else if (h->lock.body[0] == '\0') {
        rule->status = 404;
    } else {
        rule->body = h->lock.body;
    }
}

static const box_wish blue = {"blue", "/boxes/blue", "{}", false};
static const box_wish red = {"red", "/boxes/red", "{}", false};
static const migdi_step both[] = {{&box_kind, &blue, 0, false, MIGDI_PRESENT},
                                  {&box_kind, &red, 1, false, MIGDI_PRESENT}};
static const migdi_step unlocked[] = {{&box_kind, &blue, 0, true, MIGDI_PRESENT},
                                      {&box_kind, &red, 1, false, MIGDI_PRESENT}};

static void enter(house *h, const migdi_step *steps, const migd_call_options *options)
{
    stage_open_world(&h->s, &h->world, options);
    h->world.interfere = serve_lock;
    h->world.user = h;
    h->lock.answer_ms = 1;
    h->step = (migdi_step){&lease_kind, &h->waits, 0, false, MIGDI_PRESENT};
    migdi_job_set_lock(h->s.job, &h->step, 15000);
    assert_int_equal(migdi_job_run_steps(h->s.job, MIGDI_RUN, steps, 2, NULL), MIGD_OK);
}

static size_t index_of(const house *h, const char *method, const char *path, size_t from)
{
    for (size_t i = from; i < test_request_count(h->s.transport); i++) {
        const test_request *request = test_request_at(h->s.transport, i);
        if (strcmp(request->method, method) == 0 && strcmp(request->path, path) == 0) {
            return i;
        }
    }
    fail_msg("no %s %s", method, path);
    return 0;
}

static void the_lock_is_taken_before_the_first_act_and_given_back_at_the_end(void **state)
{
    (void)state;
    house h = {0};
    enter(&h, both, NULL);
    stage_expect(&h.s, MIGD_DONE,
                 "act box: make box blue\n"
                 "wait box: box blue: not ready\n"
                 "done box: box blue is ready\n"
                 "act box: make box red\n"
                 "wait box: box red: not ready\n"
                 "done box: box red is ready\n");
    /* Looked at, the lock taken and looked at, looked at again, and only then changed. */
    static const char *const order[] = {"GET /boxes/blue", "GET /lock",       "PUT /lock",
                                        "GET /lock",       "GET /boxes/blue", "PUT /boxes/blue"};
    for (size_t i = 0; i < COUNT(order); i++) {
        const test_request *request = test_request_at(h.s.transport, i);
        char line[64];
        snprintf(line, sizeof line, "%s %s", request->method, request->path);
        assert_string_equal(line, order[i]);
    }
    assert_int_equal(h.lock.takes, 1);
    assert_int_equal(h.lock.releases, 1);
    assert_true(index_of(&h, "DELETE", "/lock", 0) > index_of(&h, "PUT", "/boxes/red", 0));
    stage_close(&h.s);
}

static void nothing_to_do_takes_no_lock(void **state)
{
    (void)state;
    house h = {0};
    enter(&h, both, NULL);
    box_at(&h.world, "/boxes/blue")->there = true;
    box_at(&h.world, "/boxes/red")->there = true;
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    assert_int_equal(test_count_requests(h.s.transport, NULL, "/lock"), 0);
    stage_close(&h.s);
}

static void an_unlocked_step_does_not_wait_for_it(void **state)
{
    (void)state;
    house h = {0};
    enter(&h, unlocked, NULL);
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    assert_true(index_of(&h, "PUT", "/boxes/blue", 0) < index_of(&h, "GET", "/lock", 0));
    assert_true(index_of(&h, "PUT", "/lock", 0) < index_of(&h, "PUT", "/boxes/red", 0));
    stage_close(&h.s);
}

static void a_lock_that_others_hold_ends_the_job_or_is_waited_for(void **state)
{
    (void)state;
    const char others[] = "{\"holder\":\"them\",\"renewed\":1795545600000}";
    house h = {0};
    enter(&h, both, NULL);
    snprintf(h.lock.body, sizeof h.lock.body, "%s", others);
    stage_expect(&h.s, MIGD_ERR_LOCKED,
                 "fail lock: others hold the lock\nMIGD_ERR_LOCKED: : others hold the lock\n");
    assert_int_equal(test_count_requests(h.s.transport, "PUT", NULL), 0);
    assert_int_equal(h.lock.releases, 0);
    stage_close(&h.s);
    h = (house){.waits = true};
    enter(&h, both, NULL);
    snprintf(h.lock.body, sizeof h.lock.body, "%s", others);
    migd_status status = MIGD_OK;
    char *told = test_tell(h.s.job, &status);
    assert_int_equal(status, MIGD_DONE);
    assert_memory_equal(told, "wait lock: others hold the lock\nact box: make box blue\n", 52);
    free(told);
    assert_in_range(stage_ms(&h.s), 45000, 60000);
    assert_int_equal(h.lock.releases, 1);
    stage_close(&h.s);
}

static const box_wish slow[] = {{"slow", "/boxes/slow", "{}", false},
                                {"blue", "/boxes/blue", "{}", false}};

static void it_is_renewed_while_steps_wait(void **state)
{
    (void)state;
    const migdi_step steps[] = {{&box_kind, &slow[0], 0, false, MIGDI_PRESENT},
                                {&box_kind, &slow[1], 1, false, MIGDI_PRESENT}};
    house h = {0};
    const migd_event *event = NULL;
    enter(&h, steps, NULL);
    assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    box_at(&h.world, "/boxes/slow")->ready_ms = 1000000 + 120000;
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    /* Two minutes: taken, and renewed each 15 s. */
    assert_in_range(h.lock.takes, 8, 10);
    assert_int_equal(h.lock.releases, 1);
    stage_close(&h.s);
}

static void lose(void *user)
{
    house *h = user;
    snprintf(h->lock.body, sizeof h->lock.body, "{\"holder\":\"them\",\"renewed\":%lld}",
             (long long)test_clock(MIGD_CLOCK_UNIX, h->s.transport));
}

static void a_lost_lock_ends_the_job(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        house h = {.waits = i == 1};
        migd_status status = MIGD_OK;
        const migd_event *event = NULL;
        enter(&h, both, NULL);
        assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
        box_at(&h.world, "/boxes/blue")->ready_ms = 1000000 + 600000;
        test_at(h.s.transport, 1000000 + 20000, lose, &h);
        char *told = test_tell(h.s.job, &status);
        assert_int_equal(status, MIGD_ERR_LOCKED);
        assert_non_null(strstr(told, "fail lock: "));
        assert_non_null(strstr(told, "others hold the lock"));
        free(told);
        assert_int_equal(h.lock.releases, 0); /* it is theirs */
        assert_in_range(stage_ms(&h.s), 20000, 31000);
        stage_close(&h.s);
    }
}

static void without_renewals_nothing_is_sent(void **state)
{
    (void)state;
    house h = {0};
    const migd_event *event = NULL;
    enter(&h, both, NULL);
    assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    box_at(&h.world, "/boxes/blue")->ready_ms = 1000000 + 40000;
    /* The renewal at 15 s is answered at 50 s: two are overdue from 30 s on. */
    h.lock.slow_from_ms = 1000000 + 10000;
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    const size_t put_at = index_of(&h, "PUT", "/boxes/red", 0);
    assert_true(test_request_at(h.s.transport, put_at)->at_ms >= 1000000 + 50000);
    assert_true(index_of(&h, "GET", "/boxes/red", 0) < put_at);
    assert_true(test_request_at(h.s.transport, index_of(&h, "GET", "/boxes/red", 0))->at_ms <
                1000000 + 45000);
    stage_close(&h.s);
}

/* Others count from when it was renewed, not from when we saw it: here, nine seconds later. */
static void the_time_to_see_it_is_time_of_the_lock(void **state)
{
    (void)state;
    house h = {0};
    const migd_event *event = NULL;
    enter(&h, both, NULL);
    h.lock.answer_ms = 4500;
    h.lock.slow_from_ms = 1000000 + 14000;
    assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    assert_in_range(stage_ms(&h.s), 13500, 13600);
    /* Renewed at 4.5 s: no act is sent from 34.5 s on. */
    box_at(&h.world, "/boxes/blue")->ready_ms = 1000000 + 36000;
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    const size_t put_at = index_of(&h, "PUT", "/boxes/red", 0);
    assert_true(test_request_at(h.s.transport, put_at)->at_ms >= 1000000 + 54500);
    assert_true(test_request_at(h.s.transport, index_of(&h, "GET", "/boxes/red", 0))->at_ms <
                1000000 + 42000);
    stage_close(&h.s);
}

static void refuse_red(void *user, const test_request *request, test_rule *rule)
{
    serve_lock(user, request, rule);
    if (strcmp(request->path, "/boxes/red") == 0) {
        rule->status = 403;
    }
}

static void an_error_gives_it_back(void **state)
{
    (void)state;
    house h = {0};
    migd_status status = MIGD_OK;
    enter(&h, both, NULL);
    h.world.interfere = refuse_red;
    free(test_tell(h.s.job, &status));
    assert_int_equal(status, MIGD_ERR_DENIED);
    assert_int_equal(h.lock.takes, 1);
    assert_int_equal(h.lock.releases, 1);
    stage_close(&h.s);
}

static void throw_cancel(void *user)
{
    migd_cancel_signal(user);
}

static migd_call_options *with_cancel(migd_cancel **cancel)
{
    migd_call_options *options = NULL;
    assert_int_equal(migd_cancel_new(cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, *cancel);
    return options;
}

static void a_cancel_gives_it_back(void **state)
{
    (void)state;
    migd_cancel *cancel = NULL;
    migd_call_options *options = with_cancel(&cancel);
    house h = {0};
    migd_status status = MIGD_OK;
    enter(&h, both, options);
    test_at(h.s.transport, 1000000 + 500, throw_cancel, cancel);
    char *told = test_tell(h.s.job, &status);
    assert_int_equal(status, MIGD_ERR_CANCELLED);
    assert_non_null(strstr(told, "MIGD_ERR_CANCELLED: box blue: not ready: cancelled"));
    free(told);
    assert_int_equal(h.lock.releases, 1);
    assert_in_range(stage_ms(&h.s), 500, 520);
    stage_close(&h.s);
    migd_call_options_free(options);
    migd_cancel_free(cancel);
}

static void giving_back_is_not_waited_for_longer_than_two_seconds(void **state)
{
    (void)state;
    migd_cancel *cancel = NULL;
    migd_call_options *options = with_cancel(&cancel);
    house h = {0};
    migd_status status = MIGD_OK;
    enter(&h, both, options);
    test_at(h.s.transport, 1000000 + 500, throw_cancel, cancel);
    const migd_event *event = NULL;
    assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    h.lock.hangs = true;
    free(test_tell(h.s.job, &status));
    assert_int_equal(status, MIGD_ERR_CANCELLED);
    assert_in_range(stage_ms(&h.s), 2500, 2510);
    assert_int_equal(test_flying(h.s.transport), 0);
    stage_close(&h.s);
    migd_call_options_free(options);
    migd_cancel_free(cancel);
}

static void hang_lock(void *user)
{
    house *h = user;
    h->lock.hangs = true;
}

static void a_cancel_shortens_what_an_error_began(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        migd_cancel *cancel = NULL;
        migd_call_options *options = with_cancel(&cancel);
        house h = {0};
        migd_status status = MIGD_OK;
        enter(&h, both, options);
        h.world.interfere = refuse_red;
        test_at(h.s.transport, 1000000 + 100, hang_lock, &h);
        if (i == 1) {
            test_at(h.s.transport, 1000000 + 3000, throw_cancel, cancel);
        }
        free(test_tell(h.s.job, &status));
        assert_int_equal(status, MIGD_ERR_DENIED);
        /* Red fails at about 1 s; then ten seconds, or two from the cancel on. */
        assert_in_range(stage_ms(&h.s), i == 0 ? 11000 : 5000, i == 0 ? 12500 : 5010);
        stage_close(&h.s);
        migd_call_options_free(options);
        migd_cancel_free(cancel);
    }
}

static void slow_put(void *user, const test_request *request, test_rule *rule)
{
    house *h = user;
    serve_lock(user, request, rule);
    if (strcmp(request->method, "PUT") == 0 && strcmp(request->path, "/boxes/blue") == 0) {
        box_at(&h->world, "/boxes/blue")->there = true;
        rule->status = 200;
        rule->after_ms = h->waits ? 700 : 5000;
    }
}

static void an_act_in_flight_is_waited_for_before_the_lock_goes(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        migd_cancel *cancel = NULL;
        migd_call_options *options = with_cancel(&cancel);
        house h = {.waits = i == 0};
        migd_status status = MIGD_OK;
        enter(&h, both, options);
        h.world.interfere = slow_put;
        test_at(h.s.transport, 1000000 + 100, throw_cancel, cancel);
        free(test_tell(h.s.job, &status));
        assert_int_equal(status, MIGD_ERR_CANCELLED);
        assert_int_equal(h.lock.releases, 1);
        /* 700 ms for an answer that comes, one second for one that does not. */
        assert_in_range(h.lock.released_ms - 1000000, i == 0 ? 700 : 1100, i == 0 ? 720 : 1110);
        stage_close(&h.s);
        migd_call_options_free(options);
        migd_cancel_free(cancel);
    }
}

static void a_freed_job_gives_nothing_back(void **state)
{
    (void)state;
    house h = {0};
    const migd_event *event = NULL;
    enter(&h, both, NULL);
    assert_int_equal(migd_job_next(h.s.job, MIGD_FOREVER, &event, NULL), MIGD_OK);
    stage_close(&h.s);
    assert_int_equal(h.lock.takes, 1);
    assert_int_equal(h.lock.releases, 0);
}

static migd_status run_more(void *user, migd_job *job, migd_error **error)
{
    const house *h = user;
    migdi_job_on_finish(job, NULL, NULL);
    assert_int_equal(h->lock.releases, 0);
    return migdi_job_run_call(job, test_get(migdi_job_arena(job), "/boxes/blue"), error);
}

static void it_is_given_back_before_what_follows(void **state)
{
    (void)state;
    house h = {0};
    enter(&h, both, NULL);
    migdi_job_on_finish(h.s.job, run_more, &h);
    assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
    assert_int_equal(h.lock.releases, 1);
    const size_t last = test_request_count(h.s.transport) - 1;
    assert_string_equal(test_request_at(h.s.transport, last)->path, "/boxes/blue");
    stage_close(&h.s);
}

static void a_plan_and_a_look_take_no_lock(void **state)
{
    (void)state;
    static const migdi_run_mode modes[] = {MIGDI_PLAN, MIGDI_LOOK};
    for (size_t i = 0; i < COUNT(modes); i++) {
        house h = {0};
        stage_open_world(&h.s, &h.world, NULL);
        h.step = (migdi_step){&lease_kind, &h.waits, 0, false, MIGDI_PRESENT};
        migdi_job_set_lock(h.s.job, &h.step, 15000);
        assert_int_equal(migdi_job_run_steps(h.s.job, modes[i], both, 2, NULL), MIGD_OK);
        assert_int_equal(migd_job_finish(h.s.job, NULL, NULL), MIGD_OK);
        assert_int_equal(test_count_requests(h.s.transport, NULL, "/lock"), 0);
        stage_close(&h.s);
    }
}

static migd_status run_locked(void *user)
{
    house h = {0};
    (void)user;
    migdi_target target;
    h.s.transport = test_transport_new(NULL, 0);
    h.world.transport = h.s.transport;
    test_transport_serve(h.s.transport, box_serve, &h.world);
    h.world.interfere = serve_lock;
    h.world.user = &h;
    h.lock.answer_ms = 1;
    h.step = (migdi_step){&lease_kind, &h.waits, 0, false, MIGDI_PRESENT};
    migd_context_options *options = NULL;
    migd_status status = migd_context_options_new(&options, NULL);
    if (status < 0) {
        test_transport_base(h.s.transport)->kind->close(test_transport_base(h.s.transport));
        return status;
    }
    migd_context_options_set_clock(options, test_clock, h.s.transport);
    status = migdi_context_new_on(options, test_transport_base(h.s.transport), &h.s.context, NULL);
    test_target_start(&target);
    if (status == MIGD_OK) {
        status = migdi_job_new(h.s.context, NULL, &h.s.job, NULL);
    }
    if (status == MIGD_OK) {
        migdi_job_set_target(h.s.job, 0, &target);
        migdi_job_set_lock(h.s.job, &h.step, 15000);
        status = migdi_job_run_steps(h.s.job, MIGDI_RUN, both, 2, NULL);
    }
    if (status == MIGD_OK) {
        status = migd_job_finish(h.s.job, NULL, NULL);
    }
    if (status == MIGD_OK) {
        assert_true(box_at(&h.world, "/boxes/red")->there);
    }
    migd_job_free(h.s.job);
    migd_context_free(h.s.context);
    migd_context_options_free(options);
    return status;
}

static void lack_of_memory_leaves_no_mess_behind_the_lock(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(run_locked, NULL) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_is_taken_before_the_first_act_and_given_back_at_the_end),
        cmocka_unit_test(nothing_to_do_takes_no_lock),
        cmocka_unit_test(an_unlocked_step_does_not_wait_for_it),
        cmocka_unit_test(a_lock_that_others_hold_ends_the_job_or_is_waited_for),
        cmocka_unit_test(it_is_renewed_while_steps_wait),
        cmocka_unit_test(a_lost_lock_ends_the_job),
        cmocka_unit_test(without_renewals_nothing_is_sent),
        cmocka_unit_test(the_time_to_see_it_is_time_of_the_lock),
        cmocka_unit_test(an_error_gives_it_back),
        cmocka_unit_test(a_cancel_gives_it_back),
        cmocka_unit_test(giving_back_is_not_waited_for_longer_than_two_seconds),
        cmocka_unit_test(a_cancel_shortens_what_an_error_began),
        cmocka_unit_test(an_act_in_flight_is_waited_for_before_the_lock_goes),
        cmocka_unit_test(a_freed_job_gives_nothing_back),
        cmocka_unit_test(it_is_given_back_before_what_follows),
        cmocka_unit_test(a_plan_and_a_look_take_no_lock),
        cmocka_unit_test(lack_of_memory_leaves_no_mess_behind_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
