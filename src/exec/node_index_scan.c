/*
 * node_index_scan.c: the rows whose keys lie in some ranges, in key order, either way.
 *
 * Over the primary tree rows come straight from its leaves; one key is one look-up. Over a
 * secondary index each entry names a primary key, and the row is looked up by it. Batches begin
 * small and grow, so that who wants one row does not pay for a thousand. An index-only scan reads
 * its columns out of the entries.
 */
#include "exec/index_key.h"
#include "exec/index_only.h"
#include "exec/key_ranges.h"
#include "exec/nodes.h"
#include "exec/scan.h"

#define FIRST_BATCH_ROWS 8u

struct index_scan_code {
    struct node_code node;
    struct scan_reads reads;
    struct ranges_code ranges;
    struct index_only_code only; /* if the plan is index-only */
};

struct index_scan_state {
    struct node_state node;
    struct scan_output output;
    struct expr_state *values; /* of the bounds */
    struct range_list ranges;
    struct arena *range_arena;
    bool has_ranges;
    uint32_t range_idx;        /* of those done or begun, in scan order */
    bool is_in_range;          /* the cursor stands in range range_idx */
    uint32_t batch_rows;       /* the next batch's size */
    struct txn_cursor *cursor; /* of the tree scanned; null until needed */
    struct buf *spill;         /* overflow values; null until needed */
};

static void
index_scan_compile(struct compiler *compiler, struct node_code *node)
{
    struct index_scan_code *code = (struct index_scan_code *)node;
    const struct plan_index_scan *plan = (const struct plan_index_scan *)node->plan;

    scan_reads_compile(compiler, &code->reads, &plan->scan);
    ranges_compile(compiler, &code->ranges, plan->index, plan->bounds, plan->bound_count);
    if (plan->is_index_only)
        index_only_compile(compiler, &code->only, plan);
}

static void
index_scan_open(struct exec *exec, struct node_state *node)
{
    struct index_scan_state *state = (struct index_scan_state *)node;
    const struct index_scan_code *code = (const struct index_scan_code *)node->code;

    scan_output_open(exec, &code->reads, (const struct plan_scan *)node->plan, node->code->capacity,
                     &state->output);
    node_arena(exec, node);
    state->range_arena =
        node->code->has_own_arena ? exec_new_arena(exec, "key ranges") : exec->arena;
    state->values = expr_open(exec, code->ranges.values, 1, state->range_arena);
    state->batch_rows = FIRST_BATCH_ROWS;
}

static const char *
table_name(const struct index_scan_state *state)
{
    return ((const struct plan_scan *)state->node.plan)->table->name;
}

static struct buf *
scan_spill(struct exec *exec, struct index_scan_state *state)
{
    if (state->spill == NULL) {
        state->spill = arena_alloc(exec->arena, sizeof *state->spill);
        buf_init(state->spill);
        arena_on_end(exec->arena, (void (*)(void *))buf_deinit, state->spill);
    }
    return state->spill;
}

/* Decodes one row into row `at` of the output; bytes that will not stay are copied. */
static void
put_row(struct exec *exec, struct index_scan_state *state, struct slice key, struct slice value,
        uint32_t at, bool is_lasting)
{
    const struct index_scan_code *code = (const struct index_scan_code *)state->node.code;
    struct column *stored = state->output.stored;

    (void)exec;
    if (!is_lasting) {
        key = arena_slice(state->node.arena, key);
        value = arena_slice(state->node.arena, value);
    }
    enum status st = row_decode_columns(&code->reads.layout, key, value, stored, at);
    if (st != ST_OK)
        raise_read_status(st, table_name(state));
}

/* Looks a row up by its primary key; false if it is not there. */
static bool
fetch_row(struct exec *exec, struct index_scan_state *state, struct slice key, uint32_t at)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    struct buf *spill = scan_spill(exec, state);
    struct slice value;
    enum status st = txn_get(exec->txn, plan->table->tree, key, spill, &value);

    if (st == ST_NOT_FOUND)
        return false;
    if (st != ST_OK)
        raise_read_status(st, plan->table->name);
    bool is_spilled =
        spill->bytes > 0 && value.data >= spill->data && value.data < spill->data + spill->bytes;
    put_row(exec, state, key, value, at, !is_spilled);
    return true;
}

/* The range to go on with, or null at the end. */
static const struct scan_range *
current_range(const struct index_scan_state *state)
{
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;
    uint32_t count = state->ranges.count;

    if (state->range_idx >= count)
        return NULL;
    return &state->ranges
                .ranges[plan->is_backward ? count - 1 - state->range_idx : state->range_idx];
}

static void
place_cursor(struct exec *exec, struct index_scan_state *state, const struct scan_range *range)
{
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;
    tree_no tree = plan->index->is_primary ? plan->scan.table->tree : plan->index->tree;
    struct key_range keys = {range->from, range->to};
    enum status st;

    if (state->is_in_range)
        return;
    if (state->cursor == NULL)
        st = txn_cursor_open(exec->txn, tree, keys, plan->is_backward, exec->arena, &state->cursor);
    else
        st = txn_cursor_reset(state->cursor, keys);
    if (st != ST_OK)
        raise_read_status(st, table_name(state));
    state->is_in_range = true;
}

static void
end_range(struct index_scan_state *state)
{
    state->is_in_range = false;
    state->range_idx++;
}

/* Rows of the primary tree forward: whole columns. Returns how many. */
static uint32_t
read_columns(struct exec *exec, struct index_scan_state *state, const struct scan_range *range)
{
    const struct index_scan_code *code = (const struct index_scan_code *)state->node.code;
    uint32_t count;

    place_cursor(exec, state, range);
    enum status st = txn_cursor_columns(state->cursor, &code->reads.layout, state->batch_rows, true,
                                        state->node.arena, state->output.stored, &count);
    if (st != ST_OK)
        raise_read_status(st, table_name(state));
    if (count == 0)
        end_range(state);
    return count;
}

/* A row out of its entry alone. */
static void
put_entry(struct index_scan_state *state, struct slice key, struct slice primary, uint32_t at)
{
    const struct index_scan_code *code = (const struct index_scan_code *)state->node.code;
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;

    if (!index_only_put(&code->only, key, primary, state->output.stored, at, state->node.arena))
        raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that cannot be read",
              plan->index->name);
}

/* One entry of a range, row by row, into row `at`; false at the range's end. *is_row: there was a
 * row. */
static bool
read_entry(struct exec *exec, struct index_scan_state *state, uint32_t at, bool *is_row)
{
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;
    struct slice key, value, primary;
    enum status st = txn_cursor_next(state->cursor, &key, &value);

    *is_row = false;
    if (st == ST_NOT_FOUND)
        return false;
    if (st != ST_OK)
        raise_read_status(st, table_name(state));
    if (plan->index->is_primary) {
        put_row(exec, state, key, value, at, false);
        *is_row = true;
        return true;
    }
    if (!index_entry_primary(key, value, &primary))
        raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row",
              plan->index->name);
    if (plan->is_index_only) {
        put_entry(state, key, primary, at);
        return *is_row = true;
    }
    /* The row's key columns may be views into the key: it must outlive the cursor's next step. */
    *is_row = fetch_row(exec, state, arena_slice(state->node.arena, primary), at);
    return true;
}

/* One key of a unique tree. */
static bool
read_point(struct exec *exec, struct index_scan_state *state, const struct scan_range *range,
           uint32_t at)
{
    const struct plan_index_scan *plan = (const struct plan_index_scan *)state->node.plan;
    struct slice value, primary;

    if (plan->index->is_primary)
        return fetch_row(exec, state, range->from, at);
    enum status st =
        txn_get(exec->txn, plan->index->tree, range->from, scan_spill(exec, state), &value);
    if (st == ST_NOT_FOUND)
        return false;
    if (st != ST_OK)
        raise_read_status(st, table_name(state));
    if (!index_entry_primary(range->from, value, &primary))
        raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row",
              plan->index->name);
    if (plan->is_index_only) {
        put_entry(state, range->from, primary, at);
        return true;
    }
    return fetch_row(exec, state, arena_slice(state->node.arena, primary), at);
}

/* Fills a batch row by row; returns its rows. */
static uint32_t
read_rows(struct exec *exec, struct index_scan_state *state)
{
    const struct scan_range *range;
    uint32_t count = 0;

    /* What the batch before was made of is not needed any more, and its pages may go. */
    exec_refresh(exec);
    for (uint32_t i = 0; i < state->output.stored_count; i++)
        state->output.stored[i].has_nulls = false;
    while (count < state->batch_rows && (range = current_range(state)) != NULL) {
        bool is_row = false;
        if (range->is_point) {
            is_row = read_point(exec, state, range, count);
            end_range(state);
        } else {
            place_cursor(exec, state, range);
            if (!read_entry(exec, state, count, &is_row))
                end_range(state);
        }
        count += is_row;
    }
    return count;
}

static void
make_ranges(struct exec *exec, struct index_scan_state *state)
{
    const struct index_scan_code *code = (const struct index_scan_code *)state->node.code;

    if (state->range_arena != exec->arena)
        arena_reset(state->range_arena);
    ranges_make(exec, &code->ranges, state->values, state->range_arena, &state->ranges);
    state->has_ranges = true;
    state->range_idx = 0;
    state->is_in_range = false;
}

static bool
index_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct index_scan_state *state = (struct index_scan_state *)node;
    const struct index_scan_code *code = (const struct index_scan_code *)node->code;
    const struct plan_index_scan *plan = (const struct plan_index_scan *)node->plan;
    const struct scan_range *range;
    uint32_t count = 0;

    node_begin_batch(exec, node);
    if (!state->has_ranges)
        make_ranges(exec, state);
    if (state->batch_rows > node->code->capacity)
        state->batch_rows = node->code->capacity;
    while (count == 0 && (range = current_range(state)) != NULL) {
        if (plan->index->is_primary && !plan->is_backward && !range->is_point)
            count = read_columns(exec, state, range);
        else
            count = read_rows(exec, state);
        exec_check(exec);
    }
    state->batch_rows *= 4;
    scan_output_finish(&code->reads, &state->output, count, node->arena);
    *out = (struct batch){
        .count = count, .column_count = code->reads.column_count, .columns = state->output.columns};
    return count != 0;
}

static void
index_scan_rewind(struct exec *exec, struct node_state *node)
{
    struct index_scan_state *state = (struct index_scan_state *)node;

    (void)exec;
    state->has_ranges = false;
    state->batch_rows = FIRST_BATCH_ROWS;
}

static void
index_scan_close(struct exec *exec, struct node_state *node)
{
    struct index_scan_state *state = (struct index_scan_state *)node;

    (void)exec;
    if (state->cursor != NULL)
        txn_cursor_close(state->cursor);
    state->cursor = NULL;
}

const struct node_kind node_index_scan = {
    .code_bytes = sizeof(struct index_scan_code),
    .state_bytes = sizeof(struct index_scan_state),
    .compile = index_scan_compile,
    .open = index_scan_open,
    .next = index_scan_next,
    .rewind = index_scan_rewind,
    .close = index_scan_close,
    .reads_pages = true,
};
