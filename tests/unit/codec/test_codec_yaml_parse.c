/* What test_codec_yaml_parse_suite.c cannot see: where events stand, in bytes. */
#include "test_support.h"

#include "codec_yaml.h"

#include <string.h>

typedef struct {
    migdi_yaml_kind kind;
    const char *covered; /* the bytes from the event's start to its end */
} expectation;

static void expect_events(const char *text, size_t start, size_t end, const expectation *expected,
                          size_t count)
{
    migdi_source *source = migdi_source_new(NULL, text, strlen(text));
    migdi_yaml_parser *parser = NULL;
    migdi_yaml_event event = {0};
    assert_int_equal(migdi_yaml_open(source, text, start, end, NULL, &parser, NULL), MIGD_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(migdi_yaml_next(parser, &event, NULL), MIGD_OK);
        assert_int_equal(event.kind, expected[i].kind);
        if (expected[i].covered != NULL) {
            const size_t size = strlen(expected[i].covered);
            assert_int_equal(event.end - event.offset, size);
            assert_memory_equal(text + event.offset, expected[i].covered, size);
        }
    }
    assert_int_equal(event.kind, MIGDI_YAML_END);
    migdi_yaml_close(parser);
    migdi_source_release(source);
}

static void events_stand_where_their_bytes_are(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF# \xF0\x9F\x98\x80\n"
                               "\xC3\xA9k: &x \"q\xE6\x97\xA5\"\n"
                               "l: [\xC3\xA9, 'z']\r\n"
                               "m: !t |\n  \xC3\xA9\n"
                               "n: *x\n";
    static const expectation expected[] = {
        {MIGDI_YAML_DOCUMENT_START, ""},
        {MIGDI_YAML_MAPPING_START, ""},
        {MIGDI_YAML_SCALAR, "\xC3\xA9k"},
        {MIGDI_YAML_SCALAR, "&x \"q\xE6\x97\xA5\""},
        {MIGDI_YAML_SCALAR, "l"},
        {MIGDI_YAML_SEQUENCE_START, "["},
        {MIGDI_YAML_SCALAR, "\xC3\xA9"},
        {MIGDI_YAML_SCALAR, "'z'"},
        {MIGDI_YAML_SEQUENCE_END, "]"},
        {MIGDI_YAML_SCALAR, "m"},
        {MIGDI_YAML_SCALAR, "!t |\n  \xC3\xA9\n"},
        {MIGDI_YAML_SCALAR, "n"},
        {MIGDI_YAML_ALIAS, "*x"},
        {MIGDI_YAML_MAPPING_END, ""},
        {MIGDI_YAML_DOCUMENT_END, ""},
        {MIGDI_YAML_END, ""},
    };
    expect_events(text, 0, strlen(text), expected, sizeof expected / sizeof expected[0]);
}

static void a_part_is_read_alone(void **state)
{
    (void)state;
    static const char text[] = "\xC3\xA9: [\n---\nb: \xC3\xA9\n--- x: y: z";
    static const expectation expected[] = {
        {MIGDI_YAML_DOCUMENT_START, "---"},
        {MIGDI_YAML_MAPPING_START, ""},
        {MIGDI_YAML_SCALAR, "b"},
        {MIGDI_YAML_SCALAR, "\xC3\xA9"},
        {MIGDI_YAML_MAPPING_END, NULL},
        {MIGDI_YAML_DOCUMENT_END, NULL},
        {MIGDI_YAML_END, NULL},
    };
    expect_events(text, 6, 16, expected, sizeof expected / sizeof expected[0]);
}

static void marks_a_text_that_its_tag_says_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *tag;
    } texts[] = {
        {"! 1", "!"},   {"&a ! 1", "!"},  {"! &a 1", "!"},
        {"1", NULL},    {"&a 1", NULL},   {"!!str 1", "tag:yaml.org,2002:str"},
        {"!x 1", "!x"}, {"&a\n! 1", "!"}, {"'!'", NULL},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        migdi_source *source = migdi_source_new(NULL, texts[i].text, strlen(texts[i].text));
        migdi_yaml_parser *parser = NULL;
        migdi_yaml_event event = {0};
        assert_int_equal(
            migdi_yaml_open(source, texts[i].text, 0, source->size, NULL, &parser, NULL), MIGD_OK);
        assert_int_equal(migdi_yaml_next(parser, &event, NULL), MIGD_OK);
        assert_int_equal(migdi_yaml_next(parser, &event, NULL), MIGD_OK);
        if (texts[i].tag == NULL) {
            assert_null(event.tag);
        } else {
            assert_string_equal(event.tag, texts[i].tag);
        }
        migdi_yaml_close(parser);
        migdi_source_release(source);
    }
    migdi_yaml_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_stand_where_their_bytes_are),
        cmocka_unit_test(a_part_is_read_alone),
        cmocka_unit_test(marks_a_text_that_its_tag_says_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
