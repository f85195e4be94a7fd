/*
 * transaction.h: blocks, implicit transactions and savepoints over txn. All raise, but those that
 * end one.
 */
#pragma once

#include "session/session_int.h"

/* Opens a transaction if none is (25P02 if the block has failed) and brings the catalog up. */
void transaction_ensure(struct session *session);
/* Tells the open transaction how long it may wait for locks: after a change of settings. */
void transaction_wait_changed(struct session *session);
/* Begins a statement in it: newest snapshot (by isolation), statement memory reset, clock, timeout.
 */
void statement_begin(struct session *session);
/* Leaves the statement: its slices die. Also after an error. */
void statement_end(struct session *session);

/* BEGIN: turns an implicit transaction into a block. */
void transaction_block(struct session *session, const struct transaction *modes);
/* SET TRANSACTION. */
void transaction_set_modes(struct session *session, const struct transaction *modes);

/*
 * Hands the open transaction to the writer, or waits (wait, or no on_commit function). Afterwards
 * there is none. SESSION_COMMITS: `step` says how session_resume goes on. tag: told to the sink at
 * success; null: nothing is. SESSION_READY: done, errors told.
 */
enum session_state transaction_commit(struct session *session, enum commit_step step,
                                      const char *tag, bool wait);
/* After SESSION_COMMITS, when the commit is done: tells the sink how it went. */
void transaction_resume(struct session *session);
void transaction_rollback(struct session *session);
/* Puts an implicit transaction that leaves no trace aside, for the next one to begin with; false:
 * it must be ended. Its portals end either way, if it has no cursors WITH HOLD. */
bool transaction_park(struct session *session);
/* Ends the one put aside. */
void transaction_unpark(struct session *session);
/* After an error: rolls back to where the client may go on from, and sets the state. */
void transaction_fail(struct session *session);

void savepoint_begin(struct session *session, const char *name);
void savepoint_release(struct session *session, const char *name);
void savepoint_rollback(struct session *session, const char *name);
/* The depth of savepoints, for settings' undo. */
uint32_t savepoint_depth(const struct session *session);

/* Raises 25006 in a read-only transaction; `what` is the command's name. */
void transaction_need_write(struct session *session, const char *what);
