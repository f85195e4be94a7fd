/*
 * row_buffer.h: all rows of a cursor, kept: for scrolling, and for cursors that outlive their
 * transaction.
 */
#pragma once

#include "session/portal.h"

struct row_buffer;

/* Runs the portal to its end and keeps its rows (raises): portal->rows is set, text and all, in the
 * portal's arena. */
void row_buffer_fill(struct portal *portal);
/* Adds copies of the batch's rows to those that the portal has. Raises. */
void row_buffer_add(struct portal *portal, const struct batch *batch);
/* Batch `idx` of them, from 0; null: there are no more. */
const struct batch *row_buffer_batch(const struct row_buffer *rows, uint32_t idx);
uint64_t row_buffer_count(const struct row_buffer *rows);
/* Row `row_idx` alone as a batch, in `arena`. */
const struct batch *row_buffer_row(const struct row_buffer *rows, uint64_t row_idx,
                                   struct arena *arena);

/* A copy of the batch's rows, packed, in `arena`. */
struct batch *batch_keep(struct arena *arena, const struct batch *batch);
