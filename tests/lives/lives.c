/* What the lives share. */
#include "lives.h"

#include "job_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char life_spec[] = "apiVersion: migdeploy.dev/v1alpha1\n"
                         "kind: MigratoryDataCluster\n"
                         "metadata: {name: migratorydata, namespace: migratory}\n"
                         "spec:\n"
                         "  members:\n"
                         "    image: migratorydata/server:6.0.16\n"
                         "    minReadySeconds: 1\n"
                         "    pauseSeconds: 60\n";

const char life_no_spec[] = "";

const char *life_kubeconfig(void)
{
    static char path[64];
    if (path[0] == '\0') {
        snprintf(path, sizeof path, "/tmp/migdeploy-lives-XXXXXX");
        const int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, test_world_kubeconfig, strlen(test_world_kubeconfig)),
                         strlen(test_world_kubeconfig));
        close(fd);
    }
    return path;
}

static migd_spec *read_spec(const char *sets)
{
    migd_spec *spec = NULL;
    assert_int_equal(migd_spec_parse(life_spec, strlen(life_spec), NULL, &spec, NULL), MIGD_OK);
    for (const char *line = sets; line != NULL && *line != '\0';) {
        char path[256];
        const size_t size = strcspn(line, "\n");
        assert_true(size < sizeof path);
        memcpy(path, line, size);
        path[size] = '\0';
        char *equal = strchr(path, '=');
        assert_non_null(equal);
        *equal = '\0';
        assert_int_equal(migd_spec_set(spec, path, equal + 1, NULL), MIGD_OK);
        line += size + (line[size] == '\n');
    }
    return spec;
}

migd_context *life_context(test_world *lab)
{
    migd_context_options *options = NULL;
    migd_context *context = NULL;
    assert_int_equal(migd_context_options_new(&options, NULL), MIGD_OK);
    migd_context_options_set_clock(options, test_world_clock, lab);
    assert_int_equal(migdi_context_new_on(options, test_world_transport(lab), &context, NULL),
                     MIGD_OK);
    migd_context_options_free(options);
    return context;
}

migd_call_options *life_options(const char *accept)
{
    migd_call_options *options = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    migd_call_options_set_text(options, MIGD_CALL_KUBECONFIG, life_kubeconfig(), NULL);
    migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 7200000, NULL);
    migd_call_options_set_int64(options, MIGD_CALL_CONSENT, 1, NULL);
    if (accept != NULL) {
        assert_int_equal(migd_call_options_accept(options, accept, NULL), MIGD_OK);
    }
    return options;
}

static migd_status apply(migd_context *context, const char *manifest,
                         const migd_call_options *options, migd_job **job, migd_error **error)
{
    migd_objects *objects = NULL;
    assert_int_equal(migd_objects_new(&objects, NULL), MIGD_OK);
    assert_int_equal(migd_objects_parse(objects, manifest, strlen(manifest), NULL, NULL), MIGD_OK);
    const migd_status status = migd_deploy_apply_start(context, objects, options, job, error);
    migd_objects_free(objects);
    return status;
}

static migd_status start(migd_context *context, life_verb verb, const migd_spec *spec,
                         int32_t replicas, const migd_call_options *options, migd_job **job,
                         migd_error **error)
{
    switch (verb) {
    case LIFE_DEPLOY:
        return migd_deploy_start(context, spec, options, job, error);
    case LIFE_PLAN:
        return migd_deploy_plan_start(context, spec, options, job, error);
    case LIFE_SCALE:
        return migd_deploy_scale_start(context, spec, replicas, options, job, error);
    case LIFE_RESTART:
        return migd_deploy_restart_start(context, spec, options, job, error);
    case LIFE_STATUS:
        return migd_deploy_status_start(context, spec, options, job, error);
    case LIFE_DESTROY:
    case LIFE_APPLY:
    default:
        return migd_deploy_destroy_start(context, spec, options, job, error);
    }
}

static void note(life *l, const migd_event *event)
{
    const size_t size = strlen(l->events);
    const char *step = migd_event_step(event);
    snprintf(l->events + size, sizeof l->events - size, "%s: %s\n", step == NULL ? "-" : step,
             migd_event_text(event));
}

void life_run(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
              const char *accept)
{
    life_run_beside(l, lab, verb, sets, replicas, accept, NULL, NULL);
}

void life_run_beside(life *l, test_world *lab, life_verb verb, const char *sets, int32_t replicas,
                     const char *accept, void (*happen)(test_world *lab, void *user), void *user)
{
    life_end(l);
    migd_context *context = life_context(lab);
    migd_spec *spec = sets == life_no_spec || verb == LIFE_APPLY ? NULL : read_spec(sets);
    migd_call_options *options = life_options(accept);
    migd_call_options_set_text(options, MIGD_CALL_NAMESPACE, spec == NULL ? "migratory" : NULL,
                               NULL);
    migd_job *job = NULL;
    migd_error *error = NULL;
    const migd_event *event = NULL;
    l->status = verb == LIFE_APPLY ? apply(context, sets, options, &job, &error)
                                   : start(context, verb, spec, replicas, options, &job, &error);
    while (l->status == MIGD_OK && !test_world_is_dead(lab)) {
        l->status = migd_job_next(job, 1000, &event, &error);
        if (l->status == MIGD_OK) {
            note(l, event);
        } else if (l->status == MIGD_TIMEOUT) {
            l->status = MIGD_OK;
        }
        if (happen != NULL) {
            happen(lab, user);
        }
    }
    snprintf(l->message, sizeof l->message, "%s", error == NULL ? "" : migd_error_message(error));
    if (job != NULL && migd_job_take_object(job, &l->result, NULL) < 0) {
        l->result = NULL;
    }
    migd_error_free(error);
    migd_job_free(job);
    migd_call_options_free(options);
    migd_spec_free(spec);
    migd_context_free(context);
}

void life_end(life *l)
{
    migd_object_free(l->result);
    *l = (life){0};
}

int64_t life_number(test_world *lab, const char *path, const char *pointer)
{
    const char *answer = NULL;
    migd_object *object = NULL;
    if (test_world_ask(lab, "GET", path, NULL, NULL, &answer) != 200 ||
        migd_object_parse(answer, strlen(answer), NULL, &object, NULL) != MIGD_OK) {
        return -1;
    }
    const migd_object *at = migd_object_at(object, pointer);
    const int64_t number = migd_object_kind(at) == MIGD_KIND_ARRAY ? (int64_t)migd_object_count(at)
                                                                   : migd_object_int64(at, "", -1);
    migd_object_free(object);
    return number;
}

bool life_exists(test_world *lab, const char *path)
{
    return test_world_ask(lab, "GET", path, NULL, NULL, NULL) == 200;
}
