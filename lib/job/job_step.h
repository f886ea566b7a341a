/* Steps: what a change is made of. A step asks (observe), decides (decide, pure), and for plans
 * says what an act would change (imagine); it remembers nothing. The runner does the rest. */
#ifndef MIGDI_JOB_STEP_H
#define MIGDI_JOB_STEP_H

#include "codec_object.h"
#include "job_call.h"

typedef struct migdi_view migdi_view;       /* what observe asks; its documents live for one look */
typedef struct migdi_verdict migdi_verdict; /* what decide says; lives as long as its look */
typedef struct migdi_ground migdi_ground;   /* the job's targets */

typedef enum { MIGDI_PRESENT, MIGDI_ABSENT } migdi_goal;

/* One wanted change. Zero is the default of each member. */
typedef struct migdi_act {
    const migdi_call *call;
    int32_t
        facts[4];    /* HTTP statuses that end the act without error: the next look explains them */
    int64_t rest_ms; /* least pause before the same call again, of the server's time; 0: 0.5 s,
                      * doubling, with jitter */
    /* Made when sent, in the verdict's arena, and wiped when answered: a random or secret body. */
    char *(*late_body)(const void *wish, migdi_verdict *);
    int32_t kind;              /* for imagine */
    size_t index;              /* for imagine */
    const char *action;        /* for plans: "create", "update" or "delete"; NULL: "update" */
    const char *object;        /* for plans: "Kind/namespace/name"; NULL: the call's name */
    const migd_object *fields; /* for plans: [{pointer, from, to}], or NULL; of the look */
} migdi_act;

typedef struct migdi_step_kind {
    const char *name;
    size_t seen_size;
    void (*observe)(const void *wish, migdi_view *, void *seen);
    void (*outputs)(const void *wish, const void *seen, migdi_ground *); /* or NULL */
    void (*decide)(const void *wish, migdi_goal, const void *seen, migdi_verdict *);
    /* seen as it will be after that act, or, act NULL, after the wait came true; or NULL: a plan
     * shows the first acts alone. It changes what lies in seen, or points into the wish; it
     * allocates nothing. */
    void (*imagine)(const void *wish, const migdi_act *, void *seen);
    /* Builds what was seen into the job's result document: when the step is done (MIGDI_RUN), when
     * it was looked at (MIGDI_LOOK, and MIGDI_REMOVE before anything is removed), never for a plan;
     * or NULL. A builder that failed ends the job. */
    void (*report)(const void *wish, const void *seen, migdi_builder *result);
} migdi_step_kind;

typedef struct migdi_step {
    const migdi_step_kind *kind;
    const void *wish; /* in the job's arena */
    uint16_t stage;   /* steps of one stage run side by side, stages one after another */
    bool unlocked;    /* its acts do not wait for the job's lock */
    migdi_goal goal;  /* what is wished; MIGDI_REMOVE asks every step for MIGDI_ABSENT */
} migdi_step;

/* Builders are sticky: after a failed allocation they do nothing and the job ends with
 * MIGD_ERR_NOMEM; steps check none. A call that is NULL is such a failure. */

/* --- observe ---------------------------------------------------------------------------------- */

/* Memory of this look; what calls are built in. */
migdi_arena *migdi_view_arena(migdi_view *);
/* The answer to a read that is no list; NULL: absent (the server said so), or not read yet: observe
 * is called again, with seen zeroed, until nothing asked is unread, and decide never runs
 * before. */
const migd_object *migdi_see(migdi_view *, const migdi_call *);
/* The items of all pages as one array; NULL: absent, or not read yet. A 410 on a later page starts
 * the list again. */
const migd_object *migdi_see_list(migdi_view *, const migdi_call *);
/* As these two, for a read whose failure is itself an answer: *error stays owned by the view;
 * NULL: no failure, absent included. */
const migd_object *migdi_try_see(migdi_view *, const migdi_call *, const migd_error **error);
const migd_object *migdi_try_see_list(migdi_view *, const migdi_call *, const migd_error **error);
/* The resourceVersion and the like of a list that was seen: its last page whole; NULL as
 * migdi_see(). */
const migd_object *migdi_see_page(migdi_view *, const migdi_call *list);
/* The last HTTP status of that act in this run; 0: it was not sent; -1: it was, and no answer
 * came. */
int32_t migdi_heard(const migdi_view *, const migdi_call *);
/* The same of the step's last act, whichever that was: for acts that are never twice the same. */
int32_t migdi_last_heard(const migdi_view *);
/* What was answered to migdi_ask() with that key; NULL: not asked, or not answered yet. Lives as
 * the job. */
const char *migdi_answered(const migdi_view *, const char *key);
/* The server's clock: its last Date and the time since. */
int64_t migdi_view_now_unix_ms(const migdi_view *);
/* How long the job has run by that clock: what changed within it changed under our eyes. */
int64_t migdi_view_elapsed_ms(const migdi_view *);
/* Zeroed; NULL after a failure, and for no items. */
void *migdi_view_array(migdi_view *, size_t count, size_t size);
/* What was read is not understood, or too large: the job ends with MIGD_ERR_REMOTE and this
 * text. */
void migdi_view_refuse(migdi_view *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- decide: exactly one of done, going, refuse ----------------------------------------------- */

migdi_arena *migdi_verdict_arena(migdi_verdict *);
void migdi_done(migdi_verdict *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void migdi_going(migdi_verdict *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void migdi_refuse(migdi_verdict *, migd_status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Facts for the error of a refusal: what remains, and the command that goes on; either may be
 * NULL. */
void migdi_refuse_remaining(migdi_verdict *, const char *remaining, const char *next);
/* One more detail of that error; copied. */
void migdi_refuse_detail(migdi_verdict *, const char *field, const char *reason,
                         const char *message, const char *subject);
/* Never NULL. All wanted acts go out together; the next look comes after the last answer. The call,
 * and what it points to, lives in the verdict's arena, in the wish or in what was seen. */
migdi_act *migdi_want(migdi_verdict *, const migdi_call *);
/* Told once a job and key. A warning is a note whose details say "warning". */
void migdi_note(migdi_verdict *, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void migdi_warn(migdi_verdict *, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A part of the step, such as one member, is done while the step goes on: told once a job and key,
 * and not by a plan. */
void migdi_part_done(migdi_verdict *, const char *key, const char *object, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* How soon to look again, of the server's time: first, and up to most while the text stays or a
 * doorbell hangs. Not said: 1 s, up to 10 s. */
void migdi_poll(migdi_verdict *, int64_t first_ms, int64_t most_ms);
/* A pause that the wish asks for: look again after this long of the server's time. */
void migdi_pause(migdi_verdict *, int64_t server_ms);
/* Of the lock: others count from its renewal, which was that long ago by the server's clock. Not
 * said: it is as good as renewed now. */
void migdi_held(migdi_verdict *, int64_t age_ms);
/* A watch that means "look again": kept while asked for; at most four a step. */
void migdi_doorbell(migdi_verdict *, const migdi_call *watch);
/* Asks the caller, once a job and key; with migdi_going() and no act. The job waits for the answer,
 * then looks again. consent: a question of yes or no, which MIGD_CALL_CONSENT answers. */
void migdi_ask(migdi_verdict *, const char *key, bool consent, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* --- outputs ---------------------------------------------------------------------------------- */

/* NULL endpoint: the cluster is not there yet. */
void migdi_ground_cluster(migdi_ground *, const char *endpoint, const char *ca_base64,
                          const char *name);

#endif
