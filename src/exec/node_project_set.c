/*
 * node_project_set.c: expressions over the child's rows, of which some return sets: a row of the
 * child gives as many rows as the longest of its sets; sets that end before give nulls.
 */
#include "exec/nodes.h"
#include "exec/set_call.h"

struct project_set_code {
    struct node_code node;
    const struct expr_code *plain; /* the other expressions */
    uint32_t plain_count, set_count;
    uint32_t *plain_to, *set_to; /* their output columns */
    struct set_code *sets;
};

struct project_set_state {
    struct node_state node;
    struct expr_state *plain;
    struct set_run *sets;
    struct arena *state_arena, *arg_arena;
    struct column *columns;
    struct batch in;
    uint32_t in_at;
    bool has_in, is_in_row;
};

static void
project_set_compile(struct compiler *compiler, struct node_code *node)
{
    struct project_set_code *code = (struct project_set_code *)node;
    const struct plan_project *plan = (const struct plan_project *)node->plan;
    uint32_t count = plan->node.column_count;
    struct expr **plain = arena_alloc_array(compiler->arena, count, sizeof(struct expr *));

    code->plain_to = arena_alloc_array(compiler->arena, count, sizeof *code->plain_to);
    code->set_to = arena_alloc_array(compiler->arena, count, sizeof *code->set_to);
    code->sets = arena_alloc_zero(compiler->arena, count * sizeof *code->sets);
    for (uint32_t i = 0; i < count; i++) {
        if (is_set_call(plan->exprs[i])) {
            code->set_to[code->set_count] = i;
            set_compile(compiler, &code->sets[code->set_count++], plan->exprs[i]);
        } else {
            code->plain_to[code->plain_count] = i;
            plain[code->plain_count++] = plan->exprs[i];
        }
    }
    code->plain = expr_compile(compiler, plain, code->plain_count);
    node->capacity = COLUMN_ROWS_MAX;
    node->has_own_arena = true;
    /* A row's sets go on in later batches. */
    node_keep(compiler, node->left, KEEP_ALWAYS);
}

static void
project_set_open(struct exec *exec, struct node_state *node)
{
    struct project_set_state *state = (struct project_set_state *)node;
    const struct project_set_code *code = (const struct project_set_code *)node->code;
    uint32_t left_capacity = node->left->code->capacity;

    node_arena(exec, node);
    state->state_arena = exec_new_arena(exec, "sets");
    state->arg_arena = exec_new_arena(exec, "set arguments");
    state->plain = expr_open(exec, code->plain, left_capacity, state->arg_arena);
    state->sets = arena_alloc_zero(exec->arena, code->set_count * sizeof *state->sets);
    for (uint32_t i = 0; i < code->set_count; i++)
        set_open(exec, &state->sets[i], &code->sets[i], left_capacity, state->arg_arena);
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t c = 0; c < node->plan->column_count; c++)
        vector_init(&state->columns[c], node->plan->columns[c].phys, COLUMN_ROWS_MAX, exec->arena);
}

static bool
next_in(struct exec *exec, struct project_set_state *state)
{
    const struct project_set_code *code = (const struct project_set_code *)state->node.code;

    state->has_in = false;
    arena_reset(state->arg_arena);
    if (!node_next(exec, state->node.left, &state->in))
        return false;
    state->has_in = true;
    state->in_at = 0;
    state->is_in_row = false;
    expr_run(state->plain, &state->in);
    for (uint32_t i = 0; i < code->set_count; i++)
        set_args(&state->sets[i], &state->in);
    return true;
}

/* The next row of the sets of one input row, into row `at`; false if they have all ended. */
static bool
put_row(struct exec *exec, struct project_set_state *state, uint32_t row, uint32_t at)
{
    const struct project_set_code *code = (const struct project_set_code *)state->node.code;
    bool has_row = false;

    if (!state->is_in_row) {
        arena_reset(state->state_arena);
        for (uint32_t i = 0; i < code->set_count; i++)
            set_begin(exec, &state->sets[i], row, state->node.arena, state->state_arena);
        state->is_in_row = true;
    }
    for (uint32_t i = 0; i < code->set_count; i++) {
        struct column *to = &state->columns[code->set_to[i]];
        union datum value;
        bool is_null;
        has_row |= set_next_value(&state->sets[i], &value, &is_null);
        vector_set(to, at, value);
        to->nulls[at] = is_null;
    }
    for (uint32_t i = 0; has_row && i < code->plain_count; i++) {
        struct column *to = &state->columns[code->plain_to[i]];
        bool is_null;
        union datum value = expr_value(state->plain, i, row, &is_null);
        vector_set(to, at, value);
        to->nulls[at] = is_null;
    }
    return has_row;
}

static bool
project_set_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct project_set_state *state = (struct project_set_state *)node;
    uint32_t count = 0;

    /* Values of sets that point into the last batch's memory must outlive the batch: states are
     * reset only between input rows. */
    node_begin_batch(exec, node);
    exec_refresh(exec);
    for (uint32_t c = 0; c < node->plan->column_count; c++)
        state->columns[c].has_nulls = true;
    while (count < COLUMN_ROWS_MAX) {
        if (!state->has_in || state->in_at == state->in.count) {
            if (count != 0)
                break; /* the rows made so far read the batch */
            if (!next_in(exec, state))
                return false;
        }
        if (put_row(exec, state, sel_row(state->in.sel, state->in_at), count)) {
            count++;
            continue;
        }
        state->is_in_row = false;
        state->in_at++;
    }
    *out = (struct batch){
        .count = count, .column_count = node->plan->column_count, .columns = state->columns};
    return true;
}

static void
project_set_rewind(struct exec *exec, struct node_state *node)
{
    struct project_set_state *state = (struct project_set_state *)node;

    state->has_in = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_project_set = {
    .code_bytes = sizeof(struct project_set_code),
    .state_bytes = sizeof(struct project_set_state),
    .compile = project_set_compile,
    .open = project_set_open,
    .next = project_set_next,
    .rewind = project_set_rewind,
};
