/*
 * locking.h: what a row is at the moment it was locked.
 */
#pragma once

#include "txn/txn.h"

/*
 * The row's newest version, own changes included, and whether it differs from what the running
 * statement sees. ST_CONFLICT: others have changed it and the isolation forbids to go on.
 */
MUST_CHECK enum status txn_row_now(struct txn *txn, tree_no tree, struct slice key,
                                   struct buf *spill, struct row_now *now);
