#include "test_support.h"

#include "manifest_reading.h"

#include "core_text.h"

/* --- who is a member -------------------------------------------------------------------------- */

static void assert_sets(const char *yaml, size_t count, bool members)
{
    reading it;
    read_facts(&it, yaml);
    assert_int_equal(it.world.set_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(it.world.sets[i].members, members);
    }
    forget_facts(&it);
}

#define IMAGE(name) SET_HEAD("3") POD_HEAD "      containers: [{image: \"" name "\"}]\n"

static void members_are_known_by_their_image(void **state)
{
    (void)state;
    assert_sets(IMAGE("migratorydata/server"), 1, true);
    assert_sets(IMAGE("migratorydata/server:6.0.16"), 1, true);
    assert_sets(IMAGE("docker.io/migratorydata/server@sha256:01"), 1, true);
    assert_sets(IMAGE("host:5000/mirror/migratorydata/server"), 1, true);
    assert_sets(IMAGE("migratorydata/server-tools:1"), 0, false);
    assert_sets(IMAGE("notmigratorydata/server"), 0, false);
    assert_sets(IMAGE("nginx"), 0, false);
    assert_sets(SET_HEAD("3") POD_HEAD
                "      containers: [{image: sidecar}, {image: migratorydata/server}]\n",
                1, true);
}

static void members_are_known_by_their_options_and_by_our_labels(void **state)
{
    (void)state;
    assert_sets(
        SET_HEAD("3") POD_HEAD
        "      containers: [{image: own, env: [{name: MIGRATORYDATA_EXTRA_OPTS, value: ''}]}]\n",
        1, true);
    assert_sets(SET_HEAD("3") POD_HEAD
                "      containers: [{image: own, env: [{name: OTHER, value: ''}]}]\n",
                0, false);
    static const char ours[] =
        "apiVersion: apps/v1\n"
        "kind: StatefulSet\n"
        "metadata:\n"
        "  name: m\n"
        "  labels: {app.kubernetes.io/managed-by: migdeploy}\n"
        "  annotations: {migdeploy.dev/max-members: \"5\"}\n"
        "spec: {template: {spec: {containers: [{name: x, image: own}, {name: m, image: "
        "own}]}}}\n";
    reading it;
    read_facts(&it, ours);
    assert_int_equal(it.world.set_count, 1);
    assert_true(it.world.sets[0].members);
    assert_string_equal(it.world.sets[0].options.pointer, "/spec/template/spec/containers/1");
    assert_string_equal(it.world.sets[0].at.object, "StatefulSet/m");
    forget_facts(&it);
}

static void only_groups_of_kubernetes_and_eksctl_are_read(void **state)
{
    (void)state;
    assert_sets("apiVersion: apps.kruise.io/v1\nkind: StatefulSet\nmetadata: {name: m}\n"
                "spec: {template: {spec: {containers: [{image: migratorydata/server}]}}}\n",
                0, false);
    reading it;
    read_facts(&it, "apiVersion: example.com/v1\nkind: ClusterConfig\nmetadata: {name: c}\n");
    assert_int_equal(it.world.nodes_count, 0);
    forget_facts(&it);
}

/* --- heads ------------------------------------------------------------------------------------ */

static void replicas_are_one_unless_an_autoscaler_counts(void **state)
{
    (void)state;
    static const char without[] =
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: m, namespace: ns}\n"
        "spec: {template: {spec: {containers: [{image: migratorydata/server}]}}}\n";
    static const char scaler[] =
        "---\napiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: "
        "a, namespace: ns}\n"
        "spec: {maxReplicas: 5, scaleTargetRef: {kind: StatefulSet, name: m}}\n";
    reading it;
    read_facts(&it, without);
    assert_true(it.world.sets[0].replicas.known);
    assert_int_equal(it.world.sets[0].replicas.value, 1);
    assert_string_equal(it.world.sets[0].replicas.at.pointer, "/spec");
    forget_facts(&it);

    migdi_text both = {0};
    migdi_text_format(&both, "%s%s", without, scaler);
    read_facts(&it, migdi_text_string(&both));
    assert_false(it.world.sets[0].replicas.known);
    assert_int_equal(it.world.sets[0].autoscaler_count, 1);
    assert_int_equal(it.world.sets[0].autoscalers[0].least.value, 1);
    assert_string_equal(it.world.sets[0].autoscalers[0].least.at.pointer, "/spec");
    assert_int_equal(it.world.sets[0].autoscalers[0].most.value, 5);
    forget_facts(&it);
    migdi_text_free(&both);
}

static void one_member_is_dev_only_where_we_rendered_it(void **state)
{
    (void)state;
    static const struct {
        const char *annotations;
        bool dev, rendered;
    } rows[] = {
        {"{migdeploy.dev/max-members: '1', migdeploy.dev/render: '1'}", true, true},
        {"{migdeploy.dev/max-members: '2', migdeploy.dev/render: '1'}", true, true},
        {"{migdeploy.dev/max-members: '3', migdeploy.dev/render: '1'}", false, true},
        {"{migdeploy.dev/max-members: '1'}", false, false},
        {"{}", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        migdi_text_format(
            &yaml,
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: m, annotations: %s}\n"
            "spec: {template: {spec: {containers: [{image: migratorydata/server}]}}}\n",
            rows[i].annotations);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].dev, rows[i].dev);
        assert_int_equal(it.world.sets[0].rendered, rows[i].rendered);
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

static void nodes_belong_to_the_sets_where_there_is_one_config(void **state)
{
    (void)state;
    static const char config[] = "---\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n"
                                 "metadata: {name: c}\navailabilityZones: [a, b]\n";
    migdi_text yaml = {0};
    migdi_text_format(&yaml, "%s%s", MEMBER, config);
    reading it;
    read_facts(&it, migdi_text_string(&yaml));
    assert_ptr_equal(it.world.sets[0].nodes, it.world.nodes);
    assert_int_equal(it.world.nodes[0].zones.value, 2);
    forget_facts(&it);
    migdi_text_add_string(&yaml, config);
    read_facts(&it, migdi_text_string(&yaml));
    assert_int_equal(it.world.nodes_count, 2);
    assert_null(it.world.sets[0].nodes);
    forget_facts(&it);
    migdi_text_free(&yaml);
}

/* --- what lives ------------------------------------------------------------------------------- */

static void readiness_is_counted_from_pods_before_statuses(void **state)
{
    (void)state;
    static const char pod[] =
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s%s}\n"
        "status: {conditions: [{type: Ready, status: \"%s\"}]}\n";
    static const struct {
        const char *name, *space, *more, *ready;
        int64_t count; /* of Ready members then */
    } rows[] = {
        {"m-0", "ns", "", "True", 1},
        {"m-1", "ns", "", "False", 1},
        {"m-2", "ns", "", "True", 2},
        {"m-3", "other", "", "True", 2},
        {"m-3", "ns", ", deletionTimestamp: x", "True", 2},
        {"m-x", "ns", "", "True", 2},
        {"m-", "ns", "", "True", 2},
        {"mx3", "ns", "", "True", 2},
        {"mm-4", "ns", "", "True", 2},
        {"m-99999999999999999999", "ns", "", "True", 2},
        {"m-4", "ns", "", "True", 3},
    };
    migdi_text yaml = {0};
    migdi_text_add_string(
        &yaml,
        SET_HEAD(
            "5") "  podManagementPolicy: Parallel\n" POD_HEAD CONTAINER
                 "        env:\n        - name: MIGRATORYDATA_EXTRA_OPTS\n"
                 "          value: -DClusterDeliveryMode=Guaranteed -DClusterMembers=a,b,c,d\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text_format(&yaml, pod, rows[i].name, rows[i].space, rows[i].more, rows[i].ready);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].ready.value, rows[i].count);
        forget_facts(&it);
    }
    reading it;
    read_facts(&it, migdi_text_string(&yaml));
    forget_facts(&it);
    migdi_text_add_string(&yaml, "---\napiVersion: v1\nkind: Pod\n"
                                 "metadata: {name: m-3, namespace: ns}\n"
                                 "status: {conditions: [{type: Initialized, status: 'True'}]}\n");
    read_facts(&it, migdi_text_string(&yaml));
    assert_int_equal(it.world.sets[0].ready.value, 3);
    assert_true(it.world.sets[0].seeds_ready.known);
    assert_int_equal(it.world.sets[0].seeds_ready.value, 2);
    assert_null(it.world.sets[0].pod_management.text);
    forget_facts(&it);
    migdi_text_free(&yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_known_by_their_image),
        cmocka_unit_test(members_are_known_by_their_options_and_by_our_labels),
        cmocka_unit_test(only_groups_of_kubernetes_and_eksctl_are_read),
        cmocka_unit_test(replicas_are_one_unless_an_autoscaler_counts),
        cmocka_unit_test(one_member_is_dev_only_where_we_rendered_it),
        cmocka_unit_test(nodes_belong_to_the_sets_where_there_is_one_config),
        cmocka_unit_test(readiness_is_counted_from_pods_before_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
