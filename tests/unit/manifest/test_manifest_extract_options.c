#include "test_support.h"

#include "manifest_reading.h"

#include "core_text.h"

#define OPTIONS(words)                                                                             \
    "        env:\n"                                                                               \
    "        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"              \
    "        - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}\n"            \
    "        - {name: FIVE, value: \"5\"}\n"                                                       \
    "        - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}\n"                     \
    "        - name: MIGRATORYDATA_EXTRA_OPTS\n"                                                   \
    "          value: " words "\n"

static void parameters_are_read_from_options(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, MEMBER OPTIONS(
                        "'-DMemory=1GB -DClusterDeliveryMode=Guaranteed "
                        "-DClusterSeedMemberCount=$(FIVE) "
                        "-DClusterPassword=$(SECRET) -DEntitlementAllowToken=t "
                        "-DEntitlement=Basic "
                        "-DListen=*:8803,[::1]:443,host -DMemory=2GB "
                        "-DClusterMemberListen=$(POD_NAME).hs.$(SPACE):8801 "
                        "-DClusterMembers=m-0.hs.ns:8801,m-1.hs.ns:8801,m-2.hs.ns:8801,m-3.hs.ns:"
                        "8801'"));
    const migdi_facts *facts = it.world.sets;
    assert_int_equal(facts->mode, MIGDI_MODE_GUARANTEED);
    assert_string_equal(facts->memory.text, "2GB");
    assert_int_equal(facts->memory_bytes, (int64_t)2 << 30);
    assert_true(facts->seed_count.known);
    assert_int_equal(facts->seed_count.value, 5);
    assert_string_equal(facts->password.text, "$(SECRET)");
    assert_string_equal(facts->token.text, "t");
    assert_string_equal(facts->entitlement.text, "Basic");
    assert_int_equal(facts->max_members.value, 4);
    assert_int_equal(facts->max_from, MIGDI_FROM_LIST);
    assert_int_equal(facts->list.count, 4);
    assert_string_equal(facts->list.items[3].text, "m-3.hs.ns:8801");
    assert_int_equal(facts->listens.count, 3);
    assert_string_equal(facts->listens.items[2].text, "m-2.hs.ns:8801");
    assert_int_equal(facts->cluster_port.value, 8801);
    assert_int_equal(facts->port_count, 6);
    assert_int_equal(facts->ports[0].number, 8803);
    assert_int_equal(facts->ports[1].number, 443);
    assert_int_equal(facts->ports[2].number, 80);
    assert_int_equal(facts->ports[3].number, 9900);
    assert_int_equal(facts->bad_options.count, 0);
    assert_int_equal(facts->unread_count, 0);
    assert_int_equal(facts->memory.at.place.line, 18);
    assert_string_equal(facts->memory.at.pointer, "/spec/template/spec/containers/0/env/4/value");
    forget_facts(&it);
}

static void words_that_are_no_options_are_kept(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, MEMBER OPTIONS("'-DMemory=128 MB  -DX=\"a\" -verbosegc -XX:+UseG1GC \\'"));
    const migdi_facts *facts = it.world.sets;
    assert_int_equal(facts->bad_options.count, 3);
    assert_string_equal(facts->bad_options.items[0].text, "MB");
    assert_string_equal(facts->bad_options.items[1].text, "-DX=\"a\"");
    assert_string_equal(facts->bad_options.items[2].text, "\\");
    assert_int_equal(facts->java_flags.count, 1);
    assert_string_equal(facts->java_flags.items[0].text, "-XX:+UseG1GC");
    assert_int_equal(facts->mode, MIGDI_MODE_STANDARD);
    forget_facts(&it);
    read_facts(&it,
               MEMBER OPTIONS("\"-DMemory=1GB\\t-DEntitlement=None\\n-DClusterEngine=kafka\\r\""));
    assert_int_equal(it.world.sets[0].bad_options.count, 0);
    assert_string_equal(it.world.sets[0].entitlement.text, "None");
    assert_int_equal(it.world.sets[0].mode, MIGDI_MODE_KAFKA);
    forget_facts(&it);
}

static void a_mode_is_standard_only_where_nothing_else_can_say(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        migdi_mode mode;
        size_t unread;
    } rows[] = {
        {MEMBER, MIGDI_MODE_STANDARD, 1},
        {MEMBER OPTIONS("''"), MIGDI_MODE_STANDARD, 1},
        {MEMBER OPTIONS("-DClusterDeliveryMode=Standard"), MIGDI_MODE_STANDARD, 1},
        {MEMBER OPTIONS("-DClusterDeliveryMode=guaranteed"), MIGDI_MODE_UNKNOWN, 1},
        {MEMBER OPTIONS("-DClusterEngine=kafka"), MIGDI_MODE_KAFKA, 0},
        {MEMBER "        env: [{name: MIGRATORYDATA_EXTRA_OPTS, valueFrom: {}}]\n",
         MIGDI_MODE_UNKNOWN, 2},
        {MEMBER "        envFrom: [{configMapRef: {name: c}}]\n", MIGDI_MODE_UNKNOWN, 2},
        {MEMBER "        volumeMounts: [{mountPath: /migratorydata/migratorydata.conf, "
                "name: c}]\n",
         MIGDI_MODE_UNKNOWN, 2},
        {MEMBER "        volumeMounts: [{mountPath: /data, name: c}]\n", MIGDI_MODE_STANDARD, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        reading it;
        read_facts(&it, rows[i].yaml);
        assert_int_equal(it.world.set_count, 1);
        assert_int_equal(it.world.sets[0].mode, rows[i].mode);
        assert_int_equal(it.world.sets[0].unread_count, rows[i].unread);
        forget_facts(&it);
    }
}

static void what_a_script_adds_counts_too(void **state)
{
    (void)state;
    reading it;
    read_facts(
        &it, MEMBER OPTIONS("-DMemory=1GB") "        command:\n"
                                            "        - sh\n"
                                            "        - -ec\n"
                                            "        - |\n"
                                            "          ME=$(hostname -f):9801\n"
                                            "          "
                                            "MIGRATORYDATA_EXTRA_OPTS=\"$MIGRATORYDATA_EXTRA_OPTS "
                                            "-DClusterMemberListen=$ME \\\n"
                                            "            -DClusterDeliveryMode=Guaranteed "
                                            "-DClusterMembers=$LIST\"\n"
                                            "          for i in 0 1 2 3; do LIST=$LIST,"
                                            "m-$i; done\n"
                                            "          exec ./start-migratorydata.sh\n");
    const migdi_facts *facts = it.world.sets;
    assert_int_equal(facts->mode, MIGDI_MODE_GUARANTEED);
    assert_string_equal(facts->memory.text, "1GB");
    assert_int_equal(facts->cluster_port.value, 9801);
    assert_int_equal(facts->max_members.value, 4);
    assert_int_equal(facts->max_from, MIGDI_FROM_SCRIPT);
    assert_int_equal(facts->max_members.at.place.line, 26);
    assert_int_equal(facts->max_members.at.place.column, 11);
    assert_int_equal(facts->list.count, 0);
    assert_null(facts->unexec.text);
    forget_facts(&it);
}

#define SHELL "        command: [sh, -c, exec ./start-migratorydata.sh]\n"

static void a_port_that_is_written_out_needs_no_script(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, MEMBER OPTIONS("-DClusterMemberListen=m-0:9801") SHELL);
    assert_true(it.world.sets[0].cluster_port.known);
    assert_int_equal(it.world.sets[0].cluster_port.value, 9801);
    forget_facts(&it);
    read_facts(&it, MEMBER OPTIONS("-DClusterMemberListen=$ME") SHELL);
    assert_false(it.world.sets[0].cluster_port.known);
    forget_facts(&it);
}

static void the_annotation_stands_where_nothing_else_is_known(void **state)
{
    (void)state;
    static const char noted[] =
        "apiVersion: apps/v1\n"
        "kind: StatefulSet\n"
        "metadata: {name: m, annotations: {migdeploy.dev/max-members: \"%s\"}}\n"
        "spec: {template: {spec: {containers: [{image: migratorydata/server}]}}}\n";
    static const struct {
        const char *value;
        int64_t members;
    } rows[] = {{"5", 5}, {"0", 0}, {"x", 0}, {"", 0}, {"5 ", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        const char *hole = strstr(noted, "%s");
        migdi_text_add(&yaml, noted, (size_t)(hole - noted));
        migdi_text_add_string(&yaml, rows[i].value);
        migdi_text_add_string(&yaml, hole + 2);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].max_members.known, rows[i].members > 0);
        assert_int_equal(it.world.sets[0].max_members.value, rows[i].members);
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read_from_options),
        cmocka_unit_test(words_that_are_no_options_are_kept),
        cmocka_unit_test(a_mode_is_standard_only_where_nothing_else_can_say),
        cmocka_unit_test(what_a_script_adds_counts_too),
        cmocka_unit_test(a_port_that_is_written_out_needs_no_script),
        cmocka_unit_test(the_annotation_stands_where_nothing_else_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
