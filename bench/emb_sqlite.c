/*
 * emb_sqlite.c: SQLite under the embedded benchmark: write-ahead log, 256 MiB of cache.
 */
#include "emb.h"

#include <sqlite3.h>
#include <stdio.h>

static sqlite3 *db;
static sqlite3_stmt *begin_stmt, *commit_stmt, *insert_stmt, *get_stmt, *update_stmt, *scan_stmt;

static int
run_sql(const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK;
}

static int
open_db(const char *path, const char *mode)
{
    char sql[128];
    snprintf(sql, sizeof sql,
             "pragma journal_mode = wal; pragma synchronous = %s; pragma cache_size = -262144",
             mode);
    return sqlite3_open(path == NULL ? ":memory:" : path, &db) != SQLITE_OK || run_sql(sql);
}

static void
close_db(void)
{
    sqlite3_stmt *all[] = {begin_stmt, commit_stmt, insert_stmt, get_stmt, update_stmt, scan_stmt};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sqlite3_finalize(all[i]);
    sqlite3_close(db);
}

static int
prepare(const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK;
}

static int
setup(void)
{
    return run_sql("create table t (id integer primary key, v bigint, s text)") ||
           prepare("begin", &begin_stmt) || prepare("commit", &commit_stmt) ||
           prepare("insert into t values (?1, ?2, ?3)", &insert_stmt) ||
           prepare("select v from t where id = ?1", &get_stmt) ||
           prepare("update t set v = ?2 where id = ?1", &update_stmt) ||
           prepare("select sum(v), count(*) from t", &scan_stmt);
}

static int
step_done(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code != SQLITE_DONE;
}

static int
step_int(sqlite3_stmt *statement, int64_t *value)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code != SQLITE_ROW;
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
    sqlite3_bind_int64(insert_stmt, 1, id);
    sqlite3_bind_int64(insert_stmt, 2, v);
    sqlite3_bind_text(insert_stmt, 3, s, n, SQLITE_STATIC);
    return step_done(insert_stmt);
}

static int
get(int64_t id, int64_t *v)
{
    sqlite3_bind_int64(get_stmt, 1, id);
    return step_int(get_stmt, v);
}

static int
update(int64_t id, int64_t v)
{
    sqlite3_bind_int64(update_stmt, 1, id);
    sqlite3_bind_int64(update_stmt, 2, v);
    return step_done(update_stmt);
}

static int
scan(int64_t *sum)
{
    return step_int(scan_stmt, sum);
}

emb E = {"sqlite", open_db, close_db, run_sql, setup, begin, commit, insert, get, update, scan};
