/*
 * access.c: the session as functions see it: sequences, settings, names, definitions.
 */
#include "session/access.h"
#include "session/cursor.h"
#include "session/domain_check.h"
#include "session/routine_run.h"

#include "base/clock.h"
#include "base/raise.h"
#include "session/definition.h"
#include "session/describe.h"
#include "session/scope.h"
#include "session/session_set.h"
#include "session/transaction.h"
#include "type/values.h"

/* ---- sequences ---- */

static const struct sequence_def *
get_sequence(struct session *session, oid sequence)
{
    const struct sequence_def *def = catalog_sequence(session->catalog, sequence);
    if (def != NULL)
        return def;
    const struct table *table = catalog_table(session->catalog, sequence);
    if (table != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a sequence", table->name);
    raise(SQLSTATE_UNDEFINED_TABLE, "relation with OID %u does not exist", sequence);
}

/* What nextval gave last in this session, by sequence; kept as value + 1 pairs in the session's
 * arena. */
static void
remember_value(struct session *session, oid sequence, int64_t value)
{
    int64_t *kept = map_find(&session->currvals, sequence);
    if (kept == NULL) {
        kept = arena_alloc(session->arena, sizeof *kept);
        enum status st = map_put(&session->currvals, sequence, kept);
        if (st != ST_OK)
            raise_status(st, "could not remember the sequence's value");
    }
    *kept = value;
    session->last_sequence = sequence;
}

static int64_t
access_sequence_next(void *object, oid sequence)
{
    struct session *session = object;
    const struct sequence_def *def = get_sequence(session, sequence);
    if (sequence < OID_TEMP_FIRST)
        transaction_need_write(session, "nextval()");
    int64_t value;
    enum status st = sequence_next(session->txn, sequence, &value);
    if (st == ST_LIMIT)
        raise(SQLSTATE_SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
              "nextval: reached %s value of sequence \"%s\" (%lld)",
              def->increment > 0 ? "maximum" : "minimum", def->name,
              (long long)(def->increment > 0 ? def->max : def->min));
    if (st != ST_OK)
        raise_status(st, "could not advance sequence \"%s\"", def->name);
    remember_value(session, sequence, value);
    return value;
}

static int64_t
access_sequence_current(void *object, oid sequence)
{
    struct session *session = object;
    const struct sequence_def *def = get_sequence(session, sequence);
    const int64_t *kept = map_find(&session->currvals, sequence);
    if (kept == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "currval of sequence \"%s\" is not yet defined in this session", def->name);
    return *kept;
}

static int64_t
access_sequence_last(void *object)
{
    struct session *session = object;
    const int64_t *kept = map_find(&session->currvals, session->last_sequence);
    if (session->last_sequence == OID_NONE || kept == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "lastval is not yet defined in this session");
    return *kept;
}

static void
access_sequence_set(void *object, oid sequence, int64_t value, bool is_called)
{
    struct session *session = object;
    const struct sequence_def *def = get_sequence(session, sequence);
    if (sequence < OID_TEMP_FIRST)
        transaction_need_write(session, "setval()");
    if (value < def->min || value > def->max)
        raise(SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE,
              "setval: value %lld is out of bounds for sequence \"%s\" (%lld..%lld)",
              (long long)value, def->name, (long long)def->min, (long long)def->max);
    enum status st = sequence_set(session->txn, sequence, value, is_called);
    if (st != ST_OK)
        raise_status(st, "could not set sequence \"%s\"", def->name);
    if (is_called)
        remember_value(session, sequence, value);
}

/* ---- settings ---- */

static const char *
access_setting(void *object, const char *name, struct arena *arena)
{
    return session_show(object, name, arena);
}

static const char *
access_set_setting(void *object, const char *name, const char *value, bool is_local,
                   struct arena *arena)
{
    session_set(object, name, value, SETTING_FROM_SQL, is_local);
    return session_show(object, name, arena);
}

/* ---- names ---- */

struct object_name
session_split_name(struct session *session, const char *text)
{
    struct arena *arena = session->statement_arena;
    const char *parts[3];
    uint32_t count = 0;
    char *to = arena_alloc(arena, strlen(text) + 2);
    const char *p = text;
    while (count < 3) {
        parts[count++] = to;
        if (*p == '"') {
            for (p++; *p != '\0'; p++) {
                if (*p == '"' && *++p != '"')
                    break;
                *to++ = *p;
            }
        } else {
            for (; *p != '\0' && *p != '.'; p++)
                *to++ = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
        }
        *to++ = '\0';
        if (*p != '.')
            break;
        p++;
    }
    if (*p != '\0' || *parts[count - 1] == '\0')
        raise(SQLSTATE_INVALID_NAME, "invalid name syntax");
    if (count == 3 && strcmp(parts[0], session->branch_name) != 0)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cross-database references are not implemented: \"%s\"", text);
    return (struct object_name){.schema = count == 1 ? NULL : parts[count - 2],
                                .name = parts[count - 1]};
}

static oid
access_relation_named(void *object, const char *name)
{
    struct session *session = object;
    struct object_name split = session_split_name(session, name);
    const struct table *table = session->scope.relation(session, split.schema, split.name);
    return table == NULL ? OID_NONE : table->table;
}

static const char *
access_relation_name(void *object, oid relation, struct arena *arena)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    if (table != NULL)
        return definition_relation_name(session, table, arena);
    const struct index_def *index = catalog_index(session->catalog, relation);
    return index == NULL ? NULL : definition_name(index->name, arena);
}

static bool
access_relation_is_visible(void *object, oid relation)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    if (table != NULL)
        return session->scope.is_visible(session, table);
    const struct index_def *index = catalog_index(session->catalog, relation);
    table = index == NULL ? NULL : catalog_table(session->catalog, index->table);
    if (table == NULL)
        return false;
    const struct table *found = session->scope.relation(session, NULL, index->name);
    return found != NULL && found->table == relation;
}

static oid
access_schema_named(void *object, const char *name)
{
    struct session *session = object;
    const struct schema_def *schema =
        session_find_schema(session, session_split_name(session, name).name);
    return schema == NULL ? OID_NONE : schema->schema;
}

static const char *
access_schema_name(void *object, oid schema, struct arena *arena)
{
    struct session *session = object;
    const struct schema_def *def = catalog_schema(session->catalog, schema);
    return def == NULL ? NULL : arena_text(arena, def->name);
}

static oid
access_type_named(void *object, const char *name)
{
    struct session *session = object;
    oid type;
    int32_t typmod;
    struct analyze_options options = {.arena = session->statement_arena, .scope = &session->scope};
    return analyze_type_name(&options, name, &type, &typmod) ? type : OID_NONE;
}

static const struct type_info *
access_user_type(void *object, oid type)
{
    return ((struct session *)object)->scope.type_oid(object, type);
}

/* Types of users, row types of relations, and arrays of them. */
static const char *
access_type_name(void *object, oid type, struct arena *arena)
{
    struct session *session = object;
    return catalog_user_type(session->catalog, type) == NULL
               ? NULL
               : scope_type_text(&session->scope, arena, type, -1);
}

/* There is one role; who connected under another name acts as it. */
static oid
access_role_named(void *object, const char *name)
{
    struct session *session = object;
    return strcmp(name, "postgres") == 0 || strcmp(name, session->user) == 0 ? ROLE_OWNER
                                                                             : OID_NONE;
}

static const char *
access_role_name(void *object, oid role, struct arena *arena)
{
    (void)object;
    return role == ROLE_OWNER ? arena_text(arena, "postgres") : NULL;
}

static const char *
access_database_name(void *object)
{
    return ((struct session *)object)->branch_name;
}

static const char *
access_user_name(void *object, bool is_session_user)
{
    (void)is_session_user;
    return ((struct session *)object)->user;
}

static const char **
access_schemas(void *object, bool is_implicit, struct arena *arena, uint32_t *count)
{
    struct session *session = object;
    const char *path = settings_text(&session->settings, SETTING_SEARCH_PATH);
    const char **names = arena_alloc_array(arena, strlen(path) + 3, sizeof *names);
    const char *name;
    *count = 0;
    const struct schema_def *temp = catalog_schema(session->catalog, SCHEMA_TEMP);
    if (is_implicit && temp != NULL && strstr(path, "pg_temp") == NULL)
        names[(*count)++] = temp->name;
    if (is_implicit && strstr(path, "pg_catalog") == NULL)
        names[(*count)++] = "pg_catalog";
    while (name_list_next(&path, arena, &name)) {
        if (strcmp(name, "$user") == 0)
            name = session->user;
        const struct schema_def *schema = session_find_schema(session, name);
        if (schema != NULL)
            names[(*count)++] = schema->name;
    }
    return names;
}

/* ---- the session and the server ---- */

static const char *
access_address(void *object, bool is_server, int32_t *port)
{
    const struct session *session = object;
    *port = is_server ? session->server_port : session->client_port;
    return is_server ? session->server_address : session->client_address;
}

static uint32_t
access_pid(void *object)
{
    return ((struct session *)object)->pid;
}

static uint64_t
access_transaction_id(void *object)
{
    return txn_id(((struct session *)object)->txn);
}

static bool
access_cancel(void *object, uint32_t pid, bool is_terminate)
{
    return engine_cancel(((struct session *)object)->engine, pid, is_terminate);
}

static int64_t
access_started_us(void *object)
{
    return ((struct session *)object)->engine->started_us - EPOCH_SHIFT_US;
}

#define SLEEP_SLICE_US 10000

static void
access_sleep(void *object, double seconds)
{
    struct session *session = object;
    int64_t end_us = clock_monotonic_us() + (int64_t)(seconds * 1e6);
    for (;;) {
        int64_t left_us = end_us - clock_monotonic_us();
        if (left_us <= 0)
            return;
        if (session->cancel)
            raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
        clock_sleep_us(left_us < SLEEP_SLICE_US ? left_us : SLEEP_SLICE_US);
    }
}

void
session_access_init(struct session *session)
{
    session->access = (struct db_access){
        .object = session,
        .user_type = access_user_type,
        .func = routine_access_func,
        .routine_value = routine_access_value,
        .routine_row = routine_access_row,
        .domain_check = session_domain_check,
        .routines_named = routine_access_named,
        .routine_text = routine_access_text,
        .operator_text = routine_access_operator_text,
        .sequence_next = access_sequence_next,
        .sequence_current = access_sequence_current,
        .sequence_last = access_sequence_last,
        .sequence_set = access_sequence_set,
        .setting = access_setting,
        .set_setting = access_set_setting,
        .relation_named = access_relation_named,
        .relation_name = access_relation_name,
        .relation_is_visible = access_relation_is_visible,
        .relation_kind = describe_relation_kind,
        .current_key = cursor_current_key,
        .relation_updatable = describe_updatable,
        .has_column = describe_has_column,
        .sequence_peek = describe_sequence_value,
        .database_named = describe_database_named,
        .has_database = describe_has_database,
        .database_bytes = describe_database_bytes,
        .describe = describe_object,
        .type_named = access_type_named,
        .type_name = access_type_name,
        .role_named = access_role_named,
        .role_name = access_role_name,
        .schema_named = access_schema_named,
        .schema_name = access_schema_name,
        .database_name = access_database_name,
        .user_name = access_user_name,
        .schemas = access_schemas,
        .pid = access_pid,
        .address = access_address,
        .transaction_id = access_transaction_id,
        .cancel = access_cancel,
        .relation_bytes = definition_relation_bytes,
        .started_us = access_started_us,
        .index_def = definition_index,
        .constraint_def = definition_constraint,
        .view_def = definition_view,
        .expr_def = definition_expr,
        .partition_text = access_partition_text,
        .partition_places = access_partition_places,
        .hash_key = access_hash_key,
        .comment = definition_comment,
        .serial_sequence = definition_serial_sequence,
        .sleep = access_sleep,
    };
}
