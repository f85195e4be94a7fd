/*
 * partition_route.c: see partition_route.h.
 */
#include "exec/partition_route.h"

#include "catalog/partition.h"
#include "exec/modify.h"
#include "exec/side_writer.h"

struct route_code {
    const struct plan_route *plan;
    const struct expr_code *keys;
    const struct expr_code *check;      /* null: none */
    const struct route_code **children; /* [map->count]; null entries: leaves */
};

/* One level, opened when the first row comes to it. */
struct route_state {
    const struct route_code *code;
    struct expr_state *keys, *check;
    struct route_state **children;
    struct column *columns; /* [table's columns] */
    uint16_t *sel;          /* [capacity]: rows that go on to this level */
    uint32_t count;
};

const struct route_code *
route_compile(struct compiler *compiler, const struct plan_route *route)
{
    struct route_code *code = arena_alloc_zero(compiler->arena, sizeof *code);
    uint32_t count = route->map->count;

    code->plan = route;
    code->keys = expr_compile(compiler, route->keys, route->map->key->count);
    if (route->check != NULL)
        code->check = expr_compile(compiler, (struct expr *[]){route->check}, 1);
    code->children = arena_alloc_zero(compiler->arena, (count + 1) * sizeof *code->children);
    for (uint32_t i = 0; i < count; i++) {
        if (route->children[i] != NULL)
            code->children[i] = route_compile(compiler, route->children[i]);
    }
    return code;
}

static struct route_state *
open_level(struct router *router, const struct route_code *code)
{
    struct arena *arena = router->exec->arena;
    struct route_state *state = arena_alloc_zero(arena, sizeof *state);

    state->code = code;
    state->keys = expr_open(router->exec, code->keys, router->capacity, router->scratch);
    state->check = expr_open(router->exec, code->check, router->capacity, router->scratch);
    state->children = arena_alloc_zero(arena, (code->plan->map->count + 1) * sizeof(void *));
    state->columns =
        arena_alloc_array(arena, code->plan->table->column_count + 1u, sizeof *state->columns);
    state->sel = arena_alloc_array(arena, router->capacity, sizeof *state->sel);
    return state;
}

struct router *
router_open(struct exec *exec, const struct route_code *code, uint32_t capacity, bool is_repeated)
{
    struct router *router = arena_alloc_zero(exec->arena, sizeof *router);

    *router = (struct router){
        .exec = exec, .root = code->plan, .capacity = capacity, .is_repeated = is_repeated};
    router->scratch = is_repeated ? exec_new_arena(exec, "router") : exec->arena;
    router->leaves = arena_alloc_zero(exec->arena, (code->plan->leaf_count + 1) * sizeof(void *));
    router->found = arena_alloc_array(exec->arena, capacity, sizeof *router->found);
    router->state = open_level(router, code);
    return router;
}

/* ---- finding ---- */

static _Noreturn void
raise_no_partition(struct router *router, const struct route_state *state, uint32_t row)
{
    struct exec *exec = router->exec;
    const struct partition_map *map = state->code->plan->map;
    const struct table *table = state->code->plan->table;
    struct buf *text = buf_new(exec->arena);

    for (uint16_t i = 0; i < map->key->count; i++) {
        const struct column *column = &state->keys->outputs[i];
        buf_put_text(text, i == 0 ? "" : ", ");
        if (column_is_null(column, row))
            buf_put_text(text, "null");
        else
            value_text_put(exec, map->types[i], vector_get(column, row), text);
    }
    buf_put_u8(text, 0);
    exec->fault_row = row;
    raise_error(.code = SQLSTATE_CHECK_VIOLATION,
                .message = raise_text("no partition of relation \"%s\" found for row", table->name),
                .detail = raise_text("Partition key of the failing row contains (%s) = (%s).",
                                     partition_columns_text(exec->arena, table),
                                     (const char *)text->data),
                .schema_name = table->schema_name, .table_name = table->name);
}

static void find_level(struct router *router, struct route_state *state, const struct batch *rows,
                       const struct column *root_columns);

/* The partition of one row: *found if it is a leaf, else the row waits at the level below. */
static void
find_row(struct router *router, struct route_state *state, uint32_t row)
{
    const struct plan_route *plan = state->code->plan;
    uint16_t key_count = plan->map->key->count;
    union datum values[INDEX_COLUMNS_MAX];
    bool nulls[INDEX_COLUMNS_MAX];

    for (uint16_t i = 0; i < key_count; i++) {
        const struct column *column = &state->keys->outputs[i];
        nulls[i] = column_is_null(column, row);
        values[i] = vector_get(column, row);
    }
    uint32_t partition =
        partition_find(plan->map, router->exec->context.env, router->scratch, values, nulls);
    if (partition == PARTITION_NONE)
        raise_no_partition(router, state, row);
    if (state->code->children[partition] == NULL) {
        router->found[row] = plan->first_leaf + partition;
        return;
    }
    struct route_state *child = state->children[partition];
    if (child == NULL)
        child = state->children[partition] = open_level(router, state->code->children[partition]);
    child->sel[child->count++] = (uint16_t)row;
}

static void
find_level(struct router *router, struct route_state *state, const struct batch *rows,
           const struct column *root_columns)
{
    const struct plan_route *plan = state->code->plan;
    struct batch level = *rows;

    level.column_count = plan->table->column_count;
    level.columns = state->columns;
    for (uint32_t i = 0; i < level.column_count; i++)
        state->columns[i] = root_columns[plan->columns[i]];
    expr_run(state->keys, &level);
    for (uint32_t i = 0; i < rows->count; i++)
        find_row(router, state, sel_row(rows->sel, i));
    for (uint32_t i = 0; i < plan->map->count; i++) {
        struct route_state *child = state->children[i];
        if (child == NULL || child->count == 0)
            continue;
        struct batch below = *rows;
        below.sel = child->sel;
        below.count = child->count;
        child->count = 0;
        find_level(router, child, &below, root_columns);
    }
}

/* The named table is a partition itself: rows must belong there. */
static void
check_rows(struct router *router, const struct batch *rows)
{
    const struct table *table = router->root->table;
    struct expr_state *check = router->state->check;
    struct exec *exec = router->exec;

    expr_run(check, rows);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = sel_row(rows->sel, i);
        bool is_null;
        union datum holds = expr_value(check, 0, row, &is_null);
        if (is_null || holds.b)
            continue;
        struct buf *text = buf_new(exec->arena);
        for (uint32_t c = 0; c < table->column_count; c++) {
            if (table->columns[c].is_dropped)
                continue;
            buf_put_text(text, text->bytes == 0 ? "" : ", ");
            if (column_is_null(&rows->columns[c], row))
                buf_put_text(text, "null");
            else
                value_text_put(exec, type_get(exec->context.env, table->columns[c].type),
                               vector_get(&rows->columns[c], row), text);
        }
        buf_put_u8(text, 0);
        exec->fault_row = row;
        raise_error(.code = SQLSTATE_CHECK_VIOLATION,
                    .message = raise_text("new row for relation \"%s\" violates partition "
                                          "constraint",
                                          table->name),
                    .detail = raise_text("Failing row contains (%s).", (const char *)text->data),
                    .schema_name = table->schema_name, .table_name = table->name);
    }
}

void
router_find(struct router *router, const struct batch *rows)
{
    if (router->scratch != router->exec->arena)
        arena_reset(router->scratch);
    if (rows->count != 0 && router->state->check != NULL)
        check_rows(router, rows);
    if (rows->count != 0)
        find_level(router, router->state, rows, rows->columns);
}

/* ---- leaves ---- */

static const struct table *
leaf_table(const struct plan_route *route, uint32_t number)
{
    for (;;) {
        uint32_t own = number - route->first_leaf;
        if (own < route->map->count)
            return route->map->partitions[own];
        const struct plan_route *next = NULL;
        for (uint32_t i = 0; i < route->map->count && next == NULL; i++) {
            const struct plan_route *child = route->children[i];
            if (child != NULL && number >= child->first_leaf &&
                number < child->first_leaf + child->leaf_count)
                next = child;
        }
        check(next != NULL);
        route = next;
    }
}

const uint16_t *
route_match_columns(struct arena *arena, const struct table *from, const struct table *to)
{
    uint16_t *map = arena_alloc_array(arena, from->column_count + 1u, sizeof *map);

    for (uint16_t i = 0; i < from->column_count; i++) {
        map[i] = ROUTE_DROPPED;
        for (uint16_t k = 0; k < to->column_count && !from->columns[i].is_dropped; k++) {
            /* Mostly the columns stand alike. */
            uint16_t at = (uint16_t)((i + k) % to->column_count);
            if (to->columns[at].is_dropped ||
                strcmp(to->columns[at].name, from->columns[i].name) != 0)
                continue;
            map[i] = at;
            break;
        }
    }
    return map;
}

struct leaf *
router_leaf(struct router *router, uint32_t number)
{
    struct exec *exec = router->exec;
    struct leaf *leaf = router->leaves[number];

    if (leaf != NULL)
        return leaf;
    struct plan_context context = side_plan_context(exec);
    struct compiler compiler = side_compiler(exec);
    struct plan_table_rules *rules = arena_alloc_zero(exec->arena, sizeof *rules);
    const struct table *root = router->root->table;
    leaf = arena_alloc_zero(exec->arena, sizeof *leaf);
    leaf->table = leaf_table(router->root, number);
    plan_table_rules(&context, leaf->table, rules);
    leaf->writer = table_writer_open(exec, table_compile(&compiler, rules), router->capacity,
                                     router->is_repeated);
    leaf->to_leaf = route_match_columns(exec->arena, root, leaf->table);
    leaf->writer->shown = leaf->to_leaf;
    leaf->writer->shown_count = root->column_count;
    leaf->to_root = route_match_columns(exec->arena, leaf->table, root);
    leaf->columns =
        arena_alloc_array(exec->arena, leaf->table->column_count + 1u, sizeof *leaf->columns);
    router->leaves[number] = leaf;
    return leaf;
}

struct batch
router_rows(struct leaf *leaf, const struct batch *rows)
{
    const struct row_format *format = leaf->writer->code->format;
    uint16_t count = leaf->table->column_count;

    table_writer_begin(leaf->writer);
    for (uint32_t i = 0; i < format->column_count; i++)
        leaf->columns[i] = i < count && leaf->to_root[i] != ROUTE_DROPPED
                               ? rows->columns[leaf->to_root[i]]
                               : modify_null_column(format->columns[i].phys);
    return (struct batch){
        .count = rows->count, .sel = rows->sel, .column_count = count, .columns = leaf->columns};
}

void
router_rows_back(const struct leaf *leaf, const struct batch *rows, uint32_t root_count,
                 struct column *columns)
{
    for (uint32_t i = 0; i < root_count; i++)
        columns[i] = leaf->to_leaf[i] != ROUTE_DROPPED ? rows->columns[leaf->to_leaf[i]]
                                                       : modify_null_column(PHYS_I32);
}

void
router_old_columns(struct router *router, struct leaf *leaf)
{
    const struct row_format *format = leaf->writer->code->format;
    uint32_t count = leaf->table->column_count;
    struct arena *arena = router->exec->arena;

    if (leaf->old_columns != NULL)
        return;
    leaf->old_columns = arena_alloc_array(arena, count + 1u, sizeof(struct column));
    leaf->old_columns[count] = modify_null_column(PHYS_I64);
    for (uint32_t i = 0; i < count; i++)
        vector_init(&leaf->old_columns[i], format->columns[i].phys, router->capacity, arena);
}
