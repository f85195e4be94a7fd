/*
 * routine.h: how what users have made is called: functions whose bodies the session runs, and
 * aggregates put together from functions.
 *
 * A user's function is a struct func_info like any other (info.routine is not null); its scalar
 * or set function passes the call on to type_env.access. An aggregate's struct aggregate_info
 * keeps its state as one value and calls the step function for each row.
 */
#pragma once

#include "type/types.h"

/* What CREATE AGGREGATE says; functions by number, OID_NONE where there is none. */
struct aggregate_def {
    struct aggregate_info info; /* first: aggregate_info of the func_info */
    char kind;                  /* n, o, h */
    uint16_t direct_count;
    oid step, finish, combine, serial, deserial, moving_step, moving_inverse, moving_finish;
    bool finish_extra, moving_finish_extra;
    char finish_modify, moving_finish_modify; /* r, s, w */
    oid state_type, moving_state_type;
    int32_t state_bytes, moving_state_bytes;
    const char *init, *moving_init; /* null: null */
    oid sort_operator;
};

/* Fills def->info. */
void aggregate_def_derive(struct aggregate_def *def);

/* func_info.scalar and func_info.set of functions whose bodies the session runs. */
union datum routine_call_scalar(struct func_call *call, const union datum *args);
bool routine_call_set(struct func_call *call, const union datum *args, union datum *values,
                      bool *nulls);

/* What a polymorphic type stands for in a call whose arguments are declared and given as these;
 * other types are themselves. OID_NONE: the arguments do not tell. */
oid routine_resolve(const struct type_env *env, oid type, uint32_t count, const oid *declared,
                    const oid *given);
