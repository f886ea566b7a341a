/* Jobs: long work that is pulled, event by event, until it ends. */
#ifndef MIGDEPLOY_JOB_H
#define MIGDEPLOY_JOB_H

#include <migdeploy/buffer.h>
#include <migdeploy/context.h>
#include <migdeploy/object.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct migd_cancel migd_cancel;
typedef struct migd_call_options migd_call_options;

/* What an event says. Since 0.1. */
enum {
    MIGD_EVENT_ACT = 1,  /* a change is being asked for: "create Service/blue/data-cs" */
    MIGD_EVENT_WAIT = 2, /* what is being waited for */
    MIGD_EVENT_DONE = 3, /* a step is done; where its details name an object, that part of it */
    MIGD_EVENT_FAIL = 4, /* a step failed; the job's error follows */
    MIGD_EVENT_NOTE = 5, /* something the caller should know; a warning when its details say so */
    MIGD_EVENT_PLAN = 6, /* a change that would be made */
    MIGD_EVENT_LINE = 7, /* a line of a stream */
    MIGD_EVENT_QUESTION = 8 /* the job waits for migd_job_answer() */
};

/* --- Options of a call ------------------------------------------------------------------------ */

/* What migd_call_options_set_text() and _set_int64() set. Since 0.1. */
enum {
    MIGD_CALL_DEADLINE_MS = 1, /* for the whole job, from its start; MIGD_FOREVER is the default */
    MIGD_CALL_DRY_RUN = 2,     /* 1: nothing is changed; what would be is the result */
    MIGD_CALL_FORCE = 3,       /* 1: take over fields that another manager owns */
    MIGD_CALL_ADOPT = 4,       /* 1: take over objects that helm, argocd or flux look after */
    MIGD_CALL_WAIT_LOCK = 5,   /* 1: wait while somebody else writes, instead of MIGD_ERR_LOCKED */
    MIGD_CALL_CONSENT = 6,     /* 1: questions that ask for consent are answered yes */
    MIGD_CALL_ONLY = 16,       /* text: run only the step of that name */
    MIGD_CALL_UNTIL = 17,      /* text: run the steps up to that name */
    MIGD_CALL_NAMESPACE = 18,  /* text: where none is named; the kubeconfig's, else "default" */
    MIGD_CALL_KUBECONFIG = 19, /* text: path; KUBECONFIG, HOME/.kube/config, else in-cluster */
    MIGD_CALL_CONTEXT = 20,    /* text: the kubeconfig's context; its current-context */
    MIGD_CALL_FIELD_MANAGER = 21 /* text: of unjudged writes; "migdeploy" */
};

/* Options with every default; for migd_call_options_free(). MIGD_OK, MIGD_ERR_INVALID (out NULL),
 * MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_call_options_new(migd_call_options **out, migd_error **error);

/* Frees the options; NULL is allowed. A job keeps what it needs. Since 0.1. */
MIGD_API void migd_call_options_free(migd_call_options *options);

/* Sets a number. MIGD_OK, MIGD_ERR_INVALID (no such number option, a value out of range). Since
 * 0.1. */
MIGD_API migd_status migd_call_options_set_int64(migd_call_options *options, int32_t option,
                                                 int64_t value, migd_error **error);

/* Sets a text. value: copied; NULL returns to the default. MIGD_OK, MIGD_ERR_INVALID,
 * MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_call_options_set_text(migd_call_options *options, int32_t option,
                                                const char *value, migd_error **error);

/* The number in force; options NULL: the default; -1 also for an option that is none. Since 0.1. */
MIGD_API int64_t migd_call_options_int64(const migd_call_options *options, int32_t option);

/* The text as set, borrowed until it is set again; NULL when it is not. Since 0.1. */
MIGD_API const char *migd_call_options_text(const migd_call_options *options, int32_t option);

/* Accepts a rule: its findings no longer refuse. rule: such as "C9"; C3 to C7, C15 and C23 cannot
 * be accepted, which the call that gets the options says. MIGD_OK, MIGD_ERR_INVALID,
 * MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_call_options_accept(migd_call_options *options, const char *rule,
                                              migd_error **error);

/* Makes the job end with MIGD_ERR_CANCELLED when `cancel` is signalled. cancel: a reference is
 * kept; NULL: none. Since 0.1. */
MIGD_API void migd_call_options_set_cancel(migd_call_options *options, migd_cancel *cancel);

/* --- Cancel ----------------------------------------------------------------------------------- */

/* A switch that any thread, or a signal handler, may throw. *out: for migd_cancel_free(); contexts
 * and jobs keep references. MIGD_OK, MIGD_ERR_INVALID (out NULL), MIGD_ERR_NOMEM, MIGD_ERR_IO (no
 * descriptor left). Since 0.1. */
MIGD_API migd_status migd_cancel_new(migd_cancel **out, migd_error **error);

/* Throws the switch, for good. Any thread; safe in a signal handler; NULL is allowed. Whoever
 * throws it sees to it that a reference is kept until this has returned. Since 0.1. */
MIGD_API void migd_cancel_signal(migd_cancel *cancel);

/* Gives the reference back; NULL is allowed. Since 0.1. */
MIGD_API void migd_cancel_free(migd_cancel *cancel);

/* --- Jobs ------------------------------------------------------------------------------------- */

/* The job's next event. Turns the loop: every job of the context goes on meanwhile. A job whose
 * events nobody takes goes on until MIGD_CONTEXT_EVENTS wait, and then rests; what it tells is
 * never lost. timeout_ms: 0 for one turn that never blocks, MIGD_FOREVER for no limit. *event:
 * borrowed until the next call with this job. MIGD_OK: an event. MIGD_DONE: the job ended well.
 * MIGD_TIMEOUT: no event in time. Below 0: the job ended; *error is given once, the status again
 * and again. MIGD_ERR_INVALID: from inside a callback, and when the context is gone. A job that was
 * cancelled, or whose deadline passed, ends at once; one that holds a lock has two seconds to give
 * it back. Since 0.1. */
MIGD_API migd_status migd_job_next(migd_job *job, int64_t timeout_ms, const migd_event **event,
                                   migd_error **error);

/* Answers the question that the job waits for. answer: "yes" or "no" to a question of consent, else
 * the text asked for; copied, and wiped after use. MIGD_OK; MIGD_ERR_INVALID when there is no
 * question; MIGD_ERR_NOMEM. Since 0.1. */
MIGD_API migd_status migd_job_answer(migd_job *job, const char *answer, migd_error **error);

/* Takes the job's result as a document, once; what it holds stands beside the call that started the
 * job. A job that failed may have a partial one. *out: for migd_object_free(). MIGD_OK;
 * MIGD_ERR_NOT_FOUND when there is none, not yet or no more. Since 0.1. */
MIGD_API migd_status migd_job_take_object(migd_job *job, migd_object **out, migd_error **error);

/* Turns the loop until the job ends and takes its result, if it has one: for callers who want no
 * events. A question is answered by nobody: MIGD_ERR_QUESTION with its text. out: NULL when the
 * result is not wanted. The job is still freed by the caller. MIGD_OK, or the status and error with
 * which the job ended. Since 0.1. */
MIGD_API migd_status migd_job_finish(migd_job *job, migd_object **out, migd_error **error);

/* Ends the job at any moment between calls, abandons what is in flight and frees it; never waits.
 * NULL is allowed. What the server was already asked to do, it does. Since 0.1. */
MIGD_API void migd_job_free(migd_job *job);

/* --- Events: borrowed from the job until its next call; NULL gives 0 or NULL ------------------ */

/* MIGD_EVENT_*. Since 0.1. */
MIGD_API int32_t migd_event_kind(const migd_event *event);

/* What it says: one line. Since 0.1. */
MIGD_API const char *migd_event_text(const migd_event *event);

/* The step that says it, such as "members"; NULL when it is the job itself. Since 0.1. */
MIGD_API const char *migd_event_step(const migd_event *event);

/* Everything as a document: time (RFC 3339, UTC), step, state (start, wait, done, fail, note,
 * plan), object, text, elapsedMs; for a note warning; for a question kind and consent; for a plan
 * action and fields; for an act fields, where it changes some that are known. Made at the first
 * call; NULL on lack of memory. Since 0.1. */
MIGD_API const migd_object *migd_event_details(const migd_event *event);

#ifdef __cplusplus
}
#endif

#endif
