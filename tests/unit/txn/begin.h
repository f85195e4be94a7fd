/*
 * begin.h: a transaction on a branch of that name, for tests that have no branch at hand.
 */
#pragma once

#include "unit/unit.h"

#include "txn/txn.h"

/* READ COMMITTED, in a statement. The branch is to be released behind it. */
static inline struct txn *
begin(struct db *db, const char *name, struct branch **branch)
{
    struct txn *txn;
    struct txn_options options = {.isolation = ISOLATION_READ_COMMITTED};
    assert_int_equal(branch_open(db, name, branch), ST_OK);
    assert_int_equal(txn_begin(*branch, &options, &txn), ST_OK);
    assert_int_equal(txn_statement_begin(txn), ST_OK);
    return txn;
}
