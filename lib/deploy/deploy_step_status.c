/* What runs, whether it is safe, what is wrong. Keys of the document never disappear: null is
 * unknown. */
#include "codec_object.h"
#include "deploy_live.h"
#include "deploy_status.h"
#include "deploy_steps.h"
#include "kube_calls.h"
#include "manifest_extract.h"

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
    seen->address = host == NULL ? NULL : migdi_address_url(host, wish->port, arena);
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

static void report_members(const migdi_status_wish *wish, const status_seen *seen,
                           migdi_builder *out)
{
    const migdi_cluster_seen *cluster = &seen->cluster;
    const int64_t up = migdi_cluster_seeds_up(wish->cluster, cluster);
    const int64_t quorum = migdi_cluster_quorum(wish->cluster);
    migdi_build_int64(out, ready_members(cluster), "/members/ready");
    migdi_build_int64(out, cluster->replicas, "/members/wanted");
    if (wish->most_members > 0) {
        migdi_build_int64(out, wish->most_members, "/members/most");
    }
    if (wish->cluster->seeds > 0) {
        migdi_build_int64(out, up, "/seeds/up");
        migdi_build_int64(out, wish->cluster->seeds, "/seeds/of");
        migdi_build_int64(out, quorum, "/seeds/quorum");
        migdi_build_int64(out, up - quorum, "/seeds/margin");
    }
    for (size_t i = 0; i < cluster->member_count && i < 1000; i++) {
        const migdi_member *member = &cluster->members[i];
        migdi_build_string(out, member->pod, "/members/list/%zu/name", i);
        migdi_build_boolean(out, member->state.ready, "/members/list/%zu/ready", i);
        migdi_build_string(out, member->state.node, "/members/list/%zu/node", i);
        migdi_build_string(out, member->trouble, "/members/list/%zu/trouble", i);
    }
}

/* Of "Kind/namespace/name". */
static const char *name_in(const char *title)
{
    const char *slash = strrchr(title, '/');
    return slash == NULL ? title : slash + 1;
}

static void report_surroundings(const status_seen *seen, migdi_builder *out)
{
    const migdi_cluster_seen *cluster = &seen->cluster;
    if (seen->nodes_known) {
        migdi_build_int64(out, seen->nodes_ready, "/nodes/ready");
        migdi_build_int64(out, seen->nodes, "/nodes/all");
        migdi_build_int64(out, seen->zones, "/nodes/zones");
        migdi_build_string(out, seen->silent_node, "/nodes/silent");
    }
    if (seen->budget != NULL) {
        migdi_build_string(out, name_in(seen->budget->at.object), "/drain/budget");
    }
    if (seen->budget != NULL && seen->budget->amount.known) {
        migdi_build_int64(out, may_leave(seen), "/drain/mayLeave");
    }
    migdi_build_string(out, cluster->autoscaler, "/scaling/autoscaler");
    if (cluster->autoscaler != NULL) {
        migdi_build_int64(out, cluster->least, "/scaling/least");
        migdi_build_int64(out, cluster->most, "/scaling/most");
    }
    migdi_build_string(out, cluster->number.name, "/scaling/owner");
    migdi_build_string(out, seen->service_type, "/address/type");
    migdi_build_string(out, seen->address, "/address/url");
}

/* The shape, with everything unknown. */
static void report_nothing(migdi_builder *out)
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
        migdi_build_string(out, NULL, "%s", unknown[i]);
    }
}

static void report(const void *wished, const void *in, migdi_builder *out)
{
    const migdi_status_wish *wish = wished;
    const status_seen *seen = in;
    migdi_build_string(out, wish->cluster->name, "/name");
    migdi_build_string(out, wish->cluster->namespace_, "/namespace");
    migdi_build_boolean(out, seen->cluster.exists, "/exists");
    report_nothing(out);
    report_surroundings(seen, out);
    if (seen->cluster.exists) {
        migdi_build_array(out, "/members/list");
        report_members(wish, seen, out);
        migdi_build_int64(out, seen->cluster.partition, "/roll/partition");
        migdi_build_string(out, seen->cluster.refusal, "/trouble");
    }
}

const migdi_step_kind migdi_deploy_status = {
    .name = "status",
    .seen_size = sizeof(status_seen),
    .observe = observe,
    .decide = decide,
    .report = report,
};
