/* UTF-8: checked where it comes in, counted for columns, made harmless where it goes to a
 * person. */
#include "core_utf8.h"

#include <string.h>

size_t migdi_utf8_next(const char *bytes, size_t size, uint32_t *codepoint)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (size == 0) {
        return 0;
    }
    const unsigned char first = (unsigned char)bytes[0];
    const size_t length = first < 0x80             ? 1
                          : (first & 0xE0) == 0xC0 ? 2
                          : (first & 0xF0) == 0xE0 ? 3
                          : (first & 0xF8) == 0xF0 ? 4
                                                   : 0;
    if (length == 0 || length > size) {
        return 0;
    }
    uint32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        if ((byte & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte & 0x3FU);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    if (codepoint != NULL) {
        *codepoint = value;
    }
    return length;
}

size_t migdi_utf8_valid_prefix(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint64_t word = 0;
        if (size - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                continue;
            }
        }
        const size_t length = migdi_utf8_next(bytes + at, size - at, NULL);
        if (length == 0) {
            break;
        }
        at += length;
    }
    return at;
}

size_t migdi_utf8_count(const char *bytes, size_t size)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        const size_t length = migdi_utf8_next(bytes + at, size - at, NULL);
        at += length == 0 ? 1 : length;
    }
    return count;
}

size_t migdi_utf8_put(uint32_t codepoint, char *bytes)
{
    size_t size = 0;
    if (codepoint < 0x80) {
        bytes[size++] = (char)codepoint;
    } else if (codepoint < 0x800) {
        bytes[size++] = (char)(0xC0 | codepoint >> 6);
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    } else if (codepoint < 0x10000) {
        bytes[size++] = (char)(0xE0 | codepoint >> 12);
        bytes[size++] = (char)(0x80 | (codepoint >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    } else {
        bytes[size++] = (char)(0xF0 | codepoint >> 18);
        bytes[size++] = (char)(0x80 | (codepoint >> 12 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    }
    return size;
}

void migdi_utf8_add(migdi_text *text, uint32_t codepoint)
{
    char bytes[4];
    migdi_text_add(text, bytes, migdi_utf8_put(codepoint, bytes));
}

void migdi_utf8_add_printable(migdi_text *text, const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t codepoint = 0;
        const size_t length = migdi_utf8_next(bytes + at, size - at, &codepoint);
        const bool control = codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0);
        if (length == 0 || (control && length == 1)) {
            const unsigned char byte = (unsigned char)bytes[at];
            if (byte == '\n') {
                migdi_text_add_string(text, "\\n");
            } else if (byte == '\t') {
                migdi_text_add_string(text, "\\t");
            } else {
                migdi_text_format(text, "\\x%02x", byte);
            }
            at++;
        } else if (control) {
            migdi_text_format(text, "\\x%02x", codepoint);
            at += length;
        } else {
            migdi_text_add(text, bytes + at, length);
            at += length;
        }
    }
}
