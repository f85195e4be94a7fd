/*
 * stand_in.h: a store of device, cache and readers with the simplest possible space, for tests of
 * the parts below space.c.
 */
#pragma once

#include "store/cache.h"
#include "store/store_int.h"
#include "store/tree.h"

struct store;
struct space {
    page_no next, limit; /* pages from `next` on were never taken; limit 0: no bound */
    page_no *free;       /* a stack */
    uint32_t free_count, free_capacity;
    uint64_t used_count, corrupt_count;
    char last_corrupt[200];
};

/* Takes the device over; null: in memory. */
struct store *stand_in_open(struct device *device, uint64_t cache_bytes);
void stand_in_close(struct store *store);

/* Publishes the edit's changes: seals what it took, frees what it retired, and empties it. */
void stand_in_publish(struct edit *edit);
