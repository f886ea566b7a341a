#include "test_support.h"

#include "manifest_sarif.h"

#include "codec_object.h"

#include <string.h>

/* What the OASIS schema of SARIF 2.1.0 asks of the parts that are written here: required
 * properties, their types, and that no object has a property that the schema does not know
 * (additionalProperties is false in all). */

typedef struct property {
    const char *name;
    int32_t kind;
    bool required;
} property;

static void assert_object(const migd_object *value, const property *known, size_t count)
{
    assert_int_equal(migd_object_kind(value), MIGD_KIND_MAP);
    for (size_t i = 0; i < migd_object_count(value); i++) {
        bool found = false;
        for (size_t j = 0; j < count; j++) {
            if (strcmp(migd_object_key(value, i), known[j].name) == 0) {
                assert_int_equal(migd_object_kind(migd_object_item(value, i)), known[j].kind);
                found = true;
            }
        }
        if (!found) {
            print_error("%s\n", migd_object_key(value, i));
        }
        assert_true(found);
    }
    for (size_t j = 0; j < count; j++) {
        assert_true(!known[j].required || migdi_object_member(value, known[j].name) != NULL);
    }
}

#define ASSERT_OBJECT(value, known) assert_object(value, known, sizeof(known) / sizeof *(known))

static void assert_message(const migd_object *message)
{
    static const property known[] = {{"text", MIGD_KIND_STRING, true}};
    ASSERT_OBJECT(message, known);
    assert_true(strlen(migd_object_text(message, "/text", "")) > 0);
}

static bool is_level(const char *level)
{
    return strcmp(level, "none") == 0 || strcmp(level, "note") == 0 ||
           strcmp(level, "warning") == 0 || strcmp(level, "error") == 0;
}

static void assert_location(const migd_object *location)
{
    static const property known[] = {{"id", MIGD_KIND_INTEGER, false},
                                     {"physicalLocation", MIGD_KIND_MAP, false},
                                     {"logicalLocations", MIGD_KIND_ARRAY, false},
                                     {"message", MIGD_KIND_MAP, false}};
    static const property physical[] = {{"artifactLocation", MIGD_KIND_MAP, false},
                                        {"region", MIGD_KIND_MAP, false}};
    static const property artifact[] = {{"uri", MIGD_KIND_STRING, false}};
    static const property region[] = {{"startLine", MIGD_KIND_INTEGER, false},
                                      {"startColumn", MIGD_KIND_INTEGER, false}};
    static const property logical[] = {{"fullyQualifiedName", MIGD_KIND_STRING, false},
                                       {"kind", MIGD_KIND_STRING, false}};
    ASSERT_OBJECT(location, known);
    const migd_object *file = migd_object_at(location, "/physicalLocation");
    if (file != NULL) {
        ASSERT_OBJECT(file, physical);
        ASSERT_OBJECT(migd_object_at(file, "/artifactLocation"), artifact);
    }
    if (migd_object_at(file, "/region") != NULL) {
        ASSERT_OBJECT(migd_object_at(file, "/region"), region);
        assert_true(migd_object_int64(file, "/region/startLine", 0) >= 1);
        assert_true(migd_object_int64(file, "/region/startColumn", 0) >= 1);
    }
    const migd_object *names = migd_object_at(location, "/logicalLocations");
    for (size_t i = 0; i < migd_object_count(names); i++) {
        ASSERT_OBJECT(migd_object_item(names, i), logical);
    }
    if (migd_object_at(location, "/message") != NULL) {
        assert_message(migd_object_at(location, "/message"));
    }
}

static void assert_rule(const migd_object *rule)
{
    static const property known[] = {{"id", MIGD_KIND_STRING, true},
                                     {"shortDescription", MIGD_KIND_MAP, false},
                                     {"fullDescription", MIGD_KIND_MAP, false},
                                     {"help", MIGD_KIND_MAP, false},
                                     {"defaultConfiguration", MIGD_KIND_MAP, false}};
    static const property configuration[] = {{"level", MIGD_KIND_STRING, false}};
    ASSERT_OBJECT(rule, known);
    ASSERT_OBJECT(migd_object_at(rule, "/defaultConfiguration"), configuration);
    assert_true(is_level(migd_object_text(rule, "/defaultConfiguration/level", "")));
    assert_message(migd_object_at(rule, "/shortDescription"));
}

static void assert_result(const migd_object *result, const migd_object *rules)
{
    static const property known[] = {
        {"ruleId", MIGD_KIND_STRING, false},   {"ruleIndex", MIGD_KIND_INTEGER, false},
        {"level", MIGD_KIND_STRING, false},    {"message", MIGD_KIND_MAP, true},
        {"locations", MIGD_KIND_ARRAY, false}, {"relatedLocations", MIGD_KIND_ARRAY, false}};
    ASSERT_OBJECT(result, known);
    assert_message(migd_object_at(result, "/message"));
    assert_true(is_level(migd_object_text(result, "/level", "")));
    const int64_t index = migd_object_int64(result, "/ruleIndex", -1);
    assert_in_range(index, 0, migd_object_count(rules) - 1);
    const migd_object *rule = migd_object_item(rules, (size_t)index);
    assert_string_equal(migd_object_text(rule, "/id", ""),
                        migd_object_text(result, "/ruleId", "?"));
    static const char *const lists[] = {"/locations", "/relatedLocations"};
    for (size_t i = 0; i < 2; i++) {
        const migd_object *list = migd_object_at(result, lists[i]);
        for (size_t j = 0; j < migd_object_count(list); j++) {
            assert_location(migd_object_item(list, j));
        }
    }
}

static void assert_sarif(const migd_object *log)
{
    static const property known[] = {{"$schema", MIGD_KIND_STRING, false},
                                     {"version", MIGD_KIND_STRING, true},
                                     {"runs", MIGD_KIND_ARRAY, true}};
    static const property run[] = {{"tool", MIGD_KIND_MAP, true},
                                   {"results", MIGD_KIND_ARRAY, false},
                                   {"columnKind", MIGD_KIND_STRING, false}};
    static const property driver[] = {{"name", MIGD_KIND_STRING, true},
                                      {"version", MIGD_KIND_STRING, false},
                                      {"rules", MIGD_KIND_ARRAY, false}};
    ASSERT_OBJECT(log, known);
    assert_string_equal(migd_object_text(log, "/version", ""), "2.1.0");
    ASSERT_OBJECT(migd_object_at(log, "/runs/0"), run);
    ASSERT_OBJECT(migd_object_at(log, "/runs/0/tool/driver"), driver);
    assert_string_equal(migd_object_text(log, "/runs/0/columnKind", ""), "unicodeCodePoints");
    const migd_object *rules = migd_object_at(log, "/runs/0/tool/driver/rules");
    for (size_t i = 0; i < migd_object_count(rules); i++) {
        assert_rule(migd_object_item(rules, i));
    }
    const migd_object *results = migd_object_at(log, "/runs/0/results");
    for (size_t i = 0; i < migd_object_count(results); i++) {
        assert_result(migd_object_item(results, i), rules);
    }
}

static migd_object *sarif_of(const migdi_finding *list, size_t count)
{
    migd_findings *collected = migdi_findings_new();
    for (size_t i = 0; i < count; i++) {
        migdi_findings_add(collected, &list[i]);
    }
    migd_findings *findings = NULL;
    migd_buf *text = NULL;
    migd_object *log = NULL;
    assert_int_equal(migdi_findings_take(collected, &findings, NULL), MIGD_OK);
    assert_int_equal(migd_findings_write(findings, MIGD_FINDINGS_SARIF, &text, NULL), MIGD_OK);
    assert_int_equal(migd_object_parse(migd_buf_data(text), migd_buf_size(text), NULL, &log, NULL),
                     MIGD_OK);
    migd_buf_free(text);
    migd_findings_free(findings);
    return log;
}

static void findings_become_results_that_the_schema_knows(void **state)
{
    (void)state;
    const migdi_finding list[] = {
        {.rule = "C9",
         .severity = MIGD_SEVERITY_NOTE,
         .message = "accepted: no member can leave",
         .hint = "By hand",
         .object = "PodDisruptionBudget/n/b",
         .pointer = "/spec/minAvailable",
         .place = {"a b/c.yaml", 40, 17},
         .related = {{"StatefulSet/n/s", "/spec/replicas", {"a b/c.yaml", 57, 13}}}},
        {.rule = "C9",
         .severity = MIGD_SEVERITY_WARNING,
         .message = "m",
         .place = {"a b/c.yaml", 41, 1}},
        {.rule = "spec",
         .severity = MIGD_SEVERITY_ERROR,
         .message = "no key",
         .place = {"/x/\xc3\xa4%.yaml", 1, 1}},
        {.rule = "T29",
         .severity = MIGD_SEVERITY_NOTE,
         .message = "nowhere",
         .object = "StatefulSet/n/s"},
        {.rule = "T29", .severity = MIGD_SEVERITY_NOTE, .message = "not even that"},
    };
    migd_object *log = sarif_of(list, sizeof list / sizeof *list);
    assert_sarif(log);
    assert_int_equal(migd_object_count(migd_object_at(log, "/runs/0/tool/driver/rules")), 3);
    const migd_object *results = migd_object_at(log, "/runs/0/results");
    assert_int_equal(migd_object_count(results), 5);
    const char *const uri = "/locations/0/physicalLocation/artifactLocation/uri";
    assert_string_equal(migd_object_text(migd_object_item(results, 0), uri, ""),
                        "file:///x/%C3%A4%25.yaml");
    const migd_object *c9 = migd_object_item(results, 1);
    assert_string_equal(migd_object_text(c9, uri, ""), "a%20b/c.yaml");
    assert_string_equal(migd_object_text(c9, "/message/text", ""),
                        "accepted: no member can leave. By hand");
    assert_string_equal(migd_object_text(c9, "/level", ""), "note");
    assert_int_equal(migd_object_int64(c9, "/locations/0/physicalLocation/region/startLine", 0),
                     40);
    assert_int_equal(migd_object_int64(c9, "/locations/0/physicalLocation/region/startColumn", 0),
                     17);
    assert_string_equal(
        migd_object_text(c9, "/locations/0/logicalLocations/0/fullyQualifiedName", ""),
        "PodDisruptionBudget/n/b /spec/minAvailable");
    assert_int_equal(migd_object_int64(c9, "/relatedLocations/0/id", 0), 1);
    assert_null(migd_object_at(migd_object_item(results, 3), "/locations/0/physicalLocation"));
    assert_int_equal(migd_object_int64(migd_object_item(results, 1), "/ruleIndex", -1),
                     migd_object_int64(migd_object_item(results, 2), "/ruleIndex", -2));
    migd_object_free(log);
}

static void no_findings_are_a_run_without_results(void **state)
{
    (void)state;
    migd_object *log = sarif_of(NULL, 0);
    assert_sarif(log);
    assert_int_equal(migd_object_kind(migd_object_at(log, "/runs/0/results")), MIGD_KIND_ARRAY);
    assert_int_equal(migd_object_count(migd_object_at(log, "/runs/0/results")), 0);
    migd_object_free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_become_results_that_the_schema_knows),
        cmocka_unit_test(no_findings_are_a_run_without_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
