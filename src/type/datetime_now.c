/*
 * datetime_now.c: the present time, dates and times put together from numbers, and overlaps.
 */
#include "base/clock.h"
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"

#include <math.h>

/* ---- the present ---- */

static struct datetime
local_now(const struct type_env *env)
{
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(env), env->transaction_us);
    return dt;
}

int32_t
date_current(const struct type_env *env)
{
    return timestamptz_to_date(env, env->transaction_us);
}

int64_t
time_current(const struct type_env *env, int32_t typmod)
{
    struct datetime dt = local_now(env);
    return us_round(datetime_time_us(&dt), typmod);
}

struct timetz
timetz_current(const struct type_env *env, int32_t typmod)
{
    struct datetime dt = local_now(env);
    return (struct timetz){.us = us_round(datetime_time_us(&dt), typmod),
                           .seconds_west = -dt.seconds_east};
}

int64_t
timestamptz_current(const struct type_env *env, int32_t typmod)
{
    return timestamp_fit(env->transaction_us, typmod);
}

static union datum
transaction_time(struct func_call *call, const union datum *args)
{
    (void)args;
    return i64_datum(call->env->transaction_us);
}

static union datum
statement_time(struct func_call *call, const union datum *args)
{
    (void)args;
    return i64_datum(call->env->statement_us);
}

static union datum
clock_time(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return i64_datum(clock_wall_us() - EPOCH_SHIFT_US);
}

/* "Wed Feb 26 15:10:30.284537 2025 CET" */
static union datum
time_of_day(struct func_call *call, const union datum *args)
{
    (void)args;
    struct datetime dt;
    datetime_set_timestamptz(&dt, datetime_session_zone(call->env),
                             clock_wall_us() - EPOCH_SHIFT_US);
    int32_t weekday = day_weekday(civil_day(dt.year, dt.month, dt.day));
    return generic_text(call->arena,
                        arena_format(call->arena, "%.3s %.3s %02d %02d:%02d:%02d.%06d %d %s",
                                     day_names[weekday], month_names[dt.month - 1], dt.day, dt.hour,
                                     dt.minute, dt.second, dt.us, dt.year, dt.abbrev));
}

/* ---- put together ---- */

/*
 * Raises unless year (negative: BC), month and day are a date; *dt gets them. `shown` is the year
 * as the message has it.
 */
static void
set_checked_date(struct datetime *dt, const union datum *args, int32_t shown)
{
    int32_t year = args[0].i32, month = args[1].i32, day = args[2].i32;
    dt->year = year < 0 ? year + 1 : year;
    dt->month = month;
    dt->day = day;
    bool is_good = year != 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    if (!is_good || day > month_days(dt->year, month))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date field value out of range: %d-%02d-%02d",
              shown, month, day);
    if (!civil_is_near(dt->year, month))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range: %d-%02d-%02d", shown, month,
              day);
}

static int64_t
checked_time(int32_t hour, int32_t minute, double second)
{
    double us = rint(second * US_PER_SECOND);
    if (isnan(second) || isinf(second))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "time field value out of range: %d:%02d:%s", hour,
              minute,
              isnan(second) ? "NaN"
              : second > 0  ? "Infinity"
                            : "-Infinity");
    if (us < 0 || us > 60.0 * US_PER_SECOND || hour < 0 || hour > 24 || minute < 0 || minute > 59 ||
        (hour * INT64_C(60) + minute) * US_PER_MINUTE + (int64_t)us > US_PER_DAY)
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "time field value out of range: %d:%02d:%02g", hour,
              minute, second);
    return (hour * INT64_C(60) + minute) * US_PER_MINUTE + (int64_t)us;
}

static union datum
make_date(struct func_call *call, const union datum *args)
{
    (void)call;
    struct datetime dt;
    set_checked_date(&dt, args, args[0].i32 < 0 ? args[0].i32 + 1 : args[0].i32);
    int64_t day = civil_day(dt.year, dt.month, dt.day);
    if (!date_is_valid(day))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range: %d-%02d-%02d", dt.year,
              dt.month, dt.day);
    return i32_datum((int32_t)day);
}

static union datum
make_time(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(checked_time(args[0].i32, args[1].i32, args[2].f64));
}

/* From the first six arguments of make_timestamp and make_timestamptz. */
static int64_t
make_local(const union datum *args)
{
    struct datetime dt;
    set_checked_date(&dt, args, args[0].i32);
    int64_t us = checked_time(args[3].i32, args[4].i32, args[5].f64);
    int64_t timestamp;
    int64_t day = civil_day(dt.year, dt.month, dt.day);
    if (__builtin_mul_overflow(day, US_PER_DAY, &timestamp) ||
        __builtin_add_overflow(timestamp, us, &timestamp) || !timestamp_is_valid(timestamp))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp out of range: %d-%02d-%02d %d:%02d:%02g",
              args[0].i32, args[1].i32, args[2].i32, args[3].i32, args[4].i32, args[5].f64);
    return timestamp;
}

static union datum
make_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i64_datum(make_local(args));
}

static union datum
make_timestamptz(struct func_call *call, const union datum *args)
{
    return i64_datum(timestamp_to_timestamptz(call->env, make_local(args)));
}

static union datum
make_timestamptz_zone(struct func_call *call, const union datum *args)
{
    int64_t local = make_local(args);
    struct slice name = datum_slice(&args[6]);
    int32_t seconds_east;
    if (!offset_parse(name, &seconds_east))
        seconds_east = zone_offset_local(call->env, name, local);
    return i64_datum(timestamp_shift(local, -(int64_t)seconds_east));
}

static union datum
make_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    double us = rint(args[6].f64 * US_PER_SECOND);
    __int128 months = (__int128)args[0].i32 * MONTHS_PER_YEAR + args[1].i32;
    __int128 days = (__int128)args[2].i32 * 7 + args[3].i32;
    if (!(us >= -0x1p63 && us < 0x1p63) || months < INT32_MIN || months > INT32_MAX ||
        days < INT32_MIN || days > INT32_MAX)
        fail_interval_range();
    struct interval span = {.us = args[4].i32 * US_PER_HOUR + args[5].i32 * US_PER_MINUTE,
                            .days = (int32_t)days,
                            .months = (int32_t)months};
    if (__builtin_add_overflow(span.us, (int64_t)us, &span.us))
        fail_interval_range();
    return interval_datum(span);
}

/* to_timestamp(seconds since 1970) */
static union datum
timestamptz_of_seconds(struct func_call *call, const union datum *args)
{
    (void)call;
    double seconds = args[0].f64;
    if (isnan(seconds))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp cannot be NaN");
    if (isinf(seconds))
        return i64_datum(seconds < 0 ? TIMESTAMP_MIN : TIMESTAMP_MAX);
    double first = (double)SECONDS_PER_DAY * (DAY_FIRST + EPOCH_SHIFT_DAYS);
    double end = (double)SECONDS_PER_DAY * (DAY_TIMESTAMP_END + EPOCH_SHIFT_DAYS);
    double us = rint((seconds - EPOCH_SHIFT_SECONDS) * US_PER_SECOND);
    if (seconds < first || seconds >= end || !timestamp_is_valid((int64_t)us))
        raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "timestamp out of range: \"%g\"", seconds);
    return i64_datum((int64_t)us);
}

/* ---- overlaps ---- */

/* A span from `start`, which is there, to `end`, which may be unknown. */
struct ends {
    union datum start, end;
    bool has_end;
};

/* False if nothing is known of the span. */
static bool
ends_init(struct ends *ends, const struct type_info *type, const union datum *args,
          const bool *nulls)
{
    if (nulls[0] && nulls[1])
        return false;
    *ends = (struct ends){.start = args[0], .end = args[1], .has_end = !nulls[0] && !nulls[1]};
    if (nulls[0] || (ends->has_end && type->compare(args[0], args[1]) > 0)) {
        ends->start = args[1];
        ends->end = args[0];
    }
    return true;
}

static union datum
overlaps_ends(struct func_call *call, const struct type_info *type, const union datum *args,
              const bool *nulls)
{
    struct ends a, b;
    bool known = ends_init(&a, type, args, nulls) && ends_init(&b, type, args + 2, nulls + 2);
    int order = known ? type->compare(a.start, b.start) : 0;
    if (order < 0) {
        struct ends swap = a;
        a = b;
        b = swap;
    }
    /* Now a begins after b or with it. */
    if (known && order == 0 && a.has_end && b.has_end)
        return bool_datum(true);
    if (known && order != 0 && b.has_end) {
        if (type->compare(a.start, b.end) < 0)
            return bool_datum(true);
        if (a.has_end)
            return bool_datum(false);
    }
    call->result_is_null = true;
    return bool_datum(false);
}

/* Ends that are given as intervals are added to their beginnings. */
static union datum
overlaps(struct func_call *call, const union datum *args)
{
    const struct type_info *type = types_find(call->env->types, call->func->args[0]);
    const struct timezone *zone = datetime_session_zone(call->env);
    union datum ends[4];
    bool nulls[4];
    for (uint32_t i = 0; i < 4; i++) {
        ends[i] = args[i];
        nulls[i] = func_arg_is_null(call, i);
        if (i % 2 == 0 || call->func->args[i] != TYPE_INTERVAL)
            continue;
        nulls[i] = nulls[i] || nulls[i - 1];
        if (nulls[i])
            continue;
        struct interval span = datum_interval(args[i]);
        if (type->type == TYPE_TIMESTAMPTZ)
            ends[i] = i64_datum(timestamptz_add(zone, args[i - 1].i64, span));
        else if (type->type == TYPE_TIMESTAMP)
            ends[i] = i64_datum(timestamp_add(args[i - 1].i64, span));
        else
            ends[i] = i64_datum(floor_mod(args[i - 1].i64 + span.us % US_PER_DAY, US_PER_DAY));
    }
    return overlaps_ends(call, type, ends, nulls);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(274, "timeofday", TYPE_TEXT, time_of_day), .volatility = FUNC_VOLATILE},
    {FUNC(1158, "to_timestamp", TYPE_TIMESTAMPTZ, timestamptz_of_seconds, TYPE_FLOAT8)},
    {FUNC_NULLS(1271, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMETZ, TYPE_TIMETZ, TYPE_TIMETZ,
                TYPE_TIMETZ)},
    {FUNC(1299, "now", TYPE_TIMESTAMPTZ, transaction_time), .volatility = FUNC_STABLE},
    {FUNC_NULLS(1304, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ,
                TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ)},
    {FUNC_NULLS(1305, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMPTZ, TYPE_INTERVAL,
                TYPE_TIMESTAMPTZ, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(1306, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ,
                TYPE_TIMESTAMPTZ, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(1307, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMPTZ, TYPE_INTERVAL,
                TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(1308, "overlaps", TYPE_BOOL, overlaps, TYPE_TIME, TYPE_TIME, TYPE_TIME, TYPE_TIME)},
    {FUNC_NULLS(1309, "overlaps", TYPE_BOOL, overlaps, TYPE_TIME, TYPE_INTERVAL, TYPE_TIME,
                TYPE_INTERVAL)},
    {FUNC_NULLS(1310, "overlaps", TYPE_BOOL, overlaps, TYPE_TIME, TYPE_TIME, TYPE_TIME,
                TYPE_INTERVAL)},
    {FUNC_NULLS(1311, "overlaps", TYPE_BOOL, overlaps, TYPE_TIME, TYPE_INTERVAL, TYPE_TIME,
                TYPE_TIME)},
    {FUNC_NULLS(2041, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMP, TYPE_TIMESTAMP,
                TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC_NULLS(2042, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMP, TYPE_INTERVAL,
                TYPE_TIMESTAMP, TYPE_INTERVAL)},
    {FUNC_NULLS(2043, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMP, TYPE_TIMESTAMP,
                TYPE_TIMESTAMP, TYPE_INTERVAL)},
    {FUNC_NULLS(2044, "overlaps", TYPE_BOOL, overlaps, TYPE_TIMESTAMP, TYPE_INTERVAL,
                TYPE_TIMESTAMP, TYPE_TIMESTAMP)},
    {FUNC(2647, "transaction_timestamp", TYPE_TIMESTAMPTZ, transaction_time),
     .volatility = FUNC_STABLE},
    {FUNC(2648, "statement_timestamp", TYPE_TIMESTAMPTZ, statement_time),
     .volatility = FUNC_STABLE},
    {FUNC(2649, "clock_timestamp", TYPE_TIMESTAMPTZ, clock_time), .volatility = FUNC_VOLATILE},
    {FUNC(3461, "make_timestamp", TYPE_TIMESTAMP, make_timestamp, TYPE_INT4, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_INT4, TYPE_FLOAT8),
     .arg_names = (const char *const[]){"year", "month", "mday", "hour", "min", "sec"}},
    {FUNC(3462, "make_timestamptz", TYPE_TIMESTAMPTZ, make_timestamptz, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_INT4, TYPE_INT4, TYPE_FLOAT8),
     .volatility = FUNC_STABLE,
     .arg_names = (const char *const[]){"year", "month", "mday", "hour", "min", "sec"}},
    {FUNC(3463, "make_timestamptz", TYPE_TIMESTAMPTZ, make_timestamptz_zone, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_INT4, TYPE_INT4, TYPE_FLOAT8, TYPE_TEXT),
     .volatility = FUNC_STABLE,
     .arg_names = (const char *const[]){"year", "month", "mday", "hour", "min", "sec", "timezone"}},
    {FUNC(3464, "make_interval", TYPE_INTERVAL, make_interval, TYPE_INT4, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_INT4, TYPE_INT4, TYPE_FLOAT8),
     .arg_names =
         (const char *const[]){"years", "months", "weeks", "days", "hours", "mins", "secs"},
     .default_count = 7, .defaults = (const char *const[]){"0", "0", "0", "0", "0", "0", "0.0"}},
    {FUNC(3846, "make_date", TYPE_DATE, make_date, TYPE_INT4, TYPE_INT4, TYPE_INT4),
     .arg_names = (const char *const[]){"year", "month", "day"}},
    {FUNC(3847, "make_time", TYPE_TIME, make_time, TYPE_INT4, TYPE_INT4, TYPE_FLOAT8),
     .arg_names = (const char *const[]){"hour", "min", "sec"}},
};

const struct type_tables datetime_now_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
