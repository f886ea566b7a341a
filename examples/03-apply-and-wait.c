/* Applies a ConfigMap server-side, waits until the server shows what was asked for, and deletes it.
 * Usage: 03-apply-and-wait; the cluster is the one of the kubeconfig. */
#include <migdeploy/migdeploy.h>
#include <stdio.h>

static int fail(migd_error *error)
{
    for (const migd_error *e = error; e != NULL; e = migd_error_cause(e)) {
        fprintf(stderr, "%s: %s\n", migd_error_operation(e), migd_error_message(e));
    }
    migd_error_free(error);
    return 1;
}

static migd_status build(migd_object **out, migd_error **error)
{
    migd_status status = migd_object_new(out, error);
    if (status >= 0) {
        status = migd_object_set_string(*out, "/apiVersion", "v1", error);
    }
    if (status >= 0) {
        status = migd_object_set_string(*out, "/kind", "ConfigMap", error);
    }
    if (status >= 0) {
        status = migd_object_set_string(*out, "/metadata/name", "migdeploy-example", error);
    }
    if (status >= 0) {
        status = migd_object_set_string(*out, "/data/greeting", "hello", error);
    }
    return status;
}

int main(void)
{
    migd_error *error = NULL;
    migd_context *context = NULL;
    migd_call_options *options = NULL;
    migd_kube *kube = NULL;
    migd_object *wanted = NULL;
    migd_object *stored = NULL;
    migd_object *read = NULL;
    migd_status status = migd_context_new(NULL, &context, &error);
    if (status >= 0) {
        status = migd_call_options_new(&options, &error);
    }
    if (status >= 0) {
        status = migd_call_options_set_int64(options, MIGD_CALL_DEADLINE_MS, 30000, &error);
    }
    if (status >= 0) {
        status = migd_kube_open(context, options, &kube, &error);
    }
    if (status >= 0) {
        status = build(&wanted, &error);
    }
    if (status >= 0) {
        status = migd_kube_apply(kube, wanted, options, &stored, &error);
    }
    if (status >= 0) {
        status =
            migd_kube_get(kube, "configmaps", NULL, "migdeploy-example", options, &read, &error);
    }
    if (status >= 0) {
        printf("applied: %s says %s\n", migd_object_text(read, "/metadata/name", ""),
               migd_object_text(read, "/data/greeting", ""));
        status = migd_kube_delete(kube, "configmaps", NULL, "migdeploy-example",
                                  migd_object_text(stored, "/metadata/uid", NULL), options, NULL,
                                  &error);
    }
    if (status >= 0) {
        printf("deleted\n");
    }
    migd_object_free(read);
    migd_object_free(stored);
    migd_object_free(wanted);
    migd_kube_free(kube);
    migd_call_options_free(options);
    migd_context_free(context);
    return status < 0 ? fail(error) : 0;
}
