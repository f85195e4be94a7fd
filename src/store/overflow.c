/*
 * overflow.c: values too long for a leaf, in extents of pages.
 *
 *   byte 0 +-------------------------------------------+
 *          | checksum 8 | page 8 | birth 8             |  as in every page (page.c)
 *       24 | kind 1 | 0 ... 7                          |
 *       32 | number in the extent 4                    |
 *       36 | bytes of the piece 4                      |
 *       40 | bytes stored 4 (bit 31: packed with lz4)  |
 *       44 | pages of the next extent 4                |  0: this is the last
 *       48 | next extent's first page 8 | its birth 8  |
 *       64 +-------------------------------------------+
 *          | stored bytes, 8128 a page                 |
 *          +-------------------------------------------+  <- PAGE_BYTES
 *
 * Bytes 36 to 63 mean something in the first page of an extent only. Extents are contiguous, so a
 * value of up to one piece is written, and read, at once. The pages of a value are made by one
 * edit, have its birth and never change; only whole values come and go.
 *
 * Values of several pieces do not pass through the cache: their pages are written to the device at
 * once, to places that nothing refers to yet, so that a value of 1 GiB needs a few MiB of memory.
 * Readers take from the cache what is there (a store that cannot write keeps all there) and read
 * the rest directly.
 */
#include "store/overflow.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/space.h"
#include "store/store.h"
#include "store/tree_int.h"
#include <lz4.h>

struct extent_head {
    uint32_t number;
    uint32_t raw_bytes;
    uint32_t stored_bytes;
    uint32_t next_count;
    struct page_ref next;
};

#define EXTENT_AT PAGE_HEADER_BYTES
#define PAYLOAD_AT 64u
#define PAYLOAD_BYTES (PAGE_BYTES - PAYLOAD_AT)
#define IS_PACKED 0x80000000u
#define EXTENT_PAGES_MAX ((OVERFLOW_PIECE_BYTES + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES)

static_assert(EXTENT_AT + sizeof(struct extent_head) == PAYLOAD_AT, "the file's format");

static uint32_t
pages_for(uint32_t stored_bytes)
{
    return stored_bytes == 0 ? 1 : (stored_bytes + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES;
}

static struct extent_head
head_get(const uint8_t *page)
{
    struct extent_head head;
    memcpy(&head, page + EXTENT_AT, sizeof head);
    return head;
}

/* ---- writing ---- */

/* A value being written, piece by piece. */
struct writer {
    struct edit *edit;
    bool is_direct;
    uint8_t *packed; /* room for a packed piece */
    uint8_t *pages;  /* is_direct: room for an extent */
};

/* Makes page i of an extent. */
static void
fill_page(uint8_t *page, struct page_ref first, uint32_t i, const struct extent_head *head,
          struct slice stored)
{
    struct page header = {.page = first.page + i, .birth = first.birth, .kind = PAGE_OVERFLOW};
    memcpy(page, &header, PAGE_HEADER_BYTES);
    struct extent_head own = {.number = i};
    if (i == 0)
        own = *head;
    memcpy(page + EXTENT_AT, &own, sizeof own);
    size_t at = (size_t)i * PAYLOAD_BYTES;
    size_t bytes = stored.bytes - at < PAYLOAD_BYTES ? stored.bytes - at : PAYLOAD_BYTES;
    memcpy(page + PAYLOAD_AT, stored.data + at, bytes);
    memset(page + PAYLOAD_AT + bytes, 0, PAYLOAD_BYTES - bytes);
}

static enum status
put_extent_young(struct writer *writer, struct page_ref first, uint32_t count,
                 const struct extent_head *head, struct slice stored)
{
    for (uint32_t i = 0; i < count; i++) {
        struct page *page;
        TRY(cache_add(writer->edit->store->cache, first.page + i, &page));
        fill_page((uint8_t *)page, first, i, head, stored);
    }
    return ST_OK;
}

static enum status
put_extent_direct(struct writer *writer, struct page_ref first, uint32_t count,
                  const struct extent_head *head, struct slice stored)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *page = writer->pages + (size_t)i * PAGE_BYTES;
        fill_page(page, first, i, head, stored);
        page_seal((struct page *)page);
    }
    struct device *device = writer->edit->store->device;
    return device->ops->write(device, first.page, count, writer->pages);
}

/* Packs a piece if that saves an eighth; where it is stored from, and how. */
static struct slice
pack_piece(struct writer *writer, struct slice piece, bool *is_packed)
{
    int limit = (int)(piece.bytes - piece.bytes / 8);
    int bytes = LZ4_compress_default((const char *)piece.data, (char *)writer->packed,
                                     (int)piece.bytes, limit);
    *is_packed = bytes > 0;
    return *is_packed ? slice_of(writer->packed, (size_t)bytes) : piece;
}

/*
 * Writes the pieces from the value's end to its beginning, so that each extent's successor is known
 * when it is made.
 */
static enum status
write_pieces(struct writer *writer, struct slice value, struct overflow_stub *stub)
{
    struct extent_head head = {0};
    uint32_t piece_count =
        (uint32_t)((value.bytes + OVERFLOW_PIECE_BYTES - 1) / OVERFLOW_PIECE_BYTES);
    for (uint32_t n = piece_count; n > 0; n--) {
        size_t at = (size_t)(n - 1) * OVERFLOW_PIECE_BYTES;
        size_t raw =
            value.bytes - at < OVERFLOW_PIECE_BYTES ? value.bytes - at : OVERFLOW_PIECE_BYTES;
        bool is_packed;
        struct slice stored = pack_piece(writer, slice_of(value.data + at, raw), &is_packed);
        uint32_t count = pages_for((uint32_t)stored.bytes);
        struct page_ref first;
        TRY(edit_take_run(writer->edit, count, &first));
        head.raw_bytes = (uint32_t)raw;
        head.stored_bytes = (uint32_t)stored.bytes | (is_packed ? IS_PACKED : 0);
        TRY((writer->is_direct ? put_extent_direct : put_extent_young)(writer, first, count, &head,
                                                                       stored));
        head.next = first;
        head.next_count = count;
    }
    *stub = (struct overflow_stub){
        .ref = head.next, .page_count = head.next_count, .value_bytes = (uint32_t)value.bytes};
    return ST_OK;
}

enum status
overflow_write(struct edit *edit, struct slice value, struct overflow_stub *stub)
{
    check(value.bytes > 0 && value.bytes <= VALUE_BYTES_MAX);
    struct store *store = edit->store;
    size_t piece = value.bytes < OVERFLOW_PIECE_BYTES ? value.bytes : OVERFLOW_PIECE_BYTES;
    struct writer writer = {.edit = edit};
    writer.is_direct = store->device != NULL && value.bytes > OVERFLOW_PIECE_BYTES &&
                       !atomic_load(&store->is_read_only);
    uint32_t taken_before = edit->taken.count;
    enum status st = ST_NO_MEMORY;
    writer.packed = mem_alloc(piece);
    writer.pages = NULL;
    if (writer.is_direct)
        writer.pages = mem_alloc((size_t)EXTENT_PAGES_MAX * PAGE_BYTES);
    if (writer.packed != NULL && (!writer.is_direct || writer.pages != NULL))
        st = write_pieces(&writer, value, stub);
    if (st != ST_OK)
        overflow_undo(edit, taken_before);
    mem_free(writer.pages);
    mem_free(writer.packed);
    return st;
}

void
overflow_undo(struct edit *edit, uint32_t taken_before)
{
    while (edit->taken.count > taken_before)
        edit_give_back(edit, edit->taken.refs[edit->taken.count - 1]);
}

/* ---- reading ---- */

/* Whether a page is what its place in an extent says; it was not through page_check. */
static bool
is_extent_page(const uint8_t *page, uint32_t number)
{
    return page[offsetof(struct page, kind)] == PAGE_OVERFLOW && head_get(page).number == number;
}

/* Page i of an extent, from the cache or into `to`. */
static enum status
read_page(struct store *store, struct page_ref ref, uint32_t number, uint8_t *to,
          const uint8_t **page)
{
    if (store->device == NULL || cache_has(store->cache, ref.page)) {
        const struct page *cached;
        TRY(cache_get(store->cache, ref, &cached));
        *page = (const uint8_t *)cached;
    } else {
        enum status st = store->device->ops->read(store->device, ref.page, 1, to);
        if (st == ST_CORRUPT)
            return store_corrupt(store, ref.page, "the page lies past the end of the file");
        if (st != ST_OK)
            return st;
        if (!page_is_sealed((const struct page *)to, ref))
            return store_corrupt(store, ref.page, "checksum, page number or birth is wrong");
        *page = to;
    }
    if (!is_extent_page(*page, number))
        return store_corrupt(store, ref.page, "the page is not part %u of a long value", number);
    return ST_OK;
}

/* The next extent that a chain leads to. */
struct extent {
    struct page_ref ref;
    uint32_t count;
};

static bool
is_good_extent(const struct store *store, struct extent extent)
{
    page_no limit = store->cache->page_limit;
    return extent.ref.page > 1 && extent.ref.page < limit && extent.count > 0 &&
           extent.count <= EXTENT_PAGES_MAX && extent.count <= limit - extent.ref.page;
}

/* A value being read. */
struct unpacker {
    struct store *store;
    uint8_t *page;   /* room for one page */
    uint8_t *stored; /* room for a packed piece */
};

/* Reads a whole extent: up to `room` bytes to `to`; *extent becomes the next (count 0: none). */
static enum status
read_extent(struct unpacker *unpacker, struct extent *extent, uint8_t *to, uint32_t room,
            uint32_t *raw_bytes)
{
    struct store *store = unpacker->store;
    struct page_ref ref = extent->ref;
    if (!is_good_extent(store, *extent))
        return store_corrupt(store, ref.page, "a long value's extent is out of range");
    const uint8_t *page;
    TRY(read_page(store, ref, 0, unpacker->page, &page));
    struct extent_head head = head_get(page);
    bool is_packed = (head.stored_bytes & IS_PACKED) != 0;
    uint32_t stored_bytes = head.stored_bytes & ~IS_PACKED;
    if (head.raw_bytes == 0 || head.raw_bytes > room || head.raw_bytes > OVERFLOW_PIECE_BYTES ||
        stored_bytes > OVERFLOW_PIECE_BYTES || pages_for(stored_bytes) != extent->count ||
        (!is_packed && stored_bytes != head.raw_bytes))
        return store_corrupt(store, ref.page, "a long value's sizes contradict each other");
    uint8_t *stored = is_packed ? unpacker->stored : to;
    for (uint32_t i = 0, at = 0;; i++) {
        uint32_t bytes = stored_bytes - at < PAYLOAD_BYTES ? stored_bytes - at : PAYLOAD_BYTES;
        memcpy(stored + at, page + PAYLOAD_AT, bytes);
        at += bytes;
        if (i + 1 == extent->count)
            break;
        ref.page++;
        TRY(read_page(store, ref, i + 1, unpacker->page, &page));
    }
    if (is_packed && LZ4_decompress_safe((const char *)stored, (char *)to, (int)stored_bytes,
                                         (int)head.raw_bytes) != (int)head.raw_bytes)
        return store_corrupt(store, extent->ref.page, "a long value cannot be unpacked");
    *raw_bytes = head.raw_bytes;
    *extent = (struct extent){.ref = head.next, .count = head.next_count};
    return ST_OK;
}

enum status
overflow_read(struct store *store, struct overflow_stub stub, uint8_t *to)
{
    struct unpacker unpacker = {.store = store};
    unpacker.page = mem_alloc(PAGE_BYTES + OVERFLOW_PIECE_BYTES);
    if (unpacker.page == NULL)
        return ST_NO_MEMORY;
    unpacker.stored = unpacker.page + PAGE_BYTES;
    struct extent extent = {.ref = stub.ref, .count = stub.page_count};
    enum status st = ST_OK;
    uint32_t done = 0, bytes = 0;
    /* Each extent has a byte at least, so a chain that runs in a circle ends too. */
    while (st == ST_OK && done < stub.value_bytes) {
        st = read_extent(&unpacker, &extent, to + done, stub.value_bytes - done, &bytes);
        done += st == ST_OK ? bytes : 0;
    }
    mem_free(unpacker.page);
    return st;
}

enum status
overflow_read_buf(struct store *store, struct overflow_stub stub, struct buf *spill,
                  struct slice *value)
{
    buf_clear(spill);
    uint8_t *to = buf_reserve(spill, stub.value_bytes);
    if (to == NULL)
        return ST_NO_MEMORY;
    TRY(overflow_read(store, stub, to));
    spill->bytes = stub.value_bytes;
    *value = buf_slice(spill);
    return ST_OK;
}

static enum status
list_extent(struct store *store, struct extent extent, struct page_refs *refs)
{
    if (!is_good_extent(store, extent))
        return store_corrupt(store, extent.ref.page, "a long value's extent is out of range");
    TRY(page_refs_reserve(refs, extent.count));
    for (uint32_t i = 0; i < extent.count; i++) {
        refs->refs[refs->count++] =
            (struct page_ref){.page = extent.ref.page + i, .birth = extent.ref.birth};
    }
    return ST_OK;
}

enum status
overflow_list(struct store *store, struct overflow_stub stub, struct page_refs *refs)
{
    struct extent extent = {.ref = stub.ref, .count = stub.page_count};
    uint8_t *room = NULL;
    enum status st = ST_OK;
    uint32_t before = refs->count;
    /* Pieces but the last are full, so the number of extents is known. */
    uint32_t left =
        stub.value_bytes / OVERFLOW_PIECE_BYTES + (stub.value_bytes % OVERFLOW_PIECE_BYTES != 0);
    for (; st == ST_OK && left > 0; left--) {
        st = list_extent(store, extent, refs);
        if (left == 1 || st != ST_OK)
            break;
        if (room == NULL)
            room = mem_alloc(PAGE_BYTES);
        const uint8_t *page = NULL;
        st = room == NULL ? ST_NO_MEMORY : read_page(store, extent.ref, 0, room, &page);
        if (st != ST_OK)
            break;
        struct extent_head head = head_get(page);
        extent = (struct extent){.ref = head.next, .count = head.next_count};
    }
    mem_free(room);
    if (st != ST_OK)
        refs->count = before;
    return st;
}
