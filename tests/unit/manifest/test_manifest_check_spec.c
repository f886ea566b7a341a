#include "test_support.h"

#include "manifest_check.h"

#include <migdeploy/spec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static migd_spec *spec_of(const char *text)
{
    migd_spec *spec = NULL;
    migd_read_options *options = NULL;
    assert_int_equal(migd_read_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_read_options_set_text(options, MIGD_READ_NAME, "migdeploy.yaml", NULL),
                     MIGD_OK);
    assert_int_equal(migd_spec_parse(text, strlen(text), options, &spec, NULL), MIGD_OK);
    migd_read_options_free(options);
    return spec;
}

/* Takes the spec. */
static void assert_checked(migd_spec *spec, const char *expected)
{
    migd_findings *findings = NULL;
    migd_buf *text = NULL;
    assert_int_equal(migd_check_spec(spec, NULL, &findings, NULL), MIGD_OK);
    assert_int_equal(migd_findings_write(findings, MIGD_FINDINGS_BRIEF, &text, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(text), expected);
    migd_buf_free(text);
    migd_findings_free(findings);
    migd_spec_free(spec);
}

static migd_spec *spec_file(const char *name)
{
    char *text = test_read_data(name, NULL);
    migd_spec *spec = spec_of(text);
    free(text);
    return spec;
}

#define HEAD                                                                                       \
    "apiVersion: migdeploy.dev/v1alpha1\n"                                                         \
    "kind: MigratoryDataCluster\n"                                                                 \
    "metadata: {name: migratorydata, namespace: migratory}\n"                                      \
    "spec:\n"
#define SECRETS                                                                                    \
    "    secretParameters: {ClusterPassword: {secret: s, key: p}, "                                \
    "EntitlementAllowToken: {secret: s, key: t}}\n"
#define CLOSED "  service: {sourceRanges: [10.0.0.0/8]}\n"

static void a_spec_as_init_writes_it_has_one_warning(void **state)
{
    (void)state;
    assert_checked(
        spec_file("check/init.yaml"),
        "migdeploy.yaml:7:3: note: no password, no token: shipped ones may apply [T16]\n"
        "migdeploy.yaml:12:13: note: Memory is 512MB; for production the vendor says 8GB [T20]\n"
        "migdeploy.yaml:15:19: warning: open to the whole internet on plain port 80 [T16]\n");
}

/* looks, scene 2, to the letter. */
static void in_a_broken_spec_what_could_be_read_is_checked(void **state)
{
    (void)state;
    assert_checked(
        spec_file("check/broken.yaml"),
        "migdeploy.yaml:8:5: error: no key \"replicsa\" in spec.members; did you mean "
        "\"replicas\"? [spec]\n"
        "migdeploy.yaml:10:12: error: seeds wants a whole number, not the text \"three\" [spec]\n"
        "migdeploy.yaml:12:5: error: \"image\" stands here a second time, first in line 11 [spec]\n"
        "migdeploy.yaml:17:28: error: autoscaler may go to 6, the member list ends at 5 [C11]\n");
}

static void places_are_lines_of_the_spec(void **state)
{
    (void)state;
    static const struct {
        const char *members; /* from line 6 on */
        const char *told;
    } rows[] = {
        {"    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED, ""},
        {"    replicas: 6\n    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED,
         "migdeploy.yaml:7:15: error: 6 members, but the list that every member holds ends at 5 "
         "[C6]\n"},
        {"    seeds: 5\n    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED,
         "migdeploy.yaml:5:3: error: 3 members for 5 seeds: margin 0 from the start [C5]\n"},
        {"    replicas: 2\n    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED,
         "migdeploy.yaml:7:15: error: 2 members; guaranteed delivery needs 3 [C2]\n"
         "migdeploy.yaml:7:15: error: 2 members for 3 seeds: margin 0 from the start [C5]\n"},
        {"    memory: 16GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED,
         "migdeploy.yaml:7:13: error: Memory is 16GB, the container has 16384Mi [C21]\n"},
        {"    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n"
         "    parameters: {Listen: '*:8803'}\n" SECRETS CLOSED,
         "migdeploy.yaml:9:26: error: port 8803 is the members' own (8801 to 8804) [C16]\n"},
        {"    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS
         "  disruption: {scope: members, minAvailable: 3}\n" CLOSED,
         "migdeploy.yaml:10:46: warning: no member can leave: 3 run, 3 must stay [C9]\n"},
        {"    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS
         "  disruption: {scope: none}\n" CLOSED,
         "migdeploy.yaml:10:23: note: no budget covers the 3 seeds [T29]\n"},
        {"    memory: 8GB\n    resources: {cpu: 1, memory: 16Gi}\n" SECRETS
         "  autoscale: {min: 2, max: 5, cpuPercent: 50}\n" CLOSED,
         "migdeploy.yaml:10:20: error: autoscaler may go to 2, below the 3 seeds [C11]\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        const int size = snprintf(text, sizeof text, "%s  members:\n    image: a/b:1\n%s", HEAD,
                                  rows[i].members);
        assert_in_range(size, 1, sizeof text - 1);
        assert_checked(spec_of(text), rows[i].told);
    }
}

static void a_dev_spec_has_nothing_to_say(void **state)
{
    (void)state;
    assert_checked(spec_of(HEAD "  profile: dev\n  members: {image: a/b:latest}\n"), "");
    assert_checked(spec_file("render/dev.spec.yaml"), "");
}

static void what_was_set_by_a_call_has_no_place(void **state)
{
    (void)state;
    migd_spec *spec = spec_of(HEAD "  members:\n    image: a/b:1\n    memory: 8GB\n"
                                   "    resources: {cpu: 1, memory: 16Gi}\n" SECRETS CLOSED);
    assert_int_equal(migd_spec_set(spec, "spec.members.replicas", "6", NULL), MIGD_OK);
    assert_checked(spec, "StatefulSet/migratory/migratorydata: error: 6 members, but the list that "
                         "every member holds ends at 5 [C6]\n");
}

static void a_rule_is_accepted_for_a_spec_too(void **state)
{
    (void)state;
    migd_spec *spec = spec_file("check/init.yaml");
    migd_call_options *options = NULL;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_call_options_new(&options, NULL), MIGD_OK);
    assert_int_equal(migd_call_options_accept(options, "T16", NULL), MIGD_OK);
    assert_int_equal(migd_check_spec(spec, options, &findings, NULL), MIGD_OK);
    assert_string_equal(migd_findings_text(findings, 2),
                        "migdeploy.yaml:15:19: note: accepted: open to the whole internet on plain "
                        "port 80 [T16]");
    migd_findings_free(findings);
    assert_int_equal(migd_call_options_accept(options, "everything", NULL), MIGD_OK);
    assert_int_equal(migd_check_spec(spec, options, &findings, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "there is no rule \"everything\" to accept");
    migd_error_free(error);
    migd_call_options_free(options);
    migd_spec_free(spec);
}

static migd_status check_spec(void *user)
{
    const migd_spec *spec = user;
    migd_findings *findings = NULL;
    migd_error *error = NULL;
    const migd_status status = migd_check_spec(spec, NULL, &findings, &error);
    assert_int_equal(status >= 0, migd_findings_count(findings) > 0);
    migd_findings_free(findings);
    migd_error_free(error);
    return status;
}

static void checking_a_spec_survives_lack_of_memory(void **state)
{
    (void)state;
    static const char *const names[] = {"check/init.yaml", "check/broken.yaml"};
    for (size_t i = 0; i < 2; i++) {
        migd_spec *spec = spec_file(names[i]);
        assert_true(test_fail_allocations(check_spec, spec) > 50);
        migd_spec_free(spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spec_as_init_writes_it_has_one_warning),
        cmocka_unit_test(in_a_broken_spec_what_could_be_read_is_checked),
        cmocka_unit_test(places_are_lines_of_the_spec),
        cmocka_unit_test(a_dev_spec_has_nothing_to_say),
        cmocka_unit_test(what_was_set_by_a_call_has_no_place),
        cmocka_unit_test(a_rule_is_accepted_for_a_spec_too),
        cmocka_unit_test(checking_a_spec_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
