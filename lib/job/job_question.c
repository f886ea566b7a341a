/* Questions to the host, and what it answered. */
#include "job_loop.h"

#include "core_text.h"

#include <string.h>

struct migdi_reply {
    migdi_reply *older;
    const char *key;
    char *answer;
};

static migdi_reply *find_reply(const migd_job *job, const char *key)
{
    migdi_reply *reply = job->replies;
    while (reply != NULL && !migdi_text_equal(reply->key, key)) {
        reply = reply->older;
    }
    return reply;
}

const char *migdi_job_reply(const migd_job *job, const char *key)
{
    const migdi_reply *reply = find_reply(job, key);
    return reply == NULL ? NULL : reply->answer;
}

void migdi_job_forget_replies(migd_job *job)
{
    for (const migdi_reply *reply = job->replies; reply != NULL; reply = reply->older) {
        migdi_wipe(reply->answer, strlen(reply->answer));
        migdi_free(reply->answer);
    }
    job->replies = NULL;
}

static migd_status add_reply(migd_job *job, const char *key, const char *answer, migd_error **error)
{
    migdi_reply *reply = migdi_arena_alloc(&job->arena, sizeof *reply);
    char *copy = migdi_text_copy(answer, strlen(answer));
    if (reply == NULL || copy == NULL) {
        migdi_free(copy);
        return migdi_fail_nomem(error);
    }
    *reply = (migdi_reply){job->replies, key, copy};
    job->replies = reply;
    return MIGD_OK;
}

void migdi_job_ask(migd_job *job, const char *step, const char *key, bool consent, const char *text)
{
    if (job->question != NULL || find_reply(job, key) != NULL) {
        return;
    }
    migd_error *error = NULL;
    const char *kept = migdi_arena_text(&job->arena, key, strlen(key));
    if (kept == NULL) {
        (void)migdi_fail_nomem(&error);
        migdi_job_end(job, MIGD_ERR_NOMEM, error);
        return;
    }
    if (consent && job->consent) {
        const migd_status status = add_reply(job, kept, "yes", &error);
        if (status < 0) {
            migdi_job_end(job, status, error);
        }
        migdi_job_wake(job);
        return;
    }
    job->question = kept;
    migdi_job_add_event(job, &(migdi_news){.kind = MIGD_EVENT_QUESTION,
                                           .step = step,
                                           .text = text,
                                           .key = kept,
                                           .consent = consent});
}

migd_status migd_job_answer(migd_job *job, const char *answer, migd_error **error)
{
    migdi_error_clear(error);
    if (job == NULL || answer == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_job_answer: %s is NULL",
                          job == NULL ? "job" : "answer");
    }
    if (job->orphan || job->ending || job->question == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "the job waits for no answer");
    }
    const migd_status status = add_reply(job, job->question, answer, error);
    if (status == MIGD_OK) {
        job->question = NULL;
        migdi_job_wake(job);
    }
    return status;
}
