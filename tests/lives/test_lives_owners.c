/* Whose fields are written: others own a part of the same set, or come between a look of ours and
 * the write that rests on it. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <string.h>

#define APPLY   "application/apply-patch+yaml"
#define MERGE   "application/merge-patch+json"
#define CLIENTS LIFE_NAMESPACE "/services/migratorydata-cs"

static void done(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas)
{
    life_run(l, lab, verb, sets, replicas, NULL);
    if (l->status != MIGD_DONE) {
        fail_msg("verb %d ended with %d: %s\n%s", (int)verb, (int)l->status, l->message, l->events);
    }
}

static void theirs(test_world *lab, const char *target, const char *type, const char *body)
{
    const char *answer = NULL;
    const int32_t status = test_world_ask(lab, "PATCH", target, type, body, &answer);
    if (status >= 300) {
        fail_msg("PATCH %s: %d %s", target, (int)status, answer);
    }
}

#define THREE                                                                                      \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":"                 \
    "\"migratorydata\"},\"spec\":{\"replicas\":3}}"

/* As each of them writes it: a forced apply under its own name. Argo CD and Flux set the number
 * back within minutes; helm only when somebody runs it. */
static void the_number_is_taken_from_helm_but_not_from_who_comes_again(void **state)
{
    (void)state;
    static const struct {
        const char *manager;
        const char *target;
        bool taken;
    } rows[] = {
        {"argocd-controller", LIFE_SET "?fieldManager=argocd-controller&force=true", false},
        {"kustomize-controller", LIFE_SET "?fieldManager=kustomize-controller&force=true", false},
        {"helm-controller", LIFE_SET "?fieldManager=helm-controller&force=true", false},
        {"helm", LIFE_SET "?fieldManager=helm&force=true", true},
    };
    life l = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world *lab = test_world_new(1, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0);
        theirs(lab, rows[i].target, APPLY, THREE);
        const int64_t writes = test_world_writes(lab);
        life_run(&l, lab, LIFE_SCALE, NULL, 4, NULL);
        assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), rows[i].taken ? 4 : 3);
        if (rows[i].taken) {
            assert_int_equal(l.status, MIGD_DONE);
        } else {
            assert_int_equal(l.status, MIGD_ERR_CONFLICT);
            assert_non_null(strstr(l.message, rows[i].manager));
            assert_int_equal(test_world_writes(lab), writes);
        }
        test_world_free(lab);
    }
    life_end(&l);
}

/* Whether the manager owns spec.replicas. */
static bool owns_number(test_world *lab, const char *manager)
{
    const char *answer = NULL;
    migd_object *set = NULL;
    bool owns = false;
    test_world_ask(lab, "GET", LIFE_SET, NULL, NULL, &answer);
    assert_int_equal(migd_object_parse(answer, strlen(answer), NULL, &set, NULL), MIGD_OK);
    const migd_object *managers = migd_object_at(set, "/metadata/managedFields");
    for (size_t i = 0; i < migd_object_count(managers); i++) {
        const migd_object *entry = migd_object_item(managers, i);
        owns = owns || (strcmp(migd_object_text(entry, "/manager", ""), manager) == 0 &&
                        migd_object_at(entry, "/fieldsV1/f:spec/f:replicas") != NULL);
    }
    migd_object_free(set);
    return owns;
}

/* The controller that wrote the number for an autoscaler stays its owner when the autoscaler is
 * gone, and nobody of ours would be. */
static void the_number_comes_back_to_us_when_its_autoscaler_is_gone(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(6, "{\"wishes\":{\"migratory/migratorydata-autoscale\":4}}");
    done(&l, lab, LIFE_DEPLOY, "spec.autoscale={min: 3, max: 5, cpuPercent: 50}", 0);
    test_world_pass(lab, 120000);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    assert_true(owns_number(lab, "kube-controller-manager"));
    assert_false(owns_number(lab, "migdeploy-scale"));
    done(&l, lab, LIFE_DEPLOY, NULL, 0);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    assert_true(owns_number(lab, "migdeploy-scale"));
    const int64_t writes = test_world_writes(lab);
    done(&l, lab, LIFE_DEPLOY, NULL, 0);
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

/* It ends so, and nothing was written. */
static void refused(life *l, test_world *lab, life_verb verb, migd_status status, const char *says)
{
    const int64_t writes = test_world_writes(lab);
    life_run(l, lab, verb, NULL, 0, NULL);
    if (l->status != status || strstr(l->message, says) == NULL) {
        fail_msg("verb %d ended with %d, not %d \"%s\": %s\n%s", (int)verb, (int)l->status,
                 (int)status, says, l->message, l->events);
    }
    assert_int_equal(test_world_writes(lab), writes);
}

#define ON_DELETE "{\"spec\":{\"updateStrategy\":{\"type\":\"OnDelete\",\"rollingUpdate\":null}}}"
#define HELM      "{\"metadata\":{\"annotations\":{\"meta.helm.sh/release-name\":\"push\"}}}"
#define CANARY                                                                                     \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":"                 \
    "\"migratorydata\"},\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\","                 \
    "\"rollingUpdate\":{\"partition\":2}}}}"

/* A restart writes into the set as a deploy does, and is judged and refused as one. */
static void a_restart_overrides_nobody_and_no_rule(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *type;
        const char *body;
        migd_status status;
        const char *says;
    } rows[] = {
        {LIFE_SET "/scale", MERGE, "{\"spec\":{\"replicas\":2}}", MIGD_ERR_REFUSED, " C5]"},
        {LIFE_SET, MERGE, ON_DELETE, MIGD_ERR_CONFLICT, "kubectl"},
        {LIFE_SET, MERGE, HELM, MIGD_ERR_CONFLICT, "belongs to helm"},
        {LIFE_SET "?fieldManager=rollouts&force=true", APPLY, CANARY, MIGD_ERR_CONFLICT,
         "rollouts"},
    };
    life l = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_world *lab = test_world_new(2, NULL);
        done(&l, lab, LIFE_DEPLOY, NULL, 0);
        theirs(lab, rows[i].target, rows[i].type, rows[i].body);
        test_world_pass(lab, 60000);
        refused(&l, lab, LIFE_RESTART, rows[i].status, rows[i].says);
        test_world_free(lab);
    }
    life_end(&l);
}

#define NO_HOLD "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}"

/* A write of ours that rests on a look, and what somebody does between the two. */
typedef struct {
    life_verb verb;
    const char *sets;
    const char *path;
    const char *before;  /* a merge patch of it by kubectl, before the run; NULL */
    const char *written; /* what its text holds once we wrote */
    const char *strike;  /* the target and body of his write: a merge patch, or an apply */
    const char *type;
    const char *body;
} race;

/* Whether our write is there once the client died at its request `at`, which was served. */
static bool is_written(const race *r, int64_t at, bool struck)
{
    life l = {0};
    const char *answer = NULL;
    test_world *lab = test_world_new(3, NULL);
    done(&l, lab, LIFE_DEPLOY, NULL, 0);
    if (r->before != NULL) {
        theirs(lab, r->path, MERGE, r->before);
    }
    const int64_t request = test_world_requests(lab) + at;
    if (struck) {
        test_world_actor(lab, request, "PATCH", r->strike, r->type, r->body);
    }
    test_world_kill(lab, request, true);
    life_run(&l, lab, r->verb, r->sets, 0, NULL);
    assert_true(test_world_is_dead(lab));
    test_world_revive(lab);
    test_world_ask(lab, "GET", r->path, NULL, NULL, &answer);
    const bool written = strstr(answer, r->written) != NULL;
    life_end(&l);
    test_world_free(lab);
    return written;
}

/* Somebody lowers the partition after we saw that it holds the members: what we write then would
 * restart them without the pause. Or he takes a field that we saw to be kubectl's: force would take
 * it from him. */
static void a_write_rests_on_what_was_seen(void **state)
{
    (void)state;
    static const race races[] = {
        {LIFE_RESTART, NULL, LIFE_SET, NULL, "\"migdeploy.dev/restarted-at\"", LIFE_SET, MERGE,
         NO_HOLD},
        {LIFE_DEPLOY, "spec.members.image=migratorydata/server:6.0.17", LIFE_SET, NULL,
         "server:6.0.17", LIFE_SET, MERGE, NO_HOLD},
        {LIFE_DEPLOY, NULL, CLIENTS, "{\"spec\":{\"type\":\"ClusterIP\"}}", "\"LoadBalancer\"",
         CLIENTS "?fieldManager=operator&force=true", APPLY,
         "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":"
         "\"migratorydata-cs\"},\"spec\":{\"type\":\"NodePort\"}}"},
    };
    for (size_t i = 0; i < sizeof races / sizeof *races; i++) {
        int64_t at = 1;
        while (at < 80 && !is_written(&races[i], at, false)) {
            at++;
        }
        if (at == 80 || is_written(&races[i], at, true)) {
            fail_msg("race %zu, request %d", i, (int)at);
        }
    }
}

/* --- apply -f --------------------------------------------------------------------------------- */

#define LOCK "/apis/coordination.k8s.io/v1/namespaces/migratory/leases/migdeploy-migratorydata"

/* A namespace and a set as anybody writes them. */
static const char *manifest(const char *tag, int replicas)
{
    static char written[2048];
    snprintf(written, sizeof written,
             "apiVersion: v1\nkind: Namespace\nmetadata: {name: migratory}\n---\n"
             "apiVersion: v1\nkind: Service\nmetadata: {name: m, namespace: migratory}\n"
             "spec: {clusterIP: None, selector: {app: m}, ports: [{port: 8801}]}\n---\n"
             "apiVersion: apps/v1\nkind: StatefulSet\n"
             "metadata: {name: migratorydata, namespace: migratory}\n"
             "spec:\n  replicas: %d\n  serviceName: m\n  selector: {matchLabels: {app: m}}\n"
             "  template:\n    metadata: {labels: {app: m}}\n    spec:\n      containers:\n"
             "      - name: server\n        image: migratorydata/server:%s\n"
             "        resources: {requests: {cpu: 1}}\n        env:\n"
             "        - name: MIGRATORYDATA_EXTRA_OPTS\n          value: >-\n"
             "            -DClusterMembers=m-0.m:8801,m-1.m:8801,m-2.m:8801,m-3.m:8801,m-4.m:8801\n"
             "            -DClusterSeedMemberCount=3 -DClusterDeliveryMode=Guaranteed\n",
             replicas, tag);
    return written;
}

/* What was seen while an apply ran. */
typedef struct {
    int64_t least_ready;
    int64_t biggest_step; /* down, of replicas */
    int64_t replicas;
    bool locked;
} watched;

static void watch(test_world *lab, void *user)
{
    watched *w = user;
    const int64_t ready = life_number(lab, LIFE_SET, "/status/readyReplicas");
    const int64_t replicas = life_number(lab, LIFE_SET, "/spec/replicas");
    w->least_ready = ready < w->least_ready ? ready : w->least_ready;
    w->biggest_step =
        w->replicas - replicas > w->biggest_step ? w->replicas - replicas : w->biggest_step;
    w->replicas = replicas;
    w->locked = w->locked || life_exists(lab, LOCK);
}

static watched applied(life *l, test_world *lab, const char *written)
{
    watched w = {.least_ready = INT64_MAX};
    life_run_beside(l, lab, LIFE_APPLY, written, 0, NULL, watch, &w);
    if (l->status != MIGD_DONE) {
        fail_msg("apply ended with %d: %s\n%s", (int)l->status, l->message, l->events);
    }
    assert_false(life_exists(lab, LOCK));
    return w;
}

/* The first apply makes it, in its new namespace, and waits for no member. */
static test_world *applied_first(life *l, int replicas)
{
    test_world *lab = test_world_new(4, NULL);
    const int64_t before = test_world_now_ms(lab);
    applied(l, lab, manifest("6.0.16", replicas));
    assert_int_equal(migd_object_count(migd_object_at(l->result, "/objects")), 3);
    assert_true(test_world_now_ms(lab) - before < 60000);
    test_world_pass(lab, 300000);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/readyReplicas"), replicas);
    return lab;
}

/* A member at a time with the vendor's pause between them, as any change of a template. */
static void an_applied_template_goes_through_the_roll(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = applied_first(&l, 3);
    const int64_t before = test_world_now_ms(lab);
    const watched w = applied(&l, lab, manifest("6.0.17", 3));
    assert_true(test_world_now_ms(lab) - before >= 2 * 360000);
    assert_int_equal(w.least_ready, 2);
    assert_int_equal(migd_object_count(migd_object_at(l.result, "/objects")), 1);
    assert_string_equal(migd_object_text(l.result, "/objects/0/object", ""),
                        "StatefulSet/migratory/migratorydata");
    assert_true(w.locked);
    test_world_pass(lab, 300000);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 3);
    const int64_t writes = test_world_writes(lab);
    applied(&l, lab, manifest("6.0.17", 3));
    assert_int_equal(test_world_writes(lab), writes);
    life_end(&l);
    test_world_free(lab);
}

static void an_applied_number_goes_down_one_at_a_time(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = applied_first(&l, 5);
    const watched w = applied(&l, lab, manifest("6.0.16", 3));
    assert_int_equal(w.biggest_step, 1);
    const migd_object *findings = migd_object_at(l.result, "/findings");
    for (size_t i = 0; i < migd_object_count(findings); i++) { /* which says that five stay */
        const char *rule = migd_object_text(migd_object_item(findings, i), "/rule", "");
        assert_string_not_equal(rule, "C24");
    }
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 3);
    assert_true(owns_number(lab, "migdeploy-scale"));
    life_end(&l);
    test_world_free(lab);
}

/* The autoscaler that is there, whoever made it, decides; what else differs is applied. */
static void an_applied_number_is_left_to_the_autoscaler(void **state)
{
    (void)state;
    static const char scaler[] =
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
        "metadata: {name: by-load, namespace: migratory}\nspec:\n  minReplicas: 3\n"
        "  maxReplicas: 5\n  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: "
        "migratorydata}\n";
    life l = {0};
    test_world *lab = test_world_new(5, "{\"wishes\":{\"migratory/by-load\":4}}");
    applied(&l, lab, manifest("6.0.16", 3));
    applied(&l, lab, scaler);
    test_world_pass(lab, 600000);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    life_run(&l, lab, LIFE_APPLY, manifest("6.0.17", 3), 0, "T12");
    assert_int_equal(l.status, MIGD_DONE);
    assert_int_equal(life_number(lab, LIFE_SET, "/spec/replicas"), 4);
    test_world_pass(lab, 300000);
    assert_int_equal(life_number(lab, LIFE_SET, "/status/updatedReplicas"), 4);
    life_end(&l);
    test_world_free(lab);
}

static void a_set_without_its_namespace_is_refused_at_once(void **state)
{
    (void)state;
    life l = {0};
    test_world *lab = test_world_new(6, NULL);
    life_run(&l, lab, LIFE_APPLY, strstr(manifest("6.0.16", 3), "---") + 4, 0, NULL);
    assert_int_equal(l.status, MIGD_ERR_NOT_FOUND);
    assert_non_null(strstr(l.message, "migratory"));
    assert_int_equal(test_world_writes(lab), 0);
    life_end(&l);
    test_world_free(lab);
}

/* One lock is of one cluster. */
static void of_several_clusters_none_is_applied(void **state)
{
    (void)state;
    static char both[4096];
    life l = {0};
    test_world *lab = test_world_new(7, NULL);
    const char *one = manifest("6.0.16", 3);
    snprintf(both, sizeof both, "%s---\n%s", one, strstr(one, "---") + 4);
    char *name = strstr(strstr(both, "kind: StatefulSet"), "{name: migratorydata,");
    memcpy(name, "{name: other-cluster,", strlen("{name: other-cluster,"));
    life_run(&l, lab, LIFE_APPLY, both, 0, NULL);
    assert_int_equal(l.status, MIGD_ERR_INVALID);
    assert_string_equal(l.message,
                        "one call applies one cluster: other-cluster, then migratorydata");
    assert_int_equal(test_world_requests(lab), 0);
    life_end(&l);
    test_world_free(lab);
}

/* A client of its own plans an apply; a piece that cannot be made is a failure too. */
static migd_status planned(void *user)
{
    test_world *lab = user;
    const char *written = manifest("6.0.16", 3);
    migd_context *context = NULL;
    migd_call_options *options = NULL;
    migd_objects *objects = NULL;
    migd_job *job = NULL;
    migd_object *plan = NULL;
    migd_error *error = NULL;
    migd_status status = migdi_context_new_on(NULL, test_world_transport(lab), &context, &error);
    if (status >= 0) {
        status = migd_call_options_new(&options, &error);
    }
    if (status >= 0) {
        status =
            migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, life_kubeconfig(), &error);
    }
    if (status >= 0) {
        status = migd_call_options_set_int64(options, MIGD_CALL_DRY_RUN, 1, &error);
    }
    if (status >= 0) {
        status = migd_objects_new(&objects, &error);
    }
    if (status >= 0) {
        status = migd_objects_parse(objects, written, strlen(written), NULL, &error);
    }
    if (status >= 0) {
        status = migd_deploy_apply_start(context, objects, options, &job, &error);
    }
    if (status >= 0) {
        status = migd_job_finish(job, &plan, &error);
    }
    if (status >= 0) {
        assert_int_equal(migd_object_count(migd_object_at(plan, "/changes")), 3);
    }
    assert_int_equal(migd_error_status(error), status);
    migd_object_free(plan);
    migd_job_free(job);
    migd_objects_free(objects);
    migd_call_options_free(options);
    migd_context_free(context);
    migd_error_free(error);
    return status;
}

static void every_allocation_of_a_planned_apply_may_fail(void **state)
{
    (void)state;
    test_world *lab = test_world_new(8, NULL);
    assert_int_equal(planned(lab), MIGD_OK);
    assert_int_equal(test_world_writes(lab), 0);
    assert_true(test_fail_allocations(planned, lab) > 500);
    test_world_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_taken_from_helm_but_not_from_who_comes_again),
        cmocka_unit_test(the_number_comes_back_to_us_when_its_autoscaler_is_gone),
        cmocka_unit_test(a_restart_overrides_nobody_and_no_rule),
        cmocka_unit_test(a_write_rests_on_what_was_seen),
        cmocka_unit_test(an_applied_template_goes_through_the_roll),
        cmocka_unit_test(an_applied_number_goes_down_one_at_a_time),
        cmocka_unit_test(an_applied_number_is_left_to_the_autoscaler),
        cmocka_unit_test(of_several_clusters_none_is_applied),
        cmocka_unit_test(every_allocation_of_a_planned_apply_may_fail),
        cmocka_unit_test(a_set_without_its_namespace_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
