/*
 * embed.c: include/rowan.h over sessions.
 *
 * A statement is a session's statement with its parameters kept as values of their types, and the
 * batch at hand; a step moves to the batch's next row and copies nothing. When another statement of
 * the connection runs meanwhile the session moves the batch (`rows`), so what a row number means
 * is looked up when a value is read.
 */
#include "base/mem.h"
#include "base/raise.h"
#include "session/engine.h"
#include "session/session.h"
#include "type/types.h"
#include "type/values.h"
#include <rowan.h>
#include <stdio.h>
#include <stdlib.h>

#define SETTINGS_MAX 64
#define OPEN_ERROR_BYTES 1024

struct rowan_db {
    struct engine *engine;
    _Atomic uint32_t connection_count;
    char why[OPEN_ERROR_BYTES]; /* it could not be opened; empty: it is open */
};

struct rowan_connection {
    struct rowan_db *db;
    struct session *session;
    struct rowan_statement *statements;
    char sqlstate[6];
    struct buf error;
    int64_t changes;
    bool has_failed;
};

struct rowan_statement {
    struct rowan_connection *connection;
    struct rowan_statement *next;
    struct statement *statement;
    const struct statement_info *info;
    union datum *params;
    bool *nulls;
    struct buf *kept; /* bytes of bound texts */
    bool is_running;
    bool is_short;   /* the batch at hand is `only`, and all there is */
    bool has_memory; /* texts or bytes of the row lie in the arena */
    struct batch only;
    struct statement_rows rows;
    uint32_t at;         /* of the batch's rows */
    struct arena *arena; /* of columns as text and bytes */
    struct arena *bind_arena;
};

/* ---- opening ---- */

const char *
rowan_open_error(const rowan_db *db)
{
    return db == NULL ? "out of memory" : db->why;
}

int
rowan_open(const char *path, int flags, rowan_db **db)
{
    return rowan_open_with(path, flags, NULL, db);
}

/* Splits "name=value" texts; false: one is none. */
static bool
take_settings(struct rowan_db *db, const char *const *settings, char names[][64],
              struct setting_text *list, uint32_t *count)
{
    for (; settings != NULL && settings[*count] != NULL && *count < SETTINGS_MAX; ++*count) {
        const char *text = settings[*count], *equals = strchr(text, '=');
        if (equals == NULL || equals - text >= 64) {
            snprintf(db->why, sizeof db->why, "\"%.200s\" is not name=value", text);
            return false;
        }
        snprintf(names[*count], 64, "%.*s", (int)(equals - text), text);
        list[*count] = (struct setting_text){.name = names[*count], .value = equals + 1};
    }
    return true;
}

int
rowan_open_with(const char *path, int flags, const char *const *settings, rowan_db **out)
{
    char names[SETTINGS_MAX][64];
    struct setting_text list[SETTINGS_MAX];
    uint32_t count = 0;
    struct rowan_db *db = mem_alloc_zero(sizeof *db);
    *out = db;
    if (db == NULL)
        return ROWAN_ERROR;
    if (!take_settings(db, settings, names, list, &count))
        return ROWAN_MISUSE;
    struct arena *arena = arena_new(&(struct arena_options){.name = "open"});
    struct engine_options options = {.path = path,
                                     .can_create = (flags & ROWAN_MUST_EXIST) == 0,
                                     .is_read_only = (flags & ROWAN_READ_ONLY) != 0,
                                     .has_threads = (flags & ROWAN_THREADS) != 0,
                                     .setting_count = count,
                                     .settings = list};
    struct error *error = NULL;
    bool is_good = arena != NULL && engine_open(&options, arena, &db->engine, &error);
    if (!is_good)
        snprintf(db->why, sizeof db->why, "%s%s%s",
                 error == NULL ? "out of memory" : error->message,
                 error == NULL || error->hint == NULL ? "" : ". ",
                 error == NULL || error->hint == NULL ? "" : error->hint);
    arena_free(arena);
    return is_good ? ROWAN_OK : ROWAN_ERROR;
}

int
rowan_close(rowan_db *db)
{
    if (db == NULL)
        return ROWAN_OK;
    if (db->connection_count != 0)
        return ROWAN_MISUSE;
    if (db->engine != NULL)
        engine_close(db->engine);
    mem_free(db);
    return ROWAN_OK;
}

/* ---- the sink: errors are kept, rows of rowan_exec thrown away ---- */

static void
keep_error(struct rowan_connection *connection, const struct error *error)
{
    connection->has_failed = true;
    sqlstate_text(error->code, connection->sqlstate);
    buf_clear(&connection->error);
    buf_put(&connection->error, error->message, strlen(error->message) + 1);
}

static void
sink_error(void *object, const struct error *error)
{
    keep_error(object, error);
}

static void
sink_columns(void *object, const struct result_column *columns, uint32_t count)
{
    (void)object;
    (void)columns;
    (void)count;
}

static bool
sink_rows(void *object, const struct session *session, const struct batch *batch)
{
    (void)object;
    (void)session;
    (void)batch;
    return true;
}

/* The count at the end of "UPDATE 3", "INSERT 0 3". */
static void
sink_complete(void *object, const char *tag)
{
    struct rowan_connection *connection = object;
    const char *space = strrchr(tag, ' ');
    bool has_count =
        space != NULL && strncmp(tag, "SELECT", 6) != 0 && space[1] >= '0' && space[1] <= '9';
    if (has_count)
        connection->changes = strtoll(space + 1, NULL, 10);
}

static void
sink_nothing(void *object)
{
    (void)object;
}

static void
sink_notice(void *object, const struct error *notice)
{
    (void)object;
    (void)notice;
}

static void
sink_parameter(void *object, const char *name, const char *value)
{
    (void)object;
    (void)name;
    (void)value;
}

static void
sink_notification(void *object, uint32_t pid, const char *channel, const char *payload)
{
    (void)object;
    (void)pid;
    (void)channel;
    (void)payload;
}

static void
sink_copy_begin(void *object, bool is_in, bool is_binary, uint32_t column_count)
{
    (void)object;
    (void)is_in;
    (void)is_binary;
    (void)column_count;
}

static bool
sink_copy_data(void *object, struct slice data)
{
    (void)object;
    (void)data;
    return true;
}

/* ---- connections ---- */

int
rowan_connect(rowan_db *db, const char *branch, rowan_connection **out)
{
    if (db == NULL || db->engine == NULL) {
        *out = NULL;
        return ROWAN_MISUSE;
    }
    struct rowan_connection *connection = mem_alloc_zero(sizeof *connection);
    struct arena *arena = arena_new(&(struct arena_options){.name = "connect"});
    *out = connection;
    if (connection == NULL || arena == NULL) {
        mem_free(connection);
        arena_free(arena);
        *out = NULL;
        return ROWAN_ERROR;
    }
    buf_init(&connection->error);
    connection->db = db;
    struct session_options options = {.engine = db->engine,
                                      .branch = branch == NULL ? "main" : branch,
                                      .user = "postgres",
                                      .sink = {.object = connection,
                                               .columns = sink_columns,
                                               .rows = sink_rows,
                                               .complete = sink_complete,
                                               .suspended = sink_nothing,
                                               .empty = sink_nothing,
                                               .error = sink_error,
                                               .notice = sink_notice,
                                               .parameter = sink_parameter,
                                               .notification = sink_notification,
                                               .copy_begin = sink_copy_begin,
                                               .copy_data = sink_copy_data,
                                               .copy_end = sink_nothing}};
    struct error *error = NULL;
    connection->session = session_new(&options, arena, &error);
    if (connection->session != NULL)
        db->connection_count++;
    else
        keep_error(connection, error);
    arena_free(arena);
    return connection->session != NULL ? ROWAN_OK : ROWAN_ERROR;
}

void
rowan_disconnect(rowan_connection *connection)
{
    if (connection == NULL)
        return;
    while (connection->statements != NULL)
        rowan_finalize(connection->statements);
    if (connection->session != NULL) {
        session_free(connection->session);
        connection->db->connection_count--;
    }
    buf_deinit(&connection->error);
    mem_free(connection);
}

/* Before a call: errors of before are forgotten. */
static void
begin_call(struct rowan_connection *connection)
{
    connection->has_failed = false;
    if (connection->error.bytes != 0) {
        buf_clear(&connection->error);
        connection->sqlstate[0] = '\0';
    }
}

int
rowan_exec(rowan_connection *connection, const char *sql)
{
    if (connection->session == NULL)
        return ROWAN_MISUSE;
    begin_call(connection);
    enum session_state state = session_query(connection->session, sql);
    if (state == SESSION_COPY_IN)
        (void)session_copy_fail(connection->session, "rowan_exec has no data to copy");
    session_idle(connection->session);
    return connection->has_failed ? ROWAN_ERROR : ROWAN_OK;
}

const char *
rowan_error(const rowan_connection *connection)
{
    return connection->error.bytes == 0 ? "" : (const char *)connection->error.data;
}

const char *
rowan_sqlstate(const rowan_connection *connection)
{
    return connection->sqlstate;
}

int64_t
rowan_changes(const rowan_connection *connection)
{
    return connection->changes;
}

void
rowan_interrupt(rowan_connection *connection)
{
    session_cancel(connection->session, false);
}

/* ---- statements ---- */

int
rowan_prepare(rowan_connection *connection, const char *sql, rowan_statement **out)
{
    *out = NULL;
    if (connection->session == NULL)
        return ROWAN_MISUSE;
    begin_call(connection);
    struct statement *prepared = session_prepare(connection->session, sql, 0, NULL);
    if (prepared == NULL)
        return ROWAN_ERROR;
    struct rowan_statement *statement = mem_alloc_zero(sizeof *statement);
    const struct statement_info *info = statement_info(prepared);
    uint32_t count = info->param_count;
    if (statement != NULL) {
        statement->params = mem_alloc_zero((count + 1) * sizeof *statement->params);
        statement->nulls = mem_alloc((count + 1) * sizeof *statement->nulls);
        statement->kept = mem_alloc_zero((count + 1) * sizeof *statement->kept);
        statement->arena = arena_new(&(struct arena_options){.name = "columns"});
        statement->bind_arena =
            arena_new(&(struct arena_options){.name = "bindings", .on_full = raise_arena_full});
    }
    if (statement == NULL || statement->params == NULL || statement->nulls == NULL ||
        statement->kept == NULL || statement->arena == NULL || statement->bind_arena == NULL) {
        if (statement != NULL) {
            mem_free(statement->params);
            mem_free(statement->nulls);
            mem_free(statement->kept);
            arena_free(statement->arena);
            arena_free(statement->bind_arena);
        }
        mem_free(statement);
        statement_free(prepared);
        return ROWAN_ERROR;
    }
    memset(statement->nulls, true, count);
    statement->connection = connection;
    statement->statement = prepared;
    statement->info = info;
    statement->next = connection->statements;
    connection->statements = statement;
    *out = statement;
    return ROWAN_OK;
}

void
rowan_finalize(rowan_statement *statement)
{
    if (statement == NULL)
        return;
    struct rowan_statement **link = &statement->connection->statements;
    while (*link != statement)
        link = &(*link)->next;
    *link = statement->next;
    for (uint32_t i = 0; i < statement->info->param_count; i++)
        buf_deinit(&statement->kept[i]);
    statement_free(statement->statement);
    mem_free(statement->params);
    mem_free(statement->nulls);
    mem_free(statement->kept);
    arena_free(statement->arena);
    arena_free(statement->bind_arena);
    mem_free(statement);
}

int
rowan_param_count(const rowan_statement *statement)
{
    return (int)statement->info->param_count;
}

/* ---- binding ---- */

static bool
bind_begin(struct rowan_statement *statement, int number)
{
    return number >= 1 && (uint32_t)number <= statement->info->param_count &&
           !statement->is_running;
}

static int
bind_datum(struct rowan_statement *statement, int number, union datum value)
{
    statement->params[number - 1] = value;
    statement->nulls[number - 1] = false;
    return ROWAN_OK;
}

/* Reads a text as the parameter's type. The value's bytes are kept with the statement. */
static int
bind_input(struct rowan_statement *statement, int number, const char *text, size_t bytes)
{
    struct rowan_connection *connection = statement->connection;
    struct catch frame;
    begin_call(connection);
    if (catch_begin(&frame, statement->bind_arena)) {
        union datum value =
            type_input(session_env(connection->session), statement->bind_arena,
                       statement->info->param_types[number - 1], -1, slice_of(text, bytes));
        const struct type_info *type =
            type_get(session_env(connection->session), statement->info->param_types[number - 1]);
        if (type->phys == PHYS_VIEW && value.view.bytes > VIEW_INLINE_BYTES) {
            struct buf *kept = &statement->kept[number - 1];
            buf_clear(kept);
            buf_put(kept, value.view.far.data, value.view.bytes);
            if (kept->is_failed)
                raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
            value.view = view_of(kept->data, kept->bytes);
        }
        catch_end(&frame);
        arena_reset(statement->bind_arena);
        return bind_datum(statement, number, value);
    }
    keep_error(connection, frame.error);
    arena_reset(statement->bind_arena);
    return ROWAN_ERROR;
}

int
rowan_bind_null(rowan_statement *statement, int number)
{
    if (!bind_begin(statement, number))
        return ROWAN_MISUSE;
    statement->nulls[number - 1] = true;
    return ROWAN_OK;
}

int
rowan_bind_bool(rowan_statement *statement, int number, int value)
{
    if (!bind_begin(statement, number))
        return ROWAN_MISUSE;
    if (statement->info->param_types[number - 1] == TYPE_BOOL)
        return bind_datum(statement, number, (union datum){.b = value != 0});
    return bind_input(statement, number, value != 0 ? "true" : "false", value != 0 ? 4 : 5);
}

int
rowan_bind_int64(rowan_statement *statement, int number, int64_t value)
{
    if (!bind_begin(statement, number))
        return ROWAN_MISUSE;
    oid type = statement->info->param_types[number - 1];
    union datum datum = {.words = {0, 0}};
    if (type == TYPE_INT8) {
        datum.i64 = value;
        return bind_datum(statement, number, datum);
    }
    if (type == TYPE_INT4 && value >= INT32_MIN && value <= INT32_MAX) {
        datum.i32 = (int32_t)value;
        return bind_datum(statement, number, datum);
    }
    char text[24];
    int bytes = snprintf(text, sizeof text, "%lld", (long long)value);
    return bind_input(statement, number, text, (size_t)bytes);
}

int
rowan_bind_double(rowan_statement *statement, int number, double value)
{
    if (!bind_begin(statement, number))
        return ROWAN_MISUSE;
    if (statement->info->param_types[number - 1] == TYPE_FLOAT8)
        return bind_datum(statement, number, (union datum){.f64 = value});
    char text[40];
    int bytes = snprintf(text, sizeof text, "%.17g", value);
    return bind_input(statement, number, text, (size_t)bytes);
}

static int
bind_bytes(struct rowan_statement *statement, int number, const void *data, size_t bytes)
{
    struct buf *kept = &statement->kept[number - 1];
    if (bytes <= VIEW_INLINE_BYTES)
        return bind_datum(statement, number, (union datum){.view = view_of(data, bytes)});
    buf_clear(kept);
    buf_put(kept, data, bytes);
    if (kept->is_failed)
        return ROWAN_ERROR;
    return bind_datum(statement, number, (union datum){.view = view_of(kept->data, bytes)});
}

int
rowan_bind_text(rowan_statement *statement, int number, const char *text, size_t bytes)
{
    if (!bind_begin(statement, number))
        return ROWAN_MISUSE;
    oid type = statement->info->param_types[number - 1];
    if ((type == TYPE_TEXT || type == TYPE_VARCHAR) && memchr(text, 0, bytes) == NULL)
        return bind_bytes(statement, number, text, bytes);
    return bind_input(statement, number, text, bytes);
}

int
rowan_bind_blob(rowan_statement *statement, int number, const void *data, size_t bytes)
{
    if (!bind_begin(statement, number) || statement->info->param_types[number - 1] != TYPE_BYTEA)
        return ROWAN_MISUSE;
    return bind_bytes(statement, number, data, bytes);
}

/* ---- running ---- */

static int
step_end(struct rowan_statement *statement, int code)
{
    if (statement->is_running && !statement->is_short)
        statement_close(statement->statement);
    statement->is_running = false;
    statement->is_short = false;
    statement->rows.batch = NULL;
    if (statement->has_memory)
        arena_reset(statement->arena);
    statement->has_memory = false;
    return code;
}

/* The whole execution at once, if it is of the kind that can be had so. */
static bool
step_short(struct rowan_statement *statement, int *code)
{
    struct rowan_connection *connection = statement->connection;
    enum short_outcome outcome = statement_short(statement->statement, statement->params,
                                                 statement->nulls, &statement->only);
    if (outcome == SHORT_NOT)
        return false;
    connection->changes = (int64_t)session_modified_count(connection->session);
    if (outcome != SHORT_ROW) {
        bool is_good = outcome == SHORT_DONE && !connection->has_failed;
        *code = step_end(statement, is_good ? ROWAN_DONE : ROWAN_ERROR);
        return true;
    }
    statement->is_running = statement->is_short = true;
    statement->rows = (struct statement_rows){.batch = &statement->only};
    statement->at = 0;
    *code = ROWAN_ROW;
    return true;
}

int
rowan_step(rowan_statement *statement)
{
    struct rowan_connection *connection = statement->connection;
    if (statement->has_memory) {
        arena_reset(statement->arena);
        statement->has_memory = false;
    }
    if (statement->rows.batch != NULL && !statement->rows.is_cut &&
        ++statement->at < statement->rows.batch->count)
        return ROWAN_ROW;
    if (statement->is_short)
        return step_end(statement, ROWAN_DONE);
    begin_call(connection);
    if (!statement->is_running) {
        int code;
        if (step_short(statement, &code))
            return code;
        statement->is_running = true;
        if (!statement_open(statement->statement, statement->params, statement->nulls,
                            &statement->rows))
            return step_end(statement, ROWAN_ERROR);
    }
    if (!statement_next(statement->statement) || connection->has_failed)
        return step_end(statement, ROWAN_ERROR);
    connection->changes = (int64_t)session_modified_count(connection->session);
    if (statement->rows.batch == NULL)
        return step_end(statement, ROWAN_DONE);
    statement->at = 0;
    return ROWAN_ROW;
}

int
rowan_reset(rowan_statement *statement)
{
    return step_end(statement, ROWAN_OK);
}

/* ---- the current row ---- */

int
rowan_column_count(const rowan_statement *statement)
{
    return (int)statement->info->column_count;
}

const char *
rowan_column_name(const rowan_statement *statement, int column)
{
    return column >= 0 && (uint32_t)column < statement->info->column_count
               ? statement->info->columns[column].name
               : NULL;
}

uint32_t
rowan_column_type(const rowan_statement *statement, int column)
{
    return column >= 0 && (uint32_t)column < statement->info->column_count
               ? statement->info->columns[column].type
               : OID_NONE;
}

/* The current row's place in its columns. */
static inline uint32_t
row_of(const struct rowan_statement *statement)
{
    const struct batch *batch = statement->rows.batch;
    return batch->sel != NULL ? batch->sel[statement->at] : statement->at;
}

/* The column of the batch; null if there is no row, or the value is null. */
static const struct column *
value_column(const struct rowan_statement *statement, int column)
{
    const struct batch *batch = statement->rows.batch;
    if (batch == NULL || column < 0 || (uint32_t)column >= statement->info->column_count)
        return NULL;
    const struct column *found = &batch->columns[column];
    return column_is_null(found, row_of(statement)) ? NULL : found;
}

int
rowan_column_is_null(rowan_statement *statement, int column)
{
    return value_column(statement, column) == NULL;
}

enum rowan_kind
rowan_column_kind(rowan_statement *statement, int column)
{
    if (value_column(statement, column) == NULL)
        return ROWAN_NULL;
    switch (statement->info->columns[column].type) {
    case TYPE_BOOL:
        return ROWAN_BOOL;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        return ROWAN_INTEGER;
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        return ROWAN_FLOAT;
    case TYPE_BYTEA:
        return ROWAN_BLOB;
    default:
        return ROWAN_TEXT;
    }
}

const char *
rowan_column_text(rowan_statement *statement, int column)
{
    const struct column *found = value_column(statement, column);
    if (found == NULL)
        return NULL;
    struct catch frame;
    statement->has_memory = true;
    if (catch_begin(&frame, statement->arena)) {
        const char *text = type_output_text(session_env(statement->connection->session),
                                            statement->arena, statement->info->columns[column].type,
                                            column_get(found, row_of(statement)));
        catch_end(&frame);
        return text;
    }
    keep_error(statement->connection, frame.error);
    return NULL;
}

int64_t
rowan_column_int64(rowan_statement *statement, int column)
{
    const struct column *found = value_column(statement, column);
    if (found == NULL)
        return 0;
    union datum value = column_get(found, row_of(statement));
    switch (found->phys) {
    case PHYS_BOOL:
        return value.b;
    case PHYS_I16:
        return value.i16;
    case PHYS_I32:
        return value.i32;
    case PHYS_I64:
        return value.i64;
    case PHYS_F32:
        return (int64_t)value.f32;
    case PHYS_F64:
        return (int64_t)value.f64;
    default: {
        const char *text = rowan_column_text(statement, column);
        return text == NULL ? 0 : strtoll(text, NULL, 10);
    }
    }
}

double
rowan_column_double(rowan_statement *statement, int column)
{
    const struct column *found = value_column(statement, column);
    if (found == NULL)
        return 0;
    union datum value = column_get(found, row_of(statement));
    if (found->phys == PHYS_F64)
        return value.f64;
    if (found->phys == PHYS_F32)
        return value.f32;
    if (found->phys != PHYS_VIEW)
        return (double)rowan_column_int64(statement, column);
    const char *text = rowan_column_text(statement, column);
    return text == NULL ? 0 : strtod(text, NULL);
}

const void *
rowan_column_blob(rowan_statement *statement, int column, size_t *bytes)
{
    const struct column *found = value_column(statement, column);
    *bytes = 0;
    if (found == NULL || found->phys != PHYS_VIEW)
        return NULL;
    const struct view *views = found->data;
    const struct view *view = &views[found->is_const ? 0 : row_of(statement)];
    void *copy = arena_alloc(statement->arena, (size_t)view->bytes + 1);
    if (copy == NULL)
        return NULL;
    statement->has_memory = true;
    memcpy(copy, view_data(view), view->bytes);
    *bytes = view->bytes;
    return copy;
}

/* ---- branches ---- */

static int
run_named(struct rowan_connection *connection, const char *format, const char *name,
          const char *source)
{
    char quoted[2][2 * 64 + 3];
    const char *names[] = {name, source == NULL ? "main" : source};
    for (int i = 0; i < 2; i++) {
        char *p = quoted[i];
        if (strlen(names[i]) > 63)
            return ROWAN_MISUSE;
        *p++ = '"';
        for (const char *q = names[i]; *q != '\0'; q++) {
            if (*q == '"')
                *p++ = '"';
            *p++ = *q;
        }
        *p++ = '"';
        *p = '\0';
    }
    struct buf sql;
    buf_init(&sql);
    buf_put_text(&sql, format);
    buf_put_text(&sql, quoted[0]);
    if (source != NULL) {
        buf_put_text(&sql, " TEMPLATE ");
        buf_put_text(&sql, quoted[1]);
    }
    buf_put_u8(&sql, 0);
    int code = sql.is_failed ? ROWAN_ERROR : rowan_exec(connection, (const char *)sql.data);
    buf_deinit(&sql);
    return code;
}

int
rowan_branch_create(rowan_connection *connection, const char *name, const char *source)
{
    return run_named(connection, "CREATE DATABASE ", name, source == NULL ? "main" : source);
}

int
rowan_branch_drop(rowan_connection *connection, const char *name)
{
    return run_named(connection, "DROP DATABASE ", name, NULL);
}
