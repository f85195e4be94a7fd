/*
 * generic.c: one C function for the many SQL functions that only call a type's own contract.
 */
#include "type/generic.h"

#include "base/raise.h"
#include "type/values.h"

static const struct type_info *
get_type(const struct func_call *call, oid type)
{
    const struct type_info *info = types_find(call->env->types, type);
    if (info == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "cache lookup failed for type %u", type);
    return info;
}

static struct type_call
type_call_of(struct func_call *call, const struct type_info *info, int32_t typmod)
{
    return (struct type_call){.arena = call->arena,
                              .env = call->env,
                              .type = info,
                              .typmod = typmod,
                              .element = info->element};
}

union datum
generic_buf_datum(struct arena *arena, struct buf *buf)
{
    return slice_datum(buf_take(buf, arena));
}

union datum
generic_text(struct arena *arena, const char *text)
{
    return slice_datum(arena_slice(arena, slice_text(text)));
}

struct slice
generic_cast_text(struct func_call *call, union datum value, oid type)
{
    const struct cast_info *cast = types_cast(call->env->types, type, TYPE_TEXT);
    const struct func_info *func =
        cast == NULL || cast->method != CAST_FUNC ? NULL : types_func(call->env->types, cast->func);
    if (func == NULL)
        return slice_text(type_output_text(call->env, call->arena, type, value));
    struct func_call cast_call = {.arena = call->arena,
                                  .env = call->env,
                                  .func = func,
                                  .result_type = TYPE_TEXT,
                                  .result_typmod = -1,
                                  .arg_types = &type,
                                  .arg_typmods = &(int32_t){-1},
                                  .arg_count = 1,
                                  .state_arena = call->state_arena};
    union datum *text = arena_alloc(call->arena, sizeof *text);
    *text = func->scalar(&cast_call, &value);
    return datum_slice(text);
}

/* Input functions may be given (text), or (text, type, typmod). */
union datum
generic_in(struct func_call *call, const union datum *args)
{
    const struct type_info *info = get_type(call, call->func->result);
    struct type_call conversion = type_call_of(call, info, call->arg_count == 3 ? args[2].i32 : -1);
    return info->input(&conversion, datum_slice(&args[0]));
}

union datum
generic_out(struct func_call *call, const union datum *args)
{
    const struct type_info *info = get_type(call, call->func->args[0]);
    struct type_call conversion = type_call_of(call, info, -1);
    struct buf *text = buf_new(call->arena);
    info->output(&conversion, args[0], text);
    return generic_buf_datum(call->arena, text);
}

/* The argument's type is internal, of which SQL has no value; only the catalog needs the function.
 */
union datum
generic_recv(struct func_call *call, const union datum *args)
{
    (void)args;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot call function %s from SQL", call->func->name);
}

union datum
generic_send(struct func_call *call, const union datum *args)
{
    const struct type_info *info = get_type(call, call->func->args[0]);
    struct type_call conversion = type_call_of(call, info, -1);
    struct buf *bytes = buf_new(call->arena);
    info->send(&conversion, args[0], bytes);
    return generic_buf_datum(call->arena, bytes);
}

union datum
generic_typmod_in(struct func_call *call, const union datum *args)
{
    (void)args;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot call function %s from SQL", call->func->name);
}

/* The name of the function is that of the type and "typmodout". */
union datum
generic_typmod_out(struct func_call *call, const union datum *args)
{
    const struct type_info *info = NULL;
    for (uint32_t i = 0; (info = types_at(call->env->types, i)) != NULL; i++) {
        if (info->typmod_out_oid == call->func->func && info->typmod_out != NULL)
            break;
    }
    if (info == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "no type belongs to function %s", call->func->name);
    struct type_call conversion = type_call_of(call, info, args[0].i32);
    struct buf *text = buf_new(call->arena);
    if (args[0].i32 >= 0)
        info->typmod_out(&conversion, args[0].i32, text);
    return generic_buf_datum(call->arena, text);
}

static int
compare(struct func_call *call, const union datum *args)
{
    return get_type(call, call->func->args[0])->compare(args[0], args[1]);
}

union datum
generic_compare(struct func_call *call, const union datum *args)
{
    int order = compare(call, args);
    return i32_datum((order > 0) - (order < 0));
}

union datum
generic_larger(struct func_call *call, const union datum *args)
{
    return compare(call, args) > 0 ? args[0] : args[1];
}

union datum
generic_smaller(struct func_call *call, const union datum *args)
{
    return compare(call, args) < 0 ? args[0] : args[1];
}

union datum
generic_eq(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) == 0);
}

union datum
generic_ne(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) != 0);
}

union datum
generic_lt(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) < 0);
}

union datum
generic_le(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) <= 0);
}

union datum
generic_gt(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) > 0);
}

union datum
generic_ge(struct func_call *call, const union datum *args)
{
    return bool_datum(compare(call, args) >= 0);
}

union datum
generic_same(struct func_call *call, const union datum *args)
{
    (void)call;
    return args[0];
}
