/*
 * change.c: UPDATE and DELETE, and what all changes share: the table written to, RETURNING.
 */
#include "sql/analysis_int.h"

/* ---- the table ---- */

static void
check_changeable(struct analysis *an, const struct table *table, int32_t at)
{
    switch (table->kind) {
    case TABLE_PLAIN:
    case TABLE_PARTITIONED:
    case TABLE_VIEW:
        return;
    case TABLE_SEQUENCE:
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot change sequence \"%s\"", table->name);
    case TABLE_MATERIALISED:
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot change materialized view \"%s\"",
             table->name);
    case TABLE_INDEX:
        fail_detail(an, at, SQLSTATE_WRONG_OBJECT_TYPE,
                    "This operation is not supported for indexes.", "cannot open relation \"%s\"",
                    table->name);
    case TABLE_COMPOSITE:
        fail(an, at, SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is a composite type", table->name);
    default:
        fail(an, -1, SQLSTATE_INSUFFICIENT_PRIVILEGE,
             "permission denied: \"%s\" is a system catalog", table->name);
    }
}

static struct item *
bind_named_table(struct level *level, const PgQuery__RangeVar *node, const struct table *table)
{
    struct change_target *change = arena_alloc_zero(level->an->arena, sizeof *change);
    uint32_t number = range_add_table(level, table, NULL, node->location);
    range_get(level, number)->table.is_only = !node->inh;
    change->named = change->base = table;
    level->change = change;
    return item_of_range(level, number);
}

const struct table *
bind_result_table(struct level *level, const PgQuery__RangeVar *node)
{
    struct analysis *an = level->an;
    uint32_t cte_number, levels_up;
    bool is_self;
    if (tree_text(node->schemaname) == NULL &&
        cte_find(level, node->relname, &cte_number, &levels_up, &is_self) != NULL && levels_up == 0)
        fail(an, node->location, SQLSTATE_SYNTAX_ERROR,
             "relation \"%s\" cannot be the target of a modifying statement", node->relname);
    const struct table *table = relation_get(an, node);
    check_changeable(an, table, node->location);
    struct item *item = table->kind == TABLE_VIEW && table->view_sql != NULL
                            ? bind_updatable_view(level, table, node->location)
                            : bind_named_table(level, node, table);
    level->query->result = item->range;
    level->result_item = item;
    if (node->alias != NULL) {
        item->name = node->alias->aliasname;
        struct range *range = range_get(level, item->range);
        if (item->view == NULL) {
            range->name = item->name;
            range->is_alias = true;
        }
    } else {
        item->schema = table->schema_name;
    }
    return level->change->base;
}

const struct column_def *
default_column(const struct level *level, int16_t column)
{
    const struct change_target *change = level->change;
    return change->defaults != NULL ? change->defaults[column - 1]
                                    : &change->base->columns[column - 1];
}

void
bind_returning(struct level *level, struct nodes nodes)
{
    struct list targets = {.count = 0};
    if (nodes.count == 0)
        return;
    bind_targets(level, nodes, CLAUSE_RETURNING, &targets);
    if (targets.count == 0)
        fail(level->an, tree_at(nodes.items[0]), SQLSTATE_SYNTAX_ERROR,
             "RETURNING must have at least one column");
    settle_unknown_targets(level, &targets);
    targets_finish(level, &targets, &level->query->returning, &level->query->returning_count);
}

/* ---- SET ---- */

struct setting {
    struct level *level;
    const struct table *table;
    struct list *targets;
    struct expr *row;     /* SET (a, b) = (SELECT ...): the row */
    struct expr **fields; /* its columns, or those of ROW(...) */
    uint32_t field_count;
};

static void
check_always(const struct setting *s, int16_t number, const struct expr *value)
{
    const struct column_def *column = &s->table->columns[number - 1];
    bool is_always = column->generated_sql != NULL || column->identity == IDENTITY_ALWAYS;
    /* A view's default is null if it has none of its own. */
    bool is_default = value->kind == EXPR_DEFAULT && s->level->change->map == NULL;
    if (!is_default && is_always)
        raise_error(.code = SQLSTATE_GENERATED_ALWAYS,
                    .message =
                        raise_text("column \"%s\" can only be updated to DEFAULT", column->name),
                    .detail = column->generated_sql != NULL
                                  ? raise_text("Column \"%s\" is a generated column.", column->name)
                                  : raise_text("Column \"%s\" is an identity column defined as "
                                               "GENERATED ALWAYS.",
                                               column->name));
}

static struct target *
target_of_column(const struct setting *s, int16_t number)
{
    for (uint32_t i = 0; i < s->targets->count; i++) {
        struct target *target = s->targets->items[i];
        if (target->column == number)
            return target;
    }
    return NULL;
}

static void
set_column(struct setting *s, const PgQuery__ResTarget *node, struct expr *value)
{
    struct level *level = s->level;
    struct analysis *an = level->an;
    if (is_system_column(node->name))
        fail(an, node->location, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "cannot assign to system column \"%s\"", node->name);
    int16_t named = column_number_get(an, level->change->named, node->name, node->location);
    int16_t number = base_column_get(level, named);
    const struct column_def *column = &s->table->columns[number - 1];
    check_always(s, number, value);
    struct target *target = target_of_column(s, number);
    if (target != NULL && (node->n_indirection == 0 || !target->is_part))
        fail(an, -1, SQLSTATE_SYNTAX_ERROR, "multiple assignments to same column \"%s\"",
             column->name);
    struct assignment to = assignment_of(level->change->named, named, node->location);
    struct expr *base = NULL;
    if (node->n_indirection > 0)
        base = target != NULL
                   ? without_domain(target->expr)
                   : item_column_expr(level, level->result_item, (uint32_t)named - 1, 0, -1);
    value = assign_through(level, base, &to, NODES(node, indirection), value);
    if (value->kind == EXPR_DEFAULT && column->generated_sql != NULL)
        return;
    if (value->kind == EXPR_DEFAULT)
        value = bind_default(
            an, level->change->map == NULL ? column : &level->change->named->columns[named - 1]);
    if (target == NULL) {
        target = target_add(level, s->targets, value, column->name, false);
        target->column = number;
    }
    target->expr = value;
    target->is_part = node->n_indirection > 0;
}

static struct expr *
default_marker(struct level *level, int32_t at)
{
    return expr_new(level->an->arena, EXPR_DEFAULT, TYPE_UNKNOWN, at);
}

static struct expr *
bind_source(struct level *level, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT)
        return default_marker(level, node->set_to_default->location);
    return bind_in_clause(level, node, CLAUSE_UPDATE_SOURCE);
}

/* The first of SET (a, b) = ...: binds the whole right side. */
static void
bind_multi_source(struct setting *s, const PgQuery__MultiAssignRef *ref)
{
    struct level *level = s->level;
    struct analysis *an = level->an;
    const PgQuery__Node *source = ref->source;
    if (source->node_case == PG_QUERY__NODE__NODE_SUB_LINK &&
        source->sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) {
        enum clause outer = level->clause;
        level->clause = CLAUSE_UPDATE_SOURCE;
        s->row = bind_row_sublink(level, source->sub_link);
        level->clause = outer;
        s->fields = row_fields(level, s->row, &s->field_count);
    } else if (source->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        struct list exprs = {.count = 0};
        struct nodes args = NODES(source->row_expr, args);
        enum clause outer = level->clause;
        level->clause = CLAUSE_UPDATE_SOURCE;
        for (size_t i = 0; i < args.count; i++) {
            if (args.items[i]->node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT)
                list_add(an->arena, &exprs, bind_source(level, args.items[i]));
            else
                bind_expr_or_star(level, args.items[i], &exprs);
        }
        level->clause = outer;
        s->fields = (struct expr **)exprs.items;
        s->field_count = exprs.count;
    } else {
        fail(an, tree_start(source), SQLSTATE_FEATURE_NOT_SUPPORTED,
             "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
    }
    if (s->field_count != (uint32_t)ref->ncolumns)
        fail(an, tree_at(source), SQLSTATE_SYNTAX_ERROR,
             "number of columns does not match number of values");
}

void
bind_set_list(struct level *level, const struct table *table, struct nodes nodes,
              struct list *targets)
{
    struct setting s = {.level = level, .table = table, .targets = targets};
    for (size_t i = 0; i < nodes.count; i++) {
        const PgQuery__ResTarget *node = nodes.items[i]->res_target;
        struct expr *value;
        if (node->val->node_case == PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF) {
            const PgQuery__MultiAssignRef *ref = node->val->multi_assign_ref;
            if (ref->colno == 1)
                bind_multi_source(&s, ref);
            value = s.fields[ref->colno - 1];
        } else {
            value = bind_source(level, node->val);
        }
        set_column(&s, node, value);
    }
}

/* ---- statements ---- */

/* FROM or USING: they do not see the table written to. */
static void
bind_others(struct level *level, struct nodes from)
{
    level->result_item->is_lateral_only = true;
    level->result_item->is_lateral_ok = false;
    item_show(level, level->result_item);
    bind_from(level, from);
    level->result_item->is_lateral_only = false;
    level->result_item->is_lateral_ok = true;
}

/* WHERE, and what the views on the way to the table show. */
static void
bind_restriction(struct level *level, const PgQuery__Node *node)
{
    struct analysis *an = level->an;
    const struct list *wheres = &level->change->wheres;
    struct expr **args = arena_alloc_array(an->arena, wheres->count + 1, sizeof *args);
    uint32_t count = 0;
    for (; count < wheres->count; count++)
        args[count] = ((const struct view_check *)wheres->items[count])->expr;
    args[count] = bind_where(level, node, CLAUSE_WHERE);
    count += args[count] != NULL;
    if (count != 0)
        level->query->where = join_conditions(an, EXPR_AND, args, count, -1);
}

struct query *
bind_update(struct analysis *an, struct level *parent, const PgQuery__UpdateStmt *stmt)
{
    struct level *level = level_new(an, parent, COMMAND_UPDATE);
    struct query *q = level->query;
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    const struct table *table = bind_result_table(level, stmt->relation);
    bind_others(level, NODES(stmt, from_clause));
    bind_restriction(level, stmt->where_clause);
    bind_returning(level, NODES(stmt, returning_list));
    bind_set_list(level, table, NODES(stmt, target_list), &level->targets);
    q->rules = bind_direct_rules(an, table, q->result);
    targets_finish(level, &level->targets, &q->targets, &q->target_count);
    level_finish(level);
    return q;
}

struct query *
bind_delete(struct analysis *an, struct level *parent, const PgQuery__DeleteStmt *stmt)
{
    struct level *level = level_new(an, parent, COMMAND_DELETE);
    struct query *q = level->query;
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    bind_result_table(level, stmt->relation);
    bind_others(level, NODES(stmt, using_clause));
    bind_restriction(level, stmt->where_clause);
    bind_returning(level, NODES(stmt, returning_list));
    level_finish(level);
    return q;
}
