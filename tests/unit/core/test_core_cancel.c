#include "test_support.h"

#include "core_cancel.h"

#include <errno.h>
#include <migdeploy/job.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

static bool readable(const migd_cancel *cancel)
{
    struct pollfd waited = {.fd = migdi_cancel_fd(cancel), .events = POLLIN};
    return poll(&waited, 1, 0) == 1;
}

static void once_thrown_it_stays_thrown_and_wakes_whoever_waits(void **state)
{
    (void)state;
    migd_cancel *cancel = NULL;
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    assert_false(migdi_cancel_thrown(cancel));
    assert_false(readable(cancel));
    errno = 42;
    migd_cancel_signal(cancel);
    migd_cancel_signal(cancel);
    assert_int_equal(errno, 42);
    assert_true(migdi_cancel_thrown(cancel));
    assert_true(readable(cancel));
    assert_true(readable(cancel));
    migd_cancel_free(cancel);
}

static migd_cancel *of_handler;

static void throw_it(int signal_number)
{
    (void)signal_number;
    migd_cancel_signal(of_handler);
}

static void a_signal_handler_may_throw_it(void **state)
{
    (void)state;
    assert_int_equal(migd_cancel_new(&of_handler, NULL), MIGD_OK);
    struct sigaction before;
    const struct sigaction action = {.sa_handler = throw_it};
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    raise(SIGUSR1);
    assert_true(migdi_cancel_thrown(of_handler));
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    migd_cancel_free(of_handler);
}

static void *throw_and_give_back(void *cancel)
{
    migd_cancel_signal(cancel);
    migd_cancel_free(cancel);
    return NULL;
}

static void another_thread_may_throw_it_and_be_the_last_to_hold_it(void **state)
{
    (void)state;
    migd_cancel *cancel = NULL;
    assert_int_equal(migd_cancel_new(&cancel, NULL), MIGD_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, throw_and_give_back, migdi_cancel_keep(cancel)),
                     0);
    struct pollfd waited = {.fd = migdi_cancel_fd(cancel), .events = POLLIN};
    assert_int_equal(poll(&waited, 1, 10000), 1);
    migd_cancel_free(cancel);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void nothing_is_never_thrown(void **state)
{
    (void)state;
    assert_false(migdi_cancel_thrown(NULL));
    assert_null(migdi_cancel_keep(NULL));
    migd_cancel_signal(NULL);
    migd_cancel_free(NULL);
    assert_int_equal(migd_cancel_new(NULL, NULL), MIGD_ERR_INVALID);
}

static void without_a_descriptor_it_is_an_error_of_the_system(void **state)
{
    (void)state;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    migd_cancel *cancel = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_cancel_new(&cancel, &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(status, MIGD_ERR_IO);
    assert_null(cancel);
    migd_error_free(error);
}

static migd_status make_one(void *user)
{
    (void)user;
    migd_cancel *cancel = NULL;
    const migd_status status = migd_cancel_new(&cancel, NULL);
    migd_cancel_free(cancel);
    return status;
}

static void lack_of_memory_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(test_fail_allocations(make_one, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_thrown_it_stays_thrown_and_wakes_whoever_waits),
        cmocka_unit_test(a_signal_handler_may_throw_it),
        cmocka_unit_test(another_thread_may_throw_it_and_be_the_last_to_hold_it),
        cmocka_unit_test(nothing_is_never_thrown),
        cmocka_unit_test(without_a_descriptor_it_is_an_error_of_the_system),
        cmocka_unit_test(lack_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
