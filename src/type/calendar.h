/*
 * calendar.h: days, years and ISO weeks of the proleptic Gregorian calendar.
 *
 * A day is counted from 2000-01-01, as in date values. Years are astronomical: year 0 is 1 BC.
 * All functions are pure and total for the ranges that they name.
 */
#pragma once

#include "type/values.h"
#include <stdbool.h>
#include <stdint.h>

/* The first day that PostgreSQL knows (4714-11-24 BC) and the first that it no longer does. */
#define DAY_FIRST (-2451545)
#define DAY_DATE_END 2145031949     /* 5874898-01-01 */
#define DAY_TIMESTAMP_END 106751983 /* 294277-01-01 */
#define TIMESTAMP_FIRST (DAY_FIRST * US_PER_DAY)
#define TIMESTAMP_END (DAY_TIMESTAMP_END * US_PER_DAY)
#define JULIAN_OF_DAY_0 2451545
/* 2000-01-01 minus 1970-01-01. */
#define EPOCH_SHIFT_DAYS 10957
#define EPOCH_SHIFT_SECONDS INT64_C(946684800)

#define US_PER_HOUR INT64_C(3600000000)
#define US_PER_MINUTE INT64_C(60000000)
#define SECONDS_PER_DAY 86400
#define MONTHS_PER_YEAR 12
#define DAYS_PER_MONTH 30 /* as intervals reckon */

struct civil {
    int32_t year, month, day; /* month 1 to 12, day 1 to 31 */
};

static inline bool
date_is_finite(int32_t date)
{
    return date != DATE_MIN && date != DATE_MAX;
}

static inline bool
timestamp_is_finite(int64_t us)
{
    return us != TIMESTAMP_MIN && us != TIMESTAMP_MAX;
}

static inline bool
date_is_valid(int64_t day)
{
    return day >= DAY_FIRST && day < DAY_DATE_END;
}

static inline bool
timestamp_is_valid(int64_t us)
{
    return us >= TIMESTAMP_FIRST && us < TIMESTAMP_END;
}

/* Division that rounds towards minus infinity, and its remainder of 0 to b - 1; b > 0. */
static inline int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int64_t
floor_mod(int64_t a, int64_t b)
{
    int64_t rest = a % b;
    return rest < 0 ? rest + b : rest;
}

bool year_is_leap(int64_t year);
int32_t month_days(int64_t year, int32_t month);

/* `month` 1 to 12; a day outside its month runs on into its neighbours. */
int64_t civil_day(int64_t year, int32_t month, int64_t day);
struct civil day_civil(int64_t day); /* |day| below 2^40 */

/* Whether the year and month lie where dates may begin and end; the exact ends are the caller's. */
bool civil_is_near(int64_t year, int32_t month);

int32_t day_weekday(int64_t day);                 /* 0 is Sunday */
int32_t civil_year_day(struct civil civil);       /* 1 to 366 */
int32_t civil_iso_week(struct civil civil);       /* 1 to 53 */
int64_t civil_iso_year(struct civil civil);       /* the year that its ISO week belongs to */
int64_t iso_week_day(int64_t year, int64_t week); /* the Monday of an ISO week */
