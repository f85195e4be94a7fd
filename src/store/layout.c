/*
 * layout.c: rows to and from columns. The row's format stands in layout.h.
 *
 * Row by row, a value is first measured: how many columns it stores decides where its fixed area,
 * its ends and its bytes begin. Rows of one leaf nearly always store the same columns, so
 * layout_read_values measures once, makes sure that all rows are alike, and then runs a tight loop
 * a column with one constant offset. Rows that differ (a column was added since, a value is huge)
 * take the way of single rows.
 */
#include "store/layout.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "store/layout_int.h"

#define NO_SLOT UINT16_MAX
#define STORED_MAX 0x7fffu
#define ENDS_ARE_U32 0x8000u

/* Where the parts of a value lie, by its first two bytes. */
struct shape {
    uint32_t stored;     /* columns */
    uint32_t null_bytes; /* from offset 2 */
    uint32_t fixed_at, ends_at, var_at;
    uint32_t end_bytes; /* 2 or 4 */
    uint32_t var_count;
};

static inline bool
is_fixed(enum phys phys)
{
    return phys != PHYS_VIEW;
}

enum status
row_format_init(struct row_format *format, struct arena *arena)
{
    uint32_t count = format->column_count;
    if (count > STORED_MAX)
        return ST_LIMIT;
    size_t words = (size_t)count + 1;
    format->value_slot = arena_try_alloc(arena, words * sizeof *format->value_slot);
    format->fixed_offset = arena_try_alloc(arena, words * sizeof *format->fixed_offset);
    format->var_slot = arena_try_alloc(arena, words * sizeof *format->var_slot);
    format->fixed_bytes_at = arena_try_alloc(arena, words * sizeof *format->fixed_bytes_at);
    format->var_count_at = arena_try_alloc(arena, words * sizeof *format->var_count_at);
    if (format->value_slot == NULL || format->fixed_offset == NULL || format->var_slot == NULL ||
        format->fixed_bytes_at == NULL || format->var_count_at == NULL)
        return ST_NO_MEMORY;
    uint32_t stored = 0, fixed_bytes = 0, var_count = 0;
    format->fixed_bytes_at[0] = 0;
    format->var_count_at[0] = 0;
    for (uint32_t c = 0; c < count; c++) {
        const struct stored_column *column = &format->columns[c];
        format->value_slot[c] = format->var_slot[c] = NO_SLOT;
        format->fixed_offset[c] = 0;
        if (column->place == PLACE_KEY) {
            if (column->phys != PHYS_I16 && column->phys != PHYS_I32 && column->phys != PHYS_I64)
                return ST_INVALID;
            continue;
        }
        format->value_slot[c] = (uint16_t)stored++;
        if (is_fixed(column->phys)) {
            format->fixed_offset[c] = fixed_bytes;
            fixed_bytes += phys_bytes(column->phys);
        } else {
            format->var_slot[c] = (uint16_t)var_count++;
        }
        format->fixed_bytes_at[stored] = fixed_bytes;
        format->var_count_at[stored] = (uint16_t)var_count;
    }
    format->value_column_count = stored;
    return ST_OK;
}

static struct shape
shape_of(const struct row_format *format, uint32_t first_word)
{
    struct shape shape = {.stored = first_word & STORED_MAX};
    shape.null_bytes = (shape.stored + 7) / 8;
    shape.fixed_at = 2 + shape.null_bytes;
    shape.ends_at = shape.fixed_at + format->fixed_bytes_at[shape.stored];
    shape.var_count = format->var_count_at[shape.stored];
    shape.end_bytes = (first_word & ENDS_ARE_U32) != 0 ? 4 : 2;
    shape.var_at = shape.ends_at + shape.var_count * shape.end_bytes;
    return shape;
}

/* ---- encoding ---- */

/* memcpy of a fixed kind's bytes, without a call. */
static inline void
fixed_put(uint8_t *at, const union datum *value, uint32_t bytes)
{
    switch (bytes) {
    case 1:
        memcpy(at, value, 1);
        break;
    case 2:
        memcpy(at, value, 2);
        break;
    case 4:
        memcpy(at, value, 4);
        break;
    case 8:
        memcpy(at, value, 8);
        break;
    case 16:
        memcpy(at, value, 16);
        break;
    default:
        break; /* PHYS_NONE has no bytes */
    }
}

static enum status
encode(const struct row_format *format, const union datum *values, const bool *nulls,
       uint64_t var_bytes, struct buf *to)
{
    uint32_t word = format->value_column_count | (var_bytes > UINT16_MAX ? ENDS_ARE_U32 : 0);
    struct shape shape = shape_of(format, word);
    if (var_bytes > UINT32_MAX - shape.var_at)
        return ST_LIMIT;
    uint8_t *row = buf_reserve(to, shape.var_at + (size_t)var_bytes);
    if (row == NULL)
        return ST_NO_MEMORY;
    le16_set(row, (uint16_t)word);
    memset(row + 2, 0, shape.null_bytes);
    uint8_t *var = row + shape.var_at;
    uint32_t end = 0, end_at = shape.ends_at;
    for (uint32_t c = 0; c < format->column_count; c++) {
        const struct stored_column *column = &format->columns[c];
        uint32_t slot = format->value_slot[c];
        if (column->place == PLACE_KEY)
            continue;
        if (nulls[c])
            row[2 + slot / 8] |= (uint8_t)(1u << (slot % 8));
        if (is_fixed(column->phys)) {
            uint8_t *at = row + shape.fixed_at + format->fixed_offset[c];
            uint32_t bytes = phys_bytes(column->phys);
            if (nulls[c])
                memset(at, 0, bytes);
            else
                fixed_put(at, &values[c], bytes);
            continue;
        }
        if (!nulls[c] && values[c].view.bytes != 0) {
            memcpy(var + end, view_data(&values[c].view), values[c].view.bytes);
            end += values[c].view.bytes;
        }
        if (shape.end_bytes == 2)
            le16_set(row + end_at, (uint16_t)end);
        else
            le32_set(row + end_at, end);
        end_at += shape.end_bytes;
    }
    to->bytes += shape.var_at + (size_t)var_bytes;
    return ST_OK;
}

enum status
row_encode(const struct row_format *format, const union datum *values, const bool *nulls,
           struct buf *to)
{
    uint64_t var_bytes = 0;
    for (uint32_t c = 0; c < format->column_count; c++) {
        if (format->columns[c].phys == PHYS_VIEW && !nulls[c])
            var_bytes += values[c].view.bytes;
    }
    return encode(format, values, nulls, var_bytes, to);
}

/* Columns that row_encode_columns gathers without an allocation. */
#define GATHER_MAX 64u

enum status
row_encode_columns(const struct row_format *format, const struct column *columns, uint32_t row,
                   struct buf *to)
{
    union datum few_values[GATHER_MAX];
    bool few_nulls[GATHER_MAX];
    union datum *values = few_values;
    bool *nulls = few_nulls;
    uint32_t count = format->column_count;
    void *many = NULL;
    if (count > GATHER_MAX) {
        many = mem_alloc((size_t)count * (sizeof *values + sizeof *nulls));
        if (many == NULL)
            return ST_NO_MEMORY;
        values = many;
        nulls = (bool *)(values + count);
    }
    uint64_t var_bytes = 0;
    nulls[0] = false; /* there may be no column */
    values[0] = (union datum){.words = {0, 0}};
    for (uint32_t c = 0; c < count; c++) {
        nulls[c] = column_is_null(&columns[c], row);
        values[c] = column_get(&columns[c], row);
        if (columns[c].phys == PHYS_VIEW && !nulls[c])
            var_bytes += values[c].view.bytes;
    }
    enum status st = encode(format, values, nulls, var_bytes, to);
    if (many != NULL)
        mem_free(many);
    return st;
}

/* ---- decoding ---- */

/* A value's shape, if the format knows it and the value is long enough for it. */
static bool
measure(const struct row_format *format, struct slice value, struct shape *shape)
{
    if (value.bytes < 2)
        return false;
    uint32_t word = le16_get(value.data);
    if ((word & STORED_MAX) > format->value_column_count)
        return false;
    *shape = shape_of(format, word);
    return value.bytes >= shape->var_at;
}

static inline uint32_t
end_get(const uint8_t *value, const struct shape *shape, uint32_t var_slot)
{
    const uint8_t *at = value + shape->ends_at + var_slot * shape->end_bytes;
    return shape->end_bytes == 2 ? le16_get(at) : le32_get(at);
}

/*
 * A view without a call to memcpy for what lies in the handle: short texts and small numerics are
 * most of what is read. From 4 bytes on two words that may overlap cover it.
 */
static inline struct view
short_view(const uint8_t *data, uint32_t bytes)
{
    struct view view = {.bytes = bytes};
    uint64_t low = 0;
    uint32_t high = 0;
    if (bytes >= 8) {
        low = le64_get(data);
        high = bytes == 8 ? 0 : le32_get(data + bytes - 4) >> (8 * (12 - bytes));
    } else if (bytes >= 4) {
        uint64_t tail = le32_get(data + bytes - 4);
        low = le32_get(data) | tail << (8 * (bytes - 4));
    } else if (bytes != 0) {
        low = data[0] | (uint64_t)data[bytes / 2] << (8 * (bytes / 2)) |
              (uint64_t)data[bytes - 1] << (8 * (bytes - 1));
    }
    memcpy(view.inlined, &low, 8);
    memcpy(view.inlined + 8, &high, 4);
    return view;
}

/* A variable column's bytes; false if they reach past the value. */
static inline bool
var_get(struct slice value, const struct shape *shape, uint32_t var_slot, struct view *view)
{
    uint32_t begin = var_slot == 0 ? 0 : end_get(value.data, shape, var_slot - 1);
    uint32_t end = end_get(value.data, shape, var_slot);
    if (UNLIKELY(begin > end || end > value.bytes - shape->var_at))
        return false;
    const uint8_t *data = value.data + shape->var_at + begin;
    *view = end - begin <= VIEW_INLINE_BYTES ? short_view(data, end - begin)
                                             : view_of(data, end - begin);
    return true;
}

static bool
key_column_get(const struct stored_column *column, struct slice key, union datum *to)
{
    uint32_t bytes = phys_bytes(column->phys);
    if (key.bytes < (size_t)column->key_offset + bytes)
        return false;
    const uint8_t *at = key.data + column->key_offset;
    uint64_t raw = bytes == 2 ? be16_get(at) : bytes == 4 ? be32_get(at) : be64_get(at);
    *to = (union datum){.words = {key_column_decode(raw, bytes), 0}};
    return true;
}

/* One column of one row. */
static bool
column_decode(const struct row_format *format, uint32_t c, struct slice key, struct slice value,
              const struct shape *shape, union datum *to, bool *is_null)
{
    const struct stored_column *column = &format->columns[c];
    *is_null = false;
    if (column->place == PLACE_KEY)
        return key_column_get(column, key, to);
    uint32_t slot = format->value_slot[c];
    *to = (union datum){.words = {0, 0}};
    if (slot >= shape->stored) {
        *is_null = column->is_missing_null;
        if (!*is_null)
            *to = column->missing;
        return true;
    }
    *is_null = (value.data[2 + slot / 8] >> (slot % 8) & 1) != 0;
    if (!is_fixed(column->phys))
        return var_get(value, shape, format->var_slot[c], &to->view);
    memcpy(to, value.data + shape->fixed_at + format->fixed_offset[c], phys_bytes(column->phys));
    return true;
}

enum status
row_decode(const struct layout *layout, struct slice key, struct slice value, union datum *values,
           bool *nulls)
{
    struct shape shape;
    if (!measure(layout->format, value, &shape))
        return ST_CORRUPT;
    for (uint32_t i = 0; i < layout->column_count; i++) {
        if (!column_decode(layout->format, layout->column_idx[i], key, value, &shape, &values[i],
                           &nulls[i]))
            return ST_CORRUPT;
    }
    return ST_OK;
}

/* Into row `row` of a vector whose rows before it may have no nulls noted yet. */
static void
column_put(struct column *column, uint32_t row, union datum datum, bool is_null)
{
    if (is_null && !column->has_nulls) {
        column->has_nulls = true;
        memset(column->nulls, 0, row);
    }
    if (column->has_nulls)
        column->nulls[row] = is_null;
    column_set(column, row, datum);
}

enum status
row_decode_columns(const struct layout *layout, struct slice key, struct slice value,
                   struct column *columns, uint32_t row)
{
    struct shape shape;
    if (!measure(layout->format, value, &shape))
        return ST_CORRUPT;
    for (uint32_t i = 0; i < layout->column_count; i++) {
        union datum datum;
        bool is_null;
        if (!column_decode(layout->format, layout->column_idx[i], key, value, &shape, &datum,
                           &is_null))
            return ST_CORRUPT;
        if (row == 0)
            columns[i].has_nulls = false;
        column_put(&columns[i], row, datum, is_null);
    }
    return ST_OK;
}

/* ---- many rows ---- */

/* Copies a fixed column: one loop for each width, so that each is a load and a store. */
static void
read_fixed(const struct slice *restrict values, uint32_t count, uint32_t at, uint32_t bytes,
           void *restrict to)
{
    switch (bytes) {
    case 1:
        for (uint32_t i = 0; i < count; i++)
            ((uint8_t *)to)[i] = values[i].data[at];
        break;
    case 2:
        for (uint32_t i = 0; i < count; i++)
            ((uint16_t *)to)[i] = le16_get(values[i].data + at);
        break;
    case 4:
        for (uint32_t i = 0; i < count; i++)
            ((uint32_t *)to)[i] = le32_get(values[i].data + at);
        break;
    case 8:
        for (uint32_t i = 0; i < count; i++)
            ((uint64_t *)to)[i] = le64_get(values[i].data + at);
        break;
    case 16:
        for (uint32_t i = 0; i < count; i++)
            memcpy((uint8_t *)to + (size_t)i * 16, values[i].data + at, 16);
        break;
    default:
        break; /* PHYS_NONE has no bytes */
    }
}

/* read_views for ends of 2 bytes: nearly all rows. */
static bool
read_views_u16(const struct slice *restrict values, uint32_t count, uint32_t end_at,
               uint32_t var_at, bool is_first, struct view *restrict to)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *value = values[i].data;
        uint32_t begin = is_first ? 0 : le16_get(value + end_at - 2);
        uint32_t end = le16_get(value + end_at);
        if (UNLIKELY(begin > end || end > values[i].bytes - var_at))
            return false;
        const uint8_t *data = value + var_at + begin;
        uint32_t bytes = end - begin;
        if (bytes == VIEW_INLINE_BYTES) {
            uint64_t low = le64_get(data);
            uint32_t high = le32_get(data + 8);
            to[i].bytes = VIEW_INLINE_BYTES;
            memcpy(to[i].inlined, &low, 8);
            memcpy(to[i].inlined + 8, &high, 4);
        } else {
            to[i] = bytes < VIEW_INLINE_BYTES ? short_view(data, bytes) : view_of(data, bytes);
        }
    }
    return true;
}

static bool
read_views(const struct slice *values, uint32_t count, const struct shape *shape, uint32_t var_slot,
           struct view *to)
{
    if (shape->end_bytes == 2)
        return read_views_u16(values, count, shape->ends_at + var_slot * 2, shape->var_at,
                              var_slot == 0, to);
    for (uint32_t i = 0; i < count; i++) {
        if (!var_get(values[i], shape, var_slot, &to[i]))
            return false;
    }
    return true;
}

static void
read_nulls(const struct slice *restrict values, uint32_t count, uint32_t slot,
           struct column *column)
{
    uint32_t at = 2 + slot / 8, shift = slot % 8;
    uint8_t any = 0, *restrict nulls = column->nulls;
    for (uint32_t i = 0; i < count; i++) {
        nulls[i] = values[i].data[at] >> shift & 1;
        any |= nulls[i];
    }
    column->has_nulls = any != 0;
}

/* A column that the rows do not store. */
static void
fill_missing(const struct stored_column *stored, uint32_t count, struct column *column)
{
    union datum missing = {.words = {0, 0}};
    if (!stored->is_missing_null)
        missing = stored->missing;
    for (uint32_t i = 0; i < count; i++)
        column_set(column, i, missing);
    column->has_nulls = stored->is_missing_null;
    if (column->has_nulls)
        memset(column->nulls, 1, count);
}

/* Whether all values have the shape of the first; *has_nulls if any of their columns is null. */
static bool
are_alike(const struct slice *values, uint32_t count, const struct shape *shape, bool *has_nulls)
{
    uint16_t word = le16_get(values[0].data);
    uint8_t any = 0;
    uint32_t bytes_min = shape->var_at, null_bytes = shape->null_bytes;
    bool is_alike = true;
    for (uint32_t i = 0; i < count; i++) {
        if (UNLIKELY(values[i].bytes < bytes_min))
            return false;
        const uint8_t *value = values[i].data;
        is_alike &= le16_get(value) == word;
        for (uint32_t n = 0; n < null_bytes; n++)
            any |= value[2 + n];
    }
    *has_nulls = any != 0;
    return is_alike;
}

/* Rows of different shapes, one after the other. */
static enum status
read_one_by_one(const struct layout *layout, const struct slice *values, uint32_t count,
                struct column *columns)
{
    const struct row_format *format = layout->format;
    for (uint32_t i = 0; i < count; i++) {
        struct shape shape;
        if (!measure(format, values[i], &shape))
            return ST_CORRUPT;
        for (uint32_t k = 0; k < layout->column_count; k++) {
            uint32_t c = layout->column_idx[k];
            if (format->columns[c].place == PLACE_KEY)
                continue;
            union datum datum;
            bool is_null;
            if (!column_decode(format, c, slice_of(NULL, 0), values[i], &shape, &datum, &is_null))
                return ST_CORRUPT;
            if (i == 0)
                columns[k].has_nulls = false;
            column_put(&columns[k], i, datum, is_null);
        }
    }
    return ST_OK;
}

enum status
layout_read_values(const struct layout *layout, const struct slice *values, uint32_t count,
                   struct column *columns)
{
    const struct row_format *format = layout->format;
    struct shape shape;
    bool has_nulls = false;
    if (count == 0)
        return ST_OK;
    if (!measure(format, values[0], &shape))
        return ST_CORRUPT;
    if (!are_alike(values, count, &shape, &has_nulls))
        return read_one_by_one(layout, values, count, columns);
    for (uint32_t k = 0; k < layout->column_count; k++) {
        uint32_t c = layout->column_idx[k];
        const struct stored_column *stored = &format->columns[c];
        uint32_t slot = format->value_slot[c];
        struct column *column = &columns[k];
        if (stored->place == PLACE_KEY)
            continue;
        if (slot >= shape.stored) {
            fill_missing(stored, count, column);
            continue;
        }
        if (is_fixed(stored->phys))
            read_fixed(values, count, shape.fixed_at + format->fixed_offset[c],
                       phys_bytes(stored->phys), column->data);
        else if (!read_views(values, count, &shape, format->var_slot[c], column->data))
            return ST_CORRUPT;
        column->has_nulls = false;
        if (has_nulls)
            read_nulls(values, count, slot, column);
    }
    return ST_OK;
}
