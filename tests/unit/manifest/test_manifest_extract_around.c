#include "test_support.h"

#include "manifest_reading.h"

#include "core_text.h"

static void read_with(reading *it, const char *document)
{
    migdi_text yaml = {0};
    migdi_text_format(&yaml, "%s---\n%s", SET_HEAD("5") "  serviceName: hs\n" POD_HEAD CONTAINER,
                      document);
    read_facts(it, migdi_text_string(&yaml));
    migdi_text_free(&yaml);
}

static void budgets_are_matched_by_namespace_and_selector(void **state)
{
    (void)state;
    static const struct {
        const char *space, *selector;
        size_t budgets;
        const char *covers; /* by ordinal; NULL: all */
    } rows[] = {
        {"ns", "{matchLabels: {app: m}}", 1, NULL},
        {"ns", "{}", 1, NULL},
        {"other", "{}", 0, NULL},
        {"ns", "{matchLabels: {app: x}}", 0, NULL},
        {"ns", "null", 0, NULL},
        {"ns", "{matchExpressions: [{key: app, operator: Frob}]}", 0, NULL},
        {"ns",
         "{matchLabels: {app: m}, matchExpressions: [{key: apps.kubernetes.io/pod-index, "
         "operator: In, "
         "values: ['0', '1', '2']}]}",
         1, "11100"},
        {"ns",
         "{matchExpressions: [{key: apps.kubernetes.io/pod-index, operator: NotIn, values:"
         " ['0']}]}",
         1, "01111"},
        {"ns", "{matchLabels: {statefulset.kubernetes.io/pod-name: m-3}}", 1, "00010"},
        {"ns", "{matchLabels: {apps.kubernetes.io/pod-index: '9'}}", 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text budget = {0};
        migdi_text_format(&budget,
                          "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b, "
                          "namespace: %s}\n"
                          "spec: {minAvailable: 2, selector: %s}\n",
                          rows[i].space, rows[i].selector);
        reading it;
        read_with(&it, migdi_text_string(&budget));
        assert_int_equal(it.world.sets[0].budget_count, rows[i].budgets);
        if (rows[i].budgets > 0) {
            const migdi_budget *read = &it.world.sets[0].budgets[0];
            assert_int_equal(read->covers != NULL, rows[i].covers != NULL);
            for (size_t j = 0; rows[i].covers != NULL && j < read->covers_count; j++) {
                assert_int_equal(read->covers[j], rows[i].covers[j] == '1');
            }
        }
        forget_facts(&it);
        migdi_text_free(&budget);
    }
}

static void amounts_are_numbers_or_shares(void **state)
{
    (void)state;
    static const struct {
        const char *amount;
        bool known, by_unavailable, percent;
        int64_t value;
    } rows[] = {
        {"minAvailable: 3", true, false, false, 3},
        {"maxUnavailable: 1", true, true, false, 1},
        {"minAvailable: 50%", true, false, true, 50},
        {"maxUnavailable: '30%'", true, true, true, 30},
        {"minAvailable: x", false, false, false, 0},
        {"minAvailable: [1]", false, false, false, 0},
        {"other: 1", false, false, false, 0},
        {"minAvailable: 1.5", false, false, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text budget = {0};
        migdi_text_format(&budget,
                          "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b, "
                          "namespace: ns}\n"
                          "spec: {selector: {}, %s}\n",
                          rows[i].amount);
        reading it;
        read_with(&it, migdi_text_string(&budget));
        const migdi_budget *read = &it.world.sets[0].budgets[0];
        assert_int_equal(read->amount.known, rows[i].known);
        if (rows[i].known) {
            assert_int_equal(read->by_unavailable, rows[i].by_unavailable);
            assert_int_equal(read->percent, rows[i].percent);
            assert_int_equal(read->amount.value, rows[i].value);
        }
        assert_false(read->shared);
        forget_facts(&it);
        migdi_text_free(&budget);
    }
}

static void a_budget_over_two_sets_is_shared(void **state)
{
    (void)state;
    reading it;
    read_with(
        &it,
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b, namespace: ns}\n"
        "spec: {minAvailable: 2, selector: {}}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: ns}\n"
        "spec: {template: {spec: {}}}\n");
    assert_int_equal(it.world.set_count, 2);
    assert_true(it.world.sets[0].budgets[0].shared);
    assert_true(it.world.sets[1].budgets[0].shared);
    forget_facts(&it);
}

static void autoscalers_are_matched_by_their_target(void **state)
{
    (void)state;
    static const struct {
        const char *space, *kind, *name;
        size_t count;
    } rows[] = {{"ns", "StatefulSet", "m", 1},
                {"ns", "Deployment", "m", 0},
                {"ns", "StatefulSet", "x", 0},
                {"other", "StatefulSet", "m", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text scaler = {0};
        migdi_text_format(
            &scaler,
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
            "metadata: {name: a, namespace: %s}\n"
            "spec:\n  minReplicas: 3\n  maxReplicas: 5\n  scaleTargetRef: {kind: %s, name: %s}\n"
            "  metrics:\n  - {type: Resource, resource: {name: memory, target: "
            "{averageUtilization: 1}}}\n"
            "  - {type: Resource, resource: {name: cpu, target: {averageUtilization: 60}}}\n"
            "status: {desiredReplicas: 4}\n",
            rows[i].space, rows[i].kind, rows[i].name);
        reading it;
        read_with(&it, migdi_text_string(&scaler));
        assert_int_equal(it.world.sets[0].autoscaler_count, rows[i].count);
        if (rows[i].count > 0) {
            const migdi_autoscaler *read = it.world.sets[0].autoscalers;
            assert_int_equal(read->least.value, 3);
            assert_int_equal(read->most.value, 5);
            assert_int_equal(read->wish.value, 4);
            assert_string_equal(read->cpu.pointer,
                                "/spec/metrics/1/resource/target/averageUtilization");
        }
        forget_facts(&it);
        migdi_text_free(&scaler);
    }
}

#define AWS "service.beta.kubernetes.io/aws-load-balancer-"

static void an_autoscaler_lives_when_it_wants_something(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        bool lives;
    } rows[] = {{"{desiredReplicas: 4}", true}, {"{desiredReplicas: 0}", false}, {"{}", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text scaler = {0};
        migdi_text_format(&scaler,
                          "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
                          "metadata: {name: a, namespace: ns}\n"
                          "spec: {maxReplicas: 5, scaleTargetRef: {kind: StatefulSet, name: m}}\n"
                          "status: %s\n",
                          rows[i].status);
        reading it;
        read_with(&it, migdi_text_string(&scaler));
        assert_int_equal(it.world.sets[0].autoscalers[0].wish.known, rows[i].lives);
        assert_null(it.world.sets[0].autoscalers[0].cpu.object);
        forget_facts(&it);
        migdi_text_free(&scaler);
    }
}

static void a_service_is_open_as_its_balancer_makes_it(void **state)
{
    (void)state;
    static const struct {
        const char *annotations, *spec;
        size_t exposures;
        const char *open; /* pointer; NULL: closed */
        int64_t plain_port;
        bool cross_zone;
    } rows[] = {
        {"{" AWS "type: external, " AWS "scheme: internet-facing}", "type: LoadBalancer", 1,
         "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-scheme", 80, false},
        {"{" AWS "type: external}", "type: LoadBalancer", 1, NULL, 80, false},
        {"{" AWS "scheme: internal}", "type: LoadBalancer", 1, NULL, 80, false},
        {"{}", "type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb", 1, NULL, 80, false},
        {"{}", "type: LoadBalancer", 1, "/spec/type", 80, false},
        {"{service.beta.kubernetes.io/azure-load-balancer-internal: "
         "'true'}",
         "type: LoadBalancer", 1, NULL, 80, false},
        {"{networking.gke.io/load-balancer-type: Internal}", "type: LoadBalancer", 1, NULL, 80,
         false},
        {"{}", "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]", 1, NULL, 80, false},
        {"{}", "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 0.0.0.0/0]", 1,
         "/spec/type", 80, false},
        {"{}", "type: LoadBalancer, loadBalancerSourceRanges: ['::/0']", 1, "/spec/type", 80,
         false},
        {"{service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8}",
         "type: LoadBalancer", 1, NULL, 80, false},
        {"{" AWS "ssl-cert: 'arn:x', " AWS
         "attributes: 'a=b,load_balancing.cross_zone.enabled=true'}",
         "type: LoadBalancer", 1, "/spec/type", 0, true},
        {"{" AWS "cross-zone-load-balancing-enabled: 'true'}", "type: LoadBalancer", 1,
         "/spec/type", 80, true},
        {"{}", "type: NodePort", 0, NULL, 0, false},
        {"{}", "type: LoadBalancer, selector: {app: x}", 0, NULL, 0, false},
        {"{}", "type: LoadBalancer, selector: {}", 0, NULL, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text service = {0};
        const bool selects = strstr(rows[i].spec, "selector") != NULL;
        migdi_text_format(
            &service,
            "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns, annotations: %s}\n"
            "spec: {ports: [{port: 443}, {port: 80}], %s%s}\n",
            rows[i].annotations, rows[i].spec, selects ? "" : ", selector: {app: m}");
        reading it;
        read_with(&it, migdi_text_string(&service));
        assert_int_equal(it.world.sets[0].exposure_count, rows[i].exposures);
        if (rows[i].exposures > 0) {
            const migdi_exposure *read = it.world.sets[0].exposures;
            assert_int_equal(read->open.object != NULL, rows[i].open != NULL);
            assert_true(rows[i].open == NULL || strcmp(read->open.pointer, rows[i].open) == 0);
            assert_int_equal(read->plain_port, rows[i].plain_port);
            assert_int_equal(read->cross_zone, rows[i].cross_zone);
        }
        forget_facts(&it);
        migdi_text_free(&service);
    }
}

static void a_headless_service_may_hide_members(void **state)
{
    (void)state;
    reading it;
    read_with(&it, "apiVersion: v1\nkind: Service\nmetadata: {name: hs, namespace: ns}\n"
                   "spec: {clusterIP: None, selector: {app: m}}\n");
    assert_string_equal(it.world.sets[0].unpublished.object, "Service/ns/hs");
    forget_facts(&it);
    read_with(&it, "apiVersion: v1\nkind: Service\nmetadata: {name: hs, namespace: ns}\n"
                   "spec: {clusterIP: None, publishNotReadyAddresses: true, selector: "
                   "{app: m}}\n");
    assert_null(it.world.sets[0].unpublished.object);
    forget_facts(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budgets_are_matched_by_namespace_and_selector),
        cmocka_unit_test(amounts_are_numbers_or_shares),
        cmocka_unit_test(a_budget_over_two_sets_is_shared),
        cmocka_unit_test(autoscalers_are_matched_by_their_target),
        cmocka_unit_test(an_autoscaler_lives_when_it_wants_something),
        cmocka_unit_test(a_service_is_open_as_its_balancer_makes_it),
        cmocka_unit_test(a_headless_service_may_hide_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
