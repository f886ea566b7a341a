/* Fields that hold a number or a percentage. */
#include "codec_int_or_percent.h"

#include "codec_object.h"

typedef enum { READ, NO_PERCENTAGE, TOO_LARGE } outcome;

/* [+-]digits% as Go's Atoi takes the part before the sign. */
static outcome read_percentage(const char *text, size_t size, int64_t *percent)
{
    *percent = 0;
    if (size == 0 || text[size - 1] != '%') {
        return NO_PERCENTAGE;
    }
    const bool negative = text[0] == '-';
    const size_t first = negative || text[0] == '+' ? 1 : 0;
    bool overflow = false;
    for (size_t i = first; i < size - 1; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return NO_PERCENTAGE;
        }
        const int64_t digit = negative ? '0' - text[i] : text[i] - '0';
        overflow = overflow || __builtin_mul_overflow(*percent, 10, percent) ||
                   __builtin_add_overflow(*percent, digit, percent);
    }
    if (first == size - 1) {
        return NO_PERCENTAGE;
    }
    return overflow ? TOO_LARGE : READ;
}

bool migdi_int_or_percent_is_percent(const migd_object *value)
{
    size_t size = 0;
    int64_t percent = 0;
    const char *text = migdi_object_string(value, &size);
    return text != NULL && read_percentage(text, size, &percent) == READ;
}

static outcome scale(int64_t percent, int64_t total, migdi_rounding rounding, int64_t *out)
{
    int64_t hundredths = 0;
    if (__builtin_mul_overflow(percent, total, &hundredths)) {
        return TOO_LARGE;
    }
    const int64_t rest = hundredths % 100;
    *out = hundredths / 100;
    if (rest > 0 && rounding == MIGDI_ROUND_UP) {
        ++*out;
    } else if (rest < 0 && rounding == MIGDI_ROUND_DOWN) {
        --*out;
    }
    return READ;
}

migd_status migdi_int_or_percent_scale(const migd_object *value, int64_t total,
                                       migdi_rounding rounding, int64_t *out, migd_error **error)
{
    *out = 0;
    size_t size = 0;
    int64_t number = 0;
    const char *text = migdi_object_string(value, &size);
    if (migd_object_kind(value) == MIGD_KIND_NULL) {
        return MIGD_OK;
    }
    outcome read = NO_PERCENTAGE;
    if (text != NULL) {
        int64_t percent = 0;
        read = read_percentage(text, size, &percent);
        read = read == READ ? scale(percent, total, rounding, &number) : read;
    } else if (migdi_object_read_int64(value, &number)) {
        read = number >= INT32_MIN && number <= INT32_MAX ? READ : TOO_LARGE;
    }
    switch (read) {
    case READ:
        *out = number;
        return MIGD_OK;
    case TOO_LARGE:
        return migdi_fail_at(error, MIGD_ERR_LIMIT, migdi_object_place(value),
                             "a number or percentage that is too large");
    default:
        return migdi_fail_at(error, MIGD_ERR_PARSE, migdi_object_place(value),
                             "must be a whole number, or a percentage such as \"25%%\"");
    }
}
