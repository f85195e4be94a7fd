/*
 * collation.c: which collation an expression has, and finishing a node once its parts are set.
 *
 * Derived from below, as PostgreSQL does: COLLATE is explicit and beats what is implicit (columns'
 * and types' own); two different explicit ones are an error at once, two different implicit ones
 * (other than the default) only if somebody needs a collation, which run time will tell.
 */
#include "sql/analysis_int.h"

struct derived {
    oid collation;
    enum collation_strength strength;
    int32_t at;
};

static void
derive_from(struct analysis *an, struct derived *derived, const struct expr *e)
{
    if (e->strength == COLLATION_NONE || e->strength < derived->strength)
        return;
    if (e->strength > derived->strength) {
        *derived = (struct derived){e->collation, e->strength, e->at};
        return;
    }
    if (e->strength == COLLATION_CONFLICT || e->collation == derived->collation)
        return;
    if (e->strength == COLLATION_EXPLICIT)
        fail(an, e->at, SQLSTATE_COLLATION_MISMATCH,
             "collation mismatch between explicit collations \"%s\" and \"%s\"",
             collation_text(an, derived->collation), collation_text(an, e->collation));
    if (derived->collation == COLLATION_DEFAULT) {
        derived->collation = e->collation;
        derived->at = e->at;
    } else if (e->collation != COLLATION_DEFAULT) {
        derived->strength = COLLATION_CONFLICT;
        derived->collation = OID_NONE;
    }
}

const char *
collation_text(const struct analysis *an, oid collation)
{
    if (an->scope->collation_name == NULL)
        return "default";
    const char *name = an->scope->collation_name(an->scope->object, collation);
    return name == NULL ? "default" : name;
}

static void
derive_args(struct analysis *an, struct derived *derived, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_CASE:
        /* The results alone: conditions and operand are not what comes out. */
        for (uint32_t i = 1; i < e->arg_count; i += 2)
            derive_from(an, derived, e->args[i]);
        derive_from(an, derived, e->args[e->arg_count - 1]);
        return;
    case EXPR_AGGREGATE:
        for (uint32_t i = 0; i < e->aggregate.call_arg_count; i++)
            derive_from(an, derived, e->args[i]);
        return;
    case EXPR_ROW:
    case EXPR_GROUPING:
        return;
    default:
        for (uint32_t i = 0; i < e->arg_count; i++)
            derive_from(an, derived, e->args[i]);
    }
}

static void
set_input(struct expr *e, oid collation)
{
    switch (e->kind) {
    case EXPR_FUNC:
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        e->func.input_collation = collation;
        break;
    case EXPR_AGGREGATE:
        e->aggregate.ref.input_collation = collation;
        break;
    case EXPR_WINDOW:
        e->window.ref.input_collation = collation;
        break;
    case EXPR_MINMAX:
        e->minmax.input_collation = collation;
        break;
    case EXPR_ARRAY_COMPARE:
        e->array_compare.ref.input_collation = collation;
        break;
    default:
        break;
    }
}

/* Leaves have their own: what their maker set, else the type's. */
static bool
is_leaf(const struct expr *e)
{
    return e->kind == EXPR_CONST || e->kind == EXPR_PARAM || e->kind == EXPR_COLUMN ||
           e->kind == EXPR_SUBLINK || e->kind == EXPR_PLACEHOLDER || e->kind == EXPR_VALUE_FUNC ||
           e->kind == EXPR_FIELD;
}

void
expr_done(struct analysis *an, struct expr *e)
{
    expr_measure(e);
    if (e->depth + an->depth > 2 * EXPR_DEPTH_MAX || e->depth > EXPR_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    if (e->kind == EXPR_COLLATE) {
        e->strength = COLLATION_EXPLICIT;
        return;
    }
    const struct type_info *info = scope_type(an->scope, e->type);
    bool is_collatable = info != NULL && info->is_collatable;
    if (is_leaf(e)) {
        if (is_collatable && e->collation == OID_NONE)
            e->collation = COLLATION_DEFAULT;
        e->strength = e->collation != OID_NONE ? COLLATION_IMPLICIT : COLLATION_NONE;
        return;
    }
    struct derived derived = {OID_NONE, COLLATION_NONE, -1};
    derive_args(an, &derived, e);
    set_input(e, derived.collation);
    if (!is_collatable) {
        e->collation = OID_NONE;
        e->strength = COLLATION_NONE;
    } else if (derived.strength == COLLATION_NONE) {
        e->collation = COLLATION_DEFAULT;
        e->strength = COLLATION_IMPLICIT;
    } else {
        e->collation = derived.collation;
        e->strength = derived.strength;
    }
}

struct expr *
collate_node(struct analysis *an, struct expr *arg, oid collation, int32_t at)
{
    struct expr *e = expr_new(an->arena, EXPR_COLLATE, arg->type, at);
    e->typmod = arg->typmod;
    e->collation = collation;
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &arg, sizeof arg);
    expr_done(an, e);
    return e;
}

struct expr *
bind_collate(struct level *level, const PgQuery__CollateClause *node)
{
    struct analysis *an = level->an;
    struct expr *arg = bind_expr(level, node->arg);
    const struct type_info *info = scope_type(an->scope, arg->type);
    if (arg->type != TYPE_UNKNOWN && (info == NULL || !info->is_collatable))
        fail(an, node->location, SQLSTATE_DATATYPE_MISMATCH,
             "collations are not supported by type %s", type_text(an, arg->type, -1));
    return collate_node(an, arg, collation_get(an, NODES(node, collname), node->location),
                        node->location);
}

oid
collation_get(struct analysis *an, struct nodes names, int32_t at)
{
    struct object_name name = object_name(an, names, at);
    oid collation = OID_NONE;
    if (an->scope->collation != NULL)
        collation = an->scope->collation(an->scope->object, name.schema, name.name);
    if (collation == OID_NONE)
        fail(an, at, SQLSTATE_UNDEFINED_OBJECT,
             "collation \"%s\" for encoding \"%s\" does not exist",
             dotted_name(an, name.schema, name.name), "UTF8");
    return collation;
}
