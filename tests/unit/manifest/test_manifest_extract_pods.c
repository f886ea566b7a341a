#include "test_support.h"

#include "manifest_reading.h"

#include "core_text.h"

#define GUARANTEED                                                                                 \
    "        env:\n        - name: MIGRATORYDATA_EXTRA_OPTS\n"                                     \
    "          value: -DClusterDeliveryMode=Guaranteed -DClusterMembers=a,b,c,d\n"

static void memory_is_the_limit_else_the_request(void **state)
{
    (void)state;
    static const struct {
        const char *resources;
        int64_t bytes; /* 0: not known */
    } rows[] = {
        {"{requests: {memory: 256Mi}}", 256 << 20},
        {"{requests: {memory: 256Mi}, limits: {memory: 1Gi}}", 1 << 30},
        {"{limits: {memory: 1000000}}", 1000000},
        {"{limits: {memory: 0.5Ki}}", 512},
        {"{limits: {memory: x}, requests: {memory: 1Ki}}", 1024},
        {"{}", 0},
        {"[]", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        migdi_text_format(&yaml, "%s        resources: %s\n", MEMBER, rows[i].resources);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].container_memory.known, rows[i].bytes > 0);
        if (rows[i].bytes > 0) {
            assert_int_equal(it.world.sets[0].container_memory.value, rows[i].bytes);
        }
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

static void probes_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *probe;
        migdi_probe_kind kind;
        const char *pointer;
    } rows[] = {
        {"{tcpSocket: {port: 1}}", MIGDI_PROBE_TCP,
         "/spec/template/spec/containers/0/readinessProbe"},
        {"{httpGet: {path: /health}}", MIGDI_PROBE_HTTP,
         "/spec/template/spec/containers/0/readinessProbe/httpGet"},
        {"{exec: {command: [x]}}", MIGDI_PROBE_OTHER,
         "/spec/template/spec/containers/0/readinessProbe"},
        {"null", MIGDI_PROBE_NONE, "/spec/template/spec/containers/0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        migdi_text_format(&yaml, "%s        readinessProbe: %s\n", MEMBER, rows[i].probe);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].readiness.kind, rows[i].kind);
        assert_string_equal(it.world.sets[0].readiness.at.pointer, rows[i].pointer);
        assert_int_equal(it.world.sets[0].liveness.kind, MIGDI_PROBE_NONE);
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

#define APP "labelSelector: {matchLabels: {app: m}}"
#define INDEX                                                                                      \
    "labelSelector: {matchExpressions: [{key: apps.kubernetes.io/pod-index, operator: In, "        \
    "values: "
#define HOST "topologyKey: kubernetes.io/hostname"
#define ZONE "topologyKey: topology.kubernetes.io/zone"

static void only_what_binds_the_scheduler_keeps_seeds_apart(void **state)
{
    (void)state;
    static const struct {
        const char *spec; /* two or more lines of the pod's spec */
        migdi_spread_kind kind;
    } rows[] = {
        {"affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{" HOST
         ", " APP "}]}}",
         MIGDI_SPREAD_HARD},
        {"affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{" HOST
         ", labelSelector: {matchLabels: {app: x}}}]}}",
         MIGDI_SPREAD_NONE},
        {"affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
         "[{topologyKey: rack, " APP "}]}}",
         MIGDI_SPREAD_NONE},
        {"affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
         "[{weight: 1, "
         "podAffinityTerm: {" HOST ", " APP "}}]}}",
         MIGDI_SPREAD_WISH},
        {"topologySpreadConstraints: [{maxSkew: 1, whenUnsatisfiable: DoNotSchedule, "
         "" ZONE ", " APP "}]",
         MIGDI_SPREAD_HARD},
        {"topologySpreadConstraints: [{maxSkew: 1, " ZONE ", " INDEX "['0', '1', '2']}]}}]",
         MIGDI_SPREAD_HARD},
        {"topologySpreadConstraints: [{maxSkew: 1, " ZONE ", " INDEX "['0', '1']}]}}]",
         MIGDI_SPREAD_NONE},
        {"topologySpreadConstraints: [{maxSkew: 2, " HOST ", " APP "}]", MIGDI_SPREAD_WISH},
        {"topologySpreadConstraints: [{maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, " HOST
         ", " APP "}]",
         MIGDI_SPREAD_WISH},
        {"topologySpreadConstraints: [{maxSkew: 1, " HOST ", " APP
         "}, {maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, " HOST ", " APP "}]",
         MIGDI_SPREAD_HARD},
        {"topologySpreadConstraints: []", MIGDI_SPREAD_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        migdi_text_format(&yaml, "%s      %s\n%s", SET_HEAD("3") POD_HEAD, rows[i].spec,
                          CONTAINER GUARANTEED);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].spread.kind, rows[i].kind);
        assert_int_equal(it.world.sets[0].spread.at.place.line,
                         rows[i].kind == MIGDI_SPREAD_NONE ? 8 : 9);
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

static void containers_of_any_set_are_listed(void **state)
{
    (void)state;
    reading it;
    read_facts(&it, SET_HEAD("3") POD_HEAD
               "      terminationGracePeriodSeconds: 5\n"
               "      containers:\n"
               "      - {name: a, image: x:1, resources: {requests: {cpu: 1}}, ports: [{name: p},"
               " {containerPort: 1}]}\n"
               "      - {name: b, resources: {limits: {cpu: 1}}}\n"
               "      - {name: m, image: migratorydata/server}\n");
    const migdi_facts *facts = it.world.sets;
    assert_int_equal(facts->container_count, 3);
    assert_true(facts->containers[0].has_cpu);
    assert_int_equal(facts->containers[0].port_names.count, 1);
    assert_string_equal(facts->containers[0].port_names.items[0].text, "p");
    assert_true(facts->containers[1].has_cpu);
    assert_false(facts->containers[2].has_cpu);
    assert_int_equal(facts->image_count, 2);
    assert_string_equal(facts->images[1].text, "migratorydata/server");
    assert_int_equal(facts->grace_seconds.value, 5);
    assert_string_equal(facts->pod_management.text, "OrderedReady");
    assert_string_equal(facts->pod_management.at.pointer, "/spec");
    forget_facts(&it);
}

static void a_start_command_is_found_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        int32_t line; /* 0: none */
    } rows[] = {
        {"        command: [sh, -c, ./start-migratorydata.sh]\n", 12},
        {"        command: [sh, -c]\n        args: [./start-migratorydata.sh]\n", 13},
        {"        command: [sh, -c, exec ./start-migratorydata.sh]\n", 0},
        {"        command: [./start-migratorydata.sh]\n", 0},
        {"        command: [sh, ./start-migratorydata.sh]\n", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        migdi_text yaml = {0};
        migdi_text_format(&yaml, "%s%s", MEMBER, rows[i].command);
        reading it;
        read_facts(&it, migdi_text_string(&yaml));
        assert_int_equal(it.world.sets[0].unexec.text != NULL, rows[i].line > 0);
        assert_int_equal(it.world.sets[0].unexec.at.place.line, rows[i].line);
        forget_facts(&it);
        migdi_text_free(&yaml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_the_limit_else_the_request),
        cmocka_unit_test(probes_are_told_apart),
        cmocka_unit_test(only_what_binds_the_scheduler_keeps_seeds_apart),
        cmocka_unit_test(containers_of_any_set_are_listed),
        cmocka_unit_test(a_start_command_is_found_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
