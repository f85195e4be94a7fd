/*
 * subquery.c: queries in expressions: EXISTS, IN, op ANY, op ALL, scalar and ARRAY subqueries.
 */
#include "sql/analysis_int.h"

/* Why a subquery is not allowed in a clause; null: it is. */
static const char *
refusal(enum clause clause)
{
    switch (clause) {
    case CLAUSE_CHECK:
        return "cannot use subquery in check constraint";
    case CLAUSE_DEFAULT:
        return "cannot use subquery in DEFAULT expression";
    case CLAUSE_INDEX_KEY:
        return "cannot use subquery in index expression";
    case CLAUSE_INDEX_PREDICATE:
        return "cannot use subquery in index predicate";
    case CLAUSE_ALTER_TYPE:
        return "cannot use subquery in transform expression";
    case CLAUSE_EXECUTE:
        return "cannot use subquery in EXECUTE parameter";
    case CLAUSE_CALL:
        return "cannot use subquery in CALL argument";
    case CLAUSE_COPY_WHERE:
        return "cannot use subquery in COPY FROM WHERE condition";
    case CLAUSE_GENERATED:
        return "cannot use subquery in column generation expression";
    case CLAUSE_PARTITION_KEY:
        return "cannot use subquery in partition key expression";
    case CLAUSE_PARTITION_BOUND:
        return "cannot use subquery in partition bound";
    default:
        return NULL;
    }
}

static struct expr *
sublink_node(struct level *level, const PgQuery__SubLink *node, enum sublink_kind kind)
{
    struct analysis *an = level->an;
    const char *why_not = refusal(level->clause);
    if (why_not != NULL)
        fail(an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED, "%s", why_not);
    level->query->has_sublinks = true;
    struct expr *e = expr_new(an->arena, EXPR_SUBLINK, TYPE_BOOL, node->location);
    e->sublink.kind = kind;
    e->sublink.query = bind_subselect(level, node->subselect);
    return e;
}

static uint32_t
column_count(const struct query *q)
{
    const struct target *targets;
    return query_result_columns(q, &targets);
}

static struct expr *
bind_one_column(struct level *level, const PgQuery__SubLink *node, enum sublink_kind kind)
{
    struct analysis *an = level->an;
    struct expr *e = sublink_node(level, node, kind);
    if (column_count(e->sublink.query) != 1)
        fail(an, node->location, SQLSTATE_SYNTAX_ERROR, "subquery must return only one column");
    const struct expr *column = e->sublink.query->targets[0].expr;
    e->type = column->type;
    e->typmod = column->typmod;
    e->collation = column->collation;
    if (kind == SUBLINK_ARRAY) {
        e->type =
            array_element(an, column->type) != OID_NONE ? column->type : array_of(an, column->type);
        if (e->type == OID_NONE)
            fail(an, node->location, SQLSTATE_UNDEFINED_OBJECT,
                 "could not find array type for data type %s", type_text(an, column->type, -1));
    }
    expr_done(an, e);
    return e;
}

/* ANY and ALL: the test compares the left side with PARAM_SUBLINKs, a row's columns. */
static struct expr *
bind_quantified(struct level *level, const PgQuery__SubLink *node, enum sublink_kind kind)
{
    struct analysis *an = level->an;
    struct expr *left = bind_expr(level, node->testexpr);
    struct expr *e = sublink_node(level, node, kind);
    struct object_name op = {NULL, "=", node->location};
    if (node->n_oper_name > 0)
        op = operator_name(an, NODES(node, oper_name), node->location);
    e->sublink.op_name = op.name;

    bool is_row = left->kind == EXPR_ROW;
    uint32_t left_count = is_row ? left->arg_count : 1;
    uint32_t count = column_count(e->sublink.query);
    if (left_count < count)
        fail(an, node->location, SQLSTATE_SYNTAX_ERROR, "subquery has too many columns");
    if (left_count > count)
        fail(an, node->location, SQLSTATE_SYNTAX_ERROR, "subquery has too few columns");
    struct expr **right = arena_alloc_array(an->arena, count, sizeof *right);
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *column = e->sublink.query->targets[i].expr;
        right[i] = expr_new(an->arena, EXPR_PARAM, column->type, -1);
        right[i]->typmod = column->typmod;
        right[i]->collation = column->collation;
        right[i]->param.kind = PARAM_SUBLINK;
        right[i]->param.number = i + 1;
        expr_done(an, right[i]);
    }
    struct expr *test =
        compare_rows(level, op, is_row ? left->args : &left, left_count, right, count);
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &test, sizeof test);
    expr_done(an, e);
    return e;
}

struct expr *
bind_sublink(struct level *level, const PgQuery__SubLink *node)
{
    switch (node->sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK: {
        struct expr *e = sublink_node(level, node, SUBLINK_EXISTS);
        expr_done(level->an, e);
        return e;
    }
    case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
        return bind_quantified(level, node, SUBLINK_ANY);
    case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
        return bind_quantified(level, node, SUBLINK_ALL);
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
        return bind_one_column(level, node, SUBLINK_SCALAR);
    case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        return bind_one_column(level, node, SUBLINK_ARRAY);
    default:
        fail_unsupported(level->an, node->location, "this kind of subquery");
    }
}

struct expr *
bind_row_sublink(struct level *level, const PgQuery__SubLink *node)
{
    struct expr *e = sublink_node(level, node, SUBLINK_ROW);
    e->type = TYPE_RECORD;
    expr_done(level->an, e);
    return e;
}

struct expr **
row_fields(struct level *level, struct expr *row, uint32_t *count)
{
    struct analysis *an = level->an;
    const struct target *targets;
    *count = query_result_columns(row->sublink.query, &targets);
    struct expr **fields = arena_alloc_array(an->arena, *count, sizeof *fields);
    for (uint32_t i = 0; i < *count; i++) {
        struct expr *e = expr_new(an->arena, EXPR_FIELD, targets[i].expr->type, row->at);
        e->typmod = targets[i].expr->typmod;
        e->collation = targets[i].expr->collation;
        e->field.number = (int16_t)(i + 1);
        e->field.name = targets[i].name;
        e->arg_count = 1;
        e->args = arena_copy(an->arena, &row, sizeof row);
        expr_done(an, e);
        fields[i] = e;
    }
    return fields;
}
