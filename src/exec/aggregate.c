/*
 * aggregate.c: rows into the states of their groups, and results out of them.
 */
#include "exec/aggregate.h"

/* Rows of the selection that a call counts: those that pass its filter and, if it is strict, have
 * no null argument; with the addresses of their states. */
static uint32_t
narrow(const struct agg_state *state, const struct agg_call_code *code, const struct column *args,
       const struct batch *in, uint16_t *rows, void **states)
{
    const struct column *filter =
        code->filter_output == UINT32_MAX ? NULL : &state->args->outputs[code->filter_output];
    uint32_t tail = state->groups.shape->tail_at + code->state_at;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t row = sel_row(in->sel, i);
        bool counts = true;
        if (filter != NULL)
            counts = !column_is_null(filter, row) &&
                     ((const bool *)filter->data)[filter->is_const ? 0 : row];
        for (uint32_t a = 0; counts && code->info->is_strict && a < code->plan->arg_count; a++)
            counts = !column_is_null(&args[a], row);
        rows[kept] = (uint16_t)row;
        states[kept] = state->rows[i] + tail;
        kept += counts;
    }
    return kept;
}

static void
step_rows(struct func_call *call, const struct agg_call_code *code, const struct column *args,
          uint32_t count, const uint16_t *rows, void *const *states)
{
    union datum values[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];

    call->arg_nulls = code->info->is_strict ? NULL : nulls;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t a = 0; a < code->plan->arg_count; a++) {
            nulls[a] = column_is_null(&args[a], rows[i]);
            values[a] = nulls[a] ? (union datum){.words = {0, 0}} : vector_get(&args[a], rows[i]);
        }
        code->info->step(call, states[i], values);
    }
}

void
aggregate_step(struct exec *exec, struct agg_state *state, const struct batch *in)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    uint16_t rows[COLUMN_ROWS_MAX];
    void *states[COLUMN_ROWS_MAX];

    (void)exec;
    for (uint32_t c = 0; c < code->call_count; c++) {
        const struct agg_call_code *call = &code->calls[c];
        const struct column *args = state->args->outputs + call->first_output;
        bool is_plain = call->filter_output == UINT32_MAX;
        for (uint32_t a = 0; is_plain && call->info->is_strict && a < call->plan->arg_count; a++)
            is_plain = !args[a].has_nulls;
        uint32_t count = in->count;
        const uint16_t *sel = in->sel;
        if (is_plain) {
            uint32_t tail = state->groups.shape->tail_at + call->state_at;
            for (uint32_t i = 0; i < count; i++)
                states[i] = state->rows[i] + tail;
            if (sel == NULL) {
                for (uint32_t i = 0; i < count; i++)
                    rows[i] = (uint16_t)i;
                sel = rows;
            }
        } else {
            count = narrow(state, call, args, in, rows, states);
            sel = rows;
        }
        if (count == 0)
            continue;
        if (call->is_collected)
            aggregate_collect(state, c, (uint8_t *const *)states, count, sel);
        else if (call->info->step_vector != NULL)
            call->info->step_vector(&state->calls[c], count, sel, states, args);
        else
            step_rows(&state->calls[c], call, args, count, sel, states);
    }
}

union datum
aggregate_finish(struct exec *exec, struct agg_state *state, uint32_t call_idx, uint8_t *group,
                 bool *is_null)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct agg_call_code *call = &code->calls[call_idx];
    struct func_call *func_call = &state->calls[call_idx];
    void *at = group + state->groups.shape->tail_at + call->state_at;
    void *fresh = at;

    func_call->result_is_null = false;
    if (call->is_ordered_set) {
        exec_check(exec);
        aggregate_sort_collected(call, at);
        union datum value = aggregate_finish_ordered(state, call_idx, group, at);
        *is_null = func_call->result_is_null;
        return value;
    }
    if (call->is_collected) {
        fresh = arena_alloc_zero(state->table_arena, call->info->state_bytes + 16u);
        if (call->info->init != NULL)
            call->info->init(func_call, fresh);
        aggregate_fold_collected(state, call_idx, at, fresh);
    }
    exec_check(exec);
    func_call->result_is_null = false;
    union datum value = call->info->finish(func_call, fresh);
    *is_null = func_call->result_is_null;
    return *is_null ? (union datum){.words = {0, 0}} : value;
}
