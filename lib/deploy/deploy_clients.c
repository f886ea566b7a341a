/* What clients are told to connect to, as a server of its own: plain HTTP, no credentials. */
#include "deploy_clients.h"

#include <inttypes.h>
#include <string.h>

/* Somebody waits in front of a screen: an address that takes no connection is not waited for. */
#define CONNECT_MS 2000

/* In front of an error; whoever asked knows which address. */
#define LABEL "the address"

const char *migdi_clients_at(const char *host, int64_t port, migdi_arena *arena)
{
    const bool v6 = strchr(host, ':') != NULL;
    return migdi_arena_format(arena, "%s%s%s:%" PRId64, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

const char *migdi_clients_host(const migd_object *service)
{
    const migd_object *ingress = migd_object_at(service, "/status/loadBalancer/ingress/0");
    return migd_object_text(ingress, "/hostname", migd_object_text(ingress, "/ip", NULL));
}

int64_t migdi_clients_port(const migd_object *service)
{
    return migd_object_int64(service, "/status/loadBalancer/ingress/0/ports/0/port", 0);
}

const migdi_call *migdi_clients_ask(migdi_arena *arena, const char *address)
{
    migdi_call *call = migdi_arena_alloc_zeroed(arena, 1, sizeof *call);
    if (call != NULL) {
        *call = (migdi_call){
            .kind = MIGDI_CALL_READ,
            .target = MIGDI_TARGET_CLIENTS,
            .idempotent = true,
            .once = true,
            .method = "GET",
            .path = migdi_arena_format(arena, "http://%s/health", address),
            .name = migdi_arena_format(arena, "ask %s", address),
        };
    }
    return call;
}

static migd_status prepare(migdi_target *target, const migdi_call *call, migdi_arena *arena,
                           migdi_http_request *request, migd_error **error)
{
    (void)target;
    (void)arena;
    (void)error;
    request->url = call->path;
    request->connect_ms = request->connect_ms < CONNECT_MS ? request->connect_ms : CONNECT_MS;
    return MIGD_OK;
}

static migd_status understand(migdi_target *target, const migdi_call *call,
                              const migdi_answer *answer, migd_object **document,
                              migd_error **error)
{
    (void)target;
    (void)call;
    if (answer->head->status != 200) {
        return migdi_fail(error, MIGD_ERR_REMOTE, "/health answers %d", (int)answer->head->status);
    }
    return migd_object_new(document, error);
}

static const migdi_call *next_page(migdi_target *target, const migdi_call *call,
                                   const migd_object *page, migdi_arena *arena)
{
    (void)target;
    (void)call;
    (void)page;
    (void)arena;
    return NULL;
}

static const migd_object *items(migdi_target *target, const migd_object *page)
{
    (void)target;
    (void)page;
    return NULL;
}

static const migdi_target_kind kind = {.name = "clients",
                                       .prepare = prepare,
                                       .understand = understand,
                                       .next_page = next_page,
                                       .items = items};

const char *migdi_clients_trouble(const migd_error *error)
{
    static const char label[] = LABEL ": ";
    const char *message = migd_error_message(error);
    const size_t size = strlen(label);
    return message != NULL && strncmp(message, label, size) == 0 ? message + size : message;
}

migd_status migdi_clients_join(migd_job *job, migd_error **error)
{
    migdi_target *target = migdi_arena_alloc_zeroed(migdi_job_arena(job), 1, sizeof *target);
    if (target == NULL) {
        return migdi_fail_nomem(error);
    }
    *target = (migdi_target){.kind = &kind, .label = LABEL};
    migdi_job_set_target(job, MIGDI_TARGET_CLIENTS, target);
    return MIGD_OK;
}
