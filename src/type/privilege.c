/*
 * privilege.c: has_table_privilege and kin: what a role may do.
 *
 * There is one role yet, which owns everything and may do all. So the answer depends on whether the
 * role, the object and the privilege exist: what is missing by name is an error, by number null.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/values.h"
#include <strings.h>

static const struct db_access *
access_of(struct func_call *call)
{
    if (call->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE, "privileges need a session of a database");
    return call->env->access;
}

static const char *
text_arg(struct func_call *call, const union datum *args, uint32_t arg)
{
    return (const char *)arena_slice(call->arena, datum_slice(&args[arg])).data;
}

/* ---- words ---- */

/* "select, update with grant option": each must be one of `words`, which commas separate. */
static void
check_privileges(struct func_call *call, const char *text, const char *words)
{
    while (*text != '\0') {
        size_t bytes = strcspn(text, ",");
        const char *start = text;
        text += bytes + (text[bytes] == ',');
        for (; bytes != 0 && *start == ' '; start++)
            bytes--;
        while (bytes != 0 && start[bytes - 1] == ' ')
            bytes--;
        static const char option[] = " with grant option";
        size_t option_bytes = sizeof option - 1;
        size_t word_bytes = bytes;
        if (bytes > option_bytes &&
            strncasecmp(start + bytes - option_bytes, option, option_bytes) == 0)
            word_bytes -= option_bytes;
        const char *at = words;
        for (; *at != '\0'; at += strcspn(at, ","), at += *at == ',')
            if (strcspn(at, ",") == word_bytes && strncasecmp(at, start, word_bytes) == 0)
                break;
        if (*at == '\0')
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "unrecognized privilege type: \"%s\"",
                  (const char *)arena_slice(call->arena, slice_of(start, bytes)).data);
    }
}

/* ---- objects ---- */

enum object_kind {
    OBJECT_RELATION,
    OBJECT_DATABASE,
    OBJECT_FUNCTION,
    OBJECT_LANGUAGE,
    OBJECT_SCHEMA,
    OBJECT_TABLESPACE,
    OBJECT_TYPE,
    OBJECT_NOTHING /* of these there are none */
};

#define TYPE_REGPROCEDURE 2202

static _Noreturn void
raise_missing(sqlstate code, const char *noun, const char *name)
{
    raise(code, "%s \"%s\" does not exist", noun, name);
}

/* Raises if there is no such object. */
static void
check_named(struct func_call *call, enum object_kind kind, const char *name)
{
    const struct db_access *access = access_of(call);
    switch (kind) {
    case OBJECT_RELATION:
        if (access->relation_named(access->object, name) == OID_NONE)
            raise_missing(SQLSTATE_UNDEFINED_TABLE, "relation", name);
        return;
    case OBJECT_DATABASE:
        if (access->database_named(access->object, name) == OID_NONE)
            raise_missing(SQLSTATE_UNDEFINED_DATABASE, "database", name);
        return;
    case OBJECT_FUNCTION:
        (void)type_input(call->env, call->arena, TYPE_REGPROCEDURE, -1, slice_text(name));
        return;
    case OBJECT_LANGUAGE:
        if (strcmp(name, "sql") != 0 && strcmp(name, "internal") != 0)
            raise_missing(SQLSTATE_UNDEFINED_OBJECT, "language", name);
        return;
    case OBJECT_SCHEMA:
        if (access->schema_named(access->object, name) == OID_NONE)
            raise_missing(SQLSTATE_UNDEFINED_SCHEMA, "schema", name);
        return;
    case OBJECT_TABLESPACE:
        if (strcmp(name, "pg_default") != 0)
            raise_missing(SQLSTATE_UNDEFINED_OBJECT, "tablespace", name);
        return;
    case OBJECT_TYPE:
        if (access->type_named(access->object, name) == OID_NONE)
            raise_missing(SQLSTATE_UNDEFINED_OBJECT, "type", name);
        return;
    default:
        raise_missing(SQLSTATE_UNDEFINED_OBJECT, "object", name);
    }
}

static bool
is_there(struct func_call *call, enum object_kind kind, oid object)
{
    const struct db_access *access = access_of(call);
    switch (kind) {
    case OBJECT_RELATION:
        return access->relation_name(access->object, object, call->arena) != NULL;
    case OBJECT_DATABASE:
        return access->has_database(access->object, object);
    case OBJECT_FUNCTION:
        return types_func(call->env->types, object) != NULL;
    case OBJECT_LANGUAGE:
        return object == 12 || object == 14;
    case OBJECT_SCHEMA:
        return access->schema_name(access->object, object, call->arena) != NULL;
    case OBJECT_TABLESPACE:
        return object == 1663;
    case OBJECT_TYPE:
        return types_find(call->env->types, object) != NULL ||
               access->type_name(access->object, object, call->arena) != NULL;
    default:
        return false;
    }
}

/* The role of the first argument, if the function was given one; raises if it does not exist. */
static bool
role_may(struct func_call *call, const union datum *args, bool has_role)
{
    if (!has_role)
        return true;
    const struct db_access *access = access_of(call);
    if (call->func->args[0] == TYPE_OID)
        return (oid)args[0].i32 == ROLE_OWNER;
    const char *name = text_arg(call, args, 0);
    if (strcmp(name, "public") == 0)
        return false;
    if (access->role_named(access->object, name) == OID_NONE)
        raise_missing(SQLSTATE_UNDEFINED_OBJECT, "role", name);
    return true;
}

static union datum
has_privilege(struct func_call *call, const union datum *args, enum object_kind kind,
              const char *words)
{
    uint32_t count = call->func->arg_count, object = count - 2;
    bool may = role_may(call, args, count == 3);
    if (call->func->args[object] == TYPE_TEXT)
        check_named(call, kind, text_arg(call, args, object));
    else if (!is_there(call, kind, (oid)args[object].i32))
        call->result_is_null = true;
    check_privileges(call, text_arg(call, args, count - 1), words);
    return bool_datum(may);
}

#define TABLE_WORDS "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,RULE"
#define COLUMN_WORDS "SELECT,INSERT,UPDATE,REFERENCES"

static union datum
has_any_column_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_RELATION, COLUMN_WORDS);
}

static union datum
has_database_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_DATABASE, "CREATE,TEMPORARY,TEMP,CONNECT");
}

static union datum
has_foreign_data_wrapper_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_NOTHING, "USAGE");
}

static union datum
has_function_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_FUNCTION, "EXECUTE");
}

static union datum
has_language_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_LANGUAGE, "USAGE");
}

static union datum
has_schema_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_SCHEMA, "CREATE,USAGE");
}

static union datum
has_sequence_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_RELATION, "USAGE,SELECT,UPDATE");
}

static union datum
has_server_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_NOTHING, "USAGE");
}

static union datum
has_table_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_RELATION, TABLE_WORDS);
}

static union datum
has_tablespace_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_TABLESPACE, "CREATE");
}

static union datum
has_type_privilege(struct func_call *call, const union datum *args)
{
    return has_privilege(call, args, OBJECT_TYPE, "USAGE");
}

/* The relation, then one of its columns by name or number. */
static union datum
has_column_privilege(struct func_call *call, const union datum *args)
{
    uint32_t count = call->func->arg_count, column = count - 2;
    const struct db_access *access = access_of(call);
    bool may = role_may(call, args, count == 4);
    oid relation = call->func->args[count - 3] == TYPE_OID
                       ? (oid)args[count - 3].i32
                       : access->relation_named(access->object, text_arg(call, args, count - 3));
    if (call->func->args[count - 3] == TYPE_TEXT && relation == OID_NONE)
        raise_missing(SQLSTATE_UNDEFINED_TABLE, "relation", text_arg(call, args, count - 3));
    bool is_named = call->func->args[column] == TYPE_TEXT;
    const char *name = is_named ? text_arg(call, args, column) : NULL;
    if (!access->has_column(access->object, relation, name, is_named ? 0 : args[column].i16)) {
        if (is_named && is_there(call, OBJECT_RELATION, relation))
            raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist",
                  name, access->relation_name(access->object, relation, call->arena));
        call->result_is_null = true;
    }
    check_privileges(call, text_arg(call, args, count - 1), COLUMN_WORDS);
    return bool_datum(may);
}

static union datum
has_parameter_privilege(struct func_call *call, const union datum *args)
{
    uint32_t count = call->func->arg_count;
    bool may = role_may(call, args, count == 3);
    check_privileges(call, text_arg(call, args, count - 1), "SET,ALTER SYSTEM");
    return bool_datum(may);
}

/* Whether a role is or may become another: with one role, whether both are it. */
static union datum
pg_has_role(struct func_call *call, const union datum *args)
{
    uint32_t count = call->func->arg_count, role = count - 2;
    const struct db_access *access = access_of(call);
    bool may = role_may(call, args, count == 3);
    bool is_owner =
        call->func->args[role] == TYPE_OID
            ? (oid)args[role].i32 == ROLE_OWNER
            : access->role_named(access->object, text_arg(call, args, role)) != OID_NONE;
    if (!is_owner && call->func->args[role] == TYPE_NAME)
        raise_missing(SQLSTATE_UNDEFINED_OBJECT, "role", text_arg(call, args, role));
    check_privileges(call, text_arg(call, args, count - 1), "USAGE,MEMBER");
    return bool_datum(may && is_owner);
}

/* ---- what this file brings ---- */

#define STABLE .volatility = FUNC_STABLE
#define N TYPE_NAME
#define O TYPE_OID
#define T TYPE_TEXT
#define ROW(oid_, name_, func_, ...)                                                               \
    {                                                                                              \
        FUNC(oid_, name_, TYPE_BOOL, func_, __VA_ARGS__), STABLE                                   \
    }
/* The six forms: role by name or number or none, object by name or number. */
#define FORMS(a, b, c, d, e, f, name_, func_)                                                      \
    ROW(a, name_, func_, N, T, T), ROW(b, name_, func_, N, O, T), ROW(c, name_, func_, O, T, T),   \
        ROW(d, name_, func_, O, O, T), ROW(e, name_, func_, T, T), ROW(f, name_, func_, O, T)
#define COLUMN(oid_, ...) ROW(oid_, "has_column_privilege", has_column_privilege, __VA_ARGS__)
#define PARAMETER(oid_, ...)                                                                       \
    ROW(oid_, "has_parameter_privilege", has_parameter_privilege, __VA_ARGS__)
#define ROLE(oid_, ...) ROW(oid_, "pg_has_role", pg_has_role, __VA_ARGS__)

static const struct func_info funcs[] = {
    FORMS(3024, 3025, 3026, 3027, 3028, 3029, "has_any_column_privilege", has_any_column_privilege),
    FORMS(2250, 2251, 2252, 2253, 2254, 2255, "has_database_privilege", has_database_privilege),
    FORMS(3000, 3001, 3002, 3003, 3004, 3005, "has_foreign_data_wrapper_privilege",
          has_foreign_data_wrapper_privilege),
    FORMS(2256, 2257, 2258, 2259, 2260, 2261, "has_function_privilege", has_function_privilege),
    FORMS(2262, 2263, 2264, 2265, 2266, 2267, "has_language_privilege", has_language_privilege),
    FORMS(2268, 2269, 2270, 2271, 2272, 2273, "has_schema_privilege", has_schema_privilege),
    FORMS(2181, 2182, 2183, 2184, 2185, 2186, "has_sequence_privilege", has_sequence_privilege),
    FORMS(3006, 3007, 3008, 3009, 3010, 3011, "has_server_privilege", has_server_privilege),
    FORMS(1922, 1923, 1924, 1925, 1926, 1927, "has_table_privilege", has_table_privilege),
    FORMS(2390, 2391, 2392, 2393, 2394, 2395, "has_tablespace_privilege", has_tablespace_privilege),
    FORMS(3138, 3139, 3140, 3141, 3142, 3143, "has_type_privilege", has_type_privilege),
    COLUMN(3012, N, T, T, T),
    COLUMN(3013, N, T, TYPE_INT2, T),
    COLUMN(3014, N, O, T, T),
    COLUMN(3015, N, O, TYPE_INT2, T),
    COLUMN(3016, O, T, T, T),
    COLUMN(3017, O, T, TYPE_INT2, T),
    COLUMN(3018, O, O, T, T),
    COLUMN(3019, O, O, TYPE_INT2, T),
    COLUMN(3020, T, T, T),
    COLUMN(3021, T, TYPE_INT2, T),
    COLUMN(3022, O, T, T),
    COLUMN(3023, O, TYPE_INT2, T),
    PARAMETER(6205, N, T, T),
    PARAMETER(6206, O, T, T),
    PARAMETER(6207, T, T),
    ROLE(2705, N, N, T),
    ROLE(2706, N, O, T),
    ROLE(2707, O, N, T),
    ROLE(2708, O, O, T),
    ROLE(2709, N, T),
    ROLE(2710, O, T),
};

const struct type_tables privilege_tables = {.funcs = funcs, .func_count = COUNT_OF(funcs)};
