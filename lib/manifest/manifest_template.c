/* The spec that `init` writes: only what people change, each comment a consequence. Its values are
 * defaults of the profile, written out. */
#include "core_error.h"
#include "core_text.h"
#include "manifest_spec_forms.h"

#include <migdeploy/spec.h>
#include <string.h>

static const char head[] =
    "# Every key and its default: migdeploy init --help. What it would change: migdeploy plan\n"
    "apiVersion: migdeploy.dev/v1alpha1\n"
    "kind: MigratoryDataCluster\n"
    "metadata: {name: migratorydata, namespace: migratory}\n"
    "spec:\n";

static const char production[] =
    "  profile: production   # or tutorial (the vendor's YAML as published), dev (one member "
    "allowed)\n"
    "  members:\n"
    "    replicas: 3         # members that run: at least seeds, at most maxReplicas\n"
    "    maxReplicas: 5      # length of the member list; may grow later, never shrink\n"
    "    seeds: 3            # quorum is 2 of 3: one seed may be down, not two\n"
    "    image: migratorydata/server:6.0.16\n"
    "    memory: 512MB       # for the server, inside 1Gi; for production the vendor says 8GB\n"
    "    # secretParameters: {LicenseKey: {secret: NAME, key: KEY}}   without: trial, 100 clients\n"
    "  service:\n"
    "    sourceRanges: []    # who may connect; empty = the whole internet, on plain port 80\n"
    "  autoscale: null       # {min: 3, max: 5, cpuPercent: 50}\n";

static const char tutorial[] =
    "  profile: tutorial     # the vendor's YAML as published, traps included: migdeploy check\n"
    "  members:\n"
    "    replicas: 3         # members that run: at least seeds, at most maxReplicas\n"
    "    maxReplicas: 5      # length of the member list; may grow later, never shrink\n"
    "    seeds: 3            # quorum is 2 of 3: one seed may be down, not two\n"
    "    image: migratorydata/server:latest   # members may run different versions\n"
    "    memory: 128MB       # for the server, inside 256Mi; for production the vendor says 8GB\n"
    "  disruption:\n"
    "    minAvailable: 3     # of 3: no node with a member can be drained\n"
    "  service:\n"
    "    sourceRanges: []    # who may connect; empty = the whole internet, on plain port 80\n"
    "  autoscale: null       # {min: 3, max: 5, cpuPercent: 50}\n";

static const char dev[] =
    "  profile: dev          # one member; what it holds is lost when it restarts\n"
    "  members:\n"
    "    replicas: 1\n"
    "    maxReplicas: 1      # length of the member list; may grow later, never shrink\n"
    "    image: migratorydata/server:6.0.16\n"
    "    memory: 512MB       # for the server, inside 1Gi\n"
    "    # secretParameters: {LicenseKey: {secret: NAME, key: KEY}}   without: trial, 100 clients\n"
    "  service:\n"
    "    type: ClusterIP     # inside the cluster; LoadBalancer gives it an address outside\n";

static const char aws[] =
    "  aws:                  # without this block: the cluster of your kubeconfig\n"
    "    cluster: %s%s%s\n"
    "    region: %s%s%s\n"
    "    nodes: {type: m5.large, count: 3, min: 3, max: 5}   # zones: chosen, three where there "
    "are\n";

static const char *body_of(const char *profile)
{
    return profile == NULL || strcmp(profile, "production") == 0 ? production
           : strcmp(profile, "tutorial") == 0                    ? tutorial
           : strcmp(profile, "dev") == 0                         ? dev
                                                                 : NULL;
}

/* A name in quotes where YAML would take it for something else, such as "on" or "123". *plain: it
 * needs none. */
static migd_status check_name(const char *name, migdi_spec_form form, bool *plain,
                              migd_error **error)
{
    migd_object *read = NULL;
    if (!migdi_spec_form_fits(form, name, strlen(name))) {
        return migdi_fail(error, MIGD_ERR_INVALID, "\"%s\" is not %s", name,
                          migdi_spec_form_text(form));
    }
    const migd_status status = migd_object_parse(name, strlen(name), NULL, &read, error);
    *plain = migd_object_kind(read) == MIGD_KIND_STRING;
    migd_object_free(read);
    return status;
}

static migd_status add_aws(migdi_text *text, const char *cluster, const char *region,
                           migd_error **error)
{
    bool plain_cluster = false;
    bool plain_region = false;
    if (cluster == NULL || region == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "%s is given, but no %s",
                          cluster != NULL ? "a cluster" : "a region",
                          cluster != NULL ? "region" : "cluster");
    }
    migd_status status = check_name(cluster, MIGDI_SPEC_FORM_EKS_NAME, &plain_cluster, error);
    if (status >= 0) {
        status = check_name(region, MIGDI_SPEC_FORM_LABEL, &plain_region, error);
    }
    if (status >= 0) {
        migdi_text_format(text, aws, plain_cluster ? "" : "\"", cluster, plain_cluster ? "" : "\"",
                          plain_region ? "" : "\"", region, plain_region ? "" : "\"");
    }
    return status;
}

migd_status migd_spec_template(const char *profile, const char *cluster, const char *region,
                               migd_buf **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    migdi_text text = {0};
    migd_status status = MIGD_OK;
    const char *body = body_of(profile);
    if (body == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "no profile \"%s\": production, tutorial or dev",
                          profile);
    }
    migdi_text_add_string(&text, head);
    migdi_text_add_string(&text, body);
    if (cluster != NULL || region != NULL) {
        status = add_aws(&text, cluster, region, error);
    }
    if (status < 0) {
        migdi_text_free(&text);
        return status;
    }
    *out = migdi_text_take_buf(&text);
    return *out != NULL ? MIGD_OK : migdi_fail_nomem(error);
}
