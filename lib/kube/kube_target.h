/* A cluster as calls go to it: URL, credentials, what answers mean. Shared by clients and jobs, so
 * counted. */
#ifndef MIGDI_KUBE_TARGET_H
#define MIGDI_KUBE_TARGET_H

#include "job_target.h"
#include "kube_kubeconfig.h"

#include <migdeploy/context.h>

typedef struct migdi_kube_target migdi_kube_target;

/* Takes what `config` holds (it is empty then, also after a failure). context: kept; for its clock.
 * *out has one reference. MIGD_OK, MIGD_ERR_NOMEM. */
migd_status migdi_kube_target_new(migd_context *context, migdi_kubeconfig *config,
                                  migdi_kube_target **out, migd_error **error);

/* One reference more, and one less; NULL is allowed. */
migdi_kube_target *migdi_kube_target_keep(migdi_kube_target *target);
void migdi_kube_target_drop(migdi_kube_target *target);
/* As above, for migdi_job_give(). */
void migdi_kube_target_release(void *target);

/* What jobs send to. */
migdi_target *migdi_kube_target_base(migdi_kube_target *target);
const migdi_kubeconfig *migdi_kube_target_config(const migdi_kube_target *target);

/* What was discovered, kept as long as the target; NULL: nothing yet. Setting takes the memory. */
struct migdi_kube_discovery;
struct migdi_kube_discovery *migdi_kube_target_discovery(const migdi_kube_target *target);
void migdi_kube_target_set_discovery(migdi_kube_target *target,
                                     struct migdi_kube_discovery *discovery);

#endif
