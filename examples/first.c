/*
 * first.c: a database in the program: a table, rows in one transaction, a query with a parameter.
 *
 *     cc first.c $(pkg-config --cflags --libs rowan) -o first
 *     ./first FILE|:memory:
 */
#include <rowan.h>
#include <stdio.h>

static int
fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

static int
fill(rowan_connection *connection)
{
    static const char *const names[] = {"rowan", "oak", "ash", "elm"};
    rowan_statement *insert;
    if (rowan_exec(connection, "CREATE TABLE IF NOT EXISTS tree (id int PRIMARY KEY, name text);"
                               "DELETE FROM tree; BEGIN") != ROWAN_OK)
        return fail("create", rowan_error(connection));
    if (rowan_prepare(connection, "INSERT INTO tree VALUES ($1, $2)", &insert) != ROWAN_OK)
        return fail("prepare", rowan_error(connection));
    for (int i = 0; i < 4; i++) {
        const char *end = names[i];
        while (*end != '\0')
            end++;
        rowan_bind_int64(insert, 1, i + 1);
        rowan_bind_text(insert, 2, names[i], (size_t)(end - names[i]));
        if (rowan_step(insert) != ROWAN_DONE)
            return fail("insert", rowan_error(connection));
    }
    rowan_finalize(insert);
    /* With the block's end the four rows are there, all or none, durably if it is a file. */
    if (rowan_exec(connection, "COMMIT") != ROWAN_OK)
        return fail("commit", rowan_error(connection));
    return 0;
}

static int
ask(rowan_connection *connection)
{
    rowan_statement *select;
    if (rowan_prepare(connection, "SELECT id, name FROM tree WHERE id > $1 ORDER BY name",
                      &select) != ROWAN_OK)
        return fail("prepare", rowan_error(connection));
    rowan_bind_int64(select, 1, 1);
    int code;
    while ((code = rowan_step(select)) == ROWAN_ROW)
        printf("%lld %s\n", (long long)rowan_column_int64(select, 0), rowan_column_text(select, 1));
    rowan_finalize(select);
    return code == ROWAN_DONE ? 0 : fail("select", rowan_error(connection));
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
    int result = fill(connection);
    if (result == 0)
        result = ask(connection);
    rowan_disconnect(connection);
    return rowan_close(db) == ROWAN_OK ? result : fail("close", "connections are left");
}
