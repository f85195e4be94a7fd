/*
 * query.c: a statement's life: simple queries, and the extended protocol's functions.
 *
 * A simple query is a list of statements in one implicit transaction; when one of them has to wait
 * for its commit the list is put aside and goes on in session_resume. Nothing is raised past the
 * functions of session.h: each has one catch frame, and an error goes to the sink and fails the
 * transaction.
 */
#include "session/query.h"
#include "base/check.h"
#include "base/clock.h"
#include "session/lifted.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/row_buffer.h"
#include "session/scope.h"
#include "session/session_int.h"
#include "session/transaction.h"
#include "session/utility_run.h"
#include "type/utf8.h"
#include <ctype.h>
#include <strings.h>

/* ---- errors ---- */

void
error_explain(const struct session *session, struct error *error)
{
    const char *reason;
    bool is_of_file = error->code == SQLSTATE_READ_ONLY_SQL_TRANSACTION ||
                      error->code == SQLSTATE_IO_ERROR || error->code == SQLSTATE_DATA_CORRUPTED;
    if (!is_of_file || error->detail != NULL || !db_is_read_only(session->engine->db, &reason))
        return;
    error->detail =
        arena_format(session->query_arena, "The file is not written to any more: %s.", reason);
    if (error->hint == NULL)
        error->hint = "Reads go on. The server's log has the details; see to the cause, then start "
                      "the server again.";
}

/* Tells the client of an error, and leaves the transaction as the error does. */
static void
tell_error(struct session *session, const struct error *error)
{
    struct error told = *error;
    if (error->code == SQLSTATE_QUERY_CANCELED && session->cancel) {
        if (session->cancel_reason == CANCEL_FATAL) {
            told.severity = SEVERITY_FATAL;
            told.code = SQLSTATE_ADMIN_SHUTDOWN;
            told.message = "terminating connection due to administrator command";
        } else {
            told.message = session->cancel_reason == CANCEL_TIMEOUT
                               ? "canceling statement due to statement timeout"
                               : "canceling statement due to user request";
        }
        told.detail = told.hint = NULL;
    }
    error_explain(session, &told);
    session->sink.error(session->sink.object, &told);
}

void
session_fail(struct session *session, const struct error *error)
{
    session->deadline_us = 0;
    tell_error(session, error);
    if (session->copy_in != NULL)
        copy_in_free(session);
    if (session->unfinished != NULL)
        statement_free(session->unfinished);
    session->unfinished = NULL;
    session->query_list = NULL;
    transaction_fail(session);
}

static void
receive_notice(void *object, const struct error *error)
{
    static const enum severity levels[] = {SEVERITY_DEBUG,  SEVERITY_DEBUG,   SEVERITY_DEBUG,
                                           SEVERITY_DEBUG,  SEVERITY_DEBUG,   SEVERITY_LOG,
                                           SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_ERROR};
    struct session *session = object;
    enum severity least = levels[settings_int(&session->settings, SETTING_CLIENT_MIN_MESSAGES)];
    if (error->severity >= least || error->severity == SEVERITY_INFO)
        session->sink.notice(session->sink.object, error);
}

struct notice_sink
session_take_notices(struct session *session)
{
    return notice_sink_set((struct notice_sink){.receive = receive_notice, .object = session});
}

struct notice_sink
session_enter(struct session *session)
{
    session->statement_began_us = clock_wall_us();
    return session_take_notices(session);
}

void
session_arm(struct session *session)
{
    if (session->cancel && session->cancel_reason == CANCEL_FATAL)
        raise(SQLSTATE_QUERY_CANCELED, "canceling statement");
    if (session->cancel) /* stores to atomics cost more than looks at them */
        session->cancel = false;
    int64_t timeout_ms = settings_int(&session->settings, SETTING_STATEMENT_TIMEOUT);
    if (timeout_ms != 0)
        session->deadline_us = clock_monotonic_us() + timeout_ms * 1000;
}

void
session_disarm(struct session *session)
{
    if (session->deadline_us != 0)
        session->deadline_us = 0;
}

/* True: the statement's time is over, and nothing has ended it yet. */
static bool
is_timed_out(const struct session *session)
{
    return session->cancel && session->cancel_reason == CANCEL_TIMEOUT;
}

int64_t
session_disarm_paused(struct session *session)
{
    int64_t deadline_us = is_timed_out(session) ? 1 : session->deadline_us;
    session_disarm(session);
    return deadline_us;
}

void
session_rearm(struct session *session, int64_t deadline_us)
{
    if (is_timed_out(session))
        session->cancel = false;
    session->deadline_us = deadline_us;
}

void
session_put_rows(struct session *session, const struct batch *batch)
{
    if (session->collecting != NULL)
        row_buffer_add(session->collecting, batch);
    else if (!session->sink.rows(session->sink.object, session, batch))
        raise(SQLSTATE_CONNECTION_FAILURE, "the client has gone");
}

/* ---- tags ---- */

const char *
session_count_tag(struct arena *arena, const char *verb, uint64_t count)
{
    size_t verb_bytes = strlen(verb);
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count != 0);
    char *tag = arena_alloc(arena, verb_bytes + 1 + sizeof digits - at + 1);
    memcpy(tag, verb, verb_bytes);
    tag[verb_bytes] = ' ';
    memcpy(tag + verb_bytes + 1, digits + at, sizeof digits - at);
    tag[verb_bytes + 1 + sizeof digits - at] = '\0';
    return tag;
}

static const char *
entry_tag(struct session *session, const struct cache_entry *entry, uint64_t count)
{
    const char *verb = entry->command == COMMAND_INSERT ? "INSERT 0" : entry->verb;
    return session_count_tag(session->statement_arena, verb, count);
}

static uint64_t
entry_count(const struct cache_entry *entry, const struct exec *exec, uint64_t row_count)
{
    return entry->command == COMMAND_SELECT ? row_count : exec_modified_count(exec);
}

/* ---- running ---- */

struct held_entry {
    struct statement_cache *cache;
    struct cache_entry *entry;
};

static void
release_held(void *object)
{
    struct held_entry *held = object;
    statement_cache_release(held->cache, held->entry);
}

void
session_release_later(struct session *session, struct cache_entry *entry)
{
    struct statement_cache *cache = session->engine->statements;
    struct held_entry *held = arena_try_alloc(session->statement_arena, sizeof *held);
    if (held == NULL) {
        statement_cache_release(cache, entry);
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    *held = (struct held_entry){.cache = cache, .entry = entry};
    arena_on_end(session->statement_arena, release_held, held);
}

struct exec_context
session_exec_context(struct session *session, struct arena *arena)
{
    return (struct exec_context){
        .arena = arena,
        .txn = session->txn,
        .catalog = session->catalog,
        .scope = &session->scope,
        .env = &session->env,
        .cancel = session_cancel_flag(session),
        .deferral = session_deferral(session),
        .pool = session->engine->pool,
        .pool_threads_max =
            (uint32_t)settings_int(&session->settings, SETTING_MAX_PARALLEL_WORKERS),
        .work_mem_bytes = session_setting_bytes(&session->settings, SETTING_WORK_MEM),
        .memory_bytes_max = session_setting_bytes(&session->settings, SETTING_ROWAN_QUERY_MEMORY),
        .temp_dir = session->engine->temp_dir,
    };
}

/* Runs a planned query whole, rows to the sink. Returns its tag. */
static const char *
run_entry(struct session *session, struct cache_entry *entry, const struct query_params *params)
{
    planned_need_write(session, entry);
    struct session_sink *sink = &session->sink;
    if (entry->info.returns_rows)
        sink->columns(sink->object, entry->info.columns, entry->info.column_count);
    struct exec_context context = session_exec_context(session, session->statement_arena);
    if (params != NULL) {
        context.param_count = params->count;
        context.params = params->values;
        context.param_nulls = params->nulls;
    }
    session->ran_long = true;
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    uint64_t row_count = 0;
    while (exec_next(exec, &batch)) {
        row_count += batch.count;
        if (entry->info.returns_rows)
            session_put_rows(session, &batch);
    }
    const char *tag = entry_tag(session, entry, entry_count(entry, exec, row_count));
    exec_close(exec);
    return tag;
}

/* The statement has run: its end, and that of the implicit transaction if it was the last. */
static enum session_state
statement_complete(struct session *session, const char *tag, bool is_last)
{
    statement_end(session);
    session_disarm(session);
    if (is_last && session->state == TRANSACTION_NONE)
        return transaction_commit(session, COMMIT_QUERY_END, arena_text(session->query_arena, tag),
                                  false);
    session->sink.complete(session->sink.object, tag);
    return SESSION_READY;
}

enum session_state
session_run_planned(struct session *session, struct cache_entry *entry,
                    const struct query_params *params, bool is_last)
{
    return statement_complete(session, run_entry(session, entry, params), is_last);
}

/* The first word of a statement. */
static bool
begins_with(struct slice source, const char *word)
{
    size_t bytes = strlen(word);
    return source.bytes >= bytes && strncasecmp((const char *)source.data, word, bytes) == 0 &&
           (source.bytes == bytes || !isalnum(source.data[bytes]));
}

bool
session_is_control(struct slice source)
{
    static const char *const words[] = {"begin", "start",    "commit",    "end",
                                        "abort", "rollback", "savepoint", "release"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_with(source, words[i]))
            return true;
    return false;
}

/* True if a failed block accepts the statement. */
static bool
ends_failed_block(enum utility_kind kind)
{
    return kind == UTILITY_COMMIT || kind == UTILITY_ROLLBACK || kind == UTILITY_ROLLBACK_TO;
}

/* COMMIT, ROLLBACK: of a block, or, with a warning, of what the list of statements has done so far.
 */
static enum session_state
end_block(struct session *session, const struct utility *utility)
{
    bool is_commit = utility->kind == UTILITY_COMMIT && session->state != TRANSACTION_FAILED;
    if (session->state == TRANSACTION_NONE)
        notice(SEVERITY_WARNING, SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
               "there is no transaction in progress");
    if (is_commit)
        return transaction_commit(session, COMMIT_STATEMENT, "COMMIT",
                                  utility->transaction.is_chain);
    transaction_rollback(session);
    session->sink.complete(session->sink.object, "ROLLBACK");
    return SESSION_READY;
}

/* COMMIT and ROLLBACK AND CHAIN: the next block has this one's modes. */
static enum session_state
chain_block(struct session *session, const struct utility *utility)
{
    static const char *const isolations[] = {[ISOLATION_READ_COMMITTED] = "read committed",
                                             [ISOLATION_REPEATABLE_READ] = "repeatable read",
                                             [ISOLATION_SERIALIZABLE] = "serializable"};
    if (session->state == TRANSACTION_NONE)
        raise(SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
              "%s AND CHAIN can only be used in transaction blocks",
              utility->kind == UTILITY_COMMIT ? "COMMIT" : "ROLLBACK");
    struct transaction modes = {.has_isolation = true,
                                .has_read_only = true,
                                .has_deferrable = true,
                                .isolation = isolations[session->isolation],
                                .is_read_only = session->is_read_only,
                                .is_deferrable = session->is_deferrable};
    enum session_state state = end_block(session, utility);
    transaction_ensure(session);
    transaction_block(session, &modes);
    return state;
}

enum session_state
session_run_control(struct session *session, const struct utility *utility)
{
    struct session_sink *sink = &session->sink;
    const struct transaction *transaction = &utility->transaction;
    if (session->state == TRANSACTION_FAILED && !ends_failed_block(utility->kind))
        raise(SQLSTATE_IN_FAILED_SQL_TRANSACTION,
              "current transaction is aborted, commands ignored until end of transaction block");
    switch (utility->kind) {
    case UTILITY_COMMIT:
    case UTILITY_ROLLBACK:
        return transaction->is_chain ? chain_block(session, utility) : end_block(session, utility);
    case UTILITY_BEGIN:
        transaction_ensure(session);
        transaction_block(session, transaction);
        break;
    case UTILITY_SAVEPOINT:
        savepoint_begin(session, transaction->name);
        break;
    case UTILITY_RELEASE:
        savepoint_release(session, transaction->name);
        break;
    case UTILITY_ROLLBACK_TO:
        savepoint_rollback(session, transaction->name);
        break;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not supported yet", utility->tag);
    }
    sink->complete(sink->object, utility->tag);
    return SESSION_READY;
}

bool
session_is_in_list(const struct session *session)
{
    return session->query_list != NULL && session->query_list->count > 1;
}

static bool
is_control_kind(enum utility_kind kind)
{
    return kind <= UTILITY_ROLLBACK_TO;
}

/*
 * Runs one statement of a simple query. is_last: its tag waits for the commit of the implicit
 * transaction.
 */
static enum session_state
run_raw(struct session *session, const struct raw_statement *raw, bool is_last)
{
    session_arm(session);
    if (session_is_control(raw->source)) {
        struct analyze_options options = {.arena = session->query_arena, .scope = &session->scope};
        const struct query *query = analyze(&options, raw);
        if (query->command == COMMAND_UTILITY && is_control_kind(query->utility->kind))
            return session_run_control(session, query->utility);
    }
    transaction_ensure(session);
    statement_begin(session);
    struct query *utility = NULL;
    struct cache_entry *entry =
        planned_find(session, raw, NULL, session->statement_arena, &utility);
    const char *tag;
    if (entry != NULL) {
        session->query_ran = true;
        session_release_later(session, entry);
        return session_run_planned(session, entry, NULL, is_last);
    } else if (utility->utility->kind == UTILITY_COPY && utility->utility->copy.is_from &&
               utility->utility->copy.file == NULL) {
        session->query_ran = true;
        transaction_need_write(session, "COPY FROM");
        copy_in_begin(session, &utility->utility->copy);
        return SESSION_COPY_IN;
    } else {
        tag = utility_run(session, utility, raw, NULL);
    }
    return statement_complete(session, tag, is_last);
}

/* Goes on with the list until it ends or has to wait. */
static enum session_state
query_continue(struct session *session)
{
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        enum session_state state = SESSION_READY;
        while (state == SESSION_READY && session->query_list != NULL &&
               session->query_at < session->query_list->count) {
            const struct raw_statement *raw = &session->query_list->statements[session->query_at++];
            state = run_raw(session, raw, session->query_at == session->query_list->count);
        }
        if (state == SESSION_READY) {
            session->query_list = NULL;
            if (session->state == TRANSACTION_NONE && session->txn != NULL)
                state = transaction_commit(session, COMMIT_QUERY_END, NULL, false);
        }
        catch_end(&frame);
        return state;
    }
    session_fail(session, frame.error);
    return SESSION_READY;
}

static enum session_state
query_begin(struct session *session)
{
    if (session->query_list->count != 0)
        return query_continue(session);
    session->query_list = NULL;
    session->sink.empty(session->sink.object);
    return SESSION_READY;
}

enum session_state
session_query(struct session *session, const char *text)
{
    struct notice_sink outer = session_enter(session);
    session_pause(session);
    statement_end(session);
    arena_reset(session->query_arena);
    enum session_state state = SESSION_READY;
    bool is_run = false;
    struct catch frame;
    struct portal *unnamed = portal_find(session, "");
    if (unnamed != NULL)
        portal_free(unnamed);
    if (catch_begin(&frame, session->query_arena)) {
        utf8_require(slice_text(text));
        activity_begin(session, slice_text(text));
        is_run = lifted_run(session, slice_text(text), &state);
        if (!is_run)
            session->query_list = parse_sql(session->query_arena, slice_text(text));
        session->query_at = 0;
        catch_end(&frame);
        if (!is_run)
            state = query_begin(session);
    } else {
        session_fail(session, frame.error);
        state = SESSION_READY;
    }
    notice_sink_set(outer);
    return state;
}

enum session_state
session_resume(struct session *session)
{
    struct notice_sink outer = session_enter(session);
    enum session_state state = SESSION_READY;
    enum commit_step step = session->commit_step;
    session->commit_step = COMMIT_NONE;
    bool is_good = session->commit_status == ST_OK;
    session->activity.is_committing = false;
    transaction_resume(session);
    if (!is_good)
        session->query_list = NULL;
    else if (step == COMMIT_STATEMENT && session->query_list != NULL)
        state = query_continue(session);
    notice_sink_set(outer);
    return state;
}

/* ---- COPY FROM STDIN ---- */

enum session_state
session_copy_data(struct session *session, struct slice data)
{
    if (session->copy_in == NULL)
        return SESSION_READY;
    struct notice_sink outer = session_enter(session);
    enum session_state state = SESSION_COPY_IN;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        copy_in_data(session, data);
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
        state = SESSION_READY;
    }
    notice_sink_set(outer);
    return state;
}

/* The COPY statement's end: as that of any statement of its query string, or of Execute. */
static enum session_state
copy_complete(struct session *session, uint64_t row_count)
{
    const char *tag =
        arena_format(session->query_arena, "COPY %llu", (unsigned long long)row_count);
    statement_end(session);
    session_disarm(session);
    bool is_simple = session->query_list != NULL;
    bool is_last = is_simple && session->query_at == session->query_list->count;
    if (is_last && session->state == TRANSACTION_NONE)
        return transaction_commit(session, COMMIT_QUERY_END, tag, false);
    session->sink.complete(session->sink.object, tag);
    return is_simple ? query_continue(session) : SESSION_READY;
}

enum session_state
session_copy_done(struct session *session)
{
    if (session->copy_in == NULL)
        return SESSION_READY;
    struct notice_sink outer = session_enter(session);
    enum session_state state = SESSION_READY;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        uint64_t row_count = copy_in_finish(session);
        copy_in_free(session);
        state = copy_complete(session, row_count);
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return state;
}

enum session_state
session_copy_fail(struct session *session, const char *reason)
{
    if (session->copy_in == NULL)
        return SESSION_READY;
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    if (catch_begin(&frame, session->query_arena))
        copy_in_fail(session, reason);
    session->cancel = false;
    session_fail(session, frame.error);
    notice_sink_set(outer);
    return SESSION_READY;
}
