/* From a spec, or from what runs, to the wishes of steps: a job under construction. */
#ifndef MIGDI_DEPLOY_WISH_H
#define MIGDI_DEPLOY_WISH_H

#include "deploy_removal.h"
#include "deploy_rules.h"
#include "job_run.h"

#include <migdeploy/deploy.h>

enum { MIGDI_DEPLOY_STEPS = 1024 };

/* The vendor's own pause between members, where no spec names another. */
#define MIGDI_VENDOR_PAUSE_MS 360000

/* A job and the steps it will run. Everything the steps point to lives in the job. */
typedef struct migdi_draft {
    migd_job *job;
    migdi_arena *arena;               /* the job's */
    const char *namespace_;           /* where none is named; the job's */
    const migd_spec *spec;            /* the caller's, of the start alone; NULL: none */
    const migd_objects *objects;      /* rendered; the job's */
    const migd_call_options *options; /* a copy; the job's */
    migdi_cluster_wish *cluster;
    const char *goes_on;           /* the command that goes on from a stop; NULL: that of the job */
    const migd_object *labels;     /* by which its set knows its members; NULL: app=NAME */
    const migd_object *pod_labels; /* all that its members bear; NULL: app=NAME */
    const char *service;           /* of its clients, and the port there */
    int64_t port;
    int64_t most_members; /* 0: not known */
    migdi_step steps[MIGDI_DEPLOY_STEPS];
    size_t count;
    uint16_t stage;
} migdi_draft;

/* What a call does with one cluster. */
typedef struct migdi_errand migdi_errand;
struct migdi_errand {
    const char *command;
    migdi_run_mode mode;
    void (*add)(migdi_draft *draft, const migdi_errand *errand); /* its steps */
    int64_t replicas;                                            /* of scale */
    int64_t asked_unix_ms;                                       /* of restart */
    bool shows; /* it tells of the clients' Service too */
    bool ends;  /* it is for what is left of a cluster too */
};

/* Opens the cluster and makes the job; with a spec, renders it and fills the wish of the cluster.
 * On failure nothing is left. */
migd_status migdi_draft_open(migdi_draft *draft, migd_context *context,
                             const migd_call_options *options, migd_error **error);
migd_status migdi_draft_open_spec(migdi_draft *draft, migd_context *context, const migd_spec *spec,
                                  const migd_call_options *options, migd_error **error);

/* Copies a list of objects into the job, as what is wished. */
migd_status migdi_draft_take_objects(migdi_draft *draft, const migd_objects *objects,
                                     migd_error **error);

/* The StatefulSet as it is applied once it exists: without the number of members and the partition,
 * which others of our managers write. The job's. */
migd_status migdi_draft_without_number(migdi_draft *draft, const migd_object *set,
                                       const migd_object **out, migd_error **error);

/* Adds a step to the stage at hand; next() begins another stage. */
void migdi_draft_add(migdi_draft *draft, const migdi_step_kind *kind, const void *wish,
                     migdi_goal goal);
void migdi_draft_next(migdi_draft *draft);
/* A stage of its own for a step whose wish is the cluster. */
void migdi_draft_add_stage(migdi_draft *draft, const migdi_step_kind *kind);

/* The rendered object of a kind and name; NULL: it is not wished. */
const migd_object *migdi_draft_object(const migdi_draft *draft, const char *kind, const char *name);

/* Steps that stand in more than one list. */
void migdi_draft_add_rules(migdi_draft *draft, int64_t replicas);
void migdi_draft_add_namespace(migdi_draft *draft);
void migdi_draft_add_object(migdi_draft *draft, const migdi_step_kind *kind,
                            const migdi_kube_resource *resource, const char *name);

/* Puts the lock on, cuts the list as MIGD_CALL_ONLY and _UNTIL say, and starts. */
migd_status migdi_draft_start(migdi_draft *draft, migdi_run_mode mode, const char *command,
                              migd_error **error);

/* The same for a job that nobody holds yet: on failure it is freed. */
migd_status migdi_draft_run(migdi_draft *draft, migdi_run_mode mode, const char *command,
                            migd_job **job, migd_error **error);

#endif
