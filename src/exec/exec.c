/*
 * exec.c: compiling plans and running them: exec.h's functions.
 */
#include "exec/foreign_key.h"
#include "exec/nodes.h"
#include "exec/subplan.h"
#include "sql/scope.h"

struct program *
exec_compile(struct arena *arena, const struct plan *plan, const struct name_scope *scope)
{
    struct program *program = arena_alloc_zero(arena, sizeof *program);
    struct compiler compiler = {
        .arena = arena, .scope = scope, .types = scope->types, .plan = plan, .program = program};

    program->plan = plan;
    program->nodes = arena_alloc_zero(arena, plan->node_count * sizeof *program->nodes);
    program->subplans = arena_alloc_zero(arena, plan->subplan_count * sizeof *program->subplans);
    program->ctes = arena_alloc_zero(arena, plan->cte_count * sizeof *program->ctes);
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        program->init_count += subplan_is_once(&plan->subplans[i]);
    for (uint32_t i = 0; i < plan->cte_count; i++) {
        /* Its scans ask for rows piece by piece, and other nodes in between. */
        program->ctes[i] = node_compile(&compiler, plan->ctes[i].root);
        node_keep(&compiler, program->ctes[i], KEEP_ALWAYS);
    }
    for (uint32_t i = 0; i < plan->subplan_count; i++)
        program->subplans[i] = subplan_compile(&compiler, &plan->subplans[i]);
    program->root = node_compile(&compiler, plan->root);
    node_keep(&compiler, program->root, KEEP_PAUSE);
    program->point = point_compile(&compiler, plan);
    return program;
}

static void
end_scratch(void *object)
{
    struct exec *exec = object;

    for (uint32_t i = 0; i < EXEC_SCRATCH_COUNT; i++)
        buf_deinit(&exec->scratch[i]);
}

struct exec *
exec_new(const struct program *program, const struct exec_context *context)
{
    const struct plan *plan = program->plan;
    struct arena *arena = context->arena;
    struct exec *exec = arena_alloc_zero(arena, sizeof *exec);

    exec->program = program;
    exec->plan = plan;
    exec->context = *context;
    exec->arena = arena;
    exec->txn = context->txn;
    exec->fault_row = UINT32_MAX;
    exec->init_pending = program->init_count;
    exec->is_timed = context->is_timed;
    exec->work_mem_bytes = context->work_mem_bytes != 0 ? context->work_mem_bytes : 4 << 20;
    for (uint32_t i = 0; i < EXEC_SCRATCH_COUNT; i++)
        exec->scratch[i].raise_on_full = true;
    arena_on_end(arena, end_scratch, exec);
    exec->nodes = arena_alloc_zero(arena, plan->node_count * sizeof *exec->nodes);
    if (plan->exec_param_count != 0)
        exec->params = arena_alloc_zero(arena, plan->exec_param_count * sizeof *exec->params);
    if (plan->subplan_count != 0)
        exec->subplans = arena_alloc_zero(arena, plan->subplan_count * sizeof *exec->subplans);
    if (plan->cte_count != 0)
        exec->ctes = arena_alloc_zero(arena, plan->cte_count * sizeof *exec->ctes);
    if (plan->work_count != 0)
        exec->works = arena_alloc_zero(arena, plan->work_count * sizeof *exec->works);
    return exec;
}

struct exec *
exec_open(const struct program *program, const struct exec_context *context)
{
    struct exec *exec = exec_new(program, context);

    exec->root = node_open(exec, program->root);
    return exec;
}

bool
exec_next(struct exec *exec, struct batch *out)
{
    if (node_next(exec, exec->root, out))
        return true;
    for (uint32_t i = 0; i < exec->plan->cte_count; i++) {
        if (exec->plan->ctes[i].is_modifying)
            cte_run(exec, i);
    }
    if (exec->foreign_keys != NULL)
        fk_finish(exec);
    return false;
}

bool
exec_is_stale(const struct exec *exec, const struct plan_node *plan, uint64_t since)
{
    uint32_t param_count = exec->plan->exec_param_count;

    for (uint32_t i = 0; i < plan->depend_count; i++) {
        uint32_t item = plan->depends[i];
        uint64_t version = item < param_count ? exec->params[item].version
                                              : work_table_version(exec->works[item - param_count]);
        if (version > since)
            return true;
    }
    return false;
}

void
exec_close(struct exec *exec)
{
    for (uint32_t i = 0; i < exec->plan->node_count; i++) {
        struct node_state *state = exec->nodes[i];
        if (state != NULL && state->code->kind->close != NULL)
            state->code->kind->close(exec, state);
    }
}

uint32_t
exec_fault_row(const struct exec *exec)
{
    return exec->fault_row;
}

uint64_t
exec_modified_count(const struct exec *exec)
{
    return exec->modified_count;
}

void
exec_report(const struct exec *exec, uint32_t node_id, struct exec_node_report *report)
{
    const struct node_state *state = exec->nodes[node_id];

    *report = (struct exec_node_report){.loops = 0};
    if (state == NULL)
        return;
    *report = (struct exec_node_report){
        .startup_us = (double)state->startup_ns / 1000,
        .total_us = (double)state->total_ns / 1000,
        .rows = state->rows,
        .loops = state->loops,
        .filtered = state->filtered,
        .workers = state->workers,
        .note = state->note,
    };
}
