#include "test_support.h"

#include "manifest_extract_items.h"

#include <string.h>

static void the_length_of_the_list_is_read_from_a_variable_or_a_loop(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int64_t count;
        const char *word;
    } rows[] = {
        {"MAX_REPLICAS=5 # (D) most\n", 5, "MAX_REPLICAS=5"},
        {"set -x\n  export MAX_REPLICAS=\"7\"\n", 7, "MAX_REPLICAS=\"7\""},
        {"# MAX_REPLICAS=9\nMAX_REPLICAS=5\n", 5, "MAX_REPLICAS=5"},
        {"MAX_REPLICAS=3; MAX_REPLICAS=5; echo", 5, "MAX_REPLICAS=5"},
        {"echo it; # MAX_REPLICAS=5", 0, NULL},
        {"echo \"MAX_REPLICAS=5\"", 0, NULL},
        {"MAX_REPLICAS=$N", 0, NULL},
        {"MAX_REPLICAS=5x", 0, NULL},
        {"MAX_REPLICAS=", 0, NULL},
        {"MAX_REPLICAS=99999999999999999999", 0, NULL},
        {"MAX_REPLICASES=4", 0, NULL},
        {"MAX_REPLICAS=999999", 999999, "MAX_REPLICAS=999999"},
        {"MAX_REPLICAS=1234567", 0, NULL},
        {"echo a\\;MAX_REPLICAS=4", 0, NULL},
        {"N-1=4\nfor (( i=1; i < ${N-1}; i++ )); do ClusterMembers; done", 0, NULL},
        {"", 0, NULL},
        {"for (( i=1; i < 5; i++ ))\ndo\n ClusterMembers\ndone", 5, "for (( i=1; i < 5; i++ ))"},
        {"for ((i=0;i<=4;i++)); do ClusterMembers; done", 5, "for ((i=0;i<=4;i++))"},
        {"N=6\nfor (( i=1; i < $N; i++ )); do ClusterMembers; done", 6,
         "for (( i=1; i < $N; i++ ))"},
        {"N=6\nfor (( i=1; i < ${N}; i++ )); do ClusterMembers; done", 6,
         "for (( i=1; i < ${N}; i++ ))"},
        {"N=6\nfor (( i=1; i < N; i++ )); do ClusterMembers; done", 6,
         "for (( i=1; i < "
         "N; i++ ))"},
        {"for i in $(seq 0 4); do ClusterMembers; done", 5, "for i in $(seq 0 4)"},
        {"for i in `seq 0 4`; do ClusterMembers; done", 5, "for i in `seq 0 4`"},
        {"for i in {0..4}; do ClusterMembers; done", 5, "for i in {0..4}"},
        {"for i in 0 1 2; do ClusterMembers; done", 3, "for i in 0 1 2"},
        {"for i in 0 1 2; do echo; done", 0, NULL},
        {"for i in $LIST; do ClusterMembers; done", 0, NULL},
        {"for (( i=1; i > 5; i-- )); do ClusterMembers; done", 0, NULL},
        {"for (( i=1; i < $((N-1)); i++ )); do ClusterMembers; done", 0, NULL},
        {"for i in {a; do ClusterMembers; done", 0, NULL},
        {"for", 0, NULL},
        {"for ((", 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text_part word = {0};
        const int64_t count = migdi_script_members(rows[i].script, &word);
        if (count != rows[i].count) {
            print_error("%s\n", rows[i].script);
        }
        assert_int_equal(count, rows[i].count);
        if (rows[i].word != NULL) {
            assert_int_equal(word.size, strlen(rows[i].word));
            assert_memory_equal(word.text, rows[i].word, word.size);
        }
    }
}

static void a_start_command_without_exec_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *command;
    } rows[] = {
        {"x=1\n\n./start-migratorydata.sh\n", "./start-migratorydata.sh"},
        {"exec ./start-migratorydata.sh", NULL},
        {"cd /migratorydata && ./start-migratorydata.sh", "./start-migratorydata.sh"},
        {"cd /migratorydata && exec ./start-migratorydata.sh", NULL},
        {"bash ./start-migratorydata.sh -x", "./start-migratorydata.sh"},
        {"if true; then ./start-migratorydata.sh; fi", "./start-migratorydata.sh"},
        {"# ./start-migratorydata.sh\nexec ./start-migratorydata.sh", NULL},
        {"echo ./start-migratorydata.sh", NULL},
        {"echo 'now\n./start-migratorydata.sh'", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_text_part command = migdi_script_unexec(rows[i].script);
        if (rows[i].command == NULL) {
            assert_null(command.text);
            continue;
        }
        assert_int_equal(command.size, strlen(rows[i].command));
        assert_memory_equal(command.text, rows[i].command, command.size);
    }
}

static void assignments_are_told_one_by_one(void **state)
{
    (void)state;
    static const char script[] = "A=1\nB=\"x y\" ; A='2 # no comment'\nAB=3\nA+=\"\\\"4\"\n";
    static const char *const values[] = {"1", "2 # no comment", "\\\"4"};
    const char *at = script;
    for (size_t i = 0; i < 3; i++) {
        migdi_text_part whole = {0};
        const migdi_text_part value = migdi_script_assignment(&at, "A", &whole);
        assert_int_equal(value.size, strlen(values[i]));
        assert_memory_equal(value.text, values[i], value.size);
        assert_int_equal(*whole.text, 'A');
    }
    assert_null(migdi_script_assignment(&at, "A", NULL).text);
    assert_null(migdi_script_assignment(&at, "A", NULL).text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_length_of_the_list_is_read_from_a_variable_or_a_loop),
        cmocka_unit_test(a_start_command_without_exec_is_found),
        cmocka_unit_test(assignments_are_told_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
