/*
 * scrub.c: pages read back long after they were written, before somebody needs them.
 *
 * Pages in memory are compared with the device byte by byte (cache_scrub). A page that is live and
 * not in memory is read, and its checksum and number must be right. It may die and be written anew
 * while it is read; so a page that does not look right is read again, and counts only if nothing
 * was published meanwhile and it is still live: then it was the same page all the time.
 */
#include "base/mem.h"
#include "store/checkpoint_int.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/store_int.h"

/* Free pages passed over in one call, for each page that may be read. */
#define SKIP_A_PAGE 1024u

struct cold_page {
    page_no page;
    uint64_t publish_count;
};

static bool find_cold(struct space *space, page_no *next, page_no last, struct cold_page *found);
static bool is_same_cold(struct space *space, struct cold_page cold);
static enum status check_cold(struct store *store, struct cold_page cold, struct page *scratch,
                              uint64_t *mismatch_count);
static enum status is_good(struct store *store, page_no page, struct page *scratch, bool *good);

enum status
store_scrub(struct store *store, uint32_t pages_max, uint64_t *mismatch_count)
{
    *mismatch_count = 0;
    struct checkpoint *c = store->checkpoint;
    if (c == NULL)
        return ST_OK;
    enum status st = cache_scrub(store->cache, &c->scrub_next, pages_max, mismatch_count);
    struct page *scratch = st == ST_OK ? mem_alloc(PAGE_BYTES) : NULL;
    if (st == ST_OK && scratch == NULL)
        st = ST_NO_MEMORY;
    page_no last = c->scrub_cold_next + (page_no)pages_max * SKIP_A_PAGE;
    struct cold_page cold;
    for (uint32_t i = 0; st == ST_OK && i < pages_max; i++) {
        if (!find_cold(store->space, &c->scrub_cold_next, last, &cold))
            break;
        st = check_cold(store, cold, scratch, mismatch_count);
    }
    mem_free(scratch);
    if (*mismatch_count > 0)
        store_stop_writes(store, "%llu pages on the device are not what was written",
                          (unsigned long long)*mismatch_count);
    return st;
}

void
store_watch_file(struct store *store)
{
    const struct device_ops *ops = store->device->ops;
    if (ops->find_name != NULL && ops->find_name(store->device) == ST_NOT_FOUND)
        store_stop_writes(store, "the file was removed or replaced while it was open");
}

/* The next page from *next to `last` that is live and on the device alone. *next moves past it, to
 * 2 after the file's end. */
static bool
find_cold(struct space *space, page_no *next, page_no last, struct cold_page *found)
{
    mutex_lock(&space->lock);
    bool is_found = false;
    page_no page = *next < 2 ? 2 : *next;
    /* A captured map's pages are live before they are written. */
    while (!space->capture.is_active && !is_found && page < space->capacity && page < last) {
        *found = (struct cold_page){.page = page, .publish_count = space->publish_count};
        is_found = map_is_live(space, page) && atomic_load(&space->store->cache->states[page]) == 0;
        page++;
    }
    *next = page >= space->capacity ? 2 : page;
    mutex_unlock(&space->lock);
    return is_found;
}

static bool
is_same_cold(struct space *space, struct cold_page cold)
{
    mutex_lock(&space->lock);
    bool is_same = space->publish_count == cold.publish_count && map_is_live(space, cold.page);
    mutex_unlock(&space->lock);
    return is_same;
}

static enum status
check_cold(struct store *store, struct cold_page cold, struct page *scratch,
           uint64_t *mismatch_count)
{
    bool good;
    TRY(is_good(store, cold.page, scratch, &good));
    if (!good)
        TRY(is_good(store, cold.page, scratch, &good));
    if (good || !is_same_cold(store->space, cold))
        return ST_OK;
    ++*mismatch_count;
    (void)store_corrupt(store, cold.page, "checksum or page number is wrong");
    return ST_OK;
}

static enum status
is_good(struct store *store, page_no page, struct page *scratch, bool *good)
{
    enum status st = store->device->ops->read(store->device, page, 1, scratch);
    *good = st == ST_OK &&
            page_is_sealed(scratch, (struct page_ref){.page = page, .birth = scratch->birth});
    return st == ST_CORRUPT ? ST_OK : st;
}
