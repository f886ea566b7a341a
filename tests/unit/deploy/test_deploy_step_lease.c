#include "deploy_told.h"

#define migdi_deploy_lease tested /* beside that of the room */
#include "deploy_step_lease.c"

#define HERE  "ana@here boot-1 4026531836"
#define US    HERE " 70.7000.a1 deploy"
#define THEM  "bob@there boot-9 1.1 deploy"
#define NOW   INT64_C(1764355200000) /* 2025-11-28T18:40:00Z */
#define NOW_S "2025-11-28T18:40:00.000000Z"

static const migdi_lease_wish wish = {
    .namespace_ = "blue", .name = "migdeploy-data", .holder = US, .machine = HERE};
static const migdi_lease_wish patient = {
    .namespace_ = "blue", .name = "migdeploy-data", .holder = US, .machine = HERE, .wait = true};

#define LEASES  "/apis/coordination.k8s.io/v1/namespaces/blue/leases"
#define MANAGED "?fieldManager=migdeploy&fieldValidation=Strict\n"
#define HEAD                                                                                       \
    "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":"        \
    "\"migdeploy-data\",\"namespace\":\"blue\""
#define SPEC                                                                                       \
    "},\"spec\":{\"holderIdentity\":\"" US "\",\"leaseDurationSeconds\":45,\"renewTime\":\"" NOW_S \
    "\""
#define TAKE  "going: take Lease/blue/migdeploy-data\n update "
#define FACTS "\n  facts 409 404 403"

/* The resourceVersion that was seen goes along: of two writers one wins. */
static const char create[] = TAKE "create Lease/blue/migdeploy-data: POST " LEASES MANAGED
                                  "  " HEAD SPEC ",\"acquireTime\":\"" NOW_S "\"}}" FACTS;
static const char renew[] =
    TAKE "patch Lease/blue/migdeploy-data: PATCH " LEASES "/migdeploy-data" MANAGED "  " HEAD
         ",\"resourceVersion\":\"12\"" SPEC "}}" FACTS;
static const char take_over[] =
    TAKE "patch Lease/blue/migdeploy-data: PATCH " LEASES "/migdeploy-data" MANAGED "  " HEAD
         ",\"resourceVersion\":\"12\"" SPEC ",\"acquireTime\":\"" NOW_S "\"}}" FACTS;

static lease_seen held_by(const char *holder, int64_t age_ms)
{
    return (lease_seen){.exists = true,
                        .holder = holder,
                        .uid = "u1",
                        .version = "12",
                        .age_ms = age_ms,
                        .now_unix_ms = NOW};
}

static void check(const migdi_lease_wish *of, lease_seen seen, const char *expected)
{
    says(&tested, of, MIGDI_PRESENT, &seen, expected);
}

/* Renewed every 15 s, lost after 45 s, by the server's clock. */
static void ours_is_renewed_and_a_free_one_is_taken(void **state)
{
    (void)state;
    check(&wish, (lease_seen){.now_unix_ms = NOW}, create);
    check(&wish, held_by(US, 0), "done: Lease/blue/migdeploy-data is ours");
    check(&wish, held_by(US, 14999), "done: Lease/blue/migdeploy-data is ours\n held 14999");
    check(&wish, held_by(US, -1500), "done: Lease/blue/migdeploy-data is ours");
    check(&wish, held_by(US, 15000), renew);
    check(&wish, held_by(US, 600000), renew);
    check(&wish, held_by("", 0), take_over);
    check(&wish, held_by(THEM, 45000), take_over);
    lease_seen dead = held_by(HERE " 71.7100.a1 deploy", 0);
    dead.dead = true;
    check(&wish, dead, take_over);
}

static void who_renews_is_let_be_and_who_stopped_is_waited_for(void **state)
{
    (void)state;
    check(&wish, held_by(THEM, 20000),
          "going: bob@there, running deploy (pid 1), was writing 20 s ago\n pause 3000");
    check(&wish, held_by(THEM, 44000),
          "going: bob@there, running deploy (pid 1), was writing 44 s ago\n pause 1000");
    lease_seen renewed = held_by(THEM, 1000);
    renewed.renewed_since_we_look = true;
    check(&wish, renewed,
          "refused MIGD_ERR_LOCKED: bob@there has been running deploy (pid 1)\n"
          " remains: nothing was changed by this run");
    check(&patient, renewed,
          "going: bob@there, running deploy (pid 1), was writing 1 s ago\n pause 3000");
    /* The same name on another machine, or started at another time, is another writer. */
    lease_seen other = held_by(HERE " 70.7001.a1 deploy", 1000);
    check(&wish, other,
          "going: ana@here, running deploy (pid 70), was writing 1 s ago\n pause 3000");
}

static void a_holder_is_named_as_people_know_it(void **state)
{
    (void)state;
    static const struct {
        const char *holder;
        int64_t acquired_unix_ms;
        const char *told;
    } rows[] = {
        {"root@vm 755ba1e7-8a1f 4026531836 31435.488817.0a1b2c3d deploy", NOW - 606000,
         "root@vm has been running deploy since 18:29:54Z (pid 31435)"},
        {"root@vm 755ba1e7-8a1f 4026531836 31435.488817.0a1b2c3d scale", NOW - 86400000,
         "root@vm has been running scale since 2025-11-27T18:40:00Z (pid 31435)"},
        /* what was not known is not there */
        {"root@vm   31435.488817.0a1b2c3d deploy", 0,
         "root@vm has been running deploy (pid 31435)"},
        /* whoever else took the Lease has a name of another form */
        {"ip-10-0-0-1_5f3c9a2e", NOW, "ip-10-0-0-1_5f3c9a2e is writing"},
        {"somebody else", NOW, "somebody else is writing"},
        {"bob@there 12 deploy", NOW, "bob@there 12 deploy is writing"},
        {" 1.1.a1 deploy", NOW, " 1.1.a1 deploy is writing"},
        {"bob@there b n 1.1.a1 ", NOW, "bob@there b n 1.1.a1  is writing"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char expected[256];
        lease_seen renewed = held_by(rows[i].holder, 1000);
        renewed.renewed_since_we_look = true;
        renewed.acquired_unix_ms = rows[i].acquired_unix_ms;
        snprintf(expected, sizeof expected,
                 "refused MIGD_ERR_LOCKED: %s\n remains: nothing was changed by this run",
                 rows[i].told);
        check(&wish, renewed, expected);
    }
}

static void without_the_right_to_look_work_goes_on_with_a_warning(void **state)
{
    (void)state;
    check(&wish, (lease_seen){.hidden = true, .now_unix_ms = NOW},
          "done: no lock\n"
          " warning lease: Lease/blue/migdeploy-data may not be read: another writer would not be "
          "seen");
}

/* A holder who lives is respected all the same: it can be seen. */
static void without_the_right_to_write_work_goes_on_with_a_warning(void **state)
{
    (void)state;
    static const char warned[] =
        "done: no lock\n"
        " warning lease: Lease/blue/migdeploy-data may not be written: another writer would not "
        "see this one";
    lease_seen none = {.denied = true, .now_unix_ms = NOW};
    lease_seen ours = held_by(US, 15000);
    lease_seen left = held_by(THEM, 45000);
    lease_seen theirs = held_by(THEM, 20000);
    ours.denied = left.denied = theirs.denied = true;
    check(&wish, none, warned);
    check(&wish, ours, warned);
    check(&wish, left, warned);
    check(&wish, theirs,
          "going: bob@there, running deploy (pid 1), was writing 20 s ago\n pause 3000");
    none.ends = true; /* with its namespace */
    check(&wish, none, "done: no lock");
    says(&tested, &wish, MIGDI_ABSENT, &ours,
         "done: Lease/blue/migdeploy-data may not be given back");
}

static void only_ours_is_given_back(void **state)
{
    (void)state;
    const lease_seen ours = held_by(US, 1000);
    const lease_seen theirs = held_by(THEM, 1000);
    const lease_seen hidden = {.hidden = true};
    const lease_seen none = {0};
    says(&tested, &wish, MIGDI_ABSENT, &ours,
         "going: give Lease/blue/migdeploy-data back\n"
         " update delete Lease/blue/migdeploy-data: DELETE " LEASES "/migdeploy-data\n"
         "  {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u1\","
         "\"resourceVersion\":\"12\"},\"propagationPolicy\":\"Background\"}\n"
         "  facts 404 409 403");
    says(&tested, &wish, MIGDI_ABSENT, &theirs, "done: Lease/blue/migdeploy-data is not ours");
    says(&tested, &wish, MIGDI_ABSENT, &none, "done: Lease/blue/migdeploy-data is not ours");
    says(&tested, &wish, MIGDI_ABSENT, &hidden, "done: Lease/blue/migdeploy-data is not ours");
}

/* 70 runs since 7000, 71 since 7100; nothing can be learnt of 73; no other process runs. */
static uint64_t process_start(int64_t pid)
{
    return pid == 70 ? 7000 : pid == 71 ? 7100 : pid == 73 ? MIGDI_OS_UNKNOWN : MIGDI_OS_GONE;
}

static void a_holder_is_dead_only_if_its_process_was_here_and_is_gone(void **state)
{
    (void)state;
    static const struct {
        const char *holder;
        bool dead;
    } rows[] = {
        {HERE " 71.7100.a1 deploy", false}, /* it runs */
        {HERE " 70.7000.a2 scale", false},  /* another job of our own process */
        {HERE " 71.7099.a1 deploy", true},  /* its number was given again */
        {HERE " 72.7200.a1 deploy", true},
        {HERE " 72.7200 deploy", true},
        {HERE " 73.7300.a1 deploy", false}, /* whether it runs is not known */
        {HERE " 72.0.a1 deploy", false},    /* it did not know its own start */
        {HERE " 71.18446744073709551615.a1 deploy", false},
        {HERE " 72 deploy", false},
        {"ana@here boot-2 4026531836 72.7200.a1 deploy",
         false}, /* another boot: nothing is known */
        {"ana@here boot-10 4026531836 72.7200.a1 deploy", false},
        {"ana@here boot-1 4026532177 72.7200.a1 deploy", false}, /* another PID namespace */
        {"ana@here boot-1 72.7200 deploy", false},
        {"bob@here boot-1 4026531836 72.7200.a1 deploy", false},
        {"ana@there boot-1 4026531836 72.7200.a1 deploy", false},
        {HERE, false},
        {HERE " ", false},
        {HERE " x.1", false},
        {HERE " -5.1 deploy", false},
        {" 72.7200.a1 deploy", false},
        {"", false},
    };
    migdi_lease_wish local = wish;
    local.process_start = process_start;
    for (size_t i = 0; i < COUNT(rows); i++) {
        local.machine = HERE;
        if (is_dead(&local, rows[i].holder) != rows[i].dead) {
            fail_msg("%s", rows[i].holder);
        }
        local.machine = NULL; /* who we are is not known */
        assert_false(is_dead(&local, rows[i].holder));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_is_renewed_and_a_free_one_is_taken),
        cmocka_unit_test(who_renews_is_let_be_and_who_stopped_is_waited_for),
        cmocka_unit_test(a_holder_is_named_as_people_know_it),
        cmocka_unit_test(without_the_right_to_look_work_goes_on_with_a_warning),
        cmocka_unit_test(without_the_right_to_write_work_goes_on_with_a_warning),
        cmocka_unit_test(only_ours_is_given_back),
        cmocka_unit_test(a_holder_is_dead_only_if_its_process_was_here_and_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
