/* A flight: try, judge the try, rest, try again; all time is the context's. */
#include "job_flight.h"

#include "http_header.h"

#include <stdlib.h>
#include <string.h>

#define ERROR_BYTES ((size_t)1 << 20) /* of an answer that is an error */
/* A watch may be this much longer than it was asked to last. */
#define STREAM_SPARE INT64_C(30000)
#define MOST_PACE    INT64_C(100000)

static migd_context *context_of(const migdi_flight *flight)
{
    return flight->job->context;
}

static void arm(migdi_flight *flight, int64_t at_ms)
{
    migdi_timer_arm(&context_of(flight)->timers, &flight->timer, at_ms);
}

/* Takes the error. */
static void conclude(migdi_flight *flight, migd_status status, migd_error *error)
{
    migdi_timer_disarm(&context_of(flight)->timers, &flight->timer);
    if (error != NULL && migd_error_operation(error)[0] == '\0') {
        migdi_error_set_operation(&error, "%s", migdi_call_title(flight->call, &flight->arena));
    }
    flight->status = error == NULL ? status : migd_error_status(error);
    flight->error = error;
    flight->done = true;
    migdi_job_wake(flight->job);
}

/* --- what the answer says --------------------------------------------------------------------- */

/* Whether the answer goes to a sink: an error is collected all the same. */
static bool streams(const migdi_flight *flight)
{
    return flight->sink != NULL && flight->http_status < 300;
}

/* The server's clock as this answer tells it; answers its pace: 1, if this answer names none. */
static int64_t note_clock(migdi_flight *flight)
{
    migdi_target *target = flight->target;
    const migdi_http_head *head = flight->head;
    int64_t unix_ms = 0;
    if (migdi_http_date(migdi_http_header_value(head, "date"), &unix_ms)) {
        target->date_unix_ms = unix_ms;
        target->date_monotonic_ms = flight->heard_ms;
    }
    const char *pace = target->has_pace ? migdi_http_header_value(head, "x-migdeploy-pace") : NULL;
    if (pace == NULL) {
        return 1;
    }
    const int64_t value = strtoll(pace, NULL, 10);
    target->pace = value < 1 ? 1 : value > MOST_PACE ? MOST_PACE : value;
    return target->pace;
}

static void understand(migdi_flight *flight)
{
    migd_error *error = NULL;
    if (flight->body.failed || flight->arena.failed) {
        (void)migdi_fail_nomem(&error);
        conclude(flight, MIGD_ERR_NOMEM, error);
        return;
    }
    const migdi_answer answer = {flight->head, migdi_text_string(&flight->body), flight->body.size};
    const migd_status status = flight->target->kind->understand(flight->target, flight->call,
                                                                &answer, &flight->document, &error);
    if (error != NULL && migd_error_status(error) != MIGD_ERR_NOMEM) {
        if (migd_error_http_status(error) == 0) {
            migdi_error_set_remote(&error, flight->http_status, migd_error_remote_code(error),
                                   migd_error_request_id(error));
        }
        if (flight->retry_after_ms >= 0 && migd_error_retry_after_ms(error) < 0) {
            migdi_error_set_retryable(&error, flight->retry_after_ms);
        }
    }
    conclude(flight, status, error);
}

static void fail_lost(migdi_flight *flight, migd_status status, const char *message)
{
    migd_error *error = NULL;
    const int64_t seconds = (context_of(flight)->now_ms - flight->first_ms + 500) / 1000;
    if (status == MIGD_ERR_NOMEM) {
        migdi_fail_nomem(&error);
    } else if (flight->tries > 1) {
        migdi_fail(&error, status, "%s: %s, %u tries in %lld s", flight->target->label, message,
                   flight->tries, (long long)seconds);
    } else {
        migdi_fail(&error, status, "%s: %s", flight->target->label, message);
    }
    if (status == MIGD_ERR_NETWORK) {
        migdi_error_set_retryable(&error, -1);
    }
    conclude(flight, status, error);
}

/* --- one try ---------------------------------------------------------------------------------- */

static void log_try(migdi_flight *flight, const char *message)
{
    const migdi_call *call = flight->call;
    const long long ms = (long long)(context_of(flight)->now_ms - flight->try_ms);
    if (message == NULL) {
        migdi_context_log(context_of(flight), MIGD_LOG_HTTP, "%s %s %d %lld ms", call->method,
                          call->path, (int)flight->http_status, ms);
    } else {
        migdi_context_log(context_of(flight), MIGD_LOG_HTTP, "%s %s %s %lld ms", call->method,
                          call->path, message, ms);
    }
}

/* Whether there is another try, and when; the one before is over. */
static bool again(migdi_flight *flight, migd_status status, bool reached, bool silent)
{
    migd_context *context = context_of(flight);
    if (flight->http_status == 401 && !flight->renewed && flight->target->kind->renew != NULL &&
        flight->target->kind->renew(flight->target)) {
        flight->renewed = true;
        arm(flight, context->now_ms);
        return true;
    }
    const migdi_try last = {
        .status = status,
        .http_status = flight->http_status,
        .retry_after_ms = flight->retry_after_ms,
        .tries = flight->tries,
        .reached = reached,
        .silent = silent,
        .idempotent = flight->call->idempotent,
        .answered = flight->target->answered,
    };
    int64_t least_ms = 0;
    int64_t most_ms = 0;
    if (flight->call->once || !migdi_retry(flight->policy, &last, &least_ms, &most_ms)) {
        return false;
    }
    const int64_t chance_ms = migdi_context_random(context, most_ms + 1);
    const int64_t pace = migdi_job_pace(flight->job, flight->call->target);
    arm(flight, context->now_ms + least_ms + migdi_paced_ms(chance_ms, pace));
    return true;
}

static void end_try(migdi_flight *flight, migd_status status, const char *message, bool reached,
                    bool silent)
{
    migdi_context_told_ms(context_of(flight));
    flight->flying = false;
    flight->transfer = NULL;
    migdi_timer_disarm(&context_of(flight)->timers, &flight->timer);
    log_try(flight, status == MIGD_OK ? NULL : message);
    if (status != MIGD_OK) {
        flight->http_status = 0;
        flight->retry_after_ms = -1;
    }
    const bool good = status == MIGD_OK && flight->http_status < 400;
    if (!good && again(flight, status, reached, silent)) {
        return;
    }
    if (status != MIGD_OK) {
        fail_lost(flight, status, message);
    } else if (streams(flight)) {
        conclude(flight, MIGD_OK, NULL); /* the sink has had it all */
    } else {
        understand(flight);
    }
}

/* When the time of this try is up. */
static int64_t time_is_up_ms(const migdi_flight *flight)
{
    const migd_context *context = context_of(flight);
    const int64_t request_ms = migdi_context_int64(context, MIGD_CONTEXT_REQUEST_MS);
    const int64_t idle_ms = migdi_context_int64(context, MIGD_CONTEXT_IDLE_MS);
    if (flight->sink == NULL || flight->head == NULL) {
        const int64_t whole = flight->try_ms + request_ms;
        const int64_t idle = flight->heard_ms + idle_ms;
        return flight->head == NULL || whole < idle ? whole : idle;
    }
    if (flight->call->lasts_ms == 0) {
        return INT64_MAX;
    }
    return flight->heard_ms + flight->call->lasts_ms + STREAM_SPARE;
}

/* Until the answer is understood. On lack of memory it has no headers, and the arena knows. */
static void keep_head(migdi_flight *flight, const migdi_http_head *head)
{
    flight->kept_head = *head;
    flight->head = &flight->kept_head;
    if (context_of(flight)->transport->heads_last) {
        return;
    }
    migdi_http_header *headers =
        migdi_arena_alloc(&flight->arena, head->header_count * sizeof *headers);
    flight->kept_head.headers = headers;
    for (size_t i = 0; headers != NULL && i < head->header_count; i++) {
        const migdi_http_header *header = &head->headers[i];
        headers[i].name = migdi_arena_text(&flight->arena, header->name, strlen(header->name));
        headers[i].value = migdi_arena_text(&flight->arena, header->value, strlen(header->value));
    }
    flight->kept_head.header_count = flight->arena.failed ? 0 : head->header_count;
}

static void on_head(void *owner, const migdi_http_head *head)
{
    migdi_flight *flight = owner;
    keep_head(flight, head);
    flight->http_status = head->status;
    flight->heard_ms = migdi_context_told_ms(context_of(flight));
    flight->target->answered = true;
    const int64_t pace = note_clock(flight);
    const char *after = migdi_http_header_value(head, "retry-after");
    flight->retry_after_ms = migdi_http_retry_after_ms(after, flight->target->date_unix_ms);
    /* A pause that a proxy on the way asks for is of everybody's time. */
    flight->retry_after_ms =
        flight->retry_after_ms < 0 ? -1 : migdi_paced_ms(flight->retry_after_ms, pace);
    const bool good = head->status < 400;
    const int64_t ceiling = migdi_context_int64(context_of(flight), MIGD_CONTEXT_ANSWER_BYTES);
    /* From now on silence is shorter than the whole; data moves the moment when the timer fires. */
    arm(flight, time_is_up_ms(flight));
    flight->body.ceiling = good || (size_t)ceiling < ERROR_BYTES ? (size_t)ceiling : ERROR_BYTES;
}

static bool on_data(void *owner, const char *bytes, size_t size)
{
    migdi_flight *flight = owner;
    if (flight->too_large) {
        return true;
    }
    if (streams(flight)) {
        flight->sink(flight->sink_owner, bytes, size);
        flight->heard_ms = migdi_context_told_ms(context_of(flight));
        return true;
    }
    flight->heard_ms = migdi_context_told_ms(context_of(flight));
    if (size > flight->body.ceiling - flight->body.size) {
        /* A transfer is not abandoned from inside its own telling: the timer does it. */
        flight->too_large = true;
        arm(flight, flight->heard_ms);
        return true;
    }
    migdi_text_add(&flight->body, bytes, size);
    return true;
}

static void on_end(void *owner, migd_status status, const char *message, bool reached)
{
    migdi_flight *flight = owner;
    if (flight->too_large) {
        flight->flying = false;
        flight->transfer = NULL;
        return;
    }
    end_try(flight, status, message, reached, false);
}

static const migdi_http_receiver receiver = {on_head, on_data, on_end};

/* A line break in a header would be the start of another: a token may come from anybody's file. The
 * value, which may be a secret, is not told. */
static bool is_sound(const migdi_http_request *request, migd_error **error)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strpbrk(request->headers[i].value, "\r\n") != NULL) {
            migdi_fail(error, MIGD_ERR_INVALID, "the header %s would have a line break",
                       request->headers[i].name);
            return false;
        }
    }
    return true;
}

static void start_try(migdi_flight *flight)
{
    migd_context *context = context_of(flight);
    const migdi_call *call = flight->call;
    migd_error *error = NULL;
    const char *body = flight->late_body != NULL ? flight->late_body : call->body;
    flight->request = (migdi_http_request){
        .method = call->method,
        .body = body,
        .body_size = flight->late_body != NULL ? strlen(body) : call->body_size,
        .connect_ms = migdi_context_int64(context, MIGD_CONTEXT_CONNECT_MS),
        .fresh = call->kind == MIGDI_CALL_WRITE && !call->idempotent,
        .stream = flight->sink != NULL,
    };
    migdi_arena_free(&flight->arena);
    migdi_text_clear(&flight->body);
    flight->head = NULL;
    flight->http_status = 0;
    flight->retry_after_ms = -1;
    flight->try_ms = migdi_context_told_ms(context);
    flight->heard_ms = flight->try_ms;
    flight->first_ms = flight->tries == 0 ? flight->try_ms : flight->first_ms;
    flight->tries++;
    const migd_status status = flight->target->kind->prepare(flight->target, call, &flight->arena,
                                                             &flight->request, &error);
    if (status < 0 || !is_sound(&flight->request, &error)) {
        conclude(flight, status < 0 ? status : MIGD_ERR_INVALID, error);
        return;
    }
    if (!flight->arena.failed) {
        flight->transfer = context->transport->kind->start(context->transport, &flight->request,
                                                           &receiver, flight);
    }
    if (flight->transfer == NULL) {
        (void)migdi_fail_nomem(&error);
        conclude(flight, MIGD_ERR_NOMEM, error);
        return;
    }
    flight->flying = true;
    arm(flight, time_is_up_ms(flight));
}

/* Between tries: the next one. In a try: it may have got more time since, or it is over. */
static void on_timer(void *owner)
{
    migdi_flight *flight = owner;
    migd_context *context = context_of(flight);
    migd_error *error = NULL;
    if (!flight->too_large && !flight->flying) {
        start_try(flight);
        return;
    }
    const int64_t up_ms = time_is_up_ms(flight);
    if (!flight->too_large && up_ms > context->now_ms) {
        arm(flight, up_ms);
        return;
    }
    if (flight->flying) {
        context->transport->kind->abandon(context->transport, flight->transfer);
        flight->flying = false;
        flight->transfer = NULL;
    }
    if (flight->too_large) {
        migdi_fail(&error, MIGD_ERR_LIMIT, "%s: the answer is larger than %zu bytes",
                   flight->target->label, flight->body.ceiling);
        conclude(flight, MIGD_ERR_LIMIT, error);
        return;
    }
    const char *message = flight->head == NULL ? "no answer in time" : "the answer came to a stop";
    end_try(flight, MIGD_ERR_NETWORK, message, true, true);
}

void migdi_flight_start(migdi_flight *flight)
{
    flight->timer.fire = on_timer;
    flight->timer.owner = flight;
    flight->retry_after_ms = -1;
    flight->body.secret = flight->call->secret;
    flight->target = flight->job->targets[flight->call->target];
    if (flight->target == NULL) {
        migd_error *error = NULL;
        migdi_fail(&error, MIGD_ERR_NOT_FOUND, "there is no server for it yet");
        conclude(flight, MIGD_ERR_NOT_FOUND, error);
        return;
    }
    start_try(flight);
}

void migdi_flight_stop(migdi_flight *flight)
{
    if (flight->job == NULL) {
        return;
    }
    migd_context *context = context_of(flight);
    migdi_timer_disarm(&context->timers, &flight->timer);
    if (flight->flying) {
        context->transport->kind->abandon(context->transport, flight->transfer);
    }
    migdi_text_free(&flight->body);
    migdi_arena_free(&flight->arena);
    migd_object_free(flight->document);
    migd_error_free(flight->error);
    *flight = (migdi_flight){0};
}
