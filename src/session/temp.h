/*
 * temp.h: a session's temporary tables, sequences, views and indexes.
 *
 * They live in a database in memory that is the session's own, made with its first temporary
 * object: nothing of them reaches the file, a branch or the log, no other session can see them, and
 * they are gone with the session. Its transactions go along with those of the branch
 * (txn_attach_temp); its catalog lies beside the branch's (catalog_attach_temp), its objects have
 * oids from OID_TEMP_FIRST on.
 */
#pragma once

#include "session/session_int.h"

/* The schema pg_temp, made if the session has none yet. Within a statement; raises. */
const struct schema_def *temp_schema(struct session *session);
/* Whether the name is pg_temp: the alias of the session's own. */
bool temp_is_alias(const char *schema);

/* A transaction was opened: the one for temporary objects joins it. Raises. */
void temp_join(struct session *session);
/* Right after catalog_begin. */
void temp_join_catalog(struct session *session);

/* What becomes of the table's rows, or of the table, when a transaction is committed. */
void temp_note_on_commit(struct session *session, oid table, enum on_commit on_commit);
/* Does it, before a commit. Raises. */
void temp_before_commit(struct session *session);

/* The transaction is about to be committed: its part for temporary objects is set aside, to be
 * ended by temp_commit_end. */
void temp_commit_begin(struct session *session, struct txn *txn);
/* After the branch's part went as `st` says: the same comes of the temporary one. What became of
 * both; of the branch's alone if that was committed and the other cannot be: a warning tells. */
MUST_CHECK enum status temp_commit_end(struct session *session, enum status st);

/* DISCARD TEMP. */
void temp_discard(struct session *session);
/* At the session's end, when no transaction is open. */
void temp_free(struct session *session);
