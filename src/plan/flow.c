/*
 * flow.c: expressions over the columns of a node.
 */
#include "plan/planner_int.h"

uint32_t
flow_column(const struct flow *flow, const struct expr *e)
{
    for (uint32_t i = 0; i < flow->node->column_count; i++) {
        if (flow->outputs[i] == e)
            return i;
    }
    for (uint32_t i = 0; i < flow->node->column_count; i++) {
        const struct expr *output = flow->outputs[i];
        /* Two calls of a volatile function are two values. */
        if (output->kind == e->kind && expr_equal(output, e))
            return expr_is_volatile(e) ? UINT32_MAX : i;
    }
    return UINT32_MAX;
}

struct binding {
    struct planner *planner;
    const struct flow *flow;
};

/* GROUPING(...) reads the bits that the aggregation puts out: groups[0] counts those that follow.
 */
static struct expr *
bind_grouping(const struct binding *binding, struct expr *e)
{
    struct planner *planner = binding->planner;
    uint32_t column = 0;

    while (column < binding->flow->node->column_count &&
           (binding->flow->outputs[column]->kind != EXPR_GROUPING ||
            binding->flow->outputs[column]->grouping.groups != NULL))
        column++;
    if (column == binding->flow->node->column_count)
        return expr_const(planner->arena, TYPE_INT4, -1, (union datum){.words = {0, 0}}, e->at);
    struct expr *bound = arena_copy(planner->arena, e, sizeof *e);
    uint32_t *groups = arena_alloc_array(planner->arena, e->arg_count + 1u, sizeof *groups);
    groups[0] = e->arg_count;
    memcpy(groups + 1, e->grouping.groups, e->arg_count * sizeof *groups);
    bound->grouping.groups = groups;
    bound->args = arena_alloc_array(planner->arena, 1, sizeof *bound->args);
    bound->args[0] = plan_input(planner, column, binding->flow->outputs[column]);
    bound->arg_count = 1;
    return bound;
}

static struct expr *
bind_change(void *object, struct expr *e)
{
    const struct binding *binding = object;

    if (e->kind == EXPR_CONST || e->kind == EXPR_PARAM || e->kind == EXPR_PLACEHOLDER)
        return e;
    uint32_t column = flow_column(binding->flow, e);
    if (column != UINT32_MAX)
        return plan_input(binding->planner, column, e);
    if (e->kind == EXPR_GROUPING)
        return bind_grouping(binding, e);
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_AGGREGATE || e->kind == EXPR_WINDOW)
        raise(SQLSTATE_INTERNAL_ERROR, "column %d of range %u is not there to be read",
              e->column.number, e->column.range);
    return expr_map(binding->planner->arena, e, bind_change, object);
}

struct expr *
flow_bind(struct planner *planner, const struct flow *flow, struct expr *e)
{
    struct binding binding = {planner, flow};

    return bind_change(&binding, e);
}

struct plan_list
flow_bind_list(struct planner *planner, const struct flow *flow, const struct expr_list *list)
{
    struct plan_list bound = {list->count, NULL};

    bound.exprs = arena_alloc_array(planner->arena, list->count, sizeof *bound.exprs);
    for (uint32_t i = 0; i < list->count; i++)
        bound.exprs[i] = flow_bind(planner, flow, list->items[i]);
    return bound;
}

struct flow
flow_project(struct planner *planner, struct flow flow, struct expr **exprs, uint32_t count)
{
    bool is_same = count == flow.node->column_count;

    for (uint32_t i = 0; is_same && i < count; i++)
        is_same = flow_column(&flow, exprs[i]) == i;
    if (is_same)
        return flow;

    struct plan_project *project = PLAN_NODE(planner, PLAN_PROJECT, plan_project, count);
    project->exprs = arena_alloc_array(planner->arena, count, sizeof *project->exprs);
    project->node.left = flow.node;
    project->node.rows = flow.node->rows;
    project->node.row_bound = flow.node->row_bound;
    project->node.startup_cost = flow.node->startup_cost;
    project->node.total_cost = flow.node->total_cost;
    for (uint32_t i = 0; i < count; i++) {
        project->exprs[i] = flow_bind(planner, &flow, exprs[i]);
        plan_column_set(planner, &project->node, i, exprs[i]);
        project->node.total_cost += flow.node->rows * expr_cost(planner, exprs[i]);
    }
    return (struct flow){&project->node, exprs};
}

void
flow_filter(struct planner *planner, struct flow *flow, const struct expr_list *conditions)
{
    struct plan_list more = flow_bind_list(planner, flow, conditions);
    struct plan_list *filter = &flow->node->filter;
    struct expr **all;

    if (more.count == 0)
        return;
    all = arena_alloc_array(planner->arena, filter->count + more.count, sizeof(struct expr *));
    for (uint32_t i = 0; i < filter->count; i++)
        all[i] = filter->exprs[i];
    for (uint32_t i = 0; i < more.count; i++)
        all[filter->count + i] = more.exprs[i];
    filter->exprs = all;
    filter->count += more.count;
}

struct flow
flow_keep(struct level *level, struct flow flow)
{
    const struct plan_node *child = flow.node;
    struct plan_node *node =
        PLAN_NODE(level->planner, PLAN_MATERIAL, plan_node, child->column_count);

    memcpy(node->columns, child->columns, child->column_count * sizeof *child->columns);
    node->left = flow.node;
    node->rows = child->rows;
    node->row_bound = child->row_bound;
    node->width = child->width;
    node->startup_cost = child->startup_cost;
    node->total_cost = child->total_cost;
    return (struct flow){node, flow.outputs};
}
