/* The public calls on objects: each is one job, which first learns where its kind is served if it
 * must. */
#include "codec_selector.h"
#include "job_run.h"
#include "kube_calls.h"
#include "kube_client.h"
#include "kube_delete.h"
#include "kube_discovery.h"

#include <string.h>

typedef enum { VERB_APPLY, VERB_GET, VERB_LIST, VERB_DELETE } verb;

/* What was asked for. In the job's arena. */
typedef struct request {
    verb verb;
    migdi_kube_target *target;
    const char *kind;          /* as a person names it; of apply NULL */
    const migd_object *object; /* of apply */
    const char *api_version;   /* of apply */
    const char *object_kind;   /* of apply */
    const char *namespace_;    /* NULL: all */
    const char *name;
    const char *selector;
    const char *uid;
    migdi_kube_write write;
    const migdi_kube_resource *resource; /* once it is known */
    bool asked;                          /* the server was asked for its kinds in this job */
} request;

static const char *keep(migdi_arena *arena, const char *text)
{
    return text == NULL ? NULL : migdi_arena_text(arena, text, strlen(text));
}

/* --- arguments -------------------------------------------------------------------------------- */

static migd_status check_kind(const char *kind, migd_error **error)
{
    if (kind == NULL || kind[0] == '\0' || strpbrk(kind, "/ ") != NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID,
                          "\"%s\" is no kind, such as pods or statefulsets.apps",
                          kind == NULL ? "" : kind);
    }
    return MIGD_OK;
}

static migd_status check_object(const migd_object *object, migd_error **error)
{
    static const char *const needed[] = {"/apiVersion", "/kind", "/metadata/name"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (migd_object_text(object, needed[i], "")[0] == '\0') {
            return migdi_fail_at(error, MIGD_ERR_INVALID, migdi_object_place(object),
                                 "an object to apply needs %s", needed[i] + 1);
        }
    }
    return MIGD_OK;
}

/* Of the call, else of its options, else of the client. */
static const char *namespace_of(const migd_kube *kube, const char *namespace_,
                                const migd_call_options *options)
{
    const char *option = migd_call_options_text(options, MIGD_CALL_NAMESPACE);
    return namespace_ != NULL ? namespace_
           : option != NULL   ? option
                              : migdi_kube_client_namespace(kube);
}

static migd_status check_namespaces(const migd_object *object, const migd_call_options *options,
                                    migd_error **error)
{
    const char *wanted = migd_call_options_text(options, MIGD_CALL_NAMESPACE);
    const migd_object *value = migd_object_at(object, "/metadata/namespace");
    const char *written = migd_object_text(value, "", wanted);
    return migdi_text_equal(wanted, written) || wanted == NULL
               ? MIGD_OK
               : migdi_fail_at(error, MIGD_ERR_INVALID, migdi_object_place(value),
                               "the object is in namespace \"%s\", not in \"%s\"", written, wanted);
}

/* --- the call itself, once the resource is known ---------------------------------------------- */

/* The result of a list as kubectl shows it: a List, each item with its apiVersion and kind. */
static migd_status finish_list(void *user, migd_job *job, migd_error **error)
{
    const request *asked = user;
    const migdi_kube_resource *resource = asked->resource;
    migd_object *list = migdi_job_result(job);
    migdi_arena *arena = migdi_job_arena(job);
    const char *version =
        resource->group[0] == '\0'
            ? resource->version
            : migdi_arena_format(arena, "%s/%s", resource->group, resource->version);
    if (list == NULL || version == NULL) {
        return migdi_fail_nomem(error);
    }
    migdi_job_on_finish(job, NULL, NULL);
    migd_status status = migd_object_set_string(list, "/apiVersion", "v1", error);
    status = status < 0 ? status : migd_object_set_string(list, "/kind", "List", error);
    const migd_object *items = migd_object_at(list, "/items");
    const size_t count = migd_object_count(items);
    migdi_text pointer = {0};
    for (size_t i = 0; i < count && status == MIGD_OK; i++) {
        migdi_text_clear(&pointer);
        migdi_text_format(&pointer, "/items/%zu/apiVersion", i);
        status = pointer.failed ? migdi_fail_nomem(error)
                                : migd_object_set_string(list, pointer.bytes, version, error);
        migdi_text_clear(&pointer);
        migdi_text_format(&pointer, "/items/%zu/kind", i);
        if (status == MIGD_OK) {
            status = pointer.failed
                         ? migdi_fail_nomem(error)
                         : migd_object_set_string(list, pointer.bytes, resource->kind, error);
        }
    }
    migdi_text_free(&pointer);
    return status;
}

/* The object that was found has a uid: only that one is deleted, and waited for. */
static migd_status finish_found(void *user, migd_job *job, migd_error **error)
{
    const request *asked = user;
    migdi_arena *arena = migdi_job_arena(job);
    const char *found = migd_object_text(migdi_job_result(job), "/metadata/uid", "");
    migdi_job_on_finish(job, NULL, NULL);
    if (asked->uid != NULL && strcmp(asked->uid, found) != 0) {
        return migdi_fail(error, MIGD_ERR_NOT_FOUND,
                          "%s \"%s\" is another object now: its uid is %s, not %s",
                          asked->resource->plural, asked->name, found, asked->uid);
    }
    const char *uid = keep(arena, found);
    if (uid != NULL && asked->write.dry_run) {
        const migdi_kube_end end = {.uid = uid, .dry_run = true};
        return migdi_job_run_call(
            job, migdi_kube_delete(arena, asked->resource, asked->namespace_, asked->name, &end),
            error);
    }
    migdi_kube_delete_wish *wish = migdi_arena_alloc(arena, sizeof *wish);
    migdi_step *step = migdi_arena_alloc_zeroed(arena, 1, sizeof *step);
    if (uid == NULL || wish == NULL || step == NULL) {
        return migdi_fail_nomem(error);
    }
    *wish = (migdi_kube_delete_wish){asked->resource, asked->namespace_, asked->name, uid};
    *step = (migdi_step){.kind = &migdi_kube_delete_step, .wish = wish, .goal = MIGDI_ABSENT};
    return migdi_job_run_steps(job, MIGDI_RUN, step, 1, error);
}

static migd_status run_verb(request *asked, migd_job *job, migd_error **error)
{
    migdi_arena *arena = migdi_job_arena(job);
    const migdi_kube_resource *resource = asked->resource;
    const migdi_kube_selection selection = {.labels = asked->selector};
    const migdi_call *call = NULL;
    migdi_job_on_finish(job, NULL, NULL);
    switch (asked->verb) {
    case VERB_APPLY:
        call = migdi_kube_apply(arena, resource, asked->object, &asked->write);
        break;
    case VERB_LIST:
        call = migdi_kube_list(arena, resource, asked->namespace_, &selection);
        migdi_job_on_finish(job, finish_list, asked);
        break;
    case VERB_DELETE:
        migdi_job_on_finish(job, finish_found, asked);
        call = migdi_kube_get(arena, resource, asked->namespace_, asked->name);
        break;
    case VERB_GET:
        call = migdi_kube_get(arena, resource, asked->namespace_, asked->name);
        break;
    }
    if (call != NULL && migdi_kube_call_refusal(call) < 0) {
        return migdi_fail(error, migdi_kube_call_refusal(call), "%s", call->name);
    }
    return migdi_job_run_call(job, call, error);
}

/* --- where the kind is served ----------------------------------------------------------------- */

static const migdi_kube_resource *look_up(const request *asked)
{
    const bool by_name = asked->verb != VERB_APPLY;
    const migdi_kube_resource *known =
        by_name ? migdi_kube_resource_named(asked->kind)
                : migdi_kube_resource_of(asked->api_version, asked->object_kind);
    const migdi_kube_discovery *discovery = migdi_kube_target_discovery(asked->target);
    if (known != NULL || discovery == NULL) {
        return known;
    }
    const migdi_kube_found *found = migdi_kube_discovery_found(discovery);
    return by_name ? migdi_kube_found_named(found, asked->kind)
                   : migdi_kube_found_of(found, asked->api_version, asked->object_kind);
}

static migd_status fail_unknown(const request *asked, migd_error **error)
{
    const migdi_kube_discovery *discovery = migdi_kube_target_discovery(asked->target);
    if (discovery == NULL) {
        return migdi_fail_nomem(error);
    }
    const migdi_kube_found *found = migdi_kube_discovery_found(discovery);
    const char *more =
        found->incomplete ? "; a part of its kinds could not be asked for at the moment" : "";
    if (asked->verb == VERB_APPLY) {
        return migdi_fail_at(error, MIGD_ERR_UNSUPPORTED, migdi_object_place(asked->object),
                             "the server serves no %s of %s%s", asked->object_kind,
                             asked->api_version, more);
    }
    const char *nearest = migdi_kube_found_nearest(found, asked->kind);
    return migdi_fail(error, MIGD_ERR_UNSUPPORTED, "the server serves no \"%s\"%s%s%s%s",
                      asked->kind, nearest == NULL ? "" : "; did you mean \"",
                      nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?", more);
}

typedef struct kinds_seen {
    const migdi_kube_found *found;
} kinds_seen;

static void observe_kinds(const void *wish, migdi_view *view, void *out)
{
    (void)wish;
    ((kinds_seen *)out)->found = migdi_kube_discovery_see(view);
}

static void decide_kinds(const void *wish, migdi_goal goal, const void *in, migdi_verdict *verdict)
{
    (void)wish;
    (void)goal;
    const kinds_seen *seen = in;
    if (seen->found == NULL) {
        migdi_refuse(verdict, MIGD_ERR_REMOTE, "the server does not say which kinds it serves");
    } else {
        migdi_done(verdict, "the server serves %zu kinds", seen->found->count);
    }
}

/* The client remembers what was found: what is lost, is asked for again. */
static void report_kinds(const void *wish, const void *in, migdi_builder *result)
{
    (void)result;
    const request *asked = wish;
    const kinds_seen *seen = in;
    migdi_kube_discovery *kept = migdi_kube_discovery_keep(seen->found);
    if (kept != NULL) {
        migdi_kube_target_set_discovery(asked->target, kept);
    }
}

static const migdi_step_kind kinds_step = {
    .name = "kinds",
    .seen_size = sizeof(kinds_seen),
    .observe = observe_kinds,
    .decide = decide_kinds,
    .report = report_kinds,
};

static migd_status go_on(request *asked, migd_job *job, migd_error **error);

static migd_status finish_kinds(void *user, migd_job *job, migd_error **error)
{
    return go_on(user, job, error);
}

/* A copy that lives as long as the job: another job may learn the kinds anew meanwhile. */
static const migdi_kube_resource *keep_resource(migdi_arena *arena, const migdi_kube_resource *from)
{
    migdi_kube_resource *to = migdi_arena_alloc(arena, sizeof *to);
    if (to != NULL) {
        *to = *from;
        to->group = keep(arena, from->group);
        to->version = keep(arena, from->version);
        to->plural = keep(arena, from->plural);
        to->singular = keep(arena, from->singular);
        to->kind = keep(arena, from->kind);
        to->short_names = keep(arena, from->short_names);
    }
    return arena->failed ? NULL : to;
}

/* Runs the verb when its resource is known; else asks the server, once. */
static migd_status go_on(request *asked, migd_job *job, migd_error **error)
{
    const migdi_kube_resource *known = look_up(asked);
    if (known != NULL) {
        asked->resource = keep_resource(migdi_job_arena(job), known);
        return asked->resource == NULL ? migdi_fail_nomem(error) : run_verb(asked, job, error);
    }
    if (asked->asked) {
        return fail_unknown(asked, error);
    }
    asked->asked = true;
    migdi_step *step = migdi_arena_alloc_zeroed(migdi_job_arena(job), 1, sizeof *step);
    if (step == NULL) {
        return migdi_fail_nomem(error);
    }
    *step = (migdi_step){.kind = &kinds_step, .wish = asked};
    migdi_job_on_finish(job, finish_kinds, asked);
    return migdi_job_run_steps(job, MIGDI_RUN, step, 1, error);
}

/* --- starting --------------------------------------------------------------------------------- */

static migd_status keep_object(request *kept, migd_job *job, const migd_object *object,
                               migd_error **error)
{
    migd_object *copy = NULL;
    migd_status status = migd_object_copy(object, &copy, error);
    if (status == MIGD_OK) {
        status = migdi_job_give(job, copy, migdi_object_release, error);
    }
    if (status == MIGD_OK) {
        if (strcmp(migd_object_text(copy, "/kind", ""), "Secret") == 0) {
            migdi_object_keep_secret(copy);
        }
        kept->object = copy;
        kept->api_version = migd_object_text(copy, "/apiVersion", "");
        kept->object_kind = migd_object_text(copy, "/kind", "");
    }
    return status;
}

/* Copies what was asked for into the job. */
static migd_status keep_request(const request *asked, const migd_kube *kube,
                                const migd_call_options *options, migd_job *job, request **out,
                                migd_error **error)
{
    migdi_arena *arena = migdi_job_arena(job);
    const char *manager = migd_call_options_text(options, MIGD_CALL_FIELD_MANAGER);
    request *kept = migdi_arena_alloc_zeroed(arena, 1, sizeof *kept);
    if (kept == NULL) {
        return migdi_fail_nomem(error);
    }
    *out = kept;
    kept->verb = asked->verb;
    kept->target = migdi_kube_client_target(kube);
    kept->kind = keep(arena, asked->kind);
    kept->namespace_ = keep(arena, namespace_of(kube, asked->namespace_, options));
    kept->name = keep(arena, asked->name);
    kept->selector = keep(arena, asked->selector);
    kept->uid = keep(arena, asked->uid);
    kept->write = (migdi_kube_write){
        .manager = keep(arena, manager == NULL ? migdi_kube_client_manager(kube) : manager),
        .force = migd_call_options_int64(options, MIGD_CALL_FORCE) == 1,
        .dry_run = migd_call_options_int64(options, MIGD_CALL_DRY_RUN) == 1,
        .namespace_ = kept->namespace_,
    };
    if (arena->failed) {
        return migdi_fail_nomem(error);
    }
    return asked->object == NULL ? MIGD_OK : keep_object(kept, job, asked->object, error);
}

static migd_status start(const request *asked, migd_kube *kube, const migd_call_options *options,
                         migd_job **out, migd_error **error)
{
    migd_job *job = NULL;
    request *kept = NULL;
    migd_status status = migdi_job_new(migdi_kube_client_context(kube), options, &job, error);
    if (status < 0) {
        return status;
    }
    status = migdi_kube_client_join(kube, job, error);
    if (status == MIGD_OK) {
        status = keep_request(asked, kube, options, job, &kept, error);
    }
    if (status == MIGD_OK && kept != NULL) {
        status = go_on(kept, job, error);
    }
    if (status < 0) {
        migd_job_free(job);
        return status;
    }
    *out = job;
    return MIGD_OK;
}

static migd_status begin(const migd_kube *kube, migd_job **job, migd_error **error)
{
    const migd_status begun = migdi_begin(job, error);
    return begun < 0      ? begun
           : kube == NULL ? migdi_fail(error, MIGD_ERR_INVALID, "no client")
                          : MIGD_OK;
}

/* --- the public calls ------------------------------------------------------------------------- */

migd_status migd_kube_apply_start(migd_kube *kube, const migd_object *object,
                                  const migd_call_options *options, migd_job **job,
                                  migd_error **error)
{
    migd_status status = begin(kube, job, error);
    status = status < 0 ? status : check_object(object, error);
    status = status < 0 ? status : check_namespaces(object, options, error);
    const request asked = {.verb = VERB_APPLY, .object = object};
    return status < 0 ? status : start(&asked, kube, options, job, error);
}

migd_status migd_kube_get_start(migd_kube *kube, const char *kind, const char *namespace_,
                                const char *name, const migd_call_options *options, migd_job **job,
                                migd_error **error)
{
    migd_status status = begin(kube, job, error);
    status = status < 0 ? status : check_kind(kind, error);
    const request asked = {.verb = VERB_GET, .kind = kind, .namespace_ = namespace_, .name = name};
    return status < 0 ? status : start(&asked, kube, options, job, error);
}

migd_status migd_kube_list_start(migd_kube *kube, const char *kind, const char *namespace_,
                                 const char *selector, const migd_call_options *options,
                                 migd_job **job, migd_error **error)
{
    migd_status status = begin(kube, job, error);
    status = status < 0 ? status : check_kind(kind, error);
    if (status == MIGD_OK && selector != NULL) {
        migdi_arena arena = {0};
        migdi_selector read = {0};
        status = migdi_selector_parse(selector, strlen(selector), &arena, &read, error);
        migdi_arena_free(&arena);
    }
    const request asked = {
        .verb = VERB_LIST, .kind = kind, .namespace_ = namespace_, .selector = selector};
    return status < 0 ? status : start(&asked, kube, options, job, error);
}

migd_status migd_kube_delete_start(migd_kube *kube, const char *kind, const char *namespace_,
                                   const char *name, const char *uid,
                                   const migd_call_options *options, migd_job **job,
                                   migd_error **error)
{
    migd_status status = begin(kube, job, error);
    status = status < 0 ? status : check_kind(kind, error);
    const request asked = {
        .verb = VERB_DELETE, .kind = kind, .namespace_ = namespace_, .name = name, .uid = uid};
    return status < 0 ? status : start(&asked, kube, options, job, error);
}

migd_status migd_kube_apply(migd_kube *kube, const migd_object *object,
                            const migd_call_options *options, migd_object **out, migd_error **error)
{
    migd_job *job = NULL;
    const migd_status started = migd_kube_apply_start(kube, object, options, &job, error);
    return migdi_job_complete(started, job, out, error);
}

migd_status migd_kube_get(migd_kube *kube, const char *kind, const char *namespace_,
                          const char *name, const migd_call_options *options, migd_object **out,
                          migd_error **error)
{
    migd_job *job = NULL;
    const migd_status started =
        migd_kube_get_start(kube, kind, namespace_, name, options, &job, error);
    return migdi_job_complete(started, job, out, error);
}

migd_status migd_kube_list(migd_kube *kube, const char *kind, const char *namespace_,
                           const char *selector, const migd_call_options *options,
                           migd_object **out, migd_error **error)
{
    migd_job *job = NULL;
    const migd_status started =
        migd_kube_list_start(kube, kind, namespace_, selector, options, &job, error);
    return migdi_job_complete(started, job, out, error);
}

migd_status migd_kube_delete(migd_kube *kube, const char *kind, const char *namespace_,
                             const char *name, const char *uid, const migd_call_options *options,
                             migd_object **out, migd_error **error)
{
    migd_job *job = NULL;
    const migd_status started =
        migd_kube_delete_start(kube, kind, namespace_, name, uid, options, &job, error);
    return migdi_job_complete(started, job, out, error);
}
