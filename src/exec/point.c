/*
 * point.c: the short path: which plans it takes, and reading.
 *
 * Everything that an execution would open stands ready: expressions have their registers, the
 * writer its buffers. Registers of parameters point at the caller's values, so a run begins by
 * pointing them at this run's. Functions that keep a state across the rows of an execution would
 * see another run's: after one has, the whole is opened anew.
 */
#include "exec/nodes.h"
#include "exec/point_int.h"

/* ---- compiling ---- */

static bool
scan_fits(const struct plan_node *node)
{
    return node->kind == PLAN_INDEX_SCAN &&
           ((const struct plan_index_scan *)node)->index->is_primary;
}

/* Compiles the scan's part; false if it is not one key's. */
static bool
compile_scan(struct compiler *compiler, struct point_code *code, const struct plan_node *node)
{
    if (!scan_fits(node))
        return false;
    code->scan = (const struct plan_index_scan *)node;
    ranges_compile(compiler, &code->key, code->scan->index, code->scan->bounds,
                   code->scan->bound_count);
    if (!code->key.is_simple_point)
        return false;
    scan_reads_compile(compiler, &code->reads, &code->scan->scan);
    code->filter = compiler->program->nodes[node->id]->filter;
    return true;
}

static bool
compile_read(struct compiler *compiler, struct point_code *code, const struct plan_node *root)
{
    const struct plan_node *scan = root;

    code->kind = POINT_READ;
    if (root->kind == PLAN_PROJECT) {
        const struct plan_project *project = (const struct plan_project *)root;
        if (root->filter.count != 0 || root->left == NULL || !scan_fits(root->left))
            return false;
        scan = root->left;
        code->project_count = root->column_count;
        code->project = expr_compile(compiler, project->exprs, root->column_count);
    }
    return compile_scan(compiler, code, scan);
}

/* One row of expressions: VALUES, or a projection of it, or of nothing; false if it is not. */
static bool
compile_row(struct compiler *compiler, struct point_code *code, const struct plan_node *node)
{
    if (node->filter.count != 0)
        return false;
    if (node->kind == PLAN_PROJECT) {
        const struct plan_project *project = (const struct plan_project *)node;
        code->targets = expr_compile(compiler, project->exprs, node->column_count);
        node = node->left;
    }
    if (node->filter.count != 0)
        return false;
    if (node->kind == PLAN_RESULT)
        return code->targets != NULL && node->left == NULL &&
               ((const struct plan_result *)node)->condition.count == 0;
    const struct plan_values *values = (const struct plan_values *)node;
    if (node->kind != PLAN_VALUES || values->row_count != 1)
        return false;
    code->row = expr_compile(compiler, values->rows[0], node->column_count);
    return true;
}

/* The rows that foreign keys ask for are looked at the long way. */
static bool
compile_modify(struct compiler *compiler, struct point_code *code, const struct plan_node *root)
{
    const struct plan_modify *plan = (const struct plan_modify *)root;

    code->modify = (const struct modify_code *)compiler->program->nodes[root->id];
    if (plan->has_returning || plan->conflict != NULL || plan->route != NULL ||
        plan->views.count != 0 || plan->rules.foreign_count != 0 || root->left == NULL)
        return false;
    if (root->kind == PLAN_INSERT) {
        code->kind = POINT_INSERT;
        return compile_row(compiler, code, root->left);
    }
    code->kind = POINT_CHANGE;
    return plan->rules.referencing_count == 0 && plan->table->primary != NULL &&
           compile_scan(compiler, code, root->left) && code->reads.is_plain;
}

const struct point_code *
point_compile(struct compiler *compiler, const struct plan *plan)
{
    if (plan->exec_param_count != 0 || plan->subplan_count != 0 || plan->cte_count != 0)
        return NULL;
    struct point_code *code = arena_alloc_zero(compiler->arena, sizeof *code);
    bool fits;
    switch (plan->root->kind) {
    case PLAN_INDEX_SCAN:
    case PLAN_PROJECT:
        fits = compile_read(compiler, code, plan->root);
        break;
    case PLAN_INSERT:
    case PLAN_UPDATE:
    case PLAN_DELETE:
        fits = compile_modify(compiler, code, plan->root);
        break;
    default:
        fits = false;
    }
    return fits ? code : NULL;
}

const struct point_code *
program_point(const struct program *program)
{
    return program->point;
}

/* ---- opening ---- */

static void
end_point(void *object)
{
    struct point *point = object;

    buf_deinit(&point->key);
    buf_deinit(&point->spill);
    for (uint32_t i = 0; i < EXEC_SCRATCH_COUNT; i++)
        buf_deinit(&point->exec.scratch[i]);
}

static void
open_modify(struct point *point)
{
    const struct modify_code *code = point->code->modify;
    struct modify_state *state = &point->modify;
    uint32_t count = code->table->table->column_count;

    state->node.code = &code->node;
    state->node.plan = code->node.plan;
    state->node.arena = point->scratch;
    state->writer = table_writer_open(&point->exec, code->table, 1, true);
    state->row_columns =
        arena_alloc_array(point->exec.arena, count + 1u, sizeof *state->row_columns);
    if (point->code->kind == POINT_CHANGE) {
        state->assigns = expr_open(&point->exec, code->assigns, 1, point->scratch);
        modify_old_columns(&point->exec, state);
    }
}

static void
open_scan(struct point *point)
{
    const struct point_code *code = point->code;

    point->key_values = expr_open(&point->exec, code->key.values, 1, point->scratch);
    point->filter = expr_open(&point->exec, code->filter, 1, point->scratch);
    point->project = expr_open(&point->exec, code->project, 1, point->scratch);
    scan_output_open(&point->exec, &code->reads, &code->scan->scan, 1, &point->output);
}

struct point *
point_open(const struct program *program, const struct exec_context *context, struct arena *arena)
{
    struct point *point = arena_alloc_zero(arena, sizeof *point);

    point->code = program->point;
    point->exec = (struct exec){.program = program,
                                .plan = program->plan,
                                .context = *context,
                                .arena = arena,
                                .txn = context->txn};
    for (uint32_t i = 0; i < EXEC_SCRATCH_COUNT; i++)
        point->exec.scratch[i].raise_on_full = true;
    point->key.raise_on_full = true;
    arena_on_end(arena, end_point, point);
    point->scratch = exec_new_arena(&point->exec, "one row");
    if (point->code->scan != NULL)
        open_scan(point);
    if (point->code->modify != NULL)
        open_modify(point);
    point->row = expr_open(&point->exec, point->code->row, 1, point->scratch);
    point->targets = expr_open(&point->exec, point->code->targets, 1, point->scratch);
    return point;
}

/* ---- running ---- */

bool
point_make_key(struct point *point)
{
    struct batch one = {.count = 1};

    expr_run(point->key_values, &one);
    buf_clear(&point->key);
    return ranges_point_key(&point->code->key, point->key_values, &point->key);
}

/* Reads the row into the output's columns; false if there is none. */
static bool
point_read(struct point *point, struct batch *out)
{
    const struct point_code *code = point->code;
    const struct table *table = code->scan->scan.table;
    struct slice value;

    if (!point_make_key(point))
        return false;
    struct slice key = buf_slice(&point->key);
    enum status st = txn_get(point->exec.txn, table->tree, key, &point->spill, &value);
    if (st == ST_NOT_FOUND)
        return false;
    if (st == ST_OK) /* the page may go as soon as the statement has ended */
        st = row_decode_columns(&code->reads.layout, key, arena_slice(point->scratch, value),
                                point->output.stored, 0);
    if (st != ST_OK)
        raise_read_status(st, table->name);
    scan_output_finish(&code->reads, &point->output, 1, point->scratch);
    *out = (struct batch){
        .count = 1, .column_count = code->reads.column_count, .columns = point->output.columns};
    if (point->filter != NULL)
        expr_filter(point->filter, out);
    if (out->count == 0)
        return false;
    if (point->project != NULL) {
        expr_run(point->project, out);
        out->columns = point->project->outputs;
        out->column_count = code->project_count;
    }
    return true;
}

static bool
has_state(const struct expr_state *state)
{
    if (state == NULL)
        return false;
    bool is_kept = state->code->inner_count != 0 || state->code->pointer_count != 0;
    for (uint32_t i = 0; i < state->code->call_count; i++)
        is_kept |= state->calls[i].state != NULL;
    return is_kept;
}

/* Expressions of the writer have no parameters, but may have calls that keep a state. */
static bool
keeps_state(const struct point *point)
{
    const struct table_writer *writer = point->modify.writer;
    bool is_kept = has_state(point->key_values) || has_state(point->filter) ||
                   has_state(point->project) || has_state(point->row) ||
                   has_state(point->targets) || has_state(point->modify.assigns);

    if (writer == NULL)
        return is_kept;
    is_kept |= has_state(writer->generated) || has_state(writer->checks);
    for (uint32_t i = 0; i < writer->code->index_count; i++)
        is_kept |= has_state(writer->index_exprs[i]);
    return is_kept;
}

static void
begin_run(struct point *point, const struct exec_context *context)
{
    point->exec.context = *context;
    point->exec.txn = context->txn;
    arena_reset(point->scratch);
    expr_rebind(point->key_values);
    expr_rebind(point->filter);
    expr_rebind(point->project);
    expr_rebind(point->row);
    expr_rebind(point->targets);
    expr_rebind(point->modify.assigns);
}

enum point_outcome
point_run(struct point *point, const struct exec_context *context, struct batch *out,
          uint64_t *modified_count)
{
    enum point_outcome outcome = POINT_DONE;

    *modified_count = 0;
    point->is_spent = true; /* should this raise */
    begin_run(point, context);
    exec_check(&point->exec);
    switch (point->code->kind) {
    case POINT_READ:
        outcome = point_read(point, out) ? POINT_ROW : POINT_DONE;
        break;
    case POINT_INSERT:
        point_insert(point);
        break;
    case POINT_CHANGE:
        outcome = point_change(point);
        break;
    }
    *modified_count = point->modify.count;
    point->is_spent = keeps_state(point);
    return outcome;
}

bool
point_is_spent(const struct point *point)
{
    return point->is_spent;
}
