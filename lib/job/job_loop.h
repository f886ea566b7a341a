/* The inside of contexts and jobs, for this room alone.
 *
 * One turn of the loop: the transport tells what came, timers fire, cancels are heeded, and then
 * each job that is awake is attended. Whatever happens before that (an answer, a timer) only marks
 * and wakes; a job acts, fails and frees in its attendance alone, so nothing is freed that a caller
 * up the stack still holds. */
#ifndef MIGDI_JOB_LOOP_H
#define MIGDI_JOB_LOOP_H

#include "core_text.h"
#include "job_context_options.h"
#include "job_environment.h"
#include "job_events.h"
#include "job_run.h"
#include "job_timer.h"

/* A place in a list of jobs, or, with job NULL, the list itself: circular, so that both ends are
 * near. */
typedef struct migdi_link migdi_link;
struct migdi_link {
    migdi_link *next;
    migdi_link *previous;
    migd_job *job;
};

struct migd_context {
    int32_t references;
    uint32_t inside; /* depth of turns and callbacks of the host */
    bool closed;
    bool doomed;  /* to be closed when `inside` is left: it was freed in a callback */
    bool burials; /* so were jobs */
    int32_t fd;   /* an epoll of the transport's descriptor and of the cancels */
    int64_t process;
    int64_t now_ms; /* monotonic, of this turn */
    bool is_told;   /* now_ms was read since the transport last waited */
    uint64_t random;
    migd_context_options options;
    migdi_arena arena;
    const migdi_environment *environment;
    migdi_transport *transport;
    migdi_timers timers;
    migdi_link jobs;
    migdi_link awake;
    migdi_link cancellable; /* jobs that wait for a cancel */
    migdi_link news;        /* jobs with an event or an ending to tell, oldest news first */
    size_t open;            /* jobs that have work and whose ending was not told */
};

/* What a job does: steps, or a call. First member of each one's own struct. */
typedef struct migdi_work migdi_work;
typedef struct migdi_work_kind {
    void (*attend)(migdi_work *, migd_job *);
    /* The job is ending: drops what flies. true: nothing is left to wait for. Called at each
     * attendance until then, attended before or not. */
    bool (*close)(migdi_work *, migd_job *);
    void (*release)(migdi_work *);
    /* What is being done or waited for, for the error of an ending from outside; NULL: nothing to
     * speak of. */
    const char *(*doing)(const migdi_work *);
    /* What is left behind when it ends now with that status, for its error; adds nothing where
     * there is nothing to say. NULL: never. */
    void (*remains)(const migdi_work *, migd_status, migdi_text *);
} migdi_work_kind;
struct migdi_work {
    const migdi_work_kind *kind;
};

typedef struct migdi_gift migdi_gift;
typedef struct migdi_reply migdi_reply;

struct migd_job {
    migd_context *context;
    migdi_link in_jobs;
    migdi_link in_awake;
    migdi_link in_news;
    migdi_link in_cancellable;
    migdi_arena arena;
    migdi_gift *gifts;
    migdi_target *targets[MIGDI_TARGETS];
    migdi_work *work;      /* NULL: nothing was started */
    migdi_work *following; /* what finish() started: it comes when the attendance is over */
    bool finishing;        /* finish() runs */
    migdi_events events;
    migd_event *current; /* what was told last; freed at the next call */

    migdi_timer deadline;
    int64_t deadline_ms; /* the option */
    migd_cancel *cancel;
    bool consent;
    bool doomed; /* freed in a callback */
    bool orphan; /* its context was freed */

    bool ending; /* status stands; the work is closing */
    bool ended;
    bool told;
    int64_t closing_until_ms;
    int64_t started_ms; /* monotonic */
    migd_status status;
    migd_error *error;
    migd_event last; /* the FAIL event of the ending: it takes no memory */
    const char *failed_step;
    int64_t failed_after_ms;

    const char *question; /* the key of the one that is open; NULL: none */
    migdi_reply *replies;

    migd_object *result;
    const void *result_tag;
    void *typed_result;
    void (*release_result)(void *);

    const migdi_step *lock;
    int64_t lock_renew_ms;
    migdi_make_cluster make_cluster;
    void *make_cluster_user;
    migdi_accepted accepted;
    void *accepted_user;
    const char *goes_on; /* the command that goes on from where the job was stopped; or NULL */
    migdi_finish finish;
    void *finish_user;
};

/* --- lists ------------------------------------------------------------------------------------ */

void migdi_link_start(migdi_link *list);
bool migdi_link_alone(const migdi_link *link); /* an empty list, or a job in none */
void migdi_link_append(migdi_link *list, migdi_link *link);
void migdi_link_remove(migdi_link *link);

/* --- the loop --------------------------------------------------------------------------------- */

/* Heeds cancels, and attends each job that is awake, once. */
void migdi_context_attend(migd_context *context);

/* One turn; waits at most timeout_ms (0: not at all, MIGD_FOREVER) for anything to happen. */
void migdi_context_turn(migd_context *context, int64_t timeout_ms);

/* Around each turn, and each callback of the host. leave() buries what was freed meanwhile. */
void migdi_context_enter(migd_context *context);
void migdi_context_leave(migd_context *context);

int64_t migdi_context_now_ms(migd_context *context);

/* The same, read once a turn: for all that needs no more than to know when this turn is. */
int64_t migdi_context_told_ms(migd_context *context);

/* From 0 to below `bound`, which is 1 at least. */
int64_t migdi_context_random(migd_context *context, int64_t bound);

/* Removes the job's cancel from what the loop waits for, unless another job of the context waits
 * for it. */
void migdi_context_unwatch(migd_context *context, migd_job *job);

/* --- jobs ------------------------------------------------------------------------------------- */

/* Gives the job its work; takes it. MIGD_ERR_INVALID when it has some. */
migd_status migdi_job_start(migd_job *job, migdi_work *work, migd_error **error);

/* The job is attended in this turn or the next. */
void migdi_job_wake(migd_job *job);

/* Marks the ending, if there is none yet; takes the error. status: MIGD_DONE or below 0. */
void migdi_job_end(migd_job *job, migd_status status, migd_error *error);

/* Marks an ending that came from outside: a deadline, a cancel. */
void migdi_job_stop(migd_job *job, migd_status status, const char *message);

/* Somebody waits for the job to stop: if it is closing, it has less time for that. */
void migdi_job_hurry(migd_job *job);

/* The work came to its good end: asks finish(), then marks. */
void migdi_job_succeed(migd_job *job);

/* Attends a job that is awake. */
void migdi_job_attend(migd_job *job);

/* The job has news: an event, or its ending. */
void migdi_job_has_news(migd_job *job);

/* Whether its queue is full: it should produce no more until it is pulled, which wakes it. */
bool migdi_job_is_full(const migd_job *job);

/* Stops and frees, at once. */
void migdi_job_bury(migd_job *job);

/* Stops, as its context is gone. */
void migdi_job_orphan(migd_job *job);

/* How much faster than ours the clock of that server runs: 1 at least. */
int64_t migdi_job_pace(const migd_job *job, uint8_t target);

/* A pause of the server's time, of ours: 5 ms at least, unless it is shorter by itself. */
int64_t migdi_paced_ms(int64_t server_ms, int64_t pace);

/* Tells an event; its time is set here. On lack of memory the job ends. */
void migdi_job_add_event(migd_job *job, migdi_news *news);

/* --- questions (job_question.c) --------------------------------------------------------------- */

/* Opens a question, if none is open and it was not answered; a question of consent may be answered
 * at once. While `question` is set, the job waits. */
void migdi_job_ask(migd_job *job, const char *step, const char *key, bool consent,
                   const char *text);

/* What was answered; NULL: not asked, or not answered yet. */
const char *migdi_job_reply(const migd_job *job, const char *key);

/* Wipes and frees what was answered. */
void migdi_job_forget_replies(migd_job *job);

#endif
