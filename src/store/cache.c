/*
 * cache.c: pages in and out of their frames.
 *
 * A page's state is one byte (cache.h) that changes by compare-and-swap:
 *
 *     absent --get--> busy --read--> resident          absent --add--> resident young private
 *     resident --clock--> marked --look--> resident    marked --epoch over--> busy --> absent
 *     resident --drop--> resident dead --add--> resident young private
 *
 *   C1  whoever turns a page busy is the only one to touch frame and state until it is not
 *   C2  the frame of a page that is not busy, marked or absent does not go away; that of a marked
 *       one not before every reader that could have seen it unmarked has left its epoch
 *   C3  young, not private: the bytes never change again but for the checksum, which belongs to
 *       whoever holds the page
 *   C4  a page that is neither young nor dead is on the device as it is in the frame
 *   C5  a held page is not evicted, dropped or added
 *   C6  resident_count counts frames with memory behind them, and those about to have it
 *
 * cache_evict.c makes room, cache_write.c writes and compares in the background.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/cache_int.h"
#include "store/store.h"
#include <sched.h>
#include <sys/mman.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define RANGE_BYTES_FILE ((size_t)64 << 30)
#define RANGE_BYTES_MEMORY ((size_t)16 << 30)
#else
#define RANGE_BYTES_FILE ((size_t)1 << 40)
#define RANGE_BYTES_MEMORY ((size_t)256 << 30)
#endif
#define RANGE_BYTES_MIN ((size_t)1 << 30)
/* A database in memory uses huge pages behind this many bytes: small ones stay small. */
#define HUGE_FROM ((size_t)4 << 20)

/* Addresses without memory behind them yet; reads as zeros. Null if there are none. */
static void *
reserve(size_t bytes)
{
    if (fault_hit(FAULT_ALLOC))
        return NULL;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void
unreserve(void *p, size_t bytes)
{
    if (p != NULL)
        munmap(p, bytes);
}

static void
unmap_all(struct cache *cache)
{
    struct cache_state *state = cache->state;
    unreserve(cache->frames, state->frames_bytes);
    unreserve((void *)cache->states, state->states_bytes);
    unreserve(cache->tags, state->tags_bytes);
    unreserve((void *)state->group_resident, state->groups_bytes);
    cache->frames = NULL;
    cache->states = NULL;
    cache->tags = NULL;
    state->group_resident = NULL;
}

/* Reserves everything that is indexed by page number. */
static bool
map_all(struct cache *cache, size_t range_bytes)
{
    struct cache_state *state = cache->state;
    cache->page_limit = range_bytes / PAGE_BYTES;
    size_t groups = cache->page_limit / GROUP_PAGES + 1;
    state->frames_bytes = range_bytes;
    state->states_bytes = cache->page_limit * sizeof *cache->states;
    state->tags_bytes = cache->page_limit * sizeof *cache->tags;
    state->groups_bytes = groups * (sizeof *state->group_resident + sizeof *state->group_young);
    cache->frames = reserve(state->frames_bytes);
    cache->states = reserve(state->states_bytes);
    cache->tags = reserve(state->tags_bytes);
    state->group_resident = reserve(state->groups_bytes);
    if (cache->frames == NULL || cache->states == NULL || cache->tags == NULL ||
        state->group_resident == NULL) {
        unmap_all(cache);
        return false;
    }
    state->group_young = (_Atomic uint8_t *)(state->group_resident + groups);
    return true;
}

enum status
cache_new(struct store *store, uint64_t bytes_max, struct cache **cache)
{
    struct cache *c = mem_alloc_zero(sizeof *c);
    struct cache_state *state = mem_alloc_zero(sizeof *state);
    struct evict_batch *batches = mem_alloc(BATCHES_MAX * sizeof *batches);
    if (c == NULL || state == NULL || batches == NULL)
        goto no_memory;
    c->store = store;
    c->state = state;
    bool is_in_memory = store->device == NULL;
    size_t range = is_in_memory ? RANGE_BYTES_MEMORY : RANGE_BYTES_FILE;
    if (is_in_memory && store->memory_bytes_max != 0 && store->memory_bytes_max < range)
        range = store->memory_bytes_max;
    while (!map_all(c, range)) {
        range /= 2; /* the address space may be bounded: a smaller database is better than none */
        if (range < RANGE_BYTES_MIN)
            goto no_memory;
    }
    madvise(c->frames, range, MADV_DONTDUMP);
    if (is_in_memory)
        madvise(c->frames + HUGE_FROM, range - HUGE_FROM, MADV_HUGEPAGE);
    uint64_t pages = bytes_max / PAGE_BYTES < 64 ? 64 : bytes_max / PAGE_BYTES;
    state->resident_max = is_in_memory ? UINT64_MAX : pages;
    state->resident_limit = is_in_memory ? UINT64_MAX : pages * 2 + 4096;
    state->batches = batches;
    mutex_init(&state->evict_lock);
    *cache = c;
    return ST_OK;

no_memory:
    mem_free(batches);
    mem_free(state);
    mem_free(c);
    return ST_NO_MEMORY;
}

void
cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    unmap_all(cache);
    mutex_deinit(&cache->state->evict_lock);
    mem_free(cache->state->batches);
    mem_free(cache->state);
    mem_free(cache);
}

void
cache_wait(uint32_t *turn)
{
    uint32_t t = (*turn)++;
    if (t < 64)
        __builtin_ia32_pause();
    else if (t < 96)
        sched_yield();
    else
        clock_sleep_us(t < 1000 ? 20 : 200);
}

void
cache_note_resident(struct cache *cache, page_no page)
{
    struct cache_state *state = cache->state;
    atomic_fetch_add_explicit(&state->group_resident[page / GROUP_PAGES], 1, memory_order_relaxed);
    page_no end = atomic_load_explicit(&state->end, memory_order_relaxed);
    while (end <= page && !atomic_compare_exchange_weak(&state->end, &end, page + 1))
        ;
}

void
cache_note_young(struct cache *cache, page_no page)
{
    /* After the page's state: cache_write_young clears the flag before it looks at states. */
    _Atomic uint8_t *flag = &cache->state->group_young[page / GROUP_PAGES];
    if (atomic_load(flag) == 0)
        atomic_store(flag, 1);
    atomic_fetch_add_explicit(&cache->state->young_count, 1, memory_order_relaxed);
}

/* Reads a page into its frame, which is ours alone (C1). */
static enum status
load(struct cache *cache, struct page_ref ref)
{
    struct store *store = cache->store;
    struct page *page = cache_frame(cache, ref.page);
    enum status st = store->device->ops->read(store->device, ref.page, 1, page);
    if (st == ST_CORRUPT)
        return store_corrupt(store, ref.page, "the page lies past the end of the file");
    if (st != ST_OK)
        return st;
    if (!page_is_sealed(page, ref)) {
        return store_corrupt(store, ref.page,
                             "checksum, page number (%llu) or birth (%llu, not %llu) is wrong",
                             (unsigned long long)page->page, (unsigned long long)page->birth,
                             (unsigned long long)ref.birth);
    }
    const char *wrong = page_check(page, cache->page_limit);
    if (wrong != NULL)
        return store_corrupt(store, ref.page, "%s", wrong);
    atomic_fetch_add_explicit(&cache->state->reads, 1, memory_order_relaxed);
    return ST_OK;
}

/* Brings in a page that was absent or dead, as `state` says. False: somebody else was quicker. */
static bool
bring_in(struct cache *cache, struct page_ref ref, uint8_t state, enum status *st)
{
    bool has_frame = (state & PAGE_RESIDENT) != 0;
    if (!has_frame) {
        *st = cache_reserve_frame(cache);
        if (*st != ST_OK)
            return true;
    }
    _Atomic uint8_t *at = &cache->states[ref.page];
    if (!atomic_compare_exchange_strong(at, &state, PAGE_BUSY)) {
        if (!has_frame)
            atomic_fetch_sub(&cache->state->resident_count, 1);
        return false;
    }
    *st = load(cache, ref);
    if (*st == ST_OK) {
        if (!has_frame)
            cache_note_resident(cache, ref.page);
        atomic_store(at, PAGE_RESIDENT | PAGE_RECENT);
        return true;
    }
    if (!has_frame) {
        madvise(cache_frame(cache, ref.page), PAGE_BYTES, MADV_DONTNEED);
        atomic_fetch_sub(&cache->state->resident_count, 1);
    }
    atomic_store(at, has_frame ? PAGE_RESIDENT | PAGE_DEAD : 0);
    return true;
}

enum status
cache_get_slow(struct cache *cache, struct page_ref ref, const struct page **page)
{
    if (ref.page >= cache->page_limit)
        return store_corrupt(cache->store, ref.page, "there can be no such page");
    _Atomic uint8_t *at = &cache->states[ref.page];
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & PAGE_BUSY) != 0) {
            cache_wait(&turn);
        } else if ((state & (PAGE_RESIDENT | PAGE_DEAD)) == PAGE_RESIDENT) {
            uint8_t next = (state | PAGE_RECENT) & (uint8_t)~PAGE_MARKED;
            if (atomic_compare_exchange_weak(at, &state, next)) {
                atomic_fetch_add_explicit(&cache->state->hits, 1, memory_order_relaxed);
                break;
            }
        } else if (cache->store->device == NULL) {
            return store_corrupt(cache->store, ref.page, "the page is not in memory");
        } else {
            enum status st;
            if (bring_in(cache, ref, state, &st)) {
                TRY(st);
                break;
            }
        }
    }
    *page = cache_frame(cache, ref.page);
    return ST_OK;
}

enum status
cache_own_slow(struct cache *cache, struct page_ref ref, struct page **page)
{
    _Atomic uint8_t *at = &cache->states[ref.page];
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & (PAGE_BUSY | PAGE_HELD)) != 0) {
            cache_wait(&turn);
            continue;
        }
        if ((state & (PAGE_RESIDENT | PAGE_DEAD)) != PAGE_RESIDENT) {
            const struct page *ignored;
            TRY(cache_get_slow(cache, ref, &ignored));
            continue;
        }
        uint8_t next = (state | PAGE_RECENT | PAGE_YOUNG | PAGE_PRIVATE) & (uint8_t)~PAGE_MARKED;
        if (!atomic_compare_exchange_weak(at, &state, next))
            continue;
        if ((state & PAGE_YOUNG) == 0)
            cache_note_young(cache, ref.page);
        *page = cache_frame(cache, ref.page);
        return ST_OK;
    }
}

enum status
cache_add(struct cache *cache, page_no page, struct page **frame)
{
    if (page >= cache->page_limit)
        return ST_NO_SPACE;
    _Atomic uint8_t *at = &cache->states[page];
    const uint8_t next = PAGE_RESIDENT | PAGE_RECENT | PAGE_YOUNG | PAGE_PRIVATE;
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & (PAGE_BUSY | PAGE_HELD)) != 0) {
            cache_wait(&turn);
            continue;
        }
        bool has_frame = (state & PAGE_RESIDENT) != 0;
        if (!has_frame)
            TRY(cache_reserve_frame(cache));
        if (!atomic_compare_exchange_strong(at, &state, next)) {
            if (!has_frame)
                atomic_fetch_sub(&cache->state->resident_count, 1);
            continue;
        }
        if (!has_frame)
            cache_note_resident(cache, page);
        if ((state & PAGE_YOUNG) == 0)
            cache_note_young(cache, page);
        *frame = cache_frame(cache, page);
        return ST_OK;
    }
}

void
cache_seal(struct cache *cache, page_no page)
{
    atomic_fetch_and(&cache->states[page], (uint8_t)~PAGE_PRIVATE);
}

void
cache_drop(struct cache *cache, page_no page)
{
    if (page >= cache->page_limit)
        return;
    _Atomic uint8_t *at = &cache->states[page];
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & (PAGE_BUSY | PAGE_HELD)) != 0) {
            cache_wait(&turn);
            continue;
        }
        if ((state & PAGE_RESIDENT) == 0)
            return;
        if (!atomic_compare_exchange_weak(at, &state, PAGE_RESIDENT | PAGE_DEAD))
            continue;
        if ((state & PAGE_YOUNG) != 0)
            atomic_fetch_sub_explicit(&cache->state->young_count, 1, memory_order_relaxed);
        return;
    }
}

bool
cache_has(const struct cache *cache, page_no page)
{
    uint8_t state = atomic_load(&cache->states[page]);
    return (state & PAGE_BUSY) != 0 || (state & (PAGE_RESIDENT | PAGE_DEAD)) == PAGE_RESIDENT;
}

void
cache_report(const struct cache *cache, struct cache_report *report)
{
    const struct cache_state *state = cache->state;
    *report = (struct cache_report){
        .hits = atomic_load(&state->hits),
        .reads = atomic_load(&state->reads),
        .evictions = atomic_load(&state->evictions),
        .pages_written = atomic_load(&state->pages_written),
        .resident_count = atomic_load(&state->resident_count),
        .young_count = atomic_load(&state->young_count),
    };
}
