/*
 * expr_run.c: the interpreter of expr_code.h's bytecode.
 *
 * A function whose arguments are all constant is called once. A strict function sees only rows
 * without nulls: where an argument has some, the call works on a selection made for it.
 */
#include "exec/exec_int.h"
#include "type/types.h"

/* ---- opening ---- */

static void
open_calls(struct expr_state *state)
{
    const struct expr_code *code = state->code;
    struct exec *exec = state->exec;

    if (code->call_count == 0)
        return;
    state->calls = arena_alloc_array(exec->arena, code->call_count, sizeof *state->calls);
    for (uint32_t i = 0; i < code->call_count; i++) {
        const struct call_site *site = code->calls[i];
        state->calls[i] = (struct func_call){
            .arena = state->arena,
            .env = exec->context.env,
            .func = site->func,
            .result_type = site->result_type,
            .result_typmod = site->result_typmod,
            .arg_types = site->arg_types,
            .arg_typmods = site->arg_typmods,
            .arg_count = site->arg_count,
            .is_variadic_array = site->is_variadic_array,
            .columns = site->columns,
            .state_arena = exec->arena,
            .collation = site->collation,
        };
    }
}

static void
open_params(struct expr_state *state)
{
    const struct expr_code *code = state->code;
    const struct exec_context *context = &state->exec->context;

    for (uint32_t i = 0; i < code->param_count; i++) {
        struct column *reg = &state->regs[code->params[i].reg];
        uint32_t number = code->params[i].number;
        if (number >= context->param_count)
            raise(SQLSTATE_UNDEFINED_PARAMETER, "no value found for parameter %u", number + 1);
        reg->phys = code->reg_phys[code->params[i].reg];
        reg->is_const = true;
        reg->data = (void *)(uintptr_t)&context->params[number];
        reg->nulls = (uint8_t *)(uintptr_t)&context->param_nulls[number];
        reg->has_nulls = context->param_nulls[number];
    }
}

void
expr_rebind(struct expr_state *state)
{
    if (state != NULL)
        open_params(state);
}

struct expr_state *
expr_open(struct exec *exec, const struct expr_code *code, uint32_t capacity, struct arena *arena)
{
    if (code == NULL)
        return NULL;
    size_t reg_bytes = code->reg_count * sizeof(struct column);
    size_t slot_bytes = code->slot_count * sizeof(struct selection);
    size_t out_bytes = code->output_count * sizeof(struct column);
    struct expr_state *state =
        arena_alloc(exec->arena, sizeof *state + reg_bytes + slot_bytes + out_bytes);

    *state = (struct expr_state){.code = code, .exec = exec, .arena = arena, .capacity = capacity};
    state->regs = (struct column *)(state + 1);
    state->slots = (struct selection *)(state->regs + code->reg_count);
    state->outputs = (struct column *)(state->slots + code->slot_count);

    for (uint32_t i = 0; i < code->reg_count; i++) {
        if (code->reg_has_buffer[i])
            vector_init(&state->regs[i], code->reg_phys[i], capacity, exec->arena);
    }
    for (uint32_t i = 0; i < code->const_count; i++)
        state->regs[code->const_regs[i]] = code->consts[i];
    for (uint32_t i = 1; i < code->slot_count; i++) {
        state->slots[i] =
            (struct selection){.buffer = arena_alloc(exec->arena, capacity * sizeof(uint16_t))};
    }
    open_params(state);
    open_calls(state);
    if (code->inner_count != 0)
        state->inners = arena_alloc_zero(exec->arena, code->inner_count * sizeof *state->inners);
    if (code->pointer_count != 0)
        state->pointers = arena_alloc_zero(exec->arena, code->pointer_count * sizeof(void *));
    return state;
}

/* ---- function calls ---- */

static bool
args_are_const(const struct expr_state *state, const reg_no *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!state->regs[args[i]].is_const)
            return false;
    }
    return true;
}

/* Rows of the selection where no argument is null, into `rows`; the others are marked in dst. */
static uint32_t
strict_rows(const struct expr_state *state, const struct call_site *site, struct column *dst,
            uint32_t count, const uint16_t *sel, uint16_t *rows)
{
    uint32_t kept = 0;

    vector_begin_nulls(dst, count, sel);
    for (uint32_t a = 0; a < site->arg_count; a++) {
        const struct column *arg = &state->regs[site->args[a]];
        if (!arg->has_nulls)
            continue;
        if (arg->is_const) {
            for (uint32_t i = 0; i < count && arg->nulls[0]; i++)
                dst->nulls[sel_row(sel, i)] = 1;
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            uint32_t row = sel_row(sel, i);
            dst->nulls[row] |= arg->nulls[row];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        rows[kept] = (uint16_t)row;
        kept += !dst->nulls[row];
    }
    return kept;
}

#define CALL_ARGS_FAST 8

/* Row by row through the scalar form, nulls of arguments out of the way. */
static void
call_scalar(struct expr_state *state, const struct call_site *site, struct func_call *call,
            struct column *dst, uint32_t count, const uint16_t *sel)
{
    union datum few[CALL_ARGS_FAST];
    union datum *args = few;
    const struct column *regs = state->regs;
    func_scalar fn = site->func->scalar;

    if (site->arg_count > CALL_ARGS_FAST)
        args = arena_alloc_array(state->exec->arena, site->arg_count, sizeof *args);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        for (uint32_t a = 0; a < site->arg_count; a++)
            args[a] = vector_get(&regs[site->args[a]], row);
        call->result_is_null = false;
        union datum value = fn(call, args);
        if (UNLIKELY(call->result_is_null)) {
            if (!dst->has_nulls) {
                memset(dst->nulls, 0, state->capacity);
                dst->has_nulls = true;
            }
            dst->nulls[row] = 1;
            value = (union datum){.words = {0, 0}};
        }
        vector_set(dst, row, value);
    }
}

static void
call_vector(struct expr_state *state, const struct call_site *site, struct func_call *call,
            struct column *dst, uint32_t count, const uint16_t *sel)
{
    struct column few[CALL_ARGS_FAST];
    struct column *args = few;

    if (site->arg_count > CALL_ARGS_FAST)
        args = arena_alloc_array(state->exec->arena, site->arg_count, sizeof *args);
    for (uint32_t a = 0; a < site->arg_count; a++)
        args[a] = state->regs[site->args[a]];
    site->func->vector(call, count, sel, args, dst);
}

static void
run_call(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct call_site *site = in->data;
    struct func_call *call = &state->calls[site->call_idx];
    struct column *dst = &state->regs[in->dst];
    uint16_t kept[COLUMN_ROWS_MAX];
    bool has_nulls = false;

    dst->is_const = !site->is_volatile && args_are_const(state, site->args, site->arg_count);
    dst->has_nulls = false;
    if (dst->is_const) {
        count = 1;
        sel = NULL;
    }
    for (uint32_t a = 0; a < site->arg_count; a++)
        has_nulls |= state->regs[site->args[a]].has_nulls;
    if (has_nulls) {
        count = strict_rows(state, site, dst, count, sel, kept);
        sel = kept;
        if (count == 0)
            return;
    }
    if (site->func->vector != NULL && count > 1)
        call_vector(state, site, call, dst, count, sel);
    else
        call_scalar(state, site, call, dst, count, sel);
}

static void
run_call_nulls(struct expr_state *state, const struct instr *in, uint32_t count,
               const uint16_t *sel)
{
    const struct call_site *site = in->data;
    struct func_call *call = &state->calls[site->call_idx];
    struct column *dst = &state->regs[in->dst];
    union datum args[FUNC_ARGS_MAX];
    bool nulls[FUNC_ARGS_MAX];

    dst->is_const = !site->is_volatile && args_are_const(state, site->args, site->arg_count);
    if (dst->is_const) {
        count = 1;
        sel = NULL;
    }
    dst->has_nulls = true;
    call->arg_nulls = nulls;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        for (uint32_t a = 0; a < site->arg_count; a++) {
            const struct column *reg = &state->regs[site->args[a]];
            nulls[a] = column_is_null(reg, row);
            args[a] = nulls[a] ? (union datum){.words = {0, 0}} : vector_get(reg, row);
        }
        call->result_is_null = false;
        union datum value = site->func->scalar(call, args);
        dst->nulls[row] = call->result_is_null;
        if (call->result_is_null)
            value = (union datum){.words = {0, 0}};
        vector_set(dst, row, value);
    }
}

static void
run_rows(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct row_site *site = in->data;
    struct column *dst = &state->regs[in->dst];
    union datum few[CALL_ARGS_FAST];
    bool few_nulls[CALL_ARGS_FAST];
    union datum *args = few;
    bool *nulls = few_nulls;

    if (site->arg_count > CALL_ARGS_FAST) {
        args = arena_alloc_array(state->arena, site->arg_count, sizeof *args);
        nulls = arena_alloc_array(state->arena, site->arg_count, sizeof *nulls);
    }
    dst->is_const = site->is_const_foldable && args_are_const(state, site->args, site->arg_count);
    if (dst->is_const) {
        count = 1;
        sel = NULL;
    }
    dst->has_nulls = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        for (uint32_t a = 0; a < site->arg_count; a++) {
            const struct column *reg = &state->regs[site->args[a]];
            nulls[a] = column_is_null(reg, row);
            args[a] = nulls[a] ? (union datum){.words = {0, 0}} : vector_get(reg, row);
        }
        bool is_null = false;
        union datum value = site->fn(state, site, args, nulls, &is_null);
        dst->nulls[row] = is_null;
        if (is_null)
            value = (union datum){.words = {0, 0}};
        vector_set(dst, row, value);
    }
}

/* ---- selections ---- */

/* 1 true, 0 false or null. What lies where a null is, is no bool's value. */
static inline bool
is_true(const struct column *reg, uint32_t row)
{
    uint32_t at = reg->is_const ? 0 : row;
    return !(reg->has_nulls && reg->nulls[at]) && ((const bool *)reg->data)[at];
}

static void
run_narrow(const struct expr_state *state, const struct instr *in, uint32_t count,
           const uint16_t *sel)
{
    const struct column *reg = &state->regs[in->a];
    struct selection *to = &state->slots[in->b];
    uint16_t *rows = to->buffer;
    uint32_t kept = 0;

    to->rows = rows;
    if (!reg->has_nulls && !reg->is_const) {
        const uint8_t *values = reg->data;
        if (sel == NULL) {
            for (uint32_t i = 0; i < count; i++) {
                rows[kept] = (uint16_t)i;
                kept += values[i];
            }
        } else {
            for (uint32_t i = 0; i < count; i++) {
                rows[kept] = sel[i];
                kept += values[sel[i]];
            }
        }
        to->count = kept;
        return;
    }
    if (reg->is_const) {
        to->rows = sel;
        to->count = is_true(reg, 0) ? count : 0;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        rows[kept] = (uint16_t)row;
        kept += is_true(reg, row);
    }
    to->count = kept;
}

static void
run_split(const struct expr_state *state, const struct instr *in, uint32_t count,
          const uint16_t *sel)
{
    const struct column *reg = &state->regs[in->a];
    struct selection *yes = &state->slots[in->b];
    struct selection *no = &state->slots[in->c];

    yes->rows = yes->buffer;
    no->rows = no->buffer;
    yes->count = no->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        bool is_yes = in->op == OP_SPLIT ? is_true(reg, row) : !column_is_null(reg, row);
        if (is_yes)
            yes->buffer[yes->count++] = (uint16_t)row;
        else
            no->buffer[no->count++] = (uint16_t)row;
    }
}

/* ---- three-valued logic ---- */

/* AND and OR differ in which value decides: false for AND, true for OR. */
static void
run_logic_step(const struct expr_state *state, const struct instr *in, uint32_t count,
               const uint16_t *sel)
{
    const struct column *reg = &state->regs[in->a];
    struct column *dst = &state->regs[in->dst];
    struct selection *open = &state->slots[in->b];
    bool *values = dst->data;
    bool decides = in->op == OP_OR_STEP;

    open->rows = open->buffer;
    open->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        uint32_t at = reg->is_const ? 0 : row;
        if (reg->has_nulls && reg->nulls[at]) {
            dst->nulls[row] = 1;
        } else if (((const bool *)reg->data)[at] == decides) {
            dst->nulls[row] = 0;
            values[row] = decides;
            continue;
        }
        open->buffer[open->count++] = (uint16_t)row;
    }
}

static void
run_logic_begin(struct expr_state *state, const struct instr *in, uint32_t count,
                const uint16_t *sel)
{
    struct column *dst = &state->regs[in->dst];
    bool *values = dst->data;

    dst->is_const = false;
    vector_begin_nulls(dst, count, sel);
    for (uint32_t i = 0; i < count; i++)
        values[sel_row(sel, i)] = in->op == OP_AND_BEGIN;
}

static void
run_not(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct column *reg = &state->regs[in->a];
    struct column *dst = &state->regs[in->dst];

    dst->is_const = reg->is_const;
    dst->has_nulls = reg->has_nulls;
    if (reg->is_const) {
        count = 1;
        sel = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        ((bool *)dst->data)[row] = ((const uint8_t *)reg->data)[row] == 0; /* nulls hold any byte */
        if (reg->has_nulls)
            dst->nulls[row] = reg->nulls[row];
    }
}

static bool
bool_test(enum bool_test test, bool value, bool is_null)
{
    switch (test) {
    case TEST_TRUE:
        return !is_null && value;
    case TEST_NOT_TRUE:
        return is_null || !value;
    case TEST_FALSE:
        return !is_null && !value;
    case TEST_NOT_FALSE:
        return is_null || value;
    case TEST_UNKNOWN:
        return is_null;
    case TEST_NOT_UNKNOWN:
        return !is_null;
    }
    return false;
}

/* IS NULL, IS NOT NULL, IS TRUE, ...: never null. */
static void
run_test(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct column *reg = &state->regs[in->a];
    struct column *dst = &state->regs[in->dst];
    bool *values = dst->data;

    dst->has_nulls = false;
    dst->is_const = reg->is_const;
    if (reg->is_const) {
        count = 1;
        sel = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        bool is_null = column_is_null(reg, row);
        if (in->op == OP_IS_NULL)
            values[row] = is_null;
        else if (in->op == OP_IS_NOT_NULL)
            values[row] = !is_null;
        else
            values[row] =
                bool_test(in->target, !is_null && ((const bool *)reg->data)[row], is_null);
    }
}

static void
run_distinct(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct column *equal = &state->regs[in->a];
    const struct column *left = &state->regs[in->b], *right = &state->regs[in->c];
    struct column *dst = &state->regs[in->dst];
    bool *values = dst->data;

    dst->has_nulls = dst->is_const = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        bool left_null = column_is_null(left, row), right_null = column_is_null(right, row);
        if (left_null || right_null)
            values[row] = left_null != right_null;
        else
            values[row] = !((const bool *)equal->data)[equal->is_const ? 0 : row];
    }
}

static void
run_nullif(struct expr_state *state, const struct instr *in, uint32_t count, const uint16_t *sel)
{
    const struct column *equal = &state->regs[in->a];
    const struct column *value = &state->regs[in->b];
    struct column *dst = &state->regs[in->dst];

    dst->is_const = false;
    vector_begin_nulls(dst, count, sel);
    vector_move(dst, value, count, sel);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = sel_row(sel, i);
        if (is_true(equal, row))
            dst->nulls[row] = 1;
    }
}

static void
run_param(struct expr_state *state, const struct instr *in)
{
    const struct param_slot *slot = exec_param(state->exec, in->target);
    struct column *dst = &state->regs[in->dst];

    dst->phys = state->code->reg_phys[in->dst];
    dst->is_const = true;
    dst->data = (void *)(uintptr_t)&slot->value;
    dst->nulls = (uint8_t *)(uintptr_t)&slot->is_null;
    dst->has_nulls = slot->is_null;
}

/* ---- the loop ---- */

static void
run_clear(struct column *dst, uint32_t count, const uint16_t *sel)
{
    dst->is_const = false;
    vector_begin_nulls(dst, count, sel);
}

/* Runs the code; returns the slot of a filter's result, 0 for other code, UINT16_MAX for none. */
static uint32_t
run(struct expr_state *state)
{
    const struct instr *instrs = state->code->instrs;

    for (const struct instr *in = instrs;; in++) {
        uint32_t count = state->slots[in->sel].count;
        const uint16_t *sel = state->slots[in->sel].rows;
        struct column *dst = &state->regs[in->dst];

        switch ((enum op)in->op) {
        case OP_DONE:
            return in->b;
        case OP_NONE:
            return UINT16_MAX;
        case OP_JUMP_EMPTY:
            if (count == 0)
                in = instrs + in->target - 1;
            break;
        case OP_CALL:
            run_call(state, in, count, sel);
            break;
        case OP_CALL_NULLS:
            run_call_nulls(state, in, count, sel);
            break;
        case OP_PARAM:
            run_param(state, in);
            break;
        case OP_CLEAR:
            run_clear(dst, count, sel);
            break;
        case OP_MOVE:
            vector_move(dst, &state->regs[in->a], count, sel);
            break;
        case OP_NARROW:
            run_narrow(state, in, count, sel);
            break;
        case OP_SPLIT:
        case OP_SPLIT_NULL:
            run_split(state, in, count, sel);
            break;
        case OP_AND_BEGIN:
        case OP_OR_BEGIN:
            run_logic_begin(state, in, count, sel);
            break;
        case OP_AND_STEP:
        case OP_OR_STEP:
            run_logic_step(state, in, count, sel);
            break;
        case OP_NOT:
            run_not(state, in, count, sel);
            break;
        case OP_IS_NULL:
        case OP_IS_NOT_NULL:
        case OP_BOOL_TEST:
            run_test(state, in, count, sel);
            break;
        case OP_DISTINCT:
            run_distinct(state, in, count, sel);
            break;
        case OP_NULLIF:
            run_nullif(state, in, count, sel);
            break;
        case OP_ROWS:
            run_rows(state, in, count, sel);
            break;
        case OP_COUNT:
            check(false);
        }
    }
}

static void
take_inputs(struct expr_state *state, const struct batch *in)
{
    const struct expr_code *code = state->code;

    for (uint32_t i = 0; i < code->input_count; i++)
        state->regs[code->inputs[i].reg] = in->columns[code->inputs[i].column];
    state->slots[0].rows = in->sel;
    state->slots[0].count = in->count;
}

void
expr_run(struct expr_state *state, const struct batch *in)
{
    const struct expr_code *code = state->code;

    take_inputs(state, in);
    run(state);
    for (uint32_t i = 0; i < code->output_count; i++)
        state->outputs[i] = state->regs[code->outputs[i]];
}

void
expr_filter(struct expr_state *state, struct batch *batch)
{
    take_inputs(state, batch);
    uint32_t slot = run(state);
    if (slot == UINT16_MAX) {
        batch->count = 0;
        return;
    }
    batch->count = state->slots[slot].count;
    batch->sel = state->slots[slot].rows;
}

union datum
expr_value(struct expr_state *state, uint32_t output_idx, uint32_t row, bool *is_null)
{
    const struct column *column = &state->outputs[output_idx];

    *is_null = column_is_null(column, row);
    if (*is_null)
        return (union datum){.words = {0, 0}};
    return vector_get(column, row);
}
