/*
 * test_lifted.c: which simple queries run by the plan of their fingerprint, and that they share it.
 *
 * Method: queries in an open transaction, after which the cache is asked for the key.
 */
#include "unit/unit.h"

#include "session/planned.h"
#include "session/query.h"
#include "sql/fingerprint.h"
#include <stdio.h>

struct client {
    struct arena *arena;
    struct engine *engine;
    struct session *session;
    uint32_t row_count, error_count;
    char tag[64];
    int32_t value; /* of the last row's first column, an int4 */
};

static void
on_columns(void *object, const struct result_column *columns, uint32_t count)
{
    (void)object;
    (void)columns;
    (void)count;
}

static bool
on_rows(void *object, const struct session *session, const struct batch *batch)
{
    struct client *client = object;
    (void)session;
    client->row_count += batch->count;
    uint32_t at = batch->sel != NULL ? batch->sel[batch->count - 1] : batch->count - 1;
    if (batch->columns[0].phys == PHYS_I32)
        client->value = ((const int32_t *)batch->columns[0].data)[at];
    return true;
}

static void
on_complete(void *object, const char *tag)
{
    (void)snprintf(((struct client *)object)->tag, sizeof(((struct client *)object)->tag), "%s",
                   tag);
}

static void
on_error(void *object, const struct error *error)
{
    (void)error;
    ((struct client *)object)->error_count++;
}

static void
on_notice(void *object, const struct error *error)
{
    (void)object;
    (void)error;
}

static void
on_empty(void *object)
{
    (void)object;
}

static int
set_up(void **state)
{
    struct client *client = test_calloc(1, sizeof *client);
    client->arena = arena_new(&(struct arena_options){.name = "test"});
    struct error *error;
    struct engine_options options = {.path = ":memory:"};
    assert_true(engine_open(&options, client->arena, &client->engine, &error));
    struct session_options session = {
        .engine = client->engine,
        .branch = "main",
        .user = "postgres",
        .sink = {.object = client,
                 .columns = on_columns,
                 .rows = on_rows,
                 .complete = on_complete,
                 .empty = on_empty,
                 .error = on_error,
                 .notice = on_notice},
    };
    client->session = session_new(&session, client->arena, &error);
    assert_non_null(client->session);
    *state = client;
    return 0;
}

static int
tear_down(void **state)
{
    struct client *client = *state;
    session_free(client->session);
    engine_close(client->engine);
    arena_free(client->arena);
    test_free(client);
    return 0;
}

static void
run(struct client *client, const char *text)
{
    uint32_t errors = client->error_count;
    assert_int_equal(session_query(client->session, text), SESSION_READY);
    assert_int_equal(client->error_count, errors);
}

enum found { FOUND_NOT, FOUND_PLAN, FOUND_REFUSAL };

/* What the cache holds for a key; a transaction that has run a statement is open. */
static enum found
find(struct client *client, const char *text, uint32_t count, const oid *types)
{
    struct session *session = client->session;
    struct cache_key key = {.catalog_version = catalog_version(session->catalog),
                            .path_version = session->path_version,
                            .text = slice_text(text),
                            .param_count = count,
                            .param_types = types,
                            .is_lifted = true};
    assert_int_not_equal(key.catalog_version, 0);
    struct cache_entry *entry = statement_cache_find(session->engine->statements, &key);
    if (entry == NULL)
        return FOUND_NOT;
    enum found found = entry->program != NULL ? FOUND_PLAN : FOUND_REFUSAL;
    statement_cache_release(session->engine->statements, entry);
    return found;
}

static void
texts_that_differ_in_literals_share_a_plan(void **state)
{
    struct client *client = *state;
    run(client, "create table t (a int primary key, b text)");
    run(client, "insert into t values (1, 'one'), (2, 'two')");
    run(client, "begin");
    run(client, "select a from t where b = 'two'");
    assert_int_equal(client->value, 2);
    assert_string_equal(client->tag, "SELECT 1");
    const oid text = TYPE_UNKNOWN, number = TYPE_INT4, large = TYPE_INT8;
    assert_int_equal(find(client, "select a from t where b = $1", 1, &text), FOUND_PLAN);
    run(client, "select a from t where b = 'one'");
    assert_int_equal(client->value, 1);

    run(client, "select a from t where a = 2");
    assert_int_equal(find(client, "select a from t where a = $1", 1, &number), FOUND_PLAN);
    assert_int_equal(find(client, "select a from t where a = $1", 1, &large), FOUND_NOT);
    client->row_count = 0;
    run(client, "select a from t where a = 3000000000");
    assert_int_equal(client->row_count, 0);
    assert_int_equal(find(client, "select a from t where a = $1", 1, &large), FOUND_PLAN);
    run(client, "commit");
}

static void
what_literals_decide_is_planned_with_them(void **state)
{
    struct client *client = *state;
    const oid number = TYPE_INT4;
    run(client, "create table few (a int primary key, b int)");
    run(client, "create table many (a int primary key, b int)");
    run(client, "create index few_b on few (b) where b > 5");
    run(client, "insert into many select i, i from generate_series(1, 30000) i");
    run(client, "begin");
    run(client, "select a from few where b = 7");
    assert_int_equal(find(client, "select a from few where b = $1", 1, &number), FOUND_REFUSAL);
    run(client, "select a from many where b > 29990");
    assert_int_equal(find(client, "select a from many where b > $1", 1, &number), FOUND_REFUSAL);
    run(client, "select a from many where a = 29990");
    assert_int_equal(find(client, "select a from many where a = $1", 1, &number), FOUND_PLAN);
    run(client, "commit");
}

static void
a_key_that_cannot_be_analysed_is_left_to_the_text(void **state)
{
    struct client *client = *state;
    const oid number = TYPE_INT4;
    run(client, "begin");
    run(client, "select 1");
    run(client, "savepoint s");
    assert_int_equal(session_query(client->session, "select 1 from missing where a = 1"),
                     SESSION_READY);
    assert_int_equal(client->error_count, 1);
    run(client, "rollback to s");
    run(client, "select 1");
    const oid both[] = {number, number};
    assert_int_equal(find(client, "select $1 from missing where a = $2", 2, both), FOUND_REFUSAL);
    run(client, "rollback");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_that_differ_in_literals_share_a_plan, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_literals_decide_is_planned_with_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_cannot_be_analysed_is_left_to_the_text, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
