/*
 * expr_build.c: registers, slots and instructions of a code under construction.
 */
#include "exec/expr_build.h"
#include "base/check.h"
#include "base/raise.h"
#include "exec/subplan.h"

/* Room for one more element in an array of the builder. */
static void *
grow(struct code_builder *b, void *array, uint32_t count, uint32_t *capacity, size_t bytes)
{
    if (count < *capacity)
        return array;
    uint32_t wider = *capacity == 0 ? 8 : *capacity * 2;
    void *to = arena_alloc_array(b->arena, wider, bytes);

    if (count != 0)
        memcpy(to, array, count * bytes);
    *capacity = wider;
    return to;
}

void
build_begin(struct code_builder *b, struct compiler *compiler)
{
    memset(b, 0, sizeof *b);
    b->compiler = compiler;
    b->arena = compiler->arena;
    b->slot_count = 1;
    b->placeholder = REG_NONE;
}

reg_no
build_reg_bare(struct code_builder *b, enum phys phys)
{
    if (b->reg_count >= REG_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "expression is too complex");
    if (b->reg_count == b->reg_capacity) {
        uint32_t wider = b->reg_capacity == 0 ? 16 : b->reg_capacity * 2;
        enum phys *kinds = arena_alloc_array(b->arena, wider, sizeof *kinds);
        uint8_t *buffers = arena_alloc(b->arena, wider);
        if (b->reg_count != 0) {
            memcpy(kinds, b->reg_phys, b->reg_count * sizeof *kinds);
            memcpy(buffers, b->reg_has_buffer, b->reg_count);
        }
        b->reg_phys = kinds;
        b->reg_has_buffer = buffers;
        b->reg_capacity = wider;
    }
    b->reg_phys[b->reg_count] = phys;
    b->reg_has_buffer[b->reg_count] = 0;
    return (reg_no)b->reg_count++;
}

reg_no
build_reg(struct code_builder *b, enum phys phys)
{
    reg_no reg = build_reg_bare(b, phys);

    b->reg_has_buffer[reg] = 1;
    return reg;
}

sel_no
build_slot(struct code_builder *b)
{
    if (b->slot_count >= REG_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "expression is too complex");
    return (sel_no)b->slot_count++;
}

struct instr *
build_instr(struct code_builder *b, enum op op, sel_no sel)
{
    b->instrs = grow(b, b->instrs, b->instr_count, &b->instr_capacity, sizeof *b->instrs);
    struct instr *in = &b->instrs[b->instr_count++];

    *in = (struct instr){.op = op, .sel = sel};
    return in;
}

reg_no
build_const(struct code_builder *b, enum phys phys, union datum value, bool is_null)
{
    if (b->const_count == b->const_capacity) {
        uint32_t capacity = b->const_capacity;
        b->consts = grow(b, b->consts, b->const_count, &b->const_capacity, sizeof *b->consts);
        b->const_regs = grow(b, b->const_regs, b->const_count, &capacity, sizeof *b->const_regs);
    }
    struct column *column = &b->consts[b->const_count];
    union datum *place = arena_alloc(b->arena, sizeof *place + 1);
    uint8_t *null = (uint8_t *)(place + 1);

    *place = value;
    *null = is_null;
    *column = (struct column){
        .phys = phys, .is_const = true, .has_nulls = is_null, .nulls = null, .data = place};
    reg_no reg = build_reg_bare(b, phys);
    b->const_regs[b->const_count++] = reg;
    return reg;
}

reg_no
build_input(struct code_builder *b, uint32_t column, enum phys phys)
{
    for (uint32_t i = 0; i < b->input_count; i++) {
        if (b->inputs[i].column == column)
            return b->inputs[i].reg;
    }
    b->inputs = grow(b, b->inputs, b->input_count, &b->input_capacity, sizeof *b->inputs);
    reg_no reg = build_reg_bare(b, phys);
    b->inputs[b->input_count++] = (struct code_input){.column = column, .reg = reg};
    return reg;
}

static reg_no
build_external(struct code_builder *b, uint32_t number, enum phys phys)
{
    for (uint32_t i = 0; i < b->param_count; i++) {
        if (b->params[i].number == number)
            return b->params[i].reg;
    }
    b->params = grow(b, b->params, b->param_count, &b->param_capacity, sizeof *b->params);
    reg_no reg = build_reg_bare(b, phys);
    b->params[b->param_count++] = (struct code_param){.number = number, .reg = reg};
    return reg;
}

uint32_t
build_jump(struct code_builder *b, sel_no sel)
{
    build_instr(b, OP_JUMP_EMPTY, sel);
    return b->instr_count - 1;
}

void
build_land(struct code_builder *b, uint32_t jump)
{
    b->instrs[jump].target = b->instr_count;
}

uint32_t
build_inner(struct code_builder *b, const struct expr_code *inner)
{
    b->inners = grow(b, b->inners, b->inner_count, &b->inner_capacity, sizeof *b->inners);
    b->inners[b->inner_count] = inner;
    b->scans |= inner->scans;
    return b->inner_count++;
}

struct call_site *
build_call_site(struct code_builder *b, const struct func_info *func, uint32_t arg_count)
{
    struct call_site *site = arena_alloc_zero(b->arena, sizeof *site);

    if (arg_count > FUNC_ARGS_MAX)
        raise(SQLSTATE_TOO_MANY_ARGUMENTS, "cannot pass more than %d arguments to a function",
              FUNC_ARGS_MAX);
    site->func = func;
    site->arg_count = arg_count;
    site->result_type = func->result;
    site->result_typmod = -1;
    site->is_volatile = func->volatility == FUNC_VOLATILE;

    int32_t *typmods = arena_alloc_array(b->arena, arg_count, sizeof *typmods);
    for (uint32_t i = 0; i < arg_count; i++)
        typmods[i] = -1;
    site->arg_typmods = typmods;
    site->arg_types = func->args;
    b->calls = grow(b, b->calls, b->call_count, &b->call_capacity, sizeof *b->calls);
    b->calls[b->call_count] = site;
    site->call_idx = b->call_count++;
    return site;
}

reg_no
build_call(struct code_builder *b, const struct call_site *site, sel_no sel)
{
    reg_no dst = build_reg(b, site->result_phys);
    struct instr *in = build_instr(b, site->func->is_strict ? OP_CALL : OP_CALL_NULLS, sel);

    in->dst = dst;
    in->data = site;
    return dst;
}

struct row_site *
build_row_site(struct code_builder *b, const struct expr *e, row_fn fn, struct expr *const *args,
               uint32_t arg_count, sel_no sel)
{
    struct row_site *site = arena_alloc_zero(b->arena, sizeof *site);
    reg_no *regs = arena_alloc_array(b->arena, arg_count, sizeof *regs);

    for (uint32_t i = 0; i < arg_count; i++)
        regs[i] = build_expr(b, args[i], sel);
    site->fn = fn;
    site->expr = e;
    site->arg_count = arg_count;
    site->args = regs;
    site->call_idx = UINT32_MAX;
    site->slot_idx = b->pointer_count++;
    return site;
}

reg_no
build_rows(struct code_builder *b, const struct row_site *site, sel_no sel)
{
    reg_no dst = build_reg(b, compiler_type(b->compiler, site->expr->type)->phys);
    struct instr *in = build_instr(b, OP_ROWS, sel);

    in->dst = dst;
    in->data = site;
    return dst;
}

struct expr_code *
build_end(struct code_builder *b)
{
    struct expr_code *code = arena_alloc_zero(b->arena, sizeof *code);

    code->instrs = b->instrs;
    code->instr_count = b->instr_count;
    code->reg_count = b->reg_count;
    code->reg_phys = b->reg_phys;
    code->reg_has_buffer = b->reg_has_buffer;
    code->slot_count = b->slot_count;
    code->call_count = b->call_count;
    code->calls = b->calls;
    code->inner_count = b->inner_count;
    code->inners = b->inners;
    code->pointer_count = b->pointer_count;
    code->inputs = b->inputs;
    code->input_count = b->input_count;
    code->params = b->params;
    code->param_count = b->param_count;
    code->consts = b->consts;
    code->const_regs = b->const_regs;
    code->const_count = b->const_count;
    code->scans = b->scans;
    return code;
}

const struct type_info *
compiler_type(const struct compiler *compiler, oid type)
{
    const struct type_info *info = compiler->scope != NULL ? scope_type(compiler->scope, type)
                                                           : types_find(compiler->types, type);

    if (info == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "type with OID %u does not exist", type);
    return info;
}

struct call_site *
compiler_call_site(struct compiler *compiler, const struct func_ref *ref, const struct expr *e,
                   struct expr *const *args, uint32_t arg_count)
{
    struct call_site *site = arena_alloc_zero(compiler->arena, sizeof *site);
    oid *types = arena_alloc_array(compiler->arena, arg_count, sizeof *types);
    int32_t *typmods = arena_alloc_array(compiler->arena, arg_count, sizeof *typmods);

    for (uint32_t i = 0; i < arg_count; i++) {
        types[i] = args[i]->type;
        typmods[i] = args[i]->typmod;
    }
    *site = (struct call_site){.func = ref->func,
                               .arg_count = arg_count,
                               .arg_types = types,
                               .arg_typmods = typmods,
                               .result_type = e->type,
                               .result_typmod = e->typmod,
                               .is_variadic_array = ref->is_variadic_array,
                               .columns = ref->columns,
                               .collation = ref->input_collation};
    return site;
}

/* Whether reading an exec param may run an init plan: expr_code.scans. */
static uint8_t
param_scans(const struct plan *plan, uint32_t param)
{
    int32_t init_plan = plan != NULL ? plan->exec_params[param].init_plan : -1;

    if (init_plan < 0)
        return 0;
    return subplan_is_once(&plan->subplans[init_plan]) ? KEEP_INIT : KEEP_ALWAYS;
}

static reg_no
build_param(struct code_builder *b, const struct expr *e, sel_no sel)
{
    enum phys phys = compiler_type(b->compiler, e->type)->phys;

    switch (e->param.kind) {
    case PARAM_EXTERNAL:
        check(e->param.number != 0);
        return build_external(b, e->param.number - 1, phys);
    case PARAM_EXEC: {
        reg_no dst = build_reg_bare(b, phys);
        struct instr *in = build_instr(b, OP_PARAM, sel);
        in->dst = dst;
        in->target = e->param.number;
        b->scans |= param_scans(b->compiler->plan, e->param.number);
        return dst;
    }
    case PARAM_SUBLINK:
        break;
    }
    raise(SQLSTATE_INTERNAL_ERROR, "a sublink's column is used outside its test");
}

static reg_no
find_cached(const struct code_builder *b, const struct expr *e, sel_no sel)
{
    uint32_t count = b->cache_count < CODE_CACHE ? b->cache_count : CODE_CACHE;

    for (uint32_t i = 0; i < count; i++) {
        const struct cached_expr *entry = &b->cache[i];
        /* A value computed for every row of the input holds in any narrower slot. */
        if ((entry->sel == sel || entry->sel == 0) &&
            (entry->expr == e || expr_equal(entry->expr, e)))
            return entry->reg;
    }
    return REG_NONE;
}

static bool
has_volatile(void *object, const struct expr *e)
{
    if (e->kind == EXPR_NEXTVAL || e->kind == EXPR_SUBPLAN || e->kind == EXPR_PLACEHOLDER)
        return true;
    if (e->kind == EXPR_FUNC && e->func.func->volatility == FUNC_VOLATILE)
        return true;
    return expr_walk(e, has_volatile, object);
}

static reg_no
build_func(struct code_builder *b, const struct expr *e, sel_no sel)
{
    bool can_cache = b->placeholder == REG_NONE && !has_volatile(NULL, e);

    if (can_cache) {
        reg_no cached = find_cached(b, e, sel);
        if (cached != REG_NONE)
            return cached;
    }
    const struct func_info *func = e->func.func;
    if (func->routine != NULL)
        b->scans |= KEEP_ALWAYS; /* its body may read tables */
    if (func->is_set)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "set-valued function called in context that cannot accept a set");
    if (func->scalar == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "function %s is not supported here", func->name);

    struct call_site *site = build_call_site(b, func, e->arg_count);
    reg_no *args = arena_alloc_array(b->arena, e->arg_count, sizeof *args);
    oid *types = arena_alloc_array(b->arena, e->arg_count, sizeof *types);
    int32_t *typmods = arena_alloc_array(b->arena, e->arg_count, sizeof *typmods);
    for (uint32_t i = 0; i < e->arg_count; i++) {
        args[i] = build_expr(b, e->args[i], sel);
        types[i] = e->args[i]->type;
        typmods[i] = e->args[i]->typmod;
    }
    site->args = args;
    site->arg_types = types;
    site->arg_typmods = typmods;
    site->result_type = e->type;
    site->result_typmod = e->typmod;
    site->result_phys = compiler_type(b->compiler, e->type)->phys;
    site->collation = e->func.input_collation;
    site->is_variadic_array = e->func.is_variadic_array;
    site->columns = e->func.columns;
    reg_no dst = build_call(b, site, sel);
    if (can_cache)
        b->cache[b->cache_count++ % CODE_CACHE] = (struct cached_expr){e, sel, dst};
    return dst;
}

/* dst = a (op) b (op) ..., later operands only where the earlier ones do not decide. */
static reg_no
build_logic(struct code_builder *b, const struct expr *e, sel_no sel)
{
    bool is_and = e->kind == EXPR_AND;
    reg_no dst = build_reg(b, PHYS_BOOL);
    uint32_t *jumps = arena_alloc_array(b->arena, e->arg_count, sizeof *jumps);

    build_instr(b, is_and ? OP_AND_BEGIN : OP_OR_BEGIN, sel)->dst = dst;
    for (uint32_t i = 0; i < e->arg_count; i++) {
        reg_no arg = build_expr(b, e->args[i], sel);
        sel_no open = build_slot(b);
        struct instr *in = build_instr(b, is_and ? OP_AND_STEP : OP_OR_STEP, sel);
        in->dst = dst;
        in->a = arg;
        in->b = open;
        jumps[i] = build_jump(b, open);
        sel = open;
    }
    for (uint32_t i = 0; i < e->arg_count; i++)
        build_land(b, jumps[i]);
    return dst;
}

static void
build_move(struct code_builder *b, reg_no dst, reg_no from, sel_no sel)
{
    struct instr *in = build_instr(b, OP_MOVE, sel);

    in->dst = dst;
    in->a = from;
}

static reg_no
build_case(struct code_builder *b, const struct expr *e, sel_no sel)
{
    reg_no dst = build_reg(b, compiler_type(b->compiler, e->type)->phys);
    reg_no outer = b->placeholder;
    reg_no operand = REG_NONE;
    uint32_t when_count = e->arg_count / 2;
    uint32_t *jumps = arena_alloc_array(b->arena, when_count, sizeof *jumps);

    if (e->case_.operand != NULL)
        operand = build_expr(b, e->case_.operand, sel);
    build_instr(b, OP_CLEAR, sel)->dst = dst;
    for (uint32_t i = 0; i < when_count; i++) {
        /* Results belong to the CASE around: only the comparisons see the operand. */
        b->placeholder = operand != REG_NONE ? operand : outer;
        reg_no when = build_expr(b, e->args[2 * i], sel);
        b->placeholder = outer;
        sel_no yes = build_slot(b), no = build_slot(b);
        struct instr *in = build_instr(b, OP_SPLIT, sel);
        in->a = when;
        in->b = yes;
        in->c = no;
        uint32_t skip = build_jump(b, yes);
        build_move(b, dst, build_expr(b, e->args[2 * i + 1], yes), yes);
        build_land(b, skip);
        jumps[i] = build_jump(b, no);
        sel = no;
    }
    build_move(b, dst, build_expr(b, e->args[e->arg_count - 1], sel), sel);
    for (uint32_t i = 0; i < when_count; i++)
        build_land(b, jumps[i]);
    return dst;
}

static reg_no
build_coalesce(struct code_builder *b, const struct expr *e, sel_no sel)
{
    reg_no dst = build_reg(b, compiler_type(b->compiler, e->type)->phys);
    uint32_t *jumps = arena_alloc_array(b->arena, e->arg_count, sizeof *jumps);

    build_instr(b, OP_CLEAR, sel)->dst = dst;
    for (uint32_t i = 0; i + 1 < e->arg_count; i++) {
        reg_no arg = build_expr(b, e->args[i], sel);
        sel_no yes = build_slot(b), no = build_slot(b);
        struct instr *in = build_instr(b, OP_SPLIT_NULL, sel);
        in->a = arg;
        in->b = yes;
        in->c = no;
        build_move(b, dst, arg, yes);
        jumps[i] = build_jump(b, no);
        sel = no;
    }
    build_move(b, dst, build_expr(b, e->args[e->arg_count - 1], sel), sel);
    for (uint32_t i = 0; i + 1 < e->arg_count; i++)
        build_land(b, jumps[i]);
    return dst;
}

/* DISTINCT and NULLIF: the equality of both arguments, and the arguments. */
static reg_no
build_equality(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct call_site *site = build_call_site(b, e->func.func, 2);
    reg_no *args = arena_alloc_array(b->arena, 2, sizeof *args);

    args[0] = build_expr(b, e->args[0], sel);
    args[1] = build_expr(b, e->args[1], sel);
    site->args = args;
    site->result_phys = PHYS_BOOL;
    site->collation = e->func.input_collation;
    reg_no equal = build_call(b, site, sel);
    bool is_distinct = e->kind == EXPR_DISTINCT;
    reg_no dst = build_reg(b, is_distinct ? PHYS_BOOL : compiler_type(b->compiler, e->type)->phys);
    struct instr *in = build_instr(b, is_distinct ? OP_DISTINCT : OP_NULLIF, sel);
    in->dst = dst;
    in->a = equal;
    in->b = args[0];
    in->c = args[1];
    return dst;
}

static reg_no
build_unary(struct code_builder *b, const struct expr *e, sel_no sel)
{
    reg_no arg = build_expr(b, e->args[0], sel);
    reg_no dst = build_reg(b, PHYS_BOOL);
    enum op op = OP_NOT;

    if (e->kind == EXPR_NULL_TEST)
        op = e->null_test.is_not ? OP_IS_NOT_NULL : OP_IS_NULL;
    else if (e->kind == EXPR_BOOL_TEST)
        op = OP_BOOL_TEST;
    struct instr *in = build_instr(b, op, sel);
    in->dst = dst;
    in->a = arg;
    if (op == OP_BOOL_TEST)
        in->target = e->bool_test;
    return dst;
}

reg_no
build_expr(struct code_builder *b, const struct expr *e, sel_no sel)
{
    switch (e->kind) {
    case EXPR_CONST:
        return build_const(b, compiler_type(b->compiler, e->type)->phys, e->constant.value,
                           e->constant.is_null);
    case EXPR_PARAM:
        return build_param(b, e, sel);
    case EXPR_COLUMN:
        check(e->column.levels_up == 0 && e->column.range == 0 && e->column.number > 0);
        return build_input(b, (uint32_t)e->column.number - 1,
                           compiler_type(b->compiler, e->type)->phys);
    case EXPR_FUNC:
        return build_func(b, e, sel);
    case EXPR_AND:
    case EXPR_OR:
        return build_logic(b, e, sel);
    case EXPR_NULL_TEST:
        if (e->null_test.is_row)
            return build_record_kind(b, e, sel);
        return build_unary(b, e, sel);
    case EXPR_NOT:
    case EXPR_BOOL_TEST:
        return build_unary(b, e, sel);
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return build_equality(b, e, sel);
    case EXPR_CASE:
        return build_case(b, e, sel);
    case EXPR_COALESCE:
        return build_coalesce(b, e, sel);
    case EXPR_RELABEL:
    case EXPR_COLLATE:
        return build_expr(b, e->args[0], sel);
    case EXPR_PLACEHOLDER:
        check(b->placeholder != REG_NONE);
        return b->placeholder;
    case EXPR_SUBPLAN:
        return build_subplan(b, e, sel);
    case EXPR_ARRAY:
    case EXPR_ARRAY_COMPARE:
    case EXPR_SUBSCRIPT:
    case EXPR_CAST_ARRAY:
        return build_array_kind(b, e, sel);
    case EXPR_ROW:
    case EXPR_FIELD:
    case EXPR_FIELD_ASSIGN:
    case EXPR_CAST_ROW:
        return build_record_kind(b, e, sel);
    default:
        return build_row_kind(b, e, sel);
    }
}
