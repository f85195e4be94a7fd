/*
 * setop.h: the state of INTERSECT and EXCEPT, and what happens past work_mem.
 */
#pragma once

#include "exec/hash_table.h"
#include "exec/keys.h"
#include "exec/nodes.h"
#include "exec/spill.h"

enum setop_side { SETOP_LEFT, SETOP_RIGHT, SETOP_SIDES };

struct setop_header {
    struct hash_header hash;
    uint64_t counts[SETOP_SIDES]; /* how often on each side */
};

struct setop_code {
    struct node_code node;
    struct key_code *keys;
    uint32_t *key_columns;
    struct row_shape shape;
};

struct setop_parts;

struct setop_state {
    struct node_state node;
    struct arena *arena;
    struct row_store store;
    struct hash_table table;
    bool is_counted;
    uint64_t at;      /* row */
    uint64_t repeats; /* of it, still to put out */
    struct column *columns;
    struct setop_parts *parts; /* null until rows outgrow work_mem */
};

/* Counts a side's rows of a batch: those in the table, and those that there is room for. */
void setop_count(struct exec *exec, struct setop_state *state, const struct batch *in,
                 enum setop_side side);

/* ---- setop_spill.c ---- */

/* True if no further left row may be stored. */
bool setop_is_full(const struct exec *exec, const struct setop_state *state);
/* True if left rows were written out, whose right rows must be too. */
bool setop_has_parts(const struct setop_state *state);
/* Writes row `row` of a batch to its part. */
void setop_put(struct exec *exec, struct setop_state *state, const struct batch *in, uint16_t row,
               uint64_t hash, enum setop_side side);
/* Both sides have been counted. */
void setop_finish(struct setop_state *state);
/* The next part: false if there is none; else its rows are there to be read by setop_get. */
bool setop_next_part(struct setop_state *state);
/* The part's next rows of a side; false at their end. */
bool setop_get(struct exec *exec, struct setop_state *state, enum setop_side side,
               struct batch *out);
/* Forgets all parts. */
void setop_reset(struct setop_state *state);
