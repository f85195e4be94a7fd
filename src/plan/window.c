/*
 * window.c: window functions: one node for each window, sorts between them.
 *
 * Windows are computed in an order in which one sort serves several: the longest keys first, those
 * that share a prefix together, so that a window whose keys are a prefix of what the rows are
 * sorted by already needs no sort. FROM may bring the first window's order from an index, and the
 * last one may leave the rows in ORDER BY's.
 */
#include "plan/path.h"

/* A window that some call uses, with what its rows must be sorted by. */
struct active {
    const struct window *window;
    uint32_t number; /* in query->windows */
    uint32_t key_count;
    const struct sort_key **keys; /* partition, then order; each target once */
    struct expr_list calls;
};

struct windows {
    struct level *level;
    uint32_t count;
    struct active *list;
    uint32_t *ranks; /* a target's place among all keys of the query; 0: it is none */
    uint32_t rank_count;
};

static bool
is_in(const struct expr_list *list, const struct expr *e)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == e || (expr_equal(list->items[i], e) && !expr_is_volatile(e)))
            return true;
    }
    return false;
}

/* The same for all rows. */
static bool
is_constant(const struct level *level, const struct sort_key *key)
{
    const struct expr *e = level->targets[key->item].expr;

    return e->kind == EXPR_CONST || e->kind == EXPR_PARAM;
}

/* ---- which windows, in which order ---- */

static bool
find_calls(void *object, const struct expr *e)
{
    struct windows *windows = object;

    if (e->kind != EXPR_WINDOW)
        return expr_walk(e, find_calls, object);
    for (uint32_t i = 0; i < windows->count; i++) {
        struct active *active = &windows->list[i];
        if (active->number == e->window.window && !is_in(&active->calls, e))
            expr_list_add(windows->level->arena, &active->calls, (struct expr *)(uintptr_t)e);
    }
    return false;
}

static void
rank_keys(struct windows *windows, const struct sort_key *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (windows->ranks[keys[i].item] == 0)
            windows->ranks[keys[i].item] = ++windows->rank_count;
    }
}

/* PostgreSQL numbers sort keys as it meets them, and takes windows in the order of these numbers:
 * without ORDER BY, rows come out as it puts them out. */
static void
rank_all(struct windows *windows)
{
    const struct query *query = windows->level->query;

    windows->ranks = arena_alloc_zero(windows->level->arena,
                                      (query->target_count + 1u) * sizeof *windows->ranks);
    rank_keys(windows, query->order, query->order_count);
    rank_keys(windows, query->groups, query->group_count);
    rank_keys(windows, query->distinct_keys, query->distinct_count);
    for (uint32_t i = 0; i < query->window_count; i++) {
        rank_keys(windows, query->windows[i].order, query->windows[i].order_count);
        rank_keys(windows, query->windows[i].partition, query->windows[i].partition_count);
    }
}

static void
add_keys(struct active *active, const struct sort_key *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < active->key_count; k++)
            is_there |= active->keys[k]->item == keys[i].item;
        if (!is_there)
            active->keys[active->key_count++] = &keys[i];
    }
}

/* < 0: `a` is computed first. */
static int
compare_active(const struct windows *windows, const struct active *a, const struct active *b)
{
    uint32_t common = a->key_count < b->key_count ? a->key_count : b->key_count;

    for (uint32_t i = 0; i < common; i++) {
        const struct sort_key *x = a->keys[i], *y = b->keys[i];
        if (x->item != y->item)
            return windows->ranks[x->item] > windows->ranks[y->item] ? -1 : 1;
        oid x_op = x->less != NULL ? x->less->op : 0, y_op = y->less != NULL ? y->less->op : 0;
        if (x_op != y_op)
            return x_op > y_op ? -1 : 1;
        if (x->nulls_first != y->nulls_first)
            return x->nulls_first ? -1 : 1;
    }
    if (a->key_count != b->key_count)
        return a->key_count > b->key_count ? -1 : 1;
    return 0;
}

static void
find_active(struct windows *windows, struct level *level)
{
    const struct query *query = level->query;

    windows->level = level;
    windows->list = arena_alloc_zero(level->arena, query->window_count * sizeof *windows->list);
    windows->count = query->window_count;
    for (uint32_t i = 0; i < query->window_count; i++) {
        struct active *active = &windows->list[i];
        const struct window *w = &query->windows[i];
        active->window = w;
        active->number = i;
        active->keys = arena_alloc_array(level->arena, w->partition_count + w->order_count,
                                         sizeof(struct sort_key *));
        add_keys(active, w->partition, w->partition_count);
        add_keys(active, w->order, w->order_count);
    }
    rank_all(windows);
    for (uint32_t i = 0; i < query->target_count; i++)
        find_calls(windows, level->targets[i].expr);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < windows->count; i++) {
        if (windows->list[i].calls.count == 0)
            continue;
        struct active active = windows->list[i];
        uint32_t at = kept++;
        for (; at > 0 && compare_active(windows, &active, &windows->list[at - 1]) < 0; at--)
            windows->list[at] = windows->list[at - 1];
        windows->list[at] = active;
    }
    windows->count = kept;
}

/* ---- the columns that windows, and all that comes after them, read ---- */

struct input_walk {
    struct level *level;
    const struct flow *flow;
    struct expr_list *exprs;
};

static bool
add_input(void *object, const struct expr *e)
{
    struct input_walk *walk = object;
    struct arena *arena = walk->level->arena;
    const struct flow *flow = walk->flow;

    if (e->kind == EXPR_CONST || e->kind == EXPR_PARAM || e->kind == EXPR_PLACEHOLDER)
        return false;
    uint32_t column = flow_column(flow, e);
    if (column != UINT32_MAX && !is_in(walk->exprs, flow->outputs[column]))
        expr_list_add(arena, walk->exprs, flow->outputs[column]);
    if (column != UINT32_MAX)
        return false;
    if (e->kind == EXPR_GROUPING) {
        /* Its bits are a column that no expression equals. */
        for (uint32_t i = 0; i < flow->node->column_count; i++) {
            struct expr *output = flow->outputs[i];
            if (output->kind == EXPR_GROUPING && !is_in(walk->exprs, output))
                expr_list_add(arena, walk->exprs, output);
        }
        return false;
    }
    return expr_walk(e, add_input, object);
}

static struct flow
project_inputs(struct windows *windows, struct flow flow)
{
    struct level *level = windows->level;
    struct expr_list exprs = {NULL, 0, 0};
    struct input_walk walk = {level, &flow, &exprs};

    for (uint32_t i = 0; i < windows->count; i++) {
        const struct active *active = &windows->list[i];
        for (uint32_t k = 0; k < active->key_count; k++) {
            struct expr *key = level->targets[active->keys[k]->item].expr;
            if (!is_in(&exprs, key))
                expr_list_add(level->arena, &exprs, key);
        }
    }
    for (uint32_t i = 0; i < level->query->target_count; i++)
        add_input(&walk, level->targets[i].expr);
    return flow_project(level->planner, flow, exprs.items, exprs.count);
}

/* ---- nodes ---- */

/* Keys of the rows' order, without those that order nothing. */
static uint32_t
sort_keys(struct windows *windows, const struct active *active, const struct sort_key **keys)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < active->key_count; i++) {
        if (!is_constant(windows->level, active->keys[i]))
            keys[count++] = active->keys[i];
    }
    return count;
}

static bool
is_same_order(const struct sort_key *a, const struct sort_key *b)
{
    return a->item == b->item && a->is_descending == b->is_descending &&
           a->nulls_first == b->nulls_first;
}

static struct plan_key
flow_key(struct level *level, const struct flow *flow, const struct sort_key *key)
{
    struct expr *e = level->targets[key->item].expr;
    uint32_t column = flow_column(flow, e);

    check(column != UINT32_MAX);
    struct plan_key bound = plan_key_of(level->planner, key, column);
    bound.type = plan_type(level->planner, e->type);
    return bound;
}

static struct plan_key *
flow_keys(struct level *level, const struct flow *flow, const struct sort_key *keys, uint32_t count)
{
    struct plan_key *bound = arena_alloc_array(level->arena, count, sizeof *bound);

    for (uint32_t i = 0; i < count; i++)
        bound[i] = flow_key(level, flow, &keys[i]);
    return bound;
}

static struct flow
sort_for(struct level *level, struct flow flow, const struct active *active,
         const struct sort_key **keys, uint32_t count)
{
    struct plan_key *bound = arena_alloc_array(level->arena, count, sizeof *bound);

    for (uint32_t i = 0; i < count; i++) {
        if (keys[i]->less == NULL)
            raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                        .message = i < active->window->partition_count
                                       ? "could not implement window PARTITION BY"
                                       : "could not implement window ORDER BY",
                        .detail = i < active->window->partition_count
                                      ? "Window partitioning columns must be of sortable datatypes."
                                      : "Window ordering columns must be of sortable datatypes.");
        bound[i] = flow_key(level, &flow, keys[i]);
    }
    return sort_flow(level->planner, flow, bound, count, NULL, NULL, -1);
}

static void
make_call(struct level *level, const struct flow *input, struct expr *e,
          struct plan_window_call *call)
{
    *call = (struct plan_window_call){.expr = e, .arg_count = e->arg_count};
    call->args = arena_alloc_array(level->arena, e->arg_count, sizeof *call->args);
    for (uint32_t i = 0; i < e->arg_count; i++)
        call->args[i] = flow_bind(level->planner, input, e->args[i]);
    if (e->window.filter != NULL)
        call->filter = flow_bind(level->planner, input, e->window.filter);
}

static struct flow
window_node(struct level *level, struct flow input, const struct active *active)
{
    const struct plan_node *child = input.node;
    const struct window *window = active->window;
    uint32_t count = child->column_count + active->calls.count;
    struct plan_window *node = PLAN_NODE(level->planner, PLAN_WINDOW, plan_window, count);
    struct expr **outputs = arena_alloc_array(level->arena, count, sizeof *outputs);

    memcpy(node->node.columns, child->columns, child->column_count * sizeof *child->columns);
    if (child->column_count != 0)
        memcpy(outputs, input.outputs, child->column_count * sizeof *outputs);
    node->window = window;
    node->partition_count = window->partition_count;
    node->partition = flow_keys(level, &input, window->partition, window->partition_count);
    node->order_count = window->order_count;
    node->order = flow_keys(level, &input, window->order, window->order_count);
    node->start_offset = prepare_expr(level, window->start_offset);
    node->end_offset = prepare_expr(level, window->end_offset);
    node->call_count = active->calls.count;
    node->calls = arena_alloc_array(level->arena, node->call_count, sizeof *node->calls);
    for (uint32_t i = 0; i < node->call_count; i++) {
        struct expr *e = active->calls.items[i];
        make_call(level, &input, e, &node->calls[i]);
        outputs[child->column_count + i] = e;
        plan_column_set(level->planner, &node->node, child->column_count + i, e);
    }
    double operators = node->call_count + node->partition_count + node->order_count;
    node->node.left = input.node;
    node->node.width = child->width + 8 * node->call_count;
    node->node.rows = child->rows;
    node->node.row_bound = child->row_bound;
    node->node.startup_cost = child->startup_cost;
    node->node.total_cost =
        child->total_cost + child->rows * (level->planner->settings->cpu_operator_cost * operators +
                                           level->planner->settings->cpu_tuple_cost);
    return (struct flow){&node->node, outputs};
}

/* ---- the order that comes in, and the order that goes out ---- */

void
window_wanted_order(struct level *level, struct ordering *wanted)
{
    struct windows windows = {.level = NULL};

    wanted->count = 0;
    find_active(&windows, level);
    if (windows.count == 0)
        return;
    const struct active *first = &windows.list[0];
    const struct sort_key **keys =
        arena_alloc_array(level->arena, first->key_count, sizeof(struct sort_key *));
    uint32_t count = sort_keys(&windows, first, keys);
    wanted->items = arena_alloc_array(level->arena, count, sizeof *wanted->items);
    for (uint32_t i = 0; i < count; i++)
        wanted->items[wanted->count++] = (struct order_item){
            level->targets[keys[i]->item].expr, keys[i]->is_descending, keys[i]->nulls_first};
}

/* True if rows sorted by `keys` are in ORDER BY's order. */
static bool
is_final_order(const struct level *level, const struct sort_key **keys, uint32_t count)
{
    const struct query *query = level->query;
    uint32_t at = 0;

    if (query->order_count == 0 || query->distinct != DISTINCT_NONE)
        return false;
    for (uint32_t i = 0; i < query->order_count; i++) {
        if (is_constant(level, &query->order[i]))
            continue;
        if (at == count || !is_same_order(&query->order[i], keys[at]))
            return false;
        at++;
    }
    return true;
}

struct flow
window_plan(struct level *level, struct flow flow, bool *is_ordered)
{
    struct windows windows = {.level = NULL};
    const struct sort_key **sorted = NULL;
    uint32_t sorted_count = 0;

    find_active(&windows, level);
    if (windows.count == 0)
        return flow;
    flow = project_inputs(&windows, flow);
    for (uint32_t i = 0; i < windows.count; i++) {
        const struct active *active = &windows.list[i];
        const struct sort_key **keys =
            arena_alloc_array(level->arena, active->key_count, sizeof(struct sort_key *));
        uint32_t count = sort_keys(&windows, active, keys);
        bool is_sorted = i == 0 ? *is_ordered : count <= sorted_count;
        for (uint32_t k = 0; i != 0 && is_sorted && k < count; k++)
            is_sorted = is_same_order(keys[k], sorted[k]);
        if (!is_sorted && count != 0)
            flow = sort_for(level, flow, active, keys, count);
        if (!is_sorted || i == 0) {
            sorted = keys;
            sorted_count = count;
        }
        flow = window_node(level, flow, active);
    }
    *is_ordered = is_final_order(level, sorted, sorted_count);
    return flow;
}
