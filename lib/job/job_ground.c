/* The ground: a cluster that a step found becomes a server that later steps are sent to. */
#include "job_ground.h"

void migdi_ground_cluster(migdi_ground *ground, const char *endpoint, const char *ca_base64,
                          const char *name)
{
    migd_job *job = ground->job;
    if (endpoint == NULL || job->targets[MIGDI_TARGET_CLUSTER] != NULL ||
        job->make_cluster == NULL || ground->status < 0) {
        return;
    }
    migdi_target *target = NULL;
    ground->status = job->make_cluster(job->make_cluster_user, job, endpoint, ca_base64, name,
                                       &target, &ground->error);
    job->targets[MIGDI_TARGET_CLUSTER] = target;
}
