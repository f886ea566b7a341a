#include "deploy_members.h"

#define migdi_deploy_status tested /* beside that of the room */
#include "deploy_step_status.c"

static const migdi_member three[] = {READY(0, "new"), READY(1, "new"), READY(2, "new")};
static const migdi_member one_stuck[] = {READY(0, "new"), STUCK(1, "new"), READY(2, "new")};
static const migdi_member five[] = {READY(0, "new"), READY(1, "new"), READY(2, "new"),
                                    READY(3, "new"), READY(4, "new")};
static const migdi_member five_seed_down[] = {READY(0, "new"), STARTING(1, "new"), READY(2, "new"),
                                              READY(3, "new"), READY(4, "new")};

#define NOTHING                                                                                    \
    "\"kubernetes\":null,"                                                                         \
    "\"nodes\":{\"ready\":null,\"all\":null,\"zones\":null,\"perZone\":null,\"silent\":null,"      \
    "\"silentSince\":null,\"silentSeconds\":null,\"silentReason\":null,\"silentZone\":null,"       \
    "\"silentInstance\":null,\"silentGroup\":null},"                                               \
    "\"members\":{\"ready\":null,\"wanted\":null,\"most\":null,\"list\":null},"                    \
    "\"seeds\":{\"up\":null,\"of\":null,\"quorum\":null,\"margin\":null},"                         \
    "\"drain\":{\"budget\":null,\"mayLeave\":null,\"mayBeAway\":null,\"away\":null,"               \
    "\"covered\":null},"                                                                           \
    "\"scaling\":{\"autoscaler\":null,\"least\":null,\"most\":null,\"owner\":null,"                \
    "\"setBackBy\":null,\"setBackTo\":null},"                                                      \
    "\"address\":{\"type\":null,\"url\":null,\"answers\":null,\"trouble\":null},"                  \
    "\"roll\":{\"partition\":null,\"updated\":null,\"of\":null},\"trouble\":null}"

static migd_object *reported(const migdi_cluster_wish *cluster, const status_seen *seen)
{
    const migdi_status_wish wish = {
        .cluster = cluster, .service = "data-cs", .port = 80, .most_members = 5};
    return reports(&tested, &wish, seen, "{}");
}

static void keys_never_disappear_and_null_is_unknown(void **state)
{
    (void)state;
    const migdi_cluster_wish cluster = cluster_wish();
    migd_object *result = reported(&cluster, &(status_seen){0});
    migd_object *expected =
        json("{\"name\":\"data\",\"namespace\":\"blue\",\"exists\":false," NOTHING);
    assert_int_equal(migd_object_equal(result, expected), 1);
    migd_object_free(expected);
    migd_object_free(result);
}

static void everything_known_is_told(void **state)
{
    (void)state;
    const migdi_cluster_wish cluster = cluster_wish();
    const bool seeds[] = {true, true, true};
    const migdi_budget budget = {.at = {.object = "PodDisruptionBudget/blue/data-pdb"},
                                 .amount = {.known = true, .value = 2},
                                 .covers = seeds,
                                 .covers_count = 3};
    status_zone zones[] = {{"a", 3}, {"b/c", 1}};
    status_seen seen = {
        .cluster = {SEEN(3, one_stuck), .partition = 2, .refusal = "exceeded quota",
                    .number = {MIGDI_OWNER_KUBECTL, "kubectl"}, .autoscaler = "data-autoscale",
                    .least = 3, .most = 5},
        .kubernetes = "1.34",
        .nodes_known = true,
        .nodes = 4,
        .nodes_ready = 3,
        .zones = zones,
        .zone_count = 2,
        .silent = {"node-3", "a", "i-3", "ng", "NodeStatusUnknown", 1000000000},
        .budget = &budget,
        .service_type = "LoadBalancer",
        .address = "http://192.0.2.7:80",
        .sets_back = {MIGDI_OWNER_KUBECTL, "kubectl apply"},
        .sets_back_to = 3,
    };
    seen.cluster.now_unix_ms = 1000100000;
    migd_object *result = reported(&cluster, &seen);
    migd_object *expected =
        json("{\"name\":\"data\",\"namespace\":\"blue\",\"exists\":true,\"kubernetes\":\"1.34\","
             "\"nodes\":{\"ready\":3,\"all\":4,\"zones\":2,\"perZone\":{\"a\":3,\"b/c\":1},"
             "\"silent\":\"node-3\",\"silentSince\":\"1970-01-12T13:46:40Z\","
             "\"silentSeconds\":100,\"silentReason\":\"NodeStatusUnknown\",\"silentZone\":\"a\","
             "\"silentInstance\":\"i-3\",\"silentGroup\":\"ng\"},"
             "\"members\":{\"ready\":2,\"wanted\":3,\"most\":5,\"list\":["
             "{\"name\":\"data-0\",\"ready\":true,\"node\":null,\"seed\":true,\"trouble\":null},"
             "{\"name\":\"data-1\",\"ready\":false,\"node\":null,\"seed\":true,\"trouble\":"
             "\"ErrImagePull: x: not found\"},"
             "{\"name\":\"data-2\",\"ready\":true,\"node\":null,\"seed\":true,\"trouble\":null}]},"
             "\"seeds\":{\"up\":2,\"of\":3,\"quorum\":2,\"margin\":0},"
             "\"drain\":{\"budget\":\"data-pdb\",\"mayLeave\":0,\"mayBeAway\":1,\"away\":1,"
             "\"covered\":3},"
             "\"scaling\":{\"autoscaler\":\"data-autoscale\",\"least\":3,\"most\":5,\"owner\":"
             "\"kubectl\",\"setBackBy\":\"kubectl apply\",\"setBackTo\":3},"
             "\"address\":{\"type\":\"LoadBalancer\",\"url\":\"http://192.0.2.7:80\","
             "\"answers\":true,\"trouble\":null},"
             "\"roll\":{\"partition\":2,\"updated\":3,\"of\":3},\"trouble\":\"exceeded quota\"}");
    assert_int_equal(migd_object_equal(result, expected), 1);
    migd_object_free(expected);
    migd_object_free(result);
}

static void without_known_seeds_their_numbers_are_unknown(void **state)
{
    (void)state;
    migdi_cluster_wish cluster = cluster_wish();
    cluster.seeds = 0;
    const status_seen seen = {.cluster = {SEEN(3, three)}};
    migd_object *result = reported(&cluster, &seen);
    static const char *const unknown[] = {"/seeds/up", "/seeds/of", "/seeds/quorum",
                                          "/seeds/margin"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_int_equal(migd_object_kind(migd_object_at(result, unknown[i])), MIGD_KIND_NULL);
    }
    migd_object_free(result);
}

/* As the eviction does: the healthy pods that it covers, less those that it keeps. */
static void what_may_leave_is_counted_from_pods_not_from_a_status(void **state)
{
    (void)state;
    static const bool seeds[] = {true, true, true};
    static const struct {
        migdi_budget budget;
        migdi_cluster_seen cluster;
        int64_t may_leave;
    } rows[] = {
        /* The tutorial's: 3 must stay. */
        {{.amount = {.known = true, .value = 3}}, {SEEN(3, three)}, 0},
        {{.amount = {.known = true, .value = 3}}, {SEEN(5, five)}, 2},
        {{.amount = {.known = true, .value = 3}}, {SEEN(5, five_seed_down)}, 1},
        /* Ours, over the seeds alone: 2 of 3. */
        {{.amount = {.known = true, .value = 2}, .covers = seeds, .covers_count = 3},
         {SEEN(3, three)},
         1},
        {{.amount = {.known = true, .value = 2}, .covers = seeds, .covers_count = 3},
         {SEEN(5, five)},
         1},
        {{.amount = {.known = true, .value = 2}, .covers = seeds, .covers_count = 3},
         {SEEN(5, five_seed_down)},
         0},
        {{.amount = {.known = true, .value = 1}, .by_unavailable = true}, {SEEN(5, five)}, 1},
        {{.amount = {.known = true, .value = 1}, .by_unavailable = true},
         {SEEN(5, five_seed_down)},
         0},
    };
    const migdi_cluster_wish cluster = cluster_wish();
    for (size_t i = 0; i < COUNT(rows); i++) {
        migdi_budget budget = rows[i].budget;
        budget.at.object = "PodDisruptionBudget/blue/x";
        const status_seen seen = {.cluster = rows[i].cluster, .budget = &budget};
        migd_object *result = reported(&cluster, &seen);
        if (migd_object_int64(result, "/drain/mayLeave", -1) != rows[i].may_leave) {
            fail_msg("row %zu", i);
        }
        migd_object_free(result);
    }
}

static void a_look_is_done_at_once(void **state)
{
    (void)state;
    const migdi_cluster_wish cluster = cluster_wish();
    const migdi_status_wish wish = {.cluster = &cluster};
    says(&tested, &wish, MIGDI_PRESENT, &(status_seen){0}, "done: looked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_never_disappear_and_null_is_unknown),
        cmocka_unit_test(everything_known_is_told),
        cmocka_unit_test(without_known_seeds_their_numbers_are_unknown),
        cmocka_unit_test(what_may_leave_is_counted_from_pods_not_from_a_status),
        cmocka_unit_test(a_look_is_done_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
