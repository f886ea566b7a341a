/* Base64, both alphabets. */
#include "crypto_base64.h"

#include <string.h>

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(migdi_text *text, const unsigned char *bytes, size_t size, const char *alphabet,
                   size_t letters_at_least)
{
    for (size_t at = 0; at < size; at += 3) {
        const size_t left = size - at < 3 ? size - at : 3;
        const uint32_t second = left > 1 ? bytes[at + 1] : 0;
        const uint32_t third = left > 2 ? bytes[at + 2] : 0;
        const uint32_t group = (uint32_t)bytes[at] << 16 | second << 8 | third;
        const char letters[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                                 left > 1 ? alphabet[group >> 6 & 63] : '=',
                                 left > 2 ? alphabet[group & 63] : '='};
        migdi_text_add(text, letters, left + 1 < letters_at_least ? letters_at_least : left + 1);
    }
}

void migdi_base64_add(migdi_text *text, const void *bytes, size_t size)
{
    encode(text, bytes, size, standard, 4);
}

void migdi_base64_add_url(migdi_text *text, const void *bytes, size_t size)
{
    encode(text, bytes, size, for_urls, 0);
}

/* What a reader of one dialect accepts. */
typedef struct {
    const char *alphabet;
    bool skips_line_ends;
    bool ignores_unused_bits;
    bool needs_padding;
} dialect;

/* 0 to 63, or -1. */
static int32_t value_of(char letter, const char *alphabet)
{
    if (letter >= 'A' && letter <= 'Z') {
        return letter - 'A';
    }
    if (letter >= 'a' && letter <= 'z') {
        return letter - 'a' + 26;
    }
    if (letter >= '0' && letter <= '9') {
        return letter - '0' + 52;
    }
    return letter == alphabet[62] ? 62 : letter == alphabet[63] ? 63 : -1;
}

/* Decodes into `out`, which has room; the number of bytes in *written, also on failure. */
static bool decode_into(const char *text, size_t size, const dialect *rules, char *out,
                        size_t *written)
{
    uint32_t group = 0;
    size_t letters = 0;
    size_t padding = 0;
    *written = 0;
    for (size_t at = 0; at < size; at++) {
        if (rules->skips_line_ends && (text[at] == '\n' || text[at] == '\r')) {
            continue;
        }
        if (text[at] == '=') {
            padding++;
            continue;
        }
        const int32_t value = value_of(text[at], rules->alphabet);
        if (value < 0 || padding > 0) {
            return false;
        }
        group = group << 6 | (uint32_t)value;
        letters++;
        if (letters % 4 != 1) {
            const size_t unused = 6 - (letters - 1) % 4 * 2;
            out[(*written)++] = (char)(group >> unused & 0xFF);
        }
    }
    const size_t last = letters % 4;
    const size_t due = last == 0 ? 0 : 4 - last;
    const uint32_t unused_bits = last == 2 ? group & 15 : last == 3 ? group & 3 : 0;
    return last != 1 && (padding == due || (padding == 0 && !rules->needs_padding)) &&
           (unused_bits == 0 || rules->ignores_unused_bits);
}

static bool decode(const char *text, size_t size, const dialect *rules, migdi_text *bytes)
{
    const size_t before = bytes->size;
    size_t written = 0;
    /* All room at once: a text that grows would leave copies of a secret behind. */
    migdi_text_add_repeated(bytes, '\0', size / 4 * 3 + 3);
    if (bytes->failed) {
        return false;
    }
    const bool good = decode_into(text, size, rules, bytes->bytes + before, &written);
    bytes->size = before + (good ? written : 0);
    migdi_wipe(bytes->bytes + bytes->size, bytes->capacity - bytes->size);
    return good;
}

bool migdi_base64_decode(const char *text, size_t size, migdi_text *bytes)
{
    const dialect strict = {.alphabet = standard, .needs_padding = true};
    return decode(text, size, &strict, bytes);
}

bool migdi_base64_decode_lenient(const char *text, size_t size, migdi_text *bytes)
{
    const dialect lenient = {.alphabet = standard,
                             .skips_line_ends = true,
                             .ignores_unused_bits = true,
                             .needs_padding = true};
    return decode(text, size, &lenient, bytes);
}

bool migdi_base64_decode_url(const char *text, size_t size, migdi_text *bytes)
{
    const dialect url = {.alphabet = for_urls};
    return decode(text, size, &url, bytes);
}
