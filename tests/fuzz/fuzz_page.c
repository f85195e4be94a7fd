/*
 * fuzz_page.c: a page as a device may hand it over.
 *
 *   bytes 0 to 8191   the page (zeros where the input ends)
 *   byte 8192         odd: what follows from the rest (heads, hints, sizes) is made right first
 *   rest              what to do with it: operations of two bytes, and keys
 *
 * Whatever page_check accepts must be safe to search, read, change, split and merge, and be
 * accepted again after each change. Rows of an accepted leaf are decoded under a layout too.
 */
#include "base/arena.h"
#include "base/check.h"
#include "fuzz/fuzz.h"
#include "store/inner.h"
#include "store/layout.h"
#include "store/leaf.h"
#include "store/tree.h"
#include <stdalign.h>

#define PAGE_LIMIT ((page_no)1 << 20)
#define OPERATIONS_MAX 64

/* The page under test, and a second one to split into and merge from. */
struct pages {
    alignas(64) uint8_t bytes[PAGE_BYTES];
    alignas(64) uint8_t other[PAGE_BYTES];
};

/* Input that has not been used yet; zeros once it has run out. */
struct feed {
    const uint8_t *at, *end;
};

static uint32_t
feed_byte(struct feed *feed)
{
    return feed->at < feed->end ? *feed->at++ : 0;
}

static struct slice
feed_key(struct feed *feed, uint8_t *to)
{
    uint32_t bytes = feed_byte(feed) % 24 + 1, filler = feed_byte(feed);
    if (filler % 16 == 0)
        bytes *= KEY_BYTES_MAX / 24;
    memset(to, (int)filler, bytes);
    for (uint32_t i = 0; i < bytes && i < 6; i++)
        to[i] = (uint8_t)feed_byte(feed);
    return slice_of(to, bytes);
}

/* Derives what a random change seldom leaves right, as far as that is safe on any bytes. */
static void
repair(struct page *page)
{
    page->kind = page->level == 0 ? PAGE_LEAF : PAGE_INNER;
    if (page->prefix_bytes > KEY_BYTES_MAX)
        return;
    struct page_slot *slots = (struct page_slot *)page_slots(page);
    uint32_t room = (PAGE_BYTES - page_slots_at(page->prefix_bytes)) / PAGE_SLOT_BYTES;
    uint32_t heap_bytes = 0;
    for (uint32_t i = 0; i < page->slot_count && i < room; i++) {
        if (slots[i].offset + 2u + page_row_head(page) + slots[i].key_bytes > PAGE_BYTES)
            return;
        uint8_t head[4] = {0};
        memcpy(head, page_suffix(page, i).data, slots[i].key_bytes < 4 ? slots[i].key_bytes : 4);
        slots[i].head = be32_get(head);
        heap_bytes += page_row_bytes(page, i);
    }
    page->heap_bytes = (uint16_t)heap_bytes;
    uint32_t distance = page->slot_count / (PAGE_HINTS + 1);
    for (uint32_t k = 1; distance >= 2 && k <= PAGE_HINTS && k * distance < room; k++)
        page->hints[k - 1] = slots[k * distance].head;
}

static void
read_rows(const struct page *page)
{
    uint8_t room[KEY_BYTES_MAX];
    for (uint32_t i = page->level == 0 ? 0 : 1; i < page->slot_count; i++) {
        struct slice key = page_key(page, i, room);
        bool is_equal;
        check(page_find(page, key, page->level == 0 ? 0 : 1, &is_equal) == i && is_equal);
    }
}

static void
decode_rows(const struct page *leaf)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "fuzz"});
    check(arena != NULL);
    struct stored_column columns[] = {{.phys = PHYS_I64, .place = PLACE_KEY},
                                      {.phys = PHYS_I32},
                                      {.phys = PHYS_VIEW},
                                      {.phys = PHYS_WIDE},
                                      {.phys = PHYS_VIEW, .is_missing_null = true}};
    struct row_format format = {.column_count = 5, .columns = columns};
    check(row_format_init(&format, arena) == ST_OK);
    const uint16_t idx[] = {0, 1, 2, 3, 4};
    struct layout layout = {.format = &format, .column_count = 5, .column_idx = idx};
    uint8_t room[KEY_BYTES_MAX];
    uint64_t sum = 0;
    for (uint32_t i = 0; i < leaf->slot_count; i++) {
        union datum values[5];
        bool nulls[5], is_overflow;
        struct slice value = leaf_value(leaf, i, &is_overflow);
        if (row_decode(&layout, page_key(leaf, i, room), value, values, nulls) != ST_OK)
            continue;
        for (uint32_t c = 2; c < 5; c += 2) {
            struct slice bytes = view_slice(&values[c].view);
            for (size_t k = 0; k < bytes.bytes; k++)
                sum += bytes.data[k];
        }
    }
    check(sum != UINT64_MAX);
    arena_free(arena);
}

/* Puts a row where it belongs, splitting if need be; goes on with the left page. */
static void
put(struct pages *pages, struct feed *feed)
{
    struct page *page = (struct page *)pages->bytes, *other = (struct page *)pages->other;
    uint8_t key_room[KEY_BYTES_MAX], separator[KEY_BYTES_MAX], value[255] = {0};
    struct leaf_row row = {.key = feed_key(feed, key_room)};
    bool is_found, is_right;
    if (page->level == 0 && row.key.bytes < KEY_BYTES_MAX - 255)
        row.value = slice_of(value, feed_byte(feed));
    else
        row.value = slice_of(value, 0);
    uint32_t idx = page_find(page, row.key, page->level == 0 ? 0 : 1, &is_found);
    uint32_t extra = page->level == 0 ? leaf_row_extra(&row) : INNER_ROW_HEAD;
    struct page_ref child = {.page = 5, .birth = 0};
    if (is_found) {
        if (page->level == 0 && leaf_can_replace(page, idx, &row))
            leaf_replace(page, idx, &row);
        return;
    }
    if (page_has_room(page, row.key, extra)) {
        if (page->level == 0)
            leaf_insert(page, idx, &row);
        else
            inner_insert(page, idx, row.key, child);
        return;
    }
    uint32_t cut = page_choose_cut(page, idx, row.key, extra);
    (void)page_cut_separator(page, cut, idx, row.key, separator);
    uint8_t *at = page_split(page, cut, idx, row.key, extra,
                             (struct page_ref){.page = 7, .birth = page->birth}, other, &is_right);
    if (page->level == 0)
        leaf_fill_row(at, (uint32_t)row.key.bytes - (is_right ? other : page)->prefix_bytes, &row);
    else
        inner_fill_row(at, child);
    check(page_check(other, PAGE_LIMIT) == NULL);
}

static void
take_out(struct page *page, struct feed *feed)
{
    if (page->slot_count == 0 || (page->level != 0 && page->slot_count == 1))
        return;
    uint32_t idx = feed_byte(feed) % page->slot_count;
    if (page->level == 0)
        page_remove(page, idx);
    else
        inner_remove(page, idx);
}

/* With whatever the last split left in the other page, in either order. */
static void
merge(struct pages *pages, struct feed *feed)
{
    struct page *page = (struct page *)pages->bytes, *other = (struct page *)pages->other;
    uint8_t room[KEY_BYTES_MAX];
    if (page_check(other, PAGE_LIMIT) != NULL || other->level != page->level)
        return;
    struct slice separator = feed_key(feed, room);
    bool is_left = feed_byte(feed) % 2 == 0;
    const struct page *left = is_left ? page : other, *right = is_left ? other : page;
    if (page_can_merge(left, right, separator)) {
        page->birth = other->birth > page->birth ? other->birth : page->birth;
        page_merge(page, left, right, separator);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct pages pages = {{0}, {0}};
    memcpy(pages.bytes, data, bytes < PAGE_BYTES ? bytes : PAGE_BYTES);
    struct feed feed = {.at = data + (bytes < PAGE_BYTES ? bytes : PAGE_BYTES),
                        .end = data + bytes};
    struct page *page = (struct page *)pages.bytes;
    if (feed_byte(&feed) % 2 == 1)
        repair(page);
    if (page_check(page, PAGE_LIMIT) != NULL ||
        (page->kind != PAGE_LEAF && page->kind != PAGE_INNER))
        return 0;
    memcpy(pages.other, pages.bytes, PAGE_BYTES);
    read_rows(page);
    if (page->kind == PAGE_LEAF)
        decode_rows(page);
    for (uint32_t i = 0; i < OPERATIONS_MAX && feed.at < feed.end; i++) {
        switch (feed_byte(&feed) % 4) {
        case 0:
        case 1:
            put(&pages, &feed);
            break;
        case 2:
            take_out(page, &feed);
            break;
        default:
            merge(&pages, &feed);
            break;
        }
        check(page_check(page, PAGE_LIMIT) == NULL);
    }
    read_rows(page);
    return 0;
}
