/*
 * tree_put_many.c: rows, or changes, in rising key order into a tree, with one descent a leaf.
 *
 * The leaf of the row before is remembered with the key at which the next leaf begins. A row that
 * belongs there too, is new and fits, goes straight in; for any other the leaf is looked up, and
 * where that does not help either (it is not the edit's own yet, it is full, the row is there) the
 * row takes the way of single ones, tree_put. So rows beyond the end of the tree cost a split and
 * three descents a leaf, and rows scattered over it cost what single ones do.
 *
 * Changes (tree_change_many) may replace and delete as well. They make the leaf their own, since
 * nearly every change needs that, and leave to the single ways what splits, merges or empties a
 * leaf and what has long values.
 *
 * The leaf is the edit's own, and nobody leaves the epoch meanwhile, so its frame stays.
 */
#include "base/check.h"
#include "store/tree_int.h"

/* Where the row before went. */
struct put_place {
    struct page *leaf; /* null: not known, or not the edit's own */
    bool has_high;
    struct slice high; /* keys from here on belong to later leaves */
    uint8_t room[KEY_BYTES_MAX];
};

/* Notes where the keys of the leaf at the path's end stop. */
static void
place_bound(const struct tree_path *path, struct put_place *place)
{
    place->has_high = false;
    for (uint32_t d = path->depth - 1; d > 0 && !place->has_high; d--) {
        const struct page *inner = path->at[d - 1].page;
        if (path->at[d - 1].idx + 1u >= inner->slot_count)
            continue;
        place->high = page_key(inner, path->at[d - 1].idx + 1u, place->room);
        if (place->high.data != place->room) {
            memcpy(place->room, place->high.data, place->high.bytes);
            place->high.data = place->room;
        }
        place->has_high = true;
    }
}

/* Finds the leaf that `key` belongs to, if the edit owns it already. */
static enum status
place_find(struct edit *edit, const struct tree_root *root, struct slice key,
           struct put_place *place)
{
    struct tree_path path;
    place->leaf = NULL;
    TRY(tree_descend(edit->store, root, key, &path));
    struct page_ref ref = path.at[path.depth - 1].ref;
    if (ref.birth != edit->birth)
        return ST_OK;
    place_bound(&path, place);
    return cache_own(edit->store->cache, ref, &place->leaf);
}

/* Finds the leaf that `key` belongs to and makes it the edit's own. The tree is not empty. */
static enum status
place_own(struct edit *edit, struct tree_root *root, struct slice key, struct put_place *place)
{
    struct tree_path path;
    place->leaf = NULL;
    TRY(tree_descend(edit->store, root, key, &path));
    TRY(tree_own_path(edit, root, &path));
    place_bound(&path, place);
    place->leaf = path.at[path.depth - 1].page;
    return ST_OK;
}

/* Puts the row into the leaf at hand; false: that is for tree_put to do. */
static bool
place_put(struct put_place *place, struct slice key, struct slice value)
{
    struct page *leaf = place->leaf;
    if (leaf == NULL || key.bytes == 0 || key.bytes > KEY_BYTES_MAX ||
        value.bytes > leaf_value_bytes_max(key.bytes) ||
        (place->has_high && slice_compare(key, place->high) >= 0))
        return false;
    struct leaf_row row = {.key = key, .value = value};
    uint32_t idx = leaf->slot_count;
    bool is_found = false;
    if (!leaf_is_behind(leaf, key))
        idx = leaf_find(leaf, key, &is_found);
    if (is_found || !page_has_room(leaf, key, leaf_row_extra(&row)))
        return false;
    leaf_insert(leaf, idx, &row);
    return true;
}

enum status
tree_put_many(struct edit *edit, struct tree_root *root, const struct slice *keys,
              const struct slice *values, uint32_t count, enum put_mode mode, uint32_t *done)
{
    struct put_place place = {.leaf = NULL};
    for (*done = 0; *done < count; ++*done) {
        struct slice key = keys[*done], value = values[*done];
        bool is_put = place_put(&place, key, value);
        if (!is_put && mode != PUT_UPDATE && root->ref.page != PAGE_NONE && key.bytes != 0) {
            TRY(place_find(edit, root, key, &place));
            is_put = place_put(&place, key, value);
        }
        if (is_put) {
            root->row_count++;
            continue;
        }
        place.leaf = NULL; /* it may be split */
        TRY(tree_put(edit, root, key, value, mode));
    }
    return ST_OK;
}

/* Makes the change in the leaf at hand; false: that is for the single ways to do. */
static bool
place_change(struct put_place *place, struct tree_root *root, const struct tree_change *change)
{
    struct page *leaf = place->leaf;
    struct leaf_row row = {.key = change->key, .value = change->value};
    bool is_found, is_overflow = false;
    uint32_t idx = leaf_find(leaf, row.key, &is_found);
    if (is_found)
        (void)leaf_value(leaf, idx, &is_overflow);
    if (is_overflow || row.value.bytes > leaf_value_bytes_max(row.key.bytes))
        return false;
    if (change->is_delete) {
        if (!is_found)
            return true;
        if (page_used_bytes(leaf) < TREE_SPARSE_BYTES + PAGE_ROW_BYTES_MAX)
            return false;
        page_remove(leaf, idx);
        root->row_count--;
        return true;
    }
    if (is_found ? !leaf_can_replace(leaf, idx, &row)
                 : !page_has_room(leaf, row.key, leaf_row_extra(&row)))
        return false;
    if (is_found) {
        leaf_replace(leaf, idx, &row);
    } else {
        leaf_insert(leaf, idx, &row);
        root->row_count++;
    }
    return true;
}

enum status
tree_change_many(struct edit *edit, struct tree_root *root, const struct tree_change *changes,
                 uint32_t count)
{
    struct put_place place = {.leaf = NULL};
    for (const struct tree_change *change = changes; change < changes + count; change++) {
        struct slice key = change->key;
        check_slow(change == changes || slice_compare(change[-1].key, key) < 0);
        if (UNLIKELY(key.bytes == 0 || key.bytes > KEY_BYTES_MAX))
            return key.bytes == 0 ? ST_INVALID : ST_LIMIT;
        bool is_of_leaf =
            place.leaf != NULL && (!place.has_high || slice_compare(key, place.high) < 0);
        if (!is_of_leaf && root->ref.page != PAGE_NONE)
            TRY(place_own(edit, root, key, &place));
        if (place.leaf != NULL && place_change(&place, root, change))
            continue;
        place.leaf = NULL; /* it may be split, merged or gone */
        enum status st = change->is_delete ? tree_delete(edit, root, key)
                                           : tree_put(edit, root, key, change->value, PUT_UPSERT);
        if (st != ST_OK && !(change->is_delete && st == ST_NOT_FOUND))
            return st;
    }
    return ST_OK;
}
