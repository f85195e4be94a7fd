/*
 * leaf.c: rows into a leaf page. The row's format stands in leaf.h, the page's in page.c.
 */
#include "store/leaf.h"

void
leaf_fill_row(uint8_t *at, uint32_t key_bytes, const struct leaf_row *row)
{
    uint32_t flag = row->is_overflow ? LEAF_IS_OVERFLOW : 0;
    le16_set(at, (uint16_t)(row->value.bytes | flag));
    if (row->value.bytes != 0)
        memcpy(at + LEAF_ROW_HEAD + key_bytes, row->value.data, row->value.bytes);
}

void
leaf_insert(struct page *leaf, uint32_t idx, const struct leaf_row *row)
{
    uint8_t *at = page_insert(leaf, idx, row->key, leaf_row_extra(row));
    leaf_fill_row(at, (uint32_t)row->key.bytes - leaf->prefix_bytes, row);
}

bool
leaf_can_replace(const struct page *leaf, uint32_t idx, const struct leaf_row *row)
{
    bool is_overflow;
    struct slice old = leaf_value(leaf, idx, &is_overflow);
    return row->value.bytes <= old.bytes ||
           page_used_bytes(leaf) + row->value.bytes - old.bytes <= PAGE_BODY_BYTES;
}

void
leaf_replace(struct page *leaf, uint32_t idx, const struct leaf_row *row)
{
    bool is_overflow;
    struct slice old = leaf_value(leaf, idx, &is_overflow);
    uint32_t key_bytes = page_slots(leaf)[idx].key_bytes;
    if (row->value.bytes > old.bytes) {
        uint16_t rising = leaf->rising, last_idx = leaf->last_idx;
        page_remove(leaf, idx);
        leaf_insert(leaf, idx, row);
        leaf->rising = rising;
        leaf->last_idx = last_idx;
        return;
    }
    leaf->heap_bytes = (uint16_t)(leaf->heap_bytes - (old.bytes - row->value.bytes));
    leaf_fill_row((uint8_t *)leaf + page_slots(leaf)[idx].offset, key_bytes, row);
}
