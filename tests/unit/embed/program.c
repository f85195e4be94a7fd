/*
 * program.c: see program.h.
 */
#include "unit/embed/program.h"
#include "unit/unit.h"

void
exec(rowan_connection *connection, const char *sql)
{
    if (rowan_exec(connection, sql) != ROWAN_OK)
        fail_msg("%s: %s", sql, rowan_error(connection));
}

rowan_statement *
prepare(rowan_connection *connection, const char *sql)
{
    rowan_statement *statement;
    if (rowan_prepare(connection, sql, &statement) != ROWAN_OK)
        fail_msg("%s: %s", sql, rowan_error(connection));
    return statement;
}

int64_t
value_of(rowan_connection *connection, const char *sql)
{
    rowan_statement *statement = prepare(connection, sql);
    if (rowan_step(statement) != ROWAN_ROW)
        fail_msg("%s: %s", sql, rowan_error(connection));
    int64_t value = rowan_column_int64(statement, 0);
    rowan_finalize(statement);
    return value;
}
