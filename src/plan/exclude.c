/*
 * exclude.c: members of a tree that no row wanted can be in, by their CHECK constraints.
 *
 * A member is left out if the conditions together say that one of its checks is false: rows for
 * which a check is null are in it. What is known of a check is read as conditions are, so that
 * x < 5 says no to x = 7, x IN (7, 8), and x > 6 OR x = 9.
 */
#include "catalog/catalog.h"
#include "plan/path.h"
#include "sql/analyze.h"

static bool refutes(const struct level *level, const struct expr *condition,
                    const struct expr *check);

/* True if left op value leaves nothing for left other_op other; `order`: of value against other. */
static bool
ops_exclude(enum btree_op op, enum btree_op other, int order)
{
    bool has_upper = op == BTREE_LT || op == BTREE_LE || op == BTREE_EQ;
    bool has_lower = op == BTREE_GT || op == BTREE_GE || op == BTREE_EQ;
    bool other_upper = other == BTREE_LT || other == BTREE_LE || other == BTREE_EQ;
    bool other_lower = other == BTREE_GT || other == BTREE_GE || other == BTREE_EQ;
    bool is_open = op == BTREE_LT || op == BTREE_GT || other == BTREE_LT || other == BTREE_GT;

    if (has_upper && other_lower && (order < 0 || (order == 0 && is_open)))
        return true;
    return has_lower && other_upper && (order > 0 || (order == 0 && is_open));
}

static bool
comparisons_exclude(const struct level *level, const struct expr *condition,
                    const struct expr *check)
{
    struct predicate_comparison a, b;

    if (!predicate_read_comparison(level, condition, &a) ||
        !predicate_read_comparison(level, check, &b) || a.value->type != b.value->type ||
        !expr_equal(a.left, b.left))
        return false;
    const struct type_info *type = plan_type(level->planner, a.value->type);
    return type->compare != NULL &&
           condition->func.input_collation == check->func.input_collation &&
           ops_exclude(a.op, b.op, type->compare(a.value->constant.value, b.value->constant.value));
}

/* x IN (constants) as x = one of them; false: it is not that. */
static bool
read_elements(const struct expr *e, const struct expr **array)
{
    if (e->kind != EXPR_ARRAY_COMPARE || e->array_compare.is_all || e->args[1]->kind != EXPR_ARRAY)
        return false;
    *array = e->args[1];
    return true;
}

/* x op element, of x op ANY (ARRAY[...]). */
static struct expr *
element_condition(const struct level *level, const struct expr *e, struct expr *element)
{
    struct expr *made = arena_alloc_zero(level->arena, sizeof *made);

    made->kind = EXPR_FUNC;
    made->type = TYPE_BOOL;
    made->typmod = -1;
    made->at = -1;
    made->func = e->array_compare.ref;
    made->arg_count = 2;
    made->args = arena_alloc_array(level->arena, 2, sizeof *made->args);
    made->args[0] = e->args[0];
    made->args[1] = element;
    return made;
}

/* The condition is an AND or OR, or stands for one. */
static bool
parts_refute(const struct level *level, const struct expr *condition, const struct expr *check)
{
    const struct expr *array;

    if (condition->kind == EXPR_AND || condition->kind == EXPR_OR) {
        bool is_and = condition->kind == EXPR_AND;
        for (uint32_t i = 0; i < condition->arg_count; i++) {
            if (refutes(level, condition->args[i], check) == is_and)
                return is_and;
        }
        return !is_and;
    }
    if (!read_elements(condition, &array) || array->arg_count == 0)
        return false;
    for (uint32_t i = 0; i < array->arg_count; i++) {
        if (!refutes(level, element_condition(level, condition, array->args[i]), check))
            return false;
    }
    return true;
}

/* The same for the check: an AND is false if a part is, an OR if all are. */
static bool
check_is_refuted(const struct level *level, const struct expr *condition, const struct expr *check)
{
    const struct expr *array;

    if (check->kind == EXPR_AND || check->kind == EXPR_OR) {
        bool is_and = check->kind == EXPR_AND;
        for (uint32_t i = 0; i < check->arg_count; i++) {
            if (refutes(level, condition, check->args[i]) == is_and)
                return is_and;
        }
        return !is_and;
    }
    if (!read_elements(check, &array) || array->arg_count == 0)
        return false;
    for (uint32_t i = 0; i < array->arg_count; i++) {
        if (!refutes(level, condition, element_condition(level, check, array->args[i])))
            return false;
    }
    return true;
}

static bool
nulls_exclude(const struct expr *condition, const struct expr *check)
{
    if (check->kind != EXPR_NULL_TEST || check->null_test.is_row)
        return false;
    if (!check->null_test.is_not)
        return predicate_refuses_null(condition, check->args[0]);
    return condition->kind == EXPR_NULL_TEST && !condition->null_test.is_not &&
           !condition->null_test.is_row && expr_equal(condition->args[0], check->args[0]);
}

/* True if the check is false for every row for which the condition is true. */
static bool
refutes(const struct level *level, const struct expr *condition, const struct expr *check)
{
    return expr_is_false_or_null(condition) || comparisons_exclude(level, condition, check) ||
           nulls_exclude(condition, check) || parts_refute(level, condition, check) ||
           check_is_refuted(level, condition, check);
}

static bool
check_excludes(struct level *level, const struct rel *member, const struct constraint_def *def)
{
    const struct plan_context *context = level->planner->context;
    const struct expr_list *quals = &member->tree->quals;
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    struct expr *check =
        predicate_over_rel(level, member,
                           fold_expr(level->planner, analyze_expr(&options, member->table,
                                                                  def->check_sql, TYPE_BOOL, -1)));

    if (check == NULL || expr_is_volatile(check))
        return false;
    struct expr all = {
        .kind = EXPR_AND, .type = TYPE_BOOL, .arg_count = quals->count, .args = quals->items};
    return refutes(level, &all, check);
}

bool
member_is_excluded(struct level *level, const struct rel *member)
{
    const struct expr_list *quals = &member->tree->quals;

    for (uint32_t i = 0; i < quals->count; i++) {
        if (expr_is_false_or_null(quals->items[i]))
            return true;
    }
    if (!level->planner->settings->excludes_by_checks || quals->count == 0)
        return false;
    for (uint16_t i = 0; i < member->table->constraint_count; i++) {
        const struct constraint_def *def = &member->table->constraints[i];
        if (def->kind == CONSTRAINT_CHECK && def->is_validated &&
            check_excludes(level, member, def))
            return true;
        level->planner->plan->wants_values |= def->kind == CONSTRAINT_CHECK;
    }
    return false;
}
