/*
 * test_in_place.c: small commits of a database in memory change pages where they are, and nobody
 * sees it who must not.
 *
 * Random small transactions on a table with an index, against a model of each branch. At random
 * moments a branch is forked off, another connection reads (with a snapshot that it keeps, or not),
 * or one is merely there. Each branch, and each snapshot, must show what the model had.
 */
#include "unit/embed/program.h"
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

#define KEYS 700
#define BRANCHES 3
#define ROUNDS 12000

struct rows {
    int32_t value[KEYS]; /* 0: no row */
};

struct line {
    rowan_connection *c;
    rowan_statement *begin, *commit, *rollback, *put, *set, *drop;
    struct rows rows;
};

struct world {
    rowan_db *db;
    struct line lines[BRANCHES];
    uint32_t line_count;
    rowan_connection *reader;
    struct rows seen;
    bool has_snapshot;
    unsigned seed;
};

static uint32_t
draw(struct world *w, uint32_t limit)
{
    w->seed = w->seed * 1103515245u + 12345u;
    return (w->seed >> 8) % limit;
}

static void
run(struct line *line, rowan_statement *statement, uint32_t key, int32_t value)
{
    if (rowan_param_count(statement) > 0)
        rowan_bind_int64(statement, 1, key);
    if (rowan_param_count(statement) > 1)
        rowan_bind_int64(statement, 2, value);
    if (rowan_step(statement) != ROWAN_DONE)
        fail_msg("%s", rowan_error(line->c));
}

static void
line_open(struct world *w, const char *branch)
{
    struct line *line = &w->lines[w->line_count++];
    if (rowan_connect(w->db, branch, &line->c) != ROWAN_OK)
        fail_msg("%s", rowan_error(line->c));
}

static void
line_prepare(struct line *line)
{
    line->begin = prepare(line->c, "begin");
    line->commit = prepare(line->c, "commit");
    line->rollback = prepare(line->c, "rollback");
    line->put = prepare(line->c, "insert into t values ($1, $2, repeat('x', $2 % 90))");
    line->set = prepare(line->c, "update t set v = $2, s = repeat('y', $2 % 90) where k = $1");
    line->drop = prepare(line->c, "delete from t where k = $1");
}

static void
check_rows(rowan_connection *c, const struct rows *rows)
{
    uint32_t count = 0;
    rowan_statement *all = prepare(c, "select k, v, length(s) from t order by k");
    for (uint32_t k = 0; k < KEYS; k++) {
        if (rows->value[k] == 0)
            continue;
        count++;
        assert_int_equal(rowan_step(all), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(all, 0), k);
        assert_int_equal(rowan_column_int64(all, 1), rows->value[k]);
        assert_int_equal(rowan_column_int64(all, 2), rows->value[k] % 90);
    }
    assert_int_equal(rowan_step(all), ROWAN_DONE);
    rowan_finalize(all);
    static const char *const counts[] = {"select count(*) from t",
                                         "select count(*) from t where v > 0"};
    for (int i = 0; i < 2; i++) {
        rowan_statement *one = prepare(c, counts[i]);
        assert_int_equal(rowan_step(one), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(one, 0), count);
        rowan_finalize(one);
    }
}

/* One to three changes, by themselves or in a block that may be rolled back. */
static void
write_some(struct world *w, struct line *line)
{
    struct rows before = line->rows;
    uint32_t count = 1 + draw(w, 3);
    bool in_block = count > 1 || draw(w, 2) == 0;
    if (in_block)
        run(line, line->begin, 0, 0);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = draw(w, KEYS);
        int32_t value = 1 + (int32_t)draw(w, 100000);
        bool is_there = line->rows.value[key] != 0, is_drop = is_there && draw(w, 3) == 0;
        run(line, is_drop ? line->drop : is_there ? line->set : line->put, key, value);
        line->rows.value[key] = is_drop ? 0 : value;
    }
    bool is_undone = in_block && draw(w, 8) == 0;
    if (in_block)
        run(line, is_undone ? line->rollback : line->commit, 0, 0);
    if (is_undone)
        line->rows = before;
}

static void
reader_turn(struct world *w)
{
    if (w->reader == NULL) {
        assert_int_equal(rowan_connect(w->db, NULL, &w->reader), ROWAN_OK);
    } else if (w->has_snapshot) {
        check_rows(w->reader, &w->seen);
        exec(w->reader, "commit");
        w->has_snapshot = false;
    } else if (draw(w, 3) == 0) {
        rowan_disconnect(w->reader);
        w->reader = NULL;
    } else if (draw(w, 2) == 0) {
        check_rows(w->reader, &w->lines[0].rows);
    } else {
        exec(w->reader, "begin isolation level repeatable read");
        check_rows(w->reader, &w->lines[0].rows);
        w->seen = w->lines[0].rows;
        w->has_snapshot = true;
    }
}

static void
fork_one(struct world *w)
{
    char name[16];
    snprintf(name, sizeof name, "side%u", w->line_count);
    uint32_t from = draw(w, w->line_count);
    const char *source = from == 0 ? "main" : from == 1 ? "side1" : "side2";
    if (rowan_branch_create(w->lines[0].c, name, source) != ROWAN_OK)
        fail_msg("%s", rowan_error(w->lines[0].c));
    struct line *line = &w->lines[w->line_count];
    line_open(w, name);
    line->rows = w->lines[from].rows;
    line_prepare(line);
}

static void
everybody_sees_what_he_should(void **state)
{
    (void)state;
    struct world w = {.seed = 7};
    assert_int_equal(rowan_open(NULL, 0, &w.db), ROWAN_OK);
    line_open(&w, NULL);
    exec(w.lines[0].c, "create table t (k int primary key, v int, s text); create index on t (v)");
    line_prepare(&w.lines[0]);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        write_some(&w, &w.lines[draw(&w, w.line_count)]);
        if (round % 200 == 0)
            reader_turn(&w);
        if (round % (ROUNDS / BRANCHES) == 0 && w.line_count < BRANCHES)
            fork_one(&w);
        if (round % 500 == 0)
            for (uint32_t i = 0; i < w.line_count; i++)
                check_rows(w.lines[i].c, &w.lines[i].rows);
    }
    if (w.reader != NULL)
        rowan_disconnect(w.reader);
    for (uint32_t i = 0; i < w.line_count; i++)
        rowan_disconnect(w.lines[i].c);
    assert_int_equal(rowan_close(w.db), ROWAN_OK);
}

/* With nobody else there, from an empty table to many leaves and back. */
static void
a_table_grows_and_shrinks_alone(void **state)
{
    (void)state;
    struct world w = {.seed = 3};
    assert_int_equal(rowan_open(NULL, 0, &w.db), ROWAN_OK);
    line_open(&w, NULL);
    struct line *line = &w.lines[0];
    exec(line->c, "create table t (k int primary key, v int, s text)");
    line_prepare(line);
    for (int32_t i = 0; i < 20000; i++)
        run(line, line->put, (uint32_t)(i * 7919 % 20000), i + 1);
    for (int32_t i = 0; i < 20000; i++)
        run(line, line->set, (uint32_t)(i * 104729 % 20000), 20000 - i);
    rowan_statement *sum = prepare(line->c, "select sum(v), count(*), count(distinct k) from t");
    for (int32_t left = 20000; left > 0; left -= 100) {
        assert_int_equal(rowan_step(sum), ROWAN_ROW);
        assert_int_equal(rowan_column_int64(sum, 0), (int64_t)left * (left + 1) / 2);
        assert_int_equal(rowan_column_int64(sum, 1), left);
        assert_int_equal(rowan_column_int64(sum, 2), left);
        rowan_reset(sum);
        for (int32_t i = 0; i < 100; i++) /* the rows with the greatest v */
            run(line, line->drop, (uint32_t)((int64_t)(20000 - left + i) * 104729 % 20000), 0);
    }
    assert_int_equal(rowan_step(sum), ROWAN_ROW);
    assert_int_equal(rowan_column_int64(sum, 1), 0);
    rowan_disconnect(line->c);
    assert_int_equal(rowan_close(w.db), ROWAN_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_sees_what_he_should),
        cmocka_unit_test(a_table_grows_and_shrinks_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
