/*
 * interval_ops.c: arithmetic of intervals, justification, and their sum and average.
 *
 * Multiplying and dividing spread fractions downwards: of months to days, of days to microseconds,
 * each rounded to six digits first, as PostgreSQL does.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/timestamp.h"

#include <math.h>

_Noreturn void
fail_interval_range(void)
{
    raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "interval out of range");
}

struct interval
interval_negate(struct interval span)
{
    if (span.us == INT64_MIN || span.days == INT32_MIN || span.months == INT32_MIN)
        fail_interval_range();
    return (struct interval){.us = -span.us, .days = -span.days, .months = -span.months};
}

struct interval
interval_add(struct interval a, struct interval b)
{
    struct interval sum;
    if (__builtin_add_overflow(a.us, b.us, &sum.us) ||
        __builtin_add_overflow(a.days, b.days, &sum.days) ||
        __builtin_add_overflow(a.months, b.months, &sum.months))
        fail_interval_range();
    return sum;
}

struct interval
interval_subtract(struct interval a, struct interval b)
{
    struct interval rest;
    if (__builtin_sub_overflow(a.us, b.us, &rest.us) ||
        __builtin_sub_overflow(a.days, b.days, &rest.days) ||
        __builtin_sub_overflow(a.months, b.months, &rest.months))
        fail_interval_range();
    return rest;
}

static int32_t
to_int(double value)
{
    if (isnan(value) || value > INT32_MAX || value < INT32_MIN)
        fail_interval_range();
    return (int32_t)value;
}

static double
round_six(double value)
{
    return rint(value * 1e6) / 1e6;
}

static int32_t
add_int(int32_t a, int32_t b)
{
    int32_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        fail_interval_range();
    return sum;
}

/* The span whose months, days and microseconds are those given, with their fractions. */
static struct interval
spread(double months, double days, double us)
{
    struct interval span = {.months = to_int(months), .days = to_int(days)};
    double month_days = round_six((months - span.months) * DAYS_PER_MONTH);
    double seconds = (days - span.days + month_days - (int)month_days) * SECONDS_PER_DAY;
    seconds = round_six(seconds);
    if (fabs(seconds) >= SECONDS_PER_DAY) {
        int32_t more = (int32_t)(seconds / SECONDS_PER_DAY);
        span.days = add_int(span.days, more);
        seconds -= more * SECONDS_PER_DAY;
    }
    span.days = add_int(span.days, (int32_t)month_days);
    double sum = rint(us + seconds * US_PER_SECOND);
    if (!(sum >= -0x1p63 && sum < 0x1p63))
        fail_interval_range();
    span.us = (int64_t)sum;
    return span;
}

struct interval
interval_multiply(struct interval span, double factor)
{
    return spread(span.months * factor, span.days * factor, (double)span.us * factor);
}

struct interval
interval_divide(struct interval span, double divisor)
{
    if (divisor == 0)
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    return spread(span.months / divisor, span.days / divisor, (double)span.us / divisor);
}

/* ---- justification ---- */

struct interval
interval_justify_hours(struct interval span)
{
    int32_t days = (int32_t)(span.us / US_PER_DAY);
    span.us %= US_PER_DAY;
    span.days = add_int(span.days, days);
    if (span.days > 0 && span.us < 0) {
        span.us += US_PER_DAY;
        span.days--;
    } else if (span.days < 0 && span.us > 0) {
        span.us -= US_PER_DAY;
        span.days++;
    }
    return span;
}

static struct interval
days_to_months(struct interval span)
{
    span.months = add_int(span.months, span.days / DAYS_PER_MONTH);
    span.days %= DAYS_PER_MONTH;
    return span;
}

static struct interval
justify_days(struct interval span)
{
    span = days_to_months(span);
    if (span.months > 0 && span.days < 0) {
        span.days += DAYS_PER_MONTH;
        span.months--;
    } else if (span.months < 0 && span.days > 0) {
        span.days -= DAYS_PER_MONTH;
        span.months++;
    }
    return span;
}

static struct interval
justify_all(struct interval span)
{
    if ((span.days > 0 && span.us > 0) || (span.days < 0 && span.us < 0))
        span = days_to_months(span);
    span.days = add_int(span.days, (int32_t)(span.us / US_PER_DAY));
    span.us %= US_PER_DAY;
    span = days_to_months(span);
    if (span.months > 0 && (span.days < 0 || (span.days == 0 && span.us < 0))) {
        span.days += DAYS_PER_MONTH;
        span.months--;
    } else if (span.months < 0 && (span.days > 0 || (span.days == 0 && span.us > 0))) {
        span.days -= DAYS_PER_MONTH;
        span.months++;
    }
    if (span.days > 0 && span.us < 0) {
        span.us += US_PER_DAY;
        span.days--;
    } else if (span.days < 0 && span.us > 0) {
        span.us -= US_PER_DAY;
        span.days++;
    }
    return span;
}

/* ---- functions ---- */

static union datum
negate(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_negate(datum_interval(args[0])));
}

static union datum
add(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_add(datum_interval(args[0]), datum_interval(args[1])));
}

static union datum
subtract(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_subtract(datum_interval(args[0]), datum_interval(args[1])));
}

static union datum
multiply(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_multiply(datum_interval(args[0]), args[1].f64));
}

static union datum
multiply_by(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_multiply(datum_interval(args[1]), args[0].f64));
}

static union datum
divide(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_divide(datum_interval(args[0]), args[1].f64));
}

/* interval(value, typmod) */
static union datum
scale(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_fit(datum_interval(args[0]), args[1].i32));
}

static union datum
isfinite_interval(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return bool_datum(true);
}

static union datum
justify_hours_func(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(interval_justify_hours(datum_interval(args[0])));
}

static union datum
justify_days_func(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(justify_days(datum_interval(args[0])));
}

static union datum
justify_interval_func(struct func_call *call, const union datum *args)
{
    (void)call;
    return interval_datum(justify_all(datum_interval(args[0])));
}

/* ---- aggregates ---- */

struct interval_sum {
    struct interval sum;
    int64_t count;
};

static void
sum_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    struct interval_sum *sum = state;
    sum->sum = interval_add(sum->sum, datum_interval(args[0]));
    sum->count++;
}

static bool
sum_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    struct interval_sum *sum = state;
    sum->sum = interval_subtract(sum->sum, datum_interval(args[0]));
    sum->count--;
    return true;
}

static void
sum_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    struct interval_sum *sum = into;
    const struct interval_sum *more = from;
    sum->sum = interval_add(sum->sum, more->sum);
    sum->count += more->count;
}

static union datum
sum_finish(struct func_call *call, void *state)
{
    const struct interval_sum *sum = state;
    call->result_is_null = sum->count == 0;
    return interval_datum(sum->sum);
}

static union datum
avg_finish(struct func_call *call, void *state)
{
    const struct interval_sum *sum = state;
    call->result_is_null = sum->count == 0;
    if (sum->count == 0)
        return interval_datum(sum->sum);
    return interval_datum(interval_divide(sum->sum, (double)sum->count));
}

static const struct aggregate_info sum_aggregate = {
    .state_bytes = sizeof(struct interval_sum),
    .is_strict = true,
    .step = sum_step,
    .inverse = sum_inverse,
    .combine = sum_combine,
    .finish = sum_finish,
    .agg_kind = 'n',
};

static const struct aggregate_info avg_aggregate = {
    .state_bytes = sizeof(struct interval_sum),
    .is_strict = true,
    .step = sum_step,
    .inverse = sum_inverse,
    .combine = sum_combine,
    .finish = avg_finish,
    .agg_kind = 'n',
};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1168, "interval_um", TYPE_INTERVAL, negate, TYPE_INTERVAL)},
    {FUNC(1169, "interval_pl", TYPE_INTERVAL, add, TYPE_INTERVAL, TYPE_INTERVAL)},
    {FUNC(1170, "interval_mi", TYPE_INTERVAL, subtract, TYPE_INTERVAL, TYPE_INTERVAL)},
    {FUNC(1175, "justify_hours", TYPE_INTERVAL, justify_hours_func, TYPE_INTERVAL)},
    {FUNC(1200, "interval", TYPE_INTERVAL, scale, TYPE_INTERVAL, TYPE_INT4)},
    {FUNC(1295, "justify_days", TYPE_INTERVAL, justify_days_func, TYPE_INTERVAL)},
    {FUNC(1326, "interval_div", TYPE_INTERVAL, divide, TYPE_INTERVAL, TYPE_FLOAT8)},
    {FUNC(1390, "isfinite", TYPE_BOOL, isfinite_interval, TYPE_INTERVAL)},
    {FUNC(1618, "interval_mul", TYPE_INTERVAL, multiply, TYPE_INTERVAL, TYPE_FLOAT8)},
    {FUNC(1624, "mul_d_interval", TYPE_INTERVAL, multiply_by, TYPE_FLOAT8, TYPE_INTERVAL)},
    {FUNC_NULLS(2106, "avg", TYPE_INTERVAL, NULL, TYPE_INTERVAL), .kind = FUNC_AGGREGATE,
     .aggregate = &avg_aggregate},
    {FUNC_NULLS(2113, "sum", TYPE_INTERVAL, NULL, TYPE_INTERVAL), .kind = FUNC_AGGREGATE,
     .aggregate = &sum_aggregate},
    {FUNC(2711, "justify_interval", TYPE_INTERVAL, justify_interval_func, TYPE_INTERVAL)},
};

static const struct operator_info operators[] = {
    {1336, "-", OID_NONE, TYPE_INTERVAL, TYPE_INTERVAL, 1168, 0, 0, false, false, NULL, NULL},
    {1337, "+", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_INTERVAL, 1169, 1337, 0, false, false, NULL,
     NULL},
    {1338, "-", TYPE_INTERVAL, TYPE_INTERVAL, TYPE_INTERVAL, 1170, 0, 0, false, false, NULL, NULL},
    {1583, "*", TYPE_INTERVAL, TYPE_FLOAT8, TYPE_INTERVAL, 1618, 1584, 0, false, false, NULL, NULL},
    {1584, "*", TYPE_FLOAT8, TYPE_INTERVAL, TYPE_INTERVAL, 1624, 1583, 0, false, false, NULL, NULL},
    {1585, "/", TYPE_INTERVAL, TYPE_FLOAT8, TYPE_INTERVAL, 1326, 0, 0, false, false, NULL, NULL},
};

static const struct cast_info casts[] = {
    {TYPE_INTERVAL, TYPE_INTERVAL, 1200, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables interval_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
