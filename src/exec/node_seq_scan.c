/*
 * node_seq_scan.c: all rows of a table, in key order, a leaf at a time.
 */
#include "exec/nodes.h"
#include "exec/sample.h"
#include "exec/scan.h"

struct seq_scan_code {
    struct node_code node;
    struct scan_reads reads;
    struct sample_code sample;
};

struct seq_scan_state {
    struct node_state node;
    struct scan_output output;
    struct txn_cursor *cursor;   /* null until the first batch */
    struct sample_state *sample; /* null: all rows */
};

static void
seq_scan_compile(struct compiler *compiler, struct node_code *node)
{
    struct seq_scan_code *code = (struct seq_scan_code *)node;

    scan_reads_compile(compiler, &code->reads, (const struct plan_scan *)node->plan);
    sample_compile(compiler, &code->sample, (const struct plan_scan *)node->plan);
}

static void
seq_scan_open(struct exec *exec, struct node_state *node)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;
    const struct seq_scan_code *code = (const struct seq_scan_code *)node->code;

    scan_output_open(exec, &code->reads, (const struct plan_scan *)node->plan, node->code->capacity,
                     &state->output);
    state->sample = sample_open(exec, &code->sample, node_arena(exec, node));
    node_arena(exec, node);
}

static bool
seq_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;
    const struct seq_scan_code *code = (const struct seq_scan_code *)node->code;
    const struct plan_scan *plan = (const struct plan_scan *)node->plan;
    struct key_range all = {{NULL, 0}, {NULL, 0}};
    uint32_t count = 0;
    enum status st;

    if (node->is_at_end)
        return false;
    node_begin_batch(exec, node);
    if (state->cursor == NULL) {
        st = txn_cursor_open(exec->txn, plan->table->tree, all, false, exec->arena, &state->cursor);
        if (st != ST_OK)
            raise_read_status(st, plan->table->name);
    }
    st = txn_cursor_columns(state->cursor, &code->reads.layout, node->code->capacity, true,
                            node->arena, state->output.stored, &count);
    if (st != ST_OK)
        raise_read_status(st, plan->table->name);
    scan_output_finish(&code->reads, &state->output, count, node->arena);
    node->is_at_end = count == 0;
    *out = (struct batch){
        .count = count, .column_count = code->reads.column_count, .columns = state->output.columns};
    if (state->sample != NULL)
        sample_narrow(&code->sample, state->sample, out);
    return count != 0;
}

static void
seq_scan_rewind(struct exec *exec, struct node_state *node)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;
    struct key_range all = {{NULL, 0}, {NULL, 0}};

    (void)exec;
    sample_rewind(state->sample);
    if (state->cursor == NULL)
        return;
    enum status st = txn_cursor_reset(state->cursor, all);
    if (st != ST_OK)
        raise_read_status(st, ((const struct plan_scan *)node->plan)->table->name);
}

static void
seq_scan_close(struct exec *exec, struct node_state *node)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;

    (void)exec;
    if (state->cursor != NULL)
        txn_cursor_close(state->cursor);
    state->cursor = NULL;
}

const struct node_kind node_seq_scan = {
    .code_bytes = sizeof(struct seq_scan_code),
    .state_bytes = sizeof(struct seq_scan_state),
    .compile = seq_scan_compile,
    .open = seq_scan_open,
    .next = seq_scan_next,
    .rewind = seq_scan_rewind,
    .close = seq_scan_close,
    .reads_pages = true,
};
