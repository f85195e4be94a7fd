/*
 * index_build.h: an index's tree made from all rows of its table.
 */
#pragma once

#include "exec/exec.h"

struct index_def;

/*
 * Fills the empty tree of `index`, made in this transaction, with the entries of all rows of the
 * table that `insert` inserts into, as the catalog that it was planned with has them. The table is
 * locked against writers. memory_bytes: what sorting may take. Raises; 23505 if two rows have one
 * key of a unique index.
 */
void index_build(const struct program *insert, const struct exec_context *context,
                 const struct index_def *index, uint64_t memory_bytes);
