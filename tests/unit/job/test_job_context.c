#include "job_boxes.h"

#include "test_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS 50

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static migd_job *start_get(migd_context *context, migdi_target *target,
                           const migd_call_options *options, const char *path)
{
    migd_job *job = NULL;
    assert_int_equal(migdi_job_new(context, options, &job, NULL), MIGD_OK);
    migdi_job_set_target(job, 0, target);
    assert_int_equal(migdi_job_run_call(job, test_get(migdi_job_arena(job), path), NULL), MIGD_OK);
    return job;
}

/* --- a host's own loop, on real sockets ------------------------------------------------------- */

static bool answer(test_connection *connection, void *user)
{
    (void)user;
    return test_write_answer(connection, 200, "{\"a\":1}");
}

static void fifty_jobs_run_in_a_host_s_own_epoll(void **state)
{
    (void)state;
    test_server *server = test_server_start(answer, NULL, NULL);
    migd_context *context = NULL;
    migdi_target target;
    migd_job *jobs[JOBS];
    int32_t fd = -1;
    test_target_start(&target);
    target.label = test_server_url(server);
    assert_int_equal(migd_context_new(NULL, &context, NULL), MIGD_OK);
    assert_int_equal(migd_context_fd(context, &fd, NULL), MIGD_OK);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = start_get(context, &target, NULL, "/x");
    }
    const int host = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    assert_int_equal(epoll_ctl(host, EPOLL_CTL_ADD, fd, &event), 0);
    int ended = 0;
    int waits = 0;
    while (ended < JOBS) {
        const int64_t timeout = migd_context_timeout_ms(context);
        assert_true(epoll_wait(host, &event, 1, timeout > 10000 ? 10000 : (int)timeout) >= 0);
        assert_true(++waits < 10000);
        migd_job *job = NULL;
        const migd_event *told = NULL;
        migd_status status = MIGD_OK;
        do {
            status = migd_context_next(context, 0, &job, &told, NULL);
            ended += status == MIGD_DONE && job != NULL;
        } while (status != MIGD_TIMEOUT && job != NULL);
    }
    for (int i = 0; i < JOBS; i++) {
        migd_object *result = NULL;
        assert_int_equal(migd_job_take_object(jobs[i], &result, NULL), MIGD_OK);
        assert_int_equal(migd_object_int64(result, "/a", 0), 1);
        migd_object_free(result);
        migd_job_free(jobs[i]);
    }
    /* Nothing is left, so nothing is readable and there is nothing to wait for but libcurl's
     * upkeep. */
    migd_job *job = NULL;
    const migd_event *told = NULL;
    assert_int_equal(migd_context_next(context, 0, &job, &told, NULL), MIGD_DONE);
    assert_null(job);
    assert_true(test_server_connections(server) <= 8);
    close(host);
    migd_context_free(context);
    test_server_stop(server);
}

/* --- cancel, from outside --------------------------------------------------------------------- */

static bool silent(test_connection *connection, void *user)
{
    (void)user;
    test_wait_for_close(connection);
    return false;
}

typedef struct thrower {
    migd_cancel *cancel;
    pthread_t thread;
    bool by_signal;
} thrower;

static _Atomic(migd_cancel *) at_signal;

static void on_signal(int number)
{
    (void)number;
    migd_cancel_signal(atomic_load(&at_signal));
}

static void *throw_soon(void *user)
{
    const thrower *t = user;
    const struct timespec pause = {0, 30000000};
    nanosleep(&pause, NULL);
    if (t->by_signal) {
        kill(getpid(), SIGUSR1);
    } else {
        migd_cancel_signal(t->cancel);
    }
    return NULL;
}

static void cancelled_within(bool by_signal, size_t jobs)
{
    test_server *server = test_server_start(silent, NULL, NULL);
    migd_context *context = NULL;
    migd_cancel *cancel = NULL;
    migd_call_options *options = NULL;
    migdi_target target;
    migd_job *job[8];
    migd_error *error = NULL;
    const migd_event *event = NULL;
    test_target_start(&target);
    target.label = test_server_url(server);
    assert_int_equal(migd_context_new(NULL, &context, NULL), MIGD_OK);
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    for (size_t i = 0; i < jobs; i++) {
        job[i] = start_get(context, &target, options, "/x");
    }
    migd_call_options_free(options);
    atomic_store(&at_signal, cancel);
    thrower t = {.cancel = cancel, .by_signal = by_signal};
    const int64_t start_ms = now_ms();
    assert_int_equal(pthread_create(&t.thread, NULL, throw_soon, &t), 0);
    for (size_t i = 0; i < jobs; i++) {
        assert_int_equal(migd_job_next(job[i], MIGD_FOREVER, &event, &error), MIGD_ERR_CANCELLED);
        assert_string_equal(migd_error_message(error), "cancelled");
        migd_error_free(error);
    }
    assert_true(now_ms() - start_ms < 30 + 250);
    pthread_join(t.thread, NULL);
    /* The thrown switch does not keep the loop awake once no job waits for it. */
    assert_int_equal(migd_job_next(job[0], 0, &event, NULL), MIGD_ERR_CANCELLED);
    migd_job *whose = NULL;
    assert_int_equal(migd_context_next(context, 0, &whose, &event, NULL), MIGD_DONE);
    int32_t fd = -1;
    assert_int_equal(migd_context_fd(context, &fd, NULL), MIGD_OK);
    struct epoll_event ready;
    while (epoll_wait(fd, &ready, 1, 0) > 0) {
        assert_int_not_equal(ready.data.fd, 0);
        migd_context_next(context, 0, &whose, &event, NULL);
        assert_true(now_ms() - start_ms < 5000);
    }
    for (size_t i = 0; i < jobs; i++) {
        migd_job_free(job[i]);
    }
    migd_context_free(context);
    migd_cancel_free(cancel);
    test_server_stop(server);
}

static void a_cancel_from_another_thread_ends_a_waiting_job(void **state)
{
    (void)state;
    cancelled_within(false, 1);
    cancelled_within(false, 8);
}

static void a_cancel_from_a_signal_handler_ends_a_waiting_job(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before;
    sigaction(SIGUSR1, &action, &before);
    cancelled_within(true, 1);
    sigaction(SIGUSR1, &before, NULL);
}

static void a_cancel_may_be_thrown_before_and_outlives_nothing(void **state)
{
    (void)state;
    const test_rule rules[] = {{.hangs = true}};
    migd_cancel *cancel = NULL;
    migd_call_options *options = NULL;
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    migd_cancel_signal(cancel);
    stage s;
    stage_open(&s, rules, 1, options);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/x"), NULL),
                     MIGD_OK);
    stage_expect(&s, MIGD_ERR_CANCELLED, "MIGD_ERR_CANCELLED: : cancelled\n");
    migd_context_free(s.context);
    migd_cancel_signal(cancel);
    migd_cancel_free(cancel);
    migd_call_options_free(options);
    migd_job_free(s.job);
}

/* --- time ------------------------------------------------------------------------------------- */

static void a_deadline_ends_the_job_and_names_what_was_being_done(void **state)
{
    (void)state;
    const test_rule rules[] = {{.hangs = true}};
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 90000, NULL);
    stage s;
    stage_open(&s, rules, 1, options);
    migdi_call call = *test_get(migdi_job_arena(s.job), "/x");
    call.name = "read x";
    assert_int_equal(migdi_job_run_call(s.job, &call, NULL), MIGD_OK);
    stage_expect(&s, MIGD_ERR_DEADLINE,
                 "MIGD_ERR_DEADLINE: read x: the deadline of 1m30s has passed\n");
    assert_int_equal(stage_ms(&s), 90000);
    assert_true(test_request_at(s.transport, 1)->abandoned);
    migd_call_options_free(options);
    stage_close(&s);
}

static void waiting_ends_when_its_time_is_up(void **state)
{
    (void)state;
    const test_rule rules[] = {{.after_ms = 5000, .body = "{}"}};
    stage s;
    const migd_event *event = NULL;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/x"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_context_timeout_ms(s.context), 0);
    assert_int_equal(migd_job_next(s.job, 0, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(stage_ms(&s), 0);
    assert_int_equal(migd_context_timeout_ms(s.context), 5000);
    assert_int_equal(migd_job_next(s.job, 1000, &event, NULL), MIGD_TIMEOUT);
    assert_int_equal(stage_ms(&s), 1000);
    assert_int_equal(migd_context_timeout_ms(s.context), 4000);
    assert_int_equal(migd_job_next(s.job, 4000, &event, NULL), MIGD_DONE);
    assert_int_equal(migd_context_timeout_ms(s.context), MIGD_FOREVER);
    stage_close(&s);
}

/* --- many ------------------------------------------------------------------------------------- */

static void whoever_has_news_is_heard_in_turn(void **state)
{
    (void)state;
    const test_rule rules[] = {{.body = "{}"}};
    test_transport *transport = test_transport_new(rules, 1);
    migd_context *context = test_context(transport, NULL);
    migdi_target target;
    migd_job *jobs[3];
    char order[64] = "";
    test_target_start(&target);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(migdi_job_new(context, NULL, &jobs[i], NULL), MIGD_OK);
        migdi_job_set_target(jobs[i], 0, &target);
        for (int n = 1; n <= 5; n++) {
            migdi_job_tell(jobs[i], MIGD_EVENT_NOTE, "%d", n);
        }
        assert_int_equal(
            migdi_job_run_call(jobs[i], test_get(migdi_job_arena(jobs[i]), "/l"), NULL), MIGD_OK);
    }
    migd_status status = MIGD_OK;
    migd_job *job = NULL;
    do {
        const migd_event *event = NULL;
        status = migd_context_next(context, MIGD_FOREVER, &job, &event, NULL);
        for (int i = 0; i < 3; i++) {
            if (job == jobs[i]) {
                snprintf(order + strlen(order), 8, "%c%s", 'a' + i,
                         status == MIGD_OK ? migd_event_text(event) : ".");
            }
        }
    } while (job != NULL);
    assert_int_equal(status, MIGD_DONE);
    assert_string_equal(order, "a1b1c1a2b2c2a3b3c3a4b4c4a5b5c5a.b.c.");
    for (int i = 0; i < 3; i++) {
        migd_job_free(jobs[i]);
    }
    migd_context_free(context);
}

static void without_jobs_there_is_nothing_to_wait_for(void **state)
{
    (void)state;
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, NULL);
    migd_job *job = NULL;
    const migd_event *event = NULL;
    int32_t fd = 0;
    assert_int_equal(migd_context_next(context, MIGD_FOREVER, &job, &event, NULL), MIGD_DONE);
    assert_null(job);
    assert_int_equal(migd_context_timeout_ms(context), MIGD_FOREVER);
    assert_int_equal(migd_context_timeout_ms(NULL), MIGD_FOREVER);
    assert_int_equal(migd_context_fd(context, &fd, NULL), MIGD_ERR_UNSUPPORTED);
    assert_int_equal(fd, -1);
    assert_int_equal(migd_context_fd(context, NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_fd(NULL, &fd, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_next(NULL, 0, &job, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_next(context, 0, NULL, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_next(context, -2, &job, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_new(NULL, NULL, NULL), MIGD_ERR_INVALID);
    migd_context_free(context);
    migd_context_free(NULL);
}

/* --- callbacks of the host -------------------------------------------------------------------- */

typedef struct meddler {
    test_transport *transport;
    migd_context *context;
    migd_job *job;
    migd_job *free_job;
    bool frees_context;
    int calls;
} meddler;

static void meddle(int32_t level, const char *line, void *user)
{
    meddler *m = user;
    const migd_event *event = NULL;
    migd_job *job = NULL;
    migd_error *error = NULL;
    (void)level;
    (void)line;
    m->calls++;
    assert_int_equal(migd_job_next(m->job, 0, &event, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error),
                        "the loop cannot be turned from inside a callback");
    migd_error_free(error);
    assert_int_equal(migd_context_next(m->context, 0, &job, &event, NULL), MIGD_ERR_INVALID);
    assert_null(job);
    assert_int_equal(migd_job_finish(m->job, NULL, NULL), MIGD_ERR_INVALID);
    migd_job_free(m->free_job);
    m->free_job = NULL;
    if (m->frees_context) {
        migd_context_free(m->context);
        m->frees_context = false;
    }
}

static void meddled(bool frees_job, bool frees_context)
{
    const test_rule rules[] = {{.body = "{}", .after_ms = 5}};
    migd_context_options *options = NULL;
    migdi_target target;
    const migd_event *event = NULL;
    meddler m = {.transport = test_transport_new(rules, 1), .frees_context = frees_context};
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_log(options, MIGD_LOG_HTTP, meddle, &m);
    m.context = test_context(m.transport, options);
    migd_context_options_free(options);
    test_target_start(&target);
    m.job = start_get(m.context, &target, NULL, "/x");
    m.free_job = frees_job ? m.job : NULL;
    const migd_status status =
        frees_job ? MIGD_DONE : migd_job_next(m.job, MIGD_FOREVER, &event, NULL);
    if (frees_job) {
        migd_job *other = start_get(m.context, &target, NULL, "/x");
        assert_int_equal(migd_job_next(other, MIGD_FOREVER, &event, NULL), MIGD_DONE);
        migd_job_free(other);
    } else if (frees_context) {
        assert_int_equal(status, MIGD_TIMEOUT);
        assert_int_equal(migd_job_next(m.job, 0, &event, NULL), MIGD_ERR_INVALID);
        migd_job_free(m.job);
        return;
    } else {
        assert_int_equal(status, MIGD_DONE);
        migd_job_free(m.job);
    }
    assert_true(m.calls > 0);
    migd_context_free(m.context);
}

static void a_callback_cannot_turn_the_loop_and_what_it_frees_is_buried_later(void **state)
{
    (void)state;
    meddled(false, false);
    meddled(true, false);
    meddled(false, true);
}

/* --- freed in any order ----------------------------------------------------------------------- */

static void jobs_outlive_their_context_as_invalid(void **state)
{
    (void)state;
    const test_rule rules[] = {{.hangs = true}};
    stage s;
    const migd_event *event = NULL;
    migd_object *result = NULL;
    stage_open(&s, rules, 1, NULL);
    assert_int_equal(migdi_job_run_call(s.job, test_get(migdi_job_arena(s.job), "/x"), NULL),
                     MIGD_OK);
    assert_int_equal(migd_job_next(s.job, 10, &event, NULL), MIGD_TIMEOUT);
    migd_context_free(s.context);
    for (int i = 0; i < 2; i++) {
        migd_error *error = NULL;
        assert_int_equal(migd_job_next(s.job, MIGD_FOREVER, &event, &error), MIGD_ERR_INVALID);
        assert_string_equal(migd_error_message(error), "the job's context is gone");
        migd_error_free(error);
    }
    assert_int_equal(migd_job_finish(s.job, &result, NULL), MIGD_ERR_INVALID);
    assert_null(result);
    assert_int_equal(migd_job_answer(s.job, "x", NULL), MIGD_ERR_INVALID);
    migd_job_free(s.job);
}

static void a_closed_context_stays_for_those_who_keep_it(void **state)
{
    (void)state;
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, NULL);
    migdi_context_keep(context);
    migd_context_free(context);
    migd_job *job = NULL;
    int32_t fd = 0;
    const migd_event *event = NULL;
    assert_int_equal(migdi_job_new(context, NULL, &job, NULL), MIGD_ERR_INVALID);
    assert_null(job);
    assert_int_equal(migd_context_next(context, 0, &job, &event, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_fd(context, &fd, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_context_timeout_ms(context), MIGD_FOREVER);
    migdi_context_drop(context);
    migdi_context_drop(NULL);
}

static void a_child_after_fork_frees_and_the_parent_goes_on(void **state)
{
    (void)state;
    test_server *server = test_server_start(answer, NULL, NULL);
    migd_context *context = NULL;
    migd_cancel *cancel = NULL;
    migd_call_options *options = NULL;
    migdi_target target;
    const migd_event *event = NULL;
    test_target_start(&target);
    target.label = test_server_url(server);
    assert_int_equal(migd_context_new(NULL, &context, NULL), MIGD_OK);
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, cancel);
    migd_job *job = start_get(context, &target, options, "/x");
    assert_int_equal(migd_job_next(job, 0, &event, NULL), MIGD_TIMEOUT);
    const pid_t child = fork();
    if (child == 0) {
        migd_job_free(job);
        migd_context_free(context);
        /* Not by exit: what libcurl holds is left alone on purpose, and no tool shall count it. */
        raise(SIGKILL);
    }
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    assert_int_equal(migd_job_finish(job, NULL, NULL), MIGD_OK);
    migd_job *second = start_get(context, &target, options, "/x");
    migd_cancel_signal(cancel);
    assert_int_equal(migd_job_finish(second, NULL, NULL), MIGD_ERR_CANCELLED);
    migd_job_free(second);
    migd_job_free(job);
    migd_call_options_free(options);
    migd_cancel_free(cancel);
    migd_context_free(context);
    test_server_stop(server);
}

/* --- what it was made with -------------------------------------------------------------------- */

static const char *variable(const char *name, void *user)
{
    (void)user;
    return strcmp(name, "HOME") == 0 ? "/home/env" : NULL;
}

static void options_and_environment_are_those_of_its_making(void **state)
{
    (void)state;
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_environment(options, variable, NULL);
    migd_context_options_set_int64(options, MIGD_CONTEXT_EVENTS, 9, NULL);
    test_transport *transport = test_transport_new(NULL, 0);
    migd_context *context = test_context(transport, options);
    migd_context_options_set_int64(options, MIGD_CONTEXT_EVENTS, 10, NULL);
    assert_string_equal(migdi_context_text(context, MIGD_CONTEXT_HOME), "/home/env");
    assert_string_equal(migdi_context_variable(context, "HOME"), "/home/env");
    assert_null(migdi_context_text(context, MIGD_CONTEXT_PROXY));
    assert_int_equal(migdi_context_int64(context, MIGD_CONTEXT_EVENTS), 9);
    assert_int_equal(migdi_context_unix_ms(context), INT64_C(1795545600000));
    migd_context_free(context);
    migd_context_options_set_text(options, MIGD_CONTEXT_HOME, "/home/own", NULL);
    transport = test_transport_new(NULL, 0);
    context = test_context(transport, options);
    assert_string_equal(migdi_context_text(context, MIGD_CONTEXT_HOME), "/home/own");
    migd_context_free(context);
    migd_context_options_free(options);
}

static int descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static void contexts_and_jobs_leave_no_descriptor_behind(void **state)
{
    (void)state;
    test_server *server = test_server_start(answer, NULL, NULL);
    migdi_target target;
    int after_first = 0;
    test_target_start(&target);
    target.label = test_server_url(server);
    for (int i = 0; i < 20; i++) {
        migd_context *context = NULL;
        assert_int_equal(migd_context_new(NULL, &context, NULL), MIGD_OK);
        migd_job *done = start_get(context, &target, NULL, "/x");
        assert_int_equal(migd_job_finish(done, NULL, NULL), MIGD_OK);
        migd_job *in_flight = start_get(context, &target, NULL, "/x");
        const migd_event *event = NULL;
        assert_int_equal(migd_job_next(in_flight, 0, &event, NULL) < 0, false);
        migd_job_free(in_flight);
        migd_job_free(done);
        migd_context_free(context);
        const int64_t until = now_ms() + 10000;
        while (test_server_open(server) > 0) { /* the server's ends are descriptors, too */
            const struct timespec pause = {0, 1000000};
            nanosleep(&pause, NULL);
            assert_true(now_ms() < until);
        }
        after_first = i == 0 ? descriptors() : after_first;
        assert_int_equal(descriptors(), after_first);
    }
    test_server_stop(server);
}

static void without_descriptors_there_is_no_context(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(next >= 0);
    close(next);
    const struct rlimit none = {(rlim_t)next, before.rlim_max};
    migd_context *context = NULL;
    migd_cancel *cancel = NULL;
    migd_error *error = NULL;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const migd_status status = migd_context_new(NULL, &context, &error);
    const migd_status no_cancel = migd_cancel_new(&cancel, NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, MIGD_ERR_IO);
    assert_null(context);
    assert_non_null(strstr(migd_error_message(error), "no descriptor"));
    assert_int_equal(no_cancel, MIGD_ERR_IO);
    migd_error_free(error);
}

static migd_status make_it(void *user)
{
    migd_context *context = NULL;
    const migd_status status = migd_context_new(user, &context, NULL);
    assert_int_equal(context == NULL, status < 0);
    migd_context_free(context);
    return status;
}

static void lack_of_memory_makes_no_half_context(void **state)
{
    (void)state;
    migd_context_options *options = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_text(options, MIGD_CONTEXT_HOME, "/h", NULL);
    migd_context_options_set_text(options, MIGD_CONTEXT_USER_AGENT, "x", NULL);
    migd_context_options_set_text(options, MIGD_CONTEXT_PROXY, "", NULL);
    assert_true(test_fail_allocations(make_it, options) > 5);
    migd_context_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_jobs_run_in_a_host_s_own_epoll),
        cmocka_unit_test(a_cancel_from_another_thread_ends_a_waiting_job),
        cmocka_unit_test(a_cancel_from_a_signal_handler_ends_a_waiting_job),
        cmocka_unit_test(a_cancel_may_be_thrown_before_and_outlives_nothing),
        cmocka_unit_test(a_deadline_ends_the_job_and_names_what_was_being_done),
        cmocka_unit_test(waiting_ends_when_its_time_is_up),
        cmocka_unit_test(whoever_has_news_is_heard_in_turn),
        cmocka_unit_test(without_jobs_there_is_nothing_to_wait_for),
        cmocka_unit_test(a_callback_cannot_turn_the_loop_and_what_it_frees_is_buried_later),
        cmocka_unit_test(jobs_outlive_their_context_as_invalid),
        cmocka_unit_test(a_closed_context_stays_for_those_who_keep_it),
        cmocka_unit_test(a_child_after_fork_frees_and_the_parent_goes_on),
        cmocka_unit_test(options_and_environment_are_those_of_its_making),
        cmocka_unit_test(contexts_and_jobs_leave_no_descriptor_behind),
        cmocka_unit_test(without_descriptors_there_is_no_context),
        cmocka_unit_test(lack_of_memory_makes_no_half_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
