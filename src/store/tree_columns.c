/*
 * tree_columns.c: a run of a leaf's rows into vectors, one a column.
 *
 * Values are gathered as slices first; layout.c then reads column by column. Key columns are read
 * from prefix and suffix without putting keys together: the bytes that the prefix gives are the
 * same for all rows of the leaf, and what the slot's head covers needs no look at the row.
 */
#include "base/check.h"
#include "store/layout_int.h"
#include "store/overflow.h"
#include "store/tree_int.h"

/* The rows of one leaf that are read at once. */
struct leaf_run {
    const struct page *leaf;
    uint32_t first, count;
};

/* A column of the key, of `bytes` bytes at `offset`, of each row as a big-endian number. */
static bool
read_key_column(const struct leaf_run *run, uint32_t offset, uint32_t bytes, uint64_t *to)
{
    check(bytes <= 8);
    const struct page *leaf = run->leaf;
    const struct page_slot *slots = page_slots(leaf) + run->first;
    uint32_t prefix = leaf->prefix_bytes, end = offset + bytes;
    /* What the prefix has of it. */
    uint64_t fixed = 0;
    for (uint32_t i = offset; i < end && i < prefix; i++)
        fixed = fixed << 8 | leaf->body[i];
    uint32_t from = offset > prefix ? offset - prefix : 0; /* in the suffix */
    uint32_t left = end > prefix ? end - prefix - from : 0;
    fixed = left == 8 ? 0 : fixed << (8 * left);
    if (from + left <= 4) {
        uint32_t shift = 8 * (4 - from - left);
        uint32_t mask = left == 4 ? UINT32_MAX : ((uint32_t)1 << (8 * left)) - 1;
        for (uint32_t i = 0; i < run->count; i++) {
            if (UNLIKELY(slots[i].key_bytes < from + left))
                return false;
            to[i] = fixed | (left == 0 ? 0 : (slots[i].head >> shift & mask));
        }
        return true;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        if (UNLIKELY(slots[i].key_bytes < from + left))
            return false;
        uint8_t word[8] = {0};
        memcpy(word + 8 - left, (const uint8_t *)leaf + slots[i].offset + LEAF_ROW_HEAD + from,
               left);
        to[i] = fixed | be64_get(word);
    }
    return true;
}

static bool
read_key_columns(const struct leaf_run *run, const struct layout *layout, struct column *columns)
{
    uint64_t raw[COLUMN_ROWS_MAX];
    for (uint32_t k = 0; k < layout->column_count; k++) {
        const struct stored_column *stored = &layout->format->columns[layout->column_idx[k]];
        if (stored->place != PLACE_KEY)
            continue;
        uint32_t bytes = phys_bytes(stored->phys);
        if (!read_key_column(run, stored->key_offset, bytes, raw))
            return false;
        columns[k].has_nulls = false;
        if (bytes == 8) {
            for (uint32_t i = 0; i < run->count; i++)
                ((uint64_t *)columns[k].data)[i] = key_column_decode(raw[i], 8);
        } else if (bytes == 4) {
            for (uint32_t i = 0; i < run->count; i++)
                ((uint32_t *)columns[k].data)[i] = (uint32_t)key_column_decode(raw[i], 4);
        } else {
            for (uint32_t i = 0; i < run->count; i++)
                ((uint16_t *)columns[k].data)[i] = (uint16_t)key_column_decode(raw[i], 2);
        }
    }
    return true;
}

static bool
wants_values(const struct layout *layout)
{
    for (uint32_t k = 0; k < layout->column_count; k++) {
        if (layout->format->columns[layout->column_idx[k]].place != PLACE_KEY)
            return true;
    }
    return false;
}

/* Long values go to the arena. */
static enum status
gather_values(struct store *store, const struct leaf_run *run, struct arena *arena,
              struct slice *values)
{
    for (uint32_t i = 0; i < run->count; i++) {
        bool is_overflow;
        values[i] = leaf_value(run->leaf, run->first + i, &is_overflow);
        if (LIKELY(!is_overflow))
            continue;
        struct overflow_stub stub = leaf_stub(values[i]);
        uint8_t *to = arena_try_alloc(arena, stub.value_bytes);
        if (to == NULL)
            return ST_NO_MEMORY;
        TRY(overflow_read(store, stub, to));
        values[i] = slice_of(to, stub.value_bytes);
    }
    return ST_OK;
}

/* How many of the leaf's rows from slot `idx` on are before `end`. */
static uint32_t
rows_before(const struct page *leaf, uint32_t idx, struct slice end)
{
    if (end.data == NULL)
        return leaf->slot_count - idx;
    bool is_equal;
    uint32_t limit = leaf_find(leaf, end, &is_equal);
    return limit > idx ? limit - idx : 0;
}

enum status
cursor_read_columns(struct cursor *cursor, const struct layout *layout, struct slice end,
                    uint32_t max, struct arena *arena, struct column *columns, uint32_t *count)
{
    *count = 0;
    if (cursor->is_at_end)
        return ST_OK;
    uint32_t d = cursor->depth - 1;
    struct leaf_run run = {.leaf = cursor->path[d].bytes, .first = cursor->path[d].slot_idx};
    run.count = rows_before(run.leaf, run.first, end);
    if (run.count == 0)
        return ST_OK;
    if (max > COLUMN_ROWS_MAX)
        max = COLUMN_ROWS_MAX;
    if (run.count > max)
        run.count = max;

    struct slice values[COLUMN_ROWS_MAX];
    enum status st = ST_OK;
    if (wants_values(layout)) {
        st = gather_values(cursor->store, &run, arena, values);
        if (st == ST_OK)
            st = layout_read_values(layout, values, run.count, columns);
    }
    if (st == ST_OK && !read_key_columns(&run, layout, columns))
        st = ST_CORRUPT;
    if (st != ST_OK)
        return st == ST_CORRUPT ? tree_bad_row(cursor->store, cursor->path[d].page) : st;
    *count = run.count;
    cursor->path[d].slot_idx += run.count - 1;
    return cursor_next(cursor);
}
