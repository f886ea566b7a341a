/* Who owns which field of an object: its metadata.managedFields.
 * Source: Kubernetes, server-side apply; structured-merge-diff, fieldpath. */
#ifndef MIGDI_KUBE_MANAGED_FIELDS_H
#define MIGDI_KUBE_MANAGED_FIELDS_H

#include "codec_object.h"

/* One entry; borrowed from the object. */
typedef struct migdi_kube_manager {
    const char *name;
    const char *operation;   /* "Apply" or "Update" */
    const char *subresource; /* "scale", "status"; "" for the object itself */
    const char *version;     /* the apiVersion in which it wrote */
    const migd_object *fields;
} migdi_kube_manager;

/* How many entries there are, and one of them (zero texts "" where the entry has none). */
size_t migdi_kube_manager_count(const migd_object *object);
migdi_kube_manager migdi_kube_manager_at(const migd_object *object, size_t index);

/* Whether the manager owns the field at the JSON Pointer, or something below it. An item of a list
 * is named by its index and found by its keys, as the server does it. On lack of memory the answer
 * is false and the arena has failed. */
bool migdi_kube_manager_owns(const migdi_kube_manager *manager, const migd_object *object,
                             const char *pointer, migdi_arena *arena);

/* Calls visit for each field that the manager owns as a leaf, with its JSON Pointer in the object
 * (borrowed for the call), in the order of the entry; an item that the object no longer has is left
 * out. */
typedef void (*migdi_kube_field_visit)(void *user, const char *pointer);
void migdi_kube_manager_visit(const migdi_kube_manager *manager, const migd_object *object,
                              migdi_arena *arena, migdi_kube_field_visit visit, void *user);

#endif
