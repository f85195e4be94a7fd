/*
 * parallel_rows.c: the rows of a node, computed by the session's thread and kept, for all members
 * of a parallel section to take in runs.
 *
 * What lies above such a node is dear for each of its rows (a nested loop over an index), so runs
 * are short. A source that has many more rows than its plan says is not kept to the end: when what
 * was kept (within work_mem) has been handed out, the session's thread goes on with the rest alone.
 */
#include "exec/parallel.h"
#include "exec/row_store.h"
#include <stdatomic.h>

#define KEPT_ROWS_MAX 262144u
#define RUNS_PER_MEMBER 16u

struct shared_rows {
    struct node_state *source;
    struct row_shape shape;
    struct row_store store;
    uint32_t run_rows;
    _Atomic uint64_t next;
    const _Atomic bool *stop;
    bool is_whole; /* the source has no more */
};

struct shared_rows_state {
    struct node_state node;
    struct node_code code; /* the source's, but of this kind */
    struct shared_rows *rows;
    struct column *columns;
};

static bool
rows_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct shared_rows_state *state = (struct shared_rows_state *)node;
    struct shared_rows *rows = state->rows;
    const uint8_t *stored[COLUMN_ROWS_MAX];
    uint32_t count = 0;

    if (atomic_load_explicit(rows->stop, memory_order_relaxed))
        return false;
    uint64_t from = atomic_fetch_add_explicit(&rows->next, rows->run_rows, memory_order_relaxed);
    for (; count < rows->run_rows && from + count < rows->store.row_count; count++)
        stored[count] = row_store_row(&rows->store, from + count);
    if (count == 0)
        return !rows->is_whole && !exec->is_helper && node_next(exec, rows->source, out);
    for (uint32_t c = 0; c < rows->shape.column_count; c++) {
        state->columns[c].has_nulls = false;
        row_gather(&rows->shape, stored, count, c, &state->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = rows->shape.column_count, .columns = state->columns};
    return true;
}

static void
rows_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    (void)node;
}

static const struct node_kind node_shared_rows = {
    .code_bytes = sizeof(struct node_code),
    .state_bytes = sizeof(struct shared_rows_state),
    .next = rows_next,
    .rewind = rows_rewind,
};

struct shared_rows *
shared_rows_new(struct exec *exec, struct node_state *source, struct arena *arena,
                uint32_t member_count, const _Atomic bool *stop)
{
    struct shared_rows *rows = arena_alloc_zero(arena, sizeof *rows);
    uint32_t column_count = source->plan->column_count;
    enum phys *phys = arena_alloc_array(arena, column_count, sizeof *phys);
    uint8_t *places[COLUMN_ROWS_MAX];
    struct batch in;

    for (uint32_t i = 0; i < column_count; i++)
        phys[i] = source->plan->columns[i].phys;
    rows->source = source;
    rows->stop = stop;
    row_shape_init(&rows->shape, arena, phys, column_count, 0, 0);
    row_store_init(&rows->store, &rows->shape, arena);
    while (!rows->is_whole && rows->store.row_count < KEPT_ROWS_MAX &&
           arena_bytes(arena) <= exec->work_mem_bytes) {
        rows->is_whole = !node_next(exec, source, &in);
        if (!rows->is_whole)
            row_store_append(&rows->store, &in, places);
    }
    uint64_t run = rows->store.row_count / ((uint64_t)member_count * RUNS_PER_MEMBER);
    uint32_t capacity = source->code->capacity;
    rows->run_rows = run == 0 ? 1 : run < capacity ? (uint32_t)run : capacity;
    return rows;
}

struct node_state *
shared_rows_open(struct exec *exec, struct shared_rows *rows, const struct node_state *source)
{
    struct shared_rows_state *state = arena_alloc_zero(exec->arena, sizeof *state);

    state->code = *source->code;
    state->code.kind = &node_shared_rows;
    state->code.filter = NULL;
    state->node.code = &state->code;
    state->node.plan = source->plan;
    state->rows = rows;
    state->columns =
        arena_alloc_array(exec->arena, rows->shape.column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < rows->shape.column_count; i++)
        vector_init(&state->columns[i], rows->shape.phys[i], state->code.capacity, exec->arena);
    return &state->node;
}
