#include "test_support.h"

#include "deploy_refusal.h"

#include "manifest_findings.h"

static migd_findings *collected;

static void find(const char *rule, int32_t severity, const char *message, migdi_refusing refusing)
{
    migdi_findings_add(collected, &(migdi_finding){.rule = rule,
                                                   .severity = severity,
                                                   .message = message,
                                                   .hint = "a hint",
                                                   .object = "StatefulSet/n/m",
                                                   .pointer = "/spec/replicas",
                                                   .place = {"spec.yaml", 8, 15},
                                                   .refusing = refusing});
}

static migd_findings *take(void)
{
    migd_findings *findings = NULL;
    assert_int_equal(migdi_findings_take(collected, &findings, NULL), MIGD_OK);
    collected = NULL;
    return findings;
}

/* The tutorial's budget keeps 3: C7 speaks too, but it does not decide. */
static void the_rule_that_decides_leads_and_all_are_named_in_order(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    collected = migdi_findings_new();
    find("C7", MIGD_SEVERITY_ERROR, "3 must stay, but only 2 run", (migdi_refusing){.way_out = ""});
    find("C2", MIGD_SEVERITY_ERROR, "2 members; guaranteed delivery needs 3",
         (migdi_refusing){.way_out = "guaranteed delivery needs 3 members"});
    find("C5", MIGD_SEVERITY_ERROR, "2 members for 3 seeds: margin 0 from the start",
         (migdi_refusing){"2 members for 3 seeds: seeds up 2 of 3", "smaller nodes:", NULL});
    find("T14", MIGD_SEVERITY_WARNING, "spread is only a wish", (migdi_refusing){0});
    migd_findings *findings = take();
    const migdi_refusal refusal = migdi_refusal_make(findings, &arena);
    assert_string_equal(refusal.message, "2 members for 3 seeds: seeds up 2 of 3 [C2 C5 C7]");
    assert_string_equal(refusal.next, "migdeploy rules C5");
    assert_string_equal(refusal.place.file, "spec.yaml");
    assert_int_equal(refusal.place.line, 8);
    assert_int_equal(refusal.count, 3);
    assert_string_equal(refusal.details[0].reason, "C5");
    assert_string_equal(refusal.details[0].field, "/spec/replicas");
    assert_string_equal(refusal.details[0].subject, "StatefulSet/n/m");
    assert_string_equal(refusal.details[0].message, "smaller nodes"); /* it is not the last */
    assert_string_equal(refusal.details[1].message, "guaranteed delivery needs 3 members");
    assert_string_equal(refusal.details[2].reason, "C7");
    assert_null(refusal.details[2].message);
    migd_findings_free(findings);
    migdi_arena_free(&arena);
}

static void one_finding_speaks_for_itself(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    collected = migdi_findings_new();
    find("C6", MIGD_SEVERITY_ERROR, "6 members",
         (migdi_refusing){NULL, "a longer list:", "migdeploy rules C17"});
    migd_findings *findings = take();
    const migdi_refusal refusal = migdi_refusal_make(findings, &arena);
    assert_string_equal(refusal.message, "6 members [C6]");
    assert_string_equal(refusal.next, "migdeploy rules C17");
    assert_int_equal(refusal.count, 1);
    assert_string_equal(refusal.details[0].message, "a longer list:");
    migd_findings_free(findings);
    migdi_arena_free(&arena);
}

static void without_words_of_its_own_a_finding_gives_its_hint(void **state)
{
    (void)state;
    migdi_arena arena = {0};
    collected = migdi_findings_new();
    find("spec", MIGD_SEVERITY_ERROR, "no key \"replicsa\"", (migdi_refusing){0});
    find("T12", MIGD_SEVERITY_ERROR, "the autoscaler wants 3", (migdi_refusing){0});
    migd_findings *findings = take();
    const migdi_refusal refusal = migdi_refusal_make(findings, &arena);
    assert_string_equal(refusal.message, "no key \"replicsa\" [spec T12]");
    assert_string_equal(refusal.details[0].message, "a hint");
    migd_findings_free(findings);
    migdi_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_that_decides_leads_and_all_are_named_in_order),
        cmocka_unit_test(one_finding_speaks_for_itself),
        cmocka_unit_test(without_words_of_its_own_a_finding_gives_its_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
