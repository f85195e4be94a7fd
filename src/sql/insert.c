/*
 * insert.c: INSERT: columns matched with values, defaults filled in, ON CONFLICT.
 */
#include "sql/analysis_int.h"

struct insert {
    struct level *level;
    const PgQuery__InsertStmt *stmt;
    const struct table *table;        /* written to, */
    const struct table *named;        /* or a view over it, as the statement names it */
    uint32_t column_count;            /* given */
    int16_t *columns;                 /* their numbers in what is named */
    const PgQuery__ResTarget **nodes; /* null where no list was written */
    struct expr **values; /* [table->column_count], by column: what to store; null: default */
    enum overriding overriding;
};

/* ---- columns ---- */

static int16_t
column_number(const struct table *table, const char *name)
{
    for (uint16_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].is_dropped && strcmp(table->columns[i].name, name) == 0)
            return (int16_t)(i + 1);
    }
    return 0;
}

int16_t
column_number_get(struct analysis *an, const struct table *table, const char *name, int32_t at)
{
    int16_t number = column_number(table, name);
    if (number == 0)
        fail(an, at, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist",
             name, table->name);
    return number;
}

static void
take_columns(struct insert *in)
{
    struct analysis *an = in->level->an;
    const PgQuery__InsertStmt *stmt = in->stmt;
    size_t room = stmt->n_cols > 0 ? stmt->n_cols : in->named->column_count;
    in->columns = arena_alloc_array(an->arena, room, sizeof *in->columns);
    in->nodes = arena_alloc_zero(an->arena, (room + 1) * sizeof *in->nodes);
    for (uint16_t i = 0; stmt->n_cols == 0 && i < in->named->column_count; i++) {
        if (!in->named->columns[i].is_dropped)
            in->columns[in->column_count++] = (int16_t)(i + 1);
    }
    for (size_t i = 0; i < stmt->n_cols; i++) {
        const PgQuery__ResTarget *node = stmt->cols[i]->res_target;
        int16_t number = column_number_get(an, in->named, node->name, node->location);
        for (uint32_t j = 0; j < in->column_count; j++) {
            if (in->columns[j] == number && node->n_indirection == 0)
                fail(an, node->location, SQLSTATE_DUPLICATE_COLUMN,
                     "column \"%s\" specified more than once", node->name);
        }
        in->nodes[in->column_count] = node;
        in->columns[in->column_count++] = number;
    }
}

/* ---- assignment ---- */

static struct assignment
target_of(const struct insert *in, uint32_t i)
{
    const PgQuery__ResTarget *node = in->nodes[i];
    return assignment_of(in->named, in->columns[i], node == NULL ? -1 : node->location);
}

/* What leads from the i-th column given to the part of it that is. */
static struct nodes
steps_of(const struct insert *in, uint32_t i)
{
    const PgQuery__ResTarget *node = in->nodes[i];
    return node == NULL ? (struct nodes){0, NULL} : NODES(node, indirection);
}

/* One row's values, for the columns given, converted to them or to the parts of them. */
static struct expr **
assign_row(struct insert *in, const struct list *exprs)
{
    struct level *level = in->level;
    struct analysis *an = level->an;
    if (exprs->count > in->column_count)
        fail(an, expr_start(exprs->items[in->column_count]), SQLSTATE_SYNTAX_ERROR,
             "INSERT has more expressions than target columns");
    if (in->stmt->n_cols > 0 && exprs->count < in->column_count) {
        const struct expr *only = exprs->count == 1 ? exprs->items[0] : NULL;
        bool is_row = only != NULL && only->kind == EXPR_ROW && only->arg_count == in->column_count;
        fail_hint(an, in->nodes[exprs->count]->location, SQLSTATE_SYNTAX_ERROR,
                  is_row ? "The insertion source is a row expression containing the same number "
                           "of columns expected by the INSERT. Did you accidentally use extra "
                           "parentheses?"
                         : NULL,
                  "INSERT has more target columns than expressions");
    }
    struct expr **row = arena_alloc_array(an->arena, exprs->count, sizeof *row);
    for (uint32_t i = 0; i < exprs->count; i++) {
        struct assignment to = target_of(in, i);
        row[i] = assign_part(level, &to, steps_of(in, i), exprs->items[i]);
    }
    return row;
}

/* ---- defaults ---- */

static void
check_always(struct insert *in, int16_t number)
{
    struct analysis *an = in->level->an;
    const struct column_def *column = &in->table->columns[number - 1];
    const char *message = arena_format(
        an->arena, "cannot insert a non-DEFAULT value into column \"%s\"", column->name);
    if (column->generated_sql != NULL)
        raise_error(.code = SQLSTATE_GENERATED_ALWAYS, .message = message,
                    .detail = raise_text("Column \"%s\" is a generated column.", column->name));
    if (column->identity == IDENTITY_ALWAYS && in->overriding == OVERRIDING_NONE)
        raise_error(.code = SQLSTATE_GENERATED_ALWAYS, .message = message,
                    .detail = raise_text(
                        "Column \"%s\" is an identity column defined as GENERATED ALWAYS.",
                        column->name),
                    .hint = "Use OVERRIDING SYSTEM VALUE to override.");
}

/* OVERRIDING USER VALUE: what is given for an identity column does not count. */
static bool
is_overridden(const struct insert *in, int16_t number)
{
    return in->overriding == OVERRIDING_USER &&
           in->table->columns[number - 1].identity != IDENTITY_NONE;
}

static bool
is_virtual(const struct column_def *column)
{
    return column->is_dropped || column->generated_sql != NULL;
}

static void
finish_targets(struct insert *in)
{
    struct level *level = in->level;
    struct analysis *an = level->an;
    for (uint16_t i = 0; i < in->table->column_count; i++) {
        const struct column_def *column = &in->table->columns[i];
        if (is_virtual(column))
            continue;
        struct expr *value = in->values[i];
        if (value == NULL || value->kind == EXPR_DEFAULT)
            value = bind_default(an, default_column(level, (int16_t)(i + 1)));
        struct target *target = target_add(level, &level->targets, value, column->name, false);
        target->column = (int16_t)(i + 1);
    }
}

/* Through a view two of its columns may be one of the table. */
static int16_t
stored_column(struct insert *in, uint32_t i)
{
    int16_t number = base_column_get(in->level, in->columns[i]);
    for (uint32_t j = 0; j < i && in->level->change->map != NULL; j++) {
        if (in->columns[j] != in->columns[i] &&
            base_column_get(in->level, in->columns[j]) == number)
            fail(in->level->an, -1, SQLSTATE_SYNTAX_ERROR,
                 "multiple assignments to same column \"%s\"", in->table->columns[number - 1].name);
    }
    return number;
}

/* Takes the value of the i-th column given: into what its other parts have made of it so far. */
static void
take_value(struct insert *in, uint32_t i, struct expr *value)
{
    struct expr **made = &in->values[stored_column(in, i) - 1];
    struct nodes steps = steps_of(in, i);
    if (steps.count > 0) {
        struct assignment to = target_of(in, i);
        struct expr *base = *made != NULL ? without_domain(*made)
                                          : expr_null(in->level->an->arena, to.type, to.typmod, -1);
        value = assign_through(in->level, base, &to, steps, value);
    }
    *made = value;
}

static void
take_row(struct insert *in, struct expr *const *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int16_t number = stored_column(in, i);
        if (row[i]->kind != EXPR_DEFAULT)
            check_always(in, number);
        if (!is_overridden(in, number))
            take_value(in, i, row[i]);
    }
}

/* ---- sources ---- */

/* A row's expressions; DEFAULT stays a node of its own until the column is known. */
static struct list
bind_row_nodes(struct insert *in, struct nodes nodes, enum clause clause)
{
    struct level *level = in->level;
    struct list exprs = {.count = 0};
    enum clause outer = level->clause;
    level->clause = clause;
    for (size_t i = 0; i < nodes.count; i++) {
        if (nodes.items[i]->node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT)
            list_add(level->an->arena, &exprs,
                     expr_new(level->an->arena, EXPR_DEFAULT, TYPE_UNKNOWN,
                              nodes.items[i]->set_to_default->location));
        else
            bind_expr_or_star(level, nodes.items[i], &exprs);
    }
    level->clause = outer;
    return exprs;
}

static struct list
bind_row_values(struct insert *in, const PgQuery__Node *list, enum clause clause)
{
    return bind_row_nodes(in, tree_list(list), clause);
}

static void
bind_one_row(struct insert *in, const PgQuery__SelectStmt *select)
{
    struct list exprs = bind_row_values(in, select->values_lists[0], CLAUSE_VALUES_ROW);
    take_row(in, assign_row(in, &exprs), exprs.count);
}

/* A DEFAULT within many rows becomes the column's default there. */
static void
fill_defaults(struct insert *in, struct expr **row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int16_t number = stored_column(in, i);
        const struct column_def *column = &in->table->columns[number - 1];
        if (row[i]->kind != EXPR_DEFAULT) {
            check_always(in, number);
            if (!is_overridden(in, number))
                continue;
        }
        row[i] = is_virtual(column)
                     ? expr_null(in->level->an->arena, column->type, column->typmod, -1)
                     : bind_default(in->level->an, default_column(in->level, number));
    }
}

static void
add_source(struct insert *in, uint32_t number)
{
    struct level *level = in->level;
    struct join_tree *leaf = arena_alloc_zero(level->an->arena, sizeof *leaf);
    leaf->range = number;
    level->query->from_count = 1;
    level->query->from = arena_copy(level->an->arena, &leaf, sizeof leaf);
}

static void
bind_many_rows(struct insert *in, const PgQuery__SelectStmt *select)
{
    struct level *level = in->level;
    struct analysis *an = level->an;
    uint32_t rows = (uint32_t)select->n_values_lists, count = 0, number;
    struct expr ***values = arena_alloc_array(an->arena, rows, sizeof *values);
    for (uint32_t i = 0; i < rows; i++) {
        struct list exprs = bind_row_values(in, select->values_lists[i], CLAUSE_VALUES);
        if (i > 0 && exprs.count != count)
            fail(an, tree_at(select->values_lists[i]), SQLSTATE_SYNTAX_ERROR,
                 "VALUES lists must all be the same length");
        count = exprs.count;
        values[i] = assign_row(in, &exprs);
        fill_defaults(in, values[i], count);
    }
    struct range *range = range_add(level, RANGE_VALUES, "*VALUES*", count, &number);
    range->values.row_count = rows;
    range->values.rows = values;
    for (uint32_t i = 0; i < count; i++) {
        const struct column_def *column = &in->table->columns[stored_column(in, i) - 1];
        const struct expr *first = values[0][i];
        bool is_part = steps_of(in, i).count > 0;
        range->columns[i] = (struct range_column){
            .name = arena_format(an->arena, "column%u", i + 1),
            .type = is_part ? first->type : column->type,
            .typmod = is_part ? first->typmod : column->typmod,
            .collation = is_part ? first->collation : column->collation,
        };
        if (!is_virtual(column))
            take_value(in, i, range_column_expr(level, number, i, -1));
    }
    add_source(in, number);
}

static void
bind_from_query(struct insert *in, const PgQuery__Node *node)
{
    struct level *level = in->level;
    struct analysis *an = level->an;
    struct subquery_options options = {.keep_unknown = true};
    struct query *q = bind_query_node(an, level, node, &options);
    uint32_t number = range_add_subquery(level, q, "*SELECT*");
    struct list exprs = {.count = 0};
    const struct target *targets;
    uint32_t count = query_result_columns(q, &targets);
    for (uint32_t i = 0; i < count; i++) {
        struct expr *e = targets[i].expr;
        bool is_open = e->type == TYPE_UNKNOWN && (e->kind == EXPR_CONST || e->kind == EXPR_PARAM);
        if (!is_open) {
            e = range_column_expr(level, number, i, e->at);
        } else {
            /* The literal goes straight to the column; the subquery keeps some type for it. */
            q->targets[i].expr = expr_null(an->arena, TYPE_TEXT, -1, -1);
            range_get(level, number)->columns[i].type = TYPE_TEXT;
        }
        list_add(an->arena, &exprs, e);
    }
    take_row(in, assign_row(in, &exprs), exprs.count);
    add_source(in, number);
}

static bool
is_plain_values(const PgQuery__SelectStmt *select)
{
    return select->n_values_lists > 0 && select->n_sort_clause == 0 &&
           select->limit_offset == NULL && select->limit_count == NULL &&
           select->n_locking_clause == 0 && select->with_clause == NULL;
}

static void
bind_source(struct insert *in)
{
    const PgQuery__Node *node = in->stmt->select_stmt;
    if (node == NULL)
        return; /* DEFAULT VALUES */
    if (node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT || !is_plain_values(node->select_stmt))
        bind_from_query(in, node);
    else if (node->select_stmt->n_values_lists == 1)
        bind_one_row(in, node->select_stmt);
    else
        bind_many_rows(in, node->select_stmt);
}

/* ---- the statement ---- */

static enum overriding
overriding_of(PgQuery__OverridingKind kind)
{
    switch (kind) {
    case PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE:
        return OVERRIDING_USER;
    case PG_QUERY__OVERRIDING_KIND__OVERRIDING_SYSTEM_VALUE:
        return OVERRIDING_SYSTEM;
    default:
        return OVERRIDING_NONE;
    }
}

void
bind_merge_insert(struct level *level, const struct table *table,
                  const PgQuery__MergeWhenClause *when, struct list *targets)
{
    struct analysis *an = level->an;
    PgQuery__InsertStmt stmt = PG_QUERY__INSERT_STMT__INIT;
    stmt.n_cols = when->n_target_list;
    stmt.cols = when->target_list;
    struct insert in = {.level = level, .stmt = &stmt, .table = table, .named = table};
    in.overriding = overriding_of(when->override);
    in.values = arena_alloc_zero(an->arena, (table->column_count + 1) * sizeof *in.values);
    take_columns(&in);
    if (when->n_values > 0) {
        struct list exprs = bind_row_nodes(&in, NODES(when, values), CLAUSE_VALUES_ROW);
        take_row(&in, assign_row(&in, &exprs), exprs.count);
    }
    struct list outer = level->targets;
    level->targets = *targets;
    finish_targets(&in);
    *targets = level->targets;
    level->targets = outer;
}

struct query *
bind_insert(struct analysis *an, struct level *parent, const PgQuery__InsertStmt *stmt)
{
    struct level *level = level_new(an, parent, COMMAND_INSERT);
    struct query *q = level->query;
    if (stmt->with_clause != NULL)
        bind_with(level, stmt->with_clause);
    struct insert in = {.level = level, .stmt = stmt};
    in.table = bind_result_table(level, stmt->relation);
    in.named = level->change->named;
    q->overriding = in.overriding = overriding_of(stmt->override);
    in.values = arena_alloc_zero(an->arena, (in.table->column_count + 1) * sizeof *in.values);
    take_columns(&in);
    bind_source(&in);
    finish_targets(&in);
    q->rules = bind_direct_rules(an, in.table, q->result);
    if (stmt->on_conflict_clause != NULL)
        bind_on_conflict(level, in.table, stmt->on_conflict_clause);
    item_show(level, level->result_item);
    bind_returning(level, NODES(stmt, returning_list));
    targets_finish(level, &level->targets, &q->targets, &q->target_count);
    level_finish(level);
    return q;
}
