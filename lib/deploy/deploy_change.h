/* What an apply would change, from the server's own dry run, and who would have to give it up. */
#ifndef MIGDI_DEPLOY_CHANGE_H
#define MIGDI_DEPLOY_CHANGE_H

#include "deploy_owner.h"
#include "job_step.h"
#include "kube_resource.h"

typedef struct migdi_change {
    const migd_object *fields; /* as migdi_diff() gives them; NULL: not read yet */
    bool differs;              /* anything but what was left out */
    migdi_owner conflict;      /* of what differs; NONE: nobody's */
} migdi_change;

/* object: as it is to be applied over `live`. left_out: a pointer at and below which a difference
 * is none; NULL: nothing is. namespace_: of an object that names none. */
migdi_change migdi_change_see(migdi_view *view, const migdi_kube_resource *resource,
                              const char *namespace_, const migd_object *object,
                              const migd_object *live, const char *left_out);

/* The object as it is applied over what was seen and nothing newer; NULL without memory. */
const migd_object *migdi_change_guarded(const migd_object *object, const char *version,
                                        migdi_arena *arena);

/* Whether an object that differs belongs to somebody from whom it is not taken: a release (unless
 * `adopt`), or anybody who is not known. Then the verdict says to whom. */
bool migdi_change_is_refused(const migdi_change *change, migdi_owner owner, bool adopt,
                             const char *title, migdi_verdict *verdict);

#endif
