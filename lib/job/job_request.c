/* A job of one call: its document becomes the result. */
#include "job_fetch.h"

typedef struct request_work {
    migdi_work work;
    const migdi_call *call;
    migdi_fetch fetch;
    bool started;
} request_work;

static void attend(migdi_work *work, migd_job *job)
{
    request_work *request = (request_work *)work;
    migdi_fetch *fetch = &request->fetch;
    if (!request->started) {
        const bool changes = request->call->kind == MIGDI_CALL_WRITE;
        request->started = true;
        migdi_fetch_start(fetch, job, request->call,
                          changes ? MIGDI_RETRY_CHANGE : MIGDI_RETRY_READ);
    }
    if (!migdi_fetch_attend(fetch)) {
        return;
    }
    migd_error *error = fetch->error;
    migd_status status = fetch->status;
    fetch->error = NULL;
    if (status == MIGD_OK) {
        migd_object *document = migdi_fetch_take(fetch, &status);
        migdi_job_set_object(job, document);
    }
    if (status == MIGD_OK) {
        migdi_job_succeed(job);
    } else {
        if (error == NULL) {
            status = migdi_fail_nomem(&error);
        }
        migdi_job_end(job, status, error);
    }
}

static bool close_request(migdi_work *work, migd_job *job)
{
    (void)job;
    migdi_fetch_stop(&((request_work *)work)->fetch);
    return true;
}

static void release_request(migdi_work *work)
{
    migdi_fetch_stop(&((request_work *)work)->fetch);
    migdi_free(work);
}

static const char *doing(const migdi_work *work)
{
    return ((const request_work *)work)->call->name;
}

static const migdi_work_kind kind = {attend, close_request, release_request, doing, NULL};

migd_status migdi_job_run_call(migd_job *job, const migdi_call *call, migd_error **error)
{
    if (call == NULL) {
        return migdi_fail_nomem(error);
    }
    request_work *request = migdi_alloc_zeroed(1, sizeof *request);
    if (request == NULL) {
        return migdi_fail_nomem(error);
    }
    request->work.kind = &kind;
    request->call = call;
    return migdi_job_start(job, &request->work, error);
}
