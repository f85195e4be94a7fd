/*
 * private.h: trees of a transaction's own, for write sets that have outgrown their memory.
 *
 * When a transaction has changed more than db_options.write_set_bytes, the tree at hand begins a
 * new generation (write_set.h) whose base is a private tree: the branch's newest one with the
 * changes so far put into it, in pages that nobody else reaches. Further changes go there at once.
 * It takes a table lock that keeps other writers off; if that is not to be had, the write set grows
 * on.
 *
 * A statement must not see its own changes, and savepoints must bring back what was: so the first
 * change of a command freezes the root as it is, as a *version*, and goes on in pages of a new
 * birth. Versions that nobody can ask for any more are dropped, and their pages given back.
 *
 * At commit the writer adopts the root, if the branch's tree is still the one that it came from. A
 * tree that began empty is logged by naming its pages, which are made durable first; of any other
 * the log has the rows, because its pages hang together with pages that replay makes anew.
 */
#pragma once

#include "txn/group.h"
#include "txn/snapshot.h"

struct buf;
struct changed_tree;
struct txn;

/* The root before the changes of `command` and later ones. */
struct private_version {
    struct private_version *older;
    uint32_t command;
    uint32_t retired_count;
    birth_seq birth; /* of the youngest page that the root reaches */
    struct tree_root root;
};

struct private_tree {
    struct private_tree *next; /* of the transaction */
    struct txn *txn;
    tree_no tree;
    struct edit edit;
    struct snapshot *base; /* held: keeps the pages of the base */
    struct tree_root base_root;
    birth_seq first_birth;
    bool is_replacing; /* the branch's tree, if any, is cleared: the base is empty */
    struct tree_root root;
    uint32_t command; /* of the newest changes */
    struct private_version *versions, *spare;
    struct adoption adoption; /* what the writer is given at commit */
};

/* Moves the tree's changes into a private tree, if it can be done now. On any failure the write set
 * goes on as it is. */
void private_begin(struct txn *txn, struct changed_tree *tree);
/* The private tree that holds the tree's newest changes, or null. */
struct private_tree *private_of(const struct txn *txn, tree_no tree);
/* A change by the running command. ST_NOT_FOUND of a delete is no failure. */
MUST_CHECK enum status private_put(struct private_tree *tree, struct slice key, struct slice value);
MUST_CHECK enum status private_delete(struct private_tree *tree, struct slice key);
/* The root as commands before `visible` left it. */
struct tree_root private_root(const struct private_tree *tree, uint32_t visible);
/* After the write set was rolled back to what it was before `command`: the trees follow. */
void privates_rollback(struct txn *txn, uint32_t command);

/*
 * Before the commit: makes durable what the log will name, and appends the log's parts for all
 * private trees; the adoptions are in txn->adoptions then. With `is_by_rows` everything is
 * appended as rows, and nothing is to be adopted.
 */
MUST_CHECK enum status privates_put(struct txn *txn, struct buf *to, bool is_by_rows);
/* At the end: gives back what was not adopted. */
void privates_end(struct txn *txn);
