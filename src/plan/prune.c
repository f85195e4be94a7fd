/*
 * prune.c: see prune.h.
 */
#include "plan/prune.h"

#include "plan/path.h"
#include "sql/analyze.h"
#include "type/array.h"
#include "type/values.h"

/* ---- matching ---- */

struct matcher {
    const struct prune_level *level;
    const struct type_env *env;
    struct arena *arena;
    prune_value value;
    void *object;
};

static void match_step(const struct matcher *m, const struct prune_step *step, uint64_t *set);

static uint32_t
word_count(const struct matcher *m)
{
    return PARTITION_WORDS(partition_slot_count(m->level->route->map));
}

static uint64_t *
new_set(const struct matcher *m)
{
    return arena_alloc_zero(m->arena, (word_count(m) + 1) * sizeof(uint64_t));
}

/* An integer as one of another width; false: it has no such value. */
static bool
fit_int(oid from, oid to, union datum *value)
{
    int64_t wide = from == TYPE_INT2 ? value->i16 : from == TYPE_INT4 ? value->i32 : value->i64;
    if (to == TYPE_INT8)
        *value = i64_datum(wide);
    else if (to == TYPE_INT4)
        *value = i32_datum((int32_t)wide);
    else
        *value = i16_datum((int16_t)wide);
    return to == TYPE_INT8 || (to == TYPE_INT4 && wide == (int32_t)wide) ||
           (to == TYPE_INT2 && wide == (int16_t)wide);
}

static bool
is_int(oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8;
}

enum found { FOUND_VALUE, FOUND_NULL, FOUND_NOTHING };

static enum found
fit_value(oid from, oid to, union datum *value)
{
    if (from != to && is_int(from) && is_int(to) && !fit_int(from, to, value))
        return FOUND_NOTHING;
    return FOUND_VALUE;
}

/* The last value of a probe is given; the others are looked up. */
static void
probe(const struct matcher *m, const struct prune_step *step, union datum last, uint64_t *set)
{
    union datum values[INDEX_COLUMNS_MAX];
    bool nulls[INDEX_COLUMNS_MAX];
    uint16_t place = (uint16_t)(step->count - 1);

    for (uint16_t i = 0; i < step->count; i++) {
        bool is_null = false;
        nulls[i] = step->values[i] == UINT32_MAX;
        if (i == place || nulls[i])
            continue;
        uint32_t number = step->values[i];
        enum found found = FOUND_NOTHING;
        if (m->value(m->object, m->level, number, &values[i], &is_null))
            found = is_null ? FOUND_NULL
                            : fit_value(m->level->values[number]->type,
                                        m->level->route->map->key->types[i], &values[i]);
        else
            found = FOUND_NOTHING;
        if (found == FOUND_NULL)
            return;
        if (found == FOUND_NOTHING) {
            partition_match_all(m->level->route->map, set);
            return;
        }
    }
    values[place] = last;
    struct partition_probe asked = {.op = step->op,
                                    .is_not = step->is_not,
                                    .is_row = step->is_row,
                                    .count = step->count,
                                    .values = values,
                                    .is_null = nulls};
    partition_match(m->level->route->map, m->env, m->arena, &asked, set);
}

static void
match_value(const struct matcher *m, const struct prune_step *step, oid type, union datum value,
            uint64_t *set)
{
    oid key = m->level->route->map->key->types[step->count - 1];

    if (fit_value(type, key, &value) == FOUND_VALUE)
        probe(m, step, value, set);
    else if (step->op != BTREE_EQ || step->is_not)
        partition_match_all(m->level->route->map, set);
    else
        partition_match_other(m->level->route->map, set);
}

static void
match_any(const struct matcher *m, const struct prune_step *step, union datum value, uint64_t *set)
{
    struct array array = array_read(&value);

    for (uint32_t i = 0; i < array.count; i++) {
        uint64_t *one = new_set(m);
        if (!array_is_null(&array, i))
            match_value(m, step, array.element, array_get(&array, i), one);
        else if (!step->is_all)
            continue;
        for (uint32_t w = 0; w < word_count(m); w++)
            set[w] = i == 0 || !step->is_all ? set[w] | one[w] : set[w] & one[w];
    }
    if (array.count == 0 && step->is_all)
        partition_match_all(m->level->route->map, set);
}

static void
match_probe(const struct matcher *m, const struct prune_step *step, uint64_t *set)
{
    uint32_t number = step->values[step->count - 1];
    union datum value = {.words = {0, 0}};
    bool is_null = false;

    if (number == UINT32_MAX) {
        probe(m, step, value, set);
        return;
    }
    if (!m->value(m->object, m->level, number, &value, &is_null)) {
        partition_match_all(m->level->route->map, set);
        return;
    }
    if (is_null)
        return; /* the condition is not true for any row */
    if (step->kind == PRUNE_ANY)
        match_any(m, step, value, set);
    else
        match_value(m, step, m->level->values[number]->type, value, set);
}

static void
match_many(const struct matcher *m, const struct prune_step *step, uint64_t *set)
{
    for (uint32_t i = 0; i < step->step_count; i++) {
        uint64_t *one = new_set(m);
        match_step(m, step->steps[i], one);
        for (uint32_t w = 0; w < word_count(m); w++)
            set[w] = i == 0 || step->kind == PRUNE_OR ? set[w] | one[w] : set[w] & one[w];
    }
}

static void
match_step(const struct matcher *m, const struct prune_step *step, uint64_t *set)
{
    switch (step->kind) {
    case PRUNE_PROBE:
    case PRUNE_ANY:
        match_probe(m, step, set);
        break;
    case PRUNE_NULL:
        partition_match_null(m->level->route->map, step->is_not, set);
        break;
    default:
        match_many(m, step, set);
    }
}

void
prune_match(const struct prune_level *level, const struct type_env *env, struct arena *arena,
            prune_value value, void *object, uint64_t *leaves)
{
    struct matcher m = {level, env, arena, value, object};
    const struct partition_map *map = level->route->map;
    uint64_t *slots = new_set(&m);
    uint64_t *set = arena_alloc_zero(arena, (PARTITION_WORDS(map->count) + 1) * sizeof *set);

    if (level->step != NULL)
        match_step(&m, level->step, slots);
    else
        partition_match_all(map, slots);
    partition_of_slots(map, slots, set);
    for (uint32_t i = 0; i < level->route->map->count; i++) {
        if (!partition_bit(set, i))
            continue;
        if (level->children[i] != NULL)
            prune_match(level->children[i], env, arena, value, object, leaves);
        else
            partition_bit_set(leaves, level->route->first_leaf + i);
    }
}

/* ---- conditions ---- */

/* A condition on one column of the key. */
struct clause {
    uint16_t column;
    enum prune_kind kind; /* PROBE, ANY, NULL */
    enum btree_op op;
    bool is_not, is_all;
    uint32_t value;
};

struct builder {
    struct level *level;
    const struct rel *rel;
    const struct plan_route *route;
    struct expr **keys; /* over the range's columns */
    struct expr_list values;
};

static const struct expr *
strip(const struct expr *e)
{
    while (e->kind == EXPR_RELABEL ||
           (e->kind == EXPR_CAST_ARRAY && e->args[1]->kind == EXPR_RELABEL))
        e = e->args[0];
    return e;
}

struct step_list {
    struct arena *arena;
    const struct prune_step **steps;
    uint32_t count, room;
};

static struct prune_step *
add_step(struct step_list *list, enum prune_kind kind)
{
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 4 : list->room * 2;
        list->steps = arena_resize(list->arena, list->steps, list->room * sizeof *list->steps,
                                   room * sizeof *list->steps);
        list->room = room;
    }
    struct prune_step *step = arena_alloc_zero(list->arena, sizeof *step);
    step->kind = kind;
    list->steps[list->count++] = step;
    return step;
}

static const struct prune_step *build_and(struct builder *b, const struct expr_list *conditions,
                                          bool *is_known);

struct key_map {
    struct level *level;
    const struct rel *rel;
    const struct plan_route *route;
};

static struct expr *
key_change(void *object, struct expr *e)
{
    struct key_map *map = object;

    if (e->kind != EXPR_COLUMN)
        return expr_map(map->level->arena, e, key_change, object);
    return rel_column(map->level, map->rel,
                      (int16_t)(map->route->columns[e->column.number - 1] + 1));
}

static bool
is_key(const struct builder *b, const struct expr *e, uint16_t column)
{
    return expr_equal(strip(e), strip(b->keys[column]));
}

static bool
is_outside(const struct builder *b, const struct expr *value)
{
    return (rels_of_expr(b->level, value) & relset_of(b->rel->idx)) == 0 &&
           !expr_is_volatile(value) && !expr_contains(value, EXPR_PLACEHOLDER) &&
           !expr_contains(value, EXPR_SUBPLAN) && !expr_contains(value, EXPR_SUBLINK);
}

static bool
fits(oid type, oid key)
{
    bool is_text =
        (type == TYPE_TEXT || type == TYPE_VARCHAR) && (key == TYPE_TEXT || key == TYPE_VARCHAR);
    return type == key || (is_int(type) && is_int(key)) || is_text;
}

static uint32_t
add_value(struct builder *b, struct expr *value)
{
    expr_list_add(b->level->arena, &b->values, value);
    return b->values.count - 1;
}

/* The strategy of an operator in the key's order; *is_not: it is the negator of "=". */
static int
strategy_of(const struct builder *b, const struct operator_info *op, bool *is_not)
{
    const struct types *types = b->level->planner->types;
    int strategy = op == NULL ? 0 : types_btree_strategy(types, op->op);

    *is_not = false;
    if (strategy != 0 || op == NULL || op->negator == OID_NONE ||
        types_btree_strategy(types, op->negator) != BTREE_EQ)
        return strategy;
    *is_not = true;
    return b->route->map->key->strategy == 'l' ? BTREE_EQ : 0;
}

static bool
same_collation(const struct builder *b, uint16_t column, oid collation)
{
    oid key = b->route->map->key->collations[column];
    return key == OID_NONE || collation == OID_NONE || collation == key;
}

static bool
take_operator(struct builder *b, const struct expr *e, struct clause *clause)
{
    bool is_not;
    int strategy = strategy_of(b, e->func.op, &is_not);

    if (strategy == 0 || e->arg_count != 2)
        return false;
    for (uint32_t side = 0; side < 2; side++) {
        struct expr *value = e->args[1 - side];
        for (uint16_t k = 0; k < b->route->map->key->count; k++) {
            if (!is_key(b, e->args[side], k) || !is_outside(b, value) ||
                !fits(value->type, b->route->map->key->types[k]) ||
                !same_collation(b, k, e->func.input_collation))
                continue;
            enum btree_op op = (enum btree_op)strategy;
            *clause = (struct clause){.column = k,
                                      .kind = PRUNE_PROBE,
                                      .op = side == 0 ? op : btree_mirrored(op),
                                      .is_not = is_not,
                                      .value = add_value(b, value)};
            return true;
        }
    }
    return false;
}

static bool
take_array(struct builder *b, const struct expr *e, struct clause *clause)
{
    bool is_not;
    int strategy = strategy_of(b, e->array_compare.ref.op, &is_not);
    struct expr *array = e->args[1];

    if (strategy == 0 || !is_outside(b, array))
        return false;
    const struct type_info *info = plan_type(b->level->planner, strip(array)->type);
    for (uint16_t k = 0; k < b->route->map->key->count; k++) {
        if (!is_key(b, e->args[0], k) || !fits(info->element, b->route->map->key->types[k]) ||
            !same_collation(b, k, e->array_compare.ref.input_collation))
            continue;
        *clause = (struct clause){.column = k,
                                  .kind = PRUNE_ANY,
                                  .op = (enum btree_op)strategy,
                                  .is_not = is_not,
                                  .is_all = e->array_compare.is_all,
                                  .value = add_value(b, (struct expr *)(uintptr_t)strip(array))};
        return true;
    }
    return false;
}

/* x IN (a, b), its array written out: a clause an element, into *any. */
static bool
take_elements(struct builder *b, const struct expr *e, struct step_list *list)
{
    const struct expr *array = e->kind == EXPR_ARRAY_COMPARE ? strip(e->args[1]) : NULL;
    struct step_list own = {.arena = b->level->arena};

    if (array == NULL || array->kind != EXPR_ARRAY || array->array.is_nested)
        return false;
    for (uint32_t i = 0; i < array->arg_count; i++) {
        struct expr compare = {.kind = EXPR_FUNC, .type = TYPE_BOOL, .arg_count = 2};
        struct expr *args[2] = {e->args[0], array->args[i]};
        struct expr_list one = {NULL, 0, 0};
        bool is_known;
        compare.func = e->array_compare.ref;
        compare.args = arena_copy(b->level->arena, args, sizeof args);
        expr_list_add(b->level->arena, &one, arena_copy(b->level->arena, &compare, sizeof compare));
        const struct prune_step *step = build_and(b, &one, &is_known);
        if (!is_known)
            return false;
        *add_step(&own, PRUNE_AND) = *step;
    }
    struct prune_step *all = add_step(list, e->array_compare.is_all ? PRUNE_AND : PRUNE_OR);
    all->step_count = own.count;
    all->steps = own.steps;
    return own.count != 0;
}

static bool
take_bool(struct builder *b, const struct expr *e, bool wanted, struct clause *clause)
{
    for (uint16_t k = 0; k < b->route->map->key->count; k++) {
        if (e->type != TYPE_BOOL || b->route->map->key->types[k] != TYPE_BOOL || !is_key(b, e, k))
            continue;
        *clause = (struct clause){.column = k,
                                  .kind = PRUNE_PROBE,
                                  .op = BTREE_EQ,
                                  .value = add_value(b, expr_bool(b->level->arena, wanted))};
        return true;
    }
    return false;
}

static bool
take_null(struct builder *b, const struct expr *e, bool is_not, struct clause *clause)
{
    for (uint16_t k = 0; k < b->route->map->key->count; k++) {
        if (!is_key(b, e, k))
            continue;
        *clause = (struct clause){.column = k, .kind = PRUNE_NULL, .is_not = is_not};
        return true;
    }
    return false;
}

static bool
take_clause(struct builder *b, const struct expr *e, struct clause *clause)
{
    switch (e->kind) {
    case EXPR_FUNC:
        return take_operator(b, e, clause) || take_bool(b, e, true, clause);
    case EXPR_ARRAY_COMPARE:
        return take_array(b, e, clause);
    case EXPR_NULL_TEST:
        return !e->null_test.is_row && take_null(b, e->args[0], e->null_test.is_not, clause);
    case EXPR_NOT:
        return take_bool(b, e->args[0], false, clause);
    case EXPR_BOOL_TEST:
        if (e->bool_test == TEST_TRUE || e->bool_test == TEST_FALSE)
            return take_bool(b, e->args[0], e->bool_test == TEST_TRUE, clause);
        return false;
    default:
        return take_bool(b, e, true, clause);
    }
}

/* ---- steps of clauses ---- */

/* The first equality with one value on a column; null: none. */
static const struct clause *
equality(const struct clause *clauses, uint32_t count, uint16_t column)
{
    for (uint32_t i = 0; i < count; i++) {
        if (clauses[i].column == column && clauses[i].kind == PRUNE_PROBE &&
            clauses[i].op == BTREE_EQ && !clauses[i].is_not)
            return &clauses[i];
    }
    return NULL;
}

/* a <= 1 before b < 2 says (a, b) < (1, 2); null: there is no such bound on the column. */
static const struct clause *
weak_bound(const struct clause *clauses, uint32_t count, uint16_t column, enum btree_op op)
{
    enum btree_op weak = op == BTREE_LT || op == BTREE_LE   ? BTREE_LE
                         : op == BTREE_GT || op == BTREE_GE ? BTREE_GE
                                                            : 0;
    for (uint32_t i = 0; i < count && weak != 0; i++) {
        if (clauses[i].column == column && clauses[i].kind == PRUNE_PROBE &&
            clauses[i].op == weak && !clauses[i].is_not)
            return &clauses[i];
    }
    return NULL;
}

static bool
is_null_clause(const struct clause *clauses, uint32_t count, uint16_t column)
{
    for (uint32_t i = 0; i < count; i++) {
        if (clauses[i].column == column && clauses[i].kind == PRUNE_NULL && !clauses[i].is_not)
            return true;
    }
    return false;
}

/* A probe that ends with the clause, after equalities on the columns before. */
static void
add_probe(const struct builder *b, struct step_list *list, const struct clause *clauses,
          uint32_t count, const struct clause *last)
{
    uint32_t *values = arena_alloc_array(list->arena, last->column + 1u, sizeof *values);

    bool is_row = false;

    for (uint16_t i = 0; i < last->column; i++) {
        const struct clause *before = equality(clauses, count, i);
        if (before == NULL) {
            before = weak_bound(clauses, count, i, last->op);
            is_row = true;
        }
        if (before == NULL || last->kind != PRUNE_PROBE)
            return;
        values[i] = before->value;
    }
    (void)b;
    values[last->column] = last->value;
    struct prune_step *step = add_step(list, last->kind);
    step->op = last->op;
    step->is_not = last->is_not;
    step->is_all = last->is_all;
    step->is_row = is_row;
    step->count = (uint16_t)(last->column + 1);
    step->values = values;
}

/* Hashes are asked for whole keys: the last column may be any of an array. */
static void
add_hash(const struct builder *b, struct step_list *list, const struct clause *clauses,
         uint32_t count)
{
    uint16_t key_count = b->route->map->key->count;
    uint32_t *values = arena_alloc_array(list->arena, key_count, sizeof *values);
    const struct clause *last = NULL;

    for (uint16_t i = 0; i < key_count; i++) {
        const struct clause *equal = equality(clauses, count, i);
        values[i] = equal != NULL ? equal->value : UINT32_MAX;
        if (equal != NULL || is_null_clause(clauses, count, i))
            continue;
        for (uint32_t k = 0; k < count && i + 1 == key_count && last == NULL; k++) {
            if (clauses[k].column == i && clauses[k].kind == PRUNE_ANY &&
                clauses[k].op == BTREE_EQ && !clauses[k].is_all && !clauses[k].is_not)
                last = &clauses[k];
        }
        if (last == NULL)
            return;
        values[i] = last->value;
    }
    struct prune_step *step = add_step(list, last != NULL ? PRUNE_ANY : PRUNE_PROBE);
    step->op = BTREE_EQ;
    step->count = key_count;
    step->values = values;
}

/* An OR is known if each of its arms is. */
static const struct prune_step *
build_or(struct builder *b, const struct expr *e)
{
    struct step_list list = {.arena = b->level->arena};
    struct prune_step *any = arena_alloc_zero(b->level->arena, sizeof *any);

    for (uint32_t i = 0; i < e->arg_count; i++) {
        struct expr_list arm = {NULL, 0, 0};
        bool is_known;
        expr_list_add_conjuncts(b->level->arena, &arm, e->args[i]);
        const struct prune_step *step = build_and(b, &arm, &is_known);
        if (!is_known)
            return NULL;
        *add_step(&list, PRUNE_AND) = *step;
    }
    any->kind = PRUNE_OR;
    any->step_count = list.count;
    any->steps = list.steps;
    return any;
}

static const struct prune_step *
build_and(struct builder *b, const struct expr_list *conditions, bool *is_known)
{
    struct arena *arena = b->level->arena;
    struct step_list list = {.arena = arena};
    struct clause *clauses = arena_alloc_array(arena, conditions->count + 1u, sizeof *clauses);
    struct prune_step *all = arena_alloc_zero(arena, sizeof *all);
    uint32_t count = 0;

    for (uint32_t i = 0; i < conditions->count; i++) {
        const struct expr *e = conditions->items[i];
        const struct prune_step *any = e->kind == EXPR_OR ? build_or(b, e) : NULL;
        if (any != NULL)
            *add_step(&list, PRUNE_OR) = *any;
        else if (e->kind != EXPR_OR && !take_elements(b, e, &list))
            count += take_clause(b, e, &clauses[count]);
    }
    for (uint32_t i = 0; i < count && b->route->map->key->strategy != 'h'; i++) {
        if (clauses[i].kind == PRUNE_NULL) {
            struct prune_step *step = add_step(&list, PRUNE_NULL);
            step->column = clauses[i].column;
            step->is_not = clauses[i].is_not;
        } else {
            add_probe(b, &list, clauses, count, &clauses[i]);
        }
    }
    if (b->route->map->key->strategy == 'h' && count != 0)
        add_hash(b, &list, clauses, count);
    *is_known = list.count != 0;
    all->kind = PRUNE_AND;
    all->step_count = list.count;
    all->steps = list.steps;
    return all;
}

/* Where a default partition takes the rest, what holds for the whole level tells what that is. */
static const struct expr_list *
with_constraint(struct level *level, const struct rel *rel, const struct plan_route *route,
                const struct expr_list *conditions)
{
    struct partition_source source = plan_partition_source(level->planner->context);
    struct analyze_options options = {.arena = level->arena, .scope = level->planner->scope};
    struct key_map map = {level, rel, route};
    struct expr_list *all = arena_alloc_zero(level->arena, sizeof *all);

    if (route == rel->route || route->map->default_partition == PARTITION_NONE ||
        conditions->count == 0)
        return conditions;
    const char *sql = partition_constraint_text(&source, level->arena, route->table);
    struct expr *e = analyze_expr(&options, route->table, sql, TYPE_BOOL, -1);
    for (uint32_t i = 0; i < conditions->count; i++)
        expr_list_add(level->arena, all, conditions->items[i]);
    expr_list_add_conjuncts(level->arena, all, fold_expr(level->planner, key_change(&map, e)));
    return all;
}

static const struct prune_level *
build_level(struct level *level, const struct rel *rel, const struct plan_route *route,
            const struct expr_list *conditions, bool *is_known)
{
    struct arena *arena = level->arena;
    struct key_map map = {level, rel, route};
    struct builder b = {.level = level, .rel = rel, .route = route};
    struct prune_level *made = arena_alloc_zero(arena, sizeof *made);
    uint32_t count = route->map->count;
    bool is_here;

    b.keys = arena_alloc_array(arena, route->map->key->count, sizeof *b.keys);
    for (uint16_t k = 0; k < route->map->key->count; k++)
        b.keys[k] = key_change(&map, route->keys[k]);
    made->route = route;
    const struct prune_step *step =
        build_and(&b, with_constraint(level, rel, route, conditions), &is_here);
    made->step = is_here ? step : NULL;
    made->values = b.values.items;
    made->value_count = b.values.count;
    made->children = arena_alloc_zero(arena, (count + 1) * sizeof *made->children);
    *is_known |= is_here;
    for (uint32_t i = 0; i < count; i++) {
        if (route->children[i] != NULL)
            made->children[i] = build_level(level, rel, route->children[i], conditions, is_known);
    }
    return made;
}

const struct prune_level *
prune_build(struct level *level, const struct rel *rel, const struct expr_list *conditions)
{
    bool is_known = false;
    const struct prune_level *root = build_level(level, rel, rel->route, conditions, &is_known);

    return is_known ? root : NULL;
}

/* ---- when a statement is planned ---- */

static bool
constant_value(void *object, const struct prune_level *level, uint32_t value_idx,
               union datum *value, bool *is_null)
{
    const struct expr *e = level->values[value_idx];

    (void)object;
    if (e->kind != EXPR_CONST)
        return false;
    *value = e->constant.value;
    *is_null = e->constant.is_null;
    return true;
}

static const struct expr_list *
usable(struct level *level, const struct rel *rel, struct expr_list *own)
{
    /* The statement's conditions on the rel alone. */
    for (uint32_t i = 0; i < rel->quals.count; i++)
        expr_list_add(level->arena, own, rel->quals.items[i]);
    return own;
}

const uint64_t *
prune_planned(struct level *level, const struct rel *rel)
{
    struct expr_list own = {NULL, 0, 0};
    const struct prune_level *root = prune_build(level, rel, usable(level, rel, &own));

    if (root == NULL)
        return NULL;
    uint64_t *leaves = arena_alloc_zero(
        level->arena, (PARTITION_WORDS(rel->route->leaf_count) + 1) * sizeof *leaves);
    prune_match(root, level->planner->scope->env, level->arena, constant_value, NULL, leaves);
    return leaves;
}

/* ---- for the executor ---- */

static bool
is_constant_level(const struct prune_level *level)
{
    for (uint32_t i = 0; i < level->value_count; i++) {
        if (level->values[i]->kind != EXPR_CONST)
            return false;
    }
    for (uint32_t i = 0; i < level->route->map->count; i++) {
        if (level->children[i] != NULL && !is_constant_level(level->children[i]))
            return false;
    }
    return true;
}

static bool
reads_exec_param(void *object, const struct expr *e)
{
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXEC)
        return true;
    return expr_walk(e, reads_exec_param, object);
}

static bool
is_once(const struct prune_level *level)
{
    for (uint32_t i = 0; i < level->value_count; i++) {
        if (reads_exec_param(NULL, level->values[i]))
            return false;
    }
    for (uint32_t i = 0; i < level->route->map->count; i++) {
        if (level->children[i] != NULL && !is_once(level->children[i]))
            return false;
    }
    return true;
}

const struct plan_prune *
prune_make(struct level *level, const struct rel *rel, const struct expr_list *conditions,
           const struct rel *const *members, uint32_t member_count)
{
    const struct prune_level *root = prune_build(level, rel, conditions);

    if (root == NULL || is_constant_level(root))
        return NULL;
    struct plan_prune *prune = arena_alloc_zero(level->arena, sizeof *prune);
    uint32_t *child_of =
        arena_alloc_array(level->arena, rel->route->leaf_count + 1u, sizeof *child_of);
    for (uint32_t i = 0; i < rel->route->leaf_count; i++)
        child_of[i] = UINT32_MAX;
    for (uint32_t i = 0; i < member_count; i++)
        child_of[members[i]->leaf] = i;
    prune->root = root;
    prune->child_of = child_of;
    prune->is_once = is_once(root);
    return prune;
}
