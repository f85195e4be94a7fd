/*
 * variadic.h: the arguments of a function of VARIADIC "any", given one by one or as an array.
 */
#pragma once

#include "type/types.h"

struct variadic {
    uint32_t count;
    const union datum *values;
    const bool *nulls; /* null: none is */
    const oid *types;
};

/* The arguments from `first` on, in call->arena. False: VARIADIC gave a null for all. */
bool variadic_args(struct func_call *call, const union datum *args, uint32_t first,
                   struct variadic *rest);

static inline bool
variadic_is_null(const struct variadic *rest, uint32_t i)
{
    return rest->nulls != NULL && rest->nulls[i];
}
