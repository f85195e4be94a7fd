/*
 * node_function_scan.c: rows of functions in FROM.
 *
 * Several functions (ROWS FROM) run side by side; one that ends before the others gives nulls. A
 * function that returns no set gives one row.
 */
#include "exec/nodes.h"

struct function_code {
    struct node_code node;
    const struct expr_code **args; /* of set-returning functions: their arguments; else the call */
    struct call_site **sites;      /* null: not a set */
};

struct function_run {
    struct expr_state *args;
    struct func_call call;
    union datum *arg_values;
    bool *arg_nulls;
    bool is_begun, is_at_end;
};

struct function_state {
    struct node_state node;
    struct function_run *runs;
    struct arena *state_arena;
    struct column *columns;
    union datum *values;
    bool *nulls;
    int64_t ordinal;
};

static void
function_compile(struct compiler *compiler, struct node_code *node)
{
    struct function_code *code = (struct function_code *)node;
    const struct plan_function_scan *plan = (const struct plan_function_scan *)node->plan;

    code->args = arena_alloc_array(compiler->arena, plan->function_count, sizeof *code->args);
    code->sites = arena_alloc_zero(compiler->arena, plan->function_count * sizeof *code->sites);
    for (uint32_t i = 0; i < plan->function_count; i++) {
        struct expr *call = plan->functions[i].call;
        if (call->kind != EXPR_FUNC || !call->func.func->is_set) {
            if (plan->functions[i].is_record)
                raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
                      "functions that return a record are not supported in FROM yet");
            code->args[i] = expr_compile(compiler, &call, 1);
            continue;
        }
        if (call->func.func->set == NULL)
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "function %s is not supported yet",
                  call->func.func->name);
        struct call_site *site = arena_alloc_zero(compiler->arena, sizeof *site);
        oid *types = arena_alloc_array(compiler->arena, call->arg_count, sizeof *types);
        int32_t *typmods = arena_alloc_array(compiler->arena, call->arg_count, sizeof *typmods);
        for (uint32_t a = 0; a < call->arg_count; a++) {
            types[a] = call->args[a]->type;
            typmods[a] = call->args[a]->typmod;
        }
        *site = (struct call_site){.func = call->func.func,
                                   .arg_count = call->arg_count,
                                   .arg_types = types,
                                   .arg_typmods = typmods,
                                   .result_type = call->type,
                                   .result_typmod = call->typmod,
                                   .collation = call->func.input_collation};
        code->sites[i] = site;
        code->args[i] = expr_compile(compiler, call->args, call->arg_count);
    }
}

static void
function_open(struct exec *exec, struct node_state *node)
{
    struct function_state *state = (struct function_state *)node;
    const struct function_code *code = (const struct function_code *)node->code;
    const struct plan_function_scan *plan = (const struct plan_function_scan *)node->plan;
    uint32_t count = plan->node.column_count;

    state->state_arena = exec_new_arena(exec, "functions");
    state->runs = arena_alloc_zero(exec->arena, plan->function_count * sizeof *state->runs);
    for (uint32_t i = 0; i < plan->function_count; i++)
        state->runs[i].args = expr_open(exec, code->args[i], 1, state->state_arena);
    node_arena(exec, node);
    state->columns = arena_alloc_array(exec->arena, count, sizeof *state->columns);
    for (uint32_t c = 0; c < count; c++)
        vector_init(&state->columns[c], plan->node.columns[c].phys, node->code->capacity,
                    exec->arena);
    state->values = arena_alloc_array(exec->arena, count + 1u, sizeof *state->values);
    state->nulls = arena_alloc_array(exec->arena, count + 1u, sizeof *state->nulls);
}

static void
begin_run(struct exec *exec, struct function_state *state, uint32_t i)
{
    const struct function_code *code = (const struct function_code *)state->node.code;
    struct function_run *run = &state->runs[i];
    const struct call_site *site = code->sites[i];
    struct batch one = {.count = 1};

    run->is_begun = true;
    run->is_at_end = false;
    expr_run(run->args, &one);
    if (site == NULL)
        return;
    run->arg_values =
        arena_alloc_array(state->state_arena, site->arg_count, sizeof *run->arg_values);
    run->arg_nulls = arena_alloc_array(state->state_arena, site->arg_count, sizeof(bool));
    for (uint32_t a = 0; a < site->arg_count; a++) {
        bool is_null;
        run->arg_values[a] = expr_value(run->args, a, 0, &is_null);
        run->arg_nulls[a] = is_null;
        if (is_null && site->func->is_strict)
            run->is_at_end = true;
    }
    run->call = (struct func_call){
        .arena = state->node.arena,
        .env = exec->context.env,
        .func = site->func,
        .result_type = site->result_type,
        .result_typmod = site->result_typmod,
        .arg_types = site->arg_types,
        .arg_typmods = site->arg_typmods,
        .arg_count = site->arg_count,
        .arg_nulls = site->func->is_strict ? NULL : run->arg_nulls,
        .state_arena = state->state_arena,
        .collation = site->collation,
    };
}

/* The next row of one function into its columns' values; false at its end. */
static bool
run_next(struct exec *exec, struct function_state *state, uint32_t i)
{
    const struct function_code *code = (const struct function_code *)state->node.code;
    const struct plan_function_scan *plan = (const struct plan_function_scan *)state->node.plan;
    const struct plan_function *function = &plan->functions[i];
    struct function_run *run = &state->runs[i];
    union datum *values = state->values + function->first_column;
    bool *nulls = state->nulls + function->first_column;

    if (!run->is_begun)
        begin_run(exec, state, i);
    if (!run->is_at_end && code->sites[i] == NULL) {
        values[0] = expr_value(run->args, 0, 0, &nulls[0]);
        run->is_at_end = true;
        return true;
    }
    if (!run->is_at_end) {
        run->call.result_is_null = false;
        memset(nulls, 0, function->column_count);
        if (code->sites[i]->func->set(&run->call, run->arg_values, values, nulls)) {
            if (run->call.result_is_null)
                nulls[0] = true;
            return true;
        }
        run->is_at_end = true;
    }
    for (uint32_t c = 0; c < function->column_count; c++) {
        nulls[c] = true;
        values[c] = (union datum){.words = {0, 0}};
    }
    return false;
}

static bool
function_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct function_state *state = (struct function_state *)node;
    const struct plan_function_scan *plan = (const struct plan_function_scan *)node->plan;
    uint32_t columns = plan->node.column_count, count = 0;

    if (node->is_at_end)
        return false;
    node_begin_batch(exec, node);
    for (uint32_t c = 0; c < columns; c++)
        state->columns[c].has_nulls = true;
    while (count < node->code->capacity) {
        bool has_row = false;
        for (uint32_t i = 0; i < plan->function_count; i++)
            has_row |= run_next(exec, state, i);
        if (!has_row) {
            node->is_at_end = true;
            break;
        }
        if (plan->has_ordinality) {
            state->values[columns - 1].i64 = ++state->ordinal;
            state->nulls[columns - 1] = false;
        }
        for (uint32_t c = 0; c < columns; c++) {
            vector_set(&state->columns[c], count, state->values[c]);
            state->columns[c].nulls[count] = state->nulls[c];
        }
        count++;
    }
    *out = (struct batch){.count = count, .column_count = columns, .columns = state->columns};
    return count != 0;
}

static void
function_rewind(struct exec *exec, struct node_state *node)
{
    struct function_state *state = (struct function_state *)node;
    const struct plan_function_scan *plan = (const struct plan_function_scan *)node->plan;

    (void)exec;
    arena_reset(state->state_arena);
    for (uint32_t i = 0; i < plan->function_count; i++)
        state->runs[i].is_begun = false;
    state->ordinal = 0;
}

const struct node_kind node_function_scan = {
    .code_bytes = sizeof(struct function_code),
    .state_bytes = sizeof(struct function_state),
    .compile = function_compile,
    .open = function_open,
    .next = function_next,
    .rewind = function_rewind,
};
