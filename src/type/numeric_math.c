/*
 * numeric_math.c: roots, powers, exponentials and logarithms of numeric, and whole-number
 * functions.
 *
 * Results are right to their last digit. How many digits they show is PostgreSQL's choice: about 16
 * significant ones at least and no fewer than the arguments show, estimated from the first groups
 * of four digits of the arguments, in which PostgreSQL stores them.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/fixed.h"
#include "type/generic.h"
#include "type/numeric.h"
#include "type/tables.h"
#include <math.h>
#include <stdlib.h>

#define SIGNIFICANT_DIGITS 16
#define RESULT_SCALE_MAX 2000 /* PostgreSQL's NUMERIC_MAX_RESULT_SCALE */
#define LOG10_OF_E 0.434294481903252
#define LN_10 2.302585092994046
#define FACTORIAL_MAX 32177 /* the largest that numeric holds */

/* ---- estimates ---- */

#define GROUPS_MAX 4

/* The first groups of a number in base 10000, without those at the end that are zero. */
struct groups {
    uint32_t group[GROUPS_MAX];
    int32_t count;  /* at most GROUPS_MAX */
    int32_t weight; /* of the first: 0 is the one before the point */
};

static struct groups
groups_of(struct arena *arena, struct number a)
{
    struct groups groups = {.count = 0};
    size_t count;
    const uint8_t *digits = natural_write(arena, a.magnitude, &count);
    if (count == 0)
        return groups;
    int32_t place = (int32_t)count - 1 - a.scale;
    groups.weight = place >= 0 ? place / 4 : -((3 - place) / 4);
    int32_t in_group = 3 - (place - 4 * groups.weight); /* of the first digit */
    for (size_t i = 0; i < count; i++) {
        int32_t group = ((int32_t)i + in_group) / 4, at = ((int32_t)i + in_group) % 4;
        if (group >= GROUPS_MAX)
            break;
        groups.group[group] += digits[i] * (uint32_t)digits_power10[3 - at];
        if (digits[i] != 0)
            groups.count = group + 1;
    }
    return groups;
}

/* The decimal place of the first digit of ln(a), about. */
static int32_t
ln_place(struct arena *arena, struct number a)
{
    struct number tenth = {.scale = 1, .magnitude = natural_of_u64(arena, 1)};
    struct number unit = number_of_i64(arena, 1);
    struct number distance = number_subtract(arena, a, unit);
    struct number size = distance;
    size.is_negative = false;
    if (number_compare(arena, size, tenth) <= 0)
        return number_place(arena, distance); /* ln(1 + x) is about x */
    struct groups groups = groups_of(arena, a);
    double leading = groups.group[0];
    int32_t place = groups.weight * 4;
    if (groups.count > 1) {
        leading = leading * 10000 + groups.group[1];
        place -= 4;
    }
    return (int32_t)log10(fabs(log(leading) + place * LN_10));
}

static int32_t
clamp_scale(int32_t scale, struct number a)
{
    scale = scale < a.scale ? a.scale : scale;
    scale = scale < 0 ? 0 : scale;
    return scale > NUMERIC_DISPLAY_SCALE_MAX ? NUMERIC_DISPLAY_SCALE_MAX : scale;
}

static int
sign_of(union datum value)
{
    return numeric_compare(value, numeric_small(0, 0));
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

static bool
is_special(union datum value)
{
    return numeric_kind(value) >= NUMERIC_NAN;
}

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
}

/* ---- roots ---- */

static union datum
numeric_sqrt(struct func_call *call, const union datum *args)
{
    if (is_nan(args[0]))
        return args[0];
    if (sign_of(args[0]) < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "cannot take square root of a negative number");
    if (is_infinite(args[0]))
        return args[0];
    struct number a = number_of(call->arena, args[0]);
    int32_t weight = groups_of(call->arena, a).weight;
    int32_t scale = clamp_scale(SIGNIFICANT_DIGITS - ((weight + 1) * 4 / 2 - 1), a);
    return number_datum(call->arena, number_sqrt(call->arena, a, scale));
}

/* ---- exponentials ---- */

/* e^x to a scale; too small is zero, too large an error. */
static struct number
exponential(struct arena *arena, struct number x, int32_t scale)
{
    double estimate = number_double(arena, x);
    if (fabs(estimate) < RESULT_SCALE_MAX * 3.0)
        return fixed_exp(arena, x, scale);
    if (estimate > 0)
        raise_overflow();
    return (struct number){.scale = scale};
}

static union datum
numeric_exp(struct func_call *call, const union datum *args)
{
    if (is_special(args[0]))
        return numeric_kind(args[0]) == NUMERIC_MINUS_INFINITY ? numeric_small(0, 0) : args[0];
    struct number x = number_of(call->arena, args[0]);
    double place = number_double(call->arena, x) * LOG10_OF_E;
    place = place > RESULT_SCALE_MAX ? RESULT_SCALE_MAX : place;
    place = place < -RESULT_SCALE_MAX ? -RESULT_SCALE_MAX : place;
    int32_t scale = clamp_scale(SIGNIFICANT_DIGITS - (int32_t)place, x);
    return number_datum(call->arena, exponential(call->arena, x, scale));
}

/* ---- logarithms ---- */

static void
require_positive(union datum value)
{
    int sign = is_nan(value) ? 1 : sign_of(value);
    if (sign == 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of zero");
    if (sign < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_LOGARITHM,
              "cannot take logarithm of a negative number");
}

static union datum
numeric_ln(struct func_call *call, const union datum *args)
{
    require_positive(args[0]);
    if (is_special(args[0]))
        return args[0];
    struct number x = number_of(call->arena, args[0]);
    int32_t scale = clamp_scale(SIGNIFICANT_DIGITS - ln_place(call->arena, x), x);
    return number_datum(call->arena, fixed_ln(call->arena, x, scale));
}

static union datum
logarithm(struct arena *arena, union datum base_value, union datum value)
{
    if (is_nan(base_value) || is_nan(value))
        return numeric_special(NUMERIC_NAN);
    require_positive(base_value);
    require_positive(value);
    if (is_infinite(base_value))
        return is_infinite(value) ? numeric_special(NUMERIC_NAN) : numeric_small(0, 0);
    if (is_infinite(value))
        return value;
    struct number base = number_of(arena, base_value), x = number_of(arena, value);
    int32_t base_place = ln_place(arena, base), x_place = ln_place(arena, x);
    int32_t scale = clamp_scale(SIGNIFICANT_DIGITS - (x_place - base_place), x);
    scale = clamp_scale(scale, base);
    /* So many digits of both that the quotient's error lies well behind its last digit. */
    int32_t more = scale + 10;
    more += base_place < 0 ? -2 * base_place : 0;
    more += x_place > 0 ? x_place : 0;
    struct number divisor = fixed_ln(arena, base, more);
    if (natural_is_zero(divisor.magnitude))
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    return number_datum(
        arena, number_divide(arena, fixed_ln(arena, x, more), divisor, scale, NATURAL_HALF_UP));
}

/* log(x), to base 10, and log(base, x). */
static union datum
numeric_log(struct func_call *call, const union datum *args)
{
    if (call->arg_count == 1)
        return logarithm(call->arena, numeric_small(10, 0), args[0]);
    return logarithm(call->arena, args[0], args[1]);
}

/* ---- powers ---- */

/* The product with its digits behind the first `digits` dropped. */
static struct number
multiply_to(struct arena *arena, struct number a, struct number b, int32_t digits)
{
    struct number product = number_multiply(arena, a, b);
    int32_t excess = (int32_t)natural_digits(arena, product.magnitude) - digits;
    if (excess > 0)
        product = number_rescale(arena, product, product.scale - excess, NATURAL_HALF_UP);
    return product;
}

/* base^|power| to so many significant digits, by squaring. */
static struct number
power_by_squaring(struct arena *arena, struct number base, uint32_t power, int32_t digits)
{
    struct number result = number_of_i64(arena, 1);
    for (;; power >>= 1) {
        if (power & 1)
            result = multiply_to(arena, result, base, digits);
        if (power <= 1)
            return result;
        base = multiply_to(arena, base, base, digits);
        if (number_place(arena, base) > NUMERIC_DIGITS_MAX + 1)
            raise_overflow();
    }
}

static union datum
power_of_int(struct arena *arena, struct number base, int32_t power)
{
    /* The place of the result's first digit, about. */
    double place = 0;
    if (!natural_is_zero(base.magnitude)) {
        struct groups groups = groups_of(arena, base);
        double leading = groups.group[0];
        for (int32_t i = 1; i < groups.count; i++)
            leading = leading * 10000 + groups.group[i];
        place = power * (log10(leading) + 4 * (groups.weight - (groups.count - 1)));
    }
    if (place > NUMERIC_DIGITS_MAX)
        raise_overflow();
    int32_t scale = clamp_scale(SIGNIFICANT_DIGITS, base);
    if (place + 1 < -scale)
        return numeric_small(0, (uint32_t)scale);
    if (power == 0)
        return number_datum(arena,
                            number_rescale(arena, number_of_i64(arena, 1), scale, NATURAL_HALF_UP));
    if (natural_is_zero(base.magnitude)) {
        if (power < 0)
            raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
        return numeric_small(0, (uint32_t)scale);
    }
    int32_t digits = 12 + scale + (int32_t)place + (int32_t)log(fabs((double)power));
    digits = digits < 24 ? 24 : digits;
    uint32_t times = power < 0 ? 0 - (uint32_t)power : (uint32_t)power;
    struct number result = power_by_squaring(arena, base, times, digits);
    if (power < 0)
        result = number_divide(arena, number_of_i64(arena, 1), result, scale, NATURAL_HALF_UP);
    return number_datum(arena, number_rescale(arena, result, scale, NATURAL_HALF_UP));
}

static bool
is_whole(struct arena *arena, struct number a)
{
    struct number whole = number_rescale(arena, a, 0, NATURAL_TRUNCATE);
    return number_compare(arena, whole, a) == 0;
}

/* base^power by exp(power * ln(base)); base is positive. */
static struct number
power_by_logarithm(struct arena *arena, struct number base, struct number power)
{
    int32_t base_place = ln_place(arena, base);
    int32_t rough = 8 - base_place < 0 ? 0 : 8 - base_place;
    struct number about = number_multiply(arena, fixed_ln(arena, base, rough), power);
    about = number_rescale(arena, about, rough, NATURAL_HALF_UP);
    double estimate = number_double(arena, about);
    if (fabs(estimate) > RESULT_SCALE_MAX * 3.01) {
        if (estimate > 0)
            raise_overflow();
        return (struct number){.scale = NUMERIC_DISPLAY_SCALE_MAX};
    }
    int32_t place = (int32_t)(estimate * LOG10_OF_E);
    int32_t scale = clamp_scale(clamp_scale(SIGNIFICANT_DIGITS - place, base), power);
    int32_t power_place = number_place(arena, power);
    int32_t digits = scale + (place > 0 ? place : 0) + (power_place > 0 ? power_place : 0) + 12;
    struct number product = number_multiply(arena, fixed_ln(arena, base, digits), power);
    return exponential(arena, product, scale);
}

static union datum
finite_power(struct arena *arena, union datum base_value, union datum power_value)
{
    struct number base = number_of(arena, base_value), power = number_of(arena, power_value);
    bool power_is_whole = is_whole(arena, power);
    if (natural_is_zero(base.magnitude) && power.is_negative)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "zero raised to a negative power is undefined");
    if (base.is_negative && !power_is_whole)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "a negative number raised to a non-integer power yields a complex result");
    struct number whole = number_rescale(arena, power, 0, NATURAL_TRUNCATE);
    bool fits = natural_fits_u64(whole.magnitude) &&
                natural_u64(whole.magnitude) <= (uint64_t)INT32_MAX + power.is_negative;
    if (power_is_whole && fits) {
        int64_t value = (int64_t)natural_u64(whole.magnitude);
        return power_of_int(arena, base, (int32_t)(power.is_negative ? -value : value));
    }
    if (natural_is_zero(base.magnitude))
        return numeric_small(0, SIGNIFICANT_DIGITS);
    bool is_negative = base.is_negative && natural_is_odd(whole.magnitude);
    base.is_negative = false;
    struct number result = power_by_logarithm(arena, base, power);
    result.is_negative = is_negative && !natural_is_zero(result.magnitude);
    return number_datum(arena, result);
}

/* With an infinite side and no NaN: the rules of POSIX's pow. */
static union datum
infinite_power(struct arena *arena, union datum base, union datum power)
{
    int base_sign = sign_of(base), power_sign = sign_of(power);
    if (base_sign == 0 && power_sign < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "zero raised to a negative power is undefined");
    bool power_is_whole = is_infinite(power) || is_whole(arena, number_of(arena, power));
    if (base_sign < 0 && !power_is_whole)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "a negative number raised to a non-integer power yields a complex result");
    if (numeric_compare(base, numeric_small(1, 0)) == 0 || power_sign == 0)
        return numeric_small(1, 0);
    if (base_sign == 0)
        return numeric_small(0, 0);
    if (is_infinite(power)) {
        if (numeric_compare(base, numeric_small(-1, 0)) == 0)
            return numeric_small(1, 0);
        bool is_large = numeric_compare(base, numeric_small(1, 0)) > 0 ||
                        numeric_compare(base, numeric_small(-1, 0)) < 0;
        return is_large == (power_sign > 0) ? numeric_special(NUMERIC_INFINITY)
                                            : numeric_small(0, 0);
    }
    if (power_sign < 0)
        return numeric_small(0, 0);
    struct number whole = number_rescale(arena, number_of(arena, power), 0, NATURAL_TRUNCATE);
    return numeric_special(base_sign < 0 && natural_is_odd(whole.magnitude) ? NUMERIC_MINUS_INFINITY
                                                                            : NUMERIC_INFINITY);
}

static union datum
numeric_power(struct func_call *call, const union datum *args)
{
    union datum base = args[0], power = args[1];
    if (!is_special(base) && !is_special(power))
        return finite_power(call->arena, base, power);
    if (is_nan(base))
        return !is_special(power) && sign_of(power) == 0 ? numeric_small(1, 0) : base;
    if (is_nan(power))
        return !is_special(base) && numeric_compare(base, numeric_small(1, 0)) == 0
                   ? numeric_small(1, 0)
                   : power;
    return infinite_power(call->arena, base, power);
}

/* ---- whole numbers ---- */

/* first * (first + 1) * ... * last, by halves, so that factors of like size are multiplied. */
static struct natural
range_product(struct arena *arena, uint64_t first, uint64_t last)
{
    if (first >= last)
        return natural_of_u64(arena, first > last ? 1 : first);
    uint64_t middle = (first + last) / 2;
    return natural_multiply(arena, range_product(arena, first, middle),
                            range_product(arena, middle + 1, last));
}

static union datum
numeric_factorial(struct func_call *call, const union datum *args)
{
    int64_t n = args[0].i64;
    if (n < 0)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "factorial of a negative number is undefined");
    if (n > FACTORIAL_MAX)
        raise_overflow();
    struct natural product = range_product(call->arena, 1, (uint64_t)n);
    return number_datum(call->arena, (struct number){.magnitude = product});
}

/* Both at the larger scale; false if one is not finite. */
static bool
align(struct arena *arena, const union datum *args, struct number *a, struct number *b)
{
    if (is_special(args[0]) || is_special(args[1]))
        return false;
    *a = number_of(arena, args[0]);
    *b = number_of(arena, args[1]);
    int32_t scale = a->scale > b->scale ? a->scale : b->scale;
    *a = number_rescale(arena, *a, scale, NATURAL_TRUNCATE);
    *b = number_rescale(arena, *b, scale, NATURAL_TRUNCATE);
    return true;
}

static union datum
numeric_gcd(struct func_call *call, const union datum *args)
{
    struct number a, b;
    if (!align(call->arena, args, &a, &b))
        return numeric_special(NUMERIC_NAN);
    a.is_negative = false;
    a.magnitude = natural_gcd(call->arena, a.magnitude, b.magnitude);
    return number_datum(call->arena, a);
}

static union datum
numeric_lcm(struct func_call *call, const union datum *args)
{
    struct number a, b;
    if (!align(call->arena, args, &a, &b))
        return numeric_special(NUMERIC_NAN);
    a.is_negative = false;
    if (!natural_is_zero(a.magnitude)) {
        struct natural gcd = natural_gcd(call->arena, a.magnitude, b.magnitude);
        a.magnitude = natural_multiply(
            call->arena, natural_divide(call->arena, a.magnitude, gcd, NULL), b.magnitude);
    }
    return number_datum(call->arena, a);
}

/* ---- buckets ---- */

static _Noreturn void
raise_bucket(const char *what)
{
    raise(SQLSTATE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION, "%s", what);
}

static union datum
numeric_width_bucket(struct func_call *call, const union datum *args)
{
    struct arena *arena = call->arena;
    union datum operand = args[0], low = args[1], high = args[2];
    int32_t count = args[3].i32;
    if (count <= 0)
        raise_bucket("count must be greater than zero");
    if (is_nan(operand) || is_nan(low) || is_nan(high))
        raise_bucket("operand, lower bound, and upper bound cannot be NaN");
    if (is_infinite(low) || is_infinite(high))
        raise_bucket("lower and upper bounds must be finite");
    int direction = numeric_compare(low, high);
    if (direction == 0)
        raise_bucket("lower bound cannot equal upper bound");
    if (numeric_compare(operand, low) * direction > 0)
        return i32_datum(0);
    if (numeric_compare(operand, high) * direction <= 0) {
        if (count == INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        return i32_datum(count + 1);
    }
    struct number from = number_of(arena, low);
    struct number distance = number_subtract(arena, number_of(arena, operand), from);
    struct number width = number_subtract(arena, number_of(arena, high), from);
    struct number scaled = number_multiply(arena, distance, number_of_i64(arena, count));
    struct number whole = number_divide(arena, scaled, width, 0, NATURAL_TRUNCATE);
    return i32_datum((int32_t)natural_u64(whole.magnitude) + 1);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(1376, "factorial", TYPE_NUMERIC, numeric_factorial, TYPE_INT8)},
    {FUNC(1481, "log10", TYPE_NUMERIC, numeric_log, TYPE_NUMERIC)},
    {FUNC(1730, "sqrt", TYPE_NUMERIC, numeric_sqrt, TYPE_NUMERIC)},
    {FUNC(1731, "numeric_sqrt", TYPE_NUMERIC, numeric_sqrt, TYPE_NUMERIC)},
    {FUNC(1732, "exp", TYPE_NUMERIC, numeric_exp, TYPE_NUMERIC)},
    {FUNC(1733, "numeric_exp", TYPE_NUMERIC, numeric_exp, TYPE_NUMERIC)},
    {FUNC(1734, "ln", TYPE_NUMERIC, numeric_ln, TYPE_NUMERIC)},
    {FUNC(1735, "numeric_ln", TYPE_NUMERIC, numeric_ln, TYPE_NUMERIC)},
    {FUNC(1736, "log", TYPE_NUMERIC, numeric_log, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1737, "numeric_log", TYPE_NUMERIC, numeric_log, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1738, "pow", TYPE_NUMERIC, numeric_power, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1739, "numeric_power", TYPE_NUMERIC, numeric_power, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(1741, "log", TYPE_NUMERIC, numeric_log, TYPE_NUMERIC)},
    {FUNC(2169, "power", TYPE_NUMERIC, numeric_power, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(2170, "width_bucket", TYPE_INT4, numeric_width_bucket, TYPE_NUMERIC, TYPE_NUMERIC,
          TYPE_NUMERIC, TYPE_INT4)},
    {FUNC(5048, "gcd", TYPE_NUMERIC, numeric_gcd, TYPE_NUMERIC, TYPE_NUMERIC)},
    {FUNC(5049, "lcm", TYPE_NUMERIC, numeric_lcm, TYPE_NUMERIC, TYPE_NUMERIC)},
};

static const struct operator_info operators[] = {
    {1038, "^", TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC, 1739, 0, 0, false, false, NULL, NULL},
};

const struct type_tables numeric_math_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
