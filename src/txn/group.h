/*
 * group.h: the changes of one moment: several transactions, or one piece of other work.
 *
 * A group makes pages of one birth in edits of its own, one a branch and one for the file's tree,
 * and then becomes visible as a whole or is dropped as a whole. Replay of the log uses the same
 * functions without the log, and makes one group of many records: it begins in the moment of the
 * first and is published in that of the last. The writer's thread alone.
 */
#pragma once

#include "base/buf.h"
#include "txn/db_int.h"

struct group_tree {
    tree_no tree;
    struct tree_root root;
    bool exists, is_changed;
};

struct group_branch {
    struct branch *branch;
    struct edit edit;
    struct tree_root directory;
    struct group_tree *trees;
    uint32_t tree_count, tree_capacity;
    uint32_t free_count; /* group_seal: the first of edit.retired; the rest goes to the dead */
    uint64_t commit_count;
    birth_seq moment; /* of the last change to the branch: what forks and adoptions are judged by */
};

/* A private tree that the group is to adopt (private.h); the transaction's, until the end. */
struct adoption {
    struct adoption *next; /* of the transaction */
    tree_no tree;
    struct edit *edit; /* its taken pages are published with the group, the retired ones given up */
    birth_seq first_birth;
    bool is_replacing;
    bool is_named; /* the log names the pages */
    struct tree_root base, root;
    bool is_adopted; /* set when published */
    /* The group's. */
    struct branch *branch;
    struct adoption *next_in_group;
    uint32_t free_count; /* as in group_branch */
};

/* A branch's row that the group changes, or takes away. */
struct group_ref {
    struct branch_ref ref;
    bool is_gone;
};

struct group {
    struct db *db;
    struct reader *reader;
    bool is_entered;  /* the reader stands in an epoch: until the group is sealed */
    birth_seq birth;  /* of the pages made */
    birth_seq moment; /* that it is published in; in a replay, that of the record at hand */
    struct group_branch *branches;
    uint32_t branch_count, branch_capacity;
    bool is_file_changed;
    struct file_tree file;
    struct edit file_edit;
    struct file_counters counters;
    struct group_ref *refs;
    uint32_t ref_count, ref_capacity;
    struct adoption *adoptions;
    uint64_t change_count;  /* of rows, as the log has them */
    struct page_list freed; /* besides what the edits retired: pages of jobs */
    struct buf record;      /* what goes to the log; empty: nothing */
    bool has_claim;         /* a branch is being dropped: db.dropping is set */
    bool has_jobs;          /* the group has queued some */
    bool has_written_dead;  /* dead pages of branches went to the file's tree */
    void (*published)(struct group *group, void *object); /* may be null: the last thing done */
    void *published_object;
};

/* What the writer keeps from group to group. */
MUST_CHECK enum status group_init(struct group *group, struct db *db);
void group_deinit(struct group *group);

/* Begins; the group is empty. The reader stands in an epoch until the group is sealed or over. */
void group_begin(struct group *group, birth_seq moment);
void group_drop(struct group *group);
/* Reserves all that publishing needs: the last step that can fail besides the log. */
MUST_CHECK enum status group_seal(struct group *group);
/* Cannot fail. */
void group_publish(struct group *group);
/* The branch's part of it: what the next to read it sees, once db.published has reached it. */
void branch_head_publish(struct branch *branch, const struct head_state *head,
                         uint64_t commit_count);
bool group_is_empty(const struct group *group);

/* The branch's part of the group. The pointer dies at the next call. */
MUST_CHECK enum status group_branch_get(struct group *group, struct branch *branch,
                                        struct group_branch **part);
/* A tree in it, loaded on first use; the pointer dies at the next call. */
MUST_CHECK enum status group_tree_get(struct group *group, struct group_branch *part, tree_no tree,
                                      struct group_tree **found);
/* The file's tree, to be changed. */
MUST_CHECK enum status group_file(struct group *group, struct file_tree **file);
/* A number for a node, lineage or job. */
uint64_t group_new_number(struct group *group);

/* The row of a branch as the group sees it: newest head, changes of the group included. */
MUST_CHECK enum status group_ref_get(struct group *group, uint32_t branch, struct branch_ref *ref);
MUST_CHECK enum status group_ref_put(struct group *group, const struct branch_ref *ref);
MUST_CHECK enum status group_ref_delete(struct group *group, const struct branch_ref *ref);
/* Writes the dead pages that the open branch has in memory to its dead list in the file's tree. */
MUST_CHECK enum status group_flush_dead(struct group *group, uint32_t branch);
/* Queues a job for a tree of the branch that nothing reaches any more after this group. */
MUST_CHECK enum status group_free_tree(struct group *group, const struct branch *branch,
                                       const struct tree_root *root);
MUST_CHECK enum status group_job_put(struct group *group, struct job *job);

/* Makes the private tree the branch's. ST_IN_USE: it cannot be, since the branch has been forked or
 * the tree changed; then its rows must be applied. */
MUST_CHECK enum status group_adopt(struct group *group, struct branch *branch,
                                   struct adoption *adoption);
/* Applies a transaction's changes (record.h) to the branch. ST_CORRUPT if they make no sense. */
MUST_CHECK enum status group_apply(struct group *group, struct branch *branch,
                                   struct slice changes);
/* The same in parts, for a replay: that `count` transactions have changed the branch, the last of
 * them at `moment`; and what they have changed in a tree. */
MUST_CHECK enum status group_note_commits(struct group *group, struct branch *branch,
                                          uint64_t count, birth_seq moment);
struct group_changes {
    tree_no tree;
    const struct tree_change *changes; /* by rising key, each once; few enough for an epoch */
    uint32_t change_count;
};
MUST_CHECK enum status group_apply_sorted(struct group *group, struct branch *branch,
                                          const struct group_changes *changes);
