/*
 * window_buffer.h: rows of a window's input in the order they came, by number, within work_mem.
 *
 * Rows are numbered from 0 over all partitions and lie in chunks of `capacity` rows, as columns
 * with a byte of flags a row. A chunk's columns stand in a page; when the pages outgrow work_mem,
 * the chunk used least recently is written to the temporary file and its page taken. Rows before a
 * number that nobody will ask for again are forgotten.
 *
 *   B1  a page asked for stays for three further requests, and while it is pinned
 *   B2  a chunk never changes once the next one has begun
 */
#pragma once

#include "exec/keys.h"
#include "exec/spill.h"

enum window_flag {
    WINDOW_PARTITION = 1, /* the row begins a partition */
    WINDOW_PEERS = 2,     /* ... a group of peers */
};

struct window_page {
    struct window_page *next; /* of those that nobody uses */
    struct column *columns;   /* [column_count], each with room for `capacity` rows */
    uint8_t *flags;
    struct arena *views; /* bytes of long views */
};

struct window_chunk {
    struct window_page *page; /* null: only in the file */
    struct spill spill;
    uint32_t count;
    bool is_written;
    uint64_t used; /* buffer->uses then */
    struct window_chunk *next;
};

struct window_buffer {
    struct exec *exec;
    struct arena *arena; /* of pages and chunks */
    uint32_t column_count, capacity;
    const enum phys *phys;
    uint64_t first, end; /* rows that are there; first is a chunk's */
    struct window_chunk **chunks;
    uint32_t chunk_count, chunk_capacity;
    struct window_chunk *free_chunks;
    struct window_page *free_pages;
    struct window_chunk **resident; /* chunks that have a page */
    uint32_t page_count, resident_capacity;
    uint64_t page_bytes; /* of a page without its views */
    uint64_t uses;
    const struct window_page *pinned;
    uint8_t *io; /* a block, for all spills */
};

void window_buffer_init(struct window_buffer *buffer, struct exec *exec, const enum phys *phys,
                        uint32_t column_count, uint32_t capacity);
/* Forgets all rows; the next one is number 0. */
void window_buffer_clear(struct window_buffer *buffer);
/* Forgets chunks of which all rows are before `row`, but the last. */
void window_buffer_trim(struct window_buffer *buffer, uint64_t row);

/* The page of a row that is there; *first: the number of the page's first row. */
struct window_page *window_buffer_page(struct window_buffer *buffer, uint64_t row, uint64_t *first);
/* Room for more rows: a page, *at: its first free place, *room: how many. The caller fills columns
 * and flags, then adds to buffer->end through window_buffer_added. */
struct window_page *window_buffer_room(struct window_buffer *buffer, uint32_t *at, uint32_t *room);
void window_buffer_added(struct window_buffer *buffer, uint32_t count);
