/*
 * range_function.c: functions in FROM: f(x), ROWS FROM (f(x), g(y)), WITH ORDINALITY, column
 * definition lists.
 */
#include "sql/analysis_int.h"
#include "type/record.h"

struct functions {
    struct level *level;
    const PgQuery__RangeFunction *node;
    const char *alias;
    struct list functions; /* struct range_function */
    struct list columns;   /* struct range_column */
    const char *first_name;
};

static void
add_column(struct functions *f, const char *name, oid type, int32_t typmod, oid collation)
{
    struct range_column *column = arena_alloc_zero(f->level->an->arena, sizeof *column);
    *column =
        (struct range_column){.name = name, .type = type, .typmod = typmod, .collation = collation};
    list_add(f->level->an->arena, &f->columns, column);
}

/* The columns that "AS (a int, b text)" defines for a function returning record. */
static void
add_defined(struct functions *f, struct expr *call, struct nodes definitions)
{
    struct analysis *an = f->level->an;
    oid *types = arena_alloc_array(an->arena, definitions.count, sizeof *types);
    int32_t *typmods = arena_alloc_array(an->arena, definitions.count, sizeof *typmods);
    const char **names = arena_alloc_array(an->arena, definitions.count, sizeof *names);
    for (size_t i = 0; i < definitions.count; i++) {
        const PgQuery__ColumnDef *def = definitions.items[i]->column_def;
        int32_t typmod;
        if (def->type_name->setof)
            fail(an, def->location, SQLSTATE_INVALID_TABLE_DEFINITION,
                 "column \"%s\" cannot be declared SETOF", def->colname);
        oid type = typename_get(an, def->type_name, &typmod);
        oid collation = column_collation(an, def, type);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(definitions.items[j]->column_def->colname, def->colname) == 0)
                fail(an, def->location, SQLSTATE_DUPLICATE_COLUMN,
                     "column name \"%s\" specified more than once", def->colname);
        }
        add_column(f, def->colname, type, typmod, collation);
        types[i] = type;
        typmods[i] = typmod;
        names[i] = arena_text(an->arena, def->colname);
    }
    if (call->kind != EXPR_FUNC)
        return;
    struct record_shape *shape = arena_alloc(an->arena, sizeof *shape);
    *shape = (struct record_shape){.type = TYPE_RECORD,
                                   .count = (uint32_t)definitions.count,
                                   .types = types,
                                   .typmods = typmods,
                                   .names = names};
    call->func.columns = shape;
}

/* The only column of a function returning a plain value. */
static void
add_scalar(struct functions *f, const struct expr *call, const char *func_name)
{
    const char *name = func_name;
    const struct func_info *func = call->kind == EXPR_FUNC ? call->func.func : NULL;
    if (func != NULL && func->out_count == 1 && func->out_names != NULL &&
        func->out_names[0] != NULL)
        name = func->out_names[0];
    else if (f->alias != NULL && f->node->n_functions == 1)
        name = f->alias;
    add_column(f, name, call->type, call->typmod, call->collation);
}

static void
add_record(struct functions *f, struct expr *call, struct nodes definitions)
{
    struct analysis *an = f->level->an;
    uint32_t count = 0;
    const struct range_column *columns = record_columns(f->level, call, &count);
    if (columns == NULL && definitions.count == 0)
        fail(an, expr_start(call), SQLSTATE_SYNTAX_ERROR,
             "a column definition list is required for functions returning \"record\"");
    if (columns != NULL && definitions.count > 0)
        fail(an, definitions.items[0]->column_def->location, SQLSTATE_SYNTAX_ERROR,
             call->type == TYPE_RECORD
                 ? "a column definition list is redundant for a function with OUT parameters"
                 : "a column definition list is redundant for a function returning a named "
                   "composite type");
    if (definitions.count > 0)
        add_defined(f, call, definitions);
    for (uint32_t i = 0; columns != NULL && i < count; i++) {
        if (!columns[i].is_dropped)
            add_column(f, columns[i].name, columns[i].type, columns[i].typmod,
                       columns[i].collation);
    }
}

static void
add_function(struct functions *f, struct expr *call, const char *name, struct nodes definitions)
{
    struct analysis *an = f->level->an;
    struct range_function *function = arena_alloc_zero(an->arena, sizeof *function);
    function->call = call;
    function->first_column = f->columns.count;
    function->is_record = type_is_row(an, call->type);
    if (call->type == TYPE_UNKNOWN)
        function->call = coerce_implicit(an, call, TYPE_TEXT);
    if (function->is_record) {
        add_record(f, call, definitions);
    } else {
        if (definitions.count > 0)
            fail(an, definitions.items[0]->column_def->location, SQLSTATE_SYNTAX_ERROR,
                 "a column definition list is only allowed for functions returning \"record\"");
        add_scalar(f, function->call, name);
    }
    function->column_count = f->columns.count - function->first_column;
    list_add(an->arena, &f->functions, function);
}

static void
bind_function(struct functions *f, const PgQuery__Node *pair)
{
    struct level *level = f->level;
    struct nodes parts = tree_list(pair);
    const PgQuery__Node *node = parts.items[0];
    struct nodes definitions = {0, NULL};
    if (parts.count > 1)
        definitions = tree_list(parts.items[1]);
    if (definitions.count == 0 && f->node->n_coldeflist > 0)
        definitions = NODES(f->node, coldeflist);
    const char *name = figure_name(node);
    if (f->first_name == NULL)
        f->first_name = name;

    const struct expr *set_before = level->last_set_function;
    struct expr *call = bind_in_clause(level, node, CLAUSE_FROM_FUNCTION);
    if (level->last_set_function != set_before && level->last_set_function != call)
        fail(level->an, level->last_set_function->at, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "set-returning functions must appear at top level of FROM");
    add_function(f, call, name, definitions);
}

/* unnest(a, b) in ROWS FROM's manner. */
static bool
bind_unnest(struct functions *f, const PgQuery__Node *pair)
{
    const PgQuery__Node *node = tree_list(pair).items[0];
    if (node->node_case != PG_QUERY__NODE__NODE_FUNC_CALL)
        return false;
    const PgQuery__FuncCall *call = node->func_call;
    if (call->n_funcname != 1 || strcmp(tree_string(call->funcname[0]), "unnest") != 0 ||
        call->n_args < 2 || call->func_variadic || call->over != NULL)
        return false;
    if (f->first_name == NULL)
        f->first_name = "unnest";
    for (size_t i = 0; i < call->n_args; i++) {
        struct expr *arg = bind_in_clause(f->level, call->args[i], CLAUSE_FROM_FUNCTION);
        enum clause outer = f->level->clause;
        f->level->clause = CLAUSE_FROM_FUNCTION;
        struct expr *one = call_named(f->level, "unnest", &arg, 1, call->location);
        f->level->clause = outer;
        add_function(f, one, "unnest", (struct nodes){0, NULL});
    }
    return true;
}

static bool
reads_left(void *object, const struct expr *e)
{
    (void)object;
    if (e->kind == EXPR_COLUMN)
        return e->column.levels_up == 0;
    return e->kind == EXPR_SUBLINK || expr_walk(e, reads_left, NULL);
}

uint32_t
bind_range_function(struct level *level, const PgQuery__RangeFunction *node)
{
    struct analysis *an = level->an;
    struct functions f = {.level = level, .node = node};
    f.alias = node->alias == NULL ? NULL : node->alias->aliasname;
    if (node->n_coldeflist > 0 && (node->is_rowsfrom && node->n_functions > 1))
        fail_hint(an, -1, SQLSTATE_SYNTAX_ERROR,
                  "Put a separate column definition list for each function inside ROWS FROM().",
                  "ROWS FROM() with multiple functions cannot have a column definition list");
    bool was_active = level->is_lateral_active;
    level->is_lateral_active = true;
    for (size_t i = 0; i < node->n_functions; i++) {
        if (!bind_unnest(&f, node->functions[i]))
            bind_function(&f, node->functions[i]);
    }
    level->is_lateral_active = was_active;
    if (node->n_coldeflist > 0 && node->ordinality)
        fail_hint(an, -1, SQLSTATE_SYNTAX_ERROR,
                  "Put the column definition list inside ROWS FROM().",
                  "WITH ORDINALITY cannot be used with a column definition list");
    if (node->ordinality)
        add_column(&f, "ordinality", TYPE_INT8, -1, OID_NONE);

    uint32_t number;
    struct range *range = range_add(level, RANGE_FUNCTION, f.alias != NULL ? f.alias : f.first_name,
                                    f.columns.count, &number);
    range->is_alias = f.alias != NULL;
    range->is_lateral = node->lateral;
    range->function.function_count = f.functions.count;
    range->function.functions =
        list_flatten(an->arena, &f.functions, sizeof(struct range_function));
    range->function.has_ordinality = node->ordinality;
    if (f.columns.count > 0)
        memcpy(range->columns, list_flatten(an->arena, &f.columns, sizeof(struct range_column)),
               f.columns.count * sizeof(struct range_column));
    for (uint32_t i = 0; i < f.functions.count; i++)
        range->is_lateral |= reads_left(NULL, range->function.functions[i].call);
    if (node->alias != NULL)
        range_alias_columns(level, range, NODES(node->alias, colnames), "table");
    return number;
}
