/*
 * row_merge.c: see row_merge.h.
 *
 * A row's index entries are made from its old and its new version; those that differ are removed in
 * the first pass and put in the second. What the table's writer does beyond that (defaults, actions
 * of foreign keys) is left out: both branches have done it already.
 */
#include "exec/row_merge.h"

#include "exec/foreign_key_int.h"
#include "exec/item_index.h"
#include "exec/side_writer.h"

struct row_merge {
    struct exec *exec;
    struct side_writer *side;
    struct table_writer *writer;
    const struct table_code *code;
};

struct row_merge *
row_merge_open(struct exec *exec, const struct table *table)
{
    struct row_merge *merge = arena_alloc_zero(exec->arena, sizeof *merge);

    merge->exec = exec;
    merge->side = side_writer_of(exec, table);
    merge->writer = merge->side->writer;
    merge->code = merge->writer->code;
    fk_queue_of(exec)->is_refusing = true;
    return merge;
}

static void
check_status(const struct row_merge *merge, enum status st)
{
    if (st != ST_OK)
        raise_write_status(st, merge->code->table->name);
}

/* ---- rows ---- */

/* A stored row as a batch of one; false if there is none. */
static bool
decode(struct row_merge *merge, struct slice key, struct slice value, struct column *columns,
       struct batch *rows)
{
    *rows = (struct batch){
        .count = 1, .column_count = merge->code->table->column_count, .columns = columns};
    if (value.data == NULL)
        return false;
    check_status(merge, row_decode_columns(&merge->code->all, key, value, columns, 0));
    return true;
}

static void
lock_row(struct row_merge *merge, const struct row_change *change)
{
    struct row_now now = {.exists = false};

    check_status(merge, txn_lock_row(merge->exec->txn, merge->code->table->tree, change->key,
                                     LOCK_UPDATE, LOCK_WAIT, &merge->writer->spill, &now));
    if (now.is_changed || now.exists != (change->old_value.data != NULL))
        raise(SQLSTATE_SERIALIZATION_FAILURE,
              "could not merge into table \"%s\" due to concurrent update",
              merge->code->table->name);
}

/* ---- entries of indexes ---- */

/* What a change does to one index. */
struct entry_change {
    const struct index_def *index;
    bool removes, puts;
    bool removes_unique, puts_unique;
};

static void
make_entry(struct row_merge *merge, uint32_t i, const struct batch *rows, struct slice primary,
           struct buf *key, struct buf *value, bool *has)
{
    struct table_writer *writer = merge->writer;

    if (writer->index_exprs[i] != NULL)
        expr_run(writer->index_exprs[i], rows);
    *has = index_entry_make(writer, i, rows, 0, primary, key, value);
}

/* Compares the entries of the two versions (null: no row); they are left in the writer. */
static struct entry_change
compare_entries(struct row_merge *merge, uint32_t i, struct slice primary,
                const struct batch *old_rows, const struct batch *new_rows)
{
    struct table_writer *writer = merge->writer;
    struct entry_change change = {.index = merge->code->indexes[i].def};

    if (old_rows != NULL)
        make_entry(merge, i, old_rows, primary, &writer->old_entry_key, &writer->old_entry_value,
                   &change.removes);
    if (new_rows != NULL)
        make_entry(merge, i, new_rows, primary, &writer->entry_key, &writer->entry_value,
                   &change.puts);
    if (change.removes && change.puts &&
        slice_equal(buf_slice(&writer->old_entry_key), buf_slice(&writer->entry_key)))
        change.removes = change.puts = false; /* the primary key is the same: so is the entry */
    change.removes_unique = change.removes && be16_get(writer->old_entry_value.data) == 0;
    change.puts_unique = change.puts && be16_get(writer->entry_value.data) == 0;
    return change;
}

static void
lock_key(struct row_merge *merge, tree_no tree, struct slice key)
{
    check_status(merge, txn_lock_row(merge->exec->txn, tree, key, LOCK_UPDATE, LOCK_WAIT,
                                     &merge->writer->spill, NULL));
}

static void
remove_key(struct row_merge *merge, tree_no tree, struct slice key)
{
    enum status st = txn_delete(merge->exec->txn, tree, key);

    check_status(merge, st == ST_NOT_FOUND ? ST_OK : st);
}

/* Puts the writer's new entry; raises 23505. */
static void
put_entry(struct row_merge *merge, const struct index_def *index, bool is_unique,
          const struct batch *rows)
{
    struct table_writer *writer = merge->writer;
    struct slice key = buf_slice(&writer->entry_key), found;

    if (is_unique) {
        lock_key(merge, index->tree, key);
        enum status st = txn_get_newest(merge->exec->txn, index->tree, key, &writer->spill, &found);
        if (st == ST_OK)
            raise_duplicate(writer, index, rows, 0);
        check_status(merge, st == ST_NOT_FOUND ? ST_OK : st);
    }
    check_status(merge,
                 txn_put(merge->exec->txn, index->tree, key, buf_slice(&writer->entry_value)));
}

/* ---- the two passes ---- */

void
row_merge_clear(struct row_merge *merge, const struct row_change *change)
{
    struct table_writer *writer = merge->writer;
    struct batch old_rows, new_rows;

    table_writer_begin(writer);
    exec_check(merge->exec);
    lock_row(merge, change);
    bool had = decode(merge, change->key, change->old_value, merge->side->old_columns, &old_rows);
    bool has = decode(merge, change->key, change->new_value, merge->side->new_columns, &new_rows);
    if (!had)
        return;
    if (has && merge->code->generated_count != 0)
        table_writer_check(writer, &new_rows);
    for (uint32_t i = 0; i < merge->code->index_count; i++) {
        struct entry_change entry =
            compare_entries(merge, i, change->key, &old_rows, has ? &new_rows : NULL);
        struct slice key = buf_slice(&writer->old_entry_key);
        if (entry.removes_unique)
            lock_key(merge, entry.index->tree, key);
        if (entry.removes)
            remove_key(merge, entry.index->tree, key);
    }
    if (has)
        item_indexes_update(writer, &old_rows, &new_rows, 0, change->key, change->key, NULL);
    else
        item_indexes_delete(writer, &old_rows, 0, change->key);
    if (!has)
        remove_key(merge, merge->code->table->tree, change->key);
}

void
row_merge_put(struct row_merge *merge, const struct row_change *change)
{
    struct table_writer *writer = merge->writer;
    const struct table_code *code = merge->code;
    struct batch old_rows, new_rows;

    table_writer_begin(writer);
    exec_check(merge->exec);
    bool had = decode(merge, change->key, change->old_value, merge->side->old_columns, &old_rows);
    bool has = decode(merge, change->key, change->new_value, merge->side->new_columns, &new_rows);
    if (has) {
        table_writer_check(writer, &new_rows);
        buf_clear(&writer->value);
        check_status(merge, row_encode_columns(code->format, new_rows.columns, 0, &writer->value));
        check_status(merge, txn_put(merge->exec->txn, code->table->tree, change->key,
                                    buf_slice(&writer->value)));
    }
    for (uint32_t i = 0; has && i < code->index_count; i++) {
        struct entry_change entry =
            compare_entries(merge, i, change->key, had ? &old_rows : NULL, &new_rows);
        if (entry.puts)
            put_entry(merge, entry.index, entry.puts_unique, &new_rows);
    }
    if (has && !had)
        item_indexes_insert(writer, &new_rows, 0, change->key);
    if (has && code->foreign_count != 0)
        fk_row_written(writer, &new_rows, 0);
    if (had && code->referencing_count != 0)
        fk_row_removed(writer, &old_rows, has ? &new_rows : NULL, 0);
}

void
row_merge_check(struct row_merge *merge, struct slice key, struct slice value)
{
    struct batch rows;

    table_writer_begin(merge->writer);
    exec_check(merge->exec);
    if (!decode(merge, key, value, merge->side->new_columns, &rows))
        return;
    table_writer_check(merge->writer, &rows);
    if (merge->code->foreign_count != 0)
        fk_row_written(merge->writer, &rows, 0);
}

/* ---- new indexes ---- */

/* The entries of a row of the table in a new index. */
static void
index_row(struct row_merge *merge, uint32_t at, const struct batch *rows, struct slice key)
{
    bool has;

    make_entry(merge, at, rows, key, &merge->writer->entry_key, &merge->writer->entry_value, &has);
    /* The views of `rows` die if a lock is waited for; a new tree's locks never are. */
    if (has)
        put_entry(merge, merge->code->indexes[at].def,
                  be16_get(merge->writer->entry_value.data) == 0, rows);
}

static void
index_row_items(struct row_merge *merge, uint32_t at, const struct batch *rows, struct slice key)
{
    tree_no tree = merge->code->items[at].index.def->tree;
    struct item_entries entries;

    item_entries_make(merge->writer, at, rows, 0, key, &entries);
    for (uint32_t i = 0; i < entries.count; i++)
        check_status(merge, txn_put(merge->exec->txn, tree, entries.keys[i], entries.value));
}

void
row_merge_index(struct row_merge *merge, oid index)
{
    struct exec *exec = merge->exec;
    const struct table *table = merge->code->table;
    struct key_range all = {{NULL, 0}, {NULL, 0}};
    struct txn_cursor *cursor;
    struct slice key, value;
    struct batch rows;
    uint32_t at = 0, item_at = 0;

    while (at < merge->code->index_count && merge->code->indexes[at].def->index != index)
        at++;
    while (item_at < merge->code->item_count &&
           merge->code->items[item_at].index.def->index != index)
        item_at++;
    bool is_items = item_at < merge->code->item_count;
    check(is_items || at < merge->code->index_count);
    struct arena *arena = exec_new_arena(exec, "rows of a new index");
    check_status(merge, txn_cursor_open(exec->txn, table->tree, all, false, arena, &cursor));
    enum status st;
    while ((st = txn_cursor_next(cursor, &key, &value)) == ST_OK) {
        table_writer_begin(merge->writer);
        exec_check(exec);
        (void)decode(merge, key, value, merge->side->new_columns, &rows);
        if (is_items)
            index_row_items(merge, item_at, &rows, key);
        else
            index_row(merge, at, &rows, key);
        exec_refresh(exec);
    }
    check_status(merge, st == ST_NOT_FOUND ? ST_OK : st);
    txn_cursor_close(cursor);
}

/* ---- the rest ---- */

union datum
row_merge_default(struct row_merge *merge, attr_no attr, bool *is_null)
{
    struct exec *exec = merge->exec;
    struct plan_context context = side_plan_context(exec);
    struct compiler compiler = side_compiler(exec);
    struct expr *e = plan_column_default(&context, merge->code->table, attr);
    struct batch one = {.count = 1};

    struct expr_state *state =
        expr_open(exec, expr_compile(&compiler, &e, 1), 1, merge->writer->arena);
    expr_run(state, &one);
    return expr_value(state, 0, 0, is_null);
}

void
row_merge_finish(struct exec *exec)
{
    struct fk_queue *queue = fk_queue_of(exec);

    queue->is_running = false; /* an error may have ended the last run */
    fk_finish(exec);
}
