/* Calls to a Kubernetes API server, as data. */
#include "kube_calls.h"

#include "codec_object.h"
#include "codec_url.h"

#include <string.h>

#define PAGE_LIMIT     "500"
#define WATCH_SECONDS  "300"
#define WATCH_MS       ((int64_t)300 * 1000)
#define LOG_BYTES      "1048576"
#define APPLY_PATCH    "application/apply-patch+yaml"
#define MERGE_PATCH    "application/merge-patch+json"
#define JSON           "application/json"
#define CONTINUE_PARAM "&continue="

/* In the place of a path: the call must not be sent, because of its arguments or of the server. */
#define NO_SEGMENT ""
#define NO_END     "page without end"

/* What a call is about: its path, and its name for people. */
typedef struct subject {
    const migdi_kube_resource *resource;
    const char *namespace_;
    const char *name; /* NULL: the collection */
    const char *part; /* NULL: the object itself */
} subject;

/* --- paths ------------------------------------------------------------------------------------ */

/* As apimachinery's IsValidPathSegmentName: what encoding cannot make safe, since servers decode
 * before they take the path apart. */
static bool is_segment(const char *text)
{
    return text != NULL && text[0] != '\0' && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
           strpbrk(text, "/%") == NULL;
}

static void add_segment(migdi_text *path, const char *segment)
{
    migdi_text_add_char(path, '/');
    migdi_url_add_segment(path, segment, strlen(segment));
}

static void add_query(migdi_text *path, const char *name, const char *value)
{
    const bool is_first = strchr(migdi_text_string(path), '?') == NULL;
    migdi_text_format(path, "%c%s=", is_first ? '?' : '&', name);
    migdi_url_add_query(path, value, strlen(value));
}

static void add_subject(migdi_text *path, const subject *about)
{
    const migdi_kube_resource *resource = about->resource;
    migdi_text_add_string(path, resource->group[0] == '\0' ? "/api" : "/apis");
    if (resource->group[0] != '\0') {
        add_segment(path, resource->group);
    }
    add_segment(path, resource->version);
    if (resource->namespaced && about->namespace_ != NULL) {
        migdi_text_add_string(path, "/namespaces");
        add_segment(path, about->namespace_);
    }
    add_segment(path, resource->plural);
    if (about->name != NULL) {
        add_segment(path, about->name);
    }
    if (about->part != NULL) {
        add_segment(path, about->part);
    }
}

/* The word that can be no segment, and what it should have been; NULL: all can. */
static const char *wrong_word(const subject *about, const char **what)
{
    if (about->resource->namespaced && about->namespace_ != NULL &&
        !is_segment(about->namespace_)) {
        *what = "namespace";
        return about->namespace_;
    }
    *what = "name";
    return about->name != NULL && !is_segment(about->name) ? about->name : NULL;
}

/* --- making a call ---------------------------------------------------------------------------- */

static migdi_call *fail(migdi_arena *arena)
{
    arena->failed = true;
    return NULL;
}

/* `path` is freed. A call without a path is one that must not be sent. */
static migdi_call *make(migdi_arena *arena, const subject *about, migdi_call_kind kind,
                        const char *method, const char *verb, migdi_text *path)
{
    const char *what = NULL;
    const char *wrong = wrong_word(about, &what);
    const char *title =
        migdi_kube_resource_title(about->resource, about->namespace_, about->name, arena);
    migdi_call *call = migdi_arena_alloc_zeroed(arena, 1, sizeof *call);
    if (call != NULL && title != NULL) {
        call->kind = kind;
        call->target = MIGDI_TARGET_CLUSTER;
        call->idempotent = kind != MIGDI_CALL_WRITE;
        call->secret = strcmp(about->resource->plural, "secrets") == 0;
        arena->secret = arena->secret || call->secret; /* before the body comes to lie in it */
        call->method = method;
        call->accept = JSON;
        call->path = path->failed    ? NULL
                     : wrong != NULL ? NO_SEGMENT
                                     : migdi_arena_text(arena, path->bytes, path->size);
        call->name = wrong != NULL ? migdi_arena_format(arena, "\"%s\" is no %s of a %s", wrong,
                                                        what, about->resource->kind)
                                   : migdi_arena_format(arena, "%s %s", verb, title);
    }
    migdi_text_free(path);
    const bool made = call != NULL && call->path != NULL && call->name != NULL;
    return made ? call : fail(arena);
}

static migdi_call *make_plain(migdi_arena *arena, const subject *about, migdi_call_kind kind,
                              const char *method, const char *verb)
{
    migdi_text path = {0};
    add_subject(&path, about);
    return make(arena, about, kind, method, verb, &path);
}

static const migdi_call *with_body(migdi_arena *arena, migdi_call *call, const char *content_type,
                                   const char *body)
{
    if (call == NULL || body == NULL) {
        return fail(arena);
    }
    call->content_type = content_type;
    call->body = body;
    call->body_size = strlen(body);
    return call;
}

/* The call comes first: what it is about decides whether the arena is a secret one. */
static const migdi_call *with_object(migdi_arena *arena, migdi_call *call, const char *content_type,
                                     const migd_object *object)
{
    return with_body(arena, call, content_type, migdi_object_json(object, arena));
}

static const char *take_body(migdi_arena *arena, migdi_builder *builder)
{
    migd_object *document = NULL;
    if (migdi_build_take(builder, &document, NULL) < 0) {
        return NULL;
    }
    const char *body = migdi_object_json(document, arena);
    migd_object_free(document);
    return body;
}

/* --- reads ------------------------------------------------------------------------------------ */

/* A missing name is one that can be no segment, never the collection. */
static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

const migdi_call *migdi_kube_get(migdi_arena *arena, const migdi_kube_resource *resource,
                                 const char *namespace_, const char *name)
{
    const subject about = {resource, or_empty(namespace_), or_empty(name), NULL};
    return make_plain(arena, &about, MIGDI_CALL_READ, "GET", "get");
}

static const char *all_or(const char *namespace_)
{
    return namespace_ == NULL || namespace_[0] == '\0' ? NULL : namespace_;
}

static void add_selection(migdi_text *path, const migdi_kube_selection *selection)
{
    if (selection != NULL && selection->fields != NULL) {
        add_query(path, "fieldSelector", selection->fields);
    }
    if (selection != NULL && selection->labels != NULL) {
        add_query(path, "labelSelector", selection->labels);
    }
}

const migdi_call *migdi_kube_list(migdi_arena *arena, const migdi_kube_resource *resource,
                                  const char *namespace_, const migdi_kube_selection *selection)
{
    const subject about = {resource, all_or(namespace_), NULL, NULL};
    migdi_text path = {0};
    add_subject(&path, &about);
    add_selection(&path, selection);
    add_query(&path, "limit", PAGE_LIMIT);
    return make(arena, &about, MIGDI_CALL_LIST, "GET", "list", &path);
}

const migdi_call *migdi_kube_watch(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const char *namespace_, const migdi_kube_selection *selection,
                                   const char *version)
{
    const subject about = {resource, all_or(namespace_), NULL, NULL};
    migdi_text path = {0};
    add_subject(&path, &about);
    add_query(&path, "allowWatchBookmarks", "true");
    add_selection(&path, selection);
    add_query(&path, "timeoutSeconds", WATCH_SECONDS);
    add_query(&path, "watch", "true");
    const char *key = path.failed ? NULL : migdi_arena_text(arena, path.bytes, path.size);
    if (version != NULL) {
        add_query(&path, "resourceVersion", version);
    }
    migdi_call *call = make(arena, &about, MIGDI_CALL_WATCH, "GET", "watch", &path);
    if (call == NULL || key == NULL) {
        return fail(arena);
    }
    call->key = key;
    call->lasts_ms = WATCH_MS;
    return call;
}

const migdi_call *migdi_kube_version(migdi_arena *arena)
{
    migdi_call *call = migdi_arena_alloc_zeroed(arena, 1, sizeof *call);
    if (call != NULL) {
        *call = (migdi_call){.kind = MIGDI_CALL_READ,
                             .target = MIGDI_TARGET_CLUSTER,
                             .idempotent = true,
                             .method = "GET",
                             .path = "/version",
                             .accept = JSON,
                             .name = "get the version of Kubernetes"};
    }
    return call;
}

const migdi_call *migdi_kube_log(migdi_arena *arena, const char *namespace_, const char *pod,
                                 const char *container, bool previous, int32_t lines)
{
    const subject about = {&migdi_kube_pods, or_empty(namespace_), or_empty(pod), "log"};
    migdi_text path = {0};
    add_subject(&path, &about);
    if (container != NULL) {
        add_query(&path, "container", container);
    }
    add_query(&path, "limitBytes", LOG_BYTES);
    if (previous) {
        add_query(&path, "previous", "true");
    }
    migdi_text_format(&path, "&tailLines=%d", lines);
    migdi_call *call = make(arena, &about, MIGDI_CALL_READ, "GET", "read the log of", &path);
    if (call != NULL) {
        call->accept = MIGDI_KUBE_LOG_ACCEPT;
    }
    return call;
}

/* --- writes ----------------------------------------------------------------------------------- */

/* The parameters of a write, in the order of kubectl. */
static void add_write(migdi_text *path, const migdi_kube_write *write, bool is_apply)
{
    if (write->dry_run) {
        add_query(path, "dryRun", "All");
    }
    add_query(path, "fieldManager", write->manager);
    add_query(path, "fieldValidation", "Strict");
    if (is_apply) {
        add_query(path, "force", write->force ? "true" : "false");
    }
}

static migdi_call *make_write(migdi_arena *arena, const subject *about, const char *method,
                              const char *verb, const migdi_kube_write *write, bool is_apply)
{
    migdi_text path = {0};
    add_subject(&path, about);
    add_write(&path, write, is_apply);
    migdi_call *call = make(arena, about, write->dry_run ? MIGDI_CALL_READ : MIGDI_CALL_WRITE,
                            method, verb, &path);
    if (call != NULL) {
        call->idempotent = is_apply || write->dry_run;
    }
    return call;
}

static subject subject_of(const migdi_kube_resource *resource, const migd_object *object,
                          const migdi_kube_write *write)
{
    return (subject){
        .resource = resource,
        .namespace_ = migd_object_text(object, "/metadata/namespace", or_empty(write->namespace_)),
        .name = migd_object_text(object, "/metadata/name", ""),
    };
}

const migdi_call *migdi_kube_apply(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const migd_object *object, const migdi_kube_write *write)
{
    const subject about = subject_of(resource, object, write);
    return with_object(arena, make_write(arena, &about, "PATCH", "apply", write, true), APPLY_PATCH,
                       object);
}

const migdi_call *migdi_kube_apply_scale(migdi_arena *arena, const migdi_kube_resource *resource,
                                         const char *namespace_, const char *name, int64_t replicas,
                                         const char *version, const migdi_kube_write *write)
{
    const subject about = {resource, or_empty(namespace_), or_empty(name), "scale"};
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, "autoscaling/v1", "/apiVersion");
    migdi_build_string(&builder, "Scale", "/kind");
    migdi_build_string(&builder, about.name, "/metadata/name");
    migdi_build_string(&builder, about.namespace_, "/metadata/namespace");
    if (version != NULL) {
        migdi_build_string(&builder, version, "/metadata/resourceVersion");
    }
    migdi_build_int64(&builder, replicas, "/spec/replicas");
    return with_body(arena, make_write(arena, &about, "PATCH", "scale", write, true), APPLY_PATCH,
                     take_body(arena, &builder));
}

const migdi_call *migdi_kube_create(migdi_arena *arena, const migdi_kube_resource *resource,
                                    const migd_object *object, const migdi_kube_write *write)
{
    subject about = subject_of(resource, object, write);
    const char *title = migdi_kube_resource_title(resource, about.namespace_, about.name, arena);
    about.name = NULL; /* a POST goes to the collection */
    migdi_call *call = make_write(arena, &about, "POST", "create", write, false);
    if (call != NULL && title != NULL && migdi_kube_call_refusal(call) == MIGD_OK) {
        call->name = migdi_arena_format(arena, "create %s", title);
    }
    return with_object(arena, call == NULL || call->name == NULL ? NULL : call, JSON, object);
}

const migdi_call *migdi_kube_merge(migdi_arena *arena, const migdi_kube_resource *resource,
                                   const char *namespace_, const char *name, const char *part,
                                   const migd_object *patch, const migdi_kube_write *write)
{
    const subject about = {resource, or_empty(namespace_), or_empty(name), part};
    return with_object(arena, make_write(arena, &about, "PATCH", "patch", write, false),
                       MERGE_PATCH, patch);
}

const migdi_call *migdi_kube_delete(migdi_arena *arena, const migdi_kube_resource *resource,
                                    const char *namespace_, const char *name,
                                    const migdi_kube_end *end)
{
    const subject about = {resource, or_empty(namespace_), or_empty(name), NULL};
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, "v1", "/apiVersion");
    migdi_build_string(&builder, "DeleteOptions", "/kind");
    if (end->uid != NULL) {
        migdi_build_string(&builder, end->uid, "/preconditions/uid");
    }
    if (end->resource_version != NULL) {
        migdi_build_string(&builder, end->resource_version, "/preconditions/resourceVersion");
    }
    migdi_build_string(&builder, end->propagation == NULL ? "Background" : end->propagation,
                       "/propagationPolicy");
    migdi_text path = {0};
    add_subject(&path, &about);
    if (end->dry_run) {
        add_query(&path, "dryRun", "All");
    }
    migdi_call *call = make(arena, &about, end->dry_run ? MIGDI_CALL_READ : MIGDI_CALL_WRITE,
                            "DELETE", "delete", &path);
    if (call != NULL) {
        call->idempotent = end->dry_run || end->uid != NULL;
    }
    return with_body(arena, call, JSON, take_body(arena, &builder));
}

/* --- for the target --------------------------------------------------------------------------- */

migd_status migdi_kube_call_refusal(const migdi_call *call)
{
    return call->path[0] == '/'                  ? MIGD_OK
           : strcmp(call->path, NO_SEGMENT) == 0 ? MIGD_ERR_INVALID
                                                 : MIGD_ERR_REMOTE;
}

const migdi_call *migdi_kube_next_page(migdi_arena *arena, const migdi_call *call,
                                       const char *token)
{
    const char *before = strstr(call->path, CONTINUE_PARAM);
    const size_t kept = before == NULL ? strlen(call->path) : (size_t)(before - call->path);
    migdi_text path = {0};
    migdi_text_add(&path, call->path, kept);
    migdi_text_add_string(&path, CONTINUE_PARAM);
    migdi_url_add_query(&path, token, strlen(token));
    const bool is_same = !path.failed && strcmp(path.bytes, call->path) == 0;
    migdi_call *next = migdi_arena_alloc(arena, sizeof *next);
    if (next != NULL) {
        *next = *call;
        next->path = path.failed ? NULL
                     : is_same   ? NO_END
                                 : migdi_arena_text(arena, path.bytes, path.size);
        next->name = is_same ? migdi_arena_format(
                                   arena, "%s: the server gives the same page for ever", call->name)
                             : call->name;
    }
    migdi_text_free(&path);
    const bool made = next != NULL && next->path != NULL && next->name != NULL;
    return made ? next : fail(arena);
}
