/*
 * utility.c: statements that are not queries: the switch over their kinds.
 */
#include "sql/analysis_int.h"

struct query *
bind_utility(struct analysis *an, const struct raw_statement *raw, const PgQuery__Node *node)
{
    (void)raw;
    (void)node;
    fail_unsupported(an, -1, "this statement");
}
