/* What observe asks. A call asked twice is read once. */
#include "job_view.h"

#include "core_text.h"

#define MOST_READS  ((size_t)4096)
#define MOST_ROUNDS 64U

struct migdi_read {
    migdi_read *next;
    const migdi_call *call;
    uint64_t hash;
    migdi_fetch fetch;
    bool sent;
    bool expected; /* its failure is an answer: nobody asked by migdi_see() */
};

/* The read of that call, made when it is new; NULL on lack of memory, or beyond the limit. */
static migdi_read *ask(migdi_view *view, const migdi_call *call, bool expected)
{
    if (call == NULL) {
        view->arena.failed = true;
        return NULL;
    }
    const uint64_t hash = migdi_call_hash(call);
    for (migdi_read *read = view->first; read != NULL; read = read->next) {
        if (read->hash == hash && migdi_call_equal(read->call, call)) {
            read->expected = read->expected && expected;
            return read;
        }
    }
    if (view->count > MOST_READS) {
        return NULL;
    }
    view->count++;
    migdi_read *read = migdi_arena_alloc_zeroed(&view->arena, 1, sizeof *read);
    if (read == NULL) {
        return NULL;
    }
    *read = (migdi_read){.call = call, .hash = hash, .expected = expected};
    *(view->first == NULL ? &view->first : &view->last->next) = read;
    view->last = read;
    view->unread++;
    return read;
}

void migdi_view_fly(migdi_view *view)
{
    for (migdi_read *read = view->first; read != NULL; read = read->next) {
        if (!read->sent) {
            read->sent = true;
            migdi_fetch_start(&read->fetch, view->job, read->call, MIGDI_RETRY_READ);
        }
    }
    view->rounds++;
}

bool migdi_view_attend(migdi_view *view)
{
    for (migdi_read *read = view->first; read != NULL; read = read->next) {
        if (!read->fetch.done && migdi_fetch_attend(&read->fetch)) {
            view->unread--;
        }
    }
    return view->unread == 0;
}

migd_status migdi_view_failure(migdi_view *view, migd_error **error)
{
    if (view->arena.failed) {
        return migdi_fail_nomem(error);
    }
    if (view->count > MOST_READS || view->rounds > MOST_ROUNDS) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "a look of more than %zu reads or %u rounds",
                          MOST_READS, MOST_ROUNDS);
    }
    for (migdi_read *read = view->first; read != NULL; read = read->next) {
        const bool failed =
            read->fetch.done && read->fetch.status < 0 && read->fetch.status != MIGD_ERR_NOT_FOUND;
        if (failed && (!read->expected || read->fetch.status == MIGD_ERR_NOMEM)) {
            *error = read->fetch.error;
            read->fetch.error = NULL;
            return read->fetch.status;
        }
    }
    if (view->refusal != NULL) {
        *error = view->refusal;
        view->refusal = NULL;
        return migd_error_status(*error);
    }
    return MIGD_OK;
}

void migdi_view_close(migdi_view *view)
{
    for (migdi_read *read = view->first; read != NULL; read = read->next) {
        migdi_fetch_stop(&read->fetch);
    }
    migd_error_free(view->refusal);
    migdi_arena_free(&view->arena);
    *view = (migdi_view){0};
}

/* --- what steps call -------------------------------------------------------------------------- */

migdi_arena *migdi_view_arena(migdi_view *view)
{
    return &view->arena;
}

/* Of a list only the last page would be seen. */
static const migd_object *whole(migdi_view *view, const migdi_read *read)
{
    if (read == NULL) {
        return NULL;
    }
    if (read->call->kind == MIGDI_CALL_LIST) {
        migdi_view_refuse(view, "%s: a list is seen with all its pages",
                          migdi_call_title(read->call, &view->arena));
        return NULL;
    }
    return read->fetch.document;
}

static const migd_object *items(const migdi_read *read)
{
    return read == NULL || !read->fetch.done ? NULL : migdi_fetch_items(&read->fetch);
}

static const migd_error *failure(const migdi_read *read)
{
    return read == NULL || read->fetch.status == MIGD_ERR_NOT_FOUND ? NULL : read->fetch.error;
}

const migd_object *migdi_see(migdi_view *view, const migdi_call *call)
{
    return whole(view, ask(view, call, false));
}

const migd_object *migdi_see_list(migdi_view *view, const migdi_call *call)
{
    return items(ask(view, call, false));
}

const migd_object *migdi_see_page(migdi_view *view, const migdi_call *list)
{
    const migdi_read *read = ask(view, list, false);
    return read == NULL || !read->fetch.done ? NULL : read->fetch.document;
}

const migd_object *migdi_try_see(migdi_view *view, const migdi_call *call, const migd_error **error)
{
    const migdi_read *read = ask(view, call, true);
    *error = failure(read);
    return whole(view, read);
}

const migd_object *migdi_try_see_list(migdi_view *view, const migdi_call *call,
                                      const migd_error **error)
{
    const migdi_read *read = ask(view, call, true);
    *error = failure(read);
    return items(read);
}

int32_t migdi_heard(const migdi_view *view, const migdi_call *call)
{
    return call == NULL ? 0 : migdi_acts_heard(view->acts, call);
}

int32_t migdi_last_heard(const migdi_view *view)
{
    return view->acts->last_heard;
}

const char *migdi_answered(const migdi_view *view, const char *key)
{
    return migdi_job_reply(view->job, key);
}

int64_t migdi_view_now_unix_ms(const migdi_view *view)
{
    const migdi_target *target = view->job->targets[MIGDI_TARGET_CLUSTER];
    if (target == NULL || target->date_unix_ms == 0) {
        return migdi_context_unix_ms(view->job->context);
    }
    const int64_t since_ms = view->job->context->now_ms - target->date_monotonic_ms;
    return target->date_unix_ms + since_ms * migdi_job_pace(view->job, MIGDI_TARGET_CLUSTER);
}

int64_t migdi_view_elapsed_ms(const migdi_view *view)
{
    return (view->job->context->now_ms - view->job->started_ms) *
           migdi_job_pace(view->job, MIGDI_TARGET_CLUSTER);
}

void *migdi_view_array(migdi_view *view, size_t count, size_t size)
{
    return count == 0 ? NULL : migdi_arena_alloc_zeroed(&view->arena, count, size);
}

void migdi_view_refuse(migdi_view *view, const char *format, ...)
{
    if (view->refusal != NULL) {
        return;
    }
    migdi_text text = {0};
    va_list arguments;
    va_start(arguments, format);
    migdi_text_format_list(&text, format, arguments);
    va_end(arguments);
    if (text.failed) {
        view->arena.failed = true;
    } else {
        migdi_fail(&view->refusal, MIGD_ERR_REMOTE, "%s", migdi_text_string(&text));
    }
    migdi_text_free(&text);
}
