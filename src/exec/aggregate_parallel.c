/*
 * aggregate_parallel.c: groups made by several threads, each in a table of its own, become one.
 *
 * Every member of the section aggregates its share of the rows. Then a table with room for all
 * groups is made, and its buckets are divided among the members: each walks the groups of all, and
 * puts those of its own buckets into the table, or combines their states with those of the group
 * that is there already. Groups stay where they are; the result is the list of all stores, without
 * what was combined into others.
 *
 * Rows that a member has written out because its groups filled work_mem belong to groups that it
 * does not have, but that another may have. So they are aggregated once more, by the session's
 * thread, when the tables have become one.
 */
#include "exec/aggregate_spill.h"
#include "exec/parallel.h"
#include <stdatomic.h>

#define MERGE_ROWS_MIN 16384u /* groups for which threads are woken */

struct agg_merge {
    struct parallel *parallel;
    struct agg_state *into;
    uint32_t part_count;
    _Atomic uint32_t next;
};

static struct agg_state *
member_state(const struct parallel *parallel, uint32_t member_idx)
{
    return (struct agg_state *)parallel->members[member_idx].state;
}

static void
take_share(struct exec *exec, struct node_state *node)
{
    struct agg_state *state = (struct agg_state *)node;
    struct batch in;

    aggregate_begin(state);
    for (;;) {
        node_begin_batch(exec, node);
        if (!node_next(exec, node->left, &in))
            break;
        aggregate_take(exec, state, &in);
    }
    agg_spill_finish(state);
}

/* ---- two groups become one ---- */

static void
join_collected(struct arena *arena, struct collected *into, const struct collected *from)
{
    uint32_t count = into->count + from->count;
    uint8_t **rows = arena_alloc_array(arena, count, sizeof *rows);

    if (into->count != 0)
        memcpy(rows, into->rows, into->count * sizeof *rows);
    if (from->count != 0)
        memcpy(rows + into->count, from->rows, from->count * sizeof *rows);
    *into = (struct collected){.rows = rows, .count = count, .capacity = count};
}

/* `own`: the state of who does it, whose memory is used. */
static void
combine_groups(struct agg_state *own, uint8_t *into, const uint8_t *from)
{
    const struct agg_code *code = (const struct agg_code *)own->node.code;

    for (uint32_t c = 0; c < code->call_count; c++) {
        const struct agg_call_code *call = &code->calls[c];
        uint32_t at = code->shape.tail_at + call->state_at;
        if (call->is_collected)
            join_collected(own->table_arena, (struct collected *)(into + at),
                           (const struct collected *)(from + at));
        else
            call->info->combine(&own->calls[c], into + at, from + at);
    }
}

static bool
have_equal_keys(const struct agg_state *state, const uint8_t *left, const uint8_t *right)
{
    const struct agg_code *code = (const struct agg_code *)state->node.code;
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    const struct row_shape *shape = &code->shape;

    for (uint32_t k = 0; k < plan->key_count; k++) {
        bool left_null = row_is_null(shape, left, k), right_null = row_is_null(shape, right, k);
        if (left_null != right_null)
            return false;
        struct column value = {.phys = shape->phys[k],
                               .is_const = true,
                               .data = (void *)(uintptr_t)row_value(shape, left, k)};
        if (!left_null &&
            !key_equal_row(&code->keys[k], &value, 0, row_value(shape, right, k), shape->phys[k]))
            return false;
    }
    return true;
}

/* ---- tables become one ---- */

static void
merge_group(struct agg_state *own, struct hash_table *table, uint8_t *group, bool is_new)
{
    struct hash_header *header = (struct hash_header *)group;
    uint8_t **bucket = &table->buckets[header->hash & table->mask];

    for (uint8_t *other = *bucket; !is_new && other != NULL;
         other = ((struct hash_header *)other)->next) {
        if (((struct hash_header *)other)->hash != header->hash ||
            !have_equal_keys(own, other, group))
            continue;
        combine_groups(own, other, group);
        header->is_matched = true;
        return;
    }
    header->next = *bucket;
    *bucket = group;
}

static void
merge_share(struct exec *exec, struct node_state *node)
{
    struct agg_state *own = (struct agg_state *)node;
    struct agg_merge *merge = own->merge;
    struct hash_table *table = &merge->into->table;
    uint32_t part;

    while ((part = atomic_fetch_add(&merge->next, 1)) < merge->part_count) {
        for (uint32_t m = 0; m < merge->parallel->ran_count; m++) {
            struct agg_state *from = member_state(merge->parallel, m);
            for (uint64_t i = 0; i < from->groups.row_count; i++) {
                uint8_t *group = row_store_row(&from->groups, i);
                uint64_t bucket = ((struct hash_header *)group)->hash & table->mask;
                if (merge->part_count == 1 || bucket % merge->part_count == part)
                    merge_group(own, table, group, m == 0);
            }
            exec_check(exec);
        }
    }
}

static void
merge_tables(struct exec *exec, struct agg_state *state, struct parallel *parallel)
{
    uint64_t total = 0;

    for (uint32_t m = 0; m < parallel->ran_count; m++)
        total += member_state(parallel, m)->groups.row_count;
    struct agg_merge merge = {.parallel = parallel, .into = state, .part_count = 1};
    hash_table_init(&state->table, total, state->table_arena);
    for (uint32_t m = 0; m < parallel->ran_count; m++)
        member_state(parallel, m)->merge = &merge;
    if (total < MERGE_ROWS_MIN || parallel->ran_count == 1) {
        merge_share(exec, &state->node);
    } else {
        merge.part_count = parallel->ran_count;
        parallel_run(parallel, merge_share);
    }
    state->table.count = total;
    for (uint32_t m = 0; m < parallel->ran_count; m++)
        member_state(parallel, m)->merge = NULL;
}

/* ---- rows that were written out ---- */

static void
take_again(struct exec *exec, struct agg_state *state, struct agg_state *from)
{
    struct batch in;

    while (agg_spill_next(from)) {
        for (;;) {
            node_begin_batch(exec, &state->node);
            if (!agg_spill_read(from, &in))
                break;
            aggregate_take(exec, state, &in);
            exec_check(exec);
        }
    }
}

static void
take_spilled(struct exec *exec, struct agg_state *state, struct parallel *parallel)
{
    for (uint32_t m = 0; m < parallel->ran_count; m++) {
        struct agg_state *from = member_state(parallel, m);
        if (from->spill == NULL)
            continue;
        if (m == 0) { /* its rows are read while others may be written */
            from = arena_copy(exec->arena, state, sizeof *state);
            state->spill = NULL;
        }
        take_again(exec, state, from);
    }
    agg_spill_finish(state);
}

bool
aggregate_parallel(struct exec *exec, struct agg_state *state)
{
    const struct plan_aggregate *plan = (const struct plan_aggregate *)state->node.plan;
    struct parallel *parallel = parallel_begin(exec, &state->node, &state->parallel, node_open);

    if (parallel == NULL)
        return false;
    parallel_run(parallel, take_share);
    if (plan->strategy == GROUP_PLAIN) {
        for (uint32_t m = 1; m < parallel->ran_count; m++)
            combine_groups(state, row_store_row(&state->groups, 0),
                           row_store_row(&member_state(parallel, m)->groups, 0));
    } else {
        if (parallel->ran_count > 1)
            merge_tables(exec, state, parallel);
        state->stores =
            arena_alloc_array(exec->arena, parallel->ran_count, sizeof(struct row_store *));
        for (uint32_t m = 0; m < parallel->ran_count; m++)
            state->stores[m] = &member_state(parallel, m)->groups;
        state->store_count = parallel->ran_count;
        if (parallel->ran_count > 1)
            take_spilled(exec, state, parallel);
    }
    parallel_end(parallel);
    return true;
}
