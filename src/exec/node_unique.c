/*
 * node_unique.c: of each run of rows with equal keys, the first.
 */
#include "exec/keys.h"
#include "exec/nodes.h"

struct unique_state {
    struct node_state node;
    struct arena *arenas[2]; /* the last row's values: taken in turns */
    uint32_t arena_idx;
    union datum *last;
    bool *last_null;
    bool has_last;
    uint16_t rows[COLUMN_ROWS_MAX];
};

static void
unique_compile(struct compiler *compiler, struct node_code *node)
{
    (void)compiler;
    node->capacity = node->left->capacity;
}

static void
unique_open(struct exec *exec, struct node_state *node)
{
    struct unique_state *state = (struct unique_state *)node;
    const struct plan_unique *plan = (const struct plan_unique *)node->plan;

    state->arenas[0] = exec_new_arena(exec, "unique");
    state->arenas[1] = exec_new_arena(exec, "unique");
    state->last = arena_alloc_array(exec->arena, plan->key_count, sizeof *state->last);
    state->last_null = arena_alloc_array(exec->arena, plan->key_count, sizeof(bool));
}

static bool
equals_last(const struct unique_state *state, const struct batch *in, uint32_t row)
{
    const struct plan_unique *plan = (const struct plan_unique *)state->node.plan;

    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct column *column = &in->columns[plan->keys[k].column];
        bool is_null = column_is_null(column, row);
        if (is_null != state->last_null[k])
            return false;
        if (!is_null && plan->keys[k].type->compare(vector_get(column, row), state->last[k]) != 0)
            return false;
    }
    return true;
}

static void
keep_last(struct unique_state *state, const struct batch *in, uint32_t row, bool is_deep)
{
    const struct plan_unique *plan = (const struct plan_unique *)state->node.plan;

    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct column *column = &in->columns[plan->keys[k].column];
        state->last_null[k] = column_is_null(column, row);
        state->last[k] = vector_get(column, row);
        if (is_deep && !state->last_null[k])
            state->last[k] =
                datum_copy(column->phys, state->last[k], state->arenas[state->arena_idx]);
    }
    state->has_last = true;
}

static bool
unique_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct unique_state *state = (struct unique_state *)node;
    uint32_t kept = 0;

    while (kept == 0) {
        if (!node_next(exec, node->left, out))
            return false;
        for (uint32_t i = 0; i < out->count; i++) {
            uint32_t row = sel_row(out->sel, i);
            if (state->has_last && equals_last(state, out, row))
                continue;
            keep_last(state, out, row, false);
            state->rows[kept++] = (uint16_t)row;
        }
        /* The last row is compared with those of the next batch: it must outlive this one. */
        if (kept != 0) {
            state->arena_idx = 1 - state->arena_idx;
            arena_reset(state->arenas[state->arena_idx]);
            keep_last(state, out, state->rows[kept - 1], true);
        }
    }
    out->sel = state->rows;
    out->count = kept;
    return true;
}

static void
unique_rewind(struct exec *exec, struct node_state *node)
{
    ((struct unique_state *)node)->has_last = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_unique = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct unique_state),
    .compile = unique_compile,
    .open = unique_open,
    .next = unique_next,
    .rewind = unique_rewind,
    .keep = node_keep_left,
};
