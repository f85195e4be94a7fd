/*
 * aggregate_order.c: aggregates over DISTINCT or ordered arguments: each group's argument rows are
 * kept, sorted at the end, and folded in one by one.
 */
#include "exec/aggregate.h"
#include <stdlib.h>

void
aggregate_collect(struct agg_state *state, uint32_t call_idx, uint8_t *const *states,
                  uint32_t count, const uint16_t *sel)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct agg_call_code *call = &code->calls[call_idx];
    const struct column *args = state->args->outputs + call->first_output;
    struct row_store *store = &state->collected[call_idx];
    uint8_t *rows[COLUMN_ROWS_MAX];

    for (uint32_t i = 0; i < count; i++)
        rows[i] = row_store_new(store);
    for (uint32_t a = 0; a < call->arg_count; a++)
        row_store_put(store, rows, a, &args[a], count, sel);
    for (uint32_t i = 0; i < count; i++) {
        struct collected *list = (struct collected *)states[i];
        if (list->count == list->capacity) {
            uint32_t wider = list->capacity == 0 ? 8 : list->capacity * 2;
            uint8_t **to = arena_alloc_array(state->table_arena, wider, sizeof *to);
            if (list->count != 0)
                memcpy(to, list->rows, list->count * sizeof *to);
            list->rows = to;
            list->capacity = wider;
        }
        list->rows[list->count++] = rows[i];
    }
}

static int
compare_keys(const struct agg_call_code *call, const uint8_t *left, const uint8_t *right,
             uint32_t key_count)
{
    for (uint32_t k = 0; k < key_count; k++) {
        const struct plan_key *key = &call->sort.keys[k];
        int order = sort_compare_value(key, row_datum(&call->collected, left, key->column),
                                       row_is_null(&call->collected, left, key->column),
                                       row_datum(&call->collected, right, key->column),
                                       row_is_null(&call->collected, right, key->column));
        if (order != 0)
            return order;
    }
    return 0;
}

static int
compare_collected(const void *a, const void *b, void *object)
{
    const struct agg_call_code *call = object;

    return compare_keys(call, *(uint8_t *const *)a, *(uint8_t *const *)b, call->sort.key_count);
}

int
aggregate_compare_collected(const struct agg_call_code *call, const uint8_t *left,
                            const uint8_t *right)
{
    return compare_keys(call, left, right, call->sort.key_count);
}

void
aggregate_sort_collected(const struct agg_call_code *call, struct collected *list)
{
    if (list->count != 0) /* qsort takes no null */
        qsort_r(list->rows, list->count, sizeof *list->rows, compare_collected,
                (void *)(uintptr_t)call);
}

void
aggregate_fold_collected(struct agg_state *state, uint32_t call_idx, struct collected *list,
                         void *fresh)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct agg_call_code *call = &code->calls[call_idx];
    struct func_call *func_call = &state->calls[call_idx];
    union datum values[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];

    aggregate_sort_collected(call, list);
    func_call->arg_nulls = call->info->is_strict ? NULL : nulls;
    for (uint32_t i = 0; i < list->count; i++) {
        if (i != 0 && call->distinct_count != 0 &&
            compare_keys(call, list->rows[i - 1], list->rows[i], call->distinct_count) == 0)
            continue;
        for (uint32_t a = 0; a < call->plan->arg_count; a++) {
            nulls[a] = row_is_null(&call->collected, list->rows[i], a);
            values[a] = row_datum(&call->collected, list->rows[i], a);
        }
        call->info->step(func_call, fresh, values);
    }
}
