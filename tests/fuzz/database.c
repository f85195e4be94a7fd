/*
 * database.c: the database of fuzzers that run SQL, and the thread that ends long statements.
 */
#include "fuzz/database.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/thread.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INPUTS_PER_DATABASE 500
#define TICK_US 10000

static const struct setting_text settings[] = {{"statement_timeout", "300ms"},
                                               {"lock_timeout", "300ms"},
                                               {"rowan.query_memory", "16MB"},
                                               {"work_mem", "1MB"}};

static const char schema[] =
    "create table t (a int not null primary key, b text, c numeric(10,2) default 1.5, d bool);"
    "create table u (a bigint, x text, y int);"
    "create unique index u_y_idx on u (y);"
    "create table w (id int generated always as identity primary key,"
    " v varchar(3) check (v <> ''), twice int generated always as (id * 2) stored, \"Odd\" date);"
    "create view v as select a, b as bb from t where a > 0;"
    "create sequence s;"
    "create table x (k int references t on delete cascade, e timestamptz, f float8, i int[],"
    " l text[], z bytea, n interval, g uuid, j json);"
    "insert into t select g, case when g % 5 = 0 then null else 'text ' || g end, g / 3.0, g % 2 = "
    "0"
    " from generate_series(-3, 30) g;"
    "insert into u select g % 7, 'x' || g, g from generate_series(1, 20) g;"
    "insert into w (v, \"Odd\") values ('a', '2020-02-29'), ('bcd', 'infinity'), (null, null);"
    "insert into x (k, e, f, i, l, z, n) select g, '2021-03-04 05:06:07+02'::timestamptz + g * "
    "interval '1 day', g * 1.5, array[g, null, 3], '{a,\"b c\",null}', '\\x00ff', '1 mon 2 days'"
    " from generate_series(1, 5) g; analyze";

/* A fuzzer has no other place to keep them in. */
static struct client client;
static struct arena *arena;
static pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER; /* the ticker against closing */
static unsigned input_count;

static void *
tick(void *object)
{
    (void)object;
    for (;;) {
        pthread_mutex_lock(&engine_lock);
        if (client.engine != NULL)
            (void)engine_tick(client.engine);
        pthread_mutex_unlock(&engine_lock);
        usleep(TICK_US);
    }
    return NULL;
}

static void
must_run(const char *sql)
{
    if (!client_run(&client, sql)) {
        fprintf(stderr, "%s %s: %s\n", client.state, client.message, sql);
        check(false);
    }
}

static void
database_close(void)
{
    if (client.engine == NULL)
        return;
    struct engine *engine = client.engine;
    pthread_mutex_lock(&engine_lock);
    client.engine = NULL;
    pthread_mutex_unlock(&engine_lock);
    engine_close(engine);
}

static void
database_open(void)
{
    struct error *error;
    struct engine *engine;
    struct engine_options options = {.path = ":memory:",
                                     .settings = settings,
                                     .setting_count = sizeof settings / sizeof settings[0]};
    bool is_open = engine_open(&options, arena, &engine, &error);
    check(is_open);
    pthread_mutex_lock(&engine_lock);
    client.engine = engine;
    pthread_mutex_unlock(&engine_lock);
    bool is_connected = client_connect(&client, "main");
    check(is_connected);
    must_run("set statement_timeout = 0");
    must_run(schema);
    client_disconnect(&client);
}

struct client *
fuzz_client(void)
{
    if (arena == NULL) {
        arena = arena_new(&(struct arena_options){.name = "fuzz"});
        check(arena != NULL);
        client.arena = arena;
        pthread_t thread;
        int error = pthread_create(&thread, NULL, tick, NULL);
        check(error == 0);
        pthread_detach(thread);
    }
    if (client.session != NULL)
        client_disconnect(&client);
    arena_reset(arena);
    if (input_count++ % INPUTS_PER_DATABASE == 0) {
        database_close();
        database_open();
    }
    bool is_connected = client_connect(&client, "postgres");
    check(is_connected);
    (void)client_run(&client, "drop database fuzz"); /* an input may have dropped it, or main */
    if (!client_run(&client, "create database fuzz template main")) {
        client_disconnect(&client);
        input_count = 0;
        return fuzz_client();
    }
    client_disconnect(&client);
    is_connected = client_connect(&client, "fuzz");
    check(is_connected);
    return &client;
}

void
fuzz_client_judge(struct client *c, struct slice input)
{
    bool is_ours = strncmp(c->state, "XX", 2) == 0;
    if (is_ours)
        fprintf(stderr, "%s %s: %.*s\n", c->state, c->message, (int)input.bytes,
                (const char *)input.data);
    check(!is_ours);
    if (session_transaction(c->session) != TRANSACTION_NONE)
        must_run("rollback");
    must_run("reset all");
    must_run("select 1");
    check(c->row_count == 1);
}
