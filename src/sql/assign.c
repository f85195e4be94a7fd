/*
 * assign.c: what a column is assigned, whole or in part: c = x, c[1] = x, c.f = x, c[1].f[2] = x.
 *
 * Steps lead from the column to the part. On the way in each step fetches what is there now, on the
 * way out the new value is stored into that.
 */
#include "sql/analysis_int.h"

struct assignment
assignment_of(const struct table *table, int16_t number, int32_t at)
{
    const struct column_def *column = &table->columns[number - 1];
    return (struct assignment){
        .column = column->name, .type = column->type, .typmod = column->typmod, .at = at};
}

static _Noreturn void
fail_type(struct analysis *an, const struct expr *value, oid from, const struct assignment *to)
{
    const char *target = type_text(an, to->type, -1), *source = type_text(an, from, -1);
    const char *message =
        to->is_element
            ? arena_format(an->arena,
                           "subscripted assignment to \"%s\" requires type %s but expression is "
                           "of type %s",
                           to->column, target, source)
            : arena_format(an->arena, "%s \"%s\" is of type %s but expression is of type %s",
                           to->is_field ? "subfield" : "column", to->column, target, source);
    bool is_part = to->is_element || to->is_field;
    fail_hint(an, is_part ? to->at : expr_start(value), SQLSTATE_DATATYPE_MISMATCH,
              "You will need to rewrite or cast the expression.", "%s", message);
}

struct expr *
assign_value(struct level *level, struct expr *value, const struct assignment *to)
{
    struct analysis *an = level->an;
    if (value->kind == EXPR_DEFAULT) {
        if (to->is_element || to->is_field)
            fail(an, to->at, SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot set %s to DEFAULT",
                 to->is_element ? "an array element" : "a subfield");
        return value;
    }
    struct coercion how = {CAST_ASSIGNMENT, to->typmod, FORM_CAST_IMPLICIT, -1};
    oid from = value->type;
    struct expr *made = coerce_to(an, value, to->type, &how);
    if (made == NULL)
        fail_type(an, value, from, to);
    return made;
}

/* ---- the way in ---- */

/* The element, or for a slice the container, that subscripts of a target mean. */
static struct assignment
step_into_element(struct analysis *an, const struct assignment *to, struct nodes indices)
{
    oid container = base_type(an, to->type);
    oid element = container == TYPE_JSONB ? TYPE_JSONB : subscript_element(an, container);
    if (element == OID_NONE)
        fail(an, to->at, SQLSTATE_DATATYPE_MISMATCH,
             "cannot subscript type %s because it does not support subscripting",
             type_text(an, to->type, -1));
    bool is_slice = false;
    for (size_t i = 0; i < indices.count; i++)
        is_slice |= indices.items[i]->a_indices->is_slice;
    struct assignment inner = *to;
    inner.type = is_slice ? container : element;
    inner.is_element = true;
    inner.is_field = false;
    return inner;
}

/* The field of the composite target, by its name; *number is its place. */
static struct assignment
step_into_field(struct analysis *an, const struct assignment *to, const char *name, int16_t *number)
{
    oid row = base_type(an, to->type);
    const struct table *table =
        an->scope->row_type == NULL ? NULL : an->scope->row_type(an->scope->object, row);
    if (table == NULL)
        fail(an, to->at, SQLSTATE_DATATYPE_MISMATCH,
             "cannot assign to field \"%s\" of column \"%s\" because its type %s is not a "
             "composite type",
             name, to->column, type_text(an, to->type, -1));
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || strcmp(column->name, name) != 0)
            continue;
        *number = (int16_t)(i + 1);
        return (struct assignment){.column = column->name,
                                   .type = column->type,
                                   .typmod = column->typmod,
                                   .at = to->at,
                                   .is_field = true};
    }
    if (is_system_column(name))
        fail(an, to->at, SQLSTATE_UNDEFINED_COLUMN, "cannot assign to system column \"%s\"", name);
    fail(an, to->at, SQLSTATE_UNDEFINED_COLUMN,
         "cannot assign to field \"%s\" of column \"%s\" because there is no such column in data "
         "type %s",
         name, to->column, type_text(an, to->type, -1));
}

static struct nodes
without_first(struct nodes steps)
{
    return (struct nodes){steps.count - 1, steps.items + 1};
}

struct expr *
assign_part(struct level *level, const struct assignment *to, struct nodes steps,
            struct expr *value)
{
    struct assignment part = *to;
    while (steps.count > 0) {
        struct nodes indices = take_indices(&steps);
        int16_t number;
        if (indices.count > 0) {
            part = step_into_element(level->an, &part, indices);
        } else {
            const char *name = tree_string(steps.items[0]);
            if (name == NULL)
                fail(level->an, to->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                     "row expansion via \"*\" is not supported here");
            part = step_into_field(level->an, &part, name, &number);
            steps = without_first(steps);
        }
    }
    return assign_value(level, value, &part);
}

/* ---- the way out ---- */

/* A part of a domain's value has changed: the whole is tested. */
static struct expr *
as_domain(struct analysis *an, struct expr *e, const struct assignment *to)
{
    struct coercion how = {CAST_ASSIGNMENT, to->typmod, FORM_CAST_IMPLICIT, -1};
    return type_is_domain(an, to->type) ? coerce_domain(an, e, to->type, &how) : e;
}

struct expr *
without_domain(struct expr *e)
{
    bool is_cast = e->kind == EXPR_CAST_DOMAIN && e->cast_form == FORM_CAST_IMPLICIT;
    return is_cast ? e->args[0] : e;
}

static struct expr *
store_field(struct level *level, struct expr *base, const struct assignment *to, struct nodes steps,
            struct expr *value)
{
    struct analysis *an = level->an;
    int16_t number;
    struct assignment inner = step_into_field(an, to, tree_string(steps.items[0]), &number);
    struct expr *old = NULL;
    if (steps.count > 1) {
        old = expr_new(an->arena, EXPR_FIELD, inner.type, -1);
        old->typmod = inner.typmod;
        old->field.number = number;
        old->field.name = inner.column;
        old->arg_count = 1;
        old->args = arena_copy(an->arena, &base, sizeof base);
        expr_done(an, old);
    }
    value = assign_through(level, old, &inner, without_first(steps), value);
    struct expr *e = expr_new(an->arena, EXPR_FIELD_ASSIGN, base_type(an, to->type), base->at);
    e->arg_count = 2;
    e->args = arena_alloc_array(an->arena, 2, sizeof *e->args);
    e->args[0] = base;
    e->args[1] = value;
    e->field_assign.count = 1;
    e->field_assign.numbers = arena_copy(an->arena, &number, sizeof number);
    expr_done(an, e);
    return as_domain(an, e, to);
}

struct expr *
assign_through(struct level *level, struct expr *base, const struct assignment *to,
               struct nodes steps, struct expr *value)
{
    struct analysis *an = level->an;
    if (steps.count == 0)
        return assign_value(level, value, to);
    if (tree_string(steps.items[0]) != NULL)
        return store_field(level, base, to, steps, value);
    struct nodes indices = take_indices(&steps);
    struct assignment inner = step_into_element(an, to, indices);
    struct expr *old = NULL;
    if (steps.count > 0)
        old = bind_subscripts(level, base, base_type(an, to->type), indices, NULL);
    struct expr *source = assign_through(level, old, &inner, steps, value);
    struct expr *e = bind_subscripts(level, base, base_type(an, to->type), indices, source);
    return as_domain(an, e, to);
}
