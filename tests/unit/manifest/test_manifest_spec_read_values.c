#include "test_support.h"

#include "core_utf8.h"
#include "manifest_specs.h"

/* One value that is wrong, after "members: {image: a, " or wherever `body` puts it; what is
 * told. */
typedef struct wrong_value {
    const char *body;
    const char *finding; /* "line:column: message", then "    hint" when there is one */
} wrong_value;

static const wrong_value wrong_values[] = {
    /* whole numbers */
    {"  members: {image: a, seeds: three}\n",
     "4:30: seeds wants a whole number, not the text \"three\"\n"},
    {"  members: {image: a, seeds: \"3\"}\n",
     "4:30: seeds wants a whole number, not the text \"3\"\n"},
    {"  members: {image: a, seeds: 2.5}\n",
     "4:30: seeds wants a whole number, not the number 2.5\n"},
    {"  members: {image: a, seeds: 3e0}\n", "4:30: seeds wants a whole number, not the number 3\n"},
    {"  members: {image: a, seeds: yes}\n", "4:30: seeds wants a whole number, not true\n"},
    {"  members: {image: a, seeds: [3]}\n", "4:30: seeds wants a whole number, not a list\n"},
    {"  members: {image: a, replicas: 0}\n", "4:33: replicas wants 1 to 250, not 0\n"},
    {"  members: {image: a, replicas: -1}\n", "4:33: replicas wants 1 to 250, not -1\n"},
    {"  members: {image: a, replicas: 251}\n", "4:33: replicas wants 1 to 250, not 251\n"},
    {"  members: {image: a, replicas: 18446744073709551615}\n",
     "4:33: replicas wants 1 to 250, not 18446744073709551615\n"},
    {"  members: {image: a, replicas: 99999999999999999999}\n",
     "4:33: replicas wants a whole number, not the number 1e+20\n"},
    {"  members: {image: a, ports: {client: 65536}}\n",
     "4:39: client wants 1 to 65535, not 65536\n"},
    {"  members: {image: a, ports: {cluster: 65533}}\n",
     "4:40: cluster wants 1 to 65532, not 65533\n"},
    {"  members: {image: a}\n  service: {idleTimeoutSeconds: 59}\n",
     "5:33: idleTimeoutSeconds wants 60 to 6000, not 59\n"},
    /* words */
    {"  profile: prod\n  members: {image: a}\n",
     "4:12: profile wants production, tutorial or dev, not \"prod\"\n"},
    {"  members: {image: a, spread: Zone}\n",
     "4:31: spread wants zone, node, soft or none, not \"Zone\"\n"},
    {"  members: {image: a, logLevel: info}\n",
     "4:33: logLevel wants TRACE, DEBUG, INFO, WARN or ERROR, not \"info\"\n"},
    {"  members: {image: a, imagePullPolicy: always}\n",
     "4:40: imagePullPolicy cannot be \"always\"\n"
     "    It wants Always, IfNotPresent or Never\n"},
    {"  members: {image: a, probes: {liveness: exec}}\n",
     "4:42: liveness wants tcp or http, not \"exec\"\n"},
    {"  members: {image: a}\n  disruption: {scope: all}\n",
     "5:23: scope wants seeds, members or none, not \"all\"\n"},
    {"  members: {image: a}\n  service: {type: 5}\n",
     "5:19: type cannot be the number 5\n    It wants LoadBalancer, NodePort or ClusterIP\n"},
    /* texts */
    {"  members: {image: a, javaOptions: 5}\n",
     "4:36: javaOptions wants a text, not the number 5\n"
     "    Put it in quotes: without them YAML takes it for a number or a boolean\n"},
    {"  members: {image: a, javaOptions: on}\n",
     "4:36: javaOptions wants a text, not true\n"
     "    Put it in quotes: without them YAML takes it for a number or a boolean\n"},
    {"  members: {image: a, javaOptions: \"a\\0b\"}\n",
     "4:36: javaOptions has a NUL character inside\n"},
    {"  members: {image: a b}\n", "4:20: image wants an image without blanks, not \"a b\"\n"},
    {"  members: {image: \"\"}\n", "4:20: image wants an image without blanks, not \"\"\n"},
    {"  members: {image: a, parameters: {X: \"a\\0b\"}}\n", "4:39: X has a NUL character inside\n"},
    {"  members: {image: a, clusterDomain: Cluster.local}\n",
     "4:38: clusterDomain wants a DNS name, not \"Cluster.local\"\n"
     "    DNS labels of a-z, 0-9 and - with dots between them, 253 at most\n"},
    {"  members: {image: a, probes: {readiness: {path: health}}}\n",
     "4:50: path wants a path such as /health, not \"health\"\n"},
    {"  members: {image: a}\n  aws: {cluster: c, region: r, kubernetesVersion: 1.34}\n",
     "5:51: kubernetesVersion wants a text, not the number 1.34\n"
     "    Put it in quotes: without them YAML takes it for a number or a boolean\n"},
    /* booleans */
    {"  members: {image: a}\n  service: {crossZone: \"yes\"}\n",
     "5:24: crossZone wants true or false, not the text \"yes\"\n"},
    {"  members: {image: a}\n  service: {crossZone: 1}\n",
     "5:24: crossZone wants true or false, not the number 1\n"},
    /* quantities and sizes */
    {"  members: {image: a, resources: {cpu: 0.5.1}}\n",
     "4:40: cpu wants a quantity such as 500m or 1Gi, not \"0.5.1\"\n"},
    {"  members: {image: a, resources: {cpu: 1e400}}\n",
     "4:40: cpu wants a quantity such as 500m or 1Gi, not \"1e400\"\n"},
    {"  members: {image: a, resources: {cpu: -1}}\n",
     "4:40: cpu wants a quantity such as 500m or 1Gi, not -1\n"},
    {"  members: {image: a, resources: {memory: 1GB}}\n",
     "4:43: memory wants a quantity such as 500m or 1Gi, not \"1GB\"\n"},
    {"  members: {image: a, resources: {cpu: true}}\n",
     "4:40: cpu wants a quantity such as 500m or 1Gi, not true\n"},
    {"  members: {image: a, resources: {limits: {cpu: []}}}\n",
     "4:49: cpu wants a quantity such as 500m or 1Gi, not a list\n"},
    {"  members: {image: a, memory: 512Mi}\n",
     "4:31: memory wants a size such as 512MB, not \"512Mi\"\n"},
    {"  members: {image: a, memory: 512 MB}\n",
     "4:31: memory wants a size such as 512MB, not \"512 MB\"\n"},
    {"  members: {image: a, memory: 0}\n", "4:31: memory wants a size such as 512MB, not 0\n"},
    {"  members: {image: a, memory: 0.5}\n", "4:31: memory wants a size such as 512MB, not 0.5\n"},
    /* counts */
    {"  members: {image: a}\n  disruption: {scope: members, minAvailable: half}\n",
     "5:46: minAvailable cannot be the text \"half\"\n"
     "    It wants a whole number or a percentage\n"},
    {"  members: {image: a}\n  disruption: {scope: members, minAvailable: 251}\n",
     "5:46: minAvailable wants 0 to 250, not 251\n"},
    /* names */
    {"  members: {image: a}\nmetadata: {name: 1a}\n",
     "5:18: name wants a DNS label, not \"1a\"\n    1 to 52 of a-z, 0-9 and -, from a letter on\n"},
    {"  members: {image: a}\nmetadata: {namespace: a.b}\n",
     "5:23: namespace wants a DNS label, not \"a.b\"\n"
     "    1 to 63 of a-z, 0-9 and -, with no - at either end\n"},
    {"  members: {image: a}\nmetadata: {labels: {team: a b}}\n",
     "5:27: team wants a label value, not \"a b\"\n"
     "    At most 63 of A-Z, a-z, 0-9, -, _ and ., with a letter or digit at both ends\n"},
    {"  members: {image: a, secretParameters: {L: {secret: S, key: \"a/b\"}}}\n",
     "4:54: secret wants a DNS name, not \"S\"\n"
     "    DNS labels of a-z, 0-9 and - with dots between them, 253 at most\n"
     "4:62: key wants a key of a Secret, not \"a/b\"\n"
     "    1 to 253 of A-Z, a-z, 0-9, -, _ and .\n"},
    /* what a stranger wrote is made harmless, and cut */
    {"  members: {image: a}\nmetadata: {name: \"a\\e[31m\\n\"}\n",
     "5:18: name wants a DNS label, not \"a\\x1b[31m\\n\"\n"
     "    1 to 52 of a-z, 0-9 and -, from a letter on\n"},
    {"  members: {image: a}\n"
     "  profile: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee\n",
     "5:12: profile cannot be \"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...\"\n"
     "    It wants production, tutorial or dev\n"},
};

static void a_value_that_is_wrong_is_told_with_what_belongs_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_values / sizeof wrong_values[0]; i++) {
        migd_spec *spec = spec_of(wrong_values[i].body);
        assert_findings(spec, true, wrong_values[i].finding);
        migd_spec_free(spec);
    }
}

/* The width that findings promise to a terminal. */
static void a_message_has_at_most_sixty_characters(void **state)
{
    (void)state;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof wrong_values / sizeof wrong_values[0]; i++) {
        migd_spec *spec = spec_of(wrong_values[i].body);
        const migdi_finding *finding = migdi_spec_finding(spec, 0);
        const size_t size = migdi_utf8_count(finding->message, strlen(finding->message));
        longest = size > longest ? size : longest;
        migd_spec_free(spec);
    }
    assert_in_range(longest, 40, 70);
}

static void what_is_wrong_is_replaced_by_its_default(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members: {image: a, seeds: three, memory: 1Mi, spread: [],\n"
                              "            resources: {cpu: true, memory: x}, ports: {client: 0},\n"
                              "            template: {spec: {a: 1, a: 2}}}\n");
    assert_int_equal(migdi_spec_finding_count(spec), 7);
    assert_yaml(migd_spec_object(spec), "/spec/members/template", "{}");
    const migd_object *members = migd_object_at(migd_spec_object(spec), "/spec/members");
    assert_yaml(members, "/seeds", "3");
    assert_yaml(members, "/memory", "512MB");
    assert_yaml(members, "/spread", "zone");
    assert_yaml(members, "/resources", "{cpu: 500m, memory: 1Gi}");
    assert_yaml(members, "/ports", "{client: 8800, cluster: 8801}");
    migd_spec_free(spec);
}

static void what_is_right_is_taken_as_it_is_written(void **state)
{
    (void)state;
    migd_spec *spec =
        spec_of("  members:\n"
                "    image: registry.example:5000/a/b@sha256:00\n"
                "    memory: 536870912\n"
                "    deliveryMode: guaranteed\n" /* C1 judges it */
                "    resources: {requests: {cpu: 0.5, memory: 1073741824, example.com/gpu: 1},\n"
                "      limits: {cpu: 0}}\n"
                "    parameters: {X.ConnectionOffload: true, IoThreads: 8, Ratio: 0.5, Name: a}\n"
                "    probes: {readiness: {path: \"\"}}\n"
                "  disruption: {scope: members, maxUnavailable: 34%}\n"
                "  service: {sourceRanges: [\"2001:db8::/32\", 0.0.0.0/0]}\n");
    assert_findings(spec, true, "");
    const migd_object *members = migd_object_at(migd_spec_object(spec), "/spec/members");
    assert_yaml(members, "/memory", "536870912");
    assert_yaml(members, "/deliveryMode", "guaranteed");
    assert_yaml(members, "/resources",
                "{requests: {cpu: 0.5, memory: 1073741824, example.com/gpu: 1}, "
                "limits: {cpu: 0}}");
    assert_yaml(members, "/parameters",
                "{X.ConnectionOffload: true, IoThreads: 8, Ratio: 0.5, Name: a}");
    assert_yaml(migd_spec_object(spec), "/spec/disruption",
                "{scope: members, maxUnavailable: 34%}");
    migd_spec_free(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_that_is_wrong_is_told_with_what_belongs_there),
        cmocka_unit_test(a_message_has_at_most_sixty_characters),
        cmocka_unit_test(what_is_wrong_is_replaced_by_its_default),
        cmocka_unit_test(what_is_right_is_taken_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
