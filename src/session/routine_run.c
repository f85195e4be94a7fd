/*
 * routine_run.c: see routine_run.h: the table of languages, and what the executor's calls and CALL
 * do with it.
 */
#include "session/routine_run.h"

#include "base/raise.h"
#include "exec/vector.h"
#include "session/branch_functions.h"
#include "session/planned.h"
#include "session/query.h"
#include "type/record.h"

static const struct language languages[] = {
    {.number = LANGUAGE_SQL,
     .name = "sql",
     .check = routine_sql_check,
     .value = routine_sql_value,
     .row = routine_sql_row},
};

const struct language *
language_find(enum routine_language number)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (languages[i].number == number)
            return &languages[i];
    return NULL;
}

static const struct language *
language_of(const struct func_call *call)
{
    const struct language *language = language_find(call->func->routine->language);
    if (language == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "function %s cannot be run", call->func->name);
    return language;
}

const struct func_info *
routine_access_func(void *object, oid func)
{
    struct session *session = object;
    return scope_func(&session->scope, func);
}

union datum
routine_access_value(void *object, struct func_call *call, const union datum *args)
{
    return language_of(call)->value(object, call, args);
}

bool
routine_access_row(void *object, struct func_call *call, const union datum *args,
                   union datum *values, bool *nulls)
{
    return language_of(call)->row(object, call, args, values, nulls);
}

/* ---- CALL ---- */

struct arguments {
    union datum *values;
    bool *nulls;
};

/* Runs the query of the arguments, which gives one row. */
static struct arguments
call_arguments(struct session *session, const struct call_routine *call)
{
    struct arena *arena = session->statement_arena;
    uint32_t count = call->call->arg_count;
    struct arguments args = {.values = arena_alloc_array(arena, count + 1u, sizeof *args.values),
                             .nulls = arena_alloc_array(arena, count + 1u, sizeof *args.nulls)};
    if (count == 0)
        return args;
    struct cache_entry *entry = planned_make(session, call->query, NULL);
    session_release_later(session, entry);
    struct exec_context context = session_exec_context(session, arena);
    if (session->body_params != NULL) {
        context.param_count = session->body_params->count;
        context.params = session->body_params->values;
        context.param_nulls = session->body_params->nulls;
    }
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    if (!exec_next(exec, &batch))
        raise(SQLSTATE_INTERNAL_ERROR, "the arguments of CALL give no row");
    uint32_t row = batch.sel == NULL ? 0 : batch.sel[0];
    for (uint32_t i = 0; i < count; i++) {
        const struct column *column = &batch.columns[i];
        args.nulls[i] = column_is_null(column, row);
        args.values[i] = args.nulls[i] ? (union datum){.words = {0, 0}}
                                       : datum_copy(column->phys, vector_get(column, row), arena);
    }
    exec_close(exec);
    return args;
}

/* The types of what comes back, polymorphic ones resolved. */
static struct result_column *
out_columns(struct session *session, const struct func_call *call)
{
    const struct func_info *func = call->func;
    struct result_column *columns =
        arena_alloc_zero(session->statement_arena, (func->out_count + 1u) * sizeof *columns);
    for (uint16_t i = 0; i < func->out_count; i++) {
        oid type = routine_resolve(&session->env, func->out_types[i], func->arg_count, func->args,
                                   call->arg_types);
        columns[i] = (struct result_column){.name = func->out_names[i] == NULL ? "column1"
                                                                               : func->out_names[i],
                                            .type = type,
                                            .length = type_get(&session->env, type)->length,
                                            .typmod = -1};
    }
    return columns;
}

static void
put_result(struct session *session, const struct func_call *call, union datum value, bool is_null,
           bool with_columns)
{
    struct arena *arena = session->statement_arena;
    uint32_t count = call->func->out_count;
    const struct result_column *columns = out_columns(session, call);
    struct column *vectors = arena_alloc_zero(arena, count * sizeof *vectors);
    struct record record = {.count = 0};
    if (!is_null)
        record = record_read(&value);
    for (uint32_t c = 0; c < count; c++) {
        bool is_column_null = true;
        union datum one = {.words = {0, 0}};
        if (c < record.count)
            one = record_get(&record, c, &is_column_null);
        vector_init(&vectors[c], type_get(&session->env, columns[c].type)->phys, 1, arena);
        vector_set(&vectors[c], 0, one);
        vectors[c].has_nulls = true;
        vectors[c].nulls[0] = is_column_null;
    }
    if (with_columns)
        session->sink.columns(session->sink.object, columns, count);
    struct batch batch = {.count = 1, .column_count = count, .columns = vectors};
    session_put_rows(session, &batch);
}

void
routine_run_call(struct session *session, const struct call_routine *statement, bool with_columns)
{
    const struct expr *e = statement->call;
    const struct func_info *func = e->func.func;
    struct arena *arena = session->statement_arena;
    oid *types = arena_alloc_array(arena, e->arg_count + 1u, sizeof *types);
    int32_t *typmods = arena_alloc_array(arena, e->arg_count + 1u, sizeof *typmods);
    for (uint32_t i = 0; i < e->arg_count; i++) {
        types[i] = e->args[i]->type;
        typmods[i] = -1;
    }
    struct arguments args = call_arguments(session, statement);
    struct func_call call = {.arena = arena,
                             .env = &session->env,
                             .func = func,
                             .result_type = e->type,
                             .result_typmod = -1,
                             .arg_types = types,
                             .arg_typmods = typmods,
                             .arg_count = e->arg_count,
                             .arg_nulls = args.nulls,
                             .state_arena = arena};
    union datum value = func->scalar(&call, args.values);
    if (func->out_count > 0)
        put_result(session, &call, value, call.result_is_null, with_columns);
}
