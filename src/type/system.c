/*
 * system.c: functions that look at the database through type_env.access (access.h): sequences,
 * settings, names and definitions, the session itself; and the type regclass.
 *
 * regclass is an oid that is read and written as a relation's name. Without a session only its
 * number is known.
 */
#include "base/hash.h"
#include "base/raise.h"
#include "type/access.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/values.h"

static const struct db_access *
access_of(const struct type_env *env)
{
    if (env == NULL || env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "this function needs a session of a database");
    return env->access;
}

static const char *
text_arg(struct func_call *call, union datum arg)
{
    return (const char *)arena_slice(call->arena, view_slice(&arg.view)).data;
}

/* A text or name that may be null. */
static union datum
text_or_null(struct func_call *call, const char *text)
{
    if (text == NULL) {
        call->result_is_null = true;
        return (union datum){.words = {0, 0}};
    }
    return generic_text(call->arena, text);
}

static union datum
i64_value(int64_t value)
{
    union datum datum = {.words = {0, 0}};
    datum.i64 = value;
    return datum;
}

static union datum
bool_value(bool value)
{
    union datum datum = {.words = {0, 0}};
    datum.b = value;
    return datum;
}

/* ---- regclass ---- */

static bool
is_number(struct slice text)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.bytes != 0;
}

static union datum
regclass_input(struct type_call *call, struct slice text)
{
    int64_t number;
    if (is_number(text) && digits_read_i64(text, &number) == DIGITS_OK && number <= UINT32_MAX)
        return i32_datum((int32_t)(uint32_t)number);
    if (slice_equal(text, slice_text("-")))
        return i32_datum(0);
    if (call->env == NULL || call->env->access == NULL)
        raise_syntax("regclass", text); /* names mean nothing without a database */
    const struct db_access *access = call->env->access;
    const char *name = (const char *)arena_slice(call->arena, text).data;
    oid relation = access->relation_named(access->object, name);
    if (relation == OID_NONE)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
    return i32_datum((int32_t)relation);
}

static void
regclass_output(struct type_call *call, union datum value, struct buf *to)
{
    oid relation = (oid)value.i32;
    const char *name = NULL;
    if (call->env != NULL && call->env->access != NULL && relation != OID_NONE)
        name = call->env->access->relation_name(call->env->access->object, relation, call->arena);
    if (name != NULL)
        buf_put_text(to, name);
    else if (relation == OID_NONE)
        buf_put_u8(to, '-');
    else
        buf_format(to, "%u", relation);
}

static union datum
regclass_recv(struct type_call *call, struct slice bytes)
{
    (void)call;
    recv_expect(bytes, 4);
    return i32_datum((int32_t)be32_get(bytes.data));
}

static void
regclass_send(struct type_call *call, union datum value, struct buf *to)
{
    (void)call;
    buf_put_be32(to, (uint32_t)value.i32);
}

static int
regclass_compare(union datum a, union datum b)
{
    uint32_t left = (uint32_t)a.i32, right = (uint32_t)b.i32;
    return (left > right) - (left < right);
}

static uint64_t
regclass_hash(union datum value)
{
    return hash_u64((uint32_t)value.i32);
}

static union datum
text_to_regclass(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    const char *name = text_arg(call, args[0]);
    oid relation = access->relation_named(access->object, name);
    if (relation == OID_NONE)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
    return i32_datum((int32_t)relation);
}

static union datum
to_regclass(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    oid relation = access->relation_named(access->object, text_arg(call, args[0]));
    call->result_is_null = relation == OID_NONE;
    return i32_datum((int32_t)relation);
}

/* ---- sequences ---- */

static union datum
nextval(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return i64_value(access->sequence_next(access->object, (oid)args[0].i32));
}

static union datum
currval(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return i64_value(access->sequence_current(access->object, (oid)args[0].i32));
}

static union datum
lastval(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return i64_value(access->sequence_last(access->object));
}

static union datum
setval(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    bool is_called = call->func->arg_count < 3 || args[2].b;
    access->sequence_set(access->object, (oid)args[0].i32, args[1].i64, is_called);
    return args[1];
}

static union datum
pg_get_serial_sequence(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return text_or_null(call, access->serial_sequence(access->object, text_arg(call, args[0]),
                                                      text_arg(call, args[1]), call->arena));
}

/* ---- settings ---- */

static union datum
current_setting(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    const char *name = text_arg(call, args[0]);
    const char *value = access->setting(access->object, name, call->arena);
    bool may_miss = call->func->arg_count == 2 && args[1].b;
    if (value == NULL && !may_miss)
        raise(SQLSTATE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", name);
    return text_or_null(call, value);
}

static union datum
set_config(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    if (call->arg_nulls[0])
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "SET requires parameter name");
    const char *value = call->arg_nulls[1] ? NULL : text_arg(call, args[1]);
    bool is_local = !call->arg_nulls[2] && args[2].b;
    return text_or_null(call, access->set_setting(access->object, text_arg(call, args[0]), value,
                                                  is_local, call->arena));
}

/* ---- who and where ---- */

static union datum
current_schema(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    uint32_t count;
    const char **names = access->schemas(access->object, false, call->arena, &count);
    return text_or_null(call, count == 0 ? NULL : names[0]);
}

static union datum
current_database(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return text_or_null(call, access->database_name(access->object));
}

static union datum
current_user(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return text_or_null(call, access->user_name(access->object, false));
}

static union datum
session_user(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return text_or_null(call, access->user_name(access->object, true));
}

static union datum
version(struct func_call *call, const union datum *args)
{
    (void)args;
    return generic_text(call->arena, "PostgreSQL 15.0 (Rowan 0.1.0)");
}

static union datum
pg_backend_pid(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return i32_datum((int32_t)access->pid(access->object));
}

static union datum
txid_current(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return i64_value((int64_t)access->transaction_id(access->object));
}

static union datum
pg_postmaster_start_time(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call->env);
    return i64_value(access->started_us(access->object));
}

static union datum
pg_is_in_recovery(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return bool_value(false);
}

static union datum
pg_cancel_backend(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return bool_value(access->cancel(access->object, (uint32_t)args[0].i32, false));
}

static union datum
pg_sleep(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    access->sleep(access->object, args[0].f64);
    return (union datum){.words = {0, 0}};
}

/* ---- definitions ---- */

static union datum
format_type(struct func_call *call, const union datum *args)
{
    if (call->arg_nulls[0]) {
        call->result_is_null = true;
        return (union datum){.words = {0, 0}};
    }
    int32_t typmod = call->arg_nulls[1] ? -1 : args[1].i32;
    const struct db_access *access = call->env->access;
    const char *name = NULL;
    if (access != NULL && access->type_name != NULL && (oid)args[0].i32 >= OID_USER_FIRST)
        name = access->type_name(access->object, (oid)args[0].i32, call->arena);
    if (name != NULL)
        return generic_text(call->arena, name);
    return generic_text(call->arena,
                        type_format(call->env->types, call->arena, (oid)args[0].i32, typmod));
}

static union datum
pg_get_indexdef(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    bool is_long = call->func->arg_count == 3;
    return text_or_null(call, access->index_def(access->object, (oid)args[0].i32,
                                                is_long ? args[1].i32 : 0, is_long && args[2].b,
                                                call->arena));
}

static union datum
pg_get_constraintdef(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    bool is_pretty = call->func->arg_count == 2 && args[1].b;
    return text_or_null(
        call, access->constraint_def(access->object, (oid)args[0].i32, is_pretty, call->arena));
}

static union datum
pg_get_viewdef(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    bool is_pretty = call->func->arg_count == 2 && args[1].b;
    return text_or_null(call,
                        access->view_def(access->object, (oid)args[0].i32, is_pretty, call->arena));
}

/* Expressions are kept as SQL text; what else a pg_node_tree holds (a partition's bound) is shown
 * as it is. */
static union datum
pg_get_expr(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    struct slice text = view_slice(&args[0].view);
    const char *sql = (const char *)arena_slice(call->arena, text).data;
    bool is_bound = strncmp(sql, "FOR VALUES ", 11) == 0 || strcmp(sql, "DEFAULT") == 0;
    bool is_pretty = call->func->arg_count == 3 && args[2].b;
    if (is_bound || access == NULL)
        return args[0];
    return text_or_null(
        call, access->expr_def(access->object, sql, (oid)args[1].i32, is_pretty, call->arena));
}

static union datum
obj_description(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    struct slice class = view_slice(&args[1].view);
    oid class_oid = slice_equal(class, slice_text("pg_class"))        ? 1259
                    : slice_equal(class, slice_text("pg_namespace"))  ? 2615
                    : slice_equal(class, slice_text("pg_constraint")) ? 2606
                    : slice_equal(class, slice_text("pg_type"))       ? 1247
                                                                      : OID_NONE;
    return text_or_null(
        call, access->comment(access->object, (oid)args[0].i32, class_oid, 0, call->arena));
}

static union datum
col_description(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return text_or_null(
        call, access->comment(access->object, (oid)args[0].i32, 1259, args[1].i32, call->arena));
}

static union datum
pg_get_userbyid(struct func_call *call, const union datum *args)
{
    if (args[0].i32 == 10)
        return generic_text(call->arena, "postgres");
    return generic_text(call->arena,
                        arena_format(call->arena, "unknown (OID=%u)", (uint32_t)args[0].i32));
}

static union datum
pg_table_is_visible(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    return bool_value(access->relation_is_visible(access->object, (oid)args[0].i32));
}

/* Built-in types and functions are all in pg_catalog, which is always searched. */
static union datum
is_visible(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return bool_value(true);
}

static union datum
pg_relation_size(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call->env);
    bool with_indexes = call->func->func == 2286;
    return i64_value(access->relation_bytes(access->object, (oid)args[0].i32, with_indexes));
}

static union datum
pg_encoding_to_char(struct func_call *call, const union datum *args)
{
    return generic_text(call->arena, args[0].i32 == 6 ? "UTF8" : "");
}

static const struct type_info types[] = {
    {.type = TYPE_REGCLASS,
     .array = TYPE_REGCLASS_ARRAY,
     .name = "regclass",
     .sql_name = "regclass",
     .length = 4,
     .is_by_value = true,
     .align = 'i',
     .category = 'N',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_I32,
     .input_oid = 2218,
     .output_oid = 2219,
     .recv_oid = 2452,
     .send_oid = 2453,
     .input = regclass_input,
     .output = regclass_output,
     .recv = regclass_recv,
     .send = regclass_send,
     .compare = regclass_compare,
     .hash = regclass_hash},
};

#define STABLE .volatility = FUNC_STABLE
#define VOLATILE .volatility = FUNC_VOLATILE
#define FUNC0(oid_, name_, result_, scalar_)                                                       \
    .func = oid_, .name = name_, .result = result_, .scalar = scalar_, .is_strict = true

static const struct func_info funcs[] = {
    {FUNC(2218, "regclassin", TYPE_REGCLASS, generic_in, TYPE_CSTRING), STABLE},
    {FUNC(2219, "regclassout", TYPE_CSTRING, generic_out, TYPE_REGCLASS), STABLE},
    {FUNC(2452, "regclassrecv", TYPE_REGCLASS, generic_recv, TYPE_INTERNAL)},
    {FUNC(2453, "regclasssend", TYPE_BYTEA, generic_send, TYPE_REGCLASS)},
    {FUNC(1079, "regclass", TYPE_REGCLASS, text_to_regclass, TYPE_TEXT), STABLE},
    {FUNC(3495, "to_regclass", TYPE_REGCLASS, to_regclass, TYPE_TEXT), STABLE},
    {FUNC(1574, "nextval", TYPE_INT8, nextval, TYPE_REGCLASS), VOLATILE},
    {FUNC(1575, "currval", TYPE_INT8, currval, TYPE_REGCLASS), VOLATILE},
    {FUNC0(2559, "lastval", TYPE_INT8, lastval), VOLATILE},
    {FUNC(1576, "setval", TYPE_INT8, setval, TYPE_REGCLASS, TYPE_INT8), VOLATILE},
    {FUNC(1765, "setval", TYPE_INT8, setval, TYPE_REGCLASS, TYPE_INT8, TYPE_BOOL), VOLATILE},
    {FUNC(1665, "pg_get_serial_sequence", TYPE_TEXT, pg_get_serial_sequence, TYPE_TEXT, TYPE_TEXT),
     STABLE},
    {FUNC(2077, "current_setting", TYPE_TEXT, current_setting, TYPE_TEXT), STABLE},
    {FUNC(3294, "current_setting", TYPE_TEXT, current_setting, TYPE_TEXT, TYPE_BOOL), STABLE},
    {FUNC_NULLS(2078, "set_config", TYPE_TEXT, set_config, TYPE_TEXT, TYPE_TEXT, TYPE_BOOL),
     VOLATILE},
    {FUNC0(1402, "current_schema", TYPE_NAME, current_schema), STABLE},
    {FUNC0(861, "current_database", TYPE_NAME, current_database), STABLE},
    {FUNC0(710, "getpgusername", TYPE_NAME, current_user), STABLE},
    {FUNC0(745, "current_user", TYPE_NAME, current_user), STABLE},
    {FUNC0(746, "session_user", TYPE_NAME, session_user), STABLE},
    {FUNC0(89, "version", TYPE_TEXT, version), STABLE},
    {FUNC0(2026, "pg_backend_pid", TYPE_INT4, pg_backend_pid), STABLE},
    {FUNC0(2943, "txid_current", TYPE_INT8, txid_current), STABLE},
    {FUNC0(2560, "pg_postmaster_start_time", TYPE_TIMESTAMPTZ, pg_postmaster_start_time), STABLE},
    {FUNC0(3810, "pg_is_in_recovery", TYPE_BOOL, pg_is_in_recovery), VOLATILE},
    {FUNC(2171, "pg_cancel_backend", TYPE_BOOL, pg_cancel_backend, TYPE_INT4), VOLATILE},
    {FUNC(2626, "pg_sleep", TYPE_VOID, pg_sleep, TYPE_FLOAT8), VOLATILE},
    {FUNC_NULLS(1081, "format_type", TYPE_TEXT, format_type, TYPE_OID, TYPE_INT4), STABLE},
    {FUNC(1643, "pg_get_indexdef", TYPE_TEXT, pg_get_indexdef, TYPE_OID), STABLE},
    {FUNC(2507, "pg_get_indexdef", TYPE_TEXT, pg_get_indexdef, TYPE_OID, TYPE_INT4, TYPE_BOOL),
     STABLE},
    {FUNC(1387, "pg_get_constraintdef", TYPE_TEXT, pg_get_constraintdef, TYPE_OID), STABLE},
    {FUNC(2508, "pg_get_constraintdef", TYPE_TEXT, pg_get_constraintdef, TYPE_OID, TYPE_BOOL),
     STABLE},
    {FUNC(1641, "pg_get_viewdef", TYPE_TEXT, pg_get_viewdef, TYPE_OID), STABLE},
    {FUNC(2506, "pg_get_viewdef", TYPE_TEXT, pg_get_viewdef, TYPE_OID, TYPE_BOOL), STABLE},
    {FUNC(1716, "pg_get_expr", TYPE_TEXT, pg_get_expr, 194, TYPE_OID), STABLE},
    {FUNC(2509, "pg_get_expr", TYPE_TEXT, pg_get_expr, 194, TYPE_OID, TYPE_BOOL), STABLE},
    {FUNC(1215, "obj_description", TYPE_TEXT, obj_description, TYPE_OID, TYPE_NAME), STABLE},
    {FUNC(1216, "col_description", TYPE_TEXT, col_description, TYPE_OID, TYPE_INT4), STABLE},
    {FUNC(1642, "pg_get_userbyid", TYPE_NAME, pg_get_userbyid, TYPE_OID), STABLE},
    {FUNC(2079, "pg_table_is_visible", TYPE_BOOL, pg_table_is_visible, TYPE_OID), STABLE},
    {FUNC(2080, "pg_type_is_visible", TYPE_BOOL, is_visible, TYPE_OID), STABLE},
    {FUNC(2081, "pg_function_is_visible", TYPE_BOOL, is_visible, TYPE_OID), STABLE},
    {FUNC(2325, "pg_relation_size", TYPE_INT8, pg_relation_size, TYPE_REGCLASS), VOLATILE},
    {FUNC(2997, "pg_table_size", TYPE_INT8, pg_relation_size, TYPE_REGCLASS), VOLATILE},
    {FUNC(2286, "pg_total_relation_size", TYPE_INT8, pg_relation_size, TYPE_REGCLASS), VOLATILE},
    {FUNC(1597, "pg_encoding_to_char", TYPE_NAME, pg_encoding_to_char, TYPE_INT4), STABLE},
};

static const struct cast_info casts[] = {
    {TYPE_OID, TYPE_REGCLASS, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGCLASS, TYPE_OID, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_INT4, TYPE_REGCLASS, OID_NONE, CAST_IMPLICIT, CAST_BINARY},
    {TYPE_REGCLASS, TYPE_INT4, OID_NONE, CAST_ASSIGNMENT, CAST_BINARY},
    {TYPE_TEXT, TYPE_REGCLASS, 1079, CAST_IMPLICIT, CAST_FUNC},
    {TYPE_VARCHAR, TYPE_REGCLASS, 1079, CAST_IMPLICIT, CAST_FUNC},
};

const struct type_tables system_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .casts = casts,
    .cast_count = COUNT_OF(casts),
};
