#include "test_support.h"

#include "crypto_base64.h"

#include <string.h>

/* RFC 4648, section 10; the second column for URLs, without padding. */
static const char *const published[][3] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\x14\xfb\x9c\x03\xd9\x7e", "FPucA9l+", "FPucA9l-"},
    {"\x14\xfb\x9c\x03\xff", "FPucA/8=", "FPucA_8"},
};
#define ROWS (sizeof published / sizeof published[0])

static void writes_the_published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        migdi_text text = {0};
        migdi_text url = {0};
        migdi_base64_add(&text, published[i][0], strlen(published[i][0]));
        migdi_base64_add_url(&url, published[i][0], strlen(published[i][0]));
        assert_string_equal(migdi_text_string(&text), published[i][1]);
        assert_string_equal(migdi_text_string(&url), published[i][2]);
        migdi_text_free(&text);
        migdi_text_free(&url);
    }
}

typedef bool decoder(const char *text, size_t size, migdi_text *bytes);

static void assert_decodes(decoder *decode, const char *text, const char *wanted)
{
    migdi_text bytes = {0};
    migdi_text_add_string(&bytes, "before");
    const bool decoded = decode(text, strlen(text), &bytes);
    if (decoded != (wanted != NULL)) {
        fail_msg("\"%s\" is %s", text, decoded ? "taken" : "refused");
    }
    assert_int_equal(bytes.size, 6 + (wanted == NULL ? 0 : strlen(wanted)));
    assert_memory_equal(bytes.bytes, "before", 6);
    assert_string_equal(bytes.bytes + 6, wanted == NULL ? "" : wanted);
    migdi_text_free(&bytes);
}

static void reads_the_published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        assert_decodes(migdi_base64_decode, published[i][1], published[i][0]);
        assert_decodes(migdi_base64_decode_lenient, published[i][1], published[i][0]);
        assert_decodes(migdi_base64_decode_url, published[i][2], published[i][0]);
    }
    assert_decodes(migdi_base64_decode_url, "Zg==", "f");
    assert_decodes(migdi_base64_decode_url, "Zm8=", "fo");
}

static void each_reader_takes_its_dialect_alone(void **state)
{
    (void)state;
    /* strict, lenient (answers of Go's base64.StdEncoding), url; NULL: refused. */
    static const struct {
        const char *text;
        const char *strict;
        const char *lenient;
        const char *url;
    } rows[] = {
        {"Zg", NULL, NULL, "f"},
        {"Zg=", NULL, NULL, NULL},
        {"Zg===", NULL, NULL, NULL},
        {"Zm9v=", NULL, NULL, NULL},
        {"Zm9v====", NULL, NULL, NULL},
        {"=", NULL, NULL, NULL},
        {"====", NULL, NULL, NULL},
        {"Z", NULL, NULL, NULL},
        {"Zm9vY", NULL, NULL, NULL},
        {"Zg==Zg==", NULL, NULL, NULL},
        {"Zh==", NULL, "f", NULL}, /* unused bits */
        {"Zm9=", NULL, "fo", NULL},
        {"Zm\n9v", NULL, "foo", NULL},
        {"Zm9v\r\n", NULL, "foo", NULL},
        {"Zg=\n=\n", NULL, "f", NULL},
        {"Zm 9v", NULL, NULL, NULL},
        {"Zm\t9v", NULL, NULL, NULL},
        {"+/+/", "\xfb\xff\xbf", "\xfb\xff\xbf", NULL},
        {"-_-_", NULL, NULL, "\xfb\xff\xbf"},
        {"Zm9\xc3", NULL, NULL, NULL},
        {"Zm9*", NULL, NULL, NULL},
        {"Zm9,", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_decodes(migdi_base64_decode, rows[i].text, rows[i].strict);
        assert_decodes(migdi_base64_decode_lenient, rows[i].text, rows[i].lenient);
        assert_decodes(migdi_base64_decode_url, rows[i].text, rows[i].url);
    }
    migdi_text bytes = {0};
    assert_false(migdi_base64_decode("Zm\0v", 4, &bytes));
    migdi_text_free(&bytes);
}

static void nothing_of_a_refused_secret_stays_behind(void **state)
{
    (void)state;
    migdi_text bytes = {0};
    assert_false(migdi_base64_decode("aHVudGVyMg==!", 13, &bytes));
    assert_int_equal(bytes.size, 0);
    for (size_t i = 0; i < bytes.capacity; i++) {
        assert_int_equal(bytes.bytes[i], 0);
    }
    migdi_text_free(&bytes);
}

static void a_text_of_any_length_comes_back(void **state)
{
    (void)state;
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 167 + 13);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        migdi_text text = {0};
        migdi_text back = {0};
        migdi_base64_add(&text, bytes, size);
        assert_int_equal(text.size, (size + 2) / 3 * 4);
        assert_true(migdi_base64_decode(migdi_text_string(&text), text.size, &back));
        assert_int_equal(back.size, size);
        assert_memory_equal(migdi_text_string(&back), bytes, size);
        migdi_text_free(&text);
        migdi_text_clear(&back);
        migdi_base64_add_url(&text, bytes, size);
        assert_true(migdi_base64_decode_url(migdi_text_string(&text), text.size, &back));
        assert_memory_equal(migdi_text_string(&back), bytes, size);
        migdi_text_free(&text);
        migdi_text_free(&back);
    }
}

static migd_status encode_and_decode(void *user)
{
    migdi_text text = {0};
    migdi_text back = {0};
    migdi_base64_add(&text, user, strlen(user));
    bool good = !text.failed;
    if (good) {
        good = migdi_base64_decode(migdi_text_string(&text), text.size, &back);
        assert_true(good != back.failed);
        assert_true(!good || strcmp(migdi_text_string(&back), user) == 0);
    }
    migdi_text_free(&text);
    migdi_text_free(&back);
    return good ? MIGD_OK : MIGD_ERR_NOMEM;
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    char secret[] = "a secret of some length";
    assert_true(test_fail_allocations(encode_and_decode, secret) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_published_vectors),
        cmocka_unit_test(reads_the_published_vectors),
        cmocka_unit_test(each_reader_takes_its_dialect_alone),
        cmocka_unit_test(nothing_of_a_refused_secret_stays_behind),
        cmocka_unit_test(a_text_of_any_length_comes_back),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
