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

/* For calls without _start: turns the job to its end, takes its result into *out (which may be
 * NULL) and frees it. started: what the _start call answered; below 0, `job` is NULL and *error
 * stands. */
migd_status migdi_job_complete(migd_status started, migd_job *job, migd_object **out,
                               migd_error **error);

/* Memory that lives as long as the job: for steps, wishes, calls. */
migdi_arena *migdi_job_arena(migd_job *job);

/* Gives something to the job: `release` is called with it when the job is freed, last given first.
 * On lack of memory it is called at once. */
migd_status migdi_job_give(migd_job *job, void *owned, void (*release)(void *), migd_error **error);

/* Names the server of an index; the target must live as long as the job. An index without one is
 * not in the ground: whatever is read there is absent. */
void migdi_job_set_target(migd_job *job, uint8_t index, migdi_target *target);

/* Who makes MIGDI_TARGET_CLUSTER once a step's outputs name a cluster (migdi_ground_cluster) and
 * the job has no target for it. The target must live as long as the job: migdi_job_give(). */
typedef migd_status (*migdi_make_cluster)(void *user, migd_job *job, const char *endpoint,
                                          const char *ca_base64, const char *name,
                                          migdi_target **out, migd_error **error);
void migdi_job_on_cluster(migd_job *job, migdi_make_cluster make, void *user);

/* The lock of the job: a step whose PRESENT means "held by us and fresh" and whose ABSENT means
 * "not held by us". The runner takes it when the first act of a step that is not `unlocked` is
 * about to be sent, looks again at that step, renews by looking every renew_ms of the server's
 * time, sends no act once two renewals are overdue, and releases it at every end but
 * migd_job_free(). Held once, a verdict that only waits, or refuses, means that it was lost: the
 * job ends with MIGD_ERR_LOCKED. Of its texts only waits are told. Plans and looks take no lock. */
void migdi_job_set_lock(migd_job *job, const migdi_step *lock, int64_t renew_ms);

/* Runs the steps. They, their wishes and kinds live in the job's arena or are static. */
migd_status migdi_job_run_steps(migd_job *job, migdi_run_mode mode, const migdi_step *steps,
                                size_t count, migd_error **error);

/* Runs one call, which lives as long as the job; its document becomes the job's result
 * (MIGDI_CALL_LIST: the items of all pages as {"items": [...]}). */
migd_status migdi_job_run_call(migd_job *job, const migdi_call *call, migd_error **error);

/* The job's result document, made on first use, where steps report to and finish() may add; NULL on
 * lack of memory. */
migd_object *migdi_job_result(migd_job *job);

/* Makes `document` the result; takes it. */
void migdi_job_set_object(migd_job *job, migd_object *document);

/* Called for each act that the server accepted, with its answer (or NULL), to build into the job's
 * result document what was done. A builder that failed ends the job. */
typedef void (*migdi_accepted)(void *user, const migdi_step *step, const migdi_act *act,
                               const migd_object *answer, migdi_builder *result);
void migdi_job_on_act(migd_job *job, migdi_accepted accepted, void *user);

/* The command of the migdeploy program that goes on from where the job was stopped, by its deadline
 * or a cancel. It lives as long as the job. */
void migdi_job_set_goes_on(migd_job *job, const char *command);

/* Called when the work came to its good end, before MIGD_DONE is told: it may change the result or,
 * with a status below 0 and an error, the ending; or it may run something more, which then comes to
 * its own good end, and this is called again (set another before, or NULL). */
typedef migd_status (*migdi_finish)(void *user, migd_job *job, migd_error **error);
void migdi_job_on_finish(migd_job *job, migdi_finish finish, void *user);

/* A result of another type, for a `take` function of a room above; `tag` is an address that names
 * the type. Setting again releases what was there. */
void migdi_job_set_result(migd_job *job, const void *tag, void *result, void (*release)(void *));
void *migdi_job_take_result(migd_job *job, const void *tag);

/* Tells an event of the job itself, before the first step runs. On lack of memory the job ends
 * so. */
void migdi_job_tell(migd_job *job, int32_t kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- seams of the context, for tests and the rooms above -------------------------------------- */

/* A context stays in memory, closed, while somebody keeps it; migdi_job_new() on it is
 * MIGD_ERR_INVALID. */
migd_context *migdi_context_keep(migd_context *context);
void migdi_context_drop(migd_context *context);

/* A context on another transport; takes the transport (also on failure). */
migd_status migdi_context_new_on(const migd_context_options *options, migdi_transport *transport,
                                 migd_context **out, migd_error **error);

/* Where its pauses' chance begins: one seed, one run. seed: not 0. */
void migdi_context_set_seed(migd_context *context, uint64_t seed);

/* A variable of the context's environment as read when it was made; NULL when it was not set. Only
 * those in the list of job_environment.c are read. */
const char *migdi_context_variable(const migd_context *context, const char *name);
/* An option's text; NULL when there is none. MIGD_CONTEXT_HOME falls back to HOME. */
const char *migdi_context_text(const migd_context *context, int32_t option);
int64_t migdi_context_int64(const migd_context *context, int32_t option);
int64_t migdi_context_unix_ms(const migd_context *context);
/* One line to the host's log, if it wants that level. No secrets. */
void migdi_context_log(migd_context *context, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
