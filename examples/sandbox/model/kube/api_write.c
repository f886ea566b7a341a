/* Create, apply, patch, replace, delete, evict, and the number of members as a resource of its
 * own. */
#include "api.h"

#include <stdlib.h>
#include <string.h>

/* --- what every write asks first -------------------------------------------------------------- */

static const char changed_message[] =
    "the object has been modified; please apply your changes to the latest version and try again";

static owner writer(const call *of, const char *subresource, bool applies)
{
    pool *memory = &of->cloud->memory;
    const char *agent = of->request->user_agent == NULL ? "unknown" : of->request->user_agent;
    const char *manager = api_parameter(of, "fieldManager");
    return (owner){.manager =
                       manager != NULL ? manager : pool_text(memory, agent, strcspn(agent, "/")),
                   .api_version = kind_api_version(of->cloud, of->kind),
                   .subresource = subresource,
                   .applies = applies};
}

static object *find(const call *of)
{
    return store_find(of->cloud, of->stored->id, of->space == NULL ? "" : of->space, of->name);
}

/* false: answered. */
static bool accepts_new(const call *of)
{
    if (!of->kind->namespaced) {
        return true;
    }
    const object *space = store_find(of->cloud, KIND_NAMESPACE, "", of->space);
    if (space == NULL) {
        api_fail(of, 404, "NotFound",
                 value_make(&of->cloud->memory, "{'name':%s,'kind':'namespaces'}", of->space),
                 "namespaces \"%s\" not found", of->space);
        return false;
    }
    if (object_is_deleting(space)) {
        const char *told =
            pool_format(&of->cloud->memory, "namespace %s is being terminated", of->space);
        const value *causes = value_make(
            &of->cloud->memory,
            "[{'reason':'NamespaceTerminating','message':%s,'field':'metadata.namespace'}]", told);
        api_fail(
            of, 403, "Forbidden", api_details(of, causes),
            "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is "
            "being "
            "terminated",
            kind_resource(of->cloud, of->kind), of->name, of->space);
        return false;
    }
    return true;
}

/* The name, namespace, version and preconditions in the body. live NULL: none yet. false:
 * answered. */
static bool fits(const call *of, const object *live, const char *resource)
{
    const char *name = value_text(of->body, "metadata/name", of->name);
    const char *space = value_text(of->body, "metadata/namespace", of->space);
    const char *number = value_text(of->body, "metadata/resourceVersion", NULL);
    const char *uid = value_text(of->body, "metadata/uid", NULL);
    if (strcmp(name, of->name) != 0) {
        api_fail(of, 400, "BadRequest", NULL,
                 "the name of the object (%s) does not match the name on the URL (%s)", name,
                 of->name);
        return false;
    }
    if (of->kind->namespaced && strcmp(space, of->space) != 0) {
        api_fail(of, 400, "BadRequest", NULL,
                 "the namespace of the provided object does not match the namespace sent on the "
                 "request");
        return false;
    }
    if (uid != NULL && (live == NULL || strcmp(uid, object_uid(live)) != 0)) {
        api_conflict(
            of, resource,
            pool_format(&of->cloud->memory,
                        "Precondition failed: UID in precondition: %s, UID in object meta: %s", uid,
                        live == NULL ? "" : object_uid(live)));
        return false;
    }
    if (number != NULL &&
        (live == NULL || strcmp(number, object_text(live, "metadata/resourceVersion")) != 0)) {
        api_conflict(of, of->kind->plural, changed_message);
        return false;
    }
    return true;
}

/* false: answered with 422. */
static bool is_valid(const call *of, const value *before, const value *after)
{
    value_list causes = {.memory = &of->cloud->memory};
    const char *told = defaults_refuse(of->cloud, of->stored, before, after, &causes);
    if (told == NULL) {
        return true;
    }
    const value *details = api_details(of, value_list_array(&causes));
    details = value_with(&of->cloud->memory, details, "kind",
                         value_of_string(&of->cloud->memory, of->kind->name));
    api_fail(of, 422, "Invalid", details, "%s%s%s \"%s\" is invalid: %s", of->kind->name,
             *of->kind->group == '\0' ? "" : ".", of->kind->group, of->name, told);
    return false;
}

/* The body without what a client cannot set. */
static const value *stripped(const call *of)
{
    static const char *const never[] = {"apiVersion",
                                        "kind",
                                        "metadata/uid",
                                        "metadata/resourceVersion",
                                        "metadata/generation",
                                        "metadata/creationTimestamp",
                                        "metadata/selfLink",
                                        "metadata/managedFields",
                                        "metadata/deletionTimestamp",
                                        "metadata/deletionGracePeriodSeconds"};
    pool *memory = &of->cloud->memory;
    const value *document = of->body;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        document = value_put(memory, document, never[i], NULL);
    }
    if (of->kind->has_status && of->kind->id != KIND_NODE) {
        document = value_put(memory, document, "status", NULL);
    }
    return document;
}

static void count_write(const call *of)
{
    of->cloud->writes += of->stored->id != KIND_LEASE;
}

/* Stores a new object with its managedFields, unless it is a rehearsal. */
static void add_new(const call *of, const value *document)
{
    world *cloud = of->cloud;
    if (!is_valid(of, NULL, document)) {
        return;
    }
    if (of->dry_run) {
        version shown = {.document = store_identify(cloud, of->stored, document)};
        api_document(of, 201, &shown);
        return;
    }
    count_write(of);
    api_document(of, 201, store_create(cloud, of->stored, document, NULL)->now);
}

/* --- create ----------------------------------------------------------------------------------- */

void api_create(const call *of)
{
    world *cloud = of->cloud;
    pool *memory = &cloud->memory;
    call named = *of;
    const char *prefix = value_text(of->body, "metadata/generateName", NULL);
    named.name = value_text(of->body, "metadata/name", NULL);
    if (named.name == NULL && prefix != NULL) {
        named.name = pool_format(memory, "%s%05x", prefix, (unsigned)(chance(cloud) & 0xFFFFF));
    }
    if (named.name == NULL) {
        static const char told[] = "Required value: name or generateName is required";
        api_fail(of, 422, "Invalid",
                 value_make(memory,
                            "{'kind':%s,'causes':[{'reason':'FieldValueRequired','message':%s,"
                            "'field':'metadata.name'}]}",
                            of->kind->name, told),
                 "%s \"\" is invalid: metadata.name: %s", of->kind->name, told);
        return;
    }
    if (!fits(&named, NULL, of->kind->plural) || !accepts_new(&named)) {
        return;
    }
    if (find(&named) != NULL) {
        api_fail(of, 409, "AlreadyExists", api_details(&named, NULL), "%s \"%s\" already exists",
                 kind_resource(cloud, of->kind), named.name);
        return;
    }
    const schema_type *type = schema_find(cloud->types, of->kind->name);
    const value *document = stripped(of);
    document = value_put(memory, document, "metadata/name", value_of_string(memory, named.name));
    if (of->kind->namespaced) {
        document =
            value_put(memory, document, "metadata/namespace", value_of_string(memory, of->space));
    }
    document = of->kind == of->stored ? document : defaults_from_v1(cloud, document);
    document = defaults_fill(cloud, of->stored, document);
    const owner who = writer(of, NULL, false);
    document = owners_update(memory, type, &value_empty_map, document, &who,
                             time_text(cloud, cloud->now_ms));
    add_new(&named, defaults_create(cloud, of->stored, document));
}

/* --- change ----------------------------------------------------------------------------------- */

/* Stores a changed object; one that was only held by its finalizers goes when it has none left. */
static void commit(const call *of, object *live, const value *document)
{
    world *cloud = of->cloud;
    if (!is_valid(of, live->now->document, document)) {
        return;
    }
    if (of->dry_run) {
        version shown = {.document = document};
        api_document(of, 200, &shown);
        return;
    }
    if (store_write(cloud, live, document, NULL)) {
        count_write(of);
    }
    api_document(of, 200, live->now);
    if (object_is_deleting(live) && object_get(live, "metadata/finalizers") == NULL &&
        live->kind->id != KIND_POD && live->kind->id != KIND_NAMESPACE) {
        store_remove(cloud, live);
    }
}

/* false: answered with 500, as the server does for what is not in its schema. */
static bool is_typed(const call *of)
{
    pool *memory = &of->cloud->memory;
    value_list faults = {.memory = memory};
    const schema_type *type = schema_find(
        of->cloud->types, of->kind->id == KIND_AUTOSCALER_V1 ? "AutoscalerV1" : of->kind->name);
    if (fields_check(memory, type, of->body, &faults) == 0) {
        return true;
    }
    text told = {.memory = memory};
    for (uint32_t i = 0; i < faults.count; i++) {
        text_add_string(&told, faults.count == 1 ? "" : i == 0 ? "errors:\n  " : "\n  ");
        text_add_string(&told, faults.members[i].key);
    }
    api_fail(of, 500, NULL, NULL, "failed to create typed patch object (%s/%s; %s/%s, Kind=%s): %s",
             of->space, of->name, of->kind->group, of->kind->version, of->kind->name, told.bytes);
    text_free(&told);
    return false;
}

static bool is_appliable(const call *of)
{
    const char *wanted = kind_api_version(of->cloud, of->kind);
    const char *given = value_text(of->body, "apiVersion", "");
    if (api_parameter(of, "fieldManager") == NULL) {
        api_fail(of, 422, "Invalid",
                 value_make(
                     &of->cloud->memory,
                     "{'group':'meta.k8s.io','kind':'PatchOptions','causes':[{'reason':"
                     "'FieldValueRequired','message':'Required value: is required for apply patch',"
                     "'field':'fieldManager'}]}"),
                 "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is "
                 "required for "
                 "apply patch");
        return false;
    }
    if (value_at(of->body, "metadata/managedFields") != NULL) {
        api_fail(of, 400, "BadRequest", NULL, "metadata.managedFields must be nil");
        return false;
    }
    if (strcmp(given, wanted) != 0 ||
        strcmp(value_text(of->body, "kind", ""), of->kind->name) != 0) {
        api_fail(of, 400, "BadRequest", NULL, "invalid object type: %s%s, Kind=%s",
                 strchr(given, '/') == NULL ? "/" : "", given, value_text(of->body, "kind", ""));
        return false;
    }
    return true;
}

static void refuse_apply(const call *of, const owners_applied *applied)
{
    api_fail(of, 409, "Conflict", value_make(&of->cloud->memory, "{'causes':%v}", applied->causes),
             "%s", applied->message);
}

static void apply(const call *of)
{
    world *cloud = of->cloud;
    pool *memory = &cloud->memory;
    object *live = find(of);
    if (!is_appliable(of) || !is_typed(of) || (live == NULL && !accepts_new(of))) {
        return;
    }
    const value *config = stripped(of);
    config = of->kind == of->stored ? config : defaults_from_v1(cloud, config);
    config = value_put(memory, config, "metadata/name",
                       live == NULL ? value_of_string(memory, of->name) : NULL);
    config =
        value_put(memory, config, "metadata/namespace",
                  live == NULL && of->kind->namespaced ? value_of_string(memory, of->space) : NULL);
    const char *force = api_parameter(of, "force");
    const owner who = writer(of, NULL, true);
    const owners_applied applied =
        owners_apply(memory, schema_find(cloud->types, of->stored->name),
                     live == NULL ? &value_empty_map : live->now->document, config, &who,
                     force != NULL && strcmp(force, "true") == 0, time_text(cloud, cloud->now_ms));
    if (applied.document == NULL) {
        refuse_apply(of, &applied);
        return;
    }
    if (!fits(of, live, of->kind->plural)) {
        return;
    }
    const value *document = defaults_fill(cloud, of->stored, applied.document);
    if (live == NULL) {
        document = value_put(memory, document, "metadata/managedFields", applied.managed_anew);
        add_new(of, defaults_create(cloud, of->stored, document));
        return;
    }
    /* The time of an entry moves only when something else does. */
    const value *same = value_put(memory, document, "metadata/managedFields", applied.managed);
    const bool nothing = value_equal(same, live->now->document);
    commit(of, live,
           nothing ? live->now->document
                   : value_put(memory, document, "metadata/managedFields", applied.managed_anew));
}

static bool has_lists(const value *patch)
{
    for (uint32_t i = 0; patch->kind == VALUE_MAP && i < patch->count; i++) {
        if (patch->members[i].value->kind == VALUE_ARRAY || has_lists(patch->members[i].value)) {
            return true;
        }
    }
    return false;
}

/* What the body makes of the live document; NULL: answered. */
static const value *patched(const call *of, const value *live)
{
    const char *type = of->request->content_type == NULL ? "" : of->request->content_type;
    const bool strategic = strncmp(type, "application/strategic-merge-patch+json", 38) == 0;
    const bool put = strcmp(of->request->method, "PUT") == 0;
    if (!put && !strategic && strncmp(type, "application/merge-patch+json", 28) != 0) {
        api_fail(of, 415, "UnsupportedMediaType", &value_empty_map, "415: Unsupported Media Type");
        return NULL;
    }
    if (strategic && has_lists(of->body)) {
        api_fail(of, 501, "NotImplemented", NULL,
                 "the sandbox merges no lists of a strategic merge patch");
        return NULL;
    }
    return put ? of->body : value_merge(&of->cloud->memory, live, of->body);
}

/* What a client cannot change, as it was. */
static const value *kept(const call *of, const value *live, const value *document)
{
    static const char *const fixed[] = {"metadata/name",
                                        "metadata/namespace",
                                        "metadata/uid",
                                        "metadata/generation",
                                        "metadata/creationTimestamp",
                                        "metadata/resourceVersion",
                                        "metadata/managedFields",
                                        "metadata/deletionTimestamp",
                                        "metadata/deletionGracePeriodSeconds"};
    pool *memory = &of->cloud->memory;
    document = value_put(memory, document, "apiVersion", NULL);
    document = value_put(memory, document, "kind", NULL);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        document = value_put(memory, document, fixed[i], value_at(live, fixed[i]));
    }
    return of->kind->has_status ? value_put(memory, document, "status", value_get(live, "status"))
                                : document;
}

void api_change(const call *of)
{
    world *cloud = of->cloud;
    const char *type = of->request->content_type == NULL ? "" : of->request->content_type;
    if (of->body == NULL) {
        api_fail(of, 400, "BadRequest", NULL, "the request has no body");
        return;
    }
    if (strncmp(type, "application/apply-patch+yaml", 28) == 0 &&
        strcmp(of->request->method, "PATCH") == 0) {
        apply(of);
        return;
    }
    object *live = find(of);
    if (live == NULL) {
        api_not_found(of);
        return;
    }
    const value *before = live->now->document;
    const value *shown = of->kind == of->stored ? before : defaults_to_v1(cloud, before);
    const value *document = fits(of, live, of->kind->plural) ? patched(of, shown) : NULL;
    if (document == NULL) {
        return;
    }
    document = kept(of, before, document);
    document = of->kind == of->stored ? document : defaults_from_v1(cloud, document);
    document = defaults_fill(cloud, of->stored, document);
    const owner who = writer(of, NULL, false);
    if (!value_equal(before, document)) {
        document = owners_update(&cloud->memory, schema_find(cloud->types, of->stored->name),
                                 before, document, &who, time_text(cloud, cloud->now_ms));
    }
    commit(of, live, document);
}

/* --- the number of members -------------------------------------------------------------------- */

static const char *selector_text(world *cloud, const value *selector)
{
    text out = {.memory = &cloud->memory};
    const value *labels = value_get(selector, "matchLabels");
    for (uint32_t i = 0; labels != NULL && i < labels->count; i++) {
        text_format(&out, "%s%s=%s", i == 0 ? "" : ",", labels->members[i].key,
                    value_string(labels->members[i].value));
    }
    const char *written = pool_text(&cloud->memory, out.bytes == NULL ? "" : out.bytes, out.size);
    text_free(&out);
    return written;
}

static const value *scale_of(world *cloud, const object *set, const value *document)
{
    return value_make(
        &cloud->memory,
        "{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{'name':%s,'namespace':%s,"
        "'uid':%s,'resourceVersion':%v,'creationTimestamp':%v},'spec':{'replicas':%v},"
        "'status':{'replicas':%i,'selector':%s}}",
        set->name, set->space, object_uid(set), value_at(document, "metadata/resourceVersion"),
        value_at(document, "metadata/creationTimestamp"), value_at(document, "spec/replicas"),
        value_integer(document, "status/replicas", 0),
        selector_text(cloud, value_at(document, "spec/selector")));
}

static void write_scale(const call *of, object *set, const value *document)
{
    world *cloud = of->cloud;
    if (!of->dry_run && store_write(cloud, set, document, NULL)) {
        count_write(of);
    }
    api_value(of, 200, scale_of(cloud, set, of->dry_run ? document : set->now->document));
}

static void apply_scale(const call *of, object *set, const value *replicas)
{
    pool *memory = &of->cloud->memory;
    const char *force = api_parameter(of, "force");
    const owner who = {.manager = api_parameter(of, "fieldManager"),
                       .api_version = "apps/v1",
                       .subresource = "scale",
                       .applies = true};
    const value *config = value_make(memory, "{'spec':{'replicas':%v}}", replicas);
    const owners_applied applied =
        owners_apply(memory, schema_find(of->cloud->types, "StatefulSet"), set->now->document,
                     config, &who, force != NULL && strcmp(force, "true") == 0, NULL);
    if (applied.document == NULL) {
        refuse_apply(of, &applied);
    } else {
        write_scale(
            of, set,
            value_put(memory, applied.document, "metadata/managedFields", applied.managed_anew));
    }
}

void api_scale(const call *of)
{
    world *cloud = of->cloud;
    pool *memory = &cloud->memory;
    object *set = find(of);
    if (set == NULL) {
        api_not_found(of);
        return;
    }
    const value *before = set->now->document;
    if (of->body == NULL) {
        api_value(of, 200, scale_of(cloud, set, before));
        return;
    }
    const char *type = of->request->content_type == NULL ? "" : of->request->content_type;
    const bool applies = strncmp(type, "application/apply-patch+yaml", 28) == 0;
    if (!fits(of, set, "statefulsets/scale")) {
        return;
    }
    const value *merged = applies ? of->body : patched(of, scale_of(cloud, set, before));
    if (merged == NULL) {
        return;
    }
    const value *replicas = value_at(merged, "spec/replicas");
    replicas = replicas == NULL ? value_of_integer(memory, 0) : replicas;
    if (replicas->kind != VALUE_INTEGER || replicas->integer < 0) {
        const char *told =
            pool_format(memory, "Invalid value: %lld: must be greater than or equal to 0",
                        (long long)replicas->integer);
        api_fail(of, 422, "Invalid",
                 value_make(memory,
                            "{'name':%s,'group':'autoscaling','kind':'Scale','causes':[{'reason':"
                            "'FieldValueInvalid','message':%s,'field':'spec.replicas'}]}",
                            of->name, told),
                 "Scale.autoscaling \"%s\" is invalid: spec.replicas: %s", of->name, told);
        return;
    }
    if (applies) {
        apply_scale(of, set, replicas);
        return;
    }
    const value *document = value_put(memory, before, "spec/replicas", replicas);
    owner who = writer(of, "scale", false);
    if (!value_equal(before, document)) {
        document = owners_update(memory, schema_find(cloud->types, "StatefulSet"), before, document,
                                 &who, NULL);
    }
    write_scale(of, set, document);
}

/* --- delete, evict ---------------------------------------------------------------------------- */

/* false: answered with 409. */
static bool meets_preconditions(const call *of, const object *live, const value *options)
{
    const char *uid = value_text(options, "preconditions/uid", NULL);
    const char *number = value_text(options, "preconditions/resourceVersion", NULL);
    const char *other = NULL;
    const char *wrong = NULL;
    const char *what = "UID";
    if (uid != NULL && strcmp(uid, object_uid(live)) != 0) {
        wrong = uid;
        other = object_uid(live);
    } else if (number != NULL &&
               strcmp(number, object_text(live, "metadata/resourceVersion")) != 0) {
        wrong = number;
        other = object_text(live, "metadata/resourceVersion");
        what = "ResourceVersion";
    }
    if (wrong != NULL) {
        api_conflict(
            of, of->kind->name,
            pool_format(&of->cloud->memory,
                        "the %s in the precondition (%s) does not match the %s in record (%s). The "
                        "object might have been %s",
                        what, wrong, what, other,
                        uid == wrong ? "deleted and then recreated" : "modified"));
    }
    return wrong == NULL;
}

void api_delete(const call *of)
{
    world *cloud = of->cloud;
    object *live = find(of);
    if (live == NULL) {
        api_not_found(of);
        return;
    }
    if (!meets_preconditions(of, live, of->body)) {
        return;
    }
    const char *query = api_parameter(of, "propagationPolicy");
    const char *policy =
        value_text(of->body, "propagationPolicy", query == NULL ? "Background" : query);
    const char *grace = api_parameter(of, "gracePeriodSeconds");
    const int64_t grace_s =
        value_integer(of->body, "gracePeriodSeconds", grace == NULL ? -1 : strtol(grace, NULL, 10));
    const char *uid = object_uid(live);
    version *last = live->now;
    const value *dry = value_get(of->body, "dryRun");
    const bool does = !of->dry_run && (dry == NULL || dry->count == 0);
    if (does) {
        count_write(of);
        collector_delete(cloud, live, policy, grace_s);
    }
    const bool stays = does && find(of) == live;
    if (stays || of->kind->id == KIND_POD || of->kind->id == KIND_SERVICE) {
        api_document(of, 200, stays ? live->now : last);
        return;
    }
    api_value(
        of, 200,
        value_make(
            &cloud->memory,
            "{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Success','details':%v}",
            value_with(&cloud->memory, api_details(of, NULL), "uid",
                       value_of_string(&cloud->memory, uid))));
}

void api_evict(const call *of)
{
    world *cloud = of->cloud;
    pool *memory = &cloud->memory;
    object *pod = find(of);
    if (pod == NULL) {
        api_not_found(of);
        return;
    }
    const value *options = value_get(of->body, "deleteOptions");
    if (!meets_preconditions(of, pod, options)) {
        return;
    }
    const value *dry = value_get(options, "dryRun");
    const bool dry_run = of->dry_run || (dry != NULL && dry->count > 0);
    const char *cause = NULL;
    const int32_t code = budgets_evict(cloud, pod, dry_run,
                                       value_integer(options, "gracePeriodSeconds", -1), &cause);
    if (code == 500) {
        api_fail(of, 500, NULL, NULL,
                 "This pod has more than one PodDisruptionBudget, which the eviction subresource "
                 "does not support.");
    } else if (code == 429) {
        const bool lags = strstr(cause, "still being processed") != NULL;
        api_fail(
            of, 429, "TooManyRequests",
            value_make(
                memory,
                "{'causes':[{'reason':'DisruptionBudget','message':%s}],'retryAfterSeconds':%v}",
                cause, lags ? value_of_integer(memory, 10) : NULL),
            "Cannot evict pod as it would violate the pod's disruption budget.");
        of->response->retry_after_s = lags ? 10 : -1;
    } else {
        of->cloud->writes += !dry_run;
        api_value(
            of, 201,
            value_make(
                memory,
                "{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Success','code':201}"));
    }
}
