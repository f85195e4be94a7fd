/*
 * Goal: what was synced is replayed, in order and whole; what was torn is not; what was lost is
 * told. Method: records of many sizes over small segments, reopened; a small log with every byte
 * flipped, and cut off at every byte; segments recycled; the n-th operation and the n-th allocation
 * failing.
 */
#include "base/mem.h"
#include "base/random.h"
#include "store/log_int.h"
#include "store/store.h"
#include "store/store_int.h"
#include "unit/store/crash_device.h"
#include "unit/unit.h"
#include <string.h>

#define SEGMENT_BYTES 4096u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};
static const struct store_options options = {.log = &quiet, .log_segment_bytes = SEGMENT_BYTES};

/* A record's bytes follow from its number: any other content is seen. */
static size_t
record_bytes(uint64_t number)
{
    return number % 7 == 6 ? 9000 + number : number % 5 == 0 ? 0 : number * 37 % 900;
}

static void
fill_record(uint64_t number, uint8_t *to)
{
    for (size_t i = 0; i < record_bytes(number); i++)
        to[i] = (uint8_t)(number * 31 + i * 7);
}

static enum status
append(struct store *store, uint64_t number, log_pos *end)
{
    size_t bytes = record_bytes(number);
    uint8_t *data = mem_alloc(bytes + 1);
    if (data == NULL)
        return ST_NO_MEMORY;
    fill_record(number, data);
    struct slice parts[3] = {slice_of(data, bytes / 3), slice_of(NULL, 0),
                             slice_of(data + bytes / 3, bytes - bytes / 3)};
    enum status st = log_append(store, parts, 3, end);
    mem_free(data);
    return st;
}

/* Expects records first, first + 1, ... */
struct expectation {
    uint64_t first, scanned, applied;
    log_pos last_at;
};

static void
assert_record(uint64_t number, struct slice record)
{
    assert_int_equal(record.bytes, record_bytes(number));
    uint8_t *data = test_malloc(record.bytes + 1);
    fill_record(number, data);
    if (record.bytes > 0)
        assert_memory_equal(record.data, data, record.bytes);
    test_free(data);
}

static enum status
scan(void *object, log_pos at, struct slice record)
{
    struct expectation *e = object;
    (void)at;
    assert_record(e->first + e->scanned, record);
    e->scanned++;
    return ST_OK;
}

static enum status
apply(void *object, log_pos at, struct slice record)
{
    struct expectation *e = object;
    assert_true(e->applied == 0 || at > e->last_at);
    e->last_at = at;
    assert_record(e->first + e->applied, record);
    e->applied++;
    return ST_OK;
}

static struct store *
open_store(struct crash_device *device)
{
    struct store *store;
    assert_int_equal(store_open(&device->device, &options, &store), ST_OK);
    return store;
}

/* Opens and replays; the store is the caller's. */
static struct store *
reopen(struct crash_device *device, uint64_t first, uint64_t *count)
{
    struct expectation e = {.first = first};
    struct store *store = open_store(device);
    assert_int_equal(store_recover(store, scan, apply, &e), ST_OK);
    assert_int_equal(e.scanned, e.applied);
    *count = e.applied;
    return store;
}

static void
append_synced(struct store *store, uint64_t first, uint64_t count)
{
    log_pos end = 0;
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(append(store, first + i, &end), ST_OK);
        if (i % 3 == 0)
            assert_int_equal(log_sync(store, end), ST_OK);
    }
    assert_int_equal(log_sync(store, end), ST_OK);
}

static void
checkpoint(struct store *store, birth_seq moment)
{
    struct store_state state = {.moment = moment, .next_id = moment * 10};
    assert_int_equal(checkpoint_begin(store, &state), ST_OK);
    for (bool is_done = false; !is_done;)
        assert_int_equal(checkpoint_step(store, 16, &is_done), ST_OK);
}

static void
records_are_replayed_in_order(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t total = 0, count;
    for (int session = 0; session < 6; session++) {
        struct store *store = reopen(device, 0, &count);
        assert_int_equal(count, total);
        append_synced(store, total, 40);
        total += 40;
        store_close(store);
        crash_device_crash(device, (uint64_t)session);
    }
    crash_device_free(device);
}

static void
checkpoint_frees_and_recycles_segments(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count, number = 0;
    struct store *store = reopen(device, 0, &count);
    uint32_t left;
    for (birth_seq moment = 1; moment <= 20; moment++) {
        append_synced(store, number, 30);
        number += 30;
        checkpoint(store, moment);
        assert_int_equal(log_bytes_since_checkpoint(store), 0);
        assert_int_equal(device->device.ops->log_list(&device->device, NULL, 0, &left), ST_OK);
        assert_true(left < 40); /* 30 records need about 12 segments */
        append_synced(store, number, 5);
        store_close(store);
        crash_device_crash(device, moment);
        store = reopen(device, number, &count);
        assert_int_equal(count, 5);
        number += 5;
        const char *reason;
        assert_false(store_is_read_only(store, &reason));
        struct store_state at;
        store_state(store, &at);
        assert_int_equal(at.moment, moment);
        assert_int_equal(at.next_id, moment * 10);
    }
    checkpoint(store, 21);
    assert_int_equal(store_remove_log(store), ST_OK);
    assert_int_equal(device->device.ops->log_list(&device->device, NULL, 0, &left), ST_OK);
    assert_int_equal(left, 0);
    /* And the log goes on from there. */
    append_synced(store, number, 5);
    store_close(store);
    store = reopen(device, number, &count);
    assert_int_equal(count, 5);
    store_close(store);
    crash_device_free(device);
}

/* Two synced batches and one that was not, in one segment; returns where each begins and ends. */
static struct crash_device *
small_log(size_t *ends)
{
    struct crash_device *device = crash_device_new();
    struct store *store = open_store(device);
    assert_int_equal(store_recover(store, NULL, NULL, NULL), ST_OK);
    log_pos end;
    for (uint64_t number = 0; number < 5; number++) {
        assert_int_equal(append(store, number, &end), ST_OK);
        assert_int_equal(log_sync(store, end), ST_OK);
        ends[number] = LOG_HEADER_BYTES + end;
    }
    store_close(store);
    return device;
}

static void
log_cut_at_every_byte_loses_the_tail_alone(void **state)
{
    (void)state;
    size_t ends[5];
    struct crash_device *device = small_log(ends);
    struct crash_segment *segment = crash_device_segment(device, 1);
    assert_true(ends[4] < SEGMENT_BYTES);
    uint8_t *copy = test_malloc(SEGMENT_BYTES);
    memcpy(copy, segment->content.now, SEGMENT_BYTES);
    for (size_t cut = LOG_HEADER_BYTES; cut <= ends[4]; cut++) {
        memset(segment->content.now + cut, 0, SEGMENT_BYTES - cut);
        uint64_t expected = 0, count;
        while (expected < 5 && ends[expected] <= cut)
            expected++;
        struct store *store = reopen(device, 0, &count);
        /* The last bytes of a record may be padding, or zeros anyway. */
        assert_true(count >= expected);
        assert_true(count == expected || ends[expected] - cut < 64);
        const char *reason;
        assert_false(store_is_read_only(store, &reason));
        store_close(store);
        memcpy(segment->content.now, copy, SEGMENT_BYTES);
    }
    test_free(copy);
    crash_device_free(device);
}

static void
every_flipped_byte_is_seen(void **state)
{
    (void)state;
    size_t ends[5];
    struct crash_device *device = small_log(ends);
    struct crash_segment *segment = crash_device_segment(device, 1);
    for (size_t at = 0; at < ends[4]; at++) {
        segment->content.now[at] ^= 0x40;
        uint64_t expected = 0, count;
        while (at >= LOG_HEADER_BYTES && ends[expected] <= at)
            expected++;
        struct store *store = reopen(device, 0, &count);
        const char *reason;
        bool is_read_only = store_is_read_only(store, &reason);
        if (at < LOG_HEADER_BYTES) {
            assert_int_equal(count, 0);
            assert_true(is_read_only); /* the superblock names the segment */
        } else if (count > expected) {
            /* Padding: nothing was lost. */
            assert_int_equal(count, 5);
            assert_false(is_read_only);
        } else {
            assert_int_equal(count, expected);
            /* Each record tells that all before it were synced; the last has none behind it. */
            assert_int_equal(is_read_only, expected < 4);
        }
        store_close(store);
        segment->content.now[at] ^= 0x40;
    }
    crash_device_free(device);
}

static void
missing_segment_is_told(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 30);
    store_close(store);
    assert_true(device->segment_count > 3);
    for (uint64_t id = 1; id < device->segment_count; id++) {
        struct crash_segment *segment = crash_device_segment(device, id);
        segment->is_removed = true;
        store = reopen(device, 0, &count);
        const char *reason;
        assert_true(store_is_read_only(store, &reason));
        assert_non_null(strstr(reason, "log"));
        assert_true(count < 30);
        log_pos end;
        assert_int_equal(append(store, count, &end), ST_READ_ONLY);
        store_close(store);
        segment->is_removed = false;
    }
    store = reopen(device, 0, &count);
    assert_int_equal(count, 30);
    store_close(store);
    crash_device_free(device);
}

static void
segment_removed_under_an_open_store_is_told(void **state)
{
    (void)state;
    for (uint64_t removed = 1; removed <= 3; removed++) {
        struct crash_device *device = crash_device_new();
        struct store *store = open_store(device);
        const char *reason;
        assert_int_equal(store_recover(store, NULL, NULL, NULL), ST_OK);
        store_watch_log(store);
        append_synced(store, 0, 100);
        assert_true(store->log->segment_count >= 3);
        store_watch_log(store);
        assert_false(store_is_read_only(store, &reason));
        assert_int_equal(device->device.ops->log_remove(&device->device, removed), ST_OK);
        store_watch_log(store);
        assert_true(store_is_read_only(store, &reason));
        assert_non_null(strstr(reason, "was removed"));
        store_close(store);
        crash_device_free(device);
    }
}

/* A database file was removed after a crash, and a new one made in its place. */
static void
log_of_another_file_is_thrown_away(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 30);
    store_close(store);
    assert_int_equal(device->device.ops->truncate(&device->device, 0), ST_OK);
    const char *reason;
    store = reopen(device, 0, &count);
    assert_int_equal(count, 0);
    assert_false(store_is_read_only(store, &reason));
    uint32_t left;
    assert_int_equal(device->device.ops->log_list(&device->device, NULL, 0, &left), ST_OK);
    assert_int_equal(left, 0);
    append_synced(store, 0, 30);
    store_close(store);
    store = reopen(device, 0, &count);
    assert_int_equal(count, 30);
    store_close(store);
    crash_device_free(device);
}

/* What an earlier session left behind the end of the good records never comes back. */
static void
records_behind_a_torn_one_never_return(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 4);
    log_pos torn, end;
    torn = log_end(store->log);
    assert_int_equal(append(store, 4, &end), ST_OK);
    for (uint64_t number = 5; number < 10; number++)
        assert_int_equal(append(store, number, &end), ST_OK);
    assert_int_equal(log_flush(store), ST_OK);
    struct log_segment place;
    assert_true(log_find_segment(store->log, torn, &place));
    store_close(store);
    struct crash_segment *segment = crash_device_segment(device, place.id);
    segment->content.now[LOG_HEADER_BYTES + torn - place.start] ^= 1;
    /* Records that were not synced may be lost: no damage is told, also not over and over. */
    for (int session = 0; session < 3; session++) {
        const char *reason;
        store = reopen(device, 0, &count);
        assert_int_equal(count, 4 + session);
        assert_false(store_is_read_only(store, &reason));
        append_synced(store, count, 1);
        store_close(store);
    }
    crash_device_free(device);
}

static void
read_only_store_replays_and_writes_nothing(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 20);
    store_close(store);
    uint64_t ops_before = device->op_count;
    struct store_options read_only = options;
    read_only.is_read_only = true;
    assert_int_equal(store_open(&device->device, &read_only, &store), ST_OK);
    struct expectation e = {0};
    assert_int_equal(store_recover(store, scan, apply, &e), ST_OK);
    assert_int_equal(e.applied, 20);
    log_pos end;
    assert_int_equal(append(store, 20, &end), ST_READ_ONLY);
    struct store_state at = {.moment = 1};
    assert_int_equal(checkpoint_begin(store, &at), ST_READ_ONLY);
    assert_int_equal(store_remove_log(store), ST_READ_ONLY);
    store_close(store);
    assert_int_equal(device->op_count, ops_before);
    crash_device_free(device);
}

static void
large_record_passes(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    struct store *store;
    struct store_options large = options;
    large.log_segment_bytes = 1 << 20;
    assert_int_equal(store_open(&device->device, &large, &store), ST_OK);
    size_t bytes = 40u << 20;
    uint8_t *data = test_malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    struct slice part = slice_of(data, bytes);
    log_pos end;
    assert_int_equal(log_append(store, &part, 1, &end), ST_OK);
    assert_int_equal(log_sync(store, end), ST_OK);
    store_close(store);
    assert_int_equal(store_open(&device->device, &large, &store), ST_OK);
    struct log_scan reading;
    log_scan_init(&reading, store->log, 0);
    log_pos at;
    struct slice record;
    assert_int_equal(log_scan_next(&reading, &at, &record), ST_OK);
    assert_int_equal(record.bytes, bytes);
    assert_int_equal(memcmp(record.data, data, bytes), 0);
    assert_int_equal(log_scan_next(&reading, &at, &record), ST_NOT_FOUND);
    log_scan_deinit(&reading);
    store_close(store);
    test_free(data);
    crash_device_free(device);
}

/* For each n: the n-th operation fails, a crash follows; synced records are there afterwards. */
static void
synced_records_survive_any_crash(void **state)
{
    (void)state;
    uint64_t seed = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        assert_true(nth < 1000);
        struct crash_device *device = crash_device_new();
        uint64_t count, synced = 0, appended = 0;
        struct store *store = reopen(device, 0, &count);
        device->fail_at = device->op_count + nth;
        device->fail_status = ST_IO;
        device->is_failing_on = true;
        log_pos end;
        for (uint64_t number = 0; number < 40; number++) {
            if (append(store, number, &end) != ST_OK)
                break;
            appended++;
            if (number % 4 == 3 && log_sync(store, end) == ST_OK)
                synced = appended;
            else if (number % 4 == 1 && log_flush(store) != ST_OK)
                break;
        }
        was_hit = device->op_count >= device->fail_at;
        assert_int_equal(was_hit, appended < 40 || synced < 40);
        store_close(store);
        crash_device_crash(device, ++seed);
        store = reopen(device, 0, &count);
        assert_true(count >= synced);
        assert_true(count <= appended);
        const char *reason;
        assert_false(store_is_read_only(store, &reason));
        append_synced(store, count, 3);
        synced = count + 3;
        store_close(store);
        crash_device_crash(device, ++seed);
        store = reopen(device, 0, &count);
        assert_int_equal(count, synced);
        store_close(store);
        crash_device_free(device);
    }
}

static void
full_disk_is_told_before_anything_is_promised(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count, number = 0;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 10);
    number = 10;
    device->fail_status = ST_NO_SPACE;
    device->is_failing_on = true;
    log_pos end = log_end(store->log);
    /* The segment at hand takes some more, then no further one is to be had. */
    for (;;) {
        device->fail_at = device->op_count + 1;
        enum status st = append(store, number, &end);
        device->fail_at = 0;
        if (st == ST_NO_SPACE)
            break;
        assert_int_equal(st, ST_OK);
        assert_int_equal(log_sync(store, end), ST_OK);
        number++;
        assert_true(number < 1000);
    }
    const char *reason;
    assert_false(store_is_read_only(store, &reason));
    append_synced(store, number, 10);
    store_close(store);
    store = reopen(device, 0, &count);
    assert_int_equal(count, number + 10);
    store_close(store);
    crash_device_free(device);
}

static void
failed_sync_is_final(void **state)
{
    (void)state;
    struct crash_device *device = crash_device_new();
    uint64_t count;
    struct store *store = reopen(device, 0, &count);
    append_synced(store, 0, 3);
    log_pos end, first_end;
    assert_int_equal(append(store, 3, &first_end), ST_OK);
    device->fail_at = device->op_count + 2; /* the write passes, the sync does not */
    device->fail_status = ST_IO;
    assert_int_equal(log_sync(store, first_end), ST_IO);
    const char *reason;
    assert_true(store_is_read_only(store, &reason));
    assert_non_null(strstr(reason, "sync the log"));
    assert_int_equal(log_sync(store, first_end), ST_READ_ONLY);
    assert_int_equal(append(store, 4, &end), ST_READ_ONLY);
    assert_int_equal(log_flush(store), ST_READ_ONLY);
    store_close(store);
    crash_device_free(device);
}

static enum status
session_attempt(struct crash_device *device)
{
    struct store *store;
    log_pos end = 0;
    enum status st = store_open(&device->device, &options, &store);
    if (st != ST_OK)
        return st;
    for (uint64_t number = 0; st == ST_OK && number < 12; number++)
        st = append(store, number, &end);
    if (st == ST_OK)
        st = log_sync(store, end);
    store_close(store);
    if (st != ST_OK)
        return st;
    struct expectation e = {0};
    st = store_open(&device->device, &options, &store);
    if (st != ST_OK)
        return st;
    st = store_recover(store, scan, apply, &e);
    store_close(store);
    assert_true(st != ST_OK || e.applied == 12);
    return st;
}

/* The cache makes do with fewer addresses, so that not every failure makes an attempt fail. */
static void
session_without_memory_fails_cleanly(void **state)
{
    (void)state;
    uint64_t failed_count = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        assert_true(nth < 1000);
        int64_t live_before = fault_live_count();
        struct crash_device *device = crash_device_new();
        fault_arm(FAULT_ALLOC, nth);
        enum status st = session_attempt(device);
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        crash_device_free(device);
        assert_true(st == ST_OK || (was_hit && st == ST_NO_MEMORY));
        failed_count += st != ST_OK;
        assert_int_equal(fault_live_count(), live_before);
    }
    assert_true(failed_count > 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_replayed_in_order),
        cmocka_unit_test(checkpoint_frees_and_recycles_segments),
        cmocka_unit_test(log_cut_at_every_byte_loses_the_tail_alone),
        cmocka_unit_test(every_flipped_byte_is_seen),
        cmocka_unit_test(missing_segment_is_told),
        cmocka_unit_test(segment_removed_under_an_open_store_is_told),
        cmocka_unit_test(log_of_another_file_is_thrown_away),
        cmocka_unit_test(records_behind_a_torn_one_never_return),
        cmocka_unit_test(read_only_store_replays_and_writes_nothing),
        cmocka_unit_test(large_record_passes),
        cmocka_unit_test(synced_records_survive_any_crash),
        cmocka_unit_test(full_disk_is_told_before_anything_is_promised),
        cmocka_unit_test(failed_sync_is_final),
        cmocka_unit_test(session_without_memory_fails_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
