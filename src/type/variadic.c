/*
 * variadic.c: the arguments of a function of VARIADIC "any".
 */
#include "type/variadic.h"

#include "type/array.h"
#include "type/values.h"

bool
variadic_args(struct func_call *call, const union datum *args, uint32_t first,
              struct variadic *rest)
{
    *rest = (struct variadic){.count = call->arg_count - first,
                              .values = args + first,
                              .nulls = call->arg_nulls == NULL ? NULL : call->arg_nulls + first,
                              .types = call->arg_types + first};
    if (!call->is_variadic_array)
        return true;
    if (func_arg_is_null(call, first))
        return false;
    struct array array = array_read(&args[first]);
    union datum *values = arena_alloc_array(call->arena, array.count + 1, sizeof *values);
    bool *nulls = arena_alloc_array(call->arena, array.count + 1, sizeof *nulls);
    oid *types = arena_alloc_array(call->arena, array.count + 1, sizeof *types);
    for (uint32_t i = 0; i < array.count; i++) {
        values[i] = array_get(&array, i);
        nulls[i] = array_is_null(&array, i);
        types[i] = array.element;
    }
    *rest =
        (struct variadic){.count = array.count, .values = values, .nulls = nulls, .types = types};
    return true;
}
