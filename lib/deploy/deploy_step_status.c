/* What runs, whether it is safe, what is wrong. Keys of the document never disappear: null is
 * unknown. */
#include "codec_object.h"
#include "deploy_live.h"
#include "deploy_status.h"
#include "kube_calls.h"
#include "manifest_extract.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    migdi_cluster_seen cluster;
    bool nodes_known;
    int64_t nodes;
    int64_t nodes_ready;
    int64_t zones;
    const char *silent_node;    /* one that is not Ready */
    const migdi_budget *budget; /* the first that covers members; NULL: none does */
    const char *service_type;
    const char *address;
} status_seen;

static void observe_nodes(migdi_view *view, status_seen *seen)
{
    const migd_error *error = NULL; /* who may not list nodes is told null */
    const migd_object *nodes = migd_object_at(
        migdi_try_see(view, migdi_kube_list(migdi_view_arena(view), &migdi_kube_nodes, NULL, NULL),
                      &error),
        "/items");
    const char *zones[64] = {0};
    seen->nodes_known = nodes != NULL;
    seen->nodes = (int64_t)migd_object_count(nodes);
    for (size_t i = 0; i < migd_object_count(nodes); i++) {
        const migd_object *node = migd_object_item(nodes, i);
        const char *zone =
            migd_object_text(node, "/metadata/labels/topology.kubernetes.io~1zone", NULL);
        const bool ready = migdi_text_equal(migdi_kube_condition(node, "Ready"), "True");
        seen->nodes_ready += ready;
        if (!ready) {
            seen->silent_node = migd_object_text(node, "/metadata/name", NULL);
        }
        int64_t known = 0;
        while (known < seen->zones && !migdi_text_equal(zones[known], zone)) {
            known++;
        }
        if (zone != NULL && known == seen->zones && known < 64) {
            zones[seen->zones++] = zone;
        }
    }
}

/* Which budget covers the members, as the rules see it. */
static void observe_budget(const migdi_cluster_wish *wish, migdi_view *view, status_seen *seen)
{
    migdi_arena *arena = migdi_view_arena(view);
    migdi_world world = {0};
    const migd_object *set = migdi_see(
        view, migdi_kube_get(arena, &migdi_kube_statefulsets, wish->namespace_, wish->name));
    const migd_object *budgets = migdi_see_list(
        view, migdi_kube_list(arena, &migdi_kube_poddisruptionbudgets, wish->namespace_, NULL));
    migd_objects *list = migdi_live_list(arena);
    migdi_live_add(list, set, &migdi_kube_statefulsets, arena);
    migdi_live_add_all(list, budgets, &migdi_kube_poddisruptionbudgets, arena);
    if (arena->failed || !migdi_extract(list, NULL, arena, &world)) {
        arena->failed = true;
    } else if (world.set_count == 1 && world.sets->budget_count > 0) {
        seen->budget = world.sets->budgets;
    }
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_status_wish *wish = wished;
    status_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    migdi_cluster_observe_number(wish->cluster, view, &seen->cluster);
    observe_nodes(view, seen);
    observe_budget(wish->cluster, view, seen);
    const migd_object *service =
        migdi_see(view, migdi_kube_get(arena, &migdi_kube_services, wish->cluster->namespace_,
                                       wish->service));
    const migd_object *ingress = migd_object_at(service, "/status/loadBalancer/ingress/0");
    const char *host =
        migd_object_text(ingress, "/hostname", migd_object_text(ingress, "/ip", NULL));
    seen->service_type = migd_object_text(service, "/spec/type", NULL);
    seen->address =
        host == NULL ? NULL : migdi_arena_format(arena, "http://%s:%" PRId64, host, wish->port);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    (void)wished;
    (void)goal;
    (void)in;
    migdi_done(verdict, "looked");
}

static int64_t ready_members(const migdi_cluster_seen *seen)
{
    int64_t ready = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        ready += seen->members[i].state.ready;
    }
    return ready;
}

/* How many pods the budget covers and lets go now, from specs and pods: a budget's status may
 * lag. */
static int64_t may_leave(const status_seen *seen)
{
    const migdi_budget *budget = seen->budget;
    int64_t healthy = 0;
    for (size_t i = 0; i < seen->cluster.member_count; i++) {
        const migdi_member *member = &seen->cluster.members[i];
        const bool covered =
            budget->covers == NULL ||
            ((size_t)member->ordinal < budget->covers_count && budget->covers[member->ordinal]);
        healthy += covered && member->state.ready;
    }
    const int64_t left = healthy - migdi_budget_kept(budget, seen->cluster.replicas);
    return left < 0 ? 0 : left;
}

static void report_members(const migdi_status_wish *wish, const status_seen *seen, migd_object *out)
{
    const migdi_cluster_seen *cluster = &seen->cluster;
    const int64_t up = migdi_cluster_seeds_up(wish->cluster, cluster);
    const int64_t quorum = migdi_cluster_quorum(wish->cluster);
    migd_object_set_int64(out, "/members/ready", ready_members(cluster), NULL);
    migd_object_set_int64(out, "/members/wanted", cluster->replicas, NULL);
    if (wish->most_members > 0) {
        migd_object_set_int64(out, "/members/most", wish->most_members, NULL);
    }
    if (wish->cluster->seeds > 0) {
        migd_object_set_int64(out, "/seeds/up", up, NULL);
        migd_object_set_int64(out, "/seeds/of", wish->cluster->seeds, NULL);
        migd_object_set_int64(out, "/seeds/quorum", quorum, NULL);
        migd_object_set_int64(out, "/seeds/margin", up - quorum, NULL);
    }
    for (size_t i = 0; i < cluster->member_count && i < 1000; i++) {
        const migdi_member *member = &cluster->members[i];
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/members/list/%zu/name", i);
        migd_object_set_string(out, pointer, member->pod, NULL);
        snprintf(pointer, sizeof pointer, "/members/list/%zu/ready", i);
        migd_object_set_boolean(out, pointer, member->state.ready, NULL);
        snprintf(pointer, sizeof pointer, "/members/list/%zu/node", i);
        migd_object_set_string(out, pointer, member->state.node, NULL);
        snprintf(pointer, sizeof pointer, "/members/list/%zu/trouble", i);
        migd_object_set_string(out, pointer, member->trouble, NULL);
    }
}

/* Of "Kind/namespace/name". */
static const char *name_in(const char *title)
{
    const char *slash = strrchr(title, '/');
    return slash == NULL ? title : slash + 1;
}

static void report_surroundings(const status_seen *seen, migd_object *out)
{
    const migdi_cluster_seen *cluster = &seen->cluster;
    if (seen->nodes_known) {
        migd_object_set_int64(out, "/nodes/ready", seen->nodes_ready, NULL);
        migd_object_set_int64(out, "/nodes/all", seen->nodes, NULL);
        migd_object_set_int64(out, "/nodes/zones", seen->zones, NULL);
        migd_object_set_string(out, "/nodes/silent", seen->silent_node, NULL);
    }
    if (seen->budget != NULL) {
        migd_object_set_string(out, "/drain/budget", name_in(seen->budget->at.object), NULL);
    }
    if (seen->budget != NULL && seen->budget->amount.known) {
        migd_object_set_int64(out, "/drain/mayLeave", may_leave(seen), NULL);
    }
    migd_object_set_string(out, "/scaling/autoscaler", cluster->autoscaler, NULL);
    if (cluster->autoscaler != NULL) {
        migd_object_set_int64(out, "/scaling/least", cluster->least, NULL);
        migd_object_set_int64(out, "/scaling/most", cluster->most, NULL);
    }
    migd_object_set_string(out, "/scaling/owner", cluster->number.name, NULL);
    migd_object_set_string(out, "/address/type", seen->service_type, NULL);
    migd_object_set_string(out, "/address/url", seen->address, NULL);
    migd_object_set_int64(out, "/roll/partition", cluster->partition, NULL);
}

/* The shape, with everything unknown. */
static void report_nothing(migd_object *out)
{
    static const char *const unknown[] = {
        "/nodes/ready",    "/nodes/all",      "/nodes/zones",        "/nodes/silent",
        "/members/ready",  "/members/wanted", "/members/most",       "/members/list",
        "/seeds/up",       "/seeds/of",       "/seeds/quorum",       "/seeds/margin",
        "/drain/budget",   "/drain/mayLeave", "/scaling/autoscaler", "/scaling/least",
        "/scaling/most",   "/scaling/owner",  "/address/type",       "/address/url",
        "/roll/partition", "/trouble",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        migd_object_set_string(out, unknown[i], NULL, NULL);
    }
}

static void report(const void *wished, const void *in, migd_object *out)
{
    const migdi_status_wish *wish = wished;
    const status_seen *seen = in;
    migd_object_set_string(out, "/name", wish->cluster->name, NULL);
    migd_object_set_string(out, "/namespace", wish->cluster->namespace_, NULL);
    migd_object_set_boolean(out, "/exists", seen->cluster.exists, NULL);
    report_nothing(out);
    report_surroundings(seen, out);
    if (seen->cluster.exists) {
        migd_object_remove(out, "/members/list", NULL);
        migd_object *empty = NULL;
        if (migd_object_parse("[]", 2, NULL, &empty, NULL) == MIGD_OK) {
            migd_object_set_object(out, "/members/list", empty, NULL);
        }
        migd_object_free(empty);
        report_members(wish, seen, out);
        migd_object_set_string(out, "/trouble", seen->cluster.refusal, NULL);
    }
}

const migdi_step_kind migdi_deploy_status = {
    .name = "status",
    .seen_size = sizeof(status_seen),
    .observe = observe,
    .decide = decide,
    .report = report,
};
