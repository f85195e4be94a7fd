/*
 * tree_split.c: where to cut a tree into ranges of about one size, for threads that share a scan.
 *
 * Only inner pages are read. The first child of a page has no key there: its key is that of the
 * page's own slot in the page above, handed down.
 */
#include "store/tree_int.h"

struct split {
    struct store *store;
    struct arena *arena;
    uint32_t leaves;  /* a range */
    uint32_t current; /* in the range at hand */
    struct slice *keys;
    uint32_t count, capacity;
};

static enum status
add_key(struct split *split, struct slice key)
{
    if (split->count == split->capacity) {
        uint32_t wider = split->capacity == 0 ? 64 : split->capacity * 2;
        struct slice *keys = arena_try_alloc(split->arena, wider * sizeof *keys);
        if (keys == NULL)
            return ST_NO_MEMORY;
        if (split->count != 0)
            memcpy(keys, split->keys, split->count * sizeof *keys);
        split->keys = keys;
        split->capacity = wider;
    }
    uint8_t *copy = arena_try_alloc(split->arena, key.bytes);
    if (copy == NULL)
        return ST_NO_MEMORY;
    memcpy(copy, key.data, key.bytes);
    split->keys[split->count++] = slice_of(copy, key.bytes);
    return ST_OK;
}

/* All leaves below a page; `first` is the key of the page itself (bytes 0: it is leftmost). */
static enum status
split_page(struct split *split, const struct page *page, struct slice first)
{
    uint8_t bytes[KEY_BYTES_MAX];

    for (uint32_t idx = 0; idx < page->slot_count; idx++) {
        struct slice key = first;
        if (idx != 0)
            key = page_key(page, idx, bytes);
        if (page->level > 1) {
            const struct page *child;
            TRY(tree_page_at(split->store, inner_child(page, idx), page->level - 1u, &child));
            TRY(split_page(split, child, key));
            continue;
        }
        if (split->current >= split->leaves && key.bytes != 0) {
            TRY(add_key(split, key));
            split->current = 0;
        }
        split->current++;
    }
    return ST_OK;
}

enum status
tree_split(struct store *store, const struct tree_root *root, uint32_t leaves, struct arena *arena,
           struct slice **keys, uint32_t *count)
{
    struct split split = {.store = store, .arena = arena, .leaves = leaves};
    const struct page *top;

    *keys = NULL;
    *count = 0;
    if (root->ref.page == PAGE_NONE)
        return ST_OK;
    TRY(tree_top_page(store, root->ref, &top));
    if (top->level > 0)
        TRY(split_page(&split, top, slice_of(NULL, 0)));
    *keys = split.keys;
    *count = split.count;
    return ST_OK;
}
