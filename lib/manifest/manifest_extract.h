/* From documents to facts: the only place that knows how facts hide in objects. */
#ifndef MIGDI_MANIFEST_EXTRACT_H
#define MIGDI_MANIFEST_EXTRACT_H

#include "manifest_facts.h"

#include "core_arena.h"

#include <migdeploy/spec.h>

/* Reads the facts of every StatefulSet and Deployment that is of MigratoryData or has a budget or
 * an autoscaler, and of every ClusterConfig. spec: the one that the objects were rendered from, or
 * NULL. The facts live in `arena`, and in the objects and the spec. false: no memory. */
bool migdi_extract(const migd_objects *objects, const migd_spec *spec, migdi_arena *arena,
                   migdi_world *world);

/* Whether a container holds a member of MigratoryData, by its image or its options. */
bool migdi_extract_is_member(const migd_object *container);

/* "Kind/namespace/name", or without what is missing; NULL when memory ends. */
const char *migdi_extract_title(const migd_object *document, migdi_arena *arena);

#endif
