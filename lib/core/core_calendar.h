/* The proleptic Gregorian calendar in UTC, without the C library's locks and locales. */
#ifndef MIGDI_CORE_CALENDAR_H
#define MIGDI_CORE_CALENDAR_H

#include <stdint.h>

/* An instant in the calendar. */
typedef struct migdi_date {
    int32_t year;
    int32_t month;   /* from 1 */
    int32_t day;     /* from 1 */
    int32_t weekday; /* 0: Sunday */
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t millisecond;
} migdi_date;

/* Days from 1970-01-01 to a date. year: from 0; month: 1 to 12; day: from 1, also beyond the end of
 * the month. */
int64_t migdi_days_of(int64_t year, int64_t month, int64_t day);

/* How many days the month has. */
int32_t migdi_days_in(int64_t year, int64_t month);

/* Where an instant lies. Years 1970 to 9999; what is outside is taken to the nearer
 * end. */
migdi_date migdi_date_of(int64_t unix_ms);

#endif
