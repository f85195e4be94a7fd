/*
 * datetime_range.c: in_range(value, base, offset, subtract, less) of dates, times and intervals: is
 * value <= (less) or >= base plus or minus offset? What RANGE frames with offsets ask of the type
 * they sort by; int.c, float_math.c and numeric_ops.c bring that of numbers.
 *
 * A time's sum may lie outside of the type: then it is beyond every value. A negative offset is
 * 22013.
 */
#include "base/raise.h"
#include "type/datetime.h"
#include "type/tables.h"
#include "type/timestamp.h"

static _Noreturn void
fail_size(void)
{
    raise(SQLSTATE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
          "invalid preceding or following size in window function");
}

/* ---- dates and times ---- */

static struct interval
span_of(const union datum *args)
{
    static const struct interval zero = {0, 0, 0};
    struct interval span = datum_interval(args[2]);
    if (interval_order(span, zero) < 0)
        fail_size();
    return args[3].b ? interval_negate(span) : span;
}

static union datum
in_range_moment(int64_t value, int64_t sum, const union datum *args)
{
    return bool_datum(args[4].b ? value <= sum : value >= sum);
}

static union datum
in_range_date(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t sum = timestamp_add(date_to_timestamp(args[1].i32), span_of(args));
    return in_range_moment(date_to_timestamp(args[0].i32), sum, args);
}

static union datum
in_range_timestamp(struct func_call *call, const union datum *args)
{
    (void)call;
    return in_range_moment(args[0].i64, timestamp_add(args[1].i64, span_of(args)), args);
}

static union datum
in_range_timestamptz(struct func_call *call, const union datum *args)
{
    const struct timezone *zone = datetime_session_zone(call->env);
    return in_range_moment(args[0].i64, timestamptz_add(zone, args[1].i64, span_of(args)), args);
}

static union datum
in_range_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    struct interval sum = interval_add(datum_interval(args[1]), span_of(args));
    int order = interval_order(datum_interval(args[0]), sum);
    return bool_datum(args[4].b ? order <= 0 : order >= 0);
}

/* Times do not wrap around here, and only an interval's microseconds count. */
static bool
shift_time(int64_t us, const union datum *args, int64_t *sum)
{
    struct interval span = datum_interval(args[2]);
    if (span.us < 0)
        fail_size();
    return args[3].b ? !__builtin_sub_overflow(us, span.us, sum)
                     : !__builtin_add_overflow(us, span.us, sum);
}

static union datum
in_range_time(struct func_call *call, const union datum *args)
{
    (void)call;
    int64_t sum;
    if (!shift_time(args[1].i64, args, &sum))
        return bool_datum(args[4].b);
    return in_range_moment(args[0].i64, sum, args);
}

static union datum
in_range_timetz(struct func_call *call, const union datum *args)
{
    (void)call;
    struct timetz sum = datum_timetz(args[1]);
    int64_t us;
    if (!shift_time(sum.us, args, &us))
        return bool_datum(args[4].b);
    sum.us = us;
    int order = timetz_order(datum_timetz(args[0]), sum);
    return bool_datum(args[4].b ? order <= 0 : order >= 0);
}

/* ---- what this file brings ---- */

#define IN_RANGE(oid_, scalar_, type_, offset_)                                                    \
    FUNC(oid_, "in_range", TYPE_BOOL, scalar_, type_, type_, offset_, TYPE_BOOL, TYPE_BOOL)

static const struct func_info funcs[] = {
    {IN_RANGE(4133, in_range_date, TYPE_DATE, TYPE_INTERVAL)},
    {IN_RANGE(4134, in_range_timestamp, TYPE_TIMESTAMP, TYPE_INTERVAL)},
    {IN_RANGE(4135, in_range_timestamptz, TYPE_TIMESTAMPTZ, TYPE_INTERVAL),
     .volatility = FUNC_STABLE},
    {IN_RANGE(4136, in_range_interval, TYPE_INTERVAL, TYPE_INTERVAL)},
    {IN_RANGE(4137, in_range_time, TYPE_TIME, TYPE_INTERVAL)},
    {IN_RANGE(4138, in_range_timetz, TYPE_TIMETZ, TYPE_INTERVAL)},
};

const struct type_tables datetime_range_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
