#include "test_support.h"

#include "manifest_facts.h"

/* Sources: MigratoryData, "clustering"; Kubernetes, pkg/controller/disruption/disruption.go. */

static void seeds_follow_from_the_list_and_the_count(void **state)
{
    (void)state;
    static const struct {
        int64_t list, count; /* 0: not known, not set */
        bool dev;
        int64_t seeds;
    } rows[] = {
        {3, 0, false, 3}, {4, 0, false, 3}, {5, 0, false, 5}, {5, 3, false, 3}, {5, 5, false, 5},
        {7, 0, false, 5}, {9, 3, false, 3}, {4, 3, false, 3}, {4, 5, false, 0}, {5, 4, false, 0},
        {5, 1, false, 0}, {2, 0, false, 0}, {2, 0, true, 2},  {1, 0, true, 1},  {3, 0, true, 3},
        {0, 3, false, 0}, {5, 7, false, 0}, {0, 0, true, 0},  {1, 3, true, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_facts facts = {
            .mode = MIGDI_MODE_GUARANTEED,
            .dev = rows[i].dev,
            .max_members = {.known = rows[i].list > 0, .value = rows[i].list},
            .seed_count = {.known = rows[i].count > 0, .value = rows[i].count}};
        assert_int_equal(migdi_facts_seeds(&facts), rows[i].seeds);
    }
    assert_int_equal(
        migdi_facts_seeds(&(migdi_facts){.mode = MIGDI_MODE_KAFKA, .max_members = {true, 5, {0}}}),
        0);
}

static void a_majority_of_the_seeds_is_never_spared(void **state)
{
    (void)state;
    assert_int_equal(migdi_seeds_to_spare(0), 0);
    assert_int_equal(migdi_seeds_to_spare(1), 0);
    assert_int_equal(migdi_seeds_to_spare(2), 0);
    assert_int_equal(migdi_seeds_to_spare(3), 1);
    assert_int_equal(migdi_seeds_to_spare(5), 2);
}

static void an_autoscaler_widens_the_range_of_members(void **state)
{
    (void)state;
    const migdi_autoscaler autoscaler = {.least = {true, 3, {0}}, .most = {true, 5, {0}}};
    int64_t least = -1;
    int64_t most = -1;
    migdi_facts facts = {.replicas = {true, 4, {0}}};
    migdi_facts_range(&facts, &least, &most);
    assert_int_equal(least, 4);
    assert_int_equal(most, 4);
    facts.autoscalers = &autoscaler;
    facts.autoscaler_count = 1;
    migdi_facts_range(&facts, &least, &most);
    assert_int_equal(least, 3);
    assert_int_equal(most, 5);
    facts.replicas.value = 7;
    migdi_facts_range(&facts, &least, &most);
    assert_int_equal(most, 7);
    facts.replicas.known = false;
    migdi_facts_range(&facts, &least, &most);
    assert_int_equal(least, 3);
    assert_int_equal(most, 5);
    migdi_facts_range(&(migdi_facts){0}, &least, &most);
    assert_int_equal(least, 0);
    assert_int_equal(most, 0);
}

static void a_budget_keeps_what_the_controller_computes(void **state)
{
    (void)state;
    static const struct {
        bool by_unavailable, percent;
        int64_t amount, expected, kept;
    } rows[] = {
        {false, false, 3, 5, 3},  {false, false, 3, 2, 3}, {true, false, 1, 4, 3},
        {true, false, 0, 4, 4},   {true, false, 9, 4, 0},  {false, true, 50, 5, 3},
        {false, true, 100, 4, 4}, {false, true, 0, 4, 0},  {true, true, 25, 3, 2},
        {true, true, 30, 10, 7},  {true, true, 100, 3, 0}, {true, true, 34, 3, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_budget budget = {.by_unavailable = rows[i].by_unavailable,
                                     .percent = rows[i].percent,
                                     .amount = {true, rows[i].amount, {0}}};
        assert_int_equal(migdi_budget_kept(&budget, rows[i].expected), rows[i].kept);
    }
}

static void a_budget_covers_pods_by_their_ordinals(void **state)
{
    (void)state;
    static const bool seeds[] = {true, true, true, false, false};
    const migdi_budget all = {0};
    const migdi_budget some = {.covers = seeds, .covers_count = 5};
    assert_int_equal(migdi_budget_covered(&all, 4), 4);
    assert_int_equal(migdi_budget_covered(&some, 2), 2);
    assert_int_equal(migdi_budget_covered(&some, 4), 3);
    assert_int_equal(migdi_budget_covered(&some, 9), 3);
}

static void a_set_is_found_by_its_name(void **state)
{
    (void)state;
    migdi_facts sets[] = {{.at = {.object = "StatefulSet/a/x"}},
                          {.at = {.object = "StatefulSet/b/x"}}};
    const migdi_world world = {.sets = sets, .set_count = 2};
    assert_ptr_equal(migdi_world_find(&world, "StatefulSet/b/x"), &sets[1]);
    assert_null(migdi_world_find(&world, "StatefulSet/c/x"));
}

/* --- against brute force: evictions one by one, as the API server judges them ----------------- */

enum { MOST = 8 };

typedef struct eviction {
    const migdi_budget *budget;
    int64_t running; /* pods that are there */
    int64_t wished;  /* what the set's scale says */
    int64_t seeds;
} eviction;

static bool covered(const migdi_budget *budget, int64_t ordinal)
{
    return budget->covers == NULL ||
           ((size_t)ordinal < budget->covers_count && budget->covers[ordinal]);
}

/* updatePdbStatus: the healthy among the selected pods, against the number that is wanted of the
 * scale. */
static bool may_evict(const eviction *trial, unsigned down, int64_t ordinal)
{
    int64_t healthy = 0;
    for (int64_t i = 0; i < trial->running; i++) {
        healthy += covered(trial->budget, i) && (down & (1U << i)) == 0 ? 1 : 0;
    }
    const migdi_budget *budget = trial->budget;
    const int64_t amount = budget->amount.value;
    int64_t desired = amount;
    if (budget->by_unavailable) {
        desired = trial->wished - amount < 0 ? 0 : trial->wished - amount;
    }
    return covered(budget, ordinal) && healthy - desired > 0;
}

/* The most seeds down over every order of evictions; counts only pods that the budget covers. */
static int64_t worst(const eviction *trial, unsigned down, bool *seen)
{
    int64_t most = 0;
    for (int64_t i = 0; i < trial->seeds && i < trial->running; i++) {
        most += (down & (1U << i)) != 0 ? 1 : 0;
    }
    if (seen[down]) {
        return most;
    }
    seen[down] = true;
    for (int64_t i = 0; i < trial->running; i++) {
        if ((down & (1U << i)) == 0 && may_evict(trial, down, i)) {
            const int64_t below = worst(trial, down | (1U << i), seen);
            most = below > most ? below : most;
        }
    }
    return most;
}

static void try_all(const migdi_budget *budget)
{
    for (int64_t seeds = 3; seeds <= 5; seeds += 2) {
        for (int64_t running = seeds; running <= MOST; running++) {
            for (int64_t wished = seeds; wished <= running; wished++) {
                bool seen[1 << MOST] = {false};
                const eviction trial = {budget, running, wished, seeds};
                assert_int_equal(migdi_budget_seeds_at_risk(budget, seeds, running, wished),
                                 worst(&trial, 0, seen));
            }
        }
    }
}

static void seeds_at_risk_are_what_evictions_one_by_one_can_reach(void **state)
{
    (void)state;
    static const bool three[] = {true, true, true};
    static const bool five[] = {true, true, true, true, true};
    static const bool odd[] = {false, true, false, true, false, true, true, true};
    const struct {
        const bool *covers;
        size_t count;
    } covers[] = {{NULL, 0}, {three, 3}, {five, 5}, {odd, 8}};
    for (size_t c = 0; c < sizeof covers / sizeof *covers; c++) {
        for (int64_t amount = 0; amount <= MOST; amount++) {
            for (int kind = 0; kind < 2; kind++) {
                try_all(&(migdi_budget){.by_unavailable = kind == 1,
                                        .amount = {true, amount, {0}},
                                        .covers = covers[c].covers,
                                        .covers_count = covers[c].count});
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_follow_from_the_list_and_the_count),
        cmocka_unit_test(a_majority_of_the_seeds_is_never_spared),
        cmocka_unit_test(an_autoscaler_widens_the_range_of_members),
        cmocka_unit_test(a_budget_keeps_what_the_controller_computes),
        cmocka_unit_test(a_budget_covers_pods_by_their_ordinals),
        cmocka_unit_test(a_set_is_found_by_its_name),
        cmocka_unit_test(seeds_at_risk_are_what_evictions_one_by_one_can_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
