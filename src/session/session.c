/*
 * session.c: a session's beginning and end, its settings made effective, cancelling.
 */
#include "session/session.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "session/access.h"
#include "session/portal.h"
#include "session/query.h"
#include "session/routine_run.h"
#include "session/scope.h"
#include "session/session_set.h"
#include "session/temp.h"
#include "session/transaction.h"
#include "session/utility_run.h"
#include "type/float_text.h"
#include "type/timezone.h"
#include <math.h>
#include <strings.h>

/* ---- settings made effective ---- */

static void
env_take_date_style(struct type_env *env, const char *text)
{
    env->date_style = strncmp(text, "SQL", 3) == 0        ? DATE_STYLE_SQL
                      : strncmp(text, "Postgres", 8) == 0 ? DATE_STYLE_POSTGRES
                      : strncmp(text, "German", 6) == 0   ? DATE_STYLE_GERMAN
                                                          : DATE_STYLE_ISO;
    env->date_order = strstr(text, "DMY") != NULL   ? DATE_ORDER_DMY
                      : strstr(text, "YMD") != NULL ? DATE_ORDER_YMD
                                                    : DATE_ORDER_MDY;
}

#define ZONE_HOURS_END 168 /* a week */

/*
 * Null: there is no such zone. A number is hours east of Greenwich, though it also looks like a
 * POSIX specification, which counts west.
 */
static const struct timezone *
find_timezone(struct session *session, const char *name)
{
    struct timezones *zones = types_timezones(session->engine->types);
    const struct timezone *zone;
    struct slice number;
    double hours;
    enum status st = ST_NOT_FOUND;
    if (float_text_read64(slice_text(name), &hours, &number) == FLOAT_TEXT_SYNTAX)
        st = timezones_find(zones, slice_text(name), &zone);
    else if (fabs(hours) < ZONE_HOURS_END)
        st = timezones_fixed(zones, (int32_t)round(hours * 3600), &zone);
    if (st == ST_OK)
        return zone;
    if (st != ST_NOT_FOUND)
        raise_status(st, "could not read time zone \"%s\"", name);
    return NULL;
}

void
session_settings_changed(struct session *session)
{
    const struct settings *settings = &session->settings;
    struct type_env *env = &session->env;
    env_take_date_style(env, settings_text(settings, SETTING_DATESTYLE));
    env->interval_style = (enum interval_style)settings_int(settings, SETTING_INTERVALSTYLE);
    env->extra_float_digits = (int)settings_int(settings, SETTING_EXTRA_FLOAT_DIGITS);
    env->bytea_is_escape = settings_int(settings, SETTING_BYTEA_OUTPUT) == 0;
    env->standard_conforming_strings = true;
    env->timezone = find_timezone(session, settings_text(settings, SETTING_TIMEZONE));
    session_path_changed(session);
    transaction_wait_changed(session);
    activity_set_application(&session->activity, settings_text(settings, SETTING_APPLICATION_NAME));
    for (int id = 0; id < SETTING_COUNT; id++) {
        const char *text = settings_text(settings, (enum setting_id)id);
        if (!setting_defs[id].is_reported || !session->is_reporting ||
            (session->reported[id] != NULL && strcmp(session->reported[id], text) == 0))
            continue;
        size_t bytes = strlen(text) + 1;
        char *copy = mem_alloc(bytes);
        if (copy == NULL)
            continue; /* told again at the next change */
        memcpy(copy, text, bytes);
        mem_free(session->reported[id]);
        session->reported[id] = copy;
        session->sink.parameter(session->sink.object, setting_defs[id].name, text);
    }
}

/* A transaction's own modes are not settings underneath: this session's state is their value. */
static bool
set_mode(struct session *session, const char *name, const char *value)
{
    struct transaction modes = {0};
    if (value == NULL)
        return false;
    if (strcasecmp(name, "transaction_isolation") == 0) {
        modes.has_isolation = true;
        modes.isolation = value;
    } else if (strcasecmp(name, "transaction_read_only") == 0) {
        modes.has_read_only = true;
        modes.is_read_only = strcasecmp(value, "on") == 0 || strcasecmp(value, "true") == 0 ||
                             strcmp(value, "1") == 0;
    } else if (strcasecmp(name, "transaction_deferrable") == 0) {
        modes.has_deferrable = true;
        modes.is_deferrable = strcasecmp(value, "on") == 0 || strcasecmp(value, "true") == 0 ||
                              strcmp(value, "1") == 0;
    } else {
        return false;
    }
    transaction_set_modes(session, &modes);
    return true;
}

const char *
session_show(struct session *session, const char *name, struct arena *arena)
{
    static const char *const isolations[] = {[ISOLATION_READ_COMMITTED] = "read committed",
                                             [ISOLATION_REPEATABLE_READ] = "repeatable read",
                                             [ISOLATION_SERIALIZABLE] = "serializable"};
    if (strcasecmp(name, "transaction_isolation") == 0)
        return isolations[session->isolation];
    if (strcasecmp(name, "transaction_read_only") == 0)
        return session->is_read_only ? "on" : "off";
    if (strcasecmp(name, "transaction_deferrable") == 0)
        return session->is_deferrable ? "on" : "off";
    return settings_show(&session->settings, name, arena);
}

void
session_set(struct session *session, const char *name, const char *value,
            enum setting_source source, bool is_local)
{
    if (setting_find(name) == SETTING_TIMEZONE && value != NULL) {
        const struct timezone *zone = find_timezone(session, value);
        if (zone == NULL)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": \"%s\"",
                  "TimeZone", value);
        value = timezone_name(zone);
    }
    if (set_mode(session, name, value))
        return;
    settings_set(&session->settings, name, value, source, is_local, savepoint_depth(session));
    session_settings_changed(session);
}

/* ---- beginning ---- */

static char *
session_text(struct session *session, const char *text)
{
    return text == NULL ? NULL : arena_text(session->arena, text);
}

static struct arena *
session_arena(const char *name)
{
    struct arena *arena = arena_new(&(struct arena_options){
        .name = name, .first_block_bytes = 16384, .on_full = raise_arena_full});
    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return arena;
}

static void
session_open_branch(struct session *session, const char *name)
{
    enum status st = branch_open(session->engine->db, name, &session->branch);
    if (st == ST_NOT_FOUND || st == ST_INVALID)
        raise(SQLSTATE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", name);
    if (st != ST_OK)
        raise_status(st, "could not open database \"%s\"", name);
    session->branch_name = session_text(session, name);
}

static void
session_link(struct session *session, uint32_t pid)
{
    struct engine *engine = session->engine;
    mutex_lock(&engine->mutex);
    session->pid = pid != 0 ? pid : engine->next_pid++;
    session->next = engine->sessions;
    if (session->next != NULL)
        session->next->prev = session;
    engine->sessions = session;
    mutex_unlock(&engine->mutex);
    session->is_linked = true;
}

static void
session_fill(struct session *session, const struct session_options *options)
{
    session->txn_arena = session_arena("transaction");
    session->statement_arena = session_arena("statement");
    session->query_arena = session_arena("query");
    session->user = session_text(session, options->user);
    session->client_address = session_text(session, options->client_address);
    session->server_address = session_text(session, options->server_address);
    session->client_port = options->client_port;
    session->server_port = options->server_port;
    session->sink = options->sink;
    session->on_commit = options->on_commit;
    session->on_block = options->on_block;
    session->state = TRANSACTION_NONE;
    settings_copy(&session->settings, &options->engine->settings);
    uint64_t seed;
    random_secret(&seed, sizeof seed);
    random_init(&session->random, seed);
    session->env = (struct type_env){
        .types = options->engine->types, .random = &session->random, .access = &session->access};
    session_access_init(session);
    session_scope_init(session);
    session_open_branch(session, options->branch);
    settings_set(&session->settings, "session_authorization", options->user, SETTING_FROM_INSIDE,
                 false, 0);
    for (uint32_t i = 0; i < options->setting_count; i++)
        session_set(session, options->settings[i].name, options->settings[i].value,
                    SETTING_FROM_SQL, false);
    if (options->application_name != NULL)
        session_set(session, "application_name", options->application_name, SETTING_FROM_SQL,
                    false);
    settings_commit(&session->settings, 0);
    settings_keep_as_start(&session->settings);
    session_settings_changed(session);
    session_link(session, options->pid);
}

static void
session_release(struct session *session)
{
    if (session->is_linked) {
        struct engine *engine = session->engine;
        mutex_lock(&engine->mutex);
        *(session->prev != NULL ? &session->prev->next : &engine->sessions) = session->next;
        if (session->next != NULL)
            session->next->prev = session->prev;
        mutex_unlock(&engine->mutex);
    }
    routine_sql_forget(session);
    temp_free(session);
    if (session->branch != NULL)
        branch_release(session->branch);
    settings_deinit(&session->settings);
    for (int id = 0; id < SETTING_COUNT; id++)
        mem_free(session->reported[id]);
    map_deinit(&session->currvals);
    buf_deinit(&session->lift_key);
    arena_free(session->portal_arena);
    arena_free(session->query_arena);
    arena_free(session->statement_arena);
    arena_free(session->txn_arena);
    arena_free(session->spare_txn_arena);
    arena_free(session->arena);
    activity_deinit(&session->activity);
    mem_free(session);
}

struct session *
session_new(const struct session_options *options, struct arena *arena, struct error **error)
{
    struct catch frame;
    struct session *volatile session = NULL;
    if (catch_begin(&frame, arena)) {
        session = mem_alloc_zero(sizeof *session);
        if (session == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        session->engine = options->engine;
        activity_init(&session->activity);
        session->arena = session_arena("session");
        session_fill(session, options);
        catch_end(&frame);
        return session;
    }
    if (session != NULL)
        session_release(session);
    *error = catch_keep(&frame);
    return NULL;
}

void
session_free(struct session *session)
{
    if (session == NULL)
        return;
    session->is_reporting = false;
    if (session->copy_in != NULL)
        copy_in_free(session);
    for (struct statement *s = session->statements; s != NULL; s = s->next)
        statement_close(s);
    transaction_rollback(session);
    transaction_unpark(session);
    while (session->portals != NULL)
        portal_free(session->portals);
    while (session->statements != NULL)
        statement_free(session->statements);
    session_release(session);
}

/* ---- asking ---- */

const struct type_env *
session_env(const struct session *session)
{
    return &session->env;
}

enum transaction_state
session_transaction(const struct session *session)
{
    return session->state;
}

void
session_report_settings(struct session *session,
                        void (*report)(void *object, const char *name, const char *value),
                        void *object)
{
    for (int id = 0; id < SETTING_COUNT; id++)
        if (setting_defs[id].is_reported)
            report(object, setting_defs[id].name,
                   settings_text(&session->settings, (enum setting_id)id));
    session->is_reporting = true;
}

/* ---- cancelling ---- */

static void
cancel_for(struct session *session, enum cancel_reason reason)
{
    session->cancel_reason = (int)reason;
    session->cancel = true;
    txn_wake(session->engine->db, &session->cancel);
}

void
session_cancel(struct session *session, bool is_fatal)
{
    cancel_for(session, is_fatal ? CANCEL_FATAL : CANCEL_USER);
}

bool
engine_cancel(struct engine *engine, uint32_t pid, bool is_fatal)
{
    mutex_lock(&engine->mutex);
    struct session *session = engine->sessions;
    while (session != NULL && session->pid != pid)
        session = session->next;
    if (session != NULL)
        session_cancel(session, is_fatal);
    mutex_unlock(&engine->mutex);
    return session != NULL;
}

bool
engine_tick(struct engine *engine)
{
    int64_t now_us = clock_monotonic_us();
    bool has_deadlines = false;
    mutex_lock(&engine->mutex);
    for (struct session *session = engine->sessions; session != NULL; session = session->next) {
        int64_t deadline_us = session->deadline_us;
        if (deadline_us == 0)
            continue;
        has_deadlines = true;
        if (now_us >= deadline_us) {
            session->deadline_us = 0;
            cancel_for(session, CANCEL_TIMEOUT);
        }
    }
    mutex_unlock(&engine->mutex);
    return has_deadlines;
}
