/*
 * node_gather.c: the rows of a child that several threads run, put out by the session's thread.
 *
 * It goes in rounds: every member of the section runs on until it has so many rows, which it keeps,
 * or its share is at its end; when all are done, their rows are put out. So nothing runs while
 * somebody else has the session's thread. The first rounds are short, for a limit above may want no
 * more. A member whose thread is busy elsewhere is run by another one. An execution that may pause
 * between its batches has no helpers.
 */
#include "exec/parallel.h"
#include "exec/row_store.h"
#include <stdatomic.h>

#define ROUND_ROWS_FIRST 256u
#define ROUND_ROWS_MAX 16384u

struct gather_code {
    struct node_code node;
    struct row_shape shape;
};

struct gather_state {
    struct node_state node;
    struct parallel *parallel;
    struct gather_state *own; /* the session's; itself, if it is that */
    bool is_begun, is_alone;
    /* The session's: */
    uint32_t round_rows;
    _Atomic uint32_t next; /* member to be run in this round */
    uint32_t member_idx;   /* whose rows are put out, */
    uint64_t at;           /* from here on */
    struct column *columns;
    /* A member's: */
    bool is_finished;
    struct arena *rows_arena;
    struct row_store rows;
};

static void
gather_compile(struct compiler *compiler, struct node_code *node)
{
    struct gather_code *code = (struct gather_code *)node;
    enum phys *phys = arena_alloc_array(compiler->arena, node->plan->column_count, sizeof *phys);

    for (uint32_t i = 0; i < node->plan->column_count; i++)
        phys[i] = node->plan->columns[i].phys;
    row_shape_init(&code->shape, compiler->arena, phys, node->plan->column_count, 0, 0);
}

static void
gather_open(struct exec *exec, struct node_state *node)
{
    struct gather_state *state = (struct gather_state *)node;
    const struct gather_code *code = (const struct gather_code *)node->code;

    state->own = state;
    state->rows_arena = exec_new_arena(exec, "gather");
    row_store_init(&state->rows, &code->shape, state->rows_arena);
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

static struct gather_state *
member_state(const struct parallel *parallel, uint32_t member_idx)
{
    return (struct gather_state *)parallel->members[member_idx].state;
}

/* One member's part of a round. */
static void
run_round(struct exec *exec, struct gather_state *state, uint32_t round_rows)
{
    const struct gather_code *code = (const struct gather_code *)state->node.code;
    uint8_t *places[COLUMN_ROWS_MAX];
    struct batch in;

    arena_reset(state->rows_arena);
    row_store_init(&state->rows, &code->shape, state->rows_arena);
    while (!state->is_finished && state->rows.row_count < round_rows) {
        state->is_finished = !node_next(exec, state->node.left, &in);
        if (!state->is_finished)
            row_store_append(&state->rows, &in, places);
    }
}

/* Members of the round, as long as there are some that nobody runs. */
static void
take_share(struct exec *exec, struct node_state *node)
{
    struct gather_state *own = ((struct gather_state *)node)->own;
    const struct parallel *parallel = own->parallel;
    uint32_t m;

    (void)exec;
    while ((m = atomic_fetch_add(&own->next, 1)) < parallel->member_count)
        run_round(parallel->members[m].exec, member_state(parallel, m), own->round_rows);
}

static void
begin(struct exec *exec, struct gather_state *state)
{
    struct parallel *parallel = NULL;

    state->is_begun = true;
    if (!exec->context.may_pause)
        parallel = parallel_begin(exec, &state->node, &state->parallel, node_open);
    state->is_alone = parallel == NULL;
    if (parallel == NULL)
        return;
    for (uint32_t m = 0; m < parallel->member_count; m++) {
        member_state(parallel, m)->own = state;
        member_state(parallel, m)->is_finished = false;
        member_state(parallel, m)->rows.row_count = 0;
    }
    state->round_rows = ROUND_ROWS_FIRST;
    state->member_idx = parallel->member_count; /* nothing to put out */
}

static void
end(struct gather_state *state)
{
    if (state->is_begun && !state->is_alone)
        parallel_end(state->parallel);
    state->is_begun = false;
}

/* Another round; false: there is nothing left. */
static bool
next_round(struct gather_state *state)
{
    struct parallel *parallel = state->parallel;
    bool is_finished = true;

    for (uint32_t m = 0; m < parallel->member_count; m++)
        is_finished &= member_state(parallel, m)->is_finished;
    if (is_finished)
        return false;
    atomic_store(&state->next, 0);
    parallel_run(parallel, take_share);
    if (state->round_rows < ROUND_ROWS_MAX)
        state->round_rows *= 2;
    state->member_idx = 0;
    state->at = 0;
    return true;
}

/* Rows of the round that have not been put out. */
static uint32_t
put_rows(struct gather_state *state, const uint8_t **rows)
{
    const struct parallel *parallel = state->parallel;
    uint32_t count = 0, capacity = state->node.code->capacity;

    for (; state->member_idx < parallel->member_count; state->member_idx++, state->at = 0) {
        const struct row_store *store = &member_state(parallel, state->member_idx)->rows;
        while (count < capacity && state->at < store->row_count)
            rows[count++] = row_store_row(store, state->at++);
        if (count == capacity)
            break;
    }
    return count;
}

static bool
gather_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct gather_state *state = (struct gather_state *)node;
    const struct gather_code *code = (const struct gather_code *)node->code;
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t count;

    if (node->is_at_end)
        return false;
    if (!state->is_begun)
        begin(exec, state);
    if (state->is_alone)
        return node_next(exec, node->left, out);
    while ((count = put_rows(state, rows)) == 0) {
        if (next_round(state))
            continue;
        end(state);
        node->is_at_end = true;
        return false;
    }
    for (uint32_t c = 0; c < node->plan->column_count; c++) {
        state->columns[c].has_nulls = false;
        row_gather(&code->shape, rows, count, c, &state->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = node->plan->column_count, .columns = state->columns};
    return true;
}

static void
gather_rewind(struct exec *exec, struct node_state *node)
{
    end((struct gather_state *)node);
    node_rewind(exec, node->left);
}

static void
gather_close(struct exec *exec, struct node_state *node)
{
    (void)exec;
    end((struct gather_state *)node);
}

const struct node_kind node_gather = {
    .code_bytes = sizeof(struct gather_code),
    .state_bytes = sizeof(struct gather_state),
    .compile = gather_compile,
    .open = gather_open,
    .next = gather_next,
    .rewind = gather_rewind,
    .close = gather_close,
    .keep = node_keep_left,
};
