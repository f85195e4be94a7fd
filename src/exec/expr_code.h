/*
 * expr_code.h: expressions as bytecode over vectors.
 *
 * A code computes a list of expressions, or narrows a batch to the rows that pass a list of
 * conditions. It is a straight line of instructions over registers (struct column) and selection
 * slots (rising row numbers). Every instruction works on the rows of one slot; slot 0 is the
 * input's selection. Where SQL evaluates an operand for some rows only (AND, OR, CASE, COALESCE),
 * the operand's instructions work on a slot narrowed to these rows, so that what must not be
 * evaluated is not, and are jumped over when the slot is empty.
 *
 *   C1  a register is written at rows of the slot of its instruction, and read at no others
 *   C2  a slot is filled by the instruction that narrows another, before any that works on it
 *   C3  jumps go forward
 *
 * A code is immutable and shared by threads. What a run changes is in struct expr_state: register
 * buffers of `capacity` rows, so that a plan that handles one row touches few bytes.
 */
#pragma once

#include "base/arena.h"
#include "base/column.h"
#include "plan/plan.h"

struct exec;

typedef uint16_t reg_no;
typedef uint16_t sel_no;

enum op {
    OP_DONE,        /* the end: slot b of a filter holds its result */
    OP_NONE,        /* the end of a filter that no row passed */
    OP_JUMP_EMPTY,  /* to `target` if slot sel is empty */
    OP_CALL,        /* dst = strict function over data's arguments */
    OP_CALL_NULLS,  /* dst = a function that sees nulls */
    OP_PARAM,       /* dst = exec param `target`, constant */
    OP_MOVE,        /* dst = a at sel */
    OP_CLEAR,       /* dst begins anew: no nulls, not constant */
    OP_NARROW,      /* slot b = rows of sel where a is true */
    OP_SPLIT,       /* slot b = rows of sel where a is true, slot c = the others */
    OP_SPLIT_NULL,  /* slot b = rows of sel where a is not null, slot c = the others */
    OP_AND_BEGIN,   /* dst = true */
    OP_AND_STEP,    /* dst = dst AND a; slot b = rows of sel that are not false */
    OP_OR_BEGIN,    /* dst = false */
    OP_OR_STEP,     /* dst = dst OR a; slot b = rows of sel that are not true */
    OP_NOT,         /* dst = NOT a */
    OP_IS_NULL,     /* dst = a IS NULL */
    OP_IS_NOT_NULL, /* dst = a IS NOT NULL */
    OP_BOOL_TEST,   /* dst = a IS ...; target is enum bool_test */
    OP_DISTINCT,    /* dst = b IS DISTINCT FROM c, where a is b = c */
    OP_NULLIF,      /* dst = null where a is true, else b */
    OP_ROWS,        /* dst = data->fn, row by row, nulls seen: everything less hot */
    OP_COUNT
};

struct instr {
    uint16_t op;
    sel_no sel;
    reg_no dst, a;
    uint16_t b, c; /* registers or slots, as the op says */
    uint32_t target;
    const void *data;
};

/* OP_CALL, OP_CALL_NULLS. */
struct call_site {
    const struct func_info *func;
    uint32_t call_idx; /* its struct func_call in the state */
    uint32_t arg_count;
    const reg_no *args;
    const oid *arg_types;
    const int32_t *arg_typmods;
    oid result_type, collation;
    int32_t result_typmod;
    bool is_volatile, is_variadic_array;
    const struct record_shape *columns; /* of func_call */
    enum phys result_phys;
    const enum phys *arg_phys;
};

struct expr_state;
struct row_site;

/* One row of an OP_ROWS: args[i], nulls[i] in; the value out, *is_null true for null. */
typedef union datum (*row_fn)(struct expr_state *state, const struct row_site *site,
                              const union datum *args, const bool *nulls, bool *is_null);

/* OP_ROWS. */
struct row_site {
    row_fn fn;
    const struct expr *expr;
    uint32_t arg_count;
    const reg_no *args;
    uint32_t call_idx; /* a func_call for its use; UINT32_MAX: none */
    const struct call_site *call;
    const struct expr_code *inner; /* code over the elements of an array, ...; null: none */
    uint32_t inner_idx;            /* its state in the state */
    uint32_t slot_idx;             /* a pointer of its own in the state (null at first) */
    bool is_const_foldable;        /* same arguments, same value */
    const void *data;
};

struct code_input {
    uint32_t column; /* of the batch */
    reg_no reg;
};

struct code_param {
    uint32_t number; /* external, 0-based */
    reg_no reg;
};

struct expr_code {
    const struct instr *instrs;
    uint32_t instr_count;
    uint32_t reg_count, slot_count, call_count, inner_count, pointer_count;
    const enum phys *reg_phys;     /* [reg_count] */
    const uint8_t *reg_has_buffer; /* [reg_count]: 1 if instructions write to it */
    uint32_t input_count, param_count, const_count;
    const struct code_input *inputs;
    const struct code_param *params;
    const struct column *consts; /* with */
    const reg_no *const_regs;    /* their registers */
    uint32_t output_count;
    const reg_no *outputs; /* [output_count]: registers of the expressions */
    bool is_filter;
    uint8_t scans; /* enum keep_when: running it may run subplans, and these scan tables */
    const struct call_site *const *calls;  /* [call_count] */
    const struct expr_code *const *inners; /* [inner_count] */
};

struct selection {
    const uint16_t *rows; /* null: 0..count */
    uint32_t count;
    uint16_t *buffer; /* [capacity]; null for slot 0 */
};

struct expr_state {
    const struct expr_code *code;
    struct exec *exec;
    struct arena *arena; /* results; emptied by the node between batches */
    uint32_t capacity;
    struct column *regs;
    struct selection *slots;
    struct func_call *calls;
    struct expr_state **inners;
    void **pointers;
    struct column *outputs; /* [output_count], filled by expr_run */
};

/* ---- compiling (expr_compile.c) ---- */

struct code_builder; /* expr_build.h */

/* Where compilation gets types and functions from, and what EXPR_SUBPLAN means. */
struct compiler {
    struct arena *arena;
    const struct name_scope *scope;
    const struct types *types;
    const struct plan *plan; /* subplans, exec params; null: there are none */
    struct program *program; /* being made; null outside exec_compile */
    bool is_rescanned;       /* what is being compiled may run many times in an execution */
};

/* Code that computes `count` expressions over batches. */
const struct expr_code *expr_compile(struct compiler *compiler, struct expr *const *exprs,
                                     uint32_t count);
/* Code that keeps the rows for which all conditions are true; null if there are none. */
const struct expr_code *expr_compile_filter(struct compiler *compiler, struct plan_list conditions);
/* The physical kind and description of a type; raise if there is none. */
const struct type_info *compiler_type(const struct compiler *compiler, oid type);
/* The site of a call outside expressions' code: function, types, collation; no registers. `e` has
 * the result's type. */
struct call_site *compiler_call_site(struct compiler *compiler, const struct func_ref *ref,
                                     const struct expr *e, struct expr *const *args,
                                     uint32_t arg_count);

/* ---- running (expr_run.c) ---- */

/* A state for batches whose rows are numbered below `capacity`; in the execution's arena. Code null
 * gives null. `arena` gets results of functions. */
struct expr_state *expr_open(struct exec *exec, const struct expr_code *code, uint32_t capacity,
                             struct arena *arena);
/* Points the registers of parameters at those of the execution's context as it is now: for who
 * keeps a state over executions. Null: nothing. */
void expr_rebind(struct expr_state *state);
/* Computes all expressions for the rows of `in`: state->outputs, valid at these rows. */
void expr_run(struct expr_state *state, const struct batch *in);
/* Narrows `batch` to the rows that pass: its sel points into the state. */
void expr_filter(struct expr_state *state, struct batch *batch);
/* The value of output `output_idx` for a batch of one row (or constant), copied nowhere. */
union datum expr_value(struct expr_state *state, uint32_t output_idx, uint32_t row, bool *is_null);
