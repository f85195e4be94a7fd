/*
 * row_buffer.c: batches copied out of an execution, packed to the rows that count, text and all.
 */
#include "session/row_buffer.h"

#include "base/raise.h"

struct row_buffer {
    struct batch **batches;
    uint64_t *first; /* number of each batch's first row */
    uint32_t count, capacity;
    uint64_t row_count;
};

static void
column_keep(struct arena *arena, const struct batch *batch, const struct column *from,
            struct column *to)
{
    uint32_t bytes = phys_bytes(from->phys), rows = batch->count;
    *to = (struct column){.phys = from->phys, .has_nulls = from->has_nulls};
    to->data = arena_alloc(arena, (size_t)rows * bytes + 1);
    to->nulls = arena_alloc(arena, rows + 1);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
        union datum value = column_get(from, row);
        to->nulls[i] = column_is_null(from, row);
        if (from->phys == PHYS_VIEW && value.view.bytes > VIEW_INLINE_BYTES && !to->nulls[i])
            value.view =
                view_of(arena_copy(arena, value.view.far.data, value.view.bytes), value.view.bytes);
        column_set(to, i, value);
    }
}

struct batch *
batch_keep(struct arena *arena, const struct batch *batch)
{
    struct batch *kept = arena_alloc(arena, sizeof *kept);
    *kept = (struct batch){.count = batch->count, .column_count = batch->column_count};
    kept->columns = arena_alloc_array(arena, batch->column_count + 1, sizeof *kept->columns);
    for (uint32_t i = 0; i < batch->column_count; i++)
        column_keep(arena, batch, &batch->columns[i], &kept->columns[i]);
    return kept;
}

void
row_buffer_add(struct portal *portal, const struct batch *batch)
{
    struct arena *arena = portal->arena;
    if (portal->rows == NULL)
        portal->rows = arena_alloc_zero(arena, sizeof *portal->rows);
    struct row_buffer *rows = portal->rows;
    if (rows->count == rows->capacity) {
        uint32_t capacity = rows->capacity == 0 ? 16 : rows->capacity * 2;
        rows->batches = arena_resize(arena, rows->batches, rows->count * sizeof *rows->batches,
                                     capacity * sizeof *rows->batches);
        rows->first = arena_resize(arena, rows->first, rows->count * sizeof *rows->first,
                                   capacity * sizeof *rows->first);
        rows->capacity = capacity;
    }
    rows->first[rows->count] = rows->row_count;
    rows->batches[rows->count++] = batch_keep(arena, batch);
    rows->row_count += batch->count;
}

void
row_buffer_fill(struct portal *portal)
{
    const struct batch *batch;
    portal->rows = arena_alloc_zero(portal->arena, sizeof *portal->rows);
    while ((batch = portal_next(portal, 0)) != NULL)
        row_buffer_add(portal, batch);
}

const struct batch *
row_buffer_batch(const struct row_buffer *rows, uint32_t idx)
{
    return idx < rows->count ? rows->batches[idx] : NULL;
}

uint64_t
row_buffer_count(const struct row_buffer *rows)
{
    return rows->row_count;
}

const struct batch *
row_buffer_row(const struct row_buffer *rows, uint64_t row_idx, struct arena *arena)
{
    uint32_t low = 0, high = rows->count;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        *(rows->first[middle] <= row_idx ? &low : &high) = middle;
    }
    uint16_t *sel = arena_alloc(arena, sizeof *sel);
    *sel = (uint16_t)(row_idx - rows->first[low]);
    struct batch *batch = arena_copy(arena, rows->batches[low], sizeof *batch);
    batch->sel = sel;
    batch->count = 1;
    return batch;
}
