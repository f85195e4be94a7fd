/*
 * utility_table.c: CREATE TABLE, CREATE TABLE AS, CREATE VIEW.
 */
#include "sql/deparse.h"
#include "sql/utility_int.h"

/* ---- LIKE ---- */

/* The bits of TableLikeClause.options. */
enum like_option {
    LIKE_CONSTRAINTS = 1 << 2,
    LIKE_DEFAULTS = 1 << 3,
    LIKE_GENERATED = 1 << 4,
    LIKE_IDENTITY = 1 << 5,
    LIKE_INDEXES = 1 << 6,
};

static struct stored_expr
stored_again(struct sketch *sketch, const struct table *source, const char *sql, enum clause clause)
{
    return (struct stored_expr){
        sql, bind_stored(sketch->an, clause == CLAUSE_DEFAULT ? NULL : source, sql, clause)};
}

static void
like_column(struct sketch *sketch, const struct table *source, const struct column_def *from,
            uint32_t options)
{
    struct analysis *an = sketch->an;
    struct column_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
    spec->name = from->name;
    spec->at = -1;
    spec->type = from->type;
    spec->typmod = from->typmod;
    spec->collation = from->collation;
    spec->is_not_null = from->is_not_null;
    if (from->default_sql != NULL && (options & LIKE_DEFAULTS) != 0)
        spec->default_expr = stored_again(sketch, source, from->default_sql, CLAUSE_DEFAULT);
    if (from->generated_sql != NULL && (options & LIKE_GENERATED) != 0)
        spec->generated = stored_again(sketch, source, from->generated_sql, CLAUSE_GENERATED);
    if (from->identity != IDENTITY_NONE && (options & LIKE_IDENTITY) != 0) {
        spec->identity = from->identity;
        spec->serial = SERIAL_IDENTITY;
        spec->sequence.type = from->type;
        spec->sequence_name = choose_relation_name(an, sketch->schema, &sketch->taken,
                                                   sketch->name.name, spec->name, "seq");
    }
    (void)sketch_add(sketch, spec);
}

static void
like_constraints(struct sketch *sketch, const struct table *source)
{
    struct analysis *an = sketch->an;
    for (uint16_t i = 0; i < source->constraint_count; i++) {
        const struct constraint_def *from = &source->constraints[i];
        if (from->kind != CONSTRAINT_CHECK)
            continue;
        struct constraint_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
        spec->kind = CONSTRAINT_CHECK;
        spec->name = from->name;
        spec->is_named = true;
        spec->at = -1;
        spec->is_no_inherit = from->is_no_inherit;
        spec->columns = attr_names(an, source, from->attrs, from->attr_count);
        spec->check.sql = from->check_sql;
        spec->check.expr = bind_stored(an, sketch_table(sketch), from->check_sql, CLAUSE_CHECK);
        list_add(an->arena, &sketch->constraints, spec);
    }
}

static const char *
attr_name(const struct table *table, attr_no attr)
{
    return table->columns[attr - 1].name;
}

/* An index as a constraint, if it is one's, else as CREATE INDEX. */
static void
like_index(struct sketch *sketch, const struct table *source, const struct index_def *from)
{
    struct analysis *an = sketch->an;
    struct name_list columns = {.count = 0}, include = {.count = 0};
    columns.names = arena_alloc_array(an->arena, from->key_count, sizeof *columns.names);
    include.names = arena_alloc_array(an->arena, from->include_count, sizeof *include.names);
    for (uint16_t i = 0; i < from->include_count; i++)
        include.names[include.count++] = attr_name(source, from->include[i]);
    if (from->constraint != OID_NONE) {
        struct constraint_spec *spec = arena_alloc_zero(an->arena, sizeof *spec);
        for (uint16_t i = 0; i < from->key_count; i++)
            columns.names[columns.count++] = attr_name(source, from->keys[i].attr);
        spec->kind = from->is_primary ? CONSTRAINT_PRIMARY : CONSTRAINT_UNIQUE;
        spec->at = -1;
        spec->columns = columns;
        spec->include = include;
        spec->nulls_not_distinct = !from->is_nulls_distinct;
        sketch->has_primary |= from->is_primary;
        list_add(an->arena, &sketch->constraints, spec);
        return;
    }
    struct create_index *create = arena_alloc_zero(an->arena, sizeof *create);
    create->table = sketch->name;
    create->is_unique = from->is_unique;
    create->nulls_not_distinct = !from->is_nulls_distinct;
    create->method = index_method_name(from->method);
    create->include = include;
    create->key_count = from->key_count;
    create->keys = arena_alloc_zero(an->arena, from->key_count * sizeof *create->keys);
    const char *names = "";
    for (uint16_t i = 0; i < from->key_count; i++) {
        const struct index_key *key = &from->keys[i];
        create->keys[i] = (struct index_key_spec){.type = key->type,
                                                  .collation = key->collation,
                                                  .is_descending = key->is_descending,
                                                  .nulls_first = key->is_nulls_first,
                                                  .opclass = key->opclass,
                                                  .at = -1};
        if (key->attr != 0)
            create->keys[i].column = attr_name(source, key->attr);
        else
            create->keys[i].expr = stored_again(sketch, source, key->expr_sql, CLAUSE_INDEX_KEY);
        names = arena_format(an->arena, "%s%s%s", names, i == 0 ? "" : "_",
                             key->attr != 0 ? create->keys[i].column : "expr");
    }
    if (from->predicate_sql != NULL)
        create->where = stored_again(sketch, source, from->predicate_sql, CLAUSE_INDEX_PREDICATE);
    create->name =
        choose_relation_name(an, sketch->schema, &sketch->taken, sketch->name.name, names, "idx");
    list_add(an->arena, &sketch->indexes, create);
}

static void
take_like(struct sketch *sketch, const PgQuery__TableLikeClause *node)
{
    const struct table *source = relation_get(sketch->an, node->relation);
    if (source->kind == TABLE_INDEX || source->kind == TABLE_SEQUENCE)
        fail_detail(sketch->an, node->relation->location, SQLSTATE_WRONG_OBJECT_TYPE,
                    arena_format(sketch->an->arena, "This operation is not supported for %s.",
                                 source->kind == TABLE_INDEX ? "indexes" : "sequences"),
                    "relation \"%s\" is invalid in LIKE clause", source->name);
    for (uint16_t i = 0; i < source->column_count; i++) {
        if (!source->columns[i].is_dropped)
            like_column(sketch, source, &source->columns[i], node->options);
    }
    if ((node->options & LIKE_CONSTRAINTS) != 0)
        like_constraints(sketch, source);
    for (uint16_t i = 0; (node->options & LIKE_INDEXES) != 0 && i < source->index_count; i++)
        like_index(sketch, source, source->indexes[i]);
}

/* ---- CREATE TABLE ---- */

static enum on_commit
on_commit_of(PgQuery__OnCommitAction action)
{
    switch (action) {
    case PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DELETE_ROWS:
        return ON_COMMIT_DELETE;
    case PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP:
        return ON_COMMIT_DROP;
    default:
        return ON_COMMIT_PRESERVE;
    }
}

static void
check_supported(struct analysis *an, const PgQuery__CreateStmt *stmt)
{
    if (tree_text(stmt->tablespacename) != NULL)
        fail_unsupported(an, -1, "TABLESPACE");
    if (stmt->oncommit != PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_NOOP &&
        stmt->relation->relpersistence[0] != 't')
        fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION,
             "ON COMMIT can only be used on temporary tables");
}

static const char *
target_schema(struct analysis *an, const PgQuery__RangeVar *name)
{
    struct object_name object = range_name(an, name);
    return create_schema_for(an, &object, name->relpersistence[0]);
}

/* The table that a partition is made of; null: the statement makes none. */
static const struct table *
partition_parent(struct sketch *sketch, const PgQuery__CreateStmt *stmt)
{
    if (stmt->partbound == NULL)
        return NULL;
    const struct table *parent = relation_get(sketch->an, stmt->inh_relations[0]->range_var);
    if (parent->kind != TABLE_PARTITIONED)
        fail(sketch->an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not partitioned", parent->name);
    sketch_take_parent(sketch, parent);
    return parent;
}

static void
take_partitioning(struct sketch *sketch, struct create_table *create,
                  const PgQuery__CreateStmt *stmt, const struct table *parent)
{
    if (parent != NULL) {
        create->partition_of = (struct object_name){parent->schema_name, parent->name, -1};
        create->bound = bind_partition_bound(sketch->an, parent, stmt->partbound);
    }
    if (stmt->partspec != NULL)
        create->partition_by = bind_partition_by(sketch, stmt->partspec);
}

/* ---- OF a composite type ---- */

const struct table *
composite_table(struct analysis *an, const PgQuery__TypeName *name, oid *type)
{
    const char *text = an->text;
    int32_t typmod;
    an->text = NULL; /* errors of it have no place, as in PostgreSQL */
    *type = typename_get(an, name, &typmod);
    const struct table *row =
        an->scope->row_type == NULL ? NULL : an->scope->row_type(an->scope->object, *type);
    if (row == NULL || row->kind != TABLE_COMPOSITE)
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "type %s is not a composite type",
             type_text(an, *type, -1));
    an->text = text;
    return row;
}

/* The columns of the type. */
static oid
take_type(struct sketch *sketch, const PgQuery__TypeName *name)
{
    oid type;
    const struct table *row = composite_table(sketch->an, name, &type);
    for (uint16_t i = 0; i < row->column_count; i++)
        if (!row->columns[i].is_dropped)
            like_column(sketch, row, &row->columns[i], 0);
    return type;
}

/* column WITH OPTIONS: more about one of them. */
static struct column_spec *
typed_column(struct sketch *sketch, const PgQuery__ColumnDef *def, const struct list *seen)
{
    struct column_spec *spec = sketch_spec(sketch, def->colname);
    if (spec == NULL)
        fail(sketch->an, -1, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist",
             def->colname);
    for (uint32_t i = 0; i < seen->count; i++)
        if (seen->items[i] == spec)
            fail(sketch->an, -1, SQLSTATE_DUPLICATE_COLUMN,
                 "column \"%s\" specified more than once", def->colname);
    return spec;
}

void
bind_create_table(struct analysis *an, struct utility *u, const PgQuery__CreateStmt *stmt)
{
    u->kind = UTILITY_CREATE_TABLE;
    u->tag = "CREATE TABLE";
    struct create_table *create = &u->create_table;
    check_supported(an, stmt);
    struct sketch sketch = {.an = an, .persistence = stmt->relation->relpersistence[0]};
    sketch.schema = target_schema(an, stmt->relation);
    sketch.name =
        (struct object_name){sketch.schema, stmt->relation->relname, stmt->relation->location};
    list_add(an->arena, &sketch.taken, stmt->relation->relname);
    if (stmt->partbound == NULL)
        sketch_parents(&sketch, NODES(stmt, inh_relations));

    /* All columns first: constraints may read those after them. */
    struct list specs = {.count = 0};
    const struct table *parent = partition_parent(&sketch, stmt);
    if (stmt->of_typename != NULL)
        create->of_type = take_type(&sketch, stmt->of_typename);
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *node = stmt->table_elts[i];
        if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF && stmt->of_typename != NULL)
            list_add(an->arena, &specs, typed_column(&sketch, node->column_def, &specs));
        else if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            list_add(an->arena, &specs,
                     parent != NULL ? sketch_partition_column(&sketch, node->column_def)
                                    : sketch_column(&sketch, node->column_def));
        else if (node->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE)
            take_like(&sketch, node->table_like_clause);
    }
    uint32_t next = 0;
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *node = stmt->table_elts[i];
        if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            sketch_column_constraints(&sketch, node->column_def, specs.items[next++]);
        else if (node->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
            sketch_constraint(&sketch, node->constraint, NULL);
    }
    sketch_finish(&sketch);
    sketch_check_defaults(&sketch);
    take_partitioning(&sketch, create, stmt, parent);

    create->name = sketch.name;
    create->persistence = sketch.persistence;
    create->if_not_exists = stmt->if_not_exists;
    create->column_count = sketch.specs.count;
    create->columns = list_flatten(an->arena, &sketch.specs, sizeof(struct column_spec));
    create->constraint_count = sketch.constraints.count;
    create->constraints =
        list_flatten(an->arena, &sketch.constraints, sizeof(struct constraint_spec));
    create->on_commit = on_commit_of(stmt->oncommit);
    create->options = def_options(an, NODES(stmt, options));
    create->index_count = sketch.indexes.count;
    create->indexes = (struct create_index **)sketch.indexes.items;
    create->notice_count = sketch.notices.count;
    create->notices = list_flatten(an->arena, &sketch.notices, sizeof(struct merge_notice));
    create->parent_count = sketch.parents.count;
    create->parents = arena_alloc_array(an->arena, sketch.parents.count + 1, sizeof(oid));
    for (uint32_t i = 0; i < sketch.parents.count; i++)
        create->parents[i] = ((const struct table *)sketch.parents.items[i])->table;
}

/* ---- columns of a query's result ---- */

static struct column_spec *
result_columns(struct analysis *an, const struct query *q, struct nodes names, const char *what,
               uint32_t *count)
{
    const struct target *targets;
    *count = query_result_columns(q, &targets);
    if (names.count > *count)
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "%s", what);
    struct column_spec *columns = arena_alloc_zero(an->arena, (*count + 1) * sizeof *columns);
    for (uint32_t i = 0; i < *count; i++) {
        const struct expr *e = targets[i].expr;
        columns[i] = (struct column_spec){.name = i < names.count ? tree_string(names.items[i])
                                                                  : targets[i].name,
                                          .type = e->type,
                                          .typmod = e->typmod,
                                          .collation = e->collation,
                                          .at = -1};
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(columns[j].name, columns[i].name) == 0)
                fail(an, -1, SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" specified more than once",
                     columns[i].name);
        }
        if (is_system_column(columns[i].name))
            fail(an, -1, SQLSTATE_DUPLICATE_COLUMN,
                 "column name \"%s\" conflicts with a system column name", columns[i].name);
        const struct type_info *info = scope_type(an->scope, e->type);
        if (info == NULL || info->kind == 'p')
            fail(an, -1, SQLSTATE_INVALID_TABLE_DEFINITION, "column \"%s\" has pseudo-type %s",
                 columns[i].name, type_text(an, e->type, -1));
    }
    return columns;
}

/* ---- CREATE TABLE AS ---- */

static void
take_into(struct analysis *an, struct create_table_as *create, const PgQuery__IntoClause *into)
{
    create->persistence = into->rel->relpersistence[0];
    create->name =
        (struct object_name){target_schema(an, into->rel), into->rel->relname, into->rel->location};
    create->with_no_data = into->skip_data;
    create->on_commit = on_commit_of(into->on_commit);
    create->options = def_options(an, NODES(into, options));
    if (tree_text(into->table_space_name) != NULL)
        fail_unsupported(an, -1, "TABLESPACE");
    if (create->query != NULL)
        create->columns =
            result_columns(an, create->query, NODES(into, col_names),
                           "too many column names were specified", &create->column_count);
}

static bool
is_temporary(void *object, oid relation)
{
    (void)object;
    return relation >= OID_TEMP_FIRST;
}

void
bind_create_table_as(struct analysis *an, struct utility *u, const struct raw_statement *raw,
                     const PgQuery__CreateTableAsStmt *stmt)
{
    (void)raw;
    u->kind = UTILITY_CREATE_TABLE_AS;
    u->tag = "SELECT";
    struct create_table_as *create = &u->create_table_as;
    create->if_not_exists = stmt->if_not_exists;
    create->is_matview = stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
    if (stmt->query->node_case == PG_QUERY__NODE__NODE_EXECUTE_STMT)
        fail_unsupported(an, -1, "CREATE TABLE AS EXECUTE");
    create->query = bind_query_node(an, NULL, stmt->query, NULL);
    take_into(an, create, stmt->into);
    if (create->is_matview && query_walk_relations(create->query, is_temporary, NULL))
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "materialized views must not use temporary tables or views");
    if (create->is_matview) {
        struct deparse_options options = {
            .arena = an->arena, .scope = an->scope, .qualify_all = true};
        create->sql = deparse_query(&options, create->query);
    }
}

void
bind_select_into(struct analysis *an, struct utility *u, const PgQuery__SelectStmt *stmt)
{
    u->kind = UTILITY_CREATE_TABLE_AS;
    u->tag = "SELECT";
    struct create_table_as *create = &u->create_table_as;
    /* The same statement without INTO, down the left edge where it was written. */
    PgQuery__SelectStmt *copy = arena_copy(an->arena, stmt, sizeof *stmt);
    PgQuery__SelectStmt *leftmost = copy;
    while (leftmost->larg != NULL) {
        leftmost->larg = arena_copy(an->arena, leftmost->larg, sizeof *stmt);
        leftmost = leftmost->larg;
    }
    const PgQuery__IntoClause *into = leftmost->into_clause;
    leftmost->into_clause = NULL;
    create->query = bind_select(an, NULL, copy, NULL);
    take_into(an, create, into);
}

/* ---- CREATE VIEW ---- */

/* WITH CHECK OPTION is the last of the options. */
static struct option_list
view_options(struct analysis *an, const PgQuery__ViewStmt *stmt)
{
    struct option_list list = def_options(an, NODES(stmt, options));
    bool is_local = stmt->with_check_option == PG_QUERY__VIEW_CHECK_OPTION__LOCAL_CHECK_OPTION;
    if (!is_local && stmt->with_check_option != PG_QUERY__VIEW_CHECK_OPTION__CASCADED_CHECK_OPTION)
        return list;
    struct option *options = arena_alloc_array(an->arena, list.count + 1, sizeof *options);
    if (list.count != 0)
        memcpy(options, list.options, list.count * sizeof *options);
    options[list.count++] =
        (struct option){.name = "check_option", .value = is_local ? "local" : "cascaded", .at = -1};
    list.options = options;
    return list;
}

void
bind_create_view(struct analysis *an, struct utility *u, const PgQuery__ViewStmt *stmt)
{
    u->kind = UTILITY_CREATE_VIEW;
    u->tag = "CREATE VIEW";
    struct create_view *create = &u->create_view;
    create->persistence = stmt->view->relpersistence[0];
    create->or_replace = stmt->replace;
    if (stmt->query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        fail_unsupported(an, -1, "this kind of view");
    if (stmt->query->select_stmt->into_clause != NULL)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "views must not contain SELECT INTO");
    create->query = bind_query_node(an, NULL, stmt->query, NULL);
    if (create->query->has_modifying_cte)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "views must not contain data-modifying statements in WITH");
    if (create->persistence != 't' && query_walk_relations(create->query, is_temporary, NULL)) {
        create->persistence = 't';
        create->becomes_temporary = true;
    }
    struct object_name name = range_name(an, stmt->view);
    create->name =
        (struct object_name){create_schema_for(an, &name, create->persistence), name.name, name.at};
    create->columns = result_columns(an, create->query, NODES(stmt, aliases),
                                     "CREATE VIEW specifies more column names than columns",
                                     &create->column_count);
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    create->sql = deparse_query(&options, create->query);
    create->options = view_options(an, stmt);
    create->not_updatable = updatable_reason(create->query, create->column_count);
}
