/*
 * node_append.c: one child after the other: UNION ALL, tables and those that inherit from them; or,
 * where the children's rows are sorted, all of them merged.
 *
 * Merging keeps a heap of children by their next rows. A batch of the output ends where a child's
 * batch does: the next rows of that child are asked for when the output is wanted further.
 */
#include "exec/nodes.h"
#include "exec/prune_run.h"
#include "exec/sort_key.h"
#include "plan/prune.h"

struct append_code {
    struct node_code node;
    const struct node_code **children;
    const struct prune_code *prune; /* null: all children run */
};

struct append_state {
    struct node_state node;
    struct node_state **children; /* opened when their turn comes */
    uint32_t at;
    struct prune_state *prune; /* null: all children run */
    bool *is_live;             /* [child_count]: what pruning says, */
    bool is_pruned;            /* since it was asked */
    /* Merging: */
    struct merge_child *merged; /* [child_count] */
    uint32_t *heap;             /* children with rows, the least first */
    uint32_t heap_count;
    struct column *columns; /* of the output */
    bool has_begun;
};

struct merge_child {
    struct batch batch;
    uint32_t at; /* of the batch's rows; its count: the next batch is to be asked for */
};

static void
append_compile(struct compiler *compiler, struct node_code *node)
{
    struct append_code *code = (struct append_code *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    if (plan->prune != NULL)
        code->prune = prune_compile(compiler, plan->prune);
    code->children = arena_alloc_array(compiler->arena, plan->child_count, sizeof *code->children);
    for (uint32_t i = 0; i < plan->child_count; i++) {
        code->children[i] = node_compile(compiler, plan->children[i]);
        node->has_own_arena |= code->children[i]->has_own_arena;
        if (node->capacity < code->children[i]->capacity)
            node->capacity = code->children[i]->capacity;
        if (plan->is_merge)
            node_keep(compiler, code->children[i], KEEP_ALWAYS);
    }
}

static void
append_open(struct exec *exec, struct node_state *node)
{
    struct append_state *state = (struct append_state *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    state->children = arena_alloc_zero(exec->arena, plan->child_count * sizeof *state->children);
    const struct append_code *code = (const struct append_code *)node->code;
    if (code->prune != NULL) {
        state->prune = prune_open(exec, code->prune);
        state->is_live = arena_alloc_array(exec->arena, plan->child_count, sizeof(bool));
    }
    if (!plan->is_merge)
        return;
    state->merged = arena_alloc_zero(exec->arena, plan->child_count * sizeof *state->merged);
    state->heap = arena_alloc_array(exec->arena, plan->child_count, sizeof *state->heap);
    state->columns =
        arena_alloc_array(exec->arena, plan->node.column_count + 1u, sizeof *state->columns);
    for (uint32_t i = 0; i < plan->node.column_count; i++)
        vector_init(&state->columns[i], plan->node.columns[i].phys, node->code->capacity,
                    exec->arena);
}

/* ---- merging ---- */

/* Whether a child may have rows, by the parameters as they are. */
static bool
is_live(struct exec *exec, struct append_state *state, uint32_t child_idx)
{
    const struct plan_append *plan = (const struct plan_append *)state->node.plan;

    if (state->prune == NULL)
        return true;
    if (!state->is_pruned)
        prune_run(exec, state->prune, state->is_live, plan->child_count);
    state->is_pruned = true;
    return state->is_live[child_idx];
}

const bool *
exec_live_children(struct exec *exec, uint32_t node_id)
{
    struct node_state *node = exec->nodes[node_id];
    if (node == NULL || node->plan->kind != PLAN_APPEND)
        return NULL;
    const struct plan_append *plan = (const struct plan_append *)node->plan;
    struct append_state *state = (struct append_state *)node;
    if (state->prune == NULL || !plan->prune->is_once)
        return NULL;
    (void)is_live(exec, state, 0);
    return state->is_live;
}

static uint32_t
current_row(const struct merge_child *child)
{
    return sel_row(child->batch.sel, child->at);
}

/* Whether the next row of child `a` comes before that of `b`. */
static bool
comes_before(const struct append_state *state, uint32_t a, uint32_t b)
{
    const struct plan_append *plan = (const struct plan_append *)state->node.plan;
    const struct merge_child *x = &state->merged[a], *y = &state->merged[b];
    uint32_t row_x = current_row(x), row_y = current_row(y);

    for (uint32_t i = 0; i < plan->key_count; i++) {
        const struct plan_key *key = &plan->keys[i];
        const struct column *of_x = &x->batch.columns[key->column];
        const struct column *of_y = &y->batch.columns[key->column];
        int order = sort_compare_value(key, vector_get(of_x, row_x), column_is_null(of_x, row_x),
                                       vector_get(of_y, row_y), column_is_null(of_y, row_y));
        if (order != 0)
            return order < 0;
    }
    return a < b;
}

/* The child at place `at` of the heap goes down to where it belongs. */
static void
sift_down(struct append_state *state, uint32_t at)
{
    uint32_t *heap = state->heap;

    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < state->heap_count && comes_before(state, heap[child], heap[least]))
                least = child;
        }
        if (least == at)
            return;
        uint32_t moved = heap[at];
        heap[at] = heap[least];
        heap[least] = moved;
        at = least;
    }
}

static bool
refill(struct exec *exec, struct append_state *state, uint32_t child_idx)
{
    struct merge_child *child = &state->merged[child_idx];

    child->at = 0;
    return node_next(exec, state->children[child_idx], &child->batch);
}

static void
begin_merge(struct exec *exec, struct append_state *state)
{
    const struct append_code *code = (const struct append_code *)state->node.code;
    const struct plan_append *plan = (const struct plan_append *)state->node.plan;

    state->has_begun = true;
    state->heap_count = 0;
    for (uint32_t i = 0; i < plan->child_count; i++) {
        if (!is_live(exec, state, i))
            continue;
        if (state->children[i] == NULL)
            state->children[i] = node_open(exec, code->children[i]);
        if (refill(exec, state, i))
            state->heap[state->heap_count++] = i;
    }
    for (uint32_t i = state->heap_count; i-- > 0;)
        sift_down(state, i);
}

static bool
merge_next(struct exec *exec, struct append_state *state, struct batch *out)
{
    const struct plan_node *plan = state->node.plan;
    uint32_t count = 0;

    if (!state->has_begun)
        begin_merge(exec, state);
    for (uint32_t i = 0; i < plan->column_count; i++)
        state->columns[i].has_nulls = false;
    while (state->heap_count != 0 && count < state->node.code->capacity) {
        struct merge_child *child = &state->merged[state->heap[0]];
        if (child->at == child->batch.count) {
            if (count != 0)
                break; /* rows of its last batch are in the output */
            if (!refill(exec, state, state->heap[0]))
                state->heap[0] = state->heap[--state->heap_count];
            sift_down(state, 0);
            continue;
        }
        uint16_t row = (uint16_t)current_row(child);
        for (uint32_t i = 0; i < plan->column_count; i++)
            vector_gather(&state->columns[i], count, &child->batch.columns[i], 1, &row);
        count++;
        if (++child->at < child->batch.count)
            sift_down(state, 0);
    }
    *out = (struct batch){
        .count = count, .column_count = plan->column_count, .columns = state->columns};
    return count != 0;
}

/* ---- one after the other ---- */

static bool
append_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct append_state *state = (struct append_state *)node;
    const struct append_code *code = (const struct append_code *)node->code;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    node_begin_batch(exec, node);
    if (plan->is_merge)
        return merge_next(exec, state, out);
    for (; state->at < plan->child_count; state->at++) {
        if (!is_live(exec, state, state->at))
            continue;
        if (state->children[state->at] == NULL)
            state->children[state->at] = node_open(exec, code->children[state->at]);
        if (node_next(exec, state->children[state->at], out))
            return true;
    }
    return false;
}

static void
append_rewind(struct exec *exec, struct node_state *node)
{
    struct append_state *state = (struct append_state *)node;
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    for (uint32_t i = 0; i < plan->child_count; i++)
        node_rewind(exec, state->children[i]);
    state->at = 0;
    state->has_begun = false;
    state->is_pruned = false;
}

static void
append_keep(struct compiler *compiler, const struct node_code *node, uint32_t when)
{
    const struct plan_append *plan = (const struct plan_append *)node->plan;

    for (uint32_t i = 0; i < plan->child_count; i++)
        node_keep(compiler, ((const struct append_code *)node)->children[i], when);
}

const struct node_kind node_append = {
    .code_bytes = sizeof(struct append_code),
    .state_bytes = sizeof(struct append_state),
    .compile = append_compile,
    .open = append_open,
    .next = append_next,
    .rewind = append_rewind,
    .keep = append_keep,
};
