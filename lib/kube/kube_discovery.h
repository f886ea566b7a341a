/* Which kinds a server serves. Aggregated discovery (two reads), else, of servers before 1.26, one
 * read a group and version. Source: client-go discovery and restmapper. */
#ifndef MIGDI_KUBE_DISCOVERY_H
#define MIGDI_KUBE_DISCOVERY_H

#include "job_step.h"
#include "kube_resource.h"

/* The resources in the order of preference: the core first, then groups as the server orders them,
 * the preferred version first. */
typedef struct migdi_kube_discovery migdi_kube_discovery;

/* Asks the view for what it needs; NULL: not all is read yet. In the arena of the look.
 * *incomplete: a group could not be asked, as when the server behind it is down: then a kind that
 * is missing may still exist. */
typedef struct migdi_kube_found {
    const migdi_kube_resource *resources;
    size_t count;
    bool incomplete;
} migdi_kube_found;
const migdi_kube_found *migdi_kube_discovery_see(migdi_view *view);

/* A copy that outlives the look; NULL on lack of memory. NULL is freed as nothing. */
migdi_kube_discovery *migdi_kube_discovery_keep(const migdi_kube_found *found);
void migdi_kube_discovery_free(migdi_kube_discovery *discovery);
const migdi_kube_found *migdi_kube_discovery_found(const migdi_kube_discovery *discovery);

/* The first of the best fit; NULL: none. */
const migdi_kube_resource *migdi_kube_found_named(const migdi_kube_found *found, const char *name);
const migdi_kube_resource *migdi_kube_found_of(const migdi_kube_found *found,
                                               const char *api_version, const char *kind);
/* A plural that `name` may have been meant to be; NULL: none is near. */
const char *migdi_kube_found_nearest(const migdi_kube_found *found, const char *name);

#endif
