/*
 * range.c: range values: reading and making them, where their bounds stand, their order, hash and
 * keys. range.h draws the format.
 *
 * As an array's, a value names the built-in type whose contract its bounds have, so that comparing
 * needs no registry.
 *
 * A key is 0 for the empty range, else 1 and both bounds. A lower bound is 0 if infinite, else 1,
 * the value's key, and 1 if the value is excluded; an upper one is 2 if infinite, else 1, the
 * value's key, and 1 if the value is included. It does not lead back.
 */
#include "type/range.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/calendar.h"

struct range_form
range_form_of(const struct type_env *env, oid type)
{
    const struct type_info *info = type_get(env, type);
    if (info->range == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "type %u is not a range type", type);
    const struct type_info *subtype = type_get(env, info->range->subtype);
    const struct type_info *contract = subtype->type < OID_USER_FIRST
                                           ? subtype
                                           : types_find(env->types, type_contract(env, subtype));
    if (contract == NULL || contract->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %s",
              subtype->sql_name);
    return (struct range_form){.type = info->range, .contract = contract};
}

/* ---- reading ---- */

static union datum
read_value(enum phys phys, struct slice bytes)
{
    union datum value = {.words = {0, 0}};
    if (phys == PHYS_VIEW)
        value.view = view_of(bytes.data, bytes.bytes);
    else if (bytes.bytes != 0)
        memcpy(&value, bytes.data, bytes.bytes);
    return value;
}

struct range_value
range_read(const union datum *value)
{
    struct slice whole = datum_slice(value);
    const uint8_t *at = whole.data;
    uint8_t flags = at[8];
    enum phys phys = (enum phys)at[9];
    uint32_t lower_bytes = le32_get(at + 12);
    const uint8_t *upper = at + RANGE_HEAD_BYTES + lower_bytes;
    struct range_value range = {.is_empty = (flags & RANGE_EMPTY) != 0};
    range.lower = (struct range_bound){
        .value = read_value(phys, slice_of(at + RANGE_HEAD_BYTES, lower_bytes)),
        .is_infinite = (flags & RANGE_LOWER_INF) != 0,
        .is_inclusive = (flags & RANGE_LOWER_INC) != 0,
        .is_lower = true,
    };
    range.upper = (struct range_bound){
        .value = read_value(phys, slice_of(upper, (size_t)(at + whole.bytes - upper))),
        .is_infinite = (flags & RANGE_UPPER_INF) != 0,
        .is_inclusive = (flags & RANGE_UPPER_INC) != 0,
    };
    return range;
}

/* ---- comparing bounds ---- */

static inline int
sign_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_values(const struct range_form *form, union datum a, union datum b)
{
    switch (form->contract->type) {
    case TYPE_INT4:
    case TYPE_DATE:
        return sign_of(a.i32, b.i32);
    case TYPE_INT8:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return sign_of(a.i64, b.i64);
    default:
        return form->contract->compare(a, b);
    }
}

int
range_bound_compare_values(const struct range_form *form, const struct range_bound *a,
                           const struct range_bound *b)
{
    if (a->is_infinite && b->is_infinite)
        return a->is_lower == b->is_lower ? 0 : a->is_lower ? -1 : 1;
    if (a->is_infinite)
        return a->is_lower ? -1 : 1;
    if (b->is_infinite)
        return b->is_lower ? 1 : -1;
    return compare_values(form, a->value, b->value);
}

int
range_bound_compare(const struct range_form *form, const struct range_bound *a,
                    const struct range_bound *b)
{
    int order = range_bound_compare_values(form, a, b);
    if (order != 0 || a->is_infinite)
        return order;
    /* Where a bound that leaves its value out stands: beside the value, on the range's side. */
    int a_side = a->is_inclusive ? 0 : a->is_lower ? 1 : -1;
    int b_side = b->is_inclusive ? 0 : b->is_lower ? 1 : -1;
    return sign_of(a_side, b_side);
}

const struct range_bound *
range_bound_min(const struct range_form *form, const struct range_bound *a,
                const struct range_bound *b)
{
    return range_bound_compare(form, a, b) <= 0 ? a : b;
}

const struct range_bound *
range_bound_max(const struct range_form *form, const struct range_bound *a,
                const struct range_bound *b)
{
    return range_bound_compare(form, a, b) >= 0 ? a : b;
}

struct range_bound
range_bound_opposite(const struct range_bound *bound)
{
    struct range_bound opposite = *bound;
    opposite.is_lower = !bound->is_lower;
    opposite.is_inclusive = !bound->is_inclusive;
    return opposite;
}

/* ---- making ---- */

static struct slice
value_bytes(enum phys phys, const union datum *value)
{
    return phys == PHYS_VIEW ? datum_slice(value) : slice_of(value, phys_bytes(phys));
}

static union datum
write_range(const struct range_form *form, struct arena *arena, uint8_t flags, struct slice lower,
            struct slice upper)
{
    if (lower.bytes + upper.bytes > UINT32_MAX / 4)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "range value is too large");
    size_t bytes = RANGE_HEAD_BYTES + lower.bytes + upper.bytes;
    uint8_t *at = arena_alloc(arena, bytes);
    le32_set(at, form->type->range);
    le32_set(at + 4, form->contract->type);
    at[8] = flags;
    at[9] = (uint8_t)form->contract->phys;
    at[10] = at[11] = 0;
    le32_set(at + 12, (uint32_t)lower.bytes);
    if (lower.bytes != 0)
        memcpy(at + RANGE_HEAD_BYTES, lower.data, lower.bytes);
    if (upper.bytes != 0)
        memcpy(at + RANGE_HEAD_BYTES + lower.bytes, upper.data, upper.bytes);
    return (union datum){.view = view_of(at, bytes)};
}

union datum
range_make_empty(const struct range_form *form, struct arena *arena)
{
    return write_range(form, arena, RANGE_EMPTY, slice_of(NULL, 0), slice_of(NULL, 0));
}

/* The next value of a discrete type; an infinite date has none and stays. */
static bool
step(const struct range_form *form, union datum *value)
{
    switch (form->type->canonical) {
    case RANGE_CANONICAL_INT4:
        if (value->i32 == INT32_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        *value = i32_datum(value->i32 + 1);
        return true;
    case RANGE_CANONICAL_INT8:
        if (value->i64 == INT64_MAX)
            raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
        *value = i64_datum(value->i64 + 1);
        return true;
    default:
        if (value->i32 == DATE_MIN || value->i32 == DATE_MAX)
            return false;
        if (!date_is_valid((int64_t)value->i32 + 1))
            raise(SQLSTATE_DATETIME_FIELD_OVERFLOW, "date out of range");
        *value = i32_datum(value->i32 + 1);
        return true;
    }
}

/* R4. */
static void
make_canonical(const struct range_form *form, struct range_bound *lower, struct range_bound *upper)
{
    if (!lower->is_infinite && !lower->is_inclusive)
        lower->is_inclusive = step(form, &lower->value);
    if (!upper->is_infinite && upper->is_inclusive)
        upper->is_inclusive = !step(form, &upper->value);
}

/* R3: raises if lower is above upper. */
static bool
is_nothing(const struct range_form *form, const struct range_bound *lower,
           const struct range_bound *upper)
{
    int order = range_bound_compare_values(form, lower, upper);
    if (order > 0)
        raise(SQLSTATE_DATA_EXCEPTION,
              "range lower bound must be less than or equal to range upper bound");
    return order == 0 && !(lower->is_inclusive && upper->is_inclusive);
}

static struct range_bound
clean_bound(const struct range_bound *bound, bool is_lower)
{
    struct range_bound clean = *bound;
    clean.is_lower = is_lower;
    if (clean.is_infinite) {
        clean.is_inclusive = false;
        clean.value = i64_datum(0);
    }
    return clean;
}

union datum
range_make(const struct range_form *form, struct arena *arena, const struct range_bound *lower,
           const struct range_bound *upper)
{
    struct range_bound low = clean_bound(lower, true), high = clean_bound(upper, false);
    if (is_nothing(form, &low, &high))
        return range_make_empty(form, arena);
    if (form->type->canonical != OID_NONE) {
        make_canonical(form, &low, &high);
        if (is_nothing(form, &low, &high))
            return range_make_empty(form, arena);
    }
    enum phys phys = form->contract->phys;
    struct slice none = slice_of(NULL, 0);
    unsigned flags =
        (low.is_inclusive ? RANGE_LOWER_INC : 0) | (low.is_infinite ? RANGE_LOWER_INF : 0) |
        (high.is_inclusive ? RANGE_UPPER_INC : 0) | (high.is_infinite ? RANGE_UPPER_INF : 0);
    return write_range(form, arena, (uint8_t)flags,
                       low.is_infinite ? none : value_bytes(phys, &low.value),
                       high.is_infinite ? none : value_bytes(phys, &high.value));
}

/* ---- two ranges ---- */

bool
range_contains_value(const struct range_form *form, const struct range_value *range,
                     union datum value)
{
    if (range->is_empty)
        return false;
    struct range_bound first = {.value = value, .is_inclusive = true, .is_lower = true};
    struct range_bound last = {.value = value, .is_inclusive = true};
    return range_bound_compare(form, &range->lower, &first) <= 0 &&
           range_bound_compare(form, &range->upper, &last) >= 0;
}

bool
range_contains(const struct range_form *form, const struct range_value *a,
               const struct range_value *b)
{
    if (b->is_empty)
        return true;
    return !a->is_empty && range_bound_compare(form, &a->lower, &b->lower) <= 0 &&
           range_bound_compare(form, &a->upper, &b->upper) >= 0;
}

bool
range_overlaps(const struct range_form *form, const struct range_value *a,
               const struct range_value *b)
{
    return !a->is_empty && !b->is_empty && range_bound_compare(form, &a->lower, &b->upper) <= 0 &&
           range_bound_compare(form, &b->lower, &a->upper) <= 0;
}

bool
range_is_before(const struct range_form *form, const struct range_value *a,
                const struct range_value *b)
{
    return !a->is_empty && !b->is_empty && range_bound_compare(form, &a->upper, &b->lower) < 0;
}

/* By R4 two ranges of a discrete type adjoin in one value too. */
static bool
bounds_adjoin(const struct range_form *form, const struct range_bound *upper,
              const struct range_bound *lower)
{
    return !upper->is_infinite && !lower->is_infinite &&
           upper->is_inclusive != lower->is_inclusive &&
           compare_values(form, upper->value, lower->value) == 0;
}

bool
range_adjoins(const struct range_form *form, const struct range_value *a,
              const struct range_value *b)
{
    return !a->is_empty && !b->is_empty &&
           (bounds_adjoin(form, &a->upper, &b->lower) || bounds_adjoin(form, &b->upper, &a->lower));
}

union datum
range_intersect(const struct range_form *form, struct arena *arena, const struct range_value *a,
                const struct range_value *b)
{
    if (!range_overlaps(form, a, b))
        return range_make_empty(form, arena);
    return range_make(form, arena, range_bound_max(form, &a->lower, &b->lower),
                      range_bound_min(form, &a->upper, &b->upper));
}

/* ---- order, hash, keys ---- */

/* What a value itself tells: enough to compare it. */
static struct range_form
form_of_value(const union datum *value)
{
    oid contract = le32_get(view_data(&value->view) + 4);
    const struct type_info *info = types_builtin(contract);
    if (info == NULL || info->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %u",
              contract);
    return (struct range_form){.contract = info};
}

int
range_order(union datum a, union datum b)
{
    struct range_value x = range_read(&a), y = range_read(&b);
    if (x.is_empty || y.is_empty)
        return (int)y.is_empty - (int)x.is_empty;
    struct range_form form = form_of_value(&a);
    int order = range_bound_compare(&form, &x.lower, &y.lower);
    return order != 0 ? order : range_bound_compare(&form, &x.upper, &y.upper);
}

uint64_t
range_hash(union datum value)
{
    struct range_value range = range_read(&value);
    uint64_t hash = hash_u64(view_data(&value.view)[8]);
    struct range_form form = form_of_value(&value);
    if (form.contract->hash == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a hash function for type %s",
              form.contract->sql_name);
    if (!range.is_empty && !range.lower.is_infinite)
        hash = hash_combine(hash, form.contract->hash(range.lower.value));
    if (!range.is_empty && !range.upper.is_infinite)
        hash = hash_combine(hash, form.contract->hash(range.upper.value));
    return hash;
}

static bool
bound_key_put(const struct type_info *contract, const struct range_bound *bound, struct buf *to)
{
    if (bound->is_infinite) {
        buf_put_u8(to, bound->is_lower ? 0 : 2);
        return true;
    }
    buf_put_u8(to, 1);
    if (!contract->key_put(bound->value, to))
        return false;
    buf_put_u8(to, bound->is_lower != bound->is_inclusive);
    return true;
}

bool
range_key_put(union datum value, struct buf *to)
{
    struct range_value range = range_read(&value);
    struct range_form form = form_of_value(&value);
    if (form.contract->key_put == NULL)
        return false;
    buf_put_u8(to, !range.is_empty);
    return range.is_empty || (bound_key_put(form.contract, &range.lower, to) &&
                              bound_key_put(form.contract, &range.upper, to));
}
