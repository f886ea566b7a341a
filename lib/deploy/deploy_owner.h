/* Whose a field or an object is, from its managedFields: what decides between taking over and
 * leaving alone. */
#ifndef MIGDI_DEPLOY_OWNER_H
#define MIGDI_DEPLOY_OWNER_H

#include "core_arena.h"

#include <migdeploy/error.h>
#include <migdeploy/object.h>

/* In the order of how hard it is to take from them. */
typedef enum {
    MIGDI_OWNER_NONE,
    MIGDI_OWNER_OURS,       /* migdeploy and its own managers */
    MIGDI_OWNER_KUBECTL,    /* kubectl*, before-first-apply: adopted without asking */
    MIGDI_OWNER_CONTROLLER, /* kube-controller-manager: what an autoscaler wrote */
    MIGDI_OWNER_RELEASE,    /* helm, or an owner object: with MIGD_CALL_ADOPT */
    MIGDI_OWNER_SYNC,       /* argocd, flux: the same, but never the number of members */
    MIGDI_OWNER_FOREIGN     /* anybody else */
} migdi_owner_kind;

typedef struct migdi_owner {
    migdi_owner_kind kind;
    const char *name; /* borrowed from what was read; NULL: nobody */
} migdi_owner;

/* What a field manager's name says. */
migdi_owner_kind migdi_owner_kind_of(const char *manager);

/* Whether it takes MIGD_CALL_ADOPT to take from them. */
bool migdi_owner_is_release(migdi_owner_kind kind);

/* Who looks after an object as a whole: RELEASE or SYNC by its marks or managers, else
 * KUBECTL or OURS when they are among its managers, else NONE. */
migdi_owner migdi_owner_of(const migd_object *object);

/* Whether its labels say that it is ours, and of which cluster: only that may be removed. instance
 * NULL: no. */
bool migdi_owner_is_labelled(const migd_object *object, const char *instance);

/* Of those who own the field at the pointer, the one hardest to take from; `but`, a manager of
 * ours, is not counted. *also: whether `but` owns it too. */
migdi_owner migdi_owner_of_field(const migd_object *object, const char *pointer, const char *but,
                                 bool *also, migdi_arena *arena);

/* Whose next run writes the number of replicas again, whoever set it last: what kubectl applied, or
 * a release. name NULL: nobody's. *replicas: the number they have; -1: not known. */
migdi_owner migdi_owner_sets_back(const migd_object *set, int64_t *replicas, migdi_arena *arena);

/* Of those whom a conflict names (its details), the one hardest to take from. */
migdi_owner migdi_owner_in_conflict(const migd_error *conflict);

#endif
