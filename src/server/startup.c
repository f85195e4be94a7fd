/*
 * startup.c: from the first packet to a session: requests for encryption, cancels, start-up
 * parameters, authentication.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "server/auth.h"
#include "server/server_int.h"
#include <stdio.h>
#include <strings.h>

static char *
copy_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = mem_alloc(bytes);
    if (copy != NULL)
        memcpy(copy, text, bytes);
    return copy;
}

void
startup_free(struct connection *connection)
{
    auth_free(connection->auth);
    connection->auth = NULL;
    mem_free(connection->user);
    mem_free(connection->database);
    connection->user = connection->database = NULL;
    while (connection->settings != NULL) {
        struct startup_setting *setting = connection->settings;
        connection->settings = setting->next;
        mem_free(setting->name);
        mem_free(setting->value);
        mem_free(setting);
    }
}

static bool
add_setting(struct connection *connection, const char *name, const char *value)
{
    struct startup_setting *setting = mem_alloc_zero(sizeof *setting);
    if (setting == NULL)
        return false;
    setting->name = copy_text(name);
    setting->value = copy_text(value);
    /* At the end: the last of two for one name counts. */
    struct startup_setting **link = &connection->settings;
    while (*link != NULL)
        link = &(*link)->next;
    *link = setting;
    return setting->name != NULL && setting->value != NULL;
}

/* ---- the options parameter: `-c name=value --name=value`, backslash takes the next character as
 * it is ---- */

/* The next word of `*at` into `word`; false at the end. */
static bool
next_word(const char **at, char *word, size_t word_bytes)
{
    const char *p = *at;
    size_t n = 0;
    while (*p == ' ' || *p == '\t')
        p++;
    if (*p == '\0')
        return false;
    for (; *p != '\0' && *p != ' ' && *p != '\t'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        if (n + 1 < word_bytes)
            word[n++] = *p;
    }
    word[n] = '\0';
    *at = p;
    return true;
}

static bool
take_options(struct connection *connection, const char *options)
{
    char word[1024];
    while (next_word(&options, word, sizeof word)) {
        char *setting = NULL;
        if (strcmp(word, "-c") == 0) {
            if (!next_word(&options, word, sizeof word))
                return false;
            setting = word;
        } else if (strncmp(word, "-c", 2) == 0 || strncmp(word, "--", 2) == 0) {
            setting = word + 2;
        }
        char *equals = setting == NULL ? NULL : strchr(setting, '=');
        if (equals == NULL)
            return false;
        *equals = '\0';
        for (char *p = setting; *p != '\0'; p++)
            *p = *p == '-' ? '_' : *p;
        if (!add_setting(connection, setting, equals + 1))
            return false;
    }
    return true;
}

/* ---- packets ---- */

static bool
refuse(struct connection *connection, sqlstate code, const char *message)
{
    connection_refuse(connection, code, message);
    return false;
}

static bool
on_cancel(struct connection *connection, struct message_reader *reader)
{
    struct server *server = connection->server;
    uint32_t pid = reader_u32(reader), secret = reader_u32(reader);
    if (reader_is_done(reader)) {
        mutex_lock(&server->mutex);
        struct connection *other = server->connections;
        while (other != NULL && (other->pid != pid || other->secret != secret || pid == 0))
            other = other->next;
        if (other != NULL)
            (void)engine_cancel(server->engine, pid, false);
        mutex_unlock(&server->mutex);
    }
    connection->phase = PHASE_CLOSING;
    return false;
}

/* Takes one parameter of the packet. False: no memory, or options that make no sense. */
static bool
take_parameter(struct connection *connection, const char *name, const char *value,
               uint32_t *unknown_count)
{
    if (strcmp(name, "user") == 0) {
        mem_free(connection->user);
        connection->user = copy_text(value);
        return connection->user != NULL;
    }
    if (strcmp(name, "database") == 0) {
        mem_free(connection->database);
        connection->database = copy_text(value);
        return connection->database != NULL;
    }
    if (strcmp(name, "options") == 0)
        return take_options(connection, value);
    if (strncmp(name, "_pq_.", 5) == 0) {
        ++*unknown_count;
        return true;
    }
    if (strcmp(name, "replication") == 0)
        return strcasecmp(value, "false") == 0 || strcasecmp(value, "off") == 0 ||
               strcmp(value, "0") == 0;
    return add_setting(connection, name, value);
}

/* Tells the client that a newer minor version or protocol options are not spoken. */
static void
negotiate(struct connection *connection, struct slice body, uint32_t unknown_count)
{
    size_t begin = message_begin(&connection->out, 'v');
    buf_put_be32(&connection->out, WIRE_VERSION_3);
    buf_put_be32(&connection->out, unknown_count);
    struct message_reader reader;
    reader_init(&reader, body);
    (void)reader_u32(&reader);
    for (;;) {
        const char *name = reader_text(&reader);
        if (*name == '\0')
            break;
        (void)reader_text(&reader);
        if (strncmp(name, "_pq_.", 5) == 0)
            put_text0(&connection->out, name);
    }
    message_end(&connection->out, begin);
}

static bool
on_startup(struct connection *connection, const struct message *message, uint32_t version)
{
    struct message_reader reader;
    reader_init(&reader, message->body);
    (void)reader_u32(&reader);
    uint32_t unknown_count = 0;
    while (!reader.is_broken) {
        const char *name = reader_text(&reader);
        if (*name == '\0')
            break;
        const char *value = reader_text(&reader);
        if (!take_parameter(connection, name, value, &unknown_count))
            return refuse(connection, SQLSTATE_PROTOCOL_VIOLATION,
                          strcmp(name, "replication") == 0
                              ? "replication connections are not supported"
                              : "invalid start-up options");
    }
    if (!reader_is_done(&reader))
        return refuse(connection, SQLSTATE_PROTOCOL_VIOLATION,
                      "invalid startup packet layout: expected terminator as last byte");
    if (connection->user == NULL || *connection->user == '\0')
        return refuse(connection, SQLSTATE_INVALID_AUTHORIZATION_SPECIFICATION,
                      "no PostgreSQL user name specified in startup packet");
    if (connection->database == NULL || *connection->database == '\0') {
        mem_free(connection->database);
        connection->database = copy_text(connection->user);
        if (connection->database == NULL)
            return refuse(connection, SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    if (version != WIRE_VERSION_3 || unknown_count != 0)
        negotiate(connection, message->body, unknown_count);
    connection->phase = PHASE_AUTH;
    return auth_begin(connection);
}

static bool
on_first_packet(struct connection *connection, const struct message *message)
{
    struct message_reader reader;
    reader_init(&reader, message->body);
    uint32_t code = reader_u32(&reader);
    if (code == WIRE_SSL || code == WIRE_GSS) {
        if (connection->in_at != connection->in.bytes)
            return refuse(connection, SQLSTATE_PROTOCOL_VIOLATION,
                          "received unencrypted data after encryption request");
        buf_put_u8(&connection->out, 'N');
        return true;
    }
    if (code == WIRE_CANCEL)
        return on_cancel(connection, &reader);
    if (code >> 16 != 3)
        return refuse(connection, SQLSTATE_FEATURE_NOT_SUPPORTED,
                      "unsupported frontend protocol: the server supports 3.0");
    return on_startup(connection, message, code);
}

bool
startup_message(struct connection *connection, const struct message *message)
{
    return connection->phase == PHASE_STARTUP ? on_first_packet(connection, message)
                                              : auth_message(connection, message);
}

/* ---- the session ---- */

static void
report_setting(void *object, const char *name, const char *value)
{
    write_parameter(&((struct connection *)object)->out, name, value);
}

static void
on_commit(void *object)
{
    lane_wake(object);
}

static void
on_block(void *object)
{
    worker_blocks(object);
}

/* Null without *error: no memory. */
static struct session *
make_session(struct connection *connection, struct arena *arena, struct error **error)
{
    *error = NULL;
    uint32_t count = 0;
    for (struct startup_setting *s = connection->settings; s != NULL; s = s->next)
        count++;
    struct setting_text *settings = arena_alloc_array(arena, count + 1, sizeof *settings);
    if (settings == NULL)
        return NULL;
    count = 0;
    for (struct startup_setting *s = connection->settings; s != NULL; s = s->next)
        settings[count++] = (struct setting_text){.name = s->name, .value = s->value};
    struct session_options options = {
        .engine = connection->server->engine,
        .branch = connection->database,
        .user = connection->user,
        .client_address = connection->peer[0] == '\0' ? NULL : connection->peer,
        .client_port = connection->peer_port,
        .server_address = connection->own[0] == '\0' ? NULL : connection->own,
        .server_port = connection->own_port,
        .pid = connection->pid,
        .setting_count = count,
        .settings = settings,
        .sink = connection_sink(connection),
        .on_commit = on_commit,
        .on_block = on_block};
    return session_new(&options, arena, error);
}

bool
startup_finish(struct connection *connection)
{
    struct server *server = connection->server;
    mutex_lock(&server->mutex);
    bool is_full = server->connection_count > server->options.connection_max;
    bool is_stopping = server->stop != STOP_NOT;
    connection->pid = server->next_pid++;
    mutex_unlock(&server->mutex);
    if (is_full)
        return refuse(connection, SQLSTATE_TOO_MANY_CONNECTIONS, "sorry, too many clients already");
    if (is_stopping)
        return refuse(connection, SQLSTATE_CANNOT_CONNECT_NOW,
                      "the database system is shutting down");
    random_secret(&connection->secret, sizeof connection->secret);

    struct arena *arena = arena_new(&(struct arena_options){.name = "start-up"});
    if (arena == NULL)
        return refuse(connection, SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct error *error;
    connection->session = make_session(connection, arena, &error);
    if (connection->session == NULL) {
        struct error fatal = {.code = SQLSTATE_OUT_OF_MEMORY, .message = "out of memory"};
        if (error != NULL)
            fatal = *error;
        fatal.severity = SEVERITY_FATAL;
        write_error(&connection->out, &fatal, false);
        connection->phase = PHASE_CLOSING;
        arena_free(arena);
        return false;
    }
    arena_free(arena);
    session_report_settings(connection->session, report_setting, connection);
    write_key_data(&connection->out, connection->pid, connection->secret);
    write_ready(&connection->out, 'I');
    connection->phase = PHASE_READY;
    startup_free(connection);
    return true;
}
