/*
 * spill.h: rows written to a temporary file when they outgrow work_mem, and read again in order.
 *
 * All spills of an execution share one file, in blocks of SPILL_BLOCK_BYTES; a spill is a list of
 * blocks that its rows run through as a stream:
 *
 *   row: row_bytes of its shape | bytes of each long view, in column order | extra length 4 | extra
 *
 * First rows are put, then spill_finish, then they are got, as often as spill_restart is called.
 * A list that grows while it is read has readers beside the spill (spill_reader): more rows may be
 * put after spill_finish, and are there for the readers after the next one.
 */
#pragma once

#include "exec/exec_int.h"
#include "exec/row_store.h"

#define SPILL_BLOCK_BYTES 16384u

struct spill_file; /* of an execution: exec->spill_file */

struct spill_block {
    uint32_t block, bytes; /* bytes: of rows in it */
};

/* A place between two rows. */
struct spill_reader {
    uint8_t *buffer;        /* SPILL_BLOCK_BYTES; null until it is needed */
    uint32_t taken, filled; /* bytes of the buffer */
    uint32_t block_at;      /* the next to read into the buffer */
    uint64_t row_at;        /* rows before it */
    struct arena *arena;    /* of the buffer */
};

struct spill {
    struct exec *exec;
    const struct row_shape *shape;
    struct arena *arena; /* of the block list and the buffer */
    struct spill_block *blocks;
    uint32_t block_count, block_capacity;
    uint32_t buffer_used;       /* writing: filled */
    struct spill_reader reader; /* its buffer is the writer's too */
    uint64_t row_count;
};

/* `arena` must live as long as the spill is used. */
void spill_init(struct spill *spill, struct exec *exec, const struct row_shape *shape,
                struct arena *arena);
/* Raises 53100 if there is no space, 58030 if the file cannot be written. */
void spill_put(struct spill *spill, const uint8_t *row, struct slice extra);
void spill_finish(struct spill *spill);
void spill_restart(struct spill *spill);
/* The next row, as a row of `store`; the extra bytes in its arena. False at the end. */
bool spill_get(struct spill *spill, struct row_store *store, uint8_t **row, struct slice *extra);
/* A stream of bytes instead of rows: put, then spill_finish, then got as often as restarted. */
void spill_put_bytes(struct spill *spill, const void *from, size_t bytes);
void spill_get_bytes(struct spill *spill, void *to, size_t bytes);
/* `arena` must live as long as the reader is used. */
void spill_reader_init(struct spill_reader *reader, struct arena *arena);
/* To before the first row. */
void spill_reader_restart(struct spill_reader *reader);
/* As spill_get. */
bool spill_read(const struct spill *spill, struct spill_reader *reader, struct row_store *store,
                uint8_t **row, struct slice *extra);
/* Its blocks may be used by others. */
void spill_end(struct spill *spill);

/* Copies a row of the same shape into a store, long views included. */
uint8_t *row_store_copy(struct row_store *store, const uint8_t *row);
