/* From a spec, or from what runs, to the wishes of steps. */
#include "deploy_wish.h"

#include "codec_object.h"
#include "core_call_options.h"
#include "core_os.h"
#include "kube_client.h"
#include "manifest_names.h"
#include "manifest_spec.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define RENEW_MS 15000

static void free_options(void *options)
{
    migd_call_options_free(options);
}

/* For as long as the job lives. */
static migd_status copy_options(migdi_draft *draft, const migd_call_options *options,
                                migd_error **error)
{
    migd_call_options *copy = NULL;
    const migd_status status = migdi_call_options_copy(options, &copy, error);
    draft->options = copy;
    return status < 0 ? status : migdi_job_give(draft->job, copy, free_options, error);
}

const migd_object *migdi_draft_object(const migdi_draft *draft, const char *kind, const char *name)
{
    for (size_t i = 0; i < migd_objects_count(draft->objects); i++) {
        const migd_object *object = migd_objects_item(draft->objects, i);
        if (migdi_text_equal(migd_object_text(object, "/kind", NULL), kind) &&
            migdi_text_equal(migd_object_text(object, "/metadata/name", NULL), name)) {
            return object;
        }
    }
    return NULL;
}

migd_status migdi_draft_without_number(migdi_draft *draft, const migd_object *set,
                                       const migd_object **out, migd_error **error)
{
    migd_object *copy = NULL;
    migd_status status = migd_object_copy(set, &copy, error);
    if (status == MIGD_OK) {
        status = migd_object_remove(copy, "/spec/replicas", error);
    }
    if (status == MIGD_OK) {
        status = migd_object_remove(copy, "/spec/updateStrategy/rollingUpdate/partition", error);
    }
    if (status < 0) {
        migd_object_free(copy);
        return status;
    }
    *out = copy;
    return migdi_job_give(draft->job, copy, migdi_object_release, error);
}

static const char *keep(migdi_arena *arena, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(arena, text, strlen(text));
}

static migd_status wish_from_spec(migdi_draft *draft, migdi_cluster_wish *wish, migd_error **error)
{
    const migd_object *spec = migd_spec_object(draft->spec);
    migd_objects *objects = NULL;
    migd_status status = migd_spec_render(draft->spec, &objects, error);
    if (status == MIGD_OK) {
        draft->objects = objects;
        status = migdi_job_give(draft->job, objects, migdi_objects_release, error);
    }
    if (status < 0) {
        return status;
    }
    const migdi_place place = migdi_spec_place(draft->spec, "/spec/members/replicas");
    wish->name = keep(draft->arena, migd_object_text(spec, "/metadata/name", ""));
    wish->namespace_ = keep(draft->arena, migd_object_text(spec, "/metadata/namespace", ""));
    wish->where = place.file == NULL
                      ? NULL
                      : migdi_arena_format(draft->arena, "%s:%" PRId32, place.file, place.line);
    const migdi_place image = migdi_spec_place(draft->spec, "/spec/members/image");
    wish->image_where = image.file == NULL
                            ? NULL
                            : migdi_arena_format(draft->arena, "%s:%" PRId32 ":%" PRId32,
                                                 image.file, image.line, image.column);
    wish->replicas = migd_object_int64(spec, "/spec/members/replicas", 0);
    wish->seeds = migd_object_int64(spec, "/spec/members/seeds", 0);
    wish->pause_ms = migd_object_int64(spec, "/spec/members/pauseSeconds", 0) * 1000;
    wish->least = migd_object_int64(spec, "/spec/autoscale/min", 0);
    wish->most = migd_object_int64(spec, "/spec/autoscale/max", 0);
    wish->created = migdi_draft_object(draft, "StatefulSet", wish->name);
    return migdi_draft_without_number(draft, wish->created, &wish->applied, error);
}

static migd_status fill(migdi_draft *draft, const migd_call_options *options, migd_error **error)
{
    migdi_cluster_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish == NULL) {
        return migdi_fail_nomem(error);
    }
    draft->cluster = wish;
    const migd_status status = wish_from_spec(draft, wish, error);
    if (status < 0) {
        return status;
    }
    migdi_names names;
    const bool named = migdi_names_make(&names, wish->name, draft->arena);
    wish->autoscaler = names.autoscaler;
    draft->service = names.client_service;
    draft->port = migd_object_int64(migd_spec_object(draft->spec), "/spec/service/port", 80);
    draft->most_members =
        migd_object_int64(migd_spec_object(draft->spec), "/spec/members/maxReplicas", 0);
    wish->adopt = migd_call_options_int64(options, MIGD_CALL_ADOPT) == 1;
    wish->lower = migdi_call_options_accepts(options, "C24");
    return named && !draft->arena->failed ? MIGD_OK : migdi_fail_nomem(error);
}

migd_status migdi_draft_take_objects(migdi_draft *draft, const migd_objects *objects,
                                     migd_error **error)
{
    migd_objects *copy = NULL;
    migd_status status = migd_objects_new(&copy, error);
    for (size_t i = 0; status == MIGD_OK && i < migd_objects_count(objects); i++) {
        status = migd_objects_add(copy, migd_objects_item(objects, i), error);
    }
    if (status < 0) {
        migd_objects_free(copy);
        return status;
    }
    draft->objects = copy;
    return migdi_job_give(draft->job, copy, migdi_objects_release, error);
}

migd_status migdi_draft_open(migdi_draft *draft, migd_context *context,
                             const migd_call_options *options, migd_error **error)
{
    *draft = (migdi_draft){0};
    if (context == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a context is needed");
    }
    migd_kube *kube = NULL;
    migd_status status = migd_kube_open(context, options, &kube, error);
    if (status == MIGD_OK) {
        status = migdi_job_new(context, options, &draft->job, error);
    }
    if (status == MIGD_OK) {
        draft->arena = migdi_job_arena(draft->job);
        status = migdi_kube_client_join(kube, draft->job, error);
    }
    if (status == MIGD_OK) {
        draft->namespace_ = keep(draft->arena, migdi_kube_client_namespace(kube));
        status = copy_options(draft, options, error);
    }
    migd_kube_free(kube);
    if (status < 0) {
        migd_job_free(draft->job);
        draft->job = NULL;
    }
    return status;
}

/* A spec that asks for a cluster of its own must not end in whatever cluster the kubeconfig
 * names. */
static migd_status refuse_aws(const migd_spec *spec, migd_error **error)
{
    static const char pointer[] = "/spec/aws";
    const int32_t kind = migd_object_kind(migd_object_at(migd_spec_object(spec), pointer));
    if (kind == MIGD_KIND_NONE || kind == MIGD_KIND_NULL) {
        return MIGD_OK;
    }
    const migd_status status =
        migdi_fail_at(error, MIGD_ERR_UNSUPPORTED, migdi_spec_place(spec, pointer),
                      "this version deploys into the cluster of the kubeconfig: set aws: null");
    migdi_error_set_remaining(error, "nothing was changed", NULL);
    return status;
}

migd_status migdi_draft_open_spec(migdi_draft *draft, migd_context *context, const migd_spec *spec,
                                  const migd_call_options *options, migd_error **error)
{
    if (spec == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a spec is needed");
    }
    migd_status status = refuse_aws(spec, error);
    if (status == MIGD_OK) {
        status = migdi_draft_open(draft, context, options, error);
    }
    if (status < 0) {
        return status;
    }
    draft->spec = spec;
    status = fill(draft, options, error);
    if (status < 0) {
        migd_job_free(draft->job);
        draft->job = NULL;
    }
    return status;
}

void migdi_draft_add(migdi_draft *draft, const migdi_step_kind *kind, const void *wish,
                     migdi_goal goal)
{
    assert(draft->count < MIGDI_DEPLOY_STEPS);
    draft->steps[draft->count++] =
        (migdi_step){.kind = kind, .wish = wish, .stage = draft->stage, .goal = goal};
}

void migdi_draft_add_stage(migdi_draft *draft, const migdi_step_kind *kind)
{
    migdi_draft_next(draft);
    migdi_draft_add(draft, kind, draft->cluster, MIGDI_PRESENT);
}

void migdi_draft_next(migdi_draft *draft)
{
    draft->stage++;
}

/* The place's file outlives the spec in the job's arena. */
static migdi_count list_end(const migdi_draft *draft)
{
    static const char pointer[] = "/spec/members/maxReplicas";
    migdi_place place = migdi_spec_place(draft->spec, pointer);
    place.file = keep(draft->arena, place.file);
    return (migdi_count){
        .known = place.file != NULL,
        .value = migd_object_int64(migd_spec_object(draft->spec), pointer, 0),
        .at = {.place = place},
    };
}

void migdi_draft_add_rules(migdi_draft *draft, int64_t replicas)
{
    migdi_rules_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish == NULL) {
        return; /* the arena says so when the job starts */
    }
    const migd_object *spec = migd_spec_object(draft->spec);
    const char *spread = migd_object_text(spec, "/spec/members/spread", "");
    const char *scope = migd_object_text(spec, "/spec/disruption/scope", "");
    const bool lives_on = draft->cluster->created == NULL; /* its objects are let be as they are */
    *wish = (migdi_rules_wish){
        .namespace_ = draft->cluster->namespace_,
        .name = draft->cluster->name,
        .objects = lives_on ? NULL : draft->objects,
        .list_end = lives_on ? list_end(draft) : (migdi_count){0},
        .options = draft->options,
        .replicas = replicas,
        .lower = draft->cluster->lower,
        .zones = !lives_on && strcmp(spread, "zone") == 0,
        .indexed = !lives_on && strcmp(scope, "seeds") == 0,
    };
    migdi_draft_add(draft, &migdi_deploy_rules, wish, MIGDI_PRESENT);
}

void migdi_draft_add_namespace(migdi_draft *draft)
{
    migdi_namespace_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    migd_object *object = NULL;
    const migd_object *rendered =
        migdi_draft_object(draft, "Namespace", draft->cluster->namespace_);
    if (wish == NULL || migd_object_copy(rendered, &object, NULL) < 0 ||
        migd_object_set_string(object, "/metadata/annotations/migdeploy.dev~1created",
                               draft->cluster->name, NULL) < 0) {
        migd_object_free(object);
        draft->arena->failed = true;
        return;
    }
    if (migdi_job_give(draft->job, object, migdi_object_release, NULL) < 0) {
        draft->arena->failed = true;
        return;
    }
    *wish = (migdi_namespace_wish){draft->cluster->namespace_, object};
    migdi_draft_add(draft, &migdi_deploy_namespace, wish, MIGDI_PRESENT);
    draft->steps[draft->count - 1].unlocked = true; /* the lock lives in it */
}

void migdi_draft_add_object(migdi_draft *draft, const migdi_step_kind *kind,
                            const migdi_kube_resource *resource, const char *name)
{
    migdi_object_wish *wish = migdi_arena_alloc_zeroed(draft->arena, 1, sizeof *wish);
    if (wish == NULL) {
        return;
    }
    *wish = (migdi_object_wish){
        .resource = resource,
        .namespace_ = draft->cluster->namespace_,
        .name = name,
        .instance = draft->cluster->name,
        .object = migdi_draft_object(draft, resource->kind, name),
        .adopt = draft->cluster->adopt,
    };
    migdi_draft_add(draft, kind, wish, wish->object == NULL ? MIGDI_ABSENT : MIGDI_PRESENT);
}

/* "USER@HOST BOOT NAMESPACE"; *whole: all three are known. */
static const char *name_machine(migdi_arena *arena, bool *whole)
{
    migdi_text machine = {0};
    migdi_os_add_user_and_host(&machine);
    migdi_text_add_char(&machine, ' ');
    const size_t boot = machine.size;
    migdi_os_add_boot_id(&machine);
    *whole = machine.size > boot;
    migdi_text_add_char(&machine, ' ');
    const size_t namespace_ = machine.size;
    migdi_os_add_pid_namespace(&machine);
    *whole = *whole && machine.size > namespace_;
    const char *kept =
        machine.failed ? NULL : migdi_arena_text(arena, migdi_text_string(&machine), machine.size);
    migdi_text_free(&machine);
    return kept;
}

static bool set_lock(migdi_draft *draft, const char *command)
{
    migdi_arena *arena = draft->arena;
    bool whole = false;
    /* Two jobs of one process are two writers. */
    uint32_t number = 0;
    (void)migdi_os_random(&number, sizeof number);
    const int64_t pid = getpid();
    const char *machine = name_machine(arena, &whole);
    migdi_lease_wish *wish = migdi_arena_alloc_zeroed(arena, 1, sizeof *wish);
    migdi_step *step = migdi_arena_alloc_zeroed(arena, 1, sizeof *step);
    if (wish == NULL || step == NULL || machine == NULL) {
        return false;
    }
    *wish = (migdi_lease_wish){
        .namespace_ = draft->cluster->namespace_,
        .name = migdi_arena_format(arena, MIGDI_LOCK_PREFIX "%s", draft->cluster->name),
        .holder = migdi_arena_format(arena, "%s %" PRId64 ".%" PRIu64 ".%08" PRIx32 " %s", machine,
                                     pid, migdi_os_process_start(pid), number, command),
        .machine = whole ? machine : NULL,
        .wait = migd_call_options_int64(draft->options, MIGD_CALL_WAIT_LOCK) == 1,
        .process_start = migdi_os_process_start,
    };
    *step = (migdi_step){.kind = &migdi_deploy_lease, .wish = wish};
    migdi_job_set_lock(draft->job, step, RENEW_MS);
    return true;
}

static bool is_called(const migdi_step *step, const char *name)
{
    return strcmp(step->kind->name, name) == 0;
}

/* Leaves the steps that MIGD_CALL_ONLY names, else those up to the last that MIGD_CALL_UNTIL names:
 * several steps share a name, with others between them. The rules are judged in any case. */
static migd_status cut(migdi_draft *draft, migd_error **error)
{
    const char *only = migd_call_options_text(draft->options, MIGD_CALL_ONLY);
    const char *until = migd_call_options_text(draft->options, MIGD_CALL_UNTIL);
    const char *named = only == NULL ? until : only;
    size_t end = named == NULL ? draft->count : 0; /* behind the last that is meant */
    for (size_t i = 0; named != NULL && i < draft->count; i++) {
        end = is_called(&draft->steps[i], named) ? i + 1 : end;
    }
    if (end == 0 && named != NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "no step \"%s\"; there are objects, members, autoscaler, address", named);
    }
    size_t count = 0;
    for (size_t i = 0; i < draft->count; i++) {
        const migdi_step *step = &draft->steps[i];
        if (is_called(step, MIGDI_STEP_RULES) ||
            (i < end && (only == NULL || is_called(step, only)))) {
            draft->steps[count++] = *step;
        }
    }
    draft->count = count;
    return MIGD_OK;
}

migd_status migdi_draft_start(migdi_draft *draft, migdi_run_mode mode, const char *command,
                              migd_error **error)
{
    migd_status status = cut(draft, error);
    if (mode == MIGDI_RUN && migd_call_options_int64(draft->options, MIGD_CALL_DRY_RUN) == 1) {
        mode = MIGDI_PLAN;
    }
    if (mode == MIGDI_RUN) {
        migdi_job_set_goes_on(draft->job,
                              draft->goes_on != NULL
                                  ? draft->goes_on
                                  : migdi_arena_format(draft->arena, "migdeploy %s", command));
    }
    if (status == MIGD_OK && mode == MIGDI_RUN && draft->cluster != NULL &&
        !set_lock(draft, command)) {
        status = migdi_fail_nomem(error);
    }
    migdi_step *steps =
        status < 0 ? NULL : migdi_arena_alloc_zeroed(draft->arena, draft->count + 1, sizeof *steps);
    if (status == MIGD_OK && (steps == NULL || draft->arena->failed)) {
        status = migdi_fail_nomem(error);
    }
    if (status == MIGD_OK && steps != NULL) {
        memcpy(steps, draft->steps, draft->count * sizeof *steps);
        status = migdi_job_run_steps(draft->job, mode, steps, draft->count, error);
    }
    return status;
}

migd_status migdi_draft_run(migdi_draft *draft, migdi_run_mode mode, const char *command,
                            migd_job **job, migd_error **error)
{
    const migd_status status = migdi_draft_start(draft, mode, command, error);
    if (status < 0) {
        migd_job_free(draft->job);
        return status;
    }
    *job = draft->job;
    return MIGD_OK;
}
