/*
 * node_project.c: expressions over the child's rows.
 */
#include "exec/nodes.h"

struct project_code {
    struct node_code node;
    const struct expr_code *exprs;
};

struct project_state {
    struct node_state node;
    struct expr_state *exprs;
};

static void
project_compile(struct compiler *compiler, struct node_code *node)
{
    struct project_code *code = (struct project_code *)node;
    const struct plan_project *plan = (const struct plan_project *)node->plan;

    /* Rows keep the numbers that they have in the child's batches. */
    node->capacity = node->left->capacity;
    node->has_own_arena |= node->left->has_own_arena;
    code->exprs = expr_compile(compiler, plan->exprs, plan->node.column_count);
    node_keep(compiler, node->left, code->exprs->scans);
}

static void
project_open(struct exec *exec, struct node_state *node)
{
    struct project_state *state = (struct project_state *)node;
    const struct project_code *code = (const struct project_code *)node->code;

    state->exprs = expr_open(exec, code->exprs, node->code->capacity, node_arena(exec, node));
}

static bool
project_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct project_state *state = (struct project_state *)node;
    struct batch in;

    node_begin_batch(exec, node);
    if (!node_next(exec, node->left, &in))
        return false;
    expr_run(state->exprs, &in);
    *out = (struct batch){.count = in.count,
                          .sel = in.sel,
                          .column_count = node->plan->column_count,
                          .columns = state->exprs->outputs};
    return true;
}

static void
project_rewind(struct exec *exec, struct node_state *node)
{
    node_rewind(exec, node->left);
}

const struct node_kind node_project = {
    .code_bytes = sizeof(struct project_code),
    .state_bytes = sizeof(struct project_state),
    .compile = project_compile,
    .open = project_open,
    .next = project_next,
    .rewind = project_rewind,
    .keep = node_keep_left,
};
