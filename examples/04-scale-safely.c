/* Changes the number of members under judgement: a rule that forbids it is printed with its reason.
 * Usage: 04-scale-safely SPEC N */
#include <migdeploy/migdeploy.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(migd_error *error, migd_status status)
{
    fprintf(stderr, "%s: %s\n", status == MIGD_ERR_REFUSED ? "refused" : "error",
            migd_error_message(error));
    for (size_t i = 0; i < migd_error_detail_count(error); i++) {
        const char *rule = migd_error_detail(error, i, MIGD_DETAIL_REASON);
        const char *hint = migd_error_detail(error, i, MIGD_DETAIL_MESSAGE);
        fprintf(stderr, "  %s: %s\n", rule == NULL ? "" : rule, hint == NULL ? "" : hint);
    }
    migd_error_free(error);
    return status == MIGD_ERR_REFUSED ? 3 : 1;
}

int main(int argc, char **argv)
{
    migd_error *error = NULL;
    migd_context *context = NULL;
    migd_spec *spec = NULL;
    migd_job *job = NULL;
    const migd_event *event = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: %s SPEC N\n", argv[0]);
        return 2;
    }
    const int32_t members = (int32_t)strtol(argv[2], NULL, 10);
    migd_status status = migd_context_new(NULL, &context, &error);
    if (status >= 0) {
        status = migd_spec_load_file(argv[1], NULL, &spec, &error);
    }
    if (status >= 0) {
        status = migd_deploy_scale_start(context, spec, members, NULL, &job, &error);
    }
    while (status == MIGD_OK) {
        status = migd_job_next(job, MIGD_FOREVER, &event, &error);
        if (status == MIGD_OK) {
            printf("%s\n", migd_event_text(event));
        }
    }
    migd_job_free(job);
    migd_spec_free(spec);
    migd_context_free(context);
    return status < 0 ? fail(error, status) : 0;
}
