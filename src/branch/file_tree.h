/*
 * file_tree.h: the rows of the file's own tree: branches, nodes, dead lists, jobs.
 *
 *   key                                          value
 *   'B' branch 4                                 struct branch_ref: the branch
 *   'C'                                          struct file_counters
 *   'D' lineage 8, birth 8, page 8               empty: a page in the dead list of a lineage
 *   'E' node 8, edge kind 1, id 8                empty: who hangs on a node
 *   'F' node 8                                   struct fork_node
 *   'J' lineage 8, job 8                         struct job
 *   'M' target 4, source 4                       node 8: the last merge point
 *   'N' name                                     branch 4
 *
 * Integers in keys are big-endian, in values little-endian.
 *
 * Branches fork after the manner of ZFS. Inner *nodes* form a tree and never change; branch heads
 * are its leaves. Forking freezes the source's head as a node of which source and new branch are
 * the children. A *lineage* is the dead list of a leaf or node: pages that its line of changes gave
 * up though the node above still reaches them. `since` is that node's moment and is fixed for life:
 *
 *   T1  a page in lineage L has birth <= L.since, and the node above L's owner reaches it
 *   T2  a page of a branch or node whose birth is after its lineage's since is reached by nothing
 *       above or beside it: only by itself and what hangs below
 *   T3  a node without edges, or with one that is a branch or node, is gone as soon as its job ran
 *
 * A *job* is work on pages that is done later, in the background: each has a row until the batch
 * that does it is published, so a crash never does one half or twice. Jobs are not logged: replay
 * begins at a checkpoint, where what was not done then is still to be done.
 */
#pragma once

#include "base/buf.h"
#include "branch/directory.h"

#define BRANCH_REF_NAME_BYTES 63

typedef uint64_t node_id;    /* 0: none */
typedef uint64_t lineage_id; /* 0: none */

struct branch_ref {
    uint32_t branch;
    char name[BRANCH_REF_NAME_BYTES + 1];
    uint32_t parent; /* the branch it was made from */
    birth_seq fork;
    int64_t created_us;
    uint64_t own_commits;
    node_id node; /* the node above */
    lineage_id lineage;
    birth_seq since;       /* the moment of the node above */
    birth_seq moment;      /* of the head ... */
    struct tree_root root; /* ... whose directory this is */
};

struct fork_node {
    node_id id, parent;
    lineage_id lineage;
    birth_seq since;
    birth_seq moment;
    struct tree_root root;
};

enum edge_kind { EDGE_BRANCH = 'b', EDGE_NODE = 'n', EDGE_MERGE = 'm' };

struct edge {
    enum edge_kind kind;
    uint64_t id; /* branch, node, or target << 32 | source */
};

enum job_kind {
    JOB_FREE_TREE,      /* a tree that was cleared or dropped */
    JOB_FREE_DIRECTORY, /* a branch or node that is gone, with all that only it owned */
    JOB_COLLAPSE,       /* a node that may have lost its purpose */
};

struct job {
    lineage_id lineage; /* whose line gave the pages up; 0: nobody's any more */
    uint64_t id;
    enum job_kind kind;
    birth_seq since; /* with lineage 0: pages born until then belong to others */
    struct tree_root root;
    lineage_id dead; /* JOB_FREE_DIRECTORY: a dead list to be forgotten */
    node_id node;    /* JOB_COLLAPSE */
};

struct file_counters {
    uint64_t next_number; /* of nodes, lineages and jobs */
    uint32_t next_branch;
};

/* The file's tree being read (edit null) or changed. */
struct file_tree {
    struct store *store;
    struct reader *reader;
    struct edit *edit;
    struct tree_root root;
};

MUST_CHECK enum status file_counters_get(const struct file_tree *file,
                                         struct file_counters *counters);
MUST_CHECK enum status file_counters_put(struct file_tree *file,
                                         const struct file_counters *counters);

/* All `get`s: ST_NOT_FOUND. */
MUST_CHECK enum status branch_ref_get(const struct file_tree *file, uint32_t branch,
                                      struct branch_ref *ref);
MUST_CHECK enum status branch_ref_find(const struct file_tree *file, struct slice name,
                                       uint32_t *branch);
/* The row alone; file_name_put and file_name_delete keep the names. */
MUST_CHECK enum status branch_ref_put(struct file_tree *file, const struct branch_ref *ref);
MUST_CHECK enum status branch_ref_delete(struct file_tree *file, uint32_t branch);
MUST_CHECK enum status file_name_put(struct file_tree *file, struct slice name, uint32_t branch);
MUST_CHECK enum status file_name_delete(struct file_tree *file, struct slice name);
/* The first branch whose number is at least `branch`; ST_NOT_FOUND. */
MUST_CHECK enum status branch_ref_next(const struct file_tree *file, uint32_t branch,
                                       struct branch_ref *ref);
/* Each branch, by name. */
typedef enum status (*branch_ref_visit)(void *object, const struct branch_ref *ref);
MUST_CHECK enum status branch_ref_each(const struct file_tree *file, branch_ref_visit visit,
                                       void *object);

MUST_CHECK enum status fork_node_get(const struct file_tree *file, node_id id,
                                     struct fork_node *node);
MUST_CHECK enum status fork_node_put(struct file_tree *file, const struct fork_node *node);
MUST_CHECK enum status fork_node_delete(struct file_tree *file, node_id id);
/* The first node whose id is at least `id`; ST_NOT_FOUND. */
MUST_CHECK enum status fork_node_next(const struct file_tree *file, node_id id,
                                      struct fork_node *node);

MUST_CHECK enum status edge_put(struct file_tree *file, node_id node, struct edge edge);
MUST_CHECK enum status edge_delete(struct file_tree *file, node_id node, struct edge edge);
/* Up to `max` edges of the node. */
MUST_CHECK enum status edge_list(const struct file_tree *file, node_id node, struct edge *edges,
                                 uint32_t max, uint32_t *count);

MUST_CHECK enum status dead_put(struct file_tree *file, lineage_id lineage, struct page_ref ref);
MUST_CHECK enum status dead_delete(struct file_tree *file, lineage_id lineage, struct page_ref ref);
/* Up to `max` pages of the dead list whose birth is at least `from`, in order of birth. */
MUST_CHECK enum status dead_list(const struct file_tree *file, lineage_id lineage, birth_seq from,
                                 struct page_ref *refs, uint32_t max, uint32_t *count);

MUST_CHECK enum status job_put(struct file_tree *file, const struct job *job);
MUST_CHECK enum status job_delete(struct file_tree *file, const struct job *job);
/* The first job at or behind (lineage, id); ST_NOT_FOUND. */
MUST_CHECK enum status job_next(const struct file_tree *file, lineage_id lineage, uint64_t id,
                                struct job *job);
MUST_CHECK enum status job_get(const struct file_tree *file, lineage_id lineage, uint64_t id,
                               struct job *job);

MUST_CHECK enum status merge_point_get(const struct file_tree *file, uint32_t target,
                                       uint32_t source, node_id *node);
MUST_CHECK enum status merge_point_put(struct file_tree *file, uint32_t target, uint32_t source,
                                       node_id node);
MUST_CHECK enum status merge_point_delete(struct file_tree *file, uint32_t target, uint32_t source);
/* The first merge point, in order of (target, source), at or behind the given one. */
MUST_CHECK enum status merge_point_next(const struct file_tree *file, uint32_t *target,
                                        uint32_t *source, node_id *node);
