/*
 * numeric.h: exact decimal numbers: the format of a value, and computing with values.
 *
 * A value is a view of
 *
 *   byte 0  scale 2   digits behind the point that are shown, 0 to NUMERIC_SCALE_MAX
 *        2  kind 1    enum numeric_kind
 *        3  zero 1
 *        4  small: the unscaled integer, 8 bytes; positive and negative: the limbs of the unscaled
 *           magnitude, 8 bytes each, low first; the others: nothing
 *
 * in little-endian. The number is the unscaled integer / 10^scale.
 *
 *   N1  a value whose unscaled magnitude is at most INT64_MAX is small, and only such a one
 *   N2  a magnitude's highest limb is not zero
 *   N3  at most NUMERIC_DIGITS_MAX digits stand before the point
 *
 * A small value takes 12 bytes, so that the view holds it inline and its integer is the second word
 * of the datum: computing with small values touches no memory. N1 and N2 make a number with a scale
 * one sequence of bytes; equal numbers may still differ in scale.
 */
#pragma once

#include "type/natural.h"
#include "type/types.h"
#include "type/values.h"

#define NUMERIC_SCALE_MAX 16383
#define NUMERIC_DIGITS_MAX 131072
#define NUMERIC_DISPLAY_SCALE_MAX 1000 /* that results of division and functions may choose */
#define NUMERIC_HEAD_BYTES 4

enum numeric_kind {
    NUMERIC_SMALL,
    NUMERIC_POSITIVE,
    NUMERIC_NEGATIVE,
    NUMERIC_NAN,
    NUMERIC_INFINITY,
    NUMERIC_MINUS_INFINITY,
};

static inline enum numeric_kind
numeric_kind(union datum value)
{
    /* Inline or not, the view shows the first four bytes at the same place. */
    return (enum numeric_kind)(value.words[0] >> 48 & 0xff);
}

static inline uint32_t
numeric_scale(union datum value)
{
    return value.words[0] >> 32 & 0xffff;
}

/* The unscaled integer of a small value. */
static inline int64_t
numeric_unscaled(union datum value)
{
    return (int64_t)value.words[1];
}

/* unscaled is not INT64_MIN (N1); scale is at most NUMERIC_SCALE_MAX. */
static inline union datum
numeric_small(int64_t unscaled, uint32_t scale)
{
    return (union datum){
        .words = {(uint64_t)scale << 32 | (VIEW_INLINE_BYTES), (uint64_t)unscaled}};
}

static inline bool
numeric_both_small(union datum a, union datum b)
{
    return ((a.words[0] | b.words[0]) >> 48 & 0xff) == NUMERIC_SMALL;
}

/* NUMERIC_NAN, NUMERIC_INFINITY or NUMERIC_MINUS_INFINITY. */
union datum numeric_special(enum numeric_kind kind);

/* A decoded value, for what is not done on small ones. */
struct number {
    bool is_special;        /* NaN or infinite: `kind` says which, and the rest means nothing */
    enum numeric_kind kind; /* of special ones only */
    bool is_negative;       /* false for zero */
    int32_t scale;
    struct natural magnitude;
};

/* The magnitude may point into the value, which must outlive it. */
struct number number_of(struct arena *arena, union datum value);
/* Raises 22003 where N3 or the scale's bound is broken. */
union datum number_datum(struct arena *arena, struct number number);
struct number number_of_i64(struct arena *arena, int64_t value);

/* Of finite numbers. Exact, but for those that say how they round; results may have any scale. */
int number_compare(struct arena *arena, struct number a, struct number b);
struct number number_add(struct arena *arena, struct number a, struct number b);
struct number number_subtract(struct arena *arena, struct number a, struct number b);
struct number number_multiply(struct arena *arena, struct number a, struct number b);
/* Rounded half away from zero, or truncated, to `scale` digits behind the point. */
struct number number_divide(struct arena *arena, struct number a, struct number b, int32_t scale,
                            enum natural_rounding rounding);
/* The square root of a number that is not negative, rounded half up to `scale` digits. */
struct number number_sqrt(struct arena *arena, struct number a, int32_t scale);
/* The same number with another scale; digits are dropped or rounded if it is less. */
struct number number_rescale(struct arena *arena, struct number a, int32_t scale,
                             enum natural_rounding rounding);
/* The scale that PostgreSQL gives a quotient. */
int32_t number_quotient_scale(struct arena *arena, struct number a, struct number b);
/*
 * The place of the first digit: 0 for 1 to 9, -1 for 0.1 to 0.99...; 0 for zero.
 */
int32_t number_place(struct arena *arena, struct number a);
double number_double(struct arena *arena, struct number a); /* the nearest; infinite if too large */

/* The operators, for all values. */
int numeric_compare(union datum a, union datum b);
union datum numeric_add(struct arena *arena, union datum a, union datum b);
union datum numeric_subtract(struct arena *arena, union datum a, union datum b);
union datum numeric_multiply(struct arena *arena, union datum a, union datum b);
union datum numeric_divide(struct arena *arena, union datum a, union datum b);
union datum numeric_negate(struct arena *arena, union datum value);
/* To `scale` digits behind the point, which may be negative. */
union datum numeric_round(struct arena *arena, union datum value, int32_t scale,
                          enum natural_rounding rounding);
union datum numeric_of_i64(struct arena *arena, int64_t value);
union datum numeric_of_i128(struct arena *arena, __int128 value, uint32_t scale);
/* Rounds half away from zero; raises 22003 "bigint out of range", or 0A000 if not finite. */
int64_t numeric_i64(struct arena *arena, union datum value, const char *type_name);
/* By way of 15 (6) significant digits, as PostgreSQL casts. */
union datum numeric_of_f64(struct arena *arena, double value, int digits);
double numeric_f64(struct arena *arena, union datum value);

/* What a user writes, without a typmod; raises 22P02. */
union datum numeric_read(struct arena *arena, struct slice text);
void numeric_write(struct arena *arena, union datum value, struct buf *to);
/* Rounds to the precision and scale of a typmod; raises 22003. */
union datum numeric_fit(struct arena *arena, union datum value, int32_t typmod);

int32_t numeric_typmod_precision(int32_t typmod);
int32_t numeric_typmod_scale(int32_t typmod);
