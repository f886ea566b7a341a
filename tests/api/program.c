/* The program of the README: check a spec, deploy it, tell each event. */
#include <migdeploy/migdeploy.h>
#include <stdio.h>

static int fail(const migd_error *error)
{
    for (; error != NULL; error = migd_error_cause(error)) {
        fprintf(stderr, "%s: %s\n", migd_error_operation(error), migd_error_message(error));
    }
    return 1;
}

int main(void)
{
    migd_error *error = NULL;
    migd_context *context = NULL;
    migd_spec *spec = NULL;
    migd_findings *findings = NULL;
    migd_job *job = NULL;
    const migd_event *event = NULL;
    migd_status status = migd_context_new(NULL, &context, &error);
    if (status >= 0) {
        status = migd_spec_load_file("migdeploy.yaml", NULL, &spec, &error);
    }
    if (status >= 0) {
        status = migd_check_spec(spec, NULL, &findings, &error);
    }
    for (size_t i = 0; i < migd_findings_count(findings); i++) {
        /* file:line:column: severity: message [RULE] */
        printf("%s\n", migd_findings_text(findings, i));
    }
    if (status >= 0 && migd_findings_errors(findings) > 0) {
        status = MIGD_ERR_REFUSED; /* deploy would refuse it too */
    }
    if (status >= 0) {
        status = migd_deploy_start(context, spec, NULL, &job, &error);
    }
    while (status == MIGD_OK) {
        /* MIGD_OK: an event, valid until the next call on this job. MIGD_DONE: the end. */
        status = migd_job_next(job, MIGD_FOREVER, &event, &error);
        if (status == MIGD_OK) {
            printf("%s\n", migd_event_text(event));
        }
    }
    int exit_code = status < 0 ? fail(error) : 0;
    migd_job_free(job);
    migd_findings_free(findings);
    migd_spec_free(spec);
    migd_context_free(context);
    migd_error_free(error);
    return exit_code;
}
