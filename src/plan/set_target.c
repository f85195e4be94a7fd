/*
 * set_target.c: targets that return sets.
 *
 * Calls are taken out of the targets innermost first: a ProjectSet computes those whose arguments
 * hold no further call, the next one those around them. The targets themselves read the calls'
 * columns.
 */
#include "plan/planner_int.h"

static bool
is_set_call(const struct expr *e)
{
    return e->kind == EXPR_FUNC && e->func.func->is_set;
}

struct set_walk {
    struct level *level;
    const struct flow *flow;
    struct expr_list calls; /* ready to be computed: no call below */
    bool has_set;           /* the walk met a call that is not computed yet */
};

static bool
find_calls(void *object, const struct expr *e)
{
    struct set_walk *walk = object;
    bool outer = walk->has_set;

    if (flow_column(walk->flow, e) != UINT32_MAX)
        return false;
    walk->has_set = false;
    expr_walk(e, find_calls, object);
    if (is_set_call(e)) {
        if (!walk->has_set)
            expr_list_add(walk->level->arena, &walk->calls, (struct expr *)(uintptr_t)e);
        walk->has_set = true;
    }
    walk->has_set |= outer;
    return false;
}

/* A ProjectSet over the flow: its columns, and the calls. */
static struct flow
add_sets(struct level *level, struct flow flow, const struct expr_list *calls)
{
    struct planner *planner = level->planner;
    uint32_t before = flow.node->column_count, count = before + calls->count;
    struct plan_project *node = PLAN_NODE(planner, PLAN_PROJECT_SET, plan_project, count);
    struct expr **outputs = arena_alloc_array(level->arena, count, sizeof *outputs);

    node->exprs = arena_alloc_array(level->arena, count, sizeof *node->exprs);
    node->node.left = flow.node;
    node->node.rows = flow.node->rows * 10;
    node->node.startup_cost = flow.node->startup_cost;
    node->node.total_cost =
        flow.node->total_cost + node->node.rows * planner->settings->cpu_tuple_cost;
    for (uint32_t i = 0; i < count; i++) {
        outputs[i] = i < before ? flow.outputs[i] : calls->items[i - before];
        if (i < before) {
            node->exprs[i] = plan_input(planner, i, outputs[i]);
        } else {
            /* Its arguments read the flow; the call itself is what the node runs. */
            struct expr *call = arena_copy(level->arena, outputs[i], sizeof *call);
            call->args = arena_alloc_array(level->arena, call->arg_count, sizeof *call->args);
            for (uint32_t a = 0; a < call->arg_count; a++)
                call->args[a] = flow_bind(planner, &flow, outputs[i]->args[a]);
            node->exprs[i] = call;
        }
        plan_column_set(planner, &node->node, i, outputs[i]);
    }
    return (struct flow){&node->node, outputs};
}

struct flow
project_sets(struct level *level, struct flow flow)
{
    uint32_t count = level->query->target_count;
    struct expr **exprs = arena_alloc_array(level->arena, count, sizeof *exprs);

    for (;;) {
        struct set_walk walk = {.level = level, .flow = &flow};
        for (uint32_t i = 0; i < count; i++) {
            walk.has_set = false;
            find_calls(&walk, level->targets[i].expr);
        }
        if (walk.calls.count == 0)
            break;
        flow = add_sets(level, flow, &walk.calls);
    }
    for (uint32_t i = 0; i < count; i++)
        exprs[i] = level->targets[i].expr;
    return flow_project(level->planner, flow, exprs, count);
}
