/*
 * range.c: the range table: adding entries, and the items that make their columns visible.
 */
#include "sql/analysis_int.h"

struct range *
range_add(struct level *level, enum range_kind kind, const char *name, uint32_t column_count,
          uint32_t *number)
{
    struct arena *arena = level->an->arena;
    struct range *range = arena_alloc_zero(arena, sizeof *range);
    range->kind = kind;
    range->name = name;
    range->at = -1;
    range->column_count = column_count;
    range->columns = arena_alloc_zero(arena, column_count * sizeof *range->columns);
    *number = level->ranges.count;
    list_add(arena, &level->ranges, range);
    return range;
}

struct range *
range_get(const struct level *level, uint32_t range)
{
    return level->ranges.items[range];
}

struct expr *
range_column_expr(struct level *level, uint32_t number, uint32_t column, int32_t at)
{
    struct analysis *an = level->an;
    const struct range_column *from = &range_get(level, number)->columns[column];
    struct expr *e = expr_new(an->arena, EXPR_COLUMN, from->type, at);
    e->typmod = from->typmod;
    e->collation = from->collation;
    e->column.range = number;
    e->column.number = (int16_t)(column + 1);
    expr_done(an, e);
    return e;
}

struct item *
item_of_range(struct level *level, uint32_t number)
{
    struct arena *arena = level->an->arena;
    const struct range *range = range_get(level, number);
    struct item *item = arena_alloc_zero(arena, sizeof *item);
    item->name = range->name;
    item->range = number;
    item->column_count = range->column_count;
    item->columns = arena_alloc_zero(arena, range->column_count * sizeof *item->columns);
    for (uint32_t i = 0; i < range->column_count; i++) {
        if (range->columns[i].is_dropped)
            continue;
        item->columns[i].name = range->columns[i].name;
        item->columns[i].expr = range_column_expr(level, number, i, -1);
        item->columns[i].is_hidden = range->columns[i].is_hidden;
    }
    item->is_name_visible = item->are_columns_visible = true;
    item->is_lateral_ok = true;
    return item;
}

void
item_show(struct level *level, struct item *item)
{
    list_add(level->an->arena, &level->items, item);
}

void
range_alias_columns(struct level *level, struct range *range, struct nodes names, const char *what)
{
    uint32_t column = 0;
    for (size_t i = 0; i < names.count; i++) {
        while (column < range->column_count && range->columns[column].is_dropped)
            column++;
        if (column == range->column_count) {
            uint32_t live = 0;
            for (uint32_t j = 0; j < range->column_count; j++)
                live += !range->columns[j].is_dropped;
            fail(level->an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
                 "%s \"%s\" has %u columns available but %zu columns specified", what, range->name,
                 live, names.count);
        }
        range->columns[column++].name = tree_string(names.items[i]);
    }
}

/* ---- tables ---- */

const struct table *
relation_find(struct analysis *an, const PgQuery__RangeVar *name)
{
    struct object_name object = range_name(an, name);
    if (an->scope->relation == NULL)
        return NULL;
    return an->scope->relation(an->scope->object, object.schema, object.name);
}

const struct table *
relation_get(struct analysis *an, const PgQuery__RangeVar *name)
{
    const struct table *table = relation_find(an, name);
    const char *schema = tree_text(name->schemaname);
    if (table == NULL)
        fail(an, name->location, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
             dotted_name(an, schema, name->relname));
    return table;
}

uint32_t
range_add_table(struct level *level, const struct table *table, const char *alias, int32_t at)
{
    uint32_t number;
    struct range *range = range_add(level, RANGE_TABLE, alias != NULL ? alias : table->name,
                                    table->column_count, &number);
    range->is_alias = alias != NULL;
    range->at = at;
    range->table.table = table;
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        range->columns[i] = (struct range_column){.name = column->is_dropped ? "" : column->name,
                                                  .type = column->type,
                                                  .typmod = column->typmod,
                                                  .collation = column->collation,
                                                  .is_dropped = column->is_dropped};
    }
    return number;
}

/* ---- subqueries ---- */

static void
range_take_targets(struct range *range, const struct query *q)
{
    const struct target *targets;
    uint32_t count = query_result_columns(q, &targets);
    for (uint32_t i = 0; i < count; i++)
        range->columns[i] = (struct range_column){.name = targets[i].name,
                                                  .type = targets[i].expr->type,
                                                  .typmod = targets[i].expr->typmod,
                                                  .collation = targets[i].expr->collation};
}

uint32_t
range_add_subquery(struct level *level, struct query *q, const char *name)
{
    const struct target *targets;
    uint32_t number;
    struct range *range =
        range_add(level, RANGE_SUBQUERY, name, query_result_columns(q, &targets), &number);
    range->subquery.query = q;
    range_take_targets(range, q);
    return number;
}
