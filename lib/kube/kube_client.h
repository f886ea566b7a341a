/* The inside of migd_kube, for this room and for who makes jobs of its own on the client's
 * cluster. */
#ifndef MIGDI_KUBE_CLIENT_H
#define MIGDI_KUBE_CLIENT_H

#include "kube_target.h"

#include <migdeploy/kube.h>

/* The client's cluster; a job keeps it with migdi_kube_target_keep(). */
migdi_kube_target *migdi_kube_client_target(const migd_kube *kube);
migd_context *migdi_kube_client_context(const migd_kube *kube);

/* Where nothing else is named. Owned by the client. */
const char *migdi_kube_client_namespace(const migd_kube *kube);
const char *migdi_kube_client_manager(const migd_kube *kube);

/* Gives the job a reference to the client's cluster and makes that its MIGDI_TARGET_CLUSTER. */
migd_status migdi_kube_client_join(const migd_kube *kube, migd_job *job, migd_error **error);

/* A client of a cluster that no kubeconfig names; takes `config`, which must be loaded. */
migd_status migdi_kube_client_new(migd_context *context, migdi_kubeconfig *config,
                                  const char *field_manager, migd_kube **out, migd_error **error);

#endif
