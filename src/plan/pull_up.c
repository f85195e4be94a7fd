/*
 * pull_up.c: subqueries in FROM that are joins and conditions only become part of the query around
 * them: views, mostly. Their tables then join in any order, and conditions reach their indexes.
 *
 * A subquery on the nullable side of an outer join must put out columns alone (null when the row is
 * extended, as an expression need not be), of one range; its conditions go to the join's.
 */
#include "plan/query_map.h"

/* Joins and conditions only: nothing that counts, sorts, cuts, locks or repeats its rows. */
bool
query_is_plain(const struct query *query)
{
    return query->command == COMMAND_SELECT && query->cte_count == 0 && !query->has_aggregates &&
           !query->has_windows && !query->has_set_functions && query->group_count == 0 &&
           !query->has_group_by && query->grouping_set_count == 0 && query->having == NULL &&
           query->limit == NULL && query->offset == NULL && query->row_mark_count == 0 &&
           query->from_count != 0;
}

static bool
has_columns_only(const struct query *query)
{
    for (uint32_t i = 0; i < query->target_count; i++) {
        const struct expr *e = query->targets[i].expr;
        if (e->kind != EXPR_COLUMN || e->column.levels_up != 0 || e->column.number <= 0)
            return false;
    }
    return true;
}

static bool
can_pull_up(const struct query *query, bool is_nullable)
{
    if (!query_is_plain(query) || query->distinct != DISTINCT_NONE || query->order_count != 0)
        return false;
    for (uint32_t i = 0; i < query->target_count; i++) {
        const struct expr *e = query->targets[i].expr;
        if (expr_is_volatile(e) || expr_contains(e, EXPR_SUBLINK) || query->targets[i].is_junk ||
            (e->kind == EXPR_COLUMN && e->column.number <= 0))
            return false;
    }
    return !is_nullable ||
           (query->from_count == 1 && !query->from[0]->is_join && has_columns_only(query));
}

/* ---- names ---- */

struct expr *
move_out(void *object, struct expr *e, uint32_t depth)
{
    const struct move *move = object;
    struct expr *copy = arena_copy(move->arena, e, sizeof *e);
    uint32_t *levels_up =
        e->kind == EXPR_COLUMN ? &copy->column.levels_up : &copy->aggregate.levels_up;

    if (*levels_up > depth)
        --*levels_up;
    else if (*levels_up == depth && e->kind == EXPR_COLUMN)
        copy->column.range += move->base;
    return copy;
}

/* A target as a query `depth` further in names it. */
struct deepening {
    struct arena *arena;
    uint32_t depth;
};

static struct expr *
deepen(void *object, struct expr *e)
{
    const struct deepening *d = object;

    if (e->kind != EXPR_COLUMN)
        return expr_map(d->arena, e, deepen, object);
    struct expr *copy = arena_copy(d->arena, e, sizeof *e);
    copy->column.levels_up += d->depth;
    return copy;
}

struct substitution {
    struct arena *arena;
    uint32_t range; /* its columns become */
    const struct target *targets;
};

static struct expr *
substitute(void *object, struct expr *e, uint32_t depth)
{
    const struct substitution *s = object;
    struct deepening d = {s->arena, depth};

    if (e->kind != EXPR_COLUMN || e->column.range != s->range || e->column.levels_up != depth)
        return e;
    if (e->column.number <= 0)
        return NULL;
    struct expr *target = s->targets[e->column.number - 1].expr;
    return depth == 0 ? target : deepen(&d, target);
}

/* ---- one subquery ---- */

/* Where a subquery stands in FROM. */
struct place {
    struct join_tree *leaf;
    struct join_tree *parent; /* null: an item of FROM */
    bool is_nullable;
};

struct expr *
and_exprs(struct arena *arena, struct expr *a, struct expr *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    struct expr *both = expr_new(arena, EXPR_AND, TYPE_BOOL, -1);
    both->arg_count = 2;
    both->args = arena_alloc_array(arena, 2, sizeof *both->args);
    both->args[0] = a;
    both->args[1] = b;
    expr_measure(both);
    return both;
}

/* FROM's items as one tree of inner joins, ranges renamed. */
struct join_tree *
join_from(struct query_map *map, const struct query *query, uint32_t base)
{
    struct join_tree *tree = map_tree(map, query->from[0], base);

    for (uint32_t i = 1; i < query->from_count; i++) {
        struct join_tree *join = arena_alloc_zero(map->arena, sizeof *join);
        join->is_join = true;
        join->kind = JOIN_INNER;
        join->range = RANGE_NONE;
        join->left = tree;
        join->right = map_tree(map, query->from[i], base);
        tree = join;
    }
    return tree;
}

/* Appends the ranges of `from` to those of `query`; the number of the first. */
uint32_t
add_ranges(struct query_map *map, struct query *query, const struct query *from)
{
    uint32_t base = query->range_count;
    struct range **ranges =
        arena_alloc_array(map->arena, base + from->range_count, sizeof(struct range *));

    memcpy(ranges, query->ranges, base * sizeof(struct range *));
    ((struct move *)map->object)->base = base;
    for (uint32_t i = 0; i < from->range_count; i++)
        ranges[base + i] = map_range(map, from->ranges[i]);
    query->ranges = ranges;
    query->range_count = base + from->range_count;
    return base;
}

/* Where the subquery's conditions go: false if nowhere. */
static bool
place_where(struct arena *arena, struct query *query, const struct place *place, struct expr *where)
{
    struct join_tree *parent = place->parent;

    if (where == NULL)
        return true;
    if (!place->is_nullable) {
        query->where = and_exprs(arena, query->where, where);
        return true;
    }
    bool is_right = parent->right == place->leaf;
    if (parent->kind != JOIN_INNER &&
        (parent->kind == JOIN_FULL || is_right != (parent->kind == JOIN_LEFT)))
        return false;
    parent->on = and_exprs(arena, parent->on, where);
    return true;
}

/* The query without the subquery at `place`; null if that cannot be. */
static struct query *
pull_up_one(struct planner *planner, struct query *query, const struct place *place)
{
    const struct query *inner = query->ranges[place->leaf->range]->subquery.query;
    struct move move = {planner->arena, 0};
    struct query_map map = {
        .arena = planner->arena, .change = move_out, .object = &move, .shift = -1};
    struct query copy = *query;
    struct join_tree old = *place->leaf;

    if (query->range_count + inner->range_count > LEVEL_RANGES_MAX)
        return NULL;
    uint32_t base = add_ranges(&map, &copy, inner);
    for (uint32_t i = 0; i < inner->range_count; i++)
        copy.ranges[base + i]->is_lateral |= query->ranges[place->leaf->range]->is_lateral;
    struct join_tree *tree = join_from(&map, inner, base);
    struct expr *where = map_expr(&map, inner->where);
    struct target *targets =
        arena_copy(planner->arena, inner->targets, inner->target_count * sizeof *targets);
    for (uint32_t i = 0; i < inner->target_count; i++)
        targets[i].expr = map_expr(&map, targets[i].expr);
    if (map.has_failed || !place_where(planner->arena, &copy, place, where))
        return NULL;
    *place->leaf = *tree;
    copy.ranges[old.range] =
        arena_copy(planner->arena, copy.ranges[old.range], sizeof **copy.ranges);
    /* Nothing stands in FROM for it any more. */
    copy.ranges[old.range]->kind = RANGE_JOIN;
    struct substitution s = {planner->arena, old.range, targets};
    struct query_map rename = {.arena = planner->arena, .change = substitute, .object = &s};
    struct query *pulled = map_query(&rename, &copy);
    if (!rename.has_failed)
        return pulled;
    return NULL;
}

static struct join_tree *
copy_tree(struct arena *arena, const struct join_tree *tree)
{
    struct join_tree *copy = arena_copy(arena, tree, sizeof *tree);

    if (tree->is_join) {
        copy->left = copy_tree(arena, tree->left);
        copy->right = copy_tree(arena, tree->right);
    }
    return copy;
}

/* A view whose conditions come before all others: no function sees rows that they hide. */
static bool
is_barrier(const struct planner *planner, const struct range *range)
{
    const struct plan_context *context = planner->context;

    return range->subquery.view != OID_NONE &&
           context->table(context->object, range->subquery.view)->is_security_barrier;
}

static bool
find_place(const struct planner *planner, const struct query *query, struct join_tree *tree,
           struct join_tree *parent, bool is_nullable, struct place *place)
{
    if (!tree->is_join) {
        const struct range *range = query->ranges[tree->range];
        *place = (struct place){tree, parent, is_nullable};
        return range->kind == RANGE_SUBQUERY && !is_barrier(planner, range) &&
               can_pull_up(range->subquery.query, is_nullable);
    }
    bool left = is_nullable || tree->kind == JOIN_RIGHT || tree->kind == JOIN_FULL;
    bool right = is_nullable || tree->kind == JOIN_LEFT || tree->kind == JOIN_FULL;
    return find_place(planner, query, tree->left, tree, left, place) ||
           find_place(planner, query, tree->right, tree, right, place);
}

static bool
has_candidate(const struct planner *planner, const struct query *query)
{
    struct place place;

    for (uint32_t i = 0; i < query->from_count; i++) {
        if (find_place(planner, query, query->from[i], NULL, false, &place))
            return true;
    }
    return false;
}

/* CTEs of this query that are read once, and by itself, as subqueries. */
static const struct query *
inline_ctes(struct planner *planner, const struct query *query)
{
    struct query *copy = NULL;

    for (uint32_t i = 0; i < query->range_count && query->cte_count != 0; i++) {
        const struct range *range = query->ranges[i];
        if (range->kind != RANGE_CTE || range->cte.levels_up != 0 || range->cte.is_self ||
            !cte_is_inlined(query, range->cte.cte))
            continue;
        if (copy == NULL) {
            copy = arena_copy(planner->arena, query, sizeof *query);
            copy->ranges = arena_copy(planner->arena, query->ranges,
                                      query->range_count * sizeof(struct range *));
        }
        struct range *inlined = arena_copy(planner->arena, range, sizeof *range);
        inlined->kind = RANGE_SUBQUERY;
        inlined->subquery.query = query->ctes[range->cte.cte].query;
        inlined->subquery.view = OID_NONE;
        copy->ranges[i] = inlined;
    }
    return copy == NULL ? query : copy;
}

const struct query *
query_pull_up(struct planner *planner, const struct query *query)
{
    const struct query *now = inline_ctes(planner, query);

    if (query->command != COMMAND_SELECT || query->row_mark_count != 0 ||
        query->grouping_set_count != 0)
        return now;
    for (uint32_t pass = 0; pass < PULL_UPS_MAX && has_candidate(planner, now); pass++) {
        /* A copy to change, FROM's trees included. */
        struct query *copy = arena_copy(planner->arena, now, sizeof *now);
        struct query *pulled = NULL;
        struct place place;
        copy->from = arena_alloc_array(planner->arena, now->from_count, sizeof(struct join_tree *));
        for (uint32_t i = 0; i < now->from_count; i++)
            copy->from[i] = copy_tree(planner->arena, now->from[i]);
        for (uint32_t i = 0; i < copy->from_count && pulled == NULL; i++) {
            if (find_place(planner, copy, copy->from[i], NULL, false, &place))
                pulled = pull_up_one(planner, copy, &place);
        }
        if (pulled == NULL)
            return now;
        now = pulled;
    }
    return now;
}
