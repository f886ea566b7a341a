/* A cluster without a spec: the one that runs in a namespace, as its StatefulSet tells it. */
#ifndef MIGDI_DEPLOY_FIND_H
#define MIGDI_DEPLOY_FIND_H

#include "deploy_wish.h"

typedef struct migdi_find_wish {
    const char *namespace_;
    bool services;  /* the clients' Service is wanted too */
    bool leftovers; /* without a set, a cluster is also what its remains name */
} migdi_find_wish;

/* Looks for the StatefulSets of MigratoryData in a namespace. It reports
 * {"found":[{name, labels, podLabels, seeds, most, dev, service, port}]}: labels as the set knows
 * its members by them, seeds and most 0 where they cannot be read, service and port of the
 * clients. */
extern const migdi_step_kind migdi_deploy_find;

/* Starts a job that looks first; then, where exactly one cluster was found, errand->add gets its
 * draft. Several: MIGD_ERR_INVALID with their names; none: MIGD_ERR_NOT_FOUND. errand: copied. */
migd_status migdi_find_start(migd_context *context, const migdi_errand *errand,
                             const migd_call_options *options, migd_job **job, migd_error **error);

#endif
