/*
 * locking.c: the locks that transactions take on rows and tables.
 */
#include "txn/locking.h"
#include "base/hash.h"
#include "txn/txn_int.h"

/* The thread is about to wait. */
static void
wait_begin(struct txn *txn, enum blocked_on what)
{
    if (txn->wait.blocked_on != NULL)
        *txn->wait.blocked_on = what;
    txn_leave_epochs(txn);
}

static void
wait_for_row(void *object)
{
    wait_begin(object, BLOCKED_ON_ROW);
}

static void
wait_for_table(void *object)
{
    wait_begin(object, BLOCKED_ON_TABLE);
}

static void
wait_end(struct txn *txn, bool has_waited)
{
    if (has_waited && txn->wait.blocked_on != NULL)
        *txn->wait.blocked_on = BLOCKED_NOT;
}

static struct lock_patience
patience_of(const struct txn *txn, enum lock_wait wait)
{
    return (struct lock_patience){.is_nowait = wait != LOCK_WAIT,
                                  .timeout_us = txn->wait.lock_timeout_us,
                                  .cancel = txn->wait.cancel,
                                  .deadlock_timeout_us =
                                      txn->wait.deadlock_timeout_us != 0
                                          ? txn->wait.deadlock_timeout_us
                                          : txn->db->options.deadlock_timeout_us};
}

/* Whether the tree is private: then its table is locked against all who lock rows. */
static bool
is_locked_out(struct txn *txn, tree_no tree)
{
    const struct changed_tree *own = write_set_find(&txn->set, tree);
    return own != NULL && own->newest != NULL && own->newest->private != NULL;
}

enum status
txn_lock_row(struct txn *txn, tree_no tree, struct slice key, enum lock_mode mode,
             enum lock_wait wait, struct buf *spill, struct row_now *now)
{
    txn = txn_for(txn, tree);
    if (txn->privates != NULL && is_locked_out(txn, tree))
        return now == NULL ? ST_OK : txn_row_now(txn, tree, key, spill, now);
    uint64_t seed = hash_combine(txn->branch->no, tree);
    struct lock_name name = {.hash = hash_bytes_seed(key.data, key.bytes, seed),
                             .class = LOCK_CLASS_ROW};
    struct lock_patience patience = patience_of(txn, wait);
    bool has_waited;
    enum status st = lock_acquire(txn->db->locks, &txn->locks, name, (uint32_t)mode, &patience,
                                  wait_for_row, txn, &has_waited);
    wait_end(txn, has_waited);
    if (st != ST_OK)
        return st;
    if (now == NULL)
        return ST_OK;
    return txn_row_now(txn, tree, key, spill, now);
}

/* The bits of the modes that need not be taken when `mode` is held, by enum table_lock. */
static uint32_t
modes_implied(enum table_lock mode)
{
    /* Each mode conflicts with all that the weaker ones conflict with, but SHARE and SHARE UPDATE
     * EXCLUSIVE do not cover one another, and SHARE does not cover ROW EXCLUSIVE. */
    static const uint16_t implied[] = {
        [TABLE_ACCESS_SHARE] = 1 << 1,
        [TABLE_ROW_SHARE] = 1 << 1 | 1 << 2,
        [TABLE_ROW_EXCLUSIVE] = 1 << 1 | 1 << 2 | 1 << 3,
        [TABLE_SHARE_UPDATE_EXCLUSIVE] = 1 << 1 | 1 << 2 | 1 << 4,
        [TABLE_SHARE] = 1 << 1 | 1 << 2 | 1 << 5,
        [TABLE_SHARE_ROW_EXCLUSIVE] = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6,
        [TABLE_EXCLUSIVE] = 0xfe,
        [TABLE_ACCESS_EXCLUSIVE] = 0x1fe,
    };
    return implied[mode];
}

static bool
table_is_held(const struct txn *txn, tree_no tree, enum table_lock mode)
{
    for (uint32_t i = 0; i < txn->table_hold_count; i++) {
        if (txn->table_holds[i].tree == tree)
            return (txn->table_holds[i].modes >> mode & 1) != 0;
    }
    return false;
}

static void
table_note(struct txn *txn, tree_no tree, enum table_lock mode)
{
    uint32_t i = 0;
    while (i < txn->table_hold_count && txn->table_holds[i].tree != tree)
        i++;
    if (i == TABLE_HOLDS)
        return; /* the lock table knows */
    if (i == txn->table_hold_count) {
        txn->table_holds[i].tree = tree;
        txn->table_holds[i].modes = 0;
        txn->table_hold_count++;
    }
    txn->table_holds[i].modes |= modes_implied(mode);
}

enum status
txn_lock_table(struct txn *txn, tree_no tree, enum table_lock mode, enum lock_wait wait)
{
    txn = txn_for(txn, tree);
    if (table_is_held(txn, tree, mode))
        return ST_OK;
    struct lock_name name = {.hash = hash_combine(hash_u64(txn->branch->no), tree),
                             .class = LOCK_CLASS_TABLE};
    struct lock_patience patience = patience_of(txn, wait);
    bool has_waited;
    enum status st = lock_acquire(txn->db->locks, &txn->locks, name, (uint32_t)mode - 1, &patience,
                                  wait_for_table, txn, &has_waited);
    wait_end(txn, has_waited);
    if (st != ST_OK)
        return st;
    table_note(txn, tree, mode);
    return ST_OK;
}

void
txn_wake(struct db *db, const _Atomic bool *cancel)
{
    lock_wake(db->locks, cancel);
}
