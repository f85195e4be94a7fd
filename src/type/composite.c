/*
 * composite.c: see composite.h.
 */
#include "type/composite.h"

#include "type/array.h"
#include "type/domain.h"
#include "type/tables.h"

static union datum
composite_input(struct type_call *call, struct slice text)
{
    return record_parse(call->env, call->arena, user_type_of(call->type)->composite.shape, text);
}

static union datum
composite_recv(struct type_call *call, struct slice bytes)
{
    return record_receive(call->env, call->arena, user_type_of(call->type)->composite.shape, bytes);
}

void
composite_type_init(struct user_type *type, oid number, oid array, const char *name,
                    const char *array_name, oid relation, const struct record_shape *shape)
{
    type->info = *types_builtin(TYPE_RECORD);
    type->info.type = number;
    type->info.name = type->info.sql_name = name;
    type->info.kind = 'c';
    type->info.category = 'C';
    type->info.input = composite_input;
    type->info.recv = composite_recv;
    type->contract = TYPE_RECORD;
    type->composite = (struct composite_part){.relation = relation, .shape = shape};
    user_type_init_array(type, array, array_name);
}

const struct record_shape *
composite_shape(const struct type_env *env, oid type)
{
    if (type < OID_USER_FIRST)
        return NULL;
    const struct type_info *info = domain_root(env, type_get(env, type));
    return info->kind == 'c' ? user_type_of(info)->composite.shape : NULL;
}

/* ---- values made anew ---- */

static union datum
refresh_array(const struct type_env *env, struct arena *arena, oid element, union datum value)
{
    struct array array = array_read(&value);
    if (array.dim_count == 0)
        return value;
    union datum *values = arena_alloc_array(arena, array.count + 1u, sizeof *values);
    bool *nulls = arena_alloc_zero(arena, array.count + 1u);
    struct array_dim dims[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < array.count; i++) {
        values[i] = (union datum){.words = {0, 0}};
        nulls[i] = array_is_null(&array, i);
        if (!nulls[i])
            values[i] = composite_refresh(env, arena, element, array_get(&array, i));
    }
    for (uint32_t i = 0; i < array.dim_count; i++)
        dims[i] = array_dim(&array, i);
    return array_make(env, arena, element, values, nulls, array.dim_count, dims);
}

static union datum
refresh_row(const struct type_env *env, struct arena *arena, const struct record_shape *shape,
            union datum value)
{
    struct record record = record_read(&value);
    union datum *values = arena_alloc_array(arena, shape->count + 1u, sizeof *values);
    bool *nulls = arena_alloc_zero(arena, shape->count + 1u);
    for (uint32_t i = 0; i < shape->count; i++) {
        values[i] = (union datum){.words = {0, 0}};
        nulls[i] = true;
        if (i < record.count && shape->types[i] != OID_NONE)
            values[i] = record_get(&record, i, &nulls[i]);
        if (!nulls[i])
            values[i] = composite_refresh(env, arena, shape->types[i], values[i]);
    }
    return record_make(env, arena, shape, values, nulls);
}

union datum
composite_refresh(const struct type_env *env, struct arena *arena, oid type, union datum value)
{
    if (type < OID_USER_FIRST)
        return value;
    const struct type_info *info = domain_root(env, type_get(env, type));
    if (info->kind == 'c')
        return refresh_row(env, arena, user_type_of(info)->composite.shape, value);
    return info->element != OID_NONE && info->length == -1
               ? refresh_array(env, arena, info->element, value)
               : value;
}

static union datum
row_refresh(struct func_call *call, const union datum *args)
{
    return composite_refresh(call->env, call->arena, call->arg_types[0], args[0]);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(8100, "row_refresh", TYPE_ANYELEMENT, row_refresh, TYPE_ANYELEMENT),
     .volatility = FUNC_STABLE},
};

const struct type_tables composite_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
