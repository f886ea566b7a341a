/* The YAML Test Suite (402 cases): the events that the reader works on are the suite's, but for the
 * cases listed here, each with its reason. The suite follows YAML 1.2; libyaml and Kubernetes
 * speak 1.1. */
#include "test_support.h"

#include "codec_json.h"
#include "codec_yaml.h"
#include "core_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- where this reader differs ---------------------------------------------------------------- */

enum { TABS, NO_KEY, FLOW_KEY, FLOW_WORD, DIRECTIVE, BLOCK, STOP, ANCHOR, BLANKS, MARGIN, EMPTY };

static const char *const reasons[] = {
    [TABS] = ("libyaml takes no tab where indentation may stand"),
    [NO_KEY] =
        ("a key is left out, which libyaml does not read and Kubernetes would refuse as null"),
    [FLOW_KEY] = ("in YAML 1.1 a key in brackets and its colon stand in one line"),
    [FLOW_WORD] =
        ("in YAML 1.1 plain text in brackets neither begins with \":\" or \"?\" nor holds one"),
    [DIRECTIVE] = ("libyaml refuses a directive, or a version of YAML, that it does not know"),
    [BLOCK] = ("libyaml wants a block text at the root indented"),
    [STOP] = ("libyaml wants a document before \"...\", and \"---\" behind it"),
    [ANCHOR] = ("in YAML 1.1 an anchor is of letters, digits, \"-\" and \"_\""),
    [BLANKS] = ("libyaml does not count a last line that is blanks without a line end"),
    [MARGIN] =
        ("wrong by the letter, but read by all kin of libyaml, kubectl's reader too, and often "
         "written: what is in brackets or quotes goes on at the margin or behind a tab"),
    [EMPTY] = ("wrong by the letter, but an empty text for all kin of libyaml"),
};

static const struct {
    const char *id;
    int reason;
} misses[] = {
    {"2JQS", NO_KEY},       {"2LFX", DIRECTIVE},    {"2SXE", ANCHOR},      {"4ABK", FLOW_WORD},
    {"4MUZ-00", FLOW_KEY},  {"4MUZ-01", FLOW_KEY},  {"4MUZ-02", FLOW_KEY}, {"58MP", FLOW_WORD},
    {"5MUD", FLOW_KEY},     {"5T43", FLOW_WORD},    {"652Z", FLOW_WORD},   {"6BCT", TABS},
    {"6CA3", TABS},         {"6LVF", DIRECTIVE},    {"6M2F", NO_KEY},      {"7Z25", STOP},
    {"8XYN", ANCHOR},       {"96NN-00", TABS},      {"96NN-01", TABS},     {"9C9N", MARGIN},
    {"9SA2", FLOW_KEY},     {"A2M4", TABS},         {"BEC7", DIRECTIVE},   {"CFD4", NO_KEY},
    {"DBG4", FLOW_WORD},    {"DK3J", BLOCK},        {"DK95-00", TABS},     {"DK95-01", MARGIN},
    {"DK95-03", TABS},      {"DK95-04", TABS},      {"FP8R", BLOCK},       {"FRK4", NO_KEY},
    {"HM87-00", FLOW_WORD}, {"HM87-01", FLOW_WORD}, {"HWV9", STOP},        {"JEF9-02", BLANKS},
    {"K3WX", FLOW_KEY},     {"L24T-01", BLANKS},    {"M2N8-00", NO_KEY},   {"M7A3", STOP},
    {"MUS6-05", DIRECTIVE}, {"MUS6-06", DIRECTIVE}, {"NHX8", NO_KEY},      {"NJ66", FLOW_KEY},
    {"NKF9", NO_KEY},       {"Q5MG", TABS},         {"QB6E", MARGIN},      {"QT73", STOP},
    {"R4YG", TABS},         {"S3PD", NO_KEY},       {"S98Z", EMPTY},       {"SM9W-01", NO_KEY},
    {"UKK6-00", NO_KEY},    {"UT92", FLOW_KEY},     {"VJP3-01", FLOW_KEY}, {"W4TN", DIRECTIVE},
    {"W5VH", ANCHOR},       {"Y2GN", ANCHOR},       {"Y79Y-001", TABS},    {"Y79Y-003", MARGIN},
    {"Y79Y-010", TABS},
};

#define MISSES (sizeof misses / sizeof misses[0])

/* --- events as the suite writes them ---------------------------------------------------------- */

static void add_escaped(migdi_text *out, const char *text, size_t size)
{
    static const char letters[] = "\n\t\\\b\r";
    static const char names[] = "nt\\br";
    for (size_t i = 0; i < size; i++) {
        const char *letter = text[i] == '\0' ? NULL : strchr(letters, text[i]);
        if (letter == NULL) {
            migdi_text_add_char(out, text[i]);
        } else {
            migdi_text_format(out, "\\%c", names[letter - letters]);
        }
    }
}

static void add_properties(migdi_text *out, const migdi_yaml_event *event)
{
    if (event->anchor != NULL) {
        migdi_text_format(out, " &%s", event->anchor);
    }
    if (event->tag != NULL) {
        migdi_text_format(out, " <%s>", event->tag);
    }
}

static void add_event(migdi_text *out, const migdi_yaml_event *event)
{
    switch (event->kind) {
    case MIGDI_YAML_DOCUMENT_START:
        migdi_text_add_string(out, event->style == '-' ? "+DOC ---" : "+DOC");
        break;
    case MIGDI_YAML_DOCUMENT_END:
        migdi_text_add_string(out, event->style == '.' ? "-DOC ..." : "-DOC");
        break;
    case MIGDI_YAML_ALIAS:
        migdi_text_format(out, "=ALI *%s", event->text);
        break;
    case MIGDI_YAML_SCALAR:
        migdi_text_add_string(out, "=VAL");
        add_properties(out, event);
        migdi_text_format(out, " %c", event->style);
        add_escaped(out, event->text, event->size);
        break;
    case MIGDI_YAML_SEQUENCE_START:
        migdi_text_add_string(out, event->style == '[' ? "+SEQ []" : "+SEQ");
        add_properties(out, event);
        break;
    case MIGDI_YAML_MAPPING_START:
        migdi_text_add_string(out, event->style == '[' ? "+MAP {}" : "+MAP");
        add_properties(out, event);
        break;
    case MIGDI_YAML_SEQUENCE_END:
        migdi_text_add_string(out, "-SEQ");
        break;
    case MIGDI_YAML_MAPPING_END:
        migdi_text_add_string(out, "-MAP");
        break;
    default:
        migdi_text_add_string(out, "-STR");
    }
    migdi_text_add_char(out, '\n');
}

static migd_status read_events(const char *text, size_t size, migdi_text *out)
{
    migdi_source *source = migdi_source_new(NULL, text, size);
    migdi_yaml_parser *parser = NULL;
    migdi_yaml_event event = {0};
    migd_error *error = NULL;
    migdi_text_add_string(out, "+STR\n");
    migd_status status = migdi_yaml_open(source, text, 0, size, NULL, &parser, &error);
    bool more = status == MIGD_OK;
    while (more) {
        status = migdi_yaml_next(parser, &event, &error);
        more = status == MIGD_OK && event.kind != MIGDI_YAML_END;
        if (status == MIGD_OK) {
            add_event(out, &event);
        }
    }
    if (status < 0) {
        assert_true(migd_error_line(error) >= 1 && migd_error_column(error) >= 1);
    }
    migdi_yaml_close(parser);
    migdi_source_release(source);
    migd_error_free(error);
    return status;
}

/* What is wrong with a case; NULL: nothing. */
static const char *compare_events(const char *id, bool wrong)
{
    char path[128];
    size_t size = 0;
    migdi_text events = {0};
    snprintf(path, sizeof path, "yaml/cases/%s.yaml", id);
    char *text = test_read_data(path, &size);
    snprintf(path, sizeof path, "yaml/cases/%s.event", id);
    char *expected = test_read_data(path, NULL);
    const migd_status status = read_events(text, size, &events);
    const bool same = strcmp(migdi_text_string(&events), expected) == 0;
    migdi_text_free(&events);
    free(expected);
    free(text);
    if (wrong) {
        return status == MIGD_ERR_PARSE ? NULL : "is read though it is wrong";
    }
    return status < 0 ? "is refused" : same ? NULL : "gives other events";
}

static const char *reason_of(const char *id)
{
    for (size_t i = 0; i < MISSES; i++) {
        if (strcmp(misses[i].id, id) == 0) {
            return reasons[misses[i].reason];
        }
    }
    return NULL;
}

/* Calls `check` with the id of each case, and whether it is wrong YAML and has a value as JSON. */
static size_t each_case(void (*check)(const char *id, bool wrong, bool has_json))
{
    char *index = test_read_data("yaml/index.tsv", NULL);
    size_t cases = 0;
    for (char *line = strchr(index, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        char id[32];
        int wrong = 0;
        int has_json = 0;
        assert_int_equal(sscanf(line, "%31s %d %d", id, &wrong, &has_json), 3);
        check(id, wrong != 0, has_json != 0);
        cases++;
    }
    free(index);
    return cases;
}

static size_t exact;

static void check_events(const char *id, bool wrong, bool has_json)
{
    (void)has_json;
    const char *miss = compare_events(id, wrong);
    const char *reason = reason_of(id);
    if (miss != NULL && reason == NULL) {
        fail_msg("%s %s", id, miss);
    }
    if (miss == NULL && reason != NULL) {
        fail_msg("%s is as the suite has it: take it out of the list (%s)", id, reason);
    }
    exact += miss == NULL;
}

static void gives_the_events_of_the_suite_but_for_the_listed(void **state)
{
    (void)state;
    exact = 0;
    assert_int_equal(each_case(check_events), 402);
    assert_int_equal(exact, 402 - MISSES);
    assert_true(exact >= 330); /* what bare libyaml reaches */
}

/* --- values ----------------------------------------------------------------------------------- */

/* Read as YAML 1.1 and by Kubernetes' rules, these are other values than the suite's, or none. */
static const struct {
    const char *id;
    const char *reason;
} other_values[] = {
    {"3UYS", "\"\\/\" is an escape of YAML 1.2, which Kubernetes' reader refuses"},
    {"565N", "what !!binary stands for is no UTF-8 there, which no JSON can hold"},
    {"C4HZ", "the key y is a boolean in YAML 1.1"},
};

static bool same_value(const char *text, size_t size, const char *json, size_t json_size)
{
    migdi_source *source = migdi_source_new(NULL, text, size);
    migdi_source *expected_source = migdi_source_new(NULL, json, json_size);
    migd_object *value = NULL;
    migd_object *expected = NULL;
    size_t at = 0;
    const migdi_json_rules rules = {0};
    assert_int_equal(migdi_json_read_at(expected_source, &at, &rules, &expected, NULL), MIGD_OK);
    const migd_status status = migdi_yaml_read(source, text, 0, size, NULL, &value, NULL, NULL);
    const bool same = status == MIGD_OK && migd_object_equal(value, expected) != 0;
    migd_object_free(value);
    migd_object_free(expected);
    migdi_source_release(source);
    migdi_source_release(expected_source);
    return same;
}

static void check_value(const char *id, bool wrong, bool has_json)
{
    char path[128];
    size_t size = 0;
    size_t json_size = 0;
    if (wrong || !has_json || reason_of(id) != NULL) {
        return;
    }
    snprintf(path, sizeof path, "yaml/cases/%s.yaml", id);
    char *text = test_read_data(path, &size);
    snprintf(path, sizeof path, "yaml/cases/%s.json", id);
    char *json = test_read_data(path, &json_size);
    const char *reason = NULL;
    for (size_t i = 0; i < sizeof other_values / sizeof other_values[0]; i++) {
        reason = strcmp(other_values[i].id, id) == 0 ? other_values[i].reason : reason;
    }
    const bool same = json_size == 0 || same_value(text, size, json, json_size);
    free(json);
    free(text);
    if (same == (reason != NULL)) {
        fail_msg("%s %s", id,
                 same ? "has the suite's value: take it out of the list" : "has another value");
    }
    exact += same;
}

static void gives_the_first_value_of_the_suite_but_for_the_listed(void **state)
{
    (void)state;
    exact = 0;
    each_case(check_value);
    assert_int_equal(exact, 231);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_events_of_the_suite_but_for_the_listed),
        cmocka_unit_test(gives_the_first_value_of_the_suite_but_for_the_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
