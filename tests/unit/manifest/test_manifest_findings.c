#include "test_support.h"

#include "manifest_findings.h"

#include <string.h>

static const migdi_finding placed = {
    .rule = "C10",
    .severity = MIGD_SEVERITY_WARNING,
    .message = "two may leave",
    .hint = "Keep more",
    .object = "PodDisruptionBudget/n/b",
    .pointer = "/spec/minAvailable",
    .place = {"b.yaml", 40, 17},
    .related = {{"StatefulSet/n/s", "/spec/replicas", {"b.yaml", 57, 13}},
                {"Service/n/s", "", {NULL, 0, 0}}},
};

static migd_findings *taken(const migdi_finding *list, size_t count)
{
    migd_findings *collected = migdi_findings_new();
    for (size_t i = 0; i < count; i++) {
        migdi_findings_add(collected, &list[i]);
    }
    migd_findings *findings = NULL;
    assert_int_equal(migdi_findings_take(collected, &findings, NULL), MIGD_OK);
    return findings;
}

static void assert_written(const migd_findings *findings, int32_t format, const char *expected)
{
    migd_buf *text = NULL;
    assert_int_equal(migd_findings_write(findings, format, &text, NULL), MIGD_OK);
    assert_string_equal(migd_buf_data(text), expected);
    migd_buf_free(text);
}

static void findings_are_sorted_by_file_line_column_rule(void **state)
{
    (void)state;
    const migdi_finding list[] = {
        {.rule = "T1", .message = "i", .object = "Pod/b", .severity = MIGD_SEVERITY_NOTE},
        {.rule = "T1", .message = "h", .object = "Pod/a", .severity = MIGD_SEVERITY_NOTE},
        {.rule = "spec", .message = "g", .place = {"b", 2, 9}, .severity = MIGD_SEVERITY_ERROR},
        {.rule = "T2", .message = "f", .place = {"b", 2, 9}, .severity = MIGD_SEVERITY_NOTE},
        {.rule = "C10", .message = "d", .place = {"b", 2, 9}, .severity = MIGD_SEVERITY_NOTE},
        {.rule = "C10", .message = "e", .place = {"b", 2, 9}, .severity = MIGD_SEVERITY_NOTE},
        {.rule = "C9", .message = "c", .place = {"b", 2, 9}, .severity = MIGD_SEVERITY_NOTE},
        {.rule = "T9", .message = "b", .place = {"b", 2, 1}, .severity = MIGD_SEVERITY_NOTE},
        {.rule = "T9", .message = "a", .place = {"a", 7, 1}, .severity = MIGD_SEVERITY_WARNING},
    };
    migd_findings *findings = taken(list, sizeof list / sizeof *list);
    assert_written(findings, MIGD_FINDINGS_BRIEF,
                   "a:7:1: warning: a [T9]\n"
                   "b:2:1: note: b [T9]\n"
                   "b:2:9: note: c [C9]\n"
                   "b:2:9: note: d [C10]\n"
                   "b:2:9: note: e [C10]\n"
                   "b:2:9: note: f [T2]\n"
                   "b:2:9: error: g [spec]\n"
                   "Pod/a: note: h [T1]\n"
                   "Pod/b: note: i [T1]\n");
    assert_int_equal(migd_findings_count(findings), 9);
    assert_int_equal(migd_findings_errors(findings), 1);
    migd_findings_free(findings);
}

static void text_has_hints_and_where_else_to_look(void **state)
{
    (void)state;
    migd_findings *findings = taken(&placed, 1);
    assert_string_equal(migd_findings_text(findings, 0),
                        "b.yaml:40:17: warning: two may leave [C10]");
    assert_null(migd_findings_text(findings, 1));
    assert_written(findings, MIGD_FINDINGS_TEXT,
                   "b.yaml:40:17: warning: two may leave [C10]\n"
                   "    Keep more\n"
                   "    see b.yaml:57:13 StatefulSet/n/s /spec/replicas\n"
                   "    see Service/n/s\n");
    assert_written(findings, MIGD_FINDINGS_BRIEF, "b.yaml:40:17: warning: two may leave [C10]\n");
    migd_findings_free(findings);
}

static void a_pointer_that_makes_a_line_too_wide_is_left_out(void **state)
{
    (void)state;
    migdi_finding finding = placed;
    finding.hint = NULL;
    finding.related[1] = (migdi_at){0};
    finding.related[0].object =
        "StatefulSet/a-namespace-of-thirty-characters/a-name-of-thirty-characters-too";
    migd_findings *findings = taken(&finding, 1);
    assert_written(
        findings, MIGD_FINDINGS_TEXT,
        "b.yaml:40:17: warning: two may leave [C10]\n"
        "    see b.yaml:57:13 "
        "StatefulSet/a-namespace-of-thirty-characters/a-name-of-thirty-characters-too\n");
    migd_findings_free(findings);
}

static void documents_have_every_key_in_order(void **state)
{
    (void)state;
    migd_findings *findings = taken(&placed, 1);
    assert_written(
        findings, MIGD_FINDINGS_JSON,
        "{\"findings\":[{\"rule\":\"C10\",\"severity\":\"warning\",\"message\":\"two may leave\","
        "\"hint\":\"Keep more\",\"object\":\"PodDisruptionBudget/n/b\","
        "\"pointer\":\"/spec/minAvailable\",\"file\":\"b.yaml\",\"line\":40,\"column\":17,"
        "\"related\":[{\"object\":\"StatefulSet/n/s\",\"pointer\":\"/spec/replicas\","
        "\"file\":\"b.yaml\",\"line\":57,\"column\":13},{\"object\":\"Service/n/s\","
        "\"pointer\":\"\",\"file\":null,\"line\":0,\"column\":0}]}],"
        "\"summary\":{\"errors\":0,\"warnings\":1,\"notes\":0}}");
    assert_string_equal(migd_object_text(migd_findings_item(findings, 0), "/rule", ""), "C10");
    assert_null(migd_findings_item(findings, 1));
    migd_findings_free(findings);

    const migdi_finding bare = {.rule = "spec", .severity = MIGD_SEVERITY_ERROR, .message = "m"};
    findings = taken(&bare, 1);
    assert_written(
        findings, MIGD_FINDINGS_JSON,
        "{\"findings\":[{\"rule\":\"spec\",\"severity\":\"error\",\"message\":\"m\","
        "\"hint\":null,"
        "\"object\":null,\"pointer\":null,\"file\":null,\"line\":0,\"column\":0,\"related\":[]}],"
        "\"summary\":{\"errors\":1,\"warnings\":0,\"notes\":0}}");
    assert_written(findings, MIGD_FINDINGS_BRIEF, "error: m [spec]\n");
    migd_findings_free(findings);
}

static void no_findings_are_written_as_none(void **state)
{
    (void)state;
    migd_findings *findings = taken(NULL, 0);
    assert_written(findings, MIGD_FINDINGS_TEXT, "");
    assert_written(findings, MIGD_FINDINGS_JSON,
                   "{\"findings\":[],\"summary\":{\"errors\":0,\"warnings\":0,\"notes\":0}}");
    assert_int_equal(migd_findings_errors(findings), 0);
    migd_findings_free(findings);
    assert_int_equal(migd_findings_count(NULL), 0);
    assert_int_equal(migd_findings_errors(NULL), 0);
    assert_null(migd_findings_text(NULL, 0));
    assert_null(migd_findings_item(NULL, 0));
    migd_findings_free(NULL);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    migd_findings *findings = taken(&placed, 1);
    migd_buf *text = NULL;
    migd_error *error = NULL;
    assert_int_equal(migd_findings_write(NULL, MIGD_FINDINGS_TEXT, &text, &error),
                     MIGD_ERR_INVALID);
    assert_null(text);
    assert_string_equal(migd_error_message(error), "there are no findings to write");
    migd_error_free(error);
    assert_int_equal(migd_findings_write(findings, 4, &text, &error), MIGD_ERR_INVALID);
    assert_string_equal(migd_error_message(error), "4 is no format of findings");
    migd_error_free(error);
    assert_int_equal(migd_findings_write(findings, -1, &text, NULL), MIGD_ERR_INVALID);
    assert_int_equal(migd_findings_write(findings, MIGD_FINDINGS_TEXT, NULL, NULL),
                     MIGD_ERR_INVALID);
    migd_findings_free(findings);
}

static void a_name_cannot_steer_a_terminal(void **state)
{
    (void)state;
    migdi_finding finding = placed;
    finding.message = "\"\x1b[31m\xff\" is no name\n";
    finding.related[0].object = NULL;
    finding.related[1].object = NULL;
    migd_findings *findings = taken(&finding, 1);
    assert_string_equal(migd_findings_text(findings, 0),
                        "b.yaml:40:17: warning: \"\\x1b[31m\\xff\" is no name\\n [C10]");
    migd_findings_free(findings);
}

static migd_status collect_and_write(void *user)
{
    (void)user;
    migd_error *error = NULL;
    migd_findings *findings = NULL;
    migd_findings *collected = migdi_findings_new();
    for (size_t i = 0; i < 20; i++) {
        migdi_findings_add(collected, &placed);
    }
    migd_status status = migdi_findings_take(collected, &findings, &error);
    for (int32_t format = MIGD_FINDINGS_TEXT; format <= MIGD_FINDINGS_SARIF && status >= 0;
         format++) {
        migd_buf *text = NULL;
        status = migd_findings_write(findings, format, &text, &error);
        assert_int_equal(status >= 0, migd_buf_size(text) > 0);
        assert_string_equal(migd_object_text(migd_findings_item(findings, 19), "/rule", ""), "C10");
        migd_buf_free(text);
    }
    migd_findings_free(findings);
    migd_error_free(error);
    return status;
}

static void collecting_and_writing_survive_lack_of_memory(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(collect_and_write, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_sorted_by_file_line_column_rule),
        cmocka_unit_test(text_has_hints_and_where_else_to_look),
        cmocka_unit_test(a_pointer_that_makes_a_line_too_wide_is_left_out),
        cmocka_unit_test(documents_have_every_key_in_order),
        cmocka_unit_test(no_findings_are_written_as_none),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(a_name_cannot_steer_a_terminal),
        cmocka_unit_test(collecting_and_writing_survive_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
