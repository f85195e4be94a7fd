/*
 * node_seq_scan.c: all rows of a table, in key order, a leaf at a time.
 */
#include "exec/nodes.h"
#include "exec/sample.h"
#include "exec/scan.h"
#include <stdatomic.h>

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
    struct morsels *morsels;     /* null: one range, of all rows */
    bool has_range;              /* a morsel is being read */
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

bool
morsels_take(struct morsels *morsels, struct key_range *range)
{
    if (atomic_load_explicit(morsels->stop, memory_order_relaxed))
        return false;
    uint32_t idx = atomic_fetch_add_explicit(&morsels->next, 1, memory_order_relaxed);
    if (idx > morsels->key_count)
        return false;
    range->from = idx == 0 ? slice_of(NULL, 0) : morsels->keys[idx - 1];
    range->to = idx == morsels->key_count ? slice_of(NULL, 0) : morsels->keys[idx];
    return true;
}

void
seq_scan_set_morsels(struct node_state *node, struct morsels *morsels)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;

    state->morsels = morsels;
    state->has_range = false;
}

/* Places the cursor at the beginning of the next range; false: there is none. */
static bool
begin_range(struct exec *exec, struct seq_scan_state *state)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    struct key_range range = {{NULL, 0}, {NULL, 0}};
    enum status st;

    if (state->morsels != NULL && !morsels_take(state->morsels, &range))
        return false;
    if (state->cursor == NULL)
        st = txn_cursor_open(exec->txn, plan->table->tree, range, false, exec->arena,
                             &state->cursor);
    else
        st = txn_cursor_reset(state->cursor, range);
    if (st != ST_OK)
        raise_read_status(st, plan->table->name);
    state->has_range = true;
    return true;
}

static bool
seq_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;
    const struct seq_scan_code *code = (const struct seq_scan_code *)node->code;
    const struct plan_scan *plan = (const struct plan_scan *)node->plan;
    uint32_t count = 0;

    if (node->is_at_end)
        return false;
    node_begin_batch(exec, node);
    while (state->has_range || begin_range(exec, state)) {
        enum status st =
            txn_cursor_columns(state->cursor, &code->reads.layout, node->code->capacity, true,
                               node->arena, state->output.stored, &count);
        if (st != ST_OK)
            raise_read_status(st, plan->table->name);
        if (count != 0 || state->morsels == NULL)
            break;
        state->has_range = false;
    }
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

    (void)exec;
    sample_rewind(state->sample);
    state->has_range = false;
}

static void
seq_scan_close(struct exec *exec, struct node_state *node)
{
    struct seq_scan_state *state = (struct seq_scan_state *)node;

    (void)exec;
    if (state->cursor != NULL)
        txn_cursor_close(state->cursor);
    state->cursor = NULL;
    state->has_range = false;
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
