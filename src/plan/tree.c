/*
 * tree.c: a table whose rows are in several tables: it and those that inherit from it, or the
 * partitions of a partitioned one.
 *
 * Such a table is one rel of its level, and stays one through the search for joins. Its members
 * are rels of their own beside it, with the same number and range: all conditions and columns are
 * said in the range's terms, and rel_attr and rel_number lead to the member's own columns, which
 * are found by name.
 */
#include "catalog/partition.h"
#include "plan/planner_int.h"

bool
table_is_tree(const struct planner *planner, const struct range *range)
{
    const struct plan_context *context = planner->context;
    const struct table *table = range->table.table;

    if (table->kind == TABLE_PARTITIONED)
        return true;
    if (range->table.is_only || table->kind != TABLE_PLAIN || context->children == NULL)
        return false;
    uint32_t count;
    (void)context->children(context->object, table, &count);
    return count != 0;
}

const attr_no *
tree_map(const struct planner *planner, const struct table *parent, const struct table *table)
{
    attr_no *map = arena_alloc_array(planner->arena, parent->column_count + 1u, sizeof *map);
    bool is_same = true;

    for (uint16_t i = 0; i < parent->column_count; i++) {
        map[i] = 0;
        if (parent->columns[i].is_dropped)
            continue;
        for (uint16_t k = 0; k < table->column_count && map[i] == 0; k++) {
            if (!table->columns[k].is_dropped &&
                strcmp(table->columns[k].name, parent->columns[i].name) == 0)
                map[i] = table->columns[k].attr;
        }
        if (map[i] == 0)
            raise(SQLSTATE_INTERNAL_ERROR,
                  "could not find inherited attribute \"%s\" of relation \"%s\"",
                  parent->columns[i].name, table->name);
        is_same &= map[i] == (attr_no)(i + 1);
    }
    return is_same ? NULL : map;
}

struct collector {
    const struct planner *planner;
    const struct table **tables;
    uint32_t count, capacity;
    uint32_t *leaves; /* partitions' numbers */
};

static void
add_table(struct collector *c, const struct table *table)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->tables[i]->table == table->table)
            return; /* by way of two parents */
    }
    if (c->count == c->capacity) {
        uint32_t wider = c->capacity == 0 ? 8 : c->capacity * 2;
        c->tables = arena_resize(c->planner->arena, c->tables, c->capacity * sizeof *c->tables,
                                 wider * sizeof *c->tables);
        c->capacity = wider;
    }
    c->tables[c->count++] = table;
}

/* Partitions that hold rows, depth first, in the order of their bounds; and their numbers. */
static void
add_partitions(struct collector *c, const struct plan_route *route)
{
    for (uint32_t i = 0; i < route->map->count; i++) {
        if (route->children[i] != NULL) {
            add_partitions(c, route->children[i]);
            continue;
        }
        c->leaves[c->count] = route->first_leaf + i;
        add_table(c, route->map->partitions[i]);
    }
}

static int
compare_oids(const void *a, const void *b)
{
    const struct table *x = *(const struct table *const *)a, *y = *(const struct table *const *)b;

    return (x->table > y->table) - (x->table < y->table);
}

/* The table and its descendants: each generation before the next, the oldest first. */
static void
add_heirs(struct collector *c, const struct table *table)
{
    const struct plan_context *context = c->planner->context;

    add_table(c, table);
    for (uint32_t at = 0; at < c->count; at++) {
        uint32_t count;
        const struct table **children = context->children(context->object, c->tables[at], &count);
        qsort(children, count, sizeof(struct table *), compare_oids);
        for (uint32_t i = 0; i < count; i++)
            add_table(c, children[i]);
    }
}

static void
take_partitions(struct collector *c, struct level *level, struct rel *rel)
{
    rel->route = plan_route_make(level->planner->context, rel->table);
    c->leaves = arena_alloc_array(level->arena, rel->route->leaf_count + 1u, sizeof *c->leaves);
    add_partitions(c, rel->route);
}

void
tree_expand(struct level *level, struct rel *rel)
{
    struct collector c = {.planner = level->planner};

    rel->is_tree = true;
    if (rel->table->kind != TABLE_PARTITIONED)
        add_heirs(&c, rel->table);
    else if (!rel->source->table.is_only)
        take_partitions(&c, level, rel);
    rel->members = arena_alloc_zero(level->arena, (c.count + 1) * sizeof *rel->members);
    rel->member_count = c.count;
    for (uint32_t i = 0; i < c.count; i++) {
        struct rel *member = &rel->members[i];
        *member = (struct rel){.idx = rel->idx,
                               .range = rel->range,
                               .source = rel->source,
                               .table = c.tables[i],
                               .tree = rel,
                               .leaf = c.leaves != NULL ? c.leaves[i] : 0};
        member->map = tree_map(level->planner, rel->table, member->table);
        rel_measure(level, member);
        rel->table_rows += member->table_rows;
        if (rel->width < member->width)
            rel->width = member->width;
    }
    rel->table_rows = cost_clamp_rows(rel->table_rows);
}
