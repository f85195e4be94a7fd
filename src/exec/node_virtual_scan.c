/*
 * node_virtual_scan.c: rows of a catalog table, made as they are read.
 */
#include "exec/nodes.h"
#include "exec/virtual.h"

struct virtual_state {
    struct node_state node;
    struct virtual_scan scan;
    bool is_begun;
    bool *is_wanted;
    union datum *values;
    bool *nulls;
    struct column *columns;
};

static void
virtual_open(struct exec *exec, struct node_state *node)
{
    struct virtual_state *state = (struct virtual_state *)node;
    const struct plan_virtual_scan *plan = (const struct plan_virtual_scan *)node->plan;
    uint32_t count = plan->table->column_count;

    state->is_wanted = arena_alloc_zero(exec->arena, count + 1u);
    for (uint32_t c = 0; c < plan->node.column_count; c++) {
        if (plan->reads[c] > 0)
            state->is_wanted[plan->reads[c] - 1] = true;
    }
    state->values = arena_alloc_zero(exec->arena, (count + 1u) * sizeof *state->values);
    state->nulls = arena_alloc_zero(exec->arena, count + 1u);
    state->columns =
        arena_alloc_array(exec->arena, plan->node.column_count, sizeof *state->columns);
    for (uint32_t c = 0; c < plan->node.column_count; c++)
        vector_init(&state->columns[c], plan->node.columns[c].phys, node->code->capacity,
                    exec->arena);
}

static void
begin_scan(struct exec *exec, struct virtual_state *state)
{
    const struct plan_virtual_scan *plan = (const struct plan_virtual_scan *)state->node.plan;
    const struct virtual_table *table = plan->table->virtual_table;

    if (state->scan.arena == NULL)
        state->scan.arena = exec_new_arena(exec, "catalog scan");
    state->scan.catalog = exec->context.catalog;
    state->scan.env = exec->context.env;
    state->scan.table = plan->table;
    state->scan.is_wanted = state->is_wanted;
    state->scan.state = NULL;
    if (table->open != NULL)
        table->open(&state->scan);
    state->is_begun = true;
}

/* A batch that the table has made. */
static bool
batch_next(struct virtual_state *state, struct batch *out)
{
    const struct plan_virtual_scan *plan = (const struct plan_virtual_scan *)state->node.plan;

    if (!plan->table->virtual_table->next_batch(&state->scan, out))
        return false;
    check(out->column_count == plan->table->column_count);
    for (uint32_t c = 0; c < plan->node.column_count; c++) {
        check(plan->reads[c] > 0); /* such tables have no system columns */
        state->columns[c] = out->columns[plan->reads[c] - 1];
    }
    out->column_count = plan->node.column_count;
    out->columns = state->columns;
    return true;
}

static bool
virtual_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct virtual_state *state = (struct virtual_state *)node;
    const struct plan_virtual_scan *plan = (const struct plan_virtual_scan *)node->plan;
    const struct virtual_table *table = plan->table->virtual_table;
    uint32_t count = 0;

    if (node->is_at_end)
        return false;
    if (!state->is_begun)
        begin_scan(exec, state);
    exec_refresh(exec);
    if (table->next_batch != NULL)
        return batch_next(state, out);
    for (uint32_t c = 0; c < plan->node.column_count; c++)
        state->columns[c].has_nulls = true;
    while (count < node->code->capacity) {
        memset(state->nulls, 0, plan->table->column_count);
        if (!table->next(&state->scan, state->values, state->nulls)) {
            node->is_at_end = true;
            break;
        }
        for (uint32_t c = 0; c < plan->node.column_count; c++) {
            attr_no attr = plan->reads[c];
            bool is_oid = attr == READ_TABLE_OID;
            bool is_null = !is_oid && (attr <= 0 || state->nulls[attr - 1]);
            union datum value = {.words = {0, 0}};
            if (is_oid)
                value.i32 = (int32_t)plan->table->table;
            else if (!is_null)
                value = state->values[attr - 1];
            state->columns[c].nulls[count] = is_null;
            vector_set(&state->columns[c], count, value);
        }
        count++;
    }
    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

static void
virtual_rewind(struct exec *exec, struct node_state *node)
{
    struct virtual_state *state = (struct virtual_state *)node;

    (void)exec;
    if (state->is_begun)
        arena_reset(state->scan.arena);
    state->is_begun = false;
}

const struct node_kind node_virtual_scan = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct virtual_state),
    .open = virtual_open,
    .next = virtual_next,
    .rewind = virtual_rewind,
};
