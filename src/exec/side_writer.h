/*
 * side_writer.h: writers of tables that the plan does not change: those that foreign keys' actions
 * and merges write to, made when they are first needed.
 */
#pragma once

#include "exec/table_writer.h"
#include "plan/planner.h"

struct side_writer {
    struct side_writer *next;
    const struct table *table;
    struct table_writer *writer;
    struct column *old_columns, *new_columns; /* room for one row */
};

/* The execution's writer of the table, which must be as the catalog has it now. Raises. */
struct side_writer *side_writer_of(struct exec *exec, const struct table *table);

/* Planning and compiling in the midst of an execution, into its arena. */
struct plan_context side_plan_context(struct exec *exec);
struct compiler side_compiler(struct exec *exec);
