/*
 * row_merge.h: rows of another branch written into a table: stored bytes in, with indexes kept and
 * constraints asked, but without defaults and without foreign keys' actions.
 *
 * Changes of a table are applied in two passes, so that unique keys may change hands between rows:
 * row_merge_clear for each change, then row_merge_put for each. When all tables are done,
 * row_merge_finish asks what only the whole can answer. The slices of a change must not lie in
 * pages: locks are waited for. All functions raise; after an error of class 23 the caller may go on
 * with the next change to find further ones, but must not keep what was written.
 */
#pragma once

#include "exec/exec.h"

/* A row before and after, as stored in the table's present format. Null data: no row. */
struct row_change {
    struct slice key, old_value, new_value;
};

struct row_merge;

/* The table as the catalog has it now; one for each table and execution. */
struct row_merge *row_merge_open(struct exec *exec, const struct table *table);

/* Locks the row, and takes away what the change removes. 40001: another transaction has changed
 * the row since the snapshot. */
void row_merge_clear(struct row_merge *merge, const struct row_change *change);
void row_merge_put(struct row_merge *merge, const struct row_change *change);

/* Asks NOT NULL, CHECK and foreign keys of a row that is there already. */
void row_merge_check(struct row_merge *merge, struct slice key, struct slice value);

/* Fills a new index, whose tree is empty, from the rows of the snapshot. */
void row_merge_index(struct row_merge *merge, oid index);

/* The value that the column gets by default. */
union datum row_merge_default(struct row_merge *merge, attr_no attr, bool *is_null);

/* Foreign keys that waited for all rows. Raises for the first that does not hold; called again it
 * goes on with the next. */
void row_merge_finish(struct exec *exec);
