/*
 * calendar.c: days, years and ISO weeks of the proleptic Gregorian calendar.
 *
 * Conversions count in eras of 400 years that begin on 1 March, so that the leap day comes last
 * (after Howard Hinnant, "chrono-compatible low-level date algorithms").
 */
#include "type/calendar.h"

#define ERA_DAYS 146097
#define DAY_OF_ERA_0 (-730425) /* 0000-03-01 */

bool
year_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t
month_days(int64_t year, int32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && year_is_leap(year) ? 29 : days[month - 1];
}

int64_t
civil_day(int64_t year, int32_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t march_month = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era + DAY_OF_ERA_0;
}

struct civil
day_civil(int64_t day)
{
    int64_t z = day - DAY_OF_ERA_0;
    int64_t era = floor_div(z, ERA_DAYS);
    int32_t day_of_era = (int32_t)(z - era * ERA_DAYS);
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t march_month = (5 * day_of_year + 2) / 153;
    int32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (struct civil){
        .year = (int32_t)(era * 400 + year_of_era + (month <= 2)),
        .month = month,
        .day = day_of_year - (153 * march_month + 2) / 5 + 1,
    };
}

bool
civil_is_near(int64_t year, int32_t month)
{
    bool is_late = year > -4713 || (year == -4713 && month >= 11);
    bool is_early = year < 5874898 || (year == 5874898 && month < 6);
    return is_late && is_early;
}

int32_t
day_weekday(int64_t day)
{
    return (int32_t)floor_mod(day + 6, 7); /* 2000-01-01 was a Saturday */
}

int32_t
civil_year_day(struct civil civil)
{
    return (int32_t)(civil_day(civil.year, civil.month, civil.day) - civil_day(civil.year, 1, 1)) +
           1;
}

/* The Monday of the week that holds 4 January: where the ISO year begins. */
static int64_t
iso_year_day(int64_t year)
{
    int64_t fourth = civil_day(year, 1, 4);
    return fourth - (day_weekday(fourth) + 6) % 7;
}

int64_t
iso_week_day(int64_t year, int64_t week)
{
    return iso_year_day(year) + (week - 1) * 7;
}

int64_t
civil_iso_year(struct civil civil)
{
    int64_t day = civil_day(civil.year, civil.month, civil.day);
    if (day < iso_year_day(civil.year))
        return (int64_t)civil.year - 1;
    return day >= iso_year_day((int64_t)civil.year + 1) ? (int64_t)civil.year + 1 : civil.year;
}

int32_t
civil_iso_week(struct civil civil)
{
    int64_t day = civil_day(civil.year, civil.month, civil.day);
    return (int32_t)((day - iso_year_day(civil_iso_year(civil))) / 7) + 1;
}
