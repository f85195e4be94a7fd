/*
 * cache.h: the pages in memory.
 *
 * A page number is an offset into one reserved range of addresses, so a resident page is reached by
 * arithmetic; an array of one-byte states says which are resident (after Leis et al., "Virtual-
 * Memory Assisted Buffer Management", SIGMOD 2023). Readers take no latch and no pin: they stand in
 * an epoch, and a frame is given back only when every reader that could have seen it has left. A
 * cache smaller than the database evicts; in memory (store->device null) nothing is ever evicted.
 *
 * A page is *young* from cache_add until its bytes are on the device at its place. A young page is
 * *private* until its edit is published (cache_seal): private pages change in place and belong to
 * one thread, all others never change. Young pages reach the device by cache_write_young, or when
 * the cache is full.
 *
 * All pointers handed out die when the reader leaves or refreshes its epoch. Any thread may call,
 * unless said otherwise; calls for pages that change are the edit's thread's.
 */
#pragma once

#include "base/status.h"
#include "store/page.h"
#include "store/page_ref.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct store;
struct cache_state; /* eviction and counters; cache.c */

/* A page's state: bits. 0 is absent. */
enum {
    PAGE_RESIDENT = 1, /* the frame holds the page's bytes */
    PAGE_YOUNG = 2,    /* differs from the device */
    PAGE_PRIVATE = 4,  /* its edit is not published yet: not for cache_write_young */
    PAGE_MARKED = 8,   /* to be evicted, unless somebody looks at it in time */
    PAGE_BUSY = 16,    /* being loaded or thrown out: wait */
    PAGE_HELD = 32,    /* being written or compared in the background: not evicted or reused */
    PAGE_RECENT = 64,  /* looked at since the clock's hand came by */
    PAGE_DEAD = 128,   /* dropped: the frame is warm, its bytes mean nothing */
};

/* Constant after cache_new, but for what the pointers lead to. */
struct cache {
    uint8_t *frames;         /* page n's frame is at frames + n * PAGE_BYTES */
    _Atomic uint8_t *states; /* [page_limit] */
    uint32_t *tags;          /* [page_limit]: a number that a private page's edit keeps with it */
    page_no page_limit;      /* page numbers are below it */
    struct store *store;
    struct cache_state *state;
};

/* bytes_max: of resident pages; without meaning if store->device is null. ST_NO_MEMORY. */
MUST_CHECK enum status cache_new(struct store *store, uint64_t bytes_max, struct cache **cache);
void cache_free(struct cache *cache); /* null is fine */

MUST_CHECK enum status cache_get_slow(struct cache *cache, struct page_ref ref,
                                      const struct page **page);

/*
 * The page that `ref` names, read from the device if need be. Read pages are verified: checksum,
 * number and birth, page_check. ST_CORRUPT (also for a ref outside the range, or a page that is
 * neither in memory nor on the device), ST_IO, ST_NO_MEMORY: more pages in use at once than the
 * cache may hold even in need.
 */
MUST_CHECK static inline enum status
cache_get(struct cache *cache, struct page_ref ref, const struct page **page)
{
    if (LIKELY(ref.page < cache->page_limit)) {
        uint8_t state = atomic_load_explicit(&cache->states[ref.page], memory_order_acquire);
        const uint8_t wanted = PAGE_RESIDENT | PAGE_RECENT;
        if (LIKELY((state & (wanted | PAGE_MARKED | PAGE_BUSY | PAGE_DEAD)) == wanted)) {
            *page = (const struct page *)(cache->frames + ref.page * PAGE_BYTES);
            return ST_OK;
        }
    }
    return cache_get_slow(cache, ref, page);
}

MUST_CHECK enum status cache_own_slow(struct cache *cache, struct page_ref ref, struct page **page);

/* A private page of the calling edit, to be changed. Its state is young from here on. */
MUST_CHECK static inline enum status
cache_own(struct cache *cache, struct page_ref ref, struct page **page)
{
    uint8_t state = atomic_load_explicit(&cache->states[ref.page], memory_order_acquire);
    const uint8_t wanted = PAGE_RESIDENT | PAGE_RECENT | PAGE_YOUNG | PAGE_PRIVATE;
    if (LIKELY((state & (wanted | PAGE_MARKED | PAGE_BUSY | PAGE_DEAD)) == wanted)) {
        *page = (struct page *)(cache->frames + ref.page * PAGE_BYTES);
        return ST_OK;
    }
    return cache_own_slow(cache, ref, page);
}

/*
 * A frame for a page that the caller has just taken from space: young, private, content undefined
 * (header included). ST_NO_MEMORY; ST_NO_SPACE past page_limit. Warm if the page was dropped.
 */
MUST_CHECK enum status cache_add(struct cache *cache, page_no page, struct page **frame);
/* A private page is published: it never changes from here on. Cannot fail. space_publish calls it.
 */
void cache_seal(struct cache *cache, page_no page);
/*
 * Nobody needs the page any more: it will not be written, and its frame is kept warm for the next
 * cache_add of the same number. Called before space_give_back by edits, and by space when a retired
 * page becomes free. Waits while the page is being written. Cannot fail; nothing happens if the
 * page is not resident.
 */
void cache_drop(struct cache *cache, page_no page);

/* True if cache_get would not read from the device (or is reading just now). A hint. */
bool cache_has(const struct cache *cache, page_no page);

/* ---- for the checkpointer: one thread at a time ---- */

/* Where a pass over the young pages stands; {.moment = m} at its start. */
struct young_pass {
    birth_seq moment;
    page_no next;
};
/*
 * Seals and writes published young pages with birth <= pass->moment, in page order, neighbours in
 * one write, up to about `pages_max` (at least one run); they are clean then. *is_done when the
 * pass has seen the whole cache: together with a device sync all pages that the moment reaches are
 * durable. On a failure the pages that were not written stay young, and the pass can go on.
 * Pages that others are throwing out are waited for.
 */
MUST_CHECK enum status cache_write_young(struct cache *cache, struct young_pass *pass,
                                         uint32_t pages_max, uint32_t *written, bool *is_done);

/* Seals and writes those of the pages, in rising order, that are young, private ones too: they are
 * the calling thread's, and stay private. Any thread. */
MUST_CHECK enum status cache_write_pages(struct cache *cache, const struct page_ref *pages,
                                         uint32_t count);

/*
 * Reads up to `pages_max` resident, clean pages from *next on back from the device and compares
 * them, byte by byte; *next moves on, to 0 after the last. Each difference is logged
 * (store_corrupt) and counted. A status is a failure to read.
 */
MUST_CHECK enum status cache_scrub(struct cache *cache, page_no *next, uint32_t pages_max,
                                   uint64_t *mismatch_count);

struct cache_report {
    uint64_t hits; /* of the slow path only: hits of the fast path are not counted */
    uint64_t reads, evictions, pages_written, resident_count, young_count;
};
void cache_report(const struct cache *cache, struct cache_report *report);
