/*
 * node_material.c: the child's rows, kept so that they can be read again without running it.
 */
#include "exec/row_list.h"

struct material_state {
    struct node_state node;
    struct row_list list;
    bool is_complete;
    uint64_t completed; /* exec->clock then */
    struct row_reader reader;
    struct column *columns;
};

static void
material_open(struct exec *exec, struct node_state *node)
{
    struct material_state *state = (struct material_state *)node;

    row_list_init(exec, &state->list, node->plan);
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

static bool
material_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct material_state *state = (struct material_state *)node;
    struct batch in;

    if (!state->is_complete) {
        while (node_next(exec, node->left, &in))
            row_list_add(&state->list, &in);
        state->is_complete = true;
        state->completed = exec->clock;
    }
    uint32_t count = row_list_read(&state->list, &state->reader, node->code->capacity, NULL,
                                   node->plan->column_count, state->columns);
    *out = (struct batch){
        .count = count, .column_count = node->plan->column_count, .columns = state->columns};
    return count != 0;
}

static void
material_rewind(struct exec *exec, struct node_state *node)
{
    struct material_state *state = (struct material_state *)node;

    row_reader_restart(&state->reader);
    if (!state->is_complete || !exec_is_stale(exec, node->plan, state->completed))
        return;
    state->is_complete = false;
    row_list_clear(&state->list);
    node_rewind(exec, node->left);
}

const struct node_kind node_material = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct material_state),
    .open = material_open,
    .next = material_next,
    .rewind = material_rewind,
};
