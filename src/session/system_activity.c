/*
 * system_activity.c: who is connected and what this session keeps: pg_stat_activity, pg_cursors,
 * pg_prepared_statements; and the time zones.
 *
 * Another session's settings are its own and may change while they are read; what is shown of it
 * is what stays as it was at its start, and what it notes for others (activity.h).
 */
#include "base/raise.h"
#include "session/system_int.h"
#include "type/timezone.h"
#include "type/values.h"
#include <stdio.h>

/* ---- pg_stat_activity ---- */

static const char stat_activity_columns[] =
    "datid oid, datname name, pid int4, leader_pid int4, usesysid oid, usename name, "
    "application_name text, client_addr inet, client_hostname text, client_port int4, "
    "backend_start timestamptz, xact_start timestamptz, query_start timestamptz, "
    "state_change timestamptz, wait_event_type text, wait_event text, state text, "
    "backend_xid xid, backend_xmin xid, query_id int8, query text, backend_type text";

static oid
branch_number(struct system_rows *rows, const char *name)
{
    struct branch_info *list;
    uint32_t count;
    if (branch_list(rows->session->engine->db, rows->arena, &list, &count) != ST_OK)
        return OID_NONE;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].branch;
    return OID_NONE;
}

/* What is copied of a session while the list of them is locked. */
struct seen_session {
    uint32_t pid;
    struct activity_seen activity;
    char address[64];
    uint16_t port;
    char branch[NAME_BYTES_MAX + 1], user[NAME_BYTES_MAX + 1];
};

static void
copy_name(char to[NAME_BYTES_MAX + 1], const char *name)
{
    size_t bytes = strnlen(name, NAME_BYTES_MAX);
    memcpy(to, name, bytes);
    to[bytes] = '\0';
}

/* Nothing raises while the mutex is held: room is made before, and more if it was too little. */
static struct seen_session *
see_sessions(struct system_rows *rows, uint32_t *count)
{
    struct engine *engine = rows->session->engine;
    struct seen_session *seen = NULL;
    for (uint32_t room = 0;; room = *count + 8) {
        seen = arena_alloc_array(rows->arena, room + 1, sizeof *seen);
        *count = 0;
        mutex_lock(&engine->mutex);
        for (struct session *s = engine->sessions; s != NULL; s = s->next) {
            if (*count < room) {
                seen[*count].pid = s->pid;
                snprintf(seen[*count].address, sizeof seen[*count].address, "%s",
                         s->client_address == NULL ? "" : s->client_address);
                seen[*count].port = s->client_port;
                activity_see(&s->activity, &seen[*count].activity);
                copy_name(seen[*count].branch, s->branch_name);
                copy_name(seen[*count].user, s->user);
            }
            ++*count;
        }
        mutex_unlock(&engine->mutex);
        if (*count <= room)
            return seen;
    }
}

static void
put_time(struct system_rows *rows, int64_t us)
{
    if (us != 0)
        put_i64(rows, us);
    else
        put_null(rows);
}

/* What it waits for, in PostgreSQL's words. */
static void
put_wait(struct system_rows *rows, const struct activity_seen *activity)
{
    bool is_active = activity->state == ACTIVITY_ACTIVE;
    const char *type = NULL, *event = NULL;
    if (!is_active) {
        type = "Client";
        event = "ClientRead";
    } else if (activity->blocked_on != BLOCKED_NOT) {
        type = "Lock";
        event = activity->blocked_on == BLOCKED_ON_ROW ? "transactionid" : "relation";
    } else if (activity->is_committing) {
        type = "IO";
        event = "WALSync";
    }
    put_fixed(rows, type);
    put_fixed(rows, event);
}

static void
fill_stat_activity(struct system_rows *rows)
{
    static const char *const states[] = {[ACTIVITY_IDLE] = "idle",
                                         [ACTIVITY_ACTIVE] = "active",
                                         [ACTIVITY_IDLE_IN_BLOCK] = "idle in transaction",
                                         [ACTIVITY_IDLE_IN_FAILED_BLOCK] =
                                             "idle in transaction (aborted)"};
    uint32_t count;
    const struct seen_session *seen = see_sessions(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct activity_seen *activity = &seen[i].activity;
        row_begin(rows);
        put_oid(rows, branch_number(rows, seen[i].branch));
        put_text(rows, seen[i].branch);
        put_i32(rows, (int32_t)seen[i].pid);
        put_null(rows);
        put_oid(rows, ROLE_OWNER);
        put_text(rows, seen[i].user);
        put_text(rows, activity->application);
        put_inet(rows, seen[i].address[0] == '\0' ? NULL : seen[i].address);
        put_null(rows);
        put_i32(rows, seen[i].address[0] == '\0' ? -1 : seen[i].port);
        put_null(rows); /* when it began is not kept */
        put_time(rows, activity->transaction_us);
        put_time(rows, activity->query_us);
        put_time(rows, activity->change_us);
        put_wait(rows, activity);
        put_fixed(rows, states[activity->state]);
        put_nulls(rows, 3);
        put_text(rows, activity->query);
        put_fixed(rows, "client backend");
    }
}

/* ---- pg_cursors, pg_prepared_statements ---- */

static const char cursors_columns[] =
    "name text, statement text, is_holdable bool, is_binary bool, is_scrollable bool, "
    "creation_time timestamptz";

static void
fill_cursors(struct system_rows *rows)
{
    for (const struct portal *portal = rows->session->portals; portal != NULL;
         portal = portal->next) {
        if (!portal->is_cursor)
            continue;
        row_begin(rows);
        put_text(rows, portal->name);
        put_text(rows, portal->sql);
        put_bool(rows, portal->is_hold);
        put_bool(rows, false);
        put_bool(rows, portal->is_scroll);
        put_i64(rows, portal->declared_us - EPOCH_SHIFT_US);
    }
}

static const char prepared_statements_columns[] =
    "name text, statement text, prepare_time timestamptz, parameter_types regtype[], "
    "from_sql bool, generic_plans int8, custom_plans int8";

static void
fill_prepared_statements(struct system_rows *rows)
{
    for (const struct statement *statement = rows->session->statements; statement != NULL;
         statement = statement->next) {
        if (statement->name == NULL || *statement->name == '\0' || statement->raw == NULL)
            continue;
        row_begin(rows);
        put_text(rows, statement->name);
        put_text(rows, statement->from_sql
                           ? statement->raw->text
                           : (const char *)arena_slice(rows->arena, statement->raw->source).data);
        put_i64(rows, statement->prepared_us - EPOCH_SHIFT_US);
        put_oids(rows, statement->info.param_types, statement->info.param_count);
        put_bool(rows, statement->from_sql);
        put_zeros(rows, 2);
    }
}

/* ---- time zones ---- */

static const char timezone_names_columns[] =
    "name text, abbrev text, utc_offset interval, is_dst bool";

#define ZONES_MAX 4096
#define ZONES_BYTES_MAX 131072
#define US_PER_S 1000000

struct zone_list {
    const char **names;
    uint32_t count;
    char *text; /* of all names, one after the other */
    size_t text_bytes;
};

/* Memory was taken before, for nothing may raise here: what does not fit is left out. */
static bool
add_zone(void *object, const char *name)
{
    struct zone_list *list = object;
    size_t bytes = strlen(name) + 1;
    if (list->count == ZONES_MAX || bytes > ZONES_BYTES_MAX - list->text_bytes)
        return false;
    memcpy(list->text + list->text_bytes, name, bytes);
    list->names[list->count++] = list->text + list->text_bytes;
    list->text_bytes += bytes;
    return true;
}

static void
fill_timezone_names(struct system_rows *rows)
{
    struct zone_list list = {.names =
                                 arena_alloc_array(rows->arena, ZONES_MAX, sizeof(const char *)),
                             .text = arena_alloc(rows->arena, ZONES_BYTES_MAX)};
    enum status st = timezones_list(add_zone, &list);
    if (st != ST_OK)
        raise_status(st, "could not read the time zones");
    struct timezones *zones = types_timezones(rows->session->engine->types);
    int64_t now = (rows->session->env.statement_us + EPOCH_SHIFT_US) / US_PER_S;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct timezone *zone;
        if (timezones_find(zones, slice_text(list.names[i]), &zone) != ST_OK)
            continue;
        struct timezone_span span = timezone_at(zone, now);
        row_begin(rows);
        put_fixed(rows, list.names[i]);
        put_fixed(rows, span.abbrev);
        put_interval(rows, (int64_t)span.seconds_east * US_PER_S);
        put_bool(rows, span.is_dst);
    }
}

static const char timezone_abbrevs_columns[] = "abbrev text, utc_offset interval, is_dst bool";

static void
fill_timezone_abbrevs(struct system_rows *rows)
{
    const struct timezone_abbrev *abbrev;
    for (uint32_t i = 0; (abbrev = timezone_abbrev_at(i)) != NULL; i++) {
        char *name = arena_text(rows->arena, abbrev->name);
        for (char *p = name; *p != '\0'; p++)
            *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
        row_begin(rows);
        put_fixed(rows, name);
        put_interval(rows, (int64_t)abbrev->seconds_east * US_PER_S);
        put_bool(rows, abbrev->is_dst);
    }
}

const struct system_source system_activity_sources[] = {
    SYSTEM_RELATION(12222, "pg_stat_activity", stat_activity_columns, fill_stat_activity),
    SYSTEM_RELATION(12077, "pg_cursors", cursors_columns, fill_cursors),
    SYSTEM_RELATION(12095, "pg_prepared_statements", prepared_statements_columns,
                    fill_prepared_statements),
    SYSTEM_RELATION(12126, "pg_timezone_names", timezone_names_columns, fill_timezone_names),
    SYSTEM_RELATION(12122, "pg_timezone_abbrevs", timezone_abbrevs_columns, fill_timezone_abbrevs),
};
const uint32_t system_activity_source_count =
    sizeof system_activity_sources / sizeof *system_activity_sources;
