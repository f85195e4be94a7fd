/*
 * page.h: the header that every page has, and slotted pages: made, checked, searched, changed.
 *
 * Slotted pages are leaves (leaf.h) and inner pages (inner.h); page.c draws them. Here a row is a
 * key and opaque bytes around it: `extra` bytes that its kind of page gives a meaning. The
 * functions that change a page are its edit's alone; nothing here allocates or fails. A page that
 * was read from a device has passed page_check before anyone else sees it, so the rest trusts what
 * page_check has made sure of.
 */
#pragma once

#include "base/bytes.h"
#include "base/slice.h"
#include "base/status.h"
#include "store/page_ref.h"
#include <assert.h>
#include <stddef.h>

/* Kinds from PAGE_FOREIGN on belong to space.c and superblock.c: only the header's first 32 bytes
 * are fixed for them, and page_check looks at nothing else. */
enum page_kind { PAGE_LEAF = 1, PAGE_INNER = 2, PAGE_OVERFLOW = 3, PAGE_FOREIGN = 16 };

#define PAGE_HINTS 16u

struct page_slot {
    uint32_t head;      /* the key's first 4 bytes after the prefix, big-endian, zeros behind it */
    uint16_t offset;    /* of the row */
    uint16_t key_bytes; /* of the key after the prefix */
};

/* The first bytes of a page. */
struct page {
    uint64_t checksum; /* set by page_seal when the page is written, stale in between */
    page_no page;
    birth_seq birth;
    uint8_t kind, level;
    uint16_t slot_count;
    uint16_t heap_start;
    uint16_t prefix_bytes;
    /* Slotted pages only from here on. */
    uint16_t heap_bytes; /* of all rows; the rest of the heap is garbage */
    uint16_t last_idx;   /* where the last row was put, and ... */
    uint16_t rising;     /* ... how many in a row came right behind the one before */
    uint16_t zero;
    uint32_t hints[PAGE_HINTS]; /* heads of the slots at k * (slot_count / 17), k = 1 .. 16 */
    uint8_t body[];             /* prefix, slots, free space, rows */
};

#define PAGE_HEADER_BYTES 32u /* of every page */
#define PAGE_BODY_AT 104u     /* where a slotted page's prefix begins */
#define PAGE_BODY_BYTES (PAGE_BYTES - PAGE_BODY_AT)
#define PAGE_SLOT_BYTES 8u
static_assert(offsetof(struct page, kind) == 24 && offsetof(struct page, heap_bytes) == 32 &&
                  offsetof(struct page, body) == PAGE_BODY_AT &&
                  sizeof(struct page_slot) == PAGE_SLOT_BYTES,
              "the file's format");

/* Bytes of a row before its key: a leaf's value length, an inner page's child. */
#define LEAF_ROW_HEAD 2u
#define INNER_ROW_HEAD 16u
/* No row takes more of a page than this, its slot and its whole key included: so any three fit. */
#define PAGE_ROW_BYTES_MAX 2048u

/* ---- any page ---- */

/* Computes the checksum: the last thing before a page is written. */
void page_seal(struct page *page);
/* True if the checksum is right and the page is the one that `ref` names (P4). */
bool page_is_sealed(const struct page *page, struct page_ref ref);
/*
 * Whether the bytes of a page are such that all other functions here are safe on it (P1 to P3, P6).
 * Returns null, or what is wrong, in static storage. `page_limit`: child pages are below it.
 */
const char *page_check(const struct page *page, page_no page_limit);
/* All of `from` but its checksum, under the name `ref`. */
void page_copy(struct page *to, const struct page *from, struct page_ref ref);

/* ---- slotted pages: looking ---- */

static inline uint32_t
page_slots_at(uint32_t prefix_bytes)
{
    return PAGE_BODY_AT + ((prefix_bytes + 7) & ~7u);
}

static inline const struct page_slot *
page_slots(const struct page *page)
{
    return (const struct page_slot *)((const uint8_t *)page + page_slots_at(page->prefix_bytes));
}

static inline const uint8_t *
page_row(const struct page *page, uint32_t idx)
{
    return (const uint8_t *)page + page_slots(page)[idx].offset;
}

static inline uint32_t
page_row_head(const struct page *page)
{
    return page->level == 0 ? LEAF_ROW_HEAD : INNER_ROW_HEAD;
}

static inline struct slice
page_prefix(const struct page *page)
{
    return slice_of(page->body, page->prefix_bytes);
}

/* The part of slot idx's key behind the prefix; lies in the page. */
static inline struct slice
page_suffix(const struct page *page, uint32_t idx)
{
    const struct page_slot *slot = &page_slots(page)[idx];
    return slice_of((const uint8_t *)page + slot->offset + page_row_head(page), slot->key_bytes);
}

/* The whole key, put together in `to`, which has room for KEY_BYTES_MAX. */
struct slice page_key(const struct page *page, uint32_t idx, uint8_t *to);

/* Bytes of slot idx's row: key after the prefix and all that is around it; without the slot. */
uint32_t page_row_bytes(const struct page *page, uint32_t idx);

/*
 * The first slot from `first` on (0 in a leaf, 1 in an inner page, whose slot 0 stands for all that
 * is less) whose key is not less than `key`; slot_count if there is none.
 */
uint32_t page_find(const struct page *page, struct slice key, uint32_t first, bool *is_equal);

/* Bytes in use, of PAGE_BODY_BYTES: prefix, slots and rows, without garbage. */
static inline uint32_t
page_used_bytes(const struct page *page)
{
    return page_slots_at(page->prefix_bytes) - PAGE_BODY_AT + PAGE_SLOT_BYTES * page->slot_count +
           page->heap_bytes;
}

/* Whether a row of this key and `extra` bytes around it fits, perhaps after a rebuild. */
bool page_has_room(const struct page *page, struct slice key, uint32_t extra);
/* Whether any row of at most PAGE_ROW_BYTES_MAX fits, whatever its key. */
bool page_has_room_for_any(const struct page *page);
/* Whether all keys of the page (of an inner page: but slot 0's) are in [low, high); null data: no
 * bound. */
bool page_is_within(const struct page *page, struct slice low, struct slice high);
/* Whether all rows of two neighbours fit into one page; `separator`: the key between inner pages,
 * which becomes the right one's first. False too if the two are not in order. */
bool page_can_merge(const struct page *left, const struct page *right, struct slice separator);

/* ---- slotted pages: changing ---- */

void page_init(struct page *page, struct page_ref ref, uint32_t level);
/* The prefix of an empty page. Rows without it may come all the same; it is a guess. */
void page_set_prefix(struct page *page, struct slice prefix);
/*
 * Puts a row at `idx`: the slot, and room for key and `extra` bytes (page_row_head included) with
 * the key in place. Returns the row, for the caller to fill in the rest. There is room.
 */
uint8_t *page_insert(struct page *page, uint32_t idx, struct slice key, uint32_t extra);
void page_remove(struct page *page, uint32_t idx);

/*
 * Where to cut a full page that is to take one more row at idx: the rows before the cut stay, with
 * the new one counted among them. 1 <= cut <= slot_count.
 */
uint32_t page_choose_cut(const struct page *page, uint32_t idx, struct slice key, uint32_t extra);
/* The shortest key (of an inner page: the key) that tells the two sides of a cut apart, in `to`. */
struct slice page_cut_separator(const struct page *page, uint32_t cut, uint32_t idx,
                                struct slice key, uint8_t *to);
/*
 * Cuts, makes `right` (a new page's frame) from what is behind the cut, and puts the new row.
 * Returns it as page_insert does; *is_right says where it went.
 */
uint8_t *page_split(struct page *page, uint32_t cut, uint32_t idx, struct slice key, uint32_t extra,
                    struct page_ref right_ref, struct page *right, bool *is_right);
/* All rows of two neighbours, into `to`, which is one of them and keeps its name. */
void page_merge(struct page *to, const struct page *left, const struct page *right,
                struct slice separator);

/* How many bytes two keys have in common at their beginning. */
static inline uint32_t
key_common_bytes(struct slice a, struct slice b)
{
    uint32_t limit = (uint32_t)(a.bytes < b.bytes ? a.bytes : b.bytes);
    uint32_t i = 0;
    while (i < limit && a.data[i] == b.data[i])
        i++;
    return i;
}

/* The shortest key that is greater than `before` and not greater than `from`: a part of `from`. */
static inline struct slice
key_between(struct slice before, struct slice from)
{
    return slice_of(from.data, key_common_bytes(before, from) + 1);
}
