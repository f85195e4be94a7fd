/*
 * query.h: what simple and prepared statements share.
 */
#pragma once

#include "session/session_int.h"

struct cache_entry;
struct query;

/* What every function of session.h begins with: the clock is read, the thread's notices go to this
 * session. Returns the sink before. */
struct notice_sink session_enter(struct session *session);
/* The same without a look at the clock. */
struct notice_sink session_take_notices(struct session *session);
/* An error has been caught: tells the client and leaves the transaction as the error does. */
void session_fail(struct session *session, const struct error *error);
/* Adds to an error that the file's state may have caused why the file is not written to. */
void error_explain(const struct session *session, struct error *error);
/* The statement's timeout counts from here; a cancel that came before is forgotten. Raises if the
 * session is to end. */
void session_arm(struct session *session);
void session_disarm(struct session *session);
/* The same for a while: returns what session_rearm needs to let the timeout go on. What another
 * statement's timeout has ended in between is over: it does not end this one. */
int64_t session_disarm_paused(struct session *session);
void session_rearm(struct session *session, int64_t deadline_us);

/* A command's tag: its verb ("INSERT 0") and how many rows. */
const char *session_count_tag(struct arena *arena, const char *verb, uint64_t count);

/* True for BEGIN, COMMIT, SAVEPOINT and kin, by their first word: they need no snapshot and work in
 * failed blocks. */
bool session_is_control(struct slice source);
/* A simple query of several statements is under way: to statements that ask, a block. */
bool session_is_in_list(const struct session *session);
enum session_state session_run_control(struct session *session, const struct utility *utility);

/* What an execution in the session's open statement needs, without parameters; its memory is in
 * `arena`. */
struct exec_context session_exec_context(struct session *session, struct arena *arena);

/* Parameters of an execution: the literals that were lifted out of its text. */
struct query_params {
    uint32_t count;
    const union datum *values;
    const bool *nulls;
};

/*
 * Runs a planned query whole, as a statement of a simple query, and ends it; params null: none. The
 * entry is held by the caller at least until the statement's memory is reset. is_last: its tag
 * waits for the commit of the implicit transaction.
 */
enum session_state session_run_planned(struct session *session, struct cache_entry *entry,
                                       const struct query_params *params, bool is_last);

/* Lets go of an entry that the caller holds when the statement's memory is reset. */
void session_release_later(struct session *session, struct cache_entry *entry);

/* ---- prepared statements, for PREPARE and EXECUTE too. All raise. ---- */
struct statement *statement_get(struct session *session, const char *name); /* 26000 */
/* name null: not found by name. */
struct statement *statement_make(struct session *session, const char *name, struct slice text,
                                 uint32_t param_count, const oid *param_types);
/* Brings the statement's plan up to date; null for a utility, analysed into *utility (in `arena`).
 */
struct cache_entry *statement_plan(struct statement *statement, struct arena *arena,
                                   struct query **utility);
/* What the short path keeps open; the statement may go on to be run. */
void statement_close_point(struct statement *statement);
/* The analysed form of BEGIN and kin; null: it is not one of them. In `arena`, or, if that is null,
 * kept with the statement. */
const struct utility *statement_control(struct statement *statement, struct arena *arena);
/*
 * Runs a portal that nothing was taken from yet to its end, if its statement has a short path: its
 * row is put out, *count is for the tag. False: nothing was done, portal_run is to do it. Raises.
 */
bool portal_run_short(struct portal *portal, uint64_t *count);
struct portal *portal_bind(struct session *session, const char *name, struct statement *statement,
                           uint32_t param_count);
/* Gives it another plan, if the values that its parameters have by now call for one. */
void portal_plan_values(struct portal *portal);
/* Fills its parameters in with copies of the values. */
void portal_take_values(struct portal *portal, const union datum *values, const bool *nulls);
/* Runs the portal's statement, whatever kind it is: up to `limit` rows (0: all) to the sink. */
enum session_state portal_execute(struct session *session, struct portal *portal, uint64_t limit);

/*
 * Before anything else runs: the program's statement that is being read, if one is, stops here and
 * goes on at its next step. Raises nothing: if that cannot be had its next step tells why.
 * (embedded.c)
 */
void session_pause(struct session *session);
/* Rows for the client, from statements that are not planned queries; raises if it has gone. */
void session_put_rows(struct session *session, const struct batch *batch);
