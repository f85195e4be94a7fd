/*
 * node_update.c: UPDATE and DELETE.
 *
 * The rows of a child's batch are locked, in its order, and read as they are now. Under READ
 * COMMITTED a row that another transaction has changed meanwhile is read anew: the conditions are
 * asked of the new version, and SET is computed from it. Then the new rows are made, column by
 * column for the whole batch, and written one by one.
 *
 * A child that may name a row twice (a join) is taken a row at a time, so that the second time is
 * seen: the first change stands.
 */
#include "exec/index_key.h"
#include "exec/modify.h"
#include "exec/partition_route.h"
#include "exec/tree_row.h"

bool
modify_row_key(struct modify_state *state, const struct batch *in, uint32_t row, struct buf *key)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const struct table_code *table = state->writer->code;

    buf_clear(key);
    if (plan->row.is_tree) {
        if (column_is_null(&in->columns[plan->row.keys[0]], row))
            return false;
        tree_row_key_put(&plan->row, in, row, key);
        return true;
    }
    for (uint32_t i = 0; i < plan->row.key_count; i++) {
        const struct column *column = &in->columns[plan->row.keys[i]];
        if (column_is_null(column, row))
            return false;
        union datum value = vector_get(column, row);
        if (table->key_count == 0)
            row_id_key_put(key, row_id_of_column(value.i64));
        else
            primary_key_put(key, table->types[table->key_columns[i]], value);
    }
    return true;
}

/* The table that is written to now. */
static const struct change_code *
current_change(const struct modify_state *state)
{
    return &((const struct modify_code *)state->node.code)->changes[state->change_idx];
}

bool
modify_recheck(struct modify_state *state, struct batch *in, uint32_t row, struct slice key,
               struct slice value)
{
    const struct change_code *change = current_change(state);
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    uint16_t sel = (uint16_t)row;

    if (!state->has_copy) {
        struct column *columns =
            arena_alloc_array(state->writer->arena, in->column_count, sizeof *columns);
        for (uint32_t i = 0; i < in->column_count; i++) {
            vector_init(&columns[i], in->columns[i].phys, state->node.code->capacity,
                        state->writer->arena);
            vector_begin_nulls(&columns[i], in->count, in->sel);
            vector_move(&columns[i], &in->columns[i], in->count, in->sel);
        }
        in->columns = columns;
        state->has_copy = true;
    }
    union datum values[1];
    bool nulls[1];
    for (uint32_t i = 0; i < plan->reread.count; i++) {
        struct layout one = {change->reread.format, 1, change->reread.column_idx + i};
        enum status st = row_decode(&one, key, value, values, nulls);
        if (st != ST_OK)
            raise_write_status(st, change->table->table->name);
        struct column *column = &in->columns[plan->reread.columns[i]];
        column->has_nulls = true;
        column->nulls[row] = nulls[0];
        vector_set(column, row, values[0]);
    }
    if (state->recheck == NULL)
        return true;
    struct batch again = *in;
    again.count = 1;
    again.sel = &sel;
    expr_filter(state->recheck, &again);
    return again.count != 0;
}

static enum lock_mode
lock_of_change(const struct modify_state *state)
{
    if (state->node.plan->kind == PLAN_DELETE)
        return LOCK_UPDATE;
    if (state->router != NULL)
        return LOCK_UPDATE; /* the row may leave its table */
    /* Foreign keys that point here hold the columns of unique keys only. */
    return current_change(state)->touches_key ? LOCK_UPDATE : LOCK_NO_KEY_UPDATE;
}

/* Locks one row and reads it into old_columns; false if it is not to be changed. */
static bool
take_row(struct exec *exec, struct modify_state *state, struct batch *in, uint32_t row)
{
    struct table_writer *writer = state->writer;
    const struct table *table = writer->code->table;
    enum lock_mode mode = lock_of_change(state);
    struct row_now now;

    if (!modify_row_key(state, in, row, &writer->key))
        return false;
    struct slice key = arena_slice(writer->arena, buf_slice(&writer->key));
    enum status st =
        txn_lock_row(exec->txn, table->tree, key, mode, LOCK_WAIT, &writer->spill, &now);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    if (!now.exists || now.is_own)
        return false;
    struct slice value = arena_slice(writer->arena, now.value);
    if (now.is_changed && !modify_recheck(state, in, row, key, value))
        return false;
    st = row_decode_columns(&writer->code->all, key, value, state->old_columns, row);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    state->keys[row] = key;
    return true;
}

/* Locks the rows of a selection; those to be changed are left in it. */
static void
take_rows(struct exec *exec, struct modify_state *state, struct batch *in)
{
    uint32_t kept = 0;

    state->has_copy = false;
    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t row = sel_row(in->sel, i);
        state->kept[kept] = (uint16_t)row;
        kept += take_row(exec, state, in, row);
        if ((i & 63) == 63)
            exec_check(exec);
    }
    in->sel = state->kept;
    in->count = kept;
}

/* Takes a row out of its partition and puts it, as changed, into the one that it belongs to. */
static void
move_row(struct modify_state *state, struct leaf *leaf, const struct batch *old_rows,
         struct batch *rows, const struct batch *as_root, uint32_t row)
{
    const struct change_code *change = current_change(state);
    uint16_t sel = (uint16_t)row;
    struct batch one = *as_root;

    one.sel = &sel;
    one.count = 1;
    struct batch old_one = *old_rows;
    old_one.sel = &sel;
    old_one.count = 1;
    table_index_exprs(state->writer, &old_one);
    table_writer_move(state->writer, state->keys[row], &old_one, rows, row);
    one = router_rows(leaf, &one);
    table_writer_check(leaf->writer, &one);
    table_writer_insert(leaf->writer, &one);
    /* RETURNING shows what the new partition made of generated columns. */
    for (uint32_t i = 0; i < leaf->writer->code->generated_count; i++) {
        uint16_t root = leaf->to_root[leaf->writer->code->generated_columns[i]];
        attr_no attr = change->map == NULL ? (attr_no)(root + 1) : change->map[root];
        rows->columns[attr - 1] = one.columns[leaf->writer->code->generated_columns[i]];
    }
}

/* Moves the rows that do not belong to their partition any more; the others are left in `staying`,
 * which is as long as the result says. */
static uint32_t
move_rows(struct modify_state *state, const struct batch *old_rows, struct batch *rows,
          uint16_t *staying)
{
    const struct change_code *change = current_change(state);
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    struct router *router = state->router;
    uint32_t count = plan->table->column_count, kept = 0;
    struct batch as_root = *rows;

    as_root.column_count = count;
    as_root.columns = arena_alloc_array(state->writer->arena, count + 1, sizeof(struct column));
    for (uint32_t i = 0; i < count; i++) {
        attr_no attr = change->map == NULL ? (attr_no)(i + 1) : change->map[i];
        as_root.columns[i] = attr == 0 ? modify_null_column(PHYS_I32) : rows->columns[attr - 1];
    }
    router_find(router, &as_root);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        struct leaf *leaf = router_leaf(router, router->found[row]);
        if (leaf->table->table == change->table->table->table)
            staying[kept++] = (uint16_t)row;
        else
            move_row(state, leaf, old_rows, rows, &as_root, row);
    }
    return kept;
}

/* Changes the rows of the batch; *rows: as RETURNING shows them. */
static void
update_batch(struct exec *exec, struct modify_state *state, struct batch *in, struct batch *rows)
{
    const struct change_code *change = current_change(state);
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    uint32_t count = change->table->table->column_count;

    take_rows(exec, state, in);
    *rows = (struct batch){
        .count = in->count, .sel = in->sel, .column_count = count, .columns = state->row_columns};
    if (in->count == 0)
        return;
    if (state->assigns != NULL)
        expr_run(state->assigns, in);
    memcpy(state->row_columns, state->old_columns, (count + 1) * sizeof(struct column));
    for (uint32_t i = 0; i < plan->assign_count; i++) {
        attr_no attr = plan->assigns[i].attr;
        attr = change->map == NULL ? attr : change->map[attr - 1];
        state->row_columns[attr - 1] = state->assigns->outputs[i];
    }
    struct batch old_rows = *rows;
    old_rows.columns = state->old_columns;
    struct batch stay = *rows;
    uint16_t staying[COLUMN_ROWS_MAX];
    if (state->router != NULL) {
        stay.sel = staying;
        stay.count = move_rows(state, &old_rows, rows, staying);
    }
    table_writer_check(state->writer, &stay);
    for (uint32_t i = 0; i < stay.count; i++) {
        uint32_t row = sel_row(stay.sel, i);
        table_writer_update(state->writer, state->keys[row], &old_rows, &stay, row,
                            change->touched);
    }
    modify_check_views(state, rows);
}

static void
delete_batch(struct exec *exec, struct modify_state *state, struct batch *in, struct batch *rows)
{
    take_rows(exec, state, in);
    *rows = (struct batch){.count = in->count,
                           .sel = in->sel,
                           .column_count = state->writer->code->table->column_count,
                           .columns = state->old_columns};
    if (in->count == 0)
        return;
    table_index_exprs(state->writer, rows);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        table_writer_delete(state->writer, state->keys[row], rows, row);
    }
}

struct change_state {
    struct modify_state modify;
    struct batch in;               /* the child's, */
    uint32_t in_at;                /* rows of it done */
    uint16_t sel[COLUMN_ROWS_MAX]; /* of the rows at hand, where they are not all of the batch */
    bool has_in;
};

/* Makes the table of the batch's row `first` the one written to. Returns where the rows of that
 * table end, at most `end`. */
static uint32_t
select_table(struct exec *exec, struct change_state *state, uint32_t first, uint32_t end)
{
    struct modify_state *modify = &state->modify;
    const struct plan_row_ref *ref = &((const struct plan_modify *)modify->node.plan)->row;
    uint32_t hint = modify->change_idx;
    uint32_t member = tree_row_member(ref, &state->in, sel_row(state->in.sel, first), hint);
    uint32_t at = first + 1;

    while (at < end && tree_row_member(ref, &state->in, sel_row(state->in.sel, at), hint) == member)
        at++;
    modify_select(exec, modify, member == UINT32_MAX ? 0 : member);
    return at;
}

/* The next rows to change: the child's batch, or those of it that are of one table, or one row. */
static bool
next_chunk(struct exec *exec, struct change_state *state, struct batch *chunk)
{
    struct node_state *node = &state->modify.node;
    const struct modify_code *code = (const struct modify_code *)node->code;

    if (!state->has_in || state->in_at == state->in.count) {
        node_begin_batch(exec, node);
        modify_begin(&state->modify);
        state->in_at = 0;
        state->has_in = node_next(exec, node->left, &state->in);
        if (!state->has_in)
            return false;
    }
    *chunk = state->in;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;
    /* What RETURNING shows of a moved row lives until the next. */
    bool is_single = code->may_repeat || (code->route != NULL && plan->has_returning);
    uint32_t first = state->in_at, end = is_single ? first + 1 : state->in.count;
    if (state->modify.targets != NULL)
        end = select_table(exec, state, first, end);
    state->in_at = end;
    if (end - first == state->in.count)
        return true;
    for (uint32_t i = first; i < end; i++)
        state->sel[i - first] = (uint16_t)sel_row(state->in.sel, i);
    chunk->sel = state->sel;
    chunk->count = end - first;
    return true;
}

static bool
change_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct change_state *change = (struct change_state *)node;
    struct modify_state *state = &change->modify;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;
    struct batch in, rows;

    while (!state->is_done) {
        if (!next_chunk(exec, change, &in)) {
            modify_end(exec, state);
            break;
        }
        if (plan->node.kind == PLAN_UPDATE)
            update_batch(exec, state, &in, &rows);
        else
            delete_batch(exec, state, &in, &rows);
        state->count += rows.count;
        if (plan->has_returning && rows.count != 0) {
            modify_returning(state, &rows, &in, out);
            return true;
        }
    }
    return false;
}

static void
change_open(struct exec *exec, struct node_state *node)
{
    struct modify_state *state = (struct modify_state *)node;

    modify_open(exec, node);
    if (state->targets == NULL)
        modify_old_columns(exec, state);
    state->keys = arena_alloc_array(exec->arena, node->code->capacity, sizeof *state->keys);
}

static void
change_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    (void)node;
    raise(SQLSTATE_INTERNAL_ERROR, "a change of data cannot be run again");
}

const struct node_kind node_update = {
    .code_bytes = sizeof(struct modify_code),
    .state_bytes = sizeof(struct change_state),
    .compile = modify_compile,
    .open = change_open,
    .next = change_next,
    .rewind = change_rewind,
};
