/*
 * leaf.h: rows into a leaf page, rows out of it.
 *
 * The only way to a leaf's values. A leaf's row is
 *
 *     value length u16 (bit 15: the value is an overflow stub) | key after the prefix | value
 *
 * A published leaf never changes; the functions that change one are its edit's alone. Nothing here
 * allocates. A slice handed out lies in the page and dies with the epoch.
 */
#pragma once

#include "store/page.h"

#define LEAF_IS_OVERFLOW 0x8000u

/* What a leaf keeps of a value that lies in overflow pages (overflow.h). */
struct overflow_stub {
    struct page_ref ref;  /* of the first extent */
    uint32_t page_count;  /* of the first extent */
    uint32_t value_bytes; /* of the whole value, unpacked */
};
#define OVERFLOW_STUB_BYTES 24u
static_assert(sizeof(struct overflow_stub) == OVERFLOW_STUB_BYTES, "the file's format");

/* Longest value that stays in the leaf with a key of this length. */
static inline uint32_t
leaf_value_bytes_max(size_t key_bytes)
{
    return PAGE_ROW_BYTES_MAX - PAGE_SLOT_BYTES - LEAF_ROW_HEAD - (uint32_t)key_bytes;
}

/* The value of slot idx, or its stub; *is_overflow says which. */
static inline struct slice
leaf_value(const struct page *leaf, uint32_t idx, bool *is_overflow)
{
    const struct page_slot *slot = &page_slots(leaf)[idx];
    const uint8_t *row = (const uint8_t *)leaf + slot->offset;
    uint32_t bytes = le16_get(row);
    *is_overflow = (bytes & LEAF_IS_OVERFLOW) != 0;
    return slice_of(row + LEAF_ROW_HEAD + slot->key_bytes, bytes & ~LEAF_IS_OVERFLOW);
}

static inline struct overflow_stub
leaf_stub(struct slice value)
{
    struct overflow_stub stub;
    memcpy(&stub, value.data, sizeof stub);
    return stub;
}

/* First slot whose key is not less; slot_count if there is none. */
static inline uint32_t
leaf_find(const struct page *leaf, struct slice key, bool *is_equal)
{
    return page_find(leaf, key, 0, is_equal);
}

/* A value as a leaf keeps it. */
struct leaf_row {
    struct slice key, value;
    bool is_overflow; /* value is a stub */
};

static inline uint32_t
leaf_row_extra(const struct leaf_row *row)
{
    return LEAF_ROW_HEAD + (uint32_t)row->value.bytes;
}

/* Fills in a row that page_insert or page_split has made. */
void leaf_fill_row(uint8_t *at, uint32_t key_bytes, const struct leaf_row *row);
/* Puts a row that fits (page_has_room) at idx. */
void leaf_insert(struct page *leaf, uint32_t idx, const struct leaf_row *row);
/* Whether slot idx can take another value in place of its own. */
bool leaf_can_replace(const struct page *leaf, uint32_t idx, const struct leaf_row *row);
void leaf_replace(struct page *leaf, uint32_t idx, const struct leaf_row *row);
