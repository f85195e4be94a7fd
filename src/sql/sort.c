/*
 * sort.c: ORDER BY, GROUP BY and DISTINCT items: which target each means, and how it compares.
 *
 * SQL-92 lets an item be a result column's name or number; what is neither is an expression, which
 * is a target already or becomes one that is not shown (junk).
 */
#include "sql/analysis_int.h"

static const char *
clause_name(enum clause clause)
{
    switch (clause) {
    case CLAUSE_GROUP_BY:
        return "GROUP BY";
    case CLAUSE_DISTINCT_ON:
        return "DISTINCT ON";
    case CLAUSE_WINDOW_PARTITION:
        return "PARTITION BY";
    default:
        return "ORDER BY";
    }
}

/* ---- which target ---- */

/* Implicit conversions at the top do not make it another expression. */
static const struct expr *
strip_implicit(const struct expr *e)
{
    for (;;) {
        bool is_implicit_cast = ((e->kind == EXPR_RELABEL || e->kind == EXPR_CAST_INOUT ||
                                  e->kind == EXPR_CAST_ARRAY || e->kind == EXPR_CAST_DOMAIN) &&
                                 e->cast_form == FORM_CAST_IMPLICIT) ||
                                (e->kind == EXPR_FUNC && e->func.form == FORM_CAST_IMPLICIT);
        if (!is_implicit_cast)
            return e;
        e = e->args[0];
    }
}

uint32_t
target_of_expr(struct level *level, const PgQuery__Node *node, struct list *targets,
               enum clause clause)
{
    struct expr *e = bind_in_clause(level, node, clause);
    for (uint32_t i = 0; i < targets->count; i++) {
        const struct target *target = targets->items[i];
        if (expr_equal(e, strip_implicit(target->expr)))
            return i;
    }
    target_add(level, targets, e, NULL, true);
    return targets->count - 1;
}

static uint32_t
target_by_name(struct level *level, const char *name, int32_t at, const struct list *targets,
               enum clause clause)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < targets->count; i++) {
        const struct target *target = targets->items[i];
        if (target->is_junk || strcmp(target->name, name) != 0)
            continue;
        if (found != UINT32_MAX &&
            !expr_equal(((struct target *)targets->items[found])->expr, target->expr))
            fail(level->an, at, SQLSTATE_AMBIGUOUS_COLUMN, "%s \"%s\" is ambiguous",
                 clause_name(clause), name);
        if (found == UINT32_MAX)
            found = i;
    }
    return found;
}

static uint32_t
target_by_number(struct level *level, const PgQuery__AConst *node, const struct list *targets,
                 enum clause clause)
{
    if (node->isnull || node->val_case != PG_QUERY__A__CONST__VAL_IVAL)
        fail(level->an, node->location, SQLSTATE_SYNTAX_ERROR, "non-integer constant in %s",
             clause_name(clause));
    int32_t wanted = node->ival->ival, number = 0;
    for (uint32_t i = 0; i < targets->count; i++) {
        const struct target *target = targets->items[i];
        if (!target->is_junk && ++number == wanted)
            return i;
    }
    fail(level->an, node->location, SQLSTATE_INVALID_COLUMN_REFERENCE,
         "%s position %d is not in select list", clause_name(clause), wanted);
}

static bool
contains_aggregate(void *object, const struct expr *e)
{
    (void)object;
    return (e->kind == EXPR_AGGREGATE && e->aggregate.levels_up == 0) ||
           expr_walk(e, contains_aggregate, NULL);
}

/* GROUP BY 1 may not mean an aggregate. */
static void
check_named_target(struct level *level, const struct target *target, int32_t at, enum clause clause)
{
    if (clause != CLAUSE_GROUP_BY)
        return;
    if (contains_aggregate(NULL, target->expr))
        fail(level->an, at, SQLSTATE_GROUPING_ERROR, "aggregate functions are not allowed in %s",
             "GROUP BY");
    if (expr_contains(target->expr, EXPR_WINDOW))
        fail(level->an, at, SQLSTATE_WINDOWING_ERROR, "window functions are not allowed in %s",
             "GROUP BY");
}

uint32_t
target_of_item(struct level *level, const PgQuery__Node *node, struct list *targets,
               enum clause clause)
{
    uint32_t found = UINT32_MAX;
    int32_t at = tree_at(node);
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node->column_ref->n_fields == 1) {
        const char *name = tree_string(node->column_ref->fields[0]);
        /* In GROUP BY a column of FROM goes before a result column of the same name. */
        bool is_column =
            name != NULL && clause == CLAUSE_GROUP_BY && column_find(level, name, at, true) != NULL;
        if (name != NULL && !is_column)
            found = target_by_name(level, name, at, targets, clause);
    } else if (node->node_case == PG_QUERY__NODE__NODE_A_CONST) {
        found = target_by_number(level, node->a_const, targets, clause);
    }
    if (found == UINT32_MAX)
        return target_of_expr(level, node, targets, clause);
    check_named_target(level, targets->items[found], at, clause);
    return found;
}

/* ---- how it compares ---- */

static void
settle_unknown(struct level *level, struct target *target)
{
    if (target->expr->type == TYPE_UNKNOWN)
        target->expr = coerce_implicit(level->an, target->expr, TYPE_TEXT);
}

static _Noreturn void
fail_no_order(const struct analysis *an, oid type, int32_t at)
{
    fail_hint(an, at, SQLSTATE_UNDEFINED_FUNCTION,
              "Use an explicit ordering operator or modify the query.",
              "could not identify an ordering operator for type %s", type_text(an, type, -1));
}

static bool
is_in_keys(const struct list *keys, uint32_t item, const struct operator_info *less)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct sort_key *key = keys->items[i];
        if (key->item == item && (less == NULL || key->less == less ||
                                  (key->less != NULL && key->less->commutator == less->op)))
            return true;
    }
    return false;
}

/* USING op: must be the < or > of some order. */
static void
order_using(struct level *level, const PgQuery__SortBy *node, oid type, struct sort_key *key)
{
    struct analysis *an = level->an;
    int32_t at = node->location >= 0 ? node->location : tree_at(node->node);
    struct object_name name = operator_name(an, NODES(node, use_op), at);
    const struct operator_info *op = operator_choose(an, name, type, type, false);
    int strategy = types_btree_strategy(an->types, op->op);
    if (strategy != BTREE_LT && strategy != BTREE_GT)
        fail_hint(an, at, SQLSTATE_WRONG_OBJECT_TYPE,
                  "Ordering operators must be \"<\" or \">\" members of btree operator families.",
                  "operator %s is not a valid ordering operator", name.name);
    key->less = op;
    key->is_descending = strategy == BTREE_GT;
}

void
sort_key_add(struct level *level, struct list *keys, struct list *targets, uint32_t item,
             const PgQuery__SortBy *node)
{
    struct analysis *an = level->an;
    struct target *target = targets->items[item];
    int32_t at = node == NULL                                ? -1
                 : node->location >= 0 && node->n_use_op > 0 ? node->location
                                                             : tree_start(node->node);
    settle_unknown(level, target);
    struct order_operators order = order_operators(an, target->expr->type);
    struct sort_key *key = arena_alloc_zero(an->arena, sizeof *key);
    key->item = item;
    key->equal = order.equal;
    key->less = order.less;
    key->can_hash = order.can_hash;
    key->collation = target->expr->collation;
    PgQuery__SortByDir dir =
        node == NULL ? PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT : node->sortby_dir;
    if (dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC) {
        key->less = order.greater;
        key->is_descending = true;
    } else if (dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING) {
        order_using(level, node, target->expr->type, key);
    }
    if (key->less == NULL || key->equal == NULL)
        fail_no_order(an, target->expr->type, at);
    key->nulls_first = key->is_descending;
    if (node != NULL && node->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST)
        key->nulls_first = true;
    else if (node != NULL && node->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST)
        key->nulls_first = false;
    if (!is_in_keys(keys, item, key->less))
        list_add(an->arena, keys, key);
}

struct sort_key *
group_key_new(struct level *level, const struct list *targets, uint32_t item, int32_t at)
{
    struct analysis *an = level->an;
    struct target *target = targets->items[item];
    settle_unknown(level, target);
    struct order_operators order = order_operators(an, target->expr->type);
    if (order.equal == NULL)
        fail(an, at, SQLSTATE_UNDEFINED_FUNCTION,
             "could not identify an equality operator for type %s",
             type_text(an, target->expr->type, -1));
    struct sort_key *key = arena_alloc_zero(an->arena, sizeof *key);
    key->item = item;
    key->less = order.less;
    key->equal = order.equal;
    key->can_hash = order.can_hash;
    key->collation = target->expr->collation;
    return key;
}

void
bind_sort(struct level *level, struct nodes nodes, struct list *targets, struct list *keys,
          enum clause clause)
{
    bool by_name = clause == CLAUSE_ORDER_BY && !level->is_aggregate_order;
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__SortBy *node = nodes.items[i]->sort_by;
        uint32_t item = by_name ? target_of_item(level, node->node, targets, clause)
                                : target_of_expr(level, node->node, targets, clause);
        sort_key_add(level, keys, targets, item, node);
    }
}

/* ---- DISTINCT ---- */

void
bind_distinct_all(struct level *level, struct list *targets, const struct list *order,
                  struct list *keys, bool is_aggregate)
{
    struct analysis *an = level->an;
    for (uint32_t i = 0; i < order->count; i++) {
        struct sort_key *key = order->items[i];
        const struct target *target = targets->items[key->item];
        if (target->is_junk)
            fail(an, expr_start(target->expr), SQLSTATE_INVALID_COLUMN_REFERENCE,
                 is_aggregate ? "in an aggregate with DISTINCT, ORDER BY expressions must appear "
                                "in argument list"
                              : "for SELECT DISTINCT, ORDER BY expressions must appear in select "
                                "list");
        list_add(an->arena, keys, key);
    }
    for (uint32_t i = 0; i < targets->count; i++) {
        const struct target *target = targets->items[i];
        if (target->is_junk || is_in_keys(keys, i, NULL))
            continue;
        list_add(an->arena, keys, group_key_new(level, targets, i, expr_start(target->expr)));
    }
}

void
bind_distinct_on(struct level *level, struct nodes nodes, struct list *targets,
                 const struct list *order, struct list *keys)
{
    struct analysis *an = level->an;
    uint32_t *items = arena_alloc_array(an->arena, nodes.count, sizeof *items);
    for (size_t i = 0; i < nodes.count; i++)
        items[i] = target_of_item(level, nodes.items[i], targets, CLAUSE_DISTINCT_ON);
    /* What ORDER BY begins with must be these, in any order. */
    bool is_skipped = false;
    for (uint32_t i = 0; i < order->count; i++) {
        struct sort_key *key = order->items[i];
        bool is_wanted = false;
        for (size_t j = 0; j < nodes.count; j++)
            is_wanted |= items[j] == key->item;
        if (is_wanted && is_skipped)
            fail(an, tree_at(nodes.items[0]), SQLSTATE_INVALID_COLUMN_REFERENCE,
                 "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
        if (is_wanted)
            list_add(an->arena, keys, key);
        else
            is_skipped = true;
    }
    for (size_t j = 0; j < nodes.count; j++) {
        if (is_in_keys(keys, items[j], NULL))
            continue;
        if (is_skipped)
            fail(an, tree_at(nodes.items[j]), SQLSTATE_INVALID_COLUMN_REFERENCE,
                 "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
        list_add(an->arena, keys, group_key_new(level, targets, items[j], tree_at(nodes.items[j])));
    }
}
