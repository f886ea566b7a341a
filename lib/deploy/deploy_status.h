/* What runs, whether it is safe, what is wrong: one look, one document. */
#ifndef MIGDI_DEPLOY_STATUS_H
#define MIGDI_DEPLOY_STATUS_H

#include "deploy_cluster.h"

typedef struct migdi_status_wish {
    const migdi_cluster_wish *cluster; /* first: what the members' observation takes */
    const char *service;               /* of the clients */
    int64_t port;
    int64_t most_members; /* 0: not known */
} migdi_status_wish;
extern const migdi_step_kind migdi_deploy_status;

#endif
