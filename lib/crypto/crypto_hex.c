/* Hexadecimal digits. */
#include "crypto_hex.h"

void migdi_hex_add(migdi_text *text, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++) {
        const char pair[2] = {digits[byte[i] >> 4], digits[byte[i] & 15]};
        migdi_text_add(text, pair, sizeof pair);
    }
}

/* 0 to 15, or -1. */
static int32_t value_of(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool migdi_hex_decode(const char *text, size_t size, migdi_text *bytes)
{
    for (size_t i = 0; i < size; i++) {
        if (value_of(text[i]) < 0) {
            return false;
        }
    }
    const size_t before = bytes->size;
    if (size % 2 != 0) {
        return false;
    }
    migdi_text_add_repeated(bytes, '\0', size / 2);
    if (bytes->failed) {
        return false;
    }
    for (size_t i = 0; i < size / 2; i++) {
        bytes->bytes[before + i] = (char)(value_of(text[2 * i]) * 16 + value_of(text[2 * i + 1]));
    }
    return true;
}
