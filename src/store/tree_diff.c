/*
 * tree_diff.c: what differs between two trees.
 *
 * Both trees are walked side by side. Each side stands at an item: a row, or a page below which
 * rows are still to come, with a key that none of them is less than. If both stand at the same page
 * of the same birth, both pass it by: pages that can be seen do not change, so what two trees share
 * is equal. Otherwise the page that is higher up, or the one that begins earlier, is entered; rows
 * are compared as in a merge. The epoch is renewed every few steps: keys are copies, and pages are
 * found again by their names. Separators may differ between the trees, so at worst a shared page is
 * entered on one side and compared row by row.
 */
#include "base/mem.h"
#include "store/overflow.h"
#include "store/tree_int.h"

/* Steps between renewals of the epoch; each looks at two pages at most. */
#define STEPS_AN_EPOCH 64u

struct side {
    struct store *store;
    uint32_t depth; /* 0: at the end */
    struct {
        struct page_ref ref;
        const struct page *page;
        uint32_t idx;
    } path[TREE_LEVELS_MAX];
    /* The root itself is an item before it is entered. */
    struct page_ref top;
    bool is_at_top;
    /* The item's key: of a row its own, of a page a lower bound. */
    struct slice key;
    uint8_t *key_room; /* [KEY_BYTES_MAX] */
    struct buf spill;
};

struct diff {
    struct side from, to;
    tree_diff_visit visit;
    void *object;
    uint8_t *key_rooms;
};

static bool
is_done(const struct side *side)
{
    return side->depth == 0 && !side->is_at_top;
}

static bool
is_row(const struct side *side)
{
    return !side->is_at_top && side->path[side->depth - 1].page->level == 0;
}

/* The level of the page that the item is. */
static uint32_t
item_level(const struct side *side)
{
    return side->is_at_top ? TREE_LEVELS_MAX : side->path[side->depth - 1].page->level - 1u;
}

static struct page_ref
item_ref(const struct side *side)
{
    if (side->is_at_top)
        return side->top;
    return inner_child(side->path[side->depth - 1].page, side->path[side->depth - 1].idx);
}

/* Sets the key of the item; slot 0 of an inner page begins where the item above began. */
static void
set_key(struct side *side)
{
    if (is_done(side) || side->is_at_top)
        return;
    const struct page *page = side->path[side->depth - 1].page;
    uint32_t idx = side->path[side->depth - 1].idx;
    if (page->level == 0 || idx > 0)
        side->key = page_key(page, idx, side->key_room);
}

/* To the item behind this one and all that is below it. */
static void
pass(struct side *side)
{
    if (side->is_at_top) {
        side->is_at_top = false;
        return;
    }
    while (side->depth > 0) {
        uint32_t d = side->depth - 1;
        if (++side->path[d].idx < side->path[d].page->slot_count)
            break;
        side->depth--;
    }
    set_key(side);
}

/* Into the page that the item is. */
static enum status
enter(struct side *side)
{
    const struct page *page;
    struct page_ref ref = item_ref(side);
    if (side->is_at_top)
        TRY(tree_top_page(side->store, ref, &page));
    else
        TRY(tree_page_at(side->store, ref, item_level(side), &page));
    side->is_at_top = false;
    uint32_t d = side->depth++;
    side->path[d].ref = ref;
    side->path[d].page = page;
    side->path[d].idx = 0;
    if (page->slot_count == 0)
        pass(side);
    else
        set_key(side);
    return ST_OK;
}

static enum status
row_value(struct side *side, struct slice *value)
{
    uint32_t d = side->depth - 1;
    bool is_overflow;
    *value = leaf_value(side->path[d].page, side->path[d].idx, &is_overflow);
    if (is_overflow)
        return overflow_read_buf(side->store, leaf_stub(*value), &side->spill, value);
    return ST_OK;
}

/* Tells of a row that only one side has, and goes on on that side. */
static enum status
visit_one(struct diff *diff, struct side *side)
{
    struct slice value, none = {0};
    TRY(row_value(side, &value));
    bool is_from = side == &diff->from;
    TRY(diff->visit(diff->object, side->key, is_from ? value : none, is_from ? none : value));
    pass(side);
    return ST_OK;
}

/* Whether both sides keep a value in the same overflow pages. */
static bool
is_same_overflow(const struct diff *diff)
{
    const struct side *a = &diff->from, *b = &diff->to;
    bool is_long_a, is_long_b;
    struct slice va = leaf_value(a->path[a->depth - 1].page, a->path[a->depth - 1].idx, &is_long_a);
    struct slice vb = leaf_value(b->path[b->depth - 1].page, b->path[b->depth - 1].idx, &is_long_b);
    return is_long_a && is_long_b && slice_equal(va, vb);
}

/* Both sides stand at a row of the same key. */
static enum status
visit_both(struct diff *diff)
{
    if (!is_same_overflow(diff)) {
        struct slice before, after;
        TRY(row_value(&diff->from, &before));
        TRY(row_value(&diff->to, &after));
        if (!slice_equal(before, after))
            TRY(diff->visit(diff->object, diff->from.key, before, after));
    }
    pass(&diff->from);
    pass(&diff->to);
    return ST_OK;
}

/* Both sides stand at a page. */
static enum status
step_pages(struct diff *diff)
{
    struct side *from = &diff->from, *to = &diff->to;
    if (page_ref_equal(item_ref(from), item_ref(to))) {
        pass(from);
        pass(to);
        return ST_OK;
    }
    uint32_t from_level = item_level(from), to_level = item_level(to);
    if (from_level != to_level)
        return enter(from_level > to_level ? from : to);
    int order = slice_compare(from->key, to->key);
    if (order <= 0)
        TRY(enter(from));
    return order >= 0 ? enter(to) : ST_OK;
}

/* One side stands at a row, the other at a page. */
static enum status
step_mixed(struct diff *diff, struct side *at_row, struct side *at_page)
{
    if (slice_compare(at_row->key, at_page->key) < 0)
        return visit_one(diff, at_row);
    return enter(at_page);
}

static enum status
step(struct diff *diff)
{
    struct side *from = &diff->from, *to = &diff->to;
    if (is_done(to))
        return is_row(from) ? visit_one(diff, from) : enter(from);
    if (is_done(from))
        return is_row(to) ? visit_one(diff, to) : enter(to);
    if (!is_row(from) && !is_row(to))
        return step_pages(diff);
    if (!is_row(to))
        return step_mixed(diff, from, to);
    if (!is_row(from))
        return step_mixed(diff, to, from);
    int order = slice_compare(from->key, to->key);
    if (order == 0)
        return visit_both(diff);
    return visit_one(diff, order < 0 ? from : to);
}

/* Finds the pages of the path again after the epoch was renewed. */
static enum status
restore(struct side *side)
{
    for (uint32_t d = 0; d < side->depth; d++)
        TRY(cache_get(side->store->cache, side->path[d].ref, &side->path[d].page));
    return ST_OK;
}

static void
side_init(struct side *side, struct store *store, const struct tree_root *root, uint8_t *key_room)
{
    side->store = store;
    side->depth = 0;
    side->top = root->ref;
    side->is_at_top = root->ref.page != PAGE_NONE;
    side->key = slice_of(key_room, 0);
    side->key_room = key_room;
    buf_init(&side->spill);
}

enum status
tree_diff(struct store *store, struct reader *reader, const struct tree_root *from,
          const struct tree_root *to, tree_diff_visit visit, void *object)
{
    struct diff diff = {.visit = visit, .object = object};
    diff.key_rooms = mem_alloc((size_t)2 * KEY_BYTES_MAX);
    if (diff.key_rooms == NULL)
        return ST_NO_MEMORY;
    side_init(&diff.from, store, from, diff.key_rooms);
    side_init(&diff.to, store, to, diff.key_rooms + KEY_BYTES_MAX);
    enum status st = ST_OK;
    for (uint32_t steps = 1; st == ST_OK && !(is_done(&diff.from) && is_done(&diff.to)); steps++) {
        st = step(&diff);
        if (st != ST_OK || steps % STEPS_AN_EPOCH != 0)
            continue;
        reader_refresh(reader);
        st = restore(&diff.from);
        if (st == ST_OK)
            st = restore(&diff.to);
    }
    buf_deinit(&diff.from.spill);
    buf_deinit(&diff.to.spill);
    mem_free(diff.key_rooms);
    return st;
}
