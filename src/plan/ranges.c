/*
 * ranges.c: the plans of ranges that are not tables: subqueries, VALUES, functions, CTEs.
 *
 * The columns of such a rel are all of the range's, in order, whatever is read of them.
 */
#include "plan/planner_int.h"

/* Names the flow's columns as those of the rel. */
static void
name_outputs(struct level *level, struct rel *rel)
{
    struct flow *flow = &rel->subquery;
    uint32_t count = flow->node->column_count;

    flow->outputs = arena_alloc_array(level->arena, count, sizeof *flow->outputs);
    for (uint32_t i = 0; i < count; i++) {
        bool is_column = i < rel->source->column_count;
        flow->outputs[i] =
            rel_column(level, rel, is_column ? (int16_t)(i + 1) : (int16_t)READ_TABLE_OID);
        flow->node->columns[i].name = is_column ? rel->source->columns[i].name : "tableoid";
    }
    rel->table_rows = cost_clamp_rows(flow->node->rows);
    rel->width = flow->node->width;
}

/* Columns that a subquery reads of its siblings. */
static void
note_lateral(struct level *level, struct rel *rel, struct outer_ref *refs, uint32_t count)
{
    rel->lateral_refs = refs;
    rel->lateral_ref_count = count;
    for (uint32_t i = 0; i < count; i++) {
        rel->lateral |= rels_of_expr(level, refs[i].column);
        rels_need(level, refs[i].column);
    }
}

/* ---- subqueries ---- */

static bool
is_key(const struct sort_key *keys, uint32_t count, uint32_t item)
{
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].item == item)
            return true;
    }
    return false;
}

/* True if nothing is missed when target `item` is not computed. */
static bool
can_leave_out(const struct rel *rel, const struct query *query, uint32_t item)
{
    const struct expr *e = query->targets[item].expr;

    if (query->targets[item].is_junk || e->kind == EXPR_COLUMN || e->kind == EXPR_CONST ||
        expr_is_volatile(e) || is_key(query->order, query->order_count, item) ||
        is_key(query->groups, query->group_count, item))
        return false;
    for (uint32_t i = 0; i < rel->needed.count; i++) {
        int16_t number = rel->needed.items[i]->column.number;
        if (number <= 0 || number == (int16_t)(item + 1))
            return false;
    }
    return true;
}

/* The subquery without what nobody reads of it: null instead. Siblings that may read it still, from
 * the side, forbid that. */
static const struct query *
without_unread(struct level *level, const struct rel *rel)
{
    const struct query *query = rel->source->subquery.query;
    struct query *copy = NULL;

    if (query->command != COMMAND_SELECT || query->distinct != DISTINCT_NONE ||
        query->has_set_functions || query->has_windows)
        return query;
    for (uint32_t i = 0; i < level->rel_count; i++) {
        if (level->rels[i].source->is_lateral || level->rels[i].source->kind == RANGE_FUNCTION)
            return query;
    }
    for (uint32_t i = 0; i < query->target_count; i++) {
        if (!can_leave_out(rel, query, i))
            continue;
        const struct expr *e = query->targets[i].expr;
        if (copy == NULL) {
            copy = arena_copy(level->arena, query, sizeof *query);
            copy->targets = arena_copy(level->arena, query->targets,
                                       query->target_count * sizeof *query->targets);
        }
        copy->targets[i].expr = expr_null(level->arena, e->type, e->typmod, e->at);
        copy->targets[i].expr->collation = e->collation;
    }
    return copy == NULL ? query : copy;
}

static void
plan_subquery(struct level *level, struct rel *rel)
{
    struct level *inner;

    rel->subquery = level_plan(level->planner, level, USE_RANGE, without_unread(level, rel),
                               level->limit_rows, &inner);
    note_lateral(level, rel, inner->outer_refs, inner->outer_ref_count);
}

/* ---- expressions of VALUES and functions: columns of siblings become params ---- */

struct lateral_walk {
    struct level *level;
    struct outer_ref *refs;
    uint32_t count, capacity;
};

static struct expr *
lateral_change(void *object, struct expr *e)
{
    struct lateral_walk *walk = object;
    struct planner *planner = walk->level->planner;

    if (e->kind != EXPR_COLUMN)
        return expr_map(planner->arena, e, lateral_change, object);
    for (uint32_t i = 0; i < walk->count; i++) {
        if (expr_equal(walk->refs[i].column, e))
            return plan_param_expr(planner, e, walk->refs[i].param);
    }
    if (walk->count == walk->capacity) {
        uint32_t wider = walk->capacity == 0 ? 4 : walk->capacity * 2;
        struct outer_ref *refs = arena_alloc_array(planner->arena, wider, sizeof *refs);
        if (walk->count != 0)
            memcpy(refs, walk->refs, walk->count * sizeof *refs);
        walk->refs = refs;
        walk->capacity = wider;
    }
    walk->refs[walk->count] = (struct outer_ref){e, plan_new_param(planner, e)};
    return plan_param_expr(planner, e, walk->refs[walk->count++].param);
}

static struct expr *
lateral_expr(struct lateral_walk *walk, struct expr *e)
{
    return lateral_change(walk, prepare_expr(walk->level, e));
}

static void
plan_values(struct level *level, struct rel *rel)
{
    const struct range *range = rel->source;
    struct plan_values *values =
        PLAN_NODE(level->planner, PLAN_VALUES, plan_values, range->column_count);
    struct lateral_walk walk = {.level = level};

    values->row_count = range->values.row_count;
    values->rows = arena_alloc_array(level->arena, values->row_count, sizeof *values->rows);
    for (uint32_t i = 0; i < values->row_count; i++) {
        values->rows[i] =
            arena_alloc_array(level->arena, range->column_count, sizeof(struct expr *));
        for (uint32_t c = 0; c < range->column_count; c++)
            values->rows[i][c] = lateral_expr(&walk, range->values.rows[i][c]);
    }
    for (uint32_t c = 0; c < range->column_count; c++)
        plan_column_set(level->planner, &values->node, c, rel_column(level, rel, (int16_t)(c + 1)));
    values->node.rows = (double)values->row_count;
    values->node.row_bound = values->row_count;
    values->node.total_cost = values->node.rows * level->planner->settings->cpu_operator_cost;
    rel->subquery.node = &values->node;
    note_lateral(level, rel, walk.refs, walk.count);
}

static void
plan_function(struct level *level, struct rel *rel)
{
    const struct range *range = rel->source;
    struct plan_function_scan *scan =
        PLAN_NODE(level->planner, PLAN_FUNCTION_SCAN, plan_function_scan, range->column_count);
    struct lateral_walk walk = {.level = level};
    bool is_set = false;

    scan->alias = range->name;
    scan->has_ordinality = range->function.has_ordinality;
    scan->function_count = range->function.function_count;
    scan->functions =
        arena_alloc_array(level->arena, scan->function_count, sizeof *scan->functions);
    for (uint32_t i = 0; i < scan->function_count; i++) {
        const struct range_function *from = &range->function.functions[i];
        scan->functions[i] = (struct plan_function){
            .call = lateral_expr(&walk, from->call),
            .first_column = from->first_column,
            .column_count = from->column_count,
            .is_record = from->is_record,
        };
        is_set |= from->call->kind == EXPR_FUNC && from->call->func.func->is_set;
    }
    for (uint32_t c = 0; c < range->column_count; c++)
        plan_column_set(level->planner, &scan->node, c, rel_column(level, rel, (int16_t)(c + 1)));
    scan->node.rows = is_set ? 1000 : 1;
    scan->node.row_bound = is_set ? ROWS_UNBOUNDED : 1;
    scan->node.total_cost = scan->node.rows * level->planner->settings->cpu_tuple_cost;
    rel->subquery.node = &scan->node;
    note_lateral(level, rel, walk.refs, walk.count);
}

static void
plan_cte_range(struct level *level, struct rel *rel)
{
    const struct range *range = rel->source;
    struct level *owner = level;

    for (uint32_t i = 0; i < range->cte.levels_up; i++)
        owner = owner->outer;
    if (cte_is_inlined(owner->query, range->cte.cte)) {
        /* Its query cannot read its siblings: what it reads is its owner's to pass on. */
        struct level *inner;
        rel->subquery =
            level_plan(level->planner, owner, USE_RANGE, owner->query->ctes[range->cte.cte].query,
                       level->limit_rows, &inner);
        check(inner->outer_ref_count == 0);
        return;
    }
    struct plan_cte_scan *scan =
        PLAN_NODE(level->planner, range->cte.is_self ? PLAN_WORK_SCAN : PLAN_CTE_SCAN,
                  plan_cte_scan, range->column_count);
    scan->name = owner->query->ctes[range->cte.cte].name;
    scan->alias = range->name;
    scan->columns = arena_alloc_array(level->arena, range->column_count, sizeof(uint32_t));
    for (uint32_t c = 0; c < range->column_count; c++) {
        scan->columns[c] = c;
        plan_column_set(level->planner, &scan->node, c, rel_column(level, rel, (int16_t)(c + 1)));
    }
    if (range->cte.is_self) {
        check(owner->work_of[range->cte.cte] >= 0);
        scan->cte = (uint32_t)owner->work_of[range->cte.cte];
        scan->node.rows = 100;
    } else {
        scan->cte = cte_plan(owner, range->cte.cte);
        scan->node.rows = level->planner->plan->ctes[scan->cte].root->rows;
    }
    scan->node.total_cost = scan->node.rows * level->planner->settings->cpu_tuple_cost;
    rel->subquery.node = &scan->node;
}

static void
plan_virtual(struct level *level, struct rel *rel)
{
    const struct range *range = rel->source;
    bool has_oid = false;
    for (uint32_t i = 0; i < rel->needed.count; i++)
        has_oid |= rel->needed.items[i]->column.number == READ_TABLE_OID;
    uint32_t count = range->column_count + has_oid; /* tableoid comes last */
    struct plan_virtual_scan *scan =
        PLAN_NODE(level->planner, PLAN_VIRTUAL_SCAN, plan_virtual_scan, count);

    scan->table = rel->table;
    scan->alias = range->name;
    scan->reads = arena_alloc_array(level->arena, count, sizeof *scan->reads);
    if (has_oid) {
        scan->reads[count - 1] = READ_TABLE_OID;
        plan_column_set(level->planner, &scan->node, count - 1,
                        rel_column(level, rel, READ_TABLE_OID));
    }
    for (uint32_t c = 0; c < range->column_count; c++) {
        struct expr *column = rel_column(level, rel, (int16_t)(c + 1));
        bool is_needed = false;
        for (uint32_t i = 0; i < rel->needed.count; i++)
            is_needed |= rel->needed.items[i]->column.number == (int16_t)(c + 1) ||
                         rel->needed.items[i]->column.number == READ_WHOLE_ROW;
        scan->reads[c] = is_needed ? (attr_no)(c + 1) : 0;
        plan_column_set(level->planner, &scan->node, c, column);
    }
    scan->node.rows = 100;
    scan->node.total_cost = 1;
    rel->subquery.node = &scan->node;
}

void
range_plan(struct level *level, struct rel *rel)
{
    switch (rel->source->kind) {
    case RANGE_SUBQUERY:
        plan_subquery(level, rel);
        break;
    case RANGE_VALUES:
        plan_values(level, rel);
        break;
    case RANGE_FUNCTION:
        plan_function(level, rel);
        break;
    case RANGE_CTE:
        plan_cte_range(level, rel);
        break;
    case RANGE_SETOP:
        level->branch_ref_count = 0;
        rel->subquery = setop_plan(level, rel->source->setop);
        note_lateral(level, rel, level->branch_refs, level->branch_ref_count);
        break;
    case RANGE_TABLE:
        plan_virtual(level, rel);
        break;
    case RANGE_JOIN:
        check(false);
    }
    name_outputs(level, rel);
}
