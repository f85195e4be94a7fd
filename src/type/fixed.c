/*
 * fixed.c: exponential and logarithm in binary fixed point.
 *
 * A value is a natural number of units of 2^-p, its sign beside it. p covers the digits asked for
 * and some more (GUARD_BITS), which take up what truncation loses in the few hundred operations.
 *
 *   exp  x = k ln 2 + r; e^(r / 2^j) by its power series, squared j times, shifted by k; the
 *        reciprocal for a negative x
 *   ln   x = m 2^k with m between 1/2 and 2; the root of m is drawn j times, ln of that is
 *        2 atanh((m - 1) / (m + 1)) by its power series, doubled j times; and k ln 2
 *   ln 2 is 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749)
 *
 * Intermediate values are dropped from the arena at the end; only the result stays.
 */
#include "type/fixed.h"

#include "base/check.h"
#include <math.h>

#define GUARD_BITS 96
#define HALVINGS 24 /* j of both: the series then gain some 48 bits a term */

static uint32_t
bits_of_digits(int32_t digits)
{
    return digits <= 0 ? 0 : (uint32_t)((double)digits * 3.3219280948873626) + 1;
}

static struct natural
one(struct arena *arena, uint32_t p)
{
    return natural_shift_left(arena, natural_of_u64(arena, 1), p);
}

static struct natural
multiply(struct arena *arena, struct natural a, struct natural b, uint32_t p)
{
    return natural_shift_right(arena, natural_multiply(arena, a, b), p);
}

static struct natural
divide_u64(struct arena *arena, struct natural a, uint64_t b)
{
    return natural_divide(arena, a, natural_of_u64(arena, b), NULL);
}

/* t + t^3/3 + t^5/5 + ... */
static struct natural
atanh_series(struct arena *arena, struct natural t, uint32_t p)
{
    struct natural square = multiply(arena, t, t, p), power = t, sum = t;
    for (uint64_t i = 3; !natural_is_zero(power); i += 2) {
        power = multiply(arena, power, square, p);
        sum = natural_add(arena, sum, divide_u64(arena, power, i));
    }
    return sum;
}

static struct natural
atanh_of_inverse(struct arena *arena, uint64_t n, uint32_t p)
{
    struct natural power = divide_u64(arena, one(arena, p), n), sum = power;
    for (uint64_t i = 3; !natural_is_zero(power); i += 2) {
        power = divide_u64(arena, power, n * n);
        sum = natural_add(arena, sum, divide_u64(arena, power, i));
    }
    return sum;
}

static struct natural
ln2(struct arena *arena, uint32_t p)
{
    struct natural sum = natural_multiply_u64(arena, atanh_of_inverse(arena, 26, p), 18);
    sum = natural_add(arena, sum, natural_multiply_u64(arena, atanh_of_inverse(arena, 8749, p), 8));
    return natural_subtract(arena, sum,
                            natural_multiply_u64(arena, atanh_of_inverse(arena, 4801, p), 2));
}

/* |a| in units of 2^-p. */
static struct natural
units(struct arena *arena, struct number a, uint32_t p)
{
    struct natural shifted = natural_shift_left(arena, a.magnitude, p);
    struct natural by = natural_scale_up(arena, natural_of_u64(arena, 1), (uint32_t)a.scale);
    return natural_divide(arena, shifted, by, NULL);
}

/* units * 2^-p with `scale` decimal digits, rounded. */
static struct number
to_number(struct arena *arena, struct natural value, bool is_negative, uint32_t p, int32_t scale)
{
    struct natural scaled = natural_scale_up(arena, value, (uint32_t)scale);
    struct natural half = natural_shift_left(arena, natural_of_u64(arena, 1), p - 1);
    struct natural rounded = natural_shift_right(arena, natural_add(arena, scaled, half), p);
    return (struct number){.is_negative = is_negative && !natural_is_zero(rounded),
                           .scale = scale,
                           .magnitude = rounded};
}

/* Gives the memory since the mark back, but for the number, which is copied before it. */
static struct number
keep(struct arena *arena, struct arena_mark mark, mp_limb_t *room, size_t room_limbs,
     struct number result)
{
    check(result.magnitude.count <= room_limbs);
    if (result.magnitude.count > 0)
        memcpy(room, result.magnitude.limbs, result.magnitude.count * sizeof *room);
    arena_rewind(arena, mark);
    result.magnitude.limbs = room;
    return result;
}

struct number
fixed_exp(struct arena *arena, struct number x, int32_t scale)
{
    double estimate = number_double(arena, x);
    check(fabs(estimate) < 20000);
    /* Digits before the point, of e^|x|: its error is relative, so all of them count. */
    int32_t whole = (int32_t)(fabs(estimate) * 0.4343) + 2;
    uint32_t p = bits_of_digits(scale + whole) + GUARD_BITS;
    size_t room_limbs = bits_of_digits(scale + whole + 4) / 64 + 2;
    mp_limb_t *room = arena_alloc_array(arena, room_limbs, sizeof *room);
    struct arena_mark mark = arena_mark(arena);

    struct natural rest, log = ln2(arena, p);
    struct natural k = natural_divide(arena, units(arena, x, p), log, &rest);
    struct natural r = natural_shift_right(arena, rest, HALVINGS);
    struct natural term = one(arena, p), sum = term;
    for (uint64_t i = 1; !natural_is_zero(term); i++) {
        term = divide_u64(arena, multiply(arena, term, r, p), i);
        sum = natural_add(arena, sum, term);
    }
    for (int i = 0; i < HALVINGS; i++)
        sum = multiply(arena, sum, sum, p);
    sum = natural_shift_left(arena, sum, (uint32_t)natural_u64(k));
    if (x.is_negative)
        sum = natural_divide(arena, one(arena, 2 * p), sum, NULL);
    return keep(arena, mark, room, room_limbs, to_number(arena, sum, false, p, scale));
}

struct number
fixed_ln(struct arena *arena, struct number x, int32_t scale)
{
    uint32_t p = bits_of_digits(scale) + GUARD_BITS;
    size_t room_limbs = bits_of_digits(scale + 8) / 64 + 2;
    mp_limb_t *room = arena_alloc_array(arena, room_limbs, sizeof *room);
    struct arena_mark mark = arena_mark(arena);

    struct natural by = natural_scale_up(arena, natural_of_u64(arena, 1), (uint32_t)x.scale);
    int64_t k = (int64_t)natural_bits(x.magnitude) - (int64_t)natural_bits(by);
    int64_t shift = (int64_t)p - k;
    struct natural m =
        shift >= 0 ? natural_divide(arena, natural_shift_left(arena, x.magnitude, (uint32_t)shift),
                                    by, NULL)
                   : natural_divide(arena, x.magnitude,
                                    natural_shift_left(arena, by, (uint32_t)-shift), NULL);
    bool is_exact;
    for (int i = 0; i < HALVINGS; i++)
        m = natural_sqrt(arena, natural_shift_left(arena, m, p), &is_exact);

    struct natural unit = one(arena, p);
    bool is_less = natural_compare(m, unit) < 0;
    struct natural distance =
        is_less ? natural_subtract(arena, unit, m) : natural_subtract(arena, m, unit);
    struct natural t = natural_divide(arena, natural_shift_left(arena, distance, p),
                                      natural_add(arena, m, unit), NULL);
    struct natural part = natural_shift_left(arena, atanh_series(arena, t, p), HALVINGS + 1);
    struct natural whole = natural_multiply_u64(arena, ln2(arena, p), (uint64_t)(k < 0 ? -k : k));
    struct number sum =
        number_add(arena, (struct number){.is_negative = is_less, .magnitude = part},
                   (struct number){.is_negative = k < 0, .magnitude = whole});
    return keep(arena, mark, room, room_limbs,
                to_number(arena, sum.magnitude, sum.is_negative, p, scale));
}
