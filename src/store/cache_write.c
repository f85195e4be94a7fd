/*
 * cache_write.c: young pages to the device, and clean ones compared with it; for the checkpointer.
 *
 * A page being written or compared is held: the evictor passes it by, and whoever wants to drop or
 * reuse it waits. Held pages are published, so their bytes stay as they are; only the checksum is
 * set, by the holder.
 */
#include "base/check.h"
#include "base/mem.h"
#include "store/cache_int.h"
#include "store/store.h"

enum status
cache_write_run(struct cache *cache, page_no first, uint32_t count)
{
    struct device *device = cache->store->device;
    for (uint32_t i = 0; i < count; i++)
        page_seal(cache_frame(cache, first + i));
    enum status st = device->ops->write(device, first, count, cache_frame(cache, first));
    if (st == ST_OK)
        atomic_fetch_add_explicit(&cache->state->pages_written, count, memory_order_relaxed);
    return st;
}

enum hold { HOLD_TAKEN, HOLD_NOT_WANTED, HOLD_LATER };

/* Holds the page if it is young, published and of the moment. */
static enum hold
hold_young(struct cache *cache, page_no page, birth_seq moment, bool *is_young)
{
    _Atomic uint8_t *at = &cache->states[page];
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & PAGE_BUSY) != 0) {
            cache_wait(&turn); /* being evicted, so perhaps being written */
            continue;
        }
        if ((state & PAGE_YOUNG) == 0)
            return HOLD_NOT_WANTED;
        *is_young = true;
        if ((state & PAGE_PRIVATE) != 0)
            return HOLD_LATER;
        if (!atomic_compare_exchange_weak(at, &state, (state | PAGE_HELD) & (uint8_t)~PAGE_MARKED))
            continue;
        if (cache_frame(cache, page)->birth <= moment)
            return HOLD_TAKEN;
        atomic_fetch_and(at, (uint8_t)~PAGE_HELD);
        return HOLD_LATER;
    }
}

/* Writes a run of held pages and lets go of them. */
static enum status
write_held(struct cache *cache, page_no first, uint32_t count)
{
    if (count == 0)
        return ST_OK;
    enum status st = cache_write_run(cache, first, count);
    uint8_t clear = st == ST_OK ? PAGE_HELD | PAGE_YOUNG : PAGE_HELD;
    for (uint32_t i = 0; i < count; i++)
        atomic_fetch_and(&cache->states[first + i], (uint8_t)~clear);
    if (st == ST_OK)
        atomic_fetch_sub_explicit(&cache->state->young_count, count, memory_order_relaxed);
    return st;
}

/* The part of one group that the pass has before it. */
static enum status
write_group(struct cache *cache, struct young_pass *pass, page_no end, uint32_t pages_max,
            uint32_t *written)
{
    struct cache_state *state = cache->state;
    _Atomic uint8_t *flag = &state->group_young[pass->next / GROUP_PAGES];
    if (atomic_exchange(flag, 0) == 0) {
        pass->next = end;
        return ST_OK;
    }
    bool has_young = false;
    page_no run = pass->next;
    uint32_t count = 0;
    enum status st = ST_OK;
    for (; pass->next < end && *written + count < pages_max && st == ST_OK; pass->next++) {
        if (count == 0)
            run = pass->next;
        if (hold_young(cache, pass->next, pass->moment, &has_young) == HOLD_TAKEN)
            count++;
        if (count > 0 && (run + count == pass->next || count == RUN_PAGES)) {
            st = write_held(cache, run, count);
            *written += st == ST_OK ? count : 0;
            count = 0;
        }
    }
    if (st == ST_OK && count > 0) {
        st = write_held(cache, run, count);
        *written += st == ST_OK ? count : 0;
    }
    if (st != ST_OK)
        pass->next = run;
    if (has_young || pass->next < end)
        atomic_store(flag, 1);
    return st;
}

enum status
cache_write_young(struct cache *cache, struct young_pass *pass, uint32_t pages_max,
                  uint32_t *written, bool *is_done)
{
    *written = 0;
    *is_done = true;
    if (cache->store->device == NULL)
        return ST_OK;
    page_no end = atomic_load(&cache->state->end);
    if (pages_max == 0)
        pages_max = 1;
    while (pass->next < end) {
        page_no group_end = (pass->next / GROUP_PAGES + 1) * GROUP_PAGES;
        enum status st =
            write_group(cache, pass, group_end < end ? group_end : end, pages_max, written);
        if (st != ST_OK || *written >= pages_max) {
            *is_done = st == ST_OK && pass->next >= end;
            return st;
        }
    }
    return ST_OK;
}

/* Holds a page that nobody changes meanwhile, if it is young. */
static bool
hold_own(struct cache *cache, page_no page)
{
    _Atomic uint8_t *at = &cache->states[page];
    for (uint32_t turn = 0;;) {
        uint8_t state = atomic_load(at);
        if ((state & (PAGE_BUSY | PAGE_HELD)) != 0)
            cache_wait(&turn);
        else if ((state & PAGE_YOUNG) == 0)
            return false;
        else if (atomic_compare_exchange_weak(at, &state,
                                              (state | PAGE_HELD) & (uint8_t)~PAGE_MARKED))
            return true;
    }
}

enum status
cache_write_pages(struct cache *cache, const struct page_ref *pages, uint32_t count)
{
    if (cache->store->device == NULL)
        return ST_OK;
    page_no first = 0;
    uint32_t run = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (run > 0 && (pages[i].page != first + run || run == RUN_PAGES)) {
            TRY(write_held(cache, first, run));
            run = 0;
        }
        if (!hold_own(cache, pages[i].page)) {
            TRY(write_held(cache, first, run));
            run = 0;
            continue;
        }
        if (run == 0)
            first = pages[i].page;
        run++;
    }
    return write_held(cache, first, run);
}

/* Compares one page with the device, if it is clean. */
static enum status
scrub_page(struct cache *cache, page_no page, struct page *scratch, uint32_t *compared,
           uint64_t *mismatch_count)
{
    _Atomic uint8_t *at = &cache->states[page];
    uint8_t state = atomic_load(at);
    const uint8_t other = PAGE_YOUNG | PAGE_PRIVATE | PAGE_MARKED | PAGE_BUSY | PAGE_DEAD;
    if ((state & (PAGE_RESIDENT | other)) != PAGE_RESIDENT ||
        !atomic_compare_exchange_strong(at, &state, state | PAGE_HELD))
        return ST_OK;
    struct device *device = cache->store->device;
    enum status st = device->ops->read(device, page, 1, scratch);
    if (st == ST_CORRUPT ||
        (st == ST_OK && memcmp(scratch, cache_frame(cache, page), PAGE_BYTES) != 0)) {
        (void)store_corrupt(cache->store, page, "the page on the device is not the one in memory");
        ++*mismatch_count;
        st = ST_OK;
    }
    ++*compared;
    atomic_fetch_and(at, (uint8_t)~PAGE_HELD);
    return st;
}

enum status
cache_scrub(struct cache *cache, page_no *next, uint32_t pages_max, uint64_t *mismatch_count)
{
    *mismatch_count = 0;
    if (cache->store->device == NULL)
        return ST_OK;
    struct page *scratch = mem_alloc(PAGE_BYTES);
    if (scratch == NULL)
        return ST_NO_MEMORY;
    enum status st = ST_OK;
    page_no end = atomic_load(&cache->state->end);
    for (uint32_t compared = 0; st == ST_OK && compared < pages_max && *next < end; ++*next) {
        if (*next % GROUP_PAGES == 0 &&
            atomic_load(&cache->state->group_resident[*next / GROUP_PAGES]) == 0) {
            *next += GROUP_PAGES - 1;
            continue;
        }
        st = scrub_page(cache, *next, scratch, &compared, mismatch_count);
    }
    if (*next >= end)
        *next = 0;
    mem_free(scratch);
    return st;
}
