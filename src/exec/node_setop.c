/*
 * node_setop.c: INTERSECT and EXCEPT: rows of both children are counted by hash. What
 * outgrows work_mem is counted part by part (setop_spill.c).
 */
#include "exec/setop.h"

static void
setop_compile(struct compiler *compiler, struct node_code *node)
{
    struct setop_code *code = (struct setop_code *)node;
    const struct plan_setop *plan = (const struct plan_setop *)node->plan;
    uint32_t count = plan->node.column_count;
    enum phys *phys = arena_alloc_array(compiler->arena, count, sizeof *phys);

    code->keys = arena_alloc_array(compiler->arena, count, sizeof *code->keys);
    code->key_columns = arena_alloc_array(compiler->arena, count, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        code->keys[i] = key_code_of(compiler_type(compiler, plan->node.columns[i].type));
        code->key_columns[i] = i;
        phys[i] = plan->node.columns[i].phys;
    }
    row_shape_init(&code->shape, compiler->arena, phys, count, sizeof(struct setop_header), 0);
}

static void
setop_open(struct exec *exec, struct node_state *node)
{
    struct setop_state *state = (struct setop_state *)node;

    state->arena = exec_new_arena(exec, "set operation");
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

void
setop_count(struct exec *exec, struct setop_state *state, const struct batch *in,
            enum setop_side side)
{
    const struct setop_code *code = (const struct setop_code *)state->node.code;
    uint64_t hashes[COLUMN_ROWS_MAX];
    bool is_full = setop_is_full(exec, state);

    memset(hashes, 0, in->count * sizeof hashes[0]);
    for (uint32_t k = 0; k < in->column_count; k++)
        key_hash(&code->keys[k], &in->columns[k], in->count, in->sel, k == 0, hashes);
    for (uint32_t i = 0; i < in->count; i++) {
        uint16_t row = (uint16_t)sel_row(in->sel, i);
        uint8_t *stored = hash_table_first(&state->table, hashes[i]);
        while (stored != NULL && (((struct hash_header *)stored)->hash != hashes[i] ||
                                  !keys_equal_row(code->keys, in->column_count, in->columns, row,
                                                  &code->shape, stored, code->key_columns)))
            stored = ((struct hash_header *)stored)->next;
        if (stored == NULL && (side == SETOP_LEFT ? is_full : setop_has_parts(state))) {
            setop_put(exec, state, in, row, hashes[i], side);
            continue;
        }
        if (stored == NULL && side == SETOP_RIGHT)
            continue; /* the left side has it not: it is of no interest */
        if (stored == NULL) {
            stored = row_store_new(&state->store);
            for (uint32_t c = 0; c < in->column_count; c++)
                row_store_put(&state->store, &stored, c, &in->columns[c], 1, &row);
            ((struct hash_header *)stored)->hash = hashes[i];
            hash_table_add(&state->table, stored);
        }
        ((struct setop_header *)stored)->counts[side]++;
    }
}

static void
begin_table(struct setop_state *state)
{
    const struct setop_code *code = (const struct setop_code *)state->node.code;

    arena_reset(state->arena);
    row_store_init(&state->store, &code->shape, state->arena);
    hash_table_init(&state->table, 64, state->arena);
    state->at = state->repeats = 0;
}

/* Counts the children's rows. */
static void
count_all(struct exec *exec, struct setop_state *state)
{
    struct batch in;

    setop_reset(state);
    begin_table(state);
    while (node_next(exec, state->node.left, &in))
        setop_count(exec, state, &in, SETOP_LEFT);
    while (node_next(exec, state->node.right, &in))
        setop_count(exec, state, &in, SETOP_RIGHT);
    setop_finish(state);
    state->is_counted = true;
}

/* Counts the next part of the rows that were written out; false: there is none. */
static bool
count_part(struct exec *exec, struct setop_state *state)
{
    struct batch in;

    if (!setop_next_part(state))
        return false;
    begin_table(state);
    while (setop_get(exec, state, SETOP_LEFT, &in))
        setop_count(exec, state, &in, SETOP_LEFT);
    while (setop_get(exec, state, SETOP_RIGHT, &in))
        setop_count(exec, state, &in, SETOP_RIGHT);
    setop_finish(state);
    return true;
}

/* How often a row is in the result. */
static uint64_t
repeats_of(const struct plan_setop *plan, const struct setop_header *header)
{
    uint64_t left = header->counts[SETOP_LEFT], right = header->counts[SETOP_RIGHT];

    if (plan->op == PLAN_INTERSECT) {
        if (plan->is_all)
            return left < right ? left : right;
        return right != 0;
    }
    if (plan->is_all)
        return left > right ? left - right : 0;
    return right == 0;
}

/* The next rows of the result that are in the table. */
static uint32_t
take_rows(struct setop_state *state, const uint8_t **rows)
{
    const struct plan_setop *plan = (const struct plan_setop *)state->node.plan;
    uint32_t count = 0;

    while (count < state->node.code->capacity) {
        if (state->repeats == 0) {
            if (state->at == state->store.row_count)
                break;
            state->repeats = repeats_of(
                plan, (const struct setop_header *)row_store_row(&state->store, state->at++));
            continue;
        }
        rows[count++] = row_store_row(&state->store, state->at - 1);
        state->repeats--;
    }
    return count;
}

static bool
setop_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct setop_state *state = (struct setop_state *)node;
    const struct setop_code *code = (const struct setop_code *)node->code;
    const struct plan_setop *plan = (const struct plan_setop *)node->plan;
    const uint8_t *rows[COLUMN_ROWS_MAX];
    uint32_t count;

    if (!state->is_counted)
        count_all(exec, state);
    do {
        count = take_rows(state, rows);
        exec_check(exec);
    } while (count == 0 && count_part(exec, state));
    for (uint32_t c = 0; c < plan->node.column_count; c++) {
        state->columns[c].has_nulls = false;
        row_gather(&code->shape, rows, count, c, &state->columns[c], 0);
    }
    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

static void
setop_rewind(struct exec *exec, struct node_state *node)
{
    ((struct setop_state *)node)->is_counted = false;
    node_rewind(exec, node->left);
    node_rewind(exec, node->right);
}

const struct node_kind node_setop = {
    .code_bytes = sizeof(struct setop_code),
    .state_bytes = sizeof(struct setop_state),
    .compile = setop_compile,
    .open = setop_open,
    .next = setop_next,
    .rewind = setop_rewind,
};
