/* The scripted transport. Its own memory is malloc's, so that failing allocations are the
 * library's. */
#include "test_transport.h"

#include "codec_object.h"
#include "test_support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MS      INT64_C(1000000)
#define FIRST_UNIX_MS INT64_C(1795545600000) /* 2026-11-24T18:40:00Z */
#define MOST_HEADERS  32

struct migdi_transfer {
    migdi_transfer *next;
    test_transport *transport;
    const migdi_http_receiver *receiver;
    void *owner;
    size_t request; /* its index */
    int64_t due_ms; /* -1: nothing comes by itself */
    test_rule rule;
    char *body; /* what is still to be told */
    size_t size;
    size_t at;
    char *header_text;
    migdi_http_header headers[MOST_HEADERS];
    migdi_http_head head;
    bool headed;
    bool paused;
    bool closing;
    bool gone; /* told its end, or abandoned: freed at the end of the turn */
};

typedef struct happening {
    struct happening *next;
    int64_t at_ms;
    void (*happen)(void *user);
    void *user;
} happening;

struct test_transport {
    migdi_transport base;
    const test_rule *rules;
    size_t rule_count;
    int32_t *used;
    void (*serve)(void *user, const test_request *request, test_rule *rule);
    void *serve_user;
    int64_t now_ms;
    test_request *requests;
    size_t request_count;
    migdi_transfer *transfers;
    happening *happenings;
    bool telling;
};

static test_transport *mine(const migdi_transport *transport)
{
    return (test_transport *)(uintptr_t)transport;
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text == NULL ? "" : text);
    assert_non_null(copy);
    return copy;
}

static bool path_fits(const char *pattern, const char *path)
{
    if (pattern == NULL) {
        return true;
    }
    const size_t size = strlen(pattern);
    return size > 0 && pattern[size - 1] == '*' ? strncmp(pattern, path, size - 1) == 0
                                                : strcmp(pattern, path) == 0;
}

static bool fits(const char *method, const char *path, const test_request *request)
{
    return (method == NULL || strcmp(method, request->method) == 0) &&
           path_fits(path, request->path);
}

/* --- what is answered ------------------------------------------------------------------------- */

static test_rule choose(test_transport *transport, const test_request *request)
{
    test_rule chosen = {0};
    if (transport->serve != NULL) {
        transport->serve(transport->serve_user, request, &chosen);
        return chosen;
    }
    for (size_t i = 0; i < transport->rule_count; i++) {
        const test_rule *rule = &transport->rules[i];
        const bool left = rule->times == 0 || transport->used[i] < rule->times;
        if (left && fits(rule->method, rule->path, request)) {
            transport->used[i]++;
            return *rule;
        }
    }
    fail_msg("the script has no answer to %s %s", request->method, request->path);
    return chosen;
}

static void read_headers(migdi_transfer *transfer)
{
    transfer->header_text = copy_of(transfer->rule.headers);
    size_t count = 0;
    char *at = transfer->header_text;
    while (*at != '\0' && count < MOST_HEADERS) {
        char *end = strchr(at, '\n');
        char *colon = strchr(at, ':');
        assert_non_null(end);
        assert_true(colon != NULL && colon < end);
        *colon = '\0';
        *end = '\0';
        transfer->headers[count++] = (migdi_http_header){at, colon + 2};
        at = end + 1;
    }
    transfer->head = (migdi_http_head){transfer->rule.status == 0 ? 200 : transfer->rule.status,
                                       transfer->headers, count};
}

static char *header_lines(const migdi_http_request *request)
{
    size_t size = 1;
    for (size_t i = 0; i < request->header_count; i++) {
        size += strlen(request->headers[i].name) + strlen(request->headers[i].value) + 3;
    }
    char *lines = malloc(size);
    assert_non_null(lines);
    size_t at = 0;
    lines[0] = '\0';
    for (size_t i = 0; i < request->header_count; i++) {
        at += (size_t)snprintf(lines + at, size - at, "%s: %s\n", request->headers[i].name,
                               request->headers[i].value);
    }
    return lines;
}

static void record(test_transport *transport, const migdi_http_request *request)
{
    const char *host = strstr(request->url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    test_request *requests =
        realloc(transport->requests, (transport->request_count + 1) * sizeof *requests);
    assert_non_null(requests);
    transport->requests = requests;
    char *body = malloc(request->body_size + 1);
    assert_non_null(body);
    if (request->body_size > 0) {
        memcpy(body, request->body, request->body_size);
    }
    body[request->body_size] = '\0';
    requests[transport->request_count++] = (test_request){
        .method = copy_of(request->method),
        .path = copy_of(path == NULL ? request->url : path),
        .headers = header_lines(request),
        .body = body,
        .at_ms = transport->now_ms,
        .stream = request->stream,
        .fresh = request->fresh,
    };
}

static migdi_transfer *start(migdi_transport *base, const migdi_http_request *request,
                             const migdi_http_receiver *receiver, void *owner)
{
    test_transport *transport = mine(base);
    assert_false(transport->telling); /* a receiver starts nothing */
    record(transport, request);
    migdi_transfer *transfer = calloc(1, sizeof *transfer);
    assert_non_null(transfer);
    transfer->transport = transport;
    transfer->receiver = receiver;
    transfer->owner = owner;
    transfer->request = transport->request_count - 1;
    transfer->rule = choose(transport, &transport->requests[transfer->request]);
    transfer->body = copy_of(transfer->rule.body);
    transfer->size = strlen(transfer->body);
    transfer->due_ms = transfer->rule.hangs ? -1 : transport->now_ms + transfer->rule.after_ms;
    read_headers(transfer);
    transfer->next = transport->transfers;
    transport->transfers = transfer;
    return transfer;
}

/* --- told ------------------------------------------------------------------------------------- */

static void end(migdi_transfer *transfer, migd_status status, const char *message, bool reached)
{
    transfer->gone = true;
    transfer->transport->requests[transfer->request].answered = true;
    transfer->receiver->end(transfer->owner, status, message, reached);
}

/* The next thing that this transfer has to say. */
static void tell(migdi_transfer *transfer)
{
    const test_rule *rule = &transfer->rule;
    if (rule->lost < 0) {
        end(transfer, rule->lost, rule->message == NULL ? "lost" : rule->message, rule->reached);
        return;
    }
    if (!transfer->headed) {
        transfer->headed = true;
        transfer->receiver->head(transfer->owner, &transfer->head);
    }
    const size_t left = transfer->size - transfer->at;
    const size_t piece = rule->piece == 0 || rule->piece > left ? left : rule->piece;
    if (piece > 0) {
        transfer->paused =
            !transfer->receiver->data(transfer->owner, transfer->body + transfer->at, piece);
        transfer->at += transfer->paused ? 0 : piece;
    }
    const bool all = transfer->at == transfer->size;
    if (!all) {
        return;
    }
    if (rule->cut) {
        end(transfer, MIGD_ERR_NETWORK, "the connection was lost", true);
    } else if (!rule->open || transfer->closing) {
        end(transfer, MIGD_OK, NULL, true);
    } else {
        transfer->due_ms = -1;
    }
}

static void free_transfer(migdi_transfer *transfer)
{
    free(transfer->body);
    free(transfer->header_text);
    free(transfer);
}

static void sweep(test_transport *transport)
{
    for (migdi_transfer **at = &transport->transfers; *at != NULL;) {
        migdi_transfer *transfer = *at;
        if (transfer->gone) {
            *at = transfer->next;
            free_transfer(transfer);
        } else {
            at = &transfer->next;
        }
    }
}

static bool is_due(const migdi_transfer *transfer, int64_t now_ms)
{
    return !transfer->gone && !transfer->paused && transfer->due_ms >= 0 &&
           transfer->due_ms <= now_ms;
}

static bool tell_due(test_transport *transport)
{
    bool told = false;
    /* Oldest first, each once. */
    for (size_t i = 0; i < transport->request_count; i++) {
        for (migdi_transfer *transfer = transport->transfers; transfer != NULL;
             transfer = transfer->next) {
            if (transfer->request == i && is_due(transfer, transport->now_ms)) {
                tell(transfer);
                told = true;
            }
        }
    }
    return told;
}

static bool let_happen(test_transport *transport)
{
    for (happening **at = &transport->happenings; *at != NULL; at = &(*at)->next) {
        happening *due = *at;
        if (due->at_ms <= transport->now_ms) {
            *at = due->next;
            due->happen(due->user);
            free(due);
            return true;
        }
    }
    return false;
}

/* When something comes; -1: nothing will. */
static int64_t next_ms(const test_transport *transport)
{
    int64_t next = -1;
    for (const migdi_transfer *transfer = transport->transfers; transfer != NULL;
         transfer = transfer->next) {
        if (!transfer->gone && !transfer->paused && transfer->due_ms >= 0 &&
            (next < 0 || transfer->due_ms < next)) {
            next = transfer->due_ms;
        }
    }
    for (const happening *due = transport->happenings; due != NULL; due = due->next) {
        next = next < 0 || due->at_ms < next ? due->at_ms : next;
    }
    return next;
}

static bool is_readable(int32_t fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&entry, 1, 0) == 1;
}

static void turn(migdi_transport *base, int64_t timeout_ms, int32_t wake_fd)
{
    test_transport *transport = mine(base);
    const int64_t next = next_ms(transport);
    if (timeout_ms != 0 && !is_readable(wake_fd) && (next < 0 || next > transport->now_ms)) {
        if (timeout_ms == MIGD_FOREVER && next < 0) {
            fail_msg("the loop waits for ever, and nothing will come");
        }
        const int64_t until = transport->now_ms + timeout_ms;
        transport->now_ms =
            timeout_ms == MIGD_FOREVER || (next >= 0 && next < until) ? next : until;
    }
    while (let_happen(transport)) {}
    transport->telling = true;
    tell_due(transport);
    transport->telling = false;
    sweep(transport);
}

static void resume(migdi_transport *base, migdi_transfer *transfer)
{
    assert_false(mine(base)->telling);
    transfer->paused = false;
}

static void abandon(migdi_transport *base, migdi_transfer *transfer)
{
    test_transport *transport = mine(base);
    assert_false(transport->telling); /* a receiver abandons nothing */
    transport->requests[transfer->request].abandoned = true;
    transfer->gone = true;
    sweep(transport);
}

static int64_t timeout_ms_of(const migdi_transport *base)
{
    const int64_t next = next_ms(mine(base));
    const int64_t now = mine(base)->now_ms;
    return next < 0 ? MIGD_FOREVER : next > now ? next - now : 0;
}

static int32_t no_fd(const migdi_transport *base)
{
    (void)base;
    return -1;
}

static void close_transport(migdi_transport *base)
{
    test_transport *transport = mine(base);
    for (migdi_transfer *transfer = transport->transfers; transfer != NULL;
         transfer = transfer->next) {
        transfer->gone = true;
    }
    sweep(transport);
    for (happening *due = transport->happenings; due != NULL;) {
        happening *next = due->next;
        free(due);
        due = next;
    }
    for (size_t i = 0; i < transport->request_count; i++) {
        free(transport->requests[i].method);
        free(transport->requests[i].path);
        free(transport->requests[i].headers);
        free(transport->requests[i].body);
    }
    free(transport->requests);
    free(transport->used);
    free(transport);
}

static const migdi_transport_kind kind = {"script", start,         resume, abandon,
                                          turn,     timeout_ms_of, no_fd,  close_transport};

test_transport *test_transport_new(const test_rule *rules, size_t count)
{
    test_transport *transport = calloc(1, sizeof *transport);
    assert_non_null(transport);
    transport->base.kind = &kind;
    transport->rules = rules;
    transport->rule_count = count;
    transport->used = calloc(count + 1, sizeof *transport->used);
    assert_non_null(transport->used);
    transport->now_ms = FIRST_MS;
    return transport;
}

migdi_transport *test_transport_base(test_transport *transport)
{
    return &transport->base;
}

void test_transport_serve(test_transport *transport,
                          void (*serve)(void *user, const test_request *request, test_rule *rule),
                          void *user)
{
    transport->serve = serve;
    transport->serve_user = user;
}

int64_t test_clock(int32_t which, void *user)
{
    const test_transport *transport = user;
    return which == MIGD_CLOCK_UNIX ? transport->now_ms - FIRST_MS + FIRST_UNIX_MS
                                    : transport->now_ms;
}

migd_context *test_context(test_transport *transport, migd_context_options *options)
{
    migd_context_options *own = NULL;
    migd_context *context = NULL;
    if (options == NULL) {
        assert_int_equal(migd_context_options_new(&own, NULL), MIGD_OK);
        options = own;
    }
    migd_context_options_set_clock(options, test_clock, transport);
    assert_int_equal(migdi_context_new_on(options, &transport->base, &context, NULL), MIGD_OK);
    migd_context_options_free(own);
    migdi_context_set_seed(context, 1);
    return context;
}

size_t test_request_count(const test_transport *transport)
{
    return transport->request_count;
}

const test_request *test_request_at(const test_transport *transport, size_t index)
{
    assert_true(index < transport->request_count);
    return &transport->requests[index];
}

size_t test_count_requests(const test_transport *transport, const char *method, const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < transport->request_count; i++) {
        count += fits(method, path, &transport->requests[i]);
    }
    return count;
}

void test_at(test_transport *transport, int64_t ms, void (*happen)(void *user), void *user)
{
    happening *added = calloc(1, sizeof *added);
    assert_non_null(added);
    *added = (happening){NULL, ms, happen, user};
    happening **at = &transport->happenings;
    while (*at != NULL && (*at)->at_ms <= ms) {
        at = &(*at)->next;
    }
    added->next = *at;
    *at = added;
}

static bool is_open(const migdi_transfer *transfer, const char *path)
{
    return !transfer->gone && transfer->rule.open &&
           path_fits(path, transfer->transport->requests[transfer->request].path);
}

void test_push(test_transport *transport, const char *path, const char *bytes)
{
    size_t pushed = 0;
    for (migdi_transfer *transfer = transport->transfers; transfer != NULL;
         transfer = transfer->next) {
        if (is_open(transfer, path)) {
            const size_t size = strlen(bytes);
            char *body = realloc(transfer->body, transfer->size + size + 1);
            assert_non_null(body);
            memcpy(body + transfer->size, bytes, size + 1);
            transfer->body = body;
            transfer->size += size;
            transfer->due_ms = transport->now_ms;
            pushed++;
        }
    }
    if (pushed == 0) {
        fail_msg("no stream of %s is open", path);
    }
}

void test_close(test_transport *transport, const char *path, migd_status status)
{
    for (migdi_transfer *transfer = transport->transfers; transfer != NULL;
         transfer = transfer->next) {
        if (is_open(transfer, path)) {
            transfer->closing = true;
            transfer->rule.cut = status < 0;
            transfer->due_ms = transport->now_ms;
        }
    }
}

size_t test_flying(const test_transport *transport)
{
    size_t count = 0;
    for (const migdi_transfer *transfer = transport->transfers; transfer != NULL;
         transfer = transfer->next) {
        count += !transfer->gone;
    }
    return count;
}

/* --- the target ------------------------------------------------------------------------------- */

static migd_status prepare(migdi_target *target, const migdi_call *call, migdi_arena *arena,
                           migdi_http_request *request, migd_error **error)
{
    request->url = migdi_arena_format(arena, "%s%s", target->label, call->path);
    migdi_http_header *headers = migdi_arena_alloc(arena, sizeof *headers);
    if (request->url == NULL || headers == NULL) {
        return migdi_fail_nomem(error);
    }
    headers[0] = (migdi_http_header){"accept", "application/json"};
    request->headers = headers;
    request->header_count = 1;
    return MIGD_OK;
}

static migd_status status_of(int32_t http_status)
{
    return http_status == 404                         ? MIGD_ERR_NOT_FOUND
           : http_status == 409                       ? MIGD_ERR_CONFLICT
           : http_status == 401 || http_status == 403 ? MIGD_ERR_DENIED
                                                      : MIGD_ERR_REMOTE;
}

static migd_status understand(migdi_target *target, const migdi_call *call,
                              const migdi_answer *answer, migd_object **document,
                              migd_error **error)
{
    (void)target;
    (void)call;
    const bool fails = answer->head->status >= 400;
    migd_object *body = NULL;
    if (answer->body_size > 0) {
        const migd_status read =
            answer->body[0] == '{'
                ? migd_object_parse(answer->body, answer->body_size, NULL, &body, NULL)
                : MIGD_ERR_PARSE;
        if (read < 0 && (!fails || read == MIGD_ERR_NOMEM)) {
            return read == MIGD_ERR_NOMEM ? migdi_fail_nomem(error)
                                          : migdi_fail(error, MIGD_ERR_REMOTE, "no JSON came");
        }
    }
    if (!fails) {
        *document = body;
        return MIGD_OK;
    }
    const migd_status status = migdi_fail(error, status_of(answer->head->status), "%s",
                                          migd_object_text(body, "/message", "the server failed"));
    migdi_error_set_remote(error, answer->head->status, migd_object_text(body, "/reason", NULL),
                           NULL);
    migd_object_free(body);
    return *error != NULL && migd_error_status(*error) == MIGD_ERR_NOMEM ? MIGD_ERR_NOMEM : status;
}

static const migdi_call *next_page(migdi_target *target, const migdi_call *call,
                                   const migd_object *page, migdi_arena *arena)
{
    (void)target;
    (void)call;
    const char *path = migd_object_text(page, "/next", NULL);
    return path == NULL ? NULL : test_list(arena, path);
}

static const migd_object *items(migdi_target *target, const migd_object *page)
{
    (void)target;
    return migd_object_at(page, "/items");
}

static const migdi_target_kind target_kind = {"test", prepare, understand, next_page, items, NULL};

void test_target_start(migdi_target *target)
{
    *target = (migdi_target){.kind = &target_kind, .label = "https://test", .has_pace = true};
}

static const migdi_call *call_of(migdi_arena *arena, migdi_call_kind call_kind, const char *method,
                                 const char *path, const char *body)
{
    migdi_call *call = migdi_arena_alloc_zeroed(arena, 1, sizeof *call);
    if (call == NULL) {
        return NULL;
    }
    call->kind = call_kind;
    call->method = method;
    call->path = migdi_arena_text(arena, path, strlen(path));
    call->body = body == NULL ? NULL : migdi_arena_text(arena, body, strlen(body));
    call->body_size = body == NULL ? 0 : strlen(body);
    return call->path == NULL || (body != NULL && call->body == NULL) ? NULL : call;
}

const migdi_call *test_get(migdi_arena *arena, const char *path)
{
    return call_of(arena, MIGDI_CALL_READ, "GET", path, NULL);
}

const migdi_call *test_list(migdi_arena *arena, const char *path)
{
    return call_of(arena, MIGDI_CALL_LIST, "GET", path, NULL);
}

const migdi_call *test_put(migdi_arena *arena, const char *path, const char *body)
{
    return call_of(arena, MIGDI_CALL_WRITE, "PUT", path, body);
}

const migdi_call *test_delete(migdi_arena *arena, const char *path)
{
    return call_of(arena, MIGDI_CALL_WRITE, "DELETE", path, NULL);
}

const migdi_call *test_watch(migdi_arena *arena, const char *path)
{
    return call_of(arena, MIGDI_CALL_WATCH, "GET", path, NULL);
}

/* --- what a job tells ------------------------------------------------------------------------- */

char *test_tell(migd_job *job, migd_status *status)
{
    static const char *const kinds[] = {"?",    "act",  "wait", "done",    "fail",
                                        "note", "plan", "line", "question"};
    char *told = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&told, &size);
    assert_non_null(out);
    const migd_event *event = NULL;
    migd_error *error = NULL;
    do {
        *status = migd_job_next(job, MIGD_FOREVER, &event, &error);
        if (*status == MIGD_OK) {
            const char *step = migd_event_step(event);
            fprintf(out, "%s %s: %s\n", kinds[migd_event_kind(event)], step == NULL ? "-" : step,
                    migd_event_text(event));
        }
    } while (*status == MIGD_OK);
    if (error != NULL) {
        fprintf(out, "%s: %s: %s\n", migd_status_name(*status), migd_error_operation(error),
                migd_error_message(error));
    }
    migd_error_free(error);
    fclose(out);
    return told;
}
