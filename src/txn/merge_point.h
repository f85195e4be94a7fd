/*
 * merge_point.h: which state of one branch another has taken in, so that the next merge starts
 * from there.
 *
 * A transaction that compares a source branch with its own freezes the source's head as a node
 * (fork.h) and works from that. If it commits the merge, the node stays as the *merge point* of
 * (target, source), held by an edge; else it is released.
 */
#pragma once

#include "txn/group.h"
#include "txn/snapshot.h"

struct buf;
struct record_reader;
struct txn;

/* A source branch that a transaction looks at; in its arena. */
struct merge_note {
    struct merge_note *next;
    struct branch *source; /* held */
    struct snapshot *at;   /* the source as frozen, held among the transaction's snapshots */
    struct tree_root base; /* the directory that both sides come from */
    node_id node;
    bool is_done; /* to be recorded at commit */
};

/* The transaction's note on the source, made if there is none. ST_INVALID: no common history. */
MUST_CHECK enum status merge_note_get(struct txn *txn, struct branch *source,
                                      struct merge_note **note);
/* Writes the merges that are done as parts of the transaction's changes. */
MUST_CHECK enum status merge_notes_put(struct buf *to, const struct txn *txn);
bool merge_notes_have_done(const struct txn *txn);
/* Gives the notes up at the transaction's end; nodes that are not needed are released. */
void merge_notes_end(struct txn *txn, bool is_committed);

/* The part of a commit's changes that says what was merged. ST_CONFLICT: the node is gone. */
MUST_CHECK enum status merge_point_apply(struct group *group, struct branch *target,
                                         struct record_reader *reader);
MUST_CHECK enum status replay_freeze(struct group *group, struct record_reader *body);
