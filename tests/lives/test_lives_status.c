/* What a status says of a life: the machine that is silent, the number that comes back, the address
 * that does not answer. */
#include "lives.h"

#include <stdio.h>
#include <string.h>

static void done(life *l, test_world *lab, life_verb verb, int32_t replicas)
{
    life_run(l, lab, verb, NULL, replicas, NULL);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

static const char *said(const life *l, const char *pointer)
{
    return migd_object_text(l->result, pointer, "");
}

static void patch(test_world *lab, const char *target, const char *body)
{
    assert_int_equal(
        test_world_ask(lab, "PATCH", target, "application/merge-patch+json", body, NULL), 200);
}

static void a_silent_machine_is_named_with_its_time_place_and_instance(void **state)
{
    (void)state;
    life l = {0};
    char node[128];
    char body[256];
    char path[192];
    char since[32];
    test_world *lab = test_world_new(1, "{\"nodes\":3}");
    done(&l, lab, LIFE_DEPLOY, 0);
    done(&l, lab, LIFE_STATUS, 0);
    assert_string_equal(said(&l, "/kubernetes"), "1.36");
    assert_int_equal(migd_object_count(migd_object_at(l.result, "/nodes/perZone")), 3);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/nodes/silent")), MIGD_KIND_NULL);
    assert_int_equal(migd_object_int64(l.result, "/drain/mayLeave", -1), 1);
    snprintf(node, sizeof node, "%s", said(&l, "/members/list/1/node"));
    snprintf(path, sizeof path, "/api/v1/nodes/%s", node);
    snprintf(body, sizeof body, "{\"lost\":[\"%s\"]}", node);
    patch(lab, path, "{\"metadata\":{\"labels\":{\"eks.amazonaws.com/nodegroup\":\"ng\"}}}");
    patch(lab, "/sandbox/settings", body);
    test_world_pass(lab, 100000);
    done(&l, lab, LIFE_STATUS, 0);
    assert_string_equal(said(&l, "/nodes/silent"), node);
    assert_string_equal(said(&l, "/nodes/silentReason"), "NodeStatusUnknown");
    assert_string_equal(said(&l, "/nodes/silentGroup"), "ng");
    assert_in_range(migd_object_int64(l.result, "/nodes/silentSeconds", -1), 95, 105);
    snprintf(since, sizeof since, "%s", said(&l, "/nodes/silentSince"));
    const char *answer = NULL;
    migd_object *machine = NULL;
    assert_int_equal(test_world_ask(lab, "GET", path, NULL, NULL, &answer), 200);
    assert_int_equal(migd_object_parse(answer, strlen(answer), NULL, &machine, NULL), MIGD_OK);
    assert_string_equal(migd_object_text(machine, "/status/conditions/0/lastHeartbeatTime", ""),
                        since);
    assert_non_null(strstr(migd_object_text(machine, "/spec/providerID", ""),
                           said(&l, "/nodes/silentInstance")));
    assert_string_equal(
        migd_object_text(machine, "/metadata/labels/topology.kubernetes.io~1zone", ""),
        said(&l, "/nodes/silentZone"));
    assert_int_equal(migd_object_int64(l.result, "/seeds/margin", -1), 0);
    assert_int_equal(migd_object_int64(l.result, "/drain/mayLeave", -1), 0);
    assert_int_equal(migd_object_int64(l.result, "/drain/mayBeAway", -1), 1);
    assert_int_equal(migd_object_int64(l.result, "/drain/away", -1), 1);
    assert_int_equal(migd_object_boolean(l.result, "/members/list/1/seed", -1), 1);
    migd_object_free(machine);
    life_end(&l);
    test_world_free(lab);
}

static void the_number_that_comes_back_is_told(void **state)
{
    (void)state;
    static const char note[] = "{\"metadata\":{\"annotations\":{"
                               "\"kubectl.kubernetes.io/last-applied-configuration\":"
                               "\"{\\\"spec\\\":{\\\"replicas\\\":3}}\"}}}";
    life l = {0};
    test_world *lab = test_world_new(2, NULL);
    done(&l, lab, LIFE_DEPLOY, 0);
    done(&l, lab, LIFE_STATUS, 0);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/scaling/setBackBy")),
                     MIGD_KIND_NULL);
    patch(lab, LIFE_SET, note);
    done(&l, lab, LIFE_SCALE, 4);
    done(&l, lab, LIFE_STATUS, 0);
    assert_string_equal(said(&l, "/scaling/setBackBy"), "kubectl apply");
    assert_int_equal(migd_object_int64(l.result, "/scaling/setBackTo", -1), 3);
    life_end(&l);
    test_world_free(lab);
}

/* The world of the tests has no network beside its API server. */
static void an_address_that_does_not_answer_is_no_failure(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(3, NULL);
    done(&l, lab, LIFE_STATUS, 0);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/address/answers")),
                     MIGD_KIND_NULL);
    done(&l, lab, LIFE_DEPLOY, 0);
    const int64_t before_ms = test_world_now_ms(lab);
    done(&l, lab, LIFE_STATUS, 0);
    assert_true(test_world_now_ms(lab) - before_ms < 500); /* it is asked once */
    assert_string_equal(said(&l, "/address/url"), "http://127.0.0.1:80");
    assert_int_equal(migd_object_boolean(l.result, "/address/answers", -1), 0);
    assert_string_equal(said(&l, "/address/trouble"), "connection refused");
    life_end(&l);
    test_world_free(lab);
}

#define NEWER     "spec.members.image=migratorydata/server:6.0.17"
#define PARTITION "/spec/updateStrategy/rollingUpdate/partition"

/* A deploy of another image, killed when the first of three members has it. */
static test_world *half_rolled(life *l)
{
    for (int64_t after = 1; after < 1000; after++) {
        test_world *lab = test_world_new(4, NULL);
        done(l, lab, LIFE_DEPLOY, 0);
        test_world_kill(lab, test_world_requests(lab) + after, true);
        life_run(l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
        assert_true(test_world_is_dead(lab)); /* it never came so far */
        test_world_revive(lab);
        if (life_number(lab, LIFE_SET, PARTITION) == 2) {
            return lab;
        }
        test_world_free(lab);
    }
    fail();
    return NULL;
}

/* While the member restarts, during the pause, and long after it. */
static void a_roll_that_was_killed_is_told_and_planned(void **state)
{
    (void)state;
    static const struct {
        int64_t pass_ms;
        int64_t ready;
    } rows[] = {{0, 2}, {50000, 3}, {600000, 3}};
    life l = {0};
    test_world *lab = half_rolled(&l);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world_pass(lab, rows[i].pass_ms);
        life_run(&l, lab, LIFE_STATUS, NEWER, 0, NULL);
        assert_int_equal(migd_object_int64(l.result, "/members/ready", -1), rows[i].ready);
        if (i > 0) {
            assert_int_equal(migd_object_int64(l.result, "/roll/updated", -1), 1);
            assert_int_equal(migd_object_int64(l.result, "/roll/of", -1), 3);
        }
        life_run(&l, lab, LIFE_PLAN, NEWER, 0, NULL);
        assert_int_equal(l.status, MIGD_DONE);
        assert_int_equal(migd_object_count(migd_object_at(l.result, "/changes")), 1);
        assert_string_equal(said(&l, "/changes/0/fields/0/pointer"), PARTITION);
        assert_int_equal(migd_object_int64(l.result, "/changes/0/fields/0/from", -1), 2);
        assert_int_equal(migd_object_int64(l.result, "/changes/0/fields/0/to", -1), 0);
    }
    life_run(&l, lab, LIFE_DEPLOY, NEWER, 0, NULL);
    assert_int_equal(life_number(lab, LIFE_SET, PARTITION), 0);
    life_run(&l, lab, LIFE_PLAN, NEWER, 0, NULL);
    assert_int_equal(migd_object_count(migd_object_at(l.result, "/changes")), 0);
    life_run(&l, lab, LIFE_STATUS, NEWER, 0, NULL);
    assert_int_equal(migd_object_int64(l.result, "/roll/updated", -1), 3);
    life_end(&l);
    test_world_free(lab);
}

#define WRONG "spec.members.image=migratorydata/server:6.0.99"
#define RIGHT "spec.members.image=migratorydata/server:6.0.16"

/* The spec is corrected: a plan tells what the deploy then does to the members that never start. */
static void a_plan_tells_how_a_wrong_image_is_mended(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        bool ran_before;    /* on the right image */
        const char *theirs; /* who brought the wrong one: somebody's patch; NULL: a deploy */
        const char *stuck;
    } rows[] = {
        {"{\"crashing\":[\":6.0.99\"]}", true, NULL, "Pod/migratory/migratorydata-2"},
        {"{\"missing\":[\":6.0.99\"]}", true, NULL, "Pod/migratory/migratorydata-2"},
        {"{\"crashing\":[\":6.0.99\"]}", false, NULL, "Pod/migratory/migratorydata-0"},
        {"{\"missing\":[\":6.0.99\"]}", true,
         "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":"
         "\"migratorydata\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":"
         "\"migratorydata\","
         "\"image\":\"migratorydata/server:6.0.99\"}]}}}}",
         "Pod/migratory/migratorydata-2"},
    };
    life l = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world *lab = test_world_new(11, rows[i].settings);
        if (rows[i].ran_before) {
            done(&l, lab, LIFE_DEPLOY, 0);
        }
        if (rows[i].theirs != NULL) {
            assert_int_equal(test_world_ask(lab, "PATCH",
                                            LIFE_SET "?fieldManager=kubectl&force=true",
                                            "application/apply-patch+yaml", rows[i].theirs, NULL),
                             200);
            test_world_pass(lab, 600000);
        } else {
            life_run(&l, lab, LIFE_DEPLOY, WRONG, 0, NULL);
            assert_int_equal(l.status, MIGD_ERR_REMOTE);
        }
        life_run(&l, lab, LIFE_PLAN, RIGHT, 0, NULL);
        if (l.status != MIGD_DONE) {
            fail_msg("row %zu: %d: %s\n%s", i, (int)l.status, l.message, l.events);
        }
        assert_string_equal(said(&l, "/changes/0/fields/0/pointer"),
                            "/spec/template/spec/containers/0/image");
        assert_string_equal(said(&l, "/changes/0/fields/0/from"), "migratorydata/server:6.0.99");
        assert_string_equal(said(&l, "/changes/0/fields/0/to"), "migratorydata/server:6.0.16");
        assert_string_equal(said(&l, "/changes/1/action"), "delete");
        assert_string_equal(said(&l, "/changes/1/object"), rows[i].stuck);
        life_run(&l, lab, LIFE_DEPLOY, RIGHT, 0, NULL);
        assert_int_equal(l.status, MIGD_DONE);
        life_run(&l, lab, LIFE_PLAN, RIGHT, 0, NULL);
        assert_int_equal(migd_object_count(migd_object_at(l.result, "/changes")), 0);
        test_world_free(lab);
    }
    life_end(&l);
}

/* A Service of its own kind has the address that a deploy told. */
static void the_address_inside_the_cluster_is_told(void **state)
{
    (void)state;
    static const char inside[] = "spec.service.type=ClusterIP";
    life l = {0};
    char address[128];
    test_world *lab = test_world_new(12, NULL);
    life_run(&l, lab, LIFE_DEPLOY, inside, 0, NULL);
    assert_int_equal(l.status, MIGD_DONE);
    snprintf(address, sizeof address, "%s", said(&l, "/address"));
    assert_memory_equal(address, "http://10.", 10);
    life_run(&l, lab, LIFE_STATUS, inside, 0, NULL);
    assert_string_equal(said(&l, "/address/url"), address);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/address/answers")),
                     MIGD_KIND_NULL);
    life_end(&l);
    test_world_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_machine_is_named_with_its_time_place_and_instance),
        cmocka_unit_test(the_number_that_comes_back_is_told),
        cmocka_unit_test(a_roll_that_was_killed_is_told_and_planned),
        cmocka_unit_test(a_plan_tells_how_a_wrong_image_is_mended),
        cmocka_unit_test(the_address_inside_the_cluster_is_told),
        cmocka_unit_test(an_address_that_does_not_answer_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
