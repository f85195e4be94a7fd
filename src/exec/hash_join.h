/*
 * hash_join.h: a hash join's code and state, and what happens past work_mem.
 */
#pragma once

#include "exec/hash_table.h"
#include "exec/keys.h"
#include "exec/nodes.h"
#include "exec/spill.h"

struct hash_join_code {
    struct node_code node;
    const struct expr_code *left_keys, *right_keys;
    const struct expr_code *condition; /* filter over left ++ right; null: none */
    struct key_code *keys;
    uint32_t key_count;
    struct row_shape shape;      /* right columns, then right keys */
    uint32_t *key_columns;       /* of the keys in the shape */
    bool *is_in_condition;       /* [left ++ right]: read by the condition */
    struct row_shape left_shape; /* left columns, for rows written out */
    bool marks_right;            /* RIGHT, FULL: stored rows say whether they found a pair */
    bool keeps_table; /* for the next run, if the right child's rows are still the same */
};

struct parallel;
struct join_hang;

enum join_phase { PHASE_BUILD, PHASE_PROBE, PHASE_RIGHT, PHASE_DONE };

struct hash_join_state {
    struct node_state node;
    struct expr_state *left_keys, *right_keys, *condition;
    struct arena *table_arena;
    struct row_store store;
    struct hash_table table;
    uint64_t row_count; /* stored, by all threads */
    struct parallel *parallel;
    struct join_hang *hang; /* while several threads put rows into the table */
    enum join_phase phase;
    bool is_built;
    uint64_t built;    /* exec->clock then */
    bool has_null_key; /* a right row has a null key */

    struct batch left;
    bool has_left, is_batch_walked, is_finished;
    uint32_t left_at; /* of the left selection: next to walk, or in the middle of */
    uint8_t *chain;   /* where the walk of that row goes on; null: not begun */
    uint64_t hashes[COLUMN_ROWS_MAX];
    uint8_t is_matched[COLUMN_ROWS_MAX]; /* by row number */

    uint32_t pair_count;
    uint16_t pair_left[COLUMN_ROWS_MAX];
    uint8_t *pair_right[COLUMN_ROWS_MAX];
    uint64_t right_at; /* PHASE_RIGHT: next stored row */

    struct column *columns; /* output, with buffers */
    struct column *direct;  /* output that shares the left batch's columns */
    struct column *both;    /* the condition's input: with buffers where it reads */
    uint16_t kept[COLUMN_ROWS_MAX];
    struct join_parts *parts; /* null until the right side outgrows work_mem */
    bool is_parted;           /* this run */
};

/* No rows. */
void hash_join_begin(struct hash_join_state *state);
/* Stores a batch of the right child's, hashed, and not yet in the table. */
void hash_join_store(struct hash_join_state *state, const struct batch *in, uint8_t **rows);
/* Stores the right child's rows, or their part's, in the table: rows with a hash. */
void hash_join_add(struct hash_join_state *state, uint8_t *row);

/* ---- hash_join_spill.c ---- */

/* True if the stored rows are too many to stay. */
bool join_is_full(const struct exec *exec, const struct hash_join_state *state);
/* Writes the stored rows to their parts, and empties the store. */
void join_part_right(struct exec *exec, struct hash_join_state *state);
/* After the right side: writes all left rows to their parts. */
void join_part_left(struct exec *exec, struct hash_join_state *state);
/* Loads the next part's right rows into the table; false: there is none. */
bool join_part_next(struct exec *exec, struct hash_join_state *state);
/* The part's next left rows. */
bool join_part_read(struct exec *exec, struct hash_join_state *state, struct batch *out);
void join_parts_reset(struct hash_join_state *state);

/* ---- hash_join_parallel.c ---- */

/* All of the right child's rows, by several threads, in the table; false: nothing is done, or it
 * was too much for work_mem: the right child is to be read from its start. */
bool join_build_parallel(struct exec *exec, struct hash_join_state *state);
