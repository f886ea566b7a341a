/* The public calls of deploy.h: what each start refuses before anything is sent. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static migd_spec *spec_of(const char *path, const char *wanted)
{
    migd_spec *spec = NULL;
    assert_int_equal(migd_spec_parse(life_spec, strlen(life_spec), NULL, &spec, NULL), MIGD_OK);
    if (path != NULL) {
        assert_int_equal(migd_spec_set(spec, path, wanted, NULL), MIGD_OK);
    }
    return spec;
}

typedef struct {
    test_world *lab;
    migd_context *context;
    migd_spec *spec;
    migd_call_options *options;
    migd_job *job;
    migd_error *error;
} bench;

static bench open_bench(void)
{
    bench b = {.lab = test_world_new(1, NULL), .spec = spec_of(NULL, NULL)};
    b.context = life_context(b.lab);
    b.options = life_options(NULL);
    return b;
}

static void close_bench(bench *b)
{
    assert_int_equal(test_world_writes(b->lab), 0);
    migd_job_free(b->job);
    migd_error_free(b->error);
    migd_call_options_free(b->options);
    migd_spec_free(b->spec);
    migd_context_free(b->context);
    test_world_free(b->lab);
}

static void drop(bench *b)
{
    migd_job_free(b->job);
    migd_error_free(b->error);
    b->job = NULL;
    b->error = NULL;
}

static void every_start_gives_a_job_and_sends_nothing(void **state)
{
    (void)state;
    bench b = open_bench();
    assert_int_equal(migd_deploy_start(b.context, b.spec, b.options, &b.job, &b.error), MIGD_OK);
    drop(&b);
    assert_int_equal(migd_deploy_plan_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_OK);
    drop(&b);
    assert_int_equal(migd_deploy_status_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_OK);
    drop(&b);
    assert_int_equal(migd_deploy_scale_start(b.context, b.spec, 4, b.options, &b.job, &b.error),
                     MIGD_OK);
    drop(&b);
    assert_int_equal(migd_deploy_restart_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_OK);
    drop(&b);
    assert_int_equal(migd_deploy_destroy_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_OK);
    drop(&b);
    assert_int_equal(test_world_requests(b.lab), 0);
    close_bench(&b);
}

/* This version makes no EKS cluster, and another one is not meant. */
static void a_spec_that_wants_a_cluster_of_its_own_is_refused(void **state)
{
    (void)state;
    static const char aws[] = "  aws:\n    cluster: eks-migratorydata\n    region: us-east-1\n";
    char own[1024];
    migd_read_options *named = NULL;
    bench b = open_bench();
    migd_spec_free(b.spec);
    snprintf(own, sizeof own, "%s%s", life_spec, aws);
    assert_int_equal(migd_read_options_new(&named, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(named, MIGD_READ_NAME, "prod.yaml", NULL), MIGD_OK);
    assert_int_equal(migd_spec_parse(own, strlen(own), named, &b.spec, NULL), MIGD_OK);
    migd_read_options_free(named);
    const struct {
        migd_status (*start)(migd_context *, const migd_spec *, const migd_call_options *,
                             migd_job **, migd_error **);
    } starts[] = {{migd_deploy_start},
                  {migd_deploy_plan_start},
                  {migd_deploy_status_start},
                  {migd_deploy_restart_start},
                  {migd_deploy_destroy_start}};
    for (size_t i = 0; i < COUNT(starts); i++) {
        assert_int_equal(starts[i].start(b.context, b.spec, b.options, &b.job, &b.error),
                         MIGD_ERR_UNSUPPORTED);
        assert_null(b.job);
        assert_string_equal(
            migd_error_message(b.error),
            "this version deploys into the cluster of the kubeconfig: set aws: null");
        assert_string_equal(migd_error_file(b.error), "prod.yaml");
        assert_int_equal(migd_error_line(b.error), 9);
        assert_string_equal(migd_error_remaining(b.error), "nothing was changed");
        drop(&b);
    }
    assert_int_equal(migd_deploy_scale_start(b.context, b.spec, 4, b.options, &b.job, &b.error),
                     MIGD_ERR_UNSUPPORTED);
    drop(&b);
    assert_int_equal(test_world_requests(b.lab), 0);
    assert_int_equal(migd_spec_set(b.spec, "spec.aws", "null", NULL), MIGD_OK);
    assert_int_equal(migd_deploy_start(b.context, b.spec, b.options, &b.job, &b.error), MIGD_OK);
    close_bench(&b);
}

static void what_makes_a_cluster_wants_a_spec(void **state)
{
    (void)state;
    bench b = open_bench();
    assert_int_equal(migd_deploy_start(b.context, NULL, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    drop(&b);
    assert_int_equal(migd_deploy_plan_start(b.context, NULL, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    drop(&b);
    assert_int_equal(migd_deploy_scale_start(b.context, b.spec, 0, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    assert_int_equal(test_world_requests(b.lab), 0);
    close_bench(&b);
}

/* What a call says of a namespace without a cluster; it did not ask before it was pulled. */
static migd_status finished(bench *b, migd_status started)
{
    assert_int_equal(started, MIGD_OK);
    const int64_t asked = test_world_requests(b->lab);
    const migd_status status = migd_job_finish(b->job, NULL, &b->error);
    assert_true(test_world_requests(b->lab) > asked);
    assert_string_equal(migd_error_message(b->error),
                        "no spec, and no StatefulSet of MigratoryData in namespace default");
    drop(b);
    return status;
}

static void what_has_no_spec_looks_for_the_cluster_and_needs_a_context(void **state)
{
    (void)state;
    bench b = open_bench();
    assert_int_equal(
        finished(&b, migd_deploy_status_start(b.context, NULL, b.options, &b.job, &b.error)),
        MIGD_ERR_NOT_FOUND);
    assert_int_equal(
        finished(&b, migd_deploy_scale_start(b.context, NULL, 4, b.options, &b.job, &b.error)),
        MIGD_ERR_NOT_FOUND);
    assert_int_equal(
        finished(&b, migd_deploy_restart_start(b.context, NULL, b.options, &b.job, &b.error)),
        MIGD_ERR_NOT_FOUND);
    assert_int_equal(
        finished(&b, migd_deploy_destroy_start(b.context, NULL, b.options, &b.job, &b.error)),
        MIGD_ERR_NOT_FOUND);
    assert_int_equal(migd_deploy_restart_start(NULL, NULL, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    drop(&b);
    assert_int_equal(migd_deploy_status_start(NULL, NULL, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    drop(&b);
    assert_int_equal(migd_deploy_destroy_start(NULL, NULL, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    close_bench(&b);
}

static void a_spec_that_the_rules_refuse_is_refused_with_its_findings(void **state)
{
    (void)state;
    bench b = open_bench();
    migd_spec *bad = spec_of("spec.members.replicas", "2");
    assert_int_equal(migd_deploy_start(b.context, bad, b.options, &b.job, &b.error),
                     MIGD_ERR_REFUSED);
    assert_true(migd_error_detail_count(b.error) > 0);
    assert_null(b.job);
    migd_spec_free(bad);
    close_bench(&b);
}

static void findings_are_taken_once(void **state)
{
    (void)state;
    bench b = open_bench();
    migd_findings *findings = NULL;
    assert_int_equal(migd_deploy_start(b.context, b.spec, b.options, &b.job, &b.error), MIGD_OK);
    assert_int_equal(migd_job_take_findings(b.job, &findings, &b.error), MIGD_OK);
    assert_int_equal(migd_findings_errors(findings), 0);
    migd_findings_free(findings);
    assert_int_equal(migd_job_take_findings(b.job, &findings, &b.error), MIGD_ERR_NOT_FOUND);
    close_bench(&b);
}

typedef migd_status (*start)(migd_context *, const migd_spec *, const migd_call_options *,
                             migd_job **, migd_error **);

static migd_status start_scale(migd_context *context, const migd_spec *spec,
                               const migd_call_options *options, migd_job **job, migd_error **error)
{
    return migd_deploy_scale_start(context, spec, 5, options, job, error);
}

static migd_object *finish(bench *b)
{
    migd_object *result = NULL;
    assert_int_equal(migd_job_finish(b->job, NULL, &b->error), MIGD_OK);
    assert_int_equal(migd_job_take_object(b->job, &result, NULL), MIGD_OK);
    drop(b);
    return result;
}

static void a_dry_run_changes_nothing_and_is_a_plan(void **state)
{
    (void)state;
    static const start starts[] = {migd_deploy_start, start_scale, migd_deploy_restart_start};
    bench b = open_bench();
    assert_int_equal(migd_deploy_start(b.context, b.spec, b.options, &b.job, &b.error), MIGD_OK);
    migd_object_free(finish(&b));
    assert_int_equal(
        migd_spec_set(b.spec, "spec.members.image", "migratorydata/server:6.0.17", NULL), MIGD_OK);
    const int64_t writes = test_world_writes(b.lab);
    assert_int_equal(migd_call_options_set_int64(b.options, MIGD_CALL_DRY_RUN, 1, NULL), MIGD_OK);
    for (size_t i = 0; i < COUNT(starts); i++) {
        assert_int_equal(starts[i](b.context, b.spec, b.options, &b.job, &b.error), MIGD_OK);
        migd_object *result = finish(&b);
        assert_true(migd_object_count(migd_object_at(result, "/changes")) > 0);
        migd_object_free(result);
        assert_int_equal(test_world_writes(b.lab), writes);
    }
    assert_int_equal(migd_deploy_destroy_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    assert_null(b.job);
    drop(&b);
    migd_call_options_free(b.options);
    migd_spec_free(b.spec);
    migd_context_free(b.context);
    test_world_free(b.lab);
}

/* Of an empty world: the set belongs to the objects, though a step of the members comes before. */
static void steps_are_cut_behind_the_last_of_that_name(void **state)
{
    (void)state;
    static const struct {
        int32_t option;
        const char *name;
        const char *kinds; /* of what would be made: as the plan tells them */
    } rows[] = {
        {MIGD_CALL_UNTIL, "objects", "Namespace Service Service PodDisruptionBudget StatefulSet "},
        {MIGD_CALL_UNTIL, "members", "Namespace Service Service PodDisruptionBudget StatefulSet "},
        {MIGD_CALL_UNTIL, "address", "Namespace Service Service PodDisruptionBudget StatefulSet "},
        {MIGD_CALL_ONLY, "objects", "Namespace Service Service PodDisruptionBudget StatefulSet "},
        {MIGD_CALL_ONLY, "address", ""},
    };
    bench b = open_bench();
    for (size_t i = 0; i < COUNT(rows); i++) {
        char kinds[256] = "";
        migd_call_options *options = life_options(NULL);
        assert_int_equal(migd_call_options_set_text(options, rows[i].option, rows[i].name, NULL),
                         MIGD_OK);
        assert_int_equal(migd_deploy_plan_start(b.context, b.spec, options, &b.job, &b.error),
                         MIGD_OK);
        migd_object *result = finish(&b);
        const migd_object *changes = migd_object_at(result, "/changes");
        for (size_t k = 0; k < migd_object_count(changes); k++) {
            const migd_object *change = migd_object_item(changes, k);
            const char *object = migd_object_text(change, "/object", "");
            if (strcmp(migd_object_text(change, "/action", ""), "create") == 0) {
                snprintf(kinds + strlen(kinds), sizeof kinds - strlen(kinds), "%.*s ",
                         (int)strcspn(object, "/"), object);
            }
        }
        assert_string_equal(kinds, rows[i].kinds);
        migd_object_free(result);
        migd_call_options_free(options);
    }
    assert_int_equal(migd_call_options_set_text(b.options, MIGD_CALL_ONLY, "namespace", NULL),
                     MIGD_OK);
    assert_int_equal(migd_deploy_start(b.context, b.spec, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(b.error),
                        "no step \"namespace\"; there are objects, members, autoscaler, address");
    close_bench(&b);
}

static void anybodys_objects_are_judged_then_applied(void **state)
{
    (void)state;
    static const char service[] =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\n"
        "spec: {ports: [{port: 80}], selector: {app: web}}\n";
    static const char nameless[] = "apiVersion: v1\nkind: Service\nspec: {ports: [{port: 80}]}\n";
    bench b = open_bench();
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_deploy_apply_start(b.context, objects, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    drop(&b);
    assert_int_equal(migd_objects_parse(objects, service, strlen(service), NULL, NULL), MIGD_OK);
    assert_int_equal(migd_deploy_apply_start(b.context, objects, b.options, &b.job, &b.error),
                     MIGD_OK);
    migd_object *result = finish(&b);
    assert_true(life_exists(b.lab, "/api/v1/namespaces/default/services/web"));
    assert_int_equal(test_world_writes(b.lab), 1);
    assert_int_equal(migd_object_count(migd_object_at(result, "/objects")), 1);
    assert_string_equal(migd_object_text(result, "/objects/0/object", ""), "Service/default/web");
    assert_string_equal(migd_object_text(result, "/objects/0/action", ""), "create");
    migd_object_free(result);
    assert_int_equal(migd_deploy_apply_start(b.context, objects, b.options, &b.job, &b.error),
                     MIGD_OK);
    result = finish(&b);
    assert_int_equal(migd_object_count(migd_object_at(result, "/objects")), 0);
    migd_object_free(result);
    assert_int_equal(migd_objects_parse(objects, nameless, strlen(nameless), NULL, NULL), MIGD_OK);
    assert_int_equal(migd_deploy_apply_start(b.context, objects, b.options, &b.job, &b.error),
                     MIGD_ERR_INVALID);
    migd_objects_free(objects);
    drop(&b);
    migd_call_options_free(b.options);
    migd_spec_free(b.spec);
    migd_context_free(b.context);
    test_world_free(b.lab);
}

/* Pulls until the question; then answers it and turns the job to its end. */
static migd_status answered(bench *b, const char *answer)
{
    const migd_event *event = NULL;
    assert_int_equal(migd_call_options_set_int64(b->options, MIGD_CALL_CONSENT, 0, &b->error),
                     MIGD_OK);
    assert_int_equal(migd_deploy_destroy_start(b->context, b->spec, b->options, &b->job, &b->error),
                     MIGD_OK);
    do {
        const migd_status status = migd_job_next(b->job, MIGD_FOREVER, &event, &b->error);
        assert_int_equal(status, MIGD_OK);
    } while (migd_event_kind(event) != MIGD_EVENT_QUESTION);
    assert_non_null(strstr(migd_event_text(event), "It cannot be undone"));
    assert_int_equal(migd_job_answer(b->job, answer, &b->error), MIGD_OK);
    const migd_status status = migd_job_finish(b->job, NULL, &b->error);
    drop(b);
    return status;
}

static void destroy_asks_and_heeds_the_answer(void **state)
{
    (void)state;
    life l = {0};
    bench b = open_bench();
    life_run(&l, b.lab, LIFE_DEPLOY, NULL, 0, NULL);
    assert_int_equal(l.status, MIGD_DONE);
    assert_int_equal(answered(&b, "no"), MIGD_ERR_CANCELLED);
    assert_true(life_exists(b.lab, LIFE_SET));
    assert_int_equal(answered(&b, "yes"), MIGD_OK);
    assert_false(life_exists(b.lab, LIFE_SET));
    life_end(&l);
    migd_call_options_free(b.options);
    migd_spec_free(b.spec);
    migd_context_free(b.context);
    test_world_free(b.lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_start_gives_a_job_and_sends_nothing),
        cmocka_unit_test(a_spec_that_wants_a_cluster_of_its_own_is_refused),
        cmocka_unit_test(what_makes_a_cluster_wants_a_spec),
        cmocka_unit_test(what_has_no_spec_looks_for_the_cluster_and_needs_a_context),
        cmocka_unit_test(a_spec_that_the_rules_refuse_is_refused_with_its_findings),
        cmocka_unit_test(findings_are_taken_once),
        cmocka_unit_test(a_dry_run_changes_nothing_and_is_a_plan),
        cmocka_unit_test(steps_are_cut_behind_the_last_of_that_name),
        cmocka_unit_test(anybodys_objects_are_judged_then_applied),
        cmocka_unit_test(destroy_asks_and_heeds_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
