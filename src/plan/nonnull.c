/*
 * nonnull.c: conditions that no null-extended row passes, which turn outer joins into inner ones.
 */
#include "plan/join_int.h"

/* Rels whose columns, all null, would make `e` null. */
static relset
null_makers(const struct level *level, const struct expr *e)
{
    relset rels = 0;

    switch (e->kind) {
    case EXPR_COLUMN:
        return rels_of_expr(level, e);
    case EXPR_FUNC:
        if (!e->func.func->is_strict || e->func.func->is_set)
            return 0;
        break;
    case EXPR_NOT:
    case EXPR_RELABEL:
    case EXPR_COLLATE:
    case EXPR_CAST_INOUT:
        break;
    case EXPR_ARRAY_COMPARE:
        return e->array_compare.ref.func->is_strict && !e->array_compare.is_all
                   ? null_makers(level, e->args[0])
                   : 0;
    default:
        return 0;
    }
    for (uint32_t i = 0; i < e->arg_count; i++)
        rels |= null_makers(level, e->args[i]);
    return rels;
}

relset
nonnull_rels(const struct level *level, const struct expr *e)
{
    relset rels = 0;

    switch (e->kind) {
    case EXPR_AND:
        for (uint32_t i = 0; i < e->arg_count; i++)
            rels |= nonnull_rels(level, e->args[i]);
        return rels;
    case EXPR_OR:
        rels = nonnull_rels(level, e->args[0]);
        for (uint32_t i = 1; i < e->arg_count; i++)
            rels &= nonnull_rels(level, e->args[i]);
        return rels;
    case EXPR_NULL_TEST:
        return e->null_test.is_not && !e->null_test.is_row ? null_makers(level, e->args[0]) : 0;
    case EXPR_BOOL_TEST:
        if (e->bool_test == TEST_TRUE || e->bool_test == TEST_FALSE ||
            e->bool_test == TEST_NOT_UNKNOWN)
            return null_makers(level, e->args[0]);
        return 0;
    default:
        return null_makers(level, e);
    }
}
