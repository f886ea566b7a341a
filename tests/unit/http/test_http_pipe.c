#include "test_support.h"

#include "http_pipe.h"

#include <unistd.h>

static void write_to_nobody(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
}

static bool is_pending(void)
{
    sigset_t set;
    sigpending(&set);
    return sigismember(&set, SIGPIPE) == 1;
}

static bool is_blocked(void)
{
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, SIGPIPE) == 1;
}

static void a_write_to_nobody_does_not_kill_while_it_is_held(void **state)
{
    (void)state;
    migdi_http_pipe outer;
    migdi_http_pipe inner;
    migdi_http_pipe_hold(&outer);
    migdi_http_pipe_hold(&inner);
    write_to_nobody();
    migdi_http_pipe_release(&inner);
    assert_true(is_pending());
    migdi_http_pipe_release(&outer);
    assert_false(is_pending());
    assert_false(is_blocked());
}

static void a_host_that_holds_it_back_itself_keeps_what_is_its_own(void **state)
{
    (void)state;
    sigset_t set;
    sigset_t before;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    write_to_nobody();
    migdi_http_pipe pipe;
    migdi_http_pipe_hold(&pipe);
    migdi_http_pipe_release(&pipe);
    assert_true(is_blocked());
    assert_true(is_pending());
    const struct timespec now = {0, 0};
    assert_int_equal(sigtimedwait(&set, NULL, &now), SIGPIPE);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_to_nobody_does_not_kill_while_it_is_held),
        cmocka_unit_test(a_host_that_holds_it_back_itself_keeps_what_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
