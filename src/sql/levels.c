/*
 * levels.c: which query levels an expression refers to, through the queries inside it.
 */
#include "sql/analysis_int.h"

struct level_walk {
    level_visit visit;
    void *object;
    uint32_t depth; /* how many queries further in than where the walk began */
};

static bool walk_query(struct level_walk *walk, const struct query *q);

static bool
walk_expr(void *object, const struct expr *e)
{
    struct level_walk *walk = object;
    switch (walk->visit(walk->object, e, walk->depth)) {
    case VISIT_STOP:
        return true;
    case VISIT_SKIP:
        return false;
    case VISIT_INTO:
        break;
    }
    if (expr_walk(e, walk_expr, walk))
        return true;
    if (e->kind != EXPR_SUBLINK)
        return false;
    walk->depth++;
    bool is_stopped = walk_query(walk, e->sublink.query);
    walk->depth--;
    return is_stopped;
}

static bool
walk_deeper(struct level_walk *walk, const struct query *q)
{
    walk->depth++;
    bool is_stopped = walk_query(walk, q);
    walk->depth--;
    return is_stopped;
}

static bool
walk_setop(struct level_walk *walk, const struct setop *setop)
{
    if (setop->query != NULL)
        return walk_deeper(walk, setop->query);
    return walk_setop(walk, setop->left) || walk_setop(walk, setop->right);
}

static bool
walk_query(struct level_walk *walk, const struct query *q)
{
    if (query_walk(q, walk_expr, walk))
        return true;
    for (uint32_t i = 0; i < q->range_count; i++) {
        const struct range *range = q->ranges[i];
        if (range->kind == RANGE_SUBQUERY && walk_deeper(walk, range->subquery.query))
            return true;
        if (range->kind == RANGE_SETOP && walk_setop(walk, range->setop))
            return true;
    }
    for (uint32_t i = 0; i < q->cte_count; i++) {
        if (q->ctes[i].query != NULL && walk_deeper(walk, q->ctes[i].query))
            return true;
    }
    return false;
}

bool
levels_walk(const struct expr *e, level_visit visit, void *object)
{
    struct level_walk walk = {.visit = visit, .object = object};
    return walk_expr(&walk, e);
}
