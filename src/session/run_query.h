/*
 * run_query.h: queries that the session itself asks, as SQL text: for ANALYZE, constraints,
 * definitions.
 */
#pragma once

#include "session/session_int.h"

/* Opens a SELECT over the session's open statement; in `arena`. Raises. */
struct inner_query *inner_query_open(struct session *session, struct arena *arena, const char *sql);
/* What the SELECT's column is, from 0. */
oid inner_query_type(const struct inner_query *query, uint32_t column, int32_t *typmod);
/* The next rows; false at the end. They die at the next call. */
bool inner_query_next(struct inner_query *query, struct batch *batch);
struct exec *inner_query_exec(struct inner_query *query);
void inner_query_close(struct inner_query *query);
