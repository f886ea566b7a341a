#include "manifest_spec_keys.h"

#include <string.h>

const char MIGDI_SPEC_NOTHING[] = "";

#define NOTHING MIGDI_SPEC_NOTHING
/* ClusterMembers of so many, with the longest names, still fits into one environment variable (128
 * KiB). */
#define MOST_MEMBERS 250
#define MOST_SECONDS 86400

#define MAP               MIGDI_SPEC_MAP
#define FREE              MIGDI_SPEC_FREE
#define LIST              MIGDI_SPEC_LIST
#define ANY               MIGDI_SPEC_ANY
#define BOOLEAN           MIGDI_SPEC_BOOLEAN
#define INTEGER           MIGDI_SPEC_INTEGER
#define TEXT              MIGDI_SPEC_TEXT
#define WORD              MIGDI_SPEC_WORD
#define QUANTITY          MIGDI_SPEC_QUANTITY
#define SIZE              MIGDI_SPEC_SIZE
#define COUNT             MIGDI_SPEC_COUNT
#define FORM_CLUSTER_NAME MIGDI_SPEC_FORM_CLUSTER_NAME
#define FORM_LABEL_KEY    MIGDI_SPEC_FORM_LABEL_KEY
#define FORM_LABEL_VALUE  MIGDI_SPEC_FORM_LABEL_VALUE
#define FORM_LABEL        MIGDI_SPEC_FORM_LABEL
#define FORM_SUBDOMAIN    MIGDI_SPEC_FORM_SUBDOMAIN
#define FORM_IMAGE        MIGDI_SPEC_FORM_IMAGE
#define FORM_PATH         MIGDI_SPEC_FORM_PATH
#define FORM_RANGE        MIGDI_SPEC_FORM_RANGE
#define FORM_ARN          MIGDI_SPEC_FORM_ARN
#define FORM_PARAMETER    MIGDI_SPEC_FORM_PARAMETER
#define FORM_EKS_NAME     MIGDI_SPEC_FORM_EKS_NAME
#define FORM_SECRET_KEY   MIGDI_SPEC_FORM_SECRET_KEY
#define REQUIRED          MIGDI_SPEC_REQUIRED
#define OPTIONAL          MIGDI_SPEC_OPTIONAL
#define JUDGED            MIGDI_SPEC_JUDGED

/* In the order in which a person reads them; what is below a row follows it. */
static const migdi_spec_key keys[] = {
    {"", MAP, .about = "A MigratoryData cluster on Kubernetes"},
    {"apiVersion", TEXT, .words = "migdeploy.dev/v1alpha1", .flags = REQUIRED,
     .about = "The version of these keys"},
    {"kind", TEXT, .words = "MigratoryDataCluster", .flags = REQUIRED,
     .about = "What this file is"},
    {"metadata", MAP, .about = "Name and place of the cluster"},
    {"metadata.name", TEXT, FORM_CLUSTER_NAME, .value = "migratorydata",
     .about = "A DNS label; the objects are named after it"},
    {"metadata.namespace", TEXT, FORM_LABEL, .value = "migratory",
     .about = "The namespace; made when it is not there"},
    {"metadata.labels", FREE, FORM_LABEL_KEY, .value = "",
     .reserved = "app app.kubernetes.io/name app.kubernetes.io/instance "
                 "app.kubernetes.io/managed-by",
     .about = "Added to every object, never to pods"},
    {"metadata.labels.*", TEXT, FORM_LABEL_VALUE, .about = "The label's value"},
    {"metadata.annotations", FREE, FORM_LABEL_KEY, .value = "",
     .about = "migdeploy.dev/accept: \"C9: why\" accepts a rule"},
    {"metadata.annotations.*", TEXT, .about = "The annotation's value"},
    {"spec", MAP, .about = "What should be"},
    {"spec.profile", TEXT, .words = "production tutorial dev", .value = "production",
     .about = "Which defaults: the safe ones, the vendor's tutorial as published, one member"},

    {"spec.members", MAP, .about = "The members: pods of one StatefulSet"},
    {"spec.members.replicas", INTEGER, .least = 1, .most = MOST_MEMBERS, .value = "3", .dev = "1",
     .about = "Members that run: at least seeds, at most maxReplicas"},
    {"spec.members.maxReplicas", INTEGER, .least = 1, .most = MOST_MEMBERS, .value = "5",
     .dev = "@/spec/members/replicas",
     .about = "Length of the member list; may grow later, never shrink"},
    {"spec.members.seeds", INTEGER, .least = 1, .most = MOST_MEMBERS, .value = "3",
     .at_most = "/spec/members/maxReplicas",
     .about = "The first members, 3 or 5, whose majority is the quorum"},
    {"spec.members.deliveryMode", TEXT, .words = "Guaranteed Standard", .value = "Guaranteed",
     .flags = JUDGED, .about = "Guaranteed needs a quorum of seeds; Standard any member"},
    {"spec.members.image", TEXT, FORM_IMAGE, REQUIRED, .tutorial = "migratorydata/server:latest",
     .dev = "migratorydata/server:latest", .about = "The server's image, with a tag or digest"},
    {"spec.members.imagePullPolicy", TEXT, .words = "Always IfNotPresent Never",
     .value = "IfNotPresent", .tutorial = "Always", .about = "When a node fetches the image"},
    {"spec.members.memory", SIZE, .value = "512MB", .tutorial = "128MB",
     .about = "MigratoryData's Memory: bytes, KB, MB or GB; less than the container's"},
    {"spec.members.resources", MAP,
     .about = "Of the container: cpu and memory as requests and limits alike, or each by itself"},
    {"spec.members.resources.cpu", QUANTITY, .value = "500m", .tutorial = NOTHING,
     .excludes = "requests limits", .about = "Requested, and the limit"},
    {"spec.members.resources.memory", QUANTITY, .value = "1Gi", .tutorial = NOTHING,
     .excludes = "requests limits", .about = "Requested, and the limit"},
    {"spec.members.resources.requests", FREE, FORM_LABEL_KEY, .tutorial = "memory=256Mi cpu=500m",
     .excludes = "cpu memory", .about = "What a node must have free"},
    {"spec.members.resources.requests.*", QUANTITY, .about = "A quantity"},
    {"spec.members.resources.limits", FREE, FORM_LABEL_KEY, .excludes = "cpu memory",
     .about = "What the container may use"},
    {"spec.members.resources.limits.*", QUANTITY, .about = "A quantity"},
    {"spec.members.spread", TEXT, .words = "zone node soft none", .value = "zone",
     .tutorial = "soft", .dev = "none",
     .about =
         "Where members run: seeds in different zones, on different nodes, only a wish, anywhere"},
    {"spec.members.minReadySeconds", INTEGER, .most = MOST_SECONDS, .value = "30", .tutorial = "0",
     .dev = "0", .about = "How long Ready before the StatefulSet's own update goes on"},
    {"spec.members.pauseSeconds", INTEGER, .most = MOST_SECONDS, .value = "360", .tutorial = "0",
     .dev = "0", .about = "How long our roll waits after a member became Ready"},
    {"spec.members.logLevel", TEXT, .words = "TRACE DEBUG INFO WARN ERROR", .value = "INFO",
     .about = "MigratoryData's LogLevel"},
    {"spec.members.parameters", FREE, FORM_PARAMETER, .value = "",
     .tutorial = "X.ConnectionOffload=true",
     .reserved = "Memory ClusterDeliveryMode LogLevel ClusterSeedMemberCount ClusterMemberListen "
                 "ClusterMembers",
     .about = "Further MigratoryData parameters, such as X.ConnectionOffload: \"true\""},
    {"spec.members.parameters.*", WORD, .about = "The parameter's value"},
    {"spec.members.secretParameters", FREE, FORM_PARAMETER, .value = "",
     .reserved = "Memory ClusterDeliveryMode LogLevel ClusterSeedMemberCount ClusterMemberListen "
                 "ClusterMembers",
     .about = "Parameters whose values are in Secrets: LicenseKey: {secret: NAME, key: KEY}"},
    {"spec.members.secretParameters.*", MAP, .about = "Where the value is"},
    {"spec.members.secretParameters.*.secret", TEXT, FORM_SUBDOMAIN, REQUIRED,
     .about = "The Secret's name"},
    {"spec.members.secretParameters.*.key", TEXT, FORM_SECRET_KEY, REQUIRED,
     .about = "The key in the Secret"},
    {"spec.members.javaOptions", TEXT, .value = "",
     .tutorial = "-XX:+UnlockExperimentalVMOptions -XX:+UseCGroupMemoryLimitForHeap",
     .about = "MIGRATORYDATA_JAVA_EXTRA_OPTS"},
    {"spec.members.nodeSelector", FREE, FORM_LABEL_KEY, .value = "kubernetes.io/arch=amd64",
     .tutorial = "", .about = "Labels that a node must have; the image is amd64 only"},
    {"spec.members.nodeSelector.*", TEXT, FORM_LABEL_VALUE, .about = "The label's value"},
    {"spec.members.tolerations", LIST, .value = "", .about = "Taints that members bear"},
    {"spec.members.tolerations.*", ANY, .about = "A toleration of Kubernetes"},
    {"spec.members.ports", MAP, .about = "Ports of a member"},
    {"spec.members.ports.client", INTEGER, .least = 1, .most = 65535, .value = "8800",
     .about = "For clients"},
    {"spec.members.ports.cluster", INTEGER, .least = 1, .most = 65532, .value = "8801",
     .about = "The first of four consecutive ports between members"},
    {"spec.members.clusterDomain", TEXT, FORM_SUBDOMAIN, .value = "cluster.local",
     .about = "The DNS domain of the Kubernetes cluster"},
    {"spec.members.probes", MAP, .about = "How Kubernetes sees whether a member is well"},
    {"spec.members.probes.readiness", MAP, .about = "Whether clients may be sent to it"},
    {"spec.members.probes.readiness.path", TEXT, FORM_PATH, .value = "/health", .tutorial = NOTHING,
     .about = "Asked by HTTP; empty: only whether the port opens"},
    {"spec.members.probes.startup", MAP, .about = "Whether it has started"},
    {"spec.members.probes.startup.path", TEXT, FORM_PATH, .value = "/health",
     .about = "Asked by HTTP; empty: only whether the port opens"},
    {"spec.members.probes.startup.budgetSeconds", INTEGER, .most = MOST_SECONDS, .value = "300",
     .tutorial = "0", .about = "How long a start may take; 0: no such probe"},
    {"spec.members.probes.liveness", TEXT, .words = "tcp http", .value = "tcp",
     .about = "When it is restarted; http restarts members that only lack a quorum"},
    {"spec.members.template", ANY, .value = "",
     .about = "Merged over the pod template last, lists by their keys as Kubernetes merges them"},

    {"spec.disruption", MAP, .about = "How many members may be taken away at once"},
    {"spec.disruption.scope", TEXT, .words = "seeds members none", .value = "seeds",
     .tutorial = "members", .dev = "none", .standard = "members",
     .about = "A budget over the seeds that keeps their quorum, over all members, or none"},
    {"spec.disruption.minAvailable", COUNT, .most = MOST_MEMBERS, .tutorial = "3",
     .needs = "scope=members", .excludes = "maxUnavailable", .about = "Members that must stay"},
    {"spec.disruption.maxUnavailable", COUNT, .most = MOST_MEMBERS, .standard = "1",
     .needs = "scope=members", .excludes = "minAvailable", .about = "Members that may be away"},

    {"spec.service", MAP, .about = "Where clients connect"},
    {"spec.service.type", TEXT, .words = "LoadBalancer NodePort ClusterIP", .value = "LoadBalancer",
     .about = "Only LoadBalancer waits for an address"},
    {"spec.service.balancer", TEXT, .words = "nlb eksAuto generic", .value = "nlb",
     .about = "AWS Load Balancer Controller, EKS Auto Mode, or whatever the cluster has"},
    {"spec.service.port", INTEGER, .least = 1, .most = 65535, .value = "80",
     .about = "The port of the address"},
    {"spec.service.scheme", TEXT, .words = "internet-facing internal", .value = "internet-facing",
     .dev = "internal", .needs = "balancer=nlb eksAuto",
     .about = "Reached from everywhere, or from its own network only"},
    {"spec.service.sourceRanges", LIST, .value = "", .needs = "type=LoadBalancer",
     .about = "Who may connect; empty: everybody who reaches it"},
    {"spec.service.sourceRanges.*", TEXT, FORM_RANGE,
     .about = "An address range such as 10.0.0.0/8"},
    {"spec.service.crossZone", BOOLEAN, .value = "true", .tutorial = NOTHING,
     .needs = "balancer=nlb eksAuto", .about = "Each zone's address reaches members in all zones"},
    {"spec.service.idleTimeoutSeconds", INTEGER, .least = 60, .most = 6000, .value = "350",
     .needs = "balancer=nlb eksAuto",
     .about = "When a silent connection is forgotten; TLS: always 350"},
    {"spec.service.tls", MAP, .about = "TLS that ends at the balancer"},
    {"spec.service.tls.certificateArn", TEXT, FORM_ARN,
     .about = "A certificate of AWS Certificate Manager"},
    {"spec.service.annotations", FREE, FORM_LABEL_KEY, .value = "",
     .about = "Of the client Service, over our own"},
    {"spec.service.annotations.*", TEXT, .about = "The annotation's value"},

    {"spec.autoscale", MAP, .flags = OPTIONAL, .about = "Members by CPU; null: by hand"},
    {"spec.autoscale.min", INTEGER, .most = MOST_MEMBERS, .value = "@/spec/members/seeds",
     .about = "Fewest members: at least seeds"},
    {"spec.autoscale.max", INTEGER, .least = 1, .most = MOST_MEMBERS,
     .value = "@/spec/members/maxReplicas", .about = "Most members: at most maxReplicas"},
    {"spec.autoscale.cpuPercent", INTEGER, .least = 1, .most = 1000, .value = "50",
     .about = "Of the CPU request, on average"},
    {"spec.autoscale.scaleDownStabilizationSeconds", INTEGER, .most = 3600, .value = "300",
     .tutorial = NOTHING, .about = "How long fewer must be enough before one goes"},

    {"spec.aws", MAP, .flags = OPTIONAL,
     .about = "An EKS cluster of our own; null: the cluster of the kubeconfig"},
    {"spec.aws.cluster", TEXT, FORM_EKS_NAME, REQUIRED, .about = "The EKS cluster's name"},
    {"spec.aws.region", TEXT, FORM_LABEL, REQUIRED, .about = "The AWS region, such as us-east-1"},
    {"spec.aws.zones", LIST, .value = "", .about = "Empty: three that can hold EKS"},
    {"spec.aws.zones.*", TEXT, FORM_LABEL, .about = "A zone such as us-east-1a"},
    {"spec.aws.kubernetesVersion", TEXT, .value = "",
     .about = "Such as \"1.34\"; empty: EKS's default"},
    {"spec.aws.nodes", MAP, .about = "The managed node group"},
    {"spec.aws.nodes.name", TEXT, FORM_LABEL, .value = "ng-migratorydata", .about = "Its name"},
    {"spec.aws.nodes.type", TEXT, .value = "m5.large", .about = "The EC2 instance type"},
    {"spec.aws.nodes.count", INTEGER, .most = 450, .value = "3", .about = "Nodes to begin with"},
    {"spec.aws.nodes.min", INTEGER, .most = 450, .value = "3", .about = "Fewest nodes"},
    {"spec.aws.nodes.max", INTEGER, .least = 1, .most = 450, .value = "5", .about = "Most nodes"},
    {"spec.aws.nodes.volumeGiB", INTEGER, .least = 1, .most = 16384, .value = "80",
     .about = "Disk of a node"},
    {"spec.aws.nodes.ssh", MAP, .flags = OPTIONAL, .about = "SSH to the nodes; null: none"},
    {"spec.aws.nodes.ssh.publicKeyFile", TEXT, .flags = REQUIRED,
     .about = "The file of the public key"},
    {"spec.aws.nodes.ssh.sourceRanges", LIST, .value = "", .about = "Who may connect"},
    {"spec.aws.nodes.ssh.sourceRanges.*", TEXT, FORM_RANGE,
     .about = "An address range such as 10.0.0.0/8"},
    {"spec.aws.autoMode", MAP, .about = "EKS Auto Mode; with it no nodes, no controller"},
    {"spec.aws.autoMode.enabled", BOOLEAN, .value = "false", .about = "Whether it is on"},
    {"spec.aws.autoMode.nodePools", LIST, .value = "general-purpose system",
     .about = "AWS's own node pools"},
    {"spec.aws.autoMode.nodePools.*", TEXT, .words = "general-purpose system",
     .about = "A node pool"},
    {"spec.aws.controller", MAP, .about = "AWS Load Balancer Controller"},
    {"spec.aws.controller.credentials", TEXT, .words = "podIdentity irsa nodeRole",
     .value = "podIdentity", .about = "How it gets its rights"},
    {"spec.aws.controller.manage", BOOLEAN, .value = "true", .about = "Whether we install it"},
    {"spec.aws.endpoint", MAP, .about = "Who reaches the API server"},
    {"spec.aws.endpoint.public", BOOLEAN, .value = "true", .about = "From the internet"},
    {"spec.aws.endpoint.private", BOOLEAN, .value = "false", .about = "From the VPC"},
    {"spec.aws.endpoint.publicCidrs", LIST, .value = "", .about = "Empty: the whole internet"},
    {"spec.aws.endpoint.publicCidrs.*", TEXT, FORM_RANGE,
     .about = "An address range such as 10.0.0.0/8"},
    {"spec.aws.access", LIST, .value = "", .about = "Who else may enter the cluster"},
    {"spec.aws.access.*", MAP, .about = "One who may"},
    {"spec.aws.access.*.principal", TEXT, FORM_ARN, REQUIRED, .about = "A user or role"},
    {"spec.aws.access.*.policy", TEXT, .words = "admin view", .value = "view",
     .about = "What they may do"},
    {"spec.aws.access.*.namespaces", LIST, .value = "", .about = "Empty: everywhere"},
    {"spec.aws.access.*.namespaces.*", TEXT, FORM_LABEL, .about = "A namespace"},
    {"spec.aws.logging", LIST, .value = "", .about = "Logs of the control plane to keep"},
    {"spec.aws.logging.*", TEXT, .words = "api audit authenticator controllerManager scheduler",
     .about = "A kind of log"},
    {"spec.aws.overrides", ANY, .value = "", .about = "Merged over the ClusterConfig last"},
    {"spec.aws.vpc", MAP, .flags = OPTIONAL, .about = "A VPC that is there; null: our own"},
    {"spec.aws.vpc.id", TEXT, .flags = REQUIRED, .about = "Such as vpc-0a1b2c3d"},
    {"spec.aws.vpc.subnets", MAP, .about = "Its subnets"},
    {"spec.aws.vpc.subnets.public", LIST, .value = "", .about = "With a way to the internet"},
    {"spec.aws.vpc.subnets.public.*", TEXT, .about = "Such as subnet-0a1b2c3d"},
    {"spec.aws.vpc.subnets.private", LIST, .value = "", .about = "Without"},
    {"spec.aws.vpc.subnets.private.*", TEXT, .about = "Such as subnet-0a1b2c3d"},
    {"spec.aws.tags", FREE, .value = "", .about = "On everything made in AWS"},
    {"spec.aws.tags.*", TEXT, .about = "The tag's value"},
};

static const size_t key_count = sizeof keys / sizeof keys[0];

const migdi_spec_key *migdi_spec_root(void)
{
    return keys;
}

/* The step of `path` right below `parent`; NULL when it is elsewhere or deeper. */
static const char *step_below(const char *parent, const char *path)
{
    const size_t size = strlen(parent);
    if (strncmp(path, parent, size) != 0 || path[size] == '\0') {
        return NULL;
    }
    if (size > 0 && path[size] != '.') {
        return NULL;
    }
    const char *step = path + (size > 0 ? size + 1 : 0);
    return strchr(step, '.') == NULL ? step : NULL;
}

const migdi_spec_key *migdi_spec_next_child(const migdi_spec_key *parent,
                                            const migdi_spec_key *after)
{
    const size_t size = strlen(parent->path);
    const migdi_spec_key *key = (after != NULL ? after : parent) + 1;
    for (; key < keys + key_count && strncmp(key->path, parent->path, size) == 0; key++) {
        if (step_below(parent->path, key->path) != NULL) {
            return key;
        }
    }
    return NULL;
}

const migdi_spec_key *migdi_spec_child(const migdi_spec_key *parent, const char *name, size_t size)
{
    const migdi_spec_key *key = migdi_spec_next_child(parent, NULL);
    if (parent->type == MIGDI_SPEC_FREE || parent->type == MIGDI_SPEC_LIST) {
        return key;
    }
    for (; key != NULL; key = migdi_spec_next_child(parent, key)) {
        const char *step = migdi_spec_key_name(key);
        if (strlen(step) == size && memcmp(step, name, size) == 0) {
            return key;
        }
    }
    return NULL;
}

const char *migdi_spec_key_name(const migdi_spec_key *key)
{
    const char *dot = strrchr(key->path, '.');
    return dot != NULL ? dot + 1 : key->path;
}

const char *migdi_spec_default(const migdi_spec_key *key, migdi_spec_profile profile,
                               bool standard_mode)
{
    const char *own = profile == MIGDI_SPEC_TUTORIAL ? key->tutorial
                      : profile == MIGDI_SPEC_DEV    ? key->dev
                                                     : NULL;
    if (own != NULL) {
        return own == MIGDI_SPEC_NOTHING ? NULL : own;
    }
    return standard_mode && key->standard != NULL ? key->standard : key->value;
}

bool migdi_spec_next_word(const char **at, const char **word, size_t *size)
{
    *word = *at + strspn(*at, " ");
    *size = strcspn(*word, " ");
    *at = *word + *size;
    return *size > 0;
}

bool migdi_spec_has_word(const char *words, const char *word, size_t size)
{
    const char *one = NULL;
    size_t one_size = 0;
    while (migdi_spec_next_word(&words, &one, &one_size)) {
        if (one_size == size && memcmp(one, word, size) == 0) {
            return true;
        }
    }
    return false;
}
