/* What runs, whether it is safe, what is wrong. Keys of the document never disappear: null is
 * unknown. */
#include "codec_object.h"
#include "deploy_clients.h"
#include "deploy_live.h"
#include "deploy_status.h"
#include "kube_calls.h"
#include "kube_time.h"
#include "kube_version.h"
#include "manifest_extract.h"

#include <string.h>

/* A node that is not Ready. */
typedef struct {
    const char *name; /* NULL: there is none */
    const char *zone;
    const char *instance;  /* "i-0f3a91c27d5b64e08"; NULL: not a machine of EC2 */
    const char *group;     /* that makes another in its place; NULL: nobody is known to */
    const char *reason;    /* in Kubernetes' word: "NodeStatusUnknown" */
    int64_t since_unix_ms; /* 0: not known */
} status_silent;

typedef struct {
    const char *name;
    int64_t nodes;
} status_zone;

typedef struct {
    migdi_cluster_seen cluster;
    const char *kubernetes; /* "1.34"; NULL: not known */
    bool nodes_known;
    int64_t nodes;
    int64_t nodes_ready;
    status_zone *zones;
    size_t zone_count;
    status_silent silent;       /* one with a member, before others */
    const migdi_budget *budget; /* the first that covers members; NULL: none does */
    const char *service_type;
    const char *address;
    bool inside; /* the address is one inside the cluster: it cannot be asked from here */
    const migd_error *no_answer; /* of the address; NULL: it answers, or was not asked */
    migdi_owner sets_back;       /* whose next run writes the number of members */
    int64_t sets_back_to;
} status_seen;

static void observe_version(migdi_view *view, status_seen *seen)
{
    migdi_arena *arena = migdi_view_arena(view);
    const migd_error *error = NULL; /* who may not ask is told null */
    const migd_object *answer = migdi_try_see(view, migdi_kube_version(arena), &error);
    seen->kubernetes = migdi_kube_release_name(migdi_kube_release_of(answer), arena);
}

static bool holds_member(const migdi_cluster_seen *seen, const char *node)
{
    for (size_t i = 0; i < seen->member_count; i++) {
        if (migdi_text_equal(seen->members[i].state.node, node)) {
            return true;
        }
    }
    return false;
}

/* Kubernetes says since when it heard nothing; of a node that says itself that it is not Ready,
 * since when that is so. */
static status_silent silent_of(const migd_object *node)
{
    const migd_object *ready = migdi_kube_condition_at(node, "Ready");
    const char *provider = migd_object_text(node, "/spec/providerID", "");
    const char *slash = strrchr(provider, '/');
    const bool unknown = migdi_text_equal(migd_object_text(ready, "/status", NULL), "Unknown");
    return (status_silent){
        .name = migd_object_text(node, "/metadata/name", ""),
        .zone = migd_object_text(node, "/metadata/labels/topology.kubernetes.io~1zone", NULL),
        .instance = strncmp(provider, "aws://", 6) == 0 && slash != NULL ? slash + 1 : NULL,
        .group = migd_object_text(node, "/metadata/labels/eks.amazonaws.com~1nodegroup", NULL),
        .reason = migd_object_text(ready, "/reason", NULL),
        .since_unix_ms = migdi_kube_time_or(
            migd_object_text(ready, unknown ? "/lastHeartbeatTime" : "/lastTransitionTime", NULL),
            0),
    };
}

/* There is room for as many as there are nodes. */
static void count_zone(status_seen *seen, const char *zone)
{
    size_t at = 0;
    if (zone == NULL || seen->zones == NULL) {
        return;
    }
    while (at < seen->zone_count && strcmp(seen->zones[at].name, zone) != 0) {
        at++;
    }
    seen->zones[at].name = zone;
    seen->zones[at].nodes++;
    seen->zone_count += at == seen->zone_count;
}

static void observe_nodes(migdi_view *view, status_seen *seen)
{
    const migd_error *error = NULL; /* who may not list nodes is told null */
    const migd_object *nodes = migdi_try_see_list(
        view, migdi_kube_list(migdi_view_arena(view), &migdi_kube_nodes, NULL, NULL), &error);
    seen->nodes_known = nodes != NULL;
    seen->nodes = (int64_t)migd_object_count(nodes);
    seen->zones = migdi_view_array(view, migd_object_count(nodes), sizeof *seen->zones);
    for (size_t i = 0; i < migd_object_count(nodes); i++) {
        const migd_object *node = migd_object_item(nodes, i);
        const bool ready = migdi_text_equal(migdi_kube_condition(node, "Ready"), "True");
        const status_silent silent = silent_of(node);
        seen->nodes_ready += ready;
        count_zone(seen, silent.zone);
        if (!ready &&
            (seen->silent.name == NULL || (holds_member(&seen->cluster, silent.name) &&
                                           !holds_member(&seen->cluster, seen->silent.name)))) {
            seen->silent = silent;
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
    if (seen->cluster.autoscaler == NULL) { /* else nobody's number stays */
        seen->sets_back = migdi_owner_sets_back(set, &seen->sets_back_to, arena);
    }
    if (arena->failed || !migdi_extract(list, NULL, arena, &world)) {
        arena->failed = true;
    } else if (world.set_count == 1 && world.sets->budget_count > 0) {
        seen->budget = world.sets->budgets;
    }
}

/* The balancer's, which is asked; else the Service's own, as a deploy tells it. */
static void observe_address(const migdi_status_wish *wish, migdi_view *view,
                            const migd_object *service, status_seen *seen)
{
    migdi_arena *arena = migdi_view_arena(view);
    const char *type = migd_object_text(service, "/spec/type", NULL);
    seen->service_type = type;
    seen->inside = type != NULL && !migdi_text_equal(type, "LoadBalancer");
    const char *host = seen->inside ? migd_object_text(service, "/spec/clusterIP", NULL)
                                    : migdi_clients_host(service);
    const int64_t port = seen->inside ? 0 : migdi_clients_port(service);
    if (host == NULL) {
        return;
    }
    const char *at = migdi_clients_at(host, port > 0 ? port : wish->port, arena);
    seen->address = migdi_arena_format(arena, "http://%s", at);
    if (!seen->inside) {
        migdi_try_see(view, migdi_clients_ask(arena, at), &seen->no_answer);
    }
}

static void observe(const void *wished, migdi_view *view, void *out)
{
    const migdi_status_wish *wish = wished;
    status_seen *seen = out;
    migdi_arena *arena = migdi_view_arena(view);
    migdi_cluster_observe_number(wish->cluster, view, &seen->cluster);
    observe_version(view, seen);
    observe_nodes(view, seen);
    observe_budget(wish->cluster, view, seen);
    const migd_object *service =
        migdi_see(view, migdi_kube_get(arena, &migdi_kube_services, wish->cluster->namespace_,
                                       wish->service));
    observe_address(wish, view, service, seen);
}

static void decide(const void *wished, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    (void)wished;
    (void)goal;
    (void)in;
    migdi_done(verdict, "looked");
}

/* How many run the newest template; while a roll is held, the others wait for it. */
static int64_t updated_members(const migdi_cluster_seen *seen)
{
    int64_t updated = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        updated += migdi_member_is_updated(seen, &seen->members[i]);
    }
    return updated;
}

static int64_t ready_members(const migdi_cluster_seen *seen)
{
    int64_t ready = 0;
    for (size_t i = 0; i < seen->member_count; i++) {
        ready += seen->members[i].state.ready;
    }
    return ready;
}

/* How many pods the budget covers that are Ready, from specs and pods: a budget's status may
 * lag. */
static int64_t covered_ready(const status_seen *seen)
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
    return healthy;
}

/* Who may leave now, who may be away at all, and who is. */
static void report_budget(const status_seen *seen, migdi_builder *out)
{
    const int64_t replicas = seen->cluster.replicas;
    const int64_t covered = migdi_budget_covered(seen->budget, replicas);
    const int64_t kept = migdi_budget_kept(seen->budget, replicas);
    const int64_t ready = covered_ready(seen);
    migdi_build_int64(out, ready > kept ? ready - kept : 0, "/drain/mayLeave");
    migdi_build_int64(out, covered > kept ? covered - kept : 0, "/drain/mayBeAway");
    migdi_build_int64(out, covered > ready ? covered - ready : 0, "/drain/away");
    migdi_build_int64(out, covered, "/drain/covered");
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
        const bool seed = member->ordinal < wish->cluster->seeds;
        migdi_build_string(out, member->pod, "/members/list/%zu/name", i);
        migdi_build_boolean(out, member->state.ready, "/members/list/%zu/ready", i);
        migdi_build_string(out, member->state.node, "/members/list/%zu/node", i);
        migdi_build_boolean(out, seed, "/members/list/%zu/seed", i);
        migdi_build_string(out, member->trouble, "/members/list/%zu/trouble", i);
    }
}

/* Of "Kind/namespace/name". */
static const char *name_in(const char *title)
{
    const char *slash = strrchr(title, '/');
    return slash == NULL ? title : slash + 1;
}

static void report_zones(const status_seen *seen, migdi_builder *out)
{
    migdi_build_map(out, "/nodes/perZone");
    for (size_t i = 0; i < seen->zone_count; i++) {
        migdi_text key = {0};
        migdi_pointer_add(&key, seen->zones[i].name);
        out->status = key.failed ? MIGD_ERR_NOMEM : out->status;
        migdi_build_int64(out, seen->zones[i].nodes, "/nodes/perZone%s", migdi_text_string(&key));
        migdi_text_free(&key);
    }
}

static void report_silent(const status_seen *seen, migdi_builder *out)
{
    const status_silent *silent = &seen->silent;
    migdi_build_string(out, silent->name, "/nodes/silent");
    migdi_build_string(out, silent->zone, "/nodes/silentZone");
    migdi_build_string(out, silent->instance, "/nodes/silentInstance");
    migdi_build_string(out, silent->group, "/nodes/silentGroup");
    migdi_build_string(out, silent->reason, "/nodes/silentReason");
    if (silent->since_unix_ms > 0) {
        migdi_text since = {0};
        const int64_t ms = seen->cluster.now_unix_ms - silent->since_unix_ms;
        migdi_kube_time_add(&since, silent->since_unix_ms, false);
        out->status = since.failed ? MIGD_ERR_NOMEM : out->status;
        migdi_build_string(out, migdi_text_string(&since), "/nodes/silentSince");
        migdi_build_int64(out, ms < 0 ? 0 : ms / 1000, "/nodes/silentSeconds");
        migdi_text_free(&since);
    }
}

static void report_surroundings(const status_seen *seen, migdi_builder *out)
{
    const migdi_cluster_seen *cluster = &seen->cluster;
    if (seen->nodes_known) {
        migdi_build_int64(out, seen->nodes_ready, "/nodes/ready");
        migdi_build_int64(out, seen->nodes, "/nodes/all");
        migdi_build_int64(out, (int64_t)seen->zone_count, "/nodes/zones");
        report_zones(seen, out);
        report_silent(seen, out);
    }
    if (seen->budget != NULL) {
        migdi_build_string(out, name_in(seen->budget->at.object), "/drain/budget");
    }
    if (seen->budget != NULL && seen->budget->amount.known) {
        report_budget(seen, out);
    }
    migdi_build_string(out, cluster->autoscaler, "/scaling/autoscaler");
    if (cluster->autoscaler != NULL) {
        migdi_build_int64(out, cluster->least, "/scaling/least");
        migdi_build_int64(out, cluster->most, "/scaling/most");
    }
    migdi_build_string(out, cluster->number.name, "/scaling/owner");
    migdi_build_string(out, seen->sets_back.name, "/scaling/setBackBy");
    if (seen->sets_back.name != NULL && seen->sets_back_to >= 0) {
        migdi_build_int64(out, seen->sets_back_to, "/scaling/setBackTo");
    }
    migdi_build_string(out, seen->service_type, "/address/type");
    migdi_build_string(out, seen->address, "/address/url");
    if (seen->address != NULL && !seen->inside) {
        const bool answers = seen->no_answer == NULL;
        migdi_build_boolean(out, answers, "/address/answers");
        migdi_build_string(out, answers ? NULL : migdi_clients_trouble(seen->no_answer),
                           "/address/trouble");
    }
    migdi_build_string(out, seen->kubernetes, "/kubernetes");
}

/* The shape, with everything unknown. */
static void report_nothing(migdi_builder *out)
{
    static const char *const unknown[] = {
        "/kubernetes",
        "/nodes/ready",
        "/nodes/all",
        "/nodes/zones",
        "/nodes/perZone",
        "/nodes/silent",
        "/nodes/silentSince",
        "/nodes/silentSeconds",
        "/nodes/silentReason",
        "/nodes/silentZone",
        "/nodes/silentInstance",
        "/nodes/silentGroup",
        "/members/ready",
        "/members/wanted",
        "/members/most",
        "/members/list",
        "/seeds/up",
        "/seeds/of",
        "/seeds/quorum",
        "/seeds/margin",
        "/drain/budget",
        "/drain/mayLeave",
        "/drain/mayBeAway",
        "/drain/away",
        "/drain/covered",
        "/scaling/autoscaler",
        "/scaling/least",
        "/scaling/most",
        "/scaling/owner",
        "/scaling/setBackBy",
        "/scaling/setBackTo",
        "/address/type",
        "/address/url",
        "/address/answers",
        "/address/trouble",
        "/roll/partition",
        "/roll/updated",
        "/roll/of",
        "/trouble",
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
        migdi_build_int64(out, updated_members(&seen->cluster), "/roll/updated");
        migdi_build_int64(out, (int64_t)seen->cluster.member_count, "/roll/of");
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
