#include "test_support.h"

#include "manifest_reading.h"

#define CONFIG                                                                                     \
    "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: r, "         \
    "version: '1.36'}\n"

static void a_config_without_groups_has_its_zones(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, CONFIG "availabilityZones: [a, b, a]\n");
    const migdi_nodes *nodes = it.world.nodes;
    assert_int_equal(it.world.nodes_count, 1);
    assert_int_equal(nodes->group_count, 0);
    assert_true(nodes->zones.known);
    assert_int_equal(nodes->zones.value, 2);
    assert_string_equal(nodes->zones.at.pointer, "/availabilityZones");
    assert_string_equal(nodes->version.text, "1.36");
    assert_false(nodes->extended_support);
    assert_null(nodes->replaced.object);
    forget_facts(&it);
    read_facts(&it, CONFIG);
    assert_false(it.world.nodes[0].zones.known);
    forget_facts(&it);
}

static void groups_of_both_kinds_are_read(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, CONFIG
               "availabilityZones: [a, b]\n"
               "managedNodeGroups:\n"
               "- {name: one, minSize: 1, maxSize: 3, desiredCapacity: 2, ssh: {allow: true},\n"
               "   iam: {withAddonPolicies: {awsLoadBalancerController: true, autoScaler: "
               "true}},\n"
               "   nodeRepairConfig: {enabled: true}}\n"
               "- {name: two, minSize: 4, availabilityZones: [c], iam: {withAddonPolicies: "
               "{albIngress: true}}}\n"
               "nodeGroups:\n"
               "- {name: three, ssh: {allow: true, sourceSecurityGroupIds: [sg]}}\n"
               "- {name: four, ssh: {allow: true}, privateNetworking: true}\n");
    const migdi_nodes *nodes = it.world.nodes;
    assert_int_equal(nodes->group_count, 4);
    assert_int_equal(nodes->groups[0].least.value, 1);
    assert_int_equal(nodes->groups[0].most.value, 3);
    assert_int_equal(nodes->groups[0].wanted.value, 2);
    assert_true(nodes->groups[0].grows);
    assert_string_equal(nodes->groups[0].open_ssh.pointer, "/managedNodeGroups/0/ssh/allow");
    assert_string_equal(nodes->groups[0].controller.pointer,
                        "/managedNodeGroups/0/iam/withAddonPolicies/awsLoadBalancerController");
    assert_non_null(nodes->groups[0].self_repair.object);
    assert_int_equal(nodes->groups[1].wanted.value, 4);
    assert_false(nodes->groups[1].most.known);
    assert_string_equal(nodes->groups[1].controller.pointer,
                        "/managedNodeGroups/1/iam/withAddonPolicies/albIngress");
    assert_null(nodes->groups[1].open_ssh.object);
    assert_string_equal(nodes->groups[2].name, "three");
    assert_null(nodes->groups[2].open_ssh.object);
    assert_null(nodes->groups[3].open_ssh.object);
    assert_int_equal(nodes->zones.value, 3);
    assert_string_equal(nodes->zones.at.pointer, "/managedNodeGroups/1/availabilityZones");
    forget_facts(&it);
}

static void who_replaces_nodes_is_known(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, CONFIG "autoModeConfig: {enabled: true}\n");
    assert_string_equal(it.world.nodes[0].replaced.pointer, "/autoModeConfig/enabled");
    forget_facts(&it);
    read_facts(&it, CONFIG "autoModeConfig: {enabled: false}\n");
    assert_null(it.world.nodes[0].replaced.object);
    forget_facts(&it);
    read_facts(&it, CONFIG "karpenter: {version: '1'}\n");
    assert_string_equal(it.world.nodes[0].replaced.pointer, "/karpenter");
    forget_facts(&it);
}

/* Amazon EKS user guide, release calendar: 1.33 left standard support in July 2026. */
static void versions_past_their_support_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        bool extended;
    } rows[] = {
        {"metadata: {name: c, version: '1.32'}", true},
        {"metadata: {name: c, version: '1.33'}", true},
        {"metadata: {name: c, version: '1.34'}", false},
        {"metadata: {name: c, version: '1.9'}", true},
        {"metadata: {name: c, version: latest}", false},
        {"metadata: {name: c, version: '2.1'}", false},
        {"metadata: {name: c, version: '1.'}", false},
        {"metadata: {name: c}", false},
        {"metadata: {name: c, version: '1.99999999999'}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char yaml[160] = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n";
        memcpy(yaml + strlen(yaml), rows[i].yaml, strlen(rows[i].yaml) + 1);
        reading it;
        read_facts(&it, yaml);
        assert_int_equal(it.world.nodes[0].extended_support, rows[i].extended);
        forget_facts(&it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_config_without_groups_has_its_zones),
        cmocka_unit_test(groups_of_both_kinds_are_read),
        cmocka_unit_test(who_replaces_nodes_is_known),
        cmocka_unit_test(versions_past_their_support_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
