#include "test_support.h"

#include "manifest_specs.h"

#define POD       "/spec/template/spec"
#define CONTAINER POD "/containers/0"

typedef struct reached {
    const char *body;
    const char *pointer;
    const char *yaml; /* NULL: nothing is there */
} reached;

static void assert_members(const reached *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        migd_objects *objects = render_of(cases[i].body);
        assert_yaml(object_of(objects, "StatefulSet", ""), cases[i].pointer, cases[i].yaml);
        migd_objects_free(objects);
    }
}

#define ASSERT_MEMBERS(cases) assert_members(cases, sizeof(cases) / sizeof(cases)[0])

static void every_key_of_the_members_reaches_the_statefulset(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a, replicas: 4}\n", "/spec/replicas", "4"},
        {"  members: {image: a, maxReplicas: 7}\n",
         "/metadata/annotations/migdeploy.dev~1max-members", "\"7\""},
        {"  members: {image: a, minReadySeconds: 0}\n", "/spec/minReadySeconds", NULL},
        {"  members: {image: a, minReadySeconds: 5}\n", "/spec/minReadySeconds", "5"},
        {"  members: {image: \"r.example/a:1\", imagePullPolicy: Never}\n",
         CONTAINER "/imagePullPolicy", "Never"},
        {"  members: {image: \"r.example/a:1\"}\n", CONTAINER "/image", "\"r.example/a:1\""},
        {"  members: {image: a, javaOptions: \"-Xa -Xb\"}\n", CONTAINER "/env/2",
         "{name: MIGRATORYDATA_JAVA_EXTRA_OPTS, value: \"-Xa -Xb\"}"},
        {"  members: {image: a}\n", CONTAINER "/env/2", NULL},
        {"  members: {image: a, nodeSelector: {}}\n", POD "/nodeSelector", NULL},
        {"  members: {image: a, nodeSelector: {a.b/c: d}}\n", POD "/nodeSelector", "{a.b/c: d}"},
        {"  members: {image: a, tolerations: [{key: x, operator: Exists}]}\n", POD "/tolerations",
         "[{key: x, operator: Exists}]"},
        {"  members: {image: a}\n", POD "/tolerations", NULL},
        {"  members: {image: a, ports: {client: 9000, cluster: 9001}}\n", CONTAINER "/ports",
         "[{name: client-port, containerPort: 9000}, {name: inter-cluster1, containerPort: 9001}, "
         "{name: inter-cluster2, containerPort: 9002}, "
         "{name: inter-cluster3, containerPort: 9003}, "
         "{name: inter-cluster4, containerPort: 9004}]"},
        {"  members: {image: a}\nmetadata: {name: blue, labels: {team: x}}\n",
         "/spec/template/metadata",
         "{labels: {app: blue}}"}, /* ours never go into a pod template */
        {"  members: {image: a}\nmetadata: {name: blue}\n", CONTAINER "/name", "blue"},
        {"  members: {image: a}\nmetadata: {name: blue}\n", "/spec/serviceName", "blue-hs"},
        {"  members: {image: a}\nmetadata: {name: blue}\n", "/spec/selector",
         "{matchLabels: {app: blue}}"},
    };
    ASSERT_MEMBERS(cases);
}

#define SEEDS                                                                                      \
    "labelSelector: {matchLabels: {app: migratorydata}, matchExpressions: [{key: "                 \
    "apps.kubernetes.io/pod-index, operator: In, values: [\"0\", \"1\", \"2\"]}]}"

static void members_are_spread_as_wished(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a, spread: zone}\n", POD "/topologySpreadConstraints/0",
         "{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, "
         "nodeTaintsPolicy: Honor, " SEEDS "}"},
        {"  members: {image: a, spread: node}\n", POD "/topologySpreadConstraints",
         "[{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, "
         "nodeTaintsPolicy: Honor, " SEEDS "}, {maxSkew: 1, topologyKey: kubernetes.io/hostname, "
         "whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: migratorydata}}}]"},
        {"  members: {image: a, spread: soft}\n", POD "/topologySpreadConstraints", NULL},
        {"  members: {image: a, spread: soft}\n", POD "/affinity",
         "{podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, "
         "podAffinityTerm: {labelSelector: {matchExpressions: [{key: app, operator: In, values: "
         "[migratorydata]}]}, topologyKey: kubernetes.io/hostname}}]}}"},
        {"  members: {image: a, spread: none}\n", POD "/topologySpreadConstraints", NULL},
        {"  members: {image: a, spread: none}\n", POD "/affinity", NULL},
        {"  profile: tutorial\n  members: {spread: zone}\n",
         POD "/topologySpreadConstraints/0/topologyKey", "topology.kubernetes.io/zone"},
        {"  profile: dev\n  members: {spread: zone}\n",
         POD "/topologySpreadConstraints/0/labelSelector/matchExpressions/0/values", "[\"0\"]"},
    };
    ASSERT_MEMBERS(cases);
}

static void resources_are_alike_or_apart_and_canonical(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a, resources: {cpu: 0.5, memory: 1024Mi}}\n", CONTAINER "/resources",
         "{requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 500m, memory: 1Gi}}"},
        {"  members: {image: a, resources: {cpu: 2}}\n", CONTAINER "/resources",
         "{requests: {cpu: \"2\", memory: 1Gi}, limits: {cpu: \"2\", memory: 1Gi}}"},
        {"  members: {image: a, resources: {requests: {cpu: 1000m, a.b/c: 1}}}\n",
         CONTAINER "/resources", "{requests: {cpu: \"1\", a.b/c: \"1\"}}"},
        {"  members: {image: a, resources: {requests: {cpu: 1}, limits: {memory: 2048Mi}}}\n",
         CONTAINER "/resources", "{requests: {cpu: \"1\"}, limits: {memory: 2Gi}}"},
        {"  members: {image: a, resources: {limits: {}}}\n", CONTAINER "/resources", NULL},
        {"  profile: tutorial\n  members: {resources: {limits: {memory: 1Gi}}}\n",
         CONTAINER "/resources", "{requests: {cpu: 500m, memory: 256Mi}, limits: {memory: 1Gi}}"},
    };
    ASSERT_MEMBERS(cases);
}

static void probes_ask_what_they_are_told_to_ask(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a, probes: {readiness: {path: /r}}}\n", CONTAINER "/readinessProbe",
         "{httpGet: {path: /r, port: client-port}, periodSeconds: 5}"},
        {"  members: {image: a, probes: {readiness: {path: \"\"}}}\n", CONTAINER "/readinessProbe",
         "{tcpSocket: {port: client-port}, periodSeconds: 5}"},
        {"  members: {image: a, probes: {startup: {path: /s, budgetSeconds: 61}}}\n",
         CONTAINER "/startupProbe",
         "{httpGet: {path: /s, port: client-port}, periodSeconds: 5, failureThreshold: 13}"},
        {"  members: {image: a, probes: {startup: {budgetSeconds: 0}}}\n",
         CONTAINER "/startupProbe", NULL},
        {"  members: {image: a, probes: {liveness: http, readiness: {path: /r}}}\n",
         CONTAINER "/livenessProbe",
         "{httpGet: {path: /r, port: client-port}, periodSeconds: 10, failureThreshold: 6}"},
        {"  members: {image: a, probes: {liveness: http, readiness: {path: \"\"}}}\n",
         CONTAINER "/livenessProbe/httpGet/path", "/health"},
        {"  profile: tutorial\n  members: {ports: {client: 9000}}\n", CONTAINER "/livenessProbe",
         "{tcpSocket: {port: 9000}, initialDelaySeconds: 60, periodSeconds: 5}"},
        {"  profile: tutorial\n  members: {probes: {startup: {budgetSeconds: 60}}}\n",
         CONTAINER "/startupProbe",
         "{httpGet: {path: /health, port: 8800}, periodSeconds: 5, failureThreshold: 12}"},
    };
    ASSERT_MEMBERS(cases);
}

static void a_secret_parameter_is_a_variable_before_the_options(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a, secretParameters: {LicenseKey: {secret: s, key: k},\n"
         "    X.Token: {secret: t, key: l}}}\n",
         CONTAINER "/env/1",
         "{name: MIGDEPLOY_LICENSEKEY, valueFrom: {secretKeyRef: {name: s, key: k}}}"},
        {"  members: {image: a, secretParameters: {LicenseKey: {secret: s, key: k},\n"
         "    X.Token: {secret: t, key: l}}}\n",
         CONTAINER "/env/2",
         "{name: MIGDEPLOY_X.TOKEN, valueFrom: {secretKeyRef: {name: t, key: l}}}"},
        {"  profile: tutorial\n  members: {secretParameters: {A: {secret: s, key: k}}}\n",
         CONTAINER "/env/0", "{name: MIGDEPLOY_A, valueFrom: {secretKeyRef: {name: s, key: k}}}"},
    };
    ASSERT_MEMBERS(cases);
}

/* design.md section 7: no shell in production. */
static void only_the_tutorial_starts_by_a_script(void **state)
{
    (void)state;
    static const reached cases[] = {
        {"  members: {image: a}\n", CONTAINER "/command", NULL},
        {"  profile: dev\n", CONTAINER "/command", NULL},
        {"  profile: tutorial\n", CONTAINER "/command/0", "bash"},
    };
    ASSERT_MEMBERS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_members_reaches_the_statefulset),
        cmocka_unit_test(members_are_spread_as_wished),
        cmocka_unit_test(resources_are_alike_or_apart_and_canonical),
        cmocka_unit_test(probes_ask_what_they_are_told_to_ask),
        cmocka_unit_test(a_secret_parameter_is_a_variable_before_the_options),
        cmocka_unit_test(only_the_tutorial_starts_by_a_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
