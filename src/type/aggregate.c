/*
 * aggregate.c: count; sums and averages of integers; and, or and xor of bits and booleans.
 *
 * As PostgreSQL: a sum of smallint or integer is a bigint, of bigint a numeric, an average numeric.
 * Sums of bigint are kept in 128 bits, which no table can overflow.
 */
#include "type/aggregate.h"

#include "type/numeric.h"

/* ---- count ---- */

struct count_state {
    int64_t count;
};

static void
count_step(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    (void)args;
    struct count_state *s = state;
    s->count++;
}

static void
count_step_vector(struct func_call *call, uint32_t count, const uint16_t *sel, void *const *states,
                  const struct column *args)
{
    (void)call;
    (void)sel;
    (void)args;
    if (count > 0 && is_one_state(states, count)) {
        struct count_state *s = states[0];
        s->count += count;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct count_state *s = states[i];
        s->count++;
    }
}

static bool
count_inverse(struct func_call *call, void *state, const union datum *args)
{
    (void)call;
    (void)args;
    struct count_state *s = state;
    s->count--;
    return true;
}

static void
count_combine(struct func_call *call, void *into, const void *from)
{
    (void)call;
    struct count_state *to = into;
    const struct count_state *s = from;
    to->count += s->count;
}

static union datum
count_finish(struct func_call *call, void *state)
{
    (void)call;
    const struct count_state *s = state;
    return i64_datum(s->count);
}

static const struct aggregate_info count_rows = {
    .state_bytes = sizeof(struct count_state),
    .step = count_step,
    .step_vector = count_step_vector,
    .inverse = count_inverse,
    .combine = count_combine,
    .finish = count_finish,
    .agg_kind = 'n',
};

static const struct aggregate_info count_values = {
    .state_bytes = sizeof(struct count_state),
    .is_strict = true,
    .step = count_step,
    .step_vector = count_step_vector,
    .inverse = count_inverse,
    .combine = count_combine,
    .finish = count_finish,
    .agg_kind = 'n',
};

/* ---- sums and averages of integers ---- */

struct narrow_sum {
    int64_t sum, count;
};

struct wide_sum {
    wide_int sum;
    int64_t count;
};

#define PREFIX int2_sum
#define STATE struct narrow_sum
#define SUM int64_t
#define INPUT int16_t
#define FIELD i16
#include "type/kernel_sum.inc"

#define PREFIX int4_sum
#define STATE struct narrow_sum
#define SUM int64_t
#define INPUT int32_t
#define FIELD i32
#include "type/kernel_sum.inc"

#define PREFIX int8_sum
#define STATE struct wide_sum
#define SUM wide_int
#define INPUT int64_t
#define FIELD i64
#include "type/kernel_sum.inc"

static union datum
narrow_sum_finish(struct func_call *call, void *state)
{
    const struct narrow_sum *s = state;
    call->result_is_null = s->count == 0;
    return i64_datum(s->sum);
}

static union datum
wide_sum_finish(struct func_call *call, void *state)
{
    const struct wide_sum *s = state;
    if (s->count == 0)
        return func_null(call);
    return numeric_of_i128(call->arena, s->sum, 0);
}

static union datum
average(struct func_call *call, __int128 sum, int64_t count)
{
    if (count == 0)
        return func_null(call);
    return numeric_divide(call->arena, numeric_of_i128(call->arena, sum, 0),
                          numeric_of_i64(call->arena, count));
}

static union datum
narrow_average_finish(struct func_call *call, void *state)
{
    const struct narrow_sum *s = state;
    return average(call, s->sum, s->count);
}

static union datum
wide_average_finish(struct func_call *call, void *state)
{
    const struct wide_sum *s = state;
    return average(call, s->sum, s->count);
}

#define AGGREGATE(state, prefix, finish_)                                                          \
    .state_bytes = sizeof(state), .is_strict = true, .step = prefix##_step,                        \
    .step_vector = prefix##_step_vector, .combine = prefix##_combine, .finish = finish_,           \
    .agg_kind = 'n'
#define SUM_AGGREGATE(state, prefix, finish_)                                                      \
    .inverse = prefix##_inverse, AGGREGATE(state, prefix, finish_)

static const struct aggregate_info sum_int2 = {
    SUM_AGGREGATE(struct narrow_sum, int2_sum, narrow_sum_finish)};
static const struct aggregate_info sum_int4 = {
    SUM_AGGREGATE(struct narrow_sum, int4_sum, narrow_sum_finish)};
static const struct aggregate_info sum_int8 = {
    SUM_AGGREGATE(struct wide_sum, int8_sum, wide_sum_finish)};
static const struct aggregate_info avg_int2 = {
    SUM_AGGREGATE(struct narrow_sum, int2_sum, narrow_average_finish)};
static const struct aggregate_info avg_int4 = {
    SUM_AGGREGATE(struct narrow_sum, int4_sum, narrow_average_finish)};
static const struct aggregate_info avg_int8 = {
    SUM_AGGREGATE(struct wide_sum, int8_sum, wide_average_finish)};

/* ---- bits and booleans ---- */

#define AND(a, b) ((a) & (b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))

#define PREFIX int2_and
#define INPUT int16_t
#define FIELD i16
#define FOLD AND
#include "type/kernel_fold.inc"

#define PREFIX int2_or
#define INPUT int16_t
#define FIELD i16
#define FOLD OR
#include "type/kernel_fold.inc"

#define PREFIX int2_xor
#define INPUT int16_t
#define FIELD i16
#define FOLD XOR
#include "type/kernel_fold.inc"

#define PREFIX int4_and
#define INPUT int32_t
#define FIELD i32
#define FOLD AND
#include "type/kernel_fold.inc"

#define PREFIX int4_or
#define INPUT int32_t
#define FIELD i32
#define FOLD OR
#include "type/kernel_fold.inc"

#define PREFIX int4_xor
#define INPUT int32_t
#define FIELD i32
#define FOLD XOR
#include "type/kernel_fold.inc"

#define PREFIX int8_and
#define INPUT int64_t
#define FIELD i64
#define FOLD AND
#include "type/kernel_fold.inc"

#define PREFIX int8_or
#define INPUT int64_t
#define FIELD i64
#define FOLD OR
#include "type/kernel_fold.inc"

#define PREFIX int8_xor
#define INPUT int64_t
#define FIELD i64
#define FOLD XOR
#include "type/kernel_fold.inc"

#define PREFIX bool_and
#define INPUT uint8_t
#define FIELD b
#define FOLD AND
#include "type/kernel_fold.inc"

#define PREFIX bool_or
#define INPUT uint8_t
#define FIELD b
#define FOLD OR
#include "type/kernel_fold.inc"

#define FOLD_AGGREGATE(prefix, op)                                                                 \
    AGGREGATE(struct prefix##_state, prefix, prefix##_finish), .sort_operator = op

static const struct aggregate_info bit_and_int2 = {FOLD_AGGREGATE(int2_and, OID_NONE)};
static const struct aggregate_info bit_or_int2 = {FOLD_AGGREGATE(int2_or, OID_NONE)};
static const struct aggregate_info bit_xor_int2 = {FOLD_AGGREGATE(int2_xor, OID_NONE)};
static const struct aggregate_info bit_and_int4 = {FOLD_AGGREGATE(int4_and, OID_NONE)};
static const struct aggregate_info bit_or_int4 = {FOLD_AGGREGATE(int4_or, OID_NONE)};
static const struct aggregate_info bit_xor_int4 = {FOLD_AGGREGATE(int4_xor, OID_NONE)};
static const struct aggregate_info bit_and_int8 = {FOLD_AGGREGATE(int8_and, OID_NONE)};
static const struct aggregate_info bit_or_int8 = {FOLD_AGGREGATE(int8_or, OID_NONE)};
static const struct aggregate_info bit_xor_int8 = {FOLD_AGGREGATE(int8_xor, OID_NONE)};
static const struct aggregate_info bool_and_all = {FOLD_AGGREGATE(bool_and, 58)};
static const struct aggregate_info bool_or_any = {FOLD_AGGREGATE(bool_or, 59)};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(2100, "avg", TYPE_NUMERIC, &avg_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2101, "avg", TYPE_NUMERIC, &avg_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2102, "avg", TYPE_NUMERIC, &avg_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2107, "sum", TYPE_NUMERIC, &sum_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2108, "sum", TYPE_INT8, &sum_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2109, "sum", TYPE_INT8, &sum_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2147, "count", TYPE_INT8, &count_values, TYPE_ANY)},
    {AGGREGATE_FUNC(2236, "bit_and", TYPE_INT2, &bit_and_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2237, "bit_or", TYPE_INT2, &bit_or_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(2238, "bit_and", TYPE_INT4, &bit_and_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2239, "bit_or", TYPE_INT4, &bit_or_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(2240, "bit_and", TYPE_INT8, &bit_and_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2241, "bit_or", TYPE_INT8, &bit_or_int8, TYPE_INT8)},
    {AGGREGATE_FUNC(2517, "bool_and", TYPE_BOOL, &bool_and_all, TYPE_BOOL)},
    {AGGREGATE_FUNC(2518, "bool_or", TYPE_BOOL, &bool_or_any, TYPE_BOOL)},
    {AGGREGATE_FUNC(2519, "every", TYPE_BOOL, &bool_and_all, TYPE_BOOL)},
    {AGGREGATE_FUNC(2803, "count", TYPE_INT8, &count_rows)},
    {AGGREGATE_FUNC(6164, "bit_xor", TYPE_INT2, &bit_xor_int2, TYPE_INT2)},
    {AGGREGATE_FUNC(6165, "bit_xor", TYPE_INT4, &bit_xor_int4, TYPE_INT4)},
    {AGGREGATE_FUNC(6166, "bit_xor", TYPE_INT8, &bit_xor_int8, TYPE_INT8)},
};

const struct type_tables aggregate_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
