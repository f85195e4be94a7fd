/*
 * aggregate_numeric.c: sum and average of numeric; variance and deviation of numeric and integers.
 *
 * A sum is an integer of 128 bits at the largest scale seen, which small values go into without
 * touching memory. What does not fit goes into `spill`, a numeric beside it, in memory of the
 * state's arena that is reused. The digits shown are those of an exact sum of all values.
 *
 * Variances come from the exact sums of the values and of their squares: N * sum(x^2) - sum(x)^2
 * over N * (N - 1), divided by PostgreSQL's rule for the scale of a quotient.
 */
#include "type/aggregate.h"

#include "type/digits.h"
#include "type/numeric.h"

struct sum {
    wide_int total;    /* at `scale` */
    uint64_t at_scale; /* how many values of that scale were added one by one; for sum_remove */
    uint32_t scale;
    uint32_t spill_capacity;
    uint8_t *spill; /* null: none; else a numeric of spill_bytes */
    uint32_t spill_bytes;
    bool has_nan, has_infinity, has_minus_infinity;
};

struct sum_state {
    int64_t count;
    struct sum sum;
};

struct variance_state {
    int64_t count;
    struct sum sum, squares;
};

/* ---- sums ---- */

static union datum
sum_spilled(const struct sum *s)
{
    return s->spill == NULL ? numeric_small(0, 0) : slice_datum(slice_of(s->spill, s->spill_bytes));
}

static void
sum_spill(struct func_call *call, struct sum *s, union datum value)
{
    union datum total = numeric_add(call->arena, sum_spilled(s), value);
    struct slice bytes = datum_slice(&total);
    if (bytes.bytes > s->spill_capacity || s->spill == NULL) {
        s->spill_capacity = (uint32_t)bytes.bytes + 32;
        s->spill = arena_alloc(call->state_arena, s->spill_capacity);
    }
    memcpy(s->spill, bytes.data, bytes.bytes);
    s->spill_bytes = (uint32_t)bytes.bytes;
}

/* Moves the total aside, so that a sum at a scale of `scale` at least can begin. */
static void
sum_flush(struct func_call *call, struct sum *s, uint32_t scale)
{
    sum_spill(call, s, numeric_of_i128(call->arena, s->total, s->scale));
    s->total = 0;
    if (scale > s->scale)
        s->scale = scale;
}

/* value * 10^power, if 128 bits hold it. */
static inline bool
scale_up(wide_int value, uint32_t power, __int128 *scaled)
{
    if (power >= COUNT_OF(digits_power10))
        return value == 0 && (*scaled = 0, true);
    return !__builtin_mul_overflow((__int128)value, (__int128)digits_power10[power], scaled);
}

/* Adds value / 10^scale. */
static void
sum_add_wide(struct func_call *call, struct sum *s, __int128 value, uint32_t scale)
{
    __int128 total = s->total;
    if (scale > s->scale) {
        if (!scale_up(s->total, scale - s->scale, &total)) {
            sum_flush(call, s, scale);
            total = 0;
        }
        s->scale = scale;
        s->at_scale = 0;
    } else if (scale < s->scale && !scale_up(value, s->scale - scale, &value)) {
        sum_spill(call, s, numeric_of_i128(call->arena, value, scale));
        return;
    }
    s->at_scale += scale == s->scale;
    __int128 sum;
    if (__builtin_add_overflow(total, value, &sum)) {
        s->total = total;
        sum_flush(call, s, scale);
        sum = value;
    }
    s->total = sum;
}

static inline void
sum_add(struct func_call *call, struct sum *s, union datum value)
{
    enum numeric_kind kind = numeric_kind(value);
    if (LIKELY(kind == NUMERIC_SMALL)) {
        __int128 sum;
        int64_t unscaled = numeric_unscaled(value);
        if (LIKELY(numeric_scale(value) == s->scale &&
                   !__builtin_add_overflow((__int128)s->total, (__int128)unscaled, &sum))) {
            s->total = sum;
            s->at_scale++;
        } else {
            sum_add_wide(call, s, unscaled, numeric_scale(value));
        }
        return;
    }
    s->has_nan |= kind == NUMERIC_NAN;
    s->has_infinity |= kind == NUMERIC_INFINITY;
    s->has_minus_infinity |= kind == NUMERIC_MINUS_INFINITY;
    if (kind < NUMERIC_NAN)
        sum_spill(call, s, value);
}

/* Takes value / 10^scale away again. False if the sum's digits may depend on it: it is the last one
 * of the largest scale, or something does not fit 128 bits. */
static bool
sum_remove(struct sum *s, __int128 value, uint32_t scale)
{
    __int128 total;
    if (s->spill != NULL || s->has_nan || s->has_infinity || s->has_minus_infinity ||
        scale > s->scale)
        return false;
    if (scale == s->scale) {
        if (scale != 0 && s->at_scale <= 1)
            return false;
        s->at_scale--;
    } else if (!scale_up(value, s->scale - scale, &value)) {
        return false;
    }
    if (__builtin_sub_overflow((__int128)s->total, value, &total))
        return false;
    s->total = total;
    return true;
}

static union datum
sum_total(struct func_call *call, const struct sum *s)
{
    if (s->has_nan || (s->has_infinity && s->has_minus_infinity))
        return numeric_special(NUMERIC_NAN);
    if (s->has_infinity || s->has_minus_infinity)
        return numeric_special(s->has_infinity ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY);
    union datum total = numeric_of_i128(call->arena, s->total, s->scale);
    return s->spill == NULL ? total : numeric_add(call->arena, sum_spilled(s), total);
}

static void
sum_combine(struct func_call *call, struct sum *to, const struct sum *from)
{
    sum_add_wide(call, to, from->total, from->scale);
    if (from->spill != NULL)
        sum_spill(call, to, sum_spilled(from));
    to->has_nan |= from->has_nan;
    to->has_infinity |= from->has_infinity;
    to->has_minus_infinity |= from->has_minus_infinity;
}

static void
sum_save(const struct sum *s, struct buf *to)
{
    buf_put(to, s, sizeof *s);
    buf_put(to, s->spill, s->spill == NULL ? 0 : s->spill_bytes);
}

/* Takes its part off the front of `from`, which sum_save wrote. */
static void
sum_load(struct func_call *call, struct sum *s, struct slice *from)
{
    memcpy(s, from->data, sizeof *s);
    *from = slice_of(from->data + sizeof *s, from->bytes - sizeof *s);
    if (s->spill == NULL)
        return;
    s->spill = arena_copy(call->state_arena, from->data, s->spill_bytes);
    s->spill_capacity = s->spill_bytes;
    *from = slice_of(from->data + s->spill_bytes, from->bytes - s->spill_bytes);
}

static void
numeric_sum_step(struct func_call *call, void *state, const union datum *args)
{
    struct sum_state *s = state;
    s->count++;
    sum_add(call, &s->sum, args[0]);
}

static void
numeric_sum_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel,
                        void *const *states, const struct column *args)
{
    const union datum *values = args[0].data;
    uint32_t step = !args[0].is_const;
    for (uint32_t i = 0; i < count; i++) {
        struct sum_state *s = states[i];
        s->count++;
        sum_add(call, &s->sum, values[(sel != NULL ? sel[i] : i) * step]);
    }
}

static bool
numeric_sum_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    struct sum_state *s = state;
    s->count--;
    return numeric_kind(args[0]) == NUMERIC_SMALL &&
           sum_remove(&s->sum, numeric_unscaled(args[0]), numeric_scale(args[0]));
}

static void
numeric_sum_combine(struct func_call *call, void *into, const void *from)
{
    struct sum_state *to = into;
    const struct sum_state *s = from;
    to->count += s->count;
    sum_combine(call, &to->sum, &s->sum);
}

static union datum
numeric_sum_finish(struct func_call *call, void *state)
{
    const struct sum_state *s = state;
    return s->count == 0 ? func_null(call) : sum_total(call, &s->sum);
}

static union datum
numeric_average_finish(struct func_call *call, void *state)
{
    const struct sum_state *s = state;
    if (s->count == 0)
        return func_null(call);
    return numeric_divide(call->arena, sum_total(call, &s->sum),
                          numeric_of_i64(call->arena, s->count));
}

static void
numeric_sum_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct sum_state *s = state;
    buf_put(to, &s->count, sizeof s->count);
    sum_save(&s->sum, to);
}

static void
numeric_sum_load(struct func_call *call, void *state, struct slice from)
{
    struct sum_state *s = state;
    memcpy(&s->count, from.data, sizeof s->count);
    from = slice_of(from.data + sizeof s->count, from.bytes - sizeof s->count);
    sum_load(call, &s->sum, &from);
}

static const struct aggregate_info sum_numeric = {
    .state_bytes = sizeof(struct sum_state),
    .is_strict = true,
    .step = numeric_sum_step,
    .step_vector = numeric_sum_step_vector,
    .inverse = numeric_sum_inverse,
    .combine = numeric_sum_combine,
    .finish = numeric_sum_finish,
    .save = numeric_sum_save,
    .load = numeric_sum_load,
    .agg_kind = 'n',
};

static const struct aggregate_info avg_numeric = {
    .state_bytes = sizeof(struct sum_state),
    .is_strict = true,
    .step = numeric_sum_step,
    .step_vector = numeric_sum_step_vector,
    .inverse = numeric_sum_inverse,
    .combine = numeric_sum_combine,
    .finish = numeric_average_finish,
    .save = numeric_sum_save,
    .load = numeric_sum_load,
    .agg_kind = 'n',
};

/* ---- variance ---- */

static void
variance_step(struct func_call *call, void *state, const union datum *args)
{
    struct variance_state *s = state;
    s->count++;
    sum_add(call, &s->sum, args[0]);
    enum numeric_kind kind = numeric_kind(args[0]);
    if (kind == NUMERIC_SMALL) {
        int64_t x = numeric_unscaled(args[0]);
        uint32_t scale = 2 * numeric_scale(args[0]);
        sum_add_wide(call, &s->squares, (__int128)x * x, scale);
    } else if (kind < NUMERIC_NAN) {
        sum_add(call, &s->squares, numeric_multiply(call->arena, args[0], args[0]));
    }
}

static void
int_variance(struct func_call *call, struct variance_state *s, int64_t x)
{
    s->count++;
    sum_add_wide(call, &s->sum, x, 0);
    sum_add_wide(call, &s->squares, (__int128)x * x, 0);
}

static void
int2_variance_step(struct func_call *call, void *state, const union datum *args)
{
    int_variance(call, state, args[0].i16);
}

static void
int4_variance_step(struct func_call *call, void *state, const union datum *args)
{
    int_variance(call, state, args[0].i32);
}

static void
int8_variance_step(struct func_call *call, void *state, const union datum *args)
{
    int_variance(call, state, args[0].i64);
}

static bool
remove_variance(struct variance_state *s, int64_t x, uint32_t scale)
{
    s->count--;
    return sum_remove(&s->sum, x, scale) && sum_remove(&s->squares, (__int128)x * x, 2 * scale);
}

static bool
variance_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    return numeric_kind(args[0]) == NUMERIC_SMALL &&
           remove_variance(state, numeric_unscaled(args[0]), numeric_scale(args[0]));
}

static bool
int2_variance_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    return remove_variance(state, args[0].i16, 0);
}

static bool
int4_variance_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    return remove_variance(state, args[0].i32, 0);
}

static bool
int8_variance_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    return remove_variance(state, args[0].i64, 0);
}

static void
variance_combine(struct func_call *call, void *into, const void *from)
{
    struct variance_state *to = into;
    const struct variance_state *s = from;
    to->count += s->count;
    sum_combine(call, &to->sum, &s->sum);
    sum_combine(call, &to->squares, &s->squares);
}

static void
variance_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct variance_state *s = state;
    buf_put(to, &s->count, sizeof s->count);
    sum_save(&s->sum, to);
    sum_save(&s->squares, to);
}

static void
variance_load(struct func_call *call, void *state, struct slice from)
{
    struct variance_state *s = state;
    memcpy(&s->count, from.data, sizeof s->count);
    from = slice_of(from.data + sizeof s->count, from.bytes - sizeof s->count);
    sum_load(call, &s->sum, &from);
    sum_load(call, &s->squares, &from);
}

/* is_sample: over N - 1 instead of N; is_root: the deviation. */
static union datum
variance(struct func_call *call, const struct variance_state *s, bool is_sample, bool is_root)
{
    struct arena *arena = call->arena;
    if (s->count <= (is_sample ? 1 : 0))
        return func_null(call);
    union datum sum = sum_total(call, &s->sum);
    if (numeric_kind(sum) >= NUMERIC_NAN)
        return numeric_special(NUMERIC_NAN);
    struct number x = number_of(arena, sum);
    struct number squares = number_of(arena, sum_total(call, &s->squares));
    struct number n = number_of_i64(arena, s->count);
    struct number spread =
        number_subtract(arena, number_multiply(arena, n, squares), number_multiply(arena, x, x));
    if (spread.is_negative || natural_is_zero(spread.magnitude))
        return numeric_small(0, 0);
    struct number by =
        number_multiply(arena, n, number_of_i64(arena, is_sample ? s->count - 1 : s->count));
    int32_t scale = number_quotient_scale(arena, spread, by);
    struct number result = number_divide(arena, spread, by, scale, NATURAL_HALF_UP);
    return number_datum(arena, is_root ? number_sqrt(arena, result, scale) : result);
}

static union datum
var_samp_finish(struct func_call *call, void *state)
{
    return variance(call, state, true, false);
}

static union datum
var_pop_finish(struct func_call *call, void *state)
{
    return variance(call, state, false, false);
}

static union datum
stddev_samp_finish(struct func_call *call, void *state)
{
    return variance(call, state, true, true);
}

static union datum
stddev_pop_finish(struct func_call *call, void *state)
{
    return variance(call, state, false, true);
}

#define VARIANCE(prefix, finish_)                                                                  \
    .state_bytes = sizeof(struct variance_state), .is_strict = true, .step = prefix##_step,        \
    .inverse = prefix##_inverse, .combine = variance_combine, .finish = finish_,                   \
    .save = variance_save, .load = variance_load, .agg_kind = 'n'

static const struct aggregate_info var_samp_int2 = {VARIANCE(int2_variance, var_samp_finish)};
static const struct aggregate_info var_pop_int2 = {VARIANCE(int2_variance, var_pop_finish)};
static const struct aggregate_info stddev_samp_int2 = {VARIANCE(int2_variance, stddev_samp_finish)};
static const struct aggregate_info stddev_pop_int2 = {VARIANCE(int2_variance, stddev_pop_finish)};
static const struct aggregate_info var_samp_int4 = {VARIANCE(int4_variance, var_samp_finish)};
static const struct aggregate_info var_pop_int4 = {VARIANCE(int4_variance, var_pop_finish)};
static const struct aggregate_info stddev_samp_int4 = {VARIANCE(int4_variance, stddev_samp_finish)};
static const struct aggregate_info stddev_pop_int4 = {VARIANCE(int4_variance, stddev_pop_finish)};
static const struct aggregate_info var_samp_int8 = {VARIANCE(int8_variance, var_samp_finish)};
static const struct aggregate_info var_pop_int8 = {VARIANCE(int8_variance, var_pop_finish)};
static const struct aggregate_info stddev_samp_int8 = {VARIANCE(int8_variance, stddev_samp_finish)};
static const struct aggregate_info stddev_pop_int8 = {VARIANCE(int8_variance, stddev_pop_finish)};
static const struct aggregate_info var_samp_numeric = {VARIANCE(variance, var_samp_finish)};
static const struct aggregate_info var_pop_numeric = {VARIANCE(variance, var_pop_finish)};
static const struct aggregate_info stddev_samp_numeric = {VARIANCE(variance, stddev_samp_finish)};
static const struct aggregate_info stddev_pop_numeric = {VARIANCE(variance, stddev_pop_finish)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(2103, "avg", TYPE_NUMERIC, &avg_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2114, "sum", TYPE_NUMERIC, &sum_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2148, "variance", TYPE_NUMERIC, &var_samp_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2149, "variance", TYPE_NUMERIC, &var_samp_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2150, "variance", TYPE_NUMERIC, &var_samp_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2153, "variance", TYPE_NUMERIC, &var_samp_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2154, "stddev", TYPE_NUMERIC, &stddev_samp_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2155, "stddev", TYPE_NUMERIC, &stddev_samp_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2156, "stddev", TYPE_NUMERIC, &stddev_samp_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2159, "stddev", TYPE_NUMERIC, &stddev_samp_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2641, "var_samp", TYPE_NUMERIC, &var_samp_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2642, "var_samp", TYPE_NUMERIC, &var_samp_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2643, "var_samp", TYPE_NUMERIC, &var_samp_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2646, "var_samp", TYPE_NUMERIC, &var_samp_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2712, "stddev_samp", TYPE_NUMERIC, &stddev_samp_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2713, "stddev_samp", TYPE_NUMERIC, &stddev_samp_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2714, "stddev_samp", TYPE_NUMERIC, &stddev_samp_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2717, "stddev_samp", TYPE_NUMERIC, &stddev_samp_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2718, "var_pop", TYPE_NUMERIC, &var_pop_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2719, "var_pop", TYPE_NUMERIC, &var_pop_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2720, "var_pop", TYPE_NUMERIC, &var_pop_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2723, "var_pop", TYPE_NUMERIC, &var_pop_numeric, TYPE_NUMERIC)},
    {AGGREGATE_FUNC(2724, "stddev_pop", TYPE_NUMERIC, &stddev_pop_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2725, "stddev_pop", TYPE_NUMERIC, &stddev_pop_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2726, "stddev_pop", TYPE_NUMERIC, &stddev_pop_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2729, "stddev_pop", TYPE_NUMERIC, &stddev_pop_numeric, TYPE_NUMERIC)},
};

const struct type_tables aggregate_numeric_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
