/*
 * tree_walk.c: every page of a tree, and letting go of all of them.
 *
 * Inner pages are copied before their children are visited, so no pointer into the cache is held
 * across pages and the epoch can be renewed at each: a walk needs no more of the cache than a page.
 */
#include "base/mem.h"
#include "store/overflow.h"
#include "store/tree_int.h"

struct walk {
    struct store *store;
    struct reader *reader;
    birth_seq since;
    tree_page_visit visit;
    void *object;
    struct page_refs overflow; /* of the leaf at hand */
};

static enum status
walk_leaf(struct walk *walk, const struct page *leaf)
{
    walk->overflow.count = 0;
    for (uint32_t i = 0; i < leaf->slot_count; i++) {
        bool is_overflow;
        struct slice value = leaf_value(leaf, i, &is_overflow);
        if (!is_overflow)
            continue;
        struct overflow_stub stub = leaf_stub(value);
        if (stub.ref.birth > walk->since)
            TRY(overflow_list(walk->store, stub, &walk->overflow));
    }
    for (uint32_t i = 0; i < walk->overflow.count; i++)
        TRY(walk->visit(walk->object, walk->overflow.refs[i], 0));
    return ST_OK;
}

/* `page` is the page that `ref` names. */
static enum status
walk_page(struct walk *walk, struct page_ref ref, const struct page *page)
{
    TRY(walk->visit(walk->object, ref, page->level));
    if (page->level == 0)
        return walk_leaf(walk, page);
    struct page *copy = mem_alloc(PAGE_BYTES);
    if (copy == NULL)
        return ST_NO_MEMORY;
    page_copy(copy, page, ref);
    enum status st = ST_OK;
    for (uint32_t i = 0; st == ST_OK && i < copy->slot_count; i++) {
        struct page_ref child = inner_child(copy, i);
        if (child.birth <= walk->since)
            continue;
        reader_refresh(walk->reader);
        st = tree_page_at(walk->store, child, copy->level - 1u, &page);
        if (st == ST_OK)
            st = walk_page(walk, child, page);
    }
    mem_free(copy);
    return st;
}

enum status
tree_walk(struct store *store, struct reader *reader, const struct tree_root *root, birth_seq since,
          tree_page_visit visit, void *object)
{
    if (root->ref.page == PAGE_NONE || root->ref.birth <= since)
        return ST_OK;
    struct walk walk = {
        .store = store, .reader = reader, .since = since, .visit = visit, .object = object};
    const struct page *top;
    enum status st = tree_top_page(store, root->ref, &top);
    if (st == ST_OK)
        st = walk_page(&walk, root->ref, top);
    page_refs_deinit(&walk.overflow);
    return st;
}

static enum status
collect(void *object, struct page_ref ref, uint32_t level)
{
    (void)level;
    struct page_refs *refs = object;
    TRY(page_refs_reserve(refs, 1));
    refs->refs[refs->count++] = ref;
    return ST_OK;
}

enum status
tree_clear(struct edit *edit, struct tree_root *root, birth_seq since)
{
    struct page_refs all = {0};
    enum status st = tree_walk(edit->store, edit->reader, root, since, collect, &all);
    if (st == ST_OK)
        st = edit_release_reserve(edit, all.count);
    if (st == ST_OK) {
        /* Backwards: the root's page is the next to be taken again. */
        for (uint32_t i = all.count; i > 0; i--)
            edit_release(edit, all.refs[i - 1]);
        *root = (struct tree_root){0};
    }
    page_refs_deinit(&all);
    return st;
}
