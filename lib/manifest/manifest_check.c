/* Checks: documents to facts, facts to findings. */
#include "manifest_check.h"

#include "codec_object.h"
#include "manifest_accept.h"
#include "manifest_extract_items.h"
#include "manifest_rules.h"
#include "manifest_spec.h"

#include <string.h>

/* One check while it runs. */
typedef struct check_run {
    const migdi_check_request *request;
    migdi_arena arena;
    migdi_accepts accepts;
    migd_findings *findings;
    bool errors_only;
    bool judges_step;
    migdi_finding
        *steps; /* what the step was told; the state says of the same place the same fault */
    size_t step_count;
} check_run;

static bool is_told(const check_run *run, const migdi_finding *finding)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const migdi_finding *step = &run->steps[i];
        if (migdi_text_equal(step->rule, finding->rule) &&
            migdi_text_equal(step->object, finding->object) &&
            migdi_text_equal(step->pointer, finding->pointer)) {
            return true;
        }
    }
    return false;
}

static void tell(void *user, const migdi_finding *finding)
{
    check_run *run = user;
    if (run->judges_step) {
        if (run->request->by_hand && strcmp(finding->rule, "C24") == 0) {
            return;
        }
        run->steps = migdi_list_add(&run->arena, run->steps, &run->step_count, sizeof *run->steps);
        if (run->steps == NULL) {
            return;
        }
        run->steps[run->step_count++] = *finding;
    } else if (is_told(run, finding)) {
        return;
    }
    migdi_finding judged = *finding;
    migdi_accept_apply(&run->accepts, &run->arena, &judged);
    if (!run->errors_only || judged.severity == MIGD_SEVERITY_ERROR) {
        migdi_findings_add(run->findings, &judged);
    }
}

/* What the spec's keys have wrong; then warnings would speak of defaults that nobody wished. */
static void tell_spec(check_run *run)
{
    const size_t count = migdi_spec_finding_count(run->request->spec);
    for (size_t i = 0; i < count; i++) {
        migdi_findings_add(run->findings, migdi_spec_finding(run->request->spec, i));
    }
    run->errors_only = count > 0;
}

/* A living list is as long as the spec says: then the spec's line is what ends it. */
static void place_list_end(const migdi_check_request *request, migdi_world *world)
{
    for (size_t i = 0; i < world->set_count && request->list_end.known; i++) {
        migdi_count *most = &world->sets[i].max_members;
        if (most->known && most->value == request->list_end.value && most->at.place.file == NULL) {
            most->at.place = request->list_end.at.place;
        }
    }
}

static bool judge(check_run *run, const migd_objects *after)
{
    const migdi_check_request *request = run->request;
    migdi_judge judge = {.arena = &run->arena, .tell = tell, .user = run};
    migdi_world now = {0};
    migdi_world then = {0};
    run->accepts.options = request->options;
    if (!migdi_accept_read(after, &run->arena, &run->accepts) ||
        !migdi_extract(after, request->spec, &run->arena, &then)) {
        return false;
    }
    place_list_end(request, &then);
    if (request->before != NULL) {
        if (!migdi_extract(request->before, NULL, &run->arena, &now)) {
            return false;
        }
        run->judges_step = true;
        migdi_rules_judge_step(&judge, &now, &then);
        run->judges_step = false;
    }
    migdi_rules_judge(&judge, &then);
    return !run->arena.failed;
}

/* Adds what one check finds. */
static migd_status check(const migdi_check_request *request, migd_findings *findings,
                         migd_error **error)
{
    check_run run = {.request = request, .findings = findings};
    migd_objects *rendered = NULL;
    migd_status status = MIGD_OK;
    if (request->spec != NULL) {
        tell_spec(&run);
    }
    if (request->after == NULL) {
        status = migdi_spec_render(request->spec, &rendered, error);
    }
    if (status >= 0 && !judge(&run, request->after == NULL ? rendered : request->after)) {
        status = migdi_fail_nomem(error);
    }
    migd_objects_free(rendered);
    migdi_arena_free(&run.arena);
    return status;
}

/* Why a document is no object of Kubernetes; NULL: it is one. */
static const char *no_object(const migd_object *document)
{
    const int32_t kind = migd_object_kind(document);
    return kind == MIGD_KIND_ARRAY                             ? "no object: a list stands here"
           : kind != MIGD_KIND_MAP                             ? "no object: a value stands here"
           : migd_object_text(document, "/kind", NULL) == NULL ? "no object: there is no kind"
           : migd_object_text(document, "/apiVersion", NULL) == NULL
               ? "no object: there is no apiVersion"
               : NULL;
}

/* What no rule would see in a list of documents: specs, and what is no object at all. */
static migd_status check_written(const migdi_check_request *request, migd_findings *findings,
                                 migd_error **error)
{
    migd_status status = MIGD_OK;
    for (size_t i = 0; i < migd_objects_count(request->after) && status >= 0; i++) {
        const migd_object *document = migd_objects_item(request->after, i);
        const char *fault = no_object(document);
        migd_spec *spec = NULL;
        if (fault != NULL) {
            migdi_findings_add(findings, &(migdi_finding){.rule = "spec",
                                                          .severity = MIGD_SEVERITY_ERROR,
                                                          .message = fault,
                                                          .place = migdi_object_place(document)});
        } else if (strcmp(migd_object_text(document, "/kind", ""), "MigratoryDataCluster") == 0) {
            status = migdi_spec_of(document, &spec, error);
            if (status >= 0) {
                status = check(&(migdi_check_request){.spec = spec, .options = request->options},
                               findings, error);
            }
            migd_spec_free(spec);
        }
    }
    return status;
}

migd_status migdi_check(const migdi_check_request *request, migd_findings **out, migd_error **error)
{
    migd_findings *findings = migdi_findings_new();
    *out = NULL;
    migd_status status = migdi_accept_check(request->options, error);
    if (status >= 0 && findings == NULL) {
        status = migdi_fail_nomem(error);
    }
    if (status >= 0 && request->written) {
        status = check_written(request, findings, error);
    }
    if (status >= 0) {
        status = check(request, findings, error);
    }
    if (status < 0) {
        migd_findings_free(findings);
        return status;
    }
    return migdi_findings_take(findings, out, error);
}

static migd_status refuse(migd_findings **out, migd_error **error, const char *message)
{
    if (out != NULL) {
        *out = NULL;
    }
    return migdi_fail(error, MIGD_ERR_INVALID, "%s", message);
}

migd_status migd_check_spec(const migd_spec *spec, const migd_call_options *options,
                            migd_findings **out, migd_error **error)
{
    migdi_error_clear(error);
    if (spec == NULL || out == NULL) {
        return refuse(out, error, "a spec and a place for the findings are needed");
    }
    return migdi_check(&(migdi_check_request){.spec = spec, .options = options}, out, error);
}

migd_status migd_check_objects(const migd_objects *objects, const migd_call_options *options,
                               migd_findings **out, migd_error **error)
{
    migdi_error_clear(error);
    if (objects == NULL || out == NULL) {
        return refuse(out, error, "objects and a place for the findings are needed");
    }
    return migdi_check(
        &(migdi_check_request){.after = objects, .options = options, .written = true}, out, error);
}

migd_status migd_check_change(const migd_objects *before, const migd_objects *after,
                              const migd_call_options *options, migd_findings **out,
                              migd_error **error)
{
    migdi_error_clear(error);
    if (before == NULL || after == NULL || out == NULL) {
        return refuse(out, error,
                      "objects before and after and a place for the findings are needed");
    }
    return migdi_check(&(migdi_check_request){.before = before, .after = after, .options = options},
                       out, error);
}

migd_status migd_rules(migd_object **out, migd_error **error)
{
    static const char *const severities[] = {"note", "warning", "error"};
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a place for the rules is needed");
    }
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_array(&builder, "%s", "");
    const migdi_rule *rule = NULL;
    for (size_t i = 0; (rule = migdi_rules_at(i)) != NULL; i++) {
        migdi_build_string(&builder, rule->id, "/-/id");
        migdi_build_string(&builder, severities[rule->severity], "/%zu/severity", i);
        migdi_build_string(&builder, rule->title, "/%zu/title", i);
        migdi_build_string(&builder, rule->why, "/%zu/why", i);
        migdi_build_string(&builder, rule->example, "/%zu/example", i);
        migdi_build_string(&builder, rule->ways_out, "/%zu/waysOut", i);
        migdi_text accept = {0};
        migdi_text_format(&accept, "--accept %s, or annotation migdeploy.dev/accept: \"%s: why\"",
                          rule->id, rule->id);
        if (accept.failed) {
            builder.status = builder.status < 0 ? builder.status : MIGD_ERR_NOMEM;
        }
        migdi_build_string(&builder, rule->acceptable ? migdi_text_string(&accept) : "never",
                           "/%zu/accept", i);
        migdi_build_string(&builder, rule->source, "/%zu/source", i);
        migdi_text_free(&accept);
    }
    return migdi_build_take(&builder, out, error);
}
