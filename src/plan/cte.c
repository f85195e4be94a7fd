/*
 * cte.c: common table expressions: those that are read once are subqueries; the others are planned
 * once and run once (again if what they read of outer queries changes), for any number of scans.
 */
#include "plan/planner_int.h"

static bool query_is_volatile(const struct query *query);

static bool
visit_volatile(void *object, const struct expr *e)
{
    (void)object;
    if (e->kind == EXPR_SUBLINK && query_is_volatile(e->sublink.query))
        return true;
    return expr_is_volatile(e) || expr_walk(e, visit_volatile, NULL);
}

static bool
setop_is_volatile(const struct setop *setop)
{
    if (setop->query != NULL)
        return query_is_volatile(setop->query);
    return setop_is_volatile(setop->left) || setop_is_volatile(setop->right);
}

/* A query whose rows may differ when it is run again, or that locks rows. */
static bool
query_is_volatile(const struct query *query)
{
    if (query->command != COMMAND_SELECT || query->row_mark_count != 0 ||
        query_walk(query, visit_volatile, NULL))
        return true;
    for (uint32_t i = 0; i < query->range_count; i++) {
        const struct range *range = query->ranges[i];
        if (range->kind == RANGE_SUBQUERY && query_is_volatile(range->subquery.query))
            return true;
        if (range->kind == RANGE_SETOP && setop_is_volatile(range->setop))
            return true;
    }
    for (uint32_t i = 0; i < query->cte_count; i++) {
        if (query_is_volatile(query->ctes[i].query))
            return true;
    }
    return false;
}

bool
cte_is_inlined(const struct query *query, uint32_t cte_idx)
{
    const struct cte *cte = &query->ctes[cte_idx];

    if (cte->materialize == CTE_ALWAYS || cte->is_recursive ||
        (cte->materialize == CTE_DEFAULT && cte->reference_count != 1))
        return false;
    return !query_is_volatile(cte->query);
}

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
