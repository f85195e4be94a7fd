/*
 * index_match.c: which conditions an index answers.
 */
#include "plan/path.h"
#include "type/types.h"
#include "type/values.h"

struct matcher {
    struct level *level;
    const struct rel *rel;
    const struct index_def *index;
    const struct plan_index_exprs *exprs; /* null: columns only */
    struct path_bound *bounds;
    uint32_t count;
};

/* `e` without what changes a value's name but not its bytes. */
static const struct expr *
strip(const struct expr *e)
{
    while (e->kind == EXPR_RELABEL || e->kind == EXPR_COLLATE)
        e = e->args[0];
    return e;
}

/* Whether `e` is what the index's key `key` holds. */
static bool
is_key(const struct matcher *m, const struct expr *e, uint16_t key)
{
    e = strip(e);
    if (m->index->keys[key].attr == 0)
        return m->exprs != NULL && m->exprs->keys[key] != NULL &&
               expr_equal(e, strip(m->exprs->keys[key]));
    return e->kind == EXPR_COLUMN && e->column.levels_up == 0 && e->column.range == m->rel->range &&
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
        if (!is_key(m, condition->args[side], key) ||
            !fits_key(value->type, m->index->keys[key].type) || !is_outside(m, value))
            continue;
        *bound = (struct path_bound){
            .kind = BOUND_OP,
            .op = side == 0 ? (enum btree_op)strategy : btree_mirrored((enum btree_op)strategy),
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
        !is_key(m, condition->args[0], key) || !is_outside(m, array) ||
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
            !is_key(m, condition->args[0], key))
            return false;
        *bound =
            (struct path_bound){.kind = condition->null_test.is_not ? BOUND_NOT_NULL : BOUND_NULL,
                                .key = key,
                                .condition = condition};
        return true;
    case EXPR_COLUMN:
        /* A boolean column by itself: c = true. */
        if (condition->type != TYPE_BOOL || !is_key(m, condition, key))
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

/* ---- bounds that narrow only ---- */

/* Adds key op value as a condition of its own. */
static void
add_narrowing(struct matcher *m, uint16_t key, const struct expr *column, enum btree_op op,
              struct expr *value)
{
    struct level *level = m->level;
    oid type = m->index->keys[key].type;
    const struct operator_info *found =
        types_btree_operator(level->planner->types, column->type, value->type, op);

    if (found == NULL || m->count == INDEX_COLUMNS_MAX + 8 || !fits_key(value->type, type))
        return;
    struct expr *condition = expr_new(level->arena, EXPR_FUNC, TYPE_BOOL, -1);
    condition->func = (struct func_ref){.func = types_func(level->planner->types, found->func),
                                        .op = found,
                                        .form = FORM_OPERATOR,
                                        .input_collation = column->collation};
    condition->arg_count = 2;
    condition->args = arena_alloc_array(level->arena, 2, sizeof *condition->args);
    condition->args[0] = (struct expr *)(uintptr_t)column;
    condition->args[1] = value;
    expr_measure(condition);
    m->bounds[m->count++] = (struct path_bound){
        .kind = BOUND_OP, .op = op, .key = key, .value = value, .condition = condition};
}

static struct expr *
text_const(const struct matcher *m, const uint8_t *bytes, uint32_t count)
{
    struct slice kept = arena_slice(m->level->arena, slice_of(bytes, count));
    struct expr *e = expr_const(m->level->arena, TYPE_TEXT, -1, slice_datum(kept), -1);

    e->constant.phys = PHYS_VIEW;
    return e;
}

/* LIKE 'abc%': from 'abc' to before 'abd'. */
static void
narrow_by_pattern(struct matcher *m, const struct expr *condition, uint16_t key)
{
    struct pattern pattern;
    uint8_t end[PATTERN_PREFIX_MAX + 4];

    if (!is_text(m->index->keys[key].type))
        return;
    if (pattern_is_param(condition) && is_key(m, condition->args[0], key))
        m->level->planner->plan->wants_values = true;
    if (!pattern_read(condition, &pattern) || !is_key(m, pattern.text, key))
        return;
    add_narrowing(m, key, pattern.text, BTREE_GE, text_const(m, pattern.prefix, pattern.bytes));
    uint32_t bytes = pattern_end(&pattern, end);
    if (bytes != 0)
        add_narrowing(m, key, pattern.text, BTREE_LT, text_const(m, end, bytes));
}

/* (a, b) > (x, y): a >= x. */
static void
narrow_by_row(struct matcher *m, const struct expr *condition, uint16_t key)
{
    if (condition->kind != EXPR_ROW_COMPARE)
        return;
    enum btree_op op = condition->row_compare.op;
    struct expr *left = condition->args[0],
                *right = condition->args[condition->row_compare.column_count];
    bool is_mirrored = is_key(m, right, key);
    if (is_mirrored) {
        struct expr *swapped = left;
        left = right;
        right = swapped;
        op = btree_mirrored(op);
    }
    if (!is_key(m, left, key) || !is_outside(m, right))
        return;
    add_narrowing(m, key, left, op == BTREE_GT || op == BTREE_GE ? BTREE_GE : BTREE_LE, right);
}

bool
index_has_key(const struct rel *rel, const struct index_def *index, const struct expr *e,
              uint16_t key)
{
    struct matcher m = {.rel = rel, .index = index, .exprs = rel_exprs_of(rel, index)};

    return is_key(&m, e, key);
}

bool
index_is_outside(struct level *level, const struct rel *rel, const struct expr *value)
{
    struct matcher m = {.level = level, .rel = rel};

    return is_outside(&m, value);
}

uint32_t
index_match(struct level *level, const struct rel *rel, const struct index_def *index,
            const struct expr_list *conditions, struct path_bound *bounds, bool *is_taken,
            relset *needs)
{
    struct matcher m = {level, rel, index, rel_exprs_of(rel, index), bounds, 0};

    for (uint16_t key = 0; key < index->key_count; key++) {
        struct path_bound bound;
        uint32_t taken;
        if (match_equality(&m, conditions, key, &bound, &taken)) {
            bounds[m.count++] = bound;
            is_taken[taken] = true;
            continue;
        }
        for (uint32_t i = 0; i < conditions->count && m.count < INDEX_COLUMNS_MAX + 8; i++) {
            if (match_condition(&m, conditions->items[i], key, &bound)) {
                bounds[m.count++] = bound;
                is_taken[i] = true;
                continue;
            }
            narrow_by_pattern(&m, conditions->items[i], key);
            narrow_by_row(&m, conditions->items[i], key);
        }
        break;
    }
    for (uint32_t i = 0; i < m.count; i++) {
        if (bounds[i].value != NULL)
            *needs |= rels_of_expr(level, bounds[i].value);
    }
    return m.count;
}
