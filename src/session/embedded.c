/*
 * embedded.c: statements kept by a program: opened, stepped, put aside for others.
 *
 * A program reads one statement while it runs others, but a session runs one at a time. The one
 * whose rows are being read is session->reading; before anything else runs session_pause puts it
 * aside: the batch at hand is copied out of the pages, what the statement sees is kept (txn's
 * views), and its next step takes that up again.
 *
 * Outside a block each statement is a transaction of its own, so a paused one takes its transaction
 * with it (portal->own) and the session has none: what runs meanwhile commits by itself, as on
 * another connection. In its next step that transaction is the session's again, and the one that is
 * the session's then waits in session->outer, until the statement pauses or ends.
 *
 *   E1  reading is null or has the statement under way: the session's in_statement is its
 *   E2  has_outer only while reading, or within a call that ends it
 *   E3  a statement that writes or locks has run to its end, its rows kept, before its first row is
 *       seen; outside a block it is committed by then: so what is put aside only reads
 */
#include "base/check.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/row_buffer.h"
#include "session/transaction.h"

/* ---- transactions put aside ---- */

static struct transaction_aside
transaction_take(struct session *session)
{
    return (struct transaction_aside){
        .txn = session->txn,
        .parked_txn = session->parked_txn,
        .catalog = session->catalog,
        .parked_catalog = session->parked_catalog,
        .arena = session->txn_arena,
        .portals = session->portals,
        .savepoint = session->savepoint,
        .deferral = session->deferral,
        .state = session->state,
        .isolation = session->isolation,
        .is_read_only = session->is_read_only,
        .is_deferrable = session->is_deferrable,
        .has_snapshot = session->has_snapshot,
        .query_ran = session->query_ran,
        .transaction_us = session->env.transaction_us,
    };
}

static void
transaction_put(struct session *session, const struct transaction_aside *aside)
{
    session->txn = aside->txn;
    session->parked_txn = aside->parked_txn;
    session->catalog = aside->catalog;
    session->parked_catalog = aside->parked_catalog;
    session->txn_arena = aside->arena;
    session->portals = aside->portals;
    session->savepoint = aside->savepoint;
    session->deferral = aside->deferral;
    session->state = aside->state;
    session->isolation = aside->isolation;
    session->is_read_only = aside->is_read_only;
    session->is_deferrable = aside->is_deferrable;
    session->has_snapshot = aside->has_snapshot;
    session->query_ran = aside->query_ran;
    session->env.transaction_us = aside->transaction_us;
}

/* The transaction of a statement that was read is over: the session has its own again. */
static void
outer_restore(struct session *session)
{
    if (!session->has_outer || session->reading != NULL)
        return;
    check(session->txn == NULL && session->portals == NULL);
    transaction_unpark(session);
    arena_free(session->spare_txn_arena);
    arena_reset(session->txn_arena);
    session->spare_txn_arena = session->txn_arena;
    transaction_put(session, &session->outer);
    session->has_outer = false;
}

/* The portal, which is paused, goes with its implicit transaction; there is room for another. */
static void
transaction_set_aside(struct session *session, struct portal *portal)
{
    struct transaction_aside rest = {.state = TRANSACTION_NONE};
    portal_unlink(portal);
    if (session->has_outer) {
        rest = session->outer;
        session->has_outer = false;
        portal->own = transaction_take(session);
    } else {
        rest.arena = session->spare_txn_arena;
        rest.portals = session->portals;
        session->spare_txn_arena = NULL;
        portal->own = transaction_take(session);
    }
    portal->own.portals = portal;
    portal->is_aside = true;
    transaction_put(session, &rest);
}

static void
transaction_bring_back(struct session *session, struct portal *portal)
{
    check(!session->has_outer);
    session->outer = transaction_take(session);
    session->has_outer = true;
    transaction_put(session, &portal->own);
    portal->is_aside = false;
}

/* ---- pausing ---- */

/* The rows are all kept: the statement has nothing more to do with its transaction. */
static void
rows_are_kept(struct session *session, struct portal *portal)
{
    portal_stop(portal);
    portal_unlink(portal);
    statement_end(session);
    if (session->state == TRANSACTION_NONE)
        (void)transaction_commit(session, COMMIT_RUN, NULL, true);
}

static void
rows_keep_all(struct session *session, struct portal *portal)
{
    row_buffer_fill(portal);
    portal->modified_count =
        portal->entry->command == COMMAND_SELECT ? 0 : exec_modified_count(portal->exec);
    rows_are_kept(session, portal);
}

/* What the statement shows and sees is made to outlast its end. Raises. */
static void
reading_keep(struct session *session, struct portal *portal)
{
    struct statement_rows *shown = portal->statement->shown;
    if (session->state == TRANSACTION_NONE && session->spare_txn_arena == NULL) {
        session->spare_txn_arena = arena_new(&(struct arena_options){
            .name = "transaction", .first_block_bytes = 16384, .on_full = raise_arena_full});
        if (session->spare_txn_arena == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    if (shown->batch != NULL) {
        arena_free(portal->rest_arena);
        portal->rest_arena =
            arena_new(&(struct arena_options){.name = "rows at hand", .on_full = raise_arena_full});
        if (portal->rest_arena == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        shown->batch = batch_keep(portal->rest_arena, shown->batch);
    }
    portal->view = txn_view_keep(session->txn);
}

/* The next step tells of the error, and in a block it is the block's. */
static void
pause_failed(struct session *session, struct portal *portal, const struct error *error)
{
    size_t bytes = strnlen(error->message, sizeof portal->failure - 1);
    portal->failure_code = error->code;
    memcpy(portal->failure, error->message, bytes);
    portal->failure[bytes] = '\0';
    portal->statement->shown->is_cut = true;
    portal_unlink(portal);
    portal_stop(portal);
    transaction_fail(session);
    portal->is_cut = true;
}

void
session_pause(struct session *session)
{
    struct portal *portal = session->reading;
    if (portal == NULL)
        return;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        reading_keep(session, portal);
        catch_end(&frame);
    } else {
        pause_failed(session, portal, frame.error);
    }
    session->reading = NULL;
    if (portal->view.snapshot != NULL) {
        portal->is_paused = true;
        portal->statement_us = session->env.statement_us;
        portal->deadline_us = session_disarm_paused(session);
        statement_end(session);
        if (session->state == TRANSACTION_NONE)
            transaction_set_aside(session, portal);
    }
    outer_restore(session);
}

/* Nothing else is under way: what was paused is now. */
static void
reading_resume(struct session *session, struct portal *portal)
{
    if (portal->is_aside)
        transaction_bring_back(session, portal);
    portal->is_paused = false;
    enum status st = txn_view_begin(session->txn, portal->view);
    if (st != ST_OK)
        raise_status(st, "could not go on with the statement");
    session->in_statement = true;
    txn_view_drop(session->txn, &portal->view);
    arena_reset(session->statement_arena);
    session->env.statement_us = portal->statement_us;
    session_rearm(session, portal->deadline_us);
    session->reading = portal;
}

/* ---- the functions of session.h ---- */

const struct statement_info *
statement_info(const struct statement *statement)
{
    return &statement->info;
}

void
statement_close(struct statement *statement)
{
    struct portal *portal = statement->portal;
    struct session *session = statement->session;
    if (portal == NULL)
        return;
    bool has_own = session->reading == portal || portal->is_aside;
    if (session->reading != portal)
        session_pause(session);
    if (portal->is_aside)
        transaction_bring_back(session, portal);
    portal_free(portal);
    statement->shown = NULL;
    if (!has_own)
        return;
    session_disarm(session);
    statement_end(session);
    if (session->state == TRANSACTION_NONE && session->txn != NULL &&
        (session->has_outer || !transaction_park(session)))
        transaction_rollback(session);
    outer_restore(session);
}

bool
statement_open(struct statement *statement, const union datum *values, const bool *nulls,
               struct statement_rows *rows)
{
    struct session *session = statement->session;
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    statement_close(statement);
    session_pause(session);
    *rows = (struct statement_rows){.batch = NULL};
    bool is_good = catch_begin(&frame, session->query_arena);
    if (is_good) {
        session_arm(session);
        struct portal *portal = portal_bind(session, NULL, statement, statement->info.param_count);
        statement->portal = portal;
        statement->shown = rows;
        portal_take_values(portal, values, nulls);
        if (session->in_statement && portal->kind == PORTAL_QUERY)
            session->reading = portal;
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return is_good;
}

/* The end of an execution by batches: its transaction, if it is its own, is committed. */
static void
statement_done(struct statement *statement)
{
    struct session *session = statement->session;
    if (statement->portal != NULL)
        portal_free(statement->portal);
    statement->shown = NULL;
    statement_end(session);
    if (session->state == TRANSACTION_NONE && session->txn != NULL &&
        (session->has_outer || !transaction_park(session)))
        (void)transaction_commit(session, COMMIT_RUN, NULL, true);
    session_disarm(session);
}

/* A statement that is no query: its rows, if it has any, are kept. */
static void
run_utility(struct session *session, struct portal *portal)
{
    session->collecting = portal;
    if (portal_execute(session, portal, 0) == SESSION_COPY_IN)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY FROM STDIN has no data to read here");
    session->collecting = NULL;
    if (portal->rows != NULL)
        rows_are_kept(session, portal);
}

/* The next batch of a query; null: the end. */
static const struct batch *
query_next(struct session *session, struct portal *portal)
{
    if (portal->is_paused)
        reading_resume(session, portal);
    session->query_ran = true;
    if (!portal->is_started) {
        planned_need_write(session, portal->entry);
        if (!portal->entry->is_read_only && portal->info.returns_rows) {
            rows_keep_all(session, portal);
            return NULL;
        }
    }
    const struct batch *batch;
    do {
        batch = portal_next(portal, 0);
    } while (batch != NULL && !portal->info.returns_rows);
    if (batch == NULL && portal->exec != NULL)
        portal->modified_count =
            portal->entry->command == COMMAND_SELECT ? 0 : exec_modified_count(portal->exec);
    return batch;
}

static const struct batch *
portal_step(struct session *session, struct portal *portal)
{
    const struct batch *batch = NULL;
    if (portal->rows == NULL && portal->kind == PORTAL_QUERY)
        batch = query_next(session, portal);
    else if (portal->rows == NULL && !portal->is_done)
        run_utility(session, portal);
    if (portal->rows != NULL)
        batch = row_buffer_batch(portal->rows, portal->rows_at++);
    return batch;
}

/* Tells why a statement that was cut off gives no more. This is no error of the transaction that
 * is open now. */
static void
tell_cut(struct session *session, const struct portal *portal)
{
    struct error error = {
        .severity = SEVERITY_ERROR,
        .code = SQLSTATE_INVALID_CURSOR_STATE,
        .message = "the transaction of the statement has ended before all rows were read",
    };
    if (portal->failure_code != 0) {
        error.code = portal->failure_code;
        error.message = portal->failure;
    }
    session->sink.error(session->sink.object, &error);
}

bool
statement_next(struct statement *statement)
{
    struct session *session = statement->session;
    struct portal *portal = statement->portal;
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    bool is_good = !portal->is_cut;
    if (!is_good) {
        tell_cut(session, portal);
        notice_sink_set(outer);
        return false;
    }
    if (session->reading != portal)
        session_pause(session);
    statement->shown->batch = NULL;
    is_good = catch_begin(&frame, session->query_arena);
    if (is_good) {
        const struct batch *batch = portal_step(session, portal);
        statement->shown->batch = batch;
        session->modified_count = portal->modified_count;
        if (batch == NULL)
            statement_done(statement);
        catch_end(&frame);
    } else {
        session->collecting = NULL;
        session_fail(session, frame.error);
        session->reading = NULL;
    }
    outer_restore(session);
    notice_sink_set(outer);
    return is_good;
}

uint64_t
session_modified_count(const struct session *session)
{
    return session->modified_count;
}
