/*
 * natural.h: natural numbers of any size, in an arena. The slow half of numeric.
 *
 * A natural is limbs of 64 bits, the low one first, without zeros at the high end; zero has none.
 * Its limbs are never changed once it is made, so naturals share them freely. Results live in the
 * arena given; nothing is freed singly, so long computations mark and rewind.
 */
#pragma once

#include "base/arena.h"
#include <gmp.h>
#include <stdint.h>

struct natural {
    const mp_limb_t *limbs;
    size_t count;
};

static inline bool
natural_is_zero(struct natural a)
{
    return a.count == 0;
}

static inline bool
natural_is_odd(struct natural a)
{
    return a.count > 0 && (a.limbs[0] & 1) != 0;
}

/* The value, if natural_fits_u64. */
static inline bool
natural_fits_u64(struct natural a)
{
    return a.count <= 1;
}

static inline uint64_t
natural_u64(struct natural a)
{
    return a.count == 0 ? 0 : a.limbs[0];
}

struct natural natural_of_u64(struct arena *arena, uint64_t value);
struct natural natural_of_u128(struct arena *arena, unsigned __int128 value);
/* The limbs stand at any address, with zeros at the high end perhaps; they are copied. */
struct natural natural_of_bytes(struct arena *arena, const void *limbs, size_t count);

int natural_compare(struct natural a, struct natural b);
struct natural natural_add(struct arena *arena, struct natural a, struct natural b);
struct natural natural_subtract(struct arena *arena, struct natural a,
                                struct natural b); /* a >= b */
struct natural natural_multiply(struct arena *arena, struct natural a, struct natural b);
struct natural natural_multiply_u64(struct arena *arena, struct natural a, uint64_t b);
/* Quotient and, unless `rest` is null, remainder; b is not zero. */
struct natural natural_divide(struct arena *arena, struct natural a, struct natural b,
                              struct natural *rest);
struct natural natural_shift_left(struct arena *arena, struct natural a, uint32_t bits);
struct natural natural_shift_right(struct arena *arena, struct natural a, uint32_t bits);
/* The integer part of the root; *is_exact: nothing is left. */
struct natural natural_sqrt(struct arena *arena, struct natural a, bool *is_exact);
struct natural natural_gcd(struct arena *arena, struct natural a, struct natural b);

/* a * 10^power. */
struct natural natural_scale_up(struct arena *arena, struct natural a, uint32_t power);
/* a / 10^power, the rest dropped, or rounded half up. */
enum natural_rounding { NATURAL_TRUNCATE, NATURAL_HALF_UP };
struct natural natural_scale_down(struct arena *arena, struct natural a, uint32_t power,
                                  enum natural_rounding rounding);

/* The number of decimal digits; 0 for zero. */
uint32_t natural_digits(struct arena *arena, struct natural a);
/* The bits; 0 for zero. */
size_t natural_bits(struct natural a);

/* Decimal digits as bytes of 0 to 9, without leading zeros (none for zero); *count is how many. */
const uint8_t *natural_write(struct arena *arena, struct natural a, size_t *count);
/* From bytes of 0 to 9. */
struct natural natural_read(struct arena *arena, const uint8_t *digits, size_t count);
