#include "test_support.h"

#include "codec_quantity.h"
#include "manifest_specs.h"

#include <stdio.h>

#define CONTAINER "/spec/template/spec/containers/0"

static migd_objects *load(const char *name)
{
    size_t size = 0;
    char *text = test_read_data(name, &size);
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    if (migd_objects_parse(objects, text, size, NULL, &error) < 0) {
        fail_msg("%s: %s", name, migd_error_message(error));
    }
    free(text);
    return objects;
}

/* --- goldens ---------------------------------------------------------------------------------- */

static void objects_are_those_that_a_real_server_proved(void **state)
{
    (void)state;
    static const char *const cases[] = {"production", "autoscale", "dev"};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "render/%s.spec.yaml", cases[i]);
        char *text = test_read_data(name, NULL);
        migd_spec *spec = spec_of_text(text);
        migd_objects *actual = NULL;
        assert_int_equal(migd_spec_render(spec, &actual, NULL), MIGD_OK);
        (void)snprintf(name, sizeof name, "render/%s.yaml", cases[i]);
        migd_objects *expected = load(name);
        assert_int_equal(migd_objects_count(actual), migd_objects_count(expected));
        for (size_t j = 0; j < migd_objects_count(expected); j++) {
            assert_same_object(migd_objects_item(actual, j), migd_objects_item(expected, j));
        }
        migd_objects_free(expected);
        migd_objects_free(actual);
        migd_spec_free(spec);
        free(text);
    }
}

/* Takes what is ours from an object's own labels and annotations; an empty map goes too. */
static void take_ours(migd_object *object, const char *pointer, const char *prefix)
{
    const migd_object *map = migd_object_at(object, pointer);
    for (size_t i = migd_object_count(map); i > 0; i--) {
        const char *key = migd_object_key(map, i - 1);
        if (strncmp(key, prefix, strlen(prefix)) == 0) {
            migdi_text below = {0};
            migdi_text_add_string(&below, pointer);
            migdi_pointer_add(&below, key);
            assert_int_equal(migd_object_remove(object, migdi_text_string(&below), NULL), MIGD_OK);
            migdi_text_free(&below);
            map = migd_object_at(object, pointer);
        }
    }
    if (map != NULL && migd_object_count(map) == 0) {
        assert_int_equal(migd_object_remove(object, pointer, NULL), MIGD_OK);
    }
}

static void make_canonical(migd_object *object, const char *pointer)
{
    migdi_quantity quantity = {0};
    migdi_text text = {0};
    const migd_object *value = migd_object_at(object, pointer);
    if (value != NULL) {
        assert_int_equal(migdi_quantity_read(value, &quantity, NULL), MIGD_OK);
        migdi_quantity_add_canonical(&quantity, &text);
        assert_int_equal(migd_object_set_string(object, pointer, text.bytes, NULL), MIGD_OK);
    }
    migdi_text_free(&text);
}

/* As the API server converts autoscaling/v1 to v2. */
static void convert_autoscaler(migd_object *object)
{
    if (strcmp(migd_object_text(object, "/apiVersion", ""), "autoscaling/v1") != 0) {
        return;
    }
    static const char metrics[] =
        "[{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]";
    migd_object *list = NULL;
    const int64_t percent = migd_object_int64(object, "/spec/targetCPUUtilizationPercentage", 0);
    assert_int_equal(migd_object_parse(metrics, strlen(metrics), NULL, &list, NULL), MIGD_OK);
    migd_object_set_string(object, "/apiVersion", "autoscaling/v2", NULL);
    migd_object_remove(object, "/spec/targetCPUUtilizationPercentage", NULL);
    migd_object_set_object(object, "/spec/metrics", list, NULL);
    migd_object_set_int64(object, "/spec/metrics/0/resource/target/averageUtilization", percent,
                          NULL);
    migd_object_free(list);
}

static void the_tutorial_profile_is_the_vendors_yaml(void **state)
{
    (void)state;
    static const char *const files[] = {
        "tutorial/migratory-namespace.yaml", "tutorial/nlb-service.yaml",
        "tutorial/migratorydata-cluster.yaml", "tutorial/migratorydata-autoscale.yaml"};
    size_t compared = 0;
    migd_objects *actual = render_of("  profile: tutorial\n  autoscale: {}\n");
    for (size_t i = 0; i < 4; i++) {
        migd_objects *expected = load(files[i]);
        for (size_t j = 0; j < migd_objects_count(expected); j++) {
            migd_object *left = NULL;
            migd_object *right = NULL;
            const migd_object *item = migd_objects_item(expected, j);
            const migd_object *ours = object_of(actual, migd_object_text(item, "/kind", ""),
                                                migd_object_text(item, "/metadata/name", ""));
            assert_int_equal(migd_object_copy(ours, &left, NULL), MIGD_OK);
            assert_int_equal(migd_object_copy(item, &right, NULL), MIGD_OK);
            take_ours(left, "/metadata/labels", "app.kubernetes.io/");
            take_ours(left, "/metadata/annotations", "migdeploy.dev/");
            make_canonical(right, CONTAINER "/resources/requests/cpu");
            make_canonical(right, CONTAINER "/resources/requests/memory");
            convert_autoscaler(right);
            assert_same_object(left, right);
            migd_object_free(left);
            migd_object_free(right);
            compared++;
        }
        migd_objects_free(expected);
    }
    assert_int_equal(compared, migd_objects_count(actual));
    migd_objects_free(actual);
}

/* --- every key reaches the objects ------------------------------------------------------------ */

typedef struct reached {
    const char *body;
    const char *kind;
    const char *suffix; /* of the object's name */
    const char *pointer;
    const char *yaml; /* NULL: nothing is there */
} reached;

#define LBC "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-"

static const reached services[] = {
    {"  members: {image: a}\nmetadata: {name: blue, namespace: sky}\n", "Service", "-cs",
     "/metadata/name", "blue-cs"},
    {"  members: {image: a}\nmetadata: {name: blue, namespace: sky}\n", "Service", "-hs",
     "/metadata/namespace", "sky"},
    {"  members: {image: a}\nmetadata: {namespace: sky}\n", "Namespace", "", "/metadata",
     "{name: sky}"},
    {"  members: {image: a}\nmetadata: {labels: {team: x, a.b/c: d}}\n", "Namespace", "",
     "/metadata/labels", "{team: x, a.b/c: d}"},
    {"  members: {image: a}\nmetadata: {name: blue, labels: {team: x}}\n", "PodDisruptionBudget",
     "blue-pdb", "/metadata/labels",
     "{app: blue, app.kubernetes.io/name: migratorydata, app.kubernetes.io/instance: blue, "
     "app.kubernetes.io/managed-by: migdeploy, team: x}"},
    {"  members: {image: a}\n"
     "metadata: {annotations: {migdeploy.dev/accept: \"C9: by hand\", x: w}}\n",
     "PodDisruptionBudget", "", "/metadata/annotations", "{migdeploy.dev/accept: \"C9: by hand\"}"},
    /* types and balancers */
    {"  members: {image: a}\n  service: {type: NodePort}\n", "Service", "-cs", "/spec",
     "{type: NodePort, selector: {app: migratorydata}, ports: [{name: client-port, port: 80, "
     "protocol: TCP, targetPort: 8800}]}"},
    {"  members: {image: a}\n  service: {type: NodePort}\n", "Service", "-cs",
     "/metadata/annotations", NULL},
    {"  members: {image: a}\n  service: {balancer: generic, sourceRanges: [10.0.0.0/8]}\n",
     "Service", "-cs", "/spec",
     "{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], selector: {app: migratorydata}, "
     "ports: [{name: client-port, port: 80, protocol: TCP, targetPort: 8800}]}"},
    {"  members: {image: a}\n  service: {balancer: generic}\n", "Service", "-cs",
     "/metadata/annotations", NULL},
    {"  members: {image: a}\n  service: {balancer: eksAuto}\n", "Service", "-cs",
     "/spec/loadBalancerClass", "eks.amazonaws.com/nlb"},
    {"  members: {image: a}\n  service: {balancer: eksAuto, scheme: internal}\n", "Service", "-cs",
     "/metadata/annotations",
     "{service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip, "
     "service.beta.kubernetes.io/aws-load-balancer-scheme: internal, "
     "service.beta.kubernetes.io/aws-load-balancer-attributes: "
     "load_balancing.cross_zone.enabled=true}"},
    {"  profile: tutorial\n  service: {balancer: eksAuto}\n", "Service", "-cs", LBC "type", NULL},
    {"  profile: tutorial\n  service: {crossZone: true}\n", "Service", "-cs", LBC "attributes",
     "load_balancing.cross_zone.enabled=true"},
    {"  members: {image: a}\n  service: {crossZone: false}\n", "Service", "-cs", LBC "attributes",
     "load_balancing.cross_zone.enabled=false"},
    {"  members: {image: a}\n  service: {port: 443}\n", "Service", "-cs", "/spec/ports/0/port",
     "443"},
    {"  members: {image: a, ports: {client: 9000}}\n", "Service", "-cs", "/spec/ports/0/targetPort",
     "9000"},
    {"  members: {image: a, ports: {cluster: 9001}}\n", "Service", "-hs", "/spec/ports/3",
     "{name: inter-cluster4, port: 9004, protocol: TCP, targetPort: 9004}"},
    {"  members: {image: a}\n  service: {idleTimeoutSeconds: 600, port: 8080}\n", "Service", "-cs",
     LBC "listener-attributes.TCP-8080", "tcp.idle_timeout.seconds=600"},
    {"  members: {image: a}\n  service: {idleTimeoutSeconds: 350}\n", "Service", "-cs",
     LBC "listener-attributes.TCP-80", NULL},
    {"  members: {image: a}\n  service: {tls: {certificateArn: \"arn:aws:acm:x\"}}\n", "Service",
     "-cs", LBC "ssl-cert", "\"arn:aws:acm:x\""},
    {"  members: {image: a}\n  service: {tls: {certificateArn: \"arn:aws:acm:x\"}}\n", "Service",
     "-cs", LBC "ssl-negotiation-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06"},
    {"  members: {image: a}\n"
     "  service: {annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: x, w: z}}\n",
     "Service", "-cs", LBC "scheme", "x"},
    {"  members: {image: a}\n  service: {annotations: {w: z}}\n", "Service", "-cs",
     "/metadata/annotations/w", "z"},
    /* budgets */
    {"  members: {image: a}\n  disruption: {scope: none}\n", "PodDisruptionBudget", "", "", NULL},
    {"  members: {image: a}\n  disruption: {scope: members, minAvailable: 2}\n",
     "PodDisruptionBudget", "-pdb", "/spec",
     "{minAvailable: 2, selector: {matchLabels: {app: migratorydata}}}"},
    {"  members: {image: a}\n  disruption: {scope: members, maxUnavailable: 34%}\n",
     "PodDisruptionBudget", "-pdb", "/spec",
     "{maxUnavailable: 34%, selector: {matchLabels: {app: migratorydata}}}"},
    {"  members: {image: a, deliveryMode: Standard}\n", "PodDisruptionBudget", "-pdb", "/spec",
     "{maxUnavailable: 1, selector: {matchLabels: {app: migratorydata}}}"},
    /* autoscalers */
    {"  members: {image: a}\n", "HorizontalPodAutoscaler", "", "", NULL},
    {"  members: {image: a}\n  autoscale: {min: 3, max: 4}\n", "HorizontalPodAutoscaler", "",
     "/spec",
     "{scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: migratorydata}, "
     "minReplicas: 3, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu, target: "
     "{type: Utilization, averageUtilization: 50}}}], behavior: {scaleDown: "
     "{stabilizationWindowSeconds: 300, policies: [{type: Pods, value: 1, periodSeconds: 360}]}}}"},
    {"  members: {image: a, pauseSeconds: 3600}\n  autoscale: {}\n", "HorizontalPodAutoscaler", "",
     "/spec/behavior/scaleDown/policies/0/periodSeconds", "1800"}, /* Kubernetes takes no more */
    {"  members: {image: a, pauseSeconds: 0}\n"
     "  autoscale: {scaleDownStabilizationSeconds: 60}\n",
     "HorizontalPodAutoscaler", "", "/spec/behavior",
     "{scaleDown: {stabilizationWindowSeconds: 60}}"},
    {"  profile: tutorial\n  members: {pauseSeconds: 60}\n  autoscale: {}\n",
     "HorizontalPodAutoscaler", "", "/spec/behavior",
     "{scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}}"},
};

static void every_key_reaches_services_budgets_and_autoscalers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        migd_objects *objects = render_of(services[i].body);
        assert_yaml(object_of(objects, services[i].kind, services[i].suffix), services[i].pointer,
                    services[i].yaml);
        migd_objects_free(objects);
    }
}

static void objects_come_in_the_order_in_which_they_are_applied(void **state)
{
    (void)state;
    static const char *const names[] = {"migratory",        "migratorydata-cs",
                                        "migratorydata-hs", "migratorydata-pdb",
                                        "migratorydata",    "migratorydata-autoscale"};
    migd_objects *objects = render_of("  members: {image: a}\n  autoscale: {}\n");
    assert_int_equal(migd_objects_count(objects), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(migd_object_text(migd_objects_item(objects, i), "/metadata/name", ""),
                            names[i]);
    }
    migd_objects_free(objects);
}

/* AWS keys belong to steps of their own. */
static void an_aws_block_renders_nothing(void **state)
{
    (void)state;
    migd_objects *plain = render_of("  members: {image: a}\n");
    migd_objects *aws = render_of("  members: {image: a}\n  aws: {cluster: c, region: r}\n");
    assert_int_equal(migd_objects_count(plain), migd_objects_count(aws));
    for (size_t i = 0; i < migd_objects_count(plain); i++) {
        assert_same_object(migd_objects_item(aws, i), migd_objects_item(plain, i));
    }
    migd_objects_free(plain);
    migd_objects_free(aws);
}

/* --- places ----------------------------------------------------------------------------------- */

static void a_rendered_value_remembers_the_line_behind_it(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        const char *suffix;
        const char *pointer;
        int32_t line;
        int32_t column;
    } places[] = {
        {"Namespace", "", "/metadata/name", 1, 1},
        {"StatefulSet", "", "/spec/replicas", 5, 15},
        {"StatefulSet", "", CONTAINER "/image", 6, 12},
        {"StatefulSet", "", CONTAINER "/resources/limits/cpu", 7, 22},
        {"StatefulSet", "", CONTAINER "/resources/limits/memory", 7, 5},
        {"StatefulSet", "", "/spec/minReadySeconds", 4, 3},
        {"StatefulSet", "", "/spec/template/spec/hostNetwork", 8, 36},
        {"StatefulSet", "", "/spec/serviceName", 4, 3},
        {"StatefulSet", "", "/metadata/annotations/migdeploy.dev~1max-members", 10, 18},
        {"StatefulSet", "", "/metadata/annotations/migdeploy.dev~1render", 4, 3},
        {"HorizontalPodAutoscaler", "", "/spec/scaleTargetRef", 16, 3},
        {"HorizontalPodAutoscaler", "", "/apiVersion", 16, 3},
        {"StatefulSet", "", "/spec/template/spec/nodeSelector/a", 9, 23},
        {"PodDisruptionBudget", "", "/spec/minAvailable", 4, 3},
        {"Service", "-cs", "/spec/loadBalancerSourceRanges/0", 13, 20},
        {"Service", "-cs", LBC "scheme", 14, 13},
        {"Service", "-cs", "/apiVersion", 12, 3},
        {"Service", "-cs", "/spec/type", 12, 3},
        {"Service", "-cs", "/spec/ports/0/port", 12, 3},
        {"Service", "-cs", LBC "listener-attributes.TCP-80", 15, 25},
        {"StatefulSet", "", CONTAINER "/readinessProbe/periodSeconds", 11, 14},
        {"StatefulSet", "", CONTAINER "/livenessProbe/periodSeconds", 11, 5},
        {"StatefulSet", "", CONTAINER "/ports/1/containerPort", 4, 3},
        {"HorizontalPodAutoscaler", "", "/spec/maxReplicas", 16, 20},
        {"HorizontalPodAutoscaler", "", "/spec/minReplicas", 16, 3},
    };
    migd_objects *objects = render_of("  members:\n"
                                      "    replicas: 4\n"
                                      "    image: a\n"
                                      "    resources: {cpu: 2}\n"
                                      "    template: {spec: {hostNetwork: true}}\n"
                                      "    nodeSelector: {a: b}\n"
                                      "    maxReplicas: 6\n"
                                      "    probes: {readiness: {path: /r}}\n"
                                      "  service:\n"
                                      "    sourceRanges: [10.0.0.0/8]\n"
                                      "    scheme: internal\n"
                                      "    idleTimeoutSeconds: 600\n"
                                      "  autoscale: {max: 4}\n");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const migd_object *object = object_of(objects, places[i].kind, places[i].suffix);
        const migdi_place place = migdi_object_place(migd_object_at(object, places[i].pointer));
        if (place.line != places[i].line || place.column != places[i].column) {
            fail_msg("%s %s: %d:%d", places[i].kind, places[i].pointer, (int)place.line,
                     (int)place.column);
        }
    }
    migd_objects_free(objects);
}

static void a_value_that_was_set_has_no_line(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_spec *spec = spec_of("  members: {image: a}\n");
    assert_int_equal(migd_spec_set(spec, "spec.members.replicas", "4", NULL), MIGD_OK);
    assert_int_equal(migd_spec_render(spec, &objects, NULL), MIGD_OK);
    const migd_object *members = object_of(objects, "StatefulSet", "");
    assert_int_equal(migdi_object_place(migd_object_at(members, "/spec/replicas")).line, 0);
    migd_objects_free(objects);
    migd_spec_free(spec);
}

/* --- what cannot be rendered ------------------------------------------------------------------ */

static void a_spec_with_wrong_keys_is_refused_with_all_of_them(void **state)
{
    (void)state;
    migd_error *error = NULL;
    migd_objects *objects = (migd_objects *)1;
    migd_spec *spec = spec_of("  members: {image: a, seeds: three}\n");
    assert_int_equal(migd_spec_render(spec, &objects, &error), MIGD_ERR_REFUSED);
    assert_null(objects);
    assert_string_equal(migd_error_message(error),
                        "seeds wants a whole number, not the text \"three\"");
    assert_int_equal(migd_error_line(error), 4);
    migd_error_free(error);
    assert_int_equal(migd_spec_set(spec, "spec.members.spread", "racks", NULL), MIGD_OK);
    assert_int_equal(migd_spec_render(spec, &objects, &error), MIGD_ERR_REFUSED);
    assert_string_equal(migd_error_message(error),
                        "spread wants zone, node, soft or none, not \"racks\" "
                        "(and 1 more of the spec's keys)");
    assert_int_equal(migd_error_detail_count(error), 2);
    assert_string_equal(migd_error_detail(error, 1, MIGD_DETAIL_FIELD), "/spec/members/seeds");
    assert_string_equal(migd_error_detail(error, 1, MIGD_DETAIL_REASON), "spec");
    assert_string_equal(migd_error_detail(error, 1, MIGD_DETAIL_SUBJECT),
                        "MigratoryDataCluster/migratory/migratorydata");
    migd_error_free(error);
    assert_int_equal(migd_spec_render(spec, &objects, NULL), MIGD_ERR_REFUSED);
    assert_int_equal(migd_spec_render(NULL, &objects, NULL), MIGD_ERR_INVALID);
    migd_spec_free(spec);
}

/* So that a check can say everything at once. */
static void inside_the_house_it_is_rendered_all_the_same(void **state)
{
    (void)state;
    migd_objects *objects = NULL;
    migd_spec *spec = spec_of("  members: {seeds: three}\n  autoscale: {max: 6}\n");
    assert_int_equal(migdi_spec_render(spec, &objects, NULL), MIGD_OK);
    assert_yaml(object_of(objects, "PodDisruptionBudget", ""), "/spec/minAvailable", "2");
    assert_yaml(object_of(objects, "HorizontalPodAutoscaler", ""), "/spec/maxReplicas", "6");
    assert_yaml(object_of(objects, "StatefulSet", ""), CONTAINER "/image", NULL);
    migd_objects_free(objects);
    migd_spec_free(spec);
}

/* --- memory ----------------------------------------------------------------------------------- */

typedef struct {
    const migd_spec *spec;
    const migd_objects *wanted; /* as it is rendered with memory */
} rich;

static migd_status render_rich(void *user)
{
    const rich *row = user;
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_render(row->spec, &objects, &error);
    assert_int_equal(migd_objects_count(objects), status >= 0 ? 6 : 0);
    for (size_t i = 0; i < migd_objects_count(objects); i++) {
        const int32_t equal =
            migd_object_equal(migd_objects_item(objects, i), migd_objects_item(row->wanted, i));
        assert_true(equal != 0);
    }
    migd_objects_free(objects);
    migd_error_free(error);
    return status;
}

static migd_status render_poor(void *user)
{
    migd_objects *objects = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_render(user, &objects, &error);
    assert_null(objects);
    migd_error_free(error);
    return status == MIGD_ERR_REFUSED ? MIGD_OK : status;
}

static void lack_of_memory_renders_nothing(void **state)
{
    (void)state;
    migd_spec *spec =
        spec_of("  members:\n"
                "    image: a\n"
                "    parameters: {A: 1}\n"
                "    secretParameters: {B: {secret: s, key: k}}\n"
                "    resources: {requests: {cpu: 1, a.b/c: 1}, limits: {memory: 1Gi}}\n"
                "    template: {metadata: {annotations: {a: b}}, spec: {containers: [{name: x}]}}\n"
                "  service: {sourceRanges: [10.0.0.0/8], annotations: {a: b}}\n"
                "  autoscale: {}\n"
                "metadata: {labels: {a: b}}\n");
    migd_objects *wanted = NULL;
    assert_int_equal(migd_spec_render(spec, &wanted, NULL), MIGD_OK);
    assert_true(test_fail_allocations(render_rich, &(rich){spec, wanted}) > 200);
    migd_objects_free(wanted);
    assert_int_equal(migd_spec_set(spec, "spec.members.seeds", "x", NULL), MIGD_OK);
    assert_true(test_fail_allocations(render_poor, spec) > 2);
    migd_spec_free(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_those_that_a_real_server_proved),
        cmocka_unit_test(the_tutorial_profile_is_the_vendors_yaml),
        cmocka_unit_test(every_key_reaches_services_budgets_and_autoscalers),
        cmocka_unit_test(objects_come_in_the_order_in_which_they_are_applied),
        cmocka_unit_test(an_aws_block_renders_nothing),
        cmocka_unit_test(a_rendered_value_remembers_the_line_behind_it),
        cmocka_unit_test(a_value_that_was_set_has_no_line),
        cmocka_unit_test(a_spec_with_wrong_keys_is_refused_with_all_of_them),
        cmocka_unit_test(inside_the_house_it_is_rendered_all_the_same),
        cmocka_unit_test(lack_of_memory_renders_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
