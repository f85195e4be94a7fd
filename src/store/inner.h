/*
 * inner.h: inner pages: which child holds a key.
 *
 * An inner page's row is
 *
 *     child's page u64 | child's birth u64 | key after the prefix
 *
 * Slot 0 has no key and stands for all that is less than slot 1's. A child holds the keys from its
 * own slot's key on, up to the next slot's.
 */
#pragma once

#include "store/page.h"

static inline struct page_ref
inner_child(const struct page *inner, uint32_t idx)
{
    const uint8_t *row = page_row(inner, idx);
    return (struct page_ref){.page = le64_get(row), .birth = le64_get(row + 8)};
}

/* The slot of the child that holds `key`, if any does. */
static inline uint32_t
inner_find(const struct page *inner, struct slice key)
{
    bool is_equal;
    uint32_t idx = page_find(inner, key, 1, &is_equal);
    return is_equal ? idx : idx - 1;
}

/* Fills in a row that page_insert or page_split has made. */
void inner_fill_row(uint8_t *at, struct page_ref child);
void inner_set_child(struct page *inner, uint32_t idx, struct page_ref child);
/* Puts a child that fits; in an empty page the first, whose key is not kept. */
void inner_insert(struct page *inner, uint32_t idx, struct slice key, struct page_ref child);
/* Takes slot idx out; if that is slot 0 the next one loses its key. */
void inner_remove(struct page *inner, uint32_t idx);
