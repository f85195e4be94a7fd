/*
 * series.c: generate_series over integers, numeric and timestamps.
 *
 * The state is the next value. A series ends after its bound, or where the next value would leave
 * the type's range.
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include "type/timestamp.h"

struct series {
    union datum next;
    bool is_done;
};

_Noreturn static void
fail_zero_step(void)
{
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "step size cannot equal zero");
}

/* The series, at its start value if this is the first call. */
static struct series *
series_state(struct func_call *call, union datum start, bool *is_first)
{
    *is_first = call->state == NULL;
    if (*is_first) {
        struct series *series = arena_alloc(call->state_arena, sizeof *series);
        *series = (struct series){.next = start};
        call->state = series;
    }
    return call->state;
}

static bool
series_int(struct func_call *call, int64_t start, int64_t stop, int64_t step, int64_t *value)
{
    bool is_first;
    struct series *series = series_state(call, i64_datum(start), &is_first);
    if (is_first && step == 0)
        fail_zero_step();
    *value = series->next.i64;
    if (series->is_done || (step > 0 ? *value > stop : *value < stop))
        return false;
    series->is_done = __builtin_add_overflow(*value, step, &series->next.i64);
    return true;
}

static bool
series_int4(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    int64_t value, step = call->func->arg_count == 3 ? args[2].i32 : 1;
    bool has_value = series_int(call, args[0].i32, args[1].i32, step, &value);
    values[0] = i32_datum((int32_t)value);
    nulls[0] = false;
    return has_value;
}

static bool
series_int8(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    int64_t value, step = call->func->arg_count == 3 ? args[2].i64 : 1;
    bool has_value = series_int(call, args[0].i64, args[1].i64, step, &value);
    values[0] = i64_datum(value);
    nulls[0] = false;
    return has_value;
}

/* ---- numeric ---- */

static void
require_finite(union datum value, const char *what)
{
    enum numeric_kind kind = numeric_kind(value);
    if (kind == NUMERIC_NAN)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "%s cannot be NaN", what);
    if (kind == NUMERIC_INFINITY || kind == NUMERIC_MINUS_INFINITY)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "%s cannot be infinity", what);
}

static bool
series_numeric(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    union datum zero = numeric_small(0, 0);
    union datum step = call->func->arg_count == 3 ? args[2] : numeric_small(1, 0);
    bool is_first;
    struct series *series = series_state(call, args[0], &is_first);
    if (is_first) {
        require_finite(args[0], "start value");
        require_finite(args[1], "stop value");
        require_finite(step, "step size");
        if (numeric_compare(step, zero) == 0)
            fail_zero_step();
    }
    int order = numeric_compare(series->next, args[1]);
    bool is_up = numeric_compare(step, zero) > 0;
    if (series->is_done || (is_up ? order > 0 : order < 0))
        return false;
    values[0] = series->next;
    nulls[0] = false;
    /* A step past the end is not taken: it might be past the largest number, too. */
    bool is_one_side =
        (numeric_compare(series->next, zero) < 0) == (numeric_compare(args[1], zero) < 0);
    if (is_one_side) {
        union datum rest = numeric_subtract(call->arena, args[1], series->next);
        int left = numeric_compare(step, rest);
        if (is_up ? left > 0 : left < 0) {
            series->is_done = true;
            return true;
        }
    }
    union datum sum = numeric_add(call->arena, series->next, step);
    struct slice bytes = datum_slice(&sum);
    series->next = slice_datum(arena_slice(call->state_arena, bytes));
    return true;
}

/* ---- timestamps ---- */

static bool
series_timestamp(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct interval step = datum_interval(args[2]), zero = {.us = 0};
    int direction = interval_order(step, zero);
    bool is_first;
    struct series *series = series_state(call, args[0], &is_first);
    if (is_first && direction == 0)
        fail_zero_step();
    int64_t value = series->next.i64;
    if (direction > 0 ? value > args[1].i64 : value < args[1].i64)
        return false;
    values[0] = i64_datum(value);
    nulls[0] = false;
    bool has_zone = call->func->result == TYPE_TIMESTAMPTZ;
    series->next.i64 = has_zone ? timestamptz_add(datetime_session_zone(call->env), value, step)
                                : timestamp_add(value, step);
    return true;
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(938, "generate_series", TYPE_TIMESTAMP, NULL, TYPE_TIMESTAMP, TYPE_TIMESTAMP,
          TYPE_INTERVAL),
     .is_set = true, .set = series_timestamp},
    {FUNC(939, "generate_series", TYPE_TIMESTAMPTZ, NULL, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ,
          TYPE_INTERVAL),
     .volatility = FUNC_STABLE, .is_set = true, .set = series_timestamp},
    {FUNC(1066, "generate_series", TYPE_INT4, NULL, TYPE_INT4, TYPE_INT4, TYPE_INT4),
     .is_set = true, .set = series_int4},
    {FUNC(1067, "generate_series", TYPE_INT4, NULL, TYPE_INT4, TYPE_INT4), .is_set = true,
     .set = series_int4},
    {FUNC(1068, "generate_series", TYPE_INT8, NULL, TYPE_INT8, TYPE_INT8, TYPE_INT8),
     .is_set = true, .set = series_int8},
    {FUNC(1069, "generate_series", TYPE_INT8, NULL, TYPE_INT8, TYPE_INT8), .is_set = true,
     .set = series_int8},
    {FUNC(3259, "generate_series", TYPE_NUMERIC, NULL, TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC),
     .is_set = true, .set = series_numeric},
    {FUNC(3260, "generate_series", TYPE_NUMERIC, NULL, TYPE_NUMERIC, TYPE_NUMERIC), .is_set = true,
     .set = series_numeric},
};

const struct type_tables series_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
