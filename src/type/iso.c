/*
 * iso.c: the ISO form of dates and timestamps, digit by digit at fixed places.
 */
#include "type/iso.h"

#include "type/digits.h"

#define DATE_BYTES 10
#define TIME_BYTES 19 /* with the date before it */

/* The number that `count` digits at `at` make; at least 10^count if one is none. */
static uint32_t
fixed_number(const uint8_t *at, uint32_t count)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_digit(at[i]))
            return UINT32_MAX;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

static bool
read_date(const uint8_t *at, int32_t *day)
{
    if (at[4] != '-' || at[7] != '-')
        return false;
    uint32_t year = fixed_number(at, 4), month = fixed_number(at + 5, 2);
    uint32_t month_day = fixed_number(at + 8, 2);
    if (year - 1 > 9998 || month - 1 > 11 || month_day - 1 > 30 ||
        (month_day > 28 && (int32_t)month_day > month_days(year, (int32_t)month)))
        return false;
    *day = (int32_t)civil_day(year, (int32_t)month, month_day);
    return true;
}

bool
iso_date_read(struct slice text, int32_t *day)
{
    return text.bytes == DATE_BYTES && read_date(text.data, day);
}

bool
iso_timestamp_read(struct slice text, int64_t *us)
{
    const uint8_t *at = text.data;
    int32_t day;
    if (text.bytes < TIME_BYTES || text.bytes > ISO_TIMESTAMP_BYTES_MAX || at[10] != ' ' ||
        at[13] != ':' || at[16] != ':' || !read_date(at, &day))
        return false;
    uint32_t hour = fixed_number(at + 11, 2), minute = fixed_number(at + 14, 2);
    uint32_t second = fixed_number(at + 17, 2), fraction = 0;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    if (text.bytes > TIME_BYTES) {
        uint32_t digits = (uint32_t)text.bytes - TIME_BYTES - 1;
        if (at[19] != '.' || digits == 0)
            return false;
        fraction = fixed_number(at + 20, digits);
        if (fraction == UINT32_MAX)
            return false;
        fraction *= (uint32_t)digits_power10[6 - digits];
    }
    int64_t seconds = ((int64_t)day * 24 + hour) * 3600 + (int64_t)minute * 60 + second;
    *us = seconds * US_PER_SECOND + fraction;
    return true;
}

uint32_t
iso_date_write(char *to, int32_t day)
{
    struct civil civil = day_civil(day);
    if (civil.year < 1 || civil.year > 9999)
        return 0;
    digits_write_padded(to, (uint64_t)civil.year, 4);
    to[4] = '-';
    digits_write_padded(to + 5, (uint64_t)civil.month, 2);
    to[7] = '-';
    digits_write_padded(to + 8, (uint64_t)civil.day, 2);
    return DATE_BYTES;
}

uint32_t
iso_timestamp_write(char *to, int64_t us)
{
    int64_t day = floor_div(us, US_PER_DAY);
    uint64_t rest = (uint64_t)floor_mod(us, US_PER_DAY);
    uint64_t second = rest / US_PER_SECOND, fraction = rest % US_PER_SECOND;
    if (iso_date_write(to, (int32_t)day) == 0)
        return 0;
    to[10] = ' ';
    digits_write_padded(to + 11, second / 3600, 2);
    to[13] = ':';
    digits_write_padded(to + 14, second / 60 % 60, 2);
    to[16] = ':';
    digits_write_padded(to + 17, second % 60, 2);
    if (fraction == 0)
        return TIME_BYTES;
    uint32_t digits = 6;
    for (; fraction % 10 == 0; digits--)
        fraction /= 10;
    to[19] = '.';
    digits_write_padded(to + 20, fraction, digits);
    return TIME_BYTES + 1 + digits;
}
