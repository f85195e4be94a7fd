/*
 * superblock.c: pages 0 and 1, read and written.
 *
 *      0 | magic 8: "ROWAN" CR LF 1A hex        |  CR LF shows a file that was copied as text
 *      8 | format version 4 | page bytes 4      |
 *     16 | checksum 8                           |  xxh3 of bytes 24 on, seeded with that of 0 to 16
 *     24 | file id 16                           |
 *     40 | sequence 8                           |  even: in page 0, odd: in page 1
 *     48 | moment 8 | next id 8                 |
 *     64 | file root: page 8 | birth 8 | rows 8 |
 *     88 | map: page 8 | birth 8                |
 *    104 | map: pages 8 | live pages 8          |
 *    120 | map: chunks 8                        |
 *    128 | log start 8 | log first segment 8    |
 *    144 | zeros                                |  to PAGE_BYTES
 *
 * Integers are little-endian. All that is not zero lies in the first sector, so that even a torn
 * write leaves one whole superblock or the other.
 *
 *   B1  the first 24 bytes mean the same in every format version
 *   B2  what a superblock names was durable before it was written
 *   B3  nothing that the newest superblock needs is reused; the older one's may be
 */
#include "store/superblock.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/store_int.h"

static const uint8_t magic[8] = {'R', 'O', 'W', 'A', 'N', '\r', '\n', 0x1a};

enum {
    AT_VERSION = 8,
    AT_PAGE_BYTES = 12,
    AT_CHECKSUM = 16,
    AT_FILE_ID = 24,
    AT_SEQUENCE = 40,
    AT_MOMENT = 48,
    AT_NEXT_ID = 56,
    AT_FILE_ROOT = 64,
    AT_ROW_COUNT = 80,
    AT_MAP_ROOT = 88,
    AT_MAP_PAGES = 104,
    AT_MAP_LIVE = 112,
    AT_MAP_CHUNKS = 120,
    AT_LOG_START = 128,
    AT_LOG_FIRST = 136,
    AT_END = 144
};

struct slot {
    enum superblock_kind kind;
    uint32_t version;
    struct superblock content;
};

static enum status choose(struct store *store, const struct slot *slots, uint64_t page_count,
                          struct superblock *superblock);
static enum status refuse(struct store *store, const struct slot *slots, uint64_t page_count);
static uint64_t page_checksum(const uint8_t *page);
static void put_ref(uint8_t *to, struct page_ref ref);
static struct page_ref get_ref(const uint8_t *from);

enum status
superblock_read(struct store *store, struct superblock *superblock)
{
    struct device *device = store->device;
    uint64_t page_count;
    TRY(device->ops->page_count(device, &page_count));
    if (page_count == 0)
        return ST_NOT_FOUND;
    uint8_t *page = mem_alloc(PAGE_BYTES);
    if (page == NULL)
        return ST_NO_MEMORY;
    struct slot slots[2] = {{.kind = SUPERBLOCK_ZERO}, {.kind = SUPERBLOCK_ZERO}};
    enum status st = ST_OK;
    for (page_no i = 0; st == ST_OK && i < 2 && i < page_count; i++) {
        st = device->ops->read(device, i, 1, page);
        if (st == ST_OK)
            slots[i].kind = superblock_decode(page, &slots[i].content, &slots[i].version);
    }
    mem_free(page);
    return st == ST_OK ? choose(store, slots, page_count, superblock) : st;
}

enum status
superblock_create(struct store *store, struct superblock *superblock)
{
    *superblock = (struct superblock){.sequence = 2, .map = {.page_count = 2, .live_count = 2}};
    random_secret(superblock->file_id, sizeof superblock->file_id);
    uint8_t *pages = mem_alloc(2 * PAGE_BYTES);
    if (pages == NULL)
        return ST_NO_MEMORY;
    superblock_encode(superblock, pages);
    struct superblock older = *superblock;
    older.sequence = 1;
    superblock_encode(&older, pages + PAGE_BYTES);
    struct device *device = store->device;
    enum status st = device->ops->write(device, 0, 2, pages);
    if (st == ST_OK)
        st = device->ops->sync(device);
    if (st != ST_OK) /* half a superblock would be taken for a damaged file */
        (void)device->ops->truncate(device, 0);
    mem_free(pages);
    return st;
}

enum status
superblock_write(struct store *store, struct superblock *superblock)
{
    uint8_t *page = mem_alloc(PAGE_BYTES);
    if (page == NULL)
        return ST_NO_MEMORY;
    struct superblock next = *superblock;
    next.sequence++;
    superblock_encode(&next, page);
    struct device *device = store->device;
    enum status st = device->ops->write(device, next.sequence & 1, 1, page);
    if (st == ST_OK)
        st = device->ops->sync(device);
    mem_free(page);
    if (st == ST_OK)
        *superblock = next;
    return st;
}

void
superblock_encode(const struct superblock *superblock, uint8_t *page)
{
    const struct store_state *state = &superblock->state;
    memset(page, 0, PAGE_BYTES);
    memcpy(page, magic, sizeof magic);
    le32_set(page + AT_VERSION, FORMAT_VERSION);
    le32_set(page + AT_PAGE_BYTES, PAGE_BYTES);
    memcpy(page + AT_FILE_ID, superblock->file_id, FILE_ID_BYTES);
    le64_set(page + AT_SEQUENCE, superblock->sequence);
    le64_set(page + AT_MOMENT, state->moment);
    le64_set(page + AT_NEXT_ID, state->next_id);
    put_ref(page + AT_FILE_ROOT, state->file_root.ref);
    le64_set(page + AT_ROW_COUNT, state->file_root.row_count);
    put_ref(page + AT_MAP_ROOT, superblock->map.root);
    le64_set(page + AT_MAP_PAGES, superblock->map.page_count);
    le64_set(page + AT_MAP_LIVE, superblock->map.live_count);
    le64_set(page + AT_MAP_CHUNKS, superblock->map.chunk_count);
    le64_set(page + AT_LOG_START, superblock->log_start);
    le64_set(page + AT_LOG_FIRST, superblock->log_first);
    le64_set(page + AT_CHECKSUM, page_checksum(page));
}

enum superblock_kind
superblock_decode(const uint8_t *page, struct superblock *superblock, uint32_t *version)
{
    *version = le32_get(page + AT_VERSION);
    if (memcmp(page, magic, sizeof magic) != 0) {
        for (uint32_t i = 0; i < PAGE_BYTES; i++) {
            if (page[i] != 0)
                return SUPERBLOCK_FOREIGN;
        }
        return SUPERBLOCK_ZERO;
    }
    bool is_whole = le64_get(page + AT_CHECKSUM) == page_checksum(page);
    if (*version != FORMAT_VERSION || le32_get(page + AT_PAGE_BYTES) != PAGE_BYTES)
        return is_whole ? SUPERBLOCK_VERSION : SUPERBLOCK_BROKEN;

    memcpy(superblock->file_id, page + AT_FILE_ID, FILE_ID_BYTES);
    superblock->sequence = le64_get(page + AT_SEQUENCE);
    superblock->state = (struct store_state){
        .file_root = {.ref = get_ref(page + AT_FILE_ROOT),
                      .row_count = le64_get(page + AT_ROW_COUNT)},
        .moment = le64_get(page + AT_MOMENT),
        .next_id = le64_get(page + AT_NEXT_ID),
    };
    superblock->map = (struct map_root){
        .root = get_ref(page + AT_MAP_ROOT),
        .page_count = le64_get(page + AT_MAP_PAGES),
        .live_count = le64_get(page + AT_MAP_LIVE),
        .chunk_count = le32_get(page + AT_MAP_CHUNKS),
    };
    superblock->log_start = le64_get(page + AT_LOG_START);
    superblock->log_first = le64_get(page + AT_LOG_FIRST);

    bool is_sane = superblock->log_start % 8 == 0 && superblock->map.page_count >= 2 &&
                   le32_get(page + AT_MAP_CHUNKS + 4) == 0;
    for (uint32_t i = AT_END; i < PAGE_BYTES; i++)
        is_sane &= page[i] == 0;
    return is_whole && is_sane ? SUPERBLOCK_GOOD : SUPERBLOCK_BROKEN;
}

/* Picks the newest good one, if the file is as long as it says. */
static enum status
choose(struct store *store, const struct slot *slots, uint64_t page_count,
       struct superblock *superblock)
{
    int newest = -1;
    for (int i = 0; i < 2; i++) {
        if (slots[i].kind == SUPERBLOCK_GOOD &&
            (newest < 0 || slots[i].content.sequence > slots[newest].content.sequence))
            newest = i;
    }
    if (newest < 0 || slots[1 - newest].kind == SUPERBLOCK_VERSION)
        return refuse(store, slots, page_count);
    if (slots[1 - newest].kind != SUPERBLOCK_GOOD)
        log_line(store->log_sink, LOG_WARN,
                 "superblock %d is broken, superblock %d is used: a checkpoint was cut short, or "
                 "the page was damaged",
                 1 - newest, newest);
    *superblock = slots[newest].content;
    if (page_count < superblock->map.page_count)
        return store_corrupt(store, page_count,
                             "the file is cut off: %llu pages are there, the superblock tells %llu",
                             (unsigned long long)page_count,
                             (unsigned long long)superblock->map.page_count);
    return ST_OK;
}

/* Why the file cannot be opened. */
static enum status
refuse(struct store *store, const struct slot *slots, uint64_t page_count)
{
    bool has_foreign = false, has_broken = false;
    /* Where both agree on a version that is unknown here, its checksum may be of another kind. */
    bool do_agree = slots[0].kind == SUPERBLOCK_BROKEN && slots[1].kind == SUPERBLOCK_BROKEN &&
                    slots[0].version == slots[1].version && slots[0].version != FORMAT_VERSION;
    for (int i = 0; i < 2; i++) {
        if (slots[i].kind == SUPERBLOCK_VERSION || do_agree) {
            log_line(store->log_sink, LOG_ERROR,
                     "the file has format version %u, this program knows version %u",
                     slots[i].version, FORMAT_VERSION);
            return ST_VERSION;
        }
        has_foreign |= slots[i].kind == SUPERBLOCK_FOREIGN;
        has_broken |= slots[i].kind == SUPERBLOCK_BROKEN;
    }
    /* Two pages, no log: a crash cut off the making of the file, nothing was ever in it. */
    uint32_t segment_count;
    uint64_t none;
    struct device *device = store->device;
    TRY(device->ops->log_list(device, &none, 0, &segment_count));
    if (!has_foreign && page_count <= 2 && segment_count == 0)
        return ST_NOT_FOUND;
    if (has_broken)
        return store_corrupt(store, 0, "both superblocks are broken");
    log_line(store->log_sink, LOG_ERROR, "the file is not a Rowan database");
    return ST_NOT_ROWAN;
}

static uint64_t
page_checksum(const uint8_t *page)
{
    uint64_t before = hash_bytes(page, AT_CHECKSUM);
    return hash_bytes_seed(page + AT_FILE_ID, PAGE_BYTES - AT_FILE_ID, before);
}

static void
put_ref(uint8_t *to, struct page_ref ref)
{
    le64_set(to, ref.page);
    le64_set(to + 8, ref.birth);
}

static struct page_ref
get_ref(const uint8_t *from)
{
    return (struct page_ref){.page = le64_get(from), .birth = le64_get(from + 8)};
}
