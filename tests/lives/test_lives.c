/* Whole lives on the sandbox's model: what a person does to a cluster, and what else happens to
 * it. */
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

static void refused(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
                    migd_status status)
{
    const int64_t writes = test_world_writes(lab);
    life_run(l, lab, verb, sets, replicas, NULL);
    if (l->status != status) {
        fail_msg("verb %d ended with %d, not %d: %s", (int)verb, (int)l->status, (int)status,
                 l->message);
    }
    assert_int_equal(test_world_writes(lab), writes);
}

static int warnings_of(const migd_object *result)
{
    const migd_object *findings = migd_object_at(result, "/findings");
    int count = 0;
    for (size_t i = 0; i < migd_object_count(findings); i++) {
        const migd_object *finding = migd_object_item(findings, i);
        if (strcmp(migd_object_text(finding, "/severity", ""), "warning") == 0) {
            assert_string_equal(migd_object_text(finding, "/rule", ""), "T16");
            count++;
        }
    }
    return count;
}

static void a_second_deploy_writes_nothing(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(1, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
    assert_string_equal(migd_object_text(l.result, "/address", ""), "http://127.0.0.1:80");
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(test_world_writes(lab), writes);
    done(&l, lab, LIFE_PLAN, NULL, 0, NULL);
    assert_int_equal(migd_object_count(migd_object_at(l.result, "/changes")), 0);
    assert_int_equal(warnings_of(l.result), 1); /* of the default spec: T16 */
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void members_go_up_and_down_and_rules_hold(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(2, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_non_null(strstr(l.events, "members: migratorydata-2 Ready on ip-"));
    test_world_pass(lab, 5000);
    done(&l, lab, LIFE_SCALE, NULL, 5, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 5);
    assert_non_null(strstr(l.events, "members: migratorydata-3 Ready on ip-"));
    assert_non_null(strstr(l.events, "members: migratorydata-4 Ready on ip-"));
    assert_null(strstr(l.events, "members: migratorydata-2 Ready on ip-"));
    done(&l, lab, LIFE_SCALE, NULL, 4, NULL);
    assert_int_equal(life_number(lab, LIFE_PODS, "/items"), 4);
    refused(&l, lab, LIFE_SCALE, NULL, 2, MIGD_ERR_REFUSED);
    assert_non_null(strstr(l.message, "C5"));
    refused(&l, lab, LIFE_SCALE, NULL, 6, MIGD_ERR_REFUSED);
    assert_non_null(strstr(l.message, "C6"));
    /* The spec still says 3: a deploy leaves 4 and says so. */
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_non_null(strstr(l.events, "[C24]"));
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, "C24");
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 3);
    life_end(&l);
    test_world_free(lab);
}

static void a_changed_image_rolls_one_member_at_a_time_with_the_pause(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(3, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t before = test_world_now_ms(lab);
    done(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 3);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/updateStrategy/rollingUpdate/partition"), 0);
    assert_true(test_world_now_ms(lab) - before >= 2 * 60000);
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", 0, NULL);
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void a_restart_touches_each_member_once(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(4, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    done(&l, lab, LIFE_RESTART, NULL, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 3);
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL); /* it lets the note of the restart be */
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void a_wrong_image_fails_with_the_reason_and_heals_with_the_right_one(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(5, NULL);
    life_run(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.61", 0, NULL);
    assert_int_equal(l.status, MIGD_ERR_REMOTE);
    assert_non_null(strstr(l.message, "migratorydata-0"));
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
    /* The same in the middle of a life: only the last member is touched, then it is mended. */
    life_run(&l, lab, LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.61", 0, NULL);
    assert_int_equal(l.status, MIGD_ERR_REMOTE);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 2);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
    life_end(&l);
    test_world_free(lab);
}

static void an_autoscaler_is_switched_on_and_off(void **state)
{
    (void)state;
    static const char on[] = "spec.autoscale={min: 3, max: 5, cpuPercent: 50}";
    life l = {0};
    test_world *lab = test_world_new(6, "{\"wishes\":{\"migratory/migratorydata-autoscale\":4}}");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    done(&l, lab, LIFE_DEPLOY, on, 0, NULL);
    test_world_pass(lab, 120000);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DEPLOY, on, 0, NULL);
    assert_int_equal(test_world_writes(lab), writes);
    refused(&l, lab, LIFE_SCALE, NULL, 5, MIGD_ERR_REFUSED);
    assert_string_equal(
        l.message,
        "HorizontalPodAutoscaler migratorydata-autoscale wants 4 and would take it back [T12]");
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    assert_false(life_exists(lab, "/apis/autoscaling/v2/namespaces/migratory/"
                                  "horizontalpodautoscalers/migratorydata-autoscale"));
    life_end(&l);
    test_world_free(lab);
}

static void destroy_leaves_what_is_not_ours(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(7, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(
        test_world_ask(
            lab, "POST", "/api/v1/namespaces/migratory/configmaps", "application/json",
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"theirs\"}}",
            NULL),
        201);
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_false(life_exists(lab, LIFE_SET));
    assert_true(life_exists(lab, "/api/v1/namespaces/migratory/configmaps/theirs"));
    assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                        "it holds ConfigMap/migratory/theirs");
    assert_int_equal(test_world_ask(lab, "DELETE", "/api/v1/namespaces/migratory/configmaps/theirs",
                                    NULL, NULL, NULL),
                     200);
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_false(life_exists(lab, LIFE_NAMESPACE));
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void a_namespace_that_was_there_is_neither_written_nor_removed(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(8, NULL);
    done(&l, lab, LIFE_DEPLOY, "metadata.namespace=default", 0, NULL);
    done(&l, lab, LIFE_DESTROY, "metadata.namespace=default", 0, NULL);
    assert_true(life_exists(lab, "/api/v1/namespaces/default"));
    assert_string_equal(migd_object_text(l.result, "/kept/0/object", ""), "Namespace/default");
    life_end(&l);
    test_world_free(lab);
}

static void a_writer_who_renews_is_let_be_and_a_dead_one_is_followed(void **state)
{
    (void)state;
    static const char lease[] =
        "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":"
        "\"migdeploy-migratorydata\"},\"spec\":{"
        "\"holderIdentity\":\"ana@elsewhere boot 1.1 deploy\","
        "\"leaseDurationSeconds\":45,\"renewTime\":\"2020-01-01T00:00:00.000000Z\"}}";
    life l = {0};
    test_world *lab = test_world_new(9, NULL);
    assert_int_equal(
        test_world_ask(
            lab, "POST", "/api/v1/namespaces", "application/json",
            "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"migratory\"}}",
            NULL),
        201);
    assert_int_equal(test_world_ask(lab, "POST",
                                    "/apis/coordination.k8s.io/v1/namespaces/migratory/leases",
                                    "application/json", lease, NULL),
                     201);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_false(life_exists(
        lab, "/apis/coordination.k8s.io/v1/namespaces/migratory/leases/migdeploy-migratorydata"));
    life_end(&l);
    test_world_free(lab);
}

static void status_tells_members_seeds_and_margin(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(10, NULL);
    done(&l, lab, LIFE_STATUS, NULL, 0, NULL);
    assert_int_equal(migd_object_boolean(l.result, "/exists", -1), 0);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/seeds/margin")), MIGD_KIND_NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    done(&l, lab, LIFE_STATUS, NULL, 0, NULL);
    assert_int_equal(migd_object_int64(l.result, "/members/ready", -1), 3);
    assert_int_equal(migd_object_int64(l.result, "/seeds/margin", -1), 1);
    assert_int_equal(migd_object_int64(l.result, "/drain/mayLeave", -1), 1);
    assert_int_equal(migd_object_int64(l.result, "/nodes/zones", -1), 3);
    life_end(&l);
    test_world_free(lab);
}

/* Every request of a deploy is the last of its client once, served and not served; the next run
 * ends as if nothing had been. */
static void a_deploy_killed_at_any_request_is_finished_by_the_next(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(11, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    const int64_t requests = test_world_requests(lab);
    const int64_t writes = test_world_writes(lab);
    test_world_free(lab);
    for (int64_t at = 1; at <= requests; at++) {
        for (int served = 0; served <= 1; served++) {
            lab = test_world_new(11, NULL);
            test_world_kill(lab, at, served != 0);
            life_run(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            test_world_revive(lab);
            done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), 3);
            assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 3);
            assert_in_range(test_world_writes(lab), writes, writes + 2);
            done(&l, lab, LIFE_DESTROY, NULL, 0, NULL);
            assert_false(life_exists(lab, LIFE_NAMESPACE));
            test_world_free(lab);
        }
    }
    life_end(&l);
}

/* Faults of the network at each request are answered by another try, or by an error that the next
 * run heals. */
static void each_fault_at_each_request_is_survived(void **state)
{
    (void)state;
    static const char *const faults[] = {"status=503", "status=429", "reset-before", "reset-after",
                                         "html",       "cut",        "stale=1",      "refuse"};
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
        for (int at = 1; at <= 40; at++) {
            life l = {0};
            char script[64];
            snprintf(script, sizeof script, "%d:%s", at, faults[f]);
            test_world *lab = test_world_new((uint64_t)at, NULL);
            test_world_fault(lab, script);
            life_run(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            test_world_fault(lab, NULL);
            if (l.status != MIGD_DONE) {
                done(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
            }
            if (life_number(lab, LIFE_SET, "/status/readyReplicas") != 3) {
                fail_msg("%s leaves another state", script);
            }
            life_end(&l);
            test_world_free(lab);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_deploy_writes_nothing),
        cmocka_unit_test(members_go_up_and_down_and_rules_hold),
        cmocka_unit_test(a_changed_image_rolls_one_member_at_a_time_with_the_pause),
        cmocka_unit_test(a_restart_touches_each_member_once),
        cmocka_unit_test(a_wrong_image_fails_with_the_reason_and_heals_with_the_right_one),
        cmocka_unit_test(an_autoscaler_is_switched_on_and_off),
        cmocka_unit_test(destroy_leaves_what_is_not_ours),
        cmocka_unit_test(a_namespace_that_was_there_is_neither_written_nor_removed),
        cmocka_unit_test(a_writer_who_renews_is_let_be_and_a_dead_one_is_followed),
        cmocka_unit_test(status_tells_members_seeds_and_margin),
        cmocka_unit_test(a_deploy_killed_at_any_request_is_finished_by_the_next),
        cmocka_unit_test(each_fault_at_each_request_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
