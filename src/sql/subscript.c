/*
 * subscript.c: what follows an expression: a[1], a[2:3], r.field. As targets of an assignment they
 * are in assign.c.
 */
#include "base/check.h"
#include "sql/analysis_int.h"

#define DIMENSIONS_MAX 6

static struct expr *
bind_index(struct level *level, const PgQuery__Node *node)
{
    struct analysis *an = level->an;
    struct expr *e = bind_expr(level, node);
    struct coercion how = {CAST_ASSIGNMENT, -1, FORM_CAST_IMPLICIT, -1};
    struct expr *index = coerce_to(an, e, TYPE_INT4, &how);
    if (index == NULL)
        fail(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH,
             "array subscript must have type integer");
    return index;
}

static struct expr *
index_one(struct analysis *an)
{
    union datum value = {.words = {0, 0}};
    value.i32 = 1;
    struct expr *e = expr_const(an->arena, TYPE_INT4, -1, value, -1);
    expr_done(an, e);
    return e;
}

/* A subscript whose parts are still to be bound. */
static struct expr *
new_subscript(const struct analysis *an, struct expr *container, oid container_type, oid element,
              size_t part_count)
{
    struct expr *e = expr_new(an->arena, EXPR_SUBSCRIPT, element, container->at);
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &container, sizeof container);
    e->subscript.container = container_type;
    e->subscript.element = element;
    e->subscript.part_count = (uint32_t)part_count;
    e->subscript.parts = arena_alloc_zero(an->arena, part_count * sizeof *e->subscript.parts);
    return e;
}

/* Subscripts of a jsonb: integers stay what they are, all else becomes text. */
static struct expr *
bind_key(struct level *level, const PgQuery__Node *node)
{
    struct analysis *an = level->an;
    struct expr *e = bind_expr(level, node), *key = e;
    struct coercion how = {CAST_IMPLICIT, -1, FORM_CAST_IMPLICIT, -1};
    if (e->type != TYPE_INT4) {
        const oid targets[] = {TYPE_INT4, TYPE_TEXT};
        uint32_t found = e->type == TYPE_UNKNOWN ? 1 : 0;
        oid target = TYPE_TEXT;
        for (uint32_t i = 0; i < 2 && e->type != TYPE_UNKNOWN; i++) {
            if (can_coerce(an, 1, &e->type, &targets[i], CAST_IMPLICIT)) {
                target = targets[i];
                found++;
            }
        }
        if (found != 1)
            fail_hint(an, expr_start(e), SQLSTATE_DATATYPE_MISMATCH,
                      found == 0
                          ? "jsonb subscript must be coercible to either integer or text."
                          : "jsonb subscript must be coercible to only one type, integer or text.",
                      "subscript type %s is not supported", type_text(an, e->type, -1));
        key = coerce_to(an, e, target, &how);
    }
    check(key != NULL);
    return key;
}

/* container['key'][0]; what is assigned is a jsonb. */
static struct expr *
bind_jsonb_subscripts(struct level *level, struct expr *container, oid container_type,
                      struct nodes indices, struct expr *assign)
{
    struct analysis *an = level->an;
    struct expr *e = new_subscript(an, container, container_type, TYPE_JSONB, indices.count);
    for (size_t i = 0; i < indices.count; i++) {
        const PgQuery__AIndices *index = indices.items[i]->a_indices;
        if (index->is_slice)
            fail(an,
                 index->uidx == NULL ? container->at : expr_start(bind_expr(level, index->uidx)),
                 SQLSTATE_DATATYPE_MISMATCH, "jsonb subscript does not support slices");
        e->subscript.parts[i].upper = bind_key(level, index->uidx);
    }
    e->typmod = -1;
    e->subscript.assign = assign;
    if (assign != NULL)
        e->type = container_type;
    expr_done(an, e);
    return e;
}

struct expr *
bind_subscripts(struct level *level, struct expr *container, oid container_type,
                struct nodes indices, struct expr *assign)
{
    struct analysis *an = level->an;
    if (base_type(an, container_type) == TYPE_JSONB)
        return bind_jsonb_subscripts(level, container, container_type, indices, assign);
    oid element = subscript_element(an, base_type(an, container_type));
    if (element == OID_NONE)
        fail(an, container->at, SQLSTATE_DATATYPE_MISMATCH,
             "cannot subscript type %s because it does not support subscripting",
             type_text(an, container_type, -1));
    if (indices.count > DIMENSIONS_MAX)
        fail(an, -1, SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
             "number of array dimensions (%zu) exceeds the maximum allowed (%d)", indices.count,
             DIMENSIONS_MAX);
    struct expr *e = new_subscript(an, container, container_type, element, indices.count);
    for (size_t i = 0; i < indices.count; i++)
        e->subscript.is_slice |= indices.items[i]->a_indices->is_slice;
    for (size_t i = 0; i < indices.count; i++) {
        const PgQuery__AIndices *index = indices.items[i]->a_indices;
        struct subscript_part *part = &e->subscript.parts[i];
        if (index->lidx != NULL)
            part->lower = bind_index(level, index->lidx);
        else if (e->subscript.is_slice && !index->is_slice)
            part->lower = index_one(an);
        if (index->uidx != NULL)
            part->upper = bind_index(level, index->uidx);
    }
    e->typmod = container->typmod;
    e->collation = container->collation;
    if (e->subscript.is_slice)
        e->type = container_type;
    e->subscript.assign = assign;
    if (assign != NULL)
        e->type = container_type;
    expr_done(an, e);
    return e;
}

/* ---- as values ---- */

struct nodes
take_indices(struct nodes *rest)
{
    struct nodes indices = {0, rest->items};
    while (indices.count < rest->count &&
           rest->items[indices.count]->node_case == PG_QUERY__NODE__NODE_A_INDICES)
        indices.count++;
    rest->items += indices.count;
    rest->count -= indices.count;
    return indices;
}

static _Noreturn void
fail_field(struct level *level, const struct expr *e, const char *name)
{
    struct analysis *an = level->an;
    if (type_is_row(an, e->type) && e->type != TYPE_RECORD)
        fail(an, e->at, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" not found in data type %s", name,
             type_text(an, e->type, -1));
    if (e->type == TYPE_RECORD)
        fail(an, e->at, SQLSTATE_UNDEFINED_COLUMN,
             "could not identify column \"%s\" in record data type", name);
    fail(an, e->at, SQLSTATE_WRONG_OBJECT_TYPE,
         "column notation .%s applied to type %s, which is not a composite type", name,
         type_text(an, e->type, -1));
}

struct expr *
bind_indirection_on(struct level *level, struct expr *e, struct nodes steps)
{
    while (steps.count > 0) {
        struct nodes indices = take_indices(&steps);
        if (indices.count > 0) {
            e = bind_subscripts(level, e, e->type, indices, NULL);
            continue;
        }
        const char *name = tree_string(steps.items[0]);
        if (name == NULL)
            fail(level->an, e->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "row expansion via \"*\" is not supported here");
        struct expr *field = field_find(level, e, name, e->at);
        if (field == NULL)
            fail_field(level, e, name);
        e = field;
        steps.items++;
        steps.count--;
    }
    return e;
}

struct expr *
bind_indirection(struct level *level, const PgQuery__AIndirection *node)
{
    return bind_indirection_on(level, bind_expr(level, node->arg), NODES(node, indirection));
}
