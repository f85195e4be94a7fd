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
    const struct tree_check_hooks *hooks; /* may be null */
    uint64_t row_count;
    struct page_refs overflow; /* of the value at hand */
};

/* Keys k with low <= k < high; null data: no bound. */
struct bounds {
    struct slice low, high;
};

/* With hooks, what is broken is counted, and the check goes on. */
static enum status
settle(struct tree_checking *checking, enum status st)
{
    if (st != ST_CORRUPT || checking->hooks == NULL)
        return st;
    checking->hooks->broken(checking->hooks->object);
    return ST_OK;
}

static enum status
enter(struct tree_checking *checking, struct page_ref ref, bool *is_known, uint64_t *rows)
{
    *is_known = false;
    if (checking->hooks == NULL)
        return ST_OK;
    return checking->hooks->enter(checking->hooks->object, ref, is_known, rows);
}

static void
leave(struct tree_checking *checking, struct page_ref ref, uint64_t rows)
{
    if (checking->hooks != NULL)
        checking->hooks->leave(checking->hooks->object, ref, rows);
}

/* The value's pages, for the hooks. */
static enum status
enter_overflow(struct tree_checking *checking, struct overflow_stub stub)
{
    if (checking->hooks == NULL)
        return ST_OK;
    checking->overflow.count = 0;
    TRY(overflow_list(checking->store, stub, &checking->overflow));
    for (uint32_t i = 0; i < checking->overflow.count; i++) {
        bool is_known;
        uint64_t rows;
        TRY(enter(checking, checking->overflow.refs[i], &is_known, &rows));
        leave(checking, checking->overflow.refs[i], 0);
    }
    return ST_OK;
}

static enum status
check_long_value(struct tree_checking *checking, struct slice value)
{
    struct overflow_stub stub = leaf_stub(value);
    TRY(enter_overflow(checking, stub));
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
            TRY(settle(checking, check_long_value(checking, value)));
    }
    checking->row_count += leaf->slot_count;
    return ST_OK;
}

static enum status check_subtree(struct tree_checking *checking, struct page_ref ref, int level,
                                 struct bounds bounds);

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
        reader_refresh(checking->reader);
        TRY(settle(checking, check_subtree(checking, child, inner->level - 1, own)));
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
    if (!page_is_within(page, bounds.low, bounds.high))
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

/* `level` is what the parent says; below 0: this is the top. */
static enum status
check_subtree(struct tree_checking *checking, struct page_ref ref, int level, struct bounds bounds)
{
    bool is_known;
    uint64_t rows, rows_before = checking->row_count;
    TRY(enter(checking, ref, &is_known, &rows));
    if (is_known) {
        checking->row_count += rows;
        return ST_OK;
    }
    const struct page *page;
    if (level < 0)
        TRY(tree_top_page(checking->store, ref, &page));
    else
        TRY(tree_page_at(checking->store, ref, (uint32_t)level, &page));
    enum status st = check_page(checking, ref, page, bounds);
    leave(checking, ref, checking->row_count - rows_before);
    return st;
}

enum status
tree_check(struct store *store, struct reader *reader, const struct tree_root *root)
{
    return tree_check_with(store, reader, root, NULL);
}

enum status
tree_check_with(struct store *store, struct reader *reader, const struct tree_root *root,
                const struct tree_check_hooks *hooks)
{
    struct tree_checking checking = {.store = store, .reader = reader, .hooks = hooks};
    enum status st = ST_OK;
    if (root->ref.page != PAGE_NONE) {
        static const struct bounds all = {{NULL, 0}, {NULL, 0}};
        st = settle(&checking, check_subtree(&checking, root->ref, -1, all));
    }
    page_refs_deinit(&checking.overflow);
    if (st == ST_OK && checking.row_count != root->row_count)
        st = settle(&checking,
                    store_corrupt(store, root->ref.page, "the tree has %llu rows, not %llu",
                                  (unsigned long long)checking.row_count,
                                  (unsigned long long)root->row_count));
    return st;
}
