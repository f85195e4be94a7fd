/*
 * catalog_func.c: functions that clients call beside the system catalogs: signatures, visibility,
 * definitions of what Rowan has none of, sizes and names of databases.
 *
 * A pg_get_* function gives null for an object that does not exist. What Rowan has none of
 * (triggers, rules, partitions, text search, ...) never does.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/quote.h"
#include "type/tables.h"
#include "type/values.h"
#include <strings.h>

#define TYPE_NODE_TREE 194
#define TYPE_ACLITEM 1033
#define TYPE_ACLITEM_ARRAY 1034
#define ENCODING_UTF8 6

static const struct db_access *
access_of(struct func_call *call)
{
    if (call->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "this function needs a session of a database");
    return call->env->access;
}

static const char *
text_arg(struct func_call *call, union datum arg)
{
    return (const char *)arena_slice(call->arena, datum_slice(&arg)).data;
}

static union datum
always_null(struct func_call *call, const union datum *args)
{
    (void)args;
    return func_null(call);
}

static union datum
always_false(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return bool_datum(false);
}

static union datum
always_empty(struct func_call *call, const union datum *args)
{
    (void)args;
    return generic_text(call->arena, "");
}

static union datum
always_zero(struct func_call *call, const union datum *args)
{
    (void)call;
    (void)args;
    return (union datum){.words = {0, 0}};
}

static bool
no_rows(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    (void)call;
    (void)args;
    (void)values;
    (void)nulls;
    return false;
}

/* ---- signatures of functions ---- */

static void
put_argument(struct func_call *call, const struct func_info *func, uint16_t arg, struct buf *to)
{
    bool is_variadic = func->variadic != OID_NONE && arg + 1 == func->arg_count;
    buf_put_text(to, arg == 0 ? "" : ", ");
    if (is_variadic)
        buf_put_text(to, "VARIADIC ");
    if (func->arg_names != NULL && *func->arg_names[arg] != '\0') {
        quote_ident(to, slice_text(func->arg_names[arg]));
        buf_put_u8(to, ' ');
    }
    buf_put_text(to, type_format(call->env->types, call->arena, func->args[arg], -1));
}

/* A text about a user's function; null if there is none of that number. */
static union datum
routine_text(struct func_call *call, const union datum *args, enum routine_text_kind what)
{
    const struct db_access *access = call->env->access;
    const char *text =
        access == NULL || access->routine_text == NULL
            ? NULL
            : access->routine_text(access->object, (oid)args[0].i32, what, call->arena);
    return text == NULL ? func_null(call) : generic_text(call->arena, text);
}

static union datum
pg_get_function_sqlbody(struct func_call *call, const union datum *args)
{
    return routine_text(call, args, ROUTINE_BODY);
}

static union datum
arguments_text(struct func_call *call, const union datum *args, bool with_all)
{
    const struct func_info *func = types_func(call->env->types, (oid)args[0].i32);
    if (func == NULL)
        return routine_text(call, args, with_all ? ROUTINE_ARGUMENTS : ROUTINE_IDENTITY);
    struct buf *text = buf_new(call->arena);
    for (uint16_t i = 0; i < func->arg_count; i++) {
        put_argument(call, func, i, text);
        uint16_t first = (uint16_t)(func->arg_count - func->default_count);
        if (with_all && i >= first)
            buf_format(text, " DEFAULT %s", func->defaults[i - first]);
    }
    for (uint16_t i = 0; with_all && i < func->out_count; i++) {
        buf_format(text, "%sOUT ", func->arg_count + i == 0 ? "" : ", ");
        quote_ident(text, slice_text(func->out_names[i]));
        buf_format(text, " %s", type_format(call->env->types, call->arena, func->out_types[i], -1));
    }
    return generic_buf_datum(call->arena, text);
}

static union datum
pg_get_function_arguments(struct func_call *call, const union datum *args)
{
    return arguments_text(call, args, true);
}

static union datum
pg_get_function_identity_arguments(struct func_call *call, const union datum *args)
{
    return arguments_text(call, args, false);
}

static union datum
pg_get_function_result(struct func_call *call, const union datum *args)
{
    const struct func_info *func = types_func(call->env->types, (oid)args[0].i32);
    if (func == NULL)
        return routine_text(call, args, ROUTINE_RESULT);
    if (func->kind == FUNC_PROCEDURE)
        return func_null(call);
    const char *type = type_format(call->env->types, call->arena, func->result, -1);
    return generic_text(call->arena,
                        arena_format(call->arena, "%s%s", func->is_set ? "SETOF " : "", type));
}

static union datum
pg_get_functiondef(struct func_call *call, const union datum *args)
{
    const struct func_info *func = types_func(call->env->types, (oid)args[0].i32);
    if (func == NULL)
        return routine_text(call, args, ROUTINE_DEFINITION);
    if (func->kind == FUNC_AGGREGATE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is an aggregate function", func->name);
    static const char *const volatilities[] = {" IMMUTABLE", " STABLE", ""};
    union datum arguments = arguments_text(call, args, true);
    union datum result = pg_get_function_result(call, args);
    return generic_text(
        call->arena,
        arena_format(call->arena,
                     "CREATE OR REPLACE FUNCTION pg_catalog.%s(%s)\n RETURNS %s\n LANGUAGE "
                     "internal\n%s PARALLEL SAFE%s\nAS $function$%s$function$\n",
                     func->name, text_arg(call, arguments), text_arg(call, result),
                     volatilities[func->volatility], func->is_strict ? " STRICT" : "", func->name));
}

/* ---- what is visible: all that is built in, for pg_catalog is always searched ---- */

static union datum
is_visible(struct func_call *call, const union datum *args)
{
    const struct types *types = call->env->types;
    oid object = (oid)args[0].i32;
    bool is_operator = call->func->func == 2082;
    if (is_operator ? types_operator(types, object) == NULL : object == OID_NONE)
        return func_null(call);
    return bool_datum(true);
}

/* ---- types ---- */

static union datum
pg_typeof(struct func_call *call, const union datum *args)
{
    (void)args;
    return i32_datum((int32_t)call->arg_types[0]);
}

static union datum
pg_get_viewdef_named(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    const char *name = text_arg(call, args[0]);
    oid view = access->relation_named(access->object, name);
    if (view == OID_NONE)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
    bool is_pretty = call->func->arg_count == 2 && args[1].b;
    const char *text = access->view_def(access->object, view, is_pretty, call->arena);
    return text == NULL ? func_null(call) : generic_text(call->arena, text);
}

static union datum
pg_get_viewdef_wrapped(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    const char *text = access->view_def(access->object, (oid)args[0].i32, true, call->arena);
    return text == NULL ? func_null(call) : generic_text(call->arena, text);
}

/* ---- names and encodings ---- */

static union datum
getdatabaseencoding(struct func_call *call, const union datum *args)
{
    (void)args;
    return generic_text(call->arena, "UTF8");
}

static union datum
pg_char_to_encoding(struct func_call *call, const union datum *args)
{
    const char *name = text_arg(call, args[0]);
    bool is_known = strcasecmp(name, "UTF8") == 0 || strcasecmp(name, "UTF-8") == 0;
    return i32_datum(is_known ? ENCODING_UTF8 : -1);
}

static union datum
pg_encoding_max_length(struct func_call *call, const union datum *args)
{
    return args[0].i32 == ENCODING_UTF8 ? i32_datum(4) : func_null(call);
}

static union datum
pg_my_temp_schema(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    (void)args;
    return i32_datum((int32_t)access->schema_named(access->object, "pg_temp"));
}

static union datum
current_schemas(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    uint32_t count;
    const char **names = access->schemas(access->object, args[0].b, call->arena, &count);
    union datum *values = arena_alloc_array(call->arena, count + 1, sizeof *values);
    for (uint32_t i = 0; i < count; i++)
        values[i] = slice_datum(slice_text(names[i]));
    return array_make_flat(call->env, call->arena, TYPE_NAME, values, NULL, count);
}

static union datum
pg_describe_object(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    const char *text = access->describe(access->object, (oid)args[0].i32, (oid)args[1].i32,
                                        args[2].i32, call->arena);
    return text == NULL ? func_null(call) : generic_text(call->arena, text);
}

static union datum
obj_description_any(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    static const oid classes[] = {1259, 2615, 2606, 1247};
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        const char *text =
            access->comment(access->object, (oid)args[0].i32, classes[i], 0, call->arena);
        if (text != NULL)
            return generic_text(call->arena, text);
    }
    return func_null(call);
}

/* ---- privileges as lists: none are kept, which stands for the owner's ---- */

static union datum
acldefault(struct func_call *call, const union datum *args)
{
    struct slice kind = datum_slice(&args[0]);
    const char *letters = NULL;
    switch (kind.bytes == 1 ? kind.data[0] : 0) {
    case 'r':
        letters = "arwdDxt";
        break;
    case 's':
        letters = "rwU";
        break;
    case 'd':
        letters = "CTc";
        break;
    case 'n':
        letters = "UC";
        break;
    case 'f':
        letters = "X";
        break;
    case 'l':
    case 'T':
    case 'F':
    case 'S':
        letters = "U";
        break;
    case 't':
        letters = "C";
        break;
    default:
        return array_make_empty(call->env, call->arena, TYPE_ACLITEM);
    }
    const char *role = text_arg(call, generic_text(call->arena, "postgres"));
    union datum item =
        generic_text(call->arena, arena_format(call->arena, "%s=%s/%s", role, letters, role));
    return array_make_flat(call->env, call->arena, TYPE_ACLITEM, &item, NULL, 1);
}

/* ---- sizes and the server ---- */

static union datum
database_size(struct func_call *call, oid database)
{
    const struct db_access *access = access_of(call);
    int64_t bytes = access->database_bytes(access->object, database);
    return bytes < 0 ? func_null(call) : i64_datum(bytes);
}

static union datum
pg_database_size_numbered(struct func_call *call, const union datum *args)
{
    return database_size(call, (oid)args[0].i32);
}

static union datum
pg_database_size_named(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    const char *name = text_arg(call, args[0]);
    oid database = access->database_named(access->object, name);
    if (database == OID_NONE)
        raise(SQLSTATE_UNDEFINED_DATABASE, "database \"%s\" does not exist", name);
    return database_size(call, database);
}

/* There is one tablespace: this database's. */
static union datum
pg_tablespace_size(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call);
    const char *name = access->database_name(access->object);
    return database_size(call, access->database_named(access->object, name));
}

static union datum
pg_indexes_size(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    oid relation = (oid)args[0].i32;
    return i64_datum(access->relation_bytes(access->object, relation, true) -
                     access->relation_bytes(access->object, relation, false));
}

/* Forks: a table has its main one only. */
static union datum
pg_relation_size_fork(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    const char *fork = text_arg(call, args[1]);
    if (strcmp(fork, "main") == 0)
        return i64_datum(access->relation_bytes(access->object, (oid)args[0].i32, false));
    if (strcmp(fork, "fsm") != 0 && strcmp(fork, "vm") != 0 && strcmp(fork, "init") != 0)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE, .message = "invalid fork name",
                    .hint = "Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".");
    return i64_datum(0);
}

static union datum
pg_terminate_backend(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    return bool_datum(access->cancel(access->object, (uint32_t)args[0].i32, true));
}

static union datum
pg_current_xact_id(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call);
    return i64_datum((int64_t)access->transaction_id(access->object));
}

static union datum
pg_conf_load_time(struct func_call *call, const union datum *args)
{
    (void)args;
    const struct db_access *access = access_of(call);
    return i64_datum(access->started_us(access->object));
}

static union datum
pg_sequence_last_value(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    int64_t value;
    if (!access->sequence_peek(access->object, (oid)args[0].i32, &value))
        return func_null(call);
    return i64_datum(value);
}

static union datum
pg_relation_filenode(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    bool is_there = access->relation_name(access->object, (oid)args[0].i32, call->arena) != NULL;
    return is_there ? args[0] : func_null(call);
}

/* Bits as pg_relation_is_updatable has them: 4 update, 8 insert, 16 delete. */
static union datum
pg_relation_is_updatable(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    return i32_datum((int32_t)access->relation_updatable(access->object, (oid)args[0].i32, 0));
}

static union datum
pg_column_is_updatable(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    enum { CHANGES = 4 | 16 };
    if (args[1].i16 <= 0)
        return bool_datum(false);
    uint32_t events = access->relation_updatable(access->object, (oid)args[0].i32, args[1].i16);
    return bool_datum((events & CHANGES) == CHANGES);
}

static union datum
pg_relation_is_publishable(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    oid relation = (oid)args[0].i32;
    char kind = access->relation_kind(access->object, relation);
    return kind == '\0' ? func_null(call) : bool_datum(kind == 'r' && relation >= OID_USER_FIRST);
}

/* ---- "name=value" lists ---- */

static bool
pg_options_to_table(struct func_call *call, const union datum *args, union datum *values,
                    bool *nulls)
{
    uint32_t *next = call->state;
    if (next == NULL)
        call->state = next = arena_alloc_zero(call->state_arena, sizeof *next);
    struct array array = array_read(&args[0]);
    if (*next >= array.count)
        return false;
    union datum item = array_get(&array, (*next)++);
    struct slice text = arena_slice(call->arena, datum_slice(&item));
    const uint8_t *equals = memchr(text.data, '=', text.bytes);
    size_t name_bytes = equals == NULL ? text.bytes : (size_t)(equals - text.data);
    values[0] = slice_datum(slice_of(text.data, name_bytes));
    nulls[0] = false;
    nulls[1] = equals == NULL;
    values[1] = equals == NULL ? (union datum){.words = {0, 0}}
                               : slice_datum(slice_of(equals + 1, text.bytes - name_bytes - 1));
    return true;
}

/* ---- what this file brings ---- */

#define STABLE .volatility = FUNC_STABLE
#define VOLATILE .volatility = FUNC_VOLATILE
#define FUNC0(oid_, name_, result_, scalar_)                                                       \
    .func = oid_, .name = name_, .result = result_, .scalar = scalar_, .is_strict = true
#define VISIBLE(oid_, name_)                                                                       \
    {                                                                                              \
        FUNC(oid_, name_, TYPE_BOOL, is_visible, TYPE_OID), STABLE                                 \
    }
#define NO_TEXT(oid_, name_)                                                                       \
    {                                                                                              \
        FUNC(oid_, name_, TYPE_TEXT, always_null, TYPE_OID), STABLE                                \
    }
#define NO_TEXT2(oid_, name_)                                                                      \
    {                                                                                              \
        FUNC(oid_, name_, TYPE_TEXT, always_null, TYPE_OID, TYPE_BOOL), STABLE                     \
    }
#define OUTS(...)                                                                                  \
    .out_count = sizeof((const oid[]){__VA_ARGS__}) / sizeof(oid), .out_types = (const oid[])      \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define OUT_NAMES(...)                                                                             \
    .out_names = (const char *const[])                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct func_info funcs[] = {
    {FUNC(2162, "pg_get_function_arguments", TYPE_TEXT, pg_get_function_arguments, TYPE_OID),
     STABLE},
    {FUNC(2232, "pg_get_function_identity_arguments", TYPE_TEXT, pg_get_function_identity_arguments,
          TYPE_OID),
     STABLE},
    {FUNC(2165, "pg_get_function_result", TYPE_TEXT, pg_get_function_result, TYPE_OID), STABLE},
    {FUNC(2098, "pg_get_functiondef", TYPE_TEXT, pg_get_functiondef, TYPE_OID), STABLE},
    {FUNC(6197, "pg_get_function_sqlbody", TYPE_TEXT, pg_get_function_sqlbody, TYPE_OID), STABLE},
    {FUNC(3808, "pg_get_function_arg_default", TYPE_TEXT, always_null, TYPE_OID, TYPE_INT4),
     STABLE},
    NO_TEXT(1573, "pg_get_ruledef"),
    NO_TEXT2(2504, "pg_get_ruledef"),
    NO_TEXT(1662, "pg_get_triggerdef"),
    NO_TEXT2(2730, "pg_get_triggerdef"),
    NO_TEXT(3415, "pg_get_statisticsobjdef"),
    NO_TEXT(6174, "pg_get_statisticsobjdef_columns"),
    {FUNC(6173, "pg_get_statisticsobjdef_expressions", TYPE_TEXT_ARRAY, always_null, TYPE_OID),
     STABLE},
    {FUNC(1640, "pg_get_viewdef", TYPE_TEXT, pg_get_viewdef_named, TYPE_TEXT), STABLE},
    {FUNC(2505, "pg_get_viewdef", TYPE_TEXT, pg_get_viewdef_named, TYPE_TEXT, TYPE_BOOL), STABLE},
    {FUNC(3159, "pg_get_viewdef", TYPE_TEXT, pg_get_viewdef_wrapped, TYPE_OID, TYPE_INT4), STABLE},
    VISIBLE(3815, "pg_collation_is_visible"),
    VISIBLE(2093, "pg_conversion_is_visible"),
    VISIBLE(2083, "pg_opclass_is_visible"),
    VISIBLE(2082, "pg_operator_is_visible"),
    VISIBLE(3829, "pg_opfamily_is_visible"),
    VISIBLE(3403, "pg_statistics_obj_is_visible"),
    VISIBLE(3758, "pg_ts_config_is_visible"),
    VISIBLE(3757, "pg_ts_dict_is_visible"),
    VISIBLE(3756, "pg_ts_parser_is_visible"),
    VISIBLE(3768, "pg_ts_template_is_visible"),
    {FUNC_NULLS(1619, "pg_typeof", TYPE_REGTYPE, pg_typeof, TYPE_ANY), STABLE},
    {FUNC0(1039, "getdatabaseencoding", TYPE_NAME, getdatabaseencoding), STABLE},
    {FUNC0(810, "pg_client_encoding", TYPE_NAME, getdatabaseencoding), STABLE},
    {FUNC(1264, "pg_char_to_encoding", TYPE_INT4, pg_char_to_encoding, TYPE_NAME), STABLE},
    {FUNC(2319, "pg_encoding_max_length", TYPE_INT4, pg_encoding_max_length, TYPE_INT4)},
    {FUNC(1403, "current_schemas", TYPE_NAME_ARRAY, current_schemas, TYPE_BOOL), STABLE},
    {FUNC(3537, "pg_describe_object", TYPE_TEXT, pg_describe_object, TYPE_OID, TYPE_OID, TYPE_INT4),
     STABLE},
    {FUNC(1348, "obj_description", TYPE_TEXT, obj_description_any, TYPE_OID), STABLE},
    {FUNC(1993, "shobj_description", TYPE_TEXT, always_null, TYPE_OID, TYPE_NAME), STABLE},
    {FUNC(3943, "acldefault", TYPE_ACLITEM_ARRAY, acldefault, TYPE_CHAR, TYPE_OID)},
    {FUNC(1689, "aclexplode", TYPE_RECORD, NULL, TYPE_ACLITEM_ARRAY), STABLE, .is_set = true,
     .set = no_rows, OUTS(TYPE_OID, TYPE_OID, TYPE_TEXT, TYPE_BOOL),
     OUT_NAMES("grantor", "grantee", "privilege_type", "is_grantable")},
    {FUNC(2289, "pg_options_to_table", TYPE_RECORD, NULL, TYPE_TEXT_ARRAY), STABLE, .is_set = true,
     .set = pg_options_to_table, OUTS(TYPE_TEXT, TYPE_TEXT),
     OUT_NAMES("option_name", "option_value")},
    {FUNC0(3035, "pg_listening_channels", TYPE_TEXT, NULL), STABLE, .is_set = true, .set = no_rows},
    {FUNC0(3296, "pg_notification_queue_usage", TYPE_FLOAT8, always_zero), VOLATILE},
    {FUNC(2324, "pg_database_size", TYPE_INT8, pg_database_size_numbered, TYPE_OID), VOLATILE},
    {FUNC(2168, "pg_database_size", TYPE_INT8, pg_database_size_named, TYPE_NAME), VOLATILE},
    {FUNC(2998, "pg_indexes_size", TYPE_INT8, pg_indexes_size, TYPE_REGCLASS), VOLATILE},
    {FUNC(2332, "pg_relation_size", TYPE_INT8, pg_relation_size_fork, TYPE_REGCLASS, TYPE_TEXT),
     VOLATILE},
    {FUNC(3778, "pg_tablespace_location", TYPE_TEXT, always_empty, TYPE_OID), STABLE},
    {FUNC(2096, "pg_terminate_backend", TYPE_BOOL, pg_terminate_backend, TYPE_INT4, TYPE_INT8),
     VOLATILE, .default_count = 1, .defaults = (const char *const[]){"0"}},
    {FUNC0(5059, "pg_current_xact_id", TYPE_XID8, pg_current_xact_id), STABLE},
    {FUNC0(2034, "pg_conf_load_time", TYPE_TIMESTAMPTZ, pg_conf_load_time), STABLE},
    {FUNC(2322, "pg_tablespace_size", TYPE_INT8, pg_tablespace_size, TYPE_OID), VOLATILE},
    {FUNC(2323, "pg_tablespace_size", TYPE_INT8, pg_tablespace_size, TYPE_NAME), VOLATILE},
    {FUNC(4032, "pg_sequence_last_value", TYPE_INT8, pg_sequence_last_value, TYPE_REGCLASS),
     VOLATILE},
    {FUNC(2999, "pg_relation_filenode", TYPE_OID, pg_relation_filenode, TYPE_REGCLASS), STABLE},
    {FUNC(3842, "pg_relation_is_updatable", TYPE_INT4, pg_relation_is_updatable, TYPE_REGCLASS,
          TYPE_BOOL),
     STABLE},
    {FUNC(3843, "pg_column_is_updatable", TYPE_BOOL, pg_column_is_updatable, TYPE_REGCLASS,
          TYPE_INT2, TYPE_BOOL),
     STABLE},
    {FUNC(6121, "pg_relation_is_publishable", TYPE_BOOL, pg_relation_is_publishable, TYPE_REGCLASS),
     STABLE},
    {FUNC0(2854, "pg_my_temp_schema", TYPE_OID, pg_my_temp_schema), STABLE},
    {FUNC(2855, "pg_is_other_temp_schema", TYPE_BOOL, always_false, TYPE_OID), STABLE},
    {FUNC0(3073, "pg_is_wal_replay_paused", TYPE_BOOL, always_false), VOLATILE},
    {FUNC0(315, "pg_jit_available", TYPE_BOOL, always_false), VOLATILE},
    {FUNC(3298, "row_security_active", TYPE_BOOL, always_false, TYPE_OID), STABLE},
    {FUNC(3299, "row_security_active", TYPE_BOOL, always_false, TYPE_TEXT), STABLE},
};

const struct type_tables catalog_func_tables = {.funcs = funcs, .func_count = COUNT_OF(funcs)};
