/*
 * node_sort.c: sorting; with a limit, only as many rows as are wanted are kept.
 *
 * Rows are stored with their keys encoded as byte strings; what is sorted is an array of the first
 * eight bytes of each key and the row's address, so that most comparisons touch nothing else. With
 * a limit the array is cut whenever it has grown to a multiple of what is wanted. Rows that outgrow
 * work_mem are written out as sorted runs, which are merged at the end (sort_runs.c).
 */
#include "exec/nodes.h"
#include "exec/sort_runs.h"
#include <stdlib.h>

#define TOP_SLACK_ROWS 4096u /* beyond the limit before the array is cut */

static void
sort_compile(struct compiler *compiler, struct node_code *node)
{
    struct sort_node_code *code = (struct sort_node_code *)node;
    const struct plan_sort *plan = (const struct plan_sort *)node->plan;
    enum phys *phys = arena_alloc_array(compiler->arena, plan->node.column_count, sizeof *phys);

    for (uint32_t i = 0; i < plan->node.column_count; i++)
        phys[i] = plan->node.columns[i].phys;
    sort_code_init(&code->sort, plan->keys, plan->key_count);
    row_shape_init(&code->shape, compiler->arena, phys, plan->node.column_count,
                   sizeof(struct sort_header), 0);
    limit_exprs_compile(compiler, &code->limit, plan->limit, plan->offset);
}

static void
end_key(void *object)
{
    buf_deinit(object);
}

static void
sort_open(struct exec *exec, struct node_state *node)
{
    struct sort_state *state = (struct sort_state *)node;
    const struct sort_node_code *code = (const struct sort_node_code *)node->code;

    state->limit = expr_open(exec, code->limit.code, 1, node_arena(exec, node));
    state->arenas[0] = exec_new_arena(exec, "sort");
    state->key.raise_on_full = true;
    arena_on_end(exec->arena, end_key, &state->key);
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

/* ---- sorting ---- */

void
sort_items(struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;

    if (state->item_count == 0)
        return; /* there is no array yet, and qsort takes no null */
    if (code->sort.can_encode)
        sort_encoded(state->arenas[state->arena_idx], state->items, state->item_count);
    else
        qsort_r(state->items, state->item_count, sizeof *state->items, sort_compare_rows,
                (void *)(uintptr_t)code);
}

/* ---- taking rows in ---- */

static void
add_item(struct sort_state *state, uint8_t *row, uint64_t prefix)
{
    if (state->item_count == state->item_capacity) {
        uint64_t wider = state->item_capacity == 0 ? 1024 : state->item_capacity * 2;
        struct arena *arena = state->arenas[state->arena_idx];
        struct sort_item *items = arena_alloc_array(arena, wider, sizeof *items);
        if (state->item_count != 0)
            memcpy(items, state->items, state->item_count * sizeof *items);
        state->items = items;
        state->item_capacity = wider;
    }
    state->items[state->item_count++] = (struct sort_item){prefix, row};
}

static uint64_t
key_prefix(const struct buf *key)
{
    uint8_t first[8] = {0};

    memcpy(first, key->data, key->bytes < 8 ? key->bytes : 8);
    return be64_get(first);
}

static void
store_batch(struct sort_state *state, const struct batch *in)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    struct arena *arena = state->arenas[state->arena_idx];
    uint8_t *rows[COLUMN_ROWS_MAX];

    row_store_append(&state->store, in, rows);
    for (uint32_t i = 0; i < in->count; i++) {
        struct sort_header *header = (struct sort_header *)rows[i];
        if (!code->sort.can_encode) {
            add_item(state, rows[i], 0);
            continue;
        }
        buf_clear(&state->key);
        sort_key_put(&code->sort, in->columns, sel_row(in->sel, i), &state->key);
        header->key = arena_copy(arena, state->key.data, state->key.bytes);
        header->key_bytes = (uint32_t)state->key.bytes;
        add_item(state, rows[i], key_prefix(&state->key));
    }
}

/* Keeps the first `wanted` rows: they move to the other arena, and this one is emptied. */
static void
cut(struct exec *exec, struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    uint32_t other = 1 - state->arena_idx;
    struct sort_item *old = state->items;
    uint64_t kept = state->wanted;

    sort_items(state);
    if (state->arenas[other] == NULL)
        state->arenas[other] = exec_new_arena(exec, "sort");
    state->arena_idx = other;
    row_store_init(&state->store, &code->shape, state->arenas[other]);
    state->items = NULL;
    state->item_count = state->item_capacity = 0;
    for (uint64_t i = 0; i < kept; i++) {
        uint8_t *row = row_store_copy(&state->store, old[i].row);
        struct sort_header *header = (struct sort_header *)row;
        if (header->key != NULL)
            header->key = arena_copy(state->arenas[other], header->key, header->key_bytes);
        add_item(state, row, old[i].prefix);
    }
    arena_reset(state->arenas[1 - other]);
}

/* The rows at hand, sorted, become a run in the temporary file. */
static void
spill_run(struct exec *exec, struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    struct arena *arena = state->arenas[state->arena_idx];

    sort_items(state);
    if (state->item_count > state->wanted)
        state->item_count = state->wanted;
    sort_runs_add(exec, state);
    arena_reset(arena);
    row_store_init(&state->store, &code->shape, arena);
    state->items = NULL;
    state->item_count = state->item_capacity = 0;
}

void
sort_begin(struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    uint64_t offset;

    limit_exprs_value(&code->limit, state->limit, &state->wanted, &offset);
    if (state->wanted != UINT64_MAX && state->wanted <= UINT64_MAX - offset)
        state->wanted += offset;
    arena_reset(state->arenas[state->arena_idx]);
    row_store_init(&state->store, &code->shape, state->arenas[state->arena_idx]);
    state->items = NULL;
    state->item_count = state->item_capacity = 0;
    sort_runs_end(state);
}

bool
sort_take(struct exec *exec, struct sort_state *state, const struct batch *in)
{
    store_batch(state, in);
    if (arena_bytes(state->arenas[state->arena_idx]) > exec->work_mem_bytes) {
        if (state->item_count > state->wanted)
            cut(exec, state);
        return arena_bytes(state->arenas[state->arena_idx]) > exec->work_mem_bytes;
    }
    if (state->wanted < UINT64_MAX / 4 && state->item_count > state->wanted * 2 + TOP_SLACK_ROWS)
        cut(exec, state);
    return false;
}

static void
take_alone(struct exec *exec, struct sort_state *state)
{
    struct batch in;

    sort_begin(state);
    while (node_next(exec, state->node.left, &in)) {
        if (sort_take(exec, state, &in))
            spill_run(exec, state);
    }
    if (state->run_count != 0)
        spill_run(exec, state);
    sort_items(state);
}

static void
take_rows(struct exec *exec, struct sort_state *state)
{
    if (!sort_parallel(exec, state))
        take_alone(exec, state);
    if (state->item_count > state->wanted)
        state->item_count = state->wanted;
    if (state->run_count != 0)
        sort_runs_begin(exec, state);
    state->is_sorted = true;
    state->sorted = exec->clock;
    state->at = 0;
    if (state->run_count != 0)
        state->node.note = "Sort Method: external merge";
    else
        state->node.note =
            state->wanted != UINT64_MAX ? "Sort Method: top-N heapsort" : "Sort Method: quicksort";
}

static bool
sort_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct sort_state *state = (struct sort_state *)node;
    const struct sort_node_code *code = (const struct sort_node_code *)node->code;
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t count = 0;

    if (!state->is_sorted)
        take_rows(exec, state);
    if (state->run_count != 0)
        count = sort_runs_read(exec, state, rows);
    for (; count < node->code->capacity && state->at < state->item_count; count++)
        rows[count] = state->items[state->at++].row;
    for (uint32_t c = 0; c < node->plan->column_count; c++) {
        state->columns[c].has_nulls = false;
        row_gather(&code->shape, rows, count, c, &state->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = node->plan->column_count, .columns = state->columns};
    return count != 0;
}

static void
sort_rewind(struct exec *exec, struct node_state *node)
{
    struct sort_state *state = (struct sort_state *)node;

    state->at = 0;
    if (state->is_sorted && !exec_is_stale(exec, node->plan, state->sorted)) {
        if (state->run_count != 0)
            sort_runs_begin(exec, state);
        return;
    }
    state->is_sorted = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_sort = {
    .code_bytes = sizeof(struct sort_node_code),
    .state_bytes = sizeof(struct sort_state),
    .compile = sort_compile,
    .open = sort_open,
    .next = sort_next,
    .rewind = sort_rewind,
};
