/*
 * stand_in.c: see stand_in.h. Defines what space.c and store.c define in the library.
 */
#include "stand_in.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/space.h"
#include "store/store.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct store *
stand_in_open(struct device *device, uint64_t cache_bytes)
{
    struct store *store = calloc(1, sizeof *store);
    check(store != NULL);
    store->device = device;
    store->space = calloc(1, sizeof *store->space);
    check(store->space != NULL);
    store->space->next = 2;
    check(readers_init(store) == ST_OK);
    check(cache_new(store, cache_bytes, &store->cache) == ST_OK);
    return store;
}

void
stand_in_close(struct store *store)
{
    cache_free(store->cache);
    readers_deinit(store);
    if (store->device != NULL)
        store->device->ops->close(store->device);
    free(store->space->free);
    free(store->space);
    free(store);
}

void
stand_in_publish(struct edit *edit)
{
    for (uint32_t i = 0; i < edit->taken.count; i++)
        cache_seal(edit->store->cache, edit->taken.refs[i].page);
    for (uint32_t i = 0; i < edit->retired.count; i++) {
        cache_drop(edit->store->cache, edit->retired.refs[i].page);
        space_give_back(edit->store, edit->retired.refs[i].page);
    }
    edit->taken.count = edit->retired.count = 0;
}

enum status
space_take(struct store *store, page_no *page)
{
    struct space *space = store->space;
    if (space->free_count > 0)
        *page = space->free[--space->free_count];
    else if (space->limit != 0 && space->next >= space->limit)
        return ST_NO_SPACE;
    else
        *page = space->next++;
    space->used_count++;
    return ST_OK;
}

enum status
space_take_run(struct store *store, uint32_t count, page_no *first)
{
    struct space *space = store->space;
    if (space->limit != 0 && space->next + count > space->limit)
        return ST_NO_SPACE;
    *first = space->next;
    space->next += count;
    space->used_count += count;
    return ST_OK;
}

void
space_give_back(struct store *store, page_no page)
{
    struct space *space = store->space;
    if (space->free_count == space->free_capacity) {
        space->free_capacity = space->free_capacity * 2 + 64;
        space->free = realloc(space->free, space->free_capacity * sizeof *space->free);
        check(space->free != NULL);
    }
    space->free[space->free_count++] = page;
    check(space->used_count > 0);
    space->used_count--;
}

enum status
store_corrupt(struct store *store, page_no page, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = store->space->last_corrupt;
    int at =
        snprintf(text, sizeof store->space->last_corrupt, "page %llu: ", (unsigned long long)page);
    vsnprintf(text + at, sizeof store->space->last_corrupt - (size_t)at, format, args);
    va_end(args);
    store->space->corrupt_count++;
    return ST_CORRUPT;
}

void
store_stop_writes(struct store *store, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(store->read_only_reason, sizeof store->read_only_reason, format, args);
    va_end(args);
    atomic_store(&store->is_read_only, true);
}
