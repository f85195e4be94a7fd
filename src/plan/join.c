/*
 * join.c: FROM's tree and WHERE as groups of items and conditions; see join_int.h.
 */
#include "plan/join_int.h"

static struct join_group *
new_group(struct level *level)
{
    return arena_alloc_zero(level->arena, sizeof(struct join_group));
}

static struct join_item *
add_item(struct level *level, struct join_group *group)
{
    if (group->item_count == group->item_capacity) {
        uint32_t wider = group->item_capacity == 0 ? 4 : group->item_capacity * 2;
        struct join_item *items = arena_alloc_array(level->arena, wider, sizeof *items);
        if (group->item_count != 0)
            memcpy(items, group->items, group->item_count * sizeof *items);
        group->items = items;
        group->item_capacity = wider;
    }
    struct join_item *item = &group->items[group->item_count++];
    memset(item, 0, sizeof *item);
    return item;
}

static void
add_qual(struct level *level, struct join_group *group, struct expr *e)
{
    if (group->qual_count == group->qual_capacity) {
        uint32_t wider = group->qual_capacity == 0 ? 8 : group->qual_capacity * 2;
        struct qual *quals = arena_alloc_array(level->arena, wider, sizeof *quals);
        if (group->qual_count != 0)
            memcpy(quals, group->quals, group->qual_count * sizeof *quals);
        group->quals = quals;
        group->qual_capacity = wider;
    }
    group->quals[group->qual_count++] = (struct qual){.expr = e, .rels = rels_of_expr(level, e)};
}

static void
add_conjuncts(struct level *level, struct join_group *group, struct expr *e)
{
    struct expr_list list = {NULL, 0, 0};

    expr_list_add_conjuncts(level->arena, &list, e);
    for (uint32_t i = 0; i < list.count; i++) {
        rels_need(level, list.items[i]);
        add_qual(level, group, list.items[i]);
    }
}

static relset
tree_rels(const struct level *level, const struct join_tree *tree)
{
    if (!tree->is_join)
        return relset_of(level->rel_of_range[tree->range]);
    return tree_rels(level, tree->left) | tree_rels(level, tree->right);
}

static void collect(struct level *level, struct join_group *group, const struct join_tree *tree,
                    relset nonnull);

/* A tree as one item of the group: a rel, or a group of its own. */
static struct join_item *
add_tree_item(struct level *level, struct join_group *group, const struct join_tree *tree,
              relset nonnull)
{
    struct join_item *item;

    if (!tree->is_join) {
        item = add_item(level, group);
        item->rel = &level->rels[level->rel_of_range[tree->range]];
        item->rels = relset_of(item->rel->idx);
        return item;
    }
    struct join_group *inner = new_group(level);
    inner->outer = group;
    collect(level, inner, tree, nonnull);
    item = add_item(level, group);
    item->group = inner;
    item->rels = tree_rels(level, tree);
    return item;
}

/* Of an outer join's conditions, those that read its nullable side alone are asked there. */
static void
push_into_right(struct level *level, struct join_item *item, struct expr_list *on)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < on->count; i++) {
        relset rels = rels_of_expr(level, on->items[i]);
        bool is_right = rels != 0 && (rels & ~item->rels) == 0 && !expr_is_volatile(on->items[i]);
        if (is_right && item->group != NULL)
            add_qual(level, item->group, on->items[i]);
        else if (is_right)
            expr_list_add(level->arena, &item->rel->quals, on->items[i]);
        else
            on->items[kept++] = on->items[i];
    }
    on->count = kept;
}

static void
collect_left(struct level *level, struct join_group *group, const struct join_tree *left,
             const struct join_tree *right, struct expr *on, relset nonnull)
{
    relset left_rels = tree_rels(level, left);
    struct expr_list conditions = {NULL, 0, 0};
    relset inside = nonnull;

    expr_list_add_conjuncts(level->arena, &conditions, on);
    for (uint32_t i = 0; i < conditions.count; i++) {
        rels_need(level, conditions.items[i]);
        inside |= nonnull_rels(level, conditions.items[i]);
    }
    collect(level, group, left, nonnull);
    struct join_item *item = add_tree_item(level, group, right, inside & tree_rels(level, right));
    push_into_right(level, item, &conditions);
    item->join = PLAN_JOIN_LEFT;
    item->on = conditions;
    for (uint32_t i = 0; i < conditions.count; i++)
        item->left |= rels_of_expr(level, conditions.items[i]) & left_rels;
    if (item->left == 0)
        item->left = left_rels;
}

static void
collect_full(struct level *level, struct join_group *group, const struct join_tree *tree,
             struct expr *on)
{
    struct join_group *full = new_group(level);

    full->outer = group;
    full->is_full = true;
    expr_list_add_conjuncts(level->arena, &full->full_on, on);
    for (uint32_t i = 0; i < full->full_on.count; i++)
        rels_need(level, full->full_on.items[i]);
    add_tree_item(level, full, tree->left, 0);
    add_tree_item(level, full, tree->right, 0);
    struct join_item *item = add_item(level, group);
    item->group = full;
    item->rels = tree_rels(level, tree);
}

/* `nonnull`: rels that a condition above does not pass null-extended. */
static void
collect(struct level *level, struct join_group *group, const struct join_tree *tree, relset nonnull)
{
    group->rels |= tree_rels(level, tree);
    if (!tree->is_join) {
        add_tree_item(level, group, tree, nonnull);
        return;
    }
    struct expr *on = prepare_expr(level, tree->on);
    enum join_kind kind = tree->kind;
    bool keeps_left = (nonnull & tree_rels(level, tree->left)) == 0;
    bool keeps_right = (nonnull & tree_rels(level, tree->right)) == 0;

    /* Null-extended rows that are thrown away later need not be made. */
    if (kind == JOIN_FULL && !keeps_left)
        kind = keeps_right ? JOIN_LEFT : JOIN_INNER;
    else if (kind == JOIN_FULL && !keeps_right)
        kind = JOIN_RIGHT;
    else if ((kind == JOIN_LEFT && !keeps_right) || (kind == JOIN_RIGHT && !keeps_left))
        kind = JOIN_INNER;

    switch (kind) {
    case JOIN_INNER: {
        relset below = nonnull;
        struct expr_list conditions = {NULL, 0, 0};
        expr_list_add_conjuncts(level->arena, &conditions, on);
        for (uint32_t i = 0; i < conditions.count; i++)
            below |= nonnull_rels(level, conditions.items[i]);
        collect(level, group, tree->left, below);
        collect(level, group, tree->right, below);
        add_conjuncts(level, group, on);
        break;
    }
    case JOIN_LEFT:
        collect_left(level, group, tree->left, tree->right, on, nonnull);
        break;
    case JOIN_RIGHT:
        collect_left(level, group, tree->right, tree->left, on, nonnull);
        break;
    case JOIN_FULL:
        collect_full(level, group, tree, on);
        break;
    }
}

/* A semi or an anti join: only ever a right side, as a LEFT JOIN's is. */
static void
collect_semi(struct level *level, struct join_group *group, const struct semi *semi)
{
    relset left_rels = group->rels, right_rels = tree_rels(level, semi->tree);
    struct expr_list conditions = {NULL, 0, 0};
    relset nonnull = 0;

    expr_list_add_conjuncts(level->arena, &conditions, prepare_expr(level, semi->on));
    for (uint32_t i = 0; i < conditions.count; i++) {
        rels_need(level, conditions.items[i]);
        nonnull |= nonnull_rels(level, conditions.items[i]);
    }
    struct join_item *item = add_tree_item(level, group, semi->tree, nonnull & right_rels);
    push_into_right(level, item, &conditions);
    item->join = semi->is_anti ? PLAN_JOIN_ANTI : PLAN_JOIN_SEMI;
    item->on = conditions;
    for (uint32_t i = 0; i < conditions.count; i++)
        item->left |= rels_of_expr(level, conditions.items[i]) & left_rels;
    if (item->left == 0)
        item->left = left_rels;
    group->rels |= right_rels;
}

void
join_begin(struct level *level)
{
    const struct query *query = level->query;
    struct join_group *group = new_group(level);
    relset nonnull = 0;

    level->joins = group;
    for (uint32_t i = 0; i < level->where.count; i++)
        nonnull |= nonnull_rels(level, level->where.items[i]);
    for (uint32_t i = 0; i < query->from_count; i++)
        collect(level, group, query->from[i], nonnull);
    for (const struct semi *semi = level->semis; semi != NULL; semi = semi->next)
        collect_semi(level, group, semi);
    for (uint32_t i = 0; i < level->rel_count; i++) {
        /* The result range of UPDATE and DELETE stands beside FROM. */
        if ((group->rels & relset_of(i)) == 0) {
            struct join_item *item = add_item(level, group);
            item->rel = &level->rels[i];
            item->rels = relset_of(i);
            group->rels |= item->rels;
        }
    }
    for (uint32_t i = 0; i < level->where.count; i++) {
        rels_need(level, level->where.items[i]);
        add_qual(level, group, level->where.items[i]);
    }
}

/* What must be joined before a condition from outside is asked. */
static relset
required_rels(const struct join_group *group, relset rels)
{
    relset required = rels;

    for (uint32_t pass = 0; pass < group->item_count; pass++) {
        relset before = required;
        for (uint32_t i = 0; i < group->item_count; i++) {
            const struct join_item *item = &group->items[i];
            if ((required & item->rels) != 0 && item->join != PLAN_JOIN_INNER)
                required |= item->rels | item->left;
        }
        if (required == before)
            break;
    }
    return required;
}

/* Gives a condition to the one item that it reads, unless an outer join extends that. */
static bool
push_down(struct level *level, struct join_group *group, const struct qual *qual)
{
    bool is_anywhere = qual->rels == 0 && group->outer != NULL;

    for (uint32_t i = 0; i < group->item_count; i++) {
        const struct join_item *item = &group->items[i];
        if (item->join != PLAN_JOIN_INNER ||
            !(is_anywhere || (qual->rels != 0 && (qual->required & ~item->rels) == 0)))
            continue;
        if (item->rel != NULL) {
            expr_list_add(level->arena, &item->rel->quals, qual->expr);
            return true;
        }
        if (item->group->is_full)
            expr_list_add(level->arena, &item->group->full_after, qual->expr);
        else
            add_qual(level, item->group, qual->expr);
        return true;
    }
    return false;
}

/* Asks at the items that an OR reads what it says of each alone. */
static void
push_down_parts(struct level *level, struct join_group *group, const struct qual *qual)
{
    for (uint32_t i = 0; i < group->item_count; i++) {
        relset rels = qual->rels & group->items[i].rels;
        struct expr *part = rels == 0 ? NULL : or_restriction(level, qual->expr, rels);
        if (part == NULL)
            continue;
        struct qual below = {.expr = part, .rels = rels, .required = required_rels(group, rels)};
        if (push_down(level, group, &below)) {
            struct implied *implied = arena_alloc(level->arena, sizeof *implied);
            *implied = (struct implied){qual->expr, selectivity_of(level, part), level->implied};
            level->implied = implied;
        }
    }
}

/* Conditions on one item go there; the others get their place. */
static void
place_quals(struct level *level, struct join_group *group)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < group->qual_count; i++) {
        struct qual *qual = &group->quals[i];
        qual->required = required_rels(group, qual->rels);
        if (push_down(level, group, qual))
            continue;
        if (qual->expr->kind == EXPR_OR)
            push_down_parts(level, group, qual);
        group->quals[kept++] = *qual;
    }
    group->qual_count = kept;
}

/* Rels outside an item whose columns it reads: LATERAL. */
static relset
lateral_rels(const struct level *level, const struct join_item *item)
{
    relset lateral = 0;

    for (uint32_t i = 0; i < level->rel_count; i++) {
        if ((item->rels & relset_of(i)) != 0)
            lateral |= level->rels[i].lateral;
    }
    return lateral & ~item->rels;
}

static void
solve(struct level *level, struct join_group *group)
{
    place_quals(level, group);
    for (uint32_t i = 0; i < group->item_count; i++) {
        if (group->items[i].group != NULL)
            solve(level, group->items[i].group);
    }
    for (uint32_t i = 0; i < group->item_count; i++) {
        struct join_item *item = &group->items[i];
        static const struct expr_list none = {NULL, 0, 0};
        item->left |= lateral_rels(level, item) & group->rels;
        if (item->group != NULL) {
            item->paths = item->group->paths;
            continue;
        }
        item->rel->rows =
            cost_clamp_rows(item->rel->table_rows * selectivity_of_list(level, &item->rel->quals));
        scan_paths(level, item->rel, 0, &none, &item->paths);
    }
    join_search(level, group);
}

/* The cheapest path, when `limit_rows` rows are wanted and unsorted rows must be sorted. */
static const struct path *
cheapest(const struct level *level, const struct path_list *list, const struct ordering *wanted,
         bool *is_ordered)
{
    const struct path *best = NULL;
    double best_cost = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        const struct path *path = list->paths[i];
        bool has_order = wanted->count != 0 && order_satisfies(&path->order, wanted);
        double cost = path->total_cost;
        double share = 1;
        if (level->limit_rows >= 0 && level->limit_rows < path->rows)
            share = level->limit_rows / path->rows;
        if (has_order || wanted->count == 0) {
            cost = path->startup_cost + (path->total_cost - path->startup_cost) * share;
        } else {
            double rows = path->rows + 2;
            double kept = level->limit_rows >= 0 && level->limit_rows * 2 < rows
                              ? level->limit_rows * 2 + 2
                              : rows;
            cost += rows * __builtin_log2(kept) * 2 * level->planner->settings->cpu_operator_cost;
        }
        if (best == NULL || cost < best_cost) {
            best = path;
            best_cost = cost;
            *is_ordered = has_order;
        }
    }
    return best;
}

/* One row of no columns, if the conditions hold. */
static struct flow
no_tables(struct level *level)
{
    struct plan_result *result = PLAN_NODE(level->planner, PLAN_RESULT, plan_result, 0);

    result->condition = expr_list_plan(&level->where);
    result->node.row_bound = 1;
    result->node.total_cost = level->planner->settings->cpu_tuple_cost;
    return (struct flow){&result->node, NULL};
}

/* Conditions without columns, asked once before anything is read. */
static struct flow
gate(struct level *level, struct flow flow, const struct join_group *group)
{
    struct expr_list conditions = {NULL, 0, 0};

    for (uint32_t i = 0; i < group->qual_count; i++) {
        if (group->quals[i].rels == 0 && !expr_is_volatile(group->quals[i].expr))
            expr_list_add(level->arena, &conditions, group->quals[i].expr);
    }
    if (conditions.count == 0)
        return flow;
    struct plan_result *result =
        PLAN_NODE(level->planner, PLAN_RESULT, plan_result, flow.node->column_count);
    result->condition = expr_list_plan(&conditions);
    result->node.left = flow.node;
    result->node.rows = flow.node->rows;
    result->node.row_bound = flow.node->row_bound;
    result->node.startup_cost = flow.node->startup_cost;
    result->node.total_cost = flow.node->total_cost;
    memcpy(result->node.columns, flow.node->columns,
           flow.node->column_count * sizeof *flow.node->columns);
    return (struct flow){&result->node, flow.outputs};
}

struct flow
join_plan(struct level *level, const struct expr_list *needed, const struct ordering *wanted,
          bool *is_ordered)
{
    struct join_group *group = level->joins;
    struct expr_list all = *needed;

    *is_ordered = false;
    if (level->rel_count == 0)
        return no_tables(level);
    solve(level, group);
    const struct path *path = cheapest(level, &group->paths, wanted, is_ordered);
    if (path == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "no way was found to join the tables of the query");
    /* Volatile conditions without columns are asked of every row. */
    struct expr_list late = {NULL, 0, 0};
    for (uint32_t i = 0; i < group->qual_count; i++) {
        if (group->quals[i].rels == 0 && expr_is_volatile(group->quals[i].expr))
            expr_list_add(level->arena, &late, group->quals[i].expr);
    }
    struct flow flow = path_make(level, path, &all);
    flow_filter(level->planner, &flow, &late);
    return gate(level, flow, group);
}

struct flow
join_plan_unordered(struct level *level, const struct expr_list *needed)
{
    struct ordering none = {0, NULL};
    bool is_ordered;

    return join_plan(level, needed, &none, &is_ordered);
}
