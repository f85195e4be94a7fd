/*
 * test_timeouts.c: statement_timeout where a program has several statements under way.
 *
 * Goal: each statement has its own time, whatever runs between its steps. Method: the server's tick
 * is called here, when a statement's time is over and when it is not.
 */
#include "base/clock.h"
#include "unit/session/client.h"
#include "unit/unit.h"

#define LONG_TEXT "select i from generate_series(1, 100000) i"
#define OTHER_TEXT "select i + 1 from generate_series(1, 100000) i"
#define SHORT_TIME_US 20000

struct run {
    struct statement *statement;
    struct statement_rows rows;
};

struct bench {
    struct client client;
    struct run outer, inner;
};

static void
must(struct bench *bench, const char *sql)
{
    if (!client_run(&bench->client, sql))
        fail_msg("%s: %s", sql, bench->client.message);
}

static int
bench_open(void **state)
{
    static struct bench bench;
    struct error *error;
    struct engine_options options = {.path = ":memory:"};
    bench = (struct bench){.client.arena = arena_new(&(struct arena_options){.name = "test"})};
    assert_true(engine_open(&options, bench.client.arena, &bench.client.engine, &error));
    assert_true(client_connect(&bench.client, "main"));
    struct session *session = bench.client.session;
    bench.outer.statement = session_prepare(session, LONG_TEXT, 0, NULL);
    bench.inner.statement = session_prepare(session, OTHER_TEXT, 0, NULL);
    *state = &bench;
    return 0;
}

static int
bench_close(void **state)
{
    struct bench *bench = *state;
    statement_free(bench->outer.statement);
    statement_free(bench->inner.statement);
    client_disconnect(&bench->client);
    engine_close(bench->client.engine);
    arena_free(bench->client.arena);
    return 0;
}

static void
begin(struct run *run)
{
    assert_true(statement_open(run->statement, NULL, NULL, &run->rows));
    assert_true(statement_next(run->statement));
    assert_non_null(run->rows.batch);
}

static void
read_to_end(struct run *run)
{
    while (run->rows.batch != NULL)
        assert_true(statement_next(run->statement));
}

static void
expect_timeout(struct bench *bench, struct run *run)
{
    bool is_good = true;
    bench->client.state[0] = '\0';
    while (is_good && run->rows.batch != NULL)
        is_good = statement_next(run->statement);
    assert_false(is_good);
    assert_string_equal(bench->client.state, "57014");
    assert_string_equal(bench->client.message, "canceling statement due to statement timeout");
    statement_close(run->statement);
}

static void
a_nested_end_leaves_the_outer_its_time(void **state)
{
    struct bench *bench = *state;
    for (int in_block = 0; in_block < 2; in_block++) {
        must(bench, in_block ? "begin; set statement_timeout = 20" : "set statement_timeout = 20");
        begin(&bench->outer);
        must(bench, "set statement_timeout = 0");
        begin(&bench->inner);
        clock_sleep_us(SHORT_TIME_US);
        (void)engine_tick(bench->client.engine);
        read_to_end(&bench->inner); /* that time was not this one's */
        assert_true(statement_next(bench->outer.statement));
        assert_true(engine_tick(bench->client.engine));
        expect_timeout(bench, &bench->outer);
        if (in_block)
            must(bench, "rollback");
    }
}

static void
time_that_was_over_is_not_forgotten(void **state)
{
    struct bench *bench = *state;
    must(bench, "set statement_timeout = 20");
    begin(&bench->outer);
    clock_sleep_us(SHORT_TIME_US);
    (void)engine_tick(bench->client.engine);
    must(bench, "set statement_timeout = 0");
    assert_true(statement_next(bench->outer.statement));
    assert_true(engine_tick(bench->client.engine));
    expect_timeout(bench, &bench->outer);
}

static void
a_nested_timeout_ends_that_one_alone(void **state)
{
    struct bench *bench = *state;
    begin(&bench->outer);
    must(bench, "set statement_timeout = 20");
    begin(&bench->inner);
    clock_sleep_us(SHORT_TIME_US);
    assert_true(engine_tick(bench->client.engine));
    expect_timeout(bench, &bench->inner);
    read_to_end(&bench->outer);
    must(bench, "set statement_timeout = 0");
}

static void
a_closed_statement_has_no_time(void **state)
{
    struct bench *bench = *state;
    must(bench, "set statement_timeout = 20");
    begin(&bench->outer);
    statement_close(bench->outer.statement);
    assert_false(engine_tick(bench->client.engine));
    must(bench, "set statement_timeout = 0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_nested_end_leaves_the_outer_its_time, bench_open,
                                        bench_close),
        cmocka_unit_test_setup_teardown(time_that_was_over_is_not_forgotten, bench_open,
                                        bench_close),
        cmocka_unit_test_setup_teardown(a_nested_timeout_ends_that_one_alone, bench_open,
                                        bench_close),
        cmocka_unit_test_setup_teardown(a_closed_statement_has_no_time, bench_open, bench_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
