/*
 * load.h: a tree built whole from rows that come in any order: index builds.
 *
 * Rows are gathered in memory and sorted. Past `memory_bytes` they are written as a sorted run: a
 * tree of its own whose pages go to the device as the cache throws them out, and are given back in
 * the end. Then all runs are merged into the tree, whose pages are filled from left to right.
 *
 * The tree was made in the same transaction and is empty. One thread. The load is freed by its
 * maker, before the transaction ends.
 */
#pragma once

#include "base/slice.h"
#include "base/status.h"
#include "store/page_ref.h"

struct txn;
struct tree_load;

/* memory_bytes: at least a megabyte is taken. */
MUST_CHECK enum status tree_load_new(struct txn *txn, tree_no tree, uint64_t memory_bytes,
                                     struct tree_load **load);
void tree_load_free(struct tree_load *load); /* null is fine */

/* The slices are copied; they must not lie in pages, nor does any other pointer into pages outlive
 * the call, for many pages may be written meanwhile. ST_LIMIT: the key or the value is too long.
 * ST_EXISTS as from finish, if a run was written. */
MUST_CHECK enum status tree_load_add(struct tree_load *load, struct slice key, struct slice value);
/* Builds the tree; pointers into pages die. ST_EXISTS: two rows have one key: tree_load_duplicate
 * tells the second's. */
MUST_CHECK enum status tree_load_finish(struct tree_load *load);
/* After ST_EXISTS: lives as long as the load. */
void tree_load_duplicate(const struct tree_load *load, struct slice *key, struct slice *value);
