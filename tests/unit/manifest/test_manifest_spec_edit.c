#include "test_support.h"

#include "manifest_specs.h"

/* --- setting ---------------------------------------------------------------------------------- */

static void assert_set(const char *path, const char *value, const char *pointer)
{
    migd_error *error = NULL;
    migd_spec *spec =
        spec_of("  members: {image: a, tolerations: [{key: x}]}\n  autoscale: null\n");
    if (migd_spec_set(spec, path, value, &error) < 0) {
        fail_msg("%s: %s", path, migd_error_message(error));
    }
    assert_findings(spec, true, "");
    assert_yaml(migd_spec_object(spec), pointer, value);
    migd_spec_free(spec);
}

static void a_key_is_reached_by_pointer_or_by_path(void **state)
{
    (void)state;
    assert_set("/spec/members/replicas", "5", "/spec/members/replicas");
    assert_set("spec.members.replicas", "5", "/spec/members/replicas");
    assert_set("metadata.name", "blue", "/metadata/name");
    assert_set("spec.autoscale.min", "4", "/spec/autoscale/min");
    assert_set("spec.autoscale",
               "{min: 3, max: 5, cpuPercent: 60, "
               "scaleDownStabilizationSeconds: 300}",
               "/spec/autoscale");
    assert_set("spec.service.sourceRanges", "[10.0.0.0/8]", "/spec/service/sourceRanges");
    assert_set("spec.service.sourceRanges[0]", "10.0.0.0/8", "/spec/service/sourceRanges/0");
    assert_set("spec.service.sourceRanges.-", "10.0.0.0/8", "/spec/service/sourceRanges/0");
    assert_set("/spec/service/sourceRanges/-", "10.0.0.0/8", "/spec/service/sourceRanges/0");
    assert_set("spec.members.tolerations[0].key", "y", "/spec/members/tolerations/0/key");
    assert_set("spec.members.probes.startup.budgetSeconds", "60",
               "/spec/members/probes/startup/budgetSeconds");
}

/* Parameters, labels and node labels have dots of their own. */
static void a_free_key_keeps_its_dots(void **state)
{
    (void)state;
    assert_set("spec.members.parameters.X.ConnectionOffload", "\"true\"",
               "/spec/members/parameters/X.ConnectionOffload");
    assert_set("spec.members.nodeSelector.kubernetes.io/arch", "arm64",
               "/spec/members/nodeSelector/kubernetes.io~1arch");
    assert_set("/spec/members/nodeSelector/kubernetes.io~1arch", "arm64",
               "/spec/members/nodeSelector/kubernetes.io~1arch");
    assert_set("spec.members.secretParameters.X.Key", "{secret: s, key: k}",
               "/spec/members/secretParameters/X.Key");
    migd_spec *spec = spec_of("  members: {image: a, secretParameters: {X.Key: {key: k}}}\n");
    assert_int_equal(migd_spec_set(spec, "spec.members.secretParameters.X.Key.secret", "s", NULL),
                     MIGD_OK);
    assert_yaml(migd_spec_object(spec), "/spec/members/secretParameters",
                "{X.Key: {key: k, secret: s}}");
    migd_spec_free(spec);
    assert_set("spec.members.template.spec.hostNetwork", "true",
               "/spec/members/template/spec/hostNetwork");
}

static void a_path_that_the_spec_does_not_know_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *message;
    } paths[] = {
        {"spec.members.replicsa",
         "no key \"replicsa\" in spec.members; did you mean \"replicas\"?"},
        {"/spec/members/replicsa",
         "no key \"replicsa\" in spec.members; did you mean \"replicas\"?"},
        {"sepc.members", "no key \"sepc\" in the file; did you mean \"spec\"?"},
        {"spec.members.replicas.x", "no key \"x\" in spec.members.replicas"},
        {"replicas", "no key \"replicas\" in the file"},
        {"", "there is no path to a key"},
        {"/", "\"/\" is no path such as spec.members.replicas"},
        {"spec.", "\"spec.\" is no path such as spec.members.replicas"},
        {"spec..members", "\"spec..members\" is no path such as spec.members.replicas"},
        {"spec.service.sourceRanges[0",
         "\"spec.service.sourceRanges[0\" is no path such as spec.members.replicas"},
        {"/spec/members/nodeSelector/a~2",
         "\"/spec/members/nodeSelector/a~2\" is no path such as spec.members.replicas"},
        {"/spec/members/nodeSelector/a~",
         "\"/spec/members/nodeSelector/a~\" is no path such as spec.members.replicas"},
    };
    migd_spec *spec = spec_of("  members: {image: a}\n");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        migd_error *error = NULL;
        assert_int_equal(migd_spec_set(spec, paths[i].path, "5", &error), MIGD_ERR_INVALID);
        assert_string_equal(migd_error_message(error), paths[i].message);
        migd_error_free(error);
    }
    assert_yaml(migd_spec_object(spec), "/spec/members/replicas", "3");
    assert_int_equal(migd_spec_set(NULL, "spec.profile", "dev", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_spec_set(spec, NULL, "dev", NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_spec_set(spec, "spec.profile", NULL, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_spec_set(spec, "spec.service.sourceRanges[7]", "x", NULL),
                     MIGD_ERR_INVALID);
    migd_spec_free(spec);
}

static void a_value_that_is_no_yaml_changes_nothing(void **state)
{
    (void)state;
    migd_error *error = NULL;
    migd_spec *spec = spec_of("  members: {image: a}\n");
    assert_int_equal(migd_spec_set(spec, "spec.autoscale", "{min: 3", &error), MIGD_ERR_PARSE);
    migd_error_free(error);
    assert_int_equal(migd_spec_set(spec, "spec.autoscale", "{min: 3, min: 4}", NULL),
                     MIGD_ERR_PARSE);
    assert_int_equal(migd_spec_set(spec, "spec.autoscale", "", NULL), MIGD_ERR_PARSE);
    assert_yaml(migd_spec_object(spec), "/spec/autoscale", "null");
    migd_spec_free(spec);
}

static void a_value_that_is_wrong_becomes_a_finding_without_a_place(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members: {image: a, seeds: three}\n");
    assert_int_equal(migd_spec_set(spec, "spec.members.replicas", "many", NULL), MIGD_OK);
    assert_findings(spec, false,
                    "0:0: replicas wants a whole number, not the text \"many\"\n"
                    "4:30: seeds wants a whole number, not the text \"three\"\n");
    assert_int_equal(migd_spec_set(spec, "spec.members.replicas", "4", NULL), MIGD_OK);
    assert_int_equal(migd_spec_set(spec, "spec.members.seeds", "3", NULL), MIGD_OK);
    assert_findings(spec, false, "");
    assert_int_equal(migdi_spec_place(spec, "/spec/members/seeds").line, 0);
    assert_int_equal(migdi_spec_place(spec, "/spec/members/image").line, 4);
    assert_int_equal(
        migd_object_place(migd_object_at(migd_spec_object(spec), "/spec/members/seeds"), NULL, NULL,
                          NULL),
        MIGD_ERR_NOT_FOUND);
    migd_spec_free(spec);
}

static void a_profile_that_is_set_brings_its_defaults(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members: {image: a}\n");
    assert_int_equal(migd_spec_set(spec, "spec.profile", "dev", NULL), MIGD_OK);
    assert_yaml(migd_spec_object(spec), "/spec/members/replicas", "1");
    migd_spec_free(spec);
}

/* --- editing the file ------------------------------------------------------------------------- */

static const char file[] = "# ours\n"
                           "apiVersion: migdeploy.dev/v1alpha1\n"
                           "kind: MigratoryDataCluster\n"
                           "spec:\n"
                           "  members:\n"
                           "    replicas: 3   # as long as it is quiet\n"
                           "    image: a\n";

static void an_edit_keeps_every_other_byte(void **state)
{
    (void)state;
    migd_buf *text = NULL;
    migd_error *error = NULL;
    assert_int_equal(
        migd_spec_edit_text(file, strlen(file), "spec.members.replicas", "5", &text, &error),
        MIGD_OK);
    assert_string_equal(migd_buf_data(text), "# ours\n"
                                             "apiVersion: migdeploy.dev/v1alpha1\n"
                                             "kind: MigratoryDataCluster\n"
                                             "spec:\n"
                                             "  members:\n"
                                             "    replicas: 5   # as long as it is quiet\n"
                                             "    image: a\n");
    migd_buf_free(text);
}

static void an_edit_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    migd_buf *text = (migd_buf *)1;
    migd_error *error = NULL;
    assert_int_equal(
        migd_spec_edit_text(file, strlen(file), "spec.members.replicsa", "5", &text, &error),
        MIGD_ERR_INVALID);
    assert_null(text);
    assert_string_equal(migd_error_message(error),
                        "no key \"replicsa\" in spec.members; did you mean \"replicas\"?");
    migd_error_free(error);
    assert_int_equal(
        migd_spec_edit_text(file, strlen(file), "spec.members.replicas", "[", &text, NULL),
        MIGD_ERR_PARSE);
    assert_int_equal(migd_spec_edit_text("a: [", 4, "spec.members.replicas", "5", &text, NULL),
                     MIGD_ERR_PARSE);
    assert_null(text);
}

/* --- memory ----------------------------------------------------------------------------------- */

static migd_status set_in_spec(void *user)
{
    migd_spec *spec = user;
    migd_error *error = NULL;
    const migd_status status =
        migd_spec_set(spec, "spec.members.parameters.A.B", "{c: [x]}", &error);
    assert_int_equal(
        migd_object_count(migd_object_at(migd_spec_object(spec), "/spec/members/parameters")), 0);
    assert_int_equal(migdi_spec_finding_count(spec), status >= 0 ? 1 : 0);
    migd_error_free(error);
    return status;
}

static migd_status edit_file(void *user)
{
    (void)user;
    migd_buf *text = NULL;
    const migd_status status =
        migd_spec_edit_text(file, strlen(file), "spec.members.replicas", "5", &text, NULL);
    assert_true((text != NULL) == (status >= 0));
    migd_buf_free(text);
    return status;
}

static migd_status set_in_new_spec(void *user)
{
    (void)user;
    migd_spec *spec = NULL;
    const char *text = SPEC_HEAD "  members: {image: a}\n";
    migd_status status = migd_spec_parse(text, strlen(text), NULL, &spec, NULL);
    if (status >= 0) {
        status = set_in_spec(spec);
    }
    migd_spec_free(spec);
    return status;
}

static void lack_of_memory_changes_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(set_in_new_spec, NULL) > 40);
    assert_true(test_fail_allocations(edit_file, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_reached_by_pointer_or_by_path),
        cmocka_unit_test(a_free_key_keeps_its_dots),
        cmocka_unit_test(a_path_that_the_spec_does_not_know_is_refused),
        cmocka_unit_test(a_value_that_is_no_yaml_changes_nothing),
        cmocka_unit_test(a_value_that_is_wrong_becomes_a_finding_without_a_place),
        cmocka_unit_test(a_profile_that_is_set_brings_its_defaults),
        cmocka_unit_test(an_edit_keeps_every_other_byte),
        cmocka_unit_test(an_edit_that_cannot_be_made_says_why),
        cmocka_unit_test(lack_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
