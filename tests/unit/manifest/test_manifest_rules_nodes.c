#include "test_support.h"

#include "manifest_told.h"

#define GUARANTEED             .members = true, .mode = MIGDI_MODE_GUARANTEED
#define SEEDS_3                GUARANTEED, .max_members = N(5), .seed_count = N(3)
#define GROUP(low, wish, high) {.least = N(low), .wanted = N(wish), .most = N(high)}
#define GROUPS(list)           .groups = (list), .group_count = sizeof(list) / sizeof *(list)

static const migdi_node_group as_in_tutorial[] = {GROUP(3, 3, 5)};
static const migdi_node_group two_groups[] = {GROUP(1, 2, 2), GROUP(2, 3, 3)};
static const migdi_node_group few[] = {GROUP(2, 2, 3)};
static const migdi_node_group growing[] = {
    {.least = N(3), .wanted = N(3), .most = N(5), .grows = true}};
static const migdi_nodes tutorial = {GROUPS(as_in_tutorial), .zones = N(2)};
static const migdi_nodes three_zones = {GROUPS(as_in_tutorial), .zones = N(3)};
static const migdi_nodes small = {GROUPS(few), .zones = N(3)};
static const migdi_nodes both = {GROUPS(two_groups), .zones = N(3)};
static const migdi_nodes follows = {GROUPS(growing), .zones = N(3)};
static const migdi_nodes automatic = {.zones = N(2), .replaced = AT("ClusterConfig/c")};
static const migdi_autoscaler to_5[] = {{.least = N(3), .most = N(5)}};

typedef struct row {
    const char *what;
    migdi_facts facts;
    const char *told;
} row;

static void judge_all(const char *rule, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_state(rule, &rows[i].facts, rows[i].told, rows[i].what);
    }
}

#define JUDGE(rule, rows) judge_all(rule, rows, sizeof(rows) / sizeof *(rows))

static void c12_wants_bounds_that_hold_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        migdi_node_group group;
        const char *told;
    } rows[] = {
        {"3, 3, 5", GROUP(3, 3, 5), NULL},
        {"5 to 3, as eksctl refuses it", GROUP(5, 5, 3),
         "error: at least 5 nodes, but at "
         "most 3"},
        {"fewer wanted", GROUP(3, 2, 5), "error: 2 nodes wanted, but at least 3"},
        {"more wanted", GROUP(3, 6, 5), "error: 6 nodes wanted, but at most 5"},
        {"nothing said", {.name = "empty"}, NULL},
        {"only one bound", {.least = N(9)}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_nodes nodes = {.groups = &rows[i].group, .group_count = 1};
        assert_nodes("C12", &nodes, rows[i].told, rows[i].what);
    }
}

static void c13_wants_a_node_for_each(void **state)
{
    (void)state;
    const row rows[] = {
        {"the tutorial",
         {SEEDS_3, .replicas = N(3), .autoscalers = to_5, .autoscaler_count = 1,
          .nodes = &tutorial},
         NULL},
        {"too few at both ends",
         {SEEDS_3, .replicas = N(3), .autoscalers = to_5, .autoscaler_count = 1, .nodes = &small},
         "warning: at least 2 nodes for 3 seeds: some share one\n"
         "warning: at most 3 nodes for 5 members: some share one"},
        {"two groups together", {SEEDS_3, .replicas = N(5), .nodes = &both}, NULL},
        {"two groups, too few",
         {SEEDS_3, .replicas = N(6), .nodes = &both},
         "warning: at most 5 nodes for 6 members: some share one"},
        {"Auto Mode makes nodes", {SEEDS_3, .replicas = N(5), .nodes = &automatic}, NULL},
        {"nodes not known", {SEEDS_3, .replicas = N(5)}, NULL},
        {"dev", {.dev = true, SEEDS_3, .replicas = N(9), .nodes = &small}, NULL},
    };
    JUDGE("C13", rows);
}

static void c14_wants_as_many_zones_as_the_quorum_needs(void **state)
{
    (void)state;
    static const migdi_nodes one_zone = {.zones = N(1)};
    const row rows[] = {
        {"3 seeds in 3", {SEEDS_3, .nodes = &three_zones}, NULL},
        {"3 seeds in 2",
         {SEEDS_3, .nodes = &tutorial},
         "warning: 2 zones: one holds 2 of 3 seeds, quorum bears 1"},
        {"3 seeds in 2, in Auto Mode too",
         {SEEDS_3, .nodes = &automatic},
         "warning: 2 zones: one holds 2 of 3 seeds, quorum bears 1"},
        {"5 seeds in 2",
         {GUARANTEED, .max_members = N(5), .nodes = &tutorial},
         "warning: 2 zones: one holds 3 of 5 seeds, quorum bears 2"},
        {"5 seeds in 3", {GUARANTEED, .max_members = N(5), .nodes = &three_zones}, NULL},
        {"3 seeds in 1",
         {SEEDS_3, .nodes = &one_zone},
         "warning: 1 zone: one holds 3 of 3 seeds, quorum bears 1"},
        {"Standard",
         {.members = true, .mode = MIGDI_MODE_STANDARD, .max_members = N(3), .nodes = &tutorial},
         NULL},
        {"zones not "
         "known",
         {SEEDS_3, .nodes = &(migdi_nodes){.at = AT("ClusterConfig/c")}},
         NULL},
    };
    JUDGE("C14", rows);
}

static void t13_knows_that_nodes_do_not_follow(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 members", {SEEDS_3, .replicas = N(3), .nodes = &tutorial}, NULL},
        {"an autoscaler to 5 on 3 nodes",
         {SEEDS_3, .replicas = N(3), .autoscalers = to_5, .autoscaler_count = 1,
          .nodes = &tutorial},
         "warning: 5 members on 3 nodes: nodes do not follow pods"},
        {"nodes that grow", {SEEDS_3, .replicas = N(5), .nodes = &follows}, NULL},
        {"Auto Mode", {SEEDS_3, .replicas = N(5), .nodes = &automatic}, NULL},
        {"beyond the maximum is C13's", {SEEDS_3, .replicas = N(6), .nodes = &tutorial}, NULL},
    };
    JUDGE("T13", rows);
}

static void t15_is_about_the_shares_of_zones(void **state)
{
    (void)state;
    static const migdi_exposure plain[] = {{.at = AT("Service/n/s")}};
    static const migdi_exposure crossing[] = {{.at = AT("Service/n/s"), .cross_zone = true}};
    const row rows[] = {
        {"3 in 2",
         {SEEDS_3, .replicas = N(3), .nodes = &tutorial, .exposures = plain, .exposure_count = 1},
         "warning: 3 members in 2 zones do not share clients evenly"},
        {"4 in 2",
         {SEEDS_3, .replicas = N(4), .nodes = &tutorial, .exposures = plain, .exposure_count = 1},
         NULL},
        {"4 in 3",
         {SEEDS_3, .replicas = N(4), .nodes = &three_zones, .exposures = plain,
          .exposure_count = 1},
         "warning: 4 members in 3 zones do not share clients evenly"},
        {"across zones",
         {SEEDS_3, .replicas = N(3), .nodes = &tutorial, .exposures = crossing,
          .exposure_count = 1},
         NULL},
        {"no balancer", {SEEDS_3, .replicas = N(3), .nodes = &tutorial}, NULL},
    };
    JUDGE("T15", rows);
}

static void nodes_are_judged_without_members(void **state)
{
    (void)state;
    static const migdi_node_group open[] = {{.open_ssh = AT("ClusterConfig/c"),
                                             .controller = AT("ClusterConfig/c"),
                                             .self_repair = AT("ClusterConfig/c")}};
    const migdi_nodes all = {GROUPS(open), .version = W("1.30"), .extended_support = true,
                             .replaced = AT("ClusterConfig/c")};
    const migdi_nodes none = {GROUPS(as_in_tutorial), .version = W("1.36")};
    assert_nodes("T9", &all, "warning: every pod on these nodes may borrow this role",
                 "controller");
    assert_nodes("T17", &all, "warning: ssh is open to the whole internet", "ssh");
    assert_nodes("T27", &all, "warning: Kubernetes 1.30 is past its standard support", "version");
    assert_nodes("T28", &all,
                 "warning: nodes are replaced at any time, members with them\n"
                 "warning: EKS replaces these nodes by itself",
                 "Auto Mode and repair");
    static const char *const ids[] = {"T9", "T17", "T27", "T28"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_nodes(ids[i], &none, NULL, "nothing of it");
        assert_nodes(ids[i], &(migdi_nodes){.at = AT("ClusterConfig/c")}, NULL, "nothing known");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c12_wants_bounds_that_hold_each_other),
        cmocka_unit_test(c13_wants_a_node_for_each),
        cmocka_unit_test(c14_wants_as_many_zones_as_the_quorum_needs),
        cmocka_unit_test(t13_knows_that_nodes_do_not_follow),
        cmocka_unit_test(t15_is_about_the_shares_of_zones),
        cmocka_unit_test(nodes_are_judged_without_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
