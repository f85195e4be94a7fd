/*
 * recovery.c: the log replayed from the last checkpoint on.
 *
 * Two passes over the same records: the first lets the caller claim the pages that records name,
 * so that the second, which takes pages for what it builds, does not take those. A caller that has
 * nothing to claim has its records applied by the first pass, which also finds the log's end.
 *
 * Where records are known to be lost (L4) what comes before them is replayed, and the store stops
 * writing: the state is the last one that is whole.
 */
#include "base/check.h"
#include "store/checkpoint_int.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store_int.h"

static enum status first_pass(struct log_scan *records, log_apply scan, void *object);
static enum status second_pass(struct log *log, log_pos start, log_pos end,
                               const struct log_replay *replay);
static enum status settle_end(struct store *store, struct log_scan *records);

enum status
store_recover(struct store *store, log_apply scan, log_apply apply, void *object)
{
    struct log_replay replay = {.scan = scan, .apply = apply, .object = object};
    return store_recover_by(store, &replay);
}

enum status
store_recover_by(struct store *store, const struct log_replay *replay)
{
    struct log *log = store->log;
    if (log == NULL)
        return ST_OK;
    struct log_scan records;
    log_pos start = store->checkpoint->superblock.log_start;
    log_scan_init(&records, log, start);
    store->space->is_replaying = true;
    enum status st =
        first_pass(&records, replay->scan != NULL ? replay->scan : replay->apply, replay->object);
    log_pos end = records.next;
    if (st == ST_OK)
        st = settle_end(store, &records);
    log_scan_deinit(&records);
    if (st == ST_OK && replay->scan != NULL && replay->apply != NULL) {
        st = second_pass(log, start, end, replay);
        log_pos from;
        if (st == ST_CORRUPT && replay->resume != NULL && replay->resume(replay->object, &from))
            st = second_pass(log, from, end, replay);
    }
    store->space->is_replaying = false;
    if (st == ST_CORRUPT) {
        store_stop_writes(store, "a record of the log could not be applied");
        return ST_OK;
    }
    if (st == ST_OK && end > start)
        log_line(store->log_sink, LOG_INFO, "replayed %llu bytes of the log",
                 (unsigned long long)(end - start));
    return st;
}

/* Leaves the scan at the first place where there is no good record. */
static enum status
first_pass(struct log_scan *records, log_apply scan, void *object)
{
    for (;;) {
        log_pos at;
        struct slice record;
        enum status st = log_scan_next(records, &at, &record);
        if (st != ST_OK)
            return st == ST_NOT_FOUND ? ST_OK : st;
        if (scan != NULL)
            TRY(scan(object, at, record));
    }
}

/* The log goes on where the good records end, unless some that were synced are missing there. */
static enum status
settle_end(struct store *store, struct log_scan *records)
{
    struct log *log = store->log;
    log_pos lost_to;
    TRY(log_scan_lost(records, &lost_to));
    TRY(log_set_end(log, records->next, lost_to != 0));
    if (!log->is_damaged)
        return ST_OK;
    log_line(store->log_sink, LOG_ERROR,
             "the log is damaged: what was committed after position %llu is lost; what is there "
             "can be read, and dumped into a new file",
             (unsigned long long)records->next);
    store_stop_writes(store, "the log is damaged at position %llu: commits are lost",
                      (unsigned long long)records->next);
    return ST_OK;
}

static enum status
second_pass(struct log *log, log_pos start, log_pos end, const struct log_replay *replay)
{
    struct log_scan scan;
    log_scan_init(&scan, log, start);
    enum status st = ST_OK;
    while (st == ST_OK && scan.next < end) {
        log_pos at;
        struct slice record;
        st = log_scan_next(&scan, &at, &record);
        if (st == ST_NOT_FOUND)
            st = store_corrupt(log->store, PAGE_NONE, "the log changed while it was read");
        else if (st == ST_OK)
            st = replay->apply(replay->object, at, record);
    }
    log_scan_deinit(&scan);
    return st == ST_OK && replay->finish != NULL ? replay->finish(replay->object) : st;
}
