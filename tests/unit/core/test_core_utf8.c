#include "test_support.h"

#include "core_utf8.h"

#include <string.h>

/* The well-formed sequences of the Unicode Standard, table 3-7, at each bound, and what lies
 * beyond. */
static const struct {
    const char *bytes;
    size_t length;
    uint32_t codepoint;
} sequences[] = {
    {"\x01", 1, 0x01},
    {"\x7f", 1, 0x7f},
    {"\x80", 0, 0},
    {"\xbf", 0, 0},
    {"\xc0\x80", 0, 0}, /* overlong */
    {"\xc1\xbf", 0, 0},
    {"\xc2\x80", 2, 0x80},
    {"\xdf\xbf", 2, 0x7ff},
    {"\xc2\x7f", 0, 0},
    {"\xc2\xc0", 0, 0},
    {"\xe0\x80\x80", 0, 0},
    {"\xe0\x9f\xbf", 0, 0},
    {"\xe0\xa0\x80", 3, 0x800},
    {"\xed\x9f\xbf", 3, 0xd7ff},
    {"\xed\xa0\x80", 0, 0}, /* surrogates */
    {"\xed\xbf\xbf", 0, 0},
    {"\xee\x80\x80", 3, 0xe000},
    {"\xef\xbf\xbf", 3, 0xffff},
    {"\xe2\x82", 0, 0}, /* cut */
    {"\xe2\x28\xa1", 0, 0},
    {"\xe2\x82\x28", 0, 0},
    {"\xf0\x80\x80\x80", 0, 0},
    {"\xf0\x8f\xbf\xbf", 0, 0},
    {"\xf0\x90\x80\x80", 4, 0x10000},
    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
    {"\xf4\x90\x80\x80", 0, 0}, /* above U+10FFFF */
    {"\xf5\x80\x80\x80", 0, 0},
    {"\xf0\x90\x80", 0, 0},
    {"\xf8\x88\x80\x80\x80", 0, 0},
    {"\xfc\x84\x80\x80\x80\x80", 0, 0},
    {"\xfe", 0, 0},
    {"\xff", 0, 0},
};

static void only_well_formed_sequences_are_characters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        uint32_t codepoint = 0;
        const size_t size = strlen(sequences[i].bytes);
        const size_t length = migdi_utf8_next(sequences[i].bytes, size, &codepoint);
        if (length != sequences[i].length || codepoint != sequences[i].codepoint) {
            fail_msg("row %zu: length %zu, U+%04X", i, length, codepoint);
        }
        assert_int_equal(migdi_utf8_next(sequences[i].bytes, size, NULL), length);
        assert_int_equal(migdi_utf8_valid_prefix(sequences[i].bytes, size), length);
    }
    uint32_t codepoint = 7;
    assert_int_equal(migdi_utf8_next("", 0, &codepoint), 0);
    assert_int_equal(migdi_utf8_next("\0", 1, &codepoint), 1);
    assert_int_equal(codepoint, 0);
}

static void each_code_point_is_written_as_it_is_read(void **state)
{
    (void)state;
    migdi_text text = {0};
    for (uint32_t codepoint = 0; codepoint <= 0x10ffff; codepoint += codepoint < 0x900 ? 1 : 251) {
        if (codepoint >= 0xd800 && codepoint <= 0xdfff) {
            continue;
        }
        uint32_t back = 0;
        migdi_text_clear(&text);
        migdi_utf8_add(&text, codepoint);
        assert_int_equal(migdi_utf8_next(text.bytes, text.size, &back), text.size);
        assert_int_equal(back, codepoint);
    }
    migdi_text_free(&text);
}

static void the_valid_prefix_ends_before_the_first_wrong_byte_wherever_it_stands(void **state)
{
    (void)state;
    char bytes[40];
    for (size_t wrong = 0; wrong < sizeof bytes; wrong++) {
        memset(bytes, 'a', sizeof bytes);
        bytes[wrong] = '\xff';
        assert_int_equal(migdi_utf8_valid_prefix(bytes, sizeof bytes), wrong);
    }
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(migdi_utf8_valid_prefix(bytes, sizeof bytes), sizeof bytes);
    memcpy(bytes + 30, "\xf0\x90\x80\x80", 4);
    assert_int_equal(migdi_utf8_valid_prefix(bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(migdi_utf8_valid_prefix(bytes, 33), 30);
    assert_int_equal(migdi_utf8_valid_prefix("", 0), 0);
}

static void characters_are_counted_and_a_wrong_byte_is_one(void **state)
{
    (void)state;
    assert_int_equal(migdi_utf8_count("", 0), 0);
    assert_int_equal(migdi_utf8_count("abc", 3), 3);
    assert_int_equal(migdi_utf8_count("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10), 4);
    assert_int_equal(migdi_utf8_count("\xc3\xa9\xff\xe2\x82", 5), 4);
}

static void what_could_steer_a_terminal_is_made_visible(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *printable;
    } rows[] = {
        {"plain \xc3\xa9 \xe2\x82\xac", 12, "plain \xc3\xa9 \xe2\x82\xac"},
        {"a\nb\tc", 5, "a\\nb\\tc"},
        {"\x1b[31m", 5, "\\x1b[31m"},
        {"\r", 1, "\\x0d"},
        {"\x7f", 1, "\\x7f"},
        {"\0", 1, "\\x00"},
        {"\xc2\x9b"
         "31m",
         5, "\\x9b31m"}, /* the one-character form of ESC [ */
        {"\xc2\xa0", 2, "\xc2\xa0"},
        {"\xff\xe2\x82", 3, "\\xff\\xe2\\x82"},
        {"", 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        migdi_text text = {0};
        migdi_utf8_add_printable(&text, rows[i].bytes, rows[i].size);
        assert_string_equal(migdi_text_string(&text), rows[i].printable);
        migdi_text_free(&text);
    }
}

static migd_status print(void *user)
{
    (void)user;
    migdi_text text = {0};
    migdi_utf8_add_printable(&text, "\x1b[31m \xc2\x9b \n\t\xff and more \xe2\x82\xac", 26);
    migdi_utf8_add(&text, 0x20ac);
    const migd_status status = text.failed ? MIGD_ERR_NOMEM : MIGD_OK;
    migdi_text_free(&text);
    return status;
}

static void lack_of_memory_is_told_at_the_end_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(print, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_sequences_are_characters),
        cmocka_unit_test(each_code_point_is_written_as_it_is_read),
        cmocka_unit_test(the_valid_prefix_ends_before_the_first_wrong_byte_wherever_it_stands),
        cmocka_unit_test(characters_are_counted_and_a_wrong_byte_is_one),
        cmocka_unit_test(what_could_steer_a_terminal_is_made_visible),
        cmocka_unit_test(lack_of_memory_is_told_at_the_end_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
