/*
 * test_statements.c: statements of one connection, open at once.
 *
 * A statement goes on where it was, with the rows that it saw first, whatever runs between two of
 * its steps; writes in between are committed when they are done. Only the end of the block that a
 * statement began in cuts it off (24000). First by cases, then by random histories of many
 * statements against what each must see.
 */
#include "unit/embed/program.h"
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
    rowan_db *db;
    rowan_connection *c, *other;
};

static struct world
world_open(const char *schema)
{
    struct world w;
    assert_int_equal(rowan_open(NULL, 0, &w.db), ROWAN_OK);
    assert_int_equal(rowan_connect(w.db, NULL, &w.c), ROWAN_OK);
    assert_int_equal(rowan_connect(w.db, NULL, &w.other), ROWAN_OK);
    exec(w.c, schema);
    return w;
}

static void
world_close(struct world *w)
{
    rowan_disconnect(w->c);
    rowan_disconnect(w->other);
    assert_int_equal(rowan_close(w->db), ROWAN_OK);
}

static void
expect_row(rowan_statement *statement, int64_t value)
{
    assert_int_equal(rowan_step(statement), ROWAN_ROW);
    assert_int_equal(rowan_column_int64(statement, 0), value);
}

static void
expect_error(rowan_connection *c, rowan_statement *statement, const char *sqlstate)
{
    assert_int_equal(rowan_step(statement), ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(c), sqlstate);
}

#define FIVE_THOUSAND                                                                              \
    "create table t (a int primary key, s text, b bytea);"                                         \
    "insert into t select i, 'the text of row number ' || i, null from generate_series(1, 5000) i"

static void
two_readers_take_turns(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    for (int in_block = 0; in_block < 2; in_block++) {
        rowan_statement *up = prepare(w.c, "select a, s from t order by a");
        rowan_statement *down = prepare(w.c, "select a, s from t order by a desc");
        if (in_block)
            exec(w.c, "begin");
        for (int i = 1; i <= 5000; i++) {
            char text[40];
            expect_row(up, i);
            expect_row(down, 5001 - i);
            snprintf(text, sizeof text, "the text of row number %d", i);
            assert_string_equal(rowan_column_text(up, 1), text);
        }
        assert_int_equal(rowan_step(up), ROWAN_DONE);
        assert_int_equal(rowan_step(down), ROWAN_DONE);
        if (in_block)
            exec(w.c, "commit");
        rowan_finalize(up);
        rowan_finalize(down);
    }
    world_close(&w);
}

/* The usual loop: rows of one statement, and for each some others by prepared statements. */
static void
others_run_for_each_row(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND ";create table log (a int primary key, s text)");
    for (int in_block = 0; in_block < 2; in_block++) {
        rowan_statement *all = prepare(w.c, "select a, s from t where a % 2 = 0 order by a");
        rowan_statement *get = prepare(w.c, "select s from t where a = $1");
        rowan_statement *put = prepare(w.c, "insert into log values ($1, $2)");
        rowan_statement *drop = prepare(w.c, "update t set s = 'changed' where a = $1");
        exec(w.c, in_block ? "begin; delete from log" : "delete from log");
        int64_t rows = 0;
        while (rowan_step(all) == ROWAN_ROW) {
            int64_t a = rowan_column_int64(all, 0);
            const char *text = rowan_column_text(all, 1);
            rowan_bind_int64(get, 1, a - 1);
            assert_int_equal(rowan_step(get), ROWAN_ROW);
            rowan_reset(get);
            rowan_bind_int64(put, 1, a);
            rowan_bind_text(put, 2, text, strlen(text));
            assert_int_equal(rowan_step(put), ROWAN_DONE);
            /* A later row of the reader: it goes on seeing what it saw. */
            rowan_bind_int64(drop, 1, a + 2);
            assert_int_equal(rowan_step(drop), ROWAN_DONE);
            rows++;
            if (rows % 1000 == 0)
                assert_int_equal(value_of(w.other, "select count(*) from log"),
                                 in_block ? 2500 : rows);
        }
        assert_int_equal(rows, 2500);
        if (in_block)
            exec(w.c, "commit");
        assert_int_equal(value_of(w.other, "select count(*) from log where s = 'changed'"),
                         in_block ? 2499 : 0);
        assert_int_equal(value_of(w.other, "select count(*) from t where s = 'changed'"), 2499);
        rowan_finalize(drop);
        rowan_finalize(all);
        rowan_finalize(put);
        rowan_finalize(get);
    }
    world_close(&w);
}

static void
a_block_goes_by_while_a_statement_is_read(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *all = prepare(w.c, "select a from t order by a");
    rowan_statement *inner = prepare(w.c, "select a from t order by a");
    for (int64_t i = 1; i <= 1500; i++)
        expect_row(all, i);
    exec(w.c, "begin");
    exec(w.c, "delete from t where a > 10");
    expect_row(inner, 1);
    for (int64_t i = 1501; i <= 3000; i++)
        expect_row(all, i);
    for (int64_t i = 2; i <= 10; i++)
        expect_row(inner, i);
    assert_int_equal(rowan_step(inner), ROWAN_DONE);
    assert_int_equal(value_of(w.c, "select count(*) from t"), 10);
    assert_int_equal(value_of(w.other, "select count(*) from t"), 5000);
    expect_row(all, 3001);
    exec(w.c, "commit");
    assert_int_equal(value_of(w.other, "select count(*) from t"), 10);
    exec(w.c, "begin; drop table t; commit");
    for (int64_t i = 3002; i <= 5000; i++)
        expect_row(all, i);
    assert_int_equal(rowan_step(all), ROWAN_DONE);
    expect_error(w.c, all, "42P01");
    world_close(&w);
}

static void
the_end_of_its_block_cuts_a_statement_off(void **state)
{
    (void)state;
    static const char *const ends[] = {"commit", "rollback"};
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *all = prepare(w.c, "select a, s, s::bytea from t order by a");
    for (int i = 0; i < 2; i++) {
        exec(w.c, "begin");
        expect_row(all, 1);
        expect_row(all, 2);
        exec(w.c, ends[i]);
        /* The row at hand can still be read. */
        assert_int_equal(rowan_column_int64(all, 0), 2);
        assert_string_equal(rowan_column_text(all, 1), "the text of row number 2");
        exec(w.c, "begin");
        expect_error(w.c, all, "24000");
        assert_int_equal(value_of(w.c, "select 7"), 7); /* the new block has not failed */
        exec(w.c, "commit");
        expect_row(all, 1); /* it runs anew */
        rowan_reset(all);
    }
    exec(w.c, "begin");
    expect_row(all, 1);
    assert_int_equal(rowan_exec(w.c, "select 1 / 0"), ROWAN_ERROR);
    expect_error(w.c, all, "24000");
    exec(w.c, "rollback");
    world_close(&w);
}

static void
savepoints_cut_off_what_began_in_them(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *before = prepare(w.c, "select a from t order by a");
    rowan_statement *within = prepare(w.c, "select a from t order by a");
    rowan_statement *wrong = prepare(w.c, "select 10 / (3 - a) from t order by a");
    exec(w.c, "begin");
    expect_row(before, 1);
    exec(w.c, "savepoint one");
    expect_row(within, 1);
    exec(w.c, "rollback to one");
    expect_error(w.c, within, "24000");
    expect_row(before, 2);
    expect_row(within, 1);
    exec(w.c, "savepoint two");
    expect_error(w.c, wrong, "22012");
    exec(w.c, "rollback to two");
    expect_row(within, 2);
    exec(w.c, "release one");
    expect_row(within, 3);
    expect_row(before, 3);
    exec(w.c, "commit");
    expect_error(w.c, before, "24000");
    world_close(&w);
}

/* An error outside of a block is its statement's alone. */
static void
errors_leave_other_statements_alone(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *all = prepare(w.c, "select a from t order by a");
    rowan_statement *wrong = prepare(w.c, "select 1 / (2000 - a) from t order by a");
    rowan_statement *twice = prepare(w.c, "insert into t values (1)");
    for (int64_t i = 1; i <= 1200; i++)
        expect_row(all, i);
    expect_row(wrong, 0);
    expect_error(w.c, twice, "23505");
    int code;
    while ((code = rowan_step(wrong)) == ROWAN_ROW)
        ;
    assert_int_equal(code, ROWAN_ERROR);
    assert_string_equal(rowan_sqlstate(w.c), "22012");
    assert_int_equal(rowan_exec(w.c, "syntax error"), ROWAN_ERROR);
    for (int64_t i = 1201; i <= 5000; i++)
        expect_row(all, i);
    assert_int_equal(rowan_step(all), ROWAN_DONE);
    world_close(&w);
}

/* What changes rows has done so, and committed, when its first row is there. */
static void
changes_are_done_with_the_first_row(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *add =
        prepare(w.c, "insert into t select i from generate_series(5001, 9000) i returning a");
    rowan_statement *drop = prepare(w.c, "delete from t where a > 8000 returning a");
    expect_row(add, 5001);
    assert_int_equal(rowan_changes(w.c), 4000);
    assert_int_equal(value_of(w.other, "select count(*) from t"), 9000);
    expect_row(drop, 8001);
    assert_int_equal(rowan_changes(w.c), 1000);
    for (int64_t i = 5002; i <= 9000; i++)
        expect_row(add, i);
    assert_int_equal(rowan_step(add), ROWAN_DONE);
    expect_row(drop, 8002);
    rowan_reset(drop);
    assert_int_equal(value_of(w.other, "select count(*) from t"), 8000);
    expect_error(w.c, add, "23505");
    exec(w.c, "begin");
    rowan_statement *most = prepare(w.c, "delete from t where a > 100 returning a");
    expect_row(most, 101);
    assert_int_equal(value_of(w.c, "select count(*) from t"), 100);
    exec(w.c, "rollback");
    assert_int_equal(value_of(w.c, "select count(*) from t"), 8000);
    world_close(&w);
}

static void
locked_rows_are_read_to_their_end(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *lock = prepare(w.c, "select a from t order by a for update");
    rowan_statement *set = prepare(w.c, "update t set s = '' where a = $1");
    for (int64_t i = 1; i <= 5000; i++) {
        expect_row(lock, i);
        rowan_bind_int64(set, 1, i);
        assert_int_equal(rowan_step(set), ROWAN_DONE);
    }
    assert_int_equal(rowan_step(lock), ROWAN_DONE);
    world_close(&w);
}

/* Joins keep rows of a page between batches: they are read ahead. */
static void
joins_are_paused_too(void **state)
{
    (void)state;
    static const char *const joins[] = {
        "select x.a, y.s from t x join t y on y.a = x.a and y.s like '%' || x.a order by x.a",
        "select x.a, y.s from t x, lateral (select s from t where t.a = x.a) y order by x.a",
        "select a, s, unnest(array[1]) from t order by a",
    };
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *get = prepare(w.c, "select s from t where a > $1 order by a limit 1");
    for (size_t j = 0; j < sizeof joins / sizeof *joins; j++) {
        rowan_statement *all = prepare(w.c, joins[j]);
        for (int64_t i = 1; i <= 5000; i++) {
            char text[40];
            expect_row(all, i);
            rowan_bind_int64(get, 1, i - 1);
            assert_int_equal(rowan_step(get), ROWAN_ROW);
            snprintf(text, sizeof text, "the text of row number %d", (int)i);
            assert_string_equal(rowan_column_text(get, 0), text);
            assert_string_equal(rowan_column_text(all, 1), text);
            rowan_reset(get);
        }
        assert_int_equal(rowan_step(all), ROWAN_DONE);
        rowan_finalize(all);
    }
    world_close(&w);
}

static void
pointers_stay_until_the_next_step(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    exec(w.c, "update t set b = s::bytea");
    rowan_statement *all = prepare(w.c, "select s, b from t order by a");
    assert_int_equal(rowan_step(all), ROWAN_ROW);
    size_t bytes;
    const char *text = rowan_column_text(all, 0);
    const void *blob = rowan_column_blob(all, 1, &bytes);
    exec(w.c, "delete from t");
    exec(w.c, "insert into t select i from generate_series(1, 5000) i");
    assert_string_equal(text, "the text of row number 1");
    assert_int_equal(bytes, strlen(text));
    assert_memory_equal(blob, text, bytes);
    assert_string_equal(rowan_column_text(all, 0), text);
    world_close(&w);
}

static void
statements_end_in_any_order(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    for (int order = 0; order < 24; order++) {
        rowan_statement *s[4];
        for (int i = 0; i < 4; i++) {
            s[i] = prepare(w.c, i == 2 ? "update t set b = null where a < 9 returning a"
                                       : "select a from t order by a");
            if (i == 1 && order % 5 == 1)
                exec(w.c, "begin");
            expect_row(s[i], 1);
        }
        for (int n = 4, code = order; n > 0; code /= n, n--) {
            int at = code % n;
            expect_row(s[at], 2);
            rowan_reset(s[at]);
            rowan_finalize(s[at]);
            s[at] = s[n - 1];
        }
        if (order % 5 == 1)
            exec(w.c, order % 2 ? "commit" : "rollback");
        assert_int_equal(value_of(w.c, "select count(*) from t"), 5000);
    }
    /* Or by the end of the connection. */
    for (int i = 0; i < 4; i++) {
        expect_row(prepare(w.c, "select a from t order by a"), 1);
        if (i == 1)
            exec(w.c, "begin");
    }
    world_close(&w);
}

static void
rows_of_other_commands_come_too(void **state)
{
    (void)state;
    struct world w = world_open(FIVE_THOUSAND);
    rowan_statement *show = prepare(w.c, "show work_mem");
    rowan_statement *explain = prepare(w.c, "explain select * from t order by s");
    assert_int_equal(rowan_step(explain), ROWAN_ROW);
    assert_int_equal(rowan_step(show), ROWAN_ROW);
    assert_string_equal(rowan_column_text(show, 0), "4MB");
    assert_int_equal(rowan_step(show), ROWAN_DONE);
    const char *line = "";
    while (strstr(line, "Seq Scan on t") == NULL) {
        assert_int_equal(rowan_step(explain), ROWAN_ROW);
        line = rowan_column_text(explain, 0);
    }
    rowan_statement *copy = prepare(w.c, "copy t from stdin");
    expect_error(w.c, copy, "0A000");
    assert_int_equal(value_of(w.c, "select count(*) from t"), 5000);
    world_close(&w);
}

/* ---- random histories ---- */

#define STATEMENTS 6
#define ROWS 3000
#define STEPS 40000

struct reader {
    rowan_statement *statement;
    int64_t version; /* that it must see; -1: not open */
    int64_t next;
    int block; /* that it began in; 0: none */
    bool is_cut;
};

/*
 * All rows have one value, the version, which one statement raises in all of them at once. What a
 * reader sees is the version that it began with, whatever came in between.
 */
struct history {
    struct world w;
    struct reader readers[STATEMENTS];
    int64_t version, committed;
    int block, block_count; /* the open one; 0: none */
    unsigned seed;
};

static int
draw(struct history *h, int limit)
{
    h->seed = h->seed * 1103515245u + 12345u;
    return (int)((h->seed >> 8) % (unsigned)limit);
}

static void
reader_step(struct history *h, struct reader *reader, int count)
{
    for (int i = 0; i < count; i++) {
        if (reader->version < 0) {
            reader->version = h->version;
            reader->next = 1;
            reader->block = h->block;
            reader->is_cut = false;
        }
        int code = rowan_step(reader->statement);
        if (reader->is_cut) {
            assert_int_equal(code, ROWAN_ERROR);
            assert_string_equal(rowan_sqlstate(h->w.c), "24000");
            reader->version = -1;
            return;
        }
        if (reader->next > ROWS) {
            assert_int_equal(code, ROWAN_DONE);
            reader->version = -1;
            return;
        }
        assert_int_equal(code, ROWAN_ROW);
        assert_int_equal(rowan_column_int64(reader->statement, 0), reader->next++);
        assert_int_equal(rowan_column_int64(reader->statement, 1), reader->version);
    }
}

static void
block_turn(struct history *h)
{
    if (h->block == 0) {
        exec(h->w.c, "begin");
        h->block = ++h->block_count;
        h->committed = h->version;
        return;
    }
    bool is_commit = draw(h, 2) == 0;
    exec(h->w.c, is_commit ? "commit" : "rollback");
    if (!is_commit)
        h->version = h->committed;
    for (int i = 0; i < STATEMENTS; i++)
        if (h->readers[i].version >= 0 && h->readers[i].block == h->block)
            h->readers[i].is_cut = true;
    h->block = 0;
}

static void
random_histories_show_each_what_it_began_with(void **state)
{
    (void)state;
    struct history h = {.seed = 20261122};
    h.w = world_open("create table t (a int primary key, v bigint);"
                     "insert into t select generate_series(1, 3000), 0");
    rowan_statement *raise = prepare(h.w.c, "update t set v = v + 1");
    for (int i = 0; i < STATEMENTS; i++) {
        h.readers[i] = (struct reader){.version = -1};
        h.readers[i].statement = prepare(h.w.c, "select a, v from t order by a");
    }
    for (int step = 0; step < STEPS; step++) {
        struct reader *reader = &h.readers[draw(&h, STATEMENTS)];
        int what = draw(&h, 400);
        if (what == 0) {
            block_turn(&h);
        } else if (what == 1) {
            assert_int_equal(rowan_step(raise), ROWAN_DONE);
            assert_int_equal(rowan_changes(h.w.c), ROWS);
            h.version++;
        } else if (what == 2) {
            rowan_reset(reader->statement);
            reader->version = -1;
        } else {
            reader_step(&h, reader, what < 200 ? 1 : what);
        }
    }
    assert_true(h.version > 20);
    world_close(&h.w);
}

/* What rowan_exec ran is over when it returns: for other connections too. */
static void
others_see_what_has_ended(void **state)
{
    (void)state;
    struct world w = world_open("create table t (a int)");
    assert_int_equal(value_of(w.other, "select count(*) from pg_stat_activity where state = "
                                       "'idle' and query like 'create table%'"),
                     1);
    exec(w.c, "begin; insert into t values (1)");
    assert_int_equal(value_of(w.other, "select count(*) from pg_stat_activity where state = "
                                       "'idle in transaction' and xact_start is not null"),
                     1);
    exec(w.c, "rollback");
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_readers_take_turns),
        cmocka_unit_test(others_run_for_each_row),
        cmocka_unit_test(a_block_goes_by_while_a_statement_is_read),
        cmocka_unit_test(the_end_of_its_block_cuts_a_statement_off),
        cmocka_unit_test(savepoints_cut_off_what_began_in_them),
        cmocka_unit_test(errors_leave_other_statements_alone),
        cmocka_unit_test(changes_are_done_with_the_first_row),
        cmocka_unit_test(locked_rows_are_read_to_their_end),
        cmocka_unit_test(joins_are_paused_too),
        cmocka_unit_test(pointers_stay_until_the_next_step),
        cmocka_unit_test(statements_end_in_any_order),
        cmocka_unit_test(rows_of_other_commands_come_too),
        cmocka_unit_test(others_see_what_has_ended),
        cmocka_unit_test(random_histories_show_each_what_it_began_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
