/*
 * session.h: one client's conversation with a branch, without knowing what client it is.
 *
 * The server's connections and the C library drive it alike: simple queries, or prepared
 * statements and portals (PostgreSQL's extended protocol in function form). Nothing here raises:
 * errors, notices and results go to the session's sink. A session is used by one thread at a
 * time, any thread.
 *
 * Waiting: a call that returns SESSION_COMMITS has handed its transaction to the writer. The
 * caller must not call anything but session_resume, once its `on_commit` function has been
 * called (by the writer's thread, or already); the thread is free meanwhile. With no on_commit
 * function calls wait themselves and never return SESSION_COMMITS.
 */
#pragma once

#include "base/column.h"
#include "base/raise.h"
#include "base/status.h"
#include "session/engine.h"
#include "type/types.h"

struct session;
struct statement; /* prepared */
struct portal;

enum session_state {
    SESSION_READY,   /* done: results, or an error, have gone to the sink */
    SESSION_COMMITS, /* see above */
    SESSION_COPY_IN, /* the statement waits for COPY data: session_copy_data, then _done or _fail */
};

enum transaction_state { TRANSACTION_NONE = 'I', TRANSACTION_OPEN = 'T', TRANSACTION_FAILED = 'E' };

struct result_column {
    const char *name;
    oid table; /* OID_NONE unless a plain column of one */
    int16_t attr;
    oid type;
    int16_t length; /* pg_type.typlen */
    int32_t typmod;
};

/*
 * Where a session's output goes. Functions must not raise and must not call the session. Pointers
 * are valid during the call. `rows` returns false if the client is gone: the statement is then
 * ended as if cancelled.
 */
struct session_sink {
    void *object;
    void (*columns)(void *object, const struct result_column *columns,
                    uint32_t count); /* simple query: before rows */
    bool (*rows)(void *object, const struct session *session,
                 const struct batch *batch);         /* column i of the batch is result column i */
    void (*complete)(void *object, const char *tag); /* "SELECT 3" */
    void (*suspended)(void *object);                 /* execute reached its row limit */
    void (*empty)(void *object);                     /* an empty query string */
    void (*error)(void *object, const struct error *error);
    void (*notice)(void *object, const struct error *notice);
    void (*parameter)(void *object, const char *name,
                      const char *value); /* a reported setting has changed */
    void (*notification)(void *object, uint32_t pid, const char *channel, const char *payload);
    void (*copy_begin)(void *object, bool is_in, bool is_binary, uint32_t column_count);
    bool (*copy_data)(void *object,
                      struct slice data); /* COPY OUT: one row; false: the client is gone */
    void (*copy_end)(void *object);       /* COPY OUT is complete */
};

struct session_options {
    struct engine *engine;
    const char *branch; /* database name */
    const char *user;
    const char *application_name;
    /* Numbers as text, null where there is none (a socket file), and their ports. */
    const char *client_address, *server_address;
    uint16_t client_port, server_port;
    uint32_t pid; /* the number clients know it by; 0: one is chosen */
    uint32_t setting_count;
    const struct setting_text *settings; /* from the start-up packet */
    struct session_sink sink;
    void (*on_commit)(void *object); /* may be null; sink.object is passed */
    /* Called before the thread blocks for a lock (may be null); sink.object is passed. */
    void (*on_block)(void *object);
};

/* Null on failure: then *error (in `arena`) tells why: 3D000 no such database, 42704 unknown
 * setting, ... */
struct session *session_new(const struct session_options *options, struct arena *arena,
                            struct error **error);
/* Rolls back what is open. */
void session_free(struct session *session);

const struct type_env *session_env(const struct session *session);
enum transaction_state session_transaction(const struct session *session);
/* Asks the running statement to end with 57014 (`reason` null: on user request) or, if is_fatal,
 * the session with 57P01. Any thread. */
void session_cancel(struct session *session, bool is_fatal);
/* Calls report(object, name, value) for each setting that clients are told at start-up. */
void session_report_settings(struct session *session,
                             void (*report)(void *object, const char *name, const char *value),
                             void *object);

/* ---- simple protocol: any number of statements; one implicit transaction ---- */
enum session_state session_query(struct session *session, const char *text);

/* ---- extended protocol. Each returns false (the error has gone to the sink) or true ---- */

/* Name "" replaces the unnamed statement; another name must be new. param_types[i] OID_NONE: to be
 * inferred. */
bool session_parse(struct session *session, const char *name, const char *text,
                   uint32_t param_count, const oid *param_types);

struct statement_info {
    uint32_t param_count;
    const oid *param_types;
    bool returns_rows;
    uint32_t column_count;
    const struct result_column *columns;
};
/* Null after an error. Lives as long as the statement, or portal. */
const struct statement_info *session_describe(struct session *session, const char *statement_name);
const struct statement_info *session_describe_portal(struct session *session,
                                                     const char *portal_name);

/* A parameter in text (is_binary false) or binary format; data null: SQL null. */
struct param_value {
    struct slice data;
    bool is_binary;
};
bool session_bind(struct session *session, const char *portal, const char *statement,
                  uint32_t param_count, const struct param_value *params);
/* row_limit 0: all. Rows go to sink.rows, without sink.columns. */
enum session_state session_execute(struct session *session, const char *portal, uint64_t row_limit);
bool session_close_statement(struct session *session, const char *name); /* no such name: true */
bool session_close_portal(struct session *session, const char *name);
/* Ends the implicit transaction: commits it, or rolls back after an error. */
enum session_state session_sync(struct session *session);

/* For when all that the client has sent is dealt with. Gives up what only a running statement
 * needs, and shows the session as idle in pg_stat_activity. While COPY FROM STDIN still waits
 * for rows it does neither. */
void session_idle(struct session *session);
/* How long the session may now wait for its client, in microseconds; 0: for ever. */
int64_t session_idle_limit_us(const struct session *session);

/* After SESSION_COMMITS: finishes the call that was waiting, and perhaps goes on with the rest of
 * the query string. */
enum session_state session_resume(struct session *session);

/* ---- COPY FROM STDIN. After an error they return SESSION_READY or COMMITS; data that still comes
 * is dropped by the caller ---- */
enum session_state session_copy_data(struct session *session, struct slice data);
enum session_state session_copy_done(struct session *session);
enum session_state session_copy_fail(struct session *session, const char *reason);

/* ---- in process: values instead of bytes ---- */

/*
 * A faster way round names for those who keep a statement: prepared once, run many times, at most
 * one execution of a statement at a time, but any number of statements at once (embedded.c).
 */
struct statement *session_prepare(struct session *session, const char *text, uint32_t param_count,
                                  const oid *param_types); /* null: error */
const struct statement_info *statement_info(const struct statement *statement);

/*
 * The rows of an execution, as they stand. The session writes to it whenever it is called, for
 * whatever statement: a batch may lie elsewhere after that, packed to the rows selected. It is
 * there until the statement's next call.
 */
struct statement_rows {
    const struct batch *batch; /* at hand; null: none */
    bool is_cut;               /* its transaction has been ended: there is no more */
};

/*
 * Executes with the given parameters a batch at a time, in the open transaction or one of its own:
 * statement_open, then statement_next until rows->batch is null; then the transaction, if its own,
 * is committed. A statement that changes anything or locks rows does so whole, and commits, before
 * its first batch. `rows` is the caller's until the execution is over: by statement_next with no
 * batch, or by statement_close, also after an error.
 */
bool statement_open(struct statement *statement, const union datum *values, const bool *nulls,
                    struct statement_rows *rows);
bool statement_next(struct statement *statement);
/*
 * The whole execution in one call, for statements of at most one row: those that read or write a
 * row by its key, and BEGIN, COMMIT and kin. SHORT_NOT: no such statement, or one that cannot be
 * decided at once: statement_open. SHORT_ROW: the row is in *batch until the statement's next
 * execution. The values are read during the call only.
 */
enum short_outcome { SHORT_NOT, SHORT_DONE, SHORT_ROW, SHORT_FAILED };
enum short_outcome statement_short(struct statement *statement, const union datum *values,
                                   const bool *nulls, struct batch *batch);
void statement_close(
    struct statement *statement); /* ends an execution before its end; no execution: nothing */
void statement_free(struct statement *statement);
/* Rows changed by the last execution that ended with statement_next. */
uint64_t session_modified_count(const struct session *session);
