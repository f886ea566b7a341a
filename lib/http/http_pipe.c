/* SIGPIPE held back. A SIGPIPE by a write goes to the thread that wrote, so no other thread's is
 * taken. */
#include "http_pipe.h"

#include <errno.h>
#include <time.h>

static void only_pipe(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

void migdi_http_pipe_hold(migdi_http_pipe *pipe)
{
    sigset_t set;
    only_pipe(&set);
    pthread_sigmask(SIG_BLOCK, &set, &pipe->before);
    pipe->held = sigismember(&pipe->before, SIGPIPE) == 0;
}

void migdi_http_pipe_release(const migdi_http_pipe *pipe)
{
    if (!pipe->held) {
        return;
    }
    const struct timespec now = {0, 0};
    sigset_t set;
    only_pipe(&set);
    int taken = 0;
    do {
        taken = sigtimedwait(&set, NULL, &now);
    } while (taken < 0 && errno == EINTR);
    pthread_sigmask(SIG_SETMASK, &pipe->before, NULL);
}
