/*
 * sort_runs.h: a sort's state, and its sorted runs in the temporary file.
 */
#pragma once

#include "exec/limit.h"
#include "exec/sort_key.h"
#include "exec/spill.h"

struct sort_header {
    const uint8_t *key;
    uint32_t key_bytes;
};

struct sort_item {
    uint64_t prefix; /* the key's first 8 bytes, big-endian */
    uint8_t *row;
};

struct sort_node_code {
    struct node_code node;
    struct sort_code sort;
    struct row_shape shape;
    struct limit_exprs limit;
};

/* A run, and the first of its rows that have not been put out. */
struct sort_run {
    struct spill spill;
    struct sort_item head;
};

struct parallel;

struct sort_state {
    struct node_state node;
    struct expr_state *limit;
    struct arena *arenas[2]; /* one in use; the other takes over when rows are thrown away */
    uint32_t arena_idx;
    struct row_store store;
    struct sort_item *items;
    uint64_t item_count, item_capacity;
    uint64_t wanted; /* rows; UINT64_MAX: all */
    uint64_t at;     /* next to put out */
    bool is_sorted;
    bool is_full; /* a member of a parallel section: the rows are too many for work_mem */
    struct parallel *parallel;
    uint64_t sorted; /* exec->clock then */
    struct buf key;
    struct column *columns;
    /* Rows that outgrew work_mem: */
    struct arena *run_arena; /* null: there never were any */
    struct sort_run *runs;
    uint32_t run_count, run_capacity;
    uint32_t *heap; /* of runs that have rows left: the least head first */
    uint32_t heap_count;
};

/* No rows. */
void sort_begin(struct sort_state *state);
/* Takes a batch in. True: the rows are too many for work_mem now. */
bool sort_take(struct exec *exec, struct sort_state *state, const struct batch *in);
/* Puts the rows at hand in order. */
void sort_items(struct sort_state *state);
/* sort_parallel.c: all of the child's rows, sorted, by several threads. False: nothing is done, or
 * they were too many for work_mem: the child is to be read from its start. */
bool sort_parallel(struct exec *exec, struct sort_state *state);

/* Sorts items whose rows have encoded keys, in a stable way; `arena` gets room for as many more. */
void sort_encoded(struct arena *arena, struct sort_item *items, uint64_t count);
int sort_compare_encoded(const void *a, const void *b);
/* object: the struct sort_node_code. */
int sort_compare_rows(const void *a, const void *b, void *object);

/* Writes the sorted items out as one more run. */
void sort_runs_add(struct exec *exec, struct sort_state *state);
/* Begins to merge the runs. */
void sort_runs_begin(struct exec *exec, struct sort_state *state);
/* The next rows, up to the node's capacity: they stay until the next call. */
uint32_t sort_runs_read(struct exec *exec, struct sort_state *state, const uint8_t **rows);
/* Forgets the runs. */
void sort_runs_end(struct sort_state *state);
