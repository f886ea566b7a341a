/* The public calls: which steps each one is. */
#include "codec_object.h"
#include "deploy_apply.h"
#include "deploy_clients.h"
#include "deploy_find.h"
#include "deploy_refusal.h"
#include "deploy_status.h"
#include "deploy_wish.h"
#include "kube_time.h"
#include "manifest_check.h"
#include "manifest_findings.h"
#include "manifest_names.h"

#include <string.h>

/* Names the type of a job's result, for migd_job_take_findings(). */
static const char findings_tag;

/* Takes the findings into the job; an error among them ends the call before anything is sent. next:
 * what shows them all; NULL: what the refusal says. */
static migd_status judged(migdi_draft *draft, migd_findings *findings, const char *next,
                          migd_error **error)
{
    if (migd_findings_errors(findings) == 0) {
        migdi_job_set_result(draft->job, &findings_tag, findings, migdi_findings_release);
        return MIGD_OK;
    }
    const migdi_refusal refusal = migdi_refusal_make(findings, draft->arena);
    const migd_status status =
        draft->arena->failed
            ? migdi_fail_nomem(error)
            : migdi_fail_at(error, MIGD_ERR_REFUSED, refusal.place, "%s", refusal.message);
    for (size_t i = 0; status == MIGD_ERR_REFUSED && i < refusal.count; i++) {
        migdi_error_add_detail(error, &refusal.details[i]);
    }
    migdi_error_set_remaining(error, "nothing was changed", next == NULL ? refusal.next : next);
    migd_findings_free(findings);
    return status;
}

migd_status migd_job_take_findings(migd_job *job, migd_findings **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    *out = job == NULL ? NULL : migdi_job_take_result(job, &findings_tag);
    return *out == NULL ? migdi_fail(error, MIGD_ERR_NOT_FOUND, "the job has no findings")
                        : MIGD_OK;
}

/* How each call on a spec begins. */
static migd_status begin(migdi_draft *draft, migd_context *context, const migd_spec *spec,
                         const migd_call_options *options, migd_job **job, migd_error **error)
{
    const migd_status begun = migdi_begin(job, error);
    return begun < 0 ? begun : migdi_draft_open_spec(draft, context, spec, options, error);
}

/* Runs an errand on the cluster of the spec, or, without one, on the one that is found. */
static migd_status run(const migdi_errand *errand, migd_context *context, const migd_spec *spec,
                       const migd_call_options *options, migd_job **job, migd_error **error)
{
    migdi_draft draft;
    if (spec == NULL) {
        const migd_status begun = migdi_begin(job, error);
        return begun < 0 ? begun : migdi_find_start(context, errand, options, job, error);
    }
    const migd_status status = begin(&draft, context, spec, options, job, error);
    if (status < 0) {
        return status;
    }
    errand->add(&draft, errand);
    return migdi_draft_run(&draft, errand->mode, errand->command, job, error);
}

static void add_status(migdi_draft *draft, const migdi_errand *errand)
{
    migdi_status_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    (void)errand;
    if (migdi_clients_join(draft->job, NULL) < 0) {
        draft->arena->failed = true;
    }
    if (wish != NULL) {
        *wish = (migdi_status_wish){
            .cluster = draft->cluster,
            .service = draft->service,
            .port = draft->port,
            .most_members = draft->most_members,
        };
        migdi_draft_add(draft, &migdi_deploy_status, wish, MIGDI_PRESENT);
    }
}

migd_status migd_deploy_status_start(migd_context *context, const migd_spec *spec,
                                     const migd_call_options *options, migd_job **job,
                                     migd_error **error)
{
    static const migdi_errand errand = {
        .command = "status", .mode = MIGDI_LOOK, .add = add_status, .shows = true, .ends = true};
    return run(&errand, context, spec, options, job, error);
}

/* An empty list in the job's result. */
static void add_list(migdi_draft *draft, const char *pointer)
{
    migd_object *empty = NULL;
    migd_object *result = migdi_job_result(draft->job);
    const bool made = result != NULL && migd_object_parse("[]", 2, NULL, &empty, NULL) >= 0 &&
                      migd_object_set_object(result, pointer, empty, NULL) >= 0;
    draft->arena->failed = draft->arena->failed || !made;
    migd_object_free(empty);
}

/* What was written, as it was accepted; a set that takes several writes is told once. */
static void note_applied(void *user, const migdi_step *step, const migdi_act *act,
                         const migd_object *answer, migdi_builder *result)
{
    const migd_object *objects = migd_object_at(result->document, "/objects");
    const size_t at = migd_object_count(objects);
    (void)user;
    (void)step;
    (void)answer;
    for (size_t i = 0; i < at; i++) {
        const char *told = migd_object_text(migd_object_item(objects, i), "/object", NULL);
        if (migdi_text_equal(told, act->object)) {
            return;
        }
    }
    migdi_build_map(result, "/objects/-");
    migdi_build_string(result, act->object, "/objects/%zu/object", at);
    migdi_build_string(result, act->action == NULL ? "update" : act->action, "/objects/%zu/action",
                       at);
}

migd_status migd_deploy_apply_start(migd_context *context, const migd_objects *objects,
                                    const migd_call_options *options, migd_job **job,
                                    migd_error **error)
{
    const migd_status begun = migdi_begin(job, error);
    if (begun < 0) {
        return begun;
    }
    if (migd_objects_count(objects) == 0) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no object to apply");
    }
    migdi_draft draft;
    migd_status status = migdi_draft_open(&draft, context, options, error);
    if (status < 0) {
        return status;
    }
    migd_findings *findings = NULL;
    status = migdi_draft_take_objects(&draft, objects, error);
    if (status == MIGD_OK) {
        status = migd_check_objects(objects, options, &findings, error);
    }
    if (status == MIGD_OK) {
        status = judged(&draft, findings, NULL, error);
    }
    if (status == MIGD_OK) {
        status = migdi_draft_add_applied(&draft, error);
    }
    if (status < 0) {
        migd_job_free(draft.job);
        return status;
    }
    draft.goes_on = "migdeploy apply -f FILE";
    add_list(&draft, "/objects");
    migdi_job_on_act(draft.job, note_applied, NULL);
    return migdi_draft_run(&draft, MIGDI_RUN, "apply", job, error);
}

/* Objects first, members next, what watches them last. Members fall in number before the template
 * changes and rise after it, so that new ones start on the new template. */
static void add_deployment(migdi_draft *draft)
{
    const migdi_cluster_wish *cluster = draft->cluster;
    migdi_names names;
    migdi_address_wish *address = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *address);
    if (address == NULL || !migdi_names_make(&names, cluster->name, draft->arena)) {
        draft->arena->failed = true;
        return;
    }
    const bool scaled =
        migdi_draft_object(draft, "HorizontalPodAutoscaler", names.autoscaler) != NULL;
    *address = (migdi_address_wish){cluster->namespace_, draft->service, draft->port};

    migdi_draft_add_rules(draft, 0);
    migdi_draft_next(draft);
    migdi_draft_add_namespace(draft);
    migdi_draft_next(draft);
    migdi_draft_add_object(draft, &migdi_deploy_object, &migdi_kube_services, names.client_service);
    migdi_draft_add_object(draft, &migdi_deploy_object, &migdi_kube_services,
                           names.headless_service);
    migdi_draft_add_object(draft, &migdi_deploy_object, &migdi_kube_poddisruptionbudgets,
                           names.budget);
    if (!scaled) {
        migdi_draft_add_object(draft, &migdi_deploy_object, &migdi_kube_horizontalpodautoscalers,
                               names.autoscaler);
    }
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_down);
    migdi_draft_add_stage(draft, &migdi_deploy_set);
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_up);
    migdi_draft_add_stage(draft, &migdi_deploy_roll);
    migdi_draft_add_stage(draft, &migdi_deploy_ready);
    migdi_draft_next(draft);
    if (scaled) {
        migdi_draft_add_object(draft, &migdi_deploy_autoscaler,
                               &migdi_kube_horizontalpodautoscalers, names.autoscaler);
    }
    migdi_draft_add(draft, &migdi_deploy_address, address, MIGDI_PRESENT);
}

static migd_status deploy(migd_context *context, const migd_spec *spec,
                          const migd_call_options *options, migdi_run_mode mode, migd_job **job,
                          migd_error **error)
{
    migdi_draft draft;
    migd_status status = begin(&draft, context, spec, options, job, error);
    if (status < 0) {
        return status;
    }
    migd_findings *findings = NULL;
    status = migd_check_spec(spec, options, &findings, error);
    if (status == MIGD_OK) {
        status = judged(&draft, findings, "migdeploy check", error);
    }
    if (status < 0) {
        migd_job_free(draft.job);
        return status;
    }
    add_deployment(&draft);
    status = migdi_draft_run(&draft, mode, "deploy", job, error);
    if (status == MIGD_OK && mode == MIGDI_PLAN) {
        status = migd_object_set_object(migdi_job_result(*job), "/findings",
                                        migdi_findings_items(findings), error);
        if (status < 0) {
            migd_job_free(*job);
            *job = NULL;
        }
    }
    return status;
}

migd_status migd_deploy_start(migd_context *context, const migd_spec *spec,
                              const migd_call_options *options, migd_job **job, migd_error **error)
{
    return deploy(context, spec, options, MIGDI_RUN, job, error);
}

migd_status migd_deploy_plan_start(migd_context *context, const migd_spec *spec,
                                   const migd_call_options *options, migd_job **job,
                                   migd_error **error)
{
    return deploy(context, spec, options, MIGDI_PLAN, job, error);
}

/* The members alone, as they are: their template is let be. */
static void let_template_be(migdi_cluster_wish *cluster)
{
    cluster->created = NULL;
    cluster->applied = NULL;
}

static void add_scale(migdi_draft *draft, const migdi_errand *errand)
{
    migdi_cluster_wish *cluster = draft->cluster;
    let_template_be(cluster);
    cluster->replicas = errand->replicas;
    cluster->lower = true;
    cluster->least = cluster->most = 0;
    draft->goes_on = migdi_arena_format(draft->arena, "migdeploy scale %d", (int)errand->replicas);
    migdi_draft_add_rules(draft, errand->replicas);
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_down);
    migdi_draft_add_stage(draft, &migdi_deploy_replicas_up);
    migdi_draft_add_stage(draft, &migdi_deploy_ready);
}

migd_status migd_deploy_scale_start(migd_context *context, const migd_spec *spec, int32_t replicas,
                                    const migd_call_options *options, migd_job **job,
                                    migd_error **error)
{
    const migdi_errand errand = {
        .command = "scale", .mode = MIGDI_RUN, .add = add_scale, .replicas = replicas};
    const migd_status begun = migdi_begin(job, error);
    if (begun < 0) {
        return begun;
    }
    if (replicas < 1 || replicas > 1000) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%d is no number of members: 1 to 1000",
                          (int)replicas);
    }
    return run(&errand, context, spec, options, job, error);
}

static void add_restart(migdi_draft *draft, const migdi_errand *errand)
{
    migdi_cluster_wish *cluster = draft->cluster;
    migdi_text now = {0};
    let_template_be(cluster);
    migdi_kube_time_add(&now, errand->asked_unix_ms, false);
    cluster->restarted_at = migdi_arena_text(draft->arena, migdi_text_string(&now), now.size);
    draft->arena->failed = draft->arena->failed || now.failed;
    migdi_text_free(&now);
    migdi_draft_add_rules(draft, 0);
    migdi_draft_add_stage(draft, &migdi_deploy_restart);
    migdi_draft_add_stage(draft, &migdi_deploy_roll);
    migdi_draft_add_stage(draft, &migdi_deploy_ready);
}

migd_status migd_deploy_restart_start(migd_context *context, const migd_spec *spec,
                                      const migd_call_options *options, migd_job **job,
                                      migd_error **error)
{
    const migdi_errand errand = {
        .command = "restart",
        .mode = MIGDI_RUN,
        .add = add_restart,
        .asked_unix_ms = context == NULL ? 0 : migdi_context_unix_ms(context),
    };
    return run(&errand, context, spec, options, job, error);
}

/* What was asked to go, as it was accepted. */
static void note_removed(void *user, const migdi_step *step, const migdi_act *act,
                         const migd_object *answer, migdi_builder *result)
{
    (void)user;
    (void)step;
    (void)answer;
    if (migdi_text_equal(act->action, "delete")) {
        migdi_build_string(result, act->object == NULL ? act->call->name : act->object,
                           "/removed/-");
    }
}

static void add_destroy(migdi_draft *draft, const migdi_errand *errand)
{
    /* Services first, while somebody still looks after their balancers; the set last: as long as it
     * is there, a destroy that was stopped finds the cluster again. */
    static const migdi_kube_resource *const order[] = {
        &migdi_kube_services,
        &migdi_kube_horizontalpodautoscalers,
        &migdi_kube_poddisruptionbudgets,
        &migdi_kube_statefulsets,
    };
    const size_t count = sizeof order / sizeof *order;
    migdi_removal_wish *wishes = migdi_arena_alloc_zeroed(draft->arena, count, sizeof *wishes);
    (void)errand;
    for (size_t i = 0; wishes != NULL && i < count; i++) {
        wishes[i] = (migdi_removal_wish){.resource = order[i],
                                         .namespace_ = draft->cluster->namespace_,
                                         .name = draft->cluster->name,
                                         .labels = draft->labels,
                                         .pod_labels = draft->pod_labels};
        if (i == 0) {
            migdi_draft_add(draft, &migdi_deploy_consent, &wishes[0], MIGDI_ABSENT);
        }
        migdi_draft_next(draft);
        migdi_draft_add(draft, &migdi_deploy_gone, &wishes[i], MIGDI_ABSENT);
    }
    migdi_draft_next(draft);
    migdi_draft_add(draft, &migdi_deploy_namespace_gone, wishes, MIGDI_ABSENT);
    add_list(draft, "/removed");
    add_list(draft, "/kept");
    migdi_job_on_act(draft->job, note_removed, NULL);
}

migd_status migd_deploy_destroy_start(migd_context *context, const migd_spec *spec,
                                      const migd_call_options *options, migd_job **job,
                                      migd_error **error)
{
    static const migdi_errand errand = {
        .command = "destroy", .mode = MIGDI_RUN, .add = add_destroy, .ends = true};
    const migd_status begun = migdi_begin(job, error);
    if (begun < 0) {
        return begun;
    }
    if (migd_call_options_int64(options, MIGD_CALL_DRY_RUN) == 1) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "destroy has no dry run: it asks, and says what would go");
    }
    return run(&errand, context, spec, options, job, error);
}
