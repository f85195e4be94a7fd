/*
 * node_window.c: window functions over rows sorted by partition and order; see window.h.
 *
 * A batch that is put out is a page of the buffer with the results beside it: rows are copied once,
 * when they come in. A batch may end one partition and begin the next.
 */
#include "exec/nodes.h"
#include "exec/window.h"

/* ---- compiling ---- */

static enum window_func
func_of(const struct func_info *func)
{
    if (func->kind == FUNC_AGGREGATE)
        return WINDOW_AGGREGATE;
    switch (func->func) {
    case 3100:
        return WINDOW_ROW_NUMBER;
    case 3101:
        return WINDOW_RANK;
    case 3102:
        return WINDOW_DENSE_RANK;
    case 3103:
        return WINDOW_PERCENT_RANK;
    case 3104:
        return WINDOW_CUME_DIST;
    case 3105:
        return WINDOW_NTILE;
    case 3106:
    case 3107:
    case 3108:
        return WINDOW_LAG;
    case 3109:
    case 3110:
    case 3111:
        return WINDOW_LEAD;
    case 3112:
        return WINDOW_FIRST_VALUE;
    case 3113:
        return WINDOW_LAST_VALUE;
    case 3114:
        return WINDOW_NTH_VALUE;
    default:
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "window function %s is not supported", func->name);
    }
}

/* Expressions that the buffer holds beside the child's columns. */
struct computed {
    struct window_code *code;
    struct expr **exprs;
    uint32_t count;
};

/* The column of the buffer for an argument. */
static uint32_t
buffer_column(struct compiler *compiler, struct computed *computed, struct expr *e)
{
    struct window_code *code = computed->code;

    if (e->kind == EXPR_COLUMN)
        return (uint32_t)e->column.number - 1;
    computed->exprs[computed->count] = e;
    code->phys[code->child_columns + computed->count] = compiler_type(compiler, e->type)->phys;
    return code->child_columns + computed->count++;
}

static void
compile_distance(struct window_call_code *call, struct expr *const *args)
{
    bool is_lag = call->func == WINDOW_LAG;

    if (!is_lag && call->func != WINDOW_LEAD)
        return;
    if (call->arg_count == 1) {
        call->has_distance = true;
        call->distance = is_lag ? -1 : 1;
    } else if (args[1]->kind == EXPR_CONST && !args[1]->constant.is_null) {
        int64_t distance = args[1]->constant.value.i32;
        call->has_distance = true;
        call->distance = is_lag ? -distance : distance;
    }
}

static void
compile_call(struct compiler *compiler, struct computed *computed,
             const struct plan_window_call *plan, struct window_call_code *call)
{
    const struct window_call *from = &plan->expr->window;
    uint32_t *args = arena_alloc_array(compiler->arena, plan->arg_count, sizeof *args);

    for (uint32_t i = 0; i < plan->arg_count; i++)
        args[i] = buffer_column(compiler, computed, plan->args[i]);
    call->plan = plan;
    call->func = func_of(from->ref.func);
    call->info = from->ref.func->aggregate;
    if (call->func == WINDOW_AGGREGATE && call->info == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "aggregate %s is not supported yet",
              from->ref.func->name);
    call->arg_count = plan->arg_count;
    call->args = args;
    call->filter =
        plan->filter == NULL ? WINDOW_NO_COLUMN : buffer_column(compiler, computed, plan->filter);
    compile_distance(call, plan->args);
    call->phys = compiler_type(compiler, plan->expr->type)->phys;
    call->site = compiler_call_site(compiler, &from->ref, plan->expr, plan->args, plan->arg_count);
}

/* What must be known of each row for these calls. */
static void
find_needs(struct window_code *code, uint32_t call_count)
{
    const struct window *window = code->window;
    bool is_by_group = window->mode != FRAME_ROWS &&
                       (window->start == BOUND_CURRENT_ROW || window->end == BOUND_CURRENT_ROW);
    bool has_span =
        window->mode != FRAME_ROWS && (window->start_offset != NULL || window->end_offset != NULL);
    bool is_excluding = window->exclude == EXCLUDE_GROUP || window->exclude == EXCLUDE_TIES;

    for (uint32_t i = 0; i < call_count; i++) {
        enum window_func func = code->calls[i].func;
        code->needs_frame |= func >= WINDOW_FIRST_VALUE;
        code->needs_peers |= func >= WINDOW_RANK && func <= WINDOW_CUME_DIST;
        code->needs_peer_end |= func == WINDOW_CUME_DIST;
    }
    if (!code->needs_frame)
        return;
    code->needs_peers |= is_by_group || has_span || is_excluding;
    code->needs_peer_end |=
        (window->mode != FRAME_ROWS && window->end == BOUND_CURRENT_ROW) || is_excluding;
}

static void
compile_keys(struct compiler *compiler, struct window_code *code, const struct plan_window *plan)
{
    code->partition_keys =
        arena_alloc_array(compiler->arena, plan->partition_count, sizeof *code->partition_keys);
    code->order_keys =
        arena_alloc_array(compiler->arena, plan->order_count, sizeof *code->order_keys);
    for (uint32_t i = 0; i < plan->partition_count; i++)
        code->partition_keys[i] = key_code_of(plan->partition[i].type);
    for (uint32_t i = 0; i < plan->order_count; i++)
        code->order_keys[i] = key_code_of(plan->order[i].type);
}

static void
window_compile(struct compiler *compiler, struct node_code *node)
{
    struct window_code *code = (struct window_code *)node;
    const struct plan_window *plan = (const struct plan_window *)node->plan;
    uint32_t arg_count = 0, offset_count = 0;
    struct expr *offsets[2];

    code->window = plan->window;
    code->child_columns = plan->node.left->column_count;
    for (uint32_t i = 0; i < plan->call_count; i++)
        arg_count += plan->calls[i].arg_count + 1;
    code->phys =
        arena_alloc_array(compiler->arena, code->child_columns + arg_count, sizeof *code->phys);
    for (uint32_t i = 0; i < code->child_columns; i++)
        code->phys[i] = plan->node.left->columns[i].phys;
    code->calls = arena_alloc_zero(compiler->arena, plan->call_count * sizeof *code->calls);
    struct computed computed = {
        .code = code,
        .exprs = arena_alloc_array(compiler->arena, arg_count, sizeof(struct expr *))};
    for (uint32_t i = 0; i < plan->call_count; i++)
        compile_call(compiler, &computed, &plan->calls[i], &code->calls[i]);
    code->column_count = code->child_columns + computed.count;
    if (computed.count != 0)
        code->computed = expr_compile(compiler, computed.exprs, computed.count);
    if (computed.count != 0)
        node_keep(compiler, node->left, code->computed->scans);
    if (plan->start_offset != NULL)
        offsets[offset_count++] = plan->start_offset;
    if (plan->end_offset != NULL)
        offsets[offset_count++] = plan->end_offset;
    if (offset_count != 0)
        code->offsets = expr_compile(compiler, offsets, offset_count);
    compile_keys(compiler, code, plan);
    find_needs(code, plan->call_count);
}

/* ---- opening ---- */

static void
open_call(struct exec *exec, struct window_state *state, uint32_t call_idx)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct window_call_code *from = &code->calls[call_idx];
    struct window_call_state *call = &state->calls[call_idx];
    uint32_t capacity = state->buffer.capacity;

    vector_init(&call->result, from->phys, capacity, exec->arena);
    if (from->func != WINDOW_AGGREGATE)
        return;
    call->arena = exec_new_arena(exec, "window aggregate");
    call->keep = exec_new_arena(exec, "window value");
    call->state = arena_alloc_zero(exec->arena, from->info->state_bytes + 16u);
    call->states = arena_alloc_array(exec->arena, capacity, sizeof *call->states);
    for (uint32_t i = 0; i < capacity; i++)
        call->states[i] = call->state;
    call->call = (struct func_call){
        .env = exec->context.env,
        .func = from->site->func,
        .result_type = from->site->result_type,
        .result_typmod = from->site->result_typmod,
        .arg_types = from->site->arg_types,
        .arg_typmods = from->site->arg_typmods,
        .arg_count = from->site->arg_count,
        .state_arena = call->arena,
        .collation = from->site->collation,
    };
}

static uint64_t *
new_rows(struct exec *exec, uint32_t capacity)
{
    return arena_alloc_zero(exec->arena, capacity * sizeof(uint64_t));
}

static void
window_open(struct exec *exec, struct node_state *node)
{
    struct window_state *state = (struct window_state *)node;
    const struct window_code *code = (const struct window_code *)node->code;
    const struct plan_window *plan = (const struct plan_window *)node->plan;
    uint32_t capacity = node->code->capacity;

    node->arena = exec_new_arena(exec, "window results");
    state->input_arena = exec_new_arena(exec, "window arguments");
    state->scratch_arena = exec_new_arena(exec, "window step");
    state->computed =
        expr_open(exec, code->computed, node->left->code->capacity, state->input_arena);
    state->offsets = expr_open(exec, code->offsets, 1, exec->arena);
    window_buffer_init(&state->buffer, exec, code->phys, code->column_count, capacity);
    state->peer_start = new_rows(exec, capacity);
    state->peer_end = new_rows(exec, capacity);
    state->frame_start = new_rows(exec, capacity);
    state->frame_end = new_rows(exec, capacity);
    state->groups = (int64_t *)new_rows(exec, capacity);
    state->in_range = (struct func_call){
        .arena = state->scratch_arena, .env = exec->context.env, .state_arena = exec->arena};
    state->calls = arena_alloc_zero(exec->arena, plan->call_count * sizeof *state->calls);
    for (uint32_t i = 0; i < plan->call_count; i++)
        open_call(exec, state, i);
    state->columns =
        arena_alloc_array(exec->arena, plan->node.column_count, sizeof *state->columns);
}

/* ---- rows in ---- */

static bool
is_equal_at(const struct key_code *key, const struct column *a, uint32_t a_row,
            const struct column *b, uint32_t b_row)
{
    bool is_null = column_is_null(a, a_row);

    if (is_null != column_is_null(b, b_row))
        return false;
    const uint8_t *stored = (const uint8_t *)b->data + (size_t)b_row * phys_bytes(b->phys);
    return is_null || key_equal_row(key, a, a_row, stored, b->phys);
}

#define MARK_FIXED(type)                                                                           \
    for (uint32_t i = from; i < to; i++)                                                           \
    flags[i] |= ((const type *)column->data)[i] != ((const type *)column->data)[i - 1] ? flag : 0

/* Flags rows [from, to) of a page whose key differs from that of the row before; from is not 0. */
static void
mark_changes(const struct key_code *key, const struct column *column, uint32_t from, uint32_t to,
             uint8_t flag, uint8_t *flags)
{
    if (key->class == KEY_INT && !column->has_nulls) {
        switch (phys_bytes(column->phys)) {
        case 1:
            MARK_FIXED(uint8_t);
            return;
        case 2:
            MARK_FIXED(uint16_t);
            return;
        case 4:
            MARK_FIXED(uint32_t);
            return;
        default:
            MARK_FIXED(uint64_t);
            return;
        }
    }
    for (uint32_t i = from; i < to; i++) {
        if (!is_equal_at(key, column, i, column, i - 1))
            flags[i] |= flag;
    }
}

static void
mark_key(struct window_state *state, const struct key_code *key, uint32_t column_idx,
         struct window_page *page, uint32_t from, uint32_t to, uint8_t flag)
{
    const struct column *column = &page->columns[column_idx];
    uint64_t first;

    if (from == 0 && state->buffer.end != 0) {
        /* The last row of the page before this one. */
        const struct window_page *last =
            window_buffer_page(&state->buffer, state->buffer.end - 1, &first);
        if (!is_equal_at(key, column, 0, &last->columns[column_idx],
                         (uint32_t)(state->buffer.end - 1 - first)))
            page->flags[0] |= flag;
    }
    mark_changes(key, column, from == 0 ? 1 : from, to, flag, page->flags);
}

static void
mark_rows(struct window_state *state, struct window_page *page, uint32_t from, uint32_t to)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;

    memset(page->flags + from, 0, to - from);
    if (state->buffer.end == 0)
        page->flags[0] = WINDOW_PARTITION | WINDOW_PEERS;
    for (uint32_t k = 0; k < plan->partition_count; k++)
        mark_key(state, &code->partition_keys[k], plan->partition[k].column, page, from, to,
                 WINDOW_PARTITION);
    for (uint32_t k = 0; k < plan->order_count; k++)
        mark_key(state, &code->order_keys[k], plan->order[k].column, page, from, to, WINDOW_PEERS);
}

static void
store_batch(struct window_state *state, const struct batch *in)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    struct window_buffer *buffer = &state->buffer;
    uint16_t rows[COLUMN_ROWS_MAX];

    for (uint32_t i = 0; i < in->count; i++)
        rows[i] = (uint16_t)sel_row(in->sel, i);
    for (uint32_t done = 0; done < in->count;) {
        uint32_t at, room;
        struct window_page *page = window_buffer_room(buffer, &at, &room);
        uint32_t count = in->count - done < room ? in->count - done : room;
        for (uint32_t c = 0; c < code->column_count; c++) {
            const struct column *from = c < code->child_columns
                                            ? &in->columns[c]
                                            : &state->computed->outputs[c - code->child_columns];
            struct column *to = &page->columns[c];
            vector_gather(to, at, from, count, rows + done);
            if (to->phys == PHYS_VIEW) {
                struct column part = *to;
                part.data = (struct view *)to->data + at;
                part.nulls = to->nulls + at;
                vector_deepen(&part, count, NULL, page->views);
            }
        }
        mark_rows(state, page, at, at + count);
        window_buffer_added(buffer, count);
        done += count;
    }
}

/* Looks for the partition's end among the rows that are there. */
static void
scan_partition(struct window_state *state)
{
    struct window_buffer *buffer = &state->buffer;

    while (state->part_end == WINDOW_UNKNOWN && state->scanned < buffer->end) {
        uint64_t first;
        const struct window_page *page = window_buffer_page(buffer, state->scanned, &first);
        uint64_t end = first + buffer->capacity;
        end = end < buffer->end ? end : buffer->end;
        uint64_t row = state->scanned;
        while (row < end && (page->flags[row - first] & WINDOW_PARTITION) == 0)
            row++;
        state->scanned = row;
        if (row < end)
            state->part_end = row;
    }
    if (state->part_end == WINDOW_UNKNOWN && state->is_input_done)
        state->part_end = buffer->end;
}

/* More rows, unless there are none. */
static void
read_on(struct window_state *state)
{
    struct exec *exec = state->buffer.exec;
    struct batch in;

    if (state->is_input_done)
        return;
    arena_reset(state->input_arena);
    if (node_next(exec, state->node.left, &in)) {
        if (state->computed != NULL)
            expr_run(state->computed, &in);
        store_batch(state, &in);
    } else {
        state->is_input_done = true;
    }
}

bool
window_has_row(struct window_state *state, uint64_t row)
{
    while (state->part_end == WINDOW_UNKNOWN && row >= state->buffer.end) {
        read_on(state);
        scan_partition(state);
    }
    return row < state->part_end;
}

uint64_t
window_partition_end(struct window_state *state)
{
    while (state->part_end == WINDOW_UNKNOWN) {
        read_on(state);
        scan_partition(state);
    }
    return state->part_end;
}

/* ---- rows out ---- */

static void
begin_partition(struct window_state *state, uint64_t row)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;

    state->part_start = row;
    state->part_end = WINDOW_UNKNOWN;
    state->scanned = row + 1;
    scan_partition(state);
    window_frame_begin_partition(state);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        if (code->calls[i].func == WINDOW_AGGREGATE)
            window_fold_begin_partition(state, i);
    }
}

/* Rows that nobody will read again are forgotten. */
static void
trim(struct window_state *state)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;
    uint64_t lowest = window_frame_lowest(state, false);

    for (uint32_t i = 0; state->next != state->part_end && i < plan->call_count; i++) {
        const struct window_call_code *call = &code->calls[i];
        uint64_t row = state->next;
        if (call->func == WINDOW_AGGREGATE)
            row = window_fold_lowest(state, i);
        else if (call->func >= WINDOW_FIRST_VALUE)
            row = window_frame_lowest(state, true);
        else if (call->func == WINDOW_LAG || call->func == WINDOW_LEAD) {
            uint64_t back = call->distance < 0 ? (uint64_t)-call->distance : 0;
            row = !call->has_distance || row - state->part_start < back ? state->part_start
                                                                        : row - back;
        }
        lowest = row < lowest ? row : lowest;
    }
    window_buffer_trim(&state->buffer, lowest);
}

static void
run_calls(struct window_state *state, const struct window_run *run)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;

    window_frame_locate(state, run);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        if (code->calls[i].func == WINDOW_AGGREGATE)
            window_fold_run(state, i, run);
        else
            window_func_run(state, i, run);
    }
}

/* Empties the batch's arena; values that hold on are taken along. */
static void
begin_batch(struct window_state *state)
{
    const struct window_code *code = (const struct window_code *)state->node.code;
    const struct plan_window *plan = (const struct plan_window *)state->node.plan;

    state->buffer.pinned = NULL;
    if (state->next != 0)
        trim(state);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        if (code->calls[i].func == WINDOW_AGGREGATE)
            window_fold_keep(state, i);
    }
    arena_reset(state->node.arena);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        if (code->calls[i].func == WINDOW_AGGREGATE)
            window_fold_take(state, i);
        state->calls[i].result.has_nulls = false;
    }
}

static bool
window_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct window_state *state = (struct window_state *)node;
    const struct plan_window *plan = (const struct plan_window *)node->plan;
    struct window_buffer *buffer = &state->buffer;
    struct window_run run;

    if (!state->is_begun)
        window_frame_begin(state);
    begin_batch(state);
    /* A whole page, or the rest of the input. */
    while (!state->is_input_done && buffer->end - state->next < buffer->capacity)
        read_on(state);
    if (state->next == buffer->end)
        return false;
    if (!state->is_begun)
        begin_partition(state, 0);
    state->is_begun = true;
    scan_partition(state);
    run.page = window_buffer_page(buffer, state->next, &run.page_first);
    buffer->pinned = run.page;
    uint64_t end = run.page_first + buffer->capacity;
    end = end < buffer->end ? end : buffer->end;
    while (state->next < end) {
        if (state->next == state->part_end)
            begin_partition(state, state->next);
        run.from = state->next;
        run.to = state->part_end < end ? state->part_end : end;
        run_calls(state, &run);
        state->next = run.to;
        exec_check(exec);
    }
    uint32_t child_columns = node->left->plan->column_count;
    for (uint32_t c = 0; c < child_columns; c++)
        state->columns[c] = run.page->columns[c];
    for (uint32_t c = 0; c < plan->call_count; c++)
        state->columns[child_columns + c] = state->calls[c].result;
    *out = (struct batch){.count = (uint32_t)(end - run.page_first),
                          .column_count = plan->node.column_count,
                          .columns = state->columns};
    return true;
}

static void
window_rewind(struct exec *exec, struct node_state *node)
{
    struct window_state *state = (struct window_state *)node;
    const struct plan_window *plan = (const struct plan_window *)node->plan;

    window_buffer_clear(&state->buffer);
    state->is_begun = state->is_input_done = false;
    state->next = state->part_start = state->part_end = 0;
    for (uint32_t i = 0; i < plan->call_count; i++)
        state->calls[i].has_value = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_window = {
    .code_bytes = sizeof(struct window_code),
    .state_bytes = sizeof(struct window_state),
    .compile = window_compile,
    .open = window_open,
    .next = window_next,
    .rewind = window_rewind,
    .keep = node_keep_left, /* rows are read as they are needed */
};
