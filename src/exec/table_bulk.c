/*
 * table_bulk.c: rows of a large INSERT into trees of the transaction's own.
 *
 * Once a statement has inserted BULK_ROWS_MIN rows it asks for the table as a whole (txn.h's bulk
 * loads): then no row is locked any more, and a batch goes to each tree in key order, with one
 * descent a leaf. While others write to the table, rows go on one by one; it is asked for again
 * when the statement has inserted twice as many.
 *
 * A batch is put tree by tree and not row by row, so the row whose duplicate key is told is looked
 * for: the first in the order of the input, and of its keys the first that is taken. All rows
 * before it are put everywhere, which does not matter, because the statement fails.
 */
#include "exec/foreign_key.h"
#include "exec/item_index.h"
#include "exec/table_writer.h"
#include <stdlib.h>

#define BULK_ROWS_MIN 4096u

/* What of a batch goes to one tree. */
struct bulk_rows {
    uint32_t count;
    struct slice keys[COLUMN_ROWS_MAX], values[COLUMN_ROWS_MAX];
    uint16_t order[COLUMN_ROWS_MAX]; /* the place in the input */
};

/* The first row that cannot be inserted. */
struct bulk_fault {
    uint32_t row; /* place in the input; the count of rows: none */
    const struct index_def *index;
};

struct sort_entry {
    uint64_t head; /* the key's first bytes, big-endian */
    struct slice key, value;
    uint16_t order;
};

/* ---- beginning ---- */

/* Whether all trees of the table take rows in bulk; begins that if it is time. */
bool
table_bulk_begin(struct table_writer *writer)
{
    const struct table_code *code = writer->code;
    struct txn *txn = writer->exec->txn;
    uint64_t count = writer->exec->context.rows_before + writer->inserted;

    if (LIKELY(count < BULK_ROWS_MIN))
        return false;
    if (txn_is_bulk(txn, code->table->tree))
        return true;
    if (count < writer->bulk_refused_at * 2)
        return false;
    /* The table's own tree comes last: when it is ready all are. */
    enum status st = ST_OK;
    for (uint32_t i = 0; st == ST_OK && i < code->index_count; i++)
        st = txn_bulk_begin(txn, code->table->tree, code->indexes[i].def->tree);
    for (uint32_t i = 0; st == ST_OK && i < code->item_count; i++)
        st = txn_bulk_begin(txn, code->table->tree, code->items[i].index.def->tree);
    if (st == ST_OK)
        st = txn_bulk_begin(txn, code->table->tree, code->table->tree);
    if (st == ST_OK)
        return true;
    writer->bulk_refused_at = count;
    return false;
}

/* ---- putting ---- */

static uint64_t
key_head(struct slice key)
{
    uint8_t bytes[8] = {0};

    if (key.bytes >= 8)
        return be64_get(key.data);
    memcpy(bytes, key.data, key.bytes);
    return be64_get(bytes);
}

static int
compare_entries(const void *a, const void *b)
{
    const struct sort_entry *first = a, *second = b;

    if (first->head != second->head)
        return first->head < second->head ? -1 : 1;
    int order = slice_compare(first->key, second->key);
    return order != 0 ? order : (int)first->order - (int)second->order;
}

/* Brings the rows into key order; rows of equal keys stay in the order of the input. */
static void
sort_rows(struct bulk_rows *rows, struct arena *arena)
{
    uint32_t i = 1;

    while (i < rows->count && slice_compare(rows->keys[i - 1], rows->keys[i]) < 0)
        i++;
    if (i >= rows->count)
        return;
    struct sort_entry *entries = arena_alloc_array(arena, rows->count, sizeof *entries);
    for (i = 0; i < rows->count; i++)
        entries[i] = (struct sort_entry){key_head(rows->keys[i]), rows->keys[i], rows->values[i],
                                         rows->order[i]};
    qsort(entries, rows->count, sizeof *entries, compare_entries);
    for (i = 0; i < rows->count; i++) {
        rows->keys[i] = entries[i].key;
        rows->values[i] = entries[i].value;
        rows->order[i] = entries[i].order;
    }
}

/* Keeps of the rows from `from` on those that come before the fault. */
static void
keep_before(struct bulk_rows *rows, uint32_t from, const struct bulk_fault *fault)
{
    uint32_t kept = 0;

    for (uint32_t i = from; i < rows->count; i++) {
        if (rows->order[i] >= fault->row)
            continue;
        rows->keys[kept] = rows->keys[i];
        rows->values[kept] = rows->values[i];
        rows->order[kept++] = rows->order[i];
    }
    rows->count = kept;
}

/* Puts the rows into a tree; a key that is there already moves the fault forward. */
static void
put_rows(struct table_writer *writer, tree_no tree, const struct index_def *index,
         struct bulk_rows *rows, struct bulk_fault *fault)
{
    uint32_t done = 0;

    sort_rows(rows, writer->arena);
    while (rows->count != 0) {
        /* Equal neighbours would not rise: the second is a duplicate of the first. */
        uint32_t run = 1;
        while (run < rows->count && !slice_equal(rows->keys[run - 1], rows->keys[run]))
            run++;
        enum status st =
            txn_insert_many(writer->exec->txn, tree, rows->keys, rows->values, run, &done);
        if (st != ST_OK && st != ST_EXISTS)
            raise_write_status(st, writer->code->table->name);
        if (done == rows->count)
            return;
        *fault = (struct bulk_fault){rows->order[done], index};
        keep_before(rows, done + 1, fault);
    }
}

/* The entries of one index for all rows before the fault. */
static void
put_entries(struct table_writer *writer, uint32_t index_idx, const struct batch *batch,
            const struct slice *primaries, struct bulk_rows *rows, struct bulk_fault *fault)
{
    const struct index_def *index = writer->code->indexes[index_idx].def;

    rows->count = 0;
    for (uint32_t i = 0; i < fault->row; i++) {
        if (!index_entry_make(writer, index_idx, batch, sel_row(batch->sel, i), primaries[i],
                              &writer->entry_key, &writer->entry_value))
            continue;
        rows->keys[rows->count] = arena_slice(writer->arena, buf_slice(&writer->entry_key));
        rows->values[rows->count] = arena_slice(writer->arena, buf_slice(&writer->entry_value));
        rows->order[rows->count++] = (uint16_t)i;
    }
    put_rows(writer, index->tree, index, rows, fault);
}

void
table_bulk_insert(struct table_writer *writer, const struct batch *batch, const struct slice *keys,
                  const struct slice *values)
{
    const struct table_code *code = writer->code;
    struct bulk_rows *rows = arena_alloc(writer->arena, sizeof *rows);
    struct bulk_fault fault = {.row = batch->count};

    rows->count = batch->count;
    for (uint32_t i = 0; i < batch->count; i++) {
        rows->keys[i] = keys[i];
        rows->values[i] = values[i];
        rows->order[i] = (uint16_t)i;
    }
    put_rows(writer, code->table->tree, code->table->primary, rows, &fault);
    for (uint32_t i = 0; i < code->index_count; i++)
        put_entries(writer, i, batch, keys, rows, &fault);
    if (fault.row < batch->count)
        raise_duplicate(writer, fault.index, batch, sel_row(batch->sel, fault.row));
    item_indexes_insert_many(writer, batch, keys);
    for (uint32_t i = 0; code->foreign_count != 0 && i < batch->count; i++)
        fk_row_written(writer, batch, sel_row(batch->sel, i));
}
