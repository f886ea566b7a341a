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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_lease_keeps_the_namespace),
        cmocka_unit_test(what_a_node_owns_keeps_the_namespace),
        cmocka_unit_test(what_nobody_will_make_is_not_awaited),
        cmocka_unit_test(a_roll_that_was_killed_keeps_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
