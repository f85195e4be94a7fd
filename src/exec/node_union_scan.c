/*
 * node_union_scan.c: the rows that any of several index ranges has, each once, in the order of
 * their primary keys.
 *
 * The entries of all arms are read first, for their primary keys alone; sorted, these lead to the
 * rows. The node's filter asks all conditions of them.
 */
#include "exec/index_key.h"
#include "exec/key_list.h"
#include "exec/key_ranges.h"
#include "exec/nodes.h"
#include "exec/scan.h"

#define KEYS_A_CHECK 1024u

struct union_scan_code {
    struct node_code node;
    struct scan_reads reads;
    struct ranges_code *arms; /* [arm_count] */
};

struct union_scan_state {
    struct node_state node;
    struct scan_output output;
    struct expr_state **values; /* [arm_count] */
    struct arena *list_arena;
    struct key_list list;
    bool has_list;
    uint32_t at;
    struct buf *spill;
};

static void
union_scan_compile(struct compiler *compiler, struct node_code *node)
{
    struct union_scan_code *code = (struct union_scan_code *)node;
    const struct plan_union_scan *plan = (const struct plan_union_scan *)node->plan;

    scan_reads_compile(compiler, &code->reads, &plan->scan);
    code->arms = arena_alloc_zero(compiler->arena, plan->arm_count * sizeof *code->arms);
    for (uint32_t i = 0; i < plan->arm_count; i++)
        ranges_compile(compiler, &code->arms[i], plan->arms[i].index, plan->arms[i].bounds,
                       plan->arms[i].bound_count);
}

static void
union_scan_open(struct exec *exec, struct node_state *node)
{
    struct union_scan_state *state = (struct union_scan_state *)node;
    const struct union_scan_code *code = (const struct union_scan_code *)node->code;
    const struct plan_union_scan *plan = (const struct plan_union_scan *)node->plan;

    scan_output_open(exec, &code->reads, &plan->scan, node->code->capacity, &state->output);
    node_arena(exec, node);
    state->list_arena = exec_new_arena(exec, "keys of rows");
    state->values = arena_alloc_array(exec->arena, plan->arm_count, sizeof(struct expr_state *));
    for (uint32_t i = 0; i < plan->arm_count; i++)
        state->values[i] = expr_open(exec, code->arms[i].values, 1, exec->arena);
    state->spill = arena_alloc(exec->arena, sizeof *state->spill);
    buf_init(state->spill);
    arena_on_end(exec->arena, (void (*)(void *))buf_deinit, state->spill);
}

/* ---- keys ---- */

static void
add_key(struct union_scan_state *state, struct slice key)
{
    key_list_add(&state->list, state->list_arena, arena_slice(state->list_arena, key));
}

static _Noreturn void
raise_corrupt(const struct index_def *index)
{
    raise(SQLSTATE_INDEX_CORRUPTED, "index \"%s\" has an entry that names no row", index->name);
}

/* One key of a unique tree. */
static void
add_point(struct exec *exec, struct union_scan_state *state, const struct index_def *index,
          struct slice key)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    struct slice value, primary;

    if (index->is_primary) {
        add_key(state, key);
        return;
    }
    enum status st = txn_get(exec->txn, index->tree, key, state->spill, &value);
    if (st == ST_NOT_FOUND)
        return;
    if (st != ST_OK)
        raise_read_status(st, plan->table->name);
    if (!index_entry_primary(key, value, &primary))
        raise_corrupt(index);
    add_key(state, primary);
}

static void
add_range(struct exec *exec, struct union_scan_state *state, const struct index_def *index,
          const struct scan_range *range)
{
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    tree_no tree = index->is_primary ? plan->table->tree : index->tree;
    struct key_range keys = {range->from, range->to};
    struct slice key, value, primary;
    struct txn_cursor *cursor;

    enum status st = txn_cursor_open(exec->txn, tree, keys, false, exec->arena, &cursor);
    for (uint32_t count = 1; st == ST_OK; count++) {
        st = txn_cursor_next(cursor, &key, &value);
        if (st != ST_OK)
            break;
        primary = key;
        if (!index->is_primary && !index_entry_primary(key, value, &primary))
            raise_corrupt(index);
        add_key(state, primary);
        if (count % KEYS_A_CHECK == 0) {
            exec_check(exec);
            exec_refresh(exec);
        }
    }
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_read_status(st, plan->table->name);
    txn_cursor_close(cursor);
}

static void
find_keys(struct exec *exec, struct union_scan_state *state)
{
    const struct union_scan_code *code = (const struct union_scan_code *)state->node.code;
    const struct plan_union_scan *plan = (const struct plan_union_scan *)state->node.plan;

    arena_reset(state->list_arena);
    state->list = (struct key_list){0};
    for (uint32_t i = 0; i < plan->arm_count; i++) {
        struct range_list ranges;
        ranges_make(exec, &code->arms[i], state->values[i], state->list_arena, &ranges);
        for (uint32_t r = 0; r < ranges.count; r++) {
            if (ranges.ranges[r].is_point)
                add_point(exec, state, plan->arms[i].index, ranges.ranges[r].from);
            else
                add_range(exec, state, plan->arms[i].index, &ranges.ranges[r]);
        }
    }
    key_list_sort(&state->list);
    state->has_list = true;
    state->at = 0;
}

/* ---- rows ---- */

static uint32_t
read_rows(struct exec *exec, struct union_scan_state *state)
{
    const struct union_scan_code *code = (const struct union_scan_code *)state->node.code;
    const struct plan_scan *plan = (const struct plan_scan *)state->node.plan;
    struct arena *arena = state->node.arena;
    uint32_t count = 0;

    while (count < state->node.code->capacity && state->at < state->list.count) {
        struct slice value, key = state->list.keys[state->at++];
        enum status st = txn_get(exec->txn, plan->table->tree, key, state->spill, &value);
        if (st == ST_NOT_FOUND)
            continue;
        if (st == ST_OK)
            st = row_decode_columns(&code->reads.layout, arena_slice(arena, key),
                                    arena_slice(arena, value), state->output.stored, count++);
        if (st != ST_OK)
            raise_read_status(st, plan->table->name);
    }
    return count;
}

static bool
union_scan_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct union_scan_state *state = (struct union_scan_state *)node;
    const struct union_scan_code *code = (const struct union_scan_code *)node->code;

    node_begin_batch(exec, node);
    if (!state->has_list)
        find_keys(exec, state);
    exec_refresh(exec);
    exec_check(exec);
    for (uint32_t i = 0; i < state->output.stored_count; i++)
        state->output.stored[i].has_nulls = false;
    uint32_t count = read_rows(exec, state);
    scan_output_finish(&code->reads, &state->output, count, node->arena);
    *out = (struct batch){
        .count = count, .column_count = code->reads.column_count, .columns = state->output.columns};
    return count != 0;
}

static void
union_scan_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    ((struct union_scan_state *)node)->has_list = false;
}

const struct node_kind node_union_scan = {
    .code_bytes = sizeof(struct union_scan_code),
    .state_bytes = sizeof(struct union_scan_state),
    .compile = union_scan_compile,
    .open = union_scan_open,
    .next = union_scan_next,
    .rewind = union_scan_rewind,
    .reads_pages = true,
};
