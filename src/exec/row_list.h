/*
 * row_list.h: batches kept as rows, to be read any number of times.
 *
 * What outgrows work_mem goes to the execution's temporary file: the list's first rows are there,
 * its last ones in memory. Any number of readers read it, each at its pace, also while it grows.
 */
#pragma once

#include "exec/nodes.h"
#include "exec/row_store.h"
#include "exec/spill.h"

struct row_list {
    struct exec *exec;
    struct row_shape *shape;
    struct arena *arena; /* of the rows in memory */
    struct row_store store;
    struct arena *spill_arena; /* null: nothing was written yet */
    struct spill spill;        /* the rows before those in memory */
};

/* A place in a list. */
struct row_reader {
    uint64_t at;
    struct arena *arena; /* rows read from the file, until the next ones; null: none yet */
    struct arena *buffer_arena;
    struct spill_reader file;
};

/* For rows of the plan node's columns. */
void row_list_init(struct exec *exec, struct row_list *list, const struct plan_node *plan);
void row_list_clear(struct row_list *list);
/* Rows read before, and their text, die. */
void row_list_add(struct row_list *list, const struct batch *in);
uint64_t row_list_count(const struct row_list *list);

/* To the first row. A reader all zero stands there. */
void row_reader_restart(struct row_reader *reader);
/* The next rows into columns (with buffers for `capacity`): their number; 0: there are no more now.
 * Text lives until the reader's next call, or the list's next change. */
uint32_t row_list_read(struct row_list *list, struct row_reader *reader, uint32_t capacity,
                       const uint32_t *columns_wanted, uint32_t column_count,
                       struct column *columns);
