#include "test_support.h"

#include "manifest_specs.h"

/* Lines and columns are counted from the text by hand; the body begins in line 4. */
typedef struct faulty {
    const char *body;
    const char *findings;
} faulty;

static void assert_faults(const faulty *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        migd_spec *spec = spec_of(cases[i].body);
        assert_findings(spec, false, cases[i].findings);
        migd_spec_free(spec);
    }
}

#define IMAGE "    image: a:1\n"

static void what_is_mistyped_is_quoted_with_its_place_and_the_nearest_key(void **state)
{
    (void)state;
    static const faulty cases[] = {
        {"  members:\n    replicsa: 3\n" IMAGE,
         "5:5: no key \"replicsa\" in spec.members; did you mean \"replicas\"?\n"},
        {"  memebrs: {}\n  members: {image: a}\n",
         "4:3: no key \"memebrs\" in spec; did you mean \"members\"?\n"},
        {"  members: {image: a, xyz: 1, probes: {startup: {budget: 3}}}\n",
         "4:23: no key \"xyz\" in spec.members\n"
         "4:50: no key \"budget\" in spec.members.probes.startup\n"},
        {"  members: {image: a}\nsepc: {}\n",
         "5:1: no key \"sepc\" in the file; did you mean \"spec\"?\n"},
        {"  members: {image: a}\n  aws: {cluster: a, region: b, nodes: {minn: 1}}\n",
         "5:40: no key \"minn\" in spec.aws.nodes; did you mean \"min\"?\n"},
        {"  members: {image: a, \"\\e[2J\": 1}\n", "4:23: no key \"\\x1b[2J\" in spec.members\n"},
    };
    assert_faults(cases, sizeof cases / sizeof cases[0]);
}

static void a_key_that_stands_twice_is_a_finding_in_every_map(void **state)
{
    (void)state;
    static const faulty cases[] = {
        {"  members:\n" IMAGE "    image: b:2\n    image: c:3\n",
         "6:5: \"image\" stands here a second time, first in line 5\n"
         "7:5: \"image\" stands here a second time, first in line 6\n"},
        {"  members:\n" IMAGE "    parameters: {A: 1, B: 2,\n      A: 3}\n",
         "7:7: \"A\" stands here a second time, first in line 6\n"},
        {"  members:\n" IMAGE "    template:\n      spec:\n        hostNetwork: true\n"
         "        hostNetwork: false\n",
         "9:9: \"hostNetwork\" stands here a second time, first in line 8\n"},
        {"  members:\n" IMAGE "    tolerations: [{key: a, key: b}]\n",
         "6:28: \"key\" stands here a second time, first in line 6\n"},
        {"  members:\n" IMAGE "  members: {}\n",
         "6:3: \"members\" stands here a second time, first in line 4\n"
         "6:3: \"image\" is missing in spec.members\n"},
    };
    assert_faults(cases, sizeof cases / sizeof cases[0]);
}

static void json_is_read_by_the_same_rules(void **state)
{
    (void)state;
    migd_spec *spec = spec_of_text(
        "{\"apiVersion\": \"migdeploy.dev/v1alpha1\",\n \"kind\": \"MigratoryDataCluster\",\n"
        " \"spec\": {\"members\": {\"image\": \"a\", \"image\": \"b\",\n"
        "   \"seeds\": \"three\"}}}");
    assert_findings(spec, false,
                    "3:37: \"image\" stands here a second time, first in line 3\n"
                    "4:13: seeds wants a whole number, not the text \"three\"\n");
    migd_spec_free(spec);
}

static void every_fault_is_told_at_once_in_the_order_of_lines(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  service:\n    type: Loadbalancer\n"
                              "  members:\n    seeds: three\n    replicsa: 3\n");
    assert_findings(spec, false,
                    "5:11: type cannot be \"Loadbalancer\"\n"
                    "6:3: \"image\" is missing in spec.members\n"
                    "7:12: seeds wants a whole number, not the text \"three\"\n"
                    "8:5: no key \"replicsa\" in spec.members; did you mean \"replicas\"?\n");
    const migdi_finding *finding = migdi_spec_finding(spec, 3);
    assert_string_equal(finding->pointer, "/spec/members/replicsa");
    assert_string_equal(finding->object, "MigratoryDataCluster/migratory/migratorydata");
    assert_null(migdi_spec_finding(spec, 4));
    migd_spec_free(spec);
}

static void what_must_be_there_is_missed_at_the_block_that_lacks_it(void **state)
{
    (void)state;
    static const faulty cases[] = {
        {"  profile: production\n", "3:1: \"image\" is missing in spec.members\n"},
        {"  members:\n    replicas: 3\n", "4:3: \"image\" is missing in spec.members\n"},
        {"  members:\n    image: ~\n", "5:5: \"image\" is missing in spec.members\n"},
        {"  members: {image: a}\n  aws:\n    cluster: c\n",
         "5:3: \"region\" is missing in spec.aws\n"},
        {"  members:\n" IMAGE "    secretParameters:\n      LicenseKey: {secret: s}\n",
         "7:7: \"key\" is missing in spec.members.secretParameters.LicenseKey\n"},
        {"  profile: dev\n", ""},
        {"  profile: tutorial\n", ""},
    };
    assert_faults(cases, sizeof cases / sizeof cases[0]);
    migd_spec *spec = spec_of_text("kind: MigratoryDataCluster\nspec: {members: {image: a}}\n");
    assert_findings(spec, true,
                    "1:1: \"apiVersion\" is missing in the file\n    The version of these keys\n");
    migd_spec_free(spec);
}

static void a_list_or_map_in_the_wrong_place_is_a_finding(void **state)
{
    (void)state;
    static const faulty cases[] = {
        {"  members: []\n", "4:12: members wants a map, not a list\n"},
        {"  members: {image: [a]}\n", "4:20: image wants an image without blanks, not a list\n"},
        {"  members: {image: a}\n  service: x\n",
         "5:12: service wants a map, not the text \"x\"\n"},
        {"  members: {image: a, tolerations: {a: 1}}\n",
         "4:36: tolerations wants a list, not a map\n"},
        {"  members: {image: a, tolerations: [a, ~, {key: b}]}\n",
         "4:37: tolerations[0] wants a map, not the text \"a\"\n"
         "4:40: tolerations[1] wants a map, not nothing\n"},
        {"  members: {image: a, parameters: {X: ~, Z: {}}}\n",
         "4:39: X wants a text, a number or a boolean, not nothing\n"
         "4:45: Z wants a text, a number or a boolean, not a map\n"},
        {"  members: {image: a}\n  autoscale: true\n", "5:14: autoscale wants a map, not true\n"},
    };
    assert_faults(cases, sizeof cases / sizeof cases[0]);
    migd_spec *spec =
        spec_of_text("apiVersion: migdeploy.dev/v1alpha1\nkind: MigratoryDataCluster\nspec: 5\n");
    assert_findings(spec, false, "3:7: spec wants a map, not the number 5\n");
    migd_spec_free(spec);
}

static void an_item_that_is_wrong_leaves_the_others(void **state)
{
    (void)state;
    migd_spec *spec = spec_of("  members: {image: a}\n"
                              "  service: {sourceRanges: [10.0.0.0/8, x, 5, 11.0.0.0/8]}\n");
    assert_findings(spec, true,
                    "5:40: sourceRanges[1] cannot be \"x\"\n"
                    "    It wants an address range such as 10.0.0.0/8\n"
                    "5:43: sourceRanges[2] cannot be the number 5\n"
                    "    It wants an address range such as 10.0.0.0/8\n");
    assert_string_equal(migdi_spec_finding(spec, 1)->pointer, "/spec/service/sourceRanges/2");
    assert_yaml(migd_spec_object(spec), "/spec/service/sourceRanges", "[10.0.0.0/8, 11.0.0.0/8]");
    migd_spec_free(spec);
}

static void keys_that_are_ours_may_not_be_set_freely(void **state)
{
    (void)state;
    static const faulty cases[] = {
        {"  members: {image: a, parameters: {Memory: 1GB, X.Y: 1}}\n",
         "4:36: \"Memory\" is set by migdeploy, not in parameters\n"},
        {"  members: {image: a, secretParameters: {ClusterMembers: {secret: s, key: k}}}\n",
         "4:42: \"ClusterMembers\" is set by migdeploy, not in secretParameters\n"},
        {"  members: {image: a, parameters: {\"a b\": 1, \"9\": 1, \"\": 1}}\n",
         "4:36: parameters wants names of A-Z, a-z, 0-9, -_., not \"a b\"\n"
         "4:46: parameters wants names of A-Z, a-z, 0-9, -_., not \"9\"\n"
         "4:54: parameters wants names of A-Z, a-z, 0-9, -_., not \"\"\n"},
        {"  members: {image: a}\nmetadata: {labels: {app: x, a/b/c: y}}\n",
         "5:21: \"app\" is set by migdeploy, not in labels\n"
         "5:29: labels wants names such as example.com/app, not \"a/b/c\"\n"},
    };
    assert_faults(cases, sizeof cases / sizeof cases[0]);
}

/* A file made to hurt: what is told has an end, and comes at once. */
static void faults_without_number_are_told_up_to_a_hundred(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add_string(&text, SPEC_HEAD "  members:\n    image: a\n");
    for (int i = 0; i < 100000; i++) {
        migdi_text_format(&text, "    k%d: 1\n", i);
    }
    migd_spec *spec = spec_of_text(text.bytes);
    assert_int_equal(migdi_spec_finding_count(spec), MIGDI_SPEC_FINDINGS);
    assert_string_equal(migdi_spec_finding(spec, 98)->message, "no key \"k98\" in spec.members");
    assert_string_equal(migdi_spec_finding(spec, 99)->message,
                        "more may be wrong; it is looked for once these are mended");
    migd_spec_free(spec);
    migdi_text_free(&text);
}

static void lists_and_free_keys_have_a_ceiling(void **state)
{
    (void)state;
    migdi_text text = {0};
    migdi_text_add_string(&text, SPEC_HEAD "  members:\n    image: a\n    parameters:\n");
    for (int i = 0; i < 1001; i++) {
        migdi_text_format(&text, "      k%d: 1\n", i);
    }
    migdi_text_add_string(&text, "  service:\n    sourceRanges: [10.0.0.0/8");
    for (int i = 0; i < 1000; i++) {
        migdi_text_add_string(&text, ",10.0.0.0/8");
    }
    migdi_text_add_string(&text, "]\n");
    migd_spec *spec = spec_of_text(text.bytes);
    assert_findings(spec, false,
                    "6:5: parameters has more than 1000 items\n"
                    "1009:5: sourceRanges has more than 1000 items\n");
    migd_spec_free(spec);
    migdi_text_free(&text);
}

static migd_status read_faulty(void *user)
{
    migd_spec *spec = NULL;
    migd_error *error = NULL;
    const char *text = user;
    const migd_status status = migd_spec_parse(text, strlen(text), NULL, &spec, &error);
    if (status >= 0) {
        assert_int_equal(migdi_spec_finding_count(spec), 9);
        assert_int_equal(migd_object_count(
                             migd_object_at(migd_spec_object(spec), "/spec/members/tolerations/0")),
                         18);
    }
    migd_spec_free(spec);
    migd_error_free(error);
    return status;
}

static void lack_of_memory_loses_no_finding(void **state)
{
    (void)state;
    static char text[] =
        SPEC_HEAD "  profile: dev\n  members:\n    image: a\n    image: b\n    replicsa: 1\n"
                  "    tolerations: [{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1,\n"
                  "      k: 1, l: 1, m: 1, o: 1, p: 1, q: 1, r: 1, s: 1}]\n"
                  "    seeds: three\n    parameters: {Memory: 1, a: [], \"b c\": 1}\n"
                  "    secretParameters: {A: {secret: s}}\n"
                  "    template: {spec: {containers: 1, a: {b: [1, {c: 2}]}}}\n"
                  "  service: {sourceRanges: [x, 10.0.0.0/8]}\n";
    assert_true(test_fail_allocations(read_faulty, text) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_mistyped_is_quoted_with_its_place_and_the_nearest_key),
        cmocka_unit_test(a_key_that_stands_twice_is_a_finding_in_every_map),
        cmocka_unit_test(json_is_read_by_the_same_rules),
        cmocka_unit_test(every_fault_is_told_at_once_in_the_order_of_lines),
        cmocka_unit_test(what_must_be_there_is_missed_at_the_block_that_lacks_it),
        cmocka_unit_test(a_list_or_map_in_the_wrong_place_is_a_finding),
        cmocka_unit_test(an_item_that_is_wrong_leaves_the_others),
        cmocka_unit_test(keys_that_are_ours_may_not_be_set_freely),
        cmocka_unit_test(faults_without_number_are_told_up_to_a_hundred),
        cmocka_unit_test(lists_and_free_keys_have_a_ceiling),
        cmocka_unit_test(lack_of_memory_loses_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
