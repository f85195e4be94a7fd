/*
 * parallel.c: see parallel.h.
 */
#include "exec/parallel.h"
#include "base/clock.h"
#include "exec/nodes.h"
#include <stdatomic.h>

#define MORSEL_LEAVES 48u     /* of a large tree, */
#define MORSELS_PER_MEMBER 8u /* but so many for each member at least, of a small one */
#define WAIT_US 10000         /* between two looks at whether the statement was cancelled */

/* The child whose rows the members take in. */
static struct node_state **
child_place(struct node_state *node)
{
    return node->plan->kind == PLAN_HASH_JOIN ? &node->right : &node->left;
}

/* ---- members ---- */

static void
end_share(void *object)
{
    struct parallel_member *member = object;

    if (member->txn != NULL)
        txn_unshare(member->txn);
    member->txn = NULL;
}

static struct parallel *
parallel_new(struct exec *exec, const struct plan_node *plan)
{
    struct parallel *parallel = arena_alloc_zero(exec->arena, sizeof *parallel);

    parallel->exec = exec;
    parallel->plan = plan;
    parallel->member_count = plan->parallel->worker_count + 1;
    parallel->arena = exec_new_arena(exec, "parallel");
    parallel->members =
        arena_alloc_zero(exec->arena, parallel->member_count * sizeof *parallel->members);
    for (uint32_t i = 0; i < parallel->member_count; i++) {
        struct parallel_member *member = &parallel->members[i];
        member->parallel = parallel;
        if (i == 0)
            continue;
        const struct arena_options options = {.name = "helper", .on_full = raise_arena_full};
        member->arena = arena_new(&options);
        if (member->arena == NULL)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        arena_on_end(exec->arena, (void (*)(void *))arena_free, member->arena);
        arena_on_end(exec->arena, end_share, member);
    }
    return parallel;
}

/* Exec params as they are now, init plans' values among them. */
static void
copy_params(struct exec *to, const struct exec *from)
{
    for (uint32_t i = 0; i < from->plan->exec_param_count; i++)
        to->params[i] = from->params[i];
    to->clock = from->clock;
    to->init_pending = from->init_pending;
}

static void
open_helper(struct parallel_member *member, const struct node_code *code,
            struct node_state *(*make)(struct exec *exec, const struct node_code *code))
{
    struct parallel *parallel = member->parallel;
    struct exec *exec = parallel->exec;
    struct exec_context context = exec->context;

    end_share(member);
    arena_reset(member->arena);
    enum status st = txn_share(exec->txn, &member->txn);
    if (st != ST_OK)
        raise_status(st, "could not share a query among threads");
    context.arena = member->arena;
    context.txn = member->txn;
    context.cancel = &parallel->stop;
    context.pool = NULL;
    context.deferral = NULL;
    member->exec = exec_new(exec->program, &context);
    member->exec->is_helper = true;
    copy_params(member->exec, exec);
    member->state = make(member->exec, code);
}

/* ---- the way down to the source ---- */

static bool
prepare_nodes(struct exec *exec, struct node_state *node, uint32_t source)
{
    for (; node->plan->id != source; node = node->left) {
        if (node->code->kind->prepare != NULL && !node->code->kind->prepare(exec, node))
            return false;
    }
    return true;
}

static void
find_source(struct parallel_member *member)
{
    uint32_t source = member->parallel->plan->parallel->source;
    struct node_state **place = child_place(member->state);

    while ((*place)->plan->id != source)
        place = &(*place)->left;
    member->source_place = place;
    member->source = *place;
}

static void
share_nodes(const struct parallel_member *member)
{
    const struct parallel_member *own = &member->parallel->members[0];
    struct node_state *node = *child_place(member->state);
    const struct node_state *prepared = *child_place(own->state);

    for (; node != member->source; node = node->left, prepared = prepared->left) {
        if (node->code->kind->share != NULL)
            node->code->kind->share(node, prepared);
    }
}

static void
cut_scan(struct parallel *parallel, const struct node_state *source)
{
    const struct table *table = ((const struct plan_scan *)source->plan)->table;
    struct exec *exec = parallel->exec;
    struct slice *keys = NULL;
    uint32_t count = 0, leaves = MORSEL_LEAVES;

    for (;;) {
        enum status st =
            txn_tree_split(exec->txn, table->tree, leaves, parallel->arena, &keys, &count);
        if (st != ST_OK)
            raise_read_status(st, table->name);
        if (count >= parallel->member_count * MORSELS_PER_MEMBER || leaves == 1)
            break;
        leaves = leaves > 4 ? leaves / 4 : 1;
    }
    parallel->morsels.keys = keys;
    parallel->morsels.key_count = count;
    parallel->morsels.stop = &parallel->stop;
    atomic_store(&parallel->morsels.next, 0);
}

/* All members' sources hand out shares from now on. */
static void
attach_sources(struct parallel *parallel)
{
    bool is_by_rows = parallel->plan->parallel->is_by_rows;

    for (uint32_t i = 0; i < parallel->member_count; i++) {
        struct parallel_member *member = &parallel->members[i];
        if (is_by_rows)
            *member->source_place = shared_rows_open(member->exec, parallel->rows, member->source);
        else
            seq_scan_set_morsels(member->source, &parallel->morsels);
    }
}

struct parallel *
parallel_begin(struct exec *exec, struct node_state *node, struct parallel **place,
               struct node_state *(*make)(struct exec *exec, const struct node_code *code))
{
    const struct plan_parallel *plan = node->plan->parallel;

    if (plan == NULL || exec->context.pool == NULL || exec->is_helper)
        return NULL;
    if (!prepare_nodes(exec, *child_place(node), plan->source))
        return NULL;
    for (uint32_t i = 0; i < plan->init_count; i++)
        (void)exec_param(exec, plan->inits[i]);
    if (*place == NULL)
        *place = parallel_new(exec, node->plan);
    struct parallel *parallel = *place;
    arena_reset(parallel->arena);
    atomic_store(&parallel->stop, false);
    atomic_store(&parallel->error, NULL);
    parallel->ran_count = 1;
    struct parallel_member *own = &parallel->members[0];
    own->exec = exec;
    own->state = node;
    find_source(own);
    if (plan->is_by_rows)
        parallel->rows = shared_rows_new(exec, own->source, parallel->arena, parallel->member_count,
                                         &parallel->stop);
    else
        cut_scan(parallel, own->source);
    for (uint32_t i = 1; i < parallel->member_count; i++) {
        open_helper(&parallel->members[i], node->code, make);
        find_source(&parallel->members[i]);
        share_nodes(&parallel->members[i]);
    }
    attach_sources(parallel);
    return parallel;
}

/* ---- running ---- */

/* What a member has raised is kept where it needs no memory; texts are in the member's arena. */
static void
note_error(struct parallel_member *member, const struct catch *frame)
{
    struct parallel *parallel = member->parallel;
    const struct error *none = NULL;

    member->error = *frame->error;
    if (frame->error == &frame->no_memory) {
        memcpy(member->error_detail, frame->no_memory_detail, sizeof member->error_detail);
        member->error.detail = member->error_detail;
    }
    (void)atomic_compare_exchange_strong(&parallel->error, &none, &member->error);
    atomic_store(&parallel->stop, true);
}

static void
run_member(void *object, uint32_t share)
{
    struct parallel *parallel = object;
    struct parallel_member *member = &parallel->members[share];
    struct catch frame;

    if (catch_begin(&frame, share == 0 ? parallel->exec->arena : member->arena)) {
        parallel->take(member->exec, member->state);
        catch_end(&frame);
    } else {
        note_error(member, &frame);
    }
}

/* Waits for the helpers, and hurries them if the statement is cancelled. */
static void
wait_for_helpers(struct parallel *parallel)
{
    const struct exec_context *context = &parallel->exec->context;

    while (!pool_wait(context->pool, &parallel->job, clock_monotonic_us() + WAIT_US)) {
        if (context->cancel != NULL &&
            __atomic_load_n((const bool *)context->cancel, __ATOMIC_RELAXED))
            atomic_store(&parallel->stop, true);
    }
}

void
parallel_run(struct parallel *parallel, void (*take)(struct exec *exec, struct node_state *state))
{
    const struct exec_context *context = &parallel->exec->context;

    parallel->take = take;
    parallel->job = (struct pool_job){.run = run_member, .object = parallel};
    uint32_t helper_count = pool_start(context->pool, &parallel->job, parallel->member_count - 1,
                                       context->pool_threads_max);
    run_member(parallel, 0);
    wait_for_helpers(parallel);
    if (helper_count + 1 > parallel->ran_count)
        parallel->ran_count = helper_count + 1;
    const struct error *error = atomic_load(&parallel->error);
    if (error != NULL) {
        parallel_end(parallel);
        exec_check(parallel->exec);
        raise_again(error);
    }
    exec_check(parallel->exec);
}

/* ---- the end ---- */

/* True for the nodes that every member runs once: from the child to the source. */
static bool
is_on_way(const struct parallel_member *own, const struct node_state *node)
{
    const struct node_state *on = *child_place(own->state);

    for (; on != NULL; on = on->left) {
        if (on == node)
            return true;
        if (on == own->source)
            return false;
    }
    return false;
}

static void
add_counts(const struct parallel *parallel, const struct parallel_member *member)
{
    struct exec *exec = parallel->exec;

    for (uint32_t i = 0; i < exec->plan->node_count; i++) {
        const struct node_state *from = member->exec->nodes[i];
        struct node_state *to = exec->nodes[i];
        if (from == NULL || to == NULL || from == member->state)
            continue;
        to->rows += from->rows;
        to->filtered += from->filtered;
        if (!is_on_way(&parallel->members[0], to)) {
            to->loops += from->loops;
            to->total_ns += from->total_ns;
            continue;
        }
        if (from->loops > to->loops)
            to->loops = from->loops;
        if (from->total_ns > to->total_ns)
            to->total_ns = from->total_ns;
    }
}

void
parallel_end(struct parallel *parallel)
{
    struct parallel_member *own = &parallel->members[0];

    for (uint32_t i = 0; i < parallel->member_count; i++) {
        struct parallel_member *member = &parallel->members[i];
        *member->source_place = member->source;
        if (!parallel->plan->parallel->is_by_rows)
            seq_scan_set_morsels(member->source, NULL);
        if (i == 0)
            continue;
        if (parallel->exec->is_timed)
            add_counts(parallel, member);
        end_share(member);
    }
    own->state->workers = parallel->ran_count - 1;
}
