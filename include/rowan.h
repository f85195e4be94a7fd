/*
 * rowan.h: Rowan in your program: a SQL database in a file or in memory, with PostgreSQL's SQL and
 * branches.
 *
 *     rowan_db *db;
 *     rowan_connection *c;
 *     if (rowan_open("app.rowan", 0, &db) != ROWAN_OK) ... // rowan_open_error(db) tells why
 *     if (rowan_connect(db, NULL, &c) != ROWAN_OK) ...     // rowan_error(c) tells why
 *     rowan_exec(c, "create table t (id int primary key, v text)");
 *
 *     rowan_statement *s;
 *     rowan_prepare(c, "select v from t where id = $1", &s);
 *     rowan_bind_int64(s, 1, 7);
 *     while (rowan_step(s) == ROWAN_ROW)
 *         puts(rowan_column_text(s, 0));
 *     rowan_finalize(s);
 *     rowan_disconnect(c);
 *     rowan_close(db);
 *
 * A database may have many connections, each used by one thread at a time (rowan_interrupt by any).
 * No thread is started unless ROWAN_THREADS asks for it: then commits of several connections are
 * written together by a thread of their own, and large queries have threads that help. Every
 * function that can fail returns a code; rowan_error and rowan_sqlstate tell more of the last
 * failure of a connection.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROWAN_API __attribute__((visibility("default")))

typedef struct rowan_db rowan_db;
typedef struct rowan_connection rowan_connection;
typedef struct rowan_statement rowan_statement;

enum rowan_code {
    ROWAN_OK = 0,
    ROWAN_ROW = 1,   /* rowan_step: a row is there */
    ROWAN_DONE = 2,  /* rowan_step: there are no more */
    ROWAN_ERROR = 3, /* see rowan_error, rowan_sqlstate */
    ROWAN_MISUSE =
        4 /* a call that makes no sense: a number out of range, a statement of another state */
};

enum rowan_flags { ROWAN_READ_ONLY = 1, ROWAN_MUST_EXIST = 2, ROWAN_THREADS = 4 };

/* Value kinds, by rowan_column_kind. All other types come as text. */
enum rowan_kind { ROWAN_NULL, ROWAN_BOOL, ROWAN_INTEGER, ROWAN_FLOAT, ROWAN_TEXT, ROWAN_BLOB };

/*
 * Opens a database file, made if there is none (or NULL or ":memory:": a new database in memory,
 * gone at rowan_close). On failure *db is NULL and rowan_open_error tells why, until the next
 * rowan_open of the calling thread.
 */
ROWAN_API int rowan_open(const char *path, int flags, rowan_db **db);
/* The same with settings, "name=value" each, ended by NULL: "shared_buffers=256MB". */
ROWAN_API int rowan_open_with(const char *path, int flags, const char *const *settings,
                              rowan_db **db);
ROWAN_API const char *rowan_open_error(const rowan_db *db);
/* Its connections must be gone: ROWAN_MISUSE else, and nothing happens. Leaves one file. */
ROWAN_API int rowan_close(rowan_db *db);

/* A connection to a branch; NULL: "main". On failure *connection is still made if it can be, to ask
 * it for the error: disconnect it. */
ROWAN_API int rowan_connect(rowan_db *db, const char *branch, rowan_connection **connection);
ROWAN_API void rowan_disconnect(
    rowan_connection *connection); /* rolls back what is open; its statements are gone */

/* Runs any number of statements; rows are thrown away. */
ROWAN_API int rowan_exec(rowan_connection *connection, const char *sql);
/* The last failure: one line, and the five characters of its SQLSTATE ("" if there was none). Valid
 * until the connection's next call. */
ROWAN_API const char *rowan_error(const rowan_connection *connection);
ROWAN_API const char *rowan_sqlstate(const rowan_connection *connection);
/* Rows changed by the last statement. */
ROWAN_API int64_t rowan_changes(const rowan_connection *connection);
/* Ends what runs with SQLSTATE 57014. Any thread. */
ROWAN_API void rowan_interrupt(rowan_connection *connection);

/* ---- statements: parameters are $1, $2, ..., numbered from 1; columns from 0 ---- */

ROWAN_API int rowan_prepare(rowan_connection *connection, const char *sql,
                            rowan_statement **statement);
ROWAN_API void rowan_finalize(rowan_statement *statement); /* NULL is fine */
ROWAN_API int rowan_param_count(const rowan_statement *statement);

/* Values are converted to the parameter's type; text and blobs are copied. Unbound parameters are
 * null. Bindings stay until changed. */
ROWAN_API int rowan_bind_null(rowan_statement *statement, int number);
ROWAN_API int rowan_bind_bool(rowan_statement *statement, int number, int value);
ROWAN_API int rowan_bind_int64(rowan_statement *statement, int number, int64_t value);
ROWAN_API int rowan_bind_double(rowan_statement *statement, int number, double value);
ROWAN_API int rowan_bind_text(rowan_statement *statement, int number, const char *text,
                              size_t bytes);
ROWAN_API int rowan_bind_blob(rowan_statement *statement, int number, const void *data,
                              size_t bytes);

/*
 * Runs the statement, a row at a time: ROWAN_ROW, ROWAN_DONE or ROWAN_ERROR. After DONE or ERROR
 * the next step runs it again. Any number of a connection's statements may be under way at once,
 * stepped in any order, and others run meanwhile: each goes on with the rows that it saw first.
 *
 * Outside a transaction block each statement is one of its own, committed before ROWAN_DONE is
 * returned; one that changes rows and returns some is committed before its first ROWAN_ROW. Inside
 * a block all belong to it: when the block ends, by COMMIT or ROLLBACK, or a savepoint is rolled
 * back to, statements that began in it have lost the rows that they had not read. Their next step
 * is ROWAN_ERROR (24000); those begun before the block go on.
 */
ROWAN_API int rowan_step(rowan_statement *statement);
/* Gives up the rows that are left. Changes that the statement has made stay made. */
ROWAN_API int rowan_reset(rowan_statement *statement);

/* The current row. Pointers are valid until the statement's next step, reset or finalize. */
ROWAN_API int rowan_column_count(const rowan_statement *statement);
ROWAN_API const char *rowan_column_name(const rowan_statement *statement, int column);
ROWAN_API uint32_t rowan_column_type(const rowan_statement *statement,
                                     int column); /* PostgreSQL's type OID */
ROWAN_API enum rowan_kind rowan_column_kind(rowan_statement *statement, int column);
ROWAN_API int rowan_column_is_null(rowan_statement *statement, int column);
ROWAN_API int64_t rowan_column_int64(rowan_statement *statement,
                                     int column); /* 0 where it is no number */
ROWAN_API double rowan_column_double(rowan_statement *statement, int column);
/* As PostgreSQL prints it; NULL for null. */
ROWAN_API const char *rowan_column_text(rowan_statement *statement, int column);
/* The bytes of text and bytea as they are; *bytes their number. */
ROWAN_API const void *rowan_column_blob(rowan_statement *statement, int column, size_t *bytes);

/* ---- branches ---- */

ROWAN_API int rowan_branch_create(rowan_connection *connection, const char *name,
                                  const char *source);
ROWAN_API int rowan_branch_drop(rowan_connection *connection, const char *name);

#ifdef __cplusplus
}
#endif
