/*
 * cache_evict.c: making room in a full cache.
 *
 * A clock hand goes round the page states and marks pages that nobody has looked at since it came
 * by last. Marked pages are not given back at once: readers that stand in an epoch may hold
 * pointers into them. So they go in batches: mark, begin a new epoch, and when every reader has
 * reached it throw out those that nobody has rescued meanwhile by looking at them. Batches wait in
 * a ring and are looked at whenever a frame is needed, so no thread waits for itself; marking
 * begins a little before the cache is full, so that some batch is usually ripe in time.
 *
 * A reader that stays in one epoch for long keeps frames from being given back. Then the cache
 * grows past its size, up to resident_limit; beyond that a call waits for a while and then fails.
 *
 * Young pages are written to their place first: nothing durable refers to it yet.
 */
#include "base/check.h"
#include "store/cache_int.h"
#include "store/store.h"
#include <sys/mman.h>

/* The longest wait for other readers to move on, in turns of cache_wait. */
#define WAIT_TURNS_MAX 5000u

/* Marking begins when fewer frames than this are left. */
static uint64_t
frames_ahead(const struct cache_state *state)
{
    uint64_t ahead = state->resident_max / 8;
    return ahead < 4 * BATCH_PAGES ? ahead : 4 * BATCH_PAGES;
}

/* What the hand does with one page; true if it is marked now. */
static bool
hand_passes(struct cache *cache, page_no page, bool can_write)
{
    _Atomic uint8_t *at = &cache->states[page];
    uint8_t state = atomic_load_explicit(at, memory_order_relaxed);
    if ((state & PAGE_RESIDENT) == 0 || (state & (PAGE_BUSY | PAGE_HELD | PAGE_MARKED)) != 0)
        return false;
    if ((state & PAGE_YOUNG) != 0 && !can_write)
        return false;
    if ((state & PAGE_RECENT) != 0) {
        atomic_compare_exchange_strong(at, &state, state & (uint8_t)~PAGE_RECENT);
        return false;
    }
    return atomic_compare_exchange_strong(at, &state, state | PAGE_MARKED);
}

/* Moves the hand on until a batch is full, or all pages were passed twice. */
static void
mark_batch(struct cache *cache)
{
    struct cache_state *state = cache->state;
    if (state->batch_count == BATCHES_MAX)
        return;
    struct evict_batch *batch =
        &state->batches[(state->batch_first + state->batch_count) % BATCHES_MAX];
    bool can_write = !atomic_load(&cache->store->is_read_only);
    page_no end = atomic_load(&state->end);
    batch->count = 0;
    for (page_no left = 2 * end; left > 0 && batch->count < BATCH_PAGES; left--) {
        if (state->hand >= end) {
            if (batch->count > 0)
                break; /* a batch is in page order */
            state->hand = 0;
        }
        if (state->hand % GROUP_PAGES == 0 && left > GROUP_PAGES &&
            atomic_load(&state->group_resident[state->hand / GROUP_PAGES]) == 0) {
            state->hand += GROUP_PAGES;
            left -= GROUP_PAGES - 1;
            continue;
        }
        if (hand_passes(cache, state->hand, can_write))
            batch->pages[batch->count++] = state->hand;
        state->hand++;
    }
    if (batch->count == 0)
        return;
    batch->epoch = readers_advance(cache->store);
    state->batch_count++;
}

/* The length of the run of neighbours in pages[from..count), all of a kind. */
static uint32_t
run_length(const page_no *pages, const uint8_t *old, uint32_t from, uint32_t count, uint8_t flag)
{
    uint32_t n = 1;
    while (from + n < count && n < RUN_PAGES && pages[from + n] == pages[from] + n &&
           (old[from + n] & flag) == (old[from] & flag))
        n++;
    return n;
}

/* Throws out pages that are ours alone (busy); old[] is what they were before. */
static void
throw_out(struct cache *cache, const page_no *pages, uint8_t *old, uint32_t count)
{
    struct cache_state *state = cache->state;
    for (uint32_t i = 0, n; i < count; i += n) {
        n = run_length(pages, old, i, count, PAGE_YOUNG);
        if ((old[i] & PAGE_YOUNG) == 0)
            continue;
        if (cache_write_run(cache, pages[i], n) != ST_OK) {
            /* Back as they were: what cannot be written stays. */
            for (uint32_t k = 0; k < n; k++) {
                atomic_store(&cache->states[pages[i + k]], old[i + k] & (uint8_t)~PAGE_MARKED);
                old[i + k] = 0;
            }
            continue;
        }
        atomic_fetch_sub_explicit(&state->young_count, n, memory_order_relaxed);
    }
    for (uint32_t i = 0, n; i < count; i += n) {
        n = run_length(pages, old, i, count, PAGE_RESIDENT);
        if ((old[i] & PAGE_RESIDENT) == 0)
            continue;
        madvise(cache_frame(cache, pages[i]), (size_t)n * PAGE_BYTES, MADV_DONTNEED);
        for (uint32_t k = 0; k < n; k++) {
            atomic_fetch_sub_explicit(&state->group_resident[pages[i + k] / GROUP_PAGES], 1,
                                      memory_order_relaxed);
            atomic_store(&cache->states[pages[i + k]], 0);
        }
        atomic_fetch_sub(&state->resident_count, n);
        atomic_fetch_add_explicit(&state->evictions, n, memory_order_relaxed);
    }
}

static bool
batch_has(const struct evict_batch *batch, page_no page)
{
    uint32_t low = 0, high = batch->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (batch->pages[middle] < page)
            low = middle + 1;
        else
            high = middle;
    }
    return low < batch->count && batch->pages[low] == page;
}

/* Was a page of the first batch rescued and then marked for a later one? Then it is that one's:
 * whoever rescued it stands in an epoch that the first batch does not wait for. */
static bool
is_marked_again(const struct cache_state *state, page_no page)
{
    for (uint32_t i = 1; i < state->batch_count; i++) {
        if (batch_has(&state->batches[(state->batch_first + i) % BATCHES_MAX], page))
            return true;
    }
    return false;
}

/* Ends batches whose epoch every reader has reached. */
static void
end_batches(struct cache *cache)
{
    struct cache_state *state = cache->state;
    while (state->batch_count > 0) {
        struct evict_batch *batch = &state->batches[state->batch_first];
        if (!readers_have_reached(cache->store, batch->epoch))
            return;
        page_no pages[BATCH_PAGES];
        uint8_t old[BATCH_PAGES];
        uint32_t count = 0;
        for (uint32_t i = 0; i < batch->count; i++) {
            _Atomic uint8_t *at = &cache->states[batch->pages[i]];
            uint8_t was = atomic_load(at);
            /* Rescued, dropped or made anew since? Then it is not marked any more. */
            if ((was & PAGE_MARKED) == 0 || (was & PAGE_BUSY) != 0 ||
                is_marked_again(state, batch->pages[i]) ||
                !atomic_compare_exchange_strong(at, &was, PAGE_BUSY))
                continue;
            pages[count] = batch->pages[i];
            old[count++] = was;
        }
        throw_out(cache, pages, old, count);
        state->batch_first = (state->batch_first + 1) % BATCHES_MAX;
        state->batch_count--;
    }
}

/* Frames in use that could be given back: a store that cannot write keeps its young pages, however
 * many a replay has made. */
static uint64_t
frames_in_use(const struct cache *cache)
{
    const struct cache_state *state = cache->state;
    uint64_t resident = atomic_load(&state->resident_count);
    if (LIKELY(!atomic_load_explicit(&cache->store->is_read_only, memory_order_relaxed)))
        return resident;
    uint64_t young = atomic_load_explicit(&state->young_count, memory_order_relaxed);
    return resident > young ? resident - young : 0;
}

/* One turn of eviction, with the lock held. */
static void
evict_turn(struct cache *cache)
{
    struct cache_state *state = cache->state;
    end_batches(cache);
    uint64_t goal = state->resident_max - frames_ahead(state);
    uint64_t resident = frames_in_use(cache);
    uint64_t on_their_way = (uint64_t)state->batch_count * BATCH_PAGES;
    if (resident > goal && on_their_way < resident - goal) {
        mark_batch(cache);
        end_batches(cache);
    }
}

enum status
cache_reserve_frame(struct cache *cache)
{
    struct cache_state *state = cache->state;
    uint64_t before = atomic_fetch_add(&state->resident_count, 1);
    if (LIKELY(state->resident_max == UINT64_MAX ||
               before + frames_ahead(state) < state->resident_max))
        return ST_OK;
    if (mutex_try_lock(&state->evict_lock)) {
        evict_turn(cache);
        mutex_unlock(&state->evict_lock);
    }
    for (uint32_t turn = 0; before >= state->resident_limit; cache_wait(&turn)) {
        if (frames_in_use(cache) <= state->resident_limit)
            break;
        if (turn > WAIT_TURNS_MAX) {
            atomic_fetch_sub(&state->resident_count, 1);
            return ST_NO_MEMORY;
        }
        mutex_lock(&state->evict_lock);
        evict_turn(cache);
        mutex_unlock(&state->evict_lock);
    }
    return ST_OK;
}
