/*
 * layout.h: where each column lies in a row, and rows to and from columns.
 *
 * A table's row is a tree's key and value. The value is
 *
 *   +---------------+----------------+---------------+-------------------+-------------+
 *   | stored u16    | null bits      | fixed columns | ends of var cols  | var bytes   |
 *   +---------------+----------------+---------------+-------------------+-------------+
 *     column count,   1 bit a stored   unaligned, in   u16 each, or u32     text, numeric,
 *     bit 15: ends    column, 1: null  stored order;   from the start of    arrays ...
 *     are u32                          nulls too       the var bytes
 *
 * so a fixed column is at a constant offset. Columns are only ever added at the end: a row stored
 * with fewer has the layout's `missing` value for the rest. Key columns of fixed width are not
 * stored again in the value: they are decoded from the key (big-endian, sign bit flipped) at a
 * constant offset; other key columns are stored in the value too. A layout is immutable once built
 * and may be shared by threads. Functions here never trust the bytes: ST_CORRUPT.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/column.h"
#include "base/slice.h"
#include "base/status.h"

enum column_place { PLACE_VALUE, PLACE_KEY };

/* One stored column of a table, in stored order (PLACE_KEY columns have no room in the value). */
struct stored_column {
    enum phys phys;
    enum column_place place;
    uint16_t key_offset;  /* PLACE_KEY: byte offset in the key */
    bool is_missing_null; /* what rows from before the column was added have */
    union datum missing;  /* view data lives as long as the layout */
};

/* How all columns of a table are stored. */
struct row_format {
    uint32_t column_count;
    struct stored_column *columns;
    /* Derived by row_format_init: */
    uint16_t
        *value_slot; /* column -> its number among the value's columns, UINT16_MAX for PLACE_KEY */
    uint32_t *fixed_offset;   /* of fixed value columns, from the start of the fixed area */
    uint16_t *var_slot;       /* column -> number among var columns */
    uint32_t *fixed_bytes_at; /* [n]: bytes of the fixed area when n value columns are stored */
    uint16_t *var_count_at;   /* [n]: var columns among the first n value columns */
    uint32_t value_column_count;
};

/* Fills the derived fields; memory from `arena`, which lives as long as the format. */
MUST_CHECK enum status row_format_init(struct row_format *format, struct arena *arena);

/* Which columns a scan wants: column_idx[i] of the format goes to columns[i] of the result. */
struct layout {
    const struct row_format *format;
    uint32_t column_count;
    const uint16_t *column_idx;
};

/* Appends the value part of a row to `to`. values[i], nulls[i] for each column of the format. */
MUST_CHECK enum status row_encode(const struct row_format *format, const union datum *values,
                                  const bool *nulls, struct buf *to);

/* Row i of vectors (columns[c] for column c of the format), appended to `to`. */
MUST_CHECK enum status row_encode_columns(const struct row_format *format,
                                          const struct column *columns, uint32_t row,
                                          struct buf *to);

/* All, or the layout's, columns of one row. Views point into `key` and `value`. */
MUST_CHECK enum status row_decode(const struct layout *layout, struct slice key, struct slice value,
                                  union datum *values, bool *nulls);
/* The same into row `row` of vectors. */
MUST_CHECK enum status row_decode_columns(const struct layout *layout, struct slice key,
                                          struct slice value, struct column *columns, uint32_t row);
