/* Which Kubernetes a server is. Source: Kubernetes, version.Info. */
#ifndef MIGDI_KUBE_VERSION_H
#define MIGDI_KUBE_VERSION_H

#include "core_arena.h"

#include <migdeploy/object.h>

/* Of an answer to migdi_kube_version(). {0}: not known. */
typedef struct migdi_kube_release {
    int64_t major;
    int64_t minor;
} migdi_kube_release;

migdi_kube_release migdi_kube_release_of(const migd_object *answer);

/* Whether it is known, and older. */
bool migdi_kube_release_is_before(migdi_kube_release release, int64_t major, int64_t minor);

/* "1.34"; NULL: not known, or no memory. */
const char *migdi_kube_release_name(migdi_kube_release release, migdi_arena *arena);

#endif
