/*
 * foreign_key.h: foreign keys: rows that must be there, and what happens when they go.
 *
 * A row written is asked for its referenced rows at once, which are locked (KEY SHARE) so that they
 * stay; one that is missing may still be written by the same statement, so that the question is put
 * again at its end. Rows referenced that are deleted, or whose key changes, are dealt with at the
 * end of the statement, in order: refused if somebody still points to them, or passed on (CASCADE,
 * SET NULL, SET DEFAULT), which may bring up further ones.
 */
#pragma once

#include "exec/table_writer.h"

struct fk_queue;

/* A foreign key as the writer of one side needs it. */
struct fk_code {
    const struct plan_foreign *plan;
    const struct type_info **types;            /* [attr_count]: of the referencing columns */
    const struct type_info **referenced_types; /* [attr_count] */
};

const struct fk_code *fk_compile(struct compiler *compiler, const struct plan_foreign *plan,
                                 uint32_t count);

/* The row at `row` was written: its references are checked. */
void fk_row_written(struct table_writer *writer, const struct batch *rows, uint32_t row);
/* The row is gone, or (new_rows not null) has become another: what points to it is queued. */
void fk_row_removed(struct table_writer *writer, const struct batch *old_rows,
                    const struct batch *new_rows, uint32_t row);
/* The end of the statement: raises 23503, or runs the actions. */
void fk_finish(struct exec *exec);
