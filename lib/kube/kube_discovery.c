/* Which kinds a server serves. */
#include "kube_discovery.h"

#include "codec_object.h"
#include "core_nearest.h"
#include "kube_calls.h"

#include <string.h>

#define MOST_RESOURCES ((size_t)20000)
#define AGGREGATED                                                                                 \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"

struct migdi_kube_discovery {
    migdi_arena arena;
    migdi_kube_found found;
};

/* What is being gathered. */
typedef struct gathering {
    migdi_view *view;
    migdi_arena *arena;
    migdi_kube_resource *resources;
    size_t count;
    size_t capacity;
    bool pending; /* something asked is not read yet */
    bool incomplete;
} gathering;

static const migdi_call *discovery_call(migdi_arena *arena, const char *path)
{
    migdi_call *call = migdi_arena_alloc_zeroed(arena, 1, sizeof *call);
    const char *name = migdi_arena_format(arena, "discover %s", path);
    if (call == NULL || path == NULL || name == NULL) {
        return NULL;
    }
    *call = (migdi_call){
        .kind = MIGDI_CALL_READ,
        .target = MIGDI_TARGET_CLUSTER,
        .idempotent = true,
        .method = "GET",
        .path = path,
        .accept = AGGREGATED,
        .name = name,
    };
    return call;
}

/* A read that may fail without ending the look: the group's server is down, or it is not served. */
static const migd_object *try_discover(gathering *at, const char *path)
{
    const migd_error *error = NULL;
    const migd_object *answer = migdi_try_see(at->view, discovery_call(at->arena, path), &error);
    at->pending = at->pending || (answer == NULL && error == NULL);
    at->incomplete =
        at->incomplete || (error != NULL && migd_error_status(error) != MIGD_ERR_UNSUPPORTED);
    return answer;
}

/* --- resources -------------------------------------------------------------------------------- */

static const char *join(migdi_arena *arena, const migd_object *names)
{
    const char *joined = "";
    for (size_t i = 0; joined != NULL && i < migd_object_count(names); i++) {
        joined = migdi_arena_format(arena, "%s%s%s", joined, i == 0 ? "" : ",",
                                    migd_object_text(migd_object_item(names, i), "", ""));
    }
    return joined;
}

static bool has_verb(const migd_object *verbs, const char *verb)
{
    for (size_t i = 0; i < migd_object_count(verbs); i++) {
        if (strcmp(migd_object_text(migd_object_item(verbs, i), "", ""), verb) == 0) {
            return true;
        }
    }
    return false;
}

static void add(gathering *at, const migdi_kube_resource *resource)
{
    if (at->count == MOST_RESOURCES) {
        migdi_view_refuse(at->view, "the server serves more than %zu kinds", MOST_RESOURCES);
        return;
    }
    if (at->count == at->capacity) {
        const size_t capacity = at->capacity == 0 ? 64 : at->capacity * 2;
        migdi_kube_resource *larger = migdi_view_array(at->view, capacity, sizeof *larger);
        if (larger == NULL) {
            return;
        }
        if (at->count > 0) {
            memcpy(larger, at->resources, at->count * sizeof *larger);
        }
        at->resources = larger;
        at->capacity = capacity;
    }
    at->resources[at->count++] = *resource;
}

/* --- the aggregated form ---------------------------------------------------------------------- */

static bool is_aggregated(const migd_object *answer)
{
    return strcmp(migd_object_text(answer, "/kind", ""), "APIGroupDiscoveryList") == 0;
}

static void add_aggregated(gathering *at, const char *group, const migd_object *version)
{
    const migd_object *resources = migd_object_at(version, "/resources");
    if (strcmp(migd_object_text(version, "/freshness", ""), "Stale") == 0) {
        at->incomplete = true;
        return;
    }
    for (size_t i = 0; i < migd_object_count(resources); i++) {
        const migd_object *item = migd_object_item(resources, i);
        const migd_object *verbs = migd_object_at(item, "/verbs");
        const migdi_kube_resource resource = {
            .group = group,
            .version = migd_object_text(version, "/version", ""),
            .plural = migd_object_text(item, "/resource", ""),
            .singular = migd_object_text(item, "/singularResource", ""),
            .kind = migd_object_text(item, "/responseKind/kind", ""),
            .short_names = join(at->arena, migd_object_at(item, "/shortNames")),
            .namespaced = strcmp(migd_object_text(item, "/scope", ""), "Namespaced") == 0,
            .listable = has_verb(verbs, "list"),
            .deletable = has_verb(verbs, "delete"),
        };
        if (resource.kind[0] != '\0' && resource.short_names != NULL) {
            add(at, &resource);
        }
    }
}

static void gather_aggregated(gathering *at, const migd_object *answer)
{
    const migd_object *groups = migd_object_at(answer, "/items");
    for (size_t i = 0; i < migd_object_count(groups); i++) {
        const migd_object *group = migd_object_item(groups, i);
        const migd_object *versions = migd_object_at(group, "/versions");
        for (size_t j = 0; j < migd_object_count(versions); j++) {
            add_aggregated(at, migd_object_text(group, "/metadata/name", ""),
                           migd_object_item(versions, j));
        }
    }
}

/* --- the older form --------------------------------------------------------------------------- */

static void gather_list(gathering *at, const char *group, const char *version)
{
    const char *path = group[0] == '\0'
                           ? migdi_arena_format(at->arena, "/api/%s", version)
                           : migdi_arena_format(at->arena, "/apis/%s/%s", group, version);
    const migd_object *resources = migd_object_at(try_discover(at, path), "/resources");
    for (size_t i = 0; i < migd_object_count(resources); i++) {
        const migd_object *item = migd_object_item(resources, i);
        const migd_object *verbs = migd_object_at(item, "/verbs");
        const migdi_kube_resource resource = {
            .group = group,
            .version = version,
            .plural = migd_object_text(item, "/name", ""),
            .singular = migd_object_text(item, "/singularName", ""),
            .kind = migd_object_text(item, "/kind", ""),
            .short_names = join(at->arena, migd_object_at(item, "/shortNames")),
            .namespaced = migd_object_boolean(item, "/namespaced", 0) != 0,
            .listable = has_verb(verbs, "list"),
            .deletable = has_verb(verbs, "delete"),
        };
        const bool is_part = strchr(resource.plural, '/') != NULL;
        if (!is_part && resource.kind[0] != '\0' && resource.short_names != NULL) {
            add(at, &resource);
        }
    }
}

static void gather_groups(gathering *at, const migd_object *answer)
{
    const migd_object *groups = migd_object_at(answer, "/groups");
    for (size_t i = 0; i < migd_object_count(groups); i++) {
        const migd_object *group = migd_object_item(groups, i);
        const char *name = migd_object_text(group, "/name", "");
        const char *preferred = migd_object_text(group, "/preferredVersion/version", "");
        const migd_object *versions = migd_object_at(group, "/versions");
        if (preferred[0] != '\0') {
            gather_list(at, name, preferred);
        }
        for (size_t j = 0; j < migd_object_count(versions); j++) {
            const char *version = migd_object_text(migd_object_item(versions, j), "/version", "");
            if (strcmp(version, preferred) != 0) {
                gather_list(at, name, version);
            }
        }
    }
}

static void gather_core(gathering *at, const migd_object *answer)
{
    const migd_object *versions = migd_object_at(answer, "/versions");
    for (size_t i = 0; i < migd_object_count(versions); i++) {
        gather_list(at, "", migd_object_text(migd_object_item(versions, i), "", ""));
    }
}

/* --- all -------------------------------------------------------------------------------------- */

const migdi_kube_found *migdi_kube_discovery_see(migdi_view *view)
{
    gathering at = {.view = view, .arena = migdi_view_arena(view)};
    migdi_kube_found *found = migdi_view_array(view, 1, sizeof *found);
    const migd_object *core = try_discover(&at, "/api");
    const migd_object *groups = migdi_see(view, discovery_call(at.arena, "/apis"));
    if (found == NULL || groups == NULL || at.pending) {
        return NULL;
    }
    if (is_aggregated(core)) {
        gather_aggregated(&at, core);
    } else {
        gather_core(&at, core);
    }
    if (is_aggregated(groups)) {
        gather_aggregated(&at, groups);
    } else {
        gather_groups(&at, groups);
    }
    *found = (migdi_kube_found){at.resources, at.count, at.incomplete};
    return at.pending ? NULL : found;
}

static const char *copy(migdi_arena *arena, const char *text)
{
    return migdi_arena_text(arena, text, strlen(text));
}

migdi_kube_discovery *migdi_kube_discovery_keep(const migdi_kube_found *found)
{
    migdi_kube_discovery *kept = migdi_alloc_zeroed(1, sizeof *kept);
    if (kept == NULL) {
        return NULL;
    }
    migdi_arena *arena = &kept->arena;
    migdi_kube_resource *resources =
        migdi_arena_alloc_zeroed(arena, found->count, sizeof *resources);
    for (size_t i = 0; resources != NULL && i < found->count; i++) {
        const migdi_kube_resource *from = &found->resources[i];
        resources[i] = *from;
        resources[i].group = copy(arena, from->group);
        resources[i].version = copy(arena, from->version);
        resources[i].plural = copy(arena, from->plural);
        resources[i].singular = copy(arena, from->singular);
        resources[i].kind = copy(arena, from->kind);
        resources[i].short_names = copy(arena, from->short_names);
    }
    kept->found = (migdi_kube_found){resources, found->count, found->incomplete};
    if (arena->failed) {
        migdi_kube_discovery_free(kept);
        return NULL;
    }
    return kept;
}

void migdi_kube_discovery_free(migdi_kube_discovery *discovery)
{
    if (discovery != NULL) {
        migdi_arena_free(&discovery->arena);
        migdi_free(discovery);
    }
}

const migdi_kube_found *migdi_kube_discovery_found(const migdi_kube_discovery *discovery)
{
    return &discovery->found;
}

const migdi_kube_resource *migdi_kube_found_named(const migdi_kube_found *found, const char *name)
{
    const migdi_kube_resource *best = NULL;
    migdi_kube_fit best_fit = MIGDI_KUBE_FITS_NOT;
    for (size_t i = 0; i < found->count; i++) {
        const migdi_kube_fit fit = migdi_kube_resource_fits(&found->resources[i], name);
        if (fit > best_fit) {
            best = &found->resources[i];
            best_fit = fit;
        }
    }
    return best;
}

const migdi_kube_resource *migdi_kube_found_of(const migdi_kube_found *found,
                                               const char *api_version, const char *kind)
{
    for (size_t i = 0; i < found->count; i++) {
        if (migdi_kube_resource_is(&found->resources[i], api_version, kind)) {
            return &found->resources[i];
        }
    }
    return NULL;
}

const char *migdi_kube_found_nearest(const migdi_kube_found *found, const char *name)
{
    migdi_nearest search = {.wanted = name};
    for (size_t i = 0; i < found->count; i++) {
        migdi_nearest_offer(&search, found->resources[i].plural);
        migdi_nearest_offer(&search, found->resources[i].singular);
    }
    return search.found;
}
