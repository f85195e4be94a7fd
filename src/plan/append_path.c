/*
 * append_path.c: the ways to read a tree of tables, and the nodes that do it.
 *
 * Each member is read in its own best way; members that come in an order that somebody may want
 * are merged, those that do not are sorted first.
 */
#include "catalog/partition.h"
#include "plan/path.h"
#include <math.h>

#define ORDERS_MAX 8 /* that are tried */

/* What is known of the members' paths: those without other rels, or those that look rows up. */
struct member_lists {
    uint32_t count;
    struct rel **rels;       /* [count] */
    struct path_list *lists; /* [count] */
};

static void
find_members(struct level *level, struct rel *rel, relset available,
             const struct expr_list *conditions, struct member_lists *members)
{
    members->rels = arena_alloc_array(level->arena, rel->member_count + 1, sizeof(struct rel *));
    members->lists =
        arena_alloc_zero(level->arena, (rel->member_count + 1) * sizeof *members->lists);
    if (rel->route != NULL && !rel->is_pruned) {
        rel->live = prune_planned(level, rel);
        rel->is_pruned = true;
    }
    for (uint32_t i = 0; i < rel->member_count; i++) {
        struct rel *member = &rel->members[i];
        member->is_excluded = member_is_excluded(level, member) ||
                              (rel->live != NULL && !partition_bit(rel->live, member->leaf));
        if (member->is_excluded)
            continue;
        level->member = member;
        member->quals = rel->quals;
        member->lateral = rel->lateral;
        member->rows =
            cost_clamp_rows(member->table_rows * selectivity_of_list(level, &rel->quals));
        member_paths(level, member, available, conditions, &members->lists[members->count]);
        level->member = NULL;
        members->rels[members->count++] = member;
    }
}

static struct path *
new_append(struct level *level, struct rel *rel, const struct member_lists *members)
{
    struct path *path = arena_alloc_zero(level->arena, sizeof *path);

    path->kind = PATH_APPEND;
    path->rel = rel;
    path->rels = relset_of(rel->idx);
    path->needs = rel->lateral;
    path->member_count = members->count;
    path->members = arena_alloc_array(level->arena, members->count + 1, sizeof(struct path *));
    return path;
}

static const struct path *
cheapest_of(const struct path_list *list, const struct ordering *wanted)
{
    const struct path *best = NULL;

    for (uint32_t i = 0; i < list->count; i++) {
        const struct path *path = list->paths[i];
        if ((best == NULL || path->total_cost < best->total_cost) &&
            (wanted == NULL || order_satisfies(&path->order, wanted)))
            best = path;
    }
    return best;
}

static double
sort_cost(const struct level *level, const struct path *path)
{
    double rows = path->rows < 2 ? 2 : path->rows;

    return rows * log2(rows) * 2 * level->planner->settings->cpu_operator_cost;
}

/* One after the other. */
static void
add_plain(struct level *level, struct rel *rel, const struct member_lists *members,
          const struct expr_list *conditions, struct path_list *list)
{
    struct path *path = new_append(level, rel, members);

    for (uint32_t i = 0; i < members->count; i++) {
        const struct path *best = cheapest_of(&members->lists[i], NULL);
        path->members[i] = (struct path *)(uintptr_t)best;
        path->needs |= best->needs;
        path->rows += best->rows;
        path->total_cost += best->total_cost;
        if (i == 0)
            path->startup_cost = best->startup_cost;
    }
    path->rows = cost_clamp_rows(path->rows);
    for (uint32_t i = 0; i < rel->quals.count; i++)
        expr_list_add(level->arena, &path->filter, rel->quals.items[i]);
    for (uint32_t i = 0; i < conditions->count; i++)
        expr_list_add(level->arena, &path->filter, conditions->items[i]);
    path_add(list, path);
}

/* Merged by an order: members that lack it are sorted. */
static void
add_merged(struct level *level, struct rel *rel, const struct member_lists *members,
           const struct ordering *order, struct path_list *list)
{
    struct path *path = new_append(level, rel, members);
    const struct plan_settings *settings = level->planner->settings;

    path->order = *order;
    path->filter = rel->quals;
    for (uint32_t i = 0; i < members->count; i++) {
        const struct path *sorted = cheapest_of(&members->lists[i], order);
        const struct path *best = cheapest_of(&members->lists[i], NULL);
        double cost = sorted == NULL ? 0 : sorted->total_cost;
        double sort = best->total_cost + sort_cost(level, best);
        if (sorted == NULL || (sort < cost && level->limit_rows < 0)) {
            sorted = best;
            path->startup_cost += sort;
            cost = sort;
        } else {
            path->startup_cost += sorted->startup_cost;
        }
        path->total_cost += cost;
        path->rows += sorted->rows;
        path->members[i] = (struct path *)(uintptr_t)sorted;
    }
    path->rows = cost_clamp_rows(path->rows);
    path->total_cost += path->rows * log2(members->count + 1.0) * settings->cpu_operator_cost;
    path_add(list, path);
}

static bool
is_known(const struct ordering *const *orders, uint32_t count, const struct ordering *order)
{
    for (uint32_t i = 0; i < count; i++) {
        if (orders[i]->count == order->count && order_satisfies(orders[i], order))
            return true;
    }
    return false;
}

void
append_paths(struct level *level, struct rel *rel, relset available,
             const struct expr_list *conditions, struct path_list *list)
{
    struct member_lists members = {.count = 0};
    struct expr_list asked = {NULL, 0, 0};
    const struct ordering *orders[ORDERS_MAX];
    uint32_t order_count = 0;

    for (uint32_t i = 0; i < conditions->count; i++) {
        if ((rels_of_expr(level, conditions->items[i]) & ~available) == relset_of(rel->idx))
            expr_list_add(level->arena, &asked, conditions->items[i]);
    }
    find_members(level, rel, available, &asked, &members);
    if (available != 0) {
        /* Of use if any member is looked up. */
        bool is_bounded = false;
        for (uint32_t i = 0; i < members.count; i++)
            is_bounded |= (cheapest_of(&members.lists[i], NULL)->needs & ~rel->lateral) != 0;
        if (is_bounded)
            add_plain(level, rel, &members, &asked, list);
        return;
    }
    add_plain(level, rel, &members, &asked, list);
    if (members.count == 1) {
        list->count = 0;
        for (uint32_t i = 0; i < members.lists[0].count; i++)
            path_add(list, members.lists[0].paths[i]);
        return;
    }
    for (uint32_t i = 0; i < members.count; i++) {
        for (uint32_t p = 0; p < members.lists[i].count; p++) {
            const struct ordering *order = &members.lists[i].paths[p]->order;
            if (order->count == 0 || order_count == ORDERS_MAX ||
                is_known(orders, order_count, order))
                continue;
            orders[order_count++] = order;
            add_merged(level, rel, &members, order, list);
        }
    }
}

/* ---- nodes ---- */

/* No row, with the columns of the rel. */
static struct flow
make_nothing(struct level *level, const struct path *path)
{
    struct planner *planner = level->planner;
    const struct expr_list *needed = &path->rel->needed;
    struct plan_result *result = PLAN_NODE(planner, PLAN_RESULT, plan_result, needed->count);
    struct plan_values *none = PLAN_NODE(planner, PLAN_VALUES, plan_values, needed->count);
    struct expr_list condition = {NULL, 0, 0};

    for (uint32_t i = 0; i < needed->count; i++) {
        plan_column_set(planner, &none->node, i, needed->items[i]);
        plan_column_set(planner, &result->node, i, needed->items[i]);
    }
    none->node.row_bound = result->node.row_bound = 0;
    result->node.left = &none->node;
    expr_list_add(level->arena, &condition, expr_bool(level->arena, false));
    result->condition = expr_list_plan(&condition);
    return (struct flow){&result->node, needed->items};
}

static struct plan_key *
order_keys(struct level *level, const struct ordering *order, const struct flow *flow)
{
    struct plan_key *keys = arena_alloc_array(level->arena, order->count + 1, sizeof *keys);
    const struct types *types = level->planner->types;

    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_item *item = &order->items[i];
        const struct type_info *type = plan_type(level->planner, item->expr->type);
        oid compared = type->type;
        keys[i] = (struct plan_key){
            .column = flow_column(flow, item->expr),
            .less = types_btree_operator(types, compared, compared, BTREE_LT),
            .equal = types_btree_operator(types, compared, compared, BTREE_EQ),
            .type = type,
            .collation = item->expr->collation,
            .is_descending = item->is_descending,
            .nulls_first = item->nulls_first,
        };
        check(keys[i].column != UINT32_MAX);
    }
    return keys;
}

static struct flow
make_member(struct level *level, const struct path *path, uint32_t member_idx,
            const struct nest_params *params, const struct expr_list *outputs)
{
    const struct path *member = path->members[member_idx];
    struct flow flow = scan_make(level, member, params);
    struct plan_scan *scan = (struct plan_scan *)flow.node;

    check(flow.node->kind == PLAN_SEQ_SCAN || flow.node->kind == PLAN_INDEX_SCAN ||
          flow.node->kind == PLAN_UNION_SCAN);
    scan->alias = arena_format(level->arena, "%s_%u", path->rel->source->name, member_idx + 1);
    if (outputs->count != path->rel->needed.count)
        flow = flow_project(level->planner, flow, outputs->items, outputs->count);
    if (path->order.count == 0 || order_satisfies(&member->order, &path->order))
        return flow;
    return sort_flow(level->planner, flow, order_keys(level, &path->order, &flow),
                     path->order.count, NULL, NULL, -1);
}

/* What is needed of the rel, then the expressions that it is merged by. */
static struct expr_list
append_outputs(struct level *level, const struct path *path)
{
    struct expr_list outputs = {NULL, 0, 0};

    for (uint32_t i = 0; i < path->rel->needed.count; i++)
        expr_list_add(level->arena, &outputs, path->rel->needed.items[i]);
    for (uint32_t i = 0; i < path->order.count; i++) {
        if (!expr_list_has(&outputs, path->order.items[i].expr))
            expr_list_add(level->arena, &outputs, path->order.items[i].expr);
    }
    return outputs;
}

/* What of the members need not run, by values that are known then. */
static const struct plan_prune *
make_prune(struct level *level, const struct path *path, const struct nest_params *params)
{
    struct expr_list conditions = {NULL, 0, 0};
    const struct rel **members =
        arena_alloc_array(level->arena, path->member_count, sizeof(struct rel *));

    for (uint32_t i = 0; i < path->filter.count; i++)
        expr_list_add(level->arena, &conditions, with_params(level, params, path->filter.items[i]));
    for (uint32_t i = 0; i < path->member_count; i++)
        members[i] = path->members[i]->rel;
    return prune_make(level, path->rel, &conditions, members, path->member_count);
}

struct flow
append_make(struct level *level, const struct path *path, const struct nest_params *params)
{
    struct planner *planner = level->planner;
    const struct expr_list *needed = &path->rel->needed;

    if (path->member_count == 0)
        return make_nothing(level, path);
    if (path->member_count == 1)
        return scan_make(level, path->members[0], params);
    /* What the members are sorted by is read of them. */
    for (uint32_t i = 0; i < path->order.count; i++)
        rels_need(level, path->order.items[i].expr);
    struct expr_list outputs = append_outputs(level, path);
    struct plan_append *append = PLAN_NODE(planner, PLAN_APPEND, plan_append, outputs.count);
    struct flow flow = {&append->node, outputs.items};
    append->child_count = path->member_count;
    append->children =
        arena_alloc_array(level->arena, path->member_count, sizeof *append->children);
    for (uint32_t i = 0; i < path->member_count; i++) {
        append->children[i] = make_member(level, path, i, params, &outputs).node;
        append->node.width = append->children[i]->width;
    }
    attr_no *reads = arena_alloc_array(level->arena, needed->count + 1, sizeof *reads);
    for (uint32_t i = 0; i < outputs.count; i++)
        plan_column_set(planner, &append->node, i, outputs.items[i]);
    for (uint32_t i = 0; i < needed->count; i++)
        reads[i] = needed->items[i]->column.number;
    append->read_count = needed->count;
    if (path->rel->route != NULL)
        append->prune = make_prune(level, path, params);
    append->table = path->rel->table;
    append->alias = path->rel->source->name;
    append->reads = reads;
    append->is_merge = path->order.count != 0;
    append->key_count = path->order.count;
    if (append->is_merge)
        append->keys = order_keys(level, &path->order, &flow);
    append->node.width = append->children[0]->width;
    append->node.rows = path->rows;
    append->node.startup_cost = path->startup_cost;
    append->node.total_cost = path->total_cost;
    return flow;
}
