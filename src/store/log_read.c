/*
 * log_read.c: records read back, in order, and the search for what a broken record hides.
 *
 * The stream is read through a window that grows to the largest record. Nothing that is read is
 * trusted: a record counts if its position is its own, its length lies within the segments and its
 * checksum is right. The first that does not count is the end of the log: a torn write, or nothing
 * was ever written there. But where a good record further on tells that this place had been synced
 * (L4), acknowledged records are lost, and that must be told.
 */
#include "store/log_int.h"

#include "base/bytes.h"
#include "store/store_int.h"

#define WINDOW_BYTES ((uint64_t)1 << 20)

static enum status window_load(struct log_scan *scan, log_pos at, uint64_t bytes,
                               const uint8_t **data);
static enum status read_stream(struct log *log, log_pos at, uint8_t *to, uint64_t bytes,
                               uint64_t *got);
static uint64_t readable_bytes(struct log *log, log_pos at, uint64_t wanted);
static enum status read_record(struct log_scan *scan, log_pos at, struct record_header *header,
                               struct slice *record);

void
log_scan_init(struct log_scan *scan, struct log *log, log_pos start)
{
    *scan = (struct log_scan){.log = log, .next = start};
    buf_init(&scan->window);
}

void
log_scan_deinit(struct log_scan *scan)
{
    buf_deinit(&scan->window);
}

enum status
log_scan_next(struct log_scan *scan, log_pos *at, struct slice *record)
{
    struct record_header header;
    TRY(read_record(scan, scan->next, &header, record));
    *at = scan->next;
    scan->next += record_room(record->bytes);
    return ST_OK;
}

enum status
log_scan_lost(struct log_scan *scan, log_pos *lost_to)
{
    struct log *log = scan->log;
    *lost_to = 0;
    for (uint32_t i = 0; i < log->segment_count; i++) {
        const struct log_segment *segment = &log->segments[i];
        log_pos at = segment->start > scan->next + 8 ? segment->start : scan->next + 8;
        while (at + RECORD_HEADER_BYTES <= segment->end) {
            const uint8_t *data;
            uint64_t bytes = segment->end - at < WINDOW_BYTES ? segment->end - at : WINDOW_BYTES;
            TRY(window_load(scan, at, bytes, &data));
            if (data == NULL)
                break;
            /* Only few places can be where a record begins: those that hold their own position. */
            uint64_t k = 0;
            while (k + RECORD_HEADER_BYTES <= bytes && le64_get(data + k + 8) != at + k)
                k += 8;
            at += k;
            if (k + RECORD_HEADER_BYTES > bytes)
                continue;
            struct record_header header;
            struct slice record;
            enum status st = read_record(scan, at, &header, &record);
            if (st != ST_OK && st != ST_NOT_FOUND)
                return st;
            uint64_t unsynced = (uint64_t)header.unsynced * 8;
            if (st == ST_OK && header.unsynced != UINT32_MAX && unsynced <= at &&
                at - unsynced > scan->next && at - unsynced > *lost_to)
                *lost_to = at - unsynced;
            at += 8;
        }
    }
    return ST_OK;
}

/* The record at `at`; ST_NOT_FOUND if there is no good one. The header is filled in either way. */
static enum status
read_record(struct log_scan *scan, log_pos at, struct record_header *header, struct slice *record)
{
    struct log *log = scan->log;
    *header = (struct record_header){.unsynced = UINT32_MAX};
    struct log_segment segment;
    const uint8_t *data;
    TRY(window_load(scan, at, RECORD_HEADER_BYTES, &data));
    if (data == NULL || !log_find_segment(log, at, &segment))
        return ST_NOT_FOUND;
    struct record_header found = record_decode_header(data);
    if (found.position != at || found.bytes > RECORD_BYTES_MAX)
        return ST_NOT_FOUND;
    TRY(window_load(scan, at, record_room(found.bytes), &data));
    if (data == NULL || record_checksum(data, found.bytes, segment.salt, at) != found.checksum)
        return ST_NOT_FOUND;
    *header = found;
    *record = slice_of(data + RECORD_HEADER_BYTES, found.bytes);
    return ST_OK;
}

/* Brings `bytes` bytes from `at` on into the window; *data is null if the stream is shorter. */
static enum status
window_load(struct log_scan *scan, log_pos at, uint64_t bytes, const uint8_t **data)
{
    struct buf *window = &scan->window;
    *data = NULL;
    if (at < scan->window_at || at + bytes > scan->window_at + window->bytes) {
        if (readable_bytes(scan->log, at, bytes) < bytes)
            return ST_OK;
        uint64_t wanted = bytes > WINDOW_BYTES ? bytes : WINDOW_BYTES;
        buf_clear(window);
        if (buf_reserve(window, wanted) == NULL) {
            window->is_failed = false;
            return ST_NO_MEMORY;
        }
        uint64_t got;
        scan->window_at = at;
        TRY(read_stream(scan->log, at, window->data, wanted, &got));
        window->bytes = got;
        if (got < bytes)
            return ST_OK;
    }
    *data = window->data + (at - scan->window_at);
    return ST_OK;
}

/* How many bytes the segments have in a row from `at` on; counts no further than `wanted`. */
static uint64_t
readable_bytes(struct log *log, log_pos at, uint64_t wanted)
{
    log_pos end = at;
    struct log_segment segment;
    while (end - at < wanted && log_find_segment(log, end, &segment))
        end = segment.end;
    return end - at;
}

static enum status
read_stream(struct log *log, log_pos at, uint8_t *to, uint64_t bytes, uint64_t *got)
{
    struct device *device = log->store->device;
    struct log_segment segment;
    *got = 0;
    while (*got < bytes && log_find_segment(log, at + *got, &segment)) {
        log_pos from = at + *got;
        uint64_t here = segment.end - from;
        size_t count = here < bytes - *got ? here : bytes - *got;
        size_t read;
        TRY(device->ops->log_read(device, segment.id, LOG_HEADER_BYTES + (from - segment.start),
                                  to + *got, count, &read));
        *got += read;
        if (read < count)
            return ST_OK; /* the segment is shorter than its header says */
    }
    return ST_OK;
}
