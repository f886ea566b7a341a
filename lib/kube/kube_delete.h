/* The step that deletes one object and waits until it is gone. */
#ifndef MIGDI_KUBE_DELETE_H
#define MIGDI_KUBE_DELETE_H

#include "job_step.h"
#include "kube_resource.h"

typedef struct migdi_kube_delete_wish {
    const migdi_kube_resource *resource;
    const char *namespace_;
    const char *name;
    const char *uid; /* of the object that is to go; another one of its name is let be */
} migdi_kube_delete_wish;

/* Of any goal: the object goes. */
extern const migdi_step_kind migdi_kube_delete_step;

/* What a namespace that is going says that it still holds; NULL: nothing. Borrowed. */
const char *migdi_kube_namespace_reason(const migd_object *namespace_);

#endif
