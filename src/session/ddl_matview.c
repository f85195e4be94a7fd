/*
 * ddl_matview.c: materialised views made and refreshed; REINDEX.
 *
 * A materialised view is a table with a query. It is filled as a plain table, in trees of its own
 * that nobody sees before the commit, and becomes what it is when it is full; so a refresh never
 * stands in a reader's way, CONCURRENTLY or not.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/definition.h"
#include "session/feed.h"
#include "session/run_query.h"
#include "session/scope.h"
#include "session/temp.h"
#include "session/utility_run.h"

/* ---- materialised views ---- */

static uint64_t
fill_from_query(struct session *session, const struct table *table, const char *sql)
{
    struct arena *arena = session->statement_arena;
    struct arena *rows =
        arena_new(&(struct arena_options){.name = "view's rows", .on_full = raise_arena_full});
    if (rows == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(arena, (void (*)(void *))arena_free, rows);
    attr_no *attrs = arena_alloc_array(arena, table->column_count + 1u, sizeof *attrs);
    for (uint16_t i = 0; i < table->column_count; i++)
        attrs[i] = (attr_no)(i + 1);
    struct inner_query *query = inner_query_open(session, rows, sql);
    struct feed *feed = feed_open(session, table, attrs, table->column_count);
    struct batch batch;
    while (inner_query_next(query, &batch))
        feed_put_read(feed, &batch);
    inner_query_close(query);
    return feed_count(feed);
}

/* The plain table that was filled becomes the view. */
static void
become_view(struct session *session, const struct table *table, const char *sql,
            bool is_unpopulated)
{
    struct draft draft;
    draft_of(&draft, session, table);
    draft.table.kind = TABLE_MATERIALISED;
    draft.table.view_sql = sql;
    draft.table.is_unpopulated = is_unpopulated;
    (void)draft_put(&draft);
}

uint64_t
ddl_become_matview(struct session *session, const struct table *table,
                   const struct create_table_as *create)
{
    oid number = table->table;
    uint64_t count = 0;
    if (!create->with_no_data)
        count = fill_from_query(session, table, create->sql);
    become_view(session, catalog_table(session->catalog, number), create->sql,
                create->with_no_data);
    ddl_depend_on_query(session, (struct object_ref){.class_oid = CLASS_RELATION, .object = number},
                        create->query);
    return count;
}

static void
check_concurrent(const struct table *view, const struct refresh_view *refresh)
{
    if (!refresh->is_concurrent)
        return;
    if (view->is_unpopulated)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "CONCURRENTLY cannot be used when the materialized view is not populated");
    for (uint16_t i = 0; i < view->index_count; i++) {
        const struct index_def *index = view->indexes[i];
        bool has_expressions = false;
        for (uint16_t k = 0; k < index->key_count; k++)
            has_expressions |= index->keys[k].attr == 0;
        if (index->is_unique && index->predicate_sql == NULL && !has_expressions)
            return;
    }
    raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                .message = raise_text("cannot refresh materialized view \"%s.%s\" concurrently",
                                      view->schema_name, view->name),
                .hint = "Create a unique index with no WHERE clause on one or more columns of the "
                        "materialized view.");
}

static void
drop_trees(struct session *session, const struct table *table)
{
    enum status st = txn_tree_drop(session->txn, table->tree);
    for (uint16_t i = 0; st == ST_OK && i < table->index_count; i++)
        if (!table->indexes[i]->is_primary)
            st = txn_tree_drop(session->txn, table->indexes[i]->tree);
    if (st != ST_OK)
        raise_status(st, "could not drop the old storage of \"%s\"", table->name);
}

/* The draft with new, empty trees. */
static void
renew_trees(struct session *session, struct draft *draft)
{
    draft->table.tree = ddl_new_tree(session, draft->table.schema);
    for (uint16_t i = 0; i < draft->table.index_count; i++)
        draft->indexes[i]->tree = draft->indexes[i]->is_primary
                                      ? draft->table.tree
                                      : ddl_new_tree(session, draft->table.schema);
}

void
ddl_refresh_view(struct session *session, const struct refresh_view *refresh)
{
    const struct table *view = session_find_table(session, &refresh->name);
    if (view->kind != TABLE_MATERIALISED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a materialized view", view->name);
    if (refresh->is_concurrent && refresh->with_no_data)
        raise(SQLSTATE_SYNTAX_ERROR,
              "CONCURRENTLY and WITH NO DATA options cannot be used together");
    view = ddl_lock_table(session, view, TABLE_EXCLUSIVE);
    check_concurrent(view, refresh);
    const struct table *old = view;
    struct draft draft;
    draft_of(&draft, session, view);
    renew_trees(session, &draft);
    draft.table.kind = TABLE_PLAIN;
    const struct table *table = draft_put(&draft);
    if (!refresh->with_no_data)
        (void)fill_from_query(session, table, old->view_sql);
    become_view(session, catalog_table(session->catalog, old->table), old->view_sql,
                refresh->with_no_data);
    drop_trees(session, old);
}

/* ---- REINDEX ---- */

static void
rebuild_index(struct session *session, const struct table *table, oid index)
{
    struct draft draft;
    draft_of(&draft, session, table);
    for (uint16_t i = 0; i < draft.table.index_count; i++) {
        if (draft.indexes[i]->index != index || draft.indexes[i]->is_primary)
            continue; /* a primary key is the table itself, always in order */
        enum status st = txn_tree_drop(session->txn, draft.indexes[i]->tree);
        if (st != ST_OK)
            raise_status(st, "could not drop the old storage of index \"%s\"",
                         draft.indexes[i]->name);
        ddl_build_index(session, &draft, draft.indexes[i]);
        return;
    }
}

static void
rebuild_all(struct session *session, const struct table *table)
{
    table = ddl_lock_table(session, table, TABLE_SHARE);
    for (uint16_t i = 0; i < table->index_count; i++)
        rebuild_index(session, catalog_table(session->catalog, table->table),
                      table->indexes[i]->index);
}

static void
reindex_many(struct session *session, const struct reindex *reindex)
{
    const struct schema_def *schema = NULL;
    if (reindex->object == OBJECT_KIND_SCHEMA) {
        schema = catalog_find_schema(session->catalog, reindex->name.name);
        if (schema == NULL)
            raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", reindex->name.name);
    } else if (strcmp(reindex->name.name, session->branch_name) != 0) {
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "can only reindex the currently open database");
    }
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        if (table_is_stored(tables[i]) && !reindex->is_system &&
            (schema == NULL || tables[i]->schema == schema->schema))
            rebuild_all(session, tables[i]);
}

/* The index, or of a partitioned table's all its parts. */
static void
rebuild_parts(struct session *session, const struct table *table, oid index)
{
    if (table->kind != TABLE_PARTITIONED) {
        table = ddl_lock_table(session, table, TABLE_SHARE);
        rebuild_index(session, table, index);
        return;
    }
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, table->children[i]);
        for (uint16_t k = 0; child != NULL && k < child->index_count; k++)
            if (child->indexes[k]->parent == index) {
                rebuild_parts(session, child, child->indexes[k]->index);
                break;
            }
    }
}

static void
rebuild_tree(struct session *session, const struct table *table)
{
    if (table->kind != TABLE_PARTITIONED) {
        rebuild_all(session, ddl_lock_table(session, table, TABLE_SHARE));
        return;
    }
    for (uint32_t i = 0; i < table->child_count; i++)
        rebuild_tree(session, catalog_table(session->catalog, table->children[i]));
}

/* Many tables, a transaction each: not within another. */
static void
refuse_in_block(struct session *session, const struct table *table, const char *what,
                const char *kind, const char *name)
{
    if (session->state == TRANSACTION_NONE)
        return;
    raise_error(.code = SQLSTATE_ACTIVE_SQL_TRANSACTION,
                .message = raise_text("REINDEX %s cannot run inside a transaction block", what),
                .context = raise_text("while reindexing partitioned %s \"%s.%s\"", kind,
                                      table->schema_name, name));
}

void
ddl_reindex(struct session *session, const struct reindex *reindex)
{
    if (reindex->object != OBJECT_KIND_INDEX && reindex->object != OBJECT_KIND_TABLE) {
        reindex_many(session, reindex);
        return;
    }
    const struct table *table = session_find_table(session, &reindex->name);
    if (reindex->object == OBJECT_KIND_INDEX) {
        if (table->kind != TABLE_INDEX)
            raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not an index", table->name);
        const struct index_def *index = catalog_index(session->catalog, table->table);
        const struct table *owner = catalog_table(session->catalog, index->table);
        if (owner->kind == TABLE_PARTITIONED)
            refuse_in_block(session, owner, "INDEX", "index", index->name);
        rebuild_parts(session, owner, index->index);
        return;
    }
    if (table->table < OID_USER_FIRST)
        return; /* built-in relations have no stored indexes */
    if (table->kind == TABLE_PARTITIONED) {
        refuse_in_block(session, table, "TABLE", "table", table->name);
        rebuild_tree(session, table);
        return;
    }
    if (!table_is_stored(table))
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a table or materialized view",
              table->name);
    if (table->index_count == 0)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "table \"%s\" has no indexes to reindex", table->name);
    rebuild_all(session, table);
}
