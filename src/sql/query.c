/*
 * query.c: reading bound queries.
 */
#include "sql/query.h"

uint32_t
query_result_columns(const struct query *q, const struct target **targets)
{
    if (q->command != COMMAND_SELECT) {
        *targets = q->returning;
        return q->returning_count;
    }
    *targets = q->targets;
    uint32_t count = q->target_count;
    while (count > 0 && q->targets[count - 1].is_junk)
        count--;
    return count;
}

static bool
visit_one(const struct expr *e, expr_visit visit, void *object)
{
    return e != NULL && visit(object, e);
}

static bool
visit_targets(const struct target *targets, uint32_t count, expr_visit visit, void *object)
{
    for (uint32_t i = 0; i < count; i++) {
        if (visit_one(targets[i].expr, visit, object))
            return true;
    }
    return false;
}

static bool
visit_join(const struct join_tree *tree, expr_visit visit, void *object)
{
    if (!tree->is_join)
        return false;
    return visit_join(tree->left, visit, object) || visit_join(tree->right, visit, object) ||
           visit_one(tree->on, visit, object);
}

static bool
visit_sample(const struct table_sample *sample, expr_visit visit, void *object)
{
    for (uint32_t i = 0; i < sample->arg_count; i++) {
        if (visit_one(sample->args[i], visit, object))
            return true;
    }
    return visit_one(sample->repeatable, visit, object);
}

static bool
visit_range(const struct range *range, expr_visit visit, void *object)
{
    switch (range->kind) {
    case RANGE_TABLE:
        return range->table.sample != NULL && visit_sample(range->table.sample, visit, object);
    case RANGE_VALUES:
        for (uint32_t i = 0; i < range->values.row_count; i++) {
            for (uint32_t j = 0; j < range->column_count; j++) {
                if (visit_one(range->values.rows[i][j], visit, object))
                    return true;
            }
        }
        return false;
    case RANGE_FUNCTION:
        for (uint32_t i = 0; i < range->function.function_count; i++) {
            if (visit_one(range->function.functions[i].call, visit, object))
                return true;
        }
        return false;
    default:
        return false;
    }
}

static bool
visit_changes(const struct query *q, expr_visit visit, void *object)
{
    if (visit_targets(q->returning, q->returning_count, visit, object))
        return true;
    if (q->on_conflict != NULL &&
        (visit_targets(q->on_conflict->targets, q->on_conflict->target_count, visit, object) ||
         visit_one(q->on_conflict->where, visit, object)))
        return true;
    for (uint32_t i = 0; q->on_conflict != NULL && i < q->on_conflict->view_count; i++) {
        if (visit_one(q->on_conflict->views[i].expr, visit, object))
            return true;
    }
    for (uint32_t i = 0; i < q->view_check_count; i++) {
        if (visit_one(q->view_checks[i].expr, visit, object))
            return true;
    }
    for (uint32_t i = 0; i < q->merge_action_count; i++) {
        const struct merge_action *action = &q->merge_actions[i];
        if (visit_one(action->condition, visit, object) ||
            visit_targets(action->targets, action->target_count, visit, object))
            return true;
    }
    return false;
}

bool
query_walk(const struct query *q, expr_visit visit, void *object)
{
    for (uint32_t i = 0; i < q->range_count; i++) {
        if (visit_range(q->ranges[i], visit, object))
            return true;
    }
    for (uint32_t i = 0; i < q->from_count; i++) {
        if (visit_join(q->from[i], visit, object))
            return true;
    }
    for (uint32_t i = 0; i < q->window_count; i++) {
        if (visit_one(q->windows[i].start_offset, visit, object) ||
            visit_one(q->windows[i].end_offset, visit, object))
            return true;
    }
    return visit_one(q->where, visit, object) || visit_one(q->having, visit, object) ||
           visit_targets(q->targets, q->target_count, visit, object) ||
           visit_one(q->offset, visit, object) || visit_one(q->limit, visit, object) ||
           visit_changes(q, visit, object);
}

/* ---- ranges and relations ---- */

/* Through a query and those inside it; a visit that is null is not made. */
struct deep_walk {
    range_visit range;
    expr_visit expr;
    void *object;
};

static bool walk_query(const struct query *q, const struct deep_walk *walk);

static bool
walk_setop(const struct setop *setop, const struct deep_walk *walk)
{
    if (setop->query != NULL)
        return walk_query(setop->query, walk);
    return walk_setop(setop->left, walk) || walk_setop(setop->right, walk);
}

static bool
walk_range(struct range *range, const struct deep_walk *walk)
{
    if (walk->range != NULL && walk->range(walk->object, range))
        return true;
    if (range->kind == RANGE_SUBQUERY && range->subquery.view == OID_NONE)
        return walk_query(range->subquery.query, walk);
    return range->kind == RANGE_SETOP && walk_setop(range->setop, walk);
}

static bool
walk_expr(void *object, const struct expr *e)
{
    const struct deep_walk *walk = object;
    if (walk->expr != NULL && walk->expr(walk->object, e))
        return true;
    if (e->kind == EXPR_SUBLINK && walk_query(e->sublink.query, walk))
        return true;
    return expr_walk(e, walk_expr, object);
}

static bool
walk_query(const struct query *q, const struct deep_walk *walk)
{
    for (uint32_t i = 0; i < q->range_count; i++) {
        if (walk_range(q->ranges[i], walk))
            return true;
    }
    for (uint32_t i = 0; i < q->cte_count; i++) {
        if (walk_query(q->ctes[i].query, walk))
            return true;
    }
    return query_walk(q, walk_expr, (void *)walk);
}

bool
query_walk_ranges(const struct query *q, range_visit visit, void *object)
{
    return walk_query(q, &(struct deep_walk){.range = visit, .object = object});
}

bool
query_walk_deep(const struct query *q, expr_visit visit, void *object)
{
    return walk_query(q, &(struct deep_walk){.expr = visit, .object = object});
}

struct relation_walk {
    relation_visit visit;
    void *object;
};

static bool
visit_relation(void *object, struct range *range)
{
    const struct relation_walk *walk = object;
    if (range->kind == RANGE_TABLE)
        return walk->visit(walk->object, range->table.table->table);
    return range->kind == RANGE_SUBQUERY && range->subquery.view != OID_NONE &&
           walk->visit(walk->object, range->subquery.view);
}

bool
query_walk_relations(const struct query *q, relation_visit visit, void *object)
{
    struct relation_walk walk = {.visit = visit, .object = object};
    return query_walk_ranges(q, visit_relation, &walk);
}
