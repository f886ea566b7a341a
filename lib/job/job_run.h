/* How the rooms above start work: a job, then steps or one call on it. */
#ifndef MIGDI_JOB_RUN_H
#define MIGDI_JOB_RUN_H

#include "job_step.h"
#include "job_target.h"

#include <migdeploy/job.h>

/* How a list of steps is run. */
typedef enum {
    MIGDI_RUN,    /* stage by stage, each to its goal */
    MIGDI_REMOVE, /* look at all with outputs, then stage by stage backward with MIGDI_ABSENT */
    MIGDI_PLAN,   /* decide and imagine, looped to the end on what was seen: nothing is written */
    MIGDI_LOOK    /* observe and report alone */
} migdi_run_mode;

/* A job that does nothing yet. options may be NULL. A deadline and a cancel in them are in force
 * from now. Free with migd_job_free() if a later call here fails. */
migd_status migdi_job_new(migd_context *context, const migd_call_options *options, migd_job **out,
                          migd_error **error);

/* Memory that lives as long as the job: for steps, wishes, calls. */
migdi_arena *migdi_job_arena(migd_job *job);

/* Gives something to the job: `release` is called with it when the job is freed, last given first.
 * On lack of memory it is called at once. */
migd_status migdi_job_give(migd_job *job, void *owned, void (*release)(void *), migd_error **error);

/* Names the server of an index; the target must live as long as the job. */
void migdi_job_set_target(migd_job *job, uint8_t index, migdi_target *target);

/* The lock of the job: a step whose PRESENT means "held by us and fresh" and whose ABSENT means
 * "not held by us". The runner takes it when the first act of a step that is not `unlocked` is
 * about to be sent, looks again at that step, renews by looking every renew_ms, and releases it at
 * every end but migd_job_free(). */
void migdi_job_set_lock(migd_job *job, const migdi_step *lock, int64_t renew_ms);

/* Runs the steps. They, their wishes and kinds live in the job's arena or are static. */
migd_status migdi_job_run_steps(migd_job *job, migdi_run_mode mode, const migdi_step *steps,
                                size_t count, migd_error **error);

/* Runs one call; its document becomes the job's result (MIGDI_CALL_LIST: all pages as one
 * array). */
migd_status migdi_job_run_call(migd_job *job, const migdi_call *call, migd_error **error);

/* The job's result document, made on first use, where steps report to and finish() may add. */
migd_object *migdi_job_result(migd_job *job);

/* Called when the steps came to their end, before MIGD_DONE is told: it may change the result or,
 * with a status below 0 and an error, the ending. */
void migdi_job_on_finish(migd_job *job,
                         migd_status (*finish)(void *user, migd_job *job, migd_error **error),
                         void *user);

/* A result of another type, for a `take` function of a room above; `tag` is an address that names
 * the type. */
void migdi_job_set_result(migd_job *job, const void *tag, void *result, void (*release)(void *));
void *migdi_job_take_result(migd_job *job, const void *tag);

/* Tells an event of the job itself, before the first step runs. */
void migdi_job_tell(migd_job *job, int32_t kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- seams of the context, for tests and the rooms above -------------------------------------- */

/* A context on another transport; takes the transport (also on failure). */
migd_status migdi_context_new_on(const migd_context_options *options, migdi_transport *transport,
                                 migd_context **out, migd_error **error);

/* A variable of the context's environment as read when it was made; NULL when it was not set. */
const char *migdi_context_variable(const migd_context *context, const char *name);
const char *migdi_context_text(const migd_context *context, int32_t option);
int64_t migdi_context_int64(const migd_context *context, int32_t option);
int64_t migdi_context_unix_ms(const migd_context *context);
void migdi_context_log(const migd_context *context, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
