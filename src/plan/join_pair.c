/*
 * join_pair.c: the ways to join two parts: by hash, by nested loop, by look-ups in an index of the
 * right side.
 */
#include "plan/join_int.h"

static const struct path *
least_total(const struct path_list *list)
{
    const struct path *best = list->paths[0];

    for (uint32_t i = 1; i < list->count; i++) {
        if (list->paths[i]->total_cost < best->total_cost)
            best = list->paths[i];
    }
    return best;
}

static double
pair_rows(struct level *level, const struct join_pair *pair)
{
    double left = pair->left->paths[0]->rows, right = pair->right->paths[0]->rows;
    double share = selectivity_of_list(level, &pair->on);
    double rows = left * right * share;

    switch (pair->join) {
    case PLAN_JOIN_LEFT:
        rows = rows < left ? left : rows;
        break;
    case PLAN_JOIN_FULL:
        rows = rows < left ? left : rows;
        rows = rows < right ? right : rows;
        break;
    case PLAN_JOIN_SEMI:
        rows = right * share < 1 ? rows : left * 0.9;
        break;
    case PLAN_JOIN_ANTI:
        rows = right * share < 1 ? left * (1 - right * share) : left * 0.1;
        break;
    default:
        break;
    }
    return cost_clamp_rows(rows * selectivity_of_list(level, &pair->after));
}

static double
list_cost(const struct level *level, const struct expr_list *list)
{
    double cost = 0;

    for (uint32_t i = 0; i < list->count; i++)
        cost += expr_cost(level->planner, list->items[i]);
    return cost;
}

/* ---- hash join ---- */

/* left = right by an operator whose type hashes: the sides' expressions, left first. */
static bool
hash_key(struct level *level, const struct join_pair *pair, struct expr *e, struct expr **left,
         struct expr **right, struct key_operators *ops)
{
    const struct operator_info *op;

    if (e->kind != EXPR_FUNC || (op = e->func.op) == NULL || e->arg_count != 2 || !op->can_hash ||
        types_btree_strategy(level->planner->types, op->op) != BTREE_EQ || expr_is_volatile(e))
        return false;
    relset first = rels_of_expr(level, e->args[0]), second = rels_of_expr(level, e->args[1]);
    if (first == 0 || second == 0)
        return false;
    bool is_straight = (first & ~pair->left_rels) == 0 && (second & ~pair->right_rels) == 0;
    bool is_crossed = (first & ~pair->right_rels) == 0 && (second & ~pair->left_rels) == 0;
    if (!is_straight && !is_crossed)
        return false;
    *left = e->args[is_straight ? 0 : 1];
    *right = e->args[is_straight ? 1 : 0];
    ops->equal = op;
    if (is_crossed && op->left != op->right)
        ops->equal = types_btree_operator(level->planner->types, op->right, op->left, BTREE_EQ);
    ops->collation = e->func.input_collation;
    return ops->equal != NULL;
}

static struct path *
new_join(struct level *level, const struct join_pair *pair, const struct path *left,
         const struct path *right, enum join_method method)
{
    struct path *path = arena_alloc_zero(level->arena, sizeof *path);

    path->kind = PATH_JOIN;
    path->method = method;
    path->join = pair->join;
    path->rels = pair->left_rels | pair->right_rels;
    path->left = (struct path *)(uintptr_t)left;
    path->right = (struct path *)(uintptr_t)right;
    path->needs = (left->needs | right->needs) & ~pair->left_rels & ~pair->right_rels;
    path->rows = pair->rows;
    path->after = pair->after;
    return path;
}

static void
add_hash_join(struct level *level, const struct join_pair *pair, struct path_list *list)
{
    const struct plan_settings *settings = level->planner->settings;
    const struct path *left = least_total(pair->left), *right = least_total(pair->right);
    struct path *path = new_join(level, pair, left, right, METHOD_HASH);
    struct key_operators *ops = arena_alloc_array(level->arena, pair->on.count, sizeof *ops);

    if ((right->needs & pair->left_rels) != 0)
        return;
    for (uint32_t i = 0; i < pair->on.count; i++) {
        struct expr *l, *r;
        if (hash_key(level, pair, pair->on.items[i], &l, &r, &ops[path->keys_left.count])) {
            expr_list_add(level->arena, &path->keys_left, l);
            expr_list_add(level->arena, &path->keys_right, r);
        } else {
            expr_list_add(level->arena, &path->condition, pair->on.items[i]);
        }
    }
    if (path->keys_left.count == 0 && pair->join != PLAN_JOIN_FULL)
        return;
    path->key_ops = ops;
    double hash_cost = settings->cpu_operator_cost * (path->keys_left.count + 1);
    path->startup_cost = right->total_cost + left->startup_cost +
                         right->rows * (hash_cost + settings->cpu_tuple_cost);
    path->total_cost = path->startup_cost + left->total_cost - left->startup_cost +
                       left->rows * hash_cost + pair->rows * settings->cpu_tuple_cost +
                       pair->rows * list_cost(level, &path->condition);
    if (path->keys_left.count == 0) /* every pair is compared */
        path->total_cost += left->rows * right->rows * settings->cpu_operator_cost;
    if (!settings->enable_hashjoin)
        path->total_cost += 1e10;
    path_add(list, path);
}

/* ---- nested loops ---- */

static bool
has_condition(const struct path *path, const struct expr *e)
{
    for (uint32_t i = 0; i < path->bound_count; i++) {
        if (path->bounds[i].condition == e)
            return true;
    }
    for (uint32_t i = 0; i < path->filter.count; i++) {
        if (path->filter.items[i] == e)
            return true;
    }
    return false;
}

static void
add_nest_loop(struct level *level, const struct join_pair *pair, const struct path *left,
              const struct path *right, struct path_list *list)
{
    const struct plan_settings *settings = level->planner->settings;
    struct path *path = new_join(level, pair, left, right, METHOD_NEST_LOOP);

    for (uint32_t i = 0; i < pair->on.count; i++) {
        if (!has_condition(right, pair->on.items[i]))
            expr_list_add(level->arena, &path->condition, pair->on.items[i]);
    }
    double compared = left->rows * right->rows;
    bool stops_early = pair->join == PLAN_JOIN_SEMI || pair->join == PLAN_JOIN_ANTI;
    double inner_cost = right->total_cost;
    if (stops_early && right->rows > 1) {
        inner_cost = right->startup_cost + (right->total_cost - right->startup_cost) / 2;
        compared /= 2;
    }
    path->order = left->order;
    path->startup_cost = left->startup_cost + right->startup_cost;
    path->total_cost = left->total_cost + left->rows * inner_cost +
                       compared * (settings->cpu_tuple_cost + list_cost(level, &path->condition));
    if (!settings->enable_nestloop)
        path->total_cost += 1e10;
    path_add(list, path);
}

static void
add_nest_loops(struct level *level, const struct join_pair *pair, struct path_list *list)
{
    struct path_list inner = {.count = 0};

    if (pair->join == PLAN_JOIN_FULL)
        return;
    if (pair->item != NULL && pair->item->rel != NULL)
        scan_paths(level, pair->item->rel, pair->left_rels, &pair->on, &inner);
    for (uint32_t l = 0; l < pair->left->count; l++) {
        for (uint32_t r = 0; r < inner.count; r++)
            add_nest_loop(level, pair, pair->left->paths[l], inner.paths[r], list);
        add_nest_loop(level, pair, pair->left->paths[l], least_total(pair->right), list);
    }
}

void
join_pair_paths(struct level *level, struct join_pair *pair, struct path_list *list)
{
    if (pair->rows < 0)
        pair->rows = pair_rows(level, pair);
    add_hash_join(level, pair, list);
    add_nest_loops(level, pair, list);
}
