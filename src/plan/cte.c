/*
 * cte.c: common table expressions: each planned once, run once, read by any number of scans.
 */
#include "plan/planner_int.h"

uint32_t
cte_plan(struct level *level, uint32_t cte_idx)
{
    struct planner *planner = level->planner;
    const struct cte *cte = &level->query->ctes[cte_idx];
    const struct query *outer_recursive = planner->recursive;
    struct level *inner;

    if (level->cte_of[cte_idx] >= 0)
        return (uint32_t)level->cte_of[cte_idx];
    planner->recursive = NULL;
    if (cte->is_recursive) {
        level->work_of[cte_idx] = (int32_t)planner->plan->work_count;
        planner->recursive_work = planner->plan->work_count++;
        planner->recursive = cte->query;
    }
    struct flow flow = level_plan(planner, level, USE_RANGE, cte->query, -1, &inner);
    planner->recursive = outer_recursive;
    if (inner->outer_ref_count != 0)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "a WITH query that reads columns of the query around it is not supported yet");
    bool is_modifying = cte->query->command != COMMAND_SELECT;
    planner->plan->is_modifying |= is_modifying;
    planner->plan->has_locks |= is_modifying;
    level->cte_of[cte_idx] = (int32_t)plan_new_cte(
        planner,
        &(struct plan_cte){.name = cte->name, .root = flow.node, .is_modifying = is_modifying});
    return (uint32_t)level->cte_of[cte_idx];
}
