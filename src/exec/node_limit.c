/*
 * node_limit.c: skips `offset` rows, then lets `limit` rows through (and those that tie with the
 * last).
 */
#include "exec/limit.h"
#include "exec/nodes.h"

struct limit_code {
    struct node_code node;
    struct limit_exprs exprs;
};

struct limit_state {
    struct node_state node;
    struct expr_state *exprs;
    bool is_begun;
    uint64_t skip, left; /* rows still to skip, to let through */
    uint16_t rows[COLUMN_ROWS_MAX];
    union datum *last; /* with ties: the keys of the last row let through */
    bool *last_null;
    bool is_tying;
};

static void
limit_compile(struct compiler *compiler, struct node_code *node)
{
    struct limit_code *code = (struct limit_code *)node;
    const struct plan_limit *plan = (const struct plan_limit *)node->plan;

    node->capacity = node->left->capacity;
    limit_exprs_compile(compiler, &code->exprs, plan->limit, plan->offset);
}

static void
limit_open(struct exec *exec, struct node_state *node)
{
    struct limit_state *state = (struct limit_state *)node;
    const struct limit_code *code = (const struct limit_code *)node->code;
    const struct plan_limit *plan = (const struct plan_limit *)node->plan;

    state->exprs = expr_open(exec, code->exprs.code, 1, node_arena(exec, node));
    if (plan->has_ties) {
        state->last = arena_alloc_array(exec->arena, plan->key_count, sizeof *state->last);
        state->last_null = arena_alloc_array(exec->arena, plan->key_count, sizeof(bool));
    }
}

/* True if the row's keys equal those of the last row let through. */
static bool
ties(const struct limit_state *state, const struct batch *batch, uint32_t row)
{
    const struct plan_limit *plan = (const struct plan_limit *)state->node.plan;

    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct column *column = &batch->columns[plan->keys[k].column];
        bool is_null = column_is_null(column, row);
        if (is_null != state->last_null[k])
            return false;
        if (!is_null && plan->keys[k].type->compare(vector_get(column, row), state->last[k]) != 0)
            return false;
    }
    return true;
}

static void
keep_last(struct exec *exec, struct limit_state *state, const struct batch *batch, uint32_t row)
{
    const struct plan_limit *plan = (const struct plan_limit *)state->node.plan;

    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct column *column = &batch->columns[plan->keys[k].column];
        state->last_null[k] = column_is_null(column, row);
        state->last[k] = datum_copy(column->phys, vector_get(column, row), exec->arena);
    }
    state->is_tying = true;
}

/* Rows [first, first + count) of the batch's selection. */
static void
cut(struct limit_state *state, struct batch *out, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        state->rows[i] = (uint16_t)sel_row(out->sel, first + i);
    out->sel = state->rows;
    out->count = count;
}

static bool
next_tying(struct exec *exec, struct limit_state *state, struct batch *out)
{
    uint32_t count = 0;

    if (!state->is_tying || !node_next(exec, state->node.left, out))
        return false;
    while (count < out->count && ties(state, out, sel_row(out->sel, count)))
        count++;
    if (count < out->count) {
        state->is_tying = false;
        cut(state, out, 0, count);
    }
    return count != 0;
}

static bool
limit_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct limit_state *state = (struct limit_state *)node;
    const struct limit_code *code = (const struct limit_code *)node->code;
    bool has_ties = ((const struct plan_limit *)node->plan)->has_ties;

    if (!state->is_begun) {
        limit_exprs_value(&code->exprs, state->exprs, &state->left, &state->skip);
        state->is_begun = true;
    }
    for (;;) {
        if (state->left == 0)
            return has_ties && next_tying(exec, state, out);
        if (!node_next(exec, node->left, out))
            return false;
        if (state->skip < out->count)
            break;
        state->skip -= out->count;
    }
    uint32_t first = (uint32_t)state->skip;
    uint32_t count = out->count - first;
    if (count > state->left)
        count = (uint32_t)state->left;
    state->skip = 0;
    state->left -= count;
    if (has_ties && state->left == 0) {
        keep_last(exec, state, out, sel_row(out->sel, first + count - 1));
        while (first + count < out->count && ties(state, out, sel_row(out->sel, first + count)))
            count++;
        if (first + count < out->count)
            state->is_tying = false;
    }
    if (first != 0 || count != out->count)
        cut(state, out, first, count);
    return true;
}

static void
limit_rewind(struct exec *exec, struct node_state *node)
{
    struct limit_state *state = (struct limit_state *)node;

    state->is_begun = state->is_tying = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_limit = {
    .code_bytes = sizeof(struct limit_code),
    .state_bytes = sizeof(struct limit_state),
    .compile = limit_compile,
    .open = limit_open,
    .next = limit_next,
    .rewind = limit_rewind,
    .keep = node_keep_left,
};
