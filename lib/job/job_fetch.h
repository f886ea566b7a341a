/* One read, or all pages of a list. */
#ifndef MIGDI_JOB_FETCH_H
#define MIGDI_JOB_FETCH_H

#include "job_flight.h"

/* {0} is a fetch that was not started. It must not move until it is stopped. */
typedef struct migdi_fetch {
    bool done;
    migd_status status;
    migd_error *error;     /* NULL when taken, or none */
    migd_object *document; /* the answer, or the last page */
    migd_object *joined;   /* {"items": [...]} of all pages, where there was more than one */

    migdi_flight flight;
    const migdi_call *call;
    const migdi_call *page_call;
    migdi_arena arena;
    uint32_t pages;
    uint32_t restarts;
    size_t items;
} migdi_fetch;

/* Starts it. call: borrowed until it is stopped; MIGDI_CALL_LIST comes in pages. */
void migdi_fetch_start(migdi_fetch *fetch, migd_job *job, const migdi_call *call,
                       migdi_retry_policy policy);

/* Goes on; for each attendance of the job. Answers `done`. */
bool migdi_fetch_attend(migdi_fetch *fetch);

/* The items of all pages as an array; borrowed; NULL when there are none. */
const migd_object *migdi_fetch_items(const migdi_fetch *fetch);

/* The document, or, of a list, {"items": [...]}; for migd_object_free(). *status: MIGD_ERR_NOMEM
 * when it cannot be made. NULL where the answer has no document. */
migd_object *migdi_fetch_take(migdi_fetch *fetch, migd_status *status);

/* Abandons what flies and frees everything; the fetch is {0} again. */
void migdi_fetch_stop(migdi_fetch *fetch);

#endif
