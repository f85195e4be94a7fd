/*
 * parallel.c: where threads help: a pass over the finished plan.
 *
 * A node that takes in all rows of a child before it puts any out (an aggregate, a sort, a hash
 * join with its right side) may do so on several threads, if everything from the child down to the
 * source of the rows can be run by each of them for a share of the source. The way down goes
 * through left children: projections, joins, conditions. The source is the sequential scan at its
 * end if that is large, else the lowest node with rows enough to be divided, such as the few
 * hundred suppliers of a country under nested loops over indexes.
 *
 * Every expression on the way, and in right children that helpers run for themselves, must be safe:
 * it gives the same value in any thread and changes nothing. Functions of users, volatile ones and
 * those that look at the session or the catalog are not; neither are subqueries that depend on the
 * row. Nodes that run again and again (right children of nested loops, subqueries of rows) never
 * have helpers: waking them costs more than such a run.
 */
#include "plan/planner_int.h"
#include "sql/scope.h"
#include <string.h>

#define SHARED_ROWS_MIN 24.0  /* of a source that is no scan */
#define SHARED_COST_PART 0.35 /* of all that is below the node: what its source may cost at most */

struct parallel_pass {
    struct planner *planner;
    uint32_t init_count, init_capacity;
    uint32_t *inits;
    bool is_safe;
};

static void mark_node(struct planner *planner, struct plan_node *node);

/* ---- expressions ---- */

static bool
is_clock_type(oid type)
{
    return type == TYPE_TIMESTAMPTZ || type == TYPE_TIMESTAMP || type == TYPE_DATE ||
           type == TYPE_TIMETZ || type == TYPE_TIME || type == TYPE_INTERVAL;
}

/* Stable functions of dates and times read settings that stay as they are; of others it is not
 * known what they look at. */
static bool
func_is_safe(const struct func_info *func)
{
    bool is_of_clock = false;

    if (func->func >= OID_USER_FIRST || func->volatility == FUNC_VOLATILE)
        return false;
    for (uint32_t i = 0; i < func->arg_count; i++)
        is_of_clock |= is_clock_type(func->args[i]);
    return func->volatility == FUNC_IMMUTABLE || is_of_clock;
}

/* Types of users and names of objects are looked up in the catalog. */
static bool
type_is_plain(oid type)
{
    switch (type) {
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
    case TYPE_NUMERIC:
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
        return true;
    default:
        return is_clock_type(type);
    }
}

static void
add_init(struct parallel_pass *pass, uint32_t param)
{
    for (uint32_t i = 0; i < pass->init_count; i++) {
        if (pass->inits[i] == param)
            return;
    }
    if (pass->init_count == pass->init_capacity)
        pass->inits = arena_grow(pass->planner->arena, pass->inits, &pass->init_capacity,
                                 sizeof *pass->inits);
    pass->inits[pass->init_count++] = param;
}

static bool
kind_is_safe(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_COLUMN:
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_NOT:
    case EXPR_NULL_TEST:
    case EXPR_BOOL_TEST:
    case EXPR_CASE:
    case EXPR_COALESCE:
    case EXPR_MINMAX:
    case EXPR_ROW_COMPARE:
    case EXPR_AGGREGATE:
    case EXPR_ARRAY:
    case EXPR_RELABEL:
    case EXPR_COLLATE:
        return true;
    case EXPR_FUNC:
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return func_is_safe(e->func.func);
    case EXPR_ARRAY_COMPARE:
        return func_is_safe(e->array_compare.ref.func);
    case EXPR_CAST_INOUT:
        return type_is_plain(e->type) && type_is_plain(e->args[0]->type);
    default:
        return false;
    }
}

static bool
check_expr(void *object, const struct expr *e)
{
    struct parallel_pass *pass = object;

    if (!kind_is_safe(e)) {
        pass->is_safe = false;
        return false;
    }
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXEC &&
        pass->planner->plan->exec_params[e->param.number].init_plan >= 0)
        add_init(pass, e->param.number);
    return expr_walk(e, check_expr, object);
}

static void
check_exprs(struct parallel_pass *pass, struct expr *const *exprs, uint32_t count)
{
    for (uint32_t i = 0; i < count && pass->is_safe; i++) {
        if (exprs[i] != NULL)
            (void)check_expr(pass, exprs[i]);
    }
}

/* ---- nodes ---- */

static void
check_calls(struct parallel_pass *pass, const struct plan_aggregate *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const struct plan_aggregate_call *call = &plan->calls[i];
        check_exprs(pass, call->args, call->arg_count + call->order_arg_count);
        check_exprs(pass, call->direct, call->direct_count);
        check_exprs(pass, &call->filter, 1);
        pass->is_safe &= call->expr->aggregate.ref.func->func < OID_USER_FIRST;
    }
}

static void
check_index_scan(struct parallel_pass *pass, const struct plan_index_scan *scan)
{
    for (uint32_t i = 0; i < scan->bound_count; i++)
        check_exprs(pass, &scan->bounds[i].value, 1);
}

/* The node itself, as helpers would run it. */
static void
check_own(struct parallel_pass *pass, const struct plan_node *node)
{
    check_exprs(pass, node->filter.exprs, node->filter.count);
    switch (node->kind) {
    case PLAN_RESULT:
        check_exprs(pass, ((const struct plan_result *)node)->condition.exprs,
                    ((const struct plan_result *)node)->condition.count);
        break;
    case PLAN_SEQ_SCAN:
        pass->is_safe &= ((const struct plan_scan *)node)->sample_percent == NULL;
        break;
    case PLAN_INDEX_SCAN:
        check_index_scan(pass, (const struct plan_index_scan *)node);
        break;
    case PLAN_PROJECT:
        check_exprs(pass, ((const struct plan_project *)node)->exprs, node->column_count);
        break;
    case PLAN_NEST_LOOP:
    case PLAN_HASH_JOIN: {
        const struct plan_join_node *join = (const struct plan_join_node *)node;
        check_exprs(pass, join->condition.exprs, join->condition.count);
        check_exprs(pass, join->left_keys, join->key_count);
        check_exprs(pass, join->right_keys, join->key_count);
        break;
    }
    case PLAN_AGGREGATE:
        check_calls(pass, (const struct plan_aggregate *)node);
        break;
    case PLAN_MATERIAL:
    case PLAN_SORT:
    case PLAN_UNIQUE:
        break;
    default:
        pass->is_safe = false;
    }
}

/* A right child that each helper runs for itself. */
static void
check_tree(struct parallel_pass *pass, const struct plan_node *node)
{
    struct plan_node *child;

    if (node->kind == PLAN_SORT && ((const struct plan_sort *)node)->limit != NULL)
        pass->is_safe = false;
    check_own(pass, node);
    for (uint32_t i = 0; pass->is_safe && (child = plan_child(node, i)) != NULL; i++)
        check_tree(pass, child);
}

static bool
is_on_way_kind(const struct plan_node *node)
{
    const struct plan_join_node *join = (const struct plan_join_node *)node;

    switch (node->kind) {
    case PLAN_PROJECT:
    case PLAN_NEST_LOOP:
        return true;
    case PLAN_HASH_JOIN:
        return join->join != PLAN_JOIN_RIGHT && join->join != PLAN_JOIN_FULL;
    default:
        return false;
    }
}

/* What the table's rows take about, by its columns' types. */
static double
table_bytes(const struct planner *planner, const struct plan_scan *scan)
{
    const struct plan_context *context = planner->context;
    double rows = context->row_count(context->object, scan->table), width = 24;

    for (uint32_t i = 0; i < scan->table->column_count; i++) {
        const struct type_info *info = scope_type(planner->scope, scan->table->columns[i].type);
        width += info != NULL && info->length > 0 ? info->length : 32;
    }
    return (rows < 0 ? scan->node.rows : rows) * width;
}

static bool
scan_is_large(const struct planner *planner, const struct plan_node *node)
{
    return table_bytes(planner, (const struct plan_scan *)node) >=
           planner->settings->min_parallel_table_scan_bytes;
}

/* The source below `child`; null: none that is of use. Checks all on the way. */
static const struct plan_node *
find_source(struct parallel_pass *pass, const struct plan_node *child)
{
    const struct plan_settings *settings = pass->planner->settings;
    const struct plan_node *node = child;

    while (is_on_way_kind(node))
        node = node->left;
    if (node->kind != PLAN_SEQ_SCAN || !scan_is_large(pass->planner, node)) {
        const struct plan_node *best = NULL;
        double cost_max = child->total_cost * SHARED_COST_PART;
        for (node = child; is_on_way_kind(node); node = node->left) {
            if (node->left->rows >= SHARED_ROWS_MIN &&
                (node->left->total_cost <= cost_max || settings->parallel_setup_cost == 0))
                best = node->left;
        }
        node = best;
    }
    if (node == NULL)
        return NULL;
    for (const struct plan_node *n = child; n != node && pass->is_safe; n = n->left) {
        check_own(pass, n);
        if (n->kind == PLAN_NEST_LOOP && pass->is_safe)
            check_tree(pass, n->right);
    }
    if (pass->is_safe && node->kind == PLAN_SEQ_SCAN)
        check_own(pass, node);
    return pass->is_safe ? node : NULL;
}

/* ---- those who take rows in ---- */

static bool
calls_can_merge(const struct plan_aggregate *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++) {
        const struct plan_aggregate_call *call = &plan->calls[i];
        const struct aggregate_info *info = call->expr->aggregate.ref.func->aggregate;
        if (info == NULL || info->agg_kind != 'n' || info->is_in_order)
            return false;
        if (call->is_distinct ? call->order_count > call->arg_count : call->order_count != 0)
            return false;
        if (!call->is_distinct && info->combine == NULL)
            return false;
    }
    return true;
}

static const struct plan_node *
taken_child(const struct plan_node *node)
{
    const struct plan_aggregate *group = (const struct plan_aggregate *)node;
    const struct plan_join_node *join = (const struct plan_join_node *)node;

    switch (node->kind) {
    case PLAN_AGGREGATE:
        return group->strategy != GROUP_SORTED && group->set_count == 0 && node->left != NULL &&
                       calls_can_merge(group)
                   ? node->left
                   : NULL;
    case PLAN_HASH_JOIN:
        return join->join != PLAN_JOIN_RIGHT && join->join != PLAN_JOIN_FULL ? node->right : NULL;
    case PLAN_GATHER:
        return node->left;
    case PLAN_SORT:
        return ((const struct plan_sort *)node)->presorted == 0 ? node->left : NULL;
    default:
        return NULL;
    }
}

static void
check_sort(struct parallel_pass *pass, const struct plan_sort *sort)
{
    struct expr *exprs[] = {sort->limit, sort->offset};

    check_exprs(pass, exprs, 2);
    for (uint32_t k = 0; k < sort->key_count; k++)
        pass->is_safe &= sort->keys[k].type->type < OID_USER_FIRST;
}

/* What the node evaluates itself for each row that it takes in. */
static void
check_taker(struct parallel_pass *pass, const struct plan_node *node)
{
    const struct plan_join_node *join = (const struct plan_join_node *)node;

    if (node->kind == PLAN_AGGREGATE)
        check_calls(pass, (const struct plan_aggregate *)node);
    else if (node->kind == PLAN_HASH_JOIN)
        check_exprs(pass, join->right_keys, join->key_count);
    else if (node->kind == PLAN_SORT)
        check_sort(pass, (const struct plan_sort *)node);
}

static void
mark_taker(struct planner *planner, struct plan_node *node)
{
    const struct plan_settings *settings = planner->settings;
    const struct plan_node *child = taken_child(node);
    struct parallel_pass pass = {.planner = planner, .is_safe = true};

    if (child == NULL || child->total_cost < settings->parallel_setup_cost)
        return;
    check_taker(&pass, node);
    const struct plan_node *source = pass.is_safe ? find_source(&pass, child) : NULL;
    if (source == NULL)
        return;
    struct plan_parallel *parallel = arena_alloc_zero(planner->arena, sizeof *parallel);
    *parallel = (struct plan_parallel){.worker_count = settings->parallel_workers,
                                       .source = source->id,
                                       .is_by_rows = source->kind != PLAN_SEQ_SCAN ||
                                                     !scan_is_large(planner, source),
                                       .init_count = pass.init_count,
                                       .inits = pass.inits};
    node->parallel = parallel;
    ((struct plan_node *)(uintptr_t)source)->is_shared = true;
}

/* The node and all below it that run once. */
static void
mark_node(struct planner *planner, struct plan_node *node)
{
    struct plan_node *child;

    mark_taker(planner, node);
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++) {
        bool is_again = (node->kind == PLAN_NEST_LOOP && child == node->right) ||
                        node->kind == PLAN_RECURSIVE_UNION;
        if (!is_again)
            mark_node(planner, child);
    }
}

/* ---- gathers ---- */

/* Rows that are put out without being taken in before: worth it if computing them costs more than
 * handing them over. Sequential scans alone promise no order that somebody relies on. */
static bool
wants_gather(struct planner *planner, const struct plan_node *node)
{
    const struct plan_settings *settings = planner->settings;
    struct parallel_pass pass = {.planner = planner, .is_safe = true};
    double parts = settings->parallel_workers + 1;
    double saved = node->total_cost - node->total_cost / parts;

    if (saved < settings->parallel_setup_cost + node->rows * settings->parallel_tuple_cost)
        return false;
    if (!is_on_way_kind(node) && node->kind != PLAN_SEQ_SCAN)
        return false;
    const struct plan_node *source = find_source(&pass, node);
    return source != NULL && source->kind == PLAN_SEQ_SCAN && scan_is_large(planner, source);
}

static void
add_gather(struct planner *planner, struct plan_node **place)
{
    struct plan_node *node = *place;

    if (node->kind == PLAN_APPEND) {
        struct plan_append *append = (struct plan_append *)node;
        for (uint32_t i = 0; i < append->child_count && !append->is_merge; i++)
            add_gather(planner, &append->children[i]);
    } else if (wants_gather(planner, node)) {
        struct plan_node *gather =
            plan_node_new(planner, PLAN_GATHER, sizeof *gather, node->column_count);
        memcpy(gather->columns, node->columns, node->column_count * sizeof *node->columns);
        gather->left = node;
        gather->row_bound = node->row_bound;
        gather->rows = node->rows;
        gather->width = node->width;
        gather->startup_cost = node->startup_cost;
        gather->total_cost = node->total_cost;
        *place = gather;
    } else if (node->kind == PLAN_PROJECT) {
        add_gather(planner, &node->left);
    }
}

/* Helpers must have all done before anybody changes something through the transaction: functions of
 * users might. */
static bool
check_quiet(void *object, const struct expr *e)
{
    bool *is_quiet = object;

    if (e->kind == EXPR_NEXTVAL ||
        (e->kind == EXPR_FUNC &&
         (e->func.func->func >= OID_USER_FIRST || e->func.func->volatility == FUNC_VOLATILE)))
        *is_quiet = false;
    return *is_quiet && expr_walk(e, check_quiet, object);
}

void
plan_add_gathers(struct planner *planner)
{
    struct plan_node *node = planner->plan->root;
    bool is_quiet = !planner->plan->has_locks && planner->plan->cte_count == 0;

    if (planner->settings->parallel_workers == 0)
        return;
    for (const struct plan_node *n = node; is_quiet && n->kind == PLAN_PROJECT; n = n->left) {
        const struct plan_project *project = (const struct plan_project *)n;
        for (uint32_t i = 0; i < n->column_count; i++)
            (void)check_quiet(&is_quiet, project->exprs[i]);
    }
    if (is_quiet)
        add_gather(planner, &planner->plan->root);
}

void
plan_note_parallel(struct planner *planner)
{
    struct plan *plan = planner->plan;

    if (planner->settings->parallel_workers == 0)
        return;
    mark_node(planner, plan->root);
    for (uint32_t i = 0; i < plan->subplan_count; i++) {
        if (plan->subplans[i].is_init || plan->subplans[i].is_hashed)
            mark_node(planner, plan->subplans[i].root);
    }
    for (uint32_t i = 0; i < plan->cte_count; i++)
        mark_node(planner, plan->ctes[i].root);
}
