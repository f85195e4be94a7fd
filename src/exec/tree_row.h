/*
 * tree_row.h: which table of a tree a row of the input is in, and under which key.
 */
#pragma once

#include "base/buf.h"
#include "base/column.h"
#include "plan/plan.h"

/* The member that row `row` of `in` belongs to, looked for from `hint` on; UINT32_MAX: the row is
 * none of a table's (the nullable side of an outer join). */
uint32_t tree_row_member(const struct plan_row_ref *ref, const struct batch *in, uint32_t row,
                         uint32_t hint);
/* Appends its key to `key`. */
void tree_row_key_put(const struct plan_row_ref *ref, const struct batch *in, uint32_t row,
                      struct buf *key);
