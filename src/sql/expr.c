/*
 * expr.c: making bound expressions, walking and comparing them.
 *
 * expr_parts is the one place that knows which fields of a node are child expressions beside its
 * args; walk and map both go through it.
 */
#include "sql/expr.h"

#include "sql/print.h"

/* ---- children ---- */

#define PARTS_MAX 64

typedef bool (*part_visit)(void *object, struct expr **part);

static bool
visit_list(struct expr **list, uint32_t count, part_visit visit, void *object)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] != NULL && visit(object, &list[i]))
            return true;
    }
    return false;
}

static bool
visit_subscripts(struct expr *e, part_visit visit, void *object)
{
    for (uint32_t i = 0; i < e->subscript.part_count; i++) {
        struct subscript_part *part = &e->subscript.parts[i];
        if (part->lower != NULL && visit(object, &part->lower))
            return true;
        if (part->upper != NULL && visit(object, &part->upper))
            return true;
    }
    return e->subscript.assign != NULL && visit(object, &e->subscript.assign);
}

/* Visits the place of each direct child. */
static bool
expr_parts(struct expr *e, part_visit visit, void *object)
{
    if (e->kind == EXPR_CASE && e->case_.operand != NULL && visit(object, &e->case_.operand))
        return true;
    if (visit_list(e->args, e->arg_count, visit, object))
        return true;
    switch (e->kind) {
    case EXPR_AGGREGATE:
        if (visit_list(e->aggregate.direct, e->aggregate.direct_count, visit, object))
            return true;
        return e->aggregate.filter != NULL && visit(object, &e->aggregate.filter);
    case EXPR_WINDOW:
        return e->window.filter != NULL && visit(object, &e->window.filter);
    case EXPR_SUBSCRIPT:
        return visit_subscripts(e, visit, object);
    default:
        return false;
    }
}

struct walk {
    expr_visit visit;
    void *object;
};

static bool
walk_part(void *object, struct expr **part)
{
    const struct walk *walk = object;
    return walk->visit(walk->object, *part);
}

bool
expr_walk(const struct expr *e, expr_visit visit, void *object)
{
    struct walk walk = {visit, object};
    /* Visiting writes nothing. */
    return expr_parts((struct expr *)e, walk_part, &walk);
}

/* ---- changing ---- */

struct change_seen {
    expr_change change;
    void *object;
    struct expr *changed[PARTS_MAX]; /* the first parts' results, not to be asked for twice */
    uint32_t count;
    bool is_changed;
};

static bool
see_change(void *object, struct expr **part)
{
    struct change_seen *seen = object;
    struct expr *now = seen->change(seen->object, *part);
    if (seen->count < PARTS_MAX)
        seen->changed[seen->count] = now;
    seen->count++;
    seen->is_changed |= now != *part;
    return false;
}

static void
copy_lists(struct arena *arena, struct expr *e)
{
    e->args = arena_copy(arena, e->args, e->arg_count * sizeof(struct expr *));
    if (e->kind == EXPR_AGGREGATE) {
        e->aggregate.direct = arena_copy(arena, e->aggregate.direct,
                                         e->aggregate.direct_count * sizeof(struct expr *));
    } else if (e->kind == EXPR_SUBSCRIPT) {
        e->subscript.parts = arena_copy(arena, e->subscript.parts,
                                        e->subscript.part_count * sizeof(struct subscript_part));
    }
}

static bool
put_change(void *object, struct expr **part)
{
    struct change_seen *seen = object;
    *part =
        seen->count < PARTS_MAX ? seen->changed[seen->count] : seen->change(seen->object, *part);
    seen->count++;
    return false;
}

/* Nodes of more parts than changed[] holds: long lists, changed straight in a copy. */
static bool
put_now(void *object, struct expr **part)
{
    struct change_seen *seen = object;
    struct expr *now = seen->change(seen->object, *part);
    seen->is_changed |= now != *part;
    *part = now;
    return false;
}

struct expr *
expr_map(struct arena *arena, struct expr *e, expr_change change, void *object)
{
    struct change_seen seen = {.change = change, .object = object};
    if (e->arg_count == 0 && e->kind != EXPR_AGGREGATE && e->kind != EXPR_WINDOW)
        return e;
    if (e->arg_count > PARTS_MAX - 32) {
        struct expr *copy = arena_copy(arena, e, sizeof *e);
        copy_lists(arena, copy);
        expr_parts(copy, put_now, &seen);
        expr_measure(copy);
        return seen.is_changed ? copy : e;
    }
    expr_parts(e, see_change, &seen);
    if (!seen.is_changed)
        return e;
    struct expr *copy = arena_copy(arena, e, sizeof *e);
    copy_lists(arena, copy);
    seen.count = 0;
    expr_parts(copy, put_change, &seen);
    expr_measure(copy);
    return copy;
}

/* ---- looking ---- */

static bool
is_kind(void *object, const struct expr *child)
{
    return expr_contains(child, *(const enum expr_kind *)object);
}

bool
expr_contains(const struct expr *e, enum expr_kind kind)
{
    return e->kind == kind || expr_walk(e, is_kind, &kind);
}

static bool
find_start(void *object, const struct expr *child)
{
    int32_t *start = object;
    int32_t at = expr_start(child);
    if (at >= 0 && (*start < 0 || at < *start))
        *start = at;
    return false;
}

int32_t
expr_start(const struct expr *e)
{
    int32_t start = e->at;
    bool is_infix = (e->kind == EXPR_FUNC && e->func.form != FORM_CALL) || e->at < 0 ||
                    e->kind == EXPR_NULL_TEST || e->kind == EXPR_BOOL_TEST || e->kind == EXPR_AND ||
                    e->kind == EXPR_OR || e->kind == EXPR_ARRAY_COMPARE ||
                    e->kind == EXPR_DISTINCT || e->kind == EXPR_COLLATE ||
                    e->kind == EXPR_ROW_COMPARE || e->kind == EXPR_RELABEL ||
                    e->kind == EXPR_CAST_INOUT || e->kind == EXPR_CAST_ARRAY ||
                    e->kind == EXPR_CAST_DOMAIN || e->kind == EXPR_FIELD;
    if (is_infix)
        expr_walk(e, find_start, &start);
    return start;
}

/* ---- comparing ---- */

static bool
list_equal(struct expr *const *a, struct expr *const *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!expr_equal(a[i], b[i]))
            return false;
    }
    return true;
}

static bool
may_equal(const struct expr *a, const struct expr *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return expr_equal(a, b);
}

static bool
constant_equal(const struct expr *a, const struct expr *b)
{
    if (a->constant.is_null || b->constant.is_null)
        return a->constant.is_null == b->constant.is_null;
    if (a->constant.phys != b->constant.phys || a->constant.phys == PHYS_NONE)
        return a->constant.phys == b->constant.phys &&
               memcmp(&a->constant.value, &b->constant.value, sizeof(union datum)) == 0;
    if (a->constant.phys == PHYS_VIEW)
        return view_equal(&a->constant.value.view, &b->constant.value.view);
    return memcmp(&a->constant.value, &b->constant.value, phys_bytes(a->constant.phys)) == 0;
}

static bool
func_equal(const struct func_ref *a, const struct func_ref *b)
{
    return a->func == b->func && a->op == b->op && a->is_variadic == b->is_variadic &&
           a->is_variadic_array == b->is_variadic_array && a->columns == b->columns &&
           a->input_collation == b->input_collation;
}

static bool
keys_equal(const struct sort_key *a, const struct sort_key *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (a[i].item != b[i].item || a[i].less != b[i].less || a[i].equal != b[i].equal ||
            a[i].nulls_first != b[i].nulls_first || a[i].collation != b[i].collation)
            return false;
    }
    return true;
}

static bool
aggregate_equal(const struct aggregate_call *a, const struct aggregate_call *b)
{
    return func_equal(&a->ref, &b->ref) && a->call_arg_count == b->call_arg_count &&
           a->direct_count == b->direct_count && a->is_star == b->is_star &&
           a->is_distinct == b->is_distinct && a->order_count == b->order_count &&
           a->levels_up == b->levels_up && list_equal(a->direct, b->direct, a->direct_count) &&
           keys_equal(a->order, b->order, a->order_count) && may_equal(a->filter, b->filter);
}

static bool
subscript_equal(const struct expr *a, const struct expr *b)
{
    if (a->subscript.part_count != b->subscript.part_count ||
        a->subscript.is_slice != b->subscript.is_slice ||
        !may_equal(a->subscript.assign, b->subscript.assign))
        return false;
    for (uint32_t i = 0; i < a->subscript.part_count; i++) {
        if (!may_equal(a->subscript.parts[i].lower, b->subscript.parts[i].lower) ||
            !may_equal(a->subscript.parts[i].upper, b->subscript.parts[i].upper))
            return false;
    }
    return true;
}

static bool
row_compare_equal(const struct expr *a, const struct expr *b)
{
    if (a->row_compare.op != b->row_compare.op ||
        a->row_compare.column_count != b->row_compare.column_count)
        return false;
    for (uint32_t i = 0; i < a->row_compare.column_count; i++) {
        if (a->row_compare.operators[i] != b->row_compare.operators[i])
            return false;
    }
    return true;
}

static bool
grouping_equal(const struct expr *a, const struct expr *b)
{
    return a->grouping.levels_up == b->grouping.levels_up &&
           memcmp(a->grouping.groups, b->grouping.groups, a->arg_count * sizeof(uint32_t)) == 0;
}

/* The fields of the union, for nodes of one kind whose args are equal. */
static bool
column_equal(const struct column_ref *a, const struct column_ref *b)
{
    return a->range == b->range && a->number == b->number && a->levels_up == b->levels_up;
}

static bool
fields_equal(const struct expr *a, const struct expr *b)
{
    switch (a->kind) {
    case EXPR_CONST:
        return constant_equal(a, b);
    case EXPR_PARAM:
        return a->param.kind == b->param.kind && a->param.number == b->param.number;
    case EXPR_COLUMN:
        return column_equal(&a->column, &b->column);
    case EXPR_FUNC:
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return func_equal(&a->func, &b->func);
    case EXPR_NULL_TEST:
        return a->null_test.is_not == b->null_test.is_not &&
               a->null_test.is_row == b->null_test.is_row;
    case EXPR_BOOL_TEST:
        return a->bool_test == b->bool_test;
    case EXPR_CASE:
        return may_equal(a->case_.operand, b->case_.operand);
    case EXPR_MINMAX:
        return a->minmax.is_greatest == b->minmax.is_greatest && a->minmax.less == b->minmax.less;
    case EXPR_ARRAY_COMPARE:
        return func_equal(&a->array_compare.ref, &b->array_compare.ref) &&
               a->array_compare.is_all == b->array_compare.is_all;
    case EXPR_ROW_COMPARE:
        return row_compare_equal(a, b);
    case EXPR_SUBLINK:
        return a->sublink.kind == b->sublink.kind &&
               print_equal(a->sublink.query, b->sublink.query);
    case EXPR_AGGREGATE:
        return aggregate_equal(&a->aggregate, &b->aggregate);
    case EXPR_WINDOW:
        return func_equal(&a->window.ref, &b->window.ref) && a->window.window == b->window.window &&
               a->window.is_star == b->window.is_star &&
               may_equal(a->window.filter, b->window.filter);
    case EXPR_GROUPING:
        return grouping_equal(a, b);
    case EXPR_ARRAY:
        return a->array.is_nested == b->array.is_nested;
    case EXPR_SUBSCRIPT:
        return subscript_equal(a, b);
    case EXPR_FIELD:
        return a->field.number == b->field.number;
    case EXPR_FIELD_ASSIGN:
        return memcmp(a->field_assign.numbers, b->field_assign.numbers,
                      a->field_assign.count * sizeof(int16_t)) == 0;
    case EXPR_VALUE_FUNC:
        return a->value_func == b->value_func;
    case EXPR_NEXTVAL:
        return a->nextval.sequence == b->nextval.sequence;
    case EXPR_CURRENT_OF:
        return a->current_of.table == b->current_of.table &&
               a->current_of.key == b->current_of.key &&
               strcmp(a->current_of.cursor, b->current_of.cursor) == 0;
    case EXPR_SUBPLAN:
        return a->subplan == b->subplan;
    default:
        return true;
    }
}

bool
expr_equal(const struct expr *a, const struct expr *b)
{
    if (a == b)
        return true;
    /* What a column holds follows from which it is: references may not have been told all of it. */
    if (a->kind == EXPR_COLUMN && b->kind == EXPR_COLUMN)
        return column_equal(&a->column, &b->column);
    return a->kind == b->kind && a->type == b->type && a->typmod == b->typmod &&
           a->collation == b->collation && a->arg_count == b->arg_count &&
           list_equal(a->args, b->args, a->arg_count) && fields_equal(a, b);
}

/* ---- making ---- */

struct expr *
expr_new(struct arena *arena, enum expr_kind kind, oid type, int32_t at)
{
    struct expr *e = arena_alloc_zero(arena, sizeof *e);
    e->kind = kind;
    e->type = type;
    e->typmod = -1;
    e->at = at;
    return e;
}

static bool
measure_child(void *object, const struct expr *child)
{
    uint32_t *depth = object;
    if (child->depth + 1 > *depth)
        *depth = child->depth + 1;
    return false;
}

void
expr_measure(struct expr *e)
{
    e->depth = 0;
    expr_walk(e, measure_child, &e->depth);
}

/* Built-in types whose values are not views; of the user's, constants are not told apart. */
static enum phys
phys_of(oid type)
{
    switch (type) {
    case TYPE_BOOL:
        return PHYS_BOOL;
    case TYPE_INT2:
        return PHYS_I16;
    case TYPE_INT4:
    case TYPE_OID:
    case TYPE_DATE:
        return PHYS_I32;
    case TYPE_INT8:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return PHYS_I64;
    case TYPE_FLOAT4:
        return PHYS_F32;
    case TYPE_FLOAT8:
        return PHYS_F64;
    case TYPE_INTERVAL:
    case TYPE_UUID:
    case TYPE_TIMETZ:
        return PHYS_WIDE;
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_NAME:
    case TYPE_BYTEA:
    case TYPE_NUMERIC:
    case TYPE_UNKNOWN:
        return PHYS_VIEW;
    default:
        return PHYS_NONE;
    }
}

struct expr *
expr_const(struct arena *arena, oid type, int32_t typmod, union datum value, int32_t at)
{
    struct expr *e = expr_new(arena, EXPR_CONST, type, at);
    e->typmod = typmod;
    e->constant.value = value;
    e->constant.phys = phys_of(type);
    return e;
}

struct expr *
expr_null(struct arena *arena, oid type, int32_t typmod, int32_t at)
{
    struct expr *e = expr_new(arena, EXPR_CONST, type, at);
    e->typmod = typmod;
    e->constant.is_null = true;
    return e;
}

struct expr *
expr_bool(struct arena *arena, bool value)
{
    struct expr *e = expr_new(arena, EXPR_CONST, TYPE_BOOL, -1);
    e->constant.value.b = value;
    e->constant.phys = PHYS_BOOL;
    return e;
}
