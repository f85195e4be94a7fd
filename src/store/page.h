/*
 * page.h: the header that every page has, and slotted pages: made, checked, searched, changed.
 *
 * Slotted pages are leaves (leaf.h) and inner pages (inner.h); this header is theirs. Rows here are
 * bytes: a slot's key suffix stands at a place that the kind of page decides, see page_row_head.
 * The functions that change a page are its edit's alone; nothing here allocates or fails. A page
 * that was read from a device has passed page_check before anyone else sees it, so the rest trusts
 * what page_check has made sure of.
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

#define PAGE_HINTS 16

/* A slot: the first 4 bytes of the key after the prefix, big-endian, zeros if it is shorter. */
struct page_slot {
    uint32_t head;
    uint16_t offset;    /* of the row */
    uint16_t key_bytes; /* of the key after the prefix */
};

/* The first bytes of a page; page.c draws the whole. */
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
    uint32_t hints[PAGE_HINTS]; /* the heads of every (slot_count / 17)-th slot */
    uint8_t body[];             /* prefix, slots, free space, rows */
};

#define PAGE_HEADER_BYTES 32u /* of every page */
#define PAGE_SLOTS_AT 104u    /* where a slotted page's prefix begins */
static_assert(offsetof(struct page, kind) == 24 && offsetof(struct page, heap_bytes) == 32 &&
                  offsetof(struct page, body) == PAGE_SLOTS_AT && sizeof(struct page_slot) == 8,
              "the file's format");

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
