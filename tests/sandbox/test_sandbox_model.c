/* What the model does by itself: controllers, nodes, time. Its answers are in
 * test_sandbox_recordings. */
#include "test_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLY  "application/apply-patch+yaml"
#define MERGE  "application/merge-patch+json"
#define SETS   "/apis/apps/v1/namespaces/lab/statefulsets/m"
#define PODS   "/api/v1/namespaces/lab/pods"
#define BUDGET "/apis/policy/v1/namespaces/lab/poddisruptionbudgets/b"
#define SCALER "/apis/autoscaling/v2/namespaces/lab/horizontalpodautoscalers/a"

typedef struct lab {
    test_world *world;
    pool memory;
    jmp_buf exhausted;
} lab;

/* JSON with ' for ". */
static const char *quoted(lab *in, const char *body)
{
    char *copy = pool_text(&in->memory, body, strlen(body));
    for (char *at = copy; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    return copy;
}

static const value *ask(lab *in, int32_t wanted, const char *method, const char *target,
                        const char *type, const char *body)
{
    const char *answer = NULL;
    const char *sent = body == NULL ? NULL : quoted(in, body);
    const int32_t status = test_world_ask(in->world, method, target, type, sent, &answer);
    if (status != wanted) {
        fail_msg("%s %s: %d instead of %d: %s", method, target, (int)status, (int)wanted, answer);
    }
    return value_read(&in->memory, answer, strlen(answer));
}

static const value *get(lab *in, const char *target)
{
    return ask(in, 200, "GET", target, NULL, NULL);
}

static void pass(lab *in, int64_t seconds)
{
    test_world_pass(in->world, seconds * 1000);
}

static void apply_set(lab *in, int64_t replicas, const char *image, const char *more)
{
    char body[2000];
    snprintf(body, sizeof body,
             "{'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'m'},'spec':{"
             "'replicas':%d,'serviceName':'m','selector':{'matchLabels':{'app':'m'}},%s"
             "'template':{'metadata':{'labels':{'app':'m'}},'spec':{'containers':[{'name':"
             "'c','image':'%s'}]}}}}",
             (int)replicas, more, image);
    const char *answer = NULL;
    const int32_t status = test_world_ask(in->world, "PATCH", SETS "?fieldManager=t&force=true",
                                          APPLY, quoted(in, body), &answer);
    if (status != 200 && status != 201) {
        fail_msg("%d: %s", (int)status, answer);
    }
}

static void begin(lab *in, const char *settings)
{
    memset(in, 0, sizeof *in);
    in->memory.exhausted = &in->exhausted;
    in->world = test_world_new(3, settings == NULL ? NULL : quoted(in, settings));
    ask(in, 201, "POST", "/api/v1/namespaces", NULL,
        "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'lab'}}");
    pass(in, 1);
}

static void end(lab *in)
{
    test_world_free(in->world);
    pool_free(&in->memory);
}

static int64_t number(lab *in, const char *target, const char *path)
{
    return value_integer(get(in, target), path, 0);
}

static const char *pod_text(lab *in, int64_t ordinal, const char *path)
{
    char target[80];
    snprintf(target, sizeof target, PODS "/m-%d", (int)ordinal);
    return value_text(get(in, target), path, "");
}

static const char *image_of(lab *in, int64_t ordinal)
{
    char target[80];
    snprintf(target, sizeof target, PODS "/m-%d", (int)ordinal);
    return value_text(value_at(get(in, target), "spec/containers")->items[0], "image", "");
}

static const char *waiting_of(lab *in, int64_t ordinal)
{
    char target[80];
    snprintf(target, sizeof target, PODS "/m-%d", (int)ordinal);
    const value *statuses = value_at(get(in, target), "status/containerStatuses");
    return statuses == NULL ? "" : value_text(statuses->items[0], "state/waiting/reason", "");
}

static uint32_t count(lab *in, const char *target)
{
    return value_get(get(in, target), "items")->count;
}

static bool tells_event(lab *in, const char *reason)
{
    char target[160];
    snprintf(target, sizeof target, "/api/v1/namespaces/lab/events?fieldSelector=reason%%3D%s",
             reason);
    return count(in, target) > 0;
}

/* --- members ---------------------------------------------------------------------------------- */

static void members_start_one_after_another(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 3, "x:1", "");
    pass(&in, 1);
    assert_int_equal(count(&in, PODS), 1);
    assert_string_equal(waiting_of(&in, 0), "ContainerCreating");
    pass(&in, 5);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 1);
    assert_int_equal(count(&in, PODS), 2);
    pass(&in, 10);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 3);
    assert_true(tells_event(&in, "SuccessfulCreate"));
    assert_true(tells_event(&in, "Scheduled"));
    end(&in);
}

static void next_member_waits_until_the_one_before_is_available(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 2, "x:1", "'minReadySeconds':60,");
    pass(&in, 50);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 1);
    assert_int_equal(number(&in, SETS, "status/availableReplicas"), 0);
    assert_int_equal(count(&in, PODS), 1);
    pass(&in, 30);
    assert_int_equal(number(&in, SETS, "status/availableReplicas"), 1);
    assert_int_equal(count(&in, PODS), 2);
    end(&in);
}

static void highest_member_goes_first(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 3, "x:1", "");
    pass(&in, 30);
    apply_set(&in, 1, "x:1", "");
    pass(&in, 1);
    assert_string_not_equal(pod_text(&in, 2, "metadata/deletionTimestamp"), "");
    assert_string_equal(pod_text(&in, 1, "metadata/deletionTimestamp"), "");
    pass(&in, 20);
    assert_int_equal(count(&in, PODS), 1);
    end(&in);
}

static void roll_goes_from_the_highest_down_to_the_partition(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 3, "x:1", "");
    pass(&in, 30);
    apply_set(&in, 3, "x:2", "'updateStrategy':{'rollingUpdate':{'partition':2}},");
    pass(&in, 60);
    assert_string_equal(image_of(&in, 2), "x:2");
    assert_string_equal(image_of(&in, 1), "x:1");
    assert_int_equal(number(&in, SETS, "status/updatedReplicas"), 1);
    const value *set = get(&in, SETS);
    assert_string_not_equal(value_text(set, "status/currentRevision", ""),
                            value_text(set, "status/updateRevision", ""));
    /* One that is deleted under the partition comes back as it was. */
    ask(&in, 200, "DELETE", PODS "/m-0", NULL, NULL);
    pass(&in, 30);
    assert_string_equal(image_of(&in, 0), "x:1");
    apply_set(&in, 3, "x:2", "'updateStrategy':{'rollingUpdate':{'partition':0}},");
    pass(&in, 60);
    set = get(&in, SETS);
    assert_string_equal(value_text(set, "status/currentRevision", ""),
                        value_text(set, "status/updateRevision", ""));
    assert_string_equal(image_of(&in, 0), "x:2");
    end(&in);
}

static void old_template_takes_its_old_revision_up_again(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 1, "x:1", "");
    pass(&in, 30);
    apply_set(&in, 1, "x:2", "");
    pass(&in, 30);
    apply_set(&in, 1, "x:1", "");
    pass(&in, 30);
    const value *revisions =
        value_get(get(&in, "/apis/apps/v1/namespaces/lab/controllerrevisions"), "items");
    assert_int_equal(revisions->count, 2);
    int64_t newest = 0;
    for (uint32_t i = 0; i < revisions->count; i++) {
        const int64_t one = value_integer(revisions->items[i], "revision", 0);
        newest = one > newest ? one : newest;
    }
    assert_int_equal(newest, 3);
    end(&in);
}

/* --- what goes wrong -------------------------------------------------------------------------- */

static void missing_image_is_told_and_blocks_the_roll_until_the_pod_is_deleted(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 2, "x:1", "");
    pass(&in, 30);
    apply_set(&in, 2, "x:6.0.61", "");
    pass(&in, 10);
    assert_string_equal(waiting_of(&in, 1), "ErrImagePull");
    pass(&in, 15);
    assert_string_equal(waiting_of(&in, 1), "ImagePullBackOff");
    assert_true(tells_event(&in, "Failed"));
    apply_set(&in, 2, "x:2", "");
    pass(&in, 120);
    assert_string_equal(image_of(&in, 1), "x:6.0.61");
    ask(&in, 200, "DELETE", PODS "/m-1", NULL, NULL);
    pass(&in, 60);
    assert_string_equal(image_of(&in, 1), "x:2");
    assert_string_equal(image_of(&in, 0), "x:2");
    end(&in);
}

static void crashing_image_restarts_for_ever_and_has_a_log(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 1, "x:1-crashing", "");
    pass(&in, 60);
    assert_string_equal(waiting_of(&in, 0), "CrashLoopBackOff");
    const value *pod = get(&in, PODS "/m-0");
    assert_true(
        value_integer(value_at(pod, "status/containerStatuses")->items[0], "restartCount", 0) > 0);
    const char *log = NULL;
    assert_int_equal(test_world_ask(in.world, "GET", PODS "/m-0/log?previous=true&tailLines=5",
                                    NULL, NULL, &log),
                     200);
    assert_non_null(strstr(log, "[ERROR]"));
    end(&in);
}

static void pod_without_a_node_says_why_and_starts_when_there_is_one(void **state)
{
    (void)state;
    lab in;
    begin(&in, "{'nodes':2}");
    ask(&in, 200, "PATCH", "/api/v1/nodes/ip-10-0-0-1.ec2.internal", MERGE,
        "{'spec':{'unschedulable':true}}");
    ask(&in, 200, "PATCH", "/api/v1/nodes/ip-10-0-1-2.ec2.internal", MERGE,
        "{'spec':{'taints':[{'key':'k','value':'v','effect':'NoSchedule'}]}}");
    apply_set(&in, 1, "x:1", "");
    pass(&in, 5);
    const value *conditions = value_at(get(&in, PODS "/m-0"), "status/conditions");
    assert_string_equal(value_text(conditions->items[0], "reason", ""), "Unschedulable");
    assert_string_equal(
        value_text(conditions->items[0], "message", ""),
        "0/2 nodes are available: 1 node(s) had untolerated taint {k: v}, 1 node(s) were "
        "unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: "
        "2 Preemption is not helpful for scheduling.");
    assert_true(tells_event(&in, "FailedScheduling"));
    ask(&in, 200, "PATCH", "/api/v1/nodes/ip-10-0-0-1.ec2.internal", MERGE,
        "{'spec':{'unschedulable':null}}");
    pass(&in, 10);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 1);
    end(&in);
}

static void spread_keeps_zones_even(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    ask(&in, 201, "PATCH", SETS "?fieldManager=t", APPLY,
        "{'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'m'},'spec':{"
        "'replicas':3,'selector':{'matchLabels':{'app':'m'}},'template':{'metadata':{'labels':{"
        "'app':'m'}},'spec':{'containers':[{'name':'c','image':'x:1'}],"
        "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'topology.kubernetes.io/zone',"
        "'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'m'}}}]}}}}");
    pass(&in, 30);
    bool seen[3] = {false, false, false};
    for (int64_t i = 0; i < 3; i++) {
        char target[80];
        snprintf(target, sizeof target, PODS "/m-%d", (int)i);
        const value *labels = value_at(get(&in, target), "metadata/labels");
        const char *zone = value_string(value_get(labels, "topology.kubernetes.io/zone"));
        assert_non_null(zone);
        seen[zone[strlen(zone) - 1] - 'a'] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2]);
    end(&in);
}

static void full_nodes_take_no_more(void **state)
{
    (void)state;
    lab in;
    begin(&in, "{'nodes':1,'room':2}");
    apply_set(&in, 3, "x:1", "");
    pass(&in, 60);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 2);
    const value *conditions = value_at(get(&in, PODS "/m-2"), "status/conditions");
    assert_non_null(strstr(value_text(conditions->items[0], "message", ""), "1 Too many pods."));
    end(&in);
}

static void lost_node_leaves_its_pods_terminating_and_a_deleted_one_lets_them_go(void **state)
{
    (void)state;
    lab in;
    begin(&in, "{'nodes':2}");
    apply_set(&in, 1, "x:1", "");
    pass(&in, 30);
    char lost[200];
    const char *node = pod_text(&in, 0, "spec/nodeName");
    snprintf(lost, sizeof lost, "{'lost':['%s']}", node);
    ask(&in, 200, "PATCH", "/sandbox/settings", MERGE, lost);
    pass(&in, 60);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 0);
    assert_string_equal(pod_text(&in, 0, "metadata/deletionTimestamp"), "");
    char path[200];
    snprintf(path, sizeof path, "/api/v1/nodes/%s", node);
    const value *conditions = value_at(get(&in, path), "status/conditions");
    const value *ready = value_find(conditions, "type", "Ready");
    assert_string_equal(value_text(ready, "status", ""), "Unknown");
    assert_string_equal(value_text(ready, "reason", ""), "NodeStatusUnknown");
    pass(&in, 600);
    assert_string_not_equal(pod_text(&in, 0, "metadata/deletionTimestamp"), "");
    assert_string_equal(pod_text(&in, 0, "spec/nodeName"), node);
    snprintf(lost, sizeof lost, "/api/v1/nodes/%s", node);
    ask(&in, 200, "DELETE", lost, NULL, NULL);
    pass(&in, 30);
    assert_string_not_equal(pod_text(&in, 0, "spec/nodeName"), node);
    assert_int_equal(number(&in, SETS, "status/readyReplicas"), 1);
    end(&in);
}

/* --- budgets, autoscaler, services ------------------------------------------------------------ */

static const char evict[] =
    "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'m-0'}}";

static void budget_status_lags_as_long_as_it_is_told(void **state)
{
    (void)state;
    lab in;
    begin(&in, "{'budgetLagMs':7000}");
    apply_set(&in, 2, "x:1", "");
    ask(&in, 201, "PATCH", BUDGET "?fieldManager=t", APPLY,
        "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'b'},'spec':{"
        "'minAvailable':1,'selector':{'matchLabels':{'app':'m'}}}}");
    ask(&in, 404, "POST", PODS "/m-0/eviction", NULL, evict);
    pass(&in, 5);
    const value *refused = ask(&in, 429, "POST", PODS "/m-0/eviction", NULL, evict);
    assert_int_equal(value_integer(refused, "details/retryAfterSeconds", 0), 10);
    pass(&in, 30);
    assert_int_equal(number(&in, BUDGET, "status/disruptionsAllowed"), 1);
    ask(&in, 201, "POST", PODS "/m-0/eviction", NULL, evict);
    assert_int_equal(number(&in, BUDGET, "status/disruptionsAllowed"), 0);
    end(&in);
}

static void lowered_number_is_not_seen_by_a_budget_until_a_pod_changes(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 2, "x:1", "");
    ask(&in, 201, "PATCH", BUDGET "?fieldManager=t", APPLY,
        "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'b'},'spec':{"
        "'maxUnavailable':1,'selector':{'matchLabels':{'app':'m'}}}}");
    pass(&in, 30);
    assert_int_equal(number(&in, BUDGET, "status/expectedPods"), 2);
    /* No node takes it: the pod is made, and the budget sees the pod. */
    apply_set(&in, 3, "x:1", "");
    assert_int_equal(number(&in, BUDGET, "status/expectedPods"), 2);
    pass(&in, 30);
    assert_int_equal(number(&in, BUDGET, "status/expectedPods"), 3);
    end(&in);
}

static void autoscaler_follows_its_wish_within_its_bounds(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 1, "x:1", "");
    ask(&in, 201, "PATCH", SCALER "?fieldManager=t", APPLY,
        "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':'a'},"
        "'spec':{'minReplicas':2,'maxReplicas':4,'scaleTargetRef':{'apiVersion':'apps/v1','kind':"
        "'StatefulSet','name':'m'}}}");
    pass(&in, 5);
    assert_int_equal(number(&in, SETS, "spec/replicas"), 1);
    pass(&in, 30);
    assert_int_equal(number(&in, SETS, "spec/replicas"), 2);
    ask(&in, 200, "PATCH", "/sandbox/settings", MERGE, "{'wishes':{'lab/a':9}}");
    pass(&in, 30);
    assert_int_equal(number(&in, SETS, "spec/replicas"), 4);
    const value *entry =
        value_find(value_at(get(&in, SETS), "metadata/managedFields"), "subresource", "scale");
    assert_string_equal(value_text(entry, "manager", ""), "kube-controller-manager");
    end(&in);
}

static void service_gets_its_address_after_a_while_and_goes_after_its_balancer(void **state)
{
    (void)state;
    lab in;
    begin(&in, "{'addressSeconds':60,'addressPort':8800}");
    const char *target = "/api/v1/namespaces/lab/services/s";
    ask(&in, 201, "PATCH", "/api/v1/namespaces/lab/services/s?fieldManager=t", APPLY,
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'s'},'spec':{'type':"
        "'LoadBalancer','ports':[{'port':80}],'selector':{'app':'m'}}}");
    pass(&in, 30);
    assert_null(value_at(get(&in, target), "status/loadBalancer/ingress"));
    pass(&in, 40);
    const value *ingress = value_at(get(&in, target), "status/loadBalancer/ingress");
    assert_string_equal(value_text(ingress->items[0], "hostname", ""), "127.0.0.1");
    ask(&in, 200, "DELETE", "/api/v1/namespaces/lab", NULL, NULL);
    pass(&in, 30);
    assert_string_equal(value_text(get(&in, "/api/v1/namespaces/lab"), "status/phase", ""),
                        "Terminating");
    ask(&in, 403, "PATCH", "/api/v1/namespaces/lab/services/new?fieldManager=t", APPLY,
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'new'},"
        "'spec':{'ports':[{'port':80}]}}");
    pass(&in, 40);
    ask(&in, 404, "GET", "/api/v1/namespaces/lab", NULL, NULL);
    end(&in);
}

static void what_has_lost_its_owner_goes(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    apply_set(&in, 2, "x:1", "");
    pass(&in, 30);
    ask(&in, 200, "DELETE", SETS, NULL, "{'propagationPolicy':'Background'}");
    pass(&in, 30);
    assert_int_equal(count(&in, PODS), 0);
    assert_int_equal(count(&in, "/apis/apps/v1/namespaces/lab/controllerrevisions"), 0);
    end(&in);
}

/* --- history ---------------------------------------------------------------------------------- */

static void old_page_and_old_watch_are_gone_after_compaction(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    const char *next = value_text(get(&in, "/api/v1/nodes?limit=2"), "metadata/continue", "");
    char target[200];
    snprintf(target, sizeof target, "/api/v1/nodes?limit=2&continue=%s", next);
    assert_int_equal(value_get(get(&in, target), "items")->count, 2);
    for (int i = 0; i < 5000; i++) {
        char body[80];
        snprintf(body, sizeof body, "{'metadata':{'labels':{'n':'%d'}}}", i);
        ask(&in, 200, "PATCH", "/api/v1/namespaces/lab", MERGE, body);
        pool_free(&in.memory);
    }
    const value *gone = ask(&in, 410, "GET", target, NULL, NULL);
    assert_string_equal(value_text(gone, "reason", ""), "Expired");
    end(&in);
}

static void page_shows_the_world_of_its_first_page(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    const char *next = value_text(get(&in, "/api/v1/nodes?limit=3"), "metadata/continue", "");
    char target[200];
    snprintf(target, sizeof target, "/api/v1/nodes?limit=3&continue=%s", next);
    const value *before = value_get(get(&in, target), "items");
    ask(&in, 200, "DELETE", "/api/v1/nodes/ip-10-0-2-3.ec2.internal", NULL, NULL);
    const value *after = value_get(get(&in, target), "items");
    assert_int_equal(before->count, 2);
    assert_true(value_equal(before, after));
    end(&in);
}

static void unknown_things_are_501_and_wrong_bodies_400(void **state)
{
    (void)state;
    lab in;
    begin(&in, NULL);
    ask(&in, 501, "GET", "/apis/apps/v1/namespaces/lab/deployments", NULL, NULL);
    ask(&in, 501, "DELETE", PODS, NULL, NULL);
    ask(&in, 501, "GET", "/nothing", NULL, NULL);
    ask(&in, 400, "POST", "/api/v1/namespaces", NULL, "{");
    ask(&in, 400, "POST", "/api/v1/namespaces", NULL, "[1]");
    ask(&in, 200, "GET", "/api", NULL, NULL);
    ask(&in, 200, "GET", "/apis/apps/v1", NULL, NULL);
    ask(&in, 201, "PATCH", "/api/v1/namespaces/yaml?fieldManager=t", APPLY,
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: yaml}\n");
    end(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_start_one_after_another),
        cmocka_unit_test(next_member_waits_until_the_one_before_is_available),
        cmocka_unit_test(highest_member_goes_first),
        cmocka_unit_test(roll_goes_from_the_highest_down_to_the_partition),
        cmocka_unit_test(old_template_takes_its_old_revision_up_again),
        cmocka_unit_test(missing_image_is_told_and_blocks_the_roll_until_the_pod_is_deleted),
        cmocka_unit_test(crashing_image_restarts_for_ever_and_has_a_log),
        cmocka_unit_test(pod_without_a_node_says_why_and_starts_when_there_is_one),
        cmocka_unit_test(spread_keeps_zones_even),
        cmocka_unit_test(full_nodes_take_no_more),
        cmocka_unit_test(lost_node_leaves_its_pods_terminating_and_a_deleted_one_lets_them_go),
        cmocka_unit_test(budget_status_lags_as_long_as_it_is_told),
        cmocka_unit_test(lowered_number_is_not_seen_by_a_budget_until_a_pod_changes),
        cmocka_unit_test(autoscaler_follows_its_wish_within_its_bounds),
        cmocka_unit_test(service_gets_its_address_after_a_while_and_goes_after_its_balancer),
        cmocka_unit_test(what_has_lost_its_owner_goes),
        cmocka_unit_test(old_page_and_old_watch_are_gone_after_compaction),
        cmocka_unit_test(page_shows_the_world_of_its_first_page),
        cmocka_unit_test(unknown_things_are_501_and_wrong_bodies_400),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
