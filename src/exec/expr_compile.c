/*
 * expr_compile.c: whole codes: lists of expressions, and filters.
 */
#include "base/raise.h"
#include "exec/expr_build.h"

const struct expr_code *
expr_compile(struct compiler *compiler, struct expr *const *exprs, uint32_t count)
{
    struct code_builder b;

    build_begin(&b, compiler);
    reg_no *outputs = arena_alloc_array(compiler->arena, count, sizeof *outputs);
    for (uint32_t i = 0; i < count; i++)
        outputs[i] = build_expr(&b, exprs[i], 0);
    build_instr(&b, OP_DONE, 0);
    struct expr_code *code = build_end(&b);
    code->outputs = outputs;
    code->output_count = count;
    return code;
}

sel_no
build_condition(struct code_builder *b, const struct expr *e, sel_no sel, uint32_t *jump)
{
    reg_no reg = build_expr(b, e, sel);
    sel_no passed = build_slot(b);
    struct instr *in = build_instr(b, OP_NARROW, sel);

    in->a = reg;
    in->b = passed;
    *jump = build_jump(b, passed);
    return passed;
}

/* A comparison of numbers or dates that stand in columns: it costs next to nothing and cannot fail,
 * so that it may be asked before any other. */
static bool
is_plain_test(const struct compiler *compiler, const struct expr *e)
{
    if (e->kind != EXPR_FUNC || e->type != TYPE_BOOL || e->arg_count != 2 ||
        e->func.func->vector == NULL || e->func.func->volatility == FUNC_VOLATILE)
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        enum phys phys = compiler_type(compiler, e->args[i]->type)->phys;
        bool is_leaf = e->args[i]->kind == EXPR_COLUMN || e->args[i]->kind == EXPR_CONST ||
                       (e->args[i]->kind == EXPR_PARAM && e->args[i]->param.kind == PARAM_EXTERNAL);
        if (!is_leaf || phys == PHYS_VIEW || phys == PHYS_WIDE || phys == PHYS_NONE)
            return false;
    }
    return true;
}

/* The conditions, plain tests first, else in their order. */
static struct expr **
order_conditions(struct compiler *compiler, struct plan_list conditions)
{
    struct expr **ordered =
        arena_alloc_array(compiler->arena, conditions.count, sizeof(struct expr *));
    uint32_t count = 0;

    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < conditions.count; i++) {
            if (is_plain_test(compiler, conditions.exprs[i]) == (pass == 0))
                ordered[count++] = conditions.exprs[i];
        }
    }
    return ordered;
}

const struct expr_code *
expr_compile_filter(struct compiler *compiler, struct plan_list conditions)
{
    if (conditions.count == 0)
        return NULL;
    struct code_builder b;
    sel_no sel = 0;
    uint32_t *jumps = arena_alloc_array(compiler->arena, conditions.count, sizeof *jumps);
    struct expr **exprs = order_conditions(compiler, conditions);

    build_begin(&b, compiler);
    for (uint32_t i = 0; i < conditions.count; i++)
        sel = build_condition(&b, exprs[i], sel, &jumps[i]);
    build_instr(&b, OP_DONE, 0)->b = sel;
    for (uint32_t i = 0; i < conditions.count; i++)
        build_land(&b, jumps[i]);
    build_instr(&b, OP_NONE, 0);
    struct expr_code *code = build_end(&b);
    code->is_filter = true;
    return code;
}
