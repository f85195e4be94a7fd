/*
 * utility.c: dispatch of the statements that are not queries, and those about the session itself:
 * SET, SHOW, PREPARE, EXECUTE, LOCK, DISCARD.
 */
#include "session/constraints.h"
#include "session/cursor.h"
#include "session/ddl_routine.h"
#include "session/definition.h"
#include "session/planned.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/routine_run.h"
#include "session/row_buffer.h"
#include "session/scope.h"
#include "session/session_set.h"
#include "session/temp.h"
#include "session/transaction.h"
#include "session/utility_run.h"

/* ---- texts as rows ---- */

void
send_texts(struct session *session, const char *column_name, uint32_t count,
           const char *const *texts, bool with_columns)
{
    struct session_sink *sink = &session->sink;
    const struct result_column column = {
        .name = column_name, .type = TYPE_TEXT, .length = -1, .typmod = -1};
    if (with_columns)
        sink->columns(sink->object, &column, 1);
    for (uint32_t first = 0; first < count; first += COLUMN_ROWS_MAX) {
        uint32_t rows = count - first < COLUMN_ROWS_MAX ? count - first : COLUMN_ROWS_MAX;
        struct view *views = arena_alloc_array(session->statement_arena, rows, sizeof *views);
        for (uint32_t i = 0; i < rows; i++)
            views[i] = view_of(texts[first + i], strlen(texts[first + i]));
        struct column data = {.phys = PHYS_VIEW, .data = views};
        struct batch batch = {.count = rows, .column_count = 1, .columns = &data};
        session_put_rows(session, &batch);
    }
}

/* ---- SET and SHOW ---- */

/* The list of values as one text: lists' members quoted where a bare word would not do. */
static const char *
set_value(struct session *session, const struct set *set)
{
    struct arena *arena = session->statement_arena;
    int id = setting_find(set->name);
    if (set->values.count == 1 && id != SETTING_SEARCH_PATH)
        return set->values.names[0];
    const char *text = "";
    for (uint32_t i = 0; i < set->values.count; i++) {
        const char *value = set->values.names[i];
        if (id == SETTING_SEARCH_PATH)
            value = definition_name_in_list(value, arena);
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", value);
    }
    return text;
}

static void
run_set(struct session *session, const struct set *set)
{
    switch (set->kind) {
    case SET_VALUE:
        if (set->is_local && session->state == TRANSACTION_NONE && !session_is_in_list(session))
            notice(SEVERITY_WARNING, SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
                   "SET LOCAL can only be used in transaction blocks");
        session_set(session, set->name, set_value(session, set), SETTING_FROM_SQL, set->is_local);
        break;
    case SET_DEFAULT:
    case SET_RESET:
        session_set(session, set->name, NULL, SETTING_FROM_SQL, set->is_local);
        break;
    case SET_RESET_ALL:
        for (int id = 0; id < SETTING_COUNT; id++)
            if (setting_defs[id].context == SETTING_BY_USER)
                settings_set(&session->settings, setting_defs[id].name, NULL, SETTING_FROM_SQL,
                             false, savepoint_depth(session));
        session_settings_changed(session);
        break;
    case SET_TRANSACTION:
        transaction_set_modes(session, &set->modes);
        break;
    case SET_SESSION_CHARACTERISTICS:
        if (set->modes.has_isolation)
            session_set(session, "default_transaction_isolation", set->modes.isolation,
                        SETTING_FROM_SQL, false);
        if (set->modes.has_read_only)
            session_set(session, "default_transaction_read_only",
                        set->modes.is_read_only ? "on" : "off", SETTING_FROM_SQL, false);
        if (set->modes.has_deferrable)
            session_set(session, "default_transaction_deferrable",
                        set->modes.is_deferrable ? "on" : "off", SETTING_FROM_SQL, false);
        break;
    case SET_FROM_CURRENT:
    case SET_TRANSACTION_SNAPSHOT:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of SET is not supported yet");
    }
}

static const struct result_column show_all_columns[] = {
    {.name = "name", .type = TYPE_TEXT, .length = -1, .typmod = -1},
    {.name = "setting", .type = TYPE_TEXT, .length = -1, .typmod = -1},
    {.name = "description", .type = TYPE_TEXT, .length = -1, .typmod = -1},
};

static void
show_all(struct session *session, bool with_columns)
{
    struct session_sink *sink = &session->sink;
    struct view views[3][SETTING_COUNT];
    for (int id = 0; id < SETTING_COUNT; id++) {
        const char *texts[] = {
            setting_defs[id].name,
            session_show(session, setting_defs[id].name, session->statement_arena),
            setting_defs[id].description};
        for (int i = 0; i < 3; i++)
            views[i][id] = view_of(texts[i], strlen(texts[i]));
    }
    struct column columns[3];
    for (int i = 0; i < 3; i++)
        columns[i] = (struct column){.phys = PHYS_VIEW, .data = views[i]};
    struct batch batch = {.count = SETTING_COUNT, .column_count = 3, .columns = columns};
    if (with_columns)
        sink->columns(sink->object, show_all_columns, 3);
    session_put_rows(session, &batch);
}

static void
run_show(struct session *session, const char *name, bool with_columns)
{
    if (name == NULL) {
        show_all(session, with_columns);
        return;
    }
    const char *value = session_show(session, name, session->statement_arena);
    if (value == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", name);
    int id = setting_find(name);
    send_texts(session, id < 0 ? name : setting_defs[id].name, 1, &value, with_columns);
}

/* ---- PREPARE, EXECUTE, DEALLOCATE ---- */

static void
run_prepare(struct session *session, const struct prepare *prepare)
{
    struct statement *statement = statement_make(session, prepare->name, prepare->statement.source,
                                                 prepare->params.count, prepare->params.types);
    statement->from_sql = true;
}

/* The value of an argument of EXECUTE: an expression without columns, run as a query of one row. */
static void
eval_args(struct session *session, const struct execute *execute, struct portal *portal)
{
    struct arena *arena = session->statement_arena;
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct query *query = arena_alloc_zero(arena, sizeof *query);
    query->command = COMMAND_SELECT;
    query->result = RANGE_NONE;
    query->target_count = execute->arg_count;
    query->targets = arena_alloc_zero(arena, (execute->arg_count + 1) * sizeof *query->targets);
    for (uint32_t i = 0; i < execute->arg_count; i++) {
        query->targets[i].expr =
            analyze_assign(&options, execute->args[i], portal->info.param_types[i], -1,
                           arena_format(arena, "parameter $%u", i + 1));
        query->targets[i].name = "?column?";
    }
    struct cache_entry *entry = planned_make(session, query, NULL);
    session_release_later(session, entry);
    struct exec_context context = session_exec_context(session, arena);
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    if (!exec_next(exec, &batch))
        raise(SQLSTATE_INTERNAL_ERROR, "the arguments have no value");
    struct batch *kept = batch_keep(portal->arena, &batch);
    for (uint32_t i = 0; i < execute->arg_count; i++) {
        portal->params[i] = column_get(&kept->columns[i], 0);
        portal->param_nulls[i] = column_is_null(&kept->columns[i], 0);
    }
    exec_close(exec);
}

#define EXECUTE_PORTAL "<execute>" /* no client can name it: it lasts for one statement */

struct portal *
execute_portal(struct session *session, const struct execute *execute)
{
    struct statement *statement = statement_get(session, execute->name);
    if (statement->info.param_count != execute->arg_count)
        raise_error(.code = SQLSTATE_SYNTAX_ERROR,
                    .message = raise_text(
                        "wrong number of parameters for prepared statement \"%s\"", execute->name),
                    .detail = raise_text("Expected %u parameters but got %u.",
                                         statement->info.param_count, execute->arg_count));
    struct portal *old = portal_find(session, EXECUTE_PORTAL);
    if (old != NULL)
        portal_free(old);
    struct portal *portal = portal_bind(session, EXECUTE_PORTAL, statement, execute->arg_count);
    if (execute->arg_count != 0 && portal->kind == PORTAL_QUERY)
        eval_args(session, execute, portal);
    portal_plan_values(portal);
    return portal;
}

static const char *
run_execute(struct session *session, const struct execute *execute, bool with_columns)
{
    struct portal *portal = execute_portal(session, execute);
    if (portal->kind == PORTAL_EMPTY) {
        portal_free(portal);
        return "";
    }
    if (portal->kind == PORTAL_UTILITY) {
        const struct raw_statement *raw = portal->raw;
        portal_free(portal);
        struct query *utility = NULL;
        (void)planned_find(session, raw, NULL, session->statement_arena, &utility);
        return utility_run(session, utility, raw, NULL);
    }
    planned_need_write(session, portal->entry);
    struct session_sink *sink = &session->sink;
    if (with_columns && portal->info.returns_rows)
        sink->columns(sink->object, portal->info.columns, portal->info.column_count);
    uint64_t count;
    (void)portal_run(portal, 0, &count);
    bool is_select = portal->entry->command == COMMAND_SELECT;
    if (!is_select)
        count = exec_modified_count(portal->exec);
    const char *tag =
        arena_format(session->statement_arena, "%s %llu",
                     portal->entry->command == COMMAND_INSERT ? "INSERT 0" : portal->entry->verb,
                     (unsigned long long)count);
    portal_free(portal);
    return tag;
}

static void
run_deallocate(struct session *session, const char *name)
{
    if (name != NULL) {
        statement_free(statement_get(session, name));
        return;
    }
    struct statement *next;
    for (struct statement *statement = session->statements; statement != NULL; statement = next) {
        next = statement->next;
        if (statement->name != NULL)
            statement_free(statement);
    }
}

/* ---- LOCK, DISCARD, CHECKPOINT ---- */

/* The table and, unless it is alone, those that inherit from it. */
static void
lock_tree(struct session *session, const struct lock_tables *lock, const struct table *table,
          bool is_only)
{
    enum status st = ST_OK;
    if (table->kind == TABLE_PLAIN)
        st = txn_lock_table(session->txn, table->tree, (enum table_lock)lock->mode,
                            lock->is_nowait ? LOCK_NOWAIT : LOCK_WAIT);
    if (st != ST_OK)
        raise_status(st, "could not obtain lock on relation \"%s\"", table->name);
    uint32_t count = 0;
    const struct table **children =
        is_only ? NULL
                : catalog_children(session->catalog, table, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        lock_tree(session, lock, children[i], false);
}

static void
run_lock(struct session *session, const struct lock_tables *lock)
{
    if (session->state == TRANSACTION_NONE)
        raise(SQLSTATE_NO_ACTIVE_SQL_TRANSACTION,
              "LOCK TABLE can only be used in transaction blocks");
    for (uint32_t i = 0; i < lock->count; i++) {
        const struct table *table = session_find_table(session, &lock->tables[i]);
        if (table->kind != TABLE_PLAIN && table->kind != TABLE_PARTITIONED)
            raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot lock relation \"%s\"", table->name);
        lock_tree(session, lock, table, lock->is_only[i]);
    }
}

static void
no_block(struct session *session, const char *what)
{
    if (session->state != TRANSACTION_NONE || session_is_in_list(session))
        raise(SQLSTATE_ACTIVE_SQL_TRANSACTION, "%s cannot run inside a transaction block", what);
}

static void
run_discard(struct session *session, enum discard_kind kind)
{
    if (kind == DISCARD_ALL) {
        no_block(session, "DISCARD ALL");
        cursor_close(session, NULL);
        run_set(session, &(struct set){.kind = SET_RESET_ALL});
        run_deallocate(session, NULL);
    }
    if (kind == DISCARD_ALL || kind == DISCARD_TEMP)
        temp_discard(session);
    if (kind == DISCARD_ALL || kind == DISCARD_SEQUENCES) {
        map_deinit(&session->currvals);
        session->last_sequence = OID_NONE;
    }
}

static void
run_checkpoint(struct session *session)
{
    enum status st = db_checkpoint(session->engine->db);
    if (st != ST_OK)
        raise_status(st, "could not take a checkpoint");
}

/* ---- dispatch ---- */

static const char *
run_create_table_as(struct session *session, const struct create_table_as *create)
{
    uint64_t count;
    if (!ddl_create_table_as(session, create, &count) || create->with_no_data)
        return create->is_matview ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
    return arena_format(session->statement_arena, "SELECT %llu", (unsigned long long)count);
}

static void
run_rename(struct session *session, const struct rename *rename)
{
    if (rename->object == OBJECT_KIND_DATABASE)
        database_rename(session, rename->item.name.name, rename->new_name);
    else
        ddl_rename(session, rename);
}

/* Statements about the session, which change no object. Null: not one of them. */
static const char *
run_about_session(struct session *session, const struct utility *utility,
                  const struct portal *portal)
{
    bool with_columns = portal == NULL;
    switch (utility->kind) {
    case UTILITY_SET:
        run_set(session, &utility->set);
        return utility->tag;
    case UTILITY_SHOW:
        run_show(session, utility->show.name, with_columns);
        return utility->tag;
    case UTILITY_DISCARD:
        run_discard(session, utility->discard);
        return utility->tag;
    case UTILITY_PREPARE:
        run_prepare(session, &utility->prepare);
        return utility->tag;
    case UTILITY_EXECUTE:
        return run_execute(session, &utility->execute, with_columns);
    case UTILITY_DEALLOCATE:
        run_deallocate(session, utility->name);
        return utility->tag;
    case UTILITY_DECLARE:
        cursor_declare(session, &utility->declare);
        return utility->tag;
    case UTILITY_FETCH:
        return cursor_fetch(session, &utility->fetch, with_columns);
    case UTILITY_CLOSE:
        cursor_close(session, utility->name);
        return utility->tag;
    case UTILITY_EXPLAIN:
        (void)explain_run(session, &utility->explain, portal);
        return "EXPLAIN";
    case UTILITY_COPY:
        if (utility->copy.is_from)
            transaction_need_write(session, "COPY FROM");
        return arena_format(session->statement_arena, "COPY %llu",
                            (unsigned long long)copy_run(session, &utility->copy));
    case UTILITY_LOCK:
        run_lock(session, &utility->lock);
        return utility->tag;
    case UTILITY_SET_CONSTRAINTS:
        constraints_set(session, &utility->set_constraints);
        return utility->tag;
    case UTILITY_CHECKPOINT:
        run_checkpoint(session);
        return utility->tag;
    case UTILITY_CALL:
        routine_run_call(session, utility->call_routine, with_columns);
        return utility->tag;
    default:
        return NULL;
    }
}

static void
run_about_objects(struct session *session, const struct utility *utility)
{
    switch (utility->kind) {
    case UTILITY_CREATE_TABLE:
        ddl_create_table(session, &utility->create_table);
        break;
    case UTILITY_ALTER_TABLE:
        ddl_alter_table(session, &utility->alter_table);
        break;
    case UTILITY_TRUNCATE:
        ddl_truncate(session, &utility->truncate);
        break;
    case UTILITY_CREATE_INDEX:
        ddl_create_index(session, &utility->create_index);
        break;
    case UTILITY_CREATE_SEQUENCE:
        ddl_create_sequence(session, &utility->create_sequence);
        break;
    case UTILITY_ALTER_SEQUENCE:
        ddl_alter_sequence(session, &utility->alter_sequence);
        break;
    case UTILITY_CREATE_VIEW:
        ddl_create_view(session, &utility->create_view);
        break;
    case UTILITY_REFRESH_VIEW:
        ddl_refresh_view(session, &utility->refresh_view);
        break;
    case UTILITY_CREATE_SCHEMA:
        ddl_create_schema(session, &utility->create_schema);
        break;
    case UTILITY_DROP:
        ddl_drop(session, &utility->drop);
        break;
    case UTILITY_RENAME:
        run_rename(session, &utility->rename);
        break;
    case UTILITY_SET_SCHEMA:
        ddl_set_schema(session, &utility->alter_object);
        break;
    case UTILITY_OWNER:
        ddl_set_owner(session, &utility->alter_object);
        break;
    case UTILITY_COMMENT:
        ddl_comment(session, &utility->comment);
        break;
    case UTILITY_VACUUM:
        if (utility->vacuum.is_vacuum)
            no_block(session, "VACUUM");
        upkeep_vacuum(session, &utility->vacuum);
        break;
    case UTILITY_REINDEX:
        if (utility->reindex.object != OBJECT_KIND_INDEX &&
            utility->reindex.object != OBJECT_KIND_TABLE)
            no_block(session, "REINDEX");
        ddl_reindex(session, &utility->reindex);
        break;
    case UTILITY_CREATE_DATABASE:
        no_block(session, "CREATE DATABASE");
        database_create(session, &utility->create_database);
        break;
    case UTILITY_DROP_DATABASE:
        no_block(session, "DROP DATABASE");
        database_drop(session, &utility->drop_database);
        break;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not supported yet", utility->tag);
    }
}

/* Whether a transaction has begun in earnest after it: its modes stay what they are. */
static bool
takes_snapshot(enum utility_kind kind)
{
    return kind != UTILITY_SET && kind != UTILITY_SHOW && kind != UTILITY_LOCK &&
           kind != UTILITY_SET_CONSTRAINTS && kind != UTILITY_FETCH && kind != UTILITY_CHECKPOINT;
}

/* Functions, operators, casts; false: it is about something else. */
static bool
run_about_routines(struct session *session, const struct utility *utility,
                   const struct raw_statement *raw)
{
    switch (utility->kind) {
    case UTILITY_CREATE_FUNCTION:
        ddl_create_routine(session, utility->create_routine, raw);
        return true;
    case UTILITY_ALTER_FUNCTION:
        ddl_alter_routine(session, utility->alter_routine);
        return true;
    case UTILITY_CREATE_OPERATOR:
        ddl_create_operator(session, utility->create_operator);
        return true;
    case UTILITY_ALTER_OPERATOR:
        ddl_alter_operator(session, utility->alter_operator);
        return true;
    case UTILITY_CREATE_CAST:
        ddl_create_cast(session, utility->cast);
        return true;
    case UTILITY_DROP_CAST:
        ddl_drop_cast(session, utility->cast);
        return true;
    case UTILITY_COMMENT_CAST:
        ddl_comment_cast(session, utility->cast);
        return true;
    default:
        return false;
    }
}

const char *
utility_run(struct session *session, const struct query *query, const struct raw_statement *raw,
            const struct portal *portal)
{
    const struct utility *utility = query->utility;
    session->query_ran |= takes_snapshot(utility->kind);
    const char *tag = run_about_session(session, utility, portal);
    if (tag != NULL)
        return tag;
    bool is_create_as = utility->kind == UTILITY_CREATE_TABLE_AS;
    transaction_need_write(session, is_create_as ? "CREATE TABLE AS" : utility->tag);
    if (is_create_as)
        return run_create_table_as(session, &utility->create_table_as);
    if (utility->kind == UTILITY_CREATE_COMPOSITE)
        ddl_create_composite(session, &utility->create_table);
    else if (utility->kind == UTILITY_CREATE_DOMAIN)
        ddl_create_domain(session, &utility->create_domain);
    else if (utility->kind == UTILITY_ALTER_DOMAIN)
        ddl_alter_domain(session, &utility->alter_domain);
    else if (utility->kind == UTILITY_CREATE_ENUM)
        ddl_create_enum(session, &utility->create_enum);
    else if (utility->kind == UTILITY_CREATE_RANGE)
        ddl_create_range(session, &utility->create_range);
    else if (utility->kind == UTILITY_ALTER_ENUM)
        ddl_alter_enum(session, &utility->alter_enum);
    else if (run_about_routines(session, utility, raw))
        return utility->tag;
    else
        run_about_objects(session, utility);
    return utility->tag;
}

/* ---- Describe ---- */

static void
describe_texts(struct arena *arena, const char *name, struct statement_info *info)
{
    struct result_column *column = arena_alloc(arena, sizeof *column);
    *column = (struct result_column){
        .name = arena_text(arena, name), .type = TYPE_TEXT, .length = -1, .typmod = -1};
    info->columns = column;
    info->column_count = 1;
    info->returns_rows = true;
}

bool
utility_describe(struct session *session, const struct utility *utility, struct arena *arena,
                 struct statement_info *info)
{
    switch (utility->kind) {
    case UTILITY_SHOW:
        if (utility->show.name == NULL) {
            info->columns = show_all_columns;
            info->column_count = 3;
            return info->returns_rows = true;
        }
        describe_texts(arena, utility->show.name, info);
        return true;
    case UTILITY_EXPLAIN:
        describe_texts(arena, "QUERY PLAN", info);
        return true;
    case UTILITY_FETCH: {
        struct portal *portal = cursor_get(session, utility->fetch.cursor);
        if (utility->fetch.is_move)
            return false;
        info->columns = portal->info.columns;
        info->column_count = portal->info.column_count;
        return info->returns_rows = true;
    }
    case UTILITY_EXECUTE: {
        const struct statement_info *made = &statement_get(session, utility->execute.name)->info;
        info->columns = made->columns;
        info->column_count = made->column_count;
        return info->returns_rows = made->returns_rows;
    }
    default:
        return false;
    }
}
