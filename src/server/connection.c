/*
 * connection.c: one client's connection: its bytes in and out, its session's sink.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "server/server_int.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BYTES (32 * 1024)
#define CLIENT_WAIT_MS                                                                             \
    1000 /* how often a wait for a slow client looks whether the server stops                      \
          */

struct connection *
connection_new(struct server *server, int fd, bool is_local, const char *peer)
{
    struct connection *connection = mem_alloc_zero(sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->server = server;
    connection->fd = fd;
    connection->is_local = is_local;
    connection->row_at = SIZE_MAX;
    connection->accepted_us = clock_monotonic_us();
    snprintf(connection->peer, sizeof connection->peer, "%s", peer);
    buf_init(&connection->in);
    buf_init(&connection->out);
    return connection;
}

static void
formats_free(struct portal_formats *formats)
{
    mem_free(formats->name);
    mem_free(formats->formats.codes);
    mem_free(formats);
}

void
connection_close(struct connection *connection)
{
    session_free(connection->session);
    connection->session = NULL;
    startup_free(connection);
    while (connection->portal_formats != NULL) {
        struct portal_formats *formats = connection->portal_formats;
        connection->portal_formats = formats->next;
        formats_free(formats);
    }
    buf_deinit(&connection->in);
    buf_deinit(&connection->out);
    arena_free(connection->row_arena);
    (void)shutdown(connection->fd, SHUT_RDWR); /* the client sees the end now */
}

void
connection_free(struct connection *connection)
{
    close(connection->fd);
    mem_free(connection);
}

/* ---- bytes ---- */

bool
connection_flush(struct connection *connection, bool may_block)
{
    size_t sent = 0;
    struct buf *out = &connection->out;
    if (out->is_failed)
        connection->is_lost = true;
    while (sent < out->bytes && !connection->is_lost) {
        ssize_t n =
            send(connection->fd, out->data + sent, out->bytes - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            sent += (size_t)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!may_block)
                break;
            worker_blocks(connection);
            struct pollfd poll_fd = {.fd = connection->fd, .events = POLLOUT};
            (void)poll(&poll_fd, 1, CLIENT_WAIT_MS);
            connection->is_lost = connection->ending != ENDING_NOT;
        } else if (n < 0 && errno != EINTR) {
            connection->is_lost = true;
        }
    }
    if (sent == out->bytes) {
        buf_clear(out);
    } else {
        memmove(out->data, out->data + sent, out->bytes - sent);
        out->bytes -= sent;
    }
    return !connection->is_lost;
}

/* Reads what there is. False: the client has closed, or the connection is broken. */
static bool
receive(struct connection *connection, bool *has_more)
{
    struct buf *in = &connection->in;
    if (connection->in_at == in->bytes) {
        buf_clear(in);
        connection->in_at = 0;
    } else if (connection->in_at > RECEIVE_BYTES) {
        memmove(in->data, in->data + connection->in_at, in->bytes - connection->in_at);
        in->bytes -= connection->in_at;
        connection->in_at = 0;
    }
    uint8_t *to = buf_reserve(in, RECEIVE_BYTES);
    if (to == NULL)
        return false;
    ssize_t n = recv(connection->fd, to, in->capacity - in->bytes, MSG_DONTWAIT);
    *has_more = n > 0 && (size_t)n == in->capacity - in->bytes;
    if (n > 0)
        in->bytes += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void
connection_refuse(struct connection *connection, sqlstate code, const char *message)
{
    struct error error = {.severity = SEVERITY_FATAL, .code = code, .message = message};
    write_error(&connection->out, &error, false);
    connection->phase = PHASE_CLOSING;
}

/* Handles whole messages until there are none, or the session waits. False: the connection is over.
 */
static bool
handle_input(struct connection *connection)
{
    while (!connection->is_committing && !connection->is_lost) {
        struct slice input = slice_of(connection->in.data + connection->in_at,
                                      connection->in.bytes - connection->in_at);
        struct message message;
        bool is_startup = connection->phase == PHASE_STARTUP;
        enum framing framing =
            is_startup ? startup_frame(input, &message) : message_frame(input, &message);
        if (framing == FRAME_PARTIAL)
            return true;
        if (framing == FRAME_BROKEN) {
            connection_refuse(connection, SQLSTATE_PROTOCOL_VIOLATION, "invalid message length");
            return false;
        }
        connection->in_at += message.bytes;
        bool goes_on = connection->phase == PHASE_READY ? protocol_message(connection, &message)
                                                        : startup_message(connection, &message);
        if (!goes_on || connection->phase == PHASE_CLOSING)
            return false;
        if (connection->out.bytes > OUTPUT_FLUSH_BYTES && !connection_flush(connection, true))
            return false;
    }
    return !connection->is_lost;
}

/* An idle connection keeps no buffers to speak of. */
static void
shrink(struct connection *connection)
{
    if (connection->in_at == connection->in.bytes && connection->in.capacity > 2 * RECEIVE_BYTES) {
        buf_deinit(&connection->in);
        buf_init(&connection->in);
        connection->in_at = 0;
    }
    if (connection->out.bytes == 0 && connection->out.capacity > 4 * OUTPUT_FLUSH_BYTES) {
        buf_deinit(&connection->out);
        buf_init(&connection->out);
    }
}

/* The last that a client hears whose connection is ended. */
static void
refuse_ending(struct connection *connection)
{
    switch ((enum ending)connection->ending) {
    case ENDING_STARTUP:
        connection_refuse(connection, SQLSTATE_QUERY_CANCELED,
                          "canceling authentication due to timeout");
        return;
    case ENDING_IDLE:
        if (session_transaction(connection->session) == TRANSACTION_NONE)
            connection_refuse(connection, SQLSTATE_IDLE_SESSION_TIMEOUT,
                              "terminating connection due to idle-session timeout");
        else
            connection_refuse(connection, SQLSTATE_IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                              "terminating connection due to idle-in-transaction timeout");
        return;
    case ENDING_NOT:
    case ENDING_STOP:
        connection_refuse(connection, SQLSTATE_ADMIN_SHUTDOWN,
                          "terminating connection due to administrator command");
        return;
    }
}

static void
begin_idle(struct connection *connection)
{
    session_idle(connection->session);
    int64_t limit_us = session_idle_limit_us(connection->session);
    if (limit_us != 0 && !connection->is_copying)
        connection->idle_end_us = clock_monotonic_us() + limit_us;
}

bool
connection_serve(struct connection *connection, bool is_woken)
{
    connection->idle_end_us = 0;
    if (connection->ending != ENDING_NOT && !connection->is_committing) {
        refuse_ending(connection);
        (void)connection_flush(connection, false);
        return false;
    }
    if (is_woken) {
        connection->is_committing = false;
        protocol_after(connection, session_resume(connection->session), connection->ready_is_due);
    } else {
        bool has_more = true;
        for (int i = 0; i < 8 && has_more && !connection->is_committing; i++) {
            if (!receive(connection, &has_more))
                return false;
            if (!handle_input(connection)) {
                (void)connection_flush(connection, true);
                return false;
            }
        }
    }
    if (is_woken && !handle_input(connection)) {
        (void)connection_flush(connection, true);
        return false;
    }
    if (connection->out.bytes != 0 && !connection->is_committing &&
        !connection_flush(connection, true))
        return false;
    if (connection->session != NULL && !connection->is_committing)
        begin_idle(connection);
    shrink(connection);
    return !connection->is_lost;
}

/* ---- the session's sink ---- */

static void
sink_columns(void *object, const struct result_column *columns, uint32_t count)
{
    static const struct formats text = {0};
    struct connection *connection = object;
    connection->columns = columns;
    connection->column_count = count;
    connection->formats = &text;
    write_row_description(&connection->out, columns, count, &text);
}

static bool
sink_rows(void *object, const struct session *session, const struct batch *batch)
{
    struct connection *connection = object;
    if (connection->row_arena == NULL) {
        connection->row_arena = arena_new(&(struct arena_options){
            .name = "rows", .first_block_bytes = 16384, .on_full = raise_arena_full});
        if (connection->row_arena == NULL)
            return false;
    }
    arena_reset(connection->row_arena);
    write_rows(&connection->out, session_env(session), connection->row_arena, batch,
               connection->columns, connection->formats, &connection->row_at);
    if (connection->out.bytes > OUTPUT_FLUSH_BYTES)
        return connection_flush(connection, true);
    return !connection->out.is_failed;
}

static void
sink_complete(void *object, const char *tag)
{
    write_complete(&((struct connection *)object)->out, tag);
}

static void
sink_suspended(void *object)
{
    write_empty_message(&((struct connection *)object)->out, 's');
}

static void
sink_empty(void *object)
{
    write_empty_message(&((struct connection *)object)->out, 'I');
}

static void
sink_error(void *object, const struct error *error)
{
    struct connection *connection = object;
    if (connection->row_at != SIZE_MAX) { /* a row that could not be finished */
        connection->out.bytes = connection->row_at;
        connection->row_at = SIZE_MAX;
    }
    connection->has_failed = true;
    connection->is_copying = false;
    write_error(&connection->out, error, false);
    if (error->severity >= SEVERITY_FATAL)
        connection->phase = PHASE_CLOSING;
}

static void
sink_notice(void *object, const struct error *notice)
{
    struct connection *connection = object;
    if (connection->row_at == SIZE_MAX)
        write_error(&connection->out, notice, true);
}

static void
sink_parameter(void *object, const char *name, const char *value)
{
    write_parameter(&((struct connection *)object)->out, name, value);
}

static void
sink_notification(void *object, uint32_t pid, const char *channel, const char *payload)
{
    write_notification(&((struct connection *)object)->out, pid, channel, payload);
}

static void
sink_copy_begin(void *object, bool is_in, bool is_binary, uint32_t column_count)
{
    struct connection *connection = object;
    write_copy_begin(&connection->out, is_in ? 'G' : 'H', is_binary, column_count);
}

static bool
sink_copy_data(void *object, struct slice data)
{
    struct connection *connection = object;
    write_copy_data(&connection->out, data);
    if (connection->out.bytes > OUTPUT_FLUSH_BYTES)
        return connection_flush(connection, true);
    return !connection->out.is_failed;
}

static void
sink_copy_end(void *object)
{
    write_empty_message(&((struct connection *)object)->out, 'c');
}

struct session_sink
connection_sink(struct connection *connection)
{
    return (struct session_sink){.object = connection,
                                 .columns = sink_columns,
                                 .rows = sink_rows,
                                 .complete = sink_complete,
                                 .suspended = sink_suspended,
                                 .empty = sink_empty,
                                 .error = sink_error,
                                 .notice = sink_notice,
                                 .parameter = sink_parameter,
                                 .notification = sink_notification,
                                 .copy_begin = sink_copy_begin,
                                 .copy_data = sink_copy_data,
                                 .copy_end = sink_copy_end};
}

/* ---- portals' formats ---- */

void
connection_set_formats(struct connection *connection, const char *portal, struct formats formats)
{
    struct portal_formats *found = connection->portal_formats;
    while (found != NULL && strcmp(found->name, portal) != 0)
        found = found->next;
    if (found == NULL) {
        found = mem_alloc_zero(sizeof *found);
        size_t bytes = strlen(portal) + 1;
        char *name = mem_alloc(bytes);
        if (found == NULL || name == NULL) {
            mem_free(found);
            mem_free(name);
            mem_free(formats.codes);
            connection->is_lost = true;
            return;
        }
        memcpy(name, portal, bytes);
        found->name = name;
        found->next = connection->portal_formats;
        connection->portal_formats = found;
    }
    mem_free(found->formats.codes);
    found->formats = formats;
}
