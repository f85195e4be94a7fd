/*
 * node_merge.c: MERGE.
 *
 * The child joins the source with the target; a pair whose target part is null has no match. Pair
 * by pair the first action whose condition holds is done. Before a row is changed it is locked and
 * read as it is now: if another transaction has changed it meanwhile, the join's condition is asked
 * of the new version, and the actions are gone through anew; a row that is gone, or joined no more,
 * counts as not matched. No row may be changed twice.
 */
#include "exec/modify.h"

struct merge_action_code {
    const struct plan_merge_action *plan;
    const struct expr_code *condition, *assigns; /* over the child; null: none */
    bool *touched;
    bool touches_key;
};

struct merge_code {
    struct modify_code modify;
    struct merge_action_code *actions;
};

struct merge_action_state {
    struct expr_state *condition, *assigns;
};

struct merge_state {
    struct modify_state modify;
    uint64_t inserted, updated, deleted, skipped; /* for EXPLAIN ANALYZE */
    struct merge_action_state *actions;
};

static void
merge_compile(struct compiler *compiler, struct node_code *node)
{
    struct merge_code *code = (struct merge_code *)node;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;

    modify_compile(compiler, node);
    code->actions = arena_alloc_zero(compiler->arena, plan->action_count * sizeof *code->actions);
    for (uint32_t i = 0; i < plan->action_count; i++) {
        const struct plan_merge_action *from = &plan->actions[i];
        struct merge_action_code *action = &code->actions[i];
        action->plan = from;
        action->condition = expr_compile_filter(compiler, from->condition);
        action->assigns = modify_compile_assigns(compiler, from->assigns, from->assign_count);
        action->touched =
            modify_touched(compiler, code->modify.table, NULL, from->assigns, from->assign_count);
        action->touches_key = modify_touches_key(plan->table, action->touched);
    }
}

static void
merge_open(struct exec *exec, struct node_state *node)
{
    struct merge_state *state = (struct merge_state *)node;
    const struct merge_code *code = (const struct merge_code *)node->code;
    const struct plan_modify *plan = (const struct plan_modify *)node->plan;
    uint32_t capacity = node->code->capacity;
    struct arena *arena = node_arena(exec, node);

    modify_open(exec, node);
    modify_old_columns(exec, &state->modify);
    state->actions = arena_alloc_array(exec->arena, plan->action_count, sizeof *state->actions);
    for (uint32_t i = 0; i < plan->action_count; i++) {
        state->actions[i].condition = expr_open(exec, code->actions[i].condition, capacity, arena);
        state->actions[i].assigns = expr_open(exec, code->actions[i].assigns, capacity, arena);
    }
}

/* The first action for the pair; its number, or action_count if there is none to be done. */
static uint32_t
choose(struct merge_state *state, const struct batch *pair, bool is_matched)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->modify.node.plan;

    for (uint32_t i = 0; i < plan->action_count; i++) {
        struct batch asked = *pair;
        if (plan->actions[i].is_matched != is_matched)
            continue;
        if (state->actions[i].condition != NULL)
            expr_filter(state->actions[i].condition, &asked);
        if (asked.count != 0)
            return plan->actions[i].kind == PLAN_RESULT ? plan->action_count : i;
    }
    return plan->action_count;
}

/* The columns that an action assigns, over those that the row has. */
static void
assign(struct merge_state *state, uint32_t action_idx, struct batch *pair)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->modify.node.plan;
    const struct plan_merge_action *action = &plan->actions[action_idx];
    struct expr_state *assigns = state->actions[action_idx].assigns;

    if (assigns == NULL)
        return;
    expr_run(assigns, pair);
    for (uint32_t i = 0; i < action->assign_count; i++)
        state->modify.row_columns[action->assigns[i].attr - 1] = assigns->outputs[i];
}

static struct batch
batch_of(const struct merge_state *state, const struct batch *pair, struct column *columns)
{
    const struct plan_modify *plan = (const struct plan_modify *)state->modify.node.plan;

    return (struct batch){.count = 1,
                          .sel = pair->sel,
                          .column_count = plan->table->column_count,
                          .columns = columns};
}

static void
insert_pair(struct merge_state *state, uint32_t action_idx, struct batch *pair)
{
    struct modify_state *modify = &state->modify;
    const struct row_format *format = modify->writer->code->format;
    struct row_conflict conflict;
    static const oid no_arbiter = OID_NONE;

    for (uint32_t i = 0; i < format->column_count; i++)
        modify->row_columns[i] = modify_null_column(format->columns[i].phys);
    assign(state, action_idx, pair);
    struct batch rows = batch_of(state, pair, modify->row_columns);
    table_writer_check(modify->writer, &rows);
    table_index_exprs(modify->writer, &rows);
    /* Never in bulk: rows that are matched are told by the locks that single writes take. */
    check(table_writer_try_insert(modify->writer, &rows, sel_row(pair->sel, 0), &no_arbiter, 1,
                                  &conflict));
}

static void
change_pair(struct merge_state *state, uint32_t action_idx, struct batch *pair, struct slice key)
{
    struct modify_state *modify = &state->modify;
    const struct merge_code *code = (const struct merge_code *)modify->node.code;
    uint32_t row = sel_row(pair->sel, 0);
    uint32_t count = modify->writer->code->table->column_count;
    struct batch old_rows = batch_of(state, pair, modify->old_columns);

    if (code->actions[action_idx].plan->kind == PLAN_DELETE) {
        table_index_exprs(modify->writer, &old_rows);
        table_writer_delete(modify->writer, key, &old_rows, row);
        return;
    }
    memcpy(modify->row_columns, modify->old_columns, (count + 1) * sizeof(struct column));
    assign(state, action_idx, pair);
    struct batch rows = batch_of(state, pair, modify->row_columns);
    table_writer_check(modify->writer, &rows);
    table_writer_update(modify->writer, key, &old_rows, &rows, row,
                        code->actions[action_idx].touched);
}

/* Locks the row for the action; false: the pair is no match any more. *is_new: the pair now has
 * another version of it. */
static bool
take_row(struct exec *exec, struct merge_state *state, uint32_t action_idx, struct batch *pair,
         struct slice key, bool *is_new)
{
    struct modify_state *modify = &state->modify;
    const struct merge_code *code = (const struct merge_code *)modify->node.code;
    const struct merge_action_code *action = &code->actions[action_idx];
    const struct table *table = modify->writer->code->table;
    bool is_update = action->plan->kind == PLAN_UPDATE && !action->touches_key;
    bool was_new = *is_new;
    struct row_now now;

    enum status st =
        txn_lock_row(exec->txn, table->tree, key, is_update ? LOCK_NO_KEY_UPDATE : LOCK_UPDATE,
                     LOCK_WAIT, &modify->writer->spill, &now);
    if (st != ST_OK)
        raise_write_status(st, table->name);
    if (now.is_own)
        raise_error(.code = SQLSTATE_CARDINALITY_VIOLATION,
                    .message = "MERGE command cannot affect row a second time",
                    .hint = "Ensure that not more than one source row matches any one target row.");
    if (!now.exists)
        return false;
    struct slice value = arena_slice(modify->writer->arena, now.value);
    *is_new = now.is_changed && !was_new;
    if (*is_new && !modify_recheck(modify, pair, sel_row(pair->sel, 0), key, value))
        return false;
    modify_decode_old(modify, key, value, sel_row(pair->sel, 0));
    return true;
}

static void
merge_pair(struct exec *exec, struct merge_state *state, struct batch *pair)
{
    struct modify_state *modify = &state->modify;
    struct table_writer *writer = modify->writer;
    const struct plan_modify *plan = (const struct plan_modify *)modify->node.plan;
    bool is_new = false;
    uint32_t action;

    modify->has_copy = false;
    if (modify_row_key(modify, pair, sel_row(pair->sel, 0), &writer->key)) {
        struct slice key = arena_slice(writer->arena, buf_slice(&writer->key));
        bool was_new = false, is_matched = true;
        do {
            action = choose(state, pair, true);
            if (action == plan->action_count) {
                state->skipped++;
                return;
            }
            is_new = was_new;
            is_matched = take_row(exec, state, action, pair, key, &is_new);
            was_new |= is_new;
        } while (is_matched && is_new);
        if (is_matched) {
            change_pair(state, action, pair, key);
            modify->count++;
            *(plan->actions[action].kind == PLAN_DELETE ? &state->deleted : &state->updated) += 1;
            return;
        }
    }
    action = choose(state, pair, false);
    if (action == plan->action_count) {
        state->skipped++;
        return;
    }
    insert_pair(state, action, pair);
    modify->count++;
    state->inserted++;
}

static void
add_count(struct buf *to, const char *what, uint64_t count)
{
    if (count != 0)
        buf_format(to, " %s=%llu", what, (unsigned long long)count);
}

static void
note_counts(struct exec *exec, struct merge_state *state)
{
    struct buf *text = buf_new(exec->arena);

    add_count(text, "inserted", state->inserted);
    add_count(text, "updated", state->updated);
    add_count(text, "deleted", state->deleted);
    add_count(text, "skipped", state->skipped);
    if (text->bytes != 0)
        state->modify.node.note =
            arena_format(exec->arena, "Tuples:%.*s", (int)text->bytes, (const char *)text->data);
    buf_deinit(text);
}

static bool
merge_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct merge_state *state = (struct merge_state *)node;
    struct batch in;

    (void)out;
    while (!state->modify.is_done) {
        node_begin_batch(exec, node);
        table_writer_begin(state->modify.writer);
        if (!node_next(exec, node->left, &in)) {
            modify_end(exec, &state->modify);
            if (exec->context.is_timed)
                note_counts(exec, state);
            break;
        }
        for (uint32_t i = 0; i < in.count; i++) {
            struct batch pair = in;
            uint16_t row = (uint16_t)sel_row(in.sel, i);
            pair.sel = &row;
            pair.count = 1;
            merge_pair(exec, state, &pair);
            if ((i & 63) == 63)
                exec_check(exec);
        }
    }
    return false;
}

static void
merge_rewind(struct exec *exec, struct node_state *node)
{
    (void)exec;
    (void)node;
    raise(SQLSTATE_INTERNAL_ERROR, "a change of data cannot be run again");
}

const struct node_kind node_merge = {
    .code_bytes = sizeof(struct merge_code),
    .state_bytes = sizeof(struct merge_state),
    .compile = merge_compile,
    .open = merge_open,
    .next = merge_next,
    .rewind = merge_rewind,
};
