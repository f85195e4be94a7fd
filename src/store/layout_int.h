/*
 * layout_int.h: many rows at once into columns, for tree_columns.c.
 */
#pragma once

#include "store/layout.h"

/* The value parts of up to COLUMN_ROWS_MAX rows into rows [0, count) of the columns whose place is
 * the value; the others are not touched. Views point into the values. */
MUST_CHECK enum status layout_read_values(const struct layout *layout, const struct slice *values,
                                          uint32_t count, struct column *columns);

/* A column's bytes in a key, as a value: big-endian with the sign bit flipped. */
static inline uint64_t
key_column_decode(uint64_t big_endian, uint32_t bytes)
{
    return big_endian ^ ((uint64_t)1 << (8 * bytes - 1));
}
