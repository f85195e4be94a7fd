/*
 * spill.c: see spill.h.
 */
#include "exec/spill.h"
#include "store/temp_file.h"

struct spill_file {
    struct temp_file *file;
    uint32_t block_count;
    uint32_t *free_blocks; /* in the execution's arena */
    uint32_t free_count, free_capacity;
};

static void
close_file(void *object)
{
    struct spill_file *file = object;

    temp_file_close(file->file);
    file->file = NULL;
}

static struct spill_file *
file_of(struct exec *exec)
{
    const char *directory = exec->context.temp_dir != NULL ? exec->context.temp_dir : "/tmp";

    if (exec->spill_file != NULL)
        return exec->spill_file;
    struct spill_file *file = arena_alloc_zero(exec->arena, sizeof *file);
    arena_on_end(exec->arena, close_file, file);
    enum status st = temp_file_open(directory, &file->file);
    if (st != ST_OK)
        raise_status(st, "could not make a temporary file in \"%s\"", directory);
    exec->spill_file = file;
    return file;
}

static uint32_t
take_block(struct exec *exec)
{
    struct spill_file *file = file_of(exec);

    return file->free_count != 0 ? file->free_blocks[--file->free_count] : file->block_count++;
}

static void
give_block(struct exec *exec, uint32_t block)
{
    struct spill_file *file = file_of(exec);

    if (file->free_count == file->free_capacity)
        file->free_blocks = arena_grow(exec->arena, file->free_blocks, &file->free_capacity,
                                       sizeof *file->free_blocks);
    file->free_blocks[file->free_count++] = block;
}

void
spill_init(struct spill *spill, struct exec *exec, const struct row_shape *shape,
           struct arena *arena)
{
    *spill =
        (struct spill){.exec = exec, .shape = shape, .arena = arena, .reader = {.arena = arena}};
}

/* ---- writing ---- */

static void
flush(struct spill *spill)
{
    uint32_t block = take_block(spill->exec);

    if (spill->block_count == spill->block_capacity)
        spill->blocks =
            arena_grow(spill->arena, spill->blocks, &spill->block_capacity, sizeof *spill->blocks);
    spill->blocks[spill->block_count++] = (struct spill_block){block, spill->buffer_used};
    uint8_t *buffer = spill->reader.buffer;
    /* What is behind the last row is zero. */
    memset(buffer + spill->buffer_used, 0, SPILL_BLOCK_BYTES - spill->buffer_used);
    enum status st = temp_file_write(
        file_of(spill->exec)->file, (uint64_t)block * SPILL_BLOCK_BYTES, buffer, SPILL_BLOCK_BYTES);
    if (st != ST_OK)
        raise_status(st, "could not write to a temporary file");
    spill->buffer_used = 0;
}

void
spill_put_bytes(struct spill *spill, const void *from, size_t bytes)
{
    const uint8_t *at = from;

    if (spill->reader.buffer == NULL)
        spill->reader.buffer = arena_alloc(spill->arena, SPILL_BLOCK_BYTES);
    while (bytes != 0) {
        size_t room = SPILL_BLOCK_BYTES - spill->buffer_used;
        size_t part = bytes < room ? bytes : room;
        memcpy(spill->reader.buffer + spill->buffer_used, at, part);
        spill->buffer_used += (uint32_t)part;
        at += part;
        bytes -= part;
        if (spill->buffer_used == SPILL_BLOCK_BYTES)
            flush(spill);
    }
}

/* The column's view, if it has bytes outside the row. */
static const struct view *
long_view(const struct row_shape *shape, const uint8_t *row, uint32_t column)
{
    if (shape->phys[column] != PHYS_VIEW || row_is_null(shape, row, column))
        return NULL;
    const struct view *view = (const struct view *)(row + shape->column_at[column]);
    return view->bytes > VIEW_INLINE_BYTES ? view : NULL;
}

void
spill_put(struct spill *spill, const uint8_t *row, struct slice extra)
{
    uint32_t extra_bytes = (uint32_t)extra.bytes;

    if ((spill->row_count & 1023) == 0)
        exec_check(spill->exec);
    spill_put_bytes(spill, row, spill->shape->row_bytes);
    for (uint32_t i = 0; i < spill->shape->column_count; i++) {
        const struct view *view = long_view(spill->shape, row, i);
        if (view != NULL)
            spill_put_bytes(spill, view->far.data, view->bytes);
    }
    spill_put_bytes(spill, &extra_bytes, sizeof extra_bytes);
    spill_put_bytes(spill, extra.data, extra.bytes);
    spill->row_count++;
}

void
spill_finish(struct spill *spill)
{
    if (spill->buffer_used != 0)
        flush(spill);
    spill_restart(spill);
}

/* ---- reading ---- */

void
spill_reader_init(struct spill_reader *reader, struct arena *arena)
{
    *reader = (struct spill_reader){.arena = arena};
}

void
spill_reader_restart(struct spill_reader *reader)
{
    reader->taken = reader->filled = 0;
    reader->block_at = 0;
    reader->row_at = 0;
}

void
spill_restart(struct spill *spill)
{
    spill_reader_restart(&spill->reader);
}

static void
read_block(const struct spill *spill, struct spill_reader *reader)
{
    check(reader->block_at < spill->block_count);
    const struct spill_block *block = &spill->blocks[reader->block_at++];

    if (reader->buffer == NULL)
        reader->buffer = arena_alloc(reader->arena, SPILL_BLOCK_BYTES);
    enum status st =
        temp_file_read(file_of(spill->exec)->file, (uint64_t)block->block * SPILL_BLOCK_BYTES,
                       reader->buffer, SPILL_BLOCK_BYTES);
    if (st != ST_OK)
        raise_status(st, "could not read from a temporary file");
    reader->taken = 0;
    reader->filled = block->bytes;
}

static void
read_bytes(const struct spill *spill, struct spill_reader *reader, void *to, size_t bytes)
{
    uint8_t *at = to;

    while (bytes != 0) {
        if (reader->taken == reader->filled)
            read_block(spill, reader);
        size_t there = reader->filled - reader->taken;
        size_t part = bytes < there ? bytes : there;
        memcpy(at, reader->buffer + reader->taken, part);
        reader->taken += (uint32_t)part;
        at += part;
        bytes -= part;
    }
}

void
spill_get_bytes(struct spill *spill, void *to, size_t bytes)
{
    read_bytes(spill, &spill->reader, to, bytes);
}

bool
spill_get(struct spill *spill, struct row_store *store, uint8_t **row, struct slice *extra)
{
    return spill_read(spill, &spill->reader, store, row, extra);
}

bool
spill_read(const struct spill *spill, struct spill_reader *reader, struct row_store *store,
           uint8_t **row, struct slice *extra)
{
    uint32_t extra_bytes;

    if (reader->row_at == spill->row_count)
        return false;
    reader->row_at++;
    *row = row_store_new(store);
    read_bytes(spill, reader, *row, spill->shape->row_bytes);
    for (uint32_t i = 0; i < spill->shape->column_count; i++) {
        const struct view *view = long_view(spill->shape, *row, i);
        if (view == NULL)
            continue;
        uint8_t *bytes = arena_alloc(store->arena, view->bytes);
        read_bytes(spill, reader, bytes, view->bytes);
        ((struct view *)(*row + spill->shape->column_at[i]))->far.data = bytes;
    }
    read_bytes(spill, reader, &extra_bytes, sizeof extra_bytes);
    uint8_t *more = extra_bytes == 0 ? NULL : arena_alloc(store->arena, extra_bytes);
    read_bytes(spill, reader, more, extra_bytes);
    *extra = slice_of(more, extra_bytes);
    return true;
}

void
spill_end(struct spill *spill)
{
    for (uint32_t i = 0; i < spill->block_count; i++)
        give_block(spill->exec, spill->blocks[i].block);
    spill->block_count = 0;
    spill->row_count = 0;
    spill->buffer_used = 0;
    spill_restart(spill);
}

uint8_t *
row_store_copy(struct row_store *store, const uint8_t *row)
{
    uint8_t *copy = row_store_new(store);

    memcpy(copy, row, store->shape->row_bytes);
    for (uint32_t i = 0; i < store->shape->column_count; i++) {
        const struct view *view = long_view(store->shape, copy, i);
        if (view != NULL)
            ((struct view *)(copy + store->shape->column_at[i]))->far.data =
                arena_copy(store->arena, view->far.data, view->bytes);
    }
    return copy;
}
