/*
 * feed.c: INSERT from batches in hand, and table rewrites made of it.
 */
#include "session/feed.h"

#include "base/raise.h"
#include "exec/index_build.h"
#include "exec/vector.h"
#include "exec/virtual.h"
#include "session/definition.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/run_query.h"

#define FEED_NAME "<feed>"
#define OLD_NAME "<old>"
/* Oids that no object has: feeds and old tables of the statement at hand. */
#define FEED_OID ((oid)4294960000u)
#define OLD_OID ((oid)4294960001u)

struct feed {
    struct session *session;
    struct extra_table extra;
    struct virtual_table source;
    struct cache_entry *entry;
    struct arena *arena;  /* of one execution */
    struct arena *copies; /* of what lay in pages */
    const struct batch *batch;
    struct exec *exec; /* under way, or of the last batch */
    uint64_t count;
    bool is_build;
};

/* ---- tables of the statement's own ---- */

static void
extra_hide(void *object)
{
    struct session *session = object;
    session->extras = NULL;
}

void
extra_table_show(struct session *session, struct extra_table *extra)
{
    if (session->extras == NULL)
        arena_on_end(session->statement_arena, extra_hide, session);
    extra->next = session->extras;
    session->extras = extra;
}

const struct extra_table *
extra_table_find(const struct session *session, const char *name, oid table)
{
    const struct extra_table *extra = session->extras;
    while (extra != NULL &&
           (name != NULL ? strcmp(extra->table.name, name) != 0 : extra->table.table != table))
        extra = extra->next;
    return extra;
}

/* ---- feeds ---- */

static bool
feed_next_batch(struct virtual_scan *scan, struct batch *batch)
{
    const struct extra_table *extra =
        (const struct extra_table *)((const char *)scan->table -
                                     offsetof(struct extra_table, table));
    struct feed *feed =
        (struct feed *)(uintptr_t)((const char *)extra - offsetof(struct feed, extra));
    if (feed->batch == NULL)
        return false;
    *batch = *feed->batch;
    feed->batch = NULL;
    return true;
}

static void
feed_end(void *object)
{
    struct feed *feed = object;
    arena_free(feed->arena);
    arena_free(feed->copies);
}

static const char *
table_text(struct arena *arena, const struct table *table)
{
    return arena_format(arena, "%s.%s", definition_name(table->schema_name, arena),
                        definition_name(table->name, arena));
}

struct column_use {
    attr_no attr;
    bool is_used;
};

static bool
visit_column(void *object, const struct expr *e)
{
    struct column_use *use = object;
    use->is_used |= e->kind == EXPR_COLUMN &&
                    (e->column.number == use->attr || e->column.number == COLUMN_WHOLE_ROW);
    return expr_walk(e, visit_column, object);
}

/* The columns of the table that the condition reads, by name: fed ones, or their defaults. */
static const char *
condition_columns(const struct name_scope *scope, struct arena *arena, const struct table *table,
                  const attr_no *attrs, uint32_t attr_count, const struct expr *where)
{
    const char *list = "";
    for (uint16_t a = 0; a < table->column_count; a++) {
        const struct column_def *column = &table->columns[a];
        struct column_use use = {.attr = column->attr};
        uint32_t i = 0;
        (void)visit_column(&use, where);
        if (column->is_dropped || !use.is_used)
            continue;
        while (i < attr_count && attrs[i] != column->attr)
            i++;
        const char *value = arena_format(arena, "\"fed %u\"", i + 1);
        if (i == attr_count)
            value = arena_format(arena, "(%s)::%s",
                                 column->default_sql != NULL ? column->default_sql : "NULL",
                                 scope_type_text(scope, arena, column->type, column->typmod));
        list =
            arena_format(arena, "%s, %s AS %s", list, value, definition_name(column->name, arena));
    }
    return list;
}

/* `where` (null sql: none) is asked of a subquery that has the table's name and columns. */
static const char *
feed_sql(struct session *session, const struct table *table, const attr_no *attrs,
         uint32_t attr_count, const struct stored_expr *where)
{
    struct arena *arena = session->statement_arena;
    const char *targets = "", *sources = "";
    for (uint32_t i = 0; i < attr_count; i++) {
        const char *comma = i == 0 ? "" : ", ";
        targets = arena_format(arena, "%s%s%s", targets, comma,
                               definition_name(table->columns[attrs[i] - 1].name, arena));
        sources = arena_format(arena, "%s%s\"fed %u\"", sources, comma, i + 1);
    }
    const char *name = table_text(arena, table);
    const char *from = arena_format(arena, "\"%s\"", FEED_NAME);
    if (where->sql != NULL)
        from = arena_format(
            arena, "(SELECT *%s FROM %s) AS %s WHERE %s",
            condition_columns(&session->scope, arena, table, attrs, attr_count, where->expr), from,
            definition_name(table->name, arena), where->sql);
    return attr_count == 0
               ? arena_format(arena, "INSERT INTO %s DEFAULT VALUES", name)
               : arena_format(arena,
                              "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s", name,
                              targets, sources, from);
}

static oid
collation_of(struct session *session, oid type)
{
    const struct type_info *info = scope_type(&session->scope, type);
    return info != NULL && info->is_collatable ? 100 : OID_NONE;
}

/* A materialised view changes as a plain table does, for the time of a statement of the session. */
static void
show_as_plain(struct session *session, const struct table *table)
{
    struct extra_table *plain = arena_alloc_zero(session->statement_arena, sizeof *plain);
    plain->table = *table;
    plain->table.kind = TABLE_PLAIN;
    plain->format = (struct row_format *)(uintptr_t)catalog_row_format(session->catalog, table);
    extra_table_show(session, plain);
}

/* `query`: whose columns the rows have; null: the target columns' types. */
static struct feed *
open_for_query(struct session *session, const struct table *table, const attr_no *attrs,
               uint32_t attr_count, const struct inner_query *query,
               const struct stored_expr *where)
{
    struct arena *arena = session->statement_arena;
    struct feed *feed = arena_alloc_zero(arena, sizeof *feed);
    feed->session = session;
    feed->source =
        (struct virtual_table){.name = FEED_NAME, .next_batch = feed_next_batch, .rows = 1000};
    struct column_def *columns = arena_alloc_zero(arena, (attr_count + 1) * sizeof *columns);
    for (uint32_t i = 0; i < attr_count; i++) {
        const struct column_def *target = &table->columns[attrs[i] - 1];
        columns[i] = (struct column_def){.attr = (attr_no)(i + 1),
                                         .name = arena_format(arena, "fed %u", i + 1),
                                         .type = target->type,
                                         .typmod = target->typmod,
                                         .collation = target->collation};
        if (query == NULL)
            continue;
        columns[i].type = inner_query_type(query, i, &columns[i].typmod);
        if (columns[i].type != target->type)
            columns[i].collation = collation_of(session, columns[i].type);
    }
    feed->extra.table = (struct table){.table = FEED_OID,
                                       .schema = SCHEMA_PG_CATALOG,
                                       .name = FEED_NAME,
                                       .schema_name = "pg_catalog",
                                       .kind = TABLE_VIRTUAL,
                                       .persistence = 't',
                                       .column_count = (uint16_t)attr_count,
                                       .columns = columns,
                                       .virtual_table = &feed->source};
    extra_table_show(session, &feed->extra);
    if (table->kind == TABLE_MATERIALISED)
        show_as_plain(session, table);
    arena_on_end(arena, feed_end, feed);
    feed->arena = arena_new(&(struct arena_options){.name = "feed", .on_full = raise_arena_full});
    feed->copies =
        arena_new(&(struct arena_options){.name = "fed rows", .on_full = raise_arena_full});
    if (feed->arena == NULL || feed->copies == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");

    struct raw_list *list =
        parse_sql(arena, slice_text(feed_sql(session, table, attrs, attr_count, where)));
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    feed->entry = planned_make(session, analyze(&options, &list->statements[0]), NULL);
    session_release_later(session, feed->entry);
    return feed;
}

struct feed *
feed_open(struct session *session, const struct table *table, const attr_no *attrs,
          uint32_t attr_count)
{
    return open_for_query(session, table, attrs, attr_count, NULL, &(struct stored_expr){0});
}

struct feed *
feed_open_where(struct session *session, const struct table *table, const attr_no *attrs,
                uint32_t attr_count, const struct stored_expr *where)
{
    return open_for_query(session, table, attrs, attr_count, NULL, where);
}

void
feed_put(struct feed *feed, const struct batch *batch)
{
    struct session *session = feed->session;
    feed->batch = batch;
    feed->exec = NULL;
    arena_reset(feed->arena);
    struct exec_context context = session_exec_context(session, feed->arena);
    context.is_build = feed->is_build;
    context.rows_before = feed->count;
    struct exec *exec = exec_open(feed->entry->program, &context);
    feed->exec = exec;
    struct batch none;
    while (exec_next(exec, &none)) {
    }
    feed->count += exec_modified_count(exec);
    exec_close(exec);
}

void
feed_put_read(struct feed *feed, struct batch *batch)
{
    arena_reset(feed->copies);
    for (uint32_t c = 0; c < batch->column_count; c++)
        if (!batch->columns[c].is_const)
            vector_deepen(&batch->columns[c], batch->count, batch->sel, feed->copies);
    feed_put(feed, batch);
}

uint32_t
feed_fault_row(const struct feed *feed)
{
    return feed->exec == NULL ? UINT32_MAX : exec_fault_row(feed->exec);
}

uint64_t
feed_count(const struct feed *feed)
{
    return feed->count;
}

/* ---- indexes ---- */

void
feed_build_index(struct session *session, const struct table *table, const struct index_def *index)
{
    struct feed *feed = feed_open(session, table, NULL, 0);
    struct exec_context context = session_exec_context(session, feed->arena);
    uint64_t memory_bytes =
        (uint64_t)settings_int(&session->settings, SETTING_MAINTENANCE_WORK_MEM) * 1024;
    index_build(feed->entry->program, &context, index, memory_bytes);
}

/* ---- rewrites ---- */

void
feed_rewrite(struct session *session, const struct table *old, const struct table *table,
             const char *columns_sql, const attr_no *attrs, uint32_t attr_count)
{
    struct arena *arena = session->statement_arena;
    struct extra_table *before = arena_alloc_zero(arena, sizeof *before);
    before->table = *old;
    before->table.table = OLD_OID;
    before->table.name = OLD_NAME;
    before->table.child_count = 0; /* its own rows alone */
    before->format = (struct row_format *)(uintptr_t)catalog_row_format(session->catalog, old);
    extra_table_show(session, before);

    struct arena *rows =
        arena_new(&(struct arena_options){.name = "rewritten rows", .on_full = raise_arena_full});
    if (rows == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    arena_on_end(arena, (void (*)(void *))arena_free, rows);
    struct inner_query *query = inner_query_open(
        session, rows, arena_format(arena, "SELECT %s FROM \"%s\"", columns_sql, OLD_NAME));
    struct feed *feed =
        open_for_query(session, table, attrs, attr_count, query, &(struct stored_expr){0});
    feed->is_build = true;
    struct batch batch;
    while (inner_query_next(query, &batch))
        feed_put_read(feed, &batch);
    inner_query_close(query);

    enum status st = txn_tree_drop(session->txn, old->tree);
    for (uint16_t i = 0; st == ST_OK && i < old->index_count; i++) {
        bool is_kept = old->indexes[i]->is_primary;
        for (uint16_t k = 0; k < table->index_count; k++)
            is_kept |= table->indexes[k]->tree == old->indexes[i]->tree;
        if (!is_kept)
            st = txn_tree_drop(session->txn, old->indexes[i]->tree);
    }
    if (st != ST_OK)
        raise_status(st, "could not drop the old storage of table \"%s\"", table->name);
}
