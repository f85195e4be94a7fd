/*
 * test_shared_plans.c: a plan that the statement cache keeps outlives the session that made it.
 *
 * One session plans statements whose execution needs more than the plan (foreign keys' actions,
 * checks, types' names) and ends; others run the same texts. A sanitizer sees what the plan should
 * not have kept; without one the answers are compared.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "unit/session/client.h"

static const char *const statements[] = {
    "insert into parent values (7, 'seven')",
    "insert into child values (70, 7), (71, 7)",
    "update parent set id = 8 where id = 7",
    "delete from parent using (select 8 as n) x where id = n and exists (select 1)",
    "select id, name::varchar(2) from parent where id = 1",
};

static const char with_keys[] =
    "create table parent (id int primary key check (id > 0), name varchar(5));"
    "create table child (id int primary key, parent int references parent on delete cascade"
    " on update cascade)";

static void
must_run(struct client *client, const char *sql)
{
    if (!client_run(client, sql))
        fail_msg("%s: %s %s", sql, client->state, client->message);
}

static void
run_all(struct client *client)
{
    assert_true(client_connect(client, "main"));
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        must_run(client, statements[i]);
    must_run(client, "select * from child");
    assert_int_equal(client->row_count, 0);
    client_disconnect(client);
}

static void
plans_outlive_their_sessions(void **state)
{
    (void)state;
    struct error *error;
    struct client client = {.arena = arena_new(&(struct arena_options){.name = "test"})};
    struct engine_options options = {.path = ":memory:"};
    assert_non_null(client.arena);
    assert_true(engine_open(&options, client.arena, &client.engine, &error));
    assert_true(client_connect(&client, "main"));
    must_run(&client, with_keys);
    client_disconnect(&client);
    for (int i = 0; i < 4; i++)
        run_all(&client);
    engine_close(client.engine);
    arena_free(client.arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plans_outlive_their_sessions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
