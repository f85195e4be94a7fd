/*
 * insert_conflict.c: ON CONFLICT DO UPDATE.
 */
#include "exec/modify.h"

static struct batch
one_row(const struct modify_state *state, struct column *columns, uint32_t count, uint32_t row,
        uint16_t *sel)
{
    (void)state;
    *sel = (uint16_t)row;
    return (struct batch){.count = 1, .sel = sel, .column_count = count, .columns = columns};
}

/* A column of which the batch may hold one row changed: with a buffer of its own. */
static void
own_column(struct modify_state *state, struct column *column, uint32_t row, union datum value,
           bool is_null)
{
    struct column own;

    vector_init(&own, column->phys, state->node.code->capacity, state->writer->arena);
    own.has_nulls = true;
    memset(own.nulls, 1, state->node.code->capacity);
    memset(own.data, 0, (size_t)phys_bytes(own.phys) * state->node.code->capacity);
    for (uint32_t i = 0; i < state->node.code->capacity; i++) {
        own.nulls[i] = column_is_null(column, i);
        if (!column->is_const || column->data != NULL)
            vector_set(&own, i, vector_get(column, i));
    }
    own.nulls[row] = is_null;
    vector_set(&own, row, value);
    *column = own;
}

bool
modify_on_conflict(struct exec *exec, struct modify_state *state, struct batch *rows, uint32_t row,
                   const struct row_conflict *conflict)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const struct modify_code *code = (const struct modify_code *)state->node.code;
    const struct table_code *table = code->table;
    uint32_t count = table->table->column_count;
    struct row_now now;
    uint16_t sel;

    enum status st = txn_lock_row(exec->txn, table->table->tree, conflict->key, LOCK_NO_KEY_UPDATE,
                                  LOCK_WAIT, &state->writer->spill, &now);
    if (st != ST_OK)
        raise_write_status(st, table->table->name);
    if (!now.exists)
        return false; /* deleted by this very transaction's own action in the meantime */
    if (now.is_own)
        raise_error(.code = SQLSTATE_CARDINALITY_VIOLATION,
                    .message = "ON CONFLICT DO UPDATE command cannot affect row a second time",
                    .hint = "Ensure that no rows proposed for insertion within the same command "
                            "have duplicate constrained values.");
    modify_old_columns(exec, state);
    modify_decode_old(state, conflict->key, now.value, row);
    memcpy(state->both_columns, state->old_columns, count * sizeof(struct column));
    memcpy(state->both_columns + count, rows->columns, count * sizeof(struct column));
    struct batch both = one_row(state, state->both_columns, 2 * count, row, &sel);
    if (state->conflict_where != NULL) {
        expr_filter(state->conflict_where, &both);
        if (both.count == 0)
            return false;
    }
    both = one_row(state, state->both_columns, 2 * count, row, &sel);
    expr_run(state->conflict_assigns, &both);

    struct column *new_columns =
        arena_alloc_array(state->writer->arena, count + 1, sizeof *new_columns);
    memcpy(new_columns, state->old_columns, (count + 1) * sizeof *new_columns);
    for (uint32_t i = 0; i < plan->conflict->assign_count; i++)
        new_columns[plan->conflict->assigns[i].attr - 1] = state->conflict_assigns->outputs[i];
    struct batch new_rows = one_row(state, new_columns, count, row, &sel);
    struct batch old_rows = one_row(state, state->old_columns, count, row, &sel);
    table_writer_check(state->writer, &new_rows);
    table_writer_update(state->writer, conflict->key, &old_rows, &new_rows, row,
                        code->conflict_touched);
    for (uint32_t i = 0; plan->has_returning && i < count; i++)
        own_column(state, &rows->columns[i], row, vector_get(&new_columns[i], row),
                   column_is_null(&new_columns[i], row));
    /* Expressions over indexes were run for the updated row: those to come need theirs. */
    table_index_exprs(state->writer, rows);
    return true;
}
