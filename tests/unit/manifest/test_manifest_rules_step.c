#include "test_support.h"

#include "manifest_told.h"

#define GUARANTEED .members = true, .mode = MIGDI_MODE_GUARANTEED
#define SEEDS_3    GUARANTEED, .max_members = N(5), .seed_count = N(3)
#define SEEDS_5    GUARANTEED, .max_members = N(5)

typedef struct row {
    const char *what;
    migdi_facts before, after;
    const char *told;
} row;

static void judge_all(const char *rule, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_step(rule, &rows[i].before, &rows[i].after, rows[i].told, rows[i].what);
    }
}

#define JUDGE(rule, rows) judge_all(rule, rows, sizeof(rows) / sizeof *(rows))

static void c5_counts_the_seeds_that_members_run_with(void **state)
{
    (void)state;
    const row rows[] = {
        {"5 to 3 of 3 seeds", {SEEDS_3, .replicas = N(5)}, {SEEDS_3, .replicas = N(3)}, NULL},
        {"seeds and members at once",
         {SEEDS_5, .replicas = N(5)},
         {SEEDS_3, .replicas = N(3)},
         "error: down to 3 while the members count 5 seeds"},
        {"the state says it", {SEEDS_3, .replicas = N(3)}, {SEEDS_3, .replicas = N(2)}, NULL},
        {"up", {SEEDS_5, .replicas = N(3)}, {SEEDS_3, .replicas = N(4)}, NULL},
    };
    JUDGE("C5", rows);
}

static void c6_counts_the_list_that_members_run_with(void **state)
{
    (void)state;
    const row rows[] = {
        {"list and members at once",
         {SEEDS_3, .replicas = N(5)},
         {GUARANTEED, .max_members = N(7), .seed_count = N(3), .replicas = N(6)},
         "error: 6 members, but those that run hold a list of 5"},
        {"the list alone",
         {SEEDS_3, .replicas = N(5)},
         {GUARANTEED, .max_members = N(7), .seed_count = N(3), .replicas = N(5)},
         NULL},
        {"the state says it", {SEEDS_3, .replicas = N(5)}, {SEEDS_3, .replicas = N(6)}, NULL},
    };
    JUDGE("C6", rows);
}

static void c12_leaves_nodes_under_running_members(void **state)
{
    (void)state;
    static const migdi_node_group five[] = {{.wanted = N(5)}};
    static const migdi_node_group three[] = {{.wanted = N(3)}};
    static const migdi_nodes of_five = {.groups = five, .group_count = 1};
    static const migdi_nodes of_three = {.groups = three, .group_count = 1};
    const row rows[] = {
        {"5 to 3 under 5",
         {SEEDS_3, .replicas = N(5), .nodes = &of_five},
         {SEEDS_3, .replicas = N(5), .nodes = &of_three},
         "error: down to 3 nodes under 5 members"},
        {"5 to 3 under 3",
         {SEEDS_3, .replicas = N(3), .nodes = &of_five},
         {SEEDS_3, .replicas = N(3), .nodes = &of_three},
         NULL},
        {"up",
         {SEEDS_3, .replicas = N(5), .nodes = &of_three},
         {SEEDS_3, .replicas = N(5), .nodes = &of_five},
         NULL},
        {"nodes not known",
         {SEEDS_3, .replicas = N(5)},
         {SEEDS_3, .replicas = N(5), .nodes = &of_three},
         NULL},
    };
    JUDGE("C12", rows);
}

static void c17_lets_the_list_grow_at_its_end_alone(void **state)
{
    (void)state;
    static const migdi_word ab[] = {W("a"), W("b"), W("c")};
    static const migdi_word abc[] = {W("a"), W("b"), W("c"), W("d")};
    static const migdi_word ba[] = {W("a"), W("c"), W("b"), W("d")};
#define LIST(words, number) .list = {words, number}, .max_members = N(number)
    const row rows[] = {
        {"appended", {GUARANTEED, LIST(ab, 3)}, {GUARANTEED, LIST(abc, 4)}, NULL},
        {"another order",
         {GUARANTEED, LIST(ab, 3)},
         {GUARANTEED, LIST(ba, 4)},
         "error: entry 2 of the member list changes"},
        {"shorter",
         {GUARANTEED, LIST(abc, 4)},
         {GUARANTEED, LIST(ab, 3)},
         "error: the member list shrinks from 4 to 3"},
        {"4 to 5 without a count",
         {GUARANTEED, .max_members = N(4)},
         {GUARANTEED, .max_members = N(5)},
         "error: with 5 entries the seeds become 5, not 3"},
        {"4 to 5 with 3", {GUARANTEED, .max_members = N(4)}, {SEEDS_3}, NULL},
        {"5 to 7", {SEEDS_3}, {GUARANTEED, .max_members = N(7), .seed_count = N(3)}, NULL},
        {"5 to 7 of 5 seeds", {SEEDS_5}, {GUARANTEED, .max_members = N(7)}, NULL},
        {"Standard",
         {.members = true, .mode = MIGDI_MODE_STANDARD, .max_members = N(4)},
         {.members = true, .mode = MIGDI_MODE_STANDARD, .max_members = N(5)},
         NULL},
        {"not known", {GUARANTEED}, {SEEDS_3}, NULL},
    };
    JUDGE("C17", rows);
}

static void c23_takes_nobody_away_while_a_seed_is_missing(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 of 3, 5 to 4",
         {SEEDS_3, .replicas = N(5), .seeds_ready = N(3)},
         {SEEDS_3, .replicas = N(4)},
         NULL},
        {"2 of 3, 4 to 3",
         {SEEDS_3, .replicas = N(4), .seeds_ready = N(2)},
         {SEEDS_3, .replicas = N(3)},
         "error: a member goes while 2 of 3 seeds are Ready"},
        {"up is help",
         {SEEDS_3, .replicas = N(3), .seeds_ready = N(2)},
         {SEEDS_3, .replicas = N(4)},
         NULL},
        {"which one is not Ready is not known",
         {SEEDS_3, .replicas = N(4), .ready = N(3)},
         {SEEDS_3, .replicas = N(3)},
         "error: a member goes while 3 of 4 are Ready"},
        {"nothing known", {SEEDS_3, .replicas = N(4)}, {SEEDS_3, .replicas = N(3)}, NULL},
        {"nobody goes",
         {SEEDS_3, .replicas = N(4), .seeds_ready = N(2)},
         {SEEDS_3, .replicas = N(4)},
         NULL},
        {"Standard",
         {.members = true,
          .mode = MIGDI_MODE_STANDARD,
          .max_members = N(5),
          .replicas = N(4),
          .ready = N(1)},
         {.members = true, .mode = MIGDI_MODE_STANDARD, .max_members = N(5), .replicas = N(3)},
         NULL},
        {"dev",
         {.dev = true, GUARANTEED, .max_members = N(2), .replicas = N(2), .seeds_ready = N(0)},
         {.dev = true, GUARANTEED, .max_members = N(2), .replicas = N(1)},
         NULL},
    };
    JUDGE("C23", rows);
}

static void c24_says_that_a_deploy_leaves_more_members(void **state)
{
    (void)state;
    static const migdi_autoscaler one[] = {{.at = AT("HorizontalPodAutoscaler/n/a")}};
    const row rows[] = {
        {"spec 5, live 3", {SEEDS_3, .replicas = N(3)}, {SEEDS_3, .replicas = N(5)}, NULL},
        {"spec 3, live 5",
         {SEEDS_3, .replicas = N(5)},
         {SEEDS_3, .replicas = N(3)},
         "warning: 5 run and stay; 3 are written here"},
        {"left to somebody else", {SEEDS_3, .replicas = N(5)}, {SEEDS_3}, NULL},
        {"an autoscaler counts",
         {SEEDS_3, .replicas = N(5)},
         {SEEDS_3, .replicas = N(3), .autoscalers = one, .autoscaler_count = 1},
         NULL},
    };
    JUDGE("C24", rows);
}

static void t12_refuses_what_a_living_autoscaler_takes_back(void **state)
{
    (void)state;
    static const migdi_autoscaler wants_3[] = {
        {.at = AT("HorizontalPodAutoscaler/n/a"), .wish = N(3)}};
    static const migdi_autoscaler dead[] = {{.at = AT("HorizontalPodAutoscaler/n/a")}};
    static const migdi_autoscaler other[] = {{.at = AT("HorizontalPodAutoscaler/n/b")}};
#define BY(list) .autoscalers = (list), .autoscaler_count = 1
    const row rows[] = {
        {"scale 4",
         {SEEDS_3, .replicas = N(3), BY(wants_3)},
         {SEEDS_3, .replicas = N(4), BY(dead)},
         "error: the autoscaler wants 3 and would take 4 back"},
        {"to what it wants",
         {SEEDS_3, .replicas = N(5), BY(wants_3)},
         {SEEDS_3, .replicas = N(3), BY(dead)},
         NULL},
        {"no change",
         {SEEDS_3, .replicas = N(4), BY(wants_3)},
         {SEEDS_3, .replicas = N(4), BY(dead)},
         NULL},
        {"it does not live",
         {SEEDS_3, .replicas = N(3), BY(dead)},
         {SEEDS_3, .replicas = N(4), BY(dead)},
         NULL},
        {"it lives, and nobody knows yet what it wants",
         {SEEDS_3, .live = true, .replicas = N(3), BY(dead)},
         {SEEDS_3, .replicas = N(4), BY(dead)},
         "error: the autoscaler counts, and may take 4 back"},
        {"it goes with the change",
         {SEEDS_3, .replicas = N(3), BY(wants_3)},
         {SEEDS_3, .replicas = N(4)},
         NULL},
        {"another one",
         {SEEDS_3, .replicas = N(3), BY(wants_3)},
         {SEEDS_3, .replicas = N(4), BY(other)},
         NULL},
    };
    JUDGE("T12", rows);
    const migdi_facts three = {SEEDS_3, .replicas = N(3), BY(wants_3)};
    const migdi_facts four = {SEEDS_3, .replicas = N(4), BY(dead)};
    assert_refusing("T12", &three, &four,
                    (migdi_refusing){"HorizontalPodAutoscaler a wants 3 and would take it back",
                                     "no autoscaler, then scale 4; or a higher minimum for it",
                                     NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c5_counts_the_seeds_that_members_run_with),
        cmocka_unit_test(c6_counts_the_list_that_members_run_with),
        cmocka_unit_test(c12_leaves_nodes_under_running_members),
        cmocka_unit_test(c17_lets_the_list_grow_at_its_end_alone),
        cmocka_unit_test(c23_takes_nobody_away_while_a_seed_is_missing),
        cmocka_unit_test(c24_says_that_a_deploy_leaves_more_members),
        cmocka_unit_test(t12_refuses_what_a_living_autoscaler_takes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
