/*
 * branches.c: a private copy of a database for an experiment, made in no time and thrown away.
 *
 *     cc branches.c $(pkg-config --cflags --libs rowan) -o branches
 *     ./branches FILE|:memory:
 */
#include <rowan.h>
#include <stdio.h>

static int
fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

/* The sum of all balances on a branch; -1 on a failure. */
static long long
sum(rowan_db *db, const char *branch)
{
    rowan_connection *connection;
    rowan_statement *select;
    long long total = -1;
    if (rowan_connect(db, branch, &connection) == ROWAN_OK &&
        rowan_prepare(connection, "SELECT sum(balance) FROM account", &select) == ROWAN_OK) {
        if (rowan_step(select) == ROWAN_ROW)
            total = rowan_column_int64(select, 0);
        rowan_finalize(select);
    }
    rowan_disconnect(connection);
    return total;
}

/* Doubles all balances, on the branch alone. */
static int
experiment(rowan_db *db, const char *branch)
{
    rowan_connection *connection;
    int result = 0;
    if (rowan_connect(db, branch, &connection) != ROWAN_OK ||
        rowan_exec(connection, "UPDATE account SET balance = balance * 2") != ROWAN_OK)
        result = fail("experiment", rowan_error(connection));
    rowan_disconnect(connection);
    return result;
}

int
main(int argc, char **argv)
{
    rowan_db *db;
    rowan_connection *connection;
    if (rowan_open(argc > 1 ? argv[1] : ":memory:", 0, &db) != ROWAN_OK)
        return fail("open", rowan_open_error(db));
    if (rowan_connect(db, NULL, &connection) != ROWAN_OK)
        return fail("connect", connection == NULL ? "no memory" : rowan_error(connection));
    if (rowan_exec(connection,
                   "DROP TABLE IF EXISTS account;"
                   "CREATE TABLE account (id int PRIMARY KEY, balance bigint);"
                   "INSERT INTO account SELECT i, 100 FROM generate_series(1, 1000) i") != ROWAN_OK)
        return fail("fill", rowan_error(connection));

    if (rowan_branch_create(connection, "experiment", "main") != ROWAN_OK)
        return fail("branch", rowan_error(connection));
    if (experiment(db, "experiment") != 0)
        return 1;
    printf("main %lld\n", sum(db, "main"));
    printf("experiment %lld\n", sum(db, "experiment"));
    if (rowan_branch_drop(connection, "experiment") != ROWAN_OK)
        return fail("drop", rowan_error(connection));
    rowan_disconnect(connection);
    return rowan_close(db) == ROWAN_OK ? 0 : fail("close", "connections are left");
}
