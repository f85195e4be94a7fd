/*
 * bind_case.c: constructs whose parts meet in one type: CASE, COALESCE, GREATEST, LEAST, ARRAY[];
 * and ROW().
 */
#include "sql/analysis_int.h"

#define ROW_COLUMNS_MAX 1664

/* Set-returning functions may not be below CASE and COALESCE, which evaluate some parts only. */
static void
check_no_set(struct level *level, const struct expr *before, const char *construct)
{
    if (level->last_set_function != before)
        fail_hint(level->an, level->last_set_function->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                  "You might be able to move the set-returning function into a LATERAL FROM item.",
                  "set-returning functions are not allowed in %s", construct);
}

/* ---- CASE ---- */

static struct expr *
case_placeholder(struct analysis *an, struct expr *operand)
{
    struct expr *e = expr_new(an->arena, EXPR_PLACEHOLDER, operand->type, -1);
    e->typmod = operand->typmod;
    e->collation = operand->collation;
    expr_done(an, e);
    return e;
}

static struct expr *
case_condition(struct level *level, const PgQuery__CaseWhen *when, struct expr *placeholder)
{
    struct expr *condition = bind_expr(level, when->expr);
    if (placeholder != NULL) {
        struct object_name equals = {NULL, "=", when->location};
        condition = bind_operator(level, equals, placeholder, condition);
    }
    return coerce_boolean(level->an, condition, "CASE/WHEN");
}

struct expr *
bind_case(struct level *level, const PgQuery__CaseExpr *node)
{
    struct analysis *an = level->an;
    const struct expr *set_before = level->last_set_function;
    struct expr *e = expr_new(an->arena, EXPR_CASE, OID_NONE, node->location);
    struct expr *placeholder = NULL;
    if (node->arg != NULL) {
        e->case_.operand = bind_expr(level, node->arg);
        if (e->case_.operand->type == TYPE_UNKNOWN)
            e->case_.operand = coerce_implicit(an, e->case_.operand, TYPE_TEXT);
        placeholder = case_placeholder(an, e->case_.operand);
    }
    uint32_t whens = (uint32_t)node->n_args;
    e->args = arena_alloc_array(an->arena, 2 * whens + 1, sizeof *e->args);
    /* ELSE first: it has the first word on the type. */
    struct expr **results = arena_alloc_array(an->arena, whens + 1, sizeof *results);
    for (uint32_t i = 0; i < whens; i++) {
        const PgQuery__CaseWhen *when = node->args[i]->case_when;
        e->args[2 * i] = case_condition(level, when, placeholder);
        results[i + 1] = bind_expr(level, when->result);
    }
    if (node->defresult != NULL) {
        results[0] = bind_expr(level, node->defresult);
    } else {
        results[0] = expr_null(an->arena, TYPE_UNKNOWN, -1, -1);
        expr_done(an, results[0]);
    }
    e->type = common_type(an, results, whens + 1, "CASE", NULL);
    for (uint32_t i = 0; i < whens; i++)
        e->args[2 * i + 1] = coerce_common(an, results[i + 1], e->type, "CASE/WHEN");
    e->args[2 * whens] = coerce_common(an, results[0], e->type, "CASE/ELSE");
    e->arg_count = 2 * whens + 1;
    for (uint32_t i = 0; i < whens; i++)
        results[i + 1] = e->args[2 * i + 1];
    results[0] = e->args[2 * whens];
    e->typmod = common_typmod(results, whens + 1, e->type);
    check_no_set(level, set_before, "CASE");
    expr_done(an, e);
    return e;
}

/* ---- COALESCE, GREATEST, LEAST ---- */

static void
bind_common_args(struct level *level, struct expr *e, struct nodes args, const char *name)
{
    struct analysis *an = level->an;
    e->args = arena_alloc_array(an->arena, args.count, sizeof *e->args);
    for (size_t i = 0; i < args.count; i++)
        e->args[e->arg_count++] = bind_expr(level, args.items[i]);
    e->type = common_type(an, e->args, e->arg_count, name, NULL);
    for (uint32_t i = 0; i < e->arg_count; i++)
        e->args[i] = coerce_common(an, e->args[i], e->type, name);
    e->typmod = common_typmod(e->args, e->arg_count, e->type);
}

struct expr *
bind_coalesce(struct level *level, const PgQuery__CoalesceExpr *node)
{
    const struct expr *set_before = level->last_set_function;
    struct expr *e = expr_new(level->an->arena, EXPR_COALESCE, OID_NONE, node->location);
    bind_common_args(level, e, NODES(node, args), "COALESCE");
    check_no_set(level, set_before, "COALESCE");
    expr_done(level->an, e);
    return e;
}

struct expr *
bind_minmax(struct level *level, const PgQuery__MinMaxExpr *node)
{
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, EXPR_MINMAX, OID_NONE, node->location);
    e->minmax.is_greatest = node->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST;
    bind_common_args(level, e, NODES(node, args), e->minmax.is_greatest ? "GREATEST" : "LEAST");
    e->minmax.less = order_operators(an, e->type).less;
    if (e->minmax.less == NULL)
        fail(an, node->location, SQLSTATE_UNDEFINED_FUNCTION,
             "could not identify a comparison function for type %s", type_text(an, e->type, -1));
    expr_done(an, e);
    return e;
}

/* ---- ROW ---- */

struct expr *
bind_row(struct level *level, const PgQuery__RowExpr *node)
{
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, EXPR_ROW, TYPE_RECORD, node->location);
    e->row.is_implicit = node->row_format == PG_QUERY__COERCION_FORM__COERCE_IMPLICIT_CAST;
    struct list columns = {.count = 0};
    for (size_t i = 0; i < node->n_args; i++)
        bind_expr_or_star(level, node->args[i], &columns);
    if (columns.count > ROW_COLUMNS_MAX)
        fail(an, node->location, SQLSTATE_TOO_MANY_COLUMNS,
             "ROW expressions can have at most %d entries", ROW_COLUMNS_MAX);
    e->arg_count = columns.count;
    e->args = (struct expr **)columns.items;
    expr_done(an, e);
    return e;
}

/* ---- ARRAY[] ---- */

static struct expr *
array_element_cast(struct analysis *an, struct expr *e, oid type, int32_t typmod)
{
    struct coercion how = {CAST_EXPLICIT, typmod, FORM_CAST_EXPLICIT, -1};
    oid from = e->type;
    struct expr *cast = coerce_to(an, e, type, &how);
    if (cast == NULL)
        fail(an, expr_start(e), SQLSTATE_CANNOT_COERCE, "cannot cast type %s to %s",
             type_text(an, from, -1), type_text(an, type, -1));
    return cast;
}

static void
array_infer(struct analysis *an, struct expr *e, oid *array, oid *element)
{
    if (e->arg_count == 0)
        fail_hint(an, e->at, SQLSTATE_INDETERMINATE_DATATYPE,
                  "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
                  "cannot determine type of empty array");
    oid common = common_type(an, e->args, e->arg_count, "ARRAY", NULL);
    if (e->array.is_nested) {
        *array = common;
        *element = array_element(an, common);
        if (*element == OID_NONE)
            fail(an, e->at, SQLSTATE_UNDEFINED_OBJECT,
                 "could not find element type for data type %s", type_text(an, common, -1));
    } else {
        *element = common;
        *array = array_of(an, common);
        if (*array == OID_NONE)
            fail(an, e->at, SQLSTATE_UNDEFINED_OBJECT, "could not find array type for data type %s",
                 type_text(an, common, -1));
    }
}

struct expr *
bind_array(struct level *level, const PgQuery__AArrayExpr *node, oid array, oid element,
           int32_t typmod)
{
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, EXPR_ARRAY, OID_NONE, node->location);
    e->args = arena_alloc_array(an->arena, node->n_elements, sizeof *e->args);
    for (size_t i = 0; i < node->n_elements; i++) {
        const PgQuery__Node *part = node->elements[i];
        struct expr *value;
        if (part->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
            depth_enter(an, 1);
            value = bind_array(level, part->a_array_expr, array, element, typmod);
            depth_leave(an, 1);
            e->array.is_nested = true;
        } else {
            value = bind_expr(level, part);
            e->array.is_nested |= array_element(an, value->type) != OID_NONE;
        }
        e->args[e->arg_count++] = value;
    }
    bool is_wanted = array != OID_NONE;
    if (!is_wanted)
        array_infer(an, e, &array, &element);
    oid part_type = e->array.is_nested ? array : element;
    for (uint32_t i = 0; i < e->arg_count; i++)
        e->args[i] = is_wanted ? array_element_cast(an, e->args[i], part_type, typmod)
                               : coerce_common(an, e->args[i], part_type, "ARRAY");
    e->type = array;
    e->array.element = element;
    expr_done(an, e);
    return e;
}
