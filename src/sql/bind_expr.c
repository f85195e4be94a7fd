/*
 * bind_expr.c: the parser's expressions to bound ones: the switch over all kinds, and the simple
 * kinds themselves.
 */
#include "sql/analysis_int.h"

#include <errno.h>
#include <stdlib.h>

#define PARAMS_MAX 65535

/* ---- constants and parameters ---- */

static struct expr *
literal(struct analysis *an, oid type, union datum value, int32_t at)
{
    struct expr *e = expr_const(an->arena, type, -1, value, at);
    expr_done(an, e);
    return e;
}

/* Bytes that outlive the parser's tree need no copy: the tree is in the statement's arena too, but
 * a raw list may be kept apart from what is made of it. */
static struct expr *
unknown_literal(struct analysis *an, const char *text, int32_t at)
{
    size_t bytes = strlen(text);
    union datum value = {.words = {0, 0}};
    value.view = view_of(arena_copy(an->arena, text, bytes + 1), bytes);
    struct expr *e = expr_new(an->arena, EXPR_CONST, TYPE_UNKNOWN, at);
    e->constant.value = value;
    e->constant.phys = PHYS_VIEW;
    expr_done(an, e);
    return e;
}

static struct expr *
int4_literal(struct analysis *an, int32_t number, int32_t at)
{
    union datum value = {.words = {0, 0}};
    value.i32 = number;
    return literal(an, TYPE_INT4, value, at);
}

/* Numbers that the parser did not take for int4: int4, int8 or numeric by size. */
static struct expr *
number_literal(struct analysis *an, const char *text, int32_t at)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text)
        return const_input(an, slice_text(text), TYPE_NUMERIC, -1, at);
    if (number >= INT32_MIN && number <= INT32_MAX)
        return int4_literal(an, (int32_t)number, at);
    union datum value = {.words = {0, 0}};
    value.i64 = number;
    return literal(an, TYPE_INT8, value, at);
}

static struct expr *
bind_const(struct analysis *an, const PgQuery__AConst *node)
{
    if (node->isnull) {
        struct expr *e = expr_null(an->arena, TYPE_UNKNOWN, -1, node->location);
        expr_done(an, e);
        return e;
    }
    switch (node->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        return int4_literal(an, node->ival->ival, node->location);
    case PG_QUERY__A__CONST__VAL_FVAL:
        return number_literal(an, node->fval->fval, node->location);
    case PG_QUERY__A__CONST__VAL_BOOLVAL: {
        union datum value = {.words = {0, 0}};
        value.b = node->boolval->boolval;
        return literal(an, TYPE_BOOL, value, node->location);
    }
    case PG_QUERY__A__CONST__VAL_SVAL:
        return unknown_literal(an, node->sval->sval, node->location);
    case PG_QUERY__A__CONST__VAL_BSVAL:
        if (scope_type(an->scope, TYPE_BIT) == NULL)
            fail_unsupported(an, node->location, "type bit");
        return const_input(an, slice_text(node->bsval->bsval), TYPE_BIT, -1, node->location);
    default:
        /* An empty protobuf message is the integer 0 left out. */
        return int4_literal(an, 0, node->location);
    }
}

/* Doubles: a statement may have 65,535 of them. */
static void
grow_params(struct analysis *an, uint32_t count)
{
    struct param_types *params = an->params;
    if (count > an->param_capacity) {
        uint32_t wider = an->param_capacity < 16 ? 16 : 2 * an->param_capacity;
        wider = wider < count ? count : wider;
        oid *types = arena_alloc_zero(an->arena, wider * sizeof *types);
        if (params->count > 0)
            memcpy(types, params->types, params->count * sizeof *types);
        params->types = types;
        an->param_capacity = wider;
    }
    params->count = count;
}

static struct expr *
bind_param(struct analysis *an, const PgQuery__ParamRef *node)
{
    struct param_types *params = an->params;
    uint32_t number = node->number > 0 ? (uint32_t)node->number : 0;
    bool is_known = params != NULL && number > 0 && number <= params->count;
    if (!is_known && params != NULL && params->can_infer && number > 0 && number <= PARAMS_MAX)
        grow_params(an, number);
    else if (!is_known || (!params->can_infer && params->types[number - 1] == OID_NONE))
        fail(an, node->location, SQLSTATE_UNDEFINED_PARAMETER, "there is no parameter $%d",
             node->number);
    oid type = params->types[number - 1];
    struct expr *e =
        expr_new(an->arena, EXPR_PARAM, type == OID_NONE ? TYPE_UNKNOWN : type, node->location);
    e->param.kind = PARAM_EXTERNAL;
    e->param.number = number;
    if (e->type == TYPE_UNKNOWN)
        list_add(an->arena, &an->open_params, e);
    expr_done(an, e);
    return e;
}

/* ---- casts ---- */

struct expr *
cast_explicit(struct analysis *an, struct expr *e, oid type, int32_t typmod, int32_t at)
{
    struct coercion how = {CAST_EXPLICIT, typmod, FORM_CAST_EXPLICIT, at};
    oid from = e->type;
    struct expr *cast = coerce_to(an, e, type, &how);
    if (cast == NULL)
        fail(an, at >= 0 ? at : expr_start(e), SQLSTATE_CANNOT_COERCE, "cannot cast type %s to %s",
             type_text(an, from, -1), type_text(an, type, -1));
    return cast;
}

static struct expr *
bind_cast(struct level *level, const PgQuery__TypeCast *node)
{
    struct analysis *an = level->an;
    int32_t typmod;
    oid type = typename_get(an, node->type_name, &typmod);
    int32_t at = node->location >= 0 ? node->location : node->type_name->location;
    if (node->arg->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
        oid element = array_element(an, base_type(an, type));
        if (element != OID_NONE) {
            struct expr *array =
                bind_array(level, node->arg->a_array_expr, base_type(an, type), element, typmod);
            return cast_explicit(an, array, type, typmod, at);
        }
    }
    return cast_explicit(an, bind_expr(level, node->arg), type, typmod, at);
}

/* ---- boolean constructs ---- */

static struct expr *
bind_bool(struct level *level, const PgQuery__BoolExpr *node)
{
    static const struct {
        enum expr_kind kind;
        const char *name;
    } kinds[] = {
        [PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR] = {EXPR_AND, "AND"},
        [PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR] = {EXPR_OR, "OR"},
        [PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR] = {EXPR_NOT, "NOT"},
    };
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, kinds[node->boolop].kind, TYPE_BOOL, node->location);
    e->args = arena_alloc_array(an->arena, node->n_args, sizeof *e->args);
    for (size_t i = 0; i < node->n_args; i++) {
        struct expr *arg = bind_expr(level, node->args[i]);
        e->args[e->arg_count++] = coerce_boolean(an, arg, kinds[node->boolop].name);
    }
    expr_done(an, e);
    return e;
}

static struct expr *
unary(struct analysis *an, enum expr_kind kind, struct expr *arg, int32_t at)
{
    struct expr *e = expr_new(an->arena, kind, TYPE_BOOL, at);
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &arg, sizeof arg);
    expr_done(an, e);
    return e;
}

struct expr *
not_node(struct analysis *an, struct expr *arg, int32_t at)
{
    return unary(an, EXPR_NOT, arg, at);
}

struct expr *
null_test_node(struct analysis *an, struct expr *arg, bool is_not, int32_t at)
{
    struct expr *e = unary(an, EXPR_NULL_TEST, arg, at);
    e->null_test.is_not = is_not;
    e->null_test.is_row = type_is_row(an, arg->type);
    return e;
}

static struct expr *
bind_null_test(struct level *level, const PgQuery__NullTest *node)
{
    struct expr *arg = bind_expr(level, node->arg);
    bool is_not = node->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL;
    return null_test_node(level->an, arg, is_not, node->location);
}

static struct expr *
bind_bool_test(struct level *level, const PgQuery__BooleanTest *node)
{
    static const struct {
        enum bool_test test;
        const char *name;
    } tests[] = {
        [PG_QUERY__BOOL_TEST_TYPE__IS_TRUE] = {TEST_TRUE, "IS TRUE"},
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE] = {TEST_NOT_TRUE, "IS NOT TRUE"},
        [PG_QUERY__BOOL_TEST_TYPE__IS_FALSE] = {TEST_FALSE, "IS FALSE"},
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE] = {TEST_NOT_FALSE, "IS NOT FALSE"},
        [PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN] = {TEST_UNKNOWN, "IS UNKNOWN"},
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN] = {TEST_NOT_UNKNOWN, "IS NOT UNKNOWN"},
    };
    struct analysis *an = level->an;
    struct expr *arg = bind_expr(level, node->arg);
    arg = coerce_boolean(an, arg, tests[node->booltesttype].name);
    struct expr *e = unary(an, EXPR_BOOL_TEST, arg, node->location);
    e->bool_test = tests[node->booltesttype].test;
    return e;
}

/* ---- CURRENT_DATE and kin ---- */

static struct expr *
bind_value_func(struct level *level, const PgQuery__SQLValueFunction *node)
{
    static const struct {
        enum value_func func;
        oid type;
        bool has_precision;
    } funcs[] = {
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE] = {VALUE_CURRENT_DATE, TYPE_DATE, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME] = {VALUE_CURRENT_TIME, TYPE_TIMETZ, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N] = {VALUE_CURRENT_TIME, TYPE_TIMETZ,
                                                                  1},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP] = {VALUE_CURRENT_TIMESTAMP,
                                                                     TYPE_TIMESTAMPTZ, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N] = {VALUE_CURRENT_TIMESTAMP,
                                                                       TYPE_TIMESTAMPTZ, 1},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME] = {VALUE_LOCALTIME, TYPE_TIME, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N] = {VALUE_LOCALTIME, TYPE_TIME, 1},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP] = {VALUE_LOCALTIMESTAMP,
                                                                  TYPE_TIMESTAMP, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N] = {VALUE_LOCALTIMESTAMP,
                                                                    TYPE_TIMESTAMP, 1},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE] = {VALUE_CURRENT_ROLE, TYPE_NAME, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER] = {VALUE_CURRENT_USER, TYPE_NAME, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER] = {VALUE_USER, TYPE_NAME, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER] = {VALUE_SESSION_USER, TYPE_NAME, 0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG] = {VALUE_CURRENT_CATALOG, TYPE_NAME,
                                                                   0},
        [PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA] = {VALUE_CURRENT_SCHEMA, TYPE_NAME,
                                                                  0},
    };
    struct analysis *an = level->an;
    if (funcs[node->op].has_precision && node->typmod < 0)
        fail(an, node->location, SQLSTATE_INVALID_PARAMETER_VALUE,
             "%s(%d) precision must not be negative",
             funcs[node->op].type == TYPE_TIMESTAMPTZ || funcs[node->op].type == TYPE_TIMESTAMP
                 ? "TIMESTAMP"
                 : "TIME",
             node->typmod);
    struct expr *e = expr_new(an->arena, EXPR_VALUE_FUNC, funcs[node->op].type, node->location);
    e->value_func = funcs[node->op].func;
    if (funcs[node->op].has_precision)
        e->typmod = node->typmod > 6 ? 6 : node->typmod;
    expr_done(an, e);
    return e;
}

/* A comparison of the row's key, or row id, with that of the row the cursor stands on. */
static struct expr *
bind_current_of(struct level *level, const PgQuery__CurrentOfExpr *node)
{
    struct analysis *an = level->an;
    struct object_name equals = {NULL, "=", -1};
    uint32_t result = level->query->result;
    if (result == RANGE_NONE)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "WHERE CURRENT OF is not allowed here");
    if (tree_text(node->cursor_name) == NULL)
        fail_unsupported(an, -1, "a cursor given as a parameter");
    if (level->change->map != NULL)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "WHERE CURRENT OF on a view is not implemented");
    const struct table *table = level->change->base;
    if (table->kind != TABLE_PLAIN ||
        (table->child_count != 0 && !range_get(level, result)->table.is_only))
        fail_unsupported(an, -1, "WHERE CURRENT OF on a table with children");
    uint32_t count = table->primary == NULL ? 1 : table->primary->key_count;
    struct expr **tests = arena_alloc_array(an->arena, count, sizeof *tests);
    for (uint32_t i = 0; i < count; i++) {
        struct expr *column;
        if (table->primary != NULL) {
            column =
                range_column_expr(level, result, (uint32_t)table->primary->keys[i].attr - 1, -1);
        } else {
            column = expr_new(an->arena, EXPR_COLUMN, TYPE_INT8, -1);
            column->column = (struct column_ref){.range = result, .number = SYSTEM_ROW_ID};
            expr_done(an, column);
        }
        struct expr *e = expr_new(an->arena, EXPR_CURRENT_OF, column->type, -1);
        e->typmod = column->typmod;
        e->current_of.cursor = arena_text(an->arena, node->cursor_name);
        e->current_of.table = table->table;
        e->current_of.key = i;
        expr_done(an, e);
        tests[i] = bind_operator(level, equals, column, e);
    }
    return join_conditions(an, EXPR_AND, tests, count, -1);
}

/* ---- the switch ---- */

static struct expr *
bind_node(struct level *level, const PgQuery__Node *node)
{
    struct analysis *an = level->an;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return bind_column_ref(level, node->column_ref);
    case PG_QUERY__NODE__NODE_PARAM_REF:
        return bind_param(an, node->param_ref);
    case PG_QUERY__NODE__NODE_A_CONST:
        return bind_const(an, node->a_const);
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return bind_indirection(level, node->a_indirection);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return bind_array(level, node->a_array_expr, OID_NONE, OID_NONE, -1);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return bind_cast(level, node->type_cast);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return bind_collate(level, node->collate_clause);
    case PG_QUERY__NODE__NODE_A_EXPR:
        return bind_a_expr(level, node->a_expr);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return bind_bool(level, node->bool_expr);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return bind_call(level, node->func_call);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return bind_grouping(level, node->grouping_func);
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return bind_sublink(level, node->sub_link);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return bind_case(level, node->case_expr);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return bind_row(level, node->row_expr);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return bind_coalesce(level, node->coalesce_expr);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return bind_minmax(level, node->min_max_expr);
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return bind_value_func(level, node->sqlvalue_function);
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return bind_null_test(level, node->null_test);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return bind_bool_test(level, node->boolean_test);
    case PG_QUERY__NODE__NODE_CURRENT_OF_EXPR:
        return bind_current_of(level, node->current_of_expr);
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
        fail(an, node->set_to_default->location, SQLSTATE_SYNTAX_ERROR,
             "DEFAULT is not allowed in this context");
    case PG_QUERY__NODE__NODE_XML_EXPR:
    case PG_QUERY__NODE__NODE_XML_SERIALIZE:
        fail_unsupported(an, tree_at(node), "XML");
    case PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF:
        fail(an, tree_at(node), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
    default:
        fail(an, tree_at(node), SQLSTATE_FEATURE_NOT_SUPPORTED, "expression is not supported yet");
    }
}

struct expr *
bind_expr(struct level *level, const PgQuery__Node *node)
{
    depth_enter(level->an, 1);
    struct expr *e = bind_node(level, node);
    depth_leave(level->an, 1);
    return e;
}

struct expr *
bind_in_clause(struct level *level, const PgQuery__Node *node, enum clause clause)
{
    enum clause outer = level->clause;
    level->clause = clause;
    struct expr *e = bind_expr(level, node);
    level->clause = outer;
    return e;
}
