/*
 * group.c: GROUP BY, aggregates, HAVING.
 */
#include "plan/planner_int.h"

struct grouping {
    struct level *level;
    struct expr_list keys;  /* group expressions, then columns that depend on them */
    struct expr_list calls; /* EXPR_AGGREGATE, each once */
};

bool
level_is_grouped(const struct level *level)
{
    const struct query *query = level->query;

    return query->has_aggregates || query->has_group_by || query->group_count != 0 ||
           query->grouping_set_count != 0 || level->having.count != 0;
}

/* Aggregates of an expression, and columns outside them that are no group keys: these depend on a
 * key that is. */
static bool
collect(void *object, const struct expr *e)
{
    struct grouping *grouping = object;
    struct expr *own = (struct expr *)(uintptr_t)e;

    if (e->kind == EXPR_AGGREGATE) {
        if (!expr_list_has(&grouping->calls, e))
            expr_list_add(grouping->level->arena, &grouping->calls, own);
        return false;
    }
    if (e->kind == EXPR_GROUPING || expr_list_has(&grouping->keys, e))
        return false;
    if (e->kind == EXPR_COLUMN) {
        expr_list_add(grouping->level->arena, &grouping->keys, own);
        return false;
    }
    return expr_walk(e, collect, object);
}

/* The child's columns: the keys' expressions, and what the aggregates read. */
static struct flow
project_inputs(struct grouping *grouping, struct flow flow)
{
    struct level *level = grouping->level;
    struct expr_list exprs = {NULL, 0, 0};

    for (uint32_t i = 0; i < grouping->keys.count; i++) {
        if (!expr_list_has(&exprs, grouping->keys.items[i]))
            expr_list_add(level->arena, &exprs, grouping->keys.items[i]);
    }
    for (uint32_t i = 0; i < grouping->calls.count; i++) {
        struct expr_list columns = {NULL, 0, 0};
        columns_of(level, grouping->calls.items[i], &columns);
        for (uint32_t c = 0; c < columns.count; c++) {
            if (!expr_list_has(&exprs, columns.items[c]))
                expr_list_add(level->arena, &exprs, columns.items[c]);
        }
    }
    return flow_project(level->planner, flow, exprs.items, exprs.count);
}

static void
make_call(struct level *level, const struct flow *input, const struct expr *e,
          struct plan_aggregate_call *call)
{
    struct planner *planner = level->planner;
    const struct aggregate_call *from = &e->aggregate;

    *call = (struct plan_aggregate_call){
        .expr = e,
        .arg_count = from->call_arg_count,
        .order_arg_count = e->arg_count - from->call_arg_count,
        .direct_count = from->direct_count,
        .is_distinct = from->is_distinct,
        .order_count = from->order_count,
    };
    call->args = arena_alloc_array(level->arena, e->arg_count, sizeof *call->args);
    for (uint32_t i = 0; i < e->arg_count; i++)
        call->args[i] = flow_bind(planner, input, e->args[i]);
    call->direct = arena_alloc_array(level->arena, from->direct_count, sizeof *call->direct);
    for (uint32_t i = 0; i < from->direct_count; i++)
        call->direct[i] = flow_bind(planner, input, from->direct[i]);
    if (from->filter != NULL)
        call->filter = flow_bind(planner, input, from->filter);
    call->order = arena_alloc_array(level->arena, from->order_count, sizeof *call->order);
    for (uint32_t i = 0; i < from->order_count; i++) {
        call->order[i] = plan_key_of(planner, &from->order[i], from->order[i].item);
        call->order[i].type = plan_type(planner, e->args[from->order[i].item]->type);
    }
}

/* The key of a column that is grouped only because it depends on the others. */
static struct plan_key
dependent_key(struct level *level, const struct expr *e, uint32_t column)
{
    const struct types *types = level->planner->types;
    const struct operator_info *equal = types_btree_operator(types, e->type, e->type, BTREE_EQ);

    if (equal == NULL)
        equal = types_btree_operator(types, TYPE_TEXT, TYPE_TEXT, BTREE_EQ);
    return (struct plan_key){
        .column = column, .equal = equal, .type = plan_type(level->planner, e->type)};
}

static void
make_keys(struct grouping *grouping, const struct flow *input, struct plan_aggregate *node,
          bool *can_hash)
{
    struct level *level = grouping->level;
    const struct query *query = level->query;

    node->key_count = grouping->keys.count;
    node->keys = arena_alloc_array(level->arena, node->key_count, sizeof *node->keys);
    *can_hash = true;
    for (uint32_t i = 0; i < node->key_count; i++) {
        const struct expr *e = grouping->keys.items[i];
        uint32_t column = flow_column(input, e);
        check(column != UINT32_MAX);
        if (i < query->group_count) {
            node->keys[i] = plan_key_of(level->planner, &query->groups[i], column);
            node->keys[i].type = plan_type(level->planner, e->type);
            *can_hash &= query->groups[i].can_hash;
        } else {
            node->keys[i] = dependent_key(level, e, column);
        }
    }
}

/* Grouping sets; columns that depend on keys are in every set. */
static void
make_sets(struct grouping *grouping, struct plan_aggregate *node)
{
    struct level *level = grouping->level;
    const struct query *query = level->query;
    uint32_t extra = grouping->keys.count - query->group_count;

    if (query->grouping_set_count == 0)
        return;
    node->set_count = query->grouping_set_count;
    node->sets = arena_alloc_array(level->arena, node->set_count, sizeof *node->sets);
    for (uint32_t i = 0; i < node->set_count; i++) {
        const struct grouping_set *from = &query->grouping_sets[i];
        struct plan_grouping_set *set = &node->sets[i];
        set->count = from->count + extra;
        set->keys = arena_alloc_array(level->arena, set->count, sizeof *set->keys);
        for (uint32_t k = 0; k < from->count; k++)
            set->keys[k] = from->groups[k];
        for (uint32_t k = 0; k < extra; k++)
            set->keys[from->count + k] = query->group_count + k;
    }
    node->has_grouping_column = true;
}

static double
group_rows(struct grouping *grouping, double rows)
{
    double groups = 1;

    if (grouping->keys.count == 0)
        return 1;
    for (uint32_t i = 0; i < grouping->keys.count && i < grouping->level->query->group_count; i++)
        groups *= distinct_of(grouping->level, grouping->keys.items[i]);
    return cost_clamp_rows(groups < rows ? groups : rows);
}

static void
cost_node(struct grouping *grouping, struct plan_aggregate *node)
{
    const struct plan_settings *settings = grouping->level->planner->settings;
    const struct plan_node *child = node->node.left;
    double each = settings->cpu_operator_cost * (node->call_count + node->key_count);

    node->node.rows = group_rows(grouping, child->rows);
    node->node.row_bound = node->key_count == 0 && node->set_count == 0 ? 1 : ROWS_UNBOUNDED;
    node->node.startup_cost = child->total_cost + child->rows * each;
    node->node.total_cost = node->node.startup_cost + node->node.rows * settings->cpu_tuple_cost;
}

/* Rows sorted by the keys, for types that cannot be hashed. */
static struct flow
sort_input(struct level *level, struct flow input, const struct plan_aggregate *node)
{
    for (uint32_t i = 0; i < node->key_count; i++) {
        if (node->keys[i].less == NULL)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "could not implement GROUP BY: a column's type can be neither hashed nor sorted");
    }
    return sort_flow(level->planner, input, node->keys, node->key_count, NULL, NULL, -1);
}

static void
make_outputs(struct grouping *grouping, struct plan_aggregate *node, struct flow *flow)
{
    struct level *level = grouping->level;
    uint32_t count = node->key_count + node->call_count;

    flow->outputs = arena_alloc_array(level->arena, node->node.column_count, sizeof *flow->outputs);
    for (uint32_t i = 0; i < count; i++) {
        struct expr *e = i < node->key_count ? grouping->keys.items[i]
                                             : grouping->calls.items[i - node->key_count];
        flow->outputs[i] = e;
        plan_column_set(level->planner, &node->node, i, e);
    }
    if (node->has_grouping_column) {
        struct expr *mask =
            expr_const(level->arena, TYPE_INT4, -1, (union datum){.words = {0, 0}}, -1);
        mask->kind = EXPR_GROUPING;
        mask->grouping.groups = NULL;
        flow->outputs[count] = mask;
        plan_column_set(level->planner, &node->node, count, mask);
    }
}

struct flow
group_plan(struct level *level, struct flow flow)
{
    const struct query *query = level->query;
    struct grouping grouping = {.level = level};
    bool can_hash;

    if (!level_is_grouped(level))
        return flow;
    for (uint32_t i = 0; i < query->group_count; i++)
        expr_list_add(level->arena, &grouping.keys, level->targets[query->groups[i].item].expr);
    for (uint32_t i = 0; i < query->target_count; i++)
        collect(&grouping, level->targets[i].expr);
    for (uint32_t i = 0; i < level->having.count; i++)
        collect(&grouping, level->having.items[i]);

    struct flow input = project_inputs(&grouping, flow);
    uint32_t count = grouping.keys.count + grouping.calls.count;
    struct plan_aggregate *node = PLAN_NODE(level->planner, PLAN_AGGREGATE, plan_aggregate,
                                            count + (query->grouping_set_count != 0));
    make_keys(&grouping, &input, node, &can_hash);
    make_sets(&grouping, node);
    node->strategy = node->key_count == 0 && node->set_count == 0 ? GROUP_PLAIN : GROUP_HASH;
    if (!can_hash) {
        if (node->set_count != 0)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "grouping sets over a type that cannot be hashed are not supported");
        node->strategy = GROUP_SORTED;
        input = sort_input(level, input, node);
    }
    node->call_count = grouping.calls.count;
    node->calls = arena_alloc_array(level->arena, node->call_count, sizeof *node->calls);
    for (uint32_t i = 0; i < node->call_count; i++)
        make_call(level, &input, grouping.calls.items[i], &node->calls[i]);
    node->node.left = input.node;
    cost_node(&grouping, node);
    struct flow grouped = {&node->node, NULL};
    make_outputs(&grouping, node, &grouped);
    flow_filter(level->planner, &grouped, &level->having);
    return grouped;
}
