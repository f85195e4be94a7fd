/*
 * space.c: pages handed out and taken back.
 *
 * The order in which pages are handed out: the page that became free last, if its frame is still in
 * memory (a fresh frame costs two page faults, a warm one nothing); else the lowest free page, so
 * that files stay dense; else the file grows. Warm pages count as used in the bitmap, so that no
 * search finds them; when the ring is full the coldest goes back to the bitmap.
 *
 * Readers hold moments without a lock; the protocol that makes this safe is in reader.c, and rests
 * on the publisher having advanced the newest moment before it calls space_retire.
 *
 * Neighbours: space_map.c (bitmap), space_pending.c (dead pages that somebody still needs),
 * space_save.c (the map in the file). Invariants S1 to S5 are in space_int.h.
 */
#include "store/space.h"
#include "store/space_int.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/store.h"
#include "store/tree.h"

/* Pages of ended buckets that a commit looks at, beyond those that it retires itself. */
#define PLACE_A_COMMIT 256u
/* ... and a thread that finds no free page, before the file grows. */
#define PLACE_A_GROWTH 8192u

static bool warm_pop(struct space *space, page_no *page);
static void warm_push(struct space *space, page_no page);
static enum status take_run_locked(struct space *space, uint32_t count, page_no *first);

enum status
space_new(struct store *store, struct space **space)
{
    struct space *s = mem_alloc_zero(sizeof *s);
    if (s == NULL)
        return ST_NO_MEMORY;
    s->store = store;
    s->capacity_max = store->cache->page_limit;
    mutex_init(&s->lock);
    enum status st = pending_init(&s->pending);
    if (st == ST_OK)
        st = map_extend(s, 2);
    if (st != ST_OK) {
        space_free(s);
        return st;
    }
    for (page_no page = 0; page < 2; page++) {
        map_set_used(s, page, true);
        map_set_live(s, page, true);
    }
    *space = s;
    return ST_OK;
}

void
space_free(struct space *space)
{
    if (space == NULL)
        return;
    space_save_deinit(space);
    pending_deinit(&space->pending);
    map_free(space);
    mutex_deinit(&space->lock);
    mem_free(space);
}

enum status
space_take(struct store *store, page_no *page)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    enum status st = space_take_locked(space, page);
    mutex_unlock(&space->lock);
    return st;
}

enum status
space_take_locked(struct space *space, page_no *page)
{
    if (atomic_load(&space->store->is_read_only) && !space->is_replaying)
        return ST_READ_ONLY;
    if (warm_pop(space, page))
        return ST_OK;

    page_no found = map_find_page(space);
    if (found == PAGE_NONE && space->pending.page_count > 0) {
        pending_look(space);
        pending_place(space, PLACE_A_GROWTH);
        if (warm_pop(space, page))
            return ST_OK;
        found = map_find_page(space);
    }
    if (found == PAGE_NONE) {
        TRY(map_grow(space, 1));
        found = map_find_page(space);
    }
    map_set_used(space, found, true);
    *page = found;
    return ST_OK;
}

enum status
space_take_run(struct store *store, uint32_t count, page_no *first)
{
    if (count == 1)
        return space_take(store, first);
    struct space *space = store->space;
    mutex_lock(&space->lock);
    enum status st = take_run_locked(space, count, first);
    mutex_unlock(&space->lock);
    return st;
}

void
space_give_back(struct store *store, page_no page)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    check(map_is_used(space, page) && !map_is_live(space, page));
    space_release(space, page);
    mutex_unlock(&space->lock);
}

void
space_publish(struct store *store, const struct edit *edit)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    space->publish_count++;
    for (uint32_t i = 0; i < edit->taken.count; i++) {
        page_no page = edit->taken.refs[i].page;
        map_set_live(space, page, true);
        cache_seal(store->cache, page);
    }
    mutex_unlock(&space->lock);
}

enum status
space_retire_reserve(struct store *store, uint32_t count)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    enum status st = pending_reserve(&space->pending, count);
    mutex_unlock(&space->lock);
    return st;
}

void
space_retire(struct store *store, const struct page_ref *refs, uint32_t count, birth_seq death)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    /* Once a moment is enough: what readers have pinned since then is not older than it. */
    if (death != space->last_death)
        pending_look(space);
    space->last_death = death;
    pending_place(space, PLACE_A_COMMIT + count);
    for (uint32_t i = 0; i < count; i++) {
        if (refs[i].page < 2 || !map_is_live(space, refs[i].page)) {
            /* Two parents must have pointed to it: broken bytes, not a broken promise. */
            store_stop_writes(store, "page %llu of birth %llu was given up twice",
                              (unsigned long long)refs[i].page, (unsigned long long)refs[i].birth);
            continue;
        }
        map_set_live(space, refs[i].page, false);
        pending_add(space, refs[i], death);
    }
    mutex_unlock(&space->lock);
}

enum status
space_name(struct store *store, page_no first, uint64_t count)
{
    struct space *space = store->space;
    enum status st = ST_OK;
    mutex_lock(&space->lock);
    for (page_no page = first; st == ST_OK && page < first + count; page++)
        st = map_set_named(space, page);
    mutex_unlock(&space->lock);
    return st;
}

enum status
space_claim(struct store *store, page_no first, uint64_t count)
{
    struct space *space = store->space;
    enum status st = ST_OK;
    mutex_lock(&space->lock);
    if (first < 2 || first >= space->capacity || count > space->capacity - first)
        st = store_corrupt(store, first, "the log names %llu pages from here on, beyond the file",
                           (unsigned long long)count);
    for (page_no page = first; st == ST_OK && page < first + count; page++) {
        st = map_set_named(space, page);
        if (st != ST_OK || map_is_live(space, page))
            continue;
        if (map_is_used(space, page)) {
            st = ST_INVALID; /* replay has taken it: claims come first */
            continue;
        }
        map_set_used(space, page, true);
        map_set_live(space, page, true);
    }
    mutex_unlock(&space->lock);
    return st;
}

void
space_report(struct store *store, struct space_report *report)
{
    struct space *space = store->space;
    mutex_lock(&space->lock);
    uint64_t pending_count = space->pending.page_count;
    if (space->capture.is_active)
        pending_count += space->capture.old_count;
    *report = (struct space_report){
        .page_count = space->capacity,
        .free_count = space->free_count + space->warm_count,
        .pending_count = pending_count,
    };
    report->used_count = report->page_count - report->free_count - report->pending_count;
    mutex_unlock(&space->lock);
}

bool
space_recheck(struct space *space, uint32_t budget)
{
    mutex_lock(&space->lock);
    pending_look(space);
    pending_place(space, budget);
    bool has_more = space->pending.recheck.count > 0;
    mutex_unlock(&space->lock);
    return has_more;
}

void
space_release(struct space *space, page_no page)
{
    struct cache *cache = space->store->cache;
    cache_drop(cache, page);
    if (atomic_load_explicit(&cache->states[page], memory_order_relaxed) != 0)
        warm_push(space, page);
    else
        map_set_used(space, page, false);
}

static bool
warm_pop(struct space *space, page_no *page)
{
    if (space->warm_count == 0)
        return false;
    space->warm_count--;
    *page = space->warm[(space->warm_first + space->warm_count) % WARM_PAGES];
    return true;
}

static void
warm_push(struct space *space, page_no page)
{
    if (space->warm_count == WARM_PAGES) {
        map_set_used(space, space->warm[space->warm_first], false);
        space->warm_first = (space->warm_first + 1) % WARM_PAGES;
        space->warm_count--;
    }
    space->warm[(space->warm_first + space->warm_count) % WARM_PAGES] = page;
    space->warm_count++;
}

static enum status
take_run_locked(struct space *space, uint32_t count, page_no *first)
{
    check(count > 0);
    if (atomic_load(&space->store->is_read_only) && !space->is_replaying)
        return ST_READ_ONLY;
    page_no found = map_find_run(space, count);
    if (found == PAGE_NONE) {
        uint64_t at_end = space->capacity - map_find_tail(space);
        TRY(map_grow(space, count - at_end));
        found = map_find_tail(space);
    }
    for (uint32_t i = 0; i < count; i++)
        map_set_used(space, found + i, true);
    *first = found;
    return ST_OK;
}
