/* Jobs whose server's name is looked up for ever: this program's own getaddrinfo() stands before
 * the C library's. */
#include "job_boxes.h"

#include <dirent.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static int gate[2];
static atomic_int asked;

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out)
{
    char byte = 0;
    (void)node;
    (void)service;
    (void)hints;
    (void)out;
    atomic_fetch_add(&asked, 1);
    const ssize_t got = read(gate[0], &byte, 1);
    (void)got;
    return EAI_AGAIN;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

/* Lets those that hang go, and waits until their threads are gone. */
static void let_go(size_t count, size_t left)
{
    const int64_t until = now_ms() + 10000;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(write(gate[1], "x", 1), 1);
    }
    while (threads() > left) {
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
        assert_true(now_ms() < until);
    }
}

typedef struct hanging {
    migd_context *context;
    migdi_target target;
    migd_cancel *cancel;
    migd_job *job;
} hanging;

static void start(hanging *h, int64_t deadline_ms)
{
    migd_call_options *options = NULL;
    const migd_event *event = NULL;
    const int before = atomic_load(&asked);
    assert_int_equal(migd_context_new(NULL, &h->context, NULL), MIGD_OK);
    assert_int_equal(migd_cancel_new(&h->cancel, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_cancel(options, h->cancel);
    migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, deadline_ms, NULL);
    test_target_start(&h->target);
    h->target.label = "http://slow.example";
    assert_int_equal(migdi_job_new(h->context, options, &h->job, NULL), MIGD_OK);
    migdi_job_set_target(h->job, 0, &h->target);
    assert_int_equal(migdi_job_run_call(h->job, test_get(migdi_job_arena(h->job), "/x"), NULL),
                     MIGD_OK);
    while (atomic_load(&asked) == before) {
        assert_int_equal(migd_job_next(h->job, 1, &event, NULL), MIGD_TIMEOUT);
    }
    migd_call_options_free(options);
}

static void stop(hanging *h)
{
    migd_job_free(h->job);
    migd_context_free(h->context);
    migd_cancel_free(h->cancel);
}

static void *throw_soon(void *user)
{
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    migd_cancel_signal(user);
    return NULL;
}

static void a_cancel_ends_the_job_while_the_lookup_hangs(void **state)
{
    (void)state;
    hanging h = {0};
    pthread_t thread;
    start(&h, MIGD_FOREVER);
    const size_t before = threads() - 1; /* without the one that looks up */
    const int64_t start_ms = now_ms();
    assert_int_equal(pthread_create(&thread, NULL, throw_soon, h.cancel), 0);
    assert_int_equal(migd_job_finish(h.job, NULL, NULL), MIGD_ERR_CANCELLED);
    assert_true(now_ms() - start_ms < 20 + 250);
    pthread_join(thread, NULL);
    const int64_t stop_ms = now_ms();
    stop(&h);
    assert_true(now_ms() - stop_ms < 250);
    let_go(1, before);
}

static void a_deadline_does(void **state)
{
    (void)state;
    hanging h = {0};
    const int64_t start_ms = now_ms();
    start(&h, 200);
    const size_t before = threads() - 1;
    assert_int_equal(migd_job_finish(h.job, NULL, NULL), MIGD_ERR_DEADLINE);
    assert_in_range(now_ms() - start_ms, 190, 200 + 1000);
    stop(&h);
    let_go(1, before);
}

static void a_job_and_a_context_are_freed_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        hanging h = {0};
        start(&h, MIGD_FOREVER);
        const size_t before = threads() - 1;
        const int64_t start_ms = now_ms();
        if (i == 0) {
            migd_job_free(h.job);
            migd_context_free(h.context);
        } else {
            migd_context_free(h.context);
            migd_job_free(h.job);
        }
        migd_cancel_free(h.cancel);
        assert_true(now_ms() - start_ms < 250);
        let_go(1, before);
    }
}

static void *do_nothing(void *user)
{
    return user;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancel_ends_the_job_while_the_lookup_hangs),
        cmocka_unit_test(a_deadline_does),
        cmocka_unit_test(a_job_and_a_context_are_freed_at_once),
    };
    /* With the first thread a sanitizer starts one of its own: it shall not be counted. */
    pthread_t first;
    if (pthread_create(&first, NULL, do_nothing, NULL) != 0 || pthread_join(first, NULL) != 0) {
        return 1;
    }
    return pipe(gate) != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
