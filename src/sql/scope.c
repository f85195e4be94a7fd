/*
 * scope.c: look-ups that ask the built-in tables first, then the scope.
 */
#include "sql/scope.h"

#include "sql/deparse.h"

const struct type_info *
scope_type(const struct name_scope *scope, oid type)
{
    const struct type_info *info = types_find(scope->types, type);
    if (info == NULL && scope->type_oid != NULL)
        info = scope->type_oid(scope->object, type);
    return info;
}

static bool
is_builtin_schema(const char *schema)
{
    return schema == NULL || strcmp(schema, "pg_catalog") == 0;
}

const struct type_info *
scope_type_named(const struct name_scope *scope, const char *schema, const char *name)
{
    const struct type_info *info = NULL;
    if (is_builtin_schema(schema))
        info = types_find_name(scope->types, name);
    if (info == NULL && scope->type != NULL)
        info = scope->type(scope->object, schema, name);
    return info;
}

const struct func_info *
scope_func(const struct name_scope *scope, oid func)
{
    const struct func_info *info = types_func(scope->types, func);
    if (info == NULL && scope->func_oid != NULL)
        info = scope->func_oid(scope->object, func);
    return info;
}

const struct cast_info *
scope_cast(const struct name_scope *scope, oid source, oid target)
{
    const struct cast_info *info = types_cast(scope->types, source, target);
    if (info == NULL && scope->cast != NULL)
        info = scope->cast(scope->object, source, target);
    return info;
}

static const struct func_info *const no_funcs[] = {NULL};
static const struct operator_info *const no_operators[] = {NULL};

const struct func_info *const *
scope_funcs_builtin(const struct name_scope *scope, const char *schema, const char *name)
{
    return is_builtin_schema(schema) ? types_funcs_named(scope->types, name) : no_funcs;
}

const struct func_info *const *
scope_funcs_user(const struct name_scope *scope, const char *schema, const char *name)
{
    return scope->funcs == NULL ? no_funcs : scope->funcs(scope->object, schema, name);
}

const struct operator_info *const *
scope_operators_builtin(const struct name_scope *scope, const char *schema, const char *name)
{
    return is_builtin_schema(schema) ? types_operators_named(scope->types, name) : no_operators;
}

const struct operator_info *const *
scope_operators_user(const struct name_scope *scope, const char *schema, const char *name)
{
    return scope->operators == NULL ? no_operators : scope->operators(scope->object, schema, name);
}

/* Of types that have no entry. */
static const char *
pseudo_type_name(oid type)
{
    switch (type) {
    case OID_NONE:
        return "-";
    case TYPE_UNKNOWN:
        return "unknown";
    case TYPE_RECORD:
        return "record";
    case TYPE_VOID:
        return "void";
    default:
        return "???";
    }
}

static const char *
type_name(const struct name_scope *scope, struct arena *arena, oid type, int32_t typmod,
          bool with_schema)
{
    if (types_find(scope->types, type) != NULL)
        return type_format(scope->types, arena, type, typmod);
    const struct type_info *info = scope_type(scope, type);
    if (info == NULL)
        return pseudo_type_name(type);
    if (info->kind == 'b' && info->category == 'A')
        return arena_format(arena, "%s[]",
                            type_name(scope, arena, info->element, typmod, with_schema));
    bool is_visible = true;
    const char *schema =
        scope->type_schema == NULL ? NULL : scope->type_schema(scope->object, type, &is_visible);
    const char *name = deparse_name(arena, info->name);
    if (schema == NULL || (is_visible && !with_schema))
        return name;
    return arena_format(arena, "%s.%s", deparse_name(arena, schema), name);
}

const char *
scope_type_text(const struct name_scope *scope, struct arena *arena, oid type, int32_t typmod)
{
    return type_name(scope, arena, type, typmod, false);
}

const char *
scope_type_full_text(const struct name_scope *scope, struct arena *arena, oid type, int32_t typmod)
{
    return type_name(scope, arena, type, typmod, true);
}
