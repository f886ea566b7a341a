/* Disruption budgets: their status, which lags as the real one does, and evictions, which trust
 * it. */
#include "model.h"

#include <string.h>

static const owner controller = {"kube-controller-manager", "policy/v1", "status", false};
static const owner server = {"kube-apiserver", "policy/v1", "status", false};
static const owner pod_server = {"kube-apiserver", "v1", "status", false};

enum { DISRUPTED_MS = 120000 };

static const value *allowed_condition(world *cloud, const object *budget, int64_t allowed,
                                      int64_t generation)
{
    const value *old =
        value_find(object_get(budget, "status/conditions"), "type", "DisruptionAllowed");
    const char *status = allowed > 0 ? "True" : "False";
    const char *since = old != NULL && strcmp(value_text(old, "status", ""), status) == 0
                            ? value_text(old, "lastTransitionTime", NULL)
                            : time_text(cloud, cloud->now_ms);
    return value_make(&cloud->memory,
                      "[{'type':'DisruptionAllowed','status':%s,'observedGeneration':%i,"
                      "'lastTransitionTime':%s,'reason':%s,'message':''}]",
                      status, generation, since,
                      allowed > 0 ? "SufficientPods" : "InsufficientPods");
}

/* N of `minAvailable: N` or `"P%"`, of that many pods. */
static int64_t scaled(const value *number, int64_t total)
{
    if (number->kind == VALUE_INTEGER) {
        return number->integer;
    }
    int64_t percent = 0;
    for (const char *at = number->string; *at >= '0' && *at <= '9'; at++) {
        percent = percent * 10 + (*at - '0');
    }
    return (percent * total + 99) / 100;
}

typedef struct tally {
    int64_t pods;
    int64_t healthy;
    int64_t scale; /* what the owners of the pods want to run, all together */
    const value *disrupted;
} tally;

static bool is_disrupted(const world *cloud, const object *budget, const object *pod)
{
    const int64_t since =
        time_read(value_string(value_get(object_get(budget, "status/disruptedPods"), pod->name)));
    return since >= 0 && since + DISRUPTED_MS > cloud->now_ms && !object_is_deleting(pod);
}

static tally count(world *cloud, const object *budget)
{
    tally sum = {0};
    const char *seen = "";
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_POD, budget->space, &first, &end);
    for (size_t i = first; i < end; i++) {
        const object *pod = cloud->objects[i];
        if (!selector_matches(object_get(budget, "spec/selector"), object_labels(pod))) {
            continue;
        }
        const value *owners = object_get(pod, "metadata/ownerReferences");
        const char *name = owners == NULL ? "" : value_text(owners->items[0], "name", "");
        const object *set = store_find(cloud, KIND_STATEFUL_SET, pod->space, name);
        if (set != NULL && strcmp(seen, name) != 0) {
            sum.scale += object_integer(set, "spec/replicas", 1);
            seen = set->name;
        }
        const bool disrupted = is_disrupted(cloud, budget, pod);
        if (disrupted) {
            const value *since = value_get(object_get(budget, "status/disruptedPods"), pod->name);
            sum.disrupted = value_with(&cloud->memory, sum.disrupted, pod->name, since);
            world_plan(cloud, cloud->now_ms + DISRUPTED_MS);
        }
        sum.pods++;
        sum.healthy += pod_is_ready(pod) && !object_is_deleting(pod) && !disrupted;
    }
    return sum;
}

static void look_at(world *cloud, object *budget)
{
    const tally sum = count(cloud, budget);
    const value *least = object_get(budget, "spec/minAvailable");
    const value *most = object_get(budget, "spec/maxUnavailable");
    int64_t expected = sum.pods;
    int64_t desired = 0;
    if (most != NULL) {
        expected = sum.scale;
        desired = expected - scaled(most, expected);
    } else if (least != NULL) {
        expected = least->kind == VALUE_INTEGER ? sum.pods : sum.scale;
        desired = scaled(least, expected);
    }
    desired = desired < 0 ? 0 : desired;
    const int64_t allowed = expected > 0 && sum.healthy > desired ? sum.healthy - desired : 0;
    const int64_t generation = object_integer(budget, "metadata/generation", 1);
    const value *status =
        value_make(&cloud->memory,
                   "{'observedGeneration':%i,'disruptedPods':%v,'disruptionsAllowed':%i,"
                   "'currentHealthy':%i,'desiredHealthy':%i,'expectedPods':%i,"
                   "'conditions':%v}",
                   generation, sum.disrupted, allowed, sum.healthy, desired, expected,
                   allowed_condition(cloud, budget, allowed, generation));
    store_put(cloud, budget, "status", status, &controller);
}

void budgets_pass(world *cloud)
{
    if (cloud->budget_ms == 0 || cloud->budget_ms > cloud->now_ms) {
        return;
    }
    cloud->budget_ms = 0;
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_BUDGET, NULL, &first, &end);
    for (size_t i = first; i < end; i++) {
        look_at(cloud, cloud->objects[i]);
    }
}

/* --- evictions -------------------------------------------------------------------------------- */

static void evict_now(world *cloud, object *pod, int64_t grace_s)
{
    pool *memory = &cloud->memory;
    const value *mark =
        value_make(memory,
                   "{'type':'DisruptionTarget','status':'True','lastProbeTime':null,"
                   "'lastTransitionTime':%s,'reason':'EvictionByEvictionAPI',"
                   "'message':'Eviction API: evicting'}",
                   time_text(cloud, cloud->now_ms));
    store_put(cloud, pod, "status/conditions",
              value_append(memory, object_get(pod, "status/conditions"), mark), &pod_server);
    collector_delete(cloud, pod, "Background", grace_s);
}

static void take_one(world *cloud, object *budget, const object *pod)
{
    pool *memory = &cloud->memory;
    const int64_t allowed = object_integer(budget, "status/disruptionsAllowed", 0) - 1;
    const value *status = object_get(budget, "status");
    status = value_put(memory, status, "disruptionsAllowed", value_of_integer(memory, allowed));
    status = value_put(memory, status, "disruptedPods",
                       value_with(memory, value_get(status, "disruptedPods"), pod->name,
                                  value_of_string(memory, time_text(cloud, cloud->now_ms))));
    if (allowed == 0) {
        const int64_t generation = object_integer(budget, "status/observedGeneration", 0);
        status = value_put(memory, status, "conditions",
                           allowed_condition(cloud, budget, 0, generation));
    }
    store_put(cloud, budget, "status", status, &server);
}

int32_t budgets_evict(world *cloud, object *pod, bool dry_run, int64_t grace_s, const char **cause)
{
    object *budget = NULL;
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_BUDGET, pod->space, &first, &end);
    for (size_t i = first; i < end; i++) {
        object *one = cloud->objects[i];
        if (selector_matches(object_get(one, "spec/selector"), object_labels(pod))) {
            if (budget != NULL) {
                return 500;
            }
            budget = one;
        }
    }
    const bool pending = strcmp(object_text(pod, "status/phase"), "Running") != 0;
    if (budget != NULL && !pending && !object_is_deleting(pod)) {
        const int64_t healthy = object_integer(budget, "status/currentHealthy", 0);
        const int64_t desired = object_integer(budget, "status/desiredHealthy", 0);
        const bool always =
            strcmp(object_text(budget, "spec/unhealthyPodEvictionPolicy"), "AlwaysAllow") == 0;
        const bool spare = !pod_is_ready(pod) && (always || (healthy >= desired && desired > 0));
        if (!spare && object_integer(budget, "status/observedGeneration", 0) <
                          object_integer(budget, "metadata/generation", 1)) {
            *cause = pool_format(&cloud->memory,
                                 "The disruption budget %s is still being processed by the server.",
                                 budget->name);
            return 429;
        }
        if (!spare && object_integer(budget, "status/disruptionsAllowed", 0) <= 0) {
            *cause =
                healthy <= desired
                    ? pool_format(
                          &cloud->memory,
                          "The disruption budget %s needs %lld healthy pods and has %lld currently",
                          budget->name, (long long)desired, (long long)healthy)
                    : pool_format(&cloud->memory,
                                  "The disruption budget %s does not allow evicting pods currently",
                                  budget->name);
            return 429;
        }
        if (!spare && !dry_run) {
            take_one(cloud, budget, pod);
        }
    }
    if (!dry_run) {
        evict_now(cloud, pod, grace_s);
    }
    return 201;
}
