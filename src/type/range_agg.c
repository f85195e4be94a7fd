/*
 * range_agg.c: the aggregates of ranges and multiranges: range_agg, which makes one multirange of
 * all, and range_intersect_agg, which keeps what all have in common.
 */
#include "type/range.h"
#include "type/tables.h"

/* ---- range_agg ---- */

/* The ranges so far; `is_started` once there was a value, if only an empty one. */
struct gathered {
    union datum *ranges;
    uint32_t count, capacity;
    bool is_started;
};

static void
add_range(struct func_call *call, struct gathered *all, union datum range)
{
    if (all->count == all->capacity) {
        uint32_t wider = all->capacity == 0 ? 8 : all->capacity * 2;
        all->ranges = arena_resize(call->state_arena, all->ranges, all->count * sizeof range,
                                   wider * sizeof range);
        all->capacity = wider;
    }
    all->ranges[all->count++] = slice_datum(arena_slice(call->state_arena, datum_slice(&range)));
}

static void
gather_range(struct func_call *call, void *state, const union datum *args)
{
    struct gathered *all = state;
    all->is_started = true;
    add_range(call, all, args[0]);
}

static void
add_multirange(struct func_call *call, struct gathered *all, union datum value)
{
    struct multirange multirange = multirange_read(&value);
    all->is_started = true;
    for (uint32_t i = 0; i < multirange.count; i++)
        add_range(call, all, multirange_at(&multirange, i));
}

static void
gather_multirange(struct func_call *call, void *state, const union datum *args)
{
    add_multirange(call, state, args[0]);
}

static void
gather_combine(struct func_call *call, void *into, const void *from)
{
    struct gathered *all = into;
    const struct gathered *more = from;
    all->is_started |= more->is_started;
    for (uint32_t i = 0; i < more->count; i++)
        add_range(call, all, more->ranges[i]);
}

static union datum
gather_finish(struct func_call *call, void *state)
{
    const struct gathered *all = state;
    if (!all->is_started)
        return func_null(call);
    struct range_form form = range_form_of(call->env, call->result_type);
    union datum *ranges = arena_alloc_array(call->arena, all->count + 1u, sizeof *ranges);
    if (all->count != 0)
        memcpy(ranges, all->ranges, all->count * sizeof *ranges);
    return multirange_make(&form, call->arena, ranges, all->count);
}

static void
gather_save(struct func_call *call, const void *state, struct buf *to)
{
    const struct gathered *all = state;
    if (!all->is_started)
        return;
    struct func_call plain = *call;
    union datum value = gather_finish(&plain, (void *)(uintptr_t)state);
    buf_put_slice(to, datum_slice(&value));
}

static void
gather_load(struct func_call *call, void *state, struct slice from)
{
    if (from.bytes != 0)
        add_multirange(call, state, slice_datum(from));
}

static const struct aggregate_info range_gather = {
    .state_bytes = sizeof(struct gathered),
    .is_strict = true,
    .step = gather_range,
    .combine = gather_combine,
    .finish = gather_finish,
    .save = gather_save,
    .load = gather_load,
    .agg_kind = 'n',
};

static const struct aggregate_info multirange_gather = {
    .state_bytes = sizeof(struct gathered),
    .is_strict = true,
    .step = gather_multirange,
    .combine = gather_combine,
    .finish = gather_finish,
    .save = gather_save,
    .load = gather_load,
    .agg_kind = 'n',
};

/* ---- range_intersect_agg ---- */

struct common {
    struct slice value; /* null: no row yet */
};

static void
common_add(struct func_call *call, struct common *common, union datum value)
{
    if (common->value.data != NULL) {
        struct range_form form = range_form_of(call->env, call->result_type);
        union datum before = slice_datum(common->value);
        if (call->func->args[0] == TYPE_ANYMULTIRANGE) {
            struct multirange a = multirange_read(&before), b = multirange_read(&value);
            value = multirange_intersect(&form, call->arena, &a, &b);
        } else {
            struct range_value a = range_read(&before), b = range_read(&value);
            value = range_intersect(&form, call->arena, &a, &b);
        }
    }
    common->value = arena_slice(call->state_arena, datum_slice(&value));
}

static void
common_step(struct func_call *call, void *state, const union datum *args)
{
    common_add(call, state, args[0]);
}

static void
common_combine(struct func_call *call, void *into, const void *from)
{
    const struct common *more = from;
    if (more->value.data != NULL)
        common_add(call, into, slice_datum(more->value));
}

static union datum
common_finish(struct func_call *call, void *state)
{
    const struct common *common = state;
    if (common->value.data == NULL)
        return func_null(call);
    return slice_datum(arena_slice(call->arena, common->value));
}

static void
common_save(struct func_call *call, const void *state, struct buf *to)
{
    (void)call;
    const struct common *common = state;
    buf_put_slice(to, common->value);
}

static void
common_load(struct func_call *call, void *state, struct slice from)
{
    struct common *common = state;
    if (from.bytes != 0)
        common->value = arena_slice(call->state_arena, from);
}

static const struct aggregate_info intersection = {
    .state_bytes = sizeof(struct common),
    .is_strict = true,
    .step = common_step,
    .combine = common_combine,
    .finish = common_finish,
    .save = common_save,
    .load = common_load,
    .agg_kind = 'n',
};

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {AGGREGATE_FUNC(4301, "range_agg", TYPE_ANYMULTIRANGE, &range_gather, TYPE_ANYRANGE)},
    {AGGREGATE_FUNC(6227, "range_agg", TYPE_ANYMULTIRANGE, &multirange_gather, TYPE_ANYMULTIRANGE)},
    {AGGREGATE_FUNC(4450, "range_intersect_agg", TYPE_ANYRANGE, &intersection, TYPE_ANYRANGE)},
    {AGGREGATE_FUNC(4389, "range_intersect_agg", TYPE_ANYMULTIRANGE, &intersection,
                    TYPE_ANYMULTIRANGE)},
};

const struct type_tables range_agg_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
