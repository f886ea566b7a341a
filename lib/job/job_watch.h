/* Doorbells: watches of which only "something changed" is heard. */
#ifndef MIGDI_JOB_WATCH_H
#define MIGDI_JOB_WATCH_H

#include "job_flight.h"

#define MIGDI_BELL_START 32 /* bytes of a line that tell a bookmark and an error from a change */

typedef struct migdi_bell {
    migdi_call *call; /* a copy; NULL: the bell is free */
    migdi_arena arena;
    migdi_flight flight;
    bool asked;              /* by the last verdict */
    bool rang;               /* since it was last asked */
    bool broken;             /* a line was too long, or an error */
    bool lived;              /* something came from it */
    uint32_t failures;       /* in a row */
    int64_t closed_until_ms; /* after a failure; 0: it may be opened */
    char start[MIGDI_BELL_START];
    size_t line_size;
} migdi_bell;

/* The verdict asks for the watch: keeps the bell that hangs on it, else opens it, unless it failed
 * a moment ago. bells: MIGDI_BELLS places, made when needed. MIGD_ERR_NOMEM. */
migd_status migdi_bells_ask(migdi_bell **bells, migd_job *job, const migdi_call *watch);

/* Whether any bell hangs: until it falls, looking unasked is a precaution. */
bool migdi_bells_hang(migdi_bell *const *bells);

/* Takes down the bells that were not asked for since the last call of this. */
void migdi_bells_keep_asked(migdi_bell **bells);

/* Takes down what is broken or has ended; answers whether any bell rang since the last call, an
 * ended one included. */
bool migdi_bells_rang(migdi_bell **bells);

/* Takes down all. */
void migdi_bells_free(migdi_bell **bells);

#endif
