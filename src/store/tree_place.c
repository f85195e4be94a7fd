/*
 * tree_place.c: rows put into, and taken out of, a leaf where it is.
 */
#include "store/tree_place.h"
#include "store/tree_int.h"

static struct leaf_row
row_of(struct slice key, struct slice value)
{
    return (struct leaf_row){.key = key, .value = value};
}

/* Whether the row at the place may go without the upkeep of sparse pages. */
static bool
can_remove(const struct tree_place *place)
{
    const struct page_slot *slot = &page_slots(place->leaf)[place->idx];
    bool is_overflow;
    struct slice value = leaf_value(place->leaf, place->idx, &is_overflow);
    uint32_t bytes = PAGE_SLOT_BYTES + LEAF_ROW_HEAD + slot->key_bytes + (uint32_t)value.bytes;
    return !is_overflow && page_used_bytes(place->leaf) >= TREE_SPARSE_BYTES + bytes;
}

static bool
can_put(struct tree_place *place, struct slice key, struct slice value)
{
    struct leaf_row row = row_of(key, value);
    if (value.bytes > leaf_value_bytes_max(key.bytes))
        return false;
    if (!place->is_found)
        return page_has_room(place->leaf, key, leaf_row_extra(&row));
    bool is_overflow;
    place->is_still = value.bytes <= leaf_value(place->leaf, place->idx, &is_overflow).bytes;
    return !is_overflow && leaf_can_replace(place->leaf, place->idx, &row);
}

enum status
tree_place_find(struct store *store, const struct tree_root *root, birth_seq since,
                struct slice key, struct slice value, struct tree_place *place)
{
    if (root->ref.page == PAGE_NONE || root->ref.birth <= since)
        return ST_INVALID;
    struct tree_path path;
    TRY(tree_descend(store, root, key, &path));
    uint32_t last = path.depth - 1;
    if (path.at[last].ref.birth <= since)
        return ST_INVALID;
    place->leaf = path.at[last].page;
    place->idx = leaf_find(place->leaf, key, &place->is_found);
    place->is_still = value.data == NULL && !place->is_found;
    bool is_good =
        value.data != NULL ? can_put(place, key, value) : !place->is_found || can_remove(place);
    return is_good ? ST_OK : ST_INVALID;
}

void
tree_place_change(const struct tree_place *place, struct slice key, struct slice value)
{
    struct leaf_row row = row_of(key, value);
    if (value.data == NULL) {
        if (place->is_found)
            page_remove(place->leaf, place->idx);
    } else if (place->is_found) {
        leaf_replace(place->leaf, place->idx, &row);
    } else {
        leaf_insert(place->leaf, place->idx, &row);
    }
}
