/* What the API server fills in, adds to a new object, and refuses, for the kinds that are
 * applied. */
#include "codec_quantity.h"
#include "core_text.h"
#include "model.h"

#include <stdio.h>
#include <string.h>

typedef struct row {
    const char *path;
    const char *json; /* a template: ' for " */
} row;

static const value *fill(pool *memory, const value *target, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (value_at(target, rows[i].path) == NULL) {
            target = value_put(memory, target, rows[i].path, value_make(memory, rows[i].json));
        }
    }
    return target;
}

#define FILL(memory, target, rows) fill(memory, target, rows, sizeof rows / sizeof rows[0])

typedef const value *(*item_change)(world *cloud, const value *item);

static const value *each(world *cloud, const value *target, const char *path, item_change made)
{
    const value *array = value_at(target, path);
    const value *changed = array;
    for (uint32_t i = 0; array != NULL && array->kind == VALUE_ARRAY && i < array->count; i++) {
        changed = value_replace(&cloud->memory, changed, i, made(cloud, array->items[i]));
    }
    return array == NULL ? target : value_put(&cloud->memory, target, path, changed);
}

/* --- pods ------------------------------------------------------------------------------------- */

static const value *fill_port(world *cloud, const value *port)
{
    static const row rows[] = {{"protocol", "'TCP'"}};
    return FILL(&cloud->memory, port, rows);
}

static const value *fill_variable(world *cloud, const value *variable)
{
    static const row rows[] = {{"valueFrom/fieldRef/apiVersion", "'v1'"}};
    return value_at(variable, "valueFrom/fieldRef") == NULL ? variable
                                                            : FILL(&cloud->memory, variable, rows);
}

/* "0.5" becomes "500m". */
static const value *canonical(world *cloud, const value *quantities)
{
    for (uint32_t i = 0; quantities != NULL && i < quantities->count; i++) {
        const value_member *member = &quantities->members[i];
        text written = {.memory = &cloud->memory};
        if (member->value->kind == VALUE_STRING) {
            text_add_string(&written, member->value->string);
        } else {
            value_write(&written, member->value);
        }
        migdi_quantity quantity;
        migdi_text out = {0};
        if (migdi_quantity_parse(written.bytes, written.size, &quantity, NULL) == MIGD_OK) {
            migdi_quantity_add_canonical(&quantity, &out);
            if (strcmp(migdi_text_string(&out), written.bytes) != 0 ||
                member->value->kind != VALUE_STRING) {
                quantities = value_with(&cloud->memory, quantities, member->key,
                                        value_of_string(&cloud->memory, migdi_text_string(&out)));
            }
            migdi_text_free(&out);
        }
        text_free(&written);
    }
    return quantities;
}

static const value *fill_container(world *cloud, const value *container)
{
    pool *memory = &cloud->memory;
    static const row rows[] = {{"resources", "{}"},
                               {"terminationMessagePath", "'/dev/termination-log'"},
                               {"terminationMessagePolicy", "'File'"}};
    static const row http[] = {{"path", "'/'"}, {"scheme", "'HTTP'"}};
    static const row probe[] = {{"timeoutSeconds", "1"},
                                {"periodSeconds", "10"},
                                {"successThreshold", "1"},
                                {"failureThreshold", "3"}};
    static const char *const handlers[] = {"livenessProbe", "readinessProbe", "startupProbe",
                                           "lifecycle/preStop", "lifecycle/postStart"};
    container = FILL(memory, container, rows);
    if (value_get(container, "imagePullPolicy") == NULL) {
        const char *image = value_text(container, "image", "");
        const char *name = strrchr(image, '/') == NULL ? image : strrchr(image, '/');
        const char *tag = strrchr(name, ':');
        const bool latest =
            strchr(name, '@') == NULL && (tag == NULL || strcmp(tag, ":latest") == 0);
        container = value_put(memory, container, "imagePullPolicy",
                              value_of_string(memory, latest ? "Always" : "IfNotPresent"));
    }
    container = each(cloud, container, "ports", fill_port);
    container = each(cloud, container, "env", fill_variable);
    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++) {
        const value *handler = value_at(container, handlers[i]);
        if (handler == NULL) {
            continue;
        }
        const value *get = value_get(handler, "httpGet");
        if (get != NULL) {
            handler = value_put(memory, handler, "httpGet", FILL(memory, get, http));
        }
        handler = i < 3 ? FILL(memory, handler, probe) : handler;
        container = value_put(memory, container, handlers[i], handler);
    }
    const value *limits = canonical(cloud, value_at(container, "resources/limits"));
    const value *requests = canonical(cloud, value_at(container, "resources/requests"));
    for (uint32_t i = 0; limits != NULL && i < limits->count; i++) {
        const value_member *limit = &limits->members[i];
        if (value_get(requests, limit->key) == NULL) {
            requests = value_with(memory, requests, limit->key, limit->value);
        }
    }
    container = value_put(memory, container, "resources/limits", limits);
    return value_put(memory, container, "resources/requests", requests);
}

static const value *fill_volume(world *cloud, const value *volume)
{
    static const char *const sources[] = {"secret/defaultMode", "configMap/defaultMode",
                                          "projected/defaultMode"};
    for (size_t i = 0; i < 3; i++) {
        char source[16];
        snprintf(source, sizeof source, "%.*s", (int)strcspn(sources[i], "/"), sources[i]);
        if (value_get(volume, source) != NULL) {
            volume = value_default(&cloud->memory, volume, sources[i],
                                   value_of_integer(&cloud->memory, 420));
        }
    }
    return volume;
}

static const value *fill_pod(world *cloud, const value *spec)
{
    static const row rows[] = {{"restartPolicy", "'Always'"},
                               {"terminationGracePeriodSeconds", "30"},
                               {"dnsPolicy", "'ClusterFirst'"},
                               {"securityContext", "{}"},
                               {"schedulerName", "'default-scheduler'"}};
    spec = FILL(&cloud->memory, spec, rows);
    spec = each(cloud, spec, "containers", fill_container);
    spec = each(cloud, spec, "initContainers", fill_container);
    return each(cloud, spec, "volumes", fill_volume);
}

/* --- the other kinds -------------------------------------------------------------------------- */

static const value *fill_set(world *cloud, const value *document)
{
    pool *memory = &cloud->memory;
    static const row rows[] = {
        {"spec/podManagementPolicy", "'OrderedReady'"},
        {"spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "'Retain'"},
        {"spec/persistentVolumeClaimRetentionPolicy/whenScaled", "'Retain'"},
        {"spec/replicas", "1"},
        {"spec/revisionHistoryLimit", "10"},
        {"status/replicas", "0"},
        {"status/availableReplicas", "0"}};
    static const row rolling[] = {{"rollingUpdate/partition", "0"}};
    const value *strategy = value_at(document, "spec/updateStrategy");
    const char *type = value_text(strategy, "type", NULL);
    if (type == NULL ||
        (strcmp(type, "RollingUpdate") == 0 && value_get(strategy, "rollingUpdate") != NULL)) {
        strategy =
            value_default(memory, strategy, "type", value_of_string(memory, "RollingUpdate"));
        strategy = FILL(memory, strategy, rolling);
        document = value_put(memory, document, "spec/updateStrategy", strategy);
    }
    document = FILL(memory, document, rows);
    const value *template = value_at(document, "spec/template/spec");
    return template == NULL
               ? document
               : value_put(memory, document, "spec/template/spec", fill_pod(cloud, template));
}

static const value *fill_service_port(world *cloud, const value *port)
{
    port = fill_port(cloud, port);
    return value_default(&cloud->memory, port, "targetPort", value_get(port, "port"));
}

static const value *fill_service(world *cloud, const value *document)
{
    static const row rows[] = {{"spec/sessionAffinity", "'None'"},
                               {"spec/type", "'ClusterIP'"},
                               {"spec/internalTrafficPolicy", "'Cluster'"},
                               {"status/loadBalancer", "{}"}};
    static const row open[] = {{"spec/externalTrafficPolicy", "'Cluster'"},
                               {"spec/allocateLoadBalancerNodePorts", "true"}};
    document = each(cloud, FILL(&cloud->memory, document, rows), "spec/ports", fill_service_port);
    return strcmp(value_text(document, "spec/type", ""), "LoadBalancer") == 0
               ? FILL(&cloud->memory, document, open)
               : document;
}

static const value *fill_autoscaler(world *cloud, const value *document)
{
    static const row rows[] = {
        {"spec/minReplicas", "1"},
        {"spec/metrics",
         "[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization',"
         "'averageUtilization':80}}}]"},
        {"status/currentMetrics", "null"},
        {"status/desiredReplicas", "0"}};
    static const row behavior[] = {{"spec/behavior/scaleUp/stabilizationWindowSeconds", "0"},
                                   {"spec/behavior/scaleUp/selectPolicy", "'Max'"},
                                   {"spec/behavior/scaleUp/policies",
                                    "[{'type':'Pods','value':4,'periodSeconds':15},"
                                    "{'type':'Percent','value':100,'periodSeconds':15}]"},
                                   {"spec/behavior/scaleDown/selectPolicy", "'Max'"},
                                   {"spec/behavior/scaleDown/policies",
                                    "[{'type':'Percent','value':100,'periodSeconds':15}]"}};
    document = FILL(&cloud->memory, document, rows);
    return value_at(document, "spec/behavior") == NULL ? document
                                                       : FILL(&cloud->memory, document, behavior);
}

static const value *without_empty_data(world *cloud, const value *document)
{
    const value *data = value_get(document, "data");
    return data == NULL || data->count > 0 ? document
                                           : value_with(&cloud->memory, document, "data", NULL);
}

const value *defaults_fill(world *cloud, const kind *of, const value *document)
{
    static const row budget[] = {{"status/disruptionsAllowed", "0"},
                                 {"status/currentHealthy", "0"},
                                 {"status/desiredHealthy", "0"},
                                 {"status/expectedPods", "0"}};
    static const row secret[] = {{"type", "'Opaque'"}};
    static const row pod[] = {{"spec/enableServiceLinks", "true"}};
    static const row space[] = {{"status/phase", "'Active'"}};
    pool *memory = &cloud->memory;
    switch (of->id) {
    case KIND_STATEFUL_SET:
        return fill_set(cloud, document);
    case KIND_SERVICE:
        return fill_service(cloud, document);
    case KIND_POD:
        document = FILL(memory, document, pod);
        return value_put(memory, document, "spec", fill_pod(cloud, value_get(document, "spec")));
    case KIND_AUTOSCALER:
        return fill_autoscaler(cloud, document);
    case KIND_BUDGET:
        return FILL(memory, document, budget);
    case KIND_CONFIG_MAP:
        return without_empty_data(cloud, document);
    case KIND_SECRET:
        return FILL(memory, without_empty_data(cloud, document), secret);
    case KIND_NAMESPACE:
        document = value_put(memory, document, "metadata/labels",
                             value_with(memory, value_at(document, "metadata/labels"),
                                        "kubernetes.io/metadata.name",
                                        value_at(document, "metadata/name")));
        return FILL(memory, document, space);
    default:
        return document;
    }
}

/* --- what a new object gets ------------------------------------------------------------------- */

/* Guaranteed: each container asks for no less than its limits, of both kinds. */
static const value *quality(world *cloud, const value *document)
{
    const value *containers = value_at(document, "spec/containers");
    bool guaranteed = containers != NULL;
    for (uint32_t i = 0; containers != NULL && i < containers->count; i++) {
        const value *limits = value_at(containers->items[i], "resources/limits");
        guaranteed = guaranteed && value_get(limits, "cpu") != NULL &&
                     value_get(limits, "memory") != NULL &&
                     value_equal(limits, value_at(containers->items[i], "resources/requests"));
    }
    return value_of_string(&cloud->memory, guaranteed ? "Guaranteed" : "Burstable");
}

static const value *create_service(world *cloud, const value *document)
{
    pool *memory = &cloud->memory;
    static const row rows[] = {{"spec/ipFamilies", "['IPv4']"},
                               {"spec/ipFamilyPolicy", "'SingleStack'"}};
    if (value_at(document, "spec/clusterIP") == NULL) {
        const size_t number = ++cloud->next_address;
        const char *address =
            pool_format(memory, "10.0.%zu.%zu", number / 250 % 250 + 1, number % 250 + 1);
        document = value_put(memory, document, "spec/clusterIP", value_of_string(memory, address));
    }
    const value *addresses = value_append(memory, NULL, value_at(document, "spec/clusterIP"));
    document = value_default(memory, document, "spec/clusterIPs", addresses);
    if (value_true(document, "spec/allocateLoadBalancerNodePorts")) {
        const value *ports = value_at(document, "spec/ports");
        for (uint32_t i = 0; ports != NULL && i < ports->count; i++) {
            const value *number = value_of_integer(memory, 30000 + (int64_t)(chance(cloud) % 2768));
            const value *port = value_default(memory, ports->items[i], "nodePort", number);
            document = value_put(memory, document, "spec/ports",
                                 value_replace(memory, value_at(document, "spec/ports"), i, port));
        }
    }
    return FILL(memory, document, rows);
}

const value *defaults_create(world *cloud, const kind *of, const value *document)
{
    static const row space[] = {{"spec/finalizers", "['kubernetes']"}};
    static const row pod[] = {
        {"spec/tolerations",
         "[{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute',"
         "'tolerationSeconds':300},{'key':'node.kubernetes.io/unreachable','operator':'Exists',"
         "'effect':'NoExecute','tolerationSeconds':300}]"},
        {"spec/serviceAccountName", "'default'"},
        {"spec/serviceAccount", "'default'"},
        {"spec/priority", "0"},
        {"spec/preemptionPolicy", "'PreemptLowerPriority'"},
        {"status/phase", "'Pending'"}};
    switch (of->id) {
    case KIND_NAMESPACE:
        return FILL(&cloud->memory, document, space);
    case KIND_SERVICE:
        return create_service(cloud, document);
    case KIND_POD:
        document = value_put(&cloud->memory, document, "status/qosClass", quality(cloud, document));
        return FILL(&cloud->memory, document, pod);
    default:
        return document;
    }
}

/* --- autoscaling/v1 --------------------------------------------------------------------------- */

const value *defaults_from_v1(world *cloud, const value *document)
{
    pool *memory = &cloud->memory;
    const value *target = value_at(document, "spec/targetCPUUtilizationPercentage");
    if (target == NULL) {
        return document;
    }
    document = value_put(memory, document, "spec/targetCPUUtilizationPercentage", NULL);
    return value_put(memory, document, "spec/metrics",
                     value_make(memory,
                                "[{'type':'Resource','resource':{'name':'cpu','target':"
                                "{'type':'Utilization','averageUtilization':%v}}}]",
                                target));
}

const value *defaults_to_v1(world *cloud, const value *document)
{
    pool *memory = &cloud->memory;
    const value *metrics = value_at(document, "spec/metrics");
    const value *target = metrics == NULL || metrics->kind != VALUE_ARRAY || metrics->count == 0
                              ? NULL
                              : value_at(metrics->items[0], "resource/target/averageUtilization");
    document = value_put(memory, document, "spec/targetCPUUtilizationPercentage", target);
    document = value_put(memory, document, "spec/metrics", NULL);
    document = value_put(memory, document, "spec/behavior", NULL);
    document = value_put(memory, document, "status/currentMetrics", NULL);
    document = value_put(memory, document, "status/conditions", NULL);
    return value_default(memory, document, "status/currentReplicas", value_of_integer(memory, 0));
}

/* --- refusals --------------------------------------------------------------------------------- */

static const char *add_cause(world *cloud, value_list *causes, const char *reason,
                             const char *field, const char *message)
{
    value_list_add(causes, NULL,
                   value_make(&cloud->memory, "{'reason':%s,'message':%s,'field':%s}", reason,
                              message, field));
    return pool_format(&cloud->memory, "%s: %s", field, message);
}

static const char *refuse_set(world *cloud, const value *before, const value *after,
                              value_list *causes)
{
    static const char *const fixed[] = {"serviceName", "selector", "podManagementPolicy",
                                        "volumeClaimTemplates"};
    const value *old = value_get(before, "spec");
    const value *new = value_get(after, "spec");
    for (size_t i = 0; old != NULL && i < 4; i++) {
        if (!value_equal(value_get(old, fixed[i]), value_get(new, fixed[i]))) {
            return add_cause(
                cloud, causes, "FieldValueForbidden", "spec",
                "Forbidden: updates to statefulset spec for fields other than 'replicas', "
                "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }
    const int64_t replicas = value_integer(new, "replicas", 1);
    if (replicas < 0) {
        return add_cause(cloud, causes, "FieldValueInvalid", "spec.replicas",
                         pool_format(&cloud->memory,
                                     "Invalid value: %lld: must be greater than or equal to 0",
                                     (long long)replicas));
    }
    const value *containers = value_at(new, "template/spec/containers");
    if (containers == NULL || containers->count == 0) {
        return add_cause(cloud, causes, "FieldValueRequired", "spec.template.spec.containers",
                         "Required value");
    }
    if (!selector_matches(value_get(new, "selector"), value_at(new, "template/metadata/labels"))) {
        text labels = {.memory = &cloud->memory};
        value_write(&labels, value_at(new, "template/metadata/labels"));
        const char *told = pool_format(
            &cloud->memory, "Invalid value: %s: `selector` does not match template `labels`",
            labels.bytes);
        text_free(&labels);
        return add_cause(cloud, causes, "FieldValueInvalid", "spec.template.metadata.labels", told);
    }
    return NULL;
}

static const char *refuse_service(world *cloud, const value *before, const value *after,
                                  value_list *causes)
{
    const value *ports = value_at(after, "spec/ports");
    for (uint32_t i = 0; ports != NULL && i < ports->count; i++) {
        const int64_t port = value_integer(ports->items[i], "port", 0);
        if (port < 1 || port > 65535) {
            return add_cause(
                cloud, causes, "FieldValueInvalid",
                pool_format(&cloud->memory, "spec.ports[%u].port", i),
                pool_format(&cloud->memory,
                            "Invalid value: %lld: must be between 1 and 65535, inclusive",
                            (long long)port));
        }
    }
    const value *address = value_at(before, "spec/clusterIP");
    if (address != NULL && !value_equal(address, value_at(after, "spec/clusterIP"))) {
        const char *now = value_text(after, "spec/clusterIP", "");
        return add_cause(
            cloud, causes, "FieldValueInvalid", "spec.clusterIPs[0]",
            pool_format(&cloud->memory, "Invalid value: [\"%s\"]: may not change once set", now));
    }
    return NULL;
}

const char *defaults_refuse(world *cloud, const kind *of, const value *before, const value *after,
                            value_list *causes)
{
    switch (of->id) {
    case KIND_STATEFUL_SET:
        return refuse_set(cloud, before, after, causes);
    case KIND_SERVICE:
        return refuse_service(cloud, before, after, causes);
    default:
        return NULL;
    }
}
