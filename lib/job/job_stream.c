/* A job of one endless answer: each line is an event, none is lost, and a full queue stops the
 * server. */
#include "job_flight.h"

#include <string.h>

typedef struct stream_work {
    migdi_work work;
    migd_job *job;
    const migdi_call *call;
    migdi_flight flight;
    migdi_text line; /* what of the next line has come */
    size_t
        told; /* bytes of the piece that comes again which were taken before the queue was full */
    bool started;
    bool too_long;
} stream_work;

static void tell_line(stream_work *stream)
{
    migdi_job_add_event(stream->job, &(migdi_news){.kind = MIGD_EVENT_LINE,
                                                   .text = migdi_text_string(&stream->line)});
    migdi_text_clear(&stream->line);
}

/* Takes bytes up to the end of the piece, or until the queue is full; answers how many. */
static size_t take_lines(stream_work *stream, const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && !migdi_job_is_full(stream->job)) {
        const char *end = memchr(bytes + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t)(end - bytes) - at;
        migdi_text_add(&stream->line, bytes + at, length);
        at += length;
        if (stream->line.failed) {
            stream->too_long = stream->line.size + length > stream->line.ceiling;
            migdi_job_wake(stream->job);
            return size;
        }
        if (end != NULL) {
            at++;
            tell_line(stream);
        }
    }
    return at;
}

static bool take_piece(void *owner, const char *bytes, size_t size)
{
    stream_work *stream = owner;
    if (stream->line.failed) {
        return true;
    }
    const size_t skipped = stream->told < size ? stream->told : size;
    const size_t taken = skipped + take_lines(stream, bytes + skipped, size - skipped);
    const bool whole = taken == size;
    stream->told = whole ? stream->told - skipped : taken;
    return whole;
}

static void finish(stream_work *stream, migd_job *job)
{
    migdi_flight *flight = &stream->flight;
    if (stream->line.size > 0) {
        if (migdi_job_is_full(job)) {
            return; /* the pull wakes the job */
        }
        tell_line(stream);
    }
    migd_error *error = flight->error;
    flight->error = NULL;
    if (flight->status < 0) {
        migdi_job_end(job, flight->status, error);
    } else {
        migdi_job_succeed(job);
    }
}

static void attend(migdi_work *work, migd_job *job)
{
    stream_work *stream = (stream_work *)work;
    migdi_flight *flight = &stream->flight;
    migd_error *error = NULL;
    if (!stream->started) {
        stream->started = true;
        *flight = (migdi_flight){.job = job,
                                 .call = stream->call,
                                 .policy = MIGDI_RETRY_NEVER,
                                 .sink = take_piece,
                                 .sink_owner = stream};
        migdi_flight_start(flight);
    }
    if (stream->line.failed) {
        if (stream->too_long) {
            migdi_fail(&error, MIGD_ERR_LIMIT, "a line of the stream is longer than %zu bytes",
                       stream->line.ceiling);
        } else {
            migdi_fail_nomem(&error);
        }
        migdi_job_end(job, migd_error_status(error), error);
    } else if (flight->done) {
        finish(stream, job);
    } else if (!migdi_job_is_full(job)) {
        migdi_flight_resume(flight);
    }
}

static bool close_stream(migdi_work *work, migd_job *job)
{
    (void)job;
    migdi_flight_stop(&((stream_work *)work)->flight);
    return true;
}

static void release_stream(migdi_work *work)
{
    stream_work *stream = (stream_work *)work;
    migdi_flight_stop(&stream->flight);
    migdi_text_free(&stream->line);
    migdi_free(stream);
}

static const char *doing(const migdi_work *work)
{
    return ((const stream_work *)work)->call->name;
}

static const migdi_work_kind kind = {attend, close_stream, release_stream, doing, NULL};

migd_status migdi_job_run_stream(migd_job *job, const migdi_call *call, migd_error **error)
{
    if (call == NULL) {
        return migdi_fail_nomem(error);
    }
    stream_work *stream = migdi_alloc_zeroed(1, sizeof *stream);
    if (stream == NULL) {
        return migdi_fail_nomem(error);
    }
    stream->work.kind = &kind;
    stream->job = job;
    stream->call = call;
    stream->line.ceiling = (size_t)migdi_context_int64(job->context, MIGD_CONTEXT_WATCH_LINE_BYTES);
    return migdi_job_start(job, &stream->work, error);
}
