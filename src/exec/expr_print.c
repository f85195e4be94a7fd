/*
 * expr_print.c: bytecode as text, an instruction a line.
 */
#include "exec/exec_int.h"

static const char *const op_names[OP_COUNT] = {
    [OP_DONE] = "done",
    [OP_NONE] = "none",
    [OP_JUMP_EMPTY] = "jump-empty",
    [OP_CALL] = "call",
    [OP_CALL_NULLS] = "call-nulls",
    [OP_PARAM] = "param",
    [OP_MOVE] = "move",
    [OP_CLEAR] = "clear",
    [OP_NARROW] = "narrow",
    [OP_SPLIT] = "split",
    [OP_SPLIT_NULL] = "split-null",
    [OP_AND_BEGIN] = "and-begin",
    [OP_AND_STEP] = "and",
    [OP_OR_BEGIN] = "or-begin",
    [OP_OR_STEP] = "or",
    [OP_NOT] = "not",
    [OP_IS_NULL] = "is-null",
    [OP_IS_NOT_NULL] = "is-not-null",
    [OP_BOOL_TEST] = "bool-test",
    [OP_DISTINCT] = "distinct",
    [OP_NULLIF] = "nullif",
    [OP_ROWS] = "rows",
};

static void
print_args(const reg_no *args, uint32_t count, struct buf *to)
{
    buf_put_text(to, "(");
    for (uint32_t i = 0; i < count; i++)
        buf_format(to, "%sr%u", i == 0 ? "" : ", ", args[i]);
    buf_put_text(to, ")");
}

void
expr_print(const struct expr_code *code, struct buf *to)
{
    for (uint32_t i = 0; i < code->input_count; i++)
        buf_format(to, "r%u = input %u\n", code->inputs[i].reg, code->inputs[i].column + 1);
    for (uint32_t i = 0; i < code->param_count; i++)
        buf_format(to, "r%u = $%u\n", code->params[i].reg, code->params[i].number + 1);
    for (uint32_t i = 0; i < code->instr_count; i++) {
        const struct instr *in = &code->instrs[i];
        buf_format(to, "%u: [s%u] %s", i, in->sel, op_names[in->op]);
        switch ((enum op)in->op) {
        case OP_CALL:
        case OP_CALL_NULLS: {
            const struct call_site *site = in->data;
            buf_format(to, " r%u = %s", in->dst, site->func->name);
            print_args(site->args, site->arg_count, to);
            break;
        }
        case OP_ROWS: {
            const struct row_site *site = in->data;
            buf_format(to, " r%u = %s", in->dst, site->name);
            print_args(site->args, site->arg_count, to);
            break;
        }
        case OP_JUMP_EMPTY:
            buf_format(to, " -> %u", in->target);
            break;
        case OP_NARROW:
            buf_format(to, " s%u by r%u", in->b, in->a);
            break;
        default:
            buf_format(to, " r%u r%u %u %u", in->dst, in->a, in->b, in->c);
            break;
        }
        buf_put_text(to, "\n");
    }
}

void
exec_print_code(const struct program *program, uint32_t node_id, struct buf *to)
{
    const struct node_code *code = program->nodes[node_id];

    if (code != NULL && code->filter != NULL)
        expr_print(code->filter, to);
}
