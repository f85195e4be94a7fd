/*
 * minmax.c: min and max of a column that an index has in order: its first entry, not all rows.
 *
 *   SELECT max(a) FROM t WHERE b = 1
 *   SELECT (SELECT a FROM t WHERE b = 1 AND a IS NOT NULL ORDER BY a DESC LIMIT 1)
 *
 * Done where one index has the conditions' columns and the aggregate's: then the rows wanted lie
 * side by side, at its ends. Other conditions could make the way to the first row that passes them
 * longer than a look at all.
 */
#include "plan/path.h"
#include "plan/query_map.h"
#include "type/values.h"

struct minmax {
    struct planner *planner;
    const struct query *query;
    const struct table *table;
    uint32_t range;
    bool is_possible;
};

static bool
is_column_of(const struct minmax *m, const struct expr *e, attr_no attr)
{
    while (e->kind == EXPR_RELABEL)
        e = e->args[0];
    return e->kind == EXPR_COLUMN && e->column.levels_up == 0 && e->column.range == m->range &&
           e->column.number == attr;
}

/* Whether all columns of the table that `e` reads are among the index's first `count` keys. */
struct columns_walk {
    const struct minmax *m;
    const struct index_def *index;
    uint32_t count;
};

static bool
is_other_column(void *object, const struct expr *e)
{
    struct columns_walk *walk = object;

    if (e->kind == EXPR_SUBLINK)
        return true;
    if (e->kind != EXPR_COLUMN || e->column.levels_up != 0)
        return expr_walk(e, is_other_column, walk);
    for (uint32_t k = 0; k < walk->count; k++) {
        if (walk->index->keys[k].attr == e->column.number)
            return false;
    }
    return true;
}

/* Whether a conjunct of `where` says that the column equals something of no row. */
static bool
is_fixed(const struct minmax *m, const struct expr *where, attr_no attr)
{
    if (where == NULL)
        return false;
    if (where->kind == EXPR_AND) {
        for (uint32_t i = 0; i < where->arg_count; i++) {
            if (is_fixed(m, where->args[i], attr))
                return true;
        }
        return false;
    }
    if (where->kind != EXPR_FUNC || where->func.op == NULL || where->arg_count != 2 ||
        types_btree_strategy(m->planner->types, where->func.op->op) != BTREE_EQ)
        return false;
    struct columns_walk none = {m, NULL, 0};
    for (uint32_t side = 0; side < 2; side++) {
        if (is_column_of(m, where->args[side], attr) &&
            !is_other_column(&none, where->args[1 - side]))
            return true;
    }
    return false;
}

static bool
index_serves(const struct minmax *m, const struct index_def *index, const struct expr *arg)
{
    if (index->predicate_sql != NULL || index->method != INDEX_BTREE)
        return false;
    for (uint16_t k = 0; k < index->key_count && index->keys[k].attr != 0; k++) {
        if (is_column_of(m, arg, index->keys[k].attr)) {
            struct columns_walk walk = {m, index, k + 1u};
            return m->query->where == NULL || !is_other_column(&walk, m->query->where);
        }
        if (!is_fixed(m, m->query->where, index->keys[k].attr))
            return false;
    }
    return false;
}

static bool
is_served(const struct minmax *m, const struct expr *call)
{
    const struct aggregate_call *a = &call->aggregate;

    if (a->ref.func->aggregate->sort_operator == OID_NONE || call->arg_count != 1 ||
        a->levels_up != 0 || a->is_distinct || a->order_count != 0 || a->filter != NULL)
        return false;
    for (uint16_t i = 0; i < m->table->index_count; i++) {
        if (index_serves(m, m->table->indexes[i], call->args[0]))
            return true;
    }
    return false;
}

static bool
check_calls(void *object, const struct expr *e)
{
    struct minmax *m = object;

    if (e->kind == EXPR_AGGREGATE) {
        m->is_possible &= is_served(m, e);
        return !m->is_possible;
    }
    return expr_walk(e, check_calls, m);
}

static bool
is_candidate(struct minmax *m)
{
    const struct query *query = m->query;

    if (query->command != COMMAND_SELECT || !query->has_aggregates || query->has_windows ||
        query->has_set_functions || query->has_group_by || query->group_count != 0 ||
        query->grouping_set_count != 0 || query->having != NULL || query->cte_count != 0 ||
        query->row_mark_count != 0 || query->from_count != 1 || query->from[0]->is_join)
        return false;
    m->range = query->from[0]->range;
    const struct range *range = query->ranges[m->range];
    if (range->kind != RANGE_TABLE || range->table.sample != NULL ||
        range->table.table->virtual_table != NULL ||
        (query->where != NULL && expr_is_volatile(query->where)))
        return false;
    const struct plan_context *context = m->planner->context;
    m->table = context->table(context->object, range->table.table->table);
    m->is_possible = true;
    for (uint32_t i = 0; i < query->target_count; i++)
        check_calls(m, query->targets[i].expr);
    return m->is_possible;
}

/* ---- the query instead ---- */

/* What is read from queries around is one query further out now. */
static struct expr *
one_further(void *object, struct expr *e, uint32_t depth)
{
    struct minmax *m = object;
    struct expr *copy = arena_copy(m->planner->arena, e, sizeof *e);
    uint32_t *levels_up =
        e->kind == EXPR_COLUMN ? &copy->column.levels_up : &copy->aggregate.levels_up;

    *levels_up += *levels_up > depth;
    return copy;
}

static struct expr *
not_null(struct arena *arena, struct expr *e)
{
    struct expr *test = expr_new(arena, EXPR_NULL_TEST, TYPE_BOOL, -1);

    test->null_test.is_not = true;
    test->arg_count = 1;
    test->args = arena_copy(arena, &e, sizeof e);
    expr_measure(test);
    return test;
}

static bool
is_never_null(const struct minmax *m, const struct expr *arg)
{
    for (uint16_t i = 0; i < m->table->column_count; i++) {
        if (m->table->columns[i].is_not_null && is_column_of(m, arg, m->table->columns[i].attr))
            return true;
    }
    return false;
}

/* SELECT arg FROM t WHERE ... AND arg IS NOT NULL ORDER BY arg LIMIT 1; null: it cannot be said. */
static struct query *
first_of(struct minmax *m, const struct expr *call)
{
    struct arena *arena = m->planner->arena;
    const struct types *types = m->planner->types;
    const struct operator_info *less =
        types_operator(types, call->aggregate.ref.func->aggregate->sort_operator);
    struct query_map map = {.arena = arena, .change = one_further, .object = m};
    struct query *query = arena_alloc_zero(arena, sizeof *query);
    struct expr *arg = map_expr(&map, call->args[0]);
    bool is_descending = types_btree_strategy(types, less->op) == BTREE_GT;

    query->command = COMMAND_SELECT;
    query->range_count = m->query->range_count;
    query->ranges = m->query->ranges;
    query->from_count = 1;
    query->from = m->query->from;
    query->where = map_expr(&map, m->query->where);
    if (!is_never_null(m, arg))
        query->where = and_exprs(arena, query->where, not_null(arena, arg));
    query->target_count = 1;
    query->targets = arena_alloc_zero(arena, sizeof *query->targets);
    query->targets[0].expr = arg;
    query->targets[0].name = call->aggregate.ref.func->name;
    query->result = RANGE_NONE;
    query->order_count = 1;
    query->order = arena_alloc_zero(arena, sizeof *query->order);
    query->order[0] =
        (struct sort_key){.less = less,
                          .equal = types_btree_operator(types, less->left, less->right, BTREE_EQ),
                          .is_descending = is_descending,
                          .nulls_first = is_descending,
                          .collation = arg->collation};
    query->limit = expr_const(arena, TYPE_INT8, -1, i64_datum(1), -1);
    query->limit->constant.phys = PHYS_I64;
    return map.has_failed ? NULL : query;
}

static struct expr *
replace_calls(void *object, struct expr *e)
{
    struct minmax *m = object;

    if (e->kind != EXPR_AGGREGATE)
        return expr_map(m->planner->arena, e, replace_calls, m);
    struct query *query = first_of(m, e);
    m->is_possible &= query != NULL;
    struct expr *sublink = expr_new(m->planner->arena, EXPR_SUBLINK, e->type, e->at);
    sublink->typmod = e->typmod;
    sublink->collation = e->collation;
    sublink->sublink.kind = SUBLINK_SCALAR;
    sublink->sublink.query = query;
    expr_measure(sublink);
    return sublink;
}

const struct query *
query_minmax(struct planner *planner, const struct query *query)
{
    struct minmax m = {.planner = planner, .query = query};

    if (!is_candidate(&m))
        return query;
    struct query *made = arena_copy(planner->arena, query, sizeof *query);
    made->has_aggregates = false;
    made->has_sublinks = true;
    made->from_count = 0;
    made->where = NULL;
    made->targets =
        arena_copy(planner->arena, query->targets, query->target_count * sizeof *query->targets);
    for (uint32_t i = 0; i < query->target_count; i++)
        made->targets[i].expr = replace_calls(&m, query->targets[i].expr);
    return m.is_possible ? made : query;
}
