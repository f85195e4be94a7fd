/*
 * side_writer.h: writers of tables that the plan does not change: those that foreign keys' actions
 * and merges write to, made when they are first needed.
 */
#pragma once

#include "exec/partition_route.h"
#include "plan/planner.h"

/* From a partition to the others of a table above it. */
struct side_route {
    struct side_route *next;
    const struct table *root;
    struct router *router;
    const uint16_t *from_root; /* [root's columns]: the partition's, or ROUTE_DROPPED */
    struct column *columns;    /* [root's columns + 1] */
};

struct side_writer {
    struct side_writer *next;
    const struct table *table;
    struct table_writer *writer;
    struct column *old_columns, *new_columns; /* room for one row */
    struct side_route *routes;
};

/* The execution's writer of the table, which must be as the catalog has it now. Raises. */
struct side_writer *side_writer_of(struct exec *exec, const struct table *table);

/* Where rows of the partition go when they change, as rows of `root` do. Raises. */
struct side_route *side_route_of(struct exec *exec, struct side_writer *writer,
                                 const struct table *root);

/* Planning and compiling in the midst of an execution, into its arena. */
struct plan_context side_plan_context(struct exec *exec);
struct compiler side_compiler(struct exec *exec);
