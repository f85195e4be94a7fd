/*
 * group.c: GROUP BY with its grouping sets, and the check that a grouped query reads only what it
 * groups by.
 */
#include "sql/analysis_int.h"

#define GROUPING_SETS_MAX 4096
#define CUBE_COLUMNS_MAX 12

/* ---- GROUP BY ---- */

struct groups {
    struct level *level;
    const struct list *order; /* ORDER BY: its keys are taken over, so that one sort does both */
    struct list keys;         /* struct sort_key */
};

/* A list of grouping sets, each a list of key numbers. */
struct sets {
    struct list lists; /* struct grouping_set */
};

static uint32_t
key_of_item(struct groups *groups, const PgQuery__Node *node)
{
    struct level *level = groups->level;
    struct analysis *an = level->an;
    uint32_t item = target_of_item(level, node, &level->targets, CLAUSE_GROUP_BY);
    for (uint32_t i = 0; i < groups->keys.count; i++) {
        if (((struct sort_key *)groups->keys.items[i])->item == item)
            return i;
    }
    struct sort_key *key = NULL;
    for (uint32_t i = 0; i < groups->order->count && key == NULL; i++) {
        struct sort_key *sort = groups->order->items[i];
        if (sort->item == item)
            key = arena_copy(an->arena, sort, sizeof *sort);
    }
    if (key == NULL)
        key = group_key_new(level, &level->targets, item, tree_start(node));
    list_add(an->arena, &groups->keys, key);
    return groups->keys.count - 1;
}

static struct grouping_set *
set_new(struct analysis *an, const struct grouping_set *a, const struct grouping_set *b)
{
    struct grouping_set *set = arena_alloc_zero(an->arena, sizeof *set);
    uint32_t room = a->count + (b == NULL ? 0 : b->count);
    set->groups = arena_alloc_array(an->arena, room, sizeof *set->groups);
    for (uint32_t i = 0; i < room; i++) {
        uint32_t key = i < a->count ? a->groups[i] : b->groups[i - a->count];
        bool is_in = false;
        for (uint32_t j = 0; j < set->count; j++)
            is_in |= set->groups[j] == key;
        if (!is_in)
            set->groups[set->count++] = key;
    }
    return set;
}

static void
sets_add(struct groups *groups, struct sets *sets, struct grouping_set *set)
{
    if (sets->lists.count >= GROUPING_SETS_MAX)
        fail(groups->level->an, -1, SQLSTATE_STATEMENT_TOO_COMPLEX,
             "too many grouping sets present (maximum %d)", GROUPING_SETS_MAX);
    list_add(groups->level->an->arena, &sets->lists, set);
}

/* The keys of an expression, or of a parenthesised list of them. */
static struct grouping_set *
simple_set(struct groups *groups, const PgQuery__Node *node)
{
    struct analysis *an = groups->level->an;
    struct grouping_set *set = arena_alloc_zero(an->arena, sizeof *set);
    struct nodes items = {1, (PgQuery__Node **)&node};
    if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
        node->row_expr->row_format == PG_QUERY__COERCION_FORM__COERCE_IMPLICIT_CAST)
        items = NODES(node->row_expr, args);
    set->groups = arena_alloc_array(an->arena, items.count, sizeof *set->groups);
    for (size_t i = 0; i < items.count; i++)
        set->groups[set->count++] = key_of_item(groups, items.items[i]);
    return set;
}

static void expand(struct groups *groups, const PgQuery__Node *node, struct sets *sets);

static void
expand_rollup(struct groups *groups, struct nodes parts, struct sets *sets)
{
    struct analysis *an = groups->level->an;
    struct grouping_set **each = arena_alloc_array(an->arena, parts.count, sizeof *each);
    for (size_t i = 0; i < parts.count; i++)
        each[i] = simple_set(groups, parts.items[i]);
    for (size_t kept = parts.count + 1; kept > 0; kept--) {
        struct grouping_set *set = arena_alloc_zero(an->arena, sizeof *set);
        for (size_t i = 0; i + 1 < kept; i++)
            set = set_new(an, set, each[i]);
        sets_add(groups, sets, set);
    }
}

static void
expand_cube(struct groups *groups, struct nodes parts, struct sets *sets, int32_t at)
{
    struct analysis *an = groups->level->an;
    if (parts.count > CUBE_COLUMNS_MAX)
        fail(an, at, SQLSTATE_TOO_MANY_COLUMNS, "CUBE is limited to %d elements", CUBE_COLUMNS_MAX);
    struct grouping_set *each[CUBE_COLUMNS_MAX];
    for (size_t i = 0; i < parts.count; i++)
        each[i] = simple_set(groups, parts.items[i]);
    for (uint32_t mask = 1u << parts.count; mask > 0; mask--) {
        struct grouping_set *set = arena_alloc_zero(an->arena, sizeof *set);
        for (size_t i = 0; i < parts.count; i++) {
            if (((mask - 1) >> (parts.count - 1 - i) & 1) != 0)
                set = set_new(an, set, each[i]);
        }
        sets_add(groups, sets, set);
    }
}

static void
expand(struct groups *groups, const PgQuery__Node *node, struct sets *sets)
{
    struct analysis *an = groups->level->an;
    if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET) {
        sets_add(groups, sets, simple_set(groups, node));
        return;
    }
    const PgQuery__GroupingSet *set = node->grouping_set;
    struct nodes content = NODES(set, content);
    depth_enter(an, 1);
    switch (set->kind) {
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY:
        sets_add(groups, sets, arena_alloc_zero(an->arena, sizeof(struct grouping_set)));
        break;
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP:
        expand_rollup(groups, content, sets);
        break;
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE:
        expand_cube(groups, content, sets, set->location);
        break;
    default:
        for (size_t i = 0; i < content.count; i++)
            expand(groups, content.items[i], sets);
    }
    depth_leave(an, 1);
}

/* Every set of the one with every set of the other. */
static void
cross(struct groups *groups, struct sets *all, const struct sets *more)
{
    struct analysis *an = groups->level->an;
    struct sets product = {.lists = {.count = 0}};
    for (uint32_t i = 0; i < all->lists.count; i++) {
        for (uint32_t j = 0; j < more->lists.count; j++)
            sets_add(groups, &product, set_new(an, all->lists.items[i], more->lists.items[j]));
    }
    *all = product;
}

static int
compare_keys(const void *a, const void *b)
{
    const uint32_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

/* GROUP BY DISTINCT: each set once. */
static void
remove_duplicates(struct analysis *an, struct sets *sets)
{
    struct list kept = {.count = 0};
    for (uint32_t i = 0; i < sets->lists.count; i++) {
        struct grouping_set *set = sets->lists.items[i];
        if (set->count > 1)
            qsort(set->groups, set->count, sizeof *set->groups, compare_keys);
        bool is_known = false;
        for (uint32_t j = 0; j < kept.count && !is_known; j++) {
            const struct grouping_set *other = kept.items[j];
            is_known = other->count == set->count &&
                       (set->count == 0 ||
                        memcmp(other->groups, set->groups, set->count * sizeof(uint32_t)) == 0);
        }
        if (!is_known)
            list_add(an->arena, &kept, set);
    }
    sets->lists = kept;
}

void
bind_groups(struct level *level, const PgQuery__SelectStmt *stmt, const struct list *order)
{
    struct analysis *an = level->an;
    struct query *q = level->query;
    struct groups groups = {.level = level, .order = order};
    struct sets all = {.lists = {.count = 0}};
    bool has_sets = false;
    sets_add(&groups, &all, arena_alloc_zero(an->arena, sizeof(struct grouping_set)));
    for (size_t i = 0; i < stmt->n_group_clause; i++) {
        const PgQuery__Node *node = stmt->group_clause[i];
        has_sets |= node->node_case == PG_QUERY__NODE__NODE_GROUPING_SET;
        struct sets more = {.lists = {.count = 0}};
        expand(&groups, node, &more);
        cross(&groups, &all, &more);
    }
    q->has_group_by = stmt->n_group_clause > 0;
    q->is_group_distinct = stmt->group_distinct;
    q->group_count = groups.keys.count;
    q->groups = list_flatten(an->arena, &groups.keys, sizeof(struct sort_key));
    if (has_sets) {
        if (stmt->group_distinct)
            remove_duplicates(an, &all);
        q->grouping_set_count = all.lists.count;
        q->grouping_sets = list_flatten(an->arena, &all.lists, sizeof(struct grouping_set));
    }
}

/* ---- the check ---- */

struct check {
    struct level *level;
    const struct query *q;
    uint32_t depth;      /* queries further in than q */
    bool *range_depends; /* [range_count]: grouped by its primary key */
    bool is_direct;      /* in the direct arguments of an ordered-set aggregate */
};

static bool
is_grouped(const struct check *check, const struct expr *e)
{
    for (uint32_t i = 0; i < check->q->group_count; i++) {
        if (expr_equal(e, check->q->targets[check->q->groups[i].item].expr))
            return true;
    }
    return false;
}

/* A column of q from `depth` queries further in. */
static bool
is_column_grouped(const struct check *check, const struct expr *e, uint32_t depth)
{
    for (uint32_t i = 0; i < check->q->group_count; i++) {
        const struct expr *group = check->q->targets[check->q->groups[i].item].expr;
        if (group->kind == EXPR_COLUMN && group->column.levels_up == 0 &&
            e->column.levels_up == depth && group->column.range == e->column.range &&
            group->column.number == e->column.number)
            return true;
    }
    return check->range_depends[e->column.range];
}

static _Noreturn void
fail_ungrouped(const struct check *check, const struct expr *e, uint32_t depth)
{
    const struct range *range = check->q->ranges[e->column.range];
    const char *column = e->column.number > 0 ? range->columns[e->column.number - 1].name : "*";
    const char *name = arena_format(check->level->an->arena, "\"%s.%s\"", range->name, column);
    if (depth == 0 && check->is_direct)
        fail_detail(
            check->level->an, e->at, SQLSTATE_GROUPING_ERROR,
            "Direct arguments of an ordered-set aggregate must use only grouped columns.",
            "column %s must appear in the GROUP BY clause or be used in an aggregate function",
            name);
    if (depth == 0)
        fail(check->level->an, e->at, SQLSTATE_GROUPING_ERROR,
             "column %s must appear in the GROUP BY clause or be used in an aggregate function",
             name);
    fail(check->level->an, e->at, SQLSTATE_GROUPING_ERROR,
         "subquery uses ungrouped column %s from outer query", name);
}

static enum visit
check_part(void *object, const struct expr *e, uint32_t depth)
{
    const struct check *check = object;
    if (e->kind == EXPR_CONST || e->kind == EXPR_PARAM)
        return VISIT_SKIP;
    if (e->kind == EXPR_AGGREGATE && e->aggregate.levels_up >= depth) {
        struct check direct = *check;
        direct.is_direct = true;
        for (uint32_t i = 0; depth == 0 && i < e->aggregate.direct_count; i++)
            levels_walk(e->aggregate.direct[i], check_part, &direct);
        return VISIT_SKIP;
    }
    if (e->kind == EXPR_GROUPING && e->grouping.levels_up >= depth)
        return VISIT_SKIP;
    if (depth == 0 && e->kind != EXPR_COLUMN && is_grouped(check, e))
        return VISIT_SKIP;
    if (e->kind != EXPR_COLUMN || e->column.levels_up != depth)
        return VISIT_INTO;
    if (!is_column_grouped(check, e, depth))
        fail_ungrouped(check, e, depth);
    return VISIT_SKIP;
}

/* True if all columns of the range's primary key are grouped by, in every grouping set. */
static bool
is_key_grouped(const struct query *q, uint32_t range)
{
    if (q->ranges[range]->kind != RANGE_TABLE || q->grouping_set_count > 0)
        return false;
    const struct index_def *key = q->ranges[range]->table.table->primary;
    if (key == NULL)
        return false;
    for (uint16_t i = 0; i < key->key_count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < q->group_count && !found; j++) {
            const struct expr *e = q->targets[q->groups[j].item].expr;
            found = e->kind == EXPR_COLUMN && e->column.levels_up == 0 &&
                    e->column.range == range && e->column.number == key->keys[i].attr;
        }
        if (!found)
            return false;
    }
    return true;
}

/* GROUPING's arguments must be grouped by; notes which keys they are. */
static void
settle_groupings(struct level *level)
{
    const struct query *q = level->query;
    for (uint32_t i = 0; i < level->groupings.count; i++) {
        struct expr *e = level->groupings.items[i];
        for (uint32_t j = 0; j < e->arg_count; j++) {
            uint32_t found = UINT32_MAX;
            for (uint32_t k = 0; k < q->group_count && found == UINT32_MAX; k++) {
                struct expr *group = expr_sink(level->an->arena, q->targets[q->groups[k].item].expr,
                                               e->grouping.levels_up);
                if (expr_equal(e->args[j], group))
                    found = k;
            }
            if (found == UINT32_MAX)
                fail(level->an, expr_start(e->args[j]), SQLSTATE_GROUPING_ERROR,
                     "arguments to GROUPING must be grouping expressions of the associated query "
                     "level");
            e->grouping.groups[j] = found;
        }
    }
}

void
check_grouping(struct level *level)
{
    const struct query *q = level->query;
    if (!q->has_aggregates && !q->has_group_by && q->having == NULL)
        return;
    for (uint32_t i = 0; q->has_aggregates && i < q->range_count; i++) {
        if (q->ranges[i]->kind == RANGE_CTE && q->ranges[i]->cte.is_self)
            fail(level->an, -1, SQLSTATE_INVALID_RECURSION,
                 "aggregate functions are not allowed in a recursive query's recursive term");
    }
    settle_groupings(level);
    struct check check = {.level = level, .q = q};
    check.range_depends = arena_alloc_zero(level->an->arena, q->range_count + 1);
    for (uint32_t i = 0; i < q->range_count; i++)
        check.range_depends[i] = is_key_grouped(q, i);
    for (uint32_t i = 0; i < q->target_count; i++)
        levels_walk(q->targets[i].expr, check_part, &check);
    if (q->having != NULL)
        levels_walk(q->having, check_part, &check);
}
