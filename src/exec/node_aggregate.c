/*
 * node_aggregate.c: GROUP BY and aggregates, by hash or over sorted rows; grouping sets.
 *
 * With grouping sets a row is put into a group of each set: the keys that are not in the set are
 * null there, and the set's number is one more key.
 */
#include "base/hash.h"
#include "exec/aggregate_spill.h"

/* ---- compiling ---- */

static uint32_t
add_exprs(struct expr **to, uint32_t *count, struct expr **from, uint32_t from_count)
{
    uint32_t first = *count;

    for (uint32_t i = 0; i < from_count; i++)
        to[(*count)++] = from[i];
    return first;
}

static void
compile_collected(struct compiler *compiler, struct agg_call_code *call)
{
    const struct plan_aggregate_call *plan = call->plan;
    enum phys *phys = arena_alloc_array(compiler->arena, call->arg_count, sizeof *phys);

    for (uint32_t i = 0; i < call->arg_count; i++)
        phys[i] = compiler_type(compiler, plan->args[i]->type)->phys;
    row_shape_init(&call->collected, compiler->arena, phys, call->arg_count, 0, 0);
    sort_code_init(&call->sort, plan->order, plan->order_count);
    call->distinct_count = plan->is_distinct ? plan->arg_count : 0;
}

static void
compile_call(struct compiler *compiler, const struct plan_aggregate_call *plan,
             struct agg_call_code *call, uint32_t call_idx)
{
    const struct aggregate_call *from = &plan->expr->aggregate;
    struct call_site *site =
        compiler_call_site(compiler, &from->ref, plan->expr, plan->args, plan->arg_count);

    call->plan = plan;
    call->func = from->ref.func;
    call->info = from->ref.func->aggregate;
    if (call->info == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "aggregate %s is not supported yet",
              from->ref.func->name);
    call->is_ordered_set = call->info->agg_kind == 'o' || call->info->agg_kind == 'h';
    site->call_idx = call_idx;
    call->site = site;
    call->is_collected = plan->is_distinct || plan->order_count != 0;
    call->arg_count = plan->arg_count + plan->order_arg_count;
    if (call->is_collected)
        compile_collected(compiler, call);
}

/* Whether an aggregate is made of users' functions, whose bodies may read tables. */
static bool
calls_routine(const struct plan_aggregate *plan)
{
    for (uint32_t i = 0; i < plan->call_count; i++)
        if (plan->calls[i].expr->aggregate.ref.func->routine != NULL)
            return true;
    return false;
}

static void
agg_compile(struct compiler *compiler, struct node_code *node)
{
    struct agg_code *code = (struct agg_code *)node;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)node->plan;
    uint32_t expr_count = 0, direct_count = 0, total = 0, tail = 0;

    code->call_count = plan->call_count;
    code->calls = arena_alloc_zero(compiler->arena, plan->call_count * sizeof *code->calls);
    for (uint32_t i = 0; i < plan->call_count; i++) {
        total += plan->calls[i].arg_count + plan->calls[i].order_arg_count + 1;
        direct_count += plan->calls[i].direct_count;
    }
    struct expr **exprs = arena_alloc_array(compiler->arena, total, sizeof(struct expr *));
    struct expr **direct = arena_alloc_array(compiler->arena, direct_count, sizeof(struct expr *));
    direct_count = 0;
    for (uint32_t i = 0; i < plan->call_count; i++) {
        struct agg_call_code *call = &code->calls[i];
        compile_call(compiler, &plan->calls[i], call, i);
        call->first_output = add_exprs(exprs, &expr_count, plan->calls[i].args, call->arg_count);
        call->first_direct =
            add_exprs(direct, &direct_count, plan->calls[i].direct, plan->calls[i].direct_count);
        call->filter_output = UINT32_MAX;
        if (plan->calls[i].filter != NULL) {
            struct expr *filter = plan->calls[i].filter;
            call->filter_output = add_exprs(exprs, &expr_count, &filter, 1);
        }
        call->state_at = tail;
        uint32_t bytes =
            call->is_collected ? (uint32_t)sizeof(struct collected) : call->info->state_bytes;
        tail += (bytes + 15) & ~15u;
    }
    code->args = expr_compile(compiler, exprs, expr_count);
    if (direct_count != 0)
        code->direct = expr_compile(compiler, direct, direct_count);
    node_keep(compiler, node->left, calls_routine(plan) ? KEEP_ALWAYS : code->args->scans);

    uint32_t key_count = plan->key_count;
    enum phys *phys = arena_alloc_array(compiler->arena, key_count + 1u, sizeof *phys);
    code->keys = arena_alloc_array(compiler->arena, key_count, sizeof *code->keys);
    code->key_columns = arena_alloc_array(compiler->arena, key_count, sizeof(uint32_t));
    for (uint32_t k = 0; k < key_count; k++) {
        phys[k] = plan->node.left->columns[plan->keys[k].column].phys;
        code->keys[k] = key_code_of(plan->keys[k].type);
        code->key_columns[k] = k;
    }
    phys[key_count] = PHYS_I32;
    row_shape_init(&code->shape, compiler->arena, phys, key_count + 1, sizeof(struct hash_header),
                   tail);
}

static void
agg_open(struct exec *exec, struct node_state *node)
{
    struct agg_state *state = (struct agg_state *)node;
    const struct agg_code *code = (const struct agg_code *)node->code;

    state->table_arena = exec_new_arena(exec, "aggregate");
    state->direct = expr_open(exec, code->direct, 1, node_arena(exec, node));
    state->args = expr_open(exec, code->args, node->left->code->capacity, node_arena(exec, node));
    state->calls = arena_alloc_array(exec->arena, code->call_count, sizeof *state->calls);
    state->collected = arena_alloc_array(exec->arena, code->call_count, sizeof *state->collected);
    state->stores = arena_alloc(exec->arena, sizeof(struct row_store *));
    state->stores[0] = &state->groups;
    for (uint32_t i = 0; i < code->call_count; i++) {
        const struct call_site *site = code->calls[i].site;
        state->calls[i] = (struct func_call){
            .arena = state->table_arena,
            .env = exec->context.env,
            .func = site->func,
            .result_type = site->result_type,
            .result_typmod = site->result_typmod,
            .arg_types = site->arg_types,
            .arg_typmods = site->arg_typmods,
            .arg_count = site->arg_count,
            .state_arena = state->table_arena,
            .collation = site->collation,
        };
    }
    state->columns =
        arena_alloc_array(exec->arena, node->plan->column_count, sizeof *state->columns);
    for (uint32_t i = 0; i < node->plan->column_count; i++)
        vector_init(&state->columns[i], node->plan->columns[i].phys, node->code->capacity,
                    exec->arena);
}

/* ---- groups ---- */

static uint8_t *
new_group(struct agg_state *state)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    uint8_t *group = row_store_new(&state->groups);

    for (uint32_t i = 0; i < code->call_count; i++) {
        const struct agg_call_code *call = &code->calls[i];
        if (!call->is_collected && call->info->init != NULL)
            call->info->init(&state->calls[i], group + code->shape.tail_at + call->state_at);
    }
    return group;
}

/* A new group with the keys of a row. */
static uint8_t *
add_group(struct agg_state *state, const struct column *keys, uint32_t row, uint32_t set)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    uint8_t *group = new_group(state);
    uint16_t sel = (uint16_t)row;

    for (uint32_t k = 0; k < plan->key_count; k++)
        row_store_put(&state->groups, &group, k, &keys[k], 1, &sel);
    *(int32_t *)(group + code->shape.column_at[plan->key_count]) = (int32_t)set;
    return group;
}

static uint32_t
group_set(const struct agg_state *state, const uint8_t *group)
{
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    const struct row_shape *shape = state->groups.shape;

    return (uint32_t) * (const int32_t *)(group + shape->column_at[plan->key_count]);
}

/* The group of each row of the batch, by hash. */
static void
find_groups(struct exec *exec, struct agg_state *state, const struct column *keys,
            const struct batch *in, uint32_t set)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    uint64_t hashes[COLUMN_ROWS_MAX];
    bool is_full = agg_is_full(exec, state);

    for (uint32_t i = 0; i < in->count; i++)
        hashes[i] = set;
    for (uint32_t k = 0; k < plan->key_count; k++)
        key_hash(&code->keys[k], &keys[k], in->count, in->sel, k == 0 && plan->set_count == 0,
                 hashes);
    hash_table_prefetch(&state->table, hashes, in->count);
    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t row = sel_row(in->sel, i);
        uint8_t *group = NULL;
        /* Rows of one group often come in a row. */
        if (i != 0 && hashes[i] == hashes[i - 1])
            group = state->rows[i - 1];
        if (group == NULL)
            group = hash_table_first(&state->table, hashes[i]);
        while (group != NULL) {
            if (((struct hash_header *)group)->hash == hashes[i] &&
                keys_equal_row(code->keys, plan->key_count, keys, row, &code->shape, group,
                               code->key_columns) &&
                group_set(state, group) == set)
                break;
            group = ((struct hash_header *)group)->next;
        }
        if (group == NULL && is_full) {
            agg_spill_row(exec, state, in, (uint16_t)row, hashes[i]);
            state->has_spilled = true;
        } else if (group == NULL) {
            group = add_group(state, keys, row, set);
            ((struct hash_header *)group)->hash = hashes[i];
            hash_table_add(&state->table, group);
        }
        state->rows[i] = group;
    }
}

/* The group of each row of sorted input: the last one, or a new one. */
static void
follow_groups(struct agg_state *state, const struct column *keys, const struct batch *in)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;

    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t row = sel_row(in->sel, i);
        uint8_t *group = NULL;
        if (state->groups.row_count != 0)
            group = row_store_row(&state->groups, state->groups.row_count - 1);
        if (group == NULL || !keys_equal_row(code->keys, plan->key_count, keys, row, &code->shape,
                                             group, code->key_columns))
            group = add_group(state, keys, row, 0);
        state->rows[i] = group;
    }
}

/* The keys as one grouping set sees them: nulls where it has no key. */
static void
mask_keys(const struct plan_aggregate *plan, const struct plan_grouping_set *set,
          const struct batch *in, struct column *keys)
{
    static const uint8_t one = 1;
    static const union datum nothing = {.words = {0, 0}};

    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct column *column = &in->columns[plan->keys[k].column];
        bool is_in = set == NULL;
        for (uint32_t i = 0; set != NULL && i < set->count; i++)
            is_in |= set->keys[i] == k;
        keys[k] = is_in ? *column
                        : (struct column){.phys = column->phys,
                                          .is_const = true,
                                          .has_nulls = true,
                                          .nulls = (uint8_t *)(uintptr_t)&one,
                                          .data = (void *)(uintptr_t)&nothing};
    }
}

/* Folds in the rows that have a group. */
static void
step_kept(struct exec *exec, struct agg_state *state, const struct batch *in)
{
    struct batch kept = *in;

    kept.count = 0;
    for (uint32_t i = 0; i < in->count; i++) {
        state->kept[kept.count] = (uint16_t)sel_row(in->sel, i);
        state->rows[kept.count] = state->rows[i];
        kept.count += state->rows[i] != NULL;
    }
    kept.sel = state->kept;
    state->has_spilled = false;
    if (kept.count != 0)
        aggregate_step(exec, state, &kept);
}

void
aggregate_take(struct exec *exec, struct agg_state *state, const struct batch *in)
{
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    struct column few[16];
    struct column *keys = few;

    if (plan->key_count > 16)
        keys = arena_alloc_array(node_arena(exec, &state->node), plan->key_count, sizeof *keys);
    expr_run(state->args, in);
    if (plan->strategy == GROUP_PLAIN) {
        uint8_t *group = row_store_row(&state->groups, 0);
        for (uint32_t i = 0; i < in->count; i++)
            state->rows[i] = group;
        aggregate_step(exec, state, in);
        return;
    }
    for (uint32_t s = 0; s < (plan->set_count == 0 ? 1 : plan->set_count); s++) {
        mask_keys(plan, plan->set_count == 0 ? NULL : &plan->sets[s], in, keys);
        if (plan->strategy == GROUP_SORTED)
            follow_groups(state, keys, in);
        else
            find_groups(exec, state, keys, in, s);
        if (state->has_spilled)
            step_kept(exec, state, in);
        else
            aggregate_step(exec, state, in);
    }
}

/* Empty grouping sets have a group even without any row. */
static void
add_empty_groups(struct agg_state *state, bool has_rows)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;

    for (uint32_t s = 0; s < plan->set_count && !has_rows; s++) {
        if (plan->sets[s].count != 0)
            continue;
        uint8_t *group = new_group(state);
        memset(group + code->shape.nulls_at, 1, plan->key_count);
        *(int32_t *)(group + code->shape.column_at[plan->key_count]) = (int32_t)s;
    }
}

void
aggregate_begin(struct agg_state *state)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;

    arena_reset(state->table_arena);
    row_store_init(&state->groups, &code->shape, state->table_arena);
    hash_table_init(&state->table, 64, state->table_arena);
    for (uint32_t i = 0; i < code->call_count; i++) {
        state->calls[i].state = NULL;
        row_store_init(&state->collected[i], &code->calls[i].collected, state->table_arena);
    }
    state->store_count = 1;
    state->store_idx = 0;
    state->at = 0;
    if (plan->strategy == GROUP_PLAIN)
        new_group(state);
}

/* The groups of the next part of the rows that were written out; false: there is none. */
static bool
compute_part(struct exec *exec, struct agg_state *state)
{
    struct batch in;

    if (!agg_spill_next(state))
        return false;
    aggregate_begin(state);
    for (;;) {
        node_begin_batch(exec, &state->node);
        if (!agg_spill_read(state, &in))
            break;
        aggregate_take(exec, state, &in);
        exec_check(exec);
    }
    agg_spill_finish(state);
    return true;
}

static void
compute(struct exec *exec, struct agg_state *state)
{
    struct batch in;
    bool has_rows = false;

    agg_spill_reset(state);
    state->is_computed = true;
    if (aggregate_parallel(exec, state))
        return;
    aggregate_begin(state);
    for (;;) {
        node_begin_batch(exec, &state->node);
        if (!node_next(exec, state->node.left, &in))
            break;
        has_rows = true;
        aggregate_take(exec, state, &in);
    }
    agg_spill_finish(state);
    add_empty_groups(state, has_rows);
}

/* Bit i: key i is not in the group's set. */
static int32_t
grouping_bits(const struct agg_state *state, const uint8_t *group)
{
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    const struct plan_grouping_set *set = &plan->sets[group_set(state, group)];
    uint32_t bits = plan->key_count >= 32 ? UINT32_MAX : (UINT32_C(1) << plan->key_count) - 1;

    for (uint32_t i = 0; i < set->count && i < 32; i++)
        bits &= ~(UINT32_C(1) << set->keys[i]);
    return (int32_t)bits;
}

/* Up to a batch of groups that are still to be put out, in state->rows. */
static uint32_t
next_groups(struct agg_state *state)
{
    uint32_t count = 0, capacity = state->node.code->capacity;

    for (; state->store_idx < state->store_count; state->store_idx++, state->at = 0) {
        const struct row_store *store = state->stores[state->store_idx];
        while (count < capacity && state->at < store->row_count) {
            uint8_t *group = row_store_row(store, state->at++);
            state->rows[count] = group;
            count += !((struct hash_header *)group)->is_matched;
        }
        if (count == capacity)
            break;
    }
    return count;
}

static bool
agg_next(struct exec *exec, struct node_state *node, struct batch *out)
{
    struct agg_state *state = (struct agg_state *)node;
    const struct agg_code *code = (const struct agg_code *)node->code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)node->plan;
    uint32_t count;

    if (!state->is_computed)
        compute(exec, state);
    do {
        count = next_groups(state);
    } while (count == 0 && compute_part(exec, state));
    for (uint32_t c = 0; c < plan->node.column_count; c++)
        state->columns[c].has_nulls = false;
    for (uint32_t k = 0; k < plan->key_count; k++)
        row_gather(&code->shape, (const uint8_t *const *)state->rows, count, k, &state->columns[k],
                   0);
    for (uint32_t c = 0; c < plan->call_count; c++) {
        struct column *to = &state->columns[plan->key_count + c];
        to->has_nulls = true;
        for (uint32_t i = 0; i < count; i++) {
            bool is_null;
            vector_set(to, i, aggregate_finish(exec, state, c, state->rows[i], &is_null));
            to->nulls[i] = is_null;
        }
    }
    for (uint32_t i = 0; plan->has_grouping_column && i < count; i++) {
        struct column *to = &state->columns[plan->key_count + plan->call_count];
        ((int32_t *)to->data)[i] = grouping_bits(state, state->rows[i]);
    }
    *out = (struct batch){
        .count = count, .column_count = plan->node.column_count, .columns = state->columns};
    return count != 0;
}

static void
agg_rewind(struct exec *exec, struct node_state *node)
{
    struct agg_state *state = (struct agg_state *)node;

    state->is_computed = false;
    node_rewind(exec, node->left);
}

const struct node_kind node_aggregate = {
    .code_bytes = sizeof(struct agg_code),
    .state_bytes = sizeof(struct agg_state),
    .compile = agg_compile,
    .open = agg_open,
    .next = agg_next,
    .rewind = agg_rewind,
};
