/*
 * target.c: lists of result columns: SELECT's and RETURNING's; * expanded, names given, unknown
 * types settled, origins noted.
 */
#include "sql/analysis_int.h"

#define TARGETS_MAX 1664 /* as PostgreSQL has it */

struct target *
target_add(struct level *level, struct list *targets, struct expr *e, const char *name,
           bool is_junk)
{
    struct target *target = arena_alloc_zero(level->an->arena, sizeof *target);
    target->expr = e;
    target->name = name;
    target->is_junk = is_junk;
    list_add(level->an->arena, targets, target);
    return target;
}

/* ---- stars ---- */

static bool
is_star(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

struct star {
    struct level *level;
    struct list *exprs; /* struct expr: what the star stands for */
    struct list *names; /* const char */
};

static void
star_add(struct star *star, struct expr *e, const char *name)
{
    list_add(star->level->an->arena, star->exprs, e);
    list_add(star->level->an->arena, star->names, (char *)name);
}

static void
expand_item(struct star *star, const struct item *item, uint32_t levels_up, int32_t at)
{
    for (uint32_t i = 0; i < item->column_count; i++) {
        if (item->columns[i].name != NULL && !item->columns[i].is_hidden)
            star_add(star, item_column_expr(star->level, item, i, levels_up, at),
                     item->columns[i].name);
    }
}

static void
expand_all(struct star *star, int32_t at)
{
    const struct level *level = star->level;
    bool found = false;
    for (uint32_t i = 0; i < level->items.count; i++) {
        const struct item *item = level->items.items[i];
        if (!item->are_columns_visible)
            continue;
        found = true;
        expand_item(star, item, 0, at);
    }
    if (!found)
        fail(level->an, at, SQLSTATE_SYNTAX_ERROR,
             "SELECT * with no tables specified is not valid");
}

/* t.* or s.t.* */
static void
expand_qualified(struct star *star, const PgQuery__ColumnRef *ref)
{
    struct level *level = star->level;
    struct nodes fields = NODES(ref, fields);
    const char *schema = NULL, *name = tree_string(fields.items[fields.count - 2]);
    if (fields.count > 4)
        fail(level->an, ref->location, SQLSTATE_SYNTAX_ERROR,
             "improper qualified name (too many dotted names): %s",
             tree_dotted(level->an->arena, fields));
    if (fields.count >= 3)
        schema = tree_string(fields.items[fields.count - 3]);
    uint32_t levels_up;
    struct item *item = item_find(level, schema, name, ref->location, &levels_up);
    if (item == NULL)
        fail_missing_item(level, schema, name, ref->location);
    expand_item(star, item, levels_up, ref->location);
}

/* (expr).* */
static void
expand_record(struct star *star, struct expr *record)
{
    struct level *level = star->level;
    uint32_t count;
    if (!type_is_row(level->an, record->type))
        fail(level->an, record->at, SQLSTATE_WRONG_OBJECT_TYPE, "type %s is not composite",
             type_text(level->an, record->type, -1));
    const struct range_column *columns = record_columns(level, record, &count);
    if (columns == NULL)
        fail(level->an, record->at, SQLSTATE_DATATYPE_MISMATCH,
             "record type has not been registered");
    for (uint32_t i = 0; i < count; i++) {
        if (columns[i].is_dropped)
            continue;
        struct expr *field = field_find(level, record, columns[i].name, record->at);
        star_add(star, field, columns[i].name);
    }
}

static bool
expand_star(struct star *star, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const PgQuery__ColumnRef *ref = node->column_ref;
        if (!is_star(ref->fields[ref->n_fields - 1]))
            return false;
        if (ref->n_fields == 1)
            expand_all(star, ref->location);
        else
            expand_qualified(star, ref);
        return true;
    }
    if (node->node_case != PG_QUERY__NODE__NODE_A_INDIRECTION)
        return false;
    struct nodes steps = NODES(node->a_indirection, indirection);
    if (!is_star(steps.items[steps.count - 1]))
        return false;
    steps.count--;
    struct expr *record =
        bind_indirection_on(star->level, bind_expr(star->level, node->a_indirection->arg), steps);
    expand_record(star, record);
    return true;
}

void
bind_expr_or_star(struct level *level, const PgQuery__Node *node, struct list *exprs)
{
    struct list names = {.count = 0};
    struct star star = {level, exprs, &names};
    if (!expand_star(&star, node))
        list_add(level->an->arena, exprs, bind_expr(level, node));
}

/* ---- lists ---- */

void
bind_targets(struct level *level, struct nodes nodes, enum clause clause, struct list *targets)
{
    enum clause outer = level->clause;
    level->clause = clause;
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__ResTarget *node = nodes.items[i]->res_target;
        struct list exprs = {.count = 0}, names = {.count = 0};
        struct star star = {level, &exprs, &names};
        if (expand_star(&star, node->val)) {
            for (uint32_t j = 0; j < exprs.count; j++)
                target_add(level, targets, exprs.items[j], names.items[j], false);
            continue;
        }
        const char *name = tree_text(node->name);
        struct expr *e = bind_expr(level, node->val);
        target_add(level, targets, e, name != NULL ? name : figure_name(node->val), false);
    }
    level->clause = outer;
}

void
settle_unknown_targets(struct level *level, struct list *targets)
{
    for (uint32_t i = 0; i < targets->count; i++) {
        struct target *target = targets->items[i];
        if (target->expr->type == TYPE_UNKNOWN)
            target->expr = coerce_implicit(level->an, target->expr, TYPE_TEXT);
    }
}

static void
note_origin(const struct level *level, struct target *target)
{
    const struct expr *e = target->expr;
    if (e->kind != EXPR_COLUMN || e->column.levels_up != 0 || e->column.number <= 0)
        return;
    const struct range *range = range_get(level, e->column.range);
    if (range->kind == RANGE_TABLE) {
        target->origin_table = range->table.table->table;
        target->origin_column = e->column.number;
    } else if (range->kind == RANGE_SUBQUERY && range->subquery.view != OID_NONE) {
        target->origin_table = range->subquery.view;
        target->origin_column = e->column.number;
    } else if (range->kind == RANGE_SUBQUERY) {
        const struct target *inner;
        query_result_columns(range->subquery.query, &inner);
        target->origin_table = inner[e->column.number - 1].origin_table;
        target->origin_column = inner[e->column.number - 1].origin_column;
    }
}

void
targets_finish(struct level *level, const struct list *targets, struct target **out,
               uint32_t *count)
{
    if (targets->count > TARGETS_MAX)
        fail(level->an, -1, SQLSTATE_TOO_MANY_COLUMNS, "target lists can have at most %d entries",
             TARGETS_MAX);
    for (uint32_t i = 0; i < targets->count; i++)
        note_origin(level, targets->items[i]);
    *out = list_flatten(level->an->arena, targets, sizeof(struct target));
    *count = targets->count;
}
