/*
 * tree_int.h: what the files of the tree share: the way down, and the pages of an edit.
 */
#pragma once

#include "store/cache.h"
#include "store/inner.h"
#include "store/leaf.h"
#include "store/store_int.h"
#include "store/tree.h"

/* A page with less in it takes in a neighbour when a row has left it. */
#define TREE_SPARSE_BYTES (PAGE_BODY_BYTES / 4)

/* ---- the way down ---- */

/* From the root (at[0]) to a leaf (at[depth - 1]). */
struct tree_path {
    uint32_t depth;
    struct {
        struct page_ref ref;
        struct page *page; /* to be changed only by an edit that owns it */
        uint32_t idx;      /* inner pages: the child on the path; leaf: set by the caller */
    } at[TREE_LEVELS_MAX];
};

/* Logs that `ref` leads to a page that has no business there; returns ST_CORRUPT. */
enum status tree_misplaced(struct store *store, struct page_ref ref);

/* Logs that a row of the page is not as its layout says; returns ST_CORRUPT. */
enum status tree_bad_row(struct store *store, page_no page);

/*
 * What check_file.c adds to tree_check: it is told of every page, long values' too, knows subtrees
 * that have been checked already, and counts what is broken instead of ending at the first.
 */
struct tree_check_hooks {
    /* Before a page is read. *is_known: it and all below it are checked, *rows are below it.
     * ST_CORRUPT: the page must not be here. */
    enum status (*enter)(void *object, struct page_ref ref, bool *is_known, uint64_t *rows);
    /* After the page and all below it. */
    void (*leave)(void *object, struct page_ref ref, uint64_t rows);
    void (*broken)(void *object);
    void *object;
};
/* tree_check with hooks (null: none). With them ST_CORRUPT is never returned. */
MUST_CHECK enum status tree_check_with(struct store *store, struct reader *reader,
                                       const struct tree_root *root,
                                       const struct tree_check_hooks *hooks);

/* A page of the tree at a level that its parent decides. ST_CORRUPT if it is of another. */
MUST_CHECK static inline enum status
tree_page_at(struct store *store, struct page_ref ref, uint32_t level, const struct page **page)
{
    enum status st = cache_get(store->cache, ref, page);
    if (UNLIKELY(st != ST_OK))
        return st;
    if (UNLIKELY((*page)->level != level || (*page)->kind != (level == 0 ? PAGE_LEAF : PAGE_INNER)))
        return tree_misplaced(store, ref);
    return ST_OK;
}

/* The top page of a tree that is not empty. */
MUST_CHECK static inline enum status
tree_top_page(struct store *store, struct page_ref ref, const struct page **page)
{
    enum status st = cache_get(store->cache, ref, page);
    if (UNLIKELY(st != ST_OK))
        return st;
    if (UNLIKELY((*page)->kind != PAGE_LEAF && (*page)->kind != PAGE_INNER))
        return tree_misplaced(store, ref);
    return ST_OK;
}

/* The path to the leaf that holds `key` if any does. The tree is not empty. */
MUST_CHECK enum status tree_descend(struct store *store, const struct tree_root *root,
                                    struct slice key, struct tree_path *path);

/*
 * Makes the edit own every page on the path, top down, and *root with it. After a failure some are
 * owned and some are not: *root names the same rows as before.
 */
MUST_CHECK enum status tree_own_path(struct edit *edit, struct tree_root *root,
                                     struct tree_path *path);

/* ---- pages of an edit (edit.c) ---- */

MUST_CHECK enum status page_refs_reserve(struct page_refs *refs, uint32_t more);
void page_refs_deinit(struct page_refs *refs);

/* A new page of the edit; its frame's content is undefined. */
MUST_CHECK enum status edit_take(struct edit *edit, struct page_ref *ref, struct page **page);
/* `count` new pages in a row, without frames: cache_add is the caller's. */
MUST_CHECK enum status edit_take_run(struct edit *edit, uint32_t count, struct page_ref *first);
/* Room for this many edit_release calls that cannot fail. */
MUST_CHECK enum status edit_release_reserve(struct edit *edit, uint32_t count);
/* The edit's trees no longer reach the page: it goes back, or will be retired. */
void edit_release(struct edit *edit, struct page_ref ref);

/*
 * Gives the edit its own, writable copy of the page at *ref, unless it has one already. On success
 * *ref names it and *page is it. On failure neither is touched, and nothing leaks.
 */
MUST_CHECK enum status edit_own_copy(struct edit *edit, struct page_ref *ref, struct page **page);

MUST_CHECK static inline enum status
edit_own(struct edit *edit, struct page_ref *ref, struct page **page)
{
    if (LIKELY(ref->birth == edit->birth))
        return cache_own(edit->store->cache, *ref, page);
    return edit_own_copy(edit, ref, page);
}

/* Whether the key is greater than all of the leaf. */
static inline bool
leaf_is_behind(const struct page *leaf, struct slice key)
{
    struct slice prefix = page_prefix(leaf);
    if (leaf->slot_count == 0 || key.bytes < prefix.bytes ||
        memcmp(key.data, prefix.data, prefix.bytes) != 0)
        return false;
    struct slice rest = slice_of(key.data + prefix.bytes, key.bytes - prefix.bytes);
    return slice_compare(page_suffix(leaf, leaf->slot_count - 1u), rest) < 0;
}
