/*
 * node.c: what all nodes share: compiling, opening, asking for the next batch, starting over.
 */
#include "base/clock.h"
#include "exec/exec_int.h"
#include "exec/nodes.h"

const struct node_kind *const node_kinds[PLAN_KIND_COUNT] = {
    [PLAN_RESULT] = &node_result,
    [PLAN_VALUES] = &node_values,
    [PLAN_SEQ_SCAN] = &node_seq_scan,
    [PLAN_INDEX_SCAN] = &node_index_scan,
    [PLAN_UNION_SCAN] = &node_union_scan,
    [PLAN_FUNCTION_SCAN] = &node_function_scan,
    [PLAN_VIRTUAL_SCAN] = &node_virtual_scan,
    [PLAN_CTE_SCAN] = &node_cte_scan,
    [PLAN_WORK_SCAN] = &node_work_scan,
    [PLAN_PROJECT] = &node_project,
    [PLAN_PROJECT_SET] = &node_project_set,
    [PLAN_MATERIAL] = &node_material,
    [PLAN_NEST_LOOP] = &node_nest_loop,
    [PLAN_HASH_JOIN] = &node_hash_join,
    [PLAN_AGGREGATE] = &node_aggregate,
    [PLAN_WINDOW] = &node_window,
    [PLAN_SORT] = &node_sort,
    [PLAN_LIMIT] = &node_limit,
    [PLAN_UNIQUE] = &node_unique,
    [PLAN_APPEND] = &node_append,
    [PLAN_SETOP] = &node_setop,
    [PLAN_RECURSIVE_UNION] = &node_recursive_union,
    [PLAN_GATHER] = &node_gather,
    [PLAN_LOCK_ROWS] = &node_lock_rows,
    [PLAN_INSERT] = &node_insert,
    [PLAN_UPDATE] = &node_update,
    [PLAN_DELETE] = &node_update,
    [PLAN_MERGE] = &node_merge,
};

static const struct node_code *
compile_child(struct compiler *compiler, const struct plan_node *plan, bool is_rescanned)
{
    bool outer = compiler->is_rescanned;

    compiler->is_rescanned |= is_rescanned;
    const struct node_code *code = node_compile(compiler, plan);
    compiler->is_rescanned = outer;
    return code;
}

const struct node_code *
node_compile_rescanned(struct compiler *compiler, const struct plan_node *plan)
{
    return compile_child(compiler, plan, true);
}

void
node_keep(struct compiler *compiler, const struct node_code *code, uint32_t when)
{
    if (code == NULL || (code->keeps | when) == code->keeps)
        return;
    compiler->program->nodes[code->plan->id]->keeps |= (uint8_t)when;
    if (code->kind->keep != NULL)
        code->kind->keep(compiler, code, when);
}

void
node_keep_left(struct compiler *compiler, const struct node_code *code, uint32_t when)
{
    node_keep(compiler, code->left, when);
}

void
node_keep_both(struct compiler *compiler, const struct node_code *code, uint32_t when)
{
    node_keep(compiler, code->left, when);
    node_keep(compiler, code->right, when);
}

static const struct node_kind *
kind_of(const struct plan_node *plan)
{
    if (plan->kind == PLAN_INSERT && ((const struct plan_modify *)plan)->route != NULL)
        return &node_insert_route;
    if (plan->kind == PLAN_INDEX_SCAN &&
        ((const struct plan_index_scan *)plan)->index->method != INDEX_BTREE)
        return &node_item_scan;
    return node_kinds[plan->kind];
}

const struct node_code *
node_compile(struct compiler *compiler, const struct plan_node *plan)
{
    if (plan == NULL)
        return NULL;
    const struct node_kind *kind = kind_of(plan);
    if (kind == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this kind of plan (%d) is not supported yet",
              (int)plan->kind);
    struct node_code *code = arena_alloc_zero(compiler->arena, kind->code_bytes);
    code->plan = plan;
    code->kind = kind;
    code->capacity =
        plan->row_bound < COLUMN_ROWS_MAX ? (uint32_t)plan->row_bound : COLUMN_ROWS_MAX;
    if (code->capacity == 0)
        code->capacity = 1;
    code->has_own_arena = compiler->is_rescanned || plan->row_bound > COLUMN_ROWS_MAX;
    code->left = node_compile(compiler, plan->left);
    code->right = compile_child(compiler, plan->right,
                                plan->kind == PLAN_NEST_LOOP || plan->kind == PLAN_RECURSIVE_UNION);
    code->filter = expr_compile_filter(compiler, plan->filter);
    if (kind->compile != NULL)
        kind->compile(compiler, code);
    compiler->program->nodes[plan->id] = code;
    if (code->filter != NULL)
        node_keep(compiler, code, code->filter->scans);
    return code;
}

struct arena *
exec_new_arena(struct exec *exec, const char *name)
{
    struct arena_options options = {.name = name, .on_full = raise_arena_full};
    struct arena *arena = arena_new(&options);

    if (arena == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    if (exec->context.memory_bytes_max != 0)
        arena_limit(arena, exec->context.memory_bytes_max);
    arena_on_end(exec->arena, (void (*)(void *))arena_free, arena);
    return arena;
}

struct arena *
node_arena(struct exec *exec, struct node_state *state)
{
    if (state->arena == NULL)
        state->arena = state->code->has_own_arena ? exec_new_arena(exec, "batch") : exec->arena;
    return state->arena;
}

void
node_begin_batch(struct exec *exec, struct node_state *state)
{
    if (state->arena != NULL && state->arena != exec->arena)
        arena_reset(state->arena);
}

struct node_state *
node_open(struct exec *exec, const struct node_code *code)
{
    if (code == NULL)
        return NULL;
    struct node_state *state = arena_alloc_zero(exec->arena, code->kind->state_bytes);

    state->code = code;
    state->plan = code->plan;
    exec->nodes[code->plan->id] = state;
    state->left = node_open(exec, code->left);
    state->right = node_open(exec, code->right);
    if (code->filter != NULL)
        state->filter = expr_open(exec, code->filter, code->capacity, node_arena(exec, state));
    if (code->kind->open != NULL)
        code->kind->open(exec, state);
    return state;
}

/* Copies the text that a scan has read from pages, if the batch must outlive others' (R2). */
static void
copy_text(struct exec *exec, struct node_state *state, struct batch *out)
{
    uint32_t now = KEEP_ALWAYS;

    if (exec->init_pending != 0)
        now |= KEEP_INIT;
    if (exec->context.may_pause)
        now |= KEEP_HELD;
    if ((state->code->keeps & now) == 0)
        return;
    for (uint32_t c = 0; c < out->column_count; c++) {
        if (!out->columns[c].is_const)
            vector_deepen(&out->columns[c], out->count, out->sel, state->arena);
    }
}

static bool
next_filtered(struct exec *exec, struct node_state *state, struct batch *out)
{
    const struct node_kind *kind = state->code->kind;
    bool may_copy = kind->reads_pages && (state->code->keeps & ~KEEP_PAUSE) != 0;

    while (kind->next(exec, state, out)) {
        if (state->filter == NULL) {
            if (may_copy)
                copy_text(exec, state, out);
            if (out->count != 0)
                return true;
            continue;
        }
        uint32_t before = out->count;
        bool is_first = may_copy && state->filter->code->scans != 0;
        if (is_first)
            copy_text(exec, state, out);
        if (before != 0)
            expr_filter(state->filter, out);
        if (may_copy && !is_first)
            copy_text(exec, state, out);
        state->filtered += before - out->count;
        if (out->count != 0)
            return true;
        exec_check(exec);
    }
    return false;
}

static bool
next_timed(struct exec *exec, struct node_state *state, struct batch *out)
{
    int64_t start = clock_monotonic_ns();
    bool has_rows = next_filtered(exec, state, out);
    int64_t took = clock_monotonic_ns() - start;

    state->total_ns += took;
    if (!state->is_running) {
        state->is_running = true;
        state->startup_ns += took;
        state->loops++;
    }
    if (has_rows)
        state->rows += out->count;
    return has_rows;
}

bool
node_next(struct exec *exec, struct node_state *state, struct batch *out)
{
    exec_check(exec);
    if (UNLIKELY(exec->is_timed))
        return next_timed(exec, state, out);
    return next_filtered(exec, state, out);
}

void
node_rewind(struct exec *exec, struct node_state *state)
{
    if (state == NULL)
        return;
    state->is_running = false;
    state->is_at_end = false;
    state->code->kind->rewind(exec, state);
}
