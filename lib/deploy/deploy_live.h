/* What a server lists, as documents that rules and facts can read. */
#ifndef MIGDI_DEPLOY_LIVE_H
#define MIGDI_DEPLOY_LIVE_H

#include "core_arena.h"
#include "kube_resource.h"

#include "manifest_facts.h"

#include <migdeploy/object.h>

/* An empty list that the arena owns; NULL when memory ends. */
migd_objects *migdi_live_list(migdi_arena *arena);

/* Adds a copy of an item with its apiVersion and kind, which a server leaves out of the items of a
 * list; NULL is let be. */
void migdi_live_add(migd_objects *list, const migd_object *item,
                    const migdi_kube_resource *resource, migdi_arena *arena);

/* The same for each item of an array. */
void migdi_live_add_all(migd_objects *list, const migd_object *items,
                        const migdi_kube_resource *resource, migdi_arena *arena);

/* The facts of a StatefulSet of MigratoryData; NULL: it is none, or memory ended. */
const migdi_facts *migdi_live_members(const migd_object *set, migdi_arena *arena);

/* Whether `labels` has every label of `wanted`, each with its value, and there is one. */
bool migdi_labels_include(const migd_object *labels, const migd_object *wanted);

#endif
