/* A transport that answers from the model of the sandbox, on a clock that only this file moves. */
#include "test_world.h"

#include <faults.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { START_MS_2026 = 1767225600, ACTORS = 16, PATIENCE_MS = 3600000 };

const char test_world_kubeconfig[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: sandbox\n"
    "clusters: [{name: sandbox, cluster: {server: '" TEST_WORLD_URL
    "', insecure-skip-tls-verify: true}}]\n"
    "users: [{name: sandbox, user: {token: " WORLD_TOKEN "}}]\n"
    "contexts: [{name: sandbox, context: {cluster: sandbox, user: sandbox}}]\n";

typedef enum { SENT, ANSWERED, STREAMING } phase;

struct migdi_transfer {
    migdi_transfer *next;
    const migdi_http_receiver *receiver;
    void *owner;
    phase phase;
    int64_t due_ms; /* when the server, or the client, gets it; INT64_MAX: never */
    char *method;
    char *target;
    char *authorization;
    char *accept;
    char *content_type;
    char *user_agent;
    char *body;
    size_t body_size;
    /* the answer */
    int32_t status;
    char answer_type[80];
    int64_t retry_after_s;
    char *answer;
    size_t answer_size;
    bool cut;
    bool reset;
    bool refused;
    bool silent;
    world_watch *watch;
    text events; /* not taken yet */
    bool paused;
    bool ends;
};

typedef struct actor {
    int64_t before;
    const char *method;
    const char *target;
    const char *type;
    const char *body;
} actor;

typedef struct lab_transport {
    migdi_transport base;
    test_world *lab;
    migdi_transfer *transfers; /* in the order that they were sent */
} lab_transport;

struct test_world {
    world *model;
    uint64_t random;
    int64_t start_ms;
    int64_t now_ms;
    int64_t skew_ms;
    int64_t requests;
    faults faults;
    actor actors[ACTORS];
    size_t actor_count;
    const char *denied_method; /* NULL: all but GET */
    const char *denied_part;   /* NULL: nothing is denied */
    int64_t kill_at;
    bool kill_served;
    bool dead;
};

test_world *test_world_new(uint64_t seed, const char *settings)
{
    test_world *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    lab->start_ms = (int64_t)START_MS_2026 * 1000;
    lab->now_ms = lab->start_ms;
    lab->random = seed * 2654435761u + 1;
    lab->model = world_new(seed, lab->start_ms, settings);
    assert_non_null(lab->model);
    return lab;
}

void test_world_free(test_world *lab)
{
    world_free(lab->model);
    free(lab);
}

int64_t test_world_clock(int32_t which, void *user)
{
    const test_world *lab = user;
    return which == 0 ? lab->now_ms - lab->start_ms + 1 : lab->now_ms + lab->skew_ms;
}

void test_world_set_skew(test_world *lab, int64_t skew_ms)
{
    lab->skew_ms = skew_ms;
}

int64_t test_world_now_ms(const test_world *lab)
{
    return lab->now_ms;
}

void test_world_pass(test_world *lab, int64_t ms)
{
    lab->now_ms += ms;
    test_spare_allocations(true);
    world_advance(lab->model, lab->now_ms);
    test_spare_allocations(false);
}

int64_t test_world_requests(const test_world *lab)
{
    return lab->requests;
}

int64_t test_world_writes(const test_world *lab)
{
    return world_writes(lab->model);
}

void test_world_fault(test_world *lab, const char *script)
{
    if (script == NULL) {
        lab->faults.count = 0;
    } else if (!faults_add(&lab->faults, script)) {
        fail_msg("no script of faults: %s", script);
    }
}

void test_world_actor(test_world *lab, int64_t before, const char *method, const char *target,
                      const char *type, const char *body)
{
    assert_true(lab->actor_count < ACTORS);
    lab->actors[lab->actor_count++] = (actor){before, method, target, type, body};
}

void test_world_deny(test_world *lab, const char *method, const char *part)
{
    lab->denied_method = method;
    lab->denied_part = part;
}

void test_world_kill(test_world *lab, int64_t at, bool served)
{
    lab->kill_at = at;
    lab->kill_served = served;
}

bool test_world_is_dead(const test_world *lab)
{
    return lab->dead;
}

void test_world_revive(test_world *lab)
{
    lab->dead = false;
    lab->kill_at = 0;
}

world *test_world_model(test_world *lab)
{
    return lab->model;
}

int32_t test_world_ask(test_world *lab, const char *method, const char *target, const char *type,
                       const char *body, const char **answer)
{
    const world_request request = {.method = method,
                                   .target = target,
                                   .authorization = "Bearer " WORLD_TOKEN,
                                   .content_type = type == NULL ? "application/json" : type,
                                   .user_agent = "kubectl/v1.36.2",
                                   .body = body,
                                   .body_size = body == NULL ? 0 : strlen(body)};
    world_response response;
    test_spare_allocations(true);
    world_answer(lab->model, &request, lab->now_ms, &response);
    test_spare_allocations(false);
    if (answer != NULL) {
        *answer = response.body;
    }
    return response.status;
}

/* --- transfers -------------------------------------------------------------------------------- */

static void free_transfer(migdi_transfer *transfer)
{
    char *const pieces[] = {transfer->method,     transfer->target, transfer->authorization,
                            transfer->accept,     transfer->body,   transfer->content_type,
                            transfer->user_agent, transfer->answer};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        free(pieces[i]);
    }
    world_watch_free(transfer->watch);
    text_free(&transfer->events);
    free(transfer);
}

static void forget(lab_transport *wire, migdi_transfer *transfer)
{
    migdi_transfer **at = &wire->transfers;
    while (*at != NULL && *at != transfer) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = transfer->next;
        free_transfer(transfer);
    }
}

/* One way takes 1 to 8 ms. */
static int64_t one_way(test_world *lab)
{
    lab->random = lab->random * 6364136223846793005u + 1442695040888963407u;
    return lab->now_ms + 1 + (int64_t)(lab->random >> 61);
}

static migdi_transfer *start(migdi_transport *transport, const migdi_http_request *request,
                             const migdi_http_receiver *receiver, void *owner)
{
    lab_transport *wire = (lab_transport *)transport;
    migdi_transfer *transfer = calloc(1, sizeof *transfer);
    assert_non_null(transfer);
    const size_t origin = strlen(TEST_WORLD_URL);
    transfer->receiver = receiver;
    transfer->owner = owner;
    transfer->due_ms = one_way(wire->lab);
    transfer->refused = strncmp(request->url, TEST_WORLD_URL "/", origin + 1) != 0;
    transfer->method = strdup(request->method);
    transfer->target = strdup(transfer->refused ? "/" : request->url + origin);
    for (size_t i = 0; i < request->header_count; i++) {
        const migdi_http_header *header = &request->headers[i];
        char **kept = strcasecmp(header->name, "authorization") == 0  ? &transfer->authorization
                      : strcasecmp(header->name, "accept") == 0       ? &transfer->accept
                      : strcasecmp(header->name, "content-type") == 0 ? &transfer->content_type
                      : strcasecmp(header->name, "user-agent") == 0   ? &transfer->user_agent
                                                                      : NULL;
        if (kept != NULL) {
            free(*kept);
            *kept = strdup(header->value);
        }
    }
    transfer->body_size = request->body == NULL ? 0 : request->body_size;
    transfer->body = malloc(transfer->body_size + 1);
    if (transfer->body_size > 0) {
        memcpy(transfer->body, request->body, transfer->body_size);
    }
    migdi_transfer **last = &wire->transfers;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = transfer;
    return transfer;
}

static void resume(migdi_transport *transport, migdi_transfer *transfer)
{
    (void)transport;
    transfer->paused = false;
}

static void abandon(migdi_transport *transport, migdi_transfer *transfer)
{
    forget((lab_transport *)transport, transfer);
}

/* --- the server's side ------------------------------------------------------------------------ */

static void set_answer(migdi_transfer *transfer, int32_t status, const char *type, const char *body,
                       size_t size)
{
    transfer->status = status;
    snprintf(transfer->answer_type, sizeof transfer->answer_type, "%s", type);
    transfer->answer = malloc(size + 1);
    assert_non_null(transfer->answer);
    memcpy(transfer->answer, body, size);
    transfer->answer_size = size;
}

static bool is_denied(const test_world *lab, const migdi_transfer *transfer)
{
    const char *method = lab->denied_method;
    return lab->denied_part != NULL && strstr(transfer->target, lab->denied_part) != NULL &&
           (method == NULL ? strcmp(transfer->method, "GET") != 0
                           : strcmp(transfer->method, method) == 0);
}

static void ask_model(test_world *lab, migdi_transfer *transfer, int64_t behind)
{
    static const char without_rights[] = "Bearer " WORLD_VIEWER_TOKEN;
    const world_request request = {
        .method = transfer->method,
        .target = transfer->target,
        .authorization = is_denied(lab, transfer) ? without_rights : transfer->authorization,
        .accept = transfer->accept,
        .content_type = transfer->content_type,
        .user_agent = transfer->user_agent,
        .body = transfer->body,
        .body_size = transfer->body_size};
    world_response response;
    test_spare_allocations(true);
    world_answer_stale(lab->model, &request, lab->now_ms,
                       strcmp(transfer->method, "GET") == 0 ? behind : 0, &response);
    test_spare_allocations(false);
    transfer->retry_after_s = response.retry_after_s;
    transfer->watch = response.watch;
    transfer->events.memory = NULL;
    set_answer(transfer, response.status, response.content_type, response.body, response.body_size);
}

static void act(test_world *lab)
{
    for (size_t i = 0; i < lab->actor_count; i++) {
        const actor *one = &lab->actors[i];
        if (one->before == lab->requests) {
            const int32_t status =
                test_world_ask(lab, one->method, one->target, one->type, one->body, NULL);
            if (status >= 500) {
                fail_msg("the actor's %s %s is answered with %d", one->method, one->target,
                         (int)status);
            }
        }
    }
}

static void serve(test_world *lab, migdi_transfer *transfer)
{
    lab->requests++;
    act(lab);
    const fault what = faults_at(&lab->faults, lab->requests);
    if (lab->kill_at == lab->requests) {
        lab->dead = true;
        if (!lab->kill_served) {
            return;
        }
    }
    transfer->phase = ANSWERED;
    transfer->due_ms = what.kind == FAULT_STALL ? INT64_MAX : one_way(lab);
    transfer->retry_after_s = -1;
    transfer->reset = what.kind == FAULT_RESET_BEFORE || what.kind == FAULT_RESET_AFTER;
    transfer->refused = transfer->refused || what.kind == FAULT_REFUSE;
    transfer->cut = what.kind == FAULT_CUT;
    transfer->silent = what.kind == FAULT_SILENT;
    static const char page[] = "<html><body><h1>502 Bad Gateway</h1></body></html>\n";
    if (what.kind == FAULT_STATUS) {
        char body[256];
        const int size =
            snprintf(body, sizeof body,
                     "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":"
                     "\"Failure\",\"message\":\"a fault on demand\",\"code\":%d}\n",
                     (int)what.number);
        transfer->retry_after_s = what.number == 429 || what.number == 503 ? 1 : -1;
        set_answer(transfer, (int32_t)what.number, "application/json", body, (size_t)size);
    } else if (what.kind == FAULT_HTML) {
        set_answer(transfer, 502, "text/html", page, sizeof page - 1);
    } else if (what.kind != FAULT_RESET_BEFORE && what.kind != FAULT_STALL && !transfer->refused) {
        ask_model(lab, transfer, what.kind == FAULT_STALE ? what.number : 0);
    }
}

/* --- the client's side ------------------------------------------------------------------------ */

static void tell_head(test_world *lab, migdi_transfer *transfer)
{
    char date[40];
    char retry[24];
    const time_t seconds = (time_t)(lab->now_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    snprintf(retry, sizeof retry, "%lld", (long long)transfer->retry_after_s);
    const migdi_http_header headers[] = {{"date", date},
                                         {"content-type", transfer->answer_type},
                                         {"x-migdeploy-pace", "1"},
                                         {"retry-after", retry}};
    const migdi_http_head head = {transfer->status, headers, transfer->retry_after_s < 0 ? 3 : 4};
    transfer->receiver->head(transfer->owner, &head);
}

static bool is_known(const lab_transport *wire, const migdi_transfer *transfer)
{
    const migdi_transfer *at = wire->transfers;
    while (at != NULL && at != transfer) {
        at = at->next;
    }
    return at != NULL;
}

static void finish(lab_transport *wire, migdi_transfer *transfer, migd_status status,
                   const char *message)
{
    const migdi_http_receiver *receiver = transfer->receiver;
    void *owner = transfer->owner;
    const bool reached = !transfer->refused;
    forget(wire, transfer);
    receiver->end(owner, status, message, reached);
}

/* Tells what there is, as far as the receiver takes it. Between two calls of the receiver, the
 * transfer may be gone. */
static void deliver(lab_transport *wire, migdi_transfer *transfer)
{
    if (transfer->refused) {
        finish(wire, transfer, MIGD_ERR_NETWORK, "connection refused");
        return;
    }
    if (transfer->reset) {
        finish(wire, transfer, MIGD_ERR_NETWORK, "connection reset by peer");
        return;
    }
    tell_head(wire->lab, transfer);
    if (transfer->watch != NULL) {
        transfer->phase = STREAMING;
        transfer->due_ms = INT64_MAX;
        return;
    }
    const size_t size = transfer->cut ? transfer->answer_size / 2 : transfer->answer_size;
    if (size > 0 && !transfer->receiver->data(transfer->owner, transfer->answer, size)) {
        transfer->paused = true;
        fail_msg("a whole answer was not taken");
    }
    finish(wire, transfer, transfer->cut ? MIGD_ERR_NETWORK : MIGD_OK,
           transfer->cut ? "transfer closed with outstanding read data remaining" : NULL);
}

static bool stream(lab_transport *wire, migdi_transfer *transfer)
{
    if (transfer->paused || transfer->silent) {
        return false;
    }
    if (!transfer->ends) {
        test_spare_allocations(true);
        transfer->ends = !world_watch_read(transfer->watch, wire->lab->now_ms, &transfer->events);
        test_spare_allocations(false);
    }
    const bool told = transfer->events.size > 0;
    if (told &&
        !transfer->receiver->data(transfer->owner, transfer->events.bytes, transfer->events.size)) {
        transfer->paused = true;
        return true;
    }
    transfer->events.size = 0;
    if (transfer->ends) {
        finish(wire, transfer, MIGD_OK, NULL);
        return true;
    }
    return told;
}

/* Serves and tells all that is due. Answers whether there was anything. */
static bool dispatch(lab_transport *wire)
{
    test_world *lab = wire->lab;
    bool any = false;
    for (migdi_transfer *at = wire->transfers; at != NULL && !lab->dead;) {
        migdi_transfer *next = at->next;
        if (at->phase == STREAMING) {
            any = stream(wire, at) || any;
        } else if (at->due_ms <= lab->now_ms) {
            any = true;
            if (at->phase == SENT) {
                serve(lab, at);
            } else {
                deliver(wire, at);
            }
        }
        /* What was told may have ended others. */
        at = next != NULL && is_known(wire, next) ? next : NULL;
    }
    return any;
}

static int64_t next_due(const lab_transport *wire)
{
    int64_t due = INT64_MAX;
    bool streams = false;
    for (const migdi_transfer *at = wire->transfers; at != NULL; at = at->next) {
        due = at->due_ms < due ? at->due_ms : due;
        streams = streams || (at->phase == STREAMING && !at->paused && !at->silent);
    }
    const int64_t happens = streams ? world_next_ms(wire->lab->model) : -1;
    return happens >= 0 && happens < due ? happens : due;
}

static void turn(migdi_transport *transport, int64_t timeout_ms, int32_t wake_fd)
{
    lab_transport *wire = (lab_transport *)transport;
    test_world *lab = wire->lab;
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    if (dispatch(wire) || timeout_ms == 0 || (wake_fd >= 0 && poll(&wake, 1, 0) > 0)) {
        return;
    }
    const int64_t due = lab->dead ? INT64_MAX : next_due(wire);
    const int64_t until = timeout_ms < 0 ? INT64_MAX : lab->now_ms + timeout_ms;
    const int64_t next = due < until ? due : until;
    if (next == INT64_MAX) {
        fail_msg("nothing left to wait for: a job hangs for ever");
    }
    lab->now_ms = next > lab->now_ms ? next : lab->now_ms;
    dispatch(wire);
}

static int64_t timeout_ms(const migdi_transport *transport)
{
    const lab_transport *wire = (const lab_transport *)transport;
    const int64_t due = next_due(wire);
    return due == INT64_MAX ? -1 : due > wire->lab->now_ms ? due - wire->lab->now_ms : 0;
}

static int32_t fd(const migdi_transport *transport)
{
    (void)transport;
    return -1;
}

static void close_transport(migdi_transport *transport)
{
    lab_transport *wire = (lab_transport *)transport;
    while (wire->transfers != NULL) {
        forget(wire, wire->transfers);
    }
    free(wire);
}

migdi_transport *test_world_transport(test_world *lab)
{
    static const migdi_transport_kind kind = {"world", start,      resume, abandon,
                                              turn,    timeout_ms, fd,     close_transport};
    lab_transport *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    wire->base.kind = &kind;
    wire->lab = lab;
    return &wire->base;
}
