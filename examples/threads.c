/*
 * threads.c: several connections of one process to one database, each in a thread of its own.
 *
 *     cc threads.c $(pkg-config --cflags --libs rowan) -pthread -o threads
 *     ./threads FILE|:memory:
 *
 * Every thread counts up the same row. A commit that met another's asks for a second try with
 * SQLSTATE 40001 in REPEATABLE READ; in READ COMMITTED, as here, it waits for the row instead.
 */
#include <pthread.h>
#include <rowan.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS 50

static int
fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

/* Returns null if all went well. */
static void *
count_up(void *object)
{
    rowan_db *db = object;
    rowan_connection *connection;
    if (rowan_connect(db, NULL, &connection) != ROWAN_OK)
        return "connect";
    for (int i = 0; i < ROUNDS; i++) {
        if (rowan_exec(connection, "UPDATE counter SET n = n + 1") != ROWAN_OK) {
            fail("update", rowan_error(connection));
            rowan_disconnect(connection);
            return "update";
        }
    }
    rowan_disconnect(connection);
    return NULL;
}

int
main(int argc, char **argv)
{
    rowan_db *db;
    rowan_connection *connection;
    if (rowan_open(argc > 1 ? argv[1] : ":memory:", ROWAN_THREADS, &db) != ROWAN_OK)
        return fail("open", rowan_open_error(db));
    if (rowan_connect(db, NULL, &connection) != ROWAN_OK)
        return fail("connect", connection == NULL ? "no memory" : rowan_error(connection));
    if (rowan_exec(connection, "DROP TABLE IF EXISTS counter; CREATE TABLE counter (n int);"
                               "INSERT INTO counter VALUES (0)") != ROWAN_OK)
        return fail("fill", rowan_error(connection));

    pthread_t threads[THREADS];
    int started = 0, result = 0;
    while (started < THREADS && pthread_create(&threads[started], NULL, count_up, db) == 0)
        started++;
    for (int i = 0; i < started; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        if (failed != NULL)
            result = 1;
    }

    rowan_statement *select;
    if (rowan_prepare(connection, "SELECT n FROM counter", &select) != ROWAN_OK)
        return fail("prepare", rowan_error(connection));
    if (rowan_step(select) == ROWAN_ROW)
        printf("%lld\n", (long long)rowan_column_int64(select, 0));
    rowan_finalize(select);
    rowan_disconnect(connection);
    return rowan_close(db) == ROWAN_OK ? result : fail("close", "connections are left");
}
