/*
 * node_lock_rows.c: SELECT ... FOR UPDATE, SHARE and kin.
 *
 * Rows are locked as they come. Under READ COMMITTED a row that has changed meanwhile is read anew
 * and asked again; one that is gone, or locked by another with SKIP LOCKED, is left out. Below a
 * limit rows are locked and handed out one by one, so that no more are locked than are returned.
 */
#include "exec/index_key.h"
#include "exec/nodes.h"
#include "exec/table_writer.h"
#include "exec/tree_row.h"

struct mark_code {
    const struct type_info **types; /* [key_count] of the row ref; null entries: row id */
    struct layout *rereads;         /* of the table, or of each member of the tree */
};

struct lock_rows_code {
    struct node_code node;
    struct mark_code *marks;
    const struct expr_code *recheck;
};

struct lock_rows_state {
    struct node_state node;
    struct expr_state *recheck;
    struct buf key, spill;
    uint16_t rows[COLUMN_ROWS_MAX];
    struct column *columns; /* the batch's, once one of them is ours to write to */
    struct batch batch;     /* of the node below */
    uint32_t at;            /* the batch's rows before it are done; its count: none is left */
};

static struct layout
compile_reread(struct compiler *compiler, const struct plan_reread *reread,
               const struct plan_member *member)
{
    uint16_t *column_idx = arena_alloc_array(compiler->arena, reread->count, sizeof *column_idx);

    for (uint32_t k = 0; k < reread->count; k++) {
        attr_no attr = reread->reads[k];
        if (member->map != NULL && attr != READ_ROW_ID)
            attr = member->map[attr - 1];
        column_idx[k] = attr == READ_ROW_ID ? member->table->column_count : (uint16_t)(attr - 1);
    }
    return (struct layout){member->format, reread->count, column_idx};
}

static void
compile_rereads(struct compiler *compiler, const struct plan_lock_mark *mark, struct mark_code *to)
{
    const struct plan_member self = {mark->row.table, mark->row.format, NULL};
    const struct plan_member *members = mark->row.is_tree ? mark->row.members : &self;
    uint32_t count = mark->row.is_tree ? mark->row.member_count : 1;

    to->rereads = arena_alloc_array(compiler->arena, count + 1, sizeof *to->rereads);
    for (uint32_t i = 0; i < count; i++)
        to->rereads[i] = compile_reread(compiler, &mark->reread, &members[i]);
}

static void
lock_rows_compile(struct compiler *compiler, struct node_code *node)
{
    struct lock_rows_code *code = (struct lock_rows_code *)node;
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)node->plan;

    node->capacity = node->left->capacity;
    code->marks = arena_alloc_zero(compiler->arena, plan->mark_count * sizeof *code->marks);
    for (uint32_t i = 0; i < plan->mark_count; i++) {
        const struct plan_lock_mark *mark = &plan->marks[i];
        const struct table *table = mark->row.table;
        struct mark_code *to = &code->marks[i];
        to->types = arena_alloc_zero(compiler->arena, mark->row.key_count * sizeof *to->types);
        for (uint32_t k = 0;
             !mark->row.is_tree && table->primary != NULL && k < mark->row.key_count; k++)
            to->types[k] = compiler_type(compiler, table->primary->keys[k].type);
        compile_rereads(compiler, mark, to);
    }
    code->recheck = expr_compile_filter(compiler, plan->recheck);
    /* Locks are waited for. */
    node_keep(compiler, node->left, KEEP_ALWAYS);
}

static void
end_bufs(void *object)
{
    struct lock_rows_state *state = object;

    buf_deinit(&state->key);
    buf_deinit(&state->spill);
}

static void
lock_table(struct exec *exec, const struct table *table)
{
    enum status st = txn_lock_table(exec->txn, table->tree, TABLE_ROW_SHARE, LOCK_WAIT);

    if (st != ST_OK)
        raise_write_status(st, table->name);
}

static void
lock_rows_open(struct exec *exec, struct node_state *node)
{
    struct lock_rows_state *state = (struct lock_rows_state *)node;
    const struct lock_rows_code *code = (const struct lock_rows_code *)node->code;
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)node->plan;

    state->recheck = expr_open(exec, code->recheck, node->code->capacity, node_arena(exec, node));
    state->key.raise_on_full = true;
    arena_on_end(exec->arena, end_bufs, state);
    for (uint32_t i = 0; i < plan->mark_count; i++) {
        const struct plan_row_ref *row = &plan->marks[i].row;
        if (!row->is_tree)
            lock_table(exec, row->table);
        for (uint32_t m = 0; m < row->member_count; m++)
            lock_table(exec, row->members[m].table);
    }
}

/* The batch with columns of its own, to be written to. */
static void
own_columns(struct exec *exec, struct lock_rows_state *state, struct batch *in)
{
    struct arena *arena = node_arena(exec, &state->node);

    if (state->columns != NULL)
        return;
    state->columns = arena_alloc_array(arena, in->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < in->column_count; i++) {
        vector_init(&state->columns[i], in->columns[i].phys, state->node.code->capacity, arena);
        vector_begin_nulls(&state->columns[i], in->count, in->sel);
        vector_move(&state->columns[i], &in->columns[i], in->count, in->sel);
    }
    in->columns = state->columns;
}

static bool
reread(struct exec *exec, struct lock_rows_state *state, uint32_t mark_idx, uint32_t member_idx,
       struct batch *in, uint32_t row, struct slice value)
{
    const struct lock_rows_code *code = (const struct lock_rows_code *)state->node.code;
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)state->node.plan;
    const struct plan_lock_mark *mark = &plan->marks[mark_idx];
    struct arena *arena = node_arena(exec, &state->node);
    struct slice key = arena_slice(arena, buf_slice(&state->key));
    struct slice copy = arena_slice(arena, value);
    uint16_t sel = (uint16_t)row;

    own_columns(exec, state, in);
    for (uint32_t i = 0; i < mark->reread.count; i++) {
        const struct layout *all = &code->marks[mark_idx].rereads[member_idx];
        struct layout one = {all->format, 1, all->column_idx + i};
        struct column *column = &in->columns[mark->reread.columns[i]];
        union datum datum;
        bool is_null;
        enum status st = row_decode(&one, key, copy, &datum, &is_null);
        if (st != ST_OK)
            raise_write_status(st, mark->row.table->name);
        column->nulls[row] = is_null;
        vector_set(column, row, datum);
    }
    if (state->recheck == NULL)
        return true;
    struct batch again = *in;
    again.count = 1;
    again.sel = &sel;
    expr_filter(state->recheck, &again);
    return again.count != 0;
}

/* The row's key, into state->key; false: there is no row (the nullable side of an outer join).
 * *member_idx: of the row's table in the tree, 0 if there is none. */
static bool
take_key(struct lock_rows_state *state, uint32_t mark_idx, const struct batch *in, uint32_t row,
         uint32_t *member_idx)
{
    const struct lock_rows_code *code = (const struct lock_rows_code *)state->node.code;
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)state->node.plan;
    const struct plan_row_ref *ref = &plan->marks[mark_idx].row;

    *member_idx = 0;
    buf_clear(&state->key);
    if (ref->is_tree) {
        *member_idx = tree_row_member(ref, in, row, 0);
        if (*member_idx == UINT32_MAX)
            return false;
        tree_row_key_put(ref, in, row, &state->key);
        return true;
    }
    for (uint32_t k = 0; k < ref->key_count; k++) {
        const struct column *column = &in->columns[ref->keys[k]];
        if (column_is_null(column, row))
            return false;
        union datum value = vector_get(column, row);
        if (code->marks[mark_idx].types[k] == NULL)
            row_id_key_put(&state->key, row_id_of_column(value.i64));
        else
            primary_key_put(&state->key, code->marks[mark_idx].types[k], value);
    }
    return true;
}

/* Locks the row that one mark names; false if the joined row is to be left out. */
static bool
lock_row(struct exec *exec, struct lock_rows_state *state, uint32_t mark_idx, struct batch *in,
         uint32_t row)
{
    static const enum lock_mode modes[] = {
        [PLAN_LOCK_KEY_SHARE] = LOCK_KEY_SHARE,
        [PLAN_LOCK_SHARE] = LOCK_SHARE,
        [PLAN_LOCK_NO_KEY_UPDATE] = LOCK_NO_KEY_UPDATE,
        [PLAN_LOCK_UPDATE] = LOCK_UPDATE,
    };
    static const enum lock_wait waits[] = {
        [PLAN_WAIT] = LOCK_WAIT, [PLAN_NOWAIT] = LOCK_NOWAIT, [PLAN_SKIP_LOCKED] = LOCK_SKIP};
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)state->node.plan;
    const struct plan_lock_mark *mark = &plan->marks[mark_idx];
    struct row_now now;
    uint32_t member_idx;

    if (!take_key(state, mark_idx, in, row, &member_idx))
        return true; /* nothing to lock */
    const struct table *table =
        mark->row.is_tree ? mark->row.members[member_idx].table : mark->row.table;
    enum status st = txn_lock_row(exec->txn, table->tree, buf_slice(&state->key),
                                  modes[mark->strength], waits[mark->wait], &state->spill, &now);
    if (st == ST_LOCK_BUSY && mark->wait == PLAN_SKIP_LOCKED)
        return false;
    if (st != ST_OK)
        raise_write_status(st, table->name);
    if (!now.exists)
        return false;
    return !now.is_changed || now.is_own ||
           reread(exec, state, mark_idx, member_idx, in, row, now.value);
}

/* The next batch from below. */
static bool
take_batch(struct exec *exec, struct lock_rows_state *state)
{
    struct node_state *node = &state->node;
    struct batch *batch = &state->batch;

    node_begin_batch(exec, node);
    state->columns = NULL;
    state->at = 0;
    if (!node_next(exec, node->left, batch)) {
        batch->count = 0;
        return false;
    }
    return true;
}

static bool
lock_rows_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct lock_rows_state *state = (struct lock_rows_state *)node;
    const struct plan_lock_rows *plan = (const struct plan_lock_rows *)node->plan;
    uint32_t kept = 0;

    for (;;) {
        if (state->at == state->batch.count && !take_batch(exec, state))
            return false;
        while (state->at < state->batch.count && !(plan->is_single && kept != 0)) {
            uint32_t row = sel_row(state->batch.sel, state->at++);
            bool is_kept = true;
            for (uint32_t m = 0; is_kept && m < plan->mark_count; m++)
                is_kept = lock_row(exec, state, m, &state->batch, row);
            state->rows[kept] = (uint16_t)row;
            kept += is_kept;
        }
        if (kept == 0)
            continue;
        *out = state->batch;
        out->sel = state->rows;
        out->count = kept;
        return true;
    }
}

static void
lock_rows_rewind(struct exec *exec, struct node_state *node)
{
    struct lock_rows_state *state = (struct lock_rows_state *)node;

    state->batch.count = 0;
    state->at = 0;
    node_rewind(exec, node->left);
}

const struct node_kind node_lock_rows = {
    .code_bytes = sizeof(struct lock_rows_code),
    .state_bytes = sizeof(struct lock_rows_state),
    .compile = lock_rows_compile,
    .open = lock_rows_open,
    .next = lock_rows_next,
    .rewind = lock_rows_rewind,
    .keep = node_keep_left,
};
