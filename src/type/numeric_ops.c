/*
 * numeric_ops.c: the operators of numeric, and the functions that only look at digits: rounding,
 * signs, scales.
 *
 * Each operator first tries small values, whose result it can often tell without touching memory;
 * the rest goes through struct number. The rules for NaN and the infinities are those of floating
 * point, but that dividing by zero is always an error.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/kernel.h"
#include "type/numeric.h"
#include "type/tables.h"
#include <stdlib.h>

static _Noreturn void
raise_division_by_zero(void)
{
    raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
}

/* -1, 0 or 1; of NaN 0. */
static int
sign_of(union datum value)
{
    switch (numeric_kind(value)) {
    case NUMERIC_SMALL:
        return (numeric_unscaled(value) > 0) - (numeric_unscaled(value) < 0);
    case NUMERIC_POSITIVE:
    case NUMERIC_INFINITY:
        return 1;
    case NUMERIC_NAN:
        return 0;
    default:
        return -1;
    }
}

static bool
is_nan(union datum value)
{
    return numeric_kind(value) == NUMERIC_NAN;
}

static bool
is_infinite(union datum value)
{
    return numeric_kind(value) >= NUMERIC_INFINITY;
}

static union datum
infinity(int sign)
{
    return numeric_special(sign > 0   ? NUMERIC_INFINITY
                           : sign < 0 ? NUMERIC_MINUS_INFINITY
                                      : NUMERIC_NAN);
}

/* ---- sums ---- */

/* Both unscaled integers at the larger scale, if they fit. */
static inline bool
align_small(union datum a, union datum b, int64_t *left, int64_t *right, uint32_t *scale)
{
    uint32_t a_scale = numeric_scale(a), b_scale = numeric_scale(b);
    *left = numeric_unscaled(a);
    *right = numeric_unscaled(b);
    *scale = a_scale;
    if (LIKELY(a_scale == b_scale))
        return true;
    if (a_scale > b_scale)
        return a_scale - b_scale <= 18 &&
               !__builtin_mul_overflow(*right, (int64_t)digits_power10[a_scale - b_scale], right);
    *scale = b_scale;
    return b_scale - a_scale <= 18 &&
           !__builtin_mul_overflow(*left, (int64_t)digits_power10[b_scale - a_scale], left);
}

static inline bool
small_sum(union datum a, union datum b, union datum *result)
{
    int64_t left, right, sum;
    uint32_t scale;
    if (!align_small(a, b, &left, &right, &scale) || __builtin_add_overflow(left, right, &sum) ||
        sum == INT64_MIN)
        return false;
    *result = numeric_small(sum, scale);
    return true;
}

static inline bool
small_difference(union datum a, union datum b, union datum *result)
{
    int64_t left, right, difference;
    uint32_t scale;
    if (!align_small(a, b, &left, &right, &scale) ||
        __builtin_sub_overflow(left, right, &difference) || difference == INT64_MIN)
        return false;
    *result = numeric_small(difference, scale);
    return true;
}

static union datum
add_slow(struct arena *arena, union datum a, union datum b)
{
    if (is_nan(a) || is_nan(b))
        return numeric_special(NUMERIC_NAN);
    if (is_infinite(a))
        return is_infinite(b) && sign_of(a) != sign_of(b) ? infinity(0) : a;
    if (is_infinite(b))
        return b;
    return number_datum(arena, number_add(arena, number_of(arena, a), number_of(arena, b)));
}

static union datum
subtract_slow(struct arena *arena, union datum a, union datum b)
{
    return add_slow(arena, a, numeric_negate(arena, b));
}

/* ---- products ---- */

static inline bool
small_product(union datum a, union datum b, union datum *result)
{
    int64_t product;
    uint32_t scale = numeric_scale(a) + numeric_scale(b);
    if (__builtin_mul_overflow(numeric_unscaled(a), numeric_unscaled(b), &product) ||
        product == INT64_MIN || scale > NUMERIC_SCALE_MAX)
        return false;
    *result = numeric_small(product, scale);
    return true;
}

static union datum
multiply_slow(struct arena *arena, union datum a, union datum b)
{
    if (is_nan(a) || is_nan(b))
        return numeric_special(NUMERIC_NAN);
    if (is_infinite(a) || is_infinite(b))
        return infinity(sign_of(a) * sign_of(b));
    struct number product = number_multiply(arena, number_of(arena, a), number_of(arena, b));
    if (product.scale > NUMERIC_SCALE_MAX)
        product = number_rescale(arena, product, NUMERIC_SCALE_MAX, NATURAL_HALF_UP);
    return number_datum(arena, product);
}

/* ---- quotients ---- */

/* As number.c's leading_group, of a magnitude in one word. */
static uint32_t
leading_group(uint64_t magnitude, int32_t scale, int32_t *place)
{
    *place = 0;
    if (magnitude == 0)
        return 0;
    int32_t digits = (int32_t)digits_count_u64(magnitude), first = digits - 1 - scale;
    *place = first >= 0 ? first / 4 : -((3 - first) / 4);
    int32_t wanted = first - 4 * *place + 1;
    return (uint32_t)(digits >= wanted ? magnitude / digits_power10[digits - wanted]
                                       : magnitude * digits_power10[wanted - digits]);
}

static int32_t
quotient_scale(union datum a, union datum b)
{
    int32_t a_place, b_place;
    int32_t a_scale = (int32_t)numeric_scale(a), b_scale = (int32_t)numeric_scale(b);
    uint32_t a_group = leading_group((uint64_t)llabs(numeric_unscaled(a)), a_scale, &a_place);
    uint32_t b_group = leading_group((uint64_t)llabs(numeric_unscaled(b)), b_scale, &b_place);
    int32_t scale = 16 - 4 * (a_place - b_place - (a_group <= b_group));
    scale = scale < a_scale ? a_scale : scale;
    scale = scale < b_scale ? b_scale : scale;
    scale = scale < 0 ? 0 : scale;
    return scale > NUMERIC_DISPLAY_SCALE_MAX ? NUMERIC_DISPLAY_SCALE_MAX : scale;
}

static unsigned __int128
power10_wide(uint32_t power)
{
    uint32_t low = power < 19 ? power : 19;
    return (unsigned __int128)digits_power10[low] * digits_power10[power - low];
}

/* If the scaled dividend fits 128 bits. */
static bool
small_quotient(struct arena *arena, union datum a, union datum b, union datum *result)
{
    int64_t dividend = numeric_unscaled(a), divisor = numeric_unscaled(b);
    if (divisor == 0)
        raise_division_by_zero();
    int32_t scale = quotient_scale(a, b);
    int32_t shift = scale + (int32_t)numeric_scale(b) - (int32_t)numeric_scale(a);
    uint64_t magnitude = (uint64_t)llabs(dividend), by = (uint64_t)llabs(divisor);
    if (shift + (int32_t)digits_count_u64(magnitude) > 38)
        return false;
    unsigned __int128 scaled = magnitude * power10_wide((uint32_t)shift);
    unsigned __int128 quotient = scaled / by;
    uint64_t rest = (uint64_t)(scaled % by);
    quotient += rest >= by - rest;
    __int128 value = (__int128)quotient;
    *result =
        numeric_of_i128(arena, (dividend < 0) != (divisor < 0) ? -value : value, (uint32_t)scale);
    return true;
}

/* The quotient where a side is not finite: `zero` is a zero of the wanted scale. */
static union datum
special_quotient(union datum a, union datum b)
{
    if (is_nan(a) || is_nan(b))
        return numeric_special(NUMERIC_NAN);
    if (!is_infinite(a))
        return numeric_small(0, 0);
    if (is_infinite(b))
        return numeric_special(NUMERIC_NAN);
    if (sign_of(b) == 0)
        raise_division_by_zero();
    return infinity(sign_of(a) * sign_of(b));
}

static bool
is_special(union datum value)
{
    return numeric_kind(value) >= NUMERIC_NAN;
}

union datum
numeric_divide(struct arena *arena, union datum a, union datum b)
{
    union datum result;
    if (is_special(a) || is_special(b))
        return special_quotient(a, b);
    if (LIKELY(numeric_both_small(a, b)) && small_quotient(arena, a, b, &result))
        return result;
    struct number dividend = number_of(arena, a), divisor = number_of(arena, b);
    if (natural_is_zero(divisor.magnitude))
        raise_division_by_zero();
    int32_t scale = number_quotient_scale(arena, dividend, divisor);
    return number_datum(arena, number_divide(arena, dividend, divisor, scale, NATURAL_HALF_UP));
}

static inline bool
never_small(union datum a, union datum b, union datum *result)
{
    (void)a;
    (void)b;
    (void)result;
    return false;
}

#define NAME numeric_op_add
#define SMALL(a, b, result) small_sum(a, b, result)
#define SLOW(arena, a, b) add_slow(arena, a, b)
#include "type/kernel_numeric.inc"

#define NAME numeric_op_sub
#define SMALL(a, b, result) small_difference(a, b, result)
#define SLOW(arena, a, b) subtract_slow(arena, a, b)
#include "type/kernel_numeric.inc"

#define NAME numeric_op_mul
#define SMALL(a, b, result) small_product(a, b, result)
#define SLOW(arena, a, b) multiply_slow(arena, a, b)
#include "type/kernel_numeric.inc"

#define NAME numeric_op_div
#define SMALL(a, b, result) never_small(a, b, result)
#define SLOW(arena, a, b) numeric_divide(arena, a, b)
#include "type/kernel_numeric.inc"

union datum
numeric_add(struct arena *arena, union datum a, union datum b)
{
    return numeric_op_add_apply(arena, a, b);
}

union datum
numeric_subtract(struct arena *arena, union datum a, union datum b)
{
    return numeric_op_sub_apply(arena, a, b);
}

union datum
numeric_multiply(struct arena *arena, union datum a, union datum b)
{
    return numeric_op_mul_apply(arena, a, b);
}

/* ---- comparison ---- */

static inline int
order(struct view left, struct view right)
{
    union datum a = {.view = left}, b = {.view = right};
    if (LIKELY(numeric_both_small(a, b) && numeric_scale(a) == numeric_scale(b))) {
        int64_t x = numeric_unscaled(a), y = numeric_unscaled(b);
        return (x > y) - (x < y);
    }
    return numeric_compare(a, b);
}

#define PREFIX numeric_op
#define LEFT struct view
#define RIGHT struct view
#define LEFT_FIELD view
#define RIGHT_FIELD view
#define EQUAL(a, b) (order(a, b) == 0)
#define LESS(a, b) (order(a, b) < 0)
#define MORE(a, b) (order(a, b) > 0)
#include "type/kernel_compare.inc"

/* ---- whole quotients ---- */

/* div(a, b): the quotient's integer part. */
static union datum
numeric_div_whole(struct func_call *call, const union datum *args)
{
    if (is_special(args[0]) || is_special(args[1]))
        return special_quotient(args[0], args[1]);
    struct number a = number_of(call->arena, args[0]), b = number_of(call->arena, args[1]);
    if (natural_is_zero(b.magnitude))
        raise_division_by_zero();
    return number_datum(call->arena, number_divide(call->arena, a, b, 0, NATURAL_TRUNCATE));
}

/* The rest has the sign of the dividend, and the larger scale. */
static union datum
numeric_modulo(struct func_call *call, const union datum *args)
{
    union datum a = args[0], b = args[1];
    if (is_nan(a) || is_nan(b))
        return numeric_special(NUMERIC_NAN);
    if (sign_of(b) == 0)
        raise_division_by_zero();
    if (is_infinite(a))
        return numeric_special(NUMERIC_NAN);
    if (is_infinite(b))
        return a;
    int64_t left, right;
    uint32_t scale;
    if (numeric_both_small(a, b) && align_small(a, b, &left, &right, &scale))
        return numeric_small(right == -1 ? 0 : left % right, scale);
    struct number dividend = number_of(call->arena, a), divisor = number_of(call->arena, b);
    struct number whole = number_divide(call->arena, dividend, divisor, 0, NATURAL_TRUNCATE);
    struct number product = number_multiply(call->arena, whole, divisor);
    return number_datum(call->arena, number_subtract(call->arena, dividend, product));
}

/* ---- signs and rounding ---- */

union datum
numeric_negate(struct arena *arena, union datum value)
{
    switch (numeric_kind(value)) {
    case NUMERIC_SMALL:
        return numeric_small(-numeric_unscaled(value), numeric_scale(value));
    case NUMERIC_NAN:
        return value;
    case NUMERIC_INFINITY:
    case NUMERIC_MINUS_INFINITY:
        return infinity(-sign_of(value));
    default: {
        struct number number = number_of(arena, value);
        number.is_negative = !number.is_negative;
        return number_datum(arena, number);
    }
    }
}

static union datum
numeric_op_negate(struct func_call *call, const union datum *args)
{
    return numeric_negate(call->arena, args[0]);
}

static union datum
numeric_absolute(struct func_call *call, const union datum *args)
{
    return sign_of(args[0]) < 0 ? numeric_negate(call->arena, args[0]) : args[0];
}

static union datum
numeric_sign(struct func_call *call, const union datum *args)
{
    (void)call;
    return is_nan(args[0]) ? args[0] : numeric_small(sign_of(args[0]), 0);
}

union datum
numeric_round(struct arena *arena, union datum value, int32_t scale, enum natural_rounding rounding)
{
    if (is_special(value))
        return value;
    if (scale > NUMERIC_SCALE_MAX)
        scale = NUMERIC_SCALE_MAX;
    if (scale < -NUMERIC_DIGITS_MAX - 1) /* there nothing is left of any value */
        scale = -NUMERIC_DIGITS_MAX - 1;
    int32_t drop = (int32_t)numeric_scale(value) - scale;
    if (numeric_kind(value) == NUMERIC_SMALL && scale >= 0 && drop >= 0 && drop <= 18) {
        int64_t unscaled = numeric_unscaled(value), power = (int64_t)digits_power10[drop];
        int64_t rest = unscaled % power;
        int64_t kept = unscaled / power;
        if (rounding == NATURAL_HALF_UP && llabs(rest) >= power - llabs(rest))
            kept += unscaled < 0 ? -1 : 1;
        return numeric_small(drop == 0 ? unscaled : kept, (uint32_t)scale);
    }
    struct number number = number_rescale(arena, number_of(arena, value), scale, rounding);
    if (number.scale < 0)
        number = number_rescale(arena, number, 0, NATURAL_TRUNCATE);
    return number_datum(arena, number);
}

static union datum
numeric_op_round(struct func_call *call, const union datum *args)
{
    return numeric_round(call->arena, args[0], call->arg_count == 2 ? args[1].i32 : 0,
                         NATURAL_HALF_UP);
}

static union datum
numeric_truncate(struct func_call *call, const union datum *args)
{
    return numeric_round(call->arena, args[0], call->arg_count == 2 ? args[1].i32 : 0,
                         NATURAL_TRUNCATE);
}

/* The integer part, one further from zero if the sign is `away` and there was a rest. */
static union datum
to_whole(struct arena *arena, union datum value, int away)
{
    union datum whole = numeric_round(arena, value, 0, NATURAL_TRUNCATE);
    if (is_special(value) || sign_of(value) != away || numeric_compare(whole, value) == 0)
        return whole;
    return numeric_add(arena, whole, numeric_small(away, 0));
}

static union datum
numeric_ceil(struct func_call *call, const union datum *args)
{
    return to_whole(call->arena, args[0], 1);
}

static union datum
numeric_floor(struct func_call *call, const union datum *args)
{
    return to_whole(call->arena, args[0], -1);
}

static union datum
numeric_increment(struct func_call *call, const union datum *args)
{
    return numeric_add(call->arena, args[0], numeric_small(1, 0));
}

/* ---- scales ---- */

static union datum
numeric_scale_of(struct func_call *call, const union datum *args)
{
    call->result_is_null = is_special(args[0]);
    return i32_datum((int32_t)numeric_scale(args[0]));
}

/* The smallest scale that shows the number exactly. */
static uint32_t
min_scale(struct arena *arena, union datum value)
{
    struct number number = number_of(arena, value);
    if (natural_is_zero(number.magnitude))
        return 0;
    size_t count;
    const uint8_t *digits = natural_write(arena, number.magnitude, &count);
    uint32_t scale = (uint32_t)number.scale;
    while (scale > 0 && count > 0 && digits[count - 1] == 0) {
        count--;
        scale--;
    }
    return scale;
}

static union datum
numeric_min_scale(struct func_call *call, const union datum *args)
{
    call->result_is_null = is_special(args[0]);
    if (call->result_is_null)
        return i32_datum(0);
    return i32_datum((int32_t)min_scale(call->arena, args[0]));
}

static union datum
numeric_trim_scale(struct func_call *call, const union datum *args)
{
    if (is_special(args[0]))
        return args[0];
    struct number number = number_of(call->arena, args[0]);
    int32_t scale = (int32_t)min_scale(call->arena, args[0]);
    return number_datum(call->arena, number_rescale(call->arena, number, scale, NATURAL_TRUNCATE));
}

/* in_range for window frames: see int.c and float_math.c. */
static union datum
numeric_in_range(struct func_call *call, const union datum *args)
{
    union datum value = args[0], base = args[1], offset = args[2];
    bool is_below = args[3].b, is_less = args[4].b;
    if (is_nan(offset) || sign_of(offset) < 0)
        raise(SQLSTATE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
              "invalid preceding or following size in window function");
    if (is_nan(value))
        return bool_datum(is_nan(base) || !is_less);
    if (is_nan(base))
        return bool_datum(is_less);
    if (is_infinite(offset) && is_infinite(base) && sign_of(base) == (is_below ? 1 : -1))
        return bool_datum(true);
    union datum limit = is_below ? numeric_subtract(call->arena, base, offset)
                                 : numeric_add(call->arena, base, offset);
    int comparison = numeric_compare(value, limit);
    return bool_datum(is_less ? comparison <= 0 : comparison >= 0);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1704, "numeric_abs", TYPE_NUMERIC, numeric_absolute, TYPE_NUMERIC)},
    {FUNC(1705, "abs", TYPE_NUMERIC, numeric_absolute, TYPE_NUMERIC)},
    {FUNC(1706, "sign", TYPE_NUMERIC, numeric_sign, TYPE_NUMERIC)},
    {FUNC(1707, "round", TYPE_NUMERIC, numeric_op_round, TYPE_NUMERIC, TYPE_INT4)},
    {FUNC(1708, "round", TYPE_NUMERIC, numeric_op_round, TYPE_NUMERIC)},
    {FUNC(1709, "trunc", TYPE_NUMERIC, numeric_truncate, TYPE_NUMERIC, TYPE_INT4)},
    {FUNC(1710, "trunc", TYPE_NUMERIC, numeric_truncate, TYPE_NUMERIC)},
    {FUNC(1711, "ceil", TYPE_NUMERIC, numeric_ceil, TYPE_NUMERIC)},
    {FUNC(1712, "floor", TYPE_NUMERIC, numeric_floor, TYPE_NUMERIC)},
    {FUNC(1718, "numeric_eq", TYPE_BOOL, numeric_op_eq, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_eq_vector},
    {FUNC(1719, "numeric_ne", TYPE_BOOL, numeric_op_ne, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_ne_vector},
    {FUNC(1720, "numeric_gt", TYPE_BOOL, numeric_op_gt, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_gt_vector},
    {FUNC(1721, "numeric_ge", TYPE_BOOL, numeric_op_ge, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_ge_vector},
    {FUNC(1722, "numeric_lt", TYPE_BOOL, numeric_op_lt, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_lt_vector},
    {FUNC(1723, "numeric_le", TYPE_BOOL, numeric_op_le, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_le_vector},
    {FUNC(1724, "numeric_add", TYPE_NUMERIC, numeric_op_add, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_add_vector},
    {FUNC(1725, "numeric_sub", TYPE_NUMERIC, numeric_op_sub, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_sub_vector},
    {FUNC(1726, "numeric_mul", TYPE_NUMERIC, numeric_op_mul, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_mul_vector},
    {FUNC(1727, "numeric_div", TYPE_NUMERIC, numeric_op_div, TYPE_NUMERIC, TYPE_NUMERIC),
     .vector = numeric_op_div_vector},
    {FUNC(1728, "mod", TYPE_NUMERIC, numeric_modulo, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1729, "numeric_mod", TYPE_NUMERIC, numeric_modulo, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1764, "numeric_inc", TYPE_NUMERIC, numeric_increment, TYPE_NUMERIC)},
    {FUNC(1771, "numeric_uminus", TYPE_NUMERIC, numeric_op_negate, TYPE_NUMERIC)},
    {FUNC(1915, "numeric_uplus", TYPE_NUMERIC, generic_same, TYPE_NUMERIC)},
    {FUNC(1973, "div", TYPE_NUMERIC, numeric_div_whole, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1980, "numeric_div_trunc", TYPE_NUMERIC, numeric_div_whole, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(2167, "ceiling", TYPE_NUMERIC, numeric_ceil, TYPE_NUMERIC)},
    {FUNC(3281, "scale", TYPE_INT4, numeric_scale_of, TYPE_NUMERIC)},
    {FUNC(4141, "in_range", TYPE_BOOL, numeric_in_range, TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(5042, "min_scale", TYPE_INT4, numeric_min_scale, TYPE_NUMERIC)},
    {FUNC(5043, "trim_scale", TYPE_NUMERIC, numeric_trim_scale, TYPE_NUMERIC)},
};

static const struct operator_info operators[] = {
    {1751, "-", OID_NONE, TYPE_NUMERIC, TYPE_NUMERIC, 1771, 0, 0, false, false, NULL, NULL},
    {1752, "=", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1718, 1752, 1753, true, true, "eqsel",
     "eqjoinsel"},
    {1753, "<>", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1719, 1753, 1752, false, false, "neqsel",
     "neqjoinsel"},
    {1754, "<", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1722, 1756, 1757, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {1755, "<=", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1723, 1757, 1756, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {1756, ">", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1720, 1754, 1755, false, false,
     "scalargtsel", "scalargtjoinsel"},
    {1757, ">=", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_BOOL, 1721, 1755, 1754, false, false,
     "scalargesel", "scalargejoinsel"},
    {1758, "+", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1724, 1758, 0, false, false, NULL, NULL},
    {1759, "-", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1725, 0, 0, false, false, NULL, NULL},
    {1760, "*", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1726, 1760, 0, false, false, NULL, NULL},
    {1761, "/", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1727, 0, 0, false, false, NULL, NULL},
    {1762, "%", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1729, 0, 0, false, false, NULL, NULL},
    {1763, "@", OID_NONE, TYPE_NUMERIC, TYPE_NUMERIC, 1704, 0, 0, false, false, NULL, NULL},
    {1921, "+", OID_NONE, TYPE_NUMERIC, TYPE_NUMERIC, 1915, 0, 0, false, false, NULL, NULL},
};

const struct type_tables numeric_ops_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
