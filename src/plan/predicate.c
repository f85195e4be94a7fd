/*
 * predicate.c: what a table's indexes say beyond columns: key expressions, and which partial
 * indexes hold all the rows that a query wants.
 *
 * A partial index serves a scan if the scan's conditions imply its predicate: each conjunct of the
 * predicate is one of the conditions, follows from a comparison of the same expression with another
 * constant (x < 5 from x < 3), or is x IS NOT NULL where a condition lets no null x through.
 */
#include "plan/path.h"
#include "type/types.h"

/* ---- expressions of indexes ---- */

struct renumber {
    struct level *level;
    const struct rel *rel;
    bool is_lost; /* a column that the rel does not show */
};

static struct expr *
to_rel(void *object, struct expr *e)
{
    struct renumber *r = object;

    if (e->kind != EXPR_COLUMN)
        return expr_map(r->level->arena, e, to_rel, r);
    struct expr *column = arena_copy(r->level->arena, e, sizeof *e);
    column->column.range = r->rel->range;
    column->column.number = rel_number(r->rel, e->column.number);
    r->is_lost |= column->column.number <= 0;
    return column;
}

struct expr *
predicate_over_rel(struct level *level, const struct rel *rel, struct expr *e)
{
    struct renumber r = {level, rel, false};
    struct expr *made = e == NULL ? NULL : to_rel(&r, e);

    return r.is_lost ? NULL : made;
}

void
rel_index_exprs(struct level *level, struct rel *rel)
{
    struct planner *planner = level->planner;

    rel->index_exprs = rules_index_exprs(planner, rel->table, &rel->index_expr_count);
    for (uint32_t i = 0; i < rel->index_expr_count; i++) {
        struct plan_index_exprs *exprs = &rel->index_exprs[i];
        for (uint16_t k = 0; k < exprs->index->key_count; k++)
            exprs->keys[k] = predicate_over_rel(level, rel, exprs->keys[k]);
        exprs->predicate = predicate_over_rel(level, rel, exprs->predicate);
    }
}

const struct plan_index_exprs *
rel_exprs_of(const struct rel *rel, const struct index_def *index)
{
    for (uint32_t i = 0; i < rel->index_expr_count; i++) {
        if (rel->index_exprs[i].index == index)
            return &rel->index_exprs[i];
    }
    return NULL;
}

/* ---- implication ---- */

bool
predicate_read_comparison(const struct level *level, const struct expr *e,
                          struct predicate_comparison *comparison)
{
    if (e->kind != EXPR_FUNC || e->func.op == NULL || e->arg_count != 2)
        return false;
    int strategy = types_btree_strategy(level->planner->types, e->func.op->op);
    uint32_t side = e->args[1]->kind == EXPR_CONST ? 1 : 0;
    if (strategy == 0 || e->args[side]->kind != EXPR_CONST || e->args[side]->constant.is_null)
        return false;
    *comparison = (struct predicate_comparison){
        .left = e->args[1 - side],
        .value = e->args[side],
        .op = side == 1 ? (enum btree_op)strategy : btree_mirrored((enum btree_op)strategy)};
    return true;
}

/* True if left op value implies left wanted_op wanted; `order`: of value against wanted. */
static bool
op_implies(enum btree_op op, enum btree_op wanted, int order)
{
    switch (wanted) {
    case BTREE_LT:
        return (op == BTREE_LT && order <= 0) || ((op == BTREE_LE || op == BTREE_EQ) && order < 0);
    case BTREE_LE:
        return (op == BTREE_LT || op == BTREE_LE || op == BTREE_EQ) && order <= 0;
    case BTREE_EQ:
        return op == BTREE_EQ && order == 0;
    case BTREE_GE:
        return (op == BTREE_GT || op == BTREE_GE || op == BTREE_EQ) && order >= 0;
    case BTREE_GT:
        return (op == BTREE_GT && order >= 0) || ((op == BTREE_GE || op == BTREE_EQ) && order > 0);
    }
    return false;
}

static bool
comparison_implies(const struct level *level, const struct expr *condition,
                   const struct expr *wanted)
{
    struct predicate_comparison have, want;

    if (!predicate_read_comparison(level, condition, &have) ||
        !predicate_read_comparison(level, wanted, &want) || have.value->type != want.value->type ||
        !expr_equal(have.left, want.left))
        return false;
    const struct type_info *type = plan_type(level->planner, have.value->type);
    return type->compare != NULL &&
           op_implies(have.op, want.op,
                      type->compare(have.value->constant.value, want.value->constant.value));
}

bool
predicate_refuses_null(const struct expr *condition, const struct expr *part)
{
    switch (condition->kind) {
    case EXPR_FUNC:
        if (!condition->func.func->is_strict || condition->func.func->is_set)
            return false;
        break;
    case EXPR_NOT:
    case EXPR_RELABEL:
    case EXPR_COLLATE:
    case EXPR_CAST_INOUT:
        break;
    case EXPR_ARRAY_COMPARE:
        return condition->array_compare.ref.func->is_strict && !condition->array_compare.is_all &&
               (expr_equal(condition->args[0], part) ||
                predicate_refuses_null(condition->args[0], part));
    case EXPR_NULL_TEST:
        return condition->null_test.is_not && !condition->null_test.is_row &&
               (expr_equal(condition->args[0], part) ||
                predicate_refuses_null(condition->args[0], part));
    default:
        return expr_equal(condition, part);
    }
    for (uint32_t i = 0; i < condition->arg_count; i++) {
        if (expr_equal(condition->args[i], part) ||
            predicate_refuses_null(condition->args[i], part))
            return true;
    }
    return expr_equal(condition, part);
}

/* A truth value that is asked for: e itself, NOT e, e = true, e IS FALSE, ... */
static const struct expr *
read_truth(const struct level *level, const struct expr *e, bool *wanted)
{
    struct predicate_comparison comparison;

    *wanted = true;
    if (e->kind == EXPR_NOT) {
        const struct expr *inner = read_truth(level, e->args[0], wanted);
        *wanted = !*wanted;
        return inner;
    }
    if (e->kind == EXPR_BOOL_TEST && (e->bool_test == TEST_TRUE || e->bool_test == TEST_FALSE)) {
        *wanted = e->bool_test == TEST_TRUE;
        return e->args[0];
    }
    if (predicate_read_comparison(level, e, &comparison) && comparison.op == BTREE_EQ &&
        comparison.value->type == TYPE_BOOL) {
        *wanted = comparison.value->constant.value.b;
        return comparison.left;
    }
    return e;
}

static bool
truth_implies(const struct level *level, const struct expr *condition, const struct expr *wanted)
{
    bool have, want;
    const struct expr *left = read_truth(level, condition, &have);
    const struct expr *right = read_truth(level, wanted, &want);

    return have == want && left->type == TYPE_BOOL && expr_equal(left, right);
}

static bool condition_implies(const struct level *level, const struct expr *condition,
                              const struct expr *wanted);

/* Any part of an AND may imply; every part of an OR, or every element of IN, must. */
static bool
parts_imply(const struct level *level, const struct expr *condition, const struct expr *wanted)
{
    bool is_and = condition->kind == EXPR_AND;

    if (!is_and && condition->kind != EXPR_OR)
        return false;
    for (uint32_t i = 0; i < condition->arg_count; i++) {
        if (condition_implies(level, condition->args[i], wanted) == is_and)
            return is_and;
    }
    return !is_and;
}

static bool
condition_implies(const struct level *level, const struct expr *condition,
                  const struct expr *wanted)
{
    if (expr_equal(condition, wanted) || comparison_implies(level, condition, wanted) ||
        truth_implies(level, condition, wanted) || parts_imply(level, condition, wanted))
        return true;
    if (wanted->kind == EXPR_NULL_TEST && wanted->null_test.is_not && !wanted->null_test.is_row)
        return predicate_refuses_null(condition, wanted->args[0]);
    if (wanted->kind == EXPR_OR) {
        for (uint32_t i = 0; i < wanted->arg_count; i++) {
            if (condition_implies(level, condition, wanted->args[i]))
                return true;
        }
    }
    return false;
}

bool
predicate_is_implied(const struct level *level, const struct expr *predicate,
                     const struct expr_list *conditions)
{
    if (predicate->kind == EXPR_AND) {
        for (uint32_t i = 0; i < predicate->arg_count; i++) {
            if (!predicate_is_implied(level, predicate->args[i], conditions))
                return false;
        }
        return true;
    }
    for (uint32_t i = 0; i < conditions->count; i++) {
        if (condition_implies(level, conditions->items[i], predicate))
            return true;
    }
    return expr_is_true(predicate);
}

bool
predicate_tells(const struct expr *predicate, const struct expr *condition)
{
    if (predicate->kind != EXPR_AND)
        return expr_equal(predicate, condition);
    for (uint32_t i = 0; i < predicate->arg_count; i++) {
        if (predicate_tells(predicate->args[i], condition))
            return true;
    }
    return false;
}
