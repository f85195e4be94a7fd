/*
 * prune_run.c: see prune_run.h.
 */
#include "exec/prune_run.h"

#include "plan/prune.h"

struct level_code {
    const struct prune_level *plan;
    const struct expr_code *values; /* null: it has none */
    const struct level_code **children;
};

struct prune_code {
    const struct plan_prune *plan;
    const struct level_code *root;
};

struct level_state {
    const struct level_code *code;
    struct expr_state *values;
    bool is_computed;
    struct level_state *next;
};

struct prune_state {
    struct exec *exec;
    const struct prune_code *code;
    struct arena *arena; /* of one answer */
    struct level_state *levels;
    uint64_t *leaves;
};

static const struct level_code *
compile_level(struct compiler *compiler, const struct prune_level *plan)
{
    struct level_code *code = arena_alloc_zero(compiler->arena, sizeof *code);
    uint32_t count = plan->route->map->count;

    code->plan = plan;
    if (plan->value_count != 0)
        code->values = expr_compile(compiler, plan->values, plan->value_count);
    code->children = arena_alloc_zero(compiler->arena, (count + 1) * sizeof(void *));
    for (uint32_t i = 0; i < count; i++) {
        if (plan->children[i] != NULL)
            code->children[i] = compile_level(compiler, plan->children[i]);
    }
    return code;
}

const struct prune_code *
prune_compile(struct compiler *compiler, const struct plan_prune *plan)
{
    struct prune_code *code = arena_alloc_zero(compiler->arena, sizeof *code);

    code->plan = plan;
    code->root = compile_level(compiler, plan->root);
    return code;
}

static void
open_level(struct prune_state *state, const struct level_code *code)
{
    struct level_state *level = arena_alloc_zero(state->exec->arena, sizeof *level);

    level->code = code;
    level->values = expr_open(state->exec, code->values, 1, state->arena);
    level->next = state->levels;
    state->levels = level;
    for (uint32_t i = 0; i < code->plan->route->map->count; i++) {
        if (code->children[i] != NULL)
            open_level(state, code->children[i]);
    }
}

struct prune_state *
prune_open(struct exec *exec, const struct prune_code *code)
{
    struct prune_state *state = arena_alloc_zero(exec->arena, sizeof *state);

    state->exec = exec;
    state->code = code;
    state->arena = code->plan->is_once ? exec->arena : exec_new_arena(exec, "pruning");
    state->leaves = arena_alloc_array(
        exec->arena, PARTITION_WORDS(code->root->plan->route->leaf_count) + 1u, sizeof(uint64_t));
    open_level(state, code->root);
    return state;
}

static bool
param_value(void *object, const struct prune_level *plan, uint32_t value_idx, union datum *value,
            bool *is_null)
{
    struct prune_state *state = object;
    struct level_state *level = state->levels;
    struct batch none = {.count = 1};

    while (level->code->plan != plan)
        level = level->next;
    if (!level->is_computed)
        expr_run(level->values, &none);
    level->is_computed = true;
    *value = expr_value(level->values, value_idx, 0, is_null);
    return true;
}

void
prune_run(struct exec *exec, struct prune_state *state, bool *is_live, uint32_t child_count)
{
    const struct plan_prune *plan = state->code->plan;
    uint32_t leaf_count = plan->root->route->leaf_count;

    if (state->arena != exec->arena)
        arena_reset(state->arena);
    for (struct level_state *level = state->levels; level != NULL; level = level->next)
        level->is_computed = false;
    memset(state->leaves, 0, (PARTITION_WORDS(leaf_count) + 1u) * sizeof(uint64_t));
    memset(is_live, 0, child_count);
    prune_match(plan->root, exec->context.env, state->arena, param_value, state, state->leaves);
    for (uint32_t i = 0; i < leaf_count; i++) {
        if (plan->child_of[i] != UINT32_MAX && partition_bit(state->leaves, i))
            is_live[plan->child_of[i]] = true;
    }
}
