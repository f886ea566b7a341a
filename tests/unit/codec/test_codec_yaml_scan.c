#include "test_support.h"

#include "codec_yaml_scan.h"
#include "core_text.h"

#include <string.h>

static migd_status scan(const char *text, size_t size, size_t tags, bool *ascii, migd_error **error)
{
    migdi_source *source = migdi_source_new(NULL, text, size);
    const migd_status status = migdi_yaml_scan(source, text, 0, size, tags, ascii, error);
    migdi_source_release(source);
    return status;
}

static void lets_pass_what_yaml_allows(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "a",
                                        "plain ASCII, longer than a word\n",
                                        "\t\r\n ~",
                                        "\xC2\x85",
                                        "\xC2\xA0",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xEF\xBB\xBF",
                                        "\xEF\xBF\xBD",
                                        "\xF0\x90\x80\x80",
                                        "\xF4\x8F\xBF\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bool ascii = false;
        assert_int_equal(scan(texts[i], strlen(texts[i]), 0, &ascii, NULL), MIGD_OK);
        assert_int_equal(ascii, (unsigned char)texts[i][0] < 0x80);
    }
}

static void refuses_every_other_character_wherever_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"\0", 1},           {"\x01", 1},
        {"\x08", 1},         {"\x0B", 1},
        {"\x1F", 1},         {"\x7F", 1},
        {"\xC2\x80", 2},     {"\xC2\x9F", 2},
        {"\xEF\xBF\xBE", 3}, {"\xEF\xBF\xBF", 3},
        {"\xED\xA0\x80", 3}, {"\xC0\x80", 2},
        {"\xE0\x80\x80", 3}, {"\xF4\x90\x80\x80", 4},
        {"\x80", 1},         {"\xC3", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t before = 0; before < 18; before++) { /* all places within a word */
            bool ascii = false;
            migdi_text text = {0};
            migd_error *error = NULL;
            migdi_text_add_repeated(&text, 'x', before);
            migdi_text_add(&text, bad[i].bytes, bad[i].size);
            migdi_text_add_repeated(&text, 'y', 9);
            assert_int_equal(scan(text.bytes, text.size, 0, &ascii, &error), MIGD_ERR_PARSE);
            assert_int_equal(migd_error_column(error), before + 1);
            migd_error_free(error);
            migdi_text_free(&text);
        }
    }
}

static void knows_utf_16(void **state)
{
    (void)state;
    bool ascii = false;
    migd_error *error = NULL;
    assert_int_equal(scan("\xFF\xFE\x61\x00", 4, 0, &ascii, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error), "the text is UTF-16; save it as UTF-8");
    migd_error_free(error);
    error = NULL;
    assert_int_equal(scan("\xFE\xFF\x00\x61", 4, 0, &ascii, &error), MIGD_ERR_PARSE);
    assert_string_equal(migd_error_message(error), "the text is UTF-16; save it as UTF-8");
    migd_error_free(error);
}

static void counts_tag_lines(void **state)
{
    (void)state;
    static const char two[] =
        "%TAG !a! x:\n%TAG !b! y:\r%YAML 1.1\n---\nc: \"%TAG\" # %TAG\n d %TAG\n";
    bool ascii = false;
    migd_error *error = NULL;
    assert_int_equal(scan(two, strlen(two), 2, &ascii, NULL), MIGD_OK);
    assert_int_equal(scan(two, strlen(two), 1, &ascii, &error), MIGD_ERR_LIMIT);
    assert_int_equal(migd_error_line(error), 2);
    migd_error_free(error);
    assert_int_equal(scan("%TAG", 4, 0, &ascii, NULL), MIGD_ERR_LIMIT);
}

static void refuses_rubbish_behind_a_version(void **state)
{
    (void)state;
    static const char *const good[] = {"%YAML 1.1\n---\n", "%YAML 1.1 # c\n", "%YAML  1.2\r\n",
                                       "%YAML 1.1",        "%YAMLX 1#\n",     "100%YAML 1#\n"};
    static const char *const bad[] = {"%YAML 1.1#c\n", "%YAML 1.1x\n", "a: 1\n...\n%YAML 1.1-\n"};
    bool ascii = false;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(scan(good[i], strlen(good[i]), 1, &ascii, NULL), MIGD_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(scan(bad[i], strlen(bad[i]), 1, &ascii, NULL), MIGD_ERR_PARSE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_pass_what_yaml_allows),
        cmocka_unit_test(refuses_every_other_character_wherever_it_stands),
        cmocka_unit_test(knows_utf_16),
        cmocka_unit_test(counts_tag_lines),
        cmocka_unit_test(refuses_rubbish_behind_a_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
