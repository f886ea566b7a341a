#include "test_support.h"

#include "manifest_told.h"

#define GUARANTEED                                                                                 \
    .members = true, .mode = MIGDI_MODE_GUARANTEED, .max_members = N(5), .seed_count = N(3)
#define STANDARD .members = true, .mode = MIGDI_MODE_STANDARD
#define GIB      ((int64_t)1024 * 1024 * 1024)

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

static void c22_reads_names_of_ports_as_the_api_server_does(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *told;
    } rows[] = {
        {"inter-cluster1", NULL},
        {"exactly-15-long", NULL},
        {"inter-cluster-10", "error: port name \"inter-cluster-10\" has 16 characters"},
        {"Client", "error: \"Client\" is no name of a port"},
        {"8800", "error: \"8800\" is no name of a port"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_word name = W(rows[i].name);
        const migdi_container container = {.port_names = {&name, 1}};
        const migdi_facts facts = {.containers = &container, .container_count = 1};
        assert_state("C22", &facts, rows[i].told, rows[i].name);
    }
}

static void t14_wants_seeds_apart_by_more_than_a_wish(void **state)
{
    (void)state;
    const row rows[] = {
        {"a wish",
         {GUARANTEED, .replicas = N(3), .spread = {MIGDI_SPREAD_WISH, AT("x")}},
         "warning: spread is only a wish: 2 seeds may share a node"},
        {"nothing",
         {GUARANTEED, .replicas = N(3)},
         "warning: nothing spreads them: 2 seeds may share a node"},
        {"demanded", {GUARANTEED, .replicas = N(3), .spread = {MIGDI_SPREAD_HARD, AT("x")}}, NULL},
        {"Standard",
         {STANDARD, .replicas = N(2)},
         "warning: nothing spreads them: 2 members may share a node"},
        {"Standard has seeds too, which carry nothing",
         {STANDARD, .max_members = N(5), .replicas = N(3)},
         "warning: nothing spreads them: 2 members may share a node"},
        {"one alone", {GUARANTEED, .replicas = N(1)}, NULL},
        {"dev", {.dev = true, GUARANTEED, .replicas = N(3)}, NULL},
        {"mode not known", {.members = true, .replicas = N(3)}, NULL},
    };
    JUDGE("T14", rows);
}

static void t16_asks_who_may_connect_and_with_what(void **state)
{
    (void)state;
    static const migdi_exposure open[] = {{.open = AT("Service/n/s"), .plain_port = 80}};
    static const migdi_exposure closed[] = {{.plain_port = 80}};
    static const migdi_exposure encrypted[] = {{.open = AT("Service/n/s")}};
#define SECRETS .options_readable = true, .password = W("$(P)"), .token = W("$(T)")
    const row rows[] = {
        {"open",
         {GUARANTEED, SECRETS, .exposures = open, .exposure_count = 1},
         "warning: open to the whole internet on plain port 80"},
        {"sources named", {GUARANTEED, SECRETS, .exposures = closed, .exposure_count = 1}, NULL},
        {"TLS", {GUARANTEED, SECRETS, .exposures = encrypted, .exposure_count = 1}, NULL},
        {"neither password nor token",
         {GUARANTEED, .options_readable = true},
         "warning: no password, no token: shipped ones may apply"},
        {"no token",
         {GUARANTEED, .options_readable = true, .password = W("x")},
         "warning: no token: the shipped one may apply"},
        {"no password",
         {GUARANTEED, .options_readable = true, .token = W("x")},
         "warning: no password: the shipped one may apply"},
        {"a token is not asked for",
         {GUARANTEED, .options_readable = true, .password = W("x"), .entitlement = W("JWT")},
         NULL},
        {"Basic asks for one",
         {GUARANTEED, .options_readable = true, .password = W("x"), .entitlement = W("Basic")},
         "warning: no token: the shipped one may apply"},
        {"Kafka has no password",
         {.members = true, .mode = MIGDI_MODE_KAFKA, .options_readable = true, .token = W("x")},
         NULL},
        {"the shipped password",
         {GUARANTEED, .options_readable = true, .password = W("some-password"), .token = W("x")},
         "warning: this is the password that is shipped"},
        {"the shipped token",
         {GUARANTEED, .options_readable = true, .password = W("x"), .token = W("some-token")},
         "warning: this is the token that is shipped"},
        {"parameters not readable", {GUARANTEED}, NULL},
        {"a spec: a note",
         {GUARANTEED, .from_spec = true, .options_readable = true, .secrets = AT("spec")},
         "note: no password, no token: shipped ones may apply"},
        {"dev",
         {.dev = true,
          GUARANTEED,
          .options_readable = true,
          .exposures = open,
          .exposure_count = 1},
         NULL},
    };
    JUDGE("T16", rows);
}

static void t18_reads_tags_and_digests(void **state)
{
    (void)state;
    static const struct {
        const char *image;
        const char *told;
    } rows[] = {
        {"migratorydata/server:6.0.16", NULL},
        {"migratorydata/server:latest", "warning: \"latest\": members may run different "
                                        "versions"},
        {"migratorydata/server", "warning: no tag: members may run different versions"},
        {"host:5000/migratorydata/server", "warning: no tag: members may run different versions"},
        {"host:5000/migratorydata/server:latest",
         "warning: \"latest\": members may run different versions"},
        {"host:5000/migratorydata/server:6", NULL},
        {"migratorydata/server@sha256:0123", NULL},
        {"migratorydata/server:latest@sha256:0123", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_word image = W(rows[i].image);
        migdi_facts facts = {GUARANTEED, .images = &image, .image_count = 1};
        assert_state("T18", &facts, rows[i].told, rows[i].image);
        facts.dev = true;
        assert_state("T18", &facts, NULL, "any tag will do in dev");
    }
    const migdi_word image = W("nginx");
    assert_state("T18", &(migdi_facts){.images = &image, .image_count = 1},
                 "warning: no tag: pods may run different versions", "anybody's");
}

static void t19_knows_flags_that_later_javas_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *flag;
        const char *told;
    } rows[] = {
        {"-XX:+UseCGroupMemoryLimitForHeap",
         "warning: Java 11 and later refuse this flag and stop"},
        {"-XX:-UseCGroupMemoryLimitForHeap",
         "warning: Java 11 and later refuse this flag and stop"},
        {"-XX:+UseParallelOldGC", "warning: Java 15 and later refuse this flag and stop"},
        {"-XX:+UnlockExperimentalVMOptions", NULL},
        {"-XX:+UseParallelOldGCX", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const migdi_word flag = W(rows[i].flag);
        assert_state("T19", &(migdi_facts){GUARANTEED, .java_flags = {&flag, 1}}, rows[i].told,
                     rows[i].flag);
    }
}

static void t20_repeats_what_the_vendor_asks_for(void **state)
{
    (void)state;
    const row rows[] = {
        {"128MB",
         {GUARANTEED, .memory = W("128MB"), .memory_bytes = GIB / 8},
         "note: Memory is 128MB; for production the vendor says 8GB"},
        {"8GB", {GUARANTEED, .memory = W("8GB"), .memory_bytes = 8 * GIB}, NULL},
        {"a byte less",
         {GUARANTEED, .memory = W("8589934591"), .memory_bytes = 8 * GIB - 1},
         "note: Memory is 8589934591; for production the vendor says 8GB"},
        {"not known", {GUARANTEED}, NULL},
        {"dev", {.dev = true, GUARANTEED, .memory = W("128MB"), .memory_bytes = GIB / 8}, NULL},
    };
    JUDGE("T20", rows);
}

static void t21_and_t26_know_what_probes_may_ask(void **state)
{
    (void)state;
    const row t21[] = {
        {"a port",
         {GUARANTEED, .readiness = {MIGDI_PROBE_TCP, AT("x")}},
         "warning: ready when the port opens, not when it serves"},
        {"none",
         {GUARANTEED, .readiness = {MIGDI_PROBE_NONE, AT("x")}},
         "warning: no readiness probe: ready before it serves"},
        {"/health", {GUARANTEED, .readiness = {MIGDI_PROBE_HTTP, AT("x")}}, NULL},
        {"a program", {GUARANTEED, .readiness = {MIGDI_PROBE_OTHER, AT("x")}}, NULL},
        {"not known", {GUARANTEED}, NULL},
    };
    JUDGE("T21", t21);
    const row t26[] = {
        {"/health",
         {GUARANTEED, .liveness = {MIGDI_PROBE_HTTP, AT("x")}},
         "warning: a lost quorum may restart every member"},
        {"a port", {GUARANTEED, .liveness = {MIGDI_PROBE_TCP, AT("x")}}, NULL},
        {"none", {GUARANTEED, .liveness = {MIGDI_PROBE_NONE, AT("x")}}, NULL},
    };
    JUDGE("T26", t26);
}

static void t22_to_t25_give_advice(void **state)
{
    (void)state;
    const row t22[] = {
        {"in order",
         {GUARANTEED, .pod_management = W("OrderedReady")},
         "note: one stuck member blocks those after it"},
        {"side by side", {GUARANTEED}, NULL},
        {"ours: deploy repairs it",
         {GUARANTEED, .rendered = true, .pod_management = W("OrderedReady")},
         NULL},
        {"hidden from each other",
         {GUARANTEED, .unpublished = AT("Service/n/hs")},
         "note: members cannot find each other before they are Ready"},
        {"hidden, alone", {.dev = true, GUARANTEED, .unpublished = AT("Service/n/hs")}, NULL},
    };
    JUDGE("T22", t22);
    const row t23[] = {
        {"a shell that stays",
         {GUARANTEED, .unexec = W("./start-migratorydata.sh")},
         "warning: no exec: SIGTERM may never reach the JVM"},
        {"none", {GUARANTEED}, NULL},
        {"killed at once",
         {GUARANTEED, .grace_seconds = N(0)},
         "warning: the JVM has 0 seconds to end, then it is killed"},
        {"29",
         {GUARANTEED, .grace_seconds = N(29)},
         "warning: the JVM has 29 seconds to end, then it is killed"},
        {"Kubernetes' own", {GUARANTEED, .grace_seconds = N(30)}, NULL},
    };
    JUDGE("T23", t23);
    const row t24[] = {
        {"none",
         {GUARANTEED, .no_namespace = true},
         "note: no namespace: it goes where the context points"},
        {"named", {GUARANTEED}, NULL},
    };
    JUDGE("T24", t24);
    const row t25[] = {
        {"a script alone",
         {GUARANTEED, .max_from = MIGDI_FROM_SCRIPT},
         "note: only this script knows that 5 is the maximum"},
        {"noted too", {GUARANTEED, .max_from = MIGDI_FROM_SCRIPT, .noted_members = N(5)}, NULL},
        {"noted wrongly",
         {GUARANTEED, .max_from = MIGDI_FROM_LIST, .noted_members = N(7)},
         "note: noted are 7 members, the list has 5"},
        {"spelt out", {GUARANTEED, .max_from = MIGDI_FROM_LIST}, NULL},
    };
    JUDGE("T25", t25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c22_reads_names_of_ports_as_the_api_server_does),
        cmocka_unit_test(t14_wants_seeds_apart_by_more_than_a_wish),
        cmocka_unit_test(t16_asks_who_may_connect_and_with_what),
        cmocka_unit_test(t18_reads_tags_and_digests),
        cmocka_unit_test(t19_knows_flags_that_later_javas_refuse),
        cmocka_unit_test(t20_repeats_what_the_vendor_asks_for),
        cmocka_unit_test(t21_and_t26_know_what_probes_may_ask),
        cmocka_unit_test(t22_to_t25_give_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
