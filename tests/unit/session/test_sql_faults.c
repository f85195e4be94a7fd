/*
 * test_sql_faults.c: SQL whose n-th allocation fails, for every n.
 *
 * Goal: a statement that meets a failed allocation ends in an error of a right SQLSTATE, leaves the
 * session as an error leaves it, changes nothing, and leaks nothing; the database stays whole.
 * Method: a list of statements, each run again and again in a block that is rolled back, and then
 * on its own, with one allocation failing later each time until it gets through. The session, and
 * sometimes a new one, must answer after each failure; db_check looks at every page after each
 * statement. Caches may keep memory between rounds; none may be left when the engine has closed.
 *
 *     test_sql_faults [STEP [SEED]]   every STEP-th allocation on average (1: all)
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/random.h"
#include "txn/db_check.h"
#include "unit/session/client.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bounds a loop; a statement needs a few thousand allocations at most. */
#define ROUNDS_MAX 200000

struct world {
    struct arena *arena;
    struct engine *engine;
    struct client client;
    uint64_t step;
    struct random random;
};

static bool
open_session(struct world *world)
{
    const char *copy_data = world->client.copy_data;
    world->client =
        (struct client){.engine = world->engine, .arena = world->arena, .copy_data = copy_data};
    return client_connect(&world->client, "main");
}

static void
must_run(struct world *world, const char *sql)
{
    if (!client_run(&world->client, sql))
        fail_msg("%s: %s %s", sql, world->client.state, world->client.message);
}

/* ---- the loop ---- */

static void
must_be_no_memory(const struct world *world, const char *sql)
{
    if (strcmp(world->client.state, "53200") != 0)
        fail_msg("%s: %s %s", sql, world->client.state, world->client.message);
}

/* How far to go to the next allocation that fails. */
static uint64_t
stride(struct world *world)
{
    return world->step <= 1 ? 1 : 1 + random_below(&world->random, 2 * world->step - 1);
}

static void
check_database(struct world *world, const char *sql)
{
    struct db_check_report report;
    enum status st = db_check(engine_db(world->engine), &report);
    if (st != ST_OK)
        fail_msg("after %s: %s %s", sql, status_name(st), report.first_problem);
}

/*
 * Runs `sql` until no fault is met. In a block each round is undone, and the last one too. Returns
 * how many rounds failed.
 */
static uint64_t
loop(struct world *world, const char *sql, bool in_block)
{
    uint64_t failed = 0;
    for (uint64_t nth = stride(world); nth < ROUNDS_MAX; nth += stride(world)) {
        if (in_block)
            must_run(world, "begin");
        fault_arm(FAULT_ALLOC, nth);
        bool is_done = client_run(&world->client, sql);
        bool was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        if (!is_done) {
            if (!was_hit)
                fail_msg("%s: %s %s", sql, world->client.state, world->client.message);
            must_be_no_memory(world, sql);
            assert_int_equal(session_transaction(world->client.session),
                             in_block ? TRANSACTION_FAILED : TRANSACTION_NONE);
            failed++;
        }
        if (in_block)
            must_run(world, "rollback");
        /* What was optional (a cached plan) may be lost without an error: then it is done. */
        if (!was_hit || (is_done && !in_block))
            return failed;
    }
    fail_msg("%s: no end of faults", sql);
    return failed;
}

struct step {
    const char *sql;
    const char *copy_data;
};

static const struct step steps[] = {
    {"create table t (id int primary key, name text not null, n numeric(10,2) default 1.5,"
     " tags text[], at timestamptz default now(), check (id > 0))",
     NULL},
    {"create table other (id serial primary key, t_id int references t on delete cascade, v "
     "bigint)",
     NULL},
    {"insert into t (id, name) select g, 'name ' || g from generate_series(1, 50) g", NULL},
    {"insert into other (t_id, v) select id, id * 10 from t where id % 2 = 0", NULL},
    {"create index on other (v)", NULL},
    {"create unique index other_t on other (t_id)", NULL},
    {"create view big as select t.id, t.name, o.v from t join other o on o.t_id = t.id", NULL},
    {"select * from big where v > 100 order by name desc limit 5", NULL},
    {"select count(*), sum(n), avg(id), string_agg(name, ',' order by id) from t", NULL},
    {"select id % 7, count(*), max(name) from t group by id % 7 having count(*) > 1 order by 1",
     NULL},
    {"select a.id from t a left join t b on b.id = a.id + 1 where b.id is null", NULL},
    {"select id from t where exists (select 1 from other where t_id = t.id) and id in (2, 4, 6)",
     NULL},
    {"select id, (select max(v) from other where t_id <= t.id) from t order by id limit 3", NULL},
    {"select id from t union select v from other except select 5 order by 1", NULL},
    {"with recursive r(x) as (select 1 union all select x + 1 from r where x < 20)"
     " select sum(x) from r",
     NULL},
    {"select array_agg(id order by id desc), array[1,2] || 3, row(1, 'a'), '{1,2}'::int[] from t",
     NULL},
    {"select case when id > 5 then 'x' else upper(name) end, to_timestamp(id), n::text, md5(name)"
     " from t where name like 'name 1%' and name ~ '[0-9]+$'",
     NULL},
    {"update t set name = name || '!', tags = array[name, 'x'] where id <= 10 returning id, name",
     NULL},
    {"update other set v = v + t.id from t where t.id = t_id", NULL},
    {"insert into t (id, name) values (1, 'again') on conflict (id) do update"
     " set name = excluded.name returning *",
     NULL},
    {"delete from t where id = 50", NULL},
    {"alter table t add column extra int default 7", NULL},
    {"alter table t alter column extra type bigint", NULL},
    {"alter table t rename column extra to more", NULL},
    {"alter table t add constraint named check (more > 0)", NULL},
    {"alter table t drop constraint named", NULL},
    {"alter table t drop column more", NULL},
    {"copy t (id, name) from stdin", "101\tone\n102\ttwo\n103\tth\\tree\n"},
    {"copy t (id, name) from stdin (format csv, header)", "id,name\n111,\"a \"\"b\"\"\"\n112,c\n"},
    {"copy t to stdout", NULL},
    {"copy (select id, name, at from t order by id) to stdout (format csv, force_quote *)", NULL},
    {"savepoint_list", NULL}, /* stands for the block below */
    {"explain (verbose, costs off) select * from big where v > 1", NULL},
    {"explain (analyze, format json) select count(*) from t", NULL},
    {"create sequence s start 5; select nextval('s'), currval('s'), setval('s', 50)", NULL},
    {"create schema extra; create table extra.x (a int); set search_path = extra, public", NULL},
    {"reset search_path", NULL},
    {"create table copied as select * from t", NULL},
    {"truncate copied", NULL},
    {"analyze t", NULL},
    {"deallocate all; prepare p (int) as select name from t where id = $1", NULL},
    {"execute p (3)", NULL},
    {"deallocate all; prepare q as select 1; deallocate q", NULL},
    {"show all", NULL},
    {"set timezone = 'Europe/Berlin'", NULL},
    {"set datestyle = 'German'; select at, date '2020-01-02' from t limit 1", NULL},
    {"select relname, attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
     " where relname = 't'",
     NULL},
    {"select oid, pg_get_expr(adbin, adrelid) from pg_attrdef", NULL},
    {"drop view big", NULL},
    {"drop table other", NULL},
    {"drop schema extra cascade", NULL},
};

static const char savepoints[] =
    "savepoint a; insert into t (id, name) values (201, 'x'); savepoint b;"
    " update t set name = 'y' where id = 201; rollback to b; release a;"
    " declare c scroll cursor with hold for select id from t order by id;"
    " fetch 3 from c; fetch backward 1 from c; move 2 in c; close c";

static uint64_t
faults_of(struct world *world, const struct step *step)
{
    uint64_t failed;
    world->client.copy_data = step->copy_data;
    if (strcmp(step->sql, "savepoint_list") == 0) {
        failed = loop(world, savepoints, true);
    } else {
        failed = loop(world, step->sql, true);
        failed += loop(world, step->sql, false);
    }
    world->client.copy_data = NULL;
    return failed;
}

/* With its first block, so that what is alive can be counted while it is in use. */
static struct arena *
warm_arena(void)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    assert_non_null(arena);
    assert_non_null(arena_alloc(arena, 1));
    arena_reset(arena);
    return arena;
}

static void
open_engine(struct world *world, const char *path)
{
    struct error *error;
    struct engine_options options = {.path = path, .can_create = true};
    if (!engine_open(&options, world->arena, &world->engine, &error))
        fail_msg("%s", error->message);
}

static void
run_steps(struct world *world, const char *path)
{
    int64_t live_before = fault_live_count();
    world->arena = warm_arena();
    open_engine(world, path);
    assert_true(open_session(world));
    uint64_t failed = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        uint64_t of_step = faults_of(world, &steps[i]);
        if (getenv("FAULTS_VERBOSE") != NULL)
            printf("%llu %s\n", (unsigned long long)of_step, steps[i].sql);
        failed += of_step;
        check_database(world, steps[i].sql);
    }
    assert_true(failed > sizeof steps / sizeof *steps);
    must_run(world, "select count(*) from t");
    client_disconnect(&world->client);
    engine_close(world->engine);
    arena_free(world->arena);
    assert_int_equal(fault_live_count(), live_before);
}

static void
statements_without_memory_fail_whole(void **state)
{
    run_steps(*state, ":memory:");
}

static void
on_a_file_too(void **state)
{
    char path[] = "/tmp/rowan-faults-XXXXXX";
    assert_non_null(mkdtemp(path));
    char file[64];
    snprintf(file, sizeof file, "%s/db.rowan", path);
    run_steps(*state, file);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0);
}

/*
 * COMMIT of rows of a lasting table and of a temporary one. An error says that the lasting ones are
 * not there; if only the temporary part fails there is none, and a warning instead.
 */
static void
a_commit_says_what_became_of_lasting_rows(void **state)
{
    struct world *world = *state;
    world->arena = warm_arena();
    open_engine(world, ":memory:");
    assert_true(open_session(world));
    must_run(world, "create table t (a int); create temp table own (a int)");
    uint64_t failed = 0, lost = 0;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        must_run(world, "begin; truncate t, own; insert into t values (1);"
                        " insert into own select generate_series(1, 300)");
        must_run(world, "commit; begin; truncate t, own");
        fault_arm(FAULT_ALLOC, nth);
        bool is_done = client_run(&world->client, "commit");
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        failed += !is_done;
        must_run(world, "select * from t");
        assert_int_equal(world->client.row_count, is_done ? 0 : 1);
        must_run(world, "select * from own");
        lost += is_done && world->client.row_count != 0;
        assert_true(is_done || world->client.row_count == 300);
    }
    assert_true(failed > 0);
    assert_true(lost > 0);
    client_disconnect(&world->client);
    engine_close(world->engine);
    arena_free(world->arena);
}

static void
sessions_without_memory_do_not_begin(void **state)
{
    struct world *world = *state;
    world->arena = warm_arena();
    open_engine(world, NULL);
    assert_true(open_session(world));
    must_run(world, "create table t (a int)");
    must_run(world, "select * from t"); /* the caches have it from now on */
    client_disconnect(&world->client);
    uint64_t nth = 1;
    for (bool was_hit = true; was_hit; nth++) {
        int64_t live_before = fault_live_count();
        fault_arm(FAULT_ALLOC, nth);
        bool is_open = open_session(world);
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        if (is_open) {
            must_run(world, "select * from t");
            client_disconnect(&world->client);
        } else {
            must_be_no_memory(world, "a session");
        }
        arena_reset(world->arena);
        assert_int_equal(fault_live_count(), live_before);
    }
    assert_true(nth > 5);
    engine_close(world->engine);
    arena_free(world->arena);
}

static void
engines_without_memory_do_not_open(void **state)
{
    struct world *world = *state;
    world->arena = warm_arena();
    uint64_t nth = 1;
    for (bool was_hit = true; was_hit; nth++) {
        int64_t live_before = fault_live_count();
        struct error *error;
        struct engine_options options = {.path = ":memory:"};
        arena_reset(world->arena);
        fault_arm(FAULT_ALLOC, nth);
        bool is_open = engine_open(&options, world->arena, &world->engine, &error);
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        if (is_open) {
            engine_close(world->engine);
        } else {
            assert_true(was_hit);
            assert_int_equal(error->code, SQLSTATE_OUT_OF_MEMORY);
        }
        arena_reset(world->arena);
        assert_int_equal(fault_live_count(), live_before);
    }
    assert_true(nth > 5);
    arena_free(world->arena);
}

int
main(int argc, char **argv)
{
    static struct world world; /* cmocka passes it on */
    world.step = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;
    random_init(&world.random, argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(engines_without_memory_do_not_open, &world),
        cmocka_unit_test_prestate(sessions_without_memory_do_not_begin, &world),
        cmocka_unit_test_prestate(a_commit_says_what_became_of_lasting_rows, &world),
        cmocka_unit_test_prestate(statements_without_memory_fail_whole, &world),
        cmocka_unit_test_prestate(on_a_file_too, &world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
