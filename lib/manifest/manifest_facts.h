/* Facts: what the rules may know. One struct a set of pods, each fact with the place that it came
 * from. Rules see facts alone, never documents; manifest_extract.h alone knows how facts hide in
 * documents.
 *
 * {0} is "not known" for every fact, so that a test writes only the facts that its rule needs. All
 * texts and arrays live in the arena that the facts were read into, or in the documents behind
 * them.
 */
#ifndef MIGDI_MANIFEST_FACTS_H
#define MIGDI_MANIFEST_FACTS_H

#include "manifest_findings.h"

/* A whole number. Not known: `at` may still say where it is missing. */
typedef struct migdi_count {
    bool known;
    int64_t value;
    migdi_at at;
} migdi_count;

/* A text; NULL when it is not there. */
typedef struct migdi_word {
    const char *text;
    migdi_at at;
} migdi_word;

typedef struct migdi_words {
    const migdi_word *items;
    size_t count;
} migdi_words;

/* ClusterDeliveryMode, and the Kafka edition, whose members keep nothing and know no seeds. */
typedef enum {
    MIGDI_MODE_UNKNOWN,
    MIGDI_MODE_STANDARD,
    MIGDI_MODE_GUARANTEED,
    MIGDI_MODE_KAFKA
} migdi_mode;

/* Where the length of the member list was read; the later, the better. */
typedef enum {
    MIGDI_FROM_NOWHERE,
    MIGDI_FROM_ANNOTATION, /* migdeploy.dev/max-members */
    MIGDI_FROM_SCRIPT,     /* MAX_REPLICAS, or the bound of a loop, in a start script */
    MIGDI_FROM_LIST        /* -DClusterMembers= */
} migdi_from;

typedef enum {
    MIGDI_PROBE_NONE,
    MIGDI_PROBE_TCP,
    MIGDI_PROBE_HTTP,
    MIGDI_PROBE_OTHER
} migdi_probe_kind;

typedef struct migdi_probe {
    migdi_probe_kind kind;
    migdi_at
        at; /* the probe's key; its httpGet key when it has one; the container when there is none */
} migdi_probe;

/* What keeps two seeds off one node. */
typedef enum { MIGDI_SPREAD_NONE, MIGDI_SPREAD_WISH, MIGDI_SPREAD_HARD } migdi_spread_kind;

typedef struct migdi_spread {
    migdi_spread_kind kind;
    migdi_at at; /* the key that wishes or demands it; the pod template's spec when there is none */
} migdi_spread;

/* A PodDisruptionBudget that covers pods of the set. */
typedef struct migdi_budget {
    migdi_at at;         /* its name */
    bool by_unavailable; /* `amount` is maxUnavailable, else minAvailable */
    bool
        percent; /* of the set's replicas, whatever the budget covers (Kubernetes, disruption.go) */
    migdi_count amount;
    const bool *covers;  /* by ordinal; NULL: every pod of the set */
    size_t covers_count; /* ordinals from here on are not covered, unless `covers` is NULL */
    bool shared; /* it covers pods of other sets too, so its numbers are about more than this set */
} migdi_budget;

/* A HorizontalPodAutoscaler whose target is the set. */
typedef struct migdi_autoscaler {
    migdi_at at;       /* its scaleTargetRef */
    migdi_count least; /* 1 where it does not say */
    migdi_count most;
    migdi_at cpu;     /* where it wishes a share of the requested CPU; object NULL: it does not */
    migdi_count wish; /* of a living one: how many it wants now */
} migdi_autoscaler;

typedef struct migdi_container {
    migdi_at at;
    bool has_cpu; /* a request, or a limit that stands for one */
    migdi_words port_names;
} migdi_container;

/* A Service that brings clients to the members from outside. */
typedef struct migdi_exposure {
    migdi_at at; /* its annotations, or its spec where it has none */
    migdi_at
        open; /* what opens it to the internet; object NULL: nothing does, or sources are named */
    int64_t plain_port; /* a port without TLS; 0: none */
    bool cross_zone;
} migdi_exposure;

typedef struct migdi_node_group {
    const char *name;
    migdi_count least;
    migdi_count most;
    migdi_count wanted;
    migdi_at open_ssh; /* object NULL: closed, or sources are named */
    migdi_at
        controller; /* the controller's rights on the role of every node; object NULL: not there */
    migdi_at self_repair; /* EKS replaces its nodes by itself; object NULL: it does not */
    bool grows;           /* its nodes may be added by an autoscaler of nodes */
} migdi_node_group;

/* An eksctl ClusterConfig. */
typedef struct migdi_nodes {
    migdi_at at;
    const migdi_node_group *groups;
    size_t group_count;
    migdi_count zones;
    migdi_at
        replaced; /* Auto Mode or Karpenter, which make and replace nodes; object NULL: neither */
    migdi_word version;    /* of Kubernetes; NULL: EKS's default */
    bool extended_support; /* the version is past its standard support */
} migdi_nodes;

/* A port that the inter-cluster ports must leave alone. */
typedef struct migdi_port {
    const char *whose; /* the parameter, such as "Listen" */
    int64_t number;
    migdi_at at;
} migdi_port;

/* What could not be read, and which rule was therefore not judged. */
typedef struct migdi_unread {
    const char *rule;
    const char *message;
    const char *hint;
    migdi_at at;
} migdi_unread;

typedef struct migdi_facts {
    /* --- any StatefulSet or Deployment */
    migdi_at at;     /* its name */
    migdi_at pods;   /* the key of its pod template's spec */
    bool deployment; /* else a StatefulSet */
    bool no_namespace;
    bool rendered;        /* by this library, whose deploy leaves `replicas` to its own owner */
    bool live;            /* as a server gave it */
    migdi_count replicas; /* not known when it is left to an autoscaler */
    const migdi_budget *budgets;
    size_t budget_count;
    migdi_at guard; /* where a missing budget is told: its name, or the spec's key */
    const migdi_autoscaler *autoscalers;
    size_t autoscaler_count;
    const migdi_container *containers;
    size_t container_count;
    const migdi_word *images; /* of its containers */
    size_t image_count;
    const migdi_nodes *nodes; /* NULL: no ClusterConfig, or more than one */

    /* --- members of MigratoryData */
    bool members;
    bool dev;       /* profile dev: one member will do, and no budget */
    bool from_spec; /* rendered from a spec, whose lines the places name */
    migdi_mode mode;
    migdi_word mode_word;    /* as it was written */
    migdi_count max_members; /* M */
    migdi_from max_from;
    migdi_count noted_members; /* M as the annotation has it */
    migdi_count seed_count;    /* ClusterSeedMemberCount as it was written */
    migdi_words list;          /* ClusterMembers, where it is spelt out */
    migdi_words listens; /* ClusterMemberListen of each member that runs, where it is spelt out */
    migdi_count cluster_port; /* of ClusterMemberListen; 8801 is the vendor's */
    const migdi_port *ports;  /* Listen and the monitors */
    size_t port_count;
    migdi_words bad_options;      /* words that are no whole -DNAME=VALUE */
    migdi_word memory;            /* MigratoryData's parameter, as written */
    int64_t memory_bytes;         /* 0: not known */
    migdi_count container_memory; /* bytes: the limit, else the request */
    migdi_at options;             /* MIGRATORYDATA_EXTRA_OPTS */
    bool options_readable;
    migdi_word password; /* ClusterPassword */
    migdi_word token;    /* EntitlementAllowToken */
    migdi_word entitlement;
    migdi_words java_flags;
    migdi_word pod_management; /* OrderedReady, or NULL where members start side by side */
    migdi_at unpublished; /* a headless Service that hides members which are not Ready; object NULL:
                             none */
    migdi_count grace_seconds; /* terminationGracePeriodSeconds, where it is written */
    migdi_word unexec; /* the start command of a script that does not hand its process over */
    migdi_probe readiness;
    migdi_probe liveness;
    migdi_spread spread;
    const migdi_exposure *exposures;
    size_t exposure_count;
    migdi_at secrets; /* from_spec: where secret parameters would be named */
    migdi_unread *unread;
    size_t unread_count;

    /* --- a living set */
    migdi_count ready;       /* members that are Ready */
    migdi_count seeds_ready; /* of the seeds that should run; not known where no pod was seen */
    const bool *ready_by_ordinal; /* NULL: no pod was seen */
    size_t ready_by_ordinal_count;
} migdi_facts;

/* All facts of some documents. */
typedef struct migdi_world {
    migdi_facts *sets;
    size_t set_count;
    migdi_nodes *nodes;
    size_t nodes_count;
} migdi_world;

/* --- what follows from facts ------------------------------------------------------------------ */

/* S, the members that carry the quorum: 3 of a list of 3 or 4; of a longer one 5, or what was set.
 * With dev, a shorter list is all seeds. 0: not known, or no valid number. (MigratoryData,
 * "clustering") */
int64_t migdi_facts_seeds(const migdi_facts *facts);

/* f, the seeds that may be down: floor((S - 1) / 2). */
int64_t migdi_seeds_to_spare(int64_t seeds);

/* The least and the most members that may be wished: `replicas`, widened by the autoscaler; 0 and 0
 * when neither is known. */
void migdi_facts_range(const migdi_facts *facts, int64_t *least, int64_t *most);

/* How many of the first `running` members a budget covers, and how many it keeps healthy while
 * `expected` are wished. */
int64_t migdi_budget_covered(const migdi_budget *budget, int64_t running);
int64_t migdi_budget_kept(const migdi_budget *budget, int64_t expected);

/* The most seeds that evictions alone may take down at once while `wished` members are wished and
 * those of `running` (at least as many) still run: what a budget counts as healthy above what it
 * keeps, as far as these are seeds. */
int64_t migdi_budget_seeds_at_risk(const migdi_budget *budget, int64_t seeds, int64_t running,
                                   int64_t wished);

/* The set of the same object name; NULL when there is none. */
const migdi_facts *migdi_world_find(const migdi_world *world, const char *object);

#endif
