/*
 * explain_int.h: what the files of EXPLAIN share.
 */
#pragma once

#include "plan/explain.h"
#include "plan/explain_format.h"
#include "plan/planner_int.h"

struct explainer {
    struct arena *arena;
    const struct plan *plan;
    const struct explain_plan_options *options;
    struct explain_writer *w;
    struct buf *to;    /* the writer's */
    bool has_prefixes; /* columns are shown with their table's alias */
    bool is_joined;    /* the plan reads more than one table */
};

/* Whose columns an expression reads. */
struct explain_input {
    const struct plan_node *own;          /* its own output (filters), or */
    const struct plan_node *left, *right; /* its children's: left ++ right */
    const struct table *table;            /* or a table's columns by number, */
    const char *alias;                    /* by this name */
};

/* Appends an expression. is_top: without parentheses around an operator. */
void explain_expr(struct explainer *x, const struct explain_input *input, const struct expr *e,
                  struct buf *to);
/* Appends conjuncts: "(a = 1)", "((a = 1) AND (b = 2))". */
void explain_conditions(struct explainer *x, const struct explain_input *input,
                        struct plan_list conditions, struct buf *to);
/* Appends what output column `column` of a node holds. */
void explain_column(struct explainer *x, const struct plan_node *node, uint32_t column,
                    struct buf *to);
