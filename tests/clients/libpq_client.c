/*
 * libpq_client.c: libpq itself against a served database: binary parameters and results, rows one
 * by one, pipelines, COPY, cancelling, what the connection says of the server.
 *
 * usage: libpq_client CONNINFO; prints "ok NAME" or "FAIL NAME: why" a check.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static void
report(const char *name, bool is_good, const char *why)
{
    failures += !is_good;
    if (is_good)
        printf("ok %s\n", name);
    else
        printf("FAIL %s: %s\n", name, why);
}

static bool
run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void
binary_goes_both_ways(PGconn *c)
{
    uint32_t number = htonl(41);
    const char *values[] = {(const char *)&number, "text"};
    const int lengths[] = {4, 4}, formats[] = {1, 0};
    const Oid types[] = {23, 25};
    PGresult *r = PQexecParams(c, "SELECT $1 + 1, $2 || '!', NULL::int8", 2, types, values, lengths,
                               formats, 1);
    bool is_good = PQntuples(r) == 1 && PQfformat(r, 0) == 1 && PQgetlength(r, 0, 0) == 4 &&
                   ntohl(*(const uint32_t *)(const void *)PQgetvalue(r, 0, 0)) == 42 &&
                   strcmp(PQgetvalue(r, 0, 1), "text!") == 0 && PQgetisnull(r, 0, 2);
    report("binary_goes_both_ways", is_good, PQerrorMessage(c));
    PQclear(r);
}

static void
statements_are_described(PGconn *c)
{
    PQclear(PQprepare(c, "s", "SELECT a::numeric(8,3), $1::date FROM generate_series(1, 2) a", 0,
                      NULL));
    PGresult *r = PQdescribePrepared(c, "s");
    bool is_good = PQnparams(r) == 1 && PQparamtype(r, 0) == 1082 && PQnfields(r) == 2 &&
                   PQftype(r, 0) == 1700 && PQfmod(r, 0) == ((8 << 16) | 3) + 4;
    report("statements_are_described", is_good, PQerrorMessage(c));
    PQclear(r);
}

static void
rows_come_one_by_one(PGconn *c)
{
    int count = 0;
    PQsendQuery(c, "SELECT * FROM generate_series(1, 5000)");
    PQsetSingleRowMode(c);
    for (PGresult *r; (r = PQgetResult(c)) != NULL; PQclear(r))
        count += PQresultStatus(r) == PGRES_SINGLE_TUPLE;
    report("rows_come_one_by_one", count == 5000, PQerrorMessage(c));
}

/* A failed query in a pipeline fails those up to the next sync, and no further ones. */
static void
pipelines_fail_to_the_next_sync(PGconn *c)
{
    int good = 0, bad = 0, aborted = 0, syncs = 0;
    PQenterPipelineMode(c);
    PQsendQueryParams(c, "SELECT 1", 0, NULL, NULL, NULL, NULL, 0);
    PQsendQueryParams(c, "SELECT 1/0", 0, NULL, NULL, NULL, NULL, 0);
    PQsendQueryParams(c, "SELECT 2", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(c);
    PQsendQueryParams(c, "SELECT 3", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(c);
    while (syncs < 2) {
        PGresult *r = PQgetResult(c);
        ExecStatusType status = PQresultStatus(r);
        if (r != NULL) {
            good += status == PGRES_TUPLES_OK;
            bad += status == PGRES_FATAL_ERROR;
            aborted += status == PGRES_PIPELINE_ABORTED;
            syncs += status == PGRES_PIPELINE_SYNC;
        } else if (PQstatus(c) != CONNECTION_OK) {
            break;
        }
        PQclear(r);
    }
    PQexitPipelineMode(c);
    report("pipelines_fail_to_the_next_sync", good == 2 && bad == 1 && aborted == 1 && syncs == 2,
           PQerrorMessage(c));
}

static void
copy_goes_both_ways(PGconn *c)
{
    run(c, "CREATE TABLE libpq(a int, b text)");
    PQclear(PQexec(c, "COPY libpq FROM STDIN"));
    PQputCopyData(c, "1\tone\n2\t\\N\n", 11);
    PQputCopyEnd(c, NULL);
    PGresult *r = PQgetResult(c);
    bool is_good = strcmp(PQcmdTuples(r), "2") == 0;
    PQclear(r);
    PQclear(PQgetResult(c));
    PQclear(PQexec(c, "COPY (SELECT * FROM libpq ORDER BY a) TO STDOUT"));
    char text[64] = "";
    size_t used = 0;
    char *line;
    for (int bytes; (bytes = PQgetCopyData(c, &line, 0)) > 0; PQfreemem(line)) {
        memcpy(text + used, line, (size_t)bytes);
        used += (size_t)bytes;
    }
    PQclear(PQgetResult(c));
    PQclear(PQgetResult(c));
    report("copy_goes_both_ways", is_good && strcmp(text, "1\tone\n2\t\\N\n") == 0, text);
}

static void
a_running_query_is_cancelled(PGconn *c)
{
    char error[256] = "";
    PGcancel *cancel = PQgetCancel(c);
    PQsendQuery(c, "SELECT pg_sleep(30)");
    usleep(300000); /* a cancel that comes before the query does is lost, by the protocol's rules */
    bool is_good = PQcancel(cancel, error, sizeof error) == 1;
    PGresult *r = PQgetResult(c);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    is_good &= state != NULL && strcmp(state, "57014") == 0;
    PQclear(r);
    PQclear(PQgetResult(c));
    PQfreeCancel(cancel);
    report("a_running_query_is_cancelled", is_good, error);
}

static void
errors_name_what_they_are_about(PGconn *c)
{
    run(c, "CREATE TABLE checked(a int CONSTRAINT small CHECK (a < 5))");
    PGresult *r = PQexec(c, "INSERT INTO checked VALUES (7)");
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *name = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
    const char *table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
    bool is_good = state != NULL && strcmp(state, "23514") == 0 && name != NULL &&
                   strcmp(name, "small") == 0 && table != NULL && strcmp(table, "checked") == 0;
    report("errors_name_what_they_are_about", is_good, PQresultErrorMessage(r));
    PQclear(r);
    r = PQexec(c, "SELECT 1 +");
    const char *position = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
    report("errors_have_a_position", position != NULL && strcmp(position, "11") == 0,
           PQresultErrorMessage(r));
    PQclear(r);
}

static void
the_server_tells_its_parameters(PGconn *c)
{
    const char *strings = PQparameterStatus(c, "standard_conforming_strings");
    bool is_good = PQserverVersion(c) / 10000 == 15 && strings != NULL &&
                   strcmp(strings, "on") == 0 && PQprotocolVersion(c) == 3;
    report("the_server_tells_its_parameters", is_good, PQerrorMessage(c));
    run(c, "SET application_name = 'changed'");
    report("changed_parameters_are_told",
           strcmp(PQparameterStatus(c, "application_name"), "changed") == 0, "not told");
    run(c, "BEGIN");
    bool in_block = PQtransactionStatus(c) == PQTRANS_INTRANS;
    run(c, "SELECT 1/0");
    bool is_failed = PQtransactionStatus(c) == PQTRANS_INERROR;
    run(c, "ROLLBACK");
    report("transaction_states_are_told",
           in_block && is_failed && PQtransactionStatus(c) == PQTRANS_IDLE, "wrong state");
}

int
main(int count, char **arguments)
{
    PGconn *c = PQconnectdb(count > 1 ? arguments[1] : "");
    if (PQstatus(c) != CONNECTION_OK) {
        printf("FAIL connect: %s", PQerrorMessage(c));
        return 1;
    }
    binary_goes_both_ways(c);
    statements_are_described(c);
    rows_come_one_by_one(c);
    pipelines_fail_to_the_next_sync(c);
    copy_goes_both_ways(c);
    a_running_query_is_cancelled(c);
    errors_name_what_they_are_about(c);
    the_server_tells_its_parameters(c);
    PQfinish(c);
    return failures != 0;
}
