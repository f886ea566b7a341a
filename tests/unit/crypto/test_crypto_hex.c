#include "test_support.h"

#include "crypto_hex.h"

#include <string.h>

static void writes_lower_case_and_reads_either(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    migdi_text text = {0};
    migdi_text back = {0};
    migdi_hex_add(&text, bytes, sizeof bytes);
    assert_string_equal(migdi_text_string(&text), "00090a7f80ff");
    assert_true(migdi_hex_decode(migdi_text_string(&text), text.size, &back));
    assert_int_equal(back.size, sizeof bytes);
    assert_memory_equal(back.bytes, bytes, sizeof bytes);
    assert_true(migdi_hex_decode("aBcD", 4, &back));
    assert_memory_equal(back.bytes + sizeof bytes, "\xab\xcd", 3);
    migdi_text_free(&text);
    migdi_text_free(&back);
}

static void what_is_no_pair_of_digits_is_refused_whole(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0",  "000", "0g",      "g0", " 0",
                                        "0x", "-1",  "0a0\xc3", "@f", "`f"};
    migdi_text back = {0};
    migdi_text_add_string(&back, "before");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(migdi_hex_decode(wrong[i], strlen(wrong[i]), &back));
        assert_string_equal(migdi_text_string(&back), "before");
        assert_int_equal(back.size, 6);
    }
    assert_true(migdi_hex_decode("", 0, &back));
    assert_string_equal(migdi_text_string(&back), "before");
    migdi_text_free(&back);
}

static migd_status encode_and_decode(void *user)
{
    (void)user;
    migdi_text text = {0};
    migdi_text back = {0};
    migdi_hex_add(&text, "some bytes", 10);
    bool good = !text.failed && migdi_hex_decode(migdi_text_string(&text), text.size, &back);
    assert_true(!good || strcmp(migdi_text_string(&back), "some bytes") == 0);
    migdi_text_free(&text);
    migdi_text_free(&back);
    return good ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(test_fail_allocations(encode_and_decode, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_lower_case_and_reads_either),
        cmocka_unit_test(what_is_no_pair_of_digits_is_refused_whole),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
