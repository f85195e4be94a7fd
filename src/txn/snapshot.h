/*
 * snapshot.h: one state of a branch that a transaction stands at.
 *
 * A snapshot has a reader of its own, which pins its moment while it is in use. Statements of a
 * READ COMMITTED transaction move the snapshot on, unless an outer statement or a cursor still
 * needs the old one: then they get another. Snapshots belong to a transaction and are kept with it
 * in the pool, readers and all. One thread at a time.
 */
#pragma once

#include "branch/head.h"
#include "store/reader.h"
#include "store/tree.h"

#define SNAPSHOT_ROOTS 8

struct branch;

struct snapshot {
    struct snapshot *next; /* among the transaction's */
    struct reader *reader;
    struct head_state head;
    birth_seq pin;    /* the moment that is pinned */
    uint32_t holders; /* statements and cursors */
    bool is_pinned;
    bool is_entered;
    uint64_t renewals; /* how often pointers into its pages have died */
    /* Trees looked up lately in the directory `roots_of` as it was at `roots_moment`: its pages
     * may have been changed where they are since (in_place.c). */
    struct page_ref roots_of;
    birth_seq roots_moment;
    uint32_t root_count, root_next;
    struct {
        tree_no tree;
        bool exists;
        struct tree_root root;
    } roots[SNAPSHOT_ROOTS];
};

MUST_CHECK enum status snapshot_new(struct store *store, struct snapshot **snapshot);
void snapshot_free(struct snapshot *snapshot);
/* Moves to the branch's newest published head and pins it. */
void snapshot_take(struct snapshot *snapshot, struct branch *branch);
/* Moves to where another snapshot stands, which is pinned and stays so meanwhile. */
void snapshot_join(struct snapshot *snapshot, const struct snapshot *other);
void snapshot_unpin(struct snapshot *snapshot);
void snapshot_enter(struct snapshot *snapshot);
void snapshot_leave(struct snapshot *snapshot);
/* Leaves the epoch and enters a new one. */
void snapshot_renew(struct snapshot *snapshot);
/* The root of a tree in the snapshot; ST_NOT_FOUND. */
MUST_CHECK enum status snapshot_root(struct snapshot *snapshot, struct store *store, tree_no tree,
                                     struct tree_root *root);
