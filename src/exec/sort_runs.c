/*
 * sort_runs.c: see sort_runs.h.
 *
 * Runs are merged by a heap of their heads. Rows put out stay until the next batch: two arenas take
 * turns, and the heads move from one to the other between batches.
 */
#include "exec/sort_runs.h"

/* ---- comparing ---- */

int
sort_compare_encoded(const void *a, const void *b)
{
    const struct sort_item *left = a, *right = b;

    if (left->prefix != right->prefix)
        return left->prefix < right->prefix ? -1 : 1;
    const struct sort_header *l = (const struct sort_header *)left->row;
    const struct sort_header *r = (const struct sort_header *)right->row;
    return slice_compare(slice_of(l->key, l->key_bytes), slice_of(r->key, r->key_bytes));
}

int
sort_compare_rows(const void *a, const void *b, void *object)
{
    const struct sort_node_code *code = object;
    const uint8_t *left = ((const struct sort_item *)a)->row;
    const uint8_t *right = ((const struct sort_item *)b)->row;

    for (uint32_t k = 0; k < code->sort.key_count; k++) {
        const struct plan_key *key = &code->sort.keys[k];
        int order = sort_compare_value(key, row_datum(&code->shape, left, key->column),
                                       row_is_null(&code->shape, left, key->column),
                                       row_datum(&code->shape, right, key->column),
                                       row_is_null(&code->shape, right, key->column));
        if (order != 0)
            return order;
    }
    return 0;
}

/* ---- runs ---- */

void
sort_runs_add(struct exec *exec, struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;

    if (state->run_arena == NULL)
        state->run_arena = exec_new_arena(exec, "sort runs");
    if (state->run_count == state->run_capacity) {
        uint32_t wider = state->run_capacity == 0 ? 16 : state->run_capacity * 2;
        state->runs =
            arena_resize(state->run_arena, state->runs, state->run_capacity * sizeof *state->runs,
                         wider * sizeof *state->runs);
        state->run_capacity = wider;
    }
    struct sort_run *run = &state->runs[state->run_count++];
    spill_init(&run->spill, exec, &code->shape, state->run_arena);
    for (uint64_t i = 0; i < state->item_count; i++) {
        const struct sort_header *header = (const struct sort_header *)state->items[i].row;
        spill_put(&run->spill, state->items[i].row, slice_of(header->key, header->key_bytes));
    }
    spill_finish(&run->spill);
}

void
sort_runs_end(struct sort_state *state)
{
    for (uint32_t i = 0; i < state->run_count; i++)
        spill_end(&state->runs[i].spill);
    if (state->run_arena != NULL)
        arena_reset(state->run_arena);
    state->runs = NULL;
    state->heap = NULL;
    state->run_count = state->run_capacity = state->heap_count = 0;
}

static bool
run_is_less(const struct sort_state *state, uint32_t a, uint32_t b)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    const struct sort_item *left = &state->runs[a].head, *right = &state->runs[b].head;
    int order = code->sort.can_encode ? sort_compare_encoded(left, right)
                                      : sort_compare_rows(left, right, (void *)(uintptr_t)code);

    return order < 0 || (order == 0 && a < b);
}

/* Puts the heap's first run where its head belongs. */
static void
sift_down(struct sort_state *state, uint32_t at)
{
    uint32_t *heap = state->heap;

    for (;;) {
        uint32_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < state->heap_count && run_is_less(state, heap[left], heap[least]))
            least = left;
        if (right < state->heap_count && run_is_less(state, heap[right], heap[least]))
            least = right;
        if (least == at)
            return;
        uint32_t run = heap[at];
        heap[at] = heap[least];
        heap[least] = run;
        at = least;
    }
}

/* The run's next row becomes its head; false at its end. */
static bool
advance(struct sort_state *state, struct sort_run *run)
{
    struct slice key;

    if (!spill_get(&run->spill, &state->store, &run->head.row, &key))
        return false;
    struct sort_header *header = (struct sort_header *)run->head.row;
    uint8_t first[8] = {0};
    header->key = key.data;
    header->key_bytes = (uint32_t)key.bytes;
    if (key.bytes != 0)
        memcpy(first, key.data, key.bytes < 8 ? key.bytes : 8);
    run->head.prefix = be64_get(first);
    return true;
}

void
sort_runs_begin(struct exec *exec, struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;

    for (uint32_t i = 0; i < 2; i++) {
        if (state->arenas[i] == NULL)
            state->arenas[i] = exec_new_arena(exec, "sort");
        arena_reset(state->arenas[i]);
    }
    row_store_init(&state->store, &code->shape, state->arenas[state->arena_idx]);
    if (state->heap == NULL)
        state->heap = arena_alloc_array(state->run_arena, state->run_count, sizeof *state->heap);
    state->heap_count = 0;
    for (uint32_t i = 0; i < state->run_count; i++) {
        spill_restart(&state->runs[i].spill);
        if (advance(state, &state->runs[i]))
            state->heap[state->heap_count++] = i;
    }
    for (uint32_t i = state->heap_count; i-- > 0;)
        sift_down(state, i);
}

/* What was put out goes; the heads move to the other arena. */
static void
move_heads(struct sort_state *state)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    struct arena *old = state->arenas[state->arena_idx];

    state->arena_idx = 1 - state->arena_idx;
    row_store_init(&state->store, &code->shape, state->arenas[state->arena_idx]);
    for (uint32_t i = 0; i < state->heap_count; i++) {
        struct sort_item *head = &state->runs[state->heap[i]].head;
        head->row = row_store_copy(&state->store, head->row);
        struct sort_header *header = (struct sort_header *)head->row;
        if (header->key_bytes != 0)
            header->key = arena_copy(state->store.arena, header->key, header->key_bytes);
    }
    arena_reset(old);
}

uint32_t
sort_runs_read(struct exec *exec, struct sort_state *state, const uint8_t **rows)
{
    uint32_t count = 0;

    exec_check(exec);
    move_heads(state);
    for (;
         count < state->node.code->capacity && state->heap_count != 0 && state->at < state->wanted;
         count++, state->at++) {
        struct sort_run *run = &state->runs[state->heap[0]];
        rows[count] = run->head.row;
        if (!advance(state, run))
            state->heap[0] = state->heap[--state->heap_count];
        sift_down(state, 0);
    }
    return count;
}
