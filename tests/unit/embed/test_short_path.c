/*
 * test_short_path.c: statements on one row by its key do what the ordinary way does.
 *
 * Each statement is prepared once and run again and again through include/rowan.h: rows, counts,
 * errors, own changes, other connections, changed tables. The same through rowan_exec, which knows
 * no short path, must give the same table.
 */
#include "unit/embed/program.h"
#include "unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct world {
    rowan_db *db;
    rowan_connection *connection;
};

static struct world
world_open(const char *schema)
{
    struct world world;
    assert_int_equal(rowan_open(NULL, 0, &world.db), ROWAN_OK);
    assert_int_equal(rowan_connect(world.db, NULL, &world.connection), ROWAN_OK);
    exec(world.connection, schema);
    return world;
}

static void
world_close(struct world *world)
{
    rowan_disconnect(world->connection);
    assert_int_equal(rowan_close(world->db), ROWAN_OK);
}

/* Runs with up to two integers; returns what the first step said, and resets. */
static int
run(rowan_statement *statement, int64_t a, int64_t b)
{
    if (rowan_param_count(statement) > 0)
        assert_int_equal(rowan_bind_int64(statement, 1, a), ROWAN_OK);
    if (rowan_param_count(statement) > 1)
        assert_int_equal(rowan_bind_int64(statement, 2, b), ROWAN_OK);
    int code = rowan_step(statement);
    rowan_reset(statement);
    return code;
}

static void
rows_come_and_go_by_key(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id bigint primary key, v int not null, s text)");
    rowan_connection *c = w.connection;
    rowan_statement *insert = prepare(c, "insert into t values ($1, $2, 'a text that is long')");
    rowan_statement *get = prepare(c, "select s, v from t where id = $1");
    rowan_statement *add = prepare(c, "update t set v = v + $2 where id = $1");
    rowan_statement *drop = prepare(c, "delete from t where id = $1");
    for (int64_t i = 0; i < 500; i++) {
        assert_int_equal(run(insert, i, 1000 + i), ROWAN_DONE);
        assert_int_equal(rowan_changes(c), 1);
    }
    for (int64_t i = 0; i < 500; i += 3)
        assert_int_equal(run(add, i, i), ROWAN_DONE);
    for (int64_t i = 0; i < 500; i += 5)
        assert_int_equal(run(drop, i, 0), ROWAN_DONE);
    assert_int_equal(run(drop, 0, 0), ROWAN_DONE); /* no such row any more */
    assert_int_equal(rowan_changes(c), 0);
    assert_int_equal(run(add, 5, 1), ROWAN_DONE);
    assert_int_equal(rowan_changes(c), 0);
    for (int64_t i = 0; i < 500; i++) {
        assert_int_equal(rowan_bind_int64(get, 1, i), ROWAN_OK);
        if (i % 5 == 0) {
            assert_int_equal(rowan_step(get), ROWAN_DONE);
            continue;
        }
        assert_int_equal(rowan_step(get), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(get, 1), 1000 + i + (i % 3 == 0 ? i : 0));
        assert_string_equal(rowan_column_text(get, 0), "a text that is long");
        assert_int_equal(rowan_step(get), ROWAN_DONE);
    }
    assert_int_equal(rowan_bind_null(get, 1), ROWAN_OK);
    assert_int_equal(rowan_step(get), ROWAN_DONE);
    assert_int_equal(value_of(c, "select count(*) from t"), 400);
    world_close(&w);
}

static void
errors_leave_everything_as_it_was(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int not null check (v > 0), "
                                "u int unique)");
    rowan_connection *c = w.connection;
    rowan_statement *insert = prepare(c, "insert into t values ($1, $2, $2)");
    rowan_statement *move = prepare(c, "update t set id = $2 where id = $1");
    rowan_statement *unique = prepare(c, "update t set u = $2 where id = $1");
    rowan_statement *get = prepare(c, "select v from t where id = $1");
    assert_int_equal(run(insert, 1, 10), ROWAN_DONE);
    assert_int_equal(run(insert, 2, 20), ROWAN_DONE);
    assert_int_equal(run(insert, 1, 30), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "23505");
    assert_int_equal(run(insert, 3, 10), ROWAN_ERROR); /* u */
    assert_string_equal(rowan_sqlstate(c), "23505");
    assert_int_equal(run(insert, 3, -1), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "23514");
    assert_int_equal(rowan_bind_null(insert, 2), ROWAN_OK);
    assert_int_equal(rowan_step(insert), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "23502");
    assert_int_equal(run(move, 1, 2), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "23505");
    assert_int_equal(run(unique, 1, 20), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "23505");
    assert_int_equal(run(move, 1, 7), ROWAN_DONE);
    assert_int_equal(run(unique, 7, 11), ROWAN_DONE);
    assert_int_equal(run(get, 1, 0), ROWAN_DONE);
    assert_int_equal(run(get, 7, 0), ROWAN_ROW);
    assert_int_equal(value_of(c, "select count(*) from t where u in (11, 20)"), 2);
    world_close(&w);
}

static void
own_changes_show_and_blocks_roll_back(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int)");
    rowan_connection *c = w.connection;
    rowan_statement *begin = prepare(c, "begin"), *commit = prepare(c, "commit"),
                    *rollback = prepare(c, "rollback");
    rowan_statement *insert = prepare(c, "insert into t values ($1, $2)");
    rowan_statement *add = prepare(c, "update t set v = v + $2 where id = $1");
    rowan_statement *get = prepare(c, "select v from t where id = $1");
    rowan_statement *drop = prepare(c, "delete from t where id = $1");
    for (int round = 0; round < 3; round++) {
        assert_int_equal(run(begin, 0, 0), ROWAN_DONE);
        for (int64_t i = 0; i < 100; i++)
            assert_int_equal(run(insert, i, 0), ROWAN_DONE);
        for (int64_t i = 0; i < 300; i++)
            assert_int_equal(run(add, i % 100, i), ROWAN_DONE);
        assert_int_equal(run(drop, 50, 0), ROWAN_DONE);
        assert_int_equal(run(insert, 50, 5), ROWAN_DONE);
        assert_int_equal(rowan_bind_int64(get, 1, 7), ROWAN_OK);
        assert_int_equal(rowan_step(get), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(get, 0), 7 + 107 + 207);
        rowan_reset(get);
        if (round == 0) {
            assert_int_equal(run(rollback, 0, 0), ROWAN_DONE);
            assert_int_equal(value_of(c, "select count(*) from t"), 0);
        } else if (round == 1) {
            assert_int_equal(run(insert, 50, 1), ROWAN_ERROR);
            assert_int_equal(run(get, 7, 0), ROWAN_ERROR);
            assert_string_equal(rowan_sqlstate(c), "25P02");
            assert_int_equal(run(commit, 0, 0), ROWAN_DONE); /* rolls back */
            assert_int_equal(value_of(c, "select count(*) from t"), 0);
        } else {
            assert_int_equal(run(commit, 0, 0), ROWAN_DONE);
        }
    }
    assert_int_equal(value_of(c, "select sum(v) from t"), 299 * 300 / 2 - (50 + 150 + 250) + 5);
    world_close(&w);
}

static void
plans_follow_the_table(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int)");
    rowan_connection *c = w.connection;
    rowan_statement *insert = prepare(c, "insert into t (id, v) values ($1, $2)");
    rowan_statement *get = prepare(c, "select v from t where id = $1 and v > 0");
    assert_int_equal(run(insert, 1, 1), ROWAN_DONE);
    assert_int_equal(run(get, 1, 0), ROWAN_ROW);
    assert_int_equal(rowan_exec(c, "alter table t add column w int default 4"), ROWAN_OK);
    assert_int_equal(run(insert, 2, -1), ROWAN_DONE);
    assert_int_equal(run(get, 2, 0), ROWAN_DONE);
    assert_int_equal(value_of(c, "select sum(w) from t"), 8);
    assert_int_equal(rowan_exec(c, "create index on t (v)"), ROWAN_OK);
    assert_int_equal(run(insert, 3, 9), ROWAN_DONE);
    assert_int_equal(value_of(c, "select id from t where v = 9"), 3);
    assert_int_equal(rowan_exec(c, "set default_transaction_read_only = on"), ROWAN_OK);
    assert_int_equal(run(insert, 4, 9), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "25006");
    assert_int_equal(run(get, 3, 0), ROWAN_ROW);
    assert_int_equal(rowan_exec(c, "drop table t"), ROWAN_ERROR);
    assert_int_equal(rowan_exec(c, "set default_transaction_read_only = off"), ROWAN_OK);
    assert_int_equal(rowan_exec(c, "drop table t"), ROWAN_OK);
    assert_int_equal(run(get, 3, 0), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), "42P01");
    world_close(&w);
}

/* ---- several connections ---- */

#define THREADS 4
#define ADDS 2000

static void *
add_many(void *object)
{
    rowan_db *db = object;
    rowan_connection *c;
    if (rowan_connect(db, NULL, &c) != ROWAN_OK)
        return "could not connect";
    rowan_statement *add = prepare(c, "update t set v = v + $2 where id = $1");
    const char *wrong = NULL;
    for (int64_t i = 0; i < ADDS && wrong == NULL; i++)
        wrong = run(add, i % 3, 1) == ROWAN_DONE && rowan_changes(c) == 1 ? NULL : "no update";
    rowan_disconnect(c);
    return (void *)(uintptr_t)wrong;
}

/* Rows that others change meanwhile are read again: no addition is lost. */
static void
no_update_is_lost_between_connections(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int);"
                                "insert into t values (0, 0), (1, 0), (2, 0)");
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, w.db), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        if (wrong != NULL)
            fail_msg("%s", (const char *)wrong);
    }
    assert_int_equal(value_of(w.connection, "select sum(v) from t"), THREADS * ADDS);
    world_close(&w);
}

static void
a_read_shows_what_others_have_committed(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int);"
                                "insert into t values (1, 0)");
    rowan_connection *other;
    assert_int_equal(rowan_connect(w.db, NULL, &other), ROWAN_OK);
    rowan_statement *get = prepare(w.connection, "select v from t where id = 1");
    rowan_statement *begin = prepare(other, "begin"), *commit = prepare(other, "commit");
    rowan_statement *set = prepare(other, "update t set v = $1 where id = 1");
    for (int64_t i = 1; i < 50; i++) {
        assert_int_equal(run(begin, 0, 0), ROWAN_DONE);
        assert_int_equal(run(set, i, 0), ROWAN_DONE);
        assert_int_equal(rowan_step(get), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(get, 0), i - 1);
        rowan_reset(get);
        assert_int_equal(run(commit, 0, 0), ROWAN_DONE);
        assert_int_equal(rowan_step(get), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(get, 0), i);
        rowan_reset(get);
    }
    rowan_disconnect(other);
    world_close(&w);
}

/* However often a statement has run, a row of it is no bulk load that takes the table. */
static void
many_single_rows_do_not_take_the_table(void **state)
{
    (void)state;
    struct world w = world_open("create table t (id int primary key, v int)");
    rowan_connection *other;
    assert_int_equal(rowan_connect(w.db, NULL, &other), ROWAN_OK);
    assert_int_equal(rowan_exec(other, "set lock_timeout = 100"), ROWAN_OK);
    rowan_statement *insert = prepare(w.connection, "insert into t values ($1, $2)");
    rowan_statement *begin = prepare(w.connection, "begin");
    for (int64_t i = 0; i < 6000; i++)
        assert_int_equal(run(insert, i, 0), ROWAN_DONE);
    assert_int_equal(run(begin, 0, 0), ROWAN_DONE);
    assert_int_equal(run(insert, 6000, 0), ROWAN_DONE);
    assert_int_equal(rowan_exec(other, "insert into t values (6001, 0)"), ROWAN_OK);
    assert_int_equal(rowan_exec(other, "insert into t values (6000, 0)"), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(other), "55P03");
    rowan_disconnect(other);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_and_go_by_key),
        cmocka_unit_test(errors_leave_everything_as_it_was),
        cmocka_unit_test(own_changes_show_and_blocks_roll_back),
        cmocka_unit_test(plans_follow_the_table),
        cmocka_unit_test(no_update_is_lost_between_connections),
        cmocka_unit_test(many_single_rows_do_not_take_the_table),
        cmocka_unit_test(a_read_shows_what_others_have_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
