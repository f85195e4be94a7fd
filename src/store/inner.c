/*
 * inner.c: children into and out of an inner page. The row's format stands in inner.h, the page's
 * in page.c.
 */
#include "store/inner.h"
#include "base/check.h"

void
inner_fill_row(uint8_t *at, struct page_ref child)
{
    le64_set(at, child.page);
    le64_set(at + 8, child.birth);
}

void
inner_set_child(struct page *inner, uint32_t idx, struct page_ref child)
{
    inner_fill_row((uint8_t *)inner + page_slots(inner)[idx].offset, child);
}

void
inner_insert(struct page *inner, uint32_t idx, struct slice key, struct page_ref child)
{
    if (inner->slot_count == 0) {
        check(idx == 0);
        page_set_prefix(inner, slice_of("", 0));
        key = slice_of("", 0);
    }
    inner_fill_row(page_insert(inner, idx, key, INNER_ROW_HEAD), child);
}

void
inner_remove(struct page *inner, uint32_t idx)
{
    page_remove(inner, idx);
    if (idx > 0 || inner->slot_count == 0)
        return;
    /* What was slot 1 stands for all that is less from now on. */
    struct page_slot *slot = (struct page_slot *)page_slots(inner);
    inner->heap_bytes = (uint16_t)(inner->heap_bytes - slot->key_bytes);
    slot->key_bytes = 0;
    slot->head = 0;
}
