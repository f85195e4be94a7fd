/*
 * hash_join_parallel.c: a hash join's table, built by several threads.
 *
 * Each member of the section stores its share of the right child's rows. Then the table is made as
 * large as the rows are many, and each member hangs its own rows into it: a bucket's first row is
 * exchanged atomically, and nobody reads chains before all are done.
 *
 * If the rows are too many for work_mem, all of them are forgotten and read again by the session's
 * thread alone, which writes them out in parts.
 */
#include "exec/hash_join.h"
#include "exec/parallel.h"
#include <stdatomic.h>

#define PREFETCH_AHEAD 8u   /* rows whose buckets are on their way */
#define HANG_ROWS_MIN 8192u /* for which threads are woken again */

struct join_hang {
    struct parallel *parallel;
    struct hash_join_state *into;
    _Atomic uint32_t next; /* member whose rows are still to be put in */
};

/* A helper's state of the join: what building needs, and no left child. */
static struct node_state *
open_builder(struct exec *exec, const struct node_code *node)
{
    const struct hash_join_code *code = (const struct hash_join_code *)node;
    struct hash_join_state *state = arena_alloc_zero(exec->arena, sizeof *state);

    state->node.code = node;
    state->node.plan = node->plan;
    state->node.right = node_open(exec, node->right);
    state->right_keys =
        expr_open(exec, code->right_keys, node->right->capacity, node_arena(exec, &state->node));
    state->table_arena = exec_new_arena(exec, "hash join");
    return &state->node;
}

static void
store_share(struct exec *exec, struct node_state *node)
{
    struct hash_join_state *state = (struct hash_join_state *)node;
    uint8_t *rows[COLUMN_ROWS_MAX];
    struct batch in;

    hash_join_begin(state);
    while (!state->is_parted && node_next(exec, node->right, &in)) {
        hash_join_store(state, &in, rows);
        state->is_parted = join_is_full(exec, state);
    }
}

static struct hash_join_state *
member_state(const struct parallel *parallel, uint32_t member_idx)
{
    return (struct hash_join_state *)parallel->members[member_idx].state;
}

/* Puts all rows of `from` into the table. */
static void
hang_rows(const struct hash_table *table, struct hash_join_state *from)
{
    const struct hash_join_code *code = (const struct hash_join_code *)from->node.code;

    for (uint64_t i = 0; i < from->store.row_count; i++) {
        uint8_t *row = row_store_row(&from->store, i);
        struct hash_header *header = (struct hash_header *)row;
        bool is_null = false;
        if (i + PREFETCH_AHEAD < from->store.row_count) {
            const struct hash_header *ahead =
                (const struct hash_header *)row_store_row(&from->store, i + PREFETCH_AHEAD);
            __builtin_prefetch(&table->buckets[ahead->hash & table->mask], 1);
        }
        for (uint32_t k = 0; k < code->key_count; k++)
            is_null |= row_is_null(&code->shape, row, code->key_columns[k]);
        from->has_null_key |= is_null;
        if (!is_null)
            header->next = __atomic_exchange_n(&table->buckets[header->hash & table->mask], row,
                                               __ATOMIC_RELAXED);
    }
}

static void
hang_share(struct exec *exec, struct node_state *node)
{
    struct join_hang *hang = ((struct hash_join_state *)node)->hang;
    uint32_t m;

    while ((m = atomic_fetch_add(&hang->next, 1)) < hang->parallel->ran_count) {
        hang_rows(&hang->into->table, member_state(hang->parallel, m));
        exec_check(exec);
    }
}

/* All members' rows in one table. */
static void
make_table(struct exec *exec, struct hash_join_state *state, struct parallel *parallel)
{
    struct join_hang hang = {.parallel = parallel, .into = state};
    uint64_t total = 0;

    for (uint32_t m = 0; m < parallel->ran_count; m++) {
        total += member_state(parallel, m)->store.row_count;
        member_state(parallel, m)->hang = &hang;
    }
    hash_table_init(&state->table, total, state->table_arena);
    state->table.count = state->row_count = total;
    if (total < HANG_ROWS_MIN || parallel->ran_count == 1)
        hang_share(exec, &state->node);
    else
        parallel_run(parallel, hang_share);
    for (uint32_t m = 0; m < parallel->ran_count; m++) {
        state->has_null_key |= member_state(parallel, m)->has_null_key;
        member_state(parallel, m)->hang = NULL;
    }
}

static bool
is_too_much(const struct exec *exec, const struct parallel *parallel)
{
    uint64_t bytes = 0;

    for (uint32_t m = 0; m < parallel->ran_count; m++) {
        const struct hash_join_state *state = member_state(parallel, m);
        if (state->is_parted)
            return true;
        bytes += arena_bytes(state->table_arena);
    }
    return bytes > exec->work_mem_bytes && parallel->ran_count > 1;
}

bool
join_build_parallel(struct exec *exec, struct hash_join_state *state)
{
    join_parts_reset(state);
    struct parallel *parallel = parallel_begin(exec, &state->node, &state->parallel, open_builder);
    if (parallel == NULL)
        return false;
    parallel_run(parallel, store_share);
    bool is_whole = !is_too_much(exec, parallel);
    if (is_whole)
        make_table(exec, state, parallel);
    parallel_end(parallel);
    state->is_parted = false;
    if (!is_whole)
        node_rewind(exec, state->node.right);
    return is_whole;
}
