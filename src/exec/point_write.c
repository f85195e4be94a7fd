/*
 * point_write.c: the short path of INSERT, UPDATE and DELETE of one row.
 *
 * The writer is the one that all statements use, with batches of one row. A row that is changed is
 * read in the snapshot first, as a scan would, and then locked; if somebody else has been at it the
 * ordinary executor takes over, with the lock held already.
 */
#include "exec/point_int.h"

static void
lock_table(struct point *point)
{
    const struct table *table = point->code->modify->table->table;
    enum status st = txn_lock_table(point->exec.txn, table->tree, TABLE_ROW_EXCLUSIVE, LOCK_WAIT);

    if (st != ST_OK)
        raise_write_status(st, table->name);
}

void
point_insert(struct point *point)
{
    struct modify_state *state = &point->modify;
    struct batch one = {.count = 1};

    state->writer->inserted = 0; /* each run is a statement: never bulk */
    state->writer->bulk_refused_at = 0;
    table_writer_begin(state->writer);
    lock_table(point);
    if (point->row != NULL) {
        expr_run(point->row, &one);
        one.columns = point->row->outputs;
    }
    if (point->targets != NULL) {
        expr_run(point->targets, &one);
        one.columns = point->targets->outputs;
    }
    struct batch rows = modify_row_batch(state, &one);
    table_writer_check(state->writer, &rows);
    txn_end_reading(point->exec.txn);
    table_writer_insert(state->writer, &rows);
    state->count = 1;
}

static void
change_row(struct point *point, struct slice key, struct batch *in)
{
    struct modify_state *state = &point->modify;
    const struct modify_code *code = point->code->modify;
    const struct plan_modify *plan = (const struct plan_modify *)code->node.plan;
    uint32_t count = plan->table->column_count;
    struct batch old_rows = {.count = 1, .column_count = count, .columns = state->old_columns};

    if (plan->node.kind == PLAN_DELETE) {
        table_index_exprs(state->writer, &old_rows);
        txn_end_reading(point->exec.txn);
        table_writer_delete(state->writer, key, &old_rows, 0);
        return;
    }
    if (state->assigns != NULL)
        expr_run(state->assigns, in);
    memcpy(state->row_columns, state->old_columns, (count + 1) * sizeof(struct column));
    for (uint32_t i = 0; i < plan->assign_count; i++)
        state->row_columns[plan->assigns[i].attr - 1] = state->assigns->outputs[i];
    struct batch rows = {.count = 1, .column_count = count, .columns = state->row_columns};
    table_writer_check(state->writer, &rows);
    txn_end_reading(point->exec.txn);
    table_writer_update(state->writer, key, &old_rows, &rows, 0, code->changes[0].touched);
}

/* The columns that the scan would have put out, from the whole row. */
static struct batch
scan_batch(struct point *point)
{
    const struct scan_reads *reads = &point->code->reads;

    for (uint32_t i = 0; i < reads->column_count; i++)
        point->output.columns[i] = point->modify.old_columns[reads->layout.column_idx[i]];
    return (struct batch){
        .count = 1, .column_count = reads->column_count, .columns = point->output.columns};
}

static enum lock_mode
lock_of_change(const struct modify_code *code)
{
    return code->node.plan->kind == PLAN_DELETE || code->changes[0].touches_key
               ? LOCK_UPDATE
               : LOCK_NO_KEY_UPDATE;
}

enum point_outcome
point_change(struct point *point)
{
    struct modify_state *state = &point->modify;
    struct table_writer *writer = state->writer;
    const struct table *table = writer->code->table;
    struct txn *txn = point->exec.txn;
    struct slice value;
    bool is_same;

    state->count = 0;
    table_writer_begin(writer);
    lock_table(point);
    if (!point_make_key(point))
        return POINT_DONE;
    struct slice key = buf_slice(&point->key);
    enum status st = txn_get(txn, table->tree, key, &point->spill, &value);
    if (st == ST_NOT_FOUND)
        return POINT_DONE;
    if (st == ST_OK)
        st = row_decode_columns(&writer->code->all, key, arena_slice(writer->arena, value),
                                state->old_columns, 0);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    struct batch in = scan_batch(point);
    if (point->filter != NULL)
        expr_filter(point->filter, &in);
    if (in.count == 0)
        return POINT_DONE;
    st = txn_lock_shown_row(txn, table->tree, key, lock_of_change(point->code->modify), &is_same);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    if (!is_same)
        return POINT_LONG_WAY;
    change_row(point, key, &in);
    state->count = 1;
    return POINT_DONE;
}
