/*
 * range_scope.c: see range_scope.h.
 */
#include "session/range_scope.h"

#include "session/scope.h"

static bool
is_range(const struct user_type *type)
{
    return type != NULL && (type->info.kind == 'r' || type->info.kind == 'm');
}

const struct func_info *const *
range_constructors_named(struct session *session, const char *schema, const char *name)
{
    const struct user_type *type =
        session->catalog == NULL ? NULL : scope_user_type(session, schema, name);
    if (!is_range(type) || strcmp(type->info.name, name) != 0)
        return NULL;
    uint32_t count = type->range.constructor_count;
    const struct func_info **list =
        arena_alloc_zero(session->statement_arena, (count + 1u) * sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = &type->range.constructors[i];
    return list;
}

const struct func_info *
range_constructor(struct session *session, oid func)
{
    if (func < OID_USER_FIRST || session->catalog == NULL)
        return NULL;
    uint32_t count;
    const struct user_type **types =
        catalog_user_types(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_range(types[i]))
            continue;
        for (uint32_t k = 0; k < types[i]->range.constructor_count; k++) {
            if (types[i]->range.constructor_oids[k] == func)
                return &types[i]->range.constructors[k];
        }
    }
    return NULL;
}

const struct cast_info *
range_cast(struct session *session, oid source, oid target)
{
    if (source < OID_USER_FIRST || target < OID_USER_FIRST || session->catalog == NULL)
        return NULL;
    const struct user_type *type = catalog_user_type(session->catalog, target);
    bool is_cast = type != NULL && type->info.kind == 'm' && type->info.type == target &&
                   type->range.type.range == source;
    return is_cast ? &type->range.cast : NULL;
}
