/* The runner of steps. Each step has a track: it looks, decides, sends its acts, rests, looks
 * again. */
#ifndef MIGDI_JOB_STEPS_H
#define MIGDI_JOB_STEPS_H

#include "job_verdict.h"
#include "job_view.h"
#include "job_watch.h"

typedef enum {
    MIGDI_TRACK_IDLE, /* to look, as soon as it may */
    MIGDI_TRACK_LOOKS,
    MIGDI_TRACK_TURNS, /* it has seen, and speaks after the steps before it */
    MIGDI_TRACK_ACTS,
    MIGDI_TRACK_RESTS,
    MIGDI_TRACK_LOCKS, /* it would act, and waits for the job's lock */
    MIGDI_TRACK_ASKS,
    MIGDI_TRACK_DONE,
    MIGDI_TRACK_FAILED
} migdi_track_phase;

typedef struct migdi_run migdi_run;

typedef struct migdi_track {
    migdi_run *run;
    const migdi_step *step;
    migdi_goal goal;
    migdi_track_phase phase;
    migdi_view view;
    void *seen;
    migdi_verdict verdict;
    migdi_acts acts;
    migdi_bell *bells[MIGDI_BELLS];
    migdi_timer timer; /* of a rest */
    char *told;        /* the last text */
    int32_t told_kind;
    bool text_stays;    /* it is that of the look before */
    bool rang;          /* since the look began */
    int64_t started_ms; /* of its first look; -1: none yet */
    int64_t looked_ms;  /* of its last */
    int64_t poll_ms;
} migdi_track;

typedef struct migdi_noted migdi_noted;

struct migdi_run {
    migdi_work work;
    migd_job *job;
    migdi_run_mode mode;
    migdi_track *tracks;
    size_t count;
    int32_t stage;
    bool begun;
    bool looking_only;  /* this pass decides nothing */
    bool acted;         /* something may have been changed */
    migdi_noted *noted; /* the keys of notes that were told */

    migdi_track lock;
    bool lock_wanted;
    bool lock_held;
    int64_t lock_fresh_ms; /* when it was renewed, on our clock */

    bool closing;
    migdi_timer closing_timer;
    int64_t acts_until_ms;
};

/* --- job_track.c: one step -------------------------------------------------------------------- */

void migdi_track_start(migdi_track *track, migdi_run *run, const migdi_step *step, migdi_goal goal);

/* Goes on as far as it can without waiting. */
void migdi_track_attend(migdi_track *track);

/* Abandons what flies; the track can be started anew. */
void migdi_track_stop(migdi_track *track);

/* A builder on the job's result, and the end of building: whether all went well; else the track
 * fails. */
migdi_builder migdi_track_build(migdi_track *track);
bool migdi_track_built(migdi_track *track, const migdi_builder *builder);

/* The job ends because of this step; takes the error. */
void migdi_track_fail(migdi_track *track, migd_status status, migd_error *error);

/* Tells a text when it, or its kind, is not what was told last. */
void migdi_track_tell(migdi_track *track, int32_t kind, const char *text);

/* Tells the notes of the verdict that the job has not told yet. */
void migdi_track_tell_notes(migdi_track *track);

/* Asks decide anew about what was seen; false: it failed, and so has the job. */
bool migdi_track_decide(migdi_track *track);

/* --- job_send.c: its acts --------------------------------------------------------------------- */

/* The verdict is going: sends the acts that are due, or waits for the lock, or rests. */
void migdi_track_go(migdi_track *track);

/* Takes the answers once all have come, and is idle again; false: some are missing. */
bool migdi_track_collect(migdi_track *track);

/* Looks again later: by the verdict's pause or poll, or when the next act is due. */
void migdi_track_rest(migdi_track *track);

/* --- job_plan.c ------------------------------------------------------------------------------- */

/* The result gets its list of changes. */
migd_status migdi_plan_start(migd_job *job);

/* Decides and imagines until the step is done, and tells each change. */
void migdi_plan_track(migdi_track *track);

/* --- job_lock.c ------------------------------------------------------------------------------- */

/* Whether acts of that step may be sent now; if not, the lock is being taken. */
bool migdi_lock_allows(migdi_track *track);

/* The lock's step is done: from when on it is fresh. */
void migdi_lock_seen(migdi_track *track);

/* Takes, renews, waits. */
void migdi_lock_attend(migdi_run *run);

/* Whether a lock may have been written: then the job gives it back. */
bool migdi_lock_is_used(const migdi_run *run);

/* Gives it back; true: nothing is left to do. */
bool migdi_lock_release(migdi_run *run);

#endif
