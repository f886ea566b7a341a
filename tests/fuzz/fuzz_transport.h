/* A transport in memory for fuzz targets: each transfer tells its head, then the bytes in pieces,
 * one a turn, then its end; and its clock moves by itself. */
#ifndef FUZZ_TRANSPORT_H
#define FUZZ_TRANSPORT_H

#include "codec_object.h"
#include "job_run.h"

#include <stdlib.h>
#include <string.h>

typedef struct fuzz_transfer {
    const migdi_http_receiver *receiver;
    void *owner;
    size_t at;
    bool headed;
    bool paused;
} fuzz_transfer;

/* What every request is answered. */
typedef struct fuzz_answer {
    int32_t status;
    const migdi_http_header *headers;
    size_t header_count;
    const char *bytes;
    size_t size;
    size_t piece; /* 1 or more */
    migd_status end;
} fuzz_answer;

typedef struct fuzz_transport {
    migdi_transport base;
    fuzz_answer answer;
    int64_t now_ms;
    fuzz_transfer *flying[8];
} fuzz_transport;

static inline migdi_transfer *fuzz_start(migdi_transport *base, const migdi_http_request *request,
                                         const migdi_http_receiver *receiver, void *owner)
{
    fuzz_transport *transport = (fuzz_transport *)base;
    (void)request;
    for (size_t i = 0; i < 8; i++) {
        if (transport->flying[i] == NULL) {
            transport->flying[i] = calloc(1, sizeof *transport->flying[i]);
            transport->flying[i]->receiver = receiver;
            transport->flying[i]->owner = owner;
            return (migdi_transfer *)transport->flying[i];
        }
    }
    return NULL;
}

static inline void fuzz_land(fuzz_transport *transport, const fuzz_transfer *transfer)
{
    for (size_t i = 0; i < 8; i++) {
        if (transport->flying[i] == transfer) {
            free(transport->flying[i]);
            transport->flying[i] = NULL;
            return;
        }
    }
    abort(); /* it was not in flight */
}

static inline void fuzz_resume(migdi_transport *base, migdi_transfer *transfer)
{
    (void)base;
    ((fuzz_transfer *)transfer)->paused = false;
}

static inline void fuzz_abandon(migdi_transport *base, migdi_transfer *transfer)
{
    fuzz_land((fuzz_transport *)base, (fuzz_transfer *)transfer);
}

static inline void fuzz_tell(fuzz_transport *transport, fuzz_transfer *transfer)
{
    const fuzz_answer *answer = &transport->answer;
    const size_t left = answer->size - transfer->at;
    const size_t piece = answer->piece < left ? answer->piece : left;
    const migdi_http_head head = {answer->status, answer->headers, answer->header_count};
    if (transfer->paused) {
        return;
    }
    if (!transfer->headed) {
        transfer->headed = true;
        transfer->receiver->head(transfer->owner, &head);
    } else if (left > 0) {
        transfer->paused =
            !transfer->receiver->data(transfer->owner, answer->bytes + transfer->at, piece);
        transfer->at += transfer->paused ? 0 : piece;
    } else {
        const migdi_http_receiver *receiver = transfer->receiver;
        void *owner = transfer->owner;
        fuzz_land(transport, transfer);
        receiver->end(owner, answer->end, "lost", true);
    }
}

static inline void fuzz_turn(migdi_transport *base, int64_t timeout_ms, int32_t wake_fd)
{
    fuzz_transport *transport = (fuzz_transport *)base;
    bool flying = false;
    (void)wake_fd;
    for (size_t i = 0; i < 8; i++) {
        if (transport->flying[i] != NULL && !transport->flying[i]->paused) {
            flying = true;
            fuzz_tell(transport, transport->flying[i]);
        }
    }
    transport->now_ms += flying ? 50 : timeout_ms < 0 ? 1000 : timeout_ms;
}

static inline int64_t fuzz_timeout_ms(const migdi_transport *base)
{
    (void)base;
    return 0;
}

static inline int32_t fuzz_fd(const migdi_transport *base)
{
    (void)base;
    return -1;
}

static inline void fuzz_close(migdi_transport *base)
{
    fuzz_transport *transport = (fuzz_transport *)base;
    for (size_t i = 0; i < 8; i++) {
        free(transport->flying[i]);
    }
    free(transport);
}

static inline int64_t fuzz_clock(int32_t which, void *user)
{
    const fuzz_transport *transport = user;
    return which == MIGD_CLOCK_UNIX ? transport->now_ms + INT64_C(1795545600000)
                                    : transport->now_ms;
}

/* A context on that transport, which answers so. */
static inline migd_context *fuzz_context(const fuzz_answer *answer, fuzz_transport **out)
{
    static const migdi_transport_kind kind = {"fuzz",    fuzz_start,      fuzz_resume, fuzz_abandon,
                                              fuzz_turn, fuzz_timeout_ms, fuzz_fd,     fuzz_close};
    fuzz_transport *transport = calloc(1, sizeof *transport);
    migd_context_options *options = NULL;
    migd_context *context = NULL;
    transport->base.kind = &kind;
    transport->answer = *answer;
    transport->now_ms = 1000;
    migd_context_options_new(&options, NULL);
    migd_context_options_set_clock(options, fuzz_clock, transport);
    migd_context_options_set_int64(options, MIGD_CONTEXT_EVENTS, 8, NULL);
    migd_context_options_set_int64(options, MIGD_CONTEXT_WATCH_LINE_BYTES, 4096, NULL);
    migd_context_options_set_int64(options, MIGD_CONTEXT_ANSWER_BYTES, 32768, NULL);
    if (migdi_context_new_on(options, &transport->base, &context, NULL) != MIGD_OK) {
        abort();
    }
    migdi_context_set_seed(context, 1);
    migd_context_options_free(options);
    *out = transport;
    return context;
}

static inline migd_status fuzz_prepare(migdi_target *target, const migdi_call *call,
                                       migdi_arena *arena, migdi_http_request *request,
                                       migd_error **error)
{
    (void)call;
    (void)arena;
    (void)error;
    request->url = target->label;
    return MIGD_OK;
}

static inline migd_status fuzz_understand(migdi_target *target, const migdi_call *call,
                                          const migdi_answer *answer, migd_object **document,
                                          migd_error **error)
{
    (void)target;
    (void)call;
    if (answer->head->status >= 400) {
        return migdi_fail(error, answer->head->status == 404 ? MIGD_ERR_NOT_FOUND : MIGD_ERR_REMOTE,
                          "%s", answer->body);
    }
    return migd_object_parse(answer->body, answer->body_size, NULL, document, error);
}

static inline const migd_object *fuzz_items(migdi_target *target, const migd_object *page)
{
    (void)target;
    return migd_object_at(page, "/items");
}

static const migdi_target_kind fuzz_kind = {"fuzz", fuzz_prepare, fuzz_understand,
                                            NULL,   fuzz_items,   NULL};

#endif
