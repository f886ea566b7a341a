/* A kind of objects: how it is named, where it is served. */
#ifndef MIGDI_KUBE_RESOURCE_H
#define MIGDI_KUBE_RESOURCE_H

#include "core_arena.h"

typedef struct migdi_kube_resource {
    const char *group; /* "" for the core */
    const char *version;
    const char *plural; /* "statefulsets": as in paths */
    const char *singular;
    const char *kind;        /* "StatefulSet" */
    const char *short_names; /* "sts"; several: "cs,ctr"; "" */
    bool namespaced;
    bool listable; /* it has the verb list */
    bool deletable;
} migdi_kube_resource;

/* The kinds that this library's own calls use. Every server that we support serves them, so they
 * need no discovery. */
extern const migdi_kube_resource migdi_kube_namespaces;
extern const migdi_kube_resource migdi_kube_nodes;
extern const migdi_kube_resource migdi_kube_pods;
extern const migdi_kube_resource migdi_kube_services;
extern const migdi_kube_resource migdi_kube_configmaps;
extern const migdi_kube_resource migdi_kube_secrets;
extern const migdi_kube_resource migdi_kube_serviceaccounts;
extern const migdi_kube_resource migdi_kube_events;
extern const migdi_kube_resource migdi_kube_endpoints;
extern const migdi_kube_resource migdi_kube_statefulsets;
extern const migdi_kube_resource migdi_kube_controllerrevisions;
extern const migdi_kube_resource migdi_kube_poddisruptionbudgets;
extern const migdi_kube_resource migdi_kube_horizontalpodautoscalers;
extern const migdi_kube_resource migdi_kube_endpointslices;
extern const migdi_kube_resource migdi_kube_leases;

/* What a person may call a resource: "pods", "po", "Pod", "statefulsets.apps",
 * "statefulsets.v1.apps"; case does not count. How well a resource fits: */
typedef enum {
    MIGDI_KUBE_FITS_NOT,
    MIGDI_KUBE_FITS_SHORT, /* by a short name: any other fit is better */
    MIGDI_KUBE_FITS
} migdi_kube_fit;
migdi_kube_fit migdi_kube_resource_fits(const migdi_kube_resource *resource, const char *name);

/* Whether it is the resource of an object's apiVersion ("apps/v1", "v1") and kind, both exact. */
bool migdi_kube_resource_is(const migdi_kube_resource *resource, const char *api_version,
                            const char *kind);

/* The built-in one of that name, or of that apiVersion and kind; NULL: discovery has to say. */
const migdi_kube_resource *migdi_kube_resource_named(const char *name);
const migdi_kube_resource *migdi_kube_resource_of(const char *api_version, const char *kind);

/* For people: "StatefulSet/migratory/migratorydata", "Namespace/migratory", "Pod in migratory"
 * without a name, "Pod" without both. In the arena; NULL on lack of memory. */
const char *migdi_kube_resource_title(const migdi_kube_resource *resource, const char *namespace_,
                                      const char *name, migdi_arena *arena);

#endif
