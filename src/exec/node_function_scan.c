/*
 * node_function_scan.c: rows of functions in FROM.
 *
 * Several functions (ROWS FROM) run side by side; one that ends before the others gives nulls. A
 * function that returns no set gives one row, its columns if it is a record.
 */
#include "exec/nodes.h"
#include "exec/set_call.h"
#include "type/record.h"

struct function_code {
    struct node_code node;
    const struct expr_code **values; /* of functions that return no set; null: a set */
    struct set_code *sets;
};

struct function_run {
    struct expr_state *value;
    struct set_run set;
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

    code->values = arena_alloc_zero(compiler->arena, plan->function_count * sizeof *code->values);
    code->sets = arena_alloc_zero(compiler->arena, plan->function_count * sizeof *code->sets);
    for (uint32_t i = 0; i < plan->function_count; i++) {
        if (is_set_call(plan->functions[i].call))
            set_compile(compiler, &code->sets[i], plan->functions[i].call);
        else
            code->values[i] = expr_compile(compiler, &plan->functions[i].call, 1);
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
    for (uint32_t i = 0; i < plan->function_count; i++) {
        if (code->values[i] != NULL)
            state->runs[i].value = expr_open(exec, code->values[i], 1, state->state_arena);
        else
            set_open(exec, &state->runs[i].set, &code->sets[i], 1, state->state_arena);
    }
    node_arena(exec, node);
    state->columns = arena_alloc_array(exec->arena, count, sizeof *state->columns);
    for (uint32_t c = 0; c < count; c++)
        vector_init(&state->columns[c], plan->node.columns[c].phys, node->code->capacity,
                    exec->arena);
    state->values = arena_alloc_array(exec->arena, count + 1u, sizeof *state->values);
    state->nulls = arena_alloc_array(exec->arena, count + 1u, sizeof *state->nulls);
}

static void
begin_run(struct exec *exec, struct function_state *state, struct function_run *run)
{
    struct batch one = {.count = 1};

    run->is_begun = true;
    run->is_at_end = false;
    if (run->value != NULL) {
        expr_run(run->value, &one);
        return;
    }
    set_args(&run->set, &one);
    set_begin(exec, &run->set, 0, state->node.arena, state->state_arena);
}

/* A record's columns. Values may point into an inline record: `place` must stay. */
static void
put_record(const struct plan_function *function, const union datum *place, bool is_null,
           union datum *values, bool *nulls)
{
    struct record record = {.count = 0};

    if (!is_null)
        record = record_read(place);
    for (uint32_t c = 0; c < function->column_count; c++) {
        nulls[c] = true;
        values[c] = (union datum){.words = {0, 0}};
        if (c < record.count)
            values[c] = record_get(&record, c, &nulls[c]);
    }
}

/* The one row of a function that returns no set. */
static void
put_value(const struct plan_function *function, struct function_run *run, union datum *values,
          bool *nulls)
{
    bool is_null;
    union datum value = expr_value(run->value, 0, 0, &is_null);

    if (!function->is_record) {
        values[0] = value;
        nulls[0] = is_null;
        return;
    }
    put_record(function, run->value->outputs[0].data, is_null, values, nulls);
}

/* The next row of a set of records, its columns taken apart. */
static bool
next_record(const struct plan_function *function, struct function_run *run, union datum *values,
            bool *nulls)
{
    union datum *place = arena_alloc(run->set.call.arena, sizeof *place);
    bool is_null, has_row = set_next(&run->set, place, &is_null, 1);

    put_record(function, place, is_null, values, nulls);
    return has_row;
}

/* The next row of one function into its columns' values; false at its end. */
static bool
run_next(struct exec *exec, struct function_state *state, uint32_t i)
{
    const struct plan_function_scan *plan = (const struct plan_function_scan *)state->node.plan;
    const struct plan_function *function = &plan->functions[i];
    struct function_run *run = &state->runs[i];
    union datum *values = state->values + function->first_column;
    bool *nulls = state->nulls + function->first_column;

    if (!run->is_begun)
        begin_run(exec, state, run);
    if (run->value == NULL && function->is_record && run->set.code->site->func->out_count == 0)
        return next_record(function, run, values, nulls);
    if (run->value == NULL)
        return set_next(&run->set, values, nulls, function->column_count);
    if (!run->is_at_end) {
        put_value(function, run, values, nulls);
        run->is_at_end = true;
        return true;
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
    exec_refresh(exec);
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
