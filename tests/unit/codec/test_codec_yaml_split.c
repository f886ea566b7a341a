#include "test_support.h"

#include "codec_yaml.h"
#include "core_text.h"

#include <string.h>

/* The parts of a text, joined by "|". */
static void expect_parts(const char *text, const char *expected)
{
    migdi_source *source = migdi_source_new(NULL, text, strlen(text));
    migdi_text parts = {0};
    for (size_t at = 0; at < source->size;) {
        migdi_yaml_part part = {0};
        assert_int_equal(migdi_yaml_split(source, text, at, &part, NULL), MIGD_OK);
        assert_true(part.next > at && part.start == at && part.end <= part.next);
        migdi_text_format(&parts, "%.*s|", (int)(part.end - part.start), text + part.start);
        at = part.next;
    }
    assert_string_equal(migdi_text_string(&parts), expected);
    migdi_text_free(&parts);
    migdi_source_release(source);
}

static void cuts_before_each_line_that_starts_with_three_dashes(void **state)
{
    (void)state;
    expect_parts("", "");
    expect_parts("a", "a|");
    expect_parts("a\n---\nb", "a\n|---\nb|");
    expect_parts("---\na\n---\n", "---\na\n|---\n|");
    expect_parts("---\n---\n---", "---\n|---\n|---|");
    expect_parts("a: |\n  x\n---\ny\n", "a: |\n  x\n|---\ny\n|");
    expect_parts("a\n --- \n-- -\n", "a\n --- \n-- -\n|");
    expect_parts("a\r\n---\r\nb", "a\r\n|---\r\nb|");
    expect_parts("a\n--- # c\nb", "a\n|--- # c\nb|");
    expect_parts("a\n---#c\nb", "a\n|---#c\nb|");
    expect_parts("a\n--- \t \nb", "a\n|--- \t \nb|");
    expect_parts("a\r---\rb", "a\r---\rb|"); /* kubectl's lines end with a line feed */
}

static void refuses_a_document_behind_the_dashes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t line;
        int32_t column;
    } texts[] = {{"--- a", 1, 5}, {"a\n---b: 1\n", 2, 4}, {"a\n---  {}\n", 2, 6}, {"----\n", 1, 4}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        migdi_source *source = migdi_source_new(NULL, texts[i].text, strlen(texts[i].text));
        migdi_yaml_part part = {0};
        migd_error *error = NULL;
        assert_int_equal(migdi_yaml_split(source, texts[i].text, 0, &part, &error), MIGD_ERR_PARSE);
        assert_string_equal(migd_error_message(error),
                            "nothing but a comment may stand behind \"---\"");
        assert_int_equal(migd_error_line(error), texts[i].line);
        assert_int_equal(migd_error_column(error), texts[i].column);
        migd_error_free(error);
        migdi_source_release(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_before_each_line_that_starts_with_three_dashes),
        cmocka_unit_test(refuses_a_document_behind_the_dashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
