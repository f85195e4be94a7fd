/*
 * tree.c: from the root of a tree down to a row.
 *
 * A point lookup is one loop: search the page for the child, reach the child by arithmetic
 * (cache.h), and so on. Levels fall by one with each step, so a tree that a broken file turned into
 * a loop still ends. The files beside this one: tree_put.c, tree_delete.c change; tree_cursor.c,
 * tree_columns.c, tree_diff.c, tree_walk.c, tree_check.c, tree_estimate.c look; tree_build.c makes.
 */
#include "store/overflow.h"
#include "store/store.h"
#include "store/tree_int.h"

enum status
tree_misplaced(struct store *store, struct page_ref ref)
{
    return store_corrupt(store, ref.page,
                         "the page is not of the kind or level that its parent "
                         "says");
}

enum status
tree_bad_row(struct store *store, page_no page)
{
    return store_corrupt(store, page, "a row is not of the form that its table says");
}

enum status
tree_get(struct store *store, struct reader *reader, const struct tree_root *root, struct slice key,
         struct buf *spill, struct slice *value)
{
    (void)reader;
    if (root->ref.page == PAGE_NONE)
        return ST_NOT_FOUND;
    const struct page *page;
    enum status st = tree_top_page(store, root->ref, &page);
    while (LIKELY(st == ST_OK) && page->level != 0) {
        struct page_ref child = inner_child(page, inner_find(page, key));
        st = tree_page_at(store, child, page->level - 1u, &page);
    }
    if (UNLIKELY(st != ST_OK))
        return st;
    bool is_equal, is_overflow;
    uint32_t idx = leaf_find(page, key, &is_equal);
    if (!is_equal)
        return ST_NOT_FOUND;
    struct slice found = leaf_value(page, idx, &is_overflow);
    if (UNLIKELY(is_overflow))
        return overflow_read_buf(store, leaf_stub(found), spill, value);
    *value = found;
    return ST_OK;
}

enum status
tree_descend(struct store *store, const struct tree_root *root, struct slice key,
             struct tree_path *path)
{
    struct page_ref ref = root->ref;
    const struct page *page;
    enum status st = tree_top_page(store, ref, &page);
    uint32_t depth = 0;
    while (LIKELY(st == ST_OK)) {
        path->at[depth].ref = ref;
        path->at[depth].page = (struct page *)page;
        if (page->level == 0) {
            path->at[depth].idx = 0;
            path->depth = depth + 1;
            return ST_OK;
        }
        uint32_t idx = inner_find(page, key);
        path->at[depth++].idx = idx;
        ref = inner_child(page, idx);
        st = tree_page_at(store, ref, page->level - 1u, &page);
    }
    return st;
}

enum status
tree_own_path(struct edit *edit, struct tree_root *root, struct tree_path *path)
{
    for (uint32_t d = 0; d < path->depth; d++) {
        struct page_ref ref = path->at[d].ref;
        TRY(edit_own(edit, &path->at[d].ref, &path->at[d].page));
        if (page_ref_equal(ref, path->at[d].ref))
            continue;
        /* The copy holds the same rows: the tree is whole after each step. */
        if (d == 0)
            root->ref = path->at[d].ref;
        else
            inner_set_child(path->at[d - 1].page, path->at[d - 1].idx, path->at[d].ref);
    }
    return ST_OK;
}
