/*
 * fuzz_log.c: log segments of any bytes, read when a file is opened.
 *
 *   byte 0   bit 0: segment headers are made right but for start and salt
 *            bit 1: checksums and positions of the records that lie in a row are made right
 *            bit 2: the rest is cut in two segments
 *   rest     what the segments hold
 *
 * Whatever they hold, the file opens. Records that are replayed once are replayed again after a
 * reopening, and, unless the log was told to be damaged, so is one appended in between.
 */
#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"
#include "fuzz/fuzz.h"
#include "store/log_int.h"
#include "store/store.h"
#include "unit/store/crash_device.h"

#define SEGMENT_BYTES 4096u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};
static const struct store_options options = {
    .log = &quiet, .log_segment_bytes = SEGMENT_BYTES, .cache_bytes = 64 * PAGE_BYTES};

struct replayed {
    uint64_t count, digest;
};

static enum status
note_record(void *object, log_pos at, struct slice record)
{
    struct replayed *replayed = object;
    replayed->count++;
    replayed->digest = hash_combine(replayed->digest ^ at, hash_bytes(record.data, record.bytes));
    return ST_OK;
}

static void
mend_header(uint8_t *bytes, uint64_t id)
{
    struct log_segment segment = {
        .id = id,
        .start = le64_get(bytes + 48) % (3 * SEGMENT_BYTES) & ~(uint64_t)7,
        .salt = le64_get(bytes + 56),
        .room = SEGMENT_BYTES - LOG_HEADER_BYTES,
    };
    static const uint8_t file_id[FILE_ID_BYTES];
    log_encode_header(&segment, file_id, bytes);
}

static void
mend_records(uint8_t *bytes)
{
    log_pos start = le64_get(bytes + 48);
    uint64_t salt = le64_get(bytes + 56);
    for (uint32_t at = LOG_HEADER_BYTES; at + RECORD_HEADER_BYTES <= SEGMENT_BYTES;) {
        struct record_header header = record_decode_header(bytes + at);
        header.position = start + at - LOG_HEADER_BYTES;
        header.bytes %= 512;
        uint64_t room = record_room(header.bytes);
        if (at + room > SEGMENT_BYTES)
            return;
        record_encode_header(&header, bytes + at);
        header.checksum = record_checksum(bytes + at, header.bytes, salt, header.position);
        record_encode_header(&header, bytes + at);
        at += (uint32_t)room;
    }
}

/* A file without trees, whose log has these segments. */
static struct crash_device *
make_file(const uint8_t *data, size_t bytes)
{
    struct crash_device *device = crash_device_new();
    const struct device_ops *ops = device->device.ops;
    static uint8_t page[PAGE_BYTES], content[SEGMENT_BYTES];
    struct superblock superblock = {.sequence = 2, .map = {.page_count = 2, .live_count = 2}};
    superblock_encode(&superblock, page);
    check(ops->write(&device->device, 0, 1, page) == ST_OK);
    superblock.sequence = 1;
    superblock_encode(&superblock, page);
    check(ops->write(&device->device, 1, 1, page) == ST_OK);

    uint8_t flags = bytes > 0 ? data[0] : 0;
    size_t rest = bytes > 0 ? bytes - 1 : 0, at = 1;
    uint64_t count = (flags & 4) != 0 ? 2 : 1;
    for (uint64_t id = 1; id <= count; id++) {
        size_t part = rest / count < SEGMENT_BYTES ? rest / count : SEGMENT_BYTES;
        memset(content, 0, sizeof content);
        memcpy(content, data + at, part);
        at += part;
        if ((flags & 1) != 0)
            mend_header(content, id);
        if ((flags & 2) != 0)
            mend_records(content);
        check(ops->log_create(&device->device, id, SEGMENT_BYTES, 0) == ST_OK);
        check(ops->log_write(&device->device, id, 0, content, SEGMENT_BYTES) == ST_OK);
    }
    return device;
}

static struct store *
open_and_replay(struct crash_device *device, struct replayed *replayed)
{
    struct store *store;
    *replayed = (struct replayed){0};
    check(store_open(&device->device, &options, &store) == ST_OK);
    check(store_recover(store, NULL, note_record, replayed) == ST_OK);
    return store;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct crash_device *device = make_file(data, bytes);
    struct replayed first, second;
    struct store *store = open_and_replay(device, &first);
    bool is_damaged = store_is_read_only(store, NULL);
    static const uint8_t record[40] = {1};
    struct slice part = slice_of(record, sizeof record);
    log_pos end;
    enum status st = log_append(store, &part, 1, &end);
    check(st == (is_damaged ? ST_READ_ONLY : ST_OK));
    if (st == ST_OK) {
        check(log_sync(store, end) == ST_OK);
        check(note_record(&first, end - record_room(sizeof record), part) == ST_OK);
    }
    store_close(store);
    store = open_and_replay(device, &second);
    check(first.count == second.count && first.digest == second.digest);
    check(store_is_read_only(store, NULL) == is_damaged);
    store_close(store);
    crash_device_free(device);
    return 0;
}
