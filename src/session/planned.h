/*
 * planned.h: from a raw statement to a plan that can be run, through the engine's cache.
 *
 * All raise; a statement has begun (the catalog is there).
 */
#pragma once

#include "session/query.h"
#include "session/session_int.h"
#include "session/statement_cache.h"

/*
 * The planned form of a query; held: let go with statement_cache_release. Null: it is a utility
 * statement, analysed into *utility, in `arena`. `given`: parameter types as the client gave them
 * (null: none allowed).
 */
struct cache_entry *planned_find(struct session *session, const struct raw_statement *raw,
                                 const struct param_types *given, struct arena *arena,
                                 struct query **utility);

/* The same for a text that nobody has parsed yet; null: it is not in the cache. A text that is
 * found there is that of one statement. */
struct cache_entry *planned_known(struct session *session, struct slice text,
                                  const struct param_types *given);

struct fingerprint;

/*
 * The planned form of all texts with the fingerprint's key, its literals as parameters; held. Null:
 * a text of this key is to be analysed and planned as it is, because the key cannot be analysed
 * (so that errors are told of the text), because the literals decide the plan, or because there
 * is no catalog to cache it for. Raises only what has nothing to do with the text.
 */
struct cache_entry *planned_lifted(struct session *session, struct slice key,
                                   const struct fingerprint *print);

/* False if the tables have grown or shrunk too much for the plan; compares at most every 50 ms. */
bool planned_fits(struct session *session, struct cache_entry *entry);

/* Plans a query that has been analysed already (a cursor's, EXPLAIN's), not cached. The entry's
 * memory besides the query is its own. */
struct cache_entry *planned_make(struct session *session, struct query *query,
                                 const struct param_types *params);

/*
 * The entry, or in its place one planned for these values: `entry` must be held, the result is.
 * plan_cache_mode says when; auto: where the values may decide the plan.
 */
struct cache_entry *planned_custom(struct session *session, struct cache_entry *entry,
                                   const struct query_params *params);

/* Fills what a client is told of a query's result and parameters, in `arena`. */
void planned_describe(struct session *session, const struct query *query,
                      const struct param_types *params, struct arena *arena,
                      struct statement_info *info);

/* The planner's view of the session's catalog. */
void planned_context(struct session *session, struct arena *arena, struct plan_context *context,
                     struct plan_settings *settings);

/* Raises 25006 if the statement writes more than temporary tables in a read-only transaction. */
void planned_need_write(struct session *session, const struct cache_entry *entry);
