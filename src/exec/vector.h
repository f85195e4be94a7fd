/*
 * vector.h: small operations on struct column that every operator needs.
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"

/* As column_get, without a call to memcpy: the hot way to read one value. */
static inline union datum
vector_get(const struct column *column, uint32_t row)
{
    union datum datum;
    uint32_t at = column->is_const ? 0 : row;
    datum.words[0] = datum.words[1] = 0;
    switch (column->phys) {
    case PHYS_NONE:
        break;
    case PHYS_BOOL:
        datum.b = ((const bool *)column->data)[at];
        break;
    case PHYS_I16:
        datum.i16 = ((const int16_t *)column->data)[at];
        break;
    case PHYS_I32:
    case PHYS_F32:
        datum.i32 = ((const int32_t *)column->data)[at];
        break;
    case PHYS_I64:
    case PHYS_F64:
        datum.i64 = ((const int64_t *)column->data)[at];
        break;
    case PHYS_VIEW:
    case PHYS_WIDE:
        memcpy(&datum, (const uint8_t *)column->data + (size_t)at * 16, 16);
        break;
    }
    return datum;
}

static inline void
vector_set(struct column *column, uint32_t row, union datum datum)
{
    switch (column->phys) {
    case PHYS_NONE:
        break;
    case PHYS_BOOL:
        ((bool *)column->data)[row] = datum.b;
        break;
    case PHYS_I16:
        ((int16_t *)column->data)[row] = datum.i16;
        break;
    case PHYS_I32:
    case PHYS_F32:
        ((int32_t *)column->data)[row] = datum.i32;
        break;
    case PHYS_I64:
    case PHYS_F64:
        ((int64_t *)column->data)[row] = datum.i64;
        break;
    case PHYS_VIEW:
    case PHYS_WIDE:
        memcpy((uint8_t *)column->data + (size_t)row * 16, &datum, 16);
        break;
    }
}

/* Row number of the i-th row of a selection. */
static inline uint32_t
sel_row(const uint16_t *sel, uint32_t i)
{
    return sel != NULL ? sel[i] : i;
}

/* Gives `column` buffers for `capacity` rows. Contents undefined, has_nulls false. */
void vector_init(struct column *column, enum phys phys, uint32_t capacity, struct arena *arena);

/* Marks rows of a selection as not null, before single ones are marked: has_nulls becomes true. */
void vector_begin_nulls(struct column *column, uint32_t count, const uint16_t *sel);

/*
 * to[row] = from[row] for the rows of a selection; views are not deepened. If `from` has nulls,
 * `to` must have had its nulls begun (vector_begin_nulls).
 */
void vector_move(struct column *to, const struct column *from, uint32_t count, const uint16_t *sel);

/* to[at + i] = from[rows[i]] (rows null: i). has_nulls of `to` must be right for rows before `at`.
 */
void vector_gather(struct column *to, uint32_t at, const struct column *from, uint32_t count,
                   const uint16_t *rows);

/* Copies the bytes that long views of the selection point to into `arena`. */
void vector_deepen(struct column *column, uint32_t count, const uint16_t *sel, struct arena *arena);

/* The value with its bytes copied into `arena` if it is a long view. */
static inline union datum
datum_copy(enum phys phys, union datum datum, struct arena *arena)
{
    if (phys == PHYS_VIEW && datum.view.bytes > VIEW_INLINE_BYTES)
        datum.view.far.data = arena_copy(arena, datum.view.far.data, datum.view.bytes);
    return datum;
}
