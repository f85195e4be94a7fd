/*
 * client.c: the two kinds of databases that the shell asks.
 */
#include "cli/client.h"

#include "base/mem.h"
#include "base/raise.h"
#include "cli/libpq.h"
#include "session/engine.h"
#include "session/session.h"
#include "type/types.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client {
    struct client_output output;
    const char *sql; /* under way */
    bool has_failed;
    struct result result;
    /* In process: */
    struct engine *engine;
    struct session *session;
    struct arena *arena; /* of printing */
    const struct result_column *columns;
    uint32_t column_count;
    struct buf text;
    char *branch;
    bool has_rows;
    /* At a URL: */
    struct libpq pq;
    PGconn *connection;
};

/* ---- in process ---- */

static void
flush_result(struct client *client)
{
    if (client->has_rows)
        client->output.rows(client->output.object, &client->result);
    client->has_rows = false;
}

static bool
type_stands_right(oid type)
{
    switch (type) {
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
    case TYPE_NUMERIC:
    case TYPE_MONEY:
    case TYPE_XID:
    case TYPE_XID8:
    case TYPE_CID:
    case TYPE_OID:
        return true;
    default:
        return false;
    }
}

static void
on_columns(void *object, const struct result_column *columns, uint32_t count)
{
    struct client *client = object;
    client->columns = columns;
    client->column_count = count;
    client->has_rows = true;
    result_begin(&client->result, count);
    for (uint32_t i = 0; i < count; i++)
        result_column(&client->result, i, columns[i].name, type_stands_right(columns[i].type));
}

static bool
on_rows(void *object, const struct session *session, const struct batch *batch)
{
    struct client *client = object;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
        result_row(&client->result);
        for (uint32_t c = 0; c < client->column_count; c++) {
            if (column_is_null(&batch->columns[c], row))
                continue;
            buf_clear(&client->text);
            type_output(session_env(session), client->arena, client->columns[c].type,
                        column_get(&batch->columns[c], row), &client->text);
            result_cell(&client->result, c, (const char *)client->text.data, client->text.bytes);
        }
    }
    arena_reset(client->arena);
    return true;
}

static void
on_complete(void *object, const char *tag)
{
    struct client *client = object;
    flush_result(client);
    client->output.tag(client->output.object, tag);
}

static void
on_empty(void *object)
{
    (void)object;
}

/* "LINE n: ..." with the place marked, as psql shows it. */
static void
put_position(struct buf *to, const char *sql, uint32_t position)
{
    const char *at = sql, *line = sql;
    uint32_t number = 1;
    for (uint32_t i = 1; i < position && *at != '\0'; i++) {
        if (*at == '\n') {
            number++;
            line = at + 1;
        }
        at++;
        while ((*at & 0xc0) == 0x80)
            at++;
    }
    char head[32];
    int head_bytes = snprintf(head, sizeof head, "LINE %u: ", number);
    buf_format(to, "%s%.*s\n", head, (int)strcspn(line, "\n"), line);
    int column = head_bytes;
    for (const char *p = line; p < at; p++)
        column += (*p & 0xc0) != 0x80;
    buf_format(to, "%*s^\n", column, "");
}

static void
put_error(struct buf *to, const struct error *error, const char *sql)
{
    static const char *const severities[] = {"DEBUG",   "LOG",   "INFO",  "NOTICE",
                                             "WARNING", "ERROR", "FATAL", "PANIC"};
    buf_format(to, "%s:  %s\n", severities[error->severity], error->message);
    if (error->position != 0 && sql != NULL)
        put_position(to, sql, error->position);
    if (error->detail != NULL)
        buf_format(to, "DETAIL:  %s\n", error->detail);
    if (error->hint != NULL)
        buf_format(to, "HINT:  %s\n", error->hint);
    if (error->context != NULL && error->severity >= SEVERITY_ERROR)
        buf_format(to, "CONTEXT:  %s\n", error->context);
    buf_put_u8(to, 0);
}

static void
on_error(void *object, const struct error *error)
{
    struct client *client = object;
    client->has_rows = false;
    client->has_failed = true;
    struct buf text;
    buf_init(&text);
    put_error(&text, error, client->sql);
    client->output.error(client->output.object, (const char *)text.data,
                         error->severity >= SEVERITY_FATAL);
    buf_deinit(&text);
}

static void
on_notice(void *object, const struct error *notice)
{
    struct client *client = object;
    struct buf text;
    buf_init(&text);
    put_error(&text, notice, NULL);
    client->output.notice(client->output.object, (const char *)text.data);
    buf_deinit(&text);
}

static void
on_parameter(void *object, const char *name, const char *value)
{
    (void)object;
    (void)name;
    (void)value;
}

static void
on_notification(void *object, uint32_t pid, const char *channel, const char *payload)
{
    (void)object;
    (void)pid;
    (void)channel;
    (void)payload;
}

static void
on_copy_begin(void *object, bool is_in, bool is_binary, uint32_t column_count)
{
    (void)object;
    (void)is_in;
    (void)is_binary;
    (void)column_count;
}

static bool
on_copy_data(void *object, struct slice data)
{
    struct client *client = object;
    client->output.copy_out(client->output.object, (const char *)data.data, data.bytes);
    return true;
}

static void
on_copy_end(void *object)
{
    (void)object;
}

/* A session on the branch, in the database that is open. */
static struct session *
session_on(struct client *client, const char *branch, char message[1024])
{
    struct error *error;
    struct session_options options = {.engine = client->engine,
                                      .branch = branch,
                                      .user = "postgres",
                                      .application_name = "rowan sql",
                                      .sink = {.object = client,
                                               .columns = on_columns,
                                               .rows = on_rows,
                                               .complete = on_complete,
                                               .empty = on_empty,
                                               .error = on_error,
                                               .notice = on_notice,
                                               .parameter = on_parameter,
                                               .notification = on_notification,
                                               .copy_begin = on_copy_begin,
                                               .copy_data = on_copy_data,
                                               .copy_end = on_copy_end}};
    struct session *session = session_new(&options, client->arena, &error);
    if (session == NULL)
        snprintf(message, 1024, "%s", error->message);
    arena_reset(client->arena);
    return session;
}

static bool
open_local(struct client *client, const char *path, const char *branch, char message[1024])
{
    client->arena = arena_new(&(struct arena_options){.name = "shell"});
    if (client->arena == NULL)
        return false;
    struct engine_options engine_options = {.path = path, .can_create = true};
    struct error *error;
    if (!engine_open(&engine_options, client->arena, &client->engine, &error)) {
        snprintf(message, 1024, "%s%s%s", error->message,
                 error->hint == NULL ? "" : "\nHINT:  ", error->hint == NULL ? "" : error->hint);
        return false;
    }
    client->session = session_on(client, branch, message);
    return client->session != NULL;
}

static void
run_local(struct client *client, const char *sql)
{
    enum session_state state = session_query(client->session, sql);
    while (state == SESSION_COPY_IN) {
        const char *data;
        size_t bytes;
        if (client->output.copy_in(client->output.object, &data, &bytes)) {
            (void)session_copy_data(client->session, slice_of(data, bytes));
            continue;
        }
        state = session_copy_done(client->session);
    }
}

/* ---- at a URL ---- */

static void
notice_from_libpq(void *object, const PGresult *notice)
{
    struct client *client = object;
    client->output.notice(client->output.object, client->pq.result_error_message(notice));
}

static bool
open_remote(struct client *client, const char *url, const char *branch, char message[1024])
{
    const char *names[] = {"dbname", "application_name", "client_encoding", NULL, NULL};
    const char *values[] = {url, "rowan sql", "UTF8", NULL, NULL};
    if (branch != NULL) { /* after the URL: it overrides the URL's */
        names[3] = "dbname";
        values[3] = branch;
    }
    if (!libpq_load(&client->pq, message, 1024))
        return false;
    client->connection = client->pq.connect(names, values, 1);
    if (client->pq.status(client->connection) != CONNECTION_OK) {
        snprintf(message, 1024, "%s", client->pq.error_message(client->connection));
        return false;
    }
    client->pq.set_notice_receiver(client->connection, notice_from_libpq, client);
    return true;
}

static void
take_rows(struct client *client, const PGresult *from)
{
    int columns = client->pq.column_count(from), rows = client->pq.row_count(from);
    result_begin(&client->result, (uint32_t)columns);
    for (int c = 0; c < columns; c++)
        result_column(&client->result, (uint32_t)c, client->pq.column_name(from, c),
                      type_stands_right(client->pq.column_type(from, c)));
    for (int r = 0; r < rows; r++) {
        result_row(&client->result);
        for (int c = 0; c < columns; c++)
            if (!client->pq.is_null(from, r, c))
                result_cell(&client->result, (uint32_t)c, client->pq.value(from, r, c),
                            (size_t)client->pq.value_bytes(from, r, c));
    }
    client->output.rows(client->output.object, &client->result);
}

static void
copy_to_remote(struct client *client)
{
    const char *data;
    size_t bytes;
    while (client->output.copy_in(client->output.object, &data, &bytes))
        if (client->pq.put_copy_data(client->connection, data, (int)bytes) != 1)
            break;
    (void)client->pq.put_copy_end(client->connection, NULL);
}

static void
copy_from_remote(struct client *client)
{
    char *data;
    int bytes;
    while ((bytes = client->pq.get_copy_data(client->connection, &data, 0)) > 0) {
        client->output.copy_out(client->output.object, data, (size_t)bytes);
        client->pq.free_memory(data);
    }
}

static void
run_remote(struct client *client, const char *sql)
{
    PGresult *result;
    if (client->pq.send_query(client->connection, sql) != 1) {
        client->has_failed = true;
        client->output.error(client->output.object, client->pq.error_message(client->connection),
                             true);
        return;
    }
    while ((result = client->pq.get_result(client->connection)) != NULL) {
        switch (client->pq.result_status(result)) {
        case PGRES_TUPLES_OK:
            take_rows(client, result);
            client->output.tag(client->output.object, client->pq.cmd_status(result));
            break;
        case PGRES_COMMAND_OK:
            client->output.tag(client->output.object, client->pq.cmd_status(result));
            break;
        case PGRES_COPY_IN:
            copy_to_remote(client);
            break;
        case PGRES_COPY_OUT:
            copy_from_remote(client);
            break;
        case PGRES_EMPTY_QUERY:
            break;
        default:
            client->has_failed = true;
            client->output.error(client->output.object, client->pq.result_error_message(result),
                                 client->pq.status(client->connection) != CONNECTION_OK);
        }
        client->pq.clear(result);
    }
}

/* ---- both ---- */

struct client *
client_open(const char *target, const char *branch, const struct client_output *output,
            char message[1024])
{
    struct client *client = mem_alloc_zero(sizeof *client);
    snprintf(message, 1024, "out of memory");
    if (client == NULL)
        return NULL;
    client->output = *output;
    buf_init(&client->text);
    result_init(&client->result);
    bool is_url =
        strncmp(target, "postgresql://", 13) == 0 || strncmp(target, "postgres://", 11) == 0;
    const char *name = branch != NULL ? branch : "main";
    client->branch = mem_alloc(strlen(name) + 1);
    if (client->branch != NULL)
        memcpy(client->branch, name, strlen(name) + 1);
    bool is_good = client->branch != NULL && (is_url ? open_remote(client, target, branch, message)
                                                     : open_local(client, target, name, message));
    if (is_good)
        return client;
    client_close(client);
    return NULL;
}

bool
client_is_local(const struct client *client)
{
    return client->engine != NULL;
}

bool
client_change_branch(struct client *client, const char *branch, char message[1024])
{
    size_t bytes = strlen(branch) + 1;
    char *name = mem_alloc(bytes);
    snprintf(message, 1024, "out of memory");
    struct session *session = name == NULL ? NULL : session_on(client, branch, message);
    if (session == NULL) {
        mem_free(name);
        return false;
    }
    memcpy(name, branch, bytes);
    struct session *before = client->session;
    client->session = session; /* a signal's thread looks here for whom to cancel */
    session_free(before);
    mem_free(client->branch);
    client->branch = name;
    return true;
}

void
client_close(struct client *client)
{
    session_free(client->session);
    if (client->engine != NULL)
        engine_close(client->engine);
    if (client->connection != NULL)
        client->pq.finish(client->connection);
    arena_free(client->arena);
    buf_deinit(&client->text);
    result_deinit(&client->result);
    mem_free(client->branch);
    mem_free(client);
}

bool
client_run(struct client *client, const char *sql, bool *is_lost)
{
    client->sql = sql;
    client->has_failed = false;
    if (client->connection != NULL)
        run_remote(client, sql);
    else
        run_local(client, sql);
    *is_lost = client->connection != NULL && client->pq.status(client->connection) != CONNECTION_OK;
    return !client->has_failed;
}

const char *
client_database(const struct client *client)
{
    return client->connection != NULL ? client->pq.database(client->connection) : client->branch;
}

char
client_transaction(const struct client *client)
{
    if (client->connection != NULL) {
        PGTransactionStatusType status = client->pq.transaction_status(client->connection);
        return status == PQTRANS_INTRANS ? '*' : status == PQTRANS_INERROR ? '!' : ' ';
    }
    enum transaction_state state = session_transaction(client->session);
    return state == TRANSACTION_OPEN ? '*' : state == TRANSACTION_FAILED ? '!' : ' ';
}

void
client_cancel(struct client *client)
{
    if (client->session != NULL) {
        session_cancel(client->session, false);
        return;
    }
    char message[256];
    PGcancel *cancel = client->pq.get_cancel(client->connection);
    (void)client->pq.cancel(cancel, message, sizeof message);
    client->pq.free_cancel(cancel);
}
