/*
 * route.c: how rows written to a partitioned table find their partitions.
 */
#include "catalog/partition.h"
#include "plan/planner_int.h"
#include "sql/analyze.h"

static const struct table *
route_table(void *object, oid table)
{
    const struct plan_context *context = object;

    return context->table(context->object, table);
}

struct partition_source
plan_partition_source(const struct plan_context *context)
{
    return (struct partition_source){
        .env = context->scope->env, .table = route_table, .object = (void *)(uintptr_t)context};
}

struct expr **
partition_keys(const struct plan_context *context, const struct table *table)
{
    const struct partition_key *key = table->partition_key;
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    struct planner planner = {.context = context,
                              .scope = context->scope,
                              .types = context->scope->types,
                              .arena = context->arena};
    struct expr **keys = arena_alloc_array(context->arena, key->count, sizeof *keys);

    for (uint16_t i = 0; i < key->count; i++) {
        if (key->attrs[i] == 0) {
            keys[i] =
                fold_expr(&planner, analyze_expr(&options, table, key->expr_sql[i], OID_NONE, -1));
            continue;
        }
        const struct column_def *column = &table->columns[key->attrs[i] - 1];
        keys[i] = arena_alloc_zero(context->arena, sizeof **keys);
        keys[i]->kind = EXPR_COLUMN;
        keys[i]->type = column->type;
        keys[i]->typmod = column->typmod;
        keys[i]->collation = column->collation;
        keys[i]->at = -1;
        keys[i]->column.number = column->attr;
    }
    return keys;
}

static const uint16_t *
route_columns(struct arena *arena, const struct table *root, const struct table *table)
{
    uint16_t *columns = arena_alloc_zero(arena, table->column_count * sizeof *columns);

    for (uint16_t i = 0; i < table->column_count; i++) {
        for (uint16_t k = 0; k < root->column_count && !table->columns[i].is_dropped; k++) {
            if (!root->columns[k].is_dropped &&
                strcmp(root->columns[k].name, table->columns[i].name) == 0)
                columns[i] = k;
        }
    }
    return columns;
}

static struct plan_route *
make_level(const struct plan_context *context, const struct table *root, const struct table *table,
           uint32_t *leaf, uint32_t depth)
{
    struct partition_source source = plan_partition_source(context);
    struct plan_route *route = arena_alloc_zero(context->arena, sizeof *route);

    if (depth > PLAN_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "partitions are nested too deeply");
    route->table = table;
    route->map = partition_map_make(&source, context->arena, table, OID_NONE);
    route->keys = partition_keys(context, table);
    route->columns = route_columns(context->arena, root, table);
    route->children =
        arena_alloc_zero(context->arena, (route->map->count + 1) * sizeof *route->children);
    route->first_leaf = *leaf;
    *leaf += route->map->count;
    for (uint32_t i = 0; i < route->map->count; i++) {
        if (route->map->partitions[i]->kind == TABLE_PARTITIONED)
            route->children[i] =
                make_level(context, root, route->map->partitions[i], leaf, depth + 1);
    }
    route->leaf_count = *leaf - route->first_leaf;
    return route;
}

const struct plan_route *
plan_route_make(const struct plan_context *context, const struct table *table)
{
    struct partition_source source = plan_partition_source(context);
    struct analyze_options options = {.arena = context->arena, .scope = context->scope};
    struct planner planner = {.context = context,
                              .scope = context->scope,
                              .types = context->scope->types,
                              .arena = context->arena};
    uint32_t leaf = 0;
    struct plan_route *route = make_level(context, table, table, &leaf, 0);
    const char *sql = partition_constraint_text(&source, context->arena, table);

    if (sql != NULL)
        route->check = fold_expr(&planner, analyze_expr(&options, table, sql, TYPE_BOOL, -1));
    return route;
}

/* ---- rows that change ---- */

struct key_change {
    const struct plan_route *route;
    const struct plan_assign *assigns;
    uint32_t count;
};

static bool
is_assigned(void *object, const struct expr *e)
{
    const struct key_change *change = object;

    for (uint32_t i = 0; e->kind == EXPR_COLUMN && i < change->count; i++) {
        if (e->column.number <= 0 ||
            change->route->columns[e->column.number - 1] + 1 == change->assigns[i].attr)
            return true;
    }
    return expr_walk(e, is_assigned, object);
}

static bool
changes_key(const struct plan_route *route, const struct plan_assign *assigns, uint32_t count)
{
    struct key_change change = {route, assigns, count};

    for (uint16_t i = 0; i < route->map->key->count; i++) {
        if (is_assigned(&change, route->keys[i]))
            return true;
    }
    for (uint32_t i = 0; i < route->map->count; i++) {
        if (route->children[i] != NULL && changes_key(route->children[i], assigns, count))
            return true;
    }
    return false;
}

const struct plan_route *
plan_route_change(const struct plan_context *context, const struct table *table,
                  const struct plan_assign *assigns, uint32_t count)
{
    const struct plan_route *route = plan_route_make(context, table);

    return changes_key(route, assigns, count) ? route : NULL;
}
