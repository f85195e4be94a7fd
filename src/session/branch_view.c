/*
 * branch_view.c: see branch_view.h.
 *
 * A row's JSON is what to_jsonb makes of it in PostgreSQL, with the columns in the table's order:
 * numbers and truth values as such, all else as the text that the type prints.
 */
#include "session/branch_view.h"

#include "base/raise.h"
#include "session/access.h"
#include "session/definition.h"
#include "session/scope.h"
#include "type/access.h"

/* ---- branches ---- */

static void
release_branch(void *object)
{
    branch_release(object);
}

struct branch *
branch_get(struct session *session, struct arena *arena, const char *name)
{
    struct branch *branch;
    enum status st = branch_open(session->engine->db, name, &branch);
    if (st == ST_NOT_FOUND || st == ST_INVALID)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "branch \"%s\" does not exist", name);
    if (st != ST_OK)
        raise_status(st, "could not open branch \"%s\"", name);
    arena_on_end(arena, release_branch, branch);
    return branch;
}

static void
end_view(void *object)
{
    struct branch_view *view = object;
    if (view->arena != NULL)
        arena_free(view->arena); /* the catalog goes before its transaction */
    if (view->is_begun)
        txn_statement_end(view->txn);
    if (view->txn != NULL)
        txn_rollback(view->txn);
}

struct branch_view *
branch_view_open(struct session *session, struct arena *arena, const char *name)
{
    struct branch_view *view = arena_alloc_zero(arena, sizeof *view);
    view->session = session;
    view->name = arena_text(arena, name);
    view->branch = branch_get(session, arena, name);
    arena_on_end(arena, end_view, view);
    struct txn_options options = {.isolation = ISOLATION_REPEATABLE_READ, .is_read_only = true};
    enum status st = txn_begin(view->branch, &options, &view->txn);
    if (st == ST_OK)
        st = txn_statement_begin(view->txn);
    if (st != ST_OK)
        raise_status(st, "could not read branch \"%s\"", name);
    view->is_begun = true;
    view->arena =
        arena_new(&(struct arena_options){.name = "branch view", .on_full = raise_arena_full});
    if (view->arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    view->catalog = catalog_begin(session->engine->catalogs, view->txn, view->arena);
    return view;
}

static const struct table *
find_in_schema(struct branch_view *view, const char *schema, const char *name)
{
    const struct schema_def *def = catalog_find_schema(view->catalog, schema);
    return def == NULL ? NULL : catalog_find_relation(view->catalog, def->schema, name);
}

const struct table *
branch_view_table(struct branch_view *view, const char *name)
{
    struct session *session = view->session;
    struct object_name split = session_split_name(session, name);
    if (split.schema != NULL)
        return find_in_schema(view, split.schema, split.name);
    const char *path = settings_text(&session->settings, SETTING_SEARCH_PATH), *schema;
    while (name_list_next(&path, session->statement_arena, &schema)) {
        if (strcmp(schema, "$user") == 0)
            schema = session->user;
        const struct table *table = find_in_schema(view, schema, split.name);
        if (table != NULL)
            return table;
    }
    return NULL;
}

const char *
branch_table_name(const struct table *table, struct arena *arena)
{
    const char *name = definition_name(table->name, arena);
    if (table->schema == SCHEMA_PUBLIC)
        return arena_text(arena, name);
    return arena_format(arena, "%s.%s", definition_name(table->schema_name, arena), name);
}

/* ---- rows ---- */

void
row_reader_init(struct row_reader *reader, struct session *session, const struct table *table,
                const struct row_format *format, struct arena *arena)
{
    uint16_t *column_idx = arena_alloc_array(arena, table->column_count + 1u, sizeof *column_idx);
    for (uint16_t i = 0; i < table->column_count; i++)
        column_idx[i] = i;
    *reader = (struct row_reader){.env = &session->env, .table = table};
    reader->layout = (struct layout){format, table->column_count, column_idx};
    reader->values = arena_alloc_array(arena, table->column_count + 1u, sizeof *reader->values);
    reader->nulls = arena_alloc_array(arena, table->column_count + 1u, sizeof *reader->nulls);
}

static const struct type_info *
view_user_type(void *object, oid type)
{
    return catalog_type_info(((struct branch_view *)object)->catalog, type);
}

void
row_reader_use_types(struct row_reader *reader, struct branch_view *view, struct arena *arena)
{
    struct db_access *access = arena_alloc_zero(arena, sizeof *access);
    struct type_env *env = arena_copy(arena, reader->env, sizeof *env);
    access->object = view;
    access->user_type = view_user_type;
    env->access = access;
    reader->env = env;
}

void
row_reader_read(struct row_reader *reader, struct slice key, struct slice value)
{
    enum status st = row_decode(&reader->layout, key, value, reader->values, reader->nulls);
    if (st != ST_OK)
        raise_status(st, "could not read a row of table \"%s\"", reader->table->name);
}

static void
put_string(struct buf *to, const char *text, size_t bytes)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            buf_format(to, "\\%c", c);
        else if (c == '\n')
            buf_put_text(to, "\\n");
        else if (c == '\t')
            buf_put_text(to, "\\t");
        else if (c == '\r')
            buf_put_text(to, "\\r");
        else if (c < 0x20)
            buf_format(to, "\\u%04x", c);
        else
            buf_put_u8(to, c);
    }
    buf_put_u8(to, '"');
}

static bool
is_number(oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8 || type == TYPE_NUMERIC ||
           type == TYPE_FLOAT4 || type == TYPE_FLOAT8;
}

static void
put_value(struct row_reader *reader, uint16_t column, struct arena *arena, struct buf *to)
{
    oid type = reader->table->columns[column].type;
    if (reader->nulls[column]) {
        buf_put_text(to, "null");
        return;
    }
    if (type == TYPE_BOOL) {
        buf_put_text(to, reader->values[column].b ? "true" : "false");
        return;
    }
    const char *text = type_output_text(reader->env, arena, type, reader->values[column]);
    char last = *text == '\0' ? 'x' : text[strlen(text) - 1];
    if (is_number(type) && last >= '0' && last <= '9')
        buf_put_text(to, text); /* not NaN, not Infinity */
    else
        put_string(to, text, strlen(text));
}

static void
put_member(struct row_reader *reader, uint16_t column, struct arena *arena, struct buf *to)
{
    const char *name = reader->table->columns[column].name;
    buf_put_text(to, to->bytes == 1 ? "" : ", ");
    put_string(to, name, strlen(name));
    buf_put_text(to, ": ");
    put_value(reader, column, arena, to);
}

static void
free_buf(void *object)
{
    buf_deinit(object);
}

/* A buffer that raises when it is full and goes with the arena. */
static struct buf *
begin_object(struct arena *arena)
{
    struct buf *to = arena_alloc(arena, sizeof *to);
    buf_init(to);
    to->raise_on_full = true;
    arena_on_end(arena, free_buf, to);
    buf_put_u8(to, '{');
    return to;
}

static const char *
end_object(struct buf *to, struct arena *arena)
{
    buf_put_u8(to, '}');
    const char *text = (const char *)arena_slice(arena, buf_slice(to)).data;
    buf_deinit(to);
    return text;
}

const char *
row_reader_json(struct row_reader *reader, struct arena *arena)
{
    struct buf *to = begin_object(arena);
    for (uint16_t i = 0; i < reader->table->column_count; i++)
        if (!reader->table->columns[i].is_dropped)
            put_member(reader, i, arena, to);
    return end_object(to, arena);
}

const char *
row_reader_key_json(struct row_reader *reader, struct arena *arena)
{
    const struct index_def *primary = reader->table->primary;
    if (primary == NULL)
        return NULL;
    struct buf *to = begin_object(arena);
    for (uint16_t i = 0; i < primary->key_count; i++)
        put_member(reader, (uint16_t)(primary->keys[i].attr - 1), arena, to);
    return end_object(to, arena);
}

const char *
row_json(struct row_reader *reader, struct slice key, struct slice value, struct arena *arena)
{
    if (value.data == NULL)
        return NULL;
    row_reader_read(reader, key, value);
    return row_reader_json(reader, arena);
}
