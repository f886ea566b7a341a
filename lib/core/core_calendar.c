/* Dates to days and back, with March as the first month, so that the day that leap years have comes
 * last (Howard Hinnant, chrono-compatible low-level date algorithms). */
#include "core_calendar.h"

#define MS_A_DAY INT64_C(86400000)
#define LAST_MS  INT64_C(253402300799999) /* the last of the year 9999 */

#define DAYS_AN_ERA   INT64_C(146097) /* 400 years */
#define DAYS_TO_EPOCH INT64_C(719468) /* from 0000-03-01 to 1970-01-01 */

int64_t migdi_days_of(int64_t year, int64_t month, int64_t day)
{
    const int64_t from_march = month <= 2 ? year - 1 : year;
    const int64_t era = (from_march >= 0 ? from_march : from_march - 399) / 400;
    const int64_t year_of_era = from_march - era * 400;
    const int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * DAYS_AN_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - DAYS_TO_EPOCH;
}

int32_t migdi_days_in(int64_t year, int64_t month)
{
    const int64_t next =
        month == 12 ? migdi_days_of(year + 1, 1, 1) : migdi_days_of(year, month + 1, 1);
    return (int32_t)(next - migdi_days_of(year, month, 1));
}

migdi_date migdi_date_of(int64_t unix_ms)
{
    const int64_t ms = unix_ms < 0 ? 0 : unix_ms > LAST_MS ? LAST_MS : unix_ms;
    const int64_t days = ms / MS_A_DAY;
    const int64_t era = (days + DAYS_TO_EPOCH) / DAYS_AN_ERA;
    const int64_t day_of_era = (days + DAYS_TO_EPOCH) % DAYS_AN_ERA;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * day_of_year + 2) / 153;
    const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    const int32_t second = (int32_t)(ms % MS_A_DAY / 1000);
    return (migdi_date){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (int32_t)month,
        .day = (int32_t)(day_of_year - (153 * from_march + 2) / 5 + 1),
        .weekday = (int32_t)((days + 4) % 7), /* 1970 began on a Thursday */
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
        .millisecond = (int32_t)(ms % 1000),
    };
}
