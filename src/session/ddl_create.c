/*
 * ddl_create.c: CREATE TABLE, TABLE AS, INDEX, VIEW, SCHEMA.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_partition.h"
#include "session/ddl_routine.h"
#include "session/ddl_view.h"
#include "session/definition.h"
#include "session/feed.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/scope.h"
#include "session/session_set.h"
#include "session/temp.h"
#include "session/utility_run.h"
#include "type/record.h"

/* True, with a notice, if the name is taken and that is all right; 42P07 if it is not. */
static bool
is_taken(struct session *session, const struct schema_def *schema, const char *name, bool may_exist)
{
    if (catalog_find_relation(session->catalog, schema->schema, name) == NULL)
        return false;
    if (!may_exist)
        raise(SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
    notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists, skipping",
           name);
    return true;
}

static void
take_bound(struct draft *draft, const struct create_table *create)
{
    const struct table *parent = session_find_table(draft->session, &create->partition_of);
    if ((parent->persistence == 't') != (draft->table.persistence == 't'))
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              parent->persistence == 't'
                  ? "cannot create a permanent relation as partition of temporary relation \"%s\""
                  : "cannot create a temporary relation as partition of permanent relation \"%s\"",
              parent->name);
    partition_become(
        draft, parent,
        partition_take_bound(draft->session, parent, create->bound, draft->table.name));
}

static const struct table *
create_columns(struct session *session, const struct schema_def *schema,
               const struct create_table *create)
{
    struct draft draft;
    draft_new(&draft, session, schema, create->name.name, create->persistence);
    ddl_lock_parents(session, create->parents, create->parent_count);
    draft.table.parents = create->parents;
    draft.table.parent_count = (uint16_t)create->parent_count;
    draft.table.of_type = create->of_type;
    for (uint32_t i = 0; i < create->column_count; i++)
        draft_take_column(&draft, &create->columns[i]);
    if (create->bound != NULL)
        take_bound(&draft, create);
    if (create->partition_by != NULL)
        partition_take_key(&draft, create->partition_by);
    else
        draft.table.tree = ddl_new_tree(session, schema->schema);
    for (int wants_foreign = 0; wants_foreign <= 1; wants_foreign++) /* keys before their users */
        for (uint32_t i = 0; i < create->constraint_count; i++)
            if ((create->constraints[i].kind == CONSTRAINT_FOREIGN) == (wants_foreign == 1))
                (void)draft_take_constraint(&draft, &create->constraints[i]);
    const struct table *table = draft_put(&draft);
    draft_link_foreign(&draft);
    for (uint32_t i = 0; i < create->parent_count; i++)
        ddl_add_child(session, create->parents[i], table->table);
    if (table->bound != NULL)
        partition_link(session, table->parents[0], table->table);
    return catalog_table(session->catalog, table->table);
}

static void
refuse_options(const struct option_list *options)
{
    for (uint32_t i = 0; i < options->count; i++)
        if (strcmp(options->options[i].name, "fillfactor") != 0)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized parameter \"%s\"",
                  options->options[i].name);
}

static void
note_on_commit(struct session *session, const struct table *table, enum on_commit on_commit)
{
    if (on_commit != ON_COMMIT_PRESERVE && table->schema != SCHEMA_TEMP)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "ON COMMIT can only be used on temporary tables");
    if (table->schema == SCHEMA_TEMP)
        temp_note_on_commit(session, table->table, on_commit);
}

void
ddl_create_table(struct session *session, const struct create_table *create)
{
    refuse_options(&create->options);
    const struct schema_def *schema = session_target_schema(session, &create->name);
    if (is_taken(session, schema, create->name.name, create->if_not_exists))
        return;
    for (uint32_t i = 0; i < create->notice_count; i++)
        notice_fields(&(struct error){.severity = SEVERITY_NOTICE,
                                      .code = SQLSTATE_SUCCESSFUL_COMPLETION,
                                      .message = create->notices[i].message,
                                      .detail = create->notices[i].detail});
    const struct table *table = create_columns(session, schema, create);
    note_on_commit(session, table, create->on_commit);
    for (uint32_t i = 0; i < create->index_count; i++)
        ddl_create_index(session, create->indexes[i]);
}

/* ---- CREATE TABLE AS ---- */

/* The query's rows into the new table, through the executor's insert path. */
static uint64_t
fill_table(struct session *session, const struct table *table, struct query *query)
{
    struct cache_entry *entry = planned_make(session, query, NULL);
    session_release_later(session, entry);
    struct exec_context context = session_exec_context(session, session->statement_arena);
    attr_no *attrs =
        arena_alloc_array(session->statement_arena, table->column_count + 1u, sizeof *attrs);
    for (uint16_t i = 0; i < table->column_count; i++)
        attrs[i] = (attr_no)(i + 1);
    struct feed *feed = feed_open(session, table, attrs, table->column_count);
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    while (exec_next(exec, &batch))
        feed_put_read(feed, &batch);
    exec_close(exec);
    return feed_count(feed);
}

bool
ddl_create_table_as(struct session *session, const struct create_table_as *create,
                    uint64_t *row_count)
{
    *row_count = 0;
    if (create->query == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "CREATE TABLE AS EXECUTE is not supported yet");
    refuse_options(&create->options);
    const struct schema_def *schema = session_target_schema(session, &create->name);
    if (is_taken(session, schema, create->name.name, create->if_not_exists))
        return false;
    const struct create_table columns = {.name = create->name,
                                         .persistence = create->persistence,
                                         .column_count = create->column_count,
                                         .columns = create->columns};
    const struct table *table = create_columns(session, schema, &columns);
    note_on_commit(session, table, create->on_commit);
    if (create->is_matview)
        *row_count = ddl_become_matview(session, table, create);
    else if (!create->with_no_data)
        *row_count = fill_table(session, table, create->query);
    return true;
}

/* ---- CREATE INDEX ---- */

static const struct index_key *
take_keys(struct draft *draft, const struct create_index *create)
{
    struct session *session = draft->session;
    struct index_key *keys =
        arena_alloc_zero(session->statement_arena, (create->key_count + 1) * sizeof *keys);
    for (uint32_t i = 0; i < create->key_count; i++) {
        const struct index_key_spec *spec = &create->keys[i];
        keys[i].type = spec->type;
        keys[i].collation = spec->collation;
        keys[i].is_descending = spec->is_descending;
        keys[i].is_nulls_first = spec->nulls_first;
        keys[i].expr_sql = spec->expr.sql;
        if (spec->column != NULL)
            keys[i].attr = draft_get_column(draft, spec->column)->attr;
        keys[i].opclass = spec->opclass;
        const struct type_info *type = scope_type(&session->scope, spec->type);
        bool is_btree = index_method_of(create->method) == INDEX_BTREE;
        if (is_btree && (type == NULL || type->key_put == NULL))
            raise(SQLSTATE_UNDEFINED_OBJECT,
                  "data type %s has no default operator class for access method \"btree\"",
                  type == NULL ? "???" : type->sql_name);
    }
    return keys;
}

void
ddl_create_index(struct session *session, const struct create_index *create)
{
    const struct table *table = session_find_table(session, &create->table);
    if (!table_is_stored(table) && table->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot create index on relation \"%s\"", table->name);
    const struct schema_def *schema = catalog_schema(session->catalog, table->schema);
    if (is_taken(session, schema, create->name, create->if_not_exists))
        return;
    if (create->key_count > INDEX_COLUMNS_MAX)
        raise(SQLSTATE_TOO_MANY_COLUMNS, "cannot use more than %d columns in an index",
              INDEX_COLUMNS_MAX);
    if (table->kind == TABLE_PARTITIONED && create->is_concurrent)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot create index on partitioned table \"%s\" concurrently", table->name);
    table = ddl_lock_table(session, table, TABLE_SHARE);
    struct draft draft;
    draft_of(&draft, session, table);
    struct index_def *index = draft_add_index(&draft);
    index->name = create->name;
    index->method = index_method_of(create->method);
    index->is_unique = create->is_unique;
    index->is_nulls_distinct = !create->nulls_not_distinct;
    index->key_count = (uint16_t)create->key_count;
    index->keys = take_keys(&draft, create);
    index->predicate_sql = create->where.sql;
    attr_no *include =
        arena_alloc_array(session->statement_arena, create->include.count + 1, sizeof *include);
    for (uint32_t i = 0; i < create->include.count; i++)
        include[i] = draft_get_column(&draft, create->include.names[i])->attr;
    index->include = include;
    index->include_count = (uint16_t)create->include.count;
    if (index->is_unique)
        partition_check_key(&draft, "UNIQUE", index->keys, index->key_count);
    if (table->kind != TABLE_PARTITIONED) {
        ddl_build_index(session, &draft, index);
        return;
    }
    oid number = index->index;
    (void)draft_put(&draft);
    if (!create->is_only)
        partition_spread_index(session, table->table, number);
}

void
ddl_build_index(struct session *session, struct draft *draft, struct index_def *index)
{
    index->tree = ddl_new_tree(session, draft->table.schema);
    const struct table *table = draft_put(draft);
    uint16_t i = 0;
    while (table->indexes[i]->index != index->index)
        i++;
    feed_build_index(session, table, table->indexes[i]);
}

void
ddl_rebuild(struct session *session, const struct table *old, struct draft *draft)
{
    struct arena *arena = session->statement_arena;
    if (!table_is_stored(&draft->table)) {
        (void)draft_put(draft);
        return;
    }
    draft->table.tree = ddl_new_tree(session, draft->table.schema);
    for (uint16_t i = 0; i < draft->table.index_count; i++)
        draft->indexes[i]->tree = draft->indexes[i]->is_primary
                                      ? draft->table.tree
                                      : ddl_new_tree(session, draft->table.schema);
    const struct table *table = draft_put(draft);
    const char *columns = "";
    attr_no *attrs = arena_alloc_array(arena, table->column_count + 1u, sizeof *attrs);
    uint32_t count = 0;
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->is_dropped || column->generated_sql != NULL || i >= old->column_count)
            continue;
        columns = arena_format(arena, "%s%s%s", columns, count == 0 ? "" : ", ",
                               definition_name(old->columns[i].name, arena));
        attrs[count++] = column->attr;
    }
    feed_rewrite(session, old, table, columns, attrs, count);
}

/* ---- CREATE VIEW ---- */

static void
check_replacement(const struct table *old, const struct create_view *create)
{
    if (old->kind != TABLE_VIEW)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a view", old->name);
    if (create->column_count < old->column_count)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot drop columns from view");
    for (uint16_t i = 0; i < old->column_count; i++) {
        if (strcmp(old->columns[i].name, create->columns[i].name) != 0)
            raise(SQLSTATE_INVALID_TABLE_DEFINITION,
                  "cannot change name of view column \"%s\" to \"%s\"", old->columns[i].name,
                  create->columns[i].name);
        if (old->columns[i].type != create->columns[i].type)
            raise(SQLSTATE_INVALID_TABLE_DEFINITION,
                  "cannot change data type of view column \"%s\"", old->columns[i].name);
    }
}

struct view_needs {
    struct session *session;
    struct object_ref view;
};

static void
depend_on(const struct view_needs *needs, oid class_oid, oid object)
{
    catalog_depend(needs->session->catalog,
                   &(struct dependency){.object = needs->view,
                                        .on = {.class_oid = class_oid, .object = object},
                                        .kind = 'n'});
}

static bool
depend_on_relation(void *object, oid relation)
{
    if (relation >= OID_USER_FIRST)
        depend_on(object, CLASS_RELATION, relation);
    return false;
}

static void
depend_on_type(const struct view_needs *needs, oid type)
{
    const struct user_type *user =
        type < OID_USER_FIRST ? NULL : catalog_user_type(needs->session->catalog, type);
    if (user != NULL)
        depend_on(needs, CLASS_TYPE, user->info.type);
}

/* Columns are left to what they are columns of. */
static bool
depend_on_types(void *object, const struct expr *e)
{
    if (e->kind != EXPR_COLUMN)
        depend_on_type(object, e->type);
    const struct view_needs *needs = object;
    routine_depend_on_node(needs->session, needs->view, e);
    const struct record_shape *columns = e->kind == EXPR_FUNC ? e->func.columns : NULL;
    for (uint32_t i = 0; columns != NULL && i < columns->count; i++)
        depend_on_type(object, columns->types[i]);
    return false;
}

void
ddl_depend_on_query(struct session *session, struct object_ref view, const struct query *query)
{
    struct view_needs needs = {.session = session, .view = view};
    (void)query_walk_relations(query, depend_on_relation, &needs);
    (void)query_walk_deep(query, depend_on_types, &needs);
}

void
ddl_create_view(struct session *session, const struct create_view *create)
{
    if (create->becomes_temporary)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "view \"%s\" will be a temporary view", create->name.name);
    const struct schema_def *schema = session_target_schema(session, &create->name);
    const struct table *old =
        catalog_find_relation(session->catalog, schema->schema, create->name.name);
    if (old != NULL && !create->or_replace)
        raise(SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists", create->name.name);
    struct draft draft;
    draft_new(&draft, session, schema, create->name.name, create->persistence);
    if (old != NULL) {
        check_replacement(old, create);
        draft.table.table = old->table;
        draft.table.comment = old->comment;
    }
    draft.table.kind = TABLE_VIEW;
    draft.table.view_sql = create->sql;
    ddl_view_options(session, &draft.table, &create->options, false);
    if (draft.table.check_option != 0 && create->not_updatable != NULL)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED, .hint = create->not_updatable,
                    .message =
                        "WITH CHECK OPTION is supported only on automatically updatable views");
    for (uint32_t i = 0; i < create->column_count; i++)
        draft_take_column(&draft, &create->columns[i]);
    struct object_ref self = {.class_oid = CLASS_RELATION, .object = draft.table.table};
    catalog_forget_dependencies(session->catalog, self);
    (void)draft_put(&draft);
    ddl_depend_on_query(session, self, create->query);
}

/* ---- CREATE SCHEMA ---- */

/* What is made along with the schema, as if it stood first in the search_path. */
static void
create_elements(struct session *session, const struct create_schema *create)
{
    struct arena *arena = session->statement_arena;
    const char *path = settings_text(&session->settings, SETTING_SEARCH_PATH);
    const char *outer = arena_text(arena, path);
    const char *inner = arena_format(arena, "%s%s%s", definition_name(create->name, arena),
                                     *path == '\0' ? "" : ", ", path);
    session_set(session, "search_path", inner, SETTING_FROM_SQL, true);
    for (uint32_t i = 0; i < create->statement_count; i++) {
        const struct raw_statement *raw = &create->statements[i];
        struct analyze_options options = {.arena = arena, .scope = &session->scope};
        (void)utility_run(session, analyze(&options, raw), raw, NULL);
    }
    session_set(session, "search_path", outer, SETTING_FROM_SQL, true);
}

void
ddl_create_schema(struct session *session, const struct create_schema *create)
{
    if (strncmp(create->name, "pg_", 3) == 0)
        raise_error(.code = SQLSTATE_RESERVED_NAME,
                    .message = raise_text("unacceptable schema name \"%s\"", create->name),
                    .detail = "The prefix \"pg_\" is reserved for system schemas.");
    if (catalog_find_schema(session->catalog, create->name) != NULL) {
        if (!create->if_not_exists)
            raise(SQLSTATE_DUPLICATE_SCHEMA, "schema \"%s\" already exists", create->name);
        notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_SCHEMA, "schema \"%s\" already exists, skipping",
               create->name);
        return;
    }
    struct schema_def schema = {
        .schema = catalog_new_oid(session->catalog), .owner = 10, .name = create->name};
    catalog_put_schema(session->catalog, &schema);
    if (create->statement_count != 0)
        create_elements(session, create);
}
