/*
 * agg.c: aggregate calls: which query they belong to, their ORDER BY, DISTINCT and FILTER; and
 * GROUPING().
 *
 * An aggregate belongs to the innermost query among those whose columns its arguments read; so
 * inside a subquery it may be the outer query's, which is then where it must be allowed.
 */
#include "sql/analysis_int.h"

/* ---- the query it belongs to ---- */

struct owner {
    uint32_t level; /* the least number of levels up of a column; UINT32_MAX: no column */
    uint32_t aggregate_level;
    int32_t aggregate_at;
    const struct expr *set_function, *window;
};

static enum visit
find_owner(void *object, const struct expr *e, uint32_t depth)
{
    struct owner *owner = object;
    if (e->kind == EXPR_COLUMN && e->column.levels_up >= depth) {
        uint32_t up = e->column.levels_up - depth;
        owner->level = up < owner->level ? up : owner->level;
        return VISIT_INTO;
    }
    if (e->kind == EXPR_AGGREGATE || e->kind == EXPR_GROUPING) {
        uint32_t own = e->kind == EXPR_AGGREGATE ? e->aggregate.levels_up : e->grouping.levels_up;
        if (own >= depth && own - depth < owner->aggregate_level) {
            owner->aggregate_level = own - depth;
            owner->aggregate_at = e->at;
        }
        return VISIT_INTO;
    }
    if (depth == 0 && e->kind == EXPR_WINDOW && owner->window == NULL)
        owner->window = e;
    if (depth == 0 && e->kind == EXPR_FUNC && e->func.func->is_set && owner->set_function == NULL)
        owner->set_function = e;
    return VISIT_INTO;
}

static void
find_owner_of(struct owner *owner, struct expr *const *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        levels_walk(args[i], find_owner, owner);
}

static uint32_t
owner_level(const struct analysis *an, const struct owner *owner)
{
    if (owner->set_function != NULL)
        fail_hint(an, owner->set_function->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "You might be able to move the set-returning function into a LATERAL FROM item.",
                  "aggregate function calls cannot contain set-returning function calls");
    if (owner->window != NULL)
        fail(an, owner->window->at, SQLSTATE_GROUPING_ERROR,
             "aggregate function calls cannot contain window function calls");
    uint32_t level = owner->level;
    if (level == UINT32_MAX)
        level = owner->aggregate_level == UINT32_MAX ? 0 : owner->aggregate_level;
    if (owner->aggregate_level < level)
        level = owner->aggregate_level;
    if (owner->aggregate_level == level)
        fail(an, owner->aggregate_at, SQLSTATE_GROUPING_ERROR,
             "aggregate function calls cannot be nested");
    return level;
}

static void
enter_owner(struct level *level, uint32_t levels_up, int32_t at, bool is_grouping)
{
    for (uint32_t i = 0; i < levels_up; i++)
        level = level->parent;
    check_aggregate_clause(level, at, is_grouping);
    level->query->has_aggregates = true;
}

/* ---- ORDER BY and DISTINCT ---- */

static void
bind_order(struct level *level, struct bound_call *call, struct aggregate_call *aggregate,
           struct expr *e)
{
    struct analysis *an = level->an;
    const PgQuery__FuncCall *node = call->node;
    struct list targets = {.count = 0}, order = {.count = 0}, distinct = {.count = 0};
    for (uint32_t i = 0; i < call->arg_count; i++)
        target_add(level, &targets, call->args[i], NULL, false);

    level->is_aggregate_order = true;
    enum clause outer = level->clause;
    bind_sort(level, NODES(node, agg_order), &targets, &order, CLAUSE_ORDER_BY);
    level->clause = outer;
    level->is_aggregate_order = false;
    if (node->agg_distinct) {
        bind_distinct_all(level, &targets, &order, &distinct, true);
        for (uint32_t i = 0; i < distinct.count; i++) {
            const struct sort_key *key = distinct.items[i];
            if (key->less == NULL)
                fail_detail(an, e->at, SQLSTATE_UNDEFINED_FUNCTION,
                            "Aggregates with DISTINCT must be able to sort their inputs.",
                            "could not identify an ordering operator for type %s",
                            type_text(an, call->args[key->item]->type, -1));
        }
    }
    const struct list *keys = node->agg_distinct ? &distinct : &order;
    aggregate->is_distinct = node->agg_distinct;
    aggregate->order_count = keys->count;
    aggregate->order = list_flatten(an->arena, keys, sizeof(struct sort_key));
    e->arg_count = targets.count;
    e->args = arena_alloc_array(an->arena, targets.count, sizeof *e->args);
    for (uint32_t i = 0; i < targets.count; i++)
        e->args[i] = ((struct target *)targets.items[i])->expr;
}

/* WITHIN GROUP: the arguments to order by are the last; all before them are direct. */
static void
bind_ordered_set(struct level *level, struct bound_call *call, struct aggregate_call *aggregate,
                 struct expr *e)
{
    struct analysis *an = level->an;
    const PgQuery__FuncCall *node = call->node;
    struct list targets = {.count = 0}, order = {.count = 0};
    aggregate->direct_count = call->arg_count - (uint32_t)node->n_agg_order;
    aggregate->direct = call->args;
    aggregate->call_arg_count = (uint32_t)node->n_agg_order;
    for (uint32_t i = 0; i < aggregate->call_arg_count; i++) {
        target_add(level, &targets, call->args[aggregate->direct_count + i], NULL, false);
        sort_key_add(level, &order, &targets, i, node->agg_order[i]->sort_by);
    }
    aggregate->order_count = order.count;
    aggregate->order = list_flatten(an->arena, &order, sizeof(struct sort_key));
    e->arg_count = targets.count;
    e->args = arena_alloc_array(an->arena, targets.count, sizeof *e->args);
    for (uint32_t i = 0; i < targets.count; i++)
        e->args[i] = ((struct target *)targets.items[i])->expr;
}

static void
check_direct(const struct analysis *an, const struct aggregate_call *aggregate, int32_t at)
{
    struct owner owner = {.level = UINT32_MAX, .aggregate_level = UINT32_MAX};
    find_owner_of(&owner, aggregate->direct, aggregate->direct_count);
    if (owner.level < aggregate->levels_up)
        fail(an, at, SQLSTATE_GROUPING_ERROR,
             "outer-level aggregate cannot contain a lower-level variable in its direct arguments");
    if (owner.aggregate_level <= aggregate->levels_up)
        fail(an, owner.aggregate_at, SQLSTATE_GROUPING_ERROR,
             "aggregate function calls cannot be nested");
}

struct expr *
bind_aggregate(struct level *level, struct bound_call *call)
{
    struct analysis *an = level->an;
    const PgQuery__FuncCall *node = call->node;
    struct expr *e = expr_new(an->arena, EXPR_AGGREGATE, call->type, node->location);
    struct aggregate_call *aggregate = &e->aggregate;
    aggregate->ref = call->ref;
    aggregate->is_star = node->agg_star;
    aggregate->call_arg_count = call->arg_count;
    if (node->agg_distinct && call->arg_count == 0)
        fail(an, node->location, SQLSTATE_WRONG_OBJECT_TYPE,
             "DISTINCT specified, but %s has no arguments", call->ref.func->name);
    if (node->agg_within_group)
        bind_ordered_set(level, call, aggregate, e);
    else
        bind_order(level, call, aggregate, e);
    aggregate->filter = bind_where(level, node->agg_filter, CLAUSE_FILTER);

    struct owner owner = {.level = UINT32_MAX, .aggregate_level = UINT32_MAX};
    find_owner_of(&owner, e->args, e->arg_count);
    if (aggregate->filter != NULL)
        find_owner_of(&owner, &aggregate->filter, 1);
    aggregate->levels_up = owner_level(an, &owner);
    check_direct(an, aggregate, node->location);
    enter_owner(level, aggregate->levels_up, node->location, false);
    expr_done(an, e);
    return e;
}

/* ---- GROUPING ---- */

struct expr *
bind_grouping(struct level *level, const PgQuery__GroupingFunc *node)
{
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, EXPR_GROUPING, TYPE_INT4, node->location);
    if (node->n_args > 31)
        fail(an, node->location, SQLSTATE_TOO_MANY_ARGUMENTS,
             "GROUPING must have fewer than 32 arguments");
    e->args = arena_alloc_array(an->arena, node->n_args, sizeof *e->args);
    e->grouping.groups = arena_alloc_zero(an->arena, node->n_args * sizeof(uint32_t));
    for (size_t i = 0; i < node->n_args; i++)
        e->args[e->arg_count++] = bind_expr(level, node->args[i]);
    struct owner owner = {.level = UINT32_MAX, .aggregate_level = UINT32_MAX};
    find_owner_of(&owner, e->args, e->arg_count);
    e->grouping.levels_up = owner.level == UINT32_MAX ? 0 : owner.level;
    enter_owner(level, e->grouping.levels_up, node->location, true);
    struct level *own = level;
    for (uint32_t i = 0; i < e->grouping.levels_up; i++)
        own = own->parent;
    list_add(an->arena, &own->groupings, e);
    expr_done(an, e);
    return e;
}
