/*
 * node_append.c: one child after the other: UNION ALL.
 */
#include "exec/nodes.h"

struct append_code {
    struct node_code node;
    const struct node_code **children;
};

struct append_state {
    struct node_state node;
    struct node_state **children; /* opened when their turn comes */
    uint32_t at;
};

static void
append_compile(struct compiler *compiler, struct node_code *node)
{
    struct append_code *code = (struct append_code *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    code->children = arena_alloc_array(compiler->arena, plan->child_count, sizeof *code->children);
    for (uint32_t i = 0; i < plan->child_count; i++) {
        code->children[i] = node_compile(compiler, plan->children[i]);
        node->has_own_arena |= code->children[i]->has_own_arena;
        if (node->capacity < code->children[i]->capacity)
            node->capacity = code->children[i]->capacity;
    }
}

static void
append_open(struct exec *exec, struct node_state *node)
{
    struct append_state *state = (struct append_state *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    state->children = arena_alloc_zero(exec->arena, plan->child_count * sizeof *state->children);
}

static bool
append_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct append_state *state = (struct append_state *)node;
    const struct append_code *code = (const struct append_code *)node->code;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    node_begin_batch(exec, node);
    for (; state->at < plan->child_count; state->at++) {
        if (state->children[state->at] == NULL)
            state->children[state->at] = node_open(exec, code->children[state->at]);
        if (node_next(exec, state->children[state->at], out))
            return true;
    }
    return false;
}

static void
append_rewind(struct exec *exec, struct node_state *node)
{
    struct append_state *state = (struct append_state *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    for (uint32_t i = 0; i < plan->child_count; i++)
        node_rewind(exec, state->children[i]);
    state->at = 0;
}

static void
append_keep(struct compiler *compiler, const struct node_code *node, uint32_t when)
{
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    for (uint32_t i = 0; i < plan->child_count; i++)
        node_keep(compiler, ((const struct append_code *)node)->children[i], when);
}

const struct node_kind node_append = {
    .code_bytes = sizeof(struct append_code),
    .state_bytes = sizeof(struct append_state),
    .compile = append_compile,
    .open = append_open,
    .next = append_next,
    .rewind = append_rewind,
    .keep = append_keep,
};
