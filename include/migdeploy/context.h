/* The context: what the library takes from its host, and the loop on which every job runs. */
#ifndef MIGDEPLOY_CONTEXT_H
#define MIGDEPLOY_CONTEXT_H

#include <migdeploy/base.h>
#include <migdeploy/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A context is also a loop. It is used by one thread at a time; many contexts may live in one
 * process. Jobs, kube clients and the like are made from it and end when it is freed, in any
 * order. */
typedef struct migd_context migd_context;
typedef struct migd_context_options migd_context_options;
typedef struct migd_job migd_job;
typedef struct migd_event migd_event;

/* No limit of time, where a time limit is asked for. */
#define MIGD_FOREVER (-1)

/* How much a line of the log matters. Since 0.1. */
enum { MIGD_LOG_ERROR = 0, MIGD_LOG_WARNING = 1, MIGD_LOG_INFO = 2, MIGD_LOG_HTTP = 3 };

/* Which clock is asked for. Since 0.1. */
enum { MIGD_CLOCK_MONOTONIC = 0, MIGD_CLOCK_UNIX = 1 };

/* What migd_context_options_set_text() and _set_int64() set. Since 0.1. */
enum {
    MIGD_CONTEXT_HOME = 1,        /* text: the home folder; HOME */
    MIGD_CONTEXT_CA_FILE = 2,     /* text: certificates of servers without own; the system's */
    MIGD_CONTEXT_PROXY = 3,       /* text: URL, for all but loopback; "": none; the environment's */
    MIGD_CONTEXT_USER_AGENT = 4,  /* text: added to the library's own User-Agent */
    MIGD_CONTEXT_CONNECT_MS = 16, /* to connect and agree on TLS; 10000 */
    MIGD_CONTEXT_REQUEST_MS = 17, /* for one whole answer; 60000 */
    MIGD_CONTEXT_IDLE_MS = 18,    /* without a byte, within an answer; 30000 */
    MIGD_CONTEXT_ANSWER_BYTES = 19,     /* of one answer or list page; 67108864 */
    MIGD_CONTEXT_WATCH_LINE_BYTES = 20, /* of one event of a watch; 8388608 */
    MIGD_CONTEXT_EVENTS = 21,           /* events that wait in a job's queue; 64, at least 8 */
    MIGD_CONTEXT_CONNECTIONS = 22       /* to one server, watches not counted; 8 */
};

/* Options with every default; for migd_context_options_free(). MIGD_OK, MIGD_ERR_INVALID (out
 * NULL), MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_context_options_new(migd_context_options **out, migd_error **error);

/* Frees the options; NULL is allowed. A context keeps its own copy. Since 0.1. */
MIGD_API void migd_context_options_free(migd_context_options *options);

/* Sets a text option. value: copied; NULL returns to the default.
 * MIGD_OK, MIGD_ERR_INVALID (no such text option), MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_context_options_set_text(migd_context_options *options, int32_t option,
                                                   const char *value, migd_error **error);

/* Sets a number option. value: 1 or more. MIGD_OK, MIGD_ERR_INVALID. Since 0.1. */
MIGD_API migd_status migd_context_options_set_int64(migd_context_options *options, int32_t option,
                                                    int64_t value, migd_error **error);

/* The text of an option as set, borrowed until it is set again; NULL: the default. Since 0.1. */
MIGD_API const char *migd_context_options_text(const migd_context_options *options, int32_t option);

/* The number in force; -1 for an option that is none. options NULL: the default. Since 0.1. */
MIGD_API int64_t migd_context_options_int64(const migd_context_options *options, int32_t option);

/* Sets where the log goes; NULL: nowhere, which is the default. log gets each line of `level` or
 * less, without a line end and without secrets; it must not call the library. Since 0.1. */
MIGD_API void migd_context_options_set_log(migd_context_options *options, int32_t level,
                                           void (*log)(int32_t level, const char *line, void *user),
                                           void *user);

/* Sets the clock; NULL: the system's. clock answers milliseconds of MIGD_CLOCK_*; the monotonic one
 * never goes back. The context never sleeps beyond what it says. Since 0.1. */
MIGD_API void migd_context_options_set_clock(migd_context_options *options,
                                             int64_t (*clock)(int32_t which, void *user),
                                             void *user);

/* Sets the environment; NULL: getenv(). variable answers the value of a name, or NULL; it is asked
 * in migd_context_new() and its answers are copied there. Since 0.1. */
MIGD_API void migd_context_options_set_environment(migd_context_options *options,
                                                   const char *(*variable)(const char *name,
                                                                           void *user),
                                                   void *user);

/* A context. options: NULL for the defaults; copied. *out: for migd_context_free(). Opens no
 * connection and waits for nothing. MIGD_OK, MIGD_ERR_INVALID (out NULL), MIGD_ERR_NOMEM,
 * MIGD_ERR_IO (no descriptor left). Since 0.1. */
MIGD_API migd_status migd_context_new(const migd_context_options *options, migd_context **out,
                                      migd_error **error);

/* Frees the context and abandons what is in flight; never waits. Jobs that still live answer
 * MIGD_ERR_INVALID from then on and are freed as ever. NULL is allowed. From inside a callback it
 * is freed when that has returned. After fork() a child may free contexts and jobs, which leaves
 * the parent's alone, and call nothing else of them. Since 0.1. */
MIGD_API void migd_context_free(migd_context *context);

/* Turns the loop until any job has news, fairly. timeout_ms: 0 for one turn that never blocks,
 * MIGD_FOREVER for no limit. *job: whose news; *event: as migd_job_next(). MIGD_OK: an event.
 * MIGD_DONE: *job ended well, or, with *job NULL, there is no job left. MIGD_TIMEOUT: no news in
 * time. Below 0: *job ended with that status and *error; with *job NULL the call itself failed
 * (MIGD_ERR_INVALID from inside a callback). Since 0.1. */
MIGD_API migd_status migd_context_next(migd_context *context, int64_t timeout_ms, migd_job **job,
                                       const migd_event **event, migd_error **error);

/* *fd: one descriptor for a host's own loop, owned by the context. It is readable (level-triggered)
 * when there is work; then call migd_context_next() with 0 until it answers MIGD_TIMEOUT. MIGD_OK,
 * MIGD_ERR_UNSUPPORTED. Since 0.1. */
MIGD_API migd_status migd_context_fd(migd_context *context, int32_t *fd, migd_error **error);

/* How long a host's loop may wait before it calls migd_context_next() though the descriptor is
 * silent: milliseconds, 0: at once, MIGD_FOREVER: nothing to wait for. Since 0.1. */
MIGD_API int64_t migd_context_timeout_ms(const migd_context *context);

#ifdef __cplusplus
}
#endif

#endif
