/*
 * protocol.c: the messages of a client that is in: queries, the extended protocol, COPY.
 *
 * After an error in the extended protocol everything up to Sync is skipped. A call that hands its
 * transaction to the writer leaves the connection committing; ReadyForQuery is then due when it is
 * resumed.
 */
#include "base/mem.h"
#include "server/server_int.h"
#include <stdio.h>

#define BIND_PARAMS_FEW 16u

/* A violation that the session does not see: told, and skipped to Sync. */
static bool
violation(struct connection *connection, const char *message)
{
    struct error error = {
        .severity = SEVERITY_ERROR, .code = SQLSTATE_PROTOCOL_VIOLATION, .message = message};
    write_error(&connection->out, &error, false);
    connection->skips_to_sync = true;
    return true;
}

void
protocol_after(struct connection *connection, enum session_state state, bool ready_is_due)
{
    connection->ready_is_due = ready_is_due;
    if (state == SESSION_COMMITS) {
        connection->is_committing = true;
        return;
    }
    if (state == SESSION_COPY_IN) {
        connection->is_copying = true;
        connection->copy_is_simple = ready_is_due;
        (void)connection_flush(connection, true); /* the client waits for CopyInResponse */
        return;
    }
    connection->ready_is_due = false;
    if (ready_is_due)
        write_ready(&connection->out, (char)session_transaction(connection->session));
}

/* ---- simple ---- */

static bool
on_query(struct connection *connection, struct message_reader *reader)
{
    const char *text = reader_text(reader);
    if (!reader_is_done(reader)) {
        connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION, "invalid message format");
        return false;
    }
    protocol_after(connection, session_query(connection->session, text), true);
    return true;
}

/* ---- extended ---- */

static bool
on_parse(struct connection *connection, struct message_reader *reader)
{
    const char *name = reader_text(reader);
    const char *text = reader_text(reader);
    uint32_t count = reader_u16(reader);
    oid *types = mem_alloc((count + 1) * sizeof *types);
    if (types == NULL)
        return violation(connection, "out of memory");
    for (uint32_t i = 0; i < count; i++)
        types[i] = reader_u32(reader);
    bool is_good = reader_is_done(reader);
    if (!is_good)
        violation(connection, "invalid message format");
    else if (session_parse(connection->session, name, text, count, types))
        write_empty_message(&connection->out, '1');
    else
        connection->skips_to_sync = true;
    mem_free(types);
    return true;
}

/* Reads format codes: 0 (text) or 1 (binary) each. Null codes with count 0: none, or text for all.
 */
static bool
read_formats(struct message_reader *reader, struct formats *formats)
{
    formats->count = reader_u16(reader);
    bool is_text = formats->count == 1 && reader->end - reader->at >= 2 && reader->at[0] == 0 &&
                   reader->at[1] == 0;
    if (is_text) {
        (void)reader_u16(reader);
        formats->count = 0;
    }
    formats->codes = formats->count == 0 ? NULL : mem_alloc(formats->count * sizeof(uint16_t));
    if (formats->count != 0 && formats->codes == NULL)
        return false;
    for (uint32_t i = 0; i < formats->count; i++) {
        formats->codes[i] = reader_u16(reader);
        reader->is_broken |= formats->codes[i] > 1;
    }
    return !reader->is_broken;
}

static bool
read_params(struct message_reader *reader, const struct formats *formats, uint32_t count,
            struct param_value *params)
{
    if (formats->count > 1 && formats->count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bytes = reader_u32(reader);
        params[i].data = (struct slice){0};
        params[i].is_binary = formats_binary(formats, i);
        if (bytes != UINT32_MAX)
            params[i].data = reader_bytes(reader, bytes);
    }
    return !reader->is_broken;
}

static void
bind(struct connection *connection, struct message_reader *reader)
{
    const char *portal = reader_text(reader);
    const char *statement = reader_text(reader);
    struct formats given = {0}, results = {0};
    struct param_value few[BIND_PARAMS_FEW], *params = few;
    bool is_good = read_formats(reader, &given);
    uint32_t count = reader_u16(reader);
    if (is_good) {
        if (count > BIND_PARAMS_FEW)
            params = mem_alloc(count * sizeof *params);
        is_good = params != NULL && read_params(reader, &given, count, params) &&
                  read_formats(reader, &results) && reader_is_done(reader);
    }
    if (!is_good) {
        mem_free(results.codes);
        violation(connection, "invalid message format");
    } else if (session_bind(connection->session, portal, statement, count, params)) {
        connection_set_formats(connection, portal, results);
        write_empty_message(&connection->out, '2');
    } else {
        mem_free(results.codes);
        connection->skips_to_sync = true;
    }
    mem_free(given.codes);
    if (params != few)
        mem_free(params);
}

static const struct formats *
formats_of(struct connection *connection, const char *portal)
{
    static const struct formats text = {0};
    for (struct portal_formats *found = connection->portal_formats; found != NULL;
         found = found->next)
        if (strcmp(found->name, portal) == 0)
            return &found->formats;
    return &text;
}

static bool
formats_fit(const struct formats *formats, uint32_t column_count)
{
    return formats->count <= 1 || formats->count == column_count;
}

static bool
on_describe(struct connection *connection, struct message_reader *reader)
{
    static const struct formats text = {0};
    char kind = (char)reader_u8(reader);
    const char *name = reader_text(reader);
    if (!reader_is_done(reader) || (kind != 'S' && kind != 'P'))
        return violation(connection, "invalid message format");
    const struct statement_info *info = kind == 'S'
                                            ? session_describe(connection->session, name)
                                            : session_describe_portal(connection->session, name);
    if (info == NULL) {
        connection->skips_to_sync = true;
        return true;
    }
    const struct formats *formats = kind == 'S' ? &text : formats_of(connection, name);
    if (kind == 'S')
        write_param_types(&connection->out, info->param_count, info->param_types);
    if (!info->returns_rows)
        write_empty_message(&connection->out, 'n');
    else if (!formats_fit(formats, info->column_count))
        return violation(connection, "bind message has the wrong number of result formats");
    else
        write_row_description(&connection->out, info->columns, info->column_count, formats);
    return true;
}

static bool
on_execute(struct connection *connection, struct message_reader *reader)
{
    const char *portal = reader_text(reader);
    uint32_t limit = reader_u32(reader);
    if (!reader_is_done(reader))
        return violation(connection, "invalid message format");
    const struct statement_info *info = session_describe_portal(connection->session, portal);
    if (info == NULL) {
        connection->skips_to_sync = true;
        return true;
    }
    connection->columns = info->columns;
    connection->column_count = info->column_count;
    connection->formats = formats_of(connection, portal);
    if (!formats_fit(connection->formats, info->column_count))
        return violation(connection, "bind message has the wrong number of result formats");
    connection->has_failed = false;
    enum session_state state =
        session_execute(connection->session, portal, limit > INT32_MAX ? 0 : limit);
    connection->skips_to_sync = connection->has_failed;
    protocol_after(connection, state, false);
    return true;
}

static bool
on_close(struct connection *connection, struct message_reader *reader)
{
    char kind = (char)reader_u8(reader);
    const char *name = reader_text(reader);
    if (!reader_is_done(reader) || (kind != 'S' && kind != 'P'))
        return violation(connection, "invalid message format");
    if (kind == 'S')
        (void)session_close_statement(connection->session, name);
    else
        (void)session_close_portal(connection->session, name);
    write_empty_message(&connection->out, '3');
    return true;
}

static bool
on_sync(struct connection *connection)
{
    connection->skips_to_sync = false;
    protocol_after(connection, session_sync(connection->session), true);
    return true;
}

/* ---- COPY FROM STDIN ---- */

static void
copy_over(struct connection *connection, enum session_state state, bool is_simple)
{
    connection->is_copying = false;
    if (!is_simple && connection->has_failed)
        connection->skips_to_sync = true;
    protocol_after(connection, state, is_simple);
}

static bool
on_copy(struct connection *connection, const struct message *message)
{
    struct message_reader reader;
    bool is_simple = connection->copy_is_simple;
    connection->has_failed = false;
    switch (message->type) {
    case 'd': {
        enum session_state state = session_copy_data(connection->session, message->body);
        if (state != SESSION_COPY_IN)
            copy_over(connection, state, is_simple);
        return true;
    }
    case 'c':
        copy_over(connection, session_copy_done(connection->session), is_simple);
        return true;
    case 'f':
        reader_init(&reader, message->body);
        copy_over(connection, session_copy_fail(connection->session, reader_text(&reader)),
                  is_simple);
        return true;
    case 'H':
    case 'S':
        return true; /* clients of the extended protocol send them along */
    default:
        copy_over(connection,
                  session_copy_fail(connection->session, "unexpected message during COPY"),
                  is_simple);
        return true;
    }
}

/* ---- dispatch ---- */

bool
protocol_message(struct connection *connection, const struct message *message)
{
    struct message_reader reader;
    reader_init(&reader, message->body);
    if (message->type == 'X')
        return false;
    if (connection->is_copying)
        return on_copy(connection, message);
    if (connection->skips_to_sync && message->type != 'S')
        return true;
    switch (message->type) {
    case 'Q':
        return on_query(connection, &reader);
    case 'P':
        return on_parse(connection, &reader);
    case 'B':
        bind(connection, &reader);
        return true;
    case 'D':
        return on_describe(connection, &reader);
    case 'E':
        return on_execute(connection, &reader);
    case 'C':
        return on_close(connection, &reader);
    case 'S':
        return on_sync(connection);
    case 'H':
        return connection_flush(connection, true);
    case 'd':
    case 'c':
    case 'f':
        return true; /* the rest of a COPY that has failed */
    case 'F': {
        struct error error = {.severity = SEVERITY_ERROR,
                              .code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                              .message = "function call messages are not supported",
                              .hint = "Call the function in a query."};
        write_error(&connection->out, &error, false);
        write_ready(&connection->out, (char)session_transaction(connection->session));
        return true;
    }
    default:
        connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION, "invalid frontend message type");
        return false;
    }
}
