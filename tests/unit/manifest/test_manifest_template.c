#include "test_support.h"

#include "manifest_specs.h"

static char *template_of(const char *profile, const char *cluster, const char *region)
{
    migd_buf *text = NULL;
    migd_error *error = NULL;
    if (migd_spec_template(profile, cluster, region, &text, &error) < 0) {
        fail_msg("%s", migd_error_message(error));
    }
    char *copy = strdup(migd_buf_data(text));
    migd_buf_free(text);
    return copy;
}

/* looks.md scene 3, to the letter. */
static const char eks[] =
    "# Every key and its default: migdeploy init --help. What it would change: migdeploy plan\n"
    "apiVersion: migdeploy.dev/v1alpha1\n"
    "kind: MigratoryDataCluster\n"
    "metadata: {name: migratorydata, namespace: migratory}\n"
    "spec:\n"
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
    "  autoscale: null       # {min: 3, max: 5, cpuPercent: 50}\n"
    "  aws:                  # without this block: the cluster of your kubeconfig\n"
    "    cluster: eks-migratorydata\n"
    "    region: us-east-1\n"
    "    nodes: {type: m5.large, count: 3, min: 3, max: 5}   # zones: chosen, three where there "
    "are\n";

static void the_production_template_is_the_published_one(void **state)
{
    (void)state;
    char *text = template_of("production", "eks-migratorydata", "us-east-1");
    assert_string_equal(text, eks);
    free(text);
    text = template_of(NULL, NULL, NULL);
    const char *aws = strstr(eks, "  aws:");
    assert_int_equal(strlen(text), (size_t)(aws - eks));
    assert_memory_equal(text, eks, strlen(text));
    free(text);
}

/* Whatever a template writes is what its profile has anyway, but for the image and where clients
 * connect. */
static void a_template_only_writes_out_defaults(void **state)
{
    (void)state;
    static const char *const profiles[] = {"production", "tutorial", "dev"};
    for (size_t i = 0; i < 3; i++) {
        char *text = template_of(profiles[i], NULL, NULL);
        migd_spec *written = spec_of_text(text);
        migdi_text body = {0};
        migdi_text_format(&body, "  profile: %s\n  members: {image: \"%s\"}\n", profiles[i],
                          migd_object_text(migd_spec_object(written), "/spec/members/image", ""));
        migd_spec *bare = spec_of(body.bytes);
        assert_int_equal(
            migd_spec_set(bare, "spec.service.type", i == 2 ? "ClusterIP" : "LoadBalancer", NULL),
            MIGD_OK);
        assert_findings(written, true, "");
        assert_same_object(migd_spec_object(written), migd_spec_object(bare));
        migd_spec_free(bare);
        migd_spec_free(written);
        migdi_text_free(&body);
        free(text);
    }
}

static void every_line_fits_on_a_page(void **state)
{
    (void)state;
    static const char *const profiles[] = {"production", "tutorial", "dev"};
    for (size_t i = 0; i < 3; i++) {
        char *text = template_of(profiles[i], "c", "r");
        size_t lines = 0;
        for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            assert_in_range(strcspn(line, "\n"), 1, 98);
            lines++;
        }
        assert_in_range(lines, 10, 21);
        free(text);
    }
}

static void names_that_yaml_would_take_for_something_else_are_quoted(void **state)
{
    (void)state;
    char *text = template_of(NULL, "123", "on");
    migd_spec *spec = spec_of_text(text);
    assert_findings(spec, true, "");
    assert_yaml(migd_spec_object(spec), "/spec/aws/cluster", "\"123\"");
    assert_yaml(migd_spec_object(spec), "/spec/aws/region", "\"on\"");
    migd_spec_free(spec);
    free(text);
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        const char *cluster;
        const char *region;
        const char *message;
    } cases[] = {
        {"prod", NULL, NULL, "no profile \"prod\": production, tutorial or dev"},
        {"", NULL, NULL, "no profile \"\": production, tutorial or dev"},
        {NULL, "c", NULL, "a cluster is given, but no region"},
        {NULL, NULL, "r", "a region is given, but no cluster"},
        {NULL, "a b", "r", "\"a b\" is not a name of A-Z, a-z, 0-9, -_"},
        {NULL, "c", "us east", "\"us east\" is not a DNS label"},
        {NULL, "c: {", "r", "\"c: {\" is not a name of A-Z, a-z, 0-9, -_"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        migd_buf *text = (migd_buf *)1;
        migd_error *error = NULL;
        assert_int_equal(
            migd_spec_template(cases[i].profile, cases[i].cluster, cases[i].region, &text, &error),
            MIGD_ERR_INVALID);
        assert_null(text);
        assert_string_equal(migd_error_message(error), cases[i].message);
        migd_error_free(error);
    }
}

static migd_status write_template(void *user)
{
    migd_buf *text = NULL;
    const migd_status status = migd_spec_template("dev", user, user, &text, NULL);
    assert_true((text != NULL) == (status >= 0));
    migd_buf_free(text);
    return status;
}

static void lack_of_memory_writes_nothing(void **state)
{
    (void)state;
    char name[] = "blue";
    assert_true(test_fail_allocations(write_template, name) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_production_template_is_the_published_one),
        cmocka_unit_test(a_template_only_writes_out_defaults),
        cmocka_unit_test(every_line_fits_on_a_page),
        cmocka_unit_test(names_that_yaml_would_take_for_something_else_are_quoted),
        cmocka_unit_test(what_cannot_be_written_is_refused),
        cmocka_unit_test(lack_of_memory_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
