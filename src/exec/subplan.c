/*
 * subplan.c: see subplan.h.
 *
 * An init plan is run once, at the first use of its param. Other subplans are run for each row that
 * asks: the row's values go to the exec params named by the plan, and the nodes start over. A
 * subplan's scans let go of the pages that the caller's batch was read from: the code that asks
 * says so (expr_code.scans), and the caller has the batch's text copied before (node_keep).
 */
#include "exec/subplan.h"
#include "exec/expr_build.h"
#include "type/array.h"
#include "type/record.h"

struct subplan_state {
    const struct subplan_code *code;
    struct node_state *root;
    struct expr_state *test;
    struct hashed_rows *hashed;
    struct arena *arena; /* values handed out: until the next run */
    bool has_run;
    bool is_running;
};

struct subplan_code *
subplan_compile(struct compiler *compiler, const struct plan_subplan *plan)
{
    struct subplan_code *code = arena_alloc_zero(compiler->arena, sizeof *code);

    code->plan = plan;
    code->is_once = subplan_is_once(plan);
    code->root = code->is_once ? node_compile(compiler, plan->root)
                               : node_compile_rescanned(compiler, plan->root);
    if (plan->is_hashed)
        code->hashed = hashed_compile(compiler, plan);
    if (plan->test != NULL)
        code->test = expr_compile(compiler, &plan->test, 1);
    if (code->test != NULL)
        node_keep(compiler, code->root, code->test->scans);
    if (code->hashed != NULL)
        node_keep(compiler, code->root, hashed_scans(code->hashed));
    code->phys = plan->root->column_count != 0 ? plan->root->columns[0].phys : PHYS_NONE;
    return code;
}

static struct subplan_state *
subplan_state(struct exec *exec, uint32_t subplan)
{
    struct subplan_state *state = exec->subplans[subplan];

    if (state == NULL) {
        const struct subplan_code *code = exec->program->subplans[subplan];
        state = arena_alloc_zero(exec->arena, sizeof *state);
        state->code = code;
        state->arena = code->is_once ? exec->arena : exec_new_arena(exec, "subplan");
        state->root = node_open(exec, code->root);
        state->test = expr_open(exec, code->test, code->root->capacity, state->arena);
        if (code->hashed != NULL)
            state->hashed = hashed_open(exec, code->hashed, code->root->capacity);
        exec->subplans[subplan] = state;
    }
    return state;
}

static union datum
run_scalar(struct exec *exec, struct subplan_state *state, bool *is_null)
{
    union datum value = {.words = {0, 0}};
    struct batch batch;
    bool has_row = false;

    *is_null = true;
    while (node_next(exec, state->root, &batch)) {
        if (has_row || batch.count > 1)
            raise(SQLSTATE_CARDINALITY_VIOLATION,
                  "more than one row returned by a subquery used as an expression");
        uint32_t row = sel_row(batch.sel, 0);
        has_row = true;
        *is_null = column_is_null(&batch.columns[0], row);
        if (!*is_null)
            value = datum_copy(state->code->phys, vector_get(&batch.columns[0], row), state->arena);
    }
    return value;
}

/* All columns of the only row, as a record. */
static union datum
run_row(struct exec *exec, struct subplan_state *state, bool *is_null)
{
    const struct plan_node *root = state->code->plan->root;
    uint32_t count = root->column_count;
    union datum *values = arena_alloc_array(state->arena, count, sizeof *values);
    bool *nulls = arena_alloc_array(state->arena, count, sizeof *nulls);
    oid *types = arena_alloc_array(state->arena, count, sizeof *types);
    struct record_shape shape = {.type = TYPE_RECORD, .count = count, .types = types};
    union datum value = {.words = {0, 0}};
    struct batch batch;

    *is_null = true;
    while (node_next(exec, state->root, &batch)) {
        if (!*is_null || batch.count > 1)
            raise(SQLSTATE_CARDINALITY_VIOLATION,
                  "more than one row returned by a subquery used as an expression");
        uint32_t row = sel_row(batch.sel, 0);
        for (uint32_t i = 0; i < count; i++) {
            types[i] = root->columns[i].type;
            nulls[i] = column_is_null(&batch.columns[i], row);
            values[i] = vector_get(&batch.columns[i], row);
        }
        value = record_make(exec->context.env, state->arena, &shape, values, nulls);
        *is_null = false;
    }
    return value;
}

static union datum
run_array(struct exec *exec, struct subplan_state *state)
{
    struct array_builder builder;
    struct batch batch;

    array_builder_init(&builder, exec->context.env, state->arena,
                       state->code->plan->root->columns[0].type);
    while (node_next(exec, state->root, &batch)) {
        for (uint32_t i = 0; i < batch.count; i++) {
            uint32_t row = sel_row(batch.sel, i);
            union datum value = vector_get(&batch.columns[0], row);
            array_builder_add(&builder, datum_copy(state->code->phys, value, state->arena),
                              column_is_null(&batch.columns[0], row));
        }
    }
    return array_builder_finish(&builder);
}

/* ANY: true if a row's test is true, else null if one's is null, else false. ALL: the mirror. */
static union datum
run_quantified(struct exec *exec, struct subplan_state *state, bool *is_null)
{
    bool decides = state->code->plan->kind == SUBLINK_ANY;
    union datum result = {.words = {0, 0}};
    struct batch batch;

    *is_null = false;
    result.b = !decides;
    while (node_next(exec, state->root, &batch)) {
        expr_run(state->test, &batch);
        for (uint32_t i = 0; i < batch.count; i++) {
            bool row_null;
            union datum value = expr_value(state->test, 0, sel_row(batch.sel, i), &row_null);
            if (row_null) {
                *is_null = true;
            } else if (value.b == decides) {
                *is_null = false;
                result.b = decides;
                return result;
            }
        }
    }
    return result;
}

static union datum
run_subplan(struct exec *exec, struct subplan_state *state, bool *is_null)
{
    union datum value = {.words = {0, 0}};
    struct batch batch;

    if (state->has_run) {
        arena_reset(state->arena);
        node_rewind(exec, state->root);
    }
    state->has_run = true;
    *is_null = false;
    switch (state->code->plan->kind) {
    case SUBLINK_EXISTS:
        value.b = node_next(exec, state->root, &batch);
        break;
    case SUBLINK_ANY:
    case SUBLINK_ALL:
        value = run_quantified(exec, state, is_null);
        break;
    case SUBLINK_SCALAR:
        value = run_scalar(exec, state, is_null);
        break;
    case SUBLINK_ROW:
        value = run_row(exec, state, is_null);
        break;
    case SUBLINK_ARRAY:
        value = run_array(exec, state);
        break;
    }
    return value;
}

const struct param_slot *
exec_param(struct exec *exec, uint32_t param)
{
    struct param_slot *slot = &exec->params[param];
    int32_t init_plan = exec->plan->exec_params[param].init_plan;

    if (init_plan < 0)
        return slot;
    const struct plan_node *root = exec->plan->subplans[init_plan].root;
    if (!slot->is_set || (root->depend_count != 0 && exec_is_stale(exec, root, slot->version))) {
        struct subplan_state *state = subplan_state(exec, (uint32_t)init_plan);
        bool is_null;
        union datum value = run_subplan(exec, state, &is_null);
        if (!slot->is_set && root->depend_count == 0)
            exec->init_pending--;
        *slot = (struct param_slot){
            .value = value, .is_null = is_null, .is_set = true, .version = ++exec->clock};
    }
    return slot;
}

void
exec_set_param(struct exec *exec, uint32_t param, union datum value, bool is_null)
{
    exec->params[param] = (struct param_slot){
        .value = value, .is_null = is_null, .is_set = true, .version = ++exec->clock};
}

/* An OP_ROWS: sets the subplan's params from the row's arguments and runs it. */
static union datum
subplan_row(struct expr_state *state, const struct row_site *site, const union datum *args,
            const bool *nulls, bool *is_null)
{
    struct exec *exec = state->exec;
    struct subplan_state *subplan = subplan_state(exec, site->expr->subplan);
    const struct plan_subplan *plan = subplan->code->plan;

    if (plan->is_hashed) {
        union datum found = {.words = {0, 0}};
        hashed_build(exec, subplan->hashed, subplan->code->hashed, subplan->root);
        found.b =
            hashed_find(subplan->hashed, subplan->code->hashed, site->data, args, nulls, is_null);
        return found;
    }
    for (uint32_t i = 0; i < plan->param_count; i++)
        exec_set_param(exec, plan->params[i], args[i], nulls[i]);
    union datum value = run_subplan(exec, subplan, is_null);
    /* The next run reuses the subplan's memory: the batch's lasts longer. */
    return *is_null ? value
                    : datum_copy(site->data != NULL ? PHYS_VIEW : PHYS_NONE, value, state->arena);
}

reg_no
build_subplan(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, subplan_row, e->args, e->arg_count, sel);

    if (b->compiler->plan->subplans[e->subplan].is_hashed) {
        enum phys *phys = arena_alloc_array(b->compiler->arena, e->arg_count, sizeof *phys);
        for (uint32_t i = 0; i < e->arg_count; i++)
            phys[i] = compiler_type(b->compiler, e->args[i]->type)->phys;
        site->data = phys;
    } else if (compiler_type(b->compiler, e->type)->phys == PHYS_VIEW) {
        site->data = e;
    }
    b->scans |= KEEP_ALWAYS;
    return build_rows(b, site, sel);
}
