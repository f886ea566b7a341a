#include "test_support.h"

#include "manifest_told.h"

#define GUARANTEED   .members = true, .mode = MIGDI_MODE_GUARANTEED
#define STANDARD     .members = true, .mode = MIGDI_MODE_STANDARD
#define KEEP(number) {.at = AT("PodDisruptionBudget/n/b"), .amount = N(number)}
#define LOSE(number)                                                                               \
    {.at = AT("PodDisruptionBudget/n/b"), .by_unavailable = true, .amount = N(number)}
#define BUDGET(list) .budgets = (list), .budget_count = sizeof(list) / sizeof *(list)
#define SCALER(low, high)                                                                          \
    {.at = AT("HorizontalPodAutoscaler/n/a"), .least = N(low), .most = N(high)}
#define SCALED(list) .autoscalers = (list), .autoscaler_count = sizeof(list) / sizeof *(list)

static const bool first_three[] = {true, true, true, false, false};
#define KEEP_SEEDS(number)                                                                         \
    {.at = AT("PodDisruptionBudget/n/b"),                                                          \
     .amount = N(number),                                                                          \
     .covers = first_three,                                                                        \
     .covers_count = 5}

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

static const migdi_budget keep_2[] = {KEEP(2)};
static const migdi_budget keep_3[] = {KEEP(3)};
static const migdi_budget keep_4[] = {KEEP(4)};
static const migdi_budget keep_5[] = {KEEP(5)};
static const migdi_budget lose_0[] = {LOSE(0)};
static const migdi_budget lose_1[] = {LOSE(1)};
static const migdi_budget lose_2[] = {LOSE(2)};
static const migdi_budget keep_2_seeds[] = {KEEP_SEEDS(2)};
static const migdi_budget keep_3_seeds[] = {KEEP_SEEDS(3)};
static const migdi_budget lose_1_seed[] = {{.at = AT("PodDisruptionBudget/n/b"),
                                            .by_unavailable = true,
                                            .amount = N(1),
                                            .covers = first_three,
                                            .covers_count = 5}};
static const migdi_budget keep_all[] = {{.percent = true, .amount = N(100)}};
static const migdi_budget keep_half[] = {{.percent = true, .amount = N(50)}};
static const migdi_budget shared[] = {
    {.at = AT("PodDisruptionBudget/n/b"), .amount = N(9), .shared = true}};
static const migdi_autoscaler from_3_to_5[] = {SCALER(3, 5)};

/* The examples of reference "clustering "
                             "rules", Guaranteed: which of C5, C7, C8, C9, C10 speak. */
static void the_nine_examples_are_judged_as_published(void **state)
{
    (void)state;
    static const struct {
        int64_t list, count, replicas, kept;
        const char *rules;
    } rows[] = {
        {5, 3, 3, 3, "C9"},  {5, 3, 3, 2, "C8"}, {5, 3, 4, 3, ""},
        {5, 3, 5, 3, "C10"}, {5, 3, 5, 4, ""},   {5, 0, 3, 3, "C5 C8 C9"},
        {5, 0, 5, 5, "C9"},  {5, 0, 5, 3, "C8"}, {4, 0, 3, 3, "C9"},
    };
    static const char *const ids[] = {"C5", "C6", "C7", "C8", "C9", "C10"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_budget budget = {.amount = {true, rows[i].kept, {0}}};
        const migdi_facts facts = {GUARANTEED,
                                   .max_members = {true, rows[i].list, {0}},
                                   .seed_count = {rows[i].count > 0, rows[i].count, {0}},
                                   .replicas = {true, rows[i].replicas, {0}},
                                   .budgets = &budget,
                                   .budget_count = 1};
        migdi_text spoke = {0};
        for (size_t j = 0; j < sizeof ids / sizeof *ids; j++) {
            migdi_arena arena = {0};
            told heard = {.rule = ids[j]};
            migdi_judge judge = {
                .rule = migdi_rules_find(ids[j]), .arena = &arena, .tell = hear, .user = &heard};
            judge.rule->state(&judge, &facts);
            if (heard.text.size > 0) {
                migdi_text_format(&spoke, "%s%s", spoke.size == 0 ? "" : " ", ids[j]);
            }
            migdi_text_free(&heard.text);
            migdi_arena_free(&arena);
        }
        assert_string_equal(migdi_text_string(&spoke), rows[i].rules);
        migdi_text_free(&spoke);
    }
}

static void c7_speaks_of_budgets_over_all_that_ask_for_more_than_runs(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 of 3", {.replicas = N(3), BUDGET(keep_3)}, NULL},
        {"4 of 3", {.replicas = N(3), BUDGET(keep_4)}, "error: 4 must stay, but only 3 run"},
        {"over the seeds alone it is C9's", {.replicas = N(2), BUDGET(keep_3_seeds)}, NULL},
        {"maxUnavailable", {.replicas = N(1), BUDGET(lose_2)}, NULL},
        {"a share", {.replicas = N(3), BUDGET(keep_all)}, NULL},
        {"other pods count too", {.replicas = N(3), BUDGET(shared)}, NULL},
    };
    JUDGE("C7", rows);
}

static void c8_is_the_vendors_own_rule(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 for 3 seeds",
         {GUARANTEED, .max_members = N(3), .replicas = N(4), BUDGET(keep_3)},
         NULL},
        {"2 for 3 seeds",
         {GUARANTEED, .max_members = N(3), .replicas = N(3), BUDGET(keep_2)},
         "warning: 2 must stay, fewer than the 3 seeds"},
        {"over the seeds alone",
         {GUARANTEED, .max_members = N(3), .replicas = N(3), BUDGET(keep_2_seeds)},
         NULL},
        {"maxUnavailable",
         {GUARANTEED, .max_members = N(3), .replicas = N(3), BUDGET(lose_1)},
         NULL},
        {"dev",
         {GUARANTEED, .dev = true, .max_members = N(3), .replicas = N(3), BUDGET(keep_2)},
         NULL},
        {"seeds not known", {GUARANTEED, .replicas = N(3), BUDGET(keep_2)}, NULL},
    };
    JUDGE("C8", rows);
}

static void c9_finds_budgets_that_let_nobody_leave(void **state)
{
    (void)state;
    const row rows[] = {
        {"the tutorial",
         {GUARANTEED, .replicas = N(3), BUDGET(keep_3)},
         "warning: no member can leave: 3 run, 3 must stay"},
        {"one more", {GUARANTEED, .replicas = N(4), BUDGET(keep_3)}, NULL},
        {"our default", {GUARANTEED, .replicas = N(3), BUDGET(keep_2_seeds)}, NULL},
        {"all of the seeds",
         {GUARANTEED, .replicas = N(5), BUDGET(keep_3_seeds)},
         "warning: no covered pod can leave: 3 run, 3 must stay"},
        {"maxUnavailable 1", {GUARANTEED, .replicas = N(1), BUDGET(lose_1)}, NULL},
        {"maxUnavailable 0",
         {GUARANTEED, .replicas = N(3), BUDGET(lose_0)},
         "warning: no member can leave: 3 run, 3 must stay"},
        {"maxUnavailable counts the scale, not the covered (disruption.go)",
         {GUARANTEED, .replicas = N(5), BUDGET(lose_1_seed)},
         "warning: no covered pod can leave: 3 run, 4 must stay"},
        {"100 percent",
         {.replicas = N(2), BUDGET(keep_all)},
         "warning: no pod can leave: 2 run, 2 must stay"},
        {"50 percent of 1, rounded up",
         {.replicas = N(1), BUDGET(keep_half)},
         "warning: no pod can leave: 1 run, 1 must stay"},
        {"50 percent of 2", {.replicas = N(2), BUDGET(keep_half)}, NULL},
        {"more than run is C7's", {.replicas = N(3), BUDGET(keep_4)}, NULL},
        {"at the autoscaler's minimum",
         {GUARANTEED, .replicas = N(4), BUDGET(keep_3), SCALED(from_3_to_5)},
         "warning: at 3 members none can leave: 3 must stay"},
        {"replicas left out",
         {GUARANTEED, BUDGET(keep_3), SCALED(from_3_to_5)},
         "warning: at 3 members none can leave: 3 must stay"},
        {"below the budget is C11's",
         {GUARANTEED, .replicas = N(5), BUDGET(keep_4), SCALED(from_3_to_5)},
         NULL},
        {"seeds that do not run are C5's",
         {GUARANTEED, .max_members = N(5), .replicas = N(3), BUDGET(keep_3_seeds)},
         NULL},
        {"nobody runs", {.replicas = N(0), BUDGET(keep_3_seeds)}, NULL},
        {"other pods count too",
         {.replicas = N(3), BUDGET(shared)},
         "note: covers pods of other sets too: not judged"},
    };
    JUDGE("C9", rows);
}

static void hear_hint(void *user, const migdi_finding *finding)
{
    assert_string_equal(finding->hint, user);
}

static void c9_names_the_way_out_that_fits(void **state)
{
    (void)state;
    static const bool all[] = {true, true, true};
    static const migdi_budget all_3_seeds[] = {{.amount = N(3), .covers = all, .covers_count = 3}};
    const row rows[] = {
        {"over all, with "
         "room",
         {GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(3), BUDGET(keep_3)},
         "Keep 2 of the 3 seeds instead of 3 of all members, or run 4"},
        {"over all, the list is "
         "full",
         {GUARANTEED, .max_members = N(3), .replicas = N(3), BUDGET(keep_3)},
         "Keep 2 of the 3 seeds instead of 3 of all members"},
        {"over the "
         "seeds",
         {GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(3),
          BUDGET(all_3_seeds)},
         "Keep 2 of the 3 seeds instead of 3"},
        {"maxUnavailable",
         {GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(3), BUDGET(lose_0)},
         "Keep minAvailable: 2 of the 3 seeds, as a number"},
        {"a share",
         {GUARANTEED, .max_members = N(5), .replicas = N(5), BUDGET(keep_all)},
         "Keep minAvailable: 3 of the 5 seeds, as a number"},
        {"without a quorum",
         {STANDARD, .max_members = N(5), .replicas = N(3), BUDGET(keep_3)},
         "Set maxUnavailable: 1 instead, or run one more"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_arena arena = {0};
        union {
            const char *expected;
            void *user;
        } hint = {rows[i].told};
        migdi_judge judge = {
            .rule = migdi_rules_find("C9"), .arena = &arena, .tell = hear_hint, .user = hint.user};
        judge.rule->state(&judge, &rows[i].facts);
        migdi_arena_free(&arena);
    }
}

static void c10_says_at_which_number_of_members_the_quorum_breaks(void **state)
{
    (void)state;
#define SET(number) GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(number)
    const row rows[] = {
        {"the tutorial at 3", {SET(3), BUDGET(keep_3)}, NULL},
        {"the tutorial at 4", {SET(4), BUDGET(keep_3)}, NULL},
        {"the tutorial at 5",
         {SET(5), BUDGET(keep_3)},
         "warning: at 5 members 2 seeds may leave, quorum bears 1"},
        {"the tutorial with its autoscaler",
         {SET(3), BUDGET(keep_3), SCALED(from_3_to_5)},
         "warning: at 5 members 2 seeds may leave, quorum bears 1"},
        {"5 with 4", {SET(5), BUDGET(keep_4)}, NULL},
        {"two may leave",
         {SET(4), BUDGET(lose_2)},
         "warning: at 4 members 2 seeds may leave, quorum bears 1"},
        {"maxUnavailable 1 at rest", {SET(4), BUDGET(lose_1)}, NULL},
        {"maxUnavailable 1 on the way down",
         {SET(4), BUDGET(lose_1), SCALED(from_3_to_5)},
         "warning: at 4 -> 3: 2 seeds may leave, quorum bears 1"},
        {"our default, whatever the autoscaler does",
         {SET(3), BUDGET(keep_2_seeds), SCALED(from_3_to_5)},
         NULL},
        {"Standard", {STANDARD, .max_members = N(5), .replicas = N(5), BUDGET(lose_2)}, NULL},
        {"fewer members than seeds is C5's",
         {GUARANTEED, .max_members = N(5), .replicas = N(3), BUDGET(lose_2)},
         NULL},
    };
    JUDGE("C10", rows);
    static const migdi_autoscaler at_3[] = {SCALER(3, 3)};
    const row still[] = {
        {"an autoscaler that cannot move", {SET(3), BUDGET(lose_1), SCALED(at_3)}, NULL},
    };
    JUDGE("C10", still);
    static const migdi_autoscaler from_5_to_7[] = {SCALER(5, 7)};
    const row five[] = {
        {"five seeds bear two, one step down takes two",
         {GUARANTEED, .max_members = N(5), .replicas = N(5), BUDGET(lose_1)},
         NULL},
        {"but two steps take three",
         {GUARANTEED, .max_members = N(7), .replicas = N(5), BUDGET(lose_1), SCALED(from_5_to_7)},
         "warning: at 7 -> 5: 3 seeds may leave, quorum bears 2"},
        {"5 with 3", {GUARANTEED, .max_members = N(5), .replicas = N(5), BUDGET(keep_3)}, NULL},
        {"5 with 2",
         {GUARANTEED, .max_members = N(5), .replicas = N(5), BUDGET(keep_2)},
         "warning: at 5 members 3 seeds may leave, quorum bears 2"},
    };
    JUDGE("C10", five);
}

static void c10_judges_a_step_down_by_hand(void **state)
{
    (void)state;
    const migdi_facts four = {SET(4), BUDGET(lose_1)};
    const migdi_facts three = {SET(3), BUDGET(lose_1)};
    assert_step("C10", &four, &three, "warning: at 4 -> 3: 2 seeds may leave, quorum bears 1",
                "the schedule seen on a real server");
    assert_step("C10", &three, &four, NULL, "up");
    const migdi_facts seeds_4 = {SET(4), BUDGET(keep_2_seeds)};
    const migdi_facts seeds_3 = {SET(3), BUDGET(keep_2_seeds)};
    assert_step("C10", &seeds_4, &seeds_3, NULL, "our default");
}

static void c11_keeps_an_autoscaler_between_seeds_budget_and_list(void **state)
{
    (void)state;
    static const migdi_autoscaler to_6[] = {SCALER(3, 6)};
    static const migdi_autoscaler from_2[] = {SCALER(2, 5)};
    static const migdi_autoscaler from_0[] = {SCALER(0, 5)};
    static const migdi_autoscaler swapped[] = {SCALER(5, 3)};
    const row rows[] = {
        {"3 to 5", {SET(3), BUDGET(keep_3), SCALED(from_3_to_5)}, NULL},
        {"beyond the list",
         {SET(3), SCALED(to_6)},
         "error: autoscaler may go to 6, the member list ends at 5"},
        {"below the seeds",
         {SET(3), SCALED(from_2)},
         "error: autoscaler may go to 2, below the 3 seeds"},
        {"to nothing", {SET(3), SCALED(from_0)}, "error: autoscaler may go to 0"},
        {"below the budget",
         {SET(5), BUDGET(keep_4), SCALED(from_3_to_5)},
         "error: autoscaler may go to 3, the budget keeps 4"},
        {"a budget over the seeds does not enter it",
         {SET(3), BUDGET(keep_3_seeds), SCALED(from_3_to_5)},
         NULL},
        {"more kept than run is C7's", {SET(3), BUDGET(keep_5), SCALED(from_3_to_5)}, NULL},
        {"min above max, of anybody",
         {.replicas = N(3), SCALED(swapped)},
         "error: the least, 5, is more than the most, 3"},
        {"replicas below",
         {SET(2), SCALED(from_3_to_5)},
         "error: 2 run, but the autoscaler keeps 3 to 5"},
        {"replicas above",
         {SET(6), SCALED(from_3_to_5)},
         "error: 6 run, but the autoscaler keeps 3 to 5"},
        {"replicas left out",
         {GUARANTEED, .max_members = N(5), .seed_count = N(3), SCALED(from_3_to_5)},
         NULL},
        {"of anybody, bounds in order", {.replicas = N(1), SCALED(from_3_to_5)}, NULL},
    };
    JUDGE("C11", rows);
}

static void c11_judges_switching_an_autoscaler_on(void **state)
{
    (void)state;
    static const migdi_autoscaler from_4[] = {SCALER(4, 5)};
    const migdi_facts three = {SET(3)};
    const migdi_facts on = {GUARANTEED, .max_members = N(5), .seed_count = N(3), SCALED(from_4)};
    assert_step("C11", &three, &on, "error: the autoscaler keeps at least 4, but 3 run",
                "3, then 4 to 5");
    const migdi_facts four = {SET(4)};
    assert_step("C11", &four, &on, NULL, "4, then 4 to 5");
}

static void c18_allows_one_budget_a_pod(void **state)
{
    (void)state;
    static const bool late[] = {false, false, false, true, true};
    static const migdi_budget two[] = {KEEP(2), KEEP_SEEDS(2)};
    static const migdi_budget apart[] = {KEEP_SEEDS(2),
                                         {.amount = N(1), .covers = late, .covers_count = 5}};
    static const migdi_budget twice[] = {KEEP_SEEDS(2), KEEP_SEEDS(1)};
    const row rows[] = {
        {"one", {BUDGET(keep_3)}, NULL},
        {"two over the same pods", {BUDGET(two)}, "error: a second budget over the same pods"},
        {"two over the seeds", {BUDGET(twice)}, "error: a second budget over the same pods"},
        {"two over different pods", {BUDGET(apart)}, NULL},
    };
    JUDGE("C18", rows);
}

static void c20_wants_a_cpu_request_of_every_container(void **state)
{
    (void)state;
    static const migdi_autoscaler by_cpu[] = {
        {.at = AT("HorizontalPodAutoscaler/n/a"), .cpu = AT("HorizontalPodAutoscaler/n/a")}};
    static const migdi_container with[] = {{.has_cpu = true}};
    static const migdi_container without[] = {{.has_cpu = true}, {.has_cpu = false}};
    const row rows[] = {
        {"0.5", {SCALED(by_cpu), .containers = with, .container_count = 1}, NULL},
        {"none in a sidecar",
         {SCALED(by_cpu), .containers = without, .container_count = 2},
         "error: a share of the CPU, but a container requests none"},
        {"not by CPU", {SCALED(from_3_to_5), .containers = without, .container_count = 2}, NULL},
    };
    JUDGE("C20", rows);
}

static void t11_and_t12_know_who_else_counts(void **state)
{
    (void)state;
    static const migdi_autoscaler two[] = {SCALER(3, 5), SCALER(3, 5)};
    const row t11[] = {
        {"one", {SCALED(from_3_to_5)}, NULL},
        {"two", {SCALED(two)}, "warning: a second autoscaler on the same target"},
    };
    JUDGE("T11", t11);
    const row t12[] = {
        {"the tutorial",
         {.replicas = N(3), SCALED(from_3_to_5)},
         "warning: each apply undoes the autoscaler's count"},
        {"left out", {SCALED(from_3_to_5)}, NULL},
        {"no autoscaler", {.replicas = N(3)}, NULL},
        {"what a server holds", {.live = true, .replicas = N(3), SCALED(from_3_to_5)}, NULL},
        {"what we render", {.rendered = true, .replicas = N(3), SCALED(from_3_to_5)}, NULL},
    };
    JUDGE("T12", t12);
}

static void t29_wants_every_seed_covered(void **state)
{
    (void)state;
    static const bool two_of_three[] = {true, true, false};
    static const migdi_budget some[] = {
        {.amount = N(1), .covers = two_of_three, .covers_count = 3}};
    const row rows[] = {
        {"no budget", {SET(3)}, "note: no budget covers the 3 seeds"},
        {"one seed left out", {SET(3), BUDGET(some)}, "note: no budget covers 1 of the seeds"},
        {"over the seeds", {SET(3), BUDGET(keep_2_seeds)}, NULL},
        {"over all", {SET(3), BUDGET(keep_3)}, NULL},
        {"dev", {.dev = true, SET(1)}, NULL},
        {"Standard", {STANDARD, .max_members = N(5), .replicas = N(3)}, NULL},
    };
    JUDGE("T29", rows);
}

/* --- against brute force: every set of budgets and sizes -------------------------------------- */

/* Evicts the most harmful pod as long as the API server allows one; how many seeds are down then,
 * and whether any eviction passed. Only budgets over all members, whose order of evictions does not
 * matter. */
static int64_t evict_all(const migdi_budget *budget, int64_t running, int64_t seeds, bool *any)
{
    int64_t healthy = running;
    int64_t down = 0;
    *any = false;
    while (healthy - migdi_budget_kept(budget, running) > 0 && healthy > 0) {
        *any = true;
        healthy--;
        down += down < seeds ? 1 : 0;
    }
    return down;
}

static void assert_verdicts(int64_t list, int64_t count, int64_t replicas,
                            const migdi_budget *budget)
{
    const migdi_facts facts = {GUARANTEED,
                               .max_members = {true, list, {0}},
                               .seed_count = {count > 0, count, {0}},
                               .replicas = {true, replicas, {0}},
                               .budgets = budget,
                               .budget_count = 1};
    const int64_t seeds = migdi_facts_seeds(&facts);
    bool any = false;
    const int64_t down = evict_all(budget, replicas, seeds, &any);
    static const char *const ids[] = {"C7", "C9", "C10"};
    bool spoke[3] = {false};
    for (size_t i = 0; i < 3; i++) {
        migdi_arena arena = {0};
        told heard = {.rule = ids[i]};
        migdi_judge judge = {
            .rule = migdi_rules_find(ids[i]), .arena = &arena, .tell = hear, .user = &heard};
        judge.rule->state(&judge, &facts);
        spoke[i] = heard.text.size > 0;
        migdi_text_free(&heard.text);
        migdi_arena_free(&arena);
    }
    assert_int_equal(spoke[0] || spoke[1], !any);
    assert_false(spoke[0] && spoke[1]);
    if (seeds > 0 && replicas >= seeds) {
        const int64_t quorum = seeds / 2 + 1;
        assert_int_equal(spoke[2], seeds - down < quorum);
    }
}

static void verdicts_are_what_evictions_do(void **state)
{
    (void)state;
    for (int64_t list = 1; list <= 8; list++) {
        for (int64_t replicas = 1; replicas <= list; replicas++) {
            for (int64_t amount = 0; amount <= 9; amount++) {
                for (int64_t count = 0; count <= 5; count += count == 0 ? 3 : 2) {
                    assert_verdicts(list, count, replicas, &(migdi_budget)KEEP(amount));
                    assert_verdicts(list, count, replicas, &(migdi_budget)LOSE(amount));
                    assert_verdicts(list, count, replicas,
                                    &(migdi_budget){.percent = true,
                                                    .by_unavailable = amount % 2 == 1,
                                                    .amount = {true, amount * 11, {0}}});
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nine_examples_are_judged_as_published),
        cmocka_unit_test(c7_speaks_of_budgets_over_all_that_ask_for_more_than_runs),
        cmocka_unit_test(c8_is_the_vendors_own_rule),
        cmocka_unit_test(c9_finds_budgets_that_let_nobody_leave),
        cmocka_unit_test(c9_names_the_way_out_that_fits),
        cmocka_unit_test(c10_says_at_which_number_of_members_the_quorum_breaks),
        cmocka_unit_test(c10_judges_a_step_down_by_hand),
        cmocka_unit_test(c11_keeps_an_autoscaler_between_seeds_budget_and_list),
        cmocka_unit_test(c11_judges_switching_an_autoscaler_on),
        cmocka_unit_test(c18_allows_one_budget_a_pod),
        cmocka_unit_test(c20_wants_a_cpu_request_of_every_container),
        cmocka_unit_test(t11_and_t12_know_who_else_counts),
        cmocka_unit_test(t29_wants_every_seed_covered),
        cmocka_unit_test(verdicts_are_what_evictions_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
