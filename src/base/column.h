/*
 * column.h: the machine's view of a column of values: vectors of up to 1,024, and single values.
 *
 * This is the currency between pages, operators, functions and results. It knows physical kinds
 * only; SQL types are type/'s.
 *
 * A view is a 16-byte handle on bytes: up to VIEW_INLINE_BYTES of them lie in the handle itself,
 * longer ones elsewhere, with their first four repeated in it for quick comparison (after Umbra,
 * Neumann and Freitag, CIDR 2020). Unused inline bytes are zero, so equal short views are equal as
 * two 64-bit words. Whoever hands out a long view says how long its bytes live.
 */
#pragma once

#include "base/slice.h"
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define COLUMN_ROWS_MAX 1024
#define VIEW_INLINE_BYTES 12

enum phys {
    PHYS_NONE, /* void, unknown-typed null */
    PHYS_BOOL, /* uint8_t 0 or 1 */
    PHYS_I16,
    PHYS_I32, /* also date, oid and float-free 4-byte kinds */
    PHYS_I64, /* also time, timestamp */
    PHYS_F32,
    PHYS_F64,
    PHYS_VIEW, /* struct view: text, bytea, numeric, arrays, ... */
    PHYS_WIDE, /* 16 opaque bytes: uuid, interval */
};

struct view {
    uint32_t bytes;
    union {
        uint8_t inlined[VIEW_INLINE_BYTES];
        struct {
            uint8_t prefix[4];
            const uint8_t *data;
        } __attribute__((packed)) far;
    };
};

static_assert(sizeof(struct view) == 16, "a view is two words");

static inline const uint8_t *
view_data(const struct view *view)
{
    return view->bytes <= VIEW_INLINE_BYTES ? view->inlined : view->far.data;
}

static inline struct slice
view_slice(const struct view *view)
{
    return slice_of(view_data(view), view->bytes);
}

/* A view of `bytes` (< 4 GiB) bytes at `data`, which it keeps pointing to if they are too long to
 * inline. */
static inline struct view
view_of(const void *data, size_t bytes)
{
    struct view view = {.bytes = (uint32_t)bytes};
    memset(view.inlined, 0, sizeof view.inlined);
    if (bytes <= VIEW_INLINE_BYTES) {
        if (bytes != 0)
            memcpy(view.inlined, data, bytes);
    } else {
        memcpy(view.far.prefix, data, 4);
        view.far.data = data;
    }
    return view;
}

static inline bool
view_equal(const struct view *a, const struct view *b)
{
    if (a->bytes != b->bytes || memcmp(a->inlined, b->inlined, 4) != 0)
        return false;
    return memcmp(view_data(a), view_data(b), a->bytes) == 0;
}

/* memcmp order, a prefix before what it begins. */
static inline int
view_compare(const struct view *a, const struct view *b)
{
    uint32_t common = a->bytes < b->bytes ? a->bytes : b->bytes;
    int order = memcmp(view_data(a), view_data(b), common);
    return order != 0 ? order : (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* One value. Null is told apart beside it, never in it. */
union datum {
    bool b;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    struct view view;
    uint8_t wide[16];
    uint64_t words[2];
};

static_assert(sizeof(union datum) == 16, "a datum is two words");

/*
 * One column of a batch. `data` has room for COLUMN_ROWS_MAX values of the kind (one if is_const),
 * 64-byte aligned. nulls[i] is 1 for a null, 0 else, and valid only if has_nulls; the data of a
 * null row is defined bytes (any value), so that kernels may read but must not judge it.
 */
struct column {
    enum phys phys;
    bool is_const;  /* the value at 0 stands for every row */
    bool has_nulls; /* false: nulls is not looked at and no row is null */
    uint8_t *nulls;
    void *data;
};

static inline uint32_t
phys_bytes(enum phys phys)
{
    static const uint8_t bytes[] = {0, 1, 2, 4, 8, 4, 8, 16, 16};
    return bytes[phys];
}

static inline bool
column_is_null(const struct column *column, uint32_t row)
{
    return column->has_nulls && column->nulls[column->is_const ? 0 : row] != 0;
}

/* The value at `row`; of a null row, some value. */
static inline union datum
column_get(const struct column *column, uint32_t row)
{
    union datum datum = {.words = {0, 0}};
    uint32_t bytes = phys_bytes(column->phys);
    const uint8_t *data = column->data;
    data += (size_t)(column->is_const ? 0 : row) * bytes;
    switch (bytes) { /* each a load, where memcpy would be a call */
    case 1:
        memcpy(&datum, data, 1);
        break;
    case 2:
        memcpy(&datum, data, 2);
        break;
    case 4:
        memcpy(&datum, data, 4);
        break;
    case 8:
        memcpy(&datum, data, 8);
        break;
    case 16:
        memcpy(&datum, data, 16);
        break;
    default:
        break;
    }
    return datum;
}

static inline void
column_set(struct column *column, uint32_t row, union datum datum)
{
    uint32_t bytes = phys_bytes(column->phys);
    memcpy((uint8_t *)column->data + (size_t)row * bytes, &datum, bytes);
}

/*
 * Rows that travel together. Rows that count are sel[0..count) if sel is not null, else 0..count.
 * sel is strictly rising; row numbers are below COLUMN_ROWS_MAX.
 */
struct batch {
    uint32_t count;
    const uint16_t *sel;
    uint32_t column_count;
    struct column *columns;
};
