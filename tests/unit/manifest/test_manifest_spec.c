#include "test_support.h"

#include "manifest_specs.h"

#include <stdio.h>
#include <unistd.h>

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct hostile {
    const char *text;
    size_t size; /* 0: up to the NUL */
    migd_status status;
    int32_t line; /* 0: not said here */
    int32_t column;
} hostile;

#define GOOD SPEC_HEAD "  members: {image: a}\n"

/* Issue "Bad input": each refused, with its place. */
static const hostile refused[] = {
    {"", 0, MIGD_ERR_PARSE, 1, 1},
    {"# nothing but a comment\n", 0, MIGD_ERR_PARSE, 1, 1},
    {"apiVersion: v1\nkind: StatefulSet\n", 0, MIGD_ERR_PARSE, 2, 7},
    {"apiVersion: v1\nkind: 5\n", 0, MIGD_ERR_PARSE, 2, 7},
    {"apiVersion: migdeploy.dev/v1alpha1\nspec: {}\n", 0, MIGD_ERR_PARSE, 1, 1},
    {"- kind: MigratoryDataCluster\n", 0, MIGD_ERR_PARSE, 1, 1},
    {"just text\n", 0, MIGD_ERR_PARSE, 1, 1},
    {GOOD "---\n" GOOD, 0, MIGD_ERR_PARSE, 5, 1},
    {SPEC_HEAD "\tmembers: {image: a}\n", 0, MIGD_ERR_PARSE, 4, 1},
    {SPEC_HEAD "  members: {image: a\n", 0, MIGD_ERR_PARSE, 0, 0},
    {SPEC_HEAD "  members: \"a\xff\"\n", 0, MIGD_ERR_PARSE, 4, 14},
    {SPEC_HEAD "  a\0b: 1\n", sizeof(SPEC_HEAD "  a\0b: 1\n") - 1, MIGD_ERR_PARSE, 4, 4},
    {SPEC_HEAD "  members: *nowhere\n", 0, MIGD_ERR_PARSE, 4, 12},
    {SPEC_HEAD "  members: .inf\n", 0, MIGD_ERR_PARSE, 4, 12},
    {"{\"kind\": \"MigratoryDataCluster\",\n \"spec\": {]}", 0, MIGD_ERR_PARSE, 2, 0},
};

static void what_is_no_spec_is_refused_with_its_place(void **state)
{
    (void)state;
    migd_read_options *options = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, "a.yaml", NULL), MIGD_OK);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        migd_spec *spec = (migd_spec *)1;
        migd_error *error = NULL;
        const hostile *bad = &refused[i];
        const size_t size = bad->size > 0 ? bad->size : strlen(bad->text);
        assert_int_equal(migd_spec_parse(bad->text, size, options, &spec, &error), bad->status);
        assert_null(spec);
        assert_string_equal(migd_error_file(error), "a.yaml");
        if ((bad->line > 0 && migd_error_line(error) != bad->line) ||
            (bad->column > 0 && migd_error_column(error) != bad->column)) {
            fail_msg("%zu: %d:%d %s", i, (int)migd_error_line(error), (int)migd_error_column(error),
                     migd_error_message(error));
        }
        migd_error_free(error);
    }
    migd_read_options_free(options);
}

static void a_spec_of_another_kind_is_named(void **state)
{
    (void)state;
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const char *text = "kind: ConfigMap\n";
    assert_int_equal(migd_spec_parse(text, strlen(text), NULL, &spec, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error),
                        "no cluster spec: its kind is ConfigMap, not MigratoryDataCluster");
    migd_error_free(error);
    assert_int_equal(migd_spec_parse(text, strlen(text), NULL, &spec, NULL), MIGD_ERR_PARSE);
}

static void other_ways_to_end_a_line_change_nothing(void **state)
{
    (void)state;
    migd_spec *spec = spec_of_text("\xef\xbb\xbf"
                                   "apiVersion: migdeploy.dev/v1alpha1\r\n"
                                   "kind: MigratoryDataCluster\r\n"
                                   "spec: {members: {image: a, sedes: 3}}\r\n");
    assert_findings(spec, false,
                    "3:28: no key \"sedes\" in spec.members; did you mean \"seeds\"?\n");
    migd_spec_free(spec);
}

static void limits_are_those_of_the_options(void **state)
{
    (void)state;
    migd_spec *spec = NULL;
    migd_read_options *options = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(
        migd_read_options_set_int64(options, MIGD_READ_BYTES, (int64_t)strlen(GOOD) - 1, NULL),
        MIGD_OK);
    assert_int_equal(migd_spec_parse(GOOD, strlen(GOOD), options, &spec, NULL), MIGD_ERR_LIMIT);
    assert_int_equal(
        migd_read_options_set_int64(options, MIGD_READ_BYTES, (int64_t)strlen(GOOD), NULL),
        MIGD_OK);
    assert_int_equal(migd_spec_parse(GOOD, strlen(GOOD), options, &spec, NULL), MIGD_OK);
    migd_spec_free(spec);
    migd_read_options_free(options);
}

static void a_file_is_read_and_named_in_every_place(void **state)
{
    (void)state;
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const char *path = TEST_DATA "/render/production.spec.yaml";
    assert_int_equal(migd_spec_load_file(path, NULL, &spec, &error), MIGD_OK);
    assert_null(error);
    const migdi_place place = migdi_spec_place(spec, "/spec/members/image");
    assert_string_equal(place.file, path);
    assert_int_equal(place.line, 8);
    assert_int_equal(place.column, 12);
    migd_spec_free(spec);
}

static void a_file_that_cannot_be_read_says_which(void **state)
{
    (void)state;
    migd_spec *spec = (migd_spec *)1;
    migd_error *error = NULL;
    const char *missing = TEST_DATA "/render/none.yaml";
    assert_int_equal(migd_spec_load_file(missing, NULL, &spec, &error), MIGD_ERR_NOT_FOUND);
    assert_null(spec);
    assert_non_null(strstr(migd_error_message(error), missing));
    migd_error_free(error);
    assert_int_equal(migd_spec_load_file(TEST_DATA "/render", NULL, &spec, &error), MIGD_ERR_IO);
    migd_error_free(error);
    assert_int_equal(migd_spec_load_file(TEST_DATA "/render/dev.yaml", NULL, &spec, &error),
                     MIGD_ERR_PARSE);
    assert_string_equal(migd_error_file(error), TEST_DATA "/render/dev.yaml");
    migd_error_free(error);
}

/* --- defaults --------------------------------------------------------------------------------- */

static void the_document_has_every_default_of_its_profile(void **state)
{
    (void)state;
    /* spec.md section 1, but for the image, which production has none for, and `aws: null`. */
    static const char production[] =
        "apiVersion: migdeploy.dev/v1alpha1\n"
        "kind: MigratoryDataCluster\n"
        "metadata: {name: migratorydata, namespace: migratory, labels: {}, annotations: {}}\n"
        "spec:\n"
        "  profile: production\n"
        "  members:\n"
        "    replicas: 3\n"
        "    maxReplicas: 5\n"
        "    seeds: 3\n"
        "    deliveryMode: Guaranteed\n"
        "    image: a\n"
        "    imagePullPolicy: IfNotPresent\n"
        "    memory: 512MB\n"
        "    resources: {cpu: 500m, memory: 1Gi}\n"
        "    spread: zone\n"
        "    minReadySeconds: 30\n"
        "    pauseSeconds: 360\n"
        "    logLevel: INFO\n"
        "    parameters: {}\n"
        "    secretParameters: {}\n"
        "    javaOptions: \"\"\n"
        "    nodeSelector: {kubernetes.io/arch: amd64}\n"
        "    tolerations: []\n"
        "    ports: {client: 8800, cluster: 8801}\n"
        "    clusterDomain: cluster.local\n"
        "    probes: {readiness: {path: /health}, startup: {path: /health, budgetSeconds: 300},\n"
        "      liveness: tcp}\n"
        "    template: {}\n"
        "  disruption: {scope: seeds}\n"
        "  service: {type: LoadBalancer, balancer: nlb, port: 80, scheme: internet-facing,\n"
        "    sourceRanges: [], crossZone: true, idleTimeoutSeconds: 350, tls: {},\n"
        "    annotations: {}}\n"
        "  autoscale: null\n"
        "  aws: null\n";
    migd_spec *spec = spec_of("  members: {image: a}\n");
    migd_object *expected = NULL;
    assert_int_equal(migd_object_parse(production, strlen(production), NULL, &expected, NULL),
                     MIGD_OK);
    assert_same_object(migd_spec_object(spec), expected);
    migd_object_free(expected);
    migd_spec_free(spec);
    assert_null(migd_spec_object(NULL));
}

static void the_dev_profile_is_one_member_inside(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  profile: dev\n");
    const migd_object *object = migd_object_at(migd_spec_object(spec), "/spec");
    assert_findings(spec, false, "");
    assert_yaml(object, "/members/replicas", "1");
    assert_yaml(object, "/members/maxReplicas", "1");
    assert_yaml(object, "/members/seeds", "1");
    assert_yaml(object, "/members/spread", "none");
    assert_yaml(object, "/members/pauseSeconds", "0");
    assert_yaml(object, "/members/minReadySeconds", "0");
    assert_yaml(object, "/disruption", "{scope: none}");
    assert_yaml(object, "/service/scheme", "internal");
    migd_spec_free(spec);
}

static void an_aws_block_has_the_defaults_of_a_node_group(void **state)
{
    (void)state;
    /* spec.md section 1. */
    static const char aws[] =
        "{cluster: c, region: us-east-1, zones: [], kubernetesVersion: \"\",\n"
        " nodes: {name: ng-migratorydata, type: m5.large, count: 3, min: 3, max: 5,\n"
        "   volumeGiB: 80, ssh: null},\n"
        " autoMode: {enabled: false, nodePools: [general-purpose, system]},\n"
        " controller: {credentials: podIdentity, manage: true},\n"
        " endpoint: {public: true, private: false, publicCidrs: []},\n"
        " access: [], logging: [], overrides: {}, vpc: null, tags: {}}";
    migd_spec *spec = spec_of("  members: {image: a}\n  aws: {cluster: c, region: us-east-1}\n");
    assert_findings(spec, false, "");
    assert_yaml(migd_spec_object(spec), "/spec/aws", aws);
    migd_spec_free(spec);
    spec =
        spec_of("  members: {image: a}\n"
                "  aws: {cluster: c, region: r, nodes: {ssh: {publicKeyFile: k}}, vpc: {id: v},\n"
                "    access: [{principal: \"arn:aws:iam::1:user/a\"}]}\n");
    assert_findings(spec, false, "");
    const migd_object *object = migd_object_at(migd_spec_object(spec), "/spec/aws");
    assert_yaml(object, "/nodes/ssh", "{publicKeyFile: k, sourceRanges: []}");
    assert_yaml(object, "/vpc", "{id: v, subnets: {public: [], private: []}}");
    assert_yaml(object, "/access",
                "[{principal: \"arn:aws:iam::1:user/a\", policy: view, namespaces: []}]");
    migd_spec_free(spec);
}

/* --- places ----------------------------------------------------------------------------------- */

static void assert_place(migdi_place place, int32_t line, int32_t column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void a_default_stands_where_the_block_around_it_does(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members:\n    image: a\n    ports: {client: 8800}\n    probes:\n");
    assert_place(migdi_spec_place(spec, "/spec/members/image"), 5, 12);
    assert_place(migdi_spec_place(spec, "/spec/members/replicas"), 4, 3);
    assert_place(migdi_spec_place(spec, "/spec/members/ports/cluster"), 6, 5);
    assert_place(migdi_spec_place(spec, "/spec/members/probes/startup/path"), 7, 5);
    assert_place(migdi_spec_place(spec, "/spec/service/sourceRanges"), 3, 1);
    assert_place(migdi_spec_place(spec, "/metadata/name"), 1, 1);
    assert_place(migdi_spec_place(spec, ""), 1, 1);
    assert_place(migdi_spec_place(NULL, "/spec"), 0, 0);
    migd_spec_free(spec);
}

static void an_option_stands_where_its_key_does(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members:\n"
                              "    image: a\n"
                              "    memory: 1GB\n"
                              "    maxReplicas: 7\n"
                              "    parameters: {X.Y: 1}\n"
                              "    secretParameters: {L: {secret: s, key: k}}\n");
    assert_place(migdi_spec_option_place(spec, "Memory"), 6, 13);
    assert_place(migdi_spec_option_place(spec, "ClusterMembers"), 7, 18);
    assert_place(migdi_spec_option_place(spec, "X.Y"), 8, 23);
    assert_place(migdi_spec_option_place(spec, "L"), 9, 24);
    assert_place(migdi_spec_option_place(spec, "LogLevel"), 4, 3);
    assert_place(migdi_spec_option_place(spec, "Listen"), 8, 5);
    migd_spec_free(spec);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status parse_good(void *user)
{
    (void)user;
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_spec_parse(GOOD, strlen(GOOD), NULL, &spec, &error);
    if (status >= 0) {
        assert_string_equal(migd_object_text(migd_spec_object(spec),
                                             "/spec/members/nodeSelector/kubernetes.io~1arch", ""),
                            "amd64");
    } else {
        assert_null(spec);
    }
    migd_spec_free(spec);
    migd_error_free(error);
    return status;
}

static migd_status load_good(void *user)
{
    (void)user;
    migd_spec *spec = NULL;
    const migd_status status =
        migd_spec_load_file(TEST_DATA "/render/autoscale.spec.yaml", NULL, &spec, NULL);
    assert_true((spec != NULL) == (status >= 0));
    migd_spec_free(spec);
    return status;
}

static void lack_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(parse_good, NULL) > 20);
    assert_true(test_fail_allocations(load_good, NULL) > 20);
    migd_spec_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_spec_is_refused_with_its_place),
        cmocka_unit_test(a_spec_of_another_kind_is_named),
        cmocka_unit_test(other_ways_to_end_a_line_change_nothing),
        cmocka_unit_test(limits_are_those_of_the_options),
        cmocka_unit_test(a_file_is_read_and_named_in_every_place),
        cmocka_unit_test(a_file_that_cannot_be_read_says_which),
        cmocka_unit_test(the_document_has_every_default_of_its_profile),
        cmocka_unit_test(the_dev_profile_is_one_member_inside),
        cmocka_unit_test(an_aws_block_has_the_defaults_of_a_node_group),
        cmocka_unit_test(a_default_stands_where_the_block_around_it_does),
        cmocka_unit_test(an_option_stands_where_its_key_does),
        cmocka_unit_test(lack_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
