/*
 * node_result.c: one row of no columns, or the child's rows, if a condition without columns holds.
 */
#include "exec/nodes.h"

struct result_code {
    struct node_code node;
    const struct expr_code *condition;
};

struct result_state {
    struct node_state node;
    struct expr_state *condition;
    bool is_checked, holds;
};

static void
result_compile(struct compiler *compiler, struct node_code *node)
{
    struct result_code *code = (struct result_code *)node;
    const struct plan_result *plan = (const struct plan_result *)node->plan;

    code->condition = expr_compile_filter(compiler, plan->condition);
}

static void
result_open(struct exec *exec, struct node_state *node)
{
    struct result_state *state = (struct result_state *)node;
    const struct result_code *code = (const struct result_code *)node->code;

    if (code->condition != NULL)
        state->condition = expr_open(exec, code->condition, 1, node_arena(exec, node));
}

static bool
result_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct result_state *state = (struct result_state *)node;

    if (!state->is_checked) {
        struct batch one = {.count = 1};
        state->is_checked = true;
        if (state->condition != NULL)
            expr_filter(state->condition, &one);
        state->holds = one.count != 0;
    }
    if (!state->holds || node->is_at_end)
        return false;
    if (node->left != NULL)
        return node_next(exec, node->left, out);
    node->is_at_end = true;
    *out = (struct batch){.count = 1};
    return true;
}

static void
result_rewind(struct exec *exec, struct node_state *node)
{
    struct result_state *state = (struct result_state *)node;

    node_begin_batch(exec, node);
    state->is_checked = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_result = {
    .code_bytes = sizeof(struct result_code),
    .state_bytes = sizeof(struct result_state),
    .compile = result_compile,
    .open = result_open,
    .next = result_next,
    .rewind = result_rewind,
    .keep = node_keep_left,
};
