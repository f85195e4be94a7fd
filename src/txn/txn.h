/*
 * txn.h: transactions: a snapshot of a branch, a write set over it, locks, and the merge at commit.
 *
 * A transaction is used by one thread at a time. It reads what its snapshot holds, overlaid by its
 * own changes. Row changes are puts and deletes of keys in trees; to this part rows are bytes.
 *
 * Rules for callers (exec), which make row conflicts impossible at commit:
 *   L1  before a row is put or deleted its key is locked (txn_lock_row) with the tree of the
 * primary key L2  before a key is inserted into a unique tree it is locked there, then looked up
 * with txn_get_newest L3  trees that follow from others (non-unique indexes) need no locks L4  a
 * tree made in the same transaction needs no locks A statement does not see its own changes:
 * cursors show what was there when txn_statement_begin was called.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/column.h"
#include "base/status.h"
#include "store/layout.h"
#include "store/tree.h"
#include "txn/db.h"

struct txn;

enum isolation { ISOLATION_READ_COMMITTED, ISOLATION_REPEATABLE_READ, ISOLATION_SERIALIZABLE };

struct txn_options {
    enum isolation isolation;
    bool is_read_only;
    bool is_deferrable;
};

/* What a thread waits for, told while it does. */
enum blocked_on { BLOCKED_NOT, BLOCKED_ON_ROW, BLOCKED_ON_TABLE };

/* Waiting ends with ST_CANCELED when *cancel becomes true (and txn_wake is called), with
 * ST_LOCK_TIMEOUT after lock_timeout_us (0: never). */
struct txn_wait {
    const _Atomic bool *cancel;
    int64_t lock_timeout_us;
    int64_t deadlock_timeout_us; /* before a look for deadlocks; 0: as the database has it */
    /* Called once before the thread blocks (null: nothing is): it may be replaced meanwhile. */
    void (*on_block)(void *object);
    void *object;
    _Atomic int *blocked_on; /* enum blocked_on, as it is; null: nobody asks */
};

/* Begins on the branch's head. Cheap: no allocation once the branch's pool is warm. */
MUST_CHECK enum status txn_begin(struct branch *branch, const struct txn_options *options,
                                 struct txn **txn);
/* READ COMMITTED: moves the snapshot to the branch's newest published head. Always: new changes are
 * hidden from cursors opened from now until the next call. Enters the reader's epoch;
 * txn_statement_end leaves it. Slices handed out die there. */
MUST_CHECK enum status txn_statement_begin(struct txn *txn);
void txn_statement_end(struct txn *txn);
/* Ends all statements under way: what an error has left. */
void txn_statements_end(struct txn *txn);

/*
 * What a statement sees, kept so that later ones can go on with it (cursors, portals). Gone with
 * the transaction, if not dropped before.
 */
struct txn_view {
    struct snapshot *snapshot, *temp_snapshot; /* null: none */
    uint32_t visible, temp_visible;
};

/* Keeps what the statement under way sees. */
struct txn_view txn_view_keep(struct txn *txn);
/* Begins a statement that sees it; ends with txn_statement_end. */
MUST_CHECK enum status txn_view_begin(struct txn *txn, struct txn_view view);
void txn_view_drop(struct txn *txn, struct txn_view *view);
/*
 * After a table's lock was taken: the running statement goes on with the newest head, which has all
 * that those before it have written to the table. ST_CONFLICT: the snapshot must not move, and
 * `tree` has changed since it was taken. No cursor may be open; slices die.
 */
MUST_CHECK enum status txn_statement_renew(struct txn *txn, tree_no tree);
/* Makes the changes done so far by this statement visible to cursors opened from now on, without a
 * new snapshot (data-modifying CTEs, several triggers). */
void txn_step(struct txn *txn);
/* The statement reads nothing any more of what it is about to change, but by txn_get_newest: what
 * it saw need not be kept. Until it ends. */
void txn_end_reading(struct txn *txn);
void txn_set_wait(struct txn *txn, struct txn_wait wait);
/* Makes a READ COMMITTED transaction outside of a statement as good as one just begun; false: it
 * has changes, locks, savepoints or a number, and must be ended. */
bool txn_renew(struct txn *txn);
bool txn_has_changes(const struct txn *txn);
/* 32-bit number of the transaction for txid_current() and kin; assigned at the first call. */
uint64_t txn_id(struct txn *txn);
/*
 * The tree's root in the snapshot, for caches of what is in it: equal refs, equal contents. False
 * if this transaction has changed the tree: then what it sees is not what the root holds. ST-free:
 * an unreadable directory gives false. A tree that does not exist has an empty root.
 */
bool txn_tree_root(struct txn *txn, tree_no tree, struct tree_root *root);

/* As long as this is the same, the trees that the transaction has not changed have the same roots,
 * and they are the same trees. */
struct trees_stamp {
    struct page_ref head;
    const void *changed; /* own changes: which trees, ... */
    uint64_t rollback_count;
};
struct trees_stamp txn_trees_stamp(const struct txn *txn);

/* A number that is new in this file (db_new_id); for catalog rows. */
MUST_CHECK enum status txn_new_id(struct txn *txn, uint32_t *id);

/*
 * Temporary tables: trees from TREE_TEMP_FIRST on live in a database of the session's own. `temp`,
 * a transaction of it that has done nothing, goes along with this one from now on: functions that
 * are given such a tree (or a sequence of such a number) work on it, and it takes part in
 * statements, views and savepoints. A rollback ends both; before a commit it is detached, and
 * committed after this one. On failure nothing is attached.
 */
MUST_CHECK enum status txn_attach_temp(struct txn *txn, struct txn *temp);
struct txn *txn_detach_temp(struct txn *txn); /* null: there was none */
struct txn *txn_temp(const struct txn *txn);  /* null: none */

/* ---- the end. All free the transaction; locks are given up. ---- */

/* Merged, durable (unless is_async_commit) and visible when it returns ST_OK. ST_CONFLICT and
 * others: rolled back. */
MUST_CHECK enum status txn_commit(struct txn *txn, bool is_async_commit);
/*
 * For those who will soon begin another: commits, or rolls back, and is then a transaction that has
 * just begun, with the same options. Only if txn_can_go_on: in memory, READ COMMITTED, and nothing
 * but rows of tables has changed. *is_alone: no other transaction was there.
 */
bool txn_can_go_on(const struct txn *txn);
MUST_CHECK enum status txn_commit_go_on(struct txn *txn, bool *is_alone);
/*
 * The same without waiting: done(object, status) is called once, by the writer's thread (or before
 * this returns). The calling thread must not touch txn any more. done must be quick and must not
 * block.
 */
void txn_commit_submit(struct txn *txn, bool is_async_commit,
                       void (*done)(void *object, enum status st), void *object);
void txn_rollback(struct txn *txn);

/* Savepoints are numbered from 1, nested. Rolling back to one keeps it; its locks stay. */
MUST_CHECK enum status txn_savepoint(struct txn *txn, uint32_t *savepoint);
void txn_rollback_to(struct txn *txn, uint32_t savepoint);
void txn_release(struct txn *txn, uint32_t savepoint);

/* ---- reading ---- */

/* The row in the snapshot overlaid by own changes, those of the running statement excepted.
 * ST_NOT_FOUND. *value dies at statement end, at the next reader_refresh, or when the key is
 * changed; overflow values are read into `spill`. */
MUST_CHECK enum status txn_get(struct txn *txn, tree_no tree, struct slice key, struct buf *spill,
                               struct slice *value);
/* The row as the newest published head has it, overlaid by all own changes (the running statement's
 * too): for unique checks under L2. */
MUST_CHECK enum status txn_get_newest(struct txn *txn, tree_no tree, struct slice key,
                                      struct buf *spill, struct slice *value);
/* Live rows of the tree, own changes counted. A tree that does not exist has none. */
MUST_CHECK enum status txn_row_count(struct txn *txn, tree_no tree, uint64_t *count);

/* A key range: from <= key < to; null data: no bound. */
struct key_range {
    struct slice from, to;
};

/* ---- sharing (share.c): threads that help the running statement ---- */

/*
 * A transaction for another thread, to read what the running statement sees: cursors, txn_get,
 * txn_refresh, nothing else. While there are any, nobody changes anything through `txn`. Ended with
 * txn_unshare, by any thread, also after `txn` itself has ended.
 */
MUST_CHECK enum status txn_share(struct txn *txn, struct txn **share);
void txn_unshare(struct txn *share);
/* Keys that cut the tree, as the snapshot has it, into ranges of about so many leaves. The array
 * and the keys are in `arena`. */
MUST_CHECK enum status txn_tree_split(struct txn *txn, tree_no tree, uint32_t leaves,
                                      struct arena *arena, struct slice **keys, uint32_t *count);

struct txn_cursor;
/* Cursors live in `arena` (their cleanup too). The range's slices are copied. */
MUST_CHECK enum status txn_cursor_open(struct txn *txn, tree_no tree, struct key_range range,
                                       bool is_backward, struct arena *arena,
                                       struct txn_cursor **cursor);
/* The next row; ST_NOT_FOUND at the end. Slices die at the next call on this cursor or at statement
 * end. */
MUST_CHECK enum status txn_cursor_next(struct txn_cursor *cursor, struct slice *key,
                                       struct slice *value);
/* Up to `max` rows into columns (forward only); *count 0 only at the end. Where no own changes lie,
 * a leaf at a time. Text is views that die at the next call on this cursor (long-lived in `arena`
 * only where it had to be copied). With `is_refreshing` the reader's epoch is renewed first:
 * pointers got from ANY cursor before are dead. */
MUST_CHECK enum status txn_cursor_columns(struct txn_cursor *cursor, const struct layout *layout,
                                          uint32_t max, bool is_refreshing, struct arena *arena,
                                          struct column *columns, uint32_t *count);
/* Renews the epoch of this statement and of those around it, as a reader of many single rows must
 * now and then: pages that it has passed can be evicted. Pointers got from ANY cursor or look-up
 * before are dead. */
void txn_refresh(struct txn *txn);
/* Back to the start, with a new range. */
MUST_CHECK enum status txn_cursor_reset(struct txn_cursor *cursor, struct key_range range);
void txn_cursor_close(struct txn_cursor *cursor);

/* ---- writing: rules L1 to L4 ---- */

MUST_CHECK enum status txn_put(struct txn *txn, tree_no tree, struct slice key, struct slice value);
MUST_CHECK enum status txn_delete(struct txn *txn, tree_no tree, struct slice key);
/*
 * Bulk loads. txn_bulk_begin moves the tree's changes to pages of the transaction's own, where all
 * later ones go without locks of rows: other writers are kept off `table` (TABLE_EXCLUSIVE; of an
 * index's tree: the table's). ST_LOCK_BUSY: some are at it; ST_CONFLICT: the snapshot is not the
 * newest state and must not move. On any failure nothing has changed and ordinary puts go on.
 */
MUST_CHECK enum status txn_bulk_begin(struct txn *txn, tree_no table, tree_no tree);
bool txn_is_bulk(const struct txn *txn, tree_no tree);
/*
 * New rows in strictly rising key order into a tree that txn_is_bulk. *done counts the rows put.
 * ST_EXISTS: keys[*done] is there already, as all own changes and the newest head have it.
 */
MUST_CHECK enum status txn_insert_many(struct txn *txn, tree_no tree, const struct slice *keys,
                                       const struct slice *values, uint32_t count, uint32_t *done);
/* Trees come and go with the transaction. clear: empties in O(1) (TRUNCATE); needs the table lock.
 */
MUST_CHECK enum status txn_tree_create(struct txn *txn, tree_no tree);
MUST_CHECK enum status txn_tree_drop(struct txn *txn, tree_no tree);
MUST_CHECK enum status txn_tree_clear(struct txn *txn, tree_no tree);
/* The next hidden row id of a table without a primary key: unique in the branch, rising. */
MUST_CHECK enum status txn_new_row_id(struct txn *txn, tree_no tree, uint64_t count,
                                      uint64_t *first);
/* A row with this id came from elsewhere: ids given from now on are beyond it. */
MUST_CHECK enum status txn_pass_row_id(struct txn *txn, tree_no tree, uint64_t row_id);

/* ---- locks ---- */

enum lock_mode {
    LOCK_KEY_SHARE,
    LOCK_SHARE,
    LOCK_NO_KEY_UPDATE,
    LOCK_UPDATE
}; /* PostgreSQL's row locks */
enum lock_wait { LOCK_WAIT, LOCK_NOWAIT, LOCK_SKIP };

struct row_now {
    bool is_changed; /* differs from what the snapshot (with own changes) shows */
    bool exists;
    bool is_own;        /* the running statement itself has changed it already */
    struct slice value; /* of the newest version; as long-lived as txn_get's */
};

/*
 * Locks a row until the transaction ends. ST_LOCK_BUSY, ST_LOCK_TIMEOUT, ST_DEADLOCK, ST_CANCELED;
 * ST_CONFLICT if it has changed since the snapshot and the isolation is not READ COMMITTED. Then
 * tells what the row is now. Blocks the thread: the epoch is left while waiting (all slices die).
 */
MUST_CHECK enum status txn_lock_row(struct txn *txn, tree_no tree, struct slice key,
                                    enum lock_mode mode, enum lock_wait wait, struct buf *spill,
                                    struct row_now *now);

/*
 * For a statement that has done nothing yet, and a row that txn_get has just shown it: locks it,
 * and tells whether it is the newest version still. If not, txn_lock_row tells what it is now.
 * Slices die if the thread had to wait: then *is_same is false.
 */
MUST_CHECK enum status txn_lock_shown_row(struct txn *txn, tree_no tree, struct slice key,
                                          enum lock_mode mode, bool *is_same);

enum table_lock {
    TABLE_ACCESS_SHARE = 1,
    TABLE_ROW_SHARE,
    TABLE_ROW_EXCLUSIVE,
    TABLE_SHARE_UPDATE_EXCLUSIVE,
    TABLE_SHARE,
    TABLE_SHARE_ROW_EXCLUSIVE,
    TABLE_EXCLUSIVE,
    TABLE_ACCESS_EXCLUSIVE
};
/* PostgreSQL's table modes and conflicts, except that ACCESS_SHARE conflicts with nothing: readers
 * never block. Cheap if held already. */
MUST_CHECK enum status txn_lock_table(struct txn *txn, tree_no tree, enum table_lock mode,
                                      enum lock_wait wait);

/* ---- sequences: not undone by rollback, never given twice, durable with the commit that follows
 * ---- */

struct sequence_state { /* the row of TREE_SEQUENCES; key: object id, big-endian */
    int64_t last_value, start, increment, min, max, cache;
    bool is_called, can_cycle;
};

/* ST_LIMIT: exhausted. */
MUST_CHECK enum status sequence_next(struct txn *txn, uint32_t sequence, int64_t *value);
MUST_CHECK enum status sequence_set(struct txn *txn, uint32_t sequence, int64_t value,
                                    bool is_called);
MUST_CHECK enum status sequence_get(struct txn *txn, uint32_t sequence,
                                    struct sequence_state *state);
/* Create, or change the parameters (transactional). */
MUST_CHECK enum status sequence_put(struct txn *txn, uint32_t sequence,
                                    const struct sequence_state *state);
/* A row of TREE_SEQUENCES as branch_merge_rows shows it. ST_CORRUPT: no such row. */
MUST_CHECK enum status sequence_read(struct txn *txn, struct slice row,
                                     struct sequence_state *state);

/* ---- settings of the database's threads ---- */

/* Wakes a transaction that waits for a lock, so that it looks at its cancel flag. Any thread. */
void txn_wake(struct db *db, const _Atomic bool *cancel);
/* Takes a checkpoint now and waits for it. */
MUST_CHECK enum status db_checkpoint(struct db *db);

/* ---- comparing and merging branches: first form ---- */

/* The same for a tree in each of two transactions' snapshots (a statement has begun in both); their
 * own changes are not seen. The trees may have different numbers. */
MUST_CHECK enum status txn_diff(struct txn *from, tree_no from_tree, struct txn *to,
                                tree_no to_tree, tree_diff_visit visit, void *object);

enum merge_side { MERGE_BOTH_SAME, MERGE_SOURCE, MERGE_TARGET, MERGE_CONFLICT };
/* One key that changed since the fork on either side. Slices with null data: the row is not there.
 */
struct merge_row {
    enum merge_side side;
    struct slice key, base, source, target;
};
typedef enum status (*merge_visit)(void *object, const struct merge_row *row);
/*
 * Three-way comparison of one tree of `source` against the snapshot of txn (on the target branch),
 * base: where they forked. Rows changed on neither side are not visited. The caller puts what it
 * wants into txn. ST_INVALID: the branches share no history.
 */
MUST_CHECK enum status branch_merge_rows(struct txn *target, struct branch *source, tree_no tree,
                                         merge_visit visit, void *object);
/* After the caller's puts: records, at commit, that source's head is merged, so the next merge
 * starts from there. */
MUST_CHECK enum status branch_merge_done(struct txn *target, struct branch *source);
