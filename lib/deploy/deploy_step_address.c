/* Where clients connect: the balancer's address once it has one; a note where nobody gives
 * addresses. */
#include "deploy_steps.h"
#include "kube_calls.h"
#include "kube_time.h"

#include <inttypes.h>
#include <string.h>

/* A cluster without a load balancer controller never answers; one with it does within this time. */
#define PATIENCE_MS 60000

typedef struct {
    bool exists;
    bool balanced; /* type LoadBalancer */
    const char *type;
    const char *host; /* of the balancer, or the Service's own inside the cluster */
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
    const migd_object *ingress = migd_object_at(service, "/status/loadBalancer/ingress/0");
    seen->host = seen->balanced ? migd_object_text(ingress, "/hostname",
                                                   migd_object_text(ingress, "/ip", NULL))
                                : migd_object_text(service, "/spec/clusterIP", NULL);
}

/* "HOST:PORT", with brackets around an IPv6 address. */
static const char *at_port(const char *host, int64_t port, migdi_arena *arena)
{
    const bool v6 = strchr(host, ':') != NULL;
    return migdi_arena_format(arena, "%s%s%s:%" PRId64, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

const char *migdi_address_url(const char *host, int64_t port, migdi_arena *arena)
{
    const char *address = at_port(host, port, arena);
    return address == NULL ? NULL : migdi_arena_format(arena, "http://%s", address);
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
        migdi_done(verdict, "%s%s", at_port(seen->host, wish->port, migdi_verdict_arena(verdict)),
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
    const migdi_address_wish *wish = wished;
    const address_seen *seen = in;
    migdi_arena arena = {0};
    const char *url = seen->host == NULL ? NULL : migdi_address_url(seen->host, wish->port, &arena);
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
