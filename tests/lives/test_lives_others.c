/* Others act on the same cluster while we do: between any two requests, under the same names, with
 * wishes of their own. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEASES  "/apis/coordination.k8s.io/v1/namespaces/migratory/leases"
#define LOCK    LEASES "/migdeploy-migratorydata"
#define CLIENTS LIFE_NAMESPACE "/services/migratorydata-cs"
#define SCALERS "/apis/autoscaling/v2/namespaces/migratory/horizontalpodautoscalers"
#define NEWER   "spec.members.image=migratorydata/server:6.0.17"
#define MERGE   "application/merge-patch+json"

static void done(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
                 const char *accept)
{
    life_run(l, lab, verb, sets, replicas, accept);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

static void theirs(test_world *lab, const char *method, const char *target, const char *type,
                   const char *body)
{
    const char *answer = NULL;
    const int32_t status = test_world_ask(lab, method, target, type, body, &answer);
    if (status >= 300) {
        fail_msg("%s %s: %d %s", method, target, (int)status, answer);
    }
}

/* --- the same name, another uid --------------------------------------------------------------- */

#define FOREIGN                                                                                    \
    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"migratorydata-cs\"},"    \
    "\"spec\":{\"ports\":[{\"port\":80}],\"selector\":{\"app\":\"theirs\"}}}"

/* Somebody deletes our Service and makes another of its name, right before each request of a
 * destroy: what we saw is gone, and what has its name is not ours. */
static void what_took_a_name_of_ours_is_never_deleted_in_its_place(void **state)
{
    (void)state;
    life l = {0};
    int64_t kept = 0;
    test_world *lab = test_world_new(1, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t first = test_world_requests(lab) + 1;
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    const int64_t requests = test_world_requests(lab) - first;
    test_world_free(lab);
    for (int64_t at = 0; at <= requests; at++) {
        lab = test_world_new(1, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        test_world_actor(lab, first + at, "DELETE", CLIENTS "?gracePeriodSeconds=0", NULL, NULL);
        test_world_actor(lab, first + at, "PATCH", CLIENTS, MERGE,
                         "{\"metadata\":{\"finalizers\":null}}");
        test_world_actor(lab, first + at, "POST", LIFE_NAMESPACE "/services", NULL, FOREIGN);
        done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
        if (life_exists(lab, CLIENTS)) {
            kept++;
            assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                                "it holds Service/migratory/migratorydata-cs");
        } else if (life_exists(lab, LIFE_NAMESPACE)) {
            fail_msg("a foreign Service made before request %d is gone", (int)at);
        }
        test_world_free(lab);
    }
    assert_true(kept > 5);
    life_end(&l);
}

/* Each member is replaced by another of its name right before each request of the run that heals a
 * wrong image: a delete with the old uid does not hit it. */
static void a_pod_of_the_same_name_is_another_pod(void **state)
{
    (void)state;
    life l = {0};
    for (int64_t at = 1; at <= 40; at++) {
        test_world *lab = test_world_new(2, NULL);
        life_run(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.61", 0, NULL);
        assert_int_equal(l.status, MIGD_ERR_REMOTE);
        test_world_actor(lab, test_world_requests(lab) + at, "DELETE", LIFE_PODS "/migratorydata-0",
                         NULL, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
        test_world_free(lab);
    }
    life_end(&l);
}

/* --- the lock --------------------------------------------------------------------------------- */

/* A Lease text of a writer elsewhere, renewed at the world's time. */
static void write_lease(test_world *lab, char *body, size_t size, bool create)
{
    const int64_t second = test_world_now_ms(lab) / 1000 % 86400;
    snprintf(body, size,
             "{%s\"spec\":{\"holderIdentity\":\"bob@elsewhere boot 1.1 deploy\","
             "\"leaseDurationSeconds\":45,\"renewTime\":\"2026-01-01T%02d:%02d:%02d.000000Z\"}}",
             create ? "\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{"
                      "\"name\":\"migdeploy-migratorydata\"},"
                    : "",
             (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

/* How long the other writer goes on. */
typedef struct {
    int64_t until_ms;
    int64_t next_ms;
} other_writer;

static void renew(test_world *lab, void *user)
{
    other_writer *other = user;
    char body[512];
    if (test_world_now_ms(lab) >= other->next_ms && other->next_ms < other->until_ms) {
        write_lease(lab, body, sizeof body, false);
        theirs(lab, "PATCH", LOCK, MERGE, body);
        other->next_ms = test_world_now_ms(lab) + 5000;
    }
}

static test_world *with_other_writer(life *l, other_writer *other)
{
    char body[512];
    test_world *lab = test_world_new(3, NULL);
    done(l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    write_lease(lab, body, sizeof body, true);
    theirs(lab, "POST", LEASES, NULL, body);
    *other = (other_writer){INT64_MAX, test_world_now_ms(lab) + 5000};
    return lab;
}

static void a_writer_who_renews_is_let_be(void **state)
{
    (void)state;
    life l = {0};
    other_writer other;
    test_world *lab = with_other_writer(&l, &other);
    const int64_t writes = test_world_writes(lab);
    const int64_t before = test_world_now_ms(lab);
    life_run_beside(&l, lab, LIFE_SCALE, NULL, 4, NULL, renew, &other);
    assert_int_equal(l.status, MIGD_ERR_LOCKED);
    assert_string_equal(l.message, "bob@elsewhere has been running deploy (pid 1)");
    assert_int_equal(test_world_writes(lab), writes);
    assert_true(test_world_now_ms(lab) - before < 45000);
    assert_true(life_exists(lab, LOCK));
    life_end(&l);
    test_world_free(lab);
}

static void a_writer_who_stopped_is_waited_for_and_followed(void **state)
{
    (void)state;
    life l = {0};
    other_writer other;
    test_world *lab = with_other_writer(&l, &other);
    const int64_t before = test_world_now_ms(lab);
    done(&l, lab, LIFE_SCALE, NULL, 4, NULL);
    assert_true(test_world_now_ms(lab) - before >= 40000);
    assert_false(life_exists(lab, LOCK));
    life_end(&l);
    test_world_free(lab);
}

/* Our Lease is deleted by somebody who makes one of the same name: we write no more, and do not
 * give theirs back. */
static void take_lock(test_world *lab, void *user)
{
    bool *taken = user;
    char body[512];
    if (!*taken && life_number(lab, LIFE_SET, "/spec/replicas") == 3) {
        *taken = true;
        theirs(lab, "DELETE", LOCK, NULL, NULL);
        write_lease(lab, body, sizeof body, true);
        theirs(lab, "POST", LEASES, NULL, body);
    }
}

static void a_lock_that_was_lost_is_not_given_back(void **state)
{
    (void)state;
    life l = {0};
    bool taken = false;
    test_world *lab = test_world_new(4, "{\"startSeconds\":40}");
    life_run_beside(&l, lab, LIFE_DEPLOY, NULL, 0, NULL, take_lock, &taken);
    assert_int_equal(l.status, MIGD_ERR_LOCKED);
    assert_non_null(strstr(l.message, "bob@elsewhere"));
    assert_true(life_exists(lab, LOCK));
    life_end(&l);
    test_world_free(lab);
}

/* Another job of this very process took the lock, and renews it. */
static void keep_lock(test_world *lab, void *user)
{
    const int64_t second = test_world_now_ms(lab) / 1000 % 86400;
    char body[128];
    (void)user;
    snprintf(body, sizeof body, "{\"spec\":{\"renewTime\":\"2026-01-01T%02d:%02d:%02d.000000Z\"}}",
             (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    theirs(lab, "PATCH", LOCK, MERGE, body);
}

static void die_with_lock(test_world *lab, void *user)
{
    (void)user;
    if (life_exists(lab, LOCK)) {
        test_world_kill(lab, test_world_requests(lab) + 1, true);
    }
}

static void two_jobs_of_one_process_are_two_writers(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(5, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    life_run_beside(&l, lab, LIFE_SCALE, NULL, 4, NULL, die_with_lock, NULL);
    assert_true(test_world_is_dead(lab));
    test_world_revive(lab);
    const int64_t members = life_number(lab, LIFE_SET, "/spec/replicas");
    life_run_beside(&l, lab, LIFE_SCALE, NULL, 5, NULL, keep_lock, NULL);
    assert_int_equal(l.status, MIGD_ERR_LOCKED);
    assert_non_null(strstr(l.message, " has been running scale since "));
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), members);
    life_end(&l);
    test_world_free(lab);
}

/* Who may read Leases and not write them deploys all the same, is warned once, and does not try for
 * ever; neither does who may not renew, or not give back. */
static void without_the_right_to_lock_work_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        int warnings;
        int64_t leases; /* afterwards */
    } rows[] = {{NULL, 1, 0}, {"POST", 1, 0}, {"PATCH", 1, 0}, {"DELETE", 0, 1}};
    static const char warning[] = "lock: Lease/migratory/migdeploy-migratorydata may not be "
                                  "written: another writer would not see this one\n";
    life l = {0};
    test_world *lab = test_world_new(6, "{\"startSeconds\":40}");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t requests = test_world_requests(lab);
    const int64_t took_ms = test_world_clock(0, lab);
    test_world_free(lab);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int warnings = 0;
        lab = test_world_new(6, "{\"startSeconds\":40}");
        test_world_deny(lab, rows[i].method, "/leases");
        done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
        for (const char *at = l.events; (at = strstr(at, warning)) != NULL; at++) {
            warnings++;
        }
        assert_int_equal(warnings, rows[i].warnings);
        assert_int_equal(life_number(lab, LEASES, "/items"), rows[i].leases);
        assert_true(test_world_requests(lab) < requests + 20);
        assert_true(test_world_clock(0, lab) < took_ms + 5000);
        test_world_free(lab);
    }
    life_end(&l);
}

/* In a namespace that goes nothing is created any more (403): that is no lack of rights. */
static void hold_namespace(test_world *lab, void *user)
{
    int64_t *until_ms = user;
    if (*until_ms == 0 && !life_exists(lab, LIFE_SET)) {
        *until_ms = test_world_now_ms(lab) + 60000;
    }
    if (*until_ms > 0 && test_world_now_ms(lab) > *until_ms) {
        theirs(lab, "PATCH", LIFE_NAMESPACE, MERGE, "{\"metadata\":{\"finalizers\":null}}");
        *until_ms = -1;
    }
}

static void a_lock_that_goes_with_its_namespace_is_no_lack_of_rights(void **state)
{
    (void)state;
    life l = {0};
    int64_t until_ms = 0;
    test_world *lab = test_world_new(7, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    theirs(lab, "PATCH", LIFE_NAMESPACE, MERGE,
           "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
    const int64_t requests = test_world_requests(lab);
    life_run_beside(&l, lab, LIFE_DESTROY, NULL, 0, NULL, hold_namespace, &until_ms);
    assert_int_equal(l.status, MIGD_DONE);
    assert_int_equal(until_ms, -1);
    assert_null(strstr(l.events, "lock: "));
    assert_true(test_world_requests(lab) < requests + 250);
    life_end(&l);
    test_world_free(lab);
}

/* --- between any two requests ----------------------------------------------------------------- */

typedef struct {
    const char *method;
    const char *target;
    const char *type;
    const char *body;
} strike;

#define HPA                                                                                        \
    "{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{"       \
    "\"name\":\"theirs\"},\"spec\":{\"minReplicas\":3,\"maxReplicas\":5,\"scaleTargetRef\":{"      \
    "\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"name\":\"migratorydata\"}}}"

/* While a roll goes on, somebody does one thing, right before each of its requests. The run may
 * end with an error; the next one brings all members to the newest template. */
static void whatever_others_do_during_a_roll_the_next_run_ends_it(void **state)
{
    (void)state;
    static const strike strikes[] = {
        {"PATCH", LIFE_SET "/scale", MERGE, "{\"spec\":{\"replicas\":4}}"},
        {"DELETE", LIFE_PODS "/migratorydata-0", NULL, NULL},
        {"DELETE", LIFE_PODS "/migratorydata-2", NULL, NULL},
        {"PATCH", LIFE_SET, MERGE,
         "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}"},
        {"PATCH", LIFE_SET, MERGE,
         "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"theirs\":\"1\"}}}}}"},
        {"DELETE", LIFE_SET "?propagationPolicy=Orphan", NULL, NULL},
        {"DELETE", LIFE_NAMESPACE "/services/migratorydata-hs", NULL, NULL},
    };
    life l = {0};
    for (size_t s = 0; s < sizeof strikes / sizeof *strikes; s++) {
        for (int64_t at = 1; at <= 60; at += 2) {
            const strike *one = &strikes[s];
            test_world *lab = test_world_new(5, NULL);
            done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            test_world_actor(lab, test_world_requests(lab) + at, one->method, one->target,
                             one->type, one->body);
            life_run(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
            test_world_pass(lab, 60000);
            life_run(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
            const int64_t members = life_number(lab, LIFE_SET, "/spec/replicas");
            if (l.status != MIGD_DONE ||
                life_number(lab, LIFE_SET, "/status/updatedReplicas") != members ||
                life_number(lab, LIFE_SET, "/status/readyReplicas") != members) {
                fail_msg("%s %s before %d: %d: %s\n%s", one->method, one->target, (int)at,
                         (int)l.status, l.message, l.events);
            }
            test_world_free(lab);
        }
    }
    life_end(&l);
}

static void a_foreign_autoscaler_is_named_and_nothing_is_written(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(6, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    theirs(lab, "POST", SCALERS, NULL, HPA);
    const int64_t writes = test_world_writes(lab);
    for (size_t i = 0; i < 3; i++) {
        life_run(&l, lab, i == 0 ? LIFE_SCALE : LIFE_DEPLOY,
                 i == 1 ? "spec.members.replicas=4" : NULL, 4, "T12");
        if (l.status != MIGD_ERR_CONFLICT ||
            strstr(l.message, "HorizontalPodAutoscaler/migratory/theirs") == NULL) {
            fail_msg("run %zu: %d: %s\n%s", i, (int)l.status, l.message, l.events);
        }
        assert_int_equal(test_world_writes(lab), writes);
    }
    life_end(&l);
    test_world_free(lab);
}

/* --- one wish, then another ------------------------------------------------------------------- */

/* What the objects say, but for what only the way there leaves behind: a list of specs. */
static migd_object *specs_of(test_world *lab)
{
    static const char *const paths[] = {
        LIFE_SET,
        LIFE_NAMESPACE "/services/migratorydata-cs",
        LIFE_NAMESPACE "/services/migratorydata-hs",
        "/apis/policy/v1/namespaces/migratory/poddisruptionbudgets/migratorydata-pdb",
        SCALERS "/migratorydata-autoscale",
    };
    static const char *const given[] = {
        "/spec/updateStrategy/rollingUpdate",
        "/spec/clusterIP",
        "/spec/clusterIPs",
        "/spec/healthCheckNodePort",
        "/spec/ports/0/nodePort",
        "/spec/externalTrafficPolicy", /* a server drops it with the type (strategy.go) */
    };
    migd_object *specs = NULL;
    assert_int_equal(migd_object_parse("[]", 2, NULL, &specs, NULL), MIGD_OK);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const char *answer = NULL;
        migd_object *object = NULL;
        test_world_ask(lab, "GET", paths[i], NULL, NULL, &answer);
        assert_int_equal(migd_object_parse(answer, strlen(answer), NULL, &object, NULL), MIGD_OK);
        for (size_t k = 0; k < sizeof given / sizeof *given; k++) {
            migd_object_remove(object, given[k], NULL);
        }
        const migd_object *spec = migd_object_at(object, "/spec");
        assert_int_equal(spec == NULL ? migd_object_set_string(specs, "/-", "none", NULL)
                                      : migd_object_set_object(specs, "/-", spec, NULL),
                         MIGD_OK);
        migd_object_free(object);
    }
    return specs;
}

static void print(const migd_object *specs)
{
    migd_buf *written = NULL;
    assert_int_equal(migd_object_write_json(specs, 1, &written, NULL), MIGD_OK);
    printf("%s\n", migd_buf_data(written));
    migd_buf_free(written);
}

/* A, then B, leaves what B alone would. */
static void a_wish_after_another_leaves_nothing_of_it(void **state)
{
    (void)state;
    static const char *const wishes[] = {
        NULL,
        "spec.members.image=migratorydata/server:6.0.61", /* which does not exist */
        "spec.members.image=migratorydata/server:6.0.17",
        "spec.members.parameters={\"X.A\": \"1\"}\nspec.members.memory=256MB",
        "spec.members.javaOptions=-Xss1m",
        "spec.members.spread=node\nspec.members.nodeSelector={\"kubernetes.io/os\": linux}",
        "spec.service.sourceRanges=[10.0.0.0/8]\nspec.service.annotations={a: b}",
        "spec.service.type=ClusterIP",
        "spec.service.port=8080",
        "spec.autoscale={min: 3, max: 5, cpuPercent: 50}",
        "spec.disruption={scope: members, maxUnavailable: 1}",
        "spec.disruption.scope=none",
    };
    const size_t count = sizeof wishes / sizeof *wishes;
    life l = {0};
    for (size_t b = 0; b < count; b++) {
        test_world *lab = test_world_new(7, NULL);
        life_run(&l, lab, LIFE_DEPLOY, wishes[b], 0, NULL);
        const migd_status status = l.status;
        migd_object *alone = specs_of(lab);
        test_world_free(lab);
        for (size_t a = 0; a < count; a++) {
            lab = test_world_new(7, NULL);
            life_run(&l, lab, LIFE_DEPLOY, wishes[a], 0, NULL);
            life_run(&l, lab, LIFE_DEPLOY, wishes[b], 0, NULL);
            migd_object *after = specs_of(lab);
            if (l.status != status || migd_object_equal(after, alone) != 1) {
                print(after);
                print(alone);
                fail_msg("\"%s\", then \"%s\": %d: %s\n%s", wishes[a], wishes[b], (int)l.status,
                         l.message, l.events);
            }
            migd_object_free(after);
            test_world_free(lab);
        }
        migd_object_free(alone);
    }
    life_end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_took_a_name_of_ours_is_never_deleted_in_its_place),
        cmocka_unit_test(a_pod_of_the_same_name_is_another_pod),
        cmocka_unit_test(a_writer_who_renews_is_let_be),
        cmocka_unit_test(a_writer_who_stopped_is_waited_for_and_followed),
        cmocka_unit_test(a_lock_that_was_lost_is_not_given_back),
        cmocka_unit_test(two_jobs_of_one_process_are_two_writers),
        cmocka_unit_test(without_the_right_to_lock_work_goes_on),
        cmocka_unit_test(a_lock_that_goes_with_its_namespace_is_no_lack_of_rights),
        cmocka_unit_test(whatever_others_do_during_a_roll_the_next_run_ends_it),
        cmocka_unit_test(a_foreign_autoscaler_is_named_and_nothing_is_written),
        cmocka_unit_test(a_wish_after_another_leaves_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
