/* What the outputs of a step tell: which servers there are. */
#ifndef MIGDI_JOB_GROUND_H
#define MIGDI_JOB_GROUND_H

#include "job_loop.h"

struct migdi_ground {
    migd_job *job;
    migd_status status;
    migd_error *error;
};

#endif
