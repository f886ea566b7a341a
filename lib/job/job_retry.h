/* Whether, and how soon, a call is sent again by itself: pure, so that it can be held against
 * tables. */
#ifndef MIGDI_JOB_RETRY_H
#define MIGDI_JOB_RETRY_H

#include "job_call.h"

/* Who sends the call decides how often it may go out. */
typedef enum {
    MIGDI_RETRY_READ,   /* changes nothing */
    MIGDI_RETRY_CHANGE, /* one change that a caller asked for */
    MIGDI_RETRY_ACT,    /* a step's act: the next look decides, so it goes again only if it never
                           arrived. Below us libcurl sends again what a connection that was used
                           before lost without an answer: so every act has a guard (a uid, a
                           resourceVersion, an apply, a name that can be taken once), and one that
                           is not idempotent a connection of its own */
    MIGDI_RETRY_NEVER   /* a stream */
} migdi_retry_policy;

/* How a try came out. */
typedef struct migdi_try {
    migd_status status;     /* of the transport; MIGD_OK: there was an answer */
    int32_t http_status;    /* of that answer */
    int64_t retry_after_ms; /* of our time; -1: the server named none */
    uint32_t tries;         /* so far, this one counted */
    bool reached;           /* the server may have read the request */
    bool silent;            /* no answer came in the time for one */
    bool idempotent;        /* of the call */
    bool answered;          /* the server was there before */
} migdi_try;

/* Whether to send again; *least_ms: the pause that the server wants; *most_ms: the longest of a
 * random pause on top, of the server's time. Sources: client-go rest/with_retry.go (429 and 5xx
 * with Retry-After, any verb, at most ten), RFC 9110 section 9.2.2 (idempotent methods). */
bool migdi_retry(migdi_retry_policy policy, const migdi_try *last, int64_t *least_ms,
                 int64_t *most_ms);

/* The longest of a random pause on top of one that the server named, for reads and acts alike: it
 * is kept as sent, however long (the job's deadline ends it), and many were told the same. */
int64_t migdi_retry_spread_ms(int64_t retry_after_ms);

/* The longest of a random pause before try `tries` + 1: 0.5 s, doubling, up to 30 s. */
int64_t migdi_retry_backoff_ms(uint32_t tries);

#endif
