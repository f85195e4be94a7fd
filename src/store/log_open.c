/*
 * log_open.c: the segments that a file has, found when it is opened, and taken over for writing.
 *
 * Which of the segments found count follows from their headers alone (L1): going from the newest
 * back, each ends where one made later begins. A segment without a good header is a stray: a crash
 * cut off its making before it held anything, unless a record can be seen in it or the superblock
 * names it: then its header was damaged (L5). A database file that was removed may have left its
 * segments to a new one of the same name: they are strays too.
 */
#include "store/log_int.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/store_int.h"

static enum status find_segments(struct log *log);
static enum status read_header(struct log *log, uint64_t id);
static void settle_ends(struct log *log);
static enum status find_damage(struct log *log, uint64_t first_id);
static enum status has_record(struct log *log, uint64_t id, log_pos position, bool *has_one);
static bool is_start_found(const struct log *log);
static bool is_segment_found(const struct log *log, uint64_t id);

enum status
log_new(struct store *store, const struct superblock *superblock, uint64_t segment_bytes,
        struct log **log)
{
    struct log *l = mem_alloc_zero(sizeof *l);
    if (l == NULL)
        return ST_NO_MEMORY;
    l->store = store;
    l->segment_bytes = segment_bytes;
    memcpy(l->file_id, superblock->file_id, sizeof l->file_id);
    l->end = l->checkpoint_start = superblock->log_start;
    atomic_init(&l->written, l->end);
    atomic_init(&l->synced, l->end);
    buf_init(&l->writing.bytes);
    buf_init(&l->appended.bytes);
    mutex_init(&l->grow_lock);
    mutex_init(&l->write_lock);
    mutex_init(&l->lock);

    enum status st = find_segments(l);
    if (st == ST_OK) {
        settle_ends(l);
        st = find_damage(l, superblock->log_first);
    }
    if (st != ST_OK) {
        log_free(l);
        return st;
    }
    /* Nothing to recover: the caller need not ask for it. */
    l->is_recovered = l->segment_count == 0 && !l->is_damaged;
    *log = l;
    return ST_OK;
}

void
log_free(struct log *log)
{
    if (log == NULL)
        return;
    buf_deinit(&log->writing.bytes);
    buf_deinit(&log->appended.bytes);
    mutex_deinit(&log->write_lock);
    mutex_deinit(&log->grow_lock);
    mutex_deinit(&log->lock);
    mem_free(log->segments);
    mem_free(log->strays);
    mem_free(log);
}

enum status
log_set_end(struct log *log, log_pos end, bool is_damaged)
{
    struct device *device = log->store->device;
    bool is_writable = !atomic_load(&log->store->is_read_only);
    log->is_damaged |= is_damaged;
    if (is_writable && !log->is_damaged) {
        for (uint32_t i = 0; i < log->segment_count; i++) {
            const struct log_segment *s = &log->segments[i];
            if (s->start < end && s->end > log->checkpoint_start)
                TRY(device->ops->log_sync(device, s->id));
        }
        while (log->stray_count > 0) {
            TRY(device->ops->log_remove(device, log->strays[log->stray_count - 1]));
            log->stray_count--;
        }
    }
    mutex_lock(&log->lock);
    log->end = end;
    atomic_store(&log->written, end);
    atomic_store(&log->synced, end);
    log->is_recovered = true;
    mutex_unlock(&log->lock);
    if (is_writable && !log->is_damaged)
        log_release(log, log->checkpoint_start);
    return ST_OK;
}

/* Fills in segments and strays, both by rising id. */
static enum status
find_segments(struct log *log)
{
    struct device *device = log->store->device;
    uint32_t count;
    uint64_t none;
    TRY(device->ops->log_list(device, &none, 0, &count));
    if (count == 0)
        return ST_OK;
    if (count > LOG_SEGMENTS_MAX)
        return ST_LIMIT;
    uint64_t *ids = mem_alloc(count * sizeof *ids);
    log->strays = mem_alloc(count * sizeof *log->strays);
    log->segments = mem_alloc(count * sizeof *log->segments);
    log->segment_capacity = count;
    enum status st =
        ids == NULL || log->strays == NULL || log->segments == NULL ? ST_NO_MEMORY : ST_OK;
    uint32_t listed = 0;
    if (st == ST_OK)
        st = device->ops->log_list(device, ids, count, &listed);
    listed = listed < count ? listed : count;
    for (uint32_t i = 0; st == ST_OK && i < listed; i++)
        st = read_header(log, ids[i]);
    mem_free(ids);
    return st;
}

static enum status
read_header(struct log *log, uint64_t id)
{
    struct device *device = log->store->device;
    uint8_t header[LOG_HEADER_BYTES];
    size_t got;
    TRY(device->ops->log_read(device, id, 0, header, sizeof header, &got));
    log->last_id = id;
    struct log_segment *segment = &log->segments[log->segment_count];
    bool is_good = got == sizeof header && log_decode_header(header, log->file_id, id, segment);
    if (is_good) {
        /* All the room that the header tells of is there. */
        uint8_t last;
        TRY(device->ops->log_read(device, id, LOG_HEADER_BYTES + segment->room - 1, &last, 1,
                                  &got));
        is_good = got == 1;
    }
    if (is_good)
        log->segment_count++;
    else
        log->strays[log->stray_count++] = id;
    return ST_OK;
}

/* L1: a position belongs to the newest segment that has room for it. */
static void
settle_ends(struct log *log)
{
    log_pos bound = UINT64_MAX;
    for (uint32_t i = log->segment_count; i > 0; i--) {
        struct log_segment *s = &log->segments[i - 1];
        s->end = s->end < bound ? s->end : bound;
        bound = s->start < bound ? s->start : bound;
        s->start = s->start < s->end ? s->start : s->end;
    }
}

/* Tells segments that were lost, or lost their header, from such that never held anything. */
static enum status
find_damage(struct log *log, uint64_t first_id)
{
    struct store *store = log->store;
    if (first_id != 0 && !is_segment_found(log, first_id) && !is_start_found(log)) {
        log_line(store->log_sink, LOG_ERROR,
                 "log segment %llu, which belongs to this file, is missing or damaged",
                 (unsigned long long)first_id);
        log->is_damaged = true;
    }
    for (uint32_t i = 0; i < log->stray_count; i++) {
        /* It would begin where the segment before it ends. */
        uint64_t id = log->strays[i];
        log_pos start = log->checkpoint_start;
        for (uint32_t k = 0; k < log->segment_count && log->segments[k].id < id; k++)
            start = log->segments[k].end > start ? log->segments[k].end : start;
        bool has_one;
        TRY(has_record(log, id, start, &has_one));
        if (has_one) {
            log_line(store->log_sink, LOG_ERROR, "the header of log segment %llu is damaged",
                     (unsigned long long)id);
            log->is_damaged = true;
        }
    }
    return ST_OK;
}

/* Whether a record that begins at `position` seems to be the first of the segment. */
static enum status
has_record(struct log *log, uint64_t id, log_pos position, bool *has_one)
{
    struct device *device = log->store->device;
    uint8_t bytes[LOG_HEADER_BYTES + RECORD_HEADER_BYTES];
    size_t got;
    TRY(device->ops->log_read(device, id, 0, bytes, sizeof bytes, &got));
    struct record_header header = record_decode_header(bytes + LOG_HEADER_BYTES);
    *has_one = got == sizeof bytes && header.position == position && header.checksum != 0;
    if (got >= LOG_HEADER_BYTES && log_is_foreign_header(bytes, log->file_id)) {
        *has_one = false;
        log_line(log->store->log_sink, LOG_WARN,
                 "log segment %llu belongs to another file and is ignored", (unsigned long long)id);
    }
    return ST_OK;
}

/* Whether a segment has room for what follows the checkpoint. Then the first one was given up
 * because nothing in it had survived, and this one begins in its place (L1). */
static bool
is_start_found(const struct log *log)
{
    for (uint32_t i = 0; i < log->segment_count; i++) {
        const struct log_segment *s = &log->segments[i];
        if (s->start <= log->checkpoint_start && s->end > log->checkpoint_start)
            return true;
    }
    return false;
}

static bool
is_segment_found(const struct log *log, uint64_t id)
{
    for (uint32_t i = 0; i < log->segment_count; i++) {
        if (log->segments[i].id == id)
            return true;
    }
    return false;
}

/* Ids of the segments that are needed now, rising; null if there is no memory. The caller's. */
static uint64_t *
needed_ids(struct log *log, uint32_t *count)
{
    mutex_lock(&log->lock);
    *count = log->segment_count;
    uint64_t *ids = mem_alloc((*count + 1) * sizeof *ids);
    for (uint32_t i = 0; i < *count && ids != NULL; i++)
        ids[i] = log->segments[i].id;
    mutex_unlock(&log->lock);
    return ids;
}

/* Looks whether the segments are among those that the device has, which come in rising order. */
static void
compare_ids(struct store *store, const uint64_t *needed, uint32_t needed_count,
            const uint64_t *there, uint32_t there_count)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < needed_count; i++) {
        while (at < there_count && there[at] < needed[i])
            at++;
        if (at < there_count && there[at] == needed[i])
            continue;
        store_stop_writes(store,
                          "segment %llu of the log was removed while the file was open: what is "
                          "there can still be read, and dumped into a new file",
                          (unsigned long long)needed[i]);
        return;
    }
}

void
store_watch_log(struct store *store)
{
    struct log *log = store->log;
    if (log == NULL || atomic_load(&store->is_read_only))
        return;
    const struct device_ops *ops = store->device->ops;
    uint32_t needed_count, there_count = 0, room;
    uint64_t *needed = needed_ids(log, &needed_count), *there = NULL;
    enum status st = needed == NULL ? ST_NO_MEMORY : ST_OK;
    if (st == ST_OK && needed_count != 0) {
        st = ops->log_list(store->device, NULL, 0, &there_count);
        room = there_count + LOG_SPARES_MAX;
        if (st == ST_OK && (there = mem_alloc(room * sizeof *there)) == NULL)
            st = ST_NO_MEMORY;
        if (st == ST_OK)
            st = ops->log_list(store->device, there, room, &there_count);
        /* More than there is room for, a failure: it is looked at again soon. */
        if (st == ST_OK && there_count <= room)
            compare_ids(store, needed, needed_count, there, there_count);
    }
    mem_free(there);
    mem_free(needed);
}
