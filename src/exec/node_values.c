/*
 * node_values.c: rows of expressions, VALUES (...), (...).
 *
 * All rows of a batch are computed by one code each: constants are moved straight into the output.
 */
#include "exec/nodes.h"

struct values_code {
    struct node_code node;
    const struct expr_code **rows; /* [row_count] */
};

struct values_state {
    struct node_state node;
    uint32_t row; /* next */
    struct column *columns;
    struct expr_state **rows;
};

static void
values_compile(struct compiler *compiler, struct node_code *node)
{
    struct values_code *code = (struct values_code *)node;
    const struct plan_values *plan = (const struct plan_values *)node->plan;

    code->rows = arena_alloc_array(compiler->arena, plan->row_count, sizeof *code->rows);
    for (uint32_t i = 0; i < plan->row_count; i++)
        code->rows[i] = expr_compile(compiler, plan->rows[i], plan->node.column_count);
}

static void
values_open(struct exec *exec, struct node_state *node)
{
    struct values_state *state = (struct values_state *)node;
    const struct plan_values *plan = (const struct plan_values *)node->plan;

    node_arena(exec, node);
    state->columns =
        arena_alloc_array(exec->arena, plan->node.column_count, sizeof *state->columns);
    for (uint32_t c = 0; c < plan->node.column_count; c++)
        vector_init(&state->columns[c], plan->node.columns[c].phys, node->code->capacity,
                    exec->arena);
    state->rows = arena_alloc_zero(exec->arena, plan->row_count * sizeof *state->rows);
}

static void
values_row(struct exec *exec, struct values_state *state, uint32_t at)
{
    const struct values_code *code = (const struct values_code *)state->node.code;
    struct batch one = {.count = 1};

    if (state->rows[state->row] == NULL)
        state->rows[state->row] =
            expr_open(exec, code->rows[state->row], 1, node_arena(exec, &state->node));
    struct expr_state *exprs = state->rows[state->row];
    expr_run(exprs, &one);
    for (uint32_t c = 0; c < state->node.plan->column_count; c++)
        vector_gather(&state->columns[c], at, &exprs->outputs[c], 1, NULL);
}

static bool
values_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct values_state *state = (struct values_state *)node;
    const struct plan_values *plan = (const struct plan_values *)node->plan;
    uint32_t count = 0;

    node_begin_batch(exec, node);
    for (uint32_t c = 0; c < plan->node.column_count; c++)
        state->columns[c].has_nulls = false;
    for (; count < node->code->capacity && state->row < plan->row_count; count++, state->row++)
        values_row(exec, state, count);
    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

static void
values_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    ((struct values_state *)node)->row = 0;
}

const struct node_kind node_values = {
    .code_bytes = sizeof(struct values_code),
    .state_bytes = sizeof(struct values_state),
    .compile = values_compile,
    .open = values_open,
    .next = values_next,
    .rewind = values_rewind,
};
