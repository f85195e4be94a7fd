/*
 * bind_op.c: what the grammar writes with operators: a op b, op ANY, IN, BETWEEN, LIKE, DISTINCT
 * FROM, NULLIF, and comparisons of rows.
 */
#include "sql/analysis_int.h"

static struct object_name
plain_operator(const char *name, int32_t at)
{
    return (struct object_name){NULL, name, at};
}

static bool
is_row(const PgQuery__Node *node)
{
    return node != NULL && node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR;
}

struct expr *
join_conditions(struct analysis *an, enum expr_kind kind, struct expr **args, uint32_t count,
                int32_t at)
{
    if (count == 1)
        return args[0];
    struct expr *e = expr_new(an->arena, kind, TYPE_BOOL, at);
    e->arg_count = count;
    e->args = arena_copy(an->arena, args, count * sizeof *args);
    expr_done(an, e);
    return e;
}

/* ---- rows ---- */

/* The btree meaning of every operator of the pairs, the same for all; 0: none; 6: <>. */
#define ROW_NOT_EQUAL 6

static int
row_strategy(struct analysis *an, struct expr *const *pairs, uint32_t count)
{
    int strategy = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct operator_info *op = pairs[i]->func.op;
        int own = types_btree_strategy(an->types, op->op);
        if (own == 0 && types_btree_strategy(an->types, op->negator) == BTREE_EQ)
            own = ROW_NOT_EQUAL;
        if (own == 0 || (strategy != 0 && own != strategy))
            return 0;
        strategy = own;
    }
    return strategy;
}

static struct expr *
row_compare_node(struct analysis *an, int strategy, struct expr *const *pairs, uint32_t count,
                 int32_t at)
{
    struct expr *e = expr_new(an->arena, EXPR_ROW_COMPARE, TYPE_BOOL, at);
    e->row_compare.op = (enum btree_op)strategy;
    e->row_compare.column_count = count;
    e->row_compare.operators =
        arena_alloc_array(an->arena, count, sizeof *e->row_compare.operators);
    e->row_compare.input_collations =
        arena_alloc_array(an->arena, count, sizeof *e->row_compare.input_collations);
    e->arg_count = 2 * count;
    e->args = arena_alloc_array(an->arena, e->arg_count, sizeof *e->args);
    for (uint32_t i = 0; i < count; i++) {
        e->row_compare.operators[i] = pairs[i]->func.op;
        e->row_compare.input_collations[i] = pairs[i]->func.input_collation;
        e->args[i] = pairs[i]->args[0];
        e->args[count + i] = pairs[i]->args[1];
    }
    expr_done(an, e);
    return e;
}

struct expr *
compare_rows(struct level *level, struct object_name op, struct expr *const *left,
             uint32_t left_count, struct expr *const *right, uint32_t right_count)
{
    struct analysis *an = level->an;
    if (left_count != right_count)
        fail(an, op.at, SQLSTATE_SYNTAX_ERROR, "unequal number of entries in row expressions");
    if (left_count == 0)
        fail(an, op.at, SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot compare rows of zero length");
    struct expr **pairs = arena_alloc_array(an->arena, left_count, sizeof *pairs);
    for (uint32_t i = 0; i < left_count; i++) {
        pairs[i] = bind_operator(level, op, left[i], right[i]);
        if (pairs[i]->type != TYPE_BOOL)
            fail(an, op.at, SQLSTATE_DATATYPE_MISMATCH,
                 "row comparison operator must yield type boolean, not type %s",
                 type_text(an, pairs[i]->type, -1));
        if (expr_returns_set(pairs[i]))
            fail(an, op.at, SQLSTATE_DATATYPE_MISMATCH,
                 "row comparison operator must not return a set");
    }
    if (left_count == 1)
        return pairs[0];
    int strategy = row_strategy(an, pairs, left_count);
    switch (strategy) {
    case 0:
        fail_hint(an, op.at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "Row comparison operators must be associated with btree operator families.",
                  "could not determine interpretation of row comparison operator %s", op.name);
    case BTREE_EQ:
        return join_conditions(an, EXPR_AND, pairs, left_count, op.at);
    case ROW_NOT_EQUAL:
        return join_conditions(an, EXPR_OR, pairs, left_count, op.at);
    default:
        return row_compare_node(an, strategy, pairs, left_count, op.at);
    }
}

/* (a, b) op (SELECT x, y ...): by the fields of the one row. */
static struct expr *
compare_row_with_sublink(struct level *level, struct object_name op, struct expr *left,
                         const PgQuery__SubLink *node)
{
    struct expr *row = bind_row_sublink(level, node);
    uint32_t count = 0;
    struct expr **fields = row_fields(level, row, &count);
    if (count > left->arg_count)
        fail(level->an, op.at, SQLSTATE_SYNTAX_ERROR, "subquery has too many columns");
    if (count < left->arg_count)
        fail(level->an, op.at, SQLSTATE_SYNTAX_ERROR, "subquery has too few columns");
    return compare_rows(level, op, left->args, left->arg_count, fields, count);
}

static struct expr *
bind_plain(struct level *level, const PgQuery__AExpr *node)
{
    struct object_name op = operator_name(level->an, NODES(node, name), node->location);
    if (is_row(node->lexpr) && node->rexpr != NULL &&
        node->rexpr->node_case == PG_QUERY__NODE__NODE_SUB_LINK &&
        node->rexpr->sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return compare_row_with_sublink(level, op, bind_expr(level, node->lexpr),
                                        node->rexpr->sub_link);
    struct expr *left = node->lexpr == NULL ? NULL : bind_expr(level, node->lexpr);
    struct expr *right = bind_expr(level, node->rexpr);
    if (is_row(node->lexpr) && is_row(node->rexpr))
        return compare_rows(level, op, left->args, left->arg_count, right->args, right->arg_count);
    return bind_operator(level, op, left, right);
}

/* ---- ANY, ALL and IN ---- */

struct expr *
array_compare(struct level *level, struct object_name name, bool is_all, struct expr *left,
              struct expr *right)
{
    struct analysis *an = level->an;
    oid right_element = TYPE_UNKNOWN;
    if (right->type != TYPE_UNKNOWN) {
        right_element = array_element(an, base_type(an, right->type));
        if (right_element == OID_NONE)
            fail(an, name.at, SQLSTATE_WRONG_OBJECT_TYPE,
                 "op ANY/ALL (array) requires array on right side");
    }
    const struct operator_info *op = operator_choose(an, name, left->type, right_element, false);
    const struct func_info *func = scope_func(an->scope, op->func);
    if (func == NULL)
        fail(an, name.at, SQLSTATE_FEATURE_NOT_SUPPORTED, "operator %s is not supported yet",
             op->name);
    oid actual[2] = {left->type, right_element}, declared[2] = {op->left, op->right};
    oid result = generic_resolve(an, actual, declared, 2, op->result);
    if (result != TYPE_BOOL)
        fail(an, name.at, SQLSTATE_WRONG_OBJECT_TYPE,
             "op ANY/ALL (array) requires operator to yield boolean");
    oid array = array_of(an, declared[1]);
    if (array == OID_NONE)
        fail(an, name.at, SQLSTATE_UNDEFINED_OBJECT, "could not find array type for data type %s",
             type_text(an, declared[1], -1));

    struct expr *e = expr_new(an->arena, EXPR_ARRAY_COMPARE, TYPE_BOOL, name.at);
    e->array_compare.ref = (struct func_ref){.func = func, .op = op, .form = FORM_OPERATOR};
    e->array_compare.is_all = is_all;
    e->arg_count = 2;
    e->args = arena_alloc_array(an->arena, 2, sizeof *e->args);
    e->args[0] = coerce_implicit(an, left, declared[0]);
    e->args[1] = coerce_implicit(an, right, array);
    expr_done(an, e);
    return e;
}

static struct expr *
bind_any_all(struct level *level, const PgQuery__AExpr *node, bool is_all)
{
    struct expr *left = bind_expr(level, node->lexpr);
    struct expr *right = bind_expr(level, node->rexpr);
    struct object_name op = operator_name(level->an, NODES(node, name), node->location);
    return array_compare(level, op, is_all, left, right);
}

static bool
reads_own_level(void *object, const struct expr *e)
{
    (void)object;
    if (e->kind == EXPR_COLUMN)
        return e->column.levels_up == 0;
    return e->kind == EXPR_SUBLINK || expr_walk(e, reads_own_level, NULL);
}

/* The list's constant items as one array compared at once; null if they have no common type. */
static struct expr *
in_array(struct level *level, struct object_name op, bool is_not, struct expr *left,
         const struct list *items)
{
    struct analysis *an = level->an;
    struct expr **all = arena_alloc_array(an->arena, items->count + 1, sizeof *all);
    all[0] = left;
    memcpy(all + 1, items->items, items->count * sizeof *all);
    oid type = common_type(an, all, items->count + 1, NULL, NULL);
    if (type == OID_NONE || type == TYPE_RECORD ||
        scope_type(an->scope, array_of(an, type)) == NULL)
        return NULL;
    for (uint32_t i = 0; i <= items->count; i++) {
        if (!can_coerce(an, 1, &all[i]->type, &type, CAST_IMPLICIT))
            return NULL;
    }
    struct expr *array = expr_new(an->arena, EXPR_ARRAY, array_of(an, type), -1);
    array->array.element = type;
    array->arg_count = items->count;
    array->args = all + 1;
    for (uint32_t i = 0; i < items->count; i++)
        array->args[i] = coerce_common(an, array->args[i], type, "IN");
    expr_done(an, array);
    struct expr *e = array_compare(level, op, is_not, left, array);
    e->array_compare.is_list = true;
    return e;
}

/* A row as it was written, not one that was converted to a composite type: that is one value. */
static bool
is_bare_row(const struct expr *e)
{
    return e->kind == EXPR_ROW && e->type == TYPE_RECORD;
}

static struct expr *
in_item(struct level *level, struct object_name op, struct expr *left, struct expr *item)
{
    struct expr *test;
    if (is_bare_row(left) && is_bare_row(item))
        test = compare_rows(level, op, left->args, left->arg_count, item->args, item->arg_count);
    else
        test = bind_operator(level, op, left, item);
    return coerce_boolean(level->an, test, "IN");
}

static struct expr *
bind_in(struct level *level, const PgQuery__AExpr *node)
{
    struct analysis *an = level->an;
    struct object_name op = operator_name(an, NODES(node, name), node->location);
    bool is_not = strcmp(op.name, "<>") == 0;
    struct nodes nodes = tree_list(node->rexpr);
    struct expr *left = bind_expr(level, node->lexpr);
    struct list constants = {.count = 0}, others = {.count = 0};
    bool has_row = is_bare_row(left);
    for (size_t i = 0; i < nodes.count; i++) {
        struct expr *item = bind_expr(level, nodes.items[i]);
        has_row |= is_bare_row(item);
        list_add(an->arena, reads_own_level(NULL, item) ? &others : &constants, item);
    }
    struct list tests = {.count = 0};
    struct expr *array = NULL;
    if (constants.count > 1 && !has_row)
        array = in_array(level, op, is_not, left, &constants);
    if (array != NULL)
        list_add(an->arena, &tests, array);
    for (uint32_t i = 0; array == NULL && i < constants.count; i++)
        list_add(an->arena, &tests, in_item(level, op, left, constants.items[i]));
    for (uint32_t i = 0; i < others.count; i++)
        list_add(an->arena, &tests, in_item(level, op, left, others.items[i]));
    return join_conditions(an, is_not ? EXPR_AND : EXPR_OR, (struct expr **)tests.items,
                           tests.count, node->location);
}

/* ---- DISTINCT FROM and NULLIF ---- */

/* An equality as another kind of node. */
static struct expr *
from_equality(struct level *level, enum expr_kind kind, struct object_name op, struct expr *left,
              struct expr *right, const char *what)
{
    struct analysis *an = level->an;
    struct expr *e = bind_operator(level, op, left, right);
    if (e->type != TYPE_BOOL)
        fail(an, op.at, SQLSTATE_DATATYPE_MISMATCH, "%s requires = operator to yield boolean",
             what);
    if (e->func.func->is_set)
        fail(an, op.at, SQLSTATE_DATATYPE_MISMATCH, "%s must not return a set", what);
    e->kind = kind;
    return e;
}

static struct expr *
distinct_rows(struct level *level, struct object_name op, const struct expr *left,
              const struct expr *right)
{
    struct analysis *an = level->an;
    if (left->arg_count != right->arg_count)
        fail(an, op.at, SQLSTATE_SYNTAX_ERROR, "unequal number of entries in row expressions");
    if (left->arg_count == 0)
        return expr_bool(an->arena, false);
    struct expr **pairs = arena_alloc_array(an->arena, left->arg_count, sizeof *pairs);
    for (uint32_t i = 0; i < left->arg_count; i++)
        pairs[i] = from_equality(level, EXPR_DISTINCT, op, left->args[i], right->args[i],
                                 "IS DISTINCT FROM");
    return join_conditions(an, EXPR_OR, pairs, left->arg_count, op.at);
}

static bool
is_null_const(const struct expr *e)
{
    return e->kind == EXPR_CONST && e->constant.is_null && e->type == TYPE_UNKNOWN;
}

static struct expr *
bind_distinct(struct level *level, const PgQuery__AExpr *node, bool is_not)
{
    struct analysis *an = level->an;
    struct object_name op = operator_name(an, NODES(node, name), node->location);
    struct expr *left = bind_expr(level, node->lexpr);
    struct expr *right = bind_expr(level, node->rexpr);
    if (is_null_const(right))
        return null_test_node(an, left, !is_not, node->location);
    if (is_null_const(left))
        return null_test_node(an, right, !is_not, node->location);
    struct expr *e;
    if (is_row(node->lexpr) && is_row(node->rexpr))
        e = distinct_rows(level, op, left, right);
    else
        e = from_equality(level, EXPR_DISTINCT, op, left, right, "IS DISTINCT FROM");
    return is_not ? not_node(an, e, node->location) : e;
}

static struct expr *
bind_nullif(struct level *level, const PgQuery__AExpr *node)
{
    struct object_name op = operator_name(level->an, NODES(node, name), node->location);
    struct expr *left = bind_expr(level, node->lexpr);
    struct expr *right = bind_expr(level, node->rexpr);
    struct expr *e = from_equality(level, EXPR_NULLIF, op, left, right, "NULLIF");
    e->type = e->args[0]->type;
    e->typmod = e->args[0]->typmod;
    expr_done(level->an, e);
    return e;
}

/* ---- BETWEEN ---- */

/* low_op and high_op between the value and the bounds, joined. */
static struct expr *
between(struct level *level, const char *low_op, const char *high_op, enum expr_kind joint,
        struct expr *value, struct expr *low, struct expr *high, int32_t at)
{
    struct expr *tests[2] = {
        bind_operator(level, plain_operator(low_op, at), value, low),
        bind_operator(level, plain_operator(high_op, at), value, high),
    };
    const char *name = joint == EXPR_AND ? "AND" : "OR";
    tests[0] = coerce_boolean(level->an, tests[0], name);
    tests[1] = coerce_boolean(level->an, tests[1], name);
    return join_conditions(level->an, joint, tests, 2, at);
}

static struct expr *
bind_between(struct level *level, const PgQuery__AExpr *node)
{
    struct nodes bounds = tree_list(node->rexpr);
    int32_t at = node->location;
    struct expr *value = bind_expr(level, node->lexpr);
    struct expr *low = bind_expr(level, bounds.items[0]);
    struct expr *high = bind_expr(level, bounds.items[1]);
    struct expr *either[2];
    switch (node->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
        return between(level, ">=", "<=", EXPR_AND, value, low, high, at);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
        return between(level, "<", ">", EXPR_OR, value, low, high, at);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
        either[0] = between(level, ">=", "<=", EXPR_AND, value, low, high, at);
        either[1] = between(level, ">=", "<=", EXPR_AND, value, high, low, at);
        return join_conditions(level->an, EXPR_OR, either, 2, at);
    default:
        either[0] = between(level, "<", ">", EXPR_OR, value, low, high, at);
        either[1] = between(level, "<", ">", EXPR_OR, value, high, low, at);
        return join_conditions(level->an, EXPR_AND, either, 2, at);
    }
}

struct expr *
bind_a_expr(struct level *level, const PgQuery__AExpr *node)
{
    switch (node->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
        return bind_plain(level, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
        return bind_any_all(level, node, false);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        return bind_any_all(level, node, true);
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
        return bind_distinct(level, node, false);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
        return bind_distinct(level, node, true);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        return bind_nullif(level, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        return bind_in(level, node);
    default:
        return bind_between(level, node);
    }
}
