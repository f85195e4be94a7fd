/*
 * aggregate_spill.h: rows whose groups no longer fit into work_mem.
 */
#pragma once

#include "exec/aggregate.h"
#include "exec/spill.h"

#define AGG_PARTS 16u
#define AGG_GROUPS_MIN 64u /* kept, however little memory there is */

/* True if no new group may be made: rows of groups that are not there are to be written out. */
bool agg_is_full(const struct exec *exec, const struct agg_state *state);
/* Writes row `row` of the child's batch to its part. */
void agg_spill_row(struct exec *exec, struct agg_state *state, const struct batch *in, uint16_t row,
                   uint64_t hash);
/* All rows have been taken. */
void agg_spill_finish(struct agg_state *state);
/* Goes on to the next part; false: there is none. */
bool agg_spill_next(struct agg_state *state);
/* The part's next rows, as a batch of the child's columns. */
bool agg_spill_read(struct agg_state *state, struct batch *out);
/* Forgets all parts. */
void agg_spill_reset(struct agg_state *state);
