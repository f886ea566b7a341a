/* Lives of clusters that no spec knows: made by anybody's manifests, found in their namespace. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <string.h>

#define SETS     "/apis/apps/v1/namespaces/migratory/statefulsets"
#define BUDGETS  "/apis/policy/v1/namespaces/migratory/poddisruptionbudgets"
#define SCALERS  "/apis/autoscaling/v2/namespaces/migratory/horizontalpodautoscalers"
#define SERVICES "/api/v1/namespaces/migratory/services"
#define LIST                                                                                       \
    "-DClusterMembers=m-0.m:8801,m-1.m:8801,m-2.m:8801,m-3.m:8801,m-4.m:8801 "                     \
    "-DClusterSeedMemberCount=3 -DClusterDeliveryMode=Guaranteed"

/* A set as somebody else writes it, with labels of his own. */
static void post_set(test_world *lab, const char *name, const char *image, const char *options)
{
    char body[2048];
    snprintf(
        body, sizeof body,
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"%s\"},"
        "\"spec\":{\"replicas\":3,\"serviceName\":\"m\",\"selector\":{\"matchLabels\":{\"app\":"
        "\"%s\",\"tier\":\"core\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\","
        "\"tier\":\"core\",\"team\":\"x\"}},\"spec\":{\"containers\":[{\"name\":\"srv\",\"image\":"
        "\"%s\",\"resources\":{\"requests\":{\"cpu\":\"1\"}},\"env\":[{\"name\":\"%s\","
        "\"value\":\"%s\"}]}]}}}}",
        name, name, name, image, options == NULL ? "OTHER" : "MIGRATORYDATA_EXTRA_OPTS",
        options == NULL ? "" : options);
    assert_int_equal(test_world_ask(lab, "POST", SETS, "application/json", body, NULL), 201);
}

static void post(test_world *lab, const char *path, const char *body)
{
    assert_int_equal(test_world_ask(lab, "POST", path, "application/json", body, NULL), 201);
}

/* The set "m" with a balancer, a budget, and a Service that is about more than its members. */
static test_world *anybodys(uint64_t seed, const char *settings)
{
    test_world *lab = test_world_new(seed, settings);
    post(lab, "/api/v1/namespaces",
         "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"migratory\"}}");
    post_set(lab, "m", "registry.example:5000/migratorydata/server:6.0.16", LIST);
    post(lab, SERVICES,
         "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"clients\"},\"spec\":"
         "{\"type\":\"LoadBalancer\",\"ports\":[{\"port\":443}],\"selector\":{\"app\":\"m\","
         "\"tier\":\"core\"}}}");
    post(lab, SERVICES,
         "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"wide\"},\"spec\":"
         "{\"clusterIP\":\"None\",\"ports\":[{\"port\":8801}],\"selector\":{\"app\":\"m\"}}}");
    post(lab, BUDGETS,
         "{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":"
         "\"keep\"},\"spec\":{\"minAvailable\":2,\"selector\":{\"matchLabels\":{\"app\":\"m\","
         "\"tier\":\"core\"}}}}");
    test_world_pass(lab, 300000);
    assert_int_equal(life_number(lab, SETS "/m", "/status/readyReplicas"), 3);
    return lab;
}

static void done(life *l, test_world *lab, life_verb verb, int32_t replicas)
{
    life_run(l, lab, verb, life_no_spec, replicas, NULL);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

/* It ends so, and nothing was written. */
static void ends(life *l, test_world *lab, life_verb verb, int32_t replicas, migd_status status,
                 const char *message)
{
    const int64_t writes = test_world_writes(lab);
    life_run(l, lab, verb, life_no_spec, replicas, NULL);
    if (l->status != status || strstr(l->message, message) == NULL) {
        fail_msg("verb %d ended with %d, not %d: %s", (int)verb, (int)l->status, (int)status,
                 l->message);
    }
    assert_int_equal(test_world_writes(lab), writes);
}

static int64_t number(const life *l, const char *pointer)
{
    return migd_object_int64(l->result, pointer, -1);
}

static void its_facts_are_read_from_its_own_options(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = anybodys(1, NULL);
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_STATUS, 0);
    assert_string_equal(migd_object_text(l.result, "/name", ""), "m");
    assert_string_equal(migd_object_text(l.result, "/namespace", ""), "migratory");
    assert_int_equal(number(&l, "/members/ready"), 3);
    assert_int_equal(number(&l, "/members/most"), 5);
    assert_int_equal(number(&l, "/seeds/of"), 3);
    assert_int_equal(number(&l, "/seeds/margin"), 1);
    assert_string_equal(migd_object_text(l.result, "/drain/budget", ""), "keep");
    assert_int_equal(number(&l, "/drain/mayLeave"), 1);
    assert_string_equal(migd_object_text(l.result, "/address/url", ""), "http://127.0.0.1:443");
    assert_null(migd_object_at(l.result, "/found"));
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void finding_takes_two_reads(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(9, NULL);
    life_run(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(l.status, MIGD_DONE);
    const int64_t start = test_world_requests(lab);
    life_run(&l, lab, LIFE_STATUS, NULL, 0, NULL);
    assert_int_equal(l.status, MIGD_DONE);
    const int64_t needed = test_world_requests(lab) - start;
    done(&l, lab, LIFE_STATUS, 0);
    assert_int_equal(test_world_requests(lab) - start, 2 * needed + 2);
    life_end(&l);
    test_world_free(lab);
}

/* As Kubernetes counts ("Specifying a Disruption Budget"): percentages are of the set's replicas
 * and rounded up, whichever bound they are. */
static void how_many_may_leave_is_known_of_every_kind_of_budget(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int64_t leave; /* of 3 that are Ready */
    } rows[] = {
        {"\"minAvailable\":3,\"selector\":{\"matchLabels\":{\"tier\":\"core\"}}", 0},
        {"\"minAvailable\":\"50%\",\"selector\":{\"matchLabels\":{\"app\":\"m\"}}", 1},
        {"\"maxUnavailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"m\"}}", 1},
        {"\"maxUnavailable\":\"34%\",\"selector\":{\"matchLabels\":{\"team\":\"x\"}}", 2},
        {"\"maxUnavailable\":0,\"selector\":{\"matchExpressions\":[{\"key\":\"app\",\"operator\":"
         "\"In\",\"values\":[\"m\",\"n\"]}]}",
         0},
        {"\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"m\"},\"matchExpressions\":[{"
         "\"key\":\"apps.kubernetes.io/pod-index\",\"operator\":\"In\",\"values\":[\"0\",\"1\"]}]}",
         1},
        {"\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"other\"}}", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        life l = {0};
        char body[512];
        test_world *lab = anybodys(7, NULL);
        test_world_ask(lab, "DELETE", BUDGETS "/keep", NULL, NULL, NULL);
        snprintf(body, sizeof body,
                 "{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{"
                 "\"name\":\"row\"},\"spec\":{%s}}",
                 rows[i].spec);
        post(lab, BUDGETS, body);
        done(&l, lab, LIFE_STATUS, 0);
        if (number(&l, "/drain/mayLeave") != rows[i].leave) {
            fail_msg("%s: %d", rows[i].spec, (int)number(&l, "/drain/mayLeave"));
        }
        assert_string_equal(migd_object_text(l.result, "/drain/budget", "none"),
                            rows[i].leave < 0 ? "none" : "row");
        life_end(&l);
        test_world_free(lab);
    }
}

static void a_scale_is_judged_as_with_a_spec(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = anybodys(2, NULL);
    done(&l, lab, LIFE_SCALE, 5);
    assert_int_equal(life_number(lab, SETS "/m", "/status/readyReplicas"), 5);
    done(&l, lab, LIFE_SCALE, 4);
    assert_int_equal(life_number(lab, LIFE_PODS, "/items"), 4);
    ends(&l, lab, LIFE_SCALE, 2, MIGD_ERR_REFUSED, "C5");
    ends(&l, lab, LIFE_SCALE, 6, MIGD_ERR_REFUSED, "C6");
    post(lab, SCALERS,
         "{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{"
         "\"name\":\"by-load\"},\"spec\":{\"minReplicas\":3,\"maxReplicas\":5,\"scaleTargetRef\":{"
         "\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"name\":\"m\"}}}");
    ends(&l, lab, LIFE_SCALE, 5, MIGD_ERR_REFUSED, "T12");
    life_run(&l, lab, LIFE_SCALE, life_no_spec, 5, "T12");
    assert_int_equal(l.status, MIGD_ERR_CONFLICT);
    assert_non_null(strstr(l.message, "by-load"));
    life_end(&l);
    test_world_free(lab);
}

static void a_restart_keeps_the_vendors_pause(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = anybodys(3, NULL);
    const int64_t before = test_world_now_ms(lab);
    done(&l, lab, LIFE_RESTART, 0);
    assert_int_equal(life_number(lab, SETS "/m", "/status/updatedReplicas"), 3);
    assert_int_equal(life_number(lab, SETS "/m", "/status/readyReplicas"), 3);
    assert_true(test_world_now_ms(lab) - before >= 2 * 360000);
    life_end(&l);
    test_world_free(lab);
}

static void destroy_takes_what_serves_the_members_alone(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = anybodys(4, NULL);
    done(&l, lab, LIFE_DESTROY, 0);
    assert_false(life_exists(lab, SETS "/m"));
    assert_false(life_exists(lab, BUDGETS "/keep"));
    assert_false(life_exists(lab, SERVICES "/clients"));
    assert_true(life_exists(lab, SERVICES "/wide"));
    assert_int_equal(life_number(lab, LIFE_PODS, "/items"), 0);
    assert_int_equal(migd_object_count(migd_object_at(l.result, "/removed")), 3);
    assert_string_equal(migd_object_text(l.result, "/kept/0/object", ""), "Namespace/migratory");
    assert_string_equal(migd_object_text(l.result, "/kept/0/reason", ""),
                        "it was not made by migdeploy");
    ends(&l, lab, LIFE_DESTROY, 0, MIGD_ERR_NOT_FOUND,
         "no StatefulSet of MigratoryData in namespace migratory");
    life_end(&l);
    test_world_free(lab);
}

static void of_several_none_is_taken(void **state)
{
    (void)state;
    static const life_verb verbs[] = {LIFE_STATUS, LIFE_SCALE, LIFE_RESTART, LIFE_DESTROY};
    life l = {0};
    test_world *lab = anybodys(5, NULL);
    post_set(lab, "web", "nginx:1", NULL);
    done(&l, lab, LIFE_STATUS, 0); /* another's set is none */
    post_set(lab, "second", "nginx:1", "-DClusterDeliveryMode=Standard");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        ends(&l, lab, verbs[i], 4, MIGD_ERR_INVALID,
             "several StatefulSets of MigratoryData in namespace migratory: m, second");
    }
    life_end(&l);
    test_world_free(lab);
}

static void what_cannot_be_read_is_not_guessed(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(6, NULL);
    post(lab, "/api/v1/namespaces",
         "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"migratory\"}}");
    post_set(lab, "m", "migratorydata/server@sha256:0", NULL);
    test_world_pass(lab, 300000);
    done(&l, lab, LIFE_STATUS, 0);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/seeds/of")), MIGD_KIND_NULL);
    assert_int_equal(migd_object_kind(migd_object_at(l.result, "/members/most")), MIGD_KIND_NULL);
    done(&l, lab, LIFE_SCALE, 4);
    done(&l, lab, LIFE_SCALE, 3);
    assert_null(strstr(l.events, "seeds"));
    assert_int_equal(life_number(lab, SETS "/m", "/status/readyReplicas"), 3);
    life_end(&l);
    test_world_free(lab);
}

/* A status from the first byte to the last; a context that cannot be made is a failure too. */
static migd_status found(void *user)
{
    test_world *lab = user;
    migd_context *context = NULL;
    migd_call_options *options = NULL;
    migd_job *job = NULL;
    migd_object *result = NULL;
    migd_error *error = NULL;
    migd_context_options *clock = NULL;
    migd_status status = migd_context_options_new(&clock, &error);
    if (status >= 0) {
        migd_context_options_set_clock(clock, test_world_clock, lab);
        status = migdi_context_new_on(clock, test_world_transport(lab), &context, &error);
    }
    if (status >= 0) {
        status = migd_call_options_new(&options, &error);
    }
    if (status >= 0) {
        status =
            migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, life_kubeconfig(), &error);
    }
    if (status >= 0) {
        status = migd_call_options_set_text(options, MIGD_CALL_NAMESPACE, "migratory", &error);
    }
    if (status >= 0) {
        status = migd_deploy_status_start(context, NULL, options, &job, &error);
    }
    if (status >= 0) {
        status = migd_job_finish(job, &result, &error);
    }
    if (status >= 0) {
        assert_string_equal(migd_object_text(result, "/name", ""), "m");
    }
    assert_int_equal(migd_error_status(error), status);
    migd_object_free(result);
    migd_job_free(job);
    migd_call_options_free(options);
    migd_context_free(context);
    migd_context_options_free(clock);
    migd_error_free(error);
    return status;
}

static void every_allocation_of_a_look_may_fail(void **state)
{
    (void)state;
    test_world *lab = anybodys(8, NULL);
    assert_true(test_fail_allocations(found, lab) > 100);
    test_world_free(lab);
}

/* Kills a destroy at each request in turn; the next one leaves what an unharmed one leaves. */
static void killed_at_any_request(test_world *(*make)(uint64_t), bool keeps_namespace)
{
    life l = {0};
    bool killed = true;
    for (int64_t at = 1; killed; at++) {
        test_world *lab = make((uint64_t)at);
        test_world_kill(lab, test_world_requests(lab) + at, at % 2 == 0);
        life_run(&l, lab, LIFE_DESTROY, life_no_spec, 0, NULL);
        killed = test_world_is_dead(lab);
        test_world_revive(lab);
        life_run(&l, lab, LIFE_DESTROY, life_no_spec, 0, NULL);
        if (l.status != MIGD_DONE && l.status != MIGD_ERR_NOT_FOUND) {
            fail_msg("killed at %d, then: %d %s", (int)at, (int)l.status, l.message);
        }
        assert_int_equal(life_exists(lab, LIFE_NAMESPACE), keeps_namespace);
        if (keeps_namespace) {
            assert_int_equal(life_number(lab, SETS, "/items"), 0);
            assert_int_equal(life_number(lab, LIFE_PODS, "/items"), 0);
            assert_int_equal(life_number(lab, BUDGETS, "/items"), 0);
            assert_int_equal(life_number(lab, SERVICES, "/items"), 1);
        }
        life_end(&l);
        test_world_free(lab);
    }
}

static test_world *make_anybodys(uint64_t seed)
{
    return anybodys(seed, NULL);
}

/* With a namespace that goes too. */
static test_world *make_ours(uint64_t seed)
{
    life l = {0};
    test_world *lab = test_world_new(seed, NULL);
    life_run(&l, lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(l.status, MIGD_DONE);
    life_end(&l);
    return lab;
}

static void a_destroy_killed_at_any_request_is_finished_by_the_next(void **state)
{
    (void)state;
    killed_at_any_request(make_anybodys, true);
    killed_at_any_request(make_ours, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_facts_are_read_from_its_own_options),
        cmocka_unit_test(finding_takes_two_reads),
        cmocka_unit_test(how_many_may_leave_is_known_of_every_kind_of_budget),
        cmocka_unit_test(a_scale_is_judged_as_with_a_spec),
        cmocka_unit_test(a_restart_keeps_the_vendors_pause),
        cmocka_unit_test(destroy_takes_what_serves_the_members_alone),
        cmocka_unit_test(of_several_none_is_taken),
        cmocka_unit_test(what_cannot_be_read_is_not_guessed),
        cmocka_unit_test(every_allocation_of_a_look_may_fail),
        cmocka_unit_test(a_destroy_killed_at_any_request_is_finished_by_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
