/* The life of a job: made, given work, attended, ended, buried. */
#include "job_loop.h"

#include "codec_duration.h"
#include "core_call_options.h"
#include "core_text.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#define CLOSING_MS     INT64_C(10000) /* to give back what a job holds, when it ended by itself */
#define LEAVING_MS     INT64_C(2000)  /* and when somebody waits for it to stop */
#define LEAST_PAUSE_MS INT64_C(5)     /* however fast a sandbox is */

struct migdi_gift {
    migdi_gift *older;
    void *owned;
    void (*release)(void *);
};

/* --- made ------------------------------------------------------------------------------------- */

/* The deadline passed; while the job is closing: so did the time for that. */
static void on_deadline(void *owner)
{
    migd_job *job = owner;
    migdi_text message = {0};
    if (!job->ending) {
        migdi_text_add_string(&message, "the deadline of ");
        migdi_duration_add(&message, job->deadline_ms);
        migdi_text_add_string(&message, " has passed");
        migdi_job_stop(job, MIGD_ERR_DEADLINE, migdi_text_string(&message));
        migdi_text_free(&message);
    }
    migdi_job_wake(job);
}

static migd_status watch_cancel(migd_context *context, migd_cancel *cancel, migd_error **error)
{
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(context->fd, EPOLL_CTL_ADD, migdi_cancel_fd(cancel), &event) != 0 &&
        errno != EEXIST) {
        return migdi_fail(error, MIGD_ERR_IO, "cannot wait for the cancel: %s", strerror(errno));
    }
    return MIGD_OK;
}

static migd_status join(migd_context *context, const migd_call_options *options, migd_job *job,
                        migd_error **error)
{
    job->deadline.fire = on_deadline;
    job->deadline.owner = job;
    job->deadline_ms = migd_call_options_int64(options, MIGD_CALL_DEADLINE_MS);
    job->consent = migd_call_options_int64(options, MIGD_CALL_CONSENT) == 1;
    job->events.limit = (size_t)migdi_context_int64(context, MIGD_CONTEXT_EVENTS);
    migd_cancel *cancel = migdi_call_options_cancel(options);
    if (cancel != NULL) {
        const migd_status status = watch_cancel(context, cancel, error);
        if (status < 0) {
            return status;
        }
        job->cancel = migdi_cancel_keep(cancel);
        migdi_link_append(&context->cancellable, &job->in_cancellable);
    }
    if (job->deadline_ms != MIGD_FOREVER) {
        migdi_timer_arm(&context->timers, &job->deadline,
                        migdi_context_told_ms(context) + job->deadline_ms);
    }
    return MIGD_OK;
}

migd_status migdi_job_new(migd_context *context, const migd_call_options *options, migd_job **out,
                          migd_error **error)
{
    *out = NULL;
    if (context == NULL || context->closed) {
        return migdi_fail(error, MIGD_ERR_INVALID, "the context is %s",
                          context == NULL ? "NULL" : "gone");
    }
    migd_job *job = migdi_alloc_zeroed(1, sizeof *job);
    if (job == NULL) {
        return migdi_fail_nomem(error);
    }
    job->context = migdi_context_keep(context);
    job->started_ms = migdi_context_told_ms(context);
    migdi_link *const links[] = {&job->in_jobs, &job->in_awake, &job->in_news,
                                 &job->in_cancellable};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        migdi_link_start(links[i]);
        links[i]->job = job;
    }
    migdi_link_append(&context->jobs, &job->in_jobs);
    const migd_status status = join(context, options, job, error);
    if (status < 0) {
        migdi_job_bury(job);
        return status;
    }
    *out = job;
    return MIGD_OK;
}

migd_status migdi_job_start(migd_job *job, migdi_work *work, migd_error **error)
{
    if (job->finishing && job->following == NULL) {
        job->following = work;
        return MIGD_OK;
    }
    if (job->work != NULL || job->ended) {
        work->kind->release(work);
        return migdi_fail(error, MIGD_ERR_INVALID, "the job was started before");
    }
    job->work = work;
    job->context->open++;
    migdi_job_wake(job);
    return MIGD_OK;
}

/* --- attended --------------------------------------------------------------------------------- */

void migdi_job_wake(migd_job *job)
{
    if (job->work != NULL && !job->ended && migdi_link_alone(&job->in_awake)) {
        migdi_link_append(&job->context->awake, &job->in_awake);
    }
}

/* Whoever refused knows best what remains; else the work does. */
static void say_what_remains(migd_job *job, migd_status status, bool stopped, migd_error **error)
{
    const migdi_work *work = job->work;
    if (status >= 0 || work == NULL || work->kind->remains == NULL || *error == NULL ||
        migd_error_remaining(*error) != NULL || migd_error_next(*error) != NULL) {
        return;
    }
    migdi_text text = {0};
    work->kind->remains(work, status, &text);
    if (text.size > 0 && !text.failed) {
        migdi_error_set_remaining(error, migdi_text_string(&text), stopped ? job->goes_on : NULL);
    }
    migdi_text_free(&text);
}

void migdi_job_end(migd_job *job, migd_status status, migd_error *error)
{
    if (job->ending) {
        migd_error_free(error);
        return;
    }
    migd_context *context = job->context;
    const bool hurried = status == MIGD_ERR_CANCELLED || status == MIGD_ERR_DEADLINE;
    say_what_remains(job, status, hurried, &error);
    job->ending = true;
    job->status = status;
    job->error = error;
    job->closing_until_ms = migdi_context_told_ms(context) + (hurried ? LEAVING_MS : CLOSING_MS);
    migdi_timer_arm(&context->timers, &job->deadline, job->closing_until_ms);
    migdi_job_wake(job);
}

void migdi_job_hurry(migd_job *job)
{
    migd_context *context = job->context;
    const int64_t until_ms = context->now_ms + LEAVING_MS;
    if (job->ending && until_ms < job->closing_until_ms) {
        job->closing_until_ms = until_ms;
        migdi_timer_arm(&context->timers, &job->deadline, until_ms);
    }
}

void migdi_job_stop(migd_job *job, migd_status status, const char *message)
{
    if (job->ending) {
        return;
    }
    migd_error *error = NULL;
    const char *doing = job->work == NULL ? NULL : job->work->kind->doing(job->work);
    migdi_fail(&error, status, "%s", message);
    if (doing != NULL) {
        migdi_error_set_operation(&error, "%s", doing);
    }
    migdi_job_end(job, status, error);
}

void migdi_job_succeed(migd_job *job)
{
    migd_error *error = NULL;
    migd_status status = MIGD_DONE;
    if (job->finish != NULL) {
        job->finishing = true;
        const migd_status finished = job->finish(job->finish_user, job, &error);
        job->finishing = false;
        if (finished >= 0 && job->following != NULL) {
            return;
        }
        status = finished < 0 ? finished : MIGD_DONE;
    }
    migdi_job_end(job, status, error);
}

/* Lets go of what the job does, and of what would have followed. */
static void drop_work(migd_job *job)
{
    migdi_work *const works[] = {job->work, job->following};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (works[i] != NULL) {
            works[i]->kind->release(works[i]);
        }
    }
    job->work = NULL;
    job->following = NULL;
}

/* The ending becomes visible. Takes no memory. */
static void conclude(migd_job *job)
{
    job->ended = true;
    migdi_link_remove(&job->in_awake);
    migdi_timer_disarm(&job->context->timers, &job->deadline);
    migdi_context_unwatch(job->context, job);
    if (job->status < 0 && job->failed_step != NULL) {
        job->last.embedded = true;
        job->last.news = (migdi_news){.kind = MIGD_EVENT_FAIL,
                                      .step = job->failed_step,
                                      .text = migd_error_message(job->error),
                                      .unix_ms = migdi_context_unix_ms(job->context),
                                      .elapsed_ms = job->failed_after_ms};
        migdi_events_add(&job->events, &job->last);
    }
    migdi_job_has_news(job);
}

void migdi_job_attend(migd_job *job)
{
    if (!job->ending && job->following == NULL) {
        job->work->kind->attend(job->work, job);
    }
    if (!job->ending && job->following != NULL && job->work->kind->close(job->work, job)) {
        job->work->kind->release(job->work);
        job->work = job->following;
        job->following = NULL;
        migdi_job_wake(job);
    }
    if (job->ending && !job->ended) {
        const bool late = job->context->now_ms >= job->closing_until_ms;
        if (job->work->kind->close(job->work, job) || late) {
            drop_work(job);
            conclude(job);
        }
    }
}

void migdi_job_has_news(migd_job *job)
{
    if (migdi_link_alone(&job->in_news)) {
        migdi_link_append(&job->context->news, &job->in_news);
    }
}

bool migdi_job_is_full(const migd_job *job)
{
    return job->events.count >= job->events.limit;
}

/* --- ended from outside ----------------------------------------------------------------------- */

/* Takes the job out of its context, with all that flies for it. */
static void leave_context(migd_job *job)
{
    migd_context *context = job->context;
    if (job->work != NULL || (job->ended && !job->told)) {
        context->open--;
    }
    drop_work(job);
    migdi_timer_disarm(&context->timers, &job->deadline);
    migdi_context_unwatch(context, job);
    migdi_link_remove(&job->in_jobs);
    migdi_link_remove(&job->in_awake);
    migdi_link_remove(&job->in_news);
}

void migdi_job_orphan(migd_job *job)
{
    leave_context(job);
    job->orphan = true;
}

void migdi_job_bury(migd_job *job)
{
    if (!job->orphan) {
        leave_context(job);
    }
    migdi_job_set_result(job, NULL, NULL, NULL);
    for (const migdi_gift *gift = job->gifts; gift != NULL; gift = gift->older) {
        gift->release(gift->owned);
    }
    migdi_events_free(&job->events);
    migdi_event_free(job->current);
    migdi_job_forget_replies(job);
    migd_object_free(job->result);
    migd_error_free(job->error);
    migd_cancel_free(job->cancel);
    migdi_arena_free(&job->arena);
    migdi_context_drop(job->context);
    migdi_free(job);
}

/* --- what the rooms above set ----------------------------------------------------------------- */

migdi_arena *migdi_job_arena(migd_job *job)
{
    return &job->arena;
}

migd_status migdi_job_give(migd_job *job, void *owned, void (*release)(void *), migd_error **error)
{
    migdi_gift *gift = migdi_arena_alloc(&job->arena, sizeof *gift);
    if (gift == NULL) {
        release(owned);
        return migdi_fail_nomem(error);
    }
    *gift = (migdi_gift){job->gifts, owned, release};
    job->gifts = gift;
    return MIGD_OK;
}

void migdi_job_set_target(migd_job *job, uint8_t index, migdi_target *target)
{
    job->targets[index] = target;
}

int64_t migdi_job_pace(const migd_job *job, uint8_t target)
{
    const migdi_target *server = job->targets[target];
    return server == NULL || server->pace < 1 ? 1 : server->pace;
}

int64_t migdi_paced_ms(int64_t server_ms, int64_t pace)
{
    const int64_t least_ms = server_ms < LEAST_PAUSE_MS ? server_ms : LEAST_PAUSE_MS;
    const int64_t paced_ms = server_ms / pace + (server_ms % pace != 0);
    return paced_ms > least_ms ? paced_ms : least_ms;
}

void migdi_job_on_cluster(migd_job *job, migdi_make_cluster make, void *user)
{
    job->make_cluster = make;
    job->make_cluster_user = user;
}

void migdi_job_set_lock(migd_job *job, const migdi_step *lock, int64_t renew_ms)
{
    job->lock = lock;
    job->lock_renew_ms = renew_ms;
}

void migdi_job_set_goes_on(migd_job *job, const char *command)
{
    job->goes_on = command;
}

void migdi_job_on_act(migd_job *job, migdi_accepted accepted, void *user)
{
    job->accepted = accepted;
    job->accepted_user = user;
}

void migdi_job_on_finish(migd_job *job, migdi_finish finish, void *user)
{
    job->finish = finish;
    job->finish_user = user;
}

migd_object *migdi_job_result(migd_job *job)
{
    if (job->result == NULL) {
        (void)migd_object_new(&job->result, NULL);
    }
    return job->result;
}

void migdi_job_set_object(migd_job *job, migd_object *document)
{
    migd_object_free(job->result);
    job->result = document;
}

void migdi_job_set_result(migd_job *job, const void *tag, void *result, void (*release)(void *))
{
    if (job->typed_result != NULL) {
        job->release_result(job->typed_result);
    }
    job->result_tag = tag;
    job->typed_result = result;
    job->release_result = release;
}

void *migdi_job_take_result(migd_job *job, const void *tag)
{
    void *result = job->result_tag == tag ? job->typed_result : NULL;
    if (result != NULL) {
        job->typed_result = NULL;
    }
    return result;
}

/* --- told ------------------------------------------------------------------------------------- */

static void end_for_memory(migd_job *job)
{
    migd_error *error = NULL;
    migdi_fail_nomem(&error);
    migdi_job_end(job, MIGD_ERR_NOMEM, error);
}

void migdi_job_add_event(migd_job *job, migdi_news *news)
{
    news->unix_ms = migdi_context_unix_ms(job->context);
    migd_event *event = migdi_event_new(news);
    if (event == NULL) {
        end_for_memory(job);
        return;
    }
    migdi_events_add(&job->events, event);
    migdi_job_has_news(job);
}

void migdi_job_tell(migd_job *job, int32_t kind, const char *format, ...)
{
    migdi_text text = {0};
    va_list arguments;
    va_start(arguments, format);
    migdi_text_format_list(&text, format, arguments);
    va_end(arguments);
    if (text.failed) {
        end_for_memory(job);
    } else {
        migdi_job_add_event(job, &(migdi_news){.kind = kind, .text = migdi_text_string(&text)});
    }
    migdi_text_free(&text);
}
