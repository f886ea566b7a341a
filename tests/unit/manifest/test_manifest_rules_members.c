#include "test_support.h"

#include "manifest_told.h"

#define GUARANTEED .members = true, .mode = MIGDI_MODE_GUARANTEED
#define STANDARD   .members = true, .mode = MIGDI_MODE_STANDARD
#define KAFKA      .members = true, .mode = MIGDI_MODE_KAFKA
#define MIB        ((int64_t)1024 * 1024)

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

static void c1_takes_two_words_as_delivery_mode(void **state)
{
    (void)state;
    const row rows[] = {
        {"as the vendor writes it", {GUARANTEED, .mode_word = W("Guaranteed")}, NULL},
        {"not written: the default", {STANDARD}, NULL},
        {"lower case",
         {.members = true, .mode_word = W("guaranteed")},
         "error: \"guaranteed\" is no delivery mode"},
        {"empty", {.members = true, .mode_word = W("")}, "error: \"\" is no delivery mode"},
        {"not readable at all", {.members = true}, NULL},
    };
    JUDGE("C1", rows);
}

static void c2_wants_no_single_point_of_failure(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 of Guaranteed", {GUARANTEED, .replicas = N(3)}, NULL},
        {"2 of Guaranteed",
         {GUARANTEED, .replicas = N(2)},
         "error: 2 members; guaranteed delivery needs 3"},
        {"2 of Standard", {STANDARD, .replicas = N(2)}, NULL},
        {"1 of Standard",
         {STANDARD, .replicas = N(1)},
         "error: 1 member; standard delivery needs 2"},
        {"0", {STANDARD, .replicas = N(0)}, "error: 0 members; standard delivery needs 2"},
        {"dev", {GUARANTEED, .dev = true, .replicas = N(1)}, NULL},
        {"Kafka keeps nothing", {KAFKA, .replicas = N(1)}, NULL},
        {"left to an autoscaler", {GUARANTEED}, NULL},
    };
    JUDGE("C2", rows);
}

static void c3_and_c4_know_which_seeds_there_can_be(void **state)
{
    (void)state;
    const row c3[] = {
        {"5 entries, 3", {GUARANTEED, .max_members = N(5), .seed_count = N(3)}, NULL},
        {"5 entries, not set", {GUARANTEED, .max_members = N(5)}, NULL},
        {"3 entries, 3", {GUARANTEED, .max_members = N(3), .seed_count = N(3)}, NULL},
        {"4 entries, 5",
         {GUARANTEED, .max_members = N(4), .seed_count = N(5)},
         "error: 5 seeds, but the member list has 4 entries"},
        {"2 entries, 3",
         {GUARANTEED, .max_members = N(2), .seed_count = N(3)},
         "error: 3 seeds, but the member list has 2 entries"},
        {"Standard", {STANDARD, .max_members = N(4), .seed_count = N(5)}, NULL},
        {"4 of 5 is C4's", {GUARANTEED, .max_members = N(5), .seed_count = N(4)}, NULL},
    };
    JUDGE("C3", c3);
    const row c4[] = {
        {"3", {GUARANTEED, .seed_count = N(3)}, NULL},
        {"5", {GUARANTEED, .seed_count = N(5)}, NULL},
        {"not set", {GUARANTEED}, NULL},
        {"4", {GUARANTEED, .seed_count = N(4)}, "error: 4 seeds; the number of seeds is 3 or 5"},
        {"1", {GUARANTEED, .seed_count = N(1)}, "error: 1 seeds; the number of seeds is 3 or 5"},
        {"7", {GUARANTEED, .seed_count = N(7)}, "error: 7 seeds; the number of seeds is 3 or 5"},
        {"no number", {GUARANTEED, .seed_count = N(-1)}, "error: the number of seeds is 3 or 5"},
        {"Standard", {STANDARD, .seed_count = N(4)}, NULL},
    };
    JUDGE("C4", c4);
}

static void c5_wants_every_seed_to_run(void **state)
{
    (void)state;
    const row rows[] = {
        {"3 of 3", {GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(3)}, NULL},
        {"5 seeds by default",
         {GUARANTEED, .max_members = N(5), .replicas = N(3)},
         "error: 3 members for 5 seeds: margin 0 from the start"},
        {"4 of 5",
         {GUARANTEED, .max_members = N(5), .replicas = N(4)},
         "error: 4 members for 5 seeds: margin 1 from the start"},
        {"2 of 3",
         {GUARANTEED, .max_members = N(5), .seed_count = N(3), .replicas = N(2)},
         "error: 2 members for 3 seeds: margin 0 from the start"},
        {"2 of 5",
         {GUARANTEED, .max_members = N(5), .replicas = N(2)},
         "error: 2 members for 5 seeds: never a quorum"},
        {"Standard", {STANDARD, .max_members = N(5), .replicas = N(3)}, NULL},
        {"dev", {GUARANTEED, .dev = true, .max_members = N(1), .replicas = N(1)}, NULL},
        {"dev, one of two",
         {GUARANTEED, .dev = true, .max_members = N(2), .replicas = N(1)},
         "error: 1 members for 2 seeds: never a quorum"},
        {"list not known", {GUARANTEED, .replicas = N(1)}, NULL},
    };
    JUDGE("C5", rows);
}

static void c6_wants_every_member_in_the_list(void **state)
{
    (void)state;
    const row rows[] = {
        {"5 of 5", {GUARANTEED, .max_members = N(5), .replicas = N(5)}, NULL},
        {"6 of 5",
         {GUARANTEED, .max_members = N(5), .replicas = N(6)},
         "error: 6 members, but the list that every member holds ends at 5"},
        {"Standard too",
         {STANDARD, .max_members = N(2), .replicas = N(3)},
         "error: 3 members, but the list that every member holds ends at 2"},
        {"list not known", {GUARANTEED, .replicas = N(6)}, NULL},
    };
    JUDGE("C6", rows);
}

static void c15_wants_each_member_once_in_its_own_list(void **state)
{
    (void)state;
    const migdi_word full[] = {W("x-0.hs.ns:8801"), W("x-1.hs.ns:8801"), W("x-2.hs.ns:8801")};
    const migdi_word few[] = {W("x-0.hs.ns:8801"), W("x-1.hs.ns:8801")};
    const migdi_word brief[] = {W("x-0:8801"), W("x-1:8801"), W("x-2:8801")};
    const migdi_word twice[] = {W("x-0.hs.ns:8801"), W("x-1.hs.ns:8801"), W("x-0.hs.ns:8801")};
    const migdi_word one[] = {W("x:8801"), W("x:8801")};
    const row rows[] = {
        {"both in full", {GUARANTEED, .list = {full, 3}, .listens = {few, 2}}, NULL},
        {"short names in the list",
         {GUARANTEED, .list = {brief, 3}, .listens = {few, 2}},
         "error: member 0 is not in its own member list"},
        {"twice",
         {GUARANTEED, .list = {twice, 3}},
         "error: entry 3 of the member list stands in it twice"},
        {"all listen as one",
         {GUARANTEED, .list = {full, 3}, .listens = {one, 2}},
         "error: every member listens under the same name"},
        {"beyond the list is C6's", {GUARANTEED, .list = {full, 2}, .listens = {full, 3}}, NULL},
        {"list not known", {GUARANTEED, .listens = {few, 2}}, NULL},
        {"how they listen not known", {GUARANTEED, .list = {full, 3}}, NULL},
    };
    JUDGE("C15", rows);
}

static void c16_keeps_four_ports_for_the_members(void **state)
{
    (void)state;
    const migdi_port usual[] = {{.whose = "Listen", .number = 8800},
                                {.whose = "MonitorPrometheus.Listen", .number = 9900}};
    const migdi_port taken[] = {{.whose = "Listen", .number = 8803}};
    const migdi_port last[] = {{.whose = "Listen", .number = 8804}};
    const migdi_port beyond[] = {{.whose = "Listen", .number = 8805}};
    const row rows[] = {
        {"as shipped",
         {GUARANTEED, .cluster_port = N(8801), .ports = usual, .port_count = 2},
         NULL},
        {"the third is taken",
         {GUARANTEED, .cluster_port = N(8801), .ports = taken, .port_count = 1},
         "error: port 8803 is the members' own (8801 to 8804)"},
        {"the fourth",
         {GUARANTEED, .cluster_port = N(8801), .ports = last, .port_count = 1},
         "error: port 8804 is the members' own (8801 to 8804)"},
        {"behind the fourth",
         {GUARANTEED, .cluster_port = N(8801), .ports = beyond, .port_count = 1},
         NULL},
        {"the first port is the client's",
         {GUARANTEED, .cluster_port = N(8800), .ports = usual, .port_count = 2},
         "error: port 8800 is the members' own (8800 to 8803)"},
        {"a monitor's",
         {GUARANTEED, .cluster_port = N(9897), .ports = usual, .port_count = 2},
         "error: port 9900 is the members' own (9897 to 9900)"},
        {"no ports",
         {GUARANTEED, .cluster_port = N(65533)},
         "error: 65533 to 65536 are "
         "no ports"},
        {"the last ones", {GUARANTEED, .cluster_port = N(65532)}, NULL},
        {"not known", {GUARANTEED, .ports = usual, .port_count = 2}, NULL},
    };
    JUDGE("C16", rows);
}

static void c19_sees_blanks_and_quotes_in_options(void **state)
{
    (void)state;
    const migdi_word blank[] = {W("MB")};
    const migdi_word quote[] = {W("-DX=\"a\"")};
    const row rows[] = {
        {"none", {GUARANTEED}, NULL},
        {"-DMemory=128 MB",
         {GUARANTEED, .bad_options = {blank, 1}},
         "error: no option: MB (a blank in a value?)"},
        {"-DX=\"a\"",
         {GUARANTEED, .bad_options = {quote, 1}},
         "error: a quote in an option: -DX=\"a\""},
    };
    JUDGE("C19", rows);
}

static void c21_leaves_the_container_room(void **state)
{
    (void)state;
#define MEMORY(word, mib, container)                                                               \
    {                                                                                              \
        GUARANTEED, .memory = W(word), .memory_bytes = (mib) * MIB,                                \
            .container_memory = N((container) * MIB)                                               \
    }
    const row rows[] = {
        {"the tutorial", MEMORY("128MB", 128, 256), NULL},
        {"with Kafka, as published", MEMORY("512MB", 512, 512),
         "error: Memory is 512MB, the container has 512Mi"},
        {"more than there is", MEMORY("1GB", 1024, 512),
         "error: Memory is 1GB, the container has 512Mi"},
        {"a quarter left", MEMORY("768MB", 768, 1024), NULL},
        {"less than a quarter", MEMORY("769MB", 769, 1024),
         "warning: Memory 769MB of 1024Mi: under a quarter left"},
        {"container not "
         "known",
         {GUARANTEED, .memory = W("1GB"), .memory_bytes = 1024 * MIB},
         NULL},
        {"Memory not known", {GUARANTEED, .container_memory = N(MIB)}, NULL},
    };
    JUDGE("C21", rows);
}

/* The sentences of the designed transcript of `scale`. */
static void a_refused_scale_has_the_margin_and_the_line_that_ends_the_list(void **state)
{
    (void)state;
    const migdi_facts two = {GUARANTEED, .live = true, .max_members = N(5), .seed_count = N(3),
                             .replicas = N(2)};
    assert_refusing("C2", NULL, &two,
                    (migdi_refusing){.way_out = "guaranteed delivery needs 3 members"});
    assert_refusing("C5", NULL, &two,
                    (migdi_refusing){
                        "2 members for 3 seeds: seeds up 2 of 3, quorum 2, margin 0 from the start",
                        "smaller nodes", NULL});
    migdi_facts six = {GUARANTEED, .live = true, .max_members = N(5), .replicas = N(6)};
    migdi_refusing expected = {
        "6 members, but the list that every member holds ends at 5",
        "larger members (memory, resources); a longer list:", "migdeploy rules C17"};
    assert_refusing("C6", NULL, &six, expected);
    six.max_members.at.place = (migdi_place){"migdeploy.yaml", 9, 18};
    expected.sentence =
        "6 members, but the list that every member holds ends at 5 (migdeploy.yaml:9:18)";
    assert_refusing("C6", NULL, &six, expected);
}

static void a_refusal_without_a_quorum_says_so(void **state)
{
    (void)state;
    const migdi_facts of_file = {GUARANTEED, .max_members = N(5), .seed_count = N(5),
                                 .replicas = N(2)};
    assert_refusing("C5", NULL, &of_file,
                    (migdi_refusing){"2 members for 5 seeds: seeds up 2 of 5, quorum 3, never "
                                     "reached",
                                     NULL, NULL});
    assert_refusing("C2", NULL, &of_file, (migdi_refusing){NULL, NULL, NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c1_takes_two_words_as_delivery_mode),
        cmocka_unit_test(c2_wants_no_single_point_of_failure),
        cmocka_unit_test(c3_and_c4_know_which_seeds_there_can_be),
        cmocka_unit_test(c5_wants_every_seed_to_run),
        cmocka_unit_test(c6_wants_every_member_in_the_list),
        cmocka_unit_test(c15_wants_each_member_once_in_its_own_list),
        cmocka_unit_test(c16_keeps_four_ports_for_the_members),
        cmocka_unit_test(c19_sees_blanks_and_quotes_in_options),
        cmocka_unit_test(c21_leaves_the_container_room),
        cmocka_unit_test(a_refused_scale_has_the_margin_and_the_line_that_ends_the_list),
        cmocka_unit_test(a_refusal_without_a_quorum_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
