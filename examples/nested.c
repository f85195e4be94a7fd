/*
 * nested.c: one statement is read while others run for each of its rows.
 *
 *     cc nested.c $(pkg-config --cflags --libs rowan) -o nested
 *     ./nested FILE|:memory:
 */
#include <rowan.h>
#include <stdio.h>

static int
fail(const char *what, rowan_connection *connection)
{
    fprintf(stderr, "%s: %s\n", what, connection == NULL ? "no memory" : rowan_error(connection));
    return 1;
}

static int
settle(rowan_connection *connection)
{
    rowan_statement *invoices, *account, *pay;
    if (rowan_prepare(connection,
                      "SELECT id, owner, amount FROM invoice WHERE NOT paid ORDER BY id",
                      &invoices) != ROWAN_OK ||
        rowan_prepare(connection,
                      "UPDATE account SET balance = balance - $2 WHERE owner = $1 AND "
                      "balance >= $2 RETURNING balance",
                      &account) != ROWAN_OK ||
        rowan_prepare(connection, "UPDATE invoice SET paid = true WHERE id = $1", &pay) != ROWAN_OK)
        return fail("prepare", connection);

    int code;
    while ((code = rowan_step(invoices)) == ROWAN_ROW) {
        int64_t id = rowan_column_int64(invoices, 0), owner = rowan_column_int64(invoices, 1);
        rowan_bind_int64(account, 1, owner);
        rowan_bind_int64(account, 2, rowan_column_int64(invoices, 2));
        if (rowan_step(account) == ROWAN_ROW) {
            printf("invoice %lld: %lld is left to owner %lld\n", (long long)id,
                   (long long)rowan_column_int64(account, 0), (long long)owner);
            rowan_bind_int64(pay, 1, id);
            if (rowan_step(pay) != ROWAN_DONE)
                return fail("pay", connection);
        } else {
            printf("invoice %lld: not enough\n", (long long)id);
        }
        rowan_reset(account);
    }
    rowan_finalize(pay);
    rowan_finalize(account);
    rowan_finalize(invoices);
    return code == ROWAN_DONE ? 0 : fail("invoices", connection);
}

int
main(int argc, char **argv)
{
    rowan_db *db;
    rowan_connection *connection;
    if (rowan_open(argc > 1 ? argv[1] : ":memory:", 0, &db) != ROWAN_OK) {
        fprintf(stderr, "open: %s\n", rowan_open_error(db));
        return 1;
    }
    if (rowan_connect(db, NULL, &connection) != ROWAN_OK ||
        rowan_exec(connection,
                   "DROP TABLE IF EXISTS invoice, account;"
                   "CREATE TABLE account (owner int PRIMARY KEY, balance int);"
                   "CREATE TABLE invoice (id int PRIMARY KEY, owner int, amount int,"
                   "                      paid bool DEFAULT false);"
                   "INSERT INTO account VALUES (1, 100), (2, 50);"
                   "INSERT INTO invoice VALUES (1, 1, 30), (2, 2, 70), (3, 1, 60), (4, 2, 50)") !=
            ROWAN_OK)
        return fail("create", connection);
    int result = settle(connection);
    rowan_disconnect(connection);
    rowan_close(db);
    return result;
}
