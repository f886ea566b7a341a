/* One call in flight: prepared, sent, collected, understood, and sent again where that is safe. */
#ifndef MIGDI_JOB_FLIGHT_H
#define MIGDI_JOB_FLIGHT_H

#include "core_text.h"
#include "job_loop.h"
#include "job_retry.h"

/* {0}, and then the first members, make a flight. It must not move while it flies. */
typedef struct migdi_flight {
    migd_job *job;
    const migdi_call *call; /* borrowed until the flight is stopped */
    migdi_retry_policy policy;
    const char *late_body; /* instead of the call's; NULL: the call's */
    /* Gets the pieces of a good answer, which are then not collected: a stream. NULL: none. */
    void (*sink)(void *sink_owner, const char *bytes, size_t size);
    void *sink_owner;

    /* How it ended. The job is woken. */
    bool done;
    migd_status status;     /* MIGD_OK, or that of the error */
    migd_error *error;      /* NULL when taken, or none */
    migd_object *document;  /* NULL when taken, or none */
    int32_t http_status;    /* 0: no answer */
    int64_t retry_after_ms; /* of our time; -1: the server named none */

    /* Its own. */
    migdi_target *target;
    migdi_transfer *transfer;
    migdi_http_request request;
    migdi_arena arena;
    migdi_text body;
    const migdi_http_head *head;
    migdi_http_head kept_head;
    migdi_timer timer; /* of the try: its time is up; between tries: the next one */
    int64_t first_ms;
    int64_t try_ms;
    int64_t heard_ms;
    uint32_t tries;
    bool flying;
    bool renewed;
    bool too_large;
} migdi_flight;

/* Sends it. What comes of it shows in `done`, at the earliest in the next turn. */
void migdi_flight_start(migdi_flight *flight);

/* Abandons what flies and frees everything; the flight is {0} again. */
void migdi_flight_stop(migdi_flight *flight);

#endif
