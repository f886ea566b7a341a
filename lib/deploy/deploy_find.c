/* A cluster without a spec: a look that finds it, then the work on what was found, in one job. */
#include "deploy_find.h"

#include "codec_object.h"
#include "kube_client.h"
#include "manifest_names.h"

#include <inttypes.h>

/* What is to be done once the cluster is known; the job's. */
typedef struct {
    migdi_errand errand;
    const char *namespace_;
    const migd_call_options *options;
} pursuit;

/* --- what was found --------------------------------------------------------------------------- */

static migd_status fail_none(const pursuit *p, migd_error **error)
{
    const migd_status status =
        migdi_fail(error, MIGD_ERR_NOT_FOUND,
                   "no spec, and no StatefulSet of MigratoryData in namespace %s", p->namespace_);
    migdi_error_set_remaining(error, NULL, "migdeploy get statefulsets -A");
    return status;
}

static migd_status fail_several(const pursuit *p, const migd_object *found, migdi_arena *arena,
                                migd_error **error)
{
    const char *names = "";
    for (size_t i = 0; i < migd_object_count(found) && names != NULL; i++) {
        names = migdi_arena_format(arena, "%s%s%s", names, i == 0 ? "" : ", ",
                                   migd_object_text(migd_object_item(found, i), "/name", ""));
    }
    if (names == NULL) {
        return migdi_fail_nomem(error);
    }
    const migd_status status =
        migdi_fail(error, MIGD_ERR_INVALID,
                   "no spec, and several StatefulSets of MigratoryData in namespace %s: %s",
                   p->namespace_, names);
    migdi_error_set_remaining(error, NULL, "migdeploy init");
    return status;
}

/* The cluster as it lives: its template is let be, its number is what it is. */
static migd_status wish_from_found(migdi_draft *draft, const migd_object *found, migd_error **error)
{
    migdi_cluster_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    migdi_names names;
    const char *name = migd_object_text(found, "/name", "");
    if (wish == NULL || !migdi_names_make(&names, name, draft->arena)) {
        return migdi_fail_nomem(error);
    }
    *wish = (migdi_cluster_wish){
        .name = name,
        .namespace_ = draft->namespace_,
        .autoscaler = names.autoscaler,
        .seeds = migd_object_int64(found, "/seeds", 0),
        .pause_ms = migd_object_boolean(found, "/dev", 0) == 1 ? 0 : MIGDI_VENDOR_PAUSE_MS,
        .adopt = migd_call_options_int64(draft->options, MIGD_CALL_ADOPT) == 1,
    };
    draft->cluster = wish;
    draft->labels = migd_object_at(found, "/labels");
    draft->pod_labels = migd_object_at(found, "/podLabels");
    draft->service = migd_object_text(found, "/service", names.client_service);
    draft->port = migd_object_int64(found, "/port", 80);
    draft->most_members = migd_object_int64(found, "/most", 0);
    return MIGD_OK;
}

/* --- the job ---------------------------------------------------------------------------------- */

static migd_status go_on_with(const pursuit *p, migd_job *job, const migd_object *found,
                              migd_error **error)
{
    migdi_draft draft = {.job = job,
                         .arena = migdi_job_arena(job),
                         .namespace_ = p->namespace_,
                         .options = p->options};
    const size_t count = migd_object_count(found);
    if (count != 1) {
        return count == 0 ? fail_none(p, error) : fail_several(p, found, draft.arena, error);
    }
    migd_status status = wish_from_found(&draft, migd_object_item(found, 0), error);
    if (status == MIGD_OK) {
        p->errand.add(&draft, &p->errand);
        status = migdi_draft_start(&draft, p->errand.mode, p->errand.command, error);
    }
    return status;
}

/* The look is over: what it found outlives it in the job, not in the job's result. */
static migd_status go_on(void *user, migd_job *job, migd_error **error)
{
    migd_object *result = migdi_job_result(job);
    const migd_object *reported = migd_object_at(result, "/found");
    migd_object *found = NULL;
    migdi_job_on_finish(job, NULL, NULL);
    migd_status status = reported == NULL ? migdi_fail_nomem(error) /* the report had no room */
                                          : migd_object_copy(reported, &found, error);
    if (status == MIGD_OK) {
        status = migdi_job_give(job, found, migdi_object_release, error);
    }
    if (status == MIGD_OK) {
        status = migd_object_remove(result, "/found", error);
    }
    return status < 0 ? status : go_on_with(user, job, found, error);
}

static migd_status look(migdi_draft *draft, const migdi_errand *errand, migd_error **error)
{
    pursuit *p = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *p);
    migdi_find_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    migdi_step *step = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *step);
    if (p == NULL || wish == NULL || step == NULL) {
        return migdi_fail_nomem(error);
    }
    *p = (pursuit){*errand, draft->namespace_, draft->options};
    *wish = (migdi_find_wish){draft->namespace_, errand->shows, errand->ends};
    *step = (migdi_step){.kind = &migdi_deploy_find, .wish = wish};
    migdi_job_on_finish(draft->job, go_on, p);
    return migdi_job_run_steps(draft->job, MIGDI_LOOK, step, 1, error);
}

migd_status migdi_find_start(migd_context *context, const migdi_errand *errand,
                             const migd_call_options *options, migd_job **job, migd_error **error)
{
    migdi_draft draft;
    migd_status status = migdi_draft_open(&draft, context, options, error);
    if (status < 0) {
        return status;
    }
    status = look(&draft, errand, error);
    if (status < 0) {
        migd_job_free(draft.job);
        return status;
    }
    *job = draft.job;
    return MIGD_OK;
}
