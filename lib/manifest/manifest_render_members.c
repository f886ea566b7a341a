/* The StatefulSet: the members, where they run, how they are told who they are. */
#include "manifest_render.h"

#include <string.h>

#define MEMBERS   "/spec/members"
#define POD       "/spec/template/spec"
#define CONTAINER POD "/containers/0"

static const char *text_of(const migdi_render *render, const char *pointer)
{
    return migd_object_text(render->document, pointer, "");
}

/* --- probes ----------------------------------------------------------------------------------- */

typedef struct probe_wish {
    const char *name;
    const char *path;              /* NULL or empty: whether the port opens */
    int64_t initial_delay_seconds; /* 0: not written */
    int64_t period_seconds;
    int64_t failures; /* 0: not written */
} probe_wish;

static void build_probe(migdi_render *render, const probe_wish *probe)
{
    migdi_builder *builder = &render->builder;
    const bool is_http = probe->path != NULL && probe->path[0] != '\0';
    const char *handler = is_http ? "httpGet" : "tcpSocket";
    if (is_http) {
        migdi_build_string(builder, probe->path, CONTAINER "/%s/httpGet/path", probe->name);
    }
    if (render->tutorial) {
        migdi_build_int64(builder, migd_object_int64(render->document, MEMBERS "/ports/client", 0),
                          CONTAINER "/%s/%s/port", probe->name, handler);
    } else {
        migdi_build_string(builder, "client-port", CONTAINER "/%s/%s/port", probe->name, handler);
    }
    if (probe->initial_delay_seconds > 0) {
        migdi_build_int64(builder, probe->initial_delay_seconds,
                          CONTAINER "/%s/initialDelaySeconds", probe->name);
    }
    migdi_build_int64(builder, probe->period_seconds, CONTAINER "/%s/periodSeconds", probe->name);
    if (probe->failures > 0) {
        migdi_build_int64(builder, probe->failures, CONTAINER "/%s/failureThreshold", probe->name);
    }
}

static void build_probes(migdi_render *render)
{
    const char *readiness_path = text_of(render, MEMBERS "/probes/readiness/path");
    const bool is_liveness_http = strcmp(text_of(render, MEMBERS "/probes/liveness"), "http") == 0;
    const char *liveness_path = readiness_path[0] != '\0' ? readiness_path : "/health";
    const int64_t budget =
        migd_object_int64(render->document, MEMBERS "/probes/startup/budgetSeconds", 0);
    if (budget > 0) {
        migdi_render_from(render, MEMBERS "/probes/startup");
        build_probe(render,
                    &(probe_wish){"startupProbe", text_of(render, MEMBERS "/probes/startup/path"),
                                  0, 5, (budget + 4) / 5});
    }
    migdi_render_from(render, MEMBERS "/probes/readiness");
    build_probe(render,
                &(probe_wish){"readinessProbe", readiness_path, render->tutorial ? 10 : 0, 5, 0});
    migdi_render_from(render, MEMBERS "/probes/liveness");
    build_probe(render, &(probe_wish){"livenessProbe", is_liveness_http ? liveness_path : NULL,
                                      render->tutorial ? 60 : 0, render->tutorial ? 5 : 10,
                                      render->tutorial ? 0 : 6});
}

/* --- where members run ------------------------------------------------------------------------ */

/* As the tutorial has it: a wish of the least weight. */
static void build_soft_spread(migdi_render *render)
{
#define TERM                                                                                       \
    POD "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0"              \
        "/podAffinityTerm"
    migdi_builder *builder = &render->builder;
    migdi_build_int64(builder, 1,
                      POD "/affinity/podAntiAffinity/"
                          "preferredDuringSchedulingIgnoredDuringExecution/-/weight");
    migdi_build_string(builder, MIGDI_LABEL_APP, TERM "/labelSelector/matchExpressions/-/key");
    migdi_build_string(builder, "In", TERM "/labelSelector/matchExpressions/0/operator");
    migdi_build_string(builder, render->names.name,
                       TERM "/labelSelector/matchExpressions/0/values/-");
    migdi_build_string(builder, "kubernetes.io/hostname", TERM "/topologyKey");
#undef TERM
}

/* The seeds hard, or a drained node's seed would wait for ever: its taint must count (Honor). All
 * members softly by node. */
static void build_hard_spread(migdi_render *render, const char *seeds_by)
{
#define CONSTRAINTS POD "/topologySpreadConstraints"
    migdi_builder *builder = &render->builder;
    migdi_build_int64(builder, 1, CONSTRAINTS "/-/maxSkew");
    migdi_build_string(builder, seeds_by, CONSTRAINTS "/0/topologyKey");
    migdi_build_string(builder, "DoNotSchedule", CONSTRAINTS "/0/whenUnsatisfiable");
    migdi_build_string(builder, "Honor", CONSTRAINTS "/0/nodeTaintsPolicy");
    migdi_render_select(render, true, CONSTRAINTS "/0/labelSelector");
    migdi_build_int64(builder, 1, CONSTRAINTS "/-/maxSkew");
    migdi_build_string(builder, "kubernetes.io/hostname", CONSTRAINTS "/1/topologyKey");
    migdi_build_string(builder, "ScheduleAnyway", CONSTRAINTS "/1/whenUnsatisfiable");
    migdi_render_select(render, false, CONSTRAINTS "/1/labelSelector");
#undef CONSTRAINTS
}

static void build_placement(migdi_render *render)
{
    const char *spread = text_of(render, MEMBERS "/spread");
    migdi_render_from(render, MEMBERS "/spread");
    if (strcmp(spread, "zone") == 0) {
        build_hard_spread(render, "topology.kubernetes.io/zone");
    } else if (strcmp(spread, "node") == 0) {
        build_hard_spread(render, "kubernetes.io/hostname");
    } else if (strcmp(spread, "soft") == 0) {
        build_soft_spread(render);
    }
    migdi_render_from(render, MEMBERS);
    if (migd_object_count(migd_object_at(render->document, MEMBERS "/nodeSelector")) > 0) {
        migdi_render_copy(render, MEMBERS "/nodeSelector", POD "/nodeSelector");
    }
    if (migd_object_count(migd_object_at(render->document, MEMBERS "/tolerations")) > 0) {
        migdi_render_copy(render, MEMBERS "/tolerations", POD "/tolerations");
    }
}

/* --- the container ---------------------------------------------------------------------------- */

static void build_variable(migdi_render *render, const char *name, const char *value)
{
    migdi_builder *builder = &render->builder;
    migdi_build_string(builder, name, CONTAINER "/env/-/name");
    const size_t count = migd_object_count(migd_object_at(builder->document, CONTAINER "/env"));
    if (value != NULL && count > 0) {
        migdi_build_string(builder, value, CONTAINER "/env/%zu/value", count - 1);
    }
}

static void build_secrets(migdi_render *render)
{
    const migd_object *secrets = migd_object_at(render->document, MEMBERS "/secretParameters");
    for (size_t i = 0; i < migd_object_count(secrets); i++) {
        const char *name = migd_object_key(secrets, i);
        const migd_object *secret = migd_object_item(secrets, i);
        const size_t at =
            migd_object_count(migd_object_at(render->builder.document, CONTAINER "/env"));
        render->builder.origin = secret;
        build_variable(render, migdi_render_secret_variable(render, name), NULL);
        migdi_build_object(&render->builder, migdi_object_member(secret, "secret"),
                           CONTAINER "/env/%zu/valueFrom/secretKeyRef/name", at);
        migdi_build_object(&render->builder, migdi_object_member(secret, "key"),
                           CONTAINER "/env/%zu/valueFrom/secretKeyRef/key", at);
    }
}

static void build_environment(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    const char *java = text_of(render, MEMBERS "/javaOptions");
    if (!render->tutorial) {
        build_variable(render, "POD_NAME", NULL);
        migdi_build_string(builder, "metadata.name",
                           CONTAINER "/env/0/valueFrom/fieldRef/fieldPath");
    }
    build_secrets(render);
    migdi_render_from(render, MEMBERS);
    build_variable(render, "MIGRATORYDATA_EXTRA_OPTS", migdi_render_options(render));
    if (java[0] != '\0') {
        migdi_render_from(render, MEMBERS "/javaOptions");
        build_variable(render, "MIGRATORYDATA_JAVA_EXTRA_OPTS", java);
    }
}

static void build_ports(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_render_from(render, MEMBERS "/ports/client");
    migdi_build_string(builder, "client-port", CONTAINER "/ports/-/name");
    migdi_build_int64(builder, migd_object_int64(render->document, MEMBERS "/ports/client", 0),
                      CONTAINER "/ports/0/containerPort");
    migdi_render_from(render, MEMBERS "/ports/cluster");
    for (int32_t i = 0; i < 4; i++) {
        const char *name = migdi_arena_format(&render->arena, "inter-cluster%d", (int)i + 1);
        migdi_build_string(builder, name, CONTAINER "/ports/-/name");
        migdi_build_int64(builder, render->cluster_port + i, CONTAINER "/ports/%d/containerPort",
                          (int)i + 1);
    }
}

/* Quantities that are named one by one. */
static void build_named(migdi_render *render, const char *from, const char *to)
{
    const migd_object *named = migd_object_at(render->document, from);
    for (size_t i = 0; i < migd_object_count(named); i++) {
        migdi_text source = {0};
        migdi_text target = {0};
        migdi_text_add_string(&source, from);
        migdi_text_add_string(&target, to);
        migdi_pointer_add(&source, migd_object_key(named, i));
        migdi_pointer_add(&target, migd_object_key(named, i));
        if ((source.failed || target.failed) && render->builder.status >= 0) {
            render->builder.status = MIGD_ERR_NOMEM;
        }
        migdi_render_quantity(render, migdi_text_string(&source), migdi_text_string(&target));
        migdi_text_free(&source);
        migdi_text_free(&target);
    }
}

/* One form or the other: the same for requests and limits, or each by itself. */
static void build_resources(migdi_render *render)
{
#define GIVEN MEMBERS "/resources"
#define MADE  CONTAINER "/resources"
    migdi_render_quantity(render, GIVEN "/cpu", MADE "/requests/cpu");
    migdi_render_quantity(render, GIVEN "/memory", MADE "/requests/memory");
    migdi_render_quantity(render, GIVEN "/cpu", MADE "/limits/cpu");
    migdi_render_quantity(render, GIVEN "/memory", MADE "/limits/memory");
    build_named(render, GIVEN "/requests", MADE "/requests");
    build_named(render, GIVEN "/limits", MADE "/limits");
#undef GIVEN
#undef MADE
}

static void build_container(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_build_string(builder, render->names.name, POD "/containers/-/name");
    migdi_render_copy(render, MEMBERS "/image", CONTAINER "/image");
    migdi_render_copy(render, MEMBERS "/imagePullPolicy", CONTAINER "/imagePullPolicy");
    build_environment(render);
    if (render->tutorial) {
        migdi_render_from(render, MEMBERS "/maxReplicas");
        migdi_build_string(builder, "bash", CONTAINER "/command/-");
        migdi_build_string(builder, "-c", CONTAINER "/command/-");
        migdi_build_string(builder, migdi_render_script(render), CONTAINER "/command/-");
    }
    build_ports(render);
    migdi_render_from(render, MEMBERS "/resources");
    build_resources(render);
    build_probes(render);
    migdi_render_from(render, MEMBERS);
    if (!render->tutorial) {
        migdi_build_boolean(builder, false, CONTAINER "/securityContext/allowPrivilegeEscalation");
        /* The balancer goes on sending new clients for a while after a member is told to stop. */
        migdi_build_int64(builder, 20, CONTAINER "/lifecycle/preStop/sleep/seconds");
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void build_pod(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_build_string(builder, render->names.name, "/spec/template/metadata/labels/app");
    if (!render->tutorial) {
        migdi_build_boolean(builder, false, POD "/automountServiceAccountToken");
        migdi_build_boolean(builder, false, POD "/enableServiceLinks");
        migdi_build_int64(builder, 60, POD "/terminationGracePeriodSeconds");
    }
    build_placement(render);
    if (!render->tutorial) {
        migdi_build_string(builder, "RuntimeDefault", POD "/securityContext/seccompProfile/type");
    }
    build_container(render);
    migdi_render_merge(builder, migd_object_at(render->document, MEMBERS "/template"),
                       "/spec/template");
}

void migdi_render_members(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_render_from(render, MEMBERS);
    migdi_render_begin(render, "apps/v1", "StatefulSet", render->names.name, true);
    migdi_render_from(render, MEMBERS "/maxReplicas");
    migdi_build_string(builder,
                       migdi_arena_format(&render->arena, "%lld", (long long)render->most_members),
                       "/metadata/annotations/migdeploy.dev~1max-members");
    migdi_render_from(render, MEMBERS);
    migdi_build_string(builder, MIGDI_RENDER_VERSION,
                       "/metadata/annotations/migdeploy.dev~1render");
    migdi_build_string(builder, render->names.headless_service, "/spec/serviceName");
    migdi_render_copy(render, MEMBERS "/replicas", "/spec/replicas");
    if (migd_object_int64(render->document, MEMBERS "/minReadySeconds", 0) > 0) {
        migdi_render_copy(render, MEMBERS "/minReadySeconds", "/spec/minReadySeconds");
    }
    migdi_build_string(builder, "OrderedReady", "/spec/podManagementPolicy");
    migdi_build_string(builder, "RollingUpdate", "/spec/updateStrategy/type");
    migdi_render_select(render, false, "/spec/selector");
    build_pod(render);
}
