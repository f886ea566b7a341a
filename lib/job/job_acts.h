/* What the runner remembers of acts. Losing it costs one early request or one repeated line, no
 * more. */
#ifndef MIGDI_JOB_ACTS_H
#define MIGDI_JOB_ACTS_H

#include "job_call.h"

/* One act that was sent. */
typedef struct migdi_sent {
    uint64_t hash;
    size_t size; /* of its body: with the hash, what tells it from others */
    uint32_t tries;
    uint32_t accepted;
    uint32_t failed; /* in a row */
    int32_t heard;   /* the last HTTP status; -1: no answer */
    int64_t next_ms; /* not to be sent before */
    bool wanted;     /* by the last verdict */
} migdi_sent;

typedef struct migdi_acts {
    migdi_sent *sent;
    size_t count;
    size_t capacity;
    int32_t last_heard; /* of any of them; 0: none was sent */
} migdi_acts;

/* What is remembered of the act; NULL: it was not sent. */
migdi_sent *migdi_acts_find(const migdi_acts *acts, const migdi_call *call);

/* The same, made when there is none, in the place of one that is not wanted any more when there are
 * many; NULL on lack of memory. Pointers got before are void. */
migdi_sent *migdi_acts_add(migdi_acts *acts, const migdi_call *call);

/* A new verdict: nothing is wanted until it says so. */
void migdi_acts_want_none(migdi_acts *acts);

/* The last status of the act; 0: it was not sent. */
int32_t migdi_acts_heard(const migdi_acts *acts, const migdi_call *call);

void migdi_acts_free(migdi_acts *acts);

#endif
