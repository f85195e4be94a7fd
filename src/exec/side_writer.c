/*
 * side_writer.c: see side_writer.h.
 */
#include "exec/side_writer.h"

static const struct table *
context_table(void *object, oid table)
{
    return catalog_table(object, table);
}

static const struct row_format *
context_format(void *object, const struct table *table)
{
    return catalog_row_format(object, table);
}

struct plan_context
side_plan_context(struct exec *exec)
{
    return (struct plan_context){
        .arena = exec->arena,
        .scope = exec->context.scope,
        .object = exec->context.catalog,
        .table = context_table,
        .format = context_format,
    };
}

struct compiler
side_compiler(struct exec *exec)
{
    return (struct compiler){.arena = exec->arena,
                             .scope = exec->context.scope,
                             .types = exec->context.scope->types,
                             .is_rescanned = true};
}

static void
one_row_columns(struct exec *exec, const struct table_code *code, struct column **columns)
{
    uint32_t count = code->format->column_count;

    *columns = arena_alloc_array(exec->arena, count + 1u, sizeof **columns);
    for (uint32_t i = 0; i < count; i++) {
        vector_init(&(*columns)[i], code->format->columns[i].phys, 1, exec->arena);
        (*columns)[i].has_nulls = true;
        (*columns)[i].nulls[0] = 1;
    }
}

struct side_writer *
side_writer_of(struct exec *exec, const struct table *table)
{
    struct side_writer *writer = exec->side_writers;

    while (writer != NULL && writer->table != table)
        writer = writer->next;
    if (writer != NULL)
        return writer;
    struct plan_context context = side_plan_context(exec);
    struct compiler compiler = side_compiler(exec);
    struct plan_table_rules *rules = arena_alloc_zero(exec->arena, sizeof *rules);
    plan_direct_rules(&context, table, rules);
    writer = arena_alloc_zero(exec->arena, sizeof *writer);
    writer->table = table;
    writer->writer = table_writer_open(exec, table_compile(&compiler, rules), 1, true);
    one_row_columns(exec, writer->writer->code, &writer->old_columns);
    one_row_columns(exec, writer->writer->code, &writer->new_columns);
    writer->next = exec->side_writers;
    exec->side_writers = writer;
    return writer;
}

struct side_route *
side_route_of(struct exec *exec, struct side_writer *writer, const struct table *root)
{
    struct side_route *route = writer->routes;

    while (route != NULL && route->root != root)
        route = route->next;
    if (route != NULL)
        return route;
    struct plan_context context = side_plan_context(exec);
    struct compiler compiler = side_compiler(exec);
    route = arena_alloc_zero(exec->arena, sizeof *route);
    route->root = root;
    route->router =
        router_open(exec, route_compile(&compiler, plan_route_make(&context, root)), 1, true);
    route->from_root = route_match_columns(exec->arena, root, writer->table);
    route->columns = arena_alloc_array(exec->arena, root->column_count + 1u, sizeof(struct column));
    route->next = writer->routes;
    writer->routes = route;
    return route;
}
