/*
 * modify.c: see modify.h.
 */
#include "exec/modify.h"
#include "exec/partition_route.h"

/* A scan of one table gives each row once; joins may give one many times. */
static bool
plan_may_repeat(const struct plan_node *plan)
{
    while (plan->kind == PLAN_PROJECT || plan->kind == PLAN_RESULT) {
        if (plan->left == NULL)
            return false;
        plan = plan->left;
    }
    if (plan->kind == PLAN_APPEND) {
        const struct plan_append *append = (const struct plan_append *)plan;
        bool may_repeat = append->table == NULL;
        for (uint32_t i = 0; i < append->child_count && !may_repeat; i++)
            may_repeat = plan_may_repeat(append->children[i]);
        return may_repeat;
    }
    return plan->kind != PLAN_SEQ_SCAN && plan->kind != PLAN_INDEX_SCAN &&
           plan->kind != PLAN_UNION_SCAN;
}

const struct expr_code *
modify_compile_assigns(struct compiler *compiler, const struct plan_assign *assigns, uint32_t count)
{
    struct expr **exprs = arena_alloc_array(compiler->arena, count, sizeof(struct expr *));

    for (uint32_t i = 0; i < count; i++)
        exprs[i] = assigns[i].value;
    return count == 0 ? NULL : expr_compile(compiler, exprs, count);
}

static attr_no
mapped(const attr_no *map, attr_no attr)
{
    return map == NULL || attr == READ_ROW_ID ? attr : map[attr - 1];
}

bool *
modify_touched(struct compiler *compiler, const struct table_code *table, const attr_no *map,
               const struct plan_assign *assigns, uint32_t count)
{
    bool *touched = arena_alloc_zero(compiler->arena, table->table->column_count + 1u);

    for (uint32_t i = 0; i < count; i++)
        touched[mapped(map, assigns[i].attr) - 1] = true;
    for (uint32_t i = 0; i < table->generated_count; i++)
        touched[table->generated_columns[i]] = true;
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
compile_change(struct compiler *compiler, struct change_code *change,
               const struct plan_modify *plan, const struct plan_table_rules *rules,
               const attr_no *map)
{
    uint16_t *column_idx =
        arena_alloc_array(compiler->arena, plan->reread.count, sizeof *column_idx);

    for (uint32_t i = 0; i < plan->reread.count; i++) {
        attr_no attr = mapped(map, plan->reread.reads[i]);
        column_idx[i] = attr == READ_ROW_ID ? rules->table->column_count : (uint16_t)(attr - 1);
    }
    change->reread = (struct layout){rules->format, plan->reread.count, column_idx};
    change->table = table_compile(compiler, rules);
    change->map = map;
    change->touched =
        modify_touched(compiler, change->table, map, plan->assigns, plan->assign_count);
    change->touches_key = modify_touches_key(rules->table, change->touched);
}

static void
compile_changes(struct compiler *compiler, struct modify_code *code, const struct plan_modify *plan)
{
    uint32_t count = plan->row.is_tree ? plan->row.member_count : 1;

    code->changes = arena_alloc_zero(compiler->arena, (count + 1) * sizeof *code->changes);
    code->change_count = count;
    if (!plan->row.is_tree) {
        compile_change(compiler, code->changes, plan, &plan->rules, NULL);
        code->table = code->changes[0].table;
    }
    for (uint32_t i = 0; plan->row.is_tree && i < count; i++)
        compile_change(compiler, &code->changes[i], plan, &plan->member_rules[i],
                       plan->row.members[i].map);
}

void
modify_compile(struct compiler *compiler, struct node_code *node)
{
    struct modify_code *code = (struct modify_code *)node;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;

    node->capacity = node->left->capacity;
    if (plan->node.kind == PLAN_INSERT)
        code->table = table_compile(compiler, &plan->rules);
    else
        compile_changes(compiler, code, plan);
    code->assigns = modify_compile_assigns(compiler, plan->assigns, plan->assign_count);
    code->recheck = expr_compile_filter(compiler, plan->recheck);
    /* Locks are waited for (W2). */
    node_keep(compiler, node->left, KEEP_ALWAYS);
    code->may_repeat = plan_may_repeat(plan->node.left);
    if (plan->route != NULL)
        code->route = route_compile(compiler, plan->route);
    if (plan->views.count != 0)
        code->views = expr_compile(compiler, plan->views.exprs, plan->views.count);
    if (plan->has_returning)
        code->returning = expr_compile(compiler, plan->returning, plan->node.column_count);
    if (plan->conflict != NULL) {
        const struct plan_conflict *conflict = plan->conflict;
        code->conflict_assigns =
            modify_compile_assigns(compiler, conflict->assigns, conflict->assign_count);
        code->conflict_where = expr_compile_filter(compiler, conflict->where);
        if (conflict->views.count != 0)
            code->conflict_views =
                expr_compile(compiler, conflict->views.exprs, conflict->views.count);
        code->conflict_touched =
            modify_touched(compiler, code->table, NULL, conflict->assigns, conflict->assign_count);
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
    uint32_t both = count + (child_count > count ? child_count : count) + 1;
    struct arena *arena = node_arena(exec, node);

    state->shown_table = (int32_t)plan->table->table;
    if (code->route != NULL && plan->node.kind == PLAN_UPDATE)
        state->router = router_open(exec, code->route, capacity, node->code->has_own_arena);
    if (plan->row.is_tree)
        state->targets =
            arena_alloc_zero(exec->arena, (code->change_count + 1) * sizeof *state->targets);
    else
        state->writer = table_writer_open(exec, code->table, capacity, node->code->has_own_arena);
    state->assigns = expr_open(exec, code->assigns, capacity, arena);
    state->recheck = expr_open(exec, code->recheck, capacity, arena);
    state->views = expr_open(exec, code->views, capacity, arena);
    state->conflict_views = expr_open(exec, code->conflict_views, capacity, arena);
    state->returning = expr_open(exec, code->returning, capacity, arena);
    state->conflict_assigns = expr_open(exec, code->conflict_assigns, capacity, arena);
    state->conflict_where = expr_open(exec, code->conflict_where, capacity, arena);
    /* One more for the row id, which the row's value does not hold. */
    state->row_columns = arena_alloc_array(exec->arena, count + 1u, sizeof(struct column));
    state->both_columns = arena_alloc_array(exec->arena, both, sizeof(struct column));
}

/* Errors show the rows of a tree's table as the table that was named has them. */
static void
show_as_named(struct exec *exec, struct table_writer *writer, const struct table *named,
              const attr_no *map)
{
    uint16_t *shown = arena_alloc_array(exec->arena, named->column_count + 1u, sizeof *shown);

    for (uint16_t i = 0; i < named->column_count; i++) {
        attr_no attr = named->columns[i].is_dropped ? 0 : mapped(map, (attr_no)(i + 1));
        shown[i] = attr == 0 ? UINT16_MAX : (uint16_t)(attr - 1);
    }
    writer->shown = shown;
    writer->shown_count = named->column_count;
}

void
modify_select(struct exec *exec, struct modify_state *state, uint32_t change_idx)
{
    const struct modify_code *code = (const struct modify_code *)state->node.code;
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    struct change_target *target = &state->targets[change_idx];

    if (target->writer == NULL) {
        const struct table_code *table = code->changes[change_idx].table;
        target->writer = table_writer_open(exec, table, state->node.code->capacity,
                                           state->node.code->has_own_arena);
        show_as_named(exec, target->writer, plan->table, code->changes[change_idx].map);
        target->row_columns =
            arena_alloc_array(exec->arena, table->table->column_count + 1u, sizeof(struct column));
        state->writer = target->writer;
        state->old_columns = NULL;
        modify_old_columns(exec, state);
        target->old_columns = state->old_columns;
    }
    state->change_idx = change_idx;
    state->writer = target->writer;
    state->row_columns = target->row_columns;
    state->old_columns = target->old_columns;
}

void
modify_begin(struct modify_state *state)
{
    const struct modify_code *code = (const struct modify_code *)state->node.code;

    if (state->targets == NULL)
        table_writer_begin(state->writer);
    for (uint32_t i = 0; state->targets != NULL && i < code->change_count; i++) {
        if (state->targets[i].writer != NULL)
            table_writer_begin(state->targets[i].writer);
    }
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

/* The rows' columns as the named table has them, [its columns]. */
static void
named_columns(const struct modify_state *state, const struct batch *rows, struct column *columns)
{
    const struct modify_code *code = (const struct modify_code *)state->node.code;
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    const attr_no *map = state->targets == NULL ? NULL : code->changes[state->change_idx].map;

    for (uint32_t i = 0; i < plan->table->column_count; i++) {
        attr_no attr = mapped(map, (attr_no)(i + 1));
        columns[i] = attr == 0 ? modify_null_column(PHYS_I32) : rows->columns[attr - 1];
    }
}

void
modify_returning(struct modify_state *state, const struct batch *rows, const struct batch *in,
                 struct batch *out)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    uint32_t count = plan->table->column_count;
    struct batch both = *rows;

    named_columns(state, rows, state->both_columns);
    memcpy(state->both_columns + count, in->columns, in->column_count * sizeof(struct column));
    both.columns = state->both_columns;
    both.column_count = count + in->column_count;
    if (state->node.plan->kind == PLAN_INSERT)
        state->both_columns[both.column_count++] =
            (struct column){.phys = PHYS_I32, .is_const = true, .data = &state->shown_table};
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

uint32_t
modify_failing_view(struct expr_state *views, uint32_t count, const struct batch *rows,
                    uint32_t *row)
{
    struct batch in = *rows;

    if (views == NULL || rows->count == 0)
        return UINT32_MAX;
    expr_run(views, &in);
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t i = 0; i < rows->count; i++) {
            bool is_null;
            *row = sel_row(rows->sel, i);
            union datum holds = expr_value(views, k, *row, &is_null);
            if (is_null || !holds.b)
                return k;
        }
    }
    return UINT32_MAX;
}

void
modify_check_views(struct modify_state *state, const struct batch *rows)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->node.plan;
    struct table_writer *writer = state->writer;
    struct batch named = *rows;
    uint32_t row;

    if (state->views == NULL || rows->count == 0)
        return;
    named_columns(state, rows, state->both_columns);
    named.columns = state->both_columns;
    named.column_count = plan->table->column_count;
    uint32_t view = modify_failing_view(state->views, plan->views.count, &named, &row);

    if (view != UINT32_MAX)
        raise_error(.code = SQLSTATE_WITH_CHECK_OPTION_VIOLATION,
                    .message = raise_text("new row violates check option for view \"%s\"",
                                          plan->views.names[view]),
                    .detail = raise_text("Failing row contains %s.", row_text(writer, rows, row)));
}

void
modify_end(struct exec *exec, struct modify_state *state)
{
    state->is_done = true;
    if (exec->root == &state->node)
        exec->modified_count = state->count;
}
