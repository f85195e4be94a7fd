/*
 * fork.h: branches made, dropped and renamed, and nodes that have lost their purpose.
 *
 * These work on the file's tree inside a group; commit and replay alike. The tree's rows and their
 * rules are file_tree.h's.
 */
#pragma once

#include "txn/group.h"

/* How a branch is to be made: all that replay needs to do the same. */
struct fork_plan {
    uint32_t source, child;
    node_id node;
    bool is_new_node; /* else the source has not changed since it hung on `node` */
    lineage_id source_lineage, child_lineage;
    int64_t created_us;
    char name[BRANCH_REF_NAME_BYTES + 1];
};

/* Decides how `source` is to be frozen, and takes the numbers for it. */
MUST_CHECK enum status fork_freeze_plan(struct group *group, const struct branch_ref *source,
                                        struct fork_plan *plan);
/* Makes the source's head an inner node, unless it is one; *node is that. */
MUST_CHECK enum status fork_freeze(struct group *group, const struct fork_plan *plan,
                                   struct fork_node *node);
/* The same, and a branch on it. */
MUST_CHECK enum status fork_create(struct group *group, const struct fork_plan *plan);
/* A branch with no parent and nothing in it: the first ones of a file. */
MUST_CHECK enum status fork_create_root(struct group *group, const char *name, int64_t created_us);
MUST_CHECK enum status fork_drop(struct group *group, uint32_t branch);
MUST_CHECK enum status fork_rename(struct group *group, uint32_t branch, const char *name);

/* Queues a look at whether the node is still needed. */
MUST_CHECK enum status fork_release_node(struct group *group, node_id node);
/* The look: takes the node out if nothing, or only one branch or node, hangs on it. */
MUST_CHECK enum status fork_collapse(struct group *group, node_id node);
