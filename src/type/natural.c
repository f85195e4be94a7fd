/*
 * natural.c: natural numbers over the low-level functions of GMP (mpn_*), whose operands are plain
 * arrays of limbs: they live in arenas, and an error that unwinds leaves nothing behind.
 */
#include "type/natural.h"

#include "base/check.h"
#include "type/digits.h"
#include <assert.h>

static_assert(sizeof(mp_limb_t) == 8, "limbs are 64 bits");

#define POWER_STEP 19 /* 10^19 is the largest power of ten in a limb */

static mp_limb_t *
new_limbs(struct arena *arena, size_t count)
{
    return arena_alloc_array(arena, count + (count == 0), sizeof(mp_limb_t));
}

static struct natural
trimmed(const mp_limb_t *limbs, size_t count)
{
    while (count > 0 && limbs[count - 1] == 0)
        count--;
    return (struct natural){limbs, count};
}

struct natural
natural_of_u64(struct arena *arena, uint64_t value)
{
    mp_limb_t *limbs = new_limbs(arena, 1);
    limbs[0] = value;
    return trimmed(limbs, 1);
}

struct natural
natural_of_u128(struct arena *arena, unsigned __int128 value)
{
    mp_limb_t *limbs = new_limbs(arena, 2);
    limbs[0] = (uint64_t)value;
    limbs[1] = (uint64_t)(value >> 64);
    return trimmed(limbs, 2);
}

struct natural
natural_of_bytes(struct arena *arena, const void *limbs, size_t count)
{
    mp_limb_t *copy = new_limbs(arena, count);
    memcpy(copy, limbs, count * sizeof *copy);
    return trimmed(copy, count);
}

int
natural_compare(struct natural a, struct natural b)
{
    if (a.count != b.count)
        return a.count > b.count ? 1 : -1;
    return a.count == 0 ? 0 : mpn_cmp(a.limbs, b.limbs, (mp_size_t)a.count);
}

struct natural
natural_add(struct arena *arena, struct natural a, struct natural b)
{
    if (a.count < b.count)
        return natural_add(arena, b, a);
    if (b.count == 0)
        return a;
    mp_limb_t *sum = new_limbs(arena, a.count + 1);
    sum[a.count] = mpn_add(sum, a.limbs, (mp_size_t)a.count, b.limbs, (mp_size_t)b.count);
    return trimmed(sum, a.count + 1);
}

struct natural
natural_subtract(struct arena *arena, struct natural a, struct natural b)
{
    if (b.count == 0)
        return a;
    check(a.count >= b.count);
    mp_limb_t *rest = new_limbs(arena, a.count);
    mp_limb_t borrow = mpn_sub(rest, a.limbs, (mp_size_t)a.count, b.limbs, (mp_size_t)b.count);
    check(borrow == 0);
    return trimmed(rest, a.count);
}

struct natural
natural_multiply(struct arena *arena, struct natural a, struct natural b)
{
    if (a.count < b.count)
        return natural_multiply(arena, b, a);
    if (b.count == 0)
        return b;
    mp_limb_t *product = new_limbs(arena, a.count + b.count);
    mpn_mul(product, a.limbs, (mp_size_t)a.count, b.limbs, (mp_size_t)b.count);
    return trimmed(product, a.count + b.count);
}

struct natural
natural_multiply_u64(struct arena *arena, struct natural a, uint64_t b)
{
    if (a.count == 0)
        return a;
    mp_limb_t *product = new_limbs(arena, a.count + 1);
    product[a.count] = mpn_mul_1(product, a.limbs, (mp_size_t)a.count, b);
    return trimmed(product, a.count + 1);
}

struct natural
natural_divide(struct arena *arena, struct natural a, struct natural b, struct natural *rest)
{
    check(b.count > 0);
    if (a.count < b.count) {
        if (rest != NULL)
            *rest = a;
        return (struct natural){NULL, 0};
    }
    mp_limb_t *quotient = new_limbs(arena, a.count - b.count + 1);
    mp_limb_t *remainder = new_limbs(arena, b.count);
    mpn_tdiv_qr(quotient, remainder, 0, a.limbs, (mp_size_t)a.count, b.limbs, (mp_size_t)b.count);
    if (rest != NULL)
        *rest = trimmed(remainder, b.count);
    return trimmed(quotient, a.count - b.count + 1);
}

struct natural
natural_shift_left(struct arena *arena, struct natural a, uint32_t bits)
{
    if (a.count == 0 || bits == 0)
        return a;
    size_t whole = bits / 64;
    mp_limb_t *shifted = new_limbs(arena, a.count + whole + 1);
    memset(shifted, 0, whole * sizeof *shifted);
    if (bits % 64 != 0) {
        shifted[a.count + whole] =
            mpn_lshift(shifted + whole, a.limbs, (mp_size_t)a.count, bits % 64);
    } else {
        memcpy(shifted + whole, a.limbs, a.count * sizeof *shifted);
        shifted[a.count + whole] = 0;
    }
    return trimmed(shifted, a.count + whole + 1);
}

struct natural
natural_shift_right(struct arena *arena, struct natural a, uint32_t bits)
{
    size_t whole = bits / 64;
    if (a.count <= whole)
        return (struct natural){NULL, 0};
    if (bits % 64 == 0)
        return (struct natural){a.limbs + whole, a.count - whole};
    mp_limb_t *shifted = new_limbs(arena, a.count - whole);
    mpn_rshift(shifted, a.limbs + whole, (mp_size_t)(a.count - whole), bits % 64);
    return trimmed(shifted, a.count - whole);
}

struct natural
natural_sqrt(struct arena *arena, struct natural a, bool *is_exact)
{
    *is_exact = true;
    if (a.count == 0)
        return a;
    size_t root_count = (a.count + 1) / 2;
    mp_limb_t *root = new_limbs(arena, root_count);
    mp_limb_t *rest = new_limbs(arena, a.count);
    *is_exact = mpn_sqrtrem(root, rest, a.limbs, (mp_size_t)a.count) == 0;
    return trimmed(root, root_count);
}

struct natural
natural_gcd(struct arena *arena, struct natural a, struct natural b)
{
    while (!natural_is_zero(b)) {
        struct natural rest;
        natural_divide(arena, a, b, &rest);
        a = b;
        b = rest;
    }
    return a;
}

struct natural
natural_scale_up(struct arena *arena, struct natural a, uint32_t power)
{
    if (a.count == 0 || power == 0)
        return a;
    /* log2(10^19) is less than 64: each step adds at most a limb. */
    size_t room = a.count + power / POWER_STEP + 1;
    mp_limb_t *scaled = new_limbs(arena, room);
    memcpy(scaled, a.limbs, a.count * sizeof *scaled);
    size_t count = a.count;
    while (power > 0) {
        uint32_t step = power < POWER_STEP ? power : POWER_STEP;
        mp_limb_t high = mpn_mul_1(scaled, scaled, (mp_size_t)count, digits_power10[step]);
        if (high != 0)
            scaled[count++] = high;
        power -= step;
    }
    check(count <= room);
    return (struct natural){scaled, count};
}

struct natural
natural_scale_down(struct arena *arena, struct natural a, uint32_t power,
                   enum natural_rounding rounding)
{
    if (a.count == 0 || power == 0)
        return a;
    mp_limb_t *scaled = new_limbs(arena, a.count + 1);
    memcpy(scaled, a.limbs, a.count * sizeof *scaled);
    size_t count = a.count;
    /* The last digit to go decides alone, so it is divided off last and alone. */
    for (uint32_t left = power - 1; left > 0 && count > 0;) {
        uint32_t step = left < POWER_STEP ? left : POWER_STEP;
        mpn_divrem_1(scaled, 0, scaled, (mp_size_t)count, digits_power10[step]);
        count = trimmed(scaled, count).count;
        left -= step;
    }
    if (count == 0)
        return (struct natural){scaled, 0};
    mp_limb_t last = mpn_divrem_1(scaled, 0, scaled, (mp_size_t)count, 10);
    count = trimmed(scaled, count).count;
    if (rounding == NATURAL_HALF_UP && last >= 5) {
        scaled[count] = 0;
        scaled[count] = count == 0 ? 1 : mpn_add_1(scaled, scaled, (mp_size_t)count, 1);
        count = trimmed(scaled, count + 1).count;
    }
    return (struct natural){scaled, count};
}

size_t
natural_bits(struct natural a)
{
    if (a.count == 0)
        return 0;
    return a.count * 64 - (size_t)__builtin_clzll(a.limbs[a.count - 1]);
}

uint32_t
natural_digits(struct arena *arena, struct natural a)
{
    if (a.count == 0)
        return 0;
    if (a.count == 1)
        return digits_count_u64(a.limbs[0]);
    /* The bound is exact or one too high: only the power of ten there tells. */
    uint32_t bound = (uint32_t)mpn_sizeinbase(a.limbs, (mp_size_t)a.count, 10);
    struct arena_mark mark = arena_mark(arena);
    struct natural one = natural_of_u64(arena, 1);
    int order = natural_compare(a, natural_scale_up(arena, one, bound - 1));
    arena_rewind(arena, mark);
    return order < 0 ? bound - 1 : bound;
}

const uint8_t *
natural_write(struct arena *arena, struct natural a, size_t *count)
{
    *count = 0;
    if (a.count == 0)
        return (const uint8_t *)"";
    mp_limb_t *clobbered = new_limbs(arena, a.count + 1);
    memcpy(clobbered, a.limbs, a.count * sizeof *clobbered);
    uint8_t *digits = arena_alloc(arena, mpn_sizeinbase(a.limbs, (mp_size_t)a.count, 10) + 1);
    size_t written = mpn_get_str(digits, 10, clobbered, (mp_size_t)a.count);
    while (written > 0 && *digits == 0) {
        digits++;
        written--;
    }
    *count = written;
    return digits;
}

struct natural
natural_read(struct arena *arena, const uint8_t *digits, size_t count)
{
    while (count > 0 && *digits == 0) {
        digits++;
        count--;
    }
    if (count == 0)
        return (struct natural){NULL, 0};
    /* A digit takes less than 3.33 bits. */
    mp_limb_t *limbs = new_limbs(arena, count / POWER_STEP + 2);
    return trimmed(limbs, (size_t)mpn_set_str(limbs, digits, count, 10));
}
