/*
 * node_insert.c: INSERT, with ON CONFLICT and RETURNING.
 */
#include "exec/modify.h"

/* Row by row: those that conflict go their own way. Returns the rows written, in state->kept. */
static uint32_t
insert_each(struct exec *exec, struct modify_state *state, struct batch *rows)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const struct plan_conflict *plan_conflict = plan->conflict;
    uint32_t kept = 0;

    table_index_exprs(state->writer, rows);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        struct row_conflict conflict = {NULL, {NULL, 0}};
        bool is_written = table_writer_try_insert(state->writer, rows, row, plan_conflict->arbiters,
                                                  plan_conflict->arbiter_count, &conflict);
        if (!is_written && plan_conflict->is_update)
            is_written = modify_on_conflict(exec, state, rows, row, &conflict);
        state->kept[kept] = (uint16_t)row;
        kept += is_written;
    }
    return kept;
}

static bool
insert_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct modify_state *state = (struct modify_state *)node;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;
    struct batch in;

    while (!state->is_done) {
        node_begin_batch(exec, node);
        table_writer_begin(state->writer);
        if (!node_next(exec, node->left, &in)) {
            modify_end(exec, state);
            break;
        }
        struct batch rows = modify_row_batch(state, &in);
        table_writer_check(state->writer, &rows);
        if (plan->conflict != NULL) {
            rows.count = insert_each(exec, state, &rows);
            rows.sel = state->kept;
        } else {
            table_writer_insert(state->writer, &rows);
        }
        modify_check_views(state, &rows);
        state->count += rows.count;
        if (plan->has_returning && rows.count != 0) {
            modify_returning(state, &rows, &in, out);
            return true;
        }
    }
    return false;
}

static void
modify_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    (void)node;
    raise(SQLSTATE_INTERNAL_ERROR, "a change of data cannot be run again");
}

const struct node_kind node_insert = {
    .code_bytes = sizeof(struct modify_code),
    .state_bytes = sizeof(struct modify_state),
    .compile = modify_compile,
    .open = modify_open,
    .next = insert_next,
    .rewind = modify_rewind,
};
