/*
 * tree_check.c: is a tree whole?
 *
 * Checks every page by itself (page_check; its checksum was checked when it was read), each against
 * its parent (level, birth, keys between the separators), every long value (it is read), and the
 * number of rows. Pages are copied as in tree_walk.c, so the epoch is renewed at each.
 */
#include "base/mem.h"
#include "store/overflow.h"
#include "store/store.h"
#include "store/tree_int.h"

struct tree_checking {
    struct store *store;
    struct reader *reader;
    uint64_t row_count;
};

/* Keys k with low <= k < high; null data: no bound. */
struct bounds {
    struct slice low, high;
};

/* Keys from slot `first` on lie within the bounds; they rise, so two of them tell. */
static bool
is_within(const struct page *page, uint32_t first, struct bounds bounds)
{
    uint8_t room[KEY_BYTES_MAX];
    if (page->slot_count <= first)
        return true;
    if (bounds.low.data != NULL && slice_compare(page_key(page, first, room), bounds.low) < 0)
        return false;
    return bounds.high.data == NULL ||
           slice_compare(page_key(page, page->slot_count - 1u, room), bounds.high) < 0;
}

static enum status
check_long_value(struct tree_checking *checking, struct slice value)
{
    struct overflow_stub stub = leaf_stub(value);
    uint8_t *to = mem_alloc(stub.value_bytes);
    if (to == NULL)
        return ST_NO_MEMORY;
    enum status st = overflow_read(checking->store, stub, to);
    mem_free(to);
    return st;
}

static enum status
check_leaf(struct tree_checking *checking, const struct page *leaf)
{
    for (uint32_t i = 0; i < leaf->slot_count; i++) {
        bool is_overflow;
        struct slice value = leaf_value(leaf, i, &is_overflow);
        if (is_overflow)
            TRY(check_long_value(checking, value));
    }
    checking->row_count += leaf->slot_count;
    return ST_OK;
}

static enum status check_page(struct tree_checking *checking, struct page_ref ref,
                              const struct page *page, struct bounds bounds);

static enum status
check_children(struct tree_checking *checking, const struct page *inner, struct bounds bounds)
{
    uint8_t low[KEY_BYTES_MAX], high[KEY_BYTES_MAX];
    for (uint32_t i = 0; i < inner->slot_count; i++) {
        struct page_ref child = inner_child(inner, i);
        struct bounds own = bounds;
        if (i > 0)
            own.low = page_key(inner, i, low);
        if (i + 1u < inner->slot_count)
            own.high = page_key(inner, i + 1, high);
        const struct page *page;
        reader_refresh(checking->reader);
        TRY(tree_page_at(checking->store, child, inner->level - 1u, &page));
        TRY(check_page(checking, child, page, own));
    }
    return ST_OK;
}

static enum status
check_page(struct tree_checking *checking, struct page_ref ref, const struct page *page,
           struct bounds bounds)
{
    struct store *store = checking->store;
    if (page->page != ref.page || page->birth != ref.birth)
        return store_corrupt(store, ref.page, "the page is not the one that its parent names");
    const char *wrong = page_check(page, store->cache->page_limit);
    if (wrong != NULL)
        return store_corrupt(store, ref.page, "%s", wrong);
    if (!is_within(page, page->level == 0 ? 0 : 1, bounds))
        return store_corrupt(store, ref.page, "a key lies outside what the parent says");
    if (page->slot_count == 0)
        return store_corrupt(store, ref.page, "the page is empty");
    if (page->level == 0)
        return check_leaf(checking, page);
    struct page *copy = mem_alloc(PAGE_BYTES);
    if (copy == NULL)
        return ST_NO_MEMORY;
    page_copy(copy, page, ref);
    enum status st = check_children(checking, copy, bounds);
    mem_free(copy);
    return st;
}

enum status
tree_check(struct store *store, struct reader *reader, const struct tree_root *root)
{
    struct tree_checking checking = {.store = store, .reader = reader};
    const struct page *top;
    if (root->ref.page != PAGE_NONE) {
        TRY(tree_top_page(store, root->ref, &top));
        TRY(check_page(&checking, root->ref, top, (struct bounds){{NULL, 0}, {NULL, 0}}));
    }
    if (checking.row_count != root->row_count)
        return store_corrupt(store, root->ref.page, "the tree has %llu rows, not %llu",
                             (unsigned long long)checking.row_count,
                             (unsigned long long)root->row_count);
    return ST_OK;
}
