/*
 * lock_rows.c: SELECT ... FOR UPDATE and kin.
 */
#include "plan/planner_int.h"

static const struct rel *
mark_rel(const struct level *level, const struct row_mark *mark)
{
    uint32_t rel = level->rel_of_range[mark->range];

    if (rel >= LEVEL_RELS_MAX || level->rels[rel].source->kind != RANGE_TABLE)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "row locks on a subquery or a function are not supported yet");
    const struct table *table = level->rels[rel].table;
    if (table != NULL && table->virtual_table != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot lock rows in %s \"%s\"",
              table->kind == TABLE_SEQUENCE ? "sequence" : "relation", table->name);
    return &level->rels[rel];
}

void
lock_rows_need(struct level *level, struct expr_list *needed)
{
    struct expr_list ignored = {NULL, 0, 0};

    for (uint32_t i = 0; i < level->query->row_mark_count; i++)
        row_ref_need(level, mark_rel(level, &level->query->row_marks[i]),
                     needed != NULL ? needed : &ignored);
}

struct flow
lock_rows_flow(struct level *level, struct flow flow)
{
    const struct query *query = level->query;
    struct plan_lock_rows *node =
        PLAN_NODE(level->planner, PLAN_LOCK_ROWS, plan_lock_rows, flow.node->column_count);

    level->planner->plan->has_locks = true;
    memcpy(node->node.columns, flow.node->columns,
           flow.node->column_count * sizeof *flow.node->columns);
    node->node.left = flow.node;
    node->node.rows = flow.node->rows;
    node->node.row_bound = flow.node->row_bound;
    node->node.startup_cost = flow.node->startup_cost;
    node->node.total_cost = flow.node->total_cost;
    node->is_single = level->limit != NULL || level->offset != NULL;
    node->mark_count = query->row_mark_count;
    node->marks = arena_alloc_zero(level->arena, node->mark_count * sizeof *node->marks);
    for (uint32_t i = 0; i < node->mark_count; i++) {
        static const enum plan_lock strengths[] = {
            [MARK_KEY_SHARE] = PLAN_LOCK_KEY_SHARE,
            [MARK_SHARE] = PLAN_LOCK_SHARE,
            [MARK_NO_KEY_UPDATE] = PLAN_LOCK_NO_KEY_UPDATE,
            [MARK_UPDATE] = PLAN_LOCK_UPDATE,
        };
        static const enum plan_wait waits[] = {
            [MARK_WAIT] = PLAN_WAIT,
            [MARK_SKIP_LOCKED] = PLAN_SKIP_LOCKED,
            [MARK_NOWAIT] = PLAN_NOWAIT,
        };
        struct plan_lock_mark *mark = &node->marks[i];
        mark->strength = strengths[query->row_marks[i].strength];
        mark->wait = waits[query->row_marks[i].wait];
        row_ref_make(level, mark_rel(level, &query->row_marks[i]), &flow, &mark->row,
                     &mark->reread);
    }
    /* The conditions hold for a new version of a row if they can be asked of these columns. */
    struct expr_list recheck = {NULL, 0, 0};
    for (uint32_t i = 0; i < level->where.count; i++) {
        struct expr_list columns = {NULL, 0, 0};
        bool is_there = true;
        columns_of(level, level->where.items[i], &columns);
        for (uint32_t c = 0; c < columns.count; c++)
            is_there &= flow_column(&flow, columns.items[c]) != UINT32_MAX;
        if (is_there)
            expr_list_add(level->arena, &recheck, level->where.items[i]);
    }
    node->recheck = flow_bind_list(level->planner, &flow, &recheck);
    return (struct flow){&node->node, flow.outputs};
}
