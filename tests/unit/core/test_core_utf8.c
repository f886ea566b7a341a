#include "test_support.h"

#include "core_utf8.h"

#include <string.h>

typedef struct {
    const char *bytes;
    uint32_t codepoint; /* 0: no character stands there */
} character;

/* RFC 3629, sections 3 and 4; the ends of each range, and what lies behind them. */
static const character characters[] = {
    {"\x41", 0x41},
    {"\x7F", 0x7F},
    {"\xC2\x80", 0x80},
    {"\xDF\xBF", 0x7FF},
    {"\xE0\xA0\x80", 0x800},
    {"\xE2\x89\xA2", 0x2262},
    {"\xED\x9F\xBF", 0xD7FF},
    {"\xEE\x80\x80", 0xE000},
    {"\xEF\xBF\xBF", 0xFFFF},
    {"\xF0\x90\x80\x80", 0x10000},
    {"\xF0\xA3\x8E\xB4", 0x233B4},
    {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    {"\x80", 0},
    {"\xBF", 0},
    {"\xC0\x80", 0},
    {"\xC1\xBF", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xED\xA0\x80", 0},
    {"\xED\xBF\xBF", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF4\x90\x80\x80", 0},
    {"\xF8\x88\x80\x80\x80", 0},
    {"\xFE", 0},
    {"\xC3", 0},
    {"\xE2\x89", 0},
    {"\xF0\xA3\x8E", 0},
    {"\xE2\x41\xA2", 0},
};

static void a_character_is_what_rfc_3629_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        const character *row = &characters[i];
        uint32_t codepoint = 0;
        const size_t length = migdi_utf8_next(row->bytes, strlen(row->bytes), &codepoint);
        assert_int_equal(length, row->codepoint == 0 ? 0 : strlen(row->bytes));
        assert_int_equal(codepoint, row->codepoint);
    }
    assert_int_equal(migdi_utf8_next("", 0, NULL), 0);
    assert_int_equal(migdi_utf8_next("\0", 1, NULL), 1);
}

static void a_code_point_is_written_as_it_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        migdi_text text = {0};
        migdi_utf8_add(&text, characters[i].codepoint);
        if (characters[i].codepoint != 0) {
            assert_string_equal(migdi_text_string(&text), characters[i].bytes);
        }
        migdi_text_free(&text);
    }
}

static void the_first_bad_byte_is_found_wherever_it_stands(void **state)
{
    (void)state;
    char bytes[40];
    for (size_t bad = 0; bad < sizeof bytes; bad++) {
        memset(bytes, 'a', sizeof bytes);
        assert_int_equal(migdi_utf8_valid_prefix(bytes, sizeof bytes), sizeof bytes);
        bytes[bad] = '\xFF';
        assert_int_equal(migdi_utf8_valid_prefix(bytes, sizeof bytes), bad);
    }
    assert_int_equal(migdi_utf8_valid_prefix("1234567\xE2\x89\xA2 12345", 16), 16);
    assert_int_equal(migdi_utf8_valid_prefix("1234567\xE2\x89", 9), 7);
}

static void columns_count_characters_and_bytes_that_are_none(void **state)
{
    (void)state;
    assert_int_equal(migdi_utf8_count("", 0), 0);
    assert_int_equal(migdi_utf8_count("a\xE2\x89\xA2z", 5), 3);
    assert_int_equal(migdi_utf8_count("a\xFF\xFFz", 4), 4);
}

static void nothing_printable_steers_a_terminal(void **state)
{
    (void)state;
    migdi_text text = {0};
    const char *raw = "a\n\t\r\x1b[2J\x7f\xC2\x9B\xFF\xE2\x89\xA2 \"\\";
    migdi_utf8_add_printable(&text, raw, strlen(raw));
    assert_string_equal(migdi_text_string(&text),
                        "a\\n\\t\\x0d\\x1b[2J\\x7f\\x9b\\xff\xE2\x89\xA2 \"\\");
    migdi_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_is_what_rfc_3629_says),
        cmocka_unit_test(a_code_point_is_written_as_it_is_read),
        cmocka_unit_test(the_first_bad_byte_is_found_wherever_it_stands),
        cmocka_unit_test(columns_count_characters_and_bytes_that_are_none),
        cmocka_unit_test(nothing_printable_steers_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
