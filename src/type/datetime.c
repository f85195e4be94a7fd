/*
 * datetime.c: the step between the fields of a date or time and its value, with and without zone.
 */
#include "type/datetime.h"

#include "base/raise.h"

const char *const month_names[12] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
const char *const day_names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                  "Thursday", "Friday", "Saturday"};

_Noreturn static void
fail_timestamp_range(void)
{
    raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp out of range");
}

void
datetime_set_time(struct datetime *dt, int64_t us)
{
    dt->us = (int32_t)(us % US_PER_SECOND);
    int32_t seconds = (int32_t)(us / US_PER_SECOND);
    dt->second = seconds % 60;
    dt->minute = seconds / 60 % 60;
    dt->hour = seconds / 3600;
}

bool
datetime_timestamp(const struct datetime *dt, int64_t *timestamp)
{
    if (!civil_is_near(dt->year, dt->month))
        return false;
    int64_t day = civil_day(dt->year, dt->month, dt->day);
    int64_t us;
    if (__builtin_mul_overflow(day, US_PER_DAY, &us) ||
        __builtin_add_overflow(us, datetime_time_us(dt), &us) || !timestamp_is_valid(us))
        return false;
    *timestamp = us;
    return true;
}

bool
datetime_timestamptz(const struct datetime *dt, int64_t *timestamp)
{
    if (!civil_is_near(dt->year, dt->month))
        return false;
    int64_t day = civil_day(dt->year, dt->month, dt->day);
    int64_t us;
    if (__builtin_mul_overflow(day, US_PER_DAY, &us) ||
        __builtin_add_overflow(us, datetime_time_us(dt), &us) ||
        __builtin_sub_overflow(us, dt->seconds_east * US_PER_SECOND, &us) ||
        !timestamp_is_valid(us))
        return false;
    *timestamp = us;
    return true;
}

void
datetime_set_timestamp(struct datetime *dt, int64_t timestamp)
{
    int64_t day = floor_div(timestamp, US_PER_DAY);
    struct civil civil = day_civil(day);
    dt->year = civil.year;
    dt->month = civil.month;
    dt->day = civil.day;
    datetime_set_time(dt, timestamp - day * US_PER_DAY);
}

static int64_t
instant_of(int64_t timestamp)
{
    return floor_div(timestamp, US_PER_SECOND) + EPOCH_SHIFT_SECONDS;
}

static void
set_span(struct datetime *dt, struct timezone_span span)
{
    dt->seconds_east = span.seconds_east;
    dt->is_dst = span.is_dst;
    dt->abbrev = span.abbrev;
}

void
datetime_set_timestamptz(struct datetime *dt, const struct timezone *zone, int64_t timestamp)
{
    struct timezone_span span = timezone_at(zone, instant_of(timestamp));
    datetime_set_timestamp(dt, timestamp + span.seconds_east * US_PER_SECOND);
    set_span(dt, span);
}

void
datetime_set_zone(struct datetime *dt, const struct timezone *zone)
{
    int64_t day = civil_day(dt->year, dt->month, dt->day) + EPOCH_SHIFT_DAYS;
    int64_t seconds = (dt->hour * INT64_C(60) + dt->minute) * 60 + dt->second;
    set_span(dt, timezone_local(zone, day * SECONDS_PER_DAY + seconds));
}

int64_t
timestamp_shift(int64_t timestamp, int64_t seconds)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    int64_t us;
    if (__builtin_add_overflow(timestamp, seconds * US_PER_SECOND, &us) || !timestamp_is_valid(us))
        fail_timestamp_range();
    return us;
}

int64_t
timestamp_to_instant(const struct timezone *zone, int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    struct timezone_span span = timezone_local(zone, instant_of(timestamp));
    return timestamp_shift(timestamp, -(int64_t)span.seconds_east);
}

int64_t
timestamp_from_instant(const struct timezone *zone, int64_t instant)
{
    if (!timestamp_is_finite(instant))
        return instant;
    return timestamp_shift(instant, timezone_at(zone, instant_of(instant)).seconds_east);
}

int64_t
timestamp_local(const struct timezone *zone, int64_t instant)
{
    return instant + timezone_at(zone, instant_of(instant)).seconds_east * US_PER_SECOND;
}
