/*
 * table_writer.c: rows and index entries into the transaction's write set.
 */
#include "exec/table_writer.h"
#include "exec/foreign_key.h"
#include "exec/index_key.h"
#include "exec/item_index.h"

static void
writer_end(void *object)
{
    struct table_writer *writer = object;

    buf_deinit(&writer->key);
    buf_deinit(&writer->value);
    buf_deinit(&writer->entry_key);
    buf_deinit(&writer->entry_value);
    buf_deinit(&writer->old_entry_key);
    buf_deinit(&writer->old_entry_value);
    buf_deinit(&writer->spill);
}

struct table_writer *
table_writer_open(struct exec *exec, const struct table_code *code, uint32_t capacity,
                  bool is_repeated)
{
    struct table_writer *writer = arena_alloc_zero(exec->arena, sizeof *writer);

    writer->exec = exec;
    writer->code = code;
    writer->capacity = capacity;
    writer->arena = is_repeated ? exec_new_arena(exec, "table writer") : exec->arena;
    writer->key.raise_on_full = writer->value.raise_on_full = true;
    writer->entry_key.raise_on_full = writer->entry_value.raise_on_full = true;
    writer->old_entry_key.raise_on_full = writer->old_entry_value.raise_on_full = true;
    arena_on_end(exec->arena, writer_end, writer);
    writer->generated = expr_open(exec, code->generated, capacity, writer->arena);
    writer->checks = expr_open(exec, code->checks, capacity, writer->arena);
    if (code->index_count != 0)
        writer->index_exprs =
            arena_alloc_zero(exec->arena, code->index_count * sizeof *writer->index_exprs);
    for (uint32_t i = 0; i < code->index_count; i++)
        writer->index_exprs[i] = expr_open(exec, code->indexes[i].exprs, capacity, writer->arena);
    item_indexes_open(writer);
    if (code->table->kind == TABLE_PARTITIONED)
        return writer; /* its partitions have writers of their own */
    enum status st = txn_lock_table(exec->txn, code->table->tree, TABLE_ROW_EXCLUSIVE, LOCK_WAIT);
    if (st != ST_OK)
        raise_write_status(st, code->table->name);
    return writer;
}

void
table_writer_begin(struct table_writer *writer)
{
    if (writer->arena != writer->exec->arena)
        arena_reset(writer->arena);
}

void
table_key_put(const struct table_code *code, const struct batch *rows, uint32_t row, struct buf *to)
{
    for (uint32_t i = 0; i < code->key_count; i++) {
        const struct column *column = &rows->columns[code->key_columns[i]];
        primary_key_put(to, code->types[code->key_columns[i]], vector_get(column, row));
    }
}

void
table_index_exprs(struct table_writer *writer, const struct batch *rows)
{
    for (uint32_t i = 0; i < writer->code->index_count; i++) {
        if (writer->index_exprs[i] != NULL)
            expr_run(writer->index_exprs[i], rows);
    }
}

bool
index_entry_make(struct table_writer *writer, uint32_t index_idx, const struct batch *rows,
                 uint32_t row, struct slice primary, struct buf *key, struct buf *value)
{
    const struct index_code *code = &writer->code->indexes[index_idx];
    struct expr_state *exprs = writer->index_exprs[index_idx];
    bool has_null = false;

    if (code->has_predicate) {
        bool is_null;
        union datum holds = expr_value(exprs, code->predicate_output, row, &is_null);
        if (is_null || !holds.b)
            return false;
    }
    buf_clear(key);
    buf_clear(value);
    for (uint32_t i = 0; i < code->def->key_count; i++) {
        const struct column *column = code->columns[i] != UINT32_MAX
                                          ? &rows->columns[code->columns[i]]
                                          : &exprs->outputs[code->expr_outputs[i]];
        bool is_null = column_is_null(column, row);
        has_null |= is_null;
        index_key_put(key, &code->def->keys[i], code->types[i], vector_get(column, row), is_null);
    }
    bool is_unique_entry = code->def->is_unique && (!has_null || !code->def->is_nulls_distinct);
    if (is_unique_entry) {
        buf_put_be16(value, 0);
        buf_put_slice(value, primary);
    } else {
        buf_put_slice(key, primary);
        buf_put_be16(value, (uint16_t)primary.bytes);
    }
    index_key_check_size(key, code->def->name);
    return true;
}

/* An entry whose value holds the primary key: no other row may have its key. */
static bool
is_unique_entry(const struct buf *value)
{
    return be16_get(value->data) == 0;
}

static void
lock_key(struct table_writer *writer, tree_no tree, struct slice key)
{
    enum status st =
        txn_lock_row(writer->exec->txn, tree, key, LOCK_UPDATE, LOCK_WAIT, &writer->spill, NULL);

    if (st != ST_OK)
        raise_write_status(st, writer->code->table->name);
}

/* True, and what is there, if the tree has the key now. The key is locked before. */
static bool
lock_and_find(struct table_writer *writer, tree_no tree, struct slice key, struct slice *value)
{
    lock_key(writer, tree, key);
    enum status st = txn_get_newest(writer->exec->txn, tree, key, &writer->spill, value);
    if (st == ST_NOT_FOUND)
        return false;
    if (st != ST_OK)
        raise_write_status(st, writer->code->table->name);
    return true;
}

static void
put(struct table_writer *writer, tree_no tree, struct slice key, struct slice value)
{
    enum status st = txn_put(writer->exec->txn, tree, key, value);

    if (st != ST_OK)
        raise_write_status(st, writer->code->table->name);
}

static void
remove_key(struct table_writer *writer, tree_no tree, struct slice key)
{
    enum status st = txn_delete(writer->exec->txn, tree, key);

    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_write_status(st, writer->code->table->name);
}

static void
encode_row(struct table_writer *writer, const struct batch *rows, uint32_t row, struct buf *to)
{
    enum status st = row_encode_columns(writer->code->format, rows->columns, row, to);

    if (st == ST_LIMIT)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "row is too big");
    if (st != ST_OK)
        raise_write_status(st, writer->code->table->name);
}

/* ---- inserting ---- */

/* Puts the entries of a row into all indexes; raises 23505. */
static void
insert_entries(struct table_writer *writer, const struct batch *rows, uint32_t row,
               struct slice primary)
{
    const struct table_code *code = writer->code;
    struct slice found;

    for (uint32_t i = 0; i < code->index_count; i++) {
        const struct index_def *index = code->indexes[i].def;
        if (!index_entry_make(writer, i, rows, row, primary, &writer->entry_key,
                              &writer->entry_value))
            continue;
        struct slice key = buf_slice(&writer->entry_key);
        if (is_unique_entry(&writer->entry_value) &&
            lock_and_find(writer, index->tree, key, &found))
            raise_duplicate(writer, index, rows, row);
        put(writer, index->tree, key, buf_slice(&writer->entry_value));
    }
}

/* Appends the keys of rows that have row ids. */
static void
new_row_ids(struct table_writer *writer, uint32_t count, uint64_t *first)
{
    enum status st = txn_new_row_id(writer->exec->txn, writer->code->table->tree, count, first);

    if (st != ST_OK)
        raise_write_status(st, writer->code->table->name);
}

static void
insert_row(struct table_writer *writer, const struct batch *rows, uint32_t row, struct slice key,
           struct slice value)
{
    const struct table_code *code = writer->code;
    struct slice found;

    if (code->key_count != 0 && lock_and_find(writer, code->table->tree, key, &found))
        raise_duplicate(writer, code->table->primary, rows, row);
    put(writer, code->table->tree, key, value);
    if (code->index_count != 0)
        insert_entries(writer, rows, row, key);
    if (code->item_count != 0)
        item_indexes_insert(writer, rows, row, key);
    if (code->foreign_count != 0)
        fk_row_written(writer, rows, row);
}

/* Keys and values of a batch, one behind the other in the writer's bufs. */
struct encoded {
    uint32_t key_ends[COLUMN_ROWS_MAX];
    size_t value_ends[COLUMN_ROWS_MAX];
};

static void
encode_rows(struct table_writer *writer, const struct batch *rows, struct encoded *ends)
{
    const struct table_code *code = writer->code;
    uint64_t row_id = 0;

    buf_clear(&writer->key);
    buf_clear(&writer->value);
    if (code->key_count == 0)
        new_row_ids(writer, rows->count, &row_id);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        size_t start = writer->key.bytes;
        if (code->key_count == 0) {
            row_id_key_put(&writer->key, row_id + i);
        } else {
            table_key_put(code, rows, row, &writer->key);
            struct buf one = {.bytes = writer->key.bytes - start};
            index_key_check_size(&one, code->table->primary->name);
        }
        encode_row(writer, rows, row, &writer->value);
        ends->key_ends[i] = (uint32_t)writer->key.bytes;
        ends->value_ends[i] = writer->value.bytes;
    }
}

static struct slice
encoded_key(const struct table_writer *writer, const struct encoded *ends, uint32_t i)
{
    uint32_t at = i == 0 ? 0 : ends->key_ends[i - 1];

    return slice_of(writer->key.data + at, ends->key_ends[i] - at);
}

static struct slice
encoded_value(const struct table_writer *writer, const struct encoded *ends, uint32_t i)
{
    size_t at = i == 0 ? 0 : ends->value_ends[i - 1];

    return slice_of(writer->value.data + at, ends->value_ends[i] - at);
}

static void
insert_bulk(struct table_writer *writer, const struct batch *rows, const struct encoded *ends)
{
    struct slice keys[COLUMN_ROWS_MAX], values[COLUMN_ROWS_MAX];

    for (uint32_t i = 0; i < rows->count; i++) {
        keys[i] = encoded_key(writer, ends, i);
        values[i] = encoded_value(writer, ends, i);
    }
    table_bulk_insert(writer, rows, keys, values);
}

void
table_writer_insert(struct table_writer *writer, const struct batch *rows)
{
    struct encoded ends;

    if (rows->count == 0)
        return;
    /* All rows are encoded before the first lock is taken (W2). */
    encode_rows(writer, rows, &ends);
    if (writer->code->index_count != 0)
        table_index_exprs(writer, rows);
    if (table_bulk_begin(writer)) {
        insert_bulk(writer, rows, &ends);
    } else {
        for (uint32_t i = 0; i < rows->count; i++)
            insert_row(writer, rows, sel_row(rows->sel, i), encoded_key(writer, &ends, i),
                       encoded_value(writer, &ends, i));
    }
    writer->inserted += rows->count;
}

static bool
is_arbiter(const struct index_def *index, const oid *arbiters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (arbiters[i] == index->index)
            return true;
    }
    return count == 0;
}

bool
table_writer_try_insert(struct table_writer *writer, const struct batch *rows, uint32_t row,
                        const oid *arbiters, uint32_t arbiter_count, struct row_conflict *conflict)
{
    const struct table_code *code = writer->code;
    struct slice found, primary;
    uint64_t row_id;

    buf_clear(&writer->key);
    buf_clear(&writer->value);
    if (code->key_count == 0) {
        new_row_ids(writer, 1, &row_id);
        row_id_key_put(&writer->key, row_id);
    } else {
        table_key_put(code, rows, row, &writer->key);
        index_key_check_size(&writer->key, code->table->primary->name);
    }
    encode_row(writer, rows, row, &writer->value);
    struct slice key = buf_slice(&writer->key);
    if (code->key_count != 0 && is_arbiter(code->table->primary, arbiters, arbiter_count) &&
        lock_and_find(writer, code->table->tree, key, &found)) {
        *conflict = (struct row_conflict){code->table->primary, arena_slice(writer->arena, key)};
        return false;
    }
    for (uint32_t i = 0; i < code->index_count; i++) {
        const struct index_def *index = code->indexes[i].def;
        if (!index->is_unique || !is_arbiter(index, arbiters, arbiter_count) ||
            !index_entry_make(writer, i, rows, row, key, &writer->entry_key,
                              &writer->entry_value) ||
            !is_unique_entry(&writer->entry_value) ||
            !lock_and_find(writer, index->tree, buf_slice(&writer->entry_key), &found))
            continue;
        if (!index_entry_primary(buf_slice(&writer->entry_key), found, &primary))
            raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row",
                  index->name);
        *conflict = (struct row_conflict){index, arena_slice(writer->arena, primary)};
        return false;
    }
    insert_row(writer, rows, row, key, buf_slice(&writer->value));
    return true;
}

/* ---- changing ---- */

static bool
key_is_touched(const struct table_code *code, const bool *touched)
{
    for (uint32_t i = 0; i < code->key_count; i++) {
        if (touched == NULL || touched[code->key_columns[i]])
            return true;
    }
    return false;
}

static bool
index_is_touched(const struct index_code *code, const bool *touched)
{
    if (touched == NULL || code->exprs != NULL)
        return true;
    for (uint32_t i = 0; i < code->def->key_count; i++) {
        if (touched[code->columns[i]])
            return true;
    }
    return false;
}

/* One index's entry from the old row's to the new row's. */
static void
update_entry(struct table_writer *writer, uint32_t i, const struct batch *old_rows,
             const struct batch *new_rows, uint32_t row, struct slice old_primary,
             struct slice new_primary)
{
    const struct index_def *index = writer->code->indexes[i].def;
    struct slice found;

    if (writer->index_exprs[i] != NULL)
        expr_run(writer->index_exprs[i], old_rows);
    bool had = index_entry_make(writer, i, old_rows, row, old_primary, &writer->old_entry_key,
                                &writer->old_entry_value);
    if (writer->index_exprs[i] != NULL)
        expr_run(writer->index_exprs[i], new_rows);
    bool has = index_entry_make(writer, i, new_rows, row, new_primary, &writer->entry_key,
                                &writer->entry_value);
    struct slice old_key = buf_slice(&writer->old_entry_key);
    struct slice new_key = buf_slice(&writer->entry_key);
    bool is_same_key = had && has && slice_equal(old_key, new_key);
    if (is_same_key &&
        slice_equal(buf_slice(&writer->old_entry_value), buf_slice(&writer->entry_value)))
        return;
    if (had && !is_same_key) {
        if (is_unique_entry(&writer->old_entry_value))
            lock_key(writer, index->tree, old_key);
        remove_key(writer, index->tree, old_key);
    }
    if (!has)
        return;
    if (is_unique_entry(&writer->entry_value) && !is_same_key &&
        lock_and_find(writer, index->tree, new_key, &found))
        raise_duplicate(writer, index, new_rows, row);
    put(writer, index->tree, new_key, buf_slice(&writer->entry_value));
}

void
table_writer_update(struct table_writer *writer, struct slice key, const struct batch *old_rows,
                    const struct batch *new_rows, uint32_t row, const bool *touched)
{
    const struct table_code *code = writer->code;
    struct slice new_key = key, found;
    bool has_moved = false;

    buf_clear(&writer->value);
    encode_row(writer, new_rows, row, &writer->value);
    if (code->key_count != 0 && key_is_touched(code, touched)) {
        buf_clear(&writer->key);
        table_key_put(code, new_rows, row, &writer->key);
        index_key_check_size(&writer->key, code->table->primary->name);
        new_key = buf_slice(&writer->key);
        has_moved = !slice_equal(key, new_key);
    }
    if (has_moved) {
        remove_key(writer, code->table->tree, key);
        if (lock_and_find(writer, code->table->tree, new_key, &found))
            raise_duplicate(writer, code->table->primary, new_rows, row);
    }
    put(writer, code->table->tree, new_key, buf_slice(&writer->value));
    for (uint32_t i = 0; i < code->index_count; i++) {
        if (has_moved || index_is_touched(&code->indexes[i], touched))
            update_entry(writer, i, old_rows, new_rows, row, key, new_key);
    }
    if (code->item_count != 0)
        item_indexes_update(writer, old_rows, new_rows, row, key, new_key, touched);
    if (code->foreign_count != 0)
        fk_row_written(writer, new_rows, row);
    if (code->referencing_count != 0)
        fk_row_removed(writer, old_rows, new_rows, row);
}

void
table_writer_delete(struct table_writer *writer, struct slice key, const struct batch *old_rows,
                    uint32_t row)
{
    table_writer_move(writer, key, old_rows, NULL, row);
}

void
table_writer_move(struct table_writer *writer, struct slice key, const struct batch *old_rows,
                  const struct batch *new_rows, uint32_t row)
{
    const struct table_code *code = writer->code;

    remove_key(writer, code->table->tree, key);
    for (uint32_t i = 0; i < code->index_count; i++) {
        if (!index_entry_make(writer, i, old_rows, row, key, &writer->old_entry_key,
                              &writer->old_entry_value))
            continue;
        if (is_unique_entry(&writer->old_entry_value))
            lock_key(writer, code->indexes[i].def->tree, buf_slice(&writer->old_entry_key));
        remove_key(writer, code->indexes[i].def->tree, buf_slice(&writer->old_entry_key));
    }
    if (code->item_count != 0)
        item_indexes_delete(writer, old_rows, row, key);
    if (code->referencing_count != 0)
        fk_row_removed(writer, old_rows, new_rows, row);
}
