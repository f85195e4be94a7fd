/*
 * sort_parallel.c: a sort whose rows several threads take in.
 *
 * Each member of the section sorts its share (with a limit: keeps no more of it than are wanted).
 * Then the session's thread merges the members' rows, of which only the array of keys' beginnings
 * and addresses moves. If a member's rows are too many for work_mem, all are forgotten, and the
 * session's thread sorts them alone, in runs.
 */
#include "exec/parallel.h"
#include "exec/sort_runs.h"

static struct sort_state *
member_state(const struct parallel *parallel, uint32_t member_idx)
{
    return (struct sort_state *)parallel->members[member_idx].state;
}

static void
sort_share(struct exec *exec, struct node_state *node)
{
    struct sort_state *state = (struct sort_state *)node;
    struct batch in;

    sort_begin(state);
    state->is_full = false;
    while (!state->is_full && node_next(exec, node->left, &in))
        state->is_full = sort_take(exec, state, &in);
    if (!state->is_full)
        sort_items(state);
}

static bool
is_less(const struct sort_node_code *code, const struct sort_item *left,
        const struct sort_item *right)
{
    int order = code->sort.can_encode ? sort_compare_encoded(left, right)
                                      : sort_compare_rows(left, right, (void *)(uintptr_t)code);

    return order < 0;
}

/* The members' rows in one order, as many as are wanted. */
static void
merge_members(struct exec *exec, struct sort_state *state, const struct parallel *parallel)
{
    const struct sort_node_code *code = (const struct sort_node_code *)state->node.code;
    uint64_t *at = arena_alloc_zero(parallel->arena, parallel->ran_count * sizeof *at);
    uint64_t total = 0;

    for (uint32_t m = 0; m < parallel->ran_count; m++)
        total += member_state(parallel, m)->item_count;
    if (total > state->wanted)
        total = state->wanted;
    struct sort_item *items = arena_alloc_array(parallel->arena, total, sizeof *items);
    for (uint64_t i = 0; i < total; i++) {
        uint32_t least = UINT32_MAX;
        for (uint32_t m = 0; m < parallel->ran_count; m++) {
            const struct sort_state *from = member_state(parallel, m);
            if (at[m] < from->item_count &&
                (least == UINT32_MAX || is_less(code, &from->items[at[m]],
                                                &member_state(parallel, least)->items[at[least]])))
                least = m;
        }
        items[i] = member_state(parallel, least)->items[at[least]++];
        if (i % 65536 == 0)
            exec_check(exec);
    }
    state->items = items;
    state->item_count = state->item_capacity = total;
}

bool
sort_parallel(struct exec *exec, struct sort_state *state)
{
    bool is_whole = true;
    struct parallel *parallel = parallel_begin(exec, &state->node, &state->parallel, node_open);

    if (parallel == NULL)
        return false;
    parallel_run(parallel, sort_share);
    for (uint32_t m = 0; m < parallel->ran_count; m++)
        is_whole &= !member_state(parallel, m)->is_full;
    if (is_whole && parallel->ran_count > 1)
        merge_members(exec, state, parallel);
    parallel_end(parallel);
    if (!is_whole)
        node_rewind(exec, state->node.left);
    return is_whole;
}
