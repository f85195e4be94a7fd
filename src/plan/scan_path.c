/*
 * scan_path.c: the ways to read one rel, and the nodes that do it.
 *
 * Costs follow PostgreSQL's: pages and rows in units of a page read in sequence. A row found
 * through a secondary index costs a descent of the primary tree.
 */
#include "plan/path.h"
#include <math.h>

#define DESCENT_COST 0.05    /* of a tree, beside what is read there */
#define LOOKUP_COST 0.2      /* of a row by its primary key, found in an index */
#define INDEX_ONLY_COST 0.02 /* of a row read out of its entry alone */
#define ENTRY_BYTES 24.0     /* of an index's entry, about */
#define BOUNDS_MAX (INDEX_COLUMNS_MAX + 8)

void
path_add(struct path_list *list, struct path *path)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        const struct path *old = list->paths[i];
        if ((old->needs & path->needs) == old->needs && old->total_cost <= path->total_cost &&
            old->startup_cost <= path->startup_cost && order_satisfies(&old->order, &path->order))
            return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const struct path *old = list->paths[i];
        if ((old->needs & path->needs) == path->needs && path->total_cost <= old->total_cost &&
            path->startup_cost <= old->startup_cost && order_satisfies(&path->order, &old->order))
            continue;
        list->paths[kept++] = list->paths[i];
    }
    list->count = kept;
    if (list->count < PATHS_MAX) {
        list->paths[list->count++] = path;
        return;
    }
    uint32_t worst = 0;
    for (uint32_t i = 1; i < list->count; i++) {
        if (list->paths[i]->total_cost > list->paths[worst]->total_cost)
            worst = i;
    }
    if (path->total_cost < list->paths[worst]->total_cost)
        list->paths[worst] = path;
}

/* Texts compare alike under both names. */
static const struct expr *
without_text_name(const struct expr *e)
{
    while (e->kind == EXPR_RELABEL && (e->type == TYPE_TEXT || e->type == TYPE_VARCHAR) &&
           (e->args[0]->type == TYPE_TEXT || e->args[0]->type == TYPE_VARCHAR))
        e = e->args[0];
    return e;
}

bool
order_satisfies(const struct ordering *have, const struct ordering *want)
{
    if (want->count > have->count)
        return false;
    for (uint32_t i = 0; i < want->count; i++) {
        if (have->items[i].is_descending != want->items[i].is_descending ||
            have->items[i].nulls_first != want->items[i].nulls_first ||
            !expr_equal(without_text_name(have->items[i].expr),
                        without_text_name(want->items[i].expr)))
            return false;
    }
    return true;
}

static double
quals_cost(const struct planner *planner, const struct expr_list *quals)
{
    double cost = 0;

    for (uint32_t i = 0; i < quals->count; i++)
        cost += expr_cost(planner, quals->items[i]);
    return cost;
}

static struct path *
new_path(struct level *level, struct rel *rel, enum path_kind kind)
{
    struct path *path = arena_alloc_zero(level->arena, sizeof *path);

    path->kind = kind;
    path->rel = rel;
    path->rels = relset_of(rel->idx);
    path->needs = rel->lateral;
    path->rows = rel->rows;
    return path;
}

/* Of reading the whole table. */
static double
all_rows_cost(const struct level *level, const struct rel *rel)
{
    const struct plan_settings *settings = level->planner->settings;
    double pages = ceil(rel->table_rows * (rel->width + 16) / 8192);

    return pages * settings->seq_page_cost +
           rel->table_rows * (settings->cpu_tuple_cost + quals_cost(level->planner, &rel->quals));
}

static void
add_seq_path(struct level *level, struct rel *rel, struct path_list *list)
{
    const struct plan_settings *settings = level->planner->settings;
    struct path *path = new_path(level, rel, PATH_SCAN);

    path->filter = rel->quals;
    path->total_cost = all_rows_cost(level, rel);
    if (!settings->enable_seqscan)
        path->total_cost += 1e10;
    path_add(list, path);
}

/* The order in which an index's rows come: equal columns of its prefix do not count. */
static void
index_order(struct level *level, struct path *path)
{
    const struct index_def *index = path->index;
    const struct plan_index_exprs *exprs = rel_exprs_of(path->rel, index);
    struct ordering *order = &path->order;
    bool has_any = false;

    order->items = arena_alloc_array(level->arena, index->key_count, sizeof *order->items);
    for (uint32_t i = 0; i < path->bound_count; i++)
        has_any |= path->bounds[i].kind == BOUND_ANY;
    for (uint16_t key = 0; key < index->key_count; key++) {
        bool is_fixed = false;
        struct expr *held = exprs == NULL ? NULL : exprs->keys[key];
        if (index->keys[key].attr != 0) {
            int16_t number = rel_number(path->rel, index->keys[key].attr);
            held = number == 0 ? NULL : rel_column(level, path->rel, number);
        }
        if (held == NULL)
            break;
        for (uint32_t i = 0; i < path->bound_count && !has_any; i++)
            is_fixed |= path->bounds[i].key == key && path->bounds[i].kind == BOUND_OP &&
                        path->bounds[i].op == BTREE_EQ;
        if (is_fixed)
            continue;
        bool is_descending = index->keys[key].is_descending && !index->is_primary;
        bool nulls_first = index->keys[key].is_nulls_first && !index->is_primary;
        order->items[order->count++] = (struct order_item){held, is_descending != path->is_backward,
                                                           nulls_first != path->is_backward};
    }
}

static bool
is_unique_match(const struct index_def *index, const struct path_bound *bounds, uint32_t count)
{
    uint32_t equal = 0;

    for (uint32_t i = 0; i < count; i++)
        equal += bounds[i].kind == BOUND_OP && bounds[i].op == BTREE_EQ;
    return (index->is_primary || index->is_unique) && equal == index->key_count;
}

static void
cost_index_path(struct level *level, struct path *path, const struct expr_list *bounded)
{
    const struct plan_settings *settings = level->planner->settings;
    double share = selectivity_of_list(level, bounded);
    double rows = cost_clamp_rows(path->rel->table_rows * share);

    if (path->is_unique)
        rows = 1;
    double row_cost = settings->cpu_tuple_cost + quals_cost(level->planner, &path->filter);
    if (path->index->is_primary)
        row_cost += settings->seq_page_cost * (path->rel->width + 16) / 8192;
    else if (path->is_index_only)
        row_cost += settings->cpu_index_tuple_cost + INDEX_ONLY_COST;
    else
        row_cost += settings->cpu_index_tuple_cost + LOOKUP_COST;
    path->startup_cost = DESCENT_COST;
    path->total_cost = path->startup_cost + rows * row_cost;
    if (path->bound_count == 0) /* all its pages, whose rows come one by one */
        path->total_cost += settings->seq_page_cost * ceil(rows * ENTRY_BYTES / 8192);
    if (path->index->is_primary && path->bound_count == 0)
        path->total_cost = path->startup_cost + all_rows_cost(level, path->rel);
    path->rows_found = rows;
    path->rows = cost_clamp_rows(rows * selectivity_of_list(level, &path->filter));
    if (!settings->enable_indexscan)
        path->total_cost += 1e10;
}

/* Members of a tree put out what is needed of the tree. */
static const struct expr_list *
needed_of(const struct rel *rel)
{
    return rel->tree != NULL ? &rel->tree->needed : &rel->needed;
}

/* Whether a column can be read back from where one of the keys holds it. */
static bool
is_readable(const struct level *level, const struct index_def *index, attr_no attr)
{
    for (uint16_t k = 0; index != NULL && k < index->key_count; k++) {
        if (index->keys[k].attr == attr &&
            plan_type(level->planner, index->keys[k].type)->key_get != NULL)
            return true;
    }
    return false;
}

/* Whether the entries of a secondary index have all columns that are needed of the rel. */
static bool
is_index_only(const struct level *level, const struct rel *rel, const struct index_def *index)
{
    /* What members of a tree are merged by is not known to be needed yet. */
    if (index->is_primary || rel->tree != NULL)
        return false;
    for (uint16_t k = 0; k < index->key_count; k++) {
        /* An inverted key would have to be copied to be read. */
        if (index->keys[k].is_descending ||
            plan_type(level->planner, index->keys[k].type)->key_get == NULL)
            return false;
    }
    const struct expr_list *needed = needed_of(rel);
    for (uint32_t i = 0; i < needed->count; i++) {
        int16_t attr = rel_attr(rel, needed->items[i]->column.number);
        bool is_row_id = attr == READ_ROW_ID && rel->table->primary == NULL;
        if (!is_row_id && (attr <= 0 || (!is_readable(level, index, attr) &&
                                         !is_readable(level, rel->table->primary, attr))))
            return false;
    }
    return true;
}

static void
add_if_new(struct level *level, struct expr_list *list, struct expr *e)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == e)
            return;
    }
    expr_list_add(level->arena, list, e);
}

static bool
is_external(void *object, const struct expr *e)
{
    if (e->kind == EXPR_PARAM)
        return e->param.kind == PARAM_EXTERNAL;
    return expr_walk(e, is_external, object);
}

static bool
has_external(const struct expr_list *conditions)
{
    for (uint32_t i = 0; i < conditions->count; i++) {
        if (is_external(NULL, conditions->items[i]))
            return true;
    }
    return false;
}

struct path *
index_path(struct level *level, struct rel *rel, const struct index_def *index,
           const struct expr_list *conditions, bool is_backward)
{
    struct path_bound bounds[BOUNDS_MAX];
    bool *is_taken = arena_alloc_zero(level->arena, conditions->count + 1);
    struct expr_list bounded = {NULL, 0, 0};
    relset needs = rel->lateral;
    const struct plan_index_exprs *exprs = NULL;

    if (index->predicate_sql != NULL) {
        exprs = rel_exprs_of(rel, index);
        if (exprs == NULL || exprs->predicate == NULL)
            return NULL;
        if (!predicate_is_implied(level, exprs->predicate, conditions)) {
            level->planner->plan->wants_values |= has_external(conditions);
            return NULL;
        }
    }
    uint32_t count = index_match(level, rel, index, conditions, bounds, is_taken, &needs);
    struct path *path = new_path(level, rel, PATH_SCAN);
    path->index = index;
    path->is_backward = is_backward;
    path->needs = needs;
    path->bound_count = count;
    path->bounds = arena_copy(level->arena, bounds, count * sizeof *bounds);
    path->is_unique = is_unique_match(index, bounds, count);
    for (uint32_t i = 0; i < conditions->count; i++) {
        bool is_told = exprs != NULL && predicate_tells(exprs->predicate, conditions->items[i]);
        expr_list_add(level->arena, is_taken[i] || is_told ? &bounded : &path->filter,
                      conditions->items[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        add_if_new(level, &bounded, bounds[i].condition);
    index_order(level, path);
    path->is_index_only =
        level->planner->settings->enable_indexonlyscan && is_index_only(level, rel, index);
    cost_index_path(level, path, &bounded);
    return path;
}

static void
subquery_path(struct level *level, struct rel *rel, struct path_list *list)
{
    const struct plan_node *node = rel->subquery.node;
    struct path *path = new_path(level, rel, PATH_SUBQUERY);

    path->filter = rel->quals;
    path->startup_cost = node->startup_cost;
    path->total_cost = node->total_cost + node->rows * quals_cost(level->planner, &rel->quals);
    path_add(list, path);
}

/* The rel's conditions with those of `conditions` that read nothing but it and `available`. */
static struct expr_list
all_conditions(struct level *level, const struct rel *rel, relset available,
               const struct expr_list *conditions)
{
    struct expr_list all = {NULL, 0, 0};

    for (uint32_t i = 0; i < rel->quals.count; i++)
        expr_list_add(level->arena, &all, rel->quals.items[i]);
    for (uint32_t i = 0; i < conditions->count; i++) {
        if ((rels_of_expr(level, conditions->items[i]) & ~available) == relset_of(rel->idx))
            expr_list_add(level->arena, &all, conditions->items[i]);
    }
    return all;
}

void
member_paths(struct level *level, struct rel *rel, relset available,
             const struct expr_list *conditions, struct path_list *list)
{
    scan_paths(level, rel, available, conditions, list);
    if (available == 0)
        return;
    struct expr_list quals = rel->quals;
    rel->quals = all_conditions(level, rel, available, conditions);
    add_seq_path(level, rel, list);
    rel->quals = quals;
}

void
scan_paths(struct level *level, struct rel *rel, relset available,
           const struct expr_list *conditions, struct path_list *list)
{
    if (rel->is_tree) {
        append_paths(level, rel, available, conditions, list);
        return;
    }
    if (rel->table == NULL || rel->table->virtual_table != NULL) {
        subquery_path(level, rel, list);
        return;
    }
    if (available == 0)
        add_seq_path(level, rel, list);
    if (rel->source->table.sample != NULL)
        return;
    struct expr_list all = all_conditions(level, rel, available, conditions);
    for (uint32_t i = 0; i < rel->table->index_count; i++) {
        const struct index_def *index = rel->table->indexes[i];
        struct path *path = index->method == INDEX_BTREE
                                ? index_path(level, rel, index, &all, false)
                                : item_path(level, rel, index, &all);
        /* A path that reads no other rel is one of those without conditions. */
        if (path == NULL || (available != 0) != ((path->needs & ~rel->lateral) != 0))
            continue;
        bool is_bounded = path->bound_count != 0 || path->index->predicate_sql != NULL;
        bool is_wanted = is_bounded || (path->order.count != 0 && available == 0);
        if (!is_wanted)
            continue;
        path_add(list, path);
        if (!path->is_unique && available == 0 && path->order.count != 0)
            path_add(list, index_path(level, rel, index, &all, true));
    }
    for (uint32_t i = 0; i < all.count; i++) {
        struct path *path = union_path(level, rel, all.items[i], &all);
        if (path != NULL && (available != 0) == ((path->needs & ~rel->lateral) != 0))
            path_add(list, path);
    }
}

/* ---- nodes ---- */

static void
set_costs(struct plan_node *node, const struct path *path)
{
    node->rows = path->rows;
    node->startup_cost = path->startup_cost;
    node->total_cost = path->total_cost;
}

struct param_map {
    struct level *level;
    const struct nest_params *params;
};

static struct expr *
param_change(void *object, struct expr *e)
{
    struct param_map *map = object;

    if (e->kind == EXPR_COLUMN) {
        for (uint32_t i = 0; i < map->params->columns.count; i++) {
            if (expr_equal(map->params->columns.items[i], e))
                return plan_param_expr(map->level->planner, e, map->params->slots[i]);
        }
        return e;
    }
    return expr_map(map->level->arena, e, param_change, object);
}

struct expr *
with_params(struct level *level, const struct nest_params *params, struct expr *e)
{
    struct param_map map = {level, params};

    return params == NULL || e == NULL ? e : param_change(&map, e);
}

struct attr_map {
    struct level *level;
    const struct rel *rel;
};

static struct expr *
attr_change(void *object, struct expr *e)
{
    struct attr_map *map = object;

    if (e->kind != EXPR_COLUMN)
        return expr_map(map->level->arena, e, attr_change, object);
    if (e->column.levels_up != 0 || e->column.range != map->rel->range)
        return e;
    struct expr *copy = arena_copy(map->level->arena, e, sizeof *e);
    copy->column.number = rel_attr(map->rel, e->column.number);
    return copy;
}

/* The condition with the index's column on its left, as EXPLAIN shows it. */
static struct expr *
shown_condition(struct level *level, const struct rel *rel, const struct path_bound *bound)
{
    struct attr_map map = {level, rel};
    struct expr *condition =
        rel->map == NULL ? bound->condition : attr_change(&map, bound->condition);

    if (bound->kind != BOUND_OP || condition->kind != EXPR_FUNC ||
        bound->value != bound->condition->args[0])
        return condition;
    const struct operator_info *op = condition->func.op;
    op = types_btree_operator(level->planner->types, op->right, op->left, bound->op);
    if (op == NULL)
        return condition;
    struct expr *swapped = arena_copy(level->arena, condition, sizeof *condition);
    swapped->func.op = op;
    swapped->args = arena_alloc_array(level->arena, 2, sizeof *swapped->args);
    swapped->args[0] = condition->args[1];
    swapped->args[1] = condition->args[0];
    return swapped;
}

static void
make_bounds(struct level *level, const struct path *path, const struct nest_params *params,
            struct plan_bound **bounds, struct plan_list *conditions)
{
    *bounds = arena_alloc_array(level->arena, path->bound_count, sizeof **bounds);
    conditions->exprs = arena_alloc_array(level->arena, path->bound_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < path->bound_count; i++) {
        const struct path_bound *bound = &path->bounds[i];
        (*bounds)[i] =
            (struct plan_bound){bound->kind, bound->op, bound->key,
                                with_params(level, params, bound->value), bound->item_op};
        conditions->exprs[conditions->count++] =
            with_params(level, params, shown_condition(level, path->rel, bound));
    }
}

static struct plan_scan *
make_union(struct level *level, const struct path *path, const struct nest_params *params)
{
    struct plan_union_scan *scan =
        PLAN_NODE(level->planner, PLAN_UNION_SCAN, plan_union_scan, needed_of(path->rel)->count);

    scan->arm_count = path->arm_count;
    scan->arms = arena_alloc_zero(level->arena, path->arm_count * sizeof *scan->arms);
    for (uint32_t i = 0; i < path->arm_count; i++) {
        struct plan_index_arm *arm = &scan->arms[i];
        arm->index = path->arms[i]->index;
        arm->bound_count = path->arms[i]->bound_count;
        make_bounds(level, path->arms[i], params, &arm->bounds, &arm->conditions);
    }
    return &scan->scan;
}

static struct flow
make_subquery(struct level *level, const struct path *path, const struct nest_params *params)
{
    struct flow flow = path->rel->subquery;
    struct expr_list filter = {NULL, 0, 0};

    for (uint32_t i = 0; i < path->filter.count; i++)
        expr_list_add(level->arena, &filter, with_params(level, params, path->filter.items[i]));
    if (filter.count == 0)
        return flow;
    if (flow.node->filter.count != 0 || flow.node->kind == PLAN_LIMIT) {
        /* The node's own filter, or what it counts, comes first. */
        struct plan_result *result =
            PLAN_NODE(level->planner, PLAN_RESULT, plan_result, flow.node->column_count);
        result->node.left = flow.node;
        result->node.row_bound = flow.node->row_bound;
        memcpy(result->node.columns, flow.node->columns,
               flow.node->column_count * sizeof *flow.node->columns);
        flow.node = &result->node;
    }
    flow_filter(level->planner, &flow, &filter);
    set_costs(flow.node, path);
    return flow;
}

static void
make_sample(struct level *level, const struct table_sample *sample, struct plan_scan *scan)
{
    if (sample == NULL)
        return;
    scan->sample_percent = prepare_expr(level, sample->args[0]);
    scan->sample_seed = prepare_expr(level, sample->repeatable);
    scan->is_system_sample = strcmp(sample->method, "system") == 0;
    if (expr_has_columns(scan->sample_percent) ||
        (scan->sample_seed != NULL && expr_has_columns(scan->sample_seed)))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "TABLESAMPLE parameters that read columns are not supported yet");
}

struct flow
scan_make(struct level *level, const struct path *path, const struct nest_params *params)
{
    struct planner *planner = level->planner;
    struct rel *rel = path->rel;
    const struct expr_list *needed = needed_of(rel);
    uint32_t count = needed->count;
    struct plan_scan *scan;
    struct expr_list filter = {NULL, 0, 0};

    if (path->kind == PATH_SUBQUERY)
        return make_subquery(level, path, params);
    if (path->kind == PATH_APPEND)
        return append_make(level, path, params);
    if (path->index != NULL) {
        struct plan_index_scan *index_scan =
            PLAN_NODE(planner, PLAN_INDEX_SCAN, plan_index_scan, count);
        index_scan->index = path->index;
        index_scan->is_backward = path->is_backward;
        /* More may have become needed of it since. */
        index_scan->is_index_only = path->is_index_only && is_index_only(level, rel, path->index);
        index_scan->bound_count = path->bound_count;
        make_bounds(level, path, params, &index_scan->bounds, &index_scan->conditions);
        scan = &index_scan->scan;
        scan->node.row_bound = path->is_unique ? 1 : ROWS_UNBOUNDED;
    } else if (path->arm_count != 0) {
        scan = make_union(level, path, params);
    } else {
        scan = PLAN_NODE(planner, PLAN_SEQ_SCAN, plan_scan, count);
        make_sample(level, rel->source->table.sample, scan);
    }
    scan->table = rel->table;
    scan->format = planner->context->format(planner->context->object, rel->table);
    scan->alias = rel->source->name;
    scan->reads = arena_alloc_array(level->arena, count, sizeof *scan->reads);
    for (uint32_t i = 0; i < count; i++) {
        scan->reads[i] = rel_attr(rel, needed->items[i]->column.number);
        plan_column_set(planner, &scan->node, i, needed->items[i]);
    }
    struct flow flow = {&scan->node, needed->items};
    for (uint32_t i = 0; i < path->filter.count; i++)
        expr_list_add(level->arena, &filter, with_params(level, params, path->filter.items[i]));
    flow_filter(planner, &flow, &filter);
    set_costs(&scan->node, path);
    return flow;
}
