/*
 * extended.c: prepared statements and portals: the extended protocol in function form.
 *
 * A statement is analysed when it is prepared, for its parameters and columns, and holds its plan;
 * when the catalog or the search path has changed since, the next use plans it again.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/scope.h"
#include "session/transaction.h"
#include "session/utility_run.h"
#include "type/utf8.h"
#include <ctype.h>

/* ---- statements ---- */

static struct statement *
statement_find(struct session *session, const char *name)
{
    struct statement *statement = session->statements;
    while (statement != NULL && (statement->name == NULL || strcmp(statement->name, name) != 0))
        statement = statement->next;
    return statement;
}

struct statement *
statement_get(struct session *session, const char *name)
{
    struct statement *statement = statement_find(session, name);
    if (statement != NULL)
        return statement;
    if (*name == '\0')
        raise(SQLSTATE_INVALID_SQL_STATEMENT_NAME, "unnamed prepared statement does not exist");
    raise(SQLSTATE_INVALID_SQL_STATEMENT_NAME, "prepared statement \"%s\" does not exist", name);
}

static struct statement *
statement_new(struct session *session, const char *name)
{
    struct arena *arena = arena_new(
        &(struct arena_options){.name = "prepared statement", .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    size_t name_bytes = name == NULL ? 0 : strlen(name) + 1;
    struct statement *statement = arena_try_alloc(arena, sizeof *statement + name_bytes);
    if (statement == NULL) {
        arena_free(arena);
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    *statement =
        (struct statement){.session = session,
                           .arena = arena,
                           .name = name == NULL ? NULL : memcpy(statement + 1, name, name_bytes),
                           .prepared_us = clock_wall_us(),
                           .next = session->statements};
    session->statements = statement;
    return statement;
}

/* Frees a statement that has no name any more, and no portal. */
static void
statement_end_life(struct statement *statement)
{
    if (!statement->is_forgotten || statement->portal_count != 0)
        return;
    statement_cache_release(statement->session->engine->statements, statement->entry);
    arena_free(statement->arena); /* the statement itself lies in it */
}

void
statement_free(struct statement *statement)
{
    struct session *session = statement->session;
    statement_close(statement);
    struct statement **link = &session->statements;
    while (*link != statement)
        link = &(*link)->next;
    *link = statement->next;
    statement_close_point(statement);
    statement->is_forgotten = true;
    statement_end_life(statement);
}

void
statement_unbind(struct statement *statement, const struct portal *portal)
{
    if (statement->portal == portal)
        statement->portal = NULL;
    check(statement->portal_count != 0);
    statement->portal_count--;
    statement_end_life(statement);
}

/* Parses the text, unless that has been done. */
static void
statement_parse(struct statement *statement)
{
    if (statement->raw != NULL || statement->is_empty)
        return;
    struct raw_list *list = parse_sql(statement->arena, statement->text);
    if (list->count > 1)
        raise(SQLSTATE_SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
    statement->is_empty = list->count == 0;
    if (!statement->is_empty)
        statement->raw = &list->statements[0];
}

struct cache_entry *
statement_plan(struct statement *statement, struct arena *arena, struct query **utility)
{
    struct session *session = statement->session;
    struct cache_entry *entry = statement->entry;
    if (entry != NULL && entry->key.catalog_version == catalog_version(session->catalog) &&
        entry->key.path_version == session->path_version && planned_fits(session, entry))
        return entry;
    statement_close_point(statement);
    statement->entry = NULL;
    statement_cache_release(session->engine->statements, entry);
    statement_parse(statement);
    entry = planned_find(session, statement->raw, &statement->given, arena, utility);
    if (entry != NULL && entry->kept != NULL)
        statement->entry = entry;
    else if (entry != NULL)
        session_release_later(session,
                              entry); /* a private catalog's: good for this statement only */
    return entry;
}

static void
info_copy(struct statement_info *to, const struct statement_info *from, struct arena *arena)
{
    *to = *from;
    to->param_types = arena_copy(arena, from->param_types, from->param_count * sizeof(oid));
    struct result_column *columns =
        arena_copy(arena, from->columns, from->column_count * sizeof *columns);
    for (uint32_t i = 0; i < from->column_count; i++)
        columns[i].name = arena_text(arena, columns[i].name);
    to->columns = columns;
}

static void
statement_take_info(struct statement *statement, const struct cache_entry *entry)
{
    info_copy(&statement->info, &entry->info, statement->arena);
    statement->tag = arena_text(statement->arena, entry->verb);
}

/* The text without what surrounds its statement, if it is of one. */
static struct slice
text_source(struct slice text)
{
    size_t from = 0, to = text.bytes;
    while (from < to && isspace(text.data[from]))
        from++;
    while (to > from && isspace(text.data[to - 1]))
        to--;
    if (to > from && text.data[to - 1] == ';')
        to--;
    while (to > from && isspace(text.data[to - 1]))
        to--;
    return slice_of(text.data + from, to - from);
}

/* Takes a plan that is there for the text, which need not be parsed then. */
static bool
statement_adopt(struct statement *statement)
{
    struct session *session = statement->session;
    struct slice source = text_source(statement->text);
    if (session->state == TRANSACTION_FAILED || source.bytes == 0 || session_is_control(source))
        return false;
    transaction_ensure(session);
    if (!session->in_statement)
        statement_begin(session);
    statement->entry = planned_known(session, source, &statement->given);
    if (statement->entry == NULL)
        return false;
    statement_take_info(statement, statement->entry);
    return true;
}

/* Analyses a new statement for what Describe tells. */
static void
statement_fill(struct statement *statement)
{
    struct session *session = statement->session;
    if (session_is_control(statement->raw->source)) {
        statement->is_utility = statement->is_control = true;
        return;
    }
    transaction_ensure(session);
    if (!session->in_statement)
        statement_begin(session);
    struct query *utility = NULL;
    struct cache_entry *entry = statement_plan(statement, session->statement_arena, &utility);
    if (entry != NULL) {
        statement_take_info(statement, entry);
        return;
    }
    statement->is_utility = true;
    statement->info.returns_rows =
        utility_describe(session, utility->utility, statement->arena, &statement->info);
}

struct statement *
statement_make(struct session *session, const char *name, struct slice text, uint32_t param_count,
               const oid *param_types)
{
    if (name != NULL) {
        struct statement *old = statement_find(session, name);
        if (old != NULL && *name != '\0')
            raise(SQLSTATE_DUPLICATE_PREPARED_STATEMENT, "prepared statement \"%s\" already exists",
                  name);
        if (old != NULL)
            statement_free(old);
    }
    struct statement *statement = statement_new(session, name);
    session->unfinished = statement; /* freed by the catch frame if what follows raises */
    utf8_require(text);
    statement->text = arena_slice(statement->arena, text);
    statement->given = (struct param_types){
        .count = param_count,
        .types = arena_copy(statement->arena, param_types, param_count * sizeof(oid)),
        .can_infer = true};
    /* Unnamed ones only: others are kept, and shown with their text. */
    bool is_unnamed = name != NULL && *name == '\0';
    if (!is_unnamed || !statement_adopt(statement)) {
        statement_parse(statement);
        if (!statement->is_empty)
            statement_fill(statement);
    }
    session->unfinished = NULL;
    return statement;
}

/* ---- portals ---- */

static union datum
param_decode(struct session *session, const struct param_value *param, oid type,
             struct arena *arena, uint32_t number)
{
    const struct type_info *info = scope_type(&session->scope, type);
    if (info == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "type of parameter $%u does not exist", number);
    struct slice bytes = arena_slice(arena, param->data);
    if (!param->is_binary) {
        utf8_require(bytes);
        return type_input(&session->env, arena, type, -1, bytes);
    }
    if (info->recv == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
              info->sql_name);
    struct type_call call = {
        .arena = arena, .env = &session->env, .type = info, .typmod = -1, .element = info->element};
    return info->recv(&call, bytes);
}

static void
portal_fill(struct portal *portal, struct statement *statement, uint32_t param_count)
{
    struct session *session = portal->session;
    if (param_count != statement->info.param_count)
        raise(SQLSTATE_PROTOCOL_VIOLATION,
              "bind message supplies %u parameters, but prepared statement \"%s\" requires %u",
              param_count, statement->name == NULL ? "" : statement->name,
              statement->info.param_count);
    portal->raw = statement->raw;
    portal->info = statement->info;
    portal->statement = statement;
    statement->portal_count++;
    portal->param_count = param_count;
    portal->params = arena_alloc_array(portal->arena, param_count + 1, sizeof *portal->params);
    portal->param_nulls =
        arena_alloc_array(portal->arena, param_count + 1, sizeof *portal->param_nulls);
    if (statement->is_empty) {
        portal->kind = PORTAL_EMPTY;
        return;
    }
    portal->kind = statement->is_utility ? PORTAL_UTILITY : PORTAL_QUERY;
    if (statement->is_control)
        return;
    transaction_ensure(session);
    if (!session->in_statement)
        statement_begin(session);
    if (statement->is_utility)
        return;
    struct query *utility;
    struct cache_entry *entry = statement_plan(statement, portal->arena, &utility);
    check(entry != NULL);
    if (entry->info.column_count != statement->info.column_count)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
    statement_cache_hold(session->engine->statements, entry);
    portal->entry = entry;
}

/* A portal for the statement with its parameters still to be filled in. Raises. */
struct portal *
portal_bind(struct session *session, const char *name, struct statement *statement,
            uint32_t param_count)
{
    struct portal *portal = portal_new(session, name);
    portal_fill(portal, statement, param_count);
    return portal;
}

void
portal_plan_values(struct portal *portal)
{
    struct query_params params = {
        .count = portal->param_count, .values = portal->params, .nulls = portal->param_nulls};
    if (portal->kind == PORTAL_QUERY && portal->entry != NULL)
        portal->entry = planned_custom(portal->session, portal->entry, &params);
}

static void
portal_take_params(struct portal *portal, const struct param_value *params)
{
    for (uint32_t i = 0; i < portal->param_count; i++) {
        portal->param_nulls[i] = params[i].data.data == NULL;
        portal->params[i] = (union datum){.words = {0, 0}};
        if (!portal->param_nulls[i])
            portal->params[i] = param_decode(portal->session, &params[i],
                                             portal->info.param_types[i], portal->arena, i + 1);
    }
    portal_plan_values(portal);
}

void
portal_take_values(struct portal *portal, const union datum *values, const bool *nulls)
{
    for (uint32_t i = 0; i < portal->param_count; i++) {
        union datum value = values[i];
        const struct type_info *type =
            scope_type(&portal->session->scope, portal->info.param_types[i]);
        if (!nulls[i] && type != NULL && type->phys == PHYS_VIEW &&
            value.view.bytes > VIEW_INLINE_BYTES)
            value.view = view_of(arena_copy(portal->arena, value.view.far.data, value.view.bytes),
                                 value.view.bytes);
        portal->params[i] = value;
        portal->param_nulls[i] = nulls[i];
    }
    portal_plan_values(portal);
}

/* ---- executing ---- */

/* Runs it up to the limit, and *count is what its tag says: rows put out, or changed. True: the
 * limit was reached. */
static bool
portal_count(struct portal *portal, uint64_t limit, uint64_t *count)
{
    *count = 0;
    if (portal->is_done || (limit == 0 && portal_run_short(portal, count)))
        return false;
    bool is_limited = portal_run(portal, limit, count);
    if (!is_limited && portal->exec != NULL && portal->entry->command != COMMAND_SELECT)
        *count = exec_modified_count(portal->exec);
    return is_limited;
}

/* A planned query's rows, up to the limit; the tag or the suspension is told. */
static void
execute_query(struct portal *portal, uint64_t limit)
{
    struct session *session = portal->session;
    struct session_sink *sink = &session->sink;
    if (portal->entry == NULL && !portal->is_done)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"%s\" cannot be run",
              portal->name);
    if (!portal->is_started && !portal->is_done)
        planned_need_write(session, portal->entry);
    uint64_t count;
    if (portal_count(portal, limit, &count)) {
        sink->suspended(sink->object);
        return;
    }
    const struct cache_entry *entry = portal->entry;
    const char *verb = portal->statement != NULL && portal->statement->tag != NULL
                           ? portal->statement->tag
                           : "SELECT";
    const char *insert = entry != NULL && entry->command == COMMAND_INSERT ? "INSERT 0" : verb;
    sink->complete(sink->object, session_count_tag(session->query_arena, insert, count));
    portal_stop(portal);
}

static enum session_state
execute_utility(struct portal *portal)
{
    struct session *session = portal->session;
    struct session_sink *sink = &session->sink;
    portal->is_done = true;
    if (portal->statement->is_control) {
        /* The portal may go with the transaction, and a forgotten statement with it. */
        struct arena *arena = portal->statement->is_forgotten ? session->query_arena : NULL;
        const struct utility *control = statement_control(portal->statement, arena);
        if (control != NULL)
            return session_run_control(session, control);
    }
    session->ran_long = true;
    transaction_ensure(session);
    if (!session->in_statement)
        statement_begin(session);
    struct query *query = NULL;
    struct cache_entry *entry =
        planned_find(session, portal->raw, &portal->statement->given, portal->arena, &query);
    check(entry == NULL);
    const struct utility *utility = query->utility;
    if (utility->kind == UTILITY_COPY && utility->copy.is_from && utility->copy.file == NULL) {
        session->query_ran = true;
        transaction_need_write(session, "COPY FROM");
        copy_in_begin(session, &utility->copy);
        return SESSION_COPY_IN;
    }
    sink->complete(sink->object, utility_run(session, query, portal->raw, portal));
    return SESSION_READY;
}

enum session_state
portal_execute(struct session *session, struct portal *portal, uint64_t limit)
{
    if (portal->kind == PORTAL_EMPTY) {
        session->sink.empty(session->sink.object);
        return SESSION_READY;
    }
    if (portal->kind == PORTAL_UTILITY) {
        if (portal->is_done) /* run to its end before: nothing is left */
            raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"%s\" cannot be run",
                  portal->name);
        enum session_state state = execute_utility(portal);
        if (state == SESSION_READY)
            statement_end(session);
        return state;
    }
    transaction_ensure(session);
    if (!session->in_statement)
        statement_begin(session);
    session->query_ran = true;
    execute_query(portal, limit);
    statement_end(session);
    return SESSION_READY;
}

/* ---- the functions of session.h ---- */

bool
session_parse(struct session *session, const char *name, const char *text, uint32_t param_count,
              const oid *param_types)
{
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    bool is_good = catch_begin(&frame, session->query_arena);
    if (is_good) {
        (void)statement_make(session, name, slice_text(text), param_count, param_types);
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return is_good;
}

struct statement *
session_prepare(struct session *session, const char *text, uint32_t param_count,
                const oid *param_types)
{
    struct notice_sink outer = session_enter(session);
    struct statement *volatile statement = NULL;
    struct catch frame;
    session_pause(session);
    if (catch_begin(&frame, session->query_arena)) {
        statement = statement_make(session, NULL, slice_text(text), param_count, param_types);
        catch_end(&frame);
        statement_end(session);
        if (session->state == TRANSACTION_NONE && session->txn != NULL)
            transaction_rollback(session);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return statement;
}

const struct statement_info *
session_describe(struct session *session, const char *statement_name)
{
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        const struct statement_info *info = &statement_get(session, statement_name)->info;
        catch_end(&frame);
        return info;
    }
    session_fail(session, frame.error);
    return NULL;
}

const struct statement_info *
session_describe_portal(struct session *session, const char *portal_name)
{
    struct portal *portal = portal_find(session, portal_name);
    if (portal != NULL)
        return &portal->info;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        raise(SQLSTATE_INVALID_CURSOR_NAME, "portal \"%s\" does not exist", portal_name);
    }
    session_fail(session, frame.error);
    return NULL;
}

bool
session_bind(struct session *session, const char *portal_name, const char *statement,
             uint32_t param_count, const struct param_value *params)
{
    struct notice_sink outer = session_enter(session);
    struct catch frame;
    bool is_good = catch_begin(&frame, session->query_arena);
    if (is_good) {
        struct portal *portal =
            portal_bind(session, portal_name, statement_get(session, statement), param_count);
        portal_take_params(portal, params);
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return is_good;
}

enum session_state
session_execute(struct session *session, const char *portal_name, uint64_t row_limit)
{
    struct notice_sink outer = session_enter(session);
    enum session_state state = SESSION_READY;
    struct catch frame;
    if (catch_begin(&frame, session->query_arena)) {
        struct portal *portal = portal_find(session, portal_name);
        if (portal == NULL)
            raise(SQLSTATE_INVALID_CURSOR_NAME, "portal \"%s\" does not exist", portal_name);
        session_arm(session);
        activity_begin(session, portal->statement != NULL ? portal->statement->text
                                                          : slice_text(portal->sql));
        state = portal_execute(session, portal, row_limit);
        session_disarm(session);
        catch_end(&frame);
    } else {
        session_fail(session, frame.error);
    }
    notice_sink_set(outer);
    return state;
}

bool
session_close_statement(struct session *session, const char *name)
{
    struct statement *statement = statement_find(session, name);
    if (statement != NULL)
        statement_free(statement);
    return true;
}

bool
session_close_portal(struct session *session, const char *name)
{
    struct portal *portal = portal_find(session, name);
    if (portal != NULL)
        portal_free(portal);
    return true;
}

enum session_state
session_sync(struct session *session)
{
    struct notice_sink outer = session_take_notices(session); /* nothing here asks for the time */
    enum session_state state = SESSION_READY;
    statement_end(session);
    if (session->state == TRANSACTION_NONE && session->txn != NULL) {
        struct catch frame;
        if (catch_begin(&frame, session->query_arena)) {
            if (!transaction_park(session))
                state = transaction_commit(session, COMMIT_SYNC, NULL, false);
            catch_end(&frame);
        } else {
            session_fail(session, frame.error);
        }
    }
    if (state == SESSION_READY)
        arena_reset(session->query_arena);
    notice_sink_set(outer);
    return state;
}

void
session_idle(struct session *session)
{
    if (session->copy_in != NULL)
        return; /* its rows are still to come, within its statement */
    statement_end(session);
    activity_end(session);
}

int64_t
session_idle_limit_us(const struct session *session)
{
    enum setting_id id = session->state == TRANSACTION_NONE
                             ? SETTING_IDLE_SESSION_TIMEOUT
                             : SETTING_IDLE_IN_TRANSACTION_SESSION_TIMEOUT;
    return settings_int(&session->settings, id) * 1000;
}
