/*
 * cache_int.h: what the files of the page cache share.
 */
#pragma once

#include "base/thread.h"
#include "store/cache.h"
#include "store/store_int.h"

/* Neighbouring page numbers are counted together, so that a search for resident or young pages
 * passes over large empty ranges quickly. */
#define GROUP_PAGES 512u
/* Pages marked for eviction at a time, and how many such batches may be on their way. */
#define BATCH_PAGES 64u
#define BATCHES_MAX 64u
/* Longest run of pages in one write. */
#define RUN_PAGES 64u

/* Pages marked together; they go once every reader has reached `epoch`. */
struct evict_batch {
    uint64_t epoch;
    uint32_t count;
    page_no pages[BATCH_PAGES]; /* rising */
};

struct cache_state {
    uint64_t resident_max;   /* eviction keeps to this; UINT64_MAX in memory */
    uint64_t resident_limit; /* in need there may be this many */
    size_t frames_bytes, states_bytes, tags_bytes, groups_bytes;
    _Atomic uint16_t *group_resident; /* [page_limit / GROUP_PAGES + 1] */
    _Atomic uint8_t *group_young;     /* 1: there may be young pages in the group */
    _Atomic uint64_t resident_count, young_count;
    _Atomic uint64_t hits, reads, evictions, pages_written;
    _Atomic page_no end; /* no page from here on was ever resident */

    struct mutex evict_lock; /* guards the rest */
    page_no hand;
    struct evict_batch *batches; /* [BATCHES_MAX], a ring */
    uint32_t batch_first, batch_count;
};

/* Waits a little, longer with each turn, for another thread to be done with a page. */
void cache_wait(uint32_t *turn);

/* Counts a page as resident before its frame is touched, making room for it. ST_NO_MEMORY. */
MUST_CHECK enum status cache_reserve_frame(struct cache *cache);

/* For the group's counters. */
void cache_note_resident(struct cache *cache, page_no page);
void cache_note_young(struct cache *cache, page_no page);

/* Seals and writes pages [first, first + count), whose bytes nobody changes meanwhile. */
MUST_CHECK enum status cache_write_run(struct cache *cache, page_no first, uint32_t count);

static inline struct page *
cache_frame(const struct cache *cache, page_no page)
{
    return (struct page *)(cache->frames + page * PAGE_BYTES);
}
