/*
 * number.c: computing with decoded numbers of any size, and the way between them and values.
 *
 * A number is a sign, a natural magnitude and a scale. Sums bring both sides to the larger scale,
 * products add the scales; a quotient is the natural quotient of the magnitudes after the dividend
 * was scaled so that the result has the wanted scale. The rules for how many digits a quotient
 * shows are PostgreSQL's, which count in groups of four decimal digits.
 */
#include "base/check.h"
#include "base/raise.h"
#include "type/digits.h"
#include "type/numeric.h"
#include <math.h>
#include <stdlib.h>

#define GROUP_DIGITS 4     /* PostgreSQL stores numbers in base 10000 */
#define QUOTIENT_DIGITS 16 /* significant digits that a quotient has at least */

struct number
number_of(struct arena *arena, union datum value)
{
    enum numeric_kind kind = numeric_kind(value);
    struct number number = {.scale = (int32_t)numeric_scale(value)};
    if (kind == NUMERIC_SMALL) {
        int64_t unscaled = numeric_unscaled(value);
        number.is_negative = unscaled < 0;
        number.magnitude = natural_of_u64(arena, (uint64_t)llabs(unscaled));
        return number;
    }
    if (kind != NUMERIC_POSITIVE && kind != NUMERIC_NEGATIVE) {
        number.is_special = true;
        number.kind = kind;
        return number;
    }
    struct slice bytes = datum_slice(&value);
    number.is_negative = kind == NUMERIC_NEGATIVE;
    number.magnitude = natural_of_bytes(arena, bytes.data + NUMERIC_HEAD_BYTES,
                                        (bytes.bytes - NUMERIC_HEAD_BYTES) / sizeof(mp_limb_t));
    return number;
}

struct number
number_of_i64(struct arena *arena, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return (struct number){.is_negative = value < 0, .magnitude = natural_of_u64(arena, magnitude)};
}

union datum
numeric_special(enum numeric_kind kind)
{
    return (union datum){.words = {(uint64_t)kind << 48 | NUMERIC_HEAD_BYTES, 0}};
}

static _Noreturn void
raise_overflow(void)
{
    raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
}

union datum
number_datum(struct arena *arena, struct number number)
{
    if (number.is_special)
        return numeric_special(number.kind);
    if (number.scale > NUMERIC_SCALE_MAX)
        raise_overflow();
    struct natural magnitude = number.magnitude;
    if (natural_fits_u64(magnitude) && natural_u64(magnitude) <= INT64_MAX) {
        int64_t unscaled = (int64_t)natural_u64(magnitude);
        return numeric_small(number.is_negative ? -unscaled : unscaled, (uint32_t)number.scale);
    }
    /* 3.32 bits a digit: only numbers near the bound have their digits counted. */
    if (natural_bits(magnitude) > (size_t)NUMERIC_DIGITS_MAX * 3 &&
        (int64_t)natural_digits(arena, magnitude) - number.scale > NUMERIC_DIGITS_MAX)
        raise_overflow();
    size_t bytes = NUMERIC_HEAD_BYTES + magnitude.count * sizeof(mp_limb_t);
    uint8_t *to = arena_alloc(arena, bytes);
    le16_set(to, (uint16_t)number.scale);
    to[2] = number.is_negative ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE;
    to[3] = 0;
    memcpy(to + NUMERIC_HEAD_BYTES, magnitude.limbs, magnitude.count * sizeof(mp_limb_t));
    return slice_datum(slice_of(to, bytes));
}

/* ---- scales ---- */

struct number
number_rescale(struct arena *arena, struct number a, int32_t scale, enum natural_rounding rounding)
{
    if (scale >= a.scale)
        a.magnitude = natural_scale_up(arena, a.magnitude, (uint32_t)(scale - a.scale));
    else
        a.magnitude = natural_scale_down(arena, a.magnitude, (uint32_t)(a.scale - scale), rounding);
    a.scale = scale;
    a.is_negative = a.is_negative && !natural_is_zero(a.magnitude);
    return a;
}

/* Brings the one with the smaller scale to the other's. */
static void
align(struct arena *arena, struct number *a, struct number *b)
{
    if (a->scale < b->scale)
        *a = number_rescale(arena, *a, b->scale, NATURAL_TRUNCATE);
    else if (b->scale < a->scale)
        *b = number_rescale(arena, *b, a->scale, NATURAL_TRUNCATE);
}

int32_t
number_place(struct arena *arena, struct number a)
{
    if (natural_is_zero(a.magnitude))
        return 0;
    return (int32_t)natural_digits(arena, a.magnitude) - 1 - a.scale;
}

static int32_t
floor_div(int32_t a, int32_t b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* The first group of base 10000 that is not zero, and its place: 0 is the one before the point. */
static uint32_t
leading_group(struct arena *arena, struct number a, int32_t *group_place)
{
    *group_place = 0;
    if (natural_is_zero(a.magnitude))
        return 0;
    int32_t digits = (int32_t)natural_digits(arena, a.magnitude);
    int32_t place = digits - 1 - a.scale;
    *group_place = floor_div(place, GROUP_DIGITS);
    int32_t wanted = place - GROUP_DIGITS * *group_place + 1;
    struct natural leading =
        digits >= wanted
            ? natural_scale_down(arena, a.magnitude, (uint32_t)(digits - wanted), NATURAL_TRUNCATE)
            : natural_scale_up(arena, a.magnitude, (uint32_t)(wanted - digits));
    return (uint32_t)natural_u64(leading);
}

int32_t
number_quotient_scale(struct arena *arena, struct number a, struct number b)
{
    int32_t a_place, b_place;
    uint32_t a_group = leading_group(arena, a, &a_place);
    uint32_t b_group = leading_group(arena, b, &b_place);
    int32_t groups = a_place - b_place - (a_group <= b_group);
    int32_t scale = QUOTIENT_DIGITS - groups * GROUP_DIGITS;
    if (scale < a.scale)
        scale = a.scale;
    if (scale < b.scale)
        scale = b.scale;
    if (scale < 0)
        scale = 0;
    return scale > NUMERIC_DISPLAY_SCALE_MAX ? NUMERIC_DISPLAY_SCALE_MAX : scale;
}

/* ---- arithmetic ---- */

int
number_compare(struct arena *arena, struct number a, struct number b)
{
    if (a.is_negative != b.is_negative)
        return a.is_negative ? -1 : 1;
    int32_t a_place = number_place(arena, a), b_place = number_place(arena, b);
    int order;
    if (natural_is_zero(a.magnitude) || natural_is_zero(b.magnitude)) {
        order = (int)!natural_is_zero(a.magnitude) - (int)!natural_is_zero(b.magnitude);
    } else if (a_place != b_place) {
        order = a_place > b_place ? 1 : -1;
    } else {
        align(arena, &a, &b);
        order = natural_compare(a.magnitude, b.magnitude);
    }
    return a.is_negative ? -order : order;
}

struct number
number_add(struct arena *arena, struct number a, struct number b)
{
    align(arena, &a, &b);
    if (a.is_negative == b.is_negative) {
        a.magnitude = natural_add(arena, a.magnitude, b.magnitude);
        return a;
    }
    int order = natural_compare(a.magnitude, b.magnitude);
    if (order < 0) {
        b.magnitude = natural_subtract(arena, b.magnitude, a.magnitude);
        return b;
    }
    a.magnitude = natural_subtract(arena, a.magnitude, b.magnitude);
    a.is_negative = a.is_negative && order != 0;
    return a;
}

struct number
number_subtract(struct arena *arena, struct number a, struct number b)
{
    b.is_negative = !b.is_negative && !natural_is_zero(b.magnitude);
    return number_add(arena, a, b);
}

struct number
number_multiply(struct arena *arena, struct number a, struct number b)
{
    struct number product = {.scale = a.scale + b.scale};
    product.magnitude = natural_multiply(arena, a.magnitude, b.magnitude);
    product.is_negative = a.is_negative != b.is_negative && !natural_is_zero(product.magnitude);
    return product;
}

struct number
number_divide(struct arena *arena, struct number a, struct number b, int32_t scale,
              enum natural_rounding rounding)
{
    check(!natural_is_zero(b.magnitude));
    int32_t shift = scale + b.scale - a.scale;
    struct natural dividend = a.magnitude, divisor = b.magnitude;
    if (shift >= 0)
        dividend = natural_scale_up(arena, dividend, (uint32_t)shift);
    else
        divisor = natural_scale_up(arena, divisor, (uint32_t)-shift);
    struct number quotient = {.scale = scale};
    struct natural rest;
    quotient.magnitude = natural_divide(arena, dividend, divisor, &rest);
    if (rounding == NATURAL_HALF_UP &&
        natural_compare(natural_shift_left(arena, rest, 1), divisor) >= 0)
        quotient.magnitude = natural_add(arena, quotient.magnitude, natural_of_u64(arena, 1));
    quotient.is_negative = a.is_negative != b.is_negative && !natural_is_zero(quotient.magnitude);
    return quotient;
}

struct number
number_sqrt(struct arena *arena, struct number a, int32_t scale)
{
    /* The integer root of a * 10^(2 * scale); r is rounded up if the rest exceeds r + 1/4. */
    struct natural square = number_rescale(arena, a, 2 * scale, NATURAL_TRUNCATE).magnitude;
    bool is_exact;
    struct natural root = natural_sqrt(arena, square, &is_exact);
    struct natural rest = natural_subtract(arena, square, natural_multiply(arena, root, root));
    if (natural_compare(rest, root) > 0)
        root = natural_add(arena, root, natural_of_u64(arena, 1));
    return (struct number){.scale = scale, .magnitude = root};
}

double
number_double(struct arena *arena, struct number a)
{
    size_t count;
    const uint8_t *digits = natural_write(arena, a.magnitude, &count);
    /* All digits as one integer with an exponent: the C library rounds once. */
    char *text = arena_alloc(arena, count + 32);
    char *to = text;
    if (a.is_negative)
        *to++ = '-';
    for (size_t i = 0; i < count; i++)
        *to++ = (char)('0' + digits[i]);
    if (count == 0)
        *to++ = '0';
    *to++ = 'e';
    to += digits_write_i64(to, -(int64_t)a.scale);
    *to = 0;
    return strtod(text, NULL);
}
