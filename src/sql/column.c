/*
 * column.c: names to columns: a, t.a, s.t.a, t (a whole row), and fields of records.
 *
 * A name is looked for in the query itself, then in those around it; within one query it must be
 * unambiguous.
 */
#include "sql/analysis_int.h"

/* ---- items ---- */

static bool
is_reachable(const struct level *level, const struct item *item)
{
    return !item->is_lateral_only || level->is_lateral_active;
}

static void
check_lateral(const struct level *level, const struct item *item, int32_t at)
{
    if (!item->is_lateral_only || item->is_lateral_ok)
        return;
    const struct analysis *an = level->an;
    raise_error(.code = SQLSTATE_INVALID_COLUMN_REFERENCE,
                .message = raise_text("invalid reference to FROM-clause entry for table \"%s\"",
                                      item->name),
                .detail = "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
                .position = place_of(an, at));
}

static bool
is_named(const struct item *item, const char *schema, const char *name)
{
    if (!item->is_name_visible || item->name == NULL || strcmp(item->name, name) != 0)
        return false;
    return schema == NULL || (item->schema != NULL && strcmp(item->schema, schema) == 0);
}

static struct item *
item_here(struct level *level, const char *schema, const char *name, int32_t at)
{
    struct item *found = NULL;
    for (uint32_t i = 0; i < level->items.count; i++) {
        struct item *item = level->items.items[i];
        if (!is_named(item, schema, name) || !is_reachable(level, item))
            continue;
        if (found != NULL)
            fail(level->an, at, SQLSTATE_AMBIGUOUS_ALIAS, "table reference \"%s\" is ambiguous",
                 name);
        check_lateral(level, item, at);
        found = item;
    }
    return found;
}

struct item *
item_find(struct level *level, const char *schema, const char *name, int32_t at,
          uint32_t *levels_up)
{
    *levels_up = 0;
    for (; level != NULL; level = level->parent, (*levels_up)++) {
        struct item *item = item_here(level, schema, name, at);
        if (item != NULL)
            return item;
    }
    return NULL;
}

struct sinking {
    struct arena *arena;
    uint32_t levels;
};

static struct expr *
sink(void *object, struct expr *e)
{
    struct sinking *sinking = object;
    return expr_sink(sinking->arena, e, sinking->levels);
}

struct expr *
expr_sink(struct arena *arena, struct expr *e, uint32_t levels)
{
    if (levels == 0)
        return e;
    if (e->kind == EXPR_COLUMN) {
        struct expr *copy = arena_copy(arena, e, sizeof *e);
        copy->column.levels_up += levels;
        return copy;
    }
    struct sinking sinking = {arena, levels};
    return expr_map(arena, e, sink, &sinking);
}

static void
note_used(struct level *level, const struct expr *e, uint32_t levels_up)
{
    for (; levels_up > 0; levels_up--)
        level = level->parent;
    if (e->kind == EXPR_COLUMN && e->column.levels_up == 0)
        range_get(level, e->column.range)->is_used = true;
}

struct expr *
item_column_expr(struct level *level, const struct item *item, uint32_t column, uint32_t levels_up,
                 int32_t at)
{
    struct expr *from = item->columns[column].expr;
    note_used(level, from, levels_up);
    struct expr *e = arena_copy(level->an->arena, from, sizeof *from);
    e->at = at;
    return expr_sink(level->an->arena, e, levels_up);
}

/* A row of an item that is no range's own: a join's alias. */
static struct expr *
row_of_columns(struct level *level, const struct item *item, uint32_t levels_up, int32_t at)
{
    struct analysis *an = level->an;
    struct expr *e = expr_new(an->arena, EXPR_ROW, TYPE_RECORD, at);
    e->args = arena_alloc_array(an->arena, item->column_count, sizeof *e->args);
    e->row.names = arena_alloc_array(an->arena, item->column_count, sizeof *e->row.names);
    for (uint32_t i = 0; i < item->column_count; i++) {
        if (item->columns[i].name == NULL)
            continue;
        e->row.names[e->arg_count] = item->columns[i].name;
        e->args[e->arg_count++] = item_column_expr(level, item, i, levels_up, at);
    }
    expr_done(an, e);
    return e;
}

static struct level *
level_up(struct level *level, uint32_t levels_up)
{
    for (; levels_up > 0; levels_up--)
        level = level->parent;
    return level;
}

struct expr *
item_whole_row(struct level *level, const struct item *item, uint32_t levels_up, int32_t at)
{
    struct analysis *an = level->an;
    struct range *range = range_get(level_up(level, levels_up), item->range);
    if (range->kind == RANGE_JOIN || item->view != NULL)
        return row_of_columns(level, item, levels_up, at);
    /* A function of one plain value: its name means the value. */
    if (range->kind == RANGE_FUNCTION && range->function.function_count == 1 &&
        !range->function.functions[0].is_record && !range->function.has_ordinality)
        return item_column_expr(level, item, 0, levels_up, at);
    struct expr *e = expr_new(an->arena, EXPR_COLUMN, TYPE_RECORD, at);
    const struct table *table = NULL;
    if (range->kind == RANGE_TABLE)
        table = range->table.table;
    else if (range->kind == RANGE_SUBQUERY && range->subquery.view != OID_NONE)
        table = an->scope->relation_oid(an->scope->object, range->subquery.view);
    if (table != NULL && scope_type(an->scope, table->row_type) != NULL)
        e->type = table->row_type;
    e->column = (struct column_ref){.range = item->range, .levels_up = levels_up, .number = 0};
    range->is_used = true;
    expr_done(an, e);
    return e;
}

/* ---- columns by name ---- */

static const struct {
    const char *name;
    enum system_column number;
    oid type;
} system_columns[] = {
    {"ctid", SYSTEM_CTID, 27}, {"xmin", SYSTEM_XMIN, 28}, {"cmin", SYSTEM_CMIN, 29},
    {"xmax", SYSTEM_XMAX, 28}, {"cmax", SYSTEM_CMAX, 29}, {"tableoid", SYSTEM_TABLEOID, TYPE_OID},
};

bool
is_system_column(const char *name)
{
    for (size_t i = 0; i < sizeof system_columns / sizeof system_columns[0]; i++) {
        if (strcmp(system_columns[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Refuses a system column where PostgreSQL does, and those whose type is not here. */
static void
check_system_column(const struct level *level, const char *name, enum system_column number,
                    oid type, int32_t at)
{
    struct analysis *an = level->an;
    if (level->clause == CLAUSE_CHECK && number != SYSTEM_TABLEOID)
        fail(an, at, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "system column \"%s\" reference in check constraint is invalid", name);
    if (level->clause == CLAUSE_MERGE_WHEN && number != SYSTEM_TABLEOID)
        fail(an, at, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "cannot use system column \"%s\" in MERGE WHEN condition", name);
    if (level->clause == CLAUSE_GENERATED)
        fail(an, at, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "cannot use system column \"%s\" in column generation expression", name);
    if (level->clause == CLAUSE_INDEX_KEY || level->clause == CLAUSE_INDEX_PREDICATE)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "index creation on system columns is not supported");
    if (scope_type(an->scope, type) == NULL)
        fail(an, at, SQLSTATE_FEATURE_NOT_SUPPORTED, "system column \"%s\" is not supported yet",
             name);
}

static struct expr *
system_column(struct level *level, const struct item *item, const char *name, uint32_t levels_up,
              int32_t at)
{
    struct analysis *an = level->an;
    struct range *range = range_get(level_up(level, levels_up), item->range);
    if (range->kind != RANGE_TABLE || item->view != NULL)
        return NULL;
    for (size_t i = 0; i < sizeof system_columns / sizeof system_columns[0]; i++) {
        if (strcmp(system_columns[i].name, name) != 0)
            continue;
        check_system_column(level, name, system_columns[i].number, system_columns[i].type, at);
        struct expr *e = expr_new(an->arena, EXPR_COLUMN, system_columns[i].type, at);
        e->column = (struct column_ref){
            .range = item->range, .levels_up = levels_up, .number = system_columns[i].number};
        range->is_used = true;
        expr_done(an, e);
        return e;
    }
    return NULL;
}

/* The item's column of the name; null: none. 42702 if it has two. */
static struct expr *
column_in_item(struct level *level, const struct item *item, const char *name, uint32_t levels_up,
               int32_t at)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < item->column_count; i++) {
        if (item->columns[i].name == NULL || strcmp(item->columns[i].name, name) != 0)
            continue;
        if (found != UINT32_MAX)
            fail(level->an, at, SQLSTATE_AMBIGUOUS_COLUMN, "column reference \"%s\" is ambiguous",
                 name);
        found = i;
    }
    if (found != UINT32_MAX)
        return item_column_expr(level, item, found, levels_up, at);
    return system_column(level, item, name, levels_up, at);
}

struct expr *
column_find(struct level *level, const char *name, int32_t at, bool is_local_only)
{
    uint32_t levels_up = 0;
    for (struct level *around = level; around != NULL; around = around->parent, levels_up++) {
        struct expr *found = NULL;
        for (uint32_t i = 0; i < around->items.count; i++) {
            const struct item *item = around->items.items[i];
            if (!item->are_columns_visible || !is_reachable(around, item))
                continue;
            struct expr *e = column_in_item(level, item, name, levels_up, at);
            if (e == NULL)
                continue;
            if (found != NULL)
                fail(level->an, at, SQLSTATE_AMBIGUOUS_COLUMN,
                     "column reference \"%s\" is ambiguous", name);
            check_lateral(around, item, at);
            found = e;
        }
        if (found != NULL || is_local_only)
            return found;
    }
    return NULL;
}

/* ---- references ---- */

struct expr *
field_find(struct level *level, struct expr *record, const char *name, int32_t at)
{
    struct analysis *an = level->an;
    if (!type_is_row(an, record->type))
        return NULL;
    /* A range's whole row: its column. */
    if (record->kind == EXPR_COLUMN && record->column.number == COLUMN_WHOLE_ROW) {
        struct level *owner = level_up(level, record->column.levels_up);
        const struct range *range = range_get(owner, record->column.range);
        for (uint32_t i = 0; i < range->column_count; i++) {
            if (range->columns[i].is_dropped || strcmp(range->columns[i].name, name) != 0)
                continue;
            struct expr *e = range_column_expr(owner, record->column.range, i, at);
            return expr_sink(an->arena, e, record->column.levels_up);
        }
        return NULL;
    }
    uint32_t count;
    const struct range_column *columns = record_columns(level, record, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (columns[i].is_dropped || strcmp(columns[i].name, name) != 0)
            continue;
        if (record->kind == EXPR_ROW)
            return record->args[i];
        return field_node(an, record, &columns[i], i, at);
    }
    return NULL;
}

struct expr *
field_node(struct analysis *an, struct expr *record, const struct range_column *column,
           uint32_t number, int32_t at)
{
    struct expr *e = expr_new(an->arena, EXPR_FIELD, column->type, at);
    e->typmod = column->typmod;
    e->collation = column->collation;
    e->field.number = (int16_t)(number + 1);
    e->field.name = column->name;
    e->arg_count = 1;
    e->args = arena_copy(an->arena, &record, sizeof record);
    expr_done(an, e);
    return e;
}

static struct range_column *
columns_of_row(struct analysis *an, const struct expr *row, uint32_t *count)
{
    struct range_column *columns = arena_alloc_zero(an->arena, row->arg_count * sizeof *columns);
    *count = row->arg_count;
    for (uint32_t i = 0; i < row->arg_count; i++)
        columns[i] = (struct range_column){.name = row->row.names != NULL
                                                       ? row->row.names[i]
                                                       : arena_format(an->arena, "f%u", i + 1),
                                           .type = row->args[i]->type,
                                           .typmod = row->args[i]->typmod,
                                           .collation = row->args[i]->collation};
    return columns;
}

static struct range_column *
columns_of_func(struct analysis *an, const struct func_info *func, uint32_t *count)
{
    struct range_column *columns = arena_alloc_zero(an->arena, func->out_count * sizeof *columns);
    *count = func->out_count;
    for (uint32_t i = 0; i < func->out_count; i++) {
        const struct type_info *type = scope_type(an->scope, func->out_types[i]);
        columns[i] = (struct range_column){
            .name = func->out_names[i],
            .type = func->out_types[i],
            .typmod = -1,
            .collation = type != NULL && type->is_collatable ? COLLATION_DEFAULT : OID_NONE};
    }
    return columns;
}

static struct range_column *
columns_of_table(struct analysis *an, const struct table *table, uint32_t *count)
{
    struct range_column *columns =
        arena_alloc_zero(an->arena, table->column_count * sizeof *columns);
    *count = table->column_count;
    for (uint16_t i = 0; i < table->column_count; i++)
        columns[i] = (struct range_column){.name = table->columns[i].name,
                                           .type = table->columns[i].type,
                                           .typmod = table->columns[i].typmod,
                                           .collation = table->columns[i].collation,
                                           .is_dropped = table->columns[i].is_dropped};
    return columns;
}

struct range_column *
record_columns(struct level *level, const struct expr *record, uint32_t *count)
{
    struct analysis *an = level->an;
    *count = 0;
    if (record->kind == EXPR_COLUMN && record->column.number == COLUMN_WHOLE_ROW) {
        const struct range *range =
            range_get(level_up(level, record->column.levels_up), record->column.range);
        *count = range->column_count;
        return range->columns;
    }
    if (record->kind == EXPR_ROW)
        return columns_of_row(an, record, count);
    if (record->kind == EXPR_FUNC && record->func.func->out_count > 0)
        return columns_of_func(an, record->func.func, count);
    if (record->type != TYPE_RECORD && an->scope->row_type != NULL) {
        const struct table *table =
            an->scope->row_type(an->scope->object, base_type(an, record->type));
        if (table != NULL)
            return columns_of_table(an, table, count);
    }
    /* A subquery's record column: look at what makes it. */
    if (record->kind == EXPR_COLUMN && record->column.number > 0) {
        struct level *owner = level_up(level, record->column.levels_up);
        const struct range *range = range_get(owner, record->column.range);
        if (range->kind == RANGE_SUBQUERY) {
            const struct target *targets;
            query_result_columns(range->subquery.query, &targets);
            const struct expr *source = targets[record->column.number - 1].expr;
            if (source->kind == EXPR_ROW)
                return columns_of_row(an, source, count);
        }
    }
    return NULL;
}

static struct expr *
qualified(struct level *level, const PgQuery__ColumnRef *ref, const char *schema, const char *table,
          const PgQuery__Node *last)
{
    uint32_t levels_up;
    struct item *item = item_find(level, schema, table, ref->location, &levels_up);
    const char *name = tree_string(last);
    if (item == NULL && schema == NULL && name != NULL) {
        struct expr *param = routine_param_qualified(level, table, name, ref->location);
        if (param != NULL)
            return param;
    }
    if (item == NULL)
        fail_missing_item(level, schema, table, ref->location);
    if (name == NULL)
        return item_whole_row(level, item, levels_up, ref->location);
    struct expr *e = column_in_item(level, item, name, levels_up, ref->location);
    if (e != NULL)
        return e;
    if (schema == NULL && level->an->routine != NULL &&
        (e = routine_param_qualified(level, table, name, ref->location)) != NULL)
        return e;
    /* t.f may be f(t). */
    if (scope_funcs_user(level->an->scope, NULL, name)[0] != NULL) {
        struct expr *row = item_whole_row(level, item, levels_up, ref->location);
        return call_named_anywhere(level, name, &row, 1, ref->location);
    }
    fail_missing_column(level, table, name, ref->location);
}

/* A bare name that is no column: a range's name for its whole row. */
static struct expr *
bare(struct level *level, const PgQuery__ColumnRef *ref, const char *name)
{
    struct analysis *an = level->an;
    struct expr *e = column_find(level, name, ref->location, false);
    if (e != NULL)
        return e;
    if (level->value_name != NULL && strcmp(level->value_name, name) == 0)
        return level->value_expr;
    uint32_t levels_up;
    struct item *item = item_find(level, NULL, name, ref->location, &levels_up);
    if (item != NULL)
        return item_whole_row(level, item, levels_up, ref->location);
    e = routine_param_named(an, name, ref->location);
    if (e != NULL)
        return e;
    if (level->clause == CLAUSE_DEFAULT && level->items.count == 0)
        fail(an, ref->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "cannot use column reference in DEFAULT expression");
    fail_missing_column(level, NULL, name, ref->location);
}

struct expr *
bind_column_ref(struct level *level, const PgQuery__ColumnRef *ref)
{
    struct analysis *an = level->an;
    struct nodes fields = NODES(ref, fields);
    if (level->clause == CLAUSE_DEFAULT)
        fail(an, ref->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "cannot use column reference in DEFAULT expression");
    if (level->clause == CLAUSE_PARTITION_BOUND)
        fail(an, ref->location, SQLSTATE_INVALID_COLUMN_REFERENCE,
             "cannot use column reference in partition bound expression");
    switch (fields.count) {
    case 1:
        if (tree_string(fields.items[0]) == NULL)
            fail(an, ref->location, SQLSTATE_SYNTAX_ERROR,
                 "row expansion via \"*\" is not supported here");
        return bare(level, ref, tree_string(fields.items[0]));
    case 2:
        return qualified(level, ref, NULL, tree_string(fields.items[0]), fields.items[1]);
    case 3:
        return qualified(level, ref, tree_string(fields.items[0]), tree_string(fields.items[1]),
                         fields.items[2]);
    case 4:
        check_database(an, tree_string(fields.items[0]), tree_dotted(an->arena, fields),
                       ref->location);
        return qualified(level, ref, tree_string(fields.items[1]), tree_string(fields.items[2]),
                         fields.items[3]);
    default:
        fail(an, ref->location, SQLSTATE_SYNTAX_ERROR,
             "improper qualified name (too many dotted names): %s", tree_dotted(an->arena, fields));
    }
}
