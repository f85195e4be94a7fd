/*
 * set_call.h: one call of a set-returning function, row by row.
 */
#pragma once

#include "exec/exec_int.h"

/* Compiled: the arguments' code and the call's types. */
struct set_code {
    const struct expr_code *args;
    const struct call_site *site;
};

struct set_run {
    const struct set_code *code;
    struct expr_state *args;
    struct func_call call;
    union datum *values; /* of the arguments */
    bool *nulls;
    bool is_at_end;
};

/* True if the expression is a call that returns a set. */
bool is_set_call(const struct expr *e);
/* `e` is one; raises if its function cannot be run. */
void set_compile(struct compiler *compiler, struct set_code *code, const struct expr *e);
/* `capacity`: of the batches that the arguments are read from. Values live in `arena`. */
void set_open(struct exec *exec, struct set_run *run, const struct set_code *code,
              uint32_t capacity, struct arena *arena);
/* Computes the arguments for the rows of a batch (once a batch); then begins the call for one. */
void set_args(struct set_run *run, const struct batch *in);
void set_begin(struct exec *exec, struct set_run *run, uint32_t row, struct arena *result_arena,
               struct arena *state_arena);
/* The next row of the set: the function's value, or its columns; false at the end. */
bool set_next(struct set_run *run, union datum *values, bool *nulls, uint32_t count);
/* The next row of the set as one value: a record if the function has several columns. */
bool set_next_value(struct set_run *run, union datum *value, bool *is_null);
