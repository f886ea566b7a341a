/* The types of plain YAML text as Kubernetes' reader (go.yaml.in/yaml/v2) sees them: YAML 1.1's
 * booleans, Go's integers, floats by a pattern; dates and sexagesimals stay strings. */
#include "codec_json.h"
#include "codec_yaml.h"

#include <math.h>
#include <string.h>

/* Integers and floats longer than this are none that anybody means; they are strings, as in Go when
 * they are out of range. */
#define LONGEST_NUMBER 400

typedef struct {
    const char text[7];
    uint8_t size;
    uint8_t kind;
    int32_t boolean;
} word;

static const word words[] = {
    {"~", 1, MIGD_KIND_NULL, 0},        {"null", 4, MIGD_KIND_NULL, 0},
    {"Null", 4, MIGD_KIND_NULL, 0},     {"NULL", 4, MIGD_KIND_NULL, 0},
    {"y", 1, MIGD_KIND_BOOLEAN, 1},     {"Y", 1, MIGD_KIND_BOOLEAN, 1},
    {"on", 2, MIGD_KIND_BOOLEAN, 1},    {"On", 2, MIGD_KIND_BOOLEAN, 1},
    {"ON", 2, MIGD_KIND_BOOLEAN, 1},    {"yes", 3, MIGD_KIND_BOOLEAN, 1},
    {"Yes", 3, MIGD_KIND_BOOLEAN, 1},   {"YES", 3, MIGD_KIND_BOOLEAN, 1},
    {"true", 4, MIGD_KIND_BOOLEAN, 1},  {"True", 4, MIGD_KIND_BOOLEAN, 1},
    {"TRUE", 4, MIGD_KIND_BOOLEAN, 1},  {"n", 1, MIGD_KIND_BOOLEAN, 0},
    {"N", 1, MIGD_KIND_BOOLEAN, 0},     {"no", 2, MIGD_KIND_BOOLEAN, 0},
    {"No", 2, MIGD_KIND_BOOLEAN, 0},    {"NO", 2, MIGD_KIND_BOOLEAN, 0},
    {"off", 3, MIGD_KIND_BOOLEAN, 0},   {"Off", 3, MIGD_KIND_BOOLEAN, 0},
    {"OFF", 3, MIGD_KIND_BOOLEAN, 0},   {"false", 5, MIGD_KIND_BOOLEAN, 0},
    {"False", 5, MIGD_KIND_BOOLEAN, 0}, {"FALSE", 5, MIGD_KIND_BOOLEAN, 0},
};

static void resolve_word(const char *text, size_t size, migd_object *node)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].size == size && memcmp(words[i].text, text, size) == 0) {
            node->kind = words[i].kind;
            node->as.boolean = words[i].boolean;
            return;
        }
    }
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static unsigned digit_of(char byte)
{
    return is_digit(byte)               ? (unsigned)(byte - '0')
           : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10
           : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A') + 10
                                        : 99;
}

/* The base that a prefix names, as Go's strconv.ParseInt with base 0; *at moves behind the
 * prefix. */
static unsigned read_base(const char *digits, size_t size, size_t *at)
{
    *at = 0;
    if (size < 2 || digits[0] != '0') {
        return 10;
    }
    *at = 2;
    switch (digits[1]) {
    case 'x':
    case 'X':
        return 16;
    case 'o':
    case 'O':
        return 8;
    case 'b':
    case 'B':
        return 2;
    default:
        *at = 1;
        return 8;
    }
}

/* An integer without underscores; false: it is none, or does not fit in 64 bits. */
static bool read_integer(const char *text, size_t size, migd_object *node)
{
    const bool signed_text = text[0] == '-' || text[0] == '+';
    const bool negative = text[0] == '-';
    const char *digits = text + signed_text;
    const size_t count = size - signed_text;
    size_t at = 0;
    const unsigned base = read_base(digits, count, &at);
    if (at == count) {
        return false;
    }
    uint64_t value = 0;
    for (; at < count; at++) {
        const unsigned digit = digit_of(digits[at]);
        if (digit >= base || value > (UINT64_MAX - digit) / base) {
            return false;
        }
        value = value * base + digit;
    }
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    if (value > most && signed_text) {
        return false; /* Go reads no sign before an unsigned number */
    }
    node->kind = MIGD_KIND_INTEGER;
    node->as.natural = negative ? 0 - value : value;
    node->flags |= value > most ? MIGDI_NODE_UNSIGNED : 0;
    return true;
}

/* ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$ */
static bool looks_like_float(const char *text, size_t size)
{
    size_t at = text[0] == '-' || text[0] == '+';
    size_t digits = 0;
    for (; at < size && is_digit(text[at]); at++) {
        digits++;
    }
    if (at < size && text[at] == '.') {
        for (at++; at < size && is_digit(text[at]); at++) {
            digits++;
        }
    }
    if (digits == 0) {
        return false;
    }
    if (at < size && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += at < size && (text[at] == '-' || text[at] == '+');
        const size_t exponent = at;
        while (at < size && is_digit(text[at])) {
            at++;
        }
        return at == size && at > exponent;
    }
    return at == size;
}

/* A float in Go's range; one beyond it stays a string. */
static bool resolve_float(const char *text, size_t size, migd_object *node)
{
    double number = 0;
    if (!looks_like_float(text, size)) {
        return true;
    }
    if (!migdi_json_read_double(text, size, &number)) {
        return false;
    }
    if (isfinite(number)) {
        node->kind = MIGD_KIND_NUMBER;
        node->as.number = number;
    }
    return true;
}

static bool resolve_infinity(const char *text, size_t size, migd_object *node)
{
    static const char *const infinities[] = {".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf", "+.INF",
                                             "-.inf", "-.Inf", "-.INF", ".nan",  ".NaN",  ".NAN"};
    for (size_t i = 0; i < sizeof infinities / sizeof infinities[0]; i++) {
        if (strlen(infinities[i]) == size && memcmp(infinities[i], text, size) == 0) {
            node->kind = MIGD_KIND_NUMBER;
            node->as.number = i >= 9 ? (double)NAN : text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
            return true;
        }
    }
    return false;
}

static bool resolve_number(const char *text, size_t size, migd_object *node)
{
    char plain[LONGEST_NUMBER];
    size_t length = 0;
    if (size > sizeof plain || resolve_infinity(text, size, node)) {
        return true;
    }
    const bool keep_underscores = text[0] == '.'; /* Go drops them only behind a digit or sign */
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '_' || keep_underscores) {
            plain[length++] = text[i];
        }
    }
    if (length == 0 || (!keep_underscores && read_integer(plain, length, node))) {
        return true;
    }
    return resolve_float(plain, length, node);
}

bool migdi_yaml_resolve(const char *text, size_t size, migd_object *node)
{
    node->kind = MIGD_KIND_STRING;
    if (size == 0) {
        node->kind = MIGD_KIND_NULL;
        node->as.integer = 0;
        return true;
    }
    switch (text[0]) {
    case 'y':
    case 'Y':
    case 'n':
    case 'N':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O':
    case '~':
        if (size <= 5) {
            resolve_word(text, size, node);
        }
        return true;
    case '+':
    case '-':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return resolve_number(text, size, node);
    default:
        return true;
    }
}
