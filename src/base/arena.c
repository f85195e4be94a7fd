/*
 * arena.c: blocks, cleanups, and the way back from both.
 *
 *   arena --> newest block --> older block --> first block     carved from front to back
 *         --> newest cleanup --> older --> ...                 run from newest to oldest
 *         --> spare                                            one block that a rewind set free
 *
 * What would take more than half of the next block gets heap memory of its own, entered in the list
 * of cleanups, so that it neither wastes the rest of the current block nor outlives a rewind.
 *
 * Invariants:
 *
 *   A1  head.next and head.end lie in the newest block; without one both are the arena's own
 *       address, so that no bytes at all are to be had at a place that is not null
 *   A2  held_bytes is the sum of all blocks, large ones and the spare included
 *   A3  a block is at least ARENA_BLOCK_BYTES_MIN, and twice its elder up to ARENA_BLOCK_BYTES_MAX
 *   A4  cleanups lie in blocks that outlive them: a mark holds both lists' heads of one moment
 */
#include "base/arena.h"

#include "base/check.h"
#include "base/mem.h"
#include <assert.h>
#include <stdio.h>

#define ARENA_ALIGN ((size_t)16)

/* A reset keeps one block up to this size (or a first block that was asked to be larger), so that
 * 10,000 idle sessions hold little. */
#define ARENA_KEEP_BYTES_MAX ((size_t)65536)

struct block {
    struct block *older;
    size_t bytes; /* of the whole block, this header included */
};

struct cleanup {
    struct cleanup *older;
    void (*fn)(void *object); /* null: this is the head of a large allocation */
    void *object;
};

struct large {
    struct cleanup cleanup;
    size_t bytes; /* of the whole allocation, this header included */
};

static_assert(sizeof(struct block) % ARENA_ALIGN == 0, "what follows a block's header is aligned");
static_assert(sizeof(struct large) % ARENA_ALIGN == 0, "what follows a large header is aligned");

struct arena {
    struct arena_head head;
    struct block *newest;
    struct block *spare;
    struct cleanup *cleanups;
    size_t next_block_bytes;
    size_t keep_bytes_max;
    size_t held_bytes;
    size_t bytes_max; /* 0: none */
    const char *name;
    void (*on_full)(struct arena *arena, size_t bytes);
};

static_assert(offsetof(struct arena, head) == 0, "arena_alloc sees the head alone");

static void
blocks_leave(struct arena *arena)
{
    arena->newest = NULL;
    arena->head.next = arena->head.end = (uint8_t *)arena;
}

struct arena *
arena_new(const struct arena_options *options)
{
    struct arena *arena = mem_alloc_zero(sizeof *arena);
    if (arena == NULL)
        return NULL;
    size_t first = options->first_block_bytes;
    if (first < ARENA_BLOCK_BYTES_MIN)
        first = ARENA_BLOCK_BYTES_MIN;
    if (first > ARENA_BLOCK_BYTES_MAX)
        first = ARENA_BLOCK_BYTES_MAX;
    arena->next_block_bytes = first & ~(ARENA_ALIGN - 1);
    arena->keep_bytes_max = first < ARENA_KEEP_BYTES_MAX ? ARENA_KEEP_BYTES_MAX : first;
    arena->name = options->name;
    arena->on_full = options->on_full;
    blocks_leave(arena);
    return arena;
}

static void
block_free(struct arena *arena, struct block *block)
{
    if (block == NULL)
        return;
    arena->held_bytes -= block->bytes;
    ARENA_EXPOSE(block, block->bytes);
    mem_free(block);
}

static void
large_free(struct arena *arena, struct large *large)
{
    arena->held_bytes -= large->bytes;
    mem_free(large);
}

/* Makes `block` the one that allocations come from, from `next` on. */
static void
block_enter(struct arena *arena, struct block *block, uint8_t *next)
{
    arena->newest = block;
    arena->head.next = next;
    arena->head.end = (uint8_t *)block + block->bytes;
    ARENA_HIDE(next, (size_t)(arena->head.end - next));
}

/* A cleanup may allocate and register more: those run too. */
static void
cleanups_run(struct arena *arena, const struct cleanup *until)
{
    while (arena->cleanups != until) {
        struct cleanup *cleanup = arena->cleanups;
        arena->cleanups = cleanup->older;
        if (cleanup->fn == NULL)
            large_free(arena, (struct large *)cleanup);
        else
            cleanup->fn(cleanup->object);
    }
}

struct arena_mark
arena_mark(struct arena *arena)
{
    return (struct arena_mark){
        .block = arena->newest, .cleanup = arena->cleanups, .next = arena->head.next};
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
    cleanups_run(arena, mark.cleanup);
    while (arena->newest != mark.block) {
        struct block *block = arena->newest;
        check(block != NULL); /* else the mark is of another arena, or from before a reset */
        arena->newest = block->older;
        /* Keep one for the next round: a loop that rewinds per row must not go to the heap. */
        if (arena->spare == NULL || arena->spare->bytes < block->bytes) {
            block_free(arena, arena->spare);
            arena->spare = block;
            ARENA_HIDE(block + 1, block->bytes - sizeof *block);
        } else {
            block_free(arena, block);
        }
    }
    if (mark.block != NULL)
        block_enter(arena, mark.block, mark.next);
    else
        blocks_leave(arena);
}

void
arena_reset(struct arena *arena)
{
    cleanups_run(arena, NULL);
    struct block *kept = arena->spare;
    arena->spare = NULL;
    if (kept != NULL && kept->bytes > arena->keep_bytes_max) {
        block_free(arena, kept);
        kept = NULL;
    }
    /* Keep the largest that is small enough, so that equal statements come to need one block. */
    for (struct block *block = arena->newest, *older; block != NULL; block = older) {
        older = block->older;
        bool is_better =
            block->bytes <= arena->keep_bytes_max && (kept == NULL || block->bytes > kept->bytes);
        block_free(arena, is_better ? kept : block);
        if (is_better)
            kept = block;
    }
    if (kept == NULL) {
        blocks_leave(arena);
        return;
    }
    kept->older = NULL;
    arena->next_block_bytes = kept->bytes * 2;
    block_enter(arena, kept, (uint8_t *)(kept + 1));
}

void
arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    cleanups_run(arena, NULL);
    block_free(arena, arena->spare);
    while (arena->newest != NULL) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        block_free(arena, block);
    }
    check(arena->held_bytes == 0);
    mem_free(arena);
}

static void *
arena_full(struct arena *arena, size_t bytes)
{
    if (arena->on_full != NULL)
        arena->on_full(arena, bytes);
    return NULL;
}

/* Heap memory within the arena's bound; gives up the spare before it gives up. */
static void *
heap_take(struct arena *arena, size_t bytes)
{
    for (;;) {
        bool is_within = arena->bytes_max == 0 || (arena->held_bytes <= arena->bytes_max &&
                                                   bytes <= arena->bytes_max - arena->held_bytes);
        void *p = is_within ? mem_alloc(bytes) : NULL;
        if (p != NULL) {
            arena->held_bytes += bytes;
            return p;
        }
        if (arena->spare == NULL)
            return NULL;
        block_free(arena, arena->spare);
        arena->spare = NULL;
    }
}

static void
next_block_grow(struct arena *arena)
{
    arena->next_block_bytes *= 2;
    if (arena->next_block_bytes > ARENA_BLOCK_BYTES_MAX)
        arena->next_block_bytes = ARENA_BLOCK_BYTES_MAX;
}

static void *
large_new(struct arena *arena, size_t bytes)
{
    size_t total = bytes + sizeof(struct large);
    struct large *large = total < bytes ? NULL : heap_take(arena, total);
    if (large == NULL)
        return arena_full(arena, bytes);
    large->cleanup = (struct cleanup){.older = arena->cleanups};
    large->bytes = total;
    arena->cleanups = &large->cleanup;
    next_block_grow(arena);
    return large + 1;
}

/* Puts a block with room for `bytes` (at most half of a block) in front. False: no memory. */
static bool
block_push(struct arena *arena, size_t bytes)
{
    struct block *block = arena->spare;
    if (block != NULL && block->bytes - sizeof *block >= bytes) {
        arena->spare = NULL;
    } else {
        block = heap_take(arena, arena->next_block_bytes);
        if (block == NULL)
            return false;
        block->bytes = arena->next_block_bytes;
        next_block_grow(arena);
    }
    block->older = arena->newest;
    block_enter(arena, block, (uint8_t *)(block + 1));
    return true;
}

void *
arena_alloc_slow(struct arena *arena, size_t bytes, size_t align)
{
    check(align == ARENA_ALIGN);
    size_t rounded = (bytes + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    if (rounded < bytes)
        return arena_full(arena, bytes);
    if (rounded > (size_t)(arena->head.end - arena->head.next)) {
        if (rounded > arena->next_block_bytes / 2)
            return large_new(arena, bytes);
        if (!block_push(arena, rounded))
            return arena_full(arena, bytes);
    }
    void *p = arena->head.next;
    arena->head.next += rounded;
    ARENA_EXPOSE(p, bytes);
    return p;
}

void *
arena_alloc_zero(struct arena *arena, size_t bytes)
{
    void *p = arena_alloc(arena, bytes);
    if (p != NULL)
        memset(p, 0, bytes);
    return p;
}

void *
arena_alloc_array(struct arena *arena, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total))
        return arena_full(arena, SIZE_MAX);
    return arena_alloc(arena, total);
}

/* The newest large allocation can move as a whole: nothing else points at it. */
static void *
large_resize(struct arena *arena, struct large *large, size_t new_bytes)
{
    size_t total = new_bytes + sizeof *large;
    size_t others = arena->held_bytes - large->bytes;
    bool is_within =
        total >= new_bytes && (arena->bytes_max == 0 ||
                               (others <= arena->bytes_max && total <= arena->bytes_max - others));
    struct large *moved = is_within ? mem_resize(large, total) : NULL;
    if (moved == NULL)
        return arena_full(arena, new_bytes);
    moved->bytes = total;
    arena->held_bytes = others + total;
    arena->cleanups = &moved->cleanup;
    return moved + 1;
}

void *
arena_resize(struct arena *arena, void *p, size_t old_bytes, size_t new_bytes)
{
    if (p == NULL)
        return arena_alloc(arena, new_bytes);

    struct cleanup *newest = arena->cleanups;
    if (newest != NULL && newest->fn == NULL && (struct large *)newest + 1 == p)
        return large_resize(arena, (struct large *)newest, new_bytes);

    size_t old_rounded = (old_bytes + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    size_t new_rounded = (new_bytes + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    bool is_last = old_rounded != 0 && (uint8_t *)p + old_rounded == arena->head.next;
    if (is_last && new_rounded >= new_bytes &&
        new_rounded <= (size_t)(arena->head.end - (uint8_t *)p)) {
        arena->head.next = (uint8_t *)p + new_rounded;
        ARENA_HIDE(p, old_rounded);
        ARENA_EXPOSE(p, new_bytes);
        return p;
    }
    if (new_bytes <= old_bytes)
        return p;
    void *moved = arena_alloc(arena, new_bytes);
    if (moved != NULL)
        memcpy(moved, p, old_bytes);
    return moved;
}

void *
arena_grow(struct arena *arena, void *array, uint32_t *capacity, size_t bytes)
{
    uint32_t wider = *capacity == 0 ? 16 : *capacity * 2;

    array = arena_resize(arena, array, *capacity * bytes, wider * bytes);
    *capacity = wider;
    return array;
}

void *
arena_copy(struct arena *arena, const void *data, size_t bytes)
{
    void *p = arena_alloc(arena, bytes);
    if (p != NULL && bytes != 0)
        memcpy(p, data, bytes);
    return p;
}

struct slice
arena_slice(struct arena *arena, struct slice from)
{
    uint8_t *p =
        from.bytes == SIZE_MAX ? arena_full(arena, from.bytes) : arena_alloc(arena, from.bytes + 1);
    if (p == NULL)
        return slice_of(NULL, 0);
    if (from.bytes != 0)
        memcpy(p, from.data, from.bytes);
    p[from.bytes] = '\0';
    return slice_of(p, from.bytes);
}

char *
arena_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text) + 1);
}

char *
arena_vformat(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int bytes = vsnprintf(NULL, 0, format, args);
    char *text = bytes < 0 ? arena_full(arena, 0) : arena_alloc(arena, (size_t)bytes + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)bytes + 1, format, again);
    va_end(again);
    return text;
}

char *
arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vformat(arena, format, args);
    va_end(args);
    return text;
}

void
arena_on_end(struct arena *arena, void (*fn)(void *object), void *object)
{
    if (arena_try_on_end(arena, fn, object))
        return;
    /* Without a place to remember it by, now is the only time to keep the promise. */
    fn(object);
    arena_full(arena, sizeof(struct cleanup));
}

void *
arena_try_alloc(struct arena *arena, size_t bytes)
{
    void (*on_full)(struct arena *, size_t) = arena->on_full;
    arena->on_full = NULL;
    void *p = arena_alloc(arena, bytes);
    arena->on_full = on_full;
    return p;
}

void *
arena_try_resize(struct arena *arena, void *p, size_t old_bytes, size_t new_bytes)
{
    void (*on_full)(struct arena *, size_t) = arena->on_full;
    arena->on_full = NULL;
    void *moved = arena_resize(arena, p, old_bytes, new_bytes);
    arena->on_full = on_full;
    return moved;
}

bool
arena_try_on_end(struct arena *arena, void (*fn)(void *object), void *object)
{
    check(fn != NULL);
    struct cleanup *cleanup = arena_try_alloc(arena, sizeof *cleanup);
    if (cleanup == NULL)
        return false;
    *cleanup = (struct cleanup){.older = arena->cleanups, .fn = fn, .object = object};
    arena->cleanups = cleanup;
    return true;
}

size_t
arena_bytes(const struct arena *arena)
{
    return arena->held_bytes;
}

void
arena_limit(struct arena *arena, size_t bytes_max)
{
    arena->bytes_max = bytes_max;
}
