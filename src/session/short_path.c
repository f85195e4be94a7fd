/*
 * short_path.c: prepared statements that are over before a portal would be open.
 *
 * A statement that reads or writes one row by its key (exec/point.h) runs to its end in one call:
 * no portal, no memory but for the row, and what the executor needs stays open from run to run. An
 * implicit transaction that has only read is put aside for the next one (transaction_park). BEGIN,
 * COMMIT and kin are analysed once.
 */
#include "base/check.h"
#include "exec/point.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/transaction.h"

void
statement_close_point(struct statement *statement)
{
    statement->point = NULL;
    arena_free(statement->point_arena);
    statement->point_arena = NULL;
}

static struct point *
statement_point(struct statement *statement, const struct exec_context *context)
{
    if (statement->point != NULL && point_is_spent(statement->point))
        statement_close_point(statement);
    if (statement->point != NULL)
        return statement->point;
    statement_close_point(statement);
    statement->point_arena =
        arena_new(&(struct arena_options){.name = "short path", .on_full = raise_arena_full});
    if (statement->point_arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    statement->point = point_open(statement->entry->program, context, statement->point_arena);
    return statement->point;
}

/* Commits a statement that is its own transaction. */
static void
end_implicit(struct session *session)
{
    if (session->state != TRANSACTION_NONE || session->txn == NULL || transaction_park(session))
        return;
    (void)transaction_commit(session, COMMIT_RUN, NULL, true);
}

static enum point_outcome
point_once(struct statement *statement, const union datum *values, const bool *nulls,
           struct batch *batch)
{
    struct session *session = statement->session;
    struct exec_context context = {
        .txn = session->txn,
        .catalog = session->catalog,
        .scope = &session->scope,
        .env = &session->env,
        .param_count = statement->info.param_count,
        .params = values,
        .param_nulls = nulls,
        .cancel = &session->cancel,
    };
    return point_run(statement_point(statement, &context), &context, batch,
                     &session->modified_count);
}

static enum short_outcome
run_point(struct statement *statement, const union datum *values, const bool *nulls,
          struct batch *batch)
{
    struct session *session = statement->session;
    struct query *utility;
    transaction_ensure(session);
    statement_begin(session);
    struct cache_entry *entry = statement_plan(statement, session->statement_arena, &utility);
    if (statement->entry == NULL || program_point(entry->program) == NULL)
        return SHORT_NOT;
    planned_need_write(session, entry);
    enum point_outcome outcome = point_once(statement, values, nulls, batch);
    if (outcome == POINT_LONG_WAY)
        return SHORT_NOT;
    session->query_ran = true;
    statement_end(session);
    end_implicit(session);
    return outcome == POINT_ROW ? SHORT_ROW : SHORT_DONE;
}

bool
portal_run_short(struct portal *portal, uint64_t *count)
{
    struct session *session = portal->session;
    struct statement *statement = portal->statement;
    struct batch batch;
    if (statement == NULL || portal->is_started || statement->entry == NULL ||
        statement->entry != portal->entry || program_point(portal->entry->program) == NULL)
        return false;
    portal->is_running = true;
    enum point_outcome outcome = point_once(statement, portal->params, portal->param_nulls, &batch);
    portal->is_running = false;
    if (outcome == POINT_LONG_WAY)
        return false;
    portal->is_started = portal->is_done = true;
    *count =
        portal->entry->command == COMMAND_SELECT ? outcome == POINT_ROW : session->modified_count;
    portal->row_count = *count;
    if (outcome == POINT_ROW && portal->info.returns_rows &&
        !session->sink.rows(session->sink.object, session, &batch))
        raise(SQLSTATE_CONNECTION_FAILURE, "the client has gone");
    return true;
}

const struct utility *
statement_control(struct statement *statement, struct arena *arena)
{
    if (arena == NULL && statement->control != NULL)
        return statement->control;
    struct analyze_options options = {.arena = arena == NULL ? statement->arena : arena,
                                      .scope = &statement->session->scope};
    const struct query *query = analyze(&options, statement->raw);
    if (query->command != COMMAND_UTILITY || query->utility->kind > UTILITY_ROLLBACK_TO)
        return NULL;
    if (arena == NULL)
        statement->control = query->utility;
    return query->utility;
}

/* BEGIN, COMMIT, ...: the analysed form is kept with the statement. */
static enum short_outcome
run_control(struct statement *statement)
{
    struct session *session = statement->session;
    const struct utility *control = statement_control(statement, NULL);
    if (control == NULL)
        return SHORT_NOT;
    session->modified_count = 0;
    (void)session_run_control(session, control);
    return SHORT_DONE;
}

static bool
is_short(const struct statement *statement)
{
    const struct session *session = statement->session;
    if (statement->raw == NULL || statement->portal != NULL || session->in_statement)
        return false;
    if (statement->is_utility)
        return session->on_commit == NULL && statement->is_control;
    return statement->entry != NULL && program_point(statement->entry->program) != NULL;
}

enum short_outcome
statement_short(struct statement *statement, const union datum *values, const bool *nulls,
                struct batch *batch)
{
    struct session *session = statement->session;
    enum short_outcome outcome = SHORT_FAILED;
    if (session->reading != NULL) {
        struct notice_sink before = session_enter(session);
        session_pause(session);
        notice_sink_set(before);
    }
    if (!is_short(statement))
        return SHORT_NOT;
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        session_arm(session);
        outcome = statement->is_utility ? run_control(statement)
                                        : run_point(statement, values, nulls, batch);
        session_disarm(session);
        catch_end(&frame);
    } else {
        outcome = SHORT_FAILED;
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return outcome;
}
