/* Quantities: decimal digits and an exponent, so that every value is exact and nothing
 * overflows. */
#include "codec_quantity.h"

#include "codec_object.h"

#include <inttypes.h>
#include <string.h>

#define NANO  (-9)
#define SHOWN 40 /* bytes of a wrong text in an error */

typedef struct {
    const char *name;
    int32_t exponent; /* of 10; of 2 for the binary ones */
} suffix;

static const suffix decimal_suffixes[] = {
    {"n", -9}, {"u", -6}, {"m", -3}, {"", 0},   {"k", 3},
    {"M", 6},  {"G", 9},  {"T", 12}, {"P", 15}, {"E", 18},
};
static const suffix binary_suffixes[] = {
    {"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60},
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- arithmetic
 * --------------------------------------------------------------------------------------- */

/* Zeros at either end go; all zeros are zero. */
static void trim(migdi_quantity *quantity)
{
    while (quantity->count > 0 && quantity->digits[quantity->count - 1] == 0) {
        quantity->count--;
    }
    size_t zeros = 0;
    while (zeros < quantity->count && quantity->digits[zeros] == 0) {
        zeros++;
    }
    quantity->count -= zeros;
    quantity->exponent += (int64_t)zeros;
    memmove(quantity->digits, quantity->digits + zeros, quantity->count);
    if (quantity->count == 0) {
        quantity->sign = 0;
        quantity->exponent = 0;
    }
}

static void double_times(migdi_quantity *quantity, int32_t doublings)
{
    for (; doublings > 0; doublings -= 10) {
        uint32_t carry = 0;
        for (size_t i = 0; i < quantity->count; i++) {
            carry += quantity->digits[i] * UINT32_C(1024);
            quantity->digits[i] = (uint8_t)(carry % 10);
            carry /= 10;
        }
        for (; carry > 0; carry /= 10) {
            quantity->digits[quantity->count++] = (uint8_t)(carry % 10);
        }
    }
    trim(quantity);
}

/* Away from zero, to a multiple of 10^exponent. The lowest digit is never 0, so what is cut never
 * is. */
static void round_away(migdi_quantity *quantity, int64_t exponent)
{
    if (quantity->sign == 0 || quantity->exponent >= exponent) {
        return;
    }
    const uint64_t cut = (uint64_t)(exponent - quantity->exponent);
    const size_t kept = cut < quantity->count ? quantity->count - (size_t)cut : 0;
    memmove(quantity->digits, quantity->digits + (quantity->count - kept), kept);
    size_t at = 0;
    while (at < kept && quantity->digits[at] == 9) {
        quantity->digits[at++] = 0;
    }
    quantity->count = kept;
    if (at == kept) {
        quantity->digits[quantity->count++] = 0;
    }
    quantity->digits[at]++;
    quantity->exponent = exponent;
    trim(quantity);
}

static int32_t compare_sizes(const migdi_quantity *left, const migdi_quantity *right)
{
    const int64_t left_top = left->exponent + (int64_t)left->count;
    const int64_t right_top = right->exponent + (int64_t)right->count;
    if (left_top != right_top) {
        return left_top < right_top ? -1 : 1;
    }
    const size_t count = left->count > right->count ? left->count : right->count;
    for (size_t i = 1; i <= count; i++) {
        const uint8_t left_digit = i <= left->count ? left->digits[left->count - i] : 0;
        const uint8_t right_digit = i <= right->count ? right->digits[right->count - i] : 0;
        if (left_digit != right_digit) {
            return left_digit < right_digit ? -1 : 1;
        }
    }
    return 0;
}

int32_t migdi_quantity_compare(const migdi_quantity *left, const migdi_quantity *right)
{
    if (left->sign != right->sign) {
        return left->sign < right->sign ? -1 : 1;
    }
    return left->sign * compare_sizes(left, right);
}

/* The size of value × 10^scale, rounded away from zero; false when it needs more than 64 bits. */
static bool whole(const migdi_quantity *quantity, int32_t scale, uint64_t *out)
{
    migdi_quantity scaled = *quantity;
    scaled.exponent += scale;
    round_away(&scaled, 0);
    *out = 0;
    if (scaled.sign != 0 && scaled.exponent + (int64_t)scaled.count > 20) {
        return false;
    }
    for (size_t i = scaled.count; i > 0; i--) {
        if (__builtin_mul_overflow(*out, UINT64_C(10), out) ||
            __builtin_add_overflow(*out, scaled.digits[i - 1], out)) {
            return false;
        }
    }
    for (int64_t i = 0; i < scaled.exponent; i++) {
        if (__builtin_mul_overflow(*out, UINT64_C(10), out)) {
            return false;
        }
    }
    return true;
}

static migd_status to_int64(const migdi_quantity *quantity, int32_t scale, int64_t *out,
                            migd_error **error)
{
    uint64_t size = 0;
    const uint64_t most = (uint64_t)INT64_MAX + (quantity->sign < 0);
    *out = 0;
    if (!whole(quantity, scale, &size) || size > most) {
        migdi_text shown = {0};
        migdi_quantity_add_canonical(quantity, &shown);
        const migd_status status =
            shown.failed ? migdi_fail_nomem(error)
                         : migdi_fail(error, MIGD_ERR_LIMIT, "%s is beyond what 64 bits hold",
                                      migdi_text_string(&shown));
        migdi_text_free(&shown);
        return status;
    }
    *out = quantity->sign < 0 ? (int64_t)(0 - size) : (int64_t)size;
    return MIGD_OK;
}

migd_status migdi_quantity_to_int64(const migdi_quantity *quantity, int64_t *out,
                                    migd_error **error)
{
    return to_int64(quantity, 0, out, error);
}

migd_status migdi_quantity_to_milli(const migdi_quantity *quantity, int64_t *out,
                                    migd_error **error)
{
    return to_int64(quantity, 3, out, error);
}

/* --- reading
 * -------------------------------------------------------------------------------------------- */

static size_t count_digits(const char *text, size_t size)
{
    size_t count = 0;
    while (count < size && text[count] >= '0' && text[count] <= '9') {
        count++;
    }
    return count;
}

static migd_status refuse(const char *text, size_t size, const char *reason, migd_error **error)
{
    const bool cut = size > SHOWN;
    return migdi_fail(error, MIGD_ERR_PARSE, "\"%.*s%s\" is no quantity: %s",
                      cut ? SHOWN : (int)size, text, cut ? "..." : "", reason);
}

/* The exponent of "e-3"; false when it is none or beyond 32 bits. */
static bool read_exponent(const char *text, size_t size, int32_t *exponent)
{
    const bool has_sign = size > 0 && (text[0] == '-' || text[0] == '+');
    const bool negative = has_sign && text[0] == '-';
    size_t at = has_sign ? 1 : 0;
    if (at == size || count_digits(text + at, size - at) != size - at) {
        return false;
    }
    int64_t value = 0;
    for (; at < size; at++) {
        value = value * 10 + (text[at] - '0');
        if (value > INT32_MAX) {
            return false;
        }
    }
    *exponent = (int32_t)(negative ? -value : value);
    return true;
}

static bool find_suffix(const suffix *list, size_t count, const char *text, size_t size,
                        int32_t *exponent)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(list[i].name) == size && memcmp(list[i].name, text, size) == 0) {
            *exponent = list[i].exponent;
            return true;
        }
    }
    return false;
}

static bool read_suffix(const char *text, size_t size, migdi_quantity_format *format,
                        int32_t *exponent)
{
    if (find_suffix(decimal_suffixes, COUNT(decimal_suffixes), text, size, exponent)) {
        *format = MIGDI_QUANTITY_DECIMAL;
        return true;
    }
    if (find_suffix(binary_suffixes, COUNT(binary_suffixes), text, size, exponent)) {
        *format = MIGDI_QUANTITY_BINARY;
        return true;
    }
    *format = MIGDI_QUANTITY_EXPONENT;
    return (text[0] == 'e' || text[0] == 'E') && read_exponent(text + 1, size - 1, exponent);
}

/* Fills digits from the two sides of the point; false when there are too many. */
static bool take_digits(migdi_quantity *quantity, const char *integer, size_t integer_count,
                        const char *fraction, size_t fraction_count)
{
    while (integer_count > 0 && integer[0] == '0') {
        integer++;
        integer_count--;
    }
    while (fraction_count > 0 && fraction[fraction_count - 1] == '0') {
        fraction_count--;
    }
    if (integer_count > MIGDI_QUANTITY_DIGITS ||
        fraction_count > MIGDI_QUANTITY_DIGITS - integer_count) {
        return false;
    }
    for (size_t i = fraction_count; i > 0; i--) {
        quantity->digits[quantity->count++] = (uint8_t)(fraction[i - 1] - '0');
    }
    for (size_t i = integer_count; i > 0; i--) {
        quantity->digits[quantity->count++] = (uint8_t)(integer[i - 1] - '0');
    }
    quantity->exponent = -(int64_t)fraction_count;
    trim(quantity);
    return true;
}

/* Applies the suffix and Kubernetes' bounds. */
static void apply_suffix(migdi_quantity *quantity, int32_t exponent)
{
    static const migdi_quantity most_binary = {
        .sign = 1,
        .count = 19,
        .digits = {7, 0, 8, 5, 7, 7, 4, 5, 8, 6, 3, 0, 2, 7, 3, 3, 2, 2, 9}, /* 2^63 - 1 */
    };
    if (quantity->sign == 0) {
        return;
    }
    if (quantity->format != MIGDI_QUANTITY_BINARY) {
        quantity->exponent += exponent;
        round_away(quantity, NANO);
        return;
    }
    double_times(quantity, exponent);
    round_away(quantity, NANO);
    if (compare_sizes(quantity, &most_binary) > 0) {
        const int32_t sign = quantity->sign;
        *quantity = most_binary;
        quantity->sign = sign;
        quantity->format = MIGDI_QUANTITY_BINARY;
    }
}

migd_status migdi_quantity_parse(const char *text, size_t size, migdi_quantity *out,
                                 migd_error **error)
{
    *out = (migdi_quantity){0};
    if (size == 0) {
        return refuse("", 0, "it is empty", error);
    }
    const bool has_sign = text[0] == '-' || text[0] == '+';
    size_t at = has_sign ? 1 : 0;
    const size_t integer = at;
    const size_t integer_count = count_digits(text + at, size - at);
    at += integer_count;
    const bool has_point = at < size && text[at] == '.';
    at += has_point ? 1 : 0;
    const size_t fraction = at;
    const size_t fraction_count = has_point ? count_digits(text + at, size - at) : 0;
    at += fraction_count;
    int32_t exponent = 0;
    if (!read_suffix(text + at, size - at, &out->format, &exponent)) {
        return refuse(text, size,
                      "after the number comes none of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an "
                      "exponent such as e3",
                      error);
    }
    /* Kubernetes reads a text without digits as 0, but for these suffixes. */
    if (integer_count + fraction_count == 0 &&
        (out->format == MIGDI_QUANTITY_BINARY ? exponent >= 50 : exponent < NANO)) {
        return refuse(text, size, "it has no digit", error);
    }
    out->sign = has_sign && text[0] == '-' ? -1 : 1;
    if (!take_digits(out, text + integer, integer_count, text + fraction, fraction_count)) {
        *out = (migdi_quantity){0};
        return migdi_fail(error, MIGD_ERR_LIMIT, "a quantity of more than %d digits",
                          MIGDI_QUANTITY_DIGITS);
    }
    apply_suffix(out, exponent);
    return MIGD_OK;
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

migd_status migdi_quantity_read(const migd_object *value, migdi_quantity *out, migd_error **error)
{
    *out = (migdi_quantity){0};
    migdi_arena arena = {0};
    size_t size = 0;
    const char *text = migdi_object_string(value, &size);
    const int32_t kind = migd_object_kind(value);
    const bool is_number = kind == MIGD_KIND_INTEGER || kind == MIGD_KIND_NUMBER;
    if (is_number) {
        text = migdi_object_json(value, &arena);
        size = text == NULL ? 0 : strlen(text);
    }
    migd_status status = MIGD_OK;
    if (is_number && text == NULL) {
        status = migdi_fail_nomem(error);
    } else if (text != NULL) {
        for (; size > 0 && is_blank(text[0]); size--) {
            text++;
        }
        while (size > 0 && is_blank(text[size - 1])) {
            size--;
        }
        status = migdi_quantity_parse(text, size, out, error);
    } else if (kind != MIGD_KIND_NULL) {
        status = migdi_fail(error, MIGD_ERR_PARSE, "a quantity is a string or a number");
    }
    if (status < 0) {
        migdi_error_set_place(error, migdi_object_place(value));
    }
    migdi_arena_free(&arena);
    return status;
}

/* --- writing
 * ---------------------------------------------------------------------------------------------- */

static void add_digits(const migdi_quantity *quantity, size_t zeros, migdi_text *text)
{
    if (quantity->sign < 0) {
        migdi_text_add_char(text, '-');
    }
    for (size_t i = quantity->count; i > 0; i--) {
        migdi_text_add_char(text, (char)('0' + quantity->digits[i - 1]));
    }
    migdi_text_add_repeated(text, '0', zeros);
}

static void add_decimal(const migdi_quantity *quantity, migdi_text *text)
{
    const int64_t zeros = (quantity->exponent % 3 + 3) % 3;
    const int64_t exponent = quantity->exponent - zeros;
    add_digits(quantity, (size_t)zeros, text);
    if (quantity->format == MIGDI_QUANTITY_EXPONENT) {
        if (exponent != 0) {
            migdi_text_format(text, "e%" PRId64, exponent);
        }
        return;
    }
    /* Beyond E there is no suffix, and Kubernetes writes none: 1000E comes out as 1. */
    for (size_t i = 0; i < COUNT(decimal_suffixes); i++) {
        if (decimal_suffixes[i].exponent == exponent) {
            migdi_text_add_string(text, decimal_suffixes[i].name);
        }
    }
}

void migdi_quantity_add_canonical(const migdi_quantity *quantity, migdi_text *text)
{
    uint64_t size = 0;
    if (quantity->sign == 0) {
        migdi_text_add_char(text, '0');
        return;
    }
    if (quantity->format != MIGDI_QUANTITY_BINARY || quantity->exponent < 0 ||
        !whole(quantity, 0, &size) || size < 1024) {
        add_decimal(quantity, text);
        return;
    }
    size_t power = 0;
    for (; size % 1024 == 0; size /= 1024) {
        power++;
    }
    migdi_text_format(text, "%s%" PRIu64 "%s", quantity->sign < 0 ? "-" : "", size,
                      power == 0 ? "" : binary_suffixes[power - 1].name);
}

bool migdi_quantity_add_scaled(const migdi_quantity *quantity, int32_t scale, migdi_text *text)
{
    migdi_quantity scaled = *quantity;
    scaled.exponent += scale;
    round_away(&scaled, 0);
    if (scaled.sign == 0) {
        migdi_text_add_char(text, '0');
        return true;
    }
    if (scaled.exponent + (int64_t)scaled.count > MIGDI_QUANTITY_DIGITS) {
        return false;
    }
    add_digits(&scaled, (size_t)scaled.exponent, text);
    return true;
}

/* --- MigratoryData's sizes
 * ---------------------------------------------------------------------------------- */

migd_status migdi_quantity_parse_size(const char *text, size_t size, int64_t *bytes,
                                      migd_error **error)
{
    static const suffix suffixes[] = {{"", 0}, {"KB", 10}, {"MB", 20}, {"GB", 30}};
    *bytes = 0;
    const size_t digits = count_digits(text, size);
    int32_t exponent = 0;
    if (digits == 0 ||
        !find_suffix(suffixes, COUNT(suffixes), text + digits, size - digits, &exponent)) {
        return migdi_fail(
            error, MIGD_ERR_PARSE,
            "\"%.*s\" is no size of MigratoryData: write bytes, or a number with KB, MB "
            "or GB",
            size > SHOWN ? SHOWN : (int)size, size == 0 ? "" : text);
    }
    int64_t value = 0;
    bool overflow = false;
    for (size_t i = 0; i < digits && !overflow; i++) {
        overflow = __builtin_mul_overflow(value, 10, &value) ||
                   __builtin_add_overflow(value, text[i] - '0', &value);
    }
    if (overflow || __builtin_mul_overflow(value, INT64_C(1) << exponent, &value)) {
        return migdi_fail(error, MIGD_ERR_LIMIT, "\"%.*s\" is beyond what 64 bits hold",
                          size > SHOWN ? SHOWN : (int)size, text);
    }
    *bytes = value;
    return MIGD_OK;
}
