/* A bell is a stream of lines of which the first bytes are read. It keeps nothing and resumes
 * nothing: when it falls silent for any reason, the step looks. Source of the lines: Kubernetes API
 * concepts, "Efficient detection of changes". */
#include "job_watch.h"

#include "job_verdict.h"

#include <string.h>

static const char bookmark[] = "{\"type\":\"BOOKMARK\"";
static const char failure[] = "{\"type\":\"ERROR\"";

static void ring(migdi_bell *bell)
{
    bell->rang = true;
    migdi_job_wake(bell->flight.job);
}

static bool starts_with(const migdi_bell *bell, const char *start, size_t size)
{
    return bell->line_size >= size && memcmp(bell->start, start, size) == 0;
}

static void end_line(migdi_bell *bell)
{
    if (starts_with(bell, failure, sizeof failure - 1)) {
        bell->broken = true;
    }
    if (bell->line_size > 0 && !starts_with(bell, bookmark, sizeof bookmark - 1)) {
        ring(bell);
    }
    bell->line_size = 0;
}

static void hear(void *owner, const char *bytes, size_t size)
{
    migdi_bell *bell = owner;
    const int64_t most =
        migdi_context_int64(bell->flight.job->context, MIGD_CONTEXT_WATCH_LINE_BYTES);
    bell->lived = true;
    while (size > 0 && !bell->broken) {
        const char *end = memchr(bytes, '\n', size);
        const size_t length = end == NULL ? size : (size_t)(end - bytes);
        for (size_t i = 0; i < length && bell->line_size + i < MIGDI_BELL_START; i++) {
            bell->start[bell->line_size + i] = bytes[i];
        }
        bell->line_size += length;
        if (bell->line_size > (size_t)most) {
            bell->broken = true;
            ring(bell);
        } else if (end != NULL) {
            end_line(bell);
        }
        const size_t taken = end == NULL ? length : length + 1;
        bytes += taken;
        size -= taken;
    }
}

static void close_bell(migdi_bell *bell)
{
    migdi_flight_stop(&bell->flight);
    bell->line_size = 0;
    bell->broken = false;
    bell->lived = false;
}

static void free_bell(migdi_bell *bell)
{
    close_bell(bell);
    migdi_arena_free(&bell->arena);
    migdi_free(bell);
}

static void open_bell(migdi_bell *bell, migd_job *job)
{
    bell->closed_until_ms = 0;
    bell->flight = (migdi_flight){.job = job,
                                  .call = bell->call,
                                  .policy = MIGDI_RETRY_NEVER,
                                  .sink = hear,
                                  .sink_owner = bell};
    migdi_flight_start(&bell->flight);
}

/* The place of the bell that hangs on that watch, else a free one, else NULL. */
static migdi_bell **place_of(migdi_bell **bells, const migdi_call *watch)
{
    migdi_bell **place = NULL;
    for (size_t i = 0; i < MIGDI_BELLS; i++) {
        if (bells[i] == NULL) {
            place = place == NULL ? &bells[i] : place;
        } else if (migdi_call_equal(bells[i]->call, watch)) {
            return &bells[i];
        }
    }
    return place;
}

/* The same watch from where it is wanted now. */
static migd_status hang(migdi_bell *bell, const migdi_call *watch)
{
    migdi_arena_free(&bell->arena);
    bell->call = migdi_call_copy(&bell->arena, watch);
    return bell->call == NULL ? MIGD_ERR_NOMEM : MIGD_OK;
}

migd_status migdi_bells_ask(migdi_bell **bells, migd_job *job, const migdi_call *watch)
{
    migdi_bell **place = place_of(bells, watch);
    if (place == NULL) {
        return MIGD_OK;
    }
    if (*place == NULL) {
        *place = migdi_alloc_zeroed(1, sizeof **place);
        if (*place == NULL) {
            return MIGD_ERR_NOMEM;
        }
    }
    migdi_bell *bell = *place;
    bell->asked = true;
    if (bell->flight.job != NULL || bell->closed_until_ms > job->context->now_ms) {
        return MIGD_OK;
    }
    const migd_status status = hang(bell, watch);
    if (status == MIGD_OK) {
        open_bell(bell, job);
    }
    return status;
}

bool migdi_bells_hang(migdi_bell *const *bells)
{
    bool hangs = false;
    for (size_t i = 0; i < MIGDI_BELLS; i++) {
        hangs = hangs || (bells[i] != NULL && bells[i]->flight.job != NULL);
    }
    return hangs;
}

void migdi_bells_keep_asked(migdi_bell **bells)
{
    for (size_t i = 0; i < MIGDI_BELLS; i++) {
        if (bells[i] != NULL && !bells[i]->asked) {
            free_bell(bells[i]);
            bells[i] = NULL;
        } else if (bells[i] != NULL) {
            bells[i]->asked = false;
        }
    }
}

/* It ended or broke. One that was refused, or said nothing, is not tried again at once. */
static void drop(migdi_bell *bell)
{
    migd_context *context = bell->flight.job->context;
    const bool failed = bell->broken || bell->flight.status < 0 || !bell->lived;
    bell->failures = failed ? bell->failures + 1 : 0;
    close_bell(bell);
    if (failed) {
        const int64_t pause_ms = migdi_retry_backoff_ms(bell->failures);
        bell->closed_until_ms =
            context->now_ms + pause_ms / 2 + migdi_context_random(context, pause_ms / 2 + 1);
    }
}

bool migdi_bells_rang(migdi_bell **bells)
{
    bool rang = false;
    for (size_t i = 0; i < MIGDI_BELLS; i++) {
        migdi_bell *bell = bells[i];
        if (bell == NULL || bell->flight.job == NULL) {
            continue;
        }
        const bool over = bell->broken || bell->flight.done;
        rang = rang || bell->rang || over;
        bell->rang = false;
        if (over) {
            drop(bell);
        }
    }
    return rang;
}

void migdi_bells_free(migdi_bell **bells)
{
    for (size_t i = 0; i < MIGDI_BELLS; i++) {
        if (bells[i] != NULL) {
            free_bell(bells[i]);
            bells[i] = NULL;
        }
    }
}
