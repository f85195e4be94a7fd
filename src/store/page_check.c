/*
 * page_check.c: pages from a device: is this the page, and are its bytes safe to use?
 *
 * page_check is the wall between bytes from a device and the rest of the tree, which follows
 * offsets and lengths in a page without looking twice. The checksum is no such wall: it tells
 * accidents, not malice. The invariants P1 to P7 stand in page.c.
 */
#include "base/hash.h"
#include "store/inner.h"
#include "store/leaf.h"
#include "store/tree.h"

static uint64_t
page_checksum(const struct page *page)
{
    return hash_bytes((const uint8_t *)page + sizeof page->checksum,
                      PAGE_BYTES - sizeof page->checksum);
}

void
page_seal(struct page *page)
{
    page->checksum = page_checksum(page);
}

bool
page_is_sealed(const struct page *page, struct page_ref ref)
{
    return page->page == ref.page && page->birth == ref.birth &&
           page->checksum == page_checksum(page);
}

/* Notes bytes [at, at + bytes) of the page as taken; false if any was taken already. */
static bool
take_bytes(uint64_t *taken, uint32_t at, uint32_t bytes)
{
    for (uint32_t end = at + bytes; at < end;) {
        uint32_t bit = at & 63, count = 64 - bit < end - at ? 64 - bit : end - at;
        uint64_t mask = (count == 64 ? UINT64_MAX : (((uint64_t)1 << count) - 1)) << bit;
        if ((taken[at / 64] & mask) != 0)
            return false;
        taken[at / 64] |= mask;
        at += count;
    }
    return true;
}

/* P6 */
static bool
is_good_ref(const struct page *page, struct page_ref ref, page_no limit)
{
    return ref.page > 1 && ref.page < limit && ref.birth <= page->birth;
}

static const char *
check_leaf_value(const struct page *page, uint32_t idx, page_no limit)
{
    bool is_overflow;
    struct slice value = leaf_value(page, idx, &is_overflow);
    if (!is_overflow)
        return NULL;
    if (value.bytes != OVERFLOW_STUB_BYTES)
        return "an overflow stub has the wrong size";
    struct overflow_stub stub = leaf_stub(value);
    if (!is_good_ref(page, stub.ref, limit) || stub.page_count == 0 ||
        stub.page_count > limit - stub.ref.page || stub.value_bytes > VALUE_BYTES_MAX)
        return "an overflow stub points to no page";
    return NULL;
}

/* Slot idx and its row by themselves. */
static const char *
check_slot(const struct page *page, uint32_t idx, uint64_t *taken, page_no limit)
{
    const struct page_slot *slot = &page_slots(page)[idx];
    uint32_t head_bytes = page_row_head(page), at = slot->offset;
    if (at < page->heap_start || at + head_bytes + slot->key_bytes > PAGE_BYTES)
        return "a row lies outside the heap";
    uint32_t row_bytes = page_row_bytes(page, idx);
    if (at + row_bytes > PAGE_BYTES)
        return "a row reaches past the page";
    if (PAGE_SLOT_BYTES + page->prefix_bytes + row_bytes > PAGE_ROW_BYTES_MAX)
        return "a row is too large";
    if (!take_bytes(taken, at, row_bytes))
        return "rows overlap";
    if (page->prefix_bytes + slot->key_bytes > KEY_BYTES_MAX)
        return "a key is too long";
    struct slice suffix = page_suffix(page, idx);
    uint8_t first[4] = {0};
    memcpy(first, suffix.data, suffix.bytes < 4 ? suffix.bytes : 4);
    if (be32_get(first) != slot->head)
        return "a slot's head is not that of its key";
    if (page->level == 0) {
        if (page->prefix_bytes + slot->key_bytes == 0)
            return "a key is empty";
        return check_leaf_value(page, idx, limit);
    }
    if (!is_good_ref(page, inner_child(page, idx), limit))
        return "a child pointer points to no page";
    if (idx == 0 && slot->key_bytes != 0)
        return "the first slot of an inner page has a key";
    return NULL;
}

static const char *
check_hints(const struct page *page)
{
    uint32_t distance = page->slot_count / (PAGE_HINTS + 1);
    if (distance < 2)
        return NULL;
    for (uint32_t k = 1; k <= PAGE_HINTS; k++) {
        if (page->hints[k - 1] != page_slots(page)[k * distance].head)
            return "a hint is not the head of its slot";
    }
    return NULL;
}

static const char *
check_slotted(const struct page *page, page_no limit)
{
    if ((page->level == 0) != (page->kind == PAGE_LEAF) || page->level >= TREE_LEVELS_MAX)
        return "the level does not go with the kind";
    if (page->prefix_bytes > KEY_BYTES_MAX || page->heap_start > PAGE_BYTES ||
        page_slots_at(page->prefix_bytes) + PAGE_SLOT_BYTES * page->slot_count > page->heap_start)
        return "slots and rows overlap";
    if (page->level != 0 && page->slot_count == 0)
        return "an inner page has no child";
    uint64_t taken[PAGE_BYTES / 64] = {0};
    uint32_t heap_bytes = 0, first = page->level == 0 ? 0 : 1;
    for (uint32_t i = 0; i < page->slot_count; i++) {
        const char *wrong = check_slot(page, i, taken, limit);
        if (wrong != NULL)
            return wrong;
        heap_bytes += page_row_bytes(page, i);
        if (i <= first)
            continue;
        const struct page_slot *slot = &page_slots(page)[i];
        if (slot[-1].head > slot->head ||
            (slot[-1].head == slot->head &&
             slice_compare(page_suffix(page, i - 1), page_suffix(page, i)) >= 0))
            return "keys do not rise";
    }
    if (heap_bytes != page->heap_bytes)
        return "the rows' sizes do not add up";
    return check_hints(page);
}

const char *
page_check(const struct page *page, page_no page_limit)
{
    if (page->kind >= PAGE_FOREIGN)
        return NULL;
    switch (page->kind) {
    case PAGE_LEAF:
    case PAGE_INNER:
        return check_slotted(page, page_limit);
    case PAGE_OVERFLOW:
        return page->level == 0 ? NULL : "the level does not go with the kind";
    default:
        return "the page is of no known kind";
    }
}
