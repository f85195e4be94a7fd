/*
 * unnest.c: EXISTS, IN and their negations, asked of every row of WHERE, as semi and anti joins.
 *
 *   EXISTS (q), NOT EXISTS (q)   q's FROM becomes the right side, its WHERE the join's condition
 *   x IN (q)                     the same with x = q's column as a further condition; if q groups,
 *                                sorts or cuts its rows: q as a whole is the right side
 *   x NOT IN (q)               only where neither x nor q's column can be null: a null would make
 *                                the answer unknown; else a hashed subplan serves (prepare.c)
 *
 * What reads nothing of the outer row stays a subquery that is run once.
 */
#include "catalog/catalog.h"
#include "plan/query_map.h"

/* ---- what can be null ---- */

static bool
table_column_is_set(const struct table *table, int16_t number)
{
    if (number <= 0 || (uint32_t)number > table->column_count)
        return false;
    if (table->columns[number - 1].is_not_null)
        return true;
    for (uint32_t k = 0; table->primary != NULL && k < table->primary->key_count; k++) {
        if (table->primary->keys[k].attr == number)
            return true;
    }
    return false;
}

static bool
tree_has_outer_join(const struct join_tree *tree)
{
    return tree->is_join && (tree->kind != JOIN_INNER || tree_has_outer_join(tree->left) ||
                             tree_has_outer_join(tree->right));
}

/* True if `e`, over the ranges of `query`, is never null. */
static bool
is_never_null(const struct query *query, const struct expr *e)
{
    if (e->kind == EXPR_CONST)
        return !e->constant.is_null;
    if (e->kind == EXPR_RELABEL)
        return is_never_null(query, e->args[0]);
    if (e->kind != EXPR_COLUMN || e->column.levels_up != 0)
        return false;
    for (uint32_t i = 0; i < query->from_count; i++) {
        if (tree_has_outer_join(query->from[i]))
            return false;
    }
    const struct range *range = query->ranges[e->column.range];
    return range->kind == RANGE_TABLE && table_is_stored(range->table.table) &&
           table_column_is_set(range->table.table, e->column.number);
}

/* ---- tests ---- */

/* Comparisons that a null on either side makes null, and nothing but these. */
static bool
is_plain_test(const struct expr *test)
{
    if (test->kind == EXPR_AND) {
        for (uint32_t i = 0; i < test->arg_count; i++) {
            if (!is_plain_test(test->args[i]))
                return false;
        }
        return true;
    }
    return test->kind == EXPR_FUNC && test->func.op != NULL && test->arg_count == 2 &&
           test->func.func->is_strict;
}

static bool
test_is_never_null(const struct query *outer, const struct query *inner, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_PARAM:
        return e->param.kind == PARAM_SUBLINK &&
               is_never_null(inner, inner->targets[e->param.number - 1].expr);
    case EXPR_FUNC:
        /* Comparisons give null for nulls only; other functions may at will. */
        if (e->func.op == NULL || e->type != TYPE_BOOL)
            return false;
        break;
    case EXPR_AND:
    case EXPR_RELABEL:
        break;
    default:
        return is_never_null(outer, e);
    }
    for (uint32_t i = 0; i < e->arg_count; i++) {
        if (!test_is_never_null(outer, inner, e->args[i]))
            return false;
    }
    return true;
}

/* The test with what stands for the subquery's columns. */
struct test_map {
    struct arena *arena;
    struct expr **columns;
};

static struct expr *
put_columns(void *object, struct expr *e)
{
    const struct test_map *map = object;

    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_SUBLINK)
        return map->columns[e->param.number - 1];
    return expr_map(map->arena, e, put_columns, object);
}

/* ---- the right side ---- */

static void
add_semi(struct level *level, struct join_tree *tree, struct expr *on, bool is_anti)
{
    struct semi *semi = arena_alloc_zero(level->arena, sizeof *semi);
    struct semi **last = &level->semis;

    while (*last != NULL)
        last = &(*last)->next;
    *semi = (struct semi){.tree = tree, .on = on, .is_anti = is_anti};
    *last = semi;
}

/* True if WHERE and the select list alone read the outer row, and everything else may move. */
static bool
can_move(const struct level *level, const struct query *inner)
{
    struct query from = *inner;

    from.where = NULL;
    from.target_count = 0;
    return query_is_plain(inner) && inner->distinct != DISTINCT_ON &&
           !query_reads_outer(&from, 1) &&
           level->query->range_count + inner->range_count <= LEVEL_RELS_MAX / 2 &&
           (inner->where == NULL || !expr_is_volatile(inner->where));
}

/* What of a semi join's condition reads the left side alone is asked there: it may be a subquery
 * itself. */
static struct expr *
split_condition(struct level *level, struct expr *on, uint32_t base)
{
    struct expr *kept = NULL;

    if (on == NULL || on->kind != EXPR_AND) {
        if (on == NULL || expr_reads_ranges(on, base))
            return on;
        level->moved = and_exprs(level->arena, level->moved, on);
        return NULL;
    }
    for (uint32_t i = 0; i < on->arg_count; i++)
        kept = and_exprs(level->arena, kept, split_condition(level, on->args[i], base));
    return kept;
}

/* FROM of the subquery as the right side of a join on its WHERE, and `test` (null: none). */
static bool
move_query(struct level *level, const struct query *inner, struct expr *test, bool is_anti)
{
    struct move move = {level->arena, 0};
    struct query_map map = {
        .arena = level->arena, .change = move_out, .object = &move, .shift = -1};
    struct query *query = arena_copy(level->arena, level->query, sizeof *query);
    struct test_map columns = {level->arena, NULL};

    uint32_t base = add_ranges(&map, query, inner);
    struct join_tree *tree = join_from(&map, inner, base);
    struct expr *on = map_expr(&map, inner->where);
    columns.columns = arena_alloc_array(level->arena, inner->target_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < inner->target_count && test != NULL; i++)
        columns.columns[i] = map_expr(&map, inner->targets[i].expr);
    if (map.has_failed)
        return false;
    if (test != NULL)
        on = and_exprs(level->arena, on, put_columns(&columns, test));
    level->query = query;
    add_semi(level, tree, is_anti ? on : split_condition(level, on, base), is_anti);
    return true;
}

/* The subquery as a whole as the right side. */
static void
add_query(struct level *level, struct query *inner, struct expr *test)
{
    struct query *query = arena_copy(level->arena, level->query, sizeof *query);
    struct range *range = arena_alloc_zero(level->arena, sizeof *range);
    struct join_tree *tree = arena_alloc_zero(level->arena, sizeof *tree);
    struct test_map columns = {level->arena, NULL};
    const struct target *targets;
    uint32_t count = query_result_columns(inner, &targets);

    range->kind = RANGE_SUBQUERY;
    range->name = "ANY_subquery";
    range->at = -1;
    range->subquery.query = inner;
    range->column_count = count;
    range->columns = arena_alloc_zero(level->arena, count * sizeof *range->columns);
    columns.columns = arena_alloc_array(level->arena, count, sizeof(struct expr *));
    tree->range = query->range_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *from = targets[i].expr;
        struct expr *column = expr_new(level->arena, EXPR_COLUMN, from->type, -1);
        column->typmod = from->typmod;
        column->collation = from->collation;
        column->column = (struct column_ref){.range = tree->range, .number = (int16_t)(i + 1)};
        columns.columns[i] = column;
        range->columns[i] = (struct range_column){.name = targets[i].name,
                                                  .type = from->type,
                                                  .typmod = from->typmod,
                                                  .collation = from->collation};
    }
    query->ranges =
        arena_alloc_array(level->arena, query->range_count + 1u, sizeof(struct range *));
    memcpy(query->ranges, level->query->ranges, query->range_count * sizeof(struct range *));
    query->ranges[query->range_count++] = range;
    level->query = query;
    add_semi(level, tree, put_columns(&columns, test), false);
}

static bool
unnest_exists(struct level *level, const struct query *inner, bool is_anti)
{
    return inner->where != NULL && expr_reads_outer(inner->where, 1) && can_move(level, inner) &&
           move_query(level, inner, NULL, is_anti);
}

static bool
targets_can_move(const struct query *inner)
{
    for (uint32_t i = 0; i < inner->target_count; i++) {
        const struct expr *e = inner->targets[i].expr;
        if (expr_is_volatile(e) || expr_contains(e, EXPR_SUBLINK))
            return false;
    }
    return true;
}

static bool
unnest_any(struct level *level, const struct expr *link, bool is_anti)
{
    struct query *inner = link->sublink.query;
    struct expr *test = link->args[0];

    if (!is_plain_test(test) || expr_is_volatile(test) || expr_contains(test, EXPR_SUBLINK) ||
        !expr_reads_outer(test, 0))
        return false;
    bool is_movable = can_move(level, inner) && targets_can_move(inner);
    if (is_anti && (!is_movable || !test_is_never_null(level->query, inner, test)))
        return false;
    if (is_movable)
        return move_query(level, inner, test, is_anti);
    if (query_reads_outer(inner, 1) || level->query->range_count >= LEVEL_RELS_MAX / 2)
        return false;
    add_query(level, inner, test);
    return true;
}

static bool
unnest(struct level *level, const struct expr *condition)
{
    bool is_not = condition->kind == EXPR_NOT;
    const struct expr *link = is_not ? condition->args[0] : condition;

    if (link->kind != EXPR_SUBLINK)
        return false;
    if (link->sublink.kind == SUBLINK_EXISTS)
        return unnest_exists(level, link->sublink.query, is_not);
    return link->sublink.kind == SUBLINK_ANY && unnest_any(level, link, is_not);
}

struct expr *
unnest_where(struct level *level, struct expr *where)
{
    struct expr *kept = NULL;

    if (where == NULL || level->query->row_mark_count != 0 || level->query->from_count == 0)
        return where;
    if (where->kind != EXPR_AND) {
        if (!unnest(level, where))
            return where;
        struct expr *moved = level->moved;
        level->moved = NULL;
        return unnest_where(level, moved);
    }
    for (uint32_t i = 0; i < where->arg_count; i++)
        kept = and_exprs(level->arena, kept, unnest_where(level, where->args[i]));
    return kept;
}
