/* The table of types, and its reader. Fields are in the order of the published schema of
 * Kubernetes 1.36. */
#include "schema.h"

#include <string.h>

/* NAME: a struct, with ! owned whole. A field is name:type, and type is one of
 *   s text  n number  b boolean  * scalar  ? any  NAME struct  =NAME struct that is always there
 *   {T} map  {T}! map owned whole  [T] list owned whole  <T> set  [T|key,key] list merged by key
 * Rows are read when they are first asked for: a life needs a third of them. */
static const struct {
    const char *name;
    const char *fields;
} rows[] = {
    {"OwnerReference!", "apiVersion:s blockOwnerDeletion:b controller:b kind:s name:s uid:s"},
    {"ObjectMeta",
     "annotations:{s} creationTimestamp:* deletionGracePeriodSeconds:n deletionTimestamp:* "
     "finalizers:<s> generateName:s generation:n labels:{s} managedFields:[?] name:s "
     "namespace:s ownerReferences:[OwnerReference|uid] resourceVersion:s selfLink:s uid:s"},
    {"StatefulSetOrdinals", "start:n"},
    {"StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted:s whenScaled:s"},
    {"LabelSelectorRequirement", "key:s operator:s values:[s]"},
    {"LabelSelector!", "matchExpressions:[LabelSelectorRequirement] matchLabels:{s}"},
    {"NodeSelectorRequirement", "key:s operator:s values:[s]"},
    {"NodeSelectorTerm!",
     "matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]"},
    {"PreferredSchedulingTerm", "preference:=NodeSelectorTerm weight:n"},
    {"NodeSelector!", "nodeSelectorTerms:[NodeSelectorTerm]"},
    {"NodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm] "
                     "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector"},
    {"PodAffinityTerm", "labelSelector:LabelSelector matchLabelKeys:[s] mismatchLabelKeys:[s] "
                        "namespaceSelector:LabelSelector namespaces:[s] topologyKey:s"},
    {"WeightedPodAffinityTerm", "podAffinityTerm:=PodAffinityTerm weight:n"},
    {"PodAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] "
                    "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]"},
    {"PodAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] "
                        "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]"},
    {"Affinity",
     "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity"},
    {"ConfigMapKeySelector!", "key:s name:s optional:b"},
    {"ObjectFieldSelector!", "apiVersion:s fieldPath:s"},
    {"SecretKeySelector!", "key:s name:s optional:b"},
    {"EnvVarSource",
     "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:? "
     "resourceFieldRef:? secretKeyRef:SecretKeySelector"},
    {"EnvVar", "name:s value:s valueFrom:EnvVarSource"},
    {"ExecAction", "command:[s]"},
    {"HTTPHeader", "name:s value:s"},
    {"HTTPGetAction", "host:s httpHeaders:[HTTPHeader] path:s port:* scheme:s"},
    {"SleepAction", "seconds:n"},
    {"TCPSocketAction", "host:s port:*"},
    {"LifecycleHandler",
     "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction"},
    {"Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:s"},
    {"GRPCAction", "port:n service:s"},
    {"Probe", "exec:ExecAction failureThreshold:n grpc:GRPCAction httpGet:HTTPGetAction "
              "initialDelaySeconds:n periodSeconds:n successThreshold:n tcpSocket:TCPSocketAction "
              "terminationGracePeriodSeconds:n timeoutSeconds:n"},
    {"ContainerPort", "containerPort:n hostIP:s hostPort:n name:s protocol:s"},
    {"ResourceRequirements", "claims:[?|name] limits:{*} requests:{*}"},
    {"Capabilities", "add:[s] drop:[s]"},
    {"SeccompProfile", "localhostProfile:s type:s"},
    {"SecurityContext",
     "allowPrivilegeEscalation:b appArmorProfile:? capabilities:Capabilities privileged:b "
     "procMount:s readOnlyRootFilesystem:b runAsGroup:n runAsNonRoot:b runAsUser:n "
     "seLinuxOptions:? seccompProfile:SeccompProfile windowsOptions:?"},
    {"VolumeMount",
     "mountPath:s mountPropagation:s name:s readOnly:b recursiveReadOnly:s subPath:s "
     "subPathExpr:s"},
    {"Container",
     "args:[s] command:[s] env:[EnvVar|name] envFrom:[?] image:s imagePullPolicy:s "
     "lifecycle:Lifecycle livenessProbe:Probe name:s "
     "ports:[ContainerPort|containerPort,protocol] readinessProbe:Probe resizePolicy:[?] "
     "resources:=ResourceRequirements restartPolicy:s restartPolicyRules:[?] "
     "securityContext:SecurityContext startupProbe:Probe stdin:b stdinOnce:b "
     "terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[?|devicePath] "
     "volumeMounts:[VolumeMount|mountPath] workingDir:s"},
    {"LocalObjectReference!", "name:s"},
    {"PodSecurityContext",
     "appArmorProfile:? fsGroup:n fsGroupChangePolicy:s runAsGroup:n runAsNonRoot:b "
     "runAsUser:n seLinuxChangePolicy:s seLinuxOptions:? seccompProfile:SeccompProfile "
     "supplementalGroups:[n] supplementalGroupsPolicy:s sysctls:[?] windowsOptions:?"},
    {"Toleration", "effect:s key:s operator:s tolerationSeconds:n value:s"},
    {"TopologySpreadConstraint",
     "labelSelector:LabelSelector matchLabelKeys:[s] maxSkew:n minDomains:n "
     "nodeAffinityPolicy:s nodeTaintsPolicy:s topologyKey:s whenUnsatisfiable:s"},
    {"PodSpec",
     "activeDeadlineSeconds:n affinity:Affinity automountServiceAccountToken:b "
     "containers:=[Container|name] dnsConfig:? dnsPolicy:s enableServiceLinks:b "
     "ephemeralContainers:[?|name] hostAliases:[?|ip] hostIPC:b hostNetwork:b hostPID:b "
     "hostUsers:b hostname:s hostnameOverride:s imagePullSecrets:[LocalObjectReference|name] "
     "initContainers:[Container|name] nodeName:s nodeSelector:{s}! os:? overhead:{*} "
     "preemptionPolicy:s priority:n priorityClassName:s readinessGates:[?] "
     "resourceClaims:[?|name] resources:ResourceRequirements restartPolicy:s "
     "runtimeClassName:s schedulerName:s schedulingGates:[?|name] schedulingGroup:? "
     "securityContext:PodSecurityContext serviceAccount:s serviceAccountName:s "
     "setHostnameAsFQDN:b shareProcessNamespace:b subdomain:s "
     "terminationGracePeriodSeconds:n tolerations:[Toleration] "
     "topologySpreadConstraints:[TopologySpreadConstraint|topologyKey,whenUnsatisfiable] "
     "volumes:[?|name]"},
    {"PodTemplateSpec", "metadata:=ObjectMeta spec:=PodSpec"},
    {"RollingUpdateStatefulSetStrategy", "maxUnavailable:* partition:n"},
    {"StatefulSetUpdateStrategy", "rollingUpdate:RollingUpdateStatefulSetStrategy type:s"},
    {"StatefulSetSpec",
     "minReadySeconds:n ordinals:StatefulSetOrdinals "
     "persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy "
     "podManagementPolicy:s replicas:n revisionHistoryLimit:n selector:LabelSelector "
     "serviceName:s template:=PodTemplateSpec updateStrategy:=StatefulSetUpdateStrategy "
     "volumeClaimTemplates:[?]"},
    {"StatefulSetCondition", "lastTransitionTime:* message:s reason:s status:s type:s"},
    {"StatefulSetStatus",
     "availableReplicas:n collisionCount:n conditions:[StatefulSetCondition|type] "
     "currentReplicas:n currentRevision:s observedGeneration:n readyReplicas:n replicas:n "
     "updateRevision:s updatedReplicas:n"},
    {"StatefulSet", "apiVersion:s kind:s metadata:=ObjectMeta spec:=StatefulSetSpec "
                    "status:=StatefulSetStatus"},
    {"PodCondition",
     "lastProbeTime:* lastTransitionTime:* message:s observedGeneration:n reason:s status:s "
     "type:s"},
    {"HostIP", "ip:s"},
    {"PodIP", "ip:s"},
    {"PodStatus",
     "allocatedResources:{*} conditions:[PodCondition|type] containerStatuses:[?] "
     "ephemeralContainerStatuses:[?] extendedResourceClaimStatus:? hostIP:s hostIPs:[HostIP] "
     "initContainerStatuses:[?] message:s nodeAllocatableResourceClaimStatuses:[?] "
     "nominatedNodeName:s observedGeneration:n phase:s podIP:s podIPs:[PodIP|ip] qosClass:s "
     "reason:s resize:s resourceClaimStatuses:[?|name] resources:ResourceRequirements "
     "startTime:*"},
    {"Pod", "apiVersion:s kind:s metadata:=ObjectMeta spec:=PodSpec status:=PodStatus"},
    {"ServicePort", "appProtocol:s name:s nodePort:n port:n protocol:s targetPort:*"},
    {"ServiceSpec",
     "allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:[s] externalIPs:[s] "
     "externalName:s externalTrafficPolicy:s healthCheckNodePort:n internalTrafficPolicy:s "
     "ipFamilies:[s] ipFamilyPolicy:s loadBalancerClass:s loadBalancerIP:s "
     "loadBalancerSourceRanges:[s] ports:[ServicePort|port,protocol] "
     "publishNotReadyAddresses:b selector:{s}! sessionAffinity:s sessionAffinityConfig:? "
     "trafficDistribution:s type:s"},
    {"Condition", "lastTransitionTime:* message:s observedGeneration:n reason:s status:s type:s"},
    {"LoadBalancerStatus", "ingress:[?]"},
    {"ServiceStatus", "conditions:[Condition|type] loadBalancer:=LoadBalancerStatus"},
    {"Service", "apiVersion:s kind:s metadata:=ObjectMeta spec:=ServiceSpec status:=ServiceStatus"},
    {"PodDisruptionBudgetSpec",
     "maxUnavailable:* minAvailable:* selector:LabelSelector unhealthyPodEvictionPolicy:s"},
    {"PodDisruptionBudgetStatus",
     "conditions:[Condition|type] currentHealthy:n desiredHealthy:n disruptedPods:{*} "
     "disruptionsAllowed:n expectedPods:n observedGeneration:n"},
    {"PodDisruptionBudget",
     "apiVersion:s kind:s metadata:=ObjectMeta spec:=PodDisruptionBudgetSpec "
     "status:=PodDisruptionBudgetStatus"},
    {"HPAScalingRules", "policies:[?] selectPolicy:s stabilizationWindowSeconds:n tolerance:*"},
    {"HorizontalPodAutoscalerBehavior", "scaleDown:HPAScalingRules scaleUp:HPAScalingRules"},
    {"CrossVersionObjectReference", "apiVersion:s kind:s name:s"},
    {"HorizontalPodAutoscalerSpec",
     "behavior:HorizontalPodAutoscalerBehavior maxReplicas:n metrics:[?] minReplicas:n "
     "scaleTargetRef:=CrossVersionObjectReference"},
    {"HorizontalPodAutoscalerCondition", "lastTransitionTime:* message:s reason:s status:s type:s"},
    {"HorizontalPodAutoscalerStatus",
     "conditions:[HorizontalPodAutoscalerCondition|type] currentMetrics:[?] "
     "currentReplicas:n desiredReplicas:n lastScaleTime:* observedGeneration:n"},
    {"HorizontalPodAutoscaler",
     "apiVersion:s kind:s metadata:=ObjectMeta spec:=HorizontalPodAutoscalerSpec "
     "status:=HorizontalPodAutoscalerStatus"},
    {"ScaleTargetV1!", "apiVersion:s kind:s name:s"},
    {"AutoscalerV1Spec", "maxReplicas:n minReplicas:n scaleTargetRef:=ScaleTargetV1 "
                         "targetCPUUtilizationPercentage:n"},
    {"AutoscalerV1", "apiVersion:s kind:s metadata:=ObjectMeta spec:=AutoscalerV1Spec status:=?"},
    {"LeaseSpec", "acquireTime:* holderIdentity:s leaseDurationSeconds:n leaseTransitions:n "
                  "preferredHolder:s renewTime:* strategy:s"},
    {"Lease", "apiVersion:s kind:s metadata:=ObjectMeta spec:=LeaseSpec"},
    {"NamespaceSpec", "finalizers:[s]"},
    {"NamespaceCondition", "lastTransitionTime:* message:s reason:s status:s type:s"},
    {"NamespaceStatus", "conditions:[NamespaceCondition|type] phase:s"},
    {"Namespace",
     "apiVersion:s kind:s metadata:=ObjectMeta spec:=NamespaceSpec status:=NamespaceStatus"},
    {"Taint", "effect:s key:s timeAdded:* value:s"},
    {"NodeSpec", "configSource:? externalID:s podCIDR:s podCIDRs:<s> providerID:s taints:[Taint] "
                 "unschedulable:b"},
    {"NodeAddress", "address:s type:s"},
    {"NodeCondition",
     "lastHeartbeatTime:* lastTransitionTime:* message:s reason:s status:s type:s"},
    {"NodeStatus",
     "addresses:[NodeAddress|type] allocatable:{*} capacity:{*} "
     "conditions:[NodeCondition|type] config:? daemonEndpoints:? declaredFeatures:[s] "
     "features:? images:[?] nodeInfo:? phase:s runtimeHandlers:[?] volumesAttached:[?] "
     "volumesInUse:[s]"},
    {"Node", "apiVersion:s kind:s metadata:=ObjectMeta spec:=NodeSpec status:=NodeStatus"},
    {"ConfigMap", "apiVersion:s binaryData:{s} data:{s} immutable:b kind:s metadata:=ObjectMeta"},
    {"ControllerRevision", "apiVersion:s data:* kind:s metadata:=ObjectMeta revision:n"},
    {"EndpointSlice",
     "addressType:s apiVersion:s endpoints:[?] kind:s metadata:=ObjectMeta ports:[?]"},
    {"ServiceAccount", "apiVersion:s kind:s metadata:=ObjectMeta"},
    {"Secret",
     "apiVersion:s data:{s} immutable:b kind:s metadata:=ObjectMeta stringData:{s} type:s"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct schema {
    pool *memory;
    schema_type structs[ROWS];
};

static const schema_type scalars[] = {{.kind = SCHEMA_TEXT},
                                      {.kind = SCHEMA_NUMBER},
                                      {.kind = SCHEMA_BOOLEAN},
                                      {.kind = SCHEMA_SCALAR},
                                      {.kind = SCHEMA_ANY}};

schema *schema_new(pool *memory)
{
    schema *types = pool_alloc(memory, sizeof *types);
    types->memory = memory;
    for (size_t i = 0; i < ROWS; i++) {
        types->structs[i] = (schema_type){.kind = SCHEMA_STRUCT,
                                          .atomic = strchr(rows[i].name, '!') != NULL,
                                          .text = rows[i].fields,
                                          .schema = types};
    }
    return types;
}

static const schema_type *find(schema *types, const char *name, size_t size)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strncmp(rows[i].name, name, size) == 0 && strchr("!", rows[i].name[size]) != NULL) {
            return &types->structs[i];
        }
    }
    return &scalars[4];
}

const schema_type *schema_find(schema *types, const char *name)
{
    return find(types, name, strlen(name));
}

static const schema_type *read_type(schema *types, const char **at);

/* Behind the opening bracket of a map, list or set. */
static const schema_type *read_container(schema *types, char opening, const char **at)
{
    schema_type *type = pool_alloc(types->memory, sizeof *type);
    *type = (schema_type){.kind = opening == '{' ? SCHEMA_MAP : SCHEMA_LIST, .schema = types};
    type->element = read_type(types, at);
    for (size_t i = 0; **at == '|' || **at == ','; i++) {
        const size_t size = strcspn(++*at, ",]");
        type->keys[i] = pool_text(types->memory, *at, size);
        *at += size;
    }
    ++*at;
    type->atomic = opening == '[' && type->keys[0] == NULL;
    if (**at == '!') {
        type->atomic = true;
        ++*at;
    }
    return type;
}

static const schema_type *read_type(schema *types, const char **at)
{
    const char *letters = "snb*?";
    const char first = **at;
    if (strchr("{[<", first) != NULL) {
        ++*at;
        return read_container(types, first, at);
    }
    const size_t size = strcspn(*at, " |,]}>");
    const char *name = *at;
    *at += size;
    const char *letter = size == 1 ? strchr(letters, first) : NULL;
    return letter != NULL ? &scalars[letter - letters] : find(types, name, size);
}

static void read_fields(schema_type *type)
{
    pool *memory = type->schema->memory;
    size_t count = 1;
    for (const char *at = type->text; *at != '\0'; at++) {
        count += *at == ' ';
    }
    schema_field *fields = pool_alloc(memory, count * sizeof *fields);
    const char *at = type->text;
    for (size_t i = 0; i < count; i++) {
        const size_t size = strcspn(at, ":");
        fields[i].name = pool_text(memory, at, size);
        at += size + 1;
        fields[i].always = *at == '=';
        at += fields[i].always;
        fields[i].type = read_type(type->schema, &at);
        at += *at == ' ';
    }
    type->fields = fields;
    type->field_count = count;
    type->text = NULL;
}

const schema_field *schema_member(const schema_type *type, const char *name)
{
    if (type->text != NULL) {
        read_fields(&type->schema->structs[type - type->schema->structs]);
    }
    for (size_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i].name, name) == 0) {
            return &type->fields[i];
        }
    }
    return NULL;
}
