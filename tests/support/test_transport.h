/* A transport that answers from a script, on a clock that only it moves: whole jobs run in no time,
 * and two runs of one script are the same. A target that speaks plain JSON goes with it. */
#ifndef TEST_TRANSPORT_H
#define TEST_TRANSPORT_H

#include "http_transport.h"
#include "job_run.h"

/* One rule of the script. The first that fits a request and is not used up answers it. Zero is the
 * default of each member. */
typedef struct test_rule {
    const char *method;  /* NULL: any */
    const char *path;    /* with its query; a "*" at its end stands for any rest; NULL: any */
    int32_t times;       /* how often it answers; 0: for ever */
    int32_t status;      /* 0: 200 */
    const char *headers; /* "name: value", lines ended by "\n" */
    const char *body;    /* NULL: none */
    int64_t after_ms;    /* until the answer comes; 0: in the next turn */
    migd_status lost;    /* below 0: no answer, but this, with `message` */
    const char *message;
    bool reached; /* of a lost one */
    bool hangs;   /* nothing ever comes */
    bool open;    /* after the body it stays open: test_push(), test_close() */
    size_t piece; /* the body comes in pieces of this size, a turn each; 0: whole */
    bool cut;     /* after the body it is lost */
} test_rule;

/* A request as it was sent. */
typedef struct test_request {
    char *method;
    char *path;    /* without scheme and host */
    char *headers; /* "name: value\n"... */
    char *body;
    int64_t at_ms;
    bool fresh;
    bool stream;
    bool abandoned;
    bool answered;
} test_request;

typedef struct test_transport test_transport;

/* rules: borrowed. Ends with the context that it is given to. */
test_transport *test_transport_new(const test_rule *rules, size_t count);
migdi_transport *test_transport_base(test_transport *transport);

/* Answers from a function instead, where rules are not enough: fills *rule for that request; what
 * it points to lives until the next request. */
void test_transport_serve(test_transport *transport,
                          void (*serve)(void *user, const test_request *request, test_rule *rule),
                          void *user);

/* The clock of the transport, as migd_context_options_set_clock() wants it; user: the transport. It
 * starts at 1,000,000 ms, and at 2026-11-24T18:40:00Z. */
int64_t test_clock(int32_t which, void *transport);

/* A context on the transport and its clock; options may be NULL, and get the clock set. */
migd_context *test_context(test_transport *transport, migd_context_options *options);

/* What was sent so far, in order. Borrowed. */
size_t test_request_count(const test_transport *transport);
const test_request *test_request_at(const test_transport *transport, size_t index);
/* How many requests of that method (NULL: any) and path (as in a rule). */
size_t test_count_requests(const test_transport *transport, const char *method, const char *path);

/* Calls `happen` at that moment of the clock, from inside a turn. */
void test_at(test_transport *transport, int64_t ms, void (*happen)(void *user), void *user);

/* More bytes on all open streams of that path, or their end. status: MIGD_OK or of a loss. */
void test_push(test_transport *transport, const char *path, const char *bytes);
void test_close(test_transport *transport, const char *path, migd_status status);

/* How many transfers are in flight. */
size_t test_flying(const test_transport *transport);

/* A server of plain JSON at index 0: an answer's body is its document; from 400 on an error with
 * the body's "reason" and "message"; {"items": [...], "next": "PATH"} is a page. Static. */
void test_target_start(migdi_target *target);

/* Calls, in an arena. */
const migdi_call *test_get(migdi_arena *arena, const char *path);
const migdi_call *test_list(migdi_arena *arena, const char *path);
const migdi_call *test_put(migdi_arena *arena, const char *path, const char *body);
const migdi_call *test_delete(migdi_arena *arena, const char *path);
const migdi_call *test_watch(migdi_arena *arena, const char *path);

/* The events of a job up to its end, as lines "kind step: text", and at the end the status and,
 * behind a colon, "operation: message" of the error. For free(). */
char *test_tell(migd_job *job, migd_status *status);

#endif
