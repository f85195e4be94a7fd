/*
 * client.c: the sink that notes, and the calls that drive a session to its end.
 */
#include "unit/session/client.h"
#include "base/check.h"
#include <stdio.h>
#include <string.h>

static void
take_columns(void *object, const struct result_column *columns, uint32_t count)
{
    (void)object;
    for (uint32_t i = 0; i < count; i++)
        check(columns[i].name != NULL);
}

static bool
take_rows(void *object, const struct session *session, const struct batch *batch)
{
    (void)session;
    ((struct client *)object)->row_count += batch->count;
    return true;
}

static void
take_tag(void *object, const char *tag)
{
    (void)object;
    check(tag != NULL);
}

static void
take_nothing(void *object)
{
    (void)object;
}

static void
note_error(struct client *client, const struct error *error)
{
    if (client->state[0] != '\0')
        return;
    sqlstate_text(error->code, client->state);
    snprintf(client->message, sizeof client->message, "%s", error->message);
}

static void
take_error(void *object, const struct error *error)
{
    note_error(object, error);
}

static void
take_notice(void *object, const struct error *error)
{
    (void)object;
    check(error->message != NULL);
}

static void
take_parameter(void *object, const char *name, const char *value)
{
    (void)object;
    check(name != NULL && value != NULL);
}

static void
take_notification(void *object, uint32_t pid, const char *channel, const char *payload)
{
    (void)object;
    (void)pid;
    check(channel != NULL && payload != NULL);
}

static void
take_copy_begin(void *object, bool is_in, bool is_binary, uint32_t column_count)
{
    (void)object;
    (void)is_in;
    (void)is_binary;
    (void)column_count;
}

static bool
take_copy_data(void *object, struct slice data)
{
    struct client *client = object;
    client->row_count++;
    for (size_t i = 0; i < data.bytes; i++) /* FNV-1a */
        client->hash = (client->hash ^ data.data[i]) * 0x100000001b3u;
    if (client->copy_out != NULL)
        buf_put_slice(client->copy_out, data);
    return true;
}

bool
client_connect(struct client *client, const char *branch)
{
    struct error *error;
    struct session_options options = {.engine = client->engine,
                                      .branch = branch,
                                      .user = "postgres",
                                      .sink = {.object = client,
                                               .columns = take_columns,
                                               .rows = take_rows,
                                               .complete = take_tag,
                                               .suspended = take_nothing,
                                               .empty = take_nothing,
                                               .error = take_error,
                                               .notice = take_notice,
                                               .parameter = take_parameter,
                                               .notification = take_notification,
                                               .copy_begin = take_copy_begin,
                                               .copy_data = take_copy_data,
                                               .copy_end = take_nothing}};
    client->state[0] = '\0';
    client->session = session_new(&options, client->arena, &error);
    if (client->session == NULL)
        note_error(client, error);
    return client->session != NULL;
}

void
client_disconnect(struct client *client)
{
    session_free(client->session);
    client->session = NULL;
}

static enum session_state
send_copy_data(struct client *client)
{
    struct slice data =
        client->copy_data != NULL ? slice_text(client->copy_data) : client->copy_bytes;
    size_t piece = client->copy_piece == 0 ? data.bytes : client->copy_piece;
    enum session_state state = SESSION_COPY_IN;
    for (size_t at = 0; at < data.bytes && state == SESSION_COPY_IN; at += piece) {
        size_t bytes = data.bytes - at < piece ? data.bytes - at : piece;
        state = session_copy_data(client->session, slice_of(data.data + at, bytes));
    }
    return state == SESSION_COPY_IN ? session_copy_done(client->session) : state;
}

bool
client_run(struct client *client, const char *sql)
{
    client->state[0] = '\0';
    client->row_count = 0;
    client->hash = 0xcbf29ce484222325u;
    enum session_state state = session_query(client->session, sql);
    while (state == SESSION_COPY_IN)
        state = send_copy_data(client);
    check(state == SESSION_READY);
    return client->state[0] == '\0';
}
