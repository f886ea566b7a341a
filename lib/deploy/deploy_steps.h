/* The steps of a deployment: one file each. Their wishes are a migdi_cluster_wish where nothing
 * else is said. */
#ifndef MIGDI_DEPLOY_STEPS_H
#define MIGDI_DEPLOY_STEPS_H

#include "deploy_cluster.h"
#include "kube_resource.h"

/* What people and MIGD_CALL_ONLY call the steps. */
#define MIGDI_STEP_RULES      "rules"
#define MIGDI_STEP_OBJECTS    "objects"
#define MIGDI_STEP_MEMBERS    "members"
#define MIGDI_STEP_AUTOSCALER "autoscaler"
#define MIGDI_STEP_ADDRESS    "address"
#define MIGDI_STEP_LOCK       "lock"

typedef struct migdi_namespace_wish {
    const char *name;
    const migd_object *object; /* as it is created, with the note that says it is ours; NULL: it is
                                * there, or nothing is done */
} migdi_namespace_wish;
extern const migdi_step_kind migdi_deploy_namespace;

/* An object that is applied whole, or is absent: Services, budget, autoscaler. */
typedef struct migdi_object_wish {
    const migdi_kube_resource *resource; /* NULL: looked up by the object's apiVersion and kind */
    const char *namespace_;
    const char *name;
    const char *instance; /* the label of what is ours; NULL: anybody's object, never removed */
    const migd_object *object; /* NULL where only its absence is wished */
    bool adopt;                /* also from helm, argocd, flux */
    bool force;                /* from anybody */
} migdi_object_wish;
extern const migdi_step_kind migdi_deploy_object;
extern const migdi_step_kind migdi_deploy_autoscaler; /* the same under the autoscaler's name */

/* The StatefulSet: made, adopted, or brought to a new template with its members held back. */
extern const migdi_step_kind migdi_deploy_set;
/* The number of members: down before the template changes, up after it. */
extern const migdi_step_kind migdi_deploy_replicas_down;
extern const migdi_step_kind migdi_deploy_replicas_up;
/* A new start of every member, asked for by `restart`. */
extern const migdi_step_kind migdi_deploy_restart;
/* Members to the new template, one at a time, with the pause. */
extern const migdi_step_kind migdi_deploy_roll;
/* Until all are Ready. */
extern const migdi_step_kind migdi_deploy_ready;

typedef struct migdi_address_wish {
    const char *namespace_;
    const char *service;
    int64_t port;
} migdi_address_wish;
extern const migdi_step_kind migdi_deploy_address;

/* The writer's Lease: "migdeploy-NAME". */
#define MIGDI_LOCK_PREFIX "migdeploy-"

typedef struct migdi_lease_wish {
    const char *namespace_;
    const char *name;
    const char *holder;  /* "user@host BOOT NAMESPACE PID.START.JOB COMMAND" */
    const char *machine; /* its first three words: whose processes we can see; NULL: nobody's */
    bool wait;           /* for a holder that renews */
    uint64_t (*process_start)(int64_t pid); /* as migdi_os_process_start() */
} migdi_lease_wish;
extern const migdi_step_kind migdi_deploy_lease;

#endif
