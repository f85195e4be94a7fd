/*
 * setop.c: UNION, INTERSECT, EXCEPT, and the recursive union of a CTE.
 */
#include "plan/planner_int.h"

static struct flow
plan_branch(struct level *level, const struct query *query)
{
    struct level *inner;
    struct flow flow = level_plan(level->planner, level, USE_RANGE, query, -1, &inner);
    uint32_t count = level->branch_ref_count + inner->outer_ref_count;

    if (inner->outer_ref_count == 0)
        return flow;
    /* Columns of the set operation's siblings in FROM. */
    struct outer_ref *refs = arena_alloc_array(level->arena, count, sizeof *refs);
    if (level->branch_ref_count != 0)
        memcpy(refs, level->branch_refs, level->branch_ref_count * sizeof *refs);
    memcpy(refs + level->branch_ref_count, inner->outer_refs,
           inner->outer_ref_count * sizeof *refs);
    level->branch_refs = refs;
    level->branch_ref_count = count;
    return flow;
}

/* Keys over all columns, by the set operation's equality. */
static struct plan_key *
setop_keys(struct level *level, const struct setop *setop, const struct plan_node *child)
{
    struct plan_key *keys = arena_alloc_array(level->arena, setop->column_count, sizeof *keys);

    for (uint32_t i = 0; i < setop->column_count; i++) {
        keys[i] = plan_key_of(level->planner, &setop->keys[i], setop->keys[i].item);
        keys[i].type = plan_type(level->planner, child->columns[keys[i].column].type);
    }
    return keys;
}

/* The first of each run of equal rows, by hash. */
static struct plan_node *
distinct_node(struct level *level, const struct setop *setop, struct plan_node *child)
{
    struct plan_aggregate *node =
        PLAN_NODE(level->planner, PLAN_AGGREGATE, plan_aggregate, child->column_count);

    node->node.left = child;
    node->strategy = GROUP_HASH;
    node->key_count = setop->column_count;
    node->keys = setop_keys(level, setop, child);
    memcpy(node->node.columns, child->columns, child->column_count * sizeof *child->columns);
    node->node.rows = child->rows;
    node->node.width = child->width;
    node->node.startup_cost = node->node.total_cost =
        child->total_cost +
        child->rows * level->planner->settings->cpu_operator_cost * child->column_count;
    return &node->node;
}

/* The children of a chain of UNION ALLs (or of a UNION: what is below it need not be distinct). */
static void
union_branches(struct level *level, const struct setop *setop, bool is_all,
               struct plan_node **children, uint32_t *count)
{
    bool is_same = setop->query == NULL && setop->kind == SETOP_UNION && (setop->is_all || !is_all);

    if (is_same) {
        union_branches(level, setop->left, is_all, children, count);
        union_branches(level, setop->right, is_all, children, count);
        return;
    }
    children[(*count)++] = setop_plan(level, setop).node;
}

static uint32_t
count_branches(const struct setop *setop)
{
    return setop->query != NULL ? 1 : count_branches(setop->left) + count_branches(setop->right);
}

static struct flow
plan_union(struct level *level, const struct setop *setop)
{
    struct plan_append *append =
        PLAN_NODE(level->planner, PLAN_APPEND, plan_append, setop->column_count);

    append->children =
        arena_alloc_array(level->arena, count_branches(setop), sizeof *append->children);
    union_branches(level, setop, setop->is_all, append->children, &append->child_count);
    memcpy(append->node.columns, append->children[0]->columns,
           setop->column_count * sizeof *append->node.columns);
    append->node.rows = 0;
    append->node.row_bound = 0;
    for (uint32_t i = 0; i < append->child_count; i++) {
        const struct plan_node *child = append->children[i];
        append->node.rows += child->rows;
        append->node.total_cost += child->total_cost;
        append->node.width = child->width;
        bool is_bounded =
            child->row_bound != ROWS_UNBOUNDED && append->node.row_bound != ROWS_UNBOUNDED;
        append->node.row_bound =
            is_bounded ? append->node.row_bound + child->row_bound : ROWS_UNBOUNDED;
    }
    struct flow flow = {&append->node, NULL};
    if (!setop->is_all)
        flow.node = distinct_node(level, setop, flow.node);
    return flow;
}

static struct flow
plan_recursive_union(struct level *level, const struct setop *setop)
{
    struct planner *planner = level->planner;
    struct plan_recursive *node =
        PLAN_NODE(planner, PLAN_RECURSIVE_UNION, plan_recursive, setop->column_count);

    node->work = planner->recursive_work;
    planner->recursive = NULL;
    node->is_all = setop->is_all;
    node->node.left = setop_plan(level, setop->left).node;
    if (!setop->is_all)
        node->keys = setop_keys(level, setop, node->node.left);
    node->node.right = setop_plan(level, setop->right).node;
    memcpy(node->node.columns, node->node.left->columns,
           setop->column_count * sizeof *node->node.columns);
    node->node.rows = node->node.left->rows + 10 * node->node.right->rows;
    node->node.total_cost = node->node.left->total_cost + 10 * node->node.right->total_cost;
    return (struct flow){&node->node, NULL};
}

struct flow
setop_plan(struct level *level, const struct setop *setop)
{
    if (setop->query != NULL)
        return plan_branch(level, setop->query);
    if (level->query == level->planner->recursive)
        return plan_recursive_union(level, setop);
    if (setop->kind == SETOP_UNION)
        return plan_union(level, setop);

    struct plan_setop *node =
        PLAN_NODE(level->planner, PLAN_SETOP, plan_setop, setop->column_count);
    node->op = setop->kind == SETOP_INTERSECT ? PLAN_INTERSECT : PLAN_EXCEPT;
    node->is_all = setop->is_all;
    node->node.left = setop_plan(level, setop->left).node;
    node->node.right = setop_plan(level, setop->right).node;
    memcpy(node->node.columns, node->node.left->columns,
           setop->column_count * sizeof *node->node.columns);
    node->node.rows = node->node.left->rows;
    node->node.width = node->node.left->width;
    node->node.startup_cost = node->node.total_cost =
        node->node.left->total_cost + node->node.right->total_cost;
    return (struct flow){&node->node, NULL};
}
