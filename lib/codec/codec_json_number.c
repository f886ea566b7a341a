/* Doubles from and to text, the same in every locale. */
#include "codec_json.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits that a double holds exactly, and powers of ten that are doubles exactly. */
#define EXACT_DIGITS 15
#define EXACT_POWER  22

/* At most 15 digits times at most 10^22 is one correctly rounded operation on two exact doubles
 * (W. D. Clinger, "How to read floating point numbers accurately", 1990): nearly every number there
 * is. */
static bool read_exactly(const char *text, size_t size, double *out)
{
    static const double powers[EXACT_POWER + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    size_t at = text[0] == '-' || text[0] == '+';
    int64_t digits = 0;
    size_t count = 0;
    int power = 0;
    bool fraction = false;
    for (; at < size && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (text[at] - '0');
        power -= fraction;
        count += digits != 0;
        if (count > EXACT_DIGITS) {
            return false;
        }
    }
    if (at < size) {
        at++;
        const bool negative = text[at] == '-';
        at += negative || text[at] == '+';
        int exponent = 0;
        for (; at < size; at++) {
            exponent = exponent > 1000 ? exponent : exponent * 10 + (text[at] - '0');
        }
        power += negative ? -exponent : exponent;
    }
    if (power < -EXACT_POWER || power > EXACT_POWER) {
        return false;
    }
    const double value =
        power < 0 ? (double)digits / powers[-power] : (double)digits * powers[power];
    *out = text[0] == '-' ? -value : value;
    return true;
}

bool migdi_json_read_double(const char *text, size_t size, double *out)
{
    if (read_exactly(text, size, out)) {
        return true;
    }
    /* The C library rounds the rest. "C" is built in: newlocale() gives it without a file. */
    char *copy = migdi_text_copy(text, size);
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const bool good = copy != NULL && plain != (locale_t)0;
    if (good) {
        *out = strtod_l(copy, NULL, plain);
    }
    if (plain != (locale_t)0) {
        freelocale(plain);
    }
    migdi_free(copy);
    return good;
}

/* The host's locale may put a comma, or several bytes, where JSON has a point. */
static void add_with_point(const char *formatted, migdi_text *text)
{
    bool in_point = false;
    for (; *formatted != '\0'; formatted++) {
        const bool plain = strchr("0123456789+-e", *formatted) != NULL;
        if (plain || !in_point) {
            migdi_text_add_char(text, plain ? *formatted : '.');
        }
        in_point = !plain;
    }
}

void migdi_json_write_double(double number, migdi_text *text)
{
    if (number - number != 0) { /* infinite or none: only our own arithmetic could make it */
        migdi_text_add_string(text, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        char formatted[64];
        migdi_text candidate = {0};
        snprintf(formatted, sizeof formatted, "%.*g", digits, number);
        add_with_point(formatted, &candidate);
        double back = 0;
        const bool read = !candidate.failed && migdi_json_read_double(migdi_text_string(&candidate),
                                                                      candidate.size, &back);
        if (!read) {
            text->failed = true;
        } else if (digits == 17 || (back == number)) {
            migdi_text_add(text, candidate.bytes, candidate.size);
            digits = 17;
        }
        migdi_text_free(&candidate);
        if (!read) {
            return;
        }
    }
}
