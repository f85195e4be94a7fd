/*
 * rels.c: the ranges of FROM as rels, the columns that are read of each, and the conditions.
 */
#include "catalog/catalog.h"
#include "plan/path.h"

static bool
has_rel(const struct level *level, uint32_t range)
{
    return level->rel_of_range[range] < LEVEL_RELS_MAX;
}

struct rels_walk {
    const struct level *level;
    relset rels;
};

static bool
rels_visit(void *object, const struct expr *e)
{
    struct rels_walk *walk = object;

    if (e->kind == EXPR_COLUMN && e->column.levels_up == 0 && has_rel(walk->level, e->column.range))
        walk->rels |= relset_of(walk->level->rel_of_range[e->column.range]);
    return expr_walk(e, rels_visit, object);
}

relset
rels_of_expr(const struct level *level, const struct expr *e)
{
    struct rels_walk walk = {level, 0};

    rels_visit(&walk, e);
    return walk.rels;
}

struct expr *
rel_column(struct level *level, const struct rel *rel, int16_t number)
{
    struct expr *e = arena_alloc_zero(level->arena, sizeof *e);
    const struct range_column *column = NULL;

    e->kind = EXPR_COLUMN;
    e->at = -1;
    e->typmod = -1;
    e->column.range = rel->range;
    e->column.number = number;
    if (number == READ_ROW_ID) {
        e->type = TYPE_INT8;
    } else if (number == READ_TABLE_OID) {
        e->type = TYPE_OID;
    } else if (number == READ_ROW_KEY) {
        e->type = TYPE_BYTEA;
    } else if (number > 0) {
        column = &rel->source->columns[number - 1];
        e->type = column->type;
        e->typmod = column->typmod;
        e->collation = column->collation;
    }
    return e;
}

struct columns_walk {
    struct level *level;
    struct expr_list *list;
};

static bool
columns_visit(void *object, const struct expr *e)
{
    struct columns_walk *walk = object;

    if (e->kind == EXPR_COLUMN && e->column.levels_up == 0 &&
        has_rel(walk->level, e->column.range)) {
        for (uint32_t i = 0; i < walk->list->count; i++) {
            if (walk->list->items[i]->column.range == e->column.range &&
                walk->list->items[i]->column.number == e->column.number)
                return false;
        }
        expr_list_add(walk->level->arena, walk->list, (struct expr *)(uintptr_t)e);
        return false;
    }
    return expr_walk(e, columns_visit, object);
}

void
columns_of(struct level *level, const struct expr *e, struct expr_list *list)
{
    struct columns_walk walk = {level, list};

    columns_visit(&walk, e);
}

static bool
need_visit(void *object, const struct expr *e)
{
    struct level *level = object;

    if (e->kind == EXPR_COLUMN && e->column.levels_up == 0 && has_rel(level, e->column.range)) {
        struct rel *rel = &level->rels[level->rel_of_range[e->column.range]];
        for (uint32_t i = 0; i < rel->needed.count; i++) {
            if (rel->needed.items[i]->column.number == e->column.number)
                return false;
        }
        expr_list_add(level->arena, &rel->needed, (struct expr *)(uintptr_t)e);
        return false;
    }
    return expr_walk(e, need_visit, object);
}

void
rels_need(struct level *level, const struct expr *e)
{
    if (e != NULL)
        need_visit(level, e);
}

struct rel *
rels_add(struct level *level, uint32_t range)
{
    if (level->rel_count == LEVEL_RELS_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "a query may join at most %d tables", LEVEL_RELS_MAX);
    struct rel *rel = &level->rels[level->rel_count];

    rel->idx = level->rel_count++;
    rel->range = range;
    rel->source = level->query->ranges[range];
    level->rel_of_range[range] = rel->idx;
    return rel;
}

static void
add_tree_rels(struct level *level, const struct join_tree *tree)
{
    if (!tree->is_join) {
        rels_add(level, tree->range);
        return;
    }
    add_tree_rels(level, tree->left);
    add_tree_rels(level, tree->right);
}

void
rels_begin(struct level *level)
{
    const struct query *query = level->query;

    level->rel_of_range =
        arena_alloc_array(level->arena, query->range_count, sizeof *level->rel_of_range);
    for (uint32_t i = 0; i < query->range_count; i++)
        level->rel_of_range[i] = LEVEL_RELS_MAX;
    uint32_t rel_max = query->range_count < LEVEL_RELS_MAX ? query->range_count : LEVEL_RELS_MAX;
    level->rels = arena_alloc_zero(level->arena, rel_max * sizeof *level->rels);
    for (uint32_t i = 0; i < query->from_count; i++)
        add_tree_rels(level, query->from[i]);
    for (const struct semi *semi = level->semis; semi != NULL; semi = semi->next)
        add_tree_rels(level, semi->tree);
}

int16_t
rel_number(const struct rel *rel, attr_no attr)
{
    if (rel->map == NULL)
        return attr <= (attr_no)rel->source->column_count ? attr : 0;
    for (uint32_t i = 0; i < rel->source->column_count; i++) {
        if (rel->map[i] == attr)
            return (int16_t)(i + 1);
    }
    return 0;
}

int16_t
rel_attr(const struct rel *rel, int16_t number)
{
    return rel->map == NULL || number <= 0 || number == READ_ROW_ID ? number : rel->map[number - 1];
}

void
rel_measure(struct level *level, struct rel *rel)
{
    const struct plan_context *context = level->planner->context;

    rel_index_exprs(level, rel);
    rel->stats = context->stats(context->object, rel->table->table);
    rel->table_rows = context->row_count(context->object, rel->table);
    if (rel->table_rows < 0)
        rel->table_rows = rel->stats != NULL ? rel->stats->rows : 1000;
    if (rel->table_rows < 1)
        rel->table_rows = 1;
    for (uint32_t i = 0; i < rel->table->column_count; i++) {
        const struct type_info *type = rel->table->columns[i].is_dropped
                                           ? NULL
                                           : plan_type(level->planner, rel->table->columns[i].type);
        if (type != NULL)
            rel->width += type->length > 0 ? type->length : 24;
    }
}

/* What a table's rows are, and how many. */
static void
describe_table(struct level *level, struct rel *rel)
{
    const struct plan_context *context = level->planner->context;

    rel->table = context->table(context->object, rel->source->table.table->table);
    if (rel->table->virtual_table != NULL)
        return;
    if (table_is_tree(level->planner, rel->source)) {
        tree_expand(level, rel);
        return;
    }
    if (!table_is_stored(rel->table))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "reading \"%s\" as a table is not supported yet",
              rel->table->name);
    rel_measure(level, rel);
}

void
rels_finish(struct level *level)
{
    for (uint32_t i = 0; i < level->rel_count; i++) {
        struct rel *rel = &level->rels[i];
        if (rel->source->kind == RANGE_TABLE)
            describe_table(level, rel);
        if (rel->table == NULL)
            range_plan(level, rel);
    }
    /* After the others, whose LATERAL references tell what else is read of these. */
    for (uint32_t i = 0; i < level->rel_count; i++) {
        struct rel *rel = &level->rels[i];
        if (rel->table != NULL && rel->table->virtual_table != NULL)
            range_plan(level, rel);
    }
}
