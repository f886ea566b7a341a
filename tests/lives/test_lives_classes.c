/* The classes of bugs that tools like this one have, each by its name, as a life. Killed at any
 * request, and faults at each request, are in test_lives.c; all of them mixed in
 * test_lives_seeds.c. */
#include "lives.h"

#include <stdio.h>
#include <string.h>

static void done(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
                 const char *accept)
{
    life_run(l, lab, verb, sets, replicas, accept);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

/* Somebody else's request, at once. */
static void theirs(test_world *lab, const char *method, const char *target, const char *body)
{
    const char *answer = NULL;
    const int32_t status = test_world_ask(lab, method, target, NULL, body, &answer);
    if (status >= 300) {
        fail_msg("%s %s: %d %s", method, target, (int)status, answer);
    }
}

/* --- what is not ours ------------------------------------------------------------------------- */

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/migratory/leases"

static void a_foreign_lease_keeps_the_namespace(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(1, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    theirs(lab, "POST", LEASES,
           "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":"
           "\"billing-leader\"},\"spec\":{\"holderIdentity\":\"billing-0\"}}");
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_false(life_exists(lab, LIFE_SET));
    assert_true(life_exists(lab, LEASES "/billing-leader"));
    assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                        "it holds Lease/migratory/billing-leader");
    theirs(lab, "DELETE", LEASES "/billing-leader", NULL);
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_false(life_exists(lab, LIFE_NAMESPACE));
    life_end(&l);
    test_world_free(lab);
}

/* Lists come in pages of 500: what stands on the first of them counts as well. */
static void a_guest_among_many_keeps_the_namespace(void **state)
{
    (void)state;
    life l = {0};
    char map[256];
    test_world *lab = test_world_new(4, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    theirs(lab, "POST", LIFE_NAMESPACE "/configmaps",
           "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}");
    for (int i = 0; i < 520; i++) {
        snprintf(map, sizeof map,
                 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"b%d\","
                 "\"labels\":{\"app.kubernetes.io/managed-by\":\"migdeploy\","
                 "\"app.kubernetes.io/instance\":\"migratorydata\"}}}",
                 i);
        theirs(lab, "POST", LIFE_NAMESPACE "/configmaps", map);
    }
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_true(life_exists(lab, LIFE_NAMESPACE "/configmaps/a"));
    assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                        "it holds ConfigMap/migratory/a");
    life_end(&l);
    test_world_free(lab);
}

static void status_counts_every_node(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(5, "{\"nodes\":520}");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    done(&l, lab, LIFE_STATUS, NULL, 0, NULL);
    assert_int_equal(migd_object_int64(l.result, "/nodes/all", 0), 520);
    assert_int_equal(migd_object_int64(l.result, "/nodes/zones", 0), 3);
    life_end(&l);
    test_world_free(lab);
}

/* What is owned by something of the whole cluster is not ours either, and no owner in the namespace
 * speaks for it. */
static void what_a_node_owns_keeps_the_namespace(void **state)
{
    (void)state;
    life l = {0};
    char map[512];
    const char *answer = NULL;
    test_world *lab = test_world_new(2, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(test_world_ask(lab, "GET", "/api/v1/nodes?limit=1", NULL, NULL, &answer), 200);
    migd_object *nodes = NULL;
    assert_int_equal(migd_object_parse(answer, strlen(answer), NULL, &nodes, NULL), MIGD_OK);
    snprintf(map, sizeof map,
             "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"agent\","
             "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"%s\","
             "\"uid\":\"%s\"}]}}",
             migd_object_text(nodes, "/items/0/metadata/name", ""),
             migd_object_text(nodes, "/items/0/metadata/uid", ""));
    theirs(lab, "POST", LIFE_NAMESPACE "/configmaps", map);
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_true(life_exists(lab, LIFE_NAMESPACE "/configmaps/agent"));
    assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                        "it holds ConfigMap/migratory/agent");
    migd_object_free(nodes);
    life_end(&l);
    test_world_free(lab);
}

#define NEWER     "spec.members.image=migratorydata/server:6.0.17"
#define PARTITION "/spec/updateStrategy/rollingUpdate/partition"

/* --- stuck for ever --------------------------------------------------------------------------- */

static void what_nobody_will_make_is_not_awaited(void **state)
{
    (void)state;
    static const life_verb verbs[] = {LIFE_SCALE, LIFE_RESTART};
    life l = {0};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        test_world *lab = test_world_new(3, NULL);
        const int64_t before = test_world_now_ms(lab);
        life_run(&l, lab, verbs[i], NULL, 3, NULL);
        assert_int_equal(l.status, MIGD_ERR_NOT_FOUND);
        assert_string_equal(l.message, "there is no StatefulSet/migratory/migratorydata");
        assert_true(test_world_now_ms(lab) - before < 1000);
        assert_int_equal(test_world_writes(lab), 0);
        test_world_free(lab);
    }
    life_end(&l);
}

/* A roll that was killed leaves members on the older template: they are Ready, and whoever only
 * changes the number has nothing to wait for. */
static void a_roll_that_was_killed_keeps_nobody_waiting(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = NULL;
    for (int64_t after = 1; lab == NULL; after++) {
        lab = test_world_new(4, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        test_world_kill(lab, test_world_requests(lab) + after, true);
        life_run(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", 0, NULL);
        assert_true(test_world_is_dead(lab)); /* it never came so far */
        test_world_revive(lab);
        if (life_number(lab, LIFE_SET, PARTITION) != 2) {
            test_world_free(lab);
            lab = NULL;
        }
    }
    test_world_pass(lab, 60000);
    done(&l, lab, LIFE_SCALE, NULL, 4, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 4);
    assert_int_equal(life_number(lab, LIFE_SET, PARTITION), 2);
    done(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 4);
    life_end(&l);
    test_world_free(lab);
}

/* The last line of a life. */
static const char *last_words(const life *l)
{
    const char *last = l->events;
    for (const char *end = strchr(last, '\n'); end != NULL && end[1] != '\0';
         end = strchr(last, '\n')) {
        last = end + 1;
    }
    return last;
}

/* What cannot come true is waited for as long as one likes, and each wait says what holds it. */
static void a_wait_names_who_holds_it(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        bool deployed;
        const char *target; /* patched by somebody before */
        const char *patch;
        life_verb verb;
        const char *sets;
        const char *held; /* in the last words */
    } rows[] = {
        {"{\"room\":1,\"nodes\":2,\"zones\":2}", false, NULL, NULL, LIFE_DEPLOY,
         "spec.members.spread=node", "migratorydata-2: Unschedulable: 0/2 nodes are available"},
        {NULL, true, LIFE_SET, "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}",
         LIFE_DESTROY, NULL, "StatefulSet/migratorydata is going, held by example.com/hold"},
        {NULL, true, LIFE_PODS "/migratorydata-2",
         "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}", LIFE_DEPLOY, NEWER,
         "migratorydata-2 is going, held by example.com/hold"},
        {NULL, true, LIFE_PODS "/migratorydata-2",
         "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}", LIFE_DESTROY, NULL,
         "migratorydata-2 is going, held by example.com/hold"},
        {NULL, true, "/sandbox/settings", "{\"lost\":[\"ip-10-0-1-2.ec2.internal\"]}", LIFE_DEPLOY,
         NEWER, "migratorydata-2 is going on ip-10-0-1-2.ec2.internal"},
    };
    life l = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world *lab = test_world_new(9, rows[i].settings);
        if (rows[i].deployed) {
            done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        }
        if (rows[i].target != NULL) {
            assert_int_equal(test_world_ask(lab, "PATCH", rows[i].target,
                                            "application/merge-patch+json", rows[i].patch, NULL),
                             200);
        }
        life_run(&l, lab, rows[i].verb, rows[i].sets, 0, NULL);
        if (l.status != MIGD_ERR_DEADLINE || strstr(last_words(&l), rows[i].held) == NULL) {
            fail_msg("row %zu: %d: %s\n%s", i, (int)l.status, l.message, l.events);
        }
        test_world_free(lab);
    }
    life_end(&l);
}

/* --- what is read is old ---------------------------------------------------------------------- */

/* Fewer than `least` members were Ready, or an older one was seen to be missing. */
static void expect_ready(test_world *lab, void *user)
{
    const int64_t *least = user;
    const char *answer = NULL;
    int64_t ready = 0;
    assert_int_equal(test_world_ask(lab, "GET", LIFE_PODS, NULL, NULL, &answer), 200);
    for (const char *at = answer; (at = strstr(at, "\"type\":\"Ready\"")) != NULL; at++) {
        const char *status = strstr(at, "\"status\":\"");
        ready += status != NULL && strncmp(status, "\"status\":\"True", 14) == 0;
    }
    if (ready < *least) {
        fail_msg("%d members are Ready, not %d", (int)ready, (int)*least);
    }
}

/* Requests that a roll takes when nothing disturbs it. */
static int64_t roll_requests(int64_t *first)
{
    life l = {0};
    test_world *lab = test_world_new(5, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    *first = test_world_requests(lab) + 1;
    done(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
    const int64_t requests = test_world_requests(lab) - *first;
    life_end(&l);
    test_world_free(lab);
    return requests;
}

/* Some reads in a row see the world as it was: no member is taken on their word. Where they are the
 * last of a run, the next one goes on. */
static void a_roll_on_stale_reads_takes_one_member_at_a_time(void **state)
{
    (void)state;
    static const int behind[] = {1, 4, 12};
    int64_t least = 2;
    int64_t first = 0;
    life l = {0};
    const int64_t requests = roll_requests(&first);
    for (size_t b = 0; b < sizeof behind / sizeof *behind; b++) {
        for (int64_t at = 0; at < requests; at += 3) {
            char script[64];
            test_world *lab = test_world_new(5, NULL);
            done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            snprintf(script, sizeof script, "%d-%d:stale=%d", (int)(first + at),
                     (int)(first + at + 8), behind[b]);
            test_world_fault(lab, script);
            life_run_beside(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL, expect_ready, &least);
            const bool moved = life_number(lab, LIFE_SET, "/status/updatedReplicas") == 3;
            if (l.status != MIGD_DONE || (!moved && behind[b] == 1)) {
                fail_msg("%s: %d: %s\n%s", script, (int)l.status, l.message, l.events);
            }
            test_world_fault(lab, NULL);
            done(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
            assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 3);
            assert_int_equal(life_number(lab, LIFE_SET, PARTITION), 0);
            test_world_free(lab);
        }
    }
    life_end(&l);
}

/* Right after each of its writes a client reads the world without it. */
static void own_writes_that_are_not_visible_yet_are_not_made_twice(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(6, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t requests = test_world_requests(lab);
    const int64_t writes = test_world_writes(lab);
    test_world_free(lab);
    for (int64_t at = 1; at <= requests; at++) {
        char script[64];
        lab = test_world_new(6, NULL);
        snprintf(script, sizeof script, "%d-%d:stale=1", (int)at, (int)at + 4);
        test_world_fault(lab, script);
        life_run(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        if (l.status != MIGD_DONE || test_world_writes(lab) != writes) {
            fail_msg("%s: %d, %d writes and not %d: %s\n%s", script, (int)l.status,
                     (int)test_world_writes(lab), (int)writes, l.message, l.events);
        }
        test_world_free(lab);
    }
    life_end(&l);
}

/* Controllers take ten seconds to tell what they did, budgets a minute. */
static void nothing_is_decided_on_a_status_that_lags(void **state)
{
    (void)state;
    int64_t least = 2;
    life l = {0};
    test_world *lab = test_world_new(7, "{\"lagMs\":10000,\"budgetLagMs\":60000}");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    life_run_beside(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL, expect_ready, &least);
    assert_int_equal(l.status, MIGD_DONE);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 3);
    done(&l, lab, LIFE_SCALE, NEWER, 5, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 5);
    least = 3;
    life_run_beside(&l, lab, LIFE_SCALE, NEWER, 3, NULL, expect_ready, &least);
    assert_int_equal(l.status, MIGD_DONE);
    assert_int_equal(life_number(lab, LIFE_PODS, "/items"), 3);
    life_end(&l);
    test_world_free(lab);
}

/* No watch ever tells anything: then it is polled. */
static void events_that_are_never_delivered_cost_time_alone(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(8, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t heard_ms = test_world_now_ms(lab);
    done(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
    const int64_t with_ms = test_world_now_ms(lab) - heard_ms;
    test_world_free(lab);
    lab = test_world_new(8, NULL);
    test_world_fault(lab, "*:silent");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t silent_ms = test_world_now_ms(lab);
    done(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
    assert_in_range(test_world_now_ms(lab) - silent_ms, with_ms / 2, with_ms + 120000);
    life_end(&l);
    test_world_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_names_who_holds_it),
        cmocka_unit_test(a_roll_on_stale_reads_takes_one_member_at_a_time),
        cmocka_unit_test(own_writes_that_are_not_visible_yet_are_not_made_twice),
        cmocka_unit_test(nothing_is_decided_on_a_status_that_lags),
        cmocka_unit_test(events_that_are_never_delivered_cost_time_alone),
        cmocka_unit_test(a_foreign_lease_keeps_the_namespace),
        cmocka_unit_test(a_guest_among_many_keeps_the_namespace),
        cmocka_unit_test(status_counts_every_node),
        cmocka_unit_test(what_a_node_owns_keeps_the_namespace),
        cmocka_unit_test(what_nobody_will_make_is_not_awaited),
        cmocka_unit_test(a_roll_that_was_killed_keeps_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
