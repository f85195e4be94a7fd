/*
 * row_store.h: rows kept across batches: hash tables, sorts, materialised results.
 *
 * A row is a run of bytes at an address that stays:
 *
 *   +----------------+------------------+------------------------------+---------+
 *   | header         | nulls            | columns                      | tail    |
 *   +----------------+------------------+------------------------------+---------+
 *     the owner's      1 byte a column    each at a multiple of its      the owner's,
 *                                         width, views 16 bytes          16-aligned
 *
 * Long views are copied: a stored row needs nothing of the batch that it came from.
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"

struct row_shape {
    uint32_t column_count;
    const enum phys *phys;
    uint32_t nulls_at; /* = header bytes */
    uint32_t *column_at;
    uint32_t tail_at;
    uint32_t row_bytes; /* multiple of 16 */
};

/* Lays out rows of columns of the given kinds; memory from `arena`. */
void row_shape_init(struct row_shape *shape, struct arena *arena, const enum phys *phys,
                    uint32_t column_count, uint32_t header_bytes, uint32_t tail_bytes);

#define ROW_CHUNK_ROWS 256u

struct row_store {
    const struct row_shape *shape;
    struct arena *arena;
    uint8_t **chunks; /* of ROW_CHUNK_ROWS rows each */
    uint32_t chunk_count, chunk_capacity;
    uint64_t row_count;
    uint64_t long_bytes; /* of copied views */
};

void row_store_init(struct row_store *store, const struct row_shape *shape, struct arena *arena);

/* Room for one more row: header and tail are zero, columns undefined. */
uint8_t *row_store_new(struct row_store *store);
static inline uint8_t *
row_store_row(const struct row_store *store, uint64_t idx)
{
    return store->chunks[idx / ROW_CHUNK_ROWS] + (idx % ROW_CHUNK_ROWS) * store->shape->row_bytes;
}

/* Writes column `column_idx` of the given rows: rows[i] gets the value at the i-th of the
 * selection.
 */
void row_store_put(struct row_store *store, uint8_t *const *rows, uint32_t column_idx,
                   const struct column *from, uint32_t count, const uint16_t *sel);
/* Appends all rows of a batch (its first shape->column_count columns); rows[i]: where they are. */
void row_store_append(struct row_store *store, const struct batch *batch, uint8_t **rows);

static inline bool
row_is_null(const struct row_shape *shape, const uint8_t *row, uint32_t column_idx)
{
    return row[shape->nulls_at + column_idx] != 0;
}

static inline const void *
row_value(const struct row_shape *shape, const uint8_t *row, uint32_t column_idx)
{
    return row + shape->column_at[column_idx];
}

/* The value as a datum; of a null, zero. */
union datum row_datum(const struct row_shape *shape, const uint8_t *row, uint32_t column_idx);

/* to[at + i] = column of rows[i]; a null row pointer gives null. Views are the store's. */
void row_gather(const struct row_shape *shape, const uint8_t *const *rows, uint32_t count,
                uint32_t column_idx, struct column *to, uint32_t at);
