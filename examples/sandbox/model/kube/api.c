/* From a request to the part that answers it: paths, queries, who asks, and errors as Status. */
#include "api.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- answers ---------------------------------------------------------------------------------- */

void api_value(const call *of, int32_t code, const value *document)
{
    text *out = &of->cloud->out;
    value_write(out, document);
    text_add(out, "\n", 1);
    of->response->status = code;
}

void api_fail(const call *of, int32_t code, const char *reason, const value *details,
              const char *message, ...)
{
    char told[2048];
    va_list arguments;
    va_start(arguments, message);
    vsnprintf(told, sizeof told, message, arguments);
    va_end(arguments);
    of->cloud->out.size = 0;
    api_value(of, code,
              value_make(&of->cloud->memory,
                         "{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Failure',"
                         "'message':%s,'reason':%s,'details':%v,'code':%i}",
                         told, reason, details, (int64_t)code));
}

static const value *details_of(const call *of, const char *kind_name, const value *causes)
{
    return value_make(&of->cloud->memory, "{'name':%s,'group':%s,'kind':%s,'causes':%v}", of->name,
                      *of->kind->group == '\0' ? NULL : of->kind->group, kind_name, causes);
}

const value *api_details(const call *of, const value *causes)
{
    return details_of(of, of->kind->plural, causes);
}

void api_not_found(const call *of)
{
    api_fail(of, 404, "NotFound", api_details(of, NULL), "%s \"%s\" not found",
             kind_resource(of->cloud, of->kind), of->name);
}

void api_conflict(const call *of, const char *resource, const char *message)
{
    const char *shown = *of->kind->group == '\0'
                            ? resource
                            : pool_format(&of->cloud->memory, "%s.%s", resource, of->kind->group);
    api_fail(of, 409, "Conflict", details_of(of, resource, NULL),
             "Operation cannot be fulfilled on %s \"%s\": %s", shown, of->name, message);
}

void api_add(const call *of, version *seen, bool headed)
{
    text *out = &of->cloud->out;
    text_add(out, "{", 1);
    if (headed) {
        text_format(out, "\"kind\":\"%s\",\"apiVersion\":\"%s\",", of->kind->name,
                    kind_api_version(of->cloud, of->kind));
    }
    if (of->kind == of->stored) {
        store_json(of->cloud, seen, out);
    } else {
        value_write_members(out, defaults_to_v1(of->cloud, seen->document));
    }
    text_add(out, "}", 1);
}

void api_document(const call *of, int32_t code, version *seen)
{
    api_add(of, seen, true);
    text_add(&of->cloud->out, "\n", 1);
    of->response->status = code;
}

/* --- the request ------------------------------------------------------------------------------ */

/* Percent-decoded; a "+" of a query is a blank. */
static const char *decode(pool *memory, const char *encoded, size_t size, bool query)
{
    char *out = pool_alloc(memory, size + 1);
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (encoded[i] == '%' && i + 2 < size + 0 && isxdigit((unsigned char)encoded[i + 1]) &&
            isxdigit((unsigned char)encoded[i + 2])) {
            const char digits[] = {encoded[i + 1], encoded[i + 2], '\0'};
            out[count++] = (char)strtol(digits, NULL, 16);
            i += 2;
        } else {
            out[count++] = query && encoded[i] == '+' ? ' ' : encoded[i];
        }
    }
    out[count] = '\0';
    return out;
}

const char *api_parameter(const call *of, const char *name)
{
    for (size_t i = 0; i < of->parameter_count; i++) {
        if (strcmp(of->names[i], name) == 0) {
            return of->values[i];
        }
    }
    return NULL;
}

static void read_query(call *of, const char *query)
{
    pool *memory = &of->cloud->memory;
    while (*query != '\0' && of->parameter_count < PARAMETERS) {
        const size_t size = strcspn(query, "&");
        const size_t name = strcspn(query, "=&");
        of->names[of->parameter_count] = decode(memory, query, name, true);
        of->values[of->parameter_count] =
            name < size ? decode(memory, query + name + 1, size - name - 1, true) : "";
        of->parameter_count++;
        query += size + (query[size] == '&');
    }
    const char *dry = api_parameter(of, "dryRun");
    of->dry_run = dry != NULL && strcmp(dry, "All") == 0;
}

static const kind *find_kind(const char *group, const char *number, const char *plural)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].group, group) == 0 && strcmp(kinds[i].version, number) == 0 &&
            strcmp(kinds[i].plural, plural) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* /api/VERSION/REST or /apis/GROUP/VERSION/REST, with REST [namespaces/SPACE/]PLURAL[/NAME[/SUB]].
 * false: it is no path of resources. */
static bool read_path(call *of, const char *path, size_t size)
{
    const char *parts[8] = {NULL};
    size_t count = 0;
    for (const char *at = path + 1; at < path + size && count < 8; count++) {
        const size_t length = strcspn(at, "/?");
        parts[count] = decode(&of->cloud->memory, at, length, false);
        at += length + 1;
    }
    const bool core = count > 0 && strcmp(parts[0], "api") == 0;
    const size_t head = core ? 2 : 3;
    if (count <= head || (!core && strcmp(parts[0], "apis") != 0)) {
        return false;
    }
    const char **rest = parts + head;
    size_t left = count - head;
    of->space = NULL;
    const bool in_namespace = strcmp(rest[0], "namespaces") == 0 && left > 2 &&
                              strcmp(rest[2], "finalize") != 0 && strcmp(rest[2], "status") != 0;
    if (in_namespace) {
        of->space = rest[1];
        rest += 2;
        left -= 2;
    }
    of->kind = find_kind(core ? "" : parts[1], parts[head - 1], rest[0]);
    if (of->kind == NULL || left > 3) {
        return false;
    }
    of->stored = of->kind->id == KIND_AUTOSCALER_V1 ? &kinds[KIND_AUTOSCALER] : of->kind;
    of->name = left > 1 ? rest[1] : NULL;
    of->sub = left > 2 ? rest[2] : NULL;
    if (!of->kind->namespaced) {
        of->space = "";
    }
    return true;
}

/* --- who asks --------------------------------------------------------------------------------- */

static const char *verb_of(const call *of)
{
    const char *method = of->request->method;
    const bool watches = api_parameter(of, "watch") != NULL;
    return strcmp(method, "GET") == 0      ? (of->name != NULL ? "get"
                                              : watches        ? "watch"
                                                               : "list")
           : strcmp(method, "POST") == 0   ? "create"
           : strcmp(method, "PUT") == 0    ? "update"
           : strcmp(method, "PATCH") == 0  ? "patch"
           : strcmp(method, "DELETE") == 0 ? (of->name != NULL ? "delete" : "deletecollection")
                                           : method;
}

/* false: answered with 401 or 403. */
static bool admit(const call *of)
{
    pool *memory = &of->cloud->memory;
    const char *given = of->request->authorization == NULL ? "" : of->request->authorization;
    const char *user = "system:anonymous";
    if (*given != '\0') {
        if (strcmp(given, "Bearer " WORLD_TOKEN) == 0) {
            return true;
        }
        if (strcmp(given, "Bearer " WORLD_VIEWER_TOKEN) != 0) {
            api_fail(of, 401, "Unauthorized", NULL, "Unauthorized");
            return false;
        }
        user = "viewer";
    }
    if (of->kind == NULL && *given != '\0') {
        return true;
    }
    if (of->kind == NULL) {
        api_fail(of, 403, "Forbidden", value_make(memory, "{}"),
                 "forbidden: User \"%s\" cannot %s path \"%s\"", user, verb_of(of), of->path);
        return false;
    }
    const char *what = of->sub == NULL ? of->kind->plural
                                       : pool_format(memory, "%s/%s", of->kind->plural, of->sub);
    const char *shown =
        *of->kind->group == '\0' ? of->kind->plural : kind_resource(of->cloud, of->kind);
    const bool inside = of->space != NULL && *of->space != '\0';
    /* A namespace is asked for in itself. */
    const bool itself = of->kind->id == KIND_NAMESPACE && of->name != NULL;
    api_fail(
        of, 403, "Forbidden", api_details(of, NULL),
        "%s%s%s%s is forbidden: User \"%s\" cannot %s resource \"%s\" in API group \"%s\" %s%s%s",
        shown, of->name == NULL ? "" : " \"", of->name == NULL ? "" : of->name,
        of->name == NULL ? "" : "\"", user, verb_of(of), what, of->kind->group,
        inside || itself ? "in the namespace \"" : "at the cluster scope",
        inside   ? of->space
        : itself ? of->name
                 : "",
        inside || itself ? "\"" : "");
    return false;
}

/* --- dispatch --------------------------------------------------------------------------------- */

static void answer_settings(call *of)
{
    world *cloud = of->cloud;
    if (strcmp(of->request->method, "PATCH") == 0 && of->body != NULL) {
        cloud->settings = value_merge(&cloud->memory, cloud->settings, of->body);
        world_plan(cloud, cloud->now_ms + setting(cloud, "lagMs"));
    }
    api_value(of, 200, cloud->settings);
}

/* The last lines of a member: those of one that runs, or of one that failed. */
static void answer_log(const call *of)
{
    const object *pod = store_find(of->cloud, KIND_POD, of->space, of->name);
    if (pod == NULL) {
        api_not_found(of);
        return;
    }
    const value *statuses = object_get(pod, "status/containerStatuses");
    const value *status = statuses == NULL ? NULL : statuses->items[0];
    const bool failed = value_at(status, "lastState/terminated") != NULL;
    if (!failed && value_at(status, "state/running") == NULL) {
        const char *name = value_text(status, "name", "");
        const char *why = value_text(status, "state/waiting/reason", "ContainerCreating");
        api_fail(of, 400, "BadRequest", NULL,
                 "container \"%s\" in pod \"%s\" is waiting to start: %s", name, of->name, why);
        return;
    }
    of->response->status = 200;
    of->response->content_type = "text/plain";
    text_format(&of->cloud->out, "[INFO] %s starts\n", of->name);
    text_add_string(&of->cloud->out,
                    failed ? "[ERROR] License key is not valid\n" : "[INFO] listening on 8800\n");
}

static void answer_resource(call *of)
{
    const char *method = of->request->method;
    const bool reads = strcmp(method, "GET") == 0;
    const bool posts = strcmp(method, "POST") == 0;
    const bool patches = strcmp(method, "PATCH") == 0 || strcmp(method, "PUT") == 0;
    if (of->sub != NULL && strcmp(of->sub, "scale") == 0 && of->kind->id == KIND_STATEFUL_SET &&
        (reads || patches)) {
        api_scale(of);
    } else if (of->sub != NULL && strcmp(of->sub, "eviction") == 0 && posts &&
               of->kind->id == KIND_POD) {
        api_evict(of);
    } else if (of->sub != NULL && strcmp(of->sub, "log") == 0 && reads &&
               of->kind->id == KIND_POD) {
        answer_log(of);
    } else if (of->sub != NULL && !(strcmp(of->sub, "status") == 0 && reads)) {
        api_fail(of, 501, "NotImplemented", NULL, "the sandbox has no %s %s/%s", method,
                 of->kind->plural, of->sub);
    } else if (reads && of->name == NULL && api_parameter(of, "watch") != NULL) {
        api_watch(of);
    } else if (reads) {
        api_read(of);
    } else if (posts && of->name == NULL) {
        api_create(of);
    } else if (patches && of->name != NULL) {
        api_change(of);
    } else if (strcmp(method, "DELETE") == 0 && of->name != NULL) {
        api_delete(of);
    } else {
        api_fail(of, 501, "NotImplemented", NULL, "the sandbox has no %s of %s", method,
                 of->kind->plural);
    }
}

/* Whether the caller takes what the server can write; a log is text, but is asked for as all
 * else. */
static bool is_acceptable(const call *of)
{
    static const char *const known[] = {"application/json", "application/yaml",
                                        "application/vnd.kubernetes.protobuf", "*/*"};
    const char *accept = of->request->accept == NULL ? "" : of->request->accept;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (accept[0] == '\0' || strstr(accept, known[i]) != NULL) {
            return true;
        }
    }
    api_fail(of, 406, "NotAcceptable", NULL,
             "406: Not Acceptable\n\nAvailable representations: application/json, "
             "application/yaml, application/vnd.kubernetes.protobuf");
    return false;
}

void api_answer(world *cloud, const world_request *request, world_response *response)
{
    call of = {.cloud = cloud, .request = request, .response = response};
    const size_t size = strcspn(request->target, "?");
    of.path = pool_text(&cloud->memory, request->target, size);
    read_query(&of, request->target[size] == '?' ? request->target + size + 1 : "");
    const bool resource = read_path(&of, of.path, size);
    if (!admit(&of) || !is_acceptable(&of)) {
        return;
    }
    if (request->body_size > 0) {
        of.body = world_read_body(cloud, request);
        if (of.body == NULL || of.body->kind != VALUE_MAP) {
            api_fail(&of, 400, "BadRequest", NULL,
                     "the object provided is unrecognized (must be of type %s): couldn't get "
                     "version/kind; "
                     "json parse error",
                     of.kind == NULL ? "Object" : of.kind->name);
            return;
        }
    }
    if (strcmp(of.path, "/sandbox/settings") == 0) {
        answer_settings(&of);
    } else if (resource) {
        answer_resource(&of);
    } else {
        api_discovery(&of);
    }
}
