/*
 * txn_int.h: what a transaction consists of; for src/txn alone.
 *
 * A transaction is used by one thread at a time; after txn_commit_submit that is the writer's,
 * until it is back in the pool.
 */
#pragma once

#include "txn/db_int.h"
#include "txn/snapshot.h"
#include "txn/txn.h"
#include "txn/write_set.h"
#include "txn/writer.h"

#define STATEMENTS_MAX 256 /* nested, by functions and triggers */
#define TABLE_HOLDS 8
#define ALL_VISIBLE UINT32_MAX

/* A statement under way. */
struct statement {
    struct snapshot *snapshot;
    uint32_t visible; /* own changes by commands before this one are seen */
};

struct savepoint {
    struct savepoint *outer;
    struct change *mark;
    uint32_t command; /* of the first changes after it */
};

struct txn {
    struct work work;
    struct txn *next; /* in the pool */
    struct db *db;
    struct branch *branch;
    struct txn_options options;
    struct txn_wait wait;
    uint64_t id; /* 0: none given yet */
    /* Of another database: that of the session's temporary tables. It does what this one does:
     * statements, savepoints, steps. Null: none. */
    struct txn *temp;

    struct snapshot *snapshots; /* all that it owns */
    struct snapshot *fixed;     /* REPEATABLE READ: the snapshot of the first statement */
    struct statement statements[STATEMENTS_MAX];
    uint32_t statement_count;
    uint32_t command;       /* of the changes made now; from 1 */
    bool has_ended_reading; /* the statement, so that its changes need no version before them */

    struct txn_cursor *cursors; /* open ones */
    uint32_t view_count;        /* kept ones */
    struct arena *arena;
    struct write_set set;
    struct private_tree *privates; /* trees that have outgrown the write set */
    struct adoption *adoptions;    /* at commit: those the writer is given */
    struct savepoint *savepoint;   /* the innermost */
    uint32_t savepoint_count;

    struct lock_owner locks;
    struct {
        tree_no tree;
        uint32_t modes; /* bits by enum table_lock */
    } table_holds[TABLE_HOLDS];
    uint32_t table_hold_count;

    struct snapshot *newest;   /* held: for looks at the newest head */
    struct buf record;         /* the changes as the log has them */
    bool needs_sync;           /* something was logged ahead that the commit must make durable */
    struct merge_note *merges; /* sources looked at */
    void (*done)(void *object, enum status st);
    void *done_object;
};

/* The transaction whose tree it is: each function that is given a tree begins with it. */
static inline struct txn *
txn_for(struct txn *txn, tree_no tree)
{
    return LIKELY(tree < TREE_TEMP_FIRST) || txn->temp == NULL ? txn : txn->temp;
}

/* The statement under way; it is a broken promise to ask outside of one. */
struct statement *txn_statement(struct txn *txn);
/* A snapshot of the transaction that nobody uses. */
MUST_CHECK enum status txn_snapshot_spare(struct txn *txn, struct snapshot **snapshot);
/* Leaves the epochs of all its snapshots: pointers into pages die, pins stay. Who reads on enters
 * again. */
void snapshots_leave(struct txn *txn);
/* The same before blocking. */
void txn_leave_epochs(void *object);
/* The tree as own changes before `visible` leave it, laid over `snapshot`: the generation (null:
 * none) and the root below (*has_root false: nothing is below). */
MUST_CHECK enum status txn_layers(struct txn *txn, struct snapshot *snapshot, tree_no tree,
                                  uint32_t visible, struct generation **generation,
                                  struct tree_root *root, bool *has_root);
/* The newest published head's row, without own changes, copied into `spill`. */
MUST_CHECK enum status txn_get_published(struct txn *txn, tree_no tree, struct slice key,
                                         struct buf *spill, struct slice *value);
/* The last key of the tree in the newest published head, copied into `bytes`; ST_NOT_FOUND. */
MUST_CHECK enum status txn_last_key_published(struct txn *txn, tree_no tree, struct buf *bytes,
                                              struct slice *key);
/* Ends all cursors: they hold nothing of the transaction any more, and give no rows. */
void txn_cursors_end(struct txn *txn);
/* Gives everything up and puts the transaction back into the pool. */
void txn_end(struct txn *txn, bool is_committed);
/* One of the pool, or a new one; its fields are as the last user left them. */
MUST_CHECK enum status txn_pool_take(struct db *db, struct txn **txn);
void txn_pool_give(struct txn *txn);
/* All transactions of the pool, at the end. */
void txn_pool_free(struct db *db);
