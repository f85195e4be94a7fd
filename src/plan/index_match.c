/*
 * index_match.c: which conditions an index answers.
 */
#include "plan/path.h"
#include "type/types.h"

struct matcher {
    struct level *level;
    const struct rel *rel;
    const struct index_def *index;
};

/* `e` without what changes a value's name but not its bytes. */
static const struct expr *
strip(const struct expr *e)
{
    while (e->kind == EXPR_RELABEL || e->kind == EXPR_COLLATE)
        e = e->args[0];
    return e;
}

static bool
is_key_column(const struct matcher *m, const struct expr *e, uint16_t key)
{
    e = strip(e);
    return e->kind == EXPR_COLUMN && e->column.levels_up == 0 && e->column.range == m->rel->range &&
           m->index->keys[key].attr != 0 &&
           rel_attr(m->rel, e->column.number) == m->index->keys[key].attr;
}

static bool
is_int(oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8;
}

static bool
is_text(oid type)
{
    return type == TYPE_TEXT || type == TYPE_VARCHAR;
}

/* True if a value of `type` can be encoded as one of the key's type, and compares as such. */
static bool
fits_key(oid type, oid key)
{
    return type == key || (is_int(type) && is_int(key)) || (is_text(type) && is_text(key));
}

/* A value that does not depend on the rel, nor changes from row to row. */
static bool
is_outside(const struct matcher *m, const struct expr *value)
{
    return (rels_of_expr(m->level, value) & relset_of(m->rel->idx)) == 0 &&
           !expr_is_volatile(value) && !expr_contains(value, EXPR_PLACEHOLDER) &&
           !expr_contains(value, EXPR_SUBPLAN);
}

static const enum btree_op mirrored[] = {
    0, BTREE_GT, BTREE_GE, BTREE_EQ, BTREE_LE, BTREE_LT,
};

static bool
match_operator(const struct matcher *m, struct expr *condition, uint16_t key,
               struct path_bound *bound)
{
    const struct operator_info *op = condition->func.op;

    if (op == NULL || condition->arg_count != 2)
        return false;
    int strategy = types_btree_strategy(m->level->planner->types, op->op);
    if (strategy == 0)
        return false;
    for (uint32_t side = 0; side < 2; side++) {
        struct expr *value = condition->args[1 - side];
        if (!is_key_column(m, condition->args[side], key) ||
            !fits_key(value->type, m->index->keys[key].type) || !is_outside(m, value))
            continue;
        *bound = (struct path_bound){
            .kind = BOUND_OP,
            .op = side == 0 ? (enum btree_op)strategy : mirrored[strategy],
            .key = key,
            .value = value,
            .condition = condition,
        };
        return true;
    }
    return false;
}

static bool
match_any(const struct matcher *m, struct expr *condition, uint16_t key, struct path_bound *bound)
{
    const struct operator_info *op = condition->array_compare.ref.op;
    struct expr *array = condition->args[1];

    if (op == NULL || condition->array_compare.is_all ||
        types_btree_strategy(m->level->planner->types, op->op) != BTREE_EQ ||
        !is_key_column(m, condition->args[0], key) || !is_outside(m, array) ||
        !fits_key(op->right, m->index->keys[key].type))
        return false;
    *bound = (struct path_bound){
        .kind = BOUND_ANY, .op = BTREE_EQ, .key = key, .value = array, .condition = condition};
    return true;
}

static bool
match_condition(const struct matcher *m, struct expr *condition, uint16_t key,
                struct path_bound *bound)
{
    switch (condition->kind) {
    case EXPR_FUNC:
        return match_operator(m, condition, key, bound);
    case EXPR_ARRAY_COMPARE:
        return match_any(m, condition, key, bound);
    case EXPR_NULL_TEST:
        if (condition->null_test.is_row || m->index->is_primary ||
            !is_key_column(m, condition->args[0], key))
            return false;
        *bound =
            (struct path_bound){.kind = condition->null_test.is_not ? BOUND_NOT_NULL : BOUND_NULL,
                                .key = key,
                                .condition = condition};
        return true;
    case EXPR_COLUMN:
        /* A boolean column by itself: c = true. */
        if (condition->type != TYPE_BOOL || !is_key_column(m, condition, key))
            return false;
        *bound = (struct path_bound){.kind = BOUND_OP,
                                     .op = BTREE_EQ,
                                     .key = key,
                                     .value = expr_bool(m->level->arena, true),
                                     .condition = condition};
        return true;
    default:
        return false;
    }
}

static bool
is_equality(const struct path_bound *bound)
{
    return bound->kind == BOUND_ANY || bound->kind == BOUND_NULL ||
           (bound->kind == BOUND_OP && bound->op == BTREE_EQ);
}

/* The best equality on one key column: a plain one before = ANY. */
static bool
match_equality(const struct matcher *m, const struct expr_list *conditions, uint16_t key,
               struct path_bound *best, uint32_t *taken)
{
    bool has_best = false;

    for (uint32_t i = 0; i < conditions->count; i++) {
        struct path_bound bound;
        if (!match_condition(m, conditions->items[i], key, &bound) || !is_equality(&bound))
            continue;
        if (has_best && (best->kind != BOUND_ANY || bound.kind == BOUND_ANY))
            continue;
        *best = bound;
        *taken = i;
        has_best = true;
    }
    return has_best;
}

uint32_t
index_match(struct level *level, const struct rel *rel, const struct index_def *index,
            const struct expr_list *conditions, struct path_bound *bounds, bool *is_taken,
            relset *needs)
{
    struct matcher m = {level, rel, index};
    uint32_t count = 0;

    for (uint16_t key = 0; key < index->key_count; key++) {
        struct path_bound bound;
        uint32_t taken;
        if (match_equality(&m, conditions, key, &bound, &taken)) {
            bounds[count++] = bound;
            is_taken[taken] = true;
            continue;
        }
        for (uint32_t i = 0; i < conditions->count && count < INDEX_COLUMNS_MAX + 8; i++) {
            if (match_condition(&m, conditions->items[i], key, &bound)) {
                bounds[count++] = bound;
                is_taken[i] = true;
            }
        }
        break;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (bounds[i].value != NULL)
            *needs |= rels_of_expr(level, bounds[i].value);
    }
    return count;
}
