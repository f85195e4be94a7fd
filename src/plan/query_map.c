/*
 * query_map.c: see query_map.h.
 */
#include "plan/query_map.h"

static struct expr *
map_child(void *object, struct expr *e)
{
    return map_expr(object, e);
}

static struct expr *
map_sublink(struct query_map *map, struct expr *e)
{
    struct expr *copy = expr_map(map->arena, e, map_child, map);

    if (copy == e)
        copy = arena_copy(map->arena, e, sizeof *e);
    map->depth++;
    copy->sublink.query = map_query(map, e->sublink.query);
    map->depth--;
    return copy;
}

struct expr *
map_expr(struct query_map *map, struct expr *e)
{
    if (e == NULL || map->has_failed)
        return e;
    switch (e->kind) {
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_PLACEHOLDER:
        return e;
    case EXPR_SUBLINK:
        return map_sublink(map, e);
    case EXPR_GROUPING:
    case EXPR_CURRENT_OF:
        map->has_failed |= e->kind == EXPR_CURRENT_OF || e->grouping.levels_up != 0;
        return e->kind == EXPR_CURRENT_OF ? e : expr_map(map->arena, e, map_child, map);
    case EXPR_COLUMN:
        break;
    case EXPR_AGGREGATE:
        e = expr_map(map->arena, e, map_child, map);
        break;
    default:
        return expr_map(map->arena, e, map_child, map);
    }
    struct expr *changed = map->has_failed ? e : map->change(map->object, e, map->depth);
    map->has_failed |= changed == NULL;
    return changed;
}

static struct target *
map_targets(struct query_map *map, const struct target *targets, uint32_t count)
{
    struct target *copy = arena_alloc_array(map->arena, count, sizeof *copy);

    for (uint32_t i = 0; i < count; i++) {
        copy[i] = targets[i];
        copy[i].expr = map_expr(map, targets[i].expr);
    }
    return copy;
}

struct join_tree *
map_tree(struct query_map *map, const struct join_tree *tree, uint32_t base)
{
    struct join_tree *copy = arena_copy(map->arena, tree, sizeof *tree);

    copy->range += base;
    if (tree->is_join) {
        copy->left = map_tree(map, tree->left, base);
        copy->right = map_tree(map, tree->right, base);
        copy->on = map_expr(map, tree->on);
    }
    return copy;
}

static struct setop *
map_setop(struct query_map *map, const struct setop *setop)
{
    struct setop *copy = arena_copy(map->arena, setop, sizeof *setop);

    if (setop->query != NULL) {
        map->depth++;
        copy->query = map_query(map, setop->query);
        map->depth--;
        return copy;
    }
    copy->left = map_setop(map, setop->left);
    copy->right = map_setop(map, setop->right);
    return copy;
}

static void
map_rows(struct query_map *map, struct range *range)
{
    struct expr ***rows =
        arena_alloc_array(map->arena, range->values.row_count, sizeof(struct expr **));

    for (uint32_t r = 0; r < range->values.row_count; r++) {
        rows[r] = arena_alloc_array(map->arena, range->column_count, sizeof(struct expr *));
        for (uint32_t c = 0; c < range->column_count; c++)
            rows[r][c] = map_expr(map, range->values.rows[r][c]);
    }
    range->values.rows = rows;
}

static void
map_functions(struct query_map *map, struct range *range)
{
    uint32_t count = range->function.function_count;
    struct range_function *functions =
        arena_copy(map->arena, range->function.functions, count * sizeof *functions);

    for (uint32_t i = 0; i < count; i++)
        functions[i].call = map_expr(map, functions[i].call);
    range->function.functions = functions;
}

struct range *
map_range(struct query_map *map, const struct range *range)
{
    struct range *copy = arena_copy(map->arena, range, sizeof *range);

    switch (range->kind) {
    case RANGE_SUBQUERY:
        map->depth++;
        copy->subquery.query = map_query(map, range->subquery.query);
        map->depth--;
        break;
    case RANGE_VALUES:
        map_rows(map, copy);
        break;
    case RANGE_FUNCTION:
        map_functions(map, copy);
        break;
    case RANGE_SETOP:
        copy->setop = map_setop(map, range->setop);
        break;
    case RANGE_CTE:
        if (range->cte.levels_up > map->depth)
            copy->cte.levels_up = (uint32_t)((int32_t)range->cte.levels_up + map->shift);
        break;
    case RANGE_TABLE:
        map->has_failed |= range->table.sample != NULL;
        break;
    case RANGE_JOIN: /* a name only: nothing reads what its columns stand for */
        break;
    }
    return copy;
}

static void
map_windows(struct query_map *map, struct query *query)
{
    query->windows =
        arena_copy(map->arena, query->windows, query->window_count * sizeof *query->windows);
    for (uint32_t i = 0; i < query->window_count; i++) {
        query->windows[i].start_offset = map_expr(map, query->windows[i].start_offset);
        query->windows[i].end_offset = map_expr(map, query->windows[i].end_offset);
    }
}

struct query *
map_query(struct query_map *map, const struct query *query)
{
    struct query *copy = arena_copy(map->arena, query, sizeof *query);

    if (query->command != COMMAND_SELECT || map->has_failed) {
        map->has_failed = true;
        return copy;
    }
    copy->ctes = arena_copy(map->arena, query->ctes, query->cte_count * sizeof *query->ctes);
    map->depth++;
    for (uint32_t i = 0; i < query->cte_count; i++)
        copy->ctes[i].query = map_query(map, query->ctes[i].query);
    map->depth--;
    copy->ranges = arena_alloc_array(map->arena, query->range_count, sizeof(struct range *));
    for (uint32_t i = 0; i < query->range_count; i++)
        copy->ranges[i] = map_range(map, query->ranges[i]);
    copy->from = arena_alloc_array(map->arena, query->from_count, sizeof(struct join_tree *));
    for (uint32_t i = 0; i < query->from_count; i++)
        copy->from[i] = map_tree(map, query->from[i], 0);
    copy->where = map_expr(map, query->where);
    copy->having = map_expr(map, query->having);
    copy->limit = map_expr(map, query->limit);
    copy->offset = map_expr(map, query->offset);
    copy->targets = map_targets(map, query->targets, query->target_count);
    map_windows(map, copy);
    return copy;
}

/* ---- what a query reads from outside ---- */

struct outer_walk {
    uint32_t depth;
    uint32_t first_range; /* columns of ranges before it do not count */
    bool is_found;
};

static bool outer_query(struct outer_walk *walk, const struct query *query);

static bool
outer_visit(void *object, const struct expr *e)
{
    struct outer_walk *walk = object;

    if ((e->kind == EXPR_COLUMN && e->column.levels_up == walk->depth &&
         e->column.range >= walk->first_range) ||
        (e->kind == EXPR_AGGREGATE && e->aggregate.levels_up == walk->depth && walk->depth != 0) ||
        (e->kind == EXPR_GROUPING && e->grouping.levels_up == walk->depth && walk->depth != 0))
        return true;
    if (e->kind == EXPR_SUBLINK) {
        walk->depth++;
        bool is_found = outer_query(walk, e->sublink.query);
        walk->depth--;
        if (is_found)
            return true;
    }
    return expr_walk(e, outer_visit, object);
}

static bool
outer_setop(struct outer_walk *walk, const struct setop *setop)
{
    if (setop->query == NULL)
        return outer_setop(walk, setop->left) || outer_setop(walk, setop->right);
    walk->depth++;
    bool is_found = outer_query(walk, setop->query);
    walk->depth--;
    return is_found;
}

static bool
outer_query(struct outer_walk *walk, const struct query *query)
{
    if (query_walk(query, outer_visit, walk))
        return true;
    for (uint32_t i = 0; i < query->range_count; i++) {
        const struct range *range = query->ranges[i];
        bool is_found = false;
        if (range->kind == RANGE_SETOP)
            is_found = outer_setop(walk, range->setop);
        if (range->kind == RANGE_SUBQUERY) {
            walk->depth++;
            is_found = outer_query(walk, range->subquery.query);
            walk->depth--;
        }
        if (is_found)
            return true;
    }
    walk->depth++;
    bool is_found = false;
    for (uint32_t i = 0; i < query->cte_count && !is_found; i++)
        is_found = outer_query(walk, query->ctes[i].query);
    walk->depth--;
    return is_found;
}

bool
query_reads_outer(const struct query *query, uint32_t depth)
{
    struct outer_walk walk = {.depth = depth};

    return outer_query(&walk, query);
}

bool
expr_reads_outer(const struct expr *e, uint32_t depth)
{
    struct outer_walk walk = {.depth = depth};

    return outer_visit(&walk, e);
}

bool
expr_reads_ranges(const struct expr *e, uint32_t first)
{
    struct outer_walk walk = {.first_range = first};

    return outer_visit(&walk, e);
}
