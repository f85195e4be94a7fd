/*
 * domain.c: see domain.h.
 */
#include "type/domain.h"

#include "base/raise.h"
#include "type/access.h"
#include "type/generic.h"
#include "type/tables.h"

struct domain_traits
domain_traits_of(const struct type_env *env, const struct type_info *base)
{
    return (struct domain_traits){.contract = type_contract(env, base),
                                  .length = base->length,
                                  .is_by_value = base->is_by_value,
                                  .is_collatable = base->is_collatable,
                                  .align = base->align,
                                  .category = base->category,
                                  .storage = base->storage,
                                  .delimiter = base->delimiter};
}

const struct type_info *
domain_root(const struct type_env *env, const struct type_info *info)
{
    while (info->kind == 'd')
        info = type_get(env, user_type_of(info)->domain.base);
    return info;
}

void
domain_check(const struct type_env *env, const struct type_info *info, union datum value,
             bool is_null)
{
    const struct db_access *access = env->access;
    if (info->kind != 'd')
        return;
    if (access == NULL || access->domain_check == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "values of domain %s can be read in a session only", info->name);
    access->domain_check(access->object, info->type, value, is_null);
}

/* The call as the base type's function gets it. */
static struct type_call
base_call(const struct type_call *call)
{
    const struct domain_part *domain = &user_type_of(call->type)->domain;
    struct type_call base = *call;
    base.type = type_get(call->env, domain->base);
    base.typmod = domain->typmod;
    base.element = base.type->element;
    return base;
}

static union datum
domain_input(struct type_call *call, struct slice text)
{
    struct type_call base = base_call(call);
    union datum value = base.type->input(&base, text);
    domain_check(call->env, call->type, value, false);
    return value;
}

static void
domain_output(struct type_call *call, union datum value, struct buf *to)
{
    struct type_call base = base_call(call);
    base.type->output(&base, value, to);
}

static union datum
domain_recv(struct type_call *call, struct slice bytes)
{
    struct type_call base = base_call(call);
    if (base.type->recv == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
              base.type->name);
    union datum value = base.type->recv(&base, bytes);
    domain_check(call->env, call->type, value, false);
    return value;
}

static void
domain_send(struct type_call *call, union datum value, struct buf *to)
{
    struct type_call base = base_call(call);
    if (base.type->send == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
              base.type->name);
    base.type->send(&base, value, to);
}

void
domain_type_init(struct user_type *type, oid number, oid array, const char *name,
                 const char *array_name, const struct domain_traits *traits,
                 const struct domain_part *part)
{
    const struct type_info *like = types_builtin(traits->contract);
    type->info = (struct type_info){.type = number,
                                    .name = name,
                                    .sql_name = name,
                                    .length = traits->length,
                                    .is_by_value = traits->is_by_value,
                                    .is_collatable = traits->is_collatable,
                                    .align = traits->align,
                                    .category = traits->category,
                                    .kind = 'd',
                                    .storage = traits->storage,
                                    .delimiter = traits->delimiter,
                                    .phys = like->phys,
                                    .input_oid = 2597,
                                    .output_oid = like->output_oid,
                                    .recv_oid = 2598,
                                    .send_oid = like->send_oid,
                                    .input = domain_input,
                                    .output = domain_output,
                                    .recv = domain_recv,
                                    .send = domain_send,
                                    .compare = like->compare,
                                    .hash = like->hash,
                                    .key_put = like->key_put,
                                    .key_get = like->key_get};
    type->contract = traits->contract;
    type->domain = *part;
    user_type_init_array(type, array, array_name);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC_NULLS(2597, "domain_in", TYPE_ANY, generic_recv, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC_NULLS(2598, "domain_recv", TYPE_ANY, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
};

const struct type_tables domain_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
