/*
 * window_buffer.c: see window_buffer.h.
 */
#include "exec/window_buffer.h"

#define PAGES_MIN 6u /* B1, the pinned page and the last one */

void
window_buffer_init(struct window_buffer *buffer, struct exec *exec, const enum phys *phys,
                   uint32_t column_count, uint32_t capacity)
{
    *buffer = (struct window_buffer){.exec = exec,
                                     .arena = exec_new_arena(exec, "window"),
                                     .column_count = column_count,
                                     .capacity = capacity,
                                     .phys = phys};
    buffer->page_bytes = capacity;
    for (uint32_t i = 0; i < column_count; i++)
        buffer->page_bytes += (uint64_t)capacity * (phys_bytes(phys[i]) + 1u);
}

/* ---- chunks in the file ---- */

static void
write_column(struct spill *spill, const struct column *column, uint32_t count)
{
    uint8_t has_nulls = column->has_nulls;

    spill_put_bytes(spill, &has_nulls, 1);
    if (has_nulls)
        spill_put_bytes(spill, column->nulls, count);
    spill_put_bytes(spill, column->data, (size_t)count * phys_bytes(column->phys));
    for (uint32_t i = 0; column->phys == PHYS_VIEW && i < count; i++) {
        const struct view *view = &((const struct view *)column->data)[i];
        if (view->bytes > VIEW_INLINE_BYTES && !column_is_null(column, i))
            spill_put_bytes(spill, view->far.data, view->bytes);
    }
}

static void
read_column(struct spill *spill, struct column *column, uint32_t count, struct arena *views)
{
    uint8_t has_nulls;

    spill_get_bytes(spill, &has_nulls, 1);
    column->has_nulls = has_nulls != 0;
    if (has_nulls)
        spill_get_bytes(spill, column->nulls, count);
    spill_get_bytes(spill, column->data, (size_t)count * phys_bytes(column->phys));
    for (uint32_t i = 0; column->phys == PHYS_VIEW && i < count; i++) {
        struct view *view = &((struct view *)column->data)[i];
        if (view->bytes <= VIEW_INLINE_BYTES || column_is_null(column, i))
            continue;
        uint8_t *bytes = arena_alloc(views, view->bytes);
        spill_get_bytes(spill, bytes, view->bytes);
        view->far.data = bytes;
    }
}

static void
write_chunk(struct window_buffer *buffer, struct window_chunk *chunk)
{
    if (buffer->io == NULL)
        buffer->io = arena_alloc(buffer->arena, SPILL_BLOCK_BYTES);
    chunk->spill.reader.buffer = buffer->io;
    for (uint32_t i = 0; i < buffer->column_count; i++)
        write_column(&chunk->spill, &chunk->page->columns[i], chunk->count);
    spill_put_bytes(&chunk->spill, chunk->page->flags, chunk->count);
    spill_finish(&chunk->spill);
    chunk->is_written = true;
}

/* ---- pages ---- */

static uint64_t
views_bytes(const struct window_buffer *buffer)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < buffer->page_count; i++) {
        const struct window_page *page = buffer->resident[i]->page;
        if (page->views != NULL)
            bytes += arena_bytes(page->views);
    }
    return bytes;
}

static bool
is_full(const struct window_buffer *buffer)
{
    uint64_t bytes = (buffer->page_count + 1) * buffer->page_bytes;

    if (buffer->page_count < PAGES_MIN)
        return false;
    return bytes > buffer->exec->work_mem_bytes ||
           bytes + views_bytes(buffer) > buffer->exec->work_mem_bytes;
}

static void
free_page(struct window_buffer *buffer, struct window_chunk *chunk)
{
    struct window_page *page = chunk->page;

    if (page == NULL)
        return;
    uint32_t at = 0;
    while (buffer->resident[at] != chunk)
        at++;
    buffer->resident[at] = buffer->resident[--buffer->page_count];
    chunk->page = NULL;
    page->next = buffer->free_pages;
    buffer->free_pages = page;
    if (page->views != NULL)
        arena_reset(page->views);
}

static void
evict(struct window_buffer *buffer)
{
    struct window_chunk *oldest = NULL;

    for (uint32_t i = 0; i < buffer->page_count; i++) {
        struct window_chunk *chunk = buffer->resident[i];
        /* The last chunk may still be growing. */
        bool is_last = chunk == buffer->chunks[buffer->chunk_count - 1];
        if (chunk->page != buffer->pinned && (!is_last || chunk->count == buffer->capacity) &&
            (oldest == NULL || chunk->used < oldest->used))
            oldest = chunk;
    }
    if (oldest == NULL)
        return;
    if (!oldest->is_written)
        write_chunk(buffer, oldest);
    free_page(buffer, oldest);
}

static struct window_page *
new_page(struct window_buffer *buffer)
{
    struct arena *arena = buffer->arena;
    struct window_page *page = arena_alloc_zero(arena, sizeof *page);

    page->columns = arena_alloc_array(arena, buffer->column_count, sizeof *page->columns);
    page->flags = arena_alloc(arena, buffer->capacity);
    bool has_views = false;
    for (uint32_t i = 0; i < buffer->column_count; i++) {
        vector_init(&page->columns[i], buffer->phys[i], buffer->capacity, arena);
        has_views |= buffer->phys[i] == PHYS_VIEW;
    }
    if (has_views)
        page->views = exec_new_arena(buffer->exec, "window views");
    return page;
}

static struct window_page *
take_page(struct window_buffer *buffer)
{
    while (is_full(buffer)) {
        uint32_t before = buffer->page_count;
        evict(buffer);
        if (buffer->page_count == before)
            break;
    }
    struct window_page *page = buffer->free_pages;
    if (page != NULL)
        buffer->free_pages = page->next;
    else
        page = new_page(buffer);
    for (uint32_t i = 0; i < buffer->column_count; i++)
        page->columns[i].has_nulls = false;
    return page;
}

static void
give_page(struct window_buffer *buffer, struct window_chunk *chunk, struct window_page *page)
{
    if (buffer->page_count == buffer->resident_capacity)
        buffer->resident = arena_grow(buffer->arena, buffer->resident, &buffer->resident_capacity,
                                      sizeof *buffer->resident);
    buffer->resident[buffer->page_count++] = chunk;
    chunk->page = page;
}

/* ---- chunks ---- */

static struct window_chunk *
add_chunk(struct window_buffer *buffer)
{
    struct window_chunk *chunk = buffer->free_chunks;

    if (buffer->chunk_count == buffer->chunk_capacity)
        buffer->chunks = arena_grow(buffer->arena, buffer->chunks, &buffer->chunk_capacity,
                                    sizeof *buffer->chunks);
    struct window_page *page = take_page(buffer);
    if (chunk != NULL) {
        buffer->free_chunks = chunk->next;
    } else {
        chunk = arena_alloc_zero(buffer->arena, sizeof *chunk);
        spill_init(&chunk->spill, buffer->exec, NULL, buffer->arena);
    }
    give_page(buffer, chunk, page);
    chunk->count = 0;
    chunk->is_written = false;
    chunk->used = ++buffer->uses;
    buffer->chunks[buffer->chunk_count++] = chunk;
    return chunk;
}

static void
drop_chunk(struct window_buffer *buffer, struct window_chunk *chunk)
{
    free_page(buffer, chunk);
    if (chunk->is_written)
        spill_end(&chunk->spill);
    chunk->next = buffer->free_chunks;
    buffer->free_chunks = chunk;
}

void
window_buffer_clear(struct window_buffer *buffer)
{
    buffer->pinned = NULL;
    for (uint32_t i = 0; i < buffer->chunk_count; i++)
        drop_chunk(buffer, buffer->chunks[i]);
    buffer->chunk_count = 0;
    buffer->first = buffer->end = 0;
}

void
window_buffer_trim(struct window_buffer *buffer, uint64_t row)
{
    uint64_t count = row <= buffer->first ? 0 : (row - buffer->first) / buffer->capacity;

    if (buffer->chunk_count == 0 || count == 0)
        return;
    if (count >= buffer->chunk_count)
        count = buffer->chunk_count - 1u;
    for (uint32_t i = 0; i < count; i++)
        drop_chunk(buffer, buffer->chunks[i]);
    buffer->chunk_count -= (uint32_t)count;
    memmove(buffer->chunks, buffer->chunks + count, buffer->chunk_count * sizeof *buffer->chunks);
    buffer->first += count * buffer->capacity;
}

struct window_page *
window_buffer_page(struct window_buffer *buffer, uint64_t row, uint64_t *first)
{
    check(row >= buffer->first && row < buffer->end);
    uint64_t idx = (row - buffer->first) / buffer->capacity;
    struct window_chunk *chunk = buffer->chunks[idx];

    *first = buffer->first + idx * buffer->capacity;
    chunk->used = ++buffer->uses;
    if (LIKELY(chunk->page != NULL))
        return chunk->page;
    struct window_page *page = take_page(buffer);
    chunk->spill.reader.buffer = buffer->io;
    spill_restart(&chunk->spill);
    for (uint32_t i = 0; i < buffer->column_count; i++)
        read_column(&chunk->spill, &page->columns[i], chunk->count, page->views);
    spill_get_bytes(&chunk->spill, page->flags, chunk->count);
    give_page(buffer, chunk, page);
    return page;
}

struct window_page *
window_buffer_room(struct window_buffer *buffer, uint32_t *at, uint32_t *room)
{
    struct window_chunk *last =
        buffer->chunk_count == 0 ? NULL : buffer->chunks[buffer->chunk_count - 1];

    if (last == NULL || last->count == buffer->capacity)
        last = add_chunk(buffer);
    *at = last->count;
    *room = buffer->capacity - last->count;
    last->used = ++buffer->uses;
    return last->page;
}

void
window_buffer_added(struct window_buffer *buffer, uint32_t count)
{
    buffer->chunks[buffer->chunk_count - 1]->count += count;
    buffer->end += count;
}
