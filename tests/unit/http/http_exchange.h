/* One request on the transport on libcurl, turned to its end. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "test_support.h"

#include "core_os.h"
#include "http_header.h"
#include "test_server.h"

#include <migdeploy/context.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 10000 /* of a test that has gone wrong */

typedef struct exchange {
    int32_t status; /* of the head; 0: none */
    char content_type[64];
    char location[64];
    size_t header_count;
    char *body;
    size_t size;
    size_t pieces;
    size_t pauses; /* how often to answer "full" before taking anything */
    bool ended;
    migd_status end;
    char message[256];
    bool reached;
    bool pipe_held; /* SIGPIPE, while it was told */
} exchange;

static inline void note(char *out, size_t size, const char *value)
{
    snprintf(out, size, "%s", value == NULL ? "" : value);
}

static inline void on_head(void *owner, const migdi_http_head *head)
{
    exchange *e = owner;
    assert_int_equal(e->status, 0);
    e->status = head->status;
    e->header_count = head->header_count;
    note(e->content_type, sizeof e->content_type, migdi_http_header_value(head, "content-type"));
    note(e->location, sizeof e->location, migdi_http_header_value(head, "location"));
}

static inline bool on_data(void *owner, const char *bytes, size_t size)
{
    exchange *e = owner;
    assert_int_not_equal(e->status, 0);
    assert_false(e->ended);
    if (e->pauses > 0) {
        e->pauses--;
        return false;
    }
    e->body = realloc(e->body, e->size + size + 1);
    memcpy(e->body + e->size, bytes, size);
    e->size += size;
    e->body[e->size] = '\0';
    e->pieces++;
    return true;
}

static inline bool is_pipe_held(void)
{
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, SIGPIPE) == 1;
}

static inline void on_end(void *owner, migd_status status, const char *message, bool reached)
{
    exchange *e = owner;
    assert_false(e->ended);
    e->ended = true;
    e->end = status;
    note(e->message, sizeof e->message, message);
    e->reached = reached;
    e->pipe_held = is_pipe_held();
}

static const migdi_http_receiver receiver = {on_head, on_data, on_end};

static inline migdi_transport *open_transport(void)
{
    const migdi_http_curl_settings settings = {.user_agent = "test/1", .connections = 4};
    migdi_transport *transport = migdi_http_curl_new(&settings);
    assert_non_null(transport);
    return transport;
}

static inline migdi_transfer *begin(migdi_transport *transport, const migdi_http_request *request,
                                    exchange *e)
{
    *e = (exchange){0};
    migdi_transfer *transfer = transport->kind->start(transport, request, &receiver, e);
    assert_non_null(transfer);
    return transfer;
}

static inline void turn_until(migdi_transport *transport, const bool *done)
{
    const int64_t until = migdi_os_monotonic_ms() + PATIENCE_MS;
    while (!*done) {
        transport->kind->turn(transport, 100, -1);
        if (migdi_os_monotonic_ms() > until) {
            fail_msg("it does not end");
        }
    }
}

static inline void exchange_with(migdi_transport *transport, const migdi_http_request *request,
                                 exchange *e)
{
    begin(transport, request, e);
    turn_until(transport, &e->ended);
}

/* GET of a URL. */
static inline exchange get(migdi_transport *transport, const char *url, const migdi_http_peer *peer)
{
    exchange e;
    exchange_with(
        transport,
        &(migdi_http_request){.method = "GET", .url = url, .peer = peer, .connect_ms = PATIENCE_MS},
        &e);
    return e;
}

#endif
