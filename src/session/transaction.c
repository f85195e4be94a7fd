/*
 * transaction.c: a session's transactions: implicit ones, blocks, savepoints, and their ends.
 *
 * state is what ReadyForQuery tells. An implicit transaction leaves it TRANSACTION_NONE; a failed
 * block is TRANSACTION_FAILED, with txn null (rolled back at once, so that its locks are gone)
 * unless there are savepoints to go back to.
 */
#include "session/transaction.h"

#include "base/check.h"
#include "session/constraints.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/scope.h"
#include "session/temp.h"
#include "type/values.h"

static enum isolation
isolation_of(const struct settings *settings, enum setting_id id)
{
    switch (settings_int(
        settings, id)) { /* serializable, repeatable read, read committed, read uncommitted */
    case 0:
        return ISOLATION_SERIALIZABLE;
    case 1:
        return ISOLATION_REPEATABLE_READ;
    default:
        return ISOLATION_READ_COMMITTED;
    }
}

void
transaction_unpark(struct session *session)
{
    if (session->parked_txn == NULL)
        return;
    arena_reset(session->txn_arena); /* the catalog looks at the transaction for the last time */
    session->parked_catalog = NULL;
    txn_rollback(session->parked_txn);
    session->parked_txn = NULL;
}

static bool
has_held_portals(const struct session *session)
{
    for (const struct portal *portal = session->portals; portal != NULL; portal = portal->next) {
        if (portal->is_hold)
            return true;
    }
    return false;
}

bool
transaction_park(struct session *session)
{
    if (session->isolation != ISOLATION_READ_COMMITTED || session->is_read_only ||
        session->is_deferrable || session->ran_long || session->settings.undo != NULL ||
        session->savepoint != NULL || session->deferral.first != NULL || has_held_portals(session))
        return false;
    portals_end_transaction(session);
    if (!txn_renew(session->txn))
        return false;
    session->parked_txn = session->txn;
    session->parked_catalog = session->catalog;
    session->txn = NULL;
    session->catalog = NULL;
    session->query_ran = false;
    return true;
}

/* Takes up the parked transaction, if it is what is wanted; else it is ended. */
static bool
take_parked(struct session *session)
{
    if (session->parked_txn == NULL)
        return false;
    if (session->isolation != ISOLATION_READ_COMMITTED || session->is_read_only) {
        transaction_unpark(session);
        return false;
    }
    session->txn = session->parked_txn;
    session->catalog = session->parked_catalog;
    session->parked_txn = NULL;
    session->parked_catalog = NULL;
    session->has_snapshot = false;
    session->env.transaction_us = session->statement_began_us - EPOCH_SHIFT_US;
    return true;
}

void
transaction_wait_changed(struct session *session)
{
    if (session->txn == NULL)
        return;
    txn_set_wait(
        session->txn,
        (struct txn_wait){.cancel = session_cancel_flag(session),
                          .deadlock_timeout_us =
                              settings_int(&session->settings, SETTING_DEADLOCK_TIMEOUT) * 1000,
                          .lock_timeout_us =
                              settings_int(&session->settings, SETTING_LOCK_TIMEOUT) * 1000,
                          .on_block = session->on_block,
                          .object = session->sink.object,
                          .blocked_on = &session->activity.blocked_on});
}

static void
open_txn(struct session *session)
{
    session->ran_long = false;
    if (take_parked(session))
        return;
    struct txn_options options = {.isolation = session->isolation,
                                  .is_read_only = session->is_read_only};
    enum status st = txn_begin(session->branch, &options, &session->txn);
    if (st == ST_INVALID && session->isolation == ISOLATION_SERIALIZABLE)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "serializable transactions are not supported yet",
                    .hint = "Use REPEATABLE READ.");
    if (st != ST_OK)
        raise_status(st, "could not begin a transaction");
    session->has_snapshot = false;
    temp_join(session);
    transaction_wait_changed(session);
    session->env.transaction_us = session->statement_began_us - EPOCH_SHIFT_US;
}

void
transaction_ensure(struct session *session)
{
    if (session->state == TRANSACTION_FAILED)
        raise(SQLSTATE_IN_FAILED_SQL_TRANSACTION,
              "current transaction is aborted, commands ignored until end of transaction block");
    if (session->txn != NULL)
        return;
    if (session->state == TRANSACTION_NONE) {
        session->isolation =
            isolation_of(&session->settings, SETTING_DEFAULT_TRANSACTION_ISOLATION);
        session->is_read_only =
            settings_bool(&session->settings, SETTING_DEFAULT_TRANSACTION_READ_ONLY);
        session->is_deferrable =
            settings_bool(&session->settings, SETTING_DEFAULT_TRANSACTION_DEFERRABLE);
    }
    open_txn(session);
}

void
statement_begin(struct session *session)
{
    check(session->txn != NULL && !session->in_statement);
    arena_reset(session->statement_arena);
    enum status st = txn_statement_begin(session->txn);
    if (st != ST_OK)
        raise_status(st, "could not take a snapshot");
    session->in_statement = true;
    session->has_snapshot = true;
    if (session->catalog == NULL) {
        session->catalog =
            catalog_begin(session->engine->catalogs, session->txn, session->txn_arena);
        temp_join_catalog(session);
    }
    catalog_refresh(session->catalog);
    session->env.statement_us = session->statement_began_us - EPOCH_SHIFT_US;
}

void
statement_end(struct session *session)
{
    if (!session->in_statement)
        return;
    session->in_statement = false;
    if (session->txn != NULL)
        txn_statements_end(session->txn);
}

/* ---- blocks ---- */

static void
apply_modes(struct session *session, const struct transaction *modes)
{
    if (modes->has_isolation)
        session->isolation = strcmp(modes->isolation, "serializable") == 0 ? ISOLATION_SERIALIZABLE
                             : strcmp(modes->isolation, "repeatable read") == 0
                                 ? ISOLATION_REPEATABLE_READ
                                 : ISOLATION_READ_COMMITTED;
    if (modes->has_read_only)
        session->is_read_only = modes->is_read_only;
    if (modes->has_deferrable)
        session->is_deferrable = modes->is_deferrable;
}

/* The transaction has not changed anything yet: one with the new modes takes its place. */
static void
replace_txn(struct session *session)
{
    statement_end(session);
    session->catalog = NULL;
    arena_reset(session->txn_arena);
    txn_rollback(session->txn);
    session->txn = NULL;
    open_txn(session);
}

void
transaction_block(struct session *session, const struct transaction *modes)
{
    if (session->state != TRANSACTION_NONE) {
        notice(SEVERITY_WARNING, SQLSTATE_ACTIVE_SQL_TRANSACTION,
               "there is already a transaction in progress");
        return;
    }
    session->state = TRANSACTION_OPEN;
    apply_modes(session, modes);
    if (modes->has_isolation || modes->has_read_only)
        replace_txn(session);
}

/* What a transaction may still change about itself: 25001. */
static void
check_modes(const struct session *session, const struct transaction *modes)
{
    bool is_nested = session->savepoint != NULL;
    if (modes->has_isolation && session->query_ran)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "SET TRANSACTION ISOLATION LEVEL must be called before any query");
    if (modes->has_isolation && is_nested)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
    if (modes->has_deferrable && is_nested)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction");
    if (modes->has_deferrable && session->query_ran)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");
    if (!modes->has_read_only || modes->is_read_only || !session->is_read_only)
        return;
    if (is_nested)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "cannot set transaction read-write mode inside a read-only transaction");
    if (session->query_ran)
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION,
              "transaction read-write mode must be set before any query");
}

void
transaction_set_modes(struct session *session, const struct transaction *modes)
{
    if (session->state == TRANSACTION_NONE && !session_is_in_list(session)) {
        notice(SEVERITY_WARNING, SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
               "SET TRANSACTION can only be used in transaction blocks");
        return;
    }
    check_modes(session, modes);
    apply_modes(session, modes);
    if (!session->query_ran && session->savepoint == NULL)
        replace_txn(session);
}

void
transaction_need_write(struct session *session, const char *what)
{
    if (session->is_read_only)
        raise(SQLSTATE_READ_ONLY_SQL_TRANSACTION, "cannot execute %s in a read-only transaction",
              what);
}

/* ---- ends ---- */

/* What goes with the transaction, before it is given away. */
static struct txn *
detach(struct session *session)
{
    statement_end(session);
    portals_end_transaction(session);
    session->catalog = NULL;
    session->savepoint = NULL;
    session->query_ran = false;
    arena_reset(session->statement_arena);
    session->deferral = (struct deferral){0};
    arena_reset(session->txn_arena);
    struct txn *txn = session->txn;
    session->txn = NULL;
    return txn;
}

static void
after_end(struct session *session, bool is_committed)
{
    session->state = TRANSACTION_NONE;
    session->is_deferrable = false;
    if (session->settings.undo == NULL)
        return;
    if (is_committed)
        settings_commit(&session->settings, 0);
    else
        settings_rollback(&session->settings, 0);
    session_settings_changed(session);
}

/* Called by the writer's thread, or by this one before txn_commit_submit returns. */
static void
commit_is_done(void *object, enum status st)
{
    struct session *session = object;
    session->commit_status = (int)st;
    session->commit_is_done = true;
    session->on_commit(session->sink.object);
}

/* Tells the client how its commit went. */
static void
tell_end(struct session *session, enum status st, const char *tag)
{
    if (st == ST_OK) {
        if (tag != NULL)
            session->sink.complete(session->sink.object, tag);
        return;
    }
    struct catch frame;
    if (catch_begin(&frame, session->statement_arena)) {
        if (st == ST_CONFLICT)
            raise(SQLSTATE_SERIALIZATION_FAILURE,
                  "could not serialize access due to concurrent update");
        raise_status(st, "could not commit");
    }
    error_explain(session, frame.error);
    session->sink.error(session->sink.object, frame.error);
}

/* Cursors that outlive the transaction, constraints, ON COMMIT: what can still fail. */
static void
before_commit(struct session *session)
{
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        portals_hold(session);
        constraints_check(session, true);
        temp_before_commit(session);
        catch_end(&frame);
        return;
    }
    struct error *error = catch_keep(&frame);
    transaction_rollback(session);
    raise_again(error);
}

/*
 * Commits a transaction after which the next one can go on with what it has, its catalog too. It
 * waits for that, unless others are there, who commit faster without one that waits.
 */
static enum status
commit_and_park(struct session *session)
{
    bool is_alone;
    statement_end(session);
    portals_end_transaction(session);
    arena_reset(session->statement_arena);
    enum status st = txn_commit_go_on(session->txn, &is_alone);
    session->parked_txn = session->txn;
    session->parked_catalog = session->catalog;
    session->txn = NULL;
    session->catalog = NULL;
    session->query_ran = false;
    if (st != ST_OK || !is_alone)
        transaction_unpark(session);
    return st;
}

/* Whether that can be done: nothing but the changes themselves comes to its end. */
static bool
can_go_on(const struct session *session)
{
    return session->on_commit == NULL && session->parked_txn == NULL && !session->has_outer &&
           session->isolation == ISOLATION_READ_COMMITTED && !session->is_read_only &&
           !session->is_deferrable && session->settings.undo == NULL &&
           session->savepoint == NULL && !session->ran_long && !has_held_portals(session) &&
           session->deferral.first == NULL && session->deferral.choices == NULL &&
           !session->deferral.has_all && txn_can_go_on(session->txn);
}

enum session_state
transaction_commit(struct session *session, enum commit_step step, const char *tag, bool wait)
{
    if (session->txn == NULL) {
        after_end(session, true);
        tell_end(session, ST_OK, tag);
        return SESSION_READY;
    }
    bool goes_on = can_go_on(session);
    before_commit(session);
    bool has_changes = txn_has_changes(session->txn);
    if (has_changes && goes_on) {
        enum status st = commit_and_park(session);
        after_end(session, st == ST_OK);
        tell_end(session, st, tag);
        return SESSION_READY;
    }
    bool is_async = settings_int(&session->settings, SETTING_SYNCHRONOUS_COMMIT) == 4;
    struct txn *txn = detach(session);
    temp_commit_begin(session, txn);
    if (!has_changes || wait || session->on_commit == NULL) {
        enum status st = temp_commit_end(session, txn_commit(txn, is_async));
        after_end(session, st == ST_OK);
        tell_end(session, st, tag);
        return SESSION_READY;
    }
    session->commit_step = step;
    session->commit_tag = tag;
    session->commit_is_done = false;
    session->activity.is_committing = true;
    txn_commit_submit(txn, is_async, commit_is_done, session);
    return SESSION_COMMITS;
}

void
transaction_resume(struct session *session)
{
    check(session->commit_is_done);
    enum status st = temp_commit_end(session, (enum status)session->commit_status);
    after_end(session, st == ST_OK);
    tell_end(session, st, session->commit_tag);
}

void
transaction_rollback(struct session *session)
{
    if (session->txn != NULL)
        txn_rollback(detach(session));
    session->savepoint = NULL;
    after_end(session, false);
}

void
transaction_fail(struct session *session)
{
    statement_end(session);
    if (session->state == TRANSACTION_NONE) {
        transaction_rollback(session);
        return;
    }
    session->state = TRANSACTION_FAILED;
    if (session->txn == NULL)
        return;
    if (session->savepoint == NULL) {
        txn_rollback(detach(session));
        return;
    }
    /* The locks and changes since the savepoint go; the client may yet return to it. */
    portals_fail_savepoint(session);
    txn_rollback_to(session->txn, session->savepoint->number);
}

/* ---- savepoints ---- */

uint32_t
savepoint_depth(const struct session *session)
{
    uint32_t depth = 0;
    for (const struct savepoint *savepoint = session->savepoint; savepoint != NULL;
         savepoint = savepoint->outer)
        depth++;
    return depth;
}

static void
need_block(const struct session *session, const char *what)
{
    if (session->state == TRANSACTION_NONE)
        raise(SQLSTATE_NO_ACTIVE_SQL_TRANSACTION, "%s can only be used in transaction blocks",
              what);
}

static struct savepoint *
savepoint_find(const struct session *session, const char *name)
{
    struct savepoint *savepoint = session->savepoint;
    while (savepoint != NULL && strcmp(savepoint->name, name) != 0)
        savepoint = savepoint->outer;
    if (savepoint == NULL)
        raise(SQLSTATE_INVALID_SAVEPOINT_SPECIFICATION, "savepoint \"%s\" does not exist", name);
    return savepoint;
}

void
savepoint_begin(struct session *session, const char *name)
{
    need_block(session, "SAVEPOINT");
    struct savepoint *savepoint = arena_alloc(session->txn_arena, sizeof *savepoint);
    *savepoint = (struct savepoint){.outer = session->savepoint,
                                    .name = arena_text(session->txn_arena, name),
                                    .deferral = session->deferral,
                                    .was_read_only = session->is_read_only};
    enum status st = txn_savepoint(session->txn, &savepoint->number);
    if (st != ST_OK)
        raise_status(st, "could not make savepoint \"%s\"", name);
    session->savepoint = savepoint;
}

void
savepoint_release(struct session *session, const char *name)
{
    need_block(session, "RELEASE SAVEPOINT");
    struct savepoint *savepoint = savepoint_find(session, name);
    uint32_t depth = savepoint_depth(session);
    while (session->savepoint != savepoint->outer) {
        settings_commit(&session->settings, depth--);
        session->savepoint = session->savepoint->outer;
    }
    session->is_read_only = savepoint->was_read_only;
    portals_release_savepoint(session, savepoint->number);
    txn_release(session->txn, savepoint->number);
}

void
savepoint_rollback(struct session *session, const char *name)
{
    need_block(session, "ROLLBACK TO SAVEPOINT");
    struct savepoint *savepoint = savepoint_find(session, name);
    session->savepoint = savepoint;
    session->is_read_only = savepoint->was_read_only;
    settings_rollback(&session->settings, savepoint_depth(session));
    session_settings_changed(session);
    portals_undo_savepoint(session, savepoint->number);
    deferral_undo(&session->deferral, &savepoint->deferral);
    txn_rollback_to(session->txn, savepoint->number);
    session->state = TRANSACTION_OPEN;
    if (session->catalog != NULL && session->in_statement)
        catalog_refresh(session->catalog);
}
