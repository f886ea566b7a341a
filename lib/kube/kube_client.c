/* A client: a cluster, and what holds where a call does not say. */
#include "kube_client.h"

#include "job_run.h"

#include <string.h>

#define MANAGER "migdeploy"
/* As the API server takes them: apimachinery, ValidateFieldManager. */
#define LONGEST_MANAGER ((size_t)128)

struct migd_kube {
    migd_context *context;
    migdi_kube_target *target;
    migd_object *info;
    char *manager;
};

static migd_status make_info(migd_kube *kube, migd_error **error)
{
    const migdi_kubeconfig *config = migdi_kube_target_config(kube->target);
    migdi_builder builder;
    migdi_build(&builder);
    migdi_build_string(&builder, config->server, "/server");
    migdi_build_string(&builder, config->cluster, "/cluster");
    migdi_build_string(&builder, config->context, "/context");
    migdi_build_string(&builder, config->user, "/user");
    migdi_build_string(&builder, config->namespace_, "/namespace");
    return migdi_build_take(&builder, &kube->info, error);
}

migd_status migdi_kube_client_new(migd_context *context, migdi_kubeconfig *config,
                                  const char *field_manager, migd_kube **out, migd_error **error)
{
    *out = NULL;
    const char *manager = field_manager == NULL ? MANAGER : field_manager;
    if (manager[0] == '\0' || strlen(manager) > LONGEST_MANAGER) {
        migdi_kubeconfig_free(config);
        return migdi_fail(error, MIGD_ERR_INVALID, "a field manager has 1 to %zu bytes",
                          LONGEST_MANAGER);
    }
    migd_kube *kube = migdi_alloc_zeroed(1, sizeof *kube);
    if (kube == NULL) {
        migdi_kubeconfig_free(config);
        return migdi_fail_nomem(error);
    }
    kube->context = migdi_context_keep(context);
    migd_status status = migdi_kube_target_new(context, config, &kube->target, error);
    if (status == MIGD_OK) {
        kube->manager = migdi_text_copy(manager, strlen(manager));
        status = kube->manager == NULL ? migdi_fail_nomem(error) : make_info(kube, error);
    }
    if (status < 0) {
        migd_kube_free(kube);
        return status;
    }
    *out = kube;
    return MIGD_OK;
}

migd_status migd_kube_open(migd_context *context, const migd_call_options *options, migd_kube **out,
                           migd_error **error)
{
    migdi_error_clear(error);
    if (out == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "no place for the client");
    }
    *out = NULL;
    if (context == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "a client needs a context");
    }
    const migdi_kubeconfig_source source = {
        .path = migd_call_options_text(options, MIGD_CALL_KUBECONFIG),
        .chain = migdi_context_variable(context, "KUBECONFIG"),
        .home = migdi_context_text(context, MIGD_CONTEXT_HOME),
        .context = migd_call_options_text(options, MIGD_CALL_CONTEXT),
        .namespace_ = migd_call_options_text(options, MIGD_CALL_NAMESPACE),
        .service_host = migdi_context_variable(context, "KUBERNETES_SERVICE_HOST"),
        .service_port = migdi_context_variable(context, "KUBERNETES_SERVICE_PORT"),
        .pod_namespace = migdi_context_variable(context, "POD_NAMESPACE"),
    };
    migdi_kubeconfig config = {0};
    migd_status status = migdi_kubeconfig_read(&source, &config, error);
    if (status == MIGD_OK) {
        status = migdi_kubeconfig_load(&config, error);
    }
    if (status < 0) {
        migdi_kubeconfig_free(&config);
        return status;
    }
    return migdi_kube_client_new(
        context, &config, migd_call_options_text(options, MIGD_CALL_FIELD_MANAGER), out, error);
}

void migd_kube_free(migd_kube *kube)
{
    if (kube != NULL) {
        migdi_kube_target_drop(kube->target);
        migdi_context_drop(kube->context);
        migd_object_free(kube->info);
        migdi_free(kube->manager);
        migdi_free(kube);
    }
}

const migd_object *migd_kube_info(const migd_kube *kube)
{
    return kube == NULL ? NULL : kube->info;
}

migdi_kube_target *migdi_kube_client_target(const migd_kube *kube)
{
    return kube->target;
}

migd_context *migdi_kube_client_context(const migd_kube *kube)
{
    return kube->context;
}

const char *migdi_kube_client_namespace(const migd_kube *kube)
{
    return migdi_kube_target_config(kube->target)->namespace_;
}

const char *migdi_kube_client_manager(const migd_kube *kube)
{
    return kube->manager;
}

migd_status migdi_kube_client_join(const migd_kube *kube, migd_job *job, migd_error **error)
{
    migdi_kube_target *target = migdi_kube_target_keep(kube->target);
    const migd_status status = migdi_job_give(job, target, migdi_kube_target_release, error);
    if (status == MIGD_OK) {
        migdi_job_set_target(job, MIGDI_TARGET_CLUSTER, migdi_kube_target_base(target));
    }
    return status;
}
