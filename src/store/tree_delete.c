/*
 * tree_delete.c: a row out of a tree, and the upkeep of sparse pages.
 *
 * A page that becomes empty leaves the tree. One under a quarter full takes in a neighbour below
 * the same parent, if both fit, and a root with a single child gives way to it. This upkeep is
 * worth doing but not worth failing for: if a neighbour cannot be read the tree stays as it is,
 * whole and a little sparser than it should be.
 */
#include "store/overflow.h"
#include "store/tree_int.h"

/* Takes the page at depth d, which is empty, away from its parent. */
static void
remove_empty(struct edit *edit, struct tree_path *path, uint32_t d)
{
    inner_remove(path->at[d - 1].page, path->at[d - 1].idx);
    edit_release(edit, path->at[d].ref);
}

/*
 * Merges the page at depth d with the neighbour at slot `with` of its parent, if they fit into one
 * page. The page on the path stays: it is owned already.
 */
static bool
merge_with(struct edit *edit, struct tree_path *path, uint32_t d, uint32_t with)
{
    struct page *parent = path->at[d - 1].page, *page = path->at[d].page;
    uint32_t idx = path->at[d - 1].idx;
    struct page_ref ref = inner_child(parent, with);
    const struct page *other;
    if (tree_page_at(edit->store, ref, page->level, &other) != ST_OK)
        return false;
    uint32_t right_idx = with < idx ? idx : with;
    const struct page *left = with < idx ? other : page, *right = with < idx ? page : other;
    uint8_t key[KEY_BYTES_MAX];
    struct slice separator = page_key(parent, right_idx, key);
    if (!page_can_merge(left, right, separator))
        return false;
    page_merge(page, left, right, separator);
    inner_set_child(parent, right_idx - 1, path->at[d].ref);
    inner_remove(parent, right_idx);
    edit_release(edit, ref);
    return true;
}

static bool
merge_sparse(struct edit *edit, struct tree_path *path, uint32_t d)
{
    uint32_t idx = path->at[d - 1].idx;
    if (idx > 0 && merge_with(edit, path, d, idx - 1))
        return true;
    return idx + 1 < path->at[d - 1].page->slot_count && merge_with(edit, path, d, idx + 1);
}

/* The root has lost rows or children. */
static void
shrink_root(struct edit *edit, struct tree_root *root, struct page_ref ref, const struct page *page)
{
    if (page->slot_count == 0) {
        edit_release(edit, ref);
        root->ref = (struct page_ref){0};
        return;
    }
    for (uint32_t level = page->level; level > 0 && page->slot_count == 1; level--) {
        struct page_ref child = inner_child(page, 0);
        if (tree_page_at(edit->store, child, level - 1, &page) != ST_OK)
            return;
        if (edit_release_reserve(edit, 1) != ST_OK)
            return;
        edit_release(edit, ref);
        root->ref = ref = child;
    }
}

/* After a row has left the leaf of the path. Room for two releases a level is reserved. */
static void
tidy(struct edit *edit, struct tree_root *root, struct tree_path *path)
{
    uint32_t d = path->depth - 1;
    for (; d > 0; d--) {
        const struct page *page = path->at[d].page;
        if (page->slot_count == 0)
            remove_empty(edit, path, d);
        else if (page_used_bytes(page) >= TREE_SPARSE_BYTES || !merge_sparse(edit, path, d))
            return;
    }
    shrink_root(edit, root, path->at[0].ref, path->at[0].page);
}

enum status
tree_delete(struct edit *edit, struct tree_root *root, struct slice key)
{
    if (root->ref.page == PAGE_NONE)
        return ST_NOT_FOUND;
    struct tree_path path;
    TRY(tree_descend(edit->store, root, key, &path));
    uint32_t d = path.depth - 1;
    bool is_found, is_overflow;
    uint32_t idx = leaf_find(path.at[d].page, key, &is_found);
    if (!is_found)
        return ST_NOT_FOUND;
    path.at[d].idx = idx;

    struct page_refs dead = {0};
    enum status st = ST_OK;
    struct slice value = leaf_value(path.at[d].page, idx, &is_overflow);
    if (is_overflow)
        st = overflow_list(edit->store, leaf_stub(value), &dead);
    if (st == ST_OK)
        st = tree_own_path(edit, root, &path);
    if (st == ST_OK)
        st = edit_release_reserve(edit, dead.count + 2 * path.depth);
    if (st == ST_OK) {
        page_remove(path.at[d].page, idx);
        for (uint32_t i = 0; i < dead.count; i++)
            edit_release(edit, dead.refs[i]);
        tidy(edit, root, &path);
        root->row_count--;
    }
    page_refs_deinit(&dead);
    return st;
}
