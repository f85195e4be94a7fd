/*
 * planner.c: the plan as a whole: its nodes' numbers, params, subplans, CTEs.
 */
#include "plan/planner_int.h"
#include "sql/scope.h"

const struct plan_settings plan_settings_default = {
    .seq_page_cost = 1,
    .random_page_cost = 1.1,
    .cpu_tuple_cost = 0.01,
    .cpu_index_tuple_cost = 0.005,
    .cpu_operator_cost = 0.0025,
    .work_mem_bytes = 4 << 20,
    .min_parallel_table_scan_bytes = 8 << 20,
    .parallel_setup_cost = 1000,
    .parallel_tuple_cost = 0.1,
    .enable_seqscan = true,
    .enable_indexscan = true,
    .enable_indexonlyscan = true,
    .enable_nestloop = true,
    .enable_hashjoin = true,
    .enable_mergejoin = true,
    .enable_hashagg = true,
    .enable_sort = true,
    .enable_material = true,
    .excludes_by_checks = true,
    .join_collapse_limit = 8,
    .from_collapse_limit = 8,
};

void *
plan_node_new(struct planner *planner, enum plan_kind kind, size_t bytes, uint32_t column_count)
{
    struct plan_node *node = arena_alloc_zero(planner->arena, bytes);

    node->kind = kind;
    node->column_count = column_count;
    node->columns = arena_alloc_zero(planner->arena, column_count * sizeof *node->columns);
    node->row_bound = ROWS_UNBOUNDED;
    node->rows = 1;
    return node;
}

const struct type_info *
plan_type(const struct planner *planner, oid type)
{
    const struct type_info *info = scope_type(planner->scope, type);

    if (info == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "type with OID %u does not exist", type);
    return info;
}

void
plan_column_set(struct planner *planner, struct plan_node *node, uint32_t column,
                const struct expr *expr)
{
    const struct type_info *info = plan_type(planner, expr->type);

    node->columns[column] = (struct plan_column){
        .type = expr->type,
        .typmod = expr->typmod,
        .collation = expr->collation,
        .phys = info->phys,
        .name = node->columns[column].name,
    };
    node->width += info->length > 0 ? (uint32_t)info->length : 32;
}

uint32_t
plan_new_param(struct planner *planner, const struct expr *expr)
{
    struct plan *plan = planner->plan;

    if (plan->exec_param_count == planner->param_capacity) {
        uint32_t wider = planner->param_capacity == 0 ? 8 : planner->param_capacity * 2;
        struct plan_exec_param *params = arena_alloc_array(planner->arena, wider, sizeof *params);
        if (plan->exec_param_count != 0)
            memcpy(params, plan->exec_params, plan->exec_param_count * sizeof *params);
        plan->exec_params = params;
        planner->param_capacity = wider;
    }
    plan->exec_params[plan->exec_param_count] = (struct plan_exec_param){
        .type = expr->type, .phys = plan_type(planner, expr->type)->phys, .init_plan = -1};
    return plan->exec_param_count++;
}

void
plan_param_name(struct level *level, uint32_t param, const struct expr *column)
{
    struct plan_exec_param *named = &level->planner->plan->exec_params[param];

    if (column->kind != EXPR_COLUMN || column->column.levels_up != 0)
        return;
    const struct range *range = level->query->ranges[column->column.range];
    int16_t number = column->column.number;
    if (number <= 0 || (uint32_t)number > range->column_count)
        return;
    named->alias = range->name;
    named->name = range->columns[number - 1].name;
}

struct plan_subplan *
plan_new_subplan(struct planner *planner, uint32_t *idx)
{
    struct plan *plan = planner->plan;

    if (plan->subplan_count == planner->subplan_capacity) {
        uint32_t wider = planner->subplan_capacity == 0 ? 8 : planner->subplan_capacity * 2;
        struct plan_subplan *subplans = arena_alloc_array(planner->arena, wider, sizeof *subplans);
        if (plan->subplan_count != 0)
            memcpy(subplans, plan->subplans, plan->subplan_count * sizeof *subplans);
        plan->subplans = subplans;
        planner->subplan_capacity = wider;
    }
    *idx = plan->subplan_count++;
    plan->subplans[*idx] = (struct plan_subplan){.kind = SUBLINK_EXISTS};
    return &plan->subplans[*idx];
}

uint32_t
plan_new_cte(struct planner *planner, const struct plan_cte *cte)
{
    struct plan *plan = planner->plan;

    if (plan->cte_count == planner->cte_capacity) {
        uint32_t wider = planner->cte_capacity == 0 ? 4 : planner->cte_capacity * 2;
        struct plan_cte *ctes = arena_alloc_array(planner->arena, wider, sizeof *ctes);
        if (plan->cte_count != 0)
            memcpy(ctes, plan->ctes, plan->cte_count * sizeof *ctes);
        plan->ctes = ctes;
        planner->cte_capacity = wider;
    }
    plan->ctes[plan->cte_count] = *cte;
    return plan->cte_count++;
}

static struct expr *
leaf_like(struct planner *planner, enum expr_kind kind, const struct expr *like)
{
    struct expr *e = arena_alloc_zero(planner->arena, sizeof *e);

    e->kind = kind;
    e->type = like->type;
    e->typmod = like->typmod;
    e->collation = like->collation;
    e->at = -1;
    return e;
}

struct expr *
plan_param_expr(struct planner *planner, const struct expr *like, uint32_t param)
{
    struct expr *e = leaf_like(planner, EXPR_PARAM, like);

    e->param.kind = PARAM_EXEC;
    e->param.number = param;
    return e;
}

struct expr *
plan_input(struct planner *planner, uint32_t column, const struct expr *like)
{
    struct expr *e = leaf_like(planner, EXPR_COLUMN, like);

    if (column >= INT16_MAX)
        raise(SQLSTATE_TOO_MANY_COLUMNS, "a step of the plan has more than %d columns", INT16_MAX);
    e->column.number = (int16_t)(column + 1);
    return e;
}

void
expr_list_add(struct arena *arena, struct expr_list *list, struct expr *e)
{
    if (list->count == list->capacity) {
        uint32_t wider = list->capacity == 0 ? 4 : list->capacity * 2;
        struct expr **items = arena_alloc_array(arena, wider, sizeof(struct expr *));
        if (list->count != 0)
            memcpy(items, list->items, list->count * sizeof(struct expr *));
        list->items = items;
        list->capacity = wider;
    }
    list->items[list->count++] = e;
}

bool
expr_list_has(const struct expr_list *list, const struct expr *e)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (expr_equal(list->items[i], e))
            return true;
    }
    return false;
}

void
expr_list_add_conjuncts(struct arena *arena, struct expr_list *list, struct expr *e)
{
    if (e == NULL || expr_is_true(e))
        return;
    if (e->kind == EXPR_OR)
        e = or_factor(arena, e, list);
    if (e == NULL)
        return;
    if (e->kind != EXPR_AND) {
        expr_list_add(arena, list, e);
        return;
    }
    for (uint32_t i = 0; i < e->arg_count; i++)
        expr_list_add_conjuncts(arena, list, e->args[i]);
}

struct plan_list
expr_list_plan(const struct expr_list *list)
{
    return (struct plan_list){list->count, list->items};
}

struct plan_node *
plan_child(const struct plan_node *node, uint32_t child_idx)
{
    if (node->kind == PLAN_APPEND) {
        const struct plan_append *append = (const struct plan_append *)node;
        return child_idx < append->child_count ? append->children[child_idx] : NULL;
    }
    if (child_idx == 0)
        return node->left != NULL ? node->left : node->right;
    return child_idx == 1 && node->left != NULL ? node->right : NULL;
}

/* Numbers a tree, parents first (N3). */
static void
number_nodes(struct plan *plan, struct plan_node *node)
{
    struct plan_node *child;

    node->id = plan->node_count++;
    for (uint32_t i = 0; (child = plan_child(node, i)) != NULL; i++)
        number_nodes(plan, child);
}

static bool
is_change(enum command command)
{
    return command == COMMAND_INSERT || command == COMMAND_UPDATE || command == COMMAND_DELETE ||
           command == COMMAND_MERGE;
}

struct plan *
plan_query(const struct plan_context *context, const struct query *query)
{
    struct plan *plan = arena_alloc_zero(context->arena, sizeof *plan);
    struct planner planner = {
        .context = context,
        .settings = context->settings != NULL ? context->settings : &plan_settings_default,
        .scope = context->scope,
        .types = context->scope->types,
        .arena = context->arena,
        .plan = plan,
    };
    struct level *level;

    plan->is_modifying = is_change(query->command);
    plan->has_locks = plan->is_modifying || query->row_mark_count != 0;
    plan->root = level_plan(&planner, NULL, USE_TOP, query, -1, &level).node;
    plan_add_gathers(&planner);
    number_nodes(plan, plan->root);
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        number_nodes(plan, plan->subplans[i].root);
    for (uint32_t i = 0; i < plan->cte_count; i++)
        number_nodes(plan, plan->ctes[i].root);
    plan_note_depends(&planner);
    plan_note_parallel(&planner);
    return plan;
}
