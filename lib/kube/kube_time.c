/* Instants as Kubernetes writes them (RFC 3339). */
#include "kube_time.h"

#include "core_calendar.h"

#define MS_A_DAY ((int64_t)86400000)

/* Exactly `count` digits at *at, from `least` to `most`. */
static bool take_number(const char **at, int count, int64_t least, int64_t most, int64_t *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        const char digit = **at;
        if (digit < '0' || digit > '9') {
            return false;
        }
        *out = *out * 10 + (digit - '0');
        (*at)++;
    }
    return *out >= least && *out <= most;
}

static bool take_char(const char **at, char wanted)
{
    const bool is_there = **at == wanted;
    *at += is_there;
    return is_there;
}

/* ".123456789": milliseconds, cut. At most nine digits, as Go writes. */
static bool take_fraction(const char **at, int64_t *ms)
{
    *ms = 0;
    if (!take_char(at, '.')) {
        return true;
    }
    int64_t weight = 100;
    int digits = 0;
    for (; **at >= '0' && **at <= '9' && digits < 9; digits++, (*at)++) {
        *ms += (**at - '0') * weight;
        weight /= 10;
    }
    return digits > 0;
}

static bool take_offset(const char **at, int64_t *minutes)
{
    *minutes = 0;
    if (take_char(at, 'Z')) {
        return true;
    }
    const bool is_west = **at == '-';
    int64_t hour = 0;
    int64_t minute = 0;
    if (!(take_char(at, '+') || take_char(at, '-')) || !take_number(at, 2, 0, 23, &hour) ||
        !take_char(at, ':') || !take_number(at, 2, 0, 59, &minute)) {
        return false;
    }
    *minutes = (hour * 60 + minute) * (is_west ? -1 : 1);
    return true;
}

bool migdi_kube_time_read(const char *text, int64_t *unix_ms)
{
    const char *at = text;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    int64_t ms = 0;
    int64_t offset = 0;
    if (!take_number(&at, 4, 0, 9999, &year) || !take_char(&at, '-') ||
        !take_number(&at, 2, 1, 12, &month) || !take_char(&at, '-') ||
        !take_number(&at, 2, 1, migdi_days_in(year, month), &day) || !take_char(&at, 'T') ||
        !take_number(&at, 2, 0, 23, &hour) || !take_char(&at, ':') ||
        !take_number(&at, 2, 0, 59, &minute) || !take_char(&at, ':') ||
        !take_number(&at, 2, 0, 60, &second) || !take_fraction(&at, &ms) ||
        !take_offset(&at, &offset) || *at != '\0') {
        return false;
    }
    second = second == 60 ? 59 : second;
    *unix_ms = migdi_days_of(year, month, day) * MS_A_DAY +
               ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
    return true;
}

int64_t migdi_kube_time_or(const char *text, int64_t fallback)
{
    int64_t unix_ms = 0;
    return text != NULL && migdi_kube_time_read(text, &unix_ms) ? unix_ms : fallback;
}

void migdi_kube_time_add(migdi_text *text, int64_t unix_ms, bool micro)
{
    const migdi_date date = migdi_date_of(unix_ms);
    migdi_text_format(text, "%04d-%02d-%02dT%02d:%02d:%02d", date.year, date.month, date.day,
                      date.hour, date.minute, date.second);
    if (micro) {
        migdi_text_format(text, ".%03d000", date.millisecond);
    }
    migdi_text_add_char(text, 'Z');
}
