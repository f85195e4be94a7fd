/*
 * emb_rowan.c: librowan under the embedded benchmark.
 */
#include "emb.h"
#include "rowan.h"
#include <stdio.h>
#include <string.h>

static rowan_db *db;
static rowan_connection *connection;
static rowan_statement *begin_stmt, *commit_stmt, *insert_stmt, *get_stmt, *update_stmt, *scan_stmt;

static int
run_sql(const char *sql)
{
    int code = rowan_exec(connection, sql);
    if (code != ROWAN_OK)
        fprintf(stderr, "%s\n", rowan_error(connection));
    return code != ROWAN_OK;
}

static int
open_db(const char *path, const char *mode)
{
    const char *settings[] = {"shared_buffers=256MB",
                              strcmp(mode, "full") == 0 ? NULL : "synchronous_commit=off", NULL};
    if (rowan_open_with(path, 0, settings, &db) != ROWAN_OK) {
        fprintf(stderr, "%s\n", rowan_open_error(db));
        return 1;
    }
    return rowan_connect(db, NULL, &connection) != ROWAN_OK;
}

static void
close_db(void)
{
    rowan_disconnect(connection);
    rowan_close(db);
}

static int
setup(void)
{
    return run_sql("create table t(id bigint primary key, v bigint, s text)") ||
           rowan_prepare(connection, "begin", &begin_stmt) ||
           rowan_prepare(connection, "commit", &commit_stmt) ||
           rowan_prepare(connection, "insert into t values($1,$2,$3)", &insert_stmt) ||
           rowan_prepare(connection, "select v from t where id=$1", &get_stmt) ||
           rowan_prepare(connection, "update t set v=$2 where id=$1", &update_stmt) ||
           rowan_prepare(connection, "select sum(v),count(*) from t", &scan_stmt);
}

static int
step_done(rowan_statement *statement)
{
    int code = rowan_step(statement);
    if (code != ROWAN_DONE)
        fprintf(stderr, "%s\n", rowan_error(connection));
    return code != ROWAN_DONE;
}

static int
begin(void)
{
    return step_done(begin_stmt);
}

static int
commit(void)
{
    return step_done(commit_stmt);
}

static int
insert(int64_t id, int64_t v, const char *s, int n)
{
    rowan_bind_int64(insert_stmt, 1, id);
    rowan_bind_int64(insert_stmt, 2, v);
    rowan_bind_text(insert_stmt, 3, s, (size_t)n);
    return step_done(insert_stmt);
}

static int
get(int64_t id, int64_t *v)
{
    rowan_bind_int64(get_stmt, 1, id);
    if (rowan_step(get_stmt) != ROWAN_ROW)
        return 1;
    *v = rowan_column_int64(get_stmt, 0);
    return step_done(get_stmt);
}

static int
update(int64_t id, int64_t v)
{
    rowan_bind_int64(update_stmt, 1, id);
    rowan_bind_int64(update_stmt, 2, v);
    return step_done(update_stmt);
}

static int
scan(int64_t *sum)
{
    if (rowan_step(scan_stmt) != ROWAN_ROW)
        return 1;
    *sum = rowan_column_int64(scan_stmt, 0);
    return step_done(scan_stmt);
}

emb E = {"rowan", open_db, close_db, run_sql, setup, begin, commit, insert, get, update, scan};
