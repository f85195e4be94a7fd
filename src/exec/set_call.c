/*
 * set_call.c: see set_call.h.
 */
#include "exec/set_call.h"

#include "type/record.h"

bool
is_set_call(const struct expr *e)
{
    return e->kind == EXPR_FUNC && e->func.func->is_set;
}

void
set_compile(struct compiler *compiler, struct set_code *code, const struct expr *e)
{
    if (e->func.func->set == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "function %s is not supported yet",
              e->func.func->name);
    code->site = compiler_call_site(compiler, &e->func, e, e->args, e->arg_count);
    code->args = expr_compile(compiler, e->args, e->arg_count);
}

void
set_open(struct exec *exec, struct set_run *run, const struct set_code *code, uint32_t capacity,
         struct arena *arena)
{
    uint32_t count = code->site->arg_count;

    *run = (struct set_run){.code = code, .is_at_end = true};
    run->args = expr_open(exec, code->args, capacity, arena);
    run->values = arena_alloc_array(exec->arena, count, sizeof *run->values);
    run->nulls = arena_alloc_array(exec->arena, count, sizeof *run->nulls);
}

void
set_args(struct set_run *run, const struct batch *in)
{
    expr_run(run->args, in);
}

void
set_begin(struct exec *exec, struct set_run *run, uint32_t row, struct arena *result_arena,
          struct arena *state_arena)
{
    const struct call_site *site = run->code->site;

    run->is_at_end = false;
    for (uint32_t a = 0; a < site->arg_count; a++) {
        run->values[a] = expr_value(run->args, a, row, &run->nulls[a]);
        if (run->nulls[a] && site->func->is_strict)
            run->is_at_end = true;
    }
    run->call = (struct func_call){
        .arena = result_arena,
        .env = exec->context.env,
        .func = site->func,
        .result_type = site->result_type,
        .result_typmod = site->result_typmod,
        .arg_types = site->arg_types,
        .arg_typmods = site->arg_typmods,
        .arg_count = site->arg_count,
        .is_variadic_array = site->is_variadic_array,
        .columns = site->columns,
        .arg_nulls = site->func->is_strict ? NULL : run->nulls,
        .state_arena = state_arena,
        .collation = site->collation,
    };
}

bool
set_next(struct set_run *run, union datum *values, bool *nulls, uint32_t count)
{
    if (!run->is_at_end) {
        run->call.result_is_null = false;
        memset(nulls, 0, count);
        if (run->code->site->func->set(&run->call, run->values, values, nulls)) {
            nulls[0] |= run->call.result_is_null;
            return true;
        }
        run->is_at_end = true;
    }
    for (uint32_t c = 0; c < count; c++) {
        nulls[c] = true;
        values[c] = (union datum){.words = {0, 0}};
    }
    return false;
}

bool
set_next_value(struct set_run *run, union datum *value, bool *is_null)
{
    const struct func_info *func = run->code->site->func;

    if (func->out_count < 2)
        return set_next(run, value, is_null, 1);
    struct arena *arena = run->call.arena;
    union datum *values = arena_alloc_array(arena, func->out_count, sizeof *values);
    bool *nulls = arena_alloc_array(arena, func->out_count, sizeof *nulls);
    *value = (union datum){.words = {0, 0}};
    *is_null = true;
    if (!set_next(run, values, nulls, func->out_count))
        return false;
    struct record_shape shape = {.type = TYPE_RECORD,
                                 .count = func->out_count,
                                 .types = func->out_types,
                                 .names = func->out_names};
    *value = record_make(run->call.env, arena, &shape, values, nulls);
    *is_null = false;
    return true;
}
