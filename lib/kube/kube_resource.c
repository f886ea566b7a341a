/* A kind of objects: how it is named, where it is served. */
#include "kube_resource.h"

#include <string.h>
#include <strings.h>

#define BUILT_IN(symbol, group_, version_, plural_, singular_, kind_, short_, namespaced_)         \
    const migdi_kube_resource symbol = {                                                           \
        .group = group_,                                                                           \
        .version = version_,                                                                       \
        .plural = plural_,                                                                         \
        .singular = singular_,                                                                     \
        .kind = kind_,                                                                             \
        .short_names = short_,                                                                     \
        .namespaced = namespaced_,                                                                 \
        .listable = true,                                                                          \
        .deletable = true,                                                                         \
    }

BUILT_IN(migdi_kube_namespaces, "", "v1", "namespaces", "namespace", "Namespace", "ns", false);
BUILT_IN(migdi_kube_nodes, "", "v1", "nodes", "node", "Node", "no", false);
BUILT_IN(migdi_kube_pods, "", "v1", "pods", "pod", "Pod", "po", true);
BUILT_IN(migdi_kube_services, "", "v1", "services", "service", "Service", "svc", true);
BUILT_IN(migdi_kube_configmaps, "", "v1", "configmaps", "configmap", "ConfigMap", "cm", true);
BUILT_IN(migdi_kube_secrets, "", "v1", "secrets", "secret", "Secret", "", true);
BUILT_IN(migdi_kube_serviceaccounts, "", "v1", "serviceaccounts", "serviceaccount",
         "ServiceAccount", "sa", true);
BUILT_IN(migdi_kube_events, "", "v1", "events", "event", "Event", "ev", true);
BUILT_IN(migdi_kube_endpoints, "", "v1", "endpoints", "endpoints", "Endpoints", "ep", true);
BUILT_IN(migdi_kube_statefulsets, "apps", "v1", "statefulsets", "statefulset", "StatefulSet", "sts",
         true);
BUILT_IN(migdi_kube_controllerrevisions, "apps", "v1", "controllerrevisions", "controllerrevision",
         "ControllerRevision", "", true);
BUILT_IN(migdi_kube_poddisruptionbudgets, "policy", "v1", "poddisruptionbudgets",
         "poddisruptionbudget", "PodDisruptionBudget", "pdb", true);
BUILT_IN(migdi_kube_horizontalpodautoscalers, "autoscaling", "v2", "horizontalpodautoscalers",
         "horizontalpodautoscaler", "HorizontalPodAutoscaler", "hpa", true);
BUILT_IN(migdi_kube_endpointslices, "discovery.k8s.io", "v1", "endpointslices", "endpointslice",
         "EndpointSlice", "", true);
BUILT_IN(migdi_kube_leases, "coordination.k8s.io", "v1", "leases", "lease", "Lease", "", true);

static const migdi_kube_resource *const built_in[] = {
    &migdi_kube_namespaces,
    &migdi_kube_nodes,
    &migdi_kube_pods,
    &migdi_kube_services,
    &migdi_kube_configmaps,
    &migdi_kube_secrets,
    &migdi_kube_serviceaccounts,
    &migdi_kube_events,
    &migdi_kube_endpoints,
    &migdi_kube_statefulsets,
    &migdi_kube_controllerrevisions,
    &migdi_kube_poddisruptionbudgets,
    &migdi_kube_horizontalpodautoscalers,
    &migdi_kube_endpointslices,
    &migdi_kube_leases,
};

#define BUILT_IN_COUNT (sizeof built_in / sizeof *built_in)

static bool equal(const char *word, size_t size, const char *known)
{
    return strlen(known) == size && strncasecmp(word, known, size) == 0;
}

static bool is_short_name(const char *word, size_t size, const char *names)
{
    while (*names != '\0') {
        const size_t length = strcspn(names, ",");
        if (length == size && strncasecmp(word, names, size) == 0) {
            return true;
        }
        names += length;
        names += *names == ',';
    }
    return false;
}

/* What follows the first dot: a group, or a version and a group. */
static bool fits_group(const migdi_kube_resource *resource, const char *suffix)
{
    if (suffix == NULL || strcasecmp(suffix, resource->group) == 0) {
        return true;
    }
    const size_t size = strlen(resource->version);
    return strncasecmp(suffix, resource->version, size) == 0 &&
           (suffix[size] == '.' ? strcasecmp(suffix + size + 1, resource->group) == 0
                                : suffix[size] == '\0' && resource->group[0] == '\0');
}

migdi_kube_fit migdi_kube_resource_fits(const migdi_kube_resource *resource, const char *name)
{
    const char *dot = strchr(name, '.');
    const size_t size = dot == NULL ? strlen(name) : (size_t)(dot - name);
    if (size == 0 || !fits_group(resource, dot == NULL ? NULL : dot + 1)) {
        return MIGDI_KUBE_FITS_NOT;
    }
    if (equal(name, size, resource->plural) || equal(name, size, resource->singular) ||
        equal(name, size, resource->kind)) {
        return MIGDI_KUBE_FITS;
    }
    return is_short_name(name, size, resource->short_names) ? MIGDI_KUBE_FITS_SHORT
                                                            : MIGDI_KUBE_FITS_NOT;
}

bool migdi_kube_resource_is(const migdi_kube_resource *resource, const char *api_version,
                            const char *kind)
{
    const size_t size = strlen(resource->group);
    const char *version = api_version;
    if (size > 0) {
        if (strncmp(api_version, resource->group, size) != 0 || api_version[size] != '/') {
            return false;
        }
        version = api_version + size + 1;
    }
    return strcmp(version, resource->version) == 0 && strcmp(kind, resource->kind) == 0;
}

const migdi_kube_resource *migdi_kube_resource_named(const char *name)
{
    const migdi_kube_resource *found = NULL;
    migdi_kube_fit best = MIGDI_KUBE_FITS_NOT;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        const migdi_kube_fit fit = migdi_kube_resource_fits(built_in[i], name);
        if (fit > best) {
            found = built_in[i];
            best = fit;
        }
    }
    return found;
}

const migdi_kube_resource *migdi_kube_resource_of(const char *api_version, const char *kind)
{
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        if (migdi_kube_resource_is(built_in[i], api_version, kind)) {
            return built_in[i];
        }
    }
    return NULL;
}

const char *migdi_kube_resource_title(const migdi_kube_resource *resource, const char *namespace_,
                                      const char *name, migdi_arena *arena)
{
    const bool in_namespace = resource->namespaced && namespace_ != NULL && namespace_[0] != '\0';
    if (name == NULL) {
        return in_namespace ? migdi_arena_format(arena, "%s in %s", resource->kind, namespace_)
                            : migdi_arena_format(arena, "%s", resource->kind);
    }
    return in_namespace ? migdi_arena_format(arena, "%s/%s/%s", resource->kind, namespace_, name)
                        : migdi_arena_format(arena, "%s/%s", resource->kind, name);
}
