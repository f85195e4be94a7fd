/*
 * item_index.c: see item_index.h.
 */
#include "exec/item_index.h"

#include "exec/index_key.h"
#include <stdlib.h>

/* ---- compiling and opening ---- */

void
item_indexes_compile(struct compiler *compiler, struct table_code *code,
                     const struct plan_table_rules *rules)
{
    const struct table *table = code->table;

    code->items =
        arena_alloc_zero(compiler->arena, (table->index_count + 1u) * sizeof *code->items);
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct index_def *def = table->indexes[i];
        if (def->method == INDEX_BTREE)
            continue;
        struct item_index_code *items = &code->items[code->item_count++];
        index_compile(compiler, &items->index, def, rules);
        items->classes = arena_alloc_array(compiler->arena, def->key_count, sizeof *items->classes);
        for (uint32_t k = 0; k < def->key_count; k++) {
            const struct type_info *type = items->index.types[k];
            const struct type_info *element =
                type->element == OID_NONE ? NULL : compiler_type(compiler, type->element);
            items->classes[k] = item_class_of(def->method, type, element, def->keys[k].opclass);
        }
    }
}

void
item_indexes_open(struct table_writer *writer)
{
    const struct table_code *code = writer->code;

    if (code->item_count == 0)
        return;
    writer->item_exprs =
        arena_alloc_zero(writer->exec->arena, code->item_count * sizeof *writer->item_exprs);
    for (uint32_t i = 0; i < code->item_count; i++)
        writer->item_exprs[i] =
            expr_open(writer->exec, code->items[i].index.exprs, writer->capacity, writer->arena);
}

/* ---- entries ---- */

/* The items of one column of a row, each with the column's place and the primary key around it. */
static void
add_entries(struct table_writer *writer, const struct item_index_code *code, uint32_t key,
            union datum value, struct slice primary, struct item_list *keys)
{
    struct item_list items = {.arena = writer->arena};

    items_of_value(writer->exec->context.env, code->classes[key], code->index.types[key], &value,
                   &items);
    for (uint32_t i = 0; i < items.count; i++) {
        struct buf *to = &writer->entry_key;
        buf_clear(to);
        buf_put_u8(to, (uint8_t)key);
        buf_put_slice(to, items.items[i]);
        buf_put_slice(to, primary);
        index_key_check_size(to, code->index.def->name);
        item_add(keys, buf_slice(to));
    }
}

void
item_entries_make(struct table_writer *writer, uint32_t item_idx, const struct batch *rows,
                  uint32_t row, struct slice primary, struct item_entries *entries)
{
    const struct item_index_code *code = &writer->code->items[item_idx];
    const struct index_code *index = &code->index;
    struct expr_state *exprs = writer->item_exprs[item_idx];
    struct item_list keys = {.arena = writer->arena};
    uint8_t *tail = arena_alloc(writer->arena, 2);

    tail[0] = (uint8_t)(primary.bytes >> 8);
    tail[1] = (uint8_t)primary.bytes;
    *entries = (struct item_entries){.value = slice_of(tail, 2)};
    if (exprs != NULL)
        expr_run(exprs, rows);
    if (index->has_predicate) {
        bool is_null;
        union datum holds = expr_value(exprs, index->predicate_output, row, &is_null);
        if (is_null || !holds.b)
            return;
    }
    for (uint32_t k = 0; k < index->def->key_count; k++) {
        const struct column *column = index->columns[k] != UINT32_MAX
                                          ? &rows->columns[index->columns[k]]
                                          : &exprs->outputs[index->expr_outputs[k]];
        if (!column_is_null(column, row))
            add_entries(writer, code, k, vector_get(column, row), primary, &keys);
    }
    entries->count = keys.count;
    entries->keys = keys.items;
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

/* ---- rows ---- */

void
item_indexes_insert(struct table_writer *writer, const struct batch *rows, uint32_t row,
                    struct slice primary)
{
    for (uint32_t i = 0; i < writer->code->item_count; i++) {
        struct item_entries entries;
        item_entries_make(writer, i, rows, row, primary, &entries);
        for (uint32_t k = 0; k < entries.count; k++)
            put(writer, writer->code->items[i].index.def->tree, entries.keys[k], entries.value);
    }
}

void
item_indexes_delete(struct table_writer *writer, const struct batch *rows, uint32_t row,
                    struct slice primary)
{
    for (uint32_t i = 0; i < writer->code->item_count; i++) {
        struct item_entries entries;
        item_entries_make(writer, i, rows, row, primary, &entries);
        for (uint32_t k = 0; k < entries.count; k++)
            remove_key(writer, writer->code->items[i].index.def->tree, entries.keys[k]);
    }
}

static bool
is_touched(const struct index_code *index, const bool *touched)
{
    if (touched == NULL || index->exprs != NULL)
        return true;
    for (uint32_t k = 0; k < index->def->key_count; k++) {
        if (touched[index->columns[k]])
            return true;
    }
    return false;
}

/* Removes the old entries that the row has no more, puts those that it had not. */
static void
replace_entries(struct table_writer *writer, tree_no tree, const struct item_entries *old,
                const struct item_entries *new)
{
    uint32_t a = 0, b = 0;

    while (a < old->count || b < new->count) {
        int order = a == old->count   ? 1
                    : b == new->count ? -1
                                      : slice_compare(old->keys[a], new->keys[b]);
        if (order < 0)
            remove_key(writer, tree, old->keys[a]);
        if (order > 0)
            put(writer, tree, new->keys[b], new->value);
        a += order <= 0;
        b += order >= 0;
    }
}

void
item_indexes_update(struct table_writer *writer, const struct batch *old_rows,
                    const struct batch *new_rows, uint32_t row, struct slice old_primary,
                    struct slice new_primary, const bool *touched)
{
    bool has_moved = !slice_equal(old_primary, new_primary);

    for (uint32_t i = 0; i < writer->code->item_count; i++) {
        const struct index_code *index = &writer->code->items[i].index;
        struct item_entries old, new;
        if (!has_moved && !is_touched(index, touched))
            continue;
        item_entries_make(writer, i, old_rows, row, old_primary, &old);
        item_entries_make(writer, i, new_rows, row, new_primary, &new);
        replace_entries(writer, index->def->tree, &old, &new);
    }
}

/* ---- many rows ---- */

static int
compare_keys(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* All rows of a table have primary keys of one length or their lengths follow from their bytes, but
   the value says it: so entries are sorted by key with the length kept beside. */
struct bulk_entry {
    struct slice key, value;
};

void
item_indexes_insert_many(struct table_writer *writer, const struct batch *batch,
                         const struct slice *primaries)
{
    for (uint32_t i = 0; i < writer->code->item_count; i++) {
        tree_no tree = writer->code->items[i].index.def->tree;
        uint32_t count = 0, capacity = 1024, done;
        struct bulk_entry *all = arena_alloc_array(writer->arena, capacity, sizeof *all);
        for (uint32_t r = 0; r < batch->count; r++) {
            struct item_entries entries;
            item_entries_make(writer, i, batch, sel_row(batch->sel, r), primaries[r], &entries);
            if (count + entries.count > capacity) {
                capacity = 2 * (count + entries.count);
                struct bulk_entry *more = arena_alloc_array(writer->arena, capacity, sizeof *more);
                memcpy(more, all, count * sizeof *all);
                all = more;
            }
            for (uint32_t k = 0; k < entries.count; k++)
                all[count++] = (struct bulk_entry){entries.keys[k], entries.value};
        }
        qsort(all, count, sizeof *all, compare_keys);
        struct slice *keys = arena_alloc_array(writer->arena, count + 1u, sizeof *keys);
        struct slice *values = arena_alloc_array(writer->arena, count + 1u, sizeof *values);
        for (uint32_t k = 0; k < count; k++) {
            keys[k] = all[k].key;
            values[k] = all[k].value;
        }
        for (uint32_t at = 0; at < count; at += done) {
            uint32_t run = count - at < COLUMN_ROWS_MAX ? count - at : COLUMN_ROWS_MAX;
            enum status st =
                txn_insert_many(writer->exec->txn, tree, keys + at, values + at, run, &done);
            if (st != ST_OK)
                raise_write_status(st, writer->code->table->name);
        }
    }
}
