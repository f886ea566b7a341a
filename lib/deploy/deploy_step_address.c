/* Where clients connect: the balancer's address once it has one; a note where nobody gives
 * addresses. */
#include "deploy_clients.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_time.h"

#include <inttypes.h>

/* A cluster without a load balancer controller never answers; one with it does within this time. */
#define PATIENCE_MS 60000

typedef struct {
    bool exists;
    bool balanced; /* type LoadBalancer */
    const char *type;
    const char *host; /* of the balancer, or the Service's own inside the cluster */
    int64_t port;     /* that it says it serves; 0: that of the wish */
    int64_t age_ms;
} address_seen;

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_address_wish *wish = wished;
    address_seen *seen = out;
    const migd_object *service =
        migdi_see(view, migdi_kube_get(migdi_view_arena(view), &migdi_kube_services,
                                       wish->namespace_, wish->service));
    if (service == NULL) {
        return;
    }
    const int64_t now = migdi_view_now_unix_ms(view);
    seen->exists = true;
    seen->type = migd_object_text(service, "/spec/type", "ClusterIP");
    seen->balanced = migdi_text_equal(seen->type, "LoadBalancer");
    seen->age_ms = now - migdi_kube_time_or(
                             migd_object_text(service, "/metadata/creationTimestamp", NULL), now);
    seen->host = seen->balanced ? migdi_clients_host(service)
                                : migd_object_text(service, "/spec/clusterIP", NULL);
    seen->port = seen->balanced ? migdi_clients_port(service) : 0;
}

static const char *at(const migdi_address_wish *wish, const address_seen *seen, migdi_arena *arena)
{
    return migdi_clients_at(seen->host, seen->port > 0 ? seen->port : wish->port, arena);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    const migdi_address_wish *wish = wished;
    const address_seen *seen = in;
    (void)goal;
    migdi_poll(verdict, 1000, 5000);
    if (!seen->exists) {
        migdi_going(verdict, "Service/%s/%s is awaited", wish->namespace_, wish->service);
    } else if (seen->host != NULL) {
        migdi_done(verdict, "%s%s", at(wish, seen, migdi_verdict_arena(verdict)),
                   seen->balanced ? "" : ", inside the cluster");
    } else if (!seen->balanced) {
        migdi_done(verdict, "a %s Service has no address of its own", seen->type);
    } else if (seen->age_ms >= PATIENCE_MS) {
        migdi_note(verdict, "address",
                   "no balancer took Service/%s/%s in %d s: is a load balancer controller there?",
                   wish->namespace_, wish->service, PATIENCE_MS / 1000);
        migdi_done(verdict, "no address yet");
    } else {
        migdi_going(verdict, "Service/%s/%s has no address yet", wish->namespace_, wish->service);
    }
}

static void imagine(const void *wished, const migdi_act *act, void *out)
{
    (void)wished;
    (void)act;
    *(address_seen *)out = (address_seen){.exists = true, .balanced = true, .host = "known later"};
}

static void report(const void *wished, const void *in, migdi_builder *result)
{
    const address_seen *seen = in;
    migdi_arena arena = {0};
    const char *address = seen->host == NULL ? NULL : at(wished, seen, &arena);
    const char *url = address == NULL ? NULL : migdi_arena_format(&arena, "http://%s", address);
    result->status = arena.failed ? MIGD_ERR_NOMEM : result->status;
    migdi_build_string(result, url, "/address");
    migdi_arena_free(&arena);
}

const migdi_step_kind migdi_deploy_address = {
    .name = MIGDI_STEP_ADDRESS,
    .seen_size = sizeof(address_seen),
    .observe = observe,
    .decide = decide,
    .imagine = imagine,
    .report = report,
};
