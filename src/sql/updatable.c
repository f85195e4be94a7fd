/*
 * updatable.c: changes through views that are simple enough: those of one table or view, whose rows
 * and columns are its own.
 *
 * The statement is bound as a change of the base table. The view's text is bound once more in the
 * statement's own level, where the base table's columns stand for its FROM; the item that is shown
 * has the view's names over these expressions, so whatever the statement says of the view is said
 * of the base table. The view's WHERE restricts UPDATE and DELETE, and is a check of rows written
 * if the view, or one above that cascades, says WITH CHECK OPTION. Inner checks come first.
 */
#include "sql/analysis_int.h"

#define NOT_UPDATABLE(what) "Views " what " are not automatically updatable."

/* A view on the way from the one that is named down to the table. */
struct view_step {
    const struct table *view;
    const PgQuery__SelectStmt *select;
    const struct query *query; /* the view as it is read */
    const struct table *from;
    bool is_only;
};

/* ---- which views ---- */

/* Why the query is none that can be changed through; null: it is one. */
static const char *
query_reason(const struct query *q)
{
    if (q->distinct != DISTINCT_NONE)
        return NOT_UPDATABLE("containing DISTINCT");
    if (q->has_group_by || q->group_count > 0 || q->grouping_set_count > 0)
        return NOT_UPDATABLE("containing GROUP BY");
    if (q->having != NULL)
        return NOT_UPDATABLE("containing HAVING");
    const struct range *only = q->range_count == 1 ? q->ranges[0] : NULL;
    if (only != NULL && only->kind == RANGE_SETOP)
        return NOT_UPDATABLE("containing UNION, INTERSECT, or EXCEPT");
    if (q->cte_count > 0)
        return NOT_UPDATABLE("containing WITH");
    if (q->limit != NULL || q->offset != NULL)
        return NOT_UPDATABLE("containing LIMIT or OFFSET");
    if (q->has_aggregates)
        return NOT_UPDATABLE("that return aggregate functions");
    if (q->has_windows)
        return NOT_UPDATABLE("that return window functions");
    if (q->has_set_functions)
        return NOT_UPDATABLE("that return set-returning functions");
    if (q->from_count != 1 || q->from[0]->is_join)
        return NOT_UPDATABLE("that do not select from a single table or view");
    const struct range *from = q->ranges[q->from[0]->range];
    bool is_table = from->kind == RANGE_TABLE && (from->table.table->kind == TABLE_PLAIN ||
                                                  from->table.table->kind == TABLE_PARTITIONED);
    bool is_view = from->kind == RANGE_SUBQUERY && from->subquery.view != OID_NONE;
    if (!is_table && !is_view)
        return NOT_UPDATABLE("that do not select from a single table or view");
    if (is_table && from->table.sample != NULL)
        return NOT_UPDATABLE("containing TABLESAMPLE");
    return NULL;
}

/* Why a column of the view is none of what it selects from; null: it is. */
static const char *
column_reason(const struct query *q, uint32_t column)
{
    const struct expr *e = q->targets[column].expr;
    if (e->kind != EXPR_COLUMN || e->column.levels_up != 0 || e->column.range != q->from[0]->range)
        return "View columns that are not columns of their base relation are not updatable.";
    if (e->column.number < 0)
        return "View columns that refer to system columns are not updatable.";
    if (e->column.number == COLUMN_WHOLE_ROW)
        return "View columns that return whole-row references are not updatable.";
    return NULL;
}

static bool
has_updatable_column(const struct query *q, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (column_reason(q, i) == NULL)
            return true;
    }
    return false;
}

const char *
updatable_reason(const struct query *q, uint32_t column_count)
{
    const char *reason = query_reason(q);
    if (reason == NULL && !has_updatable_column(q, column_count))
        reason = NOT_UPDATABLE("that have no updatable columns");
    return reason;
}

static const PgQuery__RangeVar *
from_of(const struct view_step *step)
{
    return step->select->from_clause[0]->range_var;
}

/* The view as it is stored; reason null: it selects from one table or view. */
static struct view_step
step_of(struct analysis *an, const struct table *view, const char **reason)
{
    struct view_step step = {.view = view, .query = bind_view(an, view)};
    *reason = query_reason(step.query);
    if (*reason != NULL)
        return step;
    struct raw_list *list = parse_sql(an->arena, slice_text(view->view_sql));
    const PgQuery__Node *node = list->statements[0].node;
    step.select = node->select_stmt;
    step.from = relation_get(an, from_of(&step));
    step.is_only = !from_of(&step)->inh;
    return step;
}

static _Noreturn void
fail_view(const struct level *level, const char *view, const char *reason)
{
    static const struct {
        const char *verb, *gerund, *event;
    } words[] = {
        [COMMAND_INSERT] = {"insert into", "inserting into", "INSERT"},
        [COMMAND_UPDATE] = {"update", "updating", "UPDATE"},
        [COMMAND_DELETE] = {"delete from", "deleting from", "DELETE"},
    };
    enum command command = level->query->command;
    raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                .message = raise_text("cannot %s view \"%s\"", words[command].verb, view),
                .detail = reason,
                .hint =
                    raise_text("To enable %s the view, provide an INSTEAD OF %s trigger or an "
                               "unconditional ON %s DO INSTEAD rule.",
                               words[command].gerund, words[command].event, words[command].event));
}

/* ---- columns ---- */

int16_t
base_column_get(struct level *level, int16_t column)
{
    const struct change_target *change = level->change;
    if (change == NULL || change->map == NULL)
        return column;
    const struct base_column *base = &change->map[column - 1];
    if (base->number == 0)
        fail_detail(level->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, base->reason,
                    "cannot %s column \"%s\" of view \"%s\"",
                    level->query->command == COMMAND_INSERT ? "insert into" : "update",
                    base->column, base->view);
    return base->number;
}

/* The columns of a view over those of what it selects from; inner null: a table. */
static const struct base_column *
map_columns(struct analysis *an, const struct view_step *step, const struct base_column *inner)
{
    uint16_t count = step->view->column_count;
    struct base_column *map = arena_alloc_zero(an->arena, (count + 1u) * sizeof *map);
    for (uint16_t i = 0; i < count; i++) {
        const char *reason = column_reason(step->query, i);
        int16_t number = step->query->targets[i].expr->column.number;
        if (reason != NULL)
            map[i] = (struct base_column){
                .reason = reason, .column = step->view->columns[i].name, .view = step->view->name};
        else if (inner != NULL)
            map[i] = inner[number - 1];
        else
            map[i].number = number;
    }
    return map;
}

/* Defaults of the view go before those beneath it. */
static void
take_defaults(const struct table *view, const struct base_column *map,
              const struct column_def **defaults)
{
    for (uint16_t i = 0; i < view->column_count; i++) {
        if (view->columns[i].default_sql != NULL && map[i].number > 0)
            defaults[map[i].number - 1] = &view->columns[i];
    }
}

/* ---- the view's text in the statement's level ---- */

/* What a view's text must not see of the statement that it is bound in. */
struct hidden_level {
    struct analysis an;
    struct level level;
};

static void
level_hide(struct level *level, struct hidden_level *hidden)
{
    hidden->an = *level->an;
    hidden->level = *level;
    level->an->text = NULL;
    level->an->params = NULL;
    level->an->is_lifted = false;
    level->an->view_depth++;
    level->parent = NULL;
    level->items = level->ctes = level->later_ctes = (struct list){.count = 0};
    level->self_cte = NULL;
    level->self_node = NULL;
}

static void
level_show(struct level *level, const struct hidden_level *hidden)
{
    level->an->text = hidden->an.text;
    level->an->params = hidden->an.params;
    level->an->is_lifted = hidden->an.is_lifted;
    level->an->view_depth = hidden->an.view_depth;
    level->parent = hidden->level.parent;
    level->items = hidden->level.items;
    level->ctes = hidden->level.ctes;
    level->later_ctes = hidden->level.later_ctes;
    level->self_cte = hidden->level.self_cte;
    level->self_node = hidden->level.self_node;
}

/* What the view selects from is shown under the names of its FROM. */
static void
name_source(const struct view_step *step, struct item *source)
{
    const PgQuery__RangeVar *node = from_of(step);
    const PgQuery__Alias *alias = node->alias;
    source->name = alias != NULL ? alias->aliasname : step->from->name;
    source->schema = alias != NULL ? NULL : step->from->schema_name;
    size_t name = 0;
    for (uint32_t i = 0; alias != NULL && i < source->column_count; i++) {
        if (source->columns[i].name != NULL && name < alias->n_colnames)
            source->columns[i].name = tree_string(alias->colnames[name++]);
    }
}

/* The view's item over that of what it selects from; *where: its condition, null for none. */
static struct item *
item_of_view(struct level *level, const struct view_step *step, struct item *source,
             struct expr **where)
{
    struct analysis *an = level->an;
    struct hidden_level hidden;
    struct list targets = {.count = 0};
    name_source(step, source);
    level_hide(level, &hidden);
    item_show(level, source);
    bind_targets(level, NODES(step->select, target_list), CLAUSE_TARGET, &targets);
    *where = bind_where(level, step->select->where_clause, CLAUSE_WHERE);
    level_show(level, &hidden);
    struct item *item = arena_alloc_zero(an->arena, sizeof *item);
    item->name = step->view->name;
    item->range = source->range;
    item->view = step->view;
    item->column_count = step->view->column_count;
    item->columns = arena_alloc_zero(an->arena, (item->column_count + 1) * sizeof *item->columns);
    for (uint32_t i = 0; i < item->column_count; i++) {
        const struct target *target = targets.items[i];
        item->columns[i].name = step->view->columns[i].name;
        item->columns[i].expr = target->expr;
    }
    item->is_name_visible = item->are_columns_visible = item->is_lateral_ok = true;
    return item;
}

/* ---- a change ---- */

struct view_change {
    struct level *level;
    struct change_target *target;
    uint32_t range;     /* of the base table; RANGE_NONE: to be added */
    struct list checks; /* struct view_check: of views that check rows written */
};

/* A view and all beneath it. `cascades`: a view above wants its rows checked here, too. */
static struct item *
change_through(struct view_change *change, const struct table *view, bool cascades, int32_t at,
               const struct base_column **map)
{
    struct level *level = change->level;
    struct analysis *an = level->an;
    const char *reason;
    const struct base_column *inner = NULL;
    struct view_step step = step_of(an, view, &reason);
    if (reason == NULL && level->query->command != COMMAND_DELETE)
        reason = updatable_reason(step.query, view->column_count);
    if (reason != NULL)
        fail_view(level, view->name, reason);

    cascades |= view->check_option == 'c';
    bool is_checked = cascades || view->check_option != 0;
    struct item *source;
    if (step.from->kind == TABLE_VIEW) {
        source = change_through(change, step.from, cascades, at, &inner);
    } else {
        const struct table *base = change->target->base = step.from;
        if (change->range == RANGE_NONE) {
            const PgQuery__Alias *alias = from_of(&step)->alias;
            change->range =
                range_add_table(level, base, alias == NULL ? NULL : alias->aliasname, at);
            range_get(level, change->range)->table.is_only = step.is_only;
        }
        source = item_of_range(level, change->range);
        change->target->defaults =
            arena_alloc_array(an->arena, base->column_count + 1u, sizeof *change->target->defaults);
        for (uint16_t i = 0; i < base->column_count; i++)
            change->target->defaults[i] = &base->columns[i];
    }
    struct expr *where;
    struct item *item = item_of_view(level, &step, source, &where);
    *map = map_columns(an, &step, inner);
    take_defaults(view, *map, change->target->defaults);
    if (where == NULL)
        return item;
    struct view_check *check = arena_alloc_zero(an->arena, sizeof *check);
    *check = (struct view_check){.view = view->name, .expr = where};
    list_add(an->arena, &change->target->wheres, check);
    if (is_checked)
        list_add(an->arena, &change->checks, check);
    return item;
}

struct item *
bind_updatable_view(struct level *level, const struct table *view, int32_t at)
{
    struct analysis *an = level->an;
    struct change_target *target = arena_alloc_zero(an->arena, sizeof *target);
    struct view_change change = {.level = level, .target = target, .range = RANGE_NONE};
    target->named = view;
    struct item *item = change_through(&change, view, false, at, &target->map);
    level->change = target;
    level->query->view_check_count = change.checks.count;
    level->query->view_checks = list_flatten(an->arena, &change.checks, sizeof(struct view_check));
    return item;
}

struct item *
view_item_over(struct level *level, const struct change_target *change, uint32_t range)
{
    struct change_target target = {.named = change->named};
    struct view_change again = {.level = level, .target = &target, .range = range};
    return change_through(&again, change->named, false, -1, &target.map);
}

/* ---- what may be changed, for the catalog ---- */

/* Bits of pg_relation_is_updatable. */
enum { CAN_UPDATE = 4, CAN_INSERT = 8, CAN_DELETE = 16 };

static uint32_t
updatable_events(struct analysis *an, const struct table *table, const bool *wanted)
{
    if (table->kind == TABLE_PLAIN || table->kind == TABLE_PARTITIONED)
        return CAN_UPDATE | CAN_INSERT | CAN_DELETE;
    if (table->kind != TABLE_VIEW || table->view_sql == NULL)
        return 0;
    const char *reason;
    struct view_step step = step_of(an, table, &reason);
    if (reason != NULL)
        return 0;
    uint32_t events = CAN_DELETE;
    bool *inner = arena_alloc_zero(an->arena, step.from->column_count + 1u);
    for (uint16_t i = 0; i < table->column_count; i++) {
        if ((wanted != NULL && !wanted[i]) || column_reason(step.query, i) != NULL)
            continue;
        inner[step.query->targets[i].expr->column.number - 1] = true;
        events |= CAN_UPDATE | CAN_INSERT;
    }
    return events & updatable_events(an, step.from, inner);
}

const char *
analyze_view_reason(const struct analyze_options *options, const struct table *view)
{
    struct analysis an = analysis_begin(options, NULL);
    return updatable_reason(bind_view(&an, view), view->column_count);
}

uint32_t
analyze_updatable(const struct analyze_options *options, const struct table *table, int16_t column)
{
    struct analysis an = analysis_begin(options, NULL);
    bool *wanted = NULL;
    if (column > 0 && column <= table->column_count) {
        wanted = arena_alloc_zero(an.arena, table->column_count);
        wanted[column - 1] = true;
    }
    return updatable_events(&an, table, wanted);
}
