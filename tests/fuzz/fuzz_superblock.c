/*
 * fuzz_superblock.c: superblocks and space maps of any bytes, read when a file is opened.
 *
 *   byte 0       bit 0: the superblocks' magic, version and checksum are made right
 *                bit 1: headers and checksums of the pages behind are made right
 *                bit 2: pages are 512 bytes of the input each, the rest zeros; else 4,096
 *   192 bytes    the first superblock; then as many of the second
 *   rest         pages 2, 3, ...
 *
 * The file opens or is refused for a reason. What opens can be used: a page is taken that the map
 * has not as live, a checkpoint passes, and the file opens again with as many live pages.
 */
#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"
#include "fuzz/fuzz.h"
#include "store/space_int.h"
#include "store/store.h"
#include "store/tree.h"
#include "unit/store/crash_device.h"

#define SUPERBLOCK_INPUT 192u
#define PAGES_MAX 32u

static void
ignore_line(void *object, enum log_level level, const char *line)
{
    (void)object;
    (void)level;
    (void)line;
}

static const struct log_sink quiet = {.write = ignore_line};
static const struct store_options options = {.log = &quiet, .cache_bytes = 64 * PAGE_BYTES};

/* Takes up to `bytes` of the input. */
static void
fill(uint8_t *page, size_t bytes, const uint8_t **data, size_t *rest)
{
    size_t count = *rest < bytes ? *rest : bytes;
    memset(page, 0, PAGE_BYTES);
    memcpy(page, *data, count);
    *data += count;
    *rest -= count;
}

static void
mend_superblock(uint8_t *page)
{
    static const uint8_t start[16] = {'R',  'O', 'W', 'A', 'N', '\r', '\n',
                                      0x1a, 1,   0,   0,   0,   0,    0x20};
    memcpy(page, start, sizeof start);
    /* The map lies at the start of the file, or not far from it. */
    le64_set(page + 88, le64_get(page + 88) % (2 * PAGES_MAX));
    le64_set(page + 104, le64_get(page + 104) % (2 * PAGES_MAX));
    le64_set(page + 120, le64_get(page + 120) % 4);
    if (page[150] == 0)
        le64_set(page + 136, 0); /* no log */
    page[150] = 0;
    le64_set(page + 16, hash_bytes_seed(page + 24, PAGE_BYTES - 24, hash_bytes(page, 16)));
}

static void
mend_page(uint8_t *bytes, page_no page)
{
    struct page *header = (struct page *)bytes;
    header->page = page;
    header->birth %= 4;
    header->kind = (uint8_t)(PAGE_MAP_DIRECTORY + (header->kind + 1) % 2);
    page_seal(header);
}

static void
use(struct store *store, struct crash_device *device)
{
    check(store_recover(store, NULL, NULL, NULL) == ST_OK);
    if (store_is_read_only(store, NULL)) {
        store_close(store); /* the superblock tells of a log, and there is none */
        return;
    }
    struct store_state state;
    store_state(store, &state);
    page_no page;
    enum status st = space_take(store, &page);
    check(st == ST_OK && page >= 2 && !map_is_live(store->space, page));
    struct edit edit = {.store = store};
    struct page_ref ref = {.page = page, .birth = state.moment};
    edit.taken = (struct page_refs){.refs = &ref, .count = 1};
    struct page *frame;
    check(cache_add(store->cache, page, &frame) == ST_OK);
    memset(frame, 0, PAGE_BYTES);
    frame->page = page;
    frame->birth = state.moment;
    space_publish(store, &edit);
    st = checkpoint_begin(store, &state);
    check(st == ST_OK);
    for (bool is_done = false; !is_done;)
        check(checkpoint_step(store, 64, &is_done) == ST_OK);
    uint64_t live_count = store->space->live_count;
    store_close(store);
    st = store_open(&device->device, &options, &store);
    check(st == ST_OK);
    check(store->space->live_count == live_count && map_is_live(store->space, page));
    store_close(store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static uint8_t page[PAGE_BYTES] __attribute__((aligned(16)));
    struct crash_device *device = crash_device_new();
    uint8_t flags = bytes > 0 ? data[0] : 0;
    const uint8_t *next = data + (bytes > 0);
    size_t rest = bytes - (bytes > 0), page_input = (flags & 4) != 0 ? 512 : 4096;
    for (page_no i = 0; i < 2 || (rest > 0 && i < PAGES_MAX); i++) {
        fill(page, i < 2 ? SUPERBLOCK_INPUT : page_input, &next, &rest);
        if (i < 2 && (flags & 1) != 0)
            mend_superblock(page);
        else if (i >= 2 && (flags & 2) != 0)
            mend_page(page, i);
        check(device->device.ops->write(&device->device, i, 1, page) == ST_OK);
    }
    struct store *store;
    enum status st = store_open(&device->device, &options, &store);
    check(st == ST_OK || st == ST_CORRUPT || st == ST_NOT_ROWAN || st == ST_VERSION);
    if (st == ST_OK)
        use(store, device);
    crash_device_free(device);
    return 0;
}
