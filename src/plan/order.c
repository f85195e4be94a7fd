/*
 * order.c: what comes after grouping: target expressions, DISTINCT, ORDER BY, LIMIT, locks.
 */
#include "plan/planner_int.h"
#include <math.h>

struct plan_key
plan_key_of(struct planner *planner, const struct sort_key *key, uint32_t column)
{
    oid type = key->less != NULL ? key->less->left : key->equal->left;

    return (struct plan_key){
        .column = column,
        .less = key->less,
        .equal = key->equal,
        .type = plan_type(planner, type),
        .collation = key->collation,
        .is_descending = key->is_descending,
        .nulls_first = key->nulls_first,
    };
}

/* Keys of a node over the targets' columns; the type is the column's own. */
static struct plan_key *
target_keys(struct level *level, const struct sort_key *keys, uint32_t count)
{
    struct plan_key *list = arena_alloc_array(level->arena, count, sizeof *list);

    for (uint32_t i = 0; i < count; i++) {
        list[i] = plan_key_of(level->planner, &keys[i], keys[i].item);
        list[i].type = plan_type(level->planner, level->targets[keys[i].item].expr->type);
    }
    return list;
}

static void
pass_columns(struct plan_node *node, const struct plan_node *child)
{
    memcpy(node->columns, child->columns, child->column_count * sizeof *child->columns);
    node->width = child->width;
    node->rows = child->rows;
    node->row_bound = child->row_bound;
    node->startup_cost = child->startup_cost;
    node->total_cost = child->total_cost;
    node->left = (struct plan_node *)(uintptr_t)child;
}

struct flow
sort_flow(struct planner *planner, struct flow flow, struct plan_key *keys, uint32_t key_count,
          struct expr *limit, struct expr *offset, double limit_rows)
{
    struct plan_sort *sort = PLAN_NODE(planner, PLAN_SORT, plan_sort, flow.node->column_count);
    double rows = flow.node->rows < 2 ? 2 : flow.node->rows;
    double kept = limit != NULL && limit_rows >= 0 && limit_rows * 2 < rows ? limit_rows * 2 : rows;

    pass_columns(&sort->node, flow.node);
    sort->keys = keys;
    sort->key_count = key_count;
    sort->limit = limit;
    sort->offset = offset;
    sort->node.startup_cost = flow.node->total_cost + rows * log2(kept < 2 ? 2 : kept) * 2 *
                                                          planner->settings->cpu_operator_cost;
    sort->node.total_cost =
        sort->node.startup_cost + flow.node->rows * planner->settings->cpu_operator_cost;
    if (limit != NULL && limit_rows >= 0 && limit_rows < sort->node.rows)
        sort->node.rows = limit_rows;
    return (struct flow){&sort->node, flow.outputs};
}

/* DISTINCT: a hash of all visible columns; the rows' order is lost. */
static struct flow
distinct_flow(struct level *level, struct flow flow)
{
    const struct query *query = level->query;
    struct plan_aggregate *node =
        PLAN_NODE(level->planner, PLAN_AGGREGATE, plan_aggregate, flow.node->column_count);
    bool can_hash = true;

    for (uint32_t i = 0; i < query->distinct_count; i++)
        can_hash &= query->distinct_keys[i].can_hash;
    if (!can_hash || query->distinct_count != flow.node->column_count)
        return (struct flow){NULL, NULL};
    pass_columns(&node->node, flow.node);
    node->strategy = GROUP_HASH;
    node->key_count = query->distinct_count;
    node->keys = target_keys(level, query->distinct_keys, query->distinct_count);
    node->node.startup_cost = node->node.total_cost =
        flow.node->total_cost +
        flow.node->rows * level->planner->settings->cpu_operator_cost * query->distinct_count;
    /* Keys come out in their own order: put the outputs in it. */
    struct expr **outputs =
        arena_alloc_array(level->arena, flow.node->column_count, sizeof *outputs);
    for (uint32_t i = 0; i < node->key_count; i++) {
        uint32_t column = node->keys[i].column;
        outputs[i] = flow.outputs[column];
        node->node.columns[i] = flow.node->columns[column];
    }
    return (struct flow){&node->node, outputs};
}

/* The first row of each run of equal keys. */
static struct flow
unique_flow(struct level *level, struct flow flow)
{
    const struct query *query = level->query;
    struct plan_unique *node =
        PLAN_NODE(level->planner, PLAN_UNIQUE, plan_unique, flow.node->column_count);

    pass_columns(&node->node, flow.node);
    node->key_count = query->distinct_count;
    node->keys = target_keys(level, query->distinct_keys, query->distinct_count);
    return (struct flow){&node->node, flow.outputs};
}

static struct flow
limit_flow(struct level *level, struct flow flow)
{
    const struct query *query = level->query;
    struct plan_limit *node;

    if (level->limit == NULL && level->offset == NULL)
        return flow;
    node = PLAN_NODE(level->planner, PLAN_LIMIT, plan_limit, flow.node->column_count);
    pass_columns(&node->node, flow.node);
    node->limit = level->limit;
    node->offset = level->offset;
    node->has_ties = query->has_ties;
    if (query->has_ties) {
        node->key_count = query->order_count;
        node->keys = target_keys(level, query->order, query->order_count);
    }
    if (level->limit_rows >= 0 && level->limit_rows < flow.node->rows) {
        double share = level->limit_rows / flow.node->rows;
        node->node.total_cost =
            flow.node->startup_cost + (flow.node->total_cost - flow.node->startup_cost) * share;
        node->node.rows = level->limit_rows;
    }
    if (node->limit != NULL && node->limit->kind == EXPR_CONST && !query->has_ties &&
        !node->limit->constant.is_null && node->limit->constant.value.i64 >= 0 &&
        (uint64_t)node->limit->constant.value.i64 < node->node.row_bound)
        node->node.row_bound = (uint64_t)node->limit->constant.value.i64;
    return (struct flow){&node->node, flow.outputs};
}

/* A key the query sorts by, whose target must be computed before the sort. */
static bool
is_key_target(const struct query *query, uint32_t target)
{
    for (uint32_t i = 0; i < query->order_count; i++) {
        if (query->order[i].item == target)
            return true;
    }
    return query->distinct != DISTINCT_NONE;
}

/* Before a sort that keeps few rows, and for what must not be computed for rows that are not
 * returned: targets that are no keys wait until after the sort. */
static bool
can_wait(const struct level *level, uint32_t target)
{
    const struct expr *e = level->targets[target].expr;

    if (e->kind == EXPR_COLUMN || e->kind == EXPR_CONST || e->kind == EXPR_PARAM ||
        is_key_target(level->query, target))
        return false;
    return level->limit != NULL || expr_is_volatile(e);
}

/* Targets as columns, those that can wait replaced by what they read. */
static struct flow
project_targets(struct level *level, struct flow flow, bool is_sorted_after, bool *has_waiting)
{
    const struct query *query = level->query;
    uint32_t count = query->target_count;
    struct expr_list exprs = {NULL, 0, 0};

    *has_waiting = false;
    for (uint32_t i = 0; i < count; i++) {
        bool waits = is_sorted_after && can_wait(level, i);
        *has_waiting |= waits;
        /* Keys are found by their number: a waiting target keeps its place. */
        expr_list_add(level->arena, &exprs,
                      waits ? expr_null(level->arena, TYPE_BOOL, -1, -1) : level->targets[i].expr);
    }
    /* Locks want to know which rows they are. */
    bool keeps_all = *has_waiting || (is_sorted_after && query->row_mark_count != 0);
    for (uint32_t i = 0; i < flow.node->column_count && keeps_all; i++)
        expr_list_add(level->arena, &exprs, flow.outputs[i]);
    return flow_project(level->planner, flow, exprs.items, exprs.count);
}

static struct flow
project_visible(struct level *level, struct flow flow)
{
    uint32_t count = 0;
    struct expr **exprs =
        arena_alloc_array(level->arena, level->query->target_count, sizeof *exprs);

    while (count < level->query->target_count && !level->targets[count].is_junk) {
        exprs[count] = level->targets[count].expr;
        count++;
    }
    struct flow visible = flow_project(level->planner, flow, exprs, count);
    for (uint32_t i = 0; i < count; i++)
        visible.node->columns[i].name = level->targets[i].name;
    return visible;
}

struct flow
order_plan(struct level *level, struct flow flow, bool is_ordered)
{
    const struct query *query = level->query;
    bool has_sort = query->order_count != 0 && !is_ordered;
    bool has_waiting = false;

    if (query->has_set_functions)
        flow = project_sets(level, flow);
    else if (query->distinct != DISTINCT_NONE || has_sort)
        flow = project_targets(level, flow, has_sort, &has_waiting);
    if (query->distinct == DISTINCT_ALL) {
        struct flow distinct = distinct_flow(level, flow);
        if (distinct.node != NULL) {
            flow = flow_project(level->planner, distinct, flow.outputs, flow.node->column_count);
        } else {
            flow = sort_flow(level->planner, flow,
                             target_keys(level, query->distinct_keys, query->distinct_count),
                             query->distinct_count, NULL, NULL, -1);
            flow = unique_flow(level, flow);
        }
    } else if (query->distinct == DISTINCT_ON) {
        /* The keys are a prefix of ORDER BY, which decides which row is first. */
        bool by_order = query->order_count >= query->distinct_count;
        const struct sort_key *keys = by_order ? query->order : query->distinct_keys;
        uint32_t key_count = by_order ? query->order_count : query->distinct_count;
        flow = sort_flow(level->planner, flow, target_keys(level, keys, key_count), key_count, NULL,
                         NULL, -1);
        flow = unique_flow(level, flow);
        has_sort = has_sort && !by_order;
    }
    if (has_sort) {
        /* Rows that cannot be locked, or have gone, do not count towards a limit. */
        bool is_cut = level->limit != NULL && !query->has_ties && query->row_mark_count == 0;
        flow = sort_flow(level->planner, flow, target_keys(level, query->order, query->order_count),
                         query->order_count, is_cut ? level->limit : NULL,
                         is_cut ? level->offset : NULL, level->limit_rows);
    }
    if (query->row_mark_count != 0)
        flow = lock_rows_flow(level, flow);
    if (query->has_ties && !has_sort)
        flow = project_targets(level, flow, false, &has_waiting);
    flow = limit_flow(level, flow);
    return project_visible(level, flow);
}
