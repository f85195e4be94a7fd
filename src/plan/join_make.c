/*
 * join_make.c: the nodes of a chosen path.
 *
 * Each node puts out only the columns that are read above it; the columns that a join's own
 * conditions read are asked of its children in addition.
 */
#include "plan/join_int.h"

static void
need_list(struct level *level, const struct expr_list *from, struct expr_list *columns)
{
    for (uint32_t i = 0; i < from->count; i++)
        columns_of(level, from->items[i], columns);
}

/* Those of `columns` that belong to `rels`. */
static void
keep_rels(struct level *level, const struct expr_list *columns, relset rels, struct expr_list *kept)
{
    for (uint32_t i = 0; i < columns->count; i++) {
        if ((rels_of_expr(level, columns->items[i]) & ~rels) == 0)
            expr_list_add(level->arena, kept, columns->items[i]);
    }
}

/* Columns of `outer` that the path reads as params: an inner side's. */
static void
outer_columns(struct level *level, const struct path *path, relset outer, struct expr_list *columns)
{
    struct expr_list all = {NULL, 0, 0};

    for (uint32_t i = 0; i < path->bound_count; i++) {
        if (path->bounds[i].condition != NULL)
            columns_of(level, path->bounds[i].condition, &all);
    }
    need_list(level, &path->filter, &all);
    keep_rels(level, &all, outer, columns);
}

/* The columns of the left side that lateral subqueries of the right side read. They have their
 * params already. */
struct lateral_list {
    uint32_t count;
    const struct outer_ref **refs;
};

static void
find_lateral(struct level *level, const struct path *path, struct lateral_list *list)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < level->rel_count; i++) {
        if ((path->right->rels & relset_of(i)) != 0)
            count += level->rels[i].lateral_ref_count;
    }
    list->refs = arena_alloc_array(level->arena, count, sizeof(struct outer_ref *));
    list->count = 0;
    for (uint32_t i = 0; i < level->rel_count; i++) {
        const struct rel *rel = &level->rels[i];
        if ((path->right->rels & relset_of(i)) == 0)
            continue;
        for (uint32_t r = 0; r < rel->lateral_ref_count; r++) {
            if ((rels_of_expr(level, rel->lateral_refs[r].column) & ~path->left->rels) == 0)
                list->refs[list->count++] = &rel->lateral_refs[r];
        }
    }
}

static void
make_params(struct level *level, const struct path *path, struct nest_params *params)
{
    const struct path *right = path->right;

    outer_columns(level, right, path->left->rels, &params->columns);
    params->slots =
        arena_alloc_array(level->arena, params->columns.count + 1, sizeof *params->slots);
    for (uint32_t i = 0; i < params->columns.count; i++) {
        params->slots[i] = plan_new_param(level->planner, params->columns.items[i]);
        plan_param_name(level, params->slots[i], params->columns.items[i]);
    }
}

/* The params that the join sets for its right side, once its left side's columns are known. */
static void
set_params(struct level *level, const struct nest_params *params,
           const struct lateral_list *lateral, const struct flow *left, struct plan_join_node *join)
{
    join->params = arena_alloc_array(level->arena, params->columns.count + lateral->count,
                                     sizeof *join->params);
    for (uint32_t i = 0; i < params->columns.count; i++) {
        uint32_t column = flow_column(left, params->columns.items[i]);
        check(column != UINT32_MAX);
        join->params[join->param_count++] = (struct plan_param_set){params->slots[i], column};
    }
    for (uint32_t i = 0; i < lateral->count; i++) {
        const struct outer_ref *ref = lateral->refs[i];
        uint32_t column = flow_column(left, ref->column);
        check(column != UINT32_MAX);
        join->params[join->param_count++] = (struct plan_param_set){ref->param, column};
    }
}

static void
bind_keys(struct level *level, const struct path *path, const struct flow *left,
          const struct flow *right, struct plan_join_node *join)
{
    struct planner *planner = level->planner;

    join->key_count = path->keys_left.count;
    join->left_keys = flow_bind_list(planner, left, &path->keys_left).exprs;
    join->right_keys = flow_bind_list(planner, right, &path->keys_right).exprs;
    join->equal = arena_alloc_array(level->arena, join->key_count, sizeof *join->equal);
    join->collations = arena_alloc_array(level->arena, join->key_count, sizeof(oid));
    for (uint32_t i = 0; i < join->key_count; i++) {
        join->equal[i] = path->key_ops[i].equal;
        join->collations[i] = path->key_ops[i].collation;
    }
}

/* Left columns then right columns, as a flow for binding. */
static struct flow
both_sides(struct level *level, const struct flow *left, const struct flow *right)
{
    uint32_t left_count = left->node->column_count, right_count = right->node->column_count;
    struct plan_node *node = arena_alloc_zero(level->arena, sizeof *node);
    struct flow both = {node, NULL};

    node->column_count = left_count + right_count;
    node->columns = arena_alloc_array(level->arena, node->column_count, sizeof *node->columns);
    both.outputs = arena_alloc_array(level->arena, node->column_count, sizeof *both.outputs);
    for (uint32_t i = 0; i < node->column_count; i++) {
        bool is_left = i < left_count;
        uint32_t at = is_left ? i : i - left_count;
        const struct flow *side = is_left ? left : right;
        node->columns[i] = side->node->columns[at];
        both.outputs[i] = side->outputs[at];
    }
    return both;
}

static struct flow
make_join(struct level *level, const struct path *path, const struct expr_list *needed)
{
    struct planner *planner = level->planner;
    struct expr_list above = {NULL, 0, 0}, inside = {NULL, 0, 0};
    struct expr_list left_needed = {NULL, 0, 0}, right_needed = {NULL, 0, 0};
    struct nest_params params = {{NULL, 0, 0}, NULL};
    struct lateral_list lateral = {0, NULL};
    bool is_nest = path->method == METHOD_NEST_LOOP;
    bool hides_right = path->join == PLAN_JOIN_SEMI || path->join == PLAN_JOIN_ANTI;

    keep_rels(level, needed, hides_right ? path->left->rels : path->rels, &above);
    need_list(level, &path->after, &above);
    for (uint32_t i = 0; i < above.count; i++)
        columns_of(level, above.items[i], &inside);
    need_list(level, &path->condition, &inside);
    keep_rels(level, &inside, path->left->rels, &left_needed);
    keep_rels(level, &inside, path->right->rels, &right_needed);
    need_list(level, &path->keys_left, &left_needed);
    need_list(level, &path->keys_right, &right_needed);
    if (is_nest) {
        make_params(level, path, &params);
        find_lateral(level, path, &lateral);
        need_list(level, &params.columns, &left_needed);
        for (uint32_t i = 0; i < lateral.count; i++)
            columns_of(level, lateral.refs[i]->column, &left_needed);
    }
    struct flow left = path_make(level, path->left, &left_needed);
    struct flow right = path->right->kind == PATH_JOIN
                            ? path_make(level, path->right, &right_needed)
                            : scan_make(level, path->right, is_nest ? &params : NULL);
    if (is_nest && params.columns.count == 0 && lateral.count == 0)
        right = flow_keep(level, right);
    struct flow both = both_sides(level, &left, &right);

    struct plan_join_node *join =
        PLAN_NODE(planner, is_nest ? PLAN_NEST_LOOP : PLAN_HASH_JOIN, plan_join_node, above.count);
    join->join = path->join;
    join->node.left = left.node;
    join->node.right = right.node;
    join->condition = flow_bind_list(planner, &both, &path->condition);
    join->outputs = arena_alloc_array(level->arena, above.count, sizeof *join->outputs);
    for (uint32_t i = 0; i < above.count; i++) {
        join->outputs[i] = flow_column(&both, above.items[i]);
        check(join->outputs[i] != UINT32_MAX);
        plan_column_set(planner, &join->node, i, above.items[i]);
    }
    if (is_nest)
        set_params(level, &params, &lateral, &left, join);
    else
        bind_keys(level, path, &left, &right, join);
    join->is_inner_unique = path->right->is_unique;
    join->node.rows = path->rows;
    join->node.startup_cost = path->startup_cost;
    join->node.total_cost = path->total_cost;
    struct flow flow = {&join->node, above.items};
    flow_filter(planner, &flow, &path->after);
    return flow;
}

struct flow
path_make(struct level *level, const struct path *path, const struct expr_list *needed)
{
    if (path->kind == PATH_JOIN)
        return make_join(level, path, needed);
    return scan_make(level, path, NULL);
}
