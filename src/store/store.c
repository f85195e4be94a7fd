/*
 * store.c: the store opened and closed, its health and its reports.
 *
 * Opening brings the parts up in the order of their needs: readers, cache, superblock, space with
 * its map, log. Nothing is written to an existing file by opening it; the log is read by
 * store_recover (recovery.c).
 */
#include "store/store.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/cache.h"
#include "store/checkpoint_int.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store_int.h"
#include <stdarg.h>
#include <stdio.h>

#define CACHE_BYTES_USUAL ((uint64_t)128 << 20)
#define LOG_SEGMENT_BYTES_USUAL ((uint64_t)16 << 20)

static enum status open_parts(struct store *store, const struct store_options *options);
static enum status open_file(struct store *store, const struct store_options *options);

enum status
store_open(struct device *device, const struct store_options *options, struct store **store)
{
    struct store *s = mem_alloc_zero(sizeof *s);
    if (s == NULL) {
        if (device != NULL)
            device->ops->close(device);
        return ST_NO_MEMORY;
    }
    s->device = device;
    s->log_sink = options->log;
    mutex_init(&s->health_lock);
    enum status st = open_parts(s, options);
    if (st != ST_OK) {
        store_close(s);
        return st;
    }
    *store = s;
    return ST_OK;
}

void
store_close(struct store *store)
{
    if (store == NULL)
        return;
    log_free(store->log);
    checkpoint_free(store->checkpoint);
    space_free(store->space);
    cache_free(store->cache);
    readers_deinit(store);
    if (store->device != NULL)
        store->device->ops->close(store->device);
    mutex_deinit(&store->health_lock);
    mem_free(store);
}

void
store_state(struct store *store, struct store_state *state)
{
    struct checkpoint *c = store->checkpoint;
    *state = (struct store_state){0};
    if (c == NULL)
        return;
    mutex_lock(&c->lock);
    *state = c->superblock.state;
    mutex_unlock(&c->lock);
}

bool
store_is_read_only(const struct store *store, const char **reason)
{
    bool is_read_only = atomic_load(&store->is_read_only);
    if (reason != NULL)
        *reason = is_read_only ? store->read_only_reason : "";
    return is_read_only;
}

void
store_stop_writes(struct store *store, const char *format, ...)
{
    char reason[sizeof store->read_only_reason];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);

    mutex_lock(&store->health_lock);
    bool is_first = !atomic_load(&store->is_read_only);
    if (is_first) {
        memcpy(store->read_only_reason, reason, sizeof reason);
        atomic_store(&store->is_read_only, true);
    }
    mutex_unlock(&store->health_lock);
    log_line(store->log_sink, LOG_ERROR, "%s%s",
             is_first ? "the file is read-only from now on: " : "", reason);
}

enum status
store_corrupt(struct store *store, page_no page, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    atomic_fetch_add(&store->corrupt_count, 1);
    log_line(store->log_sink, LOG_ERROR, "corrupt: page %llu: %s", (unsigned long long)page,
             reason);
    return ST_CORRUPT;
}

void
store_report(struct store *store, struct store_report *report)
{
    struct cache_report cache;
    cache_report(store->cache, &cache);
    *report = (struct store_report){
        .cache_hits = cache.hits,
        .cache_reads = cache.reads,
        .cache_evictions = cache.evictions,
        .pages_written = cache.pages_written,
        .resident_count = cache.resident_count,
        .young_count = cache.young_count,
    };
    if (store->log != NULL) {
        report->log_bytes = log_end(store->log);
        report->log_syncs = atomic_load(&store->log->sync_count);
        report->checkpoints = atomic_load(&store->checkpoint->done_count);
    }
}

/* What was opened before a failure is closed by store_close. */
static enum status
open_parts(struct store *store, const struct store_options *options)
{
    TRY(readers_init(store));
    store->memory_bytes_max = options->memory_bytes_max;
    uint64_t cache_bytes = options->cache_bytes == 0 ? CACHE_BYTES_USUAL : options->cache_bytes;
    TRY(cache_new(store, cache_bytes, &store->cache));
    TRY(space_new(store, &store->space));
    if (store->device == NULL)
        return ST_OK;
    if (options->is_read_only) {
        snprintf(store->read_only_reason, sizeof store->read_only_reason,
                 "the file was opened read-only");
        atomic_store(&store->is_read_only, true);
    }
    return open_file(store, options);
}

static enum status
open_file(struct store *store, const struct store_options *options)
{
    struct device *device = store->device;
    struct superblock superblock;
    enum status st = superblock_read(store, &superblock);
    if (st == ST_NOT_FOUND) {
        if (options->is_read_only)
            return ST_NOT_ROWAN;
        st = superblock_create(store, &superblock);
    }
    if (st != ST_OK)
        return st;

    uint64_t page_count;
    struct space *space = store->space;
    space->is_file_fixed = options->is_read_only;
    TRY(device->ops->page_count(device, &page_count));
    TRY(space_load(space, superblock.map, superblock.state.moment));
    TRY(map_extend(space, page_count));
    uint64_t bytes = options->log_segment_bytes;
    bytes = bytes == 0 ? LOG_SEGMENT_BYTES_USUAL : bytes;
    bytes = bytes < LOG_SEGMENT_BYTES_MIN ? LOG_SEGMENT_BYTES_MIN : bytes;
    TRY(log_new(store, &superblock, bytes & ~(uint64_t)7, &store->log));
    return checkpoint_new(&superblock, &store->checkpoint);
}
