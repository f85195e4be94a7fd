/*
 * database.h: a small database in memory for fuzzers that run SQL.
 *
 * It is made again every so often, so that what inputs leave behind cannot gather. Statements end
 * after STATEMENT_MS, and have QUERY_MEMORY.
 */
#pragma once

#include "unit/session/client.h"

/*
 * A client of the database in a fresh branch of main, which holds the tables of fuzz_sql.c's scope
 * with some rows: t, u, w, v and a sequence. The client is the caller's until the next call.
 */
struct client *fuzz_client(void);

/* What must hold when a client has run anything: no error of our own, and it goes on. */
void fuzz_client_judge(struct client *client, struct slice input);
