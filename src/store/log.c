/*
 * log.c: the write-ahead log: records appended, written and synced; segments made and recycled.
 *
 * A record is first copied, with its header, behind others in memory. Whoever syncs takes all that
 * has gathered there, writes it and syncs it, while further records gather in a second buffer: one
 * sync serves all commits of a batch, and the next batch does not wait to be built.
 *
 * Appending makes the segments that the record needs (L3), so a full disk is told before anything
 * has been promised. What fails later is final: a log that may or may not hold a record cannot be
 * continued, so the store stops writing and the next open starts from what is on the device.
 *
 * Threads: one appends at a time; any may sync. The layouts and L1 to L6 are in log_int.h;
 * log_open.c finds the segments of a file, log_read.c reads records, recovery.c replays them.
 */
#include "store/log_int.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/checkpoint_int.h"
#include "store/store_int.h"

/* A buffer larger than this is freed once it has been written. */
#define BUFFER_KEPT_BYTES ((size_t)4 << 20)

static enum status make_room(struct log *log, uint64_t bytes);
static enum status add_segment(struct log *log, bool is_ahead);
static enum status create_segment(struct log *log, struct log_segment *segment, bool is_ahead);
static bool reserve_segment(struct log *log);
static uint64_t take_spare(struct log *log);
static void give_spare(struct log *log, uint64_t id);
static void remove_segment(struct log *log, uint64_t id);
static enum status put_record(struct log *log, const struct slice *parts, uint32_t part_count,
                              uint32_t bytes, uint64_t salt);
static enum status write_out(struct log *log, bool is_synced);
static enum status sync_segments(struct log *log);
static void drop_segment(struct log *log, const struct log_segment *segment);

enum status
log_append(struct store *store, const struct slice *parts, uint32_t part_count, log_pos *end)
{
    struct log *log = store->log;
    if (log == NULL) {
        *end = 0;
        return ST_OK;
    }
    if (atomic_load(&store->is_read_only))
        return ST_READ_ONLY;
    if (!log->is_recovered)
        return ST_INVALID;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < part_count; i++) {
        if (parts[i].bytes > RECORD_BYTES_MAX - bytes)
            return ST_LIMIT;
        bytes += parts[i].bytes;
    }

    TRY(make_room(log, record_room(bytes)));
    mutex_lock(&log->lock);
    struct log_segment segment;
    bool is_found = log_find_segment(log, log->end, &segment);
    check(is_found); /* make_room */
    enum status st = put_record(log, parts, part_count, (uint32_t)bytes, segment.salt);
    if (st == ST_OK)
        *end = log->end;
    mutex_unlock(&log->lock);
    return st;
}

enum status
log_sync(struct store *store, log_pos to)
{
    struct log *log = store->log;
    if (log == NULL || atomic_load(&log->synced) >= to)
        return ST_OK;
    mutex_lock(&log->write_lock);
    enum status st = ST_OK;
    if (atomic_load(&log->synced) < to) {
        st = atomic_load(&store->is_read_only) ? ST_READ_ONLY : write_out(log, true);
        if (st == ST_OK)
            st = sync_segments(log);
        if (st != ST_OK && st != ST_READ_ONLY)
            store_stop_writes(store, "could not write and sync the log (%s)", status_name(st));
    }
    mutex_unlock(&log->write_lock);
    return st;
}

enum status
log_flush(struct store *store)
{
    struct log *log = store->log;
    if (log == NULL)
        return ST_OK;
    mutex_lock(&log->write_lock);
    enum status st = atomic_load(&store->is_read_only) ? ST_READ_ONLY : write_out(log, false);
    if (st != ST_OK && st != ST_READ_ONLY && st != ST_NO_SPACE)
        store_stop_writes(store, "could not write the log (%s)", status_name(st));
    mutex_unlock(&log->write_lock);
    return st;
}

uint64_t
log_bytes_since_checkpoint(struct store *store)
{
    struct log *log = store->log;
    if (log == NULL)
        return 0;
    mutex_lock(&log->lock);
    uint64_t bytes = log->end - log->checkpoint_start;
    mutex_unlock(&log->lock);
    return bytes;
}

log_pos
log_end(struct log *log)
{
    mutex_lock(&log->lock);
    log_pos end = log->end;
    mutex_unlock(&log->lock);
    return end;
}

uint64_t
log_first_needed(struct log *log, log_pos start)
{
    mutex_lock(&log->lock);
    uint64_t id = 0;
    for (uint32_t i = 0; i < log->segment_count && id == 0; i++) {
        if (log->segments[i].end > start && log->segments[i].end > log->segments[i].start)
            id = log->segments[i].id;
    }
    mutex_unlock(&log->lock);
    return id;
}

bool
log_find_segment(struct log *log, log_pos at, struct log_segment *segment)
{
    for (uint32_t i = log->segment_count; i > 0; i--) {
        const struct log_segment *s = &log->segments[i - 1];
        if (s->start <= at && at < s->end) {
            *segment = *s;
            return true;
        }
    }
    return false;
}

void
log_release(struct log *log, log_pos start)
{
    mutex_lock(&log->lock);
    log->checkpoint_start = start;
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < log->segment_count; i++)
        count += log->segments[i].end <= start;
    uint32_t limit = log->spare_limit / 2 > count ? log->spare_limit / 2 : count;
    log->spare_limit = limit < LOG_SPARES_MAX ? limit : LOG_SPARES_MAX;
    mutex_unlock(&log->lock);

    struct log_segment first;
    for (;;) {
        mutex_lock(&log->lock);
        bool has_one = false;
        /* Not the last: it is the one that is appended to. */
        for (uint32_t i = 0; !has_one && i + 1 < log->segment_count; i++) {
            if (log->segments[i].end > start)
                continue;
            has_one = true;
            first = log->segments[i];
            log->segment_count--;
            memmove(&log->segments[i], &log->segments[i + 1],
                    (log->segment_count - i) * sizeof first);
        }
        mutex_unlock(&log->lock);
        if (!has_one)
            return;
        drop_segment(log, &first);
    }
}

enum status
log_remove_all(struct log *log)
{
    struct device *device = log->store->device;
    mutex_lock(&log->lock);
    enum status st = ST_OK;
    /* From the oldest on: what a crash leaves is the end of the log. */
    while (st == ST_OK && log->spare_count > 0) {
        st = device->ops->log_remove(device, log->spares[log->spare_count - 1]);
        if (st == ST_NOT_FOUND) /* it was lost in a failed try to recycle it */
            st = ST_OK;
        if (st == ST_OK)
            log->spare_count--;
    }
    while (st == ST_OK && log->stray_count > 0) {
        st = device->ops->log_remove(device, log->strays[log->stray_count - 1]);
        if (st == ST_OK)
            log->stray_count--;
    }
    uint32_t removed = 0;
    while (st == ST_OK && removed < log->segment_count) {
        st = device->ops->log_remove(device, log->segments[removed].id);
        if (st == ST_OK)
            removed++;
    }
    log->segment_count -= removed;
    if (log->segment_count > 0)
        memmove(log->segments, log->segments + removed, log->segment_count * sizeof *log->segments);
    log->is_continued = false;
    mutex_unlock(&log->lock);
    return st;
}

/* Bytes of the stream that there are segments for. */
static uint64_t
room_left(struct log *log)
{
    mutex_lock(&log->lock);
    uint32_t count = log->segment_count;
    uint64_t room = log->is_continued && count > 0 ? log->segments[count - 1].end - log->end : 0;
    mutex_unlock(&log->lock);
    return room;
}

/* Makes segments until the stream has room for `bytes` more (L3). The appender's thread. */
static enum status
make_room(struct log *log, uint64_t bytes)
{
    while (room_left(log) < bytes) {
        mutex_lock(&log->grow_lock);
        /* Another thread may have made one meanwhile. */
        enum status st = room_left(log) < bytes ? add_segment(log, false) : ST_OK;
        mutex_unlock(&log->grow_lock);
        TRY(st);
    }
    return checkpoint_mark_log(log->store);
}

enum status
log_prepare(struct store *store)
{
    struct log *log = store->log;
    if (log == NULL || atomic_load(&store->is_read_only))
        return ST_OK;
    uint64_t room = room_left(log);
    if (room == 0 || room > log->segment_bytes / 2)
        return ST_OK; /* nothing was appended yet, or there is enough */
    mutex_lock(&log->grow_lock);
    enum status st = ST_OK;
    if (room_left(log) <= log->segment_bytes / 2)
        st = add_segment(log, true);
    mutex_unlock(&log->grow_lock);
    return st;
}

/* grow_lock is held. */
static enum status
add_segment(struct log *log, bool is_ahead)
{
    mutex_lock(&log->lock);
    uint32_t count = log->segment_count;
    struct log_segment segment = {
        .id = log->last_id + 1,
        .start = log->is_continued && count > 0 ? log->segments[count - 1].end : log->end,
        .room = log->segment_bytes - LOG_HEADER_BYTES,
    };
    segment.end = segment.start + segment.room;
    random_secret(&segment.salt, sizeof segment.salt);
    bool has_room = reserve_segment(log);
    mutex_unlock(&log->lock);
    if (!has_room)
        return ST_NO_MEMORY;

    TRY(create_segment(log, &segment, is_ahead));

    mutex_lock(&log->lock);
    if (!log->is_continued) {
        /* L1: what the segments before hold past this position does not count any more. */
        for (uint32_t i = 0; i < log->segment_count; i++) {
            struct log_segment *s = &log->segments[i];
            s->end = s->end > segment.start ? segment.start : s->end;
            s->start = s->start > s->end ? s->end : s->start;
        }
    }
    log->segments[log->segment_count++] = segment;
    log->is_continued = true;
    mutex_unlock(&log->lock);
    return ST_OK;
}

/* The segment with its header on the device (L5), or nothing. is_ahead: there is time. */
static enum status
create_segment(struct log *log, struct log_segment *segment, bool is_ahead)
{
    struct device *device = log->store->device;
    /* The number is used up even by a failure: no two segments ever had the same. */
    log->last_id = segment->id;
    uint64_t spare = take_spare(log);
    enum status st = device->ops->log_create(device, segment->id, log->segment_bytes, spare);
    if (st != ST_OK) {
        give_spare(log, spare);
        return st;
    }
    uint8_t header[LOG_HEADER_BYTES];
    log_encode_header(segment, log->file_id, header);
    if (is_ahead && spare == 0 && device->ops->log_prepare != NULL)
        st = device->ops->log_prepare(device, segment->id);
    if (st == ST_OK)
        st = device->ops->log_write(device, segment->id, 0, header, sizeof header);
    if (st != ST_OK) {
        remove_segment(log, segment->id);
        return st;
    }
    st = device->ops->log_sync(device, segment->id);
    if (st != ST_OK)
        store_stop_writes(log->store, "could not sync the log (%s)", status_name(st));
    return st;
}

static bool
reserve_segment(struct log *log)
{
    if (log->segment_count < log->segment_capacity)
        return true;
    uint32_t capacity = log->segment_capacity == 0 ? 16 : log->segment_capacity * 2;
    struct log_segment *segments = mem_resize(log->segments, capacity * sizeof *segments);
    if (segments == NULL)
        return false;
    log->segments = segments;
    log->segment_capacity = capacity;
    return true;
}

static uint64_t
take_spare(struct log *log)
{
    mutex_lock(&log->lock);
    uint64_t id = log->spare_count > 0 ? log->spares[--log->spare_count] : 0;
    mutex_unlock(&log->lock);
    return id;
}

/* Back to the others: it is still on the device. 0: none was taken. */
static void
give_spare(struct log *log, uint64_t id)
{
    if (id == 0)
        return;
    mutex_lock(&log->lock);
    bool is_kept = log->spare_count < LOG_SPARES_MAX;
    if (is_kept)
        log->spares[log->spare_count++] = id;
    mutex_unlock(&log->lock);
    if (!is_kept)
        remove_segment(log, id);
}

/* Lock held. Nothing has changed after a failure. */
static enum status
put_record(struct log *log, const struct slice *parts, uint32_t part_count, uint32_t bytes,
           uint64_t salt)
{
    struct buf *to = &log->appended.bytes;
    size_t room = record_room(bytes);
    uint8_t *record = buf_reserve(to, room);
    if (record == NULL) {
        to->is_failed = false;
        return ST_NO_MEMORY;
    }
    uint64_t unsynced = (log->end - atomic_load(&log->synced)) / 8;
    struct record_header header = {
        .position = log->end,
        .bytes = bytes,
        .unsynced = unsynced < UINT32_MAX ? (uint32_t)unsynced : UINT32_MAX,
    };
    record_encode_header(&header, record);
    uint8_t *at = record + RECORD_HEADER_BYTES;
    for (uint32_t i = 0; i < part_count; i++) {
        if (parts[i].bytes > 0)
            memcpy(at, parts[i].data, parts[i].bytes);
        at += parts[i].bytes;
    }
    memset(at, 0, (size_t)(record + room - at));
    header.checksum = record_checksum(record, bytes, salt, header.position);
    record_encode_header(&header, record);
    if (to->bytes == 0)
        log->appended.from = log->end;
    to->bytes += room;
    log->end += room;
    return ST_OK;
}

/*
 * Writes all that was appended. What could not be written stays for the next call. is_synced: a
 * sync follows. write_lock.
 */
static enum status
write_out(struct log *log, bool is_synced)
{
    struct device *device = log->store->device;
    bool is_append = is_synced && device->ops->log_append != NULL;
    struct log_part *part = &log->writing;
    for (;;) {
        log_pos at = atomic_load(&log->written);
        if (part->bytes.bytes == 0 || at == part->from + part->bytes.bytes) {
            /* This part is done: on with what has gathered meanwhile. */
            if (part->bytes.capacity > BUFFER_KEPT_BYTES) {
                buf_deinit(&part->bytes);
                buf_init(&part->bytes);
            }
            buf_clear(&part->bytes);
            mutex_lock(&log->lock);
            struct log_part next = log->appended;
            log->appended = *part;
            *part = next;
            mutex_unlock(&log->lock);
            if (part->bytes.bytes == 0)
                return ST_OK;
            check(part->from == at);
        }
        mutex_lock(&log->lock);
        struct log_segment segment;
        bool is_found = log_find_segment(log, at, &segment);
        mutex_unlock(&log->lock);
        check(is_found); /* L3 */
        uint64_t rest = part->from + part->bytes.bytes - at;
        uint64_t count = segment.end - at < rest ? segment.end - at : rest;
        uint64_t offset = LOG_HEADER_BYTES + (at - segment.start);
        const uint8_t *from = part->bytes.data + (at - part->from);
        TRY(is_append ? device->ops->log_append(device, segment.id, offset, from, count)
                      : device->ops->log_write(device, segment.id, offset, from, count));
        atomic_store(&log->written, at + count);
    }
}

/* Syncs all that is written. write_lock held. */
static enum status
sync_segments(struct log *log)
{
    struct device *device = log->store->device;
    log_pos to = atomic_load(&log->written);
    log_pos at = atomic_load(&log->synced);
    while (at < to) {
        mutex_lock(&log->lock);
        struct log_segment segment;
        bool is_found = log_find_segment(log, at, &segment);
        mutex_unlock(&log->lock);
        check(is_found);
        TRY(device->ops->log_sync(device, segment.id));
        atomic_fetch_add(&log->sync_count, 1);
        at = segment.end;
    }
    atomic_store(&log->synced, to);
    return ST_OK;
}

/* A segment that is not needed any more is kept for recycling, or removed. */
static void
drop_segment(struct log *log, const struct log_segment *segment)
{
    mutex_lock(&log->lock);
    bool is_kept =
        segment->room + LOG_HEADER_BYTES == log->segment_bytes && log->spare_count < LOG_SPARES_MAX;
    if (is_kept)
        log->spares[log->spare_count++] = segment->id;
    mutex_unlock(&log->lock);
    if (!is_kept)
        remove_segment(log, segment->id);
}

static void
remove_segment(struct log *log, uint64_t id)
{
    struct device *device = log->store->device;
    if (device->ops->log_remove(device, id) != ST_OK)
        log_line(log->store->log_sink, LOG_WARN, "could not remove log segment %llu",
                 (unsigned long long)id);
}
