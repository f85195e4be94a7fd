/*
 * node_nest_loop.c: for each row of the left child, the rows of the right child that go with it.
 *
 * The right child starts over for each left row, with that row's values in its params. Joined rows
 * are gathered into batches of their own. The left batch is held meanwhile, so it has its text
 * copied.
 */
#include "exec/nodes.h"

struct nest_code {
    struct node_code node;
    const struct expr_code *condition; /* filter over left ++ right; null: none */
};

struct nest_state {
    struct node_state node;
    struct expr_state *condition;
    struct column *columns; /* output, with buffers */
    struct column *both;    /* the condition's input */
    struct batch left;
    uint32_t left_at; /* of the left batch's selection */
    bool has_left, is_in_row, has_match;
    struct batch right; /* fetched, but there was no room for it yet */
    bool has_right;
    uint32_t out_count;
    uint16_t kept[COLUMN_ROWS_MAX]; /* SEMI, ANTI */
};

static void
nest_compile(struct compiler *compiler, struct node_code *node)
{
    struct nest_code *code = (struct nest_code *)node;
    const struct plan_join_node *plan = (const struct plan_join_node *)node->plan;

    uint32_t product = node->left->capacity * node->right->capacity;
    if (plan->join == PLAN_JOIN_SEMI || plan->join == PLAN_JOIN_ANTI)
        product = node->left->capacity;
    node->capacity = product < COLUMN_ROWS_MAX ? product : COLUMN_ROWS_MAX;
    node->has_own_arena |= node->left->has_own_arena || node->right->has_own_arena;
    code->condition = expr_compile_filter(compiler, plan->condition);
    node_keep(compiler, node->left, KEEP_ALWAYS);
    if (code->condition != NULL)
        node_keep(compiler, node->right, code->condition->scans);
}

static void
nest_open(struct exec *exec, struct node_state *node)
{
    struct nest_state *state = (struct nest_state *)node;
    const struct nest_code *code = (const struct nest_code *)node->code;
    uint32_t left_count = node->left->plan->column_count;
    uint32_t right_count = node->right->plan->column_count;
    uint32_t capacity = node->code->capacity;

    if (capacity < node->right->code->capacity)
        capacity = node->right->code->capacity;
    node_arena(exec, node);
    state->condition = expr_open(exec, code->condition, capacity, node->arena);
    state->both = arena_alloc_array(exec->arena, left_count + right_count, sizeof *state->both);
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

/* The value at a row of a column, as a constant. */
static struct column
one_value(const struct column *column, uint32_t row)
{
    struct column one = *column;

    if (column->is_const)
        return one;
    one.is_const = true;
    one.data = (uint8_t *)column->data + (size_t)row * phys_bytes(column->phys);
    one.has_nulls = column->has_nulls && column->nulls[row] != 0;
    one.nulls = column->nulls + row;
    return one;
}

/* Sets the right child's params from a left row and starts it over. */
static void
begin_row(struct exec *exec, struct nest_state *state, uint32_t row)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;

    for (uint32_t i = 0; i < plan->param_count; i++) {
        const struct column *column = &state->left.columns[plan->params[i].column];
        exec_set_param(exec, plan->params[i].param, vector_get(column, row),
                       column_is_null(column, row));
    }
    node_rewind(exec, state->node.right);
    if (state->condition != NULL) {
        for (uint32_t i = 0; i < state->left.column_count; i++)
            state->both[i] = one_value(&state->left.columns[i], row);
    }
    state->is_in_row = true;
    state->has_match = false;
}

/* The next right batch that goes with the left row; false: no more. */
static bool
next_right(struct exec *exec, struct nest_state *state, struct batch *right)
{
    uint32_t left_count = state->left.column_count;

    while (node_next(exec, state->node.right, right)) {
        if (state->condition == NULL)
            return true;
        memcpy(state->both + left_count, right->columns, right->column_count * sizeof *state->both);
        struct batch both = {.count = right->count,
                             .sel = right->sel,
                             .column_count = left_count + right->column_count,
                             .columns = state->both};
        expr_filter(state->condition, &both);
        right->count = both.count;
        right->sel = both.sel;
        if (right->count != 0)
            return true;
        exec_check(exec);
    }
    return false;
}

/* Appends a left row with the rows of `right` (null: with nulls). */
static void
append(struct nest_state *state, uint32_t row, const struct batch *right)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    uint32_t left_count = state->left.column_count;
    uint32_t count = right != NULL ? right->count : 1;

    for (uint32_t i = 0; i < plan->node.column_count; i++) {
        struct column *to = &state->columns[i];
        if (plan->outputs[i] < left_count) {
            struct column one = one_value(&state->left.columns[plan->outputs[i]], row);
            vector_gather(to, state->out_count, &one, count, NULL);
        } else if (right != NULL) {
            vector_gather(to, state->out_count, &right->columns[plan->outputs[i] - left_count],
                          count, right->sel);
            /* The right child's memory is gone when it starts over. */
            struct column added = *to;
            added.data = (uint8_t *)to->data + (size_t)state->out_count * phys_bytes(to->phys);
            added.nulls = to->nulls + state->out_count;
            vector_deepen(&added, count, NULL, state->node.arena);
        } else {
            if (!to->has_nulls)
                memset(to->nulls, 0, state->out_count);
            to->has_nulls = true;
            to->nulls[state->out_count] = 1;
            vector_set(to, state->out_count, (union datum){.words = {0, 0}});
        }
    }
    state->out_count += count;
}

/* The right rows of one left row; false if there is no room for all of them yet. */
static bool
join_row(struct exec *exec, struct nest_state *state, uint32_t row)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;

    while (state->has_right || next_right(exec, state, &state->right)) {
        state->has_right = state->out_count + state->right.count > state->node.code->capacity;
        if (state->has_right)
            return false;
        state->has_match = true;
        append(state, row, &state->right);
        if (plan->is_inner_unique)
            break;
    }
    return true;
}

/* Joins left rows until a batch is full or the left batch is done. */
static void
join_rows(struct exec *exec, struct nest_state *state)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;

    while (state->left_at < state->left.count && state->out_count < state->node.code->capacity) {
        uint32_t row = sel_row(state->left.sel, state->left_at);
        if (!state->is_in_row)
            begin_row(exec, state, row);
        if (!join_row(exec, state, row))
            return;
        if (!state->has_match && plan->join == PLAN_JOIN_LEFT)
            append(state, row, NULL);
        state->is_in_row = false;
        state->left_at++;
    }
}

static bool
next_left(struct exec *exec, struct nest_state *state)
{
    state->has_left = node_next(exec, state->node.left, &state->left);
    if (!state->has_left)
        return false;
    state->left_at = 0;
    state->is_in_row = state->has_right = false;
    return true;
}

/* SEMI and ANTI: rows of the left batch itself. */
static bool
next_semi(struct exec *exec, struct nest_state *state, struct batch *out)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    bool wants_match = plan->join == PLAN_JOIN_SEMI;
    struct batch right;
    uint32_t kept = 0;

    while (kept == 0) {
        if (!next_left(exec, state))
            return false;
        for (uint32_t i = 0; i < state->left.count; i++) {
            uint32_t row = sel_row(state->left.sel, i);
            begin_row(exec, state, row);
            bool has_match = next_right(exec, state, &right);
            state->kept[kept] = (uint16_t)row;
            kept += has_match == wants_match;
        }
    }
    for (uint32_t i = 0; i < plan->node.column_count; i++)
        state->columns[i] = state->left.columns[plan->outputs[i]];
    *out = (struct batch){.count = kept,
                          .sel = state->kept,
                          .column_count = plan->node.column_count,
                          .columns = state->columns};
    return true;
}

static bool
nest_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct nest_state *state = (struct nest_state *)node;
    const struct plan_join_node *plan = (const struct plan_join_node *)node->plan;

    node_begin_batch(exec, node);
    if (plan->join == PLAN_JOIN_SEMI || plan->join == PLAN_JOIN_ANTI)
        return next_semi(exec, state, out);
    for (uint32_t i = 0; i < plan->node.column_count; i++)
        state->columns[i].has_nulls = false;
    state->out_count = 0;
    while (state->out_count == 0) {
        if ((!state->has_left || state->left_at == state->left.count) && !next_left(exec, state))
            return false;
        join_rows(exec, state);
    }
    *out = (struct batch){.count = state->out_count,
                          .column_count = plan->node.column_count,
                          .columns = state->columns};
    return true;
}

static void
nest_rewind(struct exec *exec, struct node_state *node)
{
    struct nest_state *state = (struct nest_state *)node;

    state->left_at = state->left.count = 0;
    state->has_left = state->is_in_row = state->has_right = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_nest_loop = {
    .code_bytes = sizeof(struct nest_code),
    .state_bytes = sizeof(struct nest_state),
    .compile = nest_compile,
    .open = nest_open,
    .next = nest_next,
    .rewind = nest_rewind,
    .keep = node_keep_both,
};
