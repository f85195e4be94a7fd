/*
 * depends.c: what the rows of each node depend on besides the database.
 *
 * A node that keeps rows (a hash table, a sort, a materialised result, a CTE, an init plan) may
 * hand them out again when it starts over, unless an exec param or a work table that its subtree
 * reads has changed. This pass notes for every node which these are: params by number, then work
 * tables. What is set inside the subtree itself (the params of its nested loops) does not count.
 */
#include "plan/planner_int.h"

struct dependent {
    struct planner *planner;
    struct plan *plan;
    uint32_t word_count;
    uint64_t **subplans; /* sets made already, or under way: by subplan, */
    uint64_t **ctes;     /* by CTE */
};

struct expr_set {
    struct dependent *d;
    uint64_t *set;
};

static const uint64_t *node_depends(struct dependent *d, struct plan_node *node);

static uint64_t *
new_set(struct dependent *d)
{
    return arena_alloc_zero(d->planner->arena, d->word_count * sizeof(uint64_t));
}

static void
add_one(uint64_t *set, uint32_t item)
{
    set[item / 64] |= UINT64_C(1) << (item % 64);
}

static void
remove_one(uint64_t *set, uint32_t item)
{
    set[item / 64] &= ~(UINT64_C(1) << (item % 64));
}

static void
add_all(const struct dependent *d, uint64_t *set, const uint64_t *more)
{
    for (uint32_t i = 0; i < d->word_count; i++)
        set[i] |= more[i];
}

static bool add_expr(void *object, const struct expr *e);

static void
add_exprs(struct expr_set *to, struct expr *const *exprs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (exprs[i] != NULL)
            add_expr(to, exprs[i]);
    }
}

static const uint64_t *
subplan_depends(struct dependent *d, uint32_t idx)
{
    struct plan_subplan *subplan = &d->plan->subplans[idx];

    if (d->subplans[idx] == NULL) {
        d->subplans[idx] = new_set(d);
        struct expr_set to = {d, d->subplans[idx]};
        add_all(d, to.set, node_depends(d, subplan->root));
        add_exprs(&to, &subplan->test, 1);
        add_exprs(&to, subplan->keys, subplan->key_count);
        /* The call sets these from its arguments. */
        for (uint32_t i = 0; i < subplan->param_count; i++)
            remove_one(to.set, subplan->params[i]);
    }
    return d->subplans[idx];
}

static const uint64_t *
cte_depends(struct dependent *d, uint32_t idx)
{
    if (d->ctes[idx] == NULL) {
        d->ctes[idx] = new_set(d);
        add_all(d, d->ctes[idx], node_depends(d, d->plan->ctes[idx].root));
    }
    return d->ctes[idx];
}

static bool
add_expr(void *object, const struct expr *e)
{
    struct expr_set *to = object;
    struct dependent *d = to->d;

    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXEC) {
        int32_t init_plan = d->plan->exec_params[e->param.number].init_plan;
        /* An init plan's value changes only with what its own rows depend on. */
        if (init_plan >= 0)
            add_all(d, to->set, subplan_depends(d, (uint32_t)init_plan));
        else
            add_one(to->set, e->param.number);
    } else if (e->kind == EXPR_SUBPLAN) {
        add_all(d, to->set, subplan_depends(d, e->subplan));
    }
    return expr_walk(e, add_expr, object);
}

static void
add_calls(struct expr_set *to, const struct plan_aggregate *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const struct plan_aggregate_call *call = &plan->calls[i];
        add_exprs(to, call->args, call->arg_count + call->order_arg_count);
        add_exprs(to, call->direct, call->direct_count);
        add_exprs(to, &call->filter, 1);
    }
}

static void
add_window(struct expr_set *to, const struct plan_window *plan)
{
    add_exprs(to, &plan->start_offset, 1);
    add_exprs(to, &plan->end_offset, 1);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        add_exprs(to, plan->calls[i].args, plan->calls[i].arg_count);
        add_exprs(to, &plan->calls[i].filter, 1);
    }
}

static void
add_join(struct expr_set *to, const struct plan_join_node *join)
{
    add_exprs(to, join->condition.exprs, join->condition.count);
    add_exprs(to, join->left_keys, join->key_count);
    add_exprs(to, join->right_keys, join->key_count);
}

static void
add_scan(struct expr_set *to, const struct plan_node *node)
{
    switch (node->kind) {
    case PLAN_SEQ_SCAN:
        add_exprs(to, &((const struct plan_scan *)node)->sample_percent, 1);
        add_exprs(to, &((const struct plan_scan *)node)->sample_seed, 1);
        break;
    case PLAN_INDEX_SCAN: {
        const struct plan_index_scan *scan = (const struct plan_index_scan *)node;
        for (uint32_t i = 0; i < scan->bound_count; i++)
            add_exprs(to, &scan->bounds[i].value, 1);
        break;
    }
    case PLAN_UNION_SCAN: {
        const struct plan_union_scan *scan = (const struct plan_union_scan *)node;
        for (uint32_t a = 0; a < scan->arm_count; a++)
            for (uint32_t i = 0; i < scan->arms[a].bound_count; i++)
                add_exprs(to, &scan->arms[a].bounds[i].value, 1);
        break;
    }
    case PLAN_FUNCTION_SCAN: {
        const struct plan_function_scan *scan = (const struct plan_function_scan *)node;
        for (uint32_t i = 0; i < scan->function_count; i++)
            add_exprs(to, &scan->functions[i].call, 1);
        break;
    }
    case PLAN_VALUES: {
        const struct plan_values *values = (const struct plan_values *)node;
        for (uint32_t i = 0; i < values->row_count; i++)
            add_exprs(to, values->rows[i], node->column_count);
        break;
    }
    case PLAN_CTE_SCAN:
        add_all(to->d, to->set, cte_depends(to->d, ((const struct plan_cte_scan *)node)->cte));
        break;
    case PLAN_WORK_SCAN:
        add_one(to->set, to->d->plan->exec_param_count + ((const struct plan_cte_scan *)node)->cte);
        break;
    default:
        break;
    }
}

/* What the node itself reads, without its children. */
static void
add_own(struct expr_set *to, const struct plan_node *node)
{
    add_exprs(to, node->filter.exprs, node->filter.count);
    switch (node->kind) {
    case PLAN_RESULT:
        add_exprs(to, ((const struct plan_result *)node)->condition.exprs,
                  ((const struct plan_result *)node)->condition.count);
        break;
    case PLAN_PROJECT:
    case PLAN_PROJECT_SET:
        add_exprs(to, ((const struct plan_project *)node)->exprs, node->column_count);
        break;
    case PLAN_NEST_LOOP:
    case PLAN_HASH_JOIN:
    case PLAN_MERGE_JOIN:
        add_join(to, (const struct plan_join_node *)node);
        break;
    case PLAN_AGGREGATE:
        add_calls(to, (const struct plan_aggregate *)node);
        break;
    case PLAN_WINDOW:
        add_window(to, (const struct plan_window *)node);
        break;
    case PLAN_SORT:
        add_exprs(to, &((const struct plan_sort *)node)->limit, 1);
        add_exprs(to, &((const struct plan_sort *)node)->offset, 1);
        break;
    case PLAN_LIMIT:
        add_exprs(to, &((const struct plan_limit *)node)->limit, 1);
        add_exprs(to, &((const struct plan_limit *)node)->offset, 1);
        break;
    case PLAN_LOCK_ROWS:
        add_exprs(to, ((const struct plan_lock_rows *)node)->recheck.exprs,
                  ((const struct plan_lock_rows *)node)->recheck.count);
        break;
    default:
        add_scan(to, node);
    }
}

static void
keep_set(struct dependent *d, struct plan_node *node, const uint64_t *set)
{
    uint32_t count = 0, item_count = d->plan->exec_param_count + d->plan->work_count;
    uint32_t *items;

    for (uint32_t i = 0; i < d->word_count; i++)
        count += (uint32_t)__builtin_popcountll(set[i]);
    if (count == 0)
        return;
    items = arena_alloc_array(d->planner->arena, count, sizeof *items);
    for (uint32_t i = 0; i < item_count; i++) {
        if ((set[i / 64] >> (i % 64)) & 1)
            items[node->depend_count++] = i;
    }
    node->depends = items;
}

/* What the node itself sets for its right child. */
static void
remove_own(const struct dependent *d, const struct plan_node *node, uint64_t *set)
{
    if (node->kind == PLAN_NEST_LOOP) {
        const struct plan_join_node *join = (const struct plan_join_node *)node;
        for (uint32_t i = 0; i < join->param_count; i++)
            remove_one(set, join->params[i].param);
    } else if (node->kind == PLAN_RECURSIVE_UNION) {
        remove_one(set, d->plan->exec_param_count + ((const struct plan_recursive *)node)->work);
    }
}

static const uint64_t *
node_depends(struct dependent *d, struct plan_node *node)
{
    struct expr_set to = {d, new_set(d)};
    struct plan_node *child;

    add_own(&to, node);
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++)
        add_all(d, to.set, node_depends(d, child));
    remove_own(d, node, to.set);
    keep_set(d, node, to.set);
    return to.set;
}

void
plan_note_depends(struct planner *planner)
{
    struct plan *plan = planner->plan;
    struct dependent d = {.planner = planner, .plan = plan};
    uint32_t item_count = plan->exec_param_count + plan->work_count;

    if (item_count == 0)
        return;
    d.word_count = (item_count + 63) / 64;
    d.subplans = arena_alloc_zero(planner->arena, (plan->subplan_count + 1) * sizeof *d.subplans);
    d.ctes = arena_alloc_zero(planner->arena, (plan->cte_count + 1) * sizeof *d.ctes);
    node_depends(&d, plan->root);
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        subplan_depends(&d, i);
    for (uint32_t i = 0; i < plan->cte_count; i++)
        cte_depends(&d, i);
}
