/*
 * modify.c: INSERT, UPDATE, DELETE, MERGE.
 *
 * The child of an UPDATE or DELETE puts out the identity of the row to change and whatever the new
 * values, the recheck after a concurrent change and RETURNING read.
 */
#include "catalog/catalog.h"
#include "plan/planner_int.h"

/* ---- a row's identity ---- */

static uint32_t
identity_count(const struct table *table)
{
    return table->primary != NULL ? table->primary->key_count : 1;
}

static int16_t
identity_number(const struct table *table, uint32_t i)
{
    return table->primary != NULL ? table->primary->keys[i].attr : (int16_t)READ_ROW_ID;
}

static void
add_column(struct level *level, struct expr_list *list, struct expr *column)
{
    columns_of(level, column, list);
    rels_need(level, column);
}

static const struct table *
rel_table(struct level *level, const struct rel *rel)
{
    const struct plan_context *context = level->planner->context;

    return context->table(context->object, rel->source->table.table->table);
}

void
row_ref_need(struct level *level, const struct rel *rel, struct expr_list *needed)
{
    const struct table *table = rel_table(level, rel);

    if (table_is_tree(level->planner, rel->source)) {
        add_column(level, needed, rel_column(level, rel, READ_ROW_KEY));
        add_column(level, needed, rel_column(level, rel, READ_TABLE_OID));
        return;
    }
    for (uint32_t i = 0; i < identity_count(table); i++)
        add_column(level, needed, rel_column(level, rel, identity_number(table, i)));
}

static uint32_t
get_column(const struct flow *flow, const struct expr *column)
{
    uint32_t place = flow_column(flow, column);

    check(place != UINT32_MAX);
    return place;
}

static void
tree_ref(struct level *level, const struct rel *rel, const struct flow *flow,
         struct plan_row_ref *ref)
{
    const struct plan_context *context = level->planner->context;

    ref->is_tree = true;
    ref->key_count = 2;
    ref->keys = arena_alloc_array(level->arena, 2, sizeof *ref->keys);
    ref->keys[0] = get_column(flow, rel_column(level, rel, READ_ROW_KEY));
    ref->keys[1] = get_column(flow, rel_column(level, rel, READ_TABLE_OID));
    ref->members = arena_alloc_array(level->arena, rel->member_count + 1, sizeof *ref->members);
    for (uint32_t i = 0; i < rel->member_count; i++) {
        const struct rel *member = &rel->members[i];
        if (!member->is_excluded)
            ref->members[ref->member_count++] = (struct plan_member){
                member->table, context->format(context->object, member->table), member->map};
    }
}

static void
column_ref(struct level *level, const struct rel *rel, const struct flow *flow,
           struct plan_row_ref *ref)
{
    const struct plan_context *context = level->planner->context;

    ref->format = context->format(context->object, rel->table);
    ref->key_count = identity_count(rel->table);
    ref->keys = arena_alloc_array(level->arena, ref->key_count, sizeof *ref->keys);
    for (uint32_t i = 0; i < ref->key_count; i++)
        ref->keys[i] = get_column(flow, rel_column(level, rel, identity_number(rel->table, i)));
}

void
row_ref_make(struct level *level, const struct rel *rel, const struct flow *flow,
             struct plan_row_ref *ref, struct plan_reread *reread)
{
    uint32_t count = flow->node->column_count;

    ref->table = rel->table;
    if (rel->is_tree)
        tree_ref(level, rel, flow, ref);
    else
        column_ref(level, rel, flow, ref);
    reread->columns = arena_alloc_array(level->arena, count, sizeof *reread->columns);
    reread->reads = arena_alloc_array(level->arena, count, sizeof *reread->reads);
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *e = flow->outputs[i];
        if (e->kind != EXPR_COLUMN || e->column.range != rel->range || e->column.number <= 0)
            continue;
        reread->columns[reread->count] = i;
        reread->reads[reread->count++] = e->column.number;
    }
}

/* ---- expressions over rows of the table ---- */

/* Columns 1..n of a range, as a flow's outputs from `first` on. */
static void
row_outputs(struct level *level, uint32_t range, struct expr **outputs, uint32_t first)
{
    const struct range *source = level->query->ranges[range];

    for (uint32_t i = 0; i < source->column_count; i++) {
        struct expr *e = arena_alloc_zero(level->arena, sizeof *e);
        e->kind = EXPR_COLUMN;
        e->type = source->columns[i].type;
        e->typmod = source->columns[i].typmod;
        e->collation = source->columns[i].collation;
        e->at = -1;
        e->column.range = range;
        e->column.number = (int16_t)(i + 1);
        outputs[first + i] = e;
    }
}

/* A flow without a node of its own: rows of `range`, then the columns of `after`. */
static struct flow
row_flow(struct level *level, uint32_t range, const struct expr **after_outputs,
         uint32_t after_count)
{
    uint32_t first = level->query->ranges[range]->column_count;
    struct plan_node *node = arena_alloc_zero(level->arena, sizeof *node);
    struct flow flow = {node, NULL};

    node->column_count = first + after_count;
    flow.outputs = arena_alloc_array(level->arena, node->column_count, sizeof *flow.outputs);
    row_outputs(level, range, flow.outputs, 0);
    for (uint32_t i = 0; i < after_count; i++)
        flow.outputs[first + i] = (struct expr *)(uintptr_t)after_outputs[i];
    return flow;
}

static struct expr *
bind_row(struct level *level, const struct flow *row, struct expr *e)
{
    return flow_bind(level->planner, row, prepare_expr(level, e));
}

/* Each table of a tree has rules of its own. */
static void
make_member_rules(struct level *level, struct plan_modify *node)
{
    uint32_t count = node->row.member_count;

    node->member_rules = arena_alloc_zero(level->arena, (count + 1) * sizeof *node->member_rules);
    for (uint32_t i = 0; i < count; i++)
        plan_table_rules(level->planner->context, node->row.members[i].table,
                         &node->member_rules[i]);
}

static void
make_rules(struct level *level, struct plan_modify *node, const struct row_rules *from)
{
    const struct plan_context *context = level->planner->context;
    struct plan_table_rules *rules = &node->rules;

    if (node->row.is_tree) {
        make_member_rules(level, node);
        return;
    }
    if (node->table->kind == TABLE_PARTITIONED) {
        /* Its partitions have rules. */
        *rules = (struct plan_table_rules){.table = node->table,
                                           .format = context->format(context->object, node->table)};
        return;
    }
    rules_begin(context, node->table, rules);
    if (from == NULL)
        return;
    struct flow row = row_flow(level, from->range, NULL, 0);
    rules->generated_count = from->generated_count;
    rules->generated =
        arena_alloc_array(level->arena, from->generated_count, sizeof *rules->generated);
    rules->generated_exprs =
        arena_alloc_array(level->arena, from->generated_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < from->generated_count; i++) {
        rules->generated[i] = from->generated[i].column;
        rules->generated_exprs[i] = bind_row(level, &row, from->generated[i].expr);
    }
    rules->check_count = from->check_count;
    rules->check_names = arena_alloc_array(level->arena, from->check_count, sizeof(char *));
    rules->checks = arena_alloc_array(level->arena, from->check_count, sizeof(struct expr *));
    for (uint32_t i = 0; i < from->check_count; i++) {
        rules->check_names[i] = from->checks[i].name;
        rules->checks[i] = bind_row(level, &row, from->checks[i].expr);
    }
}

static struct expr *
table_oid_column(struct level *level, uint32_t range)
{
    struct expr *e = arena_alloc_zero(level->arena, sizeof *e);

    e->kind = EXPR_COLUMN;
    e->type = TYPE_OID;
    e->typmod = -1;
    e->at = -1;
    e->column.range = range;
    e->column.number = READ_TABLE_OID;
    return e;
}

static struct plan_view_checks
make_views(struct level *level, const struct flow *row, const struct view_check *views,
           uint32_t count)
{
    struct plan_view_checks made = {.count = count};

    made.names = arena_alloc_array(level->arena, count, sizeof *made.names);
    made.exprs = arena_alloc_array(level->arena, count, sizeof *made.exprs);
    for (uint32_t i = 0; i < count; i++) {
        made.names[i] = views[i].view;
        made.exprs[i] = bind_row(level, row, views[i].expr);
    }
    return made;
}

static void
make_view_checks(struct level *level, struct plan_modify *node)
{
    const struct query *query = level->query;
    struct flow row = row_flow(level, query->result, NULL, 0);

    node->views = make_views(level, &row, query->view_checks, query->view_check_count);
}

static void
make_returning(struct level *level, struct plan_modify *node, const struct flow *input)
{
    const struct query *query = level->query;
    uint32_t count = input->node->column_count;
    const struct expr **after = arena_alloc_array(level->arena, count + 1, sizeof *after);

    /* The table's columns are those of the row as written, not as the child has read them. */
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *e = input->outputs[i];
        bool is_old = e->kind == EXPR_COLUMN && e->column.range == query->result &&
                      e->column.number > 0 && e->column.number != READ_ROW_ID;
        after[i] = is_old ? expr_null(level->arena, TYPE_BOOL, -1, -1) : e;
    }
    /* The executor adds what only it knows: the table that an inserted row is in. */
    if (node->node.kind == PLAN_INSERT)
        after[count++] = table_oid_column(level, query->result);
    struct flow row = row_flow(level, query->result, after, count);

    node->has_returning = query->returning_count != 0;
    node->returning =
        arena_alloc_array(level->arena, query->returning_count, sizeof *node->returning);
    for (uint32_t i = 0; i < query->returning_count; i++) {
        struct expr *e = prepare_expr(level, query->returning[i].expr);
        node->returning[i] = flow_bind(level->planner, &row, e);
        plan_column_set(level->planner, &node->node, i, e);
        node->node.columns[i].name = query->returning[i].name;
    }
}

static struct plan_assign *
make_assigns(struct level *level, const struct target *targets, uint32_t count,
             const struct flow *input, uint32_t *made)
{
    struct plan_assign *assigns = arena_alloc_array(level->arena, count, sizeof *assigns);

    *made = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (targets[i].is_junk)
            continue;
        assigns[(*made)++] = (struct plan_assign){
            targets[i].column,
            flow_bind(level->planner, input, prepare_expr(level, targets[i].expr))};
    }
    return assigns;
}

static struct plan_modify *
new_modify(struct level *level, enum plan_kind kind)
{
    const struct query *query = level->query;
    const struct plan_context *context = level->planner->context;
    const struct range *range = query->ranges[query->result];
    struct plan_modify *node = PLAN_NODE(level->planner, kind, plan_modify, query->returning_count);

    node->table = context->table(context->object, range->table.table->table);
    node->alias = range->name;
    if (node->table->kind != TABLE_PLAIN && node->table->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot change relation \"%s\"", node->table->name);
    return node;
}

static void
finish_modify(struct level *level, struct plan_modify *node, const struct flow *input)
{
    node->node.left = input->node;
    node->node.rows = level->query->returning_count != 0 ? input->node->rows : 0;
    node->node.startup_cost = input->node->startup_cost;
    node->node.total_cost = input->node->total_cost;
    node->node.row_bound = input->node->row_bound;
}

/* ---- INSERT ---- */

static void
make_conflict(struct level *level, struct plan_modify *node, const struct on_conflict *from)
{
    struct plan_conflict *conflict = arena_alloc_zero(level->arena, sizeof *conflict);
    const struct query *query = level->query;

    node->conflict = conflict;
    conflict->is_update = from->is_update;
    conflict->arbiter_count = from->arbiter_count;
    conflict->arbiters = from->arbiters;
    if (!from->is_update)
        return;
    uint32_t count = query->ranges[from->excluded]->column_count;
    struct expr **excluded = arena_alloc_array(level->arena, count, sizeof *excluded);
    row_outputs(level, from->excluded, excluded, 0);
    struct flow rows = row_flow(level, query->result, (const struct expr **)excluded, count);
    conflict->assigns =
        make_assigns(level, from->targets, from->target_count, &rows, &conflict->assign_count);
    struct expr_list where = {NULL, 0, 0};
    expr_list_add_conjuncts(level->arena, &where, prepare_expr(level, from->where));
    conflict->where = flow_bind_list(level->planner, &rows, &where);
    conflict->views = make_views(level, &rows, from->views, from->view_count);
}

static struct flow
plan_insert(struct level *level)
{
    const struct query *query = level->query;
    struct plan_modify *node = new_modify(level, PLAN_INSERT);
    struct expr_list needed = {NULL, 0, 0};

    rels_begin(level);
    level->targets = arena_alloc_array(level->arena, query->target_count, sizeof *level->targets);
    struct expr **exprs = arena_alloc_array(level->arena, query->target_count, sizeof *exprs);
    node->targets = arena_alloc_array(level->arena, query->target_count, sizeof *node->targets);
    for (uint32_t i = 0; i < query->target_count; i++) {
        exprs[i] = prepare_expr(level, query->targets[i].expr);
        level->targets[i] = query->targets[i];
        level->targets[i].expr = exprs[i];
        node->targets[i] = query->targets[i].column;
        rels_need(level, exprs[i]);
    }
    node->target_count = query->target_count;
    expr_list_add_conjuncts(level->arena, &level->where, prepare_expr(level, query->where));
    join_begin(level);
    rels_finish(level);
    for (uint32_t i = 0; i < query->target_count; i++)
        columns_of(level, exprs[i], &needed);
    struct flow input = join_plan_unordered(level, &needed);
    input = flow_project(level->planner, input, exprs, query->target_count);
    make_rules(level, node, query->rules);
    if (node->table->kind == TABLE_PARTITIONED)
        node->route = plan_route_make(level->planner->context, node->table);
    make_view_checks(level, node);
    if (query->on_conflict != NULL)
        make_conflict(level, node, query->on_conflict);
    make_returning(level, node, &input);
    finish_modify(level, node, &input);
    return (struct flow){&node->node, NULL};
}

/* ---- UPDATE, DELETE ---- */

static struct flow
plan_change(struct level *level, enum plan_kind kind)
{
    const struct query *query = level->query;
    struct plan_modify *node = new_modify(level, kind);
    struct expr_list reads = {NULL, 0, 0}, needed = {NULL, 0, 0};
    struct target *targets = arena_alloc_array(level->arena, query->target_count, sizeof *targets);

    rels_begin(level);
    const struct rel *rel = rels_add(level, query->result);
    for (uint32_t i = 0; i < query->target_count; i++) {
        targets[i] = query->targets[i];
        targets[i].expr = prepare_expr(level, query->targets[i].expr);
        expr_list_add(level->arena, &reads, targets[i].expr);
    }
    for (uint32_t i = 0; i < query->returning_count; i++)
        expr_list_add(level->arena, &reads, prepare_expr(level, query->returning[i].expr));
    expr_list_add_conjuncts(level->arena, &level->where, prepare_expr(level, query->where));
    row_ref_need(level, rel, &needed);
    for (uint32_t i = 0; i < level->where.count; i++)
        expr_list_add(level->arena, &reads, level->where.items[i]);
    for (uint32_t i = 0; i < reads.count; i++) {
        columns_of(level, reads.items[i], &needed);
        rels_need(level, reads.items[i]);
    }
    join_begin(level);
    rels_finish(level);
    struct flow input = join_plan_unordered(level, &needed);
    row_ref_make(level, rel, &input, &node->row, &node->reread);
    node->recheck = flow_bind_list(level->planner, &input, &level->where);
    node->assigns = make_assigns(level, targets, query->target_count, &input, &node->assign_count);
    make_rules(level, node, query->rules);
    if (kind == PLAN_UPDATE && node->table->kind == TABLE_PARTITIONED)
        node->route = plan_route_change(level->planner->context, node->table, node->assigns,
                                        node->assign_count);
    make_view_checks(level, node);
    make_returning(level, node, &input);
    finish_modify(level, node, &input);
    return (struct flow){&node->node, NULL};
}

/* ---- MERGE ---- */

struct merge_plan {
    struct level *level;
    struct plan_modify *node;
    struct expr_list needed;
    struct expr_list on;
    struct merge_action *actions; /* prepared */
};

static void
merge_need(struct merge_plan *m, struct expr *e)
{
    if (e == NULL)
        return;
    columns_of(m->level, e, &m->needed);
    rels_need(m->level, e);
}

/* The actions with their expressions prepared, and the columns that they read. */
static void
merge_prepare(struct merge_plan *m)
{
    struct level *level = m->level;
    const struct query *query = level->query;
    uint32_t count = query->merge_action_count;

    m->actions = arena_copy(level->arena, query->merge_actions, count * sizeof *m->actions);
    for (uint32_t i = 0; i < count; i++) {
        struct merge_action *action = &m->actions[i];
        action->condition = prepare_expr(level, action->condition);
        merge_need(m, action->condition);
        action->targets = arena_copy(level->arena, action->targets,
                                     action->target_count * sizeof *action->targets);
        for (uint32_t t = 0; t < action->target_count; t++) {
            action->targets[t].expr = prepare_expr(level, action->targets[t].expr);
            merge_need(m, action->targets[t].expr);
        }
    }
    expr_list_add_conjuncts(level->arena, &m->on, prepare_expr(level, query->merge_join->on));
    for (uint32_t i = 0; i < m->on.count; i++)
        merge_need(m, m->on.items[i]);
}

static enum plan_kind
merge_kind(enum command command)
{
    switch (command) {
    case COMMAND_INSERT:
        return PLAN_INSERT;
    case COMMAND_UPDATE:
        return PLAN_UPDATE;
    case COMMAND_DELETE:
        return PLAN_DELETE;
    default:
        return PLAN_RESULT;
    }
}

static struct plan_assign *
merge_assigns(struct merge_plan *m, const struct merge_action *action, const struct flow *input)
{
    struct plan_assign *assigns =
        arena_alloc_array(m->level->arena, action->target_count, sizeof *assigns);

    for (uint32_t t = 0; t < action->target_count; t++)
        assigns[t] =
            (struct plan_assign){action->targets[t].column,
                                 flow_bind(m->level->planner, input, action->targets[t].expr)};
    return assigns;
}

static void
merge_actions(struct merge_plan *m, const struct flow *input)
{
    struct level *level = m->level;
    uint32_t count = level->query->merge_action_count;

    m->node->action_count = count;
    m->node->actions = arena_alloc_zero(level->arena, count * sizeof *m->node->actions);
    for (uint32_t i = 0; i < count; i++) {
        const struct merge_action *from = &m->actions[i];
        struct plan_merge_action *action = &m->node->actions[i];
        struct expr_list condition = {NULL, 0, 0};
        action->is_matched = from->match == MATCH_FOUND;
        action->kind = merge_kind(from->command);
        if (from->condition != NULL)
            expr_list_add_conjuncts(level->arena, &condition, from->condition);
        action->condition = flow_bind_list(level->planner, input, &condition);
        action->assign_count = from->target_count;
        action->assigns = merge_assigns(m, from, input);
    }
}

static struct flow
plan_merge(struct level *level)
{
    const struct query *query = level->query;
    struct merge_plan m = {.level = level, .node = new_modify(level, PLAN_MERGE)};

    rels_begin(level);
    const struct rel *rel = &level->rels[level->rel_of_range[query->result]];
    if (table_is_tree(level->planner, rel->source))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "MERGE into a table that is partitioned or has children is not supported yet");
    row_ref_need(level, rel, &m.needed);
    merge_prepare(&m);
    join_begin(level);
    rels_finish(level);
    struct flow input = join_plan_unordered(level, &m.needed);
    row_ref_make(level, rel, &input, &m.node->row, &m.node->reread);
    m.node->recheck = flow_bind_list(level->planner, &input, &m.on);
    merge_actions(&m, &input);
    make_rules(level, m.node, query->rules);
    finish_modify(level, m.node, &input);
    return (struct flow){&m.node->node, NULL};
}

struct flow
modify_plan(struct level *level)
{
    struct flow flow;

    switch (level->query->command) {
    case COMMAND_INSERT:
        flow = plan_insert(level);
        break;
    case COMMAND_UPDATE:
        flow = plan_change(level, PLAN_UPDATE);
        break;
    case COMMAND_DELETE:
        flow = plan_change(level, PLAN_DELETE);
        break;
    default:
        flow = plan_merge(level);
    }
    flow.outputs =
        arena_alloc_array(level->arena, level->query->returning_count, sizeof *flow.outputs);
    for (uint32_t i = 0; i < level->query->returning_count; i++)
        flow.outputs[i] = level->query->returning[i].expr;
    return flow;
}
