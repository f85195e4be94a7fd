/*
 * test_device.c: the contract of device.h, and what each kind adds to it.
 *
 * Goal: pages and log bytes that were written are read back, synced ones survive a crash, and each
 * failure has its status. Method: one set of tests run over every kind of device; then the file
 * device's locks and names, and the simulated disk's crashes over many seeds.
 */
#include "base/bytes.h"
#include "base/fault.h"
#include "store/device_sim.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum kind { KIND_FILE, KIND_MEMORY, KIND_SIM };

/* A device to test, and what it stands on. */
struct bench {
    enum kind kind;
    char directory[64], path[96];
    struct sim_disk *disk;
    struct device *device;
};

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};

static enum status
open_file(const char *path, bool is_read_only, bool can_create, struct device **device)
{
    struct device_file_options options = {
        .is_read_only = is_read_only, .can_create = can_create, .log = &quiet};
    return device_file_open(path, &options, device);
}

static void
bench_open(struct bench *bench, enum kind kind)
{
    *bench = (struct bench){.kind = kind};
    if (kind == KIND_FILE) {
        snprintf(bench->directory, sizeof bench->directory, "/tmp/rowan-device-XXXXXX");
        assert_non_null(mkdtemp(bench->directory));
        snprintf(bench->path, sizeof bench->path, "%s/db.rowan", bench->directory);
        assert_int_equal(open_file(bench->path, false, true, &bench->device), ST_OK);
    } else if (kind == KIND_MEMORY) {
        assert_int_equal(device_memory_open(&bench->device), ST_OK);
    } else {
        assert_int_equal(sim_disk_new(1, &bench->disk), ST_OK);
        assert_int_equal(device_sim_open(bench->disk, &bench->device), ST_OK);
    }
}

static void
bench_close(struct bench *bench)
{
    bench->device->ops->close(bench->device);
    sim_disk_free(bench->disk);
    if (bench->kind == KIND_FILE) {
        char command[128];
        snprintf(command, sizeof command, "rm -r %s", bench->directory);
        assert_int_equal(system(command), 0);
    }
}

static void
fill(uint8_t *page, uint64_t n)
{
    for (uint32_t i = 0; i < PAGE_BYTES; i += 8)
        le64_set(page + i, n * 1000003 + i);
}

static void
for_each_kind(void (*test)(struct bench *bench))
{
    for (enum kind kind = KIND_FILE; kind <= KIND_SIM; kind++) {
        struct bench bench;
        bench_open(&bench, kind);
        test(&bench);
        bench_close(&bench);
    }
}

static void
check_pages(struct bench *bench)
{
    struct device *device = bench->device;
    static uint8_t pages[4 * PAGE_BYTES], got[4 * PAGE_BYTES];
    uint64_t count;
    assert_int_equal(device->ops->page_count(device, &count), ST_OK);
    assert_int_equal(count, 0);
    for (uint32_t i = 0; i < 4; i++)
        fill(pages + (size_t)i * PAGE_BYTES, i);
    assert_int_equal(device->ops->write(device, 3, 4, pages), ST_OK);
    assert_int_equal(device->ops->sync(device), ST_OK);
    assert_int_equal(device->ops->page_count(device, &count), ST_OK);
    assert_int_equal(count, 7);
    assert_int_equal(device->ops->read(device, 3, 4, got), ST_OK);
    assert_memory_equal(got, pages, sizeof got);
    assert_int_equal(device->ops->read(device, 0, 1, got), ST_OK);
    assert_int_equal(got[5], 0);
    assert_int_equal(device->ops->read(device, 5, 3, got), ST_CORRUPT);
    assert_int_equal(device->ops->truncate(device, 5), ST_OK);
    assert_int_equal(device->ops->read(device, 4, 1, got), ST_OK);
    assert_memory_equal(got, pages + PAGE_BYTES, PAGE_BYTES);
    assert_int_equal(device->ops->read(device, 5, 1, got), ST_CORRUPT);
    device->ops->trim(device, 4, 1);
    assert_int_equal(device->ops->read(device, 4, 1, got), ST_OK);
    assert_int_equal(device->ops->read(device, 3, 1, got), ST_OK);
    assert_memory_equal(got, pages, PAGE_BYTES);
}

static void
pages_are_read_back(void **state)
{
    (void)state;
    for_each_kind(check_pages);
}

static void
check_segments(struct bench *bench)
{
    struct device *device = bench->device;
    const struct device_ops *ops = device->ops;
    uint64_t ids[4];
    uint32_t count;
    uint8_t got[16];
    size_t got_bytes;
    const uint64_t bytes = 1 << 20;
    assert_int_equal(ops->log_list(device, ids, 4, &count), ST_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ops->log_read(device, 1, 0, got, 1, &got_bytes), ST_NOT_FOUND);
    assert_int_equal(ops->log_create(device, 10, bytes, 0), ST_OK);
    assert_int_equal(ops->log_create(device, 9, bytes, 0), ST_OK);
    assert_int_equal(ops->log_create(device, 11, bytes, 0), ST_OK);
    assert_int_not_equal(ops->log_create(device, 11, bytes, 0), ST_OK);
    assert_int_equal(ops->log_list(device, ids, 2, &count), ST_OK);
    assert_int_equal(count, 3);
    assert_int_equal(ops->log_write(device, 10, 100, "record", 6), ST_OK);
    assert_int_equal(ops->log_write(device, 10, bytes - 4, "last", 4), ST_OK);
    assert_int_equal(ops->log_sync(device, 10), ST_OK);
    assert_int_equal(ops->log_read(device, 10, 98, got, 10, &got_bytes), ST_OK);
    assert_int_equal(got_bytes, 10);
    assert_memory_equal(got, "\0\0record\0\0", 10);
    assert_int_equal(ops->log_read(device, 10, bytes - 4, got, 10, &got_bytes), ST_OK);
    assert_int_equal(got_bytes, 4);
    assert_memory_equal(got, "last", 4);
    assert_int_equal(ops->log_remove(device, 9), ST_OK);
    assert_int_equal(ops->log_remove(device, 9), ST_NOT_FOUND);
    assert_int_equal(ops->log_create(device, 12, bytes, 11), ST_OK);
    assert_int_equal(ops->log_list(device, ids, 4, &count), ST_OK);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 10);
    assert_int_equal(ids[1], 12);
    for (uint64_t id = 20; id < 40; id++)
        assert_int_equal(ops->log_create(device, id, 8192, 0), ST_OK);
    assert_int_equal(ops->log_read(device, 10, 100, got, 6, &got_bytes), ST_OK);
    assert_memory_equal(got, "record", 6);
    for (uint64_t id = 20; id < 40; id++)
        assert_int_equal(ops->log_remove(device, id), ST_OK);
}

static void
log_bytes_are_read_back(void **state)
{
    (void)state;
    for_each_kind(check_segments);
}

static void
check_faults(struct bench *bench)
{
    struct device *device = bench->device;
    static uint8_t page[PAGE_BYTES];
    size_t got;
    assert_int_equal(device->ops->write(device, 0, 3, (uint8_t[3 * PAGE_BYTES]){0}), ST_OK);
    assert_int_equal(device->ops->log_create(device, 1, 8192, 0), ST_OK);
    fault_arm(FAULT_IO, 1);
    assert_int_equal(device->ops->read(device, 0, 1, page), ST_IO);
    fault_arm(FAULT_IO, 1);
    assert_int_equal(device->ops->write(device, 0, 1, page), ST_IO);
    fault_arm(FAULT_IO, 1);
    assert_int_equal(device->ops->log_read(device, 1, 0, page, 10, &got), ST_IO);
    fault_arm(FAULT_IO, 1);
    assert_int_equal(device->ops->log_write(device, 1, 0, page, 10), ST_IO);
    fault_arm(FAULT_IO, 0);
    assert_int_equal(device->ops->write(device, 0, 1, page), ST_OK);
    assert_int_equal(device->ops->log_sync(device, 1), ST_OK);
    if (bench->kind == KIND_MEMORY)
        return;
    fault_arm(FAULT_IO, 1);
    assert_int_equal(device->ops->sync(device), ST_IO);
    fault_arm(FAULT_IO, 0);
    assert_int_equal(device->ops->sync(device), ST_READ_ONLY);
    assert_int_equal(device->ops->write(device, 0, 1, page), ST_READ_ONLY);
    assert_int_equal(device->ops->log_write(device, 1, 0, page, 10), ST_READ_ONLY);
    assert_int_equal(device->ops->log_sync(device, 1), ST_READ_ONLY);
    assert_int_equal(device->ops->log_create(device, 2, 8192, 0), ST_READ_ONLY);
    assert_int_equal(device->ops->read(device, 0, 1, page), ST_OK);
}

/*
 * Makes segment 2 with the n-th passage of the fault point failing, perhaps out of segment 1. True:
 * the fault was met; then there are the segments of before, and no other.
 */
static bool
segment_fails_whole(enum fault_point point, uint64_t nth, bool is_recycled)
{
    struct bench bench;
    bench_open(&bench, KIND_FILE);
    struct device *device = bench.device;
    assert_int_equal(device->ops->log_create(device, 1, 8192, 0), ST_OK);
    fault_arm(point, nth);
    enum status st = device->ops->log_create(device, 2, 8192, is_recycled ? 1 : 0);
    bool was_hit = fault_was_hit(point);
    fault_arm(point, 0);
    assert_int_equal(st != ST_OK, was_hit);
    uint64_t ids[4];
    uint32_t count;
    assert_int_equal(device->ops->log_list(device, ids, 4, &count), ST_OK);
    assert_int_equal(count, was_hit || is_recycled ? 1 : 2);
    assert_int_equal(ids[0], was_hit || !is_recycled ? 1 : 2);
    bench_close(&bench);
    return was_hit;
}

static void
a_segment_is_made_whole_or_not(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        uint64_t nth = 1;
        while (segment_fails_whole(i % 2 == 0 ? FAULT_ALLOC : FAULT_IO, nth, i >= 2))
            nth++;
        assert_true(nth > 1);
    }
}

static void
a_failed_sync_is_final(void **state)
{
    (void)state;
    for_each_kind(check_faults);
}

static void
a_file_is_locked_and_kept(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, KIND_FILE);
    struct device *other;
    static uint8_t page[PAGE_BYTES], got[PAGE_BYTES];
    fill(page, 7);
    assert_int_equal(open_file(bench.path, false, true, &other), ST_IN_USE);
    assert_int_equal(open_file(bench.path, true, false, &other), ST_IN_USE);
    assert_int_equal(bench.device->ops->write(bench.device, 2, 1, page), ST_OK);
    assert_int_equal(bench.device->ops->log_create(bench.device, 5, 8192, 0), ST_OK);
    bench.device->ops->close(bench.device);

    /* Two may read at once, and neither can write. */
    struct device *first;
    assert_int_equal(open_file(bench.path, true, false, &first), ST_OK);
    assert_int_equal(open_file(bench.path, true, false, &other), ST_OK);
    assert_int_equal(open_file(bench.path, false, false, &bench.device), ST_IN_USE);
    assert_int_equal(first->ops->read(first, 2, 1, got), ST_OK);
    assert_memory_equal(got, page, PAGE_BYTES);
    assert_int_equal(first->ops->write(first, 2, 1, page), ST_READ_ONLY);
    uint64_t id;
    uint32_t count;
    assert_int_equal(first->ops->log_list(first, &id, 1, &count), ST_OK);
    assert_int_equal(count, 1);
    assert_int_equal(id, 5);
    first->ops->close(first);
    other->ops->close(other);

    char missing[128];
    snprintf(missing, sizeof missing, "%s/none", bench.directory);
    assert_int_equal(open_file(missing, false, false, &other), ST_NOT_FOUND);
    assert_int_equal(open_file(missing, true, true, &other), ST_NOT_FOUND);
    assert_int_equal(open_file(bench.directory, false, true, &other), ST_IO);
    assert_int_equal(open_file(bench.path, false, false, &bench.device), ST_OK);
    bench_close(&bench);
}

static void
other_names_are_no_segments(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, KIND_FILE);
    const char *names[] = {"-log.", "-log.0",  "-log.07", "-log.x",  "-log.1x",
                           "-log",  "-log.-1", ".1",      "x-log.3", "-log.99999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s%s", bench.path, names[i]);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    uint64_t ids[16];
    uint32_t count;
    assert_int_equal(bench.device->ops->log_list(bench.device, ids, 16, &count), ST_OK);
    assert_int_equal(count, 0);
    bench_close(&bench);
}

static void
opening_survives_every_failure(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, KIND_FILE);
    bench.device->ops->close(bench.device);
    for (enum fault_point point = FAULT_ALLOC; point <= FAULT_IO; point++) {
        enum status st = ST_IO;
        for (uint64_t n = 1; st != ST_OK; n++) {
            int64_t live = fault_live_count();
            assert_true(n < 100);
            unlink(bench.path);
            fault_arm(point, n);
            st = open_file(bench.path, false, true, &bench.device);
            fault_arm(point, 0);
            if (st == ST_OK)
                bench.device->ops->close(bench.device);
            assert_int_equal(fault_live_count(), live);
        }
    }
    assert_int_equal(open_file(bench.path, false, true, &bench.device), ST_OK);
    bench_close(&bench);
}

/* ---- the simulated disk ---- */

/* What crashes have done to an unsynced page, over many seeds. */
struct tally {
    uint32_t kept, lost, torn;
};

static void
crash_once(uint64_t seed, struct tally *tally)
{
    struct sim_disk *disk;
    struct device *device;
    static uint8_t old[PAGE_BYTES], new[PAGE_BYTES], got[PAGE_BYTES];
    size_t got_bytes;
    fill(old, 1);
    fill(new, 2);
    assert_int_equal(sim_disk_new(seed, &disk), ST_OK);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    struct device *second;
    assert_int_equal(device_sim_open(disk, &second), ST_IN_USE);
    for (page_no page = 0; page < 4; page++)
        assert_int_equal(device->ops->write(device, page, 1, old), ST_OK);
    assert_int_equal(device->ops->log_create(device, 1, 4096, 0), ST_OK);
    assert_int_equal(device->ops->log_create(device, 2, 4096, 0), ST_OK);
    assert_int_equal(device->ops->log_write(device, 1, 0, new, 1000), ST_OK);
    assert_int_equal(device->ops->log_sync(device, 1), ST_OK);
    assert_int_equal(device->ops->log_write(device, 2, 0, new, 1000), ST_OK);
    assert_int_equal(device->ops->sync(device), ST_OK);
    for (page_no page = 0; page < 2; page++)
        assert_int_equal(device->ops->write(device, page, 1, new), ST_OK);
    sim_disk_crash(disk);
    assert_int_equal(device->ops->read(device, 0, 1, got), ST_IO);
    device->ops->close(device);

    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    for (page_no page = 0; page < 4; page++) {
        assert_int_equal(device->ops->read(device, page, 1, got), ST_OK);
        bool is_old = memcmp(got, old, PAGE_BYTES) == 0, is_new = memcmp(got, new, PAGE_BYTES) == 0;
        if (page >= 2) {
            assert_true(is_old);
            continue;
        }
        tally->kept += is_new;
        tally->lost += is_old;
        tally->torn += !is_old && !is_new;
        for (uint32_t at = 0; at < PAGE_BYTES; at += 512)
            assert_true(memcmp(got + at, old + at, 512) == 0 ||
                        memcmp(got + at, new + at, 512) == 0);
    }
    assert_int_equal(device->ops->log_read(device, 1, 0, got, 1000, &got_bytes), ST_OK);
    assert_int_equal(got_bytes, 1000);
    assert_memory_equal(got, new, 1000);
    assert_int_equal(device->ops->log_read(device, 2, 0, got, 1000, &got_bytes), ST_OK);
    assert_int_equal(got_bytes, 1000);
    device->ops->close(device);
    sim_disk_free(disk);
}

static void
a_crash_keeps_what_was_synced(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= 200; seed++)
        crash_once(seed, &tally);
    /* Everything that can happen does. */
    assert_true(tally.kept > 50 && tally.lost > 50 && tally.torn > 10);
}

static void
a_removed_segment_may_be_back(void **state)
{
    (void)state;
    uint32_t back = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct sim_disk *disk;
        struct device *device;
        uint64_t id;
        uint32_t count;
        assert_int_equal(sim_disk_new(seed, &disk), ST_OK);
        assert_int_equal(device_sim_open(disk, &device), ST_OK);
        assert_int_equal(device->ops->log_create(device, 1, 4096, 0), ST_OK);
        assert_int_equal(device->ops->log_create(device, 2, 4096, 0), ST_OK);
        assert_int_equal(device->ops->log_remove(device, 1), ST_OK);
        if (seed > 25)
            assert_int_equal(device->ops->log_create(device, 3, 4096, 2), ST_OK);
        sim_disk_crash(disk);
        device->ops->close(device);
        assert_int_equal(device_sim_open(disk, &device), ST_OK);
        assert_int_equal(device->ops->log_list(device, &id, 1, &count), ST_OK);
        assert_int_equal(id, seed > 25 ? 3 : count == 2 ? 1 : 2);
        assert_true(seed <= 25 || count == 1);
        back += count == 2;
        device->ops->close(device);
        sim_disk_free(disk);
    }
    assert_true(back > 3 && back < 22);
}

static void
the_simulated_disk_fails_when_told(void **state)
{
    (void)state;
    struct sim_disk *disk;
    struct device *device;
    static uint8_t page[PAGE_BYTES];
    assert_int_equal(sim_disk_new(1, &disk), ST_OK);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    sim_disk_limit(disk, 3);
    assert_int_equal(device->ops->write(device, 2, 1, page), ST_OK);
    assert_int_equal(device->ops->write(device, 3, 1, page), ST_NO_SPACE);
    assert_int_equal(device->ops->truncate(device, 4), ST_NO_SPACE);
    sim_disk_fail_nth(disk, 2);
    assert_int_equal(device->ops->write(device, 1, 1, page), ST_OK);
    assert_int_equal(device->ops->write(device, 1, 1, page), ST_IO);
    assert_int_equal(device->ops->write(device, 1, 1, page), ST_OK);
    assert_true(sim_disk_flip(disk, 1, 100, 4));
    assert_int_equal(device->ops->read(device, 1, 1, page), ST_OK);
    assert_int_equal(page[100], 4);
    assert_false(sim_disk_flip(disk, 3, 0, 1));
    sim_disk_stop_after(disk, 2);
    assert_int_equal(device->ops->write(device, 1, 1, page), ST_OK);
    assert_false(sim_disk_has_stopped(disk));
    assert_int_equal(device->ops->write(device, 1, 1, page), ST_IO);
    assert_true(sim_disk_has_stopped(disk));
    assert_int_equal(device->ops->read(device, 1, 1, page), ST_IO);
    sim_disk_crash(disk);
    assert_false(sim_disk_has_stopped(disk));
    device->ops->close(device);
    assert_int_equal(device_sim_open(disk, &device), ST_OK);
    sim_disk_fail_nth(disk, 1);
    assert_int_equal(device->ops->sync(device), ST_IO);
    assert_int_equal(device->ops->sync(device), ST_READ_ONLY);
    device->ops->close(device);
    sim_disk_free(disk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_back),
        cmocka_unit_test(log_bytes_are_read_back),
        cmocka_unit_test(a_segment_is_made_whole_or_not),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(a_file_is_locked_and_kept),
        cmocka_unit_test(other_names_are_no_segments),
        cmocka_unit_test(opening_survives_every_failure),
        cmocka_unit_test(a_crash_keeps_what_was_synced),
        cmocka_unit_test(a_removed_segment_may_be_back),
        cmocka_unit_test(the_simulated_disk_fails_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
