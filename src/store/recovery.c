/*
 * recovery.c: the log replayed from the last checkpoint on.
 *
 * Two passes over the same records: the first lets the caller claim the pages that records name,
 * so that the second, which takes pages for what it builds, does not take those. The end of the
 * good records is found once, by the first pass.
 *
 * Where records are known to be lost (L4) what comes before them is replayed, and the store stops
 * writing: the state is the last one that is whole.
 */
#include "base/check.h"
#include "store/checkpoint_int.h"
#include "store/log_int.h"
#include "store/space_int.h"
#include "store/store_int.h"

static enum status replay(struct log *log, log_pos start, log_pos end, log_apply apply,
                          void *object);
static enum status find_end(struct log_scan *scan, log_apply scan_record, void *object);

enum status
store_recover(struct store *store, log_apply scan, log_apply apply, void *object)
{
    struct log *log = store->log;
    if (log == NULL)
        return ST_OK;
    struct log_scan records;
    log_pos start = store->checkpoint->superblock.log_start, lost_to = 0;
    log_scan_init(&records, log, start);
    store->space->is_replaying = true;
    enum status st = find_end(&records, scan, object);
    log_pos end = records.next;
    if (st == ST_OK)
        st = log_scan_lost(&records, &lost_to);
    log_scan_deinit(&records);
    if (st == ST_OK)
        st = log_set_end(log, end, lost_to != 0);
    if (st == ST_OK && log->is_damaged) {
        log_line(store->log_sink, LOG_ERROR,
                 "the log is damaged: what was committed after position %llu is lost; what "
                 "is there can be read, and dumped into a new file",
                 (unsigned long long)end);
        store_stop_writes(store, "the log is damaged at position %llu: commits are lost",
                          (unsigned long long)end);
    }
    if (st == ST_OK && apply != NULL)
        st = replay(log, start, end, apply, object);
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
find_end(struct log_scan *scan, log_apply scan_record, void *object)
{
    for (;;) {
        log_pos at;
        struct slice record;
        enum status st = log_scan_next(scan, &at, &record);
        if (st != ST_OK)
            return st == ST_NOT_FOUND ? ST_OK : st;
        if (scan_record != NULL)
            TRY(scan_record(object, at, record));
    }
}

static enum status
replay(struct log *log, log_pos start, log_pos end, log_apply apply, void *object)
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
            st = apply(object, at, record);
    }
    log_scan_deinit(&scan);
    return st;
}
