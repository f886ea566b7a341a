/* The context: made, turned, waited for, freed. */
#include "job_loop.h"

#include "core_cancel.h"
#include "core_os.h"
#include "core_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define USER_AGENT   "migdeploy/" MIGDEPLOY_VERSION
#define LONGEST_LINE ((size_t)4096)

void migdi_link_start(migdi_link *list)
{
    list->next = list;
    list->previous = list;
}

bool migdi_link_alone(const migdi_link *link)
{
    return link->next == link;
}

void migdi_link_remove(migdi_link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    migdi_link_start(link);
}

void migdi_link_append(migdi_link *list, migdi_link *link)
{
    migdi_link_remove(link);
    link->previous = list->previous;
    link->next = list;
    list->previous->next = link;
    list->previous = link;
}

/* --- made and freed --------------------------------------------------------------------------- */

static bool watch_descriptor(const migd_context *context, int32_t fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(context->fd, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST;
}

/* Everything of the context but its transport. */
static migd_status make(migd_context *context, const migd_context_options *options,
                        migd_error **error)
{
    context->references = 1;
    context->fd = -1;
    context->process = getpid();
    migdi_link_start(&context->jobs);
    migdi_link_start(&context->awake);
    migdi_link_start(&context->news);
    migdi_link_start(&context->cancellable);
    if (!migdi_context_options_copy(&context->options, options)) {
        return migdi_fail_nomem(error);
    }
    context->environment = migdi_environment_read(&context->arena, context->options.variable,
                                                  context->options.variable_user);
    if (context->environment == NULL) {
        return migdi_fail_nomem(error);
    }
    context->fd = epoll_create1(EPOLL_CLOEXEC);
    if (context->fd < 0) {
        return migdi_fail(error, MIGD_ERR_IO, "no descriptor for a context: %s", strerror(errno));
    }
    if (!migdi_os_random(&context->random, sizeof context->random)) {
        return migdi_fail(error, MIGD_ERR_IO, "the system gives no random bytes");
    }
    context->random |= 1;
    return MIGD_OK;
}

/* Ends everything that the context does; its memory stays for those who keep it. */
static void close_context(migd_context *context)
{
    context->closed = true;
    while (!migdi_link_alone(&context->jobs)) {
        migdi_job_orphan(context->jobs.next->job);
    }
    if (context->transport != NULL) {
        context->transport->kind->close(context->transport);
        context->transport = NULL;
    }
    if (context->fd >= 0) {
        close(context->fd);
        context->fd = -1;
    }
}

migd_context *migdi_context_keep(migd_context *context)
{
    context->references++;
    return context;
}

void migdi_context_drop(migd_context *context)
{
    if (context != NULL && --context->references == 0) {
        migdi_context_options_clear(&context->options);
        migdi_arena_free(&context->arena);
        migdi_free(context);
    }
}

void migd_context_free(migd_context *context)
{
    if (context == NULL) {
        return;
    }
    if (context->inside > 0) {
        context->doomed = true;
        return;
    }
    close_context(context);
    migdi_context_drop(context);
}

migd_status migdi_context_new_on(const migd_context_options *options, migdi_transport *transport,
                                 migd_context **out, migd_error **error)
{
    *out = NULL;
    migd_context *context = migdi_alloc_zeroed(1, sizeof *context);
    if (context == NULL) {
        transport->kind->close(transport);
        return migdi_fail_nomem(error);
    }
    context->transport = transport;
    migd_status status = make(context, options, error);
    const int32_t fd = transport->kind->fd(transport);
    if (status == MIGD_OK && fd >= 0 && !watch_descriptor(context, fd)) {
        status = migdi_fail(error, MIGD_ERR_IO, "cannot wait for the network: %s", strerror(errno));
    }
    if (status < 0) {
        migd_context_free(context);
        return status;
    }
    *out = context;
    return MIGD_OK;
}

/* The transport that the options and the environment ask for; NULL on lack of memory. */
static migdi_transport *make_transport(const migd_context_options *options, migdi_arena *arena)
{
    const migdi_environment *environment =
        migdi_environment_read(arena, options == NULL ? NULL : options->variable,
                               options == NULL ? NULL : options->variable_user);
    const char *suffix = migd_context_options_text(options, MIGD_CONTEXT_USER_AGENT);
    const char *agent =
        suffix == NULL ? USER_AGENT : migdi_arena_format(arena, USER_AGENT " %s", suffix);
    if (environment == NULL || agent == NULL) {
        return NULL;
    }
    const migdi_http_curl_settings settings = {
        .ca_file = migd_context_options_text(options, MIGD_CONTEXT_CA_FILE),
        .user_agent = agent,
        .proxy = migd_context_options_text(options, MIGD_CONTEXT_PROXY),
        .http_proxy = migdi_environment_either(environment, "HTTP_PROXY", "http_proxy"),
        .https_proxy = migdi_environment_either(environment, "HTTPS_PROXY", "https_proxy"),
        .no_proxy = migdi_environment_either(environment, "NO_PROXY", "no_proxy"),
        .connections = migd_context_options_int64(options, MIGD_CONTEXT_CONNECTIONS),
    };
    return migdi_http_curl_new(&settings);
}

/* It wants memory and a descriptor: which of them is short shows in trying to get one. */
static migd_status fail_transport(migd_error **error)
{
    const int32_t fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        return migdi_fail(error, MIGD_ERR_IO, "no descriptor for a context: %s", strerror(errno));
    }
    close(fd);
    return migdi_fail_nomem(error);
}

migd_status migd_context_new(const migd_context_options *options, migd_context **out,
                             migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "migd_context_new: out is NULL");
    }
    *out = NULL;
    migdi_arena arena = {0};
    migdi_transport *transport = make_transport(options, &arena);
    migdi_arena_free(&arena);
    if (transport == NULL) {
        return fail_transport(error);
    }
    return migdi_context_new_on(options, transport, out, error);
}

/* --- what it was made with -------------------------------------------------------------------- */

const char *migdi_context_variable(const migd_context *context, const char *name)
{
    return migdi_environment_value(context->environment, name);
}

const char *migdi_context_text(const migd_context *context, int32_t option)
{
    const char *text = migd_context_options_text(&context->options, option);
    return text == NULL && option == MIGD_CONTEXT_HOME ? migdi_context_variable(context, "HOME")
                                                       : text;
}

int64_t migdi_context_int64(const migd_context *context, int32_t option)
{
    return migd_context_options_int64(&context->options, option);
}

static int64_t read_clock(const migd_context *context, int32_t which)
{
    if (context->options.clock != NULL) {
        return context->options.clock(which, context->options.clock_user);
    }
    return which == MIGD_CLOCK_UNIX ? migdi_os_unix_ms() : migdi_os_monotonic_ms();
}

int64_t migdi_context_unix_ms(const migd_context *context)
{
    return read_clock(context, MIGD_CLOCK_UNIX);
}

int64_t migdi_context_now_ms(migd_context *context)
{
    migdi_context_enter(context);
    context->now_ms = read_clock(context, MIGD_CLOCK_MONOTONIC);
    context->is_told = true;
    context->inside--;
    return context->now_ms;
}

int64_t migdi_context_told_ms(migd_context *context)
{
    return context->inside > 0 && context->is_told ? context->now_ms
                                                   : migdi_context_now_ms(context);
}

void migdi_context_set_seed(migd_context *context, uint64_t seed)
{
    context->random = seed;
}

int64_t migdi_context_random(migd_context *context, int64_t bound)
{
    /* xorshift64: it spreads retries and guards nothing. */
    context->random ^= context->random << 13;
    context->random ^= context->random >> 7;
    context->random ^= context->random << 17;
    return (int64_t)(context->random % (uint64_t)bound);
}

void migdi_context_log(migd_context *context, int32_t level, const char *format, ...)
{
    if (context->options.log == NULL || level > context->options.log_level) {
        return;
    }
    migdi_text line = {.ceiling = LONGEST_LINE};
    va_list arguments;
    va_start(arguments, format);
    migdi_text_format_list(&line, format, arguments);
    va_end(arguments);
    if (!line.failed) {
        migdi_context_enter(context);
        context->options.log(level, migdi_text_string(&line), context->options.log_user);
        context->inside--;
    }
    migdi_text_free(&line);
}

/* --- the loop --------------------------------------------------------------------------------- */

void migdi_context_enter(migd_context *context)
{
    context->inside++;
}

void migdi_context_leave(migd_context *context)
{
    if (--context->inside > 0) {
        return;
    }
    if (context->burials) {
        context->burials = false;
        for (migdi_link *link = context->jobs.next; link != &context->jobs;) {
            migd_job *job = link->job;
            link = link->next;
            if (job->doomed) {
                migdi_job_bury(job);
            }
        }
    }
    if (context->doomed) {
        context->doomed = false;
        close_context(context);
        migdi_context_drop(context);
    }
}

void migdi_context_unwatch(migd_context *context, migd_job *job)
{
    if (migdi_link_alone(&job->in_cancellable)) {
        return;
    }
    migdi_link_remove(&job->in_cancellable);
    const migdi_link *list = &context->cancellable;
    for (const migdi_link *link = list->next; link != list; link = link->next) {
        if (link->job->cancel == job->cancel) {
            return;
        }
    }
    if (context->fd >= 0 && context->process == getpid()) {
        epoll_ctl(context->fd, EPOLL_CTL_DEL, migdi_cancel_fd(job->cancel), NULL);
    }
}

static void heed_cancels(migd_context *context)
{
    for (const migdi_link *link = context->cancellable.next; link != &context->cancellable;) {
        migd_job *job = link->job;
        link = link->next;
        if (migdi_cancel_thrown(job->cancel)) {
            migdi_context_unwatch(context, job);
            migdi_job_hurry(job);
            migdi_job_stop(job, MIGD_ERR_CANCELLED, "cancelled");
        }
    }
}

/* How long the loop may rest: until the next timer, not at all when somebody is awake. */
static int64_t rest_ms(const migd_context *context, int64_t now_ms, int64_t at_most_ms)
{
    if (!migdi_link_alone(&context->awake)) {
        return 0;
    }
    const migdi_timer *timer = context->timers.first;
    if (timer == NULL) {
        return at_most_ms;
    }
    const int64_t left = timer->at_ms > now_ms ? timer->at_ms - now_ms : 0;
    return at_most_ms == MIGD_FOREVER || left < at_most_ms ? left : at_most_ms;
}

void migdi_context_attend(migd_context *context)
{
    heed_cancels(context);
    /* Those that wake while others are attended wait for the next time: no job starves another. */
    migdi_link due;
    migdi_link_start(&due);
    while (!migdi_link_alone(&context->awake)) {
        migdi_link_append(&due, context->awake.next);
    }
    while (!migdi_link_alone(&due)) {
        migd_job *job = due.next->job;
        migdi_link_remove(&job->in_awake);
        migdi_job_attend(job);
    }
}

void migdi_context_turn(migd_context *context, int64_t timeout_ms)
{
    const bool rests = timeout_ms != 0 && migdi_link_alone(&context->awake);
    const int64_t rest = rests ? rest_ms(context, migdi_context_told_ms(context), timeout_ms) : 0;
    context->is_told = false;
    context->transport->kind->turn(context->transport, rest, context->fd);
    migdi_timers_fire(&context->timers, migdi_context_told_ms(context));
    migdi_context_attend(context);
}

migd_status migd_context_fd(migd_context *context, int32_t *fd, migd_error **error)
{
    migdi_error_clear(error);
    if (fd != NULL) {
        *fd = -1;
    }
    if (context == NULL || fd == NULL || context->closed) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "migd_context_fd: no context, or nowhere to put it");
    }
    if (context->transport->kind->fd(context->transport) < 0) {
        return migdi_fail(error, MIGD_ERR_UNSUPPORTED, "this transport has no descriptor");
    }
    *fd = context->fd;
    return MIGD_OK;
}

int64_t migd_context_timeout_ms(const migd_context *context)
{
    if (context == NULL || context->closed) {
        return MIGD_FOREVER;
    }
    if (!migdi_link_alone(&context->news)) {
        return 0;
    }
    const int64_t own = rest_ms(context, read_clock(context, MIGD_CLOCK_MONOTONIC), MIGD_FOREVER);
    const int64_t theirs = context->transport->kind->timeout_ms(context->transport);
    return own == MIGD_FOREVER || (theirs != MIGD_FOREVER && theirs < own) ? theirs : own;
}
