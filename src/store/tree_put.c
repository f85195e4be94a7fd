/*
 * tree_put.c: a row into a tree.
 *
 * Prepare, then switch: find the place, own the path (which leaves the same rows reachable), write
 * an overflow value, take the pages that splits may need; from there on nothing can fail. How many
 * pages splits need is bounded from above: an inner page is counted unless it has room for any key.
 * What was not needed goes back at once and is the next to be taken again.
 */
#include "base/check.h"
#include "store/overflow.h"
#include "store/store.h"
#include "store/tree_int.h"

/* Pages taken before anything changes; the last `count` that the edit took. */
struct spares {
    uint32_t count, used;
    struct page_ref refs[TREE_LEVELS_MAX + 1];
    struct page *pages[TREE_LEVELS_MAX + 1];
};

/* A put under way. */
struct put {
    struct edit *edit;
    struct tree_root *root;
    struct tree_path path;
    struct leaf_row row;
    bool is_found;
    struct overflow_stub stub; /* what row.value points to if it is an overflow row */
    struct spares spares;
    bool has_split;
};

static void
spares_give_back(struct edit *edit, struct spares *spares)
{
    while (spares->count > spares->used)
        edit_give_back(edit, spares->refs[--spares->count]);
}

static enum status
spares_take(struct edit *edit, struct spares *spares, uint32_t count)
{
    for (; spares->count < count; spares->count++) {
        enum status st =
            edit_take(edit, &spares->refs[spares->count], &spares->pages[spares->count]);
        if (st != ST_OK) {
            spares_give_back(edit, spares);
            return st;
        }
    }
    return ST_OK;
}

/* How many pages it takes at most to split the leaf of the path. */
static uint32_t
split_pages_max(const struct tree_path *path)
{
    uint32_t count = 1;
    for (uint32_t d = path->depth - 1; d > 0; d--) {
        if (page_has_room_for_any(path->at[d - 1].page))
            return count;
        count++;
    }
    return count + 1; /* and a new root */
}

/* The root was split: puts a page above it. */
static void
grow_root(struct put *put, struct slice separator, struct page_ref right)
{
    struct spares *spares = &put->spares;
    struct page *top = spares->pages[spares->used];
    struct page_ref top_ref = spares->refs[spares->used++];
    page_init(top, top_ref, put->path.at[0].page->level + 1u);
    inner_insert(top, 0, slice_of("", 0), put->path.at[0].ref);
    inner_insert(top, 1, separator, right);
    put->root->ref = top_ref;
}

/* Puts the row into the full leaf at the path's end; splits upwards as far as need be. */
static void
put_splitting(struct put *put)
{
    struct spares *spares = &put->spares;
    uint8_t key_bufs[2][KEY_BYTES_MAX];
    uint32_t d = put->path.depth - 1;
    struct page *page = put->path.at[d].page;
    uint32_t idx = put->path.at[d].idx;
    struct slice key = put->row.key;
    uint32_t extra = leaf_row_extra(&put->row);
    struct page_ref child = {0}; /* what the row to be put on an inner page points to */
    for (uint32_t turn = 0;; turn++) {
        uint32_t cut = page_choose_cut(page, idx, key, extra);
        struct slice separator = page_cut_separator(page, cut, idx, key, key_bufs[turn & 1]);
        struct page_ref right_ref = spares->refs[spares->used];
        struct page *right = spares->pages[spares->used++];
        bool is_right;
        uint8_t *at = page_split(page, cut, idx, key, extra, right_ref, right, &is_right);
        if (page->level == 0)
            leaf_fill_row(at, (uint32_t)key.bytes - (is_right ? right : page)->prefix_bytes,
                          &put->row);
        else
            inner_fill_row(at, child);
        child = right_ref;
        key = separator;
        if (d == 0) {
            grow_root(put, separator, child);
            return;
        }
        page = put->path.at[--d].page;
        idx = put->path.at[d].idx + 1;
        extra = INNER_ROW_HEAD;
        if (page_has_room(page, key, extra)) {
            inner_insert(page, idx, key, child);
            return;
        }
    }
}

/*
 * Whether the pages to be split lie between the separators of their parents, so that the new
 * separators will too. Only a broken file can make it false: each page is in order by itself.
 */
static bool
is_path_in_order(const struct tree_path *path, uint32_t pages_max)
{
    for (uint32_t d = path->depth - 1; d > 0 && pages_max > 0; d--, pages_max--) {
        const struct page *parent = path->at[d - 1].page;
        uint8_t low_room[KEY_BYTES_MAX], high_room[KEY_BYTES_MAX];
        struct slice low = {.data = NULL}, high = {.data = NULL};
        uint32_t idx = path->at[d - 1].idx;
        if (idx > 0)
            low = page_key(parent, idx, low_room);
        if (idx + 1u < parent->slot_count)
            high = page_key(parent, idx + 1, high_room);
        if (!page_is_within(path->at[d].page, low, high))
            return false;
    }
    return true;
}

/* Puts the row at the path's end. All pages on the path are owned. Nothing changes on failure. */
static enum status
put_at(struct put *put)
{
    uint32_t d = put->path.depth - 1, idx = put->path.at[d].idx;
    struct page *leaf = put->path.at[d].page;
    if (put->is_found ? leaf_can_replace(leaf, idx, &put->row)
                      : page_has_room(leaf, put->row.key, leaf_row_extra(&put->row))) {
        if (put->is_found)
            leaf_replace(leaf, idx, &put->row);
        else
            leaf_insert(leaf, idx, &put->row);
        return ST_OK;
    }
    uint32_t pages_max = split_pages_max(&put->path);
    if (UNLIKELY(!is_path_in_order(&put->path, pages_max)))
        return store_corrupt(put->edit->store, put->path.at[d].ref.page,
                             "keys lie outside what the parent says");
    TRY(spares_take(put->edit, &put->spares, pages_max));
    put->has_split = true;
    if (put->is_found)
        page_remove(leaf, idx);
    put_splitting(put);
    spares_give_back(put->edit, &put->spares);
    return ST_OK;
}

/* The same, and frees the overflow pages of the value that was there. */
static enum status
put_over_overflow(struct put *put, struct overflow_stub old)
{
    struct page_refs dead = {0};
    enum status st = overflow_list(put->edit->store, old, &dead);
    if (st == ST_OK)
        st = edit_release_reserve(put->edit, dead.count);
    if (st == ST_OK)
        st = put_at(put);
    for (uint32_t i = 0; st == ST_OK && i < dead.count; i++)
        edit_release(put->edit, dead.refs[i]);
    page_refs_deinit(&dead);
    return st;
}

/* A tree's first row. */
static enum status
put_first(struct put *put)
{
    struct page_ref ref;
    struct page *leaf;
    TRY(edit_take(put->edit, &ref, &leaf));
    page_init(leaf, ref, 0);
    leaf_insert(leaf, 0, &put->row);
    *put->root = (struct tree_root){.ref = ref};
    return ST_OK;
}

/* The value is too long for the leaf. */
static enum status
put_overflowing(struct put *put, bool is_over_overflow, struct overflow_stub old)
{
    uint32_t taken_before = put->edit->taken.count;
    TRY(overflow_write(put->edit, put->row.value, &put->stub));
    put->row.value = slice_of(&put->stub, sizeof put->stub);
    put->row.is_overflow = true;
    enum status st;
    if (put->root->ref.page == PAGE_NONE)
        st = put_first(put);
    else
        st = is_over_overflow ? put_over_overflow(put, old) : put_at(put);
    if (st != ST_OK)
        overflow_undo(put->edit, taken_before);
    return st;
}

/* ---- rising keys ---- */

/* The last leaf of the tree, if it is known and may be changed. */
static struct page *
append_leaf(const struct edit *edit, const struct tree_root *root)
{
    struct page *leaf;
    if (edit->append.leaf.page == PAGE_NONE || edit->append.leaf.birth != edit->birth ||
        !page_ref_equal(edit->append.root, root->ref) ||
        cache_own(edit->store->cache, edit->append.leaf, &leaf) != ST_OK)
        return NULL;
    return leaf;
}

bool
tree_is_behind(const struct edit *edit, const struct tree_root *root, struct slice key)
{
    const struct page *leaf = append_leaf(edit, root);
    return leaf != NULL && leaf_is_behind(leaf, key);
}

/* Puts the row behind all others, if that takes no descent. */
static bool
put_behind(struct edit *edit, struct tree_root *root, const struct leaf_row *row)
{
    struct page *leaf = append_leaf(edit, root);
    if (leaf == NULL || !leaf_is_behind(leaf, row->key) ||
        !page_has_room(leaf, row->key, leaf_row_extra(row)))
        return false;
    leaf_insert(leaf, leaf->slot_count, row);
    root->row_count++;
    return true;
}

/* Whether the row goes behind all others of the tree. */
static bool
is_last_place(const struct tree_path *path)
{
    uint32_t last = path->depth - 1;
    for (uint32_t d = 0; d < last; d++) {
        if (path->at[d].idx + 1u != path->at[d].page->slot_count)
            return false;
    }
    return path->at[last].idx == path->at[last].page->slot_count;
}

/* After a put along a path: remembers the last leaf, or forgets it if it may not be that now. */
static void
append_note(struct put *put, struct page_ref root_before, bool is_last)
{
    struct edit *edit = put->edit;
    if (is_last && !put->has_split) {
        edit->append.root = put->root->ref;
        edit->append.leaf = put->path.at[put->path.depth - 1].ref;
    } else if (page_ref_equal(edit->append.root, root_before)) {
        edit->append.leaf.page = PAGE_NONE;
    }
}

enum status
tree_put(struct edit *edit, struct tree_root *root, struct slice key, struct slice value,
         enum put_mode mode)
{
    if (UNLIKELY(key.bytes == 0))
        return ST_INVALID;
    if (UNLIKELY(key.bytes > KEY_BYTES_MAX || value.bytes > VALUE_BYTES_MAX))
        return ST_LIMIT;
    bool is_long = value.bytes > leaf_value_bytes_max(key.bytes);
    struct put put;
    put.edit = edit;
    put.root = root;
    put.row = (struct leaf_row){.key = key, .value = value};
    if (!is_long && mode != PUT_UPDATE && put_behind(edit, root, &put.row))
        return ST_OK;
    put.has_split = false;
    put.is_found = false;
    put.spares.count = put.spares.used = 0;
    enum status st;
    bool is_over_overflow = false;
    struct overflow_stub old = {.page_count = 0};
    if (UNLIKELY(root->ref.page == PAGE_NONE)) {
        if (mode == PUT_UPDATE)
            return ST_NOT_FOUND;
        root->row_count = 0;
        st = is_long ? put_overflowing(&put, false, old) : put_first(&put);
    } else {
        TRY(tree_descend(edit->store, root, key, &put.path));
        uint32_t d = put.path.depth - 1;
        put.path.at[d].idx = leaf_find(put.path.at[d].page, key, &put.is_found);
        if (put.is_found && mode == PUT_INSERT)
            return ST_EXISTS;
        if (!put.is_found && mode == PUT_UPDATE)
            return ST_NOT_FOUND;
        if (put.is_found) {
            struct slice now =
                leaf_value(put.path.at[d].page, put.path.at[d].idx, &is_over_overflow);
            if (is_over_overflow)
                old = leaf_stub(now);
        }
        struct page_ref root_before = root->ref;
        bool is_last = is_last_place(&put.path) && !put.is_found;
        TRY(tree_own_path(edit, root, &put.path));
        if (is_long)
            st = put_overflowing(&put, is_over_overflow, old);
        else
            st = is_over_overflow ? put_over_overflow(&put, old) : put_at(&put);
        append_note(&put, root_before, is_last && st == ST_OK);
    }
    if (st == ST_OK && !put.is_found)
        root->row_count++;
    return st;
}
