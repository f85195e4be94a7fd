/*
 * range.h: ranges and multiranges: the format of their values, reading and making them.
 *
 * A range is a view of
 *
 *   byte 0  range 4         the range's type
 *        4  contract 4      the built-in type whose order, hash and keys the bounds have
 *        8  flags 1         RANGE_* below
 *        9  phys 1, zero 2  enum phys of a bound
 *       12  lower 4         how many bytes the lower bound has
 *       16  the lower bound's bytes, the upper bound's bytes
 *
 * A multirange is a view of
 *
 *   byte 0  multirange 4    its type
 *        4  contract 4
 *        8  count 4, zero 4
 *       16  (count + 1) x offset 4, from the byte after them
 *           the ranges
 *
 * Invariants:
 *
 *   R1  an empty range has no other flag and no bounds
 *   R2  an infinite bound is not inclusive and has no bytes
 *   R3  lower <= upper; if they are equal both are inclusive
 *   R4  a range of a discrete type (one with a canonical function) includes its lower bound and
 *       excludes its upper one, where they are finite
 *   R5  the ranges of a multirange are not empty, in order, and neither overlap nor adjoin
 *
 * Both are longer than a view's inline room, so what is taken out of a value points into it.
 */
#pragma once

#include "base/buf.h"
#include "type/types.h"
#include "type/values.h"

#define RANGE_EMPTY 0x01
#define RANGE_LOWER_INC 0x02
#define RANGE_UPPER_INC 0x04
#define RANGE_LOWER_INF 0x08
#define RANGE_UPPER_INF 0x10
#define RANGE_HEAD_BYTES 16

/* PostgreSQL's canonical functions, which say how the steps of a discrete type are counted. */
#define RANGE_CANONICAL_INT4 3914
#define RANGE_CANONICAL_DATE 3915
#define RANGE_CANONICAL_INT8 3928

/* What a range type and its multirange are made of; struct type_info.range of both leads here. */
struct range_type {
    oid range, multirange, subtype;
    oid canonical; /* of discrete subtypes; else OID_NONE */
    oid diff;      /* the distance of two bounds; or OID_NONE */
    oid collation; /* or OID_NONE */
    oid opclass;
};

struct range_bound {
    union datum value; /* zero if infinite */
    bool is_infinite, is_inclusive, is_lower;
};

/* A decoded range; points into the value. */
struct range_value {
    bool is_empty;
    struct range_bound lower, upper;
};

struct multirange {
    uint32_t count;
    const uint8_t *offsets, *bytes;
};

/* What making and comparing the ranges of one type takes. */
struct range_form {
    const struct range_type *type;
    const struct type_info *contract;
};

/* Of a range's or multirange's type; raises XX000 if it is none. */
struct range_form range_form_of(const struct type_env *env, oid type);

/* ---- reading; the value must outlive the result ---- */

struct range_value range_read(const union datum *value);
struct multirange multirange_read(const union datum *value);
union datum multirange_at(const struct multirange *multirange, uint32_t range_idx);
struct range_value multirange_get(const struct multirange *multirange, uint32_t range_idx);

/* ---- making; results live in `arena` ---- */

/* In canonical form. Raises 22000 if lower is above upper, 22003 if there is no next value. */
union datum range_make(const struct range_form *form, struct arena *arena,
                       const struct range_bound *lower, const struct range_bound *upper);
union datum range_make_empty(const struct range_form *form, struct arena *arena);
/* From ranges in any order, empty, overlapping: R5 is made true. Reorders `ranges`. */
union datum multirange_make(const struct range_form *form, struct arena *arena, union datum *ranges,
                            uint32_t count);

/* ---- comparing ---- */

/* Where bounds stand: an exclusive lower bound is after an inclusive one, and so on. */
int range_bound_compare(const struct range_form *form, const struct range_bound *a,
                        const struct range_bound *b);
/* By values alone. */
int range_bound_compare_values(const struct range_form *form, const struct range_bound *a,
                               const struct range_bound *b);

bool range_contains_value(const struct range_form *form, const struct range_value *range,
                          union datum value);
bool range_contains(const struct range_form *form, const struct range_value *a,
                    const struct range_value *b);
bool range_overlaps(const struct range_form *form, const struct range_value *a,
                    const struct range_value *b);
bool range_is_before(const struct range_form *form, const struct range_value *a,
                     const struct range_value *b);
bool range_adjoins(const struct range_form *form, const struct range_value *a,
                   const struct range_value *b);
/* The lower or upper of two bounds. */
const struct range_bound *range_bound_min(const struct range_form *form,
                                          const struct range_bound *a, const struct range_bound *b);
const struct range_bound *range_bound_max(const struct range_form *form,
                                          const struct range_bound *a, const struct range_bound *b);
/* An upper bound that ends where a lower one begins, and the reverse. */
struct range_bound range_bound_opposite(const struct range_bound *bound);
union datum range_intersect(const struct range_form *form, struct arena *arena,
                            const struct range_value *a, const struct range_value *b);
union datum multirange_intersect(const struct range_form *form, struct arena *arena,
                                 const struct multirange *a, const struct multirange *b);

/* ---- constructors, of the call's function's result type ---- */

/* (lower, upper), (lower, upper, flags); a null bound is infinite. */
union datum range_construct(struct func_call *call, const union datum *args);
union datum range_construct_with_flags(struct func_call *call, const union datum *args);
/* (), (range), (variadic array of ranges). */
union datum multirange_construct_empty(struct func_call *call, const union datum *args);
union datum multirange_construct_one(struct func_call *call, const union datum *args);
union datum multirange_construct(struct func_call *call, const union datum *args);

/* ---- the contracts: type_info's functions ---- */

union datum range_input(struct type_call *call, struct slice text);
void range_output(struct type_call *call, union datum value, struct buf *to);
union datum range_recv(struct type_call *call, struct slice bytes);
void range_send(struct type_call *call, union datum value, struct buf *to);
int range_order(union datum a, union datum b);
uint64_t range_hash(union datum value);
bool range_key_put(union datum value, struct buf *to);
union datum multirange_input(struct type_call *call, struct slice text);
void multirange_output(struct type_call *call, union datum value, struct buf *to);
union datum multirange_recv(struct type_call *call, struct slice bytes);
void multirange_send(struct type_call *call, union datum value, struct buf *to);
int multirange_order(union datum a, union datum b);
uint64_t multirange_hash(union datum value);
bool multirange_key_put(union datum value, struct buf *to);
