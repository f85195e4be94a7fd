/*
 * subplan.h: queries inside expressions, run when their value is asked for.
 */
#pragma once

#include "exec/exec_int.h"

struct subplan_code {
    const struct plan_subplan *plan;
    const struct node_code *root;
    const struct expr_code *test; /* ANY, ALL: over the root's rows; null else */
    enum phys phys;               /* of a scalar result */
    bool is_once;                 /* an init plan that nothing makes stale */
};

struct subplan_code *subplan_compile(struct compiler *compiler, const struct plan_subplan *plan);
