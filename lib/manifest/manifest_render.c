/* The objects of a spec, in the order in which they are applied. */
#include "manifest_render.h"

#include "codec_quantity.h"

#include <inttypes.h>
#include <string.h>

#define SERVICE    "/spec/service"
#define BALANCER   "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-"
#define TLS_POLICY "ELBSecurityPolicy-TLS13-1-2-2021-06"

/* How fast an autoscaler may be told to go (Kubernetes, autoscaling/v2). */
#define LONGEST_PERIOD_SECONDS 1800

static bool is(const migdi_render *render, const char *pointer, const char *word)
{
    return strcmp(migd_object_text(render->document, pointer, ""), word) == 0;
}

/* --- values ----------------------------------------------------------------------------------- */

void migdi_render_from(migdi_render *render, const char *spec_pointer)
{
    render->builder.origin = migdi_spec_origin(render->spec, spec_pointer, &render->builder.at_key);
}

void migdi_render_copy(migdi_render *render, const char *spec_pointer, const char *pointer)
{
    const migd_object *origin = render->builder.origin;
    const bool at_key = render->builder.at_key;
    migdi_render_from(render, spec_pointer);
    migdi_build_object(&render->builder, migd_object_at(render->document, spec_pointer), "%s",
                       pointer);
    render->builder.origin = origin;
    render->builder.at_key = at_key;
}

void migdi_render_quantity(migdi_render *render, const char *spec_pointer, const char *pointer)
{
    migdi_text text = {0};
    migdi_quantity quantity = {0};
    const migd_object *origin = render->builder.origin;
    const bool at_key = render->builder.at_key;
    const migd_object *value = migd_object_at(render->document, spec_pointer);
    const migd_status status =
        value == NULL ? MIGD_ERR_NOT_FOUND : migdi_quantity_read(value, &quantity, NULL);
    if (status < 0) {
        render->arena.failed = render->arena.failed || status == MIGD_ERR_NOMEM;
        return;
    }
    migdi_quantity_add_canonical(&quantity, &text);
    if (text.failed && render->builder.status >= 0) {
        render->builder.status = MIGD_ERR_NOMEM;
    }
    migdi_render_from(render, spec_pointer);
    migdi_build_string(&render->builder, migdi_text_string(&text), "%s", pointer);
    migdi_text_free(&text);
    render->builder.origin = origin;
    render->builder.at_key = at_key;
}

/* Adds a map's members to the one at the pointer. */
static void add_members(migdi_render *render, const migd_object *map, const char *pointer)
{
    for (size_t i = 0; i < migd_object_count(map); i++) {
        migdi_text below = {0};
        migdi_text_add_string(&below, pointer);
        migdi_pointer_add(&below, migd_object_key(map, i));
        if (below.failed && render->builder.status >= 0) {
            render->builder.status = MIGD_ERR_NOMEM;
        }
        migdi_build_object(&render->builder, migd_object_item(map, i), "%s",
                           migdi_text_string(&below));
        migdi_text_free(&below);
    }
}

/* --- what objects share ----------------------------------------------------------------------- */

void migdi_render_begin(migdi_render *render, const char *api_version, const char *kind,
                        const char *name, bool app_label)
{
    migdi_builder *builder = &render->builder;
    const migd_object *metadata = migd_object_at(render->document, "/metadata");
    const migd_object *annotations = migdi_object_member(metadata, "annotations");
    migdi_build_string(builder, api_version, "/apiVersion");
    migdi_build_string(builder, kind, "/kind");
    migdi_build_string(builder, name, "/metadata/name");
    migdi_build_string(builder, render->namespace_name, "/metadata/namespace");
    if (app_label) {
        migdi_build_string(builder, render->names.name, "/metadata/labels/app");
    }
    migdi_build_string(builder, "migratorydata", "/metadata/labels/app.kubernetes.io~1name");
    migdi_build_string(builder, render->names.name, "/metadata/labels/app.kubernetes.io~1instance");
    migdi_build_string(builder, MIGDI_MANAGED_BY, "/metadata/labels/app.kubernetes.io~1managed-by");
    add_members(render, migdi_object_member(metadata, "labels"), "/metadata/labels");
    migdi_build_object(builder, migdi_object_member(annotations, MIGDI_NOTE_ACCEPT),
                       "/metadata/annotations/migdeploy.dev~1accept");
}

void migdi_render_select(migdi_render *render, bool seeds_only, const char *pointer)
{
    migdi_builder *builder = &render->builder;
    migdi_build_string(builder, render->names.name, "%s/matchLabels/app", pointer);
    if (!seeds_only) {
        return;
    }
    migdi_build_string(builder, MIGDI_LABEL_POD_INDEX, "%s/matchExpressions/-/key", pointer);
    migdi_build_string(builder, "In", "%s/matchExpressions/0/operator", pointer);
    for (int64_t i = 0; i < render->seeds; i++) {
        migdi_build_string(builder, migdi_arena_format(&render->arena, "%" PRId64, i),
                           "%s/matchExpressions/0/values/-", pointer);
    }
}

/* --- Namespace and Services ------------------------------------------------------------------- */

static void build_namespace(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_render_from(render, "/metadata/namespace");
    migdi_build_string(builder, "v1", "/apiVersion");
    migdi_build_string(builder, "Namespace", "/kind");
    migdi_build_string(builder, render->namespace_name, "/metadata/name");
    add_members(render, migd_object_at(render->document, "/metadata/labels"), "/metadata/labels");
}

/* TLS that ends at the balancer, and when it forgets a silent connection. */
static void build_listener(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    const migd_object *service = migd_object_at(render->document, SERVICE);
    const int64_t idle_seconds = migd_object_int64(service, "/idleTimeoutSeconds", 350);
    const int64_t port = migd_object_int64(service, "/port", 0);
    if (migd_object_at(service, "/tls/certificateArn") != NULL) {
        migdi_render_copy(render, SERVICE "/tls/certificateArn", BALANCER "ssl-cert");
        migdi_render_from(render, SERVICE "/tls/certificateArn");
        migdi_build_string(builder, TLS_POLICY, BALANCER "ssl-negotiation-policy");
    }
    if (idle_seconds != 350) {
        migdi_render_from(render, SERVICE "/idleTimeoutSeconds");
        migdi_build_string(
            builder,
            migdi_arena_format(&render->arena, "tcp.idle_timeout.seconds=%" PRId64, idle_seconds),
            BALANCER "listener-attributes.TCP-%d", (int)port);
    }
    migdi_render_from(render, SERVICE);
}

/* What tells a controller on AWS which balancer to make. */
static void build_balancer(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    const bool is_auto = is(render, SERVICE "/balancer", "eksAuto");
    const migd_object *cross_zone = migd_object_at(render->document, SERVICE "/crossZone");
    migdi_render_from(render, SERVICE "/balancer");
    if (render->tutorial && !is_auto) {
        migdi_build_string(builder, "external", BALANCER "type");
    } else {
        migdi_build_string(builder, is_auto ? "eks.amazonaws.com/nlb" : "service.k8s.aws/nlb",
                           "/spec/loadBalancerClass");
        migdi_build_boolean(builder, false, "/spec/allocateLoadBalancerNodePorts");
    }
    migdi_build_string(builder, "ip", BALANCER "nlb-target-type");
    migdi_render_copy(render, SERVICE "/scheme", BALANCER "scheme");
    if (cross_zone != NULL) {
        /* Written when it is off too: the controller never resets what is left out. */
        migdi_render_from(render, SERVICE "/crossZone");
        migdi_build_string(builder,
                           migd_object_boolean(cross_zone, "", 0) != 0
                               ? "load_balancing.cross_zone.enabled=true"
                               : "load_balancing.cross_zone.enabled=false",
                           BALANCER "attributes");
    }
    build_listener(render);
}

static void build_client_service(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    const migd_object *service = migd_object_at(render->document, SERVICE);
    const bool is_balanced = is(render, SERVICE "/type", "LoadBalancer");
    migdi_render_from(render, SERVICE);
    migdi_render_begin(render, "v1", "Service", render->names.client_service, true);
    migdi_render_copy(render, SERVICE "/type", "/spec/type");
    if (is_balanced && !is(render, SERVICE "/balancer", "generic")) {
        build_balancer(render);
    }
    if (is_balanced && migd_object_count(migd_object_at(service, "/sourceRanges")) > 0) {
        migdi_render_copy(render, SERVICE "/sourceRanges", "/spec/loadBalancerSourceRanges");
    }
    migdi_render_from(render, SERVICE);
    migdi_build_string(builder, "client-port", "/spec/ports/-/name");
    migdi_render_copy(render, SERVICE "/port", "/spec/ports/0/port");
    migdi_build_string(builder, "TCP", "/spec/ports/0/protocol");
    migdi_render_copy(render, "/spec/members/ports/client", "/spec/ports/0/targetPort");
    migdi_build_string(builder, render->names.name, "/spec/selector/app");
    add_members(render, migdi_object_member(service, "annotations"), "/metadata/annotations");
}

static void build_headless_service(migdi_render *render)
{
    migdi_builder *builder = &render->builder;
    migdi_render_from(render, "/spec/members/ports/cluster");
    migdi_render_begin(render, "v1", "Service", render->names.headless_service, true);
    migdi_build_string(builder, "None", "/spec/clusterIP");
    /* Members must find one another before any of them is Ready. */
    migdi_build_boolean(builder, true, "/spec/publishNotReadyAddresses");
    for (int32_t i = 0; i < 4; i++) {
        migdi_build_string(builder,
                           migdi_arena_format(&render->arena, "inter-cluster%d", (int)i + 1),
                           "/spec/ports/-/name");
        migdi_build_int64(builder, render->cluster_port + i, "/spec/ports/%d/port", (int)i);
        migdi_build_string(builder, "TCP", "/spec/ports/%d/protocol", (int)i);
        migdi_build_int64(builder, render->cluster_port + i, "/spec/ports/%d/targetPort", (int)i);
    }
    migdi_build_string(builder, render->names.name, "/spec/selector/app");
}

/* --- budget and autoscaler -------------------------------------------------------------------- */

static void build_budget(migdi_render *render)
{
    const bool seeds_only = is(render, "/spec/disruption/scope", "seeds");
    migdi_render_from(render, "/spec/disruption/scope");
    migdi_render_begin(render, "policy/v1", "PodDisruptionBudget", render->names.budget,
                       !render->tutorial);
    if (seeds_only) {
        /* S - f: a majority of the seeds. */
        migdi_render_from(render, "/spec/members/seeds");
        migdi_build_int64(&render->builder, render->seeds / 2 + 1, "/spec/minAvailable");
    } else {
        migdi_render_copy(render, "/spec/disruption/minAvailable", "/spec/minAvailable");
        migdi_render_copy(render, "/spec/disruption/maxUnavailable", "/spec/maxUnavailable");
    }
    migdi_render_select(render, seeds_only, "/spec/selector");
}

/* One member at a time on the way down, with our own pause between two. */
static void build_behavior(migdi_render *render)
{
#define DOWN "/spec/behavior/scaleDown"
    migdi_builder *builder = &render->builder;
    const int64_t pause = migd_object_int64(render->document, "/spec/members/pauseSeconds", 0);
    migdi_render_copy(render, "/spec/autoscale/scaleDownStabilizationSeconds",
                      DOWN "/stabilizationWindowSeconds");
    if (pause > 0) {
        migdi_build_string(builder, "Pods", DOWN "/policies/-/type");
        migdi_build_int64(builder, 1, DOWN "/policies/0/value");
        migdi_render_from(render, "/spec/members/pauseSeconds");
        migdi_build_int64(builder, pause < LONGEST_PERIOD_SECONDS ? pause : LONGEST_PERIOD_SECONDS,
                          DOWN "/policies/0/periodSeconds");
    }
#undef DOWN
}

static void build_autoscaler(migdi_render *render)
{
#define METRIC "/spec/metrics/0"
    migdi_builder *builder = &render->builder;
    migdi_render_from(render, "/spec/autoscale");
    migdi_render_begin(render, "autoscaling/v2", "HorizontalPodAutoscaler",
                       render->names.autoscaler, !render->tutorial);
    migdi_build_string(builder, "apps/v1", "/spec/scaleTargetRef/apiVersion");
    migdi_build_string(builder, "StatefulSet", "/spec/scaleTargetRef/kind");
    migdi_build_string(builder, render->names.name, "/spec/scaleTargetRef/name");
    migdi_render_copy(render, "/spec/autoscale/min", "/spec/minReplicas");
    migdi_render_copy(render, "/spec/autoscale/max", "/spec/maxReplicas");
    migdi_build_string(builder, "Resource", "/spec/metrics/-/type");
    migdi_build_string(builder, "cpu", METRIC "/resource/name");
    migdi_build_string(builder, "Utilization", METRIC "/resource/target/type");
    migdi_render_copy(render, "/spec/autoscale/cpuPercent",
                      METRIC "/resource/target/averageUtilization");
    build_behavior(render);
#undef METRIC
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool is_always(const migdi_render *render)
{
    (void)render;
    return true;
}

static bool has_budget(const migdi_render *render)
{
    return !is(render, "/spec/disruption/scope", "none");
}

static bool has_autoscaler(const migdi_render *render)
{
    return migd_object_kind(migd_object_at(render->document, "/spec/autoscale")) == MIGD_KIND_MAP;
}

static const struct {
    bool (*wished)(const migdi_render *render);
    void (*build)(migdi_render *render);
} parts[] = {
    {is_always, build_namespace},        {is_always, build_client_service},
    {is_always, build_headless_service}, {has_budget, build_budget},
    {is_always, migdi_render_members},   {has_autoscaler, build_autoscaler},
};

static migd_status add_part(migdi_render *render, void (*build)(migdi_render *render),
                            migd_objects *objects, migd_error **error)
{
    migd_object *object = NULL;
    migdi_build(&render->builder);
    build(render);
    if (render->arena.failed && render->builder.status >= 0) {
        render->builder.status = MIGD_ERR_NOMEM;
    }
    migd_status status = migdi_build_take(&render->builder, &object, error);
    if (status >= 0) {
        status = migd_objects_add(objects, object, error);
    }
    migd_object_free(object);
    return status;
}

migd_status migdi_spec_render(const migd_spec *spec, migd_objects **out, migd_error **error)
{
    const migd_object *document = migd_spec_object(spec);
    migdi_render render = {
        .spec = spec,
        .document = document,
        .namespace_name = migd_object_text(document, "/metadata/namespace", ""),
        .seeds = migd_object_int64(document, "/spec/members/seeds", 0),
        .most_members = migd_object_int64(document, "/spec/members/maxReplicas", 0),
        .cluster_port = migd_object_int64(document, "/spec/members/ports/cluster", 0),
    };
    *out = NULL;
    render.tutorial = is(&render, "/spec/profile", "tutorial");
    migd_objects *objects = NULL;
    migd_status status = migd_objects_new(&objects, error);
    if (status >= 0 &&
        !migdi_names_make(&render.names, migd_object_text(document, "/metadata/name", ""),
                          &render.arena)) {
        status = migdi_fail_nomem(error);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status >= 0; i++) {
        if (parts[i].wished(&render)) {
            status = add_part(&render, parts[i].build, objects, error);
        }
    }
    migdi_arena_free(&render.arena);
    if (status < 0) {
        migd_objects_free(objects);
        return status;
    }
    *out = objects;
    return MIGD_OK;
}

/* The findings of the keys as one refusal. */
static migd_status refuse(const migd_spec *spec, migd_error **error)
{
    const size_t count = migdi_spec_finding_count(spec);
    const migdi_finding *first = migdi_spec_finding(spec, 0);
    const migd_status status =
        count == 1
            ? migdi_fail_at(error, MIGD_ERR_REFUSED, first->place, "%s", first->message)
            : migdi_fail_at(error, MIGD_ERR_REFUSED, first->place,
                            "%s (and %zu more of the spec's keys)", first->message, count - 1);
    for (size_t i = 0; i < count; i++) {
        const migdi_finding *finding = migdi_spec_finding(spec, i);
        migdi_error_add_detail(error, &(migdi_detail){.field = finding->pointer,
                                                      .reason = finding->rule,
                                                      .message = finding->message,
                                                      .subject = finding->object});
    }
    return migd_error_status(error != NULL ? *error : NULL) == MIGD_ERR_NOMEM ? MIGD_ERR_NOMEM
                                                                              : status;
}

migd_status migd_spec_render(const migd_spec *spec, migd_objects **out, migd_error **error)
{
    const migd_status begun = migdi_begin(out, error);
    if (begun < 0) {
        return begun;
    }
    if (spec == NULL) {
        return migdi_fail(error, MIGD_ERR_INVALID, "there is no spec to render");
    }
    return migdi_spec_finding_count(spec) > 0 ? refuse(spec, error)
                                              : migdi_spec_render(spec, out, error);
}
