/*
 * timestamp_ops.c: timestamps and intervals: sums, differences, ages, and other zones.
 *
 * Adding goes from the large to the small: months by the calendar (the day is cut to the month's
 * last), days by the calendar, then microseconds. Of a timestamptz the first two are of the zone's
 * clocks, so that a day may have 23 hours.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"

/* ---- sums and differences ---- */

/* Adds months and days to a local time. The result may be out of range. */
static int64_t
add_calendar(int64_t local, int32_t months, int32_t days)
{
    int64_t day = floor_div(local, US_PER_DAY), us = local - day * US_PER_DAY;
    if (months != 0) {
        struct civil civil = day_civil(day);
        int64_t month = civil.year * INT64_C(12) + (civil.month - 1) + months;
        int64_t year = floor_div(month, MONTHS_PER_YEAR);
        int32_t month_of_year = (int32_t)floor_mod(month, MONTHS_PER_YEAR) + 1;
        if (!civil_is_near(year, month_of_year))
            fail_timestamp_range();
        int32_t last = month_days(year, month_of_year);
        day = civil_day(year, month_of_year, civil.day < last ? civil.day : last);
    }
    int64_t sum;
    if (__builtin_mul_overflow(day + days, US_PER_DAY, &sum) ||
        __builtin_add_overflow(sum, us, &sum))
        fail_timestamp_range();
    return sum;
}

static int64_t
add_us(int64_t timestamp, int64_t us)
{
    int64_t sum;
    if (__builtin_add_overflow(timestamp, us, &sum) || !timestamp_is_valid(sum))
        fail_timestamp_range();
    return sum;
}

int64_t
timestamp_add(int64_t timestamp, struct interval span)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    if (span.months != 0)
        timestamp = add_us(add_calendar(timestamp, span.months, 0), 0);
    if (span.days != 0)
        timestamp = add_us(add_calendar(timestamp, 0, span.days), 0);
    return add_us(timestamp, span.us);
}

int64_t
timestamptz_add(const struct timezone *zone, int64_t timestamp, struct interval span)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp;
    if (span.months != 0) {
        int64_t local = timestamp_local(zone, timestamp);
        timestamp = timestamp_to_instant(zone, add_calendar(local, span.months, 0));
    }
    if (span.days != 0) {
        int64_t local = timestamp_local(zone, timestamp);
        timestamp = timestamp_to_instant(zone, add_calendar(local, 0, span.days));
    }
    return add_us(timestamp, span.us);
}

struct interval
timestamp_difference(int64_t a, int64_t b)
{
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "cannot subtract infinite timestamps");
    struct interval span = {.us = 0};
    if (__builtin_sub_overflow(a, b, &span.us))
        fail_interval_range();
    return interval_justify_hours(span);
}

static union datum
timestamp_add_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_add(args[0].i64, datum_interval(args[1])));
}

static union datum
interval_add_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_add(args[1].i64, datum_interval(args[0])));
}

static union datum
timestamp_take_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(timestamp_add(args[0].i64, interval_negate(datum_interval(args[1]))));
}

static union datum
timestamptz_add_interval(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    return i64_datum(timestamptz_add(zone, args[0].i64, datum_interval(args[1])));
}

static union datum
interval_add_timestamptz(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    return i64_datum(timestamptz_add(zone, args[1].i64, datum_interval(args[0])));
}

static union datum
timestamptz_take_interval(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    struct interval span = interval_negate(datum_interval(args[1]));
    return i64_datum(timestamptz_add(zone, args[0].i64, span));
}

/* Of both types. */
static union datum
timestamp_take_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(timestamp_difference(args[0].i64, args[1].i64));
}

/* ---- ages ---- */

/*
 * The difference field by field: "2 mons 3 days" and not days alone. A negative field borrows from
 * the next higher; days borrow the length of the earlier moment's month.
 */
static struct interval
symbolic_difference(const struct datetime *a, const struct datetime *b, bool is_negative)
{
    const struct datetime *late = is_negative ? b : a, *early = is_negative ? a : b;
    int64_t us = datetime_time_us(late) - datetime_time_us(early);
    int32_t days = late->day - early->day;
    int32_t months = (late->year - early->year) * MONTHS_PER_YEAR + late->month - early->month;
    while (us < 0) {
        us += US_PER_DAY;
        days--;
    }
    while (days < 0) {
        days += month_days(early->year, early->month);
        months--;
    }
    struct interval span = {.us = us, .days = days, .months = months};
    return is_negative ? interval_negate(span) : span;
}

static void
require_fields(int64_t timestamp)
{
    if (floor_div(timestamp, US_PER_DAY) < DAY_FIRST)
        fail_timestamp_range();
}

static struct interval
timestamp_age(int64_t a, int64_t b)
{
    require_fields(a);
    require_fields(b);
    struct datetime as, bs;
    datetime_set_timestamp(&as, a);
    datetime_set_timestamp(&bs, b);
    return symbolic_difference(&as, &bs, a < b);
}

static struct interval
timestamptz_age(const struct timezone *zone, int64_t a, int64_t b)
{
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
        return timestamp_age(a, b);
    struct datetime as, bs;
    datetime_set_timestamptz(&as, zone, a);
    datetime_set_timestamptz(&bs, zone, b);
    return symbolic_difference(&as, &bs, a < b);
}

static union datum
age_of_timestamps(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(timestamp_age(args[0].i64, args[1].i64));
}

static union datum
age_of_timestamptzs(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    return interval_datum(timestamptz_age(zone, args[0].i64, args[1].i64));
}

/* Since midnight at the beginning of today. */
static union datum
age_of_timestamp(struct func_call *call, const union datum *args)
{
    int64_t today = date_to_timestamp(date_current(call->env));
    return interval_datum(timestamp_age(today, args[0].i64));
}

static union datum
age_of_timestamptz(struct func_call *call, const union datum *args)
{
    int64_t today = date_to_timestamptz(call->env, date_current(call->env));
    const struct timezone *zone = datetime_session_zone(call->env);
    return interval_datum(timestamptz_age(zone, today, args[0].i64));
}

/* ---- other zones ---- */

/* The abbreviation that the name is, in any case; null if it is none. */
static const struct timezone_abbrev *
find_abbrev(struct slice name)
{
    char lower[TIMEZONE_ABBREV_BYTES_MAX];
    if (name.bytes > sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.bytes; i++) {
        uint8_t c = name.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return timezone_abbrev_find(slice_of(lower, name.bytes));
}

int32_t
zone_offset_local(const struct type_env *env, struct slice name, int64_t timestamp)
{
    int64_t local = floor_div(timestamp, US_PER_SECOND) + EPOCH_SHIFT_SECONDS;
    const struct timezone_abbrev *abbrev = find_abbrev(name);
    if (abbrev == NULL)
        return timezone_local(datetime_zone(env, name), local).seconds_east;
    if (abbrev->zone == NULL)
        return abbrev->seconds_east;
    const struct timezone *zone = datetime_zone(env, slice_text(abbrev->zone));
    return timezone_local_abbrev(zone, abbrev->name, local).seconds_east;
}

int32_t
zone_offset_at(const struct type_env *env, struct slice name, int64_t instant)
{
    int64_t seconds = floor_div(instant, US_PER_SECOND) + EPOCH_SHIFT_SECONDS;
    const struct timezone_abbrev *abbrev = find_abbrev(name);
    if (abbrev == NULL)
        return timezone_at(datetime_zone(env, name), seconds).seconds_east;
    if (abbrev->zone == NULL)
        return abbrev->seconds_east;
    const struct timezone *zone = datetime_zone(env, slice_text(abbrev->zone));
    return timezone_at_abbrev(zone, abbrev->name, seconds).seconds_east;
}

const struct timezone *
zone_by_name(const struct type_env *env, struct slice name)
{
    const struct timezone_abbrev *abbrev = find_abbrev(name);
    if (abbrev == NULL)
        return datetime_zone(env, name);
    if (abbrev->zone != NULL)
        return datetime_zone(env, slice_text(abbrev->zone));
    const struct timezone *zone;
    enum status st = timezones_fixed(types_timezones(env->types), abbrev->seconds_east, &zone);
    if (st != ST_OK)
        raise_status(st, "could not load time zone \"%s\"", abbrev->name);
    return zone;
}

int32_t
zone_offset_interval(const struct type_env *env, struct interval span)
{
    if (span.months != 0 || span.days != 0) {
        struct buf text;
        buf_init(&text);
        interval_print(env, span, &text);
        const char *shown = raise_text("%.*s", (int)text.bytes, (const char *)text.data);
        buf_deinit(&text);
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "interval time zone \"%s\" must not include months or days", shown);
    }
    int64_t seconds = span.us / US_PER_SECOND;
    if (seconds < INT32_MIN / 2 || seconds > INT32_MAX / 2)
        fail_interval_range();
    return (int32_t)seconds;
}

static union datum
timestamp_at_zone(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    struct slice name = datum_slice(&args[0]);
    int32_t seconds_east = zone_offset_local(call->env, name, args[1].i64);
    return i64_datum(timestamp_shift(args[1].i64, -(int64_t)seconds_east));
}

static union datum
timestamptz_at_zone(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    struct slice name = datum_slice(&args[0]);
    return i64_datum(timestamp_shift(args[1].i64, zone_offset_at(call->env, name, args[1].i64)));
}

static union datum
timestamp_at_offset(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    int64_t seconds_east = zone_offset_interval(call->env, datum_interval(args[0]));
    return i64_datum(timestamp_shift(args[1].i64, -seconds_east));
}

static union datum
timestamptz_at_offset(struct func_call *call, const union datum *args)
{
    if (!timestamp_is_finite(args[1].i64))
        return args[1];
    int64_t seconds_east = zone_offset_interval(call->env, datum_interval(args[0]));
    return i64_datum(timestamp_shift(args[1].i64, seconds_east));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1026, "timezone", TYPE_TIMESTAMP, timestamptz_at_offset, TYPE_INTERVAL,
          TYPE_TIMESTAMPTZ)},
    {FUNC(1159, "timezone", TYPE_TIMESTAMP, timestamptz_at_zone, TYPE_TEXT, TYPE_TIMESTAMPTZ)},
    {FUNC(1188, "timestamptz_mi", TYPE_INTERVAL, timestamp_take_timestamp, TYPE_TIMESTAMPTZ,
          TYPE_TIMESTAMPTZ)},
    {FUNC(1189, "timestamptz_pl_interval", TYPE_TIMESTAMPTZ, timestamptz_add_interval,
          TYPE_TIMESTAMPTZ, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {FUNC(1190, "timestamptz_mi_interval", TYPE_TIMESTAMPTZ, timestamptz_take_interval,
          TYPE_TIMESTAMPTZ, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {FUNC(1199, "age", TYPE_INTERVAL, age_of_timestamptzs, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ)},
    {FUNC(1386, "age", TYPE_INTERVAL, age_of_timestamptz, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC(2031, "timestamp_mi", TYPE_INTERVAL, timestamp_take_timestamp, TYPE_TIMESTAMP,
          TYPE_TIMESTAMP)},
    {FUNC(2032, "timestamp_pl_interval", TYPE_TIMESTAMP, timestamp_add_interval, TYPE_TIMESTAMP,
          TYPE_INTERVAL)},
    {FUNC(2033, "timestamp_mi_interval", TYPE_TIMESTAMP, timestamp_take_interval, TYPE_TIMESTAMP,
          TYPE_INTERVAL)},
    {FUNC(2058, "age", TYPE_INTERVAL, age_of_timestamps, TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC(2059, "age", TYPE_INTERVAL, age_of_timestamp, TYPE_TIMESTAMP), .volatility = FUNC_STABLE},
    {FUNC(2069, "timezone", TYPE_TIMESTAMPTZ, timestamp_at_zone, TYPE_TEXT, TYPE_TIMESTAMP)},
    {FUNC(2070, "timezone", TYPE_TIMESTAMPTZ, timestamp_at_offset, TYPE_INTERVAL, TYPE_TIMESTAMP)},
    {FUNC(2548, "interval_pl_timestamp", TYPE_TIMESTAMP, interval_add_timestamp, TYPE_INTERVAL,
          TYPE_TIMESTAMP)},
    {FUNC(2549, "interval_pl_timestamptz", TYPE_TIMESTAMPTZ, interval_add_timestamptz,
          TYPE_INTERVAL, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
};

static const struct operator_info operators[] = {
    {1327, "+", TYPE_TIMESTAMPTZ, TYPE_INTERVAL, TYPE_TIMESTAMPTZ, 1189, 2554, 0, false, false,
     NULL, NULL},
    {1328, "-", TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_INTERVAL, 1188, 0, 0, false, false, NULL,
     NULL},
    {1329, "-", TYPE_TIMESTAMPTZ, TYPE_INTERVAL, TYPE_TIMESTAMPTZ, 1190, 0, 0, false, false, NULL,
     NULL},
    {2066, "+", TYPE_TIMESTAMP, TYPE_INTERVAL, TYPE_TIMESTAMP, 2032, 2553, 0, false, false, NULL,
     NULL},
    {2067, "-", TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_INTERVAL, 2031, 0, 0, false, false, NULL,
     NULL},
    {2068, "-", TYPE_TIMESTAMP, TYPE_INTERVAL, TYPE_TIMESTAMP, 2033, 0, 0, false, false, NULL,
     NULL},
    {2553, "+", TYPE_INTERVAL, TYPE_TIMESTAMP, TYPE_TIMESTAMP, 2548, 2066, 0, false, false, NULL,
     NULL},
    {2554, "+", TYPE_INTERVAL, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, 2549, 1327, 0, false, false,
     NULL, NULL},
};

const struct type_tables timestamp_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
