/* Durations: how kubectl shows an age, how Go reads and writes a flag. */
#include "codec_duration.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN 40 /* bytes of a wrong text in an error */

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    {"ns", 1},       {"us", 1000},      {"\u00b5s", 1000},  {"\u03bcs", 1000},
    {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

/* --- ages
 * -------------------------------------------------------------------------------------------------
 */

/* "4d23h", or "4d" when the smaller part is 0. */
static void add_two(migdi_text *text, int64_t large, char large_unit, int64_t small,
                    char small_unit)
{
    migdi_text_format(text, "%" PRId64 "%c", large, large_unit);
    if (small != 0) {
        migdi_text_format(text, "%" PRId64 "%c", small, small_unit);
    }
}

/* What is not long ago enough to count: clocks may differ by less than two seconds. */
static bool add_now(migdi_text *text, int64_t seconds)
{
    if (seconds < 0) {
        migdi_text_add_string(text, seconds < -1 ? "<invalid>" : "0s");
    }
    return seconds < 0;
}

void migdi_duration_add_human(migdi_text *text, int64_t ms)
{
    const int64_t seconds = ms / 1000;
    const int64_t minutes = seconds / 60;
    const int64_t hours = minutes / 60;
    const int64_t days = hours / 24;
    if (add_now(text, seconds)) {
        return;
    }
    if (seconds < 120) {
        add_two(text, seconds, 's', 0, ' ');
    } else if (minutes < 10) {
        add_two(text, minutes, 'm', seconds % 60, 's');
    } else if (hours < 3) {
        add_two(text, minutes, 'm', 0, ' ');
    } else if (hours < 8) {
        add_two(text, hours, 'h', minutes % 60, 'm');
    } else if (hours < 48) {
        add_two(text, hours, 'h', 0, ' ');
    } else if (days < 8) {
        add_two(text, days, 'd', hours % 24, 'h');
    } else if (days < 2 * 365) {
        add_two(text, days, 'd', 0, ' ');
    } else if (days < 8 * 365) {
        add_two(text, days / 365, 'y', days % 365, 'd');
    } else {
        add_two(text, days / 365, 'y', 0, ' ');
    }
}

void migdi_duration_add_human_short(migdi_text *text, int64_t ms)
{
    const int64_t seconds = ms / 1000;
    const int64_t hours = seconds / 3600;
    if (add_now(text, seconds)) {
        return;
    }
    if (seconds < 60) {
        add_two(text, seconds, 's', 0, ' ');
    } else if (hours < 1) {
        add_two(text, seconds / 60, 'm', 0, ' ');
    } else if (hours < 24) {
        add_two(text, hours, 'h', 0, ' ');
    } else if (hours < 24 * 365) {
        add_two(text, hours / 24, 'd', 0, ' ');
    } else {
        add_two(text, hours / 24 / 365, 'y', 0, ' ');
    }
}

/* --- reading
 * ------------------------------------------------------------------------------------------------
 */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The digits before the point; false beyond 64 bits. */
static bool read_whole(const char *text, size_t size, size_t *at, uint64_t *whole)
{
    *whole = 0;
    for (; *at < size && is_digit(text[*at]); (*at)++) {
        if (__builtin_mul_overflow(*whole, UINT64_C(10), whole) ||
            __builtin_add_overflow(*whole, (uint64_t)(text[*at] - '0'), whole)) {
            return false;
        }
    }
    return true;
}

/* The digits behind the point, as many as 64 bits hold: fraction / scale. The rest is below 1
 * ns. */
static void read_fraction(const char *text, size_t size, size_t *at, uint64_t *fraction,
                          double *scale)
{
    const uint64_t most = INT64_MAX / 10;
    bool full = false;
    *fraction = 0;
    *scale = 1;
    for (; *at < size && is_digit(text[*at]); (*at)++) {
        const uint64_t digit = (uint64_t)(text[*at] - '0');
        full = full || *fraction > most || *fraction * 10 + digit > (uint64_t)INT64_MAX + 1;
        if (!full) {
            *fraction = *fraction * 10 + digit;
            *scale *= 10;
        }
    }
}

static int64_t find_unit(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == size && memcmp(units[i].name, text, size) == 0) {
            return units[i].ns;
        }
    }
    return 0;
}

static migd_status refuse(const char *text, size_t size, const char *reason, migd_error **error)
{
    const bool cut = size > SHOWN;
    return migdi_fail(error, MIGD_ERR_PARSE, "\"%.*s%s\" is no duration: %s (such as 90s, 1h30m)",
                      cut ? SHOWN : (int)size, text, cut ? "..." : "", reason);
}

/* One number with its unit, added to *total; false: beyond 64 bits. `reason` stays NULL when it
 * reads. */
static bool add_part(const char *text, size_t size, size_t *at, uint64_t *total,
                     const char **reason)
{
    uint64_t whole = 0;
    uint64_t fraction = 0;
    double scale = 1;
    const size_t start = *at;
    if (!read_whole(text, size, at, &whole)) {
        return false;
    }
    size_t digits = *at - start;
    if (*at < size && text[*at] == '.') {
        const size_t point = ++*at;
        read_fraction(text, size, at, &fraction, &scale);
        digits += *at - point;
    }
    size_t end = *at;
    while (end < size && text[end] != '.' && !is_digit(text[end])) {
        end++;
    }
    const int64_t unit = find_unit(text + *at, end - *at);
    if (digits == 0) {
        *reason = "a number is missing";
        return true;
    }
    if (unit == 0) {
        *reason = end == *at ? "a unit is missing, ns us ms s m or h"
                             : "the units are ns us ms s m and h";
        return true;
    }
    *at = end;
    /* In double, as Go computes it: the last nanosecond of a fraction is the same. */
    const uint64_t more = (uint64_t)((double)fraction * ((double)unit / scale));
    return !__builtin_mul_overflow(whole, (uint64_t)unit, &whole) &&
           !__builtin_add_overflow(whole, more, &whole) &&
           !__builtin_add_overflow(*total, whole, total);
}

migd_status migdi_duration_parse(const char *text, size_t size, int64_t *ns, migd_error **error)
{
    *ns = 0;
    const bool negative = size > 0 && text[0] == '-';
    size_t at = negative || (size > 0 && text[0] == '+') ? 1 : 0;
    if (at == size) {
        return refuse(size == 0 ? "" : text, size, "a number is missing", error);
    }
    if (size - at == 1 && text[at] == '0') {
        return MIGD_OK;
    }
    uint64_t total = 0;
    const char *reason = NULL;
    while (at < size) {
        const bool fits = add_part(text, size, &at, &total, &reason);
        if (reason != NULL) {
            return refuse(text, size, reason, error);
        }
        if (!fits || total > (uint64_t)INT64_MAX + negative) {
            return migdi_fail(error, MIGD_ERR_LIMIT, "a duration of more than 292 years");
        }
    }
    *ns = negative ? (int64_t)(0 - total) : (int64_t)total;
    return MIGD_OK;
}

/* --- writing
 * ------------------------------------------------------------------------------------------------
 */

/* value / 10^places without zeros at the end, then the unit. */
static void add_decimal(migdi_text *text, uint64_t value, int places, const char *unit)
{
    uint64_t divisor = 1;
    for (int i = 0; i < places; i++) {
        divisor *= 10;
    }
    migdi_text_format(text, "%" PRIu64, value / divisor);
    uint64_t fraction = value % divisor;
    for (; fraction > 0 && fraction % 10 == 0; fraction /= 10) {
        places--;
    }
    if (fraction > 0) {
        migdi_text_format(text, ".%0*" PRIu64, places, fraction);
    }
    migdi_text_add_string(text, unit);
}

void migdi_duration_add_go(migdi_text *text, int64_t ns)
{
    const uint64_t minute = UINT64_C(60000000000);
    const uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if (ns < 0) {
        migdi_text_add_char(text, '-');
    }
    if (size == 0) {
        migdi_text_add_string(text, "0s");
    } else if (size < 1000) {
        add_decimal(text, size, 0, "ns");
    } else if (size < 1000000) {
        add_decimal(text, size, 3, "\u00b5s");
    } else if (size < 1000000000) {
        add_decimal(text, size, 6, "ms");
    } else {
        if (size >= 60 * minute) {
            migdi_text_format(text, "%" PRIu64 "h", size / minute / 60);
        }
        if (size >= minute) {
            migdi_text_format(text, "%" PRIu64 "m", size / minute % 60);
        }
        add_decimal(text, size % minute, 9, "s");
    }
}

void migdi_duration_add(migdi_text *text, int64_t ms)
{
    const uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    if (ms < 0) {
        migdi_text_add_char(text, '-');
    }
    if (size > 0 && size < 1000) {
        migdi_text_format(text, "%" PRIu64 "ms", size);
        return;
    }
    if (size >= 3600000) {
        migdi_text_format(text, "%" PRIu64 "h", size / 3600000);
    }
    if (size / 60000 % 60 != 0) {
        migdi_text_format(text, "%" PRIu64 "m", size / 60000 % 60);
    }
    if (size % 60000 != 0 || size == 0) {
        add_decimal(text, size % 60000, 3, "s");
    }
}
