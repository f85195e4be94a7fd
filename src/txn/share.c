/*
 * share.c: what a statement sees, for threads that help it.
 *
 * A share is a transaction of the pool, with a reader and a snapshot of its own, that stands where
 * the statement stands: the same head, pinned at the same moment, and the same own changes, which
 * it reads in the other's write set. Nobody changes that while shares of it are out.
 */
#include "base/check.h"
#include "txn/txn_int.h"

static enum status
share_one(struct txn *txn, struct txn **out)
{
    const struct statement *statement = txn_statement(txn);
    struct txn *share;

    TRY(txn_pool_take(txn->db, &share));
    share->branch = txn->branch;
    share->options = txn->options;
    share->wait = (struct txn_wait){.cancel = NULL};
    share->id = 0;
    share->temp = NULL;
    share->command = txn->command;
    share->set = txn->set;
    struct snapshot *snapshot = share->snapshots;
    snapshot_join(snapshot, statement->snapshot);
    snapshot->holders++;
    share->statements[0] = (struct statement){.snapshot = snapshot, .visible = statement->visible};
    share->statement_count = 1;
    *out = share;
    return ST_OK;
}

enum status
txn_share(struct txn *txn, struct txn **out)
{
    struct txn *share;

    TRY(share_one(txn, &share));
    if (txn->temp != NULL) {
        enum status st = share_one(txn->temp, &share->temp);
        if (st != ST_OK) {
            txn_unshare(share);
            return st;
        }
    }
    *out = share;
    return ST_OK;
}

void
txn_unshare(struct txn *share)
{
    if (share->temp != NULL)
        txn_unshare(share->temp);
    txn_cursors_end(share);
    struct snapshot *snapshot = share->statements[0].snapshot;
    snapshot->holders = 0;
    snapshot_leave(snapshot);
    snapshot_unpin(snapshot);
    share->statement_count = 0;
    share->temp = NULL;
    write_set_init(&share->set, share->arena);
    txn_pool_give(share);
}

/* ---- ranges of a tree ---- */

enum status
txn_tree_split(struct txn *txn, tree_no tree, uint32_t leaves, struct arena *arena,
               struct slice **keys, uint32_t *count)
{
    txn = txn_for(txn, tree);
    struct statement *statement = txn_statement(txn);
    struct generation *generation;
    struct tree_root root;
    bool has_root;

    *count = 0;
    *keys = NULL;
    snapshot_enter(statement->snapshot);
    TRY(txn_layers(txn, statement->snapshot, tree, statement->visible, &generation, &root,
                   &has_root));
    if (!has_root)
        return ST_OK;
    return tree_split(txn->db->store, &root, leaves, arena, keys, count);
}
