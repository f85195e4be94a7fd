/*
 * arena.h: memory of one lifetime (a statement, a transaction, a session), freed in one go.
 *
 * An arena is owned by one thread at a time. Blocks double up to ARENA_BLOCK_BYTES_MAX; a reset
 * keeps the first block, so an arena that is reset per statement settles at no allocation at all.
 * Resources that are not memory (a cursor, a file, a lock) register a cleanup: cleanups run, newest
 * first, at arena_reset, arena_rewind past them, and arena_free.
 *
 * arena_alloc and kin call the arena's on_full function when there is no memory (or the bound set
 * by arena_limit is reached). Above txn this raises SQLSTATE 53200 (raise_arena_full); below it
 * arenas are made without one, and the functions return null. What takes an arena from above into a
 * function that must not raise uses arena_try_alloc and kin.
 */
#pragma once

#include "base/slice.h"
#include "base/status.h"
#include <stdarg.h>
#include <stdbool.h>

#define ARENA_BLOCK_BYTES_MIN ((size_t)4096)
#define ARENA_BLOCK_BYTES_MAX ((size_t)1 << 20)

struct arena;

struct arena_options {
    const char *name;                                   /* for reports; static storage */
    size_t first_block_bytes;                           /* 0: ARENA_BLOCK_BYTES_MIN */
    void (*on_full)(struct arena *arena, size_t bytes); /* does not return; may be null */
};

/* A place in an arena's life; for arena_rewind alone. */
struct arena_mark {
    void *block, *cleanup;
    uint8_t *next;
};

struct arena *arena_new(const struct arena_options *options); /* null: no memory */
void arena_free(struct arena *arena);                         /* null is fine */
void arena_reset(struct arena *arena);

/* Frees all that was allocated, and runs all cleanups registered, since the mark was taken. */
struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

void *arena_alloc_slow(struct arena *arena, size_t bytes, size_t align);

/* Under AddressSanitizer what is not handed out is poisoned, so stale pointers are seen. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define ARENA_EXPOSE(p, bytes) ASAN_UNPOISON_MEMORY_REGION(p, bytes)
#define ARENA_HIDE(p, bytes) ASAN_POISON_MEMORY_REGION(p, bytes)
#else
#define ARENA_EXPOSE(p, bytes) ((void)0)
#define ARENA_HIDE(p, bytes) ((void)0)
#endif

/* The fields of the fast path; nobody but the functions below touches them. */
struct arena_head {
    uint8_t *next, *end;
};

/* Uninitialised memory, 16-byte aligned. */
static inline void *
arena_alloc(struct arena *arena, size_t bytes)
{
    struct arena_head *head = (struct arena_head *)arena;
    size_t rounded = (bytes + 15) & ~(size_t)15;
    if (LIKELY(rounded >= bytes && rounded <= (size_t)(head->end - head->next))) {
        void *p = head->next;
        head->next += rounded;
        ARENA_EXPOSE(p, bytes);
        return p;
    }
    return arena_alloc_slow(arena, bytes, 16);
}

void *arena_alloc_zero(struct arena *arena, size_t bytes);
/* `count` elements of `bytes` each; a product that overflows counts as no memory. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t bytes);
/* Grows in place where it was the last allocation, else copies. */
void *arena_resize(struct arena *arena, void *p, size_t old_bytes, size_t new_bytes);
/* An array of *capacity elements of `bytes` each made twice as long, or 16 elements at first. */
void *arena_grow(struct arena *arena, void *array, uint32_t *capacity, size_t bytes);
void *arena_copy(struct arena *arena, const void *data, size_t bytes);
/* Copies with a terminating zero byte that is not counted in the slice. */
struct slice arena_slice(struct arena *arena, struct slice from);
char *arena_text(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vformat(struct arena *arena, const char *format, va_list args);

/*
 * Calls fn(object) when the arena is reset, rewound past this point or freed. Without memory for
 * remembering that, it is called at once, before on_full is.
 */
void arena_on_end(struct arena *arena, void (*fn)(void *object), void *object);

/*
 * For functions that must not raise (store, branch, txn), whoever's arena they are given: null or
 * false where there is no memory, and on_full is not called. A cleanup that could not be registered
 * has not been called.
 */
MUST_CHECK void *arena_try_alloc(struct arena *arena, size_t bytes);
MUST_CHECK void *arena_try_resize(struct arena *arena, void *p, size_t old_bytes, size_t new_bytes);
MUST_CHECK bool arena_try_on_end(struct arena *arena, void (*fn)(void *object), void *object);

/* Bytes obtained from the heap and still held; and the bound on them (0: none). */
size_t arena_bytes(const struct arena *arena);
void arena_limit(struct arena *arena, size_t bytes_max);
