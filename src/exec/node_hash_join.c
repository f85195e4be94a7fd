/*
 * node_hash_join.c: joins by equality: the right child's rows go into a hash table, the left
 * child's are looked up in it.
 *
 * For each left batch the chains are walked into pairs (left row, stored right row), up to a batch
 * of them; the other conditions are asked of the pairs; what is left is put out. Left rows without
 * a pair come when their batch is done, right rows without one at the end. A right side that
 * outgrows work_mem is cut into parts by hash, the left side too, and the parts are joined one by
 * one (hash_join_spill.c).
 */
#include "exec/hash_join.h"

/* ---- compiling ---- */

static void
note_read(const struct expr_code *code, bool *is_read)
{
    for (uint32_t i = 0; code != NULL && i < code->input_count; i++)
        is_read[code->inputs[i].column] = true;
}

/* Rows with marks of what they matched are of no use twice, nor are keys that read params. */
static bool
keeps_table(const struct plan_join_node *plan)
{
    bool keeps = plan->join != PLAN_JOIN_RIGHT && plan->join != PLAN_JOIN_FULL;

    for (uint32_t i = 0; i < plan->key_count && keeps; i++)
        keeps = !expr_contains(plan->right_keys[i], EXPR_PARAM) &&
                !expr_contains(plan->right_keys[i], EXPR_SUBPLAN);
    return keeps;
}

static void
hash_join_compile(struct compiler *compiler, struct node_code *node)
{
    struct hash_join_code *code = (struct hash_join_code *)node;
    const struct plan_join_node *plan = (const struct plan_join_node *)node->plan;
    uint32_t left_count = plan->node.left->column_count;
    uint32_t right_count = plan->node.right->column_count;
    enum phys *phys =
        arena_alloc_array(compiler->arena, right_count + plan->key_count, sizeof *phys);

    code->key_count = plan->key_count;
    code->keeps_table = keeps_table(plan);
    code->marks_right = plan->join == PLAN_JOIN_RIGHT || plan->join == PLAN_JOIN_FULL;
    code->left_keys = expr_compile(compiler, plan->left_keys, plan->key_count);
    code->right_keys = expr_compile(compiler, plan->right_keys, plan->key_count);
    code->condition = expr_compile_filter(compiler, plan->condition);
    code->is_in_condition = arena_alloc_zero(compiler->arena, left_count + right_count + 1u);
    note_read(code->condition, code->is_in_condition);
    code->keys = arena_alloc_array(compiler->arena, plan->key_count, sizeof *code->keys);
    code->key_columns =
        arena_alloc_array(compiler->arena, plan->key_count, sizeof *code->key_columns);
    for (uint32_t i = 0; i < right_count; i++)
        phys[i] = plan->node.right->columns[i].phys;
    for (uint32_t i = 0; i < plan->key_count; i++) {
        const struct type_info *type = compiler_type(compiler, plan->right_keys[i]->type);
        code->keys[i] = key_code_of(type);
        code->key_columns[i] = right_count + i;
        phys[right_count + i] = type->phys;
    }
    row_shape_init(&code->shape, compiler->arena, phys, right_count + plan->key_count,
                   sizeof(struct hash_header), 0);
    enum phys *left_phys = arena_alloc_array(compiler->arena, left_count, sizeof *left_phys);
    for (uint32_t i = 0; i < left_count; i++)
        left_phys[i] = plan->node.left->columns[i].phys;
    row_shape_init(&code->left_shape, compiler->arena, left_phys, left_count, 0, 0);
    node->capacity = COLUMN_ROWS_MAX;
    node_keep(compiler, node->left, code->left_keys->scans);
    node_keep(compiler, node->right, code->right_keys->scans);
    if (code->condition != NULL)
        node_keep(compiler, node->left, code->condition->scans);
}

static void
hash_join_open(struct exec *exec, struct node_state *node)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    const struct hash_join_code *code = (const struct hash_join_code *)node->code;
    uint32_t left_count = node->left->plan->column_count;
    uint32_t right_count = node->right->plan->column_count;
    struct arena *arena = node_arena(exec, node);

    state->left_keys = expr_open(exec, code->left_keys, node->left->code->capacity, arena);
    state->right_keys = expr_open(exec, code->right_keys, node->right->code->capacity, arena);
    state->condition = expr_open(exec, code->condition, COLUMN_ROWS_MAX, arena);
    state->table_arena = exec_new_arena(exec, "hash join");
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    state->direct = arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->direct);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, COLUMN_ROWS_MAX, exec->arena);
    state->both = arena_alloc_zero(exec->arena, (left_count + right_count) * sizeof *state->both);
    for (uint32_t i = 0; i < left_count + right_count; i++) {
        enum phys phys = i < left_count ? node->left->plan->columns[i].phys
                                        : node->right->plan->columns[i - left_count].phys;
        if (code->is_in_condition[i])
            vector_init(&state->both[i], phys, COLUMN_ROWS_MAX, exec->arena);
    }
}

/* ---- building ---- */

void
hash_join_add(struct hash_join_state *state, uint8_t *row)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    for (uint32_t k = 0; k < code->key_count; k++) {
        if (row_is_null(&code->shape, row, code->key_columns[k])) {
            state->has_null_key = true;
            return;
        }
    }
    hash_table_add(&state->table, row);
}

void
hash_join_store(struct hash_join_state *state, const struct batch *in, uint8_t **rows)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    uint64_t hashes[COLUMN_ROWS_MAX];
    const struct column *keys;

    expr_run(state->right_keys, in);
    keys = state->right_keys->outputs;
    for (uint32_t k = 0; k < code->key_count; k++)
        key_hash(&code->keys[k], &keys[k], in->count, in->sel, k == 0, hashes);
    for (uint32_t i = 0; i < in->count; i++) {
        rows[i] = row_store_new(&state->store);
        ((struct hash_header *)rows[i])->hash = code->key_count == 0 ? 0 : hashes[i];
    }
    for (uint32_t c = 0; c < in->column_count; c++)
        row_store_put(&state->store, rows, c, &in->columns[c], in->count, in->sel);
    for (uint32_t k = 0; k < code->key_count; k++)
        row_store_put(&state->store, rows, code->key_columns[k], &keys[k], in->count, in->sel);
}

void
hash_join_begin(struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    arena_reset(state->table_arena);
    row_store_init(&state->store, &code->shape, state->table_arena);
    state->has_null_key = false;
}

static void
build_alone(struct exec *exec, struct hash_join_state *state)
{
    uint8_t *rows[COLUMN_ROWS_MAX];
    struct batch in;

    hash_join_begin(state);
    hash_table_init(&state->table, 64, state->table_arena);
    join_parts_reset(state);
    while (node_next(exec, state->node.right, &in)) {
        hash_join_store(state, &in, rows);
        for (uint32_t i = 0; i < in.count; i++)
            hash_join_add(state, rows[i]);
        if (join_is_full(exec, state))
            join_part_right(exec, state);
    }
    state->row_count = state->store.row_count;
}

static void
build(struct exec *exec, struct hash_join_state *state)
{
    if (!join_build_parallel(exec, state))
        build_alone(exec, state);
    state->is_built = !state->is_parted;
    state->built = exec->clock;
    state->right_at = 0;
    if (state->is_parted) {
        join_part_right(exec, state);
        join_part_left(exec, state);
        (void)join_part_next(exec, state);
    }
    state->phase = PHASE_PROBE;
}

/* For a parallel section above: one table for all threads, unless it was cut into parts. */
static bool
hash_join_prepare(struct exec *exec, struct node_state *node)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    const struct hash_join_code *code = (const struct hash_join_code *)node->code;

    if (state->phase == PHASE_BUILD && join_build_parallel(exec, state)) {
        state->is_built = true;
        state->built = exec->clock;
        state->phase = PHASE_PROBE;
    } else if (state->phase == PHASE_BUILD) {
        build(exec, state);
    }
    return state->phase == PHASE_PROBE && !state->is_parted && !code->marks_right;
}

static void
hash_join_share(struct node_state *node, const struct node_state *prepared)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    const struct hash_join_state *from = (const struct hash_join_state *)prepared;

    state->store = from->store;
    state->table = from->table;
    state->row_count = from->row_count;
    state->has_null_key = from->has_null_key;
    state->is_built = true;
    state->phase = PHASE_PROBE;
}

/* ---- probing ---- */

static bool
next_left(struct exec *exec, struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    state->has_left = false;
    if (state->is_parted ? !join_part_read(exec, state, &state->left)
                         : !node_next(exec, state->node.left, &state->left))
        return false;
    state->has_left = true;
    state->left_at = 0;
    state->chain = NULL;
    state->is_batch_walked = false;
    expr_run(state->left_keys, &state->left);
    for (uint32_t k = 0; k < code->key_count; k++)
        key_hash(&code->keys[k], &state->left_keys->outputs[k], state->left.count, state->left.sel,
                 k == 0, state->hashes);
    if (code->key_count == 0)
        memset(state->hashes, 0, state->left.count * sizeof state->hashes[0]);
    hash_table_prefetch(&state->table, state->hashes, state->left.count);
    for (uint32_t i = 0; i < state->left.count; i++)
        state->is_matched[sel_row(state->left.sel, i)] = 0;
    return true;
}

static bool
has_null_key(const struct hash_join_state *state, uint32_t row)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    for (uint32_t k = 0; k < code->key_count; k++) {
        if (column_is_null(&state->left_keys->outputs[k], row))
            return true;
    }
    return false;
}

static bool
keys_match(const struct hash_join_state *state, uint32_t row, const uint8_t *stored)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    for (uint32_t k = 0; k < code->key_count; k++) {
        uint32_t column = code->key_columns[k];
        if (!key_equal_row(&code->keys[k], &state->left_keys->outputs[k], row,
                           row_value(&code->shape, stored, column), code->shape.phys[column]))
            return false;
    }
    return true;
}

/* Walks chains until a batch of pairs is found or the left batch is done. `is_one_enough`: only the
 * first pair of a row counts. */
static void
find_pairs(struct hash_join_state *state, bool is_one_enough)
{
    state->pair_count = 0;
    for (; state->left_at < state->left.count; state->left_at++) {
        uint32_t row = sel_row(state->left.sel, state->left_at);
        uint64_t hash = state->hashes[state->left_at];
        uint8_t *stored = state->chain;
        if (stored == NULL) {
            stored = has_null_key(state, row) ? NULL : hash_table_first(&state->table, hash);
        }
        for (; stored != NULL; stored = ((struct hash_header *)stored)->next) {
            if (((struct hash_header *)stored)->hash != hash || !keys_match(state, row, stored))
                continue;
            if (state->pair_count == COLUMN_ROWS_MAX) {
                state->chain = stored;
                return;
            }
            state->pair_left[state->pair_count] = (uint16_t)row;
            state->pair_right[state->pair_count++] = stored;
            if (is_one_enough)
                break;
        }
        state->chain = NULL;
    }
    state->is_batch_walked = true;
}

/* Asks the other conditions of the pairs; those that fail go. */
static void
ask_condition(struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    uint32_t left_count = state->left.column_count;
    uint32_t right_count = state->node.right->plan->column_count;

    if (state->condition == NULL || state->pair_count == 0)
        return;
    for (uint32_t i = 0; i < left_count + right_count; i++) {
        struct column *to = &state->both[i];
        if (!code->is_in_condition[i])
            continue;
        to->has_nulls = false;
        if (i < left_count)
            vector_gather(to, 0, &state->left.columns[i], state->pair_count, state->pair_left);
        else
            row_gather(&code->shape, (const uint8_t *const *)state->pair_right, state->pair_count,
                       i - left_count, to, 0);
    }
    struct batch pairs = {.count = state->pair_count,
                          .column_count = left_count + right_count,
                          .columns = state->both};
    expr_filter(state->condition, &pairs);
    for (uint32_t i = 0; i < pairs.count; i++) {
        uint32_t from = sel_row(pairs.sel, i);
        state->pair_left[i] = state->pair_left[from];
        state->pair_right[i] = state->pair_right[from];
    }
    state->pair_count = pairs.count;
}

static void
mark_pairs(struct hash_join_state *state)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;

    for (uint32_t i = 0; i < state->pair_count; i++)
        state->is_matched[state->pair_left[i]] = 1;
    for (uint32_t i = 0; code->marks_right && i < state->pair_count; i++)
        ((struct hash_header *)state->pair_right[i])->is_matched = true;
}

static void
put_pairs(struct hash_join_state *state, struct batch *out)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    uint32_t left_count = state->left.column_count;

    for (uint32_t i = 0; i < plan->node.column_count; i++) {
        struct column *to = &state->columns[i];
        to->has_nulls = false;
        if (plan->outputs[i] < left_count)
            vector_gather(to, 0, &state->left.columns[plan->outputs[i]], state->pair_count,
                          state->pair_left);
        else
            row_gather(&code->shape, (const uint8_t *const *)state->pair_right, state->pair_count,
                       plan->outputs[i] - left_count, to, 0);
    }
    *out = (struct batch){.count = state->pair_count,
                          .column_count = plan->node.column_count,
                          .columns = state->columns};
}

/* Rows of the left batch as they are, with nulls for the right side. */
static bool
put_left(struct hash_join_state *state, bool wants_matched, struct batch *out)
{
    static const uint8_t one = 1;
    static const union datum nothing = {.words = {0, 0}};
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    uint32_t left_count = state->left.column_count, kept = 0;

    for (uint32_t i = 0; i < state->left.count; i++) {
        uint32_t row = sel_row(state->left.sel, i);
        state->kept[kept] = (uint16_t)row;
        kept += (state->is_matched[row] != 0) == wants_matched;
    }
    for (uint32_t i = 0; i < plan->node.column_count; i++) {
        if (plan->outputs[i] < left_count)
            state->direct[i] = state->left.columns[plan->outputs[i]];
        else
            state->direct[i] = (struct column){.phys = plan->node.columns[i].phys,
                                               .is_const = true,
                                               .has_nulls = true,
                                               .nulls = (uint8_t *)(uintptr_t)&one,
                                               .data = (void *)(uintptr_t)&nothing};
    }
    *out = (struct batch){.count = kept,
                          .sel = state->kept,
                          .column_count = plan->node.column_count,
                          .columns = state->direct};
    return kept != 0;
}

/* Stored rows that found no pair, with nulls for the left side. */
static bool
put_right(struct hash_join_state *state, struct batch *out)
{
    const struct hash_join_code *code = (const struct hash_join_code *)state->node.code;
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    uint32_t left_count = state->node.left->plan->column_count;
    uint32_t count = 0;

    for (; count < COLUMN_ROWS_MAX && state->right_at < state->store.row_count; state->right_at++) {
        uint8_t *row = row_store_row(&state->store, state->right_at);
        state->pair_right[count] = row;
        count += !((struct hash_header *)row)->is_matched;
    }
    for (uint32_t i = 0; i < plan->node.column_count; i++) {
        struct column *to = &state->columns[i];
        to->has_nulls = false;
        if (plan->outputs[i] >= left_count) {
            row_gather(&code->shape, (const uint8_t *const *)state->pair_right, count,
                       plan->outputs[i] - left_count, to, 0);
            continue;
        }
        to->has_nulls = true;
        memset(to->nulls, 1, count);
        memset(to->data, 0, (size_t)count * phys_bytes(to->phys));
    }
    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

/* What a left batch still owes once all its pairs are out. */
static bool
finish_left(struct hash_join_state *state, enum plan_join join, struct batch *out)
{
    switch (join) {
    case PLAN_JOIN_LEFT:
    case PLAN_JOIN_FULL:
    case PLAN_JOIN_ANTI:
        return put_left(state, false, out);
    case PLAN_JOIN_SEMI:
        return put_left(state, true, out);
    default:
        return false;
    }
}

static bool
probe(struct exec *exec, struct hash_join_state *state, struct batch *out)
{
    const struct plan_join_node *plan = (const struct plan_join_node *)state->node.plan;
    bool is_half = plan->join == PLAN_JOIN_SEMI || plan->join == PLAN_JOIN_ANTI;
    bool needs_right = plan->join == PLAN_JOIN_INNER || plan->join == PLAN_JOIN_SEMI ||
                       plan->join == PLAN_JOIN_RIGHT;

    if (needs_right && state->row_count == 0)
        return false;
    for (;;) {
        if (!state->has_left && !next_left(exec, state))
            return false;
        if (state->is_batch_walked) {
            bool has_rows = finish_left(state, plan->join, out);
            /* The rows stay the left batch's: it is held until the next call. */
            state->is_batch_walked = false;
            state->left_at = state->left.count;
            state->is_finished = true;
            if (has_rows)
                return true;
        }
        if (state->is_finished) {
            state->is_finished = false;
            state->has_left = false;
            continue;
        }
        find_pairs(state, is_half && state->condition == NULL);
        ask_condition(state);
        mark_pairs(state);
        if (!is_half && state->pair_count != 0) {
            put_pairs(state, out);
            return true;
        }
        exec_check(exec);
    }
}

static bool
hash_join_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    const struct plan_join_node *plan = (const struct plan_join_node *)node->plan;

    bool has_right = plan->join == PLAN_JOIN_RIGHT || plan->join == PLAN_JOIN_FULL;

    if (state->phase == PHASE_BUILD)
        build(exec, state);
    for (;;) {
        if (state->phase == PHASE_PROBE) {
            if (probe(exec, state, out))
                return true;
            state->has_left = false;
            state->phase = has_right ? PHASE_RIGHT : PHASE_DONE;
        }
        if (state->phase == PHASE_RIGHT && put_right(state, out))
            return true;
        if (!state->is_parted || !join_part_next(exec, state))
            break;
        state->phase = PHASE_PROBE;
    }
    state->phase = PHASE_DONE;
    return false;
}

static void
hash_join_rewind(struct exec *exec, struct node_state *node)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    const struct hash_join_code *code = (const struct hash_join_code *)node->code;

    state->has_left = state->is_batch_walked = state->is_finished = false;
    node_rewind(exec, node->left);
    if (state->is_built && code->keeps_table &&
        !exec_is_stale(exec, node->right->plan, state->built)) {
        state->phase = PHASE_PROBE;
        return;
    }
    state->is_built = false;
    state->phase = PHASE_BUILD;
    node_rewind(exec, node->right);
}

/* The left batch is held while its pairs are put out. */
static void
hash_join_keep(struct compiler *compiler, const struct node_code *node, uint32_t when)
{
    node_keep(compiler, node->left, (when & KEEP_PAUSE) != 0 ? when | KEEP_HELD : when);
}

const struct node_kind node_hash_join = {
    .code_bytes = sizeof(struct hash_join_code),
    .state_bytes = sizeof(struct hash_join_state),
    .compile = hash_join_compile,
    .open = hash_join_open,
    .next = hash_join_next,
    .rewind = hash_join_rewind,
    .keep = hash_join_keep,
    .prepare = hash_join_prepare,
    .share = hash_join_share,
};
