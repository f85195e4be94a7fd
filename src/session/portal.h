/*
 * portal.h: executions that stop between rows, and what becomes of them when transactions end.
 */
#pragma once

#include "session/session_int.h"

struct portal *portal_find(struct session *session, const char *name); /* null: none */
/* A new one of the name; "" takes the unnamed one's place; another name must be free (42P03). Null:
 * an embedding program's, without one; when its transaction ends it is cut off, not freed. */
struct portal *portal_new(struct session *session, const char *name);
void portal_free(struct portal *portal);
/* Takes it out of the session's list, if it is there: no transaction's end concerns it then. */
void portal_unlink(struct portal *portal);
/* A portal bound from the statement goes; perhaps the statement has waited for that. */
void statement_unbind(struct statement *statement, const struct portal *portal);
/* Ends the execution; the portal stays, with nothing more to give. */
void portal_stop(struct portal *portal);

/* Begins anew, with the rows that it saw first. */
void portal_restart(struct portal *portal);

/* Before the transaction's commit: held cursors keep their rows from now on (raises on failure: the
 * commit is not done). */
void portals_hold(struct session *session);
/* At its end, either way: all others go. */
void portals_end_transaction(struct session *session);
/* In a failed block with savepoints: what failed, or began after the innermost, cannot go on. */
void portals_fail_savepoint(struct session *session);
/* After ROLLBACK TO: portals made since the savepoint go. After RELEASE: they are the outer's. */
void portals_undo_savepoint(struct session *session, uint32_t savepoint);
void portals_release_savepoint(struct session *session, uint32_t savepoint);

/*
 * Puts out up to `limit` (0: all) rows of a started or fresh portal to the sink. True: the limit
 * was reached. Raises. The transaction is open and a statement has begun.
 */
bool portal_run(struct portal *portal, uint64_t limit, uint64_t *row_count);
/* Rows to the sink, without what a cursor's query puts out for itself. */
void portal_put_rows(struct portal *portal, const struct batch *batch);
/* The next batch of at most `limit` rows; null: the end. Raises. */
const struct batch *portal_next(struct portal *portal, uint64_t limit);
