/*
 * overlay.c: cursors over a tree as a transaction sees it.
 *
 * Two sources in one order: the tree in the snapshot, and the transaction's own changes that were
 * there when the cursor was opened. Where a key is in both, the own change wins; a deleted row
 * hides the one below. Columns are read a leaf at a time up to the next own key; where own keys lie
 * dense, rows are merged one by one into the columns.
 *
 *   C1  `own` is the next key whose change the cursor may see, or null: none is left in the range
 *   C2  the base cursor stands at the next row that was not handed out, unless `is_base_used`
 *   C3  `renewals` differs from the snapshot's when pointers of the base cursor have died
 */
#include "base/check.h"
#include "txn/txn_int.h"

#define DENSE_ROWS_MIN                                                                             \
    64u /* a run below shorter than this makes the next call merge row by row                      \
         */

struct txn_cursor {
    struct txn *txn; /* null: the transaction is over, or the cursor closed */
    struct txn_cursor *prev, *next;
    struct snapshot *snapshot;
    uint64_t renewals;
    struct tree_root root;
    bool has_root, is_backward;
    bool is_started, is_base_used, is_dense;
    uint32_t visible;
    struct generation *generation;
    struct change_key *own;
    struct cursor base;
    struct buf from, to;
    bool has_from, has_to;
};

static enum status cursor_start(struct txn_cursor *cursor);

/* ---- opening and closing ---- */

static void
cursor_cleanup(void *object)
{
    txn_cursor_close(object);
}

static enum status
bound_set(struct buf *bound, bool *has, struct slice from)
{
    buf_clear(bound);
    *has = from.data != NULL;
    buf_put_slice(bound, from);
    return bound->is_failed ? ST_NO_MEMORY : ST_OK;
}

static enum status
range_set(struct txn_cursor *cursor, struct key_range range)
{
    TRY(bound_set(&cursor->from, &cursor->has_from, range.from));
    return bound_set(&cursor->to, &cursor->has_to, range.to);
}

static struct slice
range_from(const struct txn_cursor *cursor)
{
    return cursor->has_from ? buf_slice(&cursor->from) : slice_of(NULL, 0);
}

static struct slice
range_to(const struct txn_cursor *cursor)
{
    return cursor->has_to ? buf_slice(&cursor->to) : slice_of(NULL, 0);
}

enum status
txn_cursor_open(struct txn *txn, tree_no tree, struct key_range range, bool is_backward,
                struct arena *arena, struct txn_cursor **out)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    struct txn_cursor *cursor = arena_try_alloc(arena, sizeof *cursor);
    if (cursor == NULL)
        return ST_NO_MEMORY;
    cursor->txn = NULL; /* not open yet: the clean-up has nothing to do */
    if (!arena_try_on_end(arena, cursor_cleanup, cursor))
        return ST_NO_MEMORY;
    struct snapshot *snapshot = statement->snapshot;
    *cursor = (struct txn_cursor){
        .snapshot = snapshot, .is_backward = is_backward, .visible = statement->visible};
    buf_init(&cursor->from);
    buf_init(&cursor->to);
    snapshot_enter(snapshot);
    TRY(txn_layers(txn, snapshot, tree, cursor->visible, &cursor->generation, &cursor->root,
                   &cursor->has_root));
    enum status st = range_set(cursor, range);
    if (st != ST_OK) {
        buf_deinit(&cursor->from);
        buf_deinit(&cursor->to);
        return st;
    }
    if (cursor->has_root)
        cursor_init(&cursor->base, txn->db->store, snapshot->reader, &cursor->root);

    cursor->txn = txn;
    cursor->next = txn->cursors;
    if (txn->cursors != NULL)
        txn->cursors->prev = cursor;
    txn->cursors = cursor;
    snapshot->holders++;
    *out = cursor;
    return ST_OK;
}

/* Takes everything from the cursor but its own few bytes. */
static void
cursor_end(struct txn_cursor *cursor)
{
    if (cursor->has_root)
        cursor_deinit(&cursor->base);
    buf_deinit(&cursor->from);
    buf_deinit(&cursor->to);
    cursor->txn = NULL;
    cursor->has_root = false;
}

void
txn_cursor_close(struct txn_cursor *cursor)
{
    struct txn *txn = cursor->txn;
    if (txn == NULL)
        return;
    if (cursor->next != NULL)
        cursor->next->prev = cursor->prev;
    if (cursor->prev != NULL)
        cursor->prev->next = cursor->next;
    else
        txn->cursors = cursor->next;
    struct snapshot *snapshot = cursor->snapshot;
    snapshot->holders--;
    cursor_end(cursor);
    if (snapshot->holders == 0) {
        snapshot_leave(snapshot);
        snapshot_unpin(snapshot);
    }
}

void
txn_cursors_end(struct txn *txn)
{
    while (txn->cursors != NULL) {
        struct txn_cursor *cursor = txn->cursors;
        txn->cursors = cursor->next;
        cursor_end(cursor);
    }
}

enum status
txn_cursor_reset(struct txn_cursor *cursor, struct key_range range)
{
    check(cursor->txn != NULL);
    cursor->is_started = false;
    return range_set(cursor, range);
}

/* ---- the own changes ---- */

/* Moves `own` to the first key from `key` on, in the cursor's direction, that counts (C1). */
static void
own_settle(struct txn_cursor *cursor, struct change_key *key)
{
    while (key != NULL && change_visible(key, cursor->visible) == NULL)
        key = cursor->is_backward ? key->prev : key->next;
    if (key != NULL && !cursor->is_backward && cursor->has_to &&
        slice_compare(change_key_slice(key), range_to(cursor)) >= 0)
        key = NULL;
    if (key != NULL && cursor->is_backward && cursor->has_from &&
        slice_compare(change_key_slice(key), range_from(cursor)) < 0)
        key = NULL;
    cursor->own = key;
}

static void
own_step(struct txn_cursor *cursor)
{
    own_settle(cursor, cursor->is_backward ? cursor->own->prev : cursor->own->next);
}

/* ---- the tree below ---- */

/* Stands in the snapshot's epoch, with a base cursor whose pointers live (C3). */
static enum status
base_ready(struct txn_cursor *cursor)
{
    snapshot_enter(cursor->snapshot);
    if (cursor->renewals == cursor->snapshot->renewals)
        return ST_OK;
    if (cursor->has_root && cursor->is_started && !cursor->base.is_at_end)
        TRY(cursor_restore(&cursor->base));
    cursor->renewals = cursor->snapshot->renewals;
    return ST_OK;
}

static enum status
base_step(struct txn_cursor *cursor)
{
    cursor->is_base_used = false;
    return cursor->is_backward ? cursor_prev(&cursor->base) : cursor_next(&cursor->base);
}

/* The key that the base cursor stands at; data null past the range's end. */
static enum status
base_key(struct txn_cursor *cursor, struct slice *key)
{
    *key = slice_of(NULL, 0);
    if (!cursor->has_root)
        return ST_OK;
    if (cursor->is_base_used)
        TRY(base_step(cursor));
    if (cursor->base.is_at_end)
        return ST_OK;
    TRY(cursor_key(&cursor->base, key));
    bool is_past = cursor->is_backward
                       ? cursor->has_from && slice_compare(*key, range_from(cursor)) < 0
                       : cursor->has_to && slice_compare(*key, range_to(cursor)) >= 0;
    if (is_past)
        *key = slice_of(NULL, 0);
    return ST_OK;
}

static enum status
base_seek(struct txn_cursor *cursor)
{
    if (!cursor->has_root)
        return ST_OK;
    if (!cursor->is_backward)
        return cursor->has_from ? cursor_seek(&cursor->base, range_from(cursor))
                                : cursor_first(&cursor->base);
    return cursor->has_to ? cursor_seek_before(&cursor->base, range_to(cursor))
                          : cursor_last(&cursor->base);
}

static enum status
cursor_start(struct txn_cursor *cursor)
{
    snapshot_enter(cursor->snapshot);
    TRY(base_seek(cursor));
    cursor->renewals = cursor->snapshot->renewals;
    cursor->is_base_used = false;
    cursor->is_dense = false;
    cursor->is_started = true;
    struct change_key *own = NULL;
    if (cursor->generation != NULL)
        own = cursor->is_backward ? generation_seek_before(cursor->generation, range_to(cursor))
                                  : generation_seek(cursor->generation, range_from(cursor));
    own_settle(cursor, own);
    return ST_OK;
}

static enum status
cursor_ready(struct txn_cursor *cursor)
{
    check(cursor->txn != NULL);
    return cursor->is_started ? base_ready(cursor) : cursor_start(cursor);
}

/* ---- rows ---- */

/* The next row of the two sources, which are both ready. */
static enum status
merge_next(struct txn_cursor *cursor, struct slice *key, struct slice *value)
{
    for (;;) {
        struct slice below;
        TRY(base_key(cursor, &below));
        if (cursor->own == NULL) {
            if (below.data == NULL)
                return ST_NOT_FOUND;
            *key = below;
            cursor->is_base_used = true;
            return cursor_value(&cursor->base, value);
        }

        struct slice own = change_key_slice(cursor->own);
        int order = below.data == NULL ? -1 : slice_compare(own, below);
        if (cursor->is_backward && below.data != NULL)
            order = -order;
        if (order > 0) {
            *key = below;
            cursor->is_base_used = true;
            return cursor_value(&cursor->base, value);
        }
        const struct change *change = change_visible(cursor->own, cursor->visible);
        own_step(cursor);
        if (change == NULL)
            continue; /* rolled back since the cursor came here */
        if (order == 0)
            TRY(base_step(cursor));
        if (change->kind == CHANGE_PUT) {
            *key = own;
            *value = slice_of(change->value, change->bytes);
            return ST_OK;
        }
    }
}

enum status
txn_cursor_next(struct txn_cursor *cursor, struct slice *key, struct slice *value)
{
    TRY(cursor_ready(cursor));
    return merge_next(cursor, key, value);
}

/* ---- columns ---- */

/* Merges rows one by one into the columns, until there are `max` or the next own key is far. */
static enum status
merge_columns(struct txn_cursor *cursor, const struct layout *layout, uint32_t max,
              struct arena *arena, struct column *columns, uint32_t *count)
{
    for (uint32_t c = 0; c < layout->column_count; c++)
        columns[c].has_nulls = false;
    uint32_t row = 0;
    while (row < max && cursor->own != NULL) {
        struct slice key, value;
        enum status st = merge_next(cursor, &key, &value);
        if (st == ST_NOT_FOUND)
            break;
        if (st != ST_OK)
            return st;
        /* An overflow value was read into the cursor's buffer, which the next row will need. */
        if (value.data != NULL && value.data == cursor->base.spill.data) {
            uint8_t *copy = arena_try_alloc(arena, value.bytes);
            if (copy == NULL)
                return ST_NO_MEMORY;
            memcpy(copy, value.data, value.bytes);
            value.data = copy;
        }
        TRY(row_decode_columns(layout, key, value, columns, row));
        row++;
    }
    *count = row;
    return ST_OK;
}

void
txn_refresh(struct txn *txn)
{
    /* Statements around the running one stand in epochs too. */
    for (struct snapshot *s = txn->snapshots; s != NULL; s = s->next) {
        if (s->is_entered)
            snapshot_renew(s);
    }
    if (txn->temp != NULL)
        txn_refresh(txn->temp);
}

enum status
txn_cursor_columns(struct txn_cursor *cursor, const struct layout *layout, uint32_t max,
                   bool is_refreshing, struct arena *arena, struct column *columns, uint32_t *count)
{
    check(!cursor->is_backward);
    if (is_refreshing)
        txn_refresh(cursor->txn);
    TRY(cursor_ready(cursor));
    *count = 0;
    if (cursor->own == NULL)
        cursor->is_dense = false;
    if (cursor->has_root && cursor->is_base_used)
        TRY(base_step(cursor));
    if (cursor->has_root && !cursor->is_dense && !cursor->base.is_at_end) {
        struct slice end = cursor->own != NULL ? change_key_slice(cursor->own) : range_to(cursor);
        TRY(cursor_read_columns(&cursor->base, layout, end, max, arena, columns, count));
        cursor->is_dense = cursor->own != NULL && *count < DENSE_ROWS_MIN;
        if (*count != 0)
            return ST_OK;
    }
    if (cursor->own == NULL)
        return ST_OK;
    cursor->is_dense = true;
    TRY(merge_columns(cursor, layout, max, arena, columns, count));
    /* Own keys that only hid rows may have been the last ones: then the rest lies below. */
    if (*count == 0)
        return txn_cursor_columns(cursor, layout, max, false, arena, columns, count);
    return ST_OK;
}
