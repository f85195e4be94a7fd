/*
 * row_store.c: see row_store.h.
 */
#include "exec/row_store.h"
#include "exec/vector.h"

static uint32_t
align_to(uint32_t at, uint32_t bytes)
{
    return bytes == 0 ? at : (at + bytes - 1) / bytes * bytes;
}

void
row_shape_init(struct row_shape *shape, struct arena *arena, const enum phys *phys,
               uint32_t column_count, uint32_t header_bytes, uint32_t tail_bytes)
{
    uint32_t at = header_bytes + column_count;

    shape->column_count = column_count;
    shape->phys = phys;
    shape->nulls_at = header_bytes;
    shape->column_at = arena_alloc_array(arena, column_count, sizeof *shape->column_at);
    for (uint32_t i = 0; i < column_count; i++) {
        at = align_to(at, phys_bytes(phys[i]) == 16 ? 8 : phys_bytes(phys[i]));
        shape->column_at[i] = at;
        at += phys_bytes(phys[i]);
    }
    shape->tail_at = align_to(at, 16);
    shape->row_bytes = align_to(shape->tail_at + tail_bytes, 16);
    if (shape->row_bytes == 0)
        shape->row_bytes = 16;
}

void
row_store_init(struct row_store *store, const struct row_shape *shape, struct arena *arena)
{
    *store = (struct row_store){.shape = shape, .arena = arena};
}

static void
add_chunk(struct row_store *store)
{
    if (store->chunk_count == store->chunk_capacity) {
        uint32_t wider = store->chunk_capacity == 0 ? 16 : store->chunk_capacity * 2;
        store->chunks =
            arena_resize(store->arena, store->chunks, store->chunk_capacity * sizeof *store->chunks,
                         wider * sizeof *store->chunks);
        store->chunk_capacity = wider;
    }
    store->chunks[store->chunk_count++] =
        arena_alloc(store->arena, (size_t)ROW_CHUNK_ROWS * store->shape->row_bytes);
}

uint8_t *
row_store_new(struct row_store *store)
{
    const struct row_shape *shape = store->shape;

    if (store->row_count == (uint64_t)store->chunk_count * ROW_CHUNK_ROWS)
        add_chunk(store);
    uint8_t *row = row_store_row(store, store->row_count++);
    memset(row, 0, shape->nulls_at);
    memset(row + shape->tail_at, 0, shape->row_bytes - shape->tail_at);
    return row;
}

static void
put_views(struct row_store *store, uint8_t *const *rows, uint32_t at, const struct column *from,
          uint32_t count, const uint16_t *sel)
{
    const struct view *views = from->data;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = from->is_const ? 0 : sel_row(sel, i);
        struct view view = views[row];
        if (from->has_nulls && from->nulls[row]) {
            view = view_of(NULL, 0);
        } else if (view.bytes > VIEW_INLINE_BYTES) {
            view.far.data = arena_copy(store->arena, view.far.data, view.bytes);
            store->long_bytes += view.bytes;
        }
        memcpy(rows[i] + at, &view, sizeof view);
    }
}

#define PUT_FIXED(type)                                                                            \
    for (uint32_t i = 0; i < count; i++)                                                           \
    *(type *)(rows[i] + at) = ((const type *)from->data)[from->is_const ? 0 : sel_row(sel, i)]

void
row_store_put(struct row_store *store, uint8_t *const *rows, uint32_t column_idx,
              const struct column *from, uint32_t count, const uint16_t *sel)
{
    uint32_t at = store->shape->column_at[column_idx];
    uint32_t null_at = store->shape->nulls_at + column_idx;

    switch (store->shape->phys[column_idx]) {
    case PHYS_NONE:
        break;
    case PHYS_BOOL:
        PUT_FIXED(uint8_t);
        break;
    case PHYS_I16:
        PUT_FIXED(uint16_t);
        break;
    case PHYS_I32:
    case PHYS_F32:
        PUT_FIXED(uint32_t);
        break;
    case PHYS_I64:
    case PHYS_F64:
        PUT_FIXED(uint64_t);
        break;
    case PHYS_VIEW:
        put_views(store, rows, at, from, count, sel);
        break;
    case PHYS_WIDE:
        for (uint32_t i = 0; i < count; i++) {
            uint32_t row = from->is_const ? 0 : sel_row(sel, i);
            memcpy(rows[i] + at, (const uint8_t *)from->data + (size_t)row * 16, 16);
        }
        break;
    }
    for (uint32_t i = 0; i < count; i++)
        rows[i][null_at] = 0;
    for (uint32_t i = 0; from->has_nulls && i < count; i++)
        rows[i][null_at] = from->nulls[from->is_const ? 0 : sel_row(sel, i)];
}

void
row_store_append(struct row_store *store, const struct batch *batch, uint8_t **rows)
{
    for (uint32_t i = 0; i < batch->count; i++)
        rows[i] = row_store_new(store);
    for (uint32_t c = 0; c < store->shape->column_count; c++)
        row_store_put(store, rows, c, &batch->columns[c], batch->count, batch->sel);
}

union datum
row_datum(const struct row_shape *shape, const uint8_t *row, uint32_t column_idx)
{
    union datum datum = {.words = {0, 0}};

    if (!row_is_null(shape, row, column_idx))
        memcpy(&datum, row + shape->column_at[column_idx], phys_bytes(shape->phys[column_idx]));
    return datum;
}

#define GATHER_FIXED(type)                                                                         \
    for (uint32_t i = 0; i < count; i++)                                                           \
    ((type *)data)[i] = rows[i] != NULL ? *(const type *)(rows[i] + from) : 0

void
row_gather(const struct row_shape *shape, const uint8_t *const *rows, uint32_t count,
           uint32_t column_idx, struct column *to, uint32_t at)
{
    uint32_t from = shape->column_at[column_idx], null_at = shape->nulls_at + column_idx;
    void *data = (uint8_t *)to->data + (size_t)at * phys_bytes(to->phys);
    uint8_t any = 0;

    switch (to->phys) {
    case PHYS_NONE:
        break;
    case PHYS_BOOL:
        GATHER_FIXED(uint8_t);
        break;
    case PHYS_I16:
        GATHER_FIXED(uint16_t);
        break;
    case PHYS_I32:
    case PHYS_F32:
        GATHER_FIXED(uint32_t);
        break;
    case PHYS_I64:
    case PHYS_F64:
        GATHER_FIXED(uint64_t);
        break;
    case PHYS_VIEW:
    case PHYS_WIDE:
        for (uint32_t i = 0; i < count; i++) {
            if (rows[i] != NULL)
                memcpy((uint8_t *)data + (size_t)i * 16, rows[i] + from, 16);
            else
                memset((uint8_t *)data + (size_t)i * 16, 0, 16);
        }
        break;
    }
    uint8_t *nulls = to->nulls + at;
    for (uint32_t i = 0; i < count; i++) {
        nulls[i] = rows[i] == NULL ? 1 : rows[i][null_at];
        any |= nulls[i];
    }
    if (any && !to->has_nulls)
        memset(to->nulls, 0, at);
    to->has_nulls |= any != 0;
}
