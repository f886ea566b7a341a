/* Taking a cluster away: from what is found, never from what would be rendered. */
#ifndef MIGDI_DEPLOY_REMOVAL_H
#define MIGDI_DEPLOY_REMOVAL_H

#include "deploy_steps.h"

typedef struct migdi_removal_wish {
    const migdi_kube_resource *resource; /* of the step that removes objects of one kind */
    const char *namespace_;
    const char *name;
    const migd_object *labels;     /* by which the set knows its members; NULL: app=NAME */
    const migd_object *pod_labels; /* all that they bear */
    bool consent;                  /* given with the call */
} migdi_removal_wish;

/* Whether the object belongs to the cluster: by our labels, or as its Service, budget or
 * autoscaler. *ours: by our labels. */
bool migdi_removal_belongs(const migdi_removal_wish *wish, const migdi_kube_resource *resource,
                           const migd_object *object, bool *ours);

extern const migdi_step_kind migdi_deploy_consent;
/* Objects of one kind, and for the set its pods, until they are gone. */
extern const migdi_step_kind migdi_deploy_gone;
/* The namespace, if a deploy made it and nothing of others is in it. */
extern const migdi_step_kind migdi_deploy_namespace_gone;

#endif
