/*
 * scan.h: what scans of tables share: which columns are read, and how they are put out.
 */
#pragma once

#include "exec/exec_int.h"
#include "store/layout.h"

/*
 * The reads of a scan, split: stored columns go through `layout`, in order, into the places
 * stored_to[i] of the output; the others are constants or made from all columns.
 */
struct scan_reads {
    struct layout layout;
    uint32_t column_count;
    uint32_t *stored_to;  /* [layout.column_count]: output column */
    bool is_plain;        /* stored columns are 0..column_count, in the output's order */
    uint32_t fixed_count; /* constants */
    struct column *fixed; /* [fixed_count] */
    uint32_t *fixed_to;
    /* READ_ROW_KEY: made of the last key_count stored columns, which go nowhere else. */
    bool has_key;
    uint32_t key_to, key_count;
    const struct type_info **key_types; /* null: the row id */
};

/* Lays out the reads of a scan of a plain table; memory from the compiler's arena. */
void scan_reads_compile(struct compiler *compiler, struct scan_reads *reads,
                        const struct plan_scan *plan);

/* The output columns of a scan's state: `stored` for txn and layout, `columns` for the batch. */
struct scan_output {
    struct column *columns; /* [column_count] */
    struct column *stored;  /* [layout.column_count]; the same array if is_plain */
    uint32_t stored_count;
    struct column key; /* READ_ROW_KEY */
    struct buf *key_text;
};
void scan_output_open(struct exec *exec, const struct scan_reads *reads,
                      const struct plan_scan *plan, uint32_t capacity, struct scan_output *output);
/* After `count` rows have been read into `stored`; keys of rows are made in `arena`. */
void scan_output_finish(const struct scan_reads *reads, struct scan_output *output, uint32_t count,
                        struct arena *arena);

/* Raises what a status of reading a table stands for. */
_Noreturn void raise_read_status(enum status st, const char *table);

/*
 * Ranges of a tree's keys that threads take one after the other (parallel.c). `keys` cut the tree;
 * when *stop is set no more are handed out.
 */
struct morsels {
    const struct slice *keys;
    uint32_t key_count;
    _Atomic uint32_t next;
    const _Atomic bool *stop;
};
/* False: there is none left. */
bool morsels_take(struct morsels *morsels, struct key_range *range);

/* A sequential scan reads these ranges, in the order that it gets them, instead of all rows. Null:
 * no more. */
void seq_scan_set_morsels(struct node_state *state, struct morsels *morsels);
