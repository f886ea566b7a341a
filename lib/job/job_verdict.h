/* What decide said, as the runner reads it. */
#ifndef MIGDI_JOB_VERDICT_H
#define MIGDI_JOB_VERDICT_H

#include "job_flight.h"
#include "job_step.h"

#define MIGDI_BELLS 4

typedef enum {
    MIGDI_SAID_NOTHING,
    MIGDI_SAID_DONE,
    MIGDI_SAID_GOING,
    MIGDI_SAID_REFUSE
} migdi_said;

typedef struct migdi_wanted migdi_wanted;
struct migdi_wanted {
    migdi_act act;
    migdi_wanted *next;
    migdi_flight flight; /* when it was sent */
    char *late_body;
};

typedef struct migdi_told migdi_told;
struct migdi_told {
    migdi_told *next;
    const char *key;
    const char *text;
    const char *object; /* of a part that is done; NULL: it is a note */
    bool warning;
};

typedef struct migdi_refused migdi_refused;
struct migdi_refused {
    migdi_refused *next;
    migdi_detail detail;
};

struct migdi_verdict {
    migdi_arena *arena; /* that of the look */
    migdi_said said;
    const char *text;
    migd_status status;
    const char *remaining;
    const char *next;
    migdi_refused *details;
    migdi_refused *last_detail;
    migdi_wanted *wanted;
    migdi_wanted *last_wanted;
    size_t wanted_count;
    migdi_act spare; /* what migdi_want() gives when there is no memory */
    migdi_told *notes;
    migdi_told *last_note;
    int64_t poll_first_ms;
    int64_t poll_most_ms;
    int64_t pause_ms; /* 0: none */
    int64_t held_ms;  /* since the lock was renewed, of the server's time */
    const migdi_call *bells[MIGDI_BELLS];
    size_t bell_count;
    const char *question_key; /* NULL: none */
    const char *question;
    bool consent;
};

/* An empty verdict. */
void migdi_verdict_start(migdi_verdict *verdict, migdi_arena *arena);

/* The error of a refusal. */
migd_status migdi_verdict_error(const migdi_verdict *verdict, migd_error **error);

#endif
