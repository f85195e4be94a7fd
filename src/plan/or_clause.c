/*
 * or_clause.c: what an OR of ANDs says that can be used before it is asked itself.
 *
 * (a AND b) OR (a AND c) is a AND (b OR c): `a` may be a join's key. And where each arm restricts a
 * rel, the OR of those restrictions can be asked at its scan, though the whole reads others too.
 */
#include "plan/planner_int.h"

/* An arm's conjuncts: itself, if it is no AND. */
static uint32_t
conjuncts_of(struct expr *const *arm, struct expr *const **conjuncts)
{
    if ((*arm)->kind == EXPR_AND) {
        *conjuncts = (*arm)->args;
        return (*arm)->arg_count;
    }
    *conjuncts = arm;
    return 1;
}

static bool
arm_holds(struct expr *const *arm, const struct expr *e)
{
    struct expr *const *conjuncts;
    uint32_t count = conjuncts_of(arm, &conjuncts);

    for (uint32_t i = 0; i < count; i++) {
        if (expr_equal(conjuncts[i], e))
            return true;
    }
    return false;
}

/* A node of `like`'s kind of bool operands; the operand if it is one. */
static struct expr *
logic_of(struct arena *arena, const struct expr *like, enum expr_kind kind,
         const struct expr_list *operands)
{
    if (operands->count == 1)
        return operands->items[0];
    struct expr *e = arena_copy(arena, like, sizeof *like);
    e->kind = kind;
    e->args = operands->items;
    e->arg_count = operands->count;
    return e;
}

struct expr *
or_factor(struct arena *arena, struct expr *whole, struct expr_list *common)
{
    struct expr_list shared = {NULL, 0, 0}, arms = {NULL, 0, 0};
    struct expr *const *conjuncts;
    uint32_t count = conjuncts_of(&whole->args[0], &conjuncts);

    for (uint32_t i = 0; i < count; i++) {
        bool is_shared = !expr_is_volatile(conjuncts[i]);
        for (uint32_t arm = 1; arm < whole->arg_count && is_shared; arm++)
            is_shared = arm_holds(&whole->args[arm], conjuncts[i]);
        if (is_shared && !expr_list_has(&shared, conjuncts[i]))
            expr_list_add(arena, &shared, conjuncts[i]);
    }
    if (shared.count == 0)
        return whole;
    bool is_implied = false; /* an arm says nothing more */
    for (uint32_t arm = 0; arm < whole->arg_count && !is_implied; arm++) {
        struct expr_list rest = {NULL, 0, 0};
        count = conjuncts_of(&whole->args[arm], &conjuncts);
        for (uint32_t i = 0; i < count; i++) {
            if (!expr_list_has(&shared, conjuncts[i]))
                expr_list_add(arena, &rest, conjuncts[i]);
        }
        is_implied = rest.count == 0;
        if (!is_implied)
            expr_list_add(arena, &arms, logic_of(arena, whole, EXPR_AND, &rest));
    }
    for (uint32_t i = 0; i < shared.count; i++)
        expr_list_add_conjuncts(arena, common, shared.items[i]);
    return is_implied ? NULL : logic_of(arena, whole, EXPR_OR, &arms);
}

struct expr *
or_restriction(const struct level *level, const struct expr *whole, relset rels)
{
    struct expr_list arms = {NULL, 0, 0};

    for (uint32_t arm = 0; arm < whole->arg_count; arm++) {
        struct expr_list own = {NULL, 0, 0};
        struct expr *const *conjuncts;
        uint32_t count = conjuncts_of(&whole->args[arm], &conjuncts);
        for (uint32_t i = 0; i < count; i++) {
            relset read = rels_of_expr(level, conjuncts[i]);
            if (read != 0 && (read & ~rels) == 0 && !expr_is_volatile(conjuncts[i]) &&
                !expr_contains(conjuncts[i], EXPR_SUBPLAN))
                expr_list_add(level->arena, &own, conjuncts[i]);
        }
        if (own.count == 0)
            return NULL;
        expr_list_add(level->arena, &arms, logic_of(level->arena, whole, EXPR_AND, &own));
    }
    return logic_of(level->arena, whole, EXPR_OR, &arms);
}
