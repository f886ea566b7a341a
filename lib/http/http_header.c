/* Reading what headers say: a value by its name, dates, pauses. */
#include "http_header.h"

#include "core_calendar.h"
#include "core_text.h"

#include <string.h>

#define DATE_BYTES (sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1)

static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *migdi_http_header_value(const migdi_http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++) {
        const char *found = head->headers[i].name;
        if (found[0] == name[0] && strcmp(found, name) == 0) {
            return head->headers[i].value;
        }
    }
    return NULL;
}

/* The number of `count` digits; -1: they are none. */
static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Which month stands there, from 0; -1: none. */
static int month_index(const char *text)
{
    for (int i = 0; i < 12; i++) {
        if (text[0] == months[i][0] && text[1] == months[i][1] && text[2] == months[i][2]) {
            return i;
        }
    }
    return -1;
}

bool migdi_http_date(const char *text, int64_t *unix_ms)
{
    /* Always of the same length. The day of the week says nothing that the rest does not. */
    if (text == NULL || strnlen(text, DATE_BYTES + 1) != DATE_BYTES || text[3] != ',' ||
        text[4] != ' ' || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' ||
        text[22] != ':' || memcmp(text + 25, " GMT", 4) != 0) {
        return false;
    }
    const int day = digits(text + 5, 2);
    const int month = month_index(text + 8);
    const int year = digits(text + 12, 4);
    const int hour = digits(text + 17, 2);
    const int minute = digits(text + 20, 2);
    const int second = digits(text + 23, 2);
    if (day < 1 || day > 31 || month < 0 || year < 1970 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60) {
        return false;
    }
    const int64_t whole_days = migdi_days_of(year, month + 1, day);
    *unix_ms = (((whole_days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
    return true;
}

void migdi_http_add_date(migdi_text *text, int64_t unix_ms)
{
    const migdi_date date = migdi_date_of(unix_ms);
    migdi_text_format(text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[date.weekday], date.day,
                      months[date.month - 1], date.year, date.hour, date.minute, date.second);
}

int64_t migdi_http_retry_after_ms(const char *text, int64_t now_unix_ms)
{
    int64_t at_ms = 0;
    if (text == NULL) {
        return -1;
    }
    if (migdi_http_date(text, &at_ms)) {
        return at_ms > now_unix_ms ? at_ms - now_unix_ms : 0;
    }
    int64_t seconds = 0;
    const char *end = text;
    for (; *end >= '0' && *end <= '9'; end++) {
        /* Beyond 68 years it makes no difference. */
        seconds = seconds > INT32_MAX ? seconds : seconds * 10 + (*end - '0');
    }
    return end == text || *end != '\0' ? -1 : seconds * 1000;
}
