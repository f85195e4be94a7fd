/*
 * item_index.h: indexes by items: entries of rows, and rows that have what is asked.
 *
 * An entry is
 *
 *   key    the place of the column in the index (1), an item (type/items.h), the primary key
 *   value  be16: how many bytes at the end of the key are the primary key's
 *
 * A null has no entries. Nothing here is unique, so no key is locked: who changes a row holds its
 * lock.
 */
#pragma once

#include "exec/table_writer.h"
#include "type/items.h"

/* ---- writing: all indexes by items of the writer's table ---- */

struct item_index_code {
    struct index_code index;
    enum item_class *classes; /* [key_count] */
};

void item_indexes_compile(struct compiler *compiler, struct table_code *code,
                          const struct plan_table_rules *rules);
void item_indexes_open(struct table_writer *writer);

/* A row that is new, changed, gone. */
void item_indexes_insert(struct table_writer *writer, const struct batch *rows, uint32_t row,
                         struct slice primary);
void item_indexes_update(struct table_writer *writer, const struct batch *old_rows,
                         const struct batch *new_rows, uint32_t row, struct slice old_primary,
                         struct slice new_primary, const bool *touched);
void item_indexes_delete(struct table_writer *writer, const struct batch *rows, uint32_t row,
                         struct slice primary);

/* The keys of one row's entries in one index, rising; in the writer's arena. */
struct item_entries {
    uint32_t count;
    struct slice *keys;
    struct slice value; /* of each */
};
void item_entries_make(struct table_writer *writer, uint32_t item_idx, const struct batch *rows,
                       uint32_t row, struct slice primary, struct item_entries *entries);

/* A batch that goes to all trees at once (table_bulk.c). */
void item_indexes_insert_many(struct table_writer *writer, const struct batch *batch,
                              const struct slice *primaries);
