/* SIGPIPE: OpenSSL writes to sockets in a way that raises it when the other side is gone, and a
 * host that has not switched it off would be killed. A library changes no signal of its process; it
 * holds this one back in its own thread, for as long as it lets libcurl work, and takes back what
 * it caused. */
#ifndef MIGDI_HTTP_PIPE_H
#define MIGDI_HTTP_PIPE_H

#include <signal.h>
#include <stdbool.h>

typedef struct migdi_http_pipe {
    sigset_t before;
    bool held; /* false: it was held back anyway */
} migdi_http_pipe;

/* Holds SIGPIPE back in this thread until migdi_http_pipe_release(). */
void migdi_http_pipe_hold(migdi_http_pipe *pipe);
void migdi_http_pipe_release(const migdi_http_pipe *pipe);

#endif
