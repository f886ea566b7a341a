/* Many jobs in a loop of the program's own: one descriptor of the context in poll(), no thread.
 * Usage: 05-own-event-loop SPEC...; shows how many members of each cluster are Ready. */
#include <migdeploy/migdeploy.h>
#include <poll.h>
#include <stdio.h>

enum { MANY = 64 };

static int say(migd_error *error)
{
    fprintf(stderr, "error: %s\n", migd_error_message(error));
    migd_error_free(error);
    return 1;
}

static void show(migd_job *job)
{
    migd_object *status = NULL;
    if (migd_job_take_object(job, &status, NULL) == MIGD_OK) {
        printf("%s: %lld of %lld Ready, margin %lld\n", migd_object_text(status, "/name", ""),
               (long long)migd_object_int64(status, "/members/ready", 0),
               (long long)migd_object_int64(status, "/members/wanted", 0),
               (long long)migd_object_int64(status, "/seeds/margin", 0));
    }
    migd_object_free(status);
}

/* One job that looks at the cluster of a spec file. */
static migd_status start(migd_context *context, const char *path, migd_job **job,
                         migd_error **error)
{
    migd_spec *spec = NULL;
    migd_status status = migd_spec_load_file(path, NULL, &spec, error);
    if (status >= 0) {
        status = migd_deploy_status_start(context, spec, NULL, job, error);
    }
    migd_spec_free(spec);
    return status;
}

/* Everything that is ready now; false when no job is left. */
static int drain(migd_context *context, int *failures)
{
    for (;;) {
        migd_job *job = NULL;
        const migd_event *event = NULL;
        migd_error *error = NULL;
        const migd_status status = migd_context_next(context, 0, &job, &event, &error);
        if (status == MIGD_TIMEOUT) {
            return 1;
        }
        if (job == NULL) {
            *failures += status < 0 ? say(error) : 0;
            return 0;
        }
        if (status == MIGD_DONE) {
            show(job);
        } else if (status < 0) {
            *failures += say(error);
        }
    }
}

int main(int argc, char **argv)
{
    migd_error *error = NULL;
    migd_context *context = NULL;
    migd_job *jobs[MANY] = {NULL};
    int32_t fd = -1;
    int failures = 0;
    migd_status status = migd_context_new(NULL, &context, &error);
    if (status >= 0) {
        status = migd_context_fd(context, &fd, &error);
    }
    for (int i = 1; i < argc && i <= MANY && status >= 0; i++) {
        status = start(context, argv[i], &jobs[i - 1], &error);
    }
    while (status >= 0 && drain(context, &failures)) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        poll(&readable, 1, (int)migd_context_timeout_ms(context)); /* add your own descriptors */
    }
    for (int i = 0; i < MANY; i++) {
        migd_job_free(jobs[i]);
    }
    migd_context_free(context);
    return status < 0 ? say(error) : failures > 0;
}
