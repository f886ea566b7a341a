/* Get, list in pages, and watch. */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOKMARK_MS = 60000, PAGE_MOST = 100000 };

/* --- filters ---------------------------------------------------------------------------------- */

static bool is_selectable(const kind *of, const char *field)
{
    static const char *const fields[][2] = {{"Pod", "spec.nodeName"},
                                            {"Pod", "status.phase"},
                                            {"Pod", "status.podIP"},
                                            {"Event", "involvedObject.kind"},
                                            {"Event", "involvedObject.name"},
                                            {"Event", "involvedObject.namespace"},
                                            {"Event", "involvedObject.uid"},
                                            {"Event", "reason"},
                                            {"Event", "type"},
                                            {"Node", "spec.unschedulable"},
                                            {"Service", "spec.type"},
                                            {"Service", "spec.clusterIP"},
                                            {"Secret", "type"}};
    if (strcmp(field, "metadata.name") == 0 || strcmp(field, "metadata.namespace") == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(of->name, fields[i][0]) == 0 && strcmp(field, fields[i][1]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_fields(const call *of, const char *written, filter *out)
{
    pool *memory = &of->cloud->memory;
    while (*written != '\0' && out->count < 4) {
        const size_t size = strcspn(written, ",");
        const size_t name = strcspn(written, "!=,");
        const bool unequal = written[name] == '!';
        const char *wanted = written + name + unequal + (written[name + unequal] == '=');
        wanted += *wanted == '=';
        char *path = pool_text(memory, written, name);
        if (name >= size || !is_selectable(of->kind, path)) {
            api_fail(of, 400, "BadRequest", NULL,
                     "\"%s\" is not a known field selector: only \"metadata.name\", "
                     "\"metadata.namespace\"",
                     path);
            return false;
        }
        for (char *at = path; *at != '\0'; at++) {
            *at = *at == '.' ? '/' : *at;
        }
        out->paths[out->count] = path;
        out->wanted[out->count] = pool_text(memory, wanted, size - (size_t)(wanted - written));
        out->unequal[out->count++] = unequal;
        written += size + (written[size] == ',');
    }
    return true;
}

bool api_read_filter(const call *of, filter *out)
{
    *out = (filter){0};
    const char *labels = api_parameter(of, "labelSelector");
    const char *fields = api_parameter(of, "fieldSelector");
    if (labels != NULL && *labels != '\0' && !selector_read(of->cloud, labels, &out->labels)) {
        api_fail(of, 400, "BadRequest", NULL, "unable to parse requirement: %s", labels);
        return false;
    }
    return fields == NULL || read_fields(of, fields, out);
}

bool api_passes(const filter *wanted, const value *document)
{
    if (wanted->labels != NULL &&
        !selector_matches(wanted->labels, value_at(document, "metadata/labels"))) {
        return false;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if ((strcmp(value_text(document, wanted->paths[i], ""), wanted->wanted[i]) == 0) ==
            wanted->unequal[i]) {
            return false;
        }
    }
    return true;
}

/* --- lists ------------------------------------------------------------------------------------ */

typedef struct row {
    const char *space;
    const char *name;
    version *seen;
} row;

static int by_name(const void *left, const void *right)
{
    const row *one = left;
    const row *two = right;
    const int spaces = strcmp(one->space, two->space);
    return spaces != 0 ? spaces : strcmp(one->name, two->name);
}

/* The objects as they were at a version: those of now with the changes since undone. */
static row *rows_at(const call *of, int64_t number, size_t *count)
{
    world *cloud = of->cloud;
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, of->stored->id, of->space, &first, &end);
    row *rows = pool_alloc(&cloud->memory, (end - first + cloud->change_count + 1) * sizeof *rows);
    *count = 0;
    for (size_t i = first; i < end; i++) {
        const object *one = cloud->objects[i];
        rows[(*count)++] = (row){one->space, one->name, one->now};
    }
    bool undone = false;
    for (size_t i = cloud->change_count; i > 0 && cloud->changes[i - 1].number > number; i--) {
        const change *made = &cloud->changes[i - 1];
        if (made->kind != of->stored ||
            (of->space != NULL && strcmp(of->space, made->space) != 0)) {
            continue;
        }
        undone = true;
        size_t at = 0;
        while (at < *count && (strcmp(rows[at].name, made->name) != 0 ||
                               strcmp(rows[at].space, made->space) != 0)) {
            at++;
        }
        rows[at] = (row){made->space, made->name, made->before};
        *count += at == *count;
    }
    if (undone) {
        qsort(rows, *count, sizeof *rows, by_name);
    }
    return rows;
}

static bool is_after(const row *one, const char *space, const char *name)
{
    const int spaces = strcmp(one->space, space);
    return spaces > 0 || (spaces == 0 && strcmp(one->name, name) > 0);
}

/* A token is "VERSION/SPACE/NAME" of the last item of the page before. false: answered with an
 * error. */
static bool read_token(const call *of, int64_t *number, const char **space, const char **name)
{
    const char *token = api_parameter(of, "continue");
    char *rest = NULL;
    if (token == NULL || *token == '\0') {
        return true;
    }
    *number = strtoll(token, &rest, 10);
    const char *second = *rest == '/' ? strchr(rest + 1, '/') : NULL;
    if (second == NULL || *number > of->cloud->version) {
        api_fail(of, 400, "BadRequest", NULL, "continue key is not valid: illegal base64 data");
        return false;
    }
    if (*number < of->cloud->compacted) {
        api_fail(
            of, 410, "Expired", NULL,
            "The provided continue parameter is too old to display a consistent list result. "
            "You can "
            "start a new list without the continue parameter, or use the continue token in this "
            "response to retrieve the remainder of the results.");
        return false;
    }
    *space = pool_text(&of->cloud->memory, rest + 1, (size_t)(second - rest - 1));
    *name = second + 1;
    return true;
}

static void answer_list(const call *of)
{
    world *cloud = of->cloud;
    filter wanted;
    int64_t number = cloud->stale_version;
    const char *space = NULL;
    const char *name = NULL;
    if (!api_read_filter(of, &wanted) || !read_token(of, &number, &space, &name)) {
        return;
    }
    const char *asked = api_parameter(of, "limit");
    const long limit = asked == NULL ? 0 : strtol(asked, NULL, 10);
    size_t count = 0;
    row *rows = rows_at(of, number, &count);
    size_t shown = 0;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const bool chosen = rows[i].seen != NULL &&
                            (name == NULL || is_after(&rows[i], space, name)) &&
                            api_passes(&wanted, rows[i].seen->document);
        const bool fits = limit <= 0 || shown < (size_t)limit;
        left += chosen && !fits;
        if (chosen && fits) {
            rows[shown++] = rows[i];
        }
    }
    const bool counts = left > 0 && wanted.labels == NULL && wanted.count == 0;
    const row *last = left == 0 ? NULL : &rows[shown - 1];
    const value *metadata =
        value_make(&cloud->memory, "{'resourceVersion':%s,'continue':%s,'remainingItemCount':%v}",
                   pool_format(&cloud->memory, "%lld", (long long)number),
                   last == NULL ? NULL
                                : pool_format(&cloud->memory, "%lld/%s/%s", (long long)number,
                                              last->space, last->name),
                   counts ? value_of_integer(&cloud->memory, (int64_t)left) : NULL);
    text *out = &cloud->out;
    text_format(out, "{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":", of->kind->name,
                kind_api_version(cloud, of->kind));
    value_write(out, metadata);
    text_add_string(out, ",\"items\":[");
    for (size_t i = 0; i < shown; i++) {
        text_add_string(out, i == 0 ? "" : ",");
        api_add(of, rows[i].seen, false);
    }
    text_add_string(out, "]}\n");
    of->response->status = 200;
}

void api_read(const call *of)
{
    world *cloud = of->cloud;
    if (of->name == NULL) {
        answer_list(of);
        return;
    }
    const object *found =
        store_find(cloud, of->stored->id, of->space == NULL ? "" : of->space, of->name);
    version *seen = found == NULL ? NULL : found->now;
    for (size_t i = cloud->change_count;
         i > 0 && cloud->changes[i - 1].number > cloud->stale_version; i--) {
        const change *made = &cloud->changes[i - 1];
        if (made->kind == of->stored && strcmp(made->name, of->name) == 0 &&
            strcmp(made->space, of->space == NULL ? "" : of->space) == 0) {
            seen = made->before;
        }
    }
    if (seen == NULL) {
        api_not_found(of);
    } else {
        api_document(of, 200, seen);
    }
}

/* --- watches ---------------------------------------------------------------------------------- */

struct world_watch {
    call of; /* its texts are copied: requests come and go */
    filter wanted;
    int64_t seen;
    int64_t bookmark_ms; /* the next; 0: none wanted */
    int64_t end_ms;      /* 0: none */
    bool initial;        /* all that there is comes first */
    bool tells_end_of_initial;
    bool over;
};

void api_watch(const call *of)
{
    filter wanted;
    if (!api_read_filter(of, &wanted)) {
        return;
    }
    world_watch *watch = malloc(sizeof *watch);
    if (watch == NULL) {
        longjmp(of->cloud->exhausted, 1);
    }
    const char *from = api_parameter(of, "resourceVersion");
    const char *bookmarks = api_parameter(of, "allowWatchBookmarks");
    const char *timeout = api_parameter(of, "timeoutSeconds");
    const char *initial = api_parameter(of, "sendInitialEvents");
    const long seconds = timeout == NULL ? 1800 : strtol(timeout, NULL, 10);
    *watch = (world_watch){.of = *of, .wanted = wanted};
    watch->seen = from == NULL ? 0 : strtoll(from, NULL, 10);
    watch->tells_end_of_initial = initial != NULL && strcmp(initial, "true") == 0;
    watch->initial = watch->seen == 0 || watch->tells_end_of_initial;
    watch->bookmark_ms =
        bookmarks != NULL && strcmp(bookmarks, "true") == 0 ? of->cloud->now_ms + BOOKMARK_MS : 0;
    watch->end_ms = of->cloud->now_ms + seconds * 1000;
    of->response->status = 200;
    of->response->watch = watch;
}

static void add_event(world_watch *watch, const char *type, version *seen, text *events)
{
    text *out = &watch->of.cloud->out;
    out->size = 0;
    text_format(out, "{\"type\":\"%s\",\"object\":", type);
    api_add(&watch->of, seen, true);
    text_add(out, "}\n", 2);
    text_add(events, out->bytes, out->size);
}

static void add_bookmark(world_watch *watch, bool ends_initial, text *events)
{
    text_format(
        events,
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{"
        "\"resourceVersion\":\"%lld\"%s}}}\n",
        watch->of.kind->name, kind_api_version(watch->of.cloud, watch->of.kind),
        (long long)watch->seen,
        ends_initial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}

static void add_initial(world_watch *watch, text *events)
{
    world *cloud = watch->of.cloud;
    size_t first = 0;
    size_t end = 0;
    store_range(cloud, watch->of.stored->id, watch->of.space, &first, &end);
    for (size_t i = first; i < end; i++) {
        if (api_passes(&watch->wanted, cloud->objects[i]->now->document)) {
            add_event(watch, "ADDED", cloud->objects[i]->now, events);
        }
    }
    watch->seen = cloud->version;
    watch->initial = false;
    if (watch->tells_end_of_initial) {
        add_bookmark(watch, true, events);
    }
}

static void add_change(world_watch *watch, const change *made, text *events)
{
    const bool was = made->before != NULL && api_passes(&watch->wanted, made->before->document);
    const bool is = !made->deleted && api_passes(&watch->wanted, made->after->document);
    if (is) {
        add_event(watch, was ? "MODIFIED" : "ADDED", made->after, events);
    } else if (was) {
        add_event(watch, "DELETED", made->deleted ? made->after : made->before, events);
    }
}

/* The first change after a version. */
static size_t change_after(const world *cloud, int64_t number)
{
    size_t low = 0;
    size_t high = cloud->change_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (cloud->changes[middle].number <= number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool watch_read(world_watch *watch, text *events)
{
    world *cloud = watch->of.cloud;
    if (watch->over) {
        return false;
    }
    if (watch->initial) {
        add_initial(watch, events);
    }
    if (watch->seen < cloud->compacted) {
        text_format(events,
                    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\","
                    "\"metadata\":{},"
                    "\"status\":\"Failure\",\"message\":\"too old resource version: %lld (%lld)\","
                    "\"reason\":\"Expired\",\"code\":410}}\n",
                    (long long)watch->seen, (long long)cloud->compacted);
        watch->over = true;
        return false;
    }
    for (size_t i = change_after(cloud, watch->seen); i < cloud->change_count; i++) {
        const change *made = &cloud->changes[i];
        if (made->kind == watch->of.stored &&
            (watch->of.space == NULL || strcmp(watch->of.space, made->space) == 0)) {
            add_change(watch, made, events);
        }
        watch->seen = made->number;
    }
    if (watch->bookmark_ms != 0 && watch->bookmark_ms <= cloud->now_ms) {
        watch->bookmark_ms = cloud->now_ms + BOOKMARK_MS;
        add_bookmark(watch, false, events);
    }
    watch->over = watch->end_ms <= cloud->now_ms;
    return !watch->over;
}

world *watch_world(const world_watch *watch)
{
    return watch->of.cloud;
}

void world_watch_free(world_watch *watch)
{
    free(watch);
}
