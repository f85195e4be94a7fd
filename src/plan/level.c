/*
 * level.c: one query from its clauses to a plan.
 */
#include "plan/path.h"

struct level *
planner_level(struct planner *planner, struct level *outer, enum level_use use,
              const struct query *query)
{
    struct level *level = arena_alloc_zero(planner->arena, sizeof *level);

    if (++planner->depth > PLAN_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "queries are nested too deeply");
    level->planner = planner;
    level->outer = outer;
    level->use = use;
    level->query = query;
    level->arena = planner->arena;
    level->limit_rows = -1;
    level->cte_of = arena_alloc_array(level->arena, query->cte_count, sizeof *level->cte_of);
    level->work_of = arena_alloc_array(level->arena, query->cte_count, sizeof *level->work_of);
    for (uint32_t i = 0; i < query->cte_count; i++)
        level->cte_of[i] = level->work_of[i] = -1;
    return level;
}

static void
prepare_targets(struct level *level)
{
    const struct query *query = level->query;

    level->targets = arena_alloc_array(level->arena, query->target_count, sizeof *level->targets);
    for (uint32_t i = 0; i < query->target_count; i++) {
        level->targets[i] = query->targets[i];
        level->targets[i].expr = prepare_expr(level, query->targets[i].expr);
    }
}

/* The value of a limit if it is known while planning; negative if not. */
static double
known_rows(const struct level *level, const struct expr *e)
{
    const struct plan_context *context = level->planner->context;

    if (e == NULL)
        return -1;
    if (e->kind == EXPR_CONST)
        return e->constant.is_null ? -1 : (double)e->constant.value.i64;
    if (e->kind == EXPR_PARAM && e->param.kind == PARAM_EXTERNAL &&
        e->param.number <= context->param_count && e->type == TYPE_INT8 &&
        !context->param_nulls[e->param.number - 1])
        return (double)context->params[e->param.number - 1].i64;
    return -1;
}

static void
prepare_limit(struct level *level, double limit_rows)
{
    level->limit = prepare_expr(level, level->query->limit);
    level->offset = prepare_expr(level, level->query->offset);
    level->limit_rows = limit_rows;
    if (level->limit != NULL) {
        double limit = known_rows(level, level->limit);
        double offset = known_rows(level, level->offset);
        /* A limit that is not known yet is likely to be small. */
        double rows = limit >= 0 ? limit + (offset > 0 ? offset : 0) : 100;
        if (level->limit_rows < 0 || rows < level->limit_rows)
            level->limit_rows = rows;
    }
}

/* The order that ORDER BY asks of FROM's rows, if it can come from there. */
static void
wanted_order(struct level *level, struct ordering *wanted)
{
    const struct query *query = level->query;

    wanted->count = 0;
    if (level_is_grouped(level))
        return;
    if (query->has_windows) {
        window_wanted_order(level, wanted);
        return;
    }
    if (query->distinct != DISTINCT_NONE || query->has_set_functions)
        return;
    wanted->items = arena_alloc_array(level->arena, query->order_count, sizeof *wanted->items);
    for (uint32_t i = 0; i < query->order_count; i++) {
        const struct sort_key *key = &query->order[i];
        wanted->items[wanted->count++] = (struct order_item){level->targets[key->item].expr,
                                                             key->is_descending, key->nulls_first};
    }
}

static struct flow
plan_select(struct level *level)
{
    const struct query *query = level->query;
    struct expr_list needed = {NULL, 0, 0};
    struct ordering wanted;
    bool is_ordered;

    rels_begin(level);
    for (uint32_t i = 0; i < query->target_count; i++)
        rels_need(level, level->targets[i].expr);
    for (uint32_t i = 0; i < level->having.count; i++)
        rels_need(level, level->having.items[i]);
    join_begin(level);
    lock_rows_need(level, NULL);
    rels_finish(level);
    for (uint32_t i = 0; i < query->target_count; i++)
        columns_of(level, level->targets[i].expr, &needed);
    for (uint32_t i = 0; i < level->having.count; i++)
        columns_of(level, level->having.items[i], &needed);
    lock_rows_need(level, &needed);
    wanted_order(level, &wanted);
    struct flow flow = join_plan(level, &needed, &wanted, &is_ordered);
    flow = group_plan(level, flow);
    if (query->has_windows)
        flow = window_plan(level, flow, &is_ordered);
    return order_plan(level, flow, is_ordered);
}

/* CTEs that change data run whether or not somebody reads them. */
static void
plan_modifying_ctes(struct level *level)
{
    for (uint32_t i = 0; i < level->query->cte_count; i++) {
        if (level->query->ctes[i].query->command != COMMAND_SELECT)
            cte_plan(level, i);
    }
}

struct flow
level_plan(struct planner *planner, struct level *outer, enum level_use use,
           const struct query *query, double limit_rows, struct level **out)
{
    struct level *level =
        planner_level(planner, outer, use, query_minmax(planner, query_pull_up(planner, query)));
    struct flow flow;

    *out = level;
    plan_modifying_ctes(level);
    if (query->command != COMMAND_SELECT) {
        flow = modify_plan(level);
    } else {
        prepare_targets(level);
        prepare_limit(level, limit_rows);
        struct expr *where = unnest_where(level, level->query->where);
        expr_list_add_conjuncts(level->arena, &level->where, prepare_expr(level, where));
        expr_list_add_conjuncts(level->arena, &level->having,
                                prepare_expr(level, level->query->having));
        flow = plan_select(level);
    }
    planner->depth--;
    return flow;
}
