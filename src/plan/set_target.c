/*
 * set_target.c: targets that return sets.
 */
#include "plan/planner_int.h"

struct flow
project_sets(struct level *level, struct flow flow)
{
    (void)flow;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
          "set-returning functions in the select list are not supported yet");
    (void)level;
}
