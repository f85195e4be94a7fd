/*
 * read.c: single rows, counts and estimates, through a transaction's layers.
 *
 * A tree as a transaction sees it is, from below: the root in the snapshot, and on it the own
 * changes of earlier commands. Where the transaction created, cleared or dropped the tree, nothing
 * lies below. Looks at the *newest* head (unique checks, rows just locked) take a snapshot of their
 * own for that moment and copy what they find, because its pages are not held any longer.
 */
#include "base/check.h"
#include "txn/locking.h"
#include "txn/private.h"
#include "txn/txn_int.h"

enum status
txn_layers(struct txn *txn, struct snapshot *snapshot, tree_no tree, uint32_t visible,
           struct generation **generation, struct tree_root *root, bool *has_root)
{
    *generation = NULL;
    *has_root = false;
    if (UNLIKELY(txn->set.trees != NULL)) {
        *generation = write_set_generation(&txn->set, tree, visible);
        if (*generation != NULL && (*generation)->base == BASE_PRIVATE) {
            *root = private_root((*generation)->private, visible);
            *has_root = root->ref.page != PAGE_NONE;
            *generation = NULL;
            return ST_OK;
        }
        if (*generation != NULL && (*generation)->base != BASE_SNAPSHOT)
            return ST_OK;
    }
    enum status st = snapshot_root(snapshot, txn->db->store, tree, root);
    *has_root = st == ST_OK && root->ref.page != PAGE_NONE;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* The own change of the key: ST_OK (*value), ST_NOT_FOUND (deleted), or ST_LIMIT: there is none. */
static enum status
own_get(const struct generation *generation, struct slice key, uint32_t visible,
        struct slice *value)
{
    const struct change_key *found = generation_find(generation, key);
    const struct change *change = found == NULL ? NULL : change_visible(found, visible);
    if (change == NULL)
        return ST_LIMIT;
    if (change->kind == CHANGE_DELETE)
        return ST_NOT_FOUND;
    *value = slice_of(change->value, change->bytes);
    return ST_OK;
}

enum status
txn_get(struct txn *txn, tree_no tree, struct slice key, struct buf *spill, struct slice *value)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    struct generation *generation;
    struct tree_root root;
    bool has_root;
    snapshot_enter(statement->snapshot);
    TRY(txn_layers(txn, statement->snapshot, tree, statement->visible, &generation, &root,
                   &has_root));
    if (generation != NULL) {
        enum status st = own_get(generation, key, statement->visible, value);
        if (st != ST_LIMIT)
            return st;
    }
    if (!has_root)
        return ST_NOT_FOUND;
    return tree_get(txn->db->store, statement->snapshot->reader, &root, key, spill, value);
}

/* ---- the newest head ---- */

static enum status
newest_begin(struct txn *txn, struct snapshot **newest)
{
    if (txn->newest == NULL) {
        TRY(txn_snapshot_spare(txn, &txn->newest));
        txn->newest->holders++;
    }
    snapshot_take(txn->newest, txn->branch);
    snapshot_enter(txn->newest);
    *newest = txn->newest;
    return ST_OK;
}

static void
newest_end(struct snapshot *newest)
{
    snapshot_leave(newest);
    snapshot_unpin(newest);
}

enum status
txn_get_published(struct txn *txn, tree_no tree, struct slice key, struct buf *spill,
                  struct slice *value)
{
    struct snapshot *newest;
    TRY(newest_begin(txn, &newest));
    struct tree_root root;
    struct slice found;
    enum status st = snapshot_root(newest, txn->db->store, tree, &root);
    if (st == ST_OK && root.ref.page == PAGE_NONE)
        st = ST_NOT_FOUND;
    if (st == ST_OK)
        st = tree_get(txn->db->store, newest->reader, &root, key, spill, &found);
    if (st == ST_OK && found.data != spill->data) {
        buf_clear(spill);
        buf_put_slice(spill, found);
        if (spill->is_failed)
            st = ST_NO_MEMORY;
    }
    if (st == ST_OK)
        *value = buf_slice(spill);
    newest_end(newest);
    return st;
}

enum status
txn_last_key_published(struct txn *txn, tree_no tree, struct buf *bytes, struct slice *key)
{
    struct snapshot *newest;
    TRY(newest_begin(txn, &newest));
    struct tree_root root;
    struct cursor cursor;
    enum status st = snapshot_root(newest, txn->db->store, tree, &root);
    if (st == ST_OK && root.ref.page == PAGE_NONE)
        st = ST_NOT_FOUND;
    if (st == ST_OK) {
        cursor_init(&cursor, txn->db->store, newest->reader, &root);
        st = cursor_last(&cursor);
        if (st == ST_OK && cursor.is_at_end)
            st = ST_NOT_FOUND;
        if (st == ST_OK)
            st = cursor_key(&cursor, key);
        if (st == ST_OK)
            buf_put_slice(bytes, *key);
        if (st == ST_OK && bytes->is_failed)
            st = ST_NO_MEMORY;
        cursor_deinit(&cursor);
    }
    *key = buf_slice(bytes);
    newest_end(newest);
    return st;
}

/* Whether the statement's snapshot shows the tree's newest state: then there is no need to look
 * further. */
static bool
is_newest(struct txn *txn, struct snapshot *snapshot)
{
    struct head_state head = head_read(&txn->branch->head);
    return page_ref_equal(head.root.ref, snapshot->head.root.ref);
}

/* Copied: the page changes in place under the statement's next change. */
static enum status
private_get_newest(struct txn *txn, const struct private_tree *private, struct slice key,
                   struct buf *spill, struct slice *value)
{
    struct slice found;
    if (tree_is_behind(&private->edit, &private->root, key))
        return ST_NOT_FOUND;
    TRY(tree_get(txn->db->store, txn_statement(txn)->snapshot->reader, &private->root, key, spill,
                 &found));
    if (found.data != spill->data) {
        buf_clear(spill);
        buf_put_slice(spill, found);
    }
    *value = buf_slice(spill);
    return spill->is_failed ? ST_NO_MEMORY : ST_OK;
}

enum status
txn_get_newest(struct txn *txn, tree_no tree, struct slice key, struct buf *spill,
               struct slice *value)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    struct generation *generation;
    struct tree_root root;
    bool has_root;
    snapshot_enter(statement->snapshot);
    if (UNLIKELY(txn->privates != NULL)) {
        generation = write_set_generation(&txn->set, tree, ALL_VISIBLE);
        if (generation != NULL && generation->base == BASE_PRIVATE)
            return private_get_newest(txn, generation->private, key, spill, value);
    }
    TRY(txn_layers(txn, statement->snapshot, tree, ALL_VISIBLE, &generation, &root, &has_root));
    if (generation != NULL) {
        enum status st = own_get(generation, key, ALL_VISIBLE, value);
        if (st != ST_LIMIT)
            return st;
        if (generation->base != BASE_SNAPSHOT)
            return ST_NOT_FOUND;
    }
    if (!is_newest(txn, statement->snapshot))
        return txn_get_published(txn, tree, key, spill, value);
    if (!has_root)
        return ST_NOT_FOUND;
    return tree_get(txn->db->store, statement->snapshot->reader, &root, key, spill, value);
}

/* ---- a row that was just locked ---- */

/* What the snapshot with the own changes shows of a row, compared with what it is now. */
static enum status
row_compare(struct txn *txn, tree_no tree, struct slice key, struct row_now *now)
{
    struct buf spill;
    struct slice shown;
    buf_init(&spill);
    enum status st = txn_get(txn, tree, key, &spill, &shown);
    if (st == ST_OK || st == ST_NOT_FOUND) {
        bool existed = st == ST_OK;
        now->is_changed = existed != now->exists || (existed && !slice_equal(shown, now->value));
        st = ST_OK;
    }
    buf_deinit(&spill);
    return st;
}

/* Whether it is the transaction itself that has made the row what it is. */
static bool
is_own_change(const struct changed_tree *own, struct slice key)
{
    if (own == NULL || own->newest == NULL)
        return false;
    const struct change_key *found = generation_find(own->newest, key);
    return own->newest->base != BASE_SNAPSHOT || (found != NULL && found->newest != NULL);
}

/* Whether the running statement has changed the row. */
static bool
is_changed_now(const struct changed_tree *own, struct slice key, uint32_t visible)
{
    if (own == NULL || own->newest == NULL)
        return false;
    const struct change_key *found = generation_find(own->newest, key);
    return found != NULL && found->newest != change_visible(found, visible);
}

enum status
txn_row_now(struct txn *txn, tree_no tree, struct slice key, struct buf *spill, struct row_now *now)
{
    struct statement *statement = txn_statement(txn);
    struct changed_tree *own = write_set_find(&txn->set, tree);
    enum status st = txn_get_newest(txn, tree, key, spill, &now->value);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    now->exists = st == ST_OK;
    now->is_changed = false;
    now->is_own = is_changed_now(own, key, statement->visible);
    if (own == NULL && is_newest(txn, statement->snapshot))
        return ST_OK;
    TRY(row_compare(txn, tree, key, now));
    if (now->is_changed && !is_own_change(own, key) &&
        txn->options.isolation != ISOLATION_READ_COMMITTED)
        return ST_CONFLICT;
    return ST_OK;
}

enum status
txn_lock_shown_row(struct txn *txn, tree_no tree, struct slice key, enum lock_mode mode,
                   bool *is_same)
{
    txn = txn_for(txn, tree);
    const struct snapshot *snapshot = txn_statement(txn)->snapshot;
    uint64_t renewals = snapshot->renewals;
    TRY(txn_lock_row(txn, tree, key, mode, LOCK_WAIT, NULL, NULL));
    /* From here on nobody else changes the row; own changes are the statement's to see. */
    *is_same = renewals == snapshot->renewals && txn->statement_count == 1 &&
               is_newest(txn, txn_statement(txn)->snapshot);
    return ST_OK;
}

/* ---- counts ---- */

/* Whether the key is in the tree below, remembered in the key. */
static enum status
base_row_find(struct txn *txn, struct snapshot *snapshot, const struct tree_root *root,
              bool has_root, struct change_key *key)
{
    if (key->base_row != BASE_ROW_UNKNOWN)
        return ST_OK;
    enum status st = ST_NOT_FOUND;
    struct buf spill;
    struct slice value;
    buf_init(&spill);
    if (has_root)
        st =
            tree_get(txn->db->store, snapshot->reader, root, change_key_slice(key), &spill, &value);
    buf_deinit(&spill);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    key->base_row = st == ST_OK ? BASE_ROW_PRESENT : BASE_ROW_ABSENT;
    return ST_OK;
}

/* How many rows a change leaves of its key. Before it the key was as the change before left it, or
 * the base had it. The row was locked before it was changed, so nobody else moves what lies
 * below. */
static enum status
change_rows(struct txn *txn, struct snapshot *snapshot, const struct tree_root *root, bool has_root,
            const struct change *change, int64_t *rows)
{
    int64_t before;
    if (change->older != NULL) {
        before = change->older->kind == CHANGE_PUT;
    } else {
        TRY(base_row_find(txn, snapshot, root, has_root, change->key));
        before = change->key->base_row == BASE_ROW_PRESENT;
    }
    *rows += (change->kind == CHANGE_PUT) - before;
    return ST_OK;
}

/* Brings generation->counted_rows up to the statement: only what is new on the chain is read. */
static enum status
generation_count(struct txn *txn, struct generation *generation, const struct tree_root *root,
                 bool has_root)
{
    const struct statement *statement = txn_statement(txn);
    if (generation->counted_rollbacks != txn->set.rollback_count ||
        statement->visible < generation->counted_visible) {
        generation->counted_rows = 0;
        generation->counted_mark = NULL;
    }
    struct change *start = txn->set.newest;
    while (start != NULL && start->command >= statement->visible)
        start = start->undo;
    int64_t rows = generation->counted_rows;
    for (const struct change *c = start; c != generation->counted_mark; c = c->undo) {
        if (c->kind != CHANGE_GENERATION && c->key->generation == generation)
            TRY(change_rows(txn, statement->snapshot, root, has_root, c, &rows));
    }
    generation->counted_rows = rows;
    generation->counted_mark = start;
    generation->counted_visible = statement->visible;
    generation->counted_rollbacks = txn->set.rollback_count;
    return ST_OK;
}

enum status
txn_row_count(struct txn *txn, tree_no tree, uint64_t *count)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    struct generation *generation;
    struct tree_root root;
    bool has_root;
    snapshot_enter(statement->snapshot);
    TRY(txn_layers(txn, statement->snapshot, tree, statement->visible, &generation, &root,
                   &has_root));
    int64_t rows = has_root ? (int64_t)root.row_count : 0;
    if (generation != NULL) {
        TRY(generation_count(txn, generation, &root, has_root));
        rows += generation->counted_rows;
    }
    *count = rows > 0 ? (uint64_t)rows : 0;
    return ST_OK;
}

bool
txn_tree_root(struct txn *txn, tree_no tree, struct tree_root *root)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    *root = (struct tree_root){0};
    if (txn->set.trees != NULL) {
        const struct changed_tree *own = write_set_find(&txn->set, tree);
        if (own != NULL && own->newest != NULL)
            return false;
    }
    snapshot_enter(statement->snapshot);
    enum status st = snapshot_root(statement->snapshot, txn->db->store, tree, root);
    return st == ST_OK || st == ST_NOT_FOUND;
}

struct trees_stamp
txn_trees_stamp(const struct txn *txn)
{
    check(txn->statement_count != 0);
    const struct statement *statement = &txn->statements[txn->statement_count - 1];
    return (struct trees_stamp){.head = statement->snapshot->head.root.ref,
                                .changed = txn->set.trees,
                                .rollback_count = txn->set.rollback_count};
}
