/*
 * coerce.c: conversions between types, by the rules of PostgreSQL's chapter 10.
 *
 * A conversion is found (path_find) and built (coerce) apart, so that overload resolution can ask
 * what is possible without building anything. Unknown-typed literals become constants of the
 * target right here; unknown-typed parameters take the target as their type.
 */
#include "sql/analysis_int.h"
#include "type/user_type.h"

/* ---- types ---- */

oid
base_type(const struct analysis *an, oid type)
{
    int32_t typmod = -1;
    return base_type_typmod(an, type, &typmod);
}

oid
base_type_typmod(const struct analysis *an, oid type, int32_t *typmod)
{
    if (type < OID_USER_FIRST)
        return type;
    const struct type_info *info = scope_type(an->scope, type);
    while (info != NULL && info->kind == 'd') {
        const struct domain_part *domain = &user_type_of(info)->domain;
        *typmod = domain->typmod;
        type = domain->base;
        info = scope_type(an->scope, type);
    }
    return type;
}

bool
type_is_domain(const struct analysis *an, oid type)
{
    const struct type_info *info = type < OID_USER_FIRST ? NULL : scope_type(an->scope, type);
    return info != NULL && info->kind == 'd';
}

char
type_category(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    return info == NULL ? 'X' : info->category;
}

bool
type_is_preferred(const struct analysis *an, char category, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    return info != NULL && info->category == category && info->is_preferred;
}

oid
array_element(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, base_type(an, type));
    return info == NULL || info->length != -1 ? OID_NONE : info->element;
}

oid
subscript_element(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    return info == NULL ? OID_NONE : info->element;
}

oid
array_of(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    return info == NULL ? OID_NONE : info->array;
}

bool
type_is_row(const struct analysis *an, oid type)
{
    const struct type_info *info = scope_type(an->scope, base_type(an, type));
    return type == TYPE_RECORD || (info != NULL && info->kind == 'c');
}

/* ---- which way ---- */

static struct path
cast_path(const struct cast_info *cast)
{
    switch (cast->method) {
    case CAST_FUNC:
        return (struct path){PATH_FUNC, cast->func};
    case CAST_INOUT:
        return (struct path){PATH_INOUT, OID_NONE};
    default:
        return (struct path){PATH_RELABEL, OID_NONE};
    }
}

struct path
path_find(const struct analysis *an, oid target, oid source, enum cast_context context)
{
    target = base_type(an, target);
    source = base_type(an, source);
    if (target == source)
        return (struct path){PATH_RELABEL, OID_NONE};

    const struct cast_info *cast = scope_cast(an->scope, source, target);
    if (cast != NULL)
        return cast->context >= context ? cast_path(cast) : (struct path){PATH_NONE, OID_NONE};

    if (target != TYPE_OIDVECTOR && target != TYPE_INT2VECTOR) {
        oid target_element = array_element(an, target), source_element = array_element(an, source);
        if (target_element != OID_NONE && source_element != OID_NONE &&
            path_find(an, target_element, source_element, context).kind != PATH_NONE)
            return (struct path){PATH_ARRAY, OID_NONE};
    }
    /* Any type to and from text by its own functions. */
    if (context <= CAST_ASSIGNMENT && type_category(an, target) == 'S')
        return (struct path){PATH_INOUT, OID_NONE};
    if (context == CAST_EXPLICIT && type_category(an, source) == 'S')
        return (struct path){PATH_INOUT, OID_NONE};
    return (struct path){PATH_NONE, OID_NONE};
}

static const struct table *
row_table(const struct analysis *an, oid type)
{
    return an->scope->row_type == NULL ? NULL : an->scope->row_type(an->scope->object, type);
}

/* Whether rows of one type are rows of the other, too: of a table that inherits, a typed table. */
static bool
row_is_kin(const struct analysis *an, oid from, oid to)
{
    const struct table *table = from < OID_USER_FIRST ? NULL : row_table(an, base_type(an, from));
    const struct table *target = table == NULL ? NULL : row_table(an, to);
    if (target == NULL)
        return false;
    bool is_kin = table->of_type == target->row_type;
    for (uint16_t i = 0; i < table->parent_count && !is_kin; i++) {
        const struct table *parent = an->scope->relation_oid(an->scope->object, table->parents[i]);
        is_kin = parent != NULL && (parent == target || row_is_kin(an, parent->row_type, to));
    }
    return is_kin;
}

static bool
can_coerce_one(const struct analysis *an, oid from, oid to, enum cast_context context,
               bool *has_generic)
{
    if (from == to || to == TYPE_ANY)
        return true;
    if (type_is_polymorphic(to)) {
        *has_generic = true;
        return true;
    }
    if (from == TYPE_UNKNOWN)
        return true;
    if (path_find(an, to, from, context).kind != PATH_NONE)
        return true;
    if (from == TYPE_RECORD && type_is_row(an, to))
        return true;
    if (to == TYPE_RECORD && type_is_row(an, from))
        return true;
    if (to == TYPE_RECORD_ARRAY && type_is_row(an, array_element(an, from)))
        return true;
    if (row_is_kin(an, from, to))
        return true;
    return from == TYPE_RECORD_ARRAY && array_element(an, to) != OID_NONE &&
           type_is_row(an, array_element(an, to));
}

bool
can_coerce(const struct analysis *an, uint32_t count, const oid *from, const oid *to,
           enum cast_context context)
{
    bool has_generic = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!can_coerce_one(an, from[i], to[i], context, &has_generic))
            return false;
    }
    return !has_generic || generic_is_consistent(an, from, to, count);
}

/* ---- unknown literals and parameters ---- */

struct input_call {
    const struct analysis *an;
    oid type;
    int32_t typmod;
    struct slice text;
    union datum value;
};

static void
input_call(void *object)
{
    struct input_call *call = object;
    if (scope_type(call->an->scope, call->type)->input == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot accept a value of type %s",
              type_text(call->an, call->type, -1));
    call->value = type_input(call->an->env, call->an->arena, call->type, call->typmod, call->text);
}

struct expr *
const_input(struct analysis *an, struct slice text, oid type, int32_t typmod, int32_t at)
{
    struct input_call call = {.an = an, .type = type, .typmod = typmod, .text = text};
    located(an, at, input_call, &call);
    struct expr *e = expr_const(an->arena, type, -1, call.value, at);
    e->constant.phys = scope_type(an->scope, type)->phys;
    expr_done(an, e);
    return e;
}

static struct expr *
coerce_literal(struct analysis *an, struct expr *e, oid target, int32_t typmod)
{
    oid base = base_type(an, target);
    if (e->constant.is_null) {
        struct expr *null = expr_null(an->arena, base, -1, e->at);
        expr_done(an, null);
        return null;
    }
    /* Only interval's input must know the fields wanted; lengths are applied after. */
    int32_t input_typmod = base == TYPE_INTERVAL ? typmod : -1;
    struct slice text = view_slice(&e->constant.value.view);
    struct expr *value = const_input(an, text, base, input_typmod, e->at);
    value->typmod = input_typmod;
    return value;
}

static struct expr *
coerce_param(struct analysis *an, struct expr *e, oid target, int32_t at)
{
    oid *type = &an->params->types[e->param.number - 1];
    if (*type == OID_NONE || *type == TYPE_UNKNOWN)
        *type = base_type(an, target);
    else if (*type != base_type(an, target))
        fail_detail(an, at >= 0 && e->at >= 0 && at < e->at ? at : e->at,
                    SQLSTATE_AMBIGUOUS_PARAMETER,
                    arena_format(an->arena, "%s versus %s", type_text(an, *type, -1),
                                 type_text(an, target, -1)),
                    "inconsistent types deduced for parameter $%u", e->param.number);
    e->type = *type;
    expr_done(an, e);
    return e;
}

/* ---- building ---- */

static struct expr *
cast_node(struct analysis *an, enum expr_kind kind, struct expr *arg, oid type, int32_t typmod,
          enum func_form form, int32_t at)
{
    struct expr *e = expr_new(an->arena, kind, type, at);
    e->typmod = typmod;
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &arg, sizeof arg);
    e->cast_form = form;
    expr_done(an, e);
    return e;
}

static struct expr *
int4_const(struct analysis *an, int32_t value)
{
    union datum datum = {.words = {0, 0}};
    datum.i32 = value;
    return expr_const(an->arena, TYPE_INT4, -1, datum, -1);
}

/* A call of a cast function: (value), (value, typmod) or (value, typmod, is_explicit). */
static struct expr *
cast_call(struct analysis *an, oid func, struct expr *arg, oid type, const struct coercion *how)
{
    const struct func_info *info = scope_func(an->scope, func);
    if (info == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "cast function %u does not exist", func);
    struct expr *e = expr_new(an->arena, EXPR_FUNC, type, how->at);
    e->func.func = info;
    e->func.form = how->form;
    e->typmod = info->arg_count >= 2 ? how->typmod : -1;
    e->arg_count = info->arg_count;
    e->args = arena_alloc_array(an->arena, info->arg_count, sizeof *e->args);
    e->args[0] = arg;
    if (info->arg_count >= 2)
        e->args[1] = int4_const(an, how->typmod);
    if (info->arg_count >= 3)
        e->args[2] = expr_bool(an->arena, how->context == CAST_EXPLICIT);
    expr_done(an, e);
    return e;
}

static struct expr *
cast_array(struct analysis *an, struct expr *arg, oid type, int32_t typmod,
           const struct coercion *how)
{
    struct expr *element = expr_new(an->arena, EXPR_PLACEHOLDER, array_element(an, arg->type), -1);
    element->typmod = arg->typmod;
    expr_done(an, element);
    struct coercion inner = *how;
    inner.typmod = typmod;
    struct expr *converted = coerce_to(an, element, array_element(an, type), &inner);
    struct expr *e = expr_new(an->arena, EXPR_CAST_ARRAY, type, how->at);
    e->typmod = typmod;
    e->cast_form = how->form;
    e->arg_count = 2;
    e->args = arena_alloc_array(an->arena, 2, sizeof *e->args);
    e->args[0] = arg;
    e->args[1] = converted;
    expr_done(an, e);
    return e;
}

static struct expr *
follow_path(struct analysis *an, struct path path, struct expr *e, oid target,
            const struct coercion *how)
{
    switch (path.kind) {
    case PATH_FUNC:
        return cast_call(an, path.func, e, target, how);
    case PATH_INOUT:
        return cast_node(an, EXPR_CAST_INOUT, e, target, -1, how->form, how->at);
    case PATH_ARRAY:
        return cast_array(an, e, target, how->typmod, how);
    default:
        return cast_node(an, EXPR_RELABEL, e, target, -1, how->form, how->at);
    }
}

/* ROW(...) or another record to a composite type, column by column. */
static struct expr *
coerce_row(struct analysis *an, struct expr *e, oid target, const struct coercion *how)
{
    const struct table *row =
        an->scope->row_type == NULL ? NULL : an->scope->row_type(an->scope->object, target);
    if (row == NULL || e->kind != EXPR_ROW)
        fail(an, how->at, SQLSTATE_CANNOT_COERCE, "cannot cast type %s to %s",
             type_text(an, e->type, -1), type_text(an, target, -1));
    struct expr *made = expr_new(an->arena, EXPR_ROW, target, e->at);
    made->row = e->row;
    made->args = arena_alloc_array(an->arena, row->column_count, sizeof *made->args);
    uint32_t next = 0;
    for (uint16_t i = 0; i < row->column_count; i++) {
        const struct column_def *column = &row->columns[i];
        struct expr *value = NULL;
        if (column->is_dropped) {
            value = expr_null(an->arena, TYPE_INT4, -1, -1);
        } else if (next < e->arg_count) {
            struct coercion inner = *how;
            inner.typmod = column->typmod;
            oid from = e->args[next]->type;
            value = coerce_to(an, e->args[next], column->type, &inner);
            if (value == NULL)
                fail_detail(an, how->at, SQLSTATE_CANNOT_COERCE,
                            arena_format(an->arena, "Cannot cast type %s to %s in column %u.",
                                         type_text(an, from, -1), type_text(an, column->type, -1),
                                         next + 1),
                            "cannot cast type %s to %s", type_text(an, TYPE_RECORD, -1),
                            type_text(an, target, -1));
            next++;
        } else if (an->env->pads_records) {
            value = expr_null(an->arena, column->type, column->typmod, -1);
        } else {
            fail_detail(an, how->at, SQLSTATE_CANNOT_COERCE, "Input has too few columns.",
                        "cannot cast type %s to %s", type_text(an, TYPE_RECORD, -1),
                        type_text(an, target, -1));
        }
        made->args[made->arg_count++] = value;
    }
    if (next < e->arg_count)
        fail_detail(an, how->at, SQLSTATE_CANNOT_COERCE, "Input has too many columns.",
                    "cannot cast type %s to %s", type_text(an, TYPE_RECORD, -1),
                    type_text(an, target, -1));
    expr_done(an, made);
    return made;
}

struct expr *
coerce_type(struct analysis *an, struct expr *e, oid target, const struct coercion *how)
{
    if (e->type == target)
        return e;
    if (target == TYPE_ANY || target == TYPE_ANYELEMENT || target == TYPE_ANYNONARRAY ||
        target == TYPE_ANYCOMPATIBLE || target == TYPE_ANYCOMPATIBLENONARRAY)
        return e;
    if (type_is_polymorphic(target) && e->type != TYPE_UNKNOWN)
        return e;
    if (type_is_domain(an, target))
        return coerce_domain(an, e, target, how);
    if (e->type == TYPE_UNKNOWN && e->kind == EXPR_CONST)
        return coerce_literal(an, e, target, how->typmod);
    if (e->type == TYPE_UNKNOWN && e->kind == EXPR_PARAM && e->param.kind == PARAM_EXTERNAL)
        return coerce_param(an, e, target, how->at);
    if (e->kind == EXPR_COLLATE) {
        struct expr *inner = coerce_type(an, e->args[0], target, how);
        const struct type_info *info = scope_type(an->scope, target);
        return info != NULL && info->is_collatable ? collate_node(an, inner, e->collation, e->at)
                                                   : inner;
    }
    struct path path = path_find(an, target, e->type, how->context);
    if (path.kind == PATH_ARRAY && type_is_domain(an, e->type))
        e = cast_node(an, EXPR_RELABEL, e, base_type(an, e->type), -1, FORM_CAST_IMPLICIT, how->at);
    if (path.kind != PATH_NONE)
        return follow_path(an, path, e, target, how);
    if (e->type == TYPE_RECORD && type_is_row(an, target))
        return coerce_row(an, e, target, how);
    if ((target == TYPE_RECORD && type_is_row(an, e->type)) ||
        (target == TYPE_RECORD_ARRAY && type_is_row(an, array_element(an, e->type))))
        return cast_node(an, EXPR_RELABEL, e, target, -1, how->form, how->at);
    if (row_is_kin(an, e->type, target))
        return cast_node(an, EXPR_CAST_ROW, e, target, -1, how->form, how->at);
    if (e->type == TYPE_UNKNOWN)
        return cast_node(an, EXPR_CAST_INOUT, e, target, -1, how->form, how->at);
    raise(SQLSTATE_INTERNAL_ERROR, "no conversion from %s to %s", type_text(an, e->type, -1),
          type_text(an, target, -1));
}

struct expr *
coerce_typmod(struct analysis *an, struct expr *e, const struct coercion *how)
{
    if (how->typmod == e->typmod)
        return e;
    if (how->typmod >= 0) {
        const struct cast_info *cast = types_length_cast(an->types, base_type(an, e->type));
        if (cast != NULL)
            return cast_call(an, cast->func, e, e->type, how);
        oid element = array_element(an, e->type);
        if (element != OID_NONE && types_length_cast(an->types, element) != NULL)
            return cast_array(an, e, e->type, how->typmod, how);
    }
    return cast_node(an, EXPR_RELABEL, e, e->type, how->typmod, FORM_CAST_IMPLICIT, how->at);
}

static void
hide_cast(struct expr *e)
{
    if (e->kind == EXPR_FUNC)
        e->func.form = FORM_CAST_IMPLICIT;
    else if (e->kind == EXPR_RELABEL || e->kind == EXPR_CAST_INOUT || e->kind == EXPR_CAST_ARRAY)
        e->cast_form = FORM_CAST_IMPLICIT;
}

struct expr *
coerce_to(struct analysis *an, struct expr *e, oid target, const struct coercion *how)
{
    if (!can_coerce(an, 1, &e->type, &target, how->context))
        return NULL;
    struct expr *typed = coerce_type(an, e, target, how);
    struct expr *cut = coerce_typmod(an, typed, how);
    if (cut != typed && typed != e)
        hide_cast(typed); /* one cast was written: the outer one shows it */
    return cut;
}

struct expr *
coerce_implicit(struct analysis *an, struct expr *e, oid target)
{
    struct coercion how = {CAST_IMPLICIT, -1, FORM_CAST_IMPLICIT, -1};
    return coerce_type(an, e, target, &how);
}

/* ---- wanted types ---- */

struct expr *
coerce_boolean(struct analysis *an, struct expr *e, const char *construct)
{
    if (e->type != TYPE_BOOL) {
        struct coercion how = {CAST_ASSIGNMENT, -1, FORM_CAST_IMPLICIT, -1};
        oid from = e->type;
        struct expr *made = coerce_to(an, e, TYPE_BOOL, &how);
        if (made == NULL)
            fail(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH,
                 "argument of %s must be type %s, not type %s", construct, "boolean",
                 type_text(an, from, -1));
        e = made;
    }
    if (expr_returns_set(e))
        fail(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH, "argument of %s must not return a set",
             construct);
    return e;
}

struct expr *
coerce_specific(struct analysis *an, struct expr *e, oid target, int32_t typmod,
                const char *construct)
{
    if (e->type != target) {
        struct coercion how = {CAST_ASSIGNMENT, typmod, FORM_CAST_IMPLICIT, -1};
        oid from = e->type;
        struct expr *made = coerce_to(an, e, target, &how);
        if (made == NULL)
            fail(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH,
                 "argument of %s must be type %s, not type %s", construct,
                 type_text(an, target, -1), type_text(an, from, -1));
        e = made;
    }
    if (expr_returns_set(e))
        fail(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH, "argument of %s must not return a set",
             construct);
    return e;
}

/* ---- common types ---- */

/* As UNION, CASE, VALUES and ARRAY want: context null asks quietly, OID_NONE if there is none. */
oid
common_type(struct analysis *an, struct expr *const *exprs, uint32_t count, const char *context,
            uint32_t *which)
{
    oid type = exprs[0]->type;
    uint32_t chosen = 0;
    bool is_same = type != TYPE_UNKNOWN;
    for (uint32_t i = 1; i < count && is_same; i++)
        is_same = exprs[i]->type == type;
    if (which != NULL)
        *which = 0;
    if (is_same)
        return type;

    type = base_type(an, type);
    for (uint32_t i = 1; i < count; i++) {
        oid next = base_type(an, exprs[i]->type);
        if (next == TYPE_UNKNOWN || next == type)
            continue;
        if (type == TYPE_UNKNOWN) {
            type = next;
            chosen = i;
            continue;
        }
        if (type_category(an, next) != type_category(an, type)) {
            if (context == NULL)
                return OID_NONE;
            fail(an, expr_start(exprs[i]), SQLSTATE_DATATYPE_MISMATCH,
                 "%s types %s and %s cannot be matched", context, type_text(an, type, -1),
                 type_text(an, next, -1));
        }
        if (!type_is_preferred(an, type_category(an, type), type) &&
            can_coerce(an, 1, &type, &next, CAST_IMPLICIT) &&
            !can_coerce(an, 1, &next, &type, CAST_IMPLICIT)) {
            type = next;
            chosen = i;
        }
    }
    if (which != NULL)
        *which = chosen;
    return type == TYPE_UNKNOWN ? TYPE_TEXT : type;
}

struct expr *
coerce_common(struct analysis *an, struct expr *e, oid target, const char *context)
{
    if (e->type == target)
        return e;
    if (!can_coerce(an, 1, &e->type, &target, CAST_IMPLICIT))
        fail(an, expr_start(e), SQLSTATE_CANNOT_COERCE, "%s could not convert type %s to %s",
             context, type_text(an, e->type, -1), type_text(an, target, -1));
    return coerce_implicit(an, e, target);
}

int32_t
common_typmod(struct expr *const *exprs, uint32_t count, oid type)
{
    for (uint32_t i = 0; i < count; i++) {
        if (exprs[i]->type != type || exprs[i]->typmod != exprs[0]->typmod)
            return -1;
    }
    return exprs[0]->typmod;
}
