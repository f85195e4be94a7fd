/*
 * modify.c: see modify.h.
 */
#include "exec/modify.h"

/* A scan of one table gives each row once; joins may give one many times. */
static bool
plan_may_repeat(const struct plan_node *plan)
{
    while (plan->kind == PLAN_PROJECT || plan->kind == PLAN_RESULT) {
        if (plan->left == NULL)
            return false;
        plan = plan->left;
    }
    return plan->kind != PLAN_SEQ_SCAN && plan->kind != PLAN_INDEX_SCAN;
}

const struct expr_code *
modify_compile_assigns(struct compiler *compiler, const struct plan_assign *assigns, uint32_t count)
{
    struct expr **exprs = arena_alloc_array(compiler->arena, count, sizeof(struct expr *));

    for (uint32_t i = 0; i < count; i++)
        exprs[i] = assigns[i].value;
    return count == 0 ? NULL : expr_compile(compiler, exprs, count);
}

bool *
modify_touched(struct compiler *compiler, const struct modify_code *code,
               const struct plan_assign *assigns, uint32_t count)
{
    bool *touched = arena_alloc_zero(compiler->arena, code->table->table->column_count + 1u);

    for (uint32_t i = 0; i < count; i++)
        touched[assigns[i].attr - 1] = true;
    for (uint32_t i = 0; i < code->table->generated_count; i++)
        touched[code->table->generated_columns[i]] = true;
    return touched;
}

bool
modify_touches_key(const struct table *table, const bool *touched)
{
    for (uint32_t i = 0; i < table->index_count; i++) {
        for (uint32_t k = 0; table->indexes[i]->is_unique && k < table->indexes[i]->key_count;
             k++) {
            attr_no attr = table->indexes[i]->keys[k].attr;
            if (attr == 0 || touched[attr - 1])
                return true;
        }
    }
    return false;
}

static void
compile_reread(struct compiler *compiler, struct modify_code *code, const struct plan_modify *plan)
{
    uint16_t *column_idx =
        arena_alloc_array(compiler->arena, plan->reread.count, sizeof *column_idx);

    for (uint32_t i = 0; i < plan->reread.count; i++) {
        attr_no attr = plan->reread.reads[i];
        column_idx[i] = attr == READ_ROW_ID ? plan->table->column_count : (uint16_t)(attr - 1);
    }
    code->reread = (struct layout){plan->rules.format, plan->reread.count, column_idx};
}

void
modify_compile(struct compiler *compiler, struct node_code *node)
{
    struct modify_code *code = (struct modify_code *)node;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;

    node->capacity = node->left->capacity;
    code->table = table_compile(compiler, &plan->rules);
    code->assigns = modify_compile_assigns(compiler, plan->assigns, plan->assign_count);
    code->recheck = expr_compile_filter(compiler, plan->recheck);
    code->touched = modify_touched(compiler, code, plan->assigns, plan->assign_count);
    code->touches_key = modify_touches_key(plan->table, code->touched);
    /* Locks are waited for (W2). */
    node_keep(compiler, node->left, KEEP_ALWAYS);
    code->may_repeat = plan_may_repeat(plan->node.left);
    compile_reread(compiler, code, plan);
    if (plan->has_returning)
        code->returning = expr_compile(compiler, plan->returning, plan->node.column_count);
    if (plan->conflict != NULL) {
        const struct plan_conflict *conflict = plan->conflict;
        code->conflict_assigns =
            modify_compile_assigns(compiler, conflict->assigns, conflict->assign_count);
        code->conflict_where = expr_compile_filter(compiler, conflict->where);
        code->conflict_touched =
            modify_touched(compiler, code, conflict->assigns, conflict->assign_count);
    }
}

void
modify_open(struct exec *exec, struct node_state *node)
{
    struct modify_state *state = (struct modify_state *)node;
    const struct modify_code *code = (const struct modify_code *)node->code;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;
    uint32_t capacity = node->code->capacity;
    uint32_t count = plan->table->column_count;
    uint32_t child_count = node->left->plan->column_count;
    uint32_t both = count + (child_count > count ? child_count : count);
    struct arena *arena = node_arena(exec, node);

    state->writer = table_writer_open(exec, code->table, capacity, node->code->has_own_arena);
    state->assigns = expr_open(exec, code->assigns, capacity, arena);
    state->recheck = expr_open(exec, code->recheck, capacity, arena);
    state->returning = expr_open(exec, code->returning, capacity, arena);
    state->conflict_assigns = expr_open(exec, code->conflict_assigns, capacity, arena);
    state->conflict_where = expr_open(exec, code->conflict_where, capacity, arena);
    /* One more for the row id, which the row's value does not hold. */
    state->row_columns = arena_alloc_array(exec->arena, count + 1u, sizeof(struct column));
    state->both_columns = arena_alloc_array(exec->arena, both, sizeof(struct column));
}

void
modify_old_columns(struct exec *exec, struct modify_state *state)
{
    const struct table_code *table = state->writer->code;
    uint32_t count = table->table->column_count;

    if (state->old_columns != NULL)
        return;
    state->old_columns = arena_alloc_array(exec->arena, count + 1u, sizeof(struct column));
    state->old_columns[count] = modify_null_column(PHYS_I64);
    for (uint32_t i = 0; i < count; i++)
        vector_init(&state->old_columns[i], table->format->columns[i].phys,
                    state->node.code->capacity, exec->arena);
}

struct column
modify_null_column(enum phys phys)
{
    static const uint8_t one = 1;
    static const union datum nothing = {.words = {0, 0}};

    return (struct column){
        .phys = phys,
        .is_const = true,
        .has_nulls = true,
        .nulls = (uint8_t *)(uintptr_t)&one,
        .data = (void *)(uintptr_t)&nothing,
    };
}

struct batch
modify_row_batch(struct modify_state *state, const struct batch *in)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const struct row_format *format = state->writer->code->format;

    for (uint32_t i = 0; i < format->column_count; i++)
        state->row_columns[i] = modify_null_column(format->columns[i].phys);
    for (uint32_t i = 0; i < plan->target_count; i++)
        state->row_columns[plan->targets[i] - 1] = in->columns[i];
    return (struct batch){
        .count = in->count,
        .sel = in->sel,
        .column_count = plan->table->column_count,
        .columns = state->row_columns,
    };
}

void
modify_returning(struct modify_state *state, const struct batch *rows, const struct batch *in,
                 struct batch *out)
{
    uint32_t count = rows->column_count;
    struct batch both = *rows;

    memcpy(state->both_columns, rows->columns, count * sizeof(struct column));
    memcpy(state->both_columns + count, in->columns, in->column_count * sizeof(struct column));
    both.columns = state->both_columns;
    both.column_count = count + in->column_count;
    expr_run(state->returning, &both);
    *out = (struct batch){.count = rows->count,
                          .sel = rows->sel,
                          .column_count = state->node.plan->column_count,
                          .columns = state->returning->outputs};
}

void
modify_decode_old(struct modify_state *state, struct slice key, struct slice value, uint32_t row)
{
    const struct table_code *table = state->writer->code;
    struct slice copy = arena_slice(state->writer->arena, value);
    enum status st = row_decode_columns(&table->all, key, copy, state->old_columns, row);

    if (st != ST_OK)
        raise_write_status(st, table->table->name);
}

void
modify_end(struct exec *exec, struct modify_state *state)
{
    state->is_done = true;
    if (exec->root == &state->node)
        exec->modified_count = state->count;
}
