/*
 * datetime_print.c: writes dates, times and timestamps in the session's DateStyle.
 */
#include "type/datetime.h"

#include "base/buf.h"
#include <stdlib.h>

#define ABBREV_BYTES_MAX 10 /* of a zone's abbreviation in output */

static void
put_two(struct buf *to, int32_t value)
{
    buf_put_u8(to, (uint8_t)('0' + value / 10 % 10));
    buf_put_u8(to, (uint8_t)('0' + value % 10));
}

/* At least four digits; the era is put elsewhere. */
static void
put_year(struct buf *to, int32_t year)
{
    int32_t shown = year > 0 ? year : 1 - year;
    if (shown > 9999) {
        buf_format(to, "%d", shown);
        return;
    }
    put_two(to, shown / 100);
    put_two(to, shown % 100);
}

static void
put_era(struct buf *to, int32_t year)
{
    if (year <= 0)
        buf_put_text(to, " BC");
}

/* ".123456" without zeros at the end; nothing if it is 0. */
static void
put_fraction(struct buf *to, int32_t us)
{
    if (us == 0)
        return;
    char digits[7] = {'.'};
    size_t count = 7;
    for (size_t i = 6; i > 0; i--) {
        digits[i] = (char)('0' + us % 10);
        us /= 10;
    }
    while (digits[count - 1] == '0')
        count--;
    buf_put(to, digits, count);
}

static void
put_clock(struct buf *to, const struct datetime *dt)
{
    put_two(to, dt->hour);
    buf_put_u8(to, ':');
    put_two(to, dt->minute);
    buf_put_u8(to, ':');
    put_two(to, dt->second);
    put_fraction(to, dt->us);
}

static void
put_offset(struct buf *to, int32_t seconds_east)
{
    int32_t size = abs(seconds_east);
    buf_put_u8(to, seconds_east < 0 ? '-' : '+');
    if (size >= 100 * 3600) /* AT TIME ZONE '100' */
        buf_format(to, "%d", size / 3600);
    else
        put_two(to, size / 3600);
    if (size % 3600 == 0)
        return;
    buf_put_u8(to, ':');
    put_two(to, size / 60 % 60);
    if (size % 60 == 0)
        return;
    buf_put_u8(to, ':');
    put_two(to, size % 60);
}

/* The zone as the styles other than ISO show it: by abbreviation. */
static void
put_abbrev(struct buf *to, const struct datetime *dt, bool has_blank)
{
    if (dt->abbrev != NULL) {
        buf_put_u8(to, ' ');
        buf_put(to, dt->abbrev, strnlen(dt->abbrev, ABBREV_BYTES_MAX));
        return;
    }
    if (has_blank)
        buf_put_u8(to, ' ');
    put_offset(to, dt->seconds_east);
}

static void
put_day_month(struct buf *to, const struct datetime *dt, bool is_day_first, char separator)
{
    put_two(to, is_day_first ? dt->day : dt->month);
    buf_put_u8(to, (uint8_t)separator);
    put_two(to, is_day_first ? dt->month : dt->day);
    buf_put_u8(to, (uint8_t)separator);
    put_year(to, dt->year);
}

static void
put_iso_date(struct buf *to, const struct datetime *dt)
{
    put_year(to, dt->year);
    buf_put_u8(to, '-');
    put_two(to, dt->month);
    buf_put_u8(to, '-');
    put_two(to, dt->day);
}

void
datetime_print_date(const struct type_env *env, const struct datetime *dt, struct buf *to)
{
    bool is_day_first = env->date_order == DATE_ORDER_DMY;
    switch (env->date_style) {
    case DATE_STYLE_ISO:
        put_iso_date(to, dt);
        break;
    case DATE_STYLE_SQL:
        put_day_month(to, dt, is_day_first, '/');
        break;
    case DATE_STYLE_GERMAN:
        put_day_month(to, dt, true, '.');
        break;
    case DATE_STYLE_POSTGRES:
        put_day_month(to, dt, is_day_first, '-');
        break;
    }
    put_era(to, dt->year);
}

void
datetime_print_time(const struct datetime *dt, bool has_zone, struct buf *to)
{
    put_clock(to, dt);
    if (has_zone)
        put_offset(to, dt->seconds_east);
}

/* "Wed Dec 17 07:37:16 1997 PST" */
static void
print_postgres(const struct type_env *env, const struct datetime *dt, bool has_zone, struct buf *to)
{
    buf_put(to, day_names[day_weekday(civil_day(dt->year, dt->month, dt->day))], 3);
    buf_put_u8(to, ' ');
    bool is_day_first = env->date_order == DATE_ORDER_DMY;
    if (is_day_first) {
        put_two(to, dt->day);
        buf_put_u8(to, ' ');
    }
    buf_put(to, month_names[dt->month - 1], 3);
    buf_put_u8(to, ' ');
    if (!is_day_first) {
        put_two(to, dt->day);
        buf_put_u8(to, ' ');
    }
    put_clock(to, dt);
    buf_put_u8(to, ' ');
    put_year(to, dt->year);
    if (has_zone)
        put_abbrev(to, dt, true);
}

void
datetime_print(const struct type_env *env, const struct datetime *dt, bool has_zone, struct buf *to)
{
    bool is_day_first = env->date_order == DATE_ORDER_DMY;
    switch (env->date_style) {
    case DATE_STYLE_POSTGRES:
        print_postgres(env, dt, has_zone, to);
        put_era(to, dt->year);
        return;
    case DATE_STYLE_ISO:
        put_iso_date(to, dt);
        break;
    case DATE_STYLE_SQL:
        put_day_month(to, dt, is_day_first, '/');
        break;
    case DATE_STYLE_GERMAN:
        put_day_month(to, dt, true, '.');
        break;
    }
    buf_put_u8(to, ' ');
    put_clock(to, dt);
    if (has_zone && env->date_style == DATE_STYLE_ISO)
        put_offset(to, dt->seconds_east);
    else if (has_zone)
        put_abbrev(to, dt, false);
    put_era(to, dt->year);
}
