/*
 * aggregate_ordered.c: ordered-set and hypothetical-set aggregates: percentiles, mode, the place
 * that a row would have. A group's rows are collected and sorted; the direct arguments are
 * computed from the group's keys when its result is asked for.
 */
#include "catalog/routine.h"
#include "exec/aggregate.h"
#include "type/array.h"
#include "type/timestamp.h"
#include <math.h>

enum ordered_func {
    PERCENTILE_DISC = 3972,
    PERCENTILE_CONT = 3974,
    PERCENTILE_CONT_INTERVAL = 3976,
    PERCENTILE_DISC_ARRAY = 3978,
    PERCENTILE_CONT_ARRAY = 3980,
    PERCENTILE_CONT_INTERVAL_ARRAY = 3982,
    MODE = 3984,
    HYPOTHETICAL_RANK = 3986,
    HYPOTHETICAL_PERCENT_RANK = 3988,
    HYPOTHETICAL_CUME_DIST = 3990,
    HYPOTHETICAL_DENSE_RANK = 3992,
};

/* A group's sorted rows, and the direct arguments. */
struct ordered {
    const struct agg_call_code *call;
    struct func_call *func_call;
    uint8_t *const *rows;
    uint32_t count;
    union datum direct[FUNC_ARGS_MAX];
    bool direct_nulls[FUNC_ARGS_MAX];
};

static union datum
null_of(struct ordered *o)
{
    o->func_call->result_is_null = true;
    return (union datum){.words = {0, 0}};
}

static union datum
value_at(const struct ordered *o, uint32_t idx)
{
    return row_datum(&o->call->collected, o->rows[idx], 0);
}

/* ---- percentiles ---- */

static double
check_share(double share)
{
    if (share < 0 || share > 1 || isnan(share))
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE, "percentile value %g is not between 0 and 1",
              share);
    return share;
}

static union datum
discrete(const struct ordered *o, double share)
{
    double place = ceil(share * (double)o->count);

    return value_at(o, place < 1 ? 0 : (uint32_t)place - 1);
}

static union datum
between(const struct ordered *o, union datum low, union datum high, double part)
{
    if (o->func_call->func->args[1] == TYPE_INTERVAL) {
        struct interval from = datum_interval(low);
        struct interval span = interval_subtract(datum_interval(high), from);
        return interval_datum(interval_add(from, interval_multiply(span, part)));
    }
    return f64_datum(low.f64 + part * (high.f64 - low.f64));
}

static union datum
continuous(const struct ordered *o, double share)
{
    double place = share * (double)(o->count - 1);
    uint32_t low = (uint32_t)floor(place), high = (uint32_t)ceil(place);

    if (low == high)
        return value_at(o, low);
    return between(o, value_at(o, low), value_at(o, high), place - (double)low);
}

static union datum
percentile(struct ordered *o, bool is_discrete)
{
    if (o->direct_nulls[0])
        return null_of(o);
    double share = check_share(o->direct[0].f64);
    if (o->count == 0)
        return null_of(o);
    return is_discrete ? discrete(o, share) : continuous(o, share);
}

static union datum
percentiles(struct ordered *o, bool is_discrete)
{
    struct func_call *call = o->func_call;

    if (o->count == 0 || o->direct_nulls[0])
        return null_of(o);
    struct array shares = array_read(&o->direct[0]);
    oid element = type_get(call->env, call->result_type)->element;
    if (shares.count == 0)
        return array_make_empty(call->env, call->arena, element);
    union datum *values = arena_alloc_array(call->arena, shares.count, sizeof *values);
    bool *nulls = arena_alloc_array(call->arena, shares.count, sizeof *nulls);
    struct array_dim dims[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < shares.dim_count; i++)
        dims[i] = array_dim(&shares, i);
    for (uint32_t i = 0; i < shares.count; i++) {
        nulls[i] = array_is_null(&shares, i);
        values[i] = (union datum){.words = {0, 0}};
        if (nulls[i])
            continue;
        double share = check_share(array_get(&shares, i).f64);
        values[i] = is_discrete ? discrete(o, share) : continuous(o, share);
    }
    return array_make(call->env, call->arena, element, values, nulls, shares.dim_count, dims);
}

/* ---- mode ---- */

/* The value that is there most often; of several the first. */
static union datum
most_frequent(struct ordered *o)
{
    const struct type_info *type = o->call->sort.keys[0].type;
    uint32_t best = 0, best_count = 0, start = 0;

    if (o->count == 0)
        return null_of(o);
    for (uint32_t i = 1; i <= o->count; i++) {
        if (i < o->count && type->compare(value_at(o, start), value_at(o, i)) == 0)
            continue;
        if (i - start > best_count) {
            best = start;
            best_count = i - start;
        }
        start = i;
    }
    return value_at(o, best);
}

/* ---- the place of a row that is not there ---- */

/* < 0: the row is before the hypothetical one. */
static int
compare_direct(const struct ordered *o, const uint8_t *row)
{
    for (uint32_t k = 0; k < o->call->sort.key_count; k++) {
        const struct plan_key *key = &o->call->sort.keys[k];
        int order = sort_compare_value(key, row_datum(&o->call->collected, row, key->column),
                                       row_is_null(&o->call->collected, row, key->column),
                                       o->direct[key->column], o->direct_nulls[key->column]);
        if (order != 0)
            return order;
    }
    return 0;
}

static union datum
hypothetical(struct ordered *o, enum ordered_func func)
{
    uint32_t before = 0, equal = 0, distinct = 0;

    while (before < o->count && compare_direct(o, o->rows[before]) < 0) {
        distinct += before == 0 ||
                    aggregate_compare_collected(o->call, o->rows[before - 1], o->rows[before]) != 0;
        before++;
    }
    while (before + equal < o->count && compare_direct(o, o->rows[before + equal]) == 0)
        equal++;
    switch (func) {
    case HYPOTHETICAL_RANK:
        return i64_datum((int64_t)before + 1);
    case HYPOTHETICAL_DENSE_RANK:
        return i64_datum((int64_t)distinct + 1);
    case HYPOTHETICAL_PERCENT_RANK:
        return f64_datum(o->count == 0 ? 0 : (double)before / (double)o->count);
    default:
        return f64_datum((double)(before + equal + 1) / (double)(o->count + 1u));
    }
}

/* ---- direct arguments ---- */

/* The group's keys as columns of one row, as the child has them: all that they may read. */
static void
run_direct(struct agg_state *state, struct ordered *o, const uint8_t *group)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    static const uint8_t one = 1;
    static const union datum nothing = {.words = {0, 0}};
    uint32_t count = plan->node.left->column_count;
    struct column *columns = arena_alloc_array(state->table_arena, count, sizeof *columns);
    struct batch batch = {.count = 1, .column_count = count, .columns = columns};

    for (uint32_t i = 0; i < count; i++)
        columns[i] = (struct column){.phys = plan->node.left->columns[i].phys,
                                     .is_const = true,
                                     .has_nulls = true,
                                     .nulls = (uint8_t *)(uintptr_t)&one,
                                     .data = (void *)(uintptr_t)&nothing};
    for (uint32_t k = 0; k < plan->key_count; k++) {
        struct column *column = &columns[plan->keys[k].column];
        column->nulls = (uint8_t *)(uintptr_t)(group + code->shape.nulls_at + k);
        column->data = (void *)(uintptr_t)(group + code->shape.column_at[k]);
    }
    expr_run(state->direct, &batch);
    for (uint32_t i = 0; i < o->call->plan->direct_count; i++)
        o->direct[i] = expr_value(state->direct, o->call->first_direct + i, 0, &o->direct_nulls[i]);
}

union datum
aggregate_finish_ordered(struct agg_state *state, uint32_t call_idx, uint8_t *group,
                         struct collected *list)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    struct ordered o = {.call = &code->calls[call_idx],
                        .func_call = &state->calls[call_idx],
                        .rows = list->rows,
                        .count = list->count};
    const struct routine *routine = o.call->func->routine;
    enum ordered_func func =
        (enum ordered_func)(routine == NULL ? o.call->func->func : routine->aggregate->step);

    if (o.call->plan->direct_count != 0)
        run_direct(state, &o, group);
    switch (func) {
    case PERCENTILE_DISC:
        return percentile(&o, true);
    case PERCENTILE_CONT:
    case PERCENTILE_CONT_INTERVAL:
        return percentile(&o, false);
    case PERCENTILE_DISC_ARRAY:
        return percentiles(&o, true);
    case PERCENTILE_CONT_ARRAY:
    case PERCENTILE_CONT_INTERVAL_ARRAY:
        return percentiles(&o, false);
    case MODE:
        return most_frequent(&o);
    default:
        return hypothetical(&o, func);
    }
}
