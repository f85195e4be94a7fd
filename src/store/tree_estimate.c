/*
 * tree_estimate.c: how many rows lie in a range, from the pages on two paths.
 *
 * A key's place is the part of the tree that lies before it, each child of a page taken to be as
 * large as its neighbours. Within one leaf the answer is exact; the further up two paths part, the
 * more rows lie between them and the less does the error matter.
 */
#include "store/tree_int.h"

/* Where a key would be. */
struct place {
    double part; /* of the tree before it, 0 to 1 */
    struct page_ref leaf;
    uint32_t idx;
};

static enum status
find_place(struct store *store, const struct tree_root *root, struct slice key, struct place *place)
{
    struct page_ref ref = root->ref;
    const struct page *page;
    double width = 1;
    place->part = 0;
    TRY(tree_top_page(store, ref, &page));
    while (page->level > 0) {
        uint32_t idx = inner_find(page, key);
        width /= page->slot_count;
        place->part += width * idx;
        ref = inner_child(page, idx);
        TRY(tree_page_at(store, ref, page->level - 1u, &page));
    }
    bool is_equal;
    place->leaf = ref;
    place->idx = leaf_find(page, key, &is_equal);
    if (page->slot_count > 0)
        place->part += width * place->idx / page->slot_count;
    return ST_OK;
}

enum status
tree_estimate(struct store *store, struct reader *reader, const struct tree_root *root,
              struct slice from, struct slice to, double *rows)
{
    (void)reader;
    struct place begin = {.part = 0}, end = {.part = 1};
    *rows = 0;
    if (root->ref.page == PAGE_NONE)
        return ST_OK;
    if (from.data != NULL)
        TRY(find_place(store, root, from, &begin));
    if (to.data != NULL)
        TRY(find_place(store, root, to, &end));
    if (from.data != NULL && to.data != NULL && page_ref_equal(begin.leaf, end.leaf))
        *rows = end.idx > begin.idx ? end.idx - begin.idx : 0;
    else if (end.part > begin.part)
        *rows = (end.part - begin.part) * (double)root->row_count;
    return ST_OK;
}
