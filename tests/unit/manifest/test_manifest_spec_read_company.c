#include "test_support.h"

#include "manifest_specs.h"

static void assert_told(const char *body, const char *findings)
{
    migd_spec *spec = spec_of(body);
    assert_findings(spec, false, findings);
    migd_spec_free(spec);
}

/* The value of one key once the defaults are in. */
static void assert_default(const char *body, const char *pointer, const char *yaml)
{
    migd_spec *spec = spec_of(body);
    assert_findings(spec, false, "");
    assert_yaml(migd_spec_object(spec), pointer, yaml);
    migd_spec_free(spec);
}

static void a_key_without_effect_is_told(void **state)
{
    (void)state;
    assert_told("  members: {image: a}\n  disruption: {minAvailable: 2}\n",
                "5:16: minAvailable has no effect: it needs scope members\n");
    assert_told("  members: {image: a}\n  service: {balancer: generic, scheme: internal}\n",
                "5:32: scheme has no effect: it needs balancer nlb or eksAuto\n");
    assert_told("  members: {image: a}\n"
                "  service: {type: NodePort, sourceRanges: [10.0.0.0/8]}\n",
                "5:29: sourceRanges has no effect: it needs type LoadBalancer\n");
    /* What is the default anyway misleads nobody. */
    assert_told("  members: {image: a}\n"
                "  service: {balancer: generic, scheme: internet-facing, crossZone: true,\n"
                "    idleTimeoutSeconds: 350}\n",
                "");
    assert_told("  members: {image: a}\n  service: {type: ClusterIP, sourceRanges: []}\n", "");
}

static void keys_that_exclude_each_other_are_told_once(void **state)
{
    (void)state;
    assert_told("  members: {image: a}\n"
                "  disruption: {scope: members, minAvailable: 2, maxUnavailable: 1}\n",
                "5:49: maxUnavailable and minAvailable exclude each other\n");
    assert_told("  members: {image: a, resources: {cpu: 1, requests: {cpu: 1}}}\n",
                "4:43: requests and cpu exclude each other\n");
    assert_told("  members: {image: a}\n"
                "  disruption: {scope: members, minAvailable: ~, maxUnavailable: 1}\n",
                "");
}

static void a_budget_over_all_members_says_how_many(void **state)
{
    (void)state;
    assert_told("  members: {image: a}\n  disruption: {scope: members}\n",
                "5:23: scope members wants minAvailable or maxUnavailable\n");
    /* Standard knows no seeds; the tutorial keeps 3. */
    assert_default("  members: {image: a, deliveryMode: Standard}\n", "/spec/disruption",
                   "{scope: members, maxUnavailable: 1}");
    assert_default("  members: {image: a, deliveryMode: Standard}\n"
                   "  disruption: {minAvailable: 2}\n",
                   "/spec/disruption", "{scope: members, minAvailable: 2}");
    assert_default("  profile: dev\n  members: {deliveryMode: Standard}\n", "/spec/disruption",
                   "{scope: none}");
    assert_default("  profile: tutorial\n", "/spec/disruption",
                   "{scope: members, minAvailable: 3}");
    assert_default("  profile: tutorial\n  disruption: {maxUnavailable: 1}\n", "/spec/disruption",
                   "{scope: members, maxUnavailable: 1}");
}

static void defaults_follow_from_other_keys(void **state)
{
    (void)state;
    assert_default("  members: {image: a, maxReplicas: 2, replicas: 2}\n", "/spec/members/seeds",
                   "2");
    assert_default("  members: {image: a, maxReplicas: 9}\n", "/spec/members/seeds", "3");
    assert_default("  profile: dev\n  members: {replicas: 2}\n", "/spec/members/maxReplicas", "2");
    assert_default("  profile: dev\n  members: {replicas: 2}\n", "/spec/members/seeds", "2");
    assert_default("  members: {image: a, replicas: 5, maxReplicas: 7, seeds: 5}\n"
                   "  autoscale: {}\n",
                   "/spec/autoscale",
                   "{min: 5, max: 7, cpuPercent: 50, scaleDownStabilizationSeconds: 300}");
    assert_default("  members: {image: a, resources: {limits: {memory: 2Gi}}}\n",
                   "/spec/members/resources", "{limits: {memory: 2Gi}}");
    assert_default("  members: {image: a, resources: {cpu: 2}}\n", "/spec/members/resources",
                   "{cpu: 2, memory: 1Gi}");
}

static void tls_at_the_balancer_has_its_own_idle_timeout(void **state)
{
    (void)state;
    assert_told("  members: {image: a}\n"
                "  service: {tls: {certificateArn: \"arn:aws:acm:x\"}, idleTimeoutSeconds: 600}\n",
                "5:73: idleTimeoutSeconds is always 350 where TLS ends at the balancer\n");
}

static void a_parameter_has_one_value_and_one_variable(void **state)
{
    (void)state;
    assert_told("  members: {image: a, parameters: {LicenseKey: x},\n"
                "    secretParameters: {LicenseKey: {secret: s, key: k}}}\n",
                "5:24: \"LicenseKey\" stands in parameters too\n");
    assert_told("  members: {image: a, secretParameters: {LicenseKey: {secret: s, key: k},\n"
                "    licensekey: {secret: s, key: k}}}\n",
                "5:5: \"licensekey\" stands in secretParameters, in other letters, too\n");
}

static void a_template_that_cannot_be_merged_is_told_and_left_out(void **state)
{
    (void)state;
    assert_told("  members: {image: a, template: {containers: []}}\n",
                "4:46: template: a pod template has metadata and spec, nothing else\n");
    assert_told("  members: {image: a, template: {spec: []}}\n",
                "4:40: template: a map belongs here\n");
    assert_told("  members: {image: a, template: {spec: {containers: {}}}}\n",
                "4:53: template: a list belongs here\n");
    assert_told(
        "  members: {image: a, template: {spec: {containers: [{env: [{value: x}],\n"
        "    name: a}]}}}\n",
        "4:61: template: an item of this list lacks the key that tells it from the others\n");
    assert_told("  members: {image: a, template: {metadata: {labels: {app: x}}}}\n",
                "4:59: template: the label app is what the members are selected by\n");
    migd_spec *spec = spec_of("  members: {image: a, template: {spec: []}}\n");
    assert_yaml(migd_spec_object(spec), "/spec/members/template", "{}");
    migd_spec_free(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_without_effect_is_told),
        cmocka_unit_test(keys_that_exclude_each_other_are_told_once),
        cmocka_unit_test(a_budget_over_all_members_says_how_many),
        cmocka_unit_test(defaults_follow_from_other_keys),
        cmocka_unit_test(tls_at_the_balancer_has_its_own_idle_timeout),
        cmocka_unit_test(a_parameter_has_one_value_and_one_variable),
        cmocka_unit_test(a_template_that_cannot_be_merged_is_told_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
