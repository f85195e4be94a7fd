/*
 * tree_place.h: changing rows of a published tree where they are.
 *
 * A tree is changed through an edit, which copies each page on its way, because readers may stand
 * in the old one. Who knows that there are none, that no other tree shares the pages and that
 * they are on no device, may change a row in its leaf instead: first each place is found, which
 * decides whether it can be had so, then the changes are made, which cannot fail.
 */
#pragma once

#include "store/tree.h"

struct page;

/* Where a row is, or would be; valid while its leaf is not changed. */
struct tree_place {
    struct page *leaf;
    uint32_t idx;
    bool is_found;
    bool is_still; /* the change moves no other row of the leaf */
};

/*
 * Finds the place for a put of `value` (data null: for a delete). ST_INVALID: the change takes more
 * than the leaf: it is full, or would be sparse, a value is long, the tree is empty, or the leaf
 * was not born after `since`.
 */
MUST_CHECK enum status tree_place_find(struct store *store, const struct tree_root *root,
                                       birth_seq since, struct slice key, struct slice value,
                                       struct tree_place *place);
/* Makes the change that the place was found for. */
void tree_place_change(const struct tree_place *place, struct slice key, struct slice value);
