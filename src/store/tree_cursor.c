/*
 * tree_cursor.c: a place in a tree, and the way from it to its neighbours.
 *
 * A cursor keeps the path from the root to a row. Pages of a published tree do not change, so the
 * path stays right as long as the epoch lasts, and the same numbers lead to the same row after it
 * (cursor_restore). Leaves are not linked: the neighbour is found by going up as far as need be.
 */
#include "base/check.h"
#include "store/overflow.h"
#include "store/tree_int.h"

enum side { SIDE_FIRST, SIDE_LAST };

void
cursor_init(struct cursor *cursor, struct store *store, struct reader *reader,
            const struct tree_root *root)
{
    cursor->store = store;
    cursor->reader = reader;
    cursor->root = *root;
    cursor->depth = 0;
    cursor->is_at_end = true;
    buf_init(&cursor->key);
    buf_init(&cursor->spill);
}

void
cursor_deinit(struct cursor *cursor)
{
    buf_deinit(&cursor->key);
    buf_deinit(&cursor->spill);
}

static inline const struct page *
page_at(const struct cursor *cursor, uint32_t depth)
{
    return cursor->path[depth].bytes;
}

static inline void
push(struct cursor *cursor, page_no page, const struct page *bytes)
{
    uint32_t d = cursor->depth++;
    cursor->path[d].page = page;
    cursor->path[d].bytes = bytes;
    cursor->path[d].slot_count = bytes->slot_count;
    cursor->path[d].slot_idx = 0;
}

/* Not on any row; what a failed call leaves behind. */
static enum status
unplaced(struct cursor *cursor, enum status st)
{
    cursor->depth = 0;
    cursor->is_at_end = true;
    return st;
}

/* Enters the root. False (with *st ST_OK) in an empty tree. */
static bool
enter(struct cursor *cursor, enum status *st)
{
    const struct page *page;
    cursor->depth = 0;
    cursor->is_at_end = true;
    *st = ST_OK;
    if (cursor->root.ref.page == PAGE_NONE)
        return false;
    *st = tree_top_page(cursor->store, cursor->root.ref, &page);
    if (*st != ST_OK)
        return false;
    push(cursor, cursor->root.ref.page, page);
    cursor->is_at_end = false;
    return true;
}

/* Goes down one level, to the child at the slot that the path's end stands at. */
static inline enum status
go_down(struct cursor *cursor)
{
    const struct page *inner = page_at(cursor, cursor->depth - 1), *page;
    struct page_ref child = inner_child(inner, cursor->path[cursor->depth - 1].slot_idx);
    enum status st = tree_page_at(cursor->store, child, inner->level - 1u, &page);
    if (LIKELY(st == ST_OK))
        push(cursor, child.page, page);
    return st;
}

/* Goes to the first or last row of what the path's end, just entered, reaches. */
static enum status
go_to_side(struct cursor *cursor, enum side side)
{
    for (;;) {
        uint32_t d = cursor->depth - 1;
        if (side == SIDE_LAST && cursor->path[d].slot_count > 0)
            cursor->path[d].slot_idx = cursor->path[d].slot_count - 1;
        if (page_at(cursor, d)->level == 0)
            return ST_OK;
        TRY(go_down(cursor));
    }
}

/* The next leaf that has a row, or the end. */
static enum status
next_leaf(struct cursor *cursor)
{
    while (cursor->depth > 1) {
        cursor->depth--;
        uint32_t d = cursor->depth - 1;
        if (cursor->path[d].slot_idx + 1 >= cursor->path[d].slot_count)
            continue;
        cursor->path[d].slot_idx++;
        enum status st = go_down(cursor);
        if (st == ST_OK)
            st = go_to_side(cursor, SIDE_FIRST);
        if (st != ST_OK)
            return unplaced(cursor, st);
        if (cursor->path[cursor->depth - 1].slot_count > 0)
            return ST_OK;
    }
    return unplaced(cursor, ST_OK);
}

static enum status
prev_leaf(struct cursor *cursor)
{
    while (cursor->depth > 1) {
        cursor->depth--;
        uint32_t d = cursor->depth - 1;
        if (cursor->path[d].slot_idx == 0)
            continue;
        cursor->path[d].slot_idx--;
        enum status st = go_down(cursor);
        if (st == ST_OK)
            st = go_to_side(cursor, SIDE_LAST);
        if (st != ST_OK)
            return unplaced(cursor, st);
        if (cursor->path[cursor->depth - 1].slot_count > 0)
            return ST_OK;
    }
    return unplaced(cursor, ST_OK);
}

enum status
cursor_first(struct cursor *cursor)
{
    enum status st;
    if (!enter(cursor, &st))
        return st;
    st = go_to_side(cursor, SIDE_FIRST);
    if (st != ST_OK)
        return unplaced(cursor, st);
    return cursor->path[cursor->depth - 1].slot_count > 0 ? ST_OK : next_leaf(cursor);
}

enum status
cursor_last(struct cursor *cursor)
{
    enum status st;
    if (!enter(cursor, &st))
        return st;
    st = go_to_side(cursor, SIDE_LAST);
    if (st != ST_OK)
        return unplaced(cursor, st);
    return cursor->path[cursor->depth - 1].slot_count > 0 ? ST_OK : prev_leaf(cursor);
}

/* To the leaf that holds `key` if any does; its slot_idx is the first row that is not less, which
 * may be past its last. False if that is all there is to it. */
static bool
seek_leaf(struct cursor *cursor, struct slice key, enum status *st)
{
    if (!enter(cursor, st))
        return false;
    for (;;) {
        uint32_t d = cursor->depth - 1;
        const struct page *page = page_at(cursor, d);
        if (page->level == 0) {
            bool is_equal;
            cursor->path[d].slot_idx = leaf_find(page, key, &is_equal);
            return true;
        }
        cursor->path[d].slot_idx = inner_find(page, key);
        *st = go_down(cursor);
        if (UNLIKELY(*st != ST_OK)) {
            *st = unplaced(cursor, *st);
            return false;
        }
    }
}

enum status
cursor_seek(struct cursor *cursor, struct slice key)
{
    enum status st;
    if (!seek_leaf(cursor, key, &st))
        return st;
    uint32_t d = cursor->depth - 1;
    if (cursor->path[d].slot_idx < cursor->path[d].slot_count)
        return ST_OK;
    return next_leaf(cursor);
}

enum status
cursor_seek_before(struct cursor *cursor, struct slice key)
{
    enum status st;
    if (!seek_leaf(cursor, key, &st))
        return st;
    uint32_t d = cursor->depth - 1;
    if (cursor->path[d].slot_idx > 0) {
        cursor->path[d].slot_idx--;
        return ST_OK;
    }
    return prev_leaf(cursor);
}

enum status
cursor_next(struct cursor *cursor)
{
    if (cursor->is_at_end)
        return ST_OK;
    uint32_t d = cursor->depth - 1;
    if (++cursor->path[d].slot_idx < cursor->path[d].slot_count)
        return ST_OK;
    return next_leaf(cursor);
}

enum status
cursor_prev(struct cursor *cursor)
{
    if (cursor->is_at_end)
        return ST_OK;
    uint32_t d = cursor->depth - 1;
    if (cursor->path[d].slot_idx > 0) {
        cursor->path[d].slot_idx--;
        return ST_OK;
    }
    return prev_leaf(cursor);
}

enum status
cursor_restore(struct cursor *cursor)
{
    if (cursor->is_at_end)
        return ST_OK;
    uint32_t depth = cursor->depth, idx = cursor->path[0].slot_idx;
    enum status st;
    if (!enter(cursor, &st))
        return st;
    cursor->path[0].slot_idx = idx;
    while (cursor->depth < depth) {
        uint32_t d = cursor->depth;
        idx = cursor->path[d].slot_idx; /* still there behind the path's end */
        st = go_down(cursor);
        if (st != ST_OK)
            return unplaced(cursor, st);
        cursor->path[d].slot_idx = idx;
    }
    return ST_OK;
}

enum status
cursor_key(struct cursor *cursor, struct slice *key)
{
    if (cursor->is_at_end)
        return ST_NOT_FOUND;
    uint32_t d = cursor->depth - 1;
    const struct page *leaf = page_at(cursor, d);
    struct slice suffix = page_suffix(leaf, cursor->path[d].slot_idx);
    if (leaf->prefix_bytes == 0) {
        *key = suffix;
        return ST_OK;
    }
    buf_clear(&cursor->key);
    uint8_t *to = buf_reserve(&cursor->key, leaf->prefix_bytes + suffix.bytes);
    if (to == NULL)
        return ST_NO_MEMORY;
    memcpy(to, leaf->body, leaf->prefix_bytes);
    memcpy(to + leaf->prefix_bytes, suffix.data, suffix.bytes);
    cursor->key.bytes = leaf->prefix_bytes + suffix.bytes;
    *key = buf_slice(&cursor->key);
    return ST_OK;
}

enum status
cursor_value(struct cursor *cursor, struct slice *value)
{
    if (cursor->is_at_end)
        return ST_NOT_FOUND;
    uint32_t d = cursor->depth - 1;
    bool is_overflow;
    *value = leaf_value(page_at(cursor, d), cursor->path[d].slot_idx, &is_overflow);
    if (UNLIKELY(is_overflow))
        return overflow_read_buf(cursor->store, leaf_stub(*value), &cursor->spill, value);
    return ST_OK;
}
