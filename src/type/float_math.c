/*
 * float_math.c: the mathematical functions of double precision.
 *
 * Domain errors are reported before the C library sees them; a result that became infinite or zero
 * though it is neither is an error too. The functions in degrees are exact where the angle has an
 * exact answer: they work on the first half quadrant, scaled so that 30, 45 and 60 degrees come out
 * right to the bit.
 */
#include "base/raise.h"
#include "base/random.h"
#include "type/float_text.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/values.h"
#include <math.h>

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
}

static _Noreturn void
raise_underflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
}

static _Noreturn void
raise_domain(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range");
}

/* ---- rounding and signs ---- */

static union datum
float8_ceil(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(ceil(args[0].f64));
}

static union datum
float8_floor(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(floor(args[0].f64));
}

static union datum
float8_round(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(rint(args[0].f64));
}

static union datum
float8_trunc(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(trunc(args[0].f64));
}

static union datum
float8_sign(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(args[0].f64 > 0 ? 1 : args[0].f64 < 0 ? -1 : 0);
}

/* ---- roots, powers, logarithms ---- */

static union datum
float8_sqrt(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].f64 < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "cannot take square root of a negative number");
    return f64_datum(sqrt(args[0].f64));
}

static union datum
float8_cbrt(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(cbrt(args[0].f64));
}

static union datum
float8_power(struct func_call *call, const union datum *args)
{
    (void)call;
    double base = args[0].f64, power = args[1].f64;
    if (isnan(base))
        return f64_datum(power == 0 ? 1 : NAN);
    if (isnan(power))
        return f64_datum(base == 1 ? 1 : NAN);
    if (base == 0 && power < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "zero raised to a negative power is undefined");
    if (base < 0 && floor(power) != power)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
              "a negative number raised to a non-integer power yields a complex result");
    double result = pow(base, power);
    if (!isinf(base) && !isinf(power)) {
        if (isinf(result))
            raise_overflow();
        if (result == 0 && base != 0)
            raise_underflow();
    }
    return f64_datum(result);
}

static union datum
float8_exp(struct func_call *call, const union datum *args)
{
    (void)call;
    double result = exp(args[0].f64);
    if (isinf(result) && !isinf(args[0].f64))
        raise_overflow();
    if (result == 0 && !isinf(args[0].f64))
        raise_underflow();
    return f64_datum(result);
}

static void
require_positive(double value)
{
    if (value == 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of zero");
    if (value < 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_LOGARITHM,
              "cannot take logarithm of a negative number");
}

static union datum
float8_ln(struct func_call *call, const union datum *args)
{
    (void)call;
    require_positive(args[0].f64);
    return f64_datum(log(args[0].f64));
}

static union datum
float8_log10(struct func_call *call, const union datum *args)
{
    (void)call;
    require_positive(args[0].f64);
    return f64_datum(log10(args[0].f64));
}

/* ---- angles in radians ---- */

#define RADIANS_PER_DEGREE 0.0174532925199432957692

static union datum
float8_pi(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return f64_datum(M_PI);
}

static union datum
float8_degrees(struct func_call *call, const union datum *args)
{
    (void)call;
    double result = args[0].f64 / RADIANS_PER_DEGREE;
    if (isinf(result) && !isinf(args[0].f64))
        raise_overflow();
    return f64_datum(result);
}

static union datum
float8_radians(struct func_call *call, const union datum *args)
{
    (void)call;
    double result = args[0].f64 * RADIANS_PER_DEGREE;
    if (result == 0 && args[0].f64 != 0)
        raise_underflow();
    return f64_datum(result);
}

static double
finite_angle(double angle)
{
    if (isinf(angle))
        raise_domain();
    return angle;
}

static double
unit_ratio(double ratio)
{
    if (ratio < -1 || ratio > 1)
        raise_domain();
    return ratio;
}

static union datum
float8_sin(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(sin(finite_angle(args[0].f64)));
}

static union datum
float8_cos(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(cos(finite_angle(args[0].f64)));
}

static union datum
float8_tan(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(tan(finite_angle(args[0].f64)));
}

static union datum
float8_cot(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(1.0 / tan(finite_angle(args[0].f64)));
}

static union datum
float8_asin(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(asin(unit_ratio(args[0].f64)));
}

static union datum
float8_acos(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(acos(unit_ratio(args[0].f64)));
}

static union datum
float8_atan(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(atan(args[0].f64));
}

static union datum
float8_atan2(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(atan2(args[0].f64, args[1].f64));
}

static union datum
float8_sinh(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(sinh(args[0].f64));
}

static union datum
float8_cosh(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(cosh(args[0].f64));
}

static union datum
float8_tanh(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(tanh(args[0].f64));
}

static union datum
float8_asinh(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(asinh(args[0].f64));
}

static union datum
float8_acosh(struct func_call *call, const union datum *args)
{
    (void)call;
    if (args[0].f64 < 1)
        raise_domain();
    return f64_datum(acosh(args[0].f64));
}

static union datum
float8_atanh(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(atanh(unit_ratio(args[0].f64)));
}

/* ---- angles in degrees ---- */

/* The compiler must not fold these: numerator and denominator have to round alike. */
static double
sin_of_degrees(double degrees)
{
    volatile double radians = degrees * RADIANS_PER_DEGREE;
    return sin(radians);
}

static double
cos_of_degrees(double degrees)
{
    volatile double radians = degrees * RADIANS_PER_DEGREE;
    return cos(radians);
}

static double
sin_to_30(double degrees)
{
    return sin_of_degrees(degrees) / sin_of_degrees(30) / 2;
}

static double
cos_to_60(double degrees)
{
    double one_minus_cos = 1 - cos_of_degrees(degrees);
    double at_60 = 1 - cos_of_degrees(60);
    return 1 - one_minus_cos / at_60 / 2;
}

static double
sin_first_quadrant(double degrees)
{
    return degrees <= 30 ? sin_to_30(degrees) : cos_to_60(90 - degrees);
}

static double
cos_first_quadrant(double degrees)
{
    return degrees <= 60 ? cos_to_60(degrees) : sin_to_30(90 - degrees);
}

static double
sin_degrees(double degrees)
{
    double sign = 1;
    degrees = fmod(degrees, 360);
    if (degrees < 0) {
        degrees = -degrees;
        sign = -sign;
    }
    if (degrees > 180) {
        degrees = 360 - degrees;
        sign = -sign;
    }
    return sign * sin_first_quadrant(degrees > 90 ? 180 - degrees : degrees);
}

static double
cos_degrees(double degrees)
{
    double sign = 1;
    degrees = fabs(fmod(degrees, 360));
    if (degrees > 180)
        degrees = 360 - degrees;
    if (degrees > 90) {
        degrees = 180 - degrees;
        sign = -1;
    }
    return sign * cos_first_quadrant(degrees);
}

/* The tangent (or its inverse) of an angle, scaled so that it is 1 at 45 degrees. */
static double
tan_degrees(double degrees, bool is_cotangent)
{
    double sign = 1;
    degrees = fmod(degrees, 360);
    if (degrees < 0) {
        degrees = -degrees;
        sign = -sign;
    }
    if (degrees > 180) {
        degrees = 360 - degrees;
        sign = -sign;
    }
    if (degrees > 90) {
        degrees = 180 - degrees;
        sign = -sign;
    }
    double sine = sin_first_quadrant(degrees), cosine = cos_first_quadrant(degrees);
    double sine_45 = sin_first_quadrant(45), cosine_45 = cos_first_quadrant(45);
    double result = is_cotangent ? sign * ((cosine / sine) / (cosine_45 / sine_45))
                                 : sign * ((sine / cosine) / (sine_45 / cosine_45));
    return result == 0 ? 0 : result; /* no -0 */
}

static union datum
float8_sind(struct func_call *call, const union datum *args)
{
    (void)call;
    double angle = finite_angle(args[0].f64);
    return f64_datum(isnan(angle) ? angle : sin_degrees(angle));
}

static union datum
float8_cosd(struct func_call *call, const union datum *args)
{
    (void)call;
    double angle = finite_angle(args[0].f64);
    return f64_datum(isnan(angle) ? angle : cos_degrees(angle));
}

static union datum
float8_tand(struct func_call *call, const union datum *args)
{
    (void)call;
    double angle = finite_angle(args[0].f64);
    return f64_datum(isnan(angle) ? angle : tan_degrees(angle, false));
}

static union datum
float8_cotd(struct func_call *call, const union datum *args)
{
    (void)call;
    double angle = finite_angle(args[0].f64);
    return f64_datum(isnan(angle) ? angle : tan_degrees(angle, true));
}

static double
call_asin(double ratio)
{
    volatile double kept = ratio;
    return asin(kept);
}

static double
call_acos(double ratio)
{
    volatile double kept = ratio;
    return acos(kept);
}

static double
asin_first_quadrant(double ratio)
{
    if (ratio <= 0.5)
        return call_asin(ratio) / call_asin(0.5) * 30;
    return 90 - call_acos(ratio) / call_acos(0.5) * 60;
}

static double
acos_first_quadrant(double ratio)
{
    if (ratio <= 0.5)
        return 90 - call_asin(ratio) / call_asin(0.5) * 30;
    return call_acos(ratio) / call_acos(0.5) * 60;
}

static union datum
float8_asind(struct func_call *call, const union datum *args)
{
    (void)call;
    double ratio = args[0].f64;
    if (isnan(ratio))
        return args[0];
    unit_ratio(ratio);
    return f64_datum(ratio >= 0 ? asin_first_quadrant(ratio) : -asin_first_quadrant(-ratio));
}

static union datum
float8_acosd(struct func_call *call, const union datum *args)
{
    (void)call;
    double ratio = args[0].f64;
    if (isnan(ratio))
        return args[0];
    unit_ratio(ratio);
    return f64_datum(ratio >= 0 ? acos_first_quadrant(ratio) : 90 + asin_first_quadrant(-ratio));
}

static double
call_atan(double ratio)
{
    volatile double kept = ratio;
    return atan(kept);
}

static union datum
float8_atand(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(call_atan(args[0].f64) / call_atan(1) * 45);
}

static union datum
float8_atan2d(struct func_call *call, const union datum *args)
{
    (void)call;
    return f64_datum(atan2(args[0].f64, args[1].f64) / call_atan(1) * 45);
}

/* ---- chance and buckets ---- */

static union datum
float8_random(struct func_call *call, const union datum *args)
{
    (void)args;
    return f64_datum(random_unit(call->env->random));
}

static union datum
float8_setseed(struct func_call *call, const union datum *args)
{
    double seed = args[0].f64;
    if (!(seed >= -1 && seed <= 1)) {
        char text[FLOAT_TEXT_BYTES_MAX];
        int bytes = (int)float_text_write_rounded(text, seed, 6);
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "setseed parameter %.*s is out of allowed range [-1,1]", bytes, text);
    }
    uint64_t bits;
    memcpy(&bits, &seed, sizeof bits);
    random_init(call->env->random, bits);
    return (union datum){.words = {0, 0}};
}

/* The bucket of an operand between the bounds, counted from `low` upward. */
static int32_t
bucket(double operand, double low, double high, int32_t count)
{
    double place = isinf(high - low) ? (operand / 2 - low / 2) / (high / 2 - low / 2)
                                     : (operand - low) / (high - low);
    int32_t number = (int32_t)(count * place);
    return number >= count ? count : number + 1;
}

static union datum
float8_width_bucket(struct func_call *call, const union datum *args)
{
    (void)call;
    double operand = args[0].f64, low = args[1].f64, high = args[2].f64;
    int32_t count = args[3].i32;
    if (count <= 0)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
              "count must be greater than zero");
    if (isnan(operand) || isnan(low) || isnan(high))
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
              "operand, lower bound, and upper bound cannot be NaN");
    if (isinf(low) || isinf(high))
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
              "lower and upper bounds must be finite");
    if (low == high)
        raise(SQLSTATE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
              "lower bound cannot equal upper bound");
    bool is_before = low < high ? operand < low : operand > low;
    bool is_after = low < high ? operand >= high : operand <= high;
    if (is_before)
        return i32_datum(0);
    if (!is_after)
        return i32_datum(bucket(operand, low, high, count));
    if (count == INT32_MAX)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    return i32_datum(count + 1);
}

/* in_range for window frames: see int.c. An infinite base less an infinite offset keeps all. */
static bool
in_range(double value, double base, double offset, bool is_below, bool is_less)
{
    if (isnan(offset) || offset < 0)
        raise(SQLSTATE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
              "invalid preceding or following size in window function");
    if (isnan(value))
        return isnan(base) || !is_less;
    if (isnan(base))
        return is_less;
    if (isinf(offset) && isinf(base) && (is_below ? base > 0 : base < 0))
        return true;
    double limit = is_below ? base - offset : base + offset;
    return is_less ? value <= limit : value >= limit;
}

static union datum
in_range_float8(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(in_range(args[0].f64, args[1].f64, args[2].f64, args[3].b, args[4].b));
}

static union datum
in_range_float4(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(in_range(args[0].f32, args[1].f32, args[2].f64, args[3].b, args[4].b));
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(228, "dround", TYPE_FLOAT8, float8_round, TYPE_FLOAT8)},
    {FUNC(229, "dtrunc", TYPE_FLOAT8, float8_trunc, TYPE_FLOAT8)},
    {FUNC(230, "dsqrt", TYPE_FLOAT8, float8_sqrt, TYPE_FLOAT8)},
    {FUNC(231, "dcbrt", TYPE_FLOAT8, float8_cbrt, TYPE_FLOAT8)},
    {FUNC(232, "dpow", TYPE_FLOAT8, float8_power, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(233, "dexp", TYPE_FLOAT8, float8_exp, TYPE_FLOAT8)},
    {FUNC(234, "dlog1", TYPE_FLOAT8, float8_ln, TYPE_FLOAT8)},
    {FUNC(320, "width_bucket", TYPE_INT4, float8_width_bucket, TYPE_FLOAT8, TYPE_FLOAT8,
          TYPE_FLOAT8, TYPE_INT4)},
    {FUNC(1194, "log10", TYPE_FLOAT8, float8_log10, TYPE_FLOAT8)},
    {FUNC(1339, "dlog10", TYPE_FLOAT8, float8_log10, TYPE_FLOAT8)},
    {FUNC(1340, "log", TYPE_FLOAT8, float8_log10, TYPE_FLOAT8)},
    {FUNC(1341, "ln", TYPE_FLOAT8, float8_ln, TYPE_FLOAT8)},
    {FUNC(1342, "round", TYPE_FLOAT8, float8_round, TYPE_FLOAT8)},
    {FUNC(1343, "trunc", TYPE_FLOAT8, float8_trunc, TYPE_FLOAT8)},
    {FUNC(1344, "sqrt", TYPE_FLOAT8, float8_sqrt, TYPE_FLOAT8)},
    {FUNC(1345, "cbrt", TYPE_FLOAT8, float8_cbrt, TYPE_FLOAT8)},
    {FUNC(1346, "pow", TYPE_FLOAT8, float8_power, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(1347, "exp", TYPE_FLOAT8, float8_exp, TYPE_FLOAT8)},
    {FUNC(1368, "power", TYPE_FLOAT8, float8_power, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(1598, "random", TYPE_FLOAT8, float8_random), .volatility = FUNC_VOLATILE},
    {FUNC(1599, "setseed", TYPE_VOID, float8_setseed, TYPE_FLOAT8), .volatility = FUNC_VOLATILE},
    {FUNC(1600, "asin", TYPE_FLOAT8, float8_asin, TYPE_FLOAT8)},
    {FUNC(1601, "acos", TYPE_FLOAT8, float8_acos, TYPE_FLOAT8)},
    {FUNC(1602, "atan", TYPE_FLOAT8, float8_atan, TYPE_FLOAT8)},
    {FUNC(1603, "atan2", TYPE_FLOAT8, float8_atan2, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(1604, "sin", TYPE_FLOAT8, float8_sin, TYPE_FLOAT8)},
    {FUNC(1605, "cos", TYPE_FLOAT8, float8_cos, TYPE_FLOAT8)},
    {FUNC(1606, "tan", TYPE_FLOAT8, float8_tan, TYPE_FLOAT8)},
    {FUNC(1607, "cot", TYPE_FLOAT8, float8_cot, TYPE_FLOAT8)},
    {FUNC(1608, "degrees", TYPE_FLOAT8, float8_degrees, TYPE_FLOAT8)},
    {FUNC(1609, "radians", TYPE_FLOAT8, float8_radians, TYPE_FLOAT8)},
    {FUNC(1610, "pi", TYPE_FLOAT8, float8_pi)},
    {FUNC(2308, "ceil", TYPE_FLOAT8, float8_ceil, TYPE_FLOAT8)},
    {FUNC(2309, "floor", TYPE_FLOAT8, float8_floor, TYPE_FLOAT8)},
    {FUNC(2310, "sign", TYPE_FLOAT8, float8_sign, TYPE_FLOAT8)},
    {FUNC(2320, "ceiling", TYPE_FLOAT8, float8_ceil, TYPE_FLOAT8)},
    {FUNC(2462, "sinh", TYPE_FLOAT8, float8_sinh, TYPE_FLOAT8)},
    {FUNC(2463, "cosh", TYPE_FLOAT8, float8_cosh, TYPE_FLOAT8)},
    {FUNC(2464, "tanh", TYPE_FLOAT8, float8_tanh, TYPE_FLOAT8)},
    {FUNC(2465, "asinh", TYPE_FLOAT8, float8_asinh, TYPE_FLOAT8)},
    {FUNC(2466, "acosh", TYPE_FLOAT8, float8_acosh, TYPE_FLOAT8)},
    {FUNC(2467, "atanh", TYPE_FLOAT8, float8_atanh, TYPE_FLOAT8)},
    {FUNC(2731, "asind", TYPE_FLOAT8, float8_asind, TYPE_FLOAT8)},
    {FUNC(2732, "acosd", TYPE_FLOAT8, float8_acosd, TYPE_FLOAT8)},
    {FUNC(2733, "atand", TYPE_FLOAT8, float8_atand, TYPE_FLOAT8)},
    {FUNC(2734, "atan2d", TYPE_FLOAT8, float8_atan2d, TYPE_FLOAT8, TYPE_FLOAT8)},
    {FUNC(2735, "sind", TYPE_FLOAT8, float8_sind, TYPE_FLOAT8)},
    {FUNC(2736, "cosd", TYPE_FLOAT8, float8_cosd, TYPE_FLOAT8)},
    {FUNC(2737, "tand", TYPE_FLOAT8, float8_tand, TYPE_FLOAT8)},
    {FUNC(2738, "cotd", TYPE_FLOAT8, float8_cotd, TYPE_FLOAT8)},
    {FUNC(4139, "in_range", TYPE_BOOL, in_range_float8, TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8,
          TYPE_BOOL, TYPE_BOOL)},
    {FUNC(4140, "in_range", TYPE_BOOL, in_range_float4, TYPE_FLOAT4, TYPE_FLOAT4, TYPE_FLOAT8,
          TYPE_BOOL, TYPE_BOOL)},
};

static const struct operator_info operators[] = {
    {596, "|/", OID_NONE, TYPE_FLOAT8, TYPE_FLOAT8, 230, 0, 0, false, false, NULL, NULL},
    {597, "||/", OID_NONE, TYPE_FLOAT8, TYPE_FLOAT8, 231, 0, 0, false, false, NULL, NULL},
    {965, "^", TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8, 232, 0, 0, false, false, NULL, NULL},
};

const struct type_tables float_math_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
