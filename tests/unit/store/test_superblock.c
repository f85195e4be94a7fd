/*
 * Goal: a file that is ours opens, and no other does; what is wrong is told apart. Method: each
 * byte of either superblock flipped, foreign contents, other versions, files cut off, and files
 * whose making was cut off.
 */
#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/checkpoint_int.h"
#include "store/space.h"
#include "store/store.h"
#include "store/store_int.h"
#include "store/superblock.h"
#include "store/tree.h"
#include "unit/store/crash_device.h"
#include "unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lines {
    char text[4000];
};

static void
keep_line(void *object, enum log_level level, const char *line)
{
    struct lines *lines = object;
    (void)level;
    size_t used = strlen(lines->text);
    snprintf(lines->text + used, sizeof lines->text - used, "%s\n", line);
}

static enum status
try_open(struct crash_device *device, struct lines *lines, struct store_state *state)
{
    lines->text[0] = 0;
    struct log_sink sink = {.write = keep_line, .object = lines};
    struct store_options options = {.log = &sink, .cache_bytes = 1 << 20};
    struct store *store;
    enum status st = store_open(&device->device, &options, &store);
    if (st == ST_OK) {
        store_state(store, state);
        store_close(store);
    }
    return st;
}

/* A file with some checkpoints behind it: the newest is of moment 3. */
static struct crash_device *
new_file(void)
{
    struct crash_device *device = crash_device_new();
    static const struct store_options options = {.cache_bytes = 1 << 20};
    struct store *store;
    assert_int_equal(store_open(&device->device, &options, &store), ST_OK);
    for (birth_seq moment = 1; moment <= 3; moment++) {
        struct store_state state = {.moment = moment, .next_id = 100 + moment};
        assert_int_equal(checkpoint_begin(store, &state), ST_OK);
        for (bool is_done = false; !is_done;)
            assert_int_equal(checkpoint_step(store, 64, &is_done), ST_OK);
    }
    store_close(store);
    return device;
}

static uint8_t *
page_bytes(struct crash_device *device, page_no page)
{
    return device->pages.pages[page].now;
}

static int
newest_slot(struct crash_device *device)
{
    struct superblock blocks[2];
    uint32_t version;
    for (int i = 0; i < 2; i++)
        assert_int_equal(superblock_decode(page_bytes(device, (page_no)i), &blocks[i], &version),
                         SUPERBLOCK_GOOD);
    return blocks[1].sequence > blocks[0].sequence;
}

static void
what_is_encoded_is_decoded(void **state)
{
    (void)state;
    struct superblock in = {
        .sequence = 77,
        .state = {.file_root = {.ref = {5, 6}, .row_count = 7}, .moment = 8, .next_id = 9},
        .map = {.root = {10, 11}, .page_count = 12, .live_count = 13, .chunk_count = 14},
        .log_start = 16,
        .log_first = 17};
    memcpy(in.file_id, "sixteen bytes id", FILE_ID_BYTES);
    uint8_t page[PAGE_BYTES];
    superblock_encode(&in, page);
    struct superblock out;
    memset(&out, 0, sizeof out);
    uint32_t version;
    assert_int_equal(superblock_decode(page, &out, &version), SUPERBLOCK_GOOD);
    assert_memory_equal(in.file_id, out.file_id, FILE_ID_BYTES);
    assert_int_equal(out.sequence, 77);
    assert_true(page_ref_equal(out.state.file_root.ref, in.state.file_root.ref));
    assert_int_equal(out.state.file_root.row_count, 7);
    assert_int_equal(out.state.moment, 8);
    assert_int_equal(out.state.next_id, 9);
    assert_true(page_ref_equal(out.map.root, in.map.root));
    assert_int_equal(out.map.page_count, 12);
    assert_int_equal(out.map.live_count, 13);
    assert_int_equal(out.map.chunk_count, 14);
    assert_int_equal(out.log_start, 16);
    assert_int_equal(out.log_first, 17);
}

static void
any_flipped_byte_leaves_the_other_superblock(void **state)
{
    (void)state;
    struct crash_device *device = new_file();
    struct lines lines;
    struct store_state found;
    int newest = newest_slot(device);
    for (int slot = 0; slot < 2; slot++) {
        for (uint32_t at = 0; at < PAGE_BYTES; at += at < 160 ? 1 : 97) {
            uint8_t *page = page_bytes(device, (page_no)slot);
            page[at] ^= 0x20;
            assert_int_equal(try_open(device, &lines, &found), ST_OK);
            assert_int_equal(found.moment, slot == newest ? 2 : 3);
            assert_int_equal(found.next_id, 100 + found.moment);
            assert_non_null(strstr(lines.text, "is broken"));
            page[at] ^= 0x20;
        }
    }
    assert_int_equal(try_open(device, &lines, &found), ST_OK);
    assert_int_equal(found.moment, 3);
    assert_string_equal(lines.text, "");
    crash_device_free(device);
}

static void
both_broken_is_corrupt(void **state)
{
    (void)state;
    struct crash_device *device = new_file();
    struct lines lines;
    struct store_state found;
    page_bytes(device, 0)[50] ^= 1;
    page_bytes(device, 1)[50] ^= 1;
    assert_int_equal(try_open(device, &lines, &found), ST_CORRUPT);
    assert_non_null(strstr(lines.text, "both superblocks are broken"));
    crash_device_free(device);
}

static void
set_version(struct crash_device *device, page_no slot, uint32_t version, bool is_sealed)
{
    uint8_t *page = page_bytes(device, slot);
    le32_set(page + 8, version);
    if (is_sealed)
        le64_set(page + 16, hash_bytes_seed(page + 24, PAGE_BYTES - 24, hash_bytes(page, 16)));
}

static void
other_versions_are_refused(void **state)
{
    (void)state;
    struct lines lines;
    struct store_state found;
    struct crash_device *device = new_file();
    /* A newer program has written one of them. */
    set_version(device, 0, 9, true);
    assert_int_equal(try_open(device, &lines, &found), ST_VERSION);
    assert_non_null(strstr(lines.text, "version 9"));
    set_version(device, 1, 9, true);
    assert_int_equal(try_open(device, &lines, &found), ST_VERSION);
    /* Perhaps its checksums are of another kind. */
    page_bytes(device, 0)[200] ^= 1;
    page_bytes(device, 1)[200] ^= 1;
    assert_int_equal(try_open(device, &lines, &found), ST_VERSION);
    /* But one version number alone, with a wrong checksum, is damage. */
    set_version(device, 1, 1, false);
    page_bytes(device, 1)[200] ^= 1;
    le64_set(page_bytes(device, 1) + 16,
             hash_bytes_seed(page_bytes(device, 1) + 24, PAGE_BYTES - 24,
                             hash_bytes(page_bytes(device, 1), 16)));
    assert_int_equal(try_open(device, &lines, &found), ST_OK);
    crash_device_free(device);
}

static void
foreign_files_are_left_alone(void **state)
{
    (void)state;
    struct lines lines;
    struct store_state found;
    struct crash_device *device = crash_device_new();
    uint8_t *pages = test_calloc(3, PAGE_BYTES);
    for (uint32_t count = 1; count <= 3; count++) {
        memset(pages, 'x', PAGE_BYTES);
        assert_int_equal(device->device.ops->write(&device->device, 0, count, pages), ST_OK);
        uint64_t ops = device->op_count;
        assert_int_equal(try_open(device, &lines, &found), ST_NOT_ROWAN);
        assert_non_null(strstr(lines.text, "not a Rowan database"));
        assert_int_equal(device->op_count, ops);
    }
    memset(pages, 0, PAGE_BYTES);
    assert_int_equal(device->device.ops->write(&device->device, 0, 3, pages), ST_OK);
    assert_int_equal(try_open(device, &lines, &found), ST_NOT_ROWAN); /* zeros, but many */
    test_free(pages);
    crash_device_free(device);
}

static void
cut_off_file_is_corrupt(void **state)
{
    (void)state;
    struct lines lines;
    struct store_state found;
    struct crash_device *device = crash_device_new();
    static const struct store_options options = {.cache_bytes = 1 << 20};
    struct store *store;
    struct reader *reader;
    assert_int_equal(store_open(&device->device, &options, &store), ST_OK);
    assert_int_equal(reader_new(store, &reader), ST_OK);
    struct edit edit;
    struct tree_root root = {0};
    edit_init(&edit, store, reader, 1);
    reader_enter(reader);
    for (uint32_t i = 0; i < 3000; i++) {
        uint8_t key[4];
        be32_set(key, i);
        assert_int_equal(tree_put(&edit, &root, slice_of(key, 4), slice_of(key, 4), PUT_INSERT),
                         ST_OK);
    }
    reader_leave(reader);
    space_publish(store, &edit);
    edit_deinit(&edit);
    struct store_state at = {.file_root = root, .moment = 1};
    assert_int_equal(checkpoint_begin(store, &at), ST_OK);
    for (bool is_done = false; !is_done;)
        assert_int_equal(checkpoint_step(store, 64, &is_done), ST_OK);
    uint64_t needed = store->checkpoint->superblock.map.page_count;
    store_close(store);
    assert_true(needed > 8);
    assert_int_equal(device->device.ops->truncate(&device->device, needed), ST_OK);
    assert_int_equal(try_open(device, &lines, &found), ST_OK);
    assert_int_equal(device->device.ops->truncate(&device->device, needed - 1), ST_OK);
    assert_int_equal(try_open(device, &lines, &found), ST_CORRUPT);
    assert_non_null(strstr(lines.text, "cut off"));
    assert_int_equal(device->device.ops->truncate(&device->device, 1), ST_OK);
    assert_int_equal(try_open(device, &lines, &found), ST_CORRUPT);
    crash_device_free(device);
}

static void
making_that_was_cut_off_is_begun_anew(void **state)
{
    (void)state;
    struct lines lines;
    struct store_state found;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct crash_device *device = crash_device_new();
        device->fail_at = 1 + seed % 2;
        device->is_failing_on = true;
        device->fail_status = ST_IO;
        assert_int_equal(try_open(device, &lines, &found), ST_IO);
        crash_device_crash(device, seed);
        assert_int_equal(try_open(device, &lines, &found), ST_OK);
        assert_int_equal(found.moment, 0);
        crash_device_free(device);
    }
}

/* The same through the file system, where a file need not be of whole pages. */
static void
small_foreign_file_is_not_overwritten(void **state)
{
    (void)state;
    char path[] = "/tmp/rowan-superblock-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char text[] = "my notes, all of them\n";
    struct lines lines = {.text = ""};
    struct log_sink sink = {.write = keep_line, .object = &lines};
    struct device_file_options file_options = {.can_create = true, .log = &sink};
    struct device *device;
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    assert_int_equal(device_file_open(path, &file_options, &device), ST_NOT_ROWAN);
    assert_non_null(strstr(lines.text, "not a Rowan database"));
    char back[64];
    assert_int_equal(pread(fd, back, sizeof back, 0), sizeof text);
    assert_memory_equal(back, text, sizeof text);

    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(ftruncate(fd, 4096), 0);
    assert_int_equal(device_file_open(path, &file_options, &device), ST_OK);
    struct store_options options = {.log = &sink, .cache_bytes = 1 << 20};
    struct store *store;
    assert_int_equal(store_open(device, &options, &store), ST_OK);
    store_close(store);
    struct stat about;
    assert_int_equal(fstat(fd, &about), 0);
    assert_int_equal(about.st_size, 2 * PAGE_BYTES);
    close(fd);
    unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(any_flipped_byte_leaves_the_other_superblock),
        cmocka_unit_test(both_broken_is_corrupt),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(foreign_files_are_left_alone),
        cmocka_unit_test(cut_off_file_is_corrupt),
        cmocka_unit_test(making_that_was_cut_off_is_begun_anew),
        cmocka_unit_test(small_foreign_file_is_not_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
