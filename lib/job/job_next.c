/* Pulling: the next event of a job, of any job, or the end. */
#include "job_loop.h"

/* Hands out what the job has to tell; MIGD_TIMEOUT: nothing. */
static migd_status tell(migd_job *job, const migd_event **event, migd_error **error)
{
    migdi_event_free(job->current);
    const bool was_full = migdi_job_is_full(job);
    job->current = migdi_events_take(&job->events);
    if (job->current != NULL) {
        if (was_full) {
            migdi_job_wake(job);
        }
        if (job->events.count == 0 && !job->ended) {
            migdi_link_remove(&job->in_news);
        }
        *event = job->current;
        return MIGD_OK;
    }
    if (!job->ended) {
        return MIGD_TIMEOUT;
    }
    migdi_link_remove(&job->in_news);
    if (!job->told) {
        job->told = true;
        job->context->open--;
    }
    if (error != NULL) {
        *error = job->error;
        job->error = NULL;
    }
    return job->status;
}

/* How much of `timeout_ms` is left at `now_ms`. */
static int64_t left(int64_t start_ms, int64_t now_ms, int64_t timeout_ms)
{
    if (timeout_ms == MIGD_FOREVER) {
        return MIGD_FOREVER;
    }
    return now_ms - start_ms < timeout_ms ? timeout_ms - (now_ms - start_ms) : 0;
}

static migd_status check(const migd_context *context, int64_t timeout_ms, migd_error **error)
{
    if (context->inside > 0) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "the loop cannot be turned from inside a callback");
    }
    if (timeout_ms < MIGD_FOREVER) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a timeout of %lld ms", (long long)timeout_ms);
    }
    return MIGD_OK;
}

/* Turns the loop until there is news, of `job` or, NULL, of any; false: none came in time. */
static bool wait_for_news(migd_context *context, const migd_job *job, int64_t timeout_ms)
{
    const migdi_link *news = job == NULL ? &context->news : &job->in_news;
    if (!migdi_link_alone(news)) {
        return true;
    }
    migdi_context_enter(context);
    const int64_t start_ms = migdi_context_now_ms(context); /* the host may have been long away */
    int64_t rest_ms = timeout_ms;
    /* What was started or answered since the last call goes out now, and not a turn later. */
    migdi_context_attend(context);
    bool came = !migdi_link_alone(news);
    bool in_time = true;
    while (!came && in_time) {
        migdi_context_turn(context, rest_ms);
        came = !migdi_link_alone(news);
        rest_ms = timeout_ms > 0 ? left(start_ms, context->now_ms, timeout_ms) : timeout_ms;
        in_time = rest_ms != 0;
    }
    migdi_context_leave(context);
    return came;
}

migd_status migd_job_next(migd_job *job, int64_t timeout_ms, const migd_event **event,
                          migd_error **error)
{
    migdi_error_clear(error);
    if (event != NULL) {
        *event = NULL;
    }
    if (job == NULL || event == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_job_next: %s is NULL",
                          job == NULL ? "job" : "event");
    }
    if (job->orphan) {
        return migdi_fail(error, MIGD_ERR_INVALID, "the job's context is gone");
    }
    migd_context *context = migdi_context_keep(job->context);
    migd_status status = check(context, timeout_ms, error);
    if (status == MIGD_OK && job->work == NULL && !job->ended && job->events.count == 0) {
        status = migdi_fail(error, MIGD_ERR_INVALID, "the job was not started");
    }
    if (status == MIGD_OK) {
        const bool news = job->told || wait_for_news(context, job, timeout_ms);
        status = news && !context->closed ? tell(job, event, error) : MIGD_TIMEOUT;
    }
    migdi_context_drop(context);
    return status;
}

migd_status migd_context_next(migd_context *context, int64_t timeout_ms, migd_job **job,
                              const migd_event **event, migd_error **error)
{
    migdi_error_clear(error);
    if (job != NULL) {
        *job = NULL;
    }
    if (event != NULL) {
        *event = NULL;
    }
    if (context == NULL || job == NULL || event == NULL || context->closed) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "migd_context_next: an argument is NULL, or the context is gone");
    }
    migd_status status = check(context, timeout_ms, error);
    if (status < 0) {
        return status;
    }
    if (context->open == 0 && migdi_link_alone(&context->news)) {
        return MIGD_DONE;
    }
    migdi_context_keep(context);
    status = MIGD_TIMEOUT;
    if (wait_for_news(context, NULL, timeout_ms) && !context->closed) {
        *job = context->news.next->job;
        /* Whoever has more to tell stands at the end of the line. */
        migdi_link_append(&context->news, &(*job)->in_news);
        status = tell(*job, event, error);
    }
    migdi_context_drop(context);
    return status;
}

migd_status migd_job_finish(migd_job *job, migd_object **out, migd_error **error)
{
    migdi_error_clear(error);
    if (out != NULL) {
        *out = NULL;
    }
    const migd_event *event = NULL;
    migd_status status = MIGD_OK;
    while (status == MIGD_OK || status == MIGD_TIMEOUT) {
        status = migd_job_next(job, MIGD_FOREVER, &event, error);
        if (status == MIGD_OK && migd_event_kind(event) == MIGD_EVENT_QUESTION) {
            migd_error *unanswered = NULL;
            migdi_fail(&unanswered, MIGD_ERR_QUESTION, "%s", migd_event_text(event));
            migdi_job_end(job, MIGD_ERR_QUESTION, unanswered);
        }
    }
    if (out != NULL && job != NULL && job->told) {
        *out = job->result;
        job->result = NULL;
    }
    return status == MIGD_DONE ? MIGD_OK : status;
}

migd_status migdi_job_complete(migd_status started, migd_job *job, migd_object **out,
                               migd_error **error)
{
    if (out != NULL) {
        *out = NULL;
    }
    if (started < 0) {
        return started;
    }
    const migd_status status = migd_job_finish(job, out, error);
    migd_job_free(job);
    return status;
}

migd_status migd_job_take_object(migd_job *job, migd_object **out, migd_error **error)
{
    migdi_error_clear(error);
    if (out != NULL) {
        *out = NULL;
    }
    if (job == NULL || out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_job_take_object: %s is NULL",
                          job == NULL ? "job" : "out");
    }
    if (!job->ended || job->result == NULL) {
        return migdi_fail(error, MIGD_ERR_NOT_FOUND,
                          job->ended ? "the job has no result" : "the job has not ended");
    }
    *out = job->result;
    job->result = NULL;
    return MIGD_OK;
}

void migd_job_free(migd_job *job)
{
    if (job == NULL) {
        return;
    }
    if (!job->orphan && job->context->inside > 0) {
        job->doomed = true;
        job->context->burials = true;
        return;
    }
    migdi_job_bury(job);
}
