/* Lives while memory ends: one allocation fails, or all from there on. A call ends with
 * MIGD_ERR_NOMEM or as if nothing had been, nothing leaks, and the next one finishes what this one
 * began. One allocation in so many is tried; MIGDEPLOY_STRIDE=1 tries each. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/migratory/leases"

/* What a client needs for one call; each piece may be missing. */
typedef struct {
    migd_context_options *context_options;
    migd_context *context;
    migd_spec *spec;
    migd_call_options *options;
    migd_job *job;
    migd_object *result;
    migd_buf *written;
} client;

static migd_status prepare(client *c, test_world *lab)
{
    migd_status status = migd_context_options_new(&c->context_options, NULL);
    if (status == MIGD_OK) {
        migd_context_options_set_clock(c->context_options, test_world_clock, lab);
        status =
            migdi_context_new_on(c->context_options, test_world_transport(lab), &c->context, NULL);
    }
    if (status == MIGD_OK) {
        status = migd_spec_parse(life_spec, strlen(life_spec), NULL, &c->spec, NULL);
    }
    if (status == MIGD_OK) {
        status = migd_call_options_new(&c->options, NULL);
    }
    if (status == MIGD_OK) {
        status =
            migd_call_options_set_text(c->options, MIGD_CALL_KUBECONFIG, life_kubeconfig(), NULL);
    }
    if (status == MIGD_OK) {
        status = migd_call_options_set_int64(c->options, MIGD_CALL_DEADLINE_MS, 7200000, NULL);
    }
    if (status == MIGD_OK) {
        status = migd_call_options_set_int64(c->options, MIGD_CALL_CONSENT, 1, NULL);
    }
    return status;
}

static migd_status start(client *c, life_verb verb, migd_error **error)
{
    switch (verb) {
    case LIFE_SCALE:
        return migd_deploy_scale_start(c->context, c->spec, 4, c->options, &c->job, error);
    case LIFE_STATUS:
        return migd_deploy_status_start(c->context, c->spec, c->options, &c->job, error);
    case LIFE_DESTROY:
        return migd_deploy_destroy_start(c->context, c->spec, c->options, &c->job, error);
    default:
        return migd_deploy_start(c->context, c->spec, c->options, &c->job, error);
    }
}

static migd_status turn(client *c, life_verb verb)
{
    const migd_event *event = NULL;
    migd_error *error = NULL;
    migd_status status = start(c, verb, &error);
    while (status == MIGD_OK) {
        status = migd_job_next(c->job, MIGD_FOREVER, &event, &error);
    }
    assert_true(status > 0 || migd_error_status(error) == status);
    migd_error_free(error);
    return status == MIGD_DONE ? migd_job_take_object(c->job, &c->result, NULL) : status;
}

/* One call, and all is freed; *told: its result but for how long it took, for free(). */
static migd_status run(test_world *lab, life_verb verb, char **told)
{
    client c = {0};
    *told = NULL;
    migd_status status = prepare(&c, lab);
    if (status == MIGD_OK) {
        status = turn(&c, verb);
    }
    if (status == MIGD_OK) {
        migd_object_remove(c.result, "/elapsedMs", NULL);
        status = migd_object_write_json(c.result, 0, &c.written, NULL);
    }
    if (status == MIGD_OK) {
        *told = strdup(migd_buf_data(c.written));
    }
    migd_buf_free(c.written);
    migd_object_free(c.result);
    migd_job_free(c.job);
    migd_call_options_free(c.options);
    migd_spec_free(c.spec);
    migd_context_free(c.context);
    migd_context_options_free(c.context_options);
    return status;
}

/* What is there, as one text: for free(). */
static char *look(test_world *lab)
{
    static const struct {
        const char *path;
        const char *pointer;
    } parts[] = {
        {LIFE_SET, "/spec"},
        {LIFE_SET, "/status/readyReplicas"},
        {LIFE_NAMESPACE, "/metadata/annotations"},
        {LIFE_NAMESPACE "/services/migratorydata-cs", "/spec/ports"},
        {LIFE_NAMESPACE "/services/migratorydata-hs", "/spec/ports"},
        {"/apis/policy/v1/namespaces/migratory/poddisruptionbudgets/migratorydata-pdb", "/spec"},
    };
    char *seen = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&seen, &size);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *answer = NULL;
        migd_object *object = NULL;
        migd_buf *part = NULL;
        test_world_ask(lab, "GET", parts[i].path, NULL, NULL, &answer);
        assert_int_equal(migd_object_parse(answer, strlen(answer), NULL, &object, NULL), MIGD_OK);
        const migd_object *at = migd_object_at(object, parts[i].pointer);
        if (at != NULL) {
            assert_int_equal(migd_object_write_json(at, 0, &part, NULL), MIGD_OK);
        }
        fprintf(out, "%s\n", part == NULL ? "-" : migd_buf_data(part));
        migd_buf_free(part);
        migd_object_free(object);
    }
    fclose(out);
    return seen;
}

/* A flow, how it ends with all the memory it wants, and how much that is. */
typedef struct {
    life_verb verb;
    char *told;
    char *seen;
    size_t needed;
} flow;

/* A world for the flow: empty, or with a cluster. */
static test_world *new_world(const flow *f)
{
    test_world *lab = test_world_new(1, NULL);
    char *told = NULL;
    if (f->verb != LIFE_DEPLOY) {
        assert_int_equal(run(lab, LIFE_DEPLOY, &told), MIGD_OK);
    }
    free(told);
    return lab;
}

/* told NULL: what it says does not matter. */
static void check(test_world *lab, const flow *f, const char *told, size_t at, bool for_ever)
{
    char *seen = look(lab);
    if (strcmp(seen, f->seen) != 0 || (told != NULL && strcmp(told, f->told) != 0)) {
        printf("%s\n%s\nand not\n%s\n%s\n", told, seen, f->told, f->seen);
        fail_msg("allocation %zu failed %s: it ends otherwise", at, for_ever ? "for ever" : "once");
    }
    free(seen);
}

/* With allocation `at` failed. */
static void try(const flow *f, size_t at, bool for_ever)
{
    test_world *lab = new_world(f);
    char *told = NULL;
    test_count_allocations_failing(at, for_ever);
    const migd_status status = run(lab, f->verb, &told);
    const size_t leaked = test_live_allocations();
    test_uncount_allocations();
    if (leaked > 0 || (status != MIGD_OK && status != MIGD_ERR_NOMEM)) {
        fail_msg("allocation %zu failed %s: status %d, %zu pieces leaked", at,
                 for_ever ? "for ever" : "once", (int)status, leaked);
    }
    /* The lock is given back with what memory there is; who comes next finds the holder dead. */
    if (status != MIGD_OK && !for_ever && life_number(lab, LEASES, "/items") > 0) {
        fail_msg("allocation %zu failed once: the lock is left", at);
    }
    if (status == MIGD_OK) {
        check(lab, f, told, at, for_ever);
    }
    free(told);
    assert_int_equal(run(lab, f->verb, &told), MIGD_OK);
    check(lab, f, f->verb == LIFE_DESTROY ? NULL : told, at, for_ever); /* less was left to go */
    free(told);
    test_world_free(lab);
}

static void try_all(life_verb verb, size_t stride)
{
    const char *set = getenv("MIGDEPLOY_STRIDE");
    stride = set == NULL ? stride : (size_t)strtoul(set, NULL, 10);
    flow f = {.verb = verb};
    test_world *lab = new_world(&f);
    (void)life_kubeconfig();
    test_count_allocations();
    assert_int_equal(run(lab, verb, &f.told), MIGD_OK);
    f.needed = test_allocations();
    assert_int_equal(test_live_allocations(), 0);
    test_uncount_allocations();
    f.seen = look(lab);
    test_world_free(lab);
    assert_true(stride > 0 && f.needed > 500);
    for (size_t at = 1; at <= f.needed; at += stride) {
        try(&f, at, false);
        try(&f, at, true);
    }
    free(f.told);
    free(f.seen);
}

static void a_deploy_survives_the_end_of_memory_at_any_point(void **state)
{
    (void)state;
    try_all(LIFE_DEPLOY, 7);
}

static void so_does_a_change_of_the_number(void **state)
{
    (void)state;
    try_all(LIFE_SCALE, 17);
}

static void so_does_a_status(void **state)
{
    (void)state;
    try_all(LIFE_STATUS, 17);
}

static void so_does_a_destroy(void **state)
{
    (void)state;
    try_all(LIFE_DESTROY, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deploy_survives_the_end_of_memory_at_any_point),
        cmocka_unit_test(so_does_a_change_of_the_number),
        cmocka_unit_test(so_does_a_status),
        cmocka_unit_test(so_does_a_destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
