/*
 * table_writer.h: rows of a table inserted, changed and deleted, with everything that goes with it:
 * generated columns, NOT NULL, CHECK, unique keys, entries of indexes, foreign keys.
 *
 * Rows travel as batches of all the table's columns, column i being attr i + 1; dropped ones are
 * constant nulls. Used by INSERT, UPDATE, DELETE, MERGE, COPY and by actions of foreign keys. All
 * functions raise.
 *
 *   W1  a key is locked before it is put or deleted, in unique indexes too (txn.h's L1, L2): who
 *       inserts a key that another transaction is deleting waits for it
 *   W2  waiting for a lock ends the reader's epoch: whoever calls with views into pages has copied
 *       them before (vector_deepen), or what is needed of them has been encoded
 */
#pragma once

#include "exec/exec_int.h"
#include "store/layout.h"

/* A secondary index of the table, ready for making entries. */
struct index_code {
    const struct index_def *def;
    const struct type_info **types; /* [key_count] */
    uint32_t *columns;              /* [key_count]: the row's column; UINT32_MAX: expr_outputs */
    uint32_t *expr_outputs;         /* [key_count]: output of exprs */
    const struct expr_code *exprs;  /* expression keys, then the predicate; null: none */
    bool has_predicate;
    uint32_t predicate_output;
};

struct fk_code;         /* foreign_key.h */
struct item_index_code; /* item_index.h */

struct table_code {
    const struct table *table;
    const struct row_format *format;
    struct layout all;              /* every column of the table, dropped ones too */
    const struct type_info **types; /* [column_count]; null where dropped */
    uint32_t key_count;             /* columns of the primary key; 0: row ids */
    uint32_t *key_columns;
    const struct expr_code *generated; /* null: none */
    uint32_t generated_count;
    uint32_t *generated_columns;
    const struct expr_code *checks; /* null: none */
    const char *const *check_names;
    uint32_t check_count;
    uint32_t index_count; /* secondary ones that are btrees */
    struct index_code *indexes;
    uint32_t item_count; /* those that go by items (item_index.h) */
    struct item_index_code *items;
    uint32_t foreign_count; /* foreign keys of the table, and those that point to it */
    const struct fk_code *foreign;
    uint32_t referencing_count;
    const struct fk_code *referencing;
};

const struct table_code *table_compile(struct compiler *compiler,
                                       const struct plan_table_rules *rules);
void index_compile(struct compiler *compiler, struct index_code *code, const struct index_def *def,
                   const struct plan_table_rules *rules);

struct table_writer {
    struct exec *exec;
    const struct table_code *code;
    struct arena *arena; /* of the batch at hand; emptied by table_writer_begin */
    struct expr_state *generated, *checks;
    struct expr_state **index_exprs; /* [index_count]; null entries: none */
    struct expr_state **item_exprs;  /* [item_count]; the same */
    struct buf key, value, entry_key, entry_value, old_entry_key, old_entry_value, spill;
    struct column *dropped; /* a constant null */
    /* The columns that errors show of a row, in this order: those of the table that was named.
     * Null: the table's own. Dropped ones are past its columns. */
    const uint16_t *shown;
    uint32_t shown_count;
    uint32_t capacity;
    uint64_t inserted;        /* rows, by table_writer_insert */
    uint64_t bulk_refused_at; /* what that was when the table was not to be had as a whole */
};

/* Opens a writer for batches whose rows are numbered below `capacity`. Takes the table's lock.
 * `is_repeated`: it lives through many batches. */
struct table_writer *table_writer_open(struct exec *exec, const struct table_code *code,
                                       uint32_t capacity, bool is_repeated);
void table_writer_begin(struct table_writer *writer);

/* Computes generated columns (into writer memory, replacing the batch's columns) and asks NOT NULL
 * and CHECK of each row. */
void table_writer_check(struct table_writer *writer, struct batch *rows);

/* Inserts all rows of a batch that has been checked. */
void table_writer_insert(struct table_writer *writer, const struct batch *rows);

/* Which unique key is taken already. */
struct row_conflict {
    const struct index_def *index; /* null: none is */
    struct slice key;              /* of the row that has it; in the writer's arena */
};
/* Inserts one row unless one of the given unique indexes (count 0: any) has its key already: then
 * nothing is done and *conflict says where. Other conflicts raise 23505. */
bool table_writer_try_insert(struct table_writer *writer, const struct batch *rows, uint32_t row,
                             const oid *arbiters, uint32_t arbiter_count,
                             struct row_conflict *conflict);

/*
 * A row changed: `key` is its primary key as it was, `old_rows` and `new_rows` have it at `row`.
 * `touched` says which columns may differ (null: any).
 */
void table_writer_update(struct table_writer *writer, struct slice key,
                         const struct batch *old_rows, const struct batch *new_rows, uint32_t row,
                         const bool *touched);
void table_writer_delete(struct table_writer *writer, struct slice key,
                         const struct batch *old_rows, uint32_t row);

/* Takes a row out that goes on as `new_rows` has it, in another table: to those who point to it it
 * changes. */
void table_writer_move(struct table_writer *writer, struct slice key, const struct batch *old_rows,
                       const struct batch *new_rows, uint32_t row);

/* ---- many rows (table_bulk.c) ---- */

/* Whether all trees of the table take rows in bulk now: from some thousand rows on, if nobody else
 * writes to the table. */
bool table_bulk_begin(struct table_writer *writer);
/* The batch, with its rows' keys and values, into all trees; raises 23505 as single rows would. */
void table_bulk_insert(struct table_writer *writer, const struct batch *rows,
                       const struct slice *keys, const struct slice *values);

/* ---- parts, for those above ---- */

/* The primary key of a row, appended to `to`; not for tables with row ids. */
void table_key_put(const struct table_code *code, const struct batch *rows, uint32_t row,
                   struct buf *to);
/* True, with the entry's key and value, if the row is in the index (its predicate holds). Run
 * table_index_exprs for the batch first. */
bool index_entry_make(struct table_writer *writer, uint32_t index_idx, const struct batch *rows,
                      uint32_t row, struct slice primary, struct buf *key, struct buf *value);
void table_index_exprs(struct table_writer *writer, const struct batch *rows);

/* Appends a value as error details show it: cut off if it is long. */
void value_text_put(struct exec *exec, const struct type_info *type, union datum value,
                    struct buf *to);
/* "(1, abc, null)", as error details show a row. */
const char *row_text(const struct table_writer *writer, const struct batch *rows, uint32_t row);
/* 23505 for a key of `index`. */
_Noreturn void raise_duplicate(struct table_writer *writer, const struct index_def *index,
                               const struct batch *rows, uint32_t row);
/* The same for two rows that are there, when the index is built. */
_Noreturn void raise_duplicate_built(struct table_writer *writer, const struct index_def *index,
                                     const struct batch *rows, uint32_t row);
/* What a status of locking or writing a row of a table stands for. */
_Noreturn void raise_write_status(enum status st, const char *table);
