/*
 * numeric_cast.c: numeric from and to integers and floating-point numbers.
 *
 * A double becomes a numeric by way of its 15 significant digits (a float: 6), as PostgreSQL has
 * it, and a numeric becomes the nearest double.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/float_text.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include <math.h>
#include <stdlib.h>

union datum
numeric_of_i128(struct arena *arena, __int128 value, uint32_t scale)
{
    if (LIKELY(value >= -INT64_MAX && value <= INT64_MAX))
        return numeric_small((int64_t)value, scale);
    unsigned __int128 magnitude =
        value < 0 ? 0 - (unsigned __int128)value : (unsigned __int128)value;
    return number_datum(arena, (struct number){.is_negative = value < 0,
                                               .scale = (int32_t)scale,
                                               .magnitude = natural_of_u128(arena, magnitude)});
}

union datum
numeric_of_i64(struct arena *arena, int64_t value)
{
    return numeric_of_i128(arena, value, 0);
}

static _Noreturn void
raise_out_of_range(const char *type_name)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", type_name);
}

int64_t
numeric_i64(struct arena *arena, union datum value, const char *type_name)
{
    enum numeric_kind kind = numeric_kind(value);
    if (kind >= NUMERIC_NAN)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot convert %s to %s",
              kind == NUMERIC_NAN ? "NaN" : "infinity", type_name);
    union datum whole = numeric_round(arena, value, 0, NATURAL_HALF_UP);
    if (numeric_kind(whole) == NUMERIC_SMALL)
        return numeric_unscaled(whole);
    struct number number = number_of(arena, whole);
    if (number.is_negative && natural_fits_u64(number.magnitude) &&
        natural_u64(number.magnitude) == UINT64_C(1) << 63)
        return INT64_MIN;
    raise_out_of_range(type_name);
}

static union datum
int8_of_numeric(struct func_call *call, const union datum *args)
{
    return i64_datum(numeric_i64(call->arena, args[0], "bigint"));
}

static union datum
int4_of_numeric(struct func_call *call, const union datum *args)
{
    int64_t value = numeric_i64(call->arena, args[0], "integer");
    if (value < INT32_MIN || value > INT32_MAX)
        raise_out_of_range("integer");
    return i32_datum((int32_t)value);
}

static union datum
int2_of_numeric(struct func_call *call, const union datum *args)
{
    int64_t value = numeric_i64(call->arena, args[0], "smallint");
    if (value < INT16_MIN || value > INT16_MAX)
        raise_out_of_range("smallint");
    return i16_datum((int16_t)value);
}

static union datum
numeric_of_int8(struct func_call *call, const union datum *args)
{
    return numeric_of_i64(call->arena, args[0].i64);
}

static union datum
numeric_of_int4(struct func_call *call, const union datum *args)
{
    (void)call;
    return numeric_small(args[0].i32, 0);
}

static union datum
numeric_of_int2(struct func_call *call, const union datum *args)
{
    (void)call;
    return numeric_small(args[0].i16, 0);
}

/* ---- floating point ---- */

union datum
numeric_of_f64(struct arena *arena, double value, int digits)
{
    if (isnan(value))
        return numeric_special(NUMERIC_NAN);
    if (isinf(value))
        return numeric_special(value > 0 ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY);
    char text[FLOAT_TEXT_BYTES_MAX];
    return numeric_read(arena, slice_of(text, float_text_write_rounded(text, value, digits)));
}

static union datum
numeric_of_float8(struct func_call *call, const union datum *args)
{
    return numeric_of_f64(call->arena, args[0].f64, 15);
}

static union datum
numeric_of_float4(struct func_call *call, const union datum *args)
{
    return numeric_of_f64(call->arena, args[0].f32, 6);
}

double
numeric_f64(struct arena *arena, union datum value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    enum numeric_kind kind = numeric_kind(value);
    if (kind >= NUMERIC_NAN)
        return kind == NUMERIC_NAN        ? (double)NAN
               : kind == NUMERIC_INFINITY ? (double)INFINITY
                                          : -(double)INFINITY;
    /* Both operands exact: the quotient is rounded once. */
    if (kind == NUMERIC_SMALL && numeric_scale(value) < COUNT_OF(powers) &&
        llabs(numeric_unscaled(value)) <= INT64_C(1) << 53)
        return (double)numeric_unscaled(value) / powers[numeric_scale(value)];
    struct arena_mark mark = arena_mark(arena);
    double result = number_double(arena, number_of(arena, value));
    arena_rewind(arena, mark);
    return result;
}

/* The value's text as an error shows it. */
static _Noreturn void
raise_float_range(struct func_call *call, union datum value, const char *type_name)
{
    const char *text = type_output_text(call->env, call->arena, TYPE_NUMERIC, value);
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%s\" is out of range for type %s", text,
          type_name);
}

static bool
is_finite_zero(union datum value)
{
    return numeric_kind(value) == NUMERIC_SMALL && numeric_unscaled(value) == 0;
}

static union datum
float8_of_numeric(struct func_call *call, const union datum *args)
{
    double value = numeric_f64(call->arena, args[0]);
    bool is_lost = (isinf(value) && numeric_kind(args[0]) < NUMERIC_NAN) ||
                   (value == 0 && !is_finite_zero(args[0]));
    if (is_lost)
        raise_float_range(call, args[0], "double precision");
    return f64_datum(value);
}

static union datum
float4_of_numeric(struct func_call *call, const union datum *args)
{
    union datum value = args[0];
    if (numeric_kind(value) >= NUMERIC_NAN)
        return f32_datum((float)numeric_f64(call->arena, value));
    const char *text = type_output_text(call->env, call->arena, TYPE_NUMERIC, value);
    float result;
    struct slice number;
    if (float_text_read32(slice_text(text), &result, &number) != FLOAT_TEXT_OK)
        raise_float_range(call, value, "real");
    return f32_datum(result);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1740, "numeric", TYPE_NUMERIC, numeric_of_int4, TYPE_INT4)},
    {FUNC(1742, "numeric", TYPE_NUMERIC, numeric_of_float4, TYPE_FLOAT4)},
    {FUNC(1743, "numeric", TYPE_NUMERIC, numeric_of_float8, TYPE_FLOAT8)},
    {FUNC(1744, "int4", TYPE_INT4, int4_of_numeric, TYPE_NUMERIC)},
    {FUNC(1745, "float4", TYPE_FLOAT4, float4_of_numeric, TYPE_NUMERIC)},
    {FUNC(1746, "float8", TYPE_FLOAT8, float8_of_numeric, TYPE_NUMERIC)},
    {FUNC(1779, "int8", TYPE_INT8, int8_of_numeric, TYPE_NUMERIC)},
    {FUNC(1781, "numeric", TYPE_NUMERIC, numeric_of_int8, TYPE_INT8)},
    {FUNC(1782, "numeric", TYPE_NUMERIC, numeric_of_int2, TYPE_INT2)},
    {FUNC(1783, "int2", TYPE_INT2, int2_of_numeric, TYPE_NUMERIC)},
};

static const struct cast_info casts[] = {
    {TYPE_INT8, TYPE_NUMERIC, 1781, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT2, TYPE_NUMERIC, 1782, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_INT4, TYPE_NUMERIC, 1740, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_FLOAT4, TYPE_NUMERIC, 1742, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_FLOAT8, TYPE_NUMERIC, 1743, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_INT8, 1779, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_INT2, 1783, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_INT4, 1744, CAST_ASSIGNMENT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_FLOAT4, 1745, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_NUMERIC, TYPE_FLOAT8, 1746, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables numeric_cast_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
