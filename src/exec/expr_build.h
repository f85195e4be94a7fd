/*
 * expr_build.h: a code being compiled: registers, slots and instructions so far.
 */
#pragma once

#include "exec/expr_code.h"
#include "sql/scope.h"

#define REG_MAX 60000u /* registers of one code: 54001 past it */
#define CODE_CACHE 64u /* calls remembered for reuse */
#define REG_NONE UINT16_MAX

struct cached_expr {
    const struct expr *expr;
    sel_no sel;
    reg_no reg;
};

struct code_builder {
    struct compiler *compiler;
    struct arena *arena;

    struct instr *instrs;
    uint32_t instr_count, instr_capacity;
    enum phys *reg_phys;
    uint8_t *reg_has_buffer;
    uint32_t reg_count, reg_capacity;
    uint32_t slot_count;
    struct code_input *inputs;
    uint32_t input_count, input_capacity;
    struct code_param *params;
    uint32_t param_count, param_capacity;
    struct column *consts;
    reg_no *const_regs;
    uint32_t const_count, const_capacity;
    const struct call_site **calls;
    uint32_t call_count, call_capacity;
    const struct expr_code **inners;
    uint32_t inner_count, inner_capacity;
    uint32_t pointer_count;
    uint8_t scans;

    /* Calls computed so far, for expressions written twice; a ring. */
    struct cached_expr cache[CODE_CACHE];
    uint32_t cache_count;
    reg_no placeholder; /* the value of EXPR_PLACEHOLDER; REG_NONE: there is none */
};

void build_begin(struct code_builder *b, struct compiler *compiler);
/* The code as built; outputs are the caller's to set. */
struct expr_code *build_end(struct code_builder *b);

/* A register of a kind; with a buffer to write to, or one that is pointed elsewhere. */
reg_no build_reg(struct code_builder *b, enum phys phys);
reg_no build_reg_bare(struct code_builder *b, enum phys phys);
sel_no build_slot(struct code_builder *b);
struct instr *build_instr(struct code_builder *b, enum op op, sel_no sel);
reg_no build_const(struct code_builder *b, enum phys phys, union datum value, bool is_null);
reg_no build_input(struct code_builder *b, uint32_t column, enum phys phys);
/* A jump over what follows if the slot is empty; its target is set by build_land. */
uint32_t build_jump(struct code_builder *b, sel_no sel);
void build_land(struct code_builder *b, uint32_t jump);

/* A call of `func` with arguments in registers; is_expr null: types from the function. */
struct call_site *build_call_site(struct code_builder *b, const struct func_info *func,
                                  uint32_t arg_count);
reg_no build_call(struct code_builder *b, const struct call_site *site, sel_no sel);

/* Code for `e` over the rows of a slot: the register of its value. Recursion is bounded by
 * EXPR_DEPTH_MAX. */
reg_no build_expr(struct code_builder *b, const struct expr *e, sel_no sel);
/* Narrows slot `sel` to the rows where e is true; the slot of the result. */
sel_no build_condition(struct code_builder *b, const struct expr *e, sel_no sel, uint32_t *jump);

/* A site of row-wise work with compiled args, to be completed by the caller; then an OP_ROWS. */
struct row_site *build_row_site(struct code_builder *b, const struct expr *e, row_fn fn,
                                struct expr *const *args, uint32_t arg_count, sel_no sel);
reg_no build_rows(struct code_builder *b, const struct row_site *site, sel_no sel);
uint32_t build_inner(struct code_builder *b, const struct expr_code *inner);

/* The kinds that are compiled elsewhere. */
reg_no build_row_kind(struct code_builder *b, const struct expr *e, sel_no sel); /* expr_rows.c */
reg_no build_array_kind(struct code_builder *b, const struct expr *e,
                        sel_no sel); /* expr_array.c */
reg_no build_record_kind(struct code_builder *b, const struct expr *e,
                         sel_no sel);                                           /* expr_record.c */
reg_no build_subplan(struct code_builder *b, const struct expr *e, sel_no sel); /* subplan.c */
