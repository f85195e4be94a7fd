/*
 * composite.c: see composite.h.
 */
#include "type/composite.h"

#include "type/domain.h"

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
