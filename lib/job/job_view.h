/* A look: the reads that observe asks for, flown in rounds until none is unread. */
#ifndef MIGDI_JOB_VIEW_H
#define MIGDI_JOB_VIEW_H

#include "job_acts.h"
#include "job_fetch.h"
#include "job_step.h"

typedef struct migdi_read migdi_read;

/* {0} and the job and the acts make a view. */
struct migdi_view {
    migd_job *job;
    const migdi_acts *acts;
    migdi_arena arena; /* of the look: calls, seen, verdict */
    migdi_read *first;
    migdi_read *last;
    size_t count;
    size_t unread;
    uint32_t rounds;
    migd_error *refusal;
};

/* Sends what was asked and not sent yet. */
void migdi_view_fly(migdi_view *view);

/* Goes on; answers whether nothing asked is unread. */
bool migdi_view_attend(migdi_view *view);

/* Why the look failed: a read whose failure nobody expects, a refusal, lack of memory, too many
 * reads or rounds. MIGD_OK: it did not. */
migd_status migdi_view_failure(migdi_view *view, migd_error **error);

/* Abandons what flies and frees everything; the view is {0} again. */
void migdi_view_close(migdi_view *view);

#endif
