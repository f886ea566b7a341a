/* The autoscaler, without metrics: what is wished for by the settings, else what runs, kept within
 * its bounds. */
#include "model.h"

#include <string.h>

static const owner controller = {"kube-controller-manager", "autoscaling/v2", "status", false};
static const owner scale_controller = {"kube-controller-manager", "apps/v1", "scale", false};

static const value *conditions(world *cloud, const object *scaler, bool limited)
{
    const value *old = value_find(object_get(scaler, "status/conditions"), "type", "AbleToScale");
    const char *since = value_text(old, "lastTransitionTime", time_text(cloud, cloud->now_ms));
    return value_make(
        &cloud->memory,
        "[{'type':'AbleToScale','status':'True','lastTransitionTime':%s,"
        "'reason':'ReadyForNewScale','message':'recommended size matches current size'},"
        "{'type':'ScalingActive','status':'True','lastTransitionTime':%s,"
        "'reason':'ValidMetricFound','message':'the HPA was able to successfully calculate a "
        "replica count from cpu resource utilization (percentage of request)'},"
        "{'type':'ScalingLimited','status':%s,'lastTransitionTime':%s,'reason':%s,'message':%s}]",
        since, since, limited ? "True" : "False", since,
        limited ? "TooFewReplicas" : "DesiredWithinRange",
        limited ? "the desired replica count is less than the minimum replica count"
                : "the desired count is within the acceptable range");
}

static void look_at(world *cloud, object *scaler)
{
    pool *memory = &cloud->memory;
    object *set = store_find(cloud, KIND_STATEFUL_SET, scaler->space,
                             object_text(scaler, "spec/scaleTargetRef/name"));
    if (set == NULL ||
        strcmp(object_text(scaler, "spec/scaleTargetRef/kind"), "StatefulSet") != 0) {
        return;
    }
    const int64_t period = setting(cloud, "scalerSeconds") * 1000 + 1;
    if (scaler->due_ms == 0 || scaler->due_ms > cloud->now_ms) {
        scaler->due_ms = scaler->due_ms == 0 ? cloud->now_ms + period : scaler->due_ms;
        world_plan(cloud, scaler->due_ms);
        return;
    }
    scaler->due_ms = cloud->now_ms + period;
    const int64_t now = object_integer(set, "spec/replicas", 1);
    const int64_t least = object_integer(scaler, "spec/minReplicas", 1);
    const int64_t most = object_integer(scaler, "spec/maxReplicas", 1);
    const char *key = pool_format(memory, "%s/%s", scaler->space, scaler->name);
    const value *wish = value_get(value_get(cloud->settings, "wishes"), key);
    const int64_t wished = wish != NULL && wish->kind == VALUE_INTEGER ? wish->integer : now;
    const int64_t desired = wished < least ? least : wished > most ? most : wished;
    /* Nobody scales what was scaled to nothing. */
    const bool changes = now > 0 && desired != now;
    const value *status = value_make(
        memory,
        "{'currentReplicas':%i,'desiredReplicas':%i,'currentMetrics':[{'type':'Resource',"
        "'resource':"
        "{'name':'cpu','current':{'averageValue':'1m','averageUtilization':0}}}],"
        "'lastScaleTime':%v,"
        "'conditions':%v}",
        object_integer(set, "status/replicas", 0), now == 0 ? 0 : desired,
        changes ? value_of_string(memory, time_text(cloud, cloud->now_ms))
                : object_get(scaler, "status/lastScaleTime"),
        conditions(cloud, scaler, wished < least));
    store_put(cloud, scaler, "status", status, &controller);
    if (changes) {
        store_put(cloud, set, "spec/replicas", value_of_integer(memory, desired),
                  &scale_controller);
        events_tell(cloud, scaler, "horizontal-pod-autoscaler", "Normal", "SuccessfulRescale",
                    pool_format(memory, "New size: %lld; reason: cpu resource utilization",
                                (long long)desired));
    }
}

void scalers_pass(world *cloud)
{
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, KIND_AUTOSCALER, NULL, &first, &end);
    for (size_t i = 0; i < end - first; i++) {
        store_range(cloud, KIND_AUTOSCALER, NULL, &first, &end);
        look_at(cloud, cloud->objects[first + i]);
    }
}
